"""Comparisons with national figures: what was printed beside them, and what stands on the matching base."""

from analysis.audit.checks import Check, Figure, Method, Outcome, number, shown
from analysis.audit.plan import Comparison
from analysis.expressions import parse, references
from analysis.quantities import rounds_to
from analysis.study.claims import Ledger
from analysis.study.formulas import compute


def check_comparison(row: Comparison, ledger: Ledger) -> Check:
    """Whether the printed figure stands on the same base as the national one, and what the matching figure is.

    `fails` if the row says that the bases differ and the matching figure does not round to the printed one.
    """
    matched = compute(row.matched, ledger)
    printed = ledger[row.printed].as_printed
    differs = printed is not None and not rounds_to(matched.value, printed)
    outcome = _outcome(row.like_for_like, differs)
    own, national = number(ledger[row.printed]), number(ledger[row.national])
    figures = {
        "matched": Figure(f"{row.label}, on the matching base", matched.value, "%", 1),
        "printed_gap": Figure("Published figure less the national one", own - national, "points", 1),
        "matched_gap": Figure("Matching figure less the national one", matched.value - national, "points", 1),
    }
    opening = f"Published {shown(row.printed)} beside {shown(row.national)} nationally"
    words = f"{opening}; on the matching base {{.matched|bare}}: {row.why}."
    claims = (row.national, row.printed, *(name.removeprefix("claim:") for name in references(parse(row.matched))))
    return Check(
        f"compare_{row.measure}", Method.LIKE_FOR_LIKE, row.label, outcome, tuple(dict.fromkeys(claims)), words, figures
    )


def _outcome(like_for_like: str, differs: bool) -> Outcome:
    if like_for_like == "no":
        return Outcome.FAILS if differs else Outcome.OPEN
    return Outcome.HOLDS if like_for_like == "yes" else Outcome.OPEN
