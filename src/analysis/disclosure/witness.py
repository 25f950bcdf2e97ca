"""Complete sets of answers other than the true one that fit everything published: witnesses that a hidden count is open.

A table of answers before by answers after has too many whole-number tables to go through. Instead, for every sensitive
hidden count, an integer program looks for the set of answers nearest to the true one that has all published counts, sums
that print the same means and standard deviations, and another value in that count. Whoever holds the page cannot tell such
a witness from the truth.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import pandas as pd

from analysis.disclosure.protect import standing
from analysis.disclosure.reader import Background, Statement
from analysis.disclosure.rules import Rules

T = TypeVar("T")
SECONDS = 10  # for one program; none found in time counts as none


@dataclass(frozen=True)
class OpenCells:
    """Which types of people (rows of `types`) each published cell and each sensitive hidden cell adds up, and each
    published sum and each hidden cell of which something is known, the latter two to between `low` and `high`."""

    types: pd.DataFrame
    published: np.ndarray
    hidden: np.ndarray
    sums: np.ndarray
    low: np.ndarray
    high: np.ndarray


def open_cells(
    tables: Mapping[str, pd.Series], shown: Mapping[str, pd.Series], rules: Rules, background: Background
) -> OpenCells:
    """The cells of tables that are all about one set of columns; raises ValueError for several sets."""
    found = standing(tables, shown, rules, background)
    if len(found.reader.types) > 1:
        raise ValueError("the tables are about several sets of columns")
    n = len(found.reader.cells)
    holds, known = found.reader.holds.toarray(), np.isfinite(found.low) | np.isfinite(found.high)
    known[:n] &= found.hidden
    return OpenCells(
        found.reader.types[0],
        holds[:n][~found.hidden],
        holds[:n][found.hidden & found.sensitive],
        holds[known],
        found.low[known],
        found.high[known],
    )


def witnesses(
    people: pd.DataFrame,
    tables: Mapping[str, pd.Series],
    shown: Mapping[str, pd.Series],
    background: Background,
    rules: Rules,
    alike: Sequence[Statement] = (),
) -> tuple[list[pd.DataFrame], Callable[[pd.DataFrame], list[int]]]:
    """Sets of answers that fit the tables as shown, the true one first, and the sensitive hidden counts of such a set.

    `people` has one row for each person, with the columns that all tables follow from, in the order of the first of them;
    the sums of the background's statements stay within their ends. `alike` are the same statements within ends that are sure to
    print the same, which are tried as well.
    """
    cells = open_cells(tables, shown, rules, background)
    sure = open_cells(tables, shown, rules, replace(background, statements=tuple(alike))) if alike else cells
    types = cells.types[list(people.columns)]
    true = _counts(people, types)
    tried = (
        _nearest(true, within, cell, value)
        for cell, value in _targets(cells.hidden, true, rules)
        for within in ((sure, cells) if alike else (cells,))
    )
    found = [true, *(counts for counts in tried if counts is not None)]
    key = {tuple(row): place for place, row in enumerate(types.itertuples(index=False))}

    def hidden(answers: pd.DataFrame) -> list[int]:
        places = [key[tuple(row)] for row in answers.itertuples(index=False)]
        return [int(value) for value in cells.hidden[:, places].sum(axis=1)]

    return [_people(np.array(counts), types) for counts in dict.fromkeys(map(tuple, found))], hidden


def _targets(hidden: np.ndarray, true: np.ndarray, rules: Rules) -> Iterator[tuple[np.ndarray, int]]:
    """Each hidden count with the two values that it should be able to take, `rules.width` apart, other than its own."""
    for cell in hidden:
        value = int(cell @ true)
        low = 0 if value <= rules.width else value - rules.width
        yield from ((cell, target) for target in (low, low + rules.width) if target != value)


def narrowest_span(
    people: pd.DataFrame,
    tables: Mapping[str, pd.Series],
    shown: Mapping[str, pd.Series],
    background: Background,
    rules: Rules,
) -> float:
    """The smallest distance between the least and the greatest value of a sensitive hidden count over all sets of answers that fit.

    Takes what `witnesses` takes. Infinite without such a count; 0 for one whose least or greatest value is not found in time.
    """
    cells = open_cells(tables, shown, rules, background)
    true = _counts(people, cells.types[list(people.columns)])
    return min((_span(true, cells, cell) for cell in cells.hidden), default=float("inf"))


def _span(true: np.ndarray, cells: OpenCells, cell: np.ndarray) -> float:
    """How far apart the ends of a count are over all whole numbers of people that fit what is published."""
    from scipy.optimize import LinearConstraint, milp

    fixed = cells.published @ true
    fits = LinearConstraint(
        np.vstack([cells.published, cells.sums]),
        np.concatenate([fixed, cells.low]),
        np.concatenate([fixed, cells.high]),
    )
    whole, limit = np.ones(len(true)), {"time_limit": SECONDS}
    done = [milp(sign * cell, constraints=fits, integrality=whole, options=limit) for sign in (1, -1)]
    return float(round(-sum(each.fun for each in done))) if all(each.status == 0 for each in done) else 0.0


def _nearest(true: np.ndarray, cells: OpenCells, cell: np.ndarray, value: int) -> np.ndarray | None:
    """The numbers of people nearest to the true ones that fit what is published and have this value in the cell."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    there = np.nonzero(true)[0]  # only from these can people be taken
    fixed = np.vstack([cells.published, cells.sums, cell])
    ends = [np.concatenate([cells.published @ true, sums, [value]]) - fixed @ true for sums in (cells.low, cells.high)]
    done = milp(
        np.ones(len(true) + len(there)),
        constraints=LinearConstraint(np.hstack([fixed, -fixed[:, there]]), *ends),
        integrality=np.ones(len(true) + len(there)),
        bounds=Bounds(0, np.concatenate([np.full(len(true), true.sum()), true[there]])),
        options={"time_limit": SECONDS},
    )
    if done.status != 0:
        return None
    moved = np.rint(done.x)
    counts = true + moved[: len(true)]
    counts[there] -= moved[len(true) :]
    found = fixed @ (counts - true)
    return counts if ((found > ends[0] - 1e-6) & (found < ends[1] + 1e-6)).all() and (counts >= 0).all() else None


def _counts(people: pd.DataFrame, types: pd.DataFrame) -> np.ndarray:
    sizes = people.groupby(list(people.columns)).size()
    return np.array(
        [
            float(sizes.get(tuple(row) if len(row) > 1 else row[0], 0))
            for row in types.itertuples(index=False, name=None)
        ]
    )


def _people(counts: np.ndarray, types: pd.DataFrame) -> pd.DataFrame:
    return types.loc[np.repeat(np.arange(len(types)), counts.astype(int))].reset_index(drop=True).astype(float)


def narrowest(candidates: Sequence[T], hidden: Callable[[T], Sequence[int]]) -> float:
    """The smallest distance between the least and the greatest value of a hidden count over the candidates.

    >>> narrowest([(3, 1), (1, 3), (0, 4)], lambda table: table)
    3
    """
    columns = list(zip(*(hidden(each) for each in candidates), strict=True))
    return min((max(values) - min(values) for values in columns), default=float("inf"))
