"""Items of a questionnaire, pairs of answers, and the rule for answers that are missing."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import pandas as pd


@dataclass(frozen=True)
class Item:
    """One question asked before and after, in the columns `<name>_pre`, `<name>_post` and perhaps `<name>_then`.

    Answers are whole numbers from `low` to `high` (None: no upper end, as for a number of friends).
    """

    name: str
    label: str
    low: int
    high: int | None
    higher_is_better: bool = True


class MissingRule(StrEnum):
    """What happens to people who did not give both answers of an item."""

    PAIRS = "people who answered this item both times"
    COMPLETE = "people who answered every listed item both times"
    UNCHANGED = "a missing answer counted as no change"


def paired_answers(
    records: pd.DataFrame, item: Item, rule: MissingRule = MissingRule.PAIRS, items: Iterable[Item] = ()
) -> pd.DataFrame:
    """Columns `before`, `after` and `change` (positive: better), one row for each person whom the rule keeps.

    An answer that is no number ("a few", a code for refused) counts as missing. `items` is the list that
    `MissingRule.COMPLETE` asks for. People who gave neither answer are left out under every rule. Raises ValueError
    for an answer off the item's scale or a rule without its list.

    >>> friends = Item("friends", "Friends", 0, None)
    >>> paired_answers(pd.DataFrame({"friends_pre": [4, "a few"], "friends_post": [8, 9]}), friends)
       before  after  change
    0     4.0    8.0     4.0
    """
    items = list(items)
    if rule is MissingRule.COMPLETE and not items:
        raise ValueError("the rule for complete answers needs the list of items")
    pairs = answered_either(records, item)
    if rule is MissingRule.UNCHANGED:
        pairs = pd.DataFrame(
            {"before": pairs["before"].fillna(pairs["after"]), "after": pairs["after"].fillna(pairs["before"])}
        )
    if rule is MissingRule.COMPLETE:
        pairs = pairs[pd.concat([answered_either(records, each) for each in items], axis=1).notna().all(axis=1)]
    pairs = pairs.dropna()
    sign = 1 if item.higher_is_better else -1
    return pairs.assign(change=sign * (pairs["after"] - pairs["before"]))


def as_numbers(answers: pd.Series, item: Item) -> pd.Series:
    """Answers as numbers, NaN for every answer that is none; raises ValueError for a number off the scale."""
    numbers = pd.to_numeric(answers, errors="coerce").astype("float64")
    high = float("inf") if item.high is None else item.high
    off = numbers.notna() & (~numbers.between(item.low, high) | numbers.isin([float("inf")]))
    if off.any():
        raise ValueError(f"{off.sum()} answers in '{answers.name}' are off the scale from {item.low} to {high:g}")
    return numbers


def answered_either(records: pd.DataFrame, item: Item) -> pd.DataFrame:
    """Columns `before` and `after` of everybody, NaN where no number was given."""
    return pd.DataFrame(
        {
            "before": as_numbers(records[f"{item.name}_pre"], item),
            "after": as_numbers(records[f"{item.name}_post"], item),
        }
    )
