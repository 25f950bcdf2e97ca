"""Weights for those who did not answer: by hand where the model is saturated, by statsmodels, and against what is true of made-up people."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from analysis.participants.own_items import OwnGroup
from analysis.questionnaire.answers import Item
from analysis.questionnaire.weighting import (
    answer_probabilities,
    known_before,
    trimmed_weights,
    weighted_change,
    weighted_mean,
)

HOPE = Item("hope", "Hope", 0, 10)
CENTRE = {"centre": OwnGroup(label="Centre")}


def people(before: list, after: list, centre: list) -> pd.DataFrame:
    frame = pd.DataFrame({"hope_pre": before, "hope_post": after, "centre": centre}, dtype=object)
    empty = dict.fromkeys(
        ["birth_year", "age_at_joining", "months_in_uk", "months_in_area", "english_at_joining"], np.nan
    )
    return frame.assign(joined_on=pd.NaT, course=None, **empty)


def two_centres() -> pd.DataFrame:
    """Everybody answers 5 before. Of 40 in A 30 answer 7 or 5 after (half each), of 40 in B 10 answer 5."""
    after = [7] * 15 + [5] * 15 + [None] * 10 + [5] * 10 + [None] * 30
    return people([5] * 80, after, ["A"] * 40 + ["B"] * 40)


def test_with_two_groups_alone_the_weights_are_the_inverse_of_each_group_s_share():
    """A saturated logit gives 3/4 and 1/4; weighted, each centre counts for as many as were asked: (1.0 x 40 + 0.0 x 40) / 80."""
    found = weighted_change(two_centres(), HOPE, CENTRE)
    assert found.loc["as they are", "change"] == pytest.approx(30 / 40)
    assert found.loc["weighted", "change"] == pytest.approx(0.5, abs=1e-6)
    assert found.loc["weighted", "improved"] == pytest.approx(25.0, abs=1e-4)
    assert found.loc["weighted", "worth"] == pytest.approx(80**2 / (30 * (4 / 3) ** 2 + 10 * 16), rel=1e-6)
    assert found[["n", "asked"]].to_numpy().tolist() == [[40, 80]] * 2


def test_less_is_better_turns_the_change_round():
    down = Item("hope", "Hope", 0, 10, higher_is_better=False)
    assert weighted_change(two_centres(), down, CENTRE).loc["weighted", "change"] == pytest.approx(-0.5, abs=1e-6)


def test_probabilities_and_interval_are_those_of_statsmodels():
    draw = np.random.default_rng(3)
    known = pd.DataFrame(draw.normal(size=(120, 3)), columns=list("abc"))
    answered = pd.Series(draw.random(120) < 1 / (1 + np.exp(-known["a"])))
    expected = sm.GLM(answered.astype(float), sm.add_constant(known), family=sm.families.Binomial()).fit().fittedvalues
    found = answer_probabilities(known, answered)
    assert found == pytest.approx(expected.to_numpy(), abs=1e-5)
    weights, values = 1 / found[answered], draw.normal(size=int(answered.sum()))
    fit = sm.WLS(values, np.ones(len(values)), weights=weights).fit(cov_type="HC0")
    mean, low, high = weighted_mean(values, weights)
    assert (mean, low, high) == pytest.approx((fit.params[0], *fit.conf_int()[0]), abs=1e-9)


def test_weights_come_nearer_to_the_truth_where_what_is_known_tells_who_is_missing():
    """Whoever hopes little gains more and answers less; of everybody the mean gain is known."""
    draw = np.random.default_rng(11)
    before = draw.integers(1, 8, 4000)
    gain = np.where(before < 4, 3, 0)
    there = draw.random(4000) < 1 / (1 + np.exp(1.5 - 0.5 * before))
    frame = people(list(before), list(np.where(there, before + gain, np.nan)), ["A"] * 4000)
    found, truth = weighted_change(frame, HOPE), gain.mean()
    assert abs(found.loc["as they are", "change"] - truth) > 0.4
    assert abs(found.loc["weighted", "change"] - truth) < 0.15


def test_the_largest_weights_are_cut_and_the_mean_is_one():
    weights = trimmed_weights(np.array([0.9] * 95 + [0.01] * 5), at=0.9)
    assert weights.max() == weights.min() == pytest.approx(1.0)
    some = trimmed_weights(np.linspace(0.1, 0.9, 50))
    assert some.mean() == pytest.approx(1.0) and (some == some.max()).sum() > 1


def test_nothing_is_weighted_where_everybody_or_hardly_anybody_is_there():
    full = people([5] * 20, [6] * 20, ["A", "B"] * 10)
    assert weighted_change(full, HOPE, CENTRE) is None
    few = people([5, 6] * 10, [6] * 17 + [None] * 3, ["A", "B"] * 10)
    assert weighted_change(few, HOPE, CENTRE) is None


def test_what_hardly_anybody_told_is_not_used():
    frame = two_centres().assign(
        months_in_uk=[12.0] * 3 + [24.0] * 3 + [np.nan] * 74, birth_year=list(range(1960, 2000)) * 2
    )
    assert list(known_before(frame, HOPE, CENTRE)) == ["year of birth", "centre B"]
