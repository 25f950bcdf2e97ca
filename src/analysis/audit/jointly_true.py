"""Statements that should all be true at once, as a linear program over the rounding intervals of their figures.

A statement such as "value over cost rounds to 4.67" is two linear inequalities, 4.665 cost <= value <= 4.675 cost. The
system can be true exactly if the program has a solution. If it has none, dropping statements one by one until each
that is left is needed gives a smallest set that cannot all be true (an irreducible infeasible subset, found by the
deletion filter of Chinneck and Dravnieks 1991). Whole numbers are not asked for, and the ends of the rounding intervals
are allowed, so that a conflict is one under every rule of rounding an exact half.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from math import inf, isinf

import numpy as np

from analysis.audit.checks import interval
from analysis.audit.plan import Statement, SystemEntry
from analysis.expressions import evaluate, parse
from analysis.linear_programs import Infeasible, LinearProgram, Unbounded
from analysis.quantities import Interval
from analysis.study.claims import Claim, Ledger

LARGEST_TRIED = 4  # statements in a conflict that is found by trying every set
Point = dict[str, float]  # a value for each variable
Row = tuple[dict[str, float], float]  # coefficients by variable, and what their sum is at most


@dataclass(frozen=True)
class Linear:
    """A constant and coefficients of named variables; knows what a linear formula needs of arithmetic."""

    terms: dict[str, float]
    constant: float = 0.0

    def __add__(self, other: "Linear | float") -> "Linear":
        other = _linear(other)
        names = self.terms | other.terms
        return Linear(
            {n: self.terms.get(n, 0.0) + other.terms.get(n, 0.0) for n in names}, self.constant + other.constant
        )

    def __neg__(self) -> "Linear":
        return self * -1.0

    def __sub__(self, other: "Linear | float") -> "Linear":
        return self + -_linear(other)

    def __mul__(self, other: "Linear | float") -> "Linear":
        if isinstance(other, Linear):
            if other.terms and self.terms:
                raise ValueError("a product of two unknowns is not linear")
            return self * other.constant if not other.terms else other * self.constant
        return Linear({name: value * other for name, value in self.terms.items()}, self.constant * other)

    def __truediv__(self, other: "Linear | float") -> "Linear":
        divisor = _linear(other)
        if divisor.terms:
            raise ValueError("a division by an unknown is not linear")
        return self * (1 / divisor.constant)

    def __rtruediv__(self, other: float) -> "Linear":
        return _linear(other) / self

    def __radd__(self, other: float) -> "Linear":
        return self + other

    def __rsub__(self, other: float) -> "Linear":
        return -self + other

    def __rmul__(self, other: float) -> "Linear":
        return self * other


def _linear(value: "Linear | float") -> Linear:
    return value if isinstance(value, Linear) else Linear({}, float(value))


def linear(text: str) -> Linear:
    """A formula over variables as a linear form; ValueError if it is none.

    >>> linear("2 * a - (b + 3)")
    Linear(terms={'a': 2.0, 'b': -1.0}, constant=-3.0)
    """
    return _linear(evaluate(parse(text), lambda name: Linear({name: 1.0})))


def rows_of(statement: Statement, ledger: Ledger, words: bool = True) -> list[Row]:
    """A statement as inequalities. With `words` false, "over" and "up to" are set aside and the figure is read alone."""
    left = linear(statement.left) * statement.scale
    if statement.at_most:
        return [_at_most(left - linear(statement.at_most))]
    if statement.equals:
        gap = left - linear(statement.equals)
        return [_at_most(gap), _at_most(-gap)]
    if statement.claim is None:
        raise ValueError(f"the statement {statement.says!r} compares with nothing")
    per = linear(statement.per) if statement.per else Linear({}, 1.0)
    ends = _ends(ledger[statement.claim], words)
    rows = [] if isinf(ends.high) else [_at_most(left - per * ends.high)]
    return rows if isinf(ends.low) else [*rows, _at_most(per * ends.low - left)]


def _ends(claim: Claim, words: bool) -> Interval:
    if words or claim.as_printed is None or not claim.as_printed.bound:
        return interval(claim)
    return claim.as_printed.around()


def _at_most(form: Linear) -> Row:
    """The row `form <= 0`, brought to size 1 so that pounds and people weigh alike in the solver's tolerance."""
    size = max((abs(value) for value in (*form.terms.values(), form.constant)), default=1.0) or 1.0
    return {name: value / size for name, value in form.terms.items()}, -form.constant / size


def solve(rows: Sequence[Row], fixed: dict[str, float], objective: Linear | None = None) -> float | None:
    """Smallest value of the objective (0 without one) under all rows, variables at least 0; None if nothing satisfies them.

    Minus infinity where the objective has no smallest value.
    """
    found = _solved(rows, fixed, objective)
    return found and found[0]


def _solved(
    rows: Sequence[Row], fixed: dict[str, float], objective: Linear | None = None
) -> tuple[float, Point] | None:
    """As `solve`, with a point at which the value is reached (empty where the objective has no smallest value)."""
    names = sorted(
        {name for terms, _ in rows for name in terms} | set(fixed) | set(objective.terms if objective else ())
    )
    if not names:
        return None if any(most < 0 for _, most in rows) else (0.0, {})
    goal = objective or Linear({})
    matrix = np.array([[terms.get(name, 0.0) for name in names] for terms, _ in rows]).reshape(len(rows), len(names))
    ends = (np.array([fixed.get(name, other) for name in names]) for other in (0.0, inf))
    program = LinearProgram(matrix, np.full(len(rows), -inf), np.array([most for _, most in rows]), *ends)
    try:
        found = program.minimum(np.array([goal.terms.get(name, 0.0) for name in names]))
    except Infeasible:
        return None
    except Unbounded:
        return -inf, {}
    return found.value + goal.constant, dict(zip(names, found.point.tolist(), strict=True))


def _holds(row: Row, point: Point) -> bool:
    """Whether a row is satisfied at a point, well within the tolerance of the solver (1e-7)."""
    terms, most = row
    return sum(value * point.get(name, 0.0) for name, value in terms.items()) <= most + 1e-12


@dataclass(frozen=True)
class System:
    """A system ready to be solved: its statements as rows."""

    rows: tuple[tuple[Row, ...], ...]
    fixed: dict[str, float]

    def feasible(self, kept: Iterable[int]) -> bool:
        """Whether the statements of these places can all be true."""
        return solve([row for place in kept for row in self.rows[place]], self.fixed) is not None

    def point(self, kept: Collection[int]) -> Point | None:
        """Values at which the statements of these places are true, and the others as nearly as can be; None if there are none.

        Each other statement may be missed by a slack of its own, and the sum of the slacks is made smallest.
        """
        slack = {place: f"slack {place}" for place in range(len(self.rows)) if place not in kept}
        rows = [
            (terms | ({slack[place]: -1.0} if place in slack else {}), most)
            for place, rows in enumerate(self.rows)
            for terms, most in rows
        ]
        found = _solved(rows, self.fixed, Linear(dict.fromkeys(slack.values(), 1.0)))
        return found and {**self.fixed, **found[1]}

    def true_at(self, point: Point) -> frozenset[int]:
        """The places of the statements that are true at a point, to the last digits."""
        return frozenset(place for place, rows in enumerate(self.rows) if all(_holds(row, point) for row in rows))

    def range_of(self, kept: Iterable[int], form: Linear) -> Interval | None:
        """The values that a linear form can have while the statements of these places are true; None if they cannot be."""
        rows = [row for place in kept for row in self.rows[place]]
        low, high = solve(rows, self.fixed, form), solve(rows, self.fixed, -form)
        return None if low is None or high is None else Interval(min(low, -high), max(low, -high))


def system(entry: SystemEntry, ledger: Ledger, words: bool = True) -> System:
    """The system of an entry, over the claims of a ledger."""
    return System(tuple(tuple(rows_of(statement, ledger, words)) for statement in entry.statements), dict(entry.fixed))


def smallest_conflicts(found: System) -> tuple[tuple[int, ...], ...]:
    """Smallest sets of statements that cannot all be true, smallest first; empty if the system can be true.

    Every set of up to four is found by trying them all. Larger ones are looked for in what is left when the statement
    that is in the most conflicts is dropped, until the rest can be true. Every set is irreducible: without any one of
    its statements it can be true.
    """
    places = tuple(range(len(found.rows)))
    conflicts: list[tuple[int, ...]] = []
    if found.feasible(places):
        return ()
    together = _Together(found)
    for size in range(1, LARGEST_TRIED + 1):
        tried = (c for c in combinations(places, size) if not any(set(known) <= set(c) for known in conflicts))
        conflicts += [chosen for chosen in tried if not together.feasible(chosen)]
    rest = _without_worst(places, conflicts)
    while not found.feasible(rest):
        conflicts.append(_filtered(found, list(rest)))
        rest = _without_worst(rest, conflicts)
    return tuple(sorted(set(conflicts), key=lambda conflict: (len(conflict), conflict)))


@dataclass
class _Together:
    """Which statements can be true together: at every point found so far some are, so that few sets have to be solved."""

    system: System
    known: list[frozenset[int]] = field(default_factory=list)

    def feasible(self, chosen: tuple[int, ...]) -> bool:
        """Whether the statements of these places can all be true; as `System.feasible`, but solved only where no point shows it."""
        if any(known.issuperset(chosen) for known in self.known):
            return True
        point = self.system.point(chosen)
        if point is not None:
            self.known.append(self.system.true_at(point) | frozenset(chosen))
        return point is not None


def _without_worst(places: tuple[int, ...], conflicts: list[tuple[int, ...]]) -> tuple[int, ...]:
    """The places without the one in the most conflicts that still stand, the last of several."""
    standing = [conflict for conflict in conflicts if set(conflict) <= set(places)]
    if not standing:
        return places
    worst = max(places, key=lambda place: (sum(place in conflict for conflict in standing), place))
    return tuple(place for place in places if place != worst)


def _filtered(found: System, order: list[int]) -> tuple[int, ...]:
    kept = list(order)
    for place in order:
        rest = [other for other in kept if other != place]
        if not found.feasible(rest):
            kept = rest
    return tuple(sorted(kept))


@dataclass(frozen=True)
class Repair:
    """A statement whose figure alone would have to change, and the values that make all others true."""

    place: int
    values: Interval | None


def single_repairs(entry: SystemEntry, found: System) -> tuple[Repair, ...]:
    """The statements without which all others can be true, with the values their figure could then have.

    `values` is None where the figure is a ratio of two unknowns, whose range is no linear program.
    """
    repairs = []
    for place, statement in enumerate(entry.statements):
        rest = [other for other in range(len(found.rows)) if other != place]
        if found.feasible(rest):
            form = linear(statement.left) * statement.scale
            repairs.append(Repair(place, None if statement.per else found.range_of(rest, form)))
    return tuple(repairs)


def bounds(entry: SystemEntry, found: System) -> dict[str, Interval | None]:
    """The range of each quantity that the entry asks for, over everything that satisfies all statements."""
    places = range(len(found.rows))
    return {name: found.range_of(places, linear(text)) for name, text in entry.bounds.items()}
