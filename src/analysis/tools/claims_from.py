"""`analysis claims-from`: every number of a text as a draft of claims.csv, to correct: what it is is a guess, that it stands there is not.

Of a text no more than five words around a number are kept, never a sentence. What reads like a number and is hardly a claim
(a list's numbering, a contents page, a citation, a code) is a row all the same, and its note says so.
"""

import csv
import io
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path

from analysis.errors import InputError
from analysis.files import read_pages
from analysis.quantities import parse_printed, parse_range
from analysis.results import inert
from analysis.study.claims import COLUMNS

WORDS_AROUND = 5
_MONTHS = "January February March April May June July August September October November December".split()
_MONTH = rf"(?:{'|'.join(_MONTHS)})"
_YEAR = r"(?:19|20)\d{2}"
_SIGN = r"[£€$¥]"
_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_SCALE = r"(?:thousand|million|billion|bn|mn|m|k)\b"
_COUNTED = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen"
    " nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred"
).split()
# Words that stand for a figure: what they are read as, in which unit, as what kind.
_READ = {
    "all": ("100", "%", "share"),
    "every": ("100", "%", "share"),
    "most": ("50..100", "%", "share"),
    "mostly": ("50..100", "%", "share"),
    "majority": ("50..100", "%", "share"),
    "minority": ("0..50", "%", "share"),
    "half": ("0.5", "ratio", "share"),
    "both": ("2", "items", "count"),
    "couple": ("2", "items", "count"),
    "single": ("1", "items", "count"),
    "once": ("1", "times", "count"),
    "zero": ("0", "items", "count"),
    "more than one": ("1", "items", "threshold"),
    "weekly": ("1", "weeks", "duration"),
    "monthly": ("1", "months", "duration"),
    "quarterly": ("3", "months", "duration"),
    "bi-annual": ("6", "months", "duration"),
    "yearly": ("12", "months", "duration"),
}
_TOKEN = re.compile(
    "|".join((
        rf"(?P<day>\d{{1,2}}(?:st|nd|rd|th)? {_MONTH},? {_YEAR})",
        rf"(?P<month>{_MONTH},? {_YEAR})",
        r"(?P<date>\d{1,2}/\d{1,2}/(?:\d{4}|\d{2})(?!\d))",
        rf"(?P<years>{_YEAR} ?[-–/] ?(?:{_YEAR}|\d{{1,2}})(?!\d))",
        rf"(?P<range>{_SIGN}?(?:{_NUMBER})%? ?[-–] ?{_SIGN}?(?:{_NUMBER})(?![\d/])%?)",
        r"(?P<slash>\d+/\d+)",
        rf"(?P<figure>{_SIGN} ?(?:{_NUMBER}) ?(?:{_SCALE})?|(?:{_NUMBER}) ?[½¼¾⅓⅔]|(?:{_NUMBER}) ?(?:%|per cent|{_SCALE})|(?:{_NUMBER})|[½¼¾⅓⅔])",
        rf"(?P<counted>\b(?:{'|'.join(_COUNTED)})(?:[- ](?:{'|'.join(_COUNTED)}))*\b)",
        rf"(?P<read>\b(?:{'|'.join(sorted(_READ, key=len, reverse=True))})\b)",
    )),
    re.IGNORECASE,
)  # fmt: skip
_REFERENCE = re.compile(r"(?:[Ff]igure|[Tt]able|[Pp]age|\bp\.|[Ss]ection|[Aa]ppendix|[Cc]hapter|\bNo\.)\s*$")
_NAMED = re.compile(
    r"\b(?:level|phase|stage|step|wave|strand|tier|cohort|round|version|year|question|objective|outcome|module|unit|form|group"
    r"|grade|band|zone|part|package|priority|theme) ?$",
    re.I,
)
_AUTHOR = re.compile(r"(?:[A-Z][a-z]+,?|al\.?,?)\s*\(?$")
_GAP = re.compile(r"(?<=\S) {3,}(?=\S)")  # between the columns of a page's layout
HARDLY = "likely no claim"
_NEAR = 120  # letters on either side of a number that are looked at
_CONTENTS = 300  # letters of the longest line of a contents page
_LONGEST = 60  # letters of a number; a longer run of digits is none
_BOUND = re.compile(
    r"(?:more than|less than|fewer than|at least|at most|up to|over|under|about|around|approximately|almost|nearly|some) $",
    re.I,
)
_UNITS = {
    "%": "%", "people": "people", "participants": "people", "women": "people", "migrants": "people", "men": "people",
    "refugees": "people", "respondents": "people", "months": "months", "month": "months", "weeks": "weeks",
    "week": "weeks", "years": "years", "year": "years", "days": "days", "hours": "hours", "hour": "hours",
    "partners": "partners", "sessions": "sessions", "points": "points", "languages": "languages",
}  # fmt: skip
_DURATIONS = frozenset({"months", "weeks", "years", "days", "hours"})
_MONEY = {"£": "GBP", "€": "EUR", "$": "USD", "¥": "JPY"}
_HEAD = (
    "# A draft, made by analysis claims-from: each row is a number that stands in the text.",
    "# Delete the rows that are no claims (their note often says why); say in your own words what the others state;",
    "# correct unit and kind. Rows of one quantity are the same value published again. See docs/tables.md#claims-csv",
)


@dataclass(frozen=True)
class Found:
    """A number of a text: where it stands, as printed and read, the few words around, and what it may be."""

    page: int
    line: int
    section: str
    words: str
    printed: str
    value: str
    unit: str
    kind: str
    note: str = ""


def check_target(target: Path, prefix: str) -> None:
    """Raise InputError for a file that is there already, and for a prefix that no claim's id can have."""
    if not re.fullmatch("[A-Z]{2,4}", prefix):
        told = {"found": repr(prefix), "expected": "two to four capital letters", "action": "write it as --prefix AB"}
        raise InputError("the command line", column="--prefix", **told)
    if target.exists():
        told = {
            "found": "a file of this name",
            "expected": "none yet",
            "action": "name another with --to, or delete it",
        }
        raise InputError(target.name, **told)


def claims_from(path: Path) -> list[Found]:
    """Every number of a text file, or of a PDF's text layer, in order. Raises InputError for a file that cannot be read."""
    found, section, number, header = [], "Opening", 0, [""]
    for page, text in enumerate(pages_of(path), start=1):
        for line in text.split("\n"):
            number += 1
            section = _heading(line) or section
            header = _header(line) or header
            found += _in_line(line, page, number, section, header)
    return found


def draft(found: Iterable[Found], prefix: str = "XX") -> str:
    """The numbers as a draft of claims.csv, with a commented head; `quantity` is one for all prints of a value."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow([*COLUMNS, "page"])
    listed, first = list(found), dict[tuple[str, str], int]()
    for place, each in enumerate(listed, start=1):
        # One digit, or a word such as all, is printed again by chance.
        telling = sum(map(str.isdigit, each.value)) > 1 and not each.note.startswith("a word")
        origin = first.setdefault((each.value, each.unit), place) if telling else place
        again = f"the value of {prefix}-{origin:03}, published again" if origin < place else ""
        note, page = "; ".join(filter(None, (each.note, again))), each.page if listed[-1].page > 1 else ""
        cells = (each.section, f"figure_{origin}", each.words, each.printed, each.value, each.unit, "", each.kind, "")
        writer.writerow([f"{prefix}-{place:03}", each.line, *map(inert, cells), note, page])
    return "\n".join((*_HEAD, target.getvalue()))


def pages_of(path: Path) -> list[str]:
    """The pages of a text, or of a PDF's text layer; lines are counted on from page to page."""
    if path.suffix.lower() != ".pdf":
        return read_pages(path, path.name)
    if not path.is_file():
        raise _no_text(path, "no such file", "correct the path")
    return _with_pypdf(path) or _with_pdftotext(path)


def _with_pypdf(path: Path) -> list[str]:
    """The text layer page by page, where pypdf is installed; nothing otherwise."""
    try:
        from pypdf import PdfReader
        from pypdf.errors import PyPdfError
    except ImportError:
        return []
    try:
        pages = [page.extract_text(extraction_mode="layout") for page in PdfReader(path).pages]
    except (PyPdfError, ValueError, KeyError, TypeError) as error:
        raise _no_text(
            path, f"a file that pypdf cannot read ({type(error).__name__})", "save it as a PDF again"
        ) from None
    return _not_blank(path, pages)


def _with_pdftotext(path: Path) -> list[str]:
    program = shutil.which("pdftotext")
    if program is None:
        raise _no_text(
            path, "a PDF, and neither pypdf nor pdftotext", "install one of them, or save the PDF's text as .txt"
        )
    done = subprocess.run([program, "-layout", "-enc", "UTF-8", str(path), "-"], capture_output=True, timeout=120)
    if done.returncode:
        raise _no_text(path, "a file that pdftotext cannot read", "save it as a PDF again")
    return _not_blank(path, done.stdout.decode("utf-8", errors="replace").removesuffix("\f").split("\f"))


def _not_blank(path: Path, pages: list[str]) -> list[str]:
    if not any(page.strip() for page in pages):
        raise _no_text(path, "a PDF without a text layer, such as a scan", "have its text recognised (OCR) first")
    return [_GAP.sub("\t", page) for page in pages]


def _no_text(path: Path, found: str, action: str) -> InputError:
    return InputError(path.name, found=found, expected="a text, or a PDF with a text layer", action=action)


def _heading(line: str) -> str:
    """A short line without a full stop, a number and a table's cells: a heading, cut to a few words."""
    plain = line.strip()
    is_one = plain[:1].isupper() and not re.search(r"[.\t:;]|\d", plain) and len(plain.split()) <= 10
    return " ".join(re.findall(r"[^\W\d]+", plain)[:WORDS_AROUND]) if is_one else ""


def _header(line: str) -> list[str]:
    """The cells of a row of a table that has no number in it: the names of its columns, cut to a few words."""
    cells = [" ".join(cell.split()[:WORDS_AROUND]) for cell in line.split("\t")]
    return cells if any(cells[1:]) and not re.search(r"\d", line) else []


def _in_line(line: str, page: int, number: int, section: str, header: list[str]) -> Iterator[Found]:
    """The numbers of a line; in a row of a table the words are the first cell's, which name the row, and the note has
    the name of the column."""
    is_row = "\t" in line.strip()
    row = " ".join(re.findall(r"[^\W\d]+", line.partition("\t")[0])[:WORDS_AROUND]) if is_row else ""
    at = counted = 0
    for match in _TOKEN.finditer(line):
        each = None if len(match[0]) > _LONGEST or _inside_a_word(line, match) else _read(line, match)
        if each is not None:
            words = row or _around(line, match) or "a number"
            at, counted = at + line.count("\t", counted, match.start()), match.start()
            column = f"column: {header[at]}" if row and 0 < at < len(header) and header[at] else ""
            note = "; ".join(filter(None, (each.note or _hardly(line, match), column)))
            yield replace(each, page=page, line=number, section=section, words=words, note=note)


def _inside_a_word(line: str, match: re.Match[str]) -> bool:
    """Whether letters run into the number, as in a code or a postcode; the suffix of a scale or an ordinal does not count."""
    before, after = _sides(line, match, 1)
    return before.isalpha() and not match[0][0].isalpha() and after.isalpha()


def _sides(line: str, match: re.Match[str], near: int = _NEAR) -> tuple[str, str]:
    """What stands before and after a number in its line, as far as it is near."""
    return line[max(match.start() - near, 0) : match.start()], line[match.end() : match.end() + near]


def _around(line: str, match: re.Match[str]) -> str:
    """At most five words around a number, without other numbers."""
    before, after = (re.findall(r"[^\W\d]+", side) for side in _sides(line, match))
    before = before[-2:]
    after = after[: WORDS_AROUND - len(before)]
    return " ".join((*before, *after))


def _hardly(line: str, match: re.Match[str]) -> str:
    """Why a number is hardly a claim; nothing where it may be one."""
    before, after = _sides(line, match)
    if not match[0][0].isdigit() or "%" in match[0]:
        return ""
    reasons = {
        "numbering": match.start() <= _NEAR and not before.strip(" \t(•-") and re.match(r"[.):]\s", after),
        "a contents page": len(line) <= _CONTENTS
        and re.fullmatch(r"\s*\d{1,3} [A-Z][^.\t]{0,60}|[^\t]*\.{4,}\s*\d+\s*", line),
        "a reference to a page, figure or number": _REFERENCE.search(before),
        "the name of a level, step or part": _NAMED.search(before) and re.fullmatch(r"\d{1,2}", match[0]),
        "a citation": re.fullmatch(_YEAR, match[0]) and _AUTHOR.search(before) and re.match(r"\s*[),:;]", after),
        "one to one": re.search(r"\b1 ?(?::|-|to) ?$", before) or re.match(r" ?(?::|-|to) ?1\b", after),
        "an address": re.search(r"(?:https?:|www\.)\S*$", before),
        "part of a name or code": re.search(r"[^\W\d][-–]?$", before)
        or re.match(r"[^\W\d]", after)
        or re.match(r"0\d", match[0]),
    }
    return next((f"{HARDLY}: {reason}" for reason, holds in reasons.items() if holds), "")


def _read(line: str, match: re.Match[str]) -> Found | None:
    """A match as a number, with the words that bound it; None where it is none after all."""
    printed, sort = match[0].strip(), str(match.lastgroup)
    if sort in ("day", "month", "date", "years"):
        value = _date(printed, sort)
        return _found(printed, value, "date", "date") if value else None
    if sort == "read":
        value, unit, kind = _READ[printed.lower()]
        return _found(printed, value, unit, kind, f"a word, read as {value} {unit}")
    if sort == "slash":
        low, high = printed.split("/")
        value = f"{low}..{high}" if int(low) < int(high) else low
        return _found(printed, value, "items", "count", "two numbers with a stroke between; which is meant is open")
    if sort == "range":
        return _range(printed) or _figure(line, match, re.split(r" ?[-–]", printed)[0])
    return _figure(line, match, printed)


def _range(printed: str) -> Found | None:
    ends = parse_range(printed)
    if ends is None:
        return None
    unit = _MONEY.get(printed[0], "%" if "%" in printed else "items")
    kind = "money" if printed[0] in _MONEY else "share" if "%" in printed else "count"
    return _found(printed, "..".join(f"{end.value:f}" for end in ends), unit, kind)


def _figure(line: str, match: re.Match[str], printed: str) -> Found | None:
    before, behind = _sides(line, match)
    bound = _BOUND.search(before)
    told = (bound[0] if bound else "") + printed
    try:
        value = parse_printed(printed).value
        whole = value.quantize(Decimal(1)) if value == value.to_integral() else value.normalize()
    except (ValueError, InvalidOperation):  # the latter of more digits than can be computed with
        return None
    if re.fullmatch(_YEAR, printed):
        return _found(printed, printed, "date", "date")
    after = re.match(r"(?:\W*[^\W\d]+){1,3}", behind)
    near = re.findall(r"[^\W\d]+", after[0].lower()) if after else []
    unit = next((_UNITS[word] for word in near if word in _UNITS), "items")
    if printed[0] in _MONEY:
        unit = _MONEY[printed[0]]
    elif "%" in printed or "per cent" in printed.lower():
        unit = "%"
    kind = (
        "money"
        if unit in _MONEY.values()
        else "share"
        if unit == "%"
        else "duration"
        if unit in _DURATIONS
        else "count"
    )
    return _found(told, f"{whole:f}", unit, kind)


def _date(printed: str, sort: str) -> str:
    """A date as ISO, of which days and months that cannot be are none."""
    if sort == "years":
        first, last = re.split(r" ?[-–/] ?", printed)
        last = last if len(last) == 4 else first[: 4 - len(last)] + last
        return f"{first}..{last}" if int(first) < int(last) else ""
    if sort == "date":
        day, month, year = printed.split("/")
        year = year if len(year) == 4 else f"20{year}"
        return f"{year}-{int(month):02}-{int(day):02}" if 0 < int(month) < 13 and 0 < int(day) < 32 else ""
    *day, month, year = printed.replace(",", "").split()
    at = f"{year}-{_MONTHS.index(month.capitalize()) + 1:02}"
    return f"{at}-{int(re.sub(r'[a-z]', '', day[0])):02}" if day else at


def _found(printed: str, value: str, unit: str, kind: str, note: str = "") -> Found:
    return Found(1, 0, "", "", printed, value, unit, kind, note)


def summary(found: list[Found]) -> Iterator[str]:
    """How many numbers there are, and how many of them are hardly claims."""
    hardly = sum(HARDLY in each.note for each in found)
    kinds = Counter(each.kind for each in found)
    yield f"{len(found)} number{'' if len(found) == 1 else 's'} ({', '.join(f'{count} {kind}' for kind, count in kinds.most_common())})"
    yield f"{hardly} of them hardly claims, as their note says; more will be, and only a reader can tell"
