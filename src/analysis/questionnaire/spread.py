"""What printed means with standard deviations say: whether they can be, the standardised change, the paired test."""

import math
from dataclasses import dataclass

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
