"""Whether the slope hangs on any one person: summaries that point at nobody."""

from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.described import Basis, described
from analysis.english.models import least_squares
from analysis.english.sample import MONTHS_IN_A_YEAR
from analysis.results import Column, Kind

_SLOPE, _YES = Column("", "points a year", decimals=3), {True: "yes", False: "no"}


@described(
    Kind.MEASURED,
    {"value": Column("Value", "points a year")},
    {
        "slope": replace(_SLOPE, label="Slope with everybody"),
        "slope_p10": replace(_SLOPE, label="Lower tenth of the slopes without one person"),
        "slope_p90": replace(_SLOPE, label="Upper tenth of the slopes without one person"),
        "sign_changes": Column("Does leaving out any one person change the sign?"),
        "significance_changes": Column("Does leaving out any one person change whether zero is excluded?"),
    },
    "Measure",
    Basis("Slope without one person", "statistic", "percentile"),
)
def leave_one_out(sample: pd.DataFrame, level: float = 0.95) -> pd.DataFrame:
    """`influence_summary` in points a year, without what would tell of how many people carry the slope: column value."""
    found = influence_summary(sample, 1 - level)
    slopes = {name: MONTHS_IN_A_YEAR * float(found[name]) for name in ("slope", "slope_p10", "slope_p90")}
    answers = {name: _YES[found[name]] for name in ("sign_changes", "significance_changes")}
    return pd.DataFrame({"value": pd.Series({**slopes, **answers}, dtype=object)})


def influence_summary(sample: pd.DataFrame, alpha: float = 0.05) -> pd.Series:
    """How the straight line of English on months reacts to leaving out each person in turn.

    Returns `n`, `cutoff` (4 / n, R. D. Cook and S. Weisberg 1982), `above_cutoff` (people whose Cook's distance exceeds it),
    `slope`, `slope_p10` and `slope_p90` (percentiles of the slope without one person; the extremes would be single
    cases), `sign_changes` and `significance_changes` (whether leaving out any one person would do so, HC4 at `alpha`).
    """
    x = np.column_stack([np.ones(len(sample)), sample["months"]])
    y = sample["english"].to_numpy()
    # Whoever gave the same two answers leaves the same behind.
    _, first, place = np.unique(np.column_stack([x, y]), axis=0, return_index=True, return_inverse=True)
    slopes, significant = np.array([_without(x, y, person, alpha) for person in first])[place.reshape(-1)].T
    beta, covariance, _ = least_squares(x, y)
    distances = cooks_distances(x, y)
    return pd.Series(
        {
            "n": len(y),
            "cutoff": 4 / len(y),
            "above_cutoff": int((distances > 4 / len(y)).sum()),
            "slope": beta[1],
            "slope_p10": np.quantile(slopes, 0.1),
            "slope_p90": np.quantile(slopes, 0.9),
            "sign_changes": bool((np.sign(slopes) != np.sign(beta[1])).any()),
            "significance_changes": bool((significant != _significant(beta, covariance, len(y), alpha)).any()),
        },
        dtype=object,
    )


def cooks_distances(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Cook's distance of each person: e² h / (p s² (1 - h)²). For summaries only; never shown person by person."""
    inverse = np.linalg.inv(x.T @ x)
    residuals, leverage = y - x @ (inverse @ x.T @ y), np.einsum("ij,jk,ik->i", x, inverse, x)
    parameters = x.shape[1]
    variance = residuals @ residuals / (len(y) - parameters)
    if variance <= 1e-20 * max(float(y @ y), 1.0):
        return np.zeros(len(y))  # everybody on one line: nobody pulls it
    return residuals**2 * leverage / (parameters * variance * (1 - leverage) ** 2)


def _without(x: np.ndarray, y: np.ndarray, person: int, alpha: float) -> tuple[float, bool]:
    kept = np.arange(len(y)) != person
    beta, covariance, _ = least_squares(x[kept], y[kept])
    return beta[1], _significant(beta, covariance, len(y) - 1, alpha)


def _significant(beta: np.ndarray, covariance: np.ndarray, n: int, alpha: float) -> bool:
    from scipy.special import stdtrit

    return bool(abs(beta[1]) > stdtrit(n - 2, 1 - alpha / 2) * np.sqrt(covariance[1, 1]))
