"""A browser, and pages made from a small synthetic notebook, for tests that look at pages as readers do."""

import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from opened import open_page
from rendered import output, page_html

from analysis.reporting import Appendix
from analysis.reporting.charts import bar_chart, progress_chart
from analysis.reporting.page import PageContext
from analysis.results import Column, Kind, Result

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture(scope="session")
def browser(chromium_executable):
    """A headless Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_executable, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser):
    """Open a file as `open_page` does; what was opened is closed at the end of the test."""
    pages = []

    def opened(*arguments, **options):
        pages.append(open_page(browser, *arguments, **options))
        return pages[-1]

    yield opened
    for page in pages:
        page.context.close()


@pytest.fixture(scope="session")
def write_sample(tmp_path_factory):
    """Write a synthetic page in which every text from data is `label` followed by a word of its own."""
    return lambda label="": _write(tmp_path_factory.mktemp("page") / "sample.html", label)


@pytest.fixture(scope="session")
def sample(write_sample):
    """A synthetic page with ordinary texts."""
    return write_sample()


def _write(path, label):
    page = Appendix("a_study", "07_sample", path.parent)
    page.add(
        [
            Result("people", f"{label} people", 1875, "people", Kind.PUBLISHED),
            Result("text", "T", f"{label} text", "", Kind.ASSUMED),
        ]
    )
    columns = [f"{label} column {name}" for name in "abcdefgh"]
    rows = [f"{label} row {name}" for name in ("a", "b", "with a name that takes several lines to tell in full")]
    frame = pd.DataFrame({name: [120.5, 87.0, None] for name in columns}, index=pd.Index(rows, name=f"{label} rows"))
    frame["why"], frame["sort"] = f"{label} a reason that takes quite a few words to give in full", f"{label} sort"
    shown = {name: Column(name, "%", Kind.RECOMPUTED, 1) for name in columns} | {"why": Column(f"{label} why")}
    first = {columns[0]: shown[columns[0]]}
    progress = progress_chart(frame, columns[0], f"{label} axis", decimals=1)
    bars = bar_chart(frame, columns[:2], f"{label} axis", labels=(f"{label} one", f"{label} two"), unit="%", decimals=1)
    cells = [
        new_markdown_cell("# What does the sample show?\n\nOrdinary words."),
        _cell("page.say(...)", page.say("We count {people}, and {text}; see [the contents](#page-contents).")),
        new_markdown_cell("## Tables"),
        _cell(
            "page.table(...)",
            page.table("wide", frame, shown, "A wide table of {text}", group_by="sort", text={"why": "label"}),
        ),
        new_markdown_cell("## Figures\n\n### Progress"),
        _cell(
            "page.figure(...)",
            page.figure("progress", progress, "Progress", "The first row is ahead; {text}.", frame, first),
        ),
        _cell(
            "page.figure(...)",
            page.figure("bars", bars, "Bars", "Both columns agree.", frame, {c: shown[c] for c in columns[:2]}),
        ),
    ]
    context = PageContext(
        f"{label} A study",
        f"{label} Sample",
        f"{label} A report",
        {"label": f"{label} value"},
        {"Versions": {f"{label} name": f"{label} version"}},
    )
    links = [(f"{label} Sample", "sample.html", True)]
    page = page_html(new_notebook(cells=cells), context, page.store, "0123456789ab (clean tree)", links)
    path.write_text(page, encoding="utf-8")
    return path


def _cell(source, display):
    return new_code_cell(source, outputs=[output(display)])
