"""identified.yaml of a study: what it leaves unprinted, what is printed of it, and how sentences of more than one meaning may be read."""

from typing import Literal

from pydantic import Field

from analysis.described import aside, reading as noted
from analysis.errors import InputError
from analysis.files import Strict, validate
from analysis.sroi.records import Quantity
from analysis.study import Study

FILE = "identified.yaml"


class Unknown(Strict):
    """A quantity that no source gives."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    label: str
    unit: str
    decimals: int = 0


class Statement(Strict):
    """One published statement as a relation that is linear in the unknowns."""

    left: str
    relation: Literal["=", "<=", ">="]
    right: str
    says: str


class Variant(Strict):
    """One reading of a sentence."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    label: str
    statements: tuple[Statement, ...] = ()


class Reading(Strict):
    """A sentence that allows several readings, one of which holds."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    sentence: str
    variants: tuple[Variant, ...] = Field(min_length=2)


class Calibration(Strict):
    """Which readings the central case takes, in which order its unknowns are fixed, and why."""

    readings: dict[str, str]
    order: tuple[str, ...]
    why: str
    derived: tuple[Quantity, ...] = ()


class WeeksOfYear(Strict):
    """One way to divide a year into weeks."""

    label: str
    weeks: float = Field(gt=0)


class Uprating(Strict):
    """A published annual value and the weekly value of another year that the source makes of it."""

    annual: str
    weekly: str
    from_year: int
    to_year: int
    ways: tuple[WeeksOfYear, ...] = Field(min_length=1)


class Problem(Strict):
    """Everything identified.yaml says."""

    unknowns: tuple[Unknown, ...] = Field(min_length=1)
    rounding: dict[str, float] = Field(
        default={}, description="claims that look rounded to more than their last digit, with what they are rounded to"
    )
    statements: tuple[Statement, ...]
    readings: tuple[Reading, ...] = ()
    calibration: Calibration
    uprating: Uprating | None = None


def read_problem(study: Study) -> Problem:
    """Read a study's identified.yaml; InputError for a field that does not fit."""
    noted(study.name(FILE))
    problem = validate(Problem, study.document(FILE), study.name(FILE), None)
    choices = {reading.id: [variant.id for variant in reading.variants] for reading in problem.readings}
    with aside():
        _check_rounding(problem, study)
    unfit = [
        f"{key}: {value}" for key, value in problem.calibration.readings.items() if value not in choices.get(key, ())
    ]
    if unfit or set(choices) != set(problem.calibration.readings):
        raise InputError(
            study.name(FILE),
            column="calibration.readings",
            found=unfit[0] if unfit else "a reading without a choice",
            expected="one variant for every reading",
            action="name for each reading the id of one of its variants",
        )
    return problem


def _check_rounding(problem: Problem, study: Study) -> None:
    """That the register reads a figure at the rounding that is given here: one reading everywhere."""
    for claim_id, step in problem.rounding.items():
        claim = study.claims.claims.get(claim_id)
        number = claim.number if claim else None
        if number is None or step <= 0 or number % step:
            raise InputError(
                study.name(FILE),
                column=f"rounding.{claim_id}",
                found=f"{step:g}",
                expected="a claim of this study that is a number, and a step above 0 of which it is a multiple",
                action="correct the id or the step",
            )
        entries = [entry.as_published for entry in study.register.values() if entry.claim == claim_id]
        for entry in entries:
            if entry.kind == "published" and (entry.low, entry.high) != (number - step / 2, number + step / 2):
                raise InputError(
                    study.name(FILE),
                    column=f"rounding.{claim_id}",
                    found=f"{step:g}, while {entry.id} of the register is {entry.low:g} to {entry.high:g}",
                    expected="one rounding of a published figure everywhere",
                    action="correct the step, or the range of the register",
                )
