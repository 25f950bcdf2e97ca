"""What a printed R squared says at the numbers of people it may rest on: correlation, p-value, interval.

For one predictor R squared is the square of Pearson's r. t = r sqrt(n - 2) / sqrt(1 - r^2) on n - 2 degrees of
freedom tests r = 0 (Student 1908); the interval is that of Fisher's z transformation (Fisher 1921), squared. Both take
the answers as a random sample of a bivariate normal population, which a group of programme participants is not.
"""

from dataclasses import dataclass
from math import sqrt

from analysis.audit.checks import Check, Figure, Method, Outcome, interval, number, sentence, shown
from analysis.audit.plan import RegressionEntry
from analysis.bounds.correlation import significant_sizes, t_statistic, two_sided
from analysis.bounds.intervals import fisher_interval
from analysis.study.claims import Ledger

LEVEL = 0.05
FEWEST = 4  # people for which Fisher's interval exists


@dataclass(frozen=True)
class Correlation:
    """A correlation of a given size among n people; the interval is of R squared."""

    n: int
    r: float
    p: float
    low: float
    high: float


def correlation(r_squared: float, n: int) -> Correlation:
    """Size of r, two-sided p-value and 95% interval of R squared, for one predictor and n people.

    Raises ValueError unless 0 <= R squared <= 1 and n is at least 4.

    >>> found = correlation(0.25, 30)
    >>> round(found.r, 2), round(found.p, 4)
    (0.5, 0.0049)
    """
    if not 0 <= r_squared <= 1 or n < FEWEST:
        raise ValueError(f"R squared from 0 to 1 and at least four people, not {r_squared} and {n}")
    r, p = sqrt(r_squared), two_sided(t_statistic(r_squared, n), n - 2)
    ends = fisher_interval(r, n, 1 - LEVEL)
    return Correlation(n, r, p, max(ends.low, 0.0) ** 2, ends.high**2)


# The largest and the smallest R squared that are printed so need different numbers of people.
_LEAST = (
    "; however it was rounded, it is significant at the usual level with {.must|bare} people or more, and with fewer than "
    "{.may|bare} it is not"
)


def check_regression(entry: RegressionEntry, ledger: Ledger) -> Check:
    """The p-value and interval at each number of people, left open since none is printed as the one.

    An R squared that is no share of variance fails.
    """
    r_squared = number(ledger[entry.r_squared])
    if not 0 <= r_squared <= 1:
        words = f"{shown(entry.r_squared)} is no share of variance."
        claims = (entry.r_squared, *entry.people)
        return Check(
            entry.id, Method.STATISTICS, entry.label, Outcome.FAILS, claims, words, culprits=(entry.r_squared,)
        )
    figures = {"r": Figure("Size of the correlation", sqrt(r_squared), "ratio", 2)}
    may, must = significant_sizes(interval(ledger[entry.r_squared]))
    figures |= {
        name: Figure(label, people, "people")
        for name, label, people in (
            ("may", "People below whom it is not significant at five per cent, however it was rounded", may),
            ("must", "People from which it is significant at five per cent, however it was rounded", must),
        )
        if people
    }
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
    least = _LEAST if may and must else ""
    opening = f"An R squared of {shown(entry.r_squared)} is a correlation of {{.r|bare}} in size"
    words = f"{opening}: {'; '.join(parts)}{least}. {sentence(entry.why)}"
    return Check(
        entry.id, Method.STATISTICS, entry.label, Outcome.OPEN, (entry.r_squared, *entry.people), words, figures
    )
