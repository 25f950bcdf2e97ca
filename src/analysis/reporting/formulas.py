"""One parsed formula written for others to read or run: a spreadsheet, JavaScript, MathML."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from analysis.expressions import Expression, Extreme, Negation, Number, Operation, Reference
from analysis.reporting.markup import escape

_STRENGTH = {"+": 1, "-": 1, "*": 2, "/": 2}
_SPACED = '<mo lspace="0.25em" rspace="0.25em">{}</mo>'  # browsers space operators between links unevenly by themselves
_SIGNS = {"+": _SPACED.format("+"), "-": _SPACED.format("−"), "*": _SPACED.format("×")}
EQUALS = _SPACED.format("=")


@dataclass(frozen=True)
class Dialect:
    """How a language writes names, and the smaller and larger of two; operators and numbers are common to all here."""

    name: Callable[[str], str]
    extremes: Mapping[str, str]


def write_formula(expression: Expression, dialect: Dialect, outer: int = 0) -> str:
    """A formula in a dialect, with the parentheses that keep the order of operations.

    >>> from analysis.expressions import parse
    >>> write_formula(parse("a - (b - 2) * c"), Dialect(str.upper, {}))
    'A-(B-2)*C'
    """
    match expression:
        case Number(value):
            return exact(value)
        case Reference(name):
            return dialect.name(name)
        case Negation(operand):
            return f"(-{write_formula(operand, dialect, 3)})" if outer else f"-{write_formula(operand, dialect, 3)}"
        case Extreme(which, left, right):
            return f"{dialect.extremes[which]}({write_formula(left, dialect)},{write_formula(right, dialect)})"
        case Operation(operator, left, right):
            own = _STRENGTH[operator]
            text = f"{write_formula(left, dialect, own)}{operator}{write_formula(right, dialect, own + 1)}"
            return f"({text})" if own < outer else text


def exact(value: float) -> str:
    """A number that reads back as the very same double, without a needless point.

    >>> exact(1000.0), exact(0.1)
    ('1000', '0.1')
    """
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def mathml(expression: Expression, name: Callable[[str], str], outer: int = 0) -> str:
    """A formula as presentation MathML, quotients as fractions; `name` gives the markup of a reference."""
    match expression:
        case Number(value):
            return f"<mn>{exact(value)}</mn>"
        case Reference(reference):
            return name(reference)
        case Negation(operand):
            return _bracketed(f"<mo>−</mo>{mathml(operand, name, 3)}", outer > 0)
        case Extreme(which, left, right):
            inside = f"{mathml(left, name)}<mo>,</mo>{mathml(right, name)}"
            return f"<mrow><mi>{which}</mi><mo>&#x2061;</mo><mrow><mo>(</mo>{inside}<mo>)</mo></mrow></mrow>"
        case Operation("/", left, right):
            return f"<mfrac>{_row(mathml(left, name))}{_row(mathml(right, name))}</mfrac>"
        case Operation(operator, left, right):
            own = _STRENGTH[operator]
            inside = f"{mathml(left, name, own)}{_SIGNS[operator]}{mathml(right, name, own + 1)}"
            return _bracketed(inside, own < outer)


def _row(inside: str) -> str:
    return f"<mrow>{inside}</mrow>"


def _bracketed(inside: str, needed: bool) -> str:
    return f"<mrow><mo>(</mo>{inside}<mo>)</mo></mrow>" if needed else _row(inside)


def symbol(words: str) -> str:
    """A name in words as MathML. Links stand beside a formula: inside `math` no reader with assistive technology finds them.

    An identifier and not a text, since a browser takes a row of texts around one sign for the sign, and spaces it wrongly.
    """
    return f"<mi>{escape(words)}</mi>"
