"""An executed notebook as data of a page, and such data as one HTML file that needs nothing else.

The page's data hold all blocks in order, the list of sources, and what frames them; numbers stand by their ids. They are
rendered once, when pages are published: no request, its provenance at its foot. No script runs but a program of the
project's own, such as the explorer or the one of tables that can be filtered; the page's policy admits each by its hash.
"""

import json
import re
from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Any

from analysis.errors import InputError
from analysis.reporting.appendix import parameters_table
from analysis.reporting.chain import NoOrigins, Origins, Sources
from analysis.reporting.markdown import headings, spoken
from analysis.reporting.markup import MIME, tidy
from analysis.reporting.nodes import Block, ids_of, plain, walk
from analysis.reporting.numbers import check_numbers
from analysis.reporting.places import index_of, seen_from_elsewhere
from analysis.reporting.render import environment
from analysis.reporting.svg import ALONE, PLAIN
from analysis.results import KIND_MEANING, Result, ResultStore

if TYPE_CHECKING:
    from nbformat import NotebookNode

_DESCRIPTION = 300  # letters
_APART = "page-"  # begins the tag of a section that is a page of its own
_PARAMETER_TAGS = {"parameters", "injected-parameters"}
PageData = dict[str, Any]
UP = "All studies and appendices"


@dataclass(frozen=True)
class PageContext:
    """What a page says besides its notebook: `setting` is place and period, `name` what its file is called.

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
    setting: str = ""
    name: str = ""


def page_data(
    executed: "NotebookNode | dict[str, Any]", context: PageContext, store: ResultStore, origins: Origins | None = None
) -> PageData:
    """The data of an executed notebook's page; `store` holds its results, `origins` what they rest on elsewhere.

    Raises InputError when a cell failed, warned or wrote to the error stream, when it shows something without a text
    form or a number that is no result, and when headings are out of order. Same notebook and context, same data.
    """
    from nbformat import from_dict

    place = f"notebook of '{context.page_title}'"
    notebook = from_dict(dict(executed))
    _refuse_trouble(notebook, place)
    anchors: set[str] = set()
    made = {
        name: (list(_blocks(cells, context.parameters if not name else {}, sections)), sections)
        for name, cells in _apart(_without_empty_sections(notebook.cells), place).items()
        for sections in [_Sections(place, anchors=anchors)]
    }
    _refuse_repeats([block for blocks, _ in made.values() for block in blocks], place)
    parts = {name: _part(name, *each, context, store, origins or NoOrigins()) for name, each in made.items()}
    parts = {name: _led_apart(name, parts, context.name) for name in parts}
    main, *others = parts.items()
    return main[1] | ({"parts": dict(others)} if others else {})


def _apart(cells: "list[NotebookNode]", place: str) -> "dict[str, list[NotebookNode]]":
    """The cells of the page, and of each page beside it: of the sections whose heading's cell is tagged `page-<its name>`."""
    found: dict[str, list[NotebookNode]] = {"": []}
    name = ""
    for cell in cells:
        if cell.cell_type == "markdown" and re.match("##? ", cell.source):
            tags = cell.metadata.get("tags", [])
            name = next((tag.removeprefix(_APART) for tag in tags if tag.startswith(_APART)), "")
            if name and not re.fullmatch("[a-z][a-z0-9_]*", name) or (name and not found[""]):
                raise _no_page(name, place)
        found.setdefault(name, []).append(cell)
    return found


def _no_page(name: str, place: str) -> InputError:
    return InputError(
        place,
        found=f"a heading tagged {_APART + name!r}",
        expected=f"'{_APART}' and a name of small letters, digits and _, on a heading below the notebook's title",
        action="correct the tag",
    )


def _part(
    name: str, blocks: list[Block], sections: "_Sections", context: PageContext, store: ResultStore, origins: Origins
) -> PageData:
    """The page of a notebook, or a page beside it, by the name of which it is told apart."""
    check_numbers(blocks, store, sections.place)
    sources = Sources(store, origins)
    led = sources.lead(blocks)
    title = f"{context.page_title}: {_small(sections.contents[0][1])}" if name else context.page_title
    fields = {
        "study_title": context.study_title,
        "title": title,
        "setting": context.setting,
        "source": context.source,
        "up": [context.index_href, UP],
        "example": context.example,
        "heading": title if name else sections.title or title,
        "contents": sections.contents,
        "entries": sources.entries,
        "colophon": colophon_entries(context.colophon),
    }
    return page_of("appendix.html.j2", led, store, fields)


def _small(words: str) -> str:
    return words[:1].lower() + words[1:]


def _led_apart(name: str, parts: Mapping[str, PageData], main: str) -> PageData:
    """A page whose links to what stands on another one of its notebook lead there."""
    page = parts[name]
    for other, there in parts.items():
        ids = frozenset(ids_of(there["blocks"])) - frozenset(ids_of(page["blocks"]))
        moved = {key: seen_from_elsewhere(page[key], f"{other or main}.html", ids) for key in ("blocks", "entries")}
        page = page | moved if other != name else page
    return page | {"index": index_of(page["blocks"], page["entries"])}


def page_of(template: str, blocks: list[Block], store: ResultStore, fields: Mapping[str, Any]) -> PageData:
    """The data of a page: its blocks with the records of the numbers they show, the template that frames them, and what
    that needs beside."""
    shown = store.records(node["id"] for node in walk(blocks) if node["type"] == "number")
    index = index_of(blocks, fields.get("entries", []))
    return {"template": template, "blocks": blocks, "results": shown, "index": index, **fields}


def render_page(page: PageData, commit: str = "", links: Iterable[tuple[str, str, bool]] = (), *folders: Path) -> str:
    """A page as HTML, with the commit and with links (title, address, whether it is this page) to its siblings.

    `folders` hold further templates. Same data, same text.
    """
    results = ResultStore.of_records(page["results"]).by_id
    fields = page | {
        "commit": commit,
        "links": list(links),
        "kinds": page.get("kinds") or kinds_in(page["blocks"], results),
        "description": page.get("lead") or _opening(page["blocks"], results),
    }
    fields |= {"closing": list(_closing(fields)), **_programs(page)}
    template = environment(*folders).get_template(page["template"])
    return tidy(template.render({"page": fields, "results": results}))


def _opening(blocks: Iterable[Block], results: Mapping[str, Result]) -> str:
    """The first paragraph of a page, as search engines and previews show it: whole words, and no more than so many letters."""
    ordered = sorted(blocks, key=lambda block: block["type"] != "paragraph")  # a text, where no cell said anything
    said = (_sentences(block, results) for block in ordered if block["type"] in ("paragraph", "markdown"))
    return shorten(next(filter(None, said), ""), _DESCRIPTION, placeholder=" …")


def _sentences(block: Block, results: Mapping[str, Result]) -> str:
    """The words of a paragraph, or those below the headings of a text."""
    if block["type"] == "paragraph":
        return plain(block["of"], results)
    return spoken(re.sub(r"^#.*$", "", block["source"], flags=re.MULTILINE))


def page_title(page: PageData) -> str:
    """What a browser names the page: its title, and its study's where it belongs to one."""
    return f"{page['title']} – {page['study_title']}" if "study_title" in page else str(page["title"])


def _closing(page: PageData) -> Iterable[tuple[str, str]]:
    """The sections that close a page, by their ids."""
    yield from [("page-kinds", "How each number is known")] if page["kinds"] else ()
    yield from [("page-sources", "Where each number comes from")] if page.get("entries") else ()
    yield from [("page-cite", "How to cite")] if page.get("cite") else ()
    yield ("page-colophon", "How this page was made")


def _programs(page: PageData) -> dict[str, Any]:
    """Style and scripts of a page, and what its figures look like on paper. The policy admits the project's own
    programs by their hashes, and nothing else."""
    types = {node["type"] for node in walk(list(page["blocks"]))}
    scripts = [_script("filter.js")] if has_filters(page["blocks"]) else []
    scripts += [_script("take.js")] if types & {"table", "figure"} else []
    scripts += [_script("sources.js")] if page.get("entries") or page.get("parts") else []
    texts = [*programs_in(page["blocks"]), *scripts]
    hashes = " ".join(f"'sha256-{b64encode(sha256(text.encode('utf-8')).digest()).decode()}'" for text in texts)
    css = style_sheet() + page.get("css", "")
    return {
        "css": css,
        "scripts": scripts,
        "paper": json.dumps({"colours": PLAIN, "look": ALONE}) if "figure" in types else "",
        "script_policy": f" script-src {hashes};" if texts else "",
    }


def programs_in(blocks: Iterable[Block]) -> list[str]:
    """The project's own programs that some blocks show, as they stand in the page."""
    return [node["program"] for node in walk(list(blocks)) if node["type"] == "program"]


def has_filters(blocks: Iterable[Block]) -> bool:
    """Whether some blocks hold a table that readers may filter."""
    return any(node["type"] == "table" and node.get("filters") for node in walk(list(blocks)))


def kinds_in(blocks: Iterable[Block], results: Mapping[str, Result]) -> list[tuple[str, str]]:
    """The kinds of the numbers that some blocks show, each with its meaning."""
    used = {str(results[node["id"]].kind) for node in walk(list(blocks)) if node["type"] == "number"}
    return [(str(kind), meaning) for kind, meaning in KIND_MEANING.items() if kind in used]


@cache
def _script(name: str) -> str:
    """A script of all pages, by the name of its file."""
    return _bare((Path(__file__).parent / "template" / name).read_text(encoding="utf-8"))


def _bare(text: str) -> str:
    """A style sheet or script without the blanks that begin its lines and the lines that only remark: every page carries it."""
    return re.sub(r"^(?:[ \t]*//.*\n|[ \t]*/\*[^\n]*\*/\n|[ \t]+)", "", text, flags=re.MULTILINE)


@cache
def style_sheet() -> str:
    """The style sheet of all pages."""
    return _bare((Path(__file__).parent / "template" / "style.css").read_text(encoding="utf-8"))


def colophon_entries(entries: Mapping[str, object]) -> list[tuple[str, list[tuple[str, str]]]]:
    """What a colophon says, as headings with labelled texts."""
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


def _trouble(output: "NotebookNode") -> str:
    """What keeps an output off a page, or nothing."""
    if output.output_type == "error":
        return f"{output.ename}: {output.evalue}"
    if output.output_type == "stream":
        return f"a message on the error stream: {output.text.strip()}" if output.name == "stderr" else ""
    if not {MIME, "text/plain"} & set(output.data):
        return f"an output of {', '.join(sorted(output.data))} alone"
    drawn = [kind for kind in output.data if kind.startswith("image/")]
    return f"a picture without a caption ({drawn[0]}): use page.figure" if drawn else ""


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
    return bool(code) and not any(_shown(cell) for cell in code)


def _refuse_repeats(blocks: list[Block], place: str) -> None:
    if repeated := [anchor for anchor, count in Counter(ids_of(blocks)).items() if count > 1]:
        raise InputError(
            place,
            found=f"'{repeated[0]}' shown twice",
            expected="each table and figure once",
            action="rename or drop one",
        )


def _blocks(cells: "list[NotebookNode]", parameters: Mapping[str, object], sections: "_Sections") -> Iterable[Block]:
    """What each cell shows. Code stands below the next table or figure, and what is left of it at the end, with the
    parameters: the answer comes first."""
    waiting: list[str] = []
    for cell, following in zip(cells, [*cells[1:], None], strict=True):
        label = ""
        if cell.cell_type == "markdown":
            yield from sections.add(cell)
        elif cell.cell_type == "code" and not _PARAMETER_TAGS & set(cell.metadata.get("tags", [])):
            waiting.append(cell.source.strip())
            shown = _shown(cell)
            yield from shown
            label = next((block["label"] for block in shown if block["type"] in ("table", "figure")), "")
        if waiting and (label or following is None):
            yield {"type": "source", "code": "\n\n".join(waiting), "label": label}
            waiting.clear()
    if parameters:
        yield from parameters_table(parameters).blocks


def _shown(cell: "NotebookNode") -> list[Block]:
    """The blocks of a cell's outputs; of an output that has none its text, whose numbers are not exempt from the check."""
    found: list[Block] = []
    for output in cell.get("outputs", []):
        if output.output_type == "stream":
            found.append({"type": "output", "text": output.text.strip()})
        elif MIME in output.data:
            found += output.data[MIME]["blocks"]
        else:
            found.append({"type": "output", "text": "".join(output.data["text/plain"])})
    return found


@dataclass
class _Sections:
    """The headings of a page, in order. A section is known by the id of the cell that its heading opens."""

    place: str
    title: str = ""
    level: int = 1
    contents: list[tuple[str, str]] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)

    def add(self, cell: "NotebookNode") -> Iterable[Block]:
        """A cell of text as a block, without the title, which stands above the page."""
        found = headings(cell.source)
        anchors = [anchor for one in found if (anchor := self._heading(*one, cell.id))]
        if spoken(cell.source) != "" or anchors:
            yield {"type": "markdown", "source": cell.source, "ids": anchors}

    def _heading(self, level: int, words: str, cell: str) -> str:
        """The id of a heading; an empty text for the title."""
        if level == 1:
            self._refuse(
                bool(self.title), f"a second title '{words}'", "one title (#) in a notebook", "make it a section (##)"
            )
            self.title = words
            return ""
        deepest = self.level + 1
        self._refuse(
            level > deepest, f"the heading '{words}' at level {level}", f"at most level {deepest} here", "use fewer #"
        )
        self.level, anchor = level, self._anchor(cell)
        self.contents += [(anchor, words)] if level == 2 else []
        return anchor

    def _anchor(self, cell: str) -> str:
        base = cell if cell.startswith("section-") else f"section-{cell}"
        choices = [base, *(f"{base}-{count}" for count in range(2, len(self.anchors) + 3))]
        anchor = next(choice for choice in choices if choice not in self.anchors)
        self.anchors.add(anchor)
        return anchor

    def _refuse(self, wrong: bool, found: str, expected: str, action: str) -> None:
        if wrong:
            raise InputError(self.place, found=found, expected=expected, action=action)
