"""Runs every check of a plan over a ledger, settles the verdicts, and says which findings stand."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from analysis.audit.averages import check_average
from analysis.audit.checks import Check, Method, Outcome, name_of as as_name
from analysis.audit.drift import check_drift, check_order
from analysis.audit.granularity import check_bases, check_granularity
from analysis.audit.implied_figures import check_implied, check_split, check_two_groups
from analysis.audit.items import FILE as ITEMS, as_asked, paired_tests
from analysis.audit.like_for_like import check_comparison
from analysis.audit.plan import FILE, AuditPlan, Discrepancy, Entry, check_ids, claims_by_check, read_plan
from analysis.audit.regression import check_regression
from analysis.audit.settle import settle
from analysis.audit.systems import check_system
from analysis.audit.totals import check_total
from analysis.audit.unprompted import look_by_itself
from analysis.audit.verdicts import Finding, Verdict, audit
from analysis.described import name_of
from analysis.errors import InputError
from analysis.study import Study
from analysis.study.claims import Ledger

_CHECKS: dict[str, Callable[..., Check]] = {
    "granularity": check_granularity,
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
    "systems": check_system,
}
_METHODS = {  # of the entries that ask what the audit also looks for by itself
    "granularity": Method.GRANULARITY,
    "bases": Method.BASES,
    "totals": Method.TOTALS,
    "drift": Method.DRIFT,
    "order": Method.DRIFT,
}
SEVERITIES = ("headline", "table", "wording")


def run_checks(
    ledger: Ledger, plan: AuditPlan, explain: bool = True, claims: Collection[str] | None = None
) -> tuple[Check, ...]:
    """What the audit looks for by itself, but for what an entry of the plan asks of the same claims, and every check of the
    plan, in the order of the methods, each with the name of the function that made it.

    Without `explain`, conflicts and smallest bases are not looked for, which is what takes time, and no function is named.
    `claims` are those whose own percentages are looked at (None: all).
    """
    made = _run(ledger, plan, explain, claims)
    return tuple(replace(check, function=name_of(by)) if explain else check for by, check in made)


def _run(
    ledger: Ledger, plan: AuditPlan, explain: bool, claims: Collection[str] | None
) -> Iterator[tuple[Callable[..., object], Check]]:
    asked = [(_METHODS.get(name), named) for (name, _), named in claims_by_check(plan).items()]
    yield from (
        (by, check)
        for by, check in look_by_itself(ledger, claims)
        if not any(method is check.method and named.issuperset(check.claims) for method, named in asked)
    )
    for name, by in _CHECKS.items():
        more = (explain,) if by in (check_granularity, check_system) else ()
        yield from ((by, _checked(by, entry, ledger, *more)) for entry in getattr(plan, name))


def _checked(by: Callable[..., Check], entry: Entry, ledger: Ledger, *more: bool) -> Check:
    """One check of the plan; InputError names its entry where a claim is not the sort of figure that the check needs."""
    try:
        return by(entry, ledger, *more)
    except InputError:
        raise
    except ValueError as error:
        raise InputError(
            f"{FILE} beside {ledger.name}",
            column=getattr(entry, "id", "comparisons"),
            found=str(error),
            expected="claims that give single numbers, as the check needs",
            action="take the claim out of this check, or give it a figure",
        ) from None


@dataclass(frozen=True)
class Standing:
    """A finding that stands: its record, the checks it rests on, and the claims among it that are inconsistent."""

    finding: Discrepancy
    checks: tuple[Check, ...]
    inconsistent: tuple[str, ...]


def standing_findings(plan: AuditPlan, checks: Iterable[Check], verdicts: Iterable[Finding]) -> tuple[Standing, ...]:
    """The findings that stand, most severe first.

    A finding of the plan stands while a check it names does not hold, a claim it names is inconsistent, or one that
    it calls unknown cannot be recomputed. Every failed check, every check that the audit made by itself and that does
    not hold, and every inconsistent claim that no finding tells of becomes a finding of its own.
    """
    known, by_claim = {check.id: check for check in checks}, {verdict.claim_id: verdict for verdict in verdicts}
    wrong = {claim: verdict for claim, verdict in by_claim.items() if verdict.verdict is Verdict.INCONSISTENT}
    differ = {claim: verdict for claim, verdict in by_claim.items() if verdict.problem and claim not in wrong}
    open_ = {claim for claim, verdict in by_claim.items() if verdict.verdict is Verdict.NOT_RECOMPUTABLE}
    found = [_standing(finding, known, wrong) for finding in plan.findings]
    stands = [entry for entry in found if _stands(entry, open_)]
    told, planned = {check.id for entry in stands for check in entry.checks}, check_ids(plan)
    alone = [
        check
        for check in known.values()
        if check.id not in told and check.outcome is not Outcome.HOLDS
        if check.outcome is Outcome.FAILS or check.id not in planned
    ]
    stands += [_of_check(check, wrong) for check in alone]
    explained = {
        claim for entry in stands for claim in (*entry.inconsistent, *(set(entry.finding.claims) & set(differ)))
    }
    stands += _of_claims(wrong | differ, explained)
    return tuple(sorted(stands, key=lambda entry: SEVERITIES.index(entry.finding.severity)))


def _standing(finding: Discrepancy, known: dict[str, Check], wrong: dict[str, Finding]) -> Standing:
    named = tuple(known[name] for name in finding.checks if name in known)
    return Standing(finding, named, tuple(claim for claim in finding.claims if claim in wrong))


def _stands(entry: Standing, unknown: set[str]) -> bool:
    undecided = any(check.outcome is not Outcome.HOLDS for check in entry.checks)
    return bool(entry.inconsistent) or undecided or not unknown.isdisjoint(entry.finding.unknown)


def _of_claims(wrong: dict[str, Finding], explained: Collection[str]) -> Iterator[Standing]:
    """A finding for each inconsistent claim that is not explained, one for all that are printed differently of one quantity."""
    told = set(explained)
    for claim, verdict in wrong.items():
        if claim not in told:
            claims = (claim, *(other for other in verdict.conflicts if other in wrong and other not in told))
            told.update(claims)
            yield _of_claim(verdict, claims)


def _of_claim(verdict: Finding, claims: tuple[str, ...]) -> Standing:
    finding = Discrepancy(
        id=f"claim_{as_name(verdict.claim_id)}",
        title=str(verdict.problem).capitalize(),
        severity="table",
        claims=claims,
        words=f"{verdict.why}.",
    )
    return Standing(finding, (), tuple(claims) if verdict.verdict is Verdict.INCONSISTENT else ())


def _of_check(check: Check, wrong: dict[str, Finding]) -> Standing:
    """A check that no finding of the plan tells of; it explains the inconsistent claims that it is about."""
    finding = Discrepancy(
        id=f"check_{check.id}",
        title=check.label,
        severity="table" if check.outcome is Outcome.FAILS else "wording",
        claims=check.culprits or check.disputed or check.claims,
        words=check.template,
        correction=check.correction,
    )
    return Standing(finding, (check,), tuple(claim for claim in finding.claims if claim in wrong))


def severity_by_claim(stands: Iterable[Standing]) -> dict[str, str]:
    """The severest finding that names each claim."""
    found: dict[str, str] = {}
    for entry in stands:
        for claim in entry.finding.claims:
            found.setdefault(claim, entry.finding.severity)
    return found


@dataclass(frozen=True)
class Audit:
    """What an audit of a ledger came to: checks, verdicts in source order, findings that stand; `inputs`: files that it read."""

    claims: Ledger
    plan: AuditPlan
    checks: tuple[Check, ...]
    verdicts: tuple[Finding, ...]
    standing: tuple[Standing, ...]
    inputs: tuple[str, ...] = ()


def audit_study(study: Study, rounding: str = "either") -> Audit:
    """The audit of a study's ledger by the study's plan and what its before_after.yaml says of printed means; raises InputError as `read_plan` and `run_checks` do."""
    files = tuple(study.name(file) for file in ("claims.csv", FILE, ITEMS) if (study.raw / file).is_file())
    audited = audit_claims(study.claims, read_plan(study), rounding, as_asked(study), tuple(paired_tests(study)))
    return replace(audited, inputs=files)


def audit_claims(
    claims: Ledger,
    plan: AuditPlan,
    rounding: str = "either",
    asked: Ledger | None = None,
    beside: tuple[Check, ...] = (),
) -> Audit:
    """The audit of a ledger by a plan; `rounding` as in `verdicts.audit`.

    `asked` is the ledger as other files complete it, `beside` are the checks that they call for.
    """
    checks = (*run_checks(asked or claims, plan), *beside)
    verdicts = settle(audit(claims, rounding), claims, plan, checks)
    return Audit(claims, plan, checks, verdicts, standing_findings(plan, checks, verdicts))
