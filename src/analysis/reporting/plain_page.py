"""Pages that are no notebook's: a title, a lead, what stands below it, and how it was made."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.reporting.page import FILTERS, page_fields, tidy
from analysis.results import KIND_MEANING

if TYPE_CHECKING:
    from jinja2 import Environment

_KIND = re.compile(r'data-kind="(\w+)"')


@dataclass(frozen=True)
class PlainPage:
    """What such a page shows: `body` as HTML, `up` the address and words of the link above it, `script` if tables filter.

    With `siblings` it is one of a study's pages and links to the others.
    """

    title: str
    lead: str
    body: str
    colophon: Mapping[str, object] = field(default_factory=dict)
    up: tuple[str, str] = ("index.html", "All studies and appendices")
    script: bool = False
    siblings: bool = False


def render_plain(page: PlainPage) -> str:
    """The page, but for its commit. Same content, same text."""
    shown = set(_KIND.findall(page.body))
    fields = page_fields(page.colophon, script=page.script) | {
        "title": page.title,
        "lead": page.lead,
        "body": page.body,
        "up": page.up,
        "siblings": page.siblings,
        "kinds": [(str(kind), meaning) for kind, meaning in KIND_MEANING.items() if kind in shown],
    }
    return tidy(environment().get_template("plain_page.html.j2").render(page=fields))


@cache
def environment(*folders: Path) -> "Environment":
    """The templates of pages that are no notebook's: those of this package, and before them those of other folders."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    templates = FileSystemLoader([*folders, Path(__file__).parent / "template"])
    found = Environment(loader=templates, undefined=StrictUndefined, autoescape=False)
    found.filters.update(FILTERS)
    return found
