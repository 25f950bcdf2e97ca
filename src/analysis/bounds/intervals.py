"""Interval estimates that need no records, only counts or a coefficient, and that several modules share."""

import math

import numpy as np

from analysis.quantities import Interval


def independent_difference(count: int, size: int, other: int, other_size: int, level: float = 0.95) -> Interval:
    """Interval for the difference of two independent shares from the two Wilson intervals (Newcombe 1998, method 10)."""
    one, two = wilson(count, size, level), wilson(other, other_size, level)
    share, share_two = count / size, other / other_size
    difference = share - share_two
    return Interval(
        difference - math.hypot(share - one.low, two.high - share_two),
        difference + math.hypot(one.high - share, share_two - two.low),
    )


MOST_UNDEFINED = 0.05  # of the resamples; an interval from fewer than the rest would hide how little the data say


def defined(resampled: np.ndarray) -> np.ndarray:
    """The values of a statistic over resamples that are defined; none where more than a few are not.

    >>> defined(np.array([1.0, np.nan])).size, defined(np.append(np.arange(99.0), np.nan)).size
    (0, 99)
    """
    known = resampled[np.isfinite(resampled)]
    return known if len(known) >= (1 - MOST_UNDEFINED) * len(resampled) else known[:0]


def wilson(count: int, size: int, level: float = 0.95) -> Interval:
    """Score interval for a share (E. B. Wilson, JASA 22, 1927, 209-212).

    centre (p + z²/2n) / (1 + z²/n), half width z sqrt(p(1-p)/n + z²/4n²) / (1 + z²/n). Raises ValueError for size 0.
    """
    from scipy.special import ndtri

    if not 0 <= count <= size or size == 0:
        raise ValueError(f"{count} of {size} people is no share")
    z2, share = float(ndtri((1 + level) / 2)) ** 2, count / size
    centre, half = share + z2 / (2 * size), math.sqrt(z2 * (share * (1 - share) + z2 / (4 * size)) / size)
    low, high = (centre - half) / (1 + z2 / size), (centre + half) / (1 + z2 / size)
    return Interval(0.0 if count == 0 else low, 1.0 if count == size else high)


def fisher_interval(r: float, n: int, level: float = 0.95) -> Interval:
    """Confidence interval for a correlation: tanh(atanh r ± z / sqrt(n - 3)) (R. A. Fisher, Metron 1, 1921).

    A correlation of exactly 1 or -1 leaves no other, as the limit of the formula.
    """
    from scipy.special import ndtri

    if abs(r) == 1:
        return Interval(r, r)
    half = float(ndtri((1 + level) / 2)) / math.sqrt(n - 3)
    return Interval(math.tanh(math.atanh(r) - half), math.tanh(math.atanh(r) + half))


def jackknife_t(whole: float, left_out: np.ndarray, level: float = 0.95) -> Interval:
    """Interval for a coefficient of at most 1, such as an agreement, from its values with each cluster left out.

    t(k - 1) on log(1 - coefficient), with the jackknife's standard error sqrt((k - 1)/k sum of squared distances from
    the mean of the k values). Infinite where a value is 1 or undefined, or where there are fewer than two clusters: then
    it has no answer. At few clusters it covers better than the percentile bootstrap (docs/coverage.md).
    """
    from scipy.special import stdtrit

    values, k = np.append(left_out, whole), len(left_out)
    if k < 2 or not np.isfinite(values).all() or values.max() > 1 - 1e-12:
        return Interval(-math.inf, math.inf)
    logs = np.log(1 - left_out)
    error = math.sqrt((k - 1) / k * float(((logs - logs.mean()) ** 2).sum()))
    half, centre = float(stdtrit(k - 1, (1 + level) / 2)) * error, math.log(1 - whole)
    return Interval(1 - math.exp(centre + half), 1 - math.exp(centre - half))


def squared_correlation(x: np.ndarray, y: np.ndarray, level: float = 0.95) -> Interval:
    """Interval for R² of a straight line, from the correlations of x and y (a value for each person) without one person.

    t(n - 1) on Fisher's z with the jackknife's standard error, squared: from 0 where the correlation may have either sign.
    It supposes neither normal answers nor a spread that is the same everywhere (docs/coverage.md). 0 to 1 where without
    one person there is no correlation, or one of 1 or -1.
    """
    from scipy.special import stdtrit

    centre, error = jackknife_z(x, y)
    if math.isnan(error):
        return Interval(0.0, 1.0)
    half = float(stdtrit(len(x) - 1, (1 + level) / 2)) * error
    ends = math.tanh(centre - half), math.tanh(centre + half)
    squares = sorted(end**2 for end in ends)
    return Interval(0.0 if ends[0] <= 0 <= ends[1] else squares[0], squares[1])


def jackknife_z(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Fisher's z of the correlation of x and y, and its jackknife standard error; NaN as `squared_correlation` says."""
    n, left_out = len(x), without_one(x, y)
    if not (np.abs(left_out) < 1 - 1e-12).all():
        return math.nan, math.nan
    z = np.arctanh(left_out)
    error = math.sqrt((n - 1) / n * float(((z - z.mean()) ** 2).sum()))
    return math.atanh(float(np.corrcoef(x, y)[0, 1])), error


def without_one(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The correlation of x and y with each person left out; NaN where either then has no spread."""
    n, x, y = len(x), x - x.mean(), y - y.mean()
    a, b, aa, bb, ab = ((each.sum() - each) / (n - 1) for each in (x, y, x * x, y * y, x * y))
    spreads = (aa - a * a) * (bb - b * b)
    spreads[spreads <= 1e-12 * (aa * bb).max()] = math.nan
    return (ab - a * b) / np.sqrt(spreads)
