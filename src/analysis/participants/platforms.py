"""Exports of survey platforms: KoboToolbox and ODK, and Qualtrics. What is theirs is taken off, what is ours stays.

Kobo and ODK put the group in front of a question (`before/confidence_pre`; ODK Central writes `before-confidence_pre`)
and add columns about the submission. Qualtrics writes three header rows (names, question texts, import ids as JSON;
its Excel export has no third row) and columns about the response, some of which identify a person: none is kept.
"""

import re
from dataclasses import dataclass, replace

from analysis.errors import InputError
from analysis.participants.grid import Grid, empty


@dataclass(frozen=True)
class Platform:
    """How one platform's exports are known and what of them is left out.

    `signs`: sets of columns of which one, all together, gives the platform away. `own`: its own columns, never read.
    `groups`: marks between group and question. `unfit`: values of its columns that mark a row as no valid response.
    """

    name: str
    signs: tuple[frozenset[str], ...]
    own: re.Pattern[str]
    groups: str = ""
    unfit: dict[str, frozenset[str]] | None = None


KOBO = Platform(
    "KoboToolbox or ODK",
    signs=tuple(
        map(
            frozenset,
            (
                ["_uuid"],
                ["_submission_time"],
                ["meta/instanceid"],
                ["key", "submissiondate"],
                ["key", "meta-instanceid"],
            ),
        )
    ),
    own=re.compile(
        r"_id|_uuid|_index|_submission_time|_validation_status|_notes|_status|_submitted_by|_tags|__version__|_xform_id_string|_version_|"
        r"_parent_(?:table_name|index)|_submission__\w+|start|end|today|deviceid|subscriberid|simserial|phonenumber|username|device-?id|"
        r"(?:formhub|meta)[/\-.]\w+|instanceid|instancename|key|submissiondate|submitterid|submittername|attachments(?:present|expected)|"
        r"status|reviewstate|edits|formversion|isvalidated",
        re.IGNORECASE,
    ),
    groups="/-.",
    unfit={
        "_validation_status": frozenset({"validation_status_not_approved", "not approved"}),
        "reviewstate": frozenset({"rejected"}),
    },
)

QUALTRICS = Platform(
    "Qualtrics",
    signs=(frozenset({"responseid", "recordeddate"}), frozenset({"responseid", "startdate"})),
    own=re.compile(
        r"startdate|enddate|status|ipaddress|progress|duration \(in seconds\)|finished|recordeddate|responseid|recipient\w+|externalreference|"
        r"externaldatareference|location(?:latitude|longitude)|distributionchannel|userlanguage|q_\w+",
        re.IGNORECASE,
    ),
    # Names and, for exports with numeric values, numbers of Qualtrics's response types that are no response of a person.
    unfit={
        "status": frozenset(
            {
                "survey preview",
                "survey test",
                "spam",
                "survey preview spam",
                "offline survey preview",
                "1",
                "2",
                "8",
                "9",
                "17",
            }
        )
    },
)

PLATFORMS = (KOBO, QUALTRICS)


def platform_of(grid: Grid) -> Platform | None:
    """The platform an export comes from, or None for a plain table."""
    names = {name.casefold() for name in grid.header}
    return next((platform for platform in PLATFORMS if any(signs <= names for signs in platform.signs)), None)


def plain(grid: Grid, platform: Platform) -> Grid:
    """The export without its further header rows; row numbers stay those of the file.

    Raises InputError for a row the platform itself marks as no response: a preview, a test, spam, a rejected form.
    """
    body = _without_header_rows(grid) if platform is QUALTRICS else grid
    _refuse_unfit(body, platform)
    return replace(body, format=f"{grid.format}, exported from {platform.name}")


def _without_header_rows(grid: Grid) -> Grid:
    if not grid.rows:
        raise empty(grid.file)
    ids = next((i for i, row in enumerate(grid.rows[:2]) if any('"ImportId"' in cell for cell in row)), None)
    questions = _is_question_row(grid)
    labels = tuple(grid.rows[0]) if questions else grid.labels
    extra = int(questions) if ids is None else ids + 1
    return replace(grid, labels=labels, rows=grid.rows[extra:], numbers=grid.numbers[extra:])


def _is_question_row(grid: Grid) -> bool:
    """Whether the second row holds question texts: Qualtrics writes `Response ID` under `ResponseId`."""
    position = next(i for i, name in enumerate(grid.header) if name.casefold() == "responseid")
    return grid.rows[0][position].replace(" ", "").casefold() == "responseid"


def _refuse_unfit(grid: Grid, platform: Platform) -> None:
    for position, name in enumerate(grid.header):
        unfit = (platform.unfit or {}).get(name.casefold(), frozenset())
        bad = next((i for i, row in enumerate(grid.rows) if unfit and row[position].strip().casefold() in unfit), None)
        if bad is not None:
            raise InputError(
                grid.file,
                row=grid.numbers[bad],
                column=name,
                found=f"{grid.rows[bad][position]!r}",
                expected="responses of participants only",
                action=f"leave previews, tests, spam and rejected forms out when exporting from {platform.name}, or take the row out",
            )
