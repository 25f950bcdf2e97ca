"""Volunteering weeks as respondents gave them, and how many participants reached each questionnaire."""

import numpy as np
import pandas as pd


def volunteering_weeks(weeks: pd.Series) -> pd.Series:
    """Weeks of volunteering: people who answered, total, mean, quartiles, and the share with no week at all.

    `weeks`: one number for each person, NaN where not answered; the base is those who answered. Raises ValueError
    where nobody answered.

    >>> volunteering_weeks(pd.Series([0, 10, float("nan")]))[["answered", "total", "mean"]].tolist()
    [2.0, 10.0, 5.0]
    """
    given = weeks.dropna().to_numpy(dtype=float)
    if not len(given):
        raise ValueError("nobody answered how many weeks they volunteered")
    quartiles = np.quantile(given, [0.25, 0.5, 0.75])
    names = ["answered", "total", "mean", "lower_quartile", "median", "upper_quartile", "share_none"]
    return pd.Series(
        [len(given), given.sum(), given.mean(), *quartiles, (given == 0).mean()], index=names, name="weeks", dtype=float
    )


def attrition(reached: pd.DataFrame) -> pd.DataFrame:
    """How many people reached each stage, as a share of those who joined and of those at the stage before.

    `reached`: one row for each person, one bool column for each stage in order (such as joined, initial, experience;
    a column person_id is left out). Index: stage; columns: people, share_of_joined, share_of_previous, and
    skipped_previous (people who reached this stage without the one before).
    """
    stages = reached.drop(columns="person_id", errors="ignore").astype(bool)
    people = stages.sum()
    before = people.shift().fillna(people.iloc[0])
    skipped = (stages & ~stages.shift(axis=1, fill_value=True).astype(bool)).sum()
    table = {
        "people": people,
        "share_of_joined": people / people.iloc[0],
        "share_of_previous": people / before,
        "skipped_previous": skipped,
    }
    return pd.DataFrame(table).rename_axis("stage")


def joined_by_year(joined_on: pd.Series, starts: list[str]) -> pd.DataFrame:
    """How many people joined in each year of the programme; `starts` are the first days of its years, rising.

    Index: year (`1`, `2`, ... in order); columns: from (first day), people, share. Raises ValueError for people who
    joined before the first day.
    """
    days = pd.to_datetime(pd.Series(starts))
    year = np.searchsorted(days.to_numpy(), joined_on.dropna().to_numpy(), side="right")
    if (year == 0).any():
        raise ValueError(f"{int((year == 0).sum())} people joined before the first year began on {starts[0]}")
    people = np.bincount(year - 1, minlength=len(starts))
    return pd.DataFrame(
        {"from": starts, "people": people, "share": people / max(people.sum(), 1)},
        index=pd.RangeIndex(1, len(starts) + 1, name="year"),
    )
