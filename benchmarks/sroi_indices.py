"""Variance-based indices of a study's social return model at N = 2^14, against SALib and a loop.

    python -m benchmarks.sroi_indices [--study coproduction] [--size 16384] [--loop 500]

Both sides take N x (inputs + 2) runs, first-order and total indices and 200 bootstrap replicates. SALib is given our
inverse distributions and the same vectorised model, so that what differs is the sample and the analysis. The loop, one call
of the model for each run, is timed over `--loop` runs and scaled up; it computes no indices.
"""

import argparse
import time
import warnings
from importlib.util import find_spec

import numpy as np
import pandas as pd

from analysis.sroi.sensitivity.case import Case
from analysis.sroi.sensitivity.indices import REPLICATES, sobol_indices, terms
from analysis.sroi.sensitivity.sampling import values_at
from benchmarks._results import Row, save
from benchmarks.sroi_draws import SEED, best, load_case, loop_of_calls


def main() -> None:
    """Print and keep seconds, ratios and the largest difference between the two sets of indices."""
    options = _options()
    case, groups = load_case(options.study)
    runs = options.size * (len(case.varied) + 2)
    sobol_indices(terms(case, 64, SEED), SEED, 2)  # imports scipy, which no side should pay for
    sampled = best(lambda: terms(case, options.size, SEED))
    own = best(lambda: sobol_indices(terms(case, options.size, SEED), SEED))
    loop = loop_of_calls(case, groups, options.loop) * runs
    rows = [
        Row(f"indices of {len(case.varied)} inputs from {runs:,} runs, with intervals", own, "s"),
        Row("of it sampling and running the model", sampled, "s"),
        Row("loop over this project's model, the runs alone", loop, "s", "scaled up"),
        Row("... times as long as all here", loop / own, "times"),
        *_salib(case, options.size, sobol_indices(terms(case, options.size, SEED), SEED), own),
    ]
    save("sroi_indices", " ".join((__doc__ or "").split()), rows)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--study", default="coproduction")
    parser.add_argument("--size", type=int, default=2**14)
    parser.add_argument("--loop", type=int, default=500)
    return parser.parse_known_args()[0]


def _salib(case: Case, size: int, ours: pd.DataFrame, own: float) -> list[Row]:
    if find_spec("SALib") is None:
        print("SALib is not installed: no comparison with it")
        return []
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
    apart = max(
        float(np.abs(found[key] - ours.loc[names, name] / 100).max())
        for key, name in (("S1", "first"), ("ST", "total"))
    )
    return [
        Row("SALib, given our inverse distributions and vectorised model", seconds, "s"),
        Row("... times as long as all here", seconds / own, "times", "aim: 20"),
        Row("largest difference of an index (1e-3): another sample", apart * 1e3, ""),
    ]


if __name__ == "__main__":
    main()
