"""The data dictionary of a study as a page, made from the models that validate its tables and its participant files."""

import re
from collections.abc import Iterator

import pandas as pd

from analysis.companions.material import Material
from analysis.companions.overview import Figure, Missing, Overview
from analysis.companions.sheet import Sheet
from analysis.participants.codes import MEANING, SPELLINGS
from analysis.participants.exports import FOLDER
from analysis.participants.fields import Column as Field
from analysis.participants.monitoring import EXPORT_TABLES
from analysis.participants.rules import rule_lines
from analysis.participants.schema import TABLES, table_columns, table_model
from analysis.reporting.markup import Display
from analysis.reporting.nodes import bullets, label
from analysis.reporting.page import PageData
from analysis.reporting.tables import RowExtra
from analysis.results import RESULT_FIELDS, Column
from analysis.sroi.value_map import LABELS, RowText
from analysis.study import dictionary as study_tables

TITLE = "Data dictionary"
LEAD = "What every table holds, column by column: types, units, allowed values, and how an answer that was not given is written."
_MORE = (
    ("value_map.csv", "The value map: one row for each cost and each outcome of the model of social return.", RowText),
    ("overviews, one file for each study", "Wording of the overview page.", Overview),
    ("overviews, figures", "A headline figure of the overview page.", Figure),
    ("overviews, missing", "Something that was not published, on the overview page.", Missing),
)
_COLUMNS = {"label": Column("Label"), "holds": Column("Holds"), "unit": Column("Unit"), "about": Column("Meaning")}


def data_dictionary(material: Material) -> PageData:
    """The page, but for commit and links."""
    sheet = Sheet(material, "data_dictionary", TITLE, LEAD)
    sheet.section("Tables of the study", *_study_tables(sheet))
    sheet.section("Answers that were not given", _codes(sheet))
    sheet.section(
        "Participant files",
        sheet.page.say(_WHERE),
        *(part for table in TABLES for part in _participant_table(sheet, table)),
    )
    sheet.section(
        "Management information",
        sheet.page.say(_EXPORT),
        *(part for table in EXPORT_TABLES for part in _participant_table(sheet, table)),
    )
    sheet.section("Results", sheet.page.say(_RESULTS), _fields_of_results(sheet))
    return sheet.page_data()


_CODE = re.compile(r"`([^`]+)`")  # in what the schemas say; a cell of text has quotation marks
_WHERE = (
    "Optional files, the same for every study, each as `.csv`, `.xlsx` or `.sav` in the study's folder of raw data. Only pseudonymous"
    " ids belong into them: no names, addresses, telephone numbers or free text."
)
_EXPORT = f"Optional tables of a management information system, in the folder `{FOLDER}` of the study's raw data."
_RESULTS = (
    "Every number of every page stands in `results.json` of the study's processed data under its id, with the fields below; those"
    " that are empty are left out."
)


def _study_tables(sheet: Sheet) -> Iterator[Display]:
    """A table for each of the study's own tables."""
    for place, (name, about, model) in enumerate((*study_tables.TABLES, *_MORE), start=1):
        labels = LABELS if model is RowText else {}
        rows = [
            (field, labels.get(field, ""), holds.replace("`", ""), "", _CODE.sub(r"“\1”", meaning))
            for field, holds, meaning in study_tables.fields(model)
        ]
        yield _table(sheet, f"study_{place}", f"{{={name}}}: {about[0].lower()}{about[1:]}", rows, name)


def _participant_table(sheet: Sheet, table: str) -> Iterator[Display]:
    """A participant file: its columns, and below it the rules its rows keep."""
    rows = [
        (column.name, column.label, _holds(column), column.unit, column.about)
        for column in table_columns(table).values()
    ]
    about = str(table_model(table).__doc__).strip()
    yield _table(sheet, table, f"`{table}`: {about[0].lower()}{about[1:]}", rows, table)
    if rules := rule_lines(table):
        yield Display((bullets(([label(rule)] for rule in rules), css="rules"),), plain=f"Rules of {table}.")


def _holds(column: Field) -> str:
    """What a column takes, with the names of its values."""
    named = "; ".join(f"{value} {label}" for value, label in column.choices.items() if value != label)
    return column.expected + (f" ({named})" if named else "") + (", always needed" if column.needed else "")


def _table(sheet: Sheet, name: str, caption: str, rows: list[tuple[str, str, str, str, str]], file: str) -> Display:
    frame = pd.DataFrame(rows, columns=["field", *_COLUMNS]).set_index("field")
    columns = {column: spec for column, spec in _COLUMNS.items() if any(frame[column] != "")}
    extras = {field: RowExtra(anchor=f"field-{_anchor(file)}-{_anchor(field)}") for field in frame.index}
    return sheet.page.table(
        f"fields_of_{name}",
        frame,
        columns,
        _named_digits(caption),
        row_header="Column",
        text=dict.fromkeys(columns, "label"),
        extras=extras,
    )


def _named_digits(caption: str) -> str:
    """A caption whose digits outside marks of the prose notation are marked as names."""
    return re.sub(r"(?<![\w{=])\d+", lambda match: f"{{={match[0]}}}", caption)


def _anchor(text: str) -> str:
    """A text as part of an id.

    >>> _anchor("assumptions.yaml, source")
    'assumptions-yaml-source'
    """
    return re.sub(r"[^a-z0-9_]+", "-", text.lower()).strip("-")


def _codes(sheet: Sheet) -> Display:
    """Table: how an answer that was not given is written, and what it means."""
    rows = [
        (status.value, ", ".join(text or "an empty cell" for text in texts), MEANING[status])
        for status, texts in SPELLINGS.items()
    ]
    frame = pd.DataFrame(rows, columns=["status", "written", "about"]).set_index("status")
    return sheet.page.table(
        "missing_codes",
        frame,
        {"written": Column("Written as"), "about": Column("Meaning")},
        "Codes for an answer that was not given.",
        row_header="Status",
        text={"written": "label", "about": "label"},
    )


def _fields_of_results(sheet: Sheet) -> Display:
    rows = [(name, "", holds, "", meaning) for name, (holds, meaning) in RESULT_FIELDS.items()]
    return _table(sheet, "results", "Fields of a recorded result.", rows, "results")
