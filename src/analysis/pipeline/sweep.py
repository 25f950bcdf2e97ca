"""One function over many cases: every local authority, a grid of assumptions, many studies; one table of results.

Each case's outcome is a file of its own, written whole, so that a sweep that was stopped goes on where it was. The table
is put together from these files in the order of the cases: whoever ran them, in whatever order, the bytes are the same.
"""

import hashlib
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from analysis.results import slug, write_csv, write_text

CODE = ("*.py", "census/**/*.py", "participants/**/*.py", "sroi/**/*.py", "study/**/*.py")  # below src/analysis


@dataclass(frozen=True)
class Case:
    """One set of parameters: what the table calls it, the task that runs it, the task's arguments."""

    name: str
    task: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    """What became of a case: its rows, or why it failed."""

    rows: list[dict[str, Any]]
    error: str = ""


Engine = Callable[[Path, Sequence[Case]], Iterator[tuple[Case, Outcome]]]


def attempt(root: Path, case: Case) -> Outcome:
    """Run one case wherever this is called; whatever it raises is its outcome."""
    from analysis.pipeline.sweep_tasks import TASKS

    try:
        return Outcome(TASKS[case.task](root, **case.arguments))
    except Exception as error:
        return Outcome([], f"{type(error).__name__}: {error}")


def sweep(
    root: Path,
    cases: Sequence[Case],
    folder: Path,
    data: Iterable[Path],
    engine: Engine,
    stream: TextIO = sys.stdout,
    wanted: Callable[[Mapping[str, Any]], bool] = lambda row: True,
) -> int:
    """Run the cases that are not done yet; write `table.csv` and `failures.csv`; returns how many cases failed.

    `data` are the files and folders the cases read: a case counts as done only as long as they, the code and its
    arguments are the same. Cases that failed are tried again by the next call. Rows that are not `wanted` are left out of
    the table.
    """
    inputs = fingerprint(root, data)
    keys = {case.name: _key(case, inputs) for case in cases}
    files = {case.name: folder / "cases" / f"{slug(case.name)}-{keys[case.name][:12]}.json" for case in cases}
    waiting = [case for case in cases if not _done(files[case.name])]
    progress = _Progress(len(cases), len(cases) - len(waiting), stream)
    for case, outcome in engine(root, waiting) if waiting else ():
        write_text(
            files[case.name], json.dumps({"case": case.name, "rows": outcome.rows, "error": outcome.error}) + "\n"
        )
        progress.tell(bool(outcome.error))
    return _collect(cases, files, folder, wanted)


def fingerprint(root: Path, data: Iterable[Path]) -> str:
    """One hash of the code and the data that cases are computed from."""
    code = sorted({path for pattern in CODE for path in (root / "src" / "analysis").glob(pattern)})
    files = [
        *code,
        *(
            path
            for place in data
            for path in (sorted(place.rglob("*")) if place.is_dir() else [place])
            if path.is_file()
        ),
    ]
    return hashed(path for path in files if path.suffix != ".pyc")


def hashed(files: Iterable[Path]) -> str:
    """One hash of the names and contents of files, in the order given."""
    found = hashlib.sha256()
    for path in files:
        found.update(f"{path.name}\n".encode() + hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()


def _key(case: Case, inputs: str) -> str:
    text = json.dumps([case.task, case.arguments, inputs], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _done(path: Path) -> bool:
    try:
        return not json.loads(path.read_text(encoding="utf-8"))["error"]
    except (OSError, ValueError, KeyError):
        return False


def _collect(
    cases: Sequence[Case], files: dict[str, Path], folder: Path, wanted: Callable[[Mapping[str, Any]], bool]
) -> int:
    import pandas as pd

    kept = {case.name: json.loads(files[case.name].read_text(encoding="utf-8")) for case in cases}
    rows = [{"case": name, **row} for name, outcome in kept.items() for row in outcome["rows"] if wanted(row)]
    failures = [{"case": name, "error": outcome["error"]} for name, outcome in kept.items() if outcome["error"]]
    write_csv(
        folder / "table.csv",
        pd.DataFrame(rows, columns=list(dict.fromkeys(["case", *(key for row in rows for key in row)]))),
    )
    write_csv(folder / "failures.csv", pd.DataFrame(failures, columns=["case", "error"]))
    return len(failures)


class _Progress:
    """A line now and then: how many are done, how many failed, how long the rest will take."""

    def __init__(self, total: int, before: int, stream: TextIO) -> None:
        self.total, self.before, self.stream = total, before, stream
        self.done, self.failed, self.began, self.told = 0, 0, time.monotonic(), 0.0
        if before:
            print(f"{before} of {total} cases were done before", file=stream, flush=True)

    def tell(self, failed: bool) -> None:
        """One more case has come to its end."""
        self.done, self.failed, now = self.done + 1, self.failed + failed, time.monotonic()
        left = self.total - self.before - self.done
        if left and now - self.told < 1:
            return
        self.told = now
        seconds = (now - self.began) / self.done * left
        rest = f", about {seconds:.0f} s left" if left else ""
        print(f"[{self.before + self.done}/{self.total}] {self.failed} failed{rest}", file=self.stream, flush=True)
