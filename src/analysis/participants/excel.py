"""Reading Excel workbooks (.xlsx): values only. A formula is refused, nothing is ever calculated."""

import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from analysis.errors import InputError
from analysis.participants.grid import Grid, check_size, check_width, empty, make_grid

MOST_UNPACKED = 1_000_000_000  # bytes; an Excel file of 100,000 rows and 30 columns unpacks to about 100 MB
MOST_RATIO = 200  # unpacked to packed; worksheets reach about 20


def read_excel(path: Path, file: str, sheet: str | None, table: str) -> Grid:
    """The cells of one sheet of a workbook called `file` in messages: the one named, else the one called like the table, else the only one.

    Raises InputError for a file that is no workbook, for more than one possible sheet, and for unsafe archives.
    """
    check_size(path, file)
    _check_archive(path, file)
    workbook = _open(path, file)
    try:
        name = _sheet_name(workbook.sheetnames, sheet, table, file)
        return make_grid(f"{file}, sheet {name}", _records(workbook[name], file), "Excel")
    finally:
        workbook.close()


def sheet_names(path: Path, file: str) -> list[str]:
    """The names of the sheets of a workbook."""
    check_size(path, file)
    _check_archive(path, file)
    workbook = _open(path, file)
    workbook.close()
    return list(workbook.sheetnames)


def _open(path: Path, file: str) -> Any:
    from openpyxl import load_workbook

    try:
        return load_workbook(path, read_only=True, data_only=False, keep_links=False)
    except Exception as error:  # openpyxl has no error class of its own: torn files raise KeyError and others
        raise _no_workbook(file, f"a workbook that cannot be opened ({type(error).__name__})") from None


def _check_archive(path: Path, file: str) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
            declared = [entry.filename for entry in archive.infolist() if _declares_entities(archive, entry)]
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError):
        raise _no_workbook(
            file, "a file that is no .xlsx workbook (an old .xls file, or one with a password?)"
        ) from None
    if unpacked > min(MOST_UNPACKED, MOST_RATIO * path.stat().st_size + 1_000_000):
        raise _no_workbook(file, f"a workbook that unpacks to {unpacked:,} bytes")
    if declared:
        raise _no_workbook(file, f"XML with a document type or entities in {declared[0]}")


def _declares_entities(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    if not entry.filename.endswith((".xml", ".rels")):
        return False
    with archive.open(entry) as content:
        return b"<!" in content.read(2048).replace(b"<!--", b"")


def _no_workbook(file: str, found: str) -> InputError:
    return InputError(
        file,
        found=found,
        expected="a plain Excel workbook (.xlsx)",
        action="save the file again as .xlsx without password, or as CSV UTF-8",
    )


def _sheet_name(names: Sequence[str], wanted: str | None, table: str, file: str) -> str:
    if wanted is None:
        if table in names or len(names) == 1:
            return table if table in names else names[0]
    elif wanted in names:
        return wanted
    raise InputError(
        file,
        found="sheets " + ", ".join(names),
        expected=f"a sheet called {wanted or table}" + ("" if wanted else ", or one sheet only"),
        action="rename the sheet, or name it under `sheet` for this file in records.yaml",
    )


def _records(sheet: Any, file: str) -> list[Sequence[str]]:
    sheet.reset_dimensions()  # some programs write a wrong size into the file; the rows themselves are right
    rows = list(_texts(sheet, file))
    header = rows[0] if rows else []
    while header and not header[-1]:
        header.pop()
    if not header:
        raise empty(file)
    check_width(file, len(header))
    return [header, *(_fit(row, len(header)) for row in rows[1:])]


def _texts(sheet: Any, file: str) -> Iterator[list[str]]:
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        try:
            yield [_text(value) for value in row]
        except TypeError as error:
            raise InputError(
                file,
                row=number,
                found=str(error),
                expected="plain values",
                action="replace formulas by their values (copy, then paste values only)",
            ) from None


def _fit(row: list[str], width: int) -> list[str]:
    """A row at the header's width: a workbook stores no empty cells at the end of a row."""
    return row + [""] * (width - len(row)) if len(row) <= width or any(row[width:]) else row[:width]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return _number_text(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(" ", "seconds")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"a {type(value).__name__} cell")


def _number_text(value: float) -> str:
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(value)
