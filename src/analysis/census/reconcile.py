"""The three estimators side by side: what each says, why they differ, and which one the appendix uses."""

from collections.abc import Sequence

import pandas as pd

from analysis.census.baseline import Baseline
from analysis.census.reference import Reference
from analysis.census.stock import HOW_TO_SUPPLY, Stock, stock_difference

NORMAL, BOUNDS = "95 % normal", "exact bounds of the two margins"
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


def reconcile(reference: Reference, result: Baseline, code: str, stock: Sequence[Stock] = ()) -> pd.DataFrame:
    """One area's estimates of residents born outside the European Union, by estimator.

    Columns label, measure, estimate, low, high (persons, NaN where not available), interval, kind, differs, used, note.
    """
    cohort, line = result.cohort.loc[code], result.trend.lines.loc[code]
    missing = _no_survey(line)
    change = stock_difference(reference, [code], stock).query("birth_group == 'non_eu'").iloc[0]
    figures = {
        "census_level": (result.groups.loc[code, "non_eu"], None, None, "", ""),
        "survey_level": (line["level"], line["level_low"], line["level_high"], NORMAL, missing),
        "level_difference": (*_less(result.groups.loc[code, "non_eu"], line), NORMAL, missing),
        "stock_difference": (change["change"], None, None, "", change["note"]),
        "arrival_cohort": (cohort["non_eu"], cohort["non_eu_low"], cohort["non_eu_high"], BOUNDS, cohort["gap"]),
        "arrival_cohort_independence": (
            cohort["non_eu_independence"],
            cohort["non_eu_low"],
            cohort["non_eu_high"],
            BOUNDS,
            cohort["gap"],
        ),
        "survey_decade_change": (
            line["decade_change"],
            line["decade_change_low"],
            line["decade_change_high"],
            NORMAL,
            missing,
        ),
    }
    return pd.DataFrame([_row(name, figures[name]) for name in ROWS], index=pd.Index(ROWS, name="estimator"))


def _row(name: str, figures: tuple[object, ...]) -> dict[str, object]:
    label, measure, kind, differs = ROWS[name]
    estimate, low, high, interval, note = figures
    return {
        "label": label,
        "measure": measure,
        "estimate": estimate,
        "low": low,
        "high": high,
        "interval": interval,
        "kind": kind,
        "differs": differs,
        "used": "yes" if name == USED else "",
        "note": note,
    }


def _less(count: float, line: pd.Series) -> tuple[float, float, float]:
    return count - line["level"], count - line["level_high"], count - line["level_low"]


def _no_survey(line: pd.Series) -> str:
    return "fewer than three years of the survey are published for this area" if pd.isna(line["level"]) else ""


def why_used(table: pd.DataFrame) -> str:
    """Why the appendix uses the arrival cohort, given what `reconcile` could fill."""
    stock = table.loc["stock_difference", "estimate"]
    about_stock = (
        f"The stock difference needs a 2001 count that is not at hand. {HOW_TO_SUPPLY}"
        if pd.isna(stock)
        else "The stock difference nets arrivals against deaths, departures and moves, so it is another quantity."
    )
    return (
        "The arrival cohort counts the people the programme was for, in the area itself: residents who came in the "
        "decade before it. Its uncertainty is bounded without a model. " + about_stock + " The survey covers private "
        "households only and is too small a sample for one authority."
    )
