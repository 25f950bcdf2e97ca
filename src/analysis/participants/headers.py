"""Which column of a file is which column of the schema: by name, by label, by group/name, or as records.yaml says."""

import difflib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from analysis.errors import InputError, form
from analysis.participants.fields import Column
from analysis.participants.grid import Grid, tidy
from analysis.participants.layout import FileLayout
from analysis.participants.platforms import Platform, is_about_the_person


@dataclass(frozen=True)
class Header:
    """What the columns of a file are: `found` by the schema's name; `unread`, which are not read since somebody says so;
    `own`, how many are the platform's."""

    found: dict[str, int]
    unread: tuple[str, ...] = ()
    own: int = 0


def normal(text: str) -> str:
    """A column name or label for comparison: small letters and digits, everything else as one underscore.

    >>> normal(" Months in UK ")
    'months_in_uk'
    """
    return re.sub(r"[\W_]+", "_", text.casefold()).strip("_")


def read_header(
    grid: Grid,
    table: str,
    known: Mapping[str, Column],
    layout: FileLayout,
    platform: Platform | None = None,
    own: Iterable[int] = (),
) -> Header:
    """Which columns of a file are which of the schema; `own` are positions of columns that a platform marks as its own.

    Raises InputError for columns the schema does not know (all at once), two columns of the same meaning, a column that is
    needed and absent, and names in records.yaml that the file or the schema does not have.
    """
    _check_layout(grid, known, layout)
    finder = _Finder(grid, _spellings(known), layout, platform)
    found: dict[str, int] = {}
    unknown: list[int] = []
    unread, theirs = [], 0
    for position, header in enumerate(grid.header):
        target = finder.target(position)
        if target in found:
            raise _twice(grid, header, grid.header[found[target]], target)
        if target:
            found[target] = position
        elif position in own or finder.is_own(header):
            theirs += 1
        elif layout.others == "ignore" or finder.is_ignored(header):
            unread.append(header)
        else:
            unknown.append(position)
    if unknown:
        raise _unknown(grid, table, unknown, known, finder, bool(found or platform or layout.columns))
    _check_needed(grid, known, found)
    return Header(found, tuple(unread), theirs)


def under(table: str, action: str) -> str:
    """Advice to write something into records.yaml, with the table under whose name it belongs there."""
    return action.replace("in records.yaml", f"in records.yaml, under {table}:,", 1)


def _spellings(known: Mapping[str, Column]) -> dict[str, str]:
    return {normal(column.label): name for name, column in known.items()} | {name: name for name in known}


class _Finder:
    """What each column of one file is meant to be."""

    def __init__(self, grid: Grid, names: Mapping[str, str], layout: FileLayout, platform: Platform | None) -> None:
        self.grid, self.names, self.layout, self.platform = grid, names, layout, platform
        self.told = {tidy(name): ours for name, ours in layout.columns.items()}
        self.ignored = {tidy(name) for name in layout.ignore}
        self.marks = f"[{re.escape(platform.groups)}]" if platform and platform.groups else ""
        self.questions = {header for header in grid.header if header}

    def target(self, position: int) -> str | None:
        """The schema's column, if it is one and may be taken for it."""
        header = self.grid.header[position]
        if header in self.told:
            return self.told[header]
        if self.is_ignored(header):
            return None
        texts = (header, self.grid.labels[position] if position < len(self.grid.labels) else "")
        direct = next((self.names[normal(text)] for text in texts if normal(text) in self.names), None)
        groups, tail = self.grouped(header)
        fits = tail and not self.is_choice(header) and is_about_the_person(groups, self.layout.groups)
        return direct or (tail if fits else None)

    def grouped(self, header: str) -> tuple[str, str]:
        """The groups before a question, and the column of ours that its name or label at the end would be."""
        parts = re.split(self.marks, header) if self.marks else [header]
        tail = self.names.get(normal(parts[-1])) if len(parts) > 1 else None
        return header[: -len(parts[-1]) - 1], tail or ""

    def is_choice(self, header: str) -> bool:
        """Whether a column is one choice of a question with several, which has a column of its own: no question of its own."""
        places = [found.start() for found in re.finditer(self.marks, header)] if self.marks else []
        return any(header[:place] in self.questions for place in places)

    def is_ignored(self, header: str) -> bool:
        """Whether the layout names a column as one to leave out."""
        return header in self.ignored

    def is_own(self, header: str) -> bool:
        """Whether a column is the survey tool's own: no answer of anybody."""
        return bool(self.platform and self.platform.is_own(header))


def _check_layout(grid: Grid, known: Mapping[str, Column], layout: FileLayout) -> None:
    there = set(grid.header)
    absent = [name for name in [*layout.columns, *layout.ignore] if tidy(name) not in there]
    if absent:
        raise InputError(
            grid.file,
            row=grid.head,
            found="no such column" + (f", nor {', '.join(map(repr, absent[1:]))}" if absent[1:] else ""),
            column=absent[0],
            expected="the columns that records.yaml names",
            action="correct the name in records.yaml, or take it out there",
        )
    named = [*layout.columns.values(), *layout.values, *layout.column_codes]
    if strange := [name for name in named if name not in known]:
        raise InputError(
            grid.file,
            found=f"{', '.join(map(repr, strange))} in records.yaml",
            expected="one of " + ", ".join(known),
            action="correct the name in records.yaml",
        )


def _check_needed(grid: Grid, known: Mapping[str, Column], found: Mapping[str, int]) -> None:
    needed = [column for name, column in known.items() if column.needed and name not in found]
    if needed:
        raise InputError(
            grid.file,
            row=grid.head,
            column=needed[0].name,
            found="no such column" + (f", nor {', '.join(column.name for column in needed[1:])}" if needed[1:] else ""),
            expected="; ".join(f"a column {column.name}: {column.about}" for column in needed),
            action="add the column, or say in records.yaml under `columns` which column it is",
        )


def _unknown(
    grid: Grid, table: str, unknown: list[int], known: Mapping[str, Column], finder: _Finder, is_header: bool
) -> InputError:
    """All columns that nobody knows, ready to be pasted. Where the first row looks like one of answers, none is shown."""
    names = [grid.header[position] for position in unknown]
    if not is_header and any(form(name) in ("a number", "a date") for name in names):
        return _no_header(grid)
    hints = [hint for name in names if (hint := _hint(name, known, finder))]
    count = "a column" if len(names) == 1 else f"{len(names)} columns"
    listed = json.dumps([_printable(name) for name in names], ensure_ascii=False)
    return InputError(
        grid.file,
        row=grid.head,
        column=names[0][:80],
        found=f"{count} this table does not know",
        expected="columns of docs/data-dictionary.md",
        action=f"{' '.join(hints[:10])}{' ' if hints else ''}"
        + under(
            table,
            "rename, or name in records.yaml as `columns` those to be read, and leave the others out with "
            f"`ignore: {listed}`, or all that are not known with `others: ignore`",
        ),
    )


def _printable(name: str) -> str:
    return "".join(character if character.isprintable() else " " for character in name)


def _hint(name: str, known: Mapping[str, Column], finder: _Finder) -> str:
    groups, tail = finder.grouped(name)
    if tail and finder.is_choice(name):
        return f"{_printable(name)!r} is a choice of another question."
    if tail:
        return f"{_printable(name)!r}: is it {tail} of the person? If so, add `groups: [{json.dumps(groups)}]`."
    close = difflib.get_close_matches(normal(name)[:80], list(known), n=1, cutoff=0.8)
    return f"{_printable(name)!r}: is it {close[0]}?" if close else ""


def _no_header(grid: Grid) -> InputError:
    return InputError(
        grid.file,
        row=grid.head,
        found="no name of a column that is known, but numbers or dates",
        expected="the names of the columns in the first row",
        action="put the names of the columns above the records, as in data/templates",
    )


def _twice(grid: Grid, header: str, first: str, target: str | None) -> InputError:
    return InputError(
        grid.file,
        row=grid.head,
        column=header[:80],
        found=f"a second column for {target}; the first is '{first[:80]}'",
        expected="one column of each kind",
        action="take one of the two out, or name it in records.yaml under `ignore`",
    )
