"""Percentages of groups whose sizes were not printed: which whole numbers of people can stand behind them."""

import math
from collections.abc import Mapping
from fractions import Fraction

import pandas as pd

from analysis.bounds.intervals import independent_difference
from analysis.quantities import Interval


def possible_counts(percent: Interval, size: int) -> range:
    """How many of `size` people can stand behind a percentage within `percent` (its rounding interval, ends included).

    >>> possible_counts(Interval(41.5, 42.5), 93)
    range(39, 40)
    """
    low, high = (Fraction(repr(end)) * size / 100 for end in (percent.low, percent.high))
    return range(max(0, math.ceil(low)), min(size, math.floor(high)) + 1)


def possible_groups(percents: Mapping[str, Interval], total: int) -> pd.DataFrame:
    """Every way to form two non-empty groups of together `total` people with these percentages.

    `percents` names the two groups with the rounding interval of each percentage. Returns one row for each
    possibility: `<name> size`, `<name> count` for both, `size`, `count` and `percent` together. Raises ValueError unless
    there are two groups.
    """
    if len(percents) != 2:
        raise ValueError("two groups are needed")
    first, second = percents
    columns = [f"{first} size", f"{first} count", f"{second} size", f"{second} count"]
    table = pd.DataFrame(_rows(tuple(percents.values()), total), columns=columns, dtype="int64")
    table["size"], table["count"] = table[columns[0]] + table[columns[2]], table[columns[1]] + table[columns[3]]
    return table.assign(percent=100 * table["count"] / table["size"])


def _rows(percents: tuple[Interval, ...], total: int) -> list[tuple[int, int, int, int]]:
    return [
        (size, count, total - size, other)
        for size in range(1, total)
        for count in possible_counts(percents[0], size)
        for other in possible_counts(percents[1], total - size)
    ]


def with_difference(groups: pd.DataFrame, level: float = 0.95) -> pd.DataFrame:
    """The rows of `possible_groups` with the difference of the two shares, its interval and Fisher's exact p-value.

    Adds `difference`, `difference_low`, `difference_high` (hybrid score interval, method 10 of R. G. Newcombe,
    Statistics in Medicine 17, 1998, 873-890) and `p` (two-sided).
    """
    from scipy.stats import fisher_exact

    columns = list(groups.columns[:4])
    rows = []
    for size, count, other_size, other in groups[columns].itertuples(index=False):
        ends = independent_difference(count, size, other, other_size, level)
        p = fisher_exact([[count, size - count], [other, other_size - other]]).pvalue
        rows.append((count / size - other / other_size, ends.low, ends.high, float(p)))
    added = pd.DataFrame(rows, columns=["difference", "difference_low", "difference_high", "p"], index=groups.index)
    return pd.concat([groups, added], axis=1)
