"""The three estimators for one area as frames of results: arrivals, stock difference, survey trend."""

import pandas as pd

from analysis.census.arrivals import BANDS, allocation_table, arrival_margins
from analysis.census.case import Case
from analysis.census.rounding import decimals_borne, rounded
from analysis.census.stock import stock_difference, stock_that_would_agree
from analysis.census.survey import NON_EU_BORN, survey_series
from analysis.census.trend import FEWEST_YEARS, NORMAL, trend_chart_data
from analysis.described import described, with_inputs
from analysis.results import Column, Kind, Labelled

BORN = {
    "non_eu": "Outside the European Union",
    "eu_accession": "Countries that joined after 2001",
    "eu_2001": "Members of 2001",
}
_OF_2001 = {
    "non_eu": "born outside the European Union",
    "eu_2001": "born in the European Union of 2001",
    "eu_accession": "born in countries that joined since",
    "elsewhere": "born outside the European Union of 2001",
}


@described(
    Kind.RECOMPUTED,
    {
        "estimate": Column("Estimate", "people", places="decimals"),
        "least": Column("At least", "people", Kind.BOUNDED, inputs="margins"),
        "most": Column("At most", "people", Kind.BOUNDED, inputs="margins"),
        "independence": Column(
            "If birth group and year of arrival were independent", "people", places="decimals", inputs="margins"
        ),
    },
    header="Country of birth",
    name="cohort",
)
def arrivals_since_2001(case: Case) -> pd.DataFrame | None:
    """Residents who arrived since 2001 by group of birth (index): estimate, least, most, independence (people).

    None where the tables have a gap for the area.
    """
    if case.gap:
        return None
    _, margins = with_inputs(lambda: arrival_margins(case.reference, [case.area]))
    row = case.result.cohort.loc[case.area]
    rows = [[row[f"{group}{end}"] for end in ("", "_low", "_high", "_independence")] for group in BORN]
    index = pd.Index([Labelled(label, group) for group, label in BORN.items()], dtype=object)
    frame = pd.DataFrame(rows, index=index, columns=["estimate", "least", "most", "independence"])
    decimals = [decimals_borne(*ends) for ends in zip(frame["least"], frame["most"], strict=True)]
    return frame.assign(decimals=decimals, margins=margins)


_CELL = {"interval": "exact bounds of the two census tables"}


@described(
    Kind.RECOMPUTED,
    {
        "all": Column("All born abroad", "people", Kind.REFERENCE, source="source", inputs="margin"),
        **{
            group: Column(label, "people", low=f"{group}_low", high=f"{group}_high", **_CELL)
            for group, label in BORN.items()
        },
    },
    header="Year of arrival",
    name="allocation",
)
def allocation(case: Case) -> pd.DataFrame | None:
    """Residents born abroad by year of arrival (index) and group: the allocation in tens, with each cell's exact bounds.

    None where the tables have a gap for the area.
    """
    if case.gap:
        return None
    all_born_abroad, margin = with_inputs(lambda: case.reference.year_of_arrival.loc[case.area, list(BANDS)])
    cells = allocation_table(case.reference, case.area, case.result.national.seed).pivot(index="band", columns="group")
    frame = pd.DataFrame({"all": all_born_abroad})
    for group in BORN:
        frame[group] = cells["estimate", group].map(lambda people: rounded(people, -1))
        frame[f"{group}_low"], frame[f"{group}_high"] = cells["low", group], cells["high", group]
    return frame.assign(source=case.source("year_of_arrival", case.name), margin=margin)


@described(
    Kind.RECOMPUTED,
    {
        "before": Column("Residents in 2001", "people", Kind.REFERENCE, notes="note"),
        "now": Column("Residents in 2011", "people", Kind.REFERENCE, source="source"),
        "change": Column("Difference", "people", notes="note"),
    },
    header="Group",
    name="stock",
)
def stock_change(case: Case) -> pd.DataFrame:
    """`stock_difference` in the area by group of birth (index): before, now, change (people); without a count no change."""
    table = stock_difference(case.reference, [case.area], case.stock)
    index = pd.Index([Labelled(_OF_2001[group], group) for group in table["birth_group"]], dtype=object)
    frame = table.set_axis(index).rename(columns={"residents_2001": "before", "residents_2011": "now"})
    return frame.assign(source=case.source("country", case.name))


@described(
    Kind.BOUNDED,
    rows={
        "agrees": Column("2001 count that agrees, estimate", "people", Kind.RECOMPUTED, -3),
        "agrees_least": Column("2001 count that agrees, low", "people", inputs="margins"),
        "agrees_most": Column("2001 count that agrees, high", "people", inputs="margins"),
    },
    name="stock",
)
def agreeing_count(case: Case) -> pd.DataFrame:
    """`stock_that_would_agree` in the area: column value (people)."""
    _, margins = with_inputs(lambda: arrival_margins(case.reference, [case.area]))
    agree = stock_that_would_agree(case.result.cohort, case.result.groups).loc[case.area]
    names = {"agrees": "estimate", "agrees_least": "low", "agrees_most": "high"}
    return pd.DataFrame({"value": {name: agree[end] for name, end in names.items()}}).assign(margins=margins)


@described(
    Kind.REFERENCE,
    {
        "estimate": Column(
            "Survey",
            "people",
            decimals=-3,
            low="lowest",
            high="highest",
            interval="95%, as published",
            source="survey_source",
            inputs="surveyed",
        ),
        "fitted": Column("Trend", "people", Kind.RECOMPUTED, -2, inputs="lined"),
        "census": Column("Census", "people", source="census_source", inputs="counted"),
    },
    header="Year",
    name="trend",
)
def trend_by_year(case: Case) -> pd.DataFrame | None:
    """The survey's yearly estimates with their intervals, the line through them, and the census count (people), by year.

    None where fewer than three years of the survey are published for the area.
    """
    trend, lined = with_inputs(lambda: case.result.trend)
    if trend.lines.loc[case.area, "years"] < FEWEST_YEARS:
        return None
    codes = pd.Index(list(case.codes))
    series, surveyed = with_inputs(lambda: survey_series(case.reference.survey, NON_EU_BORN, codes))
    census, counted = with_inputs(lambda: case.result.groups.loc[case.area, "non_eu"])
    data = trend_chart_data(trend, *series, case.area, census).set_index("year")
    frame = data.rename(columns={"low": "lowest", "high": "highest"}).astype(object)
    frame["census"] = frame["census"].where(frame["census"].notna(), "")
    frame["survey_source"] = [case.source("survey", case.name, str(year)) for year in frame.index]
    grounds = {"surveyed": surveyed, "lined": lined, "counted": counted}
    return frame.assign(census_source=case.source("country", case.name), **grounds)


@described(
    Kind.RECOMPUTED,
    rows={
        "yearly_change": Column(
            "Yearly change of the survey's trend",
            "people a year",
            low="low",
            high="high",
            interval=NORMAL,
            places="decimals",
        )
    },
    name="trend",
)
def yearly_change(case: Case) -> pd.DataFrame | None:
    """The yearly change of the survey's trend in the area: value, low, high (people a year), decimals; None without a trend."""
    line = case.result.trend.lines.loc[case.area]
    if line["years"] < FEWEST_YEARS:
        return None
    ends = {end: line[f"yearly_change_{end}"] for end in ("low", "high")}
    row = {"value": line["yearly_change"], **ends, "decimals": decimals_borne(**ends)}
    return pd.DataFrame([row], index=["yearly_change"])
