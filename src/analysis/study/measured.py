"""Entries of the register that a study's own records measure: which value is in force, and what was written.

An entry that names a result (`result: 02b_participation.weeks.total`) takes it, as its notebook recorded it after disclosure
control, once that notebook has measured it from records. What is hidden, was not recorded or rests on no records leaves the
written value in force, and the entry says why. A result in another unit, and records whose notebook has not run, are errors.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from analysis.errors import InputError
from analysis.results import Kind, Result, ResultStore
from analysis.study.register import SHARES, Assumption, Register

_LEVEL = re.compile(r"(\d+(?:\.\d+)?) ?%")
_MIDDLE = "95"  # per cent that the ends of a range hold between them, where it is an interval from sampling
_PEOPLE = ("n", "people", "answered")  # what the number of people is called that stands beside a result
_FREE = ("uniform", "triangular", "pert")  # distributions that may have their value anywhere in their range
_NO_RECORDS = "the study has no records that measure it"


@dataclass(frozen=True)
class Asked:
    """An entry that names a result: as written, the measured result with its number of people, or why it is not in force."""

    written: Assumption
    found: Result | None = None
    people: Result | None = None
    why: str = ""

    @cached_property
    def entry(self) -> Assumption:
        """The entry in force: value and interval as measured, a share where the result is in per cent; else as written.

        An interval becomes the range, within what the quantity can be; a number without one is fixed. Where disclosure rules hide
        the interval, the written range stays, as far as it has to hold the value.
        """
        if self.found is None:
            return self.written
        scale = 100 if self.found.unit == "%" and self.written.unit in SHARES else 1
        value, low, high = (_scaled(end, scale) for end in (self.found.value, self.found.low, self.found.high))
        ranged = self._ranged(value, low, high)  # type: ignore[arg-type]
        about = {"kind": "measured", "claim": None, "decided_by": "the study's own records", "evidence_grade": "A"}
        told = about | {"value": value, "source": _source(self.written)} | ranged
        return Assumption.model_validate(self.written.model_dump() | told)

    def _ranged(self, value: float, low: float | None, high: float | None) -> dict[str, object]:
        """The range around the value, how it is drawn from, and why it is this one."""
        written, ends, told = self.written, (value, value), "As measured: a count, or a figure without an interval."
        shape = "fixed"
        if low is not None and high is not None:
            least, most = written.limits
            ends = min(value, max(low, least)), max(value, min(high, most))
            shape, told = (
                "interval" if _LEVEL.match(self.found.interval) else "uniform",
                f"As measured ({self.found.interval}).",
            )  # type: ignore[union-attr]
        elif self.found.interval and written.distribution != "fixed":  # type: ignore[union-attr]
            ends = min(value, written.low), max(value, written.high)
            shape = written.distribution if written.distribution in _FREE else "uniform"
            told = "No interval is shown of what was measured; the published range stands, as far as it has to hold the value."
        fixed = {} if ends[0] < ends[1] else {"distribution": "fixed"}
        return {"low": ends[0], "high": ends[1], "distribution": shape, "why_range": told} | fixed

    @property
    def either(self) -> Assumption:
        """The entry in force, its range as far as that of the written one goes, too."""
        low, high = min(self.entry.low, self.written.low), max(self.entry.high, self.written.high)
        return self.entry.model_copy(update={"low": low, "high": high})


def _source(written: Assumption) -> dict[str, str | None]:
    told = {"producer": "the study's own records", "title": "participant records, after disclosure control"}
    return told | {"published": None, "locator": str(written.result), "licence": "records are not published"}


class _Trouble(Exception):
    """What is wrong with the result that an entry names: found, expected, what to do."""

    def __init__(self, entry: Assumption, *said: str) -> None:
        super().__init__(*said)
        self.entry, self.said = entry, said


@dataclass(frozen=True)
class InForce(Register):
    """The register with measured values in place of written ones, and all entries that ask for them (`asked`)."""

    asked: Mapping[str, Asked] = field(default_factory=dict)


def in_force(register: Register, results: Path, has_records: Callable[[], bool]) -> Register:
    """A study's register with what its records measured; the register itself where no entry names a result.

    `results` is the folder of the study's results by notebook, a JSON file each. Raises InputError for a result in a unit that
    is not the entry's, at another level than 95%, and where the study has records whose notebook has not run.
    """
    try:
        asked = {name: _asked(entry, results, has_records) for name, entry in register.entries.items() if entry.result}
    except _Trouble as trouble:
        entry, (found, expected, action) = trouble.entry, trouble.said
        place = f"{entry.id}.result"
        raise InputError(register.name, column=place, found=found, expected=expected, action=action) from None
    if not asked:
        return register
    entries = register.entries | {name: each.entry for name, each in asked.items()}
    return InForce(entries, register.name, asked)


def _asked(entry: Assumption, results: Path, has_records: Callable[[], bool]) -> Asked:
    """The entry with its result, or with the sum and difference of those that it names, if all of them are in force."""
    asked = {name: _one(entry, name, results, has_records) for name in entry.results}
    first = next((each for each in asked.values() if each.found is None), next(iter(asked.values())))
    if first.found is None or len(asked) == 1:
        return first
    known = [each.found for each in asked.values() if each.found]
    value = sum(sign * float(found.value) for sign, found in zip(entry.results.values(), known, strict=True))  # type: ignore[arg-type]
    interval = next((found.interval for found in known if found.interval), "")
    return Asked(entry, replace(first.found, value=value, low=None, high=None, interval=interval), first.people)


def _one(entry: Assumption, named: str, results: Path, has_records: Callable[[], bool]) -> Asked:
    notebook, _, name = named.partition(".")
    path = results / f"{notebook}.json"
    if not path.is_file():
        if has_records():
            raise _Trouble(
                entry,
                f"{named!r}, while {notebook} has not run on the records",
                "its results",
                f"run it: python -m analysis run {notebook} --study {results.parent.name}; if it has nothing to run on, take `result` out",
            )
        return Asked(entry, why=_NO_RECORDS)
    store = ResultStore.read(path)
    found = store.by_id.get(named) or store.by_id.get(name)
    why = _why_not(found, store)
    if found is None or why:
        return Asked(entry, why=why)
    _check_unit(entry, found)
    _check_level(entry, found)
    return Asked(entry, found, _people_beside(found, store))


def _why_not(found: Result | None, store: ResultStore) -> str:
    """Why a result is not in force; nothing if it is."""
    if found is None:
        measured = any(each.kind is Kind.MEASURED for each in store)
        return "no result of this name was recorded: withheld, or not asked" if measured else _NO_RECORDS
    if found.kind is not Kind.MEASURED:
        return _NO_RECORDS
    return "" if isinstance(found.value, int | float) else "disclosure rules hide it"


def _people_beside(found: Result, store: ResultStore) -> Result | None:
    """The number of people that stands in the row of a result, where it is shown."""
    row = found.id.rpartition(".")[0]
    beside = (store.by_id.get(f"{row}.{name}") for name in _PEOPLE)
    return next((each for each in beside if each is not None and isinstance(each.value, int | float)), None)


def _scaled(number: object, scale: int) -> float | None:
    return round(float(number) / scale, 12) if isinstance(number, int | float) else None


def _check_unit(entry: Assumption, found: Result) -> None:
    if found.unit != entry.unit and not (found.unit == "%" and entry.unit in SHARES):
        raise _Trouble(
            entry,
            f"{entry.result!r}, a result in {found.unit or 'no unit'}",
            f"one in {entry.unit}, the unit of the entry (of a share also one in %)",
            "name another result, or make an entry in the result's unit and convert it in a formula of the value map",
        )


def _check_level(entry: Assumption, found: Result) -> None:
    level = _LEVEL.match(found.interval)
    if level and level[1] != _MIDDLE:
        raise _Trouble(
            entry,
            f"{entry.result!r}, whose interval is at {level[0]}",
            f"an interval at {_MIDDLE}%, which the draws of the sensitivity analysis take it for",
            "set the notebook's parameter `level` to 0.95",
        )
