"""Exports of survey platforms: KoboToolbox and ODK, Qualtrics, SurveyMonkey, Microsoft and Google Forms. What is theirs is taken off.

Kobo and ODK put the group in front of a question (`before/confidence_pre`; ODK Central writes `before-confidence_pre`)
and add columns about the submission. Qualtrics writes up to three header rows (names, question texts, import ids as JSON)
and columns about the response; SurveyMonkey a second one with the choices. Columns about the respondent are never read.
What a platform calls a response stands in `platform_words.yaml`; a word that does not stops the run.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from analysis.errors import InputError
from analysis.participants.codes import fold
from analysis.participants.grid import Grid, empty

_WORDS = Path(__file__).with_name("platform_words.yaml")
_RESPONSE_ID = re.compile(r"(?:R|FS|SV)_\w+")
_OWN_GROUP = re.compile(r"group_[a-z]{2}\w{3,9}")  # as Kobo's form builder names a group that nobody named
READ, LEAVE_OUT = "read", "leave out"


@dataclass(frozen=True)
class Platform:
    """How one platform's exports are known and what of them is left out.

    `signs`: sets of columns of which one, all together, gives the platform away. `own`: its own columns, never read.
    `body`: the export without its further header rows. `groups`: marks between group and question. `words`: its part of
    `platform_words.yaml`.
    """

    name: str
    signs: tuple[frozenset[str], ...]
    own: re.Pattern[str]
    body: Callable[[Grid], Grid] = lambda grid: grid
    groups: str = ""
    words: str = ""

    def is_own(self, header: str) -> bool:
        """Whether a column is about the response and not part of the questionnaire."""
        return bool(self.own.fullmatch(header))


@dataclass(frozen=True)
class Body:
    """The rows of an export that are answers of people. `own`: positions of columns that are the platform's, by the marks in
    its header rows; `left_out`: how many rows were left out, since records.yaml says so."""

    grid: Grid
    own: frozenset[int] = field(default_factory=frozenset)
    left_out: int = 0


@cache
def words() -> dict[str, Any]:
    """What platforms write of a response, and which groups are about the person who answers."""
    found: dict[str, Any] = yaml.safe_load(_WORDS.read_text(encoding="utf-8"))
    return found


def _without_qualtrics_rows(grid: Grid) -> Grid:
    """The row with import ids goes, and the one above it, which holds the question texts in the account's language.

    Without import ids the second row is one of texts where it holds no response id, though the rows below do.
    """
    ids = _import_row(grid)
    extra = int(_is_text_row(grid)) if ids is None else ids + 1
    labels = tuple(grid.rows[extra - (1 if ids is None else 2)]) if extra > int(ids is not None) else grid.labels
    return replace(grid, labels=labels, rows=grid.rows[extra:], numbers=grid.numbers[extra:])


def _import_row(grid: Grid) -> int | None:
    return next((place for place, row in enumerate(grid.rows[:3]) if any(_import_id(cell) for cell in row)), None)


def _import_id(cell: str) -> str:
    """The id in a cell such as {"ImportId":"QID1_TEXT"}, or nothing."""
    if not cell.lstrip().startswith("{"):
        return ""
    try:
        return str(json.loads(cell).get("ImportId", ""))
    except (ValueError, AttributeError, RecursionError):
        return ""


def _is_text_row(grid: Grid) -> bool:
    place = next((i for i, name in enumerate(grid.header) if name.casefold() == "responseid"), None)
    if place is None:
        return False
    first, below = grid.rows[0][place], [row[place] for row in grid.rows[1:]]
    if fold(first).replace(" ", "") == "responseid":
        return True
    return not _RESPONSE_ID.fullmatch(first) and bool(below) and all(_RESPONSE_ID.fullmatch(cell) for cell in below)


def _without_choices_row(grid: Grid) -> Grid:
    """SurveyMonkey's second row says of each column `Response` or which choice it is; no respondent stands in it."""
    place = next(i for i, name in enumerate(grid.header) if name.casefold() == "respondent id")
    if grid.rows[0][place].strip():
        return grid
    return replace(grid, rows=grid.rows[1:], numbers=grid.numbers[1:])


def _own(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def _signs(*signs: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(names.split("|")) for names in signs)


KOBO = Platform(
    "KoboToolbox or ODK",
    signs=_signs("_uuid", "_submission_time", "meta/instanceid", "key|submissiondate", "key|meta-instanceid"),
    own=_own(
        r"_id|_uuid|_index|_submission_time|_validation_status|_notes|_status|_submitted_by|_tags|__version__|_xform_id_string|_version_|"
        r"_parent_(?:table_name|index)|_submission__\w+|start|end|today|deviceid|subscriberid|simserial|phonenumber|username|device-?id|"
        r"(?:formhub|meta)[/\-.]\w+|instanceid|instancename|key|submissiondate|submitterid|submittername|attachments(?:present|expected)|"
        r"status|reviewstate|edits|formversion|isvalidated"
    ),
    groups="/-.",
    words="kobo",
)

QUALTRICS = Platform(
    "Qualtrics",
    signs=_signs("responseid|recordeddate", "responseid|startdate"),
    own=_own(
        r"startdate|enddate|status|ipaddress|progress|duration(?: \(in seconds\))?|finished|recordeddate|responseid|_?recordid|recipient\w+|"
        r"externalreference|externaldatareference|location(?:latitude|longitude)|distributionchannel|userlanguage|q_\w+"
    ),
    body=_without_qualtrics_rows,
    words="qualtrics",
)

SURVEYMONKEY = Platform(
    "SurveyMonkey",
    signs=_signs("respondent id|collector id"),
    own=_own(
        r"respondent id|collector id|(?:start|end) date|date (?:created|modified)|ip address|email address|(?:first|last) name|custom data \d+"
    ),
    body=_without_choices_row,
)

MICROSOFT = Platform(
    "Microsoft Forms",
    signs=_signs("start time|completion time"),
    own=_own(r"id|(?:start|completion|last modified) time|email|name|language"),
)

GOOGLE = Platform("Google Forms", signs=_signs("timestamp"), own=_own(r"timestamp|username|email address|score"))

PLATFORMS = (KOBO, QUALTRICS, SURVEYMONKEY, MICROSOFT, GOOGLE)


def platform_of(grid: Grid) -> Platform | None:
    """The platform an export comes from, or None for a plain table."""
    names = {name.casefold() for name in grid.header}
    known = (platform for platform in PLATFORMS if any(signs <= names for signs in platform.signs))
    return next(known, QUALTRICS if _import_row(grid) is not None else None)


def plain(grid: Grid, platform: Platform, rows: Mapping[str, Mapping[str, str]]) -> Body:
    """The rows of an export that are responses of people; row numbers stay those of the file.

    `rows` says, for a column of the platform, which values mark a row to be read or left out. Raises InputError for a
    row that the platform marks as no response (a preview, a test, spam, a rejected form), and for a mark that is not
    known, unless `rows` says what is to become of it.
    """
    if not grid.rows:
        raise empty(grid.file)
    imports = _imports(grid, platform)
    own = frozenset(place for place, name in enumerate(imports) if name and platform.is_own(name))
    body = replace(platform.body(grid), format=f"{grid.format}, exported from {platform.name}")
    told = {name.casefold(): {fold(text): what for text, what in values.items()} for name, values in rows.items()}
    out: set[int] = set()
    for place, column, known in _marks(body, imports, platform):
        out |= _left_out(body, place, known, told.get(column, {}), platform)
    kept = [place for place in range(len(body.rows)) if place not in out]
    rest = replace(body, rows=[body.rows[i] for i in kept], numbers=[body.numbers[i] for i in kept]) if out else body
    return Body(rest, own, len(out))


def no_responses(grid: Grid, platform: Platform) -> dict[str, dict[str, str]]:
    """What `plain` may be told, `rows`, so that rows that the platform itself calls no response are left out; none is unknown."""
    body, found = platform.body(grid), dict[str, dict[str, str]]()
    for place, column, known in _marks(body, _imports(grid, platform), platform):
        none = {fold(word) for word in known["none"]}
        if marks := {row[place].strip(): LEAVE_OUT for row in body.rows if fold(row[place]) in none}:
            found.setdefault(column, {}).update(marks)
    return found


def _imports(grid: Grid, platform: Platform) -> list[str]:
    """The import id of each column of a Qualtrics export; nothing elsewhere."""
    ids = _import_row(grid) if platform is QUALTRICS else None
    return [_import_id(cell) for cell in grid.rows[ids]] if ids is not None else [""] * len(grid.header)


def _marks(body: Grid, imports: list[str], platform: Platform) -> Iterator[tuple[int, str, Mapping[str, list[str]]]]:
    """The columns in which the platform marks responses: the place, the name in `platform_words.yaml`, and its words there."""
    for column, known in (words().get(platform.words) or {}).items():
        for place, name in enumerate(body.header):
            if column in (name.casefold(), imports[place].casefold()):
                yield place, column, known


def _left_out(
    grid: Grid, place: int, known: Mapping[str, list[str]], told: Mapping[str, str], platform: Platform
) -> set[int]:
    marks = {"": READ} | {fold(word): READ for word in known["response"]} | {fold(word): "" for word in known["none"]}
    marks |= told
    found = [(i, row[place].strip()) for i, row in enumerate(grid.rows)]
    stopped = {text: i for i, text in reversed(found) if not marks.get(fold(text))}
    if stopped:
        raise _no_response(grid, place, stopped, set(marks), platform)
    return {i for i, text in found if marks[fold(text)] == LEAVE_OUT}


def _no_response(grid: Grid, place: int, stopped: Mapping[str, int], known: set[str], platform: Platform) -> InputError:
    """The marks of a platform are its own words and no answers, so they are named."""
    said = [f"{text!r}{'' if fold(text) in known else ', which is not known'}" for text in stopped]
    entry = json.dumps({grid.header[place]: dict.fromkeys(stopped, LEAVE_OUT)}, ensure_ascii=False)
    return InputError(
        grid.file,
        row=grid.numbers[min(stopped.values())],
        column=grid.header[place],
        found="; ".join(said),
        expected="responses of participants only",
        action=f"leave previews, tests, spam and rejected forms out when exporting from {platform.name}; or say in records.yaml "
        f"under `rows` what is to become of such rows (`{READ}` or `{LEAVE_OUT}`): `rows: {entry}`",
    )


def is_about_the_person(groups: str, named: tuple[str, ...]) -> bool:
    """Whether each group of a question's path is known to be about the person who answers, or named so in records.yaml.

    >>> is_about_the_person("about/before", ()), is_about_the_person("child", ()), is_about_the_person("child", ("child",))
    (True, False, True)
    """
    known = {_squashed(name) for name in (*words()["groups"], *named)}
    parts = re.split(r"[/.\-]", groups)
    each = all(_squashed(part) in known or _OWN_GROUP.fullmatch(part) for part in parts)
    return each or _squashed(groups) in known


def _squashed(name: str) -> str:
    return fold(re.sub(r"[\W_]+", " ", name))
