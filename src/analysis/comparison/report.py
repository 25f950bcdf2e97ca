"""Two runs compared, from their names to the page and the table."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from analysis.comparison.compare import Comparison, compare
from analysis.comparison.page import render
from analysis.comparison.revisions import opened
from analysis.comparison.table import as_frame, in_words
from analysis.files import shown
from analysis.pipeline.commit import commit_line
from analysis.results import write_csv, write_text


def write_report(root: Path, names: tuple[str, str], page: Path, rerun: bool = False) -> Comparison:
    """Compare two runs by name, and write a page and beside it the table (`.csv`); each whole or not at all.

    Raises InputError for a run that cannot be found or read, and then writes nothing.
    """
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
    if comparison.same:
        yield f"The same {comparison.compared} numbers in {comparison.before.name} and {comparison.after.name}."
    else:
        by_group = Counter(str(change.group) for change, _ in comparison.changes)
        yield f"{comparison.before.name} -> {comparison.after.name}: {comparison.compared} numbers in both"
        yield from (f"  Study {study}: {said}" for study, said in comparison.studies.items())
        yield from (f"  {name}: {number}" for name, number in by_group.items())
        yield from ([f"  Claims with another verdict: {len(comparison.verdicts)}"] if comparison.verdicts else [])
    causes = dict.fromkeys(words for _, cause in comparison.changes if (words := in_words(cause)))
    yield from (f"  cause: {words}" for words in list(causes)[:5])
    for run in (comparison.before, comparison.after):
        yield from (f"  note on {run.name}: {remark}" for remark in run.remarks)
