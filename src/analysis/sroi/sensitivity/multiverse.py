"""Structural choices: what the answer would be under every combination of defensible ways to build the model."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from analysis.described import described
from analysis.errors import InputError
from analysis.files import Strict
from analysis.results import Column
from analysis.sroi.sensitivity.appraisal import Band, discount_factors
from analysis.sroi.sensitivity.case import PLACE, RATIO, Case, OfCase, OutcomeLike, check_inputs

MOST = 200_000  # universes; more would be a mistake in the list of choices


class Option(Strict):
    """One way to settle a choice: other input values, outcomes left out or scaled, outcomes merged, beneficiaries counted.

    `values` are numbers, or formulas over the base values of the inputs.
    `merge`: of these outcomes only the largest counts, since they would be one and the same. `only` counts the value
    of these beneficiaries alone, in their share of each universe's value. `discount` names a schedule of rates put on
    top of the model's own; its effect is that on the model's whole value year by year.
    """

    name: str
    values: dict[str, float | str] = Field(default_factory=dict)
    leave_out: tuple[str, ...] = ()
    scale: dict[str, float] = Field(default_factory=dict)
    merge: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    discount: Literal["", "standard", "health"] = ""


class Choice(Strict):
    """A structural choice and its options; the first is the one the published model took."""

    name: str
    why: str = ""
    options: tuple[Option, ...] = Field(min_length=1)


@dataclass(frozen=True)
class Multiverse(OfCase):
    """All universes: one column of option names for each choice, then value, cost, net (GBP) and ratio."""

    case: Case
    choices: tuple[Choice, ...]
    frame: pd.DataFrame


@described(
    None,
    {
        "swing": Column("Mean difference between its options", RATIO, decimals=2),
        "variance": Column("Share of the variance alone", "%", decimals=1),
        "lowest": Column("Lowest option"),
        "highest": Column("Highest option"),
    },
    header="Choice",
    row="{}",
    words=("lowest", "highest"),
)
def influence(found: Multiverse) -> pd.DataFrame:
    """How much each choice moves the ratio; the choice that moves it most first.

    Index: choice. Columns: `swing`, the difference between highest and lowest option in the same universe, averaged
    over all settings of the other choices; `lowest` and `highest`, the options with the lowest and highest mean
    ratio; `variance`, the share of the variance between universes that the choice explains alone, in %.
    """
    ratios = found.frame["ratio"].to_numpy().reshape([len(choice.options) for choice in found.choices])
    rows = {choice.name: _influence(ratios, axis, choice) for axis, choice in enumerate(found.choices)}
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=["swing", "lowest", "highest", "variance"])
    return frame.rename_axis("choice").sort_values("swing", ascending=False, kind="stable")


@described(
    None,
    rows={
        "sensitivity.universes.count": Column("Ways to build the model", "universes"),
        "sensitivity.universes.above": Column("Ways to build the model with a ratio above one", "%", decimals=1),
    },
)
def ways(found: Multiverse) -> pd.DataFrame:
    """How many universes there are, and how many of them (%) have a ratio above one: column value."""
    above = 100 * (found.frame["ratio"] > 1).mean()
    rows = {"sensitivity.universes.count": len(found.frame), "sensitivity.universes.above": float(above)}
    return pd.DataFrame({"value": pd.Series(rows, dtype=object)})


@described(
    None,
    {"ratio": Column("Ratio", RATIO, decimals=2)},
    header="Share of the ways at or below",
    row="{:.0f}%",
)
def ratios_by_share(found: Multiverse, points: int = 11) -> pd.DataFrame:
    """The ratio that so many universes (index, %) do not exceed, at evenly spaced shares."""
    shares = np.linspace(0, 100, points)
    return pd.DataFrame({"ratio": np.percentile(found.frame["ratio"], shares)}, index=pd.Index(shares, name="share"))


def multiverse(
    case: Case, choices: Sequence[Choice], schedules: Mapping[str, Sequence[Band]] | None = None, place: str = PLACE
) -> Multiverse | None:
    """Evaluate the model once for all universes; the last choice varies fastest, the first universe is the published one.

    None where there is nothing to choose.

    `schedules` holds the discount rates that options name. Raises InputError for an unknown input, outcome or
    beneficiary, two options of one name, too many universes, and discounting of a model that keeps no years.
    """
    if not choices:
        return None
    _check(case, choices, place)
    picks = np.indices([len(choice.options) for choice in choices]).reshape(len(choices), -1)
    grid = Universes(tuple(choices), picks)
    outcome = case.at(_values(case, grid))
    amounts = {name: grid.spread(found) for name, found in outcome.by_outcome.items()}
    total = sum(amounts.values(), np.zeros(grid.count))
    counted = _counted(amounts, grid)
    share = _beneficiary_share(outcome.by_beneficiary, total, grid) * _discounting(
        outcome, grid, schedules or {}, place
    )
    names = {
        choice.name: [choice.options[pick].name for pick in row]
        for choice, row in zip(choices, picks.tolist(), strict=True)
    }
    return Multiverse(case, grid.choices, _table(names, counted * share, grid.spread(outcome.cost)))


@dataclass(frozen=True)
class Universes:
    """Every combination of options: for each choice (row) the place of its option in each universe (column)."""

    choices: tuple[Choice, ...]
    picks: np.ndarray

    @property
    def count(self) -> int:
        """How many universes there are."""
        return self.picks.shape[1]

    def by_choice(self, look_up: Callable[[Option], Any]) -> Iterator[np.ndarray]:
        """What each choice's option says in each universe, choice by choice, where any of its options says something."""
        for choice, row in zip(self.choices, self.picks, strict=True):
            said = [look_up(option) for option in choice.options]
            if any(value is not None for value in said):
                yield np.array([np.nan if value is None else value for value in said], dtype=float)[row]

    def patterns(self, look_up: Callable[[Option], Any]) -> Iterator[tuple[list[Any], np.ndarray]]:
        """What the options of a universe say together, and the universes that say just that; what is empty is left out."""
        speaking = [
            place for place, choice in enumerate(self.choices) if any(look_up(option) for option in choice.options)
        ]
        if not speaking:
            yield [], np.arange(self.count)
            return
        rows, which = np.unique(self.picks[speaking], axis=1, return_inverse=True)
        for number, row in enumerate(rows.T):
            said = [look_up(self.choices[place].options[pick]) for place, pick in zip(speaking, row, strict=True)]
            yield [value for value in said if value], np.flatnonzero(which.ravel() == number)

    def spread(self, found: object) -> np.ndarray:
        """A number, or one for each universe, as an array of its own with one for each universe."""
        return np.broadcast_to(np.asarray(found, dtype=float), (self.count,)).copy()


def _table(names: Mapping[str, list[str]], value: np.ndarray, cost: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({**names, "value": value, "cost": cost, "net": value - cost, "ratio": value / cost})


def _values(case: Case, grid: Universes) -> dict[str, np.ndarray]:
    """An array by input with its value in each universe; where two options set one input, the later choice holds."""
    numbers = {
        id(option): {k: case.number(v, option.name) for k, v in option.values.items()}
        for choice in grid.choices
        for option in choice.options
    }
    found = {}
    for name in sorted({name for setting in numbers.values() for name in setting}):
        values = np.full(grid.count, case.base[name])
        for said in grid.by_choice(lambda option, name=name: numbers[id(option)].get(name)):
            values = np.where(np.isnan(said), values, said)
        found[name] = values
    return found


def _counted(amounts: Mapping[str, np.ndarray], grid: Universes) -> np.ndarray:
    """Value that counts in each universe: outcomes scaled, then left out, then merged."""
    kept = {name: found * _factors(name, grid) for name, found in amounts.items()}
    counted = np.zeros(grid.count)
    for merges, where in grid.patterns(lambda option: option.merge):
        counted[where] = _merged({name: found[where] for name, found in kept.items()}, merges)
    return counted


def _factors(name: str, grid: Universes) -> np.ndarray:
    said = grid.by_choice(lambda option: 0.0 if name in option.leave_out else option.scale.get(name, 1.0))
    return np.prod(list(said), axis=0)


def _merged(amounts: dict[str, np.ndarray], merges: Iterable[Sequence[str]]) -> np.ndarray:
    for merge in merges:
        group = [amounts.pop(name) for name in merge if name in amounts]
        if group:
            amounts[merge[0]] = np.max(group, axis=0)
    return np.sum(list(amounts.values()), axis=0)


def _beneficiary_share(by_beneficiary: Mapping[str, object], total: np.ndarray, grid: Universes) -> np.ndarray:
    """The share of all value that the counted beneficiaries receive in each universe, 1 where all count."""
    shares = np.ones(grid.count)
    for narrowed, where in grid.patterns(lambda option: option.only):
        if narrowed:
            names = sorted(set.intersection(*map(set, narrowed)))
            counted = sum((grid.spread(by_beneficiary[name])[where] for name in names), np.zeros(len(where)))
            shares[where] = np.divide(counted, total[where], out=np.zeros(len(where)), where=total[where] != 0)
    return shares


def _discounting(
    outcome: OutcomeLike, grid: Universes, schedules: Mapping[str, Sequence[Band]], place: str
) -> np.ndarray:
    """The factor by which each universe's discount schedule lowers the value of all years together; 1 without one."""
    lowered = np.ones(grid.count)
    for named, where in grid.patterns(lambda option: option.discount):
        if named:
            by_year = _by_year(outcome, place)
            flows = np.stack([grid.spread(amount)[where] for amount in by_year.values()])
            factors = discount_factors(max(by_year), schedules[named[0]])[list(by_year)]
            whole = flows.sum(axis=0)
            lowered[where] = np.divide(factors @ flows, whole, out=np.ones(len(where)), where=whole != 0)
    return lowered


def _by_year(outcome: OutcomeLike, place: str) -> Mapping[int, Any]:
    found: Mapping[int, Any] | None = getattr(outcome, "by_year", None)
    if found is None:
        raise InputError(
            place,
            column="discount",
            found="a model that keeps no years",
            expected="value by year",
            action="discount through an input of the model, or take the option out",
        )
    return found


def _influence(ratios: np.ndarray, axis: int, choice: Choice) -> tuple[float, str, str, float]:
    others = tuple(i for i in range(ratios.ndim) if i != axis)
    means = ratios.mean(axis=others) if others else ratios
    whole = float(ratios.var())
    swing = float((ratios.max(axis=axis) - ratios.min(axis=axis)).mean())
    names = [option.name for option in choice.options]
    return (
        swing,
        names[int(means.argmin())],
        names[int(means.argmax())],
        100 * float(means.var()) / whole if whole else 0.0,
    )


def _check(case: Case, choices: Sequence[Choice], place: str) -> None:
    if (count := prod(len(choice.options) for choice in choices)) > MOST:
        raise InputError(
            place,
            column="choices",
            found=f"{count} universes",
            expected=f"at most {MOST}",
            action="take out an option or a choice",
        )
    outcome = case.at()
    for choice in choices:
        _check_names(choice, place)
        for option in choice.options:
            check_inputs(case, option.values, place)
            _check_known(
                option, (*option.leave_out, *option.scale, *option.merge), outcome.by_outcome, "outcome", place
            )
            _check_known(option, option.only, outcome.by_beneficiary, "beneficiary", place)


def _check_names(choice: Choice, place: str) -> None:
    names = [option.name for option in choice.options]
    if len(names) != len(set(names)):
        raise InputError(
            place,
            column=f"choices.{choice.name}",
            found="two options of one name",
            expected="names that differ",
            action="rename one",
        )


def _check_known(option: Option, named: Sequence[str], known: Mapping[str, object], what: str, place: str) -> None:
    for name in named:
        if name not in known:
            raise InputError(
                place,
                column=option.name,
                found=f"{name!r}, which is no {what} of the model",
                expected=f"one of {', '.join(map(str, known))}",
                action="correct the name",
            )
