"""What 01_census_baseline shows of who they are: women, students, ages, births, and what other choices would give."""

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
from analysis.reporting.views.census_numbers import STEPS, SURVEY_INTERVAL, ends_frame, number, percent, step_ends
from analysis.results import Column, Kind, Result

MOST_COUNTRIES = 12  # of the largest countries of birth, in the table of women's shares
COMPARED_STEPS = ("residents", "arrived", "women_arrived", "women_settled", "adult_women_later")
WORKING_AGES = slice(16, 65)
_SHARES = "analysis.census.shares"


def country_table(page: Appendix, case: Case) -> Display:
    """Table: the largest countries of birth, their residents here and the share of women among their UK residents."""
    shares = women_shares(case.reference, "non_eu", case.settings.survey_year)
    frame = countries_of_birth(case.reference, case.area).head(MOST_COUNTRIES).join(shares)
    frame["low"], frame["high"] = (100 * (frame["share"] + sign * Z_95 * frame["error"]) for sign in (-1, 1))
    frame = frame.assign(share=100 * frame["share"], of_group=100 * frame["share_of_group"], basis=frame["basis"]).set_index("name")
    columns = {
        "residents": Column("Residents", "people", Kind.REFERENCE, function="analysis.census.groups.countries_of_birth"),
        "of_group": Column("Share of all born outside the European Union", "%", Kind.RECOMPUTED, 1, function="analysis.census.groups.countries_of_birth"),
        "share": Column("Women, United Kingdom", "%", Kind.RECOMPUTED, 0, low="low", high="high", interval="95 %", function=f"{_SHARES}.women_shares"),
        "basis": Column("Share taken from"),
    }
    return page.table(
        "countries", frame, columns, f"The largest countries and groups of countries of birth in {named(case.name)}, and women among their residents.",
        row_header="Country of birth",
        note="The share of women is that of the whole United Kingdom in the Annual Population Survey, as no table at hand gives "
        "country of birth by sex for an authority.",
    )


def share_table(page: Appendix, case: Case) -> Display:
    """Table: share of women and of former students among residents born outside the European Union, by area."""
    shares = case.result.shares * 100
    shares.index = pd.Index(case.names_of(case.codes), name="area")
    columns = {
        name: Column(label, "%", Kind.RECOMPUTED, 0, low=f"{name}_low", high=f"{name}_high", interval=interval, function="analysis.census.baseline.baseline")
        for name, label, interval in (("women", "Women", SURVEY_INTERVAL), ("study", "Came for formal study", "95 %, survey"))
    }
    return page.table(
        "shares", shares, columns, "National shares by country and region of birth applied to each area's residents born outside the European Union.",
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
        ends = (local.students - local.half_width, local.students + local.half_width) if local.half_width else (None, None)
        page.add([number("students.local", "Students counted locally", local.students, "people", Kind.MEASURED, 0, *ends, "95 %", source=local.source)])


def step_figure(page: Appendix, case: Case) -> Display:
    """Figure: from all residents to adult women, with the survey's interval and the range over all allocations."""
    rows = list(step_ends(case, case.area).values())
    finding = (
        "Of {steps.residents.estimate|bare} residents about {steps.women_settled.estimate|bare} are women who arrived since "
        "the earlier census and are not students; the interval of the shares is narrow beside the range over allocations: "
        "{steps.women_settled.least|bare} to {steps.women_settled.most|bare}."
        if not case.gap else "Only the census count and the women among all residents are known for this area."
    )
    return page.figure(
        "step_chart", ends_chart(rows, "people", breaks=[2]),
        f"From residents of {named(case.name)} born outside the European Union to the women the programme was for. Above the line: whenever they came.",
        finding, ends_frame(rows, "step"), ENDS_COLUMNS,
    )


def step_comparison(page: Appendix, case: Case) -> Display:
    """Table: the same steps for the area and those it is compared with."""
    cells = {step: [step_ends(case, code)[step].estimate for code in case.codes] for step in COMPARED_STEPS}
    frame = pd.DataFrame(cells, index=pd.Index(case.names_of(case.codes), name="area"), dtype=object)
    columns = {step: Column(STEPS[step].replace("... ", "").capitalize(), "people") for step in COMPARED_STEPS}
    return page.table(
        "compared", frame, columns, "The same steps for the areas compared: estimates with the interval of the shares.",
        note="Two areas share the survey's random draws, so their intervals must not be combined as if they were independent.",
    )


def age_table(page: Appendix, case: Case) -> Display:
    """Table: modelled ages of arrivals since 2001, and the share of working age beside the survey's."""
    ages = broad_ages(case.result.profile)
    modelled = case.result.profile.iloc[:, WORKING_AGES].sum(axis=1, skipna=False)
    survey = working_age_share(case.reference, case.codes, case.settings.survey_year)
    function = "analysis.census.ageing.age_profile"
    rows = []
    for code in case.codes:
        place, name = code.lower(), case.reference.names[code]
        row: dict[str, Result] = {
            band: percent(f"ages.{place}.{band.replace('-', '_').replace('+', '_over')}", f"{name}: aged {band}", ages.loc[code, band], decimals=0, function=function)
            for band in ages.columns
        }
        row["modelled"] = percent(f"ages.{place}.modelled", f"{name}: aged 16 to 64", modelled[code], decimals=0, function=function)
        row["survey"] = percent(
            f"ages.{place}.survey", f"{name}: aged 16 to 64, survey", survey.loc[code, "share"], decimals=0, low=survey.loc[code, "low"],
            high=survey.loc[code, "high"], interval="95 %", function=f"{_SHARES}.working_age_share",
        )
        rows.append(row)
    columns = {band: Column(band.replace("-", " to ").replace("+", " and over"), "%") for band in ages.columns}
    columns |= {"modelled": Column("16 to 64", "%"), "survey": Column("16 to 64 by the survey, all born outside the European Union", "%")}
    frame = pd.DataFrame(rows, index=pd.Index(case.names_of(case.codes), name="area"), dtype=object)
    return page.table("age_table", frame, columns, "Ages in {=2011} of those who had arrived since {=2001}, as modelled, beside the survey's share of working age.")


def record_ages(page: Appendix, case: Case) -> None:
    """Record the checks on the ages and the share still alive at the horizon."""
    steps = case.result.steps[case.result.steps["area_code"] == case.area].set_index("step")["estimate"]
    too_many = exceeds_residents(case.reference, [case.area], case.result.profile)
    page.add([
        percent("ages.alive", "Alive at the horizon", steps["women_later"] / steps["women_settled"], Kind.CALIBRATED, 1, function="analysis.census.ageing.hazard_curve"),
        percent("ages.adult", "Aged sixteen or over at the horizon", steps["adult_women_later"] / steps["women_later"], function="analysis.census.ageing.carry_forward"),
        number("ages.too_many", "Ages with more arrivals than residents", len(too_many), "ages", Kind.RECOMPUTED, function="analysis.census.ageing.exceeds_residents"),
        *(number(f"ages.e{row.age}", f"Life expectancy of women at {row.age}", row.life_expectancy, "years", Kind.REFERENCE, 1) for row in case.reference.life_expectancy),
    ])


def age_words(case: Case) -> str:
    """How the ages are made, how they stand beside the survey, and what that does to the count of adult women."""
    if case.gap:
        return f"The ages cannot be told for this area: {named(case.gap)}."
    expectancy = ", ".join(f"{{ages.e{row.age}|bare}} at {_age_word(row.age)}" for row in case.reference.life_expectancy)
    return (
        "The profile takes the age at arrival of all residents born abroad, whenever and wherever from, because no table at hand gives it "
        f"for recent arrivals from outside the European Union. {_beside_survey(case)} In {{ages.too_many}} single years of age it would put "
        "more arrivals than there are residents. At the horizon {ages.adult} of the group would be aged sixteen or over; if none were "
        "younger, the adult women would be all those alive, {steps.women_later.estimate} ({steps.women_later.estimate|interval|bare})."
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
    modelled = case.result.profile.loc[case.area].iloc[WORKING_AGES].sum()
    shares = f"{{ages.{place}.modelled}} of them at working age, the survey {{ages.{place}.survey}} ({{ages.{place}.survey|interval|bare}}) of all born outside the European Union"
    if modelled < survey["low"]:
        return f"It puts {shares}. It has too many children, so the count of adult women is probably too low and that of births too uncertain."
    return f"It puts {shares}."


def birth_table(page: Appendix, case: Case) -> Display:
    """Table: births expected over the horizon by vintage of the rate and by the ages it is spread over."""
    births = case.result.births[case.result.births["area_code"] == case.area]
    rows = []
    for row in births.itertuples():
        name = f"births.{row.vintage}.{row.schedule}"
        words = f"rate of {row.vintage}, {row.schedule}"
        known = (row.low, row.high) if row.low != row.high else (None, None)
        function = "analysis.census.baseline.births_table"
        rows.append({
            "rate": number(f"{name}.rate", f"Children per woman, {words}", row.total_fertility_rate, "children per woman", Kind.REFERENCE, 2),
            "estimate": number(f"{name}.births", f"Births, {words}", row.estimate, "births", Kind.RECOMPUTED, row.decimals, *known, SURVEY_INTERVAL, function),
            "least": number(f"{name}.least", f"Births, {words}, least", row.widest_low, "births", Kind.BOUNDED, row.decimals - 1, function=function),
            "most": number(f"{name}.most", f"Births, {words}, most", row.widest_high, "births", Kind.BOUNDED, row.decimals - 1, function=function),
        })
    index = [f"Published {row.vintage}, ages {row.schedule.removeprefix('even_').replace('_', ' to ')} alike" for row in births.itertuples()]
    columns = {
        "rate": Column("Total fertility rate, women born outside the United Kingdom", "children per woman"),
        "estimate": Column("Births and their interval", "births"), "least": Column("At least", "births"), "most": Column("At most", "births"),
    }
    frame = pd.DataFrame(rows, index=pd.Index(index, name="rate_and_schedule"), dtype=object)
    return page.table(
        "births", frame, columns, "Births expected over {settings.horizon|:years} to the women who are not students.",
        row_header="Rate and ages",
        note="The rates are those of all women born outside the United Kingdom, European Union included, in England and Wales in {=2011}: as first "
        "published in {=2012}, and as revised in {=2014} with the census population. The interval carries the number of women; the rows "
        "show the rest.",
    )


def sensitivity_table(page: Appendix, case: Case) -> Display:
    """Table: the women the programme was for, one choice changed at a time."""
    columns = {"estimate": Column("Women, not students, and their interval", "people")}
    frame = _cells(women_under_other_choices(case), "other", "Women, not students", "analysis.census.sensitivity.women_under_other_choices")
    return page.table("other_choices", frame, columns, "Women who arrived since {=2001} and are not students, with one choice changed at a time.", row_header="Choice")


def correlation_table(page: Appendix, case: Case) -> Display:
    """Table: the survey's estimate at census day by the correlation of neighbouring years; a sentence where there is none."""
    found = survey_under_other_correlations(case)
    if found["estimate"].isna().any():
        return page.say("The survey's estimate at census day does not exist for this area.")
    columns = {"estimate": Column("Survey trend at census day and its interval", "people")}
    frame = _cells(found, "survey_level", "Survey trend at census day", "analysis.census.sensitivity.survey_under_other_correlations")
    return page.table("correlations", frame, columns, "The survey's trend at census day by the correlation of estimates one year apart.", row_header="Correlation")


def _cells(found: pd.DataFrame, name: str, label: str, function: str) -> pd.DataFrame:
    cells = [
        number(
            f"{name}.{str(key).replace('.', '_')}", f"{label}: {row['label']}", row["estimate"], "people", Kind.RECOMPUTED, row["decimals"],
            row["low"], row["high"], SURVEY_INTERVAL if name == "other" else "95 % normal", function,
        )
        for key, row in found.iterrows()
    ]
    return pd.DataFrame({"estimate": cells}, index=pd.Index(found["label"], name="choice"), dtype=object)
