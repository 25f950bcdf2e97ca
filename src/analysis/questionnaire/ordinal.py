"""Ordered logit of the answer on having taken part: a check that uses only the order of the answers."""

import math
import warnings

import numpy as np
import pandas as pd

FLAT = 1e-3  # the steepest slope of the log-likelihood that counts as a maximum


def ordered_logit_change(pairs: pd.DataFrame, level: float = 0.95) -> pd.Series:
    """Odds of a higher answer after against before, over all cut points, standard errors clustered on people.

    Both answers of a person are stacked and the answer regressed on an indicator of "after" (P. McCullagh, JRSS B 42,
    1980, 109-142). Returns n, log_odds, se, odds_ratio, low, high, p (normal). All NaN where the model has no estimate:
    fewer than two answers in use, every answer after above every answer before, or no greatest likelihood found.
    """
    answers = np.concatenate([pairs["before"], pairs["after"]]).astype(float)
    after = np.repeat([0.0, 1.0], len(pairs))
    if len(np.unique(answers)) < 2 or _separated(pairs):
        return _row(len(pairs), math.nan, math.nan, level)
    fit = _fit(answers, after, np.tile(np.arange(len(pairs)), 2))
    if not np.abs(fit.model.score(fit.params)).max() < FLAT:
        return _row(len(pairs), math.nan, math.nan, level)
    return _row(len(pairs), float(fit.params.iloc[0]), float(fit.bse.iloc[0]), level)


def _separated(pairs: pd.DataFrame) -> bool:
    return bool(pairs["before"].max() <= pairs["after"].min() or pairs["after"].max() <= pairs["before"].min())


def _fit(answers: np.ndarray, after: np.ndarray, people: np.ndarray):  # noqa: ANN202 (statsmodels has no public type)
    from statsmodels.miscmodels.ordinal_model import OrderedModel
    from statsmodels.tools.sm_exceptions import ConvergenceWarning

    used = pd.Series(pd.Categorical(answers, ordered=True))
    model = OrderedModel(used, pd.DataFrame({"after": after}), distr="logit")
    with warnings.catch_warnings():
        # The optimiser warns of overflow on steps it then takes back.
        warnings.simplefilter("ignore", RuntimeWarning)
        # Whether it came to an end is judged by the slope of the likelihood, not by the optimiser's own, stricter, rule.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(method="bfgs", disp=0, maxiter=500, gtol=1e-8, cov_type="cluster", cov_kwds={"groups": people})


def _row(n: int, log_odds: float, error: float, level: float) -> pd.Series:
    from scipy.special import ndtr, ndtri

    half = float(ndtri((1 + level) / 2)) * error
    return pd.Series(
        {
            "n": n,
            "log_odds": log_odds,
            "se": error,
            "odds_ratio": math.exp(log_odds),
            "low": math.exp(log_odds - half),
            "high": math.exp(log_odds + half),
            "p": float(2 * ndtr(-abs(log_odds / error))),
        }
    )
