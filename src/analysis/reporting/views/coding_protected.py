"""The counts of 02_focus_group_coding through disclosure control: what may be shown of codes, people and groups.

All counts of people go into one proof: every code, the headings above it, and the pairs of codes that come up together.
Whatever else is counted from a code (mentions, groups, agreement) is shown only where its people are. A code whose
people are not shown enters no other number of the page, nor does it decide silently what else is shown.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sized
from dataclasses import dataclass, field, replace
from itertools import combinations, islice

import pandas as pd

from analysis.coding import tallies
from analysis.coding.codebook import Codebook, distinct
from analysis.coding.overall_agreement import TOGETHER
from analysis.coding.people import (
    NO,
    YES,
    complete_headings,
    fewest_for_groups,
    group_of,
    headings,
    raised,
    without_circles,
)
from analysis.coding.segments import bases, settle
from analysis.coding.tallies import BY_GROUP, OVER_ALL
from analysis.described import Basis, Description, as_made, describe, description, inputs_of
from analysis.disclosure.across_pages import Linear
from analysis.disclosure.decisions import HIDDEN, REFUSED, SHOWN, Decision, judge_statistic
from analysis.disclosure.protect import Protected, protect
from analysis.disclosure.reader import Background, Derived, Statement
from analysis.disclosure.rules import read_rules
from analysis.disclosure.tables import TOTAL, count_people
from analysis.reporting.appendix import Appendix, Judged
from analysis.reporting.views.evidence import Evidence, hidden_words, in_words, no_rounding
from analysis.results import Column, Kind
from analysis.study import Study

PAIRS = 15  # pairs of codes shown, those that most participants share first
UNITS = ["mentions", "participants", "groups"]
NO_INTERVAL = "an interval would tell how many people raised the code"


@dataclass(frozen=True)
class Shown:
    """What may be shown of coded segments.

    `counts` (index: code id; mentions, participants, groups) has <NA> where a number is hidden, `everybody` is the
    number of participants, None where they are too few. `pairs` of codes may be counted together; `by_group` (codes by groups, participants)
    is None where the groups are too small for it, `sizes` how many people are in each group. `whole`: whether numbers over all codes, hidden ones included, may be
    shown; `named`: whether it may be said which group.
    """

    counts: pd.DataFrame
    everybody: int | None
    pairs: Mapping[tuple[str, str], int]
    by_group: pd.DataFrame | None
    whole: bool
    named: bool
    sizes: Mapping[str, int] = field(default_factory=dict)

    def codes(self, unit: str = "participants") -> list[str]:
        """The codes whose number of a unit is shown, in the codebook's order."""
        return list(self.counts.index[self.counts[unit].notna()])


@dataclass(frozen=True)
class Coded:
    """Coded segments with their codebook, settled to one row for each code of a segment, and what may be shown of them."""

    codebook: Codebook
    segments: pd.DataFrame
    settled: pd.DataFrame
    shown: Shown

    def entering(self) -> pd.DataFrame:
        """The settled codes that may enter numbers over many codes: all, or those that are shown in every unit."""
        alone = set(self.shown.codes("groups")) - set(headings(self.codebook))
        return self.settled if self.shown.whole else self.settled[self.settled["code"].isin(alone)]


@dataclass
class CodingEvidence(Evidence):
    """The rules and decisions of this notebook; what it reads of people are coded segments."""

    coded: Coded | None = None

    @property
    def measured(self) -> bool:
        """Whether there are coded segments."""
        return self.coded is not None

    @property
    def people(self) -> int:
        """Nobody: those who spoke are known by speaker codes, and are not told apart among those who joined."""
        return 0

    def _published(self) -> list[Linear]:
        """Nothing to be proved with other notebooks: no table of theirs has a column of codes."""
        return []

    def entering(self) -> pd.DataFrame | None:
        """The settled codes that may enter numbers over many codes; None where there are none."""
        found = self.coded.entering() if self.coded else ()
        return found if len(found) else None  # type: ignore[return-value]

    def allowed(self, frame: pd.DataFrame | None) -> pd.DataFrame | None:
        """The part of a frame of results that may be shown; None where that is nothing."""
        found = super().allowed(frame)
        return found if found is not None and len(found) else None

    def judge(self, frame: pd.DataFrame) -> Judged:
        """As on every page of records; what follows from print alone, and was not read from the segments, passes."""
        said, files = description(frame), set(inputs_of(self.coded.segments) if self.coded else ())
        if said and said.kind is Kind.RECOMPUTED and said.inputs and files and not files & set(said.inputs):
            return Judged(frame, passed=as_made(frame))
        return super().judge(frame)

    def _by_basis(self, frame: pd.DataFrame, said: Description, basis: Basis) -> Judged:
        """A frame by the rule of what it counts. It must be of all segments: of a part of them, or of anything else that
        a method may count from them, no rule here knows what it tells."""
        rule = _RULES.get(basis.sort)
        if rule is None or self.coded is None or basis.people != len(_whole_of(self.coded, basis)):
            why = "it is not of all coded segments that may enter it" if rule else "this page has no rule for it"
            self.keeps(Decision(basis.of, basis.sort, REFUSED, why))
            return Judged(_nothing_of(frame, said), passed=True, hidden=True)
        found = rule(self, self.coded, frame, said)
        return Judged(describe(found, replace(description(found) or said, passed=True)), passed=True)


def _whole_of(coded: Coded, basis: Basis) -> Sized:
    """The rows that a method must have been given: of the codes that it is over, as far as these may enter, or all."""
    if basis.sort == "agreement together":  # a decision on each code for each segment that each coder read
        return range(len(coded.segments.drop_duplicates(["segment_id", "coder"])) * len(basis.values))
    if basis.sort == "codes together":
        entering = coded.entering()
        return entering[entering["code"].isin(basis.values)]
    return coded.segments if basis.sort in ("in all", "agreement", "changed codes") else coded.settled


def _nothing_of(frame: pd.DataFrame, said: Description) -> pd.DataFrame:
    """No rows; where rows are different quantities, words in the place of their numbers."""
    return in_words(frame, said) if said.rows else frame.iloc[:0]


def _in_words(frame: pd.DataFrame, said: Description, let: Mapping[str, pd.Series]) -> pd.DataFrame:
    """A frame with a word in the place of each number that is not let, by column; a column that none lets holds none."""
    never = pd.Series(False, frame.index)
    names = [name for name in said.columns if name not in said.words]
    return frame.assign(**{name: frame[name].astype(object).where(let.get(name, never), HIDDEN) for name in names})


def _codes(evidence: CodingEvidence, coded: Coded, frame: pd.DataFrame, said: Description) -> pd.DataFrame:
    """Counts of codes (index), those that have been proved."""
    let = coded.shown.counts.reindex(frame.index).eq(frame[UNITS]).fillna(False).astype(bool)
    return _in_words(frame, said, {**let, **{f"share_{base}": let[unit] for base, unit in tallies.SHARES.items()}})


def _changed(evidence: CodingEvidence, coded: Coded, frame: pd.DataFrame, said: Description) -> pd.DataFrame:
    """Segments of changed codes: of codes that may be shown, and of those no segment can carry any more."""
    book = coded.codebook
    known = {*coded.shown.codes(), *(set(frame["code"]) - set(book.by_id))} - set(headings(book))
    let = frame["code"].isin(known)
    return _in_words(frame, said, {"segments": let}).assign(again=frame["again"].where(let, "if any carries it"))


def _pairs_shown(evidence: CodingEvidence, coded: Coded, frame: pd.DataFrame, said: Description) -> pd.DataFrame:
    """The shown pairs; mentions and groups where enough people stand behind them."""
    pairs = pd.Series(list(zip(frame["code"], frame["other"], strict=True)), frame.index, dtype=object)
    proved = pairs.map(dict(coded.shown.pairs))
    kept = frame[proved.eq(frame["participants"])]
    enough = kept["participants"] >= fewest_for_groups(bases(coded.segments).groups, evidence.rules.width)
    behind = kept["behind"] >= evidence.rules.minimum_cell
    return _in_words(kept, said, {"participants": kept["participants"] > 0, "mentions": behind, "groups": enough})


def _groups(evidence: CodingEvidence, coded: Coded, frame: pd.DataFrame, said: Description) -> pd.DataFrame:
    """Participants by group where groups are large, or whether there is anybody; only where groups may be named."""
    shown, names = coded.shown, [name for name in frame if name != "name"]
    if shown.by_group is not None:
        cells, unit = hidden_words(shown.by_group.loc[frame.index]), "people"
    else:
        cells, unit = frame[names].astype(object).mask(frame[names] > 0, "raised").mask(frame[names] == 0, ""), ""
    cells = cells if shown.named else cells.iloc[:0]
    labels = distinct(names)
    found = cells.set_axis(labels, axis="columns").assign(name=frame["name"].loc[cells.index])
    return describe(found, replace(said, columns={label: Column(label, unit) for label in labels}))


def _in_all(evidence: CodingEvidence, coded: Coded, frame: pd.DataFrame, said: Description) -> pd.DataFrame:
    """Segments and people in all where they are enough; groups and coders are no numbers of those who spoke."""
    let = [coded.shown.everybody is not None or said.rows[name].unit in ("groups", "coders") for name in frame.index]
    return frame.astype(object).where(pd.Series(let, frame.index), HIDDEN, axis=0)


def _agreed(evidence: CodingEvidence, coded: Coded, frame: pd.DataFrame, said: Description) -> pd.DataFrame:
    """Agreement on the codes for which it tells of enough people, or nothing of people; of the latter without intervals.

    An interval that draws people would tell on how few of them the segments rest.
    """
    if not frame["units"].any():
        return frame.iloc[:0]
    segments, book = coded.segments, coded.codebook
    lowest = [code for code in frame.index if code not in headings(book)]
    people = _people_agreed(coded, lowest)
    kept = frame.loc[judge_agreement(evidence, book, lowest, people, _plenty(segments, lowest))].copy()
    alone = people.reindex(kept.index, fill_value=0) < evidence.rules.minimum_cell
    kept.loc[alone, [name for name in kept if str(name).endswith(("_low", "_high"))]] = float("nan")
    kept.loc[alone, "statement"] = NO_INTERVAL
    return kept if kept["statement"].any() else kept.drop(columns="statement")


def _people_agreed(coded: Coded, codes: Iterable[str]) -> pd.Series:
    """How many people raised a code in the eyes of all coders who read them, by code whose people are shown."""
    agreed = raised(coded.segments, settle(coded.segments, "all"), coded.codebook)
    return (agreed == YES).sum()[[code for code in codes if code in coded.shown.codes()]]


def _agreed_together(evidence: CodingEvidence, coded: Coded, frame: pd.DataFrame, said: Description) -> pd.DataFrame:
    """Agreement over several codes, where enough people stand behind each of them."""
    over = {str(code) for code in said.basis.values} if said.basis else set()
    people = _people_agreed(coded, over & set(coded.codebook.codable))
    enough = set(people.index[people >= evidence.rules.minimum_cell]) == over
    why = (
        f"at least {evidence.rules.minimum_cell} people stand behind each code"
        if enough
        else "few people stand behind a code"
    )
    decision = Decision(TOGETHER.of, "segments of the codes", SHOWN if enough else REFUSED, why)
    if decision not in evidence.decisions:
        evidence.keeps(decision)
    return frame if enough else _nothing_of(frame, said)


_RULES: dict[str, Callable[[CodingEvidence, Coded, pd.DataFrame, Description], pd.DataFrame]] = {
    "codes": _codes,
    "changed codes": _changed,
    "pairs": _pairs_shown,
    "groups": _groups,
    "agreement": _agreed,
    "agreement together": _agreed_together,
    "in all": _in_all,
    "codes together": lambda evidence, coded, frame, said: frame,  # `_whole_of` has seen to it that these may enter
    "all codes": lambda evidence, coded, frame, said: frame if coded.shown.whole else _nothing_of(frame, said),
    "named groups": lambda evidence, coded, frame, said: (
        frame if coded.shown.named and coded.shown.whole else frame.iloc[:0]
    ),
}


def _plenty(segments: pd.DataFrame, codes: list[str]) -> set[str]:
    """The codes that as many segments carry in the eyes of every coder, and as many in those of none, as there are people.

    One person or everybody may then have raised the code. Of people in the segments, P raised it in M of S: P is at most
    M, and at least the number of people less the S - M other segments, of which everybody else has one. Neither binds.
    """
    readers = segments.groupby("segment_id")["coder"].nunique()
    table = segments[segments["segment_id"].isin(readers.index[readers > 1])]
    every, any_ = (settle(table, rule)["code"].value_counts() for rule in ("all", "any"))
    least, whole = segments["speaker"].nunique(), table["segment_id"].nunique()
    return {code for code in codes if every.get(code, 0) >= least and whole - any_.get(code, 0) >= least}


def open_coding(
    page: Appendix,
    study: Study,
    disclosure: Mapping[str, object],
    segments: pd.DataFrame | None = None,
    codebook: Codebook | None = None,
    rule: str = "any",
) -> CodingEvidence:
    """The evidence of a run under its rules, with what may be shown of the coded segments, settled by `rule`.

    Counts are hidden and not rounded here: a rounded count beside exact mentions, groups or agreement would not stay
    rounded. Raises InputError for rules that are not allowed, and for rounding.
    """
    rules = read_rules(disclosure)
    if rules.rounding_base is not None:
        raise no_rounding("02_focus_group_coding", rules, "mentions and agreement")
    evidence = CodingEvidence(page, study, rules, None)
    if segments is not None and codebook is not None:
        page.store.of_people = page.store.guarded = True
        settled = settle(segments, rule)
        evidence.coded = Coded(codebook, segments, settled, _protected(evidence, segments, settled, codebook))
    return evidence


def _protected(evidence: CodingEvidence, segments: pd.DataFrame, settled: pd.DataFrame, book: Codebook) -> Shown:
    """Put every count of the coded segments through the proof, and decide what follows for the other numbers."""
    none_of_people, all_ = "they are no numbers of those who spoke", bases(segments)
    evidence.decisions.append(Decision("Groups and coders", "minimum cell", SHOWN, none_of_people))
    if all_.participants < evidence.rules.minimum_cell:
        return _nothing(evidence, book)
    why = f"at least {evidence.rules.minimum_cell} people in all"
    evidence.decisions.append(Decision("People and segments in all", "minimum cell", SHOWN, why))
    counts = tallies.tally(settled, book, all_)[UNITS]
    people = raised(segments, settled, book).rename(columns=column)
    groups = group_of(segments)
    sizes = groups.value_counts().sort_index()
    if len(sizes) > 1 and sizes.min() >= 2 * evidence.rules.minimum_cell:
        (totals, table), pairs = _by_group(evidence, people, groups, book), {}
    else:
        (totals, pairs), table = _linked(evidence, people, book), None
    shown = counts.where(totals.notna(), other=pd.NA).astype("Int64")
    shown = _hide_groups(evidence, shown, all_.groups, table)
    named = _named(evidence, table)
    return Shown(shown, len(people), pairs, table, _whole(evidence, shown, book), named, sizes.to_dict())


def _nothing(evidence: CodingEvidence, book: Codebook) -> Shown:
    """What is shown of fewer people than the minimum: nothing, of synthetic ones either."""
    why = f"fewer than {evidence.rules.minimum_cell} people in all"
    evidence.decisions.append(Decision("Everything that is counted from coded segments", "minimum cell", REFUSED, why))
    counts = pd.DataFrame(pd.NA, index=pd.Index(list(book.by_id), name="code"), columns=UNITS, dtype="Int64")
    return Shown(counts, None, {}, None, whole=False, named=False)


def column(code: str) -> str:
    """The name of a code as a column of people, apart from the columns of other notebooks."""
    return f"code {code}"


def _count(people: pd.DataFrame, *codes: str) -> pd.Series:
    names = [column(code) for code in codes]
    return count_people(people, names, dict.fromkeys(names, [YES, NO]))


def _title(book: Codebook, *codes: str) -> str:
    """The name of a table: of one code, or of a pair, by their ids, which no name can be mistaken for."""
    return f"Code: {book.names[codes[0]]}" if len(codes) == 1 else f"Pair: {', '.join(codes)}"


def _linked(
    evidence: CodingEvidence, people: pd.DataFrame, book: Codebook
) -> tuple[pd.Series, dict[tuple[str, str], int]]:
    """Participants of every code, and of pairs, proved together; a heading above a hidden code is left out."""
    codes, alone = _with_complete_headings(evidence, people, book)
    pairs = list(_pairs(evidence, people, alone, codes, book))
    done = _proved(evidence, people, codes, pairs, book)
    while pairs and _open(done, codes) != alone:
        pairs.pop()  # a pair that would cost a single code its number is not worth it
        done = _proved(evidence, people, codes, pairs, book)
    cells = evidence.keep(_tables(people, codes, pairs, book), done, _background(codes, book))
    evidence.decisions += [_left_out(book, code) for code in book.by_id if code not in codes]
    totals = pd.Series({code: cells[_title(book, code)][(YES,)] for code in codes}, dtype="Int64")
    both = {pair: cells[_title(book, *pair)][(YES, YES)] for pair in pairs}
    return totals.reindex(list(book.by_id)), {pair: int(n) for pair, n in both.items() if not pd.isna(n)}


def _with_complete_headings(
    evidence: CodingEvidence, people: pd.DataFrame, book: Codebook
) -> tuple[list[str], list[str]]:
    """The codes to count, without headings above a hidden code; and those of them whose number stays visible."""
    alone = [code for code in book.by_id if len(_open(_proved(evidence, people, [code], [], book), [code]))]
    codes = list(book.by_id)
    while True:
        complete = complete_headings(book, alone)
        kept = [code for code in codes if code in complete or code not in headings(book)]
        alone = _open(_proved(evidence, people, kept, [], book), kept)
        if kept == codes or complete_headings(book, alone) >= complete & set(kept):
            return kept, alone
        codes = kept


def _tables(
    people: pd.DataFrame, codes: Iterable[str], pairs: Iterable[tuple[str, str]], book: Codebook
) -> dict[str, pd.Series]:
    return {_title(book, *key): _count(people, *key) for key in (*((code,) for code in codes), *pairs)}


def _proved(
    evidence: CodingEvidence, people: pd.DataFrame, codes: list[str], pairs: list[tuple[str, str]], book: Codebook
) -> Protected:
    return protect(_tables(people, codes, pairs, book), evidence.rules, _background(codes, book))


def _open(done: Protected, codes: Iterable[str]) -> list[str]:
    """The codes whose number of participants stays visible; the tables of codes come first, in their order."""
    return [code for code, table in zip(codes, done.tables.values(), strict=False) if not pd.isna(table[(YES,)])]


def _left_out(book: Codebook, code: str) -> Decision:
    why = "a code under it is hidden, and less the others its number would tell of that one"
    return Decision(_title(book, code), "headings and the codes under them", HIDDEN, why)


def _background(codes: list[str], book: Codebook) -> Background:
    """That whoever raised a code raised every heading above it.

    Each code under a heading follows from the heading and a column of its own. That a heading counts no more people than
    its codes together binds nobody further: all codes under a heading are shown here, and where the heading itself is
    hidden because it holds nearly everybody, two shown codes under it leave it more room than the proof asks for.
    """
    derived, own = [], {}
    for code in codes:
        above = [other for other in reversed(book.ancestors(code)) if other in codes]
        if above:
            names = [column(above[0]), *(_within(other) for other in (*above[1:], code))]
            derived.append(Derived(column(code), tuple(names), _all_yes))
            own[_within(code)] = [YES, NO]
    return Background(tuple(derived), categories=own)


def _within(code: str) -> str:
    return f"{column(code)}, of those who raised its heading"


def _all_yes(*values: str) -> str:
    return YES if set(values) == {YES} else NO


def _pairs(
    evidence: CodingEvidence, people: pd.DataFrame, shown: list[str], codes: list[str], book: Codebook
) -> Iterator[tuple[str, str]]:
    """The pairs of codes that most participants share and that hold no sensitive cell of their own, without circles."""
    lowest = [code for code in shown if code not in headings(book)]
    given = (people == YES).astype("int64")
    shared = given.T @ given
    candidates = sorted(combinations(lowest, 2), key=lambda pair: -shared.at[column(pair[0]), column(pair[1])])
    plain = (pair for pair in candidates if _is_plain(evidence, shared, pair, len(people)))
    return islice(without_circles(plain, {code: _top(code, codes, book) for code in lowest}), PAIRS)


def _top(code: str, codes: list[str], book: Codebook) -> str:
    kept = [other for other in book.ancestors(code) if other in codes]
    return kept[-1] if kept else code


def _is_plain(evidence: CodingEvidence, shared: pd.DataFrame, pair: tuple[str, str], everybody: int) -> bool:
    """Whether every cell of the two by two table has enough people, and none nearly all of a row or column."""
    (a, b), least, most = map(column, pair), evidence.rules.minimum_cell, evidence.rules.largest_share
    with_a, with_b, both = shared.at[a, a], shared.at[b, b], shared.at[a, b]
    rows = [(both, with_a - both), (with_b - both, everybody - with_a - with_b + both)]
    lines = [*rows, *zip(*rows, strict=True)]
    return all(min(line) >= least and max(line) <= most * sum(line) for line in lines)


def _by_group(
    evidence: CodingEvidence, people: pd.DataFrame, groups: pd.Series, book: Codebook
) -> tuple[pd.Series, pd.DataFrame]:
    """Participants of every code without codes under it: in all, and by group (codes by groups, <NA> hidden).

    Groups are large here, and their sizes known, so that codes can be proved one by one. Headings and pairs would tie
    the codes of every group together and are left out.
    """
    names, sizes = sorted(groups.unique()), groups.value_counts()
    known = Background(statements=tuple(_size_said(name, int(sizes[name])) for name in names))
    totals = pd.Series(pd.NA, index=list(book.by_id), dtype="Int64")
    table = pd.DataFrame(pd.NA, index=list(book.by_id), columns=pd.Index(names), dtype="Int64")
    for code in (code for code in book.by_id if code not in headings(book)):
        frame = people[[column(code)]].assign(group=groups)
        counts = count_people(frame, ["group", column(code)], {"group": names, column(code): [YES, NO]})
        title = f"{_title(book, code)}, by group"
        cells = evidence.protected({title: counts}, known)[title]
        totals[code] = cells[TOTAL, YES]
        table.loc[code] = [cells[name, YES] for name in names]
    return totals, table


def _size_said(group: str, people: int) -> Statement:
    return Statement(f"people of {group}", ("group",), lambda each: float(each == group), people, people)


def _hide_groups(
    evidence: CodingEvidence, shown: pd.DataFrame, groups: int, table: pd.DataFrame | None
) -> pd.DataFrame:
    """The counts without the numbers of groups that could narrow down how many people of one group raised a code."""
    least = fewest_for_groups(groups, evidence.rules.width)
    hide = (shown["participants"] < least) if table is None else table.isna().any(axis=1)
    if (hide & shown["groups"].notna()).any():
        why = (
            f"below {least} people it could narrow down how many of one group raised the code"
            if table is None
            else "a count by group is hidden"
        )
        evidence.decisions.append(
            Decision("Number of groups in which a code came up", "numbers of groups", HIDDEN, why)
        )
    return shown.assign(groups=shown["groups"].mask(hide.fillna(True)))


def _whole(evidence: CodingEvidence, shown: pd.DataFrame, book: Codebook) -> bool:
    """Whether numbers over all codes may be shown: only where no code and no number of groups is hidden."""
    if shown.loc[list(book.codable)].notna().all(axis=None):
        return evidence.allows(Decision(OVER_ALL, "numbers of codes", SHOWN, "nothing of any code is hidden"))
    why = "they would tell of hidden codes that somebody raised them, or in how many groups"
    return evidence.allows(Decision(OVER_ALL, "numbers of codes", REFUSED, why))


def _named(evidence: CodingEvidence, table: pd.DataFrame | None) -> bool:
    """Whether it may be said of a group that a code came up in it or not."""
    if table is not None and not table.isna().any(axis=None):
        return evidence.allows(Decision(BY_GROUP, "minimum cell", SHOWN, "every count by group is shown"))
    return evidence.allows(
        Decision(BY_GROUP, "minimum cell", REFUSED, "it would tell small counts of a group, zero included")
    )


def judge_agreement(
    evidence: CodingEvidence, book: Codebook, codes: Iterable[str], people: pd.Series, plenty: Collection[str]
) -> list[str]:
    """The codes whose agreement may be shown; `people` (by code, of codes whose people are shown) raised it in the eyes of
    every coder who read them.

    Prevalence and percent agreement together say on how many segments both coders gave the code, so enough people must
    stand behind those too; unless there are so many segments (`plenty`) that they tell nothing of people.
    """
    decisions = {code: _agreement(evidence, book, code, people.get(code), code in plenty) for code in codes}
    evidence.decisions += decisions.values()
    return [code for code, decision in decisions.items() if decision.decision == SHOWN]


def _agreement(evidence: CodingEvidence, book: Codebook, code: str, people: int | None, plenty: bool) -> Decision:
    name, rule = f"Agreement: {book.names[code]}", "segments of the code"
    enough = people is not None and people >= evidence.rules.minimum_cell
    if plenty and not enough:
        why = (
            "as many segments carry the code, and as many do not, as there are participants: anybody may have raised it"
        )
        return Decision(name, rule, SHOWN, why)
    if people is None:
        why = "its number of people is hidden, and its segments could tell of it"
        return Decision(name, rule, REFUSED, why)
    return judge_statistic(name, "agreement", int(people), evidence.rules)
