"""Hostile text in every free-text field of every input file: the pipeline runs, and no page runs, requests or breaks.

The pages are opened with their policy set aside, so that what keeps a script from running is its being text.
"""

import csv
import io
import json
import re
from collections import Counter
from pathlib import Path

import html5lib
import openpyxl
import pytest
from hostile_models import named_by_models
from hostile_project import CORPUS, attack, fields, is_closed, is_notation, text_files
from project_copy import copy_project, run_analysis

pytestmark = [pytest.mark.pages, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
ELEMENTS = (
    "script",
    "img",
    "iframe",
    "svg",
    "math",
    "object",
    "embed",
    "link",
    "meta",
    "base",
    "style",
    "form",
    "input",
    "table",
    "h1",
    "h2",
    "h3",
    "section",
)
UNSHOWN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u202a-\u202e\u2066-\u2069]")
SAFE_ADDRESS = re.compile(r"https?://[^\s\"<>]+|#\S+|[\w./-]+(#\S*)?|data:,")
# The project under attack names two authors, and has a tag for each.
LOOK = """names => ({
  ran: typeof window.__ran !== 'undefined',
  handlers: [...document.querySelectorAll('*')].filter(e => [...e.attributes].some(a => /^on/i.test(a.name))).length,
  counts: Object.fromEntries(names.map(name => [name, document.querySelectorAll(`${name}:not([name=citation_author])`).length])),
  addresses: [...document.querySelectorAll('[href], [src]')].map(e => e.getAttribute('href') || e.getAttribute('src')),
  width: document.documentElement.scrollWidth,
})"""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory) -> Path:
    """A copy of the project with hostile text in every free-text field, run and published."""
    folder = copy_project(tmp_path_factory.mktemp("hostile"))
    used = attack(folder)
    assert set(used) == {*CORPUS["payloads"], *CORPUS["payloads of notation"]}  # every text stands somewhere
    done = run_analysis(folder, "reproduce")
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def pages(folder: Path) -> dict[str, Path]:
    return {path.relative_to(folder).as_posix(): path for path in sorted((folder / "reports").rglob("*.html"))}


def test_no_page_runs_requests_or_breaks(visit, finished, hostile):
    ordinary, wrong = pages(finished), {}
    for name, path in pages(hostile).items():
        page, before = visit(path, 320, bypass_csp=True), visit(ordinary[name], 320, bypass_csp=True)
        page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
        found, usual = page.evaluate(LOOK, ELEMENTS), before.evaluate(LOOK, ELEMENTS)
        problems = [
            *page.noted,
            *(["a script ran"] if found["ran"] else []),
            *(["a handler"] if found["handlers"] else []),
            *(
                f"{tag}: {found['counts'][tag]} instead of {count}"
                for tag, count in usual["counts"].items()
                if found["counts"][tag] != count
            ),
            *(f"a link to {address}" for address in found["addresses"] if not SAFE_ADDRESS.fullmatch(address)),
            *([f"{found['width']} wide"] if found["width"] > 320 else []),
        ]
        if problems:
            wrong[name] = problems
        page.context.close()
        before.context.close()
    assert wrong == {}


def test_every_page_is_there_and_valid_and_free_of_signs_that_turn_text(finished, hostile):
    assert set(pages(hostile)) == set(pages(finished))
    for name, path in pages(hostile).items():
        text = path.read_text(encoding="utf-8")
        parser = html5lib.HTMLParser(strict=False)
        parser.parse(text)
        assert parser.errors == [], name
        assert UNSHOWN.findall(text) == [], name


def test_hostile_text_is_shown_and_not_swallowed(visit, hostile):
    pages = ("08_claims_audit", "claims")
    told = " ".join(visit(hostile / "reports" / "coproduction" / f"{name}.html").text_content("main") for name in pages)
    for name in ("script", "template", "notation", "entity", "comment"):
        assert CORPUS["payloads"][name] in " ".join(told.split()), name


def test_the_numbers_are_the_same(finished, hostile):
    listed = sorted((finished / "data" / "processed").glob("*/results/*.json"))
    assert len(listed) > 10
    for path in listed:
        assert values(hostile / path.relative_to(finished)) == values(path), path.name


def values(path: Path) -> Counter:
    """The numbers of a results file, each with its interval and kind; texts and ids are left out, since they follow labels.

    Left out are also the counts of planted errors, some of which are labels taken from elsewhere in the ledger, and those of the
    areas that an input names, which are counted only where they are too many to be listed, and those by chapter of a source, which
    are as many as its chapters have names.
    """
    listed = json.loads(path.read_text(encoding="utf-8")).get("results", {})
    by_label = (".planted.", ".inputs.", ".chapters.")
    rows = [row for name, row in listed.items() if not any(part in name for part in by_label)]
    return Counter(
        (row["value"], row.get("low"), row.get("high"), row["kind"])
        for row in rows
        if not isinstance(row["value"], str)
    )


def test_no_table_holds_a_formula_from_data(hostile):
    seen = 0
    for path in sorted((hostile / "data" / "processed").rglob("*.csv")):
        for row in csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")):
            seen += len(row)
            assert [
                cell for cell in row if cell[:1] in "=+-@\t\r" and cell and not re.fullmatch(r"-?[\d.e+-]+", cell)
            ] == [], path.name
    assert seen > 1000


def test_a_workbook_holds_the_formulas_of_the_model_and_no_other(finished, hostile):
    listed = sorted((finished / "reports").rglob("*.xlsx"))
    assert listed
    for path in listed:
        before, after = (formulas(folder) for folder in (path, hostile / path.relative_to(finished)))
        assert before and set(after) == set(before)
        assert not any("HYPERLINK" in text for text in after.values())


def formulas(path: Path) -> dict[tuple[str, str], str]:
    book = openpyxl.load_workbook(path)
    return {
        (sheet.title, cell.coordinate): str(cell.value)
        for sheet in book
        for row in sheet
        for cell in row
        if cell.data_type == "f"
    }


def test_every_text_field_is_attacked_or_named_as_closed():
    """Of the fields that hold text, found by reading every raw file, none is left out without a reason that names it."""
    named = [f"{name}:{field}" for name, path in text_files(ROOT) for field in fields(path)] + named_by_models()
    attacked = [name for name in named if not is_closed(name)]
    assert len(attacked) > 300 and {
        "coproduction/claims.csv:statement",
        "coproduction/assumptions.yaml:assumptions.source.title",
    } <= set(attacked)
    from fnmatch import fnmatchcase

    patterns = (
        [pattern for listed in CORPUS["closed"].values() for pattern in listed]
        + CORPUS["notation"]
        + CORPUS["plain today"]
    )
    assert [
        pattern for pattern in patterns if not any(fnmatchcase(name, pattern) for name in named)
    ] == []  # none has outlived its field
    assert [name for name in attacked if is_notation(name)] != []
