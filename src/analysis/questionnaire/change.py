"""How large the change is: in points, in standard deviations, in ranks; each with the interval that suits it."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.bounds.intervals import defined
from analysis.described import Basis, described, saying
from analysis.questionnaire.answers import Item
from analysis.questionnaire.judged_names import (
    BASE,
    MEANS,
    ODDS,
    ODDS_INTERVAL,
    PRATT,
    RANK,
    RESAMPLED,
    SPREADS,
    T_INTERVALS,
)
from analysis.questionnaire.ordinal import ordered_logit_change
from analysis.results import Column, Kind

MOST_POINTS = 100  # of a change that is counted and not sorted
AT_ONCE = 1_000_000  # numbers of resamples in memory
RESAMPLES = 9999  # of a bootstrap; the ends then move by about a hundredth of their distance from seed to seed


def mean_change(pairs: pd.DataFrame, level: float = 0.95) -> pd.Series:
    """Mean change with its t interval: n, mean, sd, low, high, t, p.

    mean ± t(n - 1) sd / sqrt(n). Without any spread the interval has no width and p is 0, or 1 if nothing changed.
    """
    from scipy.special import stdtr, stdtrit

    change = pairs["change"].to_numpy(dtype=float)
    n, mean, sd = len(change), change.mean(), change.std(ddof=1)
    error = sd / math.sqrt(n)
    t = mean / error if error > 0 else (math.copysign(math.inf, mean) if mean else 0.0)
    half = float(stdtrit(n - 1, (1 + level) / 2)) * error
    p = float(2 * stdtr(n - 1, -abs(t)))
    return pd.Series({"n": n, "mean": mean, "sd": sd, "low": mean - half, "high": mean + half, "t": t, "p": p})


@described(
    Kind.MEASURED,
    {
        "n": Column("People", "people"),
        "mean": Column("Mean", "points", decimals=1, low="low", high="high", interval="{level} (t)"),
    },
    header="Answers",
    basis=Basis("means", "beside", by={"n": BASE, "mean": MEANS}, ends={"mean": T_INTERVALS}),
)
def means(pairs: pd.DataFrame, level: float = 0.95) -> pd.DataFrame:
    """Means before, after and of the change (index) with t intervals: n, mean, low, high in points, as `mean_change`."""
    rows = {
        when: mean_change(pairs[[when]].set_axis(["change"], axis=1), level) for when in ("before", "after", "change")
    }
    return pd.DataFrame(rows).T[["n", "mean", "low", "high"]].astype({"n": int})


@described(Kind.MEASURED, header="Item")
def before_and_after(means: pd.DataFrame, item: Item, level: float = 0.95) -> pd.DataFrame | None:
    """Means before and after of an item with their intervals side by side, as `means` are printed; None where there are none."""
    if math.isnan(means.loc["before", "mean"]):
        return None
    found = {f"{when}{end}": means.loc[when, part] for when in ("before", "after") for end, part in _ENDS.items()}
    columns = {when: _mean(when, math.isnan(found[f"{when}_low"])) for when in ("before", "after")}
    return saying(pd.DataFrame(found, index=[item.label]), columns=columns)


def _mean(when: str, bare: bool) -> Column:
    ends = {} if bare else {"low": f"{when}_low", "high": f"{when}_high", "interval": "{level} (t)"}
    return Column(f"Mean {when}", "points", decimals=1, **ends)


_ENDS = {"": "mean", "_low": "low", "_high": "high"}


def mean_of(change: np.ndarray, axis: int = -1) -> np.ndarray:
    """Mean change, for many resamples at once."""
    return np.mean(change, axis=axis)


def d_z(change: np.ndarray, axis: int = -1) -> np.ndarray:
    """Mean change divided by the standard deviation of the changes (J. Cohen 1988; D. Lakens 2013, formula 6)."""
    return _ratio(np.mean(change, axis=axis), np.std(change, axis=axis, ddof=1))


def d_av(before: np.ndarray, after: np.ndarray, axis: int = -1) -> np.ndarray:
    """Mean of after less before, divided by the mean of their two standard deviations (D. Lakens 2013, formula 10)."""
    spread = (np.std(before, axis=axis, ddof=1) + np.std(after, axis=axis, ddof=1)) / 2
    return _ratio(np.mean(after - before, axis=axis), spread)


def _ratio(top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
    # Deviations of equal numbers can come out as 1e-16 instead of 0.
    return np.divide(top, bottom, out=np.full(np.shape(top), np.nan), where=np.asarray(bottom) > 1e-12)


def rank_biserial(change: np.ndarray, axis: int = -1, zeros: str = "dropped") -> np.ndarray:
    """Matched-pairs rank-biserial correlation: (W+ - W-) / (W+ + W-), from -1 (all worse) to 1 (all better).

    W+ and W- are the sums of the ranks of gains and losses by size. Unchanged people are left out before ranking
    (`zeros` "dropped") or ranked lowest and then left out ("pratt"). Source: D. S. Kerby, Comprehensive Psychology
    3:1 (2014); J. W. Pratt, JASA 54 (1959). 0 where nobody changed.
    """
    gains, losses = _rank_sums(np.moveaxis(np.asarray(change, dtype=float), axis, -1), zeros == "dropped")
    return np.divide(gains - losses, gains + losses, out=np.zeros(np.shape(gains)), where=gains + losses > 0)


def _rank_sums(change: np.ndarray, dropped: bool) -> tuple[np.ndarray, np.ndarray]:
    """The sums of the ranks of gains and of losses (last axis: people), those who did not change dropped before or after ranking.

    Changes of a few whole points are counted, which takes a tenth of the time that sorting does.
    """
    from scipy.stats import rankdata

    most = float(np.abs(change).max(initial=0))
    if most <= MOST_POINTS and (change == np.rint(change)).all():
        people = _people_by_change(change, int(most))
        worse, same, better = people[..., : int(most)][..., ::-1], people[..., int(most)], people[..., int(most) + 1 :]
        below = np.cumsum(better + worse, axis=-1) - (better + worse)
        ranks = below + (better + worse + 1) / 2 + (0 if dropped else same[..., None])
        return (better * ranks).sum(axis=-1), (worse * ranks).sum(axis=-1)
    ranks = rankdata(np.abs(change), axis=-1)
    if dropped:
        ranks = ranks - np.sum(change == 0, axis=-1, keepdims=True)
    return np.where(change > 0, ranks, 0).sum(axis=-1), np.where(change < 0, ranks, 0).sum(axis=-1)


def _people_by_change(change: np.ndarray, most: int) -> np.ndarray:
    """How many people (last axis) changed by -most to most points."""
    points = 2 * most + 1
    rows = np.arange(change[..., 0].size).reshape((*change.shape[:-1], 1)) * points
    counted = np.bincount((change.astype(int) + most + rows).ravel(), minlength=change[..., 0].size * points)
    return counted.reshape((*change.shape[:-1], points))


def bootstrap_interval(
    samples: tuple[np.ndarray, ...],
    statistic: Callable[..., np.ndarray],
    seed: int,
    level: float = 0.95,
    resamples: int = RESAMPLES,
) -> tuple[float, float]:
    """BCa interval (B. Efron, JASA 82, 1987) of a vectorised statistic of one sample or of pairs of samples.

    `statistic` takes the samples and `axis`. Resamples of which it is undefined, such as those without any spread, are left
    out if they are few. (nan, nan) where they are not, and where resampling shows no spread, for example when everybody
    improved: there the method has no answer. Not for medians, whose acceleration is undefined.
    """
    n, rng = len(samples[0]), np.random.default_rng(seed)
    if n < 2:
        return math.nan, math.nan
    chosen = (rng.integers(0, n, (rows, n)) for rows in _at_a_time(resamples, n))
    drawn = defined(np.concatenate([statistic(*(sample[each] for sample in samples), axis=-1) for each in chosen]))
    left_out = _without_one(samples, statistic)
    if not drawn.size or np.ptp(drawn) == 0 or not np.isfinite(left_out).all():
        return math.nan, math.nan
    low, high = np.quantile(drawn, _bca_levels(float(statistic(*samples, axis=-1)), drawn, left_out, level))
    return float(low), float(high)


def _at_a_time(resamples: int, n: int) -> list[int]:
    """How many resamples of n people to draw at once, so that memory does not grow with either; the numbers drawn are the same.

    >>> _at_a_time(3, 10), [len(_at_a_time(1999, n)) for n in (60, 100_000)]
    ([3], [1, 200])
    """
    rows = max(1, AT_ONCE // n)
    return [rows] * (resamples // rows) + [resamples % rows] * bool(resamples % rows)


def _without_one(samples: tuple[np.ndarray, ...], statistic: Callable[..., np.ndarray]) -> np.ndarray:
    """The statistic without each person in turn: worked out once for all who gave the same answers."""
    _, first, place = np.unique(np.column_stack(samples), axis=0, return_index=True, return_inverse=True)
    found = [statistic(*(np.delete(sample, each) for sample in samples), axis=-1) for each in first]
    return np.array(found)[place.reshape(-1)]


def _bca_levels(value: float, drawn: np.ndarray, left_out: np.ndarray, level: float) -> np.ndarray:
    """At which quantiles of the resamples the BCa interval ends; ties with the value count half.

    z0 + (z0 + z) / (1 - a (z0 + z)) on the normal scale, with the bias z0 from the share of resamples below the value and
    the acceleration a = sum(d³) / 6 sum(d²)^1.5 from the jackknife, d being its mean less its values.
    """
    from scipy.special import ndtr, ndtri

    distance = left_out.mean() - left_out
    spread = (distance**2).sum() ** 1.5
    bias, bend = ndtri((drawn < value).mean() / 2 + (drawn <= value).mean() / 2), (distance**3).sum() / 6
    shifted = bias + ndtri([(1 - level) / 2, (1 + level) / 2])
    return ndtr(bias + shifted / (1 - (bend / spread if spread else 0.0) * shifted))


def _effect(label: str, decimals: int = 2) -> Column:
    return Column(label, decimals=decimals, low="low", high="high", interval="{level} (BCa)")


_EFFECTS = {
    "mean change": (_effect("Mean change, points", 1), MEANS),
    "d_z": (_effect("Mean change in standard deviations of the changes (d_z)"), SPREADS),
    "d_av": (_effect("Mean change in standard deviations of the answers (d_av)"), SPREADS),
    "rank-biserial correlation": (_effect("Rank-biserial correlation"), RANK),
    "rank-biserial correlation, Pratt": (_effect("Rank-biserial correlation, Pratt"), PRATT),
    "odds": (
        replace(_effect("Odds of a better answer after against before, as a ratio"), interval="{level} (normal)"),
        ODDS,
    ),
}


@described(
    Kind.MEASURED,
    {"value": Column("Value", low="low", high="high", interval="{level} (BCa)")},
    {effect: column for effect, (column, _) in _EFFECTS.items()},
    "Measure",
    Basis(
        "effect sizes",
        "beside",
        by={effect: judged for effect, (_, judged) in _EFFECTS.items()},
        ends=dict.fromkeys(_EFFECTS, RESAMPLED) | {"odds": ODDS_INTERVAL},
    ),
)
def effect_sizes(pairs: pd.DataFrame, seed: int, level: float = 0.95, resamples: int = RESAMPLES) -> pd.DataFrame:
    """Mean change, d_z, d_av and rank-biserial correlation (zeros dropped, and Pratt's) with BCa intervals; the odds ratio.

    Index `effect`; columns `value`, `low`, `high`. d_z standardises by the spread of changes, d_av by the spread of
    answers; they answer different questions and can differ severalfold. The odds are those of `ordered_logit_change`.
    """
    change, before, after = (pairs[name].to_numpy(dtype=float) for name in ("change", "before", "after"))
    if not np.array_equal(change, after - before):  # less is better on this scale: turn it round
        before, after = -before, -after
    effects: dict[str, tuple[tuple[np.ndarray, ...], Callable[..., np.ndarray]]] = {
        "mean change": ((change,), mean_of),
        "d_z": ((change,), d_z),
        "d_av": ((before, after), d_av),
        "rank-biserial correlation": ((change,), rank_biserial),
        "rank-biserial correlation, Pratt": ((change,), _pratt_rank_biserial),
    }
    rows = {
        name: (float(statistic(*samples)), *bootstrap_interval(samples, statistic, seed, level, resamples))
        for name, (samples, statistic) in effects.items()
    }
    turned = pd.DataFrame({"before": before, "after": after})
    rows["odds"] = tuple(ordered_logit_change(turned, level)[["odds_ratio", "low", "high"]])
    return pd.DataFrame.from_dict(rows, orient="index", columns=["value", "low", "high"]).rename_axis("effect")


def _pratt_rank_biserial(change: np.ndarray, axis: int = -1) -> np.ndarray:
    return rank_biserial(change, axis, zeros="pratt")


def wilcoxon_tests(pairs: pd.DataFrame) -> pd.DataFrame:
    """Wilcoxon's signed-rank test under both rules for unchanged people, normal approximation corrected for ties.

    Index `zeros` (dropped, pratt); columns `n` (people ranked), `gains` and `losses` (rank sums), `z` (positive:
    better), `p` (two-sided).
    """
    change = pairs["change"].to_numpy(dtype=float)
    rows = {rule: _signed_ranks(change, rule) for rule in ("dropped", "pratt")}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("zeros")


def wilcoxon_p(pairs: pd.DataFrame, zeros: str) -> float:
    """The p-value of `wilcoxon_tests` under one rule."""
    return _signed_ranks(pairs["change"].to_numpy(dtype=float), zeros)["p"]


def _signed_ranks(change: np.ndarray, rule: str) -> dict[str, float]:
    from scipy.special import ndtr
    from scipy.stats import rankdata

    ranked = change[change != 0] if rule == "dropped" else change
    ranks = rankdata(np.abs(ranked)) * (ranked != 0) if len(ranked) else np.empty(0)
    gains, losses = float(ranks[ranked > 0].sum()), float(ranks[ranked < 0].sum())
    z = (gains - losses) / math.sqrt((ranks**2).sum()) if gains + losses else 0.0
    return {"n": len(ranked), "gains": gains, "losses": losses, "z": z, "p": float(2 * ndtr(-abs(z)))}
