"""The answers that 03_before_after compares: their counts as they may be shown, and what may stand beside them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from itertools import product

import pandas as pd

from analysis.described import Basis, Description, describe, fingerprint
from analysis.disclosure.decisions import judge_model, judge_statistic
from analysis.disclosure.merged import FIRST, NOTHING, Counts, Merged, merged_tables
from analysis.disclosure.protect import protect_in_order
from analysis.disclosure.reader import Background, Derived, Statement
from analysis.disclosure.tables import TOTAL, count_people, with_margins
from analysis.disclosure.witness import narrowest, narrowest_span, witnesses
from analysis.errors import InputError
from analysis.multiple_tests import holm_adjusted
from analysis.participants import stages_reached
from analysis.questionnaire import judged_names as names
from analysis.questionnaire.answers import Item, MissingRule, answered_either, paired_answers
from analysis.questionnaire.attrition import change_limits
from analysis.questionnaire.change import rank_biserial
from analysis.questionnaire.imputation import can_be_imputed
from analysis.questionnaire.judged_names import DIRECTIONS
from analysis.questionnaire.proportions import mcnemar_exact, mcnemar_mid_p
from analysis.questionnaire.response_shift import ASKED, REMEMBERED, SHIFTED
from analysis.questionnaire.shift import TESTS, direction_counts, thirds, upper_band
from analysis.reporting.prose import within
from analysis.reporting.views.before_after_statistics import (
    AnswerSet,
    Headline,
    count_statements,
    holm_texts,
    moments,
    p_at_most,
    printed_alike,
    share_between,
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
    weighting: list[tuple[str, ...]] = field(
        default_factory=list
    )  # what is shown of the weighted change, once it is known
    _sums: dict[str, tuple[Statement, ...]] = field(default_factory=dict)  # published of an item besides its tables

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
            value, low, high = self._opened(column, cell[0], *self._let(item, statistic, ends, column, cell, said))  # type: ignore[arg-type]
            kept |= {name: value} | ({column.low: low, column.high: high} if column.low else {})
        return kept | {name: row[name] for name in said.words}

    def _opened(self, column: Column, true: object, value: object, low: float | None, high: float | None) -> Cell:
        """A cell as it may be shown; on a worked example, whose records are nobody's, with the number itself after the words."""
        open_ = self.evidence.page.example and self.evidence.base is None and isinstance(true, int | float)
        return f"{value} ({text_in(column, float(true))})" if open_ and isinstance(value, str) else value, low, high  # type: ignore[arg-type]

    def _let(self, item: Item, statistic: str, ends: str, column: Column, cell: Cell, said: Description) -> Cell:
        """A number and its interval as they may be shown."""
        value, *interval = cell
        if statistic == names.BASE:
            return self.evidence.count(int(value)), None, None  # type: ignore[call-overload]
        if counted := self._counted_cell(item, statistic):
            share = self.share(*counted)
            exact = ends and share is not None and self.evidence.base is None
            return self.merged_text(item, statistic) if share is None else share, *(interval if exact else (None, None))  # type: ignore[return-value]
        if statistic == names.NET:
            return self.net(item)
        if statistic == names.HOLM and not self.shown(item, statistic):
            return self.holm_at_most(item), None, None
        if item.name in self.merged and statistic in _AT_MOST and not self.shown(item, statistic):
            tables = self.merged[item.name].tables
            return p_at_most(max(_AT_MOST[statistic](table[0], table[2]) for table in tables)), None, None
        if statistic == names.SHIFT:
            return value, *(interval if self.headline.name in self.whole else (None, None))  # type: ignore[return-value]
        if not self._stands(item, statistic, column, said, value):
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
        if statistic == names.HOLM:
            return holm_texts(item, self.directions[item.name], self.summary["p"])
        if item != self.headline:
            return self._seen_of(item).get(statistic, ())
        if statistic not in self._seen:
            printed = self.about_headline.printed().get(statistic, lambda answers: ())(self._true)
            self._seen[statistic] = (printed,) if isinstance(printed, str) else printed
        return self._seen[statistic]

    def _seen_of(self, item: Item) -> dict[str, tuple[str, ...]]:
        """The same of an item that does not head the page."""
        answers = AnswerSet(replace(self.about_headline, item=item), self.pairs(item)[["before", "after"]])
        rank = write(self.summary.loc[item.label, "rank_biserial"], "", 2)
        return {
            names.RANK: (rank,),
            names.MEANS: answers.means("mean"),
            names.T_INTERVALS: answers.means("mean", "low", "high"),
        }

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
        """The share improved less the share worse, with Tango's interval; of counts not shown, from where to where both can lie."""
        if (merged := self.merged.get(item.name)) is None:
            return WITHHELD, None, None
        ends, people = widest_interval(merged.tables, self.level), sum(merged.tables[0])
        differences = [table[0] - table[2] for table in merged.tables]
        if merged.whole:
            return 100 * differences[0] / people, *ends
        return share_between(min(differences), max(differences), people, "percentage points"), *ends

    def holm_at_most(self, item: Item) -> str:
        """What the p-value after Holm can be at most, over all that the counts of all items can be. It rises with each of them."""
        most = {
            each.label: max(mcnemar_exact(table[0], table[2]) for table in merged.tables) if merged else 1.0
            for each in self.items
            for merged in [self.merged.get(each.name)]
        }
        p_values = pd.Series(most)
        return p_at_most(float(holm_adjusted(p_values.to_numpy())[p_values.index.get_loc(item.label)]))

    def merged_text(self, item: Item, direction: str) -> str:
        """A share that is not shown: together with which other it is, or from where to where it can lie."""
        if (merged := self.merged.get(item.name)) is None or direction not in DIRECTIONS:
            return HIDDEN
        place, people = DIRECTIONS.index(direction), sum(merged.tables[0])
        shown = [count for count in merged.shown if count is not None]
        rest = people - sum(shown)
        if shown and merged.ends[place] == (0, rest):
            other = next(
                name
                for name, count in zip(DIRECTIONS, merged.shown, strict=True)
                if count is None and name != direction
            )
            return f"{write(100 * rest / people, '%', 0)} with {other}"
        return share_between(*merged.ends[place], people)

    def _shift_stands(self, difference: str, people: int) -> bool:
        """Whether a difference of `response_shift` may be shown: three of them, of which two give the third, tell more digits.

        Beside hidden counts that is the shift itself, and the change that the page's means are of.
        """
        if not self.evidence.allows(judge_statistic("Response shift", "mean", people, self.evidence.rules)):
            return False
        hidden = not self.shown(self.headline, names.NET)
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
    def merged(self) -> dict[str, Merged]:
        """By an item's name how its counts are shown by direction; without those of which nothing is."""
        return {item.name: each for item in self.items if (each := self._merged(item))}

    def _merged(self, item: Item) -> Merged | None:
        """As `merged_tables` says for so many people, and as is shown; None where more had to be hidden beside other tables."""
        cells = self.counts[f"change in {item.label}"]
        try:
            found = merged_tables(sum(self.directions[item.name]), self.evidence.rules)[self.directions[item.name]]
        except ValueError:
            return None
        shown = tuple(None if pd.isna(cells[(each,)]) else int(cells[(each,)]) for each in DIRECTIONS)
        return found if shown == found.shown and self.evidence.base is None and not pd.isna(cells.iloc[-1]) else None

    def shown(self, item: Item, statistic: str) -> bool:
        """Whether a statistic of `questionnaire.judged` may be shown of an item.

        This follows from what is shown of its counts and sums and from nothing else, so that whoever misses a statistic
        learns no more: means and their intervals where they are published (`protect_in_order`); what follows from a table where
        each of its cells is shown; everything else where it is shown how many changed in which direction.
        """
        if statistic == names.HOLM:
            return all(each.name in self.whole for each in self.items)
        if statistic in (names.MEANS, names.T_INTERVALS):
            return statistic in self.published(item)
        if item != self.headline and statistic not in (names.NET, names.INTERVAL, names.RANK, names.RESAMPLED):
            return False
        table = _TABLES.get(statistic)
        return (
            item.name in self.whole
            and (table is None or bool(self.counts[table].notna().all()))
            and (statistic not in _MODEL or self._model_stands)
            and (statistic not in _IMPUTED or self.once is not None)
        )

    @cached_property
    def whole(self) -> set[str]:
        """The items of which it is shown how many changed in which direction."""
        return {name for name, each in self.merged.items() if each.whole}

    @property
    def ways(self) -> dict[str, list[str]]:
        """What is not shown as it is, in words, and of which items or tables."""
        found: dict[str, list[str]] = {}
        for item in self.items:
            merged = self.merged.get(item.name)
            if merged is None or not merged.whole:
                words = _WAYS["" if merged is None else merged.form if merged.form in _WAYS else "ends"]
                found.setdefault(words, []).append(item.label)
        dropped = [_BESIDE.get(name, name) for name in self.dropped]
        return found | ({f"beside them, {within(self.headline.label)} is shown without": dropped} if dropped else {})

    @property
    def dropped(self) -> list[str]:
        """The tables of the headline item of which only the number of people is shown."""
        beside = {*_BESIDE, *(beyond_table(*each) for each in product(self.beyond, (True, False)))}
        return [name for name, cells in self.counts.items() if name in beside and cells.iloc[:-1].isna().all()]

    def published(self, item: Item) -> set[str]:
        """Which of the means and their intervals are published of an item."""
        shown = item.name in self.merged  # after this, the sums are known
        told = {statement.label.partition(" ")[0] for statement in self._sums.get(item.name, ())}
        return {name for part, name in _SUMS.items() if part in told and shown}

    @cached_property
    def _model_stands(self) -> bool:
        """Whether the ordered logit leaves enough degrees of freedom."""
        pairs = self.pairs(self.headline)
        points = pairs[["before", "after"]].stack().nunique()
        name = f"Ordered logit: {self.headline.label}"
        return self.evidence.allows(judge_model(name, len(pairs), points, self.evidence.rules))

    @cached_property
    def directions(self) -> dict[str, Counts]:
        """By an item's name how many changed in which direction, as counted."""
        return {item.name: tuple(direction_counts(self.pairs(item)).values()) for item in self.items}

    @property
    def about_headline(self) -> Headline:
        """The headline item with its bands and threshold."""
        return Headline(self.headline, self.bands, self.threshold, self.level, self.once, self.seed)

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
        """The tables of an item, the most telling shown first: the counts by direction, the means, then what is left."""
        tables, background = self._tables(item, self.pairs(item))
        if self.evidence.base is not None:
            return self.evidence.protected(tables, background)
        try:
            merged = merged_tables(sum(self.directions[item.name]), self.evidence.rules)[self.directions[item.name]]
        except ValueError:  # too few people, or more than can be gone through
            return self.evidence.protected(tables, background)
        said, direct, *others = count_statements(self.change(item), merged), *tables
        background = replace(background, merged=frozenset({direct}))
        chosen = {direct: [(name,) for name, count in zip(DIRECTIONS, merged.shown, strict=True) if count is None]}
        sums = moments(self.columns(item), self.pairs(item), self.level) if item.high is not None else ()
        return self._in_order(item, tables, background, [said, direct, *sums, *others], chosen)

    def _in_order(
        self,
        item: Item,
        tables: dict[str, pd.Series],
        background: Background,
        order: list[str | tuple[Statement, ...]],
        chosen: Mapping[str, list[tuple[object, ...]]],
    ) -> dict[str, pd.Series]:
        """An item's tables and sums in the order given; the last is dropped until complete sets of answers leave open
        what is hidden. Of a table that is dropped the number of people is left."""
        sums = tuple(dict.fromkeys(each for piece in order if not isinstance(piece, str) for each in piece))
        about, whole = replace(background, statements=sums), item == self.headline and not any(chosen.values())
        nothing = {name: _nothing_of(counts) for name, counts in tables.items()}
        while True:
            done, said = protect_in_order(tables, order, self.evidence.rules, about, chosen, whole)
            if len(order) == _DIRECT or self._left_open(item, tables, nothing | done.tables, said):
                break
            kept = [each for each in order[_DIRECT:] if each in done.tables or set(each) <= set(said.statements)]
            order = [*order[:_DIRECT], *kept[:-1]]
        self._sums[item.name] = said.statements
        return nothing | self.evidence.keep({name: tables[name] for name in done.tables}, done, said)

    def _left_open(
        self, item: Item, tables: dict[str, pd.Series], shown: dict[str, pd.Series], said: Background
    ) -> bool:
        """Whether among complete sets of answers that print the same tables, means and intervals each hidden count stays open."""
        names, pairs, rules = list(self.columns(item).values()), self.pairs(item), self.evidence.rules
        direct, also = f"change in {item.label}", item != self.headline
        live = [
            name
            for name, cells in shown.items()
            if (also and name == direct) or cells.iloc[:-1].notna().any()  # tried where none is shown, too
        ]
        alike = printed_alike(said.statements, pairs, self.level)
        people = pairs[["before", "after"]].set_axis(names, axis=1)
        if direct not in live:
            beside, sure = {name: tables[name] for name in (direct, *live)}, replace(said, statements=alike)
            if narrowest_span(people, beside, {name: shown[name] for name in beside}, sure, rules) < rules.width:
                return False
        if not live:
            return True
        found, hidden = witnesses(people, {name: tables[name] for name in live}, shown, said, rules, alike)
        told = {statement.label.partition(" ")[0] for statement in said.statements}
        parts = [*(["mean"] if "mean" in told else []), *(["low", "high"] if "interval" in told else [])]
        headed = Headline(item, self.bands, self.threshold, self.level)
        printed = [AnswerSet(headed, each).means(*parts) for each in found]
        same = [each for each, text in zip(found, printed, strict=True) if text == printed[0]]
        return narrowest(same, hidden) >= rules.width

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
        sign = 1 if item.higher_is_better else -1
        for margin, better in product(self.beyond, (True, False)):
            size, moved = f"{self.change(item)}_{beyond_table(margin, better)}", partial(_by_margin, margin, better)
            people[size] = [moved(0, value) for value in pairs["change"]]
            levels[size] = ["yes", "no"]
            derived.append(Derived(size, tuple(names.values()), lambda b, a, moved=moved: moved(sign * b, sign * a)))
            tables[beyond_table(margin, better)] = count_people(people, [size], levels)
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


def beyond_table(margin: float, better: bool) -> str:
    """The name of the table of people by whether they changed for the better, or for the worse, by at least so many points."""
    return f"{'better' if better else 'worse'} by {margin:g} or more"


def _by_margin(margin: float, better: bool, before: float, after: float) -> str:
    change = after - before if better else before - after
    return "yes" if change >= margin else "no"


def _nothing_of(counts: pd.Series) -> pd.Series:
    """A table of which only the number of people is shown."""
    cells = with_margins(counts).astype("Int64")
    cells.iloc[:-1] = pd.NA
    return cells


_AT_MOST = dict(
    zip([name for name in TESTS if name.startswith("McNemar")], (mcnemar_exact, mcnemar_mid_p), strict=True)
)
_MODEL, _STUART_MAXWELL = (list(TESTS)[-1], names.ODDS, names.ODDS_INTERVAL), list(TESTS)[-2]
_BESIDE = {
    "shift": "answers before by answers after, in bands",
    "threshold": "answers in the upper band",
    "best answer before": "best answers before",
    "best answer after": "best answers after",
}
_WAYS = {
    FIRST: "those who stayed the same and those who got worse are counted together for",
    "ends": "it is said from where to where counts can lie for",
    NOTHING: "no count is shown for",
    "": "no count is shown for",
}
_IMPUTED = (names.IMPUTED, names.IMPUTED_SIDE, names.IMPUTED_INTERVAL)
_SUMS = {"mean": names.MEANS, "interval": names.T_INTERVALS}
# Statistics that follow from the counts of a table.
_TABLES = {names.THRESHOLD: "threshold", names.THRESHOLD_INTERVAL: "threshold", _STUART_MAXWELL: "shift"}
_DIRECT = 2  # pieces that always stand: what is said of the counts by direction, and these


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
