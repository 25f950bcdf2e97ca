"""How many formulas that people wrote for a ledger are found again when they are hidden, and among how many candidates.

Run: python -m benchmarks audit_suggest, or python benchmarks/audit_suggest.py
A formula is found again if a candidate names the same quantities in the same way; which print of a quantity it names
does not matter. Restatements (a formula that is one claim) are hidden too and not counted. The second line of a study is without the
names of its quantities, by which the figures of one row are told: each is numbered instead.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

from analysis.audit.suggest import Suggestion, by_quantities, suggestions
from analysis.study import find_root, load_study, study_ids
from analysis.study.claims import Claim, Ledger


@dataclass(frozen=True)
class Recovery:
    """Formulas hidden, found again, found again as the first candidate; the median of candidates; claims without a formula that got one."""

    hidden: int
    found: int
    first: int
    candidates: float
    others: int


def main() -> None:
    """Print what is found again for every study whose ledger has formulas."""
    for name in study_ids(find_root()):
        study = load_study(name)
        if (study.raw / "claims.csv").is_file():
            for said, ledger in (("", study.claims), (", quantities without their names", without_names(study.claims))):
                found = recovery(ledger)
                print(
                    f"{name}{said}: {found.found} of {found.hidden} formulas found again, {found.first} as the first "
                    f"candidate, at a median of {found.candidates:g} candidates; candidates for {found.others} claims that have none"
                )


def recovery(ledger: Ledger) -> Recovery:
    """What is found again of a ledger's formulas when all of them are hidden."""
    hidden, formulas = without_formulas(ledger)
    found = suggestions(hidden)
    first = {claim: those[:1] for claim, those in found.items()}
    counts = [len(found[claim]) for claim in formulas if claim in found]
    others = [claim for claim in found if not ledger[claim].formula]
    return Recovery(
        len(formulas),
        len(recovered(ledger, formulas, found)),
        len(recovered(ledger, formulas, first)),
        median(counts) if counts else 0,
        len(others),
    )


def recovered(ledger: Ledger, formulas: Mapping[str, str], found: Mapping[str, tuple[Suggestion, ...]]) -> list[str]:
    """The claims whose own formula is among what was found for them, whichever print of a quantity it names."""
    return [
        claim
        for claim, formula in formulas.items()
        if any(by_quantities(each.formula, ledger) == by_quantities(formula, ledger) for each in found.get(claim, ()))
    ]


def without_formulas(ledger: Ledger) -> tuple[Ledger, dict[str, str]]:
    """A ledger whose formulas are hidden, and those formulas that are more than a restatement, by claim."""
    hidden = {claim.claim_id: Claim.model_validate(claim.model_dump() | {"formula": ""}) for claim in ledger.values()}
    formulas = {
        c.claim_id: c.formula for c in ledger.values() if c.formula and not re.fullmatch(r"claim:\S+", c.formula)
    }
    return Ledger(hidden, ledger.rows, ledger.name), formulas


def without_names(ledger: Ledger) -> Ledger:
    """A ledger whose quantities are numbered, so that prints of one quantity are still known to be of one."""
    numbers = {
        quantity: f"q{place}" for place, quantity in enumerate(dict.fromkeys(c.quantity for c in ledger.values()))
    }
    claims = {
        c.claim_id: Claim.model_validate(c.model_dump() | {"quantity": numbers[c.quantity]}) for c in ledger.values()
    }
    return Ledger(claims, ledger.rows, ledger.name)


if __name__ == "__main__":
    main()
