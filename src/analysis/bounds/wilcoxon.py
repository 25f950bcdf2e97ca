"""The range of Wilcoxon signed-rank p-values that two printed means allow, found by search.

The statistic depends on the whole list of changes, so no formula gives its range. The search goes through every set
of answers whose changes take at most three different values, and goes on from the least and the greatest p-value by
moving one or two people by one point as long as that leads further. Each p-value it returns belongs to answers that fit
the print, so the true range is at least this wide; that it is no wider is not proved.
"""

from collections.abc import Mapping
from itertools import combinations

import numpy as np

from analysis.bounds.paired import Change, Reading, Scale, possible_changes, steps
from analysis.quantities import Interval

_STEP = 1e-12  # of a p-value: less is no step further
_STARTS = 10  # from which the search goes on at either end
WIDEST = 20  # points; on a longer scale the search would take minutes


def wilcoxon_range(reading: Reading, scale: Scale) -> Interval:
    """Smallest and largest two-sided p-value found (zeros dropped, normal approximation with correction for ties).

    The true range is at least this wide. Raises ValueError for a scale without an upper end or wider than `WIDEST`, and
    if no answers fit the reading.
    """
    width = steps(reading, scale)
    if scale.high is None or width > WIDEST:
        raise ValueError(f"the search needs a scale of at most {WIDEST} steps")
    changes = possible_changes(reading, scale)
    found = np.concatenate([_histograms(change, reading.n, width) for change in changes])
    p, limits = signed_rank_p(found, width), {change.total: change for change in changes}
    low, high = (
        max(sign * _farthest(start, width, limits, sign) for start in found[np.argsort(-sign * p)[:_STARTS]])
        for sign in (-1, 1)
    )
    return Interval(-low, high)


def _farthest(histogram: np.ndarray, width: int, limits: Mapping[int, Change], sign: int) -> float:
    """The p-value reached from these changes by single moves, each the best of all, upwards (`sign` 1) or downwards (-1)."""
    best = float(signed_rank_p(histogram[None, :], width)[0])
    moves = _moves(2 * width + 1)
    while True:
        nearby = histogram + moves
        nearby = nearby[(nearby >= 0).all(axis=1)]
        nearby = nearby[_within(nearby, width, limits)]
        p = sign * signed_rank_p(nearby, width)
        if not len(p) or p.max() <= sign * best + _STEP:
            return best
        histogram, best = nearby[p.argmax()], sign * float(p.max())


def _moves(places: int) -> np.ndarray:
    """What moving one person, or two, by one point does to the counts of the changes."""
    up = np.eye(places, k=1, dtype=np.int64)[:-1] - np.eye(places, dtype=np.int64)[:-1]
    single = np.concatenate([up, -up])
    double = (single[:, None, :] + single[None, :, :]).reshape(-1, places)
    return np.unique(np.concatenate([single, double]), axis=0)


def _within(histograms: np.ndarray, width: int, limits: Mapping[int, Change]) -> np.ndarray:
    """Whether the reading allows the sum of the changes, and of the losses, of each row of counts."""
    values = np.arange(-width, width + 1)
    sums, losses = histograms @ values, histograms[:, :width] @ -values[:width]
    fewest, most = (
        np.array([getattr(limits[total], end) if total in limits else gone for total in sums.tolist()])
        for end, gone in (("fewest_losses", 1), ("most_losses", 0))
    )
    return (fewest <= losses) & (losses <= most)


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
