"""One function over many cases: every local authority, a grid of assumptions, sets of parameters; one table of results.

Each case's outcome is a file of its own, written whole, so that a sweep that was stopped goes on where it was. The table
is put together from these files in the order of the cases: whoever ran them, in whatever order, the bytes are the same.
"""

import hashlib
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, TextIO

from analysis.pipeline.provenance import files_at, sha256
from analysis.results import slug, write_csv, write_text


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


def sweep(
    root: Path,
    cases: Sequence[Case],
    folder: Path,
    data: Iterable[Path],
    engine: Engine,
    stream: TextIO = sys.stdout,
    results: Sequence[str] = (),
) -> int:
    """Run the cases that are not done yet; write `table.csv` and `failures.csv`; returns how many cases failed.

    `data` are the files and folders the cases read: a case counts as done only as long as they, the code and its
    arguments are the same. Cases that failed are tried again by the next call. Of `results` (patterns of ids, such as
    `estimators.*`; none: all) the table has the rows.
    """
    inputs = fingerprint(root, data)
    files = {case.name: folder / "cases" / f"{slug(case.name)}-{_key(case, inputs)}.json" for case in cases}
    waiting = [case for case in cases if not _is_done(files[case.name])]
    ended = engine(root, waiting) if waiting else iter(())
    for case, outcome in _told(ended, len(waiting), len(cases), stream):
        write_text(files[case.name], json.dumps({"case": case.name, **asdict(outcome)}) + "\n")
    return _collect(files, folder, results)


def fingerprint(root: Path, data: Iterable[Path]) -> str:
    """One hash of the project's code and of the data that cases are computed from."""
    return hashed(root / "src" / "analysis", *data)


def hashed(*places: Path) -> str:
    """One hash of the names and contents of files, and of those of folders."""
    lines = (f"{sha256(path)}  {path.name}\n" for path in files_at(*places))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _key(case: Case, inputs: str) -> str:
    text = json.dumps([case.task, case.arguments, inputs], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _is_done(path: Path) -> bool:
    try:
        return not json.loads(path.read_text(encoding="utf-8"))["error"]
    except (OSError, ValueError, KeyError):
        return False


def _told(
    ended: Iterable[tuple[Case, Outcome]], waiting: int, total: int, stream: TextIO
) -> Iterator[tuple[Case, Outcome]]:
    """What ends, with a line now and then: how many are done, how many failed, how long the rest will take."""
    before, failed, began, told = total - waiting, 0, time.monotonic(), 0.0
    if before:
        print(f"{before} of {total} cases were done before", file=stream, flush=True)
    for done, (case, outcome) in enumerate(ended, start=1):
        yield case, outcome
        failed, left, now = failed + bool(outcome.error), waiting - done, time.monotonic()
        if not left or now - told >= 1:
            told, rest = now, f", about {(now - began) / done * left:.0f} s left" if left else ""
            print(f"[{before + done}/{total}] {failed} failed{rest}", file=stream, flush=True)


def _collect(files: dict[str, Path], folder: Path, results: Sequence[str]) -> int:
    import pandas as pd

    kept = {name: json.loads(path.read_text(encoding="utf-8")) for name, path in files.items()}
    rows = [{"case": name, **row} for name, outcome in kept.items() for row in outcome["rows"] if _asked(row, results)]
    failures = [{"case": name, "error": outcome["error"]} for name, outcome in kept.items() if outcome["error"]]
    columns = dict.fromkeys(["case", *(key for row in rows for key in row)])
    write_csv(folder / "table.csv", pd.DataFrame(rows, columns=list(columns)))
    write_csv(folder / "failures.csv", pd.DataFrame(failures, columns=["case", "error"]))
    return len(failures)


def _asked(row: dict[str, Any], results: Sequence[str]) -> bool:
    return not results or any(fnmatchcase(str(row.get("id", "")), pattern) for pattern in results)
