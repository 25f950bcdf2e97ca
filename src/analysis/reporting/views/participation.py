"""What 02b_participation shows: measured where there are records, else the bounds that the printed figures set."""

from analysis.participation import published as figures_of
from analysis.reporting.markup import Display
from analysis.reporting.views import (
    against_print,
    participation_published as published,
    participation_records as measured,
)
from analysis.reporting.views.evidence import NOTHING, Evidence


def record(evidence: Evidence) -> None:
    """Record what prose refers to."""
    if evidence.measured:
        measured.record(evidence)
    else:
        published.record(evidence.page, evidence.study, figures_of.read_figures(evidence.study))


def answer(evidence: Evidence) -> Display:
    """The opening paragraph."""
    template = (
        measured.answer(evidence) if evidence.measured else published.answer(figures_of.read_figures(evidence.study))
    )
    return evidence.page.say(template)


def stages(evidence: Evidence) -> Display:
    """Table: how many people reached each stage."""
    return measured.stage_table(evidence) if evidence.measured else _published(evidence, published.stage_table)


def open_shares(evidence: Evidence) -> Display:
    """Table: printed percentages as people; measured pages count instead."""
    return NOTHING if evidence.measured else _published(evidence, published.share_table)


def bands(evidence: Evidence) -> Display:
    """Table: people by sessions; without records, what every possible distribution shares."""
    return measured.band_table(evidence) if evidence.measured else _published(evidence, published.spread_table)


def curve(evidence: Evidence) -> Display:
    """Figure: the attendance curve, or the band it must lie in."""
    return measured.curve_figure(evidence) if evidence.measured else _published(evidence, published.curve_figure)


def spread(evidence: Evidence) -> Display:
    """Table: quartiles and concentration of sessions (measured only; the bounds stand in `bands`)."""
    return measured.spread_table(evidence, "sessions") if evidence.measured else NOTHING


def courses(evidence: Evidence) -> Display:
    """Figure: attendances by course (measured only: the source prints none)."""
    return measured.course_figure(evidence) if evidence.measured else NOTHING


def advice(evidence: Evidence) -> Display:
    """Table: advice contacts, or what all their possible splits share."""
    return measured.advice_table(evidence) if evidence.measured else _published(evidence, published.advice_table)


def volunteering(evidence: Evidence) -> Display:
    """Table: weeks of volunteering."""
    return (
        measured.spread_table(evidence, "weeks") if evidence.measured else _published(evidence, published.weeks_table)
    )


def compared(evidence: Evidence) -> Display | None:
    """Table: printed figures beside those of the records (None without records: the section is then left out)."""
    if not evidence.measured:
        return None
    return against_print.nothing_printed(evidence, figures_of.FILE) or measured.compared_table(evidence)


def met(evidence: Evidence) -> Display:
    """Table of the worked example: published figures and synthetic records."""
    return measured.met_table(evidence) if evidence.measured else NOTHING


def _published(evidence: Evidence, show) -> Display:
    return show(evidence.page, evidence.study, figures_of.read_figures(evidence.study))
