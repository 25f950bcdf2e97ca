"""What 03_before_after shows: measured where there are records, else what the printed means and percentages allow."""

from collections.abc import Mapping
from functools import cached_property

from analysis.questionnaire import published as figures_of
from analysis.reporting.markup import Display
from analysis.reporting.prose import named
from analysis.reporting.views import (
    against_print,
    before_after_missing as other_answers,
    before_after_precision as precision,
    before_after_published as published,
    before_after_records as measured,
)
from analysis.reporting.views.before_after_answers import Answers, read_answers
from analysis.reporting.views.evidence import Evidence, Run


class BeforeAfter(Run):
    """One run of the notebook."""

    answers: Answers | None

    @cached_property
    def printed(self) -> figures_of.Printed:
        """The printed figures, for a study without records."""
        return figures_of.Printed(self.evidence.study, figures_of.read_figures(self.evidence.study))


def open_run(evidence: Evidence, compare: Mapping[str, str], seed: int) -> BeforeAfter:
    """Read the answers (`compare`: item, before, missing) and record what the prose refers to."""
    run = BeforeAfter(evidence, read_answers(evidence, seed=seed, **compare))
    if run.answers:
        measured.record(run.answers)
    else:
        published.record(evidence.page, run.printed)
    return run


def answer(run: BeforeAfter) -> Display:
    """The opening paragraph."""
    template = measured.answer(run.answers) if run.answers else published.answer(run.printed)
    return run.evidence.page.say(template)


def items(run: BeforeAfter) -> Display:
    """Table: every item; without records, the printed means."""
    return run.show(measured.item_table, published.printed_table)


def forest(run: BeforeAfter) -> Display:
    """Figure: net improvement by item; without records, the range of the share improved."""
    return run.show(measured.forest_figure, published.improved_figure)


def first_ranges(run: BeforeAfter) -> Display:
    """Table: the first printed item's ranges (without records only)."""
    return run.show(None, published.range_table, 0)


def last_ranges(run: BeforeAfter) -> Display:
    """Table: the last printed item's ranges (without records only)."""
    return run.show(None, published.range_table, -1)


def slope(run: BeforeAfter) -> Display:
    """Figure: means before and after (records only)."""
    return run.show(measured.slope_figure)


def shift(run: BeforeAfter) -> Display:
    """Figure: shift table (records only)."""
    return run.show(measured.shift_figure)


def effects(run: BeforeAfter) -> Display:
    """Table: effect sizes; without records, what printed standard deviations say of them."""
    return run.show(measured.effect_table, published.spread_table)


def tests(run: BeforeAfter) -> Display:
    """Table: tests; without records, printed figures that cannot be."""
    return run.show(measured.test_table, published.impossible_table)


def threshold(run: BeforeAfter) -> Display:
    """Table: share in the upper band before and after (records only)."""
    return run.show(measured.threshold_table)


def ceiling(run: BeforeAfter) -> Display:
    """Table: share at the best answer (records only)."""
    return run.show(measured.ceiling_table)


def error(run: BeforeAfter) -> Display:
    """Table: what may be error of measurement, by assumed reliability."""
    return run.show(precision.error_table, precision.printed_error_table)


def showing(run: BeforeAfter) -> Display:
    """Table: what so many people could show, and what would undo it (records only)."""
    return run.show(precision.showing_table)


def groups(run: BeforeAfter) -> Display:
    """Table: the two groups in English: possible sizes, or bounds on the difference between groups of courses."""
    return run.show(measured.lee_table, published.group_table)


def remembered(run: BeforeAfter) -> Display | None:
    """Table: asked before against looking back; without records, what the source says of it."""
    if run.answers:
        return measured.response_table(run.answers)
    said = run.printed.figures.asked_before
    if not said:
        return None
    return run.evidence.page.say(
        f"{named(said)} People who look back "
        "often judge their start by other standards than they did then, so the printed differences may be larger or smaller than the change."
    )


def reasons(run: BeforeAfter) -> Display:
    """Table: why no number was given, by item and moment (records only)."""
    return run.show(other_answers.reason_table)


def words(run: BeforeAfter) -> Display:
    """Table: answers in words on the number of friends (records only)."""
    return run.show(other_answers.words_table)


def compared(run: BeforeAfter) -> Display | None:
    """Table: printed figures beside those of the records (None without records: the section is then left out)."""
    if not run.answers:
        return None
    return against_print.nothing_printed(run.evidence, figures_of.FILE) or against_print.compared_table(
        run.evidence, measured.compared(run.answers)
    )


def missing(run: BeforeAfter) -> Display:
    """Table: those who did not answer."""
    return run.show(measured.missing_table, published.everyone_table)
