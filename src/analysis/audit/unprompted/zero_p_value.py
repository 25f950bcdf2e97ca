"""P-values that cannot be as they are printed: none is zero."""

from collections.abc import Collection, Iterator

from analysis.audit.checks import Check, Method, Outcome, shown
from analysis.audit.families import check_id
from analysis.study.claims import Claim, Ledger

NAME = "P-values of zero"
QUESTION = "Is a p-value published as zero, which none is?"
SOURCE = "definition of a p-value"
LIMITS = "It can be right as a rounded figure, and is left open"
CORRECTION = "Give the bound that the p-value is below."


def is_p_value(claim: Claim) -> bool:
    """Whether the ledger calls a figure a p-value: by its unit, its quantity (`..._p`, `p_value...`) or its statement."""
    named = claim.quantity.split("_")
    says = claim.statement.lower().startswith(("p-value", "p value")) or claim.unit.lower() in ("p", "p-value")
    return claim.kind == "statistic" and (says or named[-1] == "p" or "p_value" in claim.quantity)


def look(ledger: Ledger, claims: Collection[str] | None = None) -> Iterator[Check]:
    """One check, left open, for each p-value printed as zero; of all claims, or of those named."""
    looked_at = ledger.values() if claims is None else [ledger[claim] for claim in sorted(claims)]
    return (_check(claim) for claim in looked_at if is_p_value(claim) and claim.number == 0)


def _check(claim: Claim) -> Check:
    return Check(
        check_id("zero", claim),
        Method.STATISTICS,
        "A p-value published as zero",
        Outcome.OPEN,
        (claim.claim_id,),
        f"{shown(claim.claim_id)} is published as a p-value, and none is zero; it is below what would round up.",
    )
