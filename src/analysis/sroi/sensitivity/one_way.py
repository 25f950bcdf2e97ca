"""One assumption at a time, two at a time, and named scenarios."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from analysis.sroi.sensitivity.case import MEASURES, Case, check_inputs

POINTS = 41  # of each axis of a two-way grid


def tornado(case: Case, by: str = "ratio") -> pd.DataFrame:
    """Each varied input at the two ends of its range, the others at their base values; widest swing first.

    Index: input. Columns: low, high (unit of the input), and for ratio (GBP per GBP) and net (GBP) the outcome at each
    end (`ratio_low`, `ratio_high`, ...) and its `swing`, the absolute difference. `by` is the measure that sorts.
    """
    names = case.varied
    ends = np.array([[case.ranges[name].low, case.ranges[name].high] for name in names]).reshape(-1, 2)
    frame = pd.DataFrame(ends, index=pd.Index(names, name="input"), columns=["low", "high"])
    values = _one_at_a_time(case, names, ends)
    for measure in ("ratio", "net"):
        found = case.measure(values, measure, ends.size).reshape(-1, 2)
        frame[[f"{measure}_low", f"{measure}_high"]] = found
        frame[f"{measure}_swing"] = np.abs(found[:, 1] - found[:, 0])
    return frame.sort_values([f"{by}_swing"], ascending=False, kind="stable")


def _one_at_a_time(case: Case, names: Sequence[str], points: np.ndarray) -> dict[str, np.ndarray]:
    """Arrays by input in which cases move one input through its row of `points` (inputs x points) and hold the rest."""
    count, each = points.shape
    values = {}
    for place, name in enumerate(names):
        values[name] = np.full(count * each, case.base[name])
        values[name][place * each : (place + 1) * each] = points[place]
    return values


def curve(case: Case, name: str, measure: str = "ratio", points: int = POINTS) -> pd.Series:
    """The measure along one input's whole range, others at base; index: values of the input."""
    check_inputs(case, (name,))
    along = np.linspace(case.ranges[name].low, case.ranges[name].high, points)
    return pd.Series(case.measure({name: along}, measure, points), index=pd.Index(along, name=name), name=measure)


def two_way(case: Case, across: str, up: str, measure: str = "ratio", points: int = POINTS) -> pd.DataFrame:
    """The measure over the ranges of two inputs: rows `up`, columns `across` (values in the inputs' units)."""
    check_inputs(case, (across, up))
    xs, ys = (np.linspace(case.ranges[name].low, case.ranges[name].high, points) for name in (across, up))
    grid = np.meshgrid(xs, ys)
    found = case.measure({across: grid[0].ravel(), up: grid[1].ravel()}, measure, grid[0].size)
    return pd.DataFrame(found.reshape(grid[0].shape), index=pd.Index(ys, name=up), columns=pd.Index(xs, name=across))


def effect_and_cost(case: Case, points: int = POINTS) -> pd.DataFrame:
    """The ratio if part of all value were not owed to the programme and its cost were higher or lower than at base.

    Rows: share of all value that is lost, 0 to 100 %; columns: times the cost, a half to four times. It asks nothing of
    the register, so that the break-even line is there for any model whose value exceeds its cost.
    """
    outcome = case.at()
    shares, times = np.linspace(0.0, 100.0, points), np.linspace(0.5, 4.0, points)
    found = float(outcome.value) * (1 - shares / 100)[:, None] / (float(outcome.cost) * times)
    return pd.DataFrame(
        found, index=pd.Index(shares, name="share_of_all_value_lost"), columns=pd.Index(times, name="times_the_cost")
    )


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


def scenarios(case: Case, sets: Mapping[str, Mapping[str, float]]) -> pd.DataFrame:
    """Value, cost, net (GBP) and ratio of each named set of input values; inputs a set leaves out stay at base."""
    for values in sets.values():
        check_inputs(case, values)
    rows = {name: {m: float(getattr(case.at(values), m)) for m in MEASURES} for name, values in sets.items()}
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(MEASURES)).rename_axis("scenario")
