"""Switching values: how far one assumption, all of them together, or the effect as a whole may fall before cost equals value."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.described import described
from analysis.errors import InputError
from analysis.results import Column
from analysis.sroi.sensitivity.case import ASSUMPTIONS, RATIO, Case, places
from analysis.sroi.sensitivity.one_way import ends, one_way

_POINTS = 513  # of the search for a change of sign
_REACH = (
    10.0  # an input without natural limits is searched this many times its size, or its range's width, beyond its range
)
_HALVINGS = 200


@described(
    None,
    {
        "switch": Column("Switching value", units="unit", places="places", inputs="rests"),
        "change": Column("Change from base", "%"),
        "where": Column("Where it lies"),
    },
    header="Assumption",
    words=("where",),
)
def switching_values(case: Case, level: float = 1.0) -> pd.DataFrame:
    """For each varied input the value nearest to its base at which the ratio is `level`, all others at base.

    Inputs that are drawn together are left out: moved alone they would no longer meet what they are calibrated to.

    Index: input. Columns: base, low, high, switch (nan: no value within the quantity's natural limits, or within ten
    times its size, does it), change (switch / base - 1 in %, nan where base is 0), within (whether low <= switch
    <= high) and where (the same in words); unit, places (decimals) and what it rests on.
    """
    names = [name for name in case.factors if name not in case.sets]
    rows = [(case.base[n], case.ranges[n].low, case.ranges[n].high, _switch(case, n, level)) for n in names]
    frame = pd.DataFrame(
        rows, index=pd.Index(names, name="input"), columns=["base", "low", "high", "switch"], dtype=float
    )
    frame["change"] = 100 * (frame["switch"] / frame["base"].where(frame["base"] != 0) - 1)
    frame["within"] = frame["switch"].between(frame["low"], frame["high"])
    frame["where"] = np.where(frame["within"], "within the range", "outside the range")
    frame["unit"], frame["places"] = [case.ranges[n].unit for n in names], [places(case.ranges[n]) for n in names]
    return frame.assign(rests=[f"assumption:{name} {ASSUMPTIONS}" for name in names])


def _switch(case: Case, name: str, level: float) -> float:
    """The root of value - level x cost along one input that lies nearest to the base value."""
    points, apart = _search(case, name, level)
    crossings = np.flatnonzero(np.signbit(apart[:-1]) != np.signbit(apart[1:]))
    roots = [_bisect(case, name, level, points[place], points[place + 1]) for place in crossings]
    return min(roots, key=lambda root: abs(root - case.base[name]), default=np.nan)


def _search(case: Case, name: str, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Points along one input and the surplus there; the register's range alone where the model refuses what lies beyond."""
    entry = case.ranges[name]
    least, most = entry.limits
    reach = _REACH * max(entry.high - entry.low, abs(case.base[name]))
    points = _points(case, name, max(least, entry.low - reach), min(most, entry.high + reach))
    try:
        return points, _surplus(case, name, points, level)
    except InputError:
        points = _points(case, name, entry.low, entry.high)
        return points, _surplus(case, name, points, level)


def _points(case: Case, name: str, low: float, high: float) -> np.ndarray:
    return np.unique(np.append(np.linspace(low, high, _POINTS), case.base[name]))


def _surplus(case: Case, name: str, points: np.ndarray, level: float) -> np.ndarray:
    """Value less `level` times cost: has the sign of ratio - level, and no pole where the cost is small."""
    with np.errstate(
        divide="ignore", invalid="ignore"
    ):  # the ratio, which is not used, may have no value where the cost is 0
        outcome = case.at({name: points})
    return np.broadcast_to(np.asarray(outcome.value - level * outcome.cost, dtype=float), points.shape)


def _bisect(case: Case, name: str, level: float, low: float, high: float) -> float:
    sign = np.signbit(_surplus(case, name, np.array([low]), level)[0])
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        same = np.signbit(_surplus(case, name, np.array([middle]), level)[0]) == sign
        low, high = (middle, high) if same else (low, middle)
    return (low + high) / 2


def effect_may_fall(ratio: float, level: float = 1.0) -> float:
    """How far the net effect of everything may fall, in %, before the ratio is `level`: 100 x (1 - level / ratio).

    Negative where the effect would have to rise. Cost stays as it is.

    >>> round(effect_may_fall(4.0), 6)
    75.0
    """
    return 100 * (1 - level / ratio)


@dataclass(frozen=True)
class Joint:
    """How far all inputs may move together from base (0%) to their unfavourable ends (100%) until the switch."""

    way: float
    ratio_at_end: float


def joint_switch(case: Case, level: float = 1.0) -> Joint:
    """All varied inputs moved in step towards the end of their range that lowers the net value, each as in the tornado.

    `way` is the share of the way in % at which the ratio first reaches `level`; nan if it does not on the whole way.
    """
    worst = _unfavourable(case)
    ways = np.linspace(0.0, 1.0, 10_001)
    values = {name: case.base[name] + ways * (end - case.base[name]) for name, end in worst.items()}
    ratio = case.measure(values, "ratio", len(ways))
    below = np.flatnonzero(np.signbit(ratio - level) != np.signbit(ratio[0] - level))
    return Joint(_crossing(ways, ratio - level, int(below[0])) if below.size else np.nan, float(ratio[-1]))


@described(
    None,
    rows={
        "sensitivity.fall": Column("How far the whole effect may fall until value equals cost", "%", decimals=1),
        "sensitivity.joint.way": Column(
            "Share of the way to all unfavourable ends at which value equals cost", "%", decimals=1
        ),
        "sensitivity.joint.ratio": Column("Ratio with every assumption at its unfavourable end", RATIO, decimals=2),
    },
)
def whole_effect(case: Case) -> pd.DataFrame:
    """How far the effect as a whole may fall, and `joint_switch`: column value."""
    joint = joint_switch(case)
    rows = {
        "sensitivity.fall": effect_may_fall(float(case.at().ratio)),
        "sensitivity.joint.way": joint.way,
        "sensitivity.joint.ratio": joint.ratio_at_end,
    }
    return pd.DataFrame({"value": rows})


def _crossing(ways: np.ndarray, apart: np.ndarray, place: int) -> float:
    before, after = apart[place - 1], apart[place]
    return float(100 * (ways[place - 1] + (ways[place] - ways[place - 1]) * before / (before - after)))


def _unfavourable(case: Case) -> dict[str, float]:
    frame = one_way(case)
    worse = (frame["net_low"] > frame["net_high"]).astype(int)
    found: dict[str, float] = {}
    for name, place in worse.items():
        found |= ends(case, str(name))[place]
    return found
