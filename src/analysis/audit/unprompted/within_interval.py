"""Estimates that lie outside the interval printed for them."""

from collections.abc import Collection, Iterator

from analysis.audit.checks import Check, Method, Outcome, shown
from analysis.audit.families import Family, check_id, families, ids, range_of
from analysis.study.claims import Ledger

NAME = "Estimates within their interval"
QUESTION = "Does a published interval hold the estimate that it is published for?"
SOURCE = "definition of an interval"
LIMITS = (
    "Which interval belongs to an estimate is told by the names of the quantities (..._ci, ..._ci_low, ..._ci_high)"
)
CORRECTION = "Correct the estimate or its interval."


def look(ledger: Ledger, claims: Collection[str] | None = None) -> Iterator[Check]:
    """One check for each estimate with its interval, printed as one range or as two ends."""
    for endings in (("", "_ci"), ("_mean", "_ci"), ("", "_ci_low", "_ci_high"), ("_mean", "_ci_low", "_ci_high")):
        for family in families(ledger, *endings, claims=claims):
            if all(claim.interval and claim.unit == family[0].unit for claim in family):
                yield _check(family)


def _check(family: Family) -> Check:
    estimate, low, high = range_of(family[0]), range_of(family[1]).low, range_of(family[-1]).high
    fails = estimate.high < low or estimate.low > high
    relation = "lies outside" if fails else "lies within"
    ends = " to ".join(shown(claim.claim_id) for claim in family[1:])
    words = f"{shown(family[0].claim_id)} {relation} its interval, {ends}."
    outcome = Outcome.FAILS if fails else Outcome.HOLDS
    return Check(
        check_id("interval", family[0]),
        Method.STATISTICS,
        "An estimate and its interval",
        outcome,
        ids(*family),
        words,
        disputed=ids(*family) if fails else (),
    )
