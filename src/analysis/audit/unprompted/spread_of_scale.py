"""Standard deviations that are larger than answers within a scale can have around their mean."""

from collections.abc import Collection, Iterator
from math import sqrt

from analysis.audit.checks import Check, Figure, Method, Outcome, shown
from analysis.audit.families import check_id, ids, numbers, range_of
from analysis.audit.unprompted.whole_answers import means_with_deviations
from analysis.study.claims import Claim, Ledger

NAME = "Deviations within a scale"
QUESTION = "Can answers between the ends of the scale be so far apart around the published mean?"
SOURCE = "n / (n - 1) (mean - low)(high - mean), the largest variance between two ends (Bhatia and Davis 2000)"
LIMITS = "Asked where the ledger gives the scale; the deviation is taken to be that of a sample"
CORRECTION = "Correct the mean, the deviation or the scale."


def look(ledger: Ledger, claims: Collection[str] | None = None) -> Iterator[Check]:
    """One check for each mean with a scale, a base and a standard deviation; of all claims, or of those named."""
    for mean, deviation, base in means_with_deviations(ledger, claims):
        if mean.scale and numbers(mean, deviation, base) and (base.number or 0) > 1:
            yield _check(mean, deviation, base)


def largest(mean: Claim, n: float) -> float:
    """The largest standard deviation (divisor n - 1) of n answers within the mean's scale, over the rounding of the mean."""
    low, high = map(float, mean.scale.split(".."))
    around = range_of(mean)
    nearest = min(max((low + high) / 2, around.low), around.high)
    return sqrt(max(n / (n - 1) * (nearest - low) * (high - nearest), 0.0))


def _check(mean: Claim, deviation: Claim, base: Claim) -> Check:
    most = largest(mean, base.number or 0.0)
    fails = range_of(deviation).low > most + 1e-9
    figures = {"most": Figure("Largest deviation within the scale", most, deviation.unit, 3)}
    words = (
        f"Around {shown(mean.claim_id)}, answers of {shown(base.claim_id)} within the scale deviate by {{.most|bare}} at "
        f"most; {shown(deviation.claim_id)} is published."
    )
    family = ids(mean, deviation, base)
    outcome = Outcome.FAILS if fails else Outcome.HOLDS
    return Check(
        check_id("spread", deviation),
        Method.STATISTICS,
        "A deviation and its scale",
        outcome,
        family,
        words,
        figures,
        disputed=family if fails else (),
    )
