"""The figures of 07_programme_performance in its second mode."""

from collections.abc import Sequence

import pandas as pd

from analysis.programme import achieved, distance, funnel, overlap, timing
from analysis.programme.monitoring import Monitoring
from analysis.reporting.appendix import Appendix
from analysis.reporting.markup import Display
from analysis.reporting.prose import named
from analysis.reporting.views import programme_counts as counts
from analysis.reporting.views.programme_counts import DAYS, HIDDEN, known_rules, protected
from analysis.reporting.views.programme_records import measured, rests_by_sex, rests_of_scales, share, where_recorded
from analysis.results import Kind, Result, drawn


@where_recorded
def referral_figure(page: Appendix, records: Monitoring) -> Display | None:
    """Figure: referrals and starts to date, by month."""
    from analysis.reporting.curves import line_chart

    if records.referrals.empty or not protected(records).shows(counts.REFERRALS, counts.PEOPLE):
        return None
    frame = funnel.by_month(records)
    columns = {"referrals_to_date": "referrals received", "starts_to_date": "people who started"}
    shown = pd.DataFrame(
        {
            f"{what}_to_date": _shown(
                records, frame[f"{what}_to_date"], [(counts.month_name(what, month),) for month in frame.index]
            )
            for what in ("referrals", "starts")
        }
    )
    shown = shown.set_axis(frame.index.to_timestamp(how="end").normalize(), axis=0)
    fig = line_chart(shown, list(columns), list(columns.values()), "year", "people, to date")
    table = shown.set_axis(pd.Index([f"{month:%B %Y}" for month in shown.index], name="month"), axis=0)
    table = table.astype(object).where(table.notna(), HIDDEN)
    return page.figure(
        "referrals_to_date",
        fig,
        "Referrals and starts to date, by month.",
        "Both lines rise throughout; by the end {records.referrals|bare} referrals had been received and {records.people|bare} people had started.",
        table,
        {name: measured(label.capitalize()) for name, label in columns.items()},
        row_header="By the end of",
        function="analysis.programme.funnel.by_month",
    )


def _shown(records: Monitoring, values: pd.Series, rests: Sequence[Sequence[str]]) -> pd.Series:
    """Numbers as floats, NaN where they may not be shown; `rests` names the counts behind each."""
    return values.astype(float).where([protected(records).shows(*names) for names in rests])


@where_recorded
def progress_figure(page: Appendix, records: Monitoring, table: str, what: str) -> Display | None:
    """Figure: progress to target of one group of measures."""
    from analysis.reporting.charts import progress_chart

    frame = achieved.achieved(records, table)
    if not len(frame):
        return None
    rests = [(measure,) for measure in frame["measure"]]
    frame = frame.assign(progress=_shown(records, frame["progress"], rests)).dropna(subset=["progress"])
    if frame.empty:
        return None
    below = frame.index[frame["progress"] < 100]
    columns = {"progress": measured("Progress to target", "%", 0)}
    told = (
        f"Below their target: {', '.join(named(str(label).lower()) for label in below)}."
        if len(below)
        else "All reached their target."
    )
    return page.figure(
        f"records_{table}_progress",
        progress_chart(drawn(frame, columns), "progress", "counted as a percentage of the target"),
        f"{what}: counted as a percentage of the target.",
        told,
        frame,
        columns,
        row_header="Measure",
        function="analysis.programme.achieved.achieved",
    )


@where_recorded
def quarter_figure(page: Appendix, records: Monitoring, measure: str) -> Display | None:
    """Figure: one measure to date against its target to date, by quarter."""
    from analysis.reporting.curves import line_chart

    if measure not in {rule.measure for rule in known_rules(records)} or not protected(records).shows(measure):
        return None
    frame = achieved.by_quarter(records, measure)
    ends = achieved.quarters(records)["end"].reindex(frame.index)
    rests = [(counts.quarter_name(measure, "to date", quarter),) for quarter in frame.index]
    shown = pd.DataFrame(
        {"counted": _shown(records, frame["count_to_date"], rests), "target": frame["target_to_date"]},
        index=frame.index,
    )
    if shown["counted"].isna().all():
        return None
    columns = ["counted", "target"] if shown["target"].notna().any() else ["counted"]
    fig = line_chart(
        shown[columns].set_axis(pd.DatetimeIndex(ends), axis=0),
        columns,
        ["counted to date", "target to date"][: len(columns)],
        "year",
        "people",
    )
    table = shown[columns].astype(object).where(shown[columns].notna(), HIDDEN)
    label = records.rules.by_measure[measure].label
    return page.figure(
        f"{measure}_to_date",
        fig,
        f"To date, against the target: {named(label[0].lower() + label[1:])}.",
        _told(shown),
        table,
        {name: measured(f"{name.capitalize()} to date") for name in columns},
        row_header="Quarter",
        function="analysis.programme.achieved.by_quarter",
    )


def _told(shown: pd.DataFrame) -> str:
    known = shown.dropna()
    if known.empty:
        return "The counted people rise from quarter to quarter."
    above = bool(known["counted"].iloc[-1] >= known["target"].iloc[-1])
    ever = (known["counted"] >= known["target"]).any()
    return f"At the end the count is {'at or above' if above else 'below'} its target; on the way it was {'at times above' if ever else 'never above'} it."


@where_recorded
def sex_figure(page: Appendix, records: Monitoring) -> Display | None:
    """Figure: shares of women and of men who reached the results."""
    from analysis.reporting.charts import paired_chart

    rules = [
        rule
        for rule in achieved.sex_rules(records)
        if rule.table in ("results", "other_results") and counts.recorded(records, rule)
    ]
    if not rules or records.people["sex"].isna().all():
        return None
    frame = achieved.by_sex(records, records.minimum_cell).loc[[rule.label for rule in rules]]
    frame = frame[[protected(records).shows(*names) for names in rests_by_sex(rules)["difference"]]]
    frame = frame.dropna(subset=["difference"])
    if frame.empty:
        return None
    widest = frame["difference"].astype(float).abs().idxmax()
    columns = {"women_share": measured("Women", "%", 0), "men_share": measured("Men", "%", 0)}
    return page.figure(
        "sex_chart",
        paired_chart(drawn(frame, columns), "women_share", "men_share", ("women", "men"), "% of the base"),
        "Results of women and of men, as shares of their own base.",
        f"Women and men differ most in: {named(str(widest).lower())}.",
        frame,
        columns,
        row_header="Measure",
        function="analysis.programme.achieved.by_sex",
    )


@where_recorded
def overlap_figure(page: Appendix, records: Monitoring) -> Display | None:
    """Figure: an UpSet chart of the target groups."""
    from analysis.reporting.upset import upset_chart

    frame = overlap.combinations(records)
    groups = list(frame.columns[2:])
    large = frame[frame["people"] >= records.minimum_cell].head(counts.MOST_COMBINATIONS)
    shown = large[[protected(records).shows(counts.combination_name(name)) for name in large.index]]
    if shown.empty or not groups:
        return None
    page.add(_others(frame, shown, records.minimum_cell))
    several = shown[shown["groups"] > 1]
    most = f" The most frequent overlap is: {named(several.index[0])}." if len(several) else ""
    return page.figure(
        "overlap",
        upset_chart(shown, "people", groups, "participants"),
        "How the target groups overlap: each row is one exact combination, each person in one row. Combinations of few people "
        "are left out; they hold {records.other_combinations|bare} people.",
        f"The most frequent combination is: {named(shown.index[0])}.{most}",
        shown,
        {"people": measured("Participants")},
        row_header="Combination",
        function="analysis.programme.overlap.combinations",
    )


def _others(frame: pd.DataFrame, shown: pd.DataFrame, minimum: int) -> list[Result]:
    rest = int(frame["people"].sum() - shown["people"].sum())
    value = rest if rest >= minimum or rest == 0 else "few"
    return [
        Result(
            "records.other_combinations",
            "Participants in combinations not shown",
            value,
            "people",
            Kind.MEASURED,
            function="analysis.programme.overlap.combinations",
        )
    ]


@where_recorded
def destination_figure(page: Appendix, records: Monitoring) -> Display | None:
    """Figure: destinations on leaving."""
    from analysis.reporting.charts import bar_chart

    if records.exits.empty:
        return None
    frame = funnel.destinations(records)
    frame = frame[[protected(records).shows(counts.destination_name(name)) for name in frame.index]]
    frame = frame.sort_values("people", ascending=False, kind="stable")
    if frame.empty:
        return None
    return page.figure(
        "destination_chart",
        bar_chart(frame, ["people"], "participants"),
        "Where people went on leaving; hidden groups are left out.",
        f"The most frequent destination is: {named(frame.index[0])}.",
        frame,
        {"people": measured("People")},
        row_header="Destination",
        function="analysis.programme.funnel.destinations",
    )


@where_recorded
def survival_figure(page: Appendix, records: Monitoring) -> Display | None:
    """Figure: survival curves of the time from start to employment and to education."""
    from analysis.reporting.curves import step_chart

    names = {"exit_employment": "no employment yet", "exit_education": "no education or training yet"}
    known = {rule.measure for rule in known_rules(records)}
    curves = {label: _curve(records, measure) for measure, label in names.items() if measure in known}
    if len(curves) < 2 or any(len(frame) < 2 or (frame["not_yet"] == 100).all() for frame in curves.values()):
        return None
    data = pd.concat(curves, names=["curve", "days"])
    data.index = pd.Index([f"{label}, day {mark}" for label, mark in data.index], name="curve")
    first, second = curves
    columns = {"not_yet": share("Not yet", "low", "high")}
    return page.figure(
        "survival",
        step_chart(
            {label: drawn(curve, columns) for label, curve in curves.items()},
            "not_yet",
            "low",
            "high",
            "days since the start",
            "% of those still followed",
        ),
        "Share without the outcome, by days since the start, with the interval; people who left without it and people still on the programme are censored.",
        f"Both curves fall over the year; the one with {first if _lower(curves) else second} falls further.",
        data,
        columns,
        row_header="Curve",
        function="analysis.programme.timing.curve_at",
    )


def _curve(records: Monitoring, measure: str) -> pd.DataFrame:
    """A survival curve at the start and at the days that may be shown."""
    frame = timing.curve_at(records, measure, (0, *DAYS))
    known = [
        day == 0
        or protected(records).shows(*(counts.time_name(measure, what, day) for what in ("reached by", "followed to")))
        for day in frame.index
    ]
    return frame[known]


def _lower(curves: dict[str, pd.DataFrame]) -> bool:
    first, second = (frame["not_yet"].dropna().iloc[-1] for frame in curves.values())
    return bool(first <= second)


@where_recorded
def distance_figure(page: Appendix, records: Monitoring) -> Display | None:
    """Figure: means at the start and at exit, on the scales of five points."""
    from analysis.reporting.charts import paired_chart

    frame = distance.travelled(records).dropna(subset=["change"])
    rests = rests_of_scales(frame)
    both = zip(rests["mean_initial"], rests["mean_exit"], strict=True)
    frame = frame[[protected(records).shows(*one, *other) for one, other in both]]
    if frame.empty:
        return None
    furthest = frame["change"].astype(float).idxmax()
    labels = {"mean_initial": "at the start", "mean_exit": "at exit"}
    columns = {name: measured(f"Mean {label}", "points", 1) for name, label in labels.items()}
    return page.figure(
        "distance_chart",
        paired_chart(
            drawn(frame, columns),
            "mean_initial",
            "mean_exit",
            ("at the start", "at exit"),
            "mean, in points of the scale",
            unit="points",
            decimals=1,
        ),
        "Means at the start and at exit, of those who answered at both.",
        f"The mean rises furthest on: {named(str(furthest).lower())}.",
        frame,
        columns,
        row_header="Scale",
        function="analysis.programme.distance.travelled",
    )
