"""What must not leave a study's records, from everything that its readers read, and what is public anyway."""

import csv
import json
import re
from collections.abc import Iterable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

import yaml

from analysis.coding import files as coding
from analysis.disclosure.scan import WORDS_IN_A_ROW, Public, Secrets, secrets_in_texts, secrets_of
from analysis.errors import InputError
from analysis.files import shown
from analysis.participants import Export, Table, read_export, read_records
from analysis.participants.exports import FOLDER
from analysis.pipeline import team_files
from analysis.study import Study

NOT_PEOPLE = ("targets",)  # the one table of an export that is about measures
SETTINGS = ("records.yaml", *coding.CODEBOOKS, *coding.EARLIER)  # of a team's files, those that pages show or rest on
SEARCHED = team_files.FOLDERS
LONGEST_TEXT = 50_000_000  # bytes of one text
_CODE = (".py", ".j2", ".js", ".css")
_LETTER = re.compile(r"[^\W\d_]")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def secrets_of_study(study: Study) -> list[Secrets]:
    """What must not leave a study's records; nothing where it has none.

    Ids, whole rows, columns and answers in words of every table of participant files and of a monitoring export, ids of
    coded segments, and every longer text in any file of these folders, read or not.
    """
    found = [secrets for table in tables_about_people(study) for secrets in _of_table(table)]
    found += _of_segments(study)
    texts = secrets_in_texts(text for path in _kept_files(study) for text in _long_texts(path))
    return [*found, texts] if texts.runs else found


def tables_about_people(study: Study) -> Iterator[Table]:
    """Every table about people that a reader of records finds."""
    yield from read_records(study.records_folder, study.id, study.root) or ()
    export = _export(study)
    if export:
        yield from (table for name, table in export.tables.items() if name not in NOT_PEOPLE)


def _export(study: Study) -> Export | None:
    """The monitoring export; a folder that is not there is not looked into, so that no page depends on what might be."""
    return (
        read_export(study.raw, study.id, study.root) if FOLDER in SEARCHED and (study.raw / FOLDER).is_dir() else None
    )


def _of_table(table: Table) -> Iterator[Secrets]:
    """For each of its columns of ids; with the first of them, all that is no id."""
    known = table.columns
    ids = [name for name in table.values if name in known and known[name].kind == "id"]
    words = [name for name in table.values if name.endswith("_words")]
    rest = table.values.drop(columns=["study"], errors="ignore")
    places = [f"{table.file}, row {row}" for row in table.rows]
    for name in ids:
        yield secrets_of(rest.drop(columns=[other for other in ids if other != name]), name, words, places)
        rest, words = rest[ids], []


def _of_segments(study: Study) -> Iterator[Secrets]:
    """Speakers and ids of coded segments; those without a letter cannot be told from numbers."""
    if not coding.has_segments(study):
        return
    segments = coding.load_segments(study, coding.load_codebook(study))
    file = next(path.name for path in _kept_files(study) if path.name in coding.SEGMENTS)
    for column in ("speaker", "segment_id"):
        ids = segments[column].drop_duplicates()
        ids = ids[ids.map(lambda each: bool(_LETTER.search(each)))]
        places = [f"{file}, coded segment {place + 1}" for place in ids.index]
        yield secrets_of(segments.loc[ids.index, ["group", column]], column, (), places)


def _kept_files(study: Study) -> list[Path]:
    """All files in the folders that a team fills, known to a reader or not."""
    folders = {study.records_folder, *(study.raw / name for name in SEARCHED)}
    found = (path for folder in sorted(folders) if folder.is_dir() for path in sorted(folder.rglob("*")))
    return [path for path in found if path.is_file() and path.name not in (*team_files.PUBLIC, *SETTINGS)]


def _long_texts(path: Path) -> Iterator[str]:
    """The texts of six words and more in a file: cells of CSV, runs between mark-up of zipped formats, lines of others."""
    for text in _texts(path):
        if text.count(" ") >= WORDS_IN_A_ROW - 1:
            yield text


def _texts(path: Path) -> Iterator[str]:
    try:
        with ZipFile(path) as archive:
            wanted = [part for part in archive.infolist() if part.filename.endswith((".xml", ".qde", ".txt"))]
            for part in wanted:
                if part.file_size <= LONGEST_TEXT:
                    yield from re.split(r"[<>\"]", archive.read(part).decode("utf-8", errors="replace"))
            return
    except BadZipFile:
        pass
    text = path.read_bytes()[:LONGEST_TEXT].decode("utf-8", errors="replace")
    if "\0" not in text:
        yield from re.split(r"[\"\n\t;<>]|,(?! )", text) if path.suffix.lower() == ".csv" else text.splitlines()


def public_material(study: Study, others: Iterable[str] = ()) -> Public:
    """What a study, and some others, have in print and in settings, the wording of notebooks and of this project's code."""
    raw = study.root / "data" / "raw"
    names = dict.fromkeys((study.id, *others, *_held_against(study), "reference", "overviews"))
    folders = [raw / name for name in names]
    places = [path for folder in folders if folder.is_dir() for path in sorted(folder.iterdir())]
    places += sorted((study.root / "data" / "templates").rglob("*.*"))
    places += sorted((study.root / "tests" / "spec").glob("*.yaml"))  # the page of methods shows these cases
    cells = [cell for path in places if not team_files.is_kept(shown(path, study.root)) for cell in _cells(path)]
    code = [path for path in (study.root / "src" / "analysis").rglob("*.*") if path.suffix in _CODE]
    wording = [path.read_text(encoding="utf-8") for path in (*(study.root / "notebooks").glob("*.ipynb"), *code)]
    return Public.of([*cells, *_scalars(_codebook(study))], wording)


def _held_against(study: Study) -> list[str]:
    """The studies whose printed figures the study's records are held against."""
    found = (read_records(study.records_folder, study.id, study.root), _export(study))
    return [each.of_study for each in found if each and each.of_study]


def _codebook(study: Study) -> Any:
    try:
        return coding.load_codebook(study).model_dump()
    except InputError:  # a copy with one study alone has no common one
        return {}


def _cells(path: Path) -> Iterator[str]:
    if path.suffix == ".csv":
        yield from (cell for row in csv.reader(StringIO(path.read_text(encoding="utf-8"))) for cell in row)
    elif path.suffix == ".yaml":
        yield from _scalars(yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER))
    elif path.suffix == ".json":
        yield from _scalars(json.loads(path.read_text(encoding="utf-8")))


def _scalars(value: object) -> Iterator[str]:
    """Every key and value of a document, as texts."""
    if isinstance(value, dict):
        yield from map(str, value)
        yield from (text for each in value.values() for text in _scalars(each))
    elif isinstance(value, list | tuple):
        yield from (text for each in value for text in _scalars(each))
    elif value is not None:
        yield str(value)
