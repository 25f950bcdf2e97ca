"""Groups of people and waves after the second, as 03_before_after shows them: counts and means proved beside all else on the page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.described import Description, describe, inputs_of, name_of, of_nothing_nothing
from analysis.disclosure.reader import Background, Derived, Statement
from analysis.disclosure.sums import squares_around
from analysis.disclosure.tables import TOTAL, count_people
from analysis.participants import Records
from analysis.participants.own_items import OwnGroup
from analysis.questionnaire.answers import Item, between, items_answered, paired_answers
from analysis.questionnaire.change import mean_change
from analysis.questionnaire.groups import comparisons, group_of, levels_of
from analysis.questionnaire.judged_names import DIRECTIONS
from analysis.questionnaire.proportions import mcnemar_exact, tango_interval
from analysis.reporting.views.before_after_answers import Answers, direction
from analysis.reporting.views.before_after_statistics import HALF, printed_mean
from analysis.reporting.views.compared import group_columns, group_row, with_holm
from analysis.reporting.views.evidence import HIDDEN, WITHHELD
from analysis.results import Column, Kind, Labelled, p_column, slug

YES, NO = "improved", "not improved"


@dataclass(frozen=True)
class _Compared:
    """The answers of some people to an item at two moments (`pairs`, with before, after, change), in columns called `columns`."""

    item: Item
    pairs: pd.DataFrame
    columns: tuple[str, str]

    @property
    def background(self) -> Background:
        """What a reader knows of the change: that it follows from two answers on the item's scale."""
        sign = 1 if self.item.higher_is_better else -1
        points = [float(point) for point in range(self.item.low, int(self.item.high or 0) + 1)]
        derived = (
            Derived(f"{self.columns[1]} direction", self.columns, lambda b, a: direction(sign * (a - b))),
            Derived(f"{self.columns[1]} improved", self.columns, lambda b, a: YES if sign * (a - b) > 0 else NO),
        )
        return Background(derived, categories=dict.fromkeys(self.columns, points))

    def people(self, **more: pd.Series) -> pd.DataFrame:
        """A row for each person, with the direction of the change and whether it is for the better."""
        change = self.pairs["change"]
        return pd.DataFrame(
            {
                f"{self.columns[1]} direction": change.map(direction),
                f"{self.columns[1]} improved": np.where(change > 0, YES, NO),
                **{name: each.reindex(change.index) for name, each in more.items()},
            },
            index=change.index,
        )

    def said(self, level: float, of: str = "", value: str = "") -> tuple[Statement, Statement]:
        """The mean change of everybody, or of those of one group, and its t interval, as printed: sums over people."""
        n, mean, low, high = printed_mean(self.pairs["after"] - self.pairs["before"], level)
        ends = round(n * (mean - HALF), 9), round(n * (mean + HALF), 9)
        around = squares_around(n, mean, low, high, HALF, level)
        columns = (*self.columns, of) if of else self.columns
        of_group = lambda weight: lambda b, a, *group: weight(a - b) if group in ((), (value,)) else 0.0  # noqa: E731
        return (
            Statement(f"mean change {value}", columns, of_group(float), *ends),
            Statement(
                f"interval of the change {value}", columns, of_group(lambda change: (change - mean) ** 2), *around
            ),
        )

    def ways(self, tables: Sequence[dict[str, pd.Series]], said: Sequence[tuple[Statement, Statement]], fewest: int, always: tuple[Statement, ...] = ()) -> tuple[list[tuple[dict[str, pd.Series], Background]], list[tuple[bool, bool]]]:  # fmt: skip
        """Ways to show it, the most telling first, and of each whether means and their intervals stand in it.

        Means stand beside the first of the tables alone, whose hidden counts are proved with them; intervals where none of its counts
        is small: whole numbers of people leave a small count fewer values beside a mean and its interval than the proof by fractions
        of people finds.
        """
        means, intervals = (tuple(each) for each in zip(*said, strict=True))
        large = all(counts.min() >= fewest for counts in tables[0].values())
        shown = [
            *((tables[0], parts) for parts in ((True, True), (True, False))[not large :]),
            *((table, (False, False)) for table in tables),
        ]
        told = [(*always, *(means if mean else ()), *(intervals if ends else ())) for _, (mean, ends) in shown]
        choices = [
            (table, replace(self.background, statements=each)) for (table, _), each in zip(shown, told, strict=True)
        ]
        return choices, [parts for _, parts in shown]


@of_nothing_nothing
def by_group(answers: Answers) -> pd.DataFrame | None:
    """The share improved and the mean change in each group that the team declares, beside those of its reference group.

    For every item with two ends; p-values of Fisher's exact test against the reference, held by Holm against all rows. None
    where no groups are declared, or counts are rounded.
    """
    own = _records(answers).own
    if not own.groups or answers.evidence.base is not None:
        return None
    items = sorted((item for item in answers.items if item.high is not None), key=lambda item: item != answers.headline)
    rows = [
        row for name, group in own.groups.items() for item in items for row in _in_groups(answers, item, name, group)
    ]
    if not rows:
        return None
    frame = pd.DataFrame([row for _, row in rows], index=pd.Index([label for label, _ in rows], dtype=object))
    return _passed(answers, with_holm(frame), _group_columns(answers.level), "Item and group")


def _in_groups(
    answers: Answers, item: Item, name: str, group: OwnGroup
) -> Iterator[tuple[Labelled, dict[str, object]]]:
    pairs, fewest = answers.pairs(item), answers.evidence.rules.minimum_cell
    belongs = without_small(group_of(answers.records.loc[pairs.index], name, group), fewest)
    levels = levels_of(belongs, group)
    if len(levels) < 2:
        return
    compared = _Compared(item, pairs, tuple(answers.columns(item).values()))  # type: ignore[arg-type]
    improved, table = f"{compared.columns[1]} improved", f"improved in {item.label} by {group.label}"
    people = compared.people(**{name: belongs})
    parts = {level: _Compared(item, pairs[belongs == level], compared.columns) for level in levels}
    counted = {table: count_people(people, [name, improved], {name: levels, improved: [YES, NO]})}
    sizes = {f"{item.label} answered by {group.label}": count_people(people, [name], {name: levels})}
    said = [part.said(answers.level, name, level) for level, part in parts.items()]
    known = tuple(_size_said(name, level, len(part.pairs)) for level, part in parts.items())
    choices, parts_shown = compared.ways([counted, sizes], said, fewest, known)
    place, cells = answers.evidence.first_beside(choices)
    shown = cells.get(table, pd.Series(dtype="Int64"))
    safe = any(each.notna().any() for each in cells.values())
    counts = {level: (_whole(shown.get((level, YES))), len(parts[level].pairs) if safe else None) for level in levels}
    for level in levels:
        row = group_row("improved", counts[level], counts[levels[0]] if level != levels[0] else None, answers.level)
        mean = _mean(parts[level].pairs, answers.level, *(parts_shown[place] if safe else (False, False)))
        yield Labelled(f"{item.label}, {group.label}: {level}", slug(f"{item.name} {name} {level}")), row | mean


def without_small(groups: pd.Series, fewest: int) -> pd.Series:
    """Groups with those of fewer people than that taken together, and with the smallest of the others where they are still too few.

    >>> without_small(pd.Series(["a"] * 5 + ["b"] * 3 + ["c", "d"]), 3).value_counts().to_dict()
    {'a': 5, 'others together': 5}
    """
    sizes = groups.value_counts().sort_values(kind="stable")
    rest = list(sizes[sizes < fewest].index)
    while rest and sizes[rest].sum() < fewest and len(rest) < len(sizes):
        rest = list(sizes.index[: len(rest) + 1])
    return groups.mask(groups.isin(rest), "others together") if rest else groups


def _size_said(of: str, value: str, people: int) -> Statement:
    """How many people of a group answered, which is the base of what is said of it."""
    return Statement(f"people: {value}", (of,), lambda group: float(group == value), people, people)


@of_nothing_nothing
def by_wave(answers: Answers) -> pd.DataFrame | None:
    """How many changed between two moments of which one is later than the second, for every item asked at both.

    None where the team declares no later moment, or counts are rounded.
    """
    own = _records(answers).own
    if not own.later or answers.evidence.base is not None:
        return None
    rows = [row for first, second in comparisons(own) for row in _between(answers, first, second)]
    if not rows:
        return None
    frame = pd.DataFrame([row for _, row in rows], index=pd.Index([label for label, _ in rows], dtype=object))
    return _passed(answers, with_holm(frame), _wave_columns(answers.level), "Item and moments")


def _between(answers: Answers, first: str, second: str) -> Iterator[tuple[Labelled, dict[str, object]]]:
    records = _records(answers)
    own, moments = records.own, records.own.moments
    frame = between(records.questionnaire.values, first, second)  # type: ignore[union-attr]
    for item in items_answered(frame, own.asked, answers.evidence.rules.minimum_cell):
        if item.high is not None:
            compared = _Compared(item, paired_answers(frame, item), (f"{item.name}_{first}", f"{item.name}_{second}"))
            said = f"{item.label}, {moments[first].label} and {moments[second].label}"
            yield Labelled(said, slug(f"{item.name} {first} {second}")), _wave_row(answers, compared, said)


def _wave_row(answers: Answers, compared: _Compared, table: str) -> dict[str, object]:
    column = f"{compared.columns[1]} direction"
    tables = {table: count_people(compared.people(), [column], {column: list(DIRECTIONS)})}
    choices, parts_shown = compared.ways([tables], [compared.said(answers.level)], answers.evidence.rules.minimum_cell)
    place, cells = answers.evidence.first_beside(choices)
    counts = [_whole(cells[table][(name,)]) for name in DIRECTIONS]
    n = _whole(cells[table][(TOTAL,)])
    shares = {
        name: HIDDEN if count is None or not n else 100 * count / n
        for name, count in zip(DIRECTIONS, counts, strict=True)
    }
    row: dict[str, object] = {
        "n": HIDDEN if n is None else n,
        **shares,
        "net": WITHHELD,
        "net_low": np.nan,
        "net_high": np.nan,
    }
    if n and None not in counts:
        ends = tango_interval(counts[0], counts[2], n, answers.level)  # type: ignore[arg-type]
        row |= {"net": 100 * (counts[0] - counts[2]) / n, "net_low": 100 * ends.low, "net_high": 100 * ends.high}  # type: ignore[operator]
    exact = mcnemar_exact(counts[0], counts[2]) if n and None not in counts else np.nan  # type: ignore[arg-type]
    return {**row, "p": exact, **_mean(compared.pairs, answers.level, *(parts_shown[place] if n else (False, False)))}


def _mean(pairs: pd.DataFrame, level: float, shown: bool, with_ends: bool) -> dict[str, object]:
    """The mean change, positive for better, with its t interval, as far as these may be shown."""
    found = mean_change(pairs, level) if shown else {}
    low, high = (found[end] if with_ends else np.nan for end in ("low", "high"))
    return {"mean": found["mean"] if shown else WITHHELD, "mean_low": low, "mean_high": high}


def _whole(count: object) -> int | None:
    return None if pd.isna(count) else int(count)  # type: ignore[call-overload]


def _records(answers: Answers) -> Records:
    return answers.evidence.records  # type: ignore[return-value]


def _passed(answers: Answers, frame: pd.DataFrame, columns: dict[str, Column], header: str) -> pd.DataFrame:
    inputs = inputs_of(answers.records)
    return describe(frame, Description(Kind.MEASURED, columns, header=header, inputs=inputs, passed=True))


_N = Column("People", "people", function=name_of(count_people))


def _mean_column(level: float) -> Column:
    ends = {"low": "mean_low", "high": "mean_high", "interval": f"{100 * level:g} % (t)"}
    return Column("Mean change", "points", decimals=1, function=name_of(mean_change), **ends)


def _group_columns(level: float) -> dict[str, Column]:
    return {**group_columns("improved", "Improved", _N, level), "mean": _mean_column(level)}


def _wave_columns(level: float) -> dict[str, Column]:
    tango = f"{100 * level:g} % (Tango)"
    return {
        "n": _N,
        **{each: Column(each.capitalize(), "%", function=name_of(count_people)) for each in DIRECTIONS},
        "net": Column(
            "Improved less worse",
            "percentage points",
            low="net_low",
            high="net_high",
            interval=tango,
            function=name_of(tango_interval),
        ),
        "p": p_column("p-value, McNemar, Holm over the rows"),
        "mean": _mean_column(level),
    }
