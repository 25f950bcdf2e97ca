"""The answers that 03_before_after compares: their counts as they may be shown, and what may stand beside them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import pandas as pd

from analysis.described import Basis, Description, describe, fingerprint
from analysis.disclosure.decisions import BESIDE_ROUNDED, REFUSED, Decision, judge_model, judge_statistic
from analysis.disclosure.derived import RULE, Judged, judge_derived, narrowest
from analysis.disclosure.protect import protect
from analysis.disclosure.reader import Background, Derived
from analysis.disclosure.tables import TOTAL, count_people
from analysis.disclosure.witness import witnesses
from analysis.errors import InputError
from analysis.participants import stages_reached
from analysis.questionnaire import judged as names
from analysis.questionnaire.answers import Item, MissingRule, answered_either, paired_answers
from analysis.questionnaire.attrition import change_limits
from analysis.questionnaire.change import rank_biserial
from analysis.questionnaire.imputation import can_be_imputed
from analysis.questionnaire.judged import DIRECTIONS
from analysis.questionnaire.proportions import mcnemar_exact
from analysis.questionnaire.response_shift import ASKED, REMEMBERED, SHIFTED
from analysis.questionnaire.shift import TESTS, direction_counts, thirds, upper_band
from analysis.reporting.views.before_after_statistics import (
    AnswerSet,
    Directions,
    Headline,
    holm_texts,
    judge_item,
    largest_exact_net,
    moments,
    net_statements,
    text_in,
    widest_interval,
)
from analysis.reporting.views.evidence import HIDDEN, WITHHELD, Evidence
from analysis.results import VALUE, Column, Kind, write

STAGES = {"initial": "who answered the initial questionnaire", "joined": "who joined"}  # for whom the answers may stand
Cell = tuple[object, float | None, float | None]  # a number or a word, and the ends of its interval


@dataclass
class Answers:
    """Who answered what before and after: the counts of a run, protected, and the judge of what is shown beside them."""

    evidence: Evidence
    headline: Item
    items: tuple[Item, ...]
    records: pd.DataFrame
    rule: MissingRule
    moment: str = "pre"
    level: float = 0.95
    seed: int = 0
    margins: tuple[float, ...] = ()  # smallest changes that may matter, in points
    reasons: dict[tuple[str, str], pd.Series] = field(default_factory=dict)  # why no number was given, as may be shown

    def pairs(self, item: Item) -> pd.DataFrame:
        """Answers before and after of the people whom the missing-answer rule keeps."""
        return paired_answers(self.records, item, self.rule, self.items)

    @cached_property
    def bands(self) -> dict[str, tuple[int, int]]:
        """The headline item's scale in three bands, whose counts are not all small."""
        return thirds(self.headline)

    @cached_property
    def summary(self) -> pd.DataFrame:
        """McNemar's exact p-value and the rank-biserial correlation of each item (index: its label), before any correction."""
        rows = {}
        for item in self.items:
            pairs = self.pairs(item)
            counts = direction_counts(pairs)
            p, rank = mcnemar_exact(counts["improved"], counts["worse"]), rank_biserial(pairs["change"].to_numpy(float))
            rows[item.label] = {"p": p, "rank_biserial": float(rank)}
        return pd.DataFrame.from_dict(rows, orient="index")

    @cached_property
    def known(self) -> dict[str, Item | None]:
        """By its fingerprint, what may be told of: the pairs of an item, or all answers (None), whose rows name an item each."""
        return {fingerprint(self.records): None, **{fingerprint(self.pairs(item)): item for item in self.items}}

    def _item(self, said: Description) -> Item | None:
        """The item that statistics are of; None where rows name it.

        InputError for other people, answers or choices than were judged.
        """
        basis, known = said.basis or Basis(""), self.known
        if names.SHIFT in basis.by.values():
            everybody = self.evidence.records.questionnaire.values  # type: ignore[union-attr]
            known = {fingerprint(everybody): self.headline}
        if basis.data not in known:
            raise self._other(said, "of other people, or other answers, than those whose counts the page protects")
        item = known[basis.data]
        choices = {
            "item": item or self.headline,
            "items": self.items,
            "rule": self.rule,
            "level": self.level,
            "bands": self.bands,
            "at_least": self.threshold,
        }
        given = {name: tuple(each) if name == "items" else each for name, each in basis.given.items()}  # type: ignore[arg-type]
        if other := [name for name in choices if name in given and given[name] != choices[name]]:
            raise self._other(said, f"by another choice of {' and '.join(other)} than was judged")
        return item

    def judge(self, frame: pd.DataFrame, said: Description) -> pd.DataFrame:
        """A frame of statistics of the answers as it may be shown beside the counts: words in the place of what may not.

        Raises InputError for statistics of other people or answers than those whose counts are protected, and for numbers other
        than those that were judged, such as at another threshold or level.
        """
        item = self._item(said)
        by_label = {each.label: each for each in self.items}
        labels = frame.index.map(str)
        rows = {
            label: self._row(row, str(label), item or by_label.get(str(label), self.headline), said)
            for label, row in zip(labels, frame.to_dict("records"), strict=True)
        }
        kept = pd.DataFrame.from_dict({name: row for name, row in rows.items() if row}, orient="index", dtype=object)
        ends = (end for column in said.columns.values() for end in (column.low, column.high) if end)
        kept = kept.reindex(columns=list(dict.fromkeys([*kept, *ends])))
        return describe(kept.rename_axis(frame.index.name), replace(self._counted(said, kept), passed=True))

    def _row(self, row: Mapping[str, object], label: str, item: Item, said: Description) -> dict[str, object]:
        """A row with what may be shown of it, and nothing else; empty if it is left out."""
        kept: dict[str, object] = {}
        for name, column, statistic, ends in _judged_cells(label, said):
            if statistic == names.SHIFT and not self._shift_stands(label, int(row["n"])):  # type: ignore[call-overload]
                return {}
            cell = (row[name], row.get(column.low), row.get(column.high))
            value, low, high = self._let(item, statistic, ends, column, cell, said)  # type: ignore[arg-type]
            kept |= {name: value} | ({column.low: low, column.high: high} if column.low else {})
        return kept | {name: row[name] for name in said.words}

    def _let(self, item: Item, statistic: str, ends: str, column: Column, cell: Cell, said: Description) -> Cell:
        """A number and its interval as they may be shown."""
        value, *interval = cell
        if statistic == names.BASE:
            return self.evidence.count(int(value)), None, None  # type: ignore[call-overload]
        if counted := self._counted_cell(item, statistic):
            share = self.share(*counted)
            exact = ends and share is not None and self.evidence.base is None
            return HIDDEN if share is None else share, *(interval if exact else (None, None))  # type: ignore[return-value]
        if statistic == names.NET:
            return self.net(item)
        if statistic != names.SHIFT and not self._stands(item, statistic, column, said, value):
            return WITHHELD, None, None
        with_ends = ends and self._stands(item, ends, column, said, *interval)
        return value, *(interval if with_ends else (None, None))  # type: ignore[return-value]

    def _stands(self, item: Item, statistic: str, column: Column, said: Description, *numbers: object) -> bool:
        """Whether numbers may be shown as a statistic; InputError if its judge has seen others."""
        if not self.shown(item, statistic):
            return False
        seen = self.seen(item, statistic)
        if seen and not set(text_in(column, number) for number in numbers) <= set(seen):
            raise self._other(said, f"that were not judged as {statistic!r}")
        return True

    def _other(self, said: Description, what: str) -> InputError:
        return InputError(
            self.evidence.page.place,
            found=f"numbers of {said.function} {what}",
            expected="those of the item, rule for missing answers, level and bands that the page was opened with",
            action="look at others in a cell tagged 'private', or change the parameters of the run",
        )

    def seen(self, item: Item, statistic: str) -> tuple[str, ...]:
        """What the judge of a statistic has seen printed of the true answers; nothing where it is not a matter of digits."""
        if item != self.headline:
            rank = write(self.summary.loc[item.label, "rank_biserial"], "", 2)
            holm = holm_texts(item, self.directions(item).true, self.summary["p"])
            return {names.HOLM: holm, names.RANK: (rank,)}.get(statistic, ())
        if statistic not in self._seen:
            known = {each.name: each for each in self.about_headline.statistics(self.summary)}
            printed = known[statistic].printed(self._true)
            texts = (printed,) if isinstance(printed, str) else printed
            self._seen[statistic] = tuple(each for each in texts if isinstance(each, str))  # type: ignore[union-attr]
        return self._seen[statistic]

    @cached_property
    def _seen(self) -> dict[str, tuple[str, ...]]:
        return {}

    @cached_property
    def _true(self) -> AnswerSet:
        return AnswerSet(self.about_headline, self.pairs(self.headline)[["before", "after"]])

    def _counted(self, said: Description, kept: pd.DataFrame) -> Description:
        """What a frame says, with shares of rounded numbers known as such, and without intervals that are not shown at all."""
        by = said.basis.by if said.basis else {}
        shares = {name for name in by if self._counted_cell(self.headline, by[name].format(row="Before"))}
        columns, rows = (
            {name: replace(each, kind=self.share_kind) if name in shares else each for name, each in known.items()}
            for known in (said.columns, said.rows)
        )
        bare = {"low": "", "high": "", "interval": ""}
        columns = {
            name: replace(each, **bare) if each.low and kept[each.low].isna().all() else each
            for name, each in columns.items()
        }
        return replace(said, columns=columns, rows=rows)

    def _counted_cell(self, item: Item, statistic: str) -> tuple[str, tuple[str, ...]] | None:
        """The protected table, and the cell of it, that a share is of; None for what is no share of a table."""
        if statistic in DIRECTIONS:
            return f"change in {item.label}", (statistic,)
        if item != self.headline:
            return None
        margins = {"before": ("yes", TOTAL), "after": (TOTAL, "yes")}
        upper = {names.UPPER_BAND.format(row=when): ("threshold", cell) for when, cell in margins.items()}
        best = {names.BEST.format(row=when.capitalize()): (f"best answer {when}", ("yes",)) for when in margins}
        return (upper | best).get(statistic)

    def net(self, item: Item) -> Cell:
        """The share improved less the share worse, with Tango's interval, or the widest that fits what is shown."""
        directions, rules = self.directions(item), self.evidence.rules
        if not self.shown(item, names.NET):
            return self._least_net(item, directions), None, None
        value = 100 * (directions.true[0] - directions.true[2]) / directions.n
        if self.shown(item, names.INTERVAL):
            return value, *widest_interval(Directions(directions.true, directions.true), rules, self.level)
        return value, *widest_interval(directions, rules, self.level)

    def _least_net(self, item: Item, directions: Directions) -> str:
        """Of a difference too large to be shown beside hidden counts, from where on it is: that it is withheld says so anyway."""
        least = largest_exact_net(directions.n, self.evidence.rules) + 1
        if item == self.headline or not self.shown(item, names.NET_SIGN) or least <= 0:
            return WITHHELD
        share, more = 100 * least / directions.n, directions.true[0] > directions.true[2]
        return f"{write(share, '%', 0)} or more" if more else f"{write(-share, '%', 0)} or less"

    def _shift_stands(self, difference: str, people: int) -> bool:
        """Whether a difference of `response_shift` may be shown: three of them, of which two give the third, tell more digits.

        Beside hidden counts that is the shift itself, and the change that the page's means are of.
        """
        if not self.evidence.allows(judge_statistic("Response shift", "mean", people, self.evidence.rules)):
            return False
        hidden = None in self.directions(self.headline).shown
        of_means = REMEMBERED if self.moment == "then" else ASKED
        return (
            not hidden or difference == SHIFTED or (difference == of_means and self.shown(self.headline, names.MEANS))
        )

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
        return statistic in self.judged[item.name].shown and (statistic != _DEAREST or self._model_stands)

    @cached_property
    def _model_stands(self) -> bool:
        """Whether the ordered logit leaves enough degrees of freedom."""
        pairs = self.pairs(self.headline)
        points = pairs[["before", "after"]].stack().nunique()
        name = f"Ordered logit: {self.headline.label}"
        return self.evidence.allows(judge_model(name, len(pairs), points, self.evidence.rules))

    def directions(self, item: Item) -> Directions:
        """How many changed in which direction, as counted and as shown."""
        cells, counted = self.counts[f"change in {item.label}"], direction_counts(self.pairs(item))
        shown = (cells[(each,)] for each in DIRECTIONS)
        return Directions(tuple(counted.values()), tuple(None if pd.isna(count) else int(count) for count in shown))

    def _judged(self, item: Item) -> Judged:  # type: ignore[type-arg]
        try:
            return judge_item(item, self.directions(item), self.summary, self.evidence.rules, self.level)
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
        for sums in moments(self.columns(item), self.pairs(item), self.level):
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
        others = tuple(self.others.values())
        return Headline(self.headline, self.bands, self.threshold, others, self.level, self.once, self.seed)

    @cached_property
    def once(self) -> pd.DataFrame | None:
        """The answers of those who answered only before, or only after, where they can be imputed and are enough to be told of."""
        either = answered_either(self.records, self.headline).dropna(how="all")
        few = int(either.isna().any(axis=1).sum())
        if self.rule is MissingRule.UNCHANGED or not can_be_imputed(either):
            return None
        told = self.evidence.allows(judge_statistic("answers that are imputed", "mean", few, self.evidence.rules))
        return either.drop(self.pairs(self.headline).index) if told else None

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
    def beyond(self) -> tuple[float, ...]:
        """The margins beyond a single point, which is the change that counts as any at all."""
        return tuple(margin for margin in self.margins if margin > 1)

    @property
    def threshold(self) -> int:
        """The lower end of the headline item's upper band."""
        return upper_band(self.bands)

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
            moments(self.columns(item), pairs, self.level)
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
        for when, name in names.items():
            band, top, high = f"{name}_band", f"{name}_best", f"{name}_high"
            people[band] = [self.band(value) for value in pairs[when]]
            people[top] = ["yes" if value == item.best else "no" for value in pairs[when]]
            people[high] = ["yes" if value >= self.threshold else "no" for value in pairs[when]]
            levels |= {band: list(self.bands), top: ["yes", "no"], high: ["yes", "no"]}
            derived += [
                Derived(band, (name,), self.band),
                Derived(top, (name,), lambda value: "yes" if value == item.best else "no"),
                Derived(high, (name,), lambda value: "yes" if value >= self.threshold else "no"),
            ]
        bands = [f"{name}_band" for name in names.values()]
        for margin in self.beyond:
            size = f"{self.change(item)}_by_{margin:g}"
            people[size] = [by_margin(value, margin) for value in pairs["change"]]
            levels[size] = list(SIZES)
            sign = 1 if item.higher_is_better else -1
            moved = lambda b, a, margin=margin, sign=sign: by_margin((a - b) * sign, margin)  # noqa: E731
            derived.append(Derived(size, tuple(names.values()), moved))
            tables[beyond_table(margin)] = count_people(people, [size], levels)
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


def direction(change: float) -> str:
    """Improved, same or worse."""
    return "improved" if change > 0 else "worse" if change < 0 else "same"


SIZES = ("better", "less", "worse")


def by_margin(change: float, margin: float) -> str:
    """Whether somebody changed for the better or for the worse by at least so many points, or by less."""
    return "better" if change >= margin else "worse" if change <= -margin else "less"


def beyond_table(margin: float) -> str:
    """The name of the table of people by whether they changed by at least so many points."""
    return f"changed by {margin:g} or more"


def _none_shown(item: Item, reason: str) -> Judged:  # type: ignore[type-arg]
    return Judged(frozenset(), (), (Decision(f"every statistic: {item.label}", RULE, REFUSED, reason),))


_DEAREST = list(TESTS)[-1]


def _judged_cells(label: str, said: Description) -> Iterator[tuple[str, Column, str, str]]:
    """Of each number of a row the column it stands in, what it is, and the statistics that it and its interval are judged as."""
    by, ends = said.basis.by, said.basis.ends  # type: ignore[union-attr]
    if said.rows:
        yield VALUE, said.rows[label], by[label], ends.get(label, "")
        return
    for name, statistic in by.items():
        yield name, said.columns[name], statistic.format(row=label), ends.get(name, "").format(row=label)


def protect_answers(
    evidence: Evidence,
    answers: pd.DataFrame | None,
    items: tuple[Item, ...],
    item: Item,
    compare: Mapping[str, str],
    level: float,
    seed: int = 0,
    margins: Sequence[float] = (),
) -> Answers | None:
    """Protect the counts of the answers, and let what stands beside them be judged by these; None of None."""
    if answers is None:
        return None
    moment = "then" if compare["before"] == "looking back" else "pre"
    guard = Answers(
        evidence, item, items, answers, MissingRule(compare["missing"]), moment, level, seed, tuple(margins)
    )
    evidence.beside = guard.judge
    return guard
