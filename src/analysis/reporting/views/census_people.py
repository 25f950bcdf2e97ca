"""What 01_census_baseline shows of who they are: women, students, ages, births, and what other choices would give."""

from typing import Any

import pandas as pd

from analysis.census.ageing import broad_ages, exceeds_residents
from analysis.census.case import Case
from analysis.census.groups import countries_of_birth
from analysis.census.sensitivity import survey_under_other_correlations, women_under_other_choices
from analysis.census.shares import women_shares, working_age_share
from analysis.census.students import HOW_TO_SUPPLY
from analysis.census.survey import Z_95
from analysis.reporting.appendix import Appendix
from analysis.reporting.markup import Display
from analysis.reporting.views.census import ENDS_COLUMNS, named
from analysis.reporting.views.census_charts import ends_chart
from analysis.reporting.views.census_numbers import (
    COUNTRY,
    SURVEY_INTERVAL,
    ages_look_young,
    ends_frame,
    number,
    percent,
    printed_in,
    step_ends,
    working_age_of,
)
from analysis.results import Column, Kind, Result, slug

MOST_COUNTRIES = 12  # of the largest countries of birth, in the table of women's shares
COMPARED_STEPS = {
    "residents": "Born outside the European Union",
    "arrived": "Arrived since 2001",
    "women_arrived": "Women among those arrived",
    "women_settled": "Women, not students",
    "adult_women_later": "Aged 16 and over at the horizon",
}
_COUNTRIES = "analysis.census.groups.countries_of_birth"
_AGEING = "analysis.census.ageing"
_READ = "analysis.census.reference.load_reference"
_SENSITIVITY = "analysis.census.sensitivity"
_SHARES = "analysis.census.shares"


def country_table(page: Appendix, case: Case) -> Display:
    """Table: the largest countries of birth, their residents here and the share of women among their UK residents."""
    shares = women_shares(case.reference, "non_eu", case.settings.survey_year)
    frame = countries_of_birth(case.reference, case.area).head(MOST_COUNTRIES).join(shares)
    frame["low"], frame["high"] = (100 * (frame["share"] + sign * Z_95 * frame["error"]) for sign in (-1, 1))
    frame = frame.assign(share=100 * frame["share"], of_group=100 * frame["share_of_group"]).set_index("name")
    frame["source"] = printed_in(case, COUNTRY, case.name)
    columns = {
        "residents": Column("Residents", "people", Kind.REFERENCE, function=_COUNTRIES, source="source"),
        "of_group": Column(
            "Share of all born outside the European Union", "%", Kind.RECOMPUTED, 1, function=_COUNTRIES
        ),
        "share": Column(
            "Women, United Kingdom",
            "%",
            Kind.RECOMPUTED,
            low="low",
            high="high",
            interval="95 %",
            function=f"{_SHARES}.women_shares",
        ),
        "basis": Column("Share taken from"),
    }
    return page.table(
        "countries",
        frame,
        columns,
        f"The largest countries and groups of countries of birth in {named(case.name)}, and women among their residents.",
        row_header="Country of birth",
        note="The share of women is that of the whole United Kingdom in the Annual Population Survey, as no table at hand gives "
        "country of birth by sex for an authority.",
    )


def share_table(page: Appendix, case: Case) -> Display:
    """Table: share of women and of former students among residents born outside the European Union, by area."""
    shares = case.result.shares * 100
    shares.index = pd.Index(case.names_of(case.codes), name="area")
    columns = {
        name: Column(
            label,
            "%",
            Kind.RECOMPUTED,
            low=f"{name}_low",
            high=f"{name}_high",
            interval=interval,
            function="analysis.census.baseline.baseline",
        )
        for name, label, interval in (
            ("women", "Women", SURVEY_INTERVAL),
            ("study", "Came for formal study", "95 %, survey"),
        )
    }
    return page.table(
        "shares",
        shares,
        columns,
        "National shares by country and region of birth applied to each area's residents born outside the European Union.",
        note="Formal study is the main reason given for ever coming to the United Kingdom. It counts people who stayed after their course, "
        "and leaves out students who came for another reason, so it is not the share of present students.",
    )


def student_words(case: Case) -> str:
    """Which of the two student inputs is used, and how to supply a local count."""
    local = case.students.get(case.area)
    if local is None:
        return (
            "The paper took students out with counts from local universities and colleges, which it does not print. Until such a "
            f"count is supplied, the survey's share stands in. {named(HOW_TO_SUPPLY)}"
        )
    whom = "women students" if local.sex == "women" else "students, of whom women are taken at the share above"
    return f"A local count is used in place of the survey's share: {{students.local|:{whom}}} ({named(local.source)})."


def record_students(page: Appendix, case: Case) -> None:
    """Record the local student count where there is one."""
    local = case.students.get(case.area)
    if local is not None:
        ends = (
            (local.students - local.half_width, local.students + local.half_width) if local.half_width else (None, None)
        )
        label = "Students counted locally"
        page.add(
            [
                number(
                    "students.local",
                    label,
                    local.students,
                    "people",
                    Kind.MEASURED,
                    0,
                    *ends,
                    "95 %",
                    source=local.source,
                )
            ]
        )


def step_figure(page: Appendix, case: Case) -> Display:
    """Figure: from all residents to adult women, with the survey's interval and the range over all allocations."""
    rows = list(step_ends(case, case.area).values())
    finding = (
        "Of {steps.residents.estimate|bare} residents about {steps.women_settled.estimate|bare} are women who arrived since "
        "the earlier census and are not students; the interval of the shares is narrow beside the range over allocations: "
        "{steps.women_settled.least|bare} to {steps.women_settled.most|bare}."
        if not case.gap
        else "Only the census count and the women among all residents are known for this area."
    )
    return page.figure(
        "step_chart",
        ends_chart(rows, "people", breaks=[2]),
        f"From residents of {named(case.name)} born outside the European Union to the women the programme was for. Above the line: "
        "whenever they came.",
        finding,
        ends_frame(rows, "step"),
        ENDS_COLUMNS,
    )


def step_comparison(page: Appendix, case: Case) -> Display:
    """Table: the same steps for the area and those it is compared with."""
    cells = {step: [step_ends(case, code)[step].estimate for code in case.codes] for step in COMPARED_STEPS}
    frame = pd.DataFrame(cells, index=pd.Index(case.names_of(case.codes), name="area"), dtype=object)
    columns = {step: Column(label, "people") for step, label in COMPARED_STEPS.items()}
    return page.table(
        "compared",
        frame,
        columns,
        "The same steps for the areas compared: estimates with the interval of the shares.",
        note="Two areas share the survey's random draws, so their intervals must not be combined as if they were independent.",
    )


def age_table(page: Appendix, case: Case) -> Display:
    """Table: modelled ages of arrivals since 2001, and the share of working age beside the survey's."""
    ages = broad_ages(case.result.profile)
    survey = working_age_share(case.reference, case.codes, case.settings.survey_year)
    rows = [_age_row(case, code, ages.loc[code], survey.loc[code]) for code in case.codes]
    columns = {band: Column(band.replace("-", " to ").replace("+", " and over"), "%") for band in ages.columns}
    columns["modelled"] = Column("16 to 64", "%")
    columns["survey"] = Column("16 to 64 by the survey, all born outside the European Union", "%")
    frame = pd.DataFrame(rows, index=pd.Index(case.names_of(case.codes), name="area"), dtype=object)
    return page.table(
        "age_table",
        frame,
        columns,
        "Ages in {=2011} of those who had arrived since {=2001}, as modelled, beside the survey's share of working age.",
    )


def _age_row(case: Case, code: str, ages: pd.Series, survey: pd.Series) -> dict[str, Result]:
    place, name, function = f"ages.{code.lower()}", case.reference.names[code], "analysis.census.ageing.age_profile"
    row = {
        str(band): percent(f"{place}.{slug(band)}", f"{name}: aged {band}", share, decimals=0, function=function)
        for band, share in ages.items()
    }
    modelled = working_age_of(case, code)
    row["modelled"] = percent(f"{place}.modelled", f"{name}: aged 16 to 64", modelled, decimals=0, function=function)
    row["survey"] = percent(
        f"{place}.survey",
        f"{name}: aged 16 to 64, survey",
        survey["share"],
        decimals=0,
        low=survey["low"],
        high=survey["high"],
        interval="95 %",
        function=f"{_SHARES}.working_age_share",
    )
    return row


def record_ages(page: Appendix, case: Case) -> None:
    """Record the checks on the ages and the share still alive at the horizon."""
    steps = case.result.steps[case.result.steps["area_code"] == case.area].set_index("step")["estimate"]
    too_many = exceeds_residents(case.reference, [case.area], case.result.profile)
    alive, adult = steps["women_later"] / steps["women_settled"], steps["adult_women_later"] / steps["women_later"]
    page.add(
        [
            percent("ages.alive", "Alive at the horizon", alive, Kind.CALIBRATED, function=f"{_AGEING}.hazard_curve"),
            percent("ages.adult", "Aged sixteen or over at the horizon", adult, function=f"{_AGEING}.carry_forward"),
            number(
                "ages.too_many",
                "Ages with more arrivals than residents",
                len(too_many),
                "ages",
                Kind.RECOMPUTED,
                function=f"{_AGEING}.exceeds_residents",
            ),
        ]
    )
    tabled = {"function": _READ, "source": printed_in(case, "life_expectancy", "women, England and Wales")}
    page.add(
        number(
            f"ages.e{row.age}",
            f"Life expectancy of women at {row.age}",
            row.life_expectancy,
            "years",
            Kind.REFERENCE,
            1,
            **tabled,
        )
        for row in case.reference.life_expectancy
    )


def age_words(case: Case) -> str:
    """How the ages are made, how they stand beside the survey, and what that does to the count of adult women."""
    if case.gap:
        return f"No ages are carried forward for this area: {named(case.gap)}."
    expectancy = ", ".join(
        f"{{ages.e{row.age}|bare}} at {_age_word(row.age)}" for row in case.reference.life_expectancy
    )
    return (
        "The profile takes the age at arrival of all residents born abroad, whenever and wherever from, because no table at hand gives "
        f"it for recent arrivals from outside the European Union. {_beside_survey(case)} A check against all residents by single year "
        "finds {ages.too_many|:ages} at which it would put more arrivals than there are residents. At the horizon {ages.adult} of the "
        "group would be aged sixteen or over; if none were younger, the adult women would be all those alive, "
        "{steps.women_later.estimate} ({steps.women_later.estimate|interval|bare})."
        "\n\n"
        f"Survival follows a Gompertz-Makeham curve solved for so that it meets the published life expectancy of women ({expectancy}); "
        "over the horizon {ages.alive} of the group stay alive. The group is closed: nobody moves in or away."
    )


def _age_word(age: int) -> str:
    return "birth" if age == 0 else f"{{={age}}}"


def _beside_survey(case: Case) -> str:
    place = case.area.lower()
    survey = working_age_share(case.reference, [case.area], case.settings.survey_year).iloc[0]
    if pd.isna(survey["share"]):
        return "The survey has no share of working age for this area to hold it against."
    young = (
        " It seems to have too many children, so adult women, and births to them, are probably counted too low."
        if ages_look_young(case)
        else ""
    )
    return (
        f"It puts {{ages.{place}.modelled}} of them at working age, the survey {{ages.{place}.survey}} "
        f"({{ages.{place}.survey|interval|bare}}) of all born outside the European Union, whenever they came.{young}"
    )


def birth_table(page: Appendix, case: Case) -> Display:
    """Table: births expected over the horizon by vintage of the rate and by the ages it is spread over."""
    births = case.result.births[case.result.births["area_code"] == case.area]
    source = printed_in(case, "fertility", "women born outside the United Kingdom, England and Wales")
    rows = [_birth_row(row, source) for row in births.to_dict("records")]
    index = [f"Published {row.vintage}, ages {_ages_of(row.schedule)} alike" for row in births.itertuples()]
    columns = {
        "rate": Column("Total fertility rate, women born outside the United Kingdom", "children per woman"),
        "estimate": Column("Births and their interval", "births"),
        "least": Column("At least", "births"),
        "most": Column("At most", "births"),
    }
    frame = pd.DataFrame(rows, index=pd.Index(index, name="rate_and_schedule"), dtype=object)
    return page.table(
        "births",
        frame,
        columns,
        "Births expected over {settings.horizon|:years} to the women who are not students.",
        row_header="Rate and ages",
        note="The rates are those of all women born outside the United Kingdom, European Union included, in England and Wales in "
        "{=2011}: as first published in {=2012}, and as revised in {=2014} with the census population. The interval carries the number "
        "of women; the rows show the rest.",
    )


def _birth_row(row: dict[str, Any], source: str) -> dict[str, Result]:
    place, words = (
        f"births.{row['vintage']}.{row['schedule']}",
        f"rate of {row['vintage']}, ages {_ages_of(row['schedule'])}",
    )
    known = (row["low"], row["high"]) if row["low"] != row["high"] else (None, None)
    function, coarse = "analysis.census.baseline.births_table", row["decimals"] - 1
    rate = row["total_fertility_rate"]
    return {
        "rate": number(
            f"{place}.rate",
            f"Children per woman, {words}",
            rate,
            "children per woman",
            Kind.REFERENCE,
            2,
            function=_READ,
            source=source,
        ),
        "estimate": number(
            f"{place}.births",
            f"Births, {words}",
            row["estimate"],
            "births",
            Kind.RECOMPUTED,
            row["decimals"],
            *known,
            SURVEY_INTERVAL,
            function,
        ),
        "least": number(
            f"{place}.least",
            f"Births, {words}, least",
            row["widest_low"],
            "births",
            Kind.RECOMPUTED,
            coarse,
            function=function,
        ),
        "most": number(
            f"{place}.most",
            f"Births, {words}, most",
            row["widest_high"],
            "births",
            Kind.RECOMPUTED,
            coarse,
            function=function,
        ),
    }


def _ages_of(schedule: str) -> str:
    return schedule.removeprefix("even_").replace("_", " to ")


def sensitivity_table(page: Appendix, case: Case) -> Display:
    """Table: the women the programme was for, one choice changed at a time."""
    columns = {"estimate": Column("Women, not students, and their interval", "people")}
    frame = _cells(
        women_under_other_choices(case), "other", "Women, not students", f"{_SENSITIVITY}.women_under_other_choices"
    )
    return page.table(
        "other_choices",
        frame,
        columns,
        "Women who arrived since {=2001} and are not students, with one choice changed at a time.",
        row_header="Choice",
    )


def correlation_table(page: Appendix, case: Case) -> Display:
    """Table: the survey's estimate at census day by the correlation of neighbouring years; a sentence where there is none."""
    found = survey_under_other_correlations(case)
    if found["estimate"].isna().any():
        return page.say("The survey's estimate at census day does not exist for this area.")
    columns = {"estimate": Column("Survey trend at census day and its interval", "people")}
    frame = _cells(
        found, "survey_level", "Survey trend at census day", f"{_SENSITIVITY}.survey_under_other_correlations"
    )
    return page.table(
        "correlations",
        frame,
        columns,
        "The survey's trend at census day by the correlation of estimates one year apart.",
        row_header="Correlation",
    )


def _cells(found: pd.DataFrame, name: str, label: str, function: str) -> pd.DataFrame:
    cells = [
        number(
            f"{name}.{slug(key)}",
            f"{label}: {row['label']}",
            row["estimate"],
            "people",
            Kind.RECOMPUTED,
            row["decimals"],
            row["low"],
            row["high"],
            SURVEY_INTERVAL if name == "other" else "95 % normal",
            function,
        )
        for key, row in found.iterrows()
    ]
    return pd.DataFrame({"estimate": cells}, index=pd.Index(found["label"], name="choice"), dtype=object)
