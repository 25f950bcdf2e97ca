"""Changes that are not the difference, or the percentage change, of the figures before and after, or of two groups."""

from collections.abc import Collection, Iterator

from analysis.audit.checks import Check, Figure, Method, Outcome, shown
from analysis.audit.families import (
    BEFORE_AND_AFTER,
    CHANGES,
    TWO_GROUPS,
    Family,
    check_id,
    families,
    ids,
    numbers,
    range_of,
)
from analysis.quantities import Interval
from analysis.study.claims import Ledger

NAME = "Before, after and change"
QUESTION = (
    "Is a published change that of the figures before and after, or of two groups, as a difference or in per cent?"
)
SOURCE = "interval arithmetic (Moore 1966) for rounded figures"
LIMITS = "A fall may be published without its sign; a change in per cent of percentages may be of either sort; a difference of groups may be adjusted, and is left open"
CORRECTION = "Correct the change, or say what it is a change of."


def look(ledger: Ledger, claims: Collection[str] | None = None) -> Iterator[Check]:
    """One check for each change with the figures before and after; of all claims, or of those named."""
    for pair in (*BEFORE_AND_AFTER, *TWO_GROUPS):
        for change in CHANGES:
            for family in families(ledger, *pair, change, claims=claims):
                if numbers(*family) and family[0].unit == family[1].unit and family[2].interval:
                    yield _check(family, pair in TWO_GROUPS)


def changes(family: Family) -> tuple[Interval, ...]:
    """What the change can be: the difference where units allow it, the percentage change where it is printed in per cent."""
    before, after, unit = range_of(family[0]), range_of(family[1]), family[2].unit
    relative = unit == "%" and before.low > 0
    plain = unit == family[0].unit or unit in ("points", "percentage points") or not relative
    return (*([after - before] if plain else []), *([(after / before - 1) * 100] if relative else []))


def _check(family: Family, groups: bool) -> Check:
    before, after, change = family
    possible, printed = changes(family), range_of(change)
    fails = not any(found.meets(printed) or (-found).meets(printed) for found in possible)
    figures = {
        "change": Figure("Change from before to after", None, change.unit, 2, possible[-1].low, possible[-1].high)
    }
    words = (
        f"From {shown(before.claim_id)} to {shown(after.claim_id)} the change is {{.change|interval|bare}}; "
        f"{shown(change.claim_id)} is published."
    )
    outcome = Outcome.HOLDS if not fails else Outcome.OPEN if groups else Outcome.FAILS
    return Check(
        check_id("change", change),
        Method.TOTALS,
        "A change and the figures before and after",
        outcome,
        ids(*family),
        words,
        figures,
        disputed=ids(*family) if fails else (),
        follows=(change.claim_id,),
    )
