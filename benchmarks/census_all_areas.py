"""The whole census baseline for every authority in one call, against a plain loop of single-area calls.

The folder with the complete official tables is named by ANALYSIS_REFERENCE_DATA. Without them the areas of data/raw/reference are used, and the ratio means little. Two loops are timed: one
that a user would write, a call for each area; and one that makes the national inputs once and passes them on.
"""

import os
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

from analysis.census.areas import authorities
from analysis.census.baseline import Settings, baseline, national_inputs
from analysis.census.reference import Reference, load_reference

ROOT = Path(__file__).resolve().parents[1]
OWN = ROOT / "data" / "raw" / "reference"


def main() -> None:
    """Print seconds, ratios, largest difference and peak memory."""
    official = _folder()
    reference, seconds = _timed(lambda: load_reference(OWN, official))
    codes, settings = list(authorities(reference.names)), Settings()
    baseline(reference, codes[:1], settings)  # imports scipy, which no side should pay for
    print(f"{len(codes)} authorities, {settings.draws:,} draws; tables read in {seconds:.2f} s")
    together, one_call = _timed(lambda: baseline(reference, codes, settings))
    apart, loop = _timed(lambda: [baseline(reference, [code], settings) for code in codes])
    national = national_inputs(reference, settings)
    _, lean_loop = _timed(lambda: [baseline(reference, [code], settings, national=national) for code in codes])
    print(f"one call                           {one_call:8.2f} s")
    print(f"loop of single-area calls          {loop:8.2f} s   {loop / one_call:5.1f} times as long")
    print(f"the same, national inputs once     {lean_loop:8.2f} s   {lean_loop / one_call:5.1f} times as long")
    print(f"largest relative difference        {_difference(together, apart):.1e}")
    print(f"peak memory, one call              {_peak(reference, codes, settings):8.1f} MB")
    print(f"peak memory, one area              {_peak(reference, codes[:1], settings):8.1f} MB")


def _folder() -> Path | None:
    """Folder of the complete official tables, if there is one."""
    beside = Path(os.environ.get("ANALYSIS_REFERENCE_DATA", ROOT.parent / "shared" / "reference_data"))
    return beside if beside.is_dir() else None


def _timed(work: Callable[[], object]) -> tuple[object, float]:
    start = time.perf_counter()
    found = work()
    return found, time.perf_counter() - start


def _difference(together: object, apart: list) -> float:
    key = ["area_code", "step"]
    whole = together.steps.set_index(key)["high"].sort_index()
    parts = {index: value for run in apart for index, value in run.steps.set_index(key)["high"].items()}
    return max(abs(parts[index] - value) / value for index, value in whole.items() if value == value)


def _peak(reference: Reference, codes: list[str], settings: Settings) -> float:
    tracemalloc.start()
    baseline(reference, codes, settings)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


if __name__ == "__main__":
    main()
