"""From a grid of texts to a typed table: each distinct text of a column is read once, so 100,000 rows take seconds."""

import gc
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np
import pandas as pd

from analysis.errors import InputError, cell as shown
from analysis.participants.cells import (
    Cell,
    Refused,
    Style,
    labels_in_cells,
    no_answers,
    one_spelling,
    read_cell,
    recoded,
)
from analysis.participants.codes import Status, fold, status_of
from analysis.participants.fields import Column
from analysis.participants.grid import Grid, empty
from analysis.participants.headers import read_header, under
from analysis.participants.layout import AS_IS, FileLayout
from analysis.participants.platforms import Body, Platform, plain, platform_of
from analysis.participants.schema import table_columns

STATUSES = [str(status) for status in Status]
_NUMBERS = ("whole", "number", "number or words")


@dataclass(frozen=True)
class Reading:
    """What was made of a file beside its values, for the account of a run. Counts are of cells unless they say rows.

    `told`: how many cells each entry of `values` and of `codes` explained, by (column or empty, entry folded). `untold`: for columns
    that take any name or words and have such entries, the cells that none of them explains. `unread`: columns not read
    since somebody said so. `short`: rows without their last cells. `left_out`: rows that records.yaml leaves out.
    `respelt`: cells put into another spelling, that of an earlier row or of the table of people.
    """

    told: Counter[tuple[str, str]] = field(default_factory=Counter)
    untold: Counter[str] = field(default_factory=Counter)
    unread: tuple[str, ...] = ()
    short: int = 0
    left_out: int = 0
    respelt: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Table:
    """One participant file, read and checked.

    `values`: a row for each row of the file, a column for each column of the schema; numbers are floats, dates are
    dates, an answer not given is NaN, NaT or missing. Where a number may be answered in words, a column `<name>_words`
    holds the words. `status`: the same shape without those, saying of each cell why it is as it is (see
    codes.Status). `rows`: the row of the file, header = 1. `format`: how the file was read; `reading`: what was made of it;
    `more`: columns that a team declares beside those of the schema.
    """

    name: str
    file: str
    format: str
    values: pd.DataFrame
    status: pd.DataFrame
    rows: np.ndarray
    reading: Reading = field(default_factory=Reading)
    more: Mapping[str, Column] = field(default_factory=dict)

    @property
    def columns(self) -> dict[str, Column]:
        """Its columns by name: those of the schema, then a team's own."""
        return table_columns(self.name) | dict(self.more)

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


def read_grid(
    grid: Grid, table: str, layout: FileLayout = AS_IS, more: Mapping[str, Column] = MappingProxyType({})
) -> Table:
    """Read and check a grid as the file called `table` in the schema, which may have `more` columns of a team's own.

    Raises InputError for the first cell, in the order of the file, that cannot be used; says how many more there are.
    """
    platform = platform_of(grid)
    _check_rows_setting(grid, layout, platform)
    body = plain(grid, platform, layout.rows) if platform else Body(grid)
    if not body.grid.rows:
        raise empty(grid.file)
    known = table_columns(table) | dict(more)
    header = read_header(body.grid, table, known, layout, platform, body.own)
    coded = _coded(body.grid, header.found, known)
    style = _style(body.grid, layout, header.found)
    style = replace(style, turned=_turned(coded, known, style))
    _check_one_decimal_mark(
        body.grid, {name: coded[name] for name in header.found if known[name].kind in _NUMBERS}, style
    )
    made = _assemble(body.grid, table, known, coded, style)
    told, untold = _account(coded, known, style)
    return replace(made, more=more, reading=Reading(told, untold, header.unread, body.grid.short, body.left_out))


def _check_rows_setting(grid: Grid, layout: FileLayout, platform: Platform | None) -> None:
    names = {name.casefold() for name in grid.header}
    strange = [name for name in layout.rows if not (platform and name.casefold() in names)]
    if strange:
        raise InputError(
            grid.file,
            found=f"{strange[0]!r} under `rows` in records.yaml",
            expected="a column of a survey platform's export by which it marks responses",
            action="correct the name in records.yaml, or take it out there",
        )


def read_grids(
    grids: Iterable[Grid], table: str, layout: FileLayout = AS_IS, more: Mapping[str, Column] = MappingProxyType({})
) -> Table:
    """Read and check the blocks of one file, in order, as one table.

    Names that differ in nothing but case and blanks are one name, ids likewise; the first spelling is kept. Raises
    InputError as `read_grid` does, block by block, and for entries of `values` that fit no cell while cells of their
    column fit no entry.
    """
    with _collector_resting():
        parts = [read_grid(grid, table, layout, more) for grid in grids]
    joined = parts[0] if len(parts) == 1 else _joined(parts)
    _check_told(joined, layout)
    return _one_spelling(replace(joined, reading=_with_every_entry(joined.reading, layout)))


def _with_every_entry(reading: Reading, layout: FileLayout) -> Reading:
    """The reading with a count, if it is none, for each entry of records.yaml."""
    entries = [
        *(
            (column, entry)
            for kind in (layout.column_values, layout.column_codes)
            for column, texts in kind.items()
            for entry in texts
        ),
        *(("", code) for code in layout.file_codes),
    ]
    return replace(reading, told=Counter({entry: reading.told[entry] for entry in entries}))


def _joined(parts: list[Table]) -> Table:
    readings = [part.reading for part in parts]
    reading = Reading(
        sum((one.told for one in readings), Counter()),
        sum((one.untold for one in readings), Counter()),
        readings[0].unread,
        sum(one.short for one in readings),
        sum(one.left_out for one in readings),
    )
    return replace(
        parts[0],
        values=pd.concat([part.values for part in parts], ignore_index=True),
        status=pd.concat([part.status for part in parts], ignore_index=True),
        rows=np.concatenate([part.rows for part in parts]),
        reading=reading,
    )


def _account(
    coded: Mapping[str, _Coded], known: Mapping[str, Column], style: Style
) -> tuple[Counter[tuple[str, str]], Counter[str]]:
    """How many cells each entry of records.yaml explained, and how many free names and words none did."""
    told: Counter[tuple[str, str]] = Counter()
    untold: Counter[str] = Counter()
    for name, column in coded.items():
        entries = {**style.values.get(name, {}), **style.column_codes.get(name, {})}
        if not entries and not style.codes:
            continue
        targets = {fold(value) for value in (*entries.values(), *known[name].facts.get("known", ()))}
        free = known[name].kind in ("name", "number or words")
        for text, cells in zip(column.texts, np.bincount(column.codes, minlength=len(column.texts)), strict=True):
            label = style.labels.get(name, {}).get(text.strip(), text)
            key = next((fold(part) for part in (text, label) if fold(part) in entries), None)
            if key is not None:
                told[name, key] += int(cells)
            elif fold(text) in style.codes or fold(label) in style.codes:
                told["", fold(text) if fold(text) in style.codes else fold(label)] += int(cells)
            elif free and style.values.get(name) and _is_free(label, targets):
                untold[name] += int(cells)
    return told, untold


def _is_free(text: str, targets: set[str]) -> bool:
    """Whether a cell is a name or words that no entry gives: no value, no reason for no answer, no number."""
    return fold(text) not in targets and status_of(text) is None and not re.fullmatch(r"[+-]?[0-9.,]+", text.strip())


def _check_told(table: Table, layout: FileLayout) -> None:
    """An entry that fits no cell, while cells of its column fit no entry, is a slip of the pen in one of the two."""
    for column, entries in layout.values.items():
        unused = [entry for entry in entries if not table.reading.told[column, fold(entry)]]
        if unused and table.reading.untold[column]:
            cells = table.reading.untold[column]
            raise InputError(
                table.file,
                column=column,
                found=f"{', '.join(map(repr, unused))} under `values` in records.yaml, which no cell holds, "
                f"while {cells:,} {'cell' if cells == 1 else 'cells'} of the column stand under no entry",
                expected="entries that fit the cells (case and blanks do not matter)",
                action="correct the spelling in records.yaml, or give every name of the column an entry, as itself if need be",
            )


def _one_spelling(table: Table) -> Table:
    """Names and ids of a file that differ in case and blanks only, in the spelling that comes first."""
    respelt: Counter[str] = Counter()
    values = {}
    for name, column in table.columns.items():
        if column.kind in ("id", "name"):
            values[name] = spelt_like(table.values[name], table.values[name])
            respelt[name] = differing(values[name], table.values[name])
    return replace(table, values=table.values.assign(**values), reading=replace(table.reading, respelt=+respelt))


def differing(texts: pd.Series, others: pd.Series) -> int:
    """In how many rows two columns of texts hold different ones."""
    return int(((texts != others) & others.notna()).sum())


def spelt_like(texts: pd.Series, model: pd.Series) -> pd.Series:
    """Texts in the spelling that the same text, but for case and blanks, has first in `model`; others as they are.

    >>> spelt_like(pd.Series(["nw-3", "nw-4"]), pd.Series(["NW-3", "nw-3"])).to_list()
    ['NW-3', 'nw-4']
    """
    first: dict[str, str] = {}
    spellings = model.unique().tolist()
    for text in spellings:
        if isinstance(text, str):
            first.setdefault(" ".join(text.casefold().split()), text)
    if texts is model and len(first) >= sum(isinstance(text, str) for text in spellings):
        return texts
    other = {text: first.get(" ".join(text.casefold().split()), text) for text in texts.dropna().unique().tolist()}
    return texts.map(other, na_action="ignore").astype("str")


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


def _coded(grid: Grid, where: Mapping[str, int], known: Mapping[str, Column]) -> dict[str, _Coded]:
    cells = list(zip(*grid.rows, strict=True))
    found = {name: _distinct(cells[position]) for name, position in where.items()}
    return {
        name: replace(column, texts=[one_spelling(text, known[name]) for text in column.texts])
        for name, column in found.items()
    }


def _distinct(cells: tuple[str, ...]) -> _Coded:
    array = np.empty(len(cells), dtype=object)
    array[:] = cells
    codes, texts = pd.factorize(array)
    return _Coded(codes, list(texts))


def _style(grid: Grid, layout: FileLayout, where: Mapping[str, int]) -> Style:
    names = {name: grid.header[position] for name, position in where.items()}
    labels = {name: labels for name, header in names.items() if (labels := grid.value_labels.get(header))}
    return Style(
        decimal_comma=grid.decimal_comma,
        day_first=layout.dates == "day first",
        codes=layout.file_codes,
        column_codes=layout.column_codes,
        values=layout.column_values,
        labels=labels,
        missing={name: values for name, header in names.items() if (values := grid.missing.get(header))},
        elsewhere=no_answers(grid.value_labels, grid.missing),
    )


def _turned(coded: Mapping[str, _Coded], known: Mapping[str, Column], style: Style) -> dict[str, str]:
    """For each column without labels in the file, one of the same scale whose labels turn or shift its codes.

    Where cells hold code and label together (1 = very good), that may be the column itself, whose other cells hold bare codes.
    """
    scales = {name: tuple(known[name].choices.values()) for name in coded if known[name].is_scale}
    labels = {name: style.labels.get(name) or labels_in_cells(coded[name].texts) for name in scales}
    turned = {scales[name]: name for name in reversed(scales) if recoded(known[name], labels[name], style)}
    bare_ones = (name for name in scales if not style.labels.get(name) and scales[name] in turned)
    return {name: turned[scales[name]] for name in bare_ones}


def _check_one_decimal_mark(grid: Grid, coded: Mapping[str, _Coded], style: Style) -> None:
    commas = _first_with(r"[+-]?[0-9]+,[0-9]+", coded)
    points = _first_with(r"[+-]?[0-9]+\.[0-9]+", coded)
    if style.decimal_comma and commas and points:
        later = max(commas, points)
        raise InputError(
            grid.file,
            row=grid.numbers[later[0]],
            column=later[1],
            found=f"{shown(later[2])}, while other cells use the other decimal mark",
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
        raise _first_error(grid, table, problems)
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


def _first_error(grid: Grid, table: str, problems: list[_Problem]) -> InputError:
    first = min(problems, key=lambda problem: problem.row)
    more = sum(problem.more + 1 for problem in problems) - 1
    others = f" ({more:,} more {'cell needs' if more == 1 else 'cells need'} a look in this file{_elsewhere(grid, problems, first)})"
    return InputError(
        grid.file,
        row=grid.numbers[first.row],
        column=first.column,
        found=first.refused.found,
        expected=first.refused.expected,
        action=under(table, first.refused.action) + (others if more else ""),
    )


def _elsewhere(grid: Grid, problems: list[_Problem], first: _Problem) -> str:
    """The first cell of every other column with something to look at."""
    places = [f"row {grid.numbers[one.row]}, column '{one.column}'" for one in problems if one is not first]
    return f": {'; '.join(places)}" if places else ""


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
