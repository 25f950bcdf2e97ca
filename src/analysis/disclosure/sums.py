"""Counts that add up, over the tables of a whole page: which of them to hide so that no small one can be worked out.

Tables of people by a few columns go through `protect`, whose unknowns are types of people. A page of indicators has too
many columns for that. Here the unknowns are the counts themselves, and what a reader knows is how they add up: a whole is
the sum of its parts and of a rest that the page does not name; the same count may stand in several tables; a mean is a
sum over counts between two ends.

A count is sensitive if the page would show it and it is below the minimum, zero included, or if it is a rest of one person
or more below the minimum. The page does not say which of its hidden counts are sensitive; to a reader each may be any
number of people from none on. Each sensitive one must be left with as many numbers as lie below the minimum.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from analysis.linear_programs import Infeasible, LinearProgram, Optimum, Unbounded

PUBLIC, HEADLINE, DETAIL, FIRST = 2, 1, 0, -1  # ranks: never hidden; only where no detail will do; early; before all


@dataclass
class Count:
    """A number of people: whether the page would show it, its rank, and whether it is sensitive where it is small."""

    value: int
    shown: bool = False
    rank: int = DETAIL
    rest: bool = False

    def sensitive(self, minimum: int) -> bool:
        """Whether it must be hidden for its own sake."""
        named = self.shown and self.rank < PUBLIC
        return self.value < minimum and (named or (self.rest and self.value > 0))


@dataclass(frozen=True)
class Equation:
    """Counts, each as often as its weight says, add up to between `low` and `high`. A `label` is that of a published
    statistic, which may be hidden; an equation without one always holds."""

    weights: Mapping[str, float]
    low: float = 0.0
    high: float = 0.0
    label: str = ""


@dataclass
class Sums:
    """The counts of a page by name, and how they add up."""

    minimum: int
    counts: dict[str, Count] = field(default_factory=dict)
    equations: list[Equation] = field(default_factory=list)

    def add(self, name: str, value: int, shown: bool = True, rank: int = DETAIL, rest: bool = False) -> None:
        """Name a count; a second time it is the same count in another table. Raises ValueError if its value differs."""
        known = self.counts.setdefault(name, Count(value, shown, rank, rest))
        if known.value != value:
            raise ValueError(f"'{name}' is counted twice, as {known.value} and as {value}")
        known.shown, known.rank, known.rest = known.shown or shown, max(known.rank, rank), known.rest or rest

    def split(self, whole: str, *parts: str, complete: bool = False) -> None:
        """The whole is the sum of its parts and of a rest. Parts that look `complete` leave a rest only where there is one:
        a reader takes them to add up. Raises ValueError if the parts are more than the whole."""
        left = self.counts[whole].value - sum(self.counts[part].value for part in parts)
        weights = {whole: 1.0, **dict.fromkeys(parts, -1.0)}
        if left < 0:
            raise ValueError(f"the parts of '{whole}' are more than it: {', '.join(parts)}")
        if left or not complete:
            name = f"{whole} less {' and '.join(parts)}"
            self.add(name, left, shown=False, rest=True)
            weights[name] = -1.0
        self.equations.append(Equation(weights))

    def same(self, one: str, other: str) -> None:
        """Two names of one count."""
        self.split(one, other, complete=True)

    def about(self, label: str, weights: Mapping[str, float], low: float, high: float) -> None:
        """A published statistic: counts, each as often as its weight says, add up to between two ends."""
        self.equations.append(Equation(weights, low, high, label))

    def hidden(self) -> frozenset[str]:
        """Names of counts, and labels of statistics, that must be hidden. Where some count cannot be protected by hiding
        others, that is everything that may be hidden."""
        return _Reader(self).hide()


class _Reader:
    """What is published of the counts at a time, and what follows from it."""

    def __init__(self, sums: Sums) -> None:
        self.minimum, self.names = sums.minimum, list(sums.counts)
        self.counts, self.equations = list(sums.counts.values()), sums.equations
        place = {name: number for number, name in enumerate(self.names)}
        self.rows = [{place[name]: weight for name, weight in each.weights.items()} for each in sums.equations]
        self.touching: list[list[int]] = [[] for _ in self.names]
        for number, row in enumerate(self.rows):
            for unknown in row:
                self.touching[unknown].append(number)
        self.sensitive = [number for number, count in enumerate(self.counts) if count.sensitive(self.minimum)]
        own = set(self.sensitive)
        self.known = {
            n for n, count in enumerate(self.counts) if (count.shown or count.rank == PUBLIC) and n not in own
        }
        self.silent: set[int] = set()  # statistics that are hidden
        self.least, self.most = (np.array([count.value for count in self.counts], dtype=float) for _ in range(2))

    def hide(self) -> frozenset[str]:
        """Hide until every sensitive count is wide; the names and labels hidden."""
        for cell in self.sensitive:
            while not self.is_wide(cell):
                if not self.hide_one(cell):
                    return self.everything()
        shown = [name for n, name in enumerate(self.names) if self.counts[n].shown and n not in self.known]
        return frozenset([*shown, *(self.equations[number].label for number in self.silent)])

    def everything(self) -> frozenset[str]:
        """The names and labels of all that is not public: what is hidden when nothing less is enough."""
        named = [name for name, count in zip(self.names, self.counts, strict=True) if count.rank < PUBLIC]
        return frozenset([*named, *(each.label for each in self.equations if each.label)])

    def is_wide(self, cell: int) -> bool:
        """Whether a reader is left with enough numbers for a count; solutions found on the way serve other counts."""
        for sign in (1, -1):
            if self.span(cell) >= self.minimum - 1:
                return True
            self.extreme(cell, sign)
        return self.span(cell) >= self.minimum - 1

    def span(self, cell: int) -> float:
        """How far apart the whole numbers are that were found for a count."""
        return float(np.floor(self.most[cell] + 1e-6) - np.ceil(self.least[cell] - 1e-6))

    def extreme(self, cell: int, sign: int) -> Mapping[int, float]:
        """Find the least (sign 1) or greatest (-1) value of a count; for each equation how it holds it there."""
        unknowns, rows = self.around(cell)
        column = {unknown: number for number, unknown in enumerate(unknowns)}
        matrix, low, high = np.zeros((len(rows), len(unknowns))), np.empty(len(rows)), np.empty(len(rows))
        for place, row in enumerate(rows):
            told = sum(weight * self.counts[n].value for n, weight in self.rows[row].items() if n in self.known)
            low[place], high[place] = self.equations[row].low - told, self.equations[row].high - told
            for n, weight in self.rows[row].items():
                if n not in self.known:
                    matrix[place, column[n]] = weight
        objective = np.zeros(len(unknowns))
        objective[column[cell]] = sign
        found = _minimum(LinearProgram(matrix, low, high), objective)
        if found is None:
            self.least[cell], self.most[cell] = (self.least[cell], np.inf) if sign < 0 else (-np.inf, self.most[cell])
            return {}
        self.least[unknowns] = np.minimum(self.least[unknowns], found.point)
        self.most[unknowns] = np.maximum(self.most[unknowns], found.point)
        return dict(zip(rows, np.abs(found.duals), strict=True))

    def around(self, cell: int) -> tuple[list[int], list[int]]:
        """The unknown counts that hang together with one, and the equations between them."""
        unknowns, rows, near = {cell: None}, dict[int, None](), [cell]
        while near:
            for row in self.touching[near.pop()]:
                if row in rows or row in self.silent:
                    continue
                rows[row] = None
                new = [n for n in self.rows[row] if n not in self.known and n not in unknowns]
                unknowns |= dict.fromkeys(new)
                near += new
        return list(unknowns), list(rows)

    def hide_one(self, cell: int) -> bool:
        """Hide the least valuable count or statistic among those that hold a count's bounds; whether there was one. Where there
        is none, hiding others would change nothing: an equation without a dual value holds no bound."""
        pressing = [row for sign in (1, -1) for row, dual in self.extreme(cell, sign).items() if dual > 1e-9]
        found = self.candidates(pressing)
        if found:
            *_, kind, number = min(found)
            self.silent.add(number) if kind else self.known.discard(number)
        return bool(found)

    def candidates(self, rows: Iterable[int]) -> list[tuple[int, int, int, int]]:
        """What could be hidden of some equations: (rank, value, whether a statistic, number)."""
        known = {n for row in rows for n in self.rows[row] if n in self.known and self.counts[n].rank < PUBLIC}
        told = [row for row in rows if self.equations[row].label and row not in self.silent]
        counts = [(self.counts[n].rank, self.counts[n].value, 0, n) for n in known]
        return [*counts, *((HEADLINE, 0, 1, row) for row in told)]


def _minimum(program: LinearProgram, objective: np.ndarray) -> Optimum | None:
    """The least value; None where there is none."""
    try:
        return program.minimum(objective)
    except Unbounded:
        return None
    except Infeasible as error:
        raise ValueError(f"the counts contradict each other: {error}") from None


def squares_around(
    n: int, mean: float, low: float, high: float, half: float, level: float = 0.95
) -> tuple[float, float]:
    """From where to where the sum of squared distances from a printed mean can lie, given the printed ends of its t interval
    at a level; `half` is half of the last digit printed.

    It is (n - 1) sd² and n times the square of what the mean was rounded by.
    """
    from scipy.special import stdtrit

    arms = (mean - low, high - mean)
    least = max(max(arms) - 2 * half, (high - low) / 2 - half, 0.0)
    most = min(min(arms) + 2 * half, (high - low) / 2 + half)
    sums = [(n - 1) * n * (arm / float(stdtrit(n - 1, (1 + level) / 2))) ** 2 for arm in (least, most)]
    return round(sums[0], 9), round(sums[1] + n * half**2, 9)
