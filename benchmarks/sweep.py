"""How the cost of many cases grows: census baseline at 10, 100 and 348 authorities, SROI draws from 10^4 to 10^7.

Each size runs in a process of its own, which reports the processor's seconds for the work alone (so that what else the
machine does shows less) and its largest memory. The exponent
is the slope of log seconds on log size: 1 is linear growth, less than 1 means that a fixed cost still shows. The complete
official tables are found by ANALYSIS_REFERENCE_DATA; without them the authorities are those of data/raw/reference.
"""

import json
import math
import os
import statistics
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from benchmarks._results import Row, save

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 3
AREAS, DRAWS = (10, 100, 348), (10**4, 10**5, 10**6, 10**7)
WORK = """
import json, resource, sys, time
from pathlib import Path
from analysis.pipeline import sweep_cases
root, what, size, official = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4]
if what == "census":
    cases, _ = sweep_cases.census_cases(root, [], Path(official) if official else None, {"draws": 2000, "seed": 2011})
    work = [(sweep_cases.census, case.arguments) for case in cases[:size]]
    work[0][0](root, **work[0][1])
else:
    small = {"study": "coproduction", "draws": 256, "seed": 1, "fixed": {}}
    work = [(sweep_cases.sroi, {**small, "draws": size})]
    work[0][0](root, **small)
started = time.process_time()
for function, arguments in work:
    function(root, **arguments)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps([len(work) if what == "census" else size, time.process_time() - started, peak]))
"""


def main() -> None:
    """Print seconds, memory and exponents."""
    beside = Path(os.environ.get("ANALYSIS_REFERENCE_DATA", ROOT.parent / "shared" / "reference_data"))
    official = str(beside) if beside.is_dir() else ""
    rows = [*measured("census", "authorities", AREAS, official), *measured("sroi", "draws", DRAWS, "")]
    save("sweep", " ".join(str(__doc__).split()), rows)


def measured(what: str, unit: str, sizes: tuple[int, ...], official: str) -> list[Row]:
    """Seconds and memory at each size, and the exponent of the seconds; rounds go through all sizes in turn."""
    seconds: dict[int, list[float]] = {}
    memory: dict[int, float] = {}
    for _ in range(ROUNDS):
        for size in sizes:
            actual, taken, peak = once(what, size, official)
            seconds.setdefault(actual, []).append(taken)
            memory[actual] = max(peak, memory.get(actual, 0.0))
    medians = {size: statistics.median(values) for size, values in seconds.items()}
    rows = [
        row
        for size in medians
        for row in (
            Row(f"{what}, {size:,} {unit}", medians[size], "s", runs=sorted(seconds[size])),
            Row(f"{what}, {size:,} {unit}: largest memory of the process", memory[size], "MiB"),
        )
    ]
    ends = dict(sorted(medians.items())[-2:])
    return [
        *rows,
        Row(f"{what}: exponent of seconds in {unit}, all sizes", exponent(medians), "", "at most about 1"),
        Row(f"{what}: exponent of seconds in {unit}, last two sizes", exponent(ends), "", "about 1"),
    ]


def once(what: str, size: int, official: str) -> tuple[int, float, float]:
    """One size in a process of its own."""
    command = [sys.executable, "-c", WORK, str(ROOT), what, str(size), official]
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": str(ROOT / "src")}
    )
    found = json.loads(done.stdout)
    return int(found[0]), float(found[1]), float(found[2])


def exponent(medians: Mapping[int, float]) -> float:
    """Least-squares slope of log seconds on log size; 0 where there is one size only."""
    points = [(math.log(size), math.log(seconds)) for size, seconds in medians.items()]
    if len(points) < 2:
        return 0.0
    return statistics.linear_regression(*zip(*points, strict=True)).slope
