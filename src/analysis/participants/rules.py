"""Checks across columns, and across the rows of one file."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import shows_values
from analysis.participants.monitoring import EXPORT_TABLES
from analysis.participants.schema import KEYS, ONE_OF
from analysis.participants.typed import Table


@dataclass(frozen=True)
class Rule:
    """What must hold within each row: `broken` gives a bool for each row; `columns` are shown in the error, the last is named."""

    columns: tuple[str, ...]
    says: str
    broken: Callable[[pd.DataFrame], pd.Series]
    action: str


def _before_birth(column: str) -> Callable[[pd.DataFrame], pd.Series]:
    return lambda rows: rows[column].dt.year < rows["birth_year"]


def _longer_than_life(column: str) -> Callable[[pd.DataFrame], pd.Series]:
    return lambda rows: rows[column] / 12 > rows["joined_on"].dt.year - rows["birth_year"] + 1


def _other_age(rows: pd.DataFrame) -> pd.Series:
    return (rows["age_at_joining"] - (rows["joined_on"].dt.year - rows["birth_year"])).abs() > 1


def _longer_than_age(column: str) -> Callable[[pd.DataFrame], pd.Series]:
    return lambda rows: rows[column] / 12 > rows["age_at_joining"] + 1


_CHECK = "check both against the paper record"


def _in_order(first: str, second: str) -> Rule:
    says = f"a day on or after {first}"
    return Rule((first, second), says, lambda rows: rows[second] < rows[first], "correct one of the two dates")


RULES: dict[str, tuple[Rule, ...]] = {
    "questionnaire": (
        Rule(("birth_year", "joined_on"), "a day after the person's birth", _before_birth("joined_on"), _CHECK),
        Rule(
            ("birth_year", "interview_date"), "a day after the person's birth", _before_birth("interview_date"), _CHECK
        ),
        Rule(
            ("joined_on", "interview_date"),
            "a day on or after the day of joining",
            lambda rows: rows["interview_date"] < rows["joined_on"],
            _CHECK,
        ),
        Rule(
            ("birth_year", "joined_on", "months_in_uk"),
            "no more months than the person had lived",
            _longer_than_life("months_in_uk"),
            _CHECK,
        ),
        Rule(
            ("birth_year", "joined_on", "months_in_area"),
            "no more months than the person had lived",
            _longer_than_life("months_in_area"),
            _CHECK,
        ),
        Rule(
            ("birth_year", "joined_on", "age_at_joining"),
            "the age that follows from the year of birth, give or take a year",
            _other_age,
            _CHECK,
        ),
        *(
            Rule(
                ("age_at_joining", column), "no more months than the person had lived", _longer_than_age(column), _CHECK
            )
            for column in ("months_in_uk", "months_in_area")
        ),
        Rule(
            ("months_in_uk", "months_in_area"),
            "no more months in the area than in the UK",
            lambda rows: rows["months_in_area"] > rows["months_in_uk"],
            _CHECK,
        ),
    ),
    "attendance": (),
    "advice_contacts": (),
    "referrals": (_in_order("referral_date", "decision_date"),),
    "participants": (
        _in_order("start_date", "partner_from"),
        _in_order("start_date", "partner_until"),
        _in_order("partner_from", "partner_until"),
    ),
    "activities": (),
    "outcomes": (
        Rule(
            ("in_work", "stage"),
            "the stage in_work, at which alone in_work is asked",
            lambda rows: rows["in_work"].notna() & (rows["stage"] != "in_work"),
            "correct the stage, or leave in_work empty",
        ),
    ),
    "exits": (),
    "evidence": (_in_order("received_on", "accepted_on"),),
    "targets": (_in_order("quarter_start", "quarter_end"),),
}


def check_rows(table: Table) -> None:
    """Raise InputError at the first row that breaks a rule, lacks what it needs one of, or stands in the file twice."""
    _check_one_of(table)
    _check_keys(table)
    for rule in RULES[table.name]:
        broken = np.flatnonzero(rule.broken(table.values))
        if len(broken):
            raise table.error(
                int(broken[0]), rule.columns[-1], _shown(table, int(broken[0]), rule.columns), rule.says, rule.action
            )


def _check_one_of(table: Table) -> None:
    wanted = ONE_OF.get(table.name, ())
    without = np.flatnonzero(table.values[list(wanted)].isna().all(axis=1)) if wanted else []
    if len(without):
        raise table.error(
            int(without[0]),
            wanted[0],
            "neither " + " nor ".join(wanted),
            "at least one of the two",
            "fill one of the two in",
        )


def _check_keys(table: Table) -> None:
    key = list(KEYS[table.name])
    if not key:
        return
    # where an id is optional, rows without one are not compared
    repeated = np.flatnonzero(table.values.duplicated(key) & table.values[key].notna().any(axis=1))
    if not len(repeated):
        return
    second = int(repeated[0])
    group = table.values.groupby(key, dropna=False).ngroup()
    first = int(table.rows[int(np.argmax(group == group[second]))])
    respelt = table.reading.respelt[key[0]]
    spelt = " (if not by letter: case and blanks tell no ids and names apart)" if respelt else ""
    raise table.error(
        second,
        key[0],
        f"{_shown(table, second, tuple(key))}, which stands in row {first} already{spelt}",
        "each once",
        "take one of the two rows out, or correct what tells them apart: " + ", ".join(key),
    )


def _shown(table: Table, index: int, columns: tuple[str, ...]) -> str:
    row = table.values.loc[index, list(columns)].dropna()
    return ", ".join(f"{name} {_plain(value)}" if shows_values() else str(name) for name, value in row.items())


def _plain(value: object) -> str:
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return f"{value:g}" if isinstance(value, float) else str(value)


def rule_lines(table: str) -> list[str]:
    """What must hold for the rows of a participant file, one rule a line."""
    key = [f"No two rows are alike in {', '.join(KEYS[table])}."] if KEYS[table] else []
    one_of = [f"Each row has {' or '.join(ONE_OF[table])}."] if table in ONE_OF else []
    known = (
        []
        if table == "questionnaire" or table in EXPORT_TABLES
        else ["Each person_id has a row in the questionnaire file."]
    )
    return [
        *key,
        *one_of,
        *known,
        *(f"{rule.columns[-1]}: {rule.says} (where {', '.join(rule.columns[:-1])} is given)." for rule in RULES[table]),
    ]
