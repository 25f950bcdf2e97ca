"""The first page: every study, its headline numbers, its appendices, and what the kinds of number mean."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from analysis.reporting.nodes import Block, number
from analysis.reporting.page import PageData, page_of
from analysis.reporting.svg import rekeyed
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

    `setting` is place and period, `origins` are addresses of entries in the appendices' lists of sources, by result id; `opening` is what was found,
    `picture` the chart that says most; their numbers are `drawn`.
    """

    study_id: str
    study_title: str
    source: str
    headline: tuple[Result, ...] = ()
    pages: tuple[tuple[str, str, str], ...] = ()
    example: bool = False
    origins: Mapping[str, str] = field(default_factory=dict)
    setting: str = ""
    opening: Block | None = None
    picture: Block | None = None
    drawn: tuple[Result, ...] = ()


def index_page(entries: Iterable[IndexEntry], ledger: bool = False, date: str = "") -> PageData:
    """The page `reports/index.html` as data; worked examples stand apart from studies. With `ledger` there is a page
    `ledger.html` beside it; `date` is that of the state that the pages show."""
    entries = list(entries)
    store = ResultStore()
    for entry in entries:
        store.by_id |= {_id(entry, result): result for result in (*entry.headline, *entry.drawn)}
    sections = [(title, note, [_card(entry) for entry in found]) for title, note, found in _sections(entries)]
    blocks = [
        part
        for _, _, cards in sections
        for card in cards
        for part in (card["opening"], card["headline"], card["picture"])
    ]
    fields = {
        "title": TITLE,
        "lead": LEAD,
        "ledger": ledger,
        "date": date,
        "sections": sections,
        "colophon": [],
        "kinds": KINDS,
    }
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
        "setting": entry.setting,
        "headline": headline,
        "opening": _of_this_page(entry, entry.opening),
        "picture": _of_this_page(entry, entry.picture),
        "pages": pages,
    }


def _of_this_page(entry: IndexEntry, content: Any) -> Any:
    """A paragraph or picture for this page: results by their ids here, numbers and links lead below reports/."""
    if isinstance(content, list | tuple):
        return [_of_this_page(entry, part) for part in content]
    if not isinstance(content, dict):
        return content
    moved = {key: _of_this_page(entry, part) for key, part in content.items()}
    own = slug(entry.study_id)
    if content.get("href"):
        moved["href"] = f"{entry.study_id}/{content['href']}"
    if content.get("type") == "number":
        moved["id"] = f"{own}-{content['id']}"
    if content.get("type") == "picture":
        moved["drawing"] = rekeyed(content["drawing"], content["key"], f"{own}-{content['key']}")
    return moved


def _sections(entries: list[IndexEntry]) -> list[tuple[str, str, list[IndexEntry]]]:
    studies = [entry for entry in entries if not entry.example]
    examples = [entry for entry in entries if entry.example]
    sections = [("Studies", "", studies), ("Worked examples", EXAMPLE_NOTE, examples)]
    return [section for section in sections if section[2]]
