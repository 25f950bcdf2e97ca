"""From the text of one cell to a typed value: codes, numbers, dates, names; anything else is refused with a reason."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from pydantic import ValidationError

from analysis.errors import control_in
from analysis.participants.codes import SPELLINGS, Status, status_of
from analysis.participants.fields import ID, Column

_NUMBER = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{1,18})?")
_COMMA_NUMBER = re.compile(r"[+-]?[0-9]{1,18},[0-9]{1,18}")
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+")
_ISO = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ][0-9]{2}:[0-9]{2}[0-9:.+Z-]*)?")
_DAY_FIRST = re.compile(r"([0-9]{1,2})[/.]([0-9]{1,2})[/.]([0-9]{4})")
_DAY_NUMBER = re.compile(r"[1-9][0-9]{4}(\.[0-9]+)?")
_MARKUP = re.compile(r"[<>]|&#?\w+;|javascript:", re.IGNORECASE)
_FORMULA = re.compile(r"[=@]|[+-](?![0-9])|[+-][0-9.,]*[^0-9.,]")
_NO_FORMULA = (
    "replace the formula by its value (in a spreadsheet: copy, then paste values only); nothing in a cell is ever run"
)
_NO_COMMA = "write decimals with a point, or save the file with semicolons between the columns"
_PLAIN_ID = re.compile(ID[1:-1])
_EXCEL_ZERO = date(1899, 12, 30)  # day 0 as Excel for Windows counts from 1 March 1900 on


@dataclass(frozen=True)
class Cell:
    """What a cell holds: its status and, where there is an answer, the value."""

    status: Status
    value: Any = None


class Refused(Exception):
    """The cell cannot be used; the reader adds file, row and column."""

    def __init__(self, found: str, expected: str, action: str) -> None:
        super().__init__(found)
        self.found, self.expected, self.action = found, expected, action


@dataclass(frozen=True)
class Style:
    """How a file writes its cells.

    `decimal_comma` allows 4,5 for four and a half; `day_first` allows 31/12/2013; `codes` are further spellings of
    missing, refused and not_asked; `values` gives, column by column, what the file's own values mean.
    """

    decimal_comma: bool = False
    day_first: bool = False
    codes: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def read_cell(text: str, column: Column, style: Style) -> Cell:
    """The content of one cell as the column's type.

    Raises Refused with what was found, what was expected and what to do.
    """
    if column.kind == "id" and _is_plain_id(text, column, style):
        return Cell(Status.ANSWERED, text)
    plain = text.strip()
    plain = style.values.get(column.name, {}).get(plain, plain)
    status = status_of(style.codes.get(plain, plain))
    if status:
        return _without_answer(status, plain, column)
    _refuse_live_text(plain)
    value = _PARSERS[column.kind](plain, column, style)
    return Cell(_status(value, column), _validated(value, plain, column))


def _is_plain_id(text: str, column: Column, style: Style) -> bool:
    """Whether a text can only be an id. Long files hold a million different ones: this spares them what cannot apply."""
    if style.values.get(column.name) or text in style.codes or status_of(text):
        return False
    return bool(_PLAIN_ID.fullmatch(text))


def _without_answer(status: Status, plain: str, column: Column) -> Cell:
    if column.needed:
        found = repr(plain) if plain else "an empty cell"
        raise Refused(found, column.expected, "fill the cell in, or take the row out if it belongs to nobody")
    return Cell(status)


def _refuse_live_text(plain: str) -> None:
    if found := control_in(plain):
        raise Refused(
            found, "plain text", "delete the character; an editor that shows invisible characters helps to find it"
        )
    if _FORMULA.match(plain):
        raise Refused(f"{plain!r}, which is a formula to a spreadsheet", "a plain value", _NO_FORMULA)
    if _MARKUP.search(plain):
        raise Refused(
            f"{plain!r}, which is markup",
            "plain text without HTML, scripts or the signs < and >",
            "take the markup out of the file",
        )


def _status(value: Any, column: Column) -> Status:
    return Status.WORDS if column.kind == "number or words" and isinstance(value, str) else Status.ANSWERED


def _validated(value: Any, plain: str, column: Column) -> Any:
    try:
        return column.adapter.validate_python(value)
    except ValidationError:
        raise Refused(repr(plain), _wanted(column), _advice(column)) from None


def _wanted(column: Column) -> str:
    return column.expected if column.needed else f"{column.expected}, or refused, not_asked or an empty cell"


def _advice(column: Column) -> str:
    if column.kind == "date":
        return (
            "if the day is of another calendar (such as the Islamic, Persian or Buddhist one), write it in the Gregorian "
            "calendar as yyyy-mm-dd; otherwise correct the year"
        )
    codes = ", ".join(texts[-1] for texts in SPELLINGS.values())
    tail = (
        ""
        if column.needed
        else f"; an answer that was not given is an empty cell, refused or not_asked (as numbers: {codes})"
    )
    return f"correct the cell from the paper record{tail}"


def _number(plain: str, column: Column, style: Style) -> float | int:
    labels = _by_label(column)
    if plain.casefold() in labels:
        return int(labels[plain.casefold()])
    return _to_number(_point(plain, column, style), plain, column)


def _point(plain: str, column: Column, style: Style) -> str:
    if not _COMMA_NUMBER.fullmatch(plain):
        return plain
    if _THOUSANDS.fullmatch(plain):
        raise Refused(
            f"{plain!r}, which may be a thousand or a decimal", _wanted(column), "write the number without a comma"
        )
    if not style.decimal_comma:
        raise Refused(f"{plain!r}, a decimal comma", _wanted(column), _NO_COMMA)
    return plain.replace(",", ".")


def _to_number(point: str, plain: str, column: Column) -> float | int:
    if not _NUMBER.fullmatch(point):
        raise Refused(repr(plain), _wanted(column), _advice(column))
    value = float(point)
    return int(value) if value.is_integer() else value


def _number_or_words(plain: str, column: Column, style: Style) -> float | int | str:
    return _number(plain, column, style) if re.match(r"[+-]?[0-9]", plain) else plain


def _date(plain: str, column: Column, style: Style) -> date:
    try:
        return _calendar_day(plain, style)
    except ValueError:
        raise Refused(_found_date(plain), _wanted(column), _date_advice(plain)) from None


def _calendar_day(plain: str, style: Style) -> date:
    written = _DAY_FIRST.fullmatch(plain) if style.day_first else None
    if written:
        return date(int(written[3]), int(written[2]), int(written[1]))
    iso = _ISO.fullmatch(plain)
    if not iso:
        raise ValueError(plain)
    return date.fromisoformat(iso[1])


def _found_date(plain: str) -> str:
    if not _DAY_NUMBER.fullmatch(plain):
        return repr(plain)
    return f"{plain!r}, which looks like Excel's number of the day {_EXCEL_ZERO + timedelta(int(float(plain)))}"


def _date_advice(plain: str) -> str:
    if _DAY_NUMBER.fullmatch(plain):
        return "give the column a date format in the spreadsheet and save again, or write the day as yyyy-mm-dd"
    if _DAY_FIRST.fullmatch(plain):
        return "write the day as yyyy-mm-dd, or say `dates: day first` for this file in records.yaml"
    return "write the day as yyyy-mm-dd"


def _choice(plain: str, column: Column, style: Style) -> str:
    known = _by_label(column) | dict(column.facts.get("also", {}))
    return known.get(plain.casefold(), plain)


def _by_label(column: Column) -> dict[str, str]:
    return {label.casefold(): value for value, label in column.choices.items()} | {
        value: value for value in column.choices
    }


def _text(plain: str, column: Column, style: Style) -> str:
    return plain


_PARSERS: dict[str, Callable[[str, Column, Style], Any]] = {
    "id": _text,
    "name": _text,
    "choice": _choice,
    "whole": _number,
    "number": _number,
    "number or words": _number_or_words,
    "date": _date,
}
