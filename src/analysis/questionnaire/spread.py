"""What printed means with standard deviations say: whether they can be, the standardised change, the paired test."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.quantities import Interval


@dataclass(frozen=True)
class Moments:
    """A printed mean and standard deviation (divisor n - 1), each as the interval that prints so."""

    mean: Interval
    sd: Interval


def most_sd(mean: Interval, n: int, low: float, high: float) -> float:
    """The greatest standard deviation that n scores from `low` to `high` with a mean in the interval can have.

    sqrt((mean - low) (high - mean) n / (n - 1)), which half of them at each end come near (Bhatia and Davis 2000, The
    American Mathematical Monthly 107:353).

    >>> most_sd(Interval(5, 5), 2, 0, 10) ** 2
    50.0
    """
    middle = min(max((low + high) / 2, mean.low), mean.high)
    return math.sqrt(max(0.0, (middle - low) * (high - middle)) * n / (n - 1))


def answers_that_fit(moments: Moments, n: int, low: int, high: int) -> pd.DataFrame:
    """How many of n people can have given each whole answer from `low` to `high` (index): columns least, most.

    Over every set of answers with a mean and a standard deviation that print so: integer programs over the numbers of people, one for
    each sum of answers. What SPRITE looks for one set at a time (J. A. J. Heathers and others, PeerJ Preprints 6, 2018,
    e26968), with its ends exact. Raises ValueError if no answers fit.
    """
    points, found = np.arange(low, high + 1), np.tile([n + 1, -1], (high - low + 1, 1))
    for total in range(math.ceil(n * moments.mean.low - _EXACT), math.floor(n * moments.mean.high + _EXACT) + 1):
        _widen(found, points, n, total, moments.sd)
    if found[0, 1] < 0:
        raise ValueError(f"no {n} whole answers from {low} to {high} have this mean and standard deviation")
    return pd.DataFrame(found, columns=["least", "most"], index=pd.Index(points, name="answer"))


_EXACT = 1e-9


def _widen(found: np.ndarray, points: np.ndarray, n: int, total: int, sd: Interval) -> None:
    """Widen the least and greatest numbers of people at each point by those of the sets with this sum, if there are any."""
    from scipy.optimize import LinearConstraint, milp

    low, high = ((n - 1) * end**2 + total**2 / n for end in (sd.low, sd.high))
    given = np.vstack([np.ones(len(points)), points, points**2])
    within = LinearConstraint(given, [n, total, low - _EXACT], [n, total, high + _EXACT])
    for place, target in enumerate(np.eye(len(points))):
        for end, sign in ((0, 1), (1, -1)):
            if end == 0 and found[place, 0] == 0:
                continue  # fewer than nobody there cannot be
            done = milp(sign * target, constraints=within, integrality=np.ones(len(points)))
            if done.x is None:
                return
            people = round(float(done.x[place]))
            found[place, end] = min(found[place, end], people) if end == 0 else max(found[place, end], people)


def standardised(before: Moments, after: Moments) -> Interval:
    """d_av: the change over the mean of the two standard deviations (Lakens 2013), over the rounding of all four.

    >>> found = standardised(Moments(Interval(4, 4), Interval(2, 2)), Moments(Interval(5, 5), Interval(2, 2)))
    >>> (found.low, found.high)
    (0.5, 0.5)
    """
    changes = (after.mean.low - before.mean.high, after.mean.high - before.mean.low)
    spreads = ((before.sd.low + after.sd.low) / 2, (before.sd.high + after.sd.high) / 2)
    ends = [
        change / spread if spread > 0 else math.copysign(math.inf, change) for change in changes for spread in spreads
    ]
    return Interval(min(ends), max(ends))


def paired_t(before: Moments, after: Moments, n: int) -> Interval:
    """The size of t of the paired test, over every correlation of the two answers from -1 to 1 and all roundings.

    The standard deviation of the changes is at least |sd after - sd before| and at most their sum.

    >>> found = paired_t(Moments(Interval(4, 4), Interval(3, 3)), Moments(Interval(5, 5), Interval(1, 1)), 16)
    >>> (found.low, found.high)
    (1.0, 2.0)
    """
    low, high = after.mean.low - before.mean.high, after.mean.high - before.mean.low
    sizes = (0.0 if low <= 0 <= high else min(abs(low), abs(high)), max(abs(low), abs(high)))
    gap = max(0.0, after.sd.low - before.sd.high, before.sd.low - after.sd.high)
    widest = before.sd.high + after.sd.high
    return Interval(
        sizes[0] * math.sqrt(n) / widest if widest else 0.0, sizes[1] * math.sqrt(n) / gap if gap else math.inf
    )
