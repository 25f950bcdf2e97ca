"""Who moved where: shift tables, shares improved, same and worse, shares at a threshold and at the ceiling."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from analysis.bounds.intervals import wilson
from analysis.described import Basis, described, of_nothing_nothing
from analysis.questionnaire.answers import Item
from analysis.questionnaire.change import mean_change, wilcoxon_p
from analysis.questionnaire.judged_names import (
    BASE,
    BEST,
    INTERVAL,
    MEANS,
    NET,
    T_INTERVALS,
    THRESHOLD,
    THRESHOLD_INTERVAL,
    UPPER_BAND,
)
from analysis.questionnaire.ordinal import ordered_logit_change
from analysis.questionnaire.proportions import (
    mcnemar_exact,
    mcnemar_mid_p,
    newcombe_paired_interval,
    stuart_maxwell,
    tango_interval,
)
from analysis.results import Column, Kind, p_column


def shift_table(pairs: pd.DataFrame, bands: Mapping[str, tuple[int, int]]) -> pd.DataFrame:
    """Numbers of people by answer before (rows) and after (columns), in bands of answers such as {"1 to 3": (1, 3)}.

    The result is square, with the bands in the order given, empty ones included. Raises ValueError for an answer that
    falls into no band or for bands that overlap.
    """
    counts = np.zeros((len(bands), len(bands)), dtype="int64")
    np.add.at(counts, tuple(_band(pairs[when], bands) for when in ("before", "after")), 1)
    return pd.DataFrame(counts, pd.Index(list(bands), name="before"), pd.Index(list(bands), name="after"))


@of_nothing_nothing
def thirds(item: Item) -> dict[str, tuple[int, int]]:
    """An item's scale in three bands of whole points, the middle one the widest; raises ValueError without an upper end.

    >>> thirds(Item("calm", "Calm", 1, 5))
    {'1': (1, 1), '2 to 4': (2, 4), '5': (5, 5)}
    """
    if item.high is None:
        raise ValueError(f"'{item.name}' has no upper end; give bands")
    low, high, third = item.low, item.high, (item.high - item.low + 1) // 3
    ends = [(low, low + third - 1), (low + third, high - third), (high - third + 1, high)]
    return {f"{a} to {b}" if a != b else str(a): (a, b) for a, b in ends}


@of_nothing_nothing
def upper_band(bands: Mapping[str, tuple[int, int]]) -> int:
    """The lower end of the highest band."""
    return max(low for low, _ in bands.values())


def _band(answers: pd.Series, bands: Mapping[str, tuple[int, int]]) -> np.ndarray:
    """The place of each answer's band."""
    inside = np.array([answers.between(*ends) for ends in bands.values()], dtype=bool)
    if (inside.sum(axis=0) != 1).any():
        raise ValueError("every answer must fall into exactly one band")
    return inside.argmax(axis=0)


def direction_counts(pairs: pd.DataFrame) -> dict[str, int]:
    """How many people improved, stayed the same and got worse."""
    change = pairs["change"]
    return {"improved": int((change > 0).sum()), "same": int((change == 0).sum()), "worse": int((change < 0).sum())}


def direction_shares(pairs: pd.DataFrame, level: float = 0.95) -> pd.DataFrame:
    """Rows improved, same and worse with `count`, `n`, `share` and its Wilson interval `low`, `high`."""
    counts = direction_counts(pairs)
    rows = {name: _share(count, len(pairs), level) for name, count in counts.items()}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("direction")


def net_improvement(pairs: pd.DataFrame, level: float = 0.95) -> pd.Series:
    """The headline: share improved less share worse, with Tango's and Newcombe's intervals and McNemar's exact test.

    "Improved" and "worse" are two traits of the same people that nobody has at once, so the intervals for paired shares
    apply. Returns n, difference, tango_low, tango_high, newcombe_low, newcombe_high, p_exact, p_mid.
    """
    counts = direction_counts(pairs)
    return _difference(0, counts["improved"], counts["worse"], counts["same"], level)


@described(
    Kind.MEASURED,
    rows={
        "headline.n": Column("People who answered the item twice", "people"),
        "headline.improved": Column("Share improved", "%"),
        "headline.net": Column(
            NET.capitalize(), "percentage points", low="low", high="high", interval="{level} or more (Tango)"
        ),
        "headline.mean": Column("Mean change", "points", decimals=1, low="low", high="high", interval="{level} (t)"),
    },
    basis=Basis(
        "the headline",
        "beside",
        by={"headline.n": BASE, "headline.improved": "improved", "headline.net": NET, "headline.mean": MEANS},
        ends={"headline.net": INTERVAL, "headline.mean": T_INTERVALS},
    ),
)
def headline(pairs: pd.DataFrame, level: float = 0.95) -> pd.DataFrame:
    """The numbers of the answer: value, low, high of those who answered twice, the shares in per cent, and the mean change."""
    net, mean, nothing = net_improvement(pairs, level), mean_change(pairs, level), (np.nan, np.nan)
    rows = {
        "headline.n": (len(pairs), *nothing),
        "headline.improved": (100 * direction_counts(pairs)["improved"] / len(pairs), *nothing),
        "headline.net": tuple(100 * net[["difference", "tango_low", "tango_high"]]),
        "headline.mean": tuple(mean[["mean", "low", "high"]]),
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=["value", "low", "high"])


# Of pairs and bands, by what they are called; the last is that of a model.
TESTS: dict[str, Callable[[pd.DataFrame, Mapping[str, tuple[int, int]]], float]] = {
    "t-test of the mean change": lambda pairs, bands: mean_change(pairs)["p"],
    "Wilcoxon, unchanged people dropped": lambda pairs, bands: wilcoxon_p(pairs, "dropped"),
    "Wilcoxon, Pratt's rule": lambda pairs, bands: wilcoxon_p(pairs, "pratt"),
    "McNemar, exact: improved against worse": lambda pairs, bands: mcnemar_exact(*_changed(pairs)),
    "McNemar, mid-p": lambda pairs, bands: mcnemar_mid_p(*_changed(pairs)),
    "Stuart-Maxwell over the bands": lambda pairs, bands: stuart_maxwell(as_square(shift_table(pairs, bands))).p,
    "Ordered logit, clustered on people": lambda pairs, bands: ordered_logit_change(pairs)["p"],
}


@described(
    Kind.MEASURED,
    {"p": p_column("p-value, two-sided")},
    header="Test",
    basis=Basis("tests of no change", "beside", by={"p": "{row}"}),
)
def tests_of_no_change(pairs: pd.DataFrame, bands: Mapping[str, tuple[int, int]]) -> pd.DataFrame:
    """The p-values of `TESTS` (index), each two-sided. They ask different questions; none is chosen by its result."""
    return pd.DataFrame({"p": {name: float(test(pairs, bands)) for name, test in TESTS.items()}}, index=list(TESTS))


def _changed(pairs: pd.DataFrame) -> tuple[int, int]:
    counts = direction_counts(pairs)
    return counts["improved"], counts["worse"]


@described(
    Kind.MEASURED,
    {"value": Column("Value", low="low", high="high", interval="{level} (Tango)")},
    {
        "before": Column("Share before", "%"),
        "after": Column("Share after", "%"),
        "difference": Column("After less before", "%", low="low", high="high", interval="{level} (Tango)"),
        "p": p_column("p-value, McNemar, exact"),
    },
    "Measure",
    Basis(
        "change at a threshold",
        "beside",
        by={
            **{when: UPPER_BAND.format(row=when) for when in ("before", "after")},
            "difference": THRESHOLD,
            "p": THRESHOLD_INTERVAL,
        },
        ends={"difference": THRESHOLD_INTERVAL},
    ),
)
def shares_at_least(pairs: pd.DataFrame, at_least: float, level: float = 0.95) -> pd.DataFrame:
    """`threshold_change` in per cent: value, low, high of the shares before and after, their difference, and the p-value."""
    found, nothing = threshold_change(pairs, at_least, level), (np.nan, np.nan)
    rows = {
        "before": (100 * found["share_before"], *nothing),
        "after": (100 * found["share_after"], *nothing),
        "difference": tuple(100 * found[["difference", "tango_low", "tango_high"]]),
        "p": (found["p_exact"], *nothing),
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=["value", "low", "high"])


def threshold_change(pairs: pd.DataFrame, at_least: float, level: float = 0.95) -> pd.Series:
    """Share that answers `at_least` so much after, less the share before, with the same intervals and tests."""
    before, after = pairs["before"] >= at_least, pairs["after"] >= at_least
    cells = [int((a & b).sum()) for a, b in ((after, before), (after, ~before), (~after, before), (~after, ~before))]
    shares = {"share_before": float(before.mean()), "share_after": float(after.mean())}
    return pd.concat([pd.Series(shares), _difference(*cells, level)])


def _difference(both: int, gained: int, lost: int, neither: int, level: float) -> pd.Series:
    n = both + gained + lost + neither
    tango, newcombe = (
        tango_interval(gained, lost, n, level),
        newcombe_paired_interval(both, gained, lost, neither, level),
    )
    return pd.Series(
        {
            "n": n,
            "difference": (gained - lost) / n,
            "tango_low": tango.low,
            "tango_high": tango.high,
            "newcombe_low": newcombe.low,
            "newcombe_high": newcombe.high,
            "p_exact": mcnemar_exact(gained, lost),
            "p_mid": mcnemar_mid_p(gained, lost),
        }
    )


@described(
    Kind.MEASURED,
    {"share": Column("Gave the best answer", "%", low="low", high="high", interval="{level} (Wilson)")},
    header="When",
    basis=Basis("best answers", "beside", by={"share": BEST}, ends={"share": BEST}),
)
def ceiling_shares(pairs: pd.DataFrame, item: Item, level: float = 0.95) -> pd.DataFrame:
    """Share at the best possible answer before (who could not improve) and after, with Wilson intervals: count, n, and in per
    cent share, low, high.

    Raises ValueError for an item whose best answer has no end.
    """
    if item.best is None:
        raise ValueError(f"'{item.name}' has no best answer")
    rows = {
        when.capitalize(): _share(int((pairs[when] == item.best).sum()), len(pairs), level)
        for when in ("before", "after")
    }
    found = pd.DataFrame.from_dict(rows, orient="index").rename_axis("when")
    return found.assign(**{name: 100 * found[name] for name in ("share", "low", "high")})


def _share(count: int, n: int, level: float) -> dict[str, float]:
    ends = wilson(count, n, level)
    return {"count": count, "n": n, "share": count / n, "low": ends.low, "high": ends.high}


def as_square(table: pd.DataFrame) -> np.ndarray:
    """A shift table as the plain square array that `proportions.stuart_maxwell` takes."""
    return table.to_numpy(dtype=float)
