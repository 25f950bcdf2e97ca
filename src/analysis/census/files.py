"""Reads the tables under data/raw: text first, then checked numbers, with the place of whatever cannot be used."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd
from pydantic import BaseModel, TypeAdapter, ValidationError

from analysis.errors import InputError, control_in
from analysis.study.tables import read_yaml as read_document

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
    _refuse_control(path, rows)
    header = [name.strip() for name in rows[0]]
    _refuse_repeated(path, header)
    return pd.DataFrame([[cell.strip() for cell in row] for row in rows[1:]], columns=header, dtype=str)


def read_rows(path: Path) -> list[list[str]]:
    """The rows of a CSV file that are not empty, as they stand; raises InputError where it is absent or no CSV in UTF-8."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            return [row for row in csv.reader(lines, strict=True) if row]
    except FileNotFoundError as error:
        raise InputError(path, found="no such file", expected="the table", action=f"put {path.name} there") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(
            path, found=str(error), expected="CSV in UTF-8", action="save it again as CSV, UTF-8"
        ) from error


def _refuse_control(path: Path, rows: list[list[str]]) -> None:
    for number, row in enumerate(rows, start=1):
        if found := control_in("".join(row)):
            raise InputError(
                path, row=number, found=found, expected="plain text", action="compare the row with the official table"
            )


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


def read_models(path: Path, model: type[Model]) -> list[Model]:
    """The rows of a CSV file, each as one pydantic `model`; empty cells are left to the model's defaults.

    Raises InputError with row and column of the first cell that does not fit.
    """
    frame = read_text_table(path)
    needed = [name for name, field in model.model_fields.items() if field.is_required()]
    require_columns(frame, needed, path)
    records = [{key: value for key, value in row.items() if value != ""} for row in frame.to_dict("records")]
    try:
        return TypeAdapter(list[model]).validate_python(records)  # type: ignore[valid-type]
    except ValidationError as error:
        raise _explain(path, error, header_rows=2) from error


def read_yaml(path: Path, model: type[Model]) -> list[Model]:
    """The entries of a YAML list, each as one pydantic `model`; raises InputError where one does not fit."""
    try:
        return TypeAdapter(list[model]).validate_python(read_document(path, str(path)))  # type: ignore[valid-type]
    except ValidationError as error:
        raise _explain(path, error, header_rows=1) from error


def _explain(path: Path, error: ValidationError, header_rows: int) -> InputError:
    first = error.errors(include_url=False)[0]
    place = [part for part in first["loc"] if part != "[key]"]
    row = int(place[0]) + header_rows if place and isinstance(place[0], int) else None
    return InputError(
        path,
        row=row,
        column=".".join(str(part) for part in place[1:]) or None,
        found=repr(first["input"]),
        expected=first["msg"],
        action="correct the entry, or remove what the schema does not know",
    )
