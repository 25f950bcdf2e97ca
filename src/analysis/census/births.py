"""Expected births to a closed group of women, from a total fertility rate."""

from collections.abc import Sequence

import numpy as np

from analysis.census.reference import TotalFertility
from analysis.errors import InputError

VINTAGES = ("2012", "2014")
SCHEDULES = ("even_15_49", "even_20_39")


def fertility_schedule(total_rate: float, first: int, last: int) -> np.ndarray:
    """Births a year to a woman of each completed age, shape (101,): the total rate spread evenly over first to last.

    A total fertility rate is the sum of the rates of single ages, so an even schedule gives each of the n ages rate / n.

    >>> float(fertility_schedule(2.1, 15, 49)[30].round(4))
    0.06
    """
    rates = np.zeros(101)
    rates[first : last + 1] = total_rate / (last + 1 - first)
    return rates


def expected_births(by_year: np.ndarray, rates: np.ndarray) -> np.ndarray:
    """Births over the whole horizon to women by age at each year's start and end: (years + 1, areas, 101) to (areas,).

    Each year, births = Σ over ages of rate(x) · (women(x) at the start + women(x) at the end) / 2, the person-years lived
    at age x (Preston, Heuveline and Guillot 2001, section 6.2).
    """
    lived = (by_year[:-1] + by_year[1:]) / 2
    return np.einsum("tax,x->a", lived, rates)


def total_rate(rates: Sequence[TotalFertility], vintage: str, birth_group: str = "non_uk_born") -> float:
    """The published total fertility rate of one vintage and birth group; raises InputError where there is none."""
    for row in rates:
        if (row.vintage, row.birth_group) == (vintage, birth_group):
            return row.total_fertility_rate
    raise InputError(
        "data/raw/reference/fertility_total_rates_2011.csv",
        column="vintage",
        found=f"{vintage} {birth_group}",
        expected="one of " + ", ".join(f"{row.vintage} {row.birth_group}" for row in rates),
        action="choose one of these",
    )
