"""The worked example as a whole: made, written as participant files, and held against the published figures."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.examples.answers import make_questionnaire
from analysis.examples.figures import (
    DEFAULT_SEED,
    FIGURES,
    ID_PREFIX,
    MANY_SESSIONS,
    OF_STUDY,
    RECENT_MONTHS,
    SECOND_YEAR,
    UNIT_VALUES,
    VERY_MANY_SESSIONS,
    WEEK_VALUE,
)
from analysis.examples.people import make_people
from analysis.examples.sessions import make_attendance, make_contacts
from analysis.quantities import parse_printed, rounds_to

NOTICE = (
    "# Synthetic records of a worked example, made by a seeded generator. They are nobody's answers and no findings.\n"
)


def make_example(seed: int = DEFAULT_SEED) -> dict[str, pd.DataFrame]:
    """A full set of made-up participant files that meets every published figure in `figures.FIGURES`.

    Returns questionnaire, attendance and advice_contacts, all cells as text. Same seed, same tables.
    """
    for_people, for_days, for_advice, for_answers = np.random.default_rng(seed).spawn(4)
    people = make_people(for_people)
    attendance = make_attendance(people, for_days)
    return {
        "questionnaire": make_questionnaire(people, attendance, for_answers),
        "attendance": attendance,
        "advice_contacts": make_contacts(people, attendance, for_advice),
    }


def write_example(folder: Path, seed: int = DEFAULT_SEED) -> list[Path]:
    """Write the worked example into `folder` as CSV files and records.yaml; returns the paths. Same seed, same bytes."""
    return write_records(folder, make_example(seed), f"id_prefix: {ID_PREFIX}\nof_study: {OF_STUDY}\n")


def write_records(folder: Path, tables: dict[str, pd.DataFrame], layout: str) -> list[Path]:
    """Write made-up tables as CSV files, and records.yaml with the notice that they are made up; each whole or not at all."""
    contents = {f"{name}.csv": table.to_csv(index=False, lineterminator="\n") for name, table in tables.items()}
    contents["records.yaml"] = NOTICE + layout
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in contents.items():
        temporary = folder / f".{name}.part"
        temporary.write_text(text, encoding="utf-8", newline="\n")
        temporary.replace(folder / name)
    return [folder / name for name in contents]


def figures_met(questionnaire: pd.DataFrame, attendance: pd.DataFrame, contacts: pd.DataFrame) -> pd.DataFrame:
    """The published figures beside what a set of records gives, from the tables as they are read (numbers, dates).

    Index: figure; columns: label, printed, value, met (bool), reading, source.
    """
    values = {key: float(measure(questionnaire, attendance, contacts)) for key, measure in _MEASURES.items()}
    rows = [
        {
            "label": figure.label,
            "printed": figure.printed,
            "value": values[key],
            "met": _met(key, values[key]),
            "reading": figure.reading,
            "source": figure.source,
        }
        for key, figure in FIGURES.items()
    ]
    return pd.DataFrame(rows, index=pd.Index(FIGURES, name="figure"))


def _met(key: str, value: float) -> bool:
    printed = FIGURES[key].printed
    if key in _SPECIAL:
        return _SPECIAL[key](value)
    return bool(rounds_to(value, parse_printed(printed)))


# Figures that words around them bound; each as the reading of the figure says.
_SPECIAL: dict[str, Callable[[float], bool]] = {
    "first_year": lambda share: 45 <= share <= 55,
    "stayed": lambda share: share > 50,
    "longest_in_uk": lambda months: months <= 120,
    "friends_after": lambda mean: 8 < mean < 8.5,
    "confidence_after": lambda mean: 7.85 <= mean < 7.95,
}

_Measure = Callable[[pd.DataFrame, pd.DataFrame, pd.DataFrame], float]


def _respondents(q: pd.DataFrame) -> pd.DataFrame:
    return q[q["interview_date"].notna()]


def _initial(q: pd.DataFrame) -> pd.DataFrame:
    return q[q["english_at_joining"].notna()]


def _improved(q: pd.DataFrame, esol: bool) -> float:
    group = _respondents(q)[(_respondents(q)["course"] == "esol") == esol]
    looking_back, at_the_time = (
        (group["english_post"] > group[f"english_{moment}"]).mean() for moment in ("then", "pre")
    )
    return 100 * looking_back if looking_back == at_the_time else float("nan")


def _stayed(q: pd.DataFrame, a: pd.DataFrame) -> float:
    first = q.loc[q["joined_on"] < pd.Timestamp(SECOND_YEAR), "person_id"]
    return 100 * first.isin(a.loc[a["session_date"] >= pd.Timestamp(SECOND_YEAR), "person_id"]).mean()


def _r_squared(q: pd.DataFrame) -> float:
    return float(np.corrcoef(_initial(q)["months_in_uk"], _initial(q)["english_at_joining"])[0, 1] ** 2)


def _weeks(a: pd.DataFrame) -> pd.Series:
    return a["session_date"] - pd.to_timedelta(a["session_date"].dt.day_of_week, unit="D")


def _weeks_engaged(a: pd.DataFrame) -> float:
    weeks = _weeks(a).groupby(a["person_id"])
    return float(((weeks.max() - weeks.min()).dt.days // 7).sum())


_MEASURES: dict[str, _Measure] = {
    "participants": lambda q, a, c: len(q),
    "initial": lambda q, a, c: len(_initial(q)),
    "first_year": lambda q, a, c: 100 * (q["joined_on"] < pd.Timestamp(SECOND_YEAR)).mean(),
    "stayed": lambda q, a, c: _stayed(q, a),
    "longest_in_uk": lambda q, a, c: q["months_in_uk"].max(),
    "recent_in_area": lambda q, a, c: 100 * (_initial(q)["months_in_area"] <= RECENT_MONTHS).mean(),
    "r_squared": lambda q, a, c: _r_squared(q),
    "respondents": lambda q, a, c: len(_respondents(q)),
    "friends_before": lambda q, a, c: q["friends_then"].mean(),
    "friends_pre": lambda q, a, c: _respondents(q)["friends_pre"].mean(),
    "friends_after": lambda q, a, c: q["friends_post"].mean(),
    "confidence_before": lambda q, a, c: q["confidence_then"].mean(),
    "confidence_pre": lambda q, a, c: _respondents(q)["confidence_pre"].mean(),
    "confidence_after": lambda q, a, c: q["confidence_post"].mean(),
    "english_esol": lambda q, a, c: _improved(q, esol=True),
    "english_other": lambda q, a, c: _improved(q, esol=False),
    "over_10_sessions": lambda q, a, c: (a["person_id"].value_counts() >= MANY_SESSIONS).sum(),
    "over_10_weeks": lambda q, a, c: (_weeks(a).groupby(a["person_id"]).nunique() >= MANY_SESSIONS).sum(),
    "least_20_sessions": lambda q, a, c: (a["person_id"].value_counts() >= VERY_MANY_SESSIONS).sum(),
    "attendances": lambda q, a, c: len(a),
    "weeks_value": lambda q, a, c: WEEK_VALUE * _weeks_engaged(a),
    "volunteering_weeks": lambda q, a, c: q["weeks_volunteering"].sum(),
    "contacts": lambda q, a, c: len(c),
    "advisers": lambda q, a, c: c["person_id"].nunique(),
    "advice_value": lambda q, a, c: c["type"].map(UNIT_VALUES).sum(),
}
