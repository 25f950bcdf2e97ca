"""Terms of the pages in plain words: a page of them all, and each explained where a page uses it first, on hover and focus."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from analysis.files import read_yaml
from analysis.reporting.nodes import Block, Inline, Run, fact, facts, heading
from analysis.reporting.page import PageData
from analysis.reporting.plain_page import PlainPage, plain_page
from analysis.results import ResultStore, slug

FILE, TITLE = "glossary.html", "Glossary"
LEAD = "What the terms of these pages mean. On a page each is explained where it first stands, under the pointer or the focus."
_TERMS = Path(__file__).parent / "glossary.yaml"


@dataclass(frozen=True)
class Term:
    """A term, the forms in which pages write it, and what it means."""

    term: str
    also: tuple[str, ...]
    means: str

    @property
    def anchor(self) -> str:
        """Its id on the page of all terms."""
        return f"term-{slug(self.term).replace('_', '-')}"


@cache
def terms() -> tuple[Term, ...]:
    """All terms, in the order of their file."""
    rows = read_yaml(_TERMS, _TERMS.name)
    return tuple(Term(row["term"], tuple(row["also"]), row["means"]) for row in rows)


def glossary() -> PageData:
    """The page of all terms, but for its commit."""
    entries = [fact([term.term], [term.means], anchor=term.anchor) for term in terms()]
    blocks = [heading(2, ["Terms"], "section-terms"), facts(entries, "facts")]
    return plain_page(PlainPage(TITLE, LEAD, blocks, ResultStore()))


def explained(page: PageData) -> PageData:
    """A page whose paragraphs and lists explain each term where it first stands; a page with other programs' text stays as it is."""
    href = page["up"][0].replace("index.html", FILE)
    waiting = dict(_forms())
    blocks = [_in_block(block, waiting, href) for block in page["blocks"]]
    return page | {"blocks": blocks}


@cache
def _forms() -> tuple[tuple[str, Term], ...]:
    return tuple((form.lower(), term) for term in terms() for form in (term.term, *term.also))


def _in_block(block: Block, waiting: dict[str, Term], href: str) -> Block:
    if block.get("css"):
        return block
    match block.get("type"):
        case "paragraph":
            return block | {"of": _in_run(block["of"], waiting, href)}
        case "list":
            return block | {"items": [_in_run(item, waiting, href) for item in block["items"]]}
        case _:
            return block


def _in_run(run: Iterable[Inline], waiting: dict[str, Term], href: str) -> Run:
    return [node for each in run for node in _in_inline(each, waiting, href)]


def _in_inline(node: Inline, waiting: dict[str, Term], href: str) -> Iterable[Inline]:
    return _split(node, waiting, href) if isinstance(node, str) else [node]


def _split(text: str, waiting: dict[str, Term], href: str) -> Iterator[Inline]:
    """A text in pieces, terms that were not explained yet as links to their meanings."""
    rest = text
    while waiting and (found := _pattern(tuple(waiting)).search(rest)):
        term = waiting[found[0].lower()]
        yield from filter(None, (rest[: found.start()], _link(found[0], term, href)))
        for form in (term.term, *term.also):
            waiting.pop(form.lower(), None)
        rest = rest[found.end() :]
    if rest:
        yield rest


@cache
def _pattern(forms: tuple[str, ...]) -> re.Pattern[str]:
    longest = sorted(forms, key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, longest))})(?![\w-])", re.IGNORECASE)


def _link(words: str, term: Term, href: str) -> Mapping[str, Any]:
    return {"type": "term", "text": words, "href": f"{href}#{term.anchor}", "means": term.means}
