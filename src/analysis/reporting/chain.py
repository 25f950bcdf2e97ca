"""Where each number of a page comes from: a numbered list at its end, to which the numbers lead.

A number in a sentence leads to its entry itself; the numbers of a table's row share one entry, to which the row's header
leads. Numbers that come from the same place in the same way share an entry. An entry says how the number is known, by
which formula or function, from which claims or results and from which place in print, so that two steps lead from any
number to the source. The list is part of the text, so that it is printed too.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from analysis.reporting.markup import escape, structural
from analysis.results import Result, ResultStore

PLACE = "<!--sources-->"  # where the template wants the list
CONTENTS = "<!--link to the sources-->"  # and the line of the table of contents
TITLE = "Where each number comes from"
_RESULT = re.compile(r'data-result="([^"]+)"')
_PARTS = re.compile(r"<svg\b.*?</svg>|<a\b.*?</a>|<tr\b[^>]*>.*?</tr>|<span class=\"num\"[^>]*>.*?</span>", re.DOTALL)
_HEADER = re.compile(r'(<th scope="row"[^>]*>)(.*?)(</th>)', re.DOTALL)
_NUMBER = re.compile(r'<span( class="num" data-result="[^"]+"[^>]*)>(.*?)</span>', re.DOTALL)
MOST_INPUTS = 60  # that an entry names one by one


@dataclass
class _List:
    """The entries so far, each once, and the place of each."""

    store: ResultStore
    entries: list[str] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)

    def place(self, results: list[str]) -> int | None:
        """The number of the entry for some results; None if none of them is recorded."""
        lines = dict.fromkeys(_line(self.store[name], self.store.by_id) for name in results if name in self.store.by_id)
        if not lines:
            return None
        entry = "<br>".join(lines)
        if entry not in self.places:
            self.entries.append(entry)
            self.places[entry] = len(self.entries)
        return self.places[entry]


def with_sources(page: str, store: ResultStore) -> str:
    """A rendered page with its list of sources, and its numbers leading there; a page without numbers stays as it is."""
    found = _List(store)
    linked = _PARTS.sub(lambda match: _linked(match[0], found), page)
    if not found.entries or PLACE not in page:
        return page
    return linked.replace(PLACE, _section(found.entries)).replace(CONTENTS, f'<li><a href="#page-sources">{TITLE}</a></li>')


def _linked(part: str, found: _List) -> str:
    if part.startswith(("<svg", "<a")):  # drawn, or a link already
        return part
    place = found.place(list(dict.fromkeys(_RESULT.findall(part))))
    if place is None:
        return part
    if part.startswith("<tr"):
        link = f'<a class="to-source" href="#from-{place}">'
        return _HEADER.sub(lambda match: f"{match[1]}{link}{match[2]}</a>{match[3]}", part, count=1)
    return _NUMBER.sub(lambda match: f'<a{match[1]} href="#from-{place}">{match[2]}</a>', part)


def _section(entries: list[str]) -> str:
    items = "\n".join(f'<li id="from-{place}">{entry}</li>' for place, entry in enumerate(entries, start=1))
    heading = f'<h2 id="page-sources">{TITLE}</h2>'
    return f'<section aria-labelledby="page-sources">{heading}\n<ol class="sources" data-structural>\n{items}\n</ol></section>'


def _line(result: Result, known: Mapping[str, Result]) -> str:
    """One way in which a number is known, in words."""
    return ", ".join(_pieces(result, known))


def _pieces(result: Result, known: Mapping[str, Result]) -> Iterator[str]:
    traced = bool(result.inputs or result.source)
    yield f"{escape(result.label)}: {result.kind}" if traced else str(result.kind)
    if result.source:
        yield escape(result.source)
    if result.function:
        yield f"by <code>{escape(result.function)}</code>"
    if result.inputs:
        yield "from " + "; ".join(_input(name, known) for name in result.inputs[:MOST_INPUTS]) + _rest(result.inputs)


def _input(name: str, known: Mapping[str, Result]) -> str:
    """An input's id, with its place in print where the page records it."""
    plain = name.removeprefix("claim:")
    source = known[name].source if name in known else ""
    return f"{structural(plain)} ({escape(source)})" if source else escape(plain)


def _rest(inputs: tuple[str, ...]) -> str:
    return f" and {len(inputs) - MOST_INPUTS} more" if len(inputs) > MOST_INPUTS else ""
