"""The three estimators side by side: what each says, why they differ, and which one the appendix uses."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd

from analysis.census.arrivals import arrival_cohort, arrival_margins, uniform_seed
from analysis.census.case import Case
from analysis.census.rounding import decimals_borne
from analysis.census.stock import stock_difference
from analysis.census.survey import ESTIMATE
from analysis.census.trend import NORMAL
from analysis.described import described, with_inputs
from analysis.results import Column, Kind, Labelled

USED = "arrival_cohort"
# estimator, what it measures, label, how it is known, why it differs from the others
ROWS = {
    "census_level": (
        "Census count",
        "residents, 2011",
        "reference",
        "A full count with communal establishments, halls of residence among them; one day.",
    ),
    "survey_level": (
        "Survey trend at census day",
        "residents, 2011",
        "recomputed",
        "A sample of private households; leaves out most halls of residence; the ups and downs of single years are "
        "smoothed by the line.",
    ),
    "level_difference": (
        "Census count less survey trend",
        "residents, 2011",
        "recomputed",
        "Residents the survey does not see: communal establishments and halls, households that do not answer, and chance.",
    ),
    "stock_difference": (
        "Stock difference, 2001 to 2011",
        "change 2001 to 2011",
        "recomputed",
        "Nets arrivals who stayed against deaths, departures and moves of those counted in 2001, so it lies below the "
        "number of arrivals wherever more left than moved in.",
    ),
    "arrival_cohort": (
        "Arrival cohort, iterative proportional fitting",
        "arrived since 2001 and resident in 2011",
        "recomputed",
        "Arrivals who were still there in 2011; those who came and left again are not in it. The split by birth group is "
        "not observed: the range is all that the two census tables allow.",
    ),
    "arrival_cohort_independence": (
        "Arrival cohort if birth group and year of arrival were independent",
        "arrived since 2001 and resident in 2011",
        "recomputed",
        "As above, with the accession countries' residents spread over all years of arrival like everybody else.",
    ),
    "survey_decade_change": (
        "Survey trend, growth in ten years",
        "change 2001 to 2011",
        "recomputed",
        "Growth of 2005 to 2014 carried to ten years: a later period than the census decade, net of departures, and as "
        "uncertain as ten small samples.",
    ),
}


@described(
    Kind.RECOMPUTED,
    {
        "estimate": replace(ESTIMATE, interval=NORMAL, notes="note"),
        "least": Column("At least", "people", Kind.BOUNDED, inputs="margins"),
        "most": Column("At most", "people", Kind.BOUNDED, inputs="margins"),
        "measure": Column("Measures"),
        "differs": Column("Why it differs from the others"),
    },
    header="Estimator",
    words=("measure", "differs"),
    name="estimators",
)
def estimators(case: Case) -> pd.DataFrame:
    """Residents of the area born outside the European Union, by estimator (index): people, with what each measures.

    Columns estimate, low, high (95% normal), least, most (exact bounds), measure, kind, differs, used, note.
    """
    _, margins = with_inputs(lambda: arrival_margins(case.reference, [case.area]))
    rows = [_row(case, name) for name in ROWS]
    index = pd.Index([Labelled(ROWS[name][0], name) for name in ROWS], dtype=object)
    return pd.DataFrame(rows, index=index).astype({"least": object, "most": object}).assign(margins=margins)


def _row(case: Case, name: str) -> dict[str, object]:
    _, measure, kind, differs = ROWS[name]
    figures, rests_on = with_inputs(lambda: _FIGURES[name](case))
    ends = figures.get("low", figures.get("least")), figures.get("high", figures.get("most"))
    used = name == USED
    return {
        "low": None,
        "high": None,
        "least": "",
        "most": "",
        "note": "",
        **figures,
        "decimals": 0 if None in ends else decimals_borne(*ends),
        "measure": measure,
        "kind": kind,
        "source": case.source("country", case.name) if kind == Kind.REFERENCE else "",
        "differs": f"Used here. {differs}" if used else differs,
        "used": used,
        "rests_on": rests_on,
    }


def _count(case: Case) -> float:
    return float(case.result.groups.loc[case.area, "non_eu"])


def _line(case: Case, name: str, sign: int = 1, of: float = 0.0) -> dict[str, object]:
    """A figure of the survey's line, or what is left `of` a number after it (`sign` −1)."""
    line = case.result.trend.lines.loc[case.area]
    ends = sorted(of + sign * line[f"{name}_{end}"] for end in ("low", "high"))
    return {
        "estimate": of + sign * line[name],
        "low": ends[0],
        "high": ends[1],
        "note": "fewer than three years of the survey are published for this area" if pd.isna(line[name]) else "",
    }


def _change(case: Case) -> dict[str, object]:
    found = stock_difference(case.reference, [case.area], case.stock).query("birth_group == 'non_eu'").iloc[0]
    return {"estimate": found["change"], "note": found["note"]}


def _arrived(case: Case, name: str, cohort: pd.DataFrame) -> dict[str, object]:
    row = cohort.loc[case.area]
    return {"estimate": row[name], "least": row["non_eu_low"], "most": row["non_eu_high"], "note": row["gap"]}


_FIGURES: dict[str, Callable[[Case], dict[str, Any]]] = {
    "census_level": lambda case: {"estimate": _count(case)},
    "survey_level": lambda case: _line(case, "level"),
    "level_difference": lambda case: _line(case, "level", -1, _count(case)),
    "stock_difference": _change,
    "arrival_cohort": lambda case: _arrived(case, "non_eu", case.result.cohort),
    "arrival_cohort_independence": lambda case: _arrived(
        case, "non_eu", arrival_cohort(case.reference, [case.area], uniform_seed())
    ),
    "survey_decade_change": lambda case: _line(case, "decade_change"),
}


def why_used(case: Case) -> str:
    """Why the appendix uses the arrival cohort, given what the study supplies."""
    supplied = any((row.area_code, row.birth_group) == (case.area, "non_eu") for row in case.stock)
    about_stock = (
        "The stock difference nets arrivals against deaths, departures and moves, so it is another quantity."
        if supplied
        else "The stock difference needs a 2001 count that is not at hand."
    )
    return (
        "The arrival cohort counts the people the programme was for, in the area itself: residents who came in the "
        "decade before it. Its uncertainty is bounded without a model. " + about_stock + " The survey covers private "
        "households only and is too small a sample for one authority."
    )
