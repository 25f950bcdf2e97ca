"""Percentages and means that no whole number gives on their printed base (GRIM)."""

from collections.abc import Collection, Iterable

from analysis.audit.checks import Check
from analysis.audit.granularity import outcome_of_ledger
from analysis.study.claims import Ledger

NAME = "Whole parts"
QUESTION = "Can whole numbers give each percentage or mean on its published base?"
SOURCE = "GRIM (Brown and Heathers 2017)"
LIMITS = "Asked only of counts, and of answers that the ledger says are whole; not of what it says is weighted"
CORRECTION = "Name the base of the figure, or correct the figure."


def look(ledger: Ledger, claims: Collection[str] | None = None) -> Iterable[Check]:
    """One failed check for each that is impossible; of all claims, or of those named."""
    return outcome_of_ledger(ledger, claims)
