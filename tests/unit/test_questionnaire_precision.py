"""Measurement error, equivalence, detectable change, imputation and the interval around Lee's bounds, against other programs and by hand."""

import itertools
import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st
from scipy import stats
from statsmodels.imputation.mice import MICE, MICEData
from statsmodels.stats.power import TTestPower
from statsmodels.stats.weightstats import DescrStatsW, ttost_paired

from analysis.bounds.intervals import jackknife_t
from analysis.quantities import parse_printed
from analysis.questionnaire import attrition, change, imputation, measurement, precision, published
from analysis.questionnaire.answers import Item


def test_standard_error_and_reliable_change_as_in_the_textbook():
    """Jacobson and Truax 1991, p. 14: sd 10, reliability .80: SE of measurement 4.47, of a difference 6.32; from 47.5 to 32.5 RCI -2.37."""
    assert measurement.standard_error_of_measurement(10, 0.8) == pytest.approx(4.47, abs=0.005)
    assert measurement.reliable_change_index(32.5 - 47.5, 10, 0.8) == pytest.approx(-2.37, abs=0.005)
    assert measurement.detectable_in_one_person(10, 0.8) == pytest.approx(1.959964 * 6.324555, abs=1e-4)


def test_regression_to_the_mean_is_what_simulated_people_do():
    """People below 4 of a population with mean 6, error and spread such that the reliability is 0.6, asked twice without change."""
    rng = np.random.default_rng(3)
    own = rng.normal(6, math.sqrt(0.6), 2_000_000)
    first, second = (own + rng.normal(0, math.sqrt(0.4), own.size) for _ in range(2))
    low = first < 5
    rise = second[low].mean() - first[low].mean()
    assert measurement.regression_to_the_mean(first[low].mean(), 6, 0.6) == pytest.approx(rise, abs=0.01)


@given(st.floats(0.01, 20), st.floats(0, 1), st.floats(-5, 5))
def test_without_error_nothing_regresses_and_with_nothing_else_everything_does(sd, reliability, before):
    assert measurement.regression_to_the_mean(before, 3.0, 1.0) == pytest.approx(0, abs=1e-12)
    assert measurement.true_score(before, 3.0, 0.0) == 3.0
    assert 0 <= measurement.standard_error_of_measurement(sd, reliability) <= sd
    with pytest.raises(ValueError, match="reliability"):
        measurement.standard_error_of_measurement(sd, 1.5)


def test_answers_without_error_have_no_index():
    assert math.isnan(measurement.reliable_change_index(1.0, 2.0, 1.0))


def test_the_page_shows_the_index_of_each_margin_from_the_printed_interval():
    """26 people with sd 10 have t(25) = 2.0595 and an interval of 50 ± 4.039; Jacobson and Truax's 15 points are 2.37 at .80."""
    half = 2.059539 * 10 / math.sqrt(26)
    row = {"n": 26, "mean": 50.0, "low": 50 - half, "high": 50 + half}
    means = pd.DataFrame.from_dict(dict.fromkeys(("before", "after", "change"), row), orient="index")
    found = measurement.error_of_measurement(means, Item("score", "Score", 0, 100), [0.8, 1.0], margins=[15.0])
    assert found.loc["0.8", "index_15"] == pytest.approx(15 / 6.324555, rel=1e-4)
    assert math.isnan(found.loc["1", "index_15"])
    hidden = means.assign(low=math.nan, high=math.nan)  # no interval on the page, no standard deviation to be known
    assert "index_15" not in measurement.error_of_measurement(
        hidden, Item("score", "Score", 0, 100), [0.8], margins=[15.0]
    )


@pytest.mark.parametrize("margin", [0.5, 1.0, 3.5])
def test_equivalence_is_that_of_statsmodels(margin):
    rng = np.random.default_rng(1)
    before, after = rng.normal(5, 2, 31), rng.normal(5.3, 2, 31)
    change = after - before
    found = precision.equivalence(change.mean(), change.std(ddof=1), 31, margin)
    assert found.p == pytest.approx(ttost_paired(after, before, -margin, margin)[0], rel=1e-10)
    ends = DescrStatsW(change).tconfint_mean(alpha=0.1)
    assert (found.interval.low, found.interval.high) == pytest.approx(ends, rel=1e-10)
    assert (found.p <= 0.05) == (-margin <= found.interval.low and found.interval.high <= margin)


@pytest.mark.parametrize(("n", "power"), [(5, 0.8), (20, 0.8), (57, 0.8), (57, 0.9), (93, 0.5)])
def test_detectable_change_is_that_of_statsmodels(n, power):
    expected = 2.2 * TTestPower().solve_power(nobs=n, alpha=0.05, power=power)
    assert precision.detectable_change(2.2, n, power) == pytest.approx(expected, rel=1e-4)


def test_the_tipping_point_makes_everybodys_mean_the_target():
    """57 people with a mean change of 2.8 of 93: the other 36 must have changed by -57 x 2.8 / 36."""
    tip = precision.tipping_point(2.8, 57, 93)
    assert (57 * 2.8 + 36 * tip) / 93 == pytest.approx(0, abs=1e-12)
    with pytest.raises(ValueError, match="nobody"):
        precision.tipping_point(1.0, 5, 5)


@pytest.mark.parametrize("call", [(0.0, 1.0, 10, 0.0), (0.0, 0.0, 10, 1.0), (0.0, 1.0, 1, 1.0)])
def test_equivalence_refuses_what_has_no_test(call):
    with pytest.raises(ValueError, match="no test"):
        precision.equivalence(*call)


def test_pooling_by_hand():
    """Three estimates 1, 2, 3 with variances 1, 1, 1: W 1, B 1, T 1 + 4/3 = 7/3, lambda 4/7, Barnard and Rubin's df with nu 10."""
    found = imputation.pooled([1, 2, 3], [1, 1, 1], 10)
    assert (found.estimate, found.error**2, found.missing) == pytest.approx((2, 7 / 3, 4 / 7))
    old, observed = 2 / (4 / 7) ** 2, 11 / 13 * 10 * 3 / 7
    assert found.df == pytest.approx(1 / (1 / old + 1 / observed))


def _gaps(seed=2, n=400):
    """Answers on 1 to 9, those who began low answering after more rarely: missing at random given before."""
    rng = np.random.default_rng(seed)
    before = np.clip(np.round(rng.normal(5, 2, n)), 1, 9)
    after = np.clip(np.round(3 + 0.7 * before + rng.normal(0, 1, n)), 1, 9)
    lost = rng.random(n) < np.where(before < 5, 0.7, 0.1)
    return pd.DataFrame({"before": before, "after": np.where(lost, np.nan, after)}), after - before, lost


def test_imputation_mends_what_complete_cases_get_wrong_and_agrees_with_statsmodels():
    answers, change, lost = _gaps()
    tables = imputation.imputed(answers, seed=1, imputations=20)
    found = imputation.mean_change_imputed(tables, lost)
    complete = (answers["after"] - answers["before"]).mean()
    assert abs(found.estimate - change.mean()) < min(2 * found.error, abs(complete - change.mean()) / 4)
    np.random.seed(1)  # statsmodels' own generator
    data = MICEData(answers.copy(), k_pmm=5)
    theirs = [data.next_sample().eval("after - before").mean() for _ in range(40)]
    assert found.estimate == pytest.approx(np.mean(theirs[10:]), abs=2 * found.error)
    assert MICE is not None


def test_donors_as_near_as_one_another_are_drawn_at_random():
    """All began at 5: of 200 people without an answer after, one third is to be given each of 1, 5 and 9, in whatever order people stand."""
    answers = pd.DataFrame({"before": 5.0, "after": [1.0] * 30 + [5.0] * 30 + [9.0] * 30 + [np.nan] * 200})
    (table,) = imputation.imputed(answers, seed=1, imputations=1)
    shares = table["after"].tail(200).value_counts(normalize=True)
    assert shares.reindex([1.0, 5.0, 9.0]).tolist() == pytest.approx([1 / 3] * 3, abs=0.12)


def test_imputed_answers_were_given_by_somebody_and_follow_from_the_seed():
    answers, _, lost = _gaps(n=60)
    one, again = (imputation.imputed(answers, seed=4, imputations=2) for _ in range(2))
    assert one[1].equals(again[1])
    assert set(one[0].loc[lost, "after"]) <= set(answers["after"].dropna())
    assert one[0].loc[~lost].equals(answers.loc[~lost])
    with pytest.raises(ValueError, match="too few"):
        imputation.imputed(answers.head(3), seed=1)


def test_the_tipping_shift_puts_the_lower_end_at_zero():
    answers, _, lost = _gaps()
    tables = imputation.imputed(answers, seed=1, imputations=5)
    shift = imputation.tipping_shift(tables, lost)
    assert shift < 0
    assert imputation.mean_change_imputed(tables, lost, shift=shift).interval().low == pytest.approx(0, abs=1e-6)
    assert imputation.tipping_shift(tables, lost, sign=-1) == 0.0


def test_the_imputed_change_is_that_of_statsmodels_and_asks_not_who_gave_which_answers():
    answers, change, lost = _gaps()
    records = answers.rename(columns={"before": "joy_pre", "after": "joy_post"})
    item = Item("joy", "Joy", 1, 9)
    found = imputation.imputed_change(records, item, "pairs", seed=1)
    assert found.loc["people", "value"] == lost.sum()
    np.random.seed(2)
    data = MICEData(answers.copy(), k_pmm=5)
    theirs = [data.next_sample().eval("after - before") for _ in range(40)][10:]
    pooled = imputation.pooled([c.mean() for c in theirs], [c.var() / len(c) for c in theirs], len(lost) - 1)
    assert found.loc["mean", "value"] == pytest.approx(pooled.estimate, abs=pooled.error)
    assert found.loc["mean", "high"] - found.loc["mean", "low"] == pytest.approx(
        pooled.interval().high - pooled.interval().low, rel=0.2
    )
    assert found.loc["side", "value"] == "above"
    assert found.equals(imputation.imputed_change(records.sample(frac=1, random_state=3), item, "pairs", seed=1))
    turned = imputation.imputed_change(records, Item("joy", "Joy", 1, 9, higher_is_better=False), "pairs", seed=1)
    assert turned.loc["side", "value"] == "below"
    assert turned.loc["mean", "value"] == pytest.approx(-found.loc["mean", "value"])


def test_filling_in_from_moments_is_what_imputing_by_regression_comes_to():
    """The estimate by numpy's regression of the pairs; estimate and error against two hundred imputations of statsmodels."""
    answers, _, lost = _gaps()
    pairs = answers[~lost].assign(change=lambda each: each["after"] - each["before"])
    means = change.means(pairs)
    found = imputation.from_moments(means, answers.loc[lost, "before"].to_numpy())
    slope, level = np.polyfit(pairs["before"], pairs["after"], 1)
    filled = answers["after"].where(~lost, level + slope * answers["before"])
    assert found.estimate == pytest.approx((filled - answers["before"]).mean())
    np.random.seed(5)
    data = MICEData(answers.copy(), perturbation_method="gaussian", k_pmm=5)
    theirs = [data.next_sample().eval("after - before") for _ in range(60)][10:]
    pooled = imputation.pooled([c.mean() for c in theirs], [c.var() / len(c) for c in theirs], len(lost) - 1)
    assert found.estimate == pytest.approx(pooled.estimate, abs=pooled.error)
    assert found.error == pytest.approx(pooled.error, rel=0.2)


def test_nothing_is_imputed_where_nothing_is_missing_or_missing_means_unchanged():
    answers, _, _ = _gaps(n=60)
    records, item = answers.rename(columns={"before": "joy_pre", "after": "joy_post"}), Item("joy", "Joy", 1, 9)
    assert imputation.imputed_change(records, item, "unchanged", seed=1) is None
    assert imputation.imputed_change(records.dropna(), item, "pairs", seed=1) is None
    assert imputation.imputed_change(None, item, "pairs", seed=1) is None
    assert imputation.imputed_change(records[records["joy_post"].isna()], item, "pairs", seed=1) is None


def test_imbens_manski_solves_its_equation_between_one_and_two_sided():
    for width in (0.0, 0.5, 1.0, 3.0, 50.0):
        c = attrition.imbens_manski(width, 0.7)
        assert stats.norm.cdf(c + width / 0.7) - stats.norm.cdf(-c) == pytest.approx(0.95, abs=1e-9)
        assert 1.6448 < c <= 1.96


def test_the_interval_around_lees_bounds_holds_them_and_is_fixed_by_its_seed():
    rng = np.random.default_rng(1)
    group = pd.Series(["a"] * 53 + ["b"] * 40)
    outcome, answered = pd.Series(rng.integers(1, 10, 93).astype(float)), pd.Series(rng.random(93) < 0.6)
    bounds = attrition.lee_bounds(outcome, answered, group, "a", "b")
    one, again = (attrition.lee_interval(outcome, answered, group, "a", "b", 3, resamples=199) for _ in range(2))
    assert one == again
    assert one.low < bounds["low"] <= bounds["high"] < one.high


def test_jackknife_t_by_hand():
    """Values .5, .6, .7 with each of three left out, .6 in all: t(2) on log(1 - x), multiplied out here."""
    logs = np.log([0.5, 0.4, 0.3])
    error = math.sqrt(2 / 3 * ((logs - logs.mean()) ** 2).sum())
    half = 4.302652729749464 * error
    found = jackknife_t(0.6, np.array([0.5, 0.6, 0.7]))
    assert (found.low, found.high) == pytest.approx((1 - 0.4 * math.exp(half), 1 - 0.4 * math.exp(-half)))
    assert jackknife_t(1.0, np.array([1.0, 1.0])).high == math.inf
    assert jackknife_t(0.5, np.array([0.5])).low == -math.inf
    assert jackknife_t(0.5, np.array([0.5, math.nan])).low == -math.inf


def test_what_regression_may_leave_is_that_of_every_set_of_answers():
    """Three people on 1 to 5, means printed 2 and 4: all pairs of answer lists are listed."""
    top, n, reliability = 5, 3, 0.6
    lists = list(itertools.product(range(1, top + 1), repeat=n))
    before = [np.mean(each) for each in lists if 1.5 <= np.mean(each) <= 2.5]
    after = [np.mean(each) for each in lists if 3.5 <= np.mean(each) <= 4.5]
    adds = [(1 - reliability) * (top - each) for each in before]
    leaves = [b - a - add for a, add in zip(before, adds, strict=True) for b in after]
    means = {claim: parse_printed(text).around() for claim, text in (("A", "2"), ("B", "4"))}
    printed = {claim: SimpleNamespace(around=around) for claim, around in means.items()}
    printed["N"] = SimpleNamespace(number=n)
    reading = published.PrintReading(label="all", scale=(1, top))
    item = SimpleNamespace(before="A", after="B", readings=[reading], respondents=None, fewest=None, most=None)
    found = published.after_regression(
        item, SimpleNamespace(respondents="N"), SimpleNamespace(claims=printed), reliability
    )
    assert found == pytest.approx((max(adds), min(leaves)))
