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

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from functools import cache, cached_property

from analysis.disclosure.rules import Rules

Counts = tuple[int, ...]
FIRST, LAST, NOTHING = "the first count", "the last count", "nothing"
MOST_PEOPLE = 600  # beyond this, going through all tables takes seconds


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


def _forms(people: int, rules: Rules) -> dict[str, Callable[[Counts], Hashable]]:
    """What is printed of a table in each form, by its name, from the most to the least."""
    few = people - _most(people, rules)

    return {
        "every count": lambda table: table,
        FIRST: lambda table: table[0],
        LAST: lambda table: table[-1],
        "which counts are small": lambda table: tuple(count < few for count in table),
    }


def _most(people: int, rules: Rules) -> int:
    """The largest count that does not tell of the whole group."""
    return min(int(rules.largest_share * people), people - rules.minimum_cell)


@cache
def merged_tables(people: int, rules: Rules) -> dict[Counts, Merged]:
    """The form of every table of three counts of so many people, by the rule of this module.

    Raises ValueError if there are too many tables to go through, or too few people for any.
    """
    if not rules.minimum_cell <= people <= MOST_PEOPLE:
        raise ValueError(f"{people} people are too few to show any count of, or too many to go through all tables")
    left = [(first, people - first - last, last) for first in range(people + 1) for last in range(people + 1 - first)]
    found: list[Merged] = []
    for form, printed in _forms(people, rules).items():
        groups = [Merged(form, tuple(each)) for each in _alike(left, printed)]
        found += [each for each in groups if _is_open(each, rules)]
        left = [table for each in groups if not _is_open(each, rules) for table in each.tables]
    while left and not _is_open(Merged(NOTHING, tuple(left)), rules):
        left += found.pop().tables
    found += [Merged(NOTHING, tuple(left))] if left else []
    return {table: each for each in found for table in each.tables}


def _alike(tables: Iterable[Counts], printed: Callable[[Counts], Hashable]) -> list[list[Counts]]:
    groups: dict[Hashable, list[Counts]] = {}
    for table in tables:
        groups.setdefault(printed(table), []).append(table)
    return list(groups.values())


def _is_open(group: Merged, rules: Rules) -> bool:
    """Whether each count of tables that look alike is shown and may be, or could be any of as many numbers as the minimum."""
    most = _most(sum(group.tables[0]), rules)
    values = [set(each) for each in zip(*group.tables, strict=True)]
    may_be_shown = (len(each) == 1 and rules.minimum_cell <= min(each) <= most for each in values)
    return all(ok or len(each) > rules.width for ok, each in zip(may_be_shown, values, strict=True))
