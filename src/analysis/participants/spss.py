"""Reading SPSS files (.sav) through pyreadstat, which is asked for only when such a file turns up."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from analysis.errors import InputError
from analysis.participants.cells import NO_DAY
from analysis.participants.grid import Grid, check_size, check_width, make_grid

_ZERO = datetime(1582, 10, 14)  # from which SPSS counts the seconds of a date
_DATES = re.compile(r"(?:A|E|J|S)?DATE\d*|DATETIME[\d.]*|YMDHMS[\d.]*", re.IGNORECASE)


def read_spss(path: Path, file: str) -> Grid:
    """The cells of an SPSS file called `file` in messages; case 1 is row 2, as if the variable names stood in row 1.

    Values stay numbers, with their labels beside them, and with the values that the file declares to be no answers. A
    date that no calendar has stays a text that says so, which matters only in a column that is read. Raises InputError
    where the file is no SPSS file or pyreadstat is not installed.
    """
    check_size(path, file)
    frame, meta = _load(path, file)
    check_width(file, len(frame.columns))
    formats = getattr(meta, "original_variable_types", {})
    columns = {name: _column(frame[name], str(formats.get(name, ""))) for name in frame.columns}
    grid = make_grid(file, [list(frame.columns), *zip(*columns.values(), strict=True)], "SPSS")
    return replace(
        grid,
        labels=tuple(label or "" for label in meta.column_labels),
        value_labels={name: _labels(meta, name) for name in frame.columns},
        missing={name: _missing(frame[name], meta, name) for name in frame.columns},
    )


def _load(path: Path, file: str) -> tuple[Any, Any]:
    reader = _reader(file)
    try:
        return reader(str(path), user_missing=True, disable_datetime_conversion=True)
    except Exception as error:  # the C library's errors come as several classes
        raise InputError(
            file,
            found=f"a file that cannot be read as SPSS ({type(error).__name__})",
            expected="an SPSS data file (.sav)",
            action="save it again from SPSS or PSPP, or save it as CSV UTF-8",
        ) from None


def _reader(file: str) -> Callable[..., tuple[Any, Any]]:
    try:
        from pyreadstat import read_sav
    except ImportError:
        raise InputError(
            file,
            found="an SPSS file, and no program to read it",
            expected="the Python package pyreadstat",
            action="install it (pip install pyreadstat), or save the file as CSV UTF-8 or .xlsx",
        ) from None
    return read_sav


def _column(values: Any, form: str) -> list[str]:
    """The values of a variable as texts; each distinct one is made once."""
    text = _date_text if _DATES.fullmatch(form) else _text
    texts = {value: text(value) for value in set(values.dropna())}
    return [texts.get(value, "") for value in values]


def _labels(meta: Any, name: str) -> dict[str, str]:
    return {_text(value): label.strip() for value, label in meta.variable_value_labels.get(name, {}).items()}


def _missing(values: Any, meta: Any, name: str) -> frozenset[str]:
    """Which of the values and of the labelled codes of a variable the file declares to be no answers."""
    ranges, labelled = meta.missing_ranges.get(name, []), meta.variable_value_labels.get(name, {})
    every = {*values.dropna(), *labelled}
    return frozenset(_text(value) for value in every if _declared_missing(value, ranges))


def _declared_missing(value: Any, ranges: list[dict[str, Any]]) -> bool:
    return any(isinstance(value, type(ends["lo"])) and ends["lo"] <= value <= ends["hi"] for ends in ranges)


def _date_text(value: Any) -> str:
    """Seconds since SPSS's day 0 as yyyy-mm-dd, and as they are where no calendar has the day."""
    try:
        return (_ZERO + timedelta(seconds=float(value))).date().isoformat()
    except (OverflowError, ValueError):
        return f"{NO_DAY} {_text(value)}"


def _text(value: Any) -> str:
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return value.isoformat() if isinstance(value, date) else str(value)
