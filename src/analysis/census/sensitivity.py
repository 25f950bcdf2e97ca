"""What the baseline would be under another choice, one choice changed at a time."""

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from analysis.census.baseline import Baseline, Settings, baseline, survey_trend
from analysis.census.case import Case
from analysis.census.reference import Reference
from analysis.census.rounding import decimals_borne

MIDDLE_CORRELATION = 0.5  # between the ends of the assumption survey_correlation
ENDS = ("estimate", "low", "high")


def women_under_other_choices(case: Case) -> pd.DataFrame:
    """Women settled since 2001 in the case's area, by choice changed: label, estimate, low, high, decimals.

    Rows: as run; the other allocation of arrivals; the ends of the spread of the local share of women; no students taken
    out. The random draws are the same in every row.
    """
    rows = {"as_run": ("As run", _step_of(case.result, "women_settled"))}
    other = _other_allocation(case.settings)
    rows["allocation"] = (
        f"Arrivals allocated by {other.allocation.replace('_', ' ')}",
        _step(case, case.reference, other),
    )
    for end, value in _ends(case.reference, "local_share_of_women"):
        changed = _with_value(case.reference, "local_share_of_women", value)
        label = f"Spread of the local share of women at its {end} value, {value:g}"
        rows[f"local_share_{end}"] = (label, _step(case, changed, case.settings))
    rows["students_stay"] = ("No students taken out", _step_of(case.result, "women_arrived"))
    return _frame(rows)


def survey_under_other_correlations(case: Case) -> pd.DataFrame:
    """The survey's estimate at census day by correlation of neighbouring years: label, estimate, low, high, decimals."""
    high = float(case.reference.assumptions["survey_correlation"].high)
    values = dict.fromkeys([case.settings.survey_correlation, 0.0, MIDDLE_CORRELATION, high])
    return _frame({f"correlation_{value:g}": (f"Correlation {value:g}", _level(case, value)) for value in values})


def _frame(rows: dict[str, tuple[str, pd.Series]]) -> pd.DataFrame:
    frame = pd.DataFrame({name: values for name, (_, values) in rows.items()}).T
    frame.insert(0, "label", [label for label, _ in rows.values()])
    frame["decimals"] = [decimals_borne(*ends) for ends in zip(frame["low"], frame["high"], strict=True)]
    return frame


def _step(case: Case, reference: Reference, settings: Settings) -> pd.Series:
    return _step_of(baseline(reference, [case.area], settings, case.students), "women_settled")


def _step_of(result: Baseline, step: str) -> pd.Series:
    """A step of the first area, which is that of the case."""
    return result.steps.loc[result.steps["step"] == step, list(ENDS)].iloc[0].astype(float)


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
    return replace(reference, assumptions={**reference.assumptions, assumption_id: entry})
