"""Two means on a scale of whole numbers, before and after: what every set of answers behind them must show.

Write D for the sum of all changes, A for the sum of the gains and B for the sum of the losses, so that D = A - B.
A person who gains d starts between the lowest point and the highest less d; one who loses m starts at least m above
the lowest. The sum of the answers before can then take every whole value from n low + B to n high - A and no other.
So what the two means allow is a limit on B for each D, and the ranges below follow from D and B alone, exactly.
"""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.quantities import Interval


@dataclass(frozen=True)
class Scale:
    """The points of an answer scale, whole numbers from `low` to `high`; `high` None where there is no upper end."""

    low: int
    high: int | None


@dataclass(frozen=True)
class Reading:
    """One way to read two printed means: how many people, and which sums of their answers the print allows."""

    label: str
    n: int
    before: range
    after: range


@dataclass(frozen=True)
class Change:
    """One possible sum of all changes, with the limits it sets on the sum of the losses."""

    total: int
    fewest_losses: int
    most_losses: int


def totals(mean: Interval, n: int, above: float = -math.inf, below: float = math.inf) -> range:
    """The sums of n whole answers whose mean lies in `mean`, and strictly above and below the limits given.

    >>> totals(Interval(4.5, 5.5), 3, below=5.3)
    range(14, 16)
    """
    slack = 1e-9  # the ends of a rounding interval are decimals that binary numbers miss by less than this
    low = max(math.ceil(mean.low * n - slack), _next_above(above * n, slack))
    high = min(math.floor(mean.high * n + slack), -_next_above(-below * n, slack))
    return range(int(low), int(high) + 1)


def paired_ranges(reading: Reading, scale: Scale) -> pd.DataFrame:
    """The smallest and largest value of each statistic over every set of answers the reading allows.

    Returns one row for each statistic with `low`, `high`: mean change, shares improved and worse, their difference,
    standard deviations, d_z (mean change / sd of changes), d_av (mean change / mean of the two sds; D. Lakens,
    Frontiers in Psychology 4:863, 2013), and two-sided p-values of the paired t-test and of the sign test. All are
    exact. An sd of zero makes a standardised change infinite; where nothing changed either, it is undefined, and answers
    for which it is are left out of its range (NaN if there are no others). Raises ValueError if no answers fit the reading.
    """
    changes, width = possible_changes(reading, scale), steps(reading, scale)
    rows = {
        "mean change": _ends([change.total / reading.n for change in changes]),
        **_direction_ranges(changes, reading.n, width),
        **_deviation_ranges(reading, scale, width),
        **_t_ranges(changes, reading.n, width),
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=["low", "high"]).rename_axis("statistic")


def steps(reading: Reading, scale: Scale) -> int:
    """The largest change one person can make on the scale under this reading."""
    if scale.high is not None:
        return scale.high - scale.low
    # Without an upper end one person could hold everything above the lowest point.
    return max(0, *reading.before[-1:], *reading.after[-1:]) - reading.n * scale.low


def possible_changes(reading: Reading, scale: Scale) -> list[Change]:
    """Every sum of changes the reading allows; raises ValueError if there is none."""
    width, floor = steps(reading, scale), reading.n * scale.low
    changes = []
    if len(reading.before) and len(reading.after):
        sums = range(reading.after[0] - reading.before[-1], reading.after[-1] - reading.before[0] + 1)
        changes = [change for each in sums if (change := _change(each, reading, width, floor))]
    if not changes:
        raise ValueError(f"no {reading.n} answers on this scale give the means of the reading '{reading.label}'")
    return changes


def _change(total: int, reading: Reading, width: int, floor: int) -> Change | None:
    ceiling = floor + reading.n * width
    low = max(reading.before[0], reading.after[0] - total, floor, floor - total)
    high = min(reading.before[-1], reading.after[-1] - total, ceiling, ceiling - total)
    fewest, most = max(0, -total), min(high - floor, ceiling - low - total)
    return Change(total, fewest, most) if low <= high and fewest <= most else None


def _directions(changes: list[Change], n: int, width: int) -> np.ndarray:
    """Which numbers of people improved (first axis) and worse (second axis) are possible: (n + 1) x (n + 1) booleans."""
    improved, worse = np.ogrid[: n + 1, : n + 1]
    possible = np.zeros((n + 1, n + 1), dtype=bool)
    for change in changes:
        least = np.maximum(np.maximum(worse, improved - change.total), change.fewest_losses)
        most = np.minimum(np.minimum(width * worse, width * improved - change.total), change.most_losses)
        possible |= least <= most
    return possible & (improved + worse <= n)


def _direction_ranges(changes: list[Change], n: int, width: int) -> dict[str, tuple[float, float]]:
    improved, worse = np.nonzero(_directions(changes, n, width))
    return {
        "share improved": _ends(improved / n),
        "share worse": _ends(worse / n),
        "share improved less share worse": _ends((improved - worse) / n),
        "p-value of the sign test": _ends(_sign_test(improved, worse)),
    }


def _sign_test(improved: np.ndarray, worse: np.ndarray) -> np.ndarray:
    from scipy.stats import binom

    changed = improved + worse
    return np.minimum(1.0, 2 * binom.cdf(np.minimum(improved, worse), changed, 0.5))


def _on_scale(sums: range, n: int, scale: Scale) -> np.ndarray:
    """The sums that n answers on the scale can have; a rounding interval may reach beyond its ends."""
    found = np.array(sums)
    return found[(found >= n * scale.low) & (found <= (np.inf if scale.high is None else n * scale.high))]


def _deviation_ranges(reading: Reading, scale: Scale, width: int) -> dict[str, tuple[float, float]]:
    n = reading.n
    before, after = _on_scale(reading.before, n, scale)[:, None], _on_scale(reading.after, n, scale)[None, :]
    smallest, largest = (
        [bound(x - n * scale.low, n, width) for x in (before, after)] for bound in (_least_sd, _most_sd)
    )
    change = (after - before) / n
    with np.errstate(divide="ignore", invalid="ignore"):
        extremes = [change / ((sds[0] + sds[1]) / 2) for sds in (smallest, largest)]
    return {
        "sd before": (float(np.min(smallest[0])), float(np.max(largest[0]))),
        "sd after": (float(np.min(smallest[1])), float(np.max(largest[1]))),
        "d_av": _ends(np.concatenate(extremes)),
    }


def _least_sd(excess: np.ndarray, n: int, width: int) -> np.ndarray:
    return _sd(excess, _even_squares(excess, n), n)


def _most_sd(excess: np.ndarray, n: int, width: int) -> np.ndarray:
    return _sd(excess, _extreme_squares(excess, width), n)


def _sd(total: np.ndarray, squares: np.ndarray, n: int) -> np.ndarray:
    # In whole numbers until the last step, so that equal answers give a deviation of exactly zero.
    return np.sqrt((n * squares - total**2) / (n * (n - 1)))


def _even_squares(total: np.ndarray, n: int) -> np.ndarray:
    """Sum of squares of n whole numbers with this sum, as equal as they can be."""
    each, left = np.divmod(total, n)
    return (n - left) * each**2 + left * (each + 1) ** 2


def _extreme_squares(total: np.ndarray, width: int) -> np.ndarray:
    """Sum of squares of whole numbers from 0 to `width` with this sum, as unequal as they can be."""
    if width == 0:
        return total * 0
    full, left = np.divmod(total, width)
    return full * width**2 + left**2


def _t_ranges(changes: list[Change], n: int, width: int) -> dict[str, tuple[float, float]]:
    from scipy.special import stdtr

    d_z = np.array([_d_z_ends(change, n, width) for change in changes])
    with np.errstate(invalid="ignore"):
        p = 2 * stdtr(n - 1, -np.abs(d_z) * math.sqrt(n))
    return {"d_z": _ends(d_z), "p-value of the t-test": _ends(p)}


def _d_z_ends(change: Change, n: int, width: int) -> tuple[float, float]:
    losses = np.arange(change.fewest_losses, change.most_losses + 1)
    gains = losses + change.total
    people = -(-gains // max(width, 1)) + -(-losses // max(width, 1))
    squares = (_extreme_squares(gains, width) + _extreme_squares(losses, width))[people <= n]
    return tuple(_d_z(change.total, int(each), n) for each in (_even_squares(change.total, n), squares.max()))  # type: ignore[return-value]


def _d_z(total: int, squares: int, n: int) -> float:
    spread = n * squares - total**2
    if spread == 0:
        return math.copysign(math.inf, total) if total else math.nan
    return total / n / math.sqrt(spread / (n * (n - 1)))


def _ends(values: object) -> tuple[float, float]:
    """The least and the greatest of the values that are defined; NaN where none is."""
    array = np.asarray(values, dtype=float)
    known = array[~np.isnan(array)]
    return (float(known.min()), float(known.max())) if known.size else (math.nan, math.nan)


def _next_above(limit: float, slack: float) -> float:
    return limit if math.isinf(limit) else math.floor(limit + slack) + 1
