"""What 07_programme_performance shows in its second mode: tables from a management information export.

Every function shows nothing where a study has no records (`records` is None), so that its section is left out.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

import pandas as pd

from analysis.programme import achieved, against_print, distance, funnel, published, timing
from analysis.programme.monitoring import Monitoring
from analysis.programme.rules import Rules, has_rules, read_rules
from analysis.reporting.appendix import Appendix
from analysis.reporting.markup import Display
from analysis.reporting.prose import named
from analysis.reporting.views.claims import beside_print, published as as_printed
from analysis.reporting.views.minimum import HIDDEN, MINIMUM_CELL, hide_in_sequence, hide_small
from analysis.reporting.views.protected import hidden_by, hidden_cells
from analysis.results import Column, Kind, Result
from analysis.study import Study

HEADLINES = ("participants", "exit_education", "exit_employment", "inactive_job_search")
MARKS = (91, 182, 274, 365)  # days: the quarters of the year for which somebody is supported
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
                MINIMUM_CELL,
                "people",
                Kind.ASSUMED,
                source="a rule of disclosure control",
            )
        ]
    )
    for name, label, number in (
        ("referrals", "Referrals received", len(records.referrals)),
        ("people", "Participants in the records", len(records.people)),
    ):
        page.add(
            [_result(name, label, number if number >= MINIMUM_CELL else None, function="monitoring.open_monitoring")]
        )
    for table in ("outputs", "results", "other_results"):
        for label, row in achieved.achieved(records, table).iterrows():
            name = row["measure"]
            page.add(
                [_result(f"count.{name}", str(label), int(row["count"]) if row["count"] >= MINIMUM_CELL else None)]
            )
            known = row["count"] >= MINIMUM_CELL and pd.notna(row["progress"])
            page.add(
                [_result(f"progress.{name}", f"{label}: progress", float(row["progress"]) if known else None, "%", 1)]
            )


@where_recorded
def answer(page: Appendix, records: Monitoring) -> Display:
    """The opening paragraph from records."""
    frame = pd.concat([achieved.achieved(records, table) for table in ("outputs", "results", "other_results")])
    ranked = frame[frame["count"] >= MINIMUM_CELL].dropna(subset=["progress"]).sort_values("progress", kind="stable")
    ends, came = "", " Referrals received: {records.referrals}." if len(records.referrals) else ""
    if len(ranked):
        low, best = (
            f"{named(str(row.name).lower())} ({{records.progress.{row['measure']}}})"
            for row in (ranked.iloc[0], ranked.iloc[-1])
        )
        ends = f" It went furthest beyond its target in: {best}. It stayed furthest below in: {low}."
    return page.say(
        f"By the records as known on {{={day(records.as_of)}}}, {{records.people|:people}} joined.{came}{ends} Counts below {{records.minimum|bare}} are hidden, and what follows from them."
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
    frame = hide_small(funnel.funnel(records), {"people": ["of_received", "of_step_before"]})
    columns = {
        "people": measured("People"),
        "of_received": share("Of those received"),
        "of_step_before": share("Of the step before"),
    }
    return page.table(
        "funnel",
        frame.where(frame.notna(), ""),
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
    frame = hide_small(funnel.decisions(records), {"people": ["share"]})
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
    frame = hide_small(funnel.by_source(records), {"referrals": ["referrals_share"], "starts": ["starts_share"]})
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
def achieved_table(page: Appendix, records: Monitoring, table: str, near_target: float) -> Display:
    """Table of one group of measures against target, on their own base and of all participants."""
    frame = achieved.achieved(records, table)
    follows = {"count": ["progress", "share", "share_of_all", "low", "high"], "base": ["share", "low", "high"]}
    rows = hide_small(frame, follows, ends=("low", "high"))
    rows["standing"] = [
        published.standing(value, near_target) if hidden != "hidden" else ""
        for value, hidden in zip(frame["progress"], rows["progress"], strict=True)
    ]
    for column in ("target", "target_to_date", "progress", "base", "share", "share_of_all"):
        rows[column] = ["" if pd.isna(value) else value for value in rows[column]]
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


@where_recorded
def group_table(page: Appendix, records: Monitoring, column: str, value: str) -> Display | None:
    """Table of outputs and results by `partner` or `area`: value `count`, `progress` (of partners) or `share` (of the base)."""
    if records.people[column].isna().all():
        return None
    rules = [
        rule
        for rule in records.rules.used
        if rule.unit == "people" and rule.table in ("outputs", "results", "other_results")
    ]
    measures = [rule.measure for rule in rules]
    wide = achieved.by_group(records, column)[value].unstack(column).reindex(measures)
    hidden = hidden_by(records, column, rules)
    shown = wide.astype(object).where(wide.notna(), "").mask(hidden[wide.columns], HIDDEN)
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


@where_recorded
def quarter_table(page: Appendix, records: Monitoring, measure: str) -> Display:
    """Table of one measure by quarter: counted, target, progress to date, and what came in late."""
    frame = achieved.by_quarter(records, measure)
    rows = frame.astype(object).where(frame.notna(), "")
    small = hide_in_sequence(frame["count"])
    rows.loc[small, ["count", "count_to_date", "progress_to_date", "at_its_end", "late"]] = HIDDEN
    rows.loc[(frame["at_its_end"] < MINIMUM_CELL) | (frame["late"] < MINIMUM_CELL), ["at_its_end", "late"]] = HIDDEN
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
def sex_table(page: Appendix, records: Monitoring) -> Display:
    """Table: shares of women and men on the right base, with the difference and its interval."""
    frame = achieved.by_sex(records, MINIMUM_CELL)
    hidden = (
        hidden_cells(records, achieved.sexes(records, MINIMUM_CELL), achieved.sex_rules(records)).any(axis=1).to_numpy()
    )
    hidden = hidden | ((frame["women_base"] < MINIMUM_CELL) | (frame["men_base"] < MINIMUM_CELL)).to_numpy()
    rows = frame.astype(object).where(frame.notna(), "")
    rows.loc[hidden, ["women", "women_share", "men", "men_share", "difference", "women_of_counted"]] = HIDDEN
    rows.loc[hidden, ["women_low", "women_high", "men_low", "men_high", "difference_low", "difference_high"]] = None
    for name in ("women_base", "men_base"):
        rows[name] = rows[name].mask(frame[name] < MINIMUM_CELL, HIDDEN)
    rows["table"] = [_TABLES[table] for table in frame["table"]]
    men = "Men" if records.people["sex"].isin(["female", "male"]).all() else "Men, and not recorded"
    columns = {
        "table": Column("Group"),
        "women": measured("Women"),
        "women_base": measured("Base, women"),
        "women_share": share("Share of women", "women_low", "women_high"),
        "men": measured(men),
        "men_base": measured(f"Base, {men.lower()}"),
        "men_share": share("Share of these", "men_low", "men_high"),
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


@where_recorded
def destination_table(page: Appendix, records: Monitoring) -> Display:
    """Table: destinations on leaving, and with accepted evidence."""
    rows = hide_small(funnel.destinations(records), {"people": ["share", "with_evidence"], "with_evidence": []})
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
def time_table(page: Appendix, records: Monitoring) -> Display:
    """Table: by when people reached an outcome, and the survival curves, at the quarters of the year."""
    frame = timing.time_table(records, ("exit_employment", "exit_education"), MARKS)
    frame = frame.set_axis(
        pd.Index([f"{row['label']}: by day {mark}" for (_, mark), row in frame.iterrows()], name="outcome"), axis=0
    )
    rows = hide_small(
        frame,
        {
            "reached": ["reached_by", "not_yet", "low", "high"],
            "at_risk": ["not_yet", "low", "high"],
            "left": [],
            "still_on": [],
        },
        ends=("low", "high"),
    )
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


@where_recorded
def distance_table(page: Appendix, records: Monitoring) -> Display | None:
    """Table: distance travelled on each scale, and who is missing at exit."""
    frame = distance.travelled(records).dropna(subset=["change"])
    if frame.empty:
        return None
    follows = ["missing_share", "mean_initial_missing"]
    rows = hide_small(
        frame,
        {"both": ["mean_initial", "mean_exit", "change", "low", "high", "higher", "same", "lower"], "missing": follows},
        ends=("low", "high"),
    )
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


@where_recorded
def sustained_table(page: Appendix, records: Monitoring) -> Display | None:
    """Table: whether those who left for work were in work later."""
    frame = distance.sustained(records)
    if not frame["reviewed"].any():
        return None
    frame.index = pd.Index([f"Week {mark}" for mark in frame.index], name="after_leaving")
    rows = hide_small(
        frame,
        {
            "left": ["reviewed", "in_work", "share", "at_least", "at_most"],
            "reviewed": ["in_work", "share", "at_least", "at_most"],
            "in_work": ["share", "at_least", "at_most"],
        },
    )
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
    frame["national"] = pd.Series(
        [as_printed(records.printed.claims[claim]) for claim in frame["national"]], index=frame.index, dtype=object
    )
    frame["rests"] = beside_print(page, frame["national"], _NATIONAL)
    rows = hide_small(frame, {"counted": ["share", "low", "high", "difference"]}, ends=("low", "high"))
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
def gains_table(page: Appendix, records: Monitoring) -> Display:
    """Table: what rules the funder does not use would give."""
    frame = achieved.gains(records)
    rows = hide_small(frame, {"counted": [], "otherwise": [], "gained": [], "lost": []})
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


@where_recorded
def agreement_table(page: Appendix, records: Monitoring) -> Display | None:
    """Table: how many cells of the published tables the records meet."""
    if not published.has_print(records.printed):
        return None
    frame = against_print.agreement(against_print.reconcile(records)).rename(index=_CELLS)
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
    frame = against_print.reconcile(records).loc[lambda cells: ~cells["agrees"]]
    if frame.empty:
        return page.say("Every published cell is as the records give it.")
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
    parts = ("undecided", "refused", "without")  # add up to the events less those counted: one hidden, all hidden
    follows = {"events": parts, "counted": parts, "late": (), **{part: parts for part in parts}}
    rows = hide_small(frame.set_axis(pd.Index(labels, name="cell"), axis=0), follows)
    claims = [records.printed.claims[claim] for claim in frame["claim"]]
    rows["printed"] = pd.Series([as_printed(claim) for claim in claims], index=rows.index, dtype=object)
    rows["rests"] = beside_print(page, rows["printed"], _RECONCILE)
    given = zip(frame.to_dict("records"), claims, rows["rests"].str.split(), strict=True)
    return rows.assign(
        given=pd.Series(
            [_given(row, claim.unit, tuple(rests)) for row, claim, rests in given], index=rows.index, dtype=object
        )
    )


def _given(row: dict[str, object], unit: str, rests: tuple[str, ...]) -> Result:
    name, label, value = (
        f"records.given.{row['measure']}.{row['cell']}",
        f"{row['label']}: {row['cell']}",
        float(row["value"]),
    )  # type: ignore[arg-type]
    small = unit != "%" and value < MINIMUM_CELL
    return Result(
        name,
        label,
        "hidden" if small else value,
        unit,
        Kind.MEASURED,
        1 if unit == "%" else 0,
        inputs=rests,
        function=_RECONCILE,
    )


def check_table(page: Appendix, study: Study, records: Monitoring | None) -> Display | None:
    """Table: relations between totals that hold whatever the records, on print and on records as far as there are any."""
    rules, printed = _rules_and_print(study, records)
    if rules is None:
        return None
    rows = pd.DataFrame(index=pd.Index([check.check for check in rules.checks], name="check"))
    columns: dict[str, Column] = {}
    if printed:
        columns |= _check_columns(rows, against_print.check_counts(rules, printed), "in print", Kind.RECOMPUTED)
    if records:
        columns |= _check_columns(
            rows, against_print.check_counts(rules, achieved.counts_of(records)), "in the records", Kind.MEASURED
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
    """What would change the answer: without records, the records; with them, what they do not hold."""
    if records is None:
        return page.say(
            "The records of the programme's management information system: who is in each base, results by sex, and how many "
            "answered the outcome questions. The bases of the national figures, which are not printed, would settle the "
            "comparisons that have two readings."
        )
    return page.say(
        "Evidence that comes in later, which changes past quarters; the day as of which the records are read is a parameter. "
        "Another rule of counting, some of which are shown above. What became of the people without a form at exit, and of "
        "those without an in-work review. The bases of the national figures, which are not printed."
    )
