"""What lies in the folders that a team fills is read or refused by name; what a run has read, it says."""

import os

import pytest

from analysis.census.stock import STOCK_FILE
from analysis.census.students import STUDENTS_FILE
from analysis.errors import InputError
from analysis.participants import read_records
from analysis.participants.account import account, describe
from analysis.participants.exports import read_export
from analysis.participants.folders import FILES, check_folder
from analysis.participants.layout import FileLayout
from analysis.participants.records import link, read_table

STUDY = "a_study"
TEXT = "person_id,confidence_pre,confidence_post\nP1,4,6\nP2,5,7\n"


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "data" / "raw" / STUDY / "records"
    place.mkdir(parents=True)
    return place


def put(folder, name, text=TEXT):
    (folder / name).write_text(text, encoding="utf-8")


def refused(folder):
    with pytest.raises(InputError, match="What to do:") as caught:
        read_records(folder, STUDY, folder.parents[3])
    return caught.value


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Questionnaire.csv", "did you mean questionnaire.csv?"),
        ("questionnaire.CSV", "did you mean questionnaire.csv?"),
        ("questionnaire (1).csv", "did you mean questionnaire.csv?"),
        ("questionnaires.csv", "did you mean questionnaire.csv?"),
        ("questionnaire - Copy.xlsx", "did you mean questionnaire.xlsx?"),
        ("questionaire.sav", "did you mean questionnaire.sav?"),
        ("Attendance 2024 final.csv", "did you mean attendance.csv?"),
        ("participants.csv", "a .csv file, which is not read (save it as .xlsx)"),
        ("questionnaire.csv.txt", "did you mean"),
        ("questionnaire.ods", "a .ods file, which is not read"),
        ("questionnaire", "a nameless file"),
        ("coded_segments.QDPX", "did you mean coded_segments.qdpx?"),
        ("coded segments.csv", "did you mean coded_segments.csv?"),
        ("records.yml", "a .yml file, which is not read (save it as .yaml)"),
        ("Records.yaml", "did you mean records.yaml?"),
        ("notes of an interview.docx", "a file that is not read"),
    ],
)
def test_a_file_that_is_nearly_one_of_ours_is_named(folder, name, said):
    put(folder, name)
    error = refused(folder)
    assert error.file == f"data/raw/{STUDY}/records/{name}"
    assert said in error.found
    assert f'ignore_files: ["{name}"]' in error.action


def test_all_strange_files_are_named_at_once_beside_good_ones(folder):
    put(folder, "questionnaire.csv")
    put(folder, "Attendance.csv")
    (folder / "old").mkdir()
    error = refused(folder)
    assert "attendance.csv" in error.found and "old" in error.found


def test_files_that_are_to_be_left_out_are(folder):
    for name in ("questionnaire.csv", "notes.docx", "old (1).docx", ".DS_Store", "~$questionnaire.xlsx", "Thumbs.db"):
        put(folder, name)
    put(folder, "records.yaml", 'ignore_files: ["*.docx"]\n')
    assert len(read_records(folder, STUDY).questionnaire.values) == 2


@pytest.mark.parametrize("name", ["Participants.csv", "participant.csv", "exits (2).xlsx", "referrals.json"])
def test_an_export_s_folder_is_held_to_the_same(folder, name):
    place = folder.parent / "management_information"
    place.mkdir()
    put(place, name)
    with pytest.raises(InputError, match="did you mean|which is not read"):
        read_export(folder.parent, STUDY)


def test_the_readers_of_coding_read_what_the_folder_may_hold():
    from analysis.coding.files import CODEBOOKS, EARLIER, SEGMENTS

    assert {*CODEBOOKS, *EARLIER, *SEGMENTS} <= FILES["records"]


def test_the_project_s_own_folders_hold_nothing_strange(project_root):
    for place in [*project_root.glob("data/raw/*/records"), *project_root.glob("data/raw/*/management_information")]:
        check_folder(place, place.name)


def workbook(path, sheets):
    from openpyxl import Workbook

    book = Workbook()
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)  # the sheet that a new workbook has stays in it, empty


PEOPLE, NOTES = [["person_id", "confidence_pre"], ["P1", 4]], [["private notes"]]


@pytest.mark.parametrize("name", ["Attendance", "questionnaire (2)", "notes"])
def test_a_sheet_that_nobody_knows_is_named(folder, name):
    workbook(folder / "participants.xlsx", {"questionnaire": PEOPLE, name: NOTES})
    assert repr(name) in refused(folder).found
    put(folder, "records.yaml", f'ignore_sheets: ["{name}"]\n')
    assert len(read_records(folder, STUDY).questionnaire.values) == 1


def test_a_sheet_of_another_name_is_read_if_records_yaml_names_it(folder):
    workbook(folder / "participants.xlsx", {"Survey": PEOPLE, "data dictionary": NOTES})
    put(folder, "records.yaml", "questionnaire: {sheet: Survey}\n")
    assert read_records(folder, STUDY).questionnaire.file.endswith("participants.xlsx, sheet Survey")


def test_a_second_sheet_beside_the_questionnaire_is_named(folder):
    workbook(folder / "questionnaire.xlsx", {"questionnaire": PEOPLE, "wave 2": PEOPLE})
    assert "wave 2" in refused(folder).found
    put(folder, "records.yaml", "questionnaire: {sheet: wave 2}\n")
    assert read_records(folder, STUDY).questionnaire.file.endswith("sheet wave 2")


# Groups, spellings, codes


def read(tmp_path, text, **layout):
    (tmp_path / "q.csv").write_text(text, encoding="utf-8")
    return read_table(tmp_path / "q.csv", "questionnaire", FileLayout.model_validate(layout))


COURSES = "person_id,course\nP1,ESOL\nP2,esol\nP3, Esol \nP4,Sewing  group\nP5,sewing group\nP6,Café\n"


def test_names_that_differ_in_case_and_blanks_are_one(tmp_path):
    table = read(tmp_path, COURSES)
    assert table.values["course"].tolist() == ["esol"] * 3 + ["Sewing group"] * 2 + ["Café"]
    assert table.reading.respelt["course"] == 1


def test_mappings_fit_whatever_the_case(tmp_path):
    table = read(tmp_path, COURSES, values={"course": {"SEWING group": "craft", "café": "craft"}})
    assert table.values["course"].tolist() == ["esol"] * 3 + ["craft"] * 3
    assert table.reading.told == {("course", "sewing group"): 2, ("course", "café"): 1}


def test_a_mapping_that_fits_nothing_is_named(tmp_path):
    with pytest.raises(InputError, match="'Swing group'.*2 cells of the column stand under no entry") as caught:
        read(tmp_path, COURSES, values={"course": {"Swing group": "craft", "Café": "craft"}})
    assert caught.value.column == "course"


def test_a_mapping_for_what_is_not_there_this_time_is_told(tmp_path):
    text = "person_id,course\nP1,A\nP2,A\n"
    table = read(tmp_path, text, values={"course": {"A": "esol", "B": "advice"}})
    assert "  in records.yaml and in no cell: course 'b'" in list(describe(table))


def test_one_person_in_two_spellings_is_one_person(folder):
    put(folder, "questionnaire.csv", TEXT.replace("P1", "NW-003"))
    put(folder, "attendance.csv", "person_id,session_date\nnw-003,2024-01-08\nNW-003,2024-01-09\np2,2024-01-08\n")
    records = read_records(folder, STUDY)
    assert records.attendance.values["person_id"].tolist() == ["NW-003", "NW-003", "P2"]
    assert "  names and ids in several spellings, kept in the first: person_id" in list(describe(records.attendance))


def test_two_rows_of_one_person_in_two_spellings_are_refused(folder):
    put(folder, "questionnaire.csv", TEXT.replace("P2", "p1"))
    error = refused(folder)
    assert (error.row, error.column) == (3, "person_id")
    assert "stands in row 2 already" in error.found and "case" in error.found


MONTHS = "person_id,months_in_uk,confidence_pre\nP1,99,99\nP2,12,4\n"


def test_a_code_belongs_to_its_column(tmp_path):
    table = read(tmp_path, MONTHS, codes={"confidence_pre": {99: "refused"}})
    assert table.values["months_in_uk"].tolist() == [99, 12]
    assert table.status["confidence_pre"].tolist() == ["refused", "answered"]


def test_a_code_for_the_whole_file_that_may_be_an_answer_is_asked_about(tmp_path):
    with pytest.raises(InputError, match="may be an answer in this column") as caught:
        read(tmp_path, MONTHS, codes={99: "refused"})
    assert (caught.value.row, caught.value.column) == (2, "months_in_uk")
    table = read(tmp_path, MONTHS, codes={99: "refused"}, values={"months_in_uk": {99: 99}})
    assert table.values["months_in_uk"].tolist() == [99, 12]
    assert table.status["confidence_pre"].tolist() == ["refused", "answered"]


def test_a_code_of_another_column_of_the_file_is_asked_about(tmp_path):
    """SPSS files often declare 98 in some columns and use it in others: 98 friends are then no number to count."""
    pyreadstat = pytest.importorskip("pyreadstat", reason="pyreadstat is not installed (pip install pyreadstat)")
    import pandas as pd

    frame = pd.DataFrame({"person_id": ["P1", "P2"], "friends_pre": [98.0, 4.0], "trust_pre": [98.0, 4.0]})
    labels = {"variable_value_labels": {"trust_pre": {98.0: "Prefer not to say"}}}
    pyreadstat.write_sav(frame, str(tmp_path / "q.sav"), **labels)
    with pytest.raises(InputError, match="no answer in other columns of this file") as caught:
        read_table(tmp_path / "q.sav", "questionnaire")
    assert caught.value.column == "friends_pre"


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Prefer not to say", "refused"),
        ("8 = Don't know", "missing"),
        ("k. A.", "missing"),
        ("Sans objet", "not_asked"),
    ],
)
def test_words_for_no_answer_are_none_in_any_format(tmp_path, text, status):
    assert read(tmp_path, f"person_id,english_pre\nP1,{text}\n").status["english_pre"].tolist() == [status]


def test_a_cell_with_code_and_label_is_read_by_the_label(tmp_path):
    table = read(tmp_path, "person_id,english_pre\nP1,1 = Very good\nP2,4. good\nP3,(2) poor\n")
    assert table.values["english_pre"].tolist() == [5, 4, 2]


def test_the_interview_s_day_and_weeks_of_volunteering_are_no_answer_after(tmp_path):
    from analysis.participants import stages_reached

    header = "person_id,months_in_uk,interview_date,weeks_volunteering,friends_post,trust_then\n"
    rows = "P1,12,2024-05-01,3,,\nP2,,2024-05-01,0,4,\nP3,12,,,,refused\nP4,12,,,a few,\n"
    stages = stages_reached(read(tmp_path, header + rows)).set_index("person_id")
    assert stages["experience"].tolist() == [False, True, True, True]
    assert not stages["initial"].any()  # months in the UK are known of people who answered nothing


# Columns


def test_all_unknown_columns_are_named_at_once(tmp_path):
    with pytest.raises(InputError) as caught:
        read(tmp_path, 'person_id,confidense_pre,"a, ""b""",Notes\nP1,4,x,y\n')
    error = caught.value
    assert (error.row, error.column) == (1, "confidense_pre")
    assert "3 columns this table does not know" in error.found
    assert "'confidense_pre': is it confidence_pre?" in error.action
    assert r'ignore: ["confidense_pre", "a, \"b\"", "Notes"]' in error.action


@pytest.mark.parametrize("layout", [{"ignore": ["a", "b", ""]}, {"others": "ignore"}])
def test_columns_are_left_out_as_the_team_says(tmp_path, layout):
    table = read(tmp_path, "person_id,a,confidence_pre,b,\nP1,x,4,y,z\n", **layout)
    assert table.values["confidence_pre"].tolist() == [4]
    assert table.reading.unread == ("a", "b", "")


def test_a_first_row_of_answers_is_not_quoted(tmp_path):
    with pytest.raises(InputError) as caught:
        read(tmp_path, "Fatima,1984,4\nNW-002,1985,5\n")
    assert "names of the columns" in str(caught.value)
    assert "Fatima" not in str(caught.value)


# The account of a run, and messages


def test_a_run_says_what_it_read(folder):
    put(
        folder,
        "questionnaire.csv",
        "person_id;course;friends_pre;trust_post;Note\nP1;English;a few;;x\nP2;english;3;4\n",
    )
    put(folder, "records.yaml", "questionnaire: {ignore: [Note], values: {course: {ENGLISH: esol, Maths: maths}}}\n")
    assert list(account(folder.parents[3], [STUDY])) == [
        f"read data/raw/{STUDY}/records/questionnaire.csv (CSV, UTF-8, semicolon between columns): 2 rows, 2 people, "
        "2 answered before, 1 answered after",
        "  columns not read, as records.yaml says: 'Note'",
        "  rows without their last cells, taken as empty: 1",
        "  mapped by records.yaml: course 'english' (2 cells)",
        "  in records.yaml and in no cell: course 'maths'",
        "  cells answered in words, kept as they are: friends_pre 1",
    ]


def test_a_run_without_files_of_a_team_says_nothing(folder):
    put(folder, "README.md", "Put files here.")
    assert list(account(folder.parents[3], [STUDY])) == []


def test_a_run_says_that_nobody_is_in_the_course_that_pages_compare_by(tmp_path):
    table = read(tmp_path, "person_id,course\nP1,English class\n")
    assert any("course is nowhere esol" in line for line in describe(table))


SECRET = "Zaynab Qorraxley"
PLACES = {
    "person_id": SECRET,
    "joined_on": f"{SECRET} joined",
    "birth_year": SECRET,
    "course": f"{SECRET}; =1+1",
    "months_in_uk": SECRET,
    "english_pre": SECRET,
    "friends_pre": f"<b>{SECRET}</b>",
    "study": SECRET,
}


@pytest.mark.parametrize("column", PLACES)
def test_messages_say_the_place_and_not_the_cell(folder, column, monkeypatch):
    header = list(PLACES)
    row = {"person_id": "P1", column: PLACES[column]}
    cells = ",".join('"{}"'.format(row.get(name, "").replace('"', '""')) for name in header)
    put(folder, "questionnaire.csv", ",".join(header) + f"\n{cells}\n")
    error = refused(folder)
    assert (error.row, error.column) == (2, column)
    assert "Zaynab" not in str(error) and "Qorraxley" not in str(error)
    monkeypatch.setenv("ANALYSIS_SHOW_VALUES", "1")
    assert "Zaynab" in str(refused(folder))


def test_ids_and_dates_of_people_are_not_quoted_either(folder):
    put(folder, "questionnaire.csv", "person_id,birth_year\nZAYNAB-7,1980\n")
    put(folder, "attendance.csv", "person_id,session_date\nQORRAX-9,1979-11-30\n")
    assert "QORRAX" not in str(refused(folder))
    put(folder, "attendance.csv", "person_id,session_date\nZAYNAB-7,1979-11-30\n")
    error = refused(folder)
    assert (error.row, error.column) == (2, "session_date")
    assert not {"ZAYNAB-7", "1979-11-30", "1980"} & set(str(error).replace(";", " ").replace(",", " ").split())
    put(folder, "attendance.csv", "person_id,session_date\nZAYNAB-7,1989-11-30\nZAYNAB-7,1989-11-30\n")
    assert "ZAYNAB" not in str(refused(folder))


def test_the_command_line_shows_values_where_it_is_told_to(monkeypatch):
    from analysis.cli import main

    monkeypatch.setenv("ANALYSIS_SHOW_VALUES", "")
    assert main(["run", "no_such_notebook", "--study", "no_such_study", "--show-values"]) == 1
    assert os.environ["ANALYSIS_SHOW_VALUES"] == "1"


def test_ids_without_a_questionnaire_are_spelt_as_first_met(folder):
    put(folder, "attendance.csv", "person_id,session_date\nnw-1,2024-01-08\nNW-1,2024-01-09\n")
    records = link(read_records(folder, STUDY), STUDY)
    assert records.attendance.values["person_id"].tolist() == ["nw-1", "nw-1"]


@pytest.mark.parametrize("name", [STOCK_FILE, STUDENTS_FILE])
def test_counts_for_the_census_baseline_may_lie_beside_the_records(folder, name):
    put(folder, name)
    read_records(folder, STUDY, folder.parents[3])
