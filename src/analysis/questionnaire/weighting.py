"""Those who did not answer afterwards, by weights: who answered counts for the more, the less likely people like them were to answer."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.described import Basis, described
from analysis.participants.own_items import OwnGroup
from analysis.questionnaire.answers import Item, answered_either
from analysis.questionnaire.groups import group_of
from analysis.results import Column, Kind

TRIMMED_AT = 0.95  # weights above this quantile of them are set to it
PER_PARAMETER = 5  # people who answered, and who did not, for each column of the model
KNOWN_BEFORE = ("months_in_uk", "months_in_area", "english_at_joining")


def known_before(people: pd.DataFrame, item: Item, groups: Mapping[str, OwnGroup]) -> pd.DataFrame:
    """What is known of everybody who answered an item before: that answer, age, times, the course or the groups declared.

    Columns of numbers, each by its standard deviation from its mean; what is not known of somebody is taken as the mean. Left out
    are columns in which nobody differs, and those of which less than nine in ten are known. The answer before is the first.
    """
    asked = people[answered_either(people, item)["before"].notna()]
    numbers = {f"{item.name} before": answered_either(asked, item)["before"]}
    if asked["birth_year"].notna().any():
        numbers["year of birth"] = asked["birth_year"]
    else:
        numbers["age"] = asked["age_at_joining"]
    numbers |= {name: asked[name] for name in KNOWN_BEFORE}
    for name, group in (groups or {"course": OwnGroup(label="Course", of="course")}).items():
        if not group.bands:
            belongs = group_of(asked, name, group)
            numbers |= {
                f"{name} {value}": (belongs == value).where(belongs.notna())
                for value in sorted(set(belongs.dropna()))[1:]
            }
    frame = pd.DataFrame({name: pd.to_numeric(each).astype(float) for name, each in numbers.items()}, index=asked.index)
    kept = frame.loc[:, (frame.notna().mean() >= 0.9) & (frame.nunique() > 1)]
    return ((kept - kept.mean()) / kept.std()).fillna(0.0)


def room_for(answered: pd.Series) -> int:
    """How many columns the logit of `answered` (bool) may have."""
    return int(min(answered.sum(), (~answered).sum())) // PER_PARAMETER


def answer_probabilities(known: pd.DataFrame, answered: pd.Series) -> np.ndarray | None:
    """How likely each person was to answer, by a logit of `answered` (bool) on the columns known before.

    As many columns are taken, from the first, as leave `PER_PARAMETER` people who answered and who did not for each.
    None where not even one is left, or the model tells apart who answered and who did not.
    """
    from statsmodels.discrete.discrete_model import Logit
    from statsmodels.tools.sm_exceptions import PerfectSeparationError

    room = room_for(answered)
    if room < 1:
        return None
    x = np.column_stack([np.ones(len(known)), known.iloc[:, :room]])
    try:
        found = Logit(answered.to_numpy(dtype=float), x).fit(disp=0, warn_convergence=False)
    except (PerfectSeparationError, np.linalg.LinAlgError):
        return None
    return np.asarray(found.predict(x)) if found.mle_retvals["converged"] else None


def trimmed_weights(probabilities: np.ndarray, at: float = TRIMMED_AT) -> np.ndarray:
    """One by the probability of those who answered, those above a quantile set to it, with a mean of one.

    >>> trimmed_weights(np.array([0.5, 0.5, 0.5, 0.1]), at=0.5).tolist()
    [1.0, 1.0, 1.0, 1.0]
    """
    weights = 1 / probabilities
    cut = np.minimum(weights, np.quantile(weights, at))
    return cut / cut.mean()


def weighted_mean(values: np.ndarray, weights: np.ndarray, level: float = 0.95) -> tuple[float, float, float]:
    """A weighted mean with its interval, the weights taken as given: mean ± z sqrt(sum w²(y - mean)²) / sum w."""
    from scipy.special import ndtri

    mean = float(np.average(values, weights=weights))
    half = (
        float(ndtri((1 + level) / 2)) * float(np.sqrt((weights**2 * (values - mean) ** 2).sum())) / float(weights.sum())
    )
    return mean, mean - half, mean + half


@described(
    Kind.MEASURED,
    {
        "n": Column("People who answered twice", "people"),
        "asked": Column("People who answered before", "people"),
        "change": Column("Mean change", "points", decimals=1, low="low", high="high", interval="{level} (normal)"),
        "improved": Column("Improved", "%"),
        "worth": Column("People whose answers tell as much, unweighted", "people"),
    },
    header="Answers",
    basis=Basis("the change, weighted for those who did not answer", "statistic", "mean", each="worth"),
)
def weighted_change(
    people: pd.DataFrame, item: Item, groups: Mapping[str, OwnGroup] | None = None, level: float = 0.95
) -> pd.DataFrame | None:
    """The mean change and the share improved of those who answered twice, as they are, and weighted by `trimmed_weights`.

    `columns` is how many columns the logit has, `worth` is (sum w)² / sum w² (L. Kish 1965). None where everybody answered, or nothing can be told of who did.
    """
    found = weights_of(people, item, groups or {})
    if found is None:
        return None
    pairs = answered_either(people, item).loc[found.index]
    change = ((1 if item.higher_is_better else -1) * (pairs["after"] - pairs["before"])).to_numpy()
    rows = {
        name: _row(change, weights, level) | found.attrs
        for name, weights in {"as they are": np.ones(len(change)), "weighted": found.to_numpy()}.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index")


def weights_of(people: pd.DataFrame, item: Item, groups: Mapping[str, OwnGroup]) -> pd.Series | None:
    """The weight of each person who answered an item twice, with a mean of one; its attrs are n, asked, columns of `weighted_change`.

    None where everybody answered, or nothing can be told of who did.
    """
    known = known_before(people, item, groups)
    twice = answered_either(people, item).loc[known.index, "after"].notna()
    likely = None if twice.all() or known.empty else answer_probabilities(known, twice)
    if likely is None:
        return None
    found = pd.Series(trimmed_weights(likely[twice.to_numpy()]), known.index[twice])
    found.attrs = {"n": len(found), "asked": len(known), "columns": min(known.shape[1], room_for(twice))}
    return found


def _row(change: np.ndarray, weights: np.ndarray, level: float) -> dict[str, float]:
    mean, low, high = weighted_mean(change, weights, level)
    improved = 100 * float(np.average(change > 0, weights=weights))
    worth = float(weights.sum() ** 2 / (weights**2).sum())
    return {"change": mean, "low": low, "high": high, "improved": improved, "worth": worth}
