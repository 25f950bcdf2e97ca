"""Pages that are no notebook's: a title, a lead, what stands below it, and how it was made."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from analysis.reporting.nodes import Block
from analysis.reporting.page import UP, PageData, colophon_entries, page_of
from analysis.results import ResultStore
from analysis.study import StudyInfo


@dataclass(frozen=True)
class PlainPage:
    """What such a page shows: blocks and the store of their numbers; `up` is the address of the page above it.

    `entries` are those of its list of sources, `study` is the one whose page it is.
    """

    title: str
    lead: str
    blocks: list[Block]
    store: ResultStore
    colophon: Mapping[str, object] = field(default_factory=dict)
    up: str = "index.html"
    entries: list[Block] = field(default_factory=list)
    study: StudyInfo | None = None


def plain_page(page: PlainPage) -> PageData:
    """The page as data, but for its commit."""
    fields: dict[str, object] = {
        "title": page.title,
        "lead": page.lead,
        "up": [page.up, UP],
        "entries": page.entries,
        "colophon": colophon_entries(page.colophon),
    }
    if page.study:
        source = f"{page.study.source.producer}: {page.study.source.title}"
        fields |= {"study_title": page.study.title, "setting": page.study.setting, "source": source}
    return page_of("plain_page.html.j2", page.blocks, page.store, fields)
