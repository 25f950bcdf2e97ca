"""Two runs' numbers side by side: which changed, by how much, and whether within what was stated of them."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from analysis.comparison.runs import Run
from analysis.pipeline.publish import HEADLINES
from analysis.results import Result, write

MODEL_RATIOS = (
    "05_sroi.scenarios.central.ratio",
    "05_sroi.scenarios.as_printed.ratio",
)  # where a model stands behind the headline


class What(StrEnum):
    """What became of a number, in the order of its weight."""

    KIND = "known in another way"
    VALUE = "changed"
    INTERVAL = "interval changed"
    REMOVED = "removed"
    ADDED = "added"
    WORDS = "words changed"


class Group(StrEnum):
    """Under which heading a change stands, gravest first."""

    HEADLINE = "Headline numbers"
    OUTSIDE = "Outside what was stated"
    KIND = "Known in another way"
    REMOVED = "No longer there"
    ADDED = "New"
    WITHIN = "Within what was stated"
    WORDS = "Only the words changed"


@dataclass(frozen=True)
class Change:
    """One number that is not the same in both runs; `notebooks` are those that record it."""

    study: str
    notebooks: tuple[str, ...]
    before: Result | None
    after: Result | None

    @property
    def shown(self) -> Result:
        """The number as it is now; as it was, if it is gone."""
        result = self.after or self.before
        if result is None:
            raise ValueError("a change of nothing")
        return result

    @property
    def id(self) -> str:
        """The number's id."""
        return self.shown.id

    @property
    def what(self) -> What:
        """What became of it."""
        if self.before is None or self.after is None:
            return What.ADDED if self.before is None else What.REMOVED
        if self.before.kind != self.after.kind:
            return What.KIND
        if not same(self.before.value, self.after.value):
            return What.VALUE
        ends = zip(_ends(self.before), _ends(self.after), strict=True)
        return What.WORDS if all(same(one, other) for one, other in ends) else What.INTERVAL

    @property
    def absolute(self) -> float | None:
        """After less before, in the number's unit; None unless both are finite numbers of one unit."""
        pair = self._numbers()
        return pair[1] - pair[0] if pair else None

    @property
    def relative(self) -> float | None:
        """The change as a percentage of the number before; None where that is zero or no number."""
        pair = self._numbers()
        return 100 * (pair[1] - pair[0]) / abs(pair[0]) if pair and pair[0] else None

    @property
    def group(self) -> Group:
        """The heading it stands under."""
        if self.id in (*HEADLINES, *MODEL_RATIOS) and self.what is not What.WORDS:
            return Group.HEADLINE
        plain = {What.KIND: Group.KIND, What.REMOVED: Group.REMOVED, What.ADDED: Group.ADDED, What.WORDS: Group.WORDS}
        return plain.get(self.what) or (Group.WITHIN if tolerance(self) else Group.OUTSIDE)

    def _numbers(self) -> tuple[float, float] | None:
        ends = (self.before, self.after)
        values = [end.value for end in ends if end and isinstance(end.value, int | float) and math.isfinite(end.value)]
        one_unit = bool(self.before and self.after and self.before.unit == self.after.unit)
        return (float(values[0]), float(values[1])) if one_unit and len(values) == 2 else None


def same(one: object, other: object) -> bool:
    """Whether two values are the same as files keep them: 12 significant digits. 1 and 1.0 are the same, None is only itself.

    >>> same(1, 1.0), same(None, 0), same("1", 1)
    (True, False, False)
    """
    return one == other and (one is None) == (other is None) and isinstance(one, str) == isinstance(other, str)


def tolerance(change: Change) -> str:
    """Within which statement about the number before its change stays; an empty text if it goes beyond, or none was made.

    Either it is shown alike at the decimals it is shown with, interval included; or the new value lies within the interval
    stated with the old one, whatever that interval is called (rounding of the print, bounds, 95% confidence).
    A number that becomes available, or is no longer, goes beyond. For a published number the print is the statement: it is
    shown alike only if its wording is the same.
    """
    before, after = change.before, change.after
    if before is None or after is None or before.kind != after.kind:
        return ""
    if _written(before) == _written(after):
        return "shown alike"
    value, (low, high) = after.value, _ends(before)
    if (
        isinstance(value, int | float)
        and isinstance(before.value, int | float)
        and low is not None
        and high is not None
        and low < high
    ):
        return f"within its {before.interval or 'interval'}" if low <= value <= high else ""
    return ""


def _ends(result: Result) -> tuple[float | None, float | None]:
    return result.low, result.high


def _written(result: Result) -> tuple[str, ...]:
    ends = (write(end, result.unit, result.decimals) for end in _ends(result) if end is not None)
    return (result.text, write(result.value, result.unit, result.decimals), *ends)


def changes(before: Run, after: Run) -> tuple[Change, ...]:
    """Every number that differs, gravest first: headline, outside what was stated, then by size, study and id.

    A number that several notebooks of a study record alike is one change.
    """
    found: dict[tuple[str, Result | None, Result | None], list[str]] = {}
    for study, notebook in sorted({*before.results, *after.results}):
        for pair in _pairs(before, after, study, notebook):
            found.setdefault((study, *pair), []).append(notebook)
    listed = (Change(study, tuple(notebooks), old, new) for (study, old, new), notebooks in found.items())
    return tuple(sorted(listed, key=_weight))


def _pairs(before: Run, after: Run, study: str, notebook: str) -> Iterator[tuple[Result | None, Result | None]]:
    """The results of a notebook that are not equal; those of a study or notebook that one run lacks are all of them."""
    old, new = (run.results.get((study, notebook)) for run in (before, after))
    known = {**(old.by_id if old else {}), **(new.by_id if new else {})}
    for result_id in sorted(known):
        pair = (old.by_id.get(result_id) if old else None, new.by_id.get(result_id) if new else None)
        if pair[0] != pair[1]:
            yield pair


def _weight(change: Change) -> tuple[int, float, str, str, tuple[str, ...]]:
    size = math.inf if change.relative is None else abs(change.relative)
    return list(Group).index(change.group), -size, change.study, change.id, change.notebooks


@dataclass(frozen=True)
class Verdict:
    """A claim whose verdict is not the same in both runs; empty where a run has none."""

    study: str
    claim: str
    before: str
    after: str


def verdict_changes(before: Run, after: Run) -> tuple[Verdict, ...]:
    """The claims of studies audited in both runs whose verdict changed, by study and claim."""
    both = sorted(set(before.verdicts) & set(after.verdicts))
    found = (_verdict(before, after, study, claim) for study in both for claim in _claims(before, after, study))
    return tuple(verdict for verdict in found if verdict.before != verdict.after)


def _claims(before: Run, after: Run, study: str) -> list[str]:
    return sorted({*before.verdicts[study], *after.verdicts[study]})


def _verdict(before: Run, after: Run, study: str, claim: str) -> Verdict:
    return Verdict(study, claim, before.verdicts[study].get(claim, ""), after.verdicts[study].get(claim, ""))


def count(found: Iterable[Change], *groups: Group) -> int:
    """How many changes stand under any of the groups."""
    return sum(change.group in groups for change in found)


def compared(before: Run, after: Run) -> int:
    """How many numbers both runs record, each counted once for each study."""
    old, new = (
        {(study, name) for (study, _), store in run.results.items() for name in store.by_id} for run in (before, after)
    )
    return len(old & new)
