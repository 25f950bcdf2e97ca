"""A workbook being filled: its sheets, texts that stay texts, named cells, and the formulas of the model's steps."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from analysis.currency import in_currency
from analysis.expressions import Expression, Number
from analysis.reporting.formulas import Dialect, write_formula
from analysis.reporting.markup import clean
from analysis.reporting.workbook_style import head_cell
from analysis.sroi.model import Model
from analysis.study.register import Assumption

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

GUIDANCE, RESULT, MAP, INPUTS, TERMS, YEARS, SCENARIOS, SOURCES, SETTINGS = SHEETS = (
    "Guidance",
    "Result",
    "Value map",
    "Inputs",
    "Terms",
    "Year by year",
    "Scenarios",
    "Sources",
    "Settings",
)
_CELL_LIKE = re.compile(r"[a-z]{1,3}\d+|r\d*c?\d*|c\d*|true|false")
_EXTREMES = {"min": "MIN", "max": "MAX"}


def cell_name(entry_id: str) -> str:
    """The name of an entry's cell: its id, with an underscore before it where it reads as an address.

    >>> cell_name("deadweight"), cell_name("co2")
    ('deadweight', '_co2')
    """
    return f"_{entry_id}" if _CELL_LIKE.fullmatch(entry_id) else entry_id


def in_use(entry_id: str) -> str:
    """The name of the cell that holds what an entry is in the chosen scenario; no entry is called so, since ids have no full stop."""
    return f"in_use.{entry_id}"


@dataclass
class Draft:
    """A workbook being filled: where each step's formula goes is noted first, the formulas are written at the end."""

    model: Model
    book: "Workbook"
    sheets: dict[str, "Worksheet"]
    places: dict[str, tuple[str, str]] = field(default_factory=dict)
    formulas: dict[tuple[str, str], Expression] = field(default_factory=dict)
    written: dict[tuple[str, str], float] = field(
        default_factory=dict
    )  # what formulas give that are no steps of the model

    @property
    def changed(self) -> list[Assumption]:
        """The entries that are another in this run than in the published one."""
        return [entry for entry in self.model.entries.values() if entry.changed_from]

    @cached_property
    def varied(self) -> tuple[str, ...]:
        """The entries that scenarios give values of their own."""
        scenarios = self.model.value_map.settings.scenarios.values()
        return tuple(dict.fromkeys(name for values in scenarios for name in values))

    def put_text(self, sheet: str, row: int, column: int, text: object) -> None:
        """A text that stays text, whatever it begins with."""
        cell = self.sheets[sheet].cell(row, column)
        cell.value = clean(in_currency(text, self.model.currency) if sheet == RESULT else text)
        cell.data_type, cell.quotePrefix = "s", str(text)[:1] in "=+-@\t\r" and bool(text)

    def put_number(self, sheet: str, row: int, column: int, value: float | int | None) -> None:
        """A number, or nothing."""
        self.sheets[sheet].cell(row, column).value = value

    def put_formula(self, sheet: str, row: int, column: int, expression: Expression, step: str = "") -> None:
        """A formula of the model; under a step's id others may refer to its cell."""
        address = self.sheets[sheet].cell(row, column).coordinate
        self.formulas[sheet, address] = expression
        if step:
            self.places[step] = (sheet, address)

    def put_written(self, sheet: str, row: int, column: int, formula: str, value: float) -> None:
        """A formula that is no step of the model, with what it gives in the published run."""
        cell = self.sheets[sheet].cell(row, column)
        cell.value, self.written[sheet, cell.coordinate] = formula, value

    def put_row(self, sheet: str, row: int, texts: Iterable[object]) -> None:
        """Texts and numbers side by side from the first column; None leaves a cell empty."""
        for column, item in enumerate(texts, start=1):
            if isinstance(item, int | float):
                self.put_number(sheet, row, column, item)
            elif item is not None:
                self.put_text(sheet, row, column, item)

    def name(self, name: str, sheet: str, row: int, column: int) -> None:
        """Name a cell for the whole workbook."""
        from openpyxl.utils import get_column_letter
        from openpyxl.workbook.defined_name import DefinedName

        self.book.defined_names[cell_name(name)] = DefinedName(
            cell_name(name), attr_text=f"'{sheet}'!${get_column_letter(column)}${row}"
        )

    def write_formulas(self) -> None:
        """Write all formulas, steps as addresses and entries as names; a lone number stays a number."""
        dialect = Dialect(self._reference, _EXTREMES)
        for (sheet, address), expression in self.formulas.items():
            lone = isinstance(expression, Number)
            self.sheets[sheet][address] = expression.value if lone else f"={write_formula(expression, dialect)}"

    def _reference(self, name: str) -> str:
        sheet, address = self.places.get(name, (INPUTS, ""))
        if sheet in (INPUTS, TERMS):
            return in_use(name) if name in self.varied else cell_name(name)
        letters, digits = re.fullmatch(r"([A-Z]+)(\d+)", address).groups()  # type: ignore[union-attr]
        return f"'{sheet}'!${letters}${digits}"

    def values(self) -> dict[tuple[str, str], float]:
        """What each formula gives at the central values."""
        from analysis.expressions import evaluate
        from analysis.sroi.checks import NUMPY

        found = self.model.evaluate_steps()
        steps = {place: float(evaluate(expression, found, NUMPY)) for place, expression in self.formulas.items()}
        return steps | self.written


def head(draft: Draft, sheet: str, titles: Iterable[str]) -> None:
    """The titles of a sheet's columns."""
    for column, title in enumerate(titles, start=1):
        draft.put_text(sheet, 1, column, title)
        head_cell(draft.sheets[sheet].cell(1, column))
