"""One question under every defensible combination of choices (U. Simonsohn and others, Nature Human Behaviour 4, 2020).

Choices are of two natures, and the curve keeps them apart. An arbitrary choice leaves the question as it is: any spread
over its options is noise of the analysis. A principled choice changes the question (about whom, holding what equal):
differences between its options are answers to different questions and are never averaged.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice, product

import numpy as np
import pandas as pd

from analysis.described import Basis, described
from analysis.english.models import design_of, gain, gain_contrast, hc4_weights, least_squares
from analysis.english.sample import MONTHS_IN_A_YEAR, Form, english_sample
from analysis.results import Column, Kind, p_column

ARBITRARY = {
    "form": tuple(str(form) for form in Form),
    "months": ("as answered", "longest stays drawn in to the 95th percentile"),
    "coding": ("points of the scale", "ranks"),
}
AT_ONCE = 2_000_000  # answers in memory that are dealt out
EVERYBODY, UNADJUSTED = "everybody", "nothing"
_GAIN = Column("", "sd of English", decimals=2)


@dataclass(frozen=True)
class Principled:
    """The principled choices: named groups of people (columns of yes and no) and named lists of covariates."""

    people: Mapping[str, str]
    held_equal: Mapping[str, Sequence[str]]


@described(
    Kind.MEASURED,
    {"gain": replace(_GAIN, label="Gain", low="low", high="high")},
    basis=Basis("specifications, {question}", "model", parameters=4, each="n"),
)
def specification_curve(
    records: pd.DataFrame,
    principled: Principled,
    outcome: str = "english_at_joining",
    time: str = "months_in_uk",
    level: float = 0.95,
) -> pd.DataFrame:
    """The yearly gain without support, in standard deviations of English, under every combination of choices.

    One row each: `question` in words, `people`, `held_equal` (principled), `form`, `months`, `coding` (arbitrary), `n`, `gain`, `low`, `high`,
    `p`; within each principled combination in rising order of the gain. "Everybody" and holding "nothing" equal are
    always among the options. A combination that cannot be fitted has NaN and says why in `note`.
    """
    questions = _questions(principled)
    rows = [
        _row(records, (outcome, time), who, held, options, level)
        for who, held in questions
        for options in product(*ARBITRARY.values())
    ]
    curve = pd.DataFrame(rows)
    order = {name: i for i, name in enumerate(part[0] for question in questions for part in question)}
    curve["question"] = [_question(*each) for each in zip(curve["people"], curve["held_equal"], strict=True)]
    keys = curve.assign(people=curve["people"].map(order), held_equal=curve["held_equal"].map(order))
    return curve.loc[keys.sort_values(["people", "held_equal", "gain"], kind="stable").index].reset_index(drop=True)


@described(
    Kind.MEASURED,
    {
        "fitted": Column("Specifications"),
        "lowest": replace(_GAIN, label="Lowest gain"),
        "median": replace(_GAIN, label="Median gain"),
        "highest": replace(_GAIN, label="Highest gain"),
        "positive": Column("Above zero", "%"),
        "significant": Column("Exclude zero", "%"),
    },
    header="Question",
)
def curve_summary(curve: pd.DataFrame, level: float = 0.95) -> pd.DataFrame:
    """For each principled combination (index: question): `people`, `held_equal`, `specifications`, `fitted`, `median`,
    `lowest`, `highest` gain, and the percentages `positive` and `significant` (at `level`) of the fitted ones."""
    groups = curve.groupby(["people", "held_equal", "question"], sort=False)
    found = groups.apply(lambda part: _summary(part, 1 - level)).reset_index().set_index("question")
    return found.astype({"fitted": int, "specifications": int}) if len(found) else found


@described(
    Kind.MEASURED,
    rows={
        "specifications.above": Column("Specifications with a gain above zero", "specifications"),
        "specifications.all": Column("Specifications fitted", "specifications"),
    },
)
def curve_counts(curve: pd.DataFrame) -> pd.DataFrame:
    """How many specifications give a gain above zero, and how many could be fitted at all: column value."""
    gains = curve["gain"].dropna()
    return pd.DataFrame({"value": {"specifications.above": int((gains > 0).sum()), "specifications.all": len(gains)}})


@described(
    Kind.MEASURED,
    {
        "median_p": p_column("p-value of the median gain"),
        "significant_p": p_column("p-value of how many exclude zero"),
    },
    header="Question",
    basis=Basis("joint test of the specifications, {row}", "model", parameters=4, each="n"),
)
def joint_inference(
    records: pd.DataFrame | None,
    principled: Principled,
    seed: int,
    resamples: int = 999,
    outcome: str = "english_at_joining",
    time: str = "months_in_uk",
    level: float = 0.95,
) -> pd.DataFrame | None:
    """Whether all specifications of a question (index) together show more than chance would, were there no relation at all.

    English less what the covariates say of it is dealt out again at random (D. Freedman and D. Lane, J. Business & Economic
    Statistics 1, 1983, 292-298), the same way for every specification, and the whole curve fitted anew. `median_p`: the share of
    curves whose median gain is as large in size; `significant_p`: on which as many gains exclude zero in the direction of the
    median (Simonsohn, as above, third step); `n` people. The curve itself counts as one of the shares.
    """
    if records is None:
        return None
    rows = {
        _question(who[0], held[0]): _joint(records, (outcome, time), who, held, (seed, resamples, level))
        for who, held in _questions(principled)
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("question")


def _joint(
    records: pd.DataFrame,
    columns: tuple[str, str],
    who: tuple[str, str | None],
    held: tuple[str, Sequence[str]],
    how: tuple[int, int, float],
) -> dict[str, float]:
    """A row of `joint_inference`; NaN where no specification can be fitted. `how`: seed, resamples, level."""
    seed, resamples, level = how
    found: dict[str, list[_Fitted]] = {}  # by the coding of English
    for options in product(*ARBITRARY.values()):
        chosen = dict(zip(ARBITRARY, options, strict=True))
        try:
            sample = _sample(records, columns, who[1], held[1], chosen)
            found.setdefault(chosen["coding"], []).append(_Fitted.of(sample, Form(chosen["form"]), level))
        except ValueError:
            continue  # the curve says why
    if not found:
        return {"n": math.nan, "median_p": math.nan, "significant_p": math.nan}
    people = len(next(iter(found.values()))[0].rest)
    dealt_out = [
        np.concatenate([_refitted(each, orders) for each in found.values()])
        for orders in dealt(people, seed, resamples)
    ]
    gains, significant = np.concatenate(dealt_out, axis=2).transpose(1, 0, 2)
    medians = np.median(gains, axis=0)
    counts = (significant.astype(bool) & (np.sign(gains) == np.sign(medians))).sum(axis=0)
    as_large, as_many = np.abs(medians) >= abs(medians[0]) - 1e-12, counts >= counts[0]
    return {"n": people, "median_p": float(as_large.mean()), "significant_p": float(as_many.mean())}


def dealt(n: int, seed: int, resamples: int) -> Iterator[np.ndarray]:
    """Orders of n people, a row each: as they are, then at random; so many at a time that memory does not grow with n."""
    rng = np.random.default_rng(seed)
    orders = chain([np.arange(n)], (rng.permutation(n) for _ in range(resamples)))
    while part := list(islice(orders, max(1, AT_ONCE // n))):
        yield np.array(part)


@dataclass(frozen=True)
class _Fitted:
    """One specification, to be fitted again to English that is dealt out: what the covariates say of English and what is left, which
    are one for all forms of time; the design `x`, what solves it, what makes the gain and its HC4 variance of answers."""

    expected: np.ndarray
    rest: np.ndarray
    x: np.ndarray
    solve: np.ndarray
    weights: np.ndarray
    spread: np.ndarray
    most: float

    @classmethod
    def of(cls, sample: pd.DataFrame, form: Form, level: float) -> "_Fitted":
        """From the people of a specification; raises ValueError for what cannot be fitted."""
        from scipy.special import stdtrit

        x, knots, terms = design_of(sample, form)
        english = sample["english"].to_numpy()
        least_squares(x, english)  # refuses what cannot be fitted
        held = np.delete(x, np.arange(1, 1 + terms), axis=1)
        expected = held @ np.linalg.lstsq(held, english, rcond=None)[0]
        solve = np.linalg.inv(x.T @ x) @ x.T
        weights = gain_contrast(form, knots, x.shape[1], float(sample["months"].mean()), MONTHS_IN_A_YEAR) @ solve
        spread = weights**2 * hc4_weights(np.einsum("ij,ji->i", x, solve))
        most = float(stdtrit(len(x) - x.shape[1], (1 + level) / 2))
        return cls(expected - english.mean(), english - expected, x, solve, weights, spread, most)

    def variance(self, squares: np.ndarray, fits: np.ndarray, crossed: np.ndarray) -> np.ndarray:
        """Sum of the spread times (answers - x fits)², multiplied out, so that no table of what is left has to be made."""
        doubled = np.einsum("jr,jk,kr->r", fits, (self.x.T * self.spread) @ self.x, fits)
        return np.maximum(squares - 2 * (fits * crossed).sum(axis=0) + doubled, 0)


def _refitted(parts: Sequence[_Fitted], orders: np.ndarray) -> np.ndarray:
    """For each specification of one coding the yearly gain by order, and whether its HC4 interval excludes zero (1 or 0)."""
    english = parts[0].expected[:, None] + parts[0].rest[orders.T]
    squares = np.array([each.spread for each in parts]) @ english**2
    sums = np.vstack([row for each in parts for row in (each.weights, each.solve, each.x.T * each.spread)]) @ english
    found, start = [], 0
    for each, square in zip(parts, squares, strict=True):
        k = each.x.shape[1]
        gains, fits, crossed = np.split(sums[start : start + 1 + 2 * k], [1, 1 + k])
        start += 1 + 2 * k
        found.append([gains[0], np.abs(gains[0]) > each.most * np.sqrt(each.variance(square, fits, crossed))])
    return np.array(found, dtype=float)


def _questions(principled: Principled) -> list[tuple[tuple[str, str | None], tuple[str, Sequence[str]]]]:
    """Every combination of whom to include (words, column) and what to hold equal (words, columns)."""
    people = {EVERYBODY: None, **principled.people}
    return list(product(people.items(), {UNADJUSTED: (), **principled.held_equal}.items()))


def _question(people: str, held_equal: str) -> str:
    return people if held_equal == UNADJUSTED else f"{people}, {held_equal} held equal"


def _sample(
    records: pd.DataFrame,
    columns: tuple[str, str],
    column: str | None,
    covariates: Sequence[str],
    chosen: Mapping[str, str],
) -> pd.DataFrame:
    """The people of one specification, prepared; raises ValueError where it cannot be fitted."""
    kept = records if column is None else records[records[column].eq(True).fillna(False).astype(bool)]
    return _prepare(english_sample(kept, *columns, covariates), chosen)


def _summary(part: pd.DataFrame, alpha: float) -> pd.Series:
    fitted = part.dropna(subset="gain")
    return pd.Series(
        {
            "specifications": len(part),
            "fitted": len(fitted),
            "median": fitted["gain"].median(),
            "lowest": fitted["gain"].min(),
            "highest": fitted["gain"].max(),
            "positive": 100 * (fitted["gain"] > 0).mean(),
            "significant": 100 * (fitted["p"] < alpha).mean(),
        }
    )


def _row(
    records: pd.DataFrame,
    columns: tuple[str, str],
    who: tuple[str, str | None],
    held: tuple[str, Sequence[str]],
    options: tuple[str, ...],
    level: float,
) -> dict[str, object]:
    chosen = dict(zip(ARBITRARY, options, strict=True))
    row: dict[str, object] = {"people": who[0], "held_equal": held[0], **chosen}
    try:
        found = gain(_sample(records, columns, who[1], held[1], chosen), Form(chosen["form"]), level=level)
    except ValueError as error:
        return row | dict.fromkeys(("n", "gain", "low", "high", "p"), np.nan) | {"note": str(error)}
    return row | {name: found[name] for name in ("n", "gain", "low", "high", "p")} | {"note": ""}


def _prepare(sample: pd.DataFrame, chosen: Mapping[str, str]) -> pd.DataFrame:
    months, english = sample["months"], sample["english"]
    if chosen["months"] == ARBITRARY["months"][1]:
        months = months.clip(upper=months.quantile(0.95))
    if chosen["coding"] == "ranks":
        english = english.rank()
    if english.nunique() < 2:
        raise ValueError("everybody has the same English")
    return sample.assign(months=months, english=(english - english.mean()) / english.std())
