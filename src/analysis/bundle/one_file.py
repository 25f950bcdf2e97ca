"""`analysis pdf --whole`: all pages of a study as one PDF, with a cover, contents, bookmarks, and links that stay within it."""

import re
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from analysis.bundle.bundle import published_pages
from analysis.bundle.pages import TEMPLATES, whole
from analysis.companions.sheet import TEMPLATES as COMPANIONS
from analysis.files import shown
from analysis.pipeline.commit import commit_line, commit_time
from analysis.pipeline.deposit.pdf import FLAGS, commit_date, dated, describe, drive, find_browser, relative_links
from analysis.reporting.page import PageData, render_page
from analysis.results import write_bytes
from analysis.study import Study, load_study, study_ids

SECONDS = 900  # a study's pages are some hundred sheets
_LAID_OUT = (
    "\n@media print { .cover, article { break-after: page; } .cover ol { columns: 1; } .cover dd { color: inherit; } "
    ".cover li { position: relative; padding-right: 4em; } .begins { position: absolute; right: 0; } }\n"
)
_NODE = re.compile(
    rb"(\d+) 0 obj\s+<<\s*/Type /Pages\b[^>]*?/Kids \[([^\]]*)\]"
)  # of the tree of pages, as the browser writes it
_REFERENCE = re.compile(rb"(\d+) 0 R")
_PLACE = re.compile(rb"/([\w-]+) \[(\d+) 0 R /XYZ")


def print_studies(root: Path, study_id: str = "", browser: str = "") -> list[Path]:
    """Print each published study, or the one named, as `reports/<study>/<study>.pdf`; returns their paths.

    Raises InputError where there is no browser, where a study is not published as it is now, or where it does not print.
    """
    program = find_browser(browser)
    named = [study_id] if study_id else [each for each in study_ids(root) if (root / "reports" / each).is_dir()]
    printed = [_print(load_study(each, root), program) for each in named]
    describe(root)
    return printed


def _print(study: Study, program: str) -> Path:
    """The study's file: printed once to see on which page each part begins, and again with these in the contents."""
    target = study.root / "reports" / study.id / f"{study.id}.pdf"
    page, stamp = whole_study(study), commit_line(study.root)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "whole.html"

        def printed(begins: Mapping[str, int]) -> bytes:
            text = render_page(page | {"begins": begins}, stamp, (), TEMPLATES, COMPANIONS)
            file.write_text(text, encoding="utf-8")
            return drive(program, file, "--print-to-pdf", shown(target, study.root), FLAGS[-3:], seconds=SECONDS)

        made = printed({})
        made = printed(begins) if (begins := page_numbers(made)) else made
        made = relative_links(dated(made, commit_date(study.root)), file.parent)
    write_bytes(target, made)
    return target


def page_numbers(pdf: bytes) -> dict[str, int]:
    """The number of the page on which each named place of a browser's PDF stands, from 1; nothing where it writes them otherwise.

    >>> page_numbers(b"7 0 obj\\n<</Type /Pages\\n/Count 2\\n/Kids [3 0 R 5 0 R]>>\\n8 0 obj\\n<</overview [5 0 R /XYZ 6 7 0]>>")
    {'overview': 2}
    """
    nodes = {number: _REFERENCE.findall(kids) for number, kids in _NODE.findall(pdf)}
    inner = {kid for kids in nodes.values() for kid in kids}
    order = [sheet for node in nodes if node not in inner for sheet in _sheets(node, nodes)]
    return {name.decode(): order.index(sheet) + 1 for name, sheet in _PLACE.findall(pdf) if sheet in order}


def _sheets(node: bytes, nodes: Mapping[bytes, list[bytes]]) -> Iterator[bytes]:
    """The sheets below a node of the tree of pages, in order."""
    if node not in nodes:
        yield node
    for kid in nodes.get(node, ()):
        yield from _sheets(kid, nodes)


def whole_study(study: Study) -> PageData:
    """All pages of a published study as one, which opens with a cover."""
    pages = {name: each.page for name, each in published_pages(study).items()}
    date = study.info.date or (commit_time(study.root) or "")[:10] or "without a date, since there is no commit"
    fields = {"title": "All pages", "colophon": [], "cover": [("Date", date)]}
    page = whole(pages, study.info.title, fields)
    return page | {"css": page["css"] + _LAID_OUT}
