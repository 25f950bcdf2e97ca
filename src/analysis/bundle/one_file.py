"""`analysis pdf --whole`: all pages of a study as one PDF, with a cover, contents, bookmarks, and links that stay within it."""

import tempfile
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
_LAID_OUT = "\n@media print { .cover, article { break-after: page; } .cover ol { columns: 1; } .cover dd { color: inherit; } }\n"


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
    target = study.root / "reports" / study.id / f"{study.id}.pdf"
    text = render_page(whole_study(study), commit_line(study.root), (), TEMPLATES, COMPANIONS)
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "whole.html"
        page.write_text(text, encoding="utf-8")
        made = drive(program, page, "--print-to-pdf", shown(target, study.root), FLAGS[-3:], seconds=SECONDS)
        made = relative_links(dated(made, commit_date(study.root)), page.parent)
    write_bytes(target, made)
    return target


def whole_study(study: Study) -> PageData:
    """All pages of a published study as one, which opens with a cover."""
    pages = {name: each.page for name, each in published_pages(study).items()}
    date = study.info.date or (commit_time(study.root) or "")[:10] or "without a date, since there is no commit"
    fields = {"title": "All pages", "colophon": [], "cover": [("Date", date)]}
    page = whole(pages, study.info.title, fields)
    return page | {"css": page["css"] + _LAID_OUT}
