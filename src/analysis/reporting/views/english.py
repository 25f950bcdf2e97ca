"""What 04_english_and_time shows: measured where there are records, else what the printed R² allows."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from analysis.english.published import FILE
from analysis.reporting.markup import Display
from analysis.reporting.views import against_print, english_published as published, english_records as measured
from analysis.reporting.views.english_records import EnglishAnswers, read_sample
from analysis.reporting.views.evidence import Evidence, Run


class EnglishRun(Run):
    """One run of the notebook."""

    answers: EnglishAnswers | None

    @cached_property
    def printed(self) -> published.Printed:
        """What the printed fit allows, for a study without records."""
        return published.read_printed(self.evidence.study)

    @property
    def nothing(self) -> bool:
        """Whether there are neither answers nor printed figures: then only the opening stands, and says so."""
        return self.answers is None and not (self.evidence.study.raw / FILE).is_file()

    def show(
        self, of_records: Callable[[Any], Display] | None, of_print: Callable[..., Display] | None = None, *more: int
    ) -> Display | None:
        """As every run does; None, which leaves the section out, where there is nothing."""
        return None if self.nothing else super().show(of_records, of_print, *more)


NOTHING_TO_SAY = (
    "The records do not hold what this page needs, which is months in the UK and English, both at joining, of people enough, and "
    "no printed figures stand in for them. What was decided about that stands below."
)


def open_run(evidence: Evidence, start: float, seed: int) -> EnglishRun:
    """Read the sample and record what the prose refers to, with the yearly gain that later notebooks use."""
    run = EnglishRun(evidence, read_sample(evidence, start, seed))
    if run.answers:
        measured.record(run.answers)
    elif not run.nothing:
        published.record(evidence.page, run.printed)
    return run


def answer(run: EnglishRun) -> Display:
    """The opening paragraph."""
    if run.nothing:
        return run.evidence.page.say(NOTHING_TO_SAY)
    return run.evidence.page.say(measured.answer(run.answers) if run.answers else published.answer(run.printed))


def strength(run: EnglishRun) -> Display | None:
    """Table: how strong the relation is, and how surely."""
    return run.show(measured.strength_table, published.size_table)


def picture(run: EnglishRun) -> Display | None:
    """Figure: fitted lines; without records, the correlation that every sample size allows."""
    return run.show(measured.fitted_figure, published.correlation_figure)


def people(run: EnglishRun) -> Display | None:
    """Figure: how many people had which English after how long (records only)."""
    return run.show(measured.people_figure)


def gains(run: EnglishRun) -> Display | None:
    """Table: the gain of a year without support."""
    return run.show(measured.gain_table, published.gain_table)


def influence(run: EnglishRun) -> Display | None:
    """Table: whether the slope hangs on one person (records only)."""
    return run.show(measured.influence_table)


def specifications(run: EnglishRun) -> Display | None:
    """Figure: the specification curve; without records, what cannot be varied."""
    if run.answers:
        return measured.specification_figure(run.answers)
    if run.nothing:
        return None
    return run.evidence.page.say(
        "How the form of the model, the coding of English or the people included would change the result cannot be varied without "
        "the records. With them, this section shows every defensible combination, and keeps choices that are arbitrary apart from "
        "those that ask a different question."
    )


def summary(run: EnglishRun) -> Display | None:
    """Table: the specification curve in numbers (records only)."""
    return run.show(measured.summary_table)


def compared(run: EnglishRun) -> Display | None:
    """Table: printed figures beside those of the records (None without records: the section is then left out)."""
    if not run.answers:
        return None
    return against_print.nothing_printed(run.evidence, FILE) or against_print.compared_table(
        run.evidence, measured.compared(run.answers)
    )
