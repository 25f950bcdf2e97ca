"""The words, the chart and the folds of 08_claims_audit; its tables are the frames of `analysis.audit` as they are."""

from typing import TYPE_CHECKING

import pandas as pd

from analysis.audit.run import Audit, Standing
from analysis.audit.verdicts import Verdict
from analysis.described import of_nothing_nothing
from analysis.reporting.appendix import Appendix
from analysis.reporting.markup import Display
from analysis.reporting.nodes import Inline, Run, bullets, code, fact, facts, fold, joined, label, link, listed, number
from analysis.reporting.places import ORIGIN
from analysis.reporting.prose import named, points
from analysis.results import write_csv
from analysis.study import Study
from analysis.study.claims import Claim, Document, Ledger, published

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def record_claims(page: Appendix, ledger: Ledger) -> None:
    """Record every claim as its source prints it."""
    page.add(map(published, ledger.claims.values()))


def answer(page: Appendix, verdicts: pd.DataFrame, findings: pd.DataFrame) -> Display:
    """The opening, over the recorded counts: how many figures contradict others, then point by point."""
    found = {*verdicts["verdict"]}
    problems = verdicts.loc[verdicts["verdict"] == Verdict.INCONSISTENT, "problem"]
    wrong = "; ".join(sorted({*problems} - {""}))
    open_ = (
        ", and {audit.verdicts.in_question|bare} are in question, since a check leaves open which of its figures is wrong"
        if Verdict.IN_QUESTION in found
        else ""
    )
    read = (
        "{audit.read_by_hand|bare} published figures are no plain numbers and were read by hand, which their rows say."
    )
    return page.say(
        points(
            "Of the {audit.claims|:figures} that the source publishes, {audit.verdicts.inconsistent|bare} cannot be true together with "
            f"the others{open_}.",
            f"The most severe finding: {named(findings['title'].iloc[0])}." if len(findings) else "",
            f"What is inconsistent: {wrong}." if wrong else "",
            "{audit.verdicts.reproduced|bare} follow from other published figures, and {audit.verdicts.consistent|bare} agree with them, "
            "which confirms nothing.",
            "{audit.verdicts.not_recomputable|bare} cannot be recomputed from what is published. Of the {audit.results.all|bare} that are "
            "results, and no dates, thresholds, targets, assumptions or figures of others, {audit.results.not_recomputable|bare} cannot.",
            read if verdicts["by_hand"].any() else "",
        )
    )


def verdict_chart(counts: pd.DataFrame) -> "Figure":
    """Claims by verdict as bars."""
    from analysis.reporting.charts import bar_chart

    return bar_chart(counts, ["claims"], "claims")


def summary(page: Appendix, findings: pd.DataFrame) -> Display:
    """How many findings there are of each severity, and the first of the most severe."""
    first = f" The first: {named(findings['title'].iloc[0])}." if len(findings) else ""
    return page.say(
        "{audit.findings.all|bare} findings, the most severe first: {audit.findings.headline|bare} touch a headline, "
        f"{{audit.findings.table|bare}} a table, {{audit.findings.wording|bare}} wording only.{first} Each gathers the claims that one "
        "cause would explain. How a figure came to be so is an inference, and is marked as one; the arithmetic is not."
    )


@of_nothing_nothing
def chapter_chart(chapters: pd.DataFrame) -> "Figure":
    """Doubted claims by chapter of the source as bars."""
    from analysis.reporting.charts import bar_chart

    return bar_chart(chapters, ["doubted"], "claims inconsistent or in question")


@of_nothing_nothing
def told_of_chapters(chapters: pd.DataFrame) -> str:
    """In which chapter the most doubted claims are."""
    return f"The most figures that contradict others, or may, are in: {named(chapters['doubted'].idxmax())}."


def planted_answer(page: Appendix, planted: pd.DataFrame | None) -> Display:
    """What came of the planted errors, over the recorded counts."""
    if planted is None:
        return page.say(
            "No error of these kinds can be planted in this ledger, so that nothing is known of how well it is audited."
        )
    return page.say(
        "Of {audit.planted.planted|bare} planted errors {audit.planted.found|bare} were found ({audit.planted.rate|bare}), and "
        "{audit.planted.rate_linked|bare} of the {audit.planted.linked|bare} in figures that something else published bears on. "
        "Of {audit.planted.harmless|bare} harmless changes {audit.planted.false_alarms|bare} raised an alarm."
    )


def written(page: Appendix, study: Study, file: str, frame: pd.DataFrame, sentences: str, told: str) -> Display:
    """Write a frame into the study's output folder, the figures put into its column of `sentences`; `told` says so."""
    plain = [page.say(sentence).plain for sentence in frame[sentences]]
    write_csv(study.output / file, frame.assign(**{sentences: plain}))
    return page.say(f"{told} {named(f'data/processed/{study.id}/{file}')}.")


def sources_and_chains(audit: Audit) -> dict[str, Inline]:
    """For each claim what its row opens to: its place, formula and the claims under it, base, other prints and findings."""
    standing: dict[str, list[Standing]] = {}
    for entry in audit.standing:
        for claim_id in dict.fromkeys(entry.finding.claims):
            standing.setdefault(claim_id, []).append(entry)
    return {
        claim_id: fold("Source and chain", [_facts(claim, audit.claims, standing.get(claim_id, []))])
        for claim_id, claim in audit.claims.items()
    }


def _facts(claim: Claim, ledger: Ledger, standing: list[Standing]) -> Inline:
    others = [_named(other.claim_id, ledger) for other in ledger.about(claim.quantity) if other is not claim]
    found = [link(f"#finding-{entry.finding.id}", [label(entry.finding.title)]) for entry in standing]
    names = claim.follows_from  # whose rows name those of their own formulas
    said: dict[str, Run] = {
        "Place": [label(claim.at)],
        "Document": _document(ledger.document_of(claim)) if len(ledger.documents) > 1 else [],
        "Formula": [code(claim.formula)] if claim.formula else [],
        "Follows from": [bullets(_named(name.removeprefix("claim:"), ledger) for name in names)] if names else [],
        "Base": _named(claim.base, ledger) if claim.base and f"claim:{claim.base}" not in names else [],
        "Published elsewhere as": joined(others, "; "),
        "Findings": listed(found, "; "),
        "Remark": [label(claim.note)] if claim.note else [],
    }
    return facts([fact([term], run) for term, run in said.items() if run], ORIGIN, boxed=False)


def _document(document: Document | None) -> Run:
    """Title and date of a document, and the text whose lines are counted."""
    if document is None:
        return []
    told: Run = [label(", ".join(filter(None, (document.title, document.published, document.address))))]
    return [*told, "; lines are those of ", code(document.text.name)] if document.text else told


def texts(page: Appendix, audit: Audit) -> Display | None:
    """The texts whose lines the ledger counts, by name and hash; None where study.yaml names none."""
    found = [
        f"of {named(document.title)} those of {named(document.text.name)} ({named('SHA-256 ' + document.text.sha256)})"
        for document in audit.claims.documents
        if document.text
    ]
    return page.say(f"Lines are counted in these texts: {'; '.join(found)}.") if found else None


def _named(claim_id: str, ledger: Ledger) -> Run:
    """A claim by id, as a link to its row, with its figure."""
    return [link(f"#claim-{claim_id}", [label(claim_id)]), ": ", number(f"claim:{ledger[claim_id].claim_id}")]
