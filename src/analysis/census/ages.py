"""Ages, survival and births of those who arrived since 2001, for one area and beside others, as frames of results."""

import pandas as pd

from analysis.census.ageing import ADULT, BROAD, broad_ages, exceeds_residents
from analysis.census.case import Case
from analysis.census.shares import working_age_share
from analysis.census.survey import SURVEY_INTERVAL
from analysis.described import described, with_inputs
from analysis.results import Column, Kind, Labelled


@described(
    Kind.RECOMPUTED,
    {
        **{
            band: Column(band.replace("-", " to ").replace("+", " and over"), "%", inputs="profile_from")
            for band in BROAD
        },
        "modelled": Column("16 to 64", "%", inputs="profile_from"),
        "survey": Column(
            "16 to 64 by the survey, all born outside the European Union",
            "%",
            low="low",
            high="high",
            interval="95%",
            inputs="survey_from",
        ),
    },
    header="Area",
    name="ages",
)
def ages_by_area(case: Case) -> pd.DataFrame:
    """Modelled ages of those arrived since 2001 by area (index), and their share of working age beside the survey's: per cent."""
    year = case.settings.survey_year
    profile, profile_from = with_inputs(lambda: case.result.profile)
    survey, survey_from = with_inputs(lambda: working_age_share(case.reference, case.codes, year))
    shares = 100 * broad_ages(profile).join(survey.rename(columns={"share": "survey"}))
    return shares.set_axis(case.areas).assign(survey_from=survey_from, profile_from=profile_from)


@described(
    Kind.RECOMPUTED,
    rows={
        "alive": Column("Alive at the horizon", "%", Kind.CALIBRATED, decimals=1),
        "adult": Column("Aged sixteen or over at the horizon", "%", decimals=1),
        "too_many": Column("Ages with more arrivals than residents", "ages"),
    },
    name="ages",
)
def ages_checked(case: Case) -> pd.DataFrame:
    """Shares of the group alive, and of those adult, at the horizon (per cent), and the ages that `exceeds_residents` finds."""
    later = case.result.by_year[-1][0]  # the area's own
    too_many = exceeds_residents(case.reference, [case.area], case.result.profile)
    alive = later.sum()
    values = {
        "alive": 100 * alive,
        "adult": 100 * later[ADULT:].sum() / alive,
        "too_many": len(too_many),
    }
    return pd.DataFrame({"value": values})


@described(
    Kind.REFERENCE, {"years": Column("Life expectancy of women", "years", decimals=1, source="source")}, name="ages"
)
def life_table(case: Case) -> pd.DataFrame:
    """Further years that women live, by exact age (index), as the life table has them."""
    rows = {Labelled(f"At {row.age}", f"e{row.age}"): row.life_expectancy for row in case.reference.life_expectancy}
    frame = pd.DataFrame({"years": list(rows.values())}, index=pd.Index(list(rows), dtype=object))
    return frame.assign(source=case.source("life_expectancy", "women, England and Wales"))


@described(
    Kind.RECOMPUTED,
    {
        "rate": Column(
            "Total fertility rate, women born outside the United Kingdom",
            "children per woman",
            Kind.REFERENCE,
            2,
            source="source",
            inputs="rate_from",
        ),
        "births": Column(
            "Births and their interval", "births", low="low", high="high", interval=SURVEY_INTERVAL, places="decimals"
        ),
        "least": Column("Over all allocations, with their interval, from", "births", places="coarse"),
        "most": Column("Over all allocations, with their interval, to", "births", places="coarse"),
    },
    header="Rate and ages",
    name="births",
)
def births_to_come(case: Case) -> pd.DataFrame:
    """Births expected over the horizon in the area, by vintage of the rate and the ages it is spread over (index)."""
    births = case.result.births
    here = births[births["area_code"] == case.area]
    _, rate_from = with_inputs(lambda: case.reference.fertility)
    index = [_words(*names) for names in zip(here["vintage"], here["schedule"], strict=True)]
    frame = here.set_axis(pd.Index(index, dtype=object)).rename(
        columns={"total_fertility_rate": "rate", "estimate": "births", "widest_low": "least", "widest_high": "most"}
    )
    same = frame["low"] == frame["high"]
    ends = {end: frame[end].mask(same) for end in ("low", "high")}
    source = case.source("fertility", "women born outside the United Kingdom, England and Wales")
    return frame.assign(**ends, coarse=frame["decimals"] - 1, source=source, rate_from=rate_from)


def _words(vintage: str, schedule: str) -> Labelled:
    ages = schedule.removeprefix("even_").replace("_", " to ")
    return Labelled(f"Published {vintage}, ages {ages} alike", f"{vintage}_{schedule}")
