"""Groups of people side by side: the share of each that has something, less that of the group they are compared with.

Everything follows from counts that are shown, and from nothing else.
"""

import numpy as np
import pandas as pd

from analysis.bounds.intervals import independent_difference, wilson
from analysis.described import name_of
from analysis.disclosure.rules import shows_more
from analysis.multiple_tests import holm
from analysis.reporting.views.evidence import HIDDEN
from analysis.results import Column, p_column

Counts = tuple[
    int | None, int | None
]  # how many people of a group have something, and how many are in it; None: not shown


def group_row(of: str, counts: Counts, reference: Counts | None, level: float) -> dict[str, object]:
    """A row of one group: `of`, the share that has something in %, with Wilson's interval; difference, less the reference, in
    percentage points, with Newcombe's; p, of Fisher's exact test; n. `reference` is None for the group of reference itself."""
    count, n = counts
    ends = [f"{name}_{end}" for name in (of, "difference") for end in ("low", "high")]
    row: dict[str, object] = dict.fromkeys([of, "difference"], HIDDEN) | dict.fromkeys([*ends, "p"], np.nan)
    row["n"] = HIDDEN if n is None else n
    if count is None or not n:
        return row
    around = wilson(count, n, level)
    row |= {of: 100 * count / n, f"{of}_low": 100 * around.low, f"{of}_high": 100 * around.high}
    if reference is None:
        return row | {"difference": "reference"}
    if reference[0] is None or not reference[1]:
        return row
    apart = independent_difference(count, n, reference[0], reference[1], level)
    return row | {
        "difference": 100 * (count / n - reference[0] / reference[1]),
        "difference_low": 100 * apart.low,
        "difference_high": 100 * apart.high,
        "p": _fisher(count, n, reference[0], reference[1]),
    }


def _fisher(count: int, n: int, other: int, other_n: int) -> float:
    from scipy.stats import fisher_exact

    return float(fisher_exact([[count, n - count], [other, other_n - other]]).pvalue)


def with_holm(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with its p-values held against all rows that have one; a word where there is none."""
    adjusted = holm(pd.to_numeric(frame["p"])).astype(object)
    return frame.astype(object).assign(p=adjusted.where(adjusted.notna(), ""))


def told_of_rows(frame: pd.DataFrame | None, minimum_cell: int) -> str:
    """The warning about many comparisons, with their number; and where numbers are hidden, why, and what would show more."""
    if frame is None:
        return ""
    return " ".join(filter(None, (_told_of_tests(frame), _told_of_hidden(frame, minimum_cell))))


def _told_of_tests(frame: pd.DataFrame) -> str:
    tests = int(pd.to_numeric(frame["p"], errors="coerce").notna().sum())
    if not tests:
        return "No comparison can be shown here. None of these groups came about at random."
    return (
        f"{{={tests}}} comparison{'s stand' if tests > 1 else ' stands'} here. The more are made, the likelier it is that one of them looks like a difference where there is "
        "none; the p-values are held against all that are shown (Holm), and none of these groups came about at random."
    )


def _told_of_hidden(frame: pd.DataFrame, minimum_cell: int) -> str:
    rows = int(frame.map(lambda value: str(value).startswith(HIDDEN)).any(axis=1).sum())
    if not rows:
        return ""
    return (
        f"In {{={rows}}} of {{={len(frame)}}} rows counts are hidden, since what else stands on the page would let a count of fewer than "
        f"{{={minimum_cell}}} people be worked out from them: {shows_more(minimum_cell)}."
    )


def group_columns(of: str, label: str, people: Column, level: float) -> dict[str, Column]:
    """The columns of rows by `group_row`; `people` is that of n."""
    share, apart = (f"{100 * level:g} % ({name})" for name in ("Wilson", "Newcombe"))
    less = {"low": "difference_low", "high": "difference_high", "interval": apart}
    return {
        "n": people,
        of: Column(label, "%", low=f"{of}_low", high=f"{of}_high", interval=share, function=name_of(wilson)),
        "difference": Column(
            f"{label}, less the reference group", "%", **less, function=name_of(independent_difference)
        ),
        "p": p_column("p-value, Fisher, Holm over the rows"),
    }
