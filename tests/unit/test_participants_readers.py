"""The same answers from CSV, Excel and SPSS files in many guises give the same typed tables."""

import csv
import io
import re
from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st

from analysis.errors import InputError
from analysis.participants import read_records, spss, stages_reached
from analysis.participants.codes import status_of
from analysis.participants.csv_files import decode, read_rows
from analysis.participants.layout import FileLayout
from analysis.participants.records import read_table

HEADER = ["person_id", "joined_on", "course", "confidence_pre", "confidence_post", "friends_post", "months_in_uk"]
ROWS = [
    ["A1", "2013-01-07", "esol", "5", "8", "a lot", "18.5"],
    ["A2", "2013-09-30", "Café", "refused", "9", "12", "not_asked"],
    ["A3", "", "esol", "", "-98", "A lot", "7"],
]


def csv_text(records, delimiter=",", newline="\n"):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=newline).writerows(records)
    return out.getvalue()


def write(path, records=(HEADER, *ROWS), encoding="utf-8", **style):
    path.write_bytes(csv_text(records, **style).encode(encoding))
    return path


@pytest.fixture
def expected(tmp_path):
    return read_table(write(tmp_path / "plain.csv"), "questionnaire")


def same(table, other):
    pd.testing.assert_frame_equal(table.values, other.values)
    pd.testing.assert_frame_equal(table.status, other.status)


def test_values_and_reasons(expected):
    values, status = expected.values, expected.status
    assert values["confidence_pre"].to_list()[0] == 5
    assert np.isnan(values["confidence_pre"].to_list()[1:]).all()
    assert status["confidence_pre"].to_list() == ["answered", "refused", "missing"]
    assert status["confidence_post"].to_list() == ["answered", "answered", "refused"]
    assert status["months_in_uk"].to_list() == ["answered", "not_asked", "answered"]
    assert status["health_pre"].to_list() == ["not_asked"] * 3
    assert values["joined_on"].to_list() == [pd.Timestamp("2013-01-07"), pd.Timestamp("2013-09-30"), pd.NaT]
    assert values["friends_post_words"].to_list()[0] == "a lot"
    assert values["friends_post"].to_list()[1] == 12
    assert values["friends_post_words"].dropna().str.casefold().to_list() == ["a lot", "a lot"]
    assert status["friends_post"].value_counts()[lambda counts: counts > 0].to_dict() == {"in words": 2, "answered": 1}


@pytest.mark.parametrize(
    "style",
    [
        {"encoding": "utf-8-sig"},
        {"encoding": "cp1252"},
        {"newline": "\r\n"},
        {"delimiter": ";"},
        {"delimiter": "\t"},
    ],
    ids=str,
)
def test_guises_of_csv(tmp_path, expected, style):
    same(read_table(write(tmp_path / "other.csv", **style), "questionnaire"), expected)


def test_decimal_commas_between_semicolons(tmp_path, expected):
    rows = [[cell.replace("18.5", "18,5") for cell in row] for row in ROWS]
    same(read_table(write(tmp_path / "other.csv", (HEADER, *rows), delimiter=";"), "questionnaire"), expected)


def test_labels_as_names_and_any_case(tmp_path, expected):
    header = [
        "PERSON_ID",
        "Joined on",
        "main course",
        "Confidence, before",
        "confidence_post",
        "Friends met regularly, after",
        "Time in the UK",
    ]
    same(read_table(write(tmp_path / "other.csv", (header, *ROWS)), "questionnaire"), expected)


def test_the_format_is_told(tmp_path):
    table = read_table(write(tmp_path / "other.csv", encoding="cp1252", delimiter=";"), "questionnaire")
    assert table.format == "CSV, Windows-1252, semicolon between columns"


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("person_id,confidence_pre,confidence_post\nA1,4\nA2,5,6\n", [2, 3]),
        ("person_id;confidence_pre;confidence_post;;;\nA1;4;;;;\nA2;5;6;;;\n", [2, 3]),
        ("person_id,confidence_pre,confidence_post\nA1,4,,,,\nA2,5,6\n , ,\n", [2, 3]),
        ("sep=;\nperson_id;confidence_pre;confidence_post\nA1;4;\n\nA2;5;6\n", [3, 5]),
        ("SEP=\t\r\nperson_id\tconfidence_pre\t\tconfidence_post\r\nA1\t4\r\nA2\t5\t\t6\r\n", [3, 4]),
        ("sep=|\nperson_id|confidence_pre|confidence_post\nA1|4|\nA2|5|6\n", [3, 4]),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_what_spreadsheets_leave_out_or_put_before_is_no_matter(tmp_path, text, rows, encoding):
    (tmp_path / "q.csv").write_bytes(text.encode(encoding))
    table = read_table(tmp_path / "q.csv", "questionnaire")
    assert pairs(table, "confidence_pre") == [(4, "answered"), (5, "answered")]
    assert pairs(table, "confidence_post") == [(None, "missing"), (6, "answered")]
    assert table.rows.tolist() == rows


def test_an_error_below_a_line_that_names_the_separator_has_the_row_of_the_file(tmp_path):
    (tmp_path / "q.csv").write_text("sep=;\nperson_id;confidence_pre\nA1;4\nA2;40\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_table(tmp_path / "q.csv", "questionnaire")
    assert caught.value.row == 4
    (tmp_path / "q.csv").write_text("sep=;\nperson_id;colour\nA1;4\n", encoding="utf-8")
    with pytest.raises(InputError, match="does not know") as caught:
        read_table(tmp_path / "q.csv", "questionnaire")
    assert caught.value.row == 2


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("group,note\nA,Zoë\nB\n", "utf-8"),
        ("sep=;\ngroup;note;\nA;Zoë;\nB\n", "cp1252"),
        ("group\tnote\nA\tZoë\nB\n", "cp1252"),
    ],
)
def test_any_table_of_a_user_comes_in_through_the_same_door(tmp_path, text, encoding):
    (tmp_path / "t.csv").write_bytes(text.encode(encoding))
    rows = read_rows(tmp_path / "t.csv", "t.csv", ["group"], ["note"])
    assert [cells for _, cells in rows] == [{"group": "A", "note": "Zoë"}, {"group": "B", "note": ""}]
    with pytest.raises(InputError, match="no such column: 'id'; a column that does not belong here: 'group', 'note'"):
        read_rows(tmp_path / "t.csv", "t.csv", ["id"])


def test_an_excel_date_that_no_calendar_has_matters_only_where_it_is_read(tmp_path):
    from openpyxl import Workbook

    book = Workbook()
    for row in (["person_id", "confidence_pre", "entered"], ["A1", 4, 99_999_999]):
        book.active.append(row)
    book.active["C2"].number_format = "yyyy-mm-dd"
    book.save(tmp_path / "q.xlsx")
    table = read_table(tmp_path / "q.xlsx", "questionnaire", FileLayout(ignore=("entered",)))
    assert table.values["confidence_pre"].tolist() == [4]


def test_empty_rows_keep_row_numbers_true(tmp_path):
    table = read_table(write(tmp_path / "gaps.csv", (HEADER, ROWS[0], [""] * 7, [], ROWS[1])), "questionnaire")
    assert table.rows.tolist() == [2, 5]


def test_a_layout_says_what_a_file_means(tmp_path, expected):
    rows = [[cell.replace("refused", "99").replace("esol", "E") for cell in row] + ["free text"] for row in ROWS]
    header = [*HEADER[:3], "Q12", *HEADER[4:], "Comments"]
    rows[0][1] = "07/01/2013"
    rows[1][1] = "30/09/2013"
    layout = FileLayout.model_validate(
        {
            "columns": {"Q12": "confidence_pre"},
            "ignore": ["Comments"],
            "codes": {99: "refused"},
            "values": {"course": {"E": "esol"}},
            "dates": "day first",
        }
    )
    same(read_table(write(tmp_path / "own.csv", (header, *rows)), "questionnaire", layout), expected)


def workbook(path, records, sheet="Sheet1"):
    from openpyxl import Workbook

    book = Workbook()
    book.active.title = sheet
    for record in records:
        book.active.append(record)
    book.save(path)
    return path


TYPED = [
    ["A1", datetime(2013, 1, 7), "esol", 5, 8, "a lot", 18.5],
    ["A2", date(2013, 9, 30), "Café", "refused", 9.0, 12, "not_asked"],
    ["A3", None, "esol", None, -98, "A lot", 7],
]


def test_excel(tmp_path, expected):
    table = read_table(workbook(tmp_path / "questionnaire.xlsx", [HEADER, *TYPED]), "questionnaire")
    same(table, expected)
    assert table.format == "Excel"


def test_excel_rows_are_those_of_the_sheet(tmp_path):
    path = workbook(tmp_path / "q.xlsx", [HEADER, TYPED[0], [], [], TYPED[1]])
    assert read_table(path, "questionnaire").rows.tolist() == [2, 5]


def test_one_workbook_for_all_tables(tmp_path):
    from openpyxl import Workbook

    book = Workbook()
    book.active.title = "notes"
    for record in (HEADER, *TYPED):
        book["questionnaire"].append(record) if "questionnaire" in book.sheetnames else book.create_sheet(
            "questionnaire"
        ).append(record)
    for record in (["person_id", "session_date"], ["A1", date(2013, 2, 1)]):
        book["attendance"].append(record) if "attendance" in book.sheetnames else book.create_sheet(
            "attendance"
        ).append(record)
    book.save(tmp_path / "participants.xlsx")
    records = read_records(tmp_path, "any_study")
    assert [table.name for table in records] == ["questionnaire", "attendance"]
    assert records.advice_contacts is None


class _Meta:
    column_labels = ["Person", None, "Main course", None, None, None, None]
    variable_value_labels = {
        "course": {1.0: "esol", 2.0: "Café"},
        "confidence_pre": {99.0: "Prefer not to say"},
        "confidence_post": {-8.0: "Refused"},
    }
    missing_ranges = {"confidence_pre": [{"lo": 99.0, "hi": 99.0}]}
    original_variable_types = {"joined_on": "DATE11", "person_id": "A8"}


def _seconds(*days):
    """Days as SPSS counts them."""
    return [np.nan if day is None else (day - date(1582, 10, 14)).total_seconds() for day in days]


def _fake_spss(path, user_missing, disable_datetime_conversion):
    assert user_missing and disable_datetime_conversion
    frame = pd.DataFrame(
        {
            "person_id": ["A1", "A2", "A3"],
            "joined_on": _seconds(date(2013, 1, 7), date(2013, 9, 30), None),
            "course": [1.0, 2.0, 1.0],
            "confidence_pre": [5.0, 99.0, np.nan],
            "confidence_post": [8.0, 9.0, -8.0],
            "friends_post": ["a lot", "12", "A lot"],
            "months_in_uk": [18.5, -97, 7],
        }
    )
    return frame, _Meta()


def test_spss_values_labels_and_user_missing(tmp_path, expected, monkeypatch):
    """What pyreadstat hands over, read by our rules; the next test reads a true file where pyreadstat is installed."""
    monkeypatch.setattr(spss, "_reader", lambda file: _fake_spss)
    (tmp_path / "q.sav").write_bytes(b"$FL2")
    same(read_table(tmp_path / "q.sav", "questionnaire"), expected)


@pytest.fixture
def sav(tmp_path):
    """Writes a true SPSS file of the columns given, and reads it."""
    pyreadstat = pytest.importorskip("pyreadstat", reason="pyreadstat is not installed (pip install pyreadstat)")

    def read(columns, layout=None, **labels):
        frame = pd.DataFrame({"person_id": [f"A{i}" for i in range(len(next(iter(columns.values()))))], **columns})
        pyreadstat.write_sav(frame, str(tmp_path / "q.sav"), **labels)
        return read_table(tmp_path / "q.sav", "questionnaire", FileLayout.model_validate(layout or {}))

    return read


def test_a_true_spss_file(sav, expected):
    frame, meta = _fake_spss("", True, True)
    frame["joined_on"] = [date(2013, 1, 7), date(2013, 9, 30), None]
    columns = {name: frame[name] for name in frame.columns}
    same(sav(columns, variable_value_labels=meta.variable_value_labels, missing_ranges=meta.missing_ranges), expected)


def pairs(table, column):
    """The values of a column (None where there is none) and the reasons."""
    values = [None if pd.isna(value) else value for value in table.values[column]]
    return list(zip(values, table.status[column].astype(str), strict=True))


NINETY_NINE = {"missing_ranges": {"confidence_pre": [{"lo": 99, "hi": 99}]}}


@pytest.mark.parametrize(
    ("label", "layout", "status"),
    [
        (None, {}, "missing"),
        (None, {"codes": {99: "refused"}}, "refused"),
        (None, {"codes": {"confidence_pre": {99: "not_asked"}}}, "not_asked"),
        ("Interviewer error", {}, "missing"),
        ("weiß nicht", {}, "missing"),
        ("Refus de répondre", {}, "refused"),
        ("99 = لا ينطبق", {}, "not_asked"),
        ("Interviewer error", {"values": {"confidence_pre": {"interviewer ERROR": "not_asked"}}}, "not_asked"),
    ],
)
def test_a_value_that_a_file_declares_missing_is_missing(sav, label, layout, status):
    """It is never held against a person's answers, whatever it is called."""
    labels = {"variable_value_labels": {"confidence_pre": {99.0: label}}} if label else {}
    table = sav({"confidence_pre": [4.0, 99.0, 5.0]}, layout, **NINETY_NINE, **labels)
    assert pairs(table, "confidence_pre") == [(4, "answered"), (None, status), (5, "answered")]


REVERSED = {1.0: "Very good", 2.0: "Good", 3.0: "Fair", 4.0: "Poor", 5.0: "Very poor"}


def test_a_scale_the_other_way_round_is_read_by_its_labels(sav):
    labels = {"english_pre": REVERSED, "safety_pre": {1.0: "1 = Very safe", 2.0: "2. safe", 9.0: "(9) Don't know"}}
    table = sav({"english_pre": [1.0, 2.0, 5.0], "safety_pre": [1.0, 2.0, 9.0]}, variable_value_labels=labels)
    assert table.values["english_pre"].tolist() == [5, 4, 1]
    assert pairs(table, "safety_pre") == [(5, "answered"), (4, "answered"), (None, "missing")]


@pytest.mark.parametrize("label", ["Don't know", "8 = Don't know", "Nie wiem", "no sé", "لا أعرف", "Não sabe"])
def test_a_point_of_the_scale_whose_label_is_no_answer_is_none(sav, label):
    table = sav({"confidence_pre": [8.0, 7.0]}, variable_value_labels={"confidence_pre": {8.0: label}})
    assert pairs(table, "confidence_pre") == [(None, "missing"), (7, "answered")]


@pytest.mark.parametrize(
    ("column", "labels", "values", "asked"),
    [
        ("english_pre", {1.0: "Excellent"}, [1.0], "the value 1 with the label 'Excellent'"),
        ("english_pre", {1.0: "Very poor", 5.0: "Very good"}, [3.0], "the value 3, which has no label"),
        ("confidence_pre", {1.0: "very happy", 9.0: "very sad"}, [2.0], "the value 2, which has no label"),
        ("months_in_uk", {97.0: "96 or more"}, [97.0], "the value 97 with the label '96 or more'"),
        ("course", {1.0: "esol", 2.0: "health"}, [7.0], "the value 7, which has no label"),
    ],
)
def test_what_labels_leave_open_is_asked_about(sav, column, labels, values, asked):
    with pytest.raises(InputError) as caught:
        sav({column: values}, variable_value_labels={column: labels})
    assert (caught.value.row, caught.value.column) == (2, column)
    assert asked in caught.value.found
    assert f"values: {{{column}: {{" in caught.value.action


def test_records_yaml_answers_what_labels_leave_open(sav):
    """By the value or by the label, whatever its case."""
    layout = {"values": {"english_pre": {"excellent": 5, 2: 1}, "course": {"ENGLISH class": "esol"}}}
    labels = {"english_pre": {1.0: "Excellent", 2.0: "Hopeless"}, "course": {1.0: "English class", 2.0: "Work club"}}
    table = sav({"english_pre": [1.0, 2.0], "course": [1.0, 2.0]}, layout, variable_value_labels=labels)
    assert table.values["english_pre"].tolist() == [5, 1]
    assert table.values["course"].tolist() == ["esol", "Work club"]


def test_friends_by_their_labels_are_words(sav):
    labels = {"friends_pre": {1.0: "a few", 2.0: "5-10", 9.0: "Refused"}}
    table = sav({"friends_pre": [1.0, 2.0, 9.0]}, variable_value_labels=labels)
    assert table.values["friends_pre_words"].tolist()[:2] == ["a few", "5-10"]
    assert pairs(table, "friends_pre")[2:] == [(None, "refused")]


IMPOSSIBLE = {"variable_format": {"entered": "DATE11", "joined_on": "DATE11"}}


def test_an_impossible_date_matters_only_where_it_is_read(sav):
    columns = {"confidence_pre": [3.0, 4.0], "entered": [13_600_000_000.0, 6.3e15]}
    table = sav(columns, {"ignore": ["entered"]}, **IMPOSSIBLE)
    assert table.values["confidence_pre"].tolist() == [3, 4]
    with pytest.raises(InputError, match="a day that no calendar has") as caught:
        sav({"joined_on": [13_600_000_000.0, 6.3e15]}, **IMPOSSIBLE)
    assert (caught.value.row, caught.value.column) == (3, "joined_on")


def test_without_pyreadstat_the_message_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pyreadstat", None)
    (tmp_path / "q.sav").write_bytes(b"$FL2")
    with pytest.raises(InputError, match="pip install pyreadstat"):
        read_table(tmp_path / "q.sav", "questionnaire")


def test_stages(tmp_path):
    header = ["person_id", "confidence_pre", "confidence_post"]
    rows = [["A1", "5", "8"], ["A2", "refused", "not_asked"], ["A3", "not_asked", "not_asked"], ["A4", "", "3"]]
    table = read_table(write(tmp_path / "q.csv", (header, *rows)), "questionnaire")
    assert stages_reached(table).set_index("person_id").astype(int).to_numpy().tolist() == [
        [1, 1, 1],
        [1, 1, 0],
        [1, 0, 0],
        [1, 0, 1],
    ]


def test_no_files_no_records(tmp_path):
    assert read_records(tmp_path, "coproduction") is None


# Properties

SCORE = st.one_of(st.integers(1, 9).map(str), st.sampled_from(["", "refused", "not_asked", "-99", "-98", "-97"]))
NAME = st.from_regex(r"[A-Za-z][A-Za-zÀ-ÖØ-öø-ÿ0-9 ,.&'-]{0,20}[A-Za-z0-9]", fullmatch=True).filter(
    lambda text: status_of(text) is None and not re.search("[À-ÿ]{4}", text)
)
PEOPLE = st.lists(
    st.tuples(SCORE, NAME, st.integers(0, 1200), st.dates(date(2000, 1, 1), date(2030, 12, 31))),
    min_size=1,
    max_size=12,
)


@given(
    PEOPLE,
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["utf-8", "utf-8-sig", "cp1252"]),
    st.permutations(range(5)),
)
def test_what_is_written_is_read(tmp_path_factory, people, delimiter, encoding, order):
    header = ["person_id", "confidence_pre", "course", "months_in_uk", "joined_on"]
    rows = [
        [f"P{i}", score, course, str(months), day.isoformat()] for i, (score, course, months, day) in enumerate(people)
    ]
    records = [[record[i] for i in order] for record in [header, *rows]]
    path = write(tmp_path_factory.mktemp("csv") / "q.csv", records, encoding=encoding, delimiter=delimiter)
    values = read_table(path, "questionnaire").values
    assert values["person_id"].to_list() == [f"P{i}" for i in range(len(people))]
    assert values["course"].to_list() == [course for _, course, _, _ in people]
    assert values["months_in_uk"].to_list() == [months for _, _, months, _ in people]
    assert values["joined_on"].dt.date.to_list() == [day for _, _, _, day in people]
    assert [None if np.isnan(v) else str(int(v)) for v in values["confidence_pre"]] == [
        s if s.isdigit() else None for s, *_ in people
    ]


@given(st.text(st.characters(codec="cp1252"), max_size=40))
def test_decoding_never_loses_a_letter(text):
    """Text that is Windows-1252 and not UTF-8 by chance comes back as it was; else it is refused or was UTF-8."""
    content = text.encode("cp1252")
    try:
        read, encoding = decode(content, "q.csv")
    except InputError:
        return
    assert read.encode({"UTF-8": "utf-8", "Windows-1252": "cp1252"}[encoding]) == content.removeprefix(b"\xef\xbb\xbf")
