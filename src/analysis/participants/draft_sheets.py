"""Whatever tables lie in a folder, cell by cell as text, with what a spreadsheet says beside them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from analysis.errors import InputError
from analysis.files import csv_rows
from analysis.participants.csv_files import SEPARATORS, decode
from analysis.participants.excel import MOST_ROWS, _no_workbook, cell_text, open_workbook
from analysis.participants.grid import check_size, check_width
from analysis.participants.spss import read_spss

Place = tuple[int, int]  # row and column, both from 1
READ = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".sav", ".zsav", ".dta")


@dataclass(frozen=True)
class Sheet:
    """One table as it lies in its file: `rows[0]` is row 1. `labels`, `value_labels`, `missing` as a `grid.Grid` has them.

    `formulas` counts formulas that were read by their last value, `unvalued` are places of formulas without one;
    `errors` counts cells such as #N/A; `merged` holds the corners of merged cells.
    """

    file: str
    sheet: str | None
    rows: list[list[str]]
    format: str
    decimal_comma: bool = False
    hidden: bool = False
    hidden_rows: int = 0
    hidden_columns: int = 0
    formulas: int = 0
    unvalued: tuple[Place, ...] = ()
    errors: int = 0
    comments: int = 0
    merged: tuple[tuple[int, int, int, int], ...] = ()
    labels: tuple[str, ...] = ()
    value_labels: dict[str, dict[str, str]] = field(default_factory=dict)
    missing: dict[str, frozenset[str]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The sheet as messages call it."""
        return f"{self.file}, sheet {self.sheet}" if self.sheet else self.file


def sheets_of(path: Path) -> list[Sheet]:
    """Every table in one file that holds anything; InputError where the file cannot be read at all."""
    check_size(path, path.name)
    about = path.stat()
    return _sheets_of(path, about.st_size, about.st_mtime_ns)


@lru_cache(maxsize=16)
def _sheets_of(path: Path, size: int, changed: int) -> list[Sheet]:
    """The tables of a file as it is at this moment: a draft looks at each several times."""
    ending = path.suffix.lower()
    if ending in (".xlsx", ".xlsm"):
        return list(_workbook(path))
    if ending in (".sav", ".zsav"):
        return [_statistical(path.name, read_spss(path, path.name))]
    if ending == ".dta":
        return [_stata(path)]
    return [_csv(path)]


def _statistical(file: str, grid: Any) -> Sheet:
    rows = [list(grid.header), *(list(row) for row in grid.rows)]
    return Sheet(
        file,
        None,
        rows,
        grid.format,
        labels=grid.labels,
        value_labels=grid.value_labels,
        missing=grid.missing,
    )


def _csv(path: Path) -> Sheet:
    text, encoding = decode(path.read_bytes(), path.name)
    separator = max((*SEPARATORS, "|"), key=lambda mark: _widest(text, mark))
    rows = [cells for _, cells in csv_rows(text, path.name, separator)]
    return Sheet(path.name, None, rows, f"CSV, {encoding}", decimal_comma=separator != ",")


def _widest(text: str, separator: str) -> int:
    """How many cells the separator makes in the second widest of the first lines (a title may hold commas)."""
    counts = sorted((line.count(separator) for line in text.splitlines()[:30]), reverse=True)
    return counts[min(1, len(counts) - 1)] if counts else 0


def _stata(path: Path) -> Sheet:
    from pandas.io.stata import StataReader

    try:
        with StataReader(path, convert_categoricals=False) as reader:
            frame = reader.read()
            labels, values = reader.variable_labels(), reader.value_labels()
            named = dict(zip(frame.columns, getattr(reader, "_lbllist", []), strict=False))
    except Exception as error:  # the reader raises several classes of the standard library's
        raise InputError(
            path.name,
            found=f"a file that cannot be read as Stata ({type(error).__name__})",
            expected="a Stata data file (.dta)",
            action="save it again from Stata, or save it as CSV UTF-8",
        ) from None
    rows = [[_plain(value) for value in row] for row in frame.itertuples(index=False)]
    texts = {
        column: {_plain(code): label for code, label in values.get(named.get(column, ""), {}).items()}
        for column in frame.columns
    }
    header = [str(name) for name in frame.columns]
    return Sheet(
        path.name,
        None,
        [header, *rows],
        "Stata",
        labels=tuple(labels.get(name, "") for name in header),
        value_labels={name: found for name, found in texts.items() if found},
    )


def _plain(value: Any) -> str:
    import pandas as pd

    return "" if value is None or pd.isna(value) else cell_text(value.item() if hasattr(value, "item") else value)


def _workbook(path: Path) -> Iterator[Sheet]:
    from openpyxl import load_workbook

    with open_workbook(path, path.name, whole=True):
        pass  # it fits into memory
    try:
        with path.open("rb") as file:  # openpyxl leaves a file open that it cannot read
            values, formulas = load_workbook(file, data_only=True), load_workbook(file, data_only=False)
    except Exception as error:  # openpyxl has no error class of its own
        raise _no_workbook(path.name, f"a workbook that cannot be opened ({type(error).__name__})") from None
    for sheet in values.worksheets:
        if sheet.max_row > MOST_ROWS:
            raise _no_workbook(path.name, "a row beyond those a worksheet has")
        made = _sheet(path.name, sheet, formulas[sheet.title])
        if any(map(any, made.rows)):
            yield made


def _sheet(file: str, sheet: Any, formulas: Any) -> Sheet:
    counted = _Counted()
    rows = _rows(file, sheet, formulas, counted)
    merged = tuple((each.min_row, each.min_col, each.max_row, each.max_col) for each in sheet.merged_cells.ranges)
    return Sheet(
        file,
        sheet.title,
        _filled_down(rows, merged),
        "Excel",
        hidden=sheet.sheet_state != "visible",
        hidden_rows=sum(each.hidden for each in sheet.row_dimensions.values()),
        hidden_columns=sum(each.hidden for each in sheet.column_dimensions.values()),
        formulas=counted.formulas,
        unvalued=tuple(counted.unvalued),
        errors=counted.errors,
        comments=counted.comments,
        merged=merged,
    )


def _rows(file: str, sheet: Any, formulas: Any, counted: "_Counted") -> list[list[str]]:
    """The texts of a sheet up to its last cell with anything in it; rows without any are one and the same blank row.

    A sheet keeps the cells it has by their places; to go through rows and columns would make every cell in between.
    """
    texts = {
        place: counted.read(sheet._cells[place], source)
        for place, source in sorted(formulas._cells.items())
        if source.value is not None or source.comment is not None
    }
    width = max((column for (_, column), text in texts.items() if text.strip()), default=1)
    check_width(file, width)
    blank = [""] * width
    rows = [blank] * max((row for (row, _), text in texts.items() if text.strip()), default=0)
    for (row, column), text in texts.items():
        if text.strip() and rows[row - 1] is blank:
            rows[row - 1] = [*blank]
        if column <= width and row <= len(rows) and rows[row - 1] is not blank:
            rows[row - 1][column - 1] = text
    return rows


@dataclass
class _Counted:
    """What was met on the way through a sheet."""

    formulas: int = 0
    errors: int = 0
    comments: int = 0
    unvalued: list[Place] = field(default_factory=list)

    def read(self, cell: Any, source: Any) -> str:
        """A cell's value as text: of a formula, the value it had when the workbook was saved."""
        self.comments += source.comment is not None
        if source.data_type == "f":
            self.formulas += 1
            if cell.value is None and cell.data_type != "str":  # that is a formula whose value is the empty text
                self.unvalued.append((cell.row, cell.column))
        if cell.data_type == "e":
            self.errors += 1
            return ""
        try:
            return cell_text(cell.value)
        except TypeError:
            return str(cell.value)


def _filled_down(rows: list[list[str]], merged: Sequence[tuple[int, int, int, int]]) -> list[list[str]]:
    """Cells merged over several rows of one column hold for each of these rows, as far as the sheet is filled."""
    for top, left, bottom, right in merged:
        if left == right and top <= len(rows) and (text := rows[top - 1][left - 1] if left <= len(rows[0]) else ""):
            for row in range(top, min(bottom, len(rows))):
                rows[row] = [*rows[row][: left - 1], text, *rows[row][left:]]
    return rows
