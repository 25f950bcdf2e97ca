"""Published figures as results, shown as their source prints them; entries of the assumption register likewise."""

from collections.abc import Iterable

from analysis.results import Kind, Result
from analysis.study.claims import Ledger, published
from analysis.study.register import Assumption


def published_claims(ledger: Ledger, claim_ids: Iterable[str | None]) -> list[Result | str]:
    """The results of the claims named, in order; an empty text where none is named."""
    return [published(ledger[claim_id]) if claim_id else "" for claim_id in claim_ids]


def entry_result(entry: Assumption) -> Result:
    """An entry of the register as a result `assumption:<id>`, with its range; it rests on the claim that prints it, if one does."""
    ranged = entry.low < entry.high
    return Result(
        f"assumption:{entry.id}",
        entry.label,
        entry.value,
        entry.unit,
        Kind(entry.kind),
        entry.decimals,
        low=entry.low if ranged else None,
        high=entry.high if ranged else None,
        interval="range of the register" if ranged else "",
        source=entry.attribution,
        note=entry.why_range,
        inputs=tuple(entry.rests_on),
    )
