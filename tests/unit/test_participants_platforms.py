"""Exports of KoboToolbox, ODK and Qualtrics give the same table as a plain file, with the export's own row numbers."""

import csv
import json
from pathlib import Path

import pandas as pd
import pytest

from analysis.errors import InputError
from analysis.participants.layout import FileLayout
from analysis.participants.records import read_table

PLAIN = "person_id,confidence_pre,english_pre\nA1,5,2\nA2,refused,3\n"
KOBO = (
    '"start";"end";"about/person_id";"before/confidence_pre";"before/english_pre";"__version__";"_id";"_uuid";"_submission_time";"_validation_status";"_notes";'
    '"_status";"_submitted_by";"_tags";"_index"\n'
    '"2013-01-07T10:00:00.000+00:00";"2013-01-07T10:10:00.000+00:00";"A1";"5";"poor";"v1";"1";"u-1";"2013-01-07T10:11:00";"";"";"submitted_via_web";"";"";"1"\n'
    '"2013-01-08T10:00:00.000+00:00";"2013-01-08T10:10:00.000+00:00";"A2";"refused";"fair";"v1";"2";"u-2";"2013-01-08T10:11:00";"";"";"submitted_via_web";"";"";"2"\n'
)
KOBO_LABELS = '"Person";"Confidence, before";"English, before";"_id";"_uuid";"_submission_time";"_index"\n"A1";"5";"Poor";"1";"u-1";"t";"1"\n"A2";"refused";"Fair";"2";"u-2";"t";"2"\n'
ODK = (
    "SubmissionDate,about-person_id,before-confidence_pre,before-english_pre,meta-instanceID,KEY,SubmitterID,SubmitterName,AttachmentsPresent,ReviewState,FormVersion\n"
    "2013-01-07T10:00:00Z,A1,5,2,uuid:1,uuid:1,7,team,0,,1\n2013-01-08T10:00:00Z,A2,refused,3,uuid:2,uuid:2,7,team,0,approved,1\n"
)
_IDS = [
    json.dumps({"ImportId": name})
    for name in ("startDate", "status", "ipAddress", "_recordId", "QID1_TEXT", "QID2", "QID3")
]
QUALTRICS = pd.DataFrame(
    [
        ["StartDate", "Status", "IPAddress", "ResponseId", "person_id", "Q2", "Q3"],
        [
            "Start Date",
            "Response Type",
            "IP Address",
            "Response ID",
            "Your number",
            "Confidence, before",
            "English, before",
        ],
        _IDS,
        ["2013-01-07 10:00:00", "IP Address", "192.0.2.1", "R_1", "A1", "5", "Poor"],
        ["2013-01-08 10:00:00", "0", "192.0.2.2", "R_2", "A2", "refused", "Fair"],
    ]
).to_csv(index=False, header=False)


def read(tmp_path, text, name="q.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8-sig")
    return read_table(path, "questionnaire")


@pytest.mark.parametrize(
    ("export", "rows", "named"),
    [
        (KOBO, [2, 3], "KoboToolbox"),
        (KOBO_LABELS, [2, 3], "KoboToolbox"),
        (ODK, [2, 3], "ODK"),
        (QUALTRICS, [4, 5], "Qualtrics"),
    ],
    ids=["Kobo names", "Kobo labels", "ODK Central", "Qualtrics"],
)
def test_exports_give_the_plain_table(tmp_path, export, rows, named):
    plain, table = read(tmp_path, PLAIN, "plain.csv"), read(tmp_path, export)
    pd.testing.assert_frame_equal(table.values, plain.values)
    pd.testing.assert_frame_equal(table.status, plain.status)
    assert table.rows.tolist() == rows
    assert named in table.format


def test_no_address_of_a_respondent_is_kept(tmp_path):
    table = read(tmp_path, QUALTRICS)
    assert not table.values.astype(str).isin(["192.0.2.1", "R_1"]).any().any()


def test_qualtrics_excel_has_two_header_rows(tmp_path):
    from openpyxl import Workbook

    book = Workbook()
    for record in (
        ["ResponseId", "RecordedDate", "person_id", "confidence_pre"],
        ["Response ID", "Recorded Date", "Your number", "How confident"],
        ["R_1", "x", "A1", 5],
    ):
        book.active.append(record)
    book.save(tmp_path / "q.xlsx")
    table = read_table(tmp_path / "q.xlsx", "questionnaire")
    assert (table.rows.tolist(), table.values["confidence_pre"].tolist()) == ([3], [5])


def test_qualtrics_without_its_further_header_rows(tmp_path):
    table = read(tmp_path, "ResponseId,RecordedDate,person_id,confidence_pre\nR_1,x,A1,5\n")
    assert table.rows.tolist() == [2]


def test_an_error_in_a_qualtrics_export_names_the_row_of_the_file(tmp_path):
    with pytest.raises(InputError) as caught:
        read(tmp_path, QUALTRICS.replace("refused", "12"))
    assert (caught.value.row, caught.value.column) == (5, "confidence_pre")


@pytest.mark.parametrize(
    ("text", "column"),
    [
        (QUALTRICS.replace("IP Address,192", "Survey Preview,192"), "Status"),
        (ODK.replace("approved", "rejected"), "ReviewState"),
        (
            KOBO.replace(
                '"";"";"submitted_via_web";"";"";"2"',
                '"validation_status_not_approved";"";"submitted_via_web";"";"";"2"',
            ),
            "_validation_status",
        ),
    ],
    ids=["Qualtrics preview", "ODK rejected", "Kobo not approved"],
)
def test_what_the_platform_marks_as_no_response_is_refused(tmp_path, text, column):
    with pytest.raises(InputError) as caught:
        read(tmp_path, text)
    assert caught.value.column == column


def test_two_groups_with_the_same_question_are_refused(tmp_path):
    with pytest.raises(InputError, match="a second column for confidence_pre"):
        read(tmp_path, "about/person_id,before/confidence_pre,baseline/confidence_pre,_uuid\nA1,5,6,u\n")


@pytest.mark.parametrize("group", ["child", "about/partner_of"])
def test_a_group_that_may_be_about_somebody_else_is_asked_about(tmp_path, group):
    text = f"person_id,{group}/english_pre,_uuid\nA1,4,u\n"
    with pytest.raises(InputError, match="is it english_pre of the person") as caught:
        read(tmp_path, text)
    assert f'groups: ["{group}"]' in caught.value.action
    (tmp_path / "q.csv").write_text(text, encoding="utf-8")
    told = read_table(tmp_path / "q.csv", "questionnaire", FileLayout(groups=(group,)))
    assert told.values["english_pre"].tolist() == [4]


@pytest.mark.parametrize("choice", ["course", "english_pre"])
def test_a_choice_of_a_question_with_several_is_no_question(tmp_path, choice):
    """Kobo writes a column for the question, and one of 0 and 1 for each choice below its name."""
    with pytest.raises(InputError, match="3 columns") as caught:
        read(tmp_path, f"person_id,about/wants,about/wants/{choice},about/wants/other,_uuid\nA1,{choice},1,0,u\n")
    assert f"'about/wants/{choice}' is a choice of another question" in caught.value.action


def test_groups_are_taken_off_in_exports_only(tmp_path):
    with pytest.raises(InputError, match="does not know"):
        read(tmp_path, "person_id,before/confidence_pre\nA1,5\n")


GERMAN = pd.DataFrame(
    [
        ["StartDate", "Status", "DistributionChannel", "ResponseId", "Q1", "Q2", "Q3"],
        ["Anfangsdatum", "Antworttyp", "Verteilungskanal", "Antwort-ID", "Person", "Confidence, before", "Freitext"],
        [f'{{"ImportId":"x{n}"}}' for n in range(7)],
        ["2013-01-07", "IP-Adresse", "anonymous", "R_1", "A1", "5", "x"],
        ["2013-01-08", "0", "email", "R_2", "A2", "6", "y"],
    ]
).to_csv(index=False, header=False)


def test_question_texts_stand_above_the_import_ids_in_any_language(tmp_path):
    layout = FileLayout(ignore=("Q3",))
    (tmp_path / "q.csv").write_text(GERMAN, encoding="utf-8")
    table = read_table(tmp_path / "q.csv", "questionnaire", layout)
    assert (table.values["person_id"].tolist(), table.values["confidence_pre"].tolist()) == (["A1", "A2"], [5, 6])
    assert table.rows.tolist() == [4, 5]


@pytest.mark.parametrize(
    ("word", "mark", "column"),
    [
        ("IP-Adresse", "Umfragevorschau", "Status"),
        ("IP-Adresse", "aperçu de l’enquête", "Status"),
        ("IP-Adresse", "1", "Status"),
        ("anonymous", "preview", "DistributionChannel"),
    ],
)
def test_a_row_that_is_no_known_response_stops_the_run_and_can_be_left_out(tmp_path, word, mark, column):
    """Whatever language the account speaks: the platform's word is named, since it is nobody's answer."""
    (tmp_path / "q.csv").write_text(GERMAN.replace(word, mark), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_table(tmp_path / "q.csv", "questionnaire", FileLayout(ignore=("Q3",)))
    assert (caught.value.row, caught.value.column) == (4, column)
    assert repr(mark) in caught.value.found
    left = FileLayout.model_validate({"ignore": ["Q3"], "rows": {column: {mark.upper(): "leave out"}}})
    table = read_table(tmp_path / "q.csv", "questionnaire", left)
    assert (table.values["person_id"].tolist(), table.reading.left_out) == (["A2"], 1)
    read_too = FileLayout.model_validate({"ignore": ["Q3"], "rows": {column: {mark: "read"}}})
    assert len(read_table(tmp_path / "q.csv", "questionnaire", read_too).values) == 2


def test_columns_are_known_by_their_import_ids_whatever_their_names(tmp_path):
    """Exports with other names in the first row keep the import ids."""
    rows = [["Beginn", "Zustand", "person_id"], ["a", "b", "c"]]
    rows += [[json.dumps({"ImportId": name}) for name in ("startDate", "status", "QID1")], ["2013-01-07", "8", "A1"]]
    with pytest.raises(InputError) as caught:
        read(tmp_path, pd.DataFrame(rows).to_csv(index=False, header=False))
    assert (caught.value.row, caught.value.column) == (4, "Zustand")


SURVEYMONKEY = (
    "Respondent ID,Collector ID,Start Date,IP Address,Email Address,First Name,person_id,confidence_pre,english_pre\n"
    ",,,,,,Open-Ended Response,Response,Response\n"
    "118,45,05/03/2024 10:11:12 AM,192.0.2.1,a@example.org,Ann,A1,5,Poor\n"
    "119,45,05/03/2024 10:11:12 AM,192.0.2.1,b@example.org,Bea,A2,refused,Fair\n"
)
MICROSOFT = (
    'ID,Start time,Completion time,Email,Name,person_id,"Confidence,\u00a0before","English, before\n"\n'
    "1,2013-01-07,2013-01-07,anonymous,Ann,A1,5,2\n2,2013-01-07,2013-01-07,anonymous,Bea,A2,refused,3\n"
)
GOOGLE = "Timestamp,Email Address,person_id,confidence_pre,english_pre\n1/7/2013 10:00:00,a@example.org,A1,5,2\n1/7/2013 10:00:00,b@example.org,A2,refused,fair\n"


@pytest.mark.parametrize(
    ("export", "rows"), [(SURVEYMONKEY, [3, 4]), (MICROSOFT, [2, 3]), (GOOGLE, [2, 3])], ids=["Monkey", "MS", "Google"]
)
def test_forms_give_the_plain_table_and_no_names(tmp_path, export, rows):
    plain, table = read(tmp_path, PLAIN, "plain.csv"), read(tmp_path, export)
    pd.testing.assert_frame_equal(table.values, plain.values)
    pd.testing.assert_frame_equal(table.status, plain.status)
    assert table.rows.tolist() == rows


SHARED = Path(__file__).resolve().parents[3] / "shared" / "cases" / "own_records"
DAYS = {"dates": "day first"}
CODES = {"codes": {"confidence_post": {98: "refused"}, "friends_post": {98: "refused"}}}


@pytest.mark.skipif(not SHARED.is_dir(), reason="the questionnaire as seven tools export it is not beside the project")
@pytest.mark.parametrize("tool", ["google", "kobo", "kobo semicolons", "msforms", "qualtrics", "sav", "surveymonkey"])
def test_one_questionnaire_from_seven_tools_gives_the_same_cells(tool):
    names = json.loads((SHARED / "qualtrics" / "map.json").read_text(encoding="utf-8"))
    with (SHARED / "qualtrics" / "questionnaire.csv").open(encoding="utf-8", newline="") as file:
        header, texts = list(csv.reader(file))[:2]
    asked = {text: names[name] for name, text in zip(header, texts, strict=True) if name in names}
    layouts = {
        "kobo": {"others": "ignore"},
        "kobo semicolons": {"others": "ignore"},
        "qualtrics": {"columns": names, **DAYS},
        "sav": {"columns": json.loads((SHARED / "sav" / "map.json").read_text(encoding="utf-8")), **CODES},
    }
    paths = {"kobo semicolons": SHARED / "kobo" / "questionnaire_semicolon.csv"}
    path = paths.get(tool) or next((SHARED / tool).glob("questionnaire.*"))
    layout = FileLayout.model_validate(layouts.get(tool, {"columns": asked, **DAYS}))
    plain = FileLayout.model_validate({"columns": asked, "ignore": ["Note"], **DAYS})
    expected, table = (
        read_table(SHARED / "csv" / "questionnaire.csv", "questionnaire", plain),
        read_table(path, "questionnaire", layout),
    )
    words = [] if tool != "sav" else ["friends_post_words", "friends_pre_words"]  # a numeric variable holds no words
    pd.testing.assert_frame_equal(table.values.drop(columns=words), expected.values.drop(columns=words))
    told = expected.status.astype(str)
    said = table.status.astype(str).mask(told == "in words", "in words") if words else table.status.astype(str)
    pd.testing.assert_frame_equal(said, told)
