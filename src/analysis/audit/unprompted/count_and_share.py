"""Shares and progress that do not follow from the count of their own row, where no formula says what they follow from."""

from collections.abc import Collection, Iterator

from analysis.audit.checks import Check, Figure, Method, Outcome, shown
from analysis.audit.families import check_id, families, ids, numbers, range_of
from analysis.study.claims import Claim, Ledger

NAME = "Counts, shares and progress of a row"
QUESTION = "Does a share follow from its count and published base, and progress from count and target?"
SOURCE = "interval arithmetic (Moore 1966) for rounded figures"
LIMITS = "Figures of one row are told by the names of their quantities (..._count, ..._share, ..._target, ..._progress); not asked of weighted shares"
CORRECTION = "Correct the count, its base or the percentage."


def look(ledger: Ledger, claims: Collection[str] | None = None) -> Iterator[Check]:
    """One check for each share or progress that has no formula; of all claims, or of those named."""
    for count, share in families(ledger, "_count", "_share", claims=claims):
        if share.base and _are_parts(count, ledger[share.base], share):
            yield _check(count, ledger[share.base], share)
    for ending in ("", "_count"):
        for count, target, progress in families(ledger, ending, "_target", "_progress", claims=claims):
            if _are_parts(count, target, progress):
                yield _check(count, target, progress)


def _are_parts(part: Claim, whole: Claim, share: Claim) -> bool:
    counted = (
        part is not whole
        and part.kind == "count"
        and part.unit == whole.unit
        and share.unit == "%"
        and not share.formula
        and not share.says_weighted
    )
    return counted and numbers(part, whole) and bool(whole.number) and share.interval is not None


def _check(part: Claim, whole: Claim, share: Claim) -> Check:
    value = 100 * (part.number or 0.0) / (whole.number or 1.0)
    fails = not (range_of(part) / range_of(whole) * 100).meets(range_of(share))
    words = (
        f"{shown(part.claim_id)} of {shown(whole.claim_id)} is {{.share|bare}}; {shown(share.claim_id)} is published."
    )
    outcome = Outcome.FAILS if fails else Outcome.HOLDS
    trio = ids(part, whole, share)
    return Check(
        check_id("row", share),
        Method.TOTALS,
        "A share, its count and its base",
        outcome,
        trio,
        words,
        {"share": Figure("Share from the count", value, "%", 1)},
        disputed=trio if fails else (),
        follows=(share.claim_id,),
    )
