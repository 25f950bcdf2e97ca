"""The records of a programme as they were known on a day: what had happened, and which evidence had been accepted."""

from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from analysis.errors import InputError
from analysis.participants import EXPORT_TABLES, Export, first_rows, read_export, table_columns
from analysis.participants.exports import FOLDER
from analysis.participants.typed import Table
from analysis.programme.rules import FILE, Rules, read_rules
from analysis.study import Study, load_study

# The day on which a row of each table became known. Evidence is known when it was received, whatever day it is dated.
_KNOWN_ON = {
    "referrals": "referral_date",
    "participants": "start_date",
    "activities": "activity_date",
    "outcomes": "review_date",
    "exits": "exit_date",
    "evidence": "received_on",
}
_DECIDED = {"referrals": ("decision_date", "decision"), "evidence": ("accepted_on", "accepted")}


@dataclass(frozen=True)
class Monitoring:
    """A programme's records as known at the end of the day `as_of`.

    `people` has one row for each participant, that of the partner they joined with; the other tables are those of the
    export, without rows and decisions that came later. A table the export does not hold is empty. `latest` is the last
    day on which anything was recorded. `printed` is the study that prints what the records are held against. `memo` keeps
    who counts for each rule, and what else many tables ask for. Numbers of people below `minimum_cell` are not shown.
    `level` is that of all intervals. `inputs`: the folder of the export and the file of the rules.
    """

    of_people: ClassVar[bool] = True  # what is computed from it rests on records

    as_of: pd.Timestamp
    latest: pd.Timestamp
    people: pd.DataFrame
    referrals: pd.DataFrame
    activities: pd.DataFrame
    outcomes: pd.DataFrame
    exits: pd.DataFrame
    evidence: pd.DataFrame
    targets: pd.DataFrame
    rules: Rules
    printed: Study
    minimum_cell: int = 10
    level: float = 0.95
    inputs: tuple[str, ...] = ()
    memo: dict[tuple[str, str], Any] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def first_activities(self) -> pd.DataFrame:
        """The first day of each type of activity for each person and organisation: type, person_id, organisation, day."""
        rows = self.activities
        keys = [pd.factorize(rows[column])[0] for column in ("type", "person_id", "organisation")]
        days = rows["activity_date"].to_numpy().astype("datetime64[s]").astype("int64")
        order = np.lexsort((days, *reversed(keys)))
        new = np.any([np.diff(key[order], prepend=-2) != 0 for key in keys], axis=0)
        found = rows.iloc[order[new]]
        return found[["type", "person_id", "organisation", "activity_date"]].rename(columns={"activity_date": "day"})


def open_monitoring(study: Study, as_of: str = "") -> Monitoring | None:
    """The records of a study as known on a day (yyyy-mm-dd; empty for the last day recorded); None where it has none.

    Raises InputError for a day that is none, for anything in the export that cannot be used, for a target of a measure
    that no counting rule defines, and for evidence that was known on the day but is dated after it.
    """
    export = read_export(study.raw, study.id, study.root)
    if export is None:
        return None
    printed = study if export.of_study == study.id else load_study(export.of_study, study.root)
    inputs = (study.name(FOLDER), printed.name(FILE))
    return replace(known_on(export, read_rules(printed), printed, as_of), inputs=inputs)


def known_on(export: Export, rules: Rules, printed: Study, as_of: str = "") -> Monitoring:
    """An export as known on a day; see `open_monitoring`."""
    check_measures(export, rules)
    latest = last_day(export)
    day = _day(as_of) if as_of else latest
    _check_future(export, day)
    tables = {name: _known(export, name, day) for name in EXPORT_TABLES}
    people = first_rows(tables.pop("participants")).reset_index(drop=True)
    return Monitoring(as_of=day, latest=latest, people=people, rules=rules, printed=printed, **tables)


def _day(as_of: str) -> pd.Timestamp:
    try:
        return pd.Timestamp(date.fromisoformat(as_of))
    except ValueError:
        raise InputError(
            "params.yaml",
            column="as_of",
            found=repr(as_of),
            expected="a day as yyyy-mm-dd, or an empty text for the last day recorded",
            action="correct the day",
        ) from None


def last_day(export: Export) -> pd.Timestamp:
    """The last day on which anything was recorded; days that documents are dated do not count."""
    columns = [(name, column) for name, column in _KNOWN_ON.items()] + [
        (name, days) for name, (days, _) in _DECIDED.items()
    ]
    days = [export[name].values[column].max() for name, column in columns if name in export]
    return max(day for day in days if pd.notna(day))


def _known(export: Export, name: str, day: pd.Timestamp) -> pd.DataFrame:
    if name not in export:
        return pd.DataFrame(
            {column: pd.Series(dtype=_dtype(kind.kind)) for column, kind in table_columns(name).items()}
        )
    values = export[name].values
    if name not in _KNOWN_ON:
        return values
    values = values[values[_KNOWN_ON[name]] <= day]
    return _undecided(values, *_DECIDED[name], day) if name in _DECIDED else values


def _dtype(kind: str) -> str:
    return {"date": "datetime64[s]", "whole": "float", "number": "float"}.get(kind, "str")


def _undecided(values: pd.DataFrame, decided_on: str, decision: str, day: pd.Timestamp) -> pd.DataFrame:
    """Decisions taken after the day are not known on it."""
    later = values[decided_on] > day
    return values.assign(
        **{decision: values[decision].mask(later, "pending"), decided_on: values[decided_on].mask(later)}
    )


def _check_future(export: Export, day: pd.Timestamp) -> None:
    if "evidence" not in export:
        return
    evidence = export["evidence"]
    ahead = np.flatnonzero((evidence.values["received_on"] <= day) & (evidence.values["evidence_date"] > day))
    if len(ahead):
        raise evidence.error(
            int(ahead[0]),
            "evidence_date",
            f"{evidence.values['evidence_date'].iloc[ahead[0]].date()}, after {day.date()}, the day as of which the records are read",
            "evidence dated on or before that day",
            "correct the date, or set as_of in params.yaml to a later day",
        )


def check_measures(export: Export, rules: Rules) -> None:
    """Raise InputError at the first target of a measure that no counting rule of the programme defines."""
    if "targets" not in export:
        return
    targets: Table = export["targets"]
    known = [rule.measure for rule in rules.used]
    unknown = np.flatnonzero(~targets.values["measure"].isin(known))
    if len(unknown):
        raise targets.error(
            int(unknown[0]),
            "measure",
            f"{targets.values['measure'].iloc[unknown[0]]!r}, a measure without a rule",
            f"a measure of {rules.name}: {', '.join(known)}",
            "correct the name, or write the rule",
        )
