"""The first page: every study, its headline numbers, its appendices, and what the kinds of number mean."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from analysis.reporting.page import page_fields, tidy
from analysis.reporting.plain_page import environment
from analysis.results import KIND_MEANING, Result

TITLE = "Two programmes for new migrants, evaluated again from what was published"
LEAD = (
    "Each appendix reruns a part of a published evaluation and says of every number how it is known. "
    "The participants' own records were never published; nothing here stands in for them."
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


def render_index(
    entries: Iterable[IndexEntry],
    colophon: Mapping[str, object] | None = None,
    title: str = TITLE,
    lead: str = LEAD,
    ledger: bool = False,
) -> str:
    """The page `reports/index.html`; worked examples stand apart from studies. Same entries, same text.

    With `ledger` there is a page `ledger.html` beside it.
    """
    page = page_fields(colophon or {}) | {
        "title": title,
        "lead": lead,
        "ledger": ledger,
        "sections": _sections(list(entries)),
        "kinds": [(str(kind), meaning) for kind, meaning in KIND_MEANING.items()],
    }
    return tidy(environment().get_template("index_page.html.j2").render(page=page))


def _sections(entries: list[IndexEntry]) -> list[tuple[str, str, list[IndexEntry]]]:
    studies = [entry for entry in entries if not entry.example]
    examples = [entry for entry in entries if entry.example]
    sections = [("Studies", "", studies), ("Worked examples", EXAMPLE_NOTE, examples)]
    return [section for section in sections if section[2]]
