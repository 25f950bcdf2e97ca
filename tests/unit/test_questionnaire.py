"""Questionnaire statistics against scipy, statsmodels, plain re-statements of the definitions, and invariants."""

import math
from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

from analysis.multiple_tests import holm
from analysis.quantities import Interval
from analysis.questionnaire.answers import Item, MissingRule, paired_answers
from analysis.questionnaire.attrition import (
    change_limits,
    lee_bounds,
    trimmed_means,
    worst_case_mean,
    worst_case_share,
)
from analysis.questionnaire.change import (
    bootstrap_interval,
    d_z,
    effect_sizes,
    mean_change,
    mean_of,
    rank_biserial,
    wilcoxon_tests,
)
from analysis.questionnaire.ordinal import ordered_logit_change
from analysis.questionnaire.proportions import (
    mcnemar_exact,
    mcnemar_mid_p,
    newcombe_paired_interval,
    stuart_maxwell,
    tango_interval,
)
from analysis.questionnaire.response_shift import response_shift
from analysis.questionnaire.shift import (
    as_square,
    ceiling_shares,
    direction_shares,
    net_improvement,
    shares_at_least,
    shift_table,
    threshold_change,
)
from analysis.questionnaire.summary import item_summary

CONFIDENCE = Item("confidence", "Confidence", 1, 9)
WORRY = Item("worry", "Worry", 1, 5, higher_is_better=False)
changes_lists = st.lists(st.integers(-8, 8), min_size=3, max_size=40)


def frame(**columns) -> pd.DataFrame:
    return pd.DataFrame(columns)


def pairs_of(before, after) -> pd.DataFrame:
    return paired_answers(frame(confidence_pre=before, confidence_post=after), CONFIDENCE)


RECORDS = frame(
    person_id=list("abcdef"),
    confidence_pre=[5, 6, None, 4, 9, None],
    confidence_post=[8, 6, 7, None, 7, None],
    worry_pre=[5, 4, 3, "refused", 1, 2],
    worry_post=[2, None, 3, 1, 2, 2],
)


@pytest.mark.parametrize(
    ("rule", "item", "kept"),
    [
        (MissingRule.PAIRS, CONFIDENCE, {0: 3, 1: 0, 4: -2}),
        (MissingRule.PAIRS, WORRY, {0: 3, 2: 0, 4: -1, 5: 0}),
        (MissingRule.COMPLETE, CONFIDENCE, {0: 3, 4: -2}),
        (MissingRule.UNCHANGED, CONFIDENCE, {0: 3, 1: 0, 2: 0, 3: 0, 4: -2}),
        (MissingRule.UNCHANGED, WORRY, {0: 3, 1: 0, 2: 0, 3: 0, 4: -1, 5: 0}),
    ],
)
def test_the_rule_for_missing_answers_decides_who_is_kept(rule, item, kept):
    """Worked by hand from the six records; a fall in worry is an improvement."""
    assert paired_answers(RECORDS, item, rule, [CONFIDENCE, WORRY])["change"].to_dict() == kept


def test_a_shift_table_counts_every_pair_once():
    table = shift_table(pairs_of([1, 1, 5, 9, 4], [1, 9, 5, 8, 6]), {"low": (1, 3), "middle": (4, 6), "high": (7, 9)})
    assert table.to_numpy().tolist() == [[1, 0, 1], [0, 2, 0], [0, 0, 1]]


def test_shares_of_directions_are_those_of_the_pairs():
    pairs = pairs_of([5, 5, 5, 5], [6, 7, 5, 4])
    shares = direction_shares(pairs)
    assert shares["count"].to_dict() == {"improved": 2, "same": 1, "worse": 1}
    assert net_improvement(pairs)["difference"] == 0.25
    assert ceiling_shares(pairs_of([9, 9, 5], [9, 8, 9]), CONFIDENCE)["count"].to_dict() == {"Before": 2, "After": 2}


def test_a_threshold_compares_the_two_shares_that_reach_it():
    found = threshold_change(pairs_of([7, 5, 5, 8, 1], [8, 7, 9, 5, 1]), 7)
    assert found[["share_before", "share_after", "difference", "n"]].tolist() == pytest.approx([0.4, 0.6, 0.2, 5])
    assert found["p_exact"] == mcnemar_exact(2, 1) == 1.0
    told = shares_at_least(pairs_of([7, 5, 5, 8, 1], [8, 7, 9, 5, 1]), 7)["value"]
    assert told.to_dict() == pytest.approx({"before": 40, "after": 60, "difference": 20, "p": 1})


@given(st.integers(0, 30), st.integers(0, 30))
def test_mcnemar_is_that_of_statsmodels_and_mid_p_is_smaller(gained, lost):
    from statsmodels.stats.contingency_tables import mcnemar

    if gained + lost:
        expected = mcnemar([[5, lost], [gained, 5]], exact=True).pvalue
        assert mcnemar_exact(gained, lost) == pytest.approx(expected)
        assert 0 < mcnemar_mid_p(gained, lost) <= mcnemar_exact(gained, lost)


@given(st.integers(0, 20), st.integers(0, 20), st.integers(1, 40))
def test_tango_brackets_the_estimate_mirrors_and_solves_the_score_equation(gained, lost, rest):
    n = gained + lost + rest
    found, mirrored = tango_interval(gained, lost, n), tango_interval(lost, gained, n)
    assert found.low < (gained - lost) / n < found.high
    assert (found.low, found.high) == (-mirrored.high, -mirrored.low)
    for end in (found.low, found.high):
        q = likeliest_loss(gained, lost, n, end)
        z = (gained - lost - n * end) / math.sqrt(n * (2 * q + end * (1 - end)))
        assert abs(z) == pytest.approx(1.959963985, abs=1e-5)


def likeliest_loss(gained: int, lost: int, n: int, difference: float) -> float:
    """The most likely share lost, given the difference, by maximising the multinomial likelihood itself."""
    from scipy.optimize import minimize_scalar
    from scipy.special import xlogy

    def loss(q):
        return -(xlogy(gained, q + difference) + xlogy(lost, q) + xlogy(n - gained - lost, 1 - 2 * q - difference))

    low, high = max(0.0, -difference), (1 - difference) / 2
    inner = minimize_scalar(loss, bounds=(low, high), method="bounded", options={"xatol": 1e-13}).x
    return min((low + 1e-15, inner), key=loss)


@given(*[st.integers(0, 25)] * 4)
def test_newcombe_mirrors_and_stays_within_bounds(both, gained, lost, neither):
    if both + gained + lost + neither:
        found, mirrored = (
            newcombe_paired_interval(both, gained, lost, neither),
            newcombe_paired_interval(both, lost, gained, neither),
        )
        assert [found.low, found.high] == pytest.approx([-mirrored.high, -mirrored.low])
        assert -1 <= found.low <= (gained - lost) / (both + gained + lost + neither) <= found.high <= 1


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 30), min_size=16, max_size=16))
def test_stuart_maxwell_is_that_of_statsmodels(cells):
    from statsmodels.stats.contingency_tables import SquareTable

    table = np.array(cells).reshape(4, 4)
    expected = SquareTable(table, shift_zeros=False).homogeneity(method="stuart_maxwell")
    found = stuart_maxwell(table)
    assert [found.statistic, found.df, found.p] == pytest.approx([expected.statistic, expected.df, expected.pvalue])


def test_stuart_maxwell_leaves_out_unused_categories_and_reduces_to_mcnemar():
    """With two categories in use the statistic is (b - c)²/(b + c) = 25/11 (Q. McNemar 1947)."""
    table = np.zeros((9, 9))
    table[[3, 3, 7], [3, 7, 3]] = [20, 8, 3]
    found = stuart_maxwell(table)
    assert (found.statistic, found.df) == (pytest.approx(25 / 11), 1)
    assert math.isnan(stuart_maxwell(np.diag([4, 5])).p)


@given(changes_lists.filter(lambda c: len(set(c)) > 1))
def test_the_t_interval_is_that_of_scipy(changes):
    from scipy.stats import ttest_1samp

    expected = ttest_1samp(changes, 0.0)
    ends = expected.confidence_interval()
    found = mean_change(frame(change=changes))
    assert found[["t", "p", "low", "high"]].tolist() == pytest.approx(
        [expected.statistic, expected.pvalue, ends.low, ends.high], abs=1e-12
    )


def test_a_change_without_spread_has_no_width():
    assert mean_change(frame(change=[2, 2, 2]))[["low", "high", "p"]].tolist() == [2, 2, 0]
    assert mean_change(frame(change=[0, 0, 0]))["p"] == 1


@given(changes_lists.filter(any))
@pytest.mark.parametrize(("rule", "scipy_rule"), [("dropped", "wilcox"), ("pratt", "pratt")])
def test_wilcoxon_is_that_of_scipy_under_both_zero_rules(rule, scipy_rule, changes):
    from scipy.stats import wilcoxon

    expected = wilcoxon(changes, zero_method=scipy_rule, correction=False, method="asymptotic")
    found = wilcoxon_tests(frame(change=changes)).loc[rule]
    assert found["p"] == pytest.approx(expected.pvalue, rel=1e-9)
    assert min(found["gains"], found["losses"]) == expected.statistic


def test_wilcoxon_without_any_change_finds_nothing():
    assert wilcoxon_tests(frame(change=[0, 0, 0]))["p"].tolist() == [1.0, 1.0]


@given(changes_lists)
def test_rank_biserial_is_what_its_definition_says(changes):
    """Definition by comparing sizes pair by pair, without ranks: a rank is the number of sizes below plus half the equal."""
    moved = [c for c in changes if c]
    rank = {c: sum(abs(o) < abs(c) for o in moved) + sum(abs(o) == abs(c) for o in moved) / 2 + 0.5 for c in moved}
    signed = sum(math.copysign(rank[c], c) for c in moved)
    expected = signed / sum(rank[c] for c in moved) if moved else 0.0
    assert float(rank_biserial(np.array(changes))) == pytest.approx(expected)
    assert float(rank_biserial(-np.array(changes))) == pytest.approx(-expected)


@given(st.lists(changes_lists.map(lambda c: (c * 40)[:10]), min_size=1, max_size=5))
@pytest.mark.parametrize("zeros", ["dropped", "pratt"])
def test_resamples_at_once_give_the_same_as_one_by_one(zeros, many):
    at_once = rank_biserial(np.array(many), axis=-1, zeros=zeros)
    assert at_once.tolist() == [float(rank_biserial(np.array(one), zeros=zeros)) for one in many]


def plain_bca(sample: np.ndarray, statistic, resamples: int, seed: int) -> tuple[float, float]:
    """B. Efron, JASA 82 (1987), formulas 2.3 and 6.6, written out; percentile of the normal with bias and acceleration."""
    from scipy.stats import norm

    rng, n, observed = np.random.default_rng(seed), len(sample), statistic(sample)
    values = np.sort([statistic(sample[rng.integers(0, n, n)]) for _ in range(resamples)])
    bias = norm.ppf((np.mean(values < observed) + np.mean(values <= observed)) / 2)
    left_out = np.array([statistic(np.delete(sample, i)) for i in range(n)])
    pull = left_out.mean() - left_out
    acceleration = (pull**3).sum() / (6 * (pull**2).sum() ** 1.5)
    z = bias + norm.ppf([0.025, 0.975])
    return tuple(np.quantile(values, norm.cdf(bias + z / (1 - acceleration * z))))


@pytest.mark.parametrize("statistic", [mean_of, d_z, rank_biserial])
def test_bca_is_what_efron_wrote(statistic):
    sample = np.array([3, 4, 1, 0, 5, 2, 3, -1, 4, 6, 2, 3, 0, 1, 3, 4, -2, 5, 3, 2, 1, 7, 2, 0, 3], dtype=float)
    expected = plain_bca(sample, statistic, 8000, seed=5)
    found = bootstrap_interval((sample,), statistic, seed=6, resamples=20_000)
    assert found == pytest.approx(expected, abs=0.03 * (expected[1] - expected[0]))


def test_the_same_seed_gives_the_same_interval_and_no_spread_gives_none():
    sample = np.array([1.0, 2, 4, -1, 3, 0, 2])
    assert bootstrap_interval((sample,), mean_of, 1, resamples=200) == bootstrap_interval(
        (sample,), mean_of, 1, resamples=200
    )
    assert all(map(math.isnan, bootstrap_interval((np.array([1.0, 2, 3]),), rank_biserial, 1, resamples=200)))


@pytest.mark.parametrize("statistic", [mean_of, d_z, rank_biserial])
def test_the_interval_is_that_of_scipy_where_every_resample_has_a_value(statistic):
    from scipy.stats import bootstrap

    sample = np.array([-1, 0, 0, 1, 1, 2, 2, 3, 3, 4, 5, 5, 6, 7, 8, 8], dtype=float)
    expected = bootstrap((sample,), statistic, n_resamples=999, method="BCa", rng=np.random.default_rng(4))
    assert bootstrap_interval((sample,), statistic, 4, resamples=999) == pytest.approx(
        tuple(expected.confidence_interval)
    )


def test_few_resamples_without_spread_make_no_interval_undefined_and_many_do():
    """50 of 57 unchanged and 7 better: a resample holds none of the 7 once in about 1,700; of 3 in 57, once in 21."""
    seven, three = (np.array([0.0] * (57 - better) + [1.0] * better) for better in (7, 3))
    low, high = bootstrap_interval((seven,), d_z, 1, resamples=9999)
    assert 0 < low < d_z(seven) < high
    chosen = np.random.default_rng(1).integers(0, 57, (9999, 57))
    assert np.isnan(d_z(seven[chosen])).any() and np.isnan(d_z(three[chosen])).mean() > 0.04
    two = np.array([0.0] * 55 + [1.0] * 2)  # once in 7: too many
    assert all(map(math.isnan, bootstrap_interval((two,), d_z, 1, resamples=999)))


def test_effect_sizes_keep_their_direction_on_a_scale_where_less_is_better():
    """Worry falls by 3, 1 and 2: the mean improvement is 2, and d_av uses the same spreads either way."""
    records = frame(worry_pre=[5, 4, 3], worry_post=[2, 3, 1])
    found = effect_sizes(paired_answers(records, WORRY), seed=1, resamples=100)["value"]
    assert found["mean change"] == 2 and found["rank-biserial correlation"] == 1
    assert found["d_av"] == pytest.approx(2 / 1.0)  # sds: 1 before (3, 4, 5) and 1 after (1, 2, 3)
    assert math.isnan(
        found["odds"]
    )  # every answer after but one lies below every one before; the last is as low as the lowest


@pytest.mark.parametrize(("item", "odds"), [(CONFIDENCE, (26 / 24) / (16 / 34)), (WORRY, (24 / 26) / (34 / 16))])
def test_the_odds_are_of_a_better_answer_whichever_way_the_scale_runs(item, odds):
    """Of 50 people 16 answered the higher of two points before and 26 after: with two points the model is the table itself."""
    before, after = np.repeat([1, 1, 2, 2], [20, 14, 4, 12]), np.repeat([1, 2, 1, 2], [20, 14, 4, 12])
    pairs = paired_answers(frame(**{f"{item.name}_pre": before, f"{item.name}_post": after}), item)
    row = effect_sizes(pairs, seed=1, resamples=50).loc["odds"]
    turned = row if item is CONFIDENCE else 1 / row.rename({"low": "high", "high": "low"})
    assert row["value"] == pytest.approx(odds) and row["low"] < row["value"] < row["high"]
    two_by_two = ordered_logit_change(pairs_of(before, after))
    assert turned[["low", "high"]].tolist() == pytest.approx(two_by_two[["low", "high"]].tolist())


def proportional_odds_loss(parameters, before, after, points) -> float:
    """Negative log-likelihood of the proportional odds model, from its definition."""
    cuts, effect = np.concatenate([[-np.inf], np.sort(parameters[:-1]), [np.inf]]), parameters[-1]
    total = 0.0
    for answers, shift in ((before, 0.0), (after, effect)):
        level = np.searchsorted(points, answers)
        below = 1 / (1 + np.exp(-(cuts - shift)))
        total -= np.log(below[level + 1] - below[level]).sum()
    return total


def test_ordered_logit_maximises_the_proportional_odds_likelihood():
    from scipy.optimize import minimize

    rng = np.random.default_rng(4)
    before = rng.integers(1, 5, 80)
    after = np.clip(before + rng.integers(-1, 3, 80), 1, 4)
    found = ordered_logit_change(pairs_of(before, after))
    oracle = minimize(
        proportional_odds_loss,
        [-1.0, 0.0, 1.0, 0.0],
        args=(before, after, np.arange(1, 5)),
        method="Nelder-Mead",
        options={"xatol": 1e-8, "fatol": 1e-10, "maxiter": 4000},
    )
    assert found["log_odds"] == pytest.approx(oracle.x[-1], abs=1e-4)


def test_ordered_logit_of_two_answers_is_the_log_odds_ratio_with_clustered_error():
    """Hand algebra: two answers make a logistic regression; each person's influence is the sum of both answers'."""
    before, after = np.repeat([1, 1, 2, 2], [20, 14, 4, 12]), np.repeat([1, 2, 1, 2], [20, 14, 4, 12])
    p0, p1, n = np.mean(before == 2), np.mean(after == 2), len(before)
    influence = ((after == 2) - p1) / (p1 * (1 - p1)) - ((before == 2) - p0) / (p0 * (1 - p0))
    small_sample = n / (n - 1) * (2 * n - 1) / (2 * n - 2)
    error = math.sqrt((influence**2).sum() * small_sample) / n
    found = ordered_logit_change(pairs_of(before, after))
    assert found["log_odds"] == pytest.approx(math.log(p1 / (1 - p1)) - math.log(p0 / (1 - p0)), abs=1e-9)
    assert found["se"] == pytest.approx(error, rel=1e-9)


@pytest.mark.parametrize(("before", "after"), [([1, 2, 3], [3, 4, 5]), ([2, 2, 2], [2, 2, 2]), ([4, 5, 6], [1, 2, 3])])
def test_ordered_logit_says_when_there_is_no_estimate(before, after):
    assert math.isnan(ordered_logit_change(pairs_of(before, after))["odds_ratio"])


def test_ordered_logit_where_nobody_changed_has_no_width():
    found = ordered_logit_change(pairs_of([1, 2, 2, 5], [1, 2, 2, 5]))
    assert found[["odds_ratio", "low", "high", "p"]].tolist() == [1.0, 1.0, 1.0, 1.0]


@settings(max_examples=20)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_is_that_of_statsmodels(p_values):
    from statsmodels.stats.multitest import multipletests

    assert holm(pd.Series(p_values)).tolist() == pytest.approx(multipletests(p_values, method="holm")[1])


def test_holm_leaves_missing_tests_out_of_the_count():
    assert holm(pd.Series([0.01, np.nan, 0.02])).tolist() == pytest.approx([0.02, np.nan, 0.02], nan_ok=True)


def test_worst_cases_are_those_over_every_possible_answer():
    """Three of five answered; every way the other two could have answered on a scale from 1 to 3."""
    known = [1, 3, 3]
    shares = [np.mean([x == 3 for x in known + list(missing)]) for missing in product((1, 2, 3), repeat=2)]
    share = worst_case_share(2, 3, 5)
    assert [share.low, share.high] == pytest.approx([min(shares), max(shares)])


ANSWER = st.integers(1, 4) | st.none()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(ANSWER, ANSWER), min_size=1, max_size=4))
def test_worst_case_changes_are_those_over_every_way_to_fill_in_what_is_missing(people):
    """On four points: every value for each answer not known, the others as they are."""
    answers = pd.DataFrame(people, columns=["before", "after"]).astype(float)
    places = np.argwhere(answers.isna().to_numpy())
    filled = [answers.to_numpy().copy() for _ in range(4 ** len(places))]
    for values, table in zip(product((1, 2, 3, 4), repeat=len(places)), filled, strict=True):
        table[tuple(places.T)] = values
    changes = np.array([table[:, 1] - table[:, 0] for table in filled])
    both = answers.notna().all(axis=1)
    total = float((answers["after"] - answers["before"])[both].sum())
    limits = change_limits(answers[~both], 1, 4)
    mean = worst_case_mean(Interval(total, total), int(both.sum()), limits)
    assert [mean.low, mean.high] == pytest.approx([changes.mean(axis=1).min(), changes.mean(axis=1).max()])
    improved, never = int((answers["after"] > answers["before"]).sum()), int((limits["most"] <= 0).sum())
    share, truth = worst_case_share(improved, int(both.sum()), len(people), never=never), (changes > 0).mean(axis=1)
    assert [share.low, share.high] == pytest.approx([truth.min(), truth.max()])


def test_who_answered_before_can_move_from_there_only():
    """57 with changes of 161 in all, 34 before only with a sum of 152 and two of them at 9, 11 with neither, on 1 to 9.

    93: (161 + 34 - 152 - 2 x 8) / 93 and (161 + 34 x 9 - 152 + 2 x 8) / 93; of the 36 without both answers 34 can improve.
    """
    before = [9, 9, *[4] * 26, *[5] * 6]
    rest = pd.DataFrame({"before": [*before, *[np.nan] * 2], "after": np.nan})
    limits = change_limits(rest, 1, 9)
    found = worst_case_mean(Interval(161, 161), 57, limits)
    assert [found.low, found.high] == pytest.approx([27 / 93, 331 / 93])
    share = worst_case_share(54, 57, 93, never=int((limits["most"] <= 0).sum()))
    assert [share.low, share.high] == pytest.approx([54 / 93, 88 / 93])


@given(st.lists(st.integers(1, 9), min_size=1, max_size=8), st.data())
def test_trimmed_means_are_the_extremes_over_all_subsets(values, data):
    keep = data.draw(st.integers(1, len(values)))
    means = [np.mean(chosen) for chosen in combinations(values, keep)]
    found = trimmed_means(np.array(values), keep)
    assert [found.low, found.high] == pytest.approx([min(means), max(means)])


def test_a_fraction_of_a_person_may_be_kept():
    """Half of the mass of 1, 2, 6 is 1.5 people: 1 and half of 2 at the lowest, 6 and half of 2 at the highest."""
    found = trimmed_means(np.array([1, 2, 6]), 1.5)
    assert [found.low, found.high] == pytest.approx([(1 + 1) / 1.5, (6 + 1) / 1.5])


def test_lee_bounds_without_attrition_are_the_difference_of_means():
    outcome, group = pd.Series([1.0, 3, 2, 6]), pd.Series(list("aabb"))
    found = lee_bounds(outcome, outcome.notna(), group, "a", "b")
    assert found[["low", "high", "untrimmed", "trimmed_share"]].tolist() == [-2, -2, -2, 0]


def test_lee_bounds_turn_with_the_groups():
    outcome, group = pd.Series([1.0, 3, 5, np.nan, 2, np.nan, np.nan, 7]), pd.Series(list("aaaabbbb"))
    one = lee_bounds(outcome, outcome.notna(), group, "a", "b")
    two = lee_bounds(outcome, outcome.notna(), group, "b", "a")
    assert [one["low"], one["high"], one["trimmed_share"]] == pytest.approx(
        [-two["high"], -two["low"], -two["trimmed_share"]]
    )


def test_response_shift_is_the_difference_between_the_two_measures_of_change():
    rng = np.random.default_rng(2)
    records = frame(
        confidence_pre=rng.integers(3, 7, 30),
        confidence_post=rng.integers(5, 10, 30),
        confidence_then=rng.integers(2, 6, 30),
    )
    records.loc[0, "confidence_then"] = np.nan
    found = response_shift(records, CONFIDENCE, seed=1, resamples=200)
    assert found["n"].tolist() == [29, 29, 29]
    asked, looking_back, shift = found["mean"]
    assert asked == pytest.approx(looking_back + shift)
    expected = (records["confidence_then"] - records["confidence_pre"]).iloc[1:].mean()
    assert shift == pytest.approx(expected)


def test_the_summary_has_one_row_for_each_item_and_corrects_over_the_list():
    rng = np.random.default_rng(7)
    records = frame(
        confidence_pre=rng.integers(3, 7, 40),
        confidence_post=rng.integers(4, 10, 40),
        worry_pre=rng.integers(1, 6, 40),
        worry_post=rng.integers(1, 6, 40),
    )
    table = item_summary(records, [CONFIDENCE, WORRY], seed=1, resamples=200)
    assert list(table.index) == ["Confidence", "Worry"]
    assert table["p_holm"].tolist() == pytest.approx(holm(table["p"]).tolist())
    assert (table[["improved", "same", "worse"]].sum(axis=1) - 1).abs().max() < 1e-12
    for name in ("net", "mean", "d_z", "d_av", "rank_biserial"):
        assert (table[f"{name}_low"] <= table[name]).all() and (table[name] <= table[f"{name}_high"]).all()


def test_a_shift_table_goes_into_the_test_of_margins():
    pairs = pairs_of([1, 2, 3, 4], [2, 3, 4, 5])
    assert stuart_maxwell(as_square(shift_table(pairs, {str(point): (point, point) for point in range(1, 10)}))).df == 4
