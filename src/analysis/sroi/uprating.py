"""The price year of a value map as one setting: money of another year is raised or lowered by an index where it enters."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from analysis.currency import names
from analysis.expressions import Expression, Operation, Reference
from analysis.sroi.checks import row_units
from analysis.sroi.steps import times
from analysis.sroi.units import Unit
from analysis.sroi.value_map import Row, ValueMap
from analysis.study import Assumption


@dataclass(frozen=True)
class Uprated:
    """A value map all of whose rows are in money of its price year, and the year that each row's money was of before."""

    value_map: ValueMap
    years: Mapping[str, int]


def uprated(value_map: ValueMap, entries: Mapping[str, Assumption], currency: str) -> Uprated:
    """Multiply each row in money of another year Y by index(price year) / index(Y), of the series that the map names.

    A map that names no series stays as it is. A cost is raised in its quantity, an outcome in its financial proxy.
    """
    series, year = value_map.settings.uprate_with, value_map.settings.price_year
    if series is None:
        return Uprated(value_map, {})
    found = {row.id: _year_of(row_units(value_map, entries)[row.id], currency) for row in value_map.rows}
    years = {name: other for name, other in found.items() if other not in (None, year)}
    rows = tuple(_raised(row, series, years[row.id], year) if row.id in years else row for row in value_map.rows)
    return Uprated(replace(value_map, rows=rows), years)  # type: ignore[arg-type]


def _year_of(unit: Unit, currency: str) -> int | None:
    """The year whose money a unit counts; None where it counts none, or more than money alone."""
    called = re.compile(rf"{names(currency)[1]} of (\d{{4}})")
    years = [int(match[1]) for name, power in unit.powers if power == 1 and (match := called.fullmatch(name))]
    return years[0] if len(years) == 1 else None


def _raised(row: Row, series: str, before: int | None, after: int) -> Row:
    column = "quantity" if row.kind == "cost" else "proxy"
    factor: Expression = Operation("/", Reference(f"{series}_{after}"), Reference(f"{series}_{before}"))
    return replace(row, formulas=row.formulas | {column: times(row.formulas[column], factor)})
