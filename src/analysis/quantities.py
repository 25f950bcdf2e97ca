"""Printed numbers and what their printing says: the value, and the interval of values that would be printed so."""

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from math import ceil, floor


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


# What the words around a figure say about the values it allows; the longest that fits is read first.
_BEFORE = {
    "lower": ("at least", "no less than", "not less than", "no fewer than", "a minimum of", "minimum", "min.", "mindestens", "≥", ">="),
    "over": ("over", "more than", "greater than", "above", "well over", "in excess of", "exceeding", "upwards of", "über", "mehr als", ">"),
    "upper": ("up to", "at most", "no more than", "not more than", "within", "a maximum of", "maximum", "max.", "bis zu", "höchstens", "≤", "<="),
    "under": ("less than", "fewer than", "lower than", "under", "below", "weniger als", "unter", "<"),
    "near": ("about", "around", "approximately", "approx.", "approx", "roughly", "some", "circa", "ca.", "ca", "c.", "rund", "etwa", "ungefähr", "~", "≈"),
    "almost": ("almost", "nearly", "just under", "close to", "not quite", "knapp", "fast"),
    "just over": ("just over", "just above", "slightly over", "slightly more than", "a little over", "gut"),
}  # fmt: skip
_AFTER = {
    "lower": ("or more", "or over", "or above", "and over", "and above", "and more", "upwards", "plus", "+"),
    "upper": ("or less", "or fewer", "or under", "or below", "and under", "and below", "and less"),
}
_OPENING = sorted(((word, bound) for bound, words in _BEFORE.items() for word in words), key=lambda p: -len(p[0]))
_CLOSING = [(word, bound) for bound, words in _AFTER.items() for word in words]

_UNITS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
_UNITS += " seventeen eighteen nineteen"
_WORDS = {word: number for number, word in enumerate(_UNITS.split())}
_WORDS |= {
    word: 10 * tens for tens, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)
}
_WORDS |= {
    "a": 1,
    "an": 1,
    "single": 1,
    "once": 1,
    "first": 1,
    "twice": 2,
    "both": 2,
    "second": 2,
    "third": 3,
    "dozen": 12,
}
_SCALES = {"thousand": 10**3, "k": 10**3, "million": 10**6, "mn": 10**6, "m": 10**6, "billion": 10**9, "bn": 10**9}
_SCALES |= {"tsd.": 10**3, "mio.": 10**6, "mio": 10**6, "millionen": 10**6, "mrd.": 10**9, "milliarden": 10**9}
_SCALE = "|".join(map(re.escape, sorted(_SCALES, key=len, reverse=True)))
_PARTS = {"half": 2, "third": 3, "quarter": 4} | {  # the denominators that fractions in words have
    word: number for number, word in enumerate("fifth sixth seventh eighth ninth tenth".split(), 5)
}
FINEST = 5  # the denominator up to which fractions in words are taken to be chosen among one another

_SPACES = "[ '\N{RIGHT SINGLE QUOTATION MARK}]"  # whatever space it was, it is an ordinary one when it is read
# Ways to write a number, each with the sign before its decimals; a comma before three digits separates thousands.
_NUMBERS = (
    (r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?", "."),
    (r"[1-9]\d?(?:,\d{2})+,\d{3}(?:\.\d+)?", "."),
    (rf"[1-9]\d{{0,2}}(?:{_SPACES}\d{{3}})+(?:\.\d+)?", "."),
    (rf"[1-9]\d{{0,2}}(?:{_SPACES}\d{{3}})+,\d+", ","),
    (r"[1-9]\d{0,2}(?:\.\d{3})+,\d+|[1-9]\d{0,2}(?:\.\d{3}){2,}", ","),
    (r"\d+,(?:\d{1,2}|\d{4,})|0,\d+", ","),
    (r"\d*·\d+", "·"),
    (r"\d+(?:\.\d+)?|\.\d+", "."),
)
# Signs and codes of money, of which none changes what is read: any sign of Unicode's class Sc, a code of ISO 4217 or a short name.
_CODES = "AED ARS AUD BDT BRL CAD CHF CLP CNY COP CZK DKK EGP ETB EUR GBP GHS HKD HUF IDR ILS INR JPY KES KRW LKR MAD"
_CODES += (
    " MXN MYR NGN NOK NPR NZD PEN PHP PKR PLN RON RUB SAR SEK SGD THB TND TRY TWD TZS UAH UGX USD VND XAF XOF ZAR ZMW"
)
_SIGNS = "".join(sign for sign in map(chr, range(0x20, 0x20C1)) if unicodedata.category(sign) == "Sc")
_NAMES = "(?:pounds?|euros?|dollars?|pence|cents?)(?![a-z])"
_MONEY = (
    rf"(?:[A-Z]{{0,2}}[{re.escape(_SIGNS)}]|(?-i:{_CODES.replace(' ', '|')})(?![A-Za-z])|kr\.?|zł|Kč|Ft|Rs\.?|{_NAMES})"
)
_PERCENT = r"(?:%|per ?cents?|percentage points?|pp|Prozent(?:punkte)?)"
_GLYPHS = "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"
_FIGURE = re.compile(
    rf"(?P<sign>[-−±])?\s*(?:{_MONEY}\s*(?P<inner>[-−])?)?(?P<digits>{'|'.join(f'(?:{form})' for form, _ in _NUMBERS)})?"
    rf"\s*(?P<glyph>[{_GLYPHS}])?\s*(?P<scale>{_SCALE})?\s*(?:{_MONEY})?\s*{_PERCENT}?",
    re.IGNORECASE | re.ASCII,
)
_OF = re.compile(r"(?P<part>\S+) (?:in|out of)(?: every)? (?P<whole>\S+)", re.IGNORECASE)
_TO_ONE = re.compile(r"(?P<left>.+?)\s*(?::|\b(?:to|zu)\b)\s*(?P<right>.+)", re.IGNORECASE)
_RANGES = (
    re.compile(r"(?:between|zwischen) (?P<low>\S.*?) (?:and|und) (?P<high>\S.*)", re.IGNORECASE),
    re.compile(r"(?:from )?(?P<low>\S.*?)(?: ?[-–—] ?| to | bis )(?P<high>\S.*)", re.IGNORECASE),
)
_NAMED = re.compile(r"[A-Za-z][A-Za-z0-9²]{0,2}\s*(?==|<|>|≤|≥)=?\s*")  # "p = ", "n =", and "p" of "p < "


@dataclass(frozen=True)
class Printed:
    """A figure as printed: its value, one unit of its last printed digit, and the words that bound it.

    `bound` is "" (no words), "lower" (at least), "over" (more than), "upper" (up to), "under" (less than), "near" (about),
    "almost" or "just over". `grid` is one unit of the rounding that the figure itself shows, by which words are read.
    `fraction` is there where a fraction is printed ("two thirds", "1 in 4"), read as `times` of it (1, or 100 in per cent).
    """

    text: str
    value: Decimal
    step: Decimal
    bound: str
    grid: Decimal = Decimal(1)
    fraction: Fraction | None = None
    times: int = 1

    @property
    def decimals(self) -> int:
        """Decimal places that were printed; negative where the last printed digit stands left of the point."""
        return -int(self.step.log10().to_integral_value(ROUND_FLOOR)) if self.step else 0

    @property
    def neighbours(self) -> tuple[Decimal, Decimal]:
        """The next figure below and above on the rounding grid of the figure.

        The grid is the unit of the last digit that is not a trailing zero, of five such units where that digit is a 5
        after others (about 75, over 250); decimals that are printed all count. Of a fraction in words it is the
        fractions with denominators up to five, or to one above its own (its neighbours in the Farey sequence).

        >>> [tuple(map(float, parse_printed(text).neighbours)) for text in ("about 80%", "over 250", "up to £6.67")]
        [(70.0, 90.0), (200.0, 300.0), (6.66, 6.68)]
        """
        if self.fraction is not None:
            below, above = _farey_neighbours(self.fraction)
            return _decimal(below * self.times), _decimal(above * self.times)
        return self.value - self.grid, self.value + self.grid

    def around(self) -> Interval:
        """The values within half a step of the last printed digit, whatever words stand around the figure."""
        return Interval(*map(float, self._half_way() if self.fraction else self._within(self.step / 2)))

    def interval(self, exact: bool = False) -> Interval:
        """The values that the words allow, both kinds of rounding of an exact half allowed.

        An `exact` figure (a count of people, a stipulated threshold) allows itself alone. "At least" and "over" leave the
        high end open, "up to" and "less than" the low one (figures here are never negative, so it then starts at 0);
        "about" reaches half-way to the neighbours on the rounding grid, "almost" and "just over" from the figure to the
        next.
        """
        low, high = map(float, self._ends(exact))
        if self.bound in ("lower", "over"):
            return Interval(low, math.inf)
        return Interval(min(0.0, low), high) if self.bound in ("upper", "under") else Interval(low, high)

    def reading(self, exact: bool = False) -> Interval:
        """The values of which the figure would be printed with its words: no further off than the next on its grid.

        So "over £12 million" is what is printed of 12.4 million, but not of 15, of which "over £15 million" would be.
        """
        return Interval(*map(float, self._ends(exact)))

    def agrees(self, other: "Printed", exact: tuple[bool, bool] = (False, False), one_rule: bool = True) -> bool:
        """Whether one value exists that is printed in both ways, each with its words and both by one rule of rounding.

        The rule may be half up or half even; that one figure was rounded by both is supposed only without `one_rule`.
        `exact` says which of the two stand for themselves alone.

        >>> parse_printed("25%").agrees(parse_printed("26%")), parse_printed("25%").agrees(parse_printed("25.5%"))
        (False, True)
        >>> parse_printed("up to £6.67").agrees(parse_printed("up to £66.70"))
        False
        """
        ends = self._ends(exact[0]), other._ends(exact[1])
        low, high = max(low for low, _ in ends), min(high for _, high in ends)
        rules = self._rules(low, exact[0]), other._rules(low, exact[1])
        both = rules[0] & rules[1] if one_rule else rules[0] and rules[1]
        return low < high or (low == high and bool(both))

    def _rules(self, end: Decimal, exact: bool) -> set[str]:
        """The rules of rounding by which an end of the reading is printed so: an exact half may round away from the figure."""
        return set(ROUNDINGS if exact or self.bound or self.fraction else rounds_to(end, self))

    def _ends(self, exact: bool) -> tuple[Decimal, Decimal]:
        (below, above), half = self.neighbours, Decimal(0) if exact else self.step / 2
        match self.bound:
            case "lower":
                return self.value - half, above
            case "upper":
                return below, self.value + half
            case "over" | "just over":
                return self.value, above
            case "under" | "almost":
                return below, self.value
            case "near" if self.fraction:
                return below, above
            case "near":
                return self._half_way()
        return self._half_way() if self.fraction else self._within(half)

    def _half_way(self) -> tuple[Decimal, Decimal]:
        below, above = self.neighbours
        return (self.value + below) / 2, (self.value + above) / 2

    def _within(self, half: Decimal) -> tuple[Decimal, Decimal]:
        return self.value - half, self.value + half

    def in_percent(self) -> "Printed":
        """A fraction as the percentage it is; any other figure as it is."""
        if self.fraction is None:
            return self
        return replace(self, value=_decimal(self.fraction * 100), times=100, step=Decimal(1))


@lru_cache(maxsize=4096)
def parse_printed(text: str) -> Printed:
    """Read a figure as printed, in any currency: `27%`, `£13.6 million`, `over 8`, `seventy-one per cent`, `1 in 4`, `<0.001`.

    Raises ValueError where the text holds no such figure, or more than one (`3.21 (0.92)`, `£3 to £8`).

    >>> parse_printed("€13.6 million").interval()
    Interval(low=13550000.0, high=13650000.0)
    >>> parse_printed("almost 60%").interval(), parse_printed("p < 0.001").interval()
    (Interval(low=50.0, high=60.0), Interval(low=0.0, high=0.001))
    """
    bound, rest = _split_bound(_squeezed(text))
    found = _figure(rest) or _fraction(rest) or _in_words(rest) or _to_one(rest)
    if found is None:
        raise ValueError(f"{text!r} is not a figure this project can read")
    return replace(found, text=text, bound=bound)


def parse_range(text: str) -> tuple[Printed, Printed] | None:
    """The two ends of a range as printed: `£3 to £8`, `20-25`, `between 2 and 3 million`; None where there is none.

    >>> [float(end.value) for end in parse_range("£3 to £8 million") or ()]
    [3000000.0, 8000000.0]
    """
    match = next(filter(None, (form.fullmatch(_squeezed(text)) for form in _RANGES)), None)
    if not match or not re.search(r"\d", match["low"]):
        return None
    scale = re.search(rf"\s*({_SCALE})(?!\w)", match["high"], re.IGNORECASE)
    try:
        low, high = parse_printed(match["low"]), parse_printed(match["high"])
        if scale and low.value < high.value / _SCALES[scale[1].lower()]:
            low = parse_printed(match["low"] + scale[0])
    except ValueError:
        return None
    return (low, high) if low.value < high.value and not low.bound and not high.bound else None


def _squeezed(text: str) -> str:
    """A print with single ordinary spaces and without the letter of a statistic before its sign."""
    return _NAMED.sub("", " ".join(text.split()), count=1)


def _split_bound(text: str) -> tuple[str, str]:
    lower = text.lower()
    for word, bound in _OPENING:
        rest = text[len(word) :]
        if lower.startswith(word) and (rest.startswith(" ") or not word[-1].isalpha()):
            return bound, rest.strip()
    for word, bound in _CLOSING:
        if lower.endswith(word if word == "+" else f" {word}"):
            return bound, text[: -len(word)].strip()
    return "", text


def _figure(text: str) -> Printed | None:
    match = _FIGURE.fullmatch(text)
    if not match or not (match["digits"] or match["glyph"]):
        return None
    if not match["digits"]:
        return _of_fraction(Fraction(unicodedata.numeric(match["glyph"])).limit_denominator(10))
    whole, places = _number(match["digits"])
    part = Fraction(unicodedata.numeric(match["glyph"])).limit_denominator(10) if match["glyph"] else None
    scale = Decimal(_SCALES.get((match["scale"] or "").lower(), 1))
    value = (whole + (_decimal(part) if part else 0)) * scale
    step = (_decimal(Fraction(1, part.denominator)) if part else Decimal(1).scaleb(-places)) * scale
    negative = match["sign"] in ("-", "−") or match["inner"]
    return Printed(text, -value if negative else value, step, "", _grid(value, step, places > 0))


def _number(digits: str) -> tuple[Decimal, int]:
    """A number in digits, and how many decimals it is printed with."""
    point = next(point for form, point in _NUMBERS if re.fullmatch(form, digits))
    whole, _, decimals = digits.partition(point)
    return Decimal(f"{re.sub(r'[^0-9]', '', whole) or 0}{'.' if decimals else ''}{decimals}"), len(decimals)


def _grid(value: Decimal, step: Decimal, decimals: bool) -> Decimal:
    """One unit of the rounding that a figure shows: see `Printed.neighbours`."""
    unit = step if decimals or not value else max(step, _last_digit_unit(value))
    ends_in_five = abs(value) % (10 * unit) == 5 * unit and abs(value) > 10 * unit
    return 5 * unit if ends_in_five else unit


def _last_digit_unit(value: Decimal) -> Decimal:
    return Decimal(1).scaleb(value.normalize().as_tuple().exponent)  # type: ignore[arg-type]


def _in_words(text: str) -> Printed | None:
    """A whole number in words: `ten`, `Seventy-one per cent`, `two hundred and thirty-one`, `two million`."""
    words = re.sub(rf"\s*{_PERCENT}$", "", text.lower()).replace("-", " ").split()
    total = part = 0
    for place, word in enumerate(words):
        if word in _WORDS and _may_follow(_WORDS[word], part):
            part += _WORDS[word]
        elif word == "hundred" and part:
            part *= 100
        elif word in ("thousand", "million", "billion") and part:
            total, part = total + part * _SCALES[word], 0
        elif not (word == "and" and 0 < place < len(words) - 1):
            return None
    if not words:
        return None
    value, step = Decimal(total + part), Decimal(_SCALES.get(words[-1], 1))
    return Printed(text, value, step, "", _grid(value, step, decimals=False))


def _may_follow(number: int, part: int) -> bool:
    """Whether a number word may stand after what was read so far: units after tens, both after hundreds."""
    return part % 100 == 0 or (part % 100 >= 20 and part % 10 == 0 and 0 < number < 10)


def _fraction(text: str) -> Printed | None:
    """A fraction: `half`, `a third`, `two thirds`, `three-quarters`, `1 in 4`, `nine out of ten`."""
    if match := _OF.fullmatch(text):
        part, whole = (_figure(match[name]) or _in_words(match[name]) for name in ("part", "whole"))
        return _of_fraction(Fraction(part.value) / Fraction(whole.value)) if part and whole and whole.value else None
    match text.lower().replace("-", " ").split():
        case ["half" | "quarter" as part]:  # alone, any other of these words is an ordinal
            return _of_fraction(Fraction(1, _PARTS[part]))
        case ["a" | "one", part] if part in _PARTS:
            return _of_fraction(Fraction(1, _PARTS[part]))
        case [count, parts] if count in _WORDS and parts.removesuffix("s") in _PARTS and parts.endswith("s"):
            return _of_fraction(Fraction(_WORDS[count], _PARTS[parts.removesuffix("s")]))
    return None


def _of_fraction(fraction: Fraction) -> Printed:
    return Printed("", _decimal(fraction), Decimal("0.01"), "", fraction=fraction)


def _to_one(text: str) -> Printed | None:
    """A ratio to one: `2.60:1`, `£1:£3.50`, `4 to 1`."""
    match = _TO_ONE.fullmatch(text)
    left, right = (_figure(match["left"]), _figure(match["right"])) if match else (None, None)
    if left and right and 1 in (left.value, right.value):
        return left if right.value == 1 else right
    return None


def _farey_neighbours(fraction: Fraction) -> tuple[Fraction, Fraction]:
    """The next fractions below and above with denominators up to five, or to one above its own."""
    denominators = range(1, max(FINEST, fraction.denominator + 1) + 1)
    below = max(Fraction(ceil(fraction * d) - 1, d) for d in denominators)
    return below, min(Fraction(floor(fraction * d) + 1, d) for d in denominators)


def _decimal(fraction: Fraction) -> Decimal:
    return Decimal(fraction.numerator) / fraction.denominator


ROUNDINGS = {"half up": ROUND_HALF_UP, "half even": ROUND_HALF_EVEN}


def rounds_to(value: float | Decimal, printed: Printed) -> tuple[str, ...]:
    """Which rules of rounding bring `value` to the printed figure at its printed precision.

    The value is first brought to 12 significant digits, so that 0.125 computed as 0.12499999999999999 counts as a half.

    >>> rounds_to(26.5, parse_printed("26%"))
    ('half even',)
    """
    if printed.fraction is not None:
        return tuple(ROUNDINGS) if value in printed.around() else ()
    exact = Decimal(f"{value:.12g}") / printed.step
    target = printed.value / printed.step
    return tuple(name for name, rule in ROUNDINGS.items() if exact.quantize(Decimal(1), rounding=rule) == target)


def truncates_to(value: float, printed: Printed) -> bool:
    """Whether cutting the further digits off `value` gives the printed figure."""
    exact = Decimal(f"{value:.12g}") / printed.step
    return exact.to_integral_value(ROUND_FLOOR) == printed.value / printed.step


def band_labels(starts: Sequence[int]) -> list[str]:
    """Names of whole-number bands.

    >>> band_labels([0, 1, 11])
    ['0', '1-10', '11+']
    """
    closed = [str(low) if high - low == 1 else f"{low}-{high - 1}" for low, high in pairwise(starts)]
    return [*closed, f"{starts[-1]}+"]
