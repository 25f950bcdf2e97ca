"""Every link of a published page that stays inside the project leads to a page, and to a place on it, that exist."""

import re

import pytest

pytestmark = pytest.mark.slow


def test_links_lead_somewhere(finished):
    reports, broken = finished / "reports", []
    pages = {page: page.read_text(encoding="utf-8") for page in reports.rglob("*.html")}
    for page, text in pages.items():
        for href in re.findall(r'<a href="(?!https?:)([^"]*)"', text):
            name, _, anchor = href.partition("#")
            target = (page.parent / name).resolve() if name else page
            if target not in pages or (anchor and f'id="{anchor}"' not in pages[target]):
                broken.append(f"{page.relative_to(reports)}: {href}")
    assert len(pages) > 1
    assert broken == []


def test_the_index_lists_worked_examples_apart(finished):
    text = (finished / "reports" / "index.html").read_text(encoding="utf-8")
    studies, examples = text.split("<h2>Worked examples</h2>")
    assert "coproduction_example/02_focus_group_coding.html" in examples
    assert "coproduction_example/" not in studies
    assert "These are synthetic records" in examples
