"""Measurement error of an answer: what of a change it could be, in one person and on average, at an assumed reliability.

The reliability is the share of the variance of answers between people that is not error, from 0 to 1. No source here
prints it, so that every number is for a reliability that is assumed.
"""

import math
from collections.abc import Sequence

import pandas as pd

from analysis.described import described, saying
from analysis.questionnaire.answers import Item
from analysis.questionnaire.precision import printed_sd
from analysis.results import Column, Kind


def standard_error_of_measurement(sd: float, reliability: float) -> float:
    """How far one answer lies from a person's own mean: sd sqrt(1 - reliability) (F. M. Lord and M. R. Novick 1968, formula 3.6.3).

    >>> standard_error_of_measurement(10.0, 0.91)
    3.0
    """
    _check(reliability)
    return sd * math.sqrt(max(0.0, 1 - reliability) if reliability < 1 else 0.0)


def detectable_in_one_person(sd: float, reliability: float, level: float = 0.95) -> float:
    """The smallest change of one person that error alone gives in fewer than 1 - level of cases: z sqrt(2) SEM.

    Source: N. S. Jacobson and P. Truax, J. Consulting and Clinical Psychology 59 (1991) 12-19.
    """
    from scipy.special import ndtri

    return float(ndtri((1 + level) / 2)) * math.sqrt(2) * standard_error_of_measurement(sd, reliability)


def reliable_change_index(change: float, sd: float, reliability: float) -> float:
    """A person's change in standard errors of a difference of two answers: change / (sqrt(2) SEM) (Jacobson and Truax).

    NaN where answers have no error. Beyond 1.96 a change is called reliable.
    """
    error = math.sqrt(2) * standard_error_of_measurement(sd, reliability)
    return change / error if error > 0 else math.nan


def true_score(answer: float, mean: float, reliability: float) -> float:
    """The best guess of a person's own mean: drawn towards that of the population (T. L. Kelley 1927, p. 178).

    >>> true_score(5.0, 7.0, 0.75)
    5.5
    """
    _check(reliability)
    return mean + reliability * (answer - mean)


def regression_to_the_mean(before: float, population: float, reliability: float) -> float:
    """By how much a group would rise of itself that was taken on for its low answers: (1 - reliability) (population - before).

    `before` is the group's mean when it was taken on, `population` that of the people it comes from; nothing is expected
    of a group that was not taken on for its answers.
    """
    return true_score(before, population, reliability) - before


@described(
    Kind.ASSUMED,
    {
        "sem": Column("Standard error of one answer", "points", decimals=1),
        "one": Column("Change that error alone rarely gives one person", "points", decimals=1),
        "most": Column("Rise by regression to the mean, at most", "points", decimals=1),
        "left": Column("Mean change less that, at least", "points", decimals=1),
    },
    header="Reliability",
)
def error_of_measurement(
    means: pd.DataFrame, item: Item, reliabilities: Sequence[float], level: float = 0.95, margins: Sequence[float] = ()
) -> pd.DataFrame | None:
    """What of a change may be error, by assumed reliability (index), in points, from `change.means` as they are printed.

    `sem`, `one` (`detectable_in_one_person`) and the `reliable_change_index` of a change by each of the `margins` (`index_2`)
    where intervals are printed; `most` (`regression_to_the_mean` towards the best
    answer) and what of the mean change it leaves where there is one. None where no means are printed.
    """
    before, change = means.loc["before"], means.loc["change"]
    sd = printed_sd(before, level) if printed_sd(change, level) > 0 else math.nan
    if math.isnan(before["mean"]):
        return None
    columns: dict[str, list[float]] = {}
    if sd > 0:
        columns["sem"] = [standard_error_of_measurement(sd, each) for each in reliabilities]
        columns["one"] = [detectable_in_one_person(sd, each, level) for each in reliabilities]
        columns |= {_index(m): [reliable_change_index(m, sd, each) for each in reliabilities] for m in margins}
    if item.best is not None:
        columns["most"] = [abs(regression_to_the_mean(before["mean"], item.best, each)) for each in reliabilities]
        columns["left"] = [change["mean"] - each for each in columns["most"]]
    found = pd.DataFrame(columns, index=[f"{each:g}" for each in reliabilities])
    return saying(
        found, columns={_index(m): Column(_INDEX.format(m), decimals=2) for m in margins if _index(m) in found}
    )


_INDEX = "Reliable change index of {:g} (points)"


def _index(margin: float) -> str:
    return f"index_{margin:g}"


def _check(reliability: float) -> None:
    if not 0 <= reliability <= 1:
        raise ValueError(f"a reliability lies from 0 to 1, not at {reliability}")
