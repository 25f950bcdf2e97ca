"""People who did not answer: how many, and how far their answers could move the result."""

import numpy as np
import pandas as pd

from analysis.described import Basis, described
from analysis.quantities import Interval
from analysis.questionnaire.answers import Item, as_numbers
from analysis.results import Column, Kind


def worst_case_share(count: int, answered: int, everyone: int, surely: int = 0, never: int = 0) -> Interval:
    """The share among everyone, whatever those who did not answer would have said (C. F. Manski, AER 80, 1990, 319-323).

    Of those who did not answer, `surely` are known to count and `never` known not to, from what else they said.

    >>> worst_case_share(40, 57, 100), worst_case_share(40, 57, 100, never=3).high
    (Interval(low=0.4, high=0.83), 0.8)
    """
    if not 0 <= count <= answered <= everyone or everyone == 0 or not 0 <= surely + never <= everyone - answered:
        raise ValueError(f"{count} of {answered} answers of {everyone} people make no share")
    return Interval((count + surely) / everyone, (count + everyone - answered - never) / everyone)


def change_limits(answers: pd.DataFrame, low: int, high: int) -> pd.DataFrame:
    """The least and greatest change of each person, given the answers `before` and `after` that are known.

    A missing answer may be any point from `low` to `high`, so that somebody who answered b before can change by low - b
    to high - b and by no more. Columns `least`, `most`, in points of the scale.
    """
    before, after = answers["before"], answers["after"]
    least = after.fillna(low) - before.fillna(high)
    return pd.DataFrame({"least": least, "most": after.fillna(high) - before.fillna(low)})


def worst_case_mean(total: Interval, answered: int, limits: pd.DataFrame) -> Interval:
    """The mean change among those who answered twice and the people of `limits`, whatever these would have said.

    `total`: the sum of the changes of those who answered, as far as it is known; `limits`: of each other person, as
    `change_limits` gives them. The bounds are sharp: some answers give either end (Manski, as above, given the answers
    before). Raises ValueError if there is nobody.
    """
    everyone = answered + len(limits)
    if everyone == 0:
        raise ValueError("nobody has a mean")
    return Interval((total.low + limits["least"].sum()) / everyone, (total.high + limits["most"].sum()) / everyone)


def trimmed_means(values: np.ndarray, keep: float) -> Interval:
    """Smallest and largest mean of any part of the values that holds `keep` of them (a fraction may be kept of one).

    If only `keep` of the people asked before were asked again, and nobody knows which, the mean before of those asked
    again lies here. Raises ValueError unless 0 < keep <= number of values.
    """
    ordered = np.sort(np.asarray(values, dtype=float))
    if not 0 < keep <= len(ordered) + 1e-9:
        raise ValueError(f"{keep} of {len(ordered)} values cannot be kept")
    weights = np.clip(keep - np.arange(len(ordered)), 0, 1)
    return Interval(float(weights @ ordered / keep), float(weights @ ordered[::-1] / keep))


def lee_bounds(outcome: pd.Series, answered: pd.Series, group: pd.Series, first: str, second: str) -> pd.Series:
    """Bounds on the difference in mean outcome (first less second group) among those who would answer in either group.

    Assumes that belonging to one group rather than the other makes everybody more, or everybody less, likely to answer, and
    that people came to a group at random. Both ends are estimates from these people; their sampling error is not in them.
    The group that answered more is trimmed by the excess (D. S. Lee, Review of Economic Studies 76, 2009, 1071-1102).
    Returns low, high, untrimmed, trimmed_share (positive: of the first group) and the two answer rates. Raises
    ValueError if a group has no answers.
    """
    rates = [float(answered[group == name].mean()) for name in (first, second)]
    values = [outcome[(group == name) & answered].to_numpy(dtype=float) for name in (first, second)]
    if not all(len(each) for each in values):
        raise ValueError("each group needs somebody who answered")
    kept = [min(1.0, rates[1] / rates[0]), min(1.0, rates[0] / rates[1])]
    one, two = (trimmed_means(each, share * len(each)) for each, share in zip(values, kept, strict=True))
    return pd.Series(
        {
            "low": one.low - two.high,
            "high": one.high - two.low,
            "untrimmed": values[0].mean() - values[1].mean(),
            "trimmed_share": (1 - kept[0]) - (1 - kept[1]),
            "rate_first": rates[0],
            "rate_second": rates[1],
        }
    )


@described(
    Kind.MEASURED,
    {
        "untrimmed": Column("As answered", "points", decimals=1),
        "low": Column("Trimmed, lower bound", "points", decimals=1),
        "high": Column("Trimmed, upper bound", "points", decimals=1),
        "around_low": Column("Confidence interval around both, from", "points", decimals=1),
        "around_high": Column("to", "points", decimals=1),
    },
    header="Difference",
    basis=Basis("Lee bounds by course", statistic="mean", each="n"),
)
def difference_by_course(answers: pd.DataFrame, item: Item, seed: int, level: float = 0.95) -> pd.DataFrame | None:
    """The mean answer after of those on English courses less that of the others, with `lee_bounds` and `lee_interval`.

    `n` is the smaller number of answers. None unless people of both answered.
    """
    course = answers["course"] if "course" in answers else pd.Series(dtype="str")
    group = course.eq("esol").map({True: "esol", False: "other"}).where(course.notna())
    outcome = as_numbers(answers[f"{item.name}_post"], item)
    sizes = outcome.notna().groupby(group).sum() if len(group) else pd.Series(dtype=int)
    if len(sizes) < 2 or not sizes.min():
        return None
    people = (outcome, outcome.notna(), group, "esol", "other")
    found, around = lee_bounds(*people), lee_interval(*people, seed, level)
    row = {
        **found[["untrimmed", "low", "high"]],
        "around_low": around.low,
        "around_high": around.high,
        "n": sizes.min(),
    }
    return pd.DataFrame([row], index=["English courses less other courses"])


def lee_interval(
    outcome: pd.Series,
    answered: pd.Series,
    group: pd.Series,
    first: str,
    second: str,
    seed: int,
    level: float = 0.95,
    resamples: int = 999,
) -> Interval:
    """Interval for the difference that Lee's bounds enclose, sampling error included (G. W. Imbens and C. F. Manski 2004).

    low - c se(low) to high + c se(high), with c between the one-sided and the two-sided normal quantile: the solution of
    Phi(c + (high - low) / max se) - Phi(-c) = level (Econometrica 72, 1845-1857, formula 7). The standard errors come from
    a bootstrap within each group; resamples in which a group has no answers are left out. Raises ValueError as `lee_bounds`.
    """
    found = lee_bounds(outcome, answered, group, first, second)
    places = [np.flatnonzero((group == name).to_numpy()) for name in (first, second)]
    values, known, rng = outcome.to_numpy(dtype=float), answered.to_numpy(dtype=bool), np.random.default_rng(seed)
    drawn = [_resampled_ends(values, known, places, rng) for _ in range(resamples)]
    low_error, high_error = np.nanstd(np.array(drawn), axis=0, ddof=1)
    c = imbens_manski(float(found["high"] - found["low"]), max(low_error, high_error), level)
    return Interval(float(found["low"] - c * low_error), float(found["high"] + c * high_error))


def _resampled_ends(
    values: np.ndarray, known: np.ndarray, places: list[np.ndarray], rng: np.random.Generator
) -> tuple[float, float]:
    """Lee's two bounds among people drawn anew within each group; nan where a group has no answers."""
    chosen = [rng.choice(place, len(place)) for place in places]
    rates = [float(known[each].mean()) for each in chosen]
    if min(rates) == 0:
        return np.nan, np.nan
    answers = [values[each[known[each]]] for each in chosen]
    kept = [min(1.0, rates[1] / rates[0]), min(1.0, rates[0] / rates[1])]
    one, two = (trimmed_means(each, share * len(each)) for each, share in zip(answers, kept, strict=True))
    return one.low - two.high, one.high - two.low


def imbens_manski(width: float, error: float, level: float = 0.95) -> float:
    """How many standard errors beyond the bounds the interval reaches, given their distance and the larger error.

    >>> round(imbens_manski(0.0, 1.0), 2), round(imbens_manski(100.0, 1.0), 3)
    (1.96, 1.645)
    """
    from scipy.optimize import brentq
    from scipy.special import ndtr, ndtri

    if error <= 0:
        return 0.0
    two_sided = float(ndtri((1 + level) / 2))

    def excess(c: float) -> float:
        return float(ndtr(c + width / error) - ndtr(-c)) - level

    return float(brentq(excess, 0.0, two_sided + 1e-9, xtol=1e-12))
