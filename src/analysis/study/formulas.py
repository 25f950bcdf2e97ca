"""Formulas over a study's claims and assumptions: their value, and its range over the rounding of the inputs."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from analysis.expressions import Expression, ExpressionError, evaluate, parse, references
from analysis.quantities import Interval, as_interval


@dataclass(frozen=True)
class Computed:
    """A formula's value from the inputs as printed, its range over their intervals, and the inputs' names."""

    value: float
    interval: Interval
    inputs: tuple[str, ...]


def compute(expression: Expression | str, inputs: Mapping[str, Any]) -> Computed:
    """Evaluate a formula over claims (and assumptions), once with their values and once with their intervals.

    The range is found by interval arithmetic (Moore 1966): exact when each input occurs once in the formula, otherwise
    at least as wide as the truth. A divisor that may be zero leaves the range open. Raises ExpressionError for an
    unknown name, an input that is no number, and a division by zero.
    """
    parsed = parse(expression) if isinstance(expression, str) else expression
    value = float(evaluate(parsed, lambda name: _number(name, inputs)))
    found = _range(parsed, lambda name: inputs[name].interval)
    return Computed(value, Interval(min(found.low, value), max(found.high, value)), references(parsed))


def _number(name: str, inputs: Mapping[str, Any]) -> float:
    entry = inputs[name]
    number = entry.number if hasattr(entry, "number") else entry.value
    if number is None and entry.interval is not None:
        number = (entry.interval.low + entry.interval.high) / 2
    if number is None:
        raise ExpressionError(f"{name} is a date, not a number")
    return float(number)


def _range(expression: Expression, intervals: Callable[[str], Interval | None]) -> Interval:
    try:
        return as_interval(evaluate(expression, intervals))
    except ExpressionError:
        return Interval(-math.inf, math.inf)
