"""What a printed paired test says: t, p-value and interval of a mean change, each as every value of |t| that prints so.

With D the mean change of n people, s the standard deviation of their changes and q the quantile of t with n - 1 degrees of freedom:

    t = D sqrt(n) / s        p = 2 P(T > |t|)        interval = D - q s / sqrt(n) to D + q s / sqrt(n)

so that each of the three gives |t|, and |t| gives s, d_z = |t| / sqrt(n) and, with the two printed standard deviations, the
correlation of the answers, r = (s_b^2 + s_a^2 - s^2) / (2 s_b s_a).
"""

import math
from collections.abc import Iterable

from analysis.quantities import Interval
from analysis.questionnaire.spread import Moments


def size_of(number: Interval) -> Interval:
    """The absolute value of a number in an interval.

    >>> size_of(Interval(-2, 1)).low, size_of(Interval(-2, 1)).high
    (0.0, 2)
    """
    least = 0.0 if number.low <= 0 <= number.high else min(abs(number.low), abs(number.high))
    return Interval(least, max(abs(number.low), abs(number.high)))


def t_of_p(p: Interval, n: int) -> Interval:
    """The size of t of n people behind a two-sided p-value; without an upper end where p may be zero.

    >>> found = t_of_p(Interval(0.05, 0.05), 10)
    >>> round(found.low, 3), round(found.high, 3)
    (2.262, 2.262)
    """
    from scipy.stats import t

    most = math.inf if p.low <= 0 else float(t.isf(p.low / 2, n - 1))
    return Interval(float(t.isf(min(p.high, 1.0) / 2, n - 1)), most)


def t_of_interval(ends: tuple[Interval, Interval], n: int, level: float) -> Interval:
    """The size of t behind the interval of a mean change: its middle over its half width, times the quantile of t."""
    from scipy.stats import t

    low, high = ends
    half, middle = (high - low) / 2, size_of((high + low) / 2)
    quantile = float(t.isf((1 - level) / 2, n - 1))
    most = math.inf if half.low <= 0 else middle.high * quantile / half.low
    return Interval(middle.low * quantile / half.high if half.high > 0 else math.inf, most)


def common(found: Iterable[Interval]) -> Interval | None:
    """What all intervals share; None where they share nothing."""
    listed = list(found)
    low, high = max(each.low for each in listed), min(each.high for each in listed)
    return Interval(low, high) if low <= high else None


def spread_of_change(change: Interval, t: Interval, n: int) -> Interval:
    """The standard deviation of the changes: |D| sqrt(n) / |t|."""
    size = size_of(change)
    low = size.low * math.sqrt(n) / t.high if t.high > 0 else math.inf
    return Interval(low, size.high * math.sqrt(n) / t.low if t.low > 0 else math.inf)


def correlation(before: Moments, after: Moments, spread: Interval) -> Interval | None:
    """The correlation of answers before and after, within -1 and 1, at least as wide as can be; None if none can be."""
    if min(before.sd.low, after.sd.low) <= 0:
        return Interval(-1.0, 1.0)
    corners = [(b, a) for b in (before.sd.low, before.sd.high) for a in (after.sd.low, after.sd.high)]
    most = max((b**2 + a**2 - spread.low**2) / (2 * b * a) for b, a in corners)
    if math.isinf(spread.high):
        return common([Interval(-1.0, 1.0), Interval(min(-1.0, most), most)])
    # Along an edge r is least at a corner, or where one deviation squared is the other's squared less s squared.
    turns = [(_leg(a, spread.high, before.sd), a) for a in (after.sd.low, after.sd.high)]
    turns += [(b, _leg(b, spread.high, after.sd)) for b in (before.sd.low, before.sd.high)]
    least = min((b**2 + a**2 - spread.high**2) / (2 * b * a) for b, a in (*corners, *turns))
    return common([Interval(-1.0, 1.0), Interval(least, most)])


def _leg(other: float, spread: float, within: Interval) -> float:
    """sqrt(other squared - spread squared), moved to the nearest end of an interval where it lies outside of it."""
    return min(max(math.sqrt(max(0.0, other**2 - spread**2)), within.low), within.high)
