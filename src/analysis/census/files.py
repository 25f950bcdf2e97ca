"""Reads the tables under data/raw: text first, then checked numbers, with the place of whatever cannot be used."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd
from pydantic import BaseModel

from analysis.errors import InputError
from analysis.files import csv_rows, read_records, read_text, read_yaml as read_document, validate
from analysis.participants.csv_files import opening

Model = TypeVar("Model", bound=BaseModel)
NOT_COUNTED = {"": "an empty cell", "c": "a suppressed cell", "..": "a suppressed cell", "*": "a suppressed cell"}


def read_text_table(path: Path) -> pd.DataFrame:
    """The cells of a CSV file as stripped text, one column for each field of the header.

    Raises InputError where the file is absent, empty, not UTF-8, or a row has more or fewer fields than the header.
    """
    return text_table(path, read_rows(path))


def text_table(path: Path, rows: list[list[str]]) -> pd.DataFrame:
    """The same from rows that were read already, the first of which names the columns."""
    if not rows or not any(rows[0]):
        raise InputError(
            path, found="an empty file", expected="a header and at least one row", action="put the table back"
        )
    width = len(rows[0])
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != width:
            raise InputError(
                path,
                row=number,
                found=f"{len(row)} fields",
                expected=f"{width}, as in the header",
                action="compare the row with the official table; it may be cut off",
            )
    header = [name.strip() for name in rows[0]]
    _refuse_repeated(path, header)
    return pd.DataFrame([[cell.strip() for cell in row] for row in rows[1:]], columns=header, dtype=str)


def read_rows(path: Path) -> list[list[str]]:
    """The rows of a CSV file that are not empty, as they stand, whatever separates their cells; raises InputError where it is absent or no CSV in UTF-8."""
    text = read_text(path, str(path))
    head, separator = opening(text)
    rows = [[*cells] for _, cells in csv_rows(text, str(path), separator)][head - 1 :]
    width = max((_filled(cells) for cells in rows), default=0)  # empty columns at the end, as spreadsheets leave them
    return [cells[:width] for cells in rows if cells]


def _filled(cells: list[str]) -> int:
    return max((place for place, cell in enumerate(cells, start=1) if cell.strip()), default=0)


def _refuse_repeated(path: Path, header: list[str]) -> None:
    repeated = sorted({name for name in header if header.count(name) > 1})
    if repeated:
        raise InputError(
            path,
            row=1,
            found=f"the column {repeated[0]!r} twice",
            expected="each column once",
            action="remove one",
        )


def require_columns(frame: pd.DataFrame, columns: Sequence[str], path: Path) -> None:
    """Raise InputError unless the frame has all of `columns`."""
    missing = [name for name in columns if name not in frame]
    if missing:
        raise InputError(
            path,
            row=1,
            found=f"no column {missing[0]!r}",
            expected="the columns " + ", ".join(columns),
            action="check that this is the right table in its official layout",
        )


def counts(frame: pd.DataFrame, columns: Sequence[str], path: Path) -> np.ndarray:
    """The cells of `columns` as whole numbers of people, shape (rows, columns).

    Raises InputError at the first cell that is not a count: empty, suppressed, negative, a fraction or a word. A
    suppressed cell is never read as zero.
    """
    cells = frame[list(columns)].to_numpy(dtype=object)
    good = pd.Series(cells.ravel(), dtype=str).str.fullmatch(r"\d{1,10}").to_numpy().reshape(cells.shape)
    if not good.all():
        row, column = np.argwhere(~good)[0]
        text = str(cells[row, column])
        raise InputError(
            path,
            row=int(row) + 2,
            column=columns[column],
            found=NOT_COUNTED.get(text, text),
            expected="a whole number of people, 0 or more",
            action="take the figure from the official table",
        )
    return cells.astype(np.int64)


def refuse(
    wrong: "pd.Series[bool]",
    path: Path,
    found: Callable[[int], str],
    expected: str,
    action: str,
    column: str | None = None,
) -> None:
    """Raise InputError at the first row of a table that is wrong; `found` says what stands in it."""
    if wrong.any():
        row = int(wrong.to_numpy().argmax())
        raise InputError(path, row=row + 2, column=column, found=found(row), expected=expected, action=action)


def refuse_repeated(keys: list[tuple[str, ...]], path: Path, expected: str, column: str | None = None) -> None:
    """Raise InputError at the first row whose key another row has."""
    repeated = pd.Series(keys, dtype=object).duplicated()
    said = [f"{' '.join(key)} a second time" for key in keys]
    refuse(repeated, path, said.__getitem__, expected, "remove one of the rows", column)


def read_models(path: Path, model: type[Model]) -> list[Model]:
    """The rows of a CSV file, each as one pydantic `model`; raises what `files.read_records` does."""
    return read_records(path, str(path), model)


def read_yaml(path: Path, model: type[Model]) -> list[Model]:
    """The entries of a YAML list, each as one pydantic `model`; raises InputError where one does not fit."""
    content = read_document(path, str(path))
    entries = content if isinstance(content, list) else [content]
    action = "correct the entry, or remove what the schema does not know"
    return [validate(model, entry, str(path), row, action=action) for row, entry in enumerate(entries, start=1)]
