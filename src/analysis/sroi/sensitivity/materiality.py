"""Which outcomes carry the answer, and how much of it would go if outcomes overlap or the evidence flatters them."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from analysis.described import described
from analysis.errors import InputError
from analysis.results import Column
from analysis.sroi.sensitivity.case import AMOUNTS, PLACE, RATIO, Case
from analysis.study import Register

_OVERLAPS = 11  # steps from separate to merged
GRADES = ("A", "B", "C", "D")
ALL = "all outcomes"


@described(
    None,
    {
        "value": Column("Value", "GBP", inputs="rests"),
        "share": Column("Share of all value", "%", decimals=1),
        "cumulative": Column("Cumulated share", "%", decimals=1),
        "ratio": Column("Ratio with those so far", RATIO, decimals=2),
        "material": Column("Material"),
    },
    header="Outcome",
    words=("material",),
)
def materiality_curve(case: Case, threshold: float = 5.0) -> pd.DataFrame:
    """Outcomes from the largest to the smallest in absolute value, and the ratio if only those so far are counted.

    Index: outcome. Columns: value (GBP), share and cumulative (% of the sum of absolute values), ratio, material (yes for
    those with at least `threshold` % of all value) and what the value rests on.
    """
    outcome = case.at()
    value = pd.Series({name: float(found) for name, found in outcome.by_outcome.items()}, name="value", dtype=float)
    value = value.iloc[np.argsort(-value.abs().to_numpy(), kind="stable")].rename_axis("outcome")
    share = 100 * value.abs() / (value.abs().sum() or 1.0)
    so_far = {"cumulative": share.cumsum(), "ratio": value.cumsum() / float(outcome.cost)}
    frame = pd.DataFrame({"value": value, "share": share, **so_far})
    return frame.assign(
        material=np.where(share >= threshold, "yes", "no"), rests=case.rests("outcome_steps", frame.index)
    )


@described(None, {name: AMOUNTS[name] for name in ("value", "net", "ratio")}, header="Overlap", row="{:.0f}%")
def overlap_curve(case: Case, outcomes: Sequence[str], steps: int = _OVERLAPS) -> pd.DataFrame | None:
    """The ratio as the named outcomes go from separate (overlap 0%) to one and the same (100%).

    At overlap o the group counts largest + (1 - o) x (sum of the others): the part o of each smaller outcome is already
    in the largest. Index: overlap (%); columns: value, net (GBP), ratio. None where no outcomes are named.
    """
    if not outcomes:
        return None
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
    amounts = {"value": value, "net": value - cost, "ratio": value / cost}
    return pd.DataFrame(amounts, index=pd.Index(100 * overlap, name="overlap"))


@described(None, {}, header="Outcome", other=Column("", RATIO, decimals=2))
def overlap_matrix(case: Case) -> pd.DataFrame | None:
    """The ratio if two outcomes were one and the same, so that only the larger of the two counted (rows, columns: outcomes).

    A guard against double counting: no pair is judged here. On the diagonal nan; symmetric. None for a single outcome.
    """
    outcome = case.at()
    if len(outcome.by_outcome) < 2:
        return None
    amounts = pd.Series({name: float(value) for name, value in outcome.by_outcome.items()})
    smaller = np.minimum.outer(amounts.to_numpy(), amounts.to_numpy())
    found = (float(outcome.value) - smaller) / float(outcome.cost)
    np.fill_diagonal(found, np.nan)
    return pd.DataFrame(found, index=amounts.index, columns=amounts.index).rename_axis("outcome")


@described(
    None,
    {
        "grade": Column("Evidence grade"),
        "value": Column("Value as modelled", "GBP", inputs="rests"),
        "corrected": Column("Value corrected", "GBP", inputs="from_both"),
        "ratio": Column("Corrected value for each pound of cost", RATIO, decimals=2),
    },
    header="Outcome",
    words=("grade",),
)
def optimism_corrected(case: Case, grades: Mapping[str, str], stipulated: Register) -> pd.DataFrame | None:
    """Each outcome's value times the factor of its evidence grade (A to D); factors are shares of the value that count.

    `stipulated` holds the factors as entries `optimism_factor_a` and so on. Index: outcome, then all outcomes. Columns: grade,
    factor, value (as modelled), corrected (GBP), ratio (corrected value by cost), and what value and corrected value rest on.
    None without grades; raises InputError for an outcome without one.
    """
    if not grades:
        return None
    found = pd.Series({name: float(value) for name, value in case.at().by_outcome.items()}, name="value")
    given = [_grade(grades.get(name, ""), name) for name in found.index]
    factors = [stipulated[_factor(grade)].value for grade in given]
    rests = case.rests("outcome_steps", found.index)
    both = [f"{rest} assumption:{_factor(grade)}" for rest, grade in zip(rests, given, strict=True)]
    frame = pd.DataFrame({"grade": given, "factor": factors, "value": found, "corrected": found * factors})
    frame = frame.assign(rests=rests, from_both=both)
    every = " ".join(dict.fromkeys(" ".join(both).split()))
    whole = {"grade": "", "factor": np.nan, **frame[["value", "corrected"]].sum()}
    frame.loc[ALL] = {**whole, "rests": " ".join(case.inputs), "from_both": every}
    return frame.assign(ratio=frame["corrected"] / float(case.at().cost)).rename_axis("outcome")


def _factor(grade: str) -> str:
    return f"optimism_factor_{grade.lower()}"


def _grade(grade: str, outcome: str) -> str:
    """The grade, if it is one; InputError otherwise."""
    if grade not in GRADES:
        raise InputError(
            PLACE,
            column=f"grades.{outcome}",
            found=repr(grade) if grade else "nothing",
            expected=f"one of {', '.join(GRADES)}",
            action="state the evidence grade of every outcome of the value map",
        )
    return grade
