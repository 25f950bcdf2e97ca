"""What 02b_participation shows where there are no records: what the printed figures on taking part allow."""

import pandas as pd

from analysis.participation import published
from analysis.reporting.appendix import Appendix
from analysis.reporting.markup import Display
from analysis.reporting.views.claims import published as as_published
from analysis.reporting.views.evidence import number
from analysis.results import Column, Kind
from analysis.study import Study

_MODULE = "analysis.participation.published"
_THRESHOLDS = range(1, 79)
_MARKS = range(1, 79, 7)  # rows of the table behind the figure would be too many at every threshold
_LABELS = {
    "mean": ("Mean", "", 1, 1),
    "quantile 0.25": ("Lower quartile", "", 1, 1),
    "quantile 0.5": ("Median", "", 1, 1),
    "quantile 0.75": ("Upper quartile", "", 1, 1),
    "share of the top 10%": ("Share of the most active tenth", "%", 0, 100),
    "share of the top 25%": ("Share of the most active quarter", "%", 0, 100),
    "Gini coefficient": ("Gini coefficient", "", 2, 1),
}


def record(page: Appendix, study: Study, figures: published.Figures) -> None:
    """Record the figures that the prose refers to: claims, and the ranges of the attendance of the median participant."""
    advice, volunteering, attendance = figures.advice, figures.volunteering, figures.attendance
    named = [
        attendance.people,
        attendance.attendances,
        advice.contacts,
        advice.value,
        volunteering.weeks,
        volunteering.people,
    ]
    named += [each.claim for each in figures.stages] + [each.people for each in attendance.reached]
    page.add(as_published(study.claims[claim]) for claim in dict.fromkeys(named))
    for name, ranges in (
        ("sessions", published.attendance_ranges(figures, study)),
        ("weeks", published.volunteering_ranges(figures, study)),
    ):
        rows = ranges.set_index("statistic")
        for key, statistic in (("median", "quantile 0.5"), ("mean", "mean"), ("gini", "Gini coefficient")):
            label, _, decimals, _ = _LABELS[statistic]
            low, high = rows.loc[statistic, ["low", "high"]]
            fixed = low == high
            page.add(
                [
                    number(
                        f"{name}.{key}",
                        f"{label}, {name}",
                        low if fixed else None,
                        name,
                        decimals,
                        Kind.RECOMPUTED if fixed else Kind.BOUNDED,
                        None if fixed else low,
                        None if fixed else high,
                        "" if fixed else "bounds",
                        f"{_MODULE}.{'attendance' if name == 'sessions' else 'volunteering'}_ranges",
                    )
                ]
            )
    splits = published.advice_splits(figures, study)
    page.add(
        [
            number(
                "advice.splits",
                "Possible splits of the contacts by type",
                len(splits),
                "splits",
                kind=Kind.RECOMPUTED,
                function=f"{_MODULE}.advice_splits",
            )
        ]
    )


def answer(figures: published.Figures) -> str:
    """The opening paragraph, as a template."""
    attendance, advice, last = figures.attendance, figures.advice, figures.stages[-1]
    return (
        f"{{claim:{attendance.people}|:people}} made {{claim:{attendance.attendances}|:attendances}}, {{sessions.mean}} sessions "
        f"for each of them. The print leaves open how they are spread: the median participant may have come to as few or as "
        f"many as {{sessions.median|interval}} sessions. {{claim:{last.claim}|:people}} answered the last questionnaire. The "
        f"{{claim:{advice.contacts}|:contacts}} of advice can be split by type in {{advice.splits|:ways}} that all give the printed value."
        " What they are worth in the model stands in {@05_sroi:outcomes}."
    )


def stage_table(page: Appendix, study: Study, figures: published.Figures) -> Display:
    """Table: people at each stage as printed, and shares of the first and the previous stage."""
    frame = published.stage_shares(figures, study).astype(object)
    frame["people"] = pd.Series(
        [as_published(study.claims[claim]) for claim in frame["claim"]], index=frame.index, dtype=object
    )
    frame = frame.where(frame.notna(), "")
    function = f"{_MODULE}.stage_shares"
    columns = {
        "people": Column("People", "people", Kind.PUBLISHED),
        "of_first": Column("Of all who joined", "%", Kind.RECOMPUTED, function=function),
        "of_previous": Column("Of the stage before", "%", Kind.RECOMPUTED, function=function),
        "low": Column("At least", "%", Kind.RECOMPUTED, function=function),
        "high": Column("At most", "%", Kind.RECOMPUTED, function=function),
    }
    return page.table(
        "stages",
        frame,
        columns,
        "From joining to the last questionnaire.",
        row_header="Stage",
        note="The last two columns are the {=95} per cent interval (Wilson) of the share of the stage before.",
    )


def share_table(page: Appendix, study: Study, figures: published.Figures) -> Display:
    """Table: how many people a printed percentage means on each base that its sentence allows."""
    frame = published.share_counts(figures, study).astype(object)
    frame.index = pd.Index(
        [f"{row.label}, of the {study.claims[row.base].statement.lower()}" for row in frame.itertuples()]
    )
    for column in ("claim", "base"):
        frame[column] = [as_published(study.claims[claim]) for claim in frame[column]]
    function = f"{_MODULE}.share_counts"
    columns = {
        "claim": Column("Share, printed", "%", Kind.PUBLISHED),
        "base": Column("Base", "people", Kind.PUBLISHED),
        "fewest": Column("People, at least", "people", Kind.RECOMPUTED, function=function),
        "most": Column("People, at most", "people", Kind.RECOMPUTED, function=function),
    }
    return page.table(
        "open_shares",
        frame,
        columns,
        "A printed percentage whose base is open, as whole people.",
        row_header="Share and base",
    )


def spread_table(page: Appendix, study: Study, figures: published.Figures) -> Display:
    """Table: how attendance can be spread over the participants."""
    return _ranges(
        page,
        "attendance_spread",
        published.attendance_ranges(figures, study),
        "attendance_ranges",
        "Sessions for each participant: what every distribution with the printed figures shares.",
    )


def weeks_table(page: Appendix, study: Study, figures: published.Figures) -> Display:
    """Table: how weeks of volunteering can be spread over the respondents."""
    return _ranges(
        page,
        "volunteering_spread",
        published.volunteering_ranges(figures, study),
        "volunteering_ranges",
        "Weeks of volunteering for each respondent: what every distribution with the printed total shares.",
    )


def _ranges(page: Appendix, name: str, ranges: pd.DataFrame, function: str, caption: str) -> Display:
    rows = {}
    for statistic, low, high in ranges.itertuples(index=False):
        label, unit, decimals, scale = _LABELS[statistic]
        rows[label] = {
            end: number(
                f"{page.notebook}.{name}.{key}.{end}",
                f"{label}: {words}",
                scale * value,
                unit,
                decimals,
                Kind.BOUNDED,
                function=f"{_MODULE}.{function}",
            )
            for end, words, value, key in (
                ("low", "at least", low, _key(label)),
                ("high", "at most", high, _key(label)),
            )
        }
    frame = pd.DataFrame.from_dict(rows, orient="index", dtype=object)
    columns = {"low": Column("At least", "", Kind.BOUNDED), "high": Column("At most", "", Kind.BOUNDED)}
    return page.table(name, frame, columns, caption, row_header="Statistic")


def _key(label: str) -> str:
    return label.lower().replace(" ", "_")


def curve_figure(page: Appendix, study: Study, figures: published.Figures) -> Display:
    """Figure: how many people can have come to at least so many sessions, as a band between the fewest and the most."""
    from analysis.reporting.charts_records import band_chart

    band = published.attendance_band(figures, study, _THRESHOLDS).set_index("threshold")
    knots = sorted(
        {*_MARKS, *(bracket.low for bracket in published.attendance_brackets(figures, study) if bracket.low)}
    )
    shown = band.loc[knots]
    function = f"{_MODULE}.attendance_band"
    columns = {
        "low": Column("People, at least", "people", Kind.BOUNDED, function=function),
        "high": Column("People, at most", "people", Kind.BOUNDED, function=function),
    }
    return page.figure(
        "attendance_curve",
        band_chart(band, "low", "high", "sessions attended, at least", "people"),
        "How many people can have come to at least so many sessions.",
        "The band closes to a point only at the thresholds that are printed; between and beyond them it stays wide.",
        shown,
        columns,
        row_header="Sessions, at least",
    )


def advice_table(page: Appendix, study: Study, figures: published.Figures) -> Display:
    """Table: what every split of the contacts by type has in common."""
    facts = published.advice_facts(published.advice_splits(figures, study)).set_index("fact")
    rows = {}
    for fact, row in facts.iterrows():
        unit = "%" if str(fact).startswith("share") else "contacts"
        rows[str(fact).capitalize()] = {
            **{
                end: number(
                    f"{page.notebook}.advice.{_key(str(fact))}.{end}",
                    f"{fact}, {end}",
                    row[end],
                    unit,
                    0,
                    Kind.BOUNDED,
                    function=f"{_MODULE}.advice_facts",
                )
                for end in ("low", "high")
            },
            "fixed": "yes" if row["fixed"] else "no",
        }
    columns = {
        "low": Column("At least", "", Kind.BOUNDED),
        "high": Column("At most", "", Kind.BOUNDED),
        "fixed": Column("The same in every split?"),
    }
    return page.table(
        "advice",
        pd.DataFrame.from_dict(rows, orient="index", dtype=object),
        columns,
        "What every possible split of the contacts by type shares.",
        row_header="Fact",
    )
