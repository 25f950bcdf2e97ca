"""The hand-worked cases of participation.yaml."""

from pathlib import Path

import pandas as pd
import pytest
import yaml

from analysis import participation
from analysis.participation.attendance import concentration, sessions_per_person

CASES = yaml.safe_load(Path(__file__).with_name("participation.yaml").read_text(encoding="utf-8"))


@pytest.fixture
def attendance():
    frame = pd.DataFrame(CASES["attendance"], columns=["person_id", "session_date", "course"])
    return frame.assign(session_date=pd.to_datetime(frame["session_date"]))


@pytest.fixture
def sessions(attendance):
    return sessions_per_person(attendance, CASES["people"])


def test_sessions_count_those_who_never_came(sessions):
    assert sessions.to_dict() == CASES["sessions"]


def test_reaching(sessions):
    table = participation.reaching(sessions, [1, 2])
    assert table["people"].to_list() == [3, 2]
    assert table["attendances"].to_list() == [6, 5]


def test_concentration(sessions):
    spread = concentration(sessions, top=0.2)
    assert spread["gini"] == pytest.approx(CASES["gini"])
    assert spread["share_of_top"] == pytest.approx(CASES["share_of_top_fifth"])
    assert (spread["mean"], spread["median"]) == (1.2, 1)


def test_by_course(attendance):
    table = participation.attendances_by_course(attendance)
    assert {course: [int(row["attendances"]), int(row["people"])] for course, row in table.iterrows()} == CASES[
        "by_course"
    ]


@pytest.mark.parametrize("case", CASES["values"])
@pytest.mark.parametrize(("estimate", "change"), [("total", 0), ("high", 0.1), ("low", -0.1)])
def test_value_of_contacts(case, estimate, change):
    table = participation.contacts_value(pd.Series(case["contacts"]), case["units"], change)
    assert table.loc["total", "value"] == pytest.approx(case[estimate])
    assert table.loc["total", "contacts"] == sum(case["contacts"].values())
