"""Bounds on paired answers: equal to the truth, found by listing every possible set of answers, in small cases."""

import math
from itertools import combinations_with_replacement, product

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from analysis.bounds.paired import Reading, Scale, _directions, paired_ranges, possible_changes, steps, totals
from analysis.bounds.wilcoxon import signed_rank_p, wilcoxon_range
from analysis.quantities import Interval


def every_set_of_answers(n: int, scale: Scale, reading: Reading):
    people = list(product(range(scale.low, scale.high + 1), repeat=2))
    for chosen in combinations_with_replacement(people, n):
        pairs = np.array(chosen)
        if pairs[:, 0].sum() in reading.before and pairs[:, 1].sum() in reading.after:
            yield pairs


def statistics(pairs: np.ndarray) -> dict[str, float]:
    """Each statistic from its definition, with scipy's own tests as oracles."""
    from scipy.stats import binomtest, t

    before, after = pairs.T
    change, n = after - before, len(pairs)
    up, down = int((change > 0).sum()), int((change < 0).sum())
    sd, sds = change.std(ddof=1), (before.std(ddof=1), after.std(ddof=1))
    d_z = change.mean() / sd if sd > 1e-9 else math.copysign(math.inf, change.mean()) if change.mean() else math.nan
    average = sum(sds) / 2
    return {
        "mean change": change.mean(),
        "share improved": up / n,
        "share worse": down / n,
        "share improved less share worse": (up - down) / n,
        "sd before": sds[0],
        "sd after": sds[1],
        "d_av": change.mean() / average
        if average > 1e-9
        else math.copysign(math.inf, change.mean())
        if change.mean()
        else math.nan,
        "d_z": d_z,
        "p-value of the t-test": 2 * t.sf(abs(d_z) * math.sqrt(n), n - 1),
        "p-value of the sign test": binomtest(up, up + down).pvalue if up + down else 1.0,
    }


CASES = [
    (4, 1, 4, range(8, 10), range(11, 13)),
    (4, 1, 4, range(4, 17), range(4, 17)),
    (4, 0, 3, range(3, 4), range(9, 10)),
    (3, 1, 5, range(7, 8), range(5, 6)),
    (5, 1, 3, range(8, 10), range(11, 12)),
    (2, 1, 9, range(4, 7), range(14, 17)),
    (4, 1, 3, range(12, 13), range(9, 12)),
    (4, 1, 4, range(9, 10), range(9, 10)),
    (3, 1, 4, range(3, 4), range(12, 13)),
    (2, 1, 5, range(6, 7), range(9, 12)),  # sums beyond the ends of the scale: 10 is the most two answers make
    (3, 1, 4, range(1, 5), range(10, 15)),
    (3, 0, 3, range(-1, 2), range(0, 2)),
]


def test_a_print_that_reaches_beyond_the_scale_says_no_less_than_its_part_on_it():
    """A mean of "9" on a scale of 1 to 9: 8.5 to 9.5, of which the answers of 57 people reach 9, a sum of 513."""
    wide, cut = (
        paired_ranges(Reading("ceiling", 57, range(257, 314), after), Scale(1, 9))
        for after in (range(485, 542), range(485, 514))
    )
    assert wide.equals(cut)
    # R and enumeration: means 5.49 and 8.51 leave sds of at most 1.862437 after, and d_av of at least 1.028571
    assert wide.loc["sd after", "high"] == pytest.approx(1.862437, abs=1e-6)
    assert wide.loc["d_av", "low"] == pytest.approx(1.028571, abs=1e-6)


def test_a_change_that_is_none_has_no_size_in_deviations():
    """Everybody at the lowest point both times: 0 / 0 is no number, of d_z and of the t-test as of d_av."""
    found = paired_ranges(Reading("floor", 3, range(3, 4), range(3, 4)), Scale(1, 5))
    assert found.loc[["d_z", "d_av", "p-value of the t-test"]].isna().all(axis=None)
    assert found.loc["sd before"].tolist() == [0, 0]


@pytest.mark.parametrize(("n", "low", "high", "before", "after"), CASES)
def test_ranges_equal_those_over_every_set_of_answers(n, low, high, before, after):
    reading, scale = Reading("case", n, before, after), Scale(low, high)
    truth = [statistics(pairs) for pairs in every_set_of_answers(n, scale, reading)]
    found = paired_ranges(reading, scale)
    for name in truth[0]:
        values = [row[name] for row in truth if not math.isnan(row[name])]
        assert [found.loc[name, "low"], found.loc[name, "high"]] == pytest.approx(
            [min(values), max(values)], abs=1e-9
        ), name


@pytest.mark.parametrize(("n", "low", "high", "before", "after"), CASES)
def test_possible_numbers_improved_and_worse_equal_those_over_every_set_of_answers(n, low, high, before, after):
    reading, scale = Reading("case", n, before, after), Scale(low, high)
    changes = [np.sign(pairs[:, 1] - pairs[:, 0]) for pairs in every_set_of_answers(n, scale, reading)]
    truth = {(int((c > 0).sum()), int((c < 0).sum())) for c in changes}
    found = _directions(possible_changes(reading, scale), n, steps(reading, scale))
    assert set(map(tuple, np.argwhere(found).tolist())) == truth


@pytest.mark.parametrize(("n", "low", "high", "before", "after"), CASES)
def test_the_search_for_wilcoxon_reaches_the_truth_in_small_cases(n, low, high, before, after):
    reading, scale = Reading("case", n, before, after), Scale(low, high)
    width = high - low
    changes = [pairs[:, 1] - pairs[:, 0] + width for pairs in every_set_of_answers(n, scale, reading)]
    truth = signed_rank_p(np.array([np.bincount(c, minlength=2 * width + 1) for c in changes]), width)
    found = wilcoxon_range(reading, scale)
    assert [found.low, found.high] == pytest.approx([truth.min(), truth.max()])


@pytest.mark.parametrize(
    ("after", "least"), [(range(448, 454), 0.189), (range(428, 456), 0.5893), (range(400, 456), 0.999)]
)
def test_the_search_for_wilcoxon_goes_beyond_three_different_changes(after, least):
    """57 people on nine points, 5 before: p-values that sets of answers with more than three different changes reach."""
    assert wilcoxon_range(Reading("57 people", 57, range(257, 314), after), Scale(1, 9)).high >= least


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-8, 8), min_size=3, max_size=40).filter(any))
def test_the_signed_rank_p_value_is_that_of_scipy(changes):
    from scipy.stats import wilcoxon

    expected = wilcoxon(changes, zero_method="wilcox", correction=False, method="asymptotic").pvalue
    found = signed_rank_p(np.bincount(np.array(changes) + 8, minlength=17)[None, :], 8)[0]
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-300)


def integer_program(n: int, scale: Scale, reading: Reading, worth) -> float:
    """Largest value of sum(worth(i, j) x number of people answering i before and j after): an independent solver."""
    from scipy.optimize import LinearConstraint, milp

    i, j = (a.ravel() for a in np.indices((scale.high - scale.low + 1,) * 2) + scale.low)
    limits = [
        (np.ones_like(i), n, n),
        (i, reading.before[0], reading.before[-1]),
        (j, reading.after[0], reading.after[-1]),
    ]
    found = milp(
        -worth(i, j).astype(float),
        constraints=[LinearConstraint(a[None, :], lo, hi) for a, lo, hi in limits],
        integrality=np.ones(len(i)),
        options={"mip_rel_gap": 0.0},
    )
    return float(worth(i, j) @ np.round(found.x))


@pytest.mark.parametrize("after", [range(428, 456), range(442, 456), range(448, 454)])
def test_shares_at_full_size_agree_with_an_integer_program(after):
    """57 people on nine points, as many as answered; the integer program knows nothing of gains and losses."""
    reading, scale = Reading("full size", 57, range(257, 314), after), Scale(1, 9)
    found = paired_ranges(reading, scale)
    assert found.loc["share improved", "high"] == integer_program(57, scale, reading, lambda i, j: (j > i) * 1) / 57
    assert found.loc["share improved", "low"] == -integer_program(57, scale, reading, lambda i, j: (j > i) * -1) / 57
    assert found.loc["share worse", "high"] == integer_program(57, scale, reading, lambda i, j: (j < i) * 1) / 57


def test_the_largest_spread_of_changes_agrees_with_an_integer_program():
    """For one sum before and one after, d_z is smallest where the sum of squared changes is largest."""
    reading, scale = Reading("one pair of sums", 57, range(285, 286), range(450, 451)), Scale(1, 9)
    squares = integer_program(57, scale, reading, lambda i, j: (j - i) ** 2)
    variance = (squares - 165**2 / 57) / 56
    assert paired_ranges(reading, scale).loc["d_z", "low"] == pytest.approx(165 / 57 / math.sqrt(variance))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), min_size=2, max_size=60))
def test_any_records_lie_within_the_bounds_that_their_own_means_allow(pairs):
    array = np.array(pairs)
    before, after = (int(column.sum()) for column in array.T)
    found = paired_ranges(Reading("own", len(pairs), range(before, before + 1), range(after, after + 1)), Scale(1, 9))
    for name, value in statistics(array).items():
        if not math.isnan(value):
            slack = 1e-9 * max(1, abs(value)) if math.isfinite(value) else 0
            assert found.loc[name, "low"] - slack <= value <= found.loc[name, "high"] + slack, name


def test_without_an_upper_end_one_person_can_hold_the_whole_change():
    """Friends 4 before and 8 after, three people: 12 + 12 more. One person may gain all, two may even lose theirs."""
    found = paired_ranges(Reading("friends", 3, range(12, 13), range(24, 25)), Scale(0, None))
    assert found.loc["share improved", "low"] == pytest.approx(1 / 3)
    assert found.loc["share worse", "high"] == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("mean", "n", "limits", "expected"),
    [
        (Interval(4.5, 5.5), 57, {}, range(257, 314)),  # 256.5 to 313.5
        (Interval(7.5, 8.0), 57, {"below": 8}, range(428, 456)),  # 427.5 to 456, 456 itself excluded
        (Interval(8.0, 8.5), 57, {"above": 8}, range(457, 485)),  # 456 excluded, up to 484.5
        (Interval(0.05, 0.15), 10, {}, range(1, 2)),  # 0.5 to 1.5: the ends are no whole numbers
        (Interval(0.1, 0.3), 10, {}, range(1, 4)),  # 0.1 and 0.3 are not exact in binary
    ],
)
def test_sums_that_a_mean_allows(mean, n, limits, expected):
    assert totals(mean, n, **limits) == expected


@pytest.mark.parametrize(
    "reading", [Reading("too high", 3, range(6, 7), range(16, 17)), Reading("nothing", 3, range(6, 6), range(9, 10))]
)
def test_means_that_no_answers_give_are_refused(reading):
    with pytest.raises(ValueError, match=f"means of the reading '{reading.label}'"):
        paired_ranges(reading, Scale(1, 5))
    with pytest.raises(ValueError):
        wilcoxon_range(reading, Scale(1, 5))


def test_the_search_refuses_a_scale_without_an_upper_end():
    with pytest.raises(ValueError, match="at most 20 steps"):
        wilcoxon_range(Reading("friends", 3, range(12, 13), range(24, 25)), Scale(0, None))
