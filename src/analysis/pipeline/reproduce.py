"""The whole pipeline: `dvc repro`, its progress made readable, then publication and a summary."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from analysis.pipeline import progress
from analysis.pipeline.parameters import planned_runs
from analysis.pipeline.publish import publish, summary


def reproduce(root: Path, force: bool = False) -> int:
    """Bring every stage up to date, publish the pages, and print what came out; returns the exit status.

    A stage that fails stops the run; its error is printed, pages published before stay as they were.
    """
    started = time.monotonic()
    display = progress.Display(len(planned_runs(root)))
    status, ordinary = _repro(root, display, force)
    if status:
        print("\n".join(_telling(ordinary)), file=sys.stderr)
        return status
    index = publish(root)
    print(f"\n{summary(root)}\n\nPages: {index}\nTime taken: {time.monotonic() - started:.1f} s")
    return 0


def _repro(root: Path, display: progress.Display, force: bool) -> tuple[int, list[str]]:
    command = [sys.executable, "-m", "dvc", "repro", *(["--force"] if force else [])]
    process = subprocess.Popen(
        command, cwd=root, env=environment(root), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8"
    )
    ordinary = []
    try:
        for line in process.stdout or ():
            ordinary += list(_show(line.rstrip("\n"), display))
    except KeyboardInterrupt:
        process.wait()
        raise
    return process.wait(), ordinary


def _show(line: str, display: progress.Display) -> Iterator[str]:
    message = progress.heard(line)
    if message is not None:
        display.show(message)
    elif line.startswith("Stage '") and "didn't change" in line and "@" in line and not line.startswith(("Stage 'collect@", "Stage 'example_records@")):
        display.show(["unchanged", line.split("'")[1].replace("@", " · ")])
    else:
        yield line


def _telling(lines: list[str]) -> list[str]:
    """The lines of DVC's output that say what went wrong."""
    skipped = ("Running stage", "Stage '", "> ", "To track", "To enable", "Updating lock", "Use `dvc push`", "Verifying")
    return [line for line in lines if line.strip() and not line.lstrip().startswith(skipped) and "git add" not in line]


def environment(root: Path) -> dict[str, str]:
    """The environment for DVC and its stages: this Python first, no calls home, caches inside the project."""
    own = {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
        "DVC_NO_ANALYTICS": "1",
        "DVC_SITE_CACHE_DIR": str(root / ".dvc" / "tmp" / "site"),
        "PYTHONUTF8": "1",
    }
    return {**os.environ, **own}
