"""Variance-based sensitivity: first-order and total indices by Saltelli's design and Jansen's estimators, with intervals.

The design needs N x (inputs + 2) runs: two independent samples A and B, and for each input A with that column of B
(Saltelli and others 2010). With f centred on its mean and V its variance over A and B:

    first order  S_i  = mean(f(B) (f(A_Bi) - f(A))) / V        (Saltelli and others 2010, table 2 b)
    total        ST_i = mean((f(A) - f(A_Bi))^2) / (2 V)       (Jansen 1999)

Factors are taken as independent: with correlated ones these indices have no such meaning. Inputs that are drawn together
are one factor, whose indices are those of the set (Jacques, Lavergne and Devictor 2006).
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.described import described
from analysis.results import Column
from analysis.sroi.sensitivity.case import Case, OfCase
from analysis.sroi.sensitivity.sampling import uniforms, values_at

SIZE = 2**14  # N of the design
REPLICATES = 200  # of the bootstrap
_TOGETHER = 25  # resamples weighed in one go, which reads the rows once for all of them


@dataclass(frozen=True)
class Terms(OfCase):
    """What each row of the design contributes: its mean and square, and a first-order and a total term by input."""

    case: Case
    rows: np.ndarray  # N x (2 + 2 inputs): f, f squared, first-order terms, total terms

    @property
    def names(self) -> tuple[str, ...]:
        """The inputs, in the order of their columns."""
        return self.case.factors

    def indices(self, means: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """First-order and total indices (... x inputs) from means of the terms (... x columns); 0 where nothing varies."""
        count = len(self.names)
        variance = (means[..., 1] - means[..., 0] ** 2)[..., None]
        safe = np.where(variance > 0, variance, 1.0)
        share = np.where(variance > 0, means[..., 2:] / safe, 0.0)
        return share[..., :count], share[..., count:]


def terms(case: Case, size: int = SIZE, seed: int = 0, measure: str = "ratio") -> Terms:
    """Run the design (size x (inputs + 2) runs of the model) and keep each row's contributions."""
    names = case.factors
    first, second = _samples(case, size, seed)
    base, other = (case.measure(values, measure, size) for values in (first, second))
    centre = (base.mean() + other.mean()) / 2
    base, other = base - centre, other - centre
    rows = np.empty((size, 2 + 2 * len(names)))
    rows[:, 0], rows[:, 1] = (base + other) / 2, (base**2 + other**2) / 2
    for place, name in enumerate(names):
        mixed = (
            case.measure({**first, **{member: second[member] for member in case.members(name)}}, measure, size) - centre
        )
        rows[:, 2 + place] = other * (mixed - base)
        rows[:, 2 + len(names) + place] = (base - mixed) ** 2 / 2
    return Terms(case, rows)


def _samples(case: Case, size: int, seed: int) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    names = case.factors
    block = np.concatenate(list(uniforms(size, 2 * len(names), seed)))
    return values_at(case, names, block[:, : len(names)]), values_at(case, names, block[:, len(names) :])


_SHARE = Column("Total", "%", decimals=1, low="total_low", high="total_high", interval="{level} bootstrap")


@described(
    None,
    {"total": _SHARE, "first": replace(_SHARE, label="First order", low="first_low", high="first_high")},
    header="Assumption",
)
def sobol_indices(found: Terms, seed: int = 0, replicates: int = REPLICATES, level: float = 0.95) -> pd.DataFrame:
    """First-order and total index of each input, in %, with bootstrap intervals over the rows of the design.

    Index: input, largest total first. Columns: first, first_low, first_high, total, total_low, total_high. The
    intervals treat the rows as a random sample; for Sobol points they are too wide rather than too narrow.
    """
    first, total = found.indices(found.rows.mean(axis=0))
    again = found.indices(_bootstrap_means(found.rows, seed, replicates))
    frame = pd.DataFrame({"first": 100 * first, "total": 100 * total}, index=pd.Index(found.names, name="input"))
    for name, replicated in zip(("first", "total"), again, strict=True):
        ends = 100 * np.quantile(replicated, [(1 - level) / 2, (1 + level) / 2], axis=0)
        frame[f"{name}_low"], frame[f"{name}_high"] = ends
    return frame.sort_values("total", ascending=False, kind="stable")


def _bootstrap_means(rows: np.ndarray, seed: int, replicates: int) -> np.ndarray:
    """Means (replicates x columns) of the rows resampled with replacement, a few resamples at a time so that memory stays small."""
    generator, columns = np.random.default_rng(seed), np.ascontiguousarray(rows.T)
    batches = (range(start, min(start + _TOGETHER, replicates)) for start in range(0, replicates, _TOGETHER))
    picks = (np.stack([_picks(len(rows), generator) for _ in batch]) for batch in batches)
    # einsum keeps to one thread: the matrix product's threads wait for one another, for seconds on a busy machine
    return np.concatenate([np.einsum("ij,kj->ik", picked, columns) for picked in picks]) / len(rows)


def _picks(size: int, generator: np.random.Generator) -> np.ndarray:
    """How often each row is picked."""
    return np.bincount(generator.integers(0, size, size), minlength=size).astype(float)


@described(None, {}, header="Runs of the model", row="{}", other=Column("", "%", decimals=1))
def convergence(found: Terms, smallest: int = 2**6) -> pd.DataFrame:
    """The total indices, in %, at every power of two of rows up to the whole design; no further runs of the model.

    Index: runs of the model; columns: inputs, the largest at the end first. The first rows of a Sobol sequence are themselves a
    Sobol design, so each row shows what a smaller design would have given.
    """
    sums = np.cumsum(found.rows, axis=0)
    sizes = [2**power for power in range(smallest.bit_length() - 1, len(sums).bit_length()) if 2**power <= len(sums)]
    totals = [100 * found.indices(sums[size - 1] / size)[1] for size in sizes]
    runs = pd.Index([size * (len(found.names) + 2) for size in sizes], name="runs")
    frame = pd.DataFrame(totals, index=runs, columns=list(found.names), dtype=float)
    last = frame.iloc[-1].sort_values(ascending=False, kind="stable") if len(frame) else frame.columns.to_series()
    return frame[list(last.index)]
