"""How often intervals for the matched-pairs rank-biserial correlation hold the true value, on answers like these.

    python benchmarks/rank_biserial_coverage.py --samples 300 --people 57 --resamples 999 --seed 1

Answers from 1 to 9 before, a change that is mostly upward after, cut off at 9: many ties, some unchanged, a ceiling. The
usual normal interval takes the standard error that holds when nothing changed, on Fisher's scale:
tanh(atanh r ± z sqrt((2 n³ + 3 n² + n) / 6) / ((n² + n) / 2)). Its coverage is set beside that of the BCa bootstrap. Everything
printed follows from the arguments alone.
"""

import argparse
import math

import numpy as np

from analysis.bounds.intervals import wilson
from analysis.questionnaire.change import bootstrap_interval, rank_biserial

TRUTH_PEOPLE = 400_000  # a population large enough that its own value is known to three decimals


def draw_changes(rng: np.random.Generator, size: tuple[int, ...]) -> np.ndarray:
    """Changes on a 9-point scale with a mean of about 5 before and 7 after."""
    before = rng.binomial(8, 0.5, size) + 1
    return np.clip(before + rng.integers(-2, 7, size), 1, 9) - before


def normal_interval(r: float, n: int, level: float = 0.95) -> tuple[float, float]:
    """The usual normal interval, from the number of people and the coefficient alone."""
    from scipy.special import ndtri

    error = math.sqrt((2 * n**3 + 3 * n**2 + n) / 6) / ((n**2 + n) / 2)
    centre, half = math.atanh(min(max(r, -1 + 1e-12), 1 - 1e-12)), float(ndtri((1 + level) / 2)) * error
    return math.tanh(centre - half), math.tanh(centre + half)


def coverage(samples: int, people: int, resamples: int, seed: int) -> dict[str, int]:
    """How many of the samples' intervals hold the true value, and how many have no BCa interval at all."""
    rng = np.random.default_rng(seed)
    truth = float(rank_biserial(draw_changes(rng, (TRUTH_PEOPLE,))))
    held = {"normal": 0, "bca": 0, "no bca": 0}
    for sample in range(samples):
        change = draw_changes(rng, (people,)).astype(float)
        normal = normal_interval(float(rank_biserial(change)), people)
        bca = bootstrap_interval((change,), rank_biserial, seed + sample + 1, resamples=resamples)
        held["normal"] += normal[0] <= truth <= normal[1]
        held["bca"] += bca[0] <= truth <= bca[1]
        held["no bca"] += math.isnan(bca[0])
    return held


def main() -> None:
    """Run with the arguments of the command line and print one line for each interval."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, default in (("samples", 300), ("people", 57), ("resamples", 999), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=default)
    given = parser.parse_args()
    held = coverage(given.samples, given.people, given.resamples, given.seed)
    print(
        f"{given.samples} samples of {given.people} people, nominal 95 %; in brackets the simulation's own 95 % interval"
    )
    for name in ("normal", "bca"):
        ends = wilson(held[name], given.samples)
        print(f"{name:>6}: {held[name] / given.samples:6.1%} ({ends.low:.1%} to {ends.high:.1%})")
    print(f"without a BCa interval (everybody better, or worse): {held['no bca']}")


if __name__ == "__main__":
    main()
