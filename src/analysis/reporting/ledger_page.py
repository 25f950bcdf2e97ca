"""One ledger of all audited studies, so that study is a thing to filter by: `reports/ledger.html`."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.audit.verdicts import Verdict
from analysis.reporting.appendix import Appendix
from analysis.reporting.nodes import Block, Inline, bullets, label, listed, number, walk
from analysis.reporting.page import PageData
from analysis.reporting.plain_page import PlainPage, plain_page
from analysis.reporting.tables import RowExtra
from analysis.reporting.views.claims import published
from analysis.results import Column, Kind, Result, ResultStore, slug
from analysis.study import Study

TITLE = "Every claim of every study"
LEAD = (
    "Each quantitative statement of the published evaluations, with the verdict of its audit. Its id leads to the claim's row "
    "in the ledger of its study, with its formula, the claims under it and the appendices that use it."
)
FILTERS = {"study": "Study", "verdict": "Verdict", "severity": "Severity of a finding", "kind": "Kind of figure"}
COLUMNS = {
    "study": Column("Study"),
    "statement": Column("What the claim says"),
    "printed": Column("Published", kind=Kind.PUBLISHED),
    "recomputed": Column("Recomputed", kind=Kind.RECOMPUTED),
    "verdict": Column("Verdict"),
    "severity": Column(FILTERS["severity"]),
    "place": Column("Place in the source"),
}
_TEXT = {"statement": "label", "place": "label"}


@dataclass(frozen=True)
class Audit:
    """The audit of one study: verdict and severity by claim, its results, and the address of its ledger below reports/."""

    study: Study
    verdicts: Mapping[str, str]
    severity: Mapping[str, str]
    results: ResultStore
    href: str


def ledger_page(audits: Iterable[Audit], root: Path, colophon: Mapping[str, object]) -> PageData:
    """The page as data, but for its commit. Same audits, same data."""
    page, audits = Appendix("ledger", "ledger", root), list(audits)
    tallies = bullets([[label(f"{audit.study.info.title}: "), *listed(_tally(page, audit))] for audit in audits])
    rows = [row for audit in audits for row in _rows(audit)]
    frame = pd.DataFrame(rows, index=pd.Index([row["claim"] for row in rows], name="claim"), dtype=object)
    extras = {row["claim"]: RowExtra(f"claim-{row['claim']}", {name: row[name] for name in FILTERS}) for row in rows}
    shown = page.table(
        "ledger",
        frame,
        COLUMNS,
        "Every claim with its verdict, by study, in the order of its source.",
        row_header="Claim",
        group_by="study",
        text=_TEXT,
        extras=extras,
        filters=FILTERS,
    )
    blocks = _leading(list(shown.blocks), {row["claim"]: row["row"] for row in rows})
    return plain_page(PlainPage(TITLE, LEAD, [tallies, *blocks], page.store, colophon))


def _tally(page: Appendix, audit: Audit) -> Iterable[Inline]:
    """How many claims of a study have each verdict that any has, in the order of the verdicts."""
    counts = Counter(audit.verdicts.values())
    for verdict in filter(counts.get, Verdict):
        found = Result(
            f"{audit.study.id}.verdicts.{slug(verdict)}", f"Claims: {verdict}", counts[verdict], "claims", Kind.TALLY
        )
        page.store.add([found])
        yield number(found.id, noun=verdict)


def _leading(blocks: list[Block], rows: Mapping[object, object]) -> list[Block]:
    """Blocks whose rows lead to the claims' own, which tell where their numbers come from."""
    for node in walk(blocks):
        if node["type"] == "row":
            node["href"] = rows[node["label"]]
    return blocks


def _rows(audit: Audit) -> Iterable[dict[str, object]]:
    for claim_id, verdict in audit.verdicts.items():
        claim = audit.study.claims[claim_id]
        yield {
            "claim": claim_id,
            "study": audit.study.info.title,
            "statement": claim.statement,
            "printed": published(claim),
            "recomputed": audit.results.by_id.get(f"claim:{claim_id}.recomputed", ""),
            "verdict": verdict,
            "kind": claim.kind,
            "severity": audit.severity.get(claim_id, ""),
            "place": claim.place,
            "row": f"{audit.href}#claim-{claim_id}",
        }
