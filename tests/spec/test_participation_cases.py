"""The hand-worked cases of participation.yaml."""

from pathlib import Path

import pandas as pd
import pytest
import yaml

from analysis import participation

CASES = yaml.safe_load(Path(__file__).with_name("participation.yaml").read_text(encoding="utf-8"))


@pytest.fixture
def attendance():
    frame = pd.DataFrame(CASES["attendance"], columns=["person_id", "session_date", "course"])
    return frame.assign(session_date=pd.to_datetime(frame["session_date"]))


@pytest.fixture
def sessions(attendance):
    return participation.sessions_per_person(attendance, CASES["people"])


@pytest.mark.parametrize("name", ["weeks_attended", "weeks_engaged"])
def test_weeks(attendance, name):
    assert getattr(participation, name)(attendance, CASES["people"]).to_dict() == CASES[name]


def test_sessions_count_those_who_never_came(sessions):
    assert sessions.to_dict() == CASES["sessions"]


def test_curve(sessions):
    curve = participation.attendance_curve(sessions)
    assert curve["people"].to_dict() == CASES["curve"]
    assert curve["share"].to_list() == pytest.approx([people / 5 for people in CASES["curve"].values()])


def test_bands(sessions):
    bands = participation.attendance_bands(sessions, [0, 1, 3])
    assert {label: [int(row["people"]), int(row["attendances"])] for label, row in bands.iterrows()} == CASES["bands"]


def test_reaching(sessions):
    table = participation.reaching(sessions, [1, 2])
    assert table["people"].to_list() == [3, 2]
    assert table["attendances"].to_list() == [6, 5]


def test_concentration(sessions):
    spread = participation.concentration(sessions, top=0.2)
    assert spread["gini"] == pytest.approx(CASES["gini"])
    assert spread["share_of_top"] == pytest.approx(CASES["share_of_top_fifth"])
    assert (spread["mean"], spread["median"]) == (1.2, 1)


def test_by_course(attendance):
    table = participation.attendances_by_course(attendance)
    assert {course: [int(row["attendances"]), int(row["people"])] for course, row in table.iterrows()} == CASES[
        "by_course"
    ]


def test_by_month(attendance):
    assert participation.attendances_by_month(attendance)["attendances"].to_dict() == {
        str(key): value for key, value in CASES["by_month"].items()
    }


@pytest.mark.parametrize("case", CASES["values"])
@pytest.mark.parametrize(("estimate", "change"), [("total", 0), ("high", 0.1), ("low", -0.1)])
def test_value_of_contacts(case, estimate, change):
    table = participation.contacts_value(pd.Series(case["contacts"]), case["units"], change)
    assert table.loc["total", "value"] == pytest.approx(case[estimate])
    assert table.loc["total", "contacts"] == sum(case["contacts"].values())
