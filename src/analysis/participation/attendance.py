"""Attendance: how many sessions and weeks each participant came to, and how that is spread over the participants.

All functions take the attendance table as it is read (one row for one person at one session) and, where it matters, the
ids of everybody who joined, so that people who never came count as zero and not as absent from the base.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.described import Basis, described, inputs_of, of_nothing_nothing, read_from
from analysis.quantities import band_labels
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


def weeks_attended(attendance: pd.DataFrame, people: Iterable[str]) -> pd.Series:
    """In how many calendar weeks (Monday to Sunday) each person came at least once; needs session_date.

    Index: person_id in the order of `people`. Rows without a date are left out.
    """
    dated = attendance.dropna(subset=["session_date"])
    weeks = week_starts(dated["session_date"]).groupby(dated["person_id"]).nunique()
    return weeks.reindex(_index(people), fill_value=0).rename("weeks").astype(int)


def weeks_engaged(attendance: pd.DataFrame, people: Iterable[str]) -> pd.Series:
    """Calendar weeks from each person's first session to the last: 0 for a single session, 1 for the week after.

    A single participation counts as zero weeks, as in the coproduction paper (Results: Quantitative Evaluation, value
    of volunteering). Index: person_id in the order of `people`; 0 for those who never came.
    """
    dated = attendance.dropna(subset=["session_date"])
    by_person = week_starts(dated["session_date"]).groupby(dated["person_id"])
    weeks = (by_person.max() - by_person.min()).dt.days // 7
    return weeks.reindex(_index(people), fill_value=0).rename("weeks").astype(int)


def week_starts(days: pd.Series) -> pd.Series:
    """The Monday of the week each day lies in."""
    return days - pd.to_timedelta(days.dt.day_of_week, unit="D")


def attendance_curve(sessions: pd.Series) -> pd.DataFrame:
    """How many people came to at least k sessions, for k = 1 ... the highest number anybody came to.

    `sessions`: one number for each person. Index: at_least (k); columns: people, share (of everybody in `sessions`).
    The sum of `people` is the number of attendances. Shows small counts: pass it through disclosure control.

    >>> attendance_curve(pd.Series([0, 1, 3]))["people"].tolist()
    [2, 1, 1]
    """
    top = int(sessions.max()) if len(sessions) else 0
    exact = np.bincount(sessions.astype(int), minlength=top + 1)
    people = exact[::-1].cumsum()[::-1][1:]
    index = pd.RangeIndex(1, top + 1, name="at_least")
    return pd.DataFrame({"people": people, "share": people / max(len(sessions), 1)}, index=index)


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


def attendance_bands(sessions: pd.Series, starts: Sequence[int]) -> pd.DataFrame:
    """People and attendances in bands of sessions; `starts` are the first values of the bands, rising, the last is open.

    Index: sessions (`1-10`, `11-19`, `20+`); columns: people, share, attendances, share_of_attendances. People below
    the first start are not counted: begin with 0 for everybody.

    >>> attendance_bands(pd.Series([1, 12, 25]), [1, 11, 20]).index.tolist()
    ['1-10', '11-19', '20+']
    """
    bands = pd.cut(sessions, [*starts, np.inf], right=False, labels=band_labels(starts))
    grouped = sessions.groupby(bands, observed=False)
    people, attendances = grouped.size(), grouped.sum()
    table = {
        "people": people,
        "share": people / len(sessions),
        "attendances": attendances,
        "share_of_attendances": attendances / sessions.sum(),
    }
    return pd.DataFrame(table).set_axis(pd.Index(band_labels(starts), name="sessions"))


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
def attendance_steps(bands: pd.DataFrame) -> pd.DataFrame:
    """How many people came to at least so many sessions (index), from a table of `people` in bands: as far as it tells."""
    people = pd.to_numeric(bands["people"], errors="coerce")
    steps = people[::-1].cumsum(skipna=False)[::-1].dropna().astype(int)
    starts = [int(label.rstrip("+").partition("-")[0]) for label in steps.index]
    return steps.set_axis(pd.Index(starts, name="start")).to_frame()


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


def attendances_by_month(attendance: pd.DataFrame) -> pd.DataFrame:
    """Attendances and people by calendar month, months without a session included; needs session_date.

    Index: month (`2013-01`); columns: attendances, people.
    """
    dated = attendance.dropna(subset=["session_date"])
    months = dated["session_date"].dt.to_period("M")
    grouped = dated.groupby(months)["person_id"]
    span = pd.period_range(months.min(), months.max(), freq="M") if len(dated) else pd.PeriodIndex([], freq="M")
    table = pd.DataFrame({"attendances": grouped.size(), "people": grouped.nunique()}).reindex(span, fill_value=0)
    return table.set_axis(table.index.strftime("%Y-%m")).rename_axis("month")


def _index(people: Iterable[str]) -> pd.Index:
    return pd.Index(people, name="person_id")
