"""Units of a value map: people, weeks, pounds at a price year, and what their products are."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from analysis.currency import DEFAULT, currency_of, names
from analysis.expressions import Expression, evaluate

_MONEY = re.compile(r"([A-Z]{3}|£|€|pounds?|euros?)(?: of (\d{4}))?")
_CODES = {"£": "GBP", "pound": "GBP", "pounds": "GBP", "€": "EUR", "euro": "EUR", "euros": "EUR"}
OF_A_YEAR = re.compile(r".+ of \d{4}")  # how money of a price year is called
_PLAIN = ("ratio", "", "share")
_SINGULAR = {"people": "person", "indices": "index"}


class UnitError(ValueError):
    """Two units do not go together, or a unit cannot be read; the text says which."""


@dataclass(frozen=True)
class Unit:
    """A product of powers of base units, such as pounds of 2013 for each week.

    Adding asks for the same unit; multiplying and dividing by a plain number keeps it.
    """

    powers: tuple[tuple[str, int], ...] = ()

    def __mul__(self, other: "Unit | float") -> "Unit":
        return _combined(self, _as_unit(other), 1)

    def __truediv__(self, other: "Unit | float") -> "Unit":
        return _combined(self, _as_unit(other), -1)

    def __rtruediv__(self, other: float) -> "Unit":
        return _as_unit(other) / self

    def __add__(self, other: "Unit | float") -> "Unit":
        return same(self, _as_unit(other))

    def __neg__(self) -> "Unit":
        return self

    __rmul__, __sub__, __radd__, __rsub__ = __mul__, __add__, __add__, __add__

    def __str__(self) -> str:
        above = " ".join(_power(name, power) for name, power in self.powers if power > 0)
        below = "".join(f" per {_power(name, -power)}" for name, power in self.powers if power < 0)
        return f"{above or 'a plain number'}{below}" if above or not below else below.strip()


PLAIN = Unit()


def money(price_year: int, currency: str = DEFAULT) -> Unit:
    """Money at the prices of a year.

    >>> str(money(2013)), str(money(2016, "EUR"))
    ('pounds of 2013', 'euros of 2016')
    """
    return Unit(((f"{names(currency)[1]} of {price_year}", 1),))


def parse_unit(text: str, price_year: int | None = None) -> Unit:
    """Read a unit of the register: `people`, `GBP per week`, `weeks per year`, `pounds of 2013 per pound of 2011`.

    A price index (`index points`) is pounds of its year for a fixed basket, so that the quotient of two years turns
    pounds of the one into pounds of the other. Raises UnitError for pounds without a price year.

    >>> str(parse_unit("GBP per week", 2013) * parse_unit("weeks"))
    'pounds of 2013'
    """
    if text in _PLAIN or text == f"{currency_of(text)} per {currency_of(text)}":
        return PLAIN
    first, *others = (part.strip() for part in text.split(" per "))
    unit = _base(first, price_year)
    for other in others:
        unit = unit / _base(other, price_year)
    return unit


def unit_of(expression: Expression, units: Mapping[str, Unit] | Callable[[str], Unit]) -> Unit:
    """The unit of an expression's value; UnitError where it adds what cannot be added, ExpressionError as `evaluate`."""
    return _as_unit(evaluate(expression, units, {"min": same, "max": same}))


def same(left: "Unit | float", right: "Unit | float") -> Unit:
    """The unit both share; UnitError where they differ, which for pounds of two years names the way out."""
    left, right = _as_unit(left), _as_unit(right)
    if left == right:
        return left
    years = {name for unit in (left, right) for name, _ in unit.powers if OF_A_YEAR.fullmatch(name)}
    hint = "; multiply one by an uprating factor or a quotient of two price indices" if len(years) > 1 else ""
    raise UnitError(f"{left} and {right} cannot be added{hint}")


def _base(text: str, price_year: int | None) -> Unit:
    match = _MONEY.fullmatch(text)
    if match:
        year = int(match[2]) if match[2] else price_year
        code = _CODES.get(match[1], match[1])
        if year is None:
            raise UnitError(f"{names(code)[1]} without a price year")
        return money(year, code)
    if text == "index points":
        return parse_unit("GBP per basket", price_year)
    if not re.fullmatch(r"[A-Za-z%_][A-Za-z%_ -]*", text):
        raise UnitError(f"{text!r} is no unit; write it in words, such as 'people' or 'GBP per week'")
    return Unit(((_singular(text), 1),))


def _singular(word: str) -> str:
    return _SINGULAR.get(word, word[:-1] if word.endswith("s") and not word.endswith("ss") else word)


def _combined(left: Unit, right: Unit, sign: int) -> Unit:
    powers = dict(left.powers)
    for name, power in right.powers:
        powers[name] = powers.get(name, 0) + sign * power
    return Unit(tuple(sorted((name, power) for name, power in powers.items() if power)))


def _as_unit(value: "Unit | float") -> Unit:
    return value if isinstance(value, Unit) else PLAIN


def _power(name: str, power: int) -> str:
    return name if power == 1 else f"{name} to the power {power}"
