"""The table of numbers that differ: before, after, change, whether that is within what was stated, and the cause."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

import pandas as pd

from analysis.comparison.causes import Cause, Certainty
from analysis.comparison.entries import Entry
from analysis.comparison.numbers import Change, What, tolerance
from analysis.reporting.nodes import Block, Inline, Run, code, fact, facts, kind, label, link, listed, number
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
    found: list[tuple[Change, Cause]], places: Mapping[Entry, int], neighbours: frozenset[str], caption: Run
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
        caption=caption,
        row_header="Number",
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
    for change, own in zip(listed, labels, strict=True):
        choices = (own, f"{own} · {change.id}", f"{own} · {change.id} · {change.study}")
        free = [choice for choice in choices[labels.count(own) > 1 :] if choice not in taken]
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
        "cause": cause_run(cause, places),
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
        f"change-{place}", data, "Where it stands", (facts(_facts(change, cause, neighbours), boxed=False),)
    )


def _facts(change: Change, cause: Cause, neighbours: frozenset[str]) -> Iterator[Block]:
    yield fact(["Id"], [code(change.id)])
    yield fact(["Appendix"], listed(_appendix(change.study, name, neighbours) for name in change.notebooks))
    yield fact(["What became of it"], [str(change.what), *_kinds(change)])
    if change.shown.unit:
        yield fact(["Unit"], [label(change.shown.unit)])
    yield from _words(change)
    if change.shown.inputs:
        yield fact(["Inputs it records"], [code(" ".join(change.shown.inputs))])
    yield fact(["How sure the cause is"], [str(cause.certainty)])


def _appendix(study: str, notebook: str, neighbours: frozenset[str]) -> Inline:
    words = label(f"{notebook or 'results.json'}, {study}")
    address = f"{study}/{notebook}.html"
    return link(address, [words]) if address in neighbours else words


def _kinds(change: Change) -> Run:
    if change.before is None or change.after is None or change.before.kind == change.after.kind:
        return []
    return [": ", kind(change.before.kind), " → ", kind(change.after.kind)]


def _words(change: Change) -> Iterator[Block]:
    """The words that are not the same before and after."""
    if change.before is None or change.after is None:
        return
    for name in ("label", "unit", "note", "source", "interval", "function", "base", "inputs"):
        old, new = (str(getattr(result, name) or "none") for result in (change.before, change.after))
        if old != new:
            yield fact([name.capitalize()], [code(old), " → ", code(new)])


def cause_run(cause: Cause, places: Mapping[Entry, int]) -> Run:
    """A cause in a few words, its entries leading to the table of inputs."""
    if cause.certainty in (Certainty.NONE, Certainty.UNKNOWN):
        return [str(cause.certainty)]
    several = "together: " if cause.certainty is Certainty.TRIED else "one of these, or several together: "
    one_of = [several] if len(cause.entries) > 1 else []
    also = ["; also changed in what its stage reads: ", *_links(cause.also, places, False)] if cause.also else []
    return [*one_of, *_links(cause.entries, places, True), *also]


def _links(entries: tuple[Entry, ...], places: Mapping[Entry, int], with_steps: bool) -> Run:
    named = [
        node
        for place, entry in enumerate(entries[:MOST_CAUSES])
        for node in [*([", "] if place else []), _link(entry, places[entry]), *(_steps(entry) if with_steps else [])]
    ]
    return [*named, *([", ", link("#changed-inputs", ["and others"])] if len(entries) > MOST_CAUSES else [])]


def _link(entry: Entry, place: int) -> Inline:
    return link(f"#input-{place}", [entry.name], names=True)


def _steps(entry: Entry) -> Run:
    """The value before and after, where it is one that changed and it is short; else the table of inputs has it."""
    steps = [step for step in entry.fields if step[0] in ("value", "version", "")] or list(entry.fields)
    if len(steps) > 1 or not steps:
        return []
    ((field, old, new),) = steps
    told = [" ", label(field)] if field not in ("value", "version", "") else []
    return [*told, " ", step_node(old, SHORT), " → ", step_node(new, SHORT)]


def step_node(text: str | None, most: int) -> Inline:
    """A text of an input as it stands in its file, cut if it is long."""
    if not text:
        return {"type": "em", "of": ["none" if text is None else "empty"]}
    return code(f"{text[:most]}{'…' if len(text) > most else ''}")


def movement(place: int, change: Change) -> Run:
    """A number before and after, with its interval where one is stated."""
    return [node for at, side in enumerate(sides(place, change)) for node in ([" → "] if at else []) + _side(side)]


def _side(side: Result | str) -> Run:
    if isinstance(side, str):
        return [side]
    return [number(side.id), *([" (", number(side.id, "interval"), ")"] if side.interval_text else [])]


def results_of(tables: Iterable[Table]) -> Iterator[Result]:
    """Every number of some tables."""
    for table in tables:
        yield from (cell for row in table.cells.itertuples(index=False) for cell in row if isinstance(cell, Result))
