"""The way back from the workbook: what a reader changed in it is asked for, and nothing else goes unnoticed."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from project_copy import run_analysis

from analysis.errors import InputError
from analysis.reporting.workbook import CHOOSER, write_workbook
from analysis.reporting.workbook_draft import INPUTS, MAP, RESULT, SCENARIOS, SETTINGS
from analysis.sroi.model import read_model
from analysis.study import load_study
from analysis.tools.changed_workbook import read_changed_workbook
from analysis.tools.changes import asked_by, asked_for, changes_of

ROOT = Path(__file__).resolve().parents[2]
VALUE, LOW = "C", "H"  # columns of the sheet Inputs


@pytest.fixture(scope="module")
def study():
    return load_study("coproduction", ROOT)


@pytest.fixture(scope="module")
def published(study, tmp_path_factory):
    return write_workbook(read_model(study), tmp_path_factory.mktemp("workbook") / "value_map.xlsx")


def row_of(book: Workbook, name: str) -> int:
    return next(cell.row for cell in book[INPUTS]["A"] if cell.value == name)


def changed(published: Path, target: Path, **values: object) -> Workbook:
    book = load_workbook(published)
    for name, value in values.items():
        book[INPUTS][f"{VALUE}{row_of(book, name)}"] = value
    book.save(target)
    return book


def test_nothing_changed_is_told_as_such(study, published):
    assert (read_changed_workbook(study, published).values, read_changed_workbook(study, published).problems) == (
        [],
        [],
    )
    with pytest.raises(InputError, match="the values of the published run"):
        asked_by(published, study)


def test_changed_values_ask_for_what_the_command_line_does(study, published, tmp_path):
    path = tmp_path / "halved again.xlsx"
    book = changed(published, path, deadweight_english=0.4, friends_contact_value_2011=8650)
    book.create_sheet("My notes")["A1"] = "=1+1"
    book[RESULT]["D3"] = "a remark of mine"
    book.save(path)
    request = asked_by(path, study)
    assert (request.name, request.problems) == ("halved-again", ())
    sheet, words = request.notes
    assert "'My notes'" in sheet and "row 3 of the sheet Result" in words
    texts = ["deadweight_english=0.4", "friends_contact_value_2011=8650"]
    same = changes_of(study, asked_for(texts, None, ROOT).asked)
    assert changes_of(study, request.asked)[0] == sorted(
        same[0], key=lambda each: list(study.register).index(each.published.id)
    )


@pytest.mark.workbook
def test_another_program_s_file_says_the_same(study, published, tmp_path, soffice):
    """Saved again by LibreOffice, which writes formulas and numbers in its own way."""
    path = tmp_path / "value_map.xlsx"
    changed(published, path, deadweight_english=0.4)
    command = [
        soffice,
        f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
        "--headless",
        "--convert-to",
        "xlsx",
    ]
    subprocess.run([*command, "--outdir", tmp_path / "out", path], check=True, capture_output=True, timeout=180)
    found = read_changed_workbook(study, tmp_path / "out/value_map.xlsx")
    assert [(each.name, each.text) for each in found.values] == [("deadweight_english", "0.4")] and not found.problems


def test_rows_may_stand_in_another_order(study, published, tmp_path):
    book = load_workbook(published)
    sheet = book[INPUTS]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    for place, row in enumerate(reversed(rows), start=2):
        for column, value in enumerate(row, start=1):
            sheet.cell(place, column).value = value
    at = row_of(book, "deadweight_english")
    sheet[f"{VALUE}{at}"] = 0.4
    book.save(tmp_path / "sorted.xlsx")
    (value,) = (found := read_changed_workbook(study, tmp_path / "sorted.xlsx")).values
    assert (value.name, value.text, value.row) == ("deadweight_english", "0.4", at) and not found.problems


def test_a_workbook_left_in_another_scenario_is_refused_with_what_to_do(study, published, tmp_path):
    book = load_workbook(published)
    book[RESULT].cell(*CHOOSER).value = "low"
    book.save(tmp_path / "low.xlsx")
    (problem,) = read_changed_workbook(study, tmp_path / "low.xlsx").problems
    assert "the scenario 'low'" in str(problem) and "choose central" in str(problem)


def test_a_setting_is_changed_where_it_is_one_number(study, published, tmp_path):
    book = load_workbook(published)
    book[SETTINGS]["B2"] = 2024
    book.save(tmp_path / "prices.xlsx")
    (value,) = read_changed_workbook(study, tmp_path / "prices.xlsx").values
    assert (value.name, value.text) == ("price_year", "2024")


def test_everything_else_that_differs_is_named_at_once(study, published, tmp_path):
    path = tmp_path / "spoilt.xlsx"
    book = changed(published, path, deadweight_english="=0.2*2", friends_contact_value_2011=8650)
    inputs = book[INPUTS]
    inputs[f"{LOW}{row_of(book, 'deadweight_english')}"] = -1
    book[RESULT]["B2"] = 9.99
    formula = next(cell for row in book[MAP].iter_rows(min_row=2) for cell in row if cell.data_type == "f")
    formula.value = f"{formula.value}*2"
    book[SCENARIOS]["B2"] = 0.123
    last = inputs.max_row
    lost = inputs[f"A{last}"].value
    inputs[f"A{last}"] = "unheard_of"
    book.save(path)
    found = read_changed_workbook(study, path)
    assert [each.name for each in found.values] == ["friends_contact_value_2011"]
    told = "\n".join(map(str, found.problems))
    for words in (
        "sheet Inputs, row",
        "'=0.2*2'",
        "column 'H'",
        "sheet Result, row 2, column 'B': found '9.99'",
        f"sheet Value map, row {formula.row}, column '{formula.column_letter}'",
        "sheet Scenarios, row 2, column 'B': found '0.123'",
        "the id unheard_of",
        f"no row {lost}",
    ):
        assert words in told
    assert len(found.problems) == 7


def test_a_value_written_as_text_gets_the_advice_of_the_command_line(study, published, tmp_path):
    changed(published, tmp_path / "text.xlsx", deadweight_english="0,4", employability_share_government=None)
    book = load_workbook(tmp_path / "text.xlsx")
    _, problems = changes_of(study, asked_by(tmp_path / "text.xlsx", study).asked)
    told = [str(each) for each in problems]
    assert len(told) == 2 and any("a point before the decimals: 0.4" in each for each in told)
    assert any("employability_share_government" in each and "found ''" in each for each in told)
    assert f"row {row_of(book, 'deadweight_english')}" in "".join(told)


def test_files_that_are_no_workbook_of_the_model(study, published, tmp_path):
    other = Workbook()
    other.save(tmp_path / "other.xlsx")
    with pytest.raises(InputError, match="no sheet Result"):
        read_changed_workbook(study, tmp_path / "other.xlsx")
    (tmp_path / "torn.xlsx").write_bytes(published.read_bytes()[:2000])
    with pytest.raises(InputError, match="no .xlsx workbook"):
        read_changed_workbook(study, tmp_path / "torn.xlsx")
    model = read_model(study)
    entry = study.register["deadweight_english"]
    (change,), _ = changes_of(study, asked_for(["deadweight_english=0.4"], None, ROOT).asked)
    run = replace(model, entries={**model.entries, entry.id: change.entry})
    with pytest.raises(InputError, match="the workbook of a changed run"):
        read_changed_workbook(study, write_workbook(run, tmp_path / "run.xlsx"))


def test_nothing_runs_where_a_workbook_cannot_be_followed(published, tmp_path):
    book = changed(published, tmp_path / "spoilt.xlsx", deadweight_english=0.4)
    book[RESULT]["B2"] = 9.99
    book.save(tmp_path / "spoilt.xlsx")
    told = run_analysis(ROOT, "what-if", "coproduction", "--from", str(tmp_path / "spoilt.xlsx"))
    assert told.returncode == 1 and "nothing was run" in told.stderr and "sheet Result" in told.stderr
    assert "no change" not in told.stderr
