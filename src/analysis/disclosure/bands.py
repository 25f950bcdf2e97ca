"""Bands of sessions that hold enough people each, and quantiles beside them, so that an attendance curve shows nobody."""

import math
from collections.abc import Sequence
from itertools import pairwise

import pandas as pd

from analysis.disclosure.decisions import REFUSED, SHOWN, Decision
from analysis.quantities import band_labels


def starts_with(sessions: pd.Series, fewest: int) -> list[int]:
    """First values of bands of sessions, as many bands as can be with at least `fewest` people in each.

    >>> starts_with(pd.Series([0, 1, 1, 2, 5, 9]), 2)
    [0, 2]
    """
    counts = sessions.value_counts().sort_index()
    starts, waiting = [0], 0
    for value, people in counts.items():
        if waiting >= fewest:
            starts.append(int(value))  # type: ignore[call-overload]
            waiting = 0
        waiting += int(people)
    return starts[:-1] if waiting < fewest and len(starts) > 1 else starts


def bands_of(sessions: pd.Series, starts: Sequence[int]) -> pd.Series:
    """The band of each person, by the names that `attendance.band_labels` gives."""
    edges = [*starts, float("inf")]
    return pd.cut(sessions, edges, right=False, labels=band_labels(starts)).astype("str").rename("sessions")


def middle(values: pd.Series, quantile: float) -> list[int]:
    """The two people in order, from none on, between whom a quantile lies; often one and the same."""
    place = quantile * (len(values) - 1)
    return [math.floor(place), math.ceil(place)]


def band_of(values: pd.Series, quantile: float, fewest: int) -> str:
    """The band in which a quantile lies; two where it lies between them. The numbers of people in bands tell as much."""
    ordered = values.sort_values(ignore_index=True)[middle(values, quantile)]
    return " or ".join(dict.fromkeys(bands_of(ordered, starts_with(values, fewest))))


def judge_in_band(where: str, values: pd.Series, quantile: float, fewest: int) -> Decision:
    """Whether a quantile leaves open how many of its band lie on either side: those below it are at most as many as come
    before it in order and are not in a band below."""
    ordered = values.sort_values(ignore_index=True)
    edges = [*starts_with(values, fewest), math.inf]
    before, after = middle(values, quantile)
    start, end = next((a, b) for a, b in pairwise(edges) if a <= ordered[before] < b)
    open_below = ordered[before] == start or before - int((values < start).sum()) >= fewest - 1
    open_above = ordered[after] >= end - 1 or int((values < end).sum()) - after - 1 >= fewest - 1
    # Between two numbers of sessions it would tell how many lie on either side of it.
    if ordered[before] == ordered[after] and open_below and open_above:
        return Decision(where, "quantiles in bands", SHOWN, f"its band leaves {fewest} numbers or more on either side")
    reason = "its band is shown instead: it would tell how few of the band lie below or above"
    return Decision(where, "quantiles in bands", REFUSED, reason)
