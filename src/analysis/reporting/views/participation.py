"""The words and figures of 02b_participation; its tables are the frames of `analysis.participation` as they are."""

from typing import TYPE_CHECKING

import pandas as pd

from analysis import participation as domain
from analysis.described import inputs_of, name_of, of_nothing_nothing, read_from
from analysis.disclosure.bands import bands_of, starts_with
from analysis.disclosure.decisions import REFUSED, SHOWN, Decision
from analysis.disclosure.tables import TOTAL
from analysis.examples import figures_met
from analysis.participants import stages_reached
from analysis.participation.advice import NOT_STATED
from analysis.participation.published import FILE, Figures, Printed, attendance_brackets, read_figures, whole
from analysis.quantities import band_labels
from analysis.reporting import charts_records as charts
from analysis.reporting.appendix import Appendix
from analysis.reporting.charts import bar_chart
from analysis.reporting.markup import Display
from analysis.reporting.prose import points
from analysis.reporting.views import against_published
from analysis.reporting.views.against_published import Compared, found_in
from analysis.reporting.views.claims import published as as_published
from analysis.reporting.views.evidence import HIDDEN, Evidence
from analysis.results import Column, Kind, Result, plain_number
from analysis.study import Study

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_BANDS, _ADVICE = "people by sessions attended", "advice contacts by field and type"
_STAGES = ("joined", "initial", "experience")


def read_tables(evidence: Evidence) -> tuple[pd.DataFrame | None, pd.DataFrame | None, pd.DataFrame | None]:
    """Everybody who joined with the stages reached, attendance, and advice contacts; None for what the study has not, and
    for all where there is no questionnaire."""
    if not evidence.measured:
        return None, None, None
    records = evidence.records
    reached = stages_reached(records.questionnaire)  # type: ignore[union-attr, arg-type]
    people = records.questionnaire.values.assign(**{stage: reached[stage] for stage in _STAGES})  # type: ignore[union-attr]
    others = (table and table.values for table in (records.attendance, records.advice_contacts))  # type: ignore[union-attr]
    return people, *others  # type: ignore[return-value]


def answer(
    page: Appendix, printed: Printed | None, counts: pd.DataFrame | None, contacts: pd.DataFrame | None
) -> Display:
    """The opening paragraph, over what the files hold."""
    return page.say(_measured(counts, contacts) if printed is None else _printed(page, printed))


def _measured(counts: pd.DataFrame | None, contacts: pd.DataFrame | None) -> str:
    parts = ["{people.joined|:people} joined; {people.initial} answered before and {people.experience} after."]
    if counts is not None:
        parts.append(
            "They made {sessions.total|:attendances}, a mean of {sessions.mean} each; the median is {sessions.median}."
        )
    if contacts is not None:
        parts.append("{advice.advisers|:people} recorded {advice.contacts|:contacts} of advice.")
    return points(*parts)


def _printed(page: Appendix, printed: Printed) -> str:
    figures = printed.figures
    attendance, advice, volunteering, last = (
        figures.attendance,
        figures.advice,
        figures.volunteering,
        figures.stages[-1],
    )
    named = [attendance.people, attendance.attendances, advice.contacts, advice.value, volunteering.weeks]
    named += [
        volunteering.people,
        *(each.claim for each in figures.stages),
        *(each.people for each in attendance.reached),
    ]
    page.add(as_published(printed.study.claims[claim]) for claim in dict.fromkeys(named))
    return points(
        f"{{claim:{attendance.people}|:people}} made {{claim:{attendance.attendances}|:attendances}}, a mean of {{sessions.mean}} each; the "
        "median participant may have come to anything from {sessions.median|interval} sessions, since the published figures do not "
        "determine how attendances are spread.",
        f"{{claim:{last.claim}|:people}} answered the last questionnaire.",
        f"The {{claim:{advice.contacts}|:contacts}} of advice can be split by type in {{advice.splits|:ways}} that all give the published "
        "value; what they are worth in the model: {@05_sroi:outcomes}.",
    )


@of_nothing_nothing
def band_chart(band: pd.DataFrame) -> "Figure":
    """The fewest and the most who can have come to at least so many sessions."""
    return charts.band_chart(band, "low", "high", "sessions attended, at least", "people")


@of_nothing_nothing
def told_of_band(band: pd.DataFrame, printed: Printed) -> str:
    """Where the fewest and the most are one number of people, in words."""
    closed = set(band.index[band["low"] == band["high"]])
    thresholds = {bracket.low for bracket in attendance_brackets(printed.figures, printed.study) if bracket.low}
    if closed == thresholds:
        return "The band closes to a point only at the thresholds that are published; between and beyond them it stays wide."
    if thresholds <= closed:
        return "The band closes to a point at the thresholds that are published, and at others."
    return "The band stays open at a threshold that is published."


@of_nothing_nothing
def step_chart(steps: pd.DataFrame) -> "Figure":
    """How many came to at least so many sessions, in steps that hold enough people each."""
    return charts.step_chart(steps, "people", "sessions attended, at least", "people")


@of_nothing_nothing
def course_chart(courses: pd.DataFrame) -> "Figure":
    """Attendances by course as bars."""
    return bar_chart(courses, ["attendances"], "attendances")


@of_nothing_nothing
def told_of_courses(courses: pd.DataFrame) -> str:
    """Which course has the most attendances and which the fewest, in words."""
    if courses.empty:
        return ""
    first, last = (
        f"{{={str(name).upper() if len(str(name)) < 5 else str(name).capitalize()}}}" for name in courses.index[[0, -1]]
    )
    return f"{first} has the most attendances, {last} the fewest."


@of_nothing_nothing
def people_in_bands(counts: pd.DataFrame, evidence: Evidence) -> pd.DataFrame:
    """People by band of sessions, protected; index: band. Without rows where all would stand in one.

    Attendances are not shown beside them: 7 people who came 9 or 10 times and made 69 attendances are 1 and 6.
    """
    starts = starts_with(counts["sessions"], evidence.rules.minimum_cell)
    bands = read_from(bands_of(counts["sessions"], starts).to_frame(), *inputs_of(counts))
    if len(starts) < 2:
        return evidence.dropped(_BANDS, "all would stand in one band")
    labels = band_labels(starts)
    return evidence.counted(_BANDS, bands, {"sessions": labels}).loc[labels]


@of_nothing_nothing
def advice_table(contacts: pd.DataFrame, people: pd.DataFrame, evidence: Evidence) -> pd.DataFrame:
    """Contacts by field and type, small cells hidden; by field or type alone where they could not fill all cells of both; without
    rows where they could not fill those either, or where too few people recorded them."""
    names = {"field": "field of advice", "type": "type of contact"}
    filled = contacts[list(names)].fillna(NOT_STATED).rename(columns=names)
    levels = {name: sorted(filled[name].unique()) for name in filled}
    by = evidence.finest(_ADVICE, len(filled), [levels, *({name: levels[name]} for name in levels)])
    given = evidence.allowed(domain.advice_given(contacts, people))
    if not by or given["value"].eq(HIDDEN).any():  # type: ignore[index]
        return evidence.dropped(_ADVICE, "too few people or contacts stand behind it")
    return evidence.counted(_ADVICE, filled, by, unit="contacts", row_total="all fields" if len(by) > 1 else "all")


def about_advice(evidence: Evidence) -> str:
    """What was taken together in the table of advice."""
    return evidence.notes.get(_ADVICE, "")


@of_nothing_nothing
def compared(
    people: pd.DataFrame, counts: pd.DataFrame | None, contacts: pd.DataFrame | None, evidence: Evidence
) -> Display:
    """Table: the printed figures on taking part beside those of the records."""
    if nothing := against_published.nothing_printed(evidence, FILE):
        return nothing
    study = against_published.printed_study(evidence)
    figures = read_figures(study)
    reached = evidence.allowed(domain.stage_counts(people))
    stages = {  # a claim that two stages name is held against the last of them
        each.claim: Compared(each.claim, **found_in(reached, f"people.{name}"))  # type: ignore[arg-type]
        for each, name in zip(figures.stages, _STAGES, strict=False)
    }
    weeks = evidence.allowed(domain.weeks_in_all(people))
    rows = [
        *stages.values(),
        *_compared_sessions(counts, evidence, study, figures),
        *_compared_advice(contacts, people, evidence, study, figures),
        *(Compared(figures.volunteering.weeks, unit="weeks", **found_in(weeks, row)) for row in weeks.index),  # type: ignore[union-attr, arg-type]
    ]
    return against_published.compared_table(evidence, rows)


def _compared_sessions(
    counts: pd.DataFrame | None, evidence: Evidence, study: Study, figures: Figures
) -> list[Compared]:
    """Attendances, and how many came so often: withheld where it lies too near to another count that is shown."""
    if counts is None:
        return []
    sessions, attendance, found = counts["sessions"], figures.attendance, []
    steps = set(starts_with(sessions, evidence.rules.minimum_cell))
    for each in attendance.reached:
        least = whole(study, each.sessions) + each.over
        apart = [abs(int((sessions >= least).sum() - (sessions >= step).sum())) for step in sorted(steps - {least})]
        if shown := evidence.allows(_judge_step(least, min([*apart, len(sessions)]), evidence)):
            steps.add(least)
        people = int((sessions >= least).sum()) if shown else None
        found.append(Compared(each.people, people, function=name_of(domain.reaching), inputs=inputs_of(counts)))
    total = found_in(evidence.allowed(domain.attendances(counts)), "sessions.total")  # type: ignore[arg-type]
    return [Compared(attendance.attendances, unit="attendances", **total), *found]


def _judge_step(least: int, people: int, evidence: Evidence) -> Decision:
    fewest = evidence.rules.minimum_cell
    small = people < fewest
    reason = (
        f"fewer than {fewest} people lie between it and another count that is shown"
        if small
        else f"at least {fewest} people lie between it and any other count"
    )
    return Decision(
        f"against the published figures: people with {least} sessions or more",
        "minimum cell",
        REFUSED if small else SHOWN,
        reason,
    )


def _compared_advice(
    contacts: pd.DataFrame | None, people: pd.DataFrame, evidence: Evidence, study: Study, figures: Figures
) -> list[Compared]:
    """Contacts and their value: withheld where the number of contacts of some type is hidden, since it follows from them."""
    if contacts is None:
        return []
    advice, given = figures.advice, evidence.allowed(domain.advice_given(contacts, people))
    rows = [Compared(advice.contacts, unit="contacts", **found_in(given, "advice.contacts"))]  # type: ignore[arg-type]
    values = (float(study.claims[claim].number or 0) for claim in advice.unit_values.values())
    units = dict(zip(("help", "assistance", "signpost"), values, strict=False))
    by_type = domain.contacts_by_type(contacts)
    if set(by_type.index) <= set(units):
        value = float(domain.contacts_value(by_type, units).loc["total", "value"])
        kept = evidence.keeps(_judge_value(evidence, list(by_type.index)))
        made = {"function": name_of(domain.contacts_value), "inputs": inputs_of(contacts)}
        rows.append(Compared(advice.value, value if kept else None, "GBP", **made))  # type: ignore[arg-type]
    return rows


def _judge_value(evidence: Evidence, kinds: list[str]) -> Decision:
    """Whether the value of the contacts may be shown: only beside the numbers of contacts of all types."""
    shown = evidence.shown(_ADVICE)
    by_type = shown is not None and shown.index.names[-1] == "type of contact"
    others = (TOTAL,) * (shown.index.nlevels - 1) if by_type else ()  # type: ignore[union-attr]
    hidden = not by_type or any(pd.isna(shown[(*others, kind)]) for kind in kinds)  # type: ignore[index]
    why = "the number of contacts of a type is hidden" if hidden else "the numbers of contacts of all types are shown"
    name, rule = "against the published figures: value of the contacts", "statistics of hidden counts"
    return Decision(name, rule, REFUSED if hidden else SHOWN, why)


@of_nothing_nothing
def met(people: pd.DataFrame, evidence: Evidence) -> Display | None:
    """Table, for the worked example alone: the published figures beside what the synthetic records give."""
    records = evidence.records
    if not evidence.page.example or records is None or records.attendance is None or records.advice_contacts is None:
        return None
    frames = people, records.attendance.values, records.advice_contacts.values
    frame = figures_met(*frames)
    frame = frame.assign(met=frame["met"].map({True: "yes", False: "no"})).set_index("label").astype(object)
    frame["value"] = [
        Result(
            f"{evidence.page.notebook}.met.{key}",
            str(label),
            plain_number(value),
            "",
            Kind.CALIBRATED,
            4 if "0.0" in printed else 0 if float(value).is_integer() else 1,
            function=name_of(figures_met),
            inputs=tuple(name for frame in frames for name in inputs_of(frame)),
        )
        for key, (label, value, printed) in enumerate(zip(frame.index, frame["value"], frame["printed"], strict=True))
    ]
    columns = {
        "printed": Column("As published"),
        "value": Column("These records", "", Kind.CALIBRATED),
        "met": Column("Met?"),
        "reading": Column("How it is read"),
    }
    with evidence.letting():  # the print's own figures, and nobody's
        return _met_table(evidence, frame, columns)


def _met_table(evidence: Evidence, frame: pd.DataFrame, columns: dict[str, Column]) -> Display:
    return evidence.page.table(
        "met",
        frame,
        columns,
        "The published figures that the synthetic records were made to meet.",
        row_header="Figure",
        note=f"{against_published.CALIBRATED} They are shown in full, since they are the published figures and nobody's answers.",
        text={"printed": "label", "reading": "label"},
    )
