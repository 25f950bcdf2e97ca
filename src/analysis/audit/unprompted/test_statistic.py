"""P-values against the test statistics and degrees of freedom that are printed with them."""

from collections.abc import Callable, Collection, Iterator

from analysis.audit.checks import Check, Figure, Method, Outcome, listed, shown
from analysis.audit.families import ONE_SIDED, Family, check_id, families, ids, numbers, range_of, says
from analysis.quantities import Interval
from analysis.study.claims import Ledger

NAME = "P-values and their statistics"
QUESTION = "Is the p-value that of the published t, F, chi-square, z or r with its degrees of freedom?"
SOURCE = "statcheck (Nuijten and others 2016); the distributions of the statistics"
LIMITS = "A p-value that a one-sided test would give is left open where the ledger does not say in words that the test is one"
CORRECTION = "Correct the statistic, its degrees of freedom or the p-value, or say that the test is one-sided."

Tail = Callable[
    ..., float
]  # the two-sided p-value, or that of the upper tail, of a statistic and its degrees of freedom


def two_sided(value: float, df: float) -> float:
    """The p-value of t with so many degrees of freedom."""
    from scipy.stats import t

    return float(2 * t.sf(abs(value), df))


def _f(value: float, df1: float, df2: float) -> float:
    from scipy.stats import f

    return float(f.sf(abs(value), df1, df2))


def _chi_square(value: float, df: float) -> float:
    from scipy.stats import chi2

    return float(chi2.sf(abs(value), df))


def _z(value: float) -> float:
    from scipy.stats import norm

    return float(2 * norm.sf(abs(value)))


def _r(value: float, df: float) -> float:
    size = min(abs(value), 1.0)
    return 0.0 if size == 1 else two_sided(size * (df / (1 - size**2)) ** 0.5, df)


TESTS: dict[tuple[str, ...], tuple[Tail, bool]] = {  # endings of the quantities; whether there is a one-sided test
    ("_t", "_df"): (two_sided, True),
    ("_f", "_df1", "_df2"): (_f, False),
    ("_chi2", "_df"): (_chi_square, False),
    ("_z",): (_z, True),
    ("_r", "_df"): (_r, True),
}


def look(ledger: Ledger, claims: Collection[str] | None = None) -> Iterator[Check]:
    """One check for each p-value with its statistic; of all claims, or of those named."""
    for endings, (tail, sided) in TESTS.items():
        for family in families(ledger, *endings, "_p", claims=claims):
            if {family[0].kind, family[-1].kind} == {"statistic"} and numbers(*family[:-1]):
                yield _check(family, tail, sided)


def p_range(family: Family, tail: Tail) -> Interval:
    """The p-values of every statistic that would be printed so; degrees of freedom enter as they are."""
    statistic, *degrees = (claim for claim in family[:-1])
    return p_values(range_of(statistic), tail, *(claim.number or 0.0 for claim in degrees))


def p_values(ends: Interval, tail: Tail, *df: float) -> Interval:
    """The p-values of all statistics between two ends, with the same degrees of freedom."""
    least = 0.0 if ends.low < 0 < ends.high else min(abs(ends.low), abs(ends.high))
    return Interval(tail(max(abs(ends.low), abs(ends.high)), *df), tail(least, *df))


def _check(family: Family, tail: Tail, sided: bool) -> Check:
    found, printed = p_range(family, tail), range_of(family[-1])
    half = sided and not found.meets(printed) and (found * 0.5).meets(printed)
    outcome = Outcome.HOLDS if found.meets(printed) or (half and says(ONE_SIDED, *family)) else Outcome.FAILS
    outcome = Outcome.OPEN if half and outcome is Outcome.FAILS else outcome
    said = "as published" if outcome is Outcome.HOLDS else "which is not as published"
    said = "and half of that, as of a one-sided test, would be as published" if half else said
    first = listed([shown(claim.claim_id) for claim in family[:-1]])
    words = f"{first} give a p-value of {{.p|interval|bare}}, {said}, {shown(family[-1].claim_id)}."
    figures = {"p": Figure("P-value of the published statistic", None, "p", 4, found.low, found.high)}
    disputed = ids(*family) if outcome is Outcome.FAILS else ()
    label = "A p-value and its statistic"
    return Check(
        check_id("p_value", family[-1]),
        Method.STATISTICS,
        label,
        outcome,
        ids(*family),
        words,
        figures,
        disputed=disputed,
        follows=(family[-1].claim_id,),
    )
