"""Printed figures, their rounding intervals, and interval arithmetic."""

import math
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from analysis.quantities import Interval, parse_printed, rounds_to, truncates_to

PRINTED = [  # figure, value, low, high: worked by hand
    ("27%", 27, 26.5, 27.5),
    ("2.5%", 2.5, 2.45, 2.55),
    ("£4.67", 4.67, 4.665, 4.675),
    ("£13.6 million", 13_600_000, 13_550_000, 13_650_000),
    ("over £12million", 12_000_000, 11_500_000, math.inf),
    ("over £14,520,000", 14_520_000, 14_519_999.5, math.inf),
    ("up to £6.67", 6.67, 0, 6.675),
    ("almost 8", 8, 0, 8.5),
    ("approximately 80%", 80, 70, 90),
    ("70+", 70, 69.5, math.inf),
    ("20 or more", 20, 19.5, math.inf),
    ("ten", 10, 9.5, 10.5),
    ("2 ½", 2.5, 2.25, 2.75),
    ("0.0439", 0.0439, 0.04385, 0.04395),
]


@pytest.mark.parametrize(("text", "value", "low", "high"), PRINTED)
def test_a_printed_figure_allows_the_values_that_would_be_printed_so(text, value, low, high):
    printed = parse_printed(text)
    assert float(printed.value) == value
    assert (printed.interval().low, printed.interval().high) == pytest.approx((low, high), rel=1e-12)


@pytest.mark.parametrize("text", ["", "many", "12 apples", "£", "%", "1 2", "--3", "=1+1", "0x10", "1e5", "٣"])
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
