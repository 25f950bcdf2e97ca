"""Variance-based indices of a study's social return model at N = 2^14, against SALib, or a loop where SALib is not installed.

    python -m benchmarks.sroi_indices [--study coproduction] [--size 16384] [--loop 500]

Both sides take N x (inputs + 2) runs, first-order and total indices and 200 bootstrap replicates. SALib is given our
inverse distributions and the same vectorised model, so that what differs is the sample and the analysis. The loop, one call
of the model for each run, is timed over `--loop` runs and scaled up.
"""

import argparse
import time
import warnings
from importlib.util import find_spec

import numpy as np
import pandas as pd

from analysis.sroi.sensitivity.case import Case
from analysis.sroi.sensitivity.indices import REPLICATES, terms, variance_indices
from analysis.sroi.sensitivity.sampling import draws, values_at
from benchmarks.sroi_draws import SEED, best, load_case


def main() -> None:
    """Print seconds, ratios and the largest difference between the two sets of indices."""
    options = _options()
    case, _ = load_case(options.study)
    runs = options.size * (len(case.varied) + 2)
    variance_indices(terms(case, 64, SEED), SEED, 2)  # imports scipy, which no side should pay for
    sampled = best(lambda: terms(case, options.size, SEED))
    own = best(lambda: variance_indices(terms(case, options.size, SEED), SEED))
    ours = variance_indices(terms(case, options.size, SEED), SEED)
    print(f"{runs:,} runs, {len(case.varied)} inputs; here              {own:9.2f} s   (of it {sampled:.2f} s sampling and running the model)")
    loop = _loop(case, options.loop) * runs / options.loop
    print(f"loop, one call for each run            {loop:9.2f} s   {loop / own:6.0f} times as long (scaled up from {options.loop:,} runs)")
    _salib(case, options.size, ours, own)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--study", default="coproduction")
    parser.add_argument("--size", type=int, default=2**14)
    parser.add_argument("--loop", type=int, default=500)
    return parser.parse_known_args()[0]


def _loop(case: Case, count: int) -> float:
    values = next(draws(case, count, SEED))
    rows = [{name: float(column[i]) for name, column in values.items()} for i in range(count)]
    return best(lambda: [case.at(row).ratio for row in rows])


def _salib(case: Case, size: int, ours: pd.DataFrame, own: float) -> None:
    if find_spec("SALib") is None:
        print("SALib is not installed: no comparison with it (pip install SALib, in an environment of its own)")
        return
    from SALib.analyze import sobol as analysis
    from SALib.sample import sobol as sampling

    names = list(case.varied)
    problem = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        start = time.perf_counter()
        points = np.clip(sampling.sample(problem, size, calc_second_order=False, seed=SEED), 1e-16, 1 - 1e-16)
        ratios = np.array(case.measure(values_at(case, names, points), "ratio", len(points)))
        found = analysis.analyze(problem, ratios, calc_second_order=False, num_resamples=REPLICATES, seed=SEED)
        seconds = time.perf_counter() - start
    apart = max(float(np.abs(found[key] - ours.loc[names, name]).max()) for key, name in (("S1", "first"), ("ST", "total")))
    print(f"SALib, with the vectorised model       {seconds:9.2f} s   {seconds / own:6.0f} times as long; largest difference of an index {apart:.4f}")


if __name__ == "__main__":
    main()
