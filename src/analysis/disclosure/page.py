"""One finished page or file taken apart: its words, its tables, its scripts and the marks of its figures."""

import csv
import json
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from io import BytesIO, StringIO
from zipfile import ZipFile

_BRACKET = re.compile(r"[\[{]")
MARKS = frozenset({"use", "circle", "ellipse"})  # what a scatter plot draws for each point
INLINE = frozenset("a abbr b bdi bdo br cite code em i mark q s small span strong sub sup tspan u var wbr".split())
HEADINGS = frozenset("h1 h2 h3 h4 h5 h6 caption figcaption summary title".split())
# What holds names that mark-up gives itself, and drawings: short ids are there by chance.
SHAPES = frozenset("id class style href for name d points transform viewbox x y xlink:href rel type role".split())
BREAK = ""  # stands among the words where a block of text ends


@dataclass
class Page:
    """Parts of a page. `tables` hold rows of cell texts, `marks` the number of point marks in each group of a figure.

    `words` are pieces of text in their order, `places` where each stands: under which heading or caption. `telling` are
    the attributes but for names and drawings, `objects` what a file of data holds.
    """

    words: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    telling: list[str] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)
    objects: list[object] = field(default_factory=list)
    tables: list[list[list[str]]] = field(default_factory=list)
    headers: list[set[str]] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)
    attributes: list[str] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)

    def say(self, text: str, place: str) -> None:
        """Put in a piece of text."""
        self.words.append(text)
        self.places.append(place)

    @cached_property
    def values(self) -> list[object]:
        """Every list and object that stands in scripts, attributes and words as JSON, or is what the file holds."""
        texts = (*self.scripts, *self.attributes, " ".join(self.words))
        found = [value for text in texts for value in json_values(text)]
        return found + [value for each in self.objects for value in _inside(each)]


def read_file(name: str, content: bytes) -> Page:
    """Take a file that a run leaves apart, by the ending of its name; anything else is read as text."""
    kind = name.rpartition(".")[2].lower()
    if kind == "xlsx":
        return _read_parts(content)
    text = content.decode("utf-8", errors="replace")
    if kind in ("json", "ipynb"):
        return _read_json(text)
    if kind == "csv":
        return _read_csv(text)
    if kind in ("html", "qdc", "xml", "svg"):
        return read_page(text)
    page = Page()
    page.say(text, "its text")
    return page


def _read_json(text: str) -> Page:
    """Its strings as words, those with mark-up taken apart, each with the keys that lead to it."""
    reader, content = _PageReader(), json.loads(text)
    pending: list[tuple[str, object]] = [("", content)]
    while pending:
        place, value = pending.pop()
        if isinstance(value, str):
            reader.take(value, place.lstrip("."))
        elif isinstance(value, dict):
            reader.page.telling += value
            reader.page.attributes += value
            pending += [(f"{place}.{key}", each) for key, each in reversed(value.items())]
        elif isinstance(value, list):
            pending += [(f"{place}.{i}", each) for i, each in reversed(list(enumerate(value)))]
    reader.page.objects.append(content)
    return reader.whole()


def _read_csv(text: str) -> Page:
    page, rows = Page(), list(csv.reader(StringIO(text)))
    for number, row in enumerate(rows, start=1):
        for cell in row:
            page.say(cell, f"row {number}")
            page.say(BREAK, "")
    page.tables, page.headers = [rows], [set(rows[0]) if rows else set()]
    return page


def _read_parts(content: bytes) -> Page:
    """A workbook as the mark-up of its parts: every text in it, sheet by sheet."""
    reader = _PageReader()
    with ZipFile(BytesIO(content)) as archive:
        for part in archive.namelist():
            if part.endswith(".xml"):
                reader.take(f"<{archive.read(part).decode('utf-8', errors='replace').partition('<')[2]}", part)
    return reader.whole()


def read_page(html: str) -> Page:
    """Take a page apart. Nothing in it is executed, followed or fetched; broken mark-up is read as far as it goes."""
    reader = _PageReader()
    reader.feed(html)
    return reader.whole()


class _PageReader(HTMLParser):
    """Collects the parts of a page; comments and attribute values count, since they are sent to readers too."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page, self.groups = Page(), [0]
        self.in_script, self.in_header, self.in_style = False, False, False
        self.open_tables: list[int] = []
        self.place, self.heading = "its opening", ""

    def take(self, text: str, place: str) -> None:
        """Read one text of a file, at a place of its own."""
        self.place, self.in_script, self.in_style = place, False, False
        self.feed(text)
        self.page.say(BREAK, place)

    def whole(self) -> Page:
        """The page, when all is read."""
        self.close()
        self.page.marks.extend(self.groups)
        return self.page

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a new script, table, row, cell or figure group, and every attribute value."""
        self.page.attributes.extend(value for _, value in attrs if value)
        self.page.telling.extend(value for name, value in attrs if value and name not in SHAPES)
        if tag not in INLINE:
            self.page.say(BREAK, self.place)
        if tag in HEADINGS:
            self.heading, self.place = tag, ""
        self.in_style = tag == "style"
        if tag == "script":
            self.in_script = True
            self.page.types.extend(value for name, value in attrs if name == "type" and value)
            self.page.scripts.append("")
        elif tag == "table":
            self.open_tables.append(len(self.page.tables))
            self.page.tables.append([])
            self.page.headers.append(set())
        elif tag == "tr" and self.open_tables:
            self.page.tables[self.open_tables[-1]].append([])
        elif tag in ("td", "th") and self.open_tables:
            self.in_header = tag == "th" and dict(attrs).get("scope") not in ("row", "rowgroup")
            self._row().append("")
        elif tag == "g":
            self.groups.append(0)
        elif tag in MARKS:
            self.groups[-1] += 1

    def handle_endtag(self, tag: str) -> None:
        """Close what was open."""
        if tag not in INLINE:
            self.page.say(BREAK, self.place)
        self.heading = "" if tag == self.heading else self.heading
        self.in_style = self.in_style and tag != "style"
        self.in_script = self.in_script and tag != "script"
        self.in_header = self.in_header and tag != "th"
        if tag == "table" and self.open_tables:
            self.open_tables.pop()
        elif tag == "g" and len(self.groups) > 1:
            self.page.marks.append(self.groups.pop())

    def handle_data(self, data: str) -> None:
        """Sort text into scripts, cells and words."""
        if self.in_script:
            self.page.scripts[-1] += data
            return
        if self.in_style:
            self.page.styles.append(data)
            return
        if self.heading:
            self.place = " ".join(f"{self.place} {data}".split())
        self.page.say(data, self.place)
        if self.open_tables and self.page.tables[self.open_tables[-1]] and self._row():
            self._row()[-1] += data.strip()
            if self.in_header:
                self.page.headers[self.open_tables[-1]].add(data.strip())

    def handle_comment(self, data: str) -> None:
        """Comments are sent to readers like everything else."""
        self.page.say(data, self.place)

    def _row(self) -> list[str]:
        rows = self.page.tables[self.open_tables[-1]]
        if not rows:
            rows.append([])
        return rows[-1]


def json_values(text: str) -> Iterator[object]:
    """Every list or object that stands as JSON in a text, with everything inside it, outermost first."""
    decoder, place = json.JSONDecoder(), 0
    while bracket := _BRACKET.search(text, place):
        try:
            value, place = decoder.raw_decode(text, bracket.start())
        except (json.JSONDecodeError, RecursionError):
            place = bracket.end()
            continue
        yield from _inside(value)


def _inside(value: object) -> Iterator[object]:
    pending = deque([value])
    while pending:
        each = pending.popleft()
        yield each
        pending.extend(
            part for part in (each.values() if isinstance(each, dict) else each) if isinstance(part, list | dict)
        )
