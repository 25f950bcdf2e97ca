"""What a reader who has every published cell can work out about a hidden one: the tightest bounds, by linear programming.

The unknowns are the numbers of people of each possible type. Every published cell, of every table, is a sum of some of
them; so is every margin and every published mean. The least and the greatest value of a hidden cell over all numbers
of people that fit everything published are what the most patient reader can find out.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

import numpy as np
import pandas as pd

from analysis.disclosure.tables import TOTAL

MOST_TYPES = 20_000  # beyond this the programs take minutes


@dataclass(frozen=True)
class Derived:
    """A column that follows from others, such as "improved" from the answers before and after."""

    name: str
    of: tuple[str, ...]
    value: Callable[..., object]


@dataclass(frozen=True)
class Statement:
    """A published sum over people: `weight` of the values of the columns `of`, between `low` and `high` in all.

    A mean of 5.0 over 57 people, for example, says that the answers add up to between 57 x 4.95 and 57 x 5.05.
    """

    label: str
    of: tuple[str, ...]
    weight: Callable[..., float]
    low: float
    high: float


@dataclass(frozen=True)
class Background:
    """What a reader knows besides the tables: how columns follow from others, published sums, possible answers.

    `categories` are needed for columns that no table shows but others follow from, for example the nine points behind
    bands of three.
    """

    derived: tuple[Derived, ...] = ()
    statements: tuple[Statement, ...] = ()
    categories: Mapping[str, Sequence[object]] = field(default_factory=dict)

    def base(self, names: Iterable[str]) -> tuple[str, ...]:
        """The columns that the named ones follow from, each once; a column that follows from none stands for itself."""
        rules = {each.name: each.of for each in self.derived}
        return tuple(dict.fromkeys(column for name in names for column in rules.get(name, (name,))))


@dataclass(frozen=True)
class Cell:
    """One cell of one table: its table's name, its labels (with "total"), and what is published of it."""

    table: str
    labels: tuple[object, ...]


class Reader:
    """Everything that is published of some linked tables, and what follows.

    `types` are the types of people whose numbers are the unknowns, one frame for each set of columns; `cells` lists the
    cells in order; `holds` (cells x unknowns) says which unknowns each sums up; `links` are the equations between unknowns
    of different tables about the same people.
    """

    def __init__(self, tables: Mapping[str, pd.Series], background: Background | None = None) -> None:
        """Set up the unknowns for tables with margins that share columns; raises ValueError if there are too many."""
        from scipy.sparse import csr_array

        background = background or Background()
        needs = [background.base(series.index.names) for series in tables.values()]
        needs += [background.base(statement.of) for statement in background.statements]
        categories = _categories(tables, background)
        _check_known(needs, categories)
        blocks = [_types(names, categories, background.derived) for names in _blocks(needs)]
        self.types = blocks
        self.cells = [Cell(name, labels) for name, series in tables.items() for labels in series.index]
        self.statements = list(background.statements)
        places = [_block_for(blocks, need) for need in needs]
        rows = [
            _cell_row(blocks, place, series.index.names, labels)
            for place, series in zip(places, tables.values(), strict=False)
            for labels in series.index
        ]
        rows += [
            _statement_row(blocks, place, statement)
            for place, statement in zip(places[len(tables) :], self.statements, strict=True)
        ]
        self.holds = csr_array(np.array(rows))
        self.links = csr_array(np.array(list(_links(blocks)) or [np.zeros(self.holds.shape[1])]))
        self._least, self._most = np.full(len(rows), np.inf), np.full(len(rows), -np.inf)

    def possible(self) -> np.ndarray:
        """Which cells some type of person can fall in at all; the others are zero for everybody to see."""
        return np.asarray(abs(self.holds).sum(axis=1)).ravel()[: len(self.cells)] > 0

    def is_wide(self, cell: int, low: np.ndarray, high: np.ndarray, width: float) -> bool:
        """Whether a reader is left with whole numbers at least `width` apart for this cell.

        Published cells lie from `low` to `high`, hidden ones from minus to plus infinity. Solutions found before are
        remembered: hiding more cells only adds solutions, so call with cells hidden one after the other.
        """
        for sign in (1, -1):
            if self._span(cell) >= width:
                return True
            self._remember(self.solve(cell, sign, low, high)[0])
        return self._span(cell) >= width

    def bounds(self, cell: int, low: np.ndarray, high: np.ndarray) -> tuple[float, float]:
        """The least and the greatest value of a cell that fit everything published."""
        ends = [(self.holds[[cell]] @ self.solve(cell, sign, low, high)[0]).item() for sign in (1, -1)]
        return ends[0], ends[1]

    def pressing(self, cell: int, low: np.ndarray, high: np.ndarray) -> np.ndarray:
        """The published cells whose values hold the bounds of this cell where they are (non-zero dual values)."""
        duals = sum(np.abs(self.solve(cell, sign, low, high)[1]) for sign in (1, -1))
        return np.nonzero(duals[: len(self.cells)] > 1e-9)[0]

    def solve(self, cell: int, sign: int, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Numbers of people that make a cell least (sign 1) or greatest (-1), and the dual value of every cell.

        Raises ValueError if no numbers of people fit, which means that the tables contradict each other.
        """
        from scipy.optimize import linprog
        from scipy.sparse import vstack

        exact, inside = np.nonzero(low == high)[0], np.nonzero((low < high) & np.isfinite(high))[0]
        found = linprog(
            sign * self.holds[[cell]].toarray().ravel(),
            A_eq=vstack([self.links, self.holds[exact]]),
            b_eq=np.concatenate([np.zeros(self.links.shape[0]), low[exact]]),
            A_ub=vstack([self.holds[inside], -self.holds[inside]]) if len(inside) else None,
            b_ub=np.concatenate([high[inside], -low[inside]]) if len(inside) else None,
            bounds=(0, None),
            method="highs",
        )
        if found.status != 0:
            raise ValueError(f"no numbers of people fit the published cells together: {found.message}")
        duals = np.zeros(self.holds.shape[0])
        duals[exact] = found.eqlin.marginals[self.links.shape[0] :]
        if len(inside):
            duals[inside] = np.abs(found.ineqlin.marginals).reshape(2, -1).sum(axis=0)
        return found.x, duals

    def _remember(self, people: np.ndarray) -> None:
        values = self.holds @ people
        self._least, self._most = np.minimum(self._least, values), np.maximum(self._most, values)

    def _span(self, cell: int) -> float:
        # Whole people only: the bounds are rounded inwards, with room for the solver's last digits.
        return np.floor(self._most[cell] + 1e-6) - np.ceil(self._least[cell] - 1e-6)


def linked(tables: Mapping[str, pd.Series], background: Background) -> list[tuple[list[str], Background]]:
    """The tables in groups that share a column, directly or through others, each with what concerns it.

    Published sums link columns as tables do. A sum over columns that no table touches is left out.
    """
    members = [(set(background.base(series.index.names)), [name], []) for name, series in tables.items()]
    members += [(set(background.base(each.of)), [], [each]) for each in background.statements]
    groups: list[tuple[set[str], list[str], list[Statement]]] = []
    for member in members:
        touching = [group for group in groups if group[0] & member[0]]
        groups = [group for group in groups if not group[0] & member[0]]
        columns = member[0].union(*(group[0] for group in touching))
        names, sums = ([each for group in (*touching, member) for each in group[i]] for i in (1, 2))
        groups.append((columns, names, sums))
    return [(names, replace(background, statements=tuple(sums))) for _, names, sums in groups if names]


def _categories(tables: Mapping[str, pd.Series], background: Background) -> dict[str, list[object]]:
    found = {name: list(labels) for name, labels in background.categories.items()}
    for series in tables.values():
        for name in series.index.names:
            labels = [label for label in dict.fromkeys(series.index.get_level_values(name)) if label != TOTAL]
            found[name] = list(dict.fromkeys(found.get(name, []) + labels))
    return found


def _check_known(needs: list[tuple[str, ...]], categories: Mapping[str, list[object]]) -> None:
    unknown = sorted({column for need in needs for column in need} - set(categories))
    if unknown:
        raise ValueError(f"no table shows '{unknown[0]}'; give its categories, since others follow from it")


def _blocks(needs: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The sets of columns whose joint numbers of people are the unknowns.

    If the sets the tables need form an acyclic hypergraph, numbers that agree wherever two sets overlap always come
    from one joint table (C. Beeri and others, Journal of the ACM 30, 1983, 479-513), and the sets themselves will do.
    Otherwise only the joint table of all columns is safe.
    """
    sets = [
        need
        for i, need in enumerate(needs)
        if not any(set(need) < set(other) or (set(need) == set(other) and j < i) for j, other in enumerate(needs))
    ]
    return (
        sets if _is_acyclic([set(each) for each in sets]) else [tuple(dict.fromkeys(c for need in needs for c in need))]
    )


def _is_acyclic(edges: list[set[str]]) -> bool:
    """The reduction of Graham, Yu and Ozsoyoglu: drop lonely columns and contained sets until nothing changes."""
    while True:
        before = [set(edge) for edge in edges]
        edges = [{c for c in edge if sum(c in other for other in edges) > 1} for edge in edges]
        edges = [e for i, e in enumerate(edges) if not any(e < o or (e == o and j < i) for j, o in enumerate(edges))]
        if len(edges) <= 1:
            return True
        if edges == before:
            return False


def _types(names: tuple[str, ...], categories: Mapping[str, list[object]], derived: Iterable[Derived]) -> pd.DataFrame:
    size = int(np.prod([len(categories[name]) for name in names]))
    if size > MOST_TYPES:
        raise ValueError(f"{size} types of people ({', '.join(names)}) are too many to prove safe; cross fewer columns")
    types = pd.DataFrame(list(product(*(categories[name] for name in names))), columns=list(names), dtype=object)
    for rule in derived:
        if set(rule.of) <= set(names):
            types[rule.name] = [rule.value(*values) for values in types[list(rule.of)].itertuples(index=False)]
    return types


def _block_for(blocks: list[pd.DataFrame], columns: Iterable[str]) -> int:
    return next(i for i, block in enumerate(blocks) if set(columns) <= set(block.columns))


def _spread(blocks: list[pd.DataFrame], place: int, values: np.ndarray) -> np.ndarray:
    sizes = [len(block) for block in blocks]
    row = np.zeros(sum(sizes))
    row[sum(sizes[:place]) : sum(sizes[: place + 1])] = values
    return row


def _cell_row(blocks: list[pd.DataFrame], place: int, names: Sequence[str], labels: tuple[object, ...]) -> np.ndarray:
    inside = np.ones(len(blocks[place]), dtype=bool)
    for name, label in zip(names, labels, strict=True):
        inside &= True if label == TOTAL else (blocks[place][name] == label).to_numpy()
    return _spread(blocks, place, inside)


def _statement_row(blocks: list[pd.DataFrame], place: int, statement: Statement) -> np.ndarray:
    values = [statement.weight(*row) for row in blocks[place][list(statement.of)].itertuples(index=False)]
    return _spread(blocks, place, np.array(values, dtype=float))


def _links(blocks: list[pd.DataFrame]) -> Iterable[np.ndarray]:
    """Equations: two blocks agree on every combination of the columns they share, and on the number of people."""
    for i, one in enumerate(blocks):
        for j in range(i + 1, len(blocks)):
            shared = [name for name in one.columns if name in blocks[j].columns]
            keys = [
                block[shared].apply(tuple, axis=1) if shared else pd.Series([()] * len(block))
                for block in (one, blocks[j])
            ]
            for key in dict.fromkeys(keys[0]):
                here, there = ((each == key).to_numpy(dtype=float) for each in keys)
                yield _spread(blocks, i, here) - _spread(blocks, j, there)
