"""The whole ledger as a table to filter, each claim opening to its source, formula, chain and use."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from analysis.audit.run import Standing, severity_by_claim
from analysis.audit.verdicts import Finding
from analysis.expressions import references
from analysis.reporting.appendix import Appendix
from analysis.reporting.markup import Display, escape, number, structural
from analysis.reporting.prose import named
from analysis.reporting.tables import RowExtra
from analysis.reporting.views.audit import claim_rows
from analysis.reporting.views.claims import published
from analysis.results import Column, Kind
from analysis.study import Study, studies_of
from analysis.study.claims import Claim, Ledger

FILTERS = {"verdict": "Verdict", "severity": "Severity of a finding", "kind": "Kind of figure", "section": "Section"}
USES = "<!--uses of {}-->"  # where a claim's row names the raw tables and appendices that use it, once all of them are there
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


def other_ledgers(page: Appendix, study: Study, notebook: str) -> Display:
    """Links to the ledgers of the other studies that are audited, and to the one of all."""
    others = [name for name in studies_of(study.root, notebook) if name != study.id]
    links = ", ".join(f"[{named(name.replace('_', ' '))}](../{name}/{notebook}.html#ledger)" for name in others)
    return page.say(
        f"This ledger is of one study. The others: {links}. [All of them in one](../ledger.html) can be filtered by study."
        if links
        else "This is the only ledger."
    )


@dataclass(frozen=True)
class _Fact:
    """A heading of a claim's fold and what stands under it, as HTML."""

    name: str
    html: str


def _extra(
    claim: Claim, ledger: Ledger, verdict: Finding, severity: Mapping[str, str], stands: Iterable[Standing]
) -> RowExtra:
    others = (other.claim_id for other in ledger.about(claim.quantity) if other is not claim)
    facts = [
        _Fact("Place", structural(claim.locator)),
        _Fact("Formula", f"<code>{escape(claim.formula)}</code>" if claim.formula else ""),
        _Fact("Follows from", _chain(claim, ledger) if claim.formula else ""),
        _Fact("Base", _named(claim.base, ledger) if claim.base else ""),
        _Fact("Other prints", "; ".join(_named(other, ledger) for other in others)),
        _Fact(
            "Findings", "; ".join(_finding_link(entry) for entry in stands if claim.claim_id in entry.finding.claims)
        ),
        _Fact("Remark", structural(claim.note) if claim.note else ""),
    ]
    shown = "".join(f"<dt>{fact.name}</dt><dd>{fact.html}</dd>" for fact in facts if fact.html) + USES.format(
        claim.claim_id
    )
    data = {
        "verdict": str(verdict.verdict),
        "severity": severity.get(claim.claim_id, ""),
        "kind": claim.kind,
        "section": claim.section,
    }
    return RowExtra(f"claim-{claim.claim_id}", data, "Source and chain", f"<dl>{shown}</dl>")


def _named(claim_id: str, ledger: Ledger) -> str:
    """A claim by id, as a link to its row, with its figure."""
    return f"{_link(f'claim-{claim_id}', claim_id)}: {number(published(ledger[claim_id]))}"


def _link(anchor: str, text: str) -> str:
    return f'<a href="#{escape(anchor)}">{structural(text)}</a>'


def _chain(claim: Claim, ledger: Ledger, depth: int = 1) -> str:
    """The claims a formula names, and under each those of its own formula."""
    if claim.expression is None or depth > DEEPEST:
        return ""
    names = [name.removeprefix("claim:") for name in references(claim.expression)]
    items = (f"<li>{_named(name, ledger)}{_chain(ledger[name], ledger, depth + 1)}</li>" for name in names)
    return f"<ul>{''.join(items)}</ul>"


def _finding_link(entry: Standing) -> str:
    return _link(f"finding-{entry.finding.id}", entry.finding.title)
