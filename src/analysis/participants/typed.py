"""From a grid of texts to a typed table: each distinct text of a column is read once, so 100,000 rows take seconds."""

import gc
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.errors import InputError
from analysis.participants.cells import Cell, Refused, Style, read_cell
from analysis.participants.codes import Status, status_of
from analysis.participants.fields import Column
from analysis.participants.grid import Grid, empty
from analysis.participants.headers import positions
from analysis.participants.layout import AS_IS, FileLayout
from analysis.participants.platforms import plain, platform_of
from analysis.participants.schema import table_columns

STATUSES = [str(status) for status in Status]
_NUMBERS = ("whole", "number", "number or words")


@dataclass(frozen=True)
class Table:
    """One participant file, read and checked.

    `values`: a row for each row of the file, a column for each column of the schema; numbers are floats, dates are
    dates, an answer not given is NaN, NaT or missing. Where a number may be answered in words, a column `<name>_words`
    holds the words. `status`: the same shape without those, saying of each cell why it is as it is (see
    codes.Status). `rows`: the row of the file, header = 1. `format`: how the file was read.
    """

    name: str
    file: str
    format: str
    values: pd.DataFrame
    status: pd.DataFrame
    rows: np.ndarray

    def error(self, index: int, column: str, found: str, expected: str, action: str) -> InputError:
        """An error at one row of this table."""
        return InputError(
            self.file, row=int(self.rows[index]), column=column, found=found, expected=expected, action=action
        )


@dataclass(frozen=True)
class _Coded:
    """A column of texts as its distinct texts and, for each row, which of them it holds."""

    codes: np.ndarray
    texts: list[str]


@dataclass(frozen=True)
class _Problem:
    row: int
    column: str
    more: int
    refused: Refused


def read_grid(grid: Grid, table: str, layout: FileLayout = AS_IS) -> Table:
    """Read and check a grid as the file called `table` in the schema.

    Raises InputError for the first cell, in the order of the file, that cannot be used; says how many more there are.
    """
    platform = platform_of(grid)
    body = plain(grid, platform) if platform else grid
    if not body.rows:
        raise empty(grid.file)
    known = table_columns(table)
    where = positions(body, known, layout, platform)
    coded = _coded(body, where)
    style = _style(body, layout, where, known)
    _check_one_decimal_mark(body, {name: coded[name] for name in where if known[name].kind in _NUMBERS}, style)
    return _assemble(body, table, known, coded, style)


def read_grids(grids: Iterable[Grid], table: str, layout: FileLayout = AS_IS) -> Table:
    """Read and check the blocks of one file, in order, as one table; raises InputError as `read_grid` does, block by block."""
    with _collector_resting():
        parts = [read_grid(grid, table, layout) for grid in grids]
    if len(parts) == 1:
        return parts[0]
    return replace(
        parts[0],
        values=pd.concat([part.values for part in parts], ignore_index=True),
        status=pd.concat([part.status for part in parts], ignore_index=True),
        rows=np.concatenate([part.rows for part in parts]),
    )


@contextmanager
def _collector_resting() -> Iterator[None]:
    """Without cyclic garbage collection: a long file makes millions of objects, none in cycles, and going through them
    again and again would double the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _coded(grid: Grid, where: Mapping[str, int]) -> dict[str, _Coded]:
    cells = list(zip(*grid.rows, strict=True))
    return {name: _distinct(cells[position]) for name, position in where.items()}


def _distinct(cells: tuple[str, ...]) -> _Coded:
    array = np.empty(len(cells), dtype=object)
    array[:] = cells
    codes, texts = pd.factorize(array)
    return _Coded(codes, list(texts))


def _style(grid: Grid, layout: FileLayout, where: Mapping[str, int], known: Mapping[str, Column]) -> Style:
    named = {
        name: _value_labels(grid.value_labels.get(grid.header[position], {}), known[name])
        for name, position in where.items()
    }
    values = {name: labels | layout.values.get(name, {}) for name, labels in named.items()}
    return Style(
        decimal_comma=grid.decimal_comma, day_first=layout.dates == "day first", codes=layout.codes, values=values
    )


def _value_labels(labels: Mapping[str, str], column: Column) -> dict[str, str]:
    """Labels stand for values in columns of text; in columns of numbers only those that say why there is no answer."""
    return {value: label for value, label in labels.items() if column.kind in ("choice", "name") or status_of(label)}


def _check_one_decimal_mark(grid: Grid, coded: Mapping[str, _Coded], style: Style) -> None:
    commas = _first_with(r"[+-]?[0-9]+,[0-9]+", coded)
    points = _first_with(r"[+-]?[0-9]+\.[0-9]+", coded)
    if style.decimal_comma and commas and points:
        later = max(commas, points)
        raise InputError(
            grid.file,
            row=grid.numbers[later[0]],
            column=later[1],
            found=f"{later[2]!r}, while other cells use the other decimal mark",
            expected="one decimal mark in the whole file",
            action="write all decimals in the same way",
        )


def _first_with(pattern: str, coded: Mapping[str, _Coded]) -> tuple[int, str, str] | None:
    hits = [
        (int(np.argmax(column.codes == code)), name, text)
        for name, column in coded.items()
        for code, text in enumerate(column.texts)
        if re.fullmatch(pattern, text.strip())
    ]
    return min(hits, default=None)


def _assemble(grid: Grid, table: str, known: Mapping[str, Column], coded: Mapping[str, _Coded], style: Style) -> Table:
    values: dict[str, object] = {}
    status: dict[str, pd.Categorical] = {}
    problems: list[_Problem] = []
    for name, column in known.items():
        texts = coded.get(name, _Coded(np.zeros(len(grid.rows), dtype=int), ["not_asked"]))
        cells, problem = _read_column(texts, column, style)
        problems += [problem] if problem else []
        values |= _value_columns(column, cells, texts.codes)
        status[name] = _status_column(cells, texts.codes)
    if problems:
        raise _first_error(grid, problems)
    return Table(table, grid.file, grid.format, pd.DataFrame(values), pd.DataFrame(status), np.array(grid.numbers))


def _read_column(coded: _Coded, column: Column, style: Style) -> tuple[list[Cell], _Problem | None]:
    cells, refusals = [], {}
    for code, text in enumerate(coded.texts):
        try:
            cells.append(read_cell(text, column, style))
        except Refused as refused:
            refusals[code] = refused
            cells.append(Cell(Status.MISSING))
    return cells, _problem(coded, column, refusals) if refusals else None


def _problem(coded: _Coded, column: Column, refusals: Mapping[int, Refused]) -> _Problem:
    bad = np.flatnonzero(np.isin(coded.codes, list(refusals)))
    return _Problem(int(bad[0]), column.name, len(bad) - 1, refusals[int(coded.codes[bad[0]])])


def _first_error(grid: Grid, problems: list[_Problem]) -> InputError:
    first = min(problems, key=lambda problem: problem.row)
    more = sum(problem.more + 1 for problem in problems) - 1
    others = f" ({more:,} more {'cell needs' if more == 1 else 'cells need'} a look in this file)" if more else ""
    return InputError(
        grid.file,
        row=grid.numbers[first.row],
        column=first.column,
        found=first.refused.found,
        expected=first.refused.expected,
        action=first.refused.action + others,
    )


def _value_columns(column: Column, cells: list[Cell], codes: np.ndarray) -> dict[str, object]:
    if column.kind in _NUMBERS:
        numbers = np.array([cell.value if cell.status is Status.ANSWERED else np.nan for cell in cells], dtype=float)[
            codes
        ]
        words = {f"{column.name}_words": _texts(cells, codes, Status.WORDS)} if column.kind == "number or words" else {}
        return {column.name: numbers} | words
    if column.kind == "date":
        days = np.array([cell.value for cell in cells], dtype="datetime64[s]")
        return {column.name: days[codes]}
    return {column.name: _texts(cells, codes, Status.ANSWERED)}


def _texts(cells: list[Cell], codes: np.ndarray, wanted: Status) -> pd.Series:
    return (
        pd.Series([cell.value if cell.status is wanted else None for cell in cells], dtype="str")
        .take(codes)
        .reset_index(drop=True)
    )


def _status_column(cells: list[Cell], codes: np.ndarray) -> pd.Categorical:
    return pd.Categorical.from_codes(
        np.array([STATUSES.index(cell.status) for cell in cells])[codes], categories=STATUSES
    )


def absence(table: Table) -> pd.DataFrame:
    """How many cells of each column were answered, answered in words, missing, refused, not asked.

    Index: the columns of the file's schema; columns: the five statuses; each row adds up to the number of rows.
    """
    counts = {name: table.status[name].value_counts() for name in table.status}
    return pd.DataFrame(counts).T.reindex(columns=STATUSES).fillna(0).astype(int).rename_axis("column")


def answered(table: Table, column: str) -> pd.Series:
    """Whether each row holds an answer in a column: a value, or words."""
    return table.status[column].isin([str(Status.ANSWERED), str(Status.WORDS)])
