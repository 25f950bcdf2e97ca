"""Ordered logit of the answer on having taken part: a check that uses only the order of the answers."""

import math

import numpy as np
import pandas as pd

from analysis.ordered_logit import fit_ordered_logit, odds


def ordered_logit_change(pairs: pd.DataFrame, level: float = 0.95) -> pd.Series:
    """Odds of a higher answer after against before, over all cut points, standard errors clustered on people.

    Both answers of a person are stacked and the answer regressed on an indicator of "after" (P. McCullagh, JRSS B 42,
    1980, 109-142). Returns n, log_odds, se, odds_ratio, low, high, p (normal). All NaN where the model has no estimate:
    fewer than two answers in use, or every answer after above every answer before, or below. Where nobody's answer
    changed the interval has no width and p is 1.
    """
    log_odds, error = _estimate(pairs)
    return pd.Series({"n": len(pairs), "log_odds": log_odds, "se": error, **odds(log_odds, error, level)})


def _estimate(pairs: pd.DataFrame) -> tuple[float, float]:
    """Log odds and their standard error."""
    answers = np.concatenate([pairs["before"], pairs["after"]]).astype(float)
    fit = fit_ordered_logit(answers, np.repeat([0.0, 1.0], len(pairs)))
    if fit is None:
        return math.nan, math.nan
    if (pairs["before"] == pairs["after"]).all():  # all influence cancels, and what rounding leaves of it is no error
        return 0.0, 0.0
    return fit.log_odds, math.sqrt(fit.clustered_variance(np.tile(np.arange(len(pairs)), 2)))
