"""Parts that a total leaves no room for, and parts that are what the others leave of it."""

import re
from collections.abc import Collection, Iterator

from analysis.audit.checks import Check, Figure, Method, Outcome, listed, number, shown
from analysis.audit.families import check_id, ids, numbers, range_of
from analysis.quantities import as_interval
from analysis.study.claims import Claim, Ledger

NAME = "Parts and what the others leave"
QUESTION = "Is each part of a sum what the total leaves beside the other parts?"
SOURCE = "interval arithmetic (Moore 1966)"
LIMITS = "What is a sum of what, the ledger's formulas say; rows that only stand together are suggested, not asked"
CORRECTION = "Correct the total or one of its parts."


def look(ledger: Ledger, claims: Collection[str] | None = None) -> Iterator[Check]:
    """One check for each sum that its total can be, or cannot hold; of all claims, or of sums with one of those named."""
    for total in ledger.values():
        parts = _parts(total, ledger)
        if parts and (claims is None or any(claim.claim_id in claims for claim in (total, *parts))):
            yield from _checks(total, parts)


def _parts(total: Claim, ledger: Ledger) -> list[Claim]:
    """The parts of a total by its formula, where that is a plain sum of different figures in its own unit, all printed exactly."""
    named = total.follows_from
    plain = len(set(named)) == len(named) > 1 and set(re.sub(r"claim:\S+", "", total.formula)) <= set("+ ")
    parts = [ledger[name] for name in named] if plain else []
    return parts if all(part.unit == total.unit for part in parts) and numbers(total, *parts) else []


def _checks(total: Claim, parts: list[Claim]) -> Iterator[Check]:
    """One check, but for parts that add up to less, of which others may not be printed."""
    found, whole = sum(map(range_of, parts), as_interval(0.0)), range_of(total)
    if found.meets(whole) or found.low > whole.high:
        yield _check(total, parts, found.meets(whole))


def _check(total: Claim, parts: list[Claim], fits: bool) -> Check:
    places = max(claim.as_printed.decimals if claim.as_printed else 0 for claim in (total, *parts))
    named = listed([shown(part.claim_id) for part in parts])
    relation = "are what" if fits else "are more than"
    words = f"{named}, {{.sum|bare}} together, {relation} {shown(total.claim_id)} holds."
    sum_ = Figure("Sum of the parts", sum(map(number, parts)), total.unit, places)
    return Check(
        check_id("parts", total),
        Method.TOTALS,
        "A total and its parts",
        Outcome.HOLDS if fits else Outcome.FAILS,
        ids(total, *parts),
        words,
        {"sum": sum_},
        disputed=() if fits else ids(total, *parts),
        follows=ids(*parts) if fits else (),
    )
