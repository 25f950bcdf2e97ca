"""Whole numbers that meet a total exactly, and pairs that meet an R² at its printed rounding."""

import numpy as np

Array = np.ndarray
_DETOURS = 11  # how many of the next best moves are tried in turn where the best goes back and forth


def spread_to_total(start: Array, low: Array | int, high: Array | int, total: int, rng: np.random.Generator) -> Array:
    """Whole numbers near `start`, each within its bounds, that add up to `total`: one is added or taken away at random.

    Raises ValueError where the bounds do not allow the total.

    >>> spread_to_total(np.array([1, 1, 1]), 0, 9, 3, np.random.default_rng(1)).tolist()
    [1, 1, 1]
    """
    low, high = np.broadcast_to(low, start.shape), np.broadcast_to(high, start.shape)
    if not low.sum() <= total <= high.sum():
        raise ValueError(f"a total of {total} lies outside the bounds {low.sum()} to {high.sum()}")
    values = np.clip(np.rint(start).astype(int), low, high)
    while gap := total - int(values.sum()):
        step = int(np.sign(gap))
        room = np.flatnonzero(values < high if step > 0 else values > low)
        values[rng.choice(room, size=min(abs(gap), len(room)), replace=False)] += step
    return values


def total_for_mean(low: float, high: float, n: int, rng: np.random.Generator) -> int:
    """A whole total whose mean over n lies strictly between `low` and `high`, at random among all such totals.

    >>> total_for_mean(7.9, 8.0, 10, np.random.default_rng(1))
    Traceback (most recent call last):
    ...
    ValueError: no total of 10 whole numbers has a mean between 7.9 and 8.0
    """
    first, last = int(np.floor(low * n + 1e-9)) + 1, int(np.ceil(high * n - 1e-9)) - 1
    if first > last:
        raise ValueError(f"no total of {n} whole numbers has a mean between {low} and {high}")
    return int(rng.integers(first, last + 1))


def group_sizes(shares: tuple[int, int], people: int, smallest: int) -> list[tuple[int, int, int, int]]:
    """All ways to split people into two groups in which the shares (in whole per cent) can arise.

    Each: size of the first group, how many of it, size of the second group, how many of it; no group below `smallest`.
    """
    return [
        (n, k, people - n, m)
        for n in range(smallest, people - smallest + 1)
        for k in counts_for_share(shares[0], n)
        for m in counts_for_share(shares[1], people - n)
    ]


def counts_for_share(share: int, n: int) -> list[int]:
    """The counts out of n that are printed as `share` per cent; an exact half counts for neither side.

    >>> counts_for_share(42, 93)
    [39]
    """
    return [k for k in range(n + 1) if abs(200 * k - 2 * share * n) < n]


def splits_for_value(contacts: int, value: int, units: tuple[int, int, int]) -> Array:
    """All splits of contacts into three types, with unit values in the given order, that are worth `value`.

    Shape (number of splits, 3). Two equations in three whole numbers: the first type runs through its values, the
    second follows from the value, the third from the count.

    >>> splits_for_value(3, 90, (40, 30, 20)).tolist()
    [[0, 3, 0], [1, 1, 1]]
    """
    first = np.arange(contacts + 1)
    second, rest = np.divmod(value - units[2] * contacts - (units[0] - units[2]) * first, units[1] - units[2])
    third = contacts - first - second
    return np.column_stack([first, second, third])[(rest == 0) & (second >= 0) & (third >= 0)]


def r_squared(x: Array, y: Array) -> float:
    """R² of the regression of y on x, which is the squared correlation."""
    return float(np.corrcoef(x, y)[0, 1] ** 2)


def match_r_squared(x: Array, y: Array, bands: tuple[int, ...], target: float, within: float) -> Array:
    """Whole numbers near x whose R² with y is `target`, give or take `within`; the correlation is positive.

    First pairs of x change places, the pair that comes closest each time; then single values move by up to five, again
    the one that comes closest. `bands` are the first values of bands (the last is where the last band ends): as many
    values as before lie in each. Raises ValueError where 400 moves do not suffice.
    """
    x = _swapped(x, y, np.sqrt(target))
    stalls = 0
    for _ in range(400):
        misfit = abs(r_squared(x, y) - target)
        if misfit <= within:
            return x
        moved = _move(x, y, bands, target, stalls % _DETOURS)
        stalls += abs(r_squared(moved, y) - target) >= misfit
        x = moved
    raise ValueError(f"no R² of {target} was found")


def _swapped(x: Array, y: Array, correlation: float) -> Array:
    x = x.copy()
    wanted = correlation * len(x) * x.std() * y.std() + x.sum() * y.sum() / len(x)
    for _ in range(50):
        gap = wanted - x @ y
        gains = -np.subtract.outer(x, x) * np.subtract.outer(y, y)  # of the sum of products, if i and j change places
        i, j = np.unravel_index(np.argmin(np.abs(gap - gains)), gains.shape)
        if abs(gap - gains[i, j]) >= abs(gap):
            break
        x[[i, j]] = x[[j, i]]
    return x


def _move(x: Array, y: Array, bands: tuple[int, ...], target: float, rank: int) -> Array:
    """x after the move of one value that comes closest to the target; with `rank` 1 the second closest, and so on."""
    steps = np.array([-5, -4, -3, -2, -1, 1, 2, 3, 4, 5])
    moved = x[:, None] + steps
    n, total, squares, products = (
        len(x),
        x.sum() + steps,
        (x @ x) + moved**2 - x[:, None] ** 2,
        (x @ y) + y[:, None] * steps,
    )
    covariance = products - total * y.sum() / n
    fit = covariance**2 / ((squares - total**2 / n) * (y @ y - y.sum() ** 2 / n))
    inside = (np.searchsorted(bands, moved, "right") == np.searchsorted(bands, x, "right")[:, None]) & (covariance > 0)
    misfit = np.where(inside, np.abs(fit - target), np.inf)
    i, j = np.unravel_index(np.argsort(misfit, axis=None, kind="stable")[rank], misfit.shape)
    x = x.copy()
    x[i] = moved[i, j]
    return x
