"""Invariants of the participation tables, and what they refuse."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st

from analysis.participation.advice import advisers_summary, contacts_per_adviser, contacts_value
from analysis.participation.attendance import concentration
from analysis.participation.volunteering import attrition, volunteering_weeks

COUNTS = st.lists(st.integers(0, 60), min_size=1, max_size=80).map(pd.Series)


@given(COUNTS.filter(lambda counts: counts.sum() > 0))
def test_gini_is_the_mean_difference_over_twice_the_mean(sessions):
    """The definition of the coefficient, by every pair of people."""
    x = sessions.to_numpy(dtype=float)
    by_pairs = np.abs(np.subtract.outer(x, x)).mean() / (2 * x.mean())
    assert concentration(sessions)["gini"] == pytest.approx(by_pairs)


def test_nobody_attended():
    with pytest.raises(ValueError, match="nobody attended"):
        concentration(pd.Series([0, 0]))


def test_a_type_without_value_is_refused():
    with pytest.raises(ValueError, match="signpost"):
        contacts_value(pd.Series({"help": 1, "signpost": 1}), {"help": 40})


def test_advisers():
    contacts = pd.DataFrame({"person_id": ["B", "A", "A", "A"], "type": "help", "field": "health"})
    assert contacts_per_adviser(contacts).to_dict() == {"A": 3, "B": 1}
    assert advisers_summary(contacts, 8).to_dict() == {
        "advisers": 2,
        "contacts": 4,
        "contacts_per_adviser": 2,
        "median_per_adviser": 2,
        "share_of_participants": 0.25,
    }


def test_volunteering_counts_those_who_answered():
    weeks = volunteering_weeks(pd.Series([0, 4, 8, np.nan]))
    assert weeks.to_dict() == pytest.approx(
        {
            "answered": 3,
            "total": 12,
            "mean": 4,
            "lower_quartile": 2,
            "median": 4,
            "upper_quartile": 6,
            "share_none": 1 / 3,
        }
    )
    with pytest.raises(ValueError, match="nobody answered"):
        volunteering_weeks(pd.Series([np.nan]))


def test_attrition_counts_those_who_skipped_a_stage():
    reached = pd.DataFrame(
        {
            "person_id": list("ABCD"),
            "joined": True,
            "initial": [True, True, False, False],
            "experience": [True, False, True, False],
        }
    )
    table = attrition(reached)
    assert table["people"].to_list() == [4, 2, 2]
    assert table["share_of_joined"].to_list() == [1, 0.5, 0.5]
    assert table["share_of_previous"].to_list() == [1, 0.5, 1]
    assert table["skipped_previous"].to_list() == [0, 0, 1]
