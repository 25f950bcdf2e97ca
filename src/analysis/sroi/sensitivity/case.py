"""What every analysis starts from: a model, the register's ranges of its inputs, and the values it is held at."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol, get_args

import numpy as np

from analysis.errors import InputError
from analysis.expressions import ExpressionError, evaluate, parse
from analysis.study.register import Assumption

Values = Mapping[str, "float | np.ndarray"]
PLACE = "sensitivity.yaml"  # the file that error messages name where an analysis is asked for something impossible
Measure = Literal["ratio", "net", "value", "cost"]
MEASURES: tuple[Measure, ...] = get_args(Measure)


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

    def everywhere(self) -> dict[str, np.ndarray]:
        """Values by member of all points."""
        return dict(zip(self.members, self.points.T, strict=True))


@dataclass(frozen=True)
class Case:
    """A model with the range of each input and the value each input has while others vary.

    Inputs of `together` are drawn as one: what varies apart from everything else is a factor, an input or such a set.
    """

    model: ModelLike
    ranges: Mapping[str, Assumption]
    base: Mapping[str, float]
    together: tuple[Together, ...] = ()

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
