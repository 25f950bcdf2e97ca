"""The audit of the audit: errors of known kinds planted into copies of a ledger, and harmless changes beside them.

A planted error is found if the copy raises an alarm that the ledger as it is does not raise: a claim that becomes
inconsistent, or a check that fails, or fails in other words. A harmless change that raises one is a false alarm. Drawn
with a seed from every claim that an error of the kind can befall, those that nothing printed bears upon included.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from random import Random

import pandas as pd

from analysis.audit.changes import KINDS, TRIES, Change, Maker
from analysis.audit.checks import Outcome
from analysis.audit.plan import AuditPlan, claims_by_check, touching
from analysis.audit.run import run_checks
from analysis.audit.verdicts import Finding, Verdict, audit, check as verdict_on
from analysis.errors import InputError
from analysis.study.claims import Ledger

Alarm = tuple[str, str]  # the check, or "verdict", and the claim that it points at, if any


@dataclass(frozen=True)
class Trial:
    """One change: what it was, whether anything printed bears on the claims it touches, and which alarms it raised."""

    kind: str
    harmless: bool
    claims: tuple[str, ...]
    linked: bool
    alarms: tuple[Alarm, ...]

    @property
    def points_at_it(self) -> bool:
        """Whether an alarm names a claim that was changed, rather than one computed from it."""
        return any(culprit in self.claims for _, culprit in self.alarms)


_ALARMING = (Verdict.INCONSISTENT, Verdict.IN_QUESTION)


def alarms(ledger: Ledger, plan: AuditPlan, claims: Collection[str] | None = None) -> frozenset[Alarm]:
    """Every claim that is inconsistent or in question by its own check, of all or of those named, and every failed check with the claims it points at, if at some."""
    findings = audit(ledger) if claims is None else [verdict_on(ledger[claim], ledger) for claim in claims]
    wrong = {("verdict", finding.claim_id) for finding in findings if finding.verdict in _ALARMING}
    failed = [
        check for check in run_checks(ledger, plan, explain=False, claims=claims) if check.outcome is Outcome.FAILS
    ]
    return frozenset(wrong | {(check.id, culprit) for check in failed for culprit in check.culprits or ("",)})


def changed(ledger: Ledger, change: Change) -> Ledger:
    """A copy of a ledger with some claims replaced."""
    return Ledger(ledger.claims | change, ledger.rows, ledger.name, ledger.documents)


def lookers(ledger: Ledger) -> dict[str, set[str]]:
    """For each claim the claims whose verdict looks at it: through their formula, or as their base."""
    found: dict[str, set[str]] = {}
    for claim_id, claim in ledger.items():
        for name in (claim.base, *claim.follows_from):
            found.setdefault(name.removeprefix("claim:"), set()).add(claim_id)
    return found


def nearby(ledger: Ledger, change: Change, known: Mapping[str, set[str]]) -> frozenset[str]:
    """The claims of the changed copy whose verdict a change can alter; `known` are the `lookers` of the ledger.

    They are those it touches, what looks at these, and every print of the same quantity, before the change or after it.
    """
    quantities = {claims[name].quantity for claims in (ledger.claims, change) for name in change if name in claims}
    same = (claim.claim_id for quantity in quantities for claim in ledger.about(quantity))
    return frozenset(change).union(same, *(known.get(name, ()) for name in change))


def linked_claims(ledger: Ledger, plan: AuditPlan) -> frozenset[str]:
    """The claims that some formula, base, other print or check bears on; errors in all others cannot be found."""
    found: set[str] = set()
    for claim_id, claim in ledger.items():
        if claim.follows_from:
            found |= {claim_id, *(name.removeprefix("claim:") for name in claim.follows_from)}
        if claim.base:
            found |= {claim_id, claim.base}
        if len(ledger.about(claim.quantity)) > 1:
            found.add(claim_id)
    return frozenset(found | set().union(*claims_by_check(plan).values()))


def trials(ledger: Ledger, plan: AuditPlan, count: int, seed: int) -> tuple[Trial, ...]:
    """`count` planted errors and as many harmless changes, spread over the kinds, each in a copy of the ledger.

    A kind that no claim of the ledger can have (no percentage with a printed base, for example) is left out, and the
    others make up the number; if that is every kind, there are no trials. Same seed, same trials.
    """
    random = Random(seed)
    verdicts = {finding.claim_id: finding for finding in audit(ledger)}
    before = alarms(ledger, plan) | alarms(
        ledger, AuditPlan()
    )  # also of what the plan asks in place of the audit itself
    linked, named = linked_claims(ledger, plan), claims_by_check(plan)
    looking = lookers(ledger)
    found = []
    makers = {kind: pair for kind, (*pair, _) in KINDS.items()}
    usable = [
        kind for kind, pair in makers.items() if all(_make(each, ledger, verdicts, Random(seed)) for each in pair)
    ]
    for harmless in (False, True):
        for number in range(count if usable else 0):
            kind = usable[number % len(usable)]
            change = _make(makers[kind][harmless], ledger, verdicts, random)
            raised = _raised(changed(ledger, change), touching(plan, named, change), nearby(ledger, change, looking))
            found.append(
                Trial(kind, harmless, tuple(change), _is_linked(change, linked), tuple(sorted(raised - before)))
            )
    return tuple(found)


def _raised(ledger: Ledger, plan: AuditPlan, claims: Collection[str]) -> frozenset[Alarm]:
    """The alarms of a copy; a check that refuses the figures, in a message that names them, is one."""
    try:
        return alarms(ledger, plan, claims)
    except InputError as error:
        return frozenset({(f"refused: {error.column}", "")})


def _is_linked(change: Change, linked: frozenset[str]) -> bool:
    return any(claim_id in linked or claim.base or claim.formula for claim_id, claim in change.items())


def _make(maker: Maker, ledger: Ledger, verdicts: dict[str, Finding], random: Random) -> Change:
    for _ in range(TRIES):
        try:
            change = maker(ledger, verdicts, random)
        except (IndexError, ValueError):  # nothing to choose from, or a print that is no figure any more
            continue
        if change and not any(claim in verdicts and verdicts[claim].verdict in _ALARMING for claim in change):
            return change
    return {}


def rates(found: Iterable[Trial]) -> pd.DataFrame:
    """Trials by kind: planted, linked, found, found of linked in %, pointing at the figure in %, harmless, false alarms in %.

    The last row is of all kinds together.
    """
    kept = list(found)
    kinds = [*dict.fromkeys(trial.kind for trial in kept), "all kinds"]
    rows = [_rates([t for t in kept if kind in (t.kind, "all kinds")]) for kind in kinds]
    return pd.DataFrame(rows, index=pd.Index(kinds, name="kind"))


def _rates(kept: list[Trial]) -> dict[str, float | int | None]:
    errors, harmless = [t for t in kept if not t.harmless], [t for t in kept if t.harmless]
    linked, caught = [t for t in errors if t.linked], [t for t in errors if t.alarms]
    return {
        "planted": len(errors),
        "found": len(caught),
        "rate": _share(caught, errors),
        "linked": len(linked),
        "rate_linked": _share([t for t in linked if t.alarms], linked),
        "points": _share([t for t in caught if t.points_at_it], caught),
        "harmless": len(harmless),
        "false_alarms": _share([t for t in harmless if t.alarms], harmless),
    }


def _share(part: list[Trial], whole: list[Trial]) -> float | None:
    return 100 * len(part) / len(whole) if whole else None
