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
IMPORTANT = {1: "one point", 2: "two points"}  # what may be the smallest change that matters
POWER = 0.8
_MEASUREMENT, _PRECISION = "analysis.questionnaire.measurement", "analysis.questionnaire.precision"
_WITHHELD = "The means are not shown, so that nothing is worked out from them."


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
    """The means before and of the change as printed; None where they are not shown."""
    if not answers.shown(answers.headline, statistics.MEANS):
        return None
    pairs = answers.pairs(answers.headline)
    return {when: PrintedMean(*statistics.printed_mean(pairs[when])) for when in ("before", "change")}


def _spreads(answers: Answers) -> bool:
    """Whether standard deviations follow from what is shown."""
    known = _known(answers)
    return (
        known is not None
        and answers.shown(answers.headline, statistics.T_INTERVALS)
        and min(each.sd for each in known.values()) > 0
    )


def error_table(answers: Answers) -> Display:
    """Table: by assumed reliability, the error of one answer, the change that one person's must exceed, and regression at most."""
    item, known = answers.headline, _known(answers)
    if known is None:
        return answers.evidence.page.say(_WITHHELD)
    before, change, best = known["before"], known["change"], item.high if item.higher_is_better else item.low
    rows = {}
    for reliability in RELIABILITIES:
        cells: dict[str, tuple[float, str]] = {}
        if _spreads(answers):
            cells["sem"] = (
                measurement.standard_error_of_measurement(before.sd, reliability),
                "standard_error_of_measurement",
            )
            cells["one"] = measurement.detectable_in_one_person(before.sd, reliability), "detectable_in_one_person"
        if best is not None:
            most = abs(measurement.regression_to_the_mean(before.mean, best, reliability))
            cells |= {
                name: (value, "regression_to_the_mean")
                for name, value in (("most", most), ("left", change.mean - most))
            }
        rows[f"{reliability:g}"] = {
            name: _points(answers.evidence.page, reliability, name, value, function)
            for name, (value, function) in cells.items()
        }
    return _error_display(answers.evidence.page, item.label, rows)


def _points(
    page: Appendix, reliability: float, name: str, value: float, function: str, rests: tuple[str, ...] = ()
) -> Result:
    key = f"{page.notebook}.error.{slug(f'{reliability:g}')}.{name}"
    place = f"{_MEASUREMENT}.{function}"
    return number(key, _ERRORS[name], value, "points", 1, Kind.ASSUMED, function=place, inputs=rests)


_ERRORS = {
    "sem": "Standard error of one answer",
    "one": "Change that error alone rarely gives one person",
    "most": "Rise by regression to the mean, at most",
    "left": "Mean change less that, at least",
}


def _error_display(page: Appendix, label: str, rows: dict[str, dict[str, Result]]) -> Display:
    frame = pd.DataFrame.from_dict(rows, orient="index", dtype=object)
    if frame.columns.empty:
        return page.say(_WITHHELD)
    return page.table(
        "error",
        frame,
        {name: Column(words, "points", Kind.ASSUMED) for name, words in _ERRORS.items() if name in frame},
        f"{named(label)}: what may be error of measurement, by the reliability that is assumed.",
        row_header="Reliability",
        note="Reliability is the share of the differences between people that is no error; no source prints it for this question. A group "
        "taken on for its low answers rises of itself; by no more than shown, since nobody's own mean lies beyond the best answer. "
        "A group that was not taken on for its answers does not.",
    )


def printed_error_table(page: Appendix, printed: published.Printed) -> Display:
    """Table: by assumed reliability, how far the printed rise of the first item can be regression to the mean."""
    item = printed.figures.items[0]
    found = {each: published.after_regression(item, printed.figures, printed.study, each) for each in RELIABILITIES}
    rests = (
        f"claim:{item.before}",
        f"claim:{item.after}",
        *page.grounds("analysis.questionnaire.published.item_ranges"),
    )
    rows = {
        f"{reliability:g}": {
            name: _points(page, reliability, name, value, "regression_to_the_mean", rests)
            for name, value in zip(("most", "left"), ends, strict=True)
        }
        for reliability, ends in found.items()
        if ends is not None
    }
    if not rows:
        return page.say("The scale has no best answer, so that regression to the mean has no bound.")
    return _error_display(page, item.label, rows)


def showing_table(answers: Answers) -> Display:
    """Table: the change so many people find, whether the change is smaller than one that matters, and what would undo it."""
    item, known, page = answers.headline, _known(answers), answers.evidence.page
    if known is None:
        return page.say("Nor is it worked out what so many people could show.")
    rows = _tests(page, known["change"]) if _spreads(answers) else {}
    for stage, words in STAGES.items():
        if len(answers.others[stage]):
            rows[f"Change of the others with which the mean of all {words} would not have changed"] = _tip(
                answers, known["change"], stage
            )
    if not rows:
        return page.say("Everybody answered twice, so that no answers of others could undo it.")
    return page.table(
        "showing",
        pd.DataFrame({"value": rows, "low": None}, dtype=object),
        {"value": Column("Value", "", Kind.MEASURED, low="low")},
        f"{named(item.label)}: what so many people could show, and what would undo it.",
        row_header="Measure",
        note="Worked out from the mean change, and from its interval where that is shown, as printed above. Smallest changes that matter are "
        "taken as one and as two points; a small p-value of these tests says that the change is too small to matter.",
    )


def _tests(page: Appendix, change: PrintedMean) -> dict[str, Result]:
    """The detectable change, and the tests that the change is smaller than one that matters."""
    found = precision.detectable_change(change.sd, change.n, POWER)
    key, function = f"{page.notebook}.showing.detectable", f"{_PRECISION}.detectable_change"
    rows = {
        "Mean change that so many people find four times in five": number(
            key, "Detectable mean change", found, "points", 1, function=function
        )
    }
    for margin, words in IMPORTANT.items():
        p = precision.equivalence(change.mean, change.sd, change.n, margin).p
        key, label = f"{page.notebook}.showing.equivalence_{slug(words)}", f"Two one-sided tests within {words}"
        rows[f"p-value that the mean change is smaller than {words} either way"] = p_value(
            key, label, p, function=f"{_PRECISION}.equivalence"
        )
    return rows


def _tip(answers: Answers, change: PrintedMean, stage: str) -> Result:
    value = precision.tipping_point(change.mean, change.n, change.n + len(answers.others[stage]))
    key = f"{answers.evidence.page.notebook}.showing.tip.{stage}"
    label = f"Tipping point, {STAGES[stage]}"
    return number(key, label, value, "points", 1, function=f"{_PRECISION}.tipping_point")
