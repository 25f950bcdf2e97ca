"""Models of English on time in the UK: slopes, gains over a year, fitted bands, and what needs no straight line."""

import math
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.bounds.intervals import squared_correlation
from analysis.described import Basis, described
from analysis.english.sample import MONTHS_IN_A_YEAR, Form, spline_knots, time_columns
from analysis.ordered_logit import fit_ordered_logit, odds
from analysis.results import Column, Kind, p_column

BASIS = Basis("English on time in the UK", "model", parameters=3)
_FORMS = {
    "linear": Column("The same gain every month"),
    "log": Column("Gains that shrink"),
    "spline": Column("A smooth curve"),
}
_R_SQUARED = Column("R²", decimals=4, low="low", high="high", interval="{level} (jackknife t)")
_RHO = Column("Spearman's rank correlation", decimals=2, low="low", high="high", interval="{level} (Bonett-Wright)")


def _ends(label: str, unit: str = "") -> Column:
    """A column of numbers with their HC4 interval."""
    return Column(label, unit, decimals=2, low="low", high="high", interval="{level} (HC4)")


@dataclass(frozen=True)
class Fit:
    """Least squares with HC4 covariance. `knots` is empty unless the form is a spline; time columns come after the 1."""

    form: Form
    knots: np.ndarray
    coefficients: np.ndarray
    covariance: np.ndarray
    r_squared: float
    n: int
    time_terms: int

    @property
    def df(self) -> int:
        """Observations less parameters."""
        return self.n - len(self.coefficients)


def least_squares(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Coefficients, their HC4 covariance and R² (x: people x parameters with a column of ones, or columns that add up to ones).

    HC4 divides each squared residual by (1 - h)^d, h its leverage and d the smaller of 4 and h over the mean leverage (F.
    Cribari-Neto, Computational Statistics & Data Analysis 45, 2004, 215-233): right for any error variances. With skewed
    times and few people it covers where HC3 falls short (docs/coverage.md). Raises ValueError if x has no full rank or one
    person alone determines a coefficient.
    """
    if np.linalg.matrix_rank(x) < x.shape[1]:
        raise ValueError("the columns of the model say the same thing twice; leave one out")
    inverse = np.linalg.inv(x.T @ x)
    beta = inverse @ x.T @ y
    if not np.ptp(y):  # what rounding leaves of answers that are all alike would have an error, and a t, of its own
        beta = y[0] * np.rint(inverse @ x.sum(axis=0))
    residuals, leverage = y - x @ beta, np.einsum("ij,jk,ik->i", x, inverse, x)
    if leverage.max() > 1 - 1e-10:
        raise ValueError("one person alone determines a coefficient; leave that covariate out")
    weighted = x * (residuals * hc4_weights(leverage) ** 0.5)[:, None]
    spread = float(((y - y.mean()) ** 2).sum())
    r_squared = 1 - float(residuals @ residuals) / spread if spread else math.nan
    return beta, inverse @ (weighted.T @ weighted) @ inverse, r_squared


def hc4_weights(leverage: np.ndarray) -> np.ndarray:
    """What HC4 multiplies each squared residual by: 1 / (1 - h)^d; see `least_squares`."""
    return (1 - leverage) ** -np.minimum(4.0, leverage / leverage.mean())


def hc4_wald(x: np.ndarray, y: np.ndarray, last: int) -> float:
    """p-value of the hypothesis that the `last` coefficients are all zero: b' V^-1 b / last, V of HC4, against F(last, n - p).

    NaN where y has no spread.
    """
    from scipy.special import fdtrc

    beta, covariance, r_squared = least_squares(x, y)
    if math.isnan(r_squared):
        return math.nan
    found = beta[-last:] @ np.linalg.solve(covariance[-last:, -last:], beta[-last:]) / last
    return float(fdtrc(last, x.shape[0] - x.shape[1], found))


def fit(sample: pd.DataFrame, form: Form = Form.LINEAR) -> Fit:
    """Regress English on time in a form, with every further column of the sample as a covariate (texts as indicators)."""
    design, knots, terms = design_of(sample, form)
    beta, covariance, r_squared = least_squares(design, sample["english"].to_numpy())
    return Fit(form, knots, beta, covariance, r_squared, len(sample), terms)


def design_of(sample: pd.DataFrame, form: Form) -> tuple[np.ndarray, np.ndarray, int]:
    """The design matrix of a form (people x parameters: ones, time, covariates), the knots, and how many columns are of time."""
    months = sample["months"].to_numpy()
    knots = spline_knots(months) if form is Form.SPLINE else np.empty(0)
    time = time_columns(months, form, knots)
    return np.column_stack([np.ones(len(sample)), time, _covariates(sample)]), knots, time.shape[1]


def gain_contrast(form: Form, knots: np.ndarray, parameters: int, start: float, months: float) -> np.ndarray:
    """What each coefficient of a model adds to the gain over `months` from `start`."""
    before, after = time_columns(np.array([start, start + months]), form, knots)
    contrast = np.zeros(parameters)
    contrast[1 : 1 + len(before)] = after - before
    return contrast


def _covariates(sample: pd.DataFrame) -> np.ndarray:
    others = sample.drop(columns=["english", "months"])
    if not len(others.columns):
        return np.empty((len(sample), 0))
    return pd.get_dummies(others, drop_first=True, dtype=float).to_numpy(dtype=float)


def slope(sample: pd.DataFrame, form: Form = Form.LINEAR, level: float = 0.95) -> pd.Series:
    """The slope on time with its HC4 t interval, and R² with its own (`squared_correlation`).

    Returns n, slope, se, low, high, t, p, r_squared, r_squared_low, r_squared_high. The slope is per month, or per
    unit of log(months + 1); a spline has no single slope and is refused with ValueError (see `gain`). R² and its interval
    are NaN with covariates, since they are then not about time alone.
    """
    if form is Form.SPLINE:
        raise ValueError("a spline has no single slope; ask for the gain over a year")
    found = fit(sample, form)
    row = _estimate(found.coefficients[1], found.covariance[1, 1], found.df, level)
    alone = len(found.coefficients) == 2 and found.r_squared < 1
    time = time_columns(sample["months"].to_numpy(), form, found.knots)[:, 0]
    ends = squared_correlation(time, sample["english"].to_numpy(), level) if alone else None
    shares = (found.r_squared, ends.low, ends.high) if ends else (math.nan,) * 3
    return pd.Series(
        {
            "n": found.n,
            "slope": row.pop("value"),
            **row,
            **dict(zip(("r_squared", "r_squared_low", "r_squared_high"), shares, strict=True)),
        }
    )


def gain(
    sample: pd.DataFrame,
    form: Form = Form.LINEAR,
    start: float | None = None,
    months: float = MONTHS_IN_A_YEAR,
    level: float = 0.95,
) -> pd.Series:
    """English gained without support over `months` from `start` (default: the sample's mean time in the UK).

    The difference of two fitted values and its HC4 t interval: 12 x slope for the linear form. In points of the scale;
    `gain_sd` divides by the standard deviation of English. Returns n, start, gain, se, low, high, t, p, gain_sd.
    """
    found = fit(sample, form)
    start = float(sample["months"].mean()) if start is None else start
    contrast = gain_contrast(form, found.knots, len(found.coefficients), start, months)
    row = _estimate(contrast @ found.coefficients, contrast @ found.covariance @ contrast, found.df, level)
    value, sd = row.pop("value"), float(sample["english"].std())
    return pd.Series({"n": found.n, "start": start, "gain": value, **row, "gain_sd": value / sd if sd else math.nan})


@described(
    Kind.MEASURED,
    {"gain": _ends("Gain in a year", "points"), "sd": Column("In standard deviations of English", decimals=2)},
    _FORMS,
    "Form",
    BASIS,
)
def gains_by_form(sample: pd.DataFrame, start: float | None = None, level: float = 0.95) -> pd.DataFrame:
    """`gain` over a year under each form, one row each (index: linear, log, spline); `sd` is its `gain_sd`."""
    rows = {form.name.lower(): gain(sample, form, start, level=level) for form in Form}
    return pd.DataFrame(rows).T.rename_axis("form").rename(columns={"gain_sd": "sd"})


@described(
    Kind.MEASURED,
    {"value": Column("Value", low="low", high="high", interval="{level}"), "p": p_column()},
    {
        "r_squared": replace(_R_SQUARED, label="R² of the straight line"),
        "rho": _RHO,
        "odds": Column(
            "Odds of better English for each year (ordered logit)",
            decimals=2,
            low="low",
            high="high",
            interval="{level} (normal)",
        ),
        "bend": Column("Is a curve better than a line? t of the bend", decimals=2),
    },
    "Measure",
    BASIS,
)
def strength(sample: pd.DataFrame, level: float = 0.95) -> pd.DataFrame:
    """How closely English goes with time in the UK: `value`, `low`, `high`, `p` of R², rho, odds and the test of a bend."""
    line, rank = slope(sample, level=level), spearman(sample, level)
    logit, bend = ordered_logit(sample, level), nonlinearity(sample)
    rows = {
        "r_squared": (line["r_squared"], line["r_squared_low"], line["r_squared_high"], line["p"]),
        "rho": (rank["rho"], rank["low"], rank["high"], rank["p"]),
        "odds": (logit["odds_ratio"], logit["low"], logit["high"], logit["p"]),
        "bend": (bend["t"], math.nan, math.nan, bend["p"]),
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=["value", "low", "high", "p"])


@described(
    Kind.MEASURED,
    rows={
        "r_squared": _R_SQUARED,
        "rho": _RHO,
        "yearly_gain": _ends("Gain of English in a year without support, points"),
        "p": replace(p_column(), label="p-value of the slope"),
    },
    basis=BASIS,
)
def headline(sample: pd.DataFrame, start: float, level: float = 0.95) -> pd.DataFrame:
    """The numbers of the answer: `value`, `low`, `high` of r_squared, rho, p, and the yearly_gain that a social return
    model credits to time and not to support."""
    found, yearly = strength(sample, level), gains_by_form(sample, start, level).loc["linear"]
    rows = {
        **{name: found.loc[name, ["value", "low", "high"]].tolist() for name in ("r_squared", "rho")},
        "yearly_gain": yearly[["gain", "low", "high"]].tolist(),
        "p": [found.loc["r_squared", "p"], math.nan, math.nan],
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=["value", "low", "high"])


def nonlinearity(sample: pd.DataFrame) -> pd.Series:
    """HC4 Wald test that the curve of a spline is a straight line: t, df, p."""
    found = fit(sample, Form.SPLINE)
    row = _estimate(found.coefficients[2], found.covariance[2, 2], found.df, 0.95)
    return pd.Series({"t": row["t"], "df": found.df, "p": row["p"]})


def fitted_band(sample: pd.DataFrame, form: Form, months: np.ndarray, level: float = 0.95) -> pd.DataFrame:
    """Mean English fitted at each of `months` with its HC4 interval: `months`, `fit`, `low`, `high`; for the figure.

    The sample must hold no covariates (ValueError otherwise).
    """
    from scipy.special import stdtrit

    found = fit(sample, form)
    if len(found.coefficients) != 1 + found.time_terms:
        raise ValueError("a band over time alone needs a model without covariates")
    design = np.column_stack([np.ones(len(months)), time_columns(np.asarray(months, dtype=float), form, found.knots)])
    middle = design @ found.coefficients
    half = stdtrit(found.df, (1 + level) / 2) * np.sqrt(np.einsum("ij,jk,ik->i", design, found.covariance, design))
    return pd.DataFrame({"months": months, "fit": middle, "low": middle - half, "high": middle + half})


@described(
    Kind.MEASURED,
    {
        "fit": _ends("Straight line", "points"),
        "log": Column("Gains that shrink", "points", decimals=2),
        "spline": Column("Smooth curve", "points", decimals=2),
    },
    header="Months in the UK",
    basis=BASIS,
)
def fitted_lines(sample: pd.DataFrame, fewest: int, level: float = 0.95, step: int = 6) -> pd.DataFrame:
    """`fitted_band` of each form over the months beyond either end of which `fewest` people lie, every `step` months.

    Index: months. Columns: fit, low, high of the straight line; log, log_low, log_high; spline, spline_low, spline_high.
    """
    edge = fewest / len(sample)
    low, high = (int(round(float(sample["months"].quantile(q)))) for q in (edge, 1 - edge))
    months = np.unique(np.append(np.arange(low, high, step), high))
    bands = {form.name.lower(): fitted_band(sample, form, months, level).set_index("months") for form in Form}
    line = bands.pop("linear")
    others = [
        band.rename(columns={"fit": name, "low": f"{name}_low", "high": f"{name}_high"}) for name, band in bands.items()
    ]
    return pd.concat([line, *others], axis=1)


def spearman(sample: pd.DataFrame, level: float = 0.95) -> pd.Series:
    """Rank correlation of English and time: n, rho, low, high, p.

    Interval by Fisher's z with variance (1 + rho²/2)/(n - 3) (D. G. Bonett and T. A. Wright, Psychometrika 65, 2000,
    23-28); p from t = rho sqrt((n - 2)/(1 - rho²)). NaN if either has no spread.
    """
    from scipy.special import ndtri, stdtr

    n, rho = len(sample), float(sample["english"].rank().corr(sample["months"].rank()))
    if math.isnan(rho) or abs(rho) > 1 - 1e-12:  # perfect agreement can come out as 0.9999999999999999
        rho, p = float(np.round(rho)), math.nan if math.isnan(rho) else 0.0
        return pd.Series({"n": n, "rho": rho, "low": rho, "high": rho, "p": p})
    half = float(ndtri((1 + level) / 2)) * math.sqrt((1 + rho**2 / 2) / (n - 3))
    t = rho * math.sqrt((n - 2) / (1 - rho**2))
    ends = math.tanh(math.atanh(rho) - half), math.tanh(math.atanh(rho) + half)
    return pd.Series({"n": n, "rho": rho, "low": ends[0], "high": ends[1], "p": float(2 * stdtr(n - 2, -abs(t)))})


def ordered_logit(sample: pd.DataFrame, level: float = 0.95) -> pd.Series:
    """Odds of better English for each further year in the UK, over all cut points: n, odds_ratio, low, high, p.

    Maximum likelihood of the proportional odds model (P. McCullagh, JRSS B 42, 1980), standard error from the information.
    NaN where it has no estimate, as when all English is the same.
    """
    fit = fit_ordered_logit(
        sample["english"].to_numpy(dtype=float), sample["months"].to_numpy(dtype=float) / MONTHS_IN_A_YEAR
    )
    log_odds, error = (fit.log_odds, math.sqrt(fit.variance())) if fit else (math.nan, math.nan)
    return pd.Series({"n": len(sample), **odds(log_odds, error, level)})


def _estimate(value: float, variance: float, df: int, level: float) -> dict[str, float]:
    from scipy.special import stdtr, stdtrit

    error = math.sqrt(max(float(variance), 0.0))
    t = float(value) / error if error else (math.copysign(math.inf, value) if value else 0.0)
    half = float(stdtrit(df, (1 + level) / 2)) * error
    return {
        "value": float(value),
        "se": error,
        "low": value - half,
        "high": value + half,
        "t": t,
        "p": float(2 * stdtr(df, -abs(t))),
    }
