"""The made-up attendance and advice contacts: which days each participant came, and what advisers recorded."""

from datetime import timedelta

import numpy as np
import pandas as pd

from analysis.examples import FIGURES, MANY_SESSIONS, UNIT_VALUES
from made_up.figures import FIRST_MONDAY, STUDY, count
from made_up.integers import Array, splits_for_value, spread_to_total
from made_up.people import People

# The day of the week each course meets, Monday = 0; the last is what participants ran themselves.
WEEKDAYS = {"esol": 0, "advice": 1, "education": 2, "health": 3, "employability": 4, "community action": 5}
# The fields the paper names, and how often each is drawn: English classes and dealing with services most.
FIELDS = {
    "english classes": 0.36,
    "council and services": 0.28,
    "health": 0.14,
    "ethnic groups and events": 0.12,
    "personal issues": 0.10,
}
_MOST_CONTACTS = 90  # of one adviser
_SMALLEST_SHARE = 0.15  # of each type of contact among all


def make_attendance(people: People, rng: np.random.Generator) -> pd.DataFrame:
    """One row for one person at one session; the published counts of sessions and weeks are met person by person."""
    frames = [_person(people, index, rng) for index in range(len(people.ids))]
    table = pd.concat(frames, ignore_index=True).sort_values(["session_date", "person_id"], ignore_index=True)
    table.insert(0, "study", STUDY)
    return table


def _person(people: People, index: int, rng: np.random.Generator) -> pd.DataFrame:
    weeks = _weeks(int(people.sessions[index]), int(people.join_week[index]), int(people.weeks_engaged[index]), rng)
    twice = rng.permutation(weeks)[: people.sessions[index] - len(weeks)]
    main = str(people.course[index])
    others = [course for course in WEEKDAYS if course != main]
    courses = [main] * len(weeks) + list(rng.choice(others, size=len(twice)))
    days = [_day(int(week), course) for week, course in zip([*weeks, *twice], courses, strict=True)]
    return pd.DataFrame({"person_id": people.ids[index], "session_date": days, "course": courses})


def _weeks(sessions: int, first: int, engaged: int, rng: np.random.Generator) -> Array:
    """The weeks somebody came: the first, the last, and enough between; two sessions a week at most."""
    ends = {first, first + engaged}
    fewest = max(-(-sessions // 2), MANY_SESSIONS if sessions >= MANY_SESSIONS else 1, len(ends))
    number = int(rng.integers(fewest, min(sessions, engaged + 1) + 1))
    between = rng.choice(np.arange(first + 1, max(first + engaged, first + 1)), size=number - len(ends), replace=False)
    return np.sort([*ends, *between]).astype(int)


def _day(week: int, course: str) -> str:
    return (FIRST_MONDAY + timedelta(weeks=week, days=WEEKDAYS[course])).isoformat()


def make_contacts(people: People, attendance: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """One row for one advice contact; the published number, advisers and value are met."""
    n = count("contacts")
    advisers = _advisers(people, rng)
    each = spread_to_total(rng.gamma(1.2, n / len(advisers) / 1.2, len(advisers)), 1, _MOST_CONTACTS, n, rng)
    table = pd.DataFrame(
        {
            "person_id": np.repeat(advisers, each),
            "type": _types(n, rng),
            "field": rng.choice(list(FIELDS), size=n, p=list(FIELDS.values())),
        }
    )
    table.insert(1, "contact_date", _contact_dates(table["person_id"], attendance, rng))
    table = table.sort_values(["contact_date", "person_id"], ignore_index=True, kind="stable")
    table.insert(0, "contact_id", [f"C-{number:04d}" for number in range(1, n + 1)])
    table.insert(0, "study", STUDY)
    return table


def _advisers(people: People, rng: np.random.Generator) -> Array:
    """Those who kept records of their advice: from those who came often, advice trainees first."""
    weights = (people.sessions >= MANY_SESSIONS) * np.where(people.course == "advice", 4.0, 1.0)
    return np.sort(rng.choice(people.ids, size=count("advisers"), replace=False, p=weights / weights.sum()))


def _types(n: int, rng: np.random.Generator) -> Array:
    """The types in random order: one of the splits that are worth the published value, at random among those without a rare type."""
    splits = splits_for_value(n, int(FIGURES["advice_value"].value), tuple(UNIT_VALUES.values()))  # type: ignore[arg-type]
    even = splits[splits.min(axis=1) >= _SMALLEST_SHARE * n]
    return rng.permutation(np.repeat(list(UNIT_VALUES), even[rng.integers(len(even))]))


def _contact_dates(advisers: pd.Series, attendance: pd.DataFrame, rng: np.random.Generator) -> list[str]:
    """A day from the adviser's first session to the last."""
    days = pd.to_datetime(attendance["session_date"]).groupby(attendance["person_id"]).agg(["min", "max"]).loc[advisers]
    length = (days["max"] - days["min"]).dt.days.to_numpy()
    return list((days["min"].to_numpy() + pd.to_timedelta(rng.integers(0, length + 1), unit="D")).strftime("%Y-%m-%d"))
