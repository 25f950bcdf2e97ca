"""Ends that come before their beginnings."""

from collections.abc import Collection, Iterator

from analysis.audit.checks import Check, Method, Outcome, shown
from analysis.audit.families import check_id, families, ids
from analysis.audit.verdicts import span
from analysis.study.claims import Claim, Ledger

NAME = "Ends after beginnings"
QUESTION = "Does what begins end after it began?"
SOURCE = "calendar"
LIMITS = "Which dates are of one thing is told by the names of their quantities, such as ..._start and ..._end"
CORRECTION = "Correct one of the dates."

PAIRS = (("_start", "_end"), ("_starts", "_ends"), ("_begins", "_ends"), ("_opened", "_closed"), ("_from", "_to"))


def look(ledger: Ledger, claims: Collection[str] | None = None) -> Iterator[Check]:
    """One check for each beginning with its end; of all claims, or of those named."""
    for endings in PAIRS:
        for first, last in families(ledger, *endings, claims=claims):
            if first.is_date and last.is_date:
                yield _check(first, last)


def _check(first: Claim, last: Claim) -> Check:
    fails = span(last.value)[1] < span(first.value)[0]
    relation = "comes before" if fails else "does not come before"
    words = f"The end, {shown(last.claim_id)}, {relation} the beginning, {shown(first.claim_id)}."
    pair = ids(first, last)
    outcome = Outcome.FAILS if fails else Outcome.HOLDS
    label = "An end and its beginning"
    return Check(check_id("order", last), Method.DRIFT, label, outcome, pair, words, disputed=pair if fails else ())
