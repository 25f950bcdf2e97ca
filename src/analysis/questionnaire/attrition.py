"""People who did not answer: how many, and how far their answers could move the result."""

import numpy as np
import pandas as pd

from analysis.quantities import Interval


def worst_case_share(count: int, answered: int, everyone: int) -> Interval:
    """The share among everyone, whatever those who did not answer would have said (C. F. Manski, AER 80, 1990, 319-323).

    >>> worst_case_share(40, 57, 100)
    Interval(low=0.4, high=0.83)
    """
    if not 0 <= count <= answered <= everyone or everyone == 0:
        raise ValueError(f"{count} of {answered} answers of {everyone} people make no share")
    return Interval(count / everyone, (count + everyone - answered) / everyone)


def worst_case_mean(mean: float, answered: int, everyone: int, low: float, high: float) -> Interval:
    """The mean among everyone when each missing value may lie anywhere from `low` to `high` (same source).

    For a change on a scale from 1 to 9 the limits are -8 and 8. Raises ValueError if the mean lies outside the limits.
    """
    if not low <= mean <= high or not 0 < answered <= everyone:
        raise ValueError("the mean must lie between the limits, and at most everyone can have answered")
    known, missing = mean * answered, everyone - answered
    return Interval((known + missing * low) / everyone, (known + missing * high) / everyone)


def trimmed_means(values: np.ndarray, keep: float) -> Interval:
    """Smallest and largest mean of any part of the values that holds `keep` of them (a fraction may be kept of one).

    If only `keep` of the people asked before were asked again, and nobody knows which, the mean before of those asked
    again lies here. Raises ValueError unless 0 < keep <= number of values.
    """
    ordered = np.sort(np.asarray(values, dtype=float))
    if not 0 < keep <= len(ordered) + 1e-9:
        raise ValueError(f"{keep} of {len(ordered)} values cannot be kept")
    weights = np.clip(keep - np.arange(len(ordered)), 0, 1)
    return Interval(float(weights @ ordered / keep), float(weights @ ordered[::-1] / keep))


def lee_bounds(outcome: pd.Series, answered: pd.Series, group: pd.Series, first: str, second: str) -> pd.Series:
    """Bounds on the difference in mean outcome (first less second group) among those who would answer in either group.

    Assumes that belonging to one group rather than the other makes everybody more, or everybody less, likely to answer.
    The group that answered more is trimmed by the excess (D. S. Lee, Review of Economic Studies 76, 2009, 1071-1102).
    Returns low, high, untrimmed, trimmed_share (positive: of the first group) and the two answer rates. Raises
    ValueError if a group has no answers.
    """
    rates = [float(answered[group == name].mean()) for name in (first, second)]
    values = [outcome[(group == name) & answered].to_numpy(dtype=float) for name in (first, second)]
    if not all(len(each) for each in values):
        raise ValueError("each group needs somebody who answered")
    kept = [min(1.0, rates[1] / rates[0]), min(1.0, rates[0] / rates[1])]
    one, two = (trimmed_means(each, share * len(each)) for each, share in zip(values, kept, strict=True))
    return pd.Series(
        {
            "low": one.low - two.high,
            "high": one.high - two.low,
            "untrimmed": values[0].mean() - values[1].mean(),
            "trimmed_share": (1 - kept[0]) - (1 - kept[1]),
            "rate_first": rates[0],
            "rate_second": rates[1],
        }
    )
