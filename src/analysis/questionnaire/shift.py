"""Who moved where: shift tables, shares improved, same and worse, shares at a threshold and at the ceiling."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.bounds.intervals import wilson
from analysis.questionnaire.answers import Item
from analysis.questionnaire.proportions import mcnemar_exact, mcnemar_mid_p, newcombe_paired_interval, tango_interval


def shift_table(pairs: pd.DataFrame, bands: Mapping[str, tuple[int, int]]) -> pd.DataFrame:
    """Numbers of people by answer before (rows) and after (columns), in bands of answers such as {"1 to 3": (1, 3)}.

    The result is square, with the bands in the order given, empty ones included. Raises ValueError for an answer that
    falls into no band or for bands that overlap.
    """
    counts = np.zeros((len(bands), len(bands)), dtype="int64")
    np.add.at(counts, tuple(_band(pairs[when], bands) for when in ("before", "after")), 1)
    return pd.DataFrame(counts, pd.Index(list(bands), name="before"), pd.Index(list(bands), name="after"))


def single_bands(item: Item) -> dict[str, tuple[int, int]]:
    """One band for each point of an item's scale; raises ValueError for a scale without an upper end."""
    if item.high is None:
        raise ValueError(f"'{item.name}' has no upper end; give bands")
    return {str(point): (point, point) for point in range(item.low, item.high + 1)}


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


def ceiling_shares(pairs: pd.DataFrame, item: Item, level: float = 0.95) -> pd.DataFrame:
    """Share at the best possible answer before (who could not improve) and after, with Wilson intervals.

    Raises ValueError for an item whose best answer has no end.
    """
    best = item.high if item.higher_is_better else item.low
    if best is None:
        raise ValueError(f"'{item.name}' has no best answer")
    rows = {when: _share(int((pairs[when] == best).sum()), len(pairs), level) for when in ("before", "after")}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("when")


def _share(count: int, n: int, level: float) -> dict[str, float]:
    ends = wilson(count, n, level)
    return {"count": count, "n": n, "share": count / n, "low": ends.low, "high": ends.high}


def as_square(table: pd.DataFrame) -> np.ndarray:
    """A shift table as the plain square array that `proportions.stuart_maxwell` takes."""
    return table.to_numpy(dtype=float)
