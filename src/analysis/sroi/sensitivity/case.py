"""What every analysis starts from: a model, the register's ranges of its inputs, and the values it is held at."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol, get_args

import numpy as np
import pandas as pd

from analysis.currency import with_sign
from analysis.described import described, reading
from analysis.errors import InputError
from analysis.expressions import ExpressionError, evaluate, parse, references
from analysis.results import Column, Kind, in_words
from analysis.sroi.model import Model
from analysis.sroi.steps import SHARES_TAKEN
from analysis.sroi.value_map import LABELS
from analysis.study.register import Assumption

Values = Mapping[str, "float | np.ndarray"]
PLACE = "sensitivity.yaml"  # the file that error messages name where an analysis is asked for something impossible
Measure = Literal["ratio", "net", "value", "cost"]
MEASURES: tuple[Measure, ...] = get_args(Measure)
ASSUMPTIONS = "sensitivity.assumptions"  # the result that names the entries of the register that the model rests on
RATIO = "GBP per GBP"
AMOUNTS = {  # columns of what a model gives
    "value": Column("Value", "GBP"),
    "cost": Column("Cost", "GBP"),
    "net": Column("Net value", "GBP"),
    "ratio": Column("Ratio", RATIO, decimals=2),
}
RANGE = "ends of the register's range"


class OutcomeLike(Protocol):
    """What a model gives back: pounds and a ratio, each a number or an array with one entry for each draw."""

    @property
    def value(self) -> Any:
        """Value in pounds."""

    @property
    def cost(self) -> Any:
        """Cost in pounds."""

    @property
    def ratio(self) -> Any:
        """Value for each pound of cost."""

    @property
    def net(self) -> Any:
        """Value less cost, in pounds."""

    @property
    def by_beneficiary(self) -> Mapping[str, Any]:
        """Value in pounds by who receives it."""

    @property
    def by_outcome(self) -> Mapping[str, Any]:
        """Value in pounds by outcome."""


class ModelLike(Protocol):
    """A model over register ids; `evaluate` takes numbers or equally long arrays by id."""

    @property
    def inputs(self) -> tuple[str, ...]:
        """Ids of the register entries the model depends on."""

    def evaluate(self, values: Values) -> OutcomeLike:
        """The outcome at these values."""


@dataclass(frozen=True)
class Together:
    """Inputs that are known only together: equally likely points (n x members), in the order of the first member.

    `claims` are those that every point meets. Of `tries` this many were `accepted`, worth `effective` equally weighted
    draws; `apart` is the share of draws one by one from the ranges that would meet the claims.
    """

    name: str
    members: tuple[str, ...]
    points: np.ndarray
    claims: tuple[str, ...] = ()
    tries: int = 0
    accepted: int = 0
    effective: float = 0.0
    apart: float = np.nan

    def at(self, probability: np.ndarray) -> dict[str, np.ndarray]:
        """Values by member of the points at these probabilities (each from 0 to below 1)."""
        rows = self.points[(probability * len(self.points)).astype(np.int64)]
        return dict(zip(self.members, rows.T, strict=True))

    def apart_from(self, names: Collection[str]) -> "Together | None":
        """The set without some inputs that are known by themselves; None where none is left."""
        kept = [place for place, name in enumerate(self.members) if name not in names]
        members = tuple(self.members[place] for place in kept)
        return replace(self, members=members, points=self.points[:, kept]) if members else None

    def everywhere(self) -> dict[str, np.ndarray]:
        """Values by member of all points."""
        return dict(zip(self.members, self.points.T, strict=True))


@dataclass(frozen=True)
class Unmet:
    """Inputs that were known only together, and a claim that the model no longer gives with them in that scenario."""

    name: str
    members: tuple[str, ...]
    claim: str
    scenario: str


@dataclass(frozen=True)
class Case:
    """A model with the range of each input and the value each input has while others vary.

    Inputs of `together` are drawn as one: what varies apart from everything else is a factor, an input or such a set.
    Those of `unmet` would be, but for something that was changed since they were solved for.
    `inputs` are the files it was read from, and the result that names the entries of the register.
    """

    model: ModelLike
    ranges: Mapping[str, Assumption]
    base: Mapping[str, float]
    together: tuple[Together, ...] = ()
    unmet: tuple[Unmet, ...] = ()
    inputs: tuple[str, ...] = ()
    passed = True  # as the model's numbers are

    @property
    def kind(self) -> Kind:
        """How the model's numbers are known: calibrated if any input is, otherwise assumed if any is, else as the model's."""
        kinds = {entry.kind for entry in self.ranges.values()}
        least = self.model.kind if isinstance(self.model, Model) else Kind.RECOMPUTED
        return next((kind for kind in (Kind.CALIBRATED, Kind.ASSUMED) if kind in kinds), least)

    def with_sets(self, together: Iterable[Together], unmet: Sequence[Unmet]) -> "Case":
        """The case with these sets; calibrated inputs of unmet ones count as assumed."""
        apart = {name for each in unmet for name in each.members if self.ranges[name].kind == "calibrated"}
        assumed = {name: self.ranges[name].model_copy(update={"kind": "assumed"}) for name in apart}
        return replace(self, together=tuple(together), unmet=tuple(unmet), ranges={**self.ranges, **assumed})

    @property
    def labels(self) -> dict[str, str]:
        """What entries of the register and outcomes are called, by id."""
        rows = self.model.value_map.outcomes if isinstance(self.model, Model) else ()
        return {row.id: row.label for row in rows} | {name: entry.short_label for name, entry in self.ranges.items()}

    def label(self, name: object) -> str:
        """What an input, an outcome or a set is called; a name that is none of these is words already."""
        return in_words(name, self.labels)

    def rests(self, steps: str, names: Iterable[object]) -> list[str]:
        """What each of some outcomes or beneficiaries rests on, by the model's formulas, as the inputs of a number.

        `steps` is the model's mapping that leads from their names to its steps; a model without formulas rests on all it takes.
        """
        if not isinstance(self.model, Model):
            return [" ".join(f"assumption:{entry}" for entry in self.model.inputs) for _ in names]
        return [self.model.inputs_of(getattr(self.model, steps)[str(name)]) for name in names]

    @property
    def varied(self) -> tuple[str, ...]:
        """The inputs whose range is more than a point, in the model's order."""
        return tuple(name for name in self.model.inputs if self.ranges[name].distribution != "fixed")

    @property
    def sets(self) -> dict[str, Together]:
        """The sets of inputs that are drawn together, by name."""
        return {found.name: found for found in self.together}

    @property
    def factors(self) -> tuple[str, ...]:
        """What varies apart from everything else: sets of inputs drawn together, and the other varied inputs."""
        joined = {name for found in self.together for name in found.members}
        return (*self.sets, *(name for name in self.varied if name not in joined))

    def members(self, factor: str) -> tuple[str, ...]:
        """The inputs of a factor."""
        return self.sets[factor].members if factor in self.sets else (factor,)

    def at(self, values: Values | None = None) -> OutcomeLike:
        """The model's outcome with `values` in place of the base values of those inputs."""
        return self.model.evaluate({**self.base, **(values or {})})

    def measure(self, values: Values, name: str = "ratio", size: int = 1) -> np.ndarray:
        """One measure of the outcome (`ratio`, `net`, `value` or `cost`) as an array of `size` floats."""
        return np.broadcast_to(np.asarray(getattr(self.at(values), name), dtype=float), (size,))

    def number(self, formula: float | str, column: str, place: str = PLACE) -> float:
        """A number, or a formula over the base values of the inputs; InputError for a formula that does not compute."""
        if not isinstance(formula, str):
            return formula
        try:
            return float(evaluate(parse(formula), self.base))
        except ExpressionError as error:
            raise InputError(
                place,
                column=column,
                found=f"{formula!r}: {error}",
                expected="a number, or a formula over inputs of the model",
                action="correct the formula",
            ) from None

    def held_at(self, values: Mapping[str, float]) -> "Case":
        """The same case with other base values; an unknown input raises InputError."""
        check_inputs(self, values)
        return replace(self, base={**self.base, **values})


def case_for(model: ModelLike, register: Mapping[str, Assumption], base: Mapping[str, float] | None = None) -> Case:
    """A case with the register's ranges; inputs are held at the register's value unless `base` says otherwise."""
    ranges = {name: register[name] for name in model.inputs}
    return Case(model, ranges, {name: entry.value for name, entry in ranges.items()}).held_at(base or {})


def check_inputs(case: Case, names: Mapping[str, Any] | tuple[str, ...], place: str = PLACE) -> None:
    """Raise InputError for a name that is no input of the model."""
    for name in names:
        if name not in case.ranges:
            raise InputError(
                place,
                found=f"{name!r}, which is no input of the model",
                expected=f"one of {', '.join(case.model.inputs)}",
                action="correct the name; a model depends only on the register entries its value map names",
            )


def not_taken_off(case: Case) -> tuple[str, ...]:
    """Which of deadweight, displacement, attribution and drop-off are nothing at the base values, though their ranges have more."""
    rows = case.model.value_map.outcomes if isinstance(case.model, Model) else ()
    found = []
    for name in (*SHARES_TAKEN, "drop_off"):
        formulas = [row.formulas[name] for row in rows if name in row.formulas]
        inputs = {each for formula in formulas for each in references(formula)}
        if inputs <= case.base.keys() and inputs & {*case.varied}:
            values = [float(evaluate(formula, case.base)) for formula in formulas]
            found += [LABELS[name].lower()] if not any(values) else []
    return tuple(found)


class OfCase:
    """What is computed of a case, and known as it is."""

    case: Case
    passed = True
    kind = property(lambda self: self.case.kind)
    labels = property(lambda self: self.case.labels)
    inputs = property(lambda self: self.case.inputs)


@described(Kind.RECOMPUTED, rows={ASSUMPTIONS: Column("Entries of the register that the model rests on", "entries")})
def assumptions(ranges: Mapping[str, Assumption]) -> pd.DataFrame:
    """How many entries of the register a model rests on: column value."""
    for name in ranges:
        reading(f"assumption:{name}")
    return pd.DataFrame({"value": {ASSUMPTIONS: len(ranges)}})


@described(
    None,
    rows={
        "sensitivity.base.ratio": Column("Ratio at the base values", RATIO, decimals=2),
        "sensitivity.base.net": Column("Net value at the base values", "GBP"),
    },
)
def base_values(case: Case) -> pd.DataFrame:
    """Ratio and net value (GBP) while nothing varies: column value."""
    outcome = case.at()
    return pd.DataFrame(
        {"value": {f"sensitivity.base.{name}": float(getattr(outcome, name)) for name in ("ratio", "net")}}
    )


@described(
    None,
    {
        "base": Column(
            "Base value and range",
            kinds="kind",
            units="measured_in",
            places="places",
            low="low",
            high="high",
            interval=RANGE,
            inputs="rests",
        ),
        "unit": Column("Unit"),
        "distribution": Column("Distribution"),
    },
    header="Assumption",
    words=("unit", "distribution"),
)
def ranges(case: Case) -> pd.DataFrame | None:
    """Every input that varies. Index: input; columns: base, low, high (in its unit), unit, kind, distribution, places, rests."""
    joined = {name for drawn in case.together for name in drawn.members}
    entries = [case.ranges[name] for name in case.varied]
    rows = {
        entry.id: {
            "base": case.base[entry.id],
            "low": entry.low,
            "high": entry.high,
            "unit": with_sign(entry.unit),
            "measured_in": entry.unit,
            "kind": str(entry.kind),
            "distribution": "drawn together" if entry.id in joined else entry.distribution,
            "places": places(entry),
            "rests": f"assumption:{entry.id}",
        }
        for entry in entries
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("input") if rows else None


def places(entry: Assumption) -> int:
    """As many decimals as the width of an entry's range asks for."""
    width = entry.high - entry.low
    return max(0, min(4, 2 - math.floor(math.log10(width)))) if width > 0 else 2
