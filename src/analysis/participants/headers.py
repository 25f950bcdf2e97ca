"""Which column of a file is which column of the schema: by name, by label, by group/name, or as records.yaml says."""

import difflib
import re
from collections.abc import Mapping

from analysis.errors import InputError
from analysis.participants.fields import Column
from analysis.participants.grid import Grid
from analysis.participants.layout import FileLayout
from analysis.participants.platforms import Platform


def normal(text: str) -> str:
    """A column name or label for comparison: small letters and digits, everything else as one underscore.

    >>> normal(" Months in UK ")
    'months_in_uk'
    """
    return re.sub(r"[\W_]+", "_", text.casefold()).strip("_")


def positions(grid: Grid, known: Mapping[str, Column], layout: FileLayout, platform: Platform | None) -> dict[str, int]:
    """For each schema column that the file has, its position.

    Raises InputError for a column the schema does not know, two columns of the same meaning, a column that is needed
    and absent, and names in records.yaml that the file or the schema does not have.
    """
    _check_layout(grid, known, layout)
    names = _spellings(known)
    found: dict[str, int] = {}
    for position, header in enumerate(grid.header):
        target = _target(header, _label(grid, position), names, layout, platform)
        if target is None and not _is_left_out(header, layout, platform):
            raise _unknown(grid, header, known)
        if target in found:
            raise _twice(grid, header, grid.header[found[target]], target)
        found |= {target: position} if target else {}
    _check_needed(grid, known, found)
    return found


def _spellings(known: Mapping[str, Column]) -> dict[str, str]:
    return {normal(column.label): name for name, column in known.items()} | {name: name for name in known}


def _label(grid: Grid, position: int) -> str:
    return grid.labels[position] if position < len(grid.labels) else ""


def _target(
    header: str, label: str, names: Mapping[str, str], layout: FileLayout, platform: Platform | None
) -> str | None:
    if header in layout.columns:
        return layout.columns[header]
    if header in layout.ignore:
        return None
    tail = re.split(f"[{re.escape(platform.groups)}]", header)[-1] if platform and platform.groups else header
    return next((names[normal(text)] for text in (header, label, tail) if normal(text) in names), None)


def _is_left_out(header: str, layout: FileLayout, platform: Platform | None) -> bool:
    return header in layout.ignore or bool(platform and platform.own.fullmatch(header))


def _check_layout(grid: Grid, known: Mapping[str, Column], layout: FileLayout) -> None:
    named = [*layout.columns, *layout.ignore]
    absent = next((name for name in named if name not in grid.header), None)
    if absent is not None:
        raise InputError(
            grid.file,
            row=1,
            found="no such column",
            column=absent,
            expected="the column that records.yaml names",
            action="correct the name in records.yaml, or take it out there",
        )
    strange = next((name for name in [*layout.columns.values(), *layout.values] if name not in known), None)
    if strange is not None:
        raise InputError(
            grid.file,
            found=f"{strange!r} in records.yaml",
            expected="one of " + ", ".join(known),
            action="correct the name in records.yaml",
        )


def _check_needed(grid: Grid, known: Mapping[str, Column], found: Mapping[str, int]) -> None:
    needed = next((column for name, column in known.items() if column.needed and name not in found), None)
    if needed:
        raise InputError(
            grid.file,
            row=1,
            column=needed.name,
            found="no such column",
            expected=f"a column {needed.name}: {needed.about}",
            action="add the column, or say in records.yaml under `columns` which column it is",
        )


def _unknown(grid: Grid, header: str, known: Mapping[str, Column]) -> InputError:
    close = difflib.get_close_matches(normal(header)[:80], list(known), n=1)
    hint = f"is it {close[0]}? " if close else ""
    return InputError(
        grid.file,
        row=1,
        column=header[:80] or "(no name)",
        found="a column this table does not know",
        expected="a column of docs/data-dictionary.md",
        action=f"{hint}rename it, or name it in records.yaml under `columns` (to read it) or `ignore` (to leave it out)",
    )


def _twice(grid: Grid, header: str, first: str, target: str | None) -> InputError:
    return InputError(
        grid.file,
        row=1,
        column=header[:80],
        found=f"a second column for {target}; the first is '{first[:80]}'",
        expected="one column of each kind",
        action="take one of the two out, or name it in records.yaml under `ignore`",
    )
