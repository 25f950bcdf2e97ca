"""What a printed R² of English on time in the UK allows: strength, tests and the yearly gain, for every possible n."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

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
from analysis.described import described, of_nothing_nothing
from analysis.english.sample import MONTHS_IN_A_YEAR
from analysis.errors import InputError
from analysis.files import Strict, validate
from analysis.quantities import Interval, as_interval
from analysis.results import Column, Kind, p_column
from analysis.study import Study

FILE = "english.yaml"
_ROUNDING = "rounding of the published R²"
_SAMPLED = "{level} confidence"


class Recent(Strict):
    """Claims: the share of people who came within so many years."""

    share: str
    years: str


class Figures(Strict):
    """The published figures of english.yaml, by claim id."""

    r_squared: str
    fewest: str
    most: str
    likely: str
    longest_years: str
    recent: Recent


def read_figures(study: Study) -> Figures:
    """The study's english.yaml; raises InputError for anything that does not fit."""
    return validate(Figures, study.document(FILE), study.name(FILE), None)


@dataclass(frozen=True)
class Printed:
    """A study's printed figures on English and time; `inputs`: the file that names them."""

    study: Study
    figures: Figures
    inputs: tuple[str, ...]

    @property
    def likely(self) -> int:
        """The number of people who probably stand behind the fit."""
        return size(self.study, self.figures.likely)


def read_printed(study: Study) -> Printed | None:
    """The published figures of a study; None if it has none. Raises InputError as `read_figures` does."""
    if not (study.raw / FILE).is_file():
        return None
    return Printed(study, read_figures(study), (study.name(FILE),))


def printed_fit(figures: Figures, study: Study) -> Interval:
    """The rounding interval of the printed R², as far as it can be one."""
    return as_share(study.claims[figures.r_squared].interval or Interval(0, 1))


def size(study: Study, claim: str) -> int:
    """A printed number of people, or years."""
    return int(study.claims[claim].number or 0)


@described(
    Kind.RECOMPUTED,
    {
        "slope": Column("Correlation in the sample", decimals=2),
        "rho_low": Column("In the population, confidence interval from", decimals=2),
        "rho_high": Column("In the population, interval to", decimals=2),
    },
    header="People",
)
def by_size(printed: Printed, level: float = 0.95) -> pd.DataFrame:
    """What any regression with this R² shows, for every n (index) from the fewest to the most; see `bounds.correlation`.

    Besides, at the R² exactly as it is printed: `slope` (standardised, sign unknown), `t`, `f` and `p`.
    """
    figures, study = printed.figures, printed.study
    sizes = range(size(study, figures.fewest), size(study, figures.most) + 1)
    found = regressions_with(printed_fit(figures, study), sizes, level)
    return found.join(pd.DataFrame([at_print(figures, study, n) for n in sizes], index=found.index))


def at_print(figures: Figures, study: Study, n: int) -> dict[str, float]:
    """`slope` (standardised, sign unknown), `t`, `f` and `p` of n people at the R² exactly as it is printed."""
    fit = float(study.claims[figures.r_squared].number or 0)
    t = t_statistic(fit, n)
    return {"slope": fit**0.5, "t": t, "f": t**2, "p": two_sided(t, n - 2)}


def _tested(column: Column, name: str) -> Column:
    """t, F or p at the printed R², with what every R² gives that is printed so."""
    return replace(column, low=f"{name}_low", high=f"{name}_high", interval=_ROUNDING)


@of_nothing_nothing
def sizes_that_matter(by_size: pd.DataFrame, printed: Printed, level: float = 0.95) -> pd.DataFrame:
    """Rows of `by_size` for the fewest, the likely and the most people, and for those from which R² may and must differ
    from zero."""
    turning = first_significant(printed.figures, printed.study, level)
    return by_size.loc[
        sorted({by_size.index[0], printed.likely, by_size.index[-1], *(n for n in turning if n in by_size.index)})
    ]


@described(
    Kind.RECOMPUTED,
    {
        "t": _tested(Column("t, either sign", decimals=2), "t"),
        "f": _tested(Column("F", decimals=2), "f"),
        "p": _tested(p_column(), "p"),
        "rho_low": Column("Correlation, confidence interval from", decimals=2),
        "rho_high": Column("Correlation, interval to", decimals=2),
        "population_random_low": Column("R² in the population, confidence interval from", decimals=2),
        "population_random_high": Column("R² in the population, interval to", decimals=2),
    },
    header="If it comes from",
)
def tests_by_size(sizes: pd.DataFrame) -> pd.DataFrame:
    """Tests and intervals of some rows of `by_size`. Index: "57 people"."""
    return sizes.set_axis([f"{n} people" for n in sizes.index])


def first_significant(figures: Figures, study: Study, level: float = 0.95) -> tuple[int | None, int | None]:
    """From how many people on the printed R² may differ from 0 at 1 - `level`, and from how many it must."""
    return significant_sizes(printed_fit(figures, study), 1 - level)


@described(
    Kind.RECOMPUTED,
    rows={
        "significant_may": Column("People below whom the published R² cannot differ from zero", "people"),
        "significant_must": Column("People from which the published R² must differ from zero", "people"),
    },
)
def significance(printed: Printed, level: float = 0.95) -> pd.DataFrame:
    """`first_significant`: column value."""
    may, must = first_significant(printed.figures, printed.study, level)
    return pd.DataFrame({"value": pd.Series({"significant_may": may, "significant_must": must}, dtype=object)})


@described(Kind.RECOMPUTED, rows={"above_zero": Column("People from which the interval lies above zero", "people")})
def above_zero(by_size: pd.DataFrame) -> pd.DataFrame:
    """From how many people of `by_size` on Fisher's interval lies above zero (None: from none of them): column value."""
    above = by_size.index[by_size["rho_low"] > 0]
    return pd.DataFrame({"value": pd.Series({"above_zero": above.min() if len(above) else None}, dtype=object)})


@described(
    Kind.RECOMPUTED,
    rows={
        "correlation": Column("Correlation, either sign", decimals=2),
        "p": replace(p_column(), label="p-value with the likely number of people"),
        "rho": Column(
            "Correlation in the population, either sign",
            decimals=2,
            low="low",
            high="high",
            interval=f"{_SAMPLED} (Fisher)",
        ),
        "population": Column("R² in the population", decimals=2, low="low", high="high", interval=_SAMPLED),
    },
)
def likely_fit(by_size: pd.DataFrame, printed: Printed, level: float = 0.95) -> pd.DataFrame:
    """`value`, `low`, `high` with the likely number of people. Intervals from sampling are no bounds: they follow from the
    print by a formula, and no records rule the rest out."""
    row, nothing = by_size.loc[printed.likely], np.nan
    rows = {
        "correlation": (row["slope"], nothing, nothing),
        "p": (row["p"], nothing, nothing),
        "rho": (nothing, row["rho_low"], row["rho_high"]),
        "population": (nothing, row["population_random_low"], row["population_random_high"]),
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=["value", "low", "high"])


def months_spread(figures: Figures, study: Study) -> dict[str, Interval]:
    """The standard deviation of months in the UK that the print allows, under two readings.

    With nothing but the longest time, and with the printed share of recent arrivals read as time in the UK. Whose months are
    all alike have no R² to print; the smallest other deviation of n whole numbers, one of them one off, is 1 / sqrt(n).
    """
    n, most = size(study, figures.likely), MONTHS_IN_A_YEAR * size(study, figures.longest_years)
    edge = MONTHS_IN_A_YEAR * size(study, figures.recent.years)
    spreads = [
        spread_range([Bracket(recent, 0, edge), Bracket(n - recent, edge + 1, most)])
        for recent in _recent_counts(figures, study, n)
    ]
    ranges = {
        "nobody longer than the longest time published": [spread_range([Bracket(n, 0, most)])],
        "and the published share of recent arrivals, read as time in the UK": spreads,
    }
    return {
        name: Interval(max(min(each.low for each in found), n**-0.5), max(each.high for each in found))
        for name, found in ranges.items()
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


_SD = "sd of English"


@described(
    Kind.BOUNDED,
    {
        "sd_low": Column("Spread of months, at least", "months", decimals=1),
        "sd_high": Column("Spread of months, at most", "months", decimals=1),
        "flattest": Column("Gain in a year, at least in size", _SD, decimals=2),
        "high": Column("Gain in a year, at most in size", _SD, decimals=2),
    },
    header="Reading",
)
def yearly_gains(printed: Printed) -> pd.DataFrame:
    """The gain in a year without support, in standard deviations of English: sd_low, sd_high (months), low, high, flattest.

    Index: reading. Its sign is not printed, so `low` mirrors `high`; `flattest` is the smallest size of the gain, with
    the widest spread of months.
    """
    figures, study = printed.figures, printed.study
    fit, rows = printed_fit(figures, study), {}
    for reading, spread in months_spread(figures, study).items():
        steepest = raw_slopes(fit, as_interval(1.0), spread).high * MONTHS_IN_A_YEAR
        flattest = fit.low**0.5 / spread.high * MONTHS_IN_A_YEAR
        rows[reading] = (spread.low, spread.high, -steepest, steepest, flattest)
    columns = ["sd_low", "sd_high", "low", "high", "flattest"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("reading")


@described(
    Kind.BOUNDED,
    rows={
        "yearly_gain": Column(
            "Gain of English in a year without support, in its standard deviations",
            decimals=2,
            low="low",
            high="high",
            interval="bounds",
        ),
        "yearly_gain.flattest": Column("Smallest size of the yearly gain", decimals=2),
    },
)
def yearly_gain(gains: pd.DataFrame) -> pd.DataFrame:
    """What later models use of `yearly_gains`: the widest range of the narrowest reading, and the smallest size of all."""
    last = gains.iloc[-1]
    rows = {
        "yearly_gain": (np.nan, last["low"], last["high"]),
        "yearly_gain.flattest": (gains["flattest"].min(), np.nan, np.nan),
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=["value", "low", "high"])
