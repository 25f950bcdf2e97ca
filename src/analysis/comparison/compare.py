"""What differs between two runs that were read: numbers, verdicts, inputs, and which of these moved which."""

from dataclasses import dataclass

from analysis.comparison.alone import Alone, effects_alone, narrowed
from analysis.comparison.causes import Cause, Certainty, Finder
from analysis.comparison.entries import Entry, compare_inputs
from analysis.comparison.numbers import Change, Verdict, changes, compared, verdict_changes
from analysis.comparison.runs import Run


@dataclass(frozen=True)
class Comparison:
    """What differs between two runs; `inputs_known` says whether the inputs of both were at hand."""

    before: Run
    after: Run
    entries: tuple[Entry, ...]
    changes: tuple[tuple[Change, Cause], ...]
    verdicts: tuple[tuple[Verdict, Cause], ...]
    alone: tuple[Alone, ...]
    compared: int
    inputs_known: bool

    @property
    def studies(self) -> dict[str, str]:
        """The studies that one run has and the other has not: `new` or `no longer there`."""
        old, new = self.before.studies, self.after.studies
        said = {study: "no longer there" if study in old else "new" for study in {*old} ^ {*new}}
        return {study: said[study] for study in sorted(said)}

    @property
    def same(self) -> bool:
        """Whether all numbers, their kinds, words and verdicts are the same; inputs may differ."""
        return not self.changes and not self.verdicts


def compare(before: Run, after: Run) -> Comparison:
    """Compare two runs: their numbers, their verdicts, their inputs, and which of these moved which number."""
    known = bool(before.root and after.root)
    entries = compare_inputs(before.root, after.root) if before.root and after.root else ()
    finder = Finder.between(before, after, entries)
    found, verdicts = changes(before, after), verdict_changes(before, after)
    unknown, alone = Cause(Certainty.UNKNOWN), tuple(effects_alone(before, after, entries)) if known else ()
    return Comparison(
        before,
        after,
        entries,
        tuple((change, narrowed(change, finder.cause(change), alone) if known else unknown) for change in found),
        tuple((verdict, finder.of_claim(verdict.study, verdict.claim) if known else unknown) for verdict in verdicts),
        alone,
        compared(before, after),
        known,
    )
