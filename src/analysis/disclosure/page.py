"""One finished HTML page taken apart: its words, its tables, its scripts and the marks of its figures."""

import json
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

_BRACKET = re.compile(r"[\[{]")
MARKS = frozenset({"use", "circle", "ellipse"})  # what a scatter plot draws for each point


@dataclass
class Page:
    """Parts of a page. `tables` hold rows of cell texts, `marks` the number of point marks in each group of a figure."""

    words: list[str] = field(default_factory=list)
    tables: list[list[list[str]]] = field(default_factory=list)
    headers: list[set[str]] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)
    attributes: list[str] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)


def read_page(html: str) -> Page:
    """Take a page apart. Nothing in it is executed, followed or fetched; broken mark-up is read as far as it goes."""
    reader = _PageReader()
    reader.feed(html)
    reader.close()
    reader.page.marks.extend(reader.groups)
    return reader.page


class _PageReader(HTMLParser):
    """Collects the parts of a page; comments and attribute values count, since they are sent to readers too."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page, self.groups = Page(), [0]
        self.in_script, self.in_header = False, False
        self.open_tables: list[int] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a new script, table, row, cell or figure group, and every attribute value."""
        self.page.attributes.extend(value for _, value in attrs if value)
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
            self.in_header = tag == "th"
            self._row().append("")
        elif tag == "g":
            self.groups.append(0)
        elif tag in MARKS:
            self.groups[-1] += 1

    def handle_endtag(self, tag: str) -> None:
        """Close what was open."""
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
        self.page.words.append(data)
        if self.open_tables and self.page.tables[self.open_tables[-1]] and self._row():
            self._row()[-1] += data.strip()
            if self.in_header:
                self.page.headers[self.open_tables[-1]].add(data.strip())

    def handle_comment(self, data: str) -> None:
        """Comments are sent to readers like everything else."""
        self.page.words.append(data)

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
