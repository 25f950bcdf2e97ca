"""What a run has read of a team's own files, for the terminal: files, sheets, rows, people, what was mapped and what was not.

Counts only. Nothing of it goes onto a page, and no cell is quoted: what stands in quotes is from records.yaml or a header.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from analysis.errors import InputError
from analysis.participants.codes import Status
from analysis.participants.exports import read_export
from analysis.participants.records import read_records, stages_reached
from analysis.participants.typed import Table

_WAVES = {"initial": "answered before", "experience": "answered after"}


def account(root: Path, studies: Iterable[str]) -> Iterator[str]:
    """Lines on the files that teams have put into the folders of these studies.

    Files that cannot be read are left to the run, which says what is wrong with them.
    """
    for study in studies:
        raw = root / "data" / "raw" / study
        try:
            tables = [*(read_records(raw / "records", study, root) or ())]
            export = read_export(raw, study, root)
        except InputError:
            continue
        for table in [*tables, *(export.tables.values() if export else ())]:
            yield from describe(table)
        if tables and all(table.name != "questionnaire" for table in tables):
            yield (
                f"{raw.relative_to(root).as_posix()}/records: no questionnaire, which says who joined; the other files "
                "are not used without one"
            )


def describe(table: Table) -> Iterator[str]:
    """What was made of one file, a line for each thing to be known."""
    yield f"read {table.file} ({table.format}): {_counted(len(table.rows), 'row')}{_people(table)}"
    reading = table.reading
    mapped = {name: count for name, count in reading.told.items() if count}
    unused = [name for name, count in reading.told.items() if not count]
    lines = {
        "columns not read, as records.yaml says": ", ".join(map(repr, reading.unread)),
        "rows left out, as records.yaml says": reading.left_out,
        "rows without their last cells, taken as empty": reading.short,
        "mapped by records.yaml": ", ".join(
            f"{_entry(*name)} ({_counted(count, 'cell')})" for name, count in mapped.items()
        ),
        "in records.yaml and in no cell": ", ".join(_entry(*name) for name in unused),
        "cells under no entry of `values`": _by_column(reading.untold),
        "names and ids in several spellings, kept in the first": ", ".join(reading.respelt),
        "cells answered in words, kept as they are": _by_column(_words(table)),
        "no name that pages know": ", ".join(_without_known(table)),
    }
    yield from (f"  {what}: {said}" for what, said in lines.items() if said)


def _counted(count: int, thing: str) -> str:
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def _people(table: Table) -> str:
    if "person_id" not in table.values:
        return ""
    people = table.values["person_id"].nunique()
    said = f", {people:,} {'person' if people == 1 else 'people'}"
    if table.name != "questionnaire":
        return said
    stages = stages_reached(table)
    return said + "".join(f", {int(stages[stage].sum()):,} {words}" for stage, words in _WAVES.items())


def _entry(column: str, entry: str) -> str:
    return f"{column} {entry!r}" if column else f"{entry!r} in any column"


def _by_column(counts: dict[str, int]) -> str:
    return ", ".join(f"{column} {count:,}" for column, count in counts.items())


def _words(table: Table) -> dict[str, int]:
    counts = {name: int((table.status[name] == str(Status.WORDS)).sum()) for name in table.status}
    return {name: count for name, count in counts.items() if count}


def _without_known(table: Table) -> Iterator[str]:
    """Columns of names that pages compare by, such as course by esol, in which nobody has that name."""
    for name, column in table.columns.items():
        known, given = column.facts.get("known", ()), table.values[name].dropna()
        if known and len(given) and not given.isin(known).any():
            yield f"{name} is nowhere {' or '.join(known)} (map yours under `values`)"
