"""The people with both answers, and the forms that time in the UK may take in a model."""

from collections.abc import Sequence
from enum import StrEnum

import numpy as np
import pandas as pd

from analysis.described import Basis, described, of_nothing_nothing
from analysis.results import Column, Kind

MONTHS_IN_A_YEAR = 12


class Form(StrEnum):
    """How English may depend on months in the UK."""

    LINEAR = "the same gain every month"
    LOG = "gains that shrink as time goes on (log of months + 1)"
    SPLINE = "a smooth curve (restricted cubic spline)"


@of_nothing_nothing
def english_sample(
    records: pd.DataFrame,
    outcome: str = "english_at_joining",
    time: str = "months_in_uk",
    covariates: Sequence[str] = (),
) -> pd.DataFrame:
    """Columns `english` and `months` as numbers, and the covariates, for everybody who gave them all.

    An answer that is no number counts as missing. Raises ValueError for negative months or fewer than five people.
    """
    numbers = {"english": outcome, "months": time}
    sample = pd.DataFrame(
        {name: pd.to_numeric(records[column], errors="coerce").astype("float64") for name, column in numbers.items()}
    )
    sample = pd.concat([sample, records[list(covariates)]], axis=1)
    sample = sample[np.isfinite(sample[["english", "months"]]).all(axis=1)].dropna()
    if (sample["months"] < 0).any():
        raise ValueError("months in the UK cannot be negative")
    if len(sample) < 5:
        raise ValueError("fewer than five people gave English and time in the UK")
    sample.attrs |= records.attrs
    return sample


_BOTH = "People with English and time in the UK"


@described(Kind.MEASURED, rows={"n": Column(_BOTH, "people")}, basis=Basis(_BOTH, "base"))
def sample_size(sample: pd.DataFrame) -> pd.DataFrame:
    """How many people gave both answers (index: n; column: value)."""
    return pd.DataFrame({"value": {"n": len(sample)}})


def time_columns(months: np.ndarray, form: Form, knots: np.ndarray) -> np.ndarray:
    """The columns that time contributes to a design matrix: one for linear and log, two for a spline with three knots."""
    if form is Form.LINEAR:
        return months[:, None]
    if form is Form.LOG:
        return np.log1p(months)[:, None]
    return restricted_cubic_spline(months, knots)


def spline_knots(months: np.ndarray) -> np.ndarray:
    """Knots at the 10th, 50th and 90th percentile (F. E. Harrell, Regression Modeling Strategies, 2015, section 2.4.6).

    Raises ValueError if they are not three different numbers.
    """
    knots = np.quantile(months, [0.1, 0.5, 0.9])
    if not (np.diff(knots) > 0).all():
        raise ValueError("too many people share the same time in the UK for a curve; use a linear or log form")
    return knots


def restricted_cubic_spline(x: np.ndarray, knots: np.ndarray) -> np.ndarray:
    """Basis that is cubic between the knots and straight beyond them (Harrell 2015, formula 2.25): x and k - 2 terms."""
    last, before = knots[-1], knots[-2]
    terms = [
        _cube(x - knot)
        - _cube(x - before) * (last - knot) / (last - before)
        + _cube(x - last) * (before - knot) / (last - before)
        for knot in knots[:-2]
    ]
    return np.column_stack([x, *(term / (last - knots[0]) ** 2 for term in terms)])


def _cube(x: np.ndarray) -> np.ndarray:
    return np.maximum(x, 0) ** 3
