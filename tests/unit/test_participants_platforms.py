"""Exports of KoboToolbox, ODK and Qualtrics give the same table as a plain file, with the export's own row numbers."""

import json

import pandas as pd
import pytest

from analysis.errors import InputError
from analysis.participants import FileLayout, read_table

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
