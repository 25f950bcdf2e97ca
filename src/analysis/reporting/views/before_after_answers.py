"""The answers that 03_before_after compares: items, pairs, and their counts as they may be shown."""

from dataclasses import dataclass, field, replace
from functools import cached_property

import pandas as pd

from analysis.disclosure.decisions import BESIDE_ROUNDED, REFUSED, Decision, judge_statistic
from analysis.disclosure.derived import RULE, Judged, judge_derived, narrowest
from analysis.disclosure.protect import protect
from analysis.disclosure.reader import Background, Derived
from analysis.disclosure.tables import count_people
from analysis.disclosure.witness import witnesses
from analysis.errors import InputError
from analysis.participants import ITEMS, stages_reached
from analysis.questionnaire.answers import Item, MissingRule, answered_either, paired_answers
from analysis.questionnaire.attrition import change_limits
from analysis.questionnaire.shift import direction_counts, shift_table
from analysis.questionnaire.summary import item_summary
from analysis.reporting.views.before_after_statistics import (
    AnswerSet,
    Directions,
    Headline,
    judge_item,
    moments,
    net_statements,
)
from analysis.reporting.views.evidence import Evidence
from analysis.results import Kind

DIRECTIONS = ("improved", "same", "worse")
RULES = {"pairs": MissingRule.PAIRS, "complete": MissingRule.COMPLETE, "unchanged": MissingRule.UNCHANGED}
FRIENDS = Item("friends", "Friends met regularly", 0, None)
STAGES = {"initial": "who answered the initial questionnaire", "joined": "who joined"}  # for whom the answers may stand
RESAMPLES = 1999  # enough for the two digits that intervals are shown with


@dataclass
class Answers:
    """Who answered what before and after, and the choices of this run."""

    evidence: Evidence
    headline: Item
    items: tuple[Item, ...]
    records: pd.DataFrame
    rule: MissingRule
    seed: int
    moment: str = "pre"
    reasons: dict[tuple[str, str], pd.Series] = field(
        default_factory=dict
    )  # why no number was given, as it may be shown

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
        """Every table of people on the page, as it may be shown: `change in <item>`, `shift`, `best answer <when>`, `threshold`."""
        found: dict[str, pd.Series] = {}
        for item in self.items:
            found |= self._protected(item)
        return found

    @cached_property
    def judged(self) -> dict[str, Judged]:  # type: ignore[type-arg]
        """Which statistics of each item, by its name, may be shown beside its counts."""
        if self.evidence.base is not None:
            found = {item.name: _none_shown(item, BESIDE_ROUNDED) for item in self.items}
        else:
            found = self._judged_each()
        for each in found.values():
            self.evidence.decisions += each.decisions
        return found

    def _judged_each(self) -> dict[str, Judged]:  # type: ignore[type-arg]
        return {
            item.name: self._judged_headline() if item == self.headline else self._judged(item) for item in self.items
        }

    def shown(self, item: Item, statistic: str) -> bool:
        """Whether a statistic of `before_after_statistics` may be shown of an item."""
        return statistic in self.judged[item.name].shown

    def directions(self, item: Item) -> Directions:
        """How many changed in which direction, as counted and as shown."""
        cells, counted = self.counts[f"change in {item.label}"], direction_counts(self.pairs(item))
        shown = (cells[(each,)] for each in DIRECTIONS)
        return Directions(tuple(counted.values()), tuple(None if pd.isna(count) else int(count) for count in shown))

    def _judged(self, item: Item) -> Judged:  # type: ignore[type-arg]
        try:
            return judge_item(item, self.directions(item), self.summary, self.evidence.rules)
        except ValueError as error:
            return _none_shown(item, str(error))

    def _judged_headline(self) -> Judged:  # type: ignore[type-arg]
        """By witnesses that print the same means and t intervals; if there are none, only the means, or the tables alone."""
        item, rules = self.headline, self.evidence.rules
        people = self.pairs(item)[["before", "after"]].set_axis(list(self.columns(item).values()), axis=1)
        tables, background = self._tables(item, self.pairs(item))
        if len(people) < rules.minimum_cell:
            return _none_shown(item, f"fewer than {rules.minimum_cell} people in all")
        shown = {name: self.counts[name] for name in tables}
        for sums in moments(self.columns(item), self.pairs(item)):
            found, hidden = witnesses(people, tables, shown, replace(background, statements=sums), rules)
            if narrowest(found, hidden) >= rules.width:
                break
        candidates = [AnswerSet(self.about_headline, each) for each in found]
        return judge_derived(
            item.label,
            self.about_headline.statistics(self.summary),
            candidates,
            lambda each: hidden(each.answers),
            rules,
        )

    @property
    def about_headline(self) -> Headline:
        """The headline item with its bands and threshold."""
        return Headline(self.headline, self.bands, self.threshold, tuple(self.others.values()))

    @cached_property
    def others(self) -> dict[str, pd.DataFrame]:
        """Of those at each stage of `STAGES` whom the headline leaves out: what they can have changed by, as `change_limits` says."""
        return {stage: pd.concat(list(self.rings.values())[: place + 1]) for place, stage in enumerate(STAGES)}

    @cached_property
    def rings(self) -> dict[str, pd.DataFrame]:
        """The same of those at each stage and at none before it in `STAGES`, so that no difference of two stages tells more.

        What they answered is used where enough of a ring did; else its answers are taken as unknown.
        """
        stages = stages_reached(self.evidence.records.questionnaire)  # type: ignore[union-attr, arg-type]
        rest = answered_either(self.records, self.headline).drop(self.pairs(self.headline).index)
        inner, outer = (stages[stage].reindex(rest.index) for stage in STAGES)
        return {stage: self._limits(rest[ring]) for stage, ring in zip(STAGES, (inner, outer & ~inner), strict=True)}

    def _limits(self, rest: pd.DataFrame) -> pd.DataFrame:
        known = int(rest.notna().any(axis=1).sum())
        name = "answers of those who did not answer twice"
        if known and not self.evidence.allows(judge_statistic(name, "mean", known, self.evidence.rules)):
            rest = rest.mask(rest.notna())
        limits = change_limits(rest, self.headline.low, int(self.headline.high or 0))
        turned = pd.DataFrame({"least": -limits["most"], "most": -limits["least"]})
        return limits if self.headline.higher_is_better else turned

    def columns(self, item: Item) -> dict[str, str]:
        """The columns of the questionnaire compared, as every notebook of the study calls them.

        Where the missing-answer rule takes other people than those who answered the item twice, the names say so.
        """
        other = "" if self.rule is MissingRule.PAIRS else f" ({self.rule})"
        return {"before": f"{item.name}_{self.moment}{other}", "after": f"{item.name}_post{other}"}

    def change(self, item: Item) -> str:
        """The column of an item's direction of change."""
        return self.columns(item)["after"].replace("_post", f"_change_from_{self.moment}")

    @property
    def compared_with(self) -> str:
        """Which answer about the time before is compared, in words."""
        return "before as remembered" if self.moment == "then" else "asked before"

    @property
    def threshold(self) -> int:
        """The lower end of the headline item's upper band."""
        return max(low for low, _ in self.bands.values())

    def share(self, table: str, cell: tuple[str, ...]) -> float | None:
        """A cell as a share of all people of its table, in per cent; of the rounded numbers where they are; None if hidden."""
        cells = self.counts[table]
        count, people = cells[cell], cells.iloc[-1]
        return None if pd.isna(count) or pd.isna(people) else 100 * int(count) / int(people)

    @property
    def share_kind(self) -> Kind:
        """How shares are known: measured, or worked out from the rounded numbers that are shown."""
        return Kind.MEASURED if self.evidence.base is None else Kind.RECOMPUTED

    def _protected(self, item: Item) -> dict[str, pd.Series]:
        """The tables of an item, hidden so that what matters most may stand beside them if that can be done.

        That is the headline item's means, and of the other items the share improved less the share worse.
        """
        pairs = self.pairs(item)
        tables, background = self._tables(item, pairs)
        wanted = (
            moments(self.columns(item), pairs)
            if item == self.headline
            else net_statements(self.change(item), tuple(direction_counts(pairs).values()), self.evidence.rules)
        )
        for statements in filter(None, wanted):
            about = replace(background, statements=statements)
            try:
                return self.evidence.keep(tables, protect(tables, self.evidence.rules, about), about)
            except ValueError:
                continue
        return self.evidence.protected(tables, background)

    def _tables(self, item: Item, pairs: pd.DataFrame) -> tuple[dict[str, pd.Series], Background]:
        change = self.change(item)
        people = pd.DataFrame({change: [direction(value) for value in pairs["change"]]}, index=pairs.index)
        levels: dict[str, list[object]] = {change: list(DIRECTIONS)}
        tables = {f"change in {item.label}": count_people(people, [change], levels)}
        if item.high is None:
            return tables, Background()
        names = tuple(self.columns(item).values())
        points = [float(point) for point in range(item.low, item.high + 1)]
        derived = (Derived(change, names, lambda b, a: direction((a - b) * (1 if item.higher_is_better else -1))),)
        background = Background(derived, categories=dict.fromkeys(names, points))
        return self._shift(pairs, people, levels, tables, background) if item == self.headline else (tables, background)

    def _shift(
        self, pairs: pd.DataFrame, people: pd.DataFrame, levels: dict, tables: dict, background: Background
    ) -> tuple[dict[str, pd.Series], Background]:  # type: ignore[type-arg]
        item, names, derived = self.headline, self.columns(self.headline), list(background.derived)
        best = item.high if item.higher_is_better else item.low
        for when, name in names.items():
            band, top, high = f"{name}_band", f"{name}_best", f"{name}_high"
            people[band] = [self.band(value) for value in pairs[when]]
            people[top] = ["yes" if value == best else "no" for value in pairs[when]]
            people[high] = ["yes" if value >= self.threshold else "no" for value in pairs[when]]
            levels |= {band: list(self.bands), top: ["yes", "no"], high: ["yes", "no"]}
            derived += [
                Derived(band, (name,), self.band),
                Derived(top, (name,), lambda value: "yes" if value == best else "no"),
                Derived(high, (name,), lambda value: "yes" if value >= self.threshold else "no"),
            ]
        bands = [f"{name}_band" for name in names.values()]
        tables |= {
            "shift": count_people(people, bands, levels),
            "threshold": count_people(people, [f"{name}_high" for name in names.values()], levels),
        }
        tables |= {
            f"best answer {when}": count_people(people, [f"{name}_best"], levels) for when, name in names.items()
        }
        return tables, replace(background, derived=tuple(derived))

    def band(self, value: float) -> str:
        """The band of an answer."""
        return next(name for name, (low, high) in self.bands.items() if low <= value <= high)

    def square(self) -> pd.DataFrame:
        """The headline item's shift table as counted; for tests, never for display."""
        return shift_table(self.pairs(self.headline), self.bands)


def direction(change: float) -> str:
    """Improved, same or worse."""
    return "improved" if change > 0 else "worse" if change < 0 else "same"


def _none_shown(item: Item, reason: str) -> Judged:  # type: ignore[type-arg]
    return Judged(frozenset(), (), (Decision(f"every statistic: {item.label}", RULE, REFUSED, reason),))


def read_answers(evidence: Evidence, item: str, before: str, missing: str, seed: int) -> Answers | None:
    """The answers for a run; None without records. `item`: the one that heads the page, empty for the first.

    Raises InputError for an item that is not asked before and after.
    """
    if not evidence.measured:
        return None
    frame = evidence.records.questionnaire.values  # type: ignore[union-attr]
    if before == "looking back":
        frame = frame.assign(
            **{f"{name}_pre": frame[f"{name}_then"] for name in (*ITEMS, FRIENDS.name) if f"{name}_then" in frame}
        )
    known = [*(Item(name, each.label, each.low, each.high) for name, each in ITEMS.items()), FRIENDS]
    asked = tuple(each for each in known if _twice(frame, each) > 1)
    chosen = next((each for each in asked if each.name == (item or each.name) and each.high is not None), None)
    if chosen is None:
        names = ", ".join(each.name for each in asked if each.high is not None)
        raise InputError(
            "params.yaml",
            column=f"03_before_after.{evidence.study.id}.item",
            found=repr(item),
            expected=f"one of {names}",
            action="name an item that people answered before and after",
        )
    return Answers(evidence, chosen, asked, frame, RULES[missing], seed, "then" if before == "looking back" else "pre")


def _twice(frame: pd.DataFrame, item: Item) -> int:
    columns = [f"{item.name}_pre", f"{item.name}_post"]
    return int(frame[columns].notna().all(axis=1).sum()) if set(columns) <= set(frame) else 0
