"""An executed notebook as one HTML file that needs nothing else: no request, its provenance at its foot.

No script runs but a program of the project's own, such as the explorer or the one of tables that can be filtered; the
page's policy admits each by its hash.
"""

import html
import re
from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.errors import InputError
from analysis.reporting.appendix import parameters_table
from analysis.reporting.markup import escape, interval, kind_word, number, structural
from analysis.results import KIND_MEANING

if TYPE_CHECKING:
    from nbformat import NotebookNode

# Comments, which no text from data can become, since it is escaped: only the page's own frame holds them.
COMMIT_PLACEHOLDER = "<!--@@COMMIT@@-->"  # replaced when pages are published, since a commit cannot name itself
LINKS_PLACEHOLDER = "<!--@@LINKS@@-->"  # likewise: which other appendices a study has is no input of this one
_CURRENT = ' aria-current="page"'
FILTERS = {"text": escape, "structural": structural, "number": number, "interval": interval, "kind": kind_word}
_PARAMETER_TAGS = {"parameters", "injected-parameters"}
_HEADING = re.compile(r"<h([1-6])>(.*?)</h\1>", re.DOTALL)
_NUMBERED = re.compile(r'id="(table|figure)-(\d+)"')
_ID = re.compile(r'<[^<>]*\sid="([^"]*)"')
_PROGRAM = re.compile(r"<script data-program>(.*?)</script>", re.DOTALL)
_KIND = re.compile(r'data-kind="(\w+)"')


@dataclass(frozen=True)
class PageContext:
    """What a page says besides its notebook.

    `parameters` are those of the run;
    `colophon` maps a heading to a text, to a list of texts or to named texts (versions, input hashes, seeds, command).
    """

    study_title: str
    page_title: str
    source: str = ""
    parameters: Mapping[str, object] = field(default_factory=dict)
    colophon: Mapping[str, object] = field(default_factory=dict)
    example: bool = False
    index_href: str = "../index.html"


def render_page(executed_notebook: "NotebookNode | dict[str, Any]", context: PageContext) -> str:
    """The page of an executed notebook, complete but for what `finish_page` puts in when it is published.

    Raises InputError when a cell failed, warned or wrote to the error stream, when it shows something without a text
    form, and when headings are out of order. Same notebook and context, same text.
    """
    from nbformat import from_dict

    from analysis.reporting.exporter import AppendixExporter

    place = f"notebook of '{context.page_title}'"
    notebook = from_dict(dict(executed_notebook))
    _refuse_trouble(notebook, place)
    notebook.cells = _without_empty_sections(notebook.cells)
    heading, contents = _prepare(notebook, context, place)
    filters = any("data-filters=" in text for text in _shown(notebook))
    page = page_fields(context.colophon, _programs(notebook), filters) | {
        "study_title": context.study_title,
        "page_title": context.page_title,
        "source": context.source,
        "index_href": context.index_href,
        "example": context.example,
        "heading": heading or structural(context.page_title),
        "contents": contents,
        "parameters": parameters_table(context.parameters).html,
        "kinds": _kinds_in(notebook),
    }
    text, _ = AppendixExporter(FILTERS).from_notebook_node(notebook, {"page": page})
    _refuse_repeats(text, place)
    return tidy(text)


def finish_page(page: str, commit: str, links: Iterable[tuple[str, str, bool]]) -> str:
    """A rendered page with its commit and with links (title, address, whether it is this page) to its siblings."""
    items = (
        f'<li><a href="{escape(href)}"{_CURRENT if current else ""}>{structural(title)}</a></li>'
        for title, href, current in links
    )
    nav = f'<nav aria-label="Pages of this study"><ul>\n{chr(10).join(items)}\n</ul></nav>'
    return page.replace(LINKS_PLACEHOLDER, nav).replace(COMMIT_PLACEHOLDER, escape(commit))


def page_fields(
    colophon: Mapping[str, object], programs: Iterable[str] = (), script: bool = False
) -> dict[str, object]:
    """What the templates of all pages need.

    `programs` are the texts of scripts that stand in the page's body; with `script`, that of tables to filter is added.
    The policy admits these by their hashes, and nothing else.
    """
    code = filter_script() if script else ""
    digests = [sha256(text.encode("utf-8")).digest() for text in (*programs, *([code] if code else []))]
    policy = (
        " script-src " + " ".join(f"'sha256-{b64encode(digest).decode()}'" for digest in digests) + ";"
        if digests
        else ""
    )
    return {"css": style_sheet(), "colophon": _colophon(colophon), "script": code, "script_policy": policy}


def _programs(notebook: "NotebookNode") -> list[str]:
    """The project's own programs that a notebook shows, as they will stand in the page."""
    return [tidy_lines(text) for shown in _shown(notebook) for text in _PROGRAM.findall(shown)]


@cache
def filter_script() -> str:
    """The script of tables that can be filtered."""
    return (Path(__file__).parent / "template" / "filter.js").read_text(encoding="utf-8")


@cache
def style_sheet() -> str:
    """The style sheet of all pages."""
    return (Path(__file__).parent / "template" / "style.css").read_text(encoding="utf-8")


def tidy(text: str) -> str:
    """A page without trailing blanks and blank lines at its end."""
    return tidy_lines(text).strip() + "\n"


def tidy_lines(text: str) -> str:
    """A text without blanks at the ends of its lines."""
    return re.sub(r"[ \t]+\n", "\n", text)


def _colophon(entries: Mapping[str, object]) -> list[tuple[str, list[tuple[str, str]]]]:
    return [(name, _labelled(value)) for name, value in entries.items()]


def _labelled(value: object) -> list[tuple[str, str]]:
    if isinstance(value, Mapping):
        return [(str(label), str(item)) for label, item in value.items()]
    items = value if isinstance(value, list | tuple) else [value]
    return [("", str(item)) for item in items]


def _refuse_trouble(notebook: "NotebookNode", place: str) -> None:
    for position, cell in enumerate(notebook.cells, start=1):
        for output in cell.get("outputs", []):
            if trouble := _trouble(output):
                raise InputError(
                    f"{place}, cell {position}",
                    found=trouble,
                    expected="a cell that shows results and nothing else",
                    action="correct the cell; a warning is to be resolved, not hidden",
                )


def _without_empty_sections(cells: "list[NotebookNode]") -> "list[NotebookNode]":
    """The cells without the sections (## and below) that were to show something and show nothing.

    So one notebook serves studies that publish tables, studies that have records, and studies that have both.
    """
    sections: list[list[NotebookNode]] = [[]]
    for cell in cells:
        if cell.cell_type == "markdown" and cell.source.startswith("##"):
            sections.append([])
        sections[-1].append(cell)
    return [*sections[0], *(cell for section in sections[1:] if not _shows_nothing(section) for cell in section)]


def _shows_nothing(section: "list[NotebookNode]") -> bool:
    code = [cell for cell in section if cell.cell_type == "code"]
    return bool(code) and not any(cell.outputs for cell in code)


def _refuse_repeats(text: str, place: str) -> None:
    if repeated := [anchor for anchor, count in Counter(_ID.findall(text)).items() if count > 1]:
        raise InputError(
            place,
            found=f"'{repeated[0]}' shown twice",
            expected="each table and figure once",
            action="rename or drop one",
        )


def _trouble(output: "NotebookNode") -> str:
    """What keeps an output off a page, or nothing."""
    if output.output_type == "error":
        return f"{output.ename}: {output.evalue}"
    if output.output_type == "stream":
        return f"a message on the error stream: {output.text.strip()}" if output.name == "stderr" else ""
    if not {"text/html", "text/plain"} & set(output.data):
        return f"an output of {', '.join(sorted(output.data))} alone"
    drawn = [kind for kind in output.data if kind.startswith("image/")]
    return f"a picture without a caption ({drawn[0]}): use page.figure" if drawn else ""


def _prepare(notebook: "NotebookNode", context: PageContext, place: str) -> tuple[str, list[tuple[str, str]]]:
    """Put into each cell's metadata what the template shows; return the title and the table of contents.

    The code of neighbouring cells is folded into one place: below the next table or figure, or where text comes next.
    """
    from analysis.reporting.exporter import code_html, markdown_html

    sections = _Sections(place)
    waiting: list[str] = []
    parameters_due = bool(context.parameters) and not _shows_parameters(notebook)
    for cell, following in zip(notebook.cells, [*notebook.cells[1:], None], strict=True):
        block = {"html": "", "code": "", "label": "", "parameters": False}
        if cell.cell_type == "markdown":
            block["html"] = sections.add(markdown_html(cell.source))
        elif cell.cell_type == "code" and _PARAMETER_TAGS & set(cell.metadata.get("tags", [])):
            block["parameters"], parameters_due = parameters_due, False
        elif cell.cell_type == "code":
            waiting.append(cell.source)
            block["html"] = "\n".join(map(_output_html, cell.outputs))
            block["label"] = _label(block["html"])
        if waiting and (block["label"] or following is None or following.cell_type != "code"):
            block["code"] = code_html("\n\n".join(source.strip() for source in waiting))
            waiting.clear()
        cell.metadata["appendix"] = block
    return sections.title, sections.contents


def _shows_parameters(notebook: "NotebookNode") -> bool:
    return any('class="parameters"' in text for text in _shown(notebook))


def _shown(notebook: "NotebookNode") -> Iterator[str]:
    for cell in notebook.cells:
        yield from map(_output_html, cell.get("outputs", []))


def _kinds_in(notebook: "NotebookNode") -> list[tuple[str, str]]:
    used = {kind for text in _shown(notebook) for kind in _KIND.findall(text)}
    return [(str(kind), meaning) for kind, meaning in KIND_MEANING.items() if kind in used]


def _output_html(output: "NotebookNode") -> str:
    """An output as HTML; plain text is escaped, and its numbers are not exempt from the check."""
    if output.output_type == "stream":
        return f'<div class="output">{escape(output.text.strip())}</div>'
    if "text/html" in output.data:
        return _joined(output.data["text/html"])
    return f'<div class="output">{escape(_joined(output.data["text/plain"]))}</div>'


def _joined(text: str | Iterable[str]) -> str:
    return text if isinstance(text, str) else "".join(text)


def _label(shown: str) -> str:
    """`Table 1` if that is what a cell shows."""
    match = _NUMBERED.search(shown)
    return f"{match[1].capitalize()} {match[2]}" if match else ""


@dataclass
class _Sections:
    """The headings of a page, in order."""

    place: str
    title: str = ""
    level: int = 1
    contents: list[tuple[str, str]] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)

    def add(self, text: str) -> str:
        """Take the title out of a text, and give every other heading an id."""
        return _HEADING.sub(self._heading, text).strip()

    def _heading(self, match: re.Match[str]) -> str:
        level, words = int(match[1]), match[2]
        plain = html.unescape(re.sub(r"<[^>]+>", "", words))
        if level == 1:
            self._refuse(
                bool(self.title), f"a second title '{plain}'", "one title (#) in a notebook", "make it a section (##)"
            )
            self.title = words
            return ""
        deepest = self.level + 1
        self._refuse(
            level > deepest, f"the heading '{plain}' at level {level}", f"at most level {deepest} here", "use fewer #"
        )
        self.level, anchor = level, self._anchor(plain)
        self.contents += [(anchor, words)] if level == 2 else []
        return f'<h{level} id="{anchor}">{words}</h{level}>'

    def _anchor(self, words: str) -> str:
        base = "section-" + (re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-") or "unnamed")
        choices = [base, *(f"{base}-{count}" for count in range(2, len(self.anchors) + 3))]
        anchor = next(choice for choice in choices if choice not in self.anchors)
        self.anchors.add(anchor)
        return anchor

    def _refuse(self, wrong: bool, found: str, expected: str, action: str) -> None:
        if wrong:
            raise InputError(self.place, found=found, expected=expected, action=action)
