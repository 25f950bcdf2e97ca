"""Two runs compared, from their names to the page and the table."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from analysis.comparison.alone import Alone, effects_alone, narrowed
from analysis.comparison.causes import Cause, Certainty, Finder
from analysis.comparison.entries import Entry, compare_inputs
from analysis.comparison.numbers import Change, Verdict, changes, compared, verdict_changes
from analysis.comparison.revisions import opened
from analysis.comparison.runs import Run
from analysis.files import shown
from analysis.results import write_csv, write_text


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


def write_report(root: Path, names: tuple[str, str], page: Path, rerun: bool = False) -> Comparison:
    """Compare two runs by name, and write a page and beside it the table (`.csv`); each whole or not at all.

    Raises InputError for a run that cannot be found or read, and then writes nothing.
    """
    from analysis.comparison.page import render
    from analysis.comparison.table import as_frame
    from analysis.pipeline.commit import commit_line

    with opened(root, names[0], rerun) as before, opened(root, names[1], rerun) as after:
        comparison = compare(before, after)
        table = page.with_suffix(".csv")
        text = render(
            comparison,
            tuple(_plain(root, name) for name in names),
            table.name,
            commit_line(root),
            _neighbours(root, page),
        )
    write_csv(table, as_frame(list(comparison.changes)))
    write_text(page, text)
    return comparison


def _plain(root: Path, name: str) -> str:
    """A run's name without the place of the project on this machine."""
    return shown(Path(name).resolve(), root) if Path(name).is_absolute() else name


def _neighbours(root: Path, page: Path) -> frozenset[str]:
    """Addresses, relative to the page, of the appendices and the index beside it; none outside reports/."""
    folder = root / "reports"
    if page.resolve().parent != folder.resolve():
        return frozenset()
    return frozenset(path.relative_to(folder).as_posix() for path in folder.rglob("*.html") if path != page)


def summary(comparison: Comparison) -> Iterable[str]:
    """The comparison in a few lines of plain text, for the terminal."""
    from analysis.comparison.table import in_words

    if comparison.same:
        yield f"The same {comparison.compared} numbers in {comparison.before.name} and {comparison.after.name}."
    else:
        by_group: dict[str, int] = {}
        for change, _ in comparison.changes:
            by_group[str(change.group)] = by_group.get(str(change.group), 0) + 1
        yield f"{comparison.before.name} -> {comparison.after.name}: {comparison.compared} numbers in both"
        yield from (f"  {name}: {number}" for name, number in by_group.items())
        yield from ([f"  Claims with another verdict: {len(comparison.verdicts)}"] if comparison.verdicts else [])
    causes = dict.fromkeys(words for _, cause in comparison.changes if (words := in_words(cause)))
    yield from (f"  cause: {words}" for words in list(causes)[:5])
    for run in (comparison.before, comparison.after):
        yield from (f"  note on {run.name}: {remark}" for remark in run.remarks)
