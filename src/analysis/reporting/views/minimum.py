"""The least that may be shown of people in simple lists from records; tables by group go through `protected`.

Small counts are hidden with everything that follows from them. That alone does not prove that nothing hidden can be
worked out from other tables.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from analysis.disclosure.rules import MINIMUM_CELL

HIDDEN = "hidden"


def hide_small(frame: pd.DataFrame, follows: Mapping[str, Sequence[str]], ends: Sequence[str] = ()) -> pd.DataFrame:
    """The frame with counts below the minimum hidden: `follows` names, for each column of counts, what follows from it.

    `ends` are columns of intervals, which become empty.

    >>> hide_small(pd.DataFrame({"people": [3, 12], "share": [25.0, 100.0]}), {"people": ["share"]})["share"].to_list()
    ['hidden', 100.0]
    """
    shown = frame.astype(object)
    for column, others in follows.items():
        small = pd.to_numeric(frame[column], errors="coerce") < MINIMUM_CELL
        for name in (column, *others):
            shown.loc[small, name] = None if name in ends else HIDDEN
    return shown


def hide_in_sequence(counts: pd.Series) -> pd.Series:
    """Whether each count of a sequence is hidden whose running total is shown around it: small ones, and beside a single
    small one the next (or, at the end, the one before), so that the two can be told only together.

    >>> hide_in_sequence(pd.Series([20, 3, 30, 40])).to_list()
    [False, True, True, False]
    """
    small = (counts < MINIMUM_CELL).to_numpy()
    hidden = small.copy()
    for place in range(len(small)):
        alone = small[place] and not hidden[place - 1 : place].any() and not small[place + 1 : place + 2].any()
        if alone and len(small) > 1:
            hidden[place + 1 if place + 1 < len(small) else place - 1] = True
    return pd.Series(hidden, index=counts.index)


def merge_small_steps(running: pd.Series) -> pd.Series:
    """A running count with values left out (NaN) until at least the minimum has been added since the last one shown.

    >>> merge_small_steps(pd.Series([4, 12, 15, 30])).to_list()
    [nan, 12.0, nan, 30.0]
    """
    last, shown = 0, []
    for value in running:
        step = value - last >= MINIMUM_CELL
        shown.append(float(value) if step else np.nan)
        last = value if step else last
    return pd.Series(shown, index=running.index)
