"""Reading SPSS files (.sav) through pyreadstat, which is asked for only when such a file turns up."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from analysis.errors import InputError
from analysis.participants.codes import status_of
from analysis.participants.grid import Grid, check_size, check_width, make_grid

# Some spellings of value labels by which SPSS files mark their user-missing values.
_MISSING_LABELS = {
    "refusal": "refused",
    "prefer not to say": "refused",
    "no answer": "missing",
    "not answered": "missing",
    "not applicable": "not_asked",
    "inapplicable": "not_asked",
}


def read_spss(path: Path, file: str) -> Grid:
    """The cells of an SPSS file called `file` in messages; case 1 is row 2, as if the variable names stood in row 1.

    Values stay numbers, with their labels beside them; a value declared user-missing becomes its label, so that it is
    never taken for an answer. Raises InputError where the file is no SPSS file or pyreadstat is not installed.
    """
    check_size(path, file)
    frame, meta = _load(path, file)
    check_width(file, len(frame.columns))
    columns = [_texts(frame[name], meta, name) for name in frame.columns]
    grid = make_grid(file, [list(frame.columns), *zip(*columns, strict=True)], "SPSS")
    labels = tuple(label or "" for label in meta.column_labels)
    return replace(grid, labels=labels, value_labels={name: _labels(meta, name) for name in frame.columns})


def _load(path: Path, file: str) -> tuple[Any, Any]:
    reader = _reader(file)
    try:
        return reader(str(path), user_missing=True)
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


def _texts(values: Any, meta: Any, name: str) -> list[str]:
    ranges = meta.missing_ranges.get(name, [])
    labels = meta.variable_value_labels.get(name, {})
    texts = {
        value: _missing_text(value, labels) if _declared_missing(value, ranges) else _text(value)
        for value in set(values.dropna())
    }
    return [texts.get(value, "") for value in values]


def _labels(meta: Any, name: str) -> dict[str, str]:
    return {_text(value): _meaning(label) for value, label in meta.variable_value_labels.get(name, {}).items()}


def _meaning(label: str) -> str:
    return _MISSING_LABELS.get(label.strip().casefold(), label.strip())


def _missing_text(value: Any, labels: dict[Any, str]) -> str:
    text = _meaning(labels.get(value, _text(value)))
    return text if status_of(text) else f"user-missing: {text}"


def _declared_missing(value: Any, ranges: list[dict[str, Any]]) -> bool:
    return any(isinstance(value, type(ends["lo"])) and ends["lo"] <= value <= ends["hi"] for ends in ranges)


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value)
