"""What other tools, languages and hands write for the same answers: the right value, or a stop that says where and why."""

from datetime import time, timedelta

import pandas as pd
import pytest
from openpyxl import Workbook

from analysis.errors import InputError
from analysis.participants.layout import FileLayout, read_layout
from analysis.participants.records import read_table

SCALE = {1.0: "Very good", 2.0: "Good", 3.0: "Fair", 4.0: "Poor", 5.0: "Very poor"}


def read(tmp_path, content, layout=None):
    (tmp_path / "q.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_table(tmp_path / "q.csv", "questionnaire", FileLayout.model_validate(layout or {}))


def refused(tmp_path, content):
    with pytest.raises(InputError) as caught:
        read(tmp_path, content)
    return caught.value


def one(tmp_path, column, text):
    table = read(tmp_path, f"person_id\t{column}\nP1\t{text}\n")
    return table, str(table.status[column][0])


@pytest.fixture
def sav(tmp_path):
    pyreadstat = pytest.importorskip("pyreadstat", reason="pyreadstat is not installed (pip install pyreadstat)")

    def read(columns, **labels):
        frame = pd.DataFrame({"person_id": [f"P{i}" for i in range(len(next(iter(columns.values()))))], **columns})
        pyreadstat.write_sav(frame, str(tmp_path / "q.sav"), variable_value_labels=labels)
        return read_table(tmp_path / "q.sav", "questionnaire")

    return read


@pytest.mark.parametrize(
    "text",
    [
        "sep=;\rperson_id;confidence_pre\rP1;5\rP2;6\r",
        "SEP = ;\nperson_id;confidence_pre\nP1;5\nP2;6\n",
        "person_id|confidence_pre\nP1|5\nP2|6\n",
        "\nperson_id,confidence_pre\nP1,5\nP2,6\n",
        ";;\n;;\nsep=;\nperson_id;confidence_pre;\nP1;5;\nP2;6\n",
        "\ufeffperson_id,confidence_pre\n\u200bP1,5\u200b\nP2\u200e,\ufeff6\n",
        "person_id,confidence_pre\nP1,٥\nP2,６\n",
    ],
    ids=["CR only", "blanks", "bars", "empty row", "empty rows and sep", "unseen signs", "other digits"],
)
def test_a_table_is_read_however_it_is_laid_out(tmp_path, text):
    table = read(tmp_path, text)
    assert table.values["person_id"].tolist() == ["P1", "P2"]
    assert table.values["confidence_pre"].tolist() == [5, 6]


def test_rows_above_the_header_count_in_messages(tmp_path):
    error = refused(tmp_path, "\n,\nperson_id,confidence_pre\nP1,5\nP2,66\n")
    assert (error.row, error.column) == (5, "confidence_pre")


@pytest.mark.parametrize("encoding", ["cp1251", "cp1253", "cp1256"])
def test_an_encoding_of_another_part_of_the_world_is_not_read_as_western_letters(tmp_path, encoding):
    word = {"cp1251": "Русский", "cp1253": "Ελληνικά", "cp1256": "العربية"}[encoding]
    error = refused(tmp_path, f"person_id;course\nP1;sewing\nP2;{word}\n".encode(encoding))
    assert (error.row, "UTF-8" in error.action) == (3, True)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16"])
def test_utf_16_is_named_with_and_without_its_mark(tmp_path, encoding):
    error = refused(tmp_path, "person_id,confidence_pre\nP1,5\n".encode(encoding))
    assert "UTF-16" in str(error)


@pytest.mark.parametrize("text", ["Zoë créée naïve façade", "Garçon, élève", "30 m³", "Fjölskyldan"])
def test_western_letters_are_read(tmp_path, text):
    table = read(tmp_path, f'person_id,course\nP1,"{text}"\n'.encode("cp1252"))
    assert table.values["course"].tolist() == [text]


@pytest.mark.parametrize(
    "text",
    ["5 to 10", "more than 10", "about 7", "c. 7", "approx. 7", "10 +", "7ish", "5~10", "10以上", "5至10", "5 до 10"]
    + ["lots!", "many…", "من 5 إلى 10"],
)
def test_numbers_in_other_spellings_are_kept_as_words(tmp_path, text):
    table, status = one(tmp_path, "friends_pre", text)
    assert (status, table.values["friends_pre_words"][0]) == ("in words", text)


@pytest.mark.parametrize(("text", "number"), [("٧", 7), ("１２", 12), ("१२", 12), ("12\u200e", 12)])
def test_a_number_is_a_number_in_any_script(tmp_path, text, number):
    table, status = one(tmp_path, "friends_pre", text)
    assert (status, table.values["friends_pre"][0]) == ("answered", number)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Non so / Non risponde", "missing"),
        ("NSP/NRP", "missing"),
        ("Nao sabe", "missing"),
        ("Refuse de répondre", "refused"),
        ("не хочу отвечать", "refused"),
        ("पता नहीं", "missing"),
        ("জানি না", "missing"),
        ("無回答", "missing"),
        ("Không biết", "missing"),
        ("bevil", None),
        ("NaN", "missing"),
        ("#N/A", "missing"),
        (".", "missing"),
        ("-", "missing"),
        ("—", "missing"),
        ("NULL", "missing"),
    ],
)
def test_words_for_no_answer_in_other_languages_and_programs(tmp_path, text, status):
    if status is None:
        assert "row 2" in str(refused(tmp_path, f"person_id\tenglish_pre\nP1\t{text}\n"))
    else:
        assert one(tmp_path, "english_pre", text)[1] == status


@pytest.mark.parametrize("text", ["nan", "null", "skipped", "left blank", "не хочу отвечать", "拒答", "-", "?"])
def test_no_answer_is_no_answer_in_words(tmp_path, text):
    assert one(tmp_path, "friends_pre", text)[1] in ("missing", "refused", "not_asked")


@pytest.mark.parametrize("text", ["05-Oct", "5-Oct", "Oct-10", "05. Okt"])
def test_a_range_that_a_spreadsheet_made_a_day_is_no_answer(tmp_path, text):
    error = refused(tmp_path, f"person_id\tfriends_pre\nP1\t{text}\n")
    assert (error.row, error.column, "of a range" in error.found) == (2, "friends_pre", True)


@pytest.mark.parametrize("text", ["5 maybe", "2 married", "march past"])
def test_words_that_begin_like_a_month_are_words(tmp_path, text):
    assert one(tmp_path, "friends_pre", text)[1] == "in words"


def book(tmp_path, *rows):
    workbook = Workbook()
    for row in rows:
        workbook.active.append(row)
    workbook.save(tmp_path / "q.xlsx")
    return tmp_path / "q.xlsx"


def test_a_workbook_with_empty_rows_above_its_header(tmp_path):
    path = book(tmp_path, [], [], ["person_id", "confidence_pre"], ["P1", 5], ["P2", 6])
    table = read_table(path, "questionnaire")
    assert (table.rows.tolist(), table.values["confidence_pre"].tolist()) == ([4, 5], [5, 6])


def test_a_cell_of_time_matters_only_where_it_is_read(tmp_path):
    """Forms that note how long an answer took write it as a time or a duration."""
    columns = ["person_id", "confidence_pre", "took", "lasted"]
    path = book(tmp_path, columns, ["P1", 5, time(0, 5, 33), timedelta(minutes=5)])
    assert read_table(path, "questionnaire", FileLayout(others="ignore")).values["confidence_pre"].tolist() == [5]
    path = book(tmp_path, columns[:2], ["P1", 5], ["P2", time(5, 0)])
    with pytest.raises(InputError) as caught:
        read_table(path, "questionnaire")
    assert (caught.value.row, caught.value.column) == (3, "confidence_pre")


@pytest.mark.parametrize(
    ("text", "row", "column", "expected"),
    [
        ("questionnaire:\n  ignore: Comments\n", 2, "questionnaire.ignore", "a list"),
        ("id_prefix: A-\nquestionnaire: []\n", 2, "questionnaire", "names with a value each"),
        ("id_prefix: A-\nquestionnaire:\n  dates: dayfirst\n", 3, "questionnaire.dates", "'iso' or 'day first'"),
        ("coded_segments:\n  groups: {a: '<b>'}\n", 2, "coded_segments.groups.a", "a name of letters"),
    ],
)
def test_a_slip_in_the_layout_has_its_line_and_plain_words(tmp_path, text, row, column, expected):
    (tmp_path / "records.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_layout(tmp_path / "records.yaml", "records.yaml")
    assert (caught.value.row, caught.value.column) == (row, column)
    assert expected in caught.value.expected and "^" not in caught.value.expected


def test_bands_of_a_coded_count_keep_their_numbers(sav):
    labels = {1.0: "1 to 5", 2.0: "6 - 10", 3.0: "More than 10"}
    table = sav({"friends_pre": [1.0, 2.0, 3.0]}, friends_pre=labels)
    assert table.values["friends_pre_words"].tolist() == ["1 to 5", "6 - 10", "More than 10"]


def test_a_code_among_bands_without_a_label_is_asked_about(sav):
    with pytest.raises(InputError, match="the value 4, which has no label"):
        sav({"friends_pre": [1.0, 4.0]}, friends_pre={1.0: "none", 2.0: "1 to 5", 3.0: "more"})


def test_a_count_whose_labels_repeat_its_numbers_is_a_count(sav):
    table = sav({"friends_pre": [0.0, 2.0, 30.0]}, friends_pre={0.0: "None", 30.0: "30 or more"})
    assert table.values["friends_pre"][1] == 2
    assert table.values["friends_pre_words"].tolist()[2] == "30 or more"


def test_names_behind_their_codes(sav):
    table = sav({"course": [1.0, 2.0, 3.0]}, course={1.0: "1 ESOL", 2.0: "2 = Advice", 3.0: "1st aid"})
    assert table.values["course"].tolist() == ["esol", "Advice", "1st aid"]


def test_a_scale_without_labels_beside_one_that_is_turned_is_asked_about(sav):
    """english_post has the same five points; nothing says which way round they are."""
    with pytest.raises(InputError, match="the labels of english_pre give codes another meaning") as caught:
        sav({"english_pre": [1.0, 5.0], "english_post": [1.0, 5.0]}, english_pre=SCALE)
    assert caught.value.column == "english_post"


def test_a_code_with_its_label_in_a_cell_tells_which_way_round_a_scale_is(tmp_path):
    """Rows: code and label; the code alone, in the same column and in that of the same scale."""
    table = read(tmp_path, "person_id,english_pre\nP1,1 = Very good\nP2,5 = Very poor\n")
    assert table.values["english_pre"].tolist() == [5, 1]
    for text in ("P1,1 = Very good,\nP2,5,\n", "P1,1 = Very good,\nP2,,5\n"):
        error = refused(tmp_path, f"person_id,english_pre,english_post\n{text}")
        assert (error.row, "which way round" in error.expected) == (3, True)
        assert "5" not in error.found  # what a person answered is not quoted
    layout = {"values": {"english_post": {code: 6 - code for code in range(1, 6)}}}
    table = read(tmp_path, "person_id,english_pre,english_post\nP1,1 = Very good,5\n", layout)
    assert table.values[["english_pre", "english_post"]].to_numpy().tolist() == [[5, 1]]


@pytest.mark.parametrize("text", ["5", "5.0", "05", "５", "٥", "5.00"])
def test_what_records_yaml_says_of_a_code_holds_in_every_spelling_of_it(tmp_path, text):
    """Programs write 5.0 where a column has gaps."""
    layout = {"values": {"english_pre": {5: 1, 1: 5}}, "codes": {"english_post": {99: "refused"}}}
    table = read(tmp_path, f"person_id,english_pre,english_post\nP1,{text},99.0\nP2,,4.0\n", layout)
    assert (table.values["english_pre"][0], table.values["english_post"][1]) == (1, 4)
    assert table.status["english_post"].tolist() == ["refused", "answered"]
    assert table.reading.told["english_pre", "5"] == 1


def test_scales_with_their_own_labels_are_no_doubt(sav):
    same_way = {6 - code: label for code, label in SCALE.items()}
    table = sav({"english_pre": [1.0, 5.0], "english_post": [1.0, 5.0]}, english_pre=SCALE, english_post=same_way)
    assert table.values[["english_pre", "english_post"]].to_numpy().tolist() == [[5, 1], [1, 5]]


@pytest.mark.parametrize("label", ["Don't know (spontaneous)", "Refused by partner", "Keine Angabe (spontan)"])
def test_a_label_that_looks_like_none_is_asked_about(sav, label):
    with pytest.raises(InputError, match="the value 9 with the label"):
        sav({"course": [1.0, 9.0]}, course={1.0: "Sewing", 9.0: label})
