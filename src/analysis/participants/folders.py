"""What may lie in the folders that a team fills, so that nothing there is passed over unsaid.

Every reader of such a folder calls `check_folder` first. Names count as they are written, on every system: one that
would be found on Windows or macOS and not on Linux is refused on all of them.
"""

import difflib
import fnmatch
import json
import re
from collections.abc import Iterable
from pathlib import Path, PurePath

from analysis.errors import InputError

LAYOUT = "records.yaml"
WORKBOOK = "participants.xlsx"  # one workbook with a sheet for each table, instead of one file for each
READABLE = (".csv", ".xlsx", ".sav")
_TABLES = ("questionnaire", "attendance", "advice_contacts")
_EXPORT = ("referrals", "participants", "activities", "outcomes", "exits", "evidence", "targets")
_CODEBOOKS = (".yaml", ".csv", ".qdc", ".qdpx", ".xlsx")
_CENSUS = ("census_2001_stock.csv", "local_students.csv")  # counts of residents, which the census baseline reads
_LEFT_BY_SYSTEMS = ("Thumbs.db", "desktop.ini", "~$*", ".*")  # lists of pictures, lock files and the like; no records
_COPY = re.compile(r"[\W_]*(?:\(\d+\)|\bcopy\b|\bcopia\b|\bkopie\b|\bfinal\b|\bv?\d+\b)[\W_]*")


def _named(stems: Iterable[str], endings: Iterable[str]) -> frozenset[str]:
    return frozenset(f"{stem}{ending}" for stem in stems for ending in endings)


COMMON = frozenset({LAYOUT, "README.md"})
FILES: dict[str, frozenset[str]] = {  # by the name of the folder
    "records": COMMON
    | {WORKBOOK, *_CENSUS}
    | _named(_TABLES, READABLE)
    | _named(["coded_segments"], (".csv", ".qdpx", ".xlsx"))
    | _named(["codebook", "codebook_earlier"], _CODEBOOKS),
    "management_information": COMMON | {"management_information.xlsx"} | _named(_EXPORT, READABLE),
}


def check_folder(folder: Path, file: str, known: Iterable[str] | None = None, ignore: Iterable[str] = ()) -> None:
    """Raise InputError for whatever lies in a folder, called `file` in messages, that no reader knows: all at once.

    `known` are the names of the files that are read (of the folder of that name, if not given); `ignore` are names, with `*`
    for anything, that records.yaml leaves out.
    """
    if not folder.is_dir():
        return
    names = FILES[folder.name] if known is None else frozenset(known)
    left = (*_LEFT_BY_SYSTEMS, *ignore)
    there = sorted(path.name for path in folder.iterdir())
    strange = [name for name in there if name not in names and not _fits(name, left)]
    if strange:
        raise _unread(file, strange, names)


def _fits(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def _unread(file: str, strange: list[str], names: frozenset[str]) -> InputError:
    said = [_said(name, names) for name in strange]
    others = f"; also {'; '.join(said[1:])}" if said[1:] else ""
    stems = sorted({PurePath(name).stem for name in names})
    return InputError(
        f"{file}/{strange[0]}",
        found=f"{said[0].partition(': ')[2]}{others}",
        expected=f"files called {', '.join(stems)}, each with an ending that is read",
        action="rename or convert the file, take it out of the folder, or say in records.yaml "
        f"`ignore_files: {json.dumps(strange, ensure_ascii=False)}`",
    )


def _said(name: str, names: frozenset[str]) -> str:
    meant = near(name, names)
    ending = PurePath(name).suffix
    stem_known = any(PurePath(known).stem == PurePath(name).stem for known in names)
    if stem_known and meant and ending.casefold() not in {PurePath(one).suffix for one in meant}:
        endings = " or ".join(sorted(PurePath(one).suffix for one in meant))
        return f"{name}: a {ending or 'nameless'} file, which is not read (save it as {endings})"
    hint = f"; did you mean {' or '.join(meant)}?" if meant else ""
    return f"{name}: a file that is not read{hint}"


def near(name: str, names: Iterable[str]) -> list[str]:
    """The names that a file may have been meant to have: another case, a plural, a copy's number, another ending.

    >>> near("Questionnaire (1).CSV", ["questionnaire.csv", "questionnaire.sav", "attendance.csv"])
    ['questionnaire.csv']
    """
    stem, ending = _plain_stem(name), PurePath(name).suffix.casefold()
    stems = {_plain_stem(known): PurePath(known).stem for known in names}
    close = difflib.get_close_matches(stem, list(stems), n=1, cutoff=0.7)
    fitting = sorted(known for known in names if close and PurePath(known).stem == stems[close[0]])
    return [known for known in fitting if PurePath(known).suffix == ending] or fitting


def _plain_stem(name: str) -> str:
    stem = name.split(".", 1)[0] if not name.startswith(".") else name
    bare = _COPY.sub(" ", stem.casefold())
    return re.sub(r"[\W_]+", "_", bare).strip("_") or stem.casefold()
