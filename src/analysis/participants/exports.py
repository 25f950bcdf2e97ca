"""A management information export: its tables found, read, and checked against each other.

The export lies in `data/raw/<study>/management_information/`, one file for each table or one workbook
`management_information.xlsx` with a sheet for each, with an optional `records.yaml` beside them.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.errors import cell
from analysis.participants.folders import FILES, LAYOUT, check_folder
from analysis.participants.layout import ExportLayout, read_layout
from analysis.participants.monitoring import EXPORT_TABLES
from analysis.participants.records import check_people, check_prefix, check_study, read_tables, shown, with_ids_of
from analysis.participants.typed import Table

FOLDER = "management_information"
EXPORT_WORKBOOK = "management_information.xlsx"
_MAY_CHANGE = ("partner", "partner_from", "partner_until")


@dataclass(frozen=True)
class Export:
    """The tables of an export by name; a table that the export does not hold is None. Participants are always there.

    `of_study` is the study whose counting rules and published tables the export is held against.
    """

    tables: dict[str, Table]
    of_study: str

    def __getitem__(self, table: str) -> Table:
        return self.tables[table]

    def __contains__(self, table: str) -> bool:
        return table in self.tables


def read_export(folder: Path, study: str, root: Path | None = None) -> Export | None:
    """Read the export of a study from its folder of raw data; None where there is none, the usual case.

    Raises InputError at the first thing that cannot be used. Nothing is ever written.
    """
    place = folder / FOLDER
    layout = read_layout(place / LAYOUT, shown(place / LAYOUT, root), ExportLayout)
    check_folder(place, shown(place, root), FILES[FOLDER], layout.ignore_files)
    tables = read_tables(place, EXPORT_TABLES, layout, EXPORT_WORKBOOK, root)
    if not tables:
        return None
    if people := tables.get("participants"):
        others = {
            name: table for name, table in tables.items() if name != "participants" and "person_id" in table.values
        }
        tables |= {name: with_ids_of(people, table) for name, table in others.items()}
    for table in tables.values():
        check_study(table, study)
        if "person_id" in table.values:
            check_prefix(table, layout.id_prefix)
    return link_export(Export(tables, layout.of_study or study))


def link_export(export: Export) -> Export:
    """Check that the tables of an export fit together; the same export comes back.

    Raises InputError for an id used for two people, a person with two partners at once, a person that the participants
    do not have, an exit before the start, and targets that overlap or are for a partner without participants.
    """
    people = export["participants"] if "participants" in export else None
    if people is None:
        raise _no_participants(export)
    _check_same_person(people)
    _check_one_partner(people)
    for name, table in export.tables.items():
        if name != "participants" and "person_id" in table.values:
            check_people(table, people, "a row among the participants")
    if "exits" in export:
        _check_exits(export["exits"], people)
    if "targets" in export:
        _check_targets(export["targets"], people)
    return export


def _no_participants(export: Export) -> Exception:
    other = next(iter(export.tables.values()))
    return other.error(
        0,
        "person_id",
        "no participants table beside it",
        "an export with a participants table",
        "add the participants table",
    )


def first_rows(people: pd.DataFrame) -> pd.DataFrame:
    """One row for each participant: that of the partner the person joined with."""
    order = people["partner_from"].fillna(people["start_date"])
    return people.loc[order.sort_values(kind="stable").index].drop_duplicates("person_id").sort_index()


def _check_same_person(people: Table) -> None:
    """Rows of one id describe one person: what cannot change with the partner is the same in all of them."""
    values = people.values
    twice = values[values.duplicated("person_id", keep=False)]
    if twice.empty:
        return
    facts = [column for column in values.columns if column not in _MAY_CHANGE]
    first = twice.drop_duplicates("person_id").set_index("person_id").loc[twice["person_id"]].reset_index()
    same = (twice[facts].reset_index(drop=True) == first[facts]) | (
        twice[facts].reset_index(drop=True).isna() & first[facts].isna()
    )
    other = np.flatnonzero(~same.all(axis=1))
    if len(other):
        place, column = int(twice.index[other[0]]), str(same.columns[~same.iloc[other[0]]][0])
        raise people.error(
            place,
            "person_id",
            f"the id {cell(values['person_id'][place])} again, with another {column} than in row {_row_of(people, values['person_id'][place])}",
            "an id for one person only, whose rows differ in nothing but the partner",
            "give the second person an id of their own, or make the rows of one person agree",
        )


def _row_of(table: Table, person: object) -> int:
    return int(table.rows[int(np.argmax(table.values["person_id"] == person))])


def _check_one_partner(people: Table) -> None:
    values = people.values[people.values.duplicated("person_id", keep=False)]
    begins = values["partner_from"].fillna(values["start_date"])
    spells = values.assign(begins=begins).sort_values(["person_id", "begins"], kind="stable")
    before = spells.groupby("person_id")["partner"].shift()
    until = spells.groupby("person_id")["partner_until"].shift().fillna(pd.Timestamp.max.floor("s"))
    overlap = spells.index[(spells["begins"] <= until) & spells.duplicated("person_id")]
    if len(overlap):
        place = int(overlap[0])
        raise people.error(
            place,
            "partner",
            f"{cell(spells['person_id'][place])} with {cell(spells['partner'][place])} from {_day(spells['begins'][place])}, "
            f"while still with {cell(before[place])}",
            "one partner at a time",
            "fill in partner_until of the earlier row, or take one of the two rows out",
        )


def _day(day: pd.Timestamp) -> str:
    """A day of somebody's records as messages show it."""
    return cell(day.date().isoformat())


def _check_exits(exits: Table, people: Table) -> None:
    starts = exits.values["person_id"].map(people.values.groupby("person_id")["start_date"].min())
    early = np.flatnonzero(exits.values["exit_date"] < starts)
    if len(early):
        raise exits.error(
            int(early[0]),
            "exit_date",
            f"{_day(exits.values['exit_date'].iloc[early[0]])}, before the person's start on {_day(starts.iloc[early[0]])}",
            "a day on or after the person's start",
            "correct one of the two dates",
        )


def _check_targets(targets: Table, people: Table) -> None:
    values = targets.values
    nobody = np.flatnonzero(values["partner"].notna() & ~values["partner"].isin(people.values["partner"]))
    if len(nobody):
        raise targets.error(
            int(nobody[0]),
            "partner",
            f"{values['partner'].iloc[nobody[0]]!r}, a partner without participants",
            f"a partner that {people.file} has, or an empty cell for the programme as a whole",
            "correct the partner's name, or take the target out",
        )
    _check_quarters(targets)
    _check_whole_or_parts(targets)


def _check_quarters(targets: Table) -> None:
    ordered = targets.values.sort_values(["measure", "partner", "quarter_start"], kind="stable")
    before = ordered.groupby(["measure", "partner"], dropna=False)["quarter_end"].shift()
    overlap = ordered.index[ordered["quarter_start"] <= before]
    if len(overlap):
        place = int(overlap[0])
        raise targets.error(
            place,
            "quarter_start",
            f"a quarter from {ordered['quarter_start'][place].date()}, while the one before it for {ordered['measure'][place]} "
            f"lasts until {before[place].date()}",
            "quarters that do not overlap",
            "correct the first or last day of one of the two quarters",
        )


def _check_whole_or_parts(targets: Table) -> None:
    """A measure has targets for partners or for the whole programme: with both, the sum would count twice."""
    whole = targets.values["partner"].isna()
    parts = set(targets.values.loc[~whole, "measure"])
    both = np.flatnonzero(whole & targets.values["measure"].isin(parts))
    if len(both):
        raise targets.error(
            int(both[0]),
            "partner",
            f"a target of {targets.values['measure'].iloc[both[0]]} for the programme as a whole, beside those of its partners",
            "targets of partners, or of the programme, but not both",
            "take out the row of the whole, which is their sum, or fill in the partner",
        )
