"""Work for the tests of sweeps, in a module of its own so that other processes can import it."""

import os
import signal
import time
from pathlib import Path

from analysis.pipeline.sweep import Case, Outcome


def work(root: Path, case: Case) -> Outcome:
    """Note that the case ran, then do what its arguments say."""
    with (root / "ran").open("a") as log:
        log.write(f"{case.name} {os.getpid()}\n")
    time.sleep(case.arguments.get("seconds", 0))
    if case.arguments.get("always_dies") or (case.arguments.get("dies") and _first(root / f"{case.name}.died")):
        os.kill(os.getpid(), signal.SIGKILL)
    if case.arguments.get("fails"):
        return Outcome([], "ValueError: it would not")
    return Outcome([{"number": case.arguments["number"], "third": case.arguments["number"] / 3}])


def _first(mark: Path) -> bool:
    if mark.exists():
        return False
    mark.touch()
    return True
