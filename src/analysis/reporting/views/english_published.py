"""What 04_english_and_time shows where there are no records: everything that the printed R² settles, and what it leaves open."""

import math
from dataclasses import dataclass, replace

import pandas as pd

from analysis.english import published
from analysis.reporting.appendix import Appendix
from analysis.reporting.markup import Display
from analysis.reporting.views.claims import published as as_published
from analysis.reporting.views.evidence import number, p_value
from analysis.results import Column, Kind, Result, write
from analysis.study import Study

_MODULE = "analysis.english.published"
_AT_PRINT, _BY_SIZE = f"{_MODULE}.at_print", f"{_MODULE}.by_size"
_FITS = "analysis.bounds.correlation.regressions_with"
_ROUNDING = "rounding of the printed R²"


@dataclass(frozen=True)
class Printed:
    """A study's printed figures on English and time, with what they allow for every number of people."""

    study: Study
    figures: published.Figures
    by_size: pd.DataFrame
    significant: tuple[int | None, int | None]  # from where on it may be, and must be

    @property
    def likely(self) -> int:
        """The number of people who probably stand behind the fit."""
        return published.size(self.study, self.figures.likely)


def read_printed(study: Study) -> Printed:
    """The printed figures of a study, and what follows from them."""
    figures = published.read_figures(study)
    return Printed(study, figures, published.by_size(figures, study), published.first_significant(figures, study))


def record(page: Appendix, printed: Printed) -> None:
    """Record the claims and the figures the prose names, `yearly_gain` among them for the social return model."""
    figures, study = printed.figures, printed.study
    named = [figures.r_squared, figures.fewest, figures.most, figures.likely, figures.longest_years]
    page.add(as_published(study.claims[claim]) for claim in named)
    row, gains = printed.by_size.loc[printed.likely], published.yearly_gains(figures, study)
    at = published.at_print(figures, study, printed.likely)
    page.add(
        [
            *_significant(printed),
            number("correlation", "Correlation, either sign", at["slope"], "", 2, Kind.RECOMPUTED, function=_AT_PRINT),
            *_estimates(row),
            p_value("p", "p-value with the likely number of people", at["p"], Kind.RECOMPUTED, _AT_PRINT),
            number(
                "yearly_gain",
                "Gain of English in a year without support, in its standard deviations",
                None,
                "",
                2,
                Kind.BOUNDED,
                gains["low"].iloc[-1],
                gains["high"].iloc[-1],
                "bounds",
                f"{_MODULE}.yearly_gains",
            ),
            number(
                "yearly_gain.flattest",
                "Smallest size of the yearly gain",
                gains["flattest"].min(),
                "",
                2,
                Kind.BOUNDED,
                function=f"{_MODULE}.yearly_gains",
            ),
        ]
    )


def _significant(printed: Printed) -> list[Result]:
    """From how many people on the printed R² may, and must, differ from zero; and from how many Fisher's interval does."""
    above = printed.by_size.index[printed.by_size["rho_low"] > 0]
    numbers = {
        "significant_may": ("People below whom the printed R² cannot differ from zero", printed.significant[0]),
        "significant_must": ("People from which the printed R² must differ from zero", printed.significant[1]),
        "above_zero": ("People from which the interval lies above zero", above.min() if len(above) else None),
    }
    function = f"{_MODULE}.first_significant"
    return [number(name, *each, kind=Kind.RECOMPUTED, function=function) for name, each in numbers.items()]


def _estimates(row: pd.Series) -> list[Result]:
    """Intervals from sampling. They follow from the print by a formula, and are no bounds: no records rule the rest out."""
    return [
        number(
            name, label, None, "", 2, Kind.RECOMPUTED, row[f"{column}_low"], row[f"{column}_high"], interval, _BY_SIZE
        )
        for name, label, column, interval in (
            ("rho", "Correlation in the population, either sign", "rho", "95 % confidence (Fisher)"),
            ("population", "R² in the population", "population_random", "95 % confidence"),
        )
    ]


def answer(printed: Printed) -> str:
    """The opening paragraph, as a template."""
    figures = printed.figures
    return (
        f"The printed R² of {{claim:{figures.r_squared}}} is a correlation of {{correlation}} in size; its sign is not printed. "
        f"If the {{claim:{figures.likely}|:people}} who gave both answers stand behind it, its p-value is {{p}}, and a "
        f"{{=95}} per cent confidence interval of the population's correlation runs from {{rho|interval}}, with its sign open; it takes them as a random "
        f"sample, and rules nothing out for certain. {_threshold(printed)}That time in the UK explains little of the differences in English between people does not say that English "
        f"hardly improves in a year: the gain may be as small as {{yearly_gain.flattest}} standard deviations, and much larger if people had "
        f"been in the UK for similar times. What the answers on English after the courses allow stands in {{@03_before_after:groups}}."
    )


def _threshold(printed: Printed) -> str:
    """From how many people on the printed R² differs from zero; nothing where no number is enough."""
    if None in printed.significant:
        return ""
    return (
        "However it was rounded, the same R² counts as different from zero with {significant_must|:people} or more, "
        "and with fewer than {significant_may} it does not. "
    )


def _sizes(printed: Printed) -> list[int]:
    study, figures = printed.study, printed.figures
    ends = [published.size(study, figures.fewest), published.size(study, figures.most)]
    return sorted({*ends, printed.likely, *(n for n in printed.significant if n in printed.by_size.index)})


def size_table(page: Appendix, printed: Printed) -> Display:
    """Table: tests and intervals for the sample sizes that matter."""
    rows = {}
    for n in _sizes(printed):
        row, label, key = printed.by_size.loc[n], f"{n} people", f"{page.notebook}.sizes.n_{n}"
        at, function = published.at_print(printed.figures, printed.study, n), _FITS
        rows[label] = {
            **{name: _tested(key, label, name, at, row) for name in ("t", "f", "p")},
            **{
                f"{name}_{end}": number(
                    f"{key}.{name}_{end}",
                    f"{label}: {name}, {end}",
                    row[f"{name}_{end}"],
                    "",
                    2,
                    Kind.RECOMPUTED,
                    function=function,
                )
                for name in ("rho", "population_random")
                for end in ("low", "high")
            },
        }
    columns = {
        "t": Column("t, either sign", "", Kind.RECOMPUTED, low="none", interval=_ROUNDING),
        "f": Column("F", "", Kind.RECOMPUTED, low="none", interval=_ROUNDING),
        "p": Column("p-value", "", Kind.RECOMPUTED, low="none", interval=_ROUNDING),
        "rho_low": Column("Correlation, confidence interval from", "", Kind.RECOMPUTED),
        "rho_high": Column("Correlation, interval to", "", Kind.RECOMPUTED),
        "population_random_low": Column("R² in the population, confidence interval from", "", Kind.RECOMPUTED),
        "population_random_high": Column("R² in the population, interval to", "", Kind.RECOMPUTED),
    }
    return page.table(
        "sizes",
        pd.DataFrame.from_dict(rows, orient="index", dtype=object).assign(none=None),
        columns,
        "What the printed R² says, by the number of people behind it.",
        row_header="If it comes from",
        note="t, F and the p-value are those of R² as printed; beside them stands what every R² gives that is printed so. Intervals are "
        "{=95} per cent confidence intervals, which take the people as a random sample; they are no bounds. R² cannot be negative, so its two-sided interval can start at zero although the test of the slope, "
        "which can have either sign, rejects zero: the interval leaves out half of the error at each end, and nothing lies below zero.",
    )


def _tested(key: str, label: str, name: str, at: dict[str, float], row: pd.Series) -> Result:
    """t, F or p at the printed R², with what every R² gives that is printed so where that reads otherwise."""
    of = f"{label}: p-value" if name == "p" else f"{label}: {name}"
    found = number(f"{key}.{name}", of, at[name], "", 2, Kind.RECOMPUTED, function=_AT_PRINT)
    if name == "p":
        found = p_value(found.id, of, at["p"], Kind.RECOMPUTED, _AT_PRINT)
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    if write(low, "", found.decimals) == write(high, "", found.decimals):
        return found
    return replace(found, low=float(low), high=float(high), interval=_ROUNDING)


def correlation_figure(page: Appendix, printed: Printed) -> Display:
    """Figure: interval of the correlation by number of people."""
    from analysis.reporting.charts_records import band_chart

    sizes = printed.by_size.index
    slope = [published.at_print(printed.figures, printed.study, n)["slope"] for n in sizes]
    band = printed.by_size[["rho_low", "rho_high"]].assign(slope=slope)
    fig = band_chart(
        band,
        "rho_low",
        "rho_high",
        "people behind the printed R²",
        "correlation, sign not printed",
        line="slope",
        steps=False,
    )
    fig.axes[0].axhline(0, color="#1f2328", linewidth=1.2)
    columns = {
        "slope": Column("Correlation in the sample", "", Kind.RECOMPUTED, 2),
        "rho_low": Column("In the population, confidence interval from", "", Kind.RECOMPUTED, 2),
        "rho_high": Column("In the population, interval to", "", Kind.RECOMPUTED, 2),
    }
    return page.figure(
        "correlation",
        fig,
        "The confidence interval of the size of the correlation in the population, by the number of people behind the printed R².",
        "The band reaches zero unless at least {above_zero|bare} people stand behind the printed figure."
        if (printed.by_size["rho_low"] > 0).any()
        else "The band reaches zero whichever of these numbers of people stands behind the printed figure.",
        band.loc[_sizes(printed)],
        columns,
        row_header="People",
        function=_FITS,
    )


def gain_table(page: Appendix, printed: Printed) -> Display:
    """Table: the gain of a year without support that the printed R² allows."""
    frame = published.yearly_gains(printed.figures, printed.study)
    function = f"{_MODULE}.yearly_gains"
    words = {
        "sd_low": ("Spread of months, at least", "months", 0),
        "sd_high": ("Spread of months, at most", "months", 0),
        "flattest": ("Gain in a year, at least in size", "sd of English", 2),
        "high": ("Gain in a year, at most in size", "sd of English", 2),
    }
    columns = {
        name: Column(label, unit, Kind.BOUNDED, decimals, function=function)
        for name, (label, unit, decimals) in words.items()
    }
    frame = frame.assign(high=[math.inf if math.isinf(value) else value for value in frame["high"]])
    return page.table(
        "gains",
        frame,
        columns,
        "The gain of English in a year without support, in standard deviations of English; its sign is not printed.",
        row_header="Reading",
        note="The spread is the standard deviation of months in the UK. The closer people were in their time in the UK, the steeper the line behind the same R².",
    )
