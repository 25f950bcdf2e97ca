"""One assumption at a time, two at a time, and named scenarios."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from analysis.described import described
from analysis.results import Column
from analysis.sroi.sensitivity.case import AMOUNTS, MEASURES, RANGE, RATIO, Case, check_inputs

POINTS = 41  # of each axis of a two-way grid
_LISTED = 5  # of each axis beside a figure of the grid
_MOST = 9  # points of a break-even line that are listed


@described(
    None,
    {
        "base": Column("Ratio", RATIO, decimals=2, low="ratio_least", high="ratio_most", interval=RANGE),
        "net_low": Column("Net value at the low end", "GBP"),
        "net_high": Column("Net value at the high end", "GBP"),
        "net_swing": Column("Difference", "GBP"),
    },
    header="Assumption",
)
def one_way(case: Case, by: str = "ratio") -> pd.DataFrame:
    """Each factor at the two ends of its range, the others at their base values; widest swing first.

    The ends of inputs that are drawn together are the points of their set with the least and the greatest outcome, so
    that none leaves the set. Index: factor. Columns: low, high (unit of the input; nan for a set), and for ratio (GBP
    per GBP) and net (GBP) the outcome at each end (`ratio_low`, `ratio_high`, ...), the `least` and the `most` of the two and
    their `swing`, the difference; `base`, the ratio at base. `by` is the measure that sorts.
    """
    names = case.factors
    frame = pd.DataFrame(
        [_range(case, name) for name in names],
        index=pd.Index(names, name="input"),
        columns=["low", "high"],
        dtype=float,
    )
    for measure in ("ratio", "net"):
        values = _one_at_a_time(case, [ends(case, name, measure) for name in names])
        found = case.measure(values, measure, 2 * len(names)).reshape(-1, 2)
        frame[[f"{measure}_low", f"{measure}_high"]] = found
        frame[f"{measure}_least"], frame[f"{measure}_most"] = found.min(axis=1), found.max(axis=1)
        frame[f"{measure}_swing"] = np.abs(found[:, 1] - found[:, 0])
    frame["base"] = float(case.at().ratio)
    return frame.sort_values([f"{by}_swing"], ascending=False, kind="stable")


def in_pounds(tornado: pd.DataFrame) -> pd.DataFrame:
    """The rows of `one_way` that move the net value at all, widest swing of it first."""
    return tornado[tornado["net_swing"] > 0].sort_values("net_swing", ascending=False, kind="stable")


def _range(case: Case, name: str) -> tuple[float, float]:
    return (np.nan, np.nan) if name in case.sets else (case.ranges[name].low, case.ranges[name].high)


def ends(case: Case, factor: str, measure: str = "net") -> tuple[dict[str, float], dict[str, float]]:
    """The values by input at the two ends of a factor: of its range, or of the measure over a set drawn together."""
    if factor not in case.sets:
        low, high = _range(case, factor)
        return {factor: low}, {factor: high}
    points = case.sets[factor].everywhere()
    found = case.measure(points, measure, len(case.sets[factor].points))
    least, most = int(np.argmin(found)), int(np.argmax(found))
    return tuple({name: float(column[place]) for name, column in points.items()} for place in (least, most))  # type: ignore[return-value]


def _one_at_a_time(case: Case, pairs: Sequence[tuple[Mapping[str, float], ...]]) -> dict[str, np.ndarray]:
    """Arrays by input in which each case takes one of the values in turn and holds everything else at base."""
    cases = [values for pair in pairs for values in pair]
    return {name: np.array([values.get(name, case.base[name]) for values in cases]) for name in case.varied}


_AT_A_PLACE = Column("", RATIO, decimals=2)


@described(None, {}, other=_AT_A_PLACE)
def two_way(
    case: Case, pair: tuple[str, str] | None, measure: str = "ratio", points: int = POINTS
) -> pd.DataFrame | None:
    """The measure over the ranges of two inputs (across, up): rows up, columns across (values in the inputs' units)."""
    if pair is None:
        return None
    across, up = pair
    check_inputs(case, (across, up))
    xs, ys = (np.linspace(case.ranges[name].low, case.ranges[name].high, points) for name in (across, up))
    grid = np.meshgrid(xs, ys)
    found = case.measure({across: grid[0].ravel(), up: grid[1].ravel()}, measure, grid[0].size)
    return pd.DataFrame(found.reshape(grid[0].shape), index=pd.Index(ys, name=up), columns=pd.Index(xs, name=across))


@described(None, {}, other=_AT_A_PLACE)
def effect_and_cost(case: Case, points: int = POINTS) -> pd.DataFrame:
    """The ratio if part of all value were not owed to the programme and its cost were higher or lower than at base.

    Rows: share of all value that is lost, 0 to 100%; columns: times the cost, a half to four times. It asks nothing of
    the register, so that the break-even line is there for any model whose value exceeds its cost.
    """
    outcome = case.at()
    shares, times = np.linspace(0.0, 100.0, points), np.linspace(0.5, 4.0, points)
    found = float(outcome.value) * (1 - shares / 100)[:, None] / (float(outcome.cost) * times)
    return pd.DataFrame(
        found, index=pd.Index(shares, name="share_of_all_value_lost"), columns=pd.Index(times, name="times_the_cost")
    )


@described(None, {}, other=_AT_A_PLACE)
def corners(grid: pd.DataFrame, case: Case) -> pd.DataFrame:
    """A few evenly spaced rows and columns of a two-way grid, ends included, for the table beneath its figure.

    Index: values of the axis up, in words; columns: name and value of the axis across.
    """
    step = (len(grid) - 1) // (_LISTED - 1)
    data, across = grid.iloc[::step, ::step], case.label(grid.columns.name)
    rows = pd.Index([_short(value) for value in data.index], name=grid.index.name)
    return data.set_axis([f"{across} {_short(value)}" for value in data.columns], axis=1).set_axis(rows)


def _short(value: float) -> str:
    """A place on an axis in at most five figures, large ones spelt out.

    >>> _short(13_550_000.0), _short(0.28125)
    ('13,550,000', '0.28125')
    """
    return f"{float(f'{value:.5g}'):,.12g}"


@described(None, {}, other=Column("", decimals=3))
def break_even(grid: pd.DataFrame, level: float = 1.0) -> pd.DataFrame:
    """The contour of `level` through a two-way grid: for each column, where going up the column crosses it.

    Columns: the names of the grid's two axes. Between grid points the measure is taken as a straight line; no rows if
    the whole grid lies on one side.
    """
    above = grid.to_numpy() - level
    rows, columns = np.nonzero(np.signbit(above[:-1]) != np.signbit(above[1:]))
    first, second = above[rows, columns], above[rows + 1, columns]
    ys = grid.index.to_numpy()
    crossing = ys[rows] + (ys[rows + 1] - ys[rows]) * first / (first - second)
    found = pd.DataFrame({grid.columns.name: grid.columns.to_numpy()[columns], grid.index.name: crossing})
    return found.sort_values([grid.columns.name, grid.index.name], ignore_index=True)


@described(None, {}, header="Break-even", row="point {}", other=Column("", decimals=3))
def points_of(line: pd.DataFrame) -> pd.DataFrame | None:
    """Some evenly spaced points of a break-even line, numbered from 1; None where there is no line."""
    some = line.iloc[:: max(1, len(line) // (_MOST - 1))]
    return some.set_axis(pd.RangeIndex(1, len(some) + 1)) if len(some) else None


@described(None, AMOUNTS, header="Scenario", row="{}")
def scenarios(case: Case, sets: Mapping[str, Mapping[str, float]]) -> pd.DataFrame:
    """Value, cost, net (GBP) and ratio of each named set of input values; inputs a set leaves out stay at base."""
    for values in sets.values():
        check_inputs(case, values)
    rows = {name: {m: float(getattr(case.at(values), m)) for m in MEASURES} for name, values in sets.items()}
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(MEASURES)).rename_axis("scenario")
