"""Residents by country of birth, women and students among them, for one area and beside others, as frames of results."""

import pandas as pd

from analysis.census.case import Case
from analysis.census.groups import GROUP_LABELS, birth_groups, countries_of_birth
from analysis.census.shares import women_shares
from analysis.census.survey import SURVEY_INTERVAL, Z_95
from analysis.described import described, with_inputs
from analysis.results import Column, Kind, Labelled


@described(
    Kind.RECOMPUTED,
    {
        "residents": Column("Residents", "people", Kind.REFERENCE, source="source"),
        "share": Column("Share of all residents", "%", decimals=1),
        "elsewhere": Column("Share in the first area compared", "%", decimals=1),
    },
    header="Country of birth",
    name="groups",
)
def residents_by_birth(case: Case) -> pd.DataFrame:
    """Residents by group of countries of birth (index), and their shares here and in the first area compared (per cent)."""
    other = next(iter(case.comparison), case.area)
    groups = birth_groups(case.reference, [case.area, other])[list(GROUP_LABELS)]
    shares = 100 * groups.div(groups["all"], axis=0)
    return pd.DataFrame(
        {
            "residents": groups.iloc[0].to_numpy(),
            "share": shares.iloc[0].to_numpy(),
            "elsewhere": shares.iloc[1].to_numpy(),
            "source": case.source("country", case.name),
        },
        index=pd.Index([Labelled(label, name) for name, label in GROUP_LABELS.items()], dtype=object),
    )


@described(
    Kind.RECOMPUTED,
    {
        "residents": Column("Residents", "people", Kind.REFERENCE, source="source", inputs="counted"),
        "of_group": Column("Share of all born outside the European Union", "%", decimals=1, inputs="counted"),
        "share": Column("Women, United Kingdom", "%", low="low", high="high", interval="95%", inputs="surveyed"),
        "basis": Column("Share taken from"),
    },
    header="Country of birth",
    words=("basis",),
    name="countries",
)
def largest_countries(case: Case, most: int = 12) -> pd.DataFrame:
    """The largest countries of birth outside the European Union (index): residents, share of the group, share of women."""
    countries, counted = with_inputs(lambda: countries_of_birth(case.reference, case.area).head(most))
    women, surveyed = with_inputs(lambda: women_shares(case.reference, "non_eu", case.settings.survey_year))
    frame = countries.join(women).set_index("name")
    ends = {name: 100 * (frame["share"] + sign * Z_95 * frame["error"]) for name, sign in (("low", -1), ("high", 1))}
    percentages = {"share": 100 * frame["share"], "of_group": 100 * frame["share_of_group"], **ends}
    source = case.source("country", case.name)
    return frame.assign(**percentages, source=source, counted=counted, surveyed=surveyed)


@described(
    Kind.RECOMPUTED,
    {
        "women": Column("Women", "%", low="women_low", high="women_high", interval=SURVEY_INTERVAL),
        "study": Column(
            "Came for formal study",
            "%",
            low="study_low",
            high="study_high",
            interval="95%, survey",
            inputs="study_from",
        ),
    },
    header="Area",
    name="shares",
)
def shares_by_area(case: Case) -> pd.DataFrame:
    """National shares of women, and of those who came for formal study, applied to each area's countries (index): per cent."""
    _, study_from = with_inputs(lambda: case.result.share_of_study)
    return (100 * case.result.shares).set_axis(case.names_of(case.codes)).assign(study_from=study_from)


@described(
    Kind.REFERENCE,
    rows={
        "local": Column(
            "Students counted locally",
            "people",
            Kind.MEASURED,
            low="low",
            high="high",
            interval="95%",
            source="source",
        )
    },
    name="students",
)
def students_counted(case: Case) -> pd.DataFrame | None:
    """The count of students that the study supplies for the area: value, low, high; None where it supplies none."""
    local = case.students.get(case.area)
    if local is None:
        return None
    ends = {"low": -local.half_width, "high": local.half_width} if local.half_width else {}
    row = {"value": local.students, "low": None, "high": None, "source": local.source}
    row |= {end: local.students + away for end, away in ends.items()}
    return pd.DataFrame([row], index=["local"])
