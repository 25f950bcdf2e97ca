"""Reading Excel workbooks (.xlsx): values only. A formula is refused, nothing is ever calculated."""

import json
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from analysis.errors import InputError
from analysis.participants.grid import MOST_COLUMNS, Grid, check_size, check_width, empty, make_grid

MOST_UNPACKED = 1_000_000_000  # bytes; an Excel file of 100,000 rows and 30 columns unpacks to about 100 MB
MOST_ROWS = 1_048_576  # of a worksheet
ABOUT = "data dictionary"  # the sheet of the template that explains the others
MOST_RATIO = 200  # unpacked to packed; worksheets reach about 20
MOST_CELLS = 5_000_000  # of a workbook: 100,000 rows of 50 columns
MOST_IN_ROW = 16_384  # as many columns as a worksheet has
MOST_SHEETS = 500
MOST_SPREAD = 500_000  # cells under merges and links, each of which openpyxl makes where it reads more than values
MOST_PIECE = 5_000_000  # bytes of one text or tag; a cell holds 32,767 letters
_CHUNK = 1 << 20
_CELL = re.compile(rb"<(?:[\w.-]+:)?c[\s/>]")
_ROW = re.compile(rb"<(?:[\w.-]+:)?row[\s/>]")
_SPREAD = re.compile(rb"<(?:[\w.-]+:)?(?:mergeCell|hyperlink)\s[^>]*>")
_REF = re.compile(rb"\sref\s*=\s*[\"']([A-Z]{1,3})([0-9]{1,7})(?::([A-Z]{1,3})([0-9]{1,7}))?[\"']")
# XML in letters of two bytes, or of a code page that no program writes a workbook in: what is counted would not be seen.
_ODD = re.compile(
    rb"\xff\xfe|\xfe\xff|<\0|\0<|<\?xml[^>]*\sencoding\s*=\s*[\"'](?!utf-?8|us-ascii|iso-8859-|windows-125)",
    re.IGNORECASE,
)


def read_excel(path: Path, file: str, sheet: str | None, table: str, in_common: bool = False) -> Grid:
    """The cells of one sheet of a workbook called `file` in messages: the one named, else the one called like the table, else the only one.

    `in_common`: the workbook holds other tables, too, whose sheets `check_sheets` looks at. Raises InputError for a file
    that is no workbook, for a further sheet with anything in it where none is named, and for unsafe archives.
    """
    with open_workbook(path, file) as workbook:
        name = _sheet_name(_sheets(workbook), sheet, table, file, in_common)
        with closing(_texts(workbook[name], file)) as rows:
            return make_grid(f"{file}, sheet {name}", rows, "Excel")


def sheet_names(path: Path, file: str) -> list[str]:
    """The names of the sheets of a workbook that hold anything."""
    with open_workbook(path, file) as workbook:
        return _sheets(workbook)


def check_sheets(path: Path, file: str, known: Iterable[str], ignore: Iterable[str]) -> None:
    """Raise InputError for sheets of a workbook that are neither known nor to be ignored: nothing is left out unsaid."""
    names = [*known, ABOUT]
    strange = [name for name in sheet_names(path, file) if name not in names and name not in ignore]
    if strange:
        raise InputError(
            file,
            found="sheets that no reader knows: " + ", ".join(map(repr, strange)),
            expected="sheets called " + ", ".join(known),
            action="rename them, name them in records.yaml under `sheet` of their table, or say there "
            f"`ignore_sheets: {json.dumps(strange, ensure_ascii=False)}` to leave them out",
        )


def _sheets(workbook: Any) -> list[str]:
    """The sheets with anything in them; charts and sheets that Excel made and nobody filled are none."""
    return [sheet.title for sheet in workbook.worksheets if _holds_anything(sheet)]


def _holds_anything(sheet: Any) -> bool:
    sheet.reset_dimensions()  # some programs write a wrong size into the file; the rows themselves are right
    with closing(sheet.iter_rows(values_only=True)) as rows:
        return any(value is not None for row in rows for value in row)


@contextmanager
def open_workbook(path: Path, file: str, whole: bool = False) -> Iterator[Any]:
    """A workbook that is open while it is read; what goes wrong in the middle of it becomes an InputError.

    `whole`: it must fit into memory with its merges and links, too.
    """
    check_size(path, file)
    _check_archive(path, file, whole)
    workbook = _open(path, file)
    try:
        _check_parts(workbook, file)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # such as a date that no calendar has: its cell says so where it is read
            yield workbook
    except InputError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, SyntaxError) as error:  # openpyxl has no error of its own
        raise _no_workbook(file, f"a workbook that is damaged inside ({type(error).__name__})") from None
    finally:
        workbook.close()


def first_sheet(path: Path, file: str) -> list[list[str]]:
    """The rows of a workbook's first sheet as text without blanks at its ends, all of one width; its header is row 1."""
    with open_workbook(path, file) as workbook, closing(_texts(workbook.worksheets[0], file)) as texts:
        blank: list[str] = []
        rows = [[cell.strip() for cell in row] if any(row) else blank for row in texts]
        width = max(map(len, rows), default=0)
        check_width(file, width)
        if width * sum(map(bool, rows)) > MOST_CELLS:
            raise _no_workbook(file, f"a sheet of more than {MOST_CELLS:,} cells")
        blank += [""] * width
        return [row if len(row) == width else row + [""] * (width - len(row)) for row in rows]


def _check_parts(workbook: Any, file: str) -> None:
    """Refuse sheets without number, and those that are one and the same part, which few bytes can name many times."""
    parts = [getattr(sheet, "_worksheet_path", sheet.title) for sheet in workbook.worksheets]
    if len(parts) > MOST_SHEETS:
        raise _no_workbook(file, f"{len(parts):,} sheets")
    if len(set(parts)) < len(parts):
        raise _no_workbook(file, "sheets that are one and the same part of the file")


def _open(path: Path, file: str) -> Any:
    from openpyxl import load_workbook

    try:
        return load_workbook(path, read_only=True, data_only=False, keep_links=False)
    except Exception as error:  # openpyxl has no error class of its own: torn files raise KeyError and others
        raise _no_workbook(file, f"a workbook that cannot be opened ({type(error).__name__})") from None


def _check_archive(path: Path, file: str, whole: bool) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
            too_much = unpacked > min(MOST_UNPACKED, MOST_RATIO * path.stat().st_size + 1_000_000)
            declared = [entry.filename for entry in archive.infolist() if _declares_entities(archive, entry)]
            counted = "" if too_much else _too_many(archive, whole)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError):
        raise _no_workbook(
            file, "a file that is no .xlsx workbook (an old .xls file, or one with a password?)"
        ) from None
    if too_much:
        raise _no_workbook(file, f"a workbook that unpacks to {unpacked:,} bytes")
    if declared:
        raise _no_workbook(file, f"XML with a document type or entities in {declared[0]}")
    if counted:
        raise _no_workbook(file, counted)


def _too_many(archive: zipfile.ZipFile, whole: bool) -> str:
    """What in the parts of a workbook would not fit into memory, in words; nothing where all does."""
    cells = spread = in_row = 0
    for entry in archive.infolist():
        for piece in _pieces(archive, entry):
            if len(piece) > MOST_PIECE:
                return f"more than {MOST_PIECE:,} bytes in one text or tag of {entry.filename}"
            if _ODD.match(piece):
                return f"XML that is not in UTF-8 in {entry.filename}"
            for place, row in enumerate(_ROW.split(piece)):  # the first goes on with the row of the piece before
                own = sum(1 for _ in _CELL.finditer(row))
                cells, in_row = cells + own, own if place else in_row + own
                if in_row > MOST_IN_ROW:
                    return f"more than {MOST_IN_ROW:,} cells in one row of {entry.filename}"
            spread += sum(_area(tag[0]) for tag in _SPREAD.finditer(piece)) if whole else 0
            if cells > MOST_CELLS:
                return f"more than {MOST_CELLS:,} cells"
            if spread > MOST_SPREAD:
                return f"merged cells or links over more than {MOST_SPREAD:,} cells"
    return ""


def _pieces(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The bytes of an XML part, each piece but the last up to the end of a tag; nothing of a part that is none."""
    with archive.open(entry) as content:
        rest = content.read(_CHUNK).removeprefix(b"\xef\xbb\xbf").lstrip()
        if not rest.startswith((b"<", b"\0<", b"\xff\xfe", b"\xfe\xff")):
            return
        while more := content.read(_CHUNK):
            piece, end, rest = rest.rpartition(b">")
            yield piece + end
            rest += more
            if len(rest) > MOST_PIECE:
                break
        yield rest


def _area(tag: bytes) -> int:
    """How many cells a merge or a link is over; without a range that can be read, too many."""
    from openpyxl.utils import column_index_from_string

    if not (found := _REF.search(tag)):
        return MOST_SPREAD + 1
    left, top, right, bottom = (part.decode() if part else "" for part in found.groups())
    columns = [column_index_from_string(name) for name in (left, right or left)]
    return (abs(columns[1] - columns[0]) + 1) * (abs(int(bottom or top) - int(top)) + 1)


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


def _sheet_name(names: Sequence[str], wanted: str | None, table: str, file: str, in_common: bool) -> str:
    if wanted in names:
        return str(wanted)
    others = [name for name in names if name not in (table, ABOUT)]
    if wanted is None and table in names and (in_common or not others):
        return table
    if wanted is None and len(others) == 1 and table not in names:
        return others[0]
    if not names:
        raise empty(file)
    raise InputError(
        file,
        found="sheets " + ", ".join(names),
        expected=f"a sheet called {wanted or table}" + ("" if wanted else ", or one sheet only"),
        action="name the sheet to read under `sheet` for this file in records.yaml; the others are then left out",
    )


def _texts(sheet: Any, file: str) -> Iterator[list[str]]:
    sheet.reset_dimensions()
    wide = 0
    with closing(sheet.iter_rows(values_only=True)) as rows:
        for number, row in enumerate(rows, start=1):
            if number > MOST_ROWS:
                raise _no_workbook(file, f"a row beyond {MOST_ROWS:,}, which no worksheet has")
            if (
                len(row) > MOST_COLUMNS
            ):  # cells without a value may stand there, but each such row costs as if it were full
                check_width(
                    file, max((place for place, value in enumerate(row, start=1) if value is not None), default=0)
                )
                wide += len(row)
                if wide > MOST_CELLS:
                    raise _no_workbook(
                        file, f"more than {MOST_CELLS:,} cells in rows of more than {MOST_COLUMNS:,} columns"
                    )
                row = row[:MOST_COLUMNS]
            yield [cell_text(value) for value in row]


def cell_text(value: Any) -> str:
    """A cell as text; of a kind that no column takes, as what it is, so that it matters only in a column that is read."""
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
    if isinstance(value, date | time):
        return value.isoformat()
    return (
        str(value) if isinstance(value, timedelta) else f"={type(value).__name__}"
    )  # such as a formula over several cells


def _number_text(value: float) -> str:
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(value)
