"""A million correlated draws of a study's social return model, against a plain loop of one call for each draw.

    python -m benchmarks.sroi_draws [--study coproduction] [--draws 1000000] [--loop 500]

The loop is timed over `--loop` draws of the same sample and scaled up; it is given its draws, so that it pays for the
model alone, while the vectorised run pays for drawing, correlation and counting too. Peak memory is what Python and NumPy
allocate, at two numbers of draws.
"""

import argparse
import time
import tracemalloc

from analysis.sroi.model import read_model
from analysis.sroi.sensitivity.case import Case
from analysis.sroi.sensitivity.correlation import Group
from analysis.sroi.sensitivity.probabilistic import simulate
from analysis.sroi.sensitivity.sampling import draws
from analysis.sroi.sensitivity.settings import groups_for, read_settings, read_stipulated
from analysis.study import load_study

SEED = 1


def main() -> None:
    """Print seconds, the ratio, the agreement of the two, and peak memory."""
    options = _options()
    case, groups = load_case(options.study)
    print(f"{options.study}: {len(case.model.inputs)} inputs, {len(case.varied)} of them varied, {len(groups)} correlated groups")
    for method in ("random", "sobol"):
        simulate(case, 2**10, SEED, groups, method)  # imports scipy, which no side should pay for
        start = time.perf_counter()
        simulate(case, options.draws, SEED, groups, method)
        seconds = time.perf_counter() - start
        print(f"{options.draws:,} draws at once ({method:6})   {seconds:9.2f} s")
        if method == "random":
            own = seconds
    loop, difference = _loop(case, groups, options.loop)
    scaled = loop * options.draws / options.loop
    print(f"loop, one call for each draw      {scaled:9.2f} s   {scaled / own:6.0f} times as long (scaled up from {options.loop:,} draws in {loop:.2f} s)")
    print(f"largest relative difference       {difference:9.1e}")
    for count in (2**17, 2**19):
        print(f"peak memory at {count:9,} draws   {_peak(case, groups, count):9.1f} MB")


def load_case(study_id: str) -> tuple[Case, tuple[Group, ...]]:
    """A study's model at its base values, with its correlated groups."""
    study = load_study(study_id)
    settings = read_settings(study)
    case = settings.case(read_model(study), study.register)
    return case, groups_for(case, settings, read_stipulated(study.root))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--study", default="coproduction")
    parser.add_argument("--draws", type=int, default=1_000_000)
    parser.add_argument("--loop", type=int, default=500)
    return parser.parse_known_args()[0]


def _loop(case: Case, groups: tuple[Group, ...], count: int) -> tuple[float, float]:
    """Seconds of the loop, and the largest relative difference of its ratios from the vectorised ones."""
    values = next(draws(case, count, SEED, groups, "random"))
    rows = [{name: float(column[i]) for name, column in values.items()} for i in range(count)]
    start = time.perf_counter()
    ratios = [float(case.at(row).ratio) for row in rows]
    seconds = time.perf_counter() - start
    together = case.measure(values, "ratio", count)
    return seconds, float(max(abs(a - b) / abs(b) for a, b in zip(ratios, together, strict=True)))


def _peak(case: Case, groups: tuple[Group, ...], count: int) -> float:
    tracemalloc.start()
    simulate(case, count, SEED, groups, "random")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


if __name__ == "__main__":
    main()
