"""A model as a workbook with live formulas, in the columns of the Social Value value map.

Sheets: Guidance; Result, with the scenario to choose; Value map (one row for each cost and outcome, formulas over named input
cells); Inputs (the register, one named cell for each entry); Terms; Year by year (what each outcome is worth in each year, and
discounting); Scenarios; Sources; Settings. Formulas are locked without a password. Text from data is stored as text and never as a formula. The workbook of a changed run says so on the
sheet Result, in the header of every printed sheet, and beside each changed input.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.currency import in_currency
from analysis.described import of_nothing_nothing
from analysis.expressions import Expression, Operation, Reference
from analysis.reporting.workbook_draft import (
    GUIDANCE,
    INPUTS,
    RESULT,
    SCENARIOS,
    SETTINGS,
    SHEETS,
    SOURCES,
    TERMS,
    YEARS,
    Draft,
    cell_name,
    head,
    in_use,
)
from analysis.reporting.workbook_map import fill_guidance, fill_map, settle_map
from analysis.reporting.workbook_style import (
    PERCENT,
    POUNDS,
    RATIO,
    choose_from,
    input_cell,
    lock,
    settle_sheet,
    thousands,
    within_range,
)
from analysis.results import write_bytes
from analysis.sroi.model import Model
from analysis.sroi.steps import Step
from analysis.study.register import Assumption

if TYPE_CHECKING:
    from openpyxl import Workbook

CENTRAL, CHOSEN = "central", "chosen.scenario"  # no entry is called so: ids have no full stop
CHOOSER = (1, 4)  # row and column of the scenario on the sheet Result
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
_EARLY = (1980, 1, 1, 0, 0, 0)  # the date of every file in the archive: the format knows no earlier one


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
    book.properties.title, book.properties.creator = "Value map", model.study or "analysis"
    draft = Draft(model, book, sheets)
    for fill in (
        _fill_inputs,
        _fill_sources,
        _fill_scenarios,
        _fill_terms,
        _fill_settings,
        _fill_years,
        fill_map,
        _fill_result,
        fill_guidance,
    ):
        fill(draft)
    draft.write_formulas()
    _settle(draft)
    return _settled(book, draft.values())


def _settle(draft: Draft) -> None:
    """Widths and formats by sheet; what holds pounds shows no pence, and what is a share stands as a percentage."""
    settle_map(draft)
    settle_sheet(draft.sheets[GUIDANCE], {1: 18, 2: 100})
    settle_sheet(
        draft.sheets[INPUTS],
        {1: 30, 2: 44, 3: 14, 5: 8, 6: 12, 7: 10, 8: 12, 9: 12, 10: 13, 11: 60, 12: 10, 13: 26, 14: 60},
        pages=2,
    )
    settle_sheet(draft.sheets[SOURCES], {1: 30, 2: 40, 3: 52, 4: 12, 5: 48, 6: 40, 7: 28}, pages=2)
    settle_sheet(draft.sheets[SCENARIOS], {1: 34})
    settle_sheet(draft.sheets[TERMS], {1: 30, 2: 60})
    settle_sheet(draft.sheets[SETTINGS], {1: 30})
    settle_sheet(draft.sheets[YEARS], {1: 60})
    settle_sheet(draft.sheets[RESULT], {1: 70}, {2: POUNDS})
    draft.sheets[RESULT]["B2"].number_format = RATIO
    for sheet in draft.sheets.values():
        lock(sheet)
        sheet.oddHeader.center.text = CHANGED if draft.changed else None


def _fill_inputs(draft: Draft) -> None:
    published = [PUBLISHED] if draft.changed else []
    head(draft, INPUTS, [*(name.replace("_", " ").capitalize() for name in INPUT_FIELDS), *published])
    for row, entry in enumerate(draft.model.entries.values(), start=2):
        draft.put_row(INPUTS, row, [*_input_cells(entry), entry.changed_from.words if entry.changed_from else None])
        value, *ends = (
            draft.sheets[INPUTS].cell(row, INPUT_FIELDS.index(name) + 1) for name in ("value", "low", "high")
        )
        input_cell(value)
        for cell in (value, *ends):
            thousands(cell)
            if _is_share(entry):
                cell.number_format = PERCENT
        within_range(draft.sheets[INPUTS], value, *ends)
        draft.name(entry.id, INPUTS, row, value.column)


def _is_share(entry: Assumption) -> bool:
    """Whether an entry is read as a percentage: a ratio no end of which lies beyond one."""
    return entry.unit == "ratio" and max(map(abs, (entry.value, entry.low, entry.high))) <= 1


def _input_cells(entry: Assumption) -> list[Any]:
    return [
        BETWEEN.join(entry.alternatives) if name == "alternatives" else getattr(entry, name) for name in INPUT_FIELDS
    ]


def _fill_sources(draft: Draft) -> None:
    head(draft, SOURCES, ("Id", *(name.capitalize() for name in SOURCE_FIELDS)))
    for row, entry in enumerate(draft.model.entries.values(), start=2):
        draft.put_row(SOURCES, row, [entry.id, *(getattr(entry.source, name) for name in SOURCE_FIELDS)])


def _fill_scenarios(draft: Draft) -> None:
    """The values that scenarios give entries, and what each of these is in the scenario that is chosen on the sheet Result."""
    from openpyxl.utils import get_column_letter

    scenarios, last = draft.model.scenarios, get_column_letter(len(draft.model.scenarios) + 2)
    head(draft, SCENARIOS, ("Id", "In use", *scenarios))
    for row, name in enumerate(draft.varied, start=2):
        given = (draft.model.value_map.settings.scenarios.get(each, {}).get(name) for each in scenarios)
        draft.put_row(SCENARIOS, row, [name, None, *given])
        found = f"INDEX($C{row}:${last}{row},MATCH({CHOSEN},$C$1:${last}$1,0))"
        formula = f"=IF(ISNUMBER({found}),{found},{cell_name(name)})"
        draft.put_written(SCENARIOS, row, 2, formula, draft.model.entries[name].value)
        draft.name(in_use(name), SCENARIOS, row, 2)


def _fill_terms(draft: Draft) -> None:
    head(draft, TERMS, ("Id", "Label", "Formula"))
    for row, step in enumerate((step for step in draft.model.steps if step.role == "term"), start=2):
        draft.put_row(TERMS, row, [step.id, draft.model.value_map.term_labels[step.id]])
        draft.put_formula(TERMS, row, 3, step.expression, step.id)
        draft.name(step.id, TERMS, row, 3)


def _fill_settings(draft: Draft) -> None:
    head(draft, SETTINGS, ("Setting", "Value"))
    for row, title in enumerate(SETTING_ROWS, start=2):
        draft.put_text(SETTINGS, row, 1, title)
    draft.put_number(SETTINGS, 2, 2, draft.model.value_map.settings.price_year)
    draft.put_formula(SETTINGS, 3, 2, draft.model.value_map.discount_rate, "discount.rate")
    draft.put_number(SETTINGS, 4, 2, draft.model.years)


def _fill_years(draft: Draft) -> None:
    """A line of discount factors, then for each outcome what is left after drop-off and the value, then the present value."""
    head(draft, YEARS, ("", *(f"Year {year}" for year in range(draft.model.years))))
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


def _fill_result(draft: Draft) -> None:
    head(draft, RESULT, ("Result", "Value", "Scenario, to choose") if draft.varied else ("Result", "Value"))
    if draft.varied:
        row, column = CHOOSER
        draft.put_text(RESULT, row, column, CENTRAL)
        draft.name(CHOSEN, RESULT, row, column)
        choose_from(draft.sheets[RESULT].cell(row, column), list(draft.model.scenarios), SCENARIOS)
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


def _told_below(draft: Draft) -> Iterator[str]:
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
