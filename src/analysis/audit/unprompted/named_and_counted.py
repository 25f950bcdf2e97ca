"""Lists in which more or fewer are named than are counted."""

from collections.abc import Collection, Iterator

from analysis.audit.checks import Check, Figure, Method, Outcome, shown
from analysis.audit.families import check_id, families, ids, numbers
from analysis.study.claims import Claim, Ledger

NAME = "Named and counted"
QUESTION = "Are as many named in a list as are counted in the source?"
SOURCE = "arithmetic of the published figures"
LIMITS = "That fewer are named than counted is left open, since a list need not be complete"
CORRECTION = "Name all that are counted, or correct the count."


def look(ledger: Ledger, claims: Collection[str] | None = None) -> Iterator[Check]:
    """One check for each count with the number named (`..._named`, `..._listed`) that differs from it."""
    for ending in ("_named", "_listed"):
        for counted, named in families(ledger, "", ending, claims=claims):
            if counted.unit == named.unit and numbers(counted, named) and counted.number != named.number:
                yield _check(counted, named)


def _check(counted: Claim, named: Claim) -> Check:
    missing = (counted.number or 0) - (named.number or 0)
    figures = {"difference": Figure("Counted less named", missing, counted.unit)}
    words = f"{shown(counted.claim_id)} are counted and {shown(named.claim_id)} named, a difference of {{.difference|bare}}."
    outcome = Outcome.FAILS if missing < 0 else Outcome.OPEN
    pair = ids(counted, named)
    label = "What is named and what is counted"
    return Check(check_id("named", named), Method.TOTALS, label, outcome, pair, words, figures, disputed=pair)
