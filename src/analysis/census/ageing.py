"""Ageing a closed group forward by single years: who is how old at the census, and who is still alive later.

Closed means that nobody joins or leaves the group but by death; this is what "ageing the resident group" asks.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.census.arrivals import SINCE_2001
from analysis.census.reference import LifeExpectancy, Reference
from analysis.census.tables import AGE_AT_ARRIVAL

AGES = np.arange(101)  # completed years; 100 stands for 100 and over
CENSUS = 2011 + 86 / 365
BAND_STARTS = {"2001-03": 2001.0, "2004-06": 2004.0, "2007-09": 2007.0, "2010-11": 2010.0}
STEP = 0.25  # years; arrivals are spread evenly over the quarters of a band


def first_ages() -> list[int]:
    """The first age of each band of table QS802EW."""
    return [int(band.rstrip("+").split("-")[0]) for band in AGE_AT_ARRIVAL.categories[2:]]


def spread_ages_at_arrival(bands: np.ndarray) -> np.ndarray:
    """Arrivals by age band, (areas, 16), spread evenly over the single years of each band: (areas, 101)."""
    starts = [*first_ages(), len(AGES)]
    member = np.zeros((len(starts) - 1, len(AGES)))
    for band, (first, after) in enumerate(zip(starts, starts[1:], strict=False)):
        member[band, first:after] = 1 / (after - first)
    return bands @ member


def years_since_arrival(band: str) -> np.ndarray:
    """Years from arrival to the census, one value for each quarter of a year of the band."""
    start = BAND_STARTS[band]
    end = min(start + 3, CENSUS)
    return CENSUS - np.arange(start + STEP / 2, end, STEP)


def ageing_matrix(durations: np.ndarray) -> np.ndarray:
    """Probabilities (age at arrival, age at the census) for arrivals these many years ago, shape (101, 101).

    Somebody of completed age a has on average an exact age spread evenly over a to a + 1; after d years the completed
    age is a + floor(d) with probability 1 − (d − floor(d)), and one year more otherwise.
    """
    matrix = np.zeros((len(AGES), len(AGES)))
    for years in durations:
        whole = int(years)
        for more, weight in ((whole, 1 - (years - whole)), (whole + 1, years - whole)):
            matrix[AGES, np.minimum(AGES + more, AGES[-1])] += weight / len(durations)
    return matrix


def age_profile(reference: Reference, codes: Sequence[str]) -> pd.DataFrame:
    """Ages at the census of those who arrived since 2001, areas x single years, each row adds to 1; NaN where unknown.

    Age at arrival (QS802EW) carried forward by years since arrival (QS801EW). Assumption: arrivals since 2001 had the
    ages at arrival of all residents born abroad, in each band alike, and those born outside the European Union no other
    than the rest. No table crosses these for a local authority.
    """
    reference.supposes("ages_of_recent_arrivals")
    ages = reference.age_at_arrival.reindex(list(codes)).iloc[:, 2:].to_numpy(dtype=float)
    bands = reference.year_of_arrival.reindex(list(codes))[list(SINCE_2001)].to_numpy(dtype=float)
    at_arrival = _shares(spread_ages_at_arrival(ages))
    moved = [at_arrival @ ageing_matrix(years_since_arrival(band)) for band in SINCE_2001]
    now = np.einsum("ab,bax->ax", _shares(bands), np.stack(moved))
    return pd.DataFrame(now, index=pd.Index(list(codes), name="area_code"), columns=AGES)


def _shares(values: np.ndarray) -> np.ndarray:
    total = values.sum(axis=1, keepdims=True)
    return np.divide(values, total, out=np.full_like(values, np.nan), where=total > 0)


def hazard_curve(known: Sequence[LifeExpectancy]) -> tuple[float, float, float]:
    """The Gompertz-Makeham hazard c + a·exp(b·age) that meets three published life expectancies; returns (a, b, c).

    Calibrated: solved for, so no evidence for those three figures (Gompertz 1825, Makeham 1860). Raises ValueError
    where no such curve exists.
    """
    from scipy.optimize import root

    ages = np.array([row.age for row in known], dtype=float)
    wanted = np.array([row.life_expectancy for row in known])
    found = root(lambda p: expectancy(ages, *np.exp(p)) - wanted, np.log([2.5e-6, 0.12, 4e-4]))
    if len(known) != 3 or not found.success:
        raise ValueError("three life expectancies of different ages are needed that a Gompertz-Makeham curve can meet")
    return tuple(float(value) for value in np.exp(found.x))  # type: ignore[return-value]


def expectancy(ages: np.ndarray, a: float, b: float, c: float) -> np.ndarray:
    """Expected further years of life at exact ages under c + a·exp(b·age): ∫ survival, in steps of 0.05 years."""
    further = np.arange(0, 120, 0.05)
    alive = np.exp(-c * further - a / b * np.exp(b * ages[:, None]) * np.expm1(np.minimum(b * further, 50)))
    return np.trapezoid(alive, further, axis=1)


def survival(a: float, b: float, c: float) -> np.ndarray:
    """Probability of living one more year by completed age, shape (101,): exact age taken as completed age + 1/2."""
    middle = AGES + 0.5
    return np.exp(-c - a / b * np.exp(b * middle) * np.expm1(b))


def carry_forward(people: np.ndarray, alive: np.ndarray, years: int) -> np.ndarray:
    """A group by single years of age after 0, 1, ... `years` years: (areas, 101) to (years + 1, areas, 101).

    people(x + 1, t + 1) = people(x, t) · alive(x); those of 100 and over stay in the last age (Preston, Heuveline and
    Guillot 2001, chapter 6, without births and migration).

    >>> carry_forward(np.eye(101)[[30]], np.full(101, 0.9), 2)[2, 0, 32].round(4).item()
    0.81
    """
    steps = [np.asarray(people, dtype=float)]
    for _ in range(years):
        living = steps[-1] * alive
        older = np.roll(living, 1, axis=1)
        older[:, -1] += older[:, 0]
        older[:, 0] = 0.0
        steps.append(older)
    return np.stack(steps)


BROAD = {"0-15": (0, 16), "16-24": (16, 25), "25-49": (25, 50), "50-64": (50, 65), "65+": (65, 101)}
ADULT = 16
WORKING = {"modelled": (ADULT, 65)}


def broad_ages(profile: pd.DataFrame) -> pd.DataFrame:
    """Single years gathered into under 16, 16 to 24, 25 to 49, 50 to 64, 65 and over, and `modelled`, 16 to 64: shares."""
    edges = BROAD | WORKING
    return pd.DataFrame({name: profile.iloc[:, slice(*ends)].sum(axis=1, skipna=False) for name, ends in edges.items()})


def exceeds_residents(reference: Reference, codes: Sequence[str], profile: pd.DataFrame) -> pd.DataFrame:
    """A check on the age profile: ages at which it would put more arrivals since 2001 than there are residents.

    Rows area_code, age, arrivals, residents (QS103EW); empty where the profile passes.
    """
    arrived = reference.year_of_arrival.reindex(list(codes))[list(SINCE_2001)].sum(axis=1, skipna=False)
    expected = profile.mul(arrived, axis=0)
    residents = reference.age.reindex(list(codes)).iloc[:, 1:].set_axis(AGES, axis=1)
    rows = pd.DataFrame({"arrivals": expected.stack(), "residents": residents.stack()}).rename_axis(
        ["area_code", "age"]
    )
    return rows[rows["arrivals"] > rows["residents"]].reset_index()
