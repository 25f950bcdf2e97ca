"""The search of finished pages for anything about single people: ids, records, columns of answers, free text, files."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.disclosure.page import Page, json_values, read_page
from analysis.errors import InputError

SHORTEST_ID = 5  # characters of an id made of digits only; shorter ones look like counts
SHORTEST_TEXT = 12  # characters of a free-text answer that cannot be there by chance
WORDS_IN_A_ROW = 6  # of a longer answer
ANSWERS_IN_A_ROW = 6  # of one person's record, in the order of the file
SHORTEST_COLUMN = 10  # people in a column of answers

_WHOLE = re.compile(r"^(-?\d+)\.0+$")
_TOKEN = re.compile(r"[\w-]+")
_DATA_FILE = re.compile(
    r"data:\s*(?:text/(?!css|javascript)|application/(?!font|javascript|x-font))[\w.+-]*", re.IGNORECASE
)
_NOTEBOOK = re.compile(
    r"(?<![\w-])attachment:|\"attachments\"\s*:|\"nbformat\"\s*:|application/vnd\.jupyter|application/x-ipynb|application/vnd\.dataresource",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Secrets:
    """What must not appear: ids, column names of the files, whole records, sorted columns of answers, free text."""

    ids: frozenset[str]
    id_column: str
    columns: frozenset[str]
    records: frozenset[tuple[str, ...]]
    answers: frozenset[tuple[str, ...]]
    texts: frozenset[str]
    runs: frozenset[tuple[str, ...]]
    people: int


@dataclass(frozen=True)
class Leak:
    """Something about single people on a page: which page, what sort of thing, never the thing itself."""

    page: str
    what: str


def secrets_of(records: pd.DataFrame, id_column: str = "person_id", text_columns: Sequence[str] = ()) -> Secrets:
    """What a table of records (one row each) must not show on any page."""
    answers = records.drop(columns=[id_column, *text_columns])
    ids = records[id_column].dropna().astype(str)
    texts = [_plain(text) for column in text_columns for text in records[column].dropna().astype(str)]
    rows = [tuple(map(_text, row)) for row in answers.itertuples(index=False)]
    columns = [_sorted(answers[name]) for name in answers]
    return Secrets(
        ids=frozenset(each for each in ids if not each.isdigit() or len(each) >= SHORTEST_ID),
        id_column=id_column,
        columns=frozenset(answers.columns),
        records=frozenset(row for row in rows if sum(map(bool, row)) >= ANSWERS_IN_A_ROW),
        answers=frozenset(c for c in columns if len(c) >= SHORTEST_COLUMN and len(set(c)) > 1),
        texts=frozenset(text for text in texts if len(text) >= SHORTEST_TEXT),
        runs=frozenset(run for text in texts for run in _windows(tuple(text.split()), WORDS_IN_A_ROW)),
        people=len(records),
    )


def scan_page(html: str, name: str, secrets: Iterable[Secrets], synthetic: bool = False) -> list[Leak]:
    """Every leak on one page, once for each sort. With `synthetic` records a mark for each person may be drawn."""
    page = read_page(html)
    values = [value for text in (*page.scripts, *page.attributes, " ".join(page.words)) for value in json_values(text)]
    found = [what for what, there in _files(html, page).items() if there]
    for each in secrets:
        found += [what for what, there in _people(html, page, values, each).items() if there]
        if not synthetic and any(each.people >= SHORTEST_COLUMN and marks == each.people for marks in page.marks):
            found.append("a figure with as many marks as people")
    return [Leak(name, what) for what in dict.fromkeys(found)]


def scan_folder(folder: Path, secrets: Iterable[Secrets], synthetic: bool = False) -> list[Leak]:
    """Every leak on the HTML pages below a folder, in the order of their names."""
    secrets = list(secrets)
    pages = sorted(folder.rglob("*.html"))
    return [
        leak
        for page in pages
        for leak in scan_page(page.read_text(encoding="utf-8"), page.relative_to(folder).as_posix(), secrets, synthetic)
    ]


def stop_on_leaks(leaks: Sequence[Leak]) -> None:
    """Raise InputError for the first page with a leak, naming all that was found on it."""
    if leaks:
        page = leaks[0].page
        found = "; ".join(leak.what for leak in leaks if leak.page == page)
        raise InputError(
            page,
            found=found,
            expected="a page with nothing about single people",
            action="remove it from the notebook's output, run again, and do not pass this page on",
        )


def _files(html: str, page: Page) -> dict[str, bool]:
    return {
        "an embedded data file": any(_DATA_FILE.search(text) for text in (*page.attributes, *page.scripts)),
        "a notebook or one of its attachments": bool(_NOTEBOOK.search(html)),
    }


def _people(html: str, page: Page, values: list[object], secrets: Secrets) -> dict[str, bool]:
    tokens = {token for text in (*page.words, *page.attributes, *page.scripts) for token in _TOKEN.findall(text)}
    words = tuple(word for text in (*page.words, *page.scripts) for word in _plain(text).split())
    text = " ".join(words)
    return {
        "the id of a person": not secrets.ids.isdisjoint(tokens) or _holds_ids(html, secrets.ids),
        "a column of ids": any(secrets.id_column in headers for headers in page.headers)
        or _has_id_key(values, secrets),
        "a table with a row for each person": any(_is_record_table(page, i, secrets) for i in range(len(page.tables))),
        "records in a script or attribute": any(_is_records(value, secrets) for value in values),
        "a whole column of answers": any(_is_column(value, secrets) for value in values) or _has_column(page, secrets),
        "a free-text answer": any(each in text for each in secrets.texts)
        or not secrets.runs.isdisjoint(_windows(words, WORDS_IN_A_ROW)),
    }


def _holds_ids(html: str, ids: frozenset[str]) -> bool:
    # An id such as "A/7 b" is no single token.
    return any(each in html for each in ids if not _TOKEN.fullmatch(each))


def _has_id_key(values: list[object], secrets: Secrets) -> bool:
    return any(secrets.id_column in value for value in values)


def _is_record_table(page: Page, place: int, secrets: Secrets) -> bool:
    known = page.headers[place] & secrets.columns
    if len(known) >= 3 and len(page.tables[place]) > secrets.people:
        return True
    return any(_holds_record(row, secrets) for row in page.tables[place])


def _is_records(value: object, secrets: Secrets) -> bool:
    if isinstance(value, dict):
        columns = value.get("columns")
        split = (
            isinstance(columns, list) and len(secrets.columns.intersection(map(str, columns))) >= 2 and "data" in value
        )
        return (
            split or sum(isinstance(part, list | dict) for name, part in value.items() if name in secrets.columns) >= 2
        )
    named = [part for part in value if isinstance(part, dict) and len(secrets.columns.intersection(part)) >= 2]
    return len(named) >= 2 or any(_holds_record(part, secrets) for part in value if isinstance(part, list))


def _holds_record(row: Sequence[object], secrets: Secrets) -> bool:
    length = len(next(iter(secrets.records), ()))
    return bool(length) and not secrets.records.isdisjoint(_windows(tuple(map(_text, row)), length))


def _is_column(value: object, secrets: Secrets) -> bool:
    if not isinstance(value, list) or any(isinstance(part, list | dict) for part in value):
        return False
    return _sorted(value) in secrets.answers


def _has_column(page: Page, secrets: Secrets) -> bool:
    for table in page.tables:
        for place in range(max(map(len, table), default=0)):
            cells = [row[place] for row in table if len(row) > place]
            if _sorted(cells) in secrets.answers or _sorted(cells[1:]) in secrets.answers:
                return True
    return False


def _sorted(cells: Iterable[object]) -> tuple[str, ...]:
    return tuple(sorted(text for text in map(_text, cells) if text))


def _windows(parts: tuple[str, ...], length: int) -> set[tuple[str, ...]]:
    return {parts[i : i + length] for i in range(len(parts) - length + 1)}


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def _text(value: object) -> str:
    """An answer as it may stand on a page: numbers without a decimal point that says nothing, missing answers empty."""
    text = "" if value is None or value is pd.NA else str(value).strip()
    if text.lower() in ("nan", "<na>", "none", "null"):
        return ""
    return _WHOLE.sub(r"\1", text)
