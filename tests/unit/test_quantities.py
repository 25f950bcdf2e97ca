"""Printed figures, their rounding intervals, and interval arithmetic."""

import math
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from analysis.quantities import Interval, parse_printed, parse_range, rounds_to, truncates_to

PRINTED = [  # figure, value, low, high: worked by hand
    ("27%", 27, 26.5, 27.5),
    ("2.5%", 2.5, 2.45, 2.55),
    ("£4.67", 4.67, 4.665, 4.675),
    ("£13.6 million", 13_600_000, 13_550_000, 13_650_000),
    ("over £12million", 12_000_000, 12_000_000, math.inf),
    ("over £14,520,000", 14_520_000, 14_520_000, math.inf),
    ("up to £6.67", 6.67, 0, 6.675),
    ("almost 8", 8, 7, 8),
    ("approximately 80%", 80, 75, 85),
    ("70+", 70, 69.5, math.inf),
    ("20 or more", 20, 19.5, math.inf),
    ("ten", 10, 9.5, 10.5),
    ("2 ½", 2.5, 2.25, 2.75),
    ("0.0439", 0.0439, 0.04385, 0.04395),
    ("over €15", 15, 15, math.inf),
    ("3,50 €", 3.5, 3.495, 3.505),
    ("14.520.000 €", 14_520_000, 14_519_999.5, 14_520_000.5),
    ("CHF 12'500", 12_500, 12_499.5, 12_500.5),
    ("US$1.2bn", 1_200_000_000, 1_150_000_000, 1_250_000_000),
    ("₹12,34,567", 1_234_567, 1_234_566.5, 1_234_567.5),
    ("1\N{NO-BREAK SPACE}234 kr", 1234, 1233.5, 1234.5),
    ("c. 60%", 60, 55, 65),
    ("~75%", 75, 72.5, 77.5),  # the grid of a figure that ends in 5 is fives
    ("Almost 60%", 60, 50, 60),
    ("nearly £200", 200, 100, 200),
    ("just over £6.60", 6.6, 6.6, 6.61),  # decimals that are printed count
    ("<0.001", 0.001, 0, 0.001),
    ("p < .05", 0.05, 0, 0.05),
    ("n = 38", 38, 37.5, 38.5),
    ("4,21 Mio. €", 4_210_000, 4_205_000, 4_215_000),
    ("2,83 : 1", 2.83, 2.825, 2.835),
    ("über 190 Tsd. €", 190_000, 190_000, math.inf),
    ("knapp 35 Prozent", 35, 30, 35),
    ("gut 30 %", 30, 30, 40),
    ("bis zu 12", 12, 0, 12.5),
    ("no more than 12", 12, 0, 12.5),
    ("21 and under", 21, 0, 21.5),
    ("75%+", 75, 74.5, math.inf),
    ("Seventy-one per cent", 71, 70.5, 71.5),
    ("two hundred and thirty-one", 231, 230.5, 231.5),
    ("2.60:1", 2.6, 2.595, 2.605),
    ("£1:£3.50", 3.5, 3.495, 3.505),
    ("1 in 4", 0.25, 0.225, (1 / 4 + 1 / 3) / 2),  # half-way to 1/5 and to 1/3
    ("two thirds", 2 / 3, (2 / 3 + 3 / 5) / 2, (2 / 3 + 3 / 4) / 2),
    ("over half", 0.5, 0.5, math.inf),
    ("nine out of ten", 0.9, (9 / 10 + 8 / 9) / 2, (9 / 10 + 10 / 11) / 2),
]


@pytest.mark.parametrize(("text", "value", "low", "high"), PRINTED)
def test_a_printed_figure_allows_the_values_that_would_be_printed_so(text, value, low, high):
    printed = parse_printed(text)
    assert float(printed.value) == value
    assert (printed.interval().low, printed.interval().high) == pytest.approx((low, high), rel=1e-12)


@pytest.mark.parametrize(
    "text",
    ["", "many", "12 apples", "£", "%", "1 2", "--3", "=1+1", "0x10", "1e5", "٣", "740/6", "38 of 82", "level 2"]
    + ["3.21 (0.92)", "£3 to £8", "1,2345,6", "one two", "3:2", "Quarterly", "4.5.6"],
)
def test_what_is_no_figure_is_refused(text):
    with pytest.raises(ValueError, match="not a figure"):
        parse_printed(text)


@pytest.mark.parametrize(
    ("value", "text", "rules"),
    [
        (26.5, "27%", ("half up",)),  # half to even gives 26
        (26.5, "26%", ("half even",)),
        (27.5, "28%", ("half up", "half even")),
        (51.47, "52%", ()),
        (2.675, "£2.68", ("half up", "half even")),  # the double lies below 2.675; twelve digits make it a half
        (14_520_000, "£14.5 million", ("half up", "half even")),
    ],
)
def test_rounding_rules(value, text, rules):
    assert rounds_to(value, parse_printed(text)) == rules


AGREE = [  # two prints of one quantity, and whether one value is printed in both ways
    ("25%", "26%", False),  # 25.5 rounds to 26 by both rules
    ("74%", "75%", False),  # 74.5 is 74 by one rule and 75 by the other, but both prints follow one rule
    ("25%", "25.4%", True),
    ("up to £6.67", "up to £66.70", False),
    ("over £534,000", "£543,000", False),
    ("over £534,000", "£534,000", True),
    ("over £12 million", "over £2 million", False),
    ("over £12 million", "£12.4 million", True),
    ("at least 40", "45", True),
    ("at least 40", "55", False),
    ("almost 60%", "57%", True),
    ("almost 60%", "12%", False),
    ("up to 12", "12", True),
    ("approximately 80%", "86%", False),
    ("about €1,900", "€1,875", True),
    ("1 in 4", "two fifths", False),
    ("<0.001", "0.0004", True),
    ("<0.001", "0.01", False),
    ("Seventy-one per cent", "71%", True),
    ("$3.50", "3.5:1", True),
]


@pytest.mark.parametrize(("one", "other", "agree"), AGREE)
def test_two_prints_agree_if_one_value_is_printed_in_both_ways(one, other, agree):
    first, second = parse_printed(one), parse_printed(other)
    assert first.agrees(second) is second.agrees(first) is agree


def test_an_exact_half_agrees_only_if_it_was_rounded_by_two_rules():
    one, other = parse_printed("26%"), parse_printed("27%")
    assert not one.agrees(other) and one.agrees(other, one_rule=False)
    assert not parse_printed("25%").agrees(one, one_rule=False)


RANGES = [
    ("£3 to £8", (3, 8)),
    ("20-25", (20, 25)),
    ("between 2 and 3 million", (2_000_000, 3_000_000)),
    ("from 3.2–4.5 %", (3.2, 4.5)),
    ("Seventy-one", None),
    ("8 to 3", None),
    ("-3", None),
    ("10 and 20", None),
]


@pytest.mark.parametrize(("text", "ends"), RANGES)
def test_a_printed_range(text, ends):
    found = parse_range(text)
    assert (found and tuple(float(end.value) for end in found)) == ends


@given(
    st.decimals(min_value="0.01", max_value=10**7, places=2),
    st.sampled_from(["", "over ", "up to ", "about ", "almost "]),
)
def test_a_print_agrees_with_itself_and_its_reading_is_within_what_its_words_allow(value, words):
    printed = parse_printed(f"{words}€{value:,}")
    reading, allowed = printed.reading(), printed.interval()
    assert printed.agrees(printed)
    assert allowed.low <= reading.low <= reading.high <= allowed.high


def test_truncation():
    assert truncates_to(51.99, parse_printed("51%"))
    assert not truncates_to(52.0, parse_printed("51%"))


whole = st.integers(-1000, 1000)
intervals = st.builds(lambda a, b: Interval(float(min(a, b)), float(max(a, b))), whole, whole)


@given(intervals, intervals, st.floats(0, 1), st.floats(0, 1), st.sampled_from("+-*/"))
def test_interval_arithmetic_encloses_every_value(x, y, s, t, operator):
    a, b = x.low + s * (x.high - x.low), y.low + t * (y.high - y.low)
    if operator == "/" and y.low <= 0 <= y.high:
        with pytest.raises(ZeroDivisionError):
            x / y
        return
    exact = {
        "+": lambda p, q: p + q,
        "-": lambda p, q: p - q,
        "*": lambda p, q: p * q,
        "/": lambda p, q: p / q if q else Fraction(0),
    }[operator](Fraction(a), Fraction(b))
    found = {"+": lambda: x + y, "-": lambda: x - y, "*": lambda: x * y, "/": lambda: x / y}[operator]()
    room = 1e-9 * max(1, abs(found.low), abs(found.high))
    assert found.low - room <= exact <= found.high + room


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_a_share_rounds_into_its_own_rounding_interval(part, whole_):
    share = 100 * part / whole_
    printed = parse_printed(f"{round(share)}%")
    assert rounds_to(share, printed)
    assert printed.interval().meets(Interval(share, share))


def test_an_interval_does_not_run_backwards():
    with pytest.raises(ValueError, match="from low to high"):
        Interval(2, 1)


def test_meeting():
    assert Interval(1, 3).meet(Interval(2, 5)) == Interval(2, 3)
    assert Interval(1, 2).meet(Interval(3, 4)) is None
    assert Interval(0, math.inf).meets(Interval(5, 5))
