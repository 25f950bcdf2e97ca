"""The ten domains of integration of Ager and Strang (2004), filled as far as the official tables at hand go."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from analysis.census.case import Case
from analysis.census.files import read_yaml
from analysis.census.groups import birth_groups, counts_of, leaves
from analysis.census.reference import FOLDER, Reference
from analysis.census.tables import FLAT_TABLES
from analysis.described import EACH, described, reading, with_inputs
from analysis.files import Strict
from analysis.results import Column, Kind, Labelled

FILE = "integration_domains.yaml"
TABLES = {
    "QS205EW": "english",
    "QS801EW": "year_of_arrival",
    "QS802EW": "age_at_arrival",
    "QS803EW": "length_of_residence",
}
CATEGORIES = {table.table: table.categories for table in FLAT_TABLES}
Facet = Literal["markers and means", "social connection", "facilitators", "foundation"]


class Indicator(Strict):
    """One indicator of a domain: computed from a table at hand, or the official table that would fill it."""

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


class Domain(Strict):
    """One of the ten domains, with the facet of the framework it belongs to."""

    id: str
    label: str
    facet: Facet
    indicators: tuple[Indicator, ...] = Field(min_length=1)


def read_domains(path: Path) -> tuple[Domain, ...]:
    """The ten domains, from data/raw/reference/integration_domains.yaml."""
    reading(f"{FOLDER}/{path.name}")
    return tuple(read_yaml(path, Domain))


def domain_table(reference: Reference, domains: Sequence[Domain], codes: Sequence[str]) -> pd.DataFrame:
    """One row for each indicator: domain, facet, indicator, label, reads_as, source, status, rests_on, one column per area.

    Values are shares (0 to 1) of residents, NaN where the table is not at hand; `status` is "available" or "not
    available", and `source` then the official table that would fill it.
    """
    rows = [_row(reference, domain, indicator, codes) for domain in domains for indicator in domain.indicators]
    return pd.DataFrame(rows)


def _row(reference: Reference, domain: Domain, indicator: Indicator, codes: Sequence[str]) -> dict[str, object]:
    available = indicator.measure is not None
    values, rests_on = with_inputs(
        lambda: _measure(reference, indicator, codes) if available else [np.nan] * len(codes)
    )
    return {
        "domain": domain.label,
        "facet": domain.facet,
        "indicator": indicator.id,
        "label": indicator.label,
        "reads_as": indicator.reads_as,
        "source": indicator.table if available else indicator.would_fill,
        "status": "available" if available else "not available",
        "rests_on": rests_on,
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


def _indicators(case: Case) -> pd.DataFrame:
    """`domain_table` of the case, by the indicator's label; what the domains are read from is a ground of every row."""
    domains, file = with_inputs(lambda: read_domains(case.folder / FILE))
    table = domain_table(case.reference, domains, case.codes)
    index = pd.Index([Labelled(row.label, row.indicator) for row in table.itertuples()], dtype=object)
    rests_on = (file + " " + table["rests_on"]).str.strip()
    return table.assign(rests_on=rests_on, group=table["domain"] + " (" + table["facet"] + ")").set_axis(index)


@described(
    Kind.RECOMPUTED,
    {EACH: Column("", "%", decimals=1, source="source", notes="note", inputs="rests_on")},
    header="Indicator",
    group="group",
    name="integration",
)
def integration(case: Case) -> pd.DataFrame:
    """Indicators of the ten domains (index), per cent, one column for each area; what is missing is said of the area alone."""
    table = _indicators(case)
    there = table["status"] == "available"
    values = 100 * table[list(case.codes)].astype(float)
    values = values.astype(object).where(there, "").assign(**{case.area: values[case.area].astype(object)})
    source, note = table["source"].where(there, ""), ("would be filled by " + table["source"]).mask(there, "")
    columns = dict(zip(case.codes, case.areas, strict=True))
    return values.rename(columns=columns).assign(
        source=source, note=note, rests_on=table["rests_on"], group=table["group"]
    )


@described(Kind.RECOMPUTED, rows={"filled": Column("Domains with an indicator at hand", "domains")}, name="integration")
def domains_filled(case: Case) -> pd.DataFrame:
    """How many domains have an indicator at hand: column value."""
    table = _indicators(case)
    return pd.DataFrame({"value": {"filled": table["domain"][table["status"] == "available"].nunique()}})


@described(
    Kind.RECOMPUTED,
    {"reads": Column("Table at hand and how it is read, or the official table that would fill it")},
    header="Indicator",
    words=("reads",),
    group="domain",
    name="indicators",
)
def indicators(case: Case) -> pd.DataFrame:
    """For each indicator (index) the table it comes from and how it is read, or the official table that would fill it."""
    table = _indicators(case)
    missing = "Not available. Would be filled by: " + table["source"] + "."
    reads = (table["source"] + ". " + table["reads_as"]).where(table["status"] == "available", missing)
    return table[["domain"]].assign(reads=reads)
