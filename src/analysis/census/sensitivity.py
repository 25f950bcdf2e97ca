"""What the baseline would be under another choice, one choice changed at a time."""

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from analysis.census.baseline import Baseline, National, Settings, survey_trend
from analysis.census.case import Case
from analysis.census.reference import Reference
from analysis.census.rounding import decimals_borne
from analysis.census.survey import SURVEY_INTERVAL
from analysis.census.trend import NORMAL
from analysis.described import aside, described
from analysis.results import Column, Kind, Labelled

MIDDLE_CORRELATION = 0.5  # between the ends of the assumption survey_correlation
ENDS = ("estimate", "low", "high")
_ESTIMATE = {"unit": "people", "low": "low", "high": "high", "places": "decimals"}


@described(
    Kind.RECOMPUTED,
    {"estimate": Column("Women, not students, and their interval", interval=SURVEY_INTERVAL, **_ESTIMATE)},
    header="Choice",
    name="other",
)
def women_under_other_choices(case: Case) -> pd.DataFrame:
    """Women settled since 2001 in the case's area, by choice changed (index): estimate, low, high, decimals.

    Rows: as run; the other allocation of arrivals; the ends of the spread of the local share of women; no students taken
    out. The random draws are the same in every row.
    """
    rows = {Labelled("As run", "as_run"): _of(case.result.women_settled, case)}
    other = _other_allocation(case.settings)
    label = Labelled(f"Arrivals allocated by {other.allocation.replace('_', ' ')}", "allocation")
    rows[label] = _settled(case, case.reference, other)
    for end, value in _ends(case.reference, "local_share_of_women"):
        label = Labelled(f"Spread of the local share of women at its {end} value, {value:g}", f"local_share_{end}")
        rows[label] = _settled(case, _with_value(case.reference, "local_share_of_women", value), case.settings)
    rows[Labelled("No students taken out", "students_stay")] = _of(case.result.women_arrived, case)
    return _frame(rows)


@described(
    Kind.RECOMPUTED,
    {"estimate": Column("Survey trend at census day and its interval", interval=NORMAL, **_ESTIMATE)},
    header="Correlation",
    name="survey_level",
)
def survey_under_other_correlations(case: Case) -> pd.DataFrame | None:
    """The survey's estimate at census day by correlation of neighbouring years (index): estimate, low, high, decimals.

    None where the survey has no trend for the area.
    """
    high = float(case.reference.assumptions["survey_correlation"].high)
    values = dict.fromkeys([case.settings.survey_correlation, 0.0, MIDDLE_CORRELATION, high])
    names = {value: Labelled(f"Correlation {value:g}", f"correlation_{value:g}") for value in values}
    frame = _frame({names[value]: _level(case, value) for value in values})
    return None if frame["estimate"].isna().any() else frame


def _frame(rows: dict[Labelled, pd.Series]) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows.values()), columns=list(ENDS), index=pd.Index(list(rows), dtype=object))
    return frame.assign(decimals=[decimals_borne(*ends) for ends in zip(frame["low"], frame["high"], strict=True)])


def _settled(case: Case, reference: Reference, settings: Settings) -> pd.Series:
    there = Baseline(reference, (case.area,), settings, case.students, National(reference, settings))
    return _of(there.women_settled, case)


def _of(step: pd.DataFrame, case: Case) -> pd.Series:
    return step.loc[case.area, list(ENDS)].astype(float)


def _level(case: Case, correlation: float) -> pd.Series:
    settings = case.settings.model_copy(update={"survey_correlation": correlation})
    line = survey_trend(case.reference, [case.area], settings).lines.iloc[0]
    return pd.Series(line[["level", "level_low", "level_high"]].to_numpy(dtype=float), index=list(ENDS))


def _other_allocation(settings: Settings) -> Settings:
    other = "independence" if settings.allocation == "survey_growth" else "survey_growth"
    return settings.model_copy(update={"allocation": other})


def _ends(reference: Reference, assumption_id: str) -> Iterator[tuple[str, float]]:
    entry = reference.assumptions[assumption_id]
    yield from (("lowest", float(entry.low)), ("highest", float(entry.high)))


def _with_value(reference: Reference, assumption_id: str, value: float) -> Reference:
    entry = reference.assumptions[assumption_id].model_copy(update={"value": value})
    with aside():  # a copy asks for every input
        return replace(reference, assumptions={**reference.assumptions, assumption_id: entry})
