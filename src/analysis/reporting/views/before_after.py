"""The words and charts of 03_before_after; its tables are the frames of `analysis.questionnaire` as they are."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.described import described, inputs_of, name_of, of_nothing_nothing
from analysis.disclosure.decisions import REFUSED, RULE, SHOWN, Decision, judge_figure, judge_statistic
from analysis.disclosure.rules import LOWEST_MINIMUM_CELL
from analysis.names import in_sentence
from analysis.participants.schema import Item as Question
from analysis.questionnaire.answers import Item, paired_answers
from analysis.questionnaire.judged_names import MEANS, NET
from analysis.questionnaire.published import FILE, Printed, read_figures
from analysis.questionnaire.shift import direction_shares
from analysis.reporting import charts_records as charts
from analysis.reporting.appendix import Appendix
from analysis.reporting.markup import Display
from analysis.reporting.prose import named, within
from analysis.reporting.views import against_published, before_after_published
from analysis.reporting.views.against_published import Compared, enough
from analysis.reporting.views.before_after_answers import Answers, protect_answers
from analysis.reporting.views.before_after_groups import by_group, by_wave
from analysis.reporting.views.before_after_missing import (
    beyond,
    everyone,
    imputed_from_means,
    in_words,
    people_by_band,
    reasons,
    told_of_everyone,
    told_of_reasons,
)
from analysis.reporting.views.before_after_weighted import weighted
from analysis.reporting.views.compared import told_of_rows
from analysis.reporting.views.evidence import HIDDEN, Evidence
from analysis.results import Column, Kind

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = [
    "beyond",
    "by_group",
    "by_wave",
    "told_of_rows",
    "everyone",
    "imputed_from_means",
    "in_words",
    "people_by_band",
    "protect_answers",
    "reasons",
    "told_of_everyone",
    "told_of_reasons",
    "weighted",
]


def read_questionnaire(evidence: Evidence) -> pd.DataFrame | None:
    """Everybody's answers; None where there are no records of a questionnaire."""
    return evidence.records.questionnaire.values if evidence.measured else None  # type: ignore[union-attr]


def questions(evidence: Evidence) -> Mapping[str, Question] | None:
    """What the study's questionnaire asks on scales, the team's own items first; None where there are no records of one."""
    return evidence.records.own.asked if evidence.measured else None  # type: ignore[union-attr]


def about(item: Item | None, words: str) -> str:
    """A caption that begins with the item's name."""
    return f"{item.label}: {words}" if item else words


def about_threshold(item: Item | None, at_least: int | None) -> str:
    """The caption of the shares in the upper band, which begins at a point of the scale."""
    return about(item, f"answers of {{={at_least}}} or more, before and after.")


ERROR = "what may be error of measurement, by the reliability that is assumed."
ABOUT_ERROR = (
    "Reliability is the share of the differences between people that is no error; no source gives it for this question. A group "
    "taken on for its low answers rises of itself; by no more than shown, since nobody's own mean lies beyond the best answer. "
    "A group that was not taken on for its answers does not. The reliable change index of a change is its size in standard errors of the "
    "difference of two answers (Jacobson and Truax); error alone rarely takes one person beyond the normal quantile of the level."
)


def answer(page: Appendix, answers: Answers | None, printed: Printed | None) -> Display:
    """The opening paragraph, from the records where there are any, else from print."""
    return page.say(_measured(answers) if answers else before_after_published.answer(page, printed))  # type: ignore[arg-type]


def _measured(answers: Answers) -> str:
    item, base = answers.headline, answers.evidence.base
    opening = f"Of the {{headline.n|:people}} who answered on {within(item.label)} before and after, "
    if base is not None:
        return (
            f"{opening}the share that improved is {{headline.improved}}. Every number of people on this page is rounded to the nearest {{={base}}}, "
            "and every share is worked out from rounded numbers; what would follow from exact ones is withheld."
        )
    if answers.shown(item, NET):
        net = "the share that improved exceeds the share that got worse by {headline.net|:percentage points}, with an interval of {headline.net|interval}"
    elif item.name in answers.merged:
        net = (
            "{headline.improved} improved. Less the share that got worse, which is not shown by itself, that is {headline.net|:percentage points}, with an "
            "interval of {headline.net|interval}"
        )
    else:
        net = "no count of those who improved may be shown"
    mean = (
        "The mean changed by {headline.mean|:points}."
        if answers.shown(item, MEANS)
        else "The means are withheld as well."
    )
    return f"{opening}{net}. {mean} Those who did not answer after could move the result within the ranges of the section on non-response."


@of_nothing_nothing
def forest_chart(net: pd.DataFrame) -> "Figure":
    """Share improved less share worse by item, with its interval."""
    return charts.forest_chart(
        net, "net", "net_low", "net_high", "share improved less share worse, percentage points", "percentage points"
    )


@of_nothing_nothing
def told_of_forest(net: pd.DataFrame) -> str:
    """How many intervals lie above zero, and which lies highest."""
    highest = f"that of {within(net.index[0])} lies highest"
    return f"{{items.above|bare}} of {{items.shown|bare}} items have an interval above zero; {highest}."


def told_of_items(answers: Answers | None) -> str:
    """Which counts are merged or dropped, and what would show more; the same whatever is behind what is not shown."""
    if answers is None or answers.evidence.base is not None:
        return ""
    rules, ways = answers.evidence.rules, answers.ways
    if not ways:
        return "Every count by direction is shown."
    parts = "; ".join(f"{words} {', '.join(named(name) for name in names)}" for words, names in ways.items())
    lower = (
        f"a minimum of {{={LOWEST_MINIMUM_CELL}}}, with a reason in full, would show more. Only one of the two pages may be passed on, since "
        "together they tell the counts between."
        if rules.minimum_cell > LOWEST_MINIMUM_CELL
        else "no lower minimum is allowed."
    )
    return (
        f"So that no count of fewer than {{={rules.minimum_cell}}} people can be worked out, {parts}; {lower} Intervals and p-values there are "
        "the widest and the largest that any counts behind what is shown would give; other statistics are withheld."
        + (_OPEN if answers.evidence.page.example else "")
    )


_OPEN = " These records are nobody's: what would not be shown of a team's stands in brackets after what would."


@of_nothing_nothing
def heat_map(people: pd.DataFrame) -> "Figure":
    """People by answer before and after, hidden cells marked."""
    return charts.heat_map(people.mask(people == HIDDEN), "after", "before")


@described(
    Kind.MEASURED,
    rows={
        "shift.hidden": Column("Hidden cells of the shift table", "cells"),
        "shift.cells": Column("Cells of the shift table", "cells"),
    },
)
def hidden_cells(people: pd.DataFrame) -> pd.DataFrame:
    """How many cells of the shift table are hidden, and how many there are."""
    return pd.DataFrame({"value": {"shift.hidden": int((people == HIDDEN).sum().sum()), "shift.cells": people.size}})


@of_nothing_nothing
def told_of_shift(people: pd.DataFrame) -> str:
    """How many cells are hidden, and why if any is."""
    if not (people == HIDDEN).any(axis=None):
        return "None of the {shift.cells|bare} cells is hidden."
    return "{shift.hidden|bare} of {shift.cells|bare} cells are hidden since they are small or would give a small one away."


@of_nothing_nothing
def slope_chart(ends: pd.DataFrame, evidence: Evidence) -> "Figure":
    """An item's mean before and after, with intervals where they are shown."""
    label = ends.index[0]
    evidence.allows(judge_figure(f"Mean {label} before and after", one_mark_each=False))
    words = f"mean {in_sentence(label)}, points"
    return charts.slope_chart(ends, "before", "after", "low", "high", ("before", "after"), words)


@of_nothing_nothing
def told_of_slope(ends: pd.DataFrame) -> str:
    """What the line shows."""
    return f"The mean of {within(ends.index[0])} moves by {{headline.mean|bare}} points from before to after."


@of_nothing_nothing
def about_slope(ends: pd.DataFrame) -> str:
    """The caption, which says whether there are intervals."""
    hidden = np.isnan(ends.filter(like="_").to_numpy(float)).all()
    return f"{ends.index[0]}: mean before and after" + (
        "; the intervals would give a hidden count away." if hidden else ", with intervals."
    )


@of_nothing_nothing
def compared(answers: Answers) -> Display:
    """Table: the printed means and shares beside those of the records, of people who answered twice."""
    if nothing := against_published.nothing_printed(answers.evidence, FILE):
        return nothing
    figures, rows = read_figures(against_published.printed_study(answers.evidence)), []
    known = {item.name: item for item in answers.items}
    for printed in figures.items:
        if printed.id in known:
            rows += _compared_means(answers, known[printed.id], {"before": printed.before, "after": printed.after})
    if figures.groups is not None and "english" in known:
        esol, other = figures.groups.claims.values()
        rows += _compared_english(answers, known["english"], {True: esol, False: other})
    return against_published.compared_table(answers.evidence, rows)


def _compared_means(answers: Answers, item: Item, claims: dict[str, str]) -> list[Compared]:
    """Means of the headline item as judged; of an item without an upper end, for enough people, whose changes they leave open."""
    pairs, name = answers.pairs(item), f"against the published figures: means of {item.label}"
    if item == answers.headline:
        kept = answers.shown(item, MEANS)
    elif item.high is None:
        kept = answers.evidence.allows(judge_statistic(name, "mean", len(pairs), answers.evidence.rules))
    else:
        why = "means are proved beside the counts for the headline item alone"
        kept = answers.evidence.keeps(Decision(name, RULE, REFUSED, why))
    about = ("", 1, f"of those who answered twice, {answers.compared_with}", name_of(paired_answers), inputs_of(pairs))
    return [Compared(claim, float(pairs[when].mean()) if kept else None, *about) for when, claim in claims.items()]


def _compared_english(answers: Answers, item: Item, claims: dict[bool, str]) -> list[Compared]:
    """Shares whose English improved, by course: withheld unless the number of all who improved is shown and no cell is small."""
    pairs, everybody = answers.pairs(item), answers.counts[f"change in {item.label}"][("improved",)]
    esol = answers.records.loc[pairs.index, "course"].eq("esol")
    improved = {group: pairs.loc[esol == group, "change"] > 0 for group in claims}
    courses = {True: "English", False: "other"}
    safe = all(
        enough(answers.evidence, f"{item.label} improved, {courses[group]} courses", int(found.sum()), len(found))
        for group, found in improved.items()
    )
    hidden = pd.isna(everybody)
    why = f"the number of all who improved is {'hidden' if hidden else 'shown'}"
    name = f"against the published figures: {item.label} improved by course"
    kept = answers.evidence.keeps(Decision(name, RULE, REFUSED if hidden else SHOWN, why))
    about = ("%", 0, answers.compared_with, name_of(direction_shares), inputs_of(pairs))
    return [
        Compared(claim, 100 * float(improved[group].mean()) if safe and kept else None, *about)
        for group, claim in claims.items()
    ]
