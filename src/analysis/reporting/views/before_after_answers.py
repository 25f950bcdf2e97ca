"""The answers that 03_before_after compares: items, pairs, and their counts as they may be shown."""

from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from analysis.disclosure.decisions import REFUSED, Decision
from analysis.disclosure.reader import Background, Derived, Statement
from analysis.disclosure.tables import count_people
from analysis.errors import InputError
from analysis.participants import ITEMS
from analysis.questionnaire.answers import Item, MissingRule, paired_answers
from analysis.questionnaire.shift import shift_table
from analysis.questionnaire.summary import item_summary
from analysis.reporting.views.evidence import Evidence

DIRECTIONS = ("improved", "same", "worse")
RULES = {"pairs": MissingRule.PAIRS, "complete": MissingRule.COMPLETE, "unchanged": MissingRule.UNCHANGED}
FRIENDS = Item("friends", "Friends met regularly", 0, None)
RESAMPLES = 1999  # enough for the two digits that intervals are shown with
_PROOF = "proof by linear programming"


@dataclass
class Answers:
    """Who answered what before and after, and the choices of this run."""

    evidence: Evidence
    headline: Item
    items: tuple[Item, ...]
    records: pd.DataFrame
    rule: MissingRule
    seed: int

    def pairs(self, item: Item) -> pd.DataFrame:
        """Answers before and after of the people whom the missing-answer rule keeps."""
        return paired_answers(self.records, item, self.rule, self.items)

    @cached_property
    def bands(self) -> dict[str, tuple[int, int]]:
        """The headline item's scale in three bands, whose counts are not all small."""
        low, high = self.headline.low, self.headline.high or 0
        third = (high - low + 1) // 3
        ends = [(low, low + third - 1), (low + third, high - third), (high - third + 1, high)]
        return {f"{a} to {b}" if a != b else str(a): (a, b) for a, b in ends}

    @cached_property
    def summary(self) -> pd.DataFrame:
        """One row for each item, as `questionnaire.summary.item_summary` gives it."""
        return item_summary(self.records, self.items, self.seed, self.rule, resamples=RESAMPLES)

    @cached_property
    def counts(self) -> dict[str, pd.Series]:
        """Every table of people on the page, as it may be shown: `change in <item>`, `shift`, `best before`, `best after`."""
        found: dict[str, pd.Series] = {}
        for item in self.items:
            found |= self._protected(item)
        return found

    def shown(self, item: Item, what: str) -> bool:
        """Whether a sum (`net improvement`, `means`) of an item may be shown beside the counts."""
        self.counts  # noqa: B018 (decides)
        return (item.name, what) not in self._refused

    @cached_property
    def _refused(self) -> set[tuple[str, str]]:
        return set()

    def _protected(self, item: Item) -> dict[str, pd.Series]:
        pairs = self.pairs(item)
        tables, background = self._tables(item, pairs)
        sums = _sums(item, pairs, wide=item == self.headline)
        for left_out in ((), ("net improvement",), tuple(sums)):
            kept = tuple(each for what, statements in sums.items() if what not in left_out for each in statements)
            try:
                done = self.evidence.protected(tables, replace(background, statements=kept))
            except ValueError:
                continue
            self._refused.update((item.name, what) for what in left_out if not self._allowed(item, what))
            return done
        raise AssertionError("tables without any published sum can always be protected")

    def _allowed(self, item: Item, what: str) -> bool:
        return self.evidence.allows(Decision(f"{what}: {item.label}", _PROOF, REFUSED, "with it a reader could work out a hidden count"))

    def _tables(self, item: Item, pairs: pd.DataFrame) -> tuple[dict[str, pd.Series], Background]:
        change = f"{item.name}_change"
        people = pd.DataFrame({change: [direction(value) for value in pairs["change"]]}, index=pairs.index)
        levels: dict[str, list[object]] = {change: list(DIRECTIONS)}
        tables = {f"change in {item.label}": count_people(people, [change], levels)}
        if item != self.headline:
            return tables, Background()
        return self._shift(item, pairs, people, levels, tables)

    def _shift(self, item: Item, pairs: pd.DataFrame, people: pd.DataFrame, levels: dict, tables: dict) -> tuple[dict[str, pd.Series], Background]:  # type: ignore[type-arg]
        names = {when: f"{item.name}_{when}" for when in ("before", "after")}
        best = item.high if item.higher_is_better else item.low
        derived = [Derived(f"{item.name}_change", tuple(names.values()), lambda b, a: direction((a - b) * (1 if item.higher_is_better else -1)))]
        for when, name in names.items():
            band, top = f"{name}_band", f"{name}_best"
            people[band] = [self.band(value) for value in pairs[when]]
            people[top] = ["yes" if value == best else "no" for value in pairs[when]]
            levels |= {band: list(self.bands), top: ["yes", "no"]}
            derived += [Derived(band, (name,), self.band), Derived(top, (name,), lambda value: "yes" if value == best else "no")]
        bands = [f"{name}_band" for name in names.values()]
        tables |= {"shift": count_people(people, bands, levels)}
        tables |= {f"best answer {when}": count_people(people, [f"{name}_best"], levels) for when, name in names.items()}
        points = [float(point) for point in range(item.low, int(item.high or 0) + 1)]
        return tables, Background(tuple(derived), categories={name: points for name in names.values()})

    def band(self, value: float) -> str:
        """The band of an answer."""
        return next(name for name, (low, high) in self.bands.items() if low <= value <= high)

    def square(self) -> pd.DataFrame:
        """The headline item's shift table as counted; for tests, never for display."""
        return shift_table(self.pairs(self.headline), self.bands)


def direction(change: float) -> str:
    """Improved, same or worse."""
    return "improved" if change > 0 else "worse" if change < 0 else "same"


def _sums(item: Item, pairs: pd.DataFrame, wide: bool) -> dict[str, tuple[Statement, ...]]:
    """What the page prints of sums over people, at the digits it prints: the net share, and the headline item's means."""
    n, sign = len(pairs), {"improved": 1.0, "same": 0.0, "worse": -1.0}
    net = sum(sign[direction(value)] for value in pairs["change"])
    half = n * 0.005  # the share is printed in whole per cent
    found = {"net improvement": (Statement("net improvement", (f"{item.name}_change",), lambda change: sign[change], net - half, net + half),)}
    if wide:
        names, room = {when: f"{item.name}_{when}" for when in ("before", "after")}, n * 0.05  # means are printed to one decimal
        sums = {when: float(pairs[when].sum()) for when in names}
        rise = sums["after"] - sums["before"]
        found["means"] = (
            *(Statement(f"mean {when}", (name,), float, sums[when] - room, sums[when] + room) for when, name in names.items()),
            Statement("mean change", tuple(names.values()), lambda before, after: after - before, rise - room, rise + room),
        )
    return found


def read_answers(evidence: Evidence, item: str, before: str, missing: str, seed: int) -> Answers | None:
    """The answers for a run; None without records. Raises InputError for an item that is not asked before and after."""
    if not evidence.measured:
        return None
    frame = evidence.records.questionnaire.values  # type: ignore[union-attr]
    if before == "looking back":
        frame = frame.assign(**{f"{name}_pre": frame[f"{name}_then"] for name in (*ITEMS, FRIENDS.name) if f"{name}_then" in frame})
    known = [*(Item(name, each.label, each.low, each.high) for name, each in ITEMS.items()), FRIENDS]
    asked = tuple(each for each in known if _twice(frame, each) > 1)
    chosen = next((each for each in asked if each.name == item and each.high is not None), None)
    if chosen is None:
        names = ", ".join(each.name for each in asked if each.high is not None)
        raise InputError(
            "params.yaml", column=f"03_before_after.{evidence.study.id}.item", found=repr(item), expected=f"one of {names}",
            action="name an item that people answered before and after",
        )
    return Answers(evidence, chosen, asked, frame, RULES[missing], seed)


def _twice(frame: pd.DataFrame, item: Item) -> int:
    columns = [f"{item.name}_pre", f"{item.name}_post"]
    return int(frame[columns].notna().all(axis=1).sum()) if set(columns) <= set(frame) else 0
