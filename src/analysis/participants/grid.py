"""A file as a grid of texts, before anything is made of it; the same for CSV, Excel and SPSS files."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from analysis.errors import InputError

MOST_COLUMNS = 1_000  # the widest participant file has under 40; exports of large forms stay far below this
MOST_BYTES = 500_000_000


@dataclass(frozen=True)
class Grid:
    """The cells of one file as text. `file` is its name in messages; `numbers` are the row numbers as a spreadsheet shows them; the header is row 1.

    `format` says how it was read (for the colophon); `decimal_comma` whether a decimal comma may stand in it. `labels`
    are the texts of the questions, `value_labels` what the values of a column are called, where the file says so.
    """

    file: str
    header: list[str]
    rows: list[Sequence[str]]
    numbers: list[int]
    format: str
    decimal_comma: bool = False
    labels: tuple[str, ...] = ()
    value_labels: dict[str, dict[str, str]] = field(default_factory=dict)


def make_grid(
    file: str, records: list[Sequence[str]], format: str, *, decimal_comma: bool = False, before: int = 1
) -> Grid:
    """A grid from records of a file, header first; empty rows are left out, row numbers stay true.

    `before` is how many rows of the file stand before the first record after the header: the header, and earlier blocks.

    Raises InputError for an empty file, too many columns, or a row whose number of cells is not that of the header.
    """
    header = [cell.strip() for cell in records[0]] if records else []
    if not any(header):
        raise empty(file)
    check_width(file, len(header))
    kept = [(number, row) for number, row in enumerate(records[1:], start=before + 1) if any(row)]
    ragged = next(((number, row) for number, row in kept if len(row) != len(header)), None)
    if ragged:
        raise _ragged(file, ragged[0], len(ragged[1]), len(header))
    return Grid(file, header, [row for _, row in kept], [number for number, _ in kept], format, decimal_comma)


def check_width(file: str, width: int) -> None:
    """Raise InputError where a file has more columns than any participant file can have."""
    if width > MOST_COLUMNS:
        raise InputError(
            file,
            row=1,
            found=f"{width:,} columns",
            expected=f"at most {MOST_COLUMNS:,}",
            action="check that the right file was exported, and that rows and columns were not exchanged",
        )


def check_size(path: Path, file: str) -> None:
    """Raise InputError for a file that cannot be read, is empty, or is larger than any participant file can be."""
    if not path.is_file():
        raise InputError(
            file, found="no such file", expected="a participant file", action="check the name and the folder"
        )
    size = path.stat().st_size
    if size == 0:
        raise empty(file)
    if size > MOST_BYTES:
        raise InputError(
            file,
            found=f"{size:,} bytes",
            expected=f"at most {MOST_BYTES:,}",
            action="check that this is the right file",
        )


def empty(file: str) -> InputError:
    """The error for a file that holds nothing."""
    return InputError(
        file,
        found="an empty file",
        expected="a header row and at least one row of records",
        action="export the file again, or remove it if there are no such records",
    )


def _ragged(file: str, row: int, found: int, expected: int) -> InputError:
    return InputError(
        file,
        row=row,
        found=f"{found} cells",
        expected=f"{expected}, one for each column of the header",
        action="look for a missing or an extra separator, or for a quotation mark that is not closed, in this row or the one above",
    )
