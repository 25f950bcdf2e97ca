"""Government's appraisal conventions: discounting by the Green Book schedule, prices, WELLBYs, weights, payback.

The figures stand in data/raw/reference, each with its citation.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.errors import InputError
from analysis.files import read_csv, shown

_SCHEDULE, _WELLBY, _DEFLATOR = "green_book_stpr.csv", "wellby_values.csv", "gdp_deflator.csv"
_INDEX = "gdp_deflator_2024_100"  # the column says which index it is, so that no other can stand in its place


@dataclass(frozen=True)
class Band:
    """The discount rate of the years from `first` to `last` (years from now, inclusive)."""

    first: int
    last: int
    rate: float


@dataclass(frozen=True)
class Reference:
    """The figures of official guidance that the lenses use: discount bands, WELLBY values (2019 prices), deflator."""

    standard: tuple[Band, ...]
    health: tuple[Band, ...]
    wellby: Mapping[str, float]
    wellby_year: int
    deflator: Mapping[int, float]

    @property
    def schedules(self) -> dict[str, tuple[Band, ...]]:
        """Discount bands by the name that lenses and choices give them."""
        return {"standard": self.standard, "health": self.health}


def read_reference(root: Path) -> Reference:
    """Read the three tables of data/raw/reference; InputError names file, row and column of what cannot be read."""
    rates = _rows(root, _SCHEDULE, ("year_from", "year_to", "standard", "health"))
    wellby = _rows(root, _WELLBY, ("estimate", "price_year", "value"), text=("estimate",))
    deflator = _rows(root, _DEFLATOR, ("year", _INDEX))
    bands = {
        kind: tuple(Band(int(r["year_from"]), int(r["year_to"]), float(r[kind])) for r in rates)
        for kind in ("standard", "health")
    }
    return Reference(
        bands["standard"],
        bands["health"],
        {str(row["estimate"]): float(row["value"]) for row in wellby},
        int(wellby[0]["price_year"]),
        {int(row["year"]): float(row[_INDEX]) for row in deflator},
    )


def _rows(root: Path, file: str, columns: tuple[str, ...], text: tuple[str, ...] = ()) -> list[dict[str, float | str]]:
    path = root / "data" / "raw" / "reference" / file
    name = shown(path, root)
    return [
        {column: cell if column in text else _number(cell, name, number, column) for column, cell in row.items()}
        for number, row in read_csv(path, name, columns)
    ]


def _number(cell: str, name: str, row: int, column: str) -> float:
    try:
        return float(cell)
    except ValueError:
        raise InputError(
            name,
            row=row,
            column=column,
            found=repr(cell),
            expected="a plain number",
            action="restore the figure from its source",
        ) from None


def discount_factors(years: int, bands: Sequence[Band]) -> np.ndarray:
    """Factors for year 0 to `years`: each year divides the last by 1 + the rate of its band (Green Book, table A6).

    Year 0 is not discounted. Raises ValueError beyond the last band.

    >>> discount_factors(2, [Band(0, 30, 0.035)]).round(4).tolist()
    [1.0, 0.9662, 0.9335]
    """
    rates = [_rate(year, bands) for year in range(1, years + 1)]
    return np.concatenate([[1.0], 1 / np.cumprod(1 + np.asarray(rates, dtype=float))])


def _rate(year: int, bands: Sequence[Band]) -> float:
    for band in bands:
        if band.first <= year <= band.last:
            return band.rate
    raise ValueError(f"no discount rate is given for year {year}")


def present_value(flows: Sequence[float] | np.ndarray, bands: Sequence[Band]) -> float:
    """Yearly amounts in pounds, year 0 first, discounted to year 0."""
    amounts = np.asarray(flows, dtype=float)
    return float(amounts @ discount_factors(len(amounts) - 1, bands))


def payback_years(flows: Sequence[float] | np.ndarray, cost: float, bands: Sequence[Band] = ()) -> float:
    """Years until cumulated value reaches the cost, value spread evenly within each year; inf if it never does.

    `flows` are pounds by year, the first year first; a year's value is discounted, if `bands` are given, by the factor
    of that year with the first year as year 0.

    >>> payback_years([100.0, 100.0], 150.0)
    1.5
    """
    amounts = np.asarray(flows, dtype=float)
    amounts = amounts * discount_factors(len(amounts) - 1, bands) if len(bands) else amounts
    if cost <= 0:
        return 0.0
    total = np.cumsum(amounts)
    reached = np.flatnonzero(total >= cost)
    if not reached.size:
        return float(np.inf)
    year = int(reached[0])
    return float(year + (cost - (total[year] - amounts[year])) / amounts[year])


def reprice(amount: float, from_year: int, to_year: int, deflator: Mapping[int, float]) -> float:
    """Pounds of one year in prices of another by the GDP deflator; InputError for a year the table lacks."""
    for year in (from_year, to_year):
        if year not in deflator:
            raise InputError(
                f"data/raw/reference/{_DEFLATOR}",
                column="year",
                found=f"no index for {year}",
                expected=f"{min(deflator)} to {max(deflator)}",
                action="add the year's index with its source",
            )
    return amount * (deflator[to_year] / deflator[from_year])


def wellby_value(reference: Reference, estimate: str, price_year: int) -> float:
    """Pounds for one point of life satisfaction (0 to 10) of one person for one year, in prices of `price_year`.

    The guidance also raises the value with real income per head; that part is left out here, so the value of a later
    year is somewhat low (Wellbeing Guidance for Appraisal, HM Treasury 2021).
    """
    return reprice(reference.wellby[estimate], reference.wellby_year, price_year, reference.deflator)


def implied_points(pounds: float, person_years: float, value_of_point: float) -> float:
    """Points of life satisfaction (0 to 10) through one year for each person that would be worth these pounds.

    >>> implied_points(26000.0, 2.0, 13000.0)
    1.0
    """
    return pounds / person_years / value_of_point


def distributional_weights(
    incomes: Mapping[str, float], reference_income: float, elasticity: float
) -> dict[str, float]:
    """Weight of a pound to each group: (reference income / group's income) to the power of the elasticity.

    Green Book annex A3 (marginal utility of income; elasticity 1.3). Elasticity 0 gives weight 1 to all.

    >>> distributional_weights({"households": 50.0}, 100.0, 1.0)
    {'households': 2.0}
    """
    return {name: (reference_income / income) ** elasticity for name, income in incomes.items()}


def discounted_years(flows: Sequence[float] | np.ndarray, bands: Sequence[Band]) -> pd.DataFrame:
    """Yearly amounts in pounds, year 0 first: columns value, factor, present and together (present values so far); index: year."""
    amounts = np.asarray(flows, dtype=float)
    factors = discount_factors(len(amounts) - 1, bands)
    present = amounts * factors
    table = {"value": amounts, "factor": factors, "present": present, "together": present.cumsum()}
    return pd.DataFrame(table, index=pd.RangeIndex(len(amounts), name="year"))


def weighted(by_beneficiary: Mapping[str, float], weights: Mapping[str, float] | None = None) -> pd.DataFrame:
    """Value by beneficiary in pounds with and without weights; None (the default) weights every pound alike."""
    used = weights or {}
    rows = {
        name: (float(value), used.get(name, 1.0), float(value) * used.get(name, 1.0))
        for name, value in by_beneficiary.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=["value", "weight", "weighted"]).rename_axis(
        "beneficiary"
    )
