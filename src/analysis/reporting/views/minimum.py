"""The least that may be shown of people in tables from records, until these pass through `analysis.disclosure` as a whole.

Small counts are hidden with everything that follows from them; where one cell alone of a row that adds up is hidden, so
is the next smallest. That does not prove that nothing hidden can be worked out from other tables.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

# Rule of thumb in S. Bond, M. Brandt, P.-P. de Wolf, Guidelines for Output Checking (Eurostat, 2015).
MINIMUM_CELL = 10
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


def hide_in_rows(counts: pd.DataFrame) -> pd.DataFrame:
    """Whether each cell is hidden, of rows of counts that add up to a number shown elsewhere; same shape."""
    hidden = counts < MINIMUM_CELL
    for row in np.flatnonzero(hidden.sum(axis=1) == 1):
        rest = counts.iloc[row].astype(float).mask(hidden.iloc[row])
        if rest.notna().any():
            hidden.iloc[row, int(np.nanargmin(rest.to_numpy()))] = True
    return hidden


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
