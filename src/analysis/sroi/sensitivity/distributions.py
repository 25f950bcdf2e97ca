"""How the range of a register entry is read as a probability distribution.

| distribution | low and high are | value is | formula |
| --- | --- | --- | --- |
| fixed | the value itself | the value | a point |
| uniform | the ends | not used | all values alike |
| triangular | the ends | the mode | straight sides |
| pert | the ends | the mode | beta, shape 4 (Clark 1962: mean = (low + 4 mode + high) / 6) |
| normal | the middle 95% | the mean, which must be the middle | cut off at the natural limits below |
| beta | the middle 95% | the mean | beta on 0 to 1 whose mass between low and high is 95% |
| interval | the middle 95%, as a measured interval | the median | two halves of normals, cut off likewise |

Natural limits of a normal entry: a quantity whose range holds nothing below zero cannot fall below zero, and a share
(unit `ratio` or `share`, range within 0 to 1) cannot exceed one; the normal is truncated there, not clipped.
"""

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from analysis.errors import InputError
from analysis.study.register import Assumption

MIDDLE = 0.95  # probability between low and high of a normal or beta entry
PERT_SHAPE = 4.0
_PLACE = "assumptions.yaml"
_NODES = 2**15  # of the table of fast_quantile
_FARTHEST = 8.3  # normal score beyond every probability that is drawn (at least 2 ** -53 from 0 and 1)


def quantile(entry: Assumption, probability: np.ndarray) -> np.ndarray:
    """The entry's values at the given probabilities (each within 0 to 1), by the inverse of its distribution function.

    Same shape as `probability`; unit of the entry. Raises InputError for a range its distribution cannot have.
    """
    return _QUANTILES[entry.distribution](entry, np.asarray(probability, dtype=float))


def fast_quantile(entry: Assumption, probability: np.ndarray) -> np.ndarray:
    """As `quantile`, a pert or beta from a table: within a ten-millionth of its width, in a tenth of the time.

    The table holds exact quantiles at evenly spaced normal scores, between which the quantile is taken as a straight
    line; its curvature in the score, not in the probability, is what stays small in the tails.
    """
    from scipy.special import ndtri

    if entry.distribution not in ("pert", "beta"):
        return quantile(entry, probability)
    scores, values = _table(entry.distribution, entry.low, entry.value, entry.high, entry.unit)
    place = (ndtri(probability) - scores[0]) * ((len(scores) - 1) / (scores[-1] - scores[0]))
    left = np.clip(place.astype(np.int64), 0, len(scores) - 2)
    below = values[left]
    return below + (place - left) * (values[left + 1] - below)


@lru_cache(maxsize=256)
def _table(distribution: str, low: float, value: float, high: float, unit: str) -> tuple[np.ndarray, np.ndarray]:
    """Evenly spaced normal scores over all probabilities that are drawn, and the quantile at each."""
    from scipy.special import ndtr

    shape = Assumption.model_construct(id="", distribution=distribution, low=low, value=value, high=high, unit=unit)  # type: ignore[arg-type]
    scores = np.linspace(-_FARTHEST, _FARTHEST, _NODES)
    return scores, quantile(shape, ndtr(scores))


def _fixed(entry: Assumption, probability: np.ndarray) -> np.ndarray:
    return np.full_like(probability, entry.value)


def _uniform(entry: Assumption, probability: np.ndarray) -> np.ndarray:
    return entry.low + (entry.high - entry.low) * probability


def _triangular(entry: Assumption, probability: np.ndarray) -> np.ndarray:
    width, left, right = entry.high - entry.low, entry.value - entry.low, entry.high - entry.value
    if not left:
        return entry.high - width * np.sqrt(1 - probability)
    if not right:
        return entry.low + width * np.sqrt(probability)
    rising = entry.low + np.sqrt(probability * width * left)
    falling = entry.high - np.sqrt((1 - probability) * width * right)
    return np.where(probability < left / width, rising, falling)


def _pert(entry: Assumption, probability: np.ndarray) -> np.ndarray:
    from scipy.special import betaincinv

    width = entry.high - entry.low
    first = 1 + PERT_SHAPE * (entry.value - entry.low) / width
    return entry.low + width * betaincinv(first, 2 + PERT_SHAPE - first, probability)


def _normal(entry: Assumption, probability: np.ndarray) -> np.ndarray:
    from scipy.special import ndtr, ndtri

    half = (entry.high - entry.low) / 2
    if abs(entry.value - (entry.low + half)) > 0.01 * half:
        raise _trouble(
            entry,
            "a normal range whose value is not its middle",
            "low and high equally far from the value",
            "use pert or beta",
        )
    spread = half / ndtri((1 + MIDDLE) / 2)
    below, above = (ndtr((end - entry.value) / spread) for end in entry.limits)
    return entry.value + spread * ndtri(below + (above - below) * probability)


def _two_halves(entry: Assumption, probability: np.ndarray) -> np.ndarray:
    """Half a normal on either side of the value, each as wide as its end says; a side without width is a point."""
    from scipy.special import ndtr, ndtri

    spreads = np.array([entry.value - entry.low, entry.high - entry.value]) / ndtri((1 + MIDDLE) / 2)
    ends, beyond = np.subtract(entry.limits, entry.value), np.array([-np.inf, np.inf])
    below, above = ndtr(np.divide(ends, spreads, out=beyond, where=spreads > 0))
    score = ndtri(below + (above - below) * probability)
    return entry.value + score * spreads[(score > 0).astype(int)]


def _beta(entry: Assumption, probability: np.ndarray) -> np.ndarray:
    from scipy.special import betaincinv

    total = _beta_total(entry)
    return betaincinv(entry.value * total, (1 - entry.value) * total, probability)


def _beta_total(entry: Assumption) -> float:
    """The sum of a beta's two parameters for which the stated part of its mass lies between low and high."""
    from scipy.optimize import brentq
    from scipy.special import betainc

    def missing(log_total: float) -> float:
        first, second = entry.value * np.exp(log_total), (1 - entry.value) * np.exp(log_total)
        return float(betainc(first, second, entry.high) - betainc(first, second, entry.low)) - MIDDLE

    inside = 0 <= entry.low < entry.value < entry.high <= 1
    if not inside or missing(-3.0) >= 0 or missing(20.0) <= 0:
        raise _trouble(
            entry,
            f"a beta range from {entry.low:g} to {entry.high:g} around {entry.value:g}",
            "a range strictly around the value, within 0 to 1, that can hold 95% of a beta",
            "use pert, whose ends are hard",
        )
    return float(np.exp(brentq(missing, -3.0, 20.0, xtol=1e-12)))


def _trouble(entry: Assumption, found: str, expected: str, action: str) -> InputError:
    return InputError(_PLACE, column=f"{entry.id}.distribution", found=found, expected=expected, action=action)


_QUANTILES: dict[str, Callable[[Assumption, np.ndarray], np.ndarray]] = {
    "fixed": _fixed,
    "uniform": _uniform,
    "triangular": _triangular,
    "pert": _pert,
    "normal": _normal,
    "beta": _beta,
    "interval": _two_halves,
}
