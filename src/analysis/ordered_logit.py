"""The proportional odds model of ordered answers on one covariate, by Newton's method (P. McCullagh, JRSS B 42, 1980, 109-142).

P(answer <= k) = F(c_k - b x) with F the logistic function: every cut point c_k has the same log odds b. For an answer between
the cut points l and u, both less b x, log P = log F(u) + log(1 - F(l)) + log(1 - exp(l - u)). All three terms are concave, so
the likelihood has one maximum or none (J. W. Pratt, JASA 76, 1981, 103-106), and their derivatives are short.
"""

import math
from dataclasses import dataclass

import numpy as np

MOST_STEPS = 50  # of Newton's method; ten do where the likelihood has a maximum
GAIN = 1e-10  # twice what the last step adds to the log-likelihood; the estimate is then right to ten digits and more


@dataclass(frozen=True)
class OrderedLogit:
    """The model at its maximum: `log_odds` of a higher answer for each unit of the covariate, and the cut points.

    `slopes` has a row for each answer, `information` is minus the second derivative; parameters are the cut points, then
    the log odds.
    """

    log_odds: float
    cuts: np.ndarray
    slopes: np.ndarray
    information: np.ndarray

    def variance(self) -> float:
        """Of the log odds, if answers are independent: from the inverse of the information."""
        return float(np.linalg.inv(self.information)[-1, -1])

    def clustered_variance(self, groups: np.ndarray) -> float:
        """Of the log odds, if answers of one group (a label for each answer) go together.

        The sum of squares of the groups' influence (their slopes by the inverse of the information), times
        g/(g - 1) (n - 1)/(n - k) for g groups, n answers and k parameters (A. C. Cameron, D. L. Miller, Journal of Human
        Resources 50, 2015, 317-372, section II).
        """
        labels, place = np.unique(groups, return_inverse=True)
        n, k = self.slopes.shape
        influence = np.bincount(place, self.slopes @ np.linalg.inv(self.information)[-1])
        return float(influence @ influence) * len(labels) / (len(labels) - 1) * (n - 1) / (n - k)


def odds(log_odds: float, error: float, level: float = 0.95) -> dict[str, float]:
    """The odds ratio, the ends of its interval (`low`, `high`) and `p`, by the normal distribution; all NaN from NaN.

    Without error the interval has no width, and p is 0, or 1 where the log odds are 0.

    >>> odds(math.log(4.0), 0.0)
    {'odds_ratio': 4.0, 'low': 4.0, 'high': 4.0, 'p': 0.0}
    """
    from scipy.special import ndtr, ndtri

    half = float(ndtri((1 + level) / 2)) * error
    z = log_odds / error if error else (math.inf if log_odds else 0.0)
    ends = {"odds_ratio": log_odds, "low": log_odds - half, "high": log_odds + half}
    return {name: math.exp(value) for name, value in ends.items()} | {"p": float(2 * ndtr(-abs(z)))}


def fit_ordered_logit(answers: np.ndarray, covariate: np.ndarray) -> OrderedLogit | None:
    """The model of answers (any numbers; their order counts) on a covariate, one number for each answer.

    None where there is no greatest likelihood: fewer than two answers in use, a covariate that never varies, or one that
    never falls, or never rises, from any answer to a higher one.

    >>> fit = fit_ordered_logit(np.repeat([1, 2, 1, 2], [30, 10, 10, 30]), np.repeat([0, 1], [40, 40]))
    >>> round(math.exp(fit.log_odds), 6)  # odds of 3 against odds of 1/3
    9.0
    """
    values, levels = np.unique(answers, return_inverse=True)
    covariate = np.asarray(covariate, dtype=float)
    if len(values) < 2 or np.ptp(covariate) == 0 or _sorted(levels, covariate) or _sorted(levels, -covariate):
        return None
    likelihood = _Likelihood.of(levels, covariate)
    below = np.cumsum(np.bincount(levels))[:-1] / len(levels)
    at = _climb(likelihood, np.append(np.log(below / (1 - below)), 0.0))
    return (
        None if at is None else OrderedLogit(float(at[-1]), at[:-1], likelihood.slopes(at), likelihood.information(at))
    )


def _sorted(levels: np.ndarray, covariate: np.ndarray) -> bool:
    """Whether nobody has less of the covariate than anybody with a lower answer: the likelihood then rises for ever."""
    order = np.lexsort((covariate, levels))
    return bool((np.diff(covariate[order]) >= 0).all())


@dataclass(frozen=True)
class _Likelihood:
    """Of each answer, which parameters its upper and its lower end add up, and what is added to them: infinity at the ends."""

    upper: np.ndarray
    lower: np.ndarray
    add_upper: np.ndarray
    add_lower: np.ndarray

    @classmethod
    def of(cls, levels: np.ndarray, covariate: np.ndarray) -> "_Likelihood":
        """Levels are 0, 1, 2, ...; the ends of level k are the cut points k - 1 and k, of which the outermost are no parameters."""
        last = levels.max()
        inner, outer = levels < last, levels > 0
        upper = np.column_stack([np.eye(last + 1, last)[levels], -covariate * inner])
        lower = np.column_stack([np.eye(last + 1, last, k=-1)[levels], -covariate * outer])
        return cls(upper, lower, np.where(inner, 0.0, np.inf), np.where(outer, 0.0, -np.inf))

    def ends(self, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Upper and lower end of each answer on the scale of log odds."""
        return self.upper @ at + self.add_upper, self.lower @ at + self.add_lower

    def log(self, at: np.ndarray) -> float:
        """Log-likelihood; minus infinity where cut points are out of order."""
        from scipy.special import log_expit

        high, low = self.ends(at)
        if (high <= low).any():
            return -np.inf
        return float((log_expit(high) + log_expit(-low) + np.log(-np.expm1(low - high))).sum())

    def slopes(self, at: np.ndarray) -> np.ndarray:
        """First derivatives, a row for each answer."""
        from scipy.special import expit

        high, low = self.ends(at)
        parts = (
            (expit(-high), self.upper),
            (-expit(low), self.lower),
            (1 / np.expm1(high - low), self.upper - self.lower),
        )
        return sum(weight[:, None] * rows for weight, rows in parts)

    def information(self, at: np.ndarray) -> np.ndarray:
        """Minus the second derivatives, summed over the answers."""
        from scipy.special import expit

        high, low = self.ends(at)
        apart = 0.25 / np.sinh((high - low) / 2) ** 2
        parts = (
            (expit(high) * expit(-high), self.upper),
            (expit(low) * expit(-low), self.lower),
            (apart, self.upper - self.lower),
        )
        return sum((weight[:, None] * rows).T @ rows for weight, rows in parts)


def _climb(likelihood: _Likelihood, at: np.ndarray) -> np.ndarray | None:
    """Newton's method, each step halved until the likelihood does not fall; None if it comes to no end."""
    now = likelihood.log(at)
    for _ in range(MOST_STEPS):
        slope = likelihood.slopes(at).sum(axis=0)
        step = np.linalg.solve(likelihood.information(at), slope)
        if slope @ step < GAIN:
            return at + step
        while (then := likelihood.log(at + step)) < now:
            step = step / 2
        at, now = at + step, then
    return None
