"""A team's own records: their files brought to a study's folder, a draft of how they are read, and what needs a look."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from analysis.errors import InputError
from analysis.files import shown
from analysis.participants.draft import draft
from analysis.participants.draft_looks import FILES, Look, told
from analysis.participants.draft_sources import assemble
from analysis.participants.folders import FILES as KNOWN, LAYOUT, check_folder
from analysis.participants.layout import RecordsLayout, read_layout
from analysis.participants.records import Records, link
from analysis.results import write_text

OPEN = "nothing left open"  # what is expected of every look that stops


def start(root: Path, study_id: str, folder: Path) -> Path:
    """Copy the files in `folder` into the study's git-ignored folder of records, and write a draft `records.yaml` beside them.

    Returns the draft's path. Nothing is copied or written anywhere else, and nothing that lies there is overwritten. Raises
    InputError where `folder` is none or holds no table, and where the study has a `records.yaml` or a file of that name.
    """
    place = records_folder(root, study_id)
    _check(root, folder, place)
    text = draft(folder)
    place.mkdir(parents=True, exist_ok=True)
    for path in _files(folder):
        if path.resolve() != (place / path.name).resolve():
            shutil.copyfile(path, place / path.name)
    write_text(place / LAYOUT, text)
    return place / LAYOUT


def _files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.iterdir()) if path.is_file() and not path.name.startswith((".", "~$"))]


def _check(root: Path, folder: Path, place: Path) -> None:
    if not folder.is_dir():
        raise InputError(
            str(folder), found="no such folder", expected="the folder with the team's files", action="correct the path"
        )
    inside = [path.name for path in sorted(folder.iterdir()) if path.is_dir() and not path.name.startswith(".")]
    if inside:
        raise InputError(
            str(folder),
            found=f"folders in the folder: {', '.join(inside)}",
            expected="files alone, so that none is passed over",
            action="put what is in them beside the other files, or take them out",
        )
    if (place / LAYOUT).exists():
        raise InputError(
            shown(place / LAYOUT, root),
            found="a file that is there already",
            expected="none, so that no edit is lost",
            action="move it away to have a new draft",
        )
    there = [
        path.name
        for path in _files(folder)
        if (place / path.name).exists() and path.resolve() != (place / path.name).resolve()
    ]
    if there:
        raise InputError(
            shown(place, root),
            found=f"files of that name: {', '.join(there)}",
            expected="none",
            action="move them away, or name that folder itself",
        )


def problems(root: Path, study_id: str) -> list[InputError]:
    """What has to be mended in a study's own records before they are read, all at once; `looks` has the rest."""
    try:
        found = looks(root, study_id)
    except InputError as error:  # records.yaml itself
        return [error]
    return [
        InputError(
            shown(records_folder(root, study_id) / LAYOUT, root),
            column=look.kind.partition(" (")[0],
            found=look.said,
            expected=OPEN,
            action=look.action or "mend it",
        )
        for look in found
        if look.stops
    ]


def notes(root: Path, study_id: str) -> Iterator[str]:
    """Lines on what was guessed, understood and left out in a study's own records, by kind, with counts; nothing that stops."""
    try:
        yield from told(look for look in looks(root, study_id) if not look.stops)
    except InputError:  # told among the problems
        return


def records_folder(root: Path, study_id: str) -> Path:
    """The folder of a study that is for its team's own files."""
    return root / "data" / "raw" / study_id / "records"


def looks(root: Path, study_id: str) -> list[Look]:
    """Everything in a study's own records that needs a look, grouped by kind; `Look.stops` tells what has to be mended.

    Empty where the study has no `sources` in its records.yaml. Raises InputError where records.yaml itself cannot be read.
    """
    place = records_folder(root, study_id)
    file = shown(place / LAYOUT, root)
    layout = read_layout(place / LAYOUT, file)
    if not layout.sources:
        return []
    own = layout.own(root, file)
    done = assemble(place, layout.sources, layout.dates or "iso", own)
    found = [*_of_folder(place, root, layout), *done.looks]
    if not any(look.stops for look in found):
        found += _of_links(done.tables, study_id, layout)
    return found


def _of_folder(place: Path, root: Path, layout: RecordsLayout) -> list[Look]:
    try:
        check_folder(
            place,
            shown(place, root),
            {source.file for source in layout.sources} | KNOWN["records"],
            layout.ignore_files,
        )
    except InputError as error:
        return [Look(FILES, error.place, error.found, error.action)]
    return []


def _of_links(tables: dict, study_id: str, layout: RecordsLayout) -> list[Look]:  # type: ignore[type-arg]
    try:
        link(Records(**tables), study_id, layout)
    except InputError as error:
        return [Look(FILES, error.place, error.found, error.action)]
    return []
