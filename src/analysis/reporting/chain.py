"""Where each number of a page comes from: a numbered list at its end, to which the numbers lead.

A number in a sentence leads to its entry itself; the numbers of a table's row share one entry, to which the row's header
leads. An entry says how the number is known, by which formula or function, and from what: claims and assumptions with
their place in print, other numbers of the page, raw tables. Each of these has an entry of its own, so that two steps lead
from any number to the source. Numbers known in the same way from the same things share an entry. The list is part of the
text, so that it is printed too; in print every link shows the number of its entry.
"""

import html
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Protocol

from analysis.reporting.markup import escape, is_web_address
from analysis.results import Result, ResultStore

PLACE = "<!--sources-->"  # where the template wants the list
CONTENTS = "<!--link to the sources-->"  # and the line of the table of contents
TITLE = "Where each number comes from"
_RESULT = re.compile(r'data-result="([^"]+)"')
_NUMBER = re.compile(r'<span( class="(?:num|interval)" data-result="([^"]+)"[^>]*)>(.*?)</span>', re.DOTALL)
_PARTS = re.compile(rf"<svg\b.*?</svg>|<a\b.*?</a>|<tr\b[^>]*>.*?</tr>|{_NUMBER.pattern}", re.DOTALL)
_HEADER = re.compile(r'(<th scope="row"[^>]*>)(.*?)(</th>)', re.DOTALL)
_FIGURE = re.compile(r"<figure\b.*?</figure>", re.DOTALL)
_ENTRY = re.compile(r'data-entry="(\d+)"')
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class RawTable:
    """A raw table that numbers rest on: what it is, its publisher's address, and the claims and assumptions it names."""

    about: str
    address: str = ""
    names: tuple[str, ...] = ()


class Origins(Protocol):
    """What a page's numbers may rest on without being shown there; `analysis.reporting.origins` reads it from a study."""

    def find(self, name: str) -> Result | None:
        """The claim or assumption of an id such as `claim:CP-012`, as a result."""

    def file(self, path: str) -> RawTable | None:
        """What a raw table is and where it comes from."""

    def row(self, name: str) -> str:
        """Where an entry such as `assumption:total_cost` stands whole on another page of the study; empty if it does not."""


class NoOrigins:
    """Nothing but what the page records."""

    def find(self, name: str) -> Result | None:
        """Nothing."""

    def file(self, path: str) -> RawTable | None:
        """Nothing."""

    def row(self, name: str) -> str:
        """Nowhere."""
        return ""


@dataclass(frozen=True)
class _Line:
    """One way in which numbers are known, and the labels of these numbers, as HTML."""

    labels: tuple[str, ...]
    kind: str
    source: str
    function: str
    inputs: tuple[str, ...]


@dataclass
class _List:
    """The entries so far, each once; a place is taken before its text is written, as inputs get theirs meanwhile."""

    store: ResultStore
    origins: Origins
    entries: list[str] = field(default_factory=list)
    places: dict[object, int] = field(default_factory=dict)

    def place(self, names: Iterable[str], row: str = "") -> int | None:
        """The number of the entry for some results of a row (or one in a sentence); None if none of them is recorded."""
        found = [self.store[name] for name in dict.fromkeys(names) if name in self.store.by_id]
        return self._results(found, row) if found else None

    def _results(self, results: list[Result], row: str = "") -> int:
        lines = tuple(_lines(results, row, self.origins))
        return self._place(lines, lambda: "<br>".join(map(self._line, lines)))

    def _place(self, key: object, write: Callable[[], str]) -> int:
        if key not in self.places:
            self.entries.append("")
            self.places[key] = place = len(self.entries)
            self.entries[place - 1] = write()
        return self.places[key]

    def _line(self, line: _Line) -> str:
        pieces = [": ".join(filter(None, ("; ".join(line.labels), escape(line.kind)))), escape(line.source)]
        pieces += [f"by <code>{escape(line.function)}</code>" if line.function else ""]
        pieces += ["from " + "; ".join(map(self._input, line.inputs)) if line.inputs else ""]
        return ", ".join(filter(None, pieces))

    def _input(self, name: str) -> str:
        """An input as a link to its own entry."""
        plain, result = escape(_short(name)), self.store.by_id.get(name) or self.origins.find(name)
        if result is not None:
            return f"{_link(self._results([result]), plain)}{_said_of(result)}"
        table = self.origins.file(name)
        return plain if table is None else _link(self._place(name, lambda: self._table(name, table)), plain)

    def _table(self, name: str, table: RawTable) -> str:
        words = f"<code>{escape(name)}</code>: {escape(table.about)}"
        words += (
            f'; <a href="{escape(table.address)}">{escape(table.address)}</a>' if is_web_address(table.address) else ""
        )
        return words + (f"; it names {'; '.join(map(self._input, table.names))}" if table.names else "")


def _lines(results: Iterable[Result], row: str, origins: Origins) -> list[_Line]:
    """The ways in which some results are known, each once, with the labels of the results known so."""
    found: dict[_Line, list[str]] = {}
    for result in results:
        way = _Line((), str(result.kind), result.source, result.function, result.inputs)
        label = _copy(result, origins) if _is_copied(result) else escape(result.label.removeprefix(f"{row}: "))
        found.setdefault(way, []).append(label)
    if len(found) == 1 and _is_of_a_table(next(iter(found))):
        return list(found)
    return [replace(way, labels=tuple(dict.fromkeys(labels))) for way, labels in found.items()]


def _is_of_a_table(line: _Line) -> bool:
    """Whether all that is known of some numbers is a function and what it reads as a whole: so many share one entry, unnamed."""
    return not line.source and (not line.inputs or any(name.startswith("data/") for name in line.inputs))


def _is_copied(result: Result) -> bool:
    """Whether a number is copied from somewhere: from print, or from the register (which may name the claim that prints it)."""
    return bool(result.source) and not result.function


def _short(name: str) -> str:
    """An input as an entry names it: a claim or assumption by its id, a raw table by its study and file.

    >>> _short("claim:CP-012"), _short("data/raw/coproduction/themes.csv"), _short("data/raw/reference/uk_cpi_annual.csv")
    ('CP-012', 'coproduction/themes.csv', 'uk_cpi_annual.csv')
    """
    return re.sub(r"^(?:claim:|assumption:|data/(?:raw/(?:reference/)?|processed/))", "", name)


def _said_of(result: Result) -> str:
    """What stands in brackets after an input that is copied from somewhere: of a claim its place, else its value."""
    if not _is_copied(result):
        return ""
    return f" ({escape(result.source if result.id.startswith('claim:') else result.text)})"


def _copy(result: Result, origins: Origins) -> str:
    """What is copied: its id if it has one of its own, leading to where it stands whole, what it is, and its value."""
    name, address = result.id.partition(":")[2], origins.row(result.id)
    value = f"{result.text} ({result.interval}: {result.interval_text})" if result.interval_text else result.text
    named = f'<a href="{escape(address)}">{escape(name)}</a>' if address else escape(name)
    return f"{named}, {escape(f'{result.label}: {value}')}" if name else escape(f"{result.label}: {value}")


def with_sources(page: str, store: ResultStore, origins: Origins | None = None) -> str:
    """A rendered page with its list of sources, and its numbers leading there; a page without numbers stays as it is."""
    found = _List(store, origins or NoOrigins())
    linked = _PARTS.sub(lambda match: _linked(match[0], found), page)
    if not found.entries or PLACE not in page:
        return page
    linked = _FIGURE.sub(lambda match: _with_entries(match[0]), linked)
    return linked.replace(PLACE, _section(found.entries)).replace(
        CONTENTS, f'<li><a href="#page-sources">{TITLE}</a></li>'
    )


def _linked(part: str, found: _List) -> str:
    if part.startswith(("<svg", "<a")):  # drawn, or a link already
        return part
    header = _HEADER.search(part)
    if header is None:
        return _NUMBER.sub(lambda match: _linked_number(match, found), part)
    place = found.place(map(html.unescape, _RESULT.findall(part)), html.unescape(_TAG.sub("", header[2])))
    if place is None:
        return part
    shown = f"{header[2]} {_link(place, 'source')}" if "<a" in header[2] else _link(place, header[2])
    return part.replace(header[0], f"{header[1]}{shown}{header[3]}", 1)


def _with_entries(figure: str) -> str:
    """A figure that names, in print, the entries of its numbers: its table, whose rows lead there, is not printed."""
    entries = list(map(int, dict.fromkeys(_ENTRY.findall(figure))))
    words = f'<span class="entries" data-structural> Its numbers: {_listed(entries)}.</span></figcaption>'
    return figure.replace("</figcaption>", words, 1) if entries else figure


def _listed(numbers: Iterable[int]) -> str:
    """Whole numbers in order, three and more in a row by their ends.

    >>> _listed([7, 3, 4, 5, 9, 10])
    '3 to 5, 7, 9, 10'
    """
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]} to {run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs)


def _linked_number(match: re.Match[str], found: _List) -> str:
    place = found.place([html.unescape(match[2])])
    return match[0] if place is None else f"<a{match[1]}{_to(place)}>{match[3]}</a>"


def _link(place: int, words: str) -> str:
    return f'<a class="to-source"{_to(place)}>{words}</a>'


def _to(place: int) -> str:
    """The address of an entry, and its number for print, where nobody can follow a link."""
    return f' href="#from-{place}" data-entry="{place}"'


def _section(entries: list[str]) -> str:
    items = "\n".join(f'<li id="from-{place}">{entry}</li>' for place, entry in enumerate(entries, start=1))
    heading = f'<h2 id="page-sources">{TITLE}</h2>'
    return f'<section aria-labelledby="page-sources">{heading}\n<ol class="sources" data-structural>\n{items}\n</ol></section>'
