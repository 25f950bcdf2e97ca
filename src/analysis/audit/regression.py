"""What a printed R squared says at the numbers of people it may rest on: correlation, p-value, interval.

For one predictor R squared is the square of Pearson's r. t = r sqrt(n - 2) / sqrt(1 - r^2) on n - 2 degrees of
freedom tests r = 0 (Student 1908); the interval is that of Fisher's z transformation (Fisher 1921), squared. Both take
the answers as a random sample of a bivariate normal population, which a group of programme participants is not.
"""

from dataclasses import dataclass
from math import sqrt

from analysis.audit.checks import Check, Figure, Method, Outcome, number, sentence, shown
from analysis.audit.plan import RegressionEntry
from analysis.bounds.intervals import fisher_interval
from analysis.study.claims import Ledger

LEVEL = 0.05
FEWEST = 4  # people for which Fisher's interval exists
_LARGEST = 10_000  # people; beyond it no search for the smallest significant number


@dataclass(frozen=True)
class Correlation:
    """A correlation of a given size among n people; the interval is of R squared."""

    n: int
    r: float
    p: float
    low: float
    high: float


def correlation(r_squared: float, n: int) -> Correlation:
    """Size of r, two-sided p-value and 95 % interval of R squared, for one predictor and n people.

    Raises ValueError unless 0 <= R squared < 1 and n is at least 4.

    >>> found = correlation(0.25, 30)
    >>> round(found.r, 2), round(found.p, 4)
    (0.5, 0.0049)
    """
    from scipy.special import stdtr

    if not 0 <= r_squared < 1 or n < FEWEST:
        raise ValueError(f"R squared from 0 to below 1 and at least four people, not {r_squared} and {n}")
    r = sqrt(r_squared)
    p = 2 * float(stdtr(n - 2, -r * sqrt((n - 2) / (1 - r_squared))))
    ends = fisher_interval(r, n, 1 - LEVEL)
    return Correlation(n, r, p, max(ends.low, 0.0) ** 2, ends.high**2)


def smallest_significant(r_squared: float) -> int | None:
    """The smallest number of people at which a correlation of this size is significant at 5 %; None beyond 10,000."""
    low, high = FEWEST, _LARGEST
    if correlation(r_squared, high).p > LEVEL:
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if correlation(r_squared, middle).p <= LEVEL else (middle + 1, high)
    return low


def check_regression(entry: RegressionEntry, ledger: Ledger) -> Check:
    """The p-value and interval at each number of people, left open since none is printed as the one.

    An R squared that is no share of variance fails.
    """
    r_squared = number(ledger[entry.r_squared])
    if not 0 <= r_squared < 1:
        words = f"{shown(entry.r_squared)} is no share of variance."
        claims = (entry.r_squared, *entry.people)
        return Check(
            entry.id, Method.STATISTICS, entry.label, Outcome.FAILS, claims, words, culprits=(entry.r_squared,)
        )
    figures = {"r": Figure("Size of the correlation", sqrt(r_squared), "ratio", 2)}
    if smallest := smallest_significant(r_squared):
        figures["smallest"] = Figure("People from which it is significant at five per cent", smallest, "people")
    parts = []
    for people in (claim for claim in entry.people if number(ledger[claim]) >= FEWEST):
        found = correlation(r_squared, int(number(ledger[people])))
        name = f"n_{found.n}"
        figures[name] = Figure(f"p-value with {found.n} people", found.p, "ratio", 3)
        label = f"R squared with {found.n} people, confidence interval"
        figures[f"{name}_r2"] = Figure(label, r_squared, "ratio", 3, found.low, found.high)
        parts.append(
            f"with {shown(people)} people p = {{.{name}|bare}} and the interval is {{.{name}_r2|interval|bare}}"
        )
    least = "; it is significant at the usual level from {.smallest|bare} people on" if smallest else ""
    opening = f"An R squared of {shown(entry.r_squared)} is a correlation of {{.r|bare}} in size"
    words = f"{opening}: {'; '.join(parts)}{least}. {sentence(entry.why)}"
    return Check(
        entry.id, Method.STATISTICS, entry.label, Outcome.OPEN, (entry.r_squared, *entry.people), words, figures
    )
