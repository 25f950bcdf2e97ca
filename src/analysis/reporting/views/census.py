"""The words and the table of inputs of 01_census_baseline; its numbers are the frames of `analysis.census` as they are."""

from urllib.parse import urlsplit

import pandas as pd

from analysis.census import stock as stock_difference, students as local_students
from analysis.census.case import SHORT_LIST, Case, areas_of
from analysis.census.standing import among
from analysis.census.trend import NORMAL
from analysis.described import described, of_nothing_nothing
from analysis.reporting.appendix import Appendix
from analysis.reporting.markup import Display, is_web_address
from analysis.reporting.prose import named, points
from analysis.reporting.views.claims import published
from analysis.results import Column, Kind, slug
from analysis.study import Study

_PAPER = ("census_comparison_first_year", "census_comparison_second_year")


def answer(page: Appendix, case: Case, study: Study, ages: pd.DataFrame) -> Display:
    """The opening: the women, then how they are found and how sure that is, point by point."""
    years = [claim for quantity in _PAPER for claim in study.claims.about(quantity)]
    page.add(map(published, years))
    here = f"{{steps.residents.estimate|:residents}} of {named(case.name)} were born outside the European Union on {{=27 March 2011}}."
    gap = f"How many of them had arrived since {{=2001}} cannot be told here: {named(case.gap)}."
    paper = [f"{{claim:{claim.claim_id}}} ([{{={claim.claim_id}}}](08_claims_audit.html))" for claim in years]
    of_paper = _of_the_paper(*paper) if len(paper) == len(_PAPER) else ""
    return page.say(points(*((here, gap) if case.gap else _arrived(case, ages, here)), of_paper))


def _arrived(case: Case, ages: pd.DataFrame, here: str) -> tuple[str, ...]:
    young = "; that last figure is probably low, for the reason given with the ages" if look_young(ages) else ""
    settled = "are not students by the local count" if case.area in case.students else "had not come for formal study"
    return (
        "About {steps.women_settled.estimate} ({steps.women_settled.estimate|interval|bare}) women born outside the European Union had "
        f"arrived in {named(case.name)} since {{=2001}} and {settled}.",
        "That interval holds only if the allocation of arrivals is right. Over all allocations that the census tables allow it reaches "
        "from {steps.women_settled.least|bare} to {steps.women_settled.most}, about {answer.widening.value|bare} times as wide. A larger "
        "survey sample would not narrow it; a census table that crosses country of birth with year of arrival for the area would.",
        f"{here} About {{steps.arrived.estimate}} of them had arrived since {{=2001}}; no available table crosses country of birth with "
        "year of arrival, and the two that are here allow anything from {steps.arrived.least|bare} to {steps.arrived.most}.",
        "About {steps.women_arrived.estimate} ({steps.women_arrived.estimate|interval|bare}) of the arrivals were women.",
        "Of the women who are not students, about {steps.adult_women_later.estimate} ({steps.adult_women_later.estimate|interval|bare}) "
        f"would be alive and aged sixteen or over {{settings.horizon.value|:years}} later{young}.",
    )


def _of_the_paper(first: str, second: str) -> str:
    return (
        f"The paper says that it compared the censuses of {first} and {second}, but gives a count from neither, so its "
        "estimate cannot be checked against this one. The earlier count is not among the tables here either; what it would change "
        "is said below."
    )


def look_young(ages: pd.DataFrame) -> bool:
    """Whether the modelled ages put fewer at working age than the interval of the survey allows, in the area (first row)."""
    here = ages.iloc[0]
    return bool(here["modelled"] < here["low"])


@described(
    Kind.TALLY,
    {
        "areas": Column("Areas", text="rich"),
        "date": Column("Date"),
        "source": Column("Source", text="rich"),
        "file": Column("File", text="code"),
        "licence": Column("Licence"),
    },
    header="Table",
    words=("areas", "date", "source", "file", "licence"),
    group="series",
    name="inputs",
)
def inputs(case: Case) -> pd.DataFrame:
    """Every input (index: table and title) with areas, date, source, file and licence, by producer and series."""
    origins = case.origins.sort_values(["series", "table"], kind="stable")
    producer, series = origins["producer"], origins["series"]
    own = [told.startswith(by) for told, by in zip(series, producer, strict=True)]
    frame = pd.DataFrame(
        {
            "series": producer.where(own, producer + ": " + series),
            "areas": [_areas(case, file) for file in origins.index],
            "date": origins["date"],
            "source": [_linked(address) for address in origins["address"]],
            "file": [f"{file}.csv" for file in origins.index],
            "licence": origins["licence"],
        }
    ).set_axis(origins["table"] + ": " + origins["title"])
    return frame.drop(columns="licence") if licence(case) else frame


def licence(case: Case) -> str:
    """The licence of all inputs, as a note; nothing where they differ."""
    first, *others = dict.fromkeys(case.origins["licence"])
    return "" if others else f"Licence of all: {named(first)}."


def _areas(case: Case, file: str) -> str:
    held = areas_of(case, file)
    if len(held) > SHORT_LIST:
        return f"{{inputs.{slug(file)}.areas|bare}} areas"
    return named(", ".join(held) or case.origins.loc[file, "areas"])


def _linked(address: str) -> str:
    """A web address as a link named by its host; anything else as it stands."""
    return f"[{named(urlsplit(address).netloc)}]({address})" if is_web_address(address) else named(address)


def first_compared(case: Case) -> str:
    """The first area compared."""
    return named(case.reference.names[next(iter(case.comparison), case.area)])


def told_of_steps(case: Case) -> str:
    """The figure of the steps in words."""
    if case.gap:
        return "Only the census count and the women among all residents are known for this area."
    return (
        "Of {steps.residents.estimate|bare} residents about {steps.women_settled.estimate|bare} are women who arrived since "
        "the earlier census and are not students; over all allocations their interval reaches from "
        "{steps.women_settled.least|bare} to {steps.women_settled.most|bare}."
    )


def told_of_estimators(case: Case) -> str:
    """The figure of the estimators in words."""
    if case.gap:
        return "The census counts {estimators.census_level.estimate|bare} residents; arrivals since the earlier census cannot be told."
    survey = "the survey's trend at {estimators.survey_level.estimate|bare}" if _has_trend(case) else "no survey trend"
    return (
        f"The census counts {{estimators.census_level.estimate|bare}} residents against {survey}; the arrival cohort is "
        "{estimators.arrival_cohort.estimate|bare} in a range from {estimators.arrival_cohort.least|bare} to "
        "{estimators.arrival_cohort.most|bare}; the stock difference is {estimators.stock_difference.estimate|bare}."
    )


def _has_trend(case: Case) -> bool:
    return bool(pd.notna(case.result.trend.lines.loc[case.area, "level"]))


def note_on_estimators(case: Case) -> str:
    """What the ends of the table are; where the survey has no trend, that it has none."""
    bounds = "At least and at most are the exact bounds of the two census tables."
    if not _has_trend(case):
        return f"{bounds} The survey's tables here have fewer than three years for this area, so there is no trend."
    return (
        f"The range beside a survey estimate is its {{={NORMAL}}} interval, with its years taken as independent samples; what correlation "
        f"between them would change is at the end of the page. {bounds}"
    )


def told_of_trend(case: Case) -> str:
    """The figure of the survey's trend in words."""
    line, count = case.result.trend.lines.loc[case.area], case.result.groups.loc[case.area, "non_eu"]
    where = "above" if count > line["level_high"] else "below" if count < line["level_low"] else "inside"
    return (
        f"The survey's trend {'rises' if line['yearly_change'] > 0 else 'changes'} by {{trend.yearly_change.value|bare}} people a year "
        f"({{trend.yearly_change.value|interval|bare}}); the census count is {where} the interval of the trend at census day."
    )


def gap(page: Appendix, case: Case) -> Display | None:
    """Why the arrivals cannot be told; nothing where they can."""
    words = f"Arrivals by country of birth cannot be told for this area: {named(case.gap)}. There is no allocation."
    return page.say(words) if case.gap else None


@of_nothing_nothing
def told_of_cohort(cohort: pd.DataFrame) -> str:
    """The figure of arrivals by group of birth in words."""
    first, *others = cohort["estimate"]
    ends = cohort[["least", "most"]].iloc[0]
    if first > max(others) and ends["most"] - ends["least"] > max(others):
        return (
            "Residents born outside the European Union are the largest group of arrivals with {cohort.non_eu.estimate|bare} but the two "
            "tables allow {cohort.non_eu.least|bare} to {cohort.non_eu.most|bare} of them: a range wider than the estimates of the "
            "other two groups."
        )
    return (
        "The two tables allow {cohort.non_eu.least|bare} to {cohort.non_eu.most|bare} arrivals born outside the European Union; "
        "the allocation chosen gives {cohort.non_eu.estimate|bare}."
    )


def stock(page: Appendix, case: Case) -> Display:
    """What the count of the earlier census would change, and how to supply it."""
    words = (
        "With a count of {stock.agrees.value} in {=2001} the stock difference and the arrival cohort would say the same; over all "
        "allocations that count lies between {stock.agrees_least.value|bare} and {stock.agrees_most.value}. A higher count would show how many of those "
        "counted in {=2001} have died or left, a lower one how many earlier arrivals have moved in from elsewhere in the country. It would "
        "also narrow the range of the arrivals as far as those departures and moves are known."
    )
    return page.say("\n\n".join([*([] if case.gap else [words]), named(stock_difference.HOW_TO_SUPPLY)]))


def students(page: Appendix, case: Case) -> Display:
    """Which of the two student inputs is used, and how to supply a local count."""
    local = case.students.get(case.area)
    if local is None:
        return page.say(
            "The paper took students out with counts from local universities and colleges, which it does not give. Until such a "
            f"count is supplied, the survey's share stands in. {named(local_students.HOW_TO_SUPPLY)}"
        )
    whom = "women students" if local.sex == "women" else "students, of whom women are taken at the share above"
    return page.say(
        f"A local count is used in place of the survey's share: {{students.local.value|:{whom}}} ({named(local.source)})."
    )


def ages_in_words(page: Appendix, case: Case, ages: pd.DataFrame) -> Display:
    """How the ages are made, how they stand beside the survey, and what that does to the count of adult women."""
    if case.gap:
        return page.say(f"No ages are carried forward for this area: {named(case.gap)}.")
    known = [row.age for row in case.reference.life_expectancy]
    expectancy = ", ".join(f"{{ages.e{age}.years|bare}} at {named(age) if age else 'birth'}" for age in known)
    return page.say(
        "The profile takes the age at arrival of all residents born abroad, whenever and wherever from, because no table at hand gives "
        f"it for recent arrivals from outside the European Union. {_beside_survey(case, ages)} A check against all residents by single "
        "year finds {ages.too_many.value|:ages} at which it would put more arrivals than there are residents. At the horizon {ages.adult.value} of "
        "the group would be aged sixteen or over; if none were younger, the adult women would be all those alive, "
        "{steps.women_later.estimate} ({steps.women_later.estimate|interval|bare})."
        "\n\n"
        f"Survival follows a Gompertz-Makeham curve solved for so that it meets the published life expectancy of women ({expectancy}); "
        "over the horizon {ages.alive.value} of the group stay alive. The group is closed: nobody moves in or away."
    )


def _beside_survey(case: Case, ages: pd.DataFrame) -> str:
    place = f"ages.{slug(case.area)}"
    if pd.isna(ages["survey"].iloc[0]):
        return "The survey has no share of working age for this area to hold it against."
    young = (
        " It seems to have too many children, so adult women, and births to them, are probably counted too low."
        if look_young(ages)
        else ""
    )
    return (
        f"It puts {{{place}.modelled}} of them at working age, the survey {{{place}.survey}} "
        f"({{{place}.survey|interval|bare}}) of all born outside the European Union, whenever they came.{young}"
    )


def scope(case: Case) -> str:
    """Which areas the area is set beside."""
    return named(among(case).scope.partition(" ")[2])


def standing(page: Appendix, case: Case) -> Display:
    """Which areas the comparison is with, and how to have all of them."""
    if "England" in scope(case):
        return page.say(
            "The complete census tables are at hand, so every local authority of England and Wales is shown."
        )
    return page.say(
        "Only the areas compared are at hand. With the complete official tables in `data/raw/reference` the same strips show every local "
        "authority of England and Wales; `docs/census.md` says how."
    )
