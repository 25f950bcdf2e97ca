"""How well the audit finds errors that were planted into copies of the ledger."""

from collections.abc import Collection, Iterable
from functools import partial
from typing import Any

import pandas as pd

from analysis.audit.planted import HARMLESS_WORDS, Trial, rates
from analysis.reporting.appendix import Appendix
from analysis.reporting.markup import Display
from analysis.results import Column, Kind, Result

_RATES = "analysis.audit.planted.rates"
_SPEC: dict[str, Any] = {"kind": Kind.TALLY, "function": _RATES}


_COUNTS = {
    "planted": "Planted errors",
    "found": "Planted errors that were found",
    "linked": "Planted errors in figures that something printed bears on",
    "harmless": "Harmless changes",
}
_SHARES = {
    "rate": "Share of planted errors found",
    "rate_linked": "Share found of those something printed bears on",
    "false_alarms": "Share of harmless changes that raised an alarm",
}


def record_trials(page: Appendix, trials: Iterable[Trial]) -> None:
    """Record how many errors were planted and found, and how many harmless changes raised an alarm."""
    everything = rates(trials).loc["all kinds"]
    page.add(_result(name, label, int(everything[name]), "errors") for name, label in _COUNTS.items())
    page.add(_result(name, label, _known(everything[name]), "%") for name, label in _SHARES.items())


def _known(value: object) -> float | None:
    """A share, or None where there was nothing to take it of."""
    return None if pd.isna(value) else float(value)  # type: ignore[call-overload, arg-type]


def _result(name: str, label: str, value: float | None, unit: str) -> Result:
    return Result(f"audit.planted.{name}", label, value, unit, Kind.TALLY, function=_RATES)


def planted_answer(trials: Collection[Trial]) -> str:
    """What came of the trials, as a template, with what cannot be found in principle."""
    if not trials:
        return (
            "No error of these kinds can be planted in this ledger, so that nothing is known of how well it is audited."
        )
    return (
        "Of {audit.planted.planted|bare} planted errors {audit.planted.found|bare} were found ({audit.planted.rate|bare}), and "
        "{audit.planted.rate_linked|bare} of the {audit.planted.linked|bare} in figures that something else printed bears on. "
        "Of {audit.planted.harmless|bare} harmless changes {audit.planted.false_alarms|bare} raised an alarm.\n\n"
        "Some errors cannot be found in principle:\n\n"
        "- an error in a figure that nothing else printed bears on;\n"
        "- an error carried through every figure that follows from it, such as two whole rows exchanged;\n"
        "- a change that stays within the rounding of the published figure, or on the right side of an inequality;\n"
        "- the exchange of two figures that enter a sum alike;\n"
        "- a wrong word where the figure is right, unless the same figure stands elsewhere under another word."
    )


def planted_table(page: Appendix, trials: Iterable[Trial]) -> Display:
    """Table of detection and false alarms by kind of error."""
    kept = list(trials)
    if not kept:
        return page.say("There were no trials.")
    frame = rates(kept)
    frame["beside"] = [HARMLESS_WORDS.get(str(kind), "") for kind in frame.index]
    counted, shared = partial(Column, **_SPEC, unit="errors"), partial(Column, **_SPEC, unit="%")
    columns = {
        "planted": counted("Planted"),
        "found": counted("Found"),
        "rate": shared("Found, share"),
        "linked": counted("Linked"),
        "rate_linked": shared("Found of linked, share"),
        "points": shared("Named, of those found, share"),
        "harmless": counted("Harmless changes"),
        "false_alarms": shared("False alarms, share"),
        "beside": Column("The harmless change"),
    }
    note = (
        "Linked: something else printed bears on the figure. Named: an alarm names the planted figure itself, and not only "
        "figures that follow from it. Kinds that no figure of the ledger can have are left out."
    )
    return page.table(
        "planted", frame, columns, "Planted errors and harmless changes by kind.", row_header="Kind of error", note=note
    )
