"""Shares and subgroups of people or things that are more than all of them."""

from collections.abc import Collection, Iterator

from analysis.audit.checks import Check, Method, Outcome, shown
from analysis.audit.families import check_id, range_of
from analysis.study.claims import Claim, Ledger

NAME = "More than all"
QUESTION = "Is a share or a subgroup of a published number of people or things more than all of them?"
SOURCE = "definition of a share"
LIMITS = "Progress against a target may be more than the whole of it, and is not asked"
CORRECTION = "Name the base of the figure, or correct the figure."


def look(ledger: Ledger, claims: Collection[str] | None = None) -> Iterator[Check]:
    """One failed check for each such share; of all claims, or of those named."""
    looked_at = ledger.values() if claims is None else [ledger[claim] for claim in sorted(claims)]
    return (_check(claim) for claim in looked_at if _is_more(claim, ledger))


def _is_more(claim: Claim, ledger: Ledger) -> bool:
    whole = ledger[claim.base] if claim.base else None
    if whole is None or whole.kind != "count" or claim.interval is None:
        return False
    if claim.kind == "count":
        return claim.unit == whole.unit and range_of(claim).low > range_of(whole).high
    return claim.kind == "share" and claim.unit == "%" and range_of(claim).low > 100


def _check(claim: Claim) -> Check:
    return Check(
        check_id("more_than_all", claim),
        Method.TOTALS,
        "More than all",
        Outcome.FAILS,
        (claim.claim_id, claim.base),
        f"{shown(claim.claim_id)} of {shown(claim.base)} ({{={claim.base}}}) would be more than all of them.",
        culprits=(claim.claim_id,),
    )
