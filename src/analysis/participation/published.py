"""What the printed figures on taking part allow: stages, attendance, advice and volunteering without any records."""

import math

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from analysis.bounds.brackets import Bracket, counts_at_least, distribution_ranges
from analysis.bounds.groups import possible_counts
from analysis.bounds.intervals import wilson
from analysis.bounds.splits import common_facts, possible_splits
from analysis.files import validate
from analysis.quantities import as_interval
from analysis.study import Study

FILE = "participation.yaml"
WEEKS_IN_A_MONTH = 52 / 12


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Stage(_Part):
    """A stage that participants reached, and the claim that prints how many."""

    stage: str
    claim: str


class Reached(_Part):
    """The claims that so many people came to so many sessions; `over` where the threshold itself is not enough."""

    people: str
    sessions: str
    over: bool = False


class AttendanceFigures(_Part):
    """Claims: everybody, attendances in all, and how many came how often."""

    people: str
    attendances: str
    reached: tuple[Reached, ...]


class AdviceFigures(_Part):
    """Claims: contacts, their value, and the value of one contact of each type."""

    contacts: str
    value: str
    unit_values: dict[str, str] = Field(min_length=2, max_length=3)


class VolunteeringFigures(_Part):
    """Claims: weeks volunteered, by how many, and the months that the programme lasted."""

    weeks: str
    people: str
    months: str


class OpenShare(_Part):
    """A printed percentage and the claims that may be its base."""

    label: str
    claim: str
    bases: tuple[str, ...]


class Figures(_Part):
    """The printed figures of participation.yaml, by claim id."""

    stages: tuple[Stage, ...]
    attendance: AttendanceFigures
    advice: AdviceFigures
    volunteering: VolunteeringFigures
    shares: tuple[OpenShare, ...] = ()


def read_figures(study: Study) -> Figures:
    """The study's participation.yaml; raises InputError for anything that does not fit."""
    return validate(Figures, study.document(FILE), study.name(FILE), None)


def whole(study: Study, claim: str) -> int:
    """A printed count as a whole number."""
    return int(study.claims[claim].number or 0)


def stage_shares(figures: Figures, study: Study) -> pd.DataFrame:
    """People at each stage (claim ids), and their share of the first and of the previous stage with Wilson's interval.

    Index: stage; columns claim, of_first, of_previous, low, high (per cent; NaN for the first stage).
    """
    people = [whole(study, stage.claim) for stage in figures.stages]
    rows = [(figures.stages[0].claim, math.nan, math.nan, math.nan, math.nan)]
    for stage, earlier, now in zip(figures.stages[1:], people[:-1], people[1:], strict=True):
        ends = wilson(now, earlier)
        rows.append((stage.claim, 100 * now / people[0], 100 * now / earlier, 100 * ends.low, 100 * ends.high))
    index = pd.Index([stage.stage for stage in figures.stages], name="stage")
    return pd.DataFrame(rows, columns=["claim", "of_first", "of_previous", "low", "high"], index=index)


def attendance_brackets(figures: Figures, study: Study) -> list[Bracket]:
    """The printed thresholds as brackets of sessions, the last one open."""
    attendance = figures.attendance
    starts = [whole(study, each.sessions) + each.over for each in attendance.reached]
    counts = [whole(study, attendance.people), *(whole(study, each.people) for each in attendance.reached), 0]
    lows, highs = [0, *starts], [*(start - 1 for start in starts), None]
    return [
        Bracket(here - above, low, high)
        for here, above, low, high in zip(counts[:-1], counts[1:], lows, highs, strict=True)
    ]


def attendance_ranges(figures: Figures, study: Study) -> pd.DataFrame:
    """Mean, quartiles, top shares and Gini coefficient of sessions for each person: statistic, low, high."""
    return distribution_ranges(attendance_brackets(figures, study), whole(study, figures.attendance.attendances))


def attendance_band(figures: Figures, study: Study, thresholds: range) -> pd.DataFrame:
    """How many people can have come at least so often: threshold, low, high."""
    return counts_at_least(
        attendance_brackets(figures, study), whole(study, figures.attendance.attendances), thresholds
    )


def programme_weeks(figures: Figures, study: Study) -> int:
    """Weeks that the programme lasted, from its months."""
    return math.ceil(whole(study, figures.volunteering.months) * WEEKS_IN_A_MONTH)


def volunteering_ranges(figures: Figures, study: Study) -> pd.DataFrame:
    """The same statistics of weeks volunteered by each respondent: statistic, low, high."""
    people = whole(study, figures.volunteering.people)
    bracket = Bracket(people, 0, programme_weeks(figures, study))
    return distribution_ranges([bracket], whole(study, figures.volunteering.weeks))


def advice_splits(figures: Figures, study: Study) -> pd.DataFrame:
    """Every split of the contacts by type that has the printed value; one column for each type."""
    advice = figures.advice
    units = {name: float(study.claims[claim].number or 0) for name, claim in advice.unit_values.items()}
    value = as_interval(float(study.claims[advice.value].number or 0))
    return possible_splits(whole(study, advice.contacts), value, units)


def advice_facts(splits: pd.DataFrame) -> pd.DataFrame:
    """What all splits share: fact, low, high, fixed; shares in per cent."""
    facts = common_facts(splits)
    shares = facts["fact"].str.startswith("share")
    return facts.assign(
        low=facts["low"].where(~shares, 100 * facts["low"]), high=facts["high"].where(~shares, 100 * facts["high"])
    )


def share_counts(figures: Figures, study: Study) -> pd.DataFrame:
    """How many people a printed percentage can mean on each base: label, claim, base, fewest, most."""
    rows = []
    for share in figures.shares:
        percent = study.claims[share.claim].interval
        for base in share.bases:
            counts = possible_counts(percent, whole(study, base)) if percent else range(0)
            rows.append((share.label, share.claim, base, counts[0] if counts else None, counts[-1] if counts else None))
    return pd.DataFrame(rows, columns=["label", "claim", "base", "fewest", "most"])
