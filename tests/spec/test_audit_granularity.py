"""GRIM, GRIMMER and possible bases: published worked examples, cases by hand, and answers counted out one by one."""

from fractions import Fraction
from itertools import combinations_with_replacement
from math import sqrt
from pathlib import Path

import pytest
import yaml
from hypothesis import given, strategies as st

from analysis.audit.granularity import (
    common_base,
    granular_bases,
    grimmer,
    possible_bases,
    possible_totals,
    squares_range,
)
from analysis.quantities import parse_printed

CASES = yaml.safe_load((Path(__file__).parent / "granularity_cases.yaml").read_text(encoding="utf-8"))


def name(case: dict) -> str:
    return " ".join(str(value) for key, value in case.items() if key not in ("source", "possible"))


@pytest.mark.parametrize("case", CASES["grim"], ids=name)
def test_grim(case):
    found = possible_totals(
        parse_printed(case["mean"]), case["n"], 100 if case.get("percent") else 1, case.get("items", 1)
    )
    assert bool(found) is case["possible"]


@pytest.mark.parametrize("case", CASES["grimmer"], ids=name)
def test_grimmer(case):
    scale = tuple(case["scale"]) if "scale" in case else None
    assert grimmer(parse_printed(case["mean"]), parse_printed(case["sd"]), case["n"], scale=scale) is case["possible"]


@pytest.mark.parametrize("case", CASES["bases"], ids=name)
def test_bases(case):
    found = possible_bases(parse_printed(case["percent"]), case["count"])
    assert (found.start, found.stop - 1) == (case["low"], case["high"])


@given(n=st.integers(1, 400), count=st.integers(0, 400), decimals=st.integers(0, 2))
def test_what_people_give_is_always_possible(n, count, decimals):
    count = min(count, n)
    printed = parse_printed(f"{100 * count / n:.{decimals}f}%")
    assert count in possible_totals(printed, n, 100)
    if count:
        assert n in possible_bases(printed, count) or n > 10_000


@given(text=st.decimals(0, 100, places=1).map(lambda d: f"{d:.1f}"), n=st.integers(1, 60))
def test_possible_is_what_some_count_rounds_to(text, n):
    """An exact half counts as possible whichever way it goes: a check of possibility must not turn on a rule of rounding."""
    near = [total for total in range(0, 101 * n) if abs(Fraction(total, n) - Fraction(text)) <= Fraction(1, 20)]
    assert [total for total in possible_totals(parse_printed(text), n) if total >= 0] == near


@pytest.mark.parametrize("n", [3, 4, 5])
def test_every_real_sample_passes_and_many_invented_pairs_do_not(n):
    """All samples of n answers from 1 to 5, counted out; means and deviations of different samples are then paired."""
    seen = set()
    for sample in combinations_with_replacement(range(1, 6), n):
        mean = sum(sample) / n
        sd = sqrt(sum((x - mean) ** 2 for x in sample) / (n - 1))
        seen.add((f"{mean:.2f}", f"{sd:.2f}"))
    pairs = {(mean, sd) for mean, _ in seen for _, sd in seen}
    passed = {(m, sd) for m, sd in pairs if grimmer(parse_printed(m), parse_printed(sd), n, scale=(1, 5))}
    assert seen <= passed
    assert len(passed) < len(pairs) / 2


@given(n=st.integers(1, 6), low=st.integers(0, 3), width=st.integers(0, 4), data=st.data())
def test_sums_of_squares_are_within_their_range(n, low, width, data):
    sample = data.draw(st.lists(st.integers(low, low + width), min_size=n, max_size=n))
    found = squares_range(sum(sample), n, low, low + width)
    assert sum(x * x for x in sample) in found


def test_the_ends_of_the_range_of_squares_are_reached():
    for total in range(4, 21):
        squares = {sum(x * x for x in s) for s in combinations_with_replacement(range(1, 6), 4) if sum(s) == total}
        found = squares_range(total, 4, 1, 5)
        assert (found.start, found.stop - 1) == (min(squares), max(squares))


def test_the_base_that_serves_the_most_rows():
    fit = common_base({"a": range(10, 30), "b": range(20, 40), "c": range(25, 50), "d": range(60, 70)})
    assert (fit.rows, fit.low, fit.high) == (("a", "b", "c"), 25, 29)


def test_no_base_without_rows_and_no_mean_without_answers():
    with pytest.raises(ValueError, match="no row"):
        common_base({"a": range(0)})
    with pytest.raises(ValueError, match="at least one answer"):
        possible_totals(parse_printed("5"), 0)
    with pytest.raises(ValueError, match="at least two answers"):
        grimmer(parse_printed("5"), parse_printed("0"), 1)


def test_smallest_base_of_the_four_shares_of_partners():
    """34, 28, 25 and 13 %: 11, 9, 8 and 4 of 32 are 34.4, 28.1, 25.0 and 12.5 %, the last an exact half."""
    prints = [parse_printed(text) for text in ("34%", "28%", "25%", "13%")]
    assert granular_bases(prints, 40)[0] == 32
