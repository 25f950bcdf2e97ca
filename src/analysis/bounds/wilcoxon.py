"""The range of Wilcoxon signed-rank p-values that two printed means allow, found by search.

The statistic depends on the whole list of changes, so no formula gives its range. The search goes through every set
of answers whose changes take at most three different values. Each p-value it returns belongs to answers that fit the
print, so the true range is at least this wide; that it is no wider is not proved.
"""

from itertools import combinations

import numpy as np

from analysis.bounds.paired import Change, Reading, Scale, possible_changes, steps
from analysis.quantities import Interval

WIDEST = 20  # points; on a longer scale the search would take minutes


def wilcoxon_range(reading: Reading, scale: Scale) -> Interval:
    """Smallest and largest two-sided p-value found (zeros dropped, normal approximation with correction for ties).

    Raises ValueError for a scale without an upper end or wider than `WIDEST`, and if no answers fit the reading.
    """
    width = steps(reading, scale)
    if scale.high is None or width > WIDEST:
        raise ValueError(f"the search needs a scale of at most {WIDEST} steps")
    changes = possible_changes(reading, scale)
    p = np.concatenate([signed_rank_p(_histograms(change, reading.n, width), width) for change in changes])
    return Interval(float(p.min()), float(p.max()))


def signed_rank_p(histograms: np.ndarray, width: int) -> np.ndarray:
    """p-value of each row of counts of the changes -width ... width; zeros dropped, ties corrected, no continuity term.

    z = (sum of signed ranks) / sqrt(sum of squared ranks) with mean ranks for ties (J. W. Pratt, JASA 54, 1959, 655-667).
    """
    from scipy.special import ndtr

    gains, losses = histograms[:, width + 1 :], histograms[:, width - 1 :: -1] if width else histograms[:, :0]
    tied = gains + losses
    ranks = np.cumsum(tied, axis=1) - (tied - 1) / 2
    signed, squares = ((gains - losses) * ranks).sum(axis=1), (tied * ranks**2).sum(axis=1)
    z = np.divide(signed, np.sqrt(squares), out=np.zeros(len(signed)), where=squares > 0)
    return 2 * ndtr(-np.abs(z))


def _histograms(change: Change, n: int, width: int) -> np.ndarray:
    values = np.arange(-width, width + 1)
    triples = np.array(list(combinations(range(len(values)), 3)))
    which, counts = _counts(values[triples], change.total, n)
    histograms = np.zeros((len(which), len(values)), dtype=np.int64)
    np.put_along_axis(histograms, triples[which], counts, axis=1)
    losses = histograms[:, :width] @ -values[:width]
    return histograms[(losses >= change.fewest_losses) & (losses <= change.most_losses)]


def _counts(values: np.ndarray, total: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Every way in which n people can have the total with the changes of a triple: the triple's place, and three counts."""
    low, middle, high = (values[:, [column]] for column in range(3))
    first = np.arange(n + 1)[None, :]
    third, left = np.divmod(total - low * first - middle * (n - first), high - middle)
    second = n - first - third
    which, first_count = np.nonzero((left == 0) & (second >= 0) & (third >= 0))
    return which, np.column_stack([first_count, second[which, first_count], third[which, first_count]])
