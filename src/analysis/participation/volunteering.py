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
