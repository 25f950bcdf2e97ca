"""A management information export of ten thousand to a million activity rows: read, checked, counted; and how that grows.

Run: python -m benchmarks programme_records, or python benchmarks/programme_records.py [--rows 10000 100000 1000000] [--seed 1]
Each size is a process of its own, so that its peak memory can be told. Times are processor seconds, which other users of
the machine hardly change; everything runs in one thread. Time grows as rows to the power of the exponent:
the slope of log time on log rows. Beside it, what a reader would otherwise do: pandas.read_csv of the same file and the
first activity of each person, unchecked.
"""

import argparse
import json
import math
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

SIZES = (10_000, 100_000, 1_000_000)
TYPES = (
    "keyworker",
    "esol",
    "employment_support",
    "training",
    "work_placement",
    "mentoring",
    "mental_health",
    "in_work_support",
)
ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Time each size in a process of its own; print a table and the exponents."""
    options = _options()
    if options.one:
        print(json.dumps(one_size(options.one, options.seed)))
        return
    found = {rows: _measured(rows, options.seed) for rows in options.rows}
    for rows, row in found.items():
        print(
            f"{rows:>9,} activities: "
            + ", ".join(f"{name} {value:,.2f} {'MB' if 'memory' in name else 's'}" for name, value in row.items())
        )
    for name in next(iter(found.values())):
        print(f"{name:<34} grows as rows to the power {exponent({rows: row[name] for rows, row in found.items()}):.2f}")


def exponent(values: dict[int, float]) -> float:
    """The slope of log value on log rows, by least squares.

    >>> round(exponent({10: 1.0, 100: 100.0}), 6)
    2.0
    """
    x, y = (np.log(np.array(part, dtype=float)) for part in (list(values), list(values.values())))
    return float(np.polyfit(x, y, 1)[0]) if len(x) > 1 else math.nan


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--one", type=int, default=0, help=argparse.SUPPRESS)
    return parser.parse_known_args()[0]  # `python -m benchmarks` has names of its own on the command line


def _measured(rows: int, seed: int) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, __file__, "--one", str(rows), "--seed", str(seed)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def one_size(rows: int, seed: int) -> dict[str, float]:
    """Processor seconds of reading, counting and the plain way, and the peak memory of reading and counting."""
    from analysis.participants import read_export
    from analysis.programme.achieved import counts_of
    from analysis.programme.monitoring import known_on
    from analysis.programme.rules import read_rules
    from analysis.study import load_study

    printed = load_study("connecting_opportunities", ROOT)
    with tempfile.TemporaryDirectory() as folder:
        activities = write_files(Path(folder), rows, seed)
        before, started = _peak(), time.process_time()
        export = read_export(Path(folder), "benchmark")
        read = time.process_time()
        records = known_on(export, read_rules(printed), printed)  # type: ignore[arg-type]
        counts_of(records)
        counted = time.process_time()
        memory = _peak() - before
        plain = time.process_time()
        frame = pd.read_csv(activities, parse_dates=["activity_date"])
        frame.groupby(["type", "person_id"])["activity_date"].min()
        ended = time.process_time()
    return {
        "read and check": read - started,
        "count by all rules": counted - read,
        "pandas alone, unchecked": ended - plain,
        "memory beyond the start": memory,
    }


def _peak() -> float:
    """Peak memory of this process so far, in MB (Linux counts in kB, macOS in bytes)."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1e3)


def write_files(folder: Path, rows: int, seed: int) -> Path:
    """An export of one participant for every ten activities; written in pieces, so that this process stays small."""
    place = folder / "management_information"
    place.mkdir()
    rng = np.random.default_rng(seed)
    people = max(rows // 10, 1)
    with (place / "participants.csv").open("w", encoding="utf-8") as file:
        file.write("person_id,sex,labour_status,partner,start_date\n")
        file.writelines(
            f"P{n},{'female' if n % 3 else 'male'},unemployed,Partner {n % 10},2018-01-01\n" for n in range(people)
        )
    with (place / "activities.csv").open("w", encoding="utf-8") as file:
        file.write("activity_id,person_id,type,activity_date,hours\n")
        for start in range(0, rows, 50_000):
            size = min(50_000, rows - start)
            who, kind, day = (
                rng.integers(0, people, size),
                rng.integers(0, len(TYPES), size),
                rng.integers(0, 1500, size),
            )
            days = (np.datetime64("2018-01-02") + day).astype(str)
            file.writelines(f"A{start + n},P{who[n]},{TYPES[kind[n]]},{days[n]},{1 + n % 8 / 2}\n" for n in range(size))
    return place / "activities.csv"


if __name__ == "__main__":
    main()
