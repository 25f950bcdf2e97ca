"""Missing answers imputed many times by chained equations, pooled, and shifted until the conclusion tips."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.described import Basis, described
from analysis.quantities import Interval
from analysis.questionnaire.answers import Item, MissingRule, answered_either
from analysis.questionnaire.judged_names import BASE, IMPUTED, IMPUTED_INTERVAL, IMPUTED_SIDE
from analysis.questionnaire.precision import printed_sd
from analysis.results import Column, Kind


@dataclass(frozen=True)
class Pooled:
    """A mean over imputations by Rubin's rules: estimate, standard error, degrees of freedom, share of information missing."""

    estimate: float
    error: float
    df: float
    missing: float

    def interval(self, level: float = 0.95) -> Interval:
        """estimate ± t(df) error."""
        from scipy.special import stdtrit

        half = float(stdtrit(self.df, (1 + level) / 2)) * self.error
        return Interval(self.estimate - half, self.estimate + half)


def pooled(estimates: Sequence[float], variances: Sequence[float], complete_df: float) -> Pooled:
    """Rubin's rules with the degrees of freedom of J. Barnard and D. B. Rubin (Biometrika 86, 1999, 948-955).

    Total variance W + (1 + 1/m) B, W the mean of the `variances`, B the variance of the `estimates` between imputations.
    """
    m = len(estimates)
    within, between = float(np.mean(variances)), float(np.var(estimates, ddof=1))
    total = within + (1 + 1 / m) * between
    share = (1 + 1 / m) * between / total if total > 0 else 0.0
    observed = (complete_df + 1) / (complete_df + 3) * complete_df * (1 - share)
    df = observed if share == 0 else 1 / (1 / ((m - 1) / share**2) + 1 / observed)
    return Pooled(float(np.mean(estimates)), math.sqrt(total), df, share)


def imputed(answers: pd.DataFrame, seed: int, imputations: int = 20, rounds: int = 10) -> list[pd.DataFrame]:
    """The answers with every gap filled, so many times: chained equations with predictive mean matching.

    `answers`: numbers, a row for each person. Each column in turn is regressed on all others, coefficients are drawn from
    their posterior, and a gap takes the answer of one of five people with the nearest predictions (S. van Buuren 2018, section
    3.4), so that only answers that were given are imputed. Supposes that whether somebody answered depends on the other
    columns alone. Raises ValueError for a column with fewer than two more answers than there are columns.
    """
    columns = list(answers.columns)
    if answers.isna().any(axis=None) and not can_be_imputed(answers):
        raise ValueError("too few answers to some question to impute it from the others")
    rng = np.random.default_rng(seed)
    return [_one(answers, columns, rng, rounds) for _ in range(imputations)]


def _one(answers: pd.DataFrame, columns: list[str], rng: np.random.Generator, rounds: int) -> pd.DataFrame:
    known = {name: answers[name].notna().to_numpy() for name in columns}
    filled = {name: answers[name].to_numpy(dtype=float, copy=True) for name in columns}
    for name in columns:
        filled[name][~known[name]] = rng.choice(filled[name][known[name]], int((~known[name]).sum()))
    for _ in range(
        rounds if sum(not each.all() for each in known.values()) > 1 else 1
    ):  # one column alone needs no chain
        for name in columns:
            if not known[name].all():
                others = np.column_stack([np.ones(len(answers)), *(filled[o] for o in columns if o != name)])
                filled[name][~known[name]] = _matched(others, filled[name], known[name], rng)
    return pd.DataFrame(filled, index=answers.index)


def _matched(x: np.ndarray, y: np.ndarray, known: np.ndarray, rng: np.random.Generator, donors: int = 5) -> np.ndarray:
    """For each gap the answer of one of the donors whose predictions are nearest to a draw of the gap's own, ties at random."""
    inverse = np.linalg.pinv(x[known].T @ x[known])
    beta = inverse @ x[known].T @ y[known]
    left = y[known] - x[known] @ beta
    sigma = math.sqrt(float(left @ left) / rng.chisquare(max(1, known.sum() - x.shape[1])))
    root = np.linalg.cholesky(inverse + 1e-12 * np.eye(len(beta)))
    drawn = beta + sigma * root @ rng.standard_normal(len(beta))
    values, people, sizes = _by_prediction(x[known] @ beta)
    picks = np.empty(int((~known).sum()), dtype=int)
    wanted, place = np.unique(x[~known] @ drawn, return_inverse=True)
    for number, each in enumerate(wanted):
        gaps = np.flatnonzero(place == number)
        picks[gaps] = _donors(np.abs(each - values).round(9), sizes, min(donors, len(people)), len(gaps), rng)
    return y[known][people[picks]]


def _by_prediction(predicted: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The different predictions, the places of people in the order of theirs, and how many have each."""
    values, place = np.unique(predicted.round(9), return_inverse=True)
    return values, np.argsort(place, kind="stable"), np.bincount(place)


def _donors(apart: np.ndarray, sizes: np.ndarray, nearest: int, gaps: int, rng: np.random.Generator) -> np.ndarray:
    """For each of some gaps one of the `nearest` people, as a place in the order of predictions; among those as near as one another, anyone.

    `apart` is how far each prediction lies off, `sizes` how many people have it. Which of the nearest it is comes first; whoever
    ties with that one, is drawn alike.
    """
    order = np.argsort(apart, kind="stable")
    reach, off = np.cumsum(sizes[order]), apart[order]
    which = np.searchsorted(reach, rng.integers(0, nearest, gaps), side="right")
    first, last = (np.searchsorted(off, off[which], side=side) for side in ("left", "right"))
    place = rng.integers(reach[first] - sizes[order][first], reach[last - 1])
    held = np.searchsorted(reach, place, side="right")
    return np.cumsum(sizes)[order[held]] - (reach[held] - place)


def mean_change_imputed(tables: Sequence[pd.DataFrame], gap: np.ndarray, sign: int = 1, shift: float = 0.0) -> Pooled:
    """Mean of after less before (columns `after`, `before`) over imputations, imputed changes of `gap` people moved by `shift` points."""
    changes = [sign * (each["after"] - each["before"]).to_numpy() + shift * gap for each in tables]
    n = len(gap)
    return pooled([c.mean() for c in changes], [c.var(ddof=1) / n for c in changes], n - 1)


def tipping_shift(tables: Sequence[pd.DataFrame], gap: np.ndarray, sign: int = 1, level: float = 0.95) -> float:
    """By how many points imputed changes must be lower for the pooled interval to reach 0; nan where no shift down to -100 does.

    A delta-adjusted tipping point (C. Yan, S. Lee and N. Li 2009): the farther from 0, the stronger the conclusion.
    """
    from scipy.optimize import brentq

    def low(shift: float) -> float:
        return mean_change_imputed(tables, gap, sign, shift).interval(level).low

    if low(0.0) <= 0:
        return 0.0
    return math.nan if low(-100.0) > 0 else float(brentq(low, -100.0, 0.0, xtol=1e-9))


def can_be_imputed(answers: pd.DataFrame) -> bool:
    """Whether there is a gap in the answers (numbers, a row for each person), and enough of them to fill it."""
    return bool(answers.isna().any(axis=None)) and answers.notna().sum().min() >= len(answers.columns) + 2


def imputed_rows(
    answers: pd.DataFrame, sign: int, seed: int, level: float = 0.95
) -> dict[str, tuple[object, float, float]]:
    """Value, low and high of the mean change with gaps imputed, the side of zero of its interval, and its tipping shift.

    `answers`: columns before and after, NaN for a gap, of everybody who gave one of the two. Who gave which answers makes no
    difference: people are put in order of them.
    """
    ordered = answers.sort_values(["before", "after"], ignore_index=True)
    gap, tables = ordered.isna().any(axis=1).to_numpy(), imputed(ordered, seed)
    found = mean_change_imputed(tables, gap, sign)
    ends = found.interval(level)
    tip = tipping_shift(tables, gap, sign, level)
    side = "above" if ends.low > 0 else "below" if ends.high < 0 else "neither: it reaches zero"
    nothing = (math.nan, math.nan)
    return {"mean": (found.estimate, ends.low, ends.high), "side": (side, *nothing), "tip": (tip, *nothing)}


def from_moments(means: pd.DataFrame, once: np.ndarray, level: float = 0.95) -> Pooled:
    """The mean of after less before among all who answered before, from `change.means` of those who answered twice.

    Maximum likelihood of a normal model whose gaps depend on the answer before alone (T. W. Anderson, JASA 52, 1957, 200-203; R. J. A.
    Little and D. B. Rubin, Statistical Analysis with Missing Data, 2002, section 7.2): what imputing without end by
    regression comes to. The spreads are those of the t intervals; `once` are the answers before of the others. With r pairs, N
    people, slope b and residual variance s: after at the mean of all before, less that mean, with error
    s (1 / r + (all - mean)² / ((r - 1) var)) + (b - 1)² var(all) / N.
    """
    r, mean = int(means.loc["before", "n"]), float(means.loc["before", "mean"])
    before, after, change = (printed_sd(means.loc[each], level) ** 2 for each in ("before", "after", "change"))
    slope = (before + after - change) / 2 / before
    rest = max(0.0, after - slope**2 * before) * (r - 1) / (r - 2)
    n = r + len(once)
    everybody = (r * mean + once.sum()) / n
    spread = ((r - 1) * before + r * mean**2 + (once**2).sum() - n * everybody**2) / (n - 1)
    estimate = float(means.loc["after", "mean"]) + slope * (everybody - mean) - everybody
    variance = rest * (1 / r + (everybody - mean) ** 2 / ((r - 1) * before)) + (slope - 1) ** 2 * spread / n
    return Pooled(float(estimate), math.sqrt(variance), r - 1, len(once) / n)


@described(
    Kind.ASSUMED,
    rows={
        "people": Column("People whose answer before or after is imputed", "people", Kind.MEASURED),
        "mean": Column(
            "Mean change with them", "points", decimals=1, low="low", high="high", interval="{level} (Rubin)"
        ),
        "side": Column("Side of zero on which that interval lies"),
        "tip": Column("Shift of their changes at which the interval reaches zero", "points", decimals=1),
    },
    header="Measure",
    basis=Basis(
        "imputed answers",
        "beside",
        by={"people": BASE, "mean": IMPUTED, "side": IMPUTED_SIDE, "tip": IMPUTED_INTERVAL},
        ends={"mean": IMPUTED_INTERVAL},
    ),
)
def imputed_change(
    answers: pd.DataFrame | None, item: Item, rule: MissingRule | str, seed: int, level: float = 0.95
) -> pd.DataFrame | None:
    """The mean change among everybody who answered at one of the two times, gaps imputed from the other answer: value, low, high.

    Supposes that of people with the same answer at one time those who answered at the other are like those who did not; `tip`
    says by how much these must have done worse for the conclusion to go (`tipping_shift`). None where nobody's answer is missing,
    and under the rule that takes missing answers for no change.
    """
    either = None if answers is None else answered_either(answers, item).dropna(how="all")
    if either is None or MissingRule(rule) is MissingRule.UNCHANGED or not can_be_imputed(either):
        return None
    rows = imputed_rows(either, 1 if item.higher_is_better else -1, seed, level)
    people = (int(either.isna().any(axis=1).sum()), math.nan, math.nan)
    return pd.DataFrame.from_dict({"people": people, **rows}, orient="index", columns=["value", "low", "high"])
