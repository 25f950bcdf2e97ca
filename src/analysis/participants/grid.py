"""A file as a grid of texts, before anything is made of it; the same for CSV, Excel and SPSS files."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from analysis.errors import InputError
from analysis.participants.codes import bare

MOST_COLUMNS = 1_000  # the widest participant file has under 40; exports of large forms stay far below this
MOST_BYTES = 500_000_000


@dataclass(frozen=True)
class Grid:
    """The cells of one file as text. `file` is its name in messages; `numbers` are the row numbers as a spreadsheet shows them; `head` is that of the header.

    `format` says how it was read (for the colophon); `decimal_comma` whether a decimal comma may stand in it. `labels`
    are the texts of the questions, `value_labels` what the values of a column are called, `missing` which values are
    declared to be no answers, where the file says so; `short` is how many rows lacked their last cells.
    """

    file: str
    header: list[str]
    rows: list[Sequence[str]]
    numbers: list[int]
    format: str
    decimal_comma: bool = False
    labels: tuple[str, ...] = ()
    value_labels: dict[str, dict[str, str]] = field(default_factory=dict)
    missing: dict[str, frozenset[str]] = field(default_factory=dict)
    head: int = 1
    short: int = 0


def tidy(name: str) -> str:
    """The name of a column with single blanks, whatever kinds of blank and line end a form put into it."""
    return " ".join(bare(name).split())


def make_grid(
    file: str,
    records: Iterable[Sequence[str]],
    format: str,
    *,
    decimal_comma: bool = False,
    before: int = 1,
    head: int = 1,
) -> Grid:
    """A grid from records of a file, header first; empty rows, also above the header, are left out; row numbers stay true.

    Of every format alike: a row may lack its last cells, as spreadsheets write it; columns without name and content are
    left out. `before` is how many rows of the file stand before the first record after the header, the header (in row
    `head`) among them.

    Raises InputError for an empty file, too many columns, or a row with more cells than the header has columns.
    """
    source = iter(records)
    header: list[str] = []
    for above, record in enumerate(source):  # noqa: B007
        if any(header := [tidy(cell) for cell in record]):
            break
    else:
        raise empty(file)
    before, head = before + above, head + above
    check_width(file, len(header))
    kept = [(number, row) for number, row in enumerate(source, start=before + 1) if any(row) and "".join(row).strip()]
    width = max(1 + position for position, name in enumerate(header) if name)
    width = max([width, *(_filled(row) for _, row in kept if len(row) > width)])
    if width > len(header):
        wide = next((number, row) for number, row in kept if _filled(row) > len(header))
        raise _ragged(file, wide[0], _filled(wide[1]), len(header))
    short = sum(len(row) < width for _, row in kept)
    rows = [row if len(row) == width else _fitted(row, width) for _, row in kept]
    grid = Grid(
        file, header[:width], rows, [number for number, _ in kept], format, decimal_comma, head=head, short=short
    )
    return _without_empty_columns(grid)


def _filled(row: Sequence[str]) -> int:
    """How many cells a row has up to its last one with anything in it."""
    return max((position for position, cell in enumerate(row, start=1) if cell.strip()), default=0)


def _fitted(row: Sequence[str], width: int) -> list[str]:
    return [*row[:width], *[""] * (width - len(row))]


def _without_empty_columns(grid: Grid) -> Grid:
    """The grid without columns that have neither name nor content."""
    nameless = [position for position, name in enumerate(grid.header) if not name]
    empty_ones = {place for place in nameless if not any(row[place].strip() for row in grid.rows)}
    if not empty_ones:
        return grid
    kept = [place for place in range(len(grid.header)) if place not in empty_ones]
    header, rows = [grid.header[place] for place in kept], [[row[place] for place in kept] for row in grid.rows]
    return replace(grid, header=header, rows=rows)


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
        action="look for an extra separator, or for a quotation mark that is not closed, in this row or the one above; "
        "if a title stands above the names of the columns, take its row out",
    )
