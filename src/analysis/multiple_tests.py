"""Several tests at once: p-values adjusted for how many there are."""

import numpy as np
import pandas as pd


def holm(p_values: pd.Series) -> pd.Series:
    """Adjusted p-values over the whole list: running maximum of (m - rank + 1) p, at most 1 (S. Holm 1979).

    Missing p-values stay missing and do not count as tests.

    >>> holm(pd.Series([0.01, 0.04, 0.03])).tolist()
    [0.03, 0.06, 0.06]
    """
    return pd.Series(holm_adjusted(p_values.to_numpy(dtype=float)), index=p_values.index, dtype=float)


def holm_adjusted(p_values: np.ndarray) -> np.ndarray:
    """The same of plain numbers, NaN where one is missing."""
    known = np.argsort(p_values, kind="stable")[: np.count_nonzero(~np.isnan(p_values))]  # missing ones are sorted last
    adjusted = np.full(len(p_values), np.nan)
    adjusted[known] = np.minimum(1.0, np.maximum.accumulate(p_values[known] * np.arange(len(known), 0, -1)))
    return adjusted
