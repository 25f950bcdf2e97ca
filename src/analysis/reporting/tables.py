"""Tables of results as HTML: captioned, with scoped headers, every number annotated, in a region that can scroll."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby

import pandas as pd

from analysis.reporting.markup import escape, interval, kind_word, number, structural
from analysis.results import Column, Result

SHORT_TEXT, LONG_TEXT = 14, 32  # characters up to which text stays on one line, and from which it gets room
TEXT_MODES = ("plain", "label", "code", "rich")
EXAMPLE_WORDS = "Worked example: synthetic records, not findings"
EXAMPLE_MARK = f'<strong class="example-mark">{EXAMPLE_WORDS}.</strong> '


@dataclass(frozen=True)
class RowExtra:
    """What a row has beside its cells: an anchor, values to filter it by, and more of it behind a fold in its last cell."""

    anchor: str = ""
    data: Mapping[str, str] = field(default_factory=dict)
    summary: str = ""
    details: str = ""


@dataclass(frozen=True)
class Table:
    """A table ready to be written: `cells` as `results.tabulate` returns them, texts already as HTML.

    `groups` names the group of each row, in the order of the rows; `name` and `anchor` become ids on the page. `extras`
    are by row label; `filters` names the values of theirs that a reader may filter by, each with its label.
    """

    name: str
    cells: pd.DataFrame
    columns: Mapping[str, Column]
    anchor: str = ""
    caption: str = ""
    row_header: str = ""
    note: str = ""
    groups: tuple[str, ...] = ()
    text: Mapping[str, str] = field(default_factory=dict)
    extras: Mapping[str, RowExtra] = field(default_factory=dict)
    filters: Mapping[str, str] = field(default_factory=dict)


def table_html(table: Table) -> str:
    """The whole table with its caption and note, as one block with the id `name`."""
    note = f'<p class="note">{table.note}</p>' if table.note else ""
    return f'<div class="table-block" id="{escape(table.name)}"{_filters(table)}>{scrolling_table(table)}{note}</div>'


def _filters(table: Table) -> str:
    """What `template/filter.js` makes fields from; without scripts the table is simply whole."""
    words = "|".join(f"{name}={label}" for name, label in table.filters.items())
    return f' data-filters="{escape(words)}"' if words else ""


def scrolling_table(table: Table) -> str:
    """The table alone, in a region that scrolls sideways and can be reached by keyboard."""
    caption = f'<caption id="{escape(table.anchor)}"><span class="caption-text">{table.caption}</span></caption>'
    region = f'<div class="scroll" role="region" tabindex="0" aria-labelledby="{escape(table.anchor)}">'
    return f"{region}<table>{caption}{_head(table)}{''.join(_bodies(table))}</table></div>"


def results_in(cells: pd.DataFrame) -> list[Result]:
    """The results among the cells, row by row."""
    return [cell for row in cells.itertuples(index=False) for cell in row if isinstance(cell, Result)]


def _head(table: Table) -> str:
    headers = "".join(_header(table, name) for name in table.columns)
    return f'<thead><tr><th scope="col">{structural(table.row_header or "Row")}</th>{headers}</tr></thead>'


def _header(table: Table, name: str) -> str:
    column, numeric = table.columns[name], _is_numeric(table, name)
    words = " · ".join(filter(None, (_unit_words(column), _common_kind(table, name), _interval_words(column))))
    small = kind_word(words) if words else ""
    return f'<th scope="col"{_numeric_class(numeric)}>{structural(column.label)}{small}</th>'


def _is_numeric(table: Table, name: str) -> bool:
    column = table.columns[name]
    return column.kind is not None or bool(column.kinds) or any(isinstance(cell, Result) for cell in table.cells[name])


def _numeric_class(numeric: bool) -> str:
    return ' class="number"' if numeric else ""


def _unit_words(column: Column) -> str:
    """The unit where the numbers do not carry it themselves: nothing for `%` and plain pounds."""
    return "" if column.unit in ("%", "GBP") else column.unit.replace("GBP", "£")


def _interval_words(column: Column) -> str:
    return f"interval: {column.interval}" if column.interval and column.low else ""


def _common_kind(table: Table, name: str) -> str:
    """The kind of a column's numbers when they share one."""
    kinds = {cell.kind for cell in table.cells[name] if isinstance(cell, Result)} or {table.columns[name].kind}
    return str(kinds.pop() or "") if len(kinds) == 1 else ""


def _bodies(table: Table) -> Iterator[str]:
    mixed = {name for name in table.columns if not _common_kind(table, name)}
    classes = (
        [_length_class(table.cells.index), *(_text_class(table, name) for name in table.columns)]
        if len(table.cells)
        else []
    )
    rows = [_row(table, label, cells, mixed, classes) for label, cells in _rows(table.cells)]
    if not rows:
        yield f'<tbody><tr><td colspan="{_width(table)}">none</td></tr></tbody>'
    for group, members in groupby(zip(table.groups or ("",) * len(rows), rows, strict=True), key=lambda pair: pair[0]):
        yield f"<tbody>{_group_header(table, group)}{''.join(row for _, row in members)}</tbody>"


def _rows(cells: pd.DataFrame) -> Iterator[tuple[object, tuple[object, ...]]]:
    return zip(cells.index, cells.itertuples(index=False, name=None), strict=True)


def _width(table: Table) -> int:
    return len(table.columns) + 1


def _group_header(table: Table, group: str) -> str:
    if not table.groups:
        return ""
    return (
        f'<tr class="group"><th scope="rowgroup" colspan="{_width(table)}"><span>{structural(group)}</span></th></tr>'
    )


def _row(table: Table, label: object, cells: tuple[object, ...], mixed: set[str], classes: list[str]) -> str:
    """A row; `classes` are those of its texts, the header first, which hang on all texts of a column."""
    shown = "".join(
        _cell(table, name, cell, name in mixed, text_class)
        for name, cell, text_class in zip(table.columns, cells, classes[1:], strict=True)
    )
    extra = table.extras.get(str(label), RowExtra())
    fold = (
        f'<details class="more"><summary>{structural(extra.summary)}</summary>{extra.details}</details></td>'
        if extra.details
        else ""
    )
    shown = f"{shown.removesuffix('</td>')}{fold}" if fold else shown
    return f'<tr{_row_attributes(extra)}><th scope="row"{classes[0]}>{structural(label)}</th>{shown}</tr>'


def _row_attributes(extra: RowExtra) -> str:
    anchor = f' id="{escape(extra.anchor)}"' if extra.anchor else ""
    return anchor + "".join(f' data-{escape(name)}="{escape(value)}"' for name, value in extra.data.items())


def _cell(table: Table, name: str, cell: object, with_kind: bool, text_class: str) -> str:
    if not isinstance(cell, Result):
        return f"<td{text_class}>{_text(cell, table.text.get(name, 'plain'))}</td>"
    kind = f" {kind_word(str(cell.kind))}" if with_kind and cell.kind else ""
    ends = f" {interval(cell)}" if _has_width(cell) else ""
    return f'<td class="number">{number(cell)}{ends}{kind}</td>'


def _text_class(table: Table, name: str) -> str:
    if _is_numeric(table, name):
        return _numeric_class(True)
    return _length_class(table.cells[name])


def _length_class(texts: Iterable[object]) -> str:
    longest = max(len(str(text)) for text in texts)
    return ' class="short"' if longest <= SHORT_TEXT else ' class="long"' if longest > LONG_TEXT else ""


def _has_width(result: Result) -> bool:
    """Whether the two ends of an interval are written differently; a range from a number to itself says nothing."""
    low, _, high = result.interval_text.partition(" to ")
    return low != high


def _text(cell: object, mode: str) -> str:
    """A text cell; a `rich` one has been made HTML before."""
    if mode == "rich":
        return str(cell)
    if mode == "code":
        return f"<code>{escape(cell)}</code>" if cell != "" else ""
    return structural(cell) if mode == "label" else escape(cell)
