"""The search of finished pages and files for anything about single people: ids, records, columns of answers, free text."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from analysis.disclosure.page import BREAK, Page, read_file, read_page
from analysis.errors import InputError

SHORTEST_ID = 5  # characters of an id made of digits only; shorter ones look like counts
SHORTEST_TEXT = 12  # characters of a free-text answer that cannot be there by chance
WORDS_IN_A_ROW = 6  # of a longer answer
ANSWERS_IN_A_ROW = 6  # of one person's record, in the order of the file
SHORTEST_COLUMN = 10  # people in a column of answers
LONGEST_PLACE = 80  # characters of a heading in a message

_WHOLE = re.compile(r"^(-?\d+)\.0+$")
_TOKEN = re.compile(r"[\w-]+")
_MIDNIGHT = re.compile(r"^(\d{4}-\d\d-\d\d) 00:00:00$")
_DATA_FILE = re.compile(
    r"data:\s*(?:text/(?!css|javascript)|application/(?!font|javascript|x-font))[\w.+-]*", re.IGNORECASE
)
_NOTEBOOK = re.compile(
    r"(?<![\w-])attachment:|\"attachments\"\s*:|\"nbformat\"\s*:|application/vnd\.jupyter|application/x-ipynb|application/vnd\.dataresource",
    re.IGNORECASE,
)

Run = tuple[str, ...]


@dataclass(frozen=True)
class Secrets:
    """What must not appear: ids (each with its place in the records), column names, whole records, sorted columns of answers,
    free text. `spoken` are whole records as words, by the first of these."""

    ids: Mapping[str, str]
    id_column: str
    columns: frozenset[str]
    records: frozenset[Run]
    spoken: Mapping[Run, tuple[Run, ...]]
    answers: frozenset[Run]
    texts: frozenset[str]
    runs: frozenset[Run]
    people: int


@dataclass(frozen=True)
class Public:
    """What a study has in print or in its own settings, so that it tells nothing about anybody wherever it stands.

    `names` stand alone somewhere, as a cell or an entry; `pairs` are neighbouring words of texts, `tokens` all words.
    """

    names: frozenset[str] = frozenset()
    pairs: frozenset[tuple[str, str]] = frozenset()
    tokens: frozenset[str] = frozenset()
    text: str = ""

    @classmethod
    def of(cls, cells: Iterable[str], others: Iterable[str] = ()) -> "Public":
        """From cells or entries, and texts of other sorts, such as code."""
        cells = [*cells]
        told = [*cells, *others]
        tokens = [_TOKEN.findall(text) for text in told]
        return cls(
            frozenset(cell.strip() for cell in cells),
            frozenset(pair for each in tokens for pair in zip(each, each[1:], strict=False)),
            frozenset(token for each in tokens for token in each),
            "\n".join(map(_plain, told)),
        )

    def allows(self, token: str, before: str, after: str) -> bool:
        """Whether a word between two others (empty at the ends of a block) stands so in public, or is a name there."""
        return token in self.names or (before, token) in self.pairs or (not before and (token, after) in self.pairs)


@dataclass(frozen=True)
class Leak:
    """Something about single people: in which page or file, what sort of thing, where; never the thing itself."""

    page: str
    what: str
    where: str = field(default="", compare=False)

    def __str__(self) -> str:
        """What a message says of it."""
        return f"{self.what} ({self.where})" if self.where else self.what


def secrets_of(
    records: pd.DataFrame, id_column: str = "person_id", text_columns: Sequence[str] = (), places: Sequence[str] = ()
) -> Secrets:
    """What a table of records (one row each) must not show anywhere; `places` say of each row where it stands."""
    answers = records.drop(columns=[id_column, *text_columns])
    where = [*places] or [f"row {number}" for number in range(1, len(records) + 1)]
    ids = {str(each): place for each, place in zip(records[id_column], where, strict=True) if not pd.isna(each)}
    texts = [_plain(text) for column in text_columns for text in records[column].dropna().astype(str)]
    given = [_texts(answers[name]) for name in answers]
    rows = {row for row in zip(*given, strict=True) if sum(map(bool, row)) >= ANSWERS_IN_A_ROW}
    columns = [tuple(sorted(filter(None, column))) for column in given]
    return Secrets(
        ids={each: place for each, place in ids.items() if not each.isdigit() or len(each) >= SHORTEST_ID},
        id_column=id_column,
        columns=frozenset(answers.columns),
        records=frozenset(rows),
        spoken=_by_beginning(_spoken(" ".join(row)) for row in rows),
        answers=frozenset(c for c in columns if len(c) >= SHORTEST_COLUMN and len(set(c)) > 1),
        texts=frozenset(text for text in texts if len(text) >= SHORTEST_TEXT),
        runs=frozenset(run for text in texts for run in _windows(tuple(text.split()), WORDS_IN_A_ROW)),
        people=len(records),
    )


def secrets_in_texts(texts: Iterable[str]) -> Secrets:
    """What long texts, such as interviews or remarks, must not be quoted with: any run of six words."""
    runs = frozenset(run for text in texts for run in _windows(tuple(_plain(text).split()), WORDS_IN_A_ROW))
    return Secrets({}, "", frozenset(), frozenset(), {}, frozenset(), frozenset(), runs, 0)


def scan_page(
    html: str, name: str, secrets: Iterable[Secrets], synthetic: bool = False, public: Callable[[], Public] = Public
) -> list[Leak]:
    """Every leak on one page, once for each sort. With `synthetic` records a mark for each person may be drawn.

    What is `public` is no leak; it is asked for only if something is found.
    """
    page = read_page(html)
    files = [Leak(name, what) for what, there in _files(html, page).items() if there]
    return list(dict.fromkeys((*files, *scan(page, html, name, secrets, synthetic, public))))


def scan_file(
    name: str,
    content: bytes,
    secrets: Iterable[Secrets],
    synthetic: bool = False,
    public: Callable[[], Public] = Public,
) -> list[Leak]:
    """Every leak in what a run leaves, by the ending of its name: a page, JSON, a notebook, CSV, a codebook, a workbook."""
    if not (secrets := [*secrets]) and not name.endswith(".html"):
        return []  # nobody's records: to take a notebook apart takes longer than to run it
    text = content.decode("utf-8", errors="replace")
    if name.endswith(".html"):
        return scan_page(text, name, secrets, synthetic, public)
    source = "" if name.endswith(".xlsx") else text
    return list(dict.fromkeys(scan(read_file(name, content), source, name, secrets, synthetic, public)))


def scan(
    page: Page, source: str, name: str, secrets: Iterable[Secrets], synthetic: bool, public: Callable[[], Public]
) -> Iterator[Leak]:
    """The leaks on something that was taken apart; `source` is its text as it is."""
    seen = _Seen.of(page)
    for each in secrets:
        found = _people(page, source, seen, each, public)
        yield from (Leak(name, what, _masked(where, each.ids)) for what, where in found.items() if where is not None)
        if not synthetic and any(each.people >= SHORTEST_COLUMN and marks == each.people for marks in page.marks):
            yield Leak(name, "a figure with as many marks as people")


def stop_on_leaks(leaks: Sequence[Leak]) -> None:
    """Raise InputError for the first page with a leak, naming all that was found on it."""
    if leaks:
        page = leaks[0].page
        found = "; ".join(str(leak) for leak in leaks if leak.page == page)
        raise InputError(
            page,
            found=found,
            expected="a page with nothing about single people",
            action="remove it from the notebook's output, run again, and do not pass this page on",
        )


@dataclass(frozen=True)
class _Seen:
    """What is looked through for each table of records, put in order once.

    Words one by one, each with its place; words of scripts and attributes; plain words; numbers and words as records have
    them; names of keys and headers; rows and sorted columns of tables and lists; the keys of each object that hold lists or
    objects; for each list of objects, their keys.
    """

    tokens: list[tuple[str, str]]
    words: frozenset[str]
    hidden: frozenset[str]
    shapes: frozenset[str]
    plain: Run
    spoken: Run
    keys: frozenset[str]
    rows: list[Run]
    columns: frozenset[Run]
    parts: list[frozenset[str]]
    lists: list[list[frozenset[str]]]

    @classmethod
    def of(cls, page: Page) -> "_Seen":
        """From a page or file that was taken apart."""
        tokens = [
            (token, place)
            for text, place in zip(page.words, page.places, strict=True)
            for token in (_TOKEN.findall(text) if text else [BREAK])
        ]
        texts = (*page.words, *page.scripts)
        objects = [each for each in page.values if isinstance(each, dict)]
        lists = [each for each in page.values if isinstance(each, list)]
        flat = [each for each in lists if not any(isinstance(part, list | dict) for part in each)]
        across = [column for table in page.tables for column in _columns(table)]
        return cls(
            tokens=tokens,
            words=frozenset(token for token, _ in tokens),
            hidden=frozenset(token for text in (*page.telling, *page.scripts) for token in _TOKEN.findall(text)),
            shapes=frozenset(token for text in (*page.attributes, *page.styles) for token in _TOKEN.findall(text)),
            plain=tuple(word for text in texts for word in _plain(text).split()),
            spoken=_spoken(" ".join(texts)),
            keys=frozenset(key for each in (*page.values, *page.headers) for key in each if isinstance(key, str)),
            rows=[tuple(map(_text, row)) for row in (*(row for table in page.tables for row in table), *flat)],
            columns=frozenset(map(_sorted, (*flat, *across, *(column[1:] for column in across)))),
            parts=[frozenset(name for name, part in each.items() if isinstance(part, list | dict)) for each in objects]
            + [frozenset(map(str, each["columns"])) for each in objects if _is_split(each)],
            lists=[[frozenset(part) for part in each if isinstance(part, dict)] for each in lists],
        )


def _is_split(value: Mapping[str, object]) -> bool:
    return isinstance(value.get("columns"), list) and "data" in value


def _columns(table: Sequence[Sequence[str]]) -> Iterator[list[str]]:
    for place in range(max(map(len, table), default=0)):
        yield [row[place] for row in table if len(row) > place]


def _files(html: str, page: Page) -> dict[str, bool]:
    return {
        "an embedded data file": any(_DATA_FILE.search(text) for text in (*page.attributes, *page.scripts)),
        "a notebook or one of its attachments": bool(_NOTEBOOK.search(html)),
    }


def _people(
    page: Page, source: str, seen: _Seen, secrets: Secrets, public: Callable[[], Public]
) -> dict[str, str | None]:
    """Each sort of leak with where it is; None for one that is not there."""
    found = {
        "a column of ids": secrets.id_column.endswith("_id") and secrets.id_column in seen.keys,
        "a table with a row for each person": _is_record_table(page, secrets),
        "records in a script or attribute": _is_records(seen, secrets),
        "a record in running text": _says_record(seen.spoken, secrets),
        "a whole column of answers": not secrets.answers.isdisjoint(seen.columns),
        "a free-text answer": _quotes(seen.plain, secrets, public),
    }
    there = {what: "" if there else None for what, there in found.items()}
    return {"the id of a person": _id_place(seen, source, secrets, public), **there}


def _id_place(seen: _Seen, source: str, secrets: Secrets, public: Callable[[], Public]) -> str | None:
    """Whose id is there and where, both without the id; None if no id is there but such as are public."""
    near = seen.words & secrets.ids.keys()
    for place, (token, where) in enumerate(seen.tokens if near else ()):
        if token in near:
            around = (seen.tokens[place - 1][0] if place else BREAK, *(seen.tokens[place + 1][:1] or [BREAK]))
            if not public().allows(token, *around):
                return f"that of {secrets.ids[token]}, under '{where[:LONGEST_PLACE]}'"
    for token in sorted(
        (seen.hidden | {each for each in seen.shapes if len(each) >= SHORTEST_ID}) & secrets.ids.keys()
    ):
        if token not in public().tokens:
            return f"that of {secrets.ids[token]}, in an attribute or script"
    return _odd_id(source, secrets, public)


def _odd_id(source: str, secrets: Secrets, public: Callable[[], Public]) -> str | None:
    """An id such as "A/7 b" is no single word; it is looked for as it is."""
    words: set[str] = set()
    for each, place in secrets.ids.items():
        if not _TOKEN.fullmatch(each):
            words = words or set(_TOKEN.findall(source))
            if words.issuperset(_TOKEN.findall(each)) and each in source and _plain(each) not in public().text:
                return f"that of {place}"
    return None


def _masked(where: str, ids: Mapping[str, str]) -> str:
    """A place without an id that its words may hold."""
    return _TOKEN.sub(lambda match: "..." if match[0] in ids else match[0], where)


def _is_record_table(page: Page, secrets: Secrets) -> bool:
    tables = zip(page.tables, page.headers, strict=True)
    if any(len(headers & secrets.columns) >= 3 and len(table) > secrets.people for table, headers in tables):
        return True
    return any(_holds_record(tuple(map(_text, row)), secrets) for table in page.tables for row in table)


def _is_records(seen: _Seen, secrets: Secrets) -> bool:
    many = any(len(names & secrets.columns) >= 2 for names in seen.parts)
    rows = any(sum(len(names & secrets.columns) >= 2 for names in each) >= 2 for each in seen.lists)
    return many or rows or any(_holds_record(row, secrets) for row in seen.rows)


def _holds_record(row: Run, secrets: Secrets) -> bool:
    length = len(next(iter(secrets.records), ()))
    return 0 < length <= len(row) and not secrets.records.isdisjoint(_windows(row, length))


def _says_record(words: Run, secrets: Secrets) -> bool:
    """Whether all answers of a record follow each other, with a word among them: numbers alone are there by chance."""
    return bool(secrets.spoken) and any(
        words[place : place + len(record)] == record
        for place in range(len(words) - ANSWERS_IN_A_ROW + 1)
        for record in secrets.spoken.get(words[place : place + ANSWERS_IN_A_ROW], ())
    )


def _spoken(text: str) -> Run:
    """Numbers and words of a text as a record has them: whole numbers without a point, nothing for a missing answer."""
    found = re.findall(r"\d+(?:\.\d+)?|[^\W\d_]+", text.lower())
    return tuple(_WHOLE.sub(r"\1", each) for each in found if each not in ("nan", "na", "nat", "none", "null"))


def _by_beginning(records: Iterable[Run]) -> dict[Run, tuple[Run, ...]]:
    found: dict[Run, list[Run]] = {}
    for record in records:
        if len(record) >= ANSWERS_IN_A_ROW and any(word.isalpha() for word in record):
            found.setdefault(record[:ANSWERS_IN_A_ROW], []).append(record)
    return {beginning: tuple(each) for beginning, each in found.items()}


def _quotes(words: Run, secrets: Secrets, public: Callable[[], Public]) -> bool:
    text = f" {' '.join(words)} " if secrets.texts else ""
    found = {each for each in secrets.texts if f" {each} " in text}
    if secrets.runs:
        found |= {" ".join(run) for run in secrets.runs.intersection(_windows(words, WORDS_IN_A_ROW))}
    return any(f" {each} " not in f" {public().text} ".replace("\n", " \n ") for each in found)


def _sorted(cells: Iterable[object]) -> Run:
    return tuple(sorted(text for text in map(_text, cells) if text))


def _texts(answers: pd.Series) -> list[str]:
    """Each answer of a column as it may stand on a page; every distinct one is put into words once."""
    places, distinct = pd.factorize(answers)
    words = [*map(_text, distinct), ""]  # the last for missing answers, whose place is -1
    return [words[place] for place in places]


def _windows(parts: Run, length: int) -> set[Run]:
    return {parts[i : i + length] for i in range(len(parts) - length + 1)}


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def _text(value: object) -> str:
    """An answer as it may stand on a page: numbers without a decimal point that says nothing, days without a time, missing answers empty."""
    text = "" if value is None or value is pd.NA else str(value).strip()
    if text.lower() in ("nan", "<na>", "none", "null", "nat"):
        return ""
    return _MIDNIGHT.sub(r"\1", _WHOLE.sub(r"\1", text))
