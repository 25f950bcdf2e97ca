"""Which outcomes carry the answer, and how much of it would go if outcomes overlap or the evidence flatters them."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from analysis.errors import InputError
from analysis.sroi.sensitivity.case import PLACE, Case

_OVERLAPS = 11  # steps from separate to merged


def materiality_curve(case: Case) -> pd.DataFrame:
    """Outcomes from the largest to the smallest in absolute value, and the ratio if only those so far are counted.

    Index: outcome. Columns: value (GBP), share and cumulative (% of the sum of absolute values), ratio.
    """
    outcome = case.at()
    value = pd.Series({name: float(found) for name, found in outcome.by_outcome.items()}, name="value", dtype=float)
    value = value.iloc[np.argsort(-value.abs().to_numpy(), kind="stable")].rename_axis("outcome")
    share = 100 * value.abs() / (value.abs().sum() or 1.0)
    return pd.DataFrame(
        {"value": value, "share": share, "cumulative": share.cumsum(), "ratio": value.cumsum() / float(outcome.cost)}
    )


def material(curve: pd.DataFrame, threshold: float) -> tuple[str, ...]:
    """Outcomes with at least `threshold` % of all value.

    >>> material(pd.DataFrame({"share": [90.0, 10.0]}, index=["a", "b"]), 20.0)
    ('a',)
    """
    return tuple(str(name) for name in curve.index[curve["share"] >= threshold])


def overlap_curve(case: Case, outcomes: Sequence[str], steps: int = _OVERLAPS) -> pd.DataFrame:
    """The ratio as the named outcomes go from separate (overlap 0 %) to one and the same (100 %).

    At overlap o the group counts largest + (1 - o) x (sum of the others): the part o of each smaller outcome is already
    in the largest. Columns: overlap (%), value, net (GBP), ratio.
    """
    outcome = case.at()
    if unknown := [name for name in outcomes if name not in outcome.by_outcome]:
        raise InputError(
            PLACE,
            column="overlap",
            found=f"{unknown[0]!r}, which is no outcome of the model",
            expected=f"one of {', '.join(outcome.by_outcome)}",
            action="correct the name",
        )
    group = sorted((float(outcome.by_outcome[name]) for name in outcomes), reverse=True)
    overlap = np.linspace(0.0, 1.0, steps)
    value, cost = float(outcome.value) - overlap * sum(group[1:]), float(outcome.cost)
    return pd.DataFrame({"overlap": 100 * overlap, "value": value, "net": value - cost, "ratio": value / cost})


def overlap_matrix(case: Case) -> pd.DataFrame:
    """The ratio if two outcomes were one and the same, so that only the larger of the two counted (rows, columns: outcomes).

    A guard against double counting: no pair is judged here. On the diagonal nan; symmetric.
    """
    outcome = case.at()
    amounts = pd.Series({name: float(value) for name, value in outcome.by_outcome.items()})
    smaller = np.minimum.outer(amounts.to_numpy(), amounts.to_numpy())
    found = (float(outcome.value) - smaller) / float(outcome.cost)
    np.fill_diagonal(found, np.nan)
    return pd.DataFrame(found, index=amounts.index, columns=amounts.index).rename_axis("outcome")


def optimism_corrected(case: Case, grades: Mapping[str, str], factors: Mapping[str, float]) -> pd.DataFrame:
    """Each outcome's value times the factor of its evidence grade (A to D); factors are shares of the value that count.

    Index: outcome. Columns: grade, factor, value (as modelled), corrected (GBP). Raises InputError for an outcome
    without a grade and a grade without a factor.
    """
    found = case.at().by_outcome
    rows = {}
    for name, value in found.items():
        grade = grades.get(name, "")
        if grade not in factors:
            raise InputError(
                PLACE,
                column=f"grades.{name}",
                found=repr(grade) if grade else "nothing",
                expected=f"one of {', '.join(factors)}",
                action="state the evidence grade of every outcome of the value map",
            )
        rows[name] = (grade, factors[grade], float(value), factors[grade] * float(value))
    return pd.DataFrame.from_dict(rows, orient="index", columns=["grade", "factor", "value", "corrected"]).rename_axis(
        "outcome"
    )
