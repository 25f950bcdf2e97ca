"""Where the table lies in a sheet: the row of its column names, the rows of people, and those that are none."""

import re
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from analysis.participants.draft_sheets import Sheet
from analysis.participants.draft_values import is_day
from analysis.participants.grid import Grid, make_grid, tidy
from analysis.participants.headers import normal
from analysis.participants.platforms import platform_of

_WORDS = Path(__file__).with_name("draft_words.yaml")
_LOOKED_AT = 25  # rows in which the column names are looked for
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)*%?")


@cache
def words() -> dict[str, Any]:
    """The words by which tables and columns are recognised."""
    found: dict[str, Any] = yaml.safe_load(_WORDS.read_text(encoding="utf-8"))
    return found


def plain_name(text: str) -> str:
    """A name for comparison: small letters and digits with single blanks.

    >>> plain_name("How long in the UK?\\n(years)"), plain_name("Participant_ID")
    ('how long in the uk years', 'participant id')
    """
    return normal(text).replace("_", " ")


def fits(patterns: list[str], text: str) -> bool:
    """Whether one of the patterns is found in a name."""
    return any(re.search(pattern, plain_name(text)) for pattern in patterns)


def is_known(name: str) -> bool:
    """Whether a text looks like the name of a column."""
    lists = [*words()["columns"].values(), *words()["items"].values(), words()["names"], words()["waves"]]
    return any(fits(patterns, name) for patterns in lists)


@dataclass(frozen=True)
class Found:
    """A table in a sheet: the row of its names, the last row of records, and rows between that are no records, with why."""

    header: int
    last: int
    left_out: dict[int, str] = field(default_factory=dict)


def find_table(sheet: Sheet) -> Found | None:
    """Where the table lies; None for a sheet without one (fewer than two names, or nothing below them)."""
    rows = sheet.rows
    header = 1 if _is_export(sheet) else 1 + max(range(min(len(rows), _LOOKED_AT)), key=lambda i: (_names(rows, i), -i))
    names = rows[header - 1]
    if sum(bool(cell.strip()) for cell in names) < 2 or not any(map(any, rows[header:])):
        return None
    numbers = range(header + 1, len(rows) + 1)
    left = {number: why for number in numbers if (why := _no_record(rows[number - 1], names))}
    return Found(header, len(rows), left)


def _is_export(sheet: Sheet) -> bool:
    return (
        bool(sheet.labels)
        or platform_of(Grid(sheet.name, [tidy(name) for name in sheet.rows[0]], sheet.rows[1:4], [], "")) is not None
    )


def _names(rows: list[list[str]], place: int) -> float:
    """How much a row looks like one of column names: texts that are all different, above rows that are filled as widely."""
    cells = [cell.strip() for cell in rows[place] if cell.strip()]
    below = [sum(bool(cell.strip()) for cell in row) for row in rows[place + 1 : place + 6]]
    if len(cells) < 2 or not below or max(below) < 2:
        return 0.0
    texts = [cell for cell in cells if not _NUMBER.fullmatch(cell)]
    known = sum(is_known(cell) or is_day(cell) for cell in texts)
    return 2 * known + len(set(texts)) - 3 * (len(cells) - len(texts)) - (0 if known else 2)


def _no_record(row: list[str], names: list[str]) -> str:
    """Why a row is none of records: a total, the names again, a note below; empty rows need no reason."""
    if not any(row):
        return ""
    cells = [cell.strip() for cell in row if cell.strip()]
    if not cells:
        return ""
    named = [
        *cells[:1],
        *(cell for cell in cells[1:2] if len(cell) > 1),
    ]  # a letter behind an id is a mark, such as N in a register
    if any(re.fullmatch(words()["totals"], cell.casefold()) for cell in named if not _NUMBER.fullmatch(cell)):
        return "totals"
    if [cell.strip() for cell in row] == [cell.strip() for cell in names]:
        return "the column names again"
    if len(cells) == 1 and len(names) > 3 and not _NUMBER.fullmatch(cells[0]) and " " in cells[0]:
        return "a note"
    return ""


def column_names(sheet: Sheet, header: int) -> list[str]:
    """The names of a table's columns, each once: with the words of a merged cell above, and a number where one comes again.

    A column without a name is called by its letter.
    """
    width = max(len(row) for row in sheet.rows)
    cells = [tidy(cell) for cell in sheet.rows[header - 1]] + [""] * width
    above = _above(sheet, header, width)
    named = [_joined(above[place], cells[place]) or f"column {letter(place)}" for place in range(width)]
    seen: dict[str, int] = {}
    names = []
    for name in named:
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name} [{seen[name]}]")
    return names


def letter(place: int) -> str:
    """The letters of a column (from 0) as a spreadsheet shows them."""
    found = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        found = chr(65 + rest) + found
    return found


def _joined(above: str, name: str) -> str:
    return f"{above} / {name}" if above and name else name


def _above(sheet: Sheet, header: int, width: int) -> list[str]:
    """For each column, the text of a cell in the row above its name that is merged over some columns, but not all.

    Where names stand twice and the row above says when each was asked, but nothing is merged, a text holds up to the next.
    """
    texts = [""] * width
    for top, left, bottom, right in sheet.merged:
        if top <= header - 1 <= bottom and left < right and right - left + 1 < 0.8 * _filled(sheet.rows[header - 1]):
            texts[left - 1 : right] = [tidy(sheet.rows[top - 1][left - 1])] * (right - left + 1)
    return texts if any(texts) else _running(sheet, header, width)


def _running(sheet: Sheet, header: int, width: int) -> list[str]:
    names = [plain_name(cell) for cell in sheet.rows[header - 1] if cell.strip()]
    above = [tidy(cell) for cell in sheet.rows[header - 2]] if header > 1 else []
    said = [cell for cell in above if cell]
    moments = [pattern for patterns in words()["moments"].values() for pattern in patterns] + words()["today"]
    if len(set(names)) == len(names) or len(said) < 2 or not all(fits(moments, cell) for cell in said):
        return [""] * width
    texts, text = [], ""
    for place in range(width):
        text = (above[place] if place < len(above) else "") or text
        texts.append(text)
    return texts


def _filled(row: list[str]) -> int:
    return sum(bool(cell.strip()) for cell in row)


def grid_of(sheet: Sheet, header: int, last: int | None, left_out: dict[int, str]) -> Grid:
    """The rows of people below the names, as a grid with the file's own row numbers and names as `column_names` has them."""
    names = column_names(sheet, header)
    width = len(names)
    blank = [""] * width
    body = [
        blank if number in left_out or not any(row) else (row + blank)[:width]
        for number, row in enumerate(sheet.rows[header : last or len(sheet.rows)], start=header + 1)
    ]
    grid = make_grid(
        sheet.name, [names, *body], sheet.format, decimal_comma=sheet.decimal_comma, before=header, head=header
    )
    kept = {name: place for place, name in enumerate(names)}
    labels = tuple(
        sheet.labels[kept[name]] if name in kept and kept[name] < len(sheet.labels) else "" for name in grid.header
    )
    return _without_unnamed(
        replace(grid, labels=labels if sheet.labels else (), value_labels=sheet.value_labels, missing=sheet.missing),
        sheet.rows[header - 1],
    )


def _without_unnamed(grid: Grid, written: list[str]) -> Grid:
    """The grid without columns that have neither a name nor content."""
    empty = {
        place
        for place in range(len(grid.header))
        if (place >= len(written) or not written[place].strip()) and not any(row[place].strip() for row in grid.rows)
    }
    if not empty:
        return grid
    keep = [place for place in range(len(grid.header)) if place not in empty]
    return replace(
        grid,
        header=[grid.header[place] for place in keep],
        rows=[[row[place] for place in keep] for row in grid.rows],
        labels=tuple(grid.labels[place] for place in keep) if grid.labels else (),
    )
