"""The whole baseline for any number of areas in one call: from residents of 2011 to women the programme could reach.

One area is the same code on one row. The survey's random draws are national, so an area's interval does not depend on
which other areas are in the call; two areas' intervals must not be combined as if they were independent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeVar

import numpy as np
import pandas as pd
from pydantic import Field

from analysis.census.ageing import ADULT, age_profile, carry_forward, hazard_curve, survival
from analysis.census.areas import check_area
from analysis.census.arrivals import SEEDS, arrival_cohort
from analysis.census.births import SCHEDULES, VINTAGES, expected_births, fertility_schedule, total_rate
from analysis.census.groups import birth_groups, counts_of, leaves
from analysis.census.reference import Reference
from analysis.census.rounding import decimals_borne
from analysis.census.shares import area_share, share_draws, study_counts, study_shares, women_shares
from analysis.census.students import LocalStudents
from analysis.census.survey import NON_EU_BORN, Z_95, survey_series
from analysis.census.trend import Trend, weighted_trend
from analysis.described import aside, remembered
from analysis.files import Strict

_Whole = TypeVar("_Whole")
ENDS = (0.025, 0.975)
STEP_LABELS = {
    "residents": "Residents born outside the European Union, 27 March 2011",
    "women": "of them women",
    "arrived": "Residents born outside the European Union who arrived since 2001",
    "women_arrived": "of them women",
    "women_settled": "of them women who did not come for formal study",
    "women_later": "of them alive at the end of the horizon",
    "adult_women_later": "of them aged 16 and over at the end of the horizon",
}


class Settings(Strict):
    """What a run of the baseline can choose; unknown names are refused."""

    seed: int = Field(default=2011, ge=0, le=2**32 - 1)
    draws: int = Field(default=2000, ge=200, le=100_000)
    survey_year: int = 2011
    horizon_years: int = Field(default=3, ge=0, le=30)
    allocation: Literal["survey_growth", "independence"] = "survey_growth"
    survey_correlation: float = Field(default=0.5, ge=0, lt=1)


@dataclass(frozen=True)
class Drawn:
    """A share for each area: its estimate (areas,), its random draws (areas, draws), and the ends of their 95% interval."""

    estimate: np.ndarray
    draws: np.ndarray

    @cached_property
    def ends(self) -> np.ndarray:
        """Quantiles of the draws, (2, areas)."""
        return np.quantile(self.draws, ENDS, axis=1)

    def __mul__(self, other: "Drawn") -> "Drawn":
        return Drawn(self.estimate * other.estimate, self.draws * other.draws)


@dataclass(frozen=True)
class National:
    """What the baseline needs once for all areas: survey shares with their draws, survival, the seed of the allocation."""

    reference: Reference
    settings: Settings

    @remembered
    def women(self) -> pd.DataFrame:
        """Shares of women by country of birth."""
        return women_shares(self.reference, "non_eu", self.settings.survey_year)

    @remembered
    def study(self) -> pd.DataFrame:
        """Shares who came for formal study, by region of birth."""
        return study_shares(self.reference, self.settings.survey_year)

    @remembered
    def draws(self) -> dict[str, np.ndarray]:
        """All random draws, in one order from one seed; what reads them says what they rest on."""
        rng, count = np.random.default_rng(self.settings.seed), self.settings.draws
        with aside():
            return {
                "women": share_draws(self.women, count, rng),
                "study": share_draws(self.study, count, rng),
                "local": rng.normal(0, self.reference.assumed("local_share_of_women"), count),
                "students": rng.normal(0, 1, count),
            }

    @remembered
    def alive(self) -> np.ndarray:
        """Probability of living one more year, by age."""
        return survival(*hazard_curve(self.reference.life_expectancy))

    @remembered
    def seed(self) -> np.ndarray:
        """The seed of the allocation."""
        self.reference.supposes("allocation_of_arrivals")
        return SEEDS[self.settings.allocation](self.reference)


@dataclass(frozen=True)
class Baseline:
    """All tables of the baseline, areas in the rows (2011 codes), each made once; `steps` and `births` are long.

    A step is areas x (estimate, low, high, widest_low, widest_high): low to high is the survey's uncertainty at the
    allocation of the fit; widest also lets the allocation run over all that the margins allow: the lower end at the least
    number of arrivals, the upper end at the greatest.
    """

    reference: Reference
    codes: tuple[str, ...]
    settings: Settings
    students: Mapping[str, LocalStudents]
    national: National

    @remembered
    def groups(self) -> pd.DataFrame:
        """Residents by birth group."""
        return birth_groups(self.reference, self.codes)

    @remembered
    def cohort(self) -> pd.DataFrame:
        """Arrivals since 2001 by birth group."""
        return arrival_cohort(self.reference, self.codes, self.national.seed)

    @property
    def gaps(self) -> pd.Series:
        """Why an area's arrivals cannot be told; an empty text where they can."""
        return self.cohort["gap"]

    @remembered
    def trend(self) -> Trend:
        """The survey's trend of those born outside the European Union."""
        return survey_trend(self.reference, self.codes, self.settings)

    @remembered
    def share_of_women(self) -> Drawn:
        """Share of women among residents born outside the European Union."""
        counts = counts_of(self.reference, self.codes, leaves(self.reference.categories, "non_eu"))
        self.reference.supposes("local_share_of_women")
        draws = area_share(counts, self.national.draws["women"]) + self.national.draws["local"]
        return Drawn(area_share(counts, self.national.women["share"].to_numpy()), np.clip(draws, 0, 1))

    @remembered
    def share_of_study(self) -> Drawn:
        """Share who came for formal study among residents born outside the European Union."""
        counts, regions = study_counts(self.reference, self.codes)
        shares = self.national.study
        rows = shares.index.get_indexer(regions)
        return Drawn(
            area_share(counts, shares["share"].to_numpy()[rows]), area_share(counts, self.national.draws["study"][rows])
        )

    @remembered
    def shares(self) -> pd.DataFrame:
        """Both shares with the ends of their intervals."""
        columns = {}
        for name, drawn in (("women", self.share_of_women), ("study", self.share_of_study)):
            low, high = drawn.ends
            columns |= {name: drawn.estimate, f"{name}_low": low, f"{name}_high": high}
        return pd.DataFrame(columns, index=self.groups.index)

    @remembered
    def residents(self) -> pd.DataFrame:
        """Residents born outside the European Union."""
        people = self.groups["non_eu"].to_numpy(dtype=float)
        return _frame(self.groups.index, people, people, people, people, people)

    @remembered
    def women(self) -> pd.DataFrame:
        """Women among them."""
        return _of_them(self.residents, self.share_of_women)

    @remembered
    def arrived(self) -> pd.DataFrame:
        """Residents born outside the European Union who arrived since 2001."""
        fitted, least, most = (self.cohort[name].to_numpy() for name in ("non_eu", "non_eu_low", "non_eu_high"))
        return _frame(self.cohort.index, fitted, fitted, fitted, least, most)

    @remembered
    def women_arrived(self) -> pd.DataFrame:
        """Women among those."""
        return _of_them(self.arrived, self.share_of_women)

    @remembered
    def women_settled(self) -> pd.DataFrame:
        """Women arrived since 2001 less students: by the survey's share, or by the local count where there is one."""
        study = self.share_of_study
        frame = _of_them(self.arrived, self.share_of_women * Drawn(1 - study.estimate, 1 - study.draws))
        for place, code in enumerate(frame.index):
            if code in self.students:
                frame.iloc[place] = self._less_students(place, self.students[code])
        return frame

    def _less_students(self, place: int, counted: LocalStudents) -> list[float]:
        """The women arrived in one area, less the women students counted there."""
        women = self.share_of_women
        among, drawn_among = (women.estimate[place], women.draws[place]) if counted.sex == "persons" else (1.0, 1.0)
        spread = counted.half_width / Z_95 * self.national.draws["students"]
        gone = np.maximum(counted.students + spread, 0) * drawn_among
        arrived = self.arrived.iloc[place][["estimate", "widest_low", "widest_high"]].to_numpy(dtype=float)
        ends = [np.quantile(np.maximum(people * women.draws[place] - gone, 0), ENDS) for people in arrived]
        estimate = max(arrived[0] * women.estimate[place] - counted.students * among, 0.0)
        return [estimate, *ends[0], ends[1][0], ends[2][1]]

    @remembered
    def profile(self) -> pd.DataFrame:
        """Ages at the census of those who arrived since 2001."""
        return age_profile(self.reference, self.codes)

    @remembered
    def by_year(self) -> np.ndarray:
        """The same, as shares of the group at the census, after 0, 1, ... years of the horizon."""
        self.reference.supposes("closed_group")
        return carry_forward(self.profile.to_numpy(), self.national.alive, self.settings.horizon_years)

    @remembered
    def women_later(self) -> pd.DataFrame:
        """Women settled who are alive at the end of the horizon."""
        return self.women_settled.mul(self.by_year[-1].sum(axis=1), axis=0)

    @remembered
    def adult_women_later(self) -> pd.DataFrame:
        """Those of them aged 16 and over then."""
        return self.women_settled.mul(self.by_year[-1][:, ADULT:].sum(axis=1), axis=0)

    @remembered
    def steps(self) -> pd.DataFrame:
        """All steps: step, area_code, the step's columns, label, decimals, widest_decimals, gap."""
        return _long_steps({name: getattr(self, name) for name in STEP_LABELS}, self.gaps)

    @remembered
    def births(self) -> pd.DataFrame:
        """Expected births over the horizon to the women of the last step, by vintage of the rate and age schedule.

        Rows area_code, vintage, schedule, total_fertility_rate, estimate, low, high, widest_low, widest_high (births),
        decimals. The rate is that of all women born outside the United Kingdom. The interval carries the uncertainty of the
        number of women only; the two vintages and the two schedules show that of the rate.
        """
        self.reference.supposes("fertile_ages")
        rows = [self._births(vintage, schedule) for vintage in VINTAGES for schedule in SCHEDULES]
        frame = pd.concat(rows).rename_axis("area_code").reset_index()
        return frame.assign(decimals=_decimals(frame, "low", "high"))

    def _births(self, vintage: str, schedule: str) -> pd.DataFrame:
        rate = total_rate(self.reference.fertility, vintage)
        first, last = (int(age) for age in schedule.removeprefix("even_").split("_"))
        lived = len(self.by_year) > 1  # a horizon of no years has no births
        each = (
            expected_births(self.by_year, fertility_schedule(rate, first, last))
            if lived
            else 0.0 * self.by_year[0, :, 0]
        )
        births = self.women_settled.mul(each, axis=0)
        return births.assign(vintage=vintage, schedule=schedule, total_fertility_rate=rate)


def national_inputs(reference: Reference, settings: Settings) -> National:
    """The inputs that are the same for every area, with `settings.draws` random draws from `settings.seed`."""
    return _made(National(reference, settings), "draws", "alive", "seed")


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
    whole = Baseline(reference, tuple(codes), settings, dict(students or {}), national)
    return _made(whole, "trend", "shares", "steps", "births")


def _made(whole: _Whole, *parts: str) -> _Whole:
    """The same with these parts made now, so that whatever cannot be used is told here."""
    for part in parts:
        getattr(whole, part)
    return whole


def survey_trend(reference: Reference, codes: Sequence[str], settings: Settings, group: str = NON_EU_BORN) -> Trend:
    """The weighted survey trend of one birth group for each area (APS table 1.1)."""
    reference.supposes("survey_correlation")
    return weighted_trend(*survey_series(reference.survey, group, pd.Index(list(codes))), settings.survey_correlation)


def _frame(index: pd.Index, *columns: np.ndarray) -> pd.DataFrame:
    names = ("estimate", "low", "high", "widest_low", "widest_high")
    return pd.DataFrame(dict(zip(names, columns, strict=True)), index=index)


def _of_them(people: pd.DataFrame, share: Drawn) -> pd.DataFrame:
    """A share of a step: the estimate with the share's estimate, lower and upper ends with the ends of its interval."""
    low, high = share.ends
    by = {"estimate": share.estimate, "low": low, "high": high, "widest_low": low, "widest_high": high}
    return people.mul(pd.DataFrame(by, index=people.index))


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
