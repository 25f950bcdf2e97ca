"""Reading CSV files: which encoding, which separator, and true row numbers.

Encoding, in this order: UTF-8 (with or without byte-order mark); else Windows-1252, the encoding in which Excel in
western Europe saves "CSV"; a file that holds both is refused, since some of its letters would come out wrong.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import pandas as pd

from analysis.errors import InputError, control_in
from analysis.files import check_header, csv_rows
from analysis.participants.grid import Grid, check_size, empty, make_grid

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
BLOCK = 100_000  # rows of a long file that are in memory as text at one time
_CHUNK = 1 << 20
_TOLD = re.compile(r'"?sep ?= ?([,;\t|])"?[,;\t|]*(?:\r\n?|\n)', re.IGNORECASE)
_BLANK = re.compile(r'[,;\t| "]*(?:\r\n?|\n)')
# In Windows-1252 of western Europe, no word has four accented letters side by side, or ends in such a sign: the file is in
# another encoding (Cyrillic, Greek, Arabic or central European letters), and would be read as other letters.
_OTHER_LETTERS = re.compile(r"[^\W\d_a-zA-Z]{4}|[^\W\d_]{2}[¹³¿¼¾]")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_UTF8_LETTER = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")


def read_csv(path: Path, file: str) -> Grid:
    """The cells of a CSV file, called `file` in messages; raises InputError for an empty, torn or wrongly encoded file."""
    check_size(path, file)
    text, encoding = decode(path.read_bytes(), file)
    head, separator = opening(text)
    if not text.strip():
        raise empty(file)
    records = [cells for _, cells in csv_rows(text, file, separator)][head - 1 :]
    form = f"CSV, {encoding}, {SEPARATORS.get(separator, repr(separator))} between columns"
    return make_grid(file, records, form, decimal_comma=separator != ",", before=head, head=head)


def read_rows(
    path: Path, file: str, columns: Sequence[str], optional: Sequence[str] = ()
) -> list[tuple[int, dict[str, str]]]:
    """Rows of any CSV file that a user brings as (row number, {column: text}), as `files.read_csv` gives those of the project's own.

    Whatever encoding and separator `read_csv` knows will do. Raises InputError as that does, for control characters,
    and, all at once, for columns that are missing, unknown or there twice.
    """
    grid = read_csv(path, file)
    check_header(grid.header, file, columns, optional, grid.head)
    for number, row in zip(grid.numbers, grid.rows, strict=True):
        for name, text in zip(grid.header, row, strict=True):
            if found := control_in(text):
                raise InputError(
                    file,
                    row=number,
                    column=name,
                    found=found,
                    expected="text that a page and a workbook can hold",
                    action="delete the character; an editor that shows invisible characters helps to find it",
                )
    cells = ([text.strip() for text in row] for row in grid.rows)
    return [(number, dict(zip(grid.header, row, strict=True))) for number, row in zip(grid.numbers, cells, strict=True)]


def read_header(path: Path, file: str) -> list[str]:
    """The names of a CSV file's columns; raises InputError where its first rows cannot be read."""
    return next(iter(csv_blocks(path, file, rows=1))).header


def read_frame(path: Path, name: str, required: Sequence[str], optional: Sequence[str] = ()) -> pd.DataFrame:
    """Such a file as a frame of text, one column for each name in `required` and `optional`.

    The index is the row number in the file (the header is row 1); an absent optional column is filled with empty text.
    Raises InputError as `read_rows` does, and for a file without rows.
    """
    rows = read_rows(path, name, required, optional)
    if not rows:
        raise InputError(name, found="a header and no rows", expected="at least one row", action="fill the table")
    frame = pd.DataFrame([cells for _, cells in rows], index=[row for row, _ in rows], dtype="str")
    return frame.reindex(columns=[*required, *optional], fill_value="")


def csv_blocks(path: Path, file: str, rows: int = BLOCK) -> Iterator[Grid]:
    """The cells of a CSV file some rows at a time, each block with the header and true row numbers.

    A UTF-8 file is never in memory as a whole. Any other, and one that is torn, is read by `read_csv`, which says what
    is wrong with it.
    """
    check_size(path, file)
    if not _is_utf8(path):
        yield read_csv(path, file)
        return
    with path.open(encoding="utf-8-sig", newline="") as content:
        head, separator = opening(content.read(_CHUNK))
        content.seek(0)
        reader = csv.reader(content, delimiter=separator, strict=True)
        try:
            yield from _blocks(islice(reader, head - 1, None), rows, file, separator, head)
        except csv.Error:
            read_csv(path, file)
            raise


def _blocks(reader: Iterator[list[str]], rows: int, file: str, separator: str, head: int) -> Iterator[Grid]:
    """Blocks with rows in them; one without rows where the whole file has none."""
    header, before, kept = next(reader, []), head, 0
    form = f"CSV, UTF-8, {SEPARATORS.get(separator, repr(separator))} between columns"
    while (block := list(islice(reader, rows))) or not kept:
        grid = make_grid(file, [header, *block], form, decimal_comma=separator != ",", before=before, head=head)
        before, kept = before + len(block), kept + len(grid.rows)
        if grid.rows or not block:
            yield grid
        if not block:
            return


def _is_utf8(path: Path) -> bool:
    """Whether a whole file is UTF-8 text, looked at a piece at a time."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as content:
            if b"\0" in content.read(2):
                return False
            content.seek(0)
            while piece := content.read(_CHUNK):
                decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def decode(content: bytes, file: str) -> tuple[str, str]:
    """Bytes as text, and the name of the encoding by the rule of this module.

    >>> decode("Zoë".encode("cp1252"), "x.csv")
    ('Zoë', 'Windows-1252')
    """
    if content.startswith(_UTF16) or b"\0" in content[:2]:  # a letter of the alphabet is one byte and a zero there
        raise _encoding_error(file, None, "UTF-16 text", "UTF-8")
    try:
        return content.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError as error:
        return _windows(content, file, error.start)


def _windows(content: bytes, file: str, first: int) -> tuple[str, str]:
    if _UTF8_LETTER.search(content):
        raise _encoding_error(
            file,
            _row_at(content, first),
            f"the byte {content[first]:#04x} in a file that is UTF-8 elsewhere",
            "one encoding",
        )
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError as error:
        raise _encoding_error(
            file, _row_at(content, error.start), f"the byte {content[error.start]:#04x}", "UTF-8 or Windows-1252"
        ) from None
    if other := _OTHER_LETTERS.search(text):
        found = "letters in an encoding that is neither UTF-8 nor that of western Europe"
        raise _encoding_error(file, text.count("\n", 0, other.start()) + 1, found, "UTF-8")
    return text, "Windows-1252"


def _row_at(content: bytes, position: int) -> int:
    return content.count(b"\n", 0, position) + 1


def _encoding_error(file: str, row: int | None, found: str, expected: str) -> InputError:
    return InputError(
        file,
        row=row,
        found=found,
        expected=f"{expected} throughout",
        action='save the file again as "CSV UTF-8" and look at the accented letters afterwards',
    )


def opening(text: str) -> tuple[int, str]:
    """The row of the header, and the separator: what Excel's first line `sep=;` says, else that which divides the header
    into most cells; a comma where none does. Empty rows above the header are passed over."""
    start, above = text[:_CHUNK], 0
    while empty_line := _BLANK.match(start):
        start, above = start[empty_line.end() :], above + 1
    if told := _TOLD.match(start):
        return above + 2, told[1]
    return above + 1, max(SEPARATORS, key=lambda mark: _width(start, mark))


def _width(text: str, separator: str) -> int:
    try:
        return len(next(csv.reader(io.StringIO(text, newline=""), delimiter=separator), []))
    except csv.Error:  # not with this separator, then; if with none, reading the rows says why
        return 0
