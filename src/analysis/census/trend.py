"""Estimator 3, the survey trend: a weighted straight line through the yearly estimates of the Annual Population Survey."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.census.survey import Z_95, sampling_variance

NORMAL = "95% normal"

CENSUS_DATE = 2011 + 86 / 365  # 27 March 2011, as a decimal year
FEWEST_YEARS = 3  # of the survey, for a line and its error
MID_YEAR = 0.5  # an estimate for a calendar year stands at its middle


@dataclass(frozen=True)
class Trend:
    """Fitted lines, one row for each area; persons and persons a year; intervals are 95% normal."""

    lines: pd.DataFrame
    fitted: pd.DataFrame


def weighted_trend(
    estimates: pd.DataFrame, half_widths: pd.DataFrame, correlation: float = 0.0, at: float = CENSUS_DATE
) -> Trend:
    """A straight line for each area through survey estimates whose variances are known.

    `estimates`, `half_widths`: areas x years, persons, NaN where suppressed. The variance of each estimate is
    (half-width / 1.96)² + 1000² / 12, sampling and rounding; years `k` apart correlate by `correlation`**k, since the
    survey's local samples overlap. Generalised least squares with known variances (Aitken 1935), so intervals are
    normal: ± 1.96 standard errors.

    Returns lines (level at `at`, yearly change, change over ten years, each with its interval; `years` used; `fit`, the
    chi-square of the residuals, and `freedom`, its degrees of freedom) and the fitted value of each year. Areas with
    fewer than three years are NaN.
    """
    years = estimates.columns.to_numpy(dtype=float) + MID_YEAR - at
    present = (estimates.notna() & half_widths.notna()).to_numpy()
    design = np.column_stack([np.ones_like(years), years])
    values = np.where(present, estimates.to_numpy(dtype=float), 0.0)
    precision = _precision(half_widths.to_numpy(dtype=float), present, correlation)
    coefficients, covariance, enough = _solve(design, values, precision, present)
    residuals = np.where(present, values - coefficients @ design.T, 0.0)
    fit = np.einsum("ai,aij,aj->a", residuals, precision, residuals)
    lines = _lines(estimates.index, coefficients, np.sqrt(np.einsum("aii->ai", covariance)))
    lines["years"] = present.sum(axis=1)
    lines["fit"] = np.where(enough, fit, np.nan)
    lines["freedom"] = np.maximum(present.sum(axis=1) - 2, 0)
    return Trend(lines, pd.DataFrame(coefficients @ design.T, index=estimates.index, columns=estimates.columns))


def _precision(half_widths: np.ndarray, present: np.ndarray, correlation: float) -> np.ndarray:
    """Inverse covariance matrices, (areas, years, years); a missing year has no weight."""
    size = half_widths.shape[1]
    variance = np.where(present, sampling_variance(np.where(present, half_widths, 0.0)), 1.0)
    error = np.sqrt(variance)
    apart = np.abs(np.subtract.outer(np.arange(size), np.arange(size)))
    pattern = np.where(apart == 0, 1.0, correlation**apart if correlation else 0.0)
    both = present[:, :, None] & present[:, None, :]
    covariance = np.where(both | (apart == 0), error[:, :, None] * error[:, None, :] * pattern, 0.0)
    return np.linalg.inv(covariance) * both


def _solve(
    design: np.ndarray, values: np.ndarray, precision: np.ndarray, present: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    enough = present.sum(axis=1) >= FEWEST_YEARS
    information = np.einsum("ip,aij,jq->apq", design, precision, design)
    information[~enough] = np.eye(2)
    covariance = np.linalg.inv(information)
    coefficients = np.einsum("apq,iq,aij,aj->ap", covariance, design, precision, values)
    coefficients[~enough] = np.nan
    covariance[~enough] = np.nan
    return coefficients, covariance, enough


def _lines(index: pd.Index, coefficients: np.ndarray, errors: np.ndarray) -> pd.DataFrame:
    columns = {}
    for name, place, factor in (("level", 0, 1), ("yearly_change", 1, 1), ("decade_change", 1, 10)):
        columns[name] = coefficients[:, place] * factor
        columns[f"{name}_low"] = (coefficients[:, place] - Z_95 * errors[:, place]) * factor
        columns[f"{name}_high"] = (coefficients[:, place] + Z_95 * errors[:, place]) * factor
    return pd.DataFrame(columns, index=index)


def trend_chart_data(
    trend: Trend, estimates: pd.DataFrame, half_widths: pd.DataFrame, code: str, census: float
) -> pd.DataFrame:
    """One area's series for a chart: year, estimate, low, high, fitted, and the census count beside 2011 (persons)."""
    columns = {"estimate": estimates, "half_width": half_widths, "fitted": trend.fitted}
    frame = pd.DataFrame({name: values.loc[code] for name, values in columns.items()})
    frame["low"], frame["high"] = frame["estimate"] - frame["half_width"], frame["estimate"] + frame["half_width"]
    frame["census"] = np.where(frame.index == int(CENSUS_DATE), census, np.nan)
    return frame.drop(columns="half_width").reset_index()
