"""What so many people could show of a correlation: how strong one they find, and whether it is small enough to be none."""

import math
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from analysis.bounds.intervals import jackknife_z
from analysis.described import described, saying
from analysis.english.models import BASIS
from analysis.english.published import Printed, printed_fit
from analysis.results import Column, Kind, p_column

_DETECTABLE = "Correlation that so many people find at the power asked for"
_SMALLER = "p-value that the correlation is smaller than {:g} in size"


def detectable_correlation(n: int, power: float = 0.8, alpha: float = 0.05) -> float:
    """The size of a correlation that a two-sided test finds with probability `power`, by Fisher's z (S. B. Hulley and others 2013).

    tanh((z(1 - alpha / 2) + z(power)) / sqrt(n - 3)). Raises ValueError for fewer than four people.

    >>> round(detectable_correlation(85), 2)
    0.3
    """
    from scipy.special import ndtri

    if n < 4:
        raise ValueError(f"no test of a correlation finds anything with {n} people")
    return math.tanh(float(ndtri(1 - alpha / 2) + ndtri(power)) / math.sqrt(n - 3))


def smaller_than(margin: float, z: float, error: float, df: float = math.inf) -> float:
    """p-value of two one-sided tests that a correlation lies within -margin to margin (R. A. Goertzen and R. A. Cribbie, British
    J. of Mathematical and Statistical Psychology 63, 2010, 527-537): the greater of the two.

    `z` is the correlation's Fisher transform, `error` its standard error. Raises ValueError unless 0 < margin < 1.
    """
    from scipy.special import ndtr, stdtr

    if not 0 < margin < 1:
        raise ValueError(f"a margin of a correlation lies between 0 and 1, not at {margin}")
    t = (abs(z) - math.atanh(margin)) / error
    return float(ndtr(t) if math.isinf(df) else stdtr(df, t))


def _transformed(correlation: float) -> float:
    """Fisher's z of a correlation from 0 to 1, infinite at the end."""
    return math.inf if correlation == 1 else math.atanh(correlation)


@described(Kind.MEASURED, header="Measure", basis=BASIS)
def what_could_be_shown(
    sample: pd.DataFrame, margins: Sequence[float], power: float = 0.8, level: float = 0.95
) -> pd.DataFrame:
    """`detectable_correlation`, and `smaller_than` each margin with the jackknife's error that the interval of R² has: value."""
    n = len(sample)
    z, error = jackknife_z(sample["months"].to_numpy(), sample["english"].to_numpy())
    rows = {f"smaller_{each:g}": smaller_than(each, z, error, n - 1) if error > 0 else math.nan for each in margins}
    return _told({"detectable": detectable_correlation(n, power, 1 - level), **rows}, margins)


@described(Kind.RECOMPUTED, header="Measure")
def what_print_could_show(
    printed: Printed, margins: Sequence[float], power: float = 0.8, level: float = 0.95
) -> pd.DataFrame:
    """The same of a printed R² with the likely number of people, by Fisher's error 1 / sqrt(n - 3): value, low, high.

    The value is that of R² as it is printed; the ends are those of its rounding.
    """
    n, fit = printed.likely, printed_fit(printed.figures, printed.study)
    as_printed = float(printed.study.claims[printed.figures.r_squared].number or 0)
    rows = {"detectable": (detectable_correlation(n, power, 1 - level), math.nan, math.nan)}
    for margin in margins:
        low, value, high = (
            smaller_than(margin, _transformed(r_squared**0.5), 1 / math.sqrt(n - 3))
            for r_squared in (fit.low, as_printed, fit.high)
        )
        rows[f"smaller_{margin:g}"] = (value, low, high)
    ends = {"low": "low", "high": "high", "interval": "rounding of the published R²"}
    return _told(rows, margins, **ends)


def _told(rows: dict, margins: Sequence[float], **ends: str) -> pd.DataFrame:  # type: ignore[type-arg]
    columns = {"detectable": Column(_DETECTABLE, decimals=2)}
    columns |= {f"smaller_{each:g}": replace(p_column(_SMALLER.format(each)), **ends) for each in margins}
    frame = pd.DataFrame.from_dict(rows, orient="index")
    return saying(frame.set_axis(["value", "low", "high"][: frame.shape[1]], axis=1), rows=columns)
