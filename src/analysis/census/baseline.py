"""The whole baseline for any number of areas in one call: from residents of 2011 to women the programme could reach.

One area is the same code on one row. The survey's random draws are national, so an area's interval does not depend on
which other areas are in the call; two areas' intervals must not be combined as if they were independent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from analysis.census.ageing import age_profile, carry_forward, hazard_curve, survival
from analysis.census.areas import check_area
from analysis.census.arrivals import SEEDS, arrival_cohort
from analysis.census.births import expected_births, fertility_schedule, total_rate
from analysis.census.groups import birth_groups, counts_of, leaves
from analysis.census.reference import Reference
from analysis.census.rounding import decimals_borne
from analysis.census.shares import NON_EU_BORN, area_share, share_draws, study_counts, study_shares, women_shares
from analysis.census.students import LocalStudents
from analysis.census.survey import Z_95, survey_series
from analysis.census.trend import Trend, weighted_trend

ENDS = (0.025, 0.975)
ADULT = 16
VINTAGES = ("2012", "2014")
STEP_LABELS = {
    "residents": "Residents born outside the European Union, 27 March 2011",
    "women": "of them women",
    "arrived": "Residents born outside the European Union who arrived since 2001",
    "women_arrived": "of them women",
    "women_settled": "of them women who did not come for formal study",
    "women_later": "of them alive at the end of the horizon",
    "adult_women_later": "of them aged 16 and over at the end of the horizon",
}


class Settings(BaseModel):
    """What a run of the baseline can choose; unknown names are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    seed: int = Field(default=2011, ge=0, le=2**32 - 1)
    draws: int = Field(default=2000, ge=200, le=100_000)
    survey_year: int = 2011
    horizon_years: int = Field(default=3, ge=0, le=30)
    allocation: Literal["survey_growth", "independence"] = "survey_growth"
    survey_correlation: float = Field(default=0.0, ge=0, lt=1)


@dataclass(frozen=True)
class National:
    """What the baseline needs once for all areas: survey shares with their draws, survival, the seed of the allocation."""

    women: pd.DataFrame
    women_draws: np.ndarray
    study: pd.DataFrame
    study_draws: np.ndarray
    local_draws: np.ndarray
    student_draws: np.ndarray
    alive: np.ndarray
    seed: np.ndarray


@dataclass(frozen=True)
class Baseline:
    """All tables of the baseline, areas in the rows (2011 codes); `steps` and `births` are long."""

    groups: pd.DataFrame
    cohort: pd.DataFrame
    trend: Trend
    shares: pd.DataFrame
    profile: pd.DataFrame
    steps: pd.DataFrame
    births: pd.DataFrame
    gaps: pd.Series


def national_inputs(reference: Reference, settings: Settings) -> National:
    """The inputs that are the same for every area, with `settings.draws` random draws from `settings.seed`."""
    rng = np.random.default_rng(settings.seed)
    women, study = (
        women_shares(reference, "non_eu", settings.survey_year),
        study_shares(reference, settings.survey_year),
    )
    return National(
        women=women,
        women_draws=share_draws(women, settings.draws, rng),
        study=study,
        study_draws=share_draws(study, settings.draws, rng),
        local_draws=rng.normal(0, reference.assumed("local_share_of_women"), settings.draws),
        student_draws=rng.normal(0, 1, settings.draws),
        alive=survival(*hazard_curve(reference.life_expectancy)),
        seed=SEEDS[settings.allocation](reference),
    )


def baseline(
    reference: Reference,
    codes: Sequence[str],
    settings: Settings,
    students: Mapping[str, LocalStudents] | None = None,
    national: National | None = None,
) -> Baseline:
    """The baseline of the areas `codes`, in that order.

    `students` replaces the survey's formal-study share where a study counted its students; `national` may be passed
    where it was already made with the same settings. Areas whose tables have a gap get NaN and a reason in `gaps`.
    Raises InputError for a code the country-of-birth table does not have.
    """
    for code in codes:
        check_area(code, reference.names, reference.changes)
    national = national or national_inputs(reference, settings)
    groups, cohort = birth_groups(reference, codes), arrival_cohort(reference, codes, national.seed)
    profile = age_profile(reference, codes)
    women, settled = _share_draws_by_area(reference, codes, national)
    steps = _steps(groups, cohort, women, settled, dict(students or {}), national)
    later = _later(profile, national.alive, settings.horizon_years)
    return Baseline(
        groups=groups,
        cohort=cohort,
        trend=survey_trend(reference, codes, settings),
        profile=profile,
        gaps=cohort["gap"],
        shares=_share_table(women, settled, groups.index),
        steps=_long_steps(_with_later(steps, later), cohort["gap"]),
        births=births_table(reference, profile, national.alive, settings.horizon_years, steps["women_settled"]),
    )


def survey_trend(reference: Reference, codes: Sequence[str], settings: Settings, group: str = NON_EU_BORN) -> Trend:
    """The weighted survey trend of one birth group for each area (APS table 1.1)."""
    return weighted_trend(*survey_series(reference.survey, group, pd.Index(list(codes))), settings.survey_correlation)


@dataclass(frozen=True)
class Drawn:
    """A share for each area: its estimate (areas,) and its random draws (areas, draws)."""

    estimate: np.ndarray
    draws: np.ndarray


def _share_draws_by_area(reference: Reference, codes: Sequence[str], national: National) -> tuple[Drawn, Drawn]:
    """Share of women, and share who did not come for formal study, among residents born outside the European Union."""
    counts = counts_of(reference, codes, leaves(reference.categories, "non_eu"))
    women = area_share(counts, national.women_draws) + national.local_draws
    by_region, regions = study_counts(reference, codes)
    rows = national.study.index.get_indexer(regions)
    study = area_share(by_region, national.study["share"].to_numpy()[rows])
    return (
        Drawn(area_share(counts, national.women["share"].to_numpy()), np.clip(women, 0, 1)),
        Drawn(1 - study, 1 - area_share(by_region, national.study_draws[rows])),
    )


def _share_table(women: Drawn, settled: Drawn, index: pd.Index) -> pd.DataFrame:
    columns = {}
    for name, drawn in (("women", women), ("study", Drawn(1 - settled.estimate, 1 - settled.draws))):
        low, high = np.quantile(drawn.draws, ENDS, axis=1)
        columns |= {name: drawn.estimate, f"{name}_low": low, f"{name}_high": high}
    return pd.DataFrame(columns, index=index)


def _steps(
    groups: pd.DataFrame,
    cohort: pd.DataFrame,
    women: Drawn,
    settled: Drawn,
    students: Mapping[str, LocalStudents],
    national: National,
) -> dict[str, pd.DataFrame]:
    """Each step as areas x (estimate, low, high, widest_low, widest_high).

    low to high is the survey's uncertainty at the allocation of the fit; widest also lets the allocation run over all
    that the margins allow: the lower end at the least number of arrivals, the upper end at the greatest.
    """
    index = groups.index
    resident = groups["non_eu"].to_numpy(dtype=float)
    arrived = [cohort[name].to_numpy() for name in ("non_eu", "non_eu_low", "non_eu_high")]
    women_low, women_high = np.quantile(women.draws, ENDS, axis=1)
    leaving = _leaving(index, students, women, national)
    return {
        "residents": _frame(index, resident, resident, resident, resident, resident),
        "women": _frame(
            index,
            resident * women.estimate,
            resident * women_low,
            resident * women_high,
            resident * women_low,
            resident * women_high,
        ),
        "arrived": _frame(index, arrived[0], arrived[0], arrived[0], arrived[1], arrived[2]),
        "women_arrived": _frame(
            index,
            arrived[0] * women.estimate,
            arrived[0] * women_low,
            arrived[0] * women_high,
            arrived[1] * women_low,
            arrived[2] * women_high,
        ),
        "women_settled": _settled(index, arrived, women, settled, leaving),
    }


def _frame(index: pd.Index, *columns: np.ndarray) -> pd.DataFrame:
    names = ("estimate", "low", "high", "widest_low", "widest_high")
    return pd.DataFrame(dict(zip(names, columns, strict=True)), index=index)


def _leaving(
    index: pd.Index, students: Mapping[str, LocalStudents], women: Drawn, national: National
) -> dict[int, Drawn]:
    """Women students who were counted locally, by the place of their area."""
    leaving = {}
    for place, code in enumerate(index):
        if code in students:
            row = students[code]
            drawn = np.maximum(row.students + row.half_width / Z_95 * national.student_draws, 0)
            persons = row.sex == "persons"
            leaving[place] = Drawn(
                np.asarray(row.students * (women.estimate[place] if persons else 1.0)),
                drawn * (women.draws[place] if persons else 1.0),
            )
    return leaving


def _settled(
    index: pd.Index, arrived: Sequence[np.ndarray], women: Drawn, settled: Drawn, leaving: Mapping[int, Drawn]
) -> pd.DataFrame:
    """Women arrived since 2001 less students: by the survey's share, or by the local count where there is one."""
    factor = women.draws * settled.draws
    low, high = np.quantile(factor, ENDS, axis=1)
    number = arrived[0] * women.estimate * settled.estimate
    frame = _frame(index, number, arrived[0] * low, arrived[0] * high, arrived[1] * low, arrived[2] * high)
    for place, gone in leaving.items():
        draws = [np.maximum(people[place] * women.draws[place] - gone.draws, 0) for people in arrived]
        ends = [np.quantile(some, ENDS) for some in draws]
        estimate = max(arrived[0][place] * women.estimate[place] - float(gone.estimate), 0.0)
        frame.iloc[place] = [estimate, *ends[0], ends[1][0], ends[2][1]]
    return frame


def _later(profile: pd.DataFrame, alive: np.ndarray, years: int) -> dict[str, np.ndarray]:
    """Shares of the group that are alive, and alive and adult, after the horizon."""
    end = carry_forward(profile.to_numpy(), alive, years)[-1]
    return {"women_later": end.sum(axis=1), "adult_women_later": end[:, ADULT:].sum(axis=1)}


def _with_later(steps: dict[str, pd.DataFrame], later: Mapping[str, np.ndarray]) -> dict[str, pd.DataFrame]:
    return steps | {name: steps["women_settled"].mul(share, axis=0) for name, share in later.items()}


def _long_steps(steps: Mapping[str, pd.DataFrame], gaps: pd.Series) -> pd.DataFrame:
    frame = pd.concat(steps, names=["step", "area_code"]).reset_index()
    frame["label"] = frame["step"].map(STEP_LABELS)
    widest = _decimals(frame, "widest_low", "widest_high")
    allocated = (frame["step"] == "arrived").to_numpy()  # exact bounds, but an estimate as loose as they are
    frame["decimals"] = np.where(allocated, widest, _decimals(frame, "low", "high"))
    frame["widest_decimals"] = np.where(allocated, 0, widest)
    return frame.assign(gap=frame["area_code"].map(gaps).where(frame["estimate"].isna(), ""))


def _decimals(frame: pd.DataFrame, low: str, high: str) -> list[int]:
    return [decimals_borne(*ends) for ends in zip(frame[low], frame[high], strict=True)]


def births_table(
    reference: Reference, profile: pd.DataFrame, alive: np.ndarray, years: int, women: pd.DataFrame
) -> pd.DataFrame:
    """Expected births over the horizon to the women of the last step, by vintage of the rate and age schedule.

    `profile` areas x single years; `women` areas x (estimate, low, high, ...). Rows area_code, vintage, schedule,
    total_fertility_rate, estimate, low, high, widest_low, widest_high (births), decimals. The rate is that of all women
    born outside the United Kingdom. The interval carries the uncertainty of the number of women only; the two
    vintages and the two schedules show that of the rate.
    """
    by_year = carry_forward(profile.to_numpy(), alive, years)
    rows = []
    for vintage in VINTAGES:
        rate = total_rate(reference.fertility, vintage)
        for schedule in ("even_15_49", "even_20_39"):
            first, last = (int(age) for age in schedule.removeprefix("even_").split("_"))
            each = expected_births(by_year, fertility_schedule(rate, first, last)) if years else np.zeros(len(profile))
            rows.append(women.mul(each, axis=0).assign(vintage=vintage, schedule=schedule, total_fertility_rate=rate))
    frame = pd.concat(rows).rename_axis("area_code").reset_index()
    frame["decimals"] = _decimals(frame, "low", "high")
    return frame
