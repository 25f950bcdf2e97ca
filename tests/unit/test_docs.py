"""Documentation that is generated, or that names files, stays in step with the code."""

import re
from pathlib import Path

import pytest

from analysis.study.dictionary import tables_dictionary

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_the_dictionary_of_tables_is_the_generated_one():
    assert (ROOT / "docs" / "tables.md").read_text(encoding="utf-8") == tables_dictionary()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    targets = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_named_files_exist(page):
    """Paths in code spans that start with one of the project's folders, without placeholders, are there."""
    spans = re.findall(r"`((?:src|data/raw|notebooks|tests|docs|benchmarks|scripts)/[\w./-]+)`", page.read_text(encoding="utf-8"))
    assert [span for span in spans if not (ROOT / span).exists()] == []


def test_every_make_target_of_the_readme_exists():
    named = set(re.findall(r"(?:`|^    )make ([a-z]+)", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE))
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert {"reproduce", "test"} <= named <= targets
