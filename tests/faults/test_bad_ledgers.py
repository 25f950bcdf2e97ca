"""Damaged ledgers, registers and study files: one clear error that names file, row and column, and nothing written."""

import csv
import io
import os
from pathlib import Path

import pytest
import yaml

from analysis.audit.verdicts import audit
from analysis.cli import main
from analysis.errors import InputError
from analysis.files import read_yaml
from analysis.pipeline.raw_files import write_raw_files
from analysis.programme.published import comparisons, performance
from analysis.sroi.published import derived_quantities, read_published
from analysis.study import check_files, load_study
from analysis.study.claims import read_claims
from analysis.tools.check import check

STUDY = "connecting_opportunities"


def rewrite(path: Path, change) -> None:
    """Put the rows of a CSV file through `change` (a list of dicts in, the same out)."""
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
    rows = change(rows) or rows
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(out.getvalue(), encoding="utf-8")


def cell(row: int, column: str, value: str):
    """A change of one cell; `row` counts as a spreadsheet does, the header being row 1."""
    return lambda rows: rows[row - 2].update({column: value})


CELLS = [  # what is put where, and what the message must say
    (3, "line", "twelve", ["row 3", "'line'", "'twelve'", "integer"]),
    (3, "line", "0", ["row 3", "'line'", "'0'"]),
    (3, "value", "", ["row 3", "'value'"]),
    (9, "value", "11", ["row 9", "gives", "10"]),
    (3, "kind", "guess", ["row 3", "'kind'", "'guess'", "count"]),
    (3, "claim_id", "CO-1", ["row 3", "'claim_id'", "'CO-1'"]),
    (3, "claim_id", "CP-002", ["row 3", "'claim_id'", "CO-"]),
    (3, "claim_id", "CO-001", ["row 3", "'claim_id'", "row 2 already has"]),
    (9, "base", "CO-999", ["row 9", "'base'", "CO-999", "no claim of this study"]),
    (9, "formula", "claim:CO-999 * 2", ["row 9", "'formula'", "claim:CO-999", "no claim of this study"]),
    (9, "formula", "claim:CO-008", ["row 9", "'formula'", "CO-008 -> CO-008"]),
    (9, "formula", "claim:CO-001 + 1", ["row 9", "'formula'", "claim:CO-001", "a date"]),
    (9, "formula", "sum(claim:CO-007)", ["row 9", "'formula'", "nothing can be called"]),
    (9, "formula", "__import__('os').getcwd()", ["row 9", "'formula'"]),
    (9, "formula", "claim:CO-007 +", ["row 9", "'formula'", "ends too early"]),
]


@pytest.mark.parametrize(("row", "column", "value", "words"), CELLS, ids=[f"{c}={v[:20]}" for _, c, v, _ in CELLS])
def test_a_bad_cell_is_named(project, row, column, value, words):
    rewrite(project / "data/raw" / STUDY / "claims.csv", cell(row, column, value))
    with pytest.raises(InputError) as error:
        _ = load_study(STUDY, project).claims
    message = str(error.value)
    assert f"data/raw/{STUDY}/claims.csv" in message
    assert "What to do" in message
    assert [word for word in words if word not in message] == [], message


def test_a_cycle_over_two_claims_is_shown(project):
    def tie(rows):
        rows[6]["formula"], rows[7]["formula"] = "claim:CO-008", "claim:CO-007"

    rewrite(project / "data/raw" / STUDY / "claims.csv", tie)
    with pytest.raises(InputError, match="CO-007 -> CO-008 -> CO-007"):
        _ = load_study(STUDY, project).claims


def test_a_formula_that_divides_by_zero_names_its_row(project):
    rewrite(project / "data/raw" / STUDY / "claims.csv", cell(9, "formula", "1 / (claim:CO-007 - claim:CO-007)"))
    with pytest.raises(InputError, match=r"claims\.csv, row 9, column 'formula'.*divides by zero"):
        audit(load_study(STUDY, project).claims)


FILES = [
    (b"", "empty file"),
    (b"\xef\xbb\xbf", "empty file"),
    (b"claim_id,line\n1,2\n", "no such column"),
    (b"\xff\xfe\x00c", "not UTF-8"),
    (b'claim_id,"line\n', "quotes"),
    (b"claim_id;line;value\nCO-001;2;3\n", "commas between the columns"),
    (b"sep=;\nclaim_id;line\nCO-001;2\n", "save the file again as 'CSV UTF-8' with commas"),
]


@pytest.mark.parametrize(("content", "words"), FILES, ids=[words for _, words in FILES])
def test_a_file_that_is_no_ledger(project, content, words):
    (project / "data/raw" / STUDY / "claims.csv").write_bytes(content)
    with pytest.raises(InputError, match=words):
        _ = load_study(STUDY, project).claims


def test_blank_rows_above_and_blank_columns_behind_are_passed_over(project):
    path = project / "data/raw" / STUDY / "claims.csv"
    before = load_study(STUDY, project).claims
    rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    with path.open("w", encoding="utf-8-sig", newline="") as target:
        csv.writer(target, lineterminator="\r\n").writerows(
            [[], [""], *([*row, "", "\N{NO-BREAK SPACE}"] for row in rows)]
        )
    assert dict(load_study(STUDY, project).claims) == dict(before)
    with path.open("a", encoding="utf-8", newline="") as target:
        target.write(f"CO-999{',' * (len(rows[1]) + 1)}x\r\n")
    with pytest.raises(InputError, match="a column that does not belong here"):
        _ = load_study(STUDY, project).claims


def test_a_missing_file(project):
    (project / "data/raw" / STUDY / "claims.csv").unlink()
    with pytest.raises(InputError, match="no such file"):
        _ = load_study(STUDY, project).claims


def test_an_extra_column_a_short_row_and_very_many_columns(project):
    path = project / "data/raw" / STUDY / "claims.csv"
    text = path.read_text(encoding="utf-8")
    for damaged, words in (
        (text.replace("note,", "note,remark,", 1), "does not belong|cells"),
        (text.replace("claim_id,line", "claim_id,claim_id", 1), "no such column|twice"),
        (text + "CO-999,1\n", "2 cells"),
        ("a," * 100_000 + "b\n", "columns"),
    ):
        path.write_text(damaged, encoding="utf-8")
        with pytest.raises(InputError, match=words):
            _ = load_study(STUDY, project).claims


def test_a_byte_order_mark_and_windows_line_ends_are_fine(project):
    path = project / "data/raw" / STUDY / "claims.csv"
    text = path.read_text(encoding="utf-8")
    before = load_study(STUDY, project).claims
    path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert load_study(STUDY, project).claims.claims == before.claims


def change_entry(project: Path, study: str, entry: int, change) -> None:
    path = project / "data/raw" / study / "assumptions.yaml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(content["assumptions"][entry])
    path.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), encoding="utf-8")


ENTRIES = [
    (lambda e: e.pop("source"), ["source", "nothing", "required"]),
    (lambda e: e["source"].pop("producer"), ["source.producer"]),
    (lambda e: e["source"].update(title=""), ["source.title"]),
    (lambda e: e.pop("why_range"), ["why_range"]),
    (lambda e: e.update(why_range="   "), ["why_range"]),
    (lambda e: e.pop("low"), ["low"]),
    (lambda e: e.update(low=10**9), ["low <= value <= high"]),
    (lambda e: e.update(value="much"), ["value", "'much'"]),
    (lambda e: e.update(value=float("nan")), ["value"]),
    (lambda e: e.update(distribution="lucky"), ["distribution", "'lucky'"]),
    (lambda e: e.update(claim="CP-999"), ["claim", "CP-999"]),
    (lambda e: e.update(colour="red"), ["colour", "no field of this name"]),
    (lambda e: e.update(price_year=None), ["price year"]),
    (lambda e: e.update(id="Bad Id"), ["id"]),
]


@pytest.mark.parametrize(("change", "words"), ENTRIES)
def test_a_register_entry_that_is_incomplete_does_not_load(project, change, words):
    change_entry(project, "coproduction", 1, change)
    with pytest.raises(InputError) as error:
        _ = load_study("coproduction", project).register
    assert "data/raw/coproduction/assumptions.yaml, row " in str(error.value) or "Bad Id" in str(error.value)
    assert [word for word in words if word not in str(error.value)] == [], str(error.value)


def test_two_entries_of_one_id_and_a_file_without_a_list(project):
    path = project / "data/raw/coproduction/assumptions.yaml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    path.write_text(yaml.safe_dump({"assumptions": [content["assumptions"][0]] * 2}), encoding="utf-8")
    with pytest.raises(InputError, match="the id twice"):
        _ = load_study("coproduction", project).register
    for text in ("assumptions: 7", "[1, 2", "a: b: c", "!!python/object/apply:os.getcwd []"):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match=r"assumptions\.yaml"):
            _ = load_study("coproduction", project).register


def test_study_files_and_small_tables(project):
    with pytest.raises(InputError, match=r"nowhere/study\.yaml.*coproduction"):
        load_study("nowhere", project)
    rewrite(project / "data/raw" / STUDY / "measures.csv", cell(2, "target", "CO-999"))
    with pytest.raises(InputError, match=r"measures\.csv, row 2, column 'target'"):
        performance(load_study(STUDY, project), "outputs")
    rewrite(
        project / "data/raw" / STUDY / "comparisons.csv",
        cell(3, "matched", "claim:CO-144 / (claim:CO-144 - claim:CO-144)"),
    )
    rewrite(project / "data/raw" / STUDY / "measures.csv", cell(2, "target", "CO-134"))
    with pytest.raises(InputError, match=r"comparisons\.csv, row 3, column 'matched'.*zero"):
        comparisons(load_study(STUDY, project))
    rewrite(project / "data/raw" / STUDY / "comparisons.csv", cell(3, "national", " "))
    with pytest.raises(InputError, match=r"comparisons\.csv, row 3, column 'national'"):
        comparisons(load_study(STUDY, project))


@pytest.mark.parametrize("kind", ["folder", "pipe", "nowhere", "device"])
@pytest.mark.parametrize(
    "name", ["coproduction/audit.yaml", "coproduction/records/attendance.csv", "overviews/coproduction.yaml"]
)
def test_what_lies_in_the_place_of_a_file_that_need_not_be_there_is_told(project, name, kind):
    """It was passed over, as if there were none, and a page lacked what it should have had."""
    path = project / "data/raw" / name
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)
    link = path.with_name(f".#{path.name}")
    link.symlink_to("somebody@elsewhere.1")  # an editor's
    check_files(project, "coproduction")
    if kind in ("folder", "pipe"):
        (path.mkdir if kind == "folder" else lambda: os.mkfifo(path))()
    else:
        path.symlink_to("/dev/zero" if kind == "device" else "/no/such/place")
    with pytest.raises(InputError, match=rf"data/raw/{name}: found a .*expected a file"):
        check_files(project, "coproduction")
    with pytest.raises(InputError, match="expected a file"):
        write_raw_files(project)
    assert [problem.expected for problem in check(project, "coproduction")[0]] == ["a file"]


def test_a_model_that_names_what_does_not_exist(project):
    path = project / "data/raw/coproduction/sroi.yaml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    content["derived"][0]["formula"] = "claim:CP-051 / assumption:nowhere"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    study = load_study("coproduction", project)
    with pytest.raises(InputError, match=r"sroi\.yaml.*assumption:nowhere"):
        derived_quantities(read_published(study), study)
    content["ratios"][0]["all_costs"] = "CP-999"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(InputError, match="CP-999"):
        read_published(load_study("coproduction", project))


@pytest.mark.slow
def test_a_bad_cell_stops_a_run_with_a_status_and_leaves_nothing_behind(project, monkeypatch, capfd):
    rewrite(project / "data/raw" / STUDY / "claims.csv", cell(9, "formula", "1 / (claim:CO-007 - claim:CO-007)"))
    monkeypatch.chdir(project)
    assert main(["run", "08_claims_audit", "--study", STUDY]) == 1
    error = capfd.readouterr().err
    assert f"data/raw/{STUDY}/claims.csv, row 9, column 'formula'" in error
    assert "Traceback" not in error
    assert not (project / "data" / "processed").exists()
    assert not (project / "reports").exists()


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "{a: " * 50_000, "- " * 50_000, "\n".join(" " * depth + "a:" for depth in range(2_000))]
)
def test_yaml_nested_without_end_does_not_end_the_process(tmp_path, text):
    (tmp_path / "deep.yaml").write_text(text, encoding="utf-8")
    with pytest.raises((InputError, RecursionError)):
        read_yaml(tmp_path / "deep.yaml", "deep.yaml")


@pytest.mark.parametrize(
    ("unit", "value", "fits"),
    [
        ("date", "2012", True), ("date", "2012-11", True), ("date", "2012-02-29", True), ("date", "2008..2009-03", True),
        ("date", "2012-13", False), ("date", "2013-02-29", False), ("date", "next spring", False), ("date", "2008..then", False), ("date", "201", False),
        ("%", "50..100", True), ("%", "4.5..5", True), ("%", "a..b", False), ("%", "../../etc/passwd", False), ("%", "50..", False), ("%", "2012-11", False),
    ],
)  # fmt: skip
def test_a_value_that_is_no_number_is_a_date_or_a_range(tmp_path, unit, value, fits):
    header = "claim_id,line,section,quantity,statement,printed,value,unit,base,kind,formula,note"
    path = tmp_path / "claims.csv"
    path.write_text(
        f"{header}\nAB-001,1,Results,something,Something happened,as printed,{value},{unit},,statistic,,\n",
        encoding="utf-8",
    )
    if fits:
        assert read_claims(path, "claims.csv", "AB")["AB-001"].value == value
        return
    with pytest.raises(InputError, match="a number, an ISO date .*or a range") as refused:
        read_claims(path, "claims.csv", "AB")
    assert refused.value.row == 2 and "Something happened" not in str(refused.value)  # not the whole row
