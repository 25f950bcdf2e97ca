"""What 03_before_after prints of an item beside its protected counts, and what that says of the answers."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np
import pandas as pd

from analysis.disclosure.merged import Counts, Merged
from analysis.disclosure.reader import Statement
from analysis.disclosure.sums import squares_around
from analysis.multiple_tests import holm_adjusted
from analysis.questionnaire import proportions
from analysis.questionnaire.answers import Item
from analysis.questionnaire.change import d_av, d_z, mean_change, rank_biserial
from analysis.questionnaire.imputation import imputed_rows
from analysis.questionnaire.judged_names import (
    DIRECTIONS,
    IMPUTED,
    IMPUTED_INTERVAL,
    IMPUTED_SIDE,
    MEANS,
    ODDS,
    ODDS_INTERVAL,
    PRATT,
    RANK,
    SPREADS,
    T_INTERVALS,
    THRESHOLD,
    THRESHOLD_INTERVAL,
)
from analysis.questionnaire.ordinal import ordered_logit_change
from analysis.questionnaire.shift import TESTS, threshold_change
from analysis.reporting.views.evidence import WITHHELD
from analysis.results import Column, p_column, write


def widest_interval(tables: Iterable[Counts], level: float = 0.95) -> tuple[float, float]:
    """The lowest and the highest end of Tango's interval over tables that are shown alike, in per cent.

    It covers the interval of the true table, and says nothing that they do not say already.
    """
    ends = [proportions.tango_interval(table[0], table[2], sum(table), level) for table in tables]
    return 100 * min(each.low for each in ends), 100 * max(each.high for each in ends)


def share_between(low: int, high: int, people: int, unit: str = "%") -> str:
    """A number of people that lies between two as a share of all, in whole per cent (or points) and never narrower than it is.

    >>> share_between(0, 9, 52), share_between(43, 52, 52), share_between(13, 22, 50), share_between(-3, 5, 50)
    ('18% or less', '82% or more', '26% to 44%', '−6% to 10%')
    """
    least, most = (
        write(float(end), unit, 0) for end in (math.floor(100 * low / people), math.ceil(100 * high / people))
    )
    if low == 0:
        return f"{most} or less"
    return f"{least} or more" if high == people else f"{least} to {most}"


def count_statements(column: str, merged: Merged) -> tuple[Statement, ...]:
    """What the page says of counts that it does not show, as sums over people."""
    return tuple(
        Statement(f"{name}, between two numbers", (column,), lambda change, name=name: float(change == name), low, high)
        for name, (low, high) in zip(DIRECTIONS, merged.ends, strict=True)
        if low < high
    )


def p_at_most(p: float) -> str:
    """An upper end of a p-value as it is printed; WITHHELD where it says nothing.

    >>> p_at_most(0.01234), p_at_most(0.0000000001), p_at_most(1.0)
    ('0.013 or less', '0.001 or less', 'withheld')
    """
    least = max(math.ceil(round(1000 * p, 6)), 1) / 1000
    return WITHHELD if least >= 1 else f"{write(least, '', 3)} or less"


def holm_texts(item: Item, table: Counts, p_values: pd.Series) -> tuple[str, ...]:
    """The p-values of all items after Holm as they are printed, with those counts of one item."""
    with_this = p_values.to_numpy(dtype=float, copy=True)
    with_this[p_values.index.get_loc(item.label)] = proportions.mcnemar_exact(table[0], table[2])
    return tuple(p_text(float(p)) for p in holm_adjusted(with_this))


def text_in(column: Column, number: object) -> str:
    """A number as it is printed in a column.

    >>> text_in(p_column(), 0.0000004), text_in(Column("Mean", decimals=1), 2.75)
    ('under 0.001', '2.8')
    """
    if column.least is not None and isinstance(number, float) and number < column.least / 2:
        return f"under {column.least:g}"
    return write(number, column.unit, column.decimals)  # type: ignore[arg-type]


def p_text(p: float) -> str:
    """A p-value as it is printed."""
    return text_in(p_column(), p)


@dataclass(frozen=True)
class Headline:
    """The headline item: its scale, its bands, its threshold, the level of its intervals and the seed of what is drawn."""

    item: Item
    bands: Mapping[str, tuple[int, int]]
    threshold: int
    level: float = 0.95
    once: pd.DataFrame | None = None  # the answers, before and after, of those who answered once, where any are imputed
    seed: int = 0

    def printed(self) -> "dict[str, Callable[[AnswerSet], str | tuple[str, ...]]]":
        """What the page prints of each statistic of the headline item, but of those that are not a matter of digits."""
        tests = {test: partial(_test_text, test) for test in TESTS}
        return tests | {
            MEANS: lambda answers: answers.means("mean"),
            T_INTERVALS: lambda answers: answers.means("mean", "low", "high"),
            SPREADS: lambda answers: answers.spreads(),
            RANK: lambda answers: write(float(rank_biserial(answers.change)), "", 2),
            PRATT: lambda answers: write(float(rank_biserial(answers.change, zeros="pratt")), "", 2),
            ODDS: lambda answers: answers.odds[:1],
            ODDS_INTERVAL: lambda answers: answers.odds,
            THRESHOLD: lambda answers: answers.at_threshold[:1],
            THRESHOLD_INTERVAL: lambda answers: answers.at_threshold,
            IMPUTED_SIDE: lambda answers: answers.imputed[:1],
            IMPUTED: lambda answers: answers.imputed[1:2],
            IMPUTED_INTERVAL: lambda answers: answers.imputed[1:],
        }


def _test_text(test: str, answers: "AnswerSet") -> str:
    return p_text(answers.p_value(test))


@dataclass(frozen=True, eq=False)
class AnswerSet:
    """Everybody's answers to the headline item, in columns before and after, and what the page would print of them.

    What several statistics need is worked out once.
    """

    headline: Headline
    answers: pd.DataFrame

    @cached_property
    def pairs(self) -> pd.DataFrame:
        """The answers as `questionnaire.answers.paired_answers` gives them."""
        pairs = self.answers.set_axis(["before", "after"], axis=1)
        return pairs.assign(
            change=(1 if self.headline.item.higher_is_better else -1) * (pairs["after"] - pairs["before"])
        )

    @cached_property
    def change(self) -> np.ndarray:
        """Each person's change, more being better."""
        return self.pairs["change"].to_numpy(dtype=float)

    @cached_property
    def at_threshold(self) -> tuple[str, ...]:
        """The change at the threshold, the ends of its interval and its p-value, as printed."""
        row = threshold_change(self.pairs, self.headline.threshold, self.headline.level)
        shares = (write(100 * float(row[name]), "%", 0) for name in ("difference", "tango_low", "tango_high"))
        return (*shares, p_text(float(row["p_exact"])))

    @cached_property
    def mean_rows(self) -> list[pd.Series]:
        """Means before, after and of the change, as `questionnaire.change.mean_change` gives them."""
        names, level = ("before", "after", "change"), self.headline.level
        return [mean_change(self.pairs.assign(change=self.pairs[name]), level) for name in names]

    def p_value(self, test: str) -> float:
        """The p-value of one of `TESTS`."""
        return float(TESTS[test](self.pairs, self.headline.bands))

    def means(self, *parts: str) -> tuple[str, ...]:
        """Parts of the means before, after and of the change, as printed."""
        return tuple(write(float(row[part]), "", 1) for row in self.mean_rows for part in parts)

    def spreads(self) -> tuple[str, ...]:
        """The standardised changes as printed."""
        before, after = (self.ends[when].to_numpy(dtype=float) for when in ("before", "after"))
        return write(float(d_z(self.change)), "", 2), write(float(d_av(before, after)), "", 2)

    @cached_property
    def odds(self) -> tuple[str, ...]:
        """The odds of a better answer after against before and the ends of their interval, as printed."""
        row = ordered_logit_change(self.ends, self.headline.level)
        return tuple(write(float(row[name]), "", 2) for name in ("odds_ratio", "low", "high"))

    @property
    def ends(self) -> pd.DataFrame:
        """The answers before and after, more being better."""
        found = self.answers.set_axis(["before", "after"], axis=1)
        return found if self.headline.item.higher_is_better else -found

    @cached_property
    def imputed(self) -> tuple[str, ...]:
        """With missing answers imputed: the interval's side of zero, the mean change, its interval and the tipping point, as printed."""
        item, known = self.headline.item, self.answers.set_axis(["before", "after"], axis=1)
        everybody = pd.concat([known, self.headline.once])
        rows = imputed_rows(everybody, 1 if item.higher_is_better else -1, self.headline.seed, self.headline.level)
        return str(rows["side"][0]), *(write(each, "", 1) for each in (*rows["mean"], rows["tip"][0]))  # type: ignore[arg-type]


def moments(columns: Mapping[str, str], pairs: pd.DataFrame, level: float = 0.95) -> tuple[tuple[Statement, ...], ...]:
    """What the page may print of means, as sums over people: the means, then the means with their t intervals, since no page
    prints an interval whose mean it does not.

    They hold what the page says and nothing besides, since they are kept beside it: each sum of answers lies where it
    prints the same mean. With an interval, the sum of squared distances from the printed mean lies where
    mean ± t(n - 1) sd / sqrt(n) prints the same ends, of the answers before and after and of their differences.
    """
    one, two = columns["before"], columns["after"]
    printed = {when: printed_mean(pairs[when], level) for when in ("before", "after")}
    printed["change"] = printed_mean(pairs["after"] - pairs["before"], level)
    room = {
        when: (round(n * (mean - HALF), 9), round(n * (mean + HALF), 9)) for when, (n, mean, _, _) in printed.items()
    }
    means = (
        Statement("mean before", (one,), float, *room["before"]),
        Statement("mean after", (two,), float, *room["after"]),
        Statement("mean change", (one, two), lambda before, after: after - before, *room["change"]),
    )
    centre = {when: mean for when, (_, mean, _, _) in printed.items()}
    squares = {when: squares_around(*each, half=HALF, level=level) for when, each in printed.items()}
    intervals = (
        Statement("interval before", (one,), lambda before: (before - centre["before"]) ** 2, *squares["before"]),
        Statement("interval after", (two,), lambda after: (after - centre["after"]) ** 2, *squares["after"]),
        Statement(
            "interval of the change",
            (one, two),
            lambda before, after: (after - before - centre["change"]) ** 2,
            *squares["change"],
        ),
    )
    return means, (*means, *intervals)


def printed_alike(statements: Sequence[Statement], pairs: pd.DataFrame, level: float = 0.95) -> tuple[Statement, ...]:
    """The sums of `moments` within ends that leave no doubt of what is printed: sums as they are, and squares that print the same
    interval around that mean. Other sums as they were."""
    values = {**{when: pairs[when] for when in ("before", "after")}, "change": pairs["after"] - pairs["before"]}
    told = [(each, *each.label.replace("of the ", "").split()) for each in statements]
    return tuple(
        each if words[0] not in ("mean", "interval") else replace(each, low=ends[0], high=ends[1])
        for each, *words in told
        for ends in [_alike(words[0], values[words[1]], level) if words[0] in ("mean", "interval") else ()]
    )


def _alike(of: str, values: pd.Series, level: float) -> tuple[float, float]:
    from scipy.special import stdtrit

    n, mean, low, high = printed_mean(values, level)
    exact = float(values.mean())
    if of == "mean":
        return float(values.sum()), float(values.sum())
    arms = max(exact - low, high - exact) - HALF + 1e-6, min(exact - low, high - exact) + HALF - 1e-6
    spreads = (max(arm, 0.0) / float(stdtrit(n - 1, (1 + level) / 2)) for arm in arms)
    least, most = ((n - 1) * n * spread**2 + n * (exact - mean) ** 2 for spread in spreads)
    return least, most


HALF = 0.05  # of the last digit that means are printed with


def printed_mean(values: pd.Series, level: float = 0.95) -> tuple[int, float, float, float]:
    """How many answered, and the mean with the ends of its t interval as they are printed."""
    row = mean_change(pd.DataFrame({"change": values}), level)
    mean, low, high = (round(float(row[part]), 1) for part in ("mean", "low", "high"))
    return len(values), mean, low, high
