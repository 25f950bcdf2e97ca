"""The ten domains of integration of Ager and Strang (2004), filled as far as the official tables at hand go."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, model_validator

from analysis.census.files import read_yaml
from analysis.census.groups import birth_groups, counts_of, leaves
from analysis.census.reference import Reference
from analysis.census.tables import FLAT_TABLES

TABLES = {
    "QS205EW": "english",
    "QS801EW": "year_of_arrival",
    "QS802EW": "age_at_arrival",
    "QS803EW": "length_of_residence",
}
CATEGORIES = {table.table: table.categories for table in FLAT_TABLES}
Facet = Literal["markers and means", "social connection", "facilitators", "foundation"]


class Indicator(BaseModel):
    """One indicator of a domain: computed from a table at hand, or the official table that would fill it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: str = Field(pattern=r"[a-z0-9_]+")
    label: str
    reads_as: str = ""
    table: str = ""
    numerator: tuple[str, ...] = ()
    denominator: tuple[str, ...] = ()
    measure: Literal["ratio", "same_country", "group_share"] | None = None
    would_fill: str = ""

    @model_validator(mode="after")
    def _either_or(self) -> "Indicator":
        if (self.measure is None) != bool(self.would_fill):
            raise ValueError("an indicator has either a measure or the table that would fill it")
        if self.measure == "ratio" and not (self.table in TABLES and self.numerator and self.denominator):
            raise ValueError("a ratio names its table, numerator and denominator")
        unknown = sorted({*self.numerator, *self.denominator} - set(CATEGORIES.get(self.table, ())))
        if unknown:
            raise ValueError(f"table {self.table or '(none)'} has no category {unknown[0]!r}")
        return self


class Domain(BaseModel):
    """One of the ten domains, with the facet of the framework it belongs to."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: str
    label: str
    facet: Facet
    indicators: tuple[Indicator, ...] = Field(min_length=1)


def read_domains(path: Path) -> tuple[Domain, ...]:
    """The ten domains, from data/raw/reference/integration_domains.yaml."""
    return tuple(read_yaml(path, Domain))


def domain_table(reference: Reference, domains: Sequence[Domain], codes: Sequence[str]) -> pd.DataFrame:
    """One row for each indicator: domain, facet, indicator, label, reads_as, source, status, then one column per area.

    Values are shares (0 to 1) of residents, NaN where the table is not at hand; `status` is "available" or "not
    available", and `source` then the official table that would fill it.
    """
    rows = [_row(reference, domain, indicator, codes) for domain in domains for indicator in domain.indicators]
    return pd.DataFrame(rows)


def _row(reference: Reference, domain: Domain, indicator: Indicator, codes: Sequence[str]) -> dict[str, object]:
    available = indicator.measure is not None
    values = _measure(reference, indicator, codes) if available else np.full(len(codes), np.nan)
    return {
        "domain": domain.label,
        "facet": domain.facet,
        "indicator": indicator.id,
        "label": indicator.label,
        "reads_as": indicator.reads_as,
        "source": indicator.table if available else indicator.would_fill,
        "status": "available" if available else "not available",
        **dict(zip(codes, values, strict=True)),
    }


def _measure(reference: Reference, indicator: Indicator, codes: Sequence[str]) -> np.ndarray:
    if indicator.measure == "same_country":
        return same_country(counts_of(reference, codes, leaves(reference.categories, "non_eu")))
    if indicator.measure == "group_share":
        groups = birth_groups(reference, codes)
        return (groups["non_eu"] / groups["all"]).to_numpy()
    table = getattr(reference, TABLES[indicator.table]).reindex(list(codes))
    part, whole = (
        table[list(names)].sum(axis=1, skipna=False).to_numpy(dtype=float)
        for names in (indicator.numerator, indicator.denominator)
    )
    return np.divide(part, whole, out=np.full(len(codes), np.nan), where=whole > 0)


def same_country(counts: np.ndarray) -> np.ndarray:
    """Chance that two different residents of a group share a category of birth: Σ n(n − 1) / N(N − 1) (Simpson 1949).

    `counts` (areas, categories); returns (areas,), NaN where fewer than two residents.

    >>> same_country(np.array([[2.0, 2.0]])).round(4).tolist()
    [0.3333]
    """
    total = counts.sum(axis=1)
    pairs = (counts * (counts - 1)).sum(axis=1)
    return np.divide(pairs, total * (total - 1), out=np.full(len(total), np.nan), where=total > 1)
