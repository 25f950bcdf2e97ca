"""The made-up participants: who joined when, who filled in what, how long in the UK, how well in English."""

from dataclasses import dataclass

import numpy as np

from analysis.examples import FIGURES, MANY_SESSIONS, RECENT_MONTHS, SECOND_YEAR, VERY_MANY_SESSIONS, WEEK_VALUE
from made_up.figures import FIRST_MONDAY, ID_PREFIX, WEEKS, count
from made_up.integers import Array, counts_for_share, group_sizes, match_r_squared, spread_to_total

LONGEST_MONTHS = 120  # arrived over the previous 10 years
YEAR_TWO_WEEK = (SECOND_YEAR - FIRST_MONDAY).days // 7
_LAST_JOINING = (20, YEAR_TWO_WEEK + 13)  # weeks by which the first and the second year's participants have joined
_SESSIONS_A_WEEK = 2
_SMALLEST_GROUP = 20  # of respondents by course, so that tables by course need not be suppressed
_MAIN_COURSES = ("advice", "education", "health", "employability")
_R_SQUARED_WITHIN = 2e-5  # well inside the half unit of the last printed digit, 5e-5


@dataclass(frozen=True)
class People:
    """One entry for each participant, in the order of their ids.

    `improves`: whether a respondent's English improves. Months and English are meant for those with `initial` only.
    """

    ids: Array
    first_year: Array
    join_week: Array
    initial: Array
    responds: Array
    sessions: Array
    weeks_engaged: Array
    course: Array
    improves: Array
    months_in_uk: Array
    months_in_area: Array
    english: Array
    birth_year: Array


def make_people(rng: np.random.Generator) -> People:
    """Draw the participants; every published count of people, sessions and weeks is met."""
    n = count("participants")
    first_year = _pick(rng, n, int(rng.integers(round(0.47 * n), round(0.53 * n) + 1)))
    join_week = np.where(
        first_year, rng.integers(0, _LAST_JOINING[0] + 1, n), rng.integers(YEAR_TWO_WEEK, _LAST_JOINING[1] + 1, n)
    )
    sessions = _sessions(join_week, rng)
    initial = _pick(rng, n, count("initial"), 1.0 + (sessions >= MANY_SESSIONS))
    responds = _pick(rng, n, count("respondents"), initial * (1.0 + 3 * (sessions >= MANY_SESSIONS)))
    months, area, english = _arrival(initial, rng)
    course, improves = _courses(responds, english, rng)
    return People(
        ids=np.array([f"{ID_PREFIX}{number:03d}" for number in range(1, n + 1)]),
        first_year=first_year,
        join_week=join_week,
        initial=initial,
        responds=responds,
        sessions=sessions,
        weeks_engaged=_weeks_engaged(sessions, join_week, first_year, rng),
        course=course,
        improves=improves,
        months_in_uk=months,
        months_in_area=area,
        english=english,
        birth_year=rng.integers(1958, 1994, n),
    )


def _pick(rng: np.random.Generator, n: int, size: int, weights: Array | None = None) -> Array:
    chosen = np.zeros(n, dtype=bool)
    chances = None if weights is None else weights / weights.sum()
    chosen[rng.choice(n, size=size, replace=False, p=chances)] = True
    return chosen


def _sessions(join_week: Array, rng: np.random.Generator) -> Array:
    """Sessions of each person: as many people in each band as the two published thresholds leave."""
    n, many, very_many = len(join_week), count("over_10_sessions"), count("least_20_sessions")
    band = rng.permutation(np.repeat([0, 1, 2], [n - many, many - very_many, very_many]))
    low = np.array([1, MANY_SESSIONS, VERY_MANY_SESSIONS])[band]
    high = np.where(
        band == 2, _SESSIONS_A_WEEK * (WEEKS - join_week), np.array([MANY_SESSIONS, VERY_MANY_SESSIONS, 0])[band] - 1
    )
    draws = np.choose(band, [rng.geometric(0.25, n), rng.integers(11, 20, n), 20 + rng.gamma(2.5, 11, n)])
    high = np.where(draws == 1, 1, high)  # some came once, and stay so
    return spread_to_total(draws, low, high, count("attendances"), rng)


def _weeks_engaged(sessions: Array, join_week: Array, first_year: Array, rng: np.random.Generator) -> Array:
    """Weeks from first to last session: enough for the sessions, most of the first year's reach into the second."""
    low = np.maximum(-(-sessions // _SESSIONS_A_WEEK) - 1, np.where(sessions >= MANY_SESSIONS, MANY_SESSIONS - 1, 1))
    stays = first_year & (sessions > 1) & (rng.random(len(sessions)) < 0.75)
    low = np.where(stays, np.maximum(low, YEAR_TWO_WEEK - join_week), low)
    high = WEEKS - 1 - join_week
    low, high = np.where(sessions == 1, 0, low), np.where(sessions == 1, 0, high)
    return spread_to_total(rng.integers(low, high + 1), low, high, weeks_in_value(), rng)


def weeks_in_value() -> int:
    """The weeks that the published value of taking part holds at the published value of a week.

    >>> weeks_in_value()
    3256
    """
    return int(FIGURES["weeks_value"].value) // WEEK_VALUE


def _arrival(initial: Array, rng: np.random.Generator) -> tuple[Array, Array, Array]:
    """Months in the UK and in the area, and English at joining; the last is 0 for those without initial questionnaire."""
    n, recent = int(initial.sum()), counts_for_share(int(FIGURES["recent_in_area"].value), count("initial"))[0]
    new = int(
        rng.integers(recent - 15, recent - 4)
    )  # in the UK itself for so short a time; the others moved to the area
    months = np.concatenate(
        [rng.integers(2, RECENT_MONTHS + 1, new), rng.integers(RECENT_MONTHS + 1, LONGEST_MONTHS + 1, n - new)]
    )
    english = np.minimum(rng.choice([1, 2, 3, 4, 5], size=n, p=[0.24, 0.34, 0.26, 0.13, 0.03]), _highest(n, rng))
    bands = (1, RECENT_MONTHS + 1, LONGEST_MONTHS + 1)
    months = match_r_squared(
        rng.permutation(months), english, bands, float(FIGURES["r_squared"].value), _R_SQUARED_WITHIN
    )
    area = _months_in_area(months, recent, rng)
    return _at(initial, months), _at(initial, area), _at(initial, english)


def _highest(n: int, rng: np.random.Generator) -> Array:
    """The highest rating each may have: 5 for four people only, since nobody who begins at 5 can improve."""
    return rng.permutation(np.repeat([5, 4], [4, n - 4]))


def _months_in_area(months: Array, recent: int, rng: np.random.Generator) -> Array:
    new = months <= RECENT_MONTHS
    moved = np.zeros(len(months), dtype=bool)
    moved[rng.choice(np.flatnonzero(~new), size=recent - int(new.sum()), replace=False)] = True
    low = np.where(new | moved, 1, RECENT_MONTHS + 1)
    high = np.where(moved, RECENT_MONTHS, months)
    stayed = rng.random(len(months)) < 0.6  # never lived elsewhere in the UK
    return np.where(stayed & ~moved, months, rng.integers(low, high + 1))


def _at(mask: Array, values: Array) -> Array:
    whole = np.zeros(len(mask), dtype=int)
    whole[mask] = values
    return whole


def _courses(responds: Array, english: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """The main course of everybody, and which respondents improve: both published shares, in groups that make them possible."""
    shares = int(FIGURES["english_esol"].value), int(FIGURES["english_other"].value)
    esol_size, esol_better, _, other_better = _any(group_sizes(shares, count("respondents"), _SMALLEST_GROUP), rng)
    esol = _pick(rng, len(responds), esol_size, responds * np.where(english <= 2, 3.0, 1.0))
    course = np.where(
        esol | (~responds & (rng.random(len(responds)) < 0.5)), "esol", rng.choice(_MAIN_COURSES, len(responds))
    )
    can = responds & (english < 5)
    better = _pick(rng, len(responds), esol_better, 1.0 * (can & esol)) | _pick(
        rng, len(responds), other_better, 1.0 * (can & ~esol)
    )
    return course, better


def _any(options: list[tuple[int, int, int, int]], rng: np.random.Generator) -> tuple[int, int, int, int]:
    return options[int(rng.integers(len(options)))]
