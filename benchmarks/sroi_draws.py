"""A million correlated draws of the coproduction study's social return model, against loops of one draw at a time and SALib.

    python -m benchmarks.sroi_draws [--draws 1000000] [--loop 2000] [--salib 2048]

Every loop is timed over `--loop` draws and scaled up, and each ratio says against which loop it stands. The one that does
the same work on the least means is `by hand, correlated`: the formulas typed once more in plain Python over draws of
`random` with the same correlations. The loop over this project's own model is given its draws and pays for the model alone.
SALib knows no correlated inputs; its path is its own sample with its own distributions, then the model, either a row at a
time, as its manual begins, or all rows at once through our vectorised model. It is timed at N = `--salib`, which is
N x (inputs + 2) runs, and scaled up. Peak memory is what Python and NumPy allocate, at two numbers of draws.
"""

import argparse
import time
import tracemalloc
import warnings
from collections.abc import Callable, Iterator
from importlib.util import find_spec

import numpy as np

from analysis.sroi.model import read_model
from analysis.sroi.sensitivity.case import Case
from analysis.sroi.sensitivity.correlation import Group
from analysis.sroi.sensitivity.probabilistic import simulate
from analysis.sroi.sensitivity.sampling import draws
from analysis.sroi.sensitivity.settings import groups_for, read_settings, read_stipulated
from analysis.study import load_study
from benchmarks import _coproduction_by_hand as by_hand
from benchmarks._results import Row, save

SEED, REPEATS = 1, 5
EARLIEST = 1 - 2.0**-40  # SALib refuses a triangular distribution whose peak is its upper end


def main() -> None:
    """Print and keep seconds, ratios, agreement and peak memory."""
    options = _options()
    case, groups = load_case("coproduction")
    simulate(case, 2**10, SEED, groups)  # imports scipy, which no side should pay for
    ours = best(lambda: simulate(case, options.draws, SEED, groups))
    million = options.draws
    rows = [Row(f"{million:,} correlated draws at once", ours, "s")]
    rows += [row for what, each in _loops(case, groups, options.loop) for row in _against(what, each * million, ours)]
    rows += [row for what, each in _salib(case, options.salib) for row in _against(what, each * million, ours)]
    rows.append(
        Row(
            "Largest relative difference, by hand and at once (1e-15)",
            _difference(case, 500) * 1e15,
            "",
            "rounding alone",
        )
    )
    rows += [Row(f"Peak memory at {count:,} draws", _peak(case, groups, count), "MB") for count in (2**17, 2**20)]
    save("sroi_draws", " ".join((__doc__ or "").split()), rows)


def best(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """Seconds of the fastest of a few runs, so that other work on the machine counts little."""
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def load_case(study_id: str) -> tuple[Case, tuple[Group, ...]]:
    """A study's model at its base values, with its correlated groups."""
    study = load_study(study_id)
    settings = read_settings(study)
    case = settings.case(read_model(study), study.register)
    return case, groups_for(case, settings, read_stipulated(study.root))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--draws", type=int, default=1_000_000)
    parser.add_argument("--loop", type=int, default=2000)
    parser.add_argument("--salib", type=int, default=2**11)
    return parser.parse_known_args()[0]


def _against(what: str, seconds: float, ours: float) -> list[Row]:
    return [
        Row(what, seconds, "s", "scaled up"),
        Row(f"... times as long as all at once ({what.split(':')[0]})", seconds / ours, "times"),
    ]


def _loops(case: Case, groups: tuple[Group, ...], count: int) -> Iterator[tuple[str, float]]:
    """Seconds for each draw of each loop."""
    listed = by_hand.ranges(case)
    ways = {
        "loop by hand, independent: random, plain Python": by_hand.independent(listed, SEED),
        "loop by hand, correlated: random, plain Python": by_hand.correlated(listed, groups, SEED),
        "loop by hand with NumPy scalars: its generator, correlated": by_hand.with_numpy(listed, groups, SEED),
    }
    for what, draw in ways.items():
        yield what, best(lambda draw=draw: [by_hand.ratio(draw()) for _ in range(count)]) / count
    yield "loop over this project's model: its value map, draws given", loop_of_calls(case, groups, min(count, 500))


def loop_of_calls(case: Case, groups: tuple[Group, ...], count: int) -> float:
    """Seconds for each draw of one call of the model for each, the draws given."""
    values = next(draws(case, count, SEED, groups))
    rows = [{name: float(column[i]) for name, column in values.items()} for i in range(count)]
    return best(lambda: [case.at(row).ratio for row in rows]) / count


def _salib(case: Case, size: int) -> Iterator[tuple[str, float]]:
    """Seconds for each run of SALib's own sampling and evaluation; nothing where SALib is not installed."""
    if find_spec("SALib") is None:
        print("SALib is not installed: no comparison with it")
        return
    problem, runs = _problem(case), size * (len(case.varied) + 2)
    fixed = {name: value for name, value in case.base.items() if name not in case.varied}

    def by_row(points: np.ndarray) -> np.ndarray:
        return np.array([by_hand.ratio({**fixed, **dict(zip(case.varied, row, strict=True))}) for row in points])

    def at_once(points: np.ndarray) -> np.ndarray:
        return case.measure(dict(zip(case.varied, points.T, strict=True)), "ratio", len(points))

    for what, model in (
        ("SALib, rows: sample, then the model by hand a row at a time", by_row),
        ("SALib, at once: sample, then our vectorised model", at_once),
    ):
        yield what, best(lambda model=model: _sampled(problem, size, model), 2) / runs


def _problem(case: Case) -> dict[str, object]:
    """The case's distributions in SALib's terms: ends, and for a triangular one the place of the peak."""
    entries = [case.ranges[name] for name in case.varied]
    bounds = [
        [e.low, e.high, min((e.value - e.low) / (e.high - e.low), EARLIEST)]
        if e.distribution == "triangular"
        else [e.low, e.high]
        for e in entries
    ]
    dists = ["triang" if e.distribution == "triangular" else "unif" for e in entries]
    return {"num_vars": len(entries), "names": list(case.varied), "bounds": bounds, "dists": dists}


def _sampled(problem: dict[str, object], size: int, model: Callable[[np.ndarray], np.ndarray]) -> None:
    from SALib import ProblemSpec

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ProblemSpec(dict(problem)).sample_sobol(size, calc_second_order=False, seed=SEED).evaluate(model)


def _difference(case: Case, count: int) -> float:
    """The largest relative difference of the ratios by hand from the vectorised ones, on our draws."""
    values = next(draws(case, count, SEED))
    rows = [dict(case.base) | {name: float(column[i]) for name, column in values.items()} for i in range(count)]
    together = case.measure(values, "ratio", count)
    return float(max(abs(by_hand.ratio(row) - b) / abs(b) for row, b in zip(rows, together, strict=True)))


def _peak(case: Case, groups: tuple[Group, ...], count: int) -> float:
    tracemalloc.start()
    simulate(case, count, SEED, groups)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


if __name__ == "__main__":
    main()
