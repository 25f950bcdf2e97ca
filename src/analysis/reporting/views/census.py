"""What 01_census_baseline shows of how many there are: the answer, the inputs, and three estimators."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pandas as pd

from analysis.census.baseline import Settings
from analysis.census.case import Case, open_case
from analysis.census.groups import GROUP_LABELS
from analysis.census.reconcile import NORMAL, why_used
from analysis.census.rounding import decimals_borne
from analysis.census.stock import HOW_TO_SUPPLY
from analysis.census.survey import survey_series
from analysis.census.trend import trend_chart_data
from analysis.reporting.appendix import Appendix
from analysis.reporting.markup import Display, is_web_address
from analysis.reporting.views.census_charts import ends_chart, trend_chart
from analysis.reporting.views.census_numbers import (
    COUNTRY,
    SURVEY,
    ages_look_young,
    ends_frame,
    estimator_table,
    number,
    percent,
    printed_in,
    results_of,
    step_ends,
)
from analysis.reporting.views.claims import published
from analysis.results import Column, Kind, Result, slug
from analysis.study import Study

ENDS_COLUMNS: Mapping[str, Column] = {
    "estimate": Column("Estimate and its interval", "people"),
    "least": Column("At least", "people", Kind.BOUNDED),
    "most": Column("At most", "people", Kind.BOUNDED),
}
MOST_NAMES = 12  # of areas that are listed by name
_SHORT = {
    "census_level": "Census count",
    "survey_level": "Survey trend, census day",
    "stock_difference": "Stock difference",
    "arrival_cohort": "Arrival cohort",
    "arrival_cohort_independence": "Arrival cohort, no association",
    "survey_decade_change": "Survey trend, ten years' growth",
}
_PARAMETERS = "a parameter of this page (params.yaml)"
_PAPER = ("census_comparison_first_year", "census_comparison_second_year")


def prepare(study: Study, area: str, comparison: list[str], settings: Settings) -> Case:
    """The area's baseline from the project's tables and what the study supplies; raises InputError as `open_case` does."""
    return open_case(study.root / "data" / "raw" / "reference", study.records_folder, area, comparison, settings)


def named(text: object) -> str:
    """A text as a template in which words with digits (tables, years, files) stand as names.

    >>> named("table QS203EW of 2011")
    'table {=QS203EW} of {=2011}'
    """
    words = re.split(r"(\s+)", str(text).translate({ord(mark): None for mark in "*`{}[]"}))
    return "".join(_named_word(word) for word in words)


def _named_word(word: str) -> str:
    """One word: names of files and columns as code, other words with digits as names."""
    core = word.strip("(),.;:")
    if re.search(r"\w_\w|\w/\w+$", core):
        return word.replace(core, f"`{core}`")
    return f"{{={word}}}" if re.search(r"\d", word) else word


def record(page: Appendix, case: Case, study: Study) -> None:
    """Record what the prose refers to: the steps, the horizon, the settings, and what the source says of its own method."""
    for ends in step_ends(case, case.area).values():
        page.add(results_of(ends))
    page.add(
        [
            number(
                "settings.horizon",
                "Years over which the group is aged",
                case.settings.horizon_years,
                "years",
                Kind.ASSUMED,
                source=_PARAMETERS,
            ),
            number("settings.draws", "Random draws", case.settings.draws, "draws", Kind.ASSUMED, source=_PARAMETERS),
            _widening(case),
        ]
    )
    page.add(published(claim) for quantity in _PAPER for claim in study.claims.about(quantity))


def _widening(case: Case) -> Result:
    ends = step_ends(case, case.area)["women_settled"]
    widest = ends.range
    known = widest is not None and ends.estimate.low is not None and ends.estimate.high is not None
    ratio = (widest[1] - widest[0]) / (ends.estimate.high - ends.estimate.low) if known else None  # type: ignore[operator,index]
    label = "Width of the range over allocations, in widths of the survey's interval"
    return number(
        "answer.widening", label, ratio, "times", Kind.RECOMPUTED, function="analysis.census.baseline.baseline"
    )


def answer(case: Case, study: Study) -> str:
    """The opening paragraphs, as a template over the recorded results."""
    here = f"{{steps.residents.estimate|:residents}} of {named(case.name)} were born outside the European Union on {{=27 March 2011}}."
    if case.gap:
        return f"{here} How many of them had arrived since {{=2001}} cannot be told here: {named(case.gap)}.{_of_the_paper(study)}"
    young = "; that last figure is probably low, for the reason given with the ages" if ages_look_young(case) else ""
    settled = "are not students by the local count" if case.area in case.students else "had not come for formal study"
    return (
        f"{here} About {{steps.arrived.estimate}} of them had arrived since {{=2001}}; no table at hand crosses country of birth "
        "with year of arrival, and the two that are here allow anything from {steps.arrived.least|bare} to "
        "{steps.arrived.most}. About {steps.women_arrived.estimate} ({steps.women_arrived.estimate|interval|bare}) of the arrivals "
        f"were women, of whom about {{steps.women_settled.estimate}} ({{steps.women_settled.estimate|interval|bare}}) {settled}. "
        "Of these, about {steps.adult_women_later.estimate} ({steps.adult_women_later.estimate|interval|bare}) would be alive and "
        f"aged sixteen or over {{settings.horizon|:years}} later{young}."
        "\n\n"
        "The intervals in brackets hold only if the allocation of arrivals is right. Over all allocations that the census tables "
        "allow, the women who are not students number {steps.women_settled.least|bare} to {steps.women_settled.most}, a range about "
        "{answer.widening|bare} times as wide. A larger survey sample would not narrow it; a census table that "
        "crosses country of birth with year of arrival for the area would." + _of_the_paper(study)
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


def _linked(address: str) -> str:
    """A web address as a link named by its host; anything else as it stands."""
    return f"[{named(urlsplit(address).netloc)}]({address})" if is_web_address(address) else named(address)


def input_table(page: Appendix, case: Case) -> Display:
    """Table: every input with table, areas, date, source and licence, by producer and series."""
    origins = case.origins.sort_values(["series", "table"], kind="stable")
    licences = list(dict.fromkeys(origins["licence"]))
    frame = pd.DataFrame(
        {
            "series": [_series(row) for row in origins.itertuples()],
            "areas": [_areas(page, case, name, row) for name, row in origins.iterrows()],
            "date": [named(text) for text in origins["date"]],
            "file": [f"`{name}.{'yaml' if name.endswith('domains') else 'csv'}`" for name in origins.index],
            "source": [_linked(address) for address in origins["address"]],
        },
        index=pd.Index([f"{row.table}: {row.title}" for row in origins.itertuples()], name="table"),
    )
    columns = {"areas": Column("Areas"), "date": Column("Date"), "source": Column("Source"), "file": Column("File")}
    if len(licences) > 1:
        frame["licence"] = [named(text) for text in origins["licence"]]
        columns["licence"] = Column("Licence")
    return page.table(
        "inputs",
        frame,
        {"series": Column(""), **columns},
        "Inputs, all in `data/raw/reference`, and where they come from.",
        group_by="series",
        text=dict.fromkeys(columns, "rich"),
        note=f"Licence of all: {named(licences[0])}." if len(licences) == 1 else "",
    )


def _areas(page: Appendix, case: Case, file: object, row: pd.Series) -> str:
    """The areas a file holds now: more than its origin names where tables were fetched or put in whole."""
    held = _names_held(case, row)
    if len(held) <= MOST_NAMES:
        return named(", ".join(held) or row["areas"])
    page.add(
        [
            number(
                f"inputs.{slug(file)}.areas",
                f"Areas in {file}",
                len(held),
                "areas",
                Kind.RECOMPUTED,
                function="analysis.census.reference.load_reference",
            )
        ]
    )
    return f"{{inputs.{slug(file)}.areas|bare}} areas"


def _names_held(case: Case, row: pd.Series) -> list[str]:
    reference = case.reference
    census = {
        "QS203EW": reference.country,
        "QS801EW": reference.year_of_arrival,
        "QS802EW": reference.age_at_arrival,
        "QS803EW": reference.length_of_residence,
        "QS205EW": reference.english,
        "QS103EW": reference.age,
        "QS104EW": reference.sex,
    }
    survey = {"1.1": reference.survey, "1.2": reference.survey_working_age}
    table = str(row["table"]).partition(":")[0]
    if table in survey:
        return list(dict.fromkeys(survey[table]["area"]))
    counted = table in census and row["unit"] == "usual residents"
    return [str(reference.names.get(code, code)) for code in census[table].index] if counted else []


def _series(row: Any) -> str:
    return row.producer if row.series.startswith(row.producer) else f"{row.producer}: {row.series}"


def group_table(page: Appendix, case: Case) -> Display:
    """Table: residents by group of countries of birth, here and in the first area compared."""
    groups, other = case.result.groups, next(iter(case.comparison), case.area)
    function = "analysis.census.groups.birth_groups"
    names, source = list(GROUP_LABELS), printed_in(case, COUNTRY, case.name)
    shares = groups[names].div(groups["all"], axis=0)
    rows = [
        {
            "residents": number(
                f"groups.{name}",
                label,
                groups.loc[case.area, name],
                "people",
                Kind.REFERENCE,
                function=function,
                source=source,
            ),
            "share": percent(f"groups.{name}.share", f"{label}, share", shares.loc[case.area, name], function=function),
            "elsewhere": percent(
                f"groups.{name}.elsewhere", f"{label}, share elsewhere", shares.loc[other, name], function=function
            ),
        }
        for name, label in GROUP_LABELS.items()
    ]
    columns = {
        "residents": Column(case.name, "people"),
        "share": Column(f"{case.name}, share"),
        "elsewhere": Column(f"{case.reference.names[other]}, share"),
    }
    frame = pd.DataFrame(rows, index=pd.Index(GROUP_LABELS.values(), name="country_of_birth"), dtype=object)
    return page.table(
        "groups",
        frame,
        columns,
        f"Usual residents of {named(case.name)} by country of birth, {{=2011}} Census.",
        note="Croatia, which joined in {=2013}, and the Channel Islands and the Isle of Man count as outside the European Union.",
    )


def estimator_figure(page: Appendix, case: Case) -> Display:
    """Figure: what each estimator says, on one axis."""
    table = estimator_table(case).drop(index="level_difference")
    rows = [replace(ends, label=_SHORT[str(name)]) for name, ends in table["ends"].items()]
    counts = [name for name, measure in table["measure"].items() if measure == "residents, 2011"]
    for row in rows:
        page.add(results_of(row))
    return page.figure(
        "estimator_chart",
        ends_chart(rows, "people born outside the European Union", breaks=[len(counts)]),
        f"Three estimators of residents of {named(case.name)} born outside the European Union. Above the line: residents in {{=2011}}. "
        "Below it: those who came, or the change, over about ten years.",
        _estimator_finding(case),
        ends_frame(rows, "estimator"),
        ENDS_COLUMNS,
    )


def _estimator_finding(case: Case) -> str:
    if case.gap:
        return "The census counts {estimators.census_level|bare} residents; arrivals since the earlier census cannot be told."
    level = case.result.trend.lines.loc[case.area, "level"]
    survey = "no survey trend" if pd.isna(level) else "the survey's trend at {estimators.survey_level|bare}"
    return (
        f"The census counts {{estimators.census_level|bare}} residents against {survey}; the arrival cohort is "
        "{estimators.arrival_cohort|bare} in a range from {estimators.arrival_cohort_least|bare} to "
        "{estimators.arrival_cohort_most|bare}; the stock difference is {estimators.stock_difference|bare}."
    )


def estimator_table_display(page: Appendix, case: Case) -> Display:
    """Table: the reconciliation: what each estimator measures, what it says, why they differ, and which is used."""
    table = estimator_table(case)
    frame = ends_frame(list(table["ends"]), "estimator").assign(
        measure=table["measure"].to_numpy(),
        differs=["**Used here.** " * bool(row.used) + named(row.differs) for row in table.itertuples()],
    )
    columns = {**ENDS_COLUMNS, "measure": Column("Measures"), "differs": Column("Why it differs from the others")}
    modes = {"measure": "label", "differs": "rich"}
    return page.table(
        "estimators", frame, columns, "The estimators reconciled.", text=modes, note=_estimator_note(case)
    )


def _estimator_note(case: Case) -> str:
    line = case.result.trend.lines.loc[case.area]
    bounds = "At least and at most are the exact bounds of the two census tables."
    if pd.isna(line["level"]):
        return f"{bounds} The survey's tables here have fewer than three years for this area, so there is no trend."
    return (
        f"The range beside a survey estimate is its {{={NORMAL}}} interval, with its years taken as independent samples; what correlation "
        f"between them would change is at the end of the page. {bounds}"
    )


def why_this_one(case: Case) -> str:
    """Why the appendix uses the estimator it uses; how to supply what is missing stands in its own section."""
    return named(why_used(estimator_table(case)).replace(f" {HOW_TO_SUPPLY}", ""))


def trend_figure(page: Appendix, case: Case) -> Display:
    """Figure: the survey's yearly estimates, their trend, and the census count; a sentence where there is no trend."""
    line = case.result.trend.lines.loc[case.area]
    if pd.isna(line["level"]):
        return page.say("The survey's tables at hand have fewer than three years for this area; no trend is drawn.")
    series = survey_series(case.reference.survey, "non_eu_born", pd.Index(list(case.codes)))
    data = trend_chart_data(case.result.trend, *series, case.area, case.result.groups.loc[case.area, "non_eu"])
    page.add([_line_result(line, "yearly_change", "Yearly change of the survey's trend")])
    return page.figure(
        "trend",
        trend_chart(data, "people"),
        f"Residents of {named(case.name)} born outside the European Union: the Annual Population Survey with its intervals, and the "
        "census count.",
        f"The survey's trend {'rises' if line['yearly_change'] > 0 else 'changes'} by {{trend.yearly_change|bare}} people a year "
        f"({{trend.yearly_change|interval|bare}}); the census count is {_beside(case, line)} the interval of the trend at census day.",
        *_trend_data(data, case),
    )


def _beside(case: Case, line: pd.Series) -> str:
    count = case.result.groups.loc[case.area, "non_eu"]
    return "above" if count > line["level_high"] else "below" if count < line["level_low"] else "inside"


def _line_result(line: pd.Series, name: str, label: str) -> Result:
    low, high = line[f"{name}_low"], line[f"{name}_high"]
    return number(
        f"trend.{name}",
        label,
        line[name],
        "people a year",
        Kind.RECOMPUTED,
        decimals_borne(low, high),
        low,
        high,
        "95 % normal",
        "analysis.census.trend.weighted_trend",
    )


def _trend_data(data: pd.DataFrame, case: Case) -> tuple[pd.DataFrame, dict[str, Column]]:
    frame = data.set_index("year").rename(columns={"low": "lowest", "high": "highest"}).astype(object)
    frame["census"] = ["" if pd.isna(value) else value for value in frame["census"]]
    frame["survey_source"] = [printed_in(case, SURVEY, case.name, str(year)) for year in frame.index]
    frame["census_source"] = printed_in(case, COUNTRY, case.name)
    survey = {
        "low": "lowest",
        "high": "highest",
        "interval": "95 %, as published",
        "function": "analysis.census.survey.survey_series",
        "source": "survey_source",
    }
    return frame, {
        "estimate": Column("Survey", "people", Kind.REFERENCE, -3, **survey),
        "fitted": Column("Trend", "people", Kind.RECOMPUTED, -2, function="analysis.census.trend.weighted_trend"),
        "census": Column(
            "Census", "people", Kind.REFERENCE, function="analysis.census.groups.birth_groups", source="census_source"
        ),
    }
