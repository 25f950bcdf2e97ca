"""Statistics that follow from counts, some of them hidden: shown only if they leave every hidden count open.

A difference of shares, its interval, a p-value or an effect size is a function of the counts behind it, and together with
the counts that are shown it can nearly give a hidden one away. The rule, for each statistic in turn: among all tables that
fit what is shown, and print every statistic shown so far and this one exactly as the true table does, each sensitive
hidden count must still take values at least `Rules.width` apart. Otherwise the statistic is withheld.

Where there are few counts, all whole-number tables are gone through (`tables_that_fit`), and the rule is exact. Where there
are too many, complete sets of answers are looked for that print the same page (see `witness`): two of them that differ
enough in a count prove that it stays open, and where none are found the statistic is withheld.

That a statistic is withheld tells of the counts, too. Where all tables are gone through, what a reader learns from it is
weighed: those that would all print a statistic withheld must be as open, taken together, as those that print it alike, and
are what is left for the statistics after it. So whoever knows this rule finds no more than whoever does not. Among sets of
answers, of which only some are tried, this is not weighed.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from analysis.disclosure.decisions import REFUSED, SHOWN, Decision
from analysis.disclosure.rules import Rules

MOST_TABLES = 200_000  # beyond this, going through all of them takes minutes
RULE = "statistics of hidden counts"

T = TypeVar("T")


@dataclass(frozen=True)
class Statistic(Generic[T]):
    """A statistic as it is printed: `printed` gives of one table, or set of answers, what a reader would see.

    `needs` are statistics without which this one is not shown, since it would tell of them. They cost less to work out,
    and leave fewer tables to go through.
    """

    name: str
    printed: Callable[[T], Hashable]
    needs: tuple[str, ...] = ()
    follows: bool = True  # whether it follows from the counts alone
    spare: int = 0  # how many values more it must leave, so that those of which it is withheld are open on either side


@dataclass(frozen=True)
class Judged(Generic[T]):
    """Which statistics may be shown, every table considered that prints them alike, and the decisions."""

    shown: frozenset[str]
    fits: tuple[T, ...]
    decisions: tuple[Decision, ...]


def judge_derived(
    where: str,
    statistics: Sequence[Statistic[T]],
    candidates: Sequence[T],
    hidden: Callable[[T], Sequence[int]],
    rules: Rules,
    every: bool = False,
) -> Judged[T]:
    """Decide on each statistic of `where`, in the order given, which is that of their importance.

    `candidates` fit the counts that are shown, the true one first; `hidden` gives of one of them the sensitive counts that
    must stay open. Where there are none everything may be shown. `every`: whether no other candidates are possible.
    """
    shown: list[str] = []
    decisions: list[Decision] = []
    fits = [(each, hidden(each)) for each in candidates]
    for each in statistics:
        kept = _alike(each, fits) if set(each.needs) <= set(shown) else []
        others = _withheld(each, fits, rules) if every and each.follows and kept and kept[0][1] else []
        decision = _decide(f"{each.name}: {where}", [counts for _, counts in kept], rules, rules.width + each.spare)
        if others and not _open(others, rules.width):
            decision = Decision(
                decision.table, RULE, REFUSED, "that it is withheld of others would tell of their counts"
            )
        elif others and decision.decision == REFUSED:
            fits = others
        decisions.append(decision)
        if decision.decision == SHOWN:
            shown.append(each.name)
            fits = kept
    return Judged(frozenset(shown), tuple(candidate for candidate, _ in fits), tuple(decisions))


def _alike(statistic: Statistic[T], fits: Sequence[tuple[T, Sequence[int]]]) -> list[tuple[T, Sequence[int]]]:
    """Those that print the statistic as the first does."""
    true, *others = fits
    printed = statistic.printed(true[0])
    return [true, *(each for each in others if statistic.printed(each[0]) == printed)]


def _withheld(
    statistic: Statistic[T], fits: Sequence[tuple[T, Sequence[int]]], rules: Rules
) -> list[tuple[T, Sequence[int]]]:
    """Those of which the statistic would be withheld, the true one first if it is among them."""
    alike: dict[Hashable, list[tuple[T, Sequence[int]]]] = {}
    for each in fits:
        alike.setdefault(statistic.printed(each[0]), []).append(each)
    return [each for group in alike.values() if not _open(group, rules.width + statistic.spare) for each in group]


def _open(fits: Sequence[tuple[T, Sequence[int]]], width: int) -> bool:
    return narrowest([counts for _, counts in fits], lambda counts: counts) >= width


def _decide(name: str, kept: Sequence[Sequence[int]], rules: Rules, width: int) -> Decision:
    """On a statistic, from the hidden counts of all candidates that print it alike."""
    if not kept:
        return Decision(name, RULE, REFUSED, "it would tell of another statistic that is withheld")
    if not kept[0]:
        return Decision(name, RULE, SHOWN, "no count behind it is hidden")
    if narrowest(kept, lambda counts: counts) < width:
        return Decision(name, RULE, REFUSED, "with it a reader could narrow a hidden count down")
    return Decision(name, RULE, SHOWN, f"each hidden count could still be any of {rules.width + 1} numbers or more")


def narrowest(candidates: Sequence[T], hidden: Callable[[T], Sequence[int]]) -> float:
    """The smallest distance between the least and the greatest value of a hidden count over the candidates.

    >>> narrowest([(3, 1), (1, 3), (0, 4)], lambda table: table)
    3
    """
    columns = list(zip(*(hidden(each) for each in candidates), strict=True))
    return min((max(values) - min(values) for values in columns), default=float("inf"))


def tables_that_fit(shown: Sequence[int | None], total: int) -> list[tuple[int, ...]]:
    """Every table of whole numbers with the counts shown (None: hidden) and this total.

    Raises ValueError if there are more than `MOST_TABLES`, or none.

    >>> tables_that_fit([None, 5, None], 7)
    [(0, 5, 2), (1, 5, 1), (2, 5, 0)]
    """
    from math import comb

    left, places = total - sum(count for count in shown if count is not None), sum(count is None for count in shown)
    if left < 0 or (left and not places):
        raise ValueError(f"no table has the counts shown and {total} people in all")
    if places and comb(left + places - 1, places - 1) > MOST_TABLES:
        raise ValueError(f"{left} people in {places} hidden counts make too many tables to go through")
    filled = (iter(part) for part in _parts(left, places))
    return [tuple(next(part) if count is None else count for count in shown) for part in filled]


def _parts(total: int, places: int) -> list[tuple[int, ...]]:
    """Every way to write a total as a sum of so many whole numbers, zero included, the first rising."""
    if places <= 1:
        return [(total,) * places]
    return [(first, *rest) for first in range(total + 1) for rest in _parts(total - first, places - 1)]


def squares_around(
    n: int, mean: float, low: float, high: float, half: float, level: float = 0.95
) -> tuple[float, float]:
    """From where to where the sum of squared distances from a printed mean can lie, given the printed ends of its t interval
    at a level; `half` is half of the last digit printed.

    It is (n - 1) sd² and n times the square of what the mean was rounded by.
    """
    from scipy.special import stdtrit

    arms = (mean - low, high - mean)
    least = max(max(arms) - 2 * half, (high - low) / 2 - half, 0.0)
    most = min(min(arms) + 2 * half, (high - low) / 2 + half)
    sums = [(n - 1) * n * (arm / float(stdtrit(n - 1, (1 + level) / 2))) ** 2 for arm in (least, most)]
    return round(sums[0], 9), round(sums[1] + n * half**2, 9)
