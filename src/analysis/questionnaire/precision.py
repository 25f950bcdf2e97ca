"""What so many people could show: the change they can detect, and whether a change is small enough to be none."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.described import described, saying
from analysis.quantities import Interval
from analysis.results import Column, Kind, p_column


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


def printed_sd(row: pd.Series, level: float = 0.95) -> float:
    """The standard deviation that follows from `n`, `low` and `high` of a t interval: half of it is t(n - 1) sd / sqrt(n)."""
    from scipy.special import stdtrit

    n = float(row["n"])
    return float(row["high"] - row["low"]) / 2 * math.sqrt(n) / float(stdtrit(n - 1, (1 + level) / 2))


_TIP = "Change of the others with which the mean of all {} would not have changed"
_MARGIN = "p-value that the mean change is smaller than a margin of {:g} (points) either way"


def _rows(found: pd.DataFrame) -> dict[str, Column]:
    """What each row is, in its own words."""
    fixed = {"detectable": Column("Mean change that so many people find at the power asked for", "points", decimals=1)}
    points = {
        name: p_column(label) if name.startswith("equivalence") else Column(label, "points", decimals=1)
        for name, label in found["label"].items()
    }
    return {**points, **fixed}


@described(Kind.MEASURED, header="Measure")
def what_could_be_shown(
    means: pd.DataFrame, everyone: pd.DataFrame, margins: Sequence[float], power: float = 0.8, level: float = 0.95
) -> pd.DataFrame | None:
    """The change so many people find, whether it is smaller than one that matters, and what would undo it: value, label.

    From `change.means` as printed: `detectable_change` and `equivalence` within each margin (points), where the interval is
    printed; `tipping_point` for each row of `everyone` (column people), where that holds others than those who answered twice.
    None where there is none of these.
    """
    change, rows = means.loc["change"], {}
    n, sd = int(change["n"]), printed_sd(change, level)
    if sd > 0 and printed_sd(means.loc["before"], level) > 0:
        rows["detectable"] = (detectable_change(sd, n, power, 1 - level), "")
        for margin in margins:
            p = equivalence(change["mean"], sd, n, margin, 1 - level).p
            rows[f"equivalence_{margin:g}"] = (p, _MARGIN.format(margin))
    for who, people in everyone["people"].items() if not math.isnan(change["mean"]) else ():
        if people > n:
            words = str(who).removeprefix("Everyone ")
            rows[f"tip_{words}"] = (tipping_point(change["mean"], n, int(people)), _TIP.format(words))
    found = pd.DataFrame.from_dict(rows, orient="index", columns=["value", "label"])
    return saying(found, rows=_rows(found)) if rows else None
