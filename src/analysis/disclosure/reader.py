"""What a reader who has every published cell can work out about a hidden one: the tightest bounds, by linear programming.

The unknowns are the numbers of people of each possible type. Every published cell, of every table, is a sum of some of
them; so is every margin and every published mean. The least and the greatest value of a hidden cell over all numbers
of people that fit everything published are what the most patient reader can find out.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import combinations, product
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

from analysis.disclosure.tables import TOTAL
from analysis.linear_programs import Infeasible, LinearProgram, Optimum, Unbounded

if TYPE_CHECKING:
    from scipy.sparse import csr_array

MOST_TYPES = 20_000  # beyond this the programs take minutes
Row: TypeAlias = tuple[np.ndarray, np.ndarray]  # the unknowns that a sum is over, and how often each counts


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
    bands of three. `merged` are tables of which nobody knows more than the statements say, not even which hidden cell is small,
    since it was decided what to show of all tables alike (`disclosure.merged`).
    """

    derived: tuple[Derived, ...] = ()
    statements: tuple[Statement, ...] = ()
    categories: Mapping[str, Sequence[object]] = field(default_factory=dict)
    merged: frozenset[str] = frozenset()

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
    of different tables about the same people. The linear program is made once and solved again for each cell; `protect`
    and `prove` have a reader of their own each, so what they find follows from their tables alone.
    """

    def __init__(self, tables: Mapping[str, pd.Series], background: Background | None = None) -> None:
        """Set up the unknowns for tables with margins that share columns; raises ValueError if there are too many."""
        background = background or Background()
        needs = [background.base(series.index.names) for series in tables.values()]
        needs += [background.base(statement.of) for statement in background.statements]
        categories = _categories(tables, background)
        _check_known(needs, categories)
        self.types = [_types(names, categories, background.derived) for names in _blocks(needs)]
        self.cells = [Cell(name, labels) for name, series in tables.items() for labels in series.index]
        self.statements = list(background.statements)
        blocks = list(_placed(self.types))
        homes = [_block_for(blocks, need) for need in needs]
        rows = [
            row for home, series in zip(homes, tables.values(), strict=False) for row in _cell_rows(home, series.index)
        ]
        rows += [_statement_row(home, each) for home, each in zip(homes[len(tables) :], self.statements, strict=True)]
        unknowns = sum(map(len, self.types))
        self.holds, self.links = _matrix(rows, unknowns), _matrix(list(_links(blocks)), unknowns)
        self._least, self._most = np.full(len(rows), np.inf), np.full(len(rows), -np.inf)
        self._found: dict[tuple[int, int], Optimum] = {}

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
            values = self._extreme(cell, sign, low, high).sums[: len(self._least)]
            self._least, self._most = np.minimum(self._least, values), np.maximum(self._most, values)
        return self._span(cell) >= width

    def forget(self) -> None:
        """Forget solutions found before, since more is published now."""
        self._least[:], self._most[:] = np.inf, -np.inf

    def bounds(self, cell: int, low: np.ndarray, high: np.ndarray) -> tuple[float, float]:
        """The least and the greatest value of a cell that fit everything published.

        Raises ValueError if no numbers of people fit, which means that the tables contradict each other.
        """
        least, most = (float(self._extreme(cell, sign, low, high).sums[cell]) for sign in (1, -1))
        return least, most

    def pressing(self, cell: int, low: np.ndarray, high: np.ndarray) -> np.ndarray:
        """The published cells whose values hold the bounds of this cell where they are (non-zero dual values)."""
        duals = sum(np.abs(self._extreme(cell, sign, low, high).duals) for sign in (1, -1))
        return np.nonzero(duals[: len(self.cells)] > 1e-9)[0]

    @cached_property
    def _program(self) -> LinearProgram:
        """All numbers of people whose cells, sums and links are as published; of cells nothing is published at first."""
        from scipy.sparse import vstack

        rows = vstack([self.holds, self.links], format="csr")
        return LinearProgram(rows, np.full(rows.shape[0], -np.inf), np.full(rows.shape[0], np.inf))

    def _extreme(self, cell: int, sign: int, low: np.ndarray, high: np.ndarray) -> Optimum:
        """Numbers of people that make a cell least (sign 1) or greatest (-1)."""
        equal = np.zeros(self.links.shape[0])
        if self._program.limit(np.concatenate([low, equal]), np.concatenate([high, equal])):
            self._found = {}
        if (cell, sign) not in self._found:
            try:
                self._found[cell, sign] = self._program.minimum(sign * self.holds[[cell]].toarray().ravel())
            except (Infeasible, Unbounded) as error:
                raise ValueError(f"no numbers of people fit the published cells together: {error}") from None
        return self._found[cell, sign]

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


@dataclass(frozen=True)
class _Block:
    """The types of people of one set of columns, and where the first of them stands among all unknowns."""

    types: pd.DataFrame
    start: int

    @cached_property
    def having(self) -> dict[str, dict[object, np.ndarray]]:
        """For each column and each of its values the types that have it, as truth values."""
        columns = {name: self.types[name].to_numpy() for name in self.types}
        return {name: {value: values == value for value in dict.fromkeys(values)} for name, values in columns.items()}

    def groups(self, columns: Sequence[str]) -> dict[tuple[object, ...], np.ndarray]:
        """The unknowns of each combination of values in some columns; without columns, all of them together."""
        keys = list(zip(*(self.types[name] for name in columns), strict=True)) if columns else [()] * len(self.types)
        found: dict[tuple[object, ...], list[int]] = {}
        for place, key in enumerate(keys, self.start):
            found.setdefault(key, []).append(place)
        return {key: np.array(places) for key, places in found.items()}


def _placed(types: Iterable[pd.DataFrame]) -> Iterator[_Block]:
    start = 0
    for each in types:
        yield _Block(each, start)
        start += len(each)


def _block_for(blocks: list[_Block], columns: Iterable[str]) -> _Block:
    return next(block for block in blocks if set(columns) <= set(block.types.columns))


def _cell_rows(home: _Block, index: pd.MultiIndex) -> Iterator[Row]:
    """For each cell of a table the unknowns that it sums up."""
    nobody, everybody = (np.full(len(home.types), every) for every in (False, True))
    having = [home.having[name] | {TOTAL: everybody} for name in index.names]
    for labels in index:
        inside = np.logical_and.reduce([known.get(label, nobody) for known, label in zip(having, labels, strict=True)])
        places = np.nonzero(inside)[0]
        yield home.start + places, np.ones(len(places))


def _statement_row(home: _Block, statement: Statement) -> Row:
    columns = home.types[list(statement.of)]
    values = np.array([statement.weight(*row) for row in columns.itertuples(index=False, name=None)], dtype=float)
    places = np.nonzero(values)[0]
    return home.start + places, values[places]


def _links(blocks: list[_Block]) -> Iterator[Row]:
    """Equations: two blocks agree on every combination of the columns they share, and on the number of people.

    Two blocks that agree with a third on these columns, or through several, agree already and need none of their own.
    """
    shared = {
        (i, j): frozenset(blocks[i].types) & frozenset(blocks[j].types) for i, j in combinations(range(len(blocks)), 2)
    }
    linked: list[tuple[int, int]] = []
    for i, j in sorted(shared, key=lambda pair: (-len(shared[pair]), pair)):
        if not _joined(i, j, [pair for pair in linked if shared[pair] >= shared[i, j]]):
            linked.append((i, j))
            yield from _agreement(blocks[i], blocks[j], sorted(shared[i, j]))


def _joined(one: int, other: int, pairs: list[tuple[int, int]]) -> bool:
    """Whether pairs lead from one block to another."""
    reached: set[int] = set()
    near = {one}
    while near:
        reached |= near
        near = {b for pair in pairs for a, b in (pair, pair[::-1]) if a in near} - reached
    return other in reached


def _agreement(one: _Block, other: _Block, columns: Sequence[str]) -> Iterator[Row]:
    there = other.groups(columns)
    for key, places in one.groups(columns).items():
        opposite = there.get(key, np.array([], dtype=int))
        yield np.concatenate([places, opposite]), np.repeat([1.0, -1.0], [len(places), len(opposite)])


def _matrix(rows: Sequence[Row], unknowns: int) -> "csr_array":
    from scipy.sparse import csr_array

    starts = np.cumsum([0, *(len(places) for places, _ in rows)])
    places, values = (np.concatenate([[], *(row[i] for row in rows)]) for i in (0, 1))
    return csr_array((values, places.astype(np.int32), starts), shape=(len(rows), unknowns))
