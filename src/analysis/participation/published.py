"""What the printed figures on taking part allow: stages, attendance, advice and volunteering without any records."""

import math
from dataclasses import dataclass, replace

import pandas as pd
from pydantic import Field

from analysis.bounds.brackets import Bracket, counts_at_least, distribution_ranges
from analysis.bounds.groups import possible_counts
from analysis.bounds.intervals import wilson
from analysis.bounds.splits import common_facts, possible_splits
from analysis.described import described, of_nothing_nothing
from analysis.files import Strict, validate
from analysis.quantities import as_interval
from analysis.results import Column, Kind
from analysis.study import Study
from analysis.study.claims import published

FILE = "participation.yaml"
WEEKS_IN_A_MONTH = 52 / 12
_ROWS = {  # statistic of `bounds.brackets.distribution_ranges`: what it is, and what makes it of its unit
    "mean": (Column("Mean", decimals=1), 1),
    "quantile 0.25": (Column("Lower quartile", decimals=1), 1),
    "quantile 0.5": (Column("Median", decimals=1), 1),
    "quantile 0.75": (Column("Upper quartile", decimals=1), 1),
    "share of the top 10%": (Column("Share of the most active tenth", "%"), 100),
    "share of the top 25%": (Column("Share of the most active quarter", "%"), 100),
    "Gini coefficient": (Column("Gini coefficient", decimals=2), 1),
}
_SPREAD = {column.label: column for column, _ in _ROWS.values()}
_ENDS = {"low": Column("At least", places="places"), "high": Column("At most", places="places")}


class Stage(Strict):
    """A stage that participants reached, and the claim that says how many."""

    stage: str
    claim: str


class Reached(Strict):
    """The claims that so many people came to so many sessions; `over` where the threshold itself is not enough."""

    people: str
    sessions: str
    over: bool = False


class AttendanceFigures(Strict):
    """Claims: everybody, attendances in all, and how many came how often."""

    people: str
    attendances: str
    reached: tuple[Reached, ...]


class AdviceFigures(Strict):
    """Claims: contacts, their value, and the value of one contact of each type."""

    contacts: str
    value: str
    unit_values: dict[str, str] = Field(min_length=2, max_length=3)


class VolunteeringFigures(Strict):
    """Claims: weeks volunteered, by how many, and the months that the programme lasted."""

    weeks: str
    people: str
    months: str


class OpenShare(Strict):
    """A published percentage and the claims that may be its base."""

    label: str
    claim: str
    bases: tuple[str, ...]


class Figures(Strict):
    """The published figures of participation.yaml, by claim id."""

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


@dataclass(frozen=True)
class Printed:
    """A study's printed figures on taking part; `inputs`: the file that names them."""

    study: Study
    figures: Figures
    inputs: tuple[str, ...]


def read_printed(study: Study) -> Printed:
    """The published figures of a study; raises InputError as `read_figures` does."""
    return Printed(study, read_figures(study), (study.name(FILE),))


@described(
    Kind.RECOMPUTED,
    {
        "people": Column("People", "people", Kind.PUBLISHED),
        "of_first": Column("Of all who joined", "%"),
        "of_previous": Column("Of the stage before", "%", low="low", high="high", interval="{level} (Wilson)"),
    },
    header="Stage",
)
def stage_shares(printed: Printed, level: float = 0.95) -> pd.DataFrame:
    """People at each stage as printed, and their share of the first and of the previous stage with Wilson's interval.

    Index: stage; columns people, of_first, of_previous, low, high (per cent; nothing for the first stage).
    """
    figures, study = printed.figures, printed.study
    people = [whole(study, stage.claim) for stage in figures.stages]
    rows: list[tuple[object, ...]] = [("", "", None, None)]
    for earlier, now in zip(people[:-1], people[1:], strict=True):
        ends = wilson(now, earlier, level)
        rows.append((100 * now / people[0], 100 * now / earlier, 100 * ends.low, 100 * ends.high))
    index = pd.Index([stage.stage for stage in figures.stages], name="stage")
    shares = pd.DataFrame(rows, index=index, columns=["of_first", "of_previous", "low", "high"], dtype=object)
    shares.insert(0, "people", [published(study.claims[stage.claim]) for stage in figures.stages])
    return shares


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


def _spread(ranges: pd.DataFrame) -> pd.DataFrame:
    """`distribution_ranges` in the units that are shown. Index: the statistic's label; columns: low, high, and places, the
    decimals of both: none where they are whole."""
    rows = {
        _ROWS[name][0].label: (low * _ROWS[name][1], high * _ROWS[name][1], _ROWS[name][0].decimals)
        for name, low, high in ranges.itertuples(index=False)
    }
    spread = pd.DataFrame.from_dict(rows, orient="index", columns=["low", "high", "places"])
    whole_numbers = (spread[["low", "high"]] % 1 == 0).all(axis=1)
    return spread.assign(places=spread["places"].mask(whole_numbers, 0))


@described(Kind.BOUNDED, _ENDS, _SPREAD, "Statistic")
def attendance_ranges(printed: Printed) -> pd.DataFrame:
    """What every distribution of sessions with the printed figures shares: mean, quartiles, top shares and Gini coefficient
    for each person (index), from low to high."""
    figures, study = printed.figures, printed.study
    return _spread(
        distribution_ranges(attendance_brackets(figures, study), whole(study, figures.attendance.attendances))
    )


@described(
    Kind.BOUNDED,
    {"low": Column("People, at least", "people"), "high": Column("People, at most", "people")},
    header="Sessions, at least",
)
def attendance_band(printed: Printed) -> pd.DataFrame:
    """How many people can have come to at least so many sessions (index), from low to high: up to one in each week."""
    figures, study = printed.figures, printed.study
    thresholds = range(1, programme_weeks(figures, study) + 1)
    band = counts_at_least(
        attendance_brackets(figures, study), whole(study, figures.attendance.attendances), thresholds
    )
    return band.set_index("threshold")


@of_nothing_nothing
def marked(band: pd.DataFrame, printed: Printed, step: int = 7) -> pd.DataFrame:
    """Rows of `attendance_band` at every `step` and where the print tells how many came so often."""
    starts = {bracket.low for bracket in attendance_brackets(printed.figures, printed.study) if bracket.low}
    return band.loc[sorted({*band.index[::step], *starts})]


def programme_weeks(figures: Figures, study: Study) -> int:
    """Weeks that the programme lasted, from its months."""
    return math.ceil(whole(study, figures.volunteering.months) * WEEKS_IN_A_MONTH)


@described(Kind.BOUNDED, _ENDS, _SPREAD, "Statistic")
def volunteering_ranges(printed: Printed) -> pd.DataFrame:
    """The same statistics of weeks volunteered by each respondent."""
    figures, study = printed.figures, printed.study
    bracket = Bracket(whole(study, figures.volunteering.people), 0, programme_weeks(figures, study))
    return _spread(distribution_ranges([bracket], whole(study, figures.volunteering.weeks)))


_CENTRE = {"median": "Median", "mean": "Mean", "gini": "Gini coefficient"}


def _quantities(what: str) -> dict[str, Column]:
    """What later pages use of a spread, by id: a number where the ends are one, a range otherwise."""
    return {
        f"{what}.{key}": replace(
            _SPREAD[label],
            label=f"{label}, {what}",
            unit=what,
            low="low",
            high="high",
            interval="bounds",
            kinds="kind",
            places="places",
        )
        for key, label in _CENTRE.items()
    }


def _centre(ranges: pd.DataFrame, what: str) -> pd.DataFrame:
    found = ranges.loc[list(_CENTRE.values())].set_axis([f"{what}.{key}" for key in _CENTRE])
    fixed = found["low"] == found["high"]
    kind = fixed.map({True: str(Kind.RECOMPUTED), False: str(Kind.BOUNDED)})
    return found.where(~fixed, math.nan).assign(value=found["low"].where(fixed), kind=kind, places=found["places"])


@described(Kind.BOUNDED, rows=_quantities("sessions"))
def sessions_between(ranges: pd.DataFrame) -> pd.DataFrame:
    """Median, mean and Gini coefficient of `attendance_ranges`: value, or low and high; kind."""
    return _centre(ranges, "sessions")


@described(Kind.BOUNDED, rows=_quantities("weeks"))
def weeks_between(ranges: pd.DataFrame) -> pd.DataFrame:
    """Median, mean and Gini coefficient of `volunteering_ranges`: value, or low and high; kind."""
    return _centre(ranges, "weeks")


@described(Kind.RECOMPUTED, {})
def advice_splits(printed: Printed) -> pd.DataFrame:
    """Every split of the contacts by type that has the printed value; one column for each type."""
    advice, study = printed.figures.advice, printed.study
    units = {name: float(study.claims[claim].number or 0) for name, claim in advice.unit_values.items()}
    value = as_interval(float(study.claims[advice.value].number or 0))
    return possible_splits(whole(study, advice.contacts), value, units)


@described(Kind.RECOMPUTED, rows={"advice.splits": Column("Possible splits of the contacts by type", "splits")})
def splits_possible(splits: pd.DataFrame) -> pd.DataFrame:
    """How many splits of the contacts there can be: column value."""
    return pd.DataFrame({"value": {"advice.splits": len(splits)}})


@described(
    Kind.BOUNDED,
    {
        "low": Column("At least", units="unit"),
        "high": Column("At most", units="unit"),
        "same": Column("The same in every split?"),
    },
    header="Fact",
    words=("same",),
)
def advice_facts(splits: pd.DataFrame) -> pd.DataFrame:
    """What all splits share (index: fact): low, high, in the `unit`, and whether it is the `same` in all; shares in per cent."""
    facts = common_facts(splits)
    shares = facts["fact"].str.startswith("share")
    return facts.assign(
        low=facts["low"].where(~shares, 100 * facts["low"]),
        high=facts["high"].where(~shares, 100 * facts["high"]),
        unit=shares.map({True: "%", False: "contacts"}),
        same=facts["fixed"].map({True: "yes", False: "no"}),
        fact=facts["fact"].str.capitalize(),
    ).set_index("fact")


@described(
    Kind.RECOMPUTED,
    {
        "claim": Column("Share, published", "%", Kind.PUBLISHED),
        "base": Column("Base", "people", Kind.PUBLISHED),
        "fewest": Column("People, at least", "people"),
        "most": Column("People, at most", "people"),
    },
    header="Share and base",
)
def share_counts(printed: Printed) -> pd.DataFrame:
    """How many people a printed percentage can mean on each base (index: both in words): claim, base, fewest, most."""
    claims, rows = printed.study.claims, {}
    for share in printed.figures.shares:
        claim = claims[share.claim]
        for base in share.bases:
            counts = possible_counts(claim.interval, whole(printed.study, base)) if claim.interval else range(0)
            ends = (counts[0], counts[-1]) if counts else (None, None)
            words = f"{share.label}, of the {claims[base].statement.lower()}"
            rows[words] = (published(claim), published(claims[base]), *ends)
    return pd.DataFrame.from_dict(rows, orient="index", columns=["claim", "base", "fewest", "most"])
