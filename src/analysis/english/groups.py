"""The gain of English in a year by group of people, and whether the groups differ in it."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.described import Basis, described
from analysis.english.models import gain, hc4_wald
from analysis.english.sample import english_sample
from analysis.results import Column, Kind, p_column

_LINE = 2  # parameters of a straight line


@described(
    Kind.MEASURED,
    {"gain": Column("Gain in a year", "points", decimals=2, low="low", high="high", interval="{level} (HC4)")},
    header="Group",
    basis=Basis("English on time in the UK, {row}", "model", parameters=_LINE, each="n"),
)
def gains_by_group(
    records: pd.DataFrame | None, groups: Mapping[str, pd.Series], level: float = 0.95
) -> pd.DataFrame | None:
    """The yearly gain of a straight line (`models.gain`) among the people of each group alone: gain, low, high, n.

    `groups`: by what they are called ("Course"), the group of each person of the records. A group in which no line can be
    fitted is left out. None where there is none.
    """
    found = {}
    for name, belongs in groups.items() if records is not None else ():
        for value, people in records.groupby(belongs, sort=True):
            try:
                found[f"{name}: {value}"] = gain(english_sample(people), level=level)
            except ValueError:
                continue
    return pd.DataFrame(found).T if found else None


@described(
    Kind.MEASURED,
    {"p": p_column("p-value of no difference"), "p_all": p_column("The same, for all rows together (Bonferroni)")},
    header="Groups",
    basis=Basis("gains of English compared, {row}", "model", parameters=_LINE, each="n"),
)
def difference_of_gains(records: pd.DataFrame | None, groups: Mapping[str, pd.Series]) -> pd.DataFrame | None:
    """Whether the groups of each grouping (index) have one slope on time in the UK: p, p_all, and n of the smallest group.

    Each group has its own level and slope; that all slopes are one is tested by `models.hc4_wald`. None where no grouping has
    two groups in which a line can be fitted.
    """
    rows = (
        {name: _difference(records.assign(group=belongs)) for name, belongs in groups.items()}
        if records is not None
        else {}
    )
    kept = {name: row for name, row in rows.items() if row}
    if not kept:
        return None
    frame = pd.DataFrame.from_dict(kept, orient="index")
    return frame.assign(p_all=(len(frame) * frame["p"]).clip(upper=1.0))


def _difference(records: pd.DataFrame) -> dict[str, float]:
    """A row of `difference_of_gains`, of the groups in column group; empty where fewer than two have a line."""
    try:
        sample = english_sample(records, covariates=["group"])
        belongs = pd.get_dummies(sample["group"], dtype=float).loc[:, lambda each: each.sum() > _LINE]
        if belongs.shape[1] < 2:
            return {}
        inside = belongs.any(axis=1)
        level, months = belongs[inside].to_numpy(), sample.loc[inside, "months"].to_numpy()
        slopes = months[:, None] * np.column_stack([np.ones(len(months)), level[:, 1:]])
        p = hc4_wald(np.column_stack([level, slopes]), sample.loc[inside, "english"].to_numpy(), level.shape[1] - 1)
    except ValueError:
        return {}
    return {"n": int(level.sum(axis=0).min()), "p": p}
