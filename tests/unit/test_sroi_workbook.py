"""The workbook: the same numbers as the model when LibreOffice computes it, and bytes that stay the same."""

import io
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from recalculation import recalculate
from value_maps import cost, entry, outcome, write_study

from analysis.reporting.workbook import CHOOSER, workbook_bytes, write_workbook
from analysis.reporting.workbook_draft import MAP, RESULT, YEARS, cell_name
from analysis.reporting.workbook_map import COMPUTED, MAP_TOP, STAGES
from analysis.sroi.model import read_model
from analysis.sroi.value_map import LABELS
from analysis.study import load_study
from analysis.study.register import Assumption

ROOT = Path(__file__).resolve().parents[2]
DRAWS = 1000


def rich(root):
    """A study that uses everything a map may hold: drop-off, discounting, later starts, part years, a negative outcome."""
    entries = [
        entry("cost", 100, "GBP"),
        entry("worth", 50, "GBP per year", 20, 80),
        entry("lasting", 2.4, "years", 0, 4.5),
        entry("rate", 0.035, "ratio", 0, 0.1),
        entry("co2", 0.1, "ratio", 0, 1),
        entry("lost", 0.2, "ratio", 0, 1),
        entry("old", 7, "GBP per person", 5, 9, price_year=2011),
        entry("people", 12, "people", 1, 30),
        entry("harm", 3, "GBP per person", 1, 4),
    ]
    rows = [
        cost(),
        cost("cost / 4", row="extra"),
        outcome(
            "long",
            quantity="worth",
            duration="lasting",
            deadweight="co2",
            drop_off="lost",
            beneficiaries="a: lost; b: 1 - lost",
        ),
        outcome("late", quantity="worth", duration="lasting", start="2", attribution="co2"),
        outcome("once", quantity="people", proxy="old * cpi_2020 / cpi_2011", start="1", change="1 - lost * (co2 - 2)"),
        outcome("bad", quantity="people", proxy="-harm", stakeholder="b"),
        outcome("terms", quantity="people", proxy="double"),
    ]
    terms = [{"id": "double", "label": "Twice the harm", "formula": "harm + harm - (harm - harm)"}]
    return write_study(
        root,
        entries,
        rows,
        {
            "discount_rate": "rate",
            "terms": terms,
            "scenarios": {"low": {"rate": 0.1}, "high": {"worth": 80, "lost": 0}},
        },
    )


@pytest.fixture(scope="module", params=["coproduction", "connecting_opportunities", "rich"])
def study(request, tmp_path_factory):
    return rich(tmp_path_factory.mktemp("rich")) if request.param == "rich" else load_study(request.param, ROOT)


@pytest.fixture(scope="module")
def model(study):
    return read_model(study)


@pytest.fixture(scope="module")
def book(model, tmp_path_factory):
    return write_workbook(model, tmp_path_factory.mktemp("book") / "value_map.xlsx")


def value_cells(model, book):
    """Where the workbook shows what `numbers` lists, in its order."""
    opened = load_workbook(book)
    titles = [cell.value for cell in opened[MAP][MAP_TOP - 1]]
    present = get_column_letter(titles.index(COMPUTED["present"]) + 1)
    year_line = next(row[0].row for row in opened[YEARS].iter_rows() if row[0].value == "Present value of all (£)")
    heads = [f"{RESULT}!B{row}" for row in range(2, 6 + len(model.value_map.beneficiaries))]
    rows = [
        f"{MAP}!{present}{number}"
        for number, row in enumerate(model.value_map.rows, start=MAP_TOP)
        if row.kind == "outcome"
    ]
    return [*heads, *rows, *(f"{YEARS}!{get_column_letter(year + 2)}{year_line}" for year in range(model.years))]


def numbers(found):
    heads = (found.ratio, found.value, found.cost, found.net)
    return [*heads, *found.by_beneficiary.values(), *found.by_outcome.values(), *found.by_year.values()]


@pytest.mark.workbook
def test_libreoffice_computes_what_the_model_does(model, book, soffice, tmp_path):
    """Central case, every scenario and a thousand draws, to one part in a thousand million."""
    random = np.random.default_rng(11)
    ranges = {name: model.entries[name] for name in model.inputs}
    cases = [model.scenarios[name] for name in model.scenarios]
    draws = {
        name: [*(case[name] for case in cases), *random.uniform(e.low, e.high, DRAWS)] for name, e in ranges.items()
    }
    found = recalculate(
        soffice, book, {cell_name(name): values for name, values in draws.items()}, value_cells(model, book), tmp_path
    )
    expected = np.column_stack(numbers(model.evaluate({name: np.array(values) for name, values in draws.items()})))
    assert found.shape == expected.shape == (DRAWS + len(cases), found.shape[1])
    scale = np.maximum(np.abs(expected).max(axis=0), 1e-300)  # of each column, for cells that cross zero
    assert np.max(np.abs(found - expected) / np.maximum(np.abs(expected), 1e-6 * scale)) < 1e-9


def test_same_model_same_bytes_without_dates(model):
    first = workbook_bytes(model)
    assert first == workbook_bytes(model)
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"dcterms" not in archive.read("docProps/core.xml").replace(b"xmlns:dcterms", b"")


def test_every_sheet_prints_one_or_two_pages_wide_with_its_header_and_wrapped_texts(book):
    for sheet in load_workbook(book):
        assert (sheet.page_setup.orientation, sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (
            "landscape",
            2 if sheet.title in ("Value map", "Inputs", "Sources") else 1,
            0,
        )
        assert (
            sheet.sheet_properties.pageSetUpPr.fitToPage
            and sheet.print_title_rows == ("$1:$2" if sheet.title == MAP else "$1:$1")
            and sheet.freeze_panes == ("B3" if sheet.title == MAP else "B2")
        )
        texts = [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "s" and cell.value]
        assert texts and all(cell.alignment.wrap_text for cell in texts)


def test_pounds_show_no_pence_and_ratios_two_decimals(book):
    result = load_workbook(book)[RESULT]
    assert [result[f"B{row}"].number_format for row in (2, 3, 4, 5)] == ["0.00", "#,##0", "#,##0", "#,##0"]


def test_values_stand_beside_the_formulas(model, book):
    """A reader that does not compute sees the central values."""
    shown = load_workbook(book, data_only=True)
    assert shown[RESULT]["B2"].value == pytest.approx(model.evaluate().ratio, rel=1e-15)
    formulas = load_workbook(book)
    for sheet in formulas.sheetnames:
        for row in formulas[sheet].iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    assert isinstance(shown[sheet][cell.coordinate].value, int | float), (sheet, cell.coordinate)


def test_text_from_data_never_becomes_a_formula(tmp_path):
    text = '=HYPERLINK("http://x","y")'
    entries = [entry("cost", 1, "GBP", label=text, why_range="+1"), entry("worth", 2, "GBP", decided_by="@SUM(1)")]
    rows = [
        cost(outcome=text, stakeholder="-1"),
        outcome(quantity="worth", outcome=text, note="=1+1", stakeholder=text),
    ]
    study = write_study(tmp_path, entries, rows)
    model = read_model(study)
    path = write_workbook(model, tmp_path / "book.xlsx")
    ours = {f"={text}" for text in ("cost", "worth")}
    for sheet in load_workbook(path):
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and cell.value[:1] in "=+-@":
                    assert (
                        cell.data_type == "s"
                        and cell.quotePrefix
                        or cell.data_type == "f"
                        and (cell.value in ours or "'" in cell.value)
                    )
                    assert "HYPERLINK" not in cell.value or cell.data_type == "s"
    notes = [cell.value for row in load_workbook(path)[MAP].iter_rows() for cell in row if cell.value == "=1+1"]
    assert notes == ["=1+1"]  # as text, by the loop above


def test_every_entry_is_a_named_cell_with_its_source(model, book):
    opened = load_workbook(book)
    for name, known in model.entries.items():
        sheet, address = next(opened.defined_names[cell_name(name)].destinations)
        assert opened[sheet][address.replace("$", "")].value == known.value
    assert {row[0].value for row in opened["Sources"].iter_rows(min_row=2)} == set(model.entries)


def test_the_workbook_of_a_changed_run_says_so(model):
    """On its first sheet, on every printed sheet, and beside the input; that of the published run says nothing of it."""
    name = model.inputs[0]
    old = model.entries[name]
    was = {"value": old.value, "low": old.low, "high": old.high, "kind": old.kind}
    new = Assumption.model_validate(old.model_dump() | {"value": old.high, "changed_from": was})
    changed = load_workbook(io.BytesIO(workbook_bytes(replace(model, entries=model.entries | {name: new}))))
    published = load_workbook(io.BytesIO(workbook_bytes(model)))
    mark = "Changed run, not the published one"
    assert changed[RESULT]["A1"].value.startswith(mark) and published[RESULT]["A1"].value == "Result"
    assert {sheet.oddHeader.center.text for sheet in changed} == {mark}
    assert {sheet.oddHeader.center.text for sheet in published} == {None}
    (told,) = (row[0].value for row in changed[RESULT].iter_rows(min_row=2) if str(row[0].value).startswith("Changed:"))
    assert old.label in told and f"{old.value:.12g}, {old.kind}" in told
    rows = {row[0].value: row[-1].value for row in changed["Inputs"].iter_rows(min_row=2)}
    assert {each for each, words in rows.items() if words} == {name} and rows[name].startswith(f"{old.value:.12g}, ")


@pytest.mark.workbook
def test_the_scenario_that_is_chosen_is_the_one_computed(model, book, soffice, tmp_path):
    for name, values in model.scenarios.items():
        opened = load_workbook(book)
        opened[RESULT].cell(*CHOOSER).value = name
        opened.save(tmp_path / f"{name}.xlsx")
        command = [
            soffice,
            f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
            "--headless",
            "--convert-to",
            "xlsx",
        ]
        subprocess.run(
            [*command, "--outdir", tmp_path / "out", tmp_path / f"{name}.xlsx"],
            check=True,
            capture_output=True,
            timeout=180,
        )
        shown = load_workbook(tmp_path / "out" / f"{name}.xlsx", data_only=True)
        assert shown[RESULT]["B2"].value == pytest.approx(model.evaluate(values).ratio, rel=1e-9)


def test_formulas_are_locked_inputs_are_not_and_a_value_outside_its_range_is_asked_about(model, book):
    opened = load_workbook(book)
    assert all(sheet.protection.sheet and not sheet.protection.password for sheet in opened)
    for name, known in model.entries.items():
        sheet, address = next(opened.defined_names[cell_name(name)].destinations)
        cell = opened[sheet][address.replace("$", "")]
        (asked,) = (each for each in opened[sheet].data_validations.dataValidation if cell.coordinate in each.sqref)
        ends = [opened[sheet][place].value for place in (asked.formula1, asked.formula2)]
        assert (ends, asked.errorStyle, cell.protection.locked) == ([known.low, known.high], "warning", False)
    formulas = [cell for sheet in opened for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert formulas and all(cell.protection.locked for cell in formulas)


def test_the_map_has_its_stages_in_order_and_shares_as_percentages(model, book):
    sheet = load_workbook(book)[MAP]
    stages = [cell.value for cell in sheet[1] if cell.value]
    assert stages == list(STAGES) and [stage[:7] for stage in stages[:5]] == [f"Stage {place}" for place in range(1, 6)]
    titles = [cell.value for cell in sheet[MAP_TOP - 1]]
    order = [titles.index(LABELS[name]) for name in ("stakeholder", "indicator", "proxy", "deadweight", "drop_off")]
    assert order == sorted(order)
    at = titles.index(LABELS["deadweight"]) + 1
    assert {sheet.cell(row, at).number_format for row in range(MAP_TOP, sheet.max_row + 1)} == {"0.0#%"}


def test_every_row_is_as_high_as_its_longest_text(book):
    """LibreOffice prints what is higher than its row over the next one."""
    for sheet in load_workbook(book):
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and cell.data_type == "s" and sheet.title != MAP:
                    width = sheet.column_dimensions[cell.column_letter].width
                    assert sheet.row_dimensions[cell.row].height >= 14 * len(cell.value) / width, cell.coordinate
