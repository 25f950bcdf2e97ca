"""What so many people could show: the change they can detect, and whether a change is small enough to be none."""

import math
from dataclasses import dataclass

from analysis.quantities import Interval


@dataclass(frozen=True)
class Equivalence:
    """Two one-sided tests: the greater p-value, and the interval of 1 - 2 alpha that must lie within the margin."""

    p: float
    interval: Interval


def equivalence(mean: float, sd: float, n: int, margin: float, alpha: float = 0.05) -> Equivalence:
    """Whether a mean change lies within -margin to margin (D. J. Schuirmann, J. Pharmacokinetics Biopharm. 15, 1987, 657-680).

    t tests that it is above -margin and below margin, with n - 1 degrees of freedom; both must reject. Raises ValueError
    for a margin that is not positive, fewer than two people, and changes without any spread.
    """
    from scipy.special import stdtr, stdtrit

    if margin <= 0 or n < 2 or sd <= 0:
        raise ValueError(f"no test within {margin} from {n} people whose changes have a standard deviation of {sd}")
    error = sd / math.sqrt(n)
    above, below = (mean + margin) / error, (margin - mean) / error
    half = float(stdtrit(n - 1, 1 - alpha)) * error
    return Equivalence(float(stdtr(n - 1, -min(above, below))), Interval(mean - half, mean + half))


def detectable_change(sd: float, n: int, power: float = 0.8, alpha: float = 0.05) -> float:
    """The mean change that a two-sided paired t test finds with probability `power`, whatever was found.

    delta with P(t(n - 1, delta sqrt(n) / sd) > t critical) = power, t being noncentral; unit of `sd` (J. Cohen 1988). The
    chance of a significant change to the other side is left out: it is less than one in ten thousand from a power of a half on.
    Raises ValueError for fewer than two people.
    """
    from scipy.optimize import brentq
    from scipy.special import nctdtr, stdtrit

    if n < 2:
        raise ValueError("a paired t test needs two people")
    critical = float(stdtrit(n - 1, 1 - alpha / 2))

    def excess(shift: float) -> float:
        return 1 - float(nctdtr(n - 1, shift, critical)) - power

    high = critical + 1
    while excess(high) < 0:
        high += 1
    return float(brentq(excess, 0.0, high, xtol=1e-10)) * sd / math.sqrt(n)


def tipping_point(mean: float, answered: int, everyone: int, target: float = 0.0) -> float:
    """What those who did not answer must have changed by on average for everybody's mean change to be `target`.

    >>> tipping_point(3.0, 60, 90)
    -6.0
    """
    if not 0 < answered < everyone:
        raise ValueError(f"{answered} of {everyone} people leave nobody without an answer")
    return (target * everyone - mean * answered) / (everyone - answered)
