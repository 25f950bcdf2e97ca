"""Where things stand on a page: its ids, its tables and figures, and the entry that tells where each number comes from."""

import re
from dataclasses import dataclass, field

from analysis.reporting.origins import REGISTER_ROW

_ID = re.compile(r'<[^<>]*\sid="([^"]*)"')
_ROW = re.compile(r"<tr\b.*?</tr>", re.DOTALL)
_TO_ENTRY = re.compile(r'href="#(from-\d+)"')
_RESULT = re.compile(r'data-result="([^"]+)"')
_IN_TEXT = re.compile(r'<a class="(?:num|interval)" data-result="([^"]+)"[^<>]* href="#(from-\d+)"')
_BLOCK = re.compile(r'<(?:div class="table-block"|figure) id="([^"]+)"')
_LABEL = re.compile(r'<span class="label" data-structural>((?:Table|Figure) \d+)</span>')
_SECTION = r'<h2 id="{}">.*?</h2>(.*?)(?=<h2 |<section )'
_LISTED = re.compile(r'<li id="(from-\d+)">(.*?)</li>', re.DOTALL)
_TO_ROW = re.compile(re.escape(REGISTER_ROW).replace(r"\{\}", r"(\w+)"))
_PARAGRAPH = re.compile(r"<p>.*?</p>", re.DOTALL)


@dataclass(frozen=True)
class Anchors:
    """A page's ids; its tables and figures (`Table 1` by name); the entry (`from-1`) of each result shown, by id; and of each
    assumption in its list of sources.
    """

    ids: frozenset[str]
    shown: dict[str, str]
    entries: dict[str, str]
    rows: dict[str, str] = field(default_factory=dict)


def anchors_of(page: str) -> Anchors:
    """What can be linked to on a page."""
    return Anchors(frozenset(ids_in(page)), dict(_shown(page)), _entries(page), _rows(page))


def ids_in(page: str) -> list[str]:
    """Every id of a page.

    >>> ids_in('<h2 id="one">1</h2><p id="two">')
    ['one', 'two']
    """
    return _ID.findall(page)


def _shown(page: str) -> list[tuple[str, str]]:
    """Names of tables and figures with their numbers; what has no number (a part of the explorer) is left out."""
    starts = list(_BLOCK.finditer(page))
    ends = [start.start() for start in starts[1:]] + [len(page)]
    labels = ((start[1], _LABEL.search(page, start.start(), end)) for start, end in zip(starts, ends, strict=True))
    return [(name, label[1]) for name, label in labels if label]


def _entries(page: str) -> dict[str, str]:
    """The entry each shown result leads to: of its own link in a sentence, of its row's header in a table."""
    found = dict(_IN_TEXT.findall(page))
    for row in _ROW.findall(page):
        entry = _TO_ENTRY.search(row)
        found |= {name: entry[1] for name in _RESULT.findall(row) if name not in found} if entry else {}
    return found


def entry_of(page: str, result_id: str) -> str | None:
    """The entry to which the first place that shows a result leads, found without reading the page for all others; None if none does.

    >>> entry_of('<tr><th><a href="#from-2">A</a></th><td><span data-result="x">1</span></td></tr>', "x")
    'from-2'
    """
    place = -1
    while (place := page.find(f' data-result="{result_id}"', place + 1)) >= 0:
        inside = page.rfind("<tr", 0, place) > page.rfind("</tr>", 0, place)
        start, end = ("<tr", "</tr>") if inside else ("<", ">")
        part = page[page.rfind(start, 0, place) : page.find(end, place)]
        if (entry := _TO_ENTRY.search(part)) and (inside or part.startswith("<a ")):
            return entry[1]
    return None


def _rows(page: str) -> dict[str, str]:
    """The first entry of the list of sources that leads to each assumption's row on the page of the register."""
    named = [(name, place) for place, entry in _LISTED.findall(page) for name in _TO_ROW.findall(entry)]
    return dict(reversed(named))


def paragraphs_under(page: str, anchor: str, href: str) -> list[str]:
    """The paragraphs of a page's section, to be shown on another page: links within the page lead to it at `href`.

    So a number still leads to where it comes from: to its entry on its own page.
    """
    section = re.search(_SECTION.format(re.escape(anchor)), page, re.DOTALL)
    return [
        paragraph.replace('href="#', f'href="{href}#')
        for paragraph in (_PARAGRAPH.findall(section[1]) if section else [])
    ]
