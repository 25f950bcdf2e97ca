"""Attendance: how many sessions and weeks each participant came to, and how that is spread over the participants.

All functions take the attendance table as it is read (one row for one person at one session) and, where it matters, the
ids of everybody who joined, so that people who never came count as zero and not as absent from the base.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.described import Basis, described, inputs_of, of_nothing_nothing, read_from
from analysis.results import Column, Kind


def sessions_per_person(attendance: pd.DataFrame, people: Iterable[str]) -> pd.Series:
    """Sessions attended by each person in `people`; 0 for those without a row.

    Index: person_id in the order of `people`. Rows of other people are left out.

    >>> sessions_per_person(pd.DataFrame({"person_id": ["A", "A", "B"]}), ["A", "B", "C"]).to_dict()
    {'A': 2, 'B': 1, 'C': 0}
    """
    counts = attendance["person_id"].value_counts()
    return counts.reindex(_index(people), fill_value=0).rename("sessions").astype(int)


@of_nothing_nothing
def session_counts(attendance: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """`sessions_per_person` of everybody who joined, as a frame with the column `sessions`. Row-level: not for display."""
    counts = sessions_per_person(attendance, people["person_id"]).to_frame()
    return read_from(counts, *inputs_of(attendance), *inputs_of(people))


@described(
    Kind.MEASURED,
    rows={"sessions.total": Column("Attendances", "attendances")},
    basis=Basis("{row}", statistic="sum", each="n"),
)
def attendances(counts: pd.DataFrame) -> pd.DataFrame:
    """All attendances of `session_counts`: value, and n, the people who came at all."""
    sessions = counts["sessions"]
    return pd.DataFrame({"value": {"sessions.total": int(sessions.sum())}, "n": int((sessions > 0).sum())})


QUARTILES = {"lower_quartile": 0.25, "median": 0.5, "upper_quartile": 0.75}


def spread_rows(what: str, **more: Column) -> dict[str, Column]:
    """What a spread of something holds, by id: mean, quartiles, and more."""
    tenths = {name: Column(name.replace("_", " ").capitalize(), decimals=1) for name in ("mean", *QUARTILES)}
    return {
        f"{what}.{name}": replace(column, label=f"{column.label}, {what}")
        for name, column in {**tenths, **more}.items()
    }


def spread_frame(what: str, rows: dict[str, tuple[float, float]]) -> pd.DataFrame:
    """Statistics as (value, people behind it): columns value, n, and quantile where one is meant."""
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=["value", "n"])
    return frame.assign(quantile=[QUARTILES.get(name) for name in rows]).set_axis([f"{what}.{name}" for name in rows])


@described(
    Kind.MEASURED,
    rows=spread_rows(
        "sessions",
        gini=Column("Gini coefficient", decimals=2),
        share_of_top=Column("Share of the most active quarter", "%"),
    ),
    header="Statistic",
    basis=Basis("{row}", each="n"),
)
def session_spread(counts: pd.DataFrame) -> pd.DataFrame:
    """`concentration` of `session_counts`: value, n, quantile. Index: sessions.mean and so on."""
    found = concentration(counts["sessions"])
    values = {name: found[name] for name in ("mean", *QUARTILES, "gini")} | {
        "share_of_top": 100 * found["share_of_top"]
    }
    return spread_frame("sessions", {name: (value, len(counts)) for name, value in values.items()})


def reaching(sessions: pd.Series, thresholds: Sequence[int]) -> pd.DataFrame:
    """How many people came to at least so many sessions, for each threshold. More than 10 is at least 11.

    Index: at_least; columns: people, share, attendances (the sessions those people came to).
    """
    rows = [(sessions >= least).to_numpy() for least in thresholds]
    return pd.DataFrame(
        {
            "people": [int(row.sum()) for row in rows],
            "share": [float(row.mean()) for row in rows],
            "attendances": [int(sessions.to_numpy()[row].sum()) for row in rows],
        },
        index=pd.Index(thresholds, name="at_least"),
    )


def concentration(sessions: pd.Series, top: float = 0.25) -> pd.Series:
    """How unevenly attendances are spread: people, attendances, mean, median, quartiles, Gini coefficient, share of the top.

    Gini = sum over people, in rising order, of (2i - n - 1) x_i, divided by n times the sum of x (Sen 1973, On Economic
    Inequality, ch. 2): 0 where everybody came equally often, (n - 1) / n where one person made all attendances. The
    share of the top is that of the `top` part of the people with most sessions (number of people rounded up).
    Raises ValueError where nobody came.
    """
    ordered = np.sort(sessions.to_numpy(dtype=float))
    n, total = len(ordered), ordered.sum()
    if not total:
        raise ValueError("nobody attended, so attendances cannot be concentrated")
    ranks = 2 * np.arange(1, n + 1) - n - 1
    quartiles = np.quantile(ordered, [0.25, 0.5, 0.75])
    return pd.Series(
        {
            "people": n,
            "attendances": total,
            "mean": total / n,
            "lower_quartile": quartiles[0],
            "median": quartiles[1],
            "upper_quartile": quartiles[2],
            "gini": float(ranks @ ordered) / (n * total),
            "share_of_top": ordered[n - int(np.ceil(top * n)) :].sum() / total,
        },
        name="sessions",
    )


@described(
    Kind.MEASURED,
    {"people": Column("People", "people")},
    header="Sessions, at least",
)
def attendance_steps(bands: pd.DataFrame) -> pd.DataFrame | None:
    """How many people came to at least so many sessions (index), from a table of `people` in bands: as far as it tells.

    None where that is nothing.
    """
    people = pd.to_numeric(bands["people"], errors="coerce")
    steps = people[::-1].cumsum(skipna=False)[::-1].dropna().astype(int)
    starts = [int(label.rstrip("+").partition("-")[0]) for label in steps.index]
    return None if steps.empty else steps.set_axis(pd.Index(starts, name="start")).to_frame()


@described(
    Kind.MEASURED,
    {"attendances": Column("Attendances", "attendances")},
    header="Course",
    basis=Basis("Attendances of the course {row}", statistic="sum", each="people", adds_up=True),
)
def attendances_by_course(attendance: pd.DataFrame) -> pd.DataFrame:
    """Attendances and people by course, most attended first, then by alphabet; no course stated: `(not stated)`.

    Index: course; columns: attendances, people, share (of attendances).
    """
    grouped = attendance.groupby(attendance["course"].fillna("(not stated)"))["person_id"]
    table = pd.DataFrame({"attendances": grouped.size(), "people": grouped.nunique()})
    table["share"] = table["attendances"] / len(attendance)
    return (
        table.rename_axis("course")
        .reset_index()
        .sort_values(["attendances", "course"], ascending=[False, True])
        .set_index("course")
    )


def _index(people: Iterable[str]) -> pd.Index:
    return pd.Index(people, name="person_id")
