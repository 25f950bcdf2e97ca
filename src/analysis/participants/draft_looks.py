"""What a person has to look at in a team's own records: gathered, grouped by kind, with counts and rows, never with a cell's text."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

DECIDE = "Needs a decision (a ? in records.yaml)"
FILES = "Files and sheets"
IDS = "Ids"
CELLS = "Cells that cannot be read"
RULES = "Answers that cannot both be true"
GUESSED = "Guesses to confirm (nothing stops)"
NOTED = "Understood, and worth knowing (nothing stops)"
LEFT = "Left out (nothing stops)"
KINDS = (DECIDE, FILES, IDS, CELLS, RULES, GUESSED, NOTED, LEFT)
_ROWS_NAMED = 8


@dataclass(frozen=True)
class Look:
    """One thing to look at: `where` (file, sheet, column), `what` was found, in how many places (`count`), in which `rows`,
    and what to do (`action`). `stops`: whether the records are not read before it is mended."""

    kind: str
    where: str
    what: str
    action: str = ""
    count: int = 1
    rows: tuple[int, ...] = ()

    @property
    def stops(self) -> bool:
        """Whether nothing is made of the records before this is mended."""
        return self.kind not in (GUESSED, NOTED, LEFT)

    @property
    def said(self) -> str:
        """Where, what, in how many places and in which rows."""
        more = len(self.rows) - _ROWS_NAMED
        listed = ", ".join(map(str, self.rows[:_ROWS_NAMED])) + (f" and {more:,} more" if more > 0 else "")
        rows = f" (row{'s' if len(self.rows) > 1 else ''} {listed})" if self.rows else ""
        times = f"{self.count:,} x " if self.count > 1 else ""
        return f"{times}{self.where}: {self.what}{rows}"

    def __str__(self) -> str:
        """One line for the terminal."""
        return self.said + (f". {self.action}" if self.action else "")


def grouped(looks: Iterable[Look]) -> list[Look]:
    """The same, with those that differ in nothing but their rows as one; by kind, in the order of `KINDS`."""
    found: dict[tuple[str, str, str, str], list[Look]] = {}
    for look in looks:
        found.setdefault((look.kind, look.where, look.what, look.action), []).append(look)
    joined = [
        Look(*key, sum(each.count for each in parts), tuple(row for each in parts for row in each.rows))
        for key, parts in found.items()
    ]
    return sorted(joined, key=lambda look: KINDS.index(look.kind))


def told(looks: Iterable[Look]) -> Iterator[str]:
    """Lines for the terminal: a heading with its count for each kind, and what belongs there."""
    listed = list(looks)
    for kind in KINDS:
        ours = [look for look in listed if look.kind == kind]
        if ours:
            yield f"{kind}: {len(ours):,}"
            yield from (f"  - {look}" for look in ours)
