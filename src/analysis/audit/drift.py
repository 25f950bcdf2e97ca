"""The same thing under two units, labels, values or dates, and dates that cannot follow one another.

Whether two prints are about the same thing is read by hand and written down in audit.yaml; what is compared is their
units, values and dates, and for labels the words noted there.
"""

from itertools import pairwise

from analysis.audit.checks import Check, Method, Outcome, listed, sentence, shown, verdict_of
from analysis.audit.plan import DriftEntry, OrderEntry
from analysis.audit.verdicts import agree, span
from analysis.study.claims import Claim, Ledger


def check_drift(entry: DriftEntry, ledger: Ledger) -> Check:
    """Whether claims about the same thing carry the same unit, value, date or words."""
    claims = [ledger[claim_id] for claim_id in entry.claims]
    differs = _differs(entry, claims)
    if entry.differs_in == "unit":
        prints = listed([f"{shown(claim.claim_id)} {{={claim.unit}}} ({{={claim.claim_id}}})" for claim in claims])
    else:
        names = entry.printed_as or ("",) * len(claims)
        pairs = zip(claims, names, strict=True)
        prints = listed([_with_its_words(claim, name) for claim, name in pairs])
    words = f"{prints}. {sentence(entry.why)}" if differs else f"{prints} agree, which confirms neither."
    outcome = _outcome(entry, claims, differs)
    disputed = entry.claims if differs and entry.differs_in in ("value", "date") else ()
    return Check(entry.id, Method.DRIFT, entry.label, outcome, entry.claims, words, disputed=disputed)


def _with_its_words(claim: Claim, name: str) -> str:
    """A figure as published with its id and, after a colon, the words that stand with it."""
    return f"{shown(claim.claim_id)} ({{={claim.claim_id}}}{f': {name}' if name else ''})"


def _outcome(entry: DriftEntry, claims: list[Claim], differs: bool) -> Outcome:
    """Left open where only words differ, or where an exact half, rounded both ways, would give both prints."""
    pairs = pairwise(claims)
    half = entry.differs_in == "value" and all(agree(one, other, one_rule=False) for one, other in pairs)
    return Outcome.OPEN if differs and (half or entry.differs_in == "wording") else verdict_of(differs)


def _differs(entry: DriftEntry, claims: list[Claim]) -> bool:
    if entry.differs_in == "unit":
        return len({claim.unit for claim in claims}) > 1
    if entry.differs_in == "wording":
        return len(set(entry.printed_as)) > 1
    if entry.differs_in == "value":
        return len({claim.value for claim in claims}) > 1
    return any(not agree(one, other) for one, other in pairwise(claims))


def check_order(entry: OrderEntry, ledger: Ledger) -> Check:
    """Whether a date can come after another: the last day it may be, not before the last day of the other."""
    first, then = ledger[entry.first], ledger[entry.then]
    fails = span(then.value)[1] < span(first.value)[1]
    relation = "ends before" if fails else "does not end before"
    words = (
        f"{shown(entry.then)} ({{={entry.then}}}) {relation} {shown(entry.first)} ({{={entry.first}}}): {entry.why}."
    )
    pair = (entry.first, entry.then)
    return Check(entry.id, Method.DRIFT, entry.label, verdict_of(fails), pair, words, disputed=pair if fails else ())
