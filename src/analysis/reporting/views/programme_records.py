"""What 07_programme_performance shows in its second mode: tables from a management information export.

Every function shows nothing where a study has no records (`records` is None), so that its section is left out.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import wraps
from typing import Concatenate, ParamSpec

import pandas as pd

from analysis.disclosure import rules as disclosure_rules
from analysis.errors import InputError
from analysis.programme import achieved, against_print, distance, funnel, published, timing
from analysis.programme.monitoring import Monitoring, open_monitoring
from analysis.programme.rules import CountingRule, Rules, contains, has_rules, read_rules
from analysis.reporting.appendix import Appendix
from analysis.reporting.markup import Display
from analysis.reporting.prose import named
from analysis.reporting.views import programme_counts as counts
from analysis.reporting.views.claims import beside_print, published as as_printed
from analysis.reporting.views.judged import COUNTS, refuse_unjudged
from analysis.reporting.views.programme_counts import MARKS, known_rules, protected
from analysis.results import Column, Kind, Result
from analysis.study import Study

HEADLINES = ("participants", "exit_education", "exit_employment", "inactive_job_search")
_TABLES = {
    "outputs": "Outputs",
    "results": "Results",
    "other_results": "Other results",
    "target_groups": "Target groups",
    "outcomes": "Outcomes reported by participants",
}
_CELLS = {
    "target": "target",
    "target_share": "target as a share",
    "participants": "people",
    "progress": "progress",
    "share": "share",
}
_NATIONAL, _RECONCILE = (f"analysis.programme.against_print.{name}" for name in ("national", "reconcile"))
_RESTS = {"inputs": "rests"}  # columns of numbers held against print, each with what it rests on
P = ParamSpec("P")


def open_records(study: Study, as_of: str, disclosure: Mapping[str, object]) -> Monitoring | None:
    """The records of a study as known on a day, with the rules of disclosure of the run; None where it has none.

    Raises InputError as `open_monitoring` does, and for rules that are not allowed; rounding is not offered here.
    """
    rules = disclosure_rules.read_rules(disclosure)
    if rules.rounding_base is not None:
        raise InputError(
            "params.yaml",
            column="disclosure.rounding_base",
            found=str(rules.rounding_base),
            expected="no rounding in this notebook, which hides small counts",
            action="leave rounding_base out",
        )
    records = open_monitoring(study, as_of)
    return records and replace(records, minimum_cell=rules.minimum_cell)


def where_recorded(
    show: Callable[Concatenate[Appendix, Monitoring, P], Display | None],
) -> Callable[Concatenate[Appendix, Monitoring | None, P], Display | None]:
    """A display that needs records, as one that is left out where there are none."""

    @wraps(show)
    def shown(page: Appendix, records: Monitoring | None, *args: P.args, **kwargs: P.kwargs) -> Display | None:
        return None if records is None else show(page, records, *args, **kwargs)

    return shown


def measured(label: str, unit: str = "people", decimals: int = 0, **more: str) -> Column:
    """A column of numbers from records."""
    return Column(label, unit, Kind.MEASURED, decimals, **more)


def share(label: str, low: str = "", high: str = "", **more: str) -> Column:
    """A column of percentages from records, with a 95 % interval if there is one."""
    return measured(label, "%", 1, low=low, high=high, interval="95 % confidence" if low else "", **more)


def day(moment: pd.Timestamp) -> str:
    """A day in words.

    >>> day(pd.Timestamp("2023-05-03"))
    '3 May 2023'
    """
    return f"{moment.day} {moment:%B %Y}"


def _result(
    name: str,
    label: str,
    value: float | int | None,
    unit: str = "people",
    decimals: int = 0,
    function: str = "achieved.achieved",
) -> Result:
    return Result(
        f"records.{name}", label, value, unit, Kind.MEASURED, decimals, function=f"analysis.programme.{function}"
    )


def record(page: Appendix, records: Monitoring | None) -> None:
    """Record what the prose of the record-based sections refers to."""
    if records is None:
        return
    page.add(
        [
            Result(
                "records.minimum",
                "The smallest count that is shown",
                records.minimum_cell,
                "people",
                Kind.ASSUMED,
                source="a rule of disclosure control",
            )
        ]
    )
    shown = protected(records)
    for name, label, number in (
        (counts.REFERRALS, "Referrals received", len(records.referrals)),
        (counts.PEOPLE, "Participants in the records", len(records.people)),
    ):
        value = number if shown.shows(name) else None
        page.add([_result(name, label, value, function="monitoring.open_monitoring")])
    for table in counts.GROUPED:
        for label, row in achieved.achieved(records, table).iterrows():
            name, known = row["measure"], shown.shows(row["measure"])
            page.add([_result(f"count.{name}", str(label), int(row["count"]) if known else None)])
            progress = float(row["progress"]) if known and pd.notna(row["progress"]) else None
            page.add([_result(f"progress.{name}", f"{label}: progress", progress, "%", 1)])


@where_recorded
def answer(page: Appendix, records: Monitoring) -> Display:
    """The opening paragraph from records."""
    frame = pd.concat([achieved.achieved(records, table) for table in counts.GROUPED])
    known = [protected(records).shows(measure) for measure in frame["measure"]]
    ranked = (
        frame.loc[pd.Series(known, frame.index, dtype=bool)]
        .dropna(subset=["progress"])
        .sort_values("progress", kind="stable")
    )
    ends, came = "", " Referrals received: {records.referrals}." if len(records.referrals) else ""
    if len(ranked):
        low, best = (
            f"{named(str(row.name).lower())} ({{records.progress.{row['measure']}}})"
            for row in (ranked.iloc[0], ranked.iloc[-1])
        )
        ends = f" It went furthest beyond its target in: {best}. It stayed furthest below in: {low}."
    return page.say(
        f"By the records as known on {{={day(records.as_of)}}}, {{records.people|:people}} joined.{came}{ends} Counts below {{records.minimum|bare}} are hidden, and so are others from which one could be worked out: a hidden count may be either."
    )


@where_recorded
def rules_table(page: Appendix, records: Monitoring) -> Display:
    """Table of the counting rules of the programme."""
    rules = records.rules.used
    frame = pd.DataFrame(
        {
            "table": [_TABLES[rule.table] for rule in rules],
            "base": [records.rules.base_words(rule) for rule in rules],
            "counts": [rule.counts for rule in rules],
            "when": [rule.when for rule in rules],
            "evidence": [rule.evidence_words for rule in rules],
        },
        index=pd.Index([rule.label for rule in rules], name="measure"),
    )
    columns = {
        "table": Column("Group"),
        "base": Column("Who is in the base"),
        "counts": Column("Who counts"),
        "when": Column("When"),
        "evidence": Column("Evidence needed"),
    }
    return page.table(
        "rules",
        frame,
        columns,
        "How each measure is counted.",
        row_header="Measure",
        group_by="table",
        text=dict.fromkeys(("base", "counts", "evidence"), "label"),
    )


@where_recorded
def funnel_table(page: Appendix, records: Monitoring) -> Display | None:
    """Table: referrals received, decided, eligible, started."""
    if records.referrals.empty:
        return None
    rows = funnel.funnel(records)
    names = [counts.REFERRALS, "decided", counts.decision_name("eligible"), counts.PEOPLE]
    before = [counts.REFERRALS, *names[:-1]]
    frame = protected(records).mask(
        rows,
        {
            "people": [(name,) for name in names],
            "of_received": [(name, counts.REFERRALS) for name in names],
            "of_step_before": list(zip(names, before, strict=True)),
        },
    )
    columns = {
        "people": measured("People"),
        "of_received": share("Of those received"),
        "of_step_before": share("Of the step before"),
    }
    return page.table(
        "funnel",
        frame,
        columns,
        "From referral to start.",
        row_header="Step",
        function="analysis.programme.funnel.funnel",
    )


@where_recorded
def decision_table(page: Appendix, records: Monitoring) -> Display | None:
    """Table: referrals by decision."""
    if records.referrals.empty:
        return None
    rows = funnel.decisions(records)
    names = [counts.decision_name(decision) for decision in rows.index]
    rests = {"people": [(name,) for name in names], "share": [(name, counts.REFERRALS) for name in names]}
    frame = protected(records).mask(rows, rests)
    return page.table(
        "decisions",
        frame,
        {"people": measured("Referrals", "referrals"), "share": share("Share")},
        "Referrals by decision.",
        row_header="Decision",
        function="analysis.programme.funnel.decisions",
    )


@where_recorded
def source_table(page: Appendix, records: Monitoring) -> Display | None:
    """Table: referrals and starts by source."""
    if records.referrals.empty:
        return None
    rows = funnel.by_source(records)
    rests: dict[str, list[tuple[str, ...]]] = {}
    for what in ("referrals", "starts"):
        names = [counts.source_name(what, source) for source in rows.index]
        rests[what] = [(name,) for name in names]
        rests[f"{what}_share"] = [(name, counts.source_name(what, None)) for name in names]
    frame = protected(records).mask(rows, rests)
    columns = {
        "referrals": measured("Referrals", "referrals"),
        "referrals_share": share("Share of referrals"),
        "starts": measured("Started"),
        "starts_share": share("Share of those who started"),
    }
    return page.table(
        "sources",
        frame,
        columns,
        "Referrals and starts by who referred.",
        row_header="Source",
        function="analysis.programme.funnel.by_source",
    )


@where_recorded
def achieved_table(page: Appendix, records: Monitoring, table: str, near_target: float) -> Display | None:
    """Table of one group of measures against target, on their own base and of all participants."""
    rules = [rule for rule in records.rules.used if rule.table == table]
    if not rules:
        return None
    frame = achieved.achieved(records, table)
    rows = protected(records).mask(frame, _rests_of_measures(rules), ends=("low", "high"))
    rows["standing"] = [
        published.standing(value, near_target) if isinstance(shown, float) else ""
        for value, shown in zip(frame["progress"], rows["progress"], strict=True)
    ]
    columns = {"count": measured("Counted")}
    if frame["target"].notna().any():
        columns |= {"target": measured("Target"), "progress": share("Progress")}
        if (frame["target_to_date"] < frame["target"]).any():
            columns |= {"target_to_date": measured("Of the target, due by then")}
    columns |= {
        "base": measured("Base"),
        "share": share("Share of the base", "low", "high"),
        "share_of_all": share("Share of all participants"),
    }
    columns |= {"standing": Column("Against target")} if "target" in columns else {}
    return page.table(
        f"records_{table}",
        rows,
        columns,
        f"{_TABLES[table]} from the records.",
        row_header="Measure",
        function="analysis.programme.achieved.achieved",
    )


def _rests_of_measures(rules: Sequence[CountingRule]) -> dict[str, list[tuple[str, ...]]]:
    """The counts behind each number of a table of measures."""
    counted = [(rule.measure,) for rule in rules]
    bases = [(counts.base_name(rule),) if rule.unit == "people" else () for rule in rules]
    shares = [(*one, *other) for one, other in zip(counted, bases, strict=True)]
    of_all = [(*one, counts.PEOPLE) for one in counted]
    ends = dict.fromkeys(("share", "low", "high"), shares)
    return {"count": counted, "progress": counted, "base": bases, **ends, "share_of_all": of_all}


@where_recorded
def group_table(page: Appendix, records: Monitoring, column: str, value: str) -> Display | None:
    """Table of outputs and results by `partner` or `area`: value `count`, `progress` (of partners) or `share` (of the base)."""
    if records.people[column].isna().all():
        return None
    rules = known_rules(records, counts.GROUPED)
    if not rules:
        return None
    wide = achieved.by_group(records, column)[value].unstack(column).reindex([rule.measure for rule in rules])
    rests = {group: [_by_group(rule, column, group, value) for rule in rules] for group in wide.columns}
    shown = protected(records).mask(wide, rests)
    shown.index = pd.Index([rule.label for rule in rules], name="measure")
    titles = {"count": "People counted", "progress": "Progress to target", "share": "Share of the people in the base"}
    kind = measured if value == "count" else share
    return page.table(
        f"by_{column}_{value}",
        shown,
        {group: kind(str(group)) for group in shown.columns},
        f"{titles[value]}, by {column}.",
        row_header="Measure",
        function="analysis.programme.achieved.by_group",
    )


def _by_group(rule: CountingRule, column: str, group: object, value: str) -> tuple[str, ...]:
    """The counts behind a number by group: those who count, and for a share the base."""
    names = (rule.measure, counts.base_name(rule)) if value == "share" else (rule.measure,)
    return tuple(counts.group_name(name, column, group) for name in names)


@where_recorded
def quarter_table(page: Appendix, records: Monitoring, measure: str) -> Display | None:
    """Table of one measure by quarter: counted, target, progress to date, and what came in late."""
    if measure not in {rule.measure for rule in known_rules(records)}:
        return None
    frame = achieved.by_quarter(records, measure)
    what = {
        "count": "in",
        "count_to_date": "to date",
        "progress_to_date": "to date",
        "at_its_end": "at its end",
        "late": "late",
    }
    rests = {
        column: [(counts.quarter_name(measure, name, quarter),) for quarter in frame.index]
        for column, name in what.items()
    }
    rows = protected(records).mask(frame, rests)
    columns = {
        "count": measured("Counted"),
        "target": measured("Target"),
        "count_to_date": measured("Counted to date"),
        "target_to_date": measured("Target to date"),
        "progress_to_date": share("Progress to date"),
        "at_its_end": measured("Known when the quarter ended"),
        "late": measured("Came in late"),
    }
    label = records.rules.by_measure[measure].label
    return page.table(
        f"by_quarter_{measure}",
        rows,
        columns,
        f"By quarter: {named(label[0].lower() + label[1:])}.",
        row_header="Quarter",
        function="analysis.programme.achieved.by_quarter",
    )


@where_recorded
def sex_table(page: Appendix, records: Monitoring) -> Display | None:
    """Table: shares of women and men on the right base, with the difference and its interval."""
    rules = [rule for rule in achieved.sex_rules(records) if counts.recorded(records, rule)]
    if not rules or records.people["sex"].isna().all():
        return None
    frame = achieved.by_sex(records, records.minimum_cell).loc[[rule.label for rule in rules]]
    rows = protected(records).mask(frame, rests_by_sex(rules), ends=_SEX_ENDS)
    rows["table"] = [_TABLES[table] for table in frame["table"]]
    columns = {
        "table": Column("Group"),
        **_sex_columns("Men" if records.people["sex"].isin(["female", "male"]).all() else _men_and_others(records)),
        "difference": measured(
            "Women less men",
            "percentage points",
            1,
            low="difference_low",
            high="difference_high",
            interval="95 % confidence",
        ),
        "women_of_counted": share("Women among all counted"),
    }
    return page.table(
        "by_sex",
        rows,
        columns,
        "Women and men: the share of each base that counts.",
        row_header="Measure",
        group_by="table",
        function="analysis.programme.achieved.by_sex",
    )


_SEX_ENDS = ("women_low", "women_high", "men_low", "men_high", "difference_low", "difference_high")


def _men_and_others(records: Monitoring) -> str:
    """What the second group is called: men alone, or men and the few of whom neither sex is recorded."""
    few = achieved.sexes(records, records.minimum_cell).notna().all()
    return "Men, and neither or not recorded" if few else "Men"


def _sex_columns(men: str) -> dict[str, Column]:
    return {
        "women": measured("Women"),
        "women_base": measured("Base, women"),
        "women_share": share("Share of women", "women_low", "women_high"),
        "men": measured(men),
        "men_base": measured(f"Base, {men.lower()}"),
        "men_share": share("Share of these", "men_low", "men_high"),
    }


def rests_by_sex(rules: Sequence[CountingRule]) -> dict[str, list[tuple[str, ...]]]:
    """The counts behind each number about women and men."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for sex in ("women", "men"):
        found[sex] = [(counts.group_name(rule.measure, counts.SEX, sex),) for rule in rules]
        found[f"{sex}_base"] = [(counts.group_name(counts.base_name(rule), counts.SEX, sex),) for rule in rules]
        both = [(*one, *other) for one, other in zip(found[sex], found[f"{sex}_base"], strict=True)]
        found |= dict.fromkeys((f"{sex}_share", f"{sex}_low", f"{sex}_high"), both)
    gap = [(*one, *other) for one, other in zip(found["women_share"], found["men_share"], strict=True)]
    found |= dict.fromkeys(("difference", "difference_low", "difference_high"), gap)
    of_counted = [(*names, rule.measure) for names, rule in zip(found["women"], rules, strict=True)]
    return found | {"women_of_counted": of_counted}


@where_recorded
def destination_table(page: Appendix, records: Monitoring) -> Display | None:
    """Table: destinations on leaving, and with accepted evidence, where a rule of the programme asks for evidence."""
    if records.exits.empty:
        return None
    frame, proven = funnel.destinations(records), funnel.proven(records.rules)
    names = [counts.destination_name(name) for name in frame.index]
    rests = {
        "people": [(name,) for name in names],
        "share": [(name, counts.PEOPLE) for name in names],
        "with_evidence": [(counts.destination_name(name, True),) for name in frame.index],
    }
    rows = protected(records).mask(frame, rests)
    rows.loc[[name not in proven for name in frame.index], "with_evidence"] = counts.NOT_RECORDED
    columns = {
        "people": measured("People"),
        "share": share("Share of all participants"),
        "with_evidence": measured("With accepted evidence"),
    }
    return page.table(
        "destinations",
        rows,
        columns,
        "Where people went on leaving.",
        row_header="Destination",
        function="analysis.programme.funnel.destinations",
    )


@where_recorded
def time_table(page: Appendix, records: Monitoring) -> Display | None:
    """Table: by when people reached an outcome, and the survival curves, at the quarters of the year."""
    rules = {rule.measure: rule for rule in known_rules(records) if rule.measure in counts.TIMED}
    if not rules:
        return None
    frame = timing.time_table(records, tuple(rules), MARKS)
    places = list(frame.index)
    frame = frame.set_axis(
        pd.Index([f"{row['label']}: by day {mark}" for (_, mark), row in frame.iterrows()], name="outcome"), axis=0
    )
    curve = [_on_curve(measure, mark) for measure, mark in places]
    rests = {
        "people": [(counts.base_name(rules[measure]),) for measure, _ in places],
        "reached": [(measure,) for measure, _ in places],
        "left": [(counts.time_name(measure, "left"),) for measure, _ in places],
        "still_on": [(counts.time_name(measure, "still on"),) for measure, _ in places],
        "at_risk": [names[-1:] for names in curve],
        **dict.fromkeys(("reached_by", "not_yet", "low", "high"), curve),
    }
    rows = protected(records).mask(frame, rests, ends=("low", "high"))
    columns = {
        "people": measured("People"),
        "reached": measured("Reached it at all"),
        "left": measured("Left without it"),
        "still_on": measured("Still on the programme"),
        "reached_by": share("Reached it by then"),
        "at_risk": measured("Followed until then"),
        "not_yet": share("Not yet, if nobody left without it", "low", "high"),
    }
    return page.table(
        "time_to_outcome",
        rows,
        columns,
        "Time from start to outcome.",
        row_header="Outcome",
        function="analysis.programme.timing.time_table",
    )


def _on_curve(measure: str, mark: int) -> tuple[str, ...]:
    """The counts that a reader of a curve can tell at a day."""
    return tuple(counts.time_name(measure, what, mark) for what in ("reached by", "followed to"))


@where_recorded
def distance_table(page: Appendix, records: Monitoring) -> Display | None:
    """Table: distance travelled on each scale, and who is missing at exit."""
    frame = distance.travelled(records).dropna(subset=["change"])
    if frame.empty:
        return None
    rows = protected(records).mask(frame, rests_of_scales(frame), ends=("low", "high"))
    columns = {
        "initial": measured("Answered at the start"),
        "both": measured("Answered at both"),
        "missing": measured("Missing at exit"),
        "missing_share": share("Share missing"),
        "mean_initial": measured("Mean at the start", "points", 2),
        "mean_exit": measured("Mean at exit", "points", 2),
        "change": measured("Mean change", "points", 2, low="low", high="high", interval="95 % confidence"),
        "higher": share("Higher"),
        "same": share("Same"),
        "lower": share("Lower"),
        "mean_initial_missing": measured("Mean at the start of those missing", "points", 2),
    }
    return page.table(
        "distance",
        rows,
        columns,
        "Distance travelled from the initial assessment to the exit.",
        row_header="Scale",
        function="analysis.programme.distance.travelled",
    )


def rests_of_scales(frame: pd.DataFrame) -> dict[str, list[tuple[str, ...]]]:
    """The counts and means behind each number about a scale."""
    rests: dict[str, tuple[str, ...]] = {name: (name,) for name in ("initial", "both", "missing")}
    rests |= {name: (name, "both") for name in ("mean_initial", "mean_exit", "change", "higher", "same", "lower")}
    interval = (*rests["change"], "interval")
    rests |= {"low": interval, "high": interval, "missing_share": ("missing", "initial")}
    rests["mean_initial_missing"] = ("missing",)
    return {
        column: [tuple(counts.scale_name(str(scale), name) for name in names) for scale in frame.index]
        for column, names in rests.items()
    }


@where_recorded
def sustained_table(page: Appendix, records: Monitoring) -> Display | None:
    """Table: whether those who left for work were in work later."""
    if not any(rule.measure == distance.INTO_WORK for rule in known_rules(records)):
        return None
    frame = distance.sustained(records)
    if not frame["reviewed"].any():
        return None
    names = {"left": ("left",), "reviewed": ("reviewed",), "in_work": ("in_work",), "share": ("in_work", "reviewed")}
    names |= {"at_least": ("in_work", "left"), "at_most": ("in_work", "reviewed", "left")}
    rests = {
        column: [tuple(counts.review_name(mark, name) for name in some) for mark in frame.index]
        for column, some in names.items()
    }
    frame.index = pd.Index([f"Week {mark}" for mark in frame.index], name="after_leaving")
    rows = protected(records).mask(frame, rests)
    columns = {
        "left": measured("Left for work so long ago"),
        "reviewed": measured("Reviewed"),
        "in_work": measured("In work"),
        "share": share("In work, of those reviewed"),
        "at_least": share("In work, of all who left, at least"),
        "at_most": share("At most"),
    }
    return page.table(
        "sustained",
        rows,
        columns,
        "Whether work lasted, by in-work reviews.",
        row_header="After leaving",
        function="analysis.programme.distance.sustained",
    )


@where_recorded
def national_table(page: Appendix, records: Monitoring) -> Display | None:
    """Table: national figures, and the programme's from records on the matching base."""
    if not published.has_print(records.printed):
        return None
    frame = against_print.national(records).astype(object)
    if frame.empty:
        return None
    frame["national"] = pd.Series(
        [as_printed(records.printed.claims[claim]) for claim in frame["national"]], index=frame.index, dtype=object
    )
    frame["rests"] = beside_print(page, frame["national"], _NATIONAL)
    both = list(zip(frame["part"], frame["whole"], strict=True))
    rests = {"counted": [(name,) for name in frame["part"]], "base": [(name,) for name in frame["whole"]]}
    rests |= dict.fromkeys(("share", "low", "high", "difference"), both)
    rows = protected(records).mask(frame, rests, ends=("low", "high"))
    columns = {
        "national": Column("National programme", "%", Kind.PUBLISHED),
        "counted": measured("Counted", **_RESTS),
        "base": measured("Base", **_RESTS),
        "share": share("Programme, matching base", "low", "high", **_RESTS),
        "difference": measured("Difference", "percentage points", 1, **_RESTS),
        "like_for_like": Column("Is the printed comparison like for like?"),
        "why": Column("Why"),
    }
    return page.table(
        "national",
        rows,
        columns,
        "The national programme and the records on the matching base.",
        row_header="Measure",
        text={"why": "rich"},
        function=_NATIONAL,
    )


@where_recorded
def gains_table(page: Appendix, records: Monitoring) -> Display | None:
    """Table: what rules the funder does not use would give."""
    rules = [rule for rule in records.rules.alternatives if counts.alternative_known(records, rule)]
    if not rules:
        return None
    frame = achieved.gains(records).loc[[rule.label for rule in rules]]
    rests = {
        "counted": [(rule.alternative_to,) for rule in rules],
        "otherwise": [(rule.measure,) for rule in rules],
        "gained": [(counts.gain_name(rule.measure, "gained"),) for rule in rules],
        "lost": [(counts.gain_name(rule.measure, "lost"),) for rule in rules],
    }
    rows = protected(records).mask(frame, rests)
    wider = [contains(rule, records.rules.by_measure[rule.alternative_to]) for rule in rules]
    rows.loc[wider, "lost"] = "none, by the rules"
    columns = {
        "of": Column("Instead of"),
        "counted": measured("Counted by the funder's rule"),
        "otherwise": measured("Counted by this one"),
        "gained": measured("Would be gained"),
        "lost": measured("Would be lost"),
    }
    return page.table(
        "gains",
        rows,
        columns,
        "Counting rules that the funder does not use.",
        row_header="Rule",
        text={"of": "label"},
        function="analysis.programme.achieved.gains",
    )


def _comparable(records: Monitoring) -> pd.DataFrame:
    """The published cells that can be held against the records: none of a count that is hidden or was not recorded, since
    that it agrees would tell it."""
    shown, cells = protected(records), against_print.reconcile(records)
    rules = records.rules.by_measure
    names = {name: (name, counts.base_name(rules[name])) for name in cells["measure"] if name in rules}
    rests = [names.get(name, (counts.REFERRALS,)) for name in cells["measure"]]
    behind = [against_print.measures_behind(records, claim) for claim in cells["claim"]]
    known = [
        shown.shows(*(() if cell.startswith("target") else some), *others)
        for cell, some, others in zip(cells["cell"], rests, behind, strict=True)
    ]
    return cells[known]


@where_recorded
def agreement_table(page: Appendix, records: Monitoring) -> Display | None:
    """Table: how many cells of the published tables the records meet."""
    if not published.has_print(records.printed):
        return None
    cells = _comparable(records)
    if cells.empty:
        return None
    frame = against_print.agreement(cells).rename(index=_CELLS)
    columns = {name: measured(name.capitalize(), "cells") for name in ("cells", "agree", "differ")}
    return page.table(
        "agreement",
        frame.rename_axis("figure"),
        columns,
        "Published cells that the records give as printed.",
        row_header="Figure",
        function="analysis.programme.against_print.agreement",
    )


@where_recorded
def differences_table(page: Appendix, records: Monitoring) -> Display | None:
    """Table: every published cell that the records do not give, with the records behind it."""
    if not published.has_print(records.printed):
        return None
    cells = _comparable(records)
    frame = cells[~cells["agrees"].astype(bool)]
    if cells.empty:
        return None
    if frame.empty:
        return page.say("Every published cell that may be compared is as the records give it.")
    return page.table(
        "differences",
        _differences(page, frame, records),
        _DIFFERENCE_COLUMNS,
        "Published cells that differ from the records, and the records behind them.",
        row_header="Cell",
        text={"note": "label"},
        function=_RECONCILE,
    )


_DIFFERENCE_COLUMNS = {
    "printed": Column("Printed", kind=Kind.PUBLISHED),
    "given": Column("From the records", kind=Kind.MEASURED),
    "events": measured("People with the event", **_RESTS),
    "counted": measured("Counted", **_RESTS),
    "undecided": measured("Evidence not decided", **_RESTS),
    "refused": measured("Evidence refused", **_RESTS),
    "without": measured("Without evidence", **_RESTS),
    "late": measured("Accepted after the last quarter", **_RESTS),
    "note": Column("What the ledger of claims says"),
}


def _differences(page: Appendix, frame: pd.DataFrame, records: Monitoring) -> pd.DataFrame:
    labels = [f"{label}: {_CELLS[cell]}" for label, cell in zip(frame["label"], frame["cell"], strict=True)]
    rows = protected(records).mask(frame, _rests_of_reasons(frame)).set_axis(pd.Index(labels, name="cell"), axis=0)
    for place, (events, counted) in enumerate(zip(frame["events"], frame["counted"], strict=True)):
        if events == counted and isinstance(rows["events"].iloc[place], int | float):
            rows.iloc[place, [rows.columns.get_loc(name) for name in counts.REASONS]] = "none"
    claims = [records.printed.claims[claim] for claim in frame["claim"]]
    rows["printed"] = pd.Series([as_printed(claim) for claim in claims], index=rows.index, dtype=object)
    rows["rests"] = beside_print(page, rows["printed"], _RECONCILE)
    given = zip(frame.to_dict("records"), claims, rows["rests"].str.split(), strict=True)
    return rows.assign(
        given=pd.Series(
            [_given(row, claim.unit, tuple(rests)) for row, claim, rests in given], index=rows.index, dtype=object
        )
    )


def _rests_of_reasons(frame: pd.DataFrame) -> dict[str, list[tuple[str, ...]]]:
    """The counts behind each number about why people with an event do not count."""
    found = {
        what: [(counts.reason_name(measure, what),) for measure in frame["measure"]]
        for what in ("events", *counts.REASONS, "late")
    }
    return found | {"counted": [(measure,) for measure in frame["measure"]]}


def _given(row: dict[str, object], unit: str, rests: tuple[str, ...]) -> Result:
    name, label, value = (
        f"records.given.{row['measure']}.{row['cell']}",
        f"{row['label']}: {row['cell']}",
        float(row["value"]),
    )  # type: ignore[arg-type]
    decimals = 1 if unit == "%" else 0
    return Result(name, label, value, unit, Kind.MEASURED, decimals, inputs=rests, function=_RECONCILE)


def check_table(page: Appendix, study: Study, records: Monitoring | None) -> Display | None:
    """Table: relations between totals that hold whatever the records, on print and on records as far as there are any."""
    rules, printed = _rules_and_print(study, records)
    if rules is None:
        return None
    rows = pd.DataFrame(index=pd.Index([check.check for check in rules.checks], name="check"))
    columns: dict[str, Column] = {}
    if printed:
        columns |= _check_columns(rows, against_print.check_counts(rules, printed), "as published", Kind.RECOMPUTED)
    if records:
        columns |= _check_columns(
            rows, against_print.check_counts(rules, shown_counts(records)), "in the records", Kind.MEASURED
        )
    return (
        page.table(
            "checks",
            rows,
            columns,
            "Relations between the totals that must hold.",
            row_header="Check",
            function="analysis.programme.against_print.check_counts",
        )
        if columns
        else None
    )


def shown_counts(records: Monitoring) -> dict[str, int]:
    """How many count for each measure of the programme, as far as it may be shown."""
    return {name: n for name, n in achieved.counts_of(records).items() if protected(records).shows(name)}


def _rules_and_print(study: Study, records: Monitoring | None) -> tuple[Rules | None, dict[str, float]]:
    source = records.printed if records else study
    rules = read_rules(source) if has_rules(source) else None
    return rules, against_print.printed_counts(source) if published.has_print(source) else {}


def _check_columns(rows: pd.DataFrame, found: pd.DataFrame, where: str, kind: Kind) -> dict[str, Column]:
    """Put into the rows whether each check holds and by how much it does not; the columns that show it."""
    found = found.reindex(rows.index)
    rows[where] = ["" if pd.isna(holds) else "holds" if holds else "does not hold" for holds in found["holds"]]
    over = [
        float(excess) if holds is False else "" for excess, holds in zip(found["excess"], found["holds"], strict=True)
    ]
    rows[f"{where}, by"] = pd.Series(over, index=rows.index, dtype=object)
    return {where: Column(where.capitalize()), f"{where}, by": Column(f"By how many, {where}", "people", kind)}


def would_change(page: Appendix, records: Monitoring | None) -> Display:
    """What would change the answer: without records, the records; with them, what they do not hold.

    It ends the page: raises InputError for a number of the records that no rule has judged.
    """
    if records is None:
        return page.say(
            "The records of the programme's management information system, which say who is in each base and who counts; and "
            "the bases of percentages that are printed without one."
        )
    refuse_unjudged(page.notebook, page.store, [COUNTS], page.example)
    return page.say(
        "Evidence that comes in later, which changes past quarters; the day as of which the records are read is a parameter. "
        "Another rule of counting, some of which are shown above. What became of the people without a form at exit, and of "
        "those without an in-work review. The bases of percentages that are printed without one."
    )
