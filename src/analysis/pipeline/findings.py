"""The findings of one audit as a page of its own, for the authors: cut from the audit's page when pages are published.

So its numbers are those of that page, and lead to where they come from there.
"""

import re
from pathlib import Path

from analysis.pipeline.ledger import AUDIT
from analysis.pipeline.provenance import sha256
from analysis.reporting.plain_page import PlainPage, render_plain
from analysis.study import load_study
from analysis.study.tables import shown

TITLE = "What does not fit, and what would resolve it"
LINE = "Which findings would a reader of the source want resolved first?"
_OPENING = re.compile(r'<h2 id="section-summary-for-the-authors">.*?</h2>\s*(<p>.*?</p>)', re.DOTALL)
_TABLE = re.compile(r'<div class="table-block" id="findings">.*?</table></div>.*?</div>', re.DOTALL)
_ENTRY = re.compile(r' data-entry="\d+"')  # the number of an entry of the other page's list, which print would show


def findings(root: Path, study_id: str) -> str:
    """The page `reports/<study>/findings.html`, but for its commit."""
    file, study = root / "data" / "processed" / study_id / "pages" / f"{AUDIT}.html", load_study(study_id, root)
    colophon = {
        "How to make this page again": "python -m analysis publish",
        "Inputs, with SHA-256": {shown(file, root): sha256(file)},
    }
    lead = f"{study.info.title}: the findings of the claims audit for the authors of its source, the most severe first."
    body = _findings_of(file.read_text(encoding="utf-8"))
    return render_plain(
        PlainPage(TITLE, lead, body, colophon, up=("../index.html", "All studies and appendices"), siblings=True)
    )


def _findings_of(page: str) -> str:
    """The opening of the summary and the table of findings, with links within that page as links to it."""
    parts = [match[match.lastindex or 0] for match in (_OPENING.search(page), _TABLE.search(page)) if match]
    return _ENTRY.sub("", "\n".join(parts).replace('href="#', f'href="{AUDIT}.html#'))
