"""Published figures as results, shown as their source prints them."""

from collections.abc import Iterable

from analysis.results import Kind, Result
from analysis.study.claims import Claim, Ledger


def published(claim: Claim) -> Result:
    """A claim as a result of the id `claim:<claim_id>`: its value, its print, its rounding interval and its place."""
    around = claim.interval
    return Result(
        id=f"claim:{claim.claim_id}",
        label=claim.statement,
        value=claim.value if claim.number is None else _whole(claim.number),
        unit=claim.unit,
        kind=Kind.PUBLISHED,
        decimals=claim.as_printed.decimals if claim.as_printed else 0,
        low=around.low if around else None,
        high=around.high if around else None,
        interval="rounding of the print" if around else "",
        source=claim.locator,
        printed=claim.printed,
    )


def _whole(number: float) -> float | int:
    return int(number) if number.is_integer() else number


def published_claims(ledger: Ledger, claim_ids: Iterable[str | None]) -> list[Result | str]:
    """The results of the claims named, in order; an empty text where none is named."""
    return [published(ledger[claim_id]) if claim_id else "" for claim_id in claim_ids]
