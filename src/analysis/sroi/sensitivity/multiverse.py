"""Structural choices: what the answer would be under every combination of defensible ways to build the model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from analysis.errors import InputError
from analysis.sroi.sensitivity.appraisal import Band, discount_factors
from analysis.sroi.sensitivity.case import PLACE, Case, OutcomeLike, check_inputs

MOST = 200_000  # universes; more would be a mistake in the list of choices


class Option(BaseModel):
    """One way to settle a choice: other input values, outcomes left out or scaled, outcomes merged, beneficiaries counted.

    `values` are numbers, or formulas over the base values of the inputs.
    `merge`: of these outcomes only the largest counts, since they would be one and the same. `only` counts the value
    of these beneficiaries alone, in their share of each universe's value. `discount` names a schedule of rates put on
    top of the model's own; its effect is that on the model's whole value year by year.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    values: dict[str, float | str] = Field(default_factory=dict)
    leave_out: tuple[str, ...] = ()
    scale: dict[str, float] = Field(default_factory=dict)
    merge: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    discount: Literal["", "standard", "health"] = ""


class Choice(BaseModel):
    """A structural choice and its options; the first is the one the published model took."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    why: str = ""
    options: tuple[Option, ...] = Field(min_length=1)


@dataclass(frozen=True)
class Multiverse:
    """All universes: one column of option names for each choice, then value, cost, net (GBP) and ratio."""

    choices: tuple[Choice, ...]
    table: pd.DataFrame

    def share_above(self, level: float = 1.0) -> float:
        """Universes whose ratio is above the level, in %."""
        return float(100 * (self.table["ratio"] > level).mean())

    def influence(self) -> pd.DataFrame:
        """How much each choice moves the ratio; the choice that moves it most first.

        Index: choice. Columns: `swing`, the difference between highest and lowest option in the same universe, averaged
        over all settings of the other choices; `lowest` and `highest`, the options with the lowest and highest mean
        ratio; `variance`, the share of the variance between universes that the choice explains alone, in %.
        """
        ratios = self.table["ratio"].to_numpy().reshape([len(choice.options) for choice in self.choices])
        rows = {choice.name: _influence(ratios, axis, choice) for axis, choice in enumerate(self.choices)}
        frame = pd.DataFrame.from_dict(rows, orient="index", columns=["swing", "lowest", "highest", "variance"])
        return frame.rename_axis("choice").sort_values("swing", ascending=False, kind="stable")


def multiverse(
    case: Case, choices: Sequence[Choice], schedules: Mapping[str, Sequence[Band]] | None = None, place: str = PLACE
) -> Multiverse:
    """Evaluate the model once for all universes; the last choice varies fastest, the first universe is the published one.

    `schedules` holds the discount rates that options name. Raises InputError for an unknown input, outcome or
    beneficiary, two options of one name, too many universes, and discounting of a model that keeps no years.
    """
    _check(case, choices, place)
    universes = list(product(*(choice.options for choice in choices)))
    outcome = case.at(_values(case, universes))
    amounts = {name: _spread(found, universes) for name, found in outcome.by_outcome.items()}
    total = sum(amounts.values(), np.zeros(len(universes)))
    counted = _counted(amounts, universes)
    share = _beneficiary_share(outcome.by_beneficiary, total, universes) * _discounting(outcome, universes, schedules or {}, place)
    names = {choice.name: [universe[i].name for universe in universes] for i, choice in enumerate(choices)}
    return Multiverse(tuple(choices), _table(names, counted * share, _spread(outcome.cost, universes)))


def _table(names: Mapping[str, list[str]], value: np.ndarray, cost: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({**names, "value": value, "cost": cost, "net": value - cost, "ratio": value / cost})


def _spread(found: object, universes: Sequence[object]) -> np.ndarray:
    return np.broadcast_to(np.asarray(found, dtype=float), (len(universes),)).copy()


def _values(case: Case, universes: Sequence[tuple[Option, ...]]) -> dict[str, np.ndarray]:
    """An array by input with its value in each universe; where two options set one input, the later choice holds."""
    numbers = {id(option): {k: case.number(v, option.name) for k, v in option.values.items()} for universe in universes for option in universe}
    settings = [{k: v for option in universe for k, v in numbers[id(option)].items()} for universe in universes]
    named = sorted({name for setting in settings for name in setting})
    return {name: np.array([setting.get(name, case.base[name]) for setting in settings]) for name in named}


def _counted(amounts: Mapping[str, np.ndarray], universes: Sequence[tuple[Option, ...]]) -> np.ndarray:
    """Value that counts in each universe: outcomes scaled, then left out, then merged."""
    kept = {name: found * _factors(name, universes) for name, found in amounts.items()}
    return np.array([_merged({name: found[i] for name, found in kept.items()}, universe) for i, universe in enumerate(universes)])


def _factors(name: str, universes: Sequence[tuple[Option, ...]]) -> np.ndarray:
    return np.array([prod(0.0 if name in o.leave_out else o.scale.get(name, 1.0) for o in universe) for universe in universes])


def _merged(amounts: dict[str, float], universe: tuple[Option, ...]) -> float:
    for option in universe:
        group = [amounts.pop(name) for name in option.merge if name in amounts]
        if group:
            amounts[option.merge[0]] = max(group)
    return float(sum(amounts.values()))


def _beneficiary_share(by_beneficiary: Mapping[str, object], total: np.ndarray, universes: Sequence[tuple[Option, ...]]) -> np.ndarray:
    """The share of all value that the counted beneficiaries receive in each universe, 1 where all count."""
    amounts = {name: _spread(found, universes) for name, found in by_beneficiary.items()}
    shares = np.ones(len(universes))
    for place, universe in enumerate(universes):
        if narrowed := [set(option.only) for option in universe if option.only]:
            counted = sum(amounts[name][place] for name in sorted(set.intersection(*narrowed)))
            shares[place] = counted / total[place] if total[place] else 0.0
    return shares


def _discounting(
    outcome: OutcomeLike, universes: Sequence[tuple[Option, ...]], schedules: Mapping[str, Sequence[Band]], place: str
) -> np.ndarray:
    """The factor by which each universe's discount schedule lowers the value of all years together; 1 without one."""
    named = [next((o.discount for o in universe if o.discount), "") for universe in universes]
    by_year = getattr(outcome, "by_year", None)
    if not any(named):
        return np.ones(len(universes))
    if by_year is None:
        raise InputError(
            place, column="discount", found="a model that keeps no years", expected="value by year",
            action="discount through an input of the model, or take the option out",
        )
    flows = np.stack([_spread(amount, universes) for amount in by_year.values()])
    factors = {name: discount_factors(max(by_year), schedules[name])[list(by_year)] for name in set(named) - {""}}
    whole = flows.sum(axis=0)
    lowered = np.array([factors[name] @ flows[:, i] if name else whole[i] for i, name in enumerate(named)])
    return np.where(whole != 0, lowered / np.where(whole != 0, whole, 1.0), 1.0)


def _influence(ratios: np.ndarray, axis: int, choice: Choice) -> tuple[float, str, str, float]:
    others = tuple(i for i in range(ratios.ndim) if i != axis)
    means = ratios.mean(axis=others) if others else ratios
    whole = float(ratios.var())
    swing = float((ratios.max(axis=axis) - ratios.min(axis=axis)).mean())
    names = [option.name for option in choice.options]
    return swing, names[int(means.argmin())], names[int(means.argmax())], 100 * float(means.var()) / whole if whole else 0.0


def _check(case: Case, choices: Sequence[Choice], place: str) -> None:
    if (count := prod(len(choice.options) for choice in choices)) > MOST:
        raise InputError(
            place, column="choices", found=f"{count} universes", expected=f"at most {MOST}", action="take out an option or a choice"
        )
    outcome = case.at()
    for choice in choices:
        _check_names(choice, place)
        for option in choice.options:
            check_inputs(case, option.values, place)
            _check_known(option, (*option.leave_out, *option.scale, *option.merge), outcome.by_outcome, "outcome", place)
            _check_known(option, option.only, outcome.by_beneficiary, "beneficiary", place)


def _check_names(choice: Choice, place: str) -> None:
    names = [option.name for option in choice.options]
    if len(names) != len(set(names)):
        raise InputError(
            place, column=f"choices.{choice.name}", found="two options of one name", expected="names that differ", action="rename one"
        )


def _check_known(option: Option, named: Sequence[str], known: Mapping[str, object], what: str, place: str) -> None:
    for name in named:
        if name not in known:
            raise InputError(
                place, column=option.name, found=f"{name!r}, which is no {what} of the model",
                expected=f"one of {', '.join(map(str, known))}", action="correct the name",
            )
