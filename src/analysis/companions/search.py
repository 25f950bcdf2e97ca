"""Search over all pages: what stands where, taken from the data of the pages, and the page that searches it without a request.

Each section, table, figure, claim, assumption and term is an entry with its address. The entries stand in the page itself, so
that it works from a file; without scripts it lists the pages. However many studies there are, the page stays within what a page
may weigh: their names are all there, and of long texts as many letters as there is room for, the same of each.
"""

import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from analysis.companions.glossary import FILE as GLOSSARY
from analysis.reporting.markdown import headings, spoken
from analysis.reporting.markup import clean, tidy_lines
from analysis.reporting.nodes import Block, bullets, heading, label, link, plain
from analysis.reporting.page import PageData, page_title
from analysis.reporting.plain_page import PlainPage, plain_page
from analysis.results import Result, ResultStore

FILE, TITLE = "search.html", "Search"
LEAD = "Words, numbers and ids of claims, over all pages. Nothing is sent anywhere."
SHORTENED = "Of long texts only the beginning is searched, as there are many; the ledger of claims holds theirs whole."
MOST_BYTES = 430_000  # of the index, which leaves room for the rest of a page of half a megabyte
WITHOUT = "Search needs scripts, which are switched off here. All pages are listed below."
_NAMED = {
    "ledger.html",
    "replication.html",
    "index.html",
}  # found by their titles: what they list stands on other pages
_ALIKE = "/data_dictionary.html"  # describes the same files for every study: that of one is searched
_HOLDERS = ("group", "unfolding", "blocks")
_FOLDER = Path(__file__).parent / "template"


@dataclass(frozen=True)
class Entry:
    """A place of a page: its id, empty for the page itself, what it is called, and what is said there."""

    anchor: str
    title: str
    text: str


def search_page(pages: Mapping[str, PageData]) -> PageData:
    """The page, but for its commit; `pages` are all others by their paths below reports/: terms come first, worked examples last."""
    first = next((path for path in pages if path.endswith(_ALIKE)), "")
    kept = {path: page for path, page in pages.items() if path == first or not path.endswith(_ALIKE)}
    ordered = dict(sorted(kept.items(), key=lambda item: (item[0] != GLOSSARY, bool(item[1].get("example")))))
    data, shortened = _data({path: (page, list(entries(path, page))) for path, page in ordered.items()})
    program = {
        "type": "program",
        "id": "search",
        "style": _file("search.css"),
        "without": WITHOUT,
        "note": [],
        "data": data,
        "program": tidy_lines(f"(()=>{{\n{_file('search.js')}}})();"),
    }
    listed = bullets([link(path, [label(page_title(page))])] for path, page in pages.items())
    blocks = [program, heading(2, ["All pages"], "section-all-pages"), listed]
    return plain_page(PlainPage(TITLE, f"{LEAD} {SHORTENED}" if shortened else LEAD, blocks, ResultStore()))


def _data(found: Mapping[str, tuple[PageData, list[Entry]]]) -> tuple[str, bool]:
    """The index of all pages, with whole texts if it then weighs no more than it may; and whether they had to be shortened."""
    longest = max((len(each.text) for _, listed in found.values() for each in listed), default=0)
    fits = bisect_right(range(longest + 1), MOST_BYTES, key=lambda most: len(_index(found, most).encode("utf-8"))) - 1
    return _index(found, max(fits, 0)), fits < longest


def _index(found: Mapping[str, tuple[PageData, list[Entry]]], most: int) -> str:
    """The pages and their entries as JSON that no closing tag can leave, of each text at most so many letters.

    An entry is one text of three lines, and so no row of records.
    """
    content = [
        [
            path,
            clean(page_title(page)),
            [
                "\n".join(" ".join(clean(part).split()) for part in (each.anchor, each.title, _begun(each.text, most)))
                for each in listed
            ],
        ]
        for path, (page, listed) in found.items()
    ]
    return (
        json.dumps(content, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c").replace("&", "\\u0026")
    )


def _begun(text: str, most: int) -> str:
    """The whole words that a text begins with, within so many letters."""
    return text if len(text) <= most else text[: most + 1].rpartition(" ")[0]


def entries(path: str, page: PageData) -> Iterator[Entry]:
    """What can be found on a page, in its order."""
    results = ResultStore.of_records(page["results"]).by_id
    anchor, title, said = "", str(page.get("heading") or page["title"]), [str(page.get("lead", ""))]
    for block in _flat(page["blocks"]) if path not in _NAMED else ():
        opened = _opened(block, results)
        if opened:
            yield Entry(anchor, title, _joined(said))
            anchor, title = opened
            said = []
        said += _said(block, results)
        yield from _places(block, results)
    yield Entry(anchor, title, _joined(said))


def _flat(blocks: Iterable[Block]) -> Iterator[Block]:
    """Blocks with those that hold others replaced by what they hold."""
    for block in blocks:
        yield from _flat(block["of"]) if block["type"] in _HOLDERS else [block]


def _opened(block: Block, results: Mapping[str, Result]) -> tuple[str, str] | None:
    """The id and the words of the section that a block opens; None if it opens none."""
    if block["type"] == "heading":
        return block["id"], plain(block["of"], results)
    if block["type"] == "markdown" and block["ids"]:
        return block["ids"][0], next(words for level, words in headings(block["source"]) if level > 1)
    return None


def _said(block: Block, results: Mapping[str, Result]) -> list[str]:
    """What a block says in sentences."""
    match block["type"]:
        case "paragraph":
            return [plain(block["of"], results)]
        case "list" if not block.get("css"):  # others repeat what stands on other pages
            return [plain(_flat_run(item), results) for item in block["items"]]
        case "markdown":
            opened = _opened(block, results)
            return [spoken(block["source"]).removeprefix(opened[1] if opened else "")]
        case _:
            return []


def _flat_run(run: Iterable[Any]) -> list[Any]:
    return [
        part for node in run for part in (_flat_run(node["of"]) if isinstance(node, dict) and "of" in node else [node])
    ]


def _places(block: Block, results: Mapping[str, Result]) -> Iterator[Entry]:
    """The tables and figures of a block, rows that have an address of their own, and terms."""
    if block["type"] in ("table", "figure"):
        table = block.get("table", block)
        rows = [row for group in table["groups"] for row in group["rows"]]
        told = [plain(block.get("finding", []), results), *(column["label"] for column in table["columns"])]
        names = [row["label"] for row in rows if not row.get("anchor")]
        yield Entry(
            block["id"], f"{block['label']}. {plain(block['caption'], results)}", _joined([*told, *names], " · ")
        )
        yield from (Entry(row["anchor"], row["label"], _row(row, results)) for row in rows if row.get("anchor"))
    for each in block["entries"] if block["type"] == "facts" and block.get("id") != "register" else ():
        if each.get("id"):  # the register of a model has a page of its own
            yield Entry(
                each["id"], plain(each["term"], results), _joined(plain(said, results) for said in each["said"])
            )


def _row(row: Block, results: Mapping[str, Result]) -> str:
    """The cells of a row."""
    return _joined(
        (
            plain(cell.get("of") or [cell[part] for part in ("number", "interval") if part in cell], results)
            for cell in row["cells"]
        ),
        " · ",
    )


def _joined(parts: Iterable[str], between: str = " ") -> str:
    return between.join(" ".join(part.split()) for part in parts if part.strip())


@cache
def _file(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")
