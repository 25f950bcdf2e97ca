"""Everything a model leaves unprinted, bounded by everything that is printed: linear programming over intervals.

Unknowns are not negative. A statement is linear in them; its coefficients may be printed figures, each any value that
would be printed so. For x >= 0 a coefficient in [a, b] lets a x be anything from a x to b x, so that

    sum of [a_i, b_i] x_i + [c, d] = 0   holds for some coefficients exactly when   sum a_i x_i + c <= 0 <= sum b_i x_i + d

(Oettli and Prager 1964). A figure used in two statements may take another value in each, so that the set is at least as
wide as the truth. A sentence that allows several readings is a choice of statements; each combination is solved.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from analysis.described import described, inputs_of
from analysis.errors import InputError
from analysis.expressions import ExpressionError, evaluate, parse
from analysis.linear_programs import Infeasible, LinearProgram, Unbounded
from analysis.quantities import Interval
from analysis.results import Column, Kind
from analysis.sroi import prices
from analysis.sroi.identified_file import FILE, Problem, Statement, read_problem
from analysis.sroi.linear_forms import Linear, linear
from analysis.sroi.published import Inputs
from analysis.study import Study
from analysis.study.claims import Claim


@dataclass(frozen=True)
class Polytope:
    """All x >= 0 with `matrix` x <= `limits`, x in the order of `names`."""

    names: tuple[str, ...]
    matrix: np.ndarray
    limits: np.ndarray

    def bounds(self, name: str) -> Interval | None:
        """The least and the largest value of one unknown in the set; None if the set is empty, infinite where open."""
        return _bounds(self._program, self.names.index(name))

    @cached_property
    def _program(self) -> LinearProgram:
        return LinearProgram(self.matrix, np.full(len(self.limits), -np.inf), self.limits)

    @property
    def empty(self) -> bool:
        """Whether nothing satisfies it."""
        return _least(self._program, np.zeros(len(self.names))) is None

    def fixed(self, name: str, value: float, slack: float) -> "Polytope":
        """The part of the set where an unknown has a value, up to a slack for the solver's last digits."""
        row = np.array([[1.0 if other == name else 0.0 for other in self.names]])
        return Polytope(
            self.names, np.vstack([self.matrix, row, -row]), np.append(self.limits, [value + slack, slack - value])
        )


def _bounds(program: LinearProgram, place: int) -> Interval | None:
    """The least and the largest value of the unknown at a place."""
    aim = np.zeros(program.unknowns)
    aim[place] = 1.0
    low, high = _least(program, aim), _least(program, -aim)
    return None if low is None or high is None else Interval(max(0.0, low), max(0.0, low, -high))


def _least(program: LinearProgram, aim: np.ndarray) -> float | None:
    """The least value of a sum over the unknowns, minus infinity where there is none; None if nothing satisfies the program."""
    try:
        return program.minimum(aim).value
    except Infeasible:
        return None
    except Unbounded:
        return -np.inf


def _printed(claim: Claim, problem: Problem) -> Interval | None:
    """The values that a claim's print allows, at the rounding that the problem reads it with."""
    half = problem.rounding.get(claim.claim_id, 0.0) / 2
    number = claim.number
    return claim.interval if not half or number is None else Interval(number - half, number + half)


def polytope(problem: Problem, study: Study, choice: Mapping[str, str]) -> Polytope:
    """The set of unknowns that all statements and the variants chosen (reading id: variant id) allow."""
    whole = _all_rows(problem, study)
    stands = whole.under(choice)
    return Polytope(tuple(unknown.id for unknown in problem.unknowns), whole.matrix[stands], whole.limits[stands])


@dataclass(frozen=True)
class _Rows:
    """The inequalities of all statements and of every variant: row i belongs to the reading and variant `of[i]`, if to any."""

    matrix: np.ndarray
    limits: np.ndarray
    of: tuple[tuple[str, str] | None, ...]

    def under(self, choice: Mapping[str, str]) -> np.ndarray:
        """Which rows hold under a choice of variants."""
        return np.array([own is None or choice.get(own[0]) == own[1] for own in self.of])


def _all_rows(problem: Problem, study: Study) -> _Rows:
    names = [unknown.id for unknown in problem.unknowns]
    statements: list[tuple[tuple[str, str] | None, Statement]] = [(None, statement) for statement in problem.statements]
    statements += [
        ((r.id, v.id), statement) for r in problem.readings for v in r.variants for statement in v.statements
    ]
    rows = [(own, row) for own, statement in statements for row in _rows(statement, names, problem, study)]
    return _Rows(
        np.array([row[:-1] for _, row in rows]), np.array([row[-1] for _, row in rows]), tuple(own for own, _ in rows)
    )


def _rows(statement: Statement, names: Sequence[str], problem: Problem, study: Study) -> Iterator[list[float]]:
    """The inequalities `coefficients x <= limit` that a statement stands for, as [*coefficients, limit]."""
    form = _form(statement.left, names, problem, study) - _form(statement.right, names, problem, study)
    if statement.relation in ("=", "<="):
        yield [*(form.slopes[name].low if name in form.slopes else 0.0 for name in names), -form.constant.low]
    if statement.relation in ("=", ">="):
        yield [*(-form.slopes[name].high if name in form.slopes else 0.0 for name in names), form.constant.high]


def _form(text: str, names: Sequence[str], problem: Problem, study: Study) -> Linear:
    inputs = Inputs(study)

    def look_up(name: str) -> Linear:
        if name in names:
            return Linear(slopes={name: Interval(1.0, 1.0)})
        entry = inputs[name]
        return Linear(_printed(entry, problem) if isinstance(entry, Claim) else entry.interval)

    try:
        return linear(evaluate(parse(text), look_up))
    except ExpressionError as error:
        raise InputError(
            study.name(FILE),
            column="statements",
            found=f"{text!r}: {error}",
            expected="a formula that is linear in the unknowns",
            action="write it over the unknowns' ids, claim:ids and assumption:ids",
        ) from None


def combinations(problem: Problem) -> Iterator[dict[str, str]]:
    """Every choice of one variant for each reading."""
    for variants in product(*([variant.id for variant in reading.variants] for reading in problem.readings)):
        yield dict(zip((reading.id for reading in problem.readings), variants, strict=True))


@described(Kind.BOUNDED, {})
def solve(problem: Problem, study: Study) -> pd.DataFrame:
    """Every combination of readings: one row each, the variants by reading, `possible`, and low and high by unknown.

    Columns: the readings' ids; possible (bool); `<unknown>_low` and `<unknown>_high`, missing where impossible.
    """
    rows = _all_rows(problem, study)
    program = LinearProgram(rows.matrix, np.full(len(rows.limits), -np.inf), rows.limits)
    return pd.DataFrame([_solved(problem, rows, program, choice) for choice in combinations(problem)])


def _solved(problem: Problem, rows: _Rows, program: LinearProgram, choice: dict[str, str]) -> dict[str, Any]:
    program.limit(np.full(len(rows.limits), -np.inf), np.where(rows.under(choice), rows.limits, np.inf))
    row: dict[str, Any] = {**choice, "possible": _least(program, np.zeros(program.unknowns)) is not None}
    for place, unknown in enumerate(problem.unknowns if row["possible"] else ()):
        bounds = _bounds(program, place)
        row |= {
            f"{unknown.id}_low": bounds.low if bounds else None,
            f"{unknown.id}_high": bounds.high if bounds else None,
        }
    return row


def union(solved: pd.DataFrame, problem: Problem) -> pd.DataFrame:
    """The range of each unknown over all possible readings together: index unknown id, columns low, high."""
    possible = solved[solved["possible"]]
    return pd.DataFrame(
        {
            "low": [possible[f"{u.id}_low"].min() for u in problem.unknowns],
            "high": [possible[f"{u.id}_high"].max() for u in problem.unknowns],
        },
        index=[u.id for u in problem.unknowns],
    )


def conflicts(solved: pd.DataFrame, problem: Problem) -> list[dict[str, str]]:
    """The smallest sets of variants that cannot all be true: every combination that holds one of them is impossible.

    A set is listed when no part of it is impossible already.
    """
    ids = [reading.id for reading in problem.readings]
    possible = [choice.items() for choice in solved.loc[solved["possible"], ids].to_dict("records")]
    found: list[dict[str, str]] = []
    for size in range(1, len(ids) + 1):
        for candidate in _subsets(problem, size):
            known = any(other.items() <= candidate.items() for other in found)
            if not known and not any(candidate.items() <= choice for choice in possible):
                found.append(candidate)
    return found


def _subsets(problem: Problem, size: int) -> Iterator[dict[str, str]]:
    from itertools import combinations as subsets

    for readings in subsets(problem.readings, size):
        for variants in product(*(reading.variants for reading in readings)):
            yield {reading.id: variant.id for reading, variant in zip(readings, variants, strict=True)}


def calibrate(problem: Problem, study: Study) -> dict[str, float]:
    """The point that stands for the set: unknown by unknown in the stated order, the middle of what is still possible.

    Raises InputError if the readings of the calibration cannot all be true, or leave an unknown without an upper end.
    """
    region = polytope(problem, study, problem.calibration.readings)
    order = problem.calibration.order
    point: dict[str, float] = {}
    for name in (*order, *(name for name in region.names if name not in order)):
        bounds = region.bounds(name)
        if bounds is None or not np.isfinite(bounds.high):
            raise InputError(
                study.name(FILE),
                column="calibration",
                found=f"no middle for {name!r}",
                expected="readings that bound every unknown",
                action="choose other readings, or add the statement that bounds it",
            )
        point[name] = (bounds.low + bounds.high) / 2
        region = region.fixed(name, point[name], slack=1e-9 * max(1.0, point[name]))
    return point


@dataclass(frozen=True)
class IdentifiedSet:
    """A study's problem with its solution over all combinations of readings."""

    study: Study
    problem: Problem
    solved: pd.DataFrame

    @property
    def read_from(self) -> tuple[str, ...]:
        """The file of the problem, and the claims and assumptions that its statements name."""
        return (self.study.name(FILE), *inputs_of(self.solved))


def identified_set(study: Study) -> IdentifiedSet | None:
    """What everything printed says of a study's unknowns; None where it has no identified.yaml. InputError as `read_problem`."""
    if not (study.raw / FILE).is_file():
        return None
    problem = read_problem(study)
    return IdentifiedSet(study, problem, solve(problem, study))


@described(
    Kind.RECOMPUTED,
    rows={
        "sroi.readings.all": Column("Combinations of readings", "combinations"),
        "sroi.readings.possible": Column("Combinations that can be true", "combinations"),
    },
)
def combinations_possible(found: IdentifiedSet) -> pd.DataFrame:
    """How many combinations of readings there are, and how many can be true with everything printed. Column: value."""
    counts = {"sroi.readings.all": len(found.solved), "sroi.readings.possible": int(found.solved["possible"].sum())}
    return pd.DataFrame({"value": counts})


@described(
    Kind.BOUNDED,
    {
        "low": Column("Least, any reading", "GBP"),
        "high": Column("Most, any reading", "GBP"),
        "own_low": Column("Least, readings of the central case", "GBP"),
        "own_high": Column("Most, readings of the central case", "GBP"),
        "point": Column("Central case", "GBP", Kind.CALIBRATED),
    },
    header="Unknown",
)
def unknown_ranges(found: IdentifiedSet) -> pd.DataFrame:
    """The range of each unknown over all readings and under those of the central case, and the calibrated point.

    Index: the unknown's label. Columns in pounds: low, high; own_low, own_high; point.
    """
    problem, study = found.problem, found.study
    region, point = polytope(problem, study, problem.calibration.readings), calibrate(problem, study)
    ranges = union(found.solved, problem)
    own = [region.bounds(name) for name in ranges.index]
    ranges["own_low"] = [bounds.low if bounds else None for bounds in own]
    ranges["own_high"] = [bounds.high if bounds else None for bounds in own]
    return ranges.assign(point=pd.Series(point)).set_axis([unknown.label for unknown in problem.unknowns])


@described(
    Kind.RECOMPUTED,
    {
        "reading": Column("It is read so"),
        "possible": Column("Combinations that can be true", "combinations"),
        "taken": Column("In the central case"),
    },
    header="Reading",
    words=("reading", "taken"),
    group="sentence",
)
def reading_counts(found: IdentifiedSet) -> pd.DataFrame | None:
    """Every reading of every ambiguous sentence, with the number of combinations in which it can be true.

    Index: reading. Columns: sentence, reading (in words), possible, taken (whether the central case takes it). None without an
    ambiguous sentence.
    """
    possible, taken = found.solved[found.solved["possible"]], found.problem.calibration.readings
    rows = {
        f"{reading.id}: {variant.id}".replace("_", " ").capitalize(): {
            "sentence": reading.sentence,
            "reading": variant.label,
            "possible": int((possible[reading.id] == variant.id).sum()),
            "taken": "yes" if taken[reading.id] == variant.id else "",
        }
        for reading in found.problem.readings
        for variant in reading.variants
    }
    return pd.DataFrame.from_dict(rows, orient="index") if rows else None


@described(
    Kind.RECOMPUTED,
    {
        "cannot": Column("Cannot all be true with the published figures"),
        "about": Column("Where the paper says it"),
    },
    header="Readings",
    words=("cannot", "about"),
)
def reading_conflicts(found: IdentifiedSet) -> pd.DataFrame | None:
    """The smallest sets of readings that cannot all be true, as `conflicts` finds them, in words.

    Index: the readings. Columns: cannot (what they say), about (the sentences they read). None if none clash.
    """
    variants = {(r.id, v.id): (r.sentence, v.label) for r in found.problem.readings for v in r.variants}
    rows = {}
    for conflict in conflicts(found.solved, found.problem):
        name = ", ".join(f"{reading} {variant}".replace("_", " ") for reading, variant in conflict.items()).capitalize()
        sentences, labels = zip(*(variants[item] for item in conflict.items()), strict=True)
        rows[name] = {"cannot": " — and — ".join(labels), "about": "; ".join(sentences)}
    return pd.DataFrame.from_dict(rows, orient="index") if rows else None


@described(
    Kind.RECOMPUTED,
    {
        "value": Column("Weekly value", "GBP per week", decimals=2),
        "fits": Column("Rounds to the published figure"),
    },
    header="A year counted as",
    words=("fits",),
)
def uprated(study: Study) -> pd.DataFrame | None:
    """A published annual value raised to the prices of another year and divided into weeks, under each way to count them.

    Index: way. Columns: value (pounds a week), fits (whether it rounds to the printed weekly value). None where a study asks for
    none.
    """
    uprating = read_problem(study).uprating if (study.raw / FILE).is_file() else None
    if uprating is None:
        return None
    annual, weekly = study.claims[uprating.annual], study.claims[uprating.weekly]
    index, _ = prices.read_index(study.root)
    raised = prices.uprate(float(annual.number or 0), index[uprating.from_year], index[uprating.to_year])
    values = {way.label: raised / way.weeks for way in uprating.ways}
    fits = {way: "yes" if value in weekly.interval else "no" for way, value in values.items()}  # type: ignore[operator]
    return pd.DataFrame({"value": values, "fits": fits})
