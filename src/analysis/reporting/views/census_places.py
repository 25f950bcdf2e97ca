"""What 01_census_baseline shows of the area among others: levels of integration, its place, and the assumptions."""

import pandas as pd

from analysis.census.case import Case
from analysis.census.integration import domain_table, read_domains
from analysis.census.standing import MEASURES, Standing, standing
from analysis.reporting.appendix import Appendix
from analysis.reporting.markup import Display
from analysis.reporting.views.census import named
from analysis.reporting.views.census_charts import small_multiples
from analysis.reporting.views.census_numbers import NOTEBOOK, number, percent
from analysis.results import Column, Kind, Result

TITLES = {
    "non_eu_share": "Born outside the EU", "foreign_share": "Born outside the UK", "recent_share": "Arrived in the last decade",
    "recent_of_foreign": "Recent among all born abroad", "not_well_share": "Speak English not well", "women_share_of_all": "Women among all residents",
}


def integration_table(page: Appendix, case: Case) -> Display:
    """Table: ten domains of integration: indicators for every area compared, or the official table that would fill them."""
    domains = read_domains(case.folder / "integration_domains.yaml")
    table = domain_table(case.reference, domains, case.codes)
    cells = {code: [_indicator(row, code, case) for row in table.to_dict("records")] for code in case.codes}
    frame = pd.DataFrame(cells, index=pd.Index(table["label"], name="indicator"), dtype=object)
    frame["domain"] = [f"{row.domain} ({row.facet})" for row in table.itertuples()]
    frame["source"] = [
        f"{row.source}. {row.reads_as}" if row.status == "available" else f"Not available. Would be filled by: {row.source}" for row in table.itertuples()
    ]
    columns = {code: Column(str(case.reference.names[code]), "%") for code in case.codes}
    columns["source"] = Column("Table at hand, or the one that would fill it")
    return page.table(
        "integration", frame, columns, "Levels of integration in {=2011}: ten domains, as far as the tables at hand fill them.",
        group_by="domain", text={"source": "label"},
        note="Domains after Ager and Strang ({=2004}). Indicators describe all residents of an area or all of them born abroad, not the participants; "
        "they are census counts, so they carry no sampling error.",
    )


def _indicator(row: dict[str, object], code: str, case: Case) -> Result | str:
    place, name = f"integration.{row['indicator']}.{code.lower()}", f"{case.reference.names[code]}: {row['label']}"
    if row["status"] == "available":
        return percent(place, name, float(row[code]), function="analysis.census.integration.domain_table", source=str(row["source"]))  # type: ignore[arg-type]
    if code != case.area:
        return ""
    return number(place, name, None, "%", Kind.REFERENCE, note=f"would be filled by {row['source']}")


def standing_figure(page: Appendix, case: Case) -> Display:
    """Figure: the area among all authorities where the complete tables are there, else among the areas compared."""
    found = standing(case.reference, case.area, case.comparison)
    values = found.values * 100
    names = pd.Index(case.names_of(list(values.index)), name="area")
    own = [_place(found, measure, "value", case.name) for measure in MEASURES]
    columns = {measure: Column(title, "%", Kind.RECOMPUTED, 1, function="analysis.census.standing.measures") for measure, title in TITLES.items()}
    page.add([*own, *_ranks(found, case.name)])
    return page.figure(
        "standing",
        small_multiples(values, case.area, own, list(TITLES.values()), case.name, list(100 * found.places["median"])),
        f"{named(case.name)} among the {_scope(found)} in {{=2011}}. Each strip has its own scale.",
        f"By the share born outside the European Union, {named(case.name)} ranks {{standing.non_eu_share.rank|bare}} of "
        "{standing.non_eu_share.areas|bare}; by the share of recent arrivals among those born abroad, {standing.recent_of_foreign.rank|bare}; "
        "by the share who speak English not well or not at all, {standing.not_well_share.rank|bare}.",
        values.set_index(names), columns,
    )


def _scope(found: Standing) -> str:
    return "local authorities of England and Wales" if "England" in found.scope else "areas compared here"


def _place(found: Standing, measure: str, column: str, name: str) -> Result:
    return percent(
        f"standing.{measure}.{column}", f"{name}: {MEASURES[measure]}, {column.replace('_', ' ')}", found.places.loc[measure, column],
        function="analysis.census.standing.standing",
    )


def _ranks(found: Standing, name: str) -> list[Result]:
    return [
        number(f"standing.{measure}.{column}", f"{name}: {MEASURES[measure]}, {column}", found.places.loc[measure, column], "areas", Kind.RECOMPUTED, function="analysis.census.standing.standing")
        for measure in MEASURES for column in ("rank", "areas")
    ]


def standing_table(page: Appendix, case: Case) -> Display:
    """Table: the area's value, its rank, and the middle half of the others, by measure."""
    found = standing(case.reference, case.area, case.comparison)
    ranks = {result.id: result for result in _ranks(found, case.name)}
    rows = {
        MEASURES[measure]: {
            **{column: _place(found, measure, column, case.name) for column in ("value", "lower_quartile", "median", "upper_quartile")},
            **{column: ranks[f"{NOTEBOOK}.standing.{measure}.{column}"] for column in ("rank", "areas")},
        }
        for measure in MEASURES
    }
    columns = {
        "value": Column(case.name, "%"), "rank": Column("Rank, the highest first"), "areas": Column("Areas with a value"),
        "lower_quartile": Column("Lower quartile", "%"), "median": Column("Middle area", "%"), "upper_quartile": Column("Upper quartile", "%"),
    }
    frame = pd.DataFrame(rows, dtype=object).T.rename_axis("measure")
    return page.table("standing_table", frame, columns, f"{named(case.name)} among the {_scope(found)}.", row_header="Share of residents")


def standing_words(case: Case) -> str:
    """Which areas the comparison is with, and how to have all of them."""
    found = standing(case.reference, case.area, case.comparison)
    if "England" in found.scope:
        return "The complete census tables are at hand, so every local authority of England and Wales is shown."
    return (
        "Only the areas compared are at hand. With the complete official tables in `data/raw/reference` the same strips show every local "
        "authority of England and Wales; `docs/census.md` says how."
    )


def assumption_table(page: Appendix, case: Case) -> Display:
    """Table: the choices that no table gives, with range, reason and what could replace them."""
    entries = list(case.reference.assumptions.values())
    frame = pd.DataFrame({
        "value": [_assumed(entry.id, entry.label, entry.value, entry.unit) for entry in entries],
        "range": [f"{entry.low} to {entry.high}" if entry.low != entry.high else str(entry.low) for entry in entries],
        "why": [entry.why for entry in entries], "source": [entry.source for entry in entries], "alternatives": [entry.alternatives for entry in entries],
    }, index=pd.Index([entry.label for entry in entries], name="assumption"), dtype=object)
    columns = {
        "value": Column("Value"), "range": Column("Range"), "why": Column("Why"), "source": Column("Rests on"), "alternatives": Column("Would replace it"),
    }
    modes = dict.fromkeys(("range", "why", "source", "alternatives"), "label")
    return page.table("assumptions", frame, columns, "What the baseline assumes, from `data/raw/reference/census_assumptions.yaml`.", text=modes)


def _assumed(assumption_id: str, label: str, value: float | str, unit: str) -> Result:
    shown = value.replace("_", " ") if isinstance(value, str) else value
    return number(f"assumptions.{assumption_id}", label, shown, unit, Kind.ASSUMED, 2)
