"""What every analysis starts from: a model, the register's ranges of its inputs, and the values it is held at."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from analysis.errors import InputError
from analysis.expressions import ExpressionError, evaluate, parse
from analysis.study.register import Assumption

Values = Mapping[str, "float | np.ndarray"]
PLACE = "sensitivity.yaml"  # the file that error messages name where an analysis is asked for something impossible
MEASURES = ("ratio", "net", "value", "cost")


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
class Case:
    """A model with the range of each input and the value each input has while others vary."""

    model: ModelLike
    ranges: Mapping[str, Assumption]
    base: Mapping[str, float]

    @property
    def varied(self) -> tuple[str, ...]:
        """The inputs whose range is more than a point, in the model's order."""
        return tuple(name for name in self.model.inputs if self.ranges[name].distribution != "fixed")

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
