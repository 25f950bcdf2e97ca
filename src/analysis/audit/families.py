"""Claims that belong together by the names of their quantities, so that they can be checked without a line of audit.yaml.

Quantities that share a beginning and differ in an ending that says what each is (`anxiety_t`, `anxiety_df`, `anxiety_p`) are
figures of one thing. Nothing else is taken to belong together: a guess is a suggestion, never a check.
"""

import re
from collections.abc import Collection, Iterator

from analysis.audit.checks import name_of
from analysis.quantities import Interval
from analysis.study.claims import Claim, Ledger

Family = tuple[Claim, ...]

BEFORE_AND_AFTER = (("_before", "_after"), ("_pre", "_post"), ("_baseline", "_followup"))
TWO_GROUPS = (("_control", "_treatment"), ("_control", "_intervention"), ("_comparison", "_treatment"))
TWO_GROUPS += (("_comparison", "_intervention"),)
CHANGES = ("_change", "_difference", "_gain", "_effect", "_impact")
ONE_SIDED = re.compile(r"\b(?:one|1)[- ]?(?:sided|tailed)\b|\bdirectional\b", re.IGNORECASE)
ADJUSTED = re.compile(  # figures that means, deviations and numbers of people alone do not give
    r"\b(?:adjust|ancova|covariate|regress|controlling for|weighted|bootstrap|wilcoxon|mann-?whitney|rank|cluster|imput|mixed[- ](?:model|effect))",
    re.IGNORECASE,
)


def families(ledger: Ledger, *endings: str, claims: Collection[str] | None = None) -> Iterator[Family]:
    """For each beginning, the claims of the quantities with all of these endings, in their order.

    An empty ending is the quantity of the beginning itself. Of several prints of a quantity the first is taken, since
    prints of one quantity are held against one another elsewhere. With `claims`, only families that one of them is in.
    """
    for beginning in _beginnings(ledger, endings, claims):
        found = tuple(ledger.about(beginning + ending) for ending in endings)
        family = tuple(prints[0] for prints in found if prints)
        if len(family) == len(endings) and _is_wanted(family, claims):
            yield family


def _beginnings(ledger: Ledger, endings: Collection[str], claims: Collection[str] | None) -> list[str]:
    """What the quantities with the last of some endings begin with, in the ledger's order; with `claims`, of families they can be in."""
    *_, last = endings
    known = ledger.quantities
    if claims is None:
        return [quantity.removesuffix(last) for quantity in known if quantity.endswith(last)]
    named = (ledger.claims[claim].quantity for claim in claims)
    near = {name.removesuffix(ending) for name in named for ending in endings if name.endswith(ending)}
    return sorted((each for each in near if each + last in known), key=lambda each: known[each + last])


def _is_wanted(family: Family, claims: Collection[str] | None) -> bool:
    return claims is None or any(claim.claim_id in claims for claim in family)


def check_id(kind: str, claim: Claim) -> str:
    """The id of a check of some kind that was made for a claim."""
    return f"{kind}_{name_of(claim.claim_id)}"


def ids(*claims: Claim) -> tuple[str, ...]:
    """The ids of some claims."""
    return tuple(claim.claim_id for claim in claims)


def numbers(*claims: Claim) -> bool:
    """Whether each claim prints a single number, without words around it, known ones such as "over" or others."""
    return all(
        claim.number is not None and claim.as_printed and not (claim.as_printed.bound or claim.is_interpreted)
        for claim in claims
    )


def range_of(claim: Claim) -> Interval:
    """The values that a claim's print allows; ValueError for a date."""
    if claim.interval is None:
        raise ValueError(f"{claim.claim_id} is a date: {claim.printed}")
    return claim.interval


def says(words: re.Pattern[str], *claims: Claim) -> bool:
    """Whether the ledger says something of one of the claims: in its statement, heading, print or note."""
    return any(words.search(f"{c.statement} {c.section} {c.printed} {c.note}") for c in claims)
