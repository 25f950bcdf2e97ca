"""The words and figures of 04_english_and_time; its tables are the frames of `analysis.english` as they are."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.described import described, inputs_of, of_nothing_nothing, read_from
from analysis.disclosure.decisions import REFUSED, Decision, judge_figure
from analysis.disclosure.reader import Background, Derived
from analysis.english import Principled, english_sample, strength
from analysis.english.published import FILE, Printed, read_figures, size
from analysis.english.sample import MONTHS_IN_A_YEAR, spline_knots
from analysis.participants import ITEMS, stages_reached
from analysis.questionnaire.groups import ages, group_of
from analysis.reporting import charts_records as charts
from analysis.reporting.appendix import Appendix
from analysis.reporting.markup import Display
from analysis.reporting.prose import points
from analysis.reporting.views import against_published
from analysis.reporting.views.against_published import Compared
from analysis.reporting.views.claims import published as as_published
from analysis.reporting.views.evidence import HIDDEN, Evidence
from analysis.results import Column, Kind

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_MARKS = 2_000  # each is a line of the page
_LINES = {"fit": "the same gain every month", "log": "gains that shrink", "spline": "a smooth curve"}
_ENDS = {"fit": ("low", "high"), "log": ("log_low", "log_high"), "spline": ("spline_low", "spline_high")}
_ENGLISH = {"very poor or poor": (1, 2), "fair or better": (3, 5)}
_PEOPLE = "people by English and time in the UK"
_EDGES = {  # in months, the finest first
    ("under three years", "three to under six years", "six years or more"): (0, 36, 72, np.inf),
    ("under six years", "six years or more"): (0, 72, np.inf),
}


def read_answers(evidence: Evidence) -> pd.DataFrame | None:
    """The questionnaire with `answered_after` and `age`; None without records, and where too few gave both answers."""
    if not evidence.measured:
        return None
    table = evidence.records.questionnaire  # type: ignore[union-attr]
    frame = table.values.assign(answered_after=stages_reached(table)["experience"])  # type: ignore[union-attr, arg-type]
    answers = frame.assign(age=ages(frame))
    try:
        spline_knots(english_sample(answers)["months"].to_numpy())
    except ValueError as error:
        reason = f"{error}; the page shows what the published figures allow"
        evidence.decisions.append(Decision("English and time in the UK", "enough answers", REFUSED, reason))
        return None
    return answers


def principled(answers: pd.DataFrame | None) -> Principled:
    """The choices that ask another question: of those who answered after training; at equal age, where most told theirs."""
    known = answers is not None and answers["age"].notna().sum() > len(answers) / 2
    return Principled({"those who answered after training": "answered_after"}, {"age": ["age"]} if known else {})


def groupings(answers: pd.DataFrame | None, evidence: Evidence) -> dict[str, pd.Series]:
    """The group of each person, by what the grouping is called: the course, and the groups that the team declares.

    None by English at joining: within bands of what is explained, every slope is drawn towards zero.
    """
    if answers is None:
        return {}
    declared = evidence.records.own.groups  # type: ignore[union-attr]
    kept = {name: group for name, group in declared.items() if group.of != OUTCOME}
    course = {"Course": answers["course"]} if "course" in answers else {}
    return course | {group.label: group_of(answers, name, group) for name, group in kept.items()}


OUTCOME = "english_at_joining"


NOTHING_TO_SAY = (
    "The records do not hold what this page needs, which is months in the UK and English, both at joining, of people enough, and "
    "no published figures stand in for them. What was decided about that stands below."
)


def answer(page: Appendix, headline: pd.DataFrame | None, printed: Printed | None, level: float) -> Display:
    """The opening paragraph, from the records where there are any, else from print; it says where there is neither."""
    if headline is None and printed is None:
        return page.say(NOTHING_TO_SAY)
    return page.say(_measured(page) if headline is not None else _printed(page, printed, level))  # type: ignore[arg-type]


def _measured(page: Appendix) -> str:
    spread = "" if page.find("yearly_gain").value == HIDDEN else " ({yearly_gain|interval})"
    return (
        f"Of {{n|:people}} with both answers, English at joining differed by {{yearly_gain|:points}} for each further year in the UK{spread}. "
        "R², the share of the differences between people that goes with their time in the UK, is {r_squared}. It is no measure of how much "
        "one person gains in a year, and people who came in different years may differ in more than their time in the UK."
    )


def _printed(page: Appendix, printed: Printed, level: float) -> str:
    figures, claims = printed.figures, printed.study.claims
    named = (figures.r_squared, figures.fewest, figures.most, figures.likely, figures.longest_years)
    page.add(as_published(claims[claim]) for claim in named)
    threshold = (
        "However it was rounded, the same R² counts as different from zero with {significant_must|:people} or more, "
        "and with fewer than {significant_may} it does not."
    )
    found = None not in (page.find("significant_may").value, page.find("significant_must").value)
    return points(
        "That time in the UK explains little of the differences in English between people does not say that English hardly improves in a "
        "year: the gain may be as small as {yearly_gain.flattest} standard deviations, and much larger if people had been in the UK for "
        "similar times.",
        f"The published R² of {{claim:{figures.r_squared}}} is a correlation of {{correlation}} in size; its sign is not published.",
        f"If the {{claim:{figures.likely}|:people}} who gave both answers stand behind it, its p-value is {{p}}, and a "
        f"{{={100 * level:g}}} per cent confidence interval of the population's correlation runs from {{rho|interval}}, with its sign open; it "
        "takes them as a random sample, and rules nothing out for certain.",
        threshold if found else "",
        "What the answers on English after the courses allow: {@03_before_after:groups}.",
    )


@of_nothing_nothing
def correlation_chart(by_size: pd.DataFrame) -> "Figure":
    """The interval of the correlation by number of people, against zero."""
    fig = charts.band_chart(
        by_size,
        "rho_low",
        "rho_high",
        "people behind the published R²",
        "correlation, sign not published",
        line="slope",
        steps=False,
    )
    fig.axes[0].axhline(0, color="#1f2328", linewidth=1.2)
    return fig


@of_nothing_nothing
def told_of_correlation(by_size: pd.DataFrame) -> str:
    """Whether the interval reaches zero, in words."""
    if (by_size["rho_low"] > 0).any():
        return "The band reaches zero unless at least {above_zero|bare} people stand behind the published figure."
    return "The band reaches zero whichever of these numbers of people stands behind the published figure."


@of_nothing_nothing
def lines_chart(lines: pd.DataFrame, sample: pd.DataFrame, evidence: Evidence, seed: int) -> "Figure":
    """Fitted English by time in the UK under each form; with jittered points for synthetic records only, if not too many."""
    marked = _marked(evidence)
    evidence.allows(judge_figure("Fitted English by time in the UK", one_mark_each=marked, synthetic=marked))
    points = sample.rename(columns={"months": "x", "english": "y"}) if marked else None
    bands = [_band(lines, name) for name in _LINES]
    return charts.fitted_chart(bands, list(_LINES.values()), "months in the UK", "English at joining", points, seed)


def about_marks(evidence: Evidence) -> str:
    """What the marks beside the lines are, where there are any."""
    return " Each mark is a person who does not exist, drawn with jitter." if _marked(evidence) else ""


def _marked(evidence: Evidence) -> bool:
    """Whether people have marks: those of a worked example, as far as a page can hold them."""
    return evidence.page.example and evidence.people <= MOST_MARKS


def _band(lines: pd.DataFrame, name: str) -> pd.DataFrame:
    """One line with its band as `fitted_chart` takes it, at the decimals that the table shows."""
    low, high = _ENDS[name]
    return pd.DataFrame(
        {"x": lines.index.astype(float), "fit": lines[name], "low": lines[low], "high": lines[high]}
    ).round(2)


@of_nothing_nothing
def told_of_lines(lines: pd.DataFrame) -> str:
    """What the fitted lines show, in words."""
    rises = [lines[name].iloc[-1] > lines[name].iloc[0] for name in _LINES]
    way = "rise" if all(rises) else "fall" if not any(rises) else "disagree on whether English rises"
    lows, highs = (lines[[ends[side] for ends in _ENDS.values()]].round(2) for side in (0, 1))
    apart = (lows.max(axis=1) > highs.min(axis=1)).any()
    return f"The fitted lines {way} over the time drawn; their bands {'part somewhere' if apart else 'overlap everywhere'}."


@of_nothing_nothing
def specification_chart(curve: pd.DataFrame) -> "Figure | None":
    """The yearly gain under every combination of choices that could be fitted, in rank order."""
    fitted = curve.dropna(subset="gain").round({"gain": 2, "low": 2, "high": 2})
    return None if fitted.empty else charts.curve_chart(fitted, "question", "gain in a year, sd of English")


@of_nothing_nothing
def people_by_time(sample: pd.DataFrame, answers: pd.DataFrame, evidence: Evidence) -> pd.DataFrame:
    """How many people had which English after how long, small counts hidden; after fewer times, the fewer people there are.

    Without rows where there are too few for any.
    """
    bands = {times: {"time in the UK": list(times), "English at joining": list(_ENGLISH)} for times in _EDGES}
    by = evidence.finest(_PEOPLE, len(sample), list(bands.values()))
    if not by:
        return evidence.dropped(_PEOPLE, "too few people gave both answers")
    times = tuple(by["time in the UK"])
    time = pd.cut(sample["months"], _EDGES[times], right=False, labels=times).astype("str").rename("time in the UK")
    english = sample["english"].map(_english_band).rename("English at joining")
    people = read_from(pd.concat([time, english], axis=1), *inputs_of(sample))
    return evidence.counted(_PEOPLE, people, by, _bands_of(answers), total="all")


def about_people(evidence: Evidence) -> str:
    """What was taken together among people by English and time, after the caption."""
    return f" {evidence.notes.get(_PEOPLE, '')}".rstrip()


@of_nothing_nothing
def people_chart(cells: pd.DataFrame) -> "Figure | None":
    """The counts as a heat map."""
    return None if cells.empty else charts.heat_map(cells.mask(cells == HIDDEN), "English at joining", "time in the UK")


@described(
    Kind.MEASURED,
    rows={"people.hidden": Column("Hidden cells", "cells"), "people.cells": Column("Cells", "cells")},
)
def hidden_cells(cells: pd.DataFrame) -> pd.DataFrame:
    """How many cells of a protected table are hidden, and how many there are."""
    return pd.DataFrame({"value": {"people.hidden": int((cells == HIDDEN).sum().sum()), "people.cells": cells.size}})


def told_of_people(cells: pd.DataFrame | None) -> str:
    """Which cell of a protected table is the fullest of those shown, and how many are hidden if any is."""
    hidden = cells is not None and (cells == HIDDEN).any(axis=None)
    most = "" if cells is None or cells.empty else charts.most_frequent(cells)
    kept = "{people.hidden|bare} of {people.cells|bare} cells are hidden, since they are small or would give a small one away."
    return " ".join(filter(None, (most, kept if hidden else ""))) or "None of the {people.cells|bare} cells is hidden."


def _english_band(value: float) -> str:
    return next(name for name, (low, high) in _ENGLISH.items() if low <= value <= high)


def _bands_of(records: pd.DataFrame) -> Background:
    """The bands of English follow from the answer at joining, by the name that other notebooks have for the same answers."""
    at_joining, before = (
        pd.to_numeric(records[name], errors="coerce") for name in ("english_at_joining", "english_pre")
    )
    asked_once = bool((at_joining == before)[at_joining.notna() & before.notna()].all())
    column = "english_pre" if asked_once else "english_at_joining"
    points = [float(point) for point in range(ITEMS["english"].low, ITEMS["english"].high + 1)]
    return Background((Derived("English at joining", (column,), _english_band),), categories={column: points})


@of_nothing_nothing
def compared(sample: pd.DataFrame, answers: pd.DataFrame, evidence: Evidence) -> Display:
    """Table: the printed fit, and the printed share of recent arrivals, beside those of the records."""
    if nothing := against_published.nothing_printed(evidence, FILE):
        return nothing
    study = against_published.printed_study(evidence)
    figures = read_figures(study)
    months, limit = answers["months_in_area"].dropna(), MONTHS_IN_A_YEAR * size(study, figures.recent.years)
    recent = int((months <= limit).sum())
    kept = against_published.enough(evidence, "time in the area", recent, len(months))
    fit = against_published.found_in(evidence.allowed(strength(sample)), "r_squared")  # type: ignore[arg-type]
    rows = [
        Compared(figures.r_squared, unit="", decimals=4, read="of everybody with both answers", **fit),
        Compared(
            figures.recent.share,
            100 * recent / len(months) if kept else None,
            "%",
            read="of everybody who gave their months in the area",
            inputs=inputs_of(answers),
        ),
    ]
    return against_published.compared_table(evidence, rows)
