"""One companion page in the making: sections of prose and tables, in the same frame and style as the appendices."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.companions.material import Material
from analysis.errors import InputError
from analysis.reporting import page as pages
from analysis.reporting.appendix import Appendix
from analysis.reporting.markup import Display
from analysis.reporting.numbers_check import check_numbers
from analysis.reporting.plain_page import environment
from analysis.results import KIND_MEANING, Result, slug

if TYPE_CHECKING:
    from jinja2 import Environment

_HERE = Path(__file__).parent / "template"
_MARKUP = re.compile(
    r"[{}]|[*`\[]+|\d+"
)  # what the prose notation would read, and digits, which only name something in a title
_KIND = re.compile(r'data-kind="(\w+)"')


class _Recorded(Appendix):
    """An appendix that shows numbers as they were recorded, and looks up nothing more about them."""

    def add(self, results: Iterable[Result]) -> None:
        """Keep results for this page. Raises ValueError if an id is taken by another result."""
        self.store.add(results)


@dataclass
class Sheet:
    """A page of a study: `page` records and shows tables and prose, `place` names its wording in messages."""

    material: Material
    name: str
    title: str
    lead: str = ""
    place: str = ""
    sections: list[tuple[str, str, list[str]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        study = self.material.study
        self.page = _Recorded(
            study.id, self.name, study.root, study.info.example, self.place or f"reports/{study.id}/{self.name}.html"
        )
        self.page.add(self.material.store)

    def section(self, heading: str, *shown: Display) -> None:
        """Start a section with a heading and show something in it; nothing at all if there is nothing to show."""
        if shown:
            self.sections.append(
                (f"section-{slug(heading).replace('_', '-')}", heading, [display.html for display in shown])
            )

    def html(self, script: str = "") -> str:
        """The whole page, but for commit and links to its siblings; InputError if it shows a number that is not recorded.

        `script` is a program of the project's own.
        """
        text = _render(self, script)
        if problems := check_numbers(text, self.page.store):
            raise InputError(
                self.place or self.name,
                found=problems[0],
                expected="numbers only as recorded results",
                action="write {result.id}",
            )
        return text


def _render(sheet: Sheet, script: str) -> str:
    """The page in the template; tables to filter bring their script with them."""
    filters = any("data-filters=" in block for _, _, blocks in sheet.sections for block in blocks)
    study = sheet.material.study.info
    fields = pages.page_fields(sheet.material.colophon, [script] if script else [], filters) | {
        "title": sheet.title,
        "lead": sheet.lead,
        "study_title": study.title,
        "source": f"{study.source.producer}: {study.source.title}",
        "example": study.example,
        "sections": sheet.sections,
        "program": script,
        "kinds": _kinds(sheet),
    }
    fields["css"] = f"{fields['css']}{_file('companion.css')}"
    return pages.tidy(templates().get_template("companion.html.j2").render(page=fields))


def _kinds(sheet: Sheet) -> list[tuple[str, str]]:
    used = {kind for _, _, blocks in sheet.sections for block in blocks for kind in _KIND.findall(block)}
    return [(str(kind), meaning) for kind, meaning in KIND_MEANING.items() if kind in used]


def link(title: str, href: str) -> str:
    """A link in the prose notation; whatever the title holds is shown as it is.

    >>> link("Census 2011", "01_census.html")
    '[Census {=2011}](01_census.html)'
    """
    return f"[{_MARKUP.sub(_shown_as_it_is, title.replace(']', ')'))}]({href})"


def _shown_as_it_is(match: re.Match[str]) -> str:
    return match[0] * 2 if match[0] in "{}" else f"{{={match[0]}}}"


def templates() -> "Environment":
    """The templates of these pages, and those of all others."""
    return environment(_HERE)


@cache
def _file(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def script(name: str) -> str:
    """A program of these pages, by the name of its file, as it will stand in the page."""
    return pages.tidy_lines(_file(name)).strip()
