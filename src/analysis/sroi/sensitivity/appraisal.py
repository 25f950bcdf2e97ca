"""Government's appraisal conventions: discounting by the Green Book schedule, prices, WELLBYs, weights, payback.

The figures stand in data/raw/reference, each with its citation.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from pydantic import Field

from analysis.described import described, reading
from analysis.errors import InputError
from analysis.files import Strict, read_csv, shown
from analysis.results import Column, Kind
from analysis.sroi.sensitivity.case import PLACE, Case
from analysis.study import Register

_FOLDER = "data/raw/reference"
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
        reading(f"{_FOLDER}/{_SCHEDULE}")
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
    reading(f"{_FOLDER}/{_DEFLATOR}")
    for year in (from_year, to_year):
        if year not in deflator:
            raise InputError(
                f"{_FOLDER}/{_DEFLATOR}",
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
    reading(f"{_FOLDER}/{_WELLBY}")
    return reprice(reference.wellby[estimate], reference.wellby_year, price_year, reference.deflator)


def wellby_values(reference: Reference, price_year: int) -> dict[str, float]:
    """`wellby_value` of every estimate, by its name."""
    return {name: wellby_value(reference, name, price_year) for name in reference.wellby}


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


class Wellbeing(Strict):
    """An outcome whose value can be put in points of life satisfaction: over how many person-years it is spread."""

    outcome: str
    person_years: float | str = Field(description="a number, or a formula over inputs of the model")
    price_year: int
    why: str

    def years(self, case: Case) -> float:
        """Person-years at the base values; InputError for a formula that does not compute."""
        return case.number(self.person_years, f"wellbeing.{self.outcome}")

    def raised(self, case: Case) -> float:
        """By how much the model raised the outcome's pounds from `price_year`'s to its own price year."""
        raised = getattr(case.model, "raised", None)
        return raised(self.outcome) if raised else 1.0


@described(
    None,
    {
        "person_years": Column("Person-years", "person-years", decimals=1),
        **{f"at_{name}": Column(f"At the {name} WELLBY", "points", decimals=2) for name in ("low", "central", "high")},
        "why": Column("How they are counted"),
    },
    header="Outcome",
    words=("why",),
)
def wellbeing(case: Case, spread: Sequence[Wellbeing], reference: Reference) -> pd.DataFrame | None:
    """Points of life satisfaction through a year for each person that an outcome's value stands for, by WELLBY estimate.

    Index: outcome. Columns: person_years, at_low, at_central, at_high (`implied_points`), why. None where no outcome is valued
    so; raises InputError for a name that is no outcome.
    """
    rows = {entry.outcome: _points(case, entry, reference) for entry in spread}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("outcome") if rows else None


def _points(case: Case, entry: Wellbeing, reference: Reference) -> dict[str, float | str]:
    amounts = case.at().by_outcome
    if entry.outcome not in amounts:
        raise InputError(
            PLACE,
            column="wellbeing",
            found=f"{entry.outcome!r}, which is no outcome of the model",
            expected=f"one of {', '.join(amounts)}",
            action="correct the name",
        )
    years, pounds = entry.years(case), float(amounts[entry.outcome]) / entry.raised(case)
    worth = wellby_values(reference, entry.price_year)
    points = {f"at_{name}": implied_points(pounds, years, point) for name, point in worth.items()}
    return {"person_years": years, **points, "why": entry.why}


def _flows(case: Case) -> list[float] | None:
    """Value in pounds by year, year 0 first, to the last year with any; None where the model keeps no years."""
    by_year = getattr(case.at(), "by_year", None)
    return None if by_year is None else [float(by_year.get(year, 0.0)) for year in range(max(by_year) + 1)]


@described(None, {"years": Column("Years", "years", decimals=1)}, header="Counted", row="{}")
def payback(case: Case, reference: Reference) -> pd.DataFrame | None:
    """Years until value reaches cost; None where the model keeps no years.

    As the model counts value, its own discounting included, and with the Green Book rate on top. Index: way of counting;
    column: years (nan: not within the years the model counts).
    """
    if (flows := _flows(case)) is None:
        return None
    ways = {
        "as the model counts value": (),
        "and discounted by the Green Book schedule": reference.schedules["standard"],
    }
    found = [payback_years(flows, float(case.at().cost), bands) for bands in ways.values()]
    return pd.DataFrame({"years": found}, index=pd.Index(ways, name="counted")).replace(np.inf, np.nan)


@described(
    None,
    {
        "value": Column("Value as modelled", "GBP"),
        "factor": Column("Factor", kind=Kind.REFERENCE, decimals=4),
        "present": Column("Present value", "GBP"),
        "together": Column("Present value so far", "GBP"),
    },
    header="Year",
    row="year {}",
)
def value_by_year(case: Case, reference: Reference) -> pd.DataFrame | None:
    """`discounted_years` of the model's value with the Green Book's factors, to the last year with any; None without one."""
    flows = _flows(case)
    if flows is None or not any(flows):
        return None
    return discounted_years(flows[: 1 + max(np.flatnonzero(flows))], reference.schedules["standard"])


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


@described(
    None,
    {
        "value": Column("Value", "GBP", inputs="rests"),
        "weight": Column("Weight of a pound", decimals=2),
        "weighted": Column("Weighted value", "GBP"),
    },
    header="Beneficiary",
    row="{}",
)
def by_beneficiary(
    case: Case, incomes: Mapping[str, float], reference_income: float | None, stipulated: Register
) -> pd.DataFrame:
    """`weighted` value of the model by beneficiary; without weights where no incomes are given. `rests`: what the value rests on."""
    amounts = {name: float(found) for name, found in case.at().by_beneficiary.items()}
    rests = case.rests("beneficiary_steps", amounts)
    if not incomes or reference_income is None:
        return weighted(amounts)[["value"]].assign(rests=rests)
    weights = distributional_weights(incomes, reference_income, stipulated["income_elasticity"].value)
    return weighted(amounts, weights).assign(rests=rests)
