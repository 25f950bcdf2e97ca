"""The verdict on a claim as the worst that anything in the audit knows of it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from analysis.audit.checks import Check, Method, Outcome
from analysis.audit.plan import AuditPlan
from analysis.audit.verdicts import Finding, Problem, Verdict, agree, problem_of_kind
from analysis.expressions import Reference
from analysis.study.claims import Claim, Ledger

Verdicts = dict[str, Finding]


def settle(own: Iterable[Finding], ledger: Ledger, plan: AuditPlan, checks: Iterable[Check]) -> tuple[Finding, ...]:
    """The verdicts of the claims' own checks, each made as bad as the worst that is known of the claim, in source order.

    A claim that no formula recomputes is `consistent` where a check finds its figure in those that determine it. A claim at fault in a failing check is `inconsistent`. Where a failing check can name no side, the claims in dispute
    are `in question`; so are those that a finding of the plan names and one of its open checks disputes. Claims that
    another printed figure reproduces are not in dispute, since that names the other side. What merely repeats a claim
    shares its verdict.
    """
    found, kept = {finding.claim_id: finding for finding in own}, tuple(checks)
    for check in kept:
        for claim in check.follows:
            if found[claim].verdict is Verdict.NOT_RECOMPUTABLE:
                found[claim] = _told_by(check, claim)(found[claim])
        if check.outcome is Outcome.FAILS:
            _put(found, check.culprits, _at_fault(check, ledger))
    for check, disputed in _disputes(plan, kept):
        if not any(found[claim].verdict is Verdict.INCONSISTENT for claim in check.disputed):
            _put(found, _unsupported(disputed, found, ledger), _in_question(check))
    _spread(found, ledger)
    return tuple(found.values())


def _disputes(plan: AuditPlan, checks: Iterable[Check]) -> Iterator[tuple[Check, tuple[str, ...]]]:
    """Each check that does not hold, with the claims that it leaves in question."""
    for check in checks:
        named = {claim for finding in plan.findings if check.id in finding.checks for claim in finding.claims}
        if check.outcome is Outcome.FAILS and not check.culprits:
            yield check, check.disputed
        elif check.outcome is Outcome.OPEN:
            yield check, tuple(claim for claim in check.disputed or check.culprits if claim in named)


def _unsupported(claims: Iterable[str], found: Verdicts, ledger: Ledger) -> list[str]:
    """The claims that no printed figure reproduces, neither where they stand nor in another print that agrees."""
    return [
        claim
        for claim in claims
        if all(found[print_.claim_id].verdict is not Verdict.REPRODUCED for print_ in _prints(ledger[claim], ledger))
    ]


def _prints(claim: Claim, ledger: Ledger) -> Iterator[Claim]:
    """The prints of a claim's quantity that give the same figure, itself included."""
    same = (claim.value, claim.unit)
    yield from (other for other in ledger.about(claim.quantity) if (other.value, other.unit) == same)


def _put(found: Verdicts, claims: Iterable[str], worse: Callable[[Finding], Finding]) -> None:
    found.update({claim: worse(found[claim]) for claim in claims if found[claim].verdict not in _SETTLED})


_SETTLED = (Verdict.INCONSISTENT,)


def _told_by(check: Check, follows: str) -> Callable[[Finding], Finding]:
    """What a check that determines a claim's figure says of it in place of what is missing."""

    def told(finding: Finding) -> Finding:
        fits = check.outcome is Outcome.HOLDS
        others = ", ".join(f"{{={claim}}}" for claim in check.claims if claim != follows)
        why = f"agrees with {others}, from which it follows" if fits else f"held against {others}"
        return replace(finding, verdict=Verdict.CONSISTENT if fits else finding.verdict, why=why)

    return told


def _at_fault(check: Check, ledger: Ledger) -> Callable[[Finding], Finding]:
    def worse(finding: Finding) -> Finding:
        problem = Problem.GRAIN if check.method is Method.GRANULARITY else problem_of_kind(ledger[finding.claim_id])
        why = f"{finding.why}; at fault in the check {{={check.id}}}, which fails"
        return replace(finding, verdict=Verdict.INCONSISTENT, why=why, problem=problem)

    return worse


def _in_question(check: Check) -> Callable[[Finding], Finding]:
    def worse(finding: Finding) -> Finding:
        why = f"{finding.why}; in question, since the check {{={check.id}}} does not say which of its figures is wrong"
        return replace(finding, verdict=Verdict.IN_QUESTION, why=why)

    return worse


def _spread(found: Verdicts, ledger: Ledger) -> None:
    """Give each claim that only repeats another, or is repeated by it, the worse verdict of the two."""
    for claim_id, claim in ledger.items():
        if found[claim_id].verdict in (Verdict.CONSISTENT, Verdict.NOT_RECOMPUTABLE):
            worst = max((found[other] for other in _repeated(claim, ledger)), key=_badness, default=found[claim_id])
            if _badness(worst) > _badness(found[claim_id]):
                why = f"{found[claim_id].why}; another statement of the same figure is {worst.verdict}"
                found[claim_id] = replace(found[claim_id], verdict=worst.verdict, why=why, problem=worst.problem)


def _repeated(claim: Claim, ledger: Ledger) -> Iterator[str]:
    if isinstance(claim.expression, Reference):
        original = ledger[claim.expression.name]
        if agree(claim, original):
            yield original.claim_id
    yield from (other.claim_id for other in _prints(claim, ledger) if other is not claim)


def _badness(finding: Finding) -> int:
    return {Verdict.INCONSISTENT: 2, Verdict.IN_QUESTION: 1}.get(finding.verdict, 0)
