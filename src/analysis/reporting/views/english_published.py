"""What 04_english_and_time shows where there are no records: everything that the printed R² settles, and what it leaves open."""

import math
from dataclasses import dataclass

import pandas as pd

from analysis.english import published
from analysis.reporting.appendix import Appendix
from analysis.reporting.markup import Display
from analysis.reporting.views.claims import published as as_published
from analysis.reporting.views.evidence import number, p_value
from analysis.results import Column, Kind, Result
from analysis.study import Study

_MODULE = "analysis.english.published"


@dataclass(frozen=True)
class Printed:
    """A study's printed figures on English and time, with what they allow for every number of people."""

    study: Study
    figures: published.Figures
    by_size: pd.DataFrame
    significant: int | None

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
    page.add(
        [
            number(
                "significant_from",
                "People from which the printed R² differs from zero",
                printed.significant,
                kind=Kind.RECOMPUTED,
                function=f"{_MODULE}.first_significant",
            ),
            number(
                "correlation",
                "Correlation, either sign",
                (row["slope_low"] + row["slope_high"]) / 2,
                "",
                2,
                Kind.RECOMPUTED,
                function="analysis.bounds.correlation.regressions_with",
            ),
            _range("rho", "Correlation in the population, either sign", row["rho_low"], row["rho_high"], "by_size"),
            _range(
                "population",
                "R² in the population",
                row["population_random_low"],
                row["population_random_high"],
                "by_size",
            ),
            p_value(
                "p",
                "p-value with the likely number of people",
                row["p_high"],
                Kind.RECOMPUTED,
                "analysis.bounds.correlation.regressions_with",
            ),
            _range(
                "yearly_gain",
                "Gain of English in a year without support, in its standard deviations",
                gains["low"].iloc[-1],
                gains["high"].iloc[-1],
                "yearly_gains",
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


def _range(name: str, label: str, low: float, high: float, function: str) -> Result:
    return number(name, label, None, "", 2, Kind.BOUNDED, low, high, "bounds", f"{_MODULE}.{function}")


def answer(printed: Printed) -> str:
    """The opening paragraph, as a template."""
    figures = printed.figures
    return (
        f"The printed R² of {{claim:{figures.r_squared}}} is a correlation of {{correlation}} in size; its sign is not printed. "
        f"If the {{claim:{figures.likely}|:people}} who gave both answers stand behind it, its p-value is {{p}}, and the population's correlation "
        f"may be anything from {{rho|interval}}, with its sign open. From {{significant_from|:people}} on, the same R² counts as different from zero; with "
        f"fewer it does not. That time in the UK explains little of the differences in English between people does not say that English "
        f"hardly improves in a year: the gain may be as small as {{yearly_gain.flattest}} standard deviations, and much larger if people had "
        f"been in the UK for similar times. What the answers on English after the courses allow stands in {{@03_before_after:groups}}."
    )


def _sizes(printed: Printed) -> list[int]:
    study, figures = printed.study, printed.figures
    ends = [published.size(study, figures.fewest), published.size(study, figures.most)]
    return sorted(
        {*ends, printed.likely, *([printed.significant] if printed.significant in printed.by_size.index else [])}
    )


def size_table(page: Appendix, printed: Printed) -> Display:
    """Table: tests and intervals for the sample sizes that matter."""
    rows = {}
    for n in _sizes(printed):
        row, label, key = printed.by_size.loc[n], f"{n} people", f"{page.notebook}.sizes.n_{n}"
        function = "analysis.bounds.correlation.regressions_with"
        rows[label] = {
            **{
                name: number(
                    f"{key}.{name}", f"{label}: {name}", row[f"{name}_high"], "", 2, Kind.RECOMPUTED, function=function
                )
                for name in ("t", "f")
            },
            "p": p_value(f"{key}.p", f"{label}: p-value", row["p_high"], Kind.RECOMPUTED, function),
            **{
                f"{name}_{end}": number(
                    f"{key}.{name}_{end}",
                    f"{label}: {name}, {end}",
                    row[f"{name}_{end}"],
                    "",
                    2,
                    Kind.BOUNDED,
                    function=function,
                )
                for name in ("rho", "population_random")
                for end in ("low", "high")
            },
        }
    columns = {
        "t": Column("t, either sign", "", Kind.RECOMPUTED),
        "f": Column("F", "", Kind.RECOMPUTED),
        "p": Column("p-value", "", Kind.RECOMPUTED),
        "rho_low": Column("Correlation, at least", "", Kind.BOUNDED),
        "rho_high": Column("Correlation, at most", "", Kind.BOUNDED),
        "population_random_low": Column("R² in the population, at least", "", Kind.BOUNDED),
        "population_random_high": Column("R² in the population, at most", "", Kind.BOUNDED),
    }
    return page.table(
        "sizes",
        pd.DataFrame.from_dict(rows, orient="index", dtype=object),
        columns,
        "What the printed R² says, by the number of people behind it.",
        row_header="If it comes from",
        note="Intervals are {=95} per cent. R² cannot be negative, so its two-sided interval can start at zero although the test of the slope, "
        "which can have either sign, rejects zero: the interval leaves out half of the error at each end, and nothing lies below zero.",
    )


def correlation_figure(page: Appendix, printed: Printed) -> Display:
    """Figure: interval of the correlation by number of people."""
    from analysis.reporting.charts_records import band_chart

    band = printed.by_size[["rho_low", "rho_high", "slope_high"]]
    fig = band_chart(
        band,
        "rho_low",
        "rho_high",
        "people behind the printed R²",
        "correlation, sign not printed",
        line="slope_high",
        steps=False,
    )
    fig.axes[0].axhline(0, color="#1f2328", linewidth=1.2)
    columns = {
        "slope_high": Column("Correlation in the sample", "", Kind.RECOMPUTED, 2),
        "rho_low": Column("In the population, at least", "", Kind.BOUNDED, 2),
        "rho_high": Column("In the population, at most", "", Kind.BOUNDED, 2),
    }
    return page.figure(
        "correlation",
        fig,
        "The size of the correlation in the population that the printed R² does not exclude, by the number of people behind it.",
        "The band reaches zero unless at least {significant_from|bare} people stand behind the printed figure.",
        band.loc[_sizes(printed)],
        columns,
        row_header="People",
        function="analysis.bounds.correlation.regressions_with",
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
