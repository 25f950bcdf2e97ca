"""Items of a questionnaire, pairs of answers, and the rule for answers that are missing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import pandas as pd

from analysis.described import inputs_of, of_nothing_nothing, read_from
from analysis.errors import InputError
from analysis.participants.schema import ITEMS, Item as Question


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

    @property
    def best(self) -> int | None:
        """The best answer; None where it has no end."""
        return self.high if self.higher_is_better else self.low


FRIENDS = Item("friends", "Friends met regularly", 0, None)


def questions(asked: Mapping[str, Question] = ITEMS) -> tuple[Item, ...]:
    """Everything that is asked before and after, as the study's questionnaire has it by name, and the number of friends."""
    found = (Item(name, each.label, each.low, each.high, each.higher_is_better) for name, each in asked.items())
    return (*found, FRIENDS)


class MissingRule(StrEnum):
    """What happens to people who did not give both answers of an item."""

    PAIRS = "pairs"  # people who answered this item both times
    COMPLETE = "complete"  # people who answered every listed item both times
    UNCHANGED = "unchanged"  # a missing answer counted as no change


@of_nothing_nothing
def about_before(answers: pd.DataFrame, before: str) -> pd.DataFrame:
    """The answers to compare with: as `asked before`, or with those given `looking back` in their place."""
    if before == "asked before":
        return answers
    then = {name: answers[name] for name in answers if name.endswith("_then")}
    return answers.assign(**{f"{name.removesuffix('_then')}_pre": each for name, each in then.items()})


def between(answers: pd.DataFrame, first: str, second: str) -> pd.DataFrame:
    """The answers of two moments, such as `then` and `six`, in the place of those before (`_pre`) and after (`_post`), and no others."""
    places = {f"_{first}": "_pre", f"_{second}": "_post"}
    names = {
        name: name.removesuffix(end) + new for name in answers for end, new in places.items() if name.endswith(end)
    }
    others = [name for name in answers if name.endswith(("_pre", "_post")) and name not in names]
    return answers.drop(columns=others).rename(columns=names)


@of_nothing_nothing
def items_answered(answers: pd.DataFrame, asked: Mapping[str, Question] = ITEMS, fewest: int = 2) -> tuple[Item, ...]:
    """Those of the `questions` that at least the `fewest` people answered before and after."""
    return tuple(item for item in questions(asked) if _twice(answers, item) >= fewest)


def _twice(answers: pd.DataFrame, item: Item) -> int:
    columns = [f"{item.name}_pre", f"{item.name}_post"]
    return int(answers[columns].notna().all(axis=1).sum()) if set(columns) <= set(answers) else 0


@of_nothing_nothing
def item_named(items: Iterable[Item], name: str = "") -> Item:
    """One of the items that have an upper end: of that name, or the first; raises InputError where there is none."""
    asked = [item for item in items if item.high is not None]
    chosen = next((item for item in asked if item.name == (name or item.name)), None)
    if chosen is None:
        raise InputError(
            "params.yaml",
            column="03_before_after.compare.item",
            found=repr(name),
            expected=f"one of {', '.join(item.name for item in asked)}",
            action="name an item that people answered before and after",
        )
    return chosen


@of_nothing_nothing
def paired_answers(
    records: pd.DataFrame, item: Item, rule: MissingRule | str = MissingRule.PAIRS, items: Iterable[Item] = ()
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
    items, rule = list(items), MissingRule(rule)
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
    return read_from(pairs.assign(change=sign * (pairs["after"] - pairs["before"])), *inputs_of(records))


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
