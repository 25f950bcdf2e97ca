"""Paired shares and square tables: intervals for their difference and tests of no change."""

import math
from dataclasses import dataclass

import numpy as np

from analysis.bounds.intervals import wilson
from analysis.quantities import Interval


@dataclass(frozen=True)
class Test:
    """A test statistic with its degrees of freedom and p-value; NaN where there was nothing to test."""

    __test__ = False  # not a test class, whatever pytest may think of its name

    statistic: float
    df: int
    p: float


def tango_interval(gained: int, lost: int, n: int, level: float = 0.95) -> Interval:
    """Score interval for (gained - lost) / n, the difference of two paired shares (T. Tango, Stat. Med. 17, 1998, 891-908).

    `gained` people have only the second trait (or improved), `lost` only the first (or got worse), the rest of the n both
    or neither. The ends solve (gained - lost - n d) = ± z sqrt(n (2 q + d (1 - d))), with q the share lost that is most
    likely given d. Raises ValueError if the counts exceed n.
    """
    from scipy.special import ndtri

    if n < 1 or min(gained, lost) < 0 or gained + lost > n:
        raise ValueError(f"{gained} and {lost} of {n} people make no paired shares")
    z = float(ndtri((1 + level) / 2))
    return Interval(-_tango_end(lost, gained, n, z), _tango_end(gained, lost, n, z))


def _tango_end(gained: int, lost: int, n: int, z: float) -> float:
    """The upper end; the lower end is the upper end of the mirrored table with its sign changed."""
    from scipy.optimize import brentq

    if gained == n:
        return 1.0
    start = (gained - lost) / n + 1e-9  # at the estimate itself the deviation may vanish, which is no end

    def excess(difference: float) -> float:
        return n * difference - gained + lost - z * _tango_sd(gained, lost, n, difference)

    return float(brentq(excess, start, 1.0, xtol=1e-14))


def _tango_sd(gained: int, lost: int, n: int, difference: float) -> float:
    b = -gained - lost + (2 * n - gained + lost) * difference
    c = -lost * difference * (1 - difference)
    q = (math.sqrt(max(b * b - 8 * n * c, 0.0)) - b) / (4 * n)
    return math.sqrt(max(n * (2 * q + difference * (1 - difference)), 0.0))


def newcombe_paired_interval(
    both: int, only_first: int, only_second: int, neither: int, level: float = 0.95
) -> Interval:
    """Interval for share with the first trait less share with the second, from their Wilson intervals and correlation.

    Square-and-add, method 10 of R. G. Newcombe, Statistics in Medicine 17 (1998) 2635-2650; phi is corrected for
    continuity when positive. Raises ValueError without people.
    """
    n = both + only_first + only_second + neither
    first, second = both + only_first, both + only_second
    one, two = wilson(first, n, level), wilson(second, n, level)
    phi, share, share_two = _phi(both, only_first, only_second, neither), first / n, second / n
    low = _square_and_add(share - one.low, two.high - share_two, phi)
    high = _square_and_add(one.high - share, share_two - two.low, phi)
    return Interval(max(share - share_two - low, -1.0), min(share - share_two + high, 1.0))


def _phi(a: int, b: int, c: int, d: int) -> float:
    margins = (a + b) * (c + d) * (a + c) * (b + d)
    if margins == 0:
        return 0.0
    cross = a * d - b * c
    corrected = max(cross - (a + b + c + d) / 2, 0) if cross > 0 else cross
    return corrected / math.sqrt(margins)


def _square_and_add(one: float, two: float, phi: float) -> float:
    return math.sqrt(max(one * one - 2 * phi * one * two + two * two, 0.0))


def mcnemar_exact(gained: int, lost: int) -> float:
    """Exact two-sided p-value that gains and losses are equally likely: twice the smaller binomial tail, at most 1.

    >>> mcnemar_exact(1, 5)
    0.21875
    """
    return min(1.0, 2 * _fair_coins(gained + lost, min(gained, lost)))


def mcnemar_mid_p(gained: int, lost: int) -> float:
    """The same with half the probability of the observed table (M. W. Fagerland and others, BMC Med. Res. Meth. 13:91, 2013)."""
    n, fewer = gained + lost, min(gained, lost)
    of_this = math.comb(n, fewer) / 2**n
    return 1.0 - of_this / 2 if gained == lost else 2 * _fair_coins(n, fewer) - of_this


def _fair_coins(n: int, most: int) -> float:
    """Probability that of n fair coins at most so many show heads, in whole numbers up to the one division."""
    ways = total = 1
    for heads in range(most):
        ways = ways * (n - heads) // (heads + 1)
        total += ways
    return total / 2**n


def stuart_maxwell(table: np.ndarray) -> Test:
    """Test that the answers before and after have the same distribution, from a square table (k x k counts).

    d' S^-1 d with d the differences of the margins and S their covariance when there is no change; chi-squared with one
    degree of freedom less than there are categories with any change (A. Stuart, Biometrika 42, 1955, 412-416;
    A. E. Maxwell, British J. Psychiatry 116, 1970, 651-655).
    """
    from scipy.special import chdtrc

    counts = np.asarray(table, dtype=float)
    moved = counts - np.diag(np.diag(counts))
    difference, scale = moved.sum(axis=1) - moved.sum(axis=0), moved.sum(axis=1) + moved.sum(axis=0)
    covariance = np.diag(scale) - moved - moved.T
    df = int(np.linalg.matrix_rank(covariance))
    if df == 0:
        return Test(math.nan, 0, math.nan)
    # The generalised inverse drops one redundant category from each set of categories that people moved within.
    statistic = float(difference @ np.linalg.pinv(covariance, hermitian=True) @ difference)
    return Test(statistic, df, float(chdtrc(df, statistic)))
