"""Printed numbers and what their printing says: the value, and the interval of values that would be printed so."""

import math
import re
from dataclasses import dataclass
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from functools import lru_cache


@dataclass(frozen=True)
class Interval:
    """A closed interval of real numbers, with the arithmetic of intervals (Moore 1966)."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if not self.low <= self.high:
            raise ValueError(f"an interval runs from low to high, not from {self.low} to {self.high}")

    def __add__(self, other: "Interval | float") -> "Interval":
        other = as_interval(other)
        return Interval(self.low + other.low, self.high + other.high)

    def __neg__(self) -> "Interval":
        return Interval(-self.high, -self.low)

    def __sub__(self, other: "Interval | float") -> "Interval":
        return self + -as_interval(other)

    def __mul__(self, other: "Interval | float") -> "Interval":
        other = as_interval(other)
        ends = [_product(a, b) for a in (self.low, self.high) for b in (other.low, other.high)]
        return Interval(min(ends), max(ends))

    def __truediv__(self, other: "Interval | float") -> "Interval":
        other = as_interval(other)
        if other.low <= 0 <= other.high:
            raise ZeroDivisionError("the divisor may be zero")
        return self * Interval(1 / other.high, 1 / other.low)

    def __radd__(self, other: float) -> "Interval":
        return self + other

    def __rsub__(self, other: float) -> "Interval":
        return -self + other

    def __rmul__(self, other: float) -> "Interval":
        return self * other

    def __rtruediv__(self, other: float) -> "Interval":
        return as_interval(other) / self

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high

    def meets(self, other: "Interval", slack: float = 1e-9) -> bool:
        """Whether the two have a point in common, up to a relative slack for the last binary digit."""
        room = slack * max(
            (abs(end) for end in (self.low, self.high, other.low, other.high) if math.isfinite(end)), default=1
        )
        return self.low <= other.high + room and other.low <= self.high + room

    def meet(self, other: "Interval") -> "Interval | None":
        """The points the two have in common; None if there are none."""
        low, high = max(self.low, other.low), min(self.high, other.high)
        return Interval(low, high) if low <= high else None


def as_interval(value: "Interval | float") -> Interval:
    """A plain number as the interval that holds it alone."""
    return value if isinstance(value, Interval) else Interval(value, value)


def _product(a: float, b: float) -> float:
    return 0.0 if a == 0 or b == 0 else a * b  # 0 x infinity is 0 for the ends of intervals


# What the words around a figure say about the values it allows.
_LOWER = ("over", "more than", "at least", "above")
_UPPER = ("up to", "almost", "nearly", "less than", "under", "fewer than", "within")
_NEAR = ("about", "around", "approximately", "some", "circa")
_WORDS = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen twenty".split()
    )
} | {
    "a": 1,
    "an": 1,
    "single": 1,
    "once": 1,
    "twice": 2,
    "both": 2,
    "half": 0.5,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "first": 1,
    "second": 2,
    "third": 3,
}
_FRACTIONS = {"½": Decimal("0.5"), "¼": Decimal("0.25"), "¾": Decimal("0.75")}
_SCALES = {"million": Decimal(10) ** 6, "m": Decimal(10) ** 6, "billion": Decimal(10) ** 9, "k": Decimal(1000)}
_FIGURE = re.compile(
    r"(?P<sign>[-−±])?£?\s*(?P<digits>\d[\d,]*(?:\.\d+)?|\.\d+)\s*(?P<fraction>[½¼¾])?\s*(?P<scale>million|billion|m|k)?\s*%?(?P<plus>\+)?",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True)
class Printed:
    """A figure as printed: its value, one unit of its last printed digit, and the words that bound it."""

    text: str
    value: Decimal
    step: Decimal
    bound: str  # "", "lower", "upper" or "near"

    @property
    def decimals(self) -> int:
        """Decimal places that were printed; negative where the last printed digit stands left of the point."""
        return -int(self.step.log10().to_integral_value(ROUND_FLOOR)) if self.step else 0

    def interval(self, exact: bool = False) -> Interval:
        """The values that would be printed so, both kinds of rounding of an exact half allowed.

        An `exact` figure (a count of people, a stipulated threshold) allows itself alone. Words such as "over" or
        "up to" open the interval on one side (figures here are never negative, so it then starts at 0); "about"
        widens it to one unit of the last non-zero digit on both sides.
        """
        value, half = float(self.value), 0.0 if exact else float(self.step) / 2
        if self.bound == "lower":
            return Interval(value - half, math.inf)
        if self.bound == "upper":
            return Interval(min(0.0, value - half), value + half)
        if self.bound == "near":
            half = max(half, float(_last_digit_unit(self.value)))
        return Interval(float(self.value - Decimal(repr(half))), float(self.value + Decimal(repr(half))))

    def around(self) -> Interval:
        """The values within half a step of the last printed digit, whatever words stand around the figure."""
        half = self.step / 2
        return Interval(float(self.value - half), float(self.value + half))


@lru_cache(maxsize=4096)
def parse_printed(text: str) -> Printed:
    """Read a figure as printed: `27%`, `£13.6 million`, `over 8`, `2 ½`, `ten`, `70+`.

    Raises ValueError where the text holds no such figure.

    >>> parse_printed("£13.6 million").interval()
    Interval(low=13550000.0, high=13650000.0)
    """
    bound, rest = _split_bound(text.strip())
    if rest.lower() in _WORDS:
        return Printed(text, Decimal(str(_WORDS[rest.lower()])), Decimal(1), bound)
    match = _FIGURE.fullmatch(rest)
    if not match:
        raise ValueError(f"{text!r} is not a figure this project can read")
    scale = _SCALES.get((match["scale"] or "").lower(), Decimal(1))
    digits = match["digits"].replace(",", "")
    value = (Decimal(digits) + _FRACTIONS.get(match["fraction"] or "", Decimal(0))) * scale
    places = len(digits.partition(".")[2])
    step = Decimal(1).scaleb(-places) * scale * (Decimal("0.5") if match["fraction"] else 1)
    negative = match["sign"] in ("-", "−")
    return Printed(text, -value if negative else value, step, "lower" if match["plus"] else bound)


def _split_bound(text: str) -> tuple[str, str]:
    for kind, words in (("lower", _LOWER), ("upper", _UPPER), ("near", _NEAR)):
        for word in words:
            if text.lower().startswith(word + " "):
                return kind, text[len(word) + 1 :].strip()
    if text.lower().endswith(" or more"):
        return "lower", text[: -len(" or more")].strip()
    return "", text


def _last_digit_unit(value: Decimal) -> Decimal:
    return Decimal(1).scaleb(value.normalize().as_tuple().exponent) if value else Decimal(1)  # type: ignore[arg-type]


ROUNDINGS = {"half up": ROUND_HALF_UP, "half even": ROUND_HALF_EVEN}


def rounds_to(value: float, printed: Printed) -> tuple[str, ...]:
    """Which rules of rounding bring `value` to the printed figure at its printed precision.

    The value is first brought to 12 significant digits, so that 0.125 computed as 0.12499999999999999 counts as a half.

    >>> rounds_to(26.5, parse_printed("26%"))
    ('half even',)
    """
    exact = Decimal(f"{value:.12g}") / printed.step
    target = printed.value / printed.step
    return tuple(name for name, rule in ROUNDINGS.items() if exact.quantize(Decimal(1), rounding=rule) == target)


def truncates_to(value: float, printed: Printed) -> bool:
    """Whether cutting the further digits off `value` gives the printed figure."""
    exact = Decimal(f"{value:.12g}") / printed.step
    return exact.to_integral_value(ROUND_FLOOR) == printed.value / printed.step
