"""Performance against target and in comparison, recomputed from the counts a report prints."""

import math
from typing import Any, Literal, TypeVar

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, model_validator

from analysis.errors import InputError
from analysis.expressions import ExpressionError
from analysis.files import holds_something, validate
from analysis.quantities import Interval
from analysis.study import Study
from analysis.study.claims import Claim
from analysis.study.formulas import Computed, compute

MEASURES, COMPARISONS, READINGS = "measures.csv", "comparisons.csv", "readings.csv"


class Row(BaseModel):
    """A row of one of the three tables; unknown columns are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


R = TypeVar("R", bound=Row)


class Measure(Row):
    """One measure and the claims that print its figures; an empty cell means the report prints none."""

    measure: str = Field(
        pattern=r"^[a-z][a-z0-9_]*$",
        description="name of the measure; the people of a row 'participants' are the base of shares",
    )
    label: str = Field(min_length=1, description="the measure as tables show it")
    table: Literal["outputs", "results", "other_results", "target_groups", "outcomes"] = Field(
        description="the table that the measure stands in"
    )
    target: str = Field(description="claim that prints the target")
    target_share: str = Field(description="claim that prints the target as a share of participants")
    participants: str = Field(description="claim that prints how many were reached")
    progress: str = Field(description="claim that prints the progress to target")
    share: str = Field(description="claim that prints the share of participants")


class Comparison(Row):
    """A national figure, the programme's printed figure set against it, and the programme's figure on the same base."""

    measure: str = Field(description="name of the measure")
    label: str = Field(description="the comparison as tables show it")
    national: str = Field(description="claim that prints the other programme's figure")
    printed: str = Field(description="claim that prints the study's figure set against it")
    matched: str = Field(description="formula of the study's figure on the same base")
    like_for_like: Literal["yes", "nearly", "probably", "no", "second reading"] = Field(
        description="whether the printed comparison is of the same sort of people"
    )
    why: str = Field(description="why it is, or is not")


class Reading(Row):
    """One reading of a printed percentage: the people it would mean, and the most there can be."""

    reading: str = Field(description="name of the reading")
    claim: str = Field(description="claim that prints the percentage")
    label: str = Field(description="the reading as tables show it")
    says: str = Field(description="who the people would be")
    formula: str = Field(description="formula of how many that would be")
    limit: str = Field(description="formula of the most there can be")
    limit_is: str = Field(description="what the limit is")

    @model_validator(mode="after")
    def _complete(self) -> "Reading":
        if not (self.formula and self.limit):
            raise ValueError("a formula and a limit")
        return self


def has_print(study: Study) -> bool:
    """Whether a study has the tables of a published report; a worked example has none of its own."""
    return (study.raw / MEASURES).is_file()


def measures(study: Study) -> tuple[Measure, ...]:
    """The measures of the published tables, in their order."""
    return tuple(measure for _, measure in _read(study, MEASURES, Measure))


def comparison_rows(study: Study) -> tuple[Comparison, ...]:
    """The comparisons with national figures, in their order."""
    return tuple(row for _, row in _read(study, COMPARISONS, Comparison))


def has_rows(study: Study, file: str) -> bool:
    """Whether a study has a table with anything in it."""
    return (study.raw / file).is_file() and bool(holds_something(study.raw / file, study.name(file)))


def performance(study: Study, table: str) -> pd.DataFrame:
    """One published table: claims as printed, and progress and share recomputed from the counts.

    Index: label of the measure. Columns: measure, the claim ids target, target_share, participants, progress and share
    ("" where none is printed), and in % progress_recomputed (participants / target) and share_recomputed
    (participants / all participants), with the ids of the claims behind them in progress_inputs and share_inputs.
    """
    rows = [measure for _, measure in _read(study, MEASURES, Measure) if measure.table == table]
    everyone = _everyone(study)
    data = [row.model_dump() | _ratios(study, row, everyone) | _inputs(row, everyone) for row in rows]
    index = pd.Index([row.label for row in rows], name="measure")
    return pd.DataFrame(data, index=index, columns=_PERFORMANCE)


_PERFORMANCE = [
    *("measure", "target", "target_share", "participants", "progress", "share"),
    *("progress_recomputed", "share_recomputed", "progress_inputs", "share_inputs"),
]


def _ratios(study: Study, row: Measure, everyone: str) -> dict[str, float | None]:
    people = study.claims[row.participants].number if row.participants else None
    return {
        "progress_recomputed": _percent(people, study, row.target),
        "share_recomputed": _percent(people, study, everyone if row.share else ""),
    }


def _inputs(row: Measure, everyone: str) -> dict[str, str]:
    return {
        "progress_inputs": _ids(row.participants, row.target),
        "share_inputs": _ids(row.participants, everyone) if everyone else "",
    }


def _ids(*claims: str) -> str:
    """Claims as the inputs of a result, one id after the other."""
    return " ".join(f"claim:{claim}" for claim in dict.fromkeys(claims) if claim)


def _percent(part: float | None, study: Study, whole: str) -> float | None:
    if part is None or not whole:
        return None
    base = study.claims[whole].number
    return 100 * part / base if base else None


def _everyone(study: Study) -> str:
    """The claim that prints all participants, the base of shares; empty where the study names none."""
    found = [
        measure.participants for _, measure in _read(study, MEASURES, Measure) if measure.measure == "participants"
    ]
    return found[0] if found else ""


def comparisons(study: Study) -> pd.DataFrame:
    """National figures beside the programme's, in %: as printed, and on the base that matches.

    Index: label. Columns: measure, national and printed (claim ids), matched, low, high (the range over rounding of
    the inputs), inputs, difference (matched less national, in percentage points) and its difference_inputs, like_for_like,
    why.
    """
    rows = [
        (number, row, _computed(study, COMPARISONS, number, "matched", row.matched))
        for number, row in _read(study, COMPARISONS, Comparison)
    ]
    return pd.DataFrame(
        [
            row.model_dump() | _spread(found, "matched") | _difference(found, study.claims[row.national])
            for _, row, found in rows
        ],
        index=pd.Index([row.label for _, row, _ in rows], name="measure"),
    ).drop(columns="label")


def _difference(found: Computed, national: Claim) -> dict[str, Any]:
    inputs = " ".join((*found.inputs, _ids(national.claim_id)))
    return {"difference": found.value - (national.number or 0.0), "difference_inputs": inputs}


def readings(study: Study) -> pd.DataFrame:
    """Readings of percentages whose base is not printed: the people each would mean, and whether so many can be.

    Index: label. Columns: reading, claim, people, low, high (over the rounding of the percentage), limit (the most
    people the printed counts allow), possible ("possible" or "impossible"), says, limit_is, inputs, limit_inputs.
    """
    rows = []
    for number, row in _read(study, READINGS, Reading):
        people = _computed(study, READINGS, number, "formula", row.formula)
        limit = _computed(study, READINGS, number, "limit", row.limit)
        possible = "possible" if people.interval.low <= limit.interval.high else "impossible"
        rows.append(
            row.model_dump()
            | _spread(people, "people")
            | {"limit": limit.value, "limit_inputs": " ".join(limit.inputs), "possible": possible}
        )
    return pd.DataFrame(rows, index=pd.Index([row["label"] for row in rows], name="reading")).drop(columns="label")


def implied_targets(study: Study, table: str = "outcomes") -> pd.DataFrame:
    """Targets and bases that counts and percentages of a table without printed targets imply: whole people.

    target = count / progress, base = count / share, each as the range of whole numbers that would print the percentage.
    Index: label; columns participants (claim id), target_low, target_high, base_low, base_high, and target_inputs and
    base_inputs (claim ids).
    """
    rows = [
        row
        for _, row in _read(study, MEASURES, Measure)
        if row.table == table and row.participants and (row.progress or row.share)
    ]
    data = [
        {"participants": row.participants}
        | _whole("target", _divided(study, row.participants, row.progress))
        | _whole("base", _divided(study, row.participants, row.share))
        | {"target_inputs": _ids(row.participants, row.progress), "base_inputs": _ids(row.participants, row.share)}
        for row in rows
    ]
    return pd.DataFrame(data, index=pd.Index([row.label for row in rows], name="measure"))


def _divided(study: Study, count: str, percentage: str) -> Interval:
    """What a count is of, by a percentage; without end where none is printed."""
    if not percentage:
        return Interval(-math.inf, math.inf)
    return compute(f"claim:{count} / claim:{percentage} * 100", study.claims).interval


def _whole(name: str, interval: Interval) -> dict[str, int | None]:
    """The whole numbers inside an interval, by their ends."""
    if math.isinf(interval.low) or math.isinf(interval.high):
        return {f"{name}_low": None, f"{name}_high": None}
    return {f"{name}_low": math.ceil(interval.low - 1e-9), f"{name}_high": math.floor(interval.high + 1e-9)}


def _spread(found: Computed, name: str) -> dict[str, Any]:
    return {name: found.value, "low": found.interval.low, "high": found.interval.high, "inputs": " ".join(found.inputs)}


def _computed(study: Study, file: str, row: int, column: str, formula: str) -> Computed:
    try:
        return compute(formula, study.claims)
    except ExpressionError as error:
        raise InputError(
            study.name(file),
            row=row,
            column=column,
            found=f"{formula!r}: {error}",
            expected="a formula over claim:ids of this study",
            action="correct the formula",
        ) from None


def _read(study: Study, file: str, model: type[R]) -> list[tuple[int, R]]:
    rows = study.table(file, tuple(model.model_fields))
    checked = [(number, validate(model, values, study.name(file), number)) for number, values in rows]
    for number, row in checked:
        _check_claims(study, file, number, row)
    return checked


def _check_claims(study: Study, file: str, number: int, row: Row) -> None:
    for column in ("target", "target_share", "participants", "progress", "share", "national", "printed", "claim"):
        claim_id = getattr(row, column, "")
        if claim_id and claim_id not in study.claims.claims:
            raise InputError(
                study.name(file),
                row=number,
                column=column,
                found=repr(claim_id),
                expected="a claim of this study, or nothing",
                action="correct the claim id",
            )


def standing(progress: float | None, near: float) -> str:
    """How a measure stands against its target: met, near (within `near` percentage points), below, or no target.

    >>> standing(101.4, 10), standing(93.0, 10), standing(60.2, 10)
    ('met', 'near', 'below')
    """
    if progress is None or math.isnan(progress):
        return "no target printed"
    if progress >= 100:
        return "met"
    return "near" if progress >= 100 - near else "below"
