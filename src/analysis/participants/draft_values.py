"""What people write into cells, as the data dictionary has it: times in words, decimal commas, days in several orders."""

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta

from analysis.participants.codes import status_of

MONTHS_IN = {"years": 12.0, "months": 1.0, "weeks": 12 / 52, "days": 12 / 365}
_UNITS = {
    "years": r"years?|yrs?|y",
    "months": r"months?|mths?|mos?|m",
    "weeks": r"weeks?|wks?|w",
    "days": r"days?|d",
}
_AMOUNT = r"\d+(?:[.,]\d{1,2})?"
_ONE = {unit: re.compile(rf"({_AMOUNT})\s*(?:{names})\b\.?", re.IGNORECASE) for unit, names in _UNITS.items()}
_GLUE = re.compile(r"(?:\b(?:and|a|about|approx(?:imately)?|ca|c|around)\b|[&,+.~\s])*", re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
_DAY = re.compile(r"(\d{1,2})\s*[/.\-]\s*(\d{1,2})\s*[/.\-]\s*(\d{4}|\d{2})(?:[ T]\d{1,2}:\d{2}.*)?")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]\d{1,2}:\d{2}.*)?")
_NAMED = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[\s\-]+([A-Za-z]{3,9})\.?,?[\s\-]+(\d{4})")
_MONTHS = {name: place for place, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1)}


def scale_labels(labels: Mapping[str, str], texts: Iterable[str], missing: Collection[str] = ()) -> Mapping[str, str]:
    """The labels by which the cells of a scale are read; where a file names the ends alone, its numbers are read as they are.

    >>> scale_labels({"1": "Not at all", "9": "Very", "99": "Refused"}, ["1", "4", "9", "99"])
    {'99': 'Refused'}
    """
    named = [
        float(code)
        for code, label in labels.items()
        if _NUMBER.fullmatch(code) and code not in missing and not status_of(label)
    ]
    inner = {text for text in texts if text not in labels and re.fullmatch(r"-?\d+(\.\d+)?", text)}
    if len(named) < 2 or not any(min(named) < float(text) < max(named) for text in inner):
        return labels
    return {code: label for code, label in labels.items() if code in missing or status_of(label)}


def one_choice(text: str) -> str:
    """A choice without the mark that some forms put behind each.

    >>> one_choice("Sewing;"), one_choice("English;Sewing;")
    ('Sewing', 'English;Sewing;')
    """
    plain = text.strip().removesuffix(";").strip()
    return text if ";" in plain else plain


def fold_id(text: str) -> str:
    """An id for comparison: without regard to case and blanks."""
    return "".join(text.split()).casefold()


def shape(text: str) -> str:
    """The form of a cell without its content.

    >>> shape("NW-001"), shape("20/10/2023"), shape("2 years"), shape("1,5"), shape("Work club")
    ('2 letters-3 digits', 'd/m/yyyy', "number + 'years'", 'number with a decimal comma', 'text of 2 words')
    """
    plain = text.strip()
    if _DAY.fullmatch(plain):
        return "d/m/yyyy" if len(re.split(r"\D+", plain)[2]) == 4 else "d/m/yy"
    if _ISO.fullmatch(plain):
        return "yyyy-mm-dd"
    if _NUMBER.fullmatch(plain):
        return _number_shape(plain)
    for unit, pattern in _ONE.items():
        if pattern.fullmatch(plain):
            return f"number + '{unit}'"
    if re.fullmatch(r"[A-Za-z0-9_.\-]+", plain) and any(sign.isdigit() for sign in plain):
        return re.sub(r"(?<=[a-z])(?=\d)", " ", re.sub(r"[A-Za-z]+|\d+", _run, plain)).strip()
    words = len(plain.split())
    return "one word" if words == 1 else f"text of {min(words, 9)} words" if words < 9 else "longer text"


def _run(found: re.Match[str]) -> str:
    what = "digit" if found[0][0].isdigit() else "letter"
    return f"{len(found[0])} {what}{'' if len(found[0]) == 1 else 's'}"


def _number_shape(plain: str) -> str:
    if "," in plain:
        return "number with a decimal comma"
    digits = plain.lstrip("+-")
    return "number with decimals" if "." in digits else f"{len(digits)} digit{'s' if len(digits) > 1 else ''}"


def point(text: str) -> str:
    """A number with a decimal comma as one with a point; a comma before three digits may be a thousand, and stays.

    >>> point("1,5"), point("1,500")
    ('1.5', '1,500')
    """
    return text.replace(",", ".") if re.fullmatch(r"[+-]?\d+,(\d{1,2}|\d{4,})", text.strip()) else text


def months(text: str, unit: str | None) -> str | None:
    """A time as months, as text; None where it is no time, or a plain number whose unit nobody said.

    >>> months("2 years", None), months("16 months", None), months("1 yr 6 m", None), months("1,5", "years"), months("3", None)
    ('24', '16', '18', '18', None)
    """
    plain = text.strip()
    if _NUMBER.fullmatch(plain):
        return (
            _plain_number(float(point(plain)) * MONTHS_IN[unit])
            if unit in MONTHS_IN and "," not in point(plain)
            else None
        )
    total, rest = 0.0, plain
    for name, pattern in _ONE.items():
        if found := pattern.search(rest):
            total += float(found[1].replace(",", ".")) * MONTHS_IN[name]
            rest = rest[: found.start()] + " " + rest[found.end() :]
    return _plain_number(total) if rest != plain and _GLUE.fullmatch(rest) else None


def _plain_number(value: float) -> str:
    return f"{round(value, 2):g}"


def has_unit(text: str) -> bool:
    """Whether a time says its own unit."""
    return months(text, None) is not None


def age(text: str) -> str | None:
    """An age in whole years, as text; None where it is none.

    >>> age("34"), age("34 years old"), age("7 yrs"), age("25-34"), age("1989")
    ('34', '34', '7', None, None)
    """
    found = re.fullmatch(r"(\d{1,3})(?:[.]0+)?( ?(years?|yrs?)( old)?| ?y/?o)?", text.strip().casefold())
    return found[1] if found else None


def day(text: str, order: str) -> str | None:
    """A day as yyyy-mm-dd; None where there is none, or its order is not said. Two digits of a year are of this century.

    >>> day("3/10/2023", "day first"), day("2023-10-03 00:00:00", "?"), day("3 Oct 2023", "?"), day("3/10/2023", "?")
    ('2023-10-03', '2023-10-03', '2023-10-03', None)
    """
    plain = text.strip()
    try:
        if found := _ISO.fullmatch(plain):
            return date(int(found[1]), int(found[2]), int(found[3])).isoformat()
        if found := _NAMED.fullmatch(plain):
            return date(int(found[3]), _MONTHS[found[2][:3].casefold()], int(found[1])).isoformat()
        if not (found := _DAY.fullmatch(plain)) or order not in ("day first", "month first"):
            return None
        first, second = int(found[1]), int(found[2])
        of_day, of_month = (first, second) if order == "day first" else (second, first)
        return date(int(found[3]) + (2000 if len(found[3]) == 2 else 0), of_month, of_day).isoformat()
    except (ValueError, KeyError):
        return None


def serial_day(text: str) -> str | None:
    """The day that a spreadsheet's number stands for, counted from 1900, as yyyy-mm-dd; None for other texts and other centuries.

    >>> serial_day("45202"), serial_day("1990")
    ('2023-10-03', None)
    """
    plain = text.strip()
    if not re.fullmatch(r"[2-6]\d{4}", plain):
        return None
    return (date(1899, 12, 30) + timedelta(int(plain))).isoformat()


def is_day(text: str) -> bool:
    """Whether a text has the form of a day."""
    return bool(_ISO.fullmatch(text.strip()) or _DAY.fullmatch(text.strip()) or _NAMED.fullmatch(text.strip()))


def order_of(texts: Iterable[str]) -> str:
    """In which order days are written: `iso` where all say it themselves, `?` where nothing decides.

    >>> order_of(["3/10/2023", "25/10/2023"]), order_of(["3/10/2023", "4/5/2023"]), order_of(["2023-01-01"])
    ('day first', '?', 'iso')
    """
    found = [each for text in texts if (each := _DAY.fullmatch(text.strip()))]
    if not found:
        return "iso"
    first, second = any(int(each[1]) > 12 for each in found), any(int(each[2]) > 12 for each in found)
    return "?" if first == second else "day first" if first else "month first"
