"""Performance against target and in comparison, recomputed from the counts a report prints."""

import math
from typing import Any, Literal, TypeVar

import pandas as pd
from pydantic import Field, model_validator

from analysis.described import described, reading, saying
from analysis.errors import InputError
from analysis.expressions import ExpressionError
from analysis.files import Strict, holds_something, validate
from analysis.quantities import Interval
from analysis.results import Column, Kind, Result
from analysis.study import Study
from analysis.study.claims import Claim, published
from analysis.study.formulas import Computed, compute

MEASURES, COMPARISONS, READINGS = "measures.csv", "comparisons.csv", "readings.csv"


class Row(Strict):
    """A row of one of the three tables; unknown columns are refused."""


R = TypeVar("R", bound=Row)


class Measure(Row):
    """One measure and the claims that give its figures; an empty cell means the report gives none."""

    measure: str = Field(
        pattern=r"^[a-z][a-z0-9_]*$",
        description="name of the measure; the people of a row 'participants' are the base of shares",
    )
    label: str = Field(min_length=1, description="the measure as tables show it")
    table: Literal["outputs", "results", "other_results", "target_groups", "outcomes"] = Field(
        description="the table that the measure stands in"
    )
    target: str = Field(description="claim that gives the target")
    target_share: str = Field(description="claim that gives the target as a share of participants")
    participants: str = Field(description="claim that gives how many were reached")
    progress: str = Field(description="claim that gives the progress to target")
    share: str = Field(description="claim that gives the share of participants")


class Comparison(Row):
    """A national figure, the programme's published figure set against it, and the programme's figure on the same base."""

    measure: str = Field(description="name of the measure")
    label: str = Field(description="the comparison as tables show it")
    national: str = Field(min_length=1, description="claim that gives the other programme's figure")
    printed: str = Field(description="claim that gives the study's figure set against it")
    matched: str = Field(description="formula of the study's figure on the same base")
    like_for_like: Literal["yes", "nearly", "probably", "no", "second reading"] = Field(
        description="whether the published comparison is of the same sort of people"
    )
    why: str = Field(description="why it is, or is not")


class Reading(Row):
    """One reading of a published percentage: the people it would mean, and the most there can be."""

    reading: str = Field(description="name of the reading")
    claim: str = Field(min_length=1, description="claim that gives the percentage")
    label: str = Field(description="the reading as tables show it")
    says: str = Field(description="who the people would be")
    formula: str = Field(description="formula of how many that would be")
    limit: str = Field(description="formula of the most there can be")
    limit_is: str = Field(description="what the limit is")

    @model_validator(mode="after")
    def _complete(self) -> "Reading":
        if not (self.formula and self.limit):
            raise ValueError("a formula and a limit")
        return self


def has_print(study: Study) -> bool:
    """Whether a study has the tables of a published report; a worked example has none of its own."""
    return (study.raw / MEASURES).is_file()


def measures(study: Study) -> tuple[Measure, ...]:
    """The measures of the published tables, in their order."""
    return tuple(measure for _, measure in _read(study, MEASURES, Measure))


def comparison_rows(study: Study) -> tuple[Comparison, ...]:
    """The comparisons with national figures, in their order."""
    return tuple(row for _, row in _read(study, COMPARISONS, Comparison))


def has_rows(study: Study, file: str) -> bool:
    """Whether a study has a table with anything in it."""
    return (study.raw / file).is_file() and bool(holds_something(study.raw / file, study.name(file)))


def open_print(study: Study) -> Study | None:
    """The study, if it prints tables of its own; None where it does not, as a worked example."""
    return study if has_rows(study, MEASURES) else None


@described(
    Kind.RECOMPUTED,
    {
        "target": Column("Target", "people", Kind.PUBLISHED),
        "participants": Column("Participants", "people", Kind.PUBLISHED),
        "progress": Column("Progress, published", "%", Kind.PUBLISHED),
        "progress_recomputed": Column("Progress", "%", decimals=1, inputs="progress_inputs"),
        "share": Column("Share of participants, published", "%", Kind.PUBLISHED),
        "share_recomputed": Column("Share of participants", "%", decimals=1, inputs="share_inputs"),
        "standing": Column("Against target"),
    },
    header="Measure",
    words=("standing",),
)
def performance(printed: Study, table: str, near: float = 10.0) -> pd.DataFrame | None:
    """One published table: figures as printed, and progress and share recomputed from the counts; None where there is none.

    Index: label of the measure. Columns: measure, the published figures target, participants, progress and share ("" where
    none is printed), and in % progress_recomputed (participants / target) and share_recomputed (participants / all
    participants), with the claims behind them in progress_inputs and share_inputs; standing (met, near by so many
    percentage points, below). Columns without a figure are left out.
    """
    rows = [measure for _, measure in _read(printed, MEASURES, Measure) if measure.table == table]
    everyone = _everyone(printed)
    data = [_printed_row(printed, row) | _ratios(printed, row, everyone) | _inputs(row, everyone) for row in rows]
    frame = pd.DataFrame(data, index=pd.Index([row.label for row in rows], name="measure"), dtype=object)
    if frame.empty:
        return None
    frame["standing"] = [standing(None if value == "" else value, near) for value in frame["progress_recomputed"]]
    empty = [name for name in frame if name != "measure" and not any(cell != "" for cell in frame[name])]
    without = ["standing"] if "progress_recomputed" in empty else []
    return frame.drop(columns=[name for name in empty + without if not name.endswith("_inputs")])


def _printed_row(study: Study, row: Measure) -> dict[str, object]:
    cells = ("target", "participants", "progress", "share")
    claims = {name: getattr(row, name) for name in cells}
    return {"measure": row.measure} | {name: as_printed(study, claim) for name, claim in claims.items()}


def as_printed(study: Study, claim: str) -> Result | str:
    """A published figure; an empty text where none is named."""
    return published(study.claims[claim]) if claim else ""


@described(Kind.PUBLISHED, {"people": Column("Participants", "people", inputs="inputs")}, header="Target group")
def group_sizes(groups: pd.DataFrame) -> pd.DataFrame | None:
    """Participants of the rows of `performance` that print any, largest first: people, inputs. None of fewer than two."""
    found = [cell for cell in groups.get("participants", ()) if isinstance(cell, Result)]
    frame = groups[[isinstance(cell, Result) for cell in groups.get("participants", [""] * len(groups))]][[]]
    frame = frame.assign(people=[cell.value for cell in found], inputs=[cell.id for cell in found])
    return frame.sort_values("people", ascending=False, kind="stable") if len(frame) > 1 else None


@described(Kind.RECOMPUTED, words=("label",))
def named_measures(printed: Study) -> pd.DataFrame:
    """Progress and share of every measure, as prose and overviews name them. Index: `progress.women`, `share.women`; columns:
    value (%; None where none follows), label, inputs."""
    everyone = _everyone(printed)
    rows = {}
    for _, row in _read(printed, MEASURES, Measure):
        if row.table != "outcomes":
            ratios, inputs = _ratios(printed, row, everyone), _inputs(row, everyone)
            for name in ("progress", "share"):
                found = ratios[f"{name}_recomputed"]
                rows[f"{name}.{row.measure}"] = (
                    None if found == "" else found,
                    f"{row.label}: {name}",
                    inputs[f"{name}_inputs"],
                )
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=["value", "label", "inputs"])
    columns = {name: Column(label, "%", decimals=1, inputs="inputs") for name, label in frame["label"].items()}
    return saying(frame, rows=columns)


@described(Kind.RECOMPUTED)
def targets_reached(measures: pd.DataFrame, table: str, what: str) -> pd.DataFrame | None:
    """How many of the measures of `performance` reached their target: `value` by id, and of how many; None without targets."""
    progress = measures.get("progress_recomputed", pd.Series(dtype=object))
    known = pd.to_numeric(progress, errors="coerce").dropna()
    rows = {f"{table}.reached": Column(f"{what} that reached their target", "measures")}
    rows[f"{table}.measures"] = Column(what, "measures")
    values = [int((known >= 100).sum()), len(known)]
    return saying(pd.DataFrame({"value": values}, index=list(rows)), rows=rows) if len(known) else None


def _ratios(study: Study, row: Measure, everyone: str) -> dict[str, float | str]:
    """Progress and share in %; an empty text where none follows."""
    people = study.claims[row.participants].number if row.participants else None
    return {
        "progress_recomputed": _percent(people, study, row.target),
        "share_recomputed": _percent(people, study, everyone if row.share else ""),
    }


def _inputs(row: Measure, everyone: str) -> dict[str, str]:
    return {
        "progress_inputs": _ids(row.participants, row.target),
        "share_inputs": _ids(row.participants, everyone) if everyone else "",
    }


def _ids(*claims: str) -> str:
    """Claims as the inputs of a result, one id after the other."""
    return " ".join(f"claim:{claim}" for claim in dict.fromkeys(claims) if claim)


def _percent(part: float | None, study: Study, whole: str) -> float | str:
    base = study.claims[whole].number if whole and part is not None else None
    return 100 * part / base if base and part is not None else ""


def _everyone(study: Study) -> str:
    """The claim that prints all participants, the base of shares; empty where the study names none."""
    found = [
        measure.participants for _, measure in _read(study, MEASURES, Measure) if measure.measure == "participants"
    ]
    return found[0] if found else ""


@described(
    Kind.RECOMPUTED,
    {
        "national": Column("National programme", "%", Kind.PUBLISHED),
        "printed": Column("Programme, as compared in the source", "%", Kind.PUBLISHED),
        "matched": Column("Programme, on the matching base", "%", decimals=1, inputs="inputs"),
        "difference": Column(
            "Difference on the matching base", "percentage points", decimals=1, inputs="difference_inputs"
        ),
        "like_for_like": Column("Is the published comparison like for like?"),
        "why": Column("Why", text="rich"),
    },
    header="Measure",
    words=("like_for_like", "why"),
)
def comparisons(printed: Study) -> pd.DataFrame | None:
    """National figures beside the programme's, in %: as printed, and on the base that matches; None where none is printed.

    Index: label. Columns: measure, national and printed (published figures), matched, low, high (the range over rounding of
    the inputs), inputs, difference (matched less national, in percentage points) and its difference_inputs, like_for_like,
    why.
    """
    if not has_rows(printed, COMPARISONS):
        return None
    rows = [
        (row, _computed(printed, COMPARISONS, number, "matched", row.matched))
        for number, row in _read(printed, COMPARISONS, Comparison)
    ]
    frame = pd.DataFrame(
        [
            row.model_dump() | _spread(found, "matched") | _difference(found, printed.claims[row.national])
            for row, found in rows
        ],
        index=pd.Index([row.label for row, _ in rows], name="measure"),
    ).drop(columns="label")
    return frame.assign(
        **{name: [as_printed(printed, each) for each in frame[name]] for name in ("national", "printed")}
    )


@described(
    Kind.RECOMPUTED,
    {
        "national_value": Column("National programme", "%", Kind.PUBLISHED, inputs="claim"),
        "matched": Column("Programme, matching base", "%", inputs="inputs"),
    },
    header="Measure",
)
def on_one_base(comparisons: pd.DataFrame) -> pd.DataFrame:
    """The two figures of each row of `comparisons` as numbers: national_value, matched, claim, inputs."""
    national = [cell.value for cell in comparisons["national"]]
    claims = [cell.id for cell in comparisons["national"]]
    return comparisons[["matched", "inputs"]].assign(national_value=national, claim=claims)


def _difference(found: Computed, national: Claim) -> dict[str, Any]:
    inputs = " ".join((*found.inputs, _ids(national.claim_id)))
    return {"difference": found.value - (national.number or 0.0), "difference_inputs": inputs}


@described(
    Kind.RECOMPUTED,
    {
        "printed": Column("Published", "%", Kind.PUBLISHED),
        "says": Column("People it would mean"),
        "people": Column(
            "How many", "people", low="low", high="high", interval="rounding of the percentage", inputs="inputs"
        ),
        "limit": Column("At most", "people", inputs="limit_inputs"),
        "limit_is": Column("Limit"),
        "possible": Column("Can it be?"),
    },
    header="Reading",
    words=("says", "limit_is", "possible"),
)
def readings(printed: Study) -> pd.DataFrame | None:
    """Readings of percentages whose base is not printed: the people each would mean, and whether so many can be; None where
    there are none.

    Index: label. Columns: reading, printed (the published figure), people, low, high (over the rounding of the percentage), limit (the most
    people the printed counts allow), possible ("possible" or "impossible"), says, limit_is, inputs, limit_inputs.
    """
    if not has_rows(printed, READINGS):
        return None
    rows = []
    for number, row in _read(printed, READINGS, Reading):
        people = _computed(printed, READINGS, number, "formula", row.formula)
        limit = _computed(printed, READINGS, number, "limit", row.limit)
        possible = "possible" if people.interval.low <= limit.interval.high else "impossible"
        rows.append(
            row.model_dump()
            | _spread(people, "people")
            | {"limit": limit.value, "limit_inputs": " ".join(limit.inputs), "possible": possible}
            | {"printed": as_printed(printed, row.claim)}
        )
    return pd.DataFrame(rows, index=pd.Index([row["label"] for row in rows], name="reading")).drop(columns="label")


@described(
    Kind.RECOMPUTED,
    {
        "participants": Column("Participants", "people", Kind.PUBLISHED),
        "target_low": Column("Target, at least", "people", inputs="target_inputs"),
        "target_high": Column("Target, at most", "people", inputs="target_inputs"),
        "base_low": Column("Base of the share, at least", "people", inputs="base_inputs"),
        "base_high": Column("Base of the share, at most", "people", inputs="base_inputs"),
    },
    header="Outcome",
)
def implied_targets(printed: Study, table: str = "outcomes") -> pd.DataFrame | None:
    """Targets and bases that counts and percentages of a table without printed targets imply: whole people; None where none.

    target = count / progress, base = count / share, each as the range of whole numbers that would print the percentage.
    Index: label; columns participants (published figure), target_low, target_high, base_low, base_high, and target_inputs
    and base_inputs (claims). Columns without a number are left out.
    """
    rows = [
        row
        for _, row in _read(printed, MEASURES, Measure)
        if row.table == table and row.participants and (row.progress or row.share)
    ]
    data = [
        {"participants": as_printed(printed, row.participants)}
        | _whole("target", _divided(printed, row.participants, row.progress))
        | _whole("base", _divided(printed, row.participants, row.share))
        | {"target_inputs": _ids(row.participants, row.progress), "base_inputs": _ids(row.participants, row.share)}
        for row in rows
    ]
    frame = pd.DataFrame(data, index=pd.Index([row.label for row in rows], name="measure"))
    return frame.dropna(axis="columns", how="all") if len(frame) else None


def _divided(study: Study, count: str, percentage: str) -> Interval:
    """What a count is of, by a percentage; without end where none is printed."""
    if not percentage:
        return Interval(-math.inf, math.inf)
    return compute(f"claim:{count} / claim:{percentage} * 100", study.claims).interval


def _whole(name: str, interval: Interval) -> dict[str, int | None]:
    """The whole numbers inside an interval, by their ends."""
    if math.isinf(interval.low) or math.isinf(interval.high):
        return {f"{name}_low": None, f"{name}_high": None}
    return {f"{name}_low": math.ceil(interval.low - 1e-9), f"{name}_high": math.floor(interval.high + 1e-9)}


def _spread(found: Computed, name: str) -> dict[str, Any]:
    return {name: found.value, "low": found.interval.low, "high": found.interval.high, "inputs": " ".join(found.inputs)}


def _computed(study: Study, file: str, row: int, column: str, formula: str) -> Computed:
    try:
        return compute(formula, study.claims)
    except ExpressionError as error:
        raise InputError(
            study.name(file),
            row=row,
            column=column,
            found=f"{formula!r}: {error}",
            expected="a formula over claim:ids of this study",
            action="correct the formula",
        ) from None


def _read(study: Study, file: str, model: type[R]) -> list[tuple[int, R]]:
    rows = study.table(file, tuple(model.model_fields))
    reading(study.name(file))
    checked = [(number, validate(model, values, study.name(file), number)) for number, values in rows]
    for number, row in checked:
        _check_claims(study, file, number, row)
    return checked


def _check_claims(study: Study, file: str, number: int, row: Row) -> None:
    for column in ("target", "target_share", "participants", "progress", "share", "national", "printed", "claim"):
        claim_id = getattr(row, column, "")
        if claim_id and claim_id not in study.claims.claims:
            raise InputError(
                study.name(file),
                row=number,
                column=column,
                found=repr(claim_id),
                expected="a claim of this study, or nothing",
                action="correct the claim id",
            )


def standing(progress: float | None, near: float) -> str:
    """How a measure stands against its target: met, near (within `near` percentage points), below, or no target.

    >>> standing(101.4, 10), standing(93.0, 10), standing(60.2, 10)
    ('met', 'near', 'below')
    """
    if progress is None or math.isnan(progress):
        return "no target published"
    if progress >= 100:
        return "met"
    return "near" if progress >= 100 - near else "below"
