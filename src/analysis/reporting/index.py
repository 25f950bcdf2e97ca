"""The first page: every study, its headline numbers, its appendices, and what the kinds of number mean."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from analysis.reporting.nodes import Block, number
from analysis.reporting.page import PageData, page_of
from analysis.results import KIND_MEANING, Result, ResultStore, slug

KINDS = [(str(kind), meaning) for kind, meaning in KIND_MEANING.items()]
TITLE = "Evaluations, run again from what was published"
LEAD = (
    "Each appendix reruns a part of a published evaluation and says of every number how it is known. "
    "Where participants' own records were not published, nothing here stands in for them."
)
EXAMPLE_NOTE = "They show what the appendices would hold if a research team supplied its records."


@dataclass(frozen=True)
class IndexEntry:
    """One study: what it is, its headline results, its pages as (title, address, one line), and where each result comes from.

    `origins` are addresses of entries in the appendices' lists of sources, by result id.
    """

    study_id: str
    study_title: str
    source: str
    headline: tuple[Result, ...] = ()
    pages: tuple[tuple[str, str, str], ...] = ()
    example: bool = False
    origins: Mapping[str, str] = field(default_factory=dict)


def index_page(entries: Iterable[IndexEntry], ledger: bool = False) -> PageData:
    """The page `reports/index.html` as data; worked examples stand apart from studies. With `ledger` there is a page
    `ledger.html` beside it."""
    entries = list(entries)
    store = ResultStore()
    for entry in entries:
        store.by_id |= {_id(entry, result): result for result in entry.headline}
    sections = [(title, note, [_card(entry) for entry in found]) for title, note, found in _sections(entries)]
    blocks = [card["headline"] for _, _, cards in sections for card in cards]
    fields = {"title": TITLE, "lead": LEAD, "ledger": ledger, "sections": sections, "colophon": [], "kinds": KINDS}
    return page_of("index_page.html.j2", blocks, store, fields)


def _id(entry: IndexEntry, result: Result) -> str:
    return f"{slug(entry.study_id)}-{result.id}"


def _card(entry: IndexEntry) -> Block:
    """What the index says of one study. Studies record results under the same ids; theirs begin with the study here."""
    headline = [
        {
            "term": result.label + (f": {result.note}" if result.note else ""),
            "number": number(_id(entry, result)) | {"href": entry.origins.get(result.id, "")},
            "kind": "" if result.value is None else str(result.kind),
            "missing": result.value is None,
        }
        for result in entry.headline
    ]
    pages = [{"title": title, "href": href, "line": line} for title, href, line in entry.pages]
    return {
        "id": f"study-{entry.study_id}",
        "title": entry.study_title,
        "source": entry.source,
        "example": entry.example,
        "headline": headline,
        "pages": pages,
    }


def _sections(entries: list[IndexEntry]) -> list[tuple[str, str, list[IndexEntry]]]:
    studies = [entry for entry in entries if not entry.example]
    examples = [entry for entry in entries if entry.example]
    sections = [("Studies", "", studies), ("Worked examples", EXAMPLE_NOTE, examples)]
    return [section for section in sections if section[2]]
