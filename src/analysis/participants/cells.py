"""From the text of one cell to a typed value: codes, numbers, dates, names; anything else is refused with a reason."""

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from pydantic import ValidationError

from analysis.errors import cell as shown, control_in, shows_values
from analysis.names import normal
from analysis.participants.codes import (
    SPELLINGS,
    Status,
    bare,
    fold,
    is_dont_know,
    is_no_word,
    looks_like_none,
    status_of,
)
from analysis.participants.fields import ID, Column

_NUMBER = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{1,18})?")
_COMMA_NUMBER = re.compile(r"[+-]?[0-9]{1,18},[0-9]{1,18}")
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+")
_ISO = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ][0-9]{2}:[0-9]{2}[0-9:.+Z-]*)?")
_DAY_FIRST = re.compile(r"([0-9]{1,2})[/.]([0-9]{1,2})[/.]([0-9]{4})")
_DAY_NUMBER = re.compile(r"[1-9][0-9]{4}(\.[0-9]+)?")
_MARKUP = re.compile(r"<\s*[^\W\d_]|<\s*[/!?]|&#?\w+;|javascript:", re.IGNORECASE)
_FORMULA = re.compile(r"[=@]|[+-](?![0-9]|-*$)|[+-][0-9.,]*[^0-9.,-]|[+-][0-9.,]+-")
_CODE_AND_LABEL = re.compile(r"[(\[]?(-?[0-9]{1,3})[)\]]?\s*[=:.)\-–—]*\s*([^\W\d_].*)", re.DOTALL)
# A label behind its own code: 2 = advice. Words may begin with a number of their own (2 or more), so there a sign is needed.
_SIGN = r"[)\]]|\s*[=:]|\.(?=\s)|\s+[-–—](?=\s)"
_OWN_CODE = {
    kind: re.compile(rf"[(\[]?(-?[0-9]{{1,3}})(?:{sign})\s*([^\W\d_].*)", re.DOTALL)
    for kind, sign in (("name", rf"{_SIGN}|\s"), ("number or words", _SIGN))
}
_NO_FORMULA = (
    "replace the formula by its value (in a spreadsheet: copy, then paste values only); nothing in a cell is ever run"
)
_NO_COMMA = "write decimals with a point, or save the file with semicolons between the columns"
_EXCEL_ZERO = date(1899, 12, 30)  # day 0 as Excel for Windows counts from 1 March 1900 on
NO_DAY = "day"  # a program's own number of a day that no calendar has begins with it
_MONTH = r"(?:jan|feb|mar|mär|mrz|apr|may|mai|jun|jul|aug|sep|sept|oct|okt|nov|dec|dez)\.?"
_RANGE_AS_DAY = re.compile(
    rf"\d{{1,2}}(?:-|\. ?){_MONTH}|{_MONTH}[- ]\d{{2}}", re.IGNORECASE
)  # as 5-10 comes out of Excel
_WHOLE = re.compile(r"([+-]?)([0-9]{1,18})(?:\.0+)?")
_PLAIN_ID = re.compile(ID[1:-1])


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
    missing, refused and not_asked in any column; `column_codes` those of one column, and `values` what its own values
    mean, by what records.yaml says. `labels` is what the file itself calls the values of a column, `missing` the values that
    it declares to be no answers, `elsewhere` those that it declares so in any column; `turned` names, for a column without labels, one of the same scale whose labels give the
    codes another meaning than the data dictionary. Whatever is compared is folded (`codes.fold`).
    """

    decimal_comma: bool = False
    day_first: bool = False
    codes: Mapping[str, str] = field(default_factory=dict)
    column_codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    missing: Mapping[str, frozenset[str]] = field(default_factory=dict)
    elsewhere: frozenset[str] = frozenset()
    turned: Mapping[str, str] = field(default_factory=dict)

    def said(self, text: str, column: Column) -> str | None:
        """What records.yaml says of a value or a label in a column, or None where it says nothing."""
        key = fold(text)
        found = self.values.get(column.name, {}).get(key)
        return self.column_codes.get(column.name, {}).get(key) if found is None else found


def read_cell(text: str, column: Column, style: Style) -> Cell:
    """The content of one cell as the column's type.

    What records.yaml says of a value goes first, then what the file says of it (its label, or that it is no answer),
    then the data dictionary. Raises Refused with what was found, what was expected and what to do.
    """
    if column.kind == "id" and _is_plain_id(text, column, style):
        return Cell(Status.ANSWERED, text)
    plain = bare(text)
    told = style.said(plain, column)
    if told is not None:
        return _typed(told, column, style)
    if plain in style.missing.get(column.name, ()):
        return _declared_missing(plain, column, style)
    if plain in style.elsewhere and plain not in style.labels.get(column.name, {}) and "low" in column.facts:
        if fold(plain) not in style.codes:
            raise _ask(f"the value {plain}, which is no answer in other columns of this file", plain, column)
    if style.labels.get(column.name) and plain:
        return _labelled(plain, column, style)
    if (other := style.turned.get(column.name)) and plain in column.choices:
        raise _turned(other, column)
    return _coded(plain, column, style)


def _declared_missing(plain: str, column: Column, style: Style) -> Cell:
    """A value that the file declares to be no answer: by its label, else by records.yaml, else missing."""
    label = style.labels.get(column.name, {}).get(plain, "")
    told = style.said(label, column) or style.codes.get(fold(label)) or style.codes.get(fold(plain))
    status = status_of(told or "missing") if told or not label else _meant(label) or Status.MISSING
    return _without_answer(status or Status.MISSING, plain, column)


def _labelled(plain: str, column: Column, style: Style) -> Cell:
    """A value of a column whose values have labels in the file: read by its label, or asked about."""
    labels = style.labels[column.name]
    label = labels.get(plain)
    if label is None:
        if _is_unlabelled_code(plain, column, style):
            raise _ask(f"the value {plain}, which has no label in the file while others have one", plain, column)
        return _coded(plain, column, style)
    told = style.said(label, column) or style.codes.get(fold(label))
    if told is not None:
        return _typed(told, column, style)
    return _by_its_label(plain, label, column, style)


def _is_unlabelled_code(plain: str, column: Column, style: Style) -> bool:
    """Whether a code has no label though others have one that says more than itself or why there is no answer.

    Of a count, a label that repeats its number (30 or more) or names nothing (0 = none) leaves the other numbers what they are.
    """
    none = style.missing.get(column.name, frozenset())
    labels = {code: label for code, label in style.labels[column.name].items() if code not in none}
    said = {code: label for code, label in labels.items() if not _meant(label) and fold(label) != fold(code)}
    if column.kind == "number or words":
        said = {code: label for code, label in said.items() if code != "0" and not label.startswith(code)}
    coded = column.is_scale or column.kind in ("name", "choice", "number or words")
    return bool(said) and coded and status_of(plain) is None and bool(_NUMBER.fullmatch(plain))


def _by_its_label(plain: str, label: str, column: Column, style: Style) -> Cell:
    known = _known(column)
    if column.kind in ("id", "date") or fold(label) == fold(plain):
        return _coded(plain, column, style)
    if (key := fold(_bare(label))) in known:
        return _typed(known[key], column, style)
    if status := _meant(label, column):
        return _without_answer(status, plain, column)
    if column.kind in _OWN_CODE and (not looks_like_none(label) or is_dont_know(_bare(label))):
        return _typed(_without_own_code(label, plain, column), column, style)
    raise _ask(
        f"the value {plain} with the label {label[:80]!r}, which the data dictionary does not know", plain, column
    )


def _ask(found: str, plain: str, column: Column) -> Refused:
    """What a file's labels leave open is asked about; codes and labels are the file's, and no answers of people."""
    entry = f"values: {{{column.name}: {{{json.dumps(plain)}: ...}}}}"
    wanted = ", ".join(f"{value} {label}" for value, label in column.choices.items() if value != label)
    return Refused(
        found,
        f"{column.expected}{f' ({wanted})' if wanted else ''}, or a label that says why there is no answer",
        f"say in records.yaml what it means: `{entry}`, with a value of the data dictionary, refused, missing or not_asked",
    )


def _turned(other: str, column: Column) -> Refused:
    codes = ", ".join(f'"{code}": ...' for code in column.choices)
    return Refused(
        f"a code without a label, while the labels of {other} give codes another meaning than the data dictionary",
        "to be told which way round the scale is",
        f"say in records.yaml what the codes of this column mean: `values: {{{column.name}: {{{codes}}}}}`",
    )


def _bare(label: str) -> str:
    """A label without the code that some programs put before it: `8 = Don't know`."""
    found = _CODE_AND_LABEL.fullmatch(label.strip())
    return found[2] if found else label.strip()


def _without_own_code(label: str, plain: str, column: Column) -> str:
    """A label as a name or words, without the code it stands for before it; `3 or more` is left whole."""
    found = _OWN_CODE[column.kind].fullmatch(label.strip())
    return found[2] if found and found[1] == plain else label.strip()


def recoded(column: Column, labels: Mapping[str, str], style: Style) -> bool:
    """Whether the labels of a column's codes, or what records.yaml says of those, give one another meaning than the
    data dictionary."""
    known = _known(column)
    meant = {
        code: style.said(code, column) or style.said(label, column) or known.get(fold(_bare(label)))
        for code, label in labels.items()
    }
    return any(value in column.choices and value != code for code, value in meant.items())


def labels_in_cells(texts: Iterable[str]) -> dict[str, str]:
    """The labels of codes as cells themselves give them: `4 = good`."""
    found = (_CODE_AND_LABEL.fullmatch(bare(text)) for text in texts)
    return {match[1]: match[2] for match in found if match}


def one_spelling(text: str, column: Column) -> str:
    """A code or number as it is compared: 5 for 5.0, as programs write it in a column with gaps, and for 05."""
    if column.kind in ("id", "date"):
        return text
    plain = _western(bare(text)) if column.kind in _WITH_NUMBERS else bare(text)
    if not (found := _WHOLE.fullmatch(plain)):
        return text
    zeros = found[2].lstrip("0") or "0" if column.kind in _WITH_NUMBERS else found[2]
    return found[1] + zeros


def _meant(label: str, column: Column | None = None) -> Status | None:
    """The reason for no answer that a label gives; where a column takes words, not to know is an answer."""
    if column and column.kind == "number or words" and is_dont_know(_bare(label)):
        return None
    return status_of(label) or status_of(_bare(label))


def no_answers(labels: Mapping[str, Mapping[str, str]], missing: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """The values that a file declares to be no answers in one of its columns, by a label or outright.

    Of one digit there are none: 9 is a usual code on a scale of five, and a usual answer on one of nine.
    """
    labelled = {code for texts in labels.values() for code, label in texts.items() if _meant(label)}
    return frozenset(code for code in labelled.union(*missing.values()) if len(code) > 1)


def _coded(plain: str, column: Column, style: Style) -> Cell:
    """A cell by the file's codes and the data dictionary."""
    if (code := style.codes.get(fold(plain))) is not None:
        _check_code(plain, code, column)
        return _typed(code, column, style)
    if column.kind == "choice" and fold(plain) in _known(column):
        return _typed(plain, column, style)
    if status := _meant(plain, column):
        return _without_answer(status, plain, column)
    return _typed(_with_label(plain, column), column, style)


def _check_code(plain: str, code: str, column: Column) -> None:
    """A code for the whole file must be no possible value of the column: 99 months are no refusal."""
    number = float(plain) if _NUMBER.fullmatch(plain) else None
    if number is not None and "low" in column.facts and column.facts["low"] <= number <= column.facts["high"]:
        raise Refused(
            f"{plain}, which records.yaml calls {code} in the whole file, and which may be an answer in this column",
            "a code that belongs to its columns",
            f"write in records.yaml `codes: {{{column.name}: {{{plain}: {code}}}}}` if it is one here, "
            f"or `values: {{{column.name}: {{{plain}: {plain}}}}}` if it is an answer",
        )


def _with_label(plain: str, column: Column) -> str:
    """A cell that holds a point of a scale with its label, such as `4 = good`, read by the label."""
    found = _CODE_AND_LABEL.fullmatch(plain) if column.kind in ("whole", "choice") else None
    return _known(column).get(fold(found[2]), plain) if found else plain


def _typed(plain: str, column: Column, style: Style) -> Cell:
    if column.kind in _WITH_NUMBERS:
        plain = _western(plain)
    if (status := SAYS.get(plain.casefold())) is not None:
        return _without_answer(status, plain, column)
    _refuse_live_text(plain)
    value = _PARSERS[column.kind](plain, column, style)
    return Cell(_status(value, column), _validated(value, plain, column))


def _western(plain: str) -> str:
    """Digits of any script as 0 to 9, and the minus and decimal signs that go with them.

    >>> _western("١٢٫٥"), _western("－３"), _western("−4")
    ('12.5', '-3', '-4')
    """
    if plain.isascii():
        return plain
    digits = "".join(str(unicodedata.decimal(sign, sign)) for sign in plain)
    return re.sub(r"^[−－](?=[0-9])", "-", digits.replace("٫", "."))


_WITH_NUMBERS = ("whole", "number", "number or words", "date")
SAYS = {text: status for status, texts in SPELLINGS.items() for text in (*texts, str(status))}


def _is_plain_id(text: str, column: Column, style: Style) -> bool:
    """Whether a text can only be an id. Long files hold a million different ones: this spares them what cannot apply."""
    if style.values.get(column.name) or style.column_codes.get(column.name) or not _PLAIN_ID.fullmatch(text):
        return False
    return text not in style.codes and is_no_word(text)


def _without_answer(status: Status, plain: str, column: Column) -> Cell:
    if column.needed:
        found = repr(plain) if plain and plain.casefold() in SAYS else shown(plain)
        raise Refused(found, column.expected, "fill the cell in, or take the row out if it belongs to nobody")
    return Cell(status)


def _refuse_live_text(plain: str) -> None:
    if found := control_in(plain):
        raise Refused(
            found, "plain text", "delete the character; an editor that shows invisible characters helps to find it"
        )
    if _FORMULA.match(plain):
        raise Refused(f"{shown(plain)}, which is a formula to a spreadsheet", "a plain value", _NO_FORMULA)
    if _MARKUP.search(plain):
        raise Refused(
            f"{shown(plain)}, which is markup",
            "plain text without HTML or scripts",
            "take the markup out of the file",
        )


def _status(value: Any, column: Column) -> Status:
    return Status.WORDS if column.kind == "number or words" and isinstance(value, str) else Status.ANSWERED


def _validated(value: Any, plain: str, column: Column) -> Any:
    try:
        return column.adapter.validate_python(value)
    except ValidationError:
        raise Refused(_found(value, plain, column), _wanted(column), _advice(column)) from None


def _found(value: Any, plain: str, column: Column) -> str:
    """What was found, with the side of the scale on which a number lies."""
    if isinstance(value, int | float) and "low" in column.facts and not shows_values():
        ends = column.facts["low"], column.facts["high"]
        side = f", below {ends[0]:g}" if value < ends[0] else f", above {ends[1]:g}" if value > ends[1] else ""
        return shown(plain) + (side or ", not a whole one")
    return shown(plain)


def _wanted(column: Column) -> str:
    return column.expected if column.needed else f"{column.expected}, or refused, not_asked or an empty cell"


def _advice(column: Column) -> str:
    if column.kind == "date":
        return (
            "if the day is of another calendar (such as the Islamic, Persian or Buddhist one), write it in the Gregorian "
            "calendar as yyyy-mm-dd; otherwise correct the year"
        )
    codes = ", ".join(texts[-1] for texts in SPELLINGS.values())
    mend = "correct the cell from the paper record, or, if the file means something by it, say what in records.yaml under `values`"
    if column.kind == "id":
        mend = "correct the cell"
    tail = f"; an answer that was not given is an empty cell, refused or not_asked (as numbers: {codes})"
    return mend + ("" if column.needed else tail)


def _number(plain: str, column: Column, style: Style) -> float | int:
    if fold(plain) in (labels := _known(column)):
        return int(labels[fold(plain)])
    return _to_number(_point(plain, column, style), plain, column)


def _point(plain: str, column: Column, style: Style) -> str:
    if not _COMMA_NUMBER.fullmatch(plain):
        return plain
    if _THOUSANDS.fullmatch(plain):
        raise Refused(
            f"{shown(plain)}, which may be a thousand or a decimal", _wanted(column), "write the number without a comma"
        )
    if not style.decimal_comma:
        raise Refused(f"{shown(plain)}, a decimal comma", _wanted(column), _NO_COMMA)
    return plain.replace(",", ".")


def _to_number(point: str, plain: str, column: Column) -> float | int:
    if not _NUMBER.fullmatch(point):
        raise Refused(shown(plain), _wanted(column), _advice(column))
    value = float(point)
    return int(value) if value.is_integer() else value


def _number_or_words(plain: str, column: Column, style: Style) -> float | int | str:
    if _RANGE_AS_DAY.fullmatch(plain):
        action = "write the range again, in a column with the format Text (5-10 becomes 5 October otherwise)"
        raise Refused(f"{shown(plain)}, a day that a spreadsheet made of a range", _wanted(column), action)
    return _number(plain, column, style) if re.fullmatch(r"[+-]?[0-9]+([.,][0-9]+)*|[+-].*", plain) else plain


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
    if plain.startswith(NO_DAY):
        return "a number for a day that no calendar has"
    if not _DAY_NUMBER.fullmatch(plain):
        return shown(plain)
    day = f" {_EXCEL_ZERO + timedelta(int(float(plain)))}" if shows_values() else ""
    return f"{shown(plain)}, which looks like Excel's number of the day{day}"


def _date_advice(plain: str) -> str:
    if _DAY_NUMBER.fullmatch(plain):
        return "give the column a date format in the spreadsheet and save again, or write the day as yyyy-mm-dd"
    if _DAY_FIRST.fullmatch(plain):
        return "write the day as yyyy-mm-dd, or say `dates: day first` for this file in records.yaml"
    return "write the day as yyyy-mm-dd"


def _choice(plain: str, column: Column, style: Style) -> str:
    return _known(column).get(fold(plain), plain)


def _name(plain: str, column: Column, style: Style) -> str:
    """A name with single blanks; in the spelling that pages know, if they know it."""
    known = {fold(name): name for name in column.facts.get("known", ())}
    return known.get(fold(plain), normal(plain))


def _known(column: Column) -> dict[str, str]:
    """The values of a column by their names, further spellings and themselves, folded."""
    labels = {fold(label): value for value, label in column.choices.items()}
    also = {fold(spelling): value for spelling, value in column.facts.get("also", {}).items()}
    return labels | {fold(value): value for value in column.choices} | also


def _text(plain: str, column: Column, style: Style) -> str:
    return plain


_PARSERS: dict[str, Callable[[str, Column, Style], Any]] = {
    "id": _text,
    "name": _name,
    "choice": _choice,
    "whole": _number,
    "number": _number,
    "number or words": _number_or_words,
    "date": _date,
}
