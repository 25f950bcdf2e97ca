"""A comparison as a table of plain text and numbers, one row for each number that differs."""

import pandas as pd

from analysis.comparison.causes import Cause, Certainty
from analysis.comparison.entries import Entry
from analysis.comparison.numbers import Change, tolerance
from analysis.results import Result

COLUMNS = (
    "study",
    "notebooks",
    "id",
    "label",
    "unit",
    "kind_before",
    "kind_after",
    "before",
    "after",
    "change",
    "change_percent",
    "low_before",
    "high_before",
    "low_after",
    "high_after",
    "what",
    "within",
    "stated",
    "cause",
    "certainty",
)


def as_frame(found: list[tuple[Change, Cause]]) -> pd.DataFrame:
    """One row for each change, gravest first; `within` is yes, no or empty where the question does not arise.

    Columns: `COLUMNS`. Changes are after less before, in the number's unit and in per cent of the number before.
    """
    return pd.DataFrame([_row(change, cause) for change, cause in found], columns=list(COLUMNS), dtype=object)


def _row(change: Change, cause: Cause) -> dict[str, object]:
    stated = tolerance(change)
    both = change.before is not None and change.after is not None
    return {
        "study": change.study,
        "notebooks": " ".join(change.notebooks),
        "id": change.id,
        "label": change.shown.label,
        "unit": change.shown.unit,
        "change": change.absolute,
        "change_percent": change.relative,
        "what": str(change.what),
        "within": ("yes" if stated else "no") if both else "",
        "stated": stated,
        "cause": in_words(cause),
        "certainty": str(cause.certainty),
        **_side("before", change.before),
        **_side("after", change.after),
    }


def _side(name: str, result: Result | None) -> dict[str, object]:
    if result is None:
        return {f"kind_{name}": "", name: None, f"low_{name}": None, f"high_{name}": None}
    return {
        f"kind_{name}": str(result.kind),
        name: result.value,
        f"low_{name}": result.low,
        f"high_{name}": result.high,
    }


def in_words(cause: Cause) -> str:
    """A cause as plain text: `assumption drop_off: value 0.2 -> 0.25`."""
    also = f" (also changed: {'; '.join(entry.name for entry in cause.also)})" if cause.also else ""
    told = "; ".join(f"{entry.name}: {steps}" if (steps := _steps(entry)) else entry.name for entry in cause.entries)
    return told + also if cause.certainty not in (Certainty.NONE, Certainty.UNKNOWN) else ""


def _steps(entry: Entry) -> str:
    return ", ".join(f"{field} {_old(before)} -> {_old(after)}" for field, before, after in entry.fields)


def _old(text: str | None) -> str:
    return "(none)" if text is None else text
