"""Intervals for the share of variance explained in the population, from R² of a sample.

P(R² <= x) is a mixture of beta distribution functions: with fixed regressors the weights are Poisson (R² of a fixed
design has a noncentral F distribution), with random regressors, everything jointly normal, they are negative binomial.
Source: R. J. Muirhead, Aspects of Multivariate Statistical Theory (1982), section 5.2; J. H. Steiger and R. T. Fouladi,
Behavior Research Methods 24 (1992), 581-582, for the interval obtained by inverting the distribution.
"""

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from analysis.quantities import Interval

NEGLIGIBLE = 1e-15  # weight left out of the mixture


def r_squared_cdf(observed: float, population: float, n: int, predictors: int = 1, random: bool = True) -> float:
    """Probability that a sample of `n` people shows an R² of at most `observed` when the population has `population`.

    `random` says whether the predictors were sampled with the people (random) or set beforehand (fixed).

    >>> round(r_squared_cdf(0.25, 0.0, 4), 3)  # with n = 4 and no relation, r is uniform on -1 to 1
    0.5
    """
    from scipy.special import betainc

    mixture = _NegativeBinomial((n - 1) / 2, population) if random else _Poisson(n * population / (1 - population) / 2)
    shapes = predictors / 2, (n - 1 - predictors) / 2
    terms = np.arange(_terms(*shapes, observed, mixture))
    return float(mixture.weights(terms) @ betainc(shapes[0] + terms, shapes[1], observed))


class _Mixture(Protocol):
    def weights(self, terms: np.ndarray) -> np.ndarray:
        """The probability of each whole number."""

    def beyond(self, term: int) -> float:
        """The probability of more than this number."""


@dataclass(frozen=True)
class _NegativeBinomial:
    """Failures, of probability `failure`, before so many successes (`successes` need not be whole)."""

    successes: float
    failure: float

    def weights(self, terms: np.ndarray) -> np.ndarray:
        """The probability of each whole number."""
        from scipy.special import betaln, xlogy

        ways = -betaln(terms + 1, self.successes) - np.log(terms + self.successes)
        return np.exp(ways + self.successes * math.log1p(-self.failure) + xlogy(terms, self.failure))

    def beyond(self, term: int) -> float:
        """The probability of more than this number."""
        from scipy.special import betainc

        return float(betainc(term + 1, self.successes, self.failure))


@dataclass(frozen=True)
class _Poisson:
    """Whole numbers with this mean, Poisson distributed."""

    mean: float

    def weights(self, terms: np.ndarray) -> np.ndarray:
        """The probability of each whole number."""
        from scipy.special import gammaln, xlogy

        return np.exp(xlogy(terms, self.mean) - self.mean - gammaln(terms + 1))

    def beyond(self, term: int) -> float:
        """The probability of more than this number."""
        from scipy.special import gammainc

        return float(gammainc(term + 1, self.mean))


def _terms(first: float, second: float, observed: float, mixture: _Mixture) -> int:
    """How many terms of the mixture are not negligible, to within a factor of two."""
    from scipy.special import betainc

    terms = 64
    while min(betainc(first + terms, second, observed), mixture.beyond(terms)) > NEGLIGIBLE:
        terms *= 2
    return terms


def r_squared_interval(
    observed: float, n: int, predictors: int = 1, level: float = 0.95, random: bool = True
) -> Interval:
    """The population values of R² that a sample R² of `observed` does not exclude at confidence `level`.

    Inverts `r_squared_cdf`; an end that no population value reaches is 0. Raises ValueError if `n` leaves no residual
    degree of freedom or `observed` is not a share.
    """
    if n <= predictors + 1 or not 0 <= observed < 1:
        raise ValueError(f"R² of {observed} from {n} people and {predictors} predictors has no interval")
    tail = (1 - level) / 2
    return Interval(
        _population_with(observed, n, predictors, random, 1 - tail),
        _population_with(observed, n, predictors, random, tail),
    )


def _population_with(observed: float, n: int, predictors: int, random: bool, probability: float) -> float:
    from scipy.optimize import brentq

    def excess(population: float) -> float:
        return r_squared_cdf(observed, population, n, predictors, random) - probability

    if excess(0.0) <= 0:
        return 0.0
    unexplained = 0.5  # halved until the population explains enough: near one the mixture has very many terms
    while excess(1 - unexplained) > 0:
        unexplained /= 2
    return float(brentq(excess, 0.0, 1 - unexplained, xtol=1e-12))
