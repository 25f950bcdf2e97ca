"""Tables of results as nodes: captioned, with what each column holds said once, every number by its id."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby

import pandas as pd

from analysis.currency import currency_of, with_sign
from analysis.disclosure.rules import MORE, shows_more
from analysis.reporting.nodes import Block, Inline, Run, code, number
from analysis.results import NOT_AVAILABLE, Column, Result

SHORT_TEXT, LONG_TEXT = 14, 32  # characters up to which text stays on one line, and from which it gets room
TEXT_MODES = ("plain", "label", "code", "rich")
EXAMPLE_WORDS = "Worked example: synthetic records, not findings"


@dataclass(frozen=True)
class RowExtra:
    """What a row has beside its cells: an anchor, values to filter it by, and more of it behind a fold in its last cell."""

    anchor: str = ""
    data: Mapping[str, str] = field(default_factory=dict)
    summary: str = ""
    details: tuple[Inline, ...] = ()


@dataclass(frozen=True)
class Table:
    """A table ready to be shown: `cells` as `results.tabulate` returns them, rich texts as runs of nodes.

    `groups` names the group of each row, in the order of the rows; `name` and `anchor` become ids on the page. `extras`
    are by row label; `filters` names the values of theirs that a reader may filter by, each with its label.
    """

    name: str
    cells: pd.DataFrame
    columns: Mapping[str, Column]
    anchor: str = ""
    label: str = ""
    caption: Run = field(default_factory=list)
    mark: str = ""
    row_header: str = ""
    note: Run = field(default_factory=list)
    groups: tuple[str, ...] = ()
    text: Mapping[str, str] = field(default_factory=dict)
    extras: Mapping[str, RowExtra] = field(default_factory=dict)
    filters: Mapping[str, str] = field(default_factory=dict)


def table_node(table: Table) -> Block:
    """The whole table with its caption and note, as one block with the id `name`."""
    kinds = {name: _common_kind(table, name) for name in table.columns}
    return {
        "type": "table",
        "id": table.name,
        "anchor": table.anchor,
        "label": table.label,
        "mark": table.mark,
        "caption": table.caption,
        "row_header": table.row_header or "Row",
        "css": _length_class(table.cells.index) if len(table.cells) else "",
        "columns": [_column(table, name, kinds[name]) for name in table.columns],
        "groups": _groups(table, kinds),
        "note": table.note,
        "filters": "|".join(f"{name}={label}" for name, label in table.filters.items()),
    }


def shared(table: Block, results: Mapping[str, Result]) -> list[dict[str, str]]:
    """Unit, kind and sort of interval that the numbers of each column share, each empty where they differ or there are none."""
    rows = [row["cells"] for group in table["groups"] for row in group["rows"]]
    found = []
    for cells in zip(*rows, strict=True) if rows else [()] * len(table["columns"]):
        numbers = [results[cell["number"]["id"]] for cell in cells if cell.get("number")]
        ranges = [results[cell["number"]["id"]].interval for cell in cells if cell.get("interval")]
        unit, kind = _one(one.unit for one in numbers), _one(str(one.kind) for one in numbers)
        found.append({"unit": unit, "kind": kind, "interval": _one(ranges)})
    return found


def _one(texts: Iterable[str]) -> str:
    found = set(texts)
    return found.pop() if len(found) == 1 else ""


def results_in(cells: pd.DataFrame) -> list[Result]:
    """The results among the cells, row by row."""
    return [cell for row in cells.itertuples(index=False) for cell in row if isinstance(cell, Result)]


def _column(table: Table, name: str, kind: str) -> Block:
    """What a column's header says, and how its texts are set."""
    column = table.columns[name]
    numeric = (
        column.kind is not None or bool(column.kinds) or any(isinstance(cell, Result) for cell in table.cells[name])
    )
    unit = (
        "" if column.unit in ("%", currency_of(column.unit)) else with_sign(column.unit)
    )  # numbers carry these themselves
    interval = f"interval: {column.interval}" if column.interval and column.low else ""
    words = " · ".join(filter(None, (unit, kind, interval)))
    css = "number" if numeric else _length_class(table.cells[name]) if len(table.cells) else ""
    return {"name": name, "label": column.label, "words": words, "numeric": numeric, "css": css}


def _common_kind(table: Table, name: str) -> str:
    """The kind of a column's numbers when they share one."""
    kinds = {cell.kind for cell in table.cells[name] if isinstance(cell, Result)} or {table.columns[name].kind}
    return str(kinds.pop() or "") if len(kinds) == 1 else ""


def _groups(table: Table, kinds: Mapping[str, str]) -> list[Block]:
    """The rows, under the name of their group; without groups all under none."""
    cells = zip(table.cells.index, table.cells.itertuples(index=False, name=None), strict=True)
    rows = [_row(table, str(label), row, kinds) for label, row in cells]
    names = table.groups or (None,) * len(rows)
    found = groupby(zip(names, rows, strict=True), key=lambda pair: pair[0])
    return [{"name": name, "rows": [row for _, row in members]} for name, members in found] or [
        {"name": None, "rows": []}
    ]


def _row(table: Table, label: str, cells: tuple[object, ...], kinds: Mapping[str, str]) -> Block:
    extra = table.extras.get(label, RowExtra())
    shown = [_cell(cell, kinds[name], table.text.get(name, "plain")) for name, cell in zip(kinds, cells, strict=True)]
    more = {"summary": extra.summary, "of": list(extra.details)} if extra.details else None
    said = {"anchor": extra.anchor, "data": dict(extra.data), "more": more}
    return {"type": "row", "label": label, "cells": shown, **{key: value for key, value in said.items() if value}}


def unfolds(table: Block) -> bool:
    """Whether a row of a table holds more behind a fold."""
    return any("more" in row for group in table["groups"] for row in group["rows"])


def _cell(cell: object, common_kind: str, mode: str) -> Block:
    """A number by its id, with its interval if that has a width and its kind if the column's differ; or a text."""
    if not isinstance(cell, Result):
        return {"of": cell if mode == "rich" else _text(cell, mode)}
    low, _, high = cell.interval_text.partition(" to ")
    if cell.value is None and cell.text == NOT_AVAILABLE and low != high:  # a range is what is known
        return {"number": number(cell.id, "interval"), **({} if common_kind else {"words": str(cell.kind)})}
    interval = {"interval": number(cell.id, "interval")} if low != high else {}
    words = {} if common_kind or cell.text == NOT_AVAILABLE else {"words": str(cell.kind)}
    return {"number": number(cell.id), **interval, **words}


def _text(cell: object, mode: str) -> Run:
    """A text cell; a `rich` one has been read before."""
    if cell == "" and mode == "code":
        return []
    return [code(cell) if mode == "code" else {"type": "label", "text": str(cell)} if mode == "label" else str(cell)]


def _length_class(texts: Iterable[object]) -> str:
    longest = max(len(_words(text)) for text in texts)
    return "short" if longest <= SHORT_TEXT else "long" if longest > LONG_TEXT else ""


def _words(text: object) -> str:
    """The words of a text or of a run of nodes, to measure how long it is; a number counts as so many characters."""
    if isinstance(text, list):
        return "".join(map(_words, text))
    if not isinstance(text, dict):
        return str(text)
    if text["type"] == "number":
        return "0" * (18 if text["part"] == "interval" else 8) + str(text.get("words", ""))
    return _words(text.get("of", text.get("text", text.get("label", ""))))


def told_of_hidden(numbers: pd.DataFrame, minimum_cell: int, note: str) -> str:
    """A note and, where most numbers of a table are hidden, why, and what would show more, unless it says so itself.

    >>> told_of_hidden(pd.DataFrame({"people": ["hidden", 12]}), 10, "As counted.")
    'As counted.'
    """
    words = numbers.map(lambda cell: str(getattr(cell, "value", cell)).startswith(_HIDDEN))
    if not minimum_cell or 2 * words.to_numpy().sum() <= words.size or MORE in note:
        return note
    more = shows_more(minimum_cell, "more people, or fewer and larger groups")
    why = f"Most of these numbers are hidden, so that none of fewer than {{={minimum_cell}}} people can be worked out"
    return f"{note} {why}; {more}.".strip()


_HIDDEN = ("hidden", "withheld")  # how the words in the place of numbers begin
