"""A model as a workbook with live formulas, in the columns of the Social Value value map.

Sheets: Result; Value map (one row for each cost and outcome, formulas over named input cells); Inputs (the register, one
named cell for each entry); Terms; Year by year (what each outcome is worth in each year, and discounting); Scenarios;
Sources; Settings. Text from data is stored as text and never as a formula. The workbook of a changed run says so on the
sheet Result, in the header of every printed sheet, and beside each changed input.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.currency import in_currency
from analysis.described import of_nothing_nothing
from analysis.expressions import Expression, Number, Operation, Reference
from analysis.reporting.formulas import Dialect, write_formula
from analysis.reporting.markup import clean
from analysis.reporting.workbook_style import POUNDS, RATIO, head_cell, input_cell, settle_sheet, thousands
from analysis.results import write_bytes
from analysis.sroi.model import Model
from analysis.sroi.steps import Step
from analysis.sroi.value_map import COLUMNS, FORMULAS, LABELS
from analysis.study.register import Assumption

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

RESULT, MAP, INPUTS, TERMS, YEARS, SCENARIOS, SOURCES, SETTINGS = SHEETS = (
    "Result",
    "Value map",
    "Inputs",
    "Terms",
    "Year by year",
    "Scenarios",
    "Sources",
    "Settings",
)
SHARE = "Share: "
MAP_COLUMNS = tuple(column for column in COLUMNS if column != "beneficiaries")
COMPUTED = {
    "gross": "Value before anything is subtracted (£)",
    "net": "Value owed to the programme (£)",
    "present": "Present value (£)",
}
INPUT_FIELDS = (
    "id",
    "label",
    "value",
    "unit",
    "price_year",
    "kind",
    "claim",
    "low",
    "high",
    "distribution",
    "why_range",
    "evidence_grade",
    "decided_by",
    "alternatives",
)
SOURCE_FIELDS = ("producer", "title", "published", "locator", "address", "licence")
SETTING_ROWS = ("Price year", "Discount rate", "Years")
CHANGED, PUBLISHED = "Changed run, not the published one", "In the published run"
BETWEEN = " | "  # joins alternatives in one cell
_CELL_LIKE = re.compile(r"[a-z]{1,3}\d+|r\d*c?\d*|c\d*|true|false")
_EARLY = (1980, 1, 1, 0, 0, 0)  # the date of every file in the archive: the format knows no earlier one
_EXTREMES = {"min": "MIN", "max": "MAX"}


def cell_name(entry_id: str) -> str:
    """The name of an entry's cell: its id, with an underscore before it where it reads as an address.

    >>> cell_name("deadweight"), cell_name("co2")
    ('deadweight', '_co2')
    """
    return f"_{entry_id}" if _CELL_LIKE.fullmatch(entry_id) else entry_id


@of_nothing_nothing
def write_workbook(model: Model, path: Path) -> Path:
    """Write a model's workbook whole or not at all; the same model gives the same bytes. Returns the path."""
    write_bytes(path, workbook_bytes(model))
    return path


def workbook_bytes(model: Model) -> bytes:
    """The workbook as a file's content, with the value of every formula at the central values stored beside it."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    sheets = {name: book.create_sheet(name) for name in SHEETS}
    draft = _Draft(model, book, sheets)
    for fill in (
        _fill_inputs,
        _fill_sources,
        _fill_scenarios,
        _fill_terms,
        _fill_settings,
        _fill_years,
        _fill_map,
        _fill_result,
    ):
        fill(draft)
    draft.write_formulas()
    _settle(draft)
    return _settled(book, draft.values())


@dataclass
class _Draft:
    """A workbook being filled: where each step's formula goes is noted first, the formulas are written at the end."""

    model: Model
    book: "Workbook"
    sheets: dict[str, "Worksheet"]
    places: dict[str, tuple[str, str]] = field(default_factory=dict)
    formulas: dict[tuple[str, str], Expression] = field(default_factory=dict)

    @property
    def changed(self) -> list[Assumption]:
        """The entries that are another in this run than in the published one."""
        return [entry for entry in self.model.entries.values() if entry.changed_from]

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
            return cell_name(name)
        letters, digits = re.fullmatch(r"([A-Z]+)(\d+)", address).groups()  # type: ignore[union-attr]
        return f"'{sheet}'!${letters}${digits}"

    def values(self) -> dict[tuple[str, str], float]:
        """What each formula gives at the central values."""
        from analysis.expressions import evaluate
        from analysis.sroi.checks import NUMPY

        found = self.model.evaluate_steps()
        return {place: float(evaluate(expression, found, NUMPY)) for place, expression in self.formulas.items()}


def _head(draft: _Draft, sheet: str, titles: Iterable[str]) -> None:
    for column, title in enumerate(titles, start=1):
        draft.put_text(sheet, 1, column, title)
        head_cell(draft.sheets[sheet].cell(1, column))


def _settle(draft: _Draft) -> None:
    """Widths and formats by sheet; what holds pounds shows no pence."""
    shares = len(draft.model.value_map.beneficiaries)
    computed = range(len(MAP_COLUMNS) + shares + 1, len(MAP_COLUMNS) + shares + len(COMPUTED) + 1)
    words = {
        MAP_COLUMNS.index(name) + 1: 34
        for name in ("outcome", "indicator", "proxy_source", "counterfactual", "negative_sought", "note")
    }
    short = {
        MAP_COLUMNS.index(name) + 1: 12
        for name in ("kind", "change", "duration", "start", "deadweight", "displacement", "attribution", "drop_off")
    }
    settle_sheet(
        draft.sheets[MAP], words | short, dict.fromkeys(computed, POUNDS) | {MAP_COLUMNS.index("duration") + 1: RATIO}
    )
    settle_sheet(
        draft.sheets[INPUTS],
        {1: 30, 2: 44, 3: 14, 5: 8, 6: 12, 7: 10, 8: 12, 9: 12, 10: 13, 11: 60, 12: 10, 13: 26, 14: 60},
    )
    settle_sheet(draft.sheets[SOURCES], {1: 30, 2: 40, 3: 52, 4: 12, 5: 48, 6: 40, 7: 28})
    settle_sheet(draft.sheets[SCENARIOS], {1: 34})
    settle_sheet(draft.sheets[TERMS], {1: 30, 2: 60})
    settle_sheet(draft.sheets[SETTINGS], {1: 30})
    settle_sheet(draft.sheets[YEARS], {1: 60})
    settle_sheet(draft.sheets[RESULT], {1: 70}, {2: POUNDS})
    draft.sheets[RESULT]["B2"].number_format = RATIO
    for sheet in draft.sheets.values() if draft.changed else ():
        sheet.oddHeader.center.text = CHANGED


def _fill_inputs(draft: _Draft) -> None:
    published = [PUBLISHED] if draft.changed else []
    _head(draft, INPUTS, [*(name.replace("_", " ").capitalize() for name in INPUT_FIELDS), *published])
    for row, entry in enumerate(draft.model.entries.values(), start=2):
        draft.put_row(INPUTS, row, [*_input_cells(entry), entry.changed_from.words if entry.changed_from else None])
        input_cell(draft.sheets[INPUTS].cell(row, INPUT_FIELDS.index("value") + 1))
        for end in ("low", "high"):
            thousands(draft.sheets[INPUTS].cell(row, INPUT_FIELDS.index(end) + 1))
        draft.name(entry.id, INPUTS, row, INPUT_FIELDS.index("value") + 1)


def _input_cells(entry: Assumption) -> list[Any]:
    return [
        BETWEEN.join(entry.alternatives) if name == "alternatives" else getattr(entry, name) for name in INPUT_FIELDS
    ]


def _fill_sources(draft: _Draft) -> None:
    _head(draft, SOURCES, ("Id", *(name.capitalize() for name in SOURCE_FIELDS)))
    for row, entry in enumerate(draft.model.entries.values(), start=2):
        draft.put_row(SOURCES, row, [entry.id, *(getattr(entry.source, name) for name in SOURCE_FIELDS)])


def _fill_scenarios(draft: _Draft) -> None:
    scenarios = draft.model.value_map.settings.scenarios
    _head(draft, SCENARIOS, ("Id", *scenarios))
    for row, name in enumerate(dict.fromkeys(name for values in scenarios.values() for name in values), start=2):
        draft.put_row(SCENARIOS, row, [name, *(values.get(name) for values in scenarios.values())])


def _fill_terms(draft: _Draft) -> None:
    _head(draft, TERMS, ("Id", "Label", "Formula"))
    for row, step in enumerate((step for step in draft.model.steps if step.role == "term"), start=2):
        draft.put_row(TERMS, row, [step.id, draft.model.value_map.term_labels[step.id]])
        draft.put_formula(TERMS, row, 3, step.expression, step.id)
        draft.name(step.id, TERMS, row, 3)


def _fill_settings(draft: _Draft) -> None:
    _head(draft, SETTINGS, ("Setting", "Value"))
    for row, title in enumerate(SETTING_ROWS, start=2):
        draft.put_text(SETTINGS, row, 1, title)
    draft.put_number(SETTINGS, 2, 2, draft.model.value_map.settings.price_year)
    draft.put_formula(SETTINGS, 3, 2, draft.model.value_map.discount_rate, "discount.rate")
    draft.put_number(SETTINGS, 4, 2, draft.model.years)


def _fill_years(draft: _Draft) -> None:
    """A line of discount factors, then for each outcome what is left after drop-off and the value, then the present value."""
    _head(draft, YEARS, ("", *(f"Year {year}" for year in range(draft.model.years))))
    lines: dict[tuple[str, str], list[Step]] = {}
    for step in draft.model.steps:
        if step.year >= 0:
            lines.setdefault((step.row, step.role), []).append(step)
    titles = {row.id: row.label for row in draft.model.value_map.rows}
    words = {
        "discount": "Discount factor",
        "kept": "left after drop-off: ",
        "year": "value (£): ",
        "total_year": "Present value of all (£)",
    }
    for number, ((row, role), steps) in enumerate(lines.items(), start=2):
        draft.put_text(YEARS, number, 1, in_currency(words[role], draft.model.currency) + titles.get(row, ""))
        for step in steps:
            draft.put_formula(YEARS, number, step.year + 2, step.expression, step.id)
            draft.sheets[YEARS].cell(number, step.year + 2).number_format = (
                POUNDS if role in ("year", "total_year") else "General"
            )


def _fill_map(draft: _Draft) -> None:
    value_map = draft.model.value_map
    shares = [f"{SHARE}{who}" for who in value_map.beneficiaries]
    titles = [*(LABELS[column] for column in MAP_COLUMNS), *shares, *COMPUTED.values()]
    _head(draft, MAP, titles)
    steps = draft.model.step
    for number, row in enumerate(value_map.rows, start=2):
        for column, name in enumerate(MAP_COLUMNS, start=1):
            if (
                name in FORMULAS
                and name in row.formulas
                and (row.kind == "outcome" or name in ("quantity", "change", "proxy"))
            ):
                draft.put_formula(MAP, number, column, row.formulas[name])
            elif name == "start":
                draft.put_number(MAP, number, column, row.start if row.kind == "outcome" else None)
            elif name not in FORMULAS:
                draft.put_text(
                    MAP, number, column, {"row": row.id, "kind": row.kind}.get(name) or row.words.get(name, "")
                )
        for column, who in enumerate(value_map.beneficiaries, start=len(MAP_COLUMNS) + 1):
            if who in row.shares:
                draft.put_formula(MAP, number, column, row.shares[who])
        for column, role in enumerate(COMPUTED, start=len(MAP_COLUMNS) + len(shares) + 1):
            step = steps.get(f"{row.id}.{role}") or (
                steps[f"{row.id}.cost"] if role == "gross" and row.kind == "cost" else None
            )
            if step:
                draft.put_formula(MAP, number, column, step.expression, step.id)


def _fill_result(draft: _Draft) -> None:
    _head(draft, RESULT, ("Result", "Value"))
    value_map, steps = draft.model.value_map, draft.model.step
    lines = [
        ("Social value for each pound", "total.ratio"),
        ("Present value (£)", "total.value"),
        ("Cost (£)", "total.cost"),
        ("Value less cost (£)", "total.net"),
    ]
    lines += [(f"Value to {who} (£)", f"beneficiary.{place}") for place, who in enumerate(value_map.beneficiaries)]
    for row, (title, step_id) in enumerate(lines, start=2):
        draft.put_text(RESULT, row, 1, title)
        draft.put_formula(RESULT, row, 2, steps[step_id].expression, step_id)
    rest = len(lines) + 2
    whole: Expression = Reference("total.value")
    for place in range(len(value_map.beneficiaries)):
        whole = Operation("-", whole, Reference(f"beneficiary.{place}"))
    draft.put_text(RESULT, rest, 1, "Check: value not given to anyone (£), to be 0")
    draft.put_formula(RESULT, rest, 2, whole)
    for row, words in enumerate(_told_below(draft), start=rest + 2):
        draft.put_text(RESULT, row, 1, words)
    if draft.changed:
        draft.put_text(RESULT, 1, 1, f"{CHANGED}: result")


def _told_below(draft: _Draft) -> Iterator[str]:
    """What stands below the results, line by line: how to read and change them, and after an empty line what was changed."""
    price_year = draft.model.value_map.settings.price_year
    yield f"Pounds of {price_year}, present values. Change the shaded cells of the sheet Inputs; all else follows."
    yield f"An outcome counts for the {draft.model.years} years of the sheet Year by year; a longer duration is cut off there."
    yield "analysis what-if STUDY --from FILE reads the changed values back and runs the study's pages with them."
    if draft.changed:
        yield ""
    for each in draft.changed:
        yield f"Changed: {each.label}. {PUBLISHED}: {each.changed_from.words}"  # type: ignore[union-attr]


_FORMULA_CELL = re.compile(r'<c r="([A-Z]+\d+)"((?: [a-z]+="[^"]*")*)><f>([^<]*)</f><v ?/?>(?:</v>)?</c>')


def _settled(book: "Workbook", values: Mapping[tuple[str, str], float]) -> bytes:
    """The saved workbook without dates, and with the values of its formulas for readers that do not compute."""
    raw, settled = io.BytesIO(), io.BytesIO()
    book.calculation.fullCalcOnLoad = True
    book.save(raw)
    sheet_files = {f"xl/worksheets/sheet{place}.xml": name for place, name in enumerate(book.sheetnames, start=1)}
    with zipfile.ZipFile(raw) as before, zipfile.ZipFile(settled, "w", zipfile.ZIP_DEFLATED) as after:
        for name in sorted(before.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            text = before.read(name).decode("utf-8")
            if name in sheet_files:
                text = _with_values(
                    text, {address: value for (sheet, address), value in values.items() if sheet == sheet_files[name]}
                )
            elif name == "docProps/core.xml":
                text = re.sub(r"<dcterms:(created|modified)[^>]*>[^<]*</dcterms:\1>", "", text)
            info = zipfile.ZipInfo(name, _EARLY)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            after.writestr(info, text)
    return settled.getvalue()


def _with_values(text: str, values: Mapping[str, float]) -> str:
    def filled(match: re.Match[str]) -> str:
        return (
            f'<c r="{match[1]}"{match[2]}><f>{match[3]}</f><v>{values[match[1]]!r}</v></c>'
            if match[1] in values
            else match[0]
        )

    return _FORMULA_CELL.sub(filled, text)
