"""Documentation that is generated, or that names files, stays in step with the code."""

import re
from pathlib import Path
from typing import get_args

import pytest

from analysis.audit.checks import Outcome
from analysis.audit.plan import AuditPlan, Statement
from analysis.audit.run import audit_study
from analysis.audit.verdicts import Verdict
from analysis.study import load_study
from analysis.tools.tables import tables_page

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_the_dictionary_of_tables_is_the_generated_one():
    assert (ROOT / "docs" / "tables.md").read_text(encoding="utf-8") == tables_page(ROOT)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    targets = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_named_files_exist(page):
    """Paths in code spans that start with one of the project's folders, without placeholders, are there."""
    spans = re.findall(
        r"`((?:src|data/raw|notebooks|tests|docs|benchmarks|scripts)/[\w./-]+)`", page.read_text(encoding="utf-8")
    )
    assert [span for span in spans if not (ROOT / span).exists()] == []


def test_the_tests_that_hold_what_was_attacked_are_there():
    """Every row of the table names some, and each is a function of its file."""
    rows = re.findall(
        r"^\| (?!attack|---).*$", (ROOT / "docs" / "attacks.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    named = [re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", row) for row in rows]
    assert len(rows) > 15 and all(named)
    assert [
        (file, test) for file, test in sum(named, []) if f"def {test}(" not in (ROOT / file).read_text(encoding="utf-8")
    ] == []


def test_every_make_target_of_the_readme_exists():
    named = set(re.findall(r"(?:`|^    )make ([a-z]+)", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE))
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert {"reproduce", "test"} <= named <= targets


def test_the_page_on_the_audit_names_every_check_and_field():
    text = (ROOT / "docs" / "audit.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| [^|]+ \| ([^|]+) \|$", text, re.MULTILINE))
    kinds = {
        name: get_args(field.annotation)[0] for name, field in AuditPlan.model_fields.items() if name != "comparisons"
    }
    assert rows.keys() == kinds.keys()
    for name, model in kinds.items():
        told = rows[name] if name != "findings" else text.partition("A **finding** has")[2]
        assert [
            field for field in model.model_fields if field not in ("id", "label") and f"`{field}`" not in told
        ] == [], name
    statement = text.partition("A **statement**")[2].partition("\n\n")[0]
    assert [field for field in Statement.model_fields if f"`{field}`" not in statement and field != "assumed"] == []


def test_the_example_of_the_page_on_the_audit_comes_out_as_it_says(tmp_path):
    text = (ROOT / "docs" / "audit.md").read_text(encoding="utf-8")
    ledger = re.search(r"^    (claim_id,.*?)\n\n", text, re.MULTILINE | re.DOTALL)[1].replace("\n    ", "\n")
    folder = tmp_path / "data" / "raw" / "example"
    folder.mkdir(parents=True)
    study = (ROOT / "data" / "raw" / "coproduction" / "study.yaml").read_text(encoding="utf-8")
    (folder / "study.yaml").write_text(
        re.sub(r"(?m)^id: .*$", "id: example", re.sub(r"(?m)^claim_prefix: .*$", "claim_prefix: AB", study)),
        encoding="utf-8",
    )
    (folder / "claims.csv").write_text(f"{ledger}\n", encoding="utf-8")
    (folder / "audit.yaml").write_text(re.search(r"```yaml\n(.*?)```", text, re.DOTALL)[1], encoding="utf-8")
    opened = load_study("example", tmp_path)
    found = audit_study(opened)
    assert {verdict.claim_id: verdict.verdict for verdict in found.verdicts}["AB-004"] == Verdict.REPRODUCED
    assert {check.id: check.outcome for check in found.checks} == {
        "whole_people": Outcome.HOLDS,
        "parts": Outcome.FAILS,
    }
    assert {check.id: check for check in found.checks}["parts"].figures["sum"].value == 39
    assert [entry.finding.id for entry in found.standing] == ["one_person"]


ON_PAPER = re.compile(
    r"PDF|sheet to print|paper|Chromium|hand on or print|resolution of print|figures for print|browser that prints"
)


@pytest.mark.parametrize("page", [page for page in PAGES if page.name != "CHANGELOG.md"], ids=lambda page: page.name)
def test_a_source_publishes_and_only_paper_is_printed(page):
    """What journals call published or reported is not called a print; sentences on PDFs and paper may say so."""
    lines = re.sub(r"`[^`\n]*`|^ {4}.*$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE).splitlines()
    said = [line for line in lines if re.search(r"\b[Pp]rint(s|ed)?\b", line) and not ON_PAPER.search(line)]
    assert said == []
