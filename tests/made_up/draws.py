"""Drawing exactly so many of a group, and dates between bounds."""

import numpy as np

from made_up.integers import Array


def pick(rng: np.random.Generator, among: Array, size: int, weights: Array | None = None) -> Array:
    """A mask of exactly `size` of those in the mask `among`, drawn with `weights`.

    Raises ValueError where there are not so many.

    >>> int(pick(np.random.default_rng(1), np.array([True, False, True]), 2).sum())
    2
    """
    places = np.flatnonzero(among)
    chances = None if weights is None else weights[places] / weights[places].sum()
    chosen = np.zeros(len(among), dtype=bool)
    chosen[rng.choice(places, size=size, replace=False, p=chances)] = True
    return chosen


def between(rng: np.random.Generator, low: Array, high: Array) -> Array:
    """A whole number from `low` to `high`, both included, for each; `low` where they are the wrong way round."""
    return rng.integers(low, np.maximum(low, high) + 1)


def skewed(rng: np.random.Generator, low: Array, high: Array, mean: float) -> Array:
    """Whole numbers from `low` to `high`, most of them near `low`: exponential with about that mean, cut off at `high`."""
    return np.minimum(low + rng.exponential(mean, len(low)).astype(int), np.maximum(low, high))


def shared_out(total: int, weights: Array) -> Array:
    """Whole numbers in proportion to weights that add up to `total`, by largest remainders.

    >>> shared_out(5, np.array([1.0, 1.0, 2.0])).tolist()
    [1, 1, 3]
    """
    exact = total * weights / weights.sum()
    whole = np.floor(exact).astype(int)
    order = np.argsort(whole - exact, kind="stable")
    whole[order[: total - int(whole.sum())]] += 1
    return whole
