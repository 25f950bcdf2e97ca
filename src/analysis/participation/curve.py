"""Bands of sessions that hold enough people each, so that the attendance curve shows nobody."""

from collections.abc import Sequence

import pandas as pd

from analysis.participation.attendance import band_labels


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
