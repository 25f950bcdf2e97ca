"""The checks that the audit makes of every ledger by itself, one module each, found by being here.

A module has a NAME, its QUESTION, the SOURCE of its method, what it cannot say (LIMITS), what would settle
what it finds (CORRECTION), and a function `look`, which takes
a ledger and, where only some claims are of interest, their ids, and yields checks. What comes out has to follow from
the print alone, whatever the programme: a guess belongs to `analysis audit suggest`.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol, cast

from analysis.audit.checks import Check
from analysis.study.claims import Ledger


class Look(Protocol):
    """The function of a check."""

    __module__: str

    def __call__(self, ledger: Ledger, claims: Collection[str] | None = None) -> Iterable[Check]:
        """The checks of a ledger, of all its claims or of those named."""


@dataclass(frozen=True)
class OwnCheck:
    """A check that is made of every ledger: what it asks, where it is from, what it cannot say, and its function."""

    id: str
    name: str
    question: str
    source: str
    limits: str
    correction: str
    look: Look


@cache
def own_checks() -> tuple[OwnCheck, ...]:
    """Every module of this folder, by name."""
    modules = {info.name: import_module(f"{__name__}.{info.name}") for info in iter_modules(__path__)}
    return tuple(
        OwnCheck(
            name,
            module.NAME,
            module.QUESTION,
            module.SOURCE,
            module.LIMITS,
            module.CORRECTION,
            cast(Look, module.look),
        )
        for name, module in sorted(modules.items())
    )


def look_by_itself(ledger: Ledger, claims: Collection[str] | None = None) -> Iterator[tuple[Look, Check]]:
    """What all of them find, each with the function that found it."""
    for check in own_checks():
        yield from ((check.look, replace(found, correction=check.correction)) for found in check.look(ledger, claims))
