"""How time and memory grow: with people in 02b, 03, 04 and 07, with claims in 08, with assumptions in 05, with studies in a run.

Each size is a process of its own on a copy of the project; seconds are those of its processors, with all that it starts, so that
other users of the machine hardly change them. Time beyond a start (seconds of a run that ends at once, or for studies of a run
without more of them, taken off) grows as size to the power of the exponent, the slope of log time on log size. Beside each stands what a reader would write instead: a loop with pandas, statsmodels or scipy over the same files,
which checks, protects and explains nothing. Sizes are those of GROWTH, as in GROWTH="people=1000,10000,100000 claims=500,5000";
GROWTH=whole goes up to 100,000 people, and to the 10,000 claims that one ledger may have.
"""

import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from analysis.pipeline.plan import write_plan
from benchmarks._many_people import write_people
from benchmarks._many_rows import write_assumptions, write_claims
from benchmarks._results import Row, save
from benchmarks.pipeline import ROOT, copy_inputs

SIZES = {"people": (1_000, 3_000, 10_000), "claims": (500, 2_000), "assumptions": (10, 100, 1_000), "studies": (2, 10)}
WHOLE = {
    "people": (1_000, 10_000, 100_000),
    "claims": (500, 2_000, 10_000),
    "assumptions": (10, 100, 1_000),
    "studies": (2, 10, 40),
}
MOST_MEMORY, MOST_EXPONENT = 2000, 1.2


@dataclass(frozen=True)
class Room:
    """What grows with what: the notebook, what there are more of, their study and how it is written, the plain loop over its files."""

    notebook: str
    of: str
    study: str
    write: Callable[[Path, int], None]
    loop: str


def people_like(study: Path, people: int) -> None:
    """Write the worked example of this folder's name, else the one with answers, with so many people."""
    example = study.name if study.name in (ANSWERS, EXPORT) else ANSWERS
    write_people(ROOT / "data" / "raw" / example, study, people)


ANSWERS, EXPORT = "coproduction_example", "connecting_opportunities_example"
ROOMS = (
    Room("02b_participation", "people", ANSWERS, people_like, "participation"),
    Room("03_before_after", "people", ANSWERS, people_like, "before_after"),
    Room("04_english_and_time", "people", ANSWERS, people_like, "english"),
    Room("07_programme_performance", "people", EXPORT, people_like, "programme"),
    Room("08_claims_audit", "claims", "growing", write_claims, "audit"),
    Room("05_sroi", "assumptions", "growing", write_assumptions, "sroi"),
)


@dataclass(frozen=True)
class Taken:
    """What a process took: processor seconds, the most memory of one of its processes in MB, and how it failed, if it did."""

    seconds: float
    memory: float
    failed: str = ""


def main() -> None:
    """Measure each room at each size; print times, memory and exponents, with the plain loop beside them."""
    sizes, rows = wanted(os.environ.get("GROWTH", "")), []
    start = took([sys.executable, "-m", "analysis", "--help"], ROOT).seconds
    for room in (each for each in ROOMS if sizes.get(each.of)):
        rows += grown(f"{room.notebook}, {room.of}", {size: measured(room, size) for size in sizes[room.of]}, start)
    if sizes.get("studies"):
        none = whole_run(0)[0].seconds
        rows += grown(
            "a whole run by the clock, more studies", {size: whole_run(size) for size in sizes["studies"]}, none
        )
    save("growth", " ".join(str(__doc__).split()), rows)


def wanted(text: str) -> Mapping[str, tuple[int, ...]]:
    """The sizes asked for.

    >>> wanted("claims=500,5000")
    {'claims': (500, 5000)}
    """
    if not text:
        return SIZES
    if text == "whole":
        return WHOLE
    parts = (each.partition("=") for each in text.split())
    return {name: tuple(map(int, numbers.split(","))) for name, _, numbers in parts}


def measured(room: Room, size: int) -> tuple[Taken, float]:
    """What a notebook of a study of so many takes, and the seconds of the plain loop over the same files."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "project"
        copy_inputs(folder)
        study = folder / "data" / "raw" / room.study
        shutil.rmtree(study, ignore_errors=True)
        apart(room.write, study, size)
        write_plan(folder)
        run = took([sys.executable, "-m", "analysis", "run", room.notebook, "--study", study.name], folder)
        loop = plain_loop(room.loop, study)
    told(f"{room.notebook}, {size:,} {room.of}", run, loop)
    return run, loop


def apart(write: Callable[[Path, int], None], study: Path, size: int) -> None:
    """Write a study in a process of its own: what this process ever held is counted as memory of all that it starts."""
    process = get_context("spawn").Process(target=write, args=(study, size))
    process.start()
    process.join()
    if process.exitcode:
        raise RuntimeError(f"{study.name} with {size} could not be written")


def told(what: str, run: Taken, loop: float) -> None:
    """Say at once what was measured: the whole takes long, and what fails late would lose what came before."""
    print(
        f"  {what}: {run.seconds:.1f} s, {run.memory:.0f} MB, plain loop {loop:.2f} s {run.failed}".rstrip(), flush=True
    )


def whole_run(studies: int) -> tuple[Taken, float]:
    """What all notebooks and pages take by the clock, since the processes that a fork server starts are not counted as a command's own,
    of the project with so many more small studies; beside it, nbconvert on one of their notebooks for each."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "project"
        copy_inputs(folder)
        for number in range(studies):
            apart(people_like, folder / "data" / "raw" / f"growing_{number}", 100)
        started = time.perf_counter()
        run = took([sys.executable, "-m", "analysis", "reproduce"], folder)
        run = Taken(time.perf_counter() - started, math.nan, run.failed)
        loop = studies * plain_loop("a_notebook", folder)
    told(f"a whole run, {studies} more studies", run, loop)
    return run, loop


def plain_loop(name: str, folder: Path) -> float:
    """Processor seconds of a plain loop, in a process of its own, so that what it reads is not counted as memory of the next run."""
    command = [sys.executable, "-m", "benchmarks._plain_loops", name, str(folder)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return float(done.stdout.split()[-1])


def took(command: list[str], folder: Path) -> Taken:
    """What a command takes in a folder, with all the processes that it starts and waits for."""
    environment = {**os.environ, "PYTHONPATH": str(folder / "src"), "OMP_NUM_THREADS": "1", "DVC_NO_ANALYTICS": "1"}
    with tempfile.TemporaryFile() as told:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=told, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        told.seek(0)
        last = told.read().decode("utf-8", errors="replace").strip().splitlines()[-1:] if process.returncode else []
    unit = 1e6 if sys.platform == "darwin" else 1e3
    return Taken(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit, "".join(last)[:200])


def grown(what: str, found: Mapping[int, tuple[Taken, float]], start: float) -> list[Row]:
    """The rows of one room: seconds, memory and the plain loop at each size, and the two exponents."""
    rows = []
    for size, (run, loop) in found.items():
        rows += [Row(f"{what}: {size:,}" + (f" FAILED: {run.failed}" if run.failed else ""), run.seconds, "s")]
        if not math.isnan(run.memory):
            rows += [Row(f"{what}: {size:,}, memory", run.memory, "MB", f"at most {MOST_MEMORY:,}")]
        rows += [Row(f"{what}: {size:,}, plain loop", loop, "s")]
    good = {size: each for size, each in found.items() if not each[0].failed}
    ours = {size: run.seconds - start for size, (run, _) in good.items()}
    loops = {size: loop for size, (_, loop) in good.items()}
    return [
        *rows,
        Row(f"{what}: exponent", exponent(ours), "", f"at most {MOST_EXPONENT}"),
        Row(f"{what}: exponent of the plain loop", exponent(loops), ""),
    ]


def exponent(values: Mapping[int, float]) -> float:
    """The slope of log value on log size, by least squares; NaN of fewer than two.

    >>> round(exponent({10: 1.0, 100: 100.0}), 6)
    2.0
    """
    if len(values) < 2:
        return float("nan")
    x, y = np.log([*values]), np.log(np.maximum([*values.values()], 1e-6))
    return float(np.polyfit(x, y, 1)[0])


if __name__ == "__main__":
    main()
