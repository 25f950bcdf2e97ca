"""Volunteering weeks as respondents gave them, and how many participants reached each questionnaire."""

import numpy as np
import pandas as pd

from analysis.described import Basis, described
from analysis.participation.attendance import spread_frame, spread_rows
from analysis.results import Column, Kind


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


@described(
    Kind.MEASURED,
    rows={"weeks.total": Column("Weeks of volunteering", "weeks")},
    basis=Basis("{row}", statistic="sum", each="n"),
)
def weeks_in_all(people: pd.DataFrame) -> pd.DataFrame:
    """All weeks of volunteering (column weeks_volunteering): value, and n, those who said; nothing where nobody did."""
    given = people["weeks_volunteering"].dropna()
    rows = {"weeks.total": given.sum()} if len(given) else {}
    return pd.DataFrame({"value": rows, "n": len(given)}, index=list(rows))


@described(
    Kind.MEASURED,
    rows=spread_rows("weeks", share_none=Column("Share without any", "%")),
    header="Statistic",
    basis=Basis("{row}", each="n"),
)
def weeks_spread(people: pd.DataFrame) -> pd.DataFrame:
    """`volunteering_weeks` of those who said: value, n, quantile. Index: weeks.mean and so on; nothing where nobody said.

    Behind the share without any stand those without, or the others if they are fewer.
    """
    if people["weeks_volunteering"].isna().all():
        return spread_frame("weeks", {})
    found = volunteering_weeks(people["weeks_volunteering"]).drop("total")
    n, none = int(found.pop("answered")), found.pop("share_none")
    rows = {name: (value, n) for name, value in found.items()}
    return spread_frame("weeks", {**rows, "share_none": (100 * none, round(n * min(none, 1 - none)))})


_STAGES = Basis("People at each stage", "base")
_WORDS = ["joined", "answered the initial questionnaire", "answered the questionnaire after training"]


@described(
    Kind.MEASURED,
    {
        "people": Column("People", "people"),
        "share_of_joined": Column("Of all who joined", "%"),
        "share_of_previous": Column("Of the stage before", "%"),
    },
    header="Stage",
    basis=_STAGES,
)
def stages(reached: pd.DataFrame) -> pd.DataFrame:
    """`attrition` with shares in per cent and the stages in words."""
    found = attrition(reached[["joined", "initial", "experience"]]).set_axis(pd.Index(_WORDS, name="stage"))
    return found.assign(**{name: 100 * found[name] for name in ("share_of_joined", "share_of_previous")})


@described(
    Kind.MEASURED,
    rows={f"people.{stage}": Column(f"People: {stage}", "people") for stage in ("joined", "initial", "experience")},
    basis=_STAGES,
)
def stage_counts(reached: pd.DataFrame) -> pd.DataFrame:
    """How many people reached each stage: column value."""
    counts = {f"people.{stage}": int(reached[stage].sum()) for stage in ("joined", "initial", "experience")}
    return pd.DataFrame({"value": counts})


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
