"""Calibrated inputs drawn together: from the values with which the model prints what the source printed.

Inputs that were solved for so that a model meets printed figures are known only together. Drawn one by one from their
ranges, hardly any draw would print those figures. Here their joint distribution is that of the register's ranges, given
that the model, with every other input as in the scenario named, gives each claim a value that would be printed so: a
Bayesian calibration whose likelihood is the rounding of the print. With u the probabilities of the inputs in their
ranges it is even over a part of the unit cube, mostly a very thin one, that no draw from the ranges would hit. So as
many inputs (pivots) as there are claims that bind are solved for, by Newton's method, from values c of these claims
drawn evenly from their rounding and the other inputs drawn from their ranges; what falls outside a range or misses
another claim is left out. By the change of variables each such point stands for

    weight = product of the claims' rounding widths / |det(dc / du of the pivots)|

and the mean of the weights over all tries is the volume of the set: the share of draws one by one that would meet all
claims. Where the claims have several solutions for the same other inputs, the one nearest to the base is taken.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pydantic import Field

from analysis.described import described, reading
from analysis.errors import InputError
from analysis.expressions import ExpressionError, evaluate, parse
from analysis.files import Strict
from analysis.quantities import Interval
from analysis.results import Column
from analysis.sroi import checks
from analysis.sroi.sensitivity.case import PLACE, RATIO, Case, Measure, Together, Unmet, check_inputs
from analysis.sroi.sensitivity.one_way import ends
from analysis.sroi.sensitivity.sampling import uniforms, values_at
from analysis.study.claims import Ledger

TRIES = 2**15
POINTS = 2**12  # equally likely ones that are kept
_FEWEST = 100  # effective draws
_BINDS = 4.0  # rounding widths that an input's range has to move a claim by, for the claim to be solved for
_NEWTON = 8  # steps; four are enough where the model is a product of sums
_STEP = 1e-6  # of the differences that stand for derivatives, in the unit cube
_EDGE = 1e-9  # kept from the ends of a range
_EXACT = 1e-6  # of a rounding width, by which a solution may miss its value
# places of the unit cube (n x inputs), and which claims, to values of these claims (n x claims)
Claims = Callable[[np.ndarray, Sequence[int]], np.ndarray]


class Meets(Strict):
    """A published figure that the model has to give: which claim, by which measure, in which scenario, with what changed."""

    claim: str
    measure: Measure = "ratio"
    scenario: str = Field(default="central", description="scenario of the value map in which the figure is published")
    values: dict[str, str] = Field(default_factory=dict, description="formulas over inputs, in place of those inputs")


class Calibrated(Strict):
    """Inputs that are known only together, and the claims that they must meet."""

    name: str
    inputs: tuple[str, ...] = Field(min_length=1, description="ids of assumptions that are known only together")
    meets: tuple[Meets, ...] = Field(min_length=1, description="published figures that the model gives with them")


def drawn_together(
    case: Case, asked: Sequence[Calibrated], scenarios: Mapping[str, Mapping[str, float]], claims: Ledger, seed: int
) -> Case:
    """The same case, its calibrated inputs drawn together; `scenarios` are values of inputs by name of a scenario.

    A set whose claim the base values do not meet, since something else was changed, is `unmet`: its inputs count as assumed
    and are drawn one by one. Raises InputError for an input that does not vary or stands twice, and for an unknown claim or
    scenario.
    """
    for group in asked:
        _check(case, group, asked, scenarios, claims)
    found = [_set(case, group, scenarios, claims, seed) for group in asked]
    return case.with_sets(
        [each for each in found if isinstance(each, Together)], [each for each in found if isinstance(each, Unmet)]
    )


@described(
    None,
    {
        "tries": Column("Tries", "draws"),
        "accepted": Column("Tries that met every claim", "draws"),
        "effective": Column("Equally weighted draws that these are worth", "draws"),
        "one_in": Column("Draws one by one for one that meets every claim", "draws"),
        "ratio": Column(
            "Ratio over the whole set, all else at base",
            RATIO,
            decimals=3,
            low="low",
            high="high",
            interval="ends of the set",
        ),
    },
)
def calibrated_sets(case: Case) -> pd.DataFrame | None:
    """How each set of inputs drawn together came about (index: its name), and the ratio over it; None without such sets."""
    for claim in (claim for drawn in case.together for claim in drawn.claims):
        reading(f"claim:{claim}")
    rows = {name: _facts(case, drawn) for name, drawn in case.sets.items()}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("set") if rows else None


def _facts(case: Case, drawn: Together) -> dict[str, float]:
    low, high = (float(case.at(values).ratio) for values in ends(case, drawn.name, "ratio"))
    return {
        "tries": drawn.tries,
        "accepted": drawn.accepted,
        "effective": round(drawn.effective),
        "one_in": float(f"{1 / drawn.apart:.2g}"),
        "ratio": float(case.at().ratio),
        "low": low,
        "high": high,
    }


@dataclass(frozen=True)
class Sample:
    """Tries of the unit cube (n x inputs) that met all claims, what each stands for, and of how many tries."""

    places: np.ndarray
    weights: np.ndarray
    tries: int

    @property
    def volume(self) -> float:
        """The share of the unit cube that meets all claims."""
        return float(self.weights.sum() / self.tries)

    @property
    def effective(self) -> float:
        """How many equally weighted draws the tries are worth (Kish 1965)."""
        return float(self.weights.sum() ** 2 / np.square(self.weights).sum()) if len(self.weights) else 0.0

    def even(self, points: int) -> np.ndarray:
        """Equally likely points (points x inputs), in the order of the first input: systematic resampling."""
        order = np.argsort(self.places[:, 0], kind="stable")
        ends = np.cumsum(self.weights[order])
        return self.places[order][np.searchsorted(ends, (np.arange(points) + 0.5) / points * ends[-1])]


def sample(claims: Claims, printed: Sequence[Interval], base: np.ndarray, seed: int, tries: int = TRIES) -> Sample:
    """The part of the unit cube in which every claim's value lies in its printed interval.

    `base` is a place that meets them all. Derivatives are differences, so claims must be smooth in the inputs.
    """
    low, high = np.array([[p.low, p.high] for p in printed]).T
    width = high - low
    every, inputs = range(len(printed)), range(len(base))
    rows, columns = _pivots(_slopes(claims, base[None, :], every, inputs)[0] / width[:, None])
    drawn = np.concatenate(list(uniforms(tries, len(base) + len(rows), seed)))
    places = drawn[:, : len(base)].copy()
    places[:, columns] = base[columns]
    wanted = low[rows] + width[rows] * drawn[:, len(base) :]
    size = _solve(claims, places, rows, columns, wanted, width[rows])
    places, weights = places[size > 0], np.prod(width[rows]) / size[size > 0]
    found, room = claims(places, every), _EXACT * np.where(np.isfinite(width), width, 0.0)
    good = ((found >= low - room) & (found <= high + room)).all(axis=1)
    return Sample(places[good], weights[good], tries)


def _pivots(slopes: np.ndarray) -> tuple[list[int], list[int]]:
    """Which claims (rows) are solved for which inputs (columns): complete pivoting while an input's range moves a claim enough."""
    left, rows, columns = slopes.copy(), [], []
    for _ in range(min(slopes.shape)):
        row, column = np.unravel_index(np.argmax(np.abs(left)), left.shape)
        if abs(left[row, column]) < _BINDS:
            break
        rows, columns = [*rows, int(row)], [*columns, int(column)]
        left = left - np.outer(left[:, column], left[row]) / left[row, column]
        left[row], left[:, column] = 0.0, 0.0
    return rows, columns


def _slopes(claims: Claims, places: np.ndarray, rows: Sequence[int], columns: Sequence[int]) -> np.ndarray:
    """Derivatives (n x rows x columns) of the claims by inputs, by differences towards the middle of the cube."""
    found, slopes = claims(places, rows), np.empty((len(places), len(rows), len(columns)))
    for number, column in enumerate(columns):
        step = np.where(places[:, column] < 0.5, _STEP, -_STEP)
        moved = places.copy()
        moved[:, column] += step
        slopes[:, :, number] = (claims(moved, rows) - found) / step[:, None]
    return slopes


def _solve(
    claims: Claims, places: np.ndarray, rows: list[int], columns: list[int], wanted: np.ndarray, width: np.ndarray
) -> np.ndarray:
    """Puts into `places` the pivots that give the claims their wanted values; the size of the determinant, 0 without a solution."""
    if not columns:
        return np.ones(len(places))
    met, size = np.zeros(len(places), dtype=bool), np.zeros(len(places))
    for _ in range(_NEWTON):
        if met.all():
            break
        left = np.flatnonzero(~met)
        miss = wanted[left] - claims(places[left], rows)
        slopes, size[left] = _regular(_slopes(claims, places[left], rows, columns))
        met[left] = (np.abs(miss) <= _EXACT * width).all(axis=1)
        step = np.linalg.solve(slopes, miss[:, :, None])[:, :, 0]
        places[np.ix_(left, columns)] = np.clip(places[np.ix_(left, columns)] + step, _EDGE, 1 - _EDGE)
    return np.where(met, size, 0.0)


def _regular(slopes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The slopes, the identity in place of singular ones, and the sizes of their determinants, 0 for these."""
    size = np.abs(np.linalg.det(slopes))
    singular = ~(np.isfinite(size) & (size > 0))
    return np.where(singular[:, None, None], np.eye(slopes.shape[1]), slopes), np.where(singular, 0.0, size)


def _set(
    case: Case, group: Calibrated, scenarios: Mapping[str, Mapping[str, float]], claims: Ledger, seed: int
) -> Together | Unmet:
    held = [{**case.base, **scenarios.get(meets.scenario, {})} for meets in group.meets]
    printed = [_printed(claims, meets) for meets in group.meets]

    def values_of(places: np.ndarray, rows: Sequence[int]) -> np.ndarray:
        values = values_at(case, group.inputs, places)
        return np.column_stack([_measured(case, group.meets[row], held[row], values) for row in rows])

    base = _place_of(case, group.inputs)
    given = values_of(base[None, :], range(len(held)))[0]
    for meets, value, interval in zip(group.meets, given, printed, strict=True):
        if value not in interval:
            return Unmet(group.name, group.inputs, meets.claim, meets.scenario)
    found = sample(values_of, printed, base, seed)
    if found.effective < _FEWEST:
        raise _trouble(
            f"calibrated.{group.name}",
            f"draws worth {found.effective:.0f} that meet all claims, of {found.tries} tries",
            f"draws worth {_FEWEST}",
            "narrow the ranges of the inputs, or take out claims that say the same",
        )
    values = values_at(case, group.inputs, found.even(POINTS))
    points = np.column_stack([values[name] for name in group.inputs])
    met = tuple(meets.claim for meets in group.meets)
    return Together(
        group.name, group.inputs, points, met, found.tries, len(found.weights), found.effective, found.volume
    )


def _measured(case: Case, meets: Meets, held: Mapping[str, float], values: Mapping[str, np.ndarray]) -> np.ndarray:
    given = {**held, **values}
    changed = {name: evaluate(parse(formula), given, checks.NUMPY) for name, formula in meets.values.items()}
    return case.measure({**given, **changed}, meets.measure, len(next(iter(values.values()))))


def _place_of(case: Case, names: Sequence[str]) -> np.ndarray:
    """The probabilities of the base values in the inputs' ranges, by bisection of their quantiles."""
    low, high, base = np.zeros(len(names)), np.ones(len(names)), np.array([case.base[name] for name in names])
    for _ in range(60):
        middle = (low + high) / 2
        below = np.array([values_at(case, [n], middle[[i]][:, None])[n][0] for i, n in enumerate(names)]) < base
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return (low + high) / 2


def _printed(claims: Ledger, meets: Meets) -> Interval:
    printed = claims[meets.claim].interval if meets.claim in claims.claims else None
    if printed is None or printed.low == printed.high:
        raise _trouble(
            "calibrated.meets",
            f"{meets.claim!r}, which is no claim with a rounded figure",
            "the id of a claim whose figure is rounded",
            "correct the id",
        )
    return printed


def _check(
    case: Case, group: Calibrated, asked: Sequence[Calibrated], scenarios: Mapping[str, object], claims: Ledger
) -> None:
    column = f"calibrated.{group.name}"
    check_inputs(case, group.inputs)
    still = [name for name in group.inputs if name not in case.varied]
    if still:
        raise _trouble(
            column,
            f"{still[0]!r}, which has no range",
            "inputs with a range",
            "leave it out, or give the entry a range",
        )
    if sum(other.inputs.count(name) for other in asked for name in group.inputs) > len(group.inputs):
        raise _trouble(column, "an input that stands twice", "each input in one group, once", "take it out of one")
    if group.name in case.ranges or [other.name for other in asked].count(group.name) > 1:
        raise _trouble(column, f"the name {group.name!r} twice", "a name of its own", "choose another name")
    for meets in group.meets:
        _printed(claims, meets)
        if meets.scenario != "central" and meets.scenario not in scenarios:
            raise _trouble(
                column, f"the scenario {meets.scenario!r}", f"one of {', '.join(scenarios)}", "correct the name"
            )
        _check_formulas(case, meets, column)


def _check_formulas(case: Case, meets: Meets, column: str) -> None:
    check_inputs(case, tuple(meets.values))
    for formula in meets.values.values():
        try:
            evaluate(parse(formula), case.base, checks.NUMPY)
        except ExpressionError as error:
            raise _trouble(
                column, f"{formula!r}: {error}", "a formula over inputs of the model", "correct the formula"
            ) from None


def _trouble(column: str, found: str, expected: str, action: str) -> InputError:
    return InputError(PLACE, column=column, found=found, expected=expected, action=action)
