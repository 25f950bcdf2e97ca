"""Draws of a case's inputs: uniform numbers, joined by a copula, through the inverse distribution of each entry."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal

import numpy as np

from analysis.sroi.sensitivity.case import Case
from analysis.sroi.sensitivity.correlation import Group, correlate, matrix
from analysis.sroi.sensitivity.distributions import fast_quantile, quantile

Method = Literal["sobol", "random"]
CHUNK = 2**13  # draws evaluated at a time: what stays in the processor's cache, whatever the number of draws
_MANY = 2**17  # draws from which building a table of quantiles pays
_EDGE = 2.0**-53  # keeps probabilities off 0 and 1, where a normal quantile is infinite


def uniforms(draws: int, columns: int, seed: int, method: Method = "sobol", chunk: int = CHUNK) -> Iterator[np.ndarray]:
    """Uniform numbers in chunks of at most `chunk` rows; together (draws x columns), the same whatever the chunk.

    Each column lies in one piece of memory, which is how the analyses read them. `sobol` is a scrambled Sobol sequence (Owen 1998; at most 21,201 columns), best with a power of two of draws;
    `random` is NumPy's PCG64.
    """
    source = _sobol(columns, seed) if method == "sobol" else _random(columns, seed)
    for start in range(0, draws, chunk):
        block = np.asfortranarray(source(min(chunk, draws - start)))
        yield np.clip(block, _EDGE, 1 - _EDGE, out=block)


def draws(
    case: Case, count: int, seed: int, groups: Sequence[Group] = (), method: Method = "sobol", chunk: int = CHUNK
) -> Iterator[dict[str, np.ndarray]]:
    """Values of the varied inputs by name, in chunks; the groups' inputs are correlated. Nothing varies: one empty draw.

    Raises InputError for groups or ranges that cannot be drawn from.
    """
    names = case.factors
    correlations = matrix(names, groups)
    if not names:
        yield {}
        return
    for block in uniforms(count, len(names), seed, method, chunk):
        yield values_at(case, names, correlate(block, correlations, out=block), fast=count >= _MANY)


def size_of(values: Mapping[str, np.ndarray]) -> int:
    """How many draws a chunk holds."""
    return len(next(iter(values.values()))) if values else 1


def values_at(case: Case, names: Sequence[str], probabilities: np.ndarray, fast: bool = False) -> dict[str, np.ndarray]:
    """Values by input of the factors `names` at the given probabilities (n draws x names).

    `fast` takes pert and beta quantiles from a table.
    """
    inverse, found = fast_quantile if fast else quantile, {}
    for name, column in zip(names, probabilities.T, strict=True):
        found |= case.sets[name].at(column) if name in case.sets else {name: inverse(case.ranges[name], column)}
    return found


def _random(columns: int, seed: int) -> Callable[[int], np.ndarray]:
    generator = np.random.default_rng(seed)
    return lambda rows: generator.random((rows, columns))


def _sobol(columns: int, seed: int) -> Callable[[int], np.ndarray]:
    from scipy.stats.qmc import Sobol

    engine = Sobol(max(columns, 1), scramble=True, rng=np.random.default_rng(seed))

    def take(rows: int) -> np.ndarray:
        # the first point is asked for alone, since scipy warns when the first request is no power of two
        if engine.num_generated:
            return engine.random(rows)[:, :columns]
        head = engine.random(1)
        return np.vstack([head, *([engine.random(rows - 1)] if rows > 1 else [])])[:, :columns]

    return take
