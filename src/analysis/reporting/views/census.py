"""What 01_census_baseline shows of how many there are: the answer, the inputs, three estimators, arrivals, the 2001 count."""

import re
from collections.abc import Mapping

import pandas as pd

from analysis.census.arrivals import SEEDS, allocation_table
from analysis.census.baseline import Settings
from analysis.census.case import Case, open_case
from analysis.census.groups import GROUP_LABELS
from analysis.census.reconcile import why_used
from analysis.census.reference import read_origins
from analysis.census.stock import HOW_TO_SUPPLY, stock_difference, stock_that_would_agree
from analysis.census.survey import survey_series
from analysis.census.trend import trend_chart_data
from analysis.reporting.appendix import Appendix
from analysis.reporting.markup import Display
from analysis.reporting.views.census_charts import ends_chart, trend_chart
from analysis.reporting.views.census_numbers import (
    Ends, cohort_ends, ends_frame, estimator_table, number, percent, results_of, step_ends,
)
from analysis.reporting.views.claims import published
from analysis.results import Column, Kind
from analysis.study import Study

ENDS_COLUMNS: Mapping[str, Column] = {
    "estimate": Column("Estimate and its interval", "people"),
    "least": Column("At least", "people", Kind.BOUNDED),
    "most": Column("At most", "people", Kind.BOUNDED),
}
_PAPER = ("census_comparison_first_year", "census_comparison_second_year")
_GROUPS = {
    "uk": "born in the United Kingdom", "eu_2001": "born in the European Union of 2001", "eu_accession": "born in countries that joined since",
    "non_eu": "born outside the European Union",
}


def prepare(study: Study, area: str, comparison: list[str], settings: Settings) -> Case:
    """The area's baseline from the project's tables and what the study supplies; raises InputError as `open_case` does."""
    return open_case(study.root / "data" / "raw" / "reference", study.raw, area, comparison, settings)


def named(text: object) -> str:
    """A text as a template in which words with digits (tables, years, files) stand as names.

    >>> named("table QS203EW of 2011")
    'table {=QS203EW} of {=2011}'
    """
    return re.sub(r"[^\s{}]*\d[^\s{}]*", lambda match: f"{{={match[0]}}}", str(text).replace("*", "").replace("`", ""))


def record(page: Appendix, case: Case, study: Study) -> None:
    """Record what the prose refers to: the steps, the horizon, the settings, and what the source says of its own method."""
    for ends in step_ends(case, case.area).values():
        page.add(results_of(ends))
    page.add([
        number("settings.horizon", "Years over which the group is aged", case.settings.horizon_years, "years", Kind.ASSUMED),
        number("settings.draws", "Random draws", case.settings.draws, "draws", Kind.ASSUMED),
        _widening(case),
    ])
    page.add(published(claim) for quantity in _PAPER for claim in study.claims.about(quantity))


def _widening(case: Case):
    ends = step_ends(case, case.area)["women_settled"]
    known = ends.estimate.low is not None and ends.least is not None and ends.most is not None
    ratio = (ends.most.value - ends.least.value) / (ends.estimate.high - ends.estimate.low) if known else None  # type: ignore[union-attr,operator]
    return number("answer.widening", "Width of the range over allocations, in widths of the survey's interval", ratio, "times", Kind.RECOMPUTED)


def answer(case: Case, study: Study) -> str:
    """The opening paragraphs, as a template over the recorded results."""
    here = f"{{steps.residents.estimate|:residents}} of {named(case.name)} were born outside the European Union on {{=27 March 2011}}."
    if case.gap:
        return f"{here} How many of them had arrived since {{=2001}} cannot be told here: {named(case.gap)}.{_of_the_paper(study)}"
    settled = "are not students by the local count" if case.area in case.students else "had not come for formal study"
    return (
        f"{here} About {{steps.arrived.estimate}} of them had arrived since {{=2001}}; no table at hand crosses country of birth "
        "with year of arrival, and the two that are here allow anything from {steps.arrived.least|bare} to "
        "{steps.arrived.most}. About {steps.women_arrived.estimate} ({steps.women_arrived.estimate|interval|bare}) of the arrivals "
        f"were women, of whom about {{steps.women_settled.estimate}} ({{steps.women_settled.estimate|interval|bare}}) {settled}. "
        "Of these, about {steps.adult_women_later.estimate} ({steps.adult_women_later.estimate|interval|bare}) would be alive and "
        "aged sixteen or over {settings.horizon|:years} later; that last figure is probably low, for the reason given with the ages."
        "\n\n"
        "The intervals in brackets hold only if the allocation of arrivals is right. Over all allocations that the census tables "
        "allow, the women who are not students number {steps.women_settled.least|bare} to {steps.women_settled.most}, about "
        "{answer.widening} times as wide a range. A larger survey sample would not narrow it; a census table that "
        "crosses country of birth with year of arrival for the area would."
        + _of_the_paper(study)
    )


def _of_the_paper(study: Study) -> str:
    years = [claim for quantity in _PAPER for claim in study.claims.about(quantity)]
    if len(years) != len(_PAPER):
        return ""
    first, second = (f"{{claim:{claim.claim_id}}} ([{{={claim.claim_id}}}](08_claims_audit.html))" for claim in years)
    return (
        f"\n\nThe paper says that it compared the censuses of {first} and {second}, but prints a count from neither, so its "
        "estimate cannot be checked against this one. The earlier count is not among the tables here either; what it would change "
        "is said below."
    )


def input_table(page: Appendix, case: Case) -> Display:
    """Table: every input with producer, table, areas, date and licence."""
    origins = read_origins(case.folder)
    frame = pd.DataFrame({
        "title": [f"[{{={row.table}}}: {{={row.title}}}]({row.address})" for row in origins.itertuples()],
        "producer": [named(row.producer) + ("" if row.series.startswith(row.producer) else f"; {named(row.series)}") for row in origins.itertuples()],
        "areas": [named(text) for text in origins["areas"]],
        "date": origins["date"], "licence": origins["licence"],
    }, index=origins.index)
    columns = {"title": Column("Table"), "producer": Column("Producer"), "areas": Column("Areas"), "date": Column("Date"), "licence": Column("Licence")}
    modes = {"title": "rich", "producer": "rich", "areas": "rich", "date": "label", "licence": "label"}
    return page.table("inputs", frame, columns, "Inputs, all in `data/raw/reference`, and where they come from.", row_header="File", text=modes)


def group_table(page: Appendix, case: Case) -> Display:
    """Table: residents by group of countries of birth, here and in England and Wales or the last area compared."""
    groups, other = case.result.groups, case.codes[-1]
    function = "analysis.census.groups.birth_groups"
    names = list(GROUP_LABELS)
    cells = {
        "residents": [number(f"groups.{name}", GROUP_LABELS[name], groups.loc[case.area, name], "people", Kind.REFERENCE, function=function) for name in names],
        "share": [percent(f"groups.{name}.share", f"{GROUP_LABELS[name]}, share", groups.loc[case.area, name] / groups.loc[case.area, "all"], function=function) for name in names],
        "elsewhere": [percent(f"groups.{name}.elsewhere", f"{GROUP_LABELS[name]}, share elsewhere", groups.loc[other, name] / groups.loc[other, "all"], function=function) for name in names],
    }
    columns = {"residents": Column(case.name, "people"), "share": Column(f"{case.name}, share"), "elsewhere": Column(f"{case.reference.names[other]}, share")}
    frame = pd.DataFrame(cells, index=pd.Index([GROUP_LABELS[name] for name in names], name="country_of_birth"), dtype=object)
    return page.table(
        "groups", frame, columns, f"Usual residents of {named(case.name)} by country of birth, {{=2011}} Census.",
        note="Croatia, which joined in {=2013}, and the Channel Islands and the Isle of Man count as outside the European Union.",
    )


def estimator_figure(page: Appendix, case: Case) -> Display:
    """Figure: what each estimator says, on one axis."""
    table = estimator_table(case).drop(index="level_difference")
    rows = list(table["ends"])
    counts = [name for name, measure in table["measure"].items() if measure == "residents, 2011"]
    for row in rows:
        page.add(results_of(row))
    return page.figure(
        "estimator_chart", ends_chart(rows, "people born outside the European Union", breaks=[len(counts)]),
        f"Three estimators of residents of {named(case.name)} born outside the European Union. Above the line: residents in {{=2011}}. "
        "Below it: those who came, or the change, over about ten years.",
        _estimator_finding(case), ends_frame(rows, "estimator"), ENDS_COLUMNS,
    )


def _estimator_finding(case: Case) -> str:
    if case.gap:
        return "The census counts {estimators.census_level|bare} residents; arrivals since the earlier census cannot be told."
    survey = "the survey's trend at {estimators.survey_level|bare}" if case.result.trend.lines.loc[case.area, "years"] >= 3 else "no survey trend"
    return (
        f"The census counts {{estimators.census_level|bare}} residents against {survey}; the arrival cohort is "
        "{estimators.arrival_cohort|bare} in a range from {estimators.arrival_cohort_least|bare} to "
        "{estimators.arrival_cohort_most|bare}; the stock difference is {estimators.stock_difference|bare}."
    )


def estimator_table_display(page: Appendix, case: Case) -> Display:
    """Table: the reconciliation: what each estimator measures, what it says, why they differ, and which is used."""
    table = estimator_table(case)
    frame = ends_frame(list(table["ends"]), "estimator").assign(
        measure=table["measure"].to_numpy(), interval=table["interval"].replace("", "none: a count or not available").to_numpy(),
        differs=table["differs"].to_numpy(), used=["**used here**" if used else "" for used in table["used"]],
    )
    columns = {
        "measure": Column("Measures"), **ENDS_COLUMNS, "interval": Column("Sort of range"), "differs": Column("Why it differs"), "used": Column("Used"),
    }
    modes = {"measure": "label", "interval": "label", "differs": "label", "used": "rich"}
    return page.table("estimators", frame, columns, "The estimators reconciled.", text=modes, note=_estimator_note(case))


def _estimator_note(case: Case) -> str:
    line = case.result.trend.lines.loc[case.area]
    if pd.isna(line["level"]):
        return "The survey's tables here have fewer than three years for this area, so there is no trend."
    return "The survey's interval takes its years as independent samples; what correlation between them would change is at the end of the page."


def why_this_one(case: Case) -> str:
    """Why the appendix uses the estimator it uses."""
    return named(why_used(estimator_table(case)))


def trend_figure(page: Appendix, case: Case) -> Display:
    """Figure: the survey's yearly estimates, their trend, and the census count; a sentence where there is no trend."""
    line = case.result.trend.lines.loc[case.area]
    if pd.isna(line["level"]):
        return page.say("The survey's tables at hand have fewer than three years for this area; no trend is drawn.")
    series = survey_series(case.reference.survey, "non_eu_born", pd.Index(list(case.codes)))
    data = trend_chart_data(case.result.trend, *series, case.area, case.result.groups.loc[case.area, "non_eu"])
    page.add([_line_result(line, "yearly_change", "Yearly change of the survey's trend")])
    return page.figure(
        "trend", trend_chart(data, "people"),
        f"Residents of {named(case.name)} born outside the European Union in the Annual Population Survey, with intervals of the survey, and the census count.",
        "The survey's trend rises by {trend.yearly_change|bare} people a year ({trend.yearly_change|interval|bare}); "
        f"the census count is {_beside(case, line)} the interval of the trend at census day."
        if line["yearly_change"] > 0 else
        "The survey's trend changes by {trend.yearly_change|bare} people a year ({trend.yearly_change|interval|bare}); "
        f"the census count is {_beside(case, line)} the interval of the trend at census day.",
        *_trend_data(data),
    )


def _beside(case: Case, line: pd.Series) -> str:
    count = case.result.groups.loc[case.area, "non_eu"]
    return "above" if count > line["level_high"] else "below" if count < line["level_low"] else "inside"


def _line_result(line: pd.Series, name: str, label: str):
    from analysis.census.rounding import decimals_borne

    low, high = line[f"{name}_low"], line[f"{name}_high"]
    return number(
        f"trend.{name}", label, line[name], "people a year", Kind.RECOMPUTED, decimals_borne(low, high), low, high, "95 % normal",
        "analysis.census.trend.weighted_trend",
    )


def _trend_data(data: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, Column]]:
    frame = data.set_index("year").rename(columns={"low": "lowest", "high": "highest"}).astype(object)
    frame["census"] = ["" if pd.isna(value) else value for value in frame["census"]]
    survey = {"low": "lowest", "high": "highest", "interval": "95 %, as published", "function": "analysis.census.survey.survey_series"}
    return frame, {
        "estimate": Column("Survey", "people", Kind.REFERENCE, -3, **survey),
        "fitted": Column("Trend", "people", Kind.RECOMPUTED, -2, function="analysis.census.trend.weighted_trend"),
        "census": Column("Census", "people", Kind.REFERENCE, function="analysis.census.groups.birth_groups"),
    }


def cohort_figure(page: Appendix, case: Case) -> Display:
    """Figure: arrivals since 2001 by birth group, the allocation chosen and the exact bounds."""
    found = list(cohort_ends(case))
    rows = [ends for _, ends, _ in found]
    frame = ends_frame(rows, "country_of_birth").assign(independence=[independent for _, _, independent in found])
    page.add(result for row in rows for result in results_of(row))
    finding = (
        "Residents born outside the European Union are the largest group of arrivals with {cohort.non_eu|bare} but the two tables allow "
        "{cohort.non_eu_least|bare} to {cohort.non_eu_most|bare} of them: a range wider than the estimates of the other two groups."
        if _wide(rows) else
        "The two tables allow {cohort.non_eu_least|bare} to {cohort.non_eu_most|bare} arrivals born outside the European Union; "
        "the allocation chosen gives {cohort.non_eu|bare}."
    )
    columns = {**ENDS_COLUMNS, "estimate": Column("Estimate", "people"), "independence": Column("If birth group and year of arrival were independent", "people")}
    return page.figure(
        "cohort", ends_chart(rows, "arrived since the earlier census"),
        f"Residents of {named(case.name)} in {{=2011}} by country of birth who had arrived since {{=2001}}: the allocation chosen and the exact range.",
        finding, frame, columns,
    )


def _wide(rows: list[Ends]) -> bool:
    values = [float(row.estimate.value or 0) for row in rows]  # type: ignore[arg-type]
    first = rows[0]
    known = first.least is not None and first.most is not None and first.most.value is not None
    return known and values[0] == max(values) and first.most.value - first.least.value > max(values[1:])  # type: ignore[union-attr,operator]


def allocation_display(page: Appendix, case: Case) -> Display:
    """Table: residents born abroad by group and year of arrival: the allocation, with the exact bounds of every cell."""
    if case.gap:
        return page.say(f"There is no allocation for this area: {named(case.gap)}.")
    table = allocation_table(case.reference, case.area, SEEDS[case.settings.allocation](case.reference))
    labels = {group: ends.label for group, ends, _ in cohort_ends(case)}
    table["label"] = [f"{labels[group]}, {band}" for group, band in zip(table["group"], table["band"], strict=True)]
    table["group"] = table["group"].map(labels)
    columns = {
        "estimate": Column("Allocation", "people", Kind.RECOMPUTED, -1, function="analysis.census.arrivals.fit_margins"),
        "low": Column("At least", "people", Kind.BOUNDED, function="analysis.census.arrivals.frechet_bounds"),
        "high": Column("At most", "people", Kind.BOUNDED, function="analysis.census.arrivals.frechet_bounds"),
    }
    return page.table(
        "allocation", table.set_index("label"), columns, "Residents born abroad by country of birth and year of arrival.",
        row_header="Group and years of arrival", group_by="group",
        note="The allocation is one point, shown to tens; each cell may by itself take any value in its range. Bands differ in length.",
    )


def stock_display(page: Appendix, case: Case) -> Display:
    """Table: the stock difference, with the 2001 count as supplied or missing, and the count that would agree."""
    agree = stock_that_would_agree(case.result.cohort, case.result.groups).loc[case.area]
    table = stock_difference(case.reference, [case.area], case.stock)
    function = "analysis.census.stock.stock_difference"
    frame = pd.DataFrame({
        "before": [number(f"stock.{row.birth_group}.before", "Residents 2001", row.residents_2001, "people", Kind.REFERENCE, note=row.note) for row in table.itertuples()],
        "now": [number(f"stock.{row.birth_group}.now", "Residents 2011", row.residents_2011, "people", Kind.REFERENCE, function=function) for row in table.itertuples()],
        "change": [number(f"stock.{row.birth_group}.change", "Change", row.change, "people", Kind.RECOMPUTED, function=function, note=row.note) for row in table.itertuples()],
    }, index=pd.Index([_GROUPS.get(row.birth_group, "born outside the European Union of 2001") for row in table.itertuples()], name="group"), dtype=object)
    page.add([
        number("stock.agrees", "2001 count with which the estimators agree", agree["estimate"], "people", Kind.RECOMPUTED, -3, function="analysis.census.stock.stock_that_would_agree"),
        number("stock.agrees_least", "2001 count that agrees, least", agree["low"], "people", Kind.BOUNDED, function="analysis.census.stock.stock_that_would_agree"),
        number("stock.agrees_most", "2001 count that agrees, most", agree["high"], "people", Kind.BOUNDED, function="analysis.census.stock.stock_that_would_agree"),
    ])
    columns = {"before": Column("Residents in 2001", "people"), "now": Column("Residents in 2011", "people"), "change": Column("Difference", "people")}
    return page.table("stock", frame, columns, f"Stock difference for {named(case.name)}.", row_header="Group")


def stock_words(case: Case) -> str:
    """What the 2001 count would change, and how to supply it."""
    words = (
        "With a count of {stock.agrees} in {=2001} the stock difference and the arrival cohort would say the same; over all "
        "allocations that count lies between {stock.agrees_least|bare} and {stock.agrees_most}. A higher count would show how many of those "
        "counted in {=2001} have died or left, a lower one how many earlier arrivals have moved in from elsewhere in the country. It would "
        "also narrow the range of the arrivals as far as those departures and moves are known."
    ) if not case.gap else ""
    return f"{words}\n\n{named(HOW_TO_SUPPLY)}"
