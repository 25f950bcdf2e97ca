"""The findings of one audit as a page of its own, for the authors: taken from the data of the audit's page.

So its numbers are those of that page, and lead to where they come from there.
"""

import json
from pathlib import Path

from analysis.errors import InputError
from analysis.files import shown
from analysis.pipeline.ledger import AUDIT
from analysis.pipeline.provenance import sha256
from analysis.reporting.nodes import Block, heading, label, walk
from analysis.reporting.page import PageData
from analysis.reporting.places import seen_from_elsewhere, under
from analysis.reporting.plain_page import PlainPage, plain_page
from analysis.results import ResultStore
from analysis.study import Study, load_study

TITLE = "Findings for the authors: inconsistencies and suggested corrections"
LINE = "Which findings would a reader of the source want resolved first?"
SUMMARY, TABLE = "section-summary-for-the-authors", "findings"


def page_of_the_audit(study: Study) -> Path:
    """The data of the audit's page, as it was last run."""
    return study.root / "data" / "processed" / study.id / "pages" / f"{AUDIT}.json"


def findings(root: Path, study_id: str) -> PageData:
    """The page `reports/<study>/findings.html`, but for its commit."""
    study = load_study(study_id, root)
    file = page_of_the_audit(study)
    audit = json.loads(file.read_text(encoding="utf-8"))
    colophon = {
        "How to make this page again": "python -m analysis publish",
        "Inputs, with SHA-256": {shown(file, root): sha256(file)},
    }
    lead = "The findings of the claims audit for the authors of the source, the most severe first."
    tables = [node for node in walk(audit["blocks"]) if _is_table(node)]
    blocks = [heading(2, [label("The answer")], "section-the-answer"), *_opening(audit["blocks"])]
    blocks += [heading(2, [label("The findings")], "section-the-findings"), *tables] if tables else []
    store = ResultStore.of_records(audit["results"])
    moved = seen_from_elsewhere(blocks, f"{AUDIT}.html")
    return plain_page(PlainPage(TITLE, lead, moved, store, colophon, "../index.html", study=study.info))


def _opening(blocks: list[Block]) -> list[Block]:
    """The first paragraph of the summary; InputError where the audit has no such section."""
    found = [block for block in under(blocks, SUMMARY) if block["type"] == "paragraph"]
    if not found:
        raise InputError(
            f"notebooks/{AUDIT}.ipynb",
            found=f"no paragraph in a section {SUMMARY}",
            expected="a cell with that id that opens the summary",
            action="give the cell of its heading this id",
        )
    return found[:1]


def _is_table(node: Block) -> bool:
    return node["type"] == "table" and node["id"] == TABLE
