"""Forms that are linear in unknowns, with intervals for coefficients: what a formula over printed figures and unknowns comes to."""

from collections.abc import Mapping

from analysis.expressions import ExpressionError
from analysis.quantities import Interval, as_interval


class Linear:
    """An interval plus intervals times unknowns; knows + - with its kind and * / with what holds no unknown."""

    def __init__(self, constant: Interval | float = 0.0, slopes: Mapping[str, Interval] | None = None) -> None:
        """`slopes` are the coefficients by unknown."""
        self.constant, self.slopes = as_interval(constant), dict(slopes or {})

    def __add__(self, other: "Linear | Interval | float") -> "Linear":
        other = linear(other)
        names = [*self.slopes, *(name for name in other.slopes if name not in self.slopes)]
        none = Interval(0.0, 0.0)
        return Linear(
            self.constant + other.constant, {n: self.slopes.get(n, none) + other.slopes.get(n, none) for n in names}
        )

    def __neg__(self) -> "Linear":
        return Linear(-self.constant, {name: -slope for name, slope in self.slopes.items()})

    def __sub__(self, other: "Linear | Interval | float") -> "Linear":
        return self + -linear(other)

    def __rsub__(self, other: Interval | float) -> "Linear":
        return linear(other) - self

    def __mul__(self, other: "Linear | Interval | float") -> "Linear":
        first, second = self, linear(other)
        if first.slopes and second.slopes:
            raise ExpressionError("it multiplies two unknowns; statements must be linear in them")
        many, one = (first, second.constant) if first.slopes else (second, first.constant)
        return Linear(many.constant * one, {name: slope * one for name, slope in many.slopes.items()})

    def __truediv__(self, other: "Linear | Interval | float") -> "Linear":
        divisor = linear(other)
        if divisor.slopes:
            raise ExpressionError("it divides by an unknown; statements must be linear in them")
        return self * (as_interval(1.0) / divisor.constant)

    def __rtruediv__(self, other: Interval | float) -> "Linear":
        return linear(other) / self

    __radd__, __rmul__ = __add__, __mul__


def linear(value: "Linear | Interval | float") -> Linear:
    """A number or an interval as a form without unknowns; a form as it is."""
    return value if isinstance(value, Linear) else Linear(value)
