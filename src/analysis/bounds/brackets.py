"""How many people fall in each bracket of a count, and the total over all: bounds on the whole distribution."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from analysis.quantities import Interval


@dataclass(frozen=True)
class Bracket:
    """So many people whose number of sessions (weeks, contacts) lies from `low` to `high`; None means no upper end."""

    count: int
    low: int
    high: int | None


def close_brackets(brackets: Sequence[Bracket], total: int) -> list[Bracket]:
    """The brackets in rising order, an open end replaced by what one person could reach at most, given the total.

    Raises ValueError if brackets overlap or no whole numbers in them have this total.
    """
    brackets = sorted(brackets, key=lambda bracket: bracket.low)
    if any(one.high is None or one.high >= two.low for one, two in zip(brackets[:-1], brackets[1:], strict=True)):
        raise ValueError("brackets overlap; each must end below the start of the next")
    least = sum(b.count * b.low for b in brackets)
    closed = [Bracket(b.count, b.low, b.low + max(0, total - least) if b.high is None else b.high) for b in brackets]
    most = sum(b.count * b.high for b in closed)
    if not least <= total <= most:
        raise ValueError(f"people in these brackets have between {least} and {most} together, never {total}")
    return closed


def counts_at_least(brackets: Sequence[Bracket], total: int, thresholds: Iterable[int]) -> pd.DataFrame:
    """How many people can have reached each threshold, at fewest and at most: the attendance curve as a band.

    Returns `threshold`, `low`, `high` (numbers of people). Exact: with k people of a bracket at or above the threshold
    the total can take every whole value between the least and the most it then allows.
    """
    closed = close_brackets(brackets, total)
    rows = [(threshold, *_reaching(closed, total, threshold)) for threshold in thresholds]
    return pd.DataFrame(rows, columns=["threshold", "low", "high"])


def _reaching(closed: list[Bracket], total: int, threshold: int) -> tuple[int, int]:
    sure = sum(b.count for b in closed if b.low >= threshold)
    split = next((b for b in closed if b.low < threshold <= b.high), None)
    if split is None:
        return sure, sure
    least = sum(b.count * b.low for b in closed)
    most = sum(b.count * b.high for b in closed)
    fewest = -(-(total - most + split.count * (split.high - threshold + 1)) // (split.high - threshold + 1))
    highest = (total - least) // (threshold - split.low)
    return sure + min(max(fewest, 0), split.count), sure + min(highest, split.count)


def linear_range(brackets: Sequence[Bracket], total: int, weights: Sequence[float]) -> Interval:
    """Smallest and largest weighted sum of the sorted values, lowest first: an integer program solved to the optimum.

    Quantiles, top shares and the Gini coefficient are all such sums. `weights` has one entry for each person.
    """
    closed = close_brackets(brackets, total)
    ends = [_solve(closed, total, sign * np.asarray(weights, dtype=float)) * sign for sign in (1, -1)]
    return Interval(min(ends), max(ends))


def _solve(closed: list[Bracket], total: int, weights: np.ndarray) -> float:
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import diags_array

    n = len(weights)
    rising = LinearConstraint(
        diags_array([np.full(n, -1.0), np.ones(n - 1)], offsets=[0, 1], shape=(n - 1, n)), 0, np.inf
    )
    low, high = (np.repeat([getattr(b, end) for b in closed], [b.count for b in closed]) for end in ("low", "high"))
    found = milp(
        weights,
        constraints=[LinearConstraint(np.ones((1, n)), total, total), *([rising] if n > 1 else [])],
        bounds=Bounds(low, high),
        integrality=np.ones(n),
        options={"mip_rel_gap": 0.0},
    )
    if found.status != 0:
        raise RuntimeError(f"the integer program was not solved: {found.message}")
    return float(weights @ np.round(found.x))


def distribution_ranges(
    brackets: Sequence[Bracket],
    total: int,
    quantiles: Sequence[float] = (0.25, 0.5, 0.75),
    tops: Sequence[float] = (0.1, 0.25),
) -> pd.DataFrame:
    """Bounds on quantiles, on the share held by the most active people, and on the Gini coefficient.

    Quantiles interpolate between neighbours as spreadsheets do (type 7 of R. J. Hyndman and Y. Fan, American
    Statistician 50, 1996, 361-365). A top share is that of the ceil(share x n) most active people. The Gini coefficient
    of sorted x is sum((2 i - n - 1) x_i) / (n total). Returns `statistic`, `low`, `high`.
    """
    n = sum(bracket.count for bracket in brackets)
    weights = {f"quantile {q:g}": _quantile_weights(n, q) for q in quantiles}
    weights |= {f"share of the top {top:.0%}": (np.arange(n) >= n - math.ceil(top * n - 1e-9)) / total for top in tops}
    weights["Gini coefficient"] = (2 * np.arange(1, n + 1) - n - 1) / (n * total)
    ranges = {name: linear_range(brackets, total, each) for name, each in weights.items()}
    rows = [("mean", total / n, total / n), *((name, each.low, each.high) for name, each in ranges.items())]
    return pd.DataFrame(rows, columns=["statistic", "low", "high"])


def _quantile_weights(n: int, q: float) -> np.ndarray:
    place = q * (n - 1)
    below = math.floor(place)
    weights = np.zeros(n)
    weights[below] = 1 - (place - below)
    weights[min(below + 1, n - 1)] += place - below
    return weights


def spread_range(brackets: Sequence[Bracket]) -> Interval:
    """Smallest and largest sample standard deviation of whole numbers in closed brackets, whatever their total.

    Largest: everybody at an end of the own bracket. Smallest: everybody as near as possible to one common value.
    Raises ValueError for an open bracket.
    """
    if any(b.high is None for b in brackets):
        raise ValueError("a bracket without an upper end has no largest spread")
    return Interval(_smallest_sd(brackets), _largest_sd(brackets))


def _smallest_sd(brackets: Sequence[Bracket]) -> float:
    counts = np.array([b.count for b in brackets])
    centres = np.arange(min(b.low for b in brackets), max(b.high for b in brackets) + 1)[:, None]
    nearest = np.clip(centres, [b.low for b in brackets], [b.high for b in brackets])
    return float(np.min(_sd_of(nearest, counts)))


def _largest_sd(brackets: Sequence[Bracket]) -> float:
    choices = np.array(list(product(*(range(b.count + 1) for b in brackets))))
    values = np.array([end for b in brackets for end in (b.low, b.high)])
    counts = np.stack([choices, [b.count for b in brackets] - choices], axis=2).reshape(len(choices), -1)
    return float(np.max(_sd_of(values[None, :], counts)))


def _sd_of(values: np.ndarray, counts: np.ndarray) -> np.ndarray:
    n = counts.sum(axis=-1)
    mean = (values * counts).sum(axis=-1) / n
    return np.sqrt((counts * (values - mean[:, None]) ** 2).sum(axis=-1) / (n - 1))
