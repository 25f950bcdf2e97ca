"""Expected births to a closed group of women, from a total fertility rate."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.census.reference import TotalFertility
from analysis.census.survey import SURVEY_INTERVAL
from analysis.described import described, with_inputs
from analysis.errors import InputError
from analysis.results import Column, Kind, Labelled

if TYPE_CHECKING:
    from analysis.census.case import Case

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


@described(
    Kind.RECOMPUTED,
    {
        "rate": Column(
            "Total fertility rate, women born outside the United Kingdom",
            "children per woman",
            Kind.REFERENCE,
            2,
            source="source",
            inputs="rate_from",
        ),
        "births": Column(
            "Births and their interval", "births", low="low", high="high", interval=SURVEY_INTERVAL, places="decimals"
        ),
        "least": Column("At least", "births", places="coarse"),
        "most": Column("At most", "births", places="coarse"),
    },
    header="Rate and ages",
    name="births",
)
def births_to_come(case: "Case") -> pd.DataFrame:
    """Births expected over the horizon in the area, by vintage of the rate and the ages it is spread over (index)."""
    births = case.result.births
    here = births[births["area_code"] == case.area]
    _, rate_from = with_inputs(lambda: case.reference.fertility)
    index = [_words(*names) for names in zip(here["vintage"], here["schedule"], strict=True)]
    frame = here.set_axis(pd.Index(index, dtype=object)).rename(
        columns={"total_fertility_rate": "rate", "estimate": "births", "widest_low": "least", "widest_high": "most"}
    )
    same = frame["low"] == frame["high"]
    ends = {end: frame[end].mask(same) for end in ("low", "high")}
    source = case.source("fertility", "women born outside the United Kingdom, England and Wales")
    return frame.assign(**ends, coarse=frame["decimals"] - 1, source=source, rate_from=rate_from)


def _words(vintage: str, schedule: str) -> Labelled:
    ages = schedule.removeprefix("even_").replace("_", " to ")
    return Labelled(f"Published {vintage}, ages {ages} alike", f"{vintage}_{schedule}")
