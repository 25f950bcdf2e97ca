"""What 07_programme_performance shows: outputs and results against target, comparisons, women and men, target groups."""

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Concatenate, ParamSpec

import pandas as pd

from analysis.programme import published as programme
from analysis.reporting.appendix import Appendix
from analysis.reporting.markup import Display
from analysis.reporting.prose import named
from analysis.reporting.views.claims import published, published_claims
from analysis.results import Column, Kind, Result
from analysis.study import Study

_PERFORMANCE = "analysis.programme.published.performance"
_COLUMNS = {
    "target": Column("Target", "people", Kind.PUBLISHED),
    "participants": Column("Participants", "people", Kind.PUBLISHED),
    "progress": Column("Progress, printed", "%", Kind.PUBLISHED),
    "progress_recomputed": Column("Progress", "%", Kind.RECOMPUTED, 1, function=_PERFORMANCE, inputs="progress_inputs"),
    "share": Column("Share of participants, printed", "%", Kind.PUBLISHED),
    "share_recomputed": Column(
        "Share of participants", "%", Kind.RECOMPUTED, 1, function=_PERFORMANCE, inputs="share_inputs"
    ),
}
_CLAIM_COLUMNS = ("target", "target_share", "participants", "progress", "share", "national", "printed")
_TITLES = {
    "outputs": "Outputs against target.",
    "results": "Results against target.",
    "other_results": "Other results against target.",
    "target_groups": "Participants in each target group; a person may be in several.",
    "outcomes": "Outcomes that participants reported.",
}


P = ParamSpec("P")


def where_printed(
    show: Callable[Concatenate[Appendix, Study, P], Display],
) -> Callable[Concatenate[Appendix, Study, P], Display | None]:
    """A display of published tables, as one that is left out for a study that prints none, such as a worked example."""

    @wraps(show)
    def shown(page: Appendix, study: Study, *args: P.args, **kwargs: P.kwargs) -> Display | None:
        return show(page, study, *args, **kwargs) if programme.has_rows(study, programme.MEASURES) else None

    return shown


def with_claims(study: Study, frame: pd.DataFrame) -> pd.DataFrame:
    """A frame of the programme module with its claim ids replaced by the published figures."""
    found = frame.astype(object)
    for column in set(_CLAIM_COLUMNS) & set(frame.columns):
        found[column] = pd.Series(published_claims(study.claims, frame[column]), index=frame.index, dtype=object)
    return found


@where_printed
def performance_table(page: Appendix, study: Study, table: str, near_target: float) -> Display | None:
    """Table of one group of measures: target, people, progress and share, printed and recomputed, and how it stands."""
    frame = programme.performance(study, table)
    if frame.empty:
        return None
    rows = with_claims(study, frame)
    for column in ("progress_recomputed", "share_recomputed"):
        rows[column] = [value if pd.notna(value) else "" for value in frame[column]]
    rows["standing"] = [programme.standing(value, near_target) for value in frame["progress_recomputed"]]
    shown = {name: column for name, column in _COLUMNS.items() if _filled(rows, name)}
    if "progress_recomputed" in shown:
        shown["standing"] = Column("Against target")
    return page.table(table, rows, shown, _TITLES[table], row_header="Measure")


def _filled(frame: pd.DataFrame, column: str) -> bool:
    return any(isinstance(cell, Result) or (cell != "" and pd.notna(cell)) for cell in frame[column])


@where_printed
def progress_figure(page: Appendix, study: Study, table: str, what: str) -> Display | None:
    """Figure: progress to target of one group of measures, recomputed from the counts, against the whole target."""
    from analysis.reporting.charts import progress_chart

    frame = programme.performance(study, table).dropna(subset=["progress_recomputed"])
    if frame.empty:
        return None
    below = frame[frame["progress_recomputed"] < 100]
    furthest = f"; the furthest below is {named(below['progress_recomputed'].idxmin())}" if len(below) else ""
    page.add(
        [
            _number(f"{table}.reached", f"{what} that reached their target", len(frame) - len(below)),
            _number(f"{table}.measures", what, len(frame)),
        ]
    )
    column = Column("Progress to target", "%", Kind.RECOMPUTED, 0, function=_PERFORMANCE, inputs="progress_inputs")
    return page.figure(
        f"{table}_progress",
        progress_chart(frame, "progress_recomputed", "participants as a percentage of the target"),
        f"{what}: participants as a percentage of the target.",
        f"{{{table}.reached|bare}} of {{{table}.measures|bare}} measures reached their target{furthest}.",
        frame,
        {"progress_recomputed": column},
        row_header="Measure",
    )


def _number(
    name: str, label: str, value: float | int | None, unit: str = "measures", decimals: int = 0, inputs: str = ""
) -> Result:
    return Result(
        name, label, value, unit, Kind.RECOMPUTED, decimals, inputs=tuple(inputs.split()), function=_PERFORMANCE
    )


@where_printed
def comparison_table(page: Appendix, study: Study) -> Display | None:
    """Table: national figures, the programme's printed figures, and the programme's figures on the matching base."""
    if not programme.has_rows(study, programme.COMPARISONS):
        return None
    columns = {
        "national": Column("National programme", "%", Kind.PUBLISHED),
        "printed": Column("Programme, as compared in the source", "%", Kind.PUBLISHED),
        "matched": Column(
            "Programme, on the matching base",
            "%",
            Kind.RECOMPUTED,
            1,
            inputs="inputs",
            function="analysis.programme.published.comparisons",
        ),
        "difference": Column(
            "Difference on the matching base",
            "percentage points",
            Kind.RECOMPUTED,
            1,
            inputs="difference_inputs",
            function="analysis.programme.published.comparisons",
        ),
        "like_for_like": Column("Is the printed comparison like for like?"),
        "why": Column("Why"),
    }
    return page.table(
        "comparison",
        with_claims(study, programme.comparisons(study)),
        columns,
        "The programme and the national programme: as printed, and like for like.",
        row_header="Measure",
        text={"why": "rich"},
    )


@where_printed
def comparison_figure(page: Appendix, study: Study) -> Display | None:
    """Figure: national figure and matching programme figure by measure."""
    if not programme.has_rows(study, programme.COMPARISONS):
        return None
    from analysis.reporting.charts import paired_chart

    frame = programme.comparisons(study)
    frame = frame.assign(
        national_value=[study.claims[claim_id].number for claim_id in frame["national"]], claim=_of(frame["national"])
    )
    columns = {
        "national_value": Column("National programme", "%", Kind.PUBLISHED, 0, inputs="claim"),
        "matched": Column(
            "Programme, matching base",
            "%",
            Kind.RECOMPUTED,
            0,
            inputs="inputs",
            function="analysis.programme.published.comparisons",
        ),
    }
    widest = frame["difference"].abs().idxmax()
    return page.figure(
        "comparison_chart",
        paired_chart(
            frame,
            "national_value",
            "matched",
            ("national programme", "this programme, matching base"),
            "% of the people in the base",
        ),
        "The national programme and this programme on the matching base.",
        f"The two differ most in: {named(widest.lower())}. This programme is above the national one in: {_listed(frame, above=True)}; "
        f"below it in: {_listed(frame, above=False)}.",
        frame,
        columns,
        row_header="Measure",
    )


def _of(claim_ids: pd.Series) -> list[str]:
    """Claims as the input of a figure that is drawn from print."""
    return [f"claim:{claim_id}" for claim_id in claim_ids]


def _listed(frame: pd.DataFrame, above: bool) -> str:
    """Labels of the rows where the programme lies above (or below) the national figure."""
    chosen = frame.index[(frame["difference"] > 0) == above]
    return ", ".join(named(str(label).lower()) for label in chosen) or "none"


@where_printed
def reading_table(page: Appendix, study: Study) -> Display | None:
    """Table: what percentages printed without a base would mean in people, and whether so many can be."""
    if not programme.has_rows(study, programme.READINGS):
        return None
    frame = programme.readings(study).astype(object)
    frame["printed"] = pd.Series(
        [published(study.claims[claim_id]) for claim_id in frame["claim"]], index=frame.index, dtype=object
    )
    columns = {
        "printed": Column("Printed", "%", Kind.PUBLISHED),
        "says": Column("People it would mean"),
        "people": Column(
            "How many",
            "people",
            Kind.RECOMPUTED,
            0,
            low="low",
            high="high",
            interval="rounding of the percentage",
            inputs="inputs",
            function="analysis.programme.published.readings",
        ),
        "limit": Column(
            "At most",
            "people",
            Kind.RECOMPUTED,
            0,
            function="analysis.programme.published.readings",
            inputs="limit_inputs",
        ),
        "limit_is": Column("Limit"),
        "possible": Column("Can it be?"),
    }
    return page.table(
        "readings",
        frame,
        columns,
        "Readings of each percentage that is printed without a base.",
        row_header="Reading",
        text={"says": "label", "limit_is": "label"},
    )


@where_printed
def implied_table(page: Appendix, study: Study) -> Display | None:
    """Table: the targets and bases that the outcome percentages imply."""
    frame = with_claims(study, programme.implied_targets(study))
    if frame.empty:
        return None
    function = "analysis.programme.published.implied_targets"
    columns = {
        "participants": _COLUMNS["participants"],
        "target_low": Column("Target, at least", "people", Kind.RECOMPUTED, function=function, inputs="target_inputs"),
        "target_high": Column("Target, at most", "people", Kind.RECOMPUTED, function=function, inputs="target_inputs"),
        "base_low": Column(
            "Base of the share, at least", "people", Kind.RECOMPUTED, function=function, inputs="base_inputs"
        ),
        "base_high": Column(
            "Base of the share, at most", "people", Kind.RECOMPUTED, function=function, inputs="base_inputs"
        ),
    }
    return page.table(
        "implied",
        frame,
        {name: column for name, column in columns.items() if _filled(frame, name)},
        "Targets and bases that the printed counts and percentages imply, in whole people.",
        row_header="Outcome",
    )


@where_printed
def target_group_figure(page: Appendix, study: Study) -> Display | None:
    """Figure: participants by target group."""
    from analysis.reporting.charts import bar_chart

    frame = programme.performance(study, "target_groups")
    frame = frame[frame["participants"] != ""]
    if len(frame) < 2:
        return None
    people = [study.claims[claim_id].number for claim_id in frame["participants"]]
    frame = frame.assign(people=people, claim=_of(frame["participants"])).sort_values("people", ascending=False)
    return page.figure(
        "target_group_chart",
        bar_chart(frame, ["people"], "participants"),
        "Participants by target group; a person may be in several.",
        f"{named(frame.index[0])} is the largest target group and {named(frame.index[-1])} the smallest.",
        frame,
        {"people": Column("Participants", "people", Kind.PUBLISHED, inputs="claim")},
        row_header="Target group",
    )


def record(page: Appendix, study: Study) -> None:
    """Record the figures that the prose of the page refers to; nothing where the study prints none."""
    if not programme.has_rows(study, programme.MEASURES):
        return
    for table in ("outputs", "results", "other_results"):
        frame = programme.performance(study, table)
        for column in ("participants", "target"):
            page.add(result for result in published_claims(study.claims, frame[column]) if isinstance(result, Result))
    page.add(_measures(study))


def _measures(study: Study) -> list[Result]:
    """Progress and share of every measure by its short name: `progress.women`, `share.women`."""
    found = []
    for table in ("outputs", "results", "other_results", "target_groups"):
        for label, row in programme.performance(study, table).iterrows():
            for name in ("progress", "share"):
                value = row[f"{name}_recomputed"]
                found.append(
                    _number(
                        f"{name}.{row['measure']}",
                        f"{label}: {name}",
                        None if pd.isna(value) else float(value),
                        "%",
                        1,
                        row[f"{name}_inputs"],
                    )
                )
    return found


@where_printed
def answer(page: Appendix, study: Study) -> Display:
    """The opening paragraph, over the recorded figures; which measures it names follows from the data."""
    frame = pd.concat([programme.performance(study, table) for table in ("outputs", "results", "other_results")])
    ranked = frame.dropna(subset=["progress_recomputed"]).sort_values("progress_recomputed", kind="stable")
    said = [*_everyone_words(frame.set_index("measure")), *_ranked_words(ranked)]
    said += ["No target is printed beside what was reached."] if ranked.empty else []
    said += ["Every printed figure with its check stands in {@08_claims_audit:ledger}."]
    return page.say(" ".join(said))


def _everyone_words(frame: pd.DataFrame) -> Iterator[str]:
    """How many took part, as far as the study has rows `participants` and `women`."""
    if "participants" in frame.index and (people := frame.loc["participants", "participants"]):
        target = frame.loc["participants", "target"]
        of_target = f", {{progress.participants}} of its target of {{claim:{target}}}" if target else ""
        yield f"The programme supported {{claim:{people}|:people}}{of_target}."
    if (
        "women" in frame.index
        and frame.loc["women", "share_inputs"]
        and pd.notna(frame.loc["women", "share_recomputed"])
    ):
        yield "Women were {share.women|:of participants}."


def _ranked_words(ranked: pd.DataFrame) -> Iterator[str]:
    """Which measures went furthest beyond their targets and stayed furthest below."""
    beyond, below = (ranked[ranked["progress_recomputed"] > 100], ranked[ranked["progress_recomputed"] < 100])
    if len(beyond):
        yield f"It went furthest beyond its target in: {_named(beyond.iloc[-1])}."
    if len(below):
        yield f"It stayed furthest below in: {' and '.join(_named(row) for _, row in below.iloc[:2].iterrows())}."


def _named(row: pd.Series) -> str:
    return f"{named(str(row.name).lower())} ({{progress.{row['measure']}}})"
