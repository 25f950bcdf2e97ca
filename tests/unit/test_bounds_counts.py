"""Group sizes, splits of contacts and brackets of attendance: equal to what listing every possibility gives."""

import math
from itertools import combinations_with_replacement, product

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from analysis.bounds.brackets import (
    Bracket,
    close_brackets,
    counts_at_least,
    distribution_ranges,
    linear_range,
    spread_range,
)
from analysis.bounds.groups import (
    possible_counts,
    possible_groups,
    with_difference,
)
from analysis.bounds.intervals import independent_difference, wilson
from analysis.bounds.splits import common_facts, possible_splits
from analysis.quantities import Interval, parse_printed, rounds_to


@given(st.integers(0, 100), st.integers(1, 300))
def test_counts_behind_a_percentage_are_those_that_round_to_it(percent, size):
    """Oracle: every count, rounded by the project's own rules of rounding."""
    printed = parse_printed(f"{percent}%")
    expected = [k for k in range(size + 1) if rounds_to(100 * k / size, printed)]
    ends = [k for k in range(size + 1) if abs(100 * k / size - percent) <= 0.5]  # both ends of the interval allowed
    found = list(possible_counts(printed.interval(), size))
    assert set(expected) <= set(found) and found == ends


def test_groups_equal_those_found_by_trying_everything():
    percents = {"esol": Interval(76.5, 77.5), "other": Interval(30.5, 31.5)}
    total = 30
    expected = {
        (a, k, b, m)
        for a, b in product(range(1, total), repeat=2)
        if a + b == total
        for k, m in product(range(a + 1), range(b + 1))
        if 76.5 * a <= 100 * k <= 77.5 * a and 30.5 * b <= 100 * m <= 31.5 * b
    }
    found = possible_groups(percents, total)
    assert {tuple(row) for row in found.iloc[:, :4].to_numpy().tolist()} == expected and len(found) == len(expected)
    assert (found["percent"] == 100 * found["count"] / found["size"]).all()


def test_no_group_sizes_is_an_empty_table_not_an_error():
    found = possible_groups({"a": Interval(33.2, 33.3), "b": Interval(50, 50)}, 4)
    assert found.empty and with_difference(found).empty


def test_groups_other_than_two_are_refused():
    with pytest.raises(ValueError, match="two groups"):
        possible_groups({"a": Interval(0, 1)}, 10)


def test_a_percentage_has_no_count_on_a_base_without_a_whole_number():
    """42 % of 5, 6 and 7 people: 2.1, 2.52 and 2.94, rounded 41.5-42.5 % admits 3 of 7 (42.86) not; 5 of 12 is 41.67 %."""
    assert [size for size in range(5, 13) if possible_counts(Interval(41.5, 42.5), size)] == [12]


@pytest.mark.parametrize(
    ("count", "size", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_against_the_published_table(count, size, low, high):
    """R. G. Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3."""
    found = wilson(count, size)
    assert [round(found.low, 4), round(found.high, 4)] == [low, high]


@pytest.mark.parametrize(
    ("count", "size", "other", "other_size", "low", "high"),
    [(56, 70, 48, 80, 0.0524, 0.3339), (9, 10, 3, 10, 0.1705, 0.8090)],
)
def test_the_difference_of_independent_shares_against_the_published_table(count, size, other, other_size, low, high):
    """R. G. Newcombe, Statistics in Medicine 17 (1998) 873-890, table II, method 10."""
    found = independent_difference(count, size, other, other_size)
    assert [round(found.low, 4), round(found.high, 4)] == [low, high]


@given(st.integers(1, 80), st.data())
def test_wilson_is_that_of_statsmodels(size, data):
    from statsmodels.stats.proportion import proportion_confint

    count = data.draw(st.integers(0, size))
    low, high = proportion_confint(count, size, method="wilson")
    found = wilson(count, size)
    assert [found.low, found.high] == pytest.approx([low, high], abs=1e-12)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 25), st.integers(0, 12), st.lists(st.integers(1, 6), min_size=2, max_size=3))
def test_splits_equal_those_found_by_trying_everything(total, room, units):
    unit_values = dict(zip("abc", units, strict=False))
    value = Interval(2 * total - 1, 2 * total - 1 + room)
    expected = {
        split
        for split in product(range(total + 1), repeat=len(units))
        if sum(split) == total and value.low <= sum(x * u for x, u in zip(split, units, strict=True)) <= value.high
    }
    found = possible_splits(total, value, unit_values)
    assert {tuple(row) for row in found.to_numpy().tolist()} == expected and len(found) == len(expected)


def test_common_facts_name_what_every_split_shares():
    """10 contacts at 3, 2 and 1 worth 20: a + b + c = 10 and 3a + 2b + c = 20 leave a = c, hand-worked."""
    facts = common_facts(possible_splits(10, Interval(20, 20), {"a": 3, "b": 2, "c": 1})).set_index("fact")
    assert facts.loc["a less c"].to_list() == [0.0, 0.0, True]
    assert facts.loc["number of b", ["low", "high"]].to_list() == [0, 10] and not facts.loc["number of b", "fixed"]


def test_impossible_values_and_too_many_types_are_refused():
    with pytest.raises(ValueError, match="no split"):
        common_facts(possible_splits(10, Interval(5, 5), {"a": 3, "b": 2}))
    with pytest.raises(ValueError, match="two or three types"):
        possible_splits(10, Interval(5, 5), {"a": 3})


BRACKETS = [
    ([Bracket(2, 0, 2), Bracket(2, 3, 4), Bracket(2, 5, 8)], 24),
    ([Bracket(5, 0, None)], 7),
    ([Bracket(1, 1, 1), Bracket(3, 2, 6)], 12),
    ([Bracket(3, 0, 3), Bracket(1, 4, None)], 11),
    ([Bracket(1, 0, None)], 3),
]


def every_distribution(brackets: list[Bracket], total: int) -> np.ndarray:
    choices = [
        combinations_with_replacement(range(b.low, (total if b.high is None else b.high) + 1), b.count)
        for b in brackets
    ]
    rows = (sum(parts, ()) for parts in product(*map(list, choices)))
    return np.array([sorted(row) for row in rows if sum(row) == total])


def gini(values: np.ndarray) -> float:
    """Mean absolute difference over twice the mean: the definition, not the formula for sorted values."""
    return float(np.abs(values[:, None] - values[None, :]).mean() / (2 * values.mean()))


@pytest.mark.parametrize(("brackets", "total"), BRACKETS)
def test_distribution_ranges_equal_those_over_every_distribution(brackets, total):
    truth = every_distribution(brackets, total)
    n = truth.shape[1]
    expected = {f"quantile {q:g}": np.quantile(truth, q, axis=1) for q in (0.25, 0.5, 0.75)}
    expected |= {f"share of the top {s:.0%}": truth[:, n - math.ceil(s * n) :].sum(axis=1) / total for s in (0.1, 0.25)}
    expected["Gini coefficient"] = np.array([gini(row) for row in truth])
    found = distribution_ranges(brackets, total).set_index("statistic")
    for name, values in expected.items():
        assert found.loc[name].to_list() == pytest.approx([values.min(), values.max()]), name


@pytest.mark.parametrize(("brackets", "total"), BRACKETS)
def test_the_attendance_curve_equals_that_over_every_distribution(brackets, total):
    truth = every_distribution(brackets, total)
    thresholds = range(0, total + 2)
    found = counts_at_least(brackets, total, thresholds)
    reached = np.array([(truth >= each).sum(axis=1) for each in thresholds])
    assert found["low"].to_list() == reached.min(axis=1).tolist()
    assert found["high"].to_list() == reached.max(axis=1).tolist()


def test_the_curve_and_the_integer_program_agree_at_full_size():
    """Two methods, one answer: k people can reach t exactly if the k-th highest value can be t or more."""
    brackets, total = [Bracket(31, 0, 10), Bracket(29, 11, 19), Bracket(42, 20, 78)], 2450
    for threshold, _, high in counts_at_least(brackets, total, [5, 15, 30, 45, 70]).itertuples(index=False):
        tops = [linear_range(brackets, total, np.arange(102) == 102 - k).high for k in (high, high + 1)]
        assert tops[0] >= threshold > tops[1]


def test_spread_equals_that_over_every_distribution():
    brackets = [Bracket(2, 0, 3), Bracket(3, 4, 6)]
    rows = [
        a + b for a in combinations_with_replacement(range(4), 2) for b in combinations_with_replacement(range(4, 7), 3)
    ]
    sds = np.std(rows, axis=1, ddof=1)
    found = spread_range(brackets)
    assert [found.low, found.high] == pytest.approx([sds.min(), sds.max()])


@pytest.mark.parametrize(
    ("brackets", "total", "message"),
    [
        ([Bracket(2, 0, 5), Bracket(2, 5, 9)], 10, "overlap"),
        ([Bracket(2, 0, None), Bracket(2, 5, 9)], 20, "overlap"),
        ([Bracket(2, 0, 5)], 11, "between 0 and 10"),
        ([Bracket(2, 3, None)], 5, "between 6"),
    ],
)
def test_brackets_that_cannot_be_are_refused(brackets, total, message):
    with pytest.raises(ValueError, match=message):
        close_brackets(brackets, total)
    with pytest.raises(ValueError, match=message):
        counts_at_least(brackets, total, [1])


def test_an_open_bracket_has_no_largest_spread():
    with pytest.raises(ValueError, match="no largest spread"):
        spread_range([Bracket(2, 0, None)])
