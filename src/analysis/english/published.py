"""What a printed R² of English on time in the UK allows: strength, tests and the yearly gain, for every possible n."""

import pandas as pd
from pydantic import BaseModel, ConfigDict

from analysis.bounds.brackets import Bracket, spread_range
from analysis.bounds.correlation import (
    as_share,
    raw_slopes,
    regressions_with,
    significant_sizes,
    t_statistic,
    two_sided,
)
from analysis.bounds.groups import possible_counts
from analysis.english.sample import MONTHS_IN_A_YEAR
from analysis.errors import InputError
from analysis.files import validate
from analysis.quantities import Interval, as_interval
from analysis.study import Study

FILE = "english.yaml"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Recent(_Part):
    """Claims: the share of people who came within so many years."""

    share: str
    years: str


class Figures(_Part):
    """The printed figures of english.yaml, by claim id."""

    r_squared: str
    fewest: str
    most: str
    likely: str
    longest_years: str
    recent: Recent


def read_figures(study: Study) -> Figures:
    """The study's english.yaml; raises InputError for anything that does not fit."""
    return validate(Figures, study.document(FILE), study.name(FILE), None)


def printed_fit(figures: Figures, study: Study) -> Interval:
    """The rounding interval of the printed R², as far as it can be one."""
    return as_share(study.claims[figures.r_squared].interval or Interval(0, 1))


def size(study: Study, claim: str) -> int:
    """A printed number of people, or years."""
    return int(study.claims[claim].number or 0)


def by_size(figures: Figures, study: Study) -> pd.DataFrame:
    """What any regression with this R² shows, for every n from the fewest to the most; see `bounds.correlation`."""
    return regressions_with(
        printed_fit(figures, study), range(size(study, figures.fewest), size(study, figures.most) + 1)
    )


def at_print(figures: Figures, study: Study, n: int) -> dict[str, float]:
    """`slope` (standardised, sign unknown), `t`, `f` and `p` of n people at the R² exactly as it is printed."""
    fit = float(study.claims[figures.r_squared].number or 0)
    t = t_statistic(fit, n)
    return {"slope": fit**0.5, "t": t, "f": t**2, "p": two_sided(t, n - 2)}


def first_significant(figures: Figures, study: Study) -> tuple[int | None, int | None]:
    """From how many people on the printed R² may differ from 0 at the 5 per cent level, and from how many it must."""
    return significant_sizes(printed_fit(figures, study))


def months_spread(figures: Figures, study: Study) -> dict[str, Interval]:
    """The standard deviation of months in the UK that the print allows, under two readings.

    With nothing but the longest time, and with the printed share of recent arrivals read as time in the UK.
    """
    n, most = size(study, figures.likely), MONTHS_IN_A_YEAR * size(study, figures.longest_years)
    edge = MONTHS_IN_A_YEAR * size(study, figures.recent.years)
    spreads = [
        spread_range([Bracket(recent, 0, edge), Bracket(n - recent, edge + 1, most)])
        for recent in _recent_counts(figures, study, n)
    ]
    return {
        "nobody longer than the longest time printed": spread_range([Bracket(n, 0, most)]),
        "and the printed share of recent arrivals, read as time in the UK": Interval(
            min(each.low for each in spreads), max(each.high for each in spreads)
        ),
    }


def _recent_counts(figures: Figures, study: Study, n: int) -> range:
    """How many of n people the printed share of recent arrivals can be; raises InputError if none gives it."""
    share = study.claims[figures.recent.share].interval
    if counts := possible_counts(share or Interval(0, 100), n):
        return counts
    raise InputError(
        study.name(FILE),
        column="recent.share",
        found=f"a share that no number of {n} people gives ({figures.recent.share})",
        expected=f"a percentage of the people of {figures.likely}",
        action="name the claims of a share and of the people it is a share of",
    )


def yearly_gains(figures: Figures, study: Study) -> pd.DataFrame:
    """The gain in a year without support, in standard deviations of English: sd_low, sd_high (months), low, high, flattest.

    Index: reading. Its sign is not printed, so `low` mirrors `high`; `flattest` is the smallest size of the gain, with
    the widest spread of months.
    """
    fit, rows = printed_fit(figures, study), {}
    for reading, spread in months_spread(figures, study).items():
        steepest = raw_slopes(fit, as_interval(1.0), spread).high * MONTHS_IN_A_YEAR
        flattest = fit.low**0.5 / spread.high * MONTHS_IN_A_YEAR
        rows[reading] = (spread.low, spread.high, -steepest, steepest, flattest)
    columns = ["sd_low", "sd_high", "low", "high", "flattest"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("reading")
