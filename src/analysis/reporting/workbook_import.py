"""The way back: a filled workbook of the project's layout as a value map and its register.

Nothing in the workbook is run. Formulas are read as text by `analysis.expressions`, so that a cell may hold numbers,
names of input cells, + - * / and parentheses, and nothing else. Computed sheets (Result, Year by year) are not read.
"""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.errors import InputError
from analysis.reporting.workbook import (
    BETWEEN,
    COMPUTED,
    INPUT_FIELDS,
    INPUTS,
    MAP,
    MAP_COLUMNS,
    SCENARIOS,
    SETTING_ROWS,
    SETTINGS,
    SHARE,
    SHEETS,
    SOURCE_FIELDS,
    SOURCES,
    TERMS,
    cell_name,
)
from analysis.sroi.model import Model, assemble
from analysis.sroi.prices import known
from analysis.sroi.value_map import COLUMNS, FORMULAS, LABELS, build
from analysis.study import Study
from analysis.study.register import Assumption, Register
from analysis.study.tables import validate

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell import Cell

LARGEST = 50_000_000  # bytes unpacked; far above any value map, far below what would fill a small machine's memory
MOST_ROWS = 2_000
_BROKEN = re.compile(r"#(REF|NAME|VALUE|DIV/0|N/A|NULL|NUM)")


def read_workbook(path: Path, study: Study) -> Model:
    """The model that a filled workbook describes, checked as one read from CSV and YAML is.

    Raises InputError, with sheet and cell, for a file that is no such workbook, a missing sheet or column, macros,
    links to other files, a broken formula, and whatever a value map may not hold.
    """
    book = _open(path)
    names = _Names(book, path.name)
    register = _register(names)
    settings = _settings(names)
    return assemble(
        build(
            list(_rows(names)),
            settings,
            f"{path.name}, sheet '{MAP}'",
            f"{path.name}, sheets '{SETTINGS}' and '{TERMS}'",
        ),
        register,
        study,
    )


def _open(path: Path) -> "Workbook":
    from openpyxl import load_workbook

    _check_archive(path)
    try:
        book = load_workbook(path, keep_links=False)
    except (ValueError, KeyError, TypeError, SyntaxError, zipfile.BadZipFile) as error:
        raise _no_workbook(path, f"a workbook that cannot be read ({error})") from None
    missing = [
        name
        for name in SHEETS
        if name not in book.sheetnames and name in (MAP, INPUTS, TERMS, SCENARIOS, SOURCES, SETTINGS)
    ]
    if missing:
        raise InputError(
            path.name,
            found=f"no sheet '{missing[0]}'",
            expected=f"the sheets {', '.join(SHEETS)}",
            action="fill in a workbook that the project wrote, and keep its sheets and their names",
        )
    return book


def _check_archive(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            files = archive.infolist()
    except FileNotFoundError:
        raise _no_workbook(path, "no such file") from None
    except (zipfile.BadZipFile, IsADirectoryError):
        raise _no_workbook(path, "a file that is no workbook") from None
    names = [file.filename.lower() for file in files]
    if any("vbaproject" in name or "macrosheets" in name or name.endswith((".bas", ".cls")) for name in names):
        raise InputError(
            path.name, found="macros", expected="a workbook without macros", action="save it as .xlsx, without macros"
        )
    if any(name.startswith("xl/externallinks/") or name.startswith("xl/embeddings/") for name in names):
        raise InputError(
            path.name,
            found="links to other files, or embedded ones",
            expected="a workbook that stands alone",
            action="break the links and save again",
        )
    if sum(file.file_size for file in files) > LARGEST:
        raise _no_workbook(path, "more content than a value map has")


def _no_workbook(path: Path, found: str) -> InputError:
    return InputError(
        path.name,
        found=found,
        expected="a workbook (.xlsx) of this project's layout",
        action="start from reports/<study>/value_map.xlsx",
    )


class _Names:
    """A workbook's sheets as tables of cells, and the ids behind its named cells."""

    def __init__(self, book: "Workbook", file: str) -> None:
        self.book, self.file = book, file
        self.ids: dict[str, str] = {}

    def table(self, sheet: str) -> tuple[list[str], list[tuple[int, "list[Cell]"]]]:
        """The titles of a sheet's first row, and its other rows that are not empty, with their numbers."""
        rows = list(self.book[sheet].iter_rows(max_row=MOST_ROWS))
        titles = [self.text(cell, sheet) for cell in rows[0]] if rows else []
        return titles, [
            (number, list(row))
            for number, row in enumerate(rows[1:], start=2)
            if any(cell.value not in (None, "") for cell in row)
        ]

    def text(self, cell: "Cell", sheet: str) -> str:
        """A cell that holds text or a number, as text; InputError for a formula."""
        if cell.data_type == "f":
            raise self.trouble(cell, sheet, f"the formula {cell.value}", "text or a number", "write the value itself")
        return "" if cell.value is None else _plain(cell.value)

    def formula(self, cell: "Cell", sheet: str) -> str:
        """A cell that holds a number or a formula, as text in the project's grammar."""
        if cell.data_type == "e" or (cell.data_type == "f" and _BROKEN.search(str(cell.value))):
            raise self.trouble(
                cell,
                sheet,
                f"the broken formula {cell.value}",
                "a formula over named cells",
                "restore the name or the row it referred to",
            )
        if cell.data_type == "f" and not isinstance(cell.value, str):
            raise self.trouble(
                cell,
                sheet,
                "an array formula or a data table",
                "an ordinary formula",
                "write it as an ordinary formula",
            )
        if cell.data_type == "s":
            raise self.trouble(
                cell, sheet, f"the text {cell.value!r}", "a number or a formula", "start a formula with ="
            )
        if cell.data_type == "f":
            return re.sub(r"[A-Za-z_]\w*", lambda match: self.ids.get(match[0], match[0]), cell.value[1:])
        return "" if cell.value is None else _plain(cell.value)

    def trouble(self, cell: "Cell", sheet: str, found: str, expected: str, action: str) -> InputError:
        """An error at a cell."""
        return InputError(
            self.file, row=cell.row, column=f"{sheet}!{cell.coordinate}", found=found, expected=expected, action=action
        )

    def columns(self, sheet: str, titles: list[str], wanted: dict[str, str]) -> dict[str, int]:
        """Places of the wanted columns by field; InputError for one that is missing."""
        for title in wanted.values():
            if titles.count(title) != 1:
                raise InputError(
                    self.file,
                    row=1,
                    column=f"{sheet}!{title}",
                    found="no such column, or two of them",
                    expected=f"the columns {', '.join(wanted.values())}",
                    action="keep the titles of the project's layout",
                )
        return {name: titles.index(title) for name, title in wanted.items()}


def _plain(value: Any) -> str:
    return (
        repr(value)
        if isinstance(value, float) and not value.is_integer()
        else str(int(value))
        if isinstance(value, float)
        else str(value)
    )


def _register(names: _Names) -> Register:
    sources = _sources(names)
    titles, rows = names.table(INPUTS)
    places = names.columns(INPUTS, titles, {name: name.replace("_", " ").capitalize() for name in INPUT_FIELDS})
    entries: dict[str, Assumption] = {}
    for number, cells in rows:
        values: dict[str, Any] = {name: names.text(cells[place], INPUTS) or None for name, place in places.items()}
        values["alternatives"] = tuple(filter(None, (values["alternatives"] or "").split(BETWEEN)))
        values["source"] = sources.get(str(values["id"]))
        entry = validate(Assumption, values, names.file, number, entry=INPUTS)
        if entry.id in entries:
            raise names.trouble(
                cells[places["id"]], INPUTS, f"{entry.id!r} twice", "every id once", "rename one of the two entries"
            )
        entries[entry.id] = entry
        names.ids[cell_name(entry.id)] = entry.id
    return Register(
        {name: entry for name, entry in entries.items() if not known(name)}, f"{names.file}, sheet '{INPUTS}'"
    )


def _sources(names: _Names) -> dict[str, dict[str, str | None]]:
    titles, rows = names.table(SOURCES)
    places = names.columns(SOURCES, titles, {"id": "Id"} | {name: name.capitalize() for name in SOURCE_FIELDS})
    found = [{name: names.text(cells[place], SOURCES) or None for name, place in places.items()} for _, cells in rows]
    return {str(row.pop("id")): row for row in found}


def _settings(names: _Names) -> dict[str, Any]:
    _, rows = names.table(SETTINGS)
    cells = {names.text(row[0], SETTINGS): row[1] for _, row in rows}
    for title in SETTING_ROWS:
        if title not in cells:
            raise InputError(
                names.file,
                column=f"{SETTINGS}!{title}",
                found="no such row",
                expected=", ".join(SETTING_ROWS),
                action="restore the row",
            )
    year, rate, years = (cells[title] for title in SETTING_ROWS)
    terms = list(_terms(names))
    return {
        "price_year": names.text(year, SETTINGS),
        "discount_rate": names.formula(rate, SETTINGS) or "0",
        "years": names.text(years, SETTINGS) or None,
        "terms": terms,
        "scenarios": _scenarios(names),
    }


def _terms(names: _Names) -> Iterator[dict[str, str]]:
    titles, rows = names.table(TERMS)
    places = names.columns(TERMS, titles, {"id": "Id", "label": "Label", "formula": "Formula"})
    ids = [names.text(cells[places["id"]], TERMS) for _, cells in rows]
    names.ids |= {cell_name(term): term for term in ids}
    for term, (_, cells) in zip(ids, rows, strict=True):
        yield {
            "id": term,
            "label": names.text(cells[places["label"]], TERMS),
            "formula": names.formula(cells[places["formula"]], TERMS),
        }


def _scenarios(names: _Names) -> dict[str, dict[str, str]]:
    titles, rows = names.table(SCENARIOS)
    found: dict[str, dict[str, str]] = {title: {} for title in titles[1:] if title}
    for _, cells in rows:
        for title, cell in zip(titles[1:], cells[1:], strict=False):
            if title and cell.value is not None:
                found[title][names.text(cells[0], SCENARIOS)] = names.text(cell, SCENARIOS)
    return found


def _rows(names: _Names) -> Iterator[tuple[int, dict[str, str]]]:
    titles, rows = names.table(MAP)
    places = names.columns(MAP, titles, {column: LABELS[column] for column in MAP_COLUMNS})
    shares = {title.removeprefix(SHARE): place for place, title in enumerate(titles) if title.startswith(SHARE)}
    stray = [
        title
        for title in titles
        if title and title not in (*LABELS.values(), *COMPUTED.values()) and not title.startswith(SHARE)
    ]
    if stray:
        raise InputError(
            names.file,
            row=1,
            column=f"{MAP}!{stray[0]}",
            found="a column that does not belong here",
            expected="the columns of the layout",
            action=f"remove it; a beneficiary's column is titled '{SHARE}name'",
        )
    for number, cells in rows:
        row = {
            name: (names.formula if name in FORMULAS else names.text)(cells[place], MAP)
            for name, place in places.items()
        }
        given = {who: names.formula(cells[place], MAP) for who, place in shares.items()}
        row["beneficiaries"] = _beneficiaries(
            names, {who: share for who, share in given.items() if share}, row["stakeholder"] or row["outcome"]
        )
        yield number, {column: row[column] for column in COLUMNS}


def _beneficiaries(names: _Names, shares: dict[str, str], stakeholder: str) -> str:
    """The cell of shares as value_map.csv writes it; empty where the stakeholder takes everything."""
    if shares == {stakeholder: "1"}:
        return ""
    for who in shares:
        if not who.strip() or set(who) & set(":;"):
            raise InputError(
                names.file,
                row=1,
                column=f"{MAP}!{SHARE}{who}",
                found=repr(who),
                expected="a name without : and ;",
                action="rename the column",
            )
    return "; ".join(f"{who}: {share}" for who, share in shares.items())
