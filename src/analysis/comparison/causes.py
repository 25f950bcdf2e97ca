"""Which of the inputs that changed moved a number: by the inputs the number records, and by what its stage reads.

A number names the claims, assumptions and results it rests on; followed to their ends, these are its recorded inputs. If
an entry among them changed, that is the cause. A number that records none can have moved by anything its stage reads, and
one that rests on a whole table by any entry that the table may lead to. What is left is one candidate, or several that
cannot be told apart, and then all are named.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from analysis.comparison.entries import PARAMETERS, Entry, Sort
from analysis.comparison.lock import covers, read_paths
from analysis.comparison.numbers import Change, What
from analysis.comparison.runs import Run, all_results
from analysis.pipeline.lock import Recorded


class Certainty(StrEnum):
    """How sure a cause is."""

    ITSELF = "it is this entry"
    RECORDED = "among the inputs it records"
    TRIED = "each change tried alone in the model"
    ONLY = "the only change in what its stage reads"
    SEVERAL = "cannot be told apart"
    NONE = "nothing that its stage reads changed"
    UNKNOWN = "inputs not at hand"


@dataclass(frozen=True)
class Cause:
    """What moved a number: the entries that may have, and how sure that is.

    `also` are other changes in what its stage reads, which the entries recorded do not rule out.
    """

    certainty: Certainty
    entries: tuple[Entry, ...] = ()
    also: tuple[Entry, ...] = ()


@dataclass(frozen=True)
class Finder:
    """Finds causes: the entries that changed, what each stage reads, and what each number rests on, by study."""

    entries: tuple[Entry, ...]
    stages: tuple[Recorded, ...]
    rests_on: Mapping[str, Mapping[str, tuple[str, ...]]]
    _read: dict[tuple[str, str], tuple[Entry, ...]] = field(default_factory=dict)

    @classmethod
    def between(cls, before: Run, after: Run, entries: Iterable[Entry]) -> "Finder":
        """For two runs whose inputs differ by `entries`."""
        studies = {*before.studies, *after.studies}
        return cls(
            tuple(entries),
            (*before.stages, *after.stages),
            {study: _rests_on(study, before, after) for study in studies},
        )

    def cause(self, change: Change) -> Cause:
        """The cause of a change of a number; words are caused by any entry, numbers by entries that move numbers."""
        if came := tuple(one for one in self.entries if one.sort is Sort.STUDY and one.study == change.study):
            return Cause(Certainty.ITSELF, came)
        found = self._read_by(change.study, change.notebooks)
        moving = tuple(
            sorted((e for e in found if e.moves_numbers), key=lambda entry: entry.kind_alone)
        )  # values first
        known = moving if change.what is not What.WORDS and moving else found
        recorded = self.inputs(change.study, change.id)
        traced = tuple(entry for entry in known if entry.result_id in recorded)
        others = tuple(entry for entry in known if entry.sort not in (Sort.ASSUMPTION, Sort.CLAIM))
        if itself := tuple(entry for entry in found if entry.result_id == change.id):
            return Cause(Certainty.ITSELF, itself)
        if traced:
            return Cause(Certainty.RECORDED, traced, others)
        return _of(tuple(entry for entry in known if not _ruled_out(entry, recorded - {change.id})) or known)

    def of_claim(self, study: str, claim: str) -> Cause:
        """The cause of a changed verdict: the claim's own entry, or whatever else the audit reads."""
        found = tuple(entry for entry in self._read_by(study, ("08_claims_audit",)) if entry.moves_numbers)
        own = tuple(entry for entry in found if entry.result_id in self.inputs(study, f"claim:{claim}"))
        others = tuple(entry for entry in found if entry.sort is not Sort.CLAIM)
        return Cause(Certainty.RECORDED, own, others) if own else _of(found)

    def inputs(self, study: str, result_id: str) -> frozenset[str]:
        """All that a number rests on as recorded, through the numbers it rests on, with itself."""
        known, waiting, found = self.rests_on.get(study, {}), [result_id], set()
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += known.get(name, ())
        return frozenset(found)

    def _read_by(self, study: str, notebooks: Iterable[str]) -> tuple[Entry, ...]:
        """The changed entries that every one of the notebooks reads: a number they share moved in all by the same."""
        first, *rest = (self._read_in(notebook, study) for notebook in notebooks)
        return tuple(entry for entry in first if all(entry in other for other in rest))

    def _read_in(self, notebook: str, study: str) -> tuple[Entry, ...]:
        if (notebook, study) not in self._read:
            reader = _Reader(self.stages, notebook, study)
            self._read[notebook, study] = tuple(entry for entry in self.entries if reader.reads(entry))
        return self._read[notebook, study]


def _ruled_out(entry: Entry, recorded: frozenset[str]) -> bool:
    """Whether what a number records, all of it unchanged, leaves no way for an entry to have moved it.

    A table may lead to claims and to entries of the register by names in its cells; a number that records the entries of
    the register one by one beside its tables rests on no others.
    """
    if entry.sort not in (Sort.ASSUMPTION, Sort.CLAIM) or not recorded or entry.file in recorded:
        return False
    one_by_one = entry.sort is Sort.ASSUMPTION and any(name.startswith("assumption:") for name in recorded)
    return one_by_one or not any(name.startswith("data/") for name in recorded)


def _of(candidates: tuple[Entry, ...]) -> Cause:
    if not candidates:
        return Cause(Certainty.NONE)
    return Cause(Certainty.ONLY if len(candidates) == 1 else Certainty.SEVERAL, candidates)


class _Reader:
    """What a notebook's run reads, as dvc.lock records it; all that belongs to its study where nothing is recorded."""

    def __init__(self, stages: tuple[Recorded, ...], notebook: str, study: str) -> None:
        self.notebook, self.study = notebook, study
        self.paths = read_paths(stages, notebook, study)

    def reads(self, entry: Entry) -> bool:
        """Whether an entry is among what the run reads."""
        if entry.sort is Sort.PARAMETER:
            return entry.key in (f"{self.notebook}.{self.study}", f"example_records.{self.study}")
        if self.paths:
            return covers(self.paths, entry.file)
        return entry.file != PARAMETERS and entry.study in ("", "reference", self.study)


def _rests_on(study: str, *runs: Run) -> dict[str, tuple[str, ...]]:
    """What each number of a study rests on in either run, by id."""
    found: dict[str, tuple[str, ...]] = {}
    for run in runs:
        for result in all_results(run, study):
            found[result.id] = (
                *found.get(result.id, ()),
                *(name for name in result.inputs if name not in found.get(result.id, ())),
            )
    return found
