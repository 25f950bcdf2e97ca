"""What 01_census_baseline shows of arrivals by country of birth, and of the 2001 count that is missing."""

from typing import Any

import pandas as pd

from analysis.census.arrivals import SEEDS, allocation_table
from analysis.census.case import Case
from analysis.census.rounding import rounded
from analysis.census.stock import HOW_TO_SUPPLY, stock_difference, stock_that_would_agree
from analysis.reporting.appendix import Appendix
from analysis.reporting.markup import Display
from analysis.reporting.views.census import ENDS_COLUMNS, named
from analysis.reporting.views.census_charts import ends_chart
from analysis.reporting.views.census_numbers import (
    ARRIVAL,
    COHORT,
    COUNTRY,
    Ends,
    cohort_ends,
    ends_frame,
    number,
    printed_in,
    results_of,
)
from analysis.results import Column, Kind, Result, slug

_GROUPS = {
    "non_eu": "born outside the European Union",
    "eu_2001": "born in the European Union of 2001",
    "eu_accession": "born in countries that joined since",
    "elsewhere": "born outside the European Union of 2001",
}
_STOCK = "analysis.census.stock.stock_difference"
_AGREE = "analysis.census.stock.stock_that_would_agree"
_AGREES = {
    "estimate": ("agrees", Kind.RECOMPUTED, -3),
    "low": ("agrees_least", Kind.BOUNDED, 0),
    "high": ("agrees_most", Kind.BOUNDED, 0),
}


def cohort_figure(page: Appendix, case: Case) -> Display:
    """Figure: arrivals since 2001 by birth group, the allocation chosen and the exact bounds."""
    if case.gap:
        return page.say(f"Arrivals by country of birth cannot be told for this area: {named(case.gap)}.")
    found = list(cohort_ends(case))
    rows = [ends for _, ends, _ in found]
    frame = ends_frame(rows, "country_of_birth").assign(independence=[independent for _, _, independent in found])
    page.add(result for row in rows for result in results_of(row))
    finding = (
        "Residents born outside the European Union are the largest group of arrivals with {cohort.non_eu|bare} but the two tables allow "
        "{cohort.non_eu_least|bare} to {cohort.non_eu_most|bare} of them: a range wider than the estimates of the other two groups."
        if _wide(rows)
        else "The two tables allow {cohort.non_eu_least|bare} to {cohort.non_eu_most|bare} arrivals born outside the European Union; "
        "the allocation chosen gives {cohort.non_eu|bare}."
    )
    independence = Column("If birth group and year of arrival were independent", "people")
    columns = {**ENDS_COLUMNS, "estimate": Column("Estimate", "people"), "independence": independence}
    return page.figure(
        "cohort",
        ends_chart(rows, "arrived since the earlier census"),
        f"Residents of {named(case.name)} in {{=2011}} by country of birth who had arrived since {{=2001}}: the allocation chosen and the "
        "exact range.",
        finding,
        frame,
        columns,
    )


def _wide(rows: list[Ends]) -> bool:
    """Whether the first row is the largest, and its range is wider than the others are large."""
    first, *others = (float(row.estimate.value or 0) for row in rows)  # type: ignore[arg-type]
    ends = rows[0].range
    return ends is not None and first > max(others) and ends[1] - ends[0] > max(others)


def allocation_table_display(page: Appendix, case: Case) -> Display:
    """Table: residents born abroad by group and year of arrival: the allocation, with the exact bounds of every cell."""
    if case.gap:
        return page.say("There is no allocation for this area.")
    table = allocation_table(case.reference, case.area, SEEDS[case.settings.allocation](case.reference))
    bands = list(dict.fromkeys(table["band"]))
    arrived = case.reference.year_of_arrival.loc[case.area, bands]
    frame = pd.DataFrame({"all": arrived.to_numpy()}, index=pd.Index(bands, name="year_of_arrival")).astype(object)
    frame["source"] = printed_in(case, ARRIVAL, case.name)
    margins = {"function": "analysis.census.arrivals.arrival_margins", "source": "source"}
    columns = {"all": Column("All born abroad", "people", Kind.REFERENCE, **margins)}
    for group, label in COHORT.items():
        cells = table[table["group"] == group].set_index("band")
        frame[group] = [_allocated(group, band, row) for band, row in cells.iterrows()]
        columns[group] = Column(label, "people")
    return page.table(
        "allocation",
        frame,
        columns,
        "Residents born abroad by year of arrival and country of birth: the allocation and the exact bounds of each cell.",
        row_header="Year of arrival",
        note="The allocation is one point, rounded to tens; each cell may by itself take any value in its range. Bands differ in length.",
    )


def _allocated(group: str, band: object, row: pd.Series) -> Result:
    return number(
        f"allocation.{slug(band)}.{group}",
        f"{COHORT[group]}, arrived {band}",
        rounded(row["estimate"], -1),
        "people",
        Kind.RECOMPUTED,
        0,
        row["low"],
        row["high"],
        "exact bounds of the two census tables",
        "analysis.census.arrivals.allocation_table",
    )


def stock_table(page: Appendix, case: Case) -> Display:
    """Table: the stock difference, with the 2001 count as supplied or missing, and the count that would agree."""
    agree = stock_that_would_agree(case.result.cohort, case.result.groups).loc[case.area]
    page.add(
        number(f"stock.{name}", f"2001 count that agrees, {end}", agree[end], "people", kind, decimals, function=_AGREE)
        for end, (name, kind, decimals) in _AGREES.items()
    )
    table = stock_difference(case.reference, [case.area], case.stock)
    index = pd.Index(table["birth_group"].map(_GROUPS), name="group")
    frame = pd.DataFrame([_stock_row(row, case) for row in table.to_dict("records")], index=index, dtype=object)
    columns = {
        "before": Column("Residents in 2001", "people"),
        "now": Column("Residents in 2011", "people"),
        "change": Column("Difference", "people"),
    }
    return page.table("stock", frame, columns, f"Stock difference for {named(case.name)}.", row_header="Group")


def _stock_row(row: dict[str, Any], case: Case) -> dict[str, Result]:
    place, note = f"stock.{row['birth_group']}", str(row["note"])
    source = printed_in(case, COUNTRY, case.name)
    return {
        "before": number(
            f"{place}.before",
            "Residents 2001",
            row["residents_2001"],
            "people",
            Kind.REFERENCE,
            note=note,
            function=_STOCK,
        ),
        "now": number(
            f"{place}.now",
            "Residents 2011",
            row["residents_2011"],
            "people",
            Kind.REFERENCE,
            function=_STOCK,
            source=source,
        ),
        "change": number(
            f"{place}.change", "Change", row["change"], "people", Kind.RECOMPUTED, function=_STOCK, note=note
        ),
    }


def stock_words(case: Case) -> str:
    """What the 2001 count would change, and how to supply it."""
    words = (
        (
            "With a count of {stock.agrees} in {=2001} the stock difference and the arrival cohort would say the same; over all "
            "allocations that count lies between {stock.agrees_least|bare} and {stock.agrees_most}. A higher count would show how many of those "
            "counted in {=2001} have died or left, a lower one how many earlier arrivals have moved in from elsewhere in the country. It would "
            "also narrow the range of the arrivals as far as those departures and moves are known."
        )
        if not case.gap
        else ""
    )
    return f"{words}\n\n{named(HOW_TO_SUPPLY)}"
