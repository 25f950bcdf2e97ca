"""What 03_before_after sets the change against: error of measurement, and what so many people could show.

Everything about records is worked out from numbers as the page prints them, so that it tells nothing that they do not.
"""

import math
from dataclasses import dataclass

import pandas as pd

from analysis.questionnaire import measurement, precision, published
from analysis.reporting.appendix import Appendix
from analysis.reporting.markup import Display
from analysis.reporting.prose import named
from analysis.reporting.views import before_after_statistics as statistics
from analysis.reporting.views.before_after_answers import STAGES, Answers
from analysis.reporting.views.evidence import number, p_value
from analysis.results import Column, Kind, Result, slug

RELIABILITIES = (0.5, 0.6, 0.7, 0.8, 0.9)  # of a single question; what is found for such questions lies between
IMPORTANT = (1, 2)  # points that may be the smallest change that matters
POWER = 0.8
_MEASUREMENT, _PRECISION = "analysis.questionnaire.measurement", "analysis.questionnaire.precision"
_WITHHELD = "The means are not shown with their intervals, so that nothing is worked out from them."


@dataclass(frozen=True)
class PrintedMean:
    """A mean with the ends of its t interval as printed, and the standard deviation that follows from them."""

    n: int
    mean: float
    low: float
    high: float

    @property
    def sd(self) -> float:
        """Half the interval is t(n - 1) sd / sqrt(n)."""
        from scipy.special import stdtrit

        return (self.high - self.low) / 2 * math.sqrt(self.n) / float(stdtrit(self.n - 1, 0.975))


def _known(answers: Answers) -> dict[str, PrintedMean] | None:
    """The means before and of the change as printed; None where they may not be shown with their intervals."""
    if not answers.shown(answers.headline, statistics.T_INTERVALS):
        return None
    pairs = answers.pairs(answers.headline)
    found = {when: PrintedMean(*statistics.printed_mean(pairs[when])) for when in ("before", "change")}
    return found if min(each.sd for each in found.values()) > 0 else None


def error_table(answers: Answers) -> Display:
    """Table: by assumed reliability, the error of one answer, the change that one person's must exceed, and regression at most."""
    item, known = answers.headline, _known(answers)
    if known is None:
        return answers.evidence.page.say(_WITHHELD)
    before, change = known["before"], known["change"]
    best = item.high if item.higher_is_better else item.low
    rows = {}
    for reliability in RELIABILITIES:
        key = f"{answers.evidence.page.notebook}.error.{slug(f'{reliability:g}')}"
        cells = {
            "sem": (measurement.standard_error_of_measurement(before.sd, reliability), "standard_error_of_measurement"),
            "one": (measurement.detectable_in_one_person(before.sd, reliability), "detectable_in_one_person"),
        }
        if best is not None:
            most = abs(measurement.regression_to_the_mean(before.mean, best, reliability))
            cells |= {
                name: (value, "regression_to_the_mean")
                for name, value in (("most", most), ("left", change.mean - most))
            }
        rows[f"{reliability:g}"] = {
            name: _points(f"{key}.{name}", name, value, function) for name, (value, function) in cells.items()
        }
    return _error_display(answers.evidence.page, item.label, rows, _ERRORS)


_ERRORS = {
    "sem": "Standard error of one answer",
    "one": "Change that error alone rarely gives one person",
    "most": "Rise by regression to the mean, at most",
    "left": "Mean change less that, at least",
}


def _points(key: str, label: str, value: float, function: str) -> Result:
    return number(key, _ERRORS[label], value, "points", 1, Kind.ASSUMED, function=f"{_MEASUREMENT}.{function}")


def _error_display(page: Appendix, label: str, rows: dict, columns: dict[str, str]) -> Display:
    frame = pd.DataFrame.from_dict(rows, orient="index", dtype=object)
    return page.table(
        "error",
        frame,
        {name: Column(words, "points", Kind.ASSUMED) for name, words in columns.items() if name in frame},
        f"{named(label)}: what may be error of measurement, by the reliability that is assumed.",
        row_header="Reliability",
        note="Reliability is the share of the differences between people that is no error; no source prints it for this question. A group "
        "taken on for its low answers rises of itself; by no more than shown, since nobody's own mean lies beyond the best answer. "
        "A group that was not taken on for its answers does not.",
    )


def printed_error_table(page: Appendix, printed: published.Printed) -> Display:
    """Table: by assumed reliability, how far the printed rise of the first item can be regression to the mean."""
    item = printed.figures.items[0]
    around, tops = printed.study.claims[item.before].as_printed, [reading.scale[1] for reading in item.readings]
    if around is None or None in tops:
        return page.say("The scale has no best answer, so that regression to the mean has no bound.")
    change = published.over_readings(printed.ranges[item.id], published.MEAN_CHANGE)
    rests = (
        f"claim:{item.before}",
        f"claim:{item.after}",
        *page.grounds("analysis.questionnaire.published.item_ranges"),
    )
    rows = {}
    for reliability in RELIABILITIES:
        most = measurement.regression_to_the_mean(around.around().low, max(tops), reliability)
        rows[f"{reliability:g}"] = {
            name: number(
                f"{page.notebook}.error.{slug(f'{reliability:g}')}.{name}",
                _ERRORS[name],
                value,
                "points",
                1,
                Kind.ASSUMED,
                function=f"{_MEASUREMENT}.regression_to_the_mean",
                inputs=rests,
            )
            for name, value in (("most", most), ("left", change.low - most))
        }
    return _error_display(page, item.label, rows, {name: _ERRORS[name] for name in ("most", "left")})


def showing_table(answers: Answers) -> Display:
    """Table: the change so many people find, whether the change is smaller than one that matters, and what would undo it."""
    item, known = answers.headline, _known(answers)
    if known is None:
        return answers.evidence.page.say(_WITHHELD)
    change, page = known["change"], answers.evidence.page
    rows = {
        "Mean change that so many people find four times in five": {
            "value": number(
                f"{page.notebook}.showing.detectable",
                "Detectable mean change",
                precision.detectable_change(change.sd, change.n, POWER),
                "points",
                1,
                function=f"{_PRECISION}.detectable_change",
            ),
            "low": None,
        }
    }
    for margin in IMPORTANT:
        found = precision.equivalence(change.mean, change.sd, change.n, margin)
        rows[f"p-value that the mean change is smaller than {margin:g} either way"] = {
            "value": p_value(
                f"{page.notebook}.showing.equivalence_{margin:g}",
                f"Two one-sided tests within {margin:g}",
                found.p,
                function=f"{_PRECISION}.equivalence",
            ),
            "low": None,
        }
    rows |= {
        f"Change of the others at which nobody's mean changed: {words}": _tip(answers, change, stage, words)
        for stage, words in STAGES.items()
    }
    return page.table(
        "showing",
        pd.DataFrame.from_dict(rows, orient="index", dtype=object),
        {"value": Column("Value", "", Kind.MEASURED, low="low")},
        f"{named(item.label)}: what so many people could show, and what would undo it.",
        row_header="Measure",
        note="Worked out from the mean change and its interval as printed above. Smallest changes that matter are taken as one and as two points; "
        "a small p-value of these tests says that the change is too small to matter.",
    )


def _tip(answers: Answers, change: PrintedMean, stage: str, words: str) -> dict[str, Result | str | None]:
    others, page = len(answers.others[stage]), answers.evidence.page
    key, function = f"{page.notebook}.showing.tip.{slug(words)}", f"{_PRECISION}.tipping_point"
    if not others:
        return {"value": "nobody else", "low": None}
    value = precision.tipping_point(change.mean, change.n, change.n + others)
    return {"value": number(key, f"Tipping point, {words}", value, "points", 1, function=function), "low": None}
