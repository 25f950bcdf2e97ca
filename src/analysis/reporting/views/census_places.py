"""What 01_census_baseline shows of the area among others: levels of integration, its place, and the assumptions."""

import pandas as pd

from analysis.census.case import Case
from analysis.census.integration import domain_table, read_domains
from analysis.census.reference import CensusAssumption
from analysis.census.standing import MEASURES, Standing, standing
from analysis.reporting.appendix import Appendix
from analysis.reporting.markup import Display
from analysis.reporting.views.census import named
from analysis.reporting.views.census_charts import small_multiples
from analysis.reporting.views.census_numbers import NOTEBOOK, number, percent
from analysis.results import Column, Kind, Result

_DOMAINS = "analysis.census.integration.domain_table"
TITLES = {
    "non_eu_share": "Born outside the EU",
    "foreign_share": "Born outside the UK",
    "recent_share": "Arrived in the last decade",
    "recent_of_foreign": "Recent among all born abroad",
    "not_well_share": "Speak English not well",
    "women_share_of_all": "Women among all residents",
}


def integration_table(page: Appendix, case: Case) -> Display:
    """Table: ten domains of integration: indicators for every area compared, or the official table that would fill them."""
    domains = read_domains(case.folder / "integration_domains.yaml")
    table = domain_table(case.reference, domains, case.codes)
    cells = {code: [_indicator(row, code, case) for row in table.to_dict("records")] for code in case.codes}
    frame = pd.DataFrame(cells, index=pd.Index(table["label"], name="indicator"), dtype=object)
    frame["domain"] = [f"{row.domain} ({row.facet})" for row in table.itertuples()]
    columns = {code: Column(str(case.reference.names[code]), "%") for code in case.codes}
    return page.table(
        "integration",
        frame,
        columns,
        "Levels of integration in {=2011}: ten domains, as far as the tables at hand fill them.",
        group_by="domain",
        note="Domains after Ager and Strang ({=2004}). Indicators describe all residents of an area or all of them born abroad, not the "
        "participants; they are census counts, so they carry no sampling error. How each is read, and what would fill the others, is in "
        "the next table.",
    )


def indicator_table(page: Appendix, case: Case) -> Display:
    """Table: for each indicator the table it comes from and how it is read, or the official table that would fill it."""
    table = domain_table(case.reference, read_domains(case.folder / "integration_domains.yaml"), case.codes)
    there = table["status"] == "available"
    frame = pd.DataFrame({"domain": table["domain"], "reads": [_reading(row) for row in table.to_dict("records")]})
    frame.index = pd.Index(table["label"], name="indicator")
    columns = {
        "domain": Column(""),
        "reads": Column("Table at hand and how it is read, or the official table that would fill it"),
    }
    filled = table["domain"][there].nunique()
    page.add(
        [
            number(
                "integration.filled",
                "Domains with an indicator at hand",
                filled,
                "domains",
                Kind.RECOMPUTED,
                function=_DOMAINS,
            )
        ]
    )
    return page.table(
        "indicators",
        frame,
        columns,
        "The indicators: {integration.filled|bare} of the ten domains have one at hand.",
        group_by="domain",
        text={"reads": "rich"},
    )


def _reading(row: dict[str, object]) -> str:
    available = row["status"] == "available"
    return named(
        f"{row['source']}. {row['reads_as']}" if available else f"Not available. Would be filled by: {row['source']}."
    )


def _indicator(row: dict[str, object], code: str, case: Case) -> Result | str:
    place, name = f"integration.{row['indicator']}.{code.lower()}", f"{case.reference.names[code]}: {row['label']}"
    if row["status"] == "available":
        return percent(place, name, float(str(row[code])), function=_DOMAINS, source=str(row["source"]))
    if code != case.area:
        return ""
    return number(
        place, name, None, "%", Kind.RECOMPUTED, function=_DOMAINS, note=f"would be filled by {row['source']}"
    )


def standing_figure(page: Appendix, case: Case) -> Display:
    """Figure: the area among all authorities where the complete tables are there, else among the areas compared."""
    found = standing(case.reference, case.area, case.comparison)
    values = found.values * 100
    names = pd.Index(case.names_of(list(values.index)), name="area")
    own = [_place(found, measure, "value", case.name) for measure in MEASURES]
    function = "analysis.census.standing.measures"
    columns = {measure: Column(title, "%", Kind.RECOMPUTED, 1, function=function) for measure, title in TITLES.items()}
    page.add([*own, *_ranks(found, case.name)])
    return page.figure(
        "standing",
        small_multiples(values, case.area, own, list(TITLES.values()), case.name, list(100 * found.places["median"])),
        f"{named(case.name)} among the {_scope(found)} in {{=2011}}. Each strip has its own scale.",
        f"{named(case.name)} ranks {{standing.non_eu_share.rank|bare}} of {{standing.non_eu_share.areas|bare}} by the share born outside "
        "the European Union; {standing.recent_of_foreign.rank|bare} of {standing.recent_of_foreign.areas|bare} by the share of recent "
        "arrivals among those born abroad; {standing.not_well_share.rank|bare} of {standing.not_well_share.areas|bare} by the share who "
        "speak English not well or not at all.",
        values.set_index(names),
        columns,
    )


def _scope(found: Standing) -> str:
    return "local authorities of England and Wales" if "England" in found.scope else "areas compared here"


def _place(found: Standing, measure: str, column: str, name: str) -> Result:
    return percent(
        f"standing.{measure}.{column}",
        f"{name}: {MEASURES[measure]}, {column.replace('_', ' ')}",
        found.places.loc[measure, column],
        function="analysis.census.standing.standing",
    )


def _ranks(found: Standing, name: str) -> list[Result]:
    return [
        number(
            f"standing.{measure}.{column}",
            f"{name}: {MEASURES[measure]}, {column}",
            found.places.loc[measure, column],
            "areas",
            Kind.RECOMPUTED,
            function="analysis.census.standing.standing",
        )
        for measure in MEASURES
        for column in ("rank", "areas")
    ]


def standing_table(page: Appendix, case: Case) -> Display:
    """Table: the area's value, its rank, and the middle half of the others, by measure."""
    found = standing(case.reference, case.area, case.comparison)
    ranks = {result.id: result for result in _ranks(found, case.name)}
    rows = {
        MEASURES[measure]: {
            **{
                column: _place(found, measure, column, case.name)
                for column in ("value", "lower_quartile", "median", "upper_quartile")
            },
            **{column: ranks[f"{NOTEBOOK}.standing.{measure}.{column}"] for column in ("rank", "areas")},
        }
        for measure in MEASURES
    }
    columns = {
        "value": Column(case.name, "%"),
        "rank": Column("Rank, the highest first"),
        "areas": Column("Areas with a value"),
        "lower_quartile": Column("Lower quartile", "%"),
        "median": Column("Middle area", "%"),
        "upper_quartile": Column("Upper quartile", "%"),
    }
    frame = pd.DataFrame(rows, dtype=object).T.rename_axis("measure")
    return page.table(
        "standing_table",
        frame,
        columns,
        f"{named(case.name)} among the {_scope(found)}.",
        row_header="Share of residents",
    )


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
    page.add(_assumed(entry) for entry in entries)
    frame = pd.DataFrame(
        {
            "value": [_assumed_words(entry) for entry in entries],
            "why": [
                f"{named(entry.why)} *Rests on:* {named(entry.source)}. *Would replace it:* {named(entry.alternatives)}."
                for entry in entries
            ],
        },
        index=pd.Index([entry.label for entry in entries], name="assumption"),
        dtype=object,
    )
    columns = {"value": Column("Assumed, and its range"), "why": Column("Why")}
    return page.table(
        "assumptions",
        frame,
        columns,
        "What the baseline assumes, from `data/raw/reference/census_assumptions.yaml`.",
        text=dict.fromkeys(columns, "rich"),
    )


def _assumed_words(entry: CensusAssumption) -> str:
    value = f"{{assumptions.{entry.id}|bare}}" if isinstance(entry.value, float) else named(_words(entry.value))
    return f"{value}. *Range:* {named(_words(entry.low))}" + (
        f" to {named(_words(entry.high))}" if entry.high != entry.low else ""
    )


def _assumed(entry: CensusAssumption) -> Result:
    decimals = len(_words(entry.value).partition(".")[2])
    value = _words(entry.value) if isinstance(entry.value, str) else entry.value
    return number(
        f"assumptions.{entry.id}", entry.label, value, entry.unit, Kind.ASSUMED, decimals, source=entry.source
    )


def _words(value: float | str) -> str:
    return value.replace("_", " ") if isinstance(value, str) else f"{value:g}"
