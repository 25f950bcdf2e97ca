"""What is generated from the schema of participant files: JSON schemas, empty templates and the data dictionary.

`python scripts/participant_files.py` writes them; run it after a change of the schema.
"""

import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

from analysis.participants.codes import MEANING, SPELLINGS, language_codes
from analysis.participants.exports import EXPORT_WORKBOOK, FOLDER
from analysis.participants.fields import Column
from analysis.participants.monitoring import EXPORT_TABLES
from analysis.participants.rules import rule_lines
from analysis.participants.schema import TABLES, table_columns, table_model

DICTIONARY = Path("docs/data-dictionary.md")
TEMPLATES = Path("data/templates")
EXPORT_TEMPLATES = TEMPLATES / FOLDER
_DAY_ZERO = (1980, 1, 1, 0, 0, 0)  # the earliest date a zip archive can hold; a template has no date of its own

_OPENING = """# Data dictionary of the participant files

Generated from `src/analysis/participants/schema.py` and `monitoring.py` beside it; do not edit. The files are optional and the same for every study.
Put them into `data/raw/<study>/records/` as `questionnaire`, `attendance` and `advice_contacts`, each as `.csv`, `.xlsx`
or `.sav`, or as three sheets of `participants.xlsx`. Empty templates and the schemas as JSON are in `data/templates/`.
Only pseudonymous ids belong into these files: no names, addresses, telephone numbers or free text.
"""

_EXPORT_OPENING = """## A management information export

Seven tables, optional as well, in `data/raw/<study>/management_information/`: `referrals`, `participants`,
`activities`, `outcomes`, `exits`, `evidence` and `targets`, each as `.csv`, `.xlsx` or `.sav`, or as seven sheets of
`management_information.xlsx` in that folder. Only participants must be there. Templates are in
`data/templates/management_information/`. What counts as an output or a result is said in `counting_rules.yaml` of the
study. Across the tables:

- An id stands for one person, one referral, one piece of evidence, one activity.
- A person has one partner at a time; each person_id is among the participants.
- Nobody leaves before they start.
- Targets are for measures of the counting rules and for partners that have participants; quarters do not overlap.
- No evidence that is known on the day of the analysis is dated after that day.
"""

_FORMATS = """## What is read

Every format goes through the same checks; the same table is read or refused alike from each.

- **CSV**: UTF-8 with or without byte-order mark; else Windows-1252 (Excel's "CSV" in western Europe). A file that mixes
  the two is refused, and so is one whose letters say that it is in another encoding. Columns are separated by commas,
  semicolons, tabs or vertical bars; whichever divides the header into most cells, or what Excel's first line `sep=;` says.
  Empty rows above the header are passed over.
- **Decimals**: a point; or a comma where semicolons or tabs separate the columns, and then throughout the file.
  `1,000` is refused, since it may be a thousand or one.
- **Digits** of any script are read as 0 to 9; signs that nobody sees around a cell do not count.
- **Dates**: `yyyy-mm-dd`, Excel's own dates, and `31/12/2013` where records.yaml says `dates: day first`.
- **Excel** (`.xlsx`): values only; a formula is refused. The sheet called like the table, or the only one. Further sheets
  with anything in them stop the run, unless `sheet` names the one to be read, or `ignore_sheets` those to be left out.
- **SPSS** (`.sav`): with the package pyreadstat. What the file says of a value goes first: a value with a label is read by
  the label (a scale may run the other way round); one declared user-missing is missing, or what its label says. A label that
  is neither in this dictionary nor a word for no answer, a value without a label among values that have one, and a scale
  without labels beside one whose labels run the other way, are asked about.
- **KoboToolbox and ODK**: groups that are about the person (`before/confidence_pre`) and the platform's own columns are
  taken off; names and labels are both understood. Other groups, such as `child`, are asked about; `groups` names those that
  are about the person. A choice of a question with several is never taken for a question.
- **Qualtrics**: the rows with question texts and import ids are taken off, in any language; row numbers in messages stay
  those of the file. A status or channel that marks no response, or that is not known, stops the run; `rows` says what
  is to become of such rows.
- **SurveyMonkey, Microsoft Forms, Google Forms**: columns about the respondent, and SurveyMonkey's row of choices, are taken off.

Of no platform is a column about the response read, so that no address or location is kept. A row may lack its last
cells; columns without name and content do not count. A column's name may be its name or its label below, in any case. A
file without a column counts as not having asked. Columns not listed below stop the run, all at once, unless `ignore` names
them or `others: ignore` leaves out whatever is not known. What lies in the folder and is not read stops the run, too, unless
`ignore_files` names it.

Names and ids that differ only in case and blanks are one; the first spelling is kept. Entries of `values` and `codes`
are compared in the same way, with values and with labels; an entry of `values` that fits no cell, while cells of its column
fit no entry, stops the run. A code for the whole file must not be a possible value of a column: 99 months are an
answer, so `99` belongs to columns.

Messages name file, row and column and what form of text is there, not the text. For the team's own terminal, `--show-values`
behind a command (or the environment variable `ANALYSIS_SHOW_VALUES=1`) has them quote the cells. Each run says which files it
read, with rows, people, and what of records.yaml fitted how many cells.
"""

EXAMPLE_LAYOUT = """# How this study's participant files are to be read. Everything is optional; leave the file out if nothing is needed.
id_prefix: EX-              # what every person id begins with
ignore_files: ["*.docx"]    # files of this folder that are not to be read
questionnaire:
  sheet: Survey             # which sheet of a workbook; the others are left out
  columns:                  # the file's column: the column of the data dictionary
    Q12: confidence_pre
  ignore: [Comments]        # columns not to be read; `others: ignore` leaves out all that are not known
  groups: [part_one]        # groups of a form that are about the person
  codes:                    # further codes for an answer not given
    n/a: not_asked          # in any column, where it is no possible value
    months_in_uk: {999: refused}
  values:                   # for a column, the file's value or its label: the value of the data dictionary
    course: {English class: esol, B: advice}
  rows:                     # for a platform's column, what becomes of rows with this value: read, or leave out
    Status: {Umfragevorschau: leave out}
  dates: day first          # 31/12/2013; otherwise 2013-12-31
"""

EXAMPLE_EXPORT_LAYOUT = """# How this study's management information export is to be read; as for the other files, everything is optional.
id_prefix: MI-
participants:
  columns: {Delivery organisation: partner, Gender: sex}
  values:
    labour_status: {Economically inactive: inactive, Unemployed: unemployed}
  ignore: [Caseworker]
exits:
  dates: day first
"""


def json_schema(table: str) -> dict[str, Any]:
    """The JSON schema of one row of a participant file, with titles, units and the names of values."""
    return table_model(table).model_json_schema()


def template(table: str) -> str:
    """An empty participant file: its header as CSV.

    >>> template("attendance")
    'study,person_id,session_date,session_number,course\\n'
    """
    return ",".join(table_columns(table)) + "\n"


def data_dictionary() -> str:
    """The data dictionary as Markdown: codes, formats, and each file column by column."""
    layout = f"## records.yaml\n\nAn optional file beside the participant files:\n\n```yaml\n{EXAMPLE_LAYOUT}```\n"
    export = f"## records.yaml of an export\n\n```yaml\n{EXAMPLE_EXPORT_LAYOUT}```\n"
    own, exported = map(_table_section, TABLES), map(_table_section, EXPORT_TABLES)
    return "\n".join([_OPENING, _codes_section(), *own, _EXPORT_OPENING, *exported, _FORMATS, layout, export])


def _codes_section() -> str:
    rows = [
        f"| {status.value} | {', '.join(f'`{text}`' if text else 'an empty cell' for text in texts)} | {MEANING[status]} |"
        for status, texts in SPELLINGS.items()
    ]
    languages = ", ".join(language_codes())
    return "\n".join(
        [
            "## An answer that was not given\n",
            "| status | written as | meaning |",
            "| --- | --- | --- |",
            *rows,
            "\nWords of forms and interviewers for these (such as `Prefer not to say`, `weiß nicht`, `لا ينطبق`), in cells and in "
            f"labels, stand in `src/analysis/participants/no_answer.yaml`, by language: {languages}. Not to know is missing, and an "
            "answer where a column takes words.\n",
        ]
    )


def _table_section(table: str) -> str:
    rows = [_row(column) for column in table_columns(table).values()]
    head = ["| column | label | holds | unit | about |", "| --- | --- | --- | --- | --- |"]
    return "\n".join(
        [
            f"## {table}\n",
            f"{table_model(table).__doc__}\n",
            *head,
            *rows,
            "",
            *(f"- {rule}" for rule in rule_lines(table)),
            "",
        ]
    )


def _row(column: Column) -> str:
    points = "; ".join(f"{value} {label}" for value, label in column.choices.items() if value != label)
    holds = column.expected + (f" ({points})" if points else "") + (", always needed" if column.needed else "")
    return f"| `{column.name}` | {column.label} | {holds} | {column.unit} | {column.about} |"


def write_schema_files(root: Path) -> list[Path]:
    """Write the data dictionary, the JSON schemas and the templates below `root`; returns their paths below it."""
    texts = {DICTIONARY: data_dictionary(), TEMPLATES / "records.yaml": EXAMPLE_LAYOUT}
    texts |= {EXPORT_TEMPLATES / "records.yaml": EXAMPLE_EXPORT_LAYOUT}
    for folder, tables in ((TEMPLATES, TABLES), (EXPORT_TEMPLATES, EXPORT_TABLES)):
        texts |= {folder / f"{table}.csv": template(table) for table in tables}
        texts |= {folder / f"{table}.schema.json": _schema_text(table) for table in tables}
    contents = {path: text.encode() for path, text in texts.items()} | {
        EXPORT_TEMPLATES / EXPORT_WORKBOOK: _undated(_workbook_bytes(tuple(EXPORT_TABLES))),
        TEMPLATES / "participants.xlsx": _undated(_workbook_bytes(tuple(TABLES))),
    }
    for path, content in contents.items():
        _write(root / path, content)
    return list(contents)


def _schema_text(table: str) -> str:
    return json.dumps(json_schema(table), indent=1, ensure_ascii=False) + "\n"


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.part")
    temporary.write_bytes(content)
    temporary.replace(path)


def _workbook_bytes(tables: tuple[str, ...]) -> bytes:
    from openpyxl import Workbook

    book, content = Workbook(), io.BytesIO()
    book.remove(book.active)
    for table in tables:
        book.create_sheet(table).append(list(table_columns(table)))
    about = book.create_sheet("data dictionary")
    about.append(["table", "column", "label", "holds", "unit", "about"])
    for table in tables:
        for column in table_columns(table).values():
            about.append([table, column.name, column.label, column.expected, column.unit, column.about])
    book.save(content)
    return content.getvalue()


def _undated(workbook: bytes) -> bytes:
    """The same workbook without the time of writing, so that the same schema gives the same bytes."""
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as old, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if entry.filename != "docProps/core.xml":
                new.writestr(zipfile.ZipInfo(entry.filename, _DAY_ZERO), _without_core(entry.filename, old.read(entry)))
    return content.getvalue()


def _without_core(name: str, content: bytes) -> bytes:
    """Take the mention of docProps/core.xml, which holds the dates, out of the two files that list the parts."""
    if name not in ("[Content_Types].xml", "_rels/.rels"):
        return content
    return re.sub(rb"<(?:Override|Relationship)\b[^>]*docProps/core\.xml[^>]*/>", b"", content)


if __name__ == "__main__":
    print(*write_schema_files(Path(__file__).resolve().parents[1]), sep="\n")
