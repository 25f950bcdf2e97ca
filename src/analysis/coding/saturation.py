"""How the number of codes grows with the number of groups, over all orders in which the groups could have been read.

The codes seen after k groups depend on which groups these are, not on their order, and in a random order every set of
k groups is equally likely to come first. So all n! orders reduce to the 2^n sets of groups, each exact.
"""

from math import comb

import numpy as np
import pandas as pd

from analysis.coding.segments import Bases
from analysis.coding.tallies import OVER_CODES, group_table
from analysis.described import described
from analysis.results import Column, Kind

MOST_GROUPS = 14  # beyond it the sets are too many to list (2^14 = 16,384) and only the expectation is given


def _mean(label: str, name: str) -> Column:
    return Column(label, "codes", decimals=1, low=f"{name}_low", high=f"{name}_high", interval="all orders")


@described(
    Kind.MEASURED,
    {
        "codes_mean": _mean("Codes seen, mean", "codes"),
        "new_mean": _mean("New codes from the last group read, mean", "new"),
        "complete": Column("Orders in which every code has been seen", "%"),
    },
    header="Groups read",
    basis=OVER_CODES,
)
def saturation(settled: pd.DataFrame, bases: Bases) -> pd.DataFrame:
    """The saturation curve of settled codes (index: groups read, from 1 to all groups in `bases`).

    Columns: codes_mean, codes_low, codes_high (codes seen so far: mean, fewest and most over all orders), new_mean,
    new_low, new_high (codes that the last group read adds), share (codes_mean as % of all), complete (% of orders in
    which every code has been seen). Beyond 14 groups the lows, highs and orders are missing.

    The mean is the sum over codes of 1 - C(n - m, k) / C(n, k) for a code that occurs in m of n groups, the
    expectation of sample-based rarefaction (Ugland, Gray and Ellingsen 2003, Journal of Animal Ecology 72, 888-897).
    """
    present = group_table(settled, sorted(settled["code"].unique()), bases).to_numpy().T > 0
    groups, codes = present.shape
    table = pd.DataFrame(index=pd.RangeIndex(1, groups + 1, name="groups_read"))
    table["codes_mean"] = expected_codes(present.sum(axis=0), groups)
    table["new_mean"] = np.diff(table["codes_mean"], prepend=0.0)
    table["share"] = 100 * table["codes_mean"] / max(codes, 1)
    table["complete"] = 100 * _complete(present)
    ends = [f"{name}_{end}" for name in ("codes", "new") for end in ("low", "high")]
    return table.assign(**(_extremes(present) if groups <= MOST_GROUPS else dict.fromkeys(ends, np.nan)))


@described(
    Kind.MEASURED,
    rows={"team.last_group": Column("New codes from the last group, mean over all orders", "codes", decimals=1)},
)
def last_group(curve: pd.DataFrame) -> pd.DataFrame:
    """What the last group adds to the curve of `saturation`: column value."""
    return pd.DataFrame({"value": {"team.last_group": curve["new_mean"].iloc[-1]}})


def expected_codes(groups_with: np.ndarray, groups: int) -> np.ndarray:
    """The expected number of codes after 1, 2, ... `groups` groups; `groups_with` holds m for every code.

    >>> expected_codes(np.array([1, 2]), 2)
    array([1.5, 2. ])
    """
    occurrences, times = np.unique(groups_with, return_counts=True)
    unseen = [[comb(groups - int(m), k) / comb(groups, k) for m in occurrences] for k in range(1, groups + 1)]
    return ((1 - np.array(unseen).reshape(groups, -1)) * times).sum(axis=1)


def _complete(present: np.ndarray) -> np.ndarray | float:
    """The share of orders in which all codes have been seen after k groups; missing where there are too many sets."""
    groups, codes = present.shape
    if groups > MOST_GROUPS:
        return float("nan")
    sizes, seen = _sets(present)
    return np.array([(seen[sizes == k] == codes).mean() for k in range(1, groups + 1)])


def _sets(present: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For every set of groups, as the bits of 0 to 2^n - 1: its size and the number of codes in it."""
    groups = present.shape[0]
    sets = np.arange(2**groups, dtype="int64")
    bits = present.astype("int64").T @ (1 << np.arange(groups, dtype="int64"))
    patterns, times = np.unique(bits, return_counts=True)
    nothing = np.zeros_like(sets)
    seen = sum((((sets & pattern) > 0) * count for pattern, count in zip(patterns, times, strict=True)), nothing)
    return sum(((sets >> group) & 1 for group in range(groups)), nothing), seen


def _extremes(present: np.ndarray) -> dict[str, np.ndarray]:
    groups = present.shape[0]
    sizes, seen = _sets(present)
    sets = np.arange(len(sizes))
    # Each pair (set, group in it) is one way to have read that group last.
    last = [sets[(sets >> group) & 1 == 1] for group in range(groups)]
    new = np.concatenate([seen[members] - seen[members ^ (1 << group)] for group, members in enumerate(last)])
    size = np.concatenate([sizes[members] for members in last])
    found = {"codes": (sizes, seen), "new": (size, new)}
    steps = range(1, groups + 1)
    return {
        f"{name}_{end}": np.array([reduce(values[at == k]) for k in steps])
        for name, (at, values) in found.items()
        for end, reduce in (("low", np.min), ("high", np.max))
    }
