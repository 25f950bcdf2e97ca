"""The whole ledger as a table to filter, each claim opening to its source, formula, chain and use."""

from collections.abc import Iterable, Mapping

from analysis.audit.run import Standing, severity_by_claim
from analysis.audit.verdicts import Finding
from analysis.expressions import references
from analysis.reporting.appendix import Appendix
from analysis.reporting.markup import Display
from analysis.reporting.nodes import Inline, Run, bullets, code, fact, facts, label, link, listed, number
from analysis.reporting.tables import RowExtra
from analysis.reporting.views.audit import claim_rows
from analysis.reporting.views.claims import published
from analysis.results import Column, Kind
from analysis.study import Study
from analysis.study.claims import Claim, Ledger

FILTERS = {"verdict": "Verdict", "severity": "Severity of a finding", "kind": "Kind of figure", "section": "Section"}
DEEPEST = 6  # steps of a chain that are written out


def whole_ledger(page: Appendix, study: Study, verdicts: tuple[Finding, ...], stands: tuple[Standing, ...]) -> Display:
    """Table of every claim with its verdict, by section; each row opens, and can be filtered where scripts run."""
    frame = claim_rows(study, verdicts)
    severity = severity_by_claim(stands)
    columns = {
        "section": Column("Section"),
        "statement": Column("What the claim says"),
        "printed": Column("Printed", kind=Kind.PUBLISHED),
        "recomputed": Column("Recomputed", kind=Kind.RECOMPUTED),
        "verdict": Column("Verdict"),
        "why": Column("Why"),
    }
    extras = {
        verdict.claim_id: _extra(study.claims[verdict.claim_id], study.claims, verdict, severity, stands)
        for verdict in verdicts
    }
    return page.table(
        "ledger",
        frame,
        columns,
        "Every claim of the source with its verdict, in the order of the source.",
        row_header="Claim",
        group_by="section",
        text={"statement": "label", "why": "rich"},
        extras=extras,
        filters=FILTERS,
    )


def other_ledgers(page: Appendix) -> Display:
    """A link to the ledger of all studies; which these are is known when pages are published, so that one more reruns nothing."""
    return page.say(
        "This ledger is of one study. [Those of all audited studies in one](../ledger.html) can be filtered by study."
    )


def _extra(
    claim: Claim, ledger: Ledger, verdict: Finding, severity: Mapping[str, str], stands: Iterable[Standing]
) -> RowExtra:
    others = (other.claim_id for other in ledger.about(claim.quantity) if other is not claim)
    found = [entry for entry in stands if claim.claim_id in entry.finding.claims]
    said: dict[str, Run] = {
        "Place": [label(claim.locator)],
        "Formula": [code(claim.formula)] if claim.formula else [],
        "Follows from": _chain(claim, ledger),
        "Base": _named(claim.base, ledger) if claim.base else [],
        "Published elsewhere as": [
            node for place, other in enumerate(others) for node in (["; "] if place else []) + _named(other, ledger)
        ],
        "Findings": listed([_finding_link(entry) for entry in found], "; "),
        "Remark": [label(claim.note)] if claim.note else [],
    }
    entries = facts([fact([term], run) for term, run in said.items() if run], boxed=False)
    data = {
        "verdict": str(verdict.verdict),
        "severity": severity.get(claim.claim_id, ""),
        "kind": claim.kind,
        "section": claim.section,
    }
    return RowExtra(f"claim-{claim.claim_id}", data, "Source and chain", (entries,))


def _named(claim_id: str, ledger: Ledger) -> Run:
    """A claim by id, as a link to its row, with its figure."""
    return [link(f"#claim-{claim_id}", [label(claim_id)]), ": ", number(published(ledger[claim_id]).id)]


def _chain(claim: Claim, ledger: Ledger, depth: int = 1) -> Run:
    """The claims a formula names, and under each those of its own formula."""
    if claim.expression is None or depth > DEEPEST:
        return []
    names = [name.removeprefix("claim:") for name in references(claim.expression)]
    return [bullets([*_named(name, ledger), *_chain(ledger[name], ledger, depth + 1)] for name in names)]


def _finding_link(entry: Standing) -> Inline:
    return link(f"#finding-{entry.finding.id}", [label(entry.finding.title)])
