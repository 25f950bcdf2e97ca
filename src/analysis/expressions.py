"""A small safe grammar for formulas that stand in data: numbers, references and + - * / with parentheses.

    expression = term, {("+" | "-"), term} ;
    term       = factor, {("*" | "/"), factor} ;
    factor     = ["-"], (number | reference | "(", expression, ")") ;
    reference  = "claim:", capital letters, "-", digits
               | ("assumption:" | "result:"), name
               | name ;

Nothing is ever evaluated as Python. One parsed formula serves every kind of value that knows + - * / : plain numbers,
rounding intervals, NumPy arrays.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import isinf
from typing import Any

LONGEST = 10_000  # characters; a formula in a table cell has no business being longer
MOST_OPERATIONS = 250  # + - * / in one formula: each is a step of the stack when it is evaluated
DEEPEST = 100  # nested parentheses or signs; keeps hostile input from exhausting the stack

_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))"
    r"|(?P<reference>claim:[A-Z]+-\d+(?!\w)|(?:assumption|result):[A-Za-z_][\w.]*|[A-Za-z_]\w*)"
    r"|(?P<operator>[-+*/()]))",
    re.ASCII,
)


class ExpressionError(ValueError):
    """The formula does not follow the grammar, or cannot be evaluated; the text says where and why."""


@dataclass(frozen=True)
class Number:
    """A literal number."""

    value: float


@dataclass(frozen=True)
class Reference:
    """The name of a value that stands elsewhere, such as `claim:CO-001`."""

    name: str


@dataclass(frozen=True)
class Negation:
    """Minus one operand."""

    operand: "Expression"


@dataclass(frozen=True)
class Operation:
    """Two operands joined by one of + - * /."""

    operator: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True)
class Extreme:
    """The smaller (`min`) or larger (`max`) of two operands: built by code, with no spelling in the grammar."""

    which: str
    left: "Expression"
    right: "Expression"


Expression = Number | Reference | Negation | Operation | Extreme


@lru_cache(maxsize=4096)
def parse(text: str) -> Expression:
    """Parse a formula; raises ExpressionError that names the character where the grammar is left.

    >>> parse("claim:CO-001 / 2")
    Operation(operator='/', left=Reference(name='claim:CO-001'), right=Number(value=2.0))
    """
    if len(text) > LONGEST:
        raise ExpressionError(f"the formula has {len(text)} characters; at most {LONGEST} are read")
    tokens = _tokens(text)
    operations = sum(found in "+-*/" for kind, found, _ in tokens if kind == "operator")
    if operations > MOST_OPERATIONS:
        raise ExpressionError(
            f"the formula has {operations} signs of calculation; at most {MOST_OPERATIONS} are read, so give parts of it names"
        )
    return _Parser(tokens).whole()


def references(expression: Expression) -> tuple[str, ...]:
    """The names an expression refers to, each once, in the order of their first use."""
    return tuple(dict.fromkeys(_names(expression)))


def evaluate(
    expression: Expression,
    values: Mapping[str, Any] | Callable[[str], Any],
    extremes: Mapping[str, Callable[[Any, Any], Any]] | None = None,
) -> Any:
    """The value of an expression, with every reference looked up in `values`.

    The values may be of any one type that knows + - * / with itself and with floats; for other types than numbers
    `extremes` gives their `min` and `max`. Raises ExpressionError for a name without a value and for a division by zero.
    """
    look_up = values if callable(values) else values.__getitem__
    try:
        found = _evaluate(expression, look_up, {**_APPLY, **(extremes or {})})
    except ZeroDivisionError as error:
        raise ExpressionError("it divides by zero, or by a figure whose rounding interval contains zero") from error
    except KeyError as error:
        raise ExpressionError(f"nothing is known under the name {error.args[0]!r}") from error
    if isinstance(found, float) and isinf(found):
        raise ExpressionError("its value is too large to compute with")
    return found


def plain_number(value: float) -> str:
    """A literal of a formula as text.

    >>> plain_number(1000.0)
    '1,000'
    """
    return f"{value:,.12g}"


def to_text(
    expression: Expression, name: Callable[[str], str] = str, number: Callable[[float], str] = plain_number
) -> str:
    """Write an expression out again with the fewest parentheses, references and literals through `name` and `number`.

    >>> to_text(parse("(a+b) / (2*c)"), str.upper)
    '(A + B) / (2 × C)'
    """
    return _write(expression, name, number, 0)


def find_cycle(graph: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """A closed walk in a graph of who refers to whom, first name repeated last; empty if there is none.

    >>> find_cycle({"a": ("b",), "b": ("a",)})
    ('a', 'b', 'a')
    """
    finished: set[str] = set()
    for start in graph:
        path = {start: iter(graph[start])} if start not in finished else {}
        while path:
            node = next(reversed(path))
            child = next(path[node], None)
            if child in path:
                walk = list(path)
                return (*walk[walk.index(child) :], child)
            if child is None:
                finished.add(node)
                del path[node]
            elif child not in finished:
                path[child] = iter(graph.get(child, ()))
    return ()


def _tokens(text: str) -> list[tuple[str, str, int]]:
    tokens, position, end = [], 0, len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if not match:
            rest = text[position:].lstrip()[:20]
            raise ExpressionError(
                f"character {position + 1} ({rest!r}) is not part of a formula: only numbers, references, "
                "+ - * / and parentheses are"
            )
        kind = match.lastgroup or ""
        if match[kind] == "(" and tokens and tokens[-1][0] == "reference":
            raise ExpressionError(f"character {match.start(kind) + 1}: nothing can be called in a formula")
        tokens.append((kind, match[kind], match.start(kind) + 1))
        position = match.end()
    return tokens


class _Parser:
    """Recursive descent over the tokens of one formula."""

    def __init__(self, tokens: list[tuple[str, str, int]]) -> None:
        self.tokens, self.next, self.depth = tokens, 0, 0

    def whole(self) -> Expression:
        """The whole formula; nothing may be left over."""
        if not self.tokens:
            raise ExpressionError("the formula is empty")
        expression = self.chain("+-", lambda: self.chain("*/", self.factor))
        if self.next < len(self.tokens):
            _, found, place = self.tokens[self.next]
            raise ExpressionError(f"character {place}: {found!r} is unexpected here")
        return expression

    def chain(self, operators: str, operand: Callable[[], Expression]) -> Expression:
        """Operands joined by operators of one strength, from left to right."""
        left = operand()
        while self.peek() in set(operators):
            left = Operation(self.take()[1], left, operand())
        return left

    def factor(self) -> Expression:
        """A number, a reference, a negation or a parenthesis."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise ExpressionError(f"it is nested more than {DEEPEST} deep")
        kind, found, place = self.take()
        try:
            if kind == "number":
                if isinf(value := float(found)):
                    raise ExpressionError(f"character {place}: the number is too large to compute with")
                return Number(value)
            if kind == "reference":
                return Reference(found)
            if found == "-":
                return Negation(self.factor())
            if found == "(":
                return self.parenthesis(place)
        finally:
            self.depth -= 1
        raise ExpressionError(f"character {place}: {found!r} is unexpected here; a number or a reference was due")

    def parenthesis(self, place: int) -> Expression:
        """What stands between an opened parenthesis and its end."""
        inside = self.chain("+-", lambda: self.chain("*/", self.factor))
        if self.peek() != ")":
            raise ExpressionError(f"the parenthesis opened at character {place} is not closed")
        self.take()
        return inside

    def peek(self) -> str | None:
        """The next token's text, not taken; None at the end."""
        return self.tokens[self.next][1] if self.next < len(self.tokens) else None

    def take(self) -> tuple[str, str, int]:
        """The next token."""
        if self.next >= len(self.tokens):
            raise ExpressionError("the formula ends too early")
        self.next += 1
        return self.tokens[self.next - 1]


def _names(expression: Expression) -> Iterator[str]:
    match expression:
        case Reference(name):
            yield name
        case Negation(operand):
            yield from _names(operand)
        case Operation(_, left, right) | Extreme(_, left, right):
            yield from _names(left)
            yield from _names(right)


_APPLY: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "min": min,
    "max": max,
}


def _evaluate(
    expression: Expression, look_up: Callable[[str], Any], apply: Mapping[str, Callable[[Any, Any], Any]]
) -> Any:
    match expression:
        case Number(value):
            return value
        case Reference(name):
            return look_up(name)
        case Negation(operand):
            return -_evaluate(operand, look_up, apply)
        case Operation(operator, left, right) | Extreme(operator, left, right):
            return apply[operator](_evaluate(left, look_up, apply), _evaluate(right, look_up, apply))


_STRENGTH = {"+": 1, "-": 1, "*": 2, "/": 2}
_SIGN = {"+": "+", "-": "−", "*": "×", "/": "/"}


def _write(expression: Expression, name: Callable[[str], str], number: Callable[[float], str], outer: int) -> str:
    match expression:
        case Number(value):
            return number(value)
        case Reference(reference):
            return name(reference)
        case Negation(operand):
            return f"−{_write(operand, name, number, 3)}"
        case Operation(operator, left, right):
            own = _STRENGTH[operator]
            text = f"{_write(left, name, number, own)} {_SIGN[operator]} {_write(right, name, number, own + 1)}"
            return f"({text})" if own < outer else text
        case Extreme(which, left, right):
            return f"{which}({_write(left, name, number, 0)}, {_write(right, name, number, 0)})"
