"""What 02b_participation shows of a team's own records, every count of people protected."""

import math
from itertools import pairwise

import pandas as pd

from analysis import participation as domain
from analysis.disclosure.decisions import REFUSED, SHOWN, Decision, judge_quantile, judge_statistic
from analysis.disclosure.tables import TOTAL, as_frame, count_people
from analysis.participants import stages_reached
from analysis.participation.attendance import band_labels
from analysis.participation.curve import bands_of, starts_with
from analysis.participation.published import Figures, read_figures, whole
from analysis.reporting.markup import Display
from analysis.reporting.views import against_print
from analysis.reporting.views.against_print import Compared
from analysis.reporting.views.evidence import HIDDEN, NOTHING, Evidence, hidden_words, number
from analysis.results import Column, Kind, Result
from analysis.study import Study

_MODULE, _ADVICE = "analysis.participation", "advice contacts by field and type"
_SPREAD = {
    "mean": ("Mean", "", 1, 1, None),
    "lower_quartile": ("Lower quartile", "", 1, 1, 0.25),
    "median": ("Median", "", 1, 1, 0.5),
    "upper_quartile": ("Upper quartile", "", 1, 1, 0.75),
    "gini": ("Gini coefficient", "", 2, 1, None),
    "share_of_top": ("Share of the most active quarter", "%", 0, 100, None),
    "share_none": ("Share without any", "%", 0, 100, None),
}


def _questionnaire(evidence: Evidence) -> pd.DataFrame:
    return evidence.records.questionnaire.values  # type: ignore[union-attr]


def _sessions(evidence: Evidence) -> pd.Series | None:
    attendance = evidence.records.attendance if evidence.records else None
    return domain.sessions_per_person(attendance.values, _questionnaire(evidence)["person_id"]) if attendance else None


def _contacts(evidence: Evidence) -> pd.DataFrame | None:
    contacts = evidence.records.advice_contacts if evidence.records else None
    return contacts.values if contacts else None


def _spread(
    evidence: Evidence, name: str, summary: pd.Series, n: int, function: str, values: pd.Series | None = None
) -> list[Result]:
    """Results of a summary, `name.<statistic>`; those that must not be shown say so. Of `values` that the page shows in bands
    a quantile is shown as its band, where it would tell how few lie on either side of it there."""
    found = []
    for key, (label, unit, decimals, scale, quantile) in _SPREAD.items():
        if key not in summary:
            continue
        where = f"{label}, {name}"
        people = round(n * min(summary[key], 1 - summary[key])) if key == "share_none" else n
        decision = (
            judge_quantile(where, n, quantile, evidence.rules)
            if quantile
            else judge_statistic(where, label, people, evidence.rules)
        )
        value: float | str = scale * float(summary[key]) if evidence.allows(decision) else HIDDEN
        if quantile and values is not None and value != HIDDEN:
            band = _band_of(evidence, values, quantile)
            value = value if evidence.allows(_judge_in_band(where, values, quantile, evidence)) else band
        found.append(number(f"{name}.{key}", where, value, unit, decimals, function=f"{_MODULE}.{function}"))
    return found


def _middle(values: pd.Series, quantile: float) -> list[int]:
    """The two people in order, from none on, between whom a quantile lies; often one and the same."""
    place = quantile * (len(values) - 1)
    return [math.floor(place), math.ceil(place)]


def _band_of(evidence: Evidence, values: pd.Series, quantile: float) -> str:
    """The band in which a quantile lies; two where it lies between them. The numbers of people in bands tell as much."""
    ordered = values.sort_values(ignore_index=True)[_middle(values, quantile)]
    return " or ".join(dict.fromkeys(bands_of(ordered, starts_with(values, evidence.rules.minimum_cell))))


def _judge_in_band(where: str, values: pd.Series, quantile: float, evidence: Evidence) -> Decision:
    """Whether a quantile leaves open how many of its band lie on either side: those below it are at most as many as come
    before it in order and are not in a band below."""
    fewest, ordered = evidence.rules.minimum_cell, values.sort_values(ignore_index=True)
    edges = [*starts_with(values, fewest), math.inf]
    before, after = _middle(values, quantile)
    start, end = next((a, b) for a, b in pairwise(edges) if a <= ordered[before] < b)
    open_below = ordered[before] == start or before - int((values < start).sum()) >= fewest - 1
    open_above = ordered[after] >= end - 1 or int((values < end).sum()) - after - 1 >= fewest - 1
    # Between two numbers of sessions it would tell how many lie on either side of it.
    if ordered[before] == ordered[after] and open_below and open_above:
        return Decision(where, "quantiles in bands", SHOWN, f"its band leaves {fewest} numbers or more on either side")
    reason = "its band is shown instead: it would tell how few of the band lie below or above"
    return Decision(where, "quantiles in bands", REFUSED, reason)


def record(evidence: Evidence) -> None:
    """Record what the prose and the tables of the page refer to: stages, sessions, volunteering and advice."""
    page, stages = evidence.page, stages_reached(evidence.records.questionnaire)  # type: ignore[union-attr, arg-type]
    page.add(
        number(
            f"people.{stage}",
            f"People: {stage}",
            int(stages[stage].sum()),
            function="analysis.participants.stages_reached",
        )
        for stage in ("joined", "initial", "experience")
    )
    sessions, contacts = _sessions(evidence), _contacts(evidence)
    if sessions is not None:
        came = int((sessions > 0).sum())
        shown = evidence.allows(judge_statistic("Attendances", "sum", came, evidence.rules))
        page.add(
            [
                number(
                    "sessions.total",
                    "Attendances",
                    int(sessions.sum()) if shown else HIDDEN,
                    "attendances",
                    function=f"{_MODULE}.sessions_per_person",
                )
            ]
        )
        page.add(
            _spread(evidence, "sessions", domain.concentration(sessions), len(sessions), "concentration", sessions)
        )
    if _questionnaire(evidence)["weeks_volunteering"].notna().any():
        weeks = domain.volunteering_weeks(_questionnaire(evidence)["weeks_volunteering"])
        page.add(
            [
                number(
                    "weeks.total",
                    "Weeks of volunteering",
                    HIDDEN if (total := _weeks_total(evidence)) is None else total,
                    "weeks",
                    function=f"{_MODULE}.volunteering_weeks",
                )
            ]
        )
        page.add(_spread(evidence, "weeks", weeks.drop("total"), int(weeks["answered"]), "volunteering_weeks"))
    if contacts is not None:
        page.add(_advice(evidence, contacts))


def _weeks_total(evidence: Evidence) -> float | None:
    """All weeks of volunteering; None where too few said how many."""
    weeks = _questionnaire(evidence)["weeks_volunteering"].dropna()
    shown = evidence.allows(judge_statistic("Weeks of volunteering", "sum", len(weeks), evidence.rules))
    return float(weeks.sum()) if shown else None


def _advice(evidence: Evidence, contacts: pd.DataFrame) -> list[Result]:
    summary = domain.advisers_summary(contacts, len(_questionnaire(evidence)))
    decision = judge_statistic("Advisers and their contacts", "mean", int(summary["advisers"]), evidence.rules)
    shown, function = evidence.allows(decision), f"{_MODULE}.advisers_summary"
    return [
        number("advice.contacts", "Advice contacts", int(summary["contacts"]), "contacts", function=function),
        number(
            "advice.advisers",
            "People who recorded them",
            int(summary["advisers"]) if shown else HIDDEN,
            function=function,
        ),
        number(
            "advice.each",
            "Contacts for each of them",
            float(summary["contacts_per_adviser"]) if shown else HIDDEN,
            "contacts",
            1,
            function=function,
        ),
    ]


def answer(evidence: Evidence) -> str:
    """The opening paragraph, as a template over what the files hold."""
    parts = ["{people.joined|:people} joined; {people.initial} answered before and {people.experience} after."]
    if _sessions(evidence) is not None:
        parts.append(
            "They made {sessions.total|:attendances}, {sessions.mean} for each of them; the median is {sessions.median}."
        )
    if _contacts(evidence) is not None:
        parts.append("{advice.advisers|:people} recorded {advice.contacts|:contacts} of advice.")
    return " ".join(parts)


def stage_table(evidence: Evidence) -> Display:
    """Table: how many people reached each stage, with shares."""
    reason = "how many answered is the base of every figure that follows, and says nothing of anybody's answers"
    evidence.allows(Decision("People at each stage", "base of a statistic", SHOWN, reason))
    frame = domain.attrition(stages_reached(evidence.records.questionnaire))  # type: ignore[union-attr, arg-type]
    frame = frame.assign(**{name: 100 * frame[name] for name in ("share_of_joined", "share_of_previous")})
    frame.index = pd.Index(
        ["joined", "answered the initial questionnaire", "answered the questionnaire after training"], name="stage"
    )
    function = f"{_MODULE}.attrition"
    columns = {
        "people": Column("People", "people", Kind.MEASURED, function=function),
        "share_of_joined": Column("Of all who joined", "%", Kind.MEASURED, function=function),
        "share_of_previous": Column("Of the stage before", "%", Kind.MEASURED, function=function),
    }
    return evidence.page.table("stages", frame, columns, "From joining to the last questionnaire.", row_header="Stage")


def _banded(evidence: Evidence, sessions: pd.Series) -> pd.DataFrame:
    """People by band of sessions, protected; index: band.

    Attendances are not shown beside them: 7 people who came 9 or 10 times and made 69 attendances are 1 and 6.
    """
    starts = starts_with(sessions, evidence.rules.minimum_cell)
    bands = bands_of(sessions, starts)
    labels = band_labels(starts)
    shown = evidence.protected(
        {"people by sessions attended": count_people(bands.to_frame(), ["sessions"], {"sessions": labels})}
    )
    people = hidden_words(as_frame(shown["people by sessions attended"])).set_axis([*labels, TOTAL])["people"]
    return pd.DataFrame({"people": people[labels]}).rename_axis("sessions")


def band_table(evidence: Evidence) -> Display:
    """Table: people in bands of sessions with enough people in each."""
    sessions = _sessions(evidence)
    if sessions is None:
        return evidence.page.say("There is no attendance file, so attendance cannot be shown.")
    columns = {"people": Column("People", "people", Kind.MEASURED, function=f"{_MODULE}.curve.bands_of")}
    return evidence.page.table(
        "attendance_bands",
        _banded(evidence, sessions),
        columns,
        "People by sessions attended, in the narrowest bands that hold enough people.",
        row_header="Sessions",
    )


def curve_figure(evidence: Evidence) -> Display:
    """Figure: how many people came to at least so many sessions, in steps that hold enough people each."""
    from analysis.reporting.charts_records import step_chart

    sessions = _sessions(evidence)
    if sessions is None:
        return NOTHING
    starts = starts_with(sessions, evidence.rules.minimum_cell)
    people = [int((sessions >= start).sum()) for start in starts]
    frame = pd.DataFrame({"people": people}, index=pd.Index(starts, name="start"))
    columns = {"people": Column("People", "people", Kind.MEASURED, function=f"{_MODULE}.reaching")}
    return evidence.page.figure(
        "attendance_curve",
        step_chart(frame, "people", "sessions attended, at least", "people"),
        "How many people came to at least so many sessions, at thresholds with enough people between them.",
        "Attendance falls step by step; sessions that the participant in the middle came to: {sessions.median|bare}.",
        frame,
        columns,
        row_header="Sessions, at least",
    )


def spread_table(evidence: Evidence, name: str) -> Display:
    """Table: the summary of `sessions` or `weeks` as recorded."""
    known = {
        key: result
        for key, result in evidence.page.store.by_id.items()
        if key.startswith(f"{name}.") and not key.endswith(".total")
    }
    if not known:
        return evidence.page.say("The files do not say.")
    frame = pd.DataFrame(
        {"value": list(known.values())},
        index=[result.label.rpartition(",")[0] for result in known.values()],
        dtype=object,
    )
    captions = {
        "sessions": "Sessions for each participant.",
        "weeks": "Weeks of volunteering for each person who answered.",
    }
    return evidence.page.table(
        f"{name}_spread", frame, {"value": Column("Value", "", Kind.MEASURED)}, captions[name], row_header="Statistic"
    )


def course_figure(evidence: Evidence) -> Display:
    """Figure: attendances by course, for courses with enough people."""
    from analysis.reporting.charts import bar_chart

    attendance = evidence.records.attendance if evidence.records else None
    if attendance is None:
        return NOTHING
    frame = domain.attendances_by_course(attendance.values)
    kept = [
        evidence.allows(
            judge_statistic(f"Attendances of the course {course}", "sum", int(row["people"]), evidence.rules)
        )
        for course, row in frame.iterrows()
    ]
    frame = _without_rest(evidence, frame, kept)
    if frame.empty:
        return evidence.page.say("No course has enough people to be shown.")
    return evidence.page.figure(
        "course_attendances",
        bar_chart(frame, ["attendances"], "attendances"),
        "Attendances by course, of courses with enough people.",
        f"{_plain(frame.index[0])} has the most attendances, {_plain(frame.index[-1])} the fewest.",
        frame,
        {
            "attendances": Column(
                "Attendances", "attendances", Kind.MEASURED, function=f"{_MODULE}.attendances_by_course"
            )
        },
        row_header="Course",
    )


def _without_rest(evidence: Evidence, frame: pd.DataFrame, kept: list[bool]) -> pd.DataFrame:
    """The courses kept; without the smallest of them if any is left out, since what is left of all attendances would be its."""
    shown = frame[kept]
    if all(kept) or shown.empty:
        return shown
    smallest = shown["people"].idxmin()
    reason = "with it, the attendances of a course that is left out would be the rest of all"
    evidence.keeps(Decision(f"Attendances of the course {smallest}", "rest of a sum", REFUSED, reason))
    return shown.drop(smallest)


def _plain(label: object) -> str:
    return f"{{={str(label).upper() if len(str(label)) < 5 else str(label).capitalize()}}}"


def advice_table(evidence: Evidence) -> Display:
    """Table: contacts by field and type, small cells hidden."""
    contacts = _contacts(evidence)
    if contacts is None:
        return evidence.page.say("There is no file of advice contacts.")
    filled = (
        contacts[["field", "type"]]
        .fillna("(not stated)")
        .rename(columns={"field": "field of advice", "type": "type of contact"})
    )
    levels = {name: sorted(filled[name].unique()) for name in filled}
    name = _ADVICE
    cells = as_frame(evidence.protected({name: count_people(filled, list(filled), levels)})[name])
    cells.index = [label[0] if isinstance(label, tuple) else label for label in cells.index]
    columns = {
        kind: Column(str(kind).capitalize(), "contacts", Kind.MEASURED, function="analysis.disclosure.protect.protect")
        for kind in cells
    }
    rows = hidden_words(cells).rename(index={TOTAL: "all fields"})
    return evidence.page.table("advice", rows, columns, "Advice contacts by field and type.", row_header="Field")


def compared_table(evidence: Evidence) -> Display:
    """Table: the printed figures on taking part beside those of the records."""
    study = against_print.printed_study(evidence)
    figures = read_figures(study)
    stages = stages_reached(evidence.records.questionnaire)  # type: ignore[union-attr, arg-type]
    reached = {
        each.claim: Compared(each.claim, int(stages[name].sum()))
        for each, name in zip(figures.stages, ("joined", "initial", "experience"), strict=False)
    }
    rows = [
        *reached.values(),
        *_compared_sessions(evidence, study, figures),
        *_compared_advice(evidence, study, figures),
    ]
    if _questionnaire(evidence)["weeks_volunteering"].notna().any():
        total = _weeks_total(evidence)
        rows.append(Compared(figures.volunteering.weeks, total, "weeks", function=f"{_MODULE}.volunteering_weeks"))
    return against_print.compared_table(evidence, rows)


def _compared_sessions(evidence: Evidence, study: Study, figures: Figures) -> list[Compared]:
    """Attendances, and how many came so often: withheld where it lies too near to another count that is shown."""
    sessions, attendance, found = _sessions(evidence), figures.attendance, []
    if sessions is None:
        return []
    steps = set(starts_with(sessions, evidence.rules.minimum_cell))
    for each in attendance.reached:
        least = whole(study, each.sessions) + each.over
        apart = [abs(int((sessions >= least).sum() - (sessions >= step).sum())) for step in sorted(steps - {least})]
        if shown := evidence.allows(_judge_step(least, min([*apart, len(sessions)]), evidence)):
            steps.add(least)
        found.append(
            Compared(each.people, int((sessions >= least).sum()) if shown else None, function=f"{_MODULE}.reaching")
        )
    return [
        Compared(attendance.attendances, int(sessions.sum()), "attendances", function=f"{_MODULE}.sessions_per_person"),
        *found,
    ]


def _judge_step(least: int, people: int, evidence: Evidence) -> Decision:
    fewest = evidence.rules.minimum_cell
    small = people < fewest
    reason = (
        f"fewer than {fewest} people lie between it and another count that is shown"
        if small
        else f"at least {fewest} people lie between it and any other count"
    )
    return Decision(
        f"against the print: people with {least} sessions or more", "minimum cell", REFUSED if small else SHOWN, reason
    )


def _compared_advice(evidence: Evidence, study: Study, figures: Figures) -> list[Compared]:
    """Contacts and their value: withheld where the number of contacts of some type is hidden, since it follows from them."""
    contacts, advice = _contacts(evidence), figures.advice
    if contacts is None:
        return []
    rows = [Compared(advice.contacts, len(contacts), "contacts")]
    units = dict(
        zip(
            ("help", "assistance", "signpost"),
            (float(study.claims[claim].number or 0) for claim in advice.unit_values.values()),
            strict=False,
        )
    )
    by_type = domain.contacts_by_type(contacts)
    if set(by_type.index) <= set(units):
        shown = evidence.shown(_ADVICE)
        hidden = shown is None or any(pd.isna(shown[(TOTAL, kind)]) for kind in by_type.index)
        why = (
            "the number of contacts of a type is hidden" if hidden else "the numbers of contacts of all types are shown"
        )
        value = float(domain.contacts_value(by_type, units).loc["total", "value"])
        kept = evidence.keeps(
            Decision(
                "against the print: value of the contacts",
                "statistics of hidden counts",
                REFUSED if hidden else SHOWN,
                why,
            )
        )
        rows.append(Compared(advice.value, value if kept else None, "GBP", function=f"{_MODULE}.contacts_value"))
    return rows


def met_table(evidence: Evidence) -> Display:
    """Table, for the worked example alone: the published figures beside what the synthetic records give."""
    from analysis.examples import figures_met

    records = evidence.records
    if not evidence.page.example or records is None or records.attendance is None or records.advice_contacts is None:
        return NOTHING
    frame = figures_met(_questionnaire(evidence), records.attendance.values, records.advice_contacts.values)
    frame = frame.assign(met=frame["met"].map({True: "yes", False: "no"})).set_index("label").astype(object)
    frame["value"] = [
        number(
            f"{evidence.page.notebook}.met.{key}",
            str(label),
            value,
            "",
            4 if "0.0" in printed else 0 if float(value).is_integer() else 1,
            Kind.CALIBRATED,
            function="analysis.examples.figures_met",
        )
        for key, (label, value, printed) in enumerate(zip(frame.index, frame["value"], frame["printed"], strict=True))
    ]
    columns = {
        "printed": Column("As printed"),
        "value": Column("These records", "", Kind.CALIBRATED),
        "met": Column("Met?"),
        "reading": Column("How it is read"),
    }
    return evidence.page.table(
        "met",
        frame,
        columns,
        "The published figures that the synthetic records were made to meet.",
        row_header="Figure",
        note=f"{against_print.CALIBRATED} They are shown in full, since they are the print's own figures and nobody's answers.",
        text={"printed": "label", "reading": "label"},
    )
