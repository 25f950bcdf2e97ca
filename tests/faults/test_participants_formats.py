"""Every bad input of the list, in every format that participant files come in: one clear error, with the row of that file.

The list: ids twice, ids of nobody, scores off the scale, negative months, dates before birth, days as Excel's numbers,
decimal commas, a formula, markup, another study, too many columns, an empty file. Encodings are of CSV files only.
"""

import csv
import io
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from analysis.errors import InputError
from analysis.participants import read_records

pytestmark = pytest.mark.usefixtures("values_shown")
STUDY = "a_study"
NAMES = ["study", "person_id", "joined_on", "birth_year", "confidence_pre", "months_in_uk", "course"]
GOOD = [
    [STUDY, "A1", date(2013, 1, 7), 1980, 5, 18, "esol"],
    [STUDY, "A2", date(2013, 1, 8), 1981, 6, 24, "health"],
    [STUDY, "A3", date(2013, 1, 9), 1982, 7, 30, "esol"],
]
FIRST_ROW = {"csv": 2, "semicolons": 2, "xlsx": 2, "sav": 2, "kobo": 2, "qualtrics": 4, "qualtrics xlsx": 3}


def lines(rows, mark=",") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=mark, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def put(folder: Path, form: str, rows: list[list], names: list[str] = NAMES) -> None:
    """The rows as a questionnaire in one format, the way the programs write it."""
    ids = [f"R_{number}" for number in range(len(rows))]
    if form in ("csv", "semicolons"):
        (folder / "questionnaire.csv").write_bytes(lines([names, *rows], ";" if form == "semicolons" else ","))
    elif form == "kobo":
        header = ["start", *(f"about/{name}" for name in names), "_id", "_uuid", "_submission_time"]
        (folder / "questionnaire.csv").write_bytes(
            lines(
                [header, *(["2013-01-07T10:00:00", *row, 1, key, "x"] for key, row in zip(ids, rows, strict=True))], ";"
            )
        )
    elif form.startswith("qualtrics"):
        header = [
            ["StartDate", "ResponseId", "RecordedDate", *names],
            ["Start Date", "Response ID", "Recorded Date", *(f"What is {name}?" for name in names)],
        ]
        body = [["x", key, "x", *row] for key, row in zip(ids, rows, strict=True)]
        imports = [[f'{{"ImportId":"QID{number}"}}' for number in range(len(names) + 3)]]
        _book(folder, [*header, *body]) if form.endswith("xlsx") else (folder / "questionnaire.csv").write_bytes(
            lines([*header, *imports, *body])
        )
    elif form == "xlsx":
        _book(folder, [names, *rows])
    else:
        _spss(folder, rows, names)


def _book(folder: Path, rows: list[list]) -> None:
    from openpyxl import Workbook

    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(folder / "questionnaire.xlsx")


def _spss(folder: Path, rows: list[list], names: list[str], **labels) -> None:
    pyreadstat = pytest.importorskip("pyreadstat", reason="pyreadstat is not installed (pip install pyreadstat)")
    columns = {name: [row[place] for row in rows] for place, name in enumerate(names)}
    frame = pd.DataFrame(
        {
            name: values if len({type(value) for value in values}) == 1 else [str(value) for value in values]
            for name, values in columns.items()
        }
    )
    pyreadstat.write_sav(frame, str(folder / "questionnaire.sav"), **labels)


@pytest.fixture
def folder(tmp_path) -> Path:
    found = tmp_path / "raw" / STUDY
    found.mkdir(parents=True)
    return found


def refused(folder: Path) -> InputError:
    before = {path: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(InputError, match="What to do:") as caught:
        read_records(folder, STUDY, root=folder.parents[1])
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
    return caught.value


@pytest.mark.parametrize("form", FIRST_ROW)
def test_good_rows_are_read_alike_from_every_format(folder, form):
    put(folder, form, GOOD)
    values = read_records(folder, STUDY).questionnaire.values
    assert values["person_id"].to_list() == ["A1", "A2", "A3"]
    assert values["joined_on"].dt.date.to_list() == [row[2] for row in GOOD]
    assert values["months_in_uk"].to_list() == [18, 24, 30]
    assert values["course"].to_list() == ["esol", "health", "esol"]


FAULTS = [
    ("person_id", "A1", "which stands in row"), ("person_id", "", "an empty cell"), ("confidence_pre", 0, "from 1 to 9"),
    ("confidence_pre", 10, "from 1 to 9"), ("confidence_pre", "five", "'five'"), ("months_in_uk", -24, "'-24'"),
    ("joined_on", date(1913, 1, 8), "after the person's birth"), ("joined_on", 41282, "Excel's number of the day 2013-01-08"),
    ("joined_on", "2013-02-30", "2013-02-30"), ("months_in_uk", 450, "no more months than the person had lived"),
    ("study", "other_study", "'other_study'"), ("course", "=HYPERLINK(1)", "a formula to a spreadsheet"),
    ("course", "@SUM(1)", "a formula to a spreadsheet"), ("course", "<script>x</script>", "markup"), ("course", "&#60;i&#62;", "markup"),
]  # fmt: skip


@pytest.mark.parametrize(("column", "value", "words"), FAULTS)
@pytest.mark.parametrize("form", FIRST_ROW)
def test_a_bad_cell_is_named_by_the_row_of_its_file(folder, form, column, value, words):
    rows = [list(row) for row in GOOD]
    rows[1][NAMES.index(column)] = value
    put(folder, form, rows)
    error = refused(folder)
    assert (error.row, error.column) == (FIRST_ROW[form] + 1, column)
    assert words in str(error)


@pytest.mark.parametrize("form", ["csv", "xlsx", "sav", "qualtrics", "qualtrics xlsx"])
def test_a_decimal_comma_where_none_may_stand(folder, form):
    rows = [list(row) for row in GOOD]
    rows[1][NAMES.index("months_in_uk")] = "24,5"
    put(folder, form, rows)
    error = refused(folder)
    assert (error.row, error.column) == (FIRST_ROW[form] + 1, "months_in_uk")
    assert "decimal comma" in error.found


@pytest.mark.parametrize("form", FIRST_ROW)
def test_an_id_of_nobody_in_another_file(folder, form):
    put(folder, form, GOOD)
    (folder / "attendance.csv").write_text(
        "person_id,session_date,course\nA1,2013-02-01,esol\nA9,2013-02-01,esol\n", encoding="utf-8"
    )
    error = refused(folder)
    assert error.file.endswith("attendance.csv")
    assert (error.row, error.column) == (3, "person_id")


@pytest.mark.parametrize("form", FIRST_ROW)
def test_a_file_without_a_record(folder, form):
    put(folder, form, [])
    assert "an empty file" in refused(folder).found


@pytest.mark.parametrize("form", FIRST_ROW)
def test_a_file_with_more_columns_than_any_form_has(folder, form):
    more = [f"c{number}" for number in range(1_001)]
    put(folder, form, [[*row, *range(1_001)] for row in GOOD], [*NAMES, *more])
    error = refused(folder)
    assert error.row == 1
    assert "columns" in error.found


@pytest.mark.parametrize("form", FIRST_ROW)
def test_a_column_with_markup_for_a_name(folder, form):
    if form == "sav":
        pytest.importorskip("pyreadstat")
        with pytest.raises(Exception, match="name"):  # SPSS knows no such names of variables
            put(folder, form, [[*row, 1] for row in GOOD], [*NAMES, "<script>"])
        return
    put(folder, form, [[*row, 1] for row in GOOD], [*NAMES, "<script>x"])
    error = refused(folder)
    assert error.row == 1
    assert "script" in str(error.column)


@pytest.mark.parametrize("label", ["<script>x</script>", "=1+1", "es\x07ol", "javascript:x"])
def test_a_value_label_of_spss_is_held_to_what_a_cell_is(folder, label):
    coded = [[*row[:-1], float(place == 1) + 1] for place, row in enumerate(GOOD)]
    _spss(folder, coded, NAMES, variable_value_labels={"course": {1.0: "esol", 2.0: label}})
    error = refused(folder)
    assert (error.row, error.column) == (3, "course")


def test_question_texts_are_never_taken_for_answers(folder):
    """What stands in a further header row of Qualtrics is dropped, whatever it is."""
    put(folder, "qualtrics", GOOD)
    path = folder / "questionnaire.csv"
    path.write_bytes(
        path.read_bytes().replace(b"What is course?", b"<script>x</script>").replace(b"What is study?", b"=1+1")
    )
    assert len(read_records(folder, STUDY).questionnaire.values) == 3


@pytest.mark.parametrize("form", ["csv", "kobo", "qualtrics"])
@pytest.mark.parametrize(("name", "words"), [("both", "0xe9"), ("utf-16", "UTF-16")])
def test_encodings_of_exports(folder, form, name, words):
    rows = [list(row) for row in GOOD]
    rows[0][-1] = "Café"
    rows[2][-1] = "Thé"
    put(folder, form, rows)
    path = folder / "questionnaire.csv"
    content = path.read_bytes()
    path.write_bytes(
        content.replace("Thé".encode(), "Thé".encode("cp1252")) if name == "both" else content.decode().encode("utf-16")
    )
    error = refused(folder)
    assert words in error.found
    assert error.row == (FIRST_ROW[form] + 2 if name == "both" else None)


@pytest.mark.parametrize("form", ["csv", "kobo", "qualtrics"])
def test_a_byte_order_mark_before_an_export(folder, form):
    put(folder, form, GOOD)
    path = folder / "questionnaire.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert len(read_records(folder, STUDY).questionnaire.values) == 3
