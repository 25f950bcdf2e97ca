"""Where an area stands among others: the data behind the small multiples."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.census.areas import authorities
from analysis.census.arrivals import arrival_cohort, uniform_seed
from analysis.census.case import Case
from analysis.census.groups import birth_groups
from analysis.census.reference import Reference
from analysis.described import described
from analysis.results import Column, Kind, Labelled

COMPLETE = 300  # districts; fewer than this and the file is a selection, not the official table
MEASURES = {
    "non_eu_share": "Born outside the European Union, share of residents",
    "foreign_share": "Born outside the United Kingdom, share of residents",
    "recent_share": "Arrived since 2001, share of residents",
    "recent_of_foreign": "Arrived since 2001, share of those born abroad",
    "not_well_share": "Speak English not well or not at all, share of residents aged 3 and over",
    "women_share_of_all": "Women, share of all residents",
}


@dataclass(frozen=True)
class Standing:
    """Values by area and measure, the area's place among them, and in words which areas these are."""

    values: pd.DataFrame
    places: pd.DataFrame
    scope: str


def standing(reference: Reference, code: str, comparison: Sequence[str]) -> Standing:
    """An area among all authorities where the complete tables are there, among the comparison areas otherwise.

    `values`: areas x measures (shares); `places`: one row for each measure with label, value, rank (1 is the highest),
    areas with a value, percentile (share of the other areas with a lower value, ties half), and quartiles.
    """
    everywhere = authorities(reference.names)
    complete = len(everywhere) >= COMPLETE
    others = [other for other in comparison if other in everywhere and other != code]
    codes = everywhere if complete else pd.Index([code, *others])
    values = measures(reference, codes)
    places = pd.DataFrame([_place(values[name], code) for name in MEASURES], index=pd.Index(MEASURES, name="measure"))
    places.insert(0, "label", list(MEASURES.values()))
    scope = f"{len(codes)} local authorities of England and Wales" if complete else f"{len(codes)} areas compared here"
    return Standing(values, places, scope)


def measures(reference: Reference, codes: Sequence[str]) -> pd.DataFrame:
    """The shares of MEASURES, areas x measures, NaN where a table has a gap for the area."""
    groups, cohort = birth_groups(reference, codes), arrival_cohort(reference, codes, uniform_seed())
    english = reference.english.reindex(list(codes))
    sex = reference.sex.reindex(list(codes))
    foreign = groups["all"] - groups["uk"]
    return pd.DataFrame(
        {
            "non_eu_share": groups["non_eu"] / groups["all"],
            "foreign_share": foreign / groups["all"],
            "recent_share": cohort["all"] / groups["all"],
            "recent_of_foreign": cohort["all"] / foreign,
            "not_well_share": english[["not well", "cannot speak"]].sum(axis=1, skipna=False) / english["all"],
            "women_share_of_all": sex["women"] / sex["all"],
        }
    )


def _place(values: pd.Series, code: str) -> dict[str, float]:
    others, own = values.drop(code).dropna().to_numpy(), values[code]
    lower, same = (others < own).sum(), (others == own).sum()
    known = not np.isnan(own) and len(others) > 0
    quartiles = np.quantile(values.dropna(), [0.25, 0.5, 0.75]) if values.notna().any() else [np.nan] * 3
    return {
        "value": own,
        "rank": (others > own).sum() + 1 if known else np.nan,
        "areas": int(values.notna().sum()),
        "percentile": (lower + same / 2) / len(others) if known else np.nan,
        "lower_quartile": quartiles[0],
        "median": quartiles[1],
        "upper_quartile": quartiles[2],
    }


TITLES = {
    "non_eu_share": "Born outside the EU",
    "foreign_share": "Born outside the UK",
    "recent_share": "Arrived in the last decade",
    "recent_of_foreign": "Recent among all born abroad",
    "not_well_share": "Speak English not well",
    "women_share_of_all": "Women among all residents",
}


def among(case: Case) -> Standing:
    """`standing` of the case's area."""
    return standing(case.reference, case.area, case.comparison)


@described(
    Kind.RECOMPUTED,
    {measure: Column(title, "%", decimals=1) for measure, title in TITLES.items()},
    header="Area",
    name="standing",
)
def all_areas(case: Case) -> pd.DataFrame:
    """The area (first) and all others it can be set beside (index), by measure: per cent."""
    values = among(case).values
    ordered = 100 * values.loc[[case.area, *values.index.drop(case.area)]]
    return ordered.set_axis(pd.Index(case.names_of(list(ordered.index)), dtype=object))


_PER_CENT = {
    "value": "Here",
    "lower_quartile": "Lower quartile",
    "median": "Middle area",
    "upper_quartile": "Upper quartile",
}


@described(
    Kind.RECOMPUTED,
    {
        "value": Column("Here", "%", decimals=1),
        "rank": Column("Rank, the highest first", "areas"),
        "areas": Column("Areas with a value", "areas"),
        **{name: Column(label, "%", decimals=1) for name, label in _PER_CENT.items() if name != "value"},
    },
    header="Share of residents",
    name="standing",
)
def place_among_others(case: Case) -> pd.DataFrame:
    """The area's value, rank and number of areas, and the middle half of all (per cent), by measure (index)."""
    places = among(case).places
    percentages = {name: 100 * places[name] for name in _PER_CENT}
    index = pd.Index([Labelled(label, measure) for measure, label in MEASURES.items()], dtype=object)
    return places.assign(**percentages).set_axis(index)
