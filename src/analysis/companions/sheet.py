"""One companion page in the making: sections of prose and tables, in the same frame and style as the appendices."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from analysis.companions.material import Material
from analysis.errors import InputError
from analysis.reporting.appendix import Appendix
from analysis.reporting.markup import Display
from analysis.reporting.nodes import Block, heading, label
from analysis.reporting.numbers import check_numbers
from analysis.reporting.page import UP, PageData, colophon_entries, page_of
from analysis.results import Result, slug

TEMPLATES = Path(__file__).parent / "template"
_MARKUP = re.compile(
    r"[{}]|[*`\[]+|\d+"
)  # what the prose notation would read, and digits, which only name something in a title


class _Recorded(Appendix):
    """An appendix that shows numbers as they were recorded, and looks up nothing more about them."""

    def add(self, results: Iterable[Result]) -> None:
        """Keep results for this page. Raises InputError if an id is taken by another result: one from before and one from after
        a change of what they rest on."""
        try:
            self.store.add(results)
        except ValueError as error:
            raise InputError(
                self.place,
                found=f"appendices that are older than what they are made from: {error}",
                expected="all of one run",
                action="run analysis reproduce, which runs again what has changed",
            ) from error


@dataclass
class Sheet:
    """A page of a study: `page` records and shows tables and prose, `place` names its wording in messages."""

    material: Material
    name: str
    title: str
    lead: str = ""
    place: str = ""
    sections: list[tuple[str, str, list[Block]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        study = self.material.study
        self.page = _Recorded(
            study.id, self.name, study.root, study.info.example, self.place or f"reports/{study.id}/{self.name}.html"
        )
        self.page.add(self.material.store)

    def section(self, heading: str, *shown: Display) -> None:
        """Start a section with a heading and show something in it; nothing at all if there is nothing to show."""
        if shown:
            blocks = [block for display in shown for block in display.blocks]
            self.sections.append((f"section-{slug(heading).replace('_', '-')}", heading, blocks))

    def page_data(self, lead: Callable[[str], str] | None = None) -> PageData:
        """The page, but for commit and links to its siblings; InputError if it shows a number that is not recorded.

        `lead` says where a number leads to.
        """
        blocks = [block for _, _, shown in self.sections for block in shown]
        check_numbers(blocks, self.page.store, self.place or self.name)
        study = self.material.study.info
        fields = {
            "title": self.title,
            "lead": self.lead,
            "up": ["../index.html", UP],
            "study_title": study.title,
            "setting": study.setting,
            "source": f"{study.source.producer}: {study.source.title}",
            "example": study.example,
            "contents": [(anchor, title) for anchor, title, _ in self.sections],
            "css": _file("companion.css"),
            "colophon": colophon_entries(self.material.colophon),
        }
        whole = [block for anchor, title, shown in self.sections for block in (_head(anchor, title), *shown)]
        return page_of("companion.html.j2", leading(whole, lead), self.page.store, fields)


def _head(anchor: str, title: str) -> Block:
    return heading(2, [label(title)], anchor)


def leading(content: Any, lead: Callable[[str], str] | None) -> Any:
    """Content whose numbers lead to where `lead` says, but for those within links."""
    if isinstance(content, list):
        return [leading(part, lead) for part in content]
    if lead is None or not isinstance(content, dict) or content.get("type") == "link":
        return content
    if content.get("type") == "number":
        href = content.get("href") or lead(content["id"])
        return content | ({"href": href} if href else {})
    return {key: leading(part, lead) for key, part in content.items()}


def link(title: str, href: str) -> str:
    """A link in the prose notation; whatever the title holds is shown as it is.

    >>> link("Census 2011", "01_census.html")
    '[Census {=2011}](01_census.html)'
    """
    return f"[{_MARKUP.sub(_shown_as_it_is, title.replace(']', ')'))}]({href})"


def _shown_as_it_is(match: re.Match[str]) -> str:
    return match[0] * 2 if match[0] in "{}" else f"{{={match[0]}}}"


@cache
def _file(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")
