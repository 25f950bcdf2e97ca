"""The table of numbers that differ: before, after, change, whether that is within what was stated, and the cause."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

import pandas as pd

from analysis.comparison.causes import Cause, Certainty
from analysis.comparison.entries import Entry
from analysis.comparison.numbers import Change, What, tolerance
from analysis.reporting.markup import escape, interval, kind_word, number, structural
from analysis.reporting.tables import RowExtra, Table
from analysis.results import Column, Kind, Result

MOST_ROWS = 1_000  # that the page shows; the table beside it has them all
MOST_CAUSES = 3  # entries that a row names
SHORT = 60  # characters of an entry's text that a row shows
DIGITS = 2  # significant digits of a change, at least
FILTERS = {"what": "Change", "study": "Study", "notebook": "Appendix", "kind": "How known", "cause": "Cause"}
COLUMNS = {
    "before": Column("Before"),
    "after": Column("After"),
    "change": Column("Change"),
    "percent": Column("Change in per cent"),
    "stated": Column("Within what was stated"),
    "cause": Column("Cause"),
}


def change_table(
    found: list[tuple[Change, Cause]], places: Mapping[Entry, int], neighbours: frozenset[str], caption: str
) -> Table:
    """The gravest changes as a table to filter, in groups; `places` numbers the entries of the table of inputs."""
    shown = list(enumerate(found[:MOST_ROWS], start=1))
    labels = list(_labels([change for _, (change, _) in shown]))
    frame = pd.DataFrame(
        [_cells(place, change, cause, places) for place, (change, cause) in shown],
        index=labels,
        columns=list(COLUMNS),
        dtype=object,
    )
    return Table(
        "numbers",
        frame,
        COLUMNS,
        "table-numbers",
        caption,
        "Number",
        groups=tuple(str(change.group) for _, (change, _) in shown),
        text={"cause": "rich", "before": "label", "after": "label", "stated": "label"},
        filters=FILTERS,
        extras={
            label: _extra(place, change, cause, neighbours)
            for label, (place, (change, cause)) in zip(labels, shown, strict=True)
        },
    )


def _labels(listed: list[Change]) -> Iterator[str]:
    """The label of each number; with its id where two share one, and its study where they share that."""
    labels = [change.shown.label for change in listed]
    taken: set[str] = set()
    for change, label in zip(listed, labels, strict=True):
        choices = (label, f"{label} · {change.id}", f"{label} · {change.id} · {change.study}")
        free = [choice for choice in choices[labels.count(label) > 1 :] if choice not in taken]
        taken.add(free[0] if free else f"{choices[-1]} · {' '.join(change.notebooks)}")
        yield free[0] if free else f"{choices[-1]} · {' '.join(change.notebooks)}"


def sides(place: int, change: Change) -> tuple[Result | str, Result | str]:
    """The number before and after under ids of this page; `none` where a run has none."""
    pairs = (("before", change.before), ("after", change.after))
    return tuple(replace(result, id=f"change.{place}.{name}") if result else "none" for name, result in pairs)  # type: ignore[return-value]


def _cells(place: int, change: Change, cause: Cause, places: Mapping[Entry, int]) -> dict[str, object]:
    old, new = sides(place, change)
    both = change.before is not None and change.after is not None and change.what is not What.WORDS
    return {
        "before": old,
        "after": new,
        "change": _difference(place, change),
        "percent": _relative(place, change),
        "stated": (tolerance(change) or "no") if both else "",
        "cause": cause_html(cause, places),
    }


def _difference(place: int, change: Change) -> Result | str:
    if not change.absolute:
        return ""
    unit = "percentage points" if change.shown.unit == "%" else change.shown.unit
    decimals = max(change.shown.decimals, _fine(change.absolute))
    return Result(
        f"change.{place}.absolute",
        f"{change.shown.label}: change",
        change.absolute,
        unit,
        Kind.RECOMPUTED,
        decimals,
        inputs=(change.id,),
        function="analysis.comparison.numbers.Change.absolute",
    )


def _relative(place: int, change: Change) -> Result | str:
    if not change.relative:
        return ""
    return Result(
        f"change.{place}.relative",
        f"{change.shown.label}: relative change",
        change.relative,
        "%",
        Kind.RECOMPUTED,
        max(1, _fine(change.relative)),
        inputs=(change.id,),
        function="analysis.comparison.numbers.Change.relative",
    )


def _fine(value: float) -> int:
    """Decimals at which a small number has two significant digits; negative ones for numbers of many digits."""
    return min(DIGITS - 1 - math.floor(math.log10(abs(value))), 15)


def _extra(place: int, change: Change, cause: Cause, neighbours: frozenset[str]) -> RowExtra:
    data = {
        "what": str(change.group),
        "study": change.study,
        "notebook": change.notebooks[0],
        "kind": str(change.shown.kind),
        "cause": str(cause.certainty),
    }
    return RowExtra(
        f"change-{place}", data, "Where it stands", f"<dl>{''.join(_facts(place, change, cause, neighbours))}</dl>"
    )


def _facts(place: int, change: Change, cause: Cause, neighbours: frozenset[str]) -> Iterator[str]:
    yield _fact("Id", f"<code>{escape(change.id)}</code>")
    yield _fact("Appendix", ", ".join(_appendix(change.study, name, neighbours) for name in change.notebooks))
    yield _fact("What became of it", escape(str(change.what)) + _kinds(change))
    if change.shown.unit:
        yield _fact("Unit", structural(change.shown.unit))
    yield from _words(change)
    if change.shown.inputs:
        yield _fact("Inputs it records", f"<code>{escape(' '.join(change.shown.inputs))}</code>")
    yield _fact("How sure the cause is", escape(str(cause.certainty)))


def _fact(name: str, html: str) -> str:
    return f"<dt>{name}</dt><dd>{html}</dd>"


def _appendix(study: str, notebook: str, neighbours: frozenset[str]) -> str:
    words = structural(f"{notebook or 'results.json'}, {study}")
    address = f"{study}/{notebook}.html"
    return f'<a href="{escape(address)}">{words}</a>' if address in neighbours else words


def _kinds(change: Change) -> str:
    if change.before is None or change.after is None or change.before.kind == change.after.kind:
        return ""
    return f": {kind_word(str(change.before.kind))} → {kind_word(str(change.after.kind))}"


def _words(change: Change) -> Iterator[str]:
    """The words that are not the same before and after."""
    if change.before is None or change.after is None:
        return
    for name in ("label", "unit", "note", "source", "interval", "function", "base", "inputs"):
        old, new = (str(getattr(result, name) or "none") for result in (change.before, change.after))
        if old != new:
            yield _fact(name.capitalize(), f"<code>{escape(old)}</code> → <code>{escape(new)}</code>")


def cause_html(cause: Cause, places: Mapping[Entry, int]) -> str:
    """A cause in a few words, its entries leading to the table of inputs."""
    if cause.certainty in (Certainty.NONE, Certainty.UNKNOWN):
        return escape(str(cause.certainty))
    several = "together: " if cause.certainty is Certainty.TRIED else "one of these, or several together: "
    one_of = several if len(cause.entries) > 1 else ""
    also = f"; also changed in what its stage reads: {_links(cause.also, places, False)}" if cause.also else ""
    return f"{one_of}{_links(cause.entries, places, True)}{also}"


def _links(entries: tuple[Entry, ...], places: Mapping[Entry, int], with_steps: bool) -> str:
    named = [_link(entry, places[entry]) + (_steps(entry) if with_steps else "") for entry in entries[:MOST_CAUSES]]
    rest = ', <a href="#changed-inputs">and others</a>' if len(entries) > MOST_CAUSES else ""
    return ", ".join(named) + rest


def _link(entry: Entry, place: int) -> str:
    return f'<a href="#input-{place}" data-structural>{escape(entry.name)}</a>'


def _steps(entry: Entry) -> str:
    """The value before and after, where it is one that changed and it is short; else the table of inputs has it."""
    steps = [step for step in entry.fields if step[0] in ("value", "version", "")] or list(entry.fields)
    if len(steps) > 1 or not steps:
        return ""
    ((field, old, new),) = steps
    told = f" {structural(field)}" if field not in ("value", "version", "") else ""
    return f"{told} {step_html(old, SHORT)} → {step_html(new, SHORT)}"


def step_html(text: str | None, most: int) -> str:
    """A text of an input as it stands in its file, cut if it is long."""
    if text is None:
        return "<em>none</em>"
    return f"<code>{escape(text[:most])}{'…' if len(text) > most else ''}</code>" if text else "<em>empty</em>"


def movement(place: int, change: Change) -> str:
    """A number before and after, with its interval where one is stated."""
    parts = (
        number(side) + (f" ({interval(side)})" if side.interval_text else "")
        if isinstance(side, Result)
        else escape(side)
        for side in sides(place, change)
    )
    return " → ".join(parts)


def results_of(tables: Iterable[Table]) -> Iterator[Result]:
    """Every number of some tables."""
    for table in tables:
        yield from (cell for row in table.cells.itertuples(index=False) for cell in row if isinstance(cell, Result))
