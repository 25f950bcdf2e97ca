"""One question under every defensible combination of choices (U. Simonsohn and others, Nature Human Behaviour 4, 2020).

Choices are of two natures, and the curve keeps them apart. An arbitrary choice leaves the question as it is: any spread
over its options is noise of the analysis. A principled choice changes the question (about whom, holding what equal):
differences between its options are answers to different questions and are never averaged.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pandas as pd

from analysis.described import Basis, described
from analysis.english.models import gain
from analysis.english.sample import Form, english_sample
from analysis.results import Column, Kind

ARBITRARY = {
    "form": tuple(str(form) for form in Form),
    "months": ("as answered", "longest stays drawn in to the 95th percentile"),
    "coding": ("points of the scale", "ranks"),
}
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
    people = {EVERYBODY: None, **principled.people}
    held = {UNADJUSTED: (), **principled.held_equal}
    rows = [
        _row(records, (outcome, time), (who, column), (what, covariates), options, level)
        for (who, column), (what, covariates) in product(people.items(), held.items())
        for options in product(*ARBITRARY.values())
    ]
    curve = pd.DataFrame(rows)
    order = {name: i for i, name in enumerate([*people, *held])}
    curve["question"] = curve["people"] + curve["held_equal"].map(
        lambda what: "" if what == UNADJUSTED else f", {what} held equal"
    )
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
        kept = records if who[1] is None else records[records[who[1]].eq(True).fillna(False).astype(bool)]
        sample = _prepare(english_sample(kept, *columns, held[1]), chosen)
        found = gain(sample, Form(chosen["form"]), level=level)
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
