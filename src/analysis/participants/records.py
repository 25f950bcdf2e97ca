"""The participant files of a study together: found, read, and checked against each other."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd

from analysis.described import read_from
from analysis.errors import InputError, cell
from analysis.participants.codes import Status
from analysis.participants.csv_files import csv_blocks
from analysis.participants.draft_sources import assemble
from analysis.participants.excel import check_sheets, read_excel, sheet_names
from analysis.participants.fields import Column
from analysis.participants.folders import FILES, LAYOUT, READABLE, WORKBOOK, check_folder
from analysis.participants.grid import Grid
from analysis.participants.layout import AS_IS, WITHOUT_LAYOUT, ExportLayout, FileLayout, RecordsLayout, read_layout
from analysis.participants.own_items import NOTHING, Own
from analysis.participants.rules import check_rows
from analysis.participants.schema import TABLES
from analysis.participants.spss import read_spss
from analysis.participants.typed import Table, differing, read_grids, spelt_like


@dataclass(frozen=True)
class Records:
    """The participant files that a study has; None for a file it does not have.

    `of_study` is the study whose published figures they are held against, where it is not the study's own; `own` is what the team
    adds to the questionnaire.
    """

    questionnaire: Table | None = None
    attendance: Table | None = None
    advice_contacts: Table | None = None
    of_study: str = ""
    own: Own = NOTHING

    def __iter__(self) -> Iterator[Table]:
        return (table for table in (self.questionnaire, self.attendance, self.advice_contacts) if table)


def read_records(folder: Path, study: str, root: Path | None = None) -> Records | None:
    """Read the participant files in `folder`; None where there is none, the usual case for a published study.

    Files are called questionnaire, attendance and advice_contacts, with the ending .csv, .xlsx or .sav; or are sheets
    of participants.xlsx. Messages show paths below `root`, the project's folder, where it is given; its
    published scales are known then, too. Raises InputError at the first thing that cannot be used. Nothing is ever written.
    """
    layout = read_layout(folder / LAYOUT, shown(folder / LAYOUT, root))
    if layout.sources:
        return _of_sources(folder, study, root, layout)
    check_folder(folder, shown(folder, root), FILES["records"], layout.ignore_files)
    own = layout.own(root or folder, shown(folder / LAYOUT, root))
    tables = read_tables(folder, TABLES, layout, WORKBOOK, root, own)
    return link(Records(**tables, of_study=layout.of_study or "", own=own), study, layout) if tables else None


def _of_sources(folder: Path, study: str, root: Path | None, layout: RecordsLayout) -> Records:
    """The participant files that a team's own tables make together, as `sources` in records.yaml says."""
    known = {source.file for source in layout.sources} | FILES["records"]
    check_folder(folder, shown(folder, root), known, layout.ignore_files)
    own = layout.own(root or folder, shown(folder / LAYOUT, root))
    done = assemble(folder, layout.sources, layout.dates or "iso", own)
    if done.stops:
        raise InputError(
            shown(folder / LAYOUT, root),
            found=f"{len(done.stops):,} things that need a look, such as {done.stops[0]}",
            expected="records in which nothing is left open",
            action=f"run `python -m analysis check {study}`, which lists them all, and edit records.yaml",
        )
    return link(Records(**done.tables, of_study=layout.of_study or "", own=own), study, layout)


def read_tables(
    folder: Path,
    names: Iterable[str],
    layout: RecordsLayout | ExportLayout,
    workbook: str,
    root: Path | None,
    own: Own = NOTHING,
) -> dict[str, Table]:
    """Those of the tables called `names` that a folder holds, in files of their own or as sheets of the workbook."""
    book = folder / workbook
    sheets = {name: getattr(layout, name).sheet or name for name in names}
    there = sheet_names(book, shown(book, root)) if book.is_file() else []
    if there:
        check_sheets(book, shown(book, root), sheets.values(), layout.ignore_sheets)
    sources = {
        name: source
        for name in names
        if (source := _source(folder, name, root, book if sheets[name] in there else None))
    }
    more = {"questionnaire": own.columns}
    return {
        name: read_table(path, name, getattr(layout, name), root, path == book, more.get(name, {}))
        for name, path in sources.items()
    }


def read_table(
    path: Path,
    table: str,
    layout: FileLayout = AS_IS,
    root: Path | None = None,
    in_common: bool = False,
    more: Mapping[str, Column] = MappingProxyType({}),
) -> Table:
    """Read one file as the table called `table` in the schema, such as questionnaire; a long CSV file block by block.

    `in_common`: a workbook that holds other tables, too. `more`: columns of a team's own.

    Raises InputError at the first thing that cannot be used.
    """
    typed = read_grids(_grids(path, shown(path, root), table, layout, in_common), table, layout, more)
    check_rows(typed)
    read_from(typed.values, typed.file)
    return typed


def shown(path: Path, root: Path | None) -> str:
    """A path as messages show it: below `root` where it lies there, with forward slashes."""
    return (path.relative_to(root) if root and path.is_relative_to(root) else path).as_posix()


def _grids(path: Path, file: str, table: str, layout: FileLayout, in_common: bool) -> Iterable[Grid]:
    if path.suffix.lower() == ".csv":
        return csv_blocks(path, file)
    if path.suffix.lower() == ".sav":
        return [read_spss(path, file)]
    return [read_excel(path, file, layout.sheet, table, in_common)]


def _source(folder: Path, table: str, root: Path | None, book: Path | None) -> Path | None:
    """The file that holds a table: one of its own, or the workbook; None if there is none.

    Raises InputError for the same table in two files.
    """
    found = [path for ending in READABLE if (path := folder / f"{table}{ending}").exists()]
    found += [book] if book else []
    if len(found) > 1:
        raise InputError(
            shown(found[0], root),
            found="the same table in " + " and ".join(path.name for path in found),
            expected="one file for each table",
            action="keep the one that counts in this folder",
        )
    return found[0] if found else None


def link(records: Records, study: str, layout: RecordsLayout = WITHOUT_LAYOUT) -> Records:
    """Check that the files belong to this study and to each other; the same records come back.

    Raises InputError for another study's name, ids without the study's prefix, ids that the questionnaire does not
    have, and days before a person's birth or joining.
    """
    if records.questionnaire:
        records = _with_ids_of(records.questionnaire, records)
    for table in records:
        check_study(table, study)
        check_prefix(table, layout.id_prefix)
    if records.questionnaire:
        for table, day in ((records.attendance, "session_date"), (records.advice_contacts, "contact_date")):
            if table:
                check_people(
                    table, records.questionnaire, "a row in the questionnaire file: everybody who joined has one"
                )
                _check_days(table, day, records.questionnaire)
    return records


def _with_ids_of(people: Table, records: Records) -> Records:
    """The records with each person's id spelt as in the questionnaire: nw-003 is NW-003."""
    others = {name: getattr(records, name) for name in ("attendance", "advice_contacts")}
    return replace(records, **{name: with_ids_of(people, table) for name, table in others.items() if table})


def with_ids_of(people: Table, table: Table) -> Table:
    """A table with its person ids in the spelling that the table of people has for them."""
    ids = spelt_like(table.values["person_id"], people.values["person_id"])
    respelt = table.reading.respelt + Counter({"person_id": differing(ids, table.values["person_id"])})
    return replace(table, values=table.values.assign(person_id=ids), reading=replace(table.reading, respelt=+respelt))


def check_study(table: Table, study: str) -> None:
    """Raise InputError where a file names another study."""
    other = np.flatnonzero(table.values["study"].notna() & (table.values["study"] != study))
    if len(other):
        raise table.error(
            int(other[0]),
            "study",
            cell(table.values["study"].iloc[other[0]]),
            f"{study}, the study that reads this file",
            "put the file into the folder of its own study",
        )


def check_prefix(table: Table, prefix: str | None) -> None:
    """Raise InputError at the first person id without the study's prefix."""
    ids = table.values["person_id"]
    other = (
        np.flatnonzero(ids.notna() & ~ids.str.casefold().str.startswith(prefix.casefold(), na=False)) if prefix else []
    )
    if len(other):
        raise table.error(
            int(other[0]),
            "person_id",
            cell(ids.iloc[other[0]]),
            f"an id that begins with {prefix}, as records.yaml says",
            "put the file into the folder of its own study, or correct the id",
        )


def check_people(table: Table, people: Table, row: str) -> None:
    """Raise InputError at the first person id that the table of people does not have; `row` says what row to add there."""
    ids = table.values["person_id"]
    unknown = np.flatnonzero(ids.notna() & ~ids.isin(people.values["person_id"]))
    if len(unknown):
        more = int(ids.iloc[unknown].nunique()) - 1
        others = f" ({more:,} more such {'id' if more == 1 else 'ids'})" if more else ""
        raise table.error(
            int(unknown[0]),
            "person_id",
            cell(ids.iloc[unknown[0]]),
            f"an id that {people.file} has",
            f"correct the id, or give the person {row}{others}",
        )


def _check_days(table: Table, column: str, questionnaire: Table) -> None:
    people = questionnaire.values.set_index("person_id")
    days = table.values[column]
    birth = table.values["person_id"].map(people["birth_year"])
    early = np.flatnonzero(days.dt.year < birth)
    if len(early):
        first = int(early[0])
        raise table.error(
            first,
            column,
            f"{cell(days.iloc[first].date().isoformat())}, before the year of birth, {cell(f'{birth.iloc[first]:.0f}')}",
            "a day after the person's birth",
            "check both against the paper record",
        )


def stages_reached(questionnaire: Table) -> pd.DataFrame:
    """Who reached which stage: a row for each person; columns person_id, joined, initial, experience, later moments (bool).

    Somebody reached a stage who answered, or refused to answer, any item of its questionnaire. What a team notes about a
    person beside the questionnaire (the day of the interview, weeks of volunteering, months in the UK) is no answer.
    """
    reached = [str(Status.ANSWERED), str(Status.WORDS), str(Status.REFUSED)]
    asked: dict[str, list[str]] = {"initial": [], "experience": []}
    for name, column in questionnaire.columns.items():
        if column.facts.get("item"):
            asked.setdefault(column.facts["stage"], []).append(name)
    stages = {stage: questionnaire.status[names].isin(reached).any(axis=1) for stage, names in asked.items()}
    return pd.DataFrame({"person_id": questionnaire.values["person_id"], "joined": True, **stages})
