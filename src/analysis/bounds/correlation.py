"""What a printed R² of one outcome on one predictor says, and what it leaves open.

R² hides the sign of the slope. Everything below is therefore given for the positive sign; the other sign mirrors it.
With one predictor: standardised slope = r = sqrt(R²); t = r sqrt((n - 2) / (1 - R²)); F = t².
"""

import math
from collections.abc import Iterable

import numpy as np
import pandas as pd

from analysis.bounds.intervals import fisher_interval
from analysis.bounds.r_squared import r_squared_interval
from analysis.quantities import Interval


def regressions_with(r_squared: Interval, sizes: Iterable[int], level: float = 0.95) -> pd.DataFrame:
    """One row for each sample size: what any regression with a printed R² must show, rounding of R² included.

    Columns in pairs `_low`, `_high`: `slope` (standardised, sign unknown), `f`, `t` (absolute), `p` (two-sided),
    `rho` (interval for the correlation by Fisher's z), `population_random` and `population_fixed` (intervals for the
    population R² with random and fixed regressors). The last three cover the confidence intervals of every R² that is
    printed so; they are estimates from a sample, and no records rule the rest out. Those of the population R² are NaN where
    even without any relation so small an R² is rarer than they allow for: they would have no width. What a rounding interval
    holds beyond 0 to 1 is cut off. Raises ValueError for a size below 4 or an R² of which nothing lies there.
    """
    sizes, share = list(sizes), as_share(r_squared)
    if min(sizes) < 4:
        raise ValueError("at least 4 people are needed")
    rows = [_row(share, n, level) for n in sizes]
    return pd.DataFrame(rows, index=pd.Index(sizes, name="n"))


def as_share(r_squared: Interval) -> Interval:
    """The part of a rounding interval that can be an R²; raises ValueError if none can.

    >>> as_share(Interval(-0.005, 0.005))
    Interval(low=0.0, high=0.005)
    """
    low, high = max(0.0, r_squared.low), min(1.0, r_squared.high)
    if low > high:
        raise ValueError(f"R² lies between 0 and 1, not from {r_squared.low} to {r_squared.high}")
    return Interval(low, high)


def _row(r_squared: Interval, n: int, level: float) -> dict[str, float]:
    ends = (r_squared.low, r_squared.high)
    t = [t_statistic(r2, n) for r2 in ends]
    rho = [fisher_interval(math.sqrt(r2), n, level) for r2 in ends]
    pairs = {
        "slope": tuple(math.sqrt(r2) for r2 in ends),
        "f": tuple(value**2 for value in t),
        "t": tuple(t),
        "p": (two_sided(t[1], n - 2), two_sided(t[0], n - 2)),
        "rho": (rho[0].low, rho[1].high),
        "population_random": _population(ends, n, level, random=True),
        "population_fixed": _population(ends, n, level, random=False),
    }
    return {
        f"{name}_{end}": value for name, pair in pairs.items() for end, value in zip(("low", "high"), pair, strict=True)
    }


def t_statistic(r_squared: float, n: int) -> float:
    """Absolute t of the slope: sqrt(R² (n - 2) / (1 - R²)).

    >>> t_statistic(0.5, 11)
    3.0
    """
    return math.inf if r_squared == 1 else math.sqrt(r_squared * (n - 2) / (1 - r_squared))


def smallest_significant_size(r_squared: float, alpha: float = 0.05, largest: int = 1_000_000) -> int | None:
    """The smallest number of people with whom this R² differs from 0 at level `alpha`; None above `largest`."""
    low, high = 2, largest
    if two_sided(t_statistic(r_squared, high), high - 2) >= alpha:
        return None
    while high - low > 1:
        middle = (low + high) // 2
        significant = two_sided(t_statistic(r_squared, middle), middle - 2) < alpha
        low, high = (low, middle) if significant else (middle, high)
    return high


def significant_sizes(r_squared: Interval, alpha: float = 0.05) -> tuple[int | None, int | None]:
    """From how many people on a printed R² may differ from 0 at level `alpha`, and from how many it must.

    The first belongs to the largest R² printed so, the second to the smallest; None where no number is enough.

    >>> significant_sizes(Interval(0.04385, 0.04395))
    (88, 89)
    """
    share = as_share(r_squared)
    return smallest_significant_size(share.high, alpha), smallest_significant_size(share.low, alpha)


def raw_slopes(r_squared: Interval, sd_outcome: Interval, sd_predictor: Interval) -> Interval:
    """Every slope in the outcome's units per unit of the predictor: ± r sd(outcome) / sd(predictor).

    The two standard deviations are ranges (for example from `brackets.spread_range`); both signs are possible.
    """
    if sd_predictor.low <= 0:
        return Interval(-math.inf, math.inf)
    steepest = math.sqrt(r_squared.high) * sd_outcome.high / sd_predictor.low
    return Interval(-steepest, steepest)


def _population(ends: tuple[float, float], n: int, level: float, random: bool) -> tuple[float, float]:
    low, high = (Interval(1, 1) if end == 1 else r_squared_interval(end, n, level=level, random=random) for end in ends)
    return (low.low, high.high) if high.high > 0 else (math.nan, math.nan)


def two_sided(t: float, df: int) -> float:
    """Two-sided p-value of a t statistic."""
    from scipy.special import stdtr

    return float(2 * stdtr(df, -np.abs(t)))
