"""How much of a few counts of the same people may be shown: the least is lost that leaves every hidden count open.

A table of one question, such as how many improved, stayed the same and got worse, is shown in the first of `FORMS` that keeps it
safe. They stand in the order of what a reader loses: nothing; how two counts divide, so that these two are merged; then every
number, so that it is only said which counts are small; then that as well. It is never said which of two merged counts is the
small one: that would leave just as many values as the minimum, and whatever else is known of the same people would take one.

Why the choice tells nothing: it is made for all tables of so many people at once, before anybody looks at the true one.
Tables that would look the same in a form are shown in it together or not at all, and together they must leave each count that is not
shown as many values as the minimum. Those that earlier forms show are not counted among them. So whoever knows these rules, runs
them on every table there can be and keeps those that look like the page, is left with exactly one such group. Tables of which
nothing may be said must be such a group, too: while they are not, the group that was formed last joins them.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from analysis.disclosure.rules import Rules

Counts = tuple[int, ...]
FIRST, LAST, NOTHING = "the first count", "the last count", "nothing"
MOST_PEOPLE = 600  # there are as many tables as half their square


@dataclass(frozen=True)
class Merged:
    """Three counts as they may be shown: the form, and every table that is shown alike, the true one among them."""

    form: str
    tables: tuple[Counts, ...]

    @cached_property
    def ends(self) -> tuple[tuple[int, int], ...]:
        """From where to where each count can lie."""
        return tuple((min(values), max(values)) for values in zip(*self.tables, strict=True))

    @property
    def shown(self) -> tuple[int | None, ...]:
        """The counts that are shown; None for the others."""
        return tuple(low if low == high else None for low, high in self.ends)

    @property
    def whole(self) -> bool:
        """Whether every count is shown."""
        return None not in self.shown


def _forms(people: int, rules: Rules) -> dict[str, Callable[[np.ndarray], np.ndarray]]:
    """What is printed of tables (a row each) in each form, as a number, by its name, from the most to the least."""
    few = people - _most(people, rules)

    return {
        "every count": lambda tables: tables[:, 0] * (people + 1) + tables[:, -1],
        FIRST: lambda tables: tables[:, 0],
        LAST: lambda tables: tables[:, -1],
        "which counts are small": lambda tables: (tables < few) @ (4, 2, 1),
    }


def _most(people: int, rules: Rules) -> int:
    """The largest count that does not tell of the whole group."""
    return min(int(rules.largest_share * people), people - rules.minimum_cell)


@dataclass(frozen=True)
class _Grouped(Mapping[Counts, Merged]):
    """Of every table of so many people its group, in the order in which groups are formed: `order` holds the tables (rows of
    `tables`) group by group, `group` for each of these its number, `forms` the form of each group."""

    people: int
    tables: np.ndarray
    order: np.ndarray
    group: np.ndarray
    forms: tuple[str, ...]

    @cached_property
    def _place(self) -> np.ndarray:
        """Where in `order` each table stands."""
        return np.argsort(self.order)

    def __getitem__(self, table: Counts) -> Merged:
        first, _, last = table
        row = first * (self.people + 1) - first * (first - 1) // 2 + last
        number = self.group[self._place[row]]
        start, stop = np.searchsorted(self.group, [number, number + 1])
        alike = self.tables[self.order[start:stop]].tolist()
        return Merged(self.forms[number], tuple(map(tuple, alike)))

    def __iter__(self) -> Iterator[Counts]:
        return map(tuple, self.tables.tolist())

    def __len__(self) -> int:
        return len(self.tables)


@cache
def merged_tables(people: int, rules: Rules) -> Mapping[Counts, Merged]:
    """The form of every table of three counts of so many people, by the rule of this module.

    Raises ValueError if there are too many tables to go through, or too few people for any.
    """
    if not rules.minimum_cell <= people <= MOST_PEOPLE:
        raise ValueError(f"{people} people are too few to show any count of, or too many to go through all tables")
    first, last = (each.ravel() for each in np.indices((people + 1, people + 1)))
    tables = np.column_stack([first, people - first - last, last])[first + last <= people]
    left, found, forms = np.arange(len(tables)), [np.empty((2, 0), dtype=int)], []
    for form, printed in _forms(people, rules).items():
        left, group = _alike(left, printed(tables[left]))
        open_ = _open(tables[left], group, rules)
        _, numbers = np.unique(group[open_[group]], return_inverse=True)
        found.append(np.vstack([left[open_[group]], numbers + len(forms)]))
        forms += [form] * int(open_.sum())
        left = left[~open_[group]]
    order, group = np.hstack(found)
    while len(left) and not _open(tables[left], np.zeros(len(left), dtype=int), rules).all():
        last_group = group == len(forms) - 1
        left, order, group, forms = (
            np.append(left, order[last_group]),
            order[~last_group],
            group[~last_group],
            forms[:-1],
        )
    order, group = np.append(order, left), np.append(group, np.full(len(left), len(forms)))
    return _Grouped(people, tables, order, group, (*forms, NOTHING))


def _alike(left: np.ndarray, printed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Tables put together with those that look alike, in the order in which the first of each group stood; their groups' numbers."""
    _, first, group = np.unique(printed, return_index=True, return_inverse=True)
    group = np.argsort(np.argsort(first))[group]
    order = np.argsort(group, kind="stable")
    return left[order], group[order]


def _open(tables: np.ndarray, group: np.ndarray, rules: Rules) -> np.ndarray:
    """For each group of tables that look alike whether each count is shown and may be, or could be any of as many numbers as the minimum."""
    people = int(tables[0].sum()) if len(tables) else 0
    most, start = _most(people, rules), np.flatnonzero(np.diff(group, prepend=-1))
    result = np.ones(len(start), dtype=bool)
    for counts in tables.T:
        values = np.bincount(np.unique(group * (people + 1) + counts) // (people + 1))
        one = counts[start]
        result &= (values > rules.width) | ((values == 1) & (rules.minimum_cell <= one) & (one <= most))
    return result
