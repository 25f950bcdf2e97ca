"""Which statistics of an item 03_before_after may show beside its protected counts: the rule of `analysis.disclosure.derived`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations_with_replacement

import numpy as np
import pandas as pd

from analysis.disclosure.derived import Judged, Statistic, judge_derived, squares_around, tables_that_fit
from analysis.disclosure.reader import Statement
from analysis.disclosure.rules import Rules
from analysis.quantities import as_interval
from analysis.questionnaire import proportions
from analysis.questionnaire.answers import Item
from analysis.questionnaire.attrition import worst_case_mean
from analysis.questionnaire.change import d_av, d_z, mean_change, rank_biserial
from analysis.questionnaire.imputation import imputed_rows
from analysis.questionnaire.judged import (
    HOLM,
    IMPUTED,
    IMPUTED_INTERVAL,
    IMPUTED_SIDE,
    INTERVAL,
    MEANS,
    NET,
    NET_SIGN,
    PRATT,
    RANK,
    RESAMPLED,
    SPREADS,
    T_INTERVALS,
    THRESHOLD,
    THRESHOLD_INTERVAL,
    WORST,
)
from analysis.questionnaire.shift import TESTS, threshold_change
from analysis.questionnaire.summary import holm_adjusted
from analysis.results import Column, p_column, write

SIZES = (
    1,
    2,
    3,
)  # of gains and losses, in the sets of answers tried for a rank correlation; any scale of five has them
MOST_SETS = 2_000_000  # of sizes, for one table
Counts = tuple[int, ...]


@dataclass(frozen=True)
class Directions:
    """How many improved, stayed the same and got worse, as counted and as shown (None: hidden)."""

    true: Counts
    shown: tuple[int | None, ...]

    @property
    def n(self) -> int:
        """Everybody who answered twice."""
        return sum(self.true)

    def open_places(self, rules: Rules) -> list[int]:
        """Places of the hidden counts; none where no hidden count is hidden for its own sake."""
        return [i for i, count in enumerate(self.shown) if count is None] if self.is_hidden(self.true, rules) else []

    def is_hidden(self, table: Counts, rules: Rules) -> bool:
        """Whether a table has, where counts are hidden, one that must be."""
        hidden = (count for count, shown in zip(table, self.shown, strict=True) if shown is None)
        most = min(rules.largest_share * self.n, self.n - rules.minimum_cell)
        return any(count < rules.minimum_cell or count > most for count in hidden)

    def fitting(self, rules: Rules) -> list[Counts]:
        """The true table, then every table that fits what is shown and would have been hidden as well."""
        tables = tables_that_fit(self.shown, self.n)
        return [self.true, *(each for each in tables if None not in self.shown or self.is_hidden(each, rules))]


def largest_exact_net(n: int, rules: Rules) -> int:
    """The largest difference of improved and worse that may be shown beside hidden counts, in people.

    Of n people, with a difference d, between 0 and (n - d) / 2 got worse, whole people only: as many as the minimum, and one
    more, so that the differences above this one leave enough when they are taken together.
    """
    return n - 2 * rules.minimum_cell


def net_statements(column: str, true: Counts, rules: Rules) -> tuple[tuple[Statement, ...], ...]:
    """What the page may say of the difference of improved and worse, as sums over people: it, how large it is at least, nothing."""
    sign = {"improved": 1.0, "same": 0.0, "worse": -1.0}
    n, net = sum(true), true[0] - true[2]
    least, room = largest_exact_net(n, rules) + 1, n * 0.005
    printed = round(100 * net / n) * n / 100  # as the page prints it: the exact sum is nobody's to know
    ends = (least, n) if net > 0 else (-n, -least)
    exact, at_least = (
        Statement("net improvement", (column,), lambda change: sign[change], low, high, spare)
        for low, high, spare in ((round(printed - room, 9), round(printed + room, 9), 1), (*ends, 0))
    )
    return ((exact,), (at_least,), ()) if 0 < least <= abs(net) else ((exact,), ())


def net_text(table: Counts) -> str:
    """The share improved less the share worse as it is printed, in whole per cent."""
    return write(100 * (table[0] - table[2]) / sum(table), "%", 0)


def interval_text(table: Counts, level: float = 0.95) -> tuple[str, str]:
    """Tango's interval of it as it is printed."""
    ends = proportions.tango_interval(table[0], table[2], sum(table), level)
    return write(100 * ends.low, "%", 0), write(100 * ends.high, "%", 0)


def widest_interval(directions: Directions, rules: Rules, level: float = 0.95) -> tuple[float, float]:
    """The lowest and the highest end of Tango's interval over all tables with the counts and the difference shown, in per cent.

    It covers the interval of the true table, and says nothing that the counts and the difference do not say already.
    """
    tables = [table for table in directions.fitting(rules) if net_text(table) == net_text(directions.true)]
    ends = [proportions.tango_interval(table[0], table[2], directions.n, level) for table in tables]
    return 100 * min(each.low for each in ends), 100 * max(each.high for each in ends)


def judge_item(
    item: Item, directions: Directions, summary: pd.DataFrame, rules: Rules, level: float = 0.95
) -> Judged[Counts]:
    """Which statistics of an item may be shown that is known by its directions alone; `summary` holds all items.

    All whole-number tables are gone through. A reader is taken to know the other items' p-values. Raises ValueError if
    there are too many tables.
    """
    rank = write(summary.loc[item.label, "rank_biserial"], "", 2)
    statistics: list[Statistic[Counts]] = [
        Statistic(NET, net_text, spare=1),
        Statistic(NET_SIGN, lambda table: table[0] > table[2]),
        Statistic(HOLM, lambda table: holm_texts(item, table, summary["p"])),
        Statistic(RANK, lambda table: table == directions.true or has_rank(table, rank), (NET,), follows=False),
        Statistic(INTERVAL, lambda table: interval_text(table, level), (NET,)),
        # Whoever resamples a table that fits gets other ends; none that prints the same can be counted on.
        Statistic(RESAMPLED, lambda table: table, (RANK,), follows=False),
    ]
    places, tables = directions.open_places(rules), directions.fitting(rules)
    return judge_derived(item.label, statistics, tables, lambda table: [table[i] for i in places], rules, every=True)


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


def has_rank(table: Counts, text: str) -> bool:
    """Whether people who improved and got worse by the sizes in `SIZES` can print this rank-biserial correlation.

    >>> has_rank((4, 0, 0), "1.00"), has_rank((4, 0, 4), "1.00")
    (True, False)
    """
    gains, losses = _by_size(table[0]), _by_size(table[2])
    if len(gains) * len(losses) > MOST_SETS:
        return False
    ranks = _mid_ranks(gains[:, None, :] + losses[None, :, :])
    up, down = (gains[:, None, :] * ranks).sum(axis=2), (losses[None, :, :] * ranks).sum(axis=2)
    found = np.divide(up - down, up + down, out=np.zeros(up.shape), where=up + down > 0)
    return bool((np.abs(found - float(text.replace("−", "-"))) < 0.00499).any())


def _by_size(people: int) -> np.ndarray:
    """Every way in which so many people can have changed by the sizes: a row each, a column for each size."""
    ends = np.array(list(combinations_with_replacement(range(people + 1), len(SIZES) - 1))).reshape(-1, len(SIZES) - 1)
    return np.diff(ends, prepend=0, append=people, axis=1)


def _mid_ranks(sizes: np.ndarray) -> np.ndarray:
    """The rank that all people of one size share: those below, and half of the size's own and one."""
    return np.cumsum(sizes, axis=-1) - sizes + (sizes + 1) / 2


@dataclass(frozen=True)
class Headline:
    """The headline item: its scale, its bands, its threshold, the level of its intervals and the seed of what is drawn."""

    item: Item
    bands: Mapping[str, tuple[int, int]]
    threshold: int
    others: Sequence[
        pd.DataFrame
    ] = ()  # what those without both answers can have changed by, as `change_limits` gives it
    level: float = 0.95
    once: pd.DataFrame | None = None  # the answers, before and after, of those who answered once, where any are imputed
    seed: int = 0

    def statistics(self, summary: pd.DataFrame) -> "list[Statistic[AnswerSet]]":
        """Everything the page prints of the headline item beside its counts, by importance; the dearest test comes late."""
        *tests, dear = (Statistic(test, lambda answers, test=test: p_text(answers.p_value(test))) for test in TESTS)
        return [
            Statistic(MEANS, lambda answers: answers.means("mean")),
            Statistic(NET, lambda answers: net_text(answers.directions)),
            Statistic(HOLM, lambda answers: holm_texts(self.item, answers.directions, summary["p"])),
            Statistic(T_INTERVALS, lambda answers: answers.means("mean", "low", "high"), (MEANS,)),
            Statistic(SPREADS, lambda answers: answers.spreads(), (T_INTERVALS,)),
            *tests,
            Statistic(RANK, lambda answers: write(float(rank_biserial(answers.change)), "", 2)),
            Statistic(PRATT, lambda answers: write(float(rank_biserial(answers.change, zeros="pratt")), "", 2)),
            Statistic(THRESHOLD, lambda answers: answers.at_threshold[:1]),
            Statistic(THRESHOLD_INTERVAL, lambda answers: answers.at_threshold, (THRESHOLD,)),
            Statistic(INTERVAL, lambda answers: interval_text(answers.directions, self.level), (NET,)),
            dear,
            Statistic(RESAMPLED, lambda answers: answers.sorted(), (SPREADS, RANK, PRATT)),
            Statistic(WORST, lambda answers: answers.worst_cases(), (MEANS,)),
            *([] if self.once is None else self._imputed()),
        ]

    def _imputed(self) -> "list[Statistic[AnswerSet]]":
        return [
            Statistic(IMPUTED_SIDE, lambda answers: answers.imputed[:1], (MEANS,)),
            Statistic(IMPUTED, lambda answers: answers.imputed[1:2], (MEANS,)),
            Statistic(IMPUTED_INTERVAL, lambda answers: answers.imputed[1:], (IMPUTED, T_INTERVALS)),
        ]


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
    def directions(self) -> Counts:
        """How many improved, stayed the same and got worse."""
        return int((self.change > 0).sum()), int((self.change == 0).sum()), int((self.change < 0).sum())

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
        before, after = (self.answers.iloc[:, place].to_numpy(dtype=float) for place in (0, 1))
        ends = (before, after) if self.headline.item.higher_is_better else (-before, -after)
        return write(float(d_z(self.change)), "", 2), write(float(d_av(*ends)), "", 2)

    def worst_cases(self) -> tuple[str, ...]:
        """The bounds of the mean change among everybody, as printed; a reader is taken to know the others' answers."""
        total = as_interval(float(self.change.sum()))
        found = (worst_case_mean(total, len(self.change), limits) for limits in self.headline.others)
        return tuple(write(end, "", 1) for each in found for end in (each.low, each.high))

    @cached_property
    def imputed(self) -> tuple[str, ...]:
        """With missing answers imputed: the interval's side of zero, the mean change, its interval and the tipping point, as printed."""
        item, known = self.headline.item, self.answers.set_axis(["before", "after"], axis=1)
        everybody = pd.concat([known, self.headline.once])
        rows = imputed_rows(everybody, 1 if item.higher_is_better else -1, self.headline.seed, self.headline.level)
        return str(rows["side"][0]), *(write(each, "", 1) for each in (*rows["mean"], rows["tip"][0]))  # type: ignore[arg-type]

    def sorted(self) -> tuple[tuple[float, ...], ...]:
        """The answers without whose they are."""
        return tuple(map(tuple, self.answers.sort_values(list(self.answers)).to_numpy()))


def moments(columns: Mapping[str, str], pairs: pd.DataFrame, level: float = 0.95) -> tuple[tuple[Statement, ...], ...]:
    """What the page may print of means, as sums over people, from most to least: means with t intervals, means, nothing.

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
    return (*means, *intervals), means, ()


HALF = 0.05  # of the last digit that means are printed with


def printed_mean(values: pd.Series, level: float = 0.95) -> tuple[int, float, float, float]:
    """How many answered, and the mean with the ends of its t interval as they are printed."""
    row = mean_change(pd.DataFrame({"change": values}), level)
    mean, low, high = (round(float(row[part]), 1) for part in ("mean", "low", "high"))
    return len(values), mean, low, high
