"""A live run: seconds from saving a change to the page that shows it, in a real browser, as shares of a cold run.

One copy of the project. Cold runs (without results, lock and DVC cache) stand before, between and after the edits, so that both are
measured on the same machine in the same state; medians are compared. An edit is a file written; its end is the second frame that the
browser draws with the page in its place. What else runs after an edit is waited for before the next one.
"""

import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks._results import Row, save
from benchmarks.explorer import ARGUMENTS, BROWSERS
from benchmarks.pipeline import OURS, copy_inputs, start_afresh, surroundings, timed

EDITS = int(os.environ.get("LIVE_EDITS", "10"))
STUDY = "connecting_opportunities"
IDLE = "() => document.getElementById('state').textContent.startsWith('the pages')"
NEXT = "before => document.body.dataset.shown !== before"
LONG = 600_000  # milliseconds
CASES = {  # what is saved: the page, the file, a pattern in it, what stands there in its place, and the share of a cold run
    "an assumption, to the page of the social return": (
        "05_sroi",
        f"data/raw/{STUDY}/assumptions.yaml",
        r"(  - id: programme_months\n(?:    .*\n)*?    value: )\S+((?:\n    .*)*?\n    low: )\S+(\n    high: )\S+",
        r"\g<1>{number}\g<2>{number}\g<3>{number}",
        0.10,
    ),
    "a caption, to the page of the social return": (
        "05_sroi",
        "notebooks/05_sroi.ipynb",
        r"(What the published figures imply)(\.)",
        r"\1 {words}\2",
        0.05,
    ),
    "a claim, to the audit of claims": (
        "08_claims_audit",
        f"data/raw/{STUDY}/claims.csv",
        r"(?m)^(CO-002,[^,]*,\"?[^,\"]*)",
        r"\1 {words}",
        0.15,
    ),
}


def main() -> None:
    """Print the median seconds of each sort of edit, and their share of a cold run."""
    command = next(filter(None, map(shutil.which, BROWSERS)), None)
    if command is None or find_spec("playwright") is None:
        print("no Chromium, or no playwright to drive it: a live run is not measured")
        return
    from playwright.sync_api import sync_playwright

    cold: list[float] = []
    taken: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name) / "project"
        copy_inputs(folder)
        timed(OURS, folder)  # compiles Python files
        browser = playwright.chromium.launch(executable_path=command, args=ARGUMENTS)
        for what, case in CASES.items():
            start_afresh(folder)
            cold.append(timed(OURS, folder))
            with live(folder) as address:
                taken[what] = edits(folder, browser.new_page(), address, *case[:4])
        start_afresh(folder)
        cold.append(timed(OURS, folder))
        browser.close()
    save("live", " ".join(str(__doc__).split()), rows(cold, taken))


def rows(cold: list[float], taken: dict[str, list[float]]) -> list[Row]:
    """Medians, and shares of the median cold run."""
    whole = statistics.median(cold)
    seconds = [Row(f"saving {what}", statistics.median(each), "s", runs=sorted(each)) for what, each in taken.items()]
    shares = [
        Row(f"{what} / cold run", statistics.median(each) / whole, "times", f"at most {CASES[what][4]:.2f}")
        for what, each in taken.items()
    ]
    return [Row("cold run", whole, "s", runs=sorted(cold)), *seconds, *shares]


def edits(folder: Path, page: Any, address: str, name: str, file: str, pattern: str, new: str) -> list[float]:
    """Seconds of each edit of a file."""
    page.goto(f"{address}#{STUDY}/{name}.html")
    page.wait_for_selector("iframe.shown", timeout=LONG)
    page.wait_for_function(f"() => ({IDLE})() && document.body.dataset.shown !== undefined", timeout=LONG)
    path, found = folder / file, []
    text = path.read_text(encoding="utf-8")
    for number in range(EDITS):
        changed, count = re.subn(
            pattern, new.format(number=60 + number, words="changed" + " again" * number), text, count=1
        )
        if not count:
            raise RuntimeError(f"{file} has no place to change any more: correct CASES")
        before = page.evaluate("document.body.dataset.shown")
        page.evaluate("document.getElementById('state').textContent = ''")
        started = time.perf_counter()
        path.write_text(changed, encoding="utf-8")
        page.wait_for_function(NEXT, arg=before, timeout=LONG, polling="raf")
        found.append(time.perf_counter() - started)
        page.wait_for_function(IDLE, timeout=LONG)
    page.close()
    return found


@contextmanager
def live(folder: Path) -> Iterator[str]:
    """A live run of the study; its address."""
    command = [sys.executable, "-u", "-m", "analysis", "live", STUDY]
    process = subprocess.Popen(
        command, cwd=folder, env=surroundings(folder), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().split()[-1]
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate()


if __name__ == "__main__":
    main()
