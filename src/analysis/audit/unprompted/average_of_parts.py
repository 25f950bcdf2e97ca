"""Averages that count a total together with its own parts."""

import re
from collections.abc import Collection, Iterator

from analysis.audit.checks import Check, Figure, Method, Outcome, listed, number, shown
from analysis.audit.families import check_id
from analysis.study.claims import Claim, Ledger

NAME = "Averages of a total and its parts"
QUESTION = "Does an average count a total together with the parts that make it up?"
SOURCE = "the formulas of the ledger"
LIMITS = "Such an average can be meant; it gives what is in the total double weight"
CORRECTION = "Leave out the total or its parts, or say that both are in the average."


def look(ledger: Ledger, claims: Collection[str] | None = None) -> Iterator[Check]:
    """One check, left open, for each average of rows of which one is the total of others; of all claims, or of those named."""
    for claim in ledger.values():
        rows = _named(claim) if claim.kind == "mean" and "/" in claim.formula else ()
        if len(rows) > 2 and ledger.about(claim.quantity)[0] is claim and (claims is None or claim.claim_id in claims):
            yield from _checks(claim, {row: _counted(ledger[row]) for row in rows}, ledger)


def _named(claim: Claim) -> tuple[str, ...]:
    return tuple(name.removeprefix("claim:") for name in claim.follows_from)


def _counted(row: Claim) -> str:
    """The count that a row's percentage is of: the first claim of its formula."""
    return next(iter(_named(row)), row.claim_id)


def _checks(claim: Claim, counts: dict[str, str], ledger: Ledger) -> Iterator[Check]:
    for row, count in counts.items():
        total = ledger[count]
        within = set(_named(total)) if _is_sum(total) else set()
        parts = [other for other, part in counts.items() if part in within and other != row]
        if len(parts) > 1 and len(parts) == len(within):
            yield _check(claim, row, parts, [other for other in counts], ledger)


def _is_sum(claim: Claim) -> bool:
    return set(re.sub(r"claim:\S+", "", claim.formula)) <= set("+ ")


def _check(claim: Claim, total: str, parts: list[str], rows: list[str], ledger: Ledger) -> Check:
    without_parts, without_total = (
        [number(ledger[row]) for row in rows if row not in left] for left in (parts, (total,))
    )
    figures = {
        "without_parts": Figure("Average without the parts", sum(without_parts) / len(without_parts), claim.unit, 1),
        "without_total": Figure("Average without the total", sum(without_total) / len(without_total), claim.unit, 1),
    }
    named = listed([shown(part) for part in parts])
    words = (
        f"{shown(claim.claim_id)} averages {shown(total)}, which is of a total, together with {named}, which are of its parts; "
        "without the parts it would be {.without_parts|bare}, without the total {.without_total|bare}."
    )
    return Check(
        check_id("average", claim),
        Method.TOTALS,
        "An average of a total and its parts",
        Outcome.OPEN,
        (claim.claim_id, total, *parts),
        words,
        figures,
    )
