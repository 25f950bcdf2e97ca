"""Means and standard deviations that whole answers cannot have together (GRIMMER; of answers of no and yes, DEBIT)."""

from collections.abc import Collection, Iterator

from analysis.audit.checks import Check, Method, Outcome, shown
from analysis.audit.families import check_id, families, ids
from analysis.audit.granularity import Grain, grain, grimmer
from analysis.study.claims import Claim, Ledger

NAME = "Deviations of whole answers"
QUESTION = "Can whole answers have the published mean and standard deviation together?"
SOURCE = "GRIMMER (Anaya 2016, Allard 2018); with a scale from 0 to 1 it is DEBIT (Heathers and Brown 2019)"
LIMITS = "Asked where the ledger says that answers are whole; what passes need not be possible"
CORRECTION = "Correct the mean, the deviation or the number of answers."


def means_with_deviations(
    ledger: Ledger, claims: Collection[str] | None = None
) -> Iterator[tuple[Claim, Claim, Claim]]:
    """Each mean or score with a printed base and a standard deviation: the quantity and `..._sd`, or `..._mean` and `..._sd`."""
    for ending in ("", "_mean"):
        for mean, deviation in families(ledger, ending, "_sd", claims=claims):
            if mean.kind in ("mean", "score") and mean.base:
                yield mean, deviation, ledger[mean.base]


def look(ledger: Ledger, claims: Collection[str] | None = None) -> Iterator[Check]:
    """One check for each mean of whole answers with its deviation; of all claims, or of those named."""
    for mean, deviation, base in means_with_deviations(ledger, claims):
        asked, printed = grain(mean, base), deviation.as_printed
        if (
            asked
            and asked.n > 1
            and printed
            and not printed.bound
            and mean.as_printed
            and asked.totals(mean.as_printed)
        ):
            yield _check(mean, deviation, base, asked)


def _check(mean: Claim, deviation: Claim, base: Claim, asked: Grain) -> Check:
    if mean.as_printed is None or deviation.as_printed is None:
        raise ValueError(f"{mean.claim_id} and {deviation.claim_id} give no figures")
    possible = grimmer(mean.as_printed, deviation.as_printed, asked.n, asked.items, asked.reach)
    family = ids(mean, deviation, base)
    said = "can be so, which confirms neither" if possible else "cannot both be so, whatever the answers were"
    words = f"Of {shown(base.claim_id)}, a mean of {shown(mean.claim_id)} and a deviation of {shown(deviation.claim_id)} {said}."
    outcome = Outcome.HOLDS if possible else Outcome.FAILS
    label = "A mean and its deviation, of whole answers"
    return Check(
        check_id("whole", deviation),
        Method.GRANULARITY,
        label,
        outcome,
        family,
        words,
        disputed=() if possible else family[:2],
    )
