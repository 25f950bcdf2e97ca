"""Runs every check of a plan over a ledger, and says which findings stand."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from analysis.audit.averages import check_average
from analysis.audit.checks import Check, Outcome, name_of
from analysis.audit.drift import check_drift, check_order
from analysis.audit.granularity import check_bases, check_granularity, outcome_of_ledger
from analysis.audit.identified import check_implied, check_split, check_two_groups
from analysis.audit.like_for_like import check_comparison
from analysis.audit.plan import AuditPlan, Discrepancy
from analysis.audit.regression import check_regression
from analysis.audit.systems import check_system
from analysis.audit.totals import check_total
from analysis.audit.verdicts import Finding, Verdict
from analysis.study.claims import Ledger

_CHECKS = {
    "bases": check_bases,
    "totals": check_total,
    "averages": check_average,
    "drift": check_drift,
    "order": check_order,
    "comparisons": check_comparison,
    "statistics": check_regression,
    "implied": check_implied,
    "splits": check_split,
    "two_groups": check_two_groups,
}
SEVERITIES = ("headline", "table", "wording")


def run_checks(
    ledger: Ledger, plan: AuditPlan, explain: bool = True, claims: Collection[str] | None = None
) -> tuple[Check, ...]:
    """Every check of a plan, in the order of the methods, each with the name of the function that made it.

    Without `explain`, conflicts and smallest bases are not looked for, which is what takes time, and no function is named.
    `claims` are those whose own percentages are looked at (None: all).
    """
    made = _run(ledger, plan, explain, claims)
    return tuple(replace(check, function=f"{by.__module__}.{by.__name__}") if explain else check for by, check in made)


def _run(
    ledger: Ledger, plan: AuditPlan, explain: bool, claims: Collection[str] | None
) -> Iterator[tuple[Callable[..., object], Check]]:
    yield from ((outcome_of_ledger, check) for check in outcome_of_ledger(ledger, claims))
    yield from ((check_granularity, check_granularity(entry, ledger, explain)) for entry in plan.granularity)
    for name, by in _CHECKS.items():
        yield from ((by, by(entry, ledger)) for entry in getattr(plan, name))
    yield from ((check_system, check_system(entry, ledger, explain)) for entry in plan.systems)


@dataclass(frozen=True)
class Standing:
    """A finding that stands: its record, the checks it rests on, and the claims among it that are inconsistent."""

    finding: Discrepancy
    checks: tuple[Check, ...]
    inconsistent: tuple[str, ...]


def standing_findings(plan: AuditPlan, checks: Iterable[Check], verdicts: Iterable[Finding]) -> tuple[Standing, ...]:
    """The findings that stand, most severe first.

    A finding of the plan stands while a check it names does not hold, a claim it names is inconsistent, or one that
    it calls unknown cannot be recomputed. Every
    inconsistent claim and every failed check that no finding explains becomes a finding of its own.
    """
    known, by_claim = {check.id: check for check in checks}, {verdict.claim_id: verdict for verdict in verdicts}
    wrong = {claim: verdict for claim, verdict in by_claim.items() if verdict.verdict is Verdict.INCONSISTENT}
    open_ = {claim for claim, verdict in by_claim.items() if verdict.verdict is Verdict.NOT_RECOMPUTABLE}
    found = [_standing(finding, known, wrong) for finding in plan.findings]
    stands = [entry for entry in found if _stands(entry, open_)]
    explained = {claim for entry in stands for claim in entry.inconsistent} | {c.id for e in stands for c in e.checks}
    stands += [_of_claim(verdict) for claim, verdict in wrong.items() if claim not in explained]
    stands += [
        _of_check(check) for check in known.values() if check.outcome is Outcome.FAILS and check.id not in explained
    ]
    return tuple(sorted(stands, key=lambda entry: SEVERITIES.index(entry.finding.severity)))


def _standing(finding: Discrepancy, known: dict[str, Check], wrong: dict[str, Finding]) -> Standing:
    named = tuple(known[name] for name in finding.checks if name in known)
    return Standing(finding, named, tuple(claim for claim in finding.claims if claim in wrong))


def _stands(entry: Standing, unknown: set[str]) -> bool:
    undecided = any(check.outcome is not Outcome.HOLDS for check in entry.checks)
    return bool(entry.inconsistent) or undecided or not unknown.isdisjoint(entry.finding.unknown)


def _of_claim(verdict: Finding) -> Standing:
    finding = Discrepancy(
        id=f"claim_{name_of(verdict.claim_id)}",
        title=str(verdict.problem).capitalize(),
        severity="table",
        claims=(verdict.claim_id,),
        words=f"{verdict.why}.",
    )
    return Standing(finding, (), (verdict.claim_id,))


def _of_check(check: Check) -> Standing:
    finding = Discrepancy(
        id=f"check_{check.id}", title=check.label, severity="table", claims=check.claims, words=check.template
    )
    return Standing(finding, (check,), ())


def severity_by_claim(stands: Iterable[Standing]) -> dict[str, str]:
    """The severest finding that names each claim."""
    found: dict[str, str] = {}
    for entry in stands:
        for claim in entry.finding.claims:
            found.setdefault(claim, entry.finding.severity)
    return found
