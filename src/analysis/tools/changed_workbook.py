"""The way back from a workbook: which values a reader has changed in it, held against the study's model cell by cell.

What may differ are the values of the sheet Inputs and the lone numbers of Settings. Whatever else differs from the workbook of
the published run is named, so that no change of a formula, a range or a scenario goes unnoticed; sheets that a reader adds are
not read.
"""

import io
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analysis.errors import InputError
from analysis.files import shown
from analysis.participants.excel import cell_text, open_workbook
from analysis.reporting.workbook import CENTRAL, CHANGED, CHOOSER, INPUT_FIELDS, workbook_bytes
from analysis.reporting.workbook_draft import INPUTS, RESULT, SETTINGS, SHEETS
from analysis.sroi.model import read_model
from analysis.study import Study

MOST_ROWS, MOST_COLUMNS = 20_000, 200  # of a sheet; the workbook of a thousand assumptions has 1,001 rows
_SET = {"Price year": "price_year", "Discount rate": "discount_rate"}
_LITERAL = re.compile(r"(?<![A-Z_$.0-9])[0-9.]+(E[+-]?[0-9]+)?(?![A-Z_.0-9!:])")
_AROUND = "run what-if with --set, or edit the study's own files, for what is no value of an input"


@dataclass(frozen=True)
class Value:
    """A value that a workbook gives an input or a setting, as text, and the row of its sheet."""

    name: str
    text: str
    sheet: str
    row: int


@dataclass
class ChangedWorkbook:
    """The values that are others than the published run's, what else differs, and notes on words and sheets that are not read."""

    values: list[Value] = field(default_factory=list)
    problems: list[InputError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


Cells = dict[tuple[int, int], Any]  # by row and column, empty cells left out


def read_changed_workbook(study: Study, path: Path) -> ChangedWorkbook:
    """What a reader changed in a workbook of a study's model.

    Raises InputError for a file that is no workbook, one that lacks a sheet, and a study without a value map.
    """
    from openpyxl import load_workbook

    place, model = shown(path.resolve(), study.root), read_model(study)
    if model is None:
        raise InputError(
            place, found=f"no value map of {study.id}", expected="a study that has one", action="correct the study's id"
        )
    with open_workbook(path, place) as book:
        _check_sheets(book.sheetnames, place)
        theirs = {name: _cells(book[name], f"{place}, sheet {name}") for name in SHEETS}
        found = ChangedWorkbook(notes=[f"the sheet {name!r}" for name in book.sheetnames if name not in SHEETS])
    if CHANGED in str(theirs[RESULT].get((1, 1))):
        raise _of_a_changed_run(place)
    published = load_workbook(io.BytesIO(workbook_bytes(model)), read_only=True)
    ours = {name: _cells(published[name], name) for name in SHEETS}
    for sheet in SHEETS:
        _compare(found, f"{place}, sheet {sheet}", sheet, ours[sheet], theirs[sheet])
    return found


def _check_sheets(names: list[str], place: str) -> None:
    lacking = [name for name in SHEETS if name not in names]
    if lacking:
        raise InputError(
            place,
            found=f"no sheet {' and no sheet '.join(lacking)}",
            expected=f"a workbook of the published pages, with the sheets {', '.join(SHEETS)}",
            action="start again from the value_map.xlsx of the study, and change values of its sheet Inputs",
        )


def _of_a_changed_run(place: str) -> InputError:
    return InputError(
        place,
        found="the workbook of a changed run",
        expected="that of the published run, with the values that are to be others",
        action="change the published workbook, or give changes.yaml of the changed run",
    )


def _cells(sheet: Any, place: str) -> Cells:
    sheet.reset_dimensions()
    found: Cells = {}
    for row, values in enumerate(sheet.iter_rows(values_only=True), start=1):
        if row > MOST_ROWS or len(values) > MOST_COLUMNS:
            raise InputError(
                place,
                found=f"more than {MOST_ROWS:,} rows or {MOST_COLUMNS} columns",
                expected="the rows of the model",
                action="delete the empty rows and columns at the end",
            )
        found |= {(row, column): value for column, value in enumerate(values, start=1) if value not in (None, "")}
    return found


def _compare(found: ChangedWorkbook, place: str, sheet: str, ours: Cells, theirs: Cells) -> None:
    """Note what differs in one sheet; inputs are told by their id, wherever their row stands."""
    if sheet == INPUTS:
        ours, theirs, rows = _by_id(found, place, ours, theirs)
    else:
        rows = {}
    for row, column in sorted(ours.keys() | theirs.keys()):
        before, after = ours.get((row, column)), theirs.get((row, column))
        if _same(before, after):
            continue
        line = rows.get(row, row)
        name = _settable(sheet, ours, row, column)
        if sheet == RESULT and (row, column) == CHOOSER:
            found.problems.append(_another_scenario(place, after))
        elif name and not _is_formula(before) and not _is_formula(after):
            found.values.append(Value(name, cell_text(after), place, line))
        elif sheet != INPUTS and not any(_counts(each) for each in (before, after)):
            found.notes.append(f"the words in row {line} of the sheet {sheet}, which are not the published workbook's")
        else:
            found.problems.append(_no_value(place, line, column, before, after))


def _another_scenario(place: str, chosen: Any) -> InputError:
    return InputError(
        place,
        row=CHOOSER[0],
        found=f"the scenario {cell_text(chosen)!r}",
        expected=f"{CENTRAL}: values of scenarios are not read back",
        action=f"choose {CENTRAL}, and give what the scenario changes with --set",
    )


def _settable(sheet: str, ours: Cells, row: int, column: int) -> str:
    """The name of the input or the setting whose value stands in a cell; nothing for another cell."""
    if sheet == INPUTS and row > 1 and column == INPUT_FIELDS.index("value") + 1:
        return str(ours[row, 1])
    return _SET.get(str(ours.get((row, 1))), "") if sheet == SETTINGS and column == 2 else ""


def _by_id(found: ChangedWorkbook, place: str, ours: Cells, theirs: Cells) -> tuple[Cells, Cells, dict[int, int]]:
    """The inputs of both workbooks with the rows of the second in the order of the first, and where these stood."""
    mine = {str(value): row for (row, column), value in ours.items() if column == 1}
    places: dict[str, list[int]] = {}
    for (row, column), value in theirs.items():
        if column == 1:
            places.setdefault(str(value), []).append(row)
    found.problems += _misplaced(place, mine, places, theirs)
    moved = {places[name][0]: row for name, row in mine.items() if name in places}
    return (
        {(row, column): value for (row, column), value in ours.items() if row in moved.values()},
        {(moved[row], column): value for (row, column), value in theirs.items() if row in moved},
        {row: line for line, row in moved.items()},
    )


def _misplaced(
    place: str, mine: Mapping[str, int], places: Mapping[str, list[int]], theirs: Cells
) -> Iterator[InputError]:
    """Ids that are missing, twice or unknown, and rows without an id."""
    for name in mine.keys() - places.keys():
        yield InputError(
            place, found=f"no row {name}", expected="every input of the model", action="put its row back, with its id"
        )
    for name, rows in places.items():
        if name not in mine:
            yield _row(place, rows[0], f"the id {name}", "ids of the study's register")
        elif len(rows) > 1:
            yield _row(place, rows[1], f"the id {name} a second time", "each input once")
    known = {row for rows in places.values() for row in rows}
    for row in sorted({row for row, _ in theirs} - known):
        yield _row(place, row, "a row without an id", "an id in its first column")


def _row(place: str, row: int, found: str, expected: str) -> InputError:
    return InputError(place, row=row, found=found, expected=expected, action="correct the id, or delete the row")


def _no_value(place: str, row: int, column: int, before: Any, after: Any) -> InputError:
    from openpyxl.utils import get_column_letter

    return InputError(
        place,
        row=row,
        column=get_column_letter(column),
        found=repr(cell_text(after)) if after is not None else "an empty cell",
        expected=f"what the published workbook has: {cell_text(before) or 'nothing'}",
        action=f"put it back; {_AROUND}",
    )


def _same(before: Any, after: Any) -> bool:
    if _is_formula(before) and _is_formula(after):
        return _plain(before) == _plain(after)
    if _is_number(before) and _is_number(after):
        return math.isclose(before, after, rel_tol=1e-12, abs_tol=1e-15)
    return cell_text(before).split() == cell_text(after).split()


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _counts(value: Any) -> bool:
    """Whether what a cell holds can move a result: anything but words."""
    return value is not None and (not isinstance(value, str) or _is_formula(value))


def _is_formula(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("=")


def _plain(formula: str) -> str:
    """A formula without what programs write each in their own way: blanks, quotes around sheets, cases, forms of numbers."""
    text = re.sub(r"[\s']", "", formula).upper()
    return _LITERAL.sub(lambda number: repr(float(number[0])), text)
