"""Bad management information exports: each gives one clear error with file, row and column, and changes nothing."""

import hashlib
import shutil
from datetime import date

import pytest
from export_files import ROOT, STUDY, monitoring, write_export_files

from analysis.errors import InputError
from analysis.participants import read_export
from analysis.pipeline.parameters import parameters_for
from analysis.programme.rules import read_rules
from analysis.study import load_study

GOOD = {
    "referrals": "referral_id,referral_date,source,decision\nR1,2020-01-01,self,eligible\nR2,2020-01-02,self,ineligible",
    "participants": "person_id,referral_id,sex,partner,start_date,partner_from,partner_until\nP1,R1,female,North,2020-02-01,,\nP2,,male,South,2020-02-01,,",
    "activities": "activity_id,person_id,organisation,type,activity_date,hours\nA1,P1,,esol,2020-02-03,2\nA2,,O1,employer_engagement,2020-02-03,1",
    "outcomes": "person_id,stage,review_date,confidence\nP1,initial,2020-02-01,3\nP1,exit,2020-06-01,4",
    "exits": "person_id,exit_date,destination\nP1,2020-06-01,employment",
    "evidence": "evidence_id,person_id,what,evidence_date,received_on,accepted,accepted_on\nE1,P1,destination,2020-06-01,2020-06-05,yes,2020-06-07",
    "targets": "measure,partner,quarter_start,quarter_end,target\nwomen,North,2020-01-01,2020-03-31,5\nwomen,North,2020-04-01,2020-06-30,5",
}
pytestmark = pytest.mark.usefixtures("values_shown")
PLACE = f"{STUDY}/management_information"


def refused(tmp_path, table, text, row, column, found, as_of="", file=None):
    """With this text for one table, reading fails with this place and finding, says what to do, and changes no file."""
    tables = GOOD | {table: text}
    write_export_files(tmp_path, tables)
    before = {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(InputError) as caught:
        monitoring(tmp_path, tables, as_of)
    error = caught.value
    assert (error.file, error.row, error.column) == (file or f"{PLACE}/{table}.csv", row, column)
    assert found in str(error)
    assert "What to do:" in str(error)
    assert {
        path: hashlib.sha256(path.read_bytes()).hexdigest() for path in tmp_path.rglob("*") if path.is_file()
    } == before
    return str(error)


def test_the_good_export_is_good(tmp_path):
    records = monitoring(tmp_path, GOOD)
    assert (len(records.people), records.as_of.date()) == (2, date(2020, 6, 7))


# The list of the specification


def test_an_exit_before_a_start(tmp_path):
    text = GOOD["exits"].replace("2020-06-01", "2020-01-31")
    refused(
        tmp_path,
        "exits",
        text,
        2,
        "exit_date",
        "found '2020-01-31', before the person's start on '2020-02-01'; expected a day on or after the person's start",
    )


def test_a_participant_with_two_partners_at_once(tmp_path):
    text = GOOD["participants"] + "\nP1,R1,female,South,2020-02-01,2020-03-01,"
    refused(
        tmp_path, "participants", text, 4, "partner", "'P1' with 'South' from '2020-03-01', while still with 'North'"
    )


def test_a_partner_left_on_the_day_the_next_begins(tmp_path):
    text = (
        GOOD["participants"].replace("2020-02-01,,", "2020-02-01,,2020-03-01", 1)
        + "\nP1,R1,female,South,2020-02-01,2020-03-01,"
    )
    refused(tmp_path, "participants", text, 4, "partner", "one partner at a time")


def test_the_same_row_twice(tmp_path):
    text = GOOD["participants"] + "\n" + GOOD["participants"].splitlines()[1]
    refused(
        tmp_path, "participants", text, 4, "partner", "'P1' with 'North' from '2020-02-01', while still with 'North'"
    )


def test_a_change_of_partner_is_no_fault(tmp_path):
    text = (
        GOOD["participants"].replace("2020-02-01,,", "2020-02-01,,2020-02-29", 1)
        + "\nP1,R1,female,South,2020-02-01,2020-03-01,"
    )
    people = monitoring(tmp_path, GOOD | {"participants": text}).people
    assert people.set_index("person_id")["partner"].to_dict() == {"P1": "North", "P2": "South"}


@pytest.mark.parametrize(("table", "row"), [("outcomes", 4), ("activities", 4), ("evidence", 3), ("exits", 3)])
def test_an_outcome_without_a_participant(tmp_path, table, row):
    last = GOOD[table].splitlines()[1].replace("P1", "P9").replace("A1", "A9").replace("E1", "E9")
    message = refused(tmp_path, table, f"{GOOD[table]}\n{last}", row, "person_id", "found 'P9'")
    assert "participants.csv has" in message


def test_an_unknown_measure_of_a_target(tmp_path):
    text = GOOD["targets"].replace("women", "womne", 1)
    message = refused(tmp_path, "targets", text, 2, "measure", "'womne', a measure without a rule")
    assert "counting_rules.yaml" in message


def test_an_unknown_measure_of_the_forms(tmp_path):
    refused(
        tmp_path,
        "outcomes",
        GOOD["outcomes"].replace("confidence", "happiness"),
        1,
        "happiness",
        "a column this table does not know",
    )


def test_overlapping_quarters(tmp_path):
    text = GOOD["targets"].replace("2020-04-01", "2020-03-31")
    refused(
        tmp_path,
        "targets",
        text,
        3,
        "quarter_start",
        "a quarter from 2020-03-31, while the one before it for women lasts until 2020-03-31",
    )


def test_the_same_quarter_twice(tmp_path):
    text = GOOD["targets"] + "\nwomen,North,2020-04-01,2020-06-30,7"
    refused(tmp_path, "targets", text, 4, "measure", "which stands in row 3 already")


def test_a_target_for_nobody(tmp_path):
    refused(
        tmp_path,
        "targets",
        GOOD["targets"].replace("North", "Nroth", 1),
        2,
        "partner",
        "'Nroth', a partner without participants",
    )


def test_a_target_of_the_whole_beside_those_of_partners(tmp_path):
    text = GOOD["targets"] + "\nwomen,,2020-04-01,2020-06-30,5"
    refused(tmp_path, "targets", text, 4, "partner", "beside those of its partners")


@pytest.mark.parametrize(
    ("day", "calendar"),
    [
        ("1441-06-07", True),
        ("1398-11-12", True),
        ("2563-02-01", True),
        ("01/02/2020", False),
        ("2020-30-02", False),
        ("43862", False),
        ("1 Feb 2020", False),
    ],
)
def test_a_date_in_another_calendar_or_format(tmp_path, day, calendar):
    message = refused(tmp_path, "exits", GOOD["exits"].replace("2020-06-01", day), 2, "exit_date", day)
    assert ("another calendar" in message) == calendar
    assert "yyyy-mm-dd" in message


def test_a_re_used_person_id(tmp_path):
    text = GOOD["participants"] + "\nP1,,male,North,2021-02-01,,"
    refused(tmp_path, "participants", text, 4, "person_id", "the id 'P1' again, with another referral_id than in row 2")


@pytest.mark.parametrize(
    ("table", "column"),
    [("referrals", "referral_id"), ("activities", "activity_id"), ("evidence", "evidence_id"), ("exits", "person_id")],
)
def test_a_re_used_id(tmp_path, table, column):
    text = GOOD[table] + "\n" + GOOD[table].splitlines()[1]
    refused(tmp_path, table, text, len(GOOD[table].splitlines()) + 1, column, "which stands in row 2 already")


def test_activities_without_an_id_may_be_alike(tmp_path):
    text = "person_id,type,activity_date\nP1,esol,2020-02-03\nP1,esol,2020-02-03"
    assert len(monitoring(tmp_path, GOOD | {"activities": text}).activities) == 2


def test_evidence_dated_in_the_future_of_as_of(tmp_path):
    text = GOOD["evidence"].replace("2020-06-01,", "2020-07-01,")
    refused(tmp_path, "evidence", text, 2, "evidence_date", "2020-07-01, after 2020-06-07")
    refused(tmp_path, "evidence", text, 2, "evidence_date", "2020-07-01, after 2020-06-10", as_of="2020-06-10")


def test_evidence_that_comes_later_is_no_fault_but_not_known_yet(tmp_path):
    assert len(monitoring(tmp_path, GOOD, "2020-06-04").evidence) == 0
    assert monitoring(tmp_path, GOOD, "2020-06-06").evidence["accepted"].to_list() == ["pending"]
    assert monitoring(tmp_path, GOOD, "2020-06-07").evidence["accepted"].to_list() == ["yes"]


# Other bad input


def test_no_participants(tmp_path):
    write_export_files(tmp_path, {"exits": GOOD["exits"]})
    with pytest.raises(InputError, match="no participants table"):
        read_export(tmp_path / STUDY, STUDY, tmp_path)


def test_no_export_is_no_fault(tmp_path):
    assert read_export(tmp_path, STUDY, tmp_path) is None


def test_another_study_s_export(tmp_path):
    text = GOOD["exits"].replace("person_id", "study,person_id").replace("P1,", "other_study,P1,")
    refused(tmp_path, "exits", text, 2, "study", "'other_study'")


def test_an_id_without_the_prefix(tmp_path):
    write_export_files(tmp_path, GOOD, "id_prefix: P2\n")
    with pytest.raises(InputError, match="begins with P2"):
        read_export(tmp_path / STUDY, STUDY, tmp_path)


def test_an_activity_of_nobody(tmp_path):
    refused(
        tmp_path,
        "activities",
        GOOD["activities"].replace(",O1,", ",,"),
        3,
        "person_id",
        "neither person_id nor organisation",
    )


@pytest.mark.parametrize(
    ("table", "good", "bad", "column"),
    [
        ("evidence", "yes,2020-06-07", "yes,2020-06-04", "accepted_on"),
        ("targets", "2020-03-31", "2019-03-31", "quarter_end"),
        ("participants", "2020-02-01,,\nP2", "2020-02-01,2020-01-01,\nP2", "partner_from"),
    ],
)
def test_days_the_wrong_way_round(tmp_path, table, good, bad, column):
    refused(tmp_path, table, GOOD[table].replace(good, bad), 2, column, "expected a day on or after")


@pytest.mark.parametrize(
    ("table", "good", "bad", "column"),
    [
        ("exits", "employment", "<b>work</b>", "destination"),
        ("participants", "North", "=HYPERLINK(1)", "partner"),
        ("activities", ",2\n", ",25\n", "hours"),
        ("outcomes", ",3", ",6", "confidence"),
        ("exits", "2020-06-01", "", "exit_date"),
        ("targets", ",5\n", ",-5\n", "target"),
    ],
)
def test_cells_that_cannot_be(tmp_path, table, good, bad, column):
    refused(tmp_path, table, GOOD[table].replace(good, bad, 1), 2, column, "")


def test_a_file_in_blocks_names_the_row_of_the_file(tmp_path, monkeypatch):
    from analysis.participants import csv_files

    monkeypatch.setattr(csv_files.csv_blocks, "__defaults__", (3,))
    rows = [f"A{number},P1,,esol,2020-02-03,1" for number in range(1, 9)]
    good = "activity_id,person_id,organisation,type,activity_date,hours\n" + "\n".join(rows)
    records = monitoring(tmp_path, GOOD | {"activities": good})
    assert records.activities["activity_id"].to_list() == [f"A{number}" for number in range(1, 9)]
    refused(tmp_path, "activities", good.replace("A8,P1,,esol", "A8,P1,,dancing"), 9, "type", "'dancing'")
    refused(tmp_path, "activities", good.replace("A8,", "A1,"), 9, "activity_id", "which stands in row 2 already")
    refused(tmp_path, "activities", good.replace("A8,P1", '"A8,P1'), 9, None, "a row that cannot be read")


@pytest.mark.parametrize("as_of", ["2020-13-01", "yesterday", "2020"])
def test_an_as_of_that_is_no_day(tmp_path, as_of):
    with pytest.raises(InputError, match="a day as yyyy-mm-dd"):
        monitoring(tmp_path, GOOD, as_of)


def test_an_as_of_parameter_of_the_wrong_form():
    with pytest.raises(InputError, match="as_of"):
        parameters_for(ROOT, "07_programme_performance", "connecting_opportunities_example", {"as_of": "June 2020"})


def test_an_as_of_that_yaml_reads_as_a_date():
    found = parameters_for(
        ROOT, "07_programme_performance", "connecting_opportunities_example", {"as_of": date(2020, 6, 30)}
    )
    assert found.as_of == "2020-06-30"


# Counting rules


@pytest.mark.parametrize(
    ("good", "bad", "found"),
    [
        ("event: start, evidence: eligibility}", "event: begin, evidence: eligibility}", "'begin'"),
        ("values: [job_search]", "values: [job_hunting]", "job_hunting"),
        ("scale: finance", "scale: happiness", "a scale of the outcomes table"),
        ("sex: [male]", "sex: [man]", "'man'"),
        ("measure: women,", "measure: men,", "'men' twice"),
        ("base_measure: esol", "base_measure: eslo", "'eslo'"),
        ("whole: participants", "whole: participant", "'participant'"),
        ("rules:\n", "rule:\n", "no list of rules"),
        ("evidence: qualification}", "evidence: qualifications}", "'qualifications'"),
    ],
)
def test_counting_rules_that_do_not_fit(tmp_path, good, bad, found):
    for name in ("params.yaml", "data/raw/connecting_opportunities"):
        target = tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, target)
    file = tmp_path / "data/raw/connecting_opportunities/counting_rules.yaml"
    text = file.read_text(encoding="utf-8")
    assert good in text
    file.write_text(text.replace(good, bad, 1), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_rules(load_study("connecting_opportunities", tmp_path))
    assert found in str(caught.value)
    assert caught.value.file == "data/raw/connecting_opportunities/counting_rules.yaml"
