"""Groups of people and waves after the second: who belongs where, what is compared, and how groups differ in their change."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from analysis.multiple_tests import holm
from analysis.participants.own_items import AGE, Own, OwnGroup
from analysis.questionnaire.answers import Item, paired_answers


def group_of(people: pd.DataFrame, name: str, group: OwnGroup) -> pd.Series:
    """The group that each person of the questionnaire (a row each) belongs to, as a text; missing where it is not known.

    Raises ValueError for numbers without bands.
    """
    if not group.bands:
        return people[group.of or name].astype("str").str.strip()
    values = ages(people) if group.of == AGE else people[group.of]
    return values.map(lambda value: band_of(value, group.bands), na_action="ignore").astype("str")


def ages(people: pd.DataFrame) -> pd.Series:
    """The age of each person of the questionnaire (a row each) in years: as told at joining, else that at the end of the year of joining."""
    return people["age_at_joining"].fillna(people["joined_on"].dt.year - people["birth_year"])


def band_of(value: float, bands: tuple[int, ...]) -> str:
    """The band of a number, bands being known by their lower ends; what lies below the first is a band of its own.

    >>> [band_of(value, (18, 30)) for value in (17.9, 18, 29.5, 30)]
    ['under 18', '18 to under 30', '18 to under 30', '30 or more']
    """
    place = sum(value >= low for low in bands)
    if place == 0:
        return f"under {bands[0]}"
    return f"{bands[-1]} or more" if place == len(bands) else f"{bands[place - 1]} to under {bands[place]}"


def levels_of(groups: pd.Series, group: OwnGroup) -> list[str]:
    """The groups that there are, bands in their order, else by name, the reference first: the one declared, else the largest."""
    found = groups.dropna()
    order = [band_of(low, group.bands) for low in (-1, *group.bands)] if group.bands else sorted(set(found))
    largest = found.value_counts(sort=False).sort_index().idxmax() if len(found) else ""
    first = group.reference if group.reference in set(found) else largest
    others = [*order, *sorted(set(found) - set(order))]
    return [first, *(each for each in others if each in set(found) and each != first)] if first else []


def comparisons(own: Own) -> list[tuple[str, str]]:
    """Which moment is compared with which later one, but for the first two: those declared, else the first with each later one."""
    declared = own.comparisons or tuple(("pre", moment) for moment in own.later)
    return [pair for pair in declared if pair != ("pre", "post")]


def welch(one: np.ndarray, other: np.ndarray, level: float = 0.95) -> dict[str, float]:
    """The difference of two means with Welch's interval and p-value: difference, low, high, p (B. L. Welch, Biometrika 34, 1947).

    Degrees of freedom (v1 + v2)² / (v1² / (n1 - 1) + v2² / (n2 - 1)), v = sd² / n. NaN but for the difference where a group has
    one person, or none differs from another.
    """
    from scipy.special import stdtr, stdtrit

    difference = float(one.mean() - other.mean())
    sizes = np.array([len(one), len(other)])
    if sizes.min() < 2 or not (np.ptp(one) or np.ptp(other)):
        return {"difference": difference, "low": np.nan, "high": np.nan, "p": np.nan}
    parts = np.array([one.var(ddof=1), other.var(ddof=1)]) / sizes
    error, df = float(np.sqrt(parts.sum())), float(parts.sum() ** 2 / (parts**2 / (sizes - 1)).sum())
    half = float(stdtrit(df, (1 + level) / 2)) * error
    return {
        "difference": difference,
        "low": difference - half,
        "high": difference + half,
        "p": float(2 * stdtr(df, -abs(difference) / error)),
    }


def differences_in_change(
    people: pd.DataFrame, items: tuple[Item, ...], groups: Mapping[str, OwnGroup], level: float = 0.95
) -> pd.DataFrame:
    """The mean change of each group less that of its reference group, with `welch`, by item and group (columns).

    Columns item, group, value, reference, n, n_reference, difference, low, high, p, p_holm (over all rows).
    """
    rows = pd.DataFrame(_differences(people, items, groups, level))
    return rows.assign(p_holm=holm(rows["p"])) if len(rows) else rows


def _differences(
    people: pd.DataFrame, items: tuple[Item, ...], groups: Mapping[str, OwnGroup], level: float
) -> Iterator[dict[str, object]]:
    for name, group in groups.items():
        belongs = group_of(people, name, group)
        reference, *others = levels_of(belongs, group) or [""]
        for item in items:
            change = paired_answers(people, item)["change"]
            parts = {value: change[belongs[change.index] == value].to_numpy(float) for value in (reference, *others)}
            for value in others:
                if len(parts[value]) and len(parts[reference]):
                    sizes = {"n": len(parts[value]), "n_reference": len(parts[reference])}
                    about = {"item": item.label, "group": group.label, "value": value, "reference": reference}
                    yield {**about, **sizes, **welch(parts[value], parts[reference], level)}
