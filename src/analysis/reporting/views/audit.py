"""What 08_claims_audit shows of single claims: verdicts, inconsistencies by what is wrong, and open bases."""

from collections.abc import Iterable

import pandas as pd

from analysis.audit.verdicts import Finding, Problem, Verdict, as_frame, base_is_open, tally, tally_of_results
from analysis.expressions import references
from analysis.reporting.appendix import Appendix
from analysis.reporting.markup import Display
from analysis.reporting.prose import named
from analysis.reporting.views.claims import published
from analysis.results import Column, Kind, Result, slug, write_csv
from analysis.study import Study
from analysis.study.claims import Claim

_PRINTED = Column("Printed", kind=Kind.PUBLISHED)
_RECOMPUTED = Column("Recomputed", kind=Kind.RECOMPUTED)
_MEANING = {
    Verdict.REPRODUCED: "the recomputed value rounds to the printed one",
    Verdict.CONSISTENT: "can be true together with what else is printed, which confirms nothing",
    Verdict.INCONSISTENT: "cannot be true together with what else is printed, at the stated rounding",
    Verdict.IN_QUESTION: "it or a figure that it is held against is wrong, and which of them is not known",
    Verdict.NOT_RECOMPUTABLE: "nothing printed determines it",
}


def record(page: Appendix, study: Study, findings: tuple[Finding, ...]) -> None:
    """Record every claim, every recomputed value, and the number of claims by verdict."""
    page.add(published(claim) for claim in study.claims.values())
    page.add(
        recomputed(study.claims[finding.claim_id], finding) for finding in findings if finding.recomputed is not None
    )
    page.add(_counts(findings))
    page.add(_result_counts(study, findings))


def recomputed(claim: Claim, finding: Finding) -> Result:
    """A recomputed value as a result, two digits finer than its print unless it is whole."""
    printed = claim.as_printed
    if finding.recomputed is None:
        raise ValueError(f"{claim.claim_id} has no recomputed value")
    return Result(
        id=f"claim:{claim.claim_id}.recomputed",
        label=f"{claim.statement}, recomputed",
        value=finding.recomputed,
        unit=claim.unit,
        kind=Kind.RECOMPUTED,
        decimals=0 if finding.recomputed.is_integer() else max(printed.decimals if printed else 0, 0) + 2,
        low=finding.low,
        high=finding.high,
        interval="rounding of the inputs",
        inputs=tuple(references(claim.expression)) if claim.expression else (),
        function="analysis.audit.verdicts.recompute",
        source=claim.formula,
    )


def _result_counts(study: Study, findings: tuple[Finding, ...]) -> Iterable[Result]:
    counts = tally_of_results(study.claims, findings)
    names = {"all": sum(counts.values()), "not_recomputable": counts[Verdict.NOT_RECOMPUTABLE]}
    for name, count in names.items():
        label, function = (
            f"Results among the claims: {name.replace('_', ' ')}",
            "analysis.audit.verdicts.tally_of_results",
        )
        yield Result(f"audit.results.{name}", label, count, "claims", Kind.TALLY, function=function)


def _counts(findings: tuple[Finding, ...]) -> Iterable[Result]:
    whole = {"claims": len(findings), "read by hand": sum(finding.by_hand for finding in findings)}
    for name, count in ({str(verdict): count for verdict, count in tally(findings).items()} | whole).items():
        group = "audit" if name in whole else "audit.verdicts"
        yield Result(
            f"{group}.{slug(name)}",
            f"Claims: {name}",
            count,
            "claims",
            Kind.TALLY,
            function="analysis.audit.verdicts.tally",
        )


def verdict_figure(page: Appendix, findings: tuple[Finding, ...]) -> Display:
    """Figure and data table: claims by verdict."""
    from analysis.reporting.charts import bar_chart

    counts = tally(findings)
    frame = pd.DataFrame(
        {"claims": list(counts.values()), "meaning": [_MEANING[verdict] for verdict in counts]},
        index=pd.Index([str(verdict).capitalize() for verdict in counts], name="verdict"),
    )
    columns = {
        "claims": Column("Claims", "claims", Kind.TALLY, function="analysis.audit.verdicts.tally"),
        "meaning": Column("What it means"),
    }
    return page.figure(
        "verdicts",
        bar_chart(frame, ["claims"], "claims"),
        "Claims by verdict.",
        "Of {audit.claims|bare} claims, {audit.verdicts.reproduced|bare} are reproduced, {audit.verdicts.consistent|bare} consistent, "
        "{audit.verdicts.inconsistent|bare} inconsistent, {audit.verdicts.in_question|bare} in question and "
        "{audit.verdicts.not_recomputable|bare} not recomputable.",
        frame,
        columns,
    )


def inconsistencies(page: Appendix, study: Study, findings: tuple[Finding, ...]) -> Display:
    """Table of the inconsistent claims, grouped by what is wrong, each with its arithmetic."""
    wrong = [finding for finding in findings if finding.verdict is Verdict.INCONSISTENT]
    if not wrong:
        return page.say("No claim is inconsistent with what else is printed.")
    order = list(Problem)
    wrong.sort(key=lambda finding: order.index(finding.problem or Problem.OTHER))
    frame = claim_rows(study, wrong)
    frame.insert(0, "problem", [str(finding.problem or Problem.OTHER).capitalize() for finding in wrong])
    columns = {
        "problem": Column("What is wrong"),
        "statement": Column("What the claim says"),
        "printed": _PRINTED,
        "recomputed": _RECOMPUTED,
        "why": Column("Arithmetic"),
        "place": Column("Place in the source"),
    }
    return page.table(
        "inconsistencies",
        frame,
        columns,
        "Claims that cannot be true together with what else is printed, by what is wrong.",
        row_header="Claim",
        group_by="problem",
        text={"statement": "label", "why": "rich", "place": "label"},
    )


def open_bases(page: Appendix, study: Study, findings: tuple[Finding, ...]) -> Display:
    """Table of the percentages that no printed base gives: not proven wrong, but not shown right either."""
    undecided = (Verdict.NOT_RECOMPUTABLE, Verdict.IN_QUESTION)
    found = [
        f
        for f in findings
        if f.verdict in undecided and f.recomputed is not None and base_is_open(study.claims[f.claim_id])
    ]
    if not found:
        return page.say("Every percentage with a printed count follows from a printed base, or is listed above.")
    columns = {
        "statement": Column("What the claim says"),
        "printed": _PRINTED,
        "recomputed": _RECOMPUTED,
        "why": Column("Arithmetic"),
        "place": Column("Place in the source"),
    }
    return page.table(
        "open_bases",
        claim_rows(study, found),
        columns,
        "Percentages that their likely base does not give, where no base is printed.",
        row_header="Claim",
        text={"statement": "label", "why": "rich", "place": "label"},
    )


def claim_rows(study: Study, findings: Iterable[Finding]) -> pd.DataFrame:
    """Claims with their verdicts as rows of a table, by claim id."""
    rows = [_row(study.claims[finding.claim_id], finding) for finding in findings]
    return pd.DataFrame(rows, index=pd.Index([row["claim_id"] for row in rows], name="claim"), dtype=object)


def _row(claim: Claim, finding: Finding) -> dict[str, object]:
    return {
        "claim_id": claim.claim_id,
        "section": claim.section,
        "statement": claim.statement,
        "printed": published(claim),
        "recomputed": "" if finding.recomputed is None else recomputed(claim, finding),
        "verdict": str(finding.verdict),
        "why": finding.why,
        "place": claim.locator,
    }


def write_claims(page: Appendix, study: Study, findings: tuple[Finding, ...]) -> Display:
    """Write `data/processed/<study>/claims.csv`: the raw columns, `recomputed, low, high, verdict, problem, why`."""
    frame = as_frame(study.claims, findings)
    frame["why"] = [page.say(why).plain for why in frame["why"]]
    write_csv(study.output / "claims.csv", frame)
    return page.say(f"The same as a table for further work: {named(f'data/processed/{study.id}/claims.csv')}.")


def answer(findings: tuple[Finding, ...]) -> str:
    """The opening paragraph, as a template over the recorded counts."""
    wrong = sorted({str(f.problem) for f in findings if f.problem and f.verdict is Verdict.INCONSISTENT})
    read = (
        " {audit.read_by_hand|bare} published figures are no plain numbers and were read by hand, which their rows say."
    )
    listed = f" What is inconsistent: {'; '.join(wrong)}." if wrong else ""
    return (
        "The source makes {audit.claims|:quantitative statements}. Of these, {audit.verdicts.reproduced|bare} are reproduced "
        "from other printed figures, {audit.verdicts.consistent|bare} are consistent with them, {audit.verdicts.inconsistent|bare} "
        "cannot be true together with them, {audit.verdicts.in_question|bare} are in question, since a check leaves open "
        "which of its figures is wrong, and {audit.verdicts.not_recomputable|bare} cannot be recomputed from what is "
        "printed. Of the {audit.results.all|bare} claims that are results, and no dates, thresholds, targets, assumptions or "
        f"figures of others, {{audit.results.not_recomputable|bare}} cannot.{listed}{read if any(finding.by_hand for finding in findings) else ''}"
    )
