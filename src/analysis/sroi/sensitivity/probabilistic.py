"""Probabilistic analysis: the distribution of the ratio and of pounds, however many draws, in memory that stays the same."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.described import described
from analysis.results import Column
from analysis.sroi.sensitivity.case import RATIO, Case
from analysis.sroi.sensitivity.correlation import Group
from analysis.sroi.sensitivity.sampling import CHUNK, Method, draws, size_of

BINS = 4096  # thresholds between which the distribution is kept
_ROOM = 0.25  # share of the first chunk's range added at both ends


@dataclass(frozen=True)
class Distribution:
    """Counts of one measure between evenly spaced thresholds, with its exact moments and ends.

    `counts[i]` draws lie in (edges[i - 1], edges[i]]; the first and last count what lies outside the thresholds.
    """

    edges: np.ndarray
    counts: np.ndarray
    mean: float
    sd: float
    low: float
    high: float

    @property
    def draws(self) -> int:
        """Number of draws."""
        return int(self.counts.sum())

    def above(self, level: float | np.ndarray) -> np.ndarray:
        """P(measure > level): the exact share of draws at every threshold, a straight line between two of them."""
        ends, share = self._curve()
        between = 1.0 - np.interp(level, ends, share)
        return np.where(np.less(level, self.low), 1.0, np.where(np.less(level, self.high), between, 0.0))

    def quantile(self, probability: float | np.ndarray) -> np.ndarray:
        """The value that this share of draws does not exceed, exact to one bin (1 / 4,096 of about the range)."""
        ends, share = self._curve()
        return np.interp(probability, share, ends)

    def _curve(self) -> tuple[np.ndarray, np.ndarray]:
        """Thresholds with the lowest and highest draw around them, and the share of draws up to each."""
        ends = np.concatenate([[self.low], np.clip(self.edges, self.low, self.high), [self.high]])
        return ends, np.concatenate([[0.0], np.cumsum(self.counts) / self.draws])


def simulate(
    case: Case,
    count: int,
    seed: int,
    groups: Sequence[Group] = (),
    method: Method = "sobol",
    measures: Sequence[str] = ("ratio", "net"),
    chunk: int = CHUNK,
) -> dict[str, Distribution]:
    """The distribution of each measure over `count` draws of the varied inputs.

    Memory depends on `chunk`, not on `count`. Raises InputError for ranges or groups that cannot be drawn from.
    """
    tallies = [_Tally() for _ in measures]
    for values in draws(case, count, seed, groups, method, chunk):
        outcome = case.at(values)
        for tally, measure in zip(tallies, measures, strict=True):
            tally.add(np.broadcast_to(np.asarray(getattr(outcome, measure), dtype=float), (size_of(values),)))
    return {measure: tally.result() for measure, tally in zip(measures, tallies, strict=True)}


def simulate_apart(case: Case, count: int, seed: int, groups: Sequence[Group] = ()) -> Distribution | None:
    """The ratio if inputs that are drawn together were drawn one by one; None where there are none."""
    if not case.together:
        return None
    return simulate(replace(case, together=()), count, seed, groups, measures=("ratio",))["ratio"]


_MIDDLE = Column(
    "Median ratio over the draws", RATIO, decimals=2, low="low", high="high", interval="middle {level} of the draws"
)


@described(
    None,
    rows={
        "sensitivity.draws.ratio": _MIDDLE,
        "sensitivity.draws.chance": Column("Chance that value exceeds cost", "%", decimals=1),
        "sensitivity.draws.chance_independent": Column("The same, all inputs independent", "%", decimals=1),
        "sensitivity.draws.ratio_apart": replace(_MIDDLE, label="Median ratio, calibrated inputs drawn one by one"),
    },
)
def middle_draws(
    case: Case, ratios: Mapping[str, Distribution], apart: Distribution | None = None, level: float = 0.95
) -> pd.DataFrame:
    """The middle of the draws and the chance that value exceeds cost (%): value, and low and high of the ratio.

    `ratios` as in `chances`; `apart` as `simulate_apart` gives it.
    """
    rows = {
        "ratio": median_and_interval(ratios["correlated"], level),
        "chance": (100 * float(ratios["correlated"].above(1.0)), np.nan, np.nan),
        "chance_independent": (100 * float(ratios["independent"].above(1.0)), np.nan, np.nan),
        **({"ratio_apart": median_and_interval(apart, level)} if apart else {}),
    }
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=["value", "low", "high"])
    return frame.set_axis([f"sensitivity.draws.{name}" for name in rows])


@described(
    None,
    rows={
        "sensitivity.draws.above_published": Column("Draws that give more than the published ratio", "%", decimals=1)
    },
)
def above_published(
    case: Case, ratios: Mapping[str, Distribution], published: Collection[float]
) -> pd.DataFrame | None:
    """P(ratio > published ratio) in %, inputs correlated: column value; None where no ratio is published."""
    if not published:
        return None
    share = 100 * float(ratios["correlated"].above(max(published)))
    return pd.DataFrame({"value": {"sensitivity.draws.above_published": share}})


@described(None, {}, header="Ratio", row="above {:g}", other=Column("", "%", decimals=1))
def chances(case: Case, ratios: Mapping[str, Distribution], levels: Sequence[float]) -> pd.DataFrame:
    """P(ratio > k) in % for each k (index), one column for each way of drawing, such as correlated and independent."""
    found = {name: 100 * drawn.above(np.asarray(levels, dtype=float)) for name, drawn in ratios.items()}
    return pd.DataFrame(found, index=pd.Index(levels, name="level", dtype=float))


class _Tally:
    """Counts, moments and ends of numbers that arrive in chunks; the first chunk sets the thresholds."""

    def __init__(self) -> None:
        self.edges = np.empty(0)
        self.counts = np.zeros(BINS + 1, dtype=np.int64)
        self.number, self.mean, self.squares = 0, 0.0, 0.0
        self.low, self.high = np.inf, -np.inf

    def add(self, found: np.ndarray) -> None:
        """Take one chunk in."""
        if not self.edges.size:
            self.edges = _thresholds(found)
        self.counts += np.bincount(_place(found, self.edges), minlength=BINS + 1)
        self._moments(found)
        self.low, self.high = min(self.low, float(found.min())), max(self.high, float(found.max()))

    def _moments(self, found: np.ndarray) -> None:
        """Join the chunk's mean and sum of squared deviations to those so far (Chan, Golub and LeVeque 1983)."""
        number, mean = len(found), float(found.mean())
        total, apart = self.number + number, mean - self.mean
        self.squares += float(np.square(found - mean).sum()) + apart**2 * self.number * number / total
        self.mean += apart * number / total
        self.number = total

    def result(self) -> Distribution:
        """What was taken in."""
        spread = float(np.sqrt(self.squares / max(self.number - 1, 1)))
        return Distribution(self.edges, self.counts, self.mean, spread, self.low, self.high)


def _thresholds(found: np.ndarray) -> np.ndarray:
    low, high = float(found.min()), float(found.max())
    room = _ROOM * ((high - low) or abs(high) or 1.0)
    return np.linspace(low - room, high + room, BINS)


def _place(found: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Which count each number belongs to; the arithmetic is checked against the edges, so that it is exact."""
    step = (edges[-1] - edges[0]) / (len(edges) - 1)
    place = np.clip(np.ceil((found - edges[0]) / step), 0, len(edges)).astype(np.int64)
    place += (place < len(edges)) & (found > edges[np.minimum(place, len(edges) - 1)])
    return place - ((place > 0) & (found <= edges[np.maximum(place - 1, 0)]))


def steps(distribution: Distribution, points: int = 201) -> pd.DataFrame:
    """The curve P(measure > k) for a figure: columns level and chance (%), from the lowest draw to the highest."""
    levels = np.linspace(distribution.low, distribution.high, points)
    return pd.DataFrame({"level": levels, "chance": 100 * distribution.above(levels)})


def median_and_interval(distribution: Distribution, cover: float = 0.95) -> tuple[float, float, float]:
    """Median and the ends of the middle part of the draws that holds `cover` of them."""
    middle, low, high = distribution.quantile(np.array([0.5, (1 - cover) / 2, (1 + cover) / 2]))
    return float(middle), float(low), float(high)


def sample(
    case: Case, count: int, seed: int, groups: Sequence[Group] = ()
) -> Iterator[tuple[dict[str, np.ndarray], np.ndarray]]:
    """Chunks of (values by input, net pounds), for analyses that need the draws themselves."""
    for values in draws(case, count, seed, groups):
        yield values, case.measure(values, "net", size_of(values))
