"""Every count of people that 07_programme_performance shows of records, by name, how they add up, and which are hidden.

All tables and figures of the page ask here whether a count may be shown, so that one proof covers the page. A name is that
of a measure, of its base, or of a part of one: `exit_employment | area=Leeds`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from numbers import Real

import numpy as np
import pandas as pd

from analysis.described import Description, as_made, describe, description
from analysis.disclosure.sums import FIRST, HEADLINE, PUBLIC, Equation, Sums, squares_around
from analysis.participants import FLAGS
from analysis.programme import achieved, against_published, crossed, distance, funnel, overlap, timing
from analysis.programme.counting import (
    GROUPED,
    PEOPLE,
    REFERRALS,
    base,
    base_name,
    count_rule,
    known_rules,
    meets,
    recorded,
)
from analysis.programme.funnel import NOT_RECORDED
from analysis.programme.monitoring import Monitoring
from analysis.programme.overlap import MOST_COMBINATIONS
from analysis.programme.rules import Condition, CountingRule, contains, restricts
from analysis.programme.timing import DAYS, TIMED
from analysis.reporting.appendix import Appendix, Judged
from analysis.reporting.views.evidence import HIDDEN, unjudged_frame
from analysis.results import Kind, Result
from analysis.study import Study

QUARTERLY = ("participants", "exit_education", "exit_employment", "inactive_job_search")
SEX = "sex"


@dataclass(frozen=True)
class Protected:
    """What may be shown of a page's counts: `shown`, the names that may, and measures of which nothing was recorded.

    `length` is how many quarters a row of the tables over time has (0 where people are too few for any), `finer` whether a shorter
    one was tried.
    """

    shown: frozenset[str]
    unrecorded: frozenset[str]
    length: int = 0
    finer: bool = False

    def word(self, *names: str) -> str:
        """Why a number that rests on these counts is not shown; an empty text where it is. A name that the page does not
        know is hidden."""
        if any(name.partition(" | ")[0].removeprefix("base of ") in self.unrecorded for name in names):
            return NOT_RECORDED
        return "" if self.shown.issuperset(names) else HIDDEN


def protected(records: Monitoring) -> Protected:
    """What may be shown of a page's counts, worked out once."""
    key = ("every measure", f"hidden below {records.minimum_cell} at {records.level:g}")
    if key not in records.memo:
        sums, hidden, length = _hidden(records)
        gone = frozenset(rule.measure for rule in records.rules.rules if not recorded(records, rule))
        named = {name for name, count in sums.counts.items() if count.shown}
        named |= {each.label for each in sums.equations if each.label}
        finer = length > min(crossed.lengths(records), default=length)
        records.memo[key] = Protected(frozenset(named) - hidden, gone, length, finer)
    return records.memo[key]


def _hidden(records: Monitoring) -> tuple[Sums, frozenset[str], int]:
    """The counts of the page, those to hide, and how many quarters a row of the tables over time has.

    These are shown in the way that shows most of their numbers, of those beside which no more other numbers are hidden; else they are
    hidden.
    """
    before = _sums_before(records)
    best, kept = (before, without := before.hidden(), 0), 0
    for length in crossed.lengths(records):
        sums = deepcopy(before)
        _over_time(sums, records, length)
        own = frozenset(sums.counts) - frozenset(before.counts)
        shown = {name for name in own if sums.counts[name].shown}
        if not kept:
            best = sums, without | own, length
        if len(shown) <= kept:  # a longer period has fewer numbers still
            break
        hidden = sums.hidden()
        if len(hidden - own) <= len(without) and len(shown - hidden) > kept:
            best, kept = (sums, hidden, length), len(shown - hidden)
    return best


@dataclass(frozen=True)
class Door:
    """What a page shows of a programme's records (None where a study has none) passes here, cell by cell.

    A number is shown if all counts that its method says it rests on (`described.Basis.behind`) may be; else a word stands in
    its place, and of an interval nothing.
    """

    page: Appendix
    records: Monitoring | None
    study: Study
    minimum: int

    def __post_init__(self) -> None:
        """The page takes no number of records in any other way."""
        if self.records is not None:
            self.page.store.of_people = self.page.store.guarded = True
            self.page.judge, self.page.minimum_cell = self.judge, self.minimum
            smallest = ("records.minimum", "The smallest count that is shown", self.minimum, "people", Kind.ASSUMED)
            self.page.add([Result(*smallest, source="a rule of disclosure control")])

    @property
    def printed(self) -> Study:
        """The study whose printed tables the records are held against: its own, or the one that a worked example imitates."""
        return self.records.printed if self.records else self.study

    @property
    def is_merged(self) -> bool:
        """Whether shorter periods were tried than the tables over time have."""
        return self.records is not None and protected(self.records).finer

    @property
    def period_length(self) -> int:
        """How many quarters a row of the tables over time has."""
        return protected(self.records).length if self.records else 0

    def allowed(self, frame: pd.DataFrame | None) -> pd.DataFrame | None:
        """A frame of results as it may be shown, to go on with; None of None."""
        return None if frame is None else self.page.judge(frame).frame

    def judge(self, frame: pd.DataFrame) -> Judged:
        """A frame of results with the reason in place of each number that may not be shown.

        Raises InputError for a frame that was changed, and for numbers whose method does not say which counts they rest on.
        """
        said = description(frame)
        if said is None or not self.page.store.tells_of_people(said.kind):
            return Judged(frame)
        if not as_made(frame):
            raise unjudged_frame(self.page.place, f"a frame of {said.function} that was changed")
        if said.passed or not any(_is_number(cell) for name in frame for cell in frame[name]) or self._of_print(said):
            return Judged(frame, passed=True)
        return Judged(describe(self._masked(frame, said), replace(said, passed=True)), passed=True)

    def _of_print(self, said: Description) -> bool:
        """Whether numbers that follow from others rest on files and claims that are named, and none of them of records."""
        of_records = self.records is not None and set(said.inputs) & set(self.records.inputs[:1])
        return said.kind is Kind.RECOMPUTED and said.basis is None and bool(said.inputs) and not of_records

    def _masked(self, frame: pd.DataFrame, said: Description) -> pd.DataFrame:
        behind = _behind(frame, said)
        missing = [name for name in frame if name not in behind and any(map(_is_number, frame[name]))]
        if missing or said.basis is None:
            raise unjudged_frame(self.page.place, f"{said.function} ({', '.join(map(str, missing)) or 'all columns'})")
        if said.basis.each:
            frame = frame[[not self._word(names) for names in frame[said.basis.each]]]
        ends = {end for each in said.columns.values() for end in (each.low, each.high)} - set(said.columns)
        shown = frame.astype(object).where(frame.notna(), None)
        for column in (name for name in frame if name in behind):
            empty = None if column in ends else ""
            cells = zip(shown[column], shown.reset_index(names="row").to_dict("records"), strict=True)
            shown[column] = pd.Series(
                [
                    empty if cell is None else self._cell(cell, behind[column], row, column, empty, said)
                    for cell, row in cells
                ],
                index=shown.index,
                dtype=object,
            )
        return shown

    def _cell(
        self,
        cell: object,
        behind: Sequence[str],
        row: Mapping[str, object],
        column: str,
        empty: object,
        said: Description,
    ) -> object:
        word = self._word([name.format(**{**row, "column": column}) for name in behind])
        return cell if not word else empty if empty is None or column in said.words else word

    def _word(self, names: Iterable[str]) -> str:
        return protected(self.records).word(*filter(None, names))  # type: ignore[arg-type]


def _behind(frame: pd.DataFrame, said: Description) -> dict[str, tuple[str, ...]]:
    """For each column of numbers of a frame, and the ends of its intervals, the counts that it says they rest on."""
    named = dict(said.basis.behind) if said.basis else {}
    if "*" in named:
        named = {str(name): named["*"] for name in frame if name in said.columns} | named
    for name, column in said.columns.items():
        for end in filter(None, (column.low, column.high)):
            named.setdefault(end, named.get(name, ()))
    return {name: names for name, names in named.items() if name in frame}


def _is_number(cell: object) -> bool:
    """Whether a cell holds a number that may be of people: no figure as printed."""
    if isinstance(cell, Result):
        return cell.kind is not Kind.PUBLISHED
    return isinstance(cell, Real) and not isinstance(cell, bool | np.bool_)


def _sums_before(records: Monitoring) -> Sums:
    """The counts of the page and how they add up, but for its tables over time."""
    sums = Sums(records.minimum_cell)
    for name, number in ((PEOPLE, len(records.people)), (REFERRALS, len(records.referrals))):
        sums.add(name, number, rank=PUBLIC if number >= sums.minimum else HEADLINE)
    for part in (_measures, _groups, _sexes, _quarters, _months, _way_in, _destinations, _times, _distances):
        part(sums, records)
    for part in (_sustained, _alternatives, _reasons, _overlaps):
        part(sums, records)
    return sums


def _named(sums: Sums, frame: pd.DataFrame | None, *columns: str) -> Iterator[dict[str, str]]:
    """For each row of a frame what its method calls the counts of some columns, which are added; nothing of None."""
    if frame is None:
        return
    behind = description(frame).basis.behind  # type: ignore[union-attr]
    for row in frame.reset_index(names="row").to_dict("records"):
        names = {column: behind[column][0].format(**row) for column in columns}
        for column, name in names.items():
            sums.add(name, int(row[column]))
        yield names


def condition_name(column: str, values: Sequence[str]) -> str:
    """The name of everybody with one of these answers."""
    return f"{column}={'/'.join(values)}"


def group_name(name: str, column: str, group: object) -> str:
    """The name of those of a count who belong to a group."""
    return f"{name} | {column}={group}"


def _measures(sums: Sums, records: Monitoring) -> None:
    """The measures, their bases, the people with each answer that rules ask for, and measures that are part of others."""
    for rule in (rule for rule in records.rules.used if rule.unit == "organisations"):
        sums.add(rule.measure, len(count_rule(records, rule)), rank=HEADLINE)
    rules = known_rules(records)
    for rule in rules:
        sums.add(rule.measure, len(count_rule(records, rule)), rank=HEADLINE)
        sums.add(base_name(rule), len(base(records, rule)), rank=HEADLINE)
    _conditions(sums, records, rules)
    for rule in rules:
        own = base_name(rule)
        sums.split(own, rule.measure)
        for name in _conditions_of(rule.who):
            sums.split(name, rule.measure)
        if own.startswith("base of "):
            for whole in [*_conditions_of(rule.base), rule.base_measure or PEOPLE]:
                sums.split(whole, own)
    for whole in rules:
        for parts in _disjoint([rule for rule in rules if restricts(rule, whole)]):
            sums.split(whole.measure, *(rule.measure for rule in parts), complete=len(parts) > 1)


def _conditions_of(condition: Condition) -> list[str]:
    return [condition_name(column, values) for column, values in condition.columns.items()]


def _conditions(sums: Sums, records: Monitoring, rules: Sequence[CountingRule]) -> None:
    asked = {
        (column, values): None
        for rule in rules
        for condition in (rule.who, rule.base)
        for column, values in condition.columns.items()
    }
    for column, values in asked:
        number = int(meets(records.people, Condition(columns={column: values})).sum())
        sums.add(condition_name(column, values), number, shown=False)
    for column in dict.fromkeys(column for column, _ in asked):
        apart = _apart([values for name, values in asked if name == column])
        for some in apart:
            sums.split(PEOPLE, *(condition_name(column, values) for values in some), complete=len(some) > 1)


def _apart(answers: Sequence[tuple[str, ...]]) -> list[list[tuple[str, ...]]]:
    """Answers in as few lists as need be, so that no person is in two of a list."""
    lists: list[list[tuple[str, ...]]] = []
    for values in answers:
        place = next((some for some in lists if not any(set(values) & set(other) for other in some)), None)
        lists.append([values]) if place is None else place.append(values)
    return lists


def _disjoint(rules: Sequence[CountingRule]) -> Iterator[list[CountingRule]]:
    """Rules that restrict one other in lists whose people do not overlap: those with different answers in one column."""
    asked = {rule.measure: {**rule.who.columns, **rule.base.columns} for rule in rules}
    single = [rule for rule in rules if len(asked[rule.measure]) == 1]
    yield from ([rule] for rule in rules if rule not in single)
    for column in dict.fromkeys(name for rule in single for name in asked[rule.measure]):
        of = {asked[rule.measure][column]: rule for rule in single if column in asked[rule.measure]}
        yield from ([of[values] for values in some] for some in _apart(list(of)))


def _split_by(
    sums: Sums, name: str, ids: pd.Series, groups: pd.Series, column: str, among: Sequence[str], shown: bool = True
) -> None:
    """Those of a count by group; `ids` are its people, `groups` the group of each person by id."""
    found = ids.map(groups).value_counts()
    for group in among:
        sums.add(group_name(name, column, group), int(found.get(group, 0)), shown=shown)
    if among:
        sums.split(name, *(group_name(name, column, group) for group in among), complete=True)


def _by_group(
    sums: Sums, records: Monitoring, rules: Sequence[CountingRule], of: pd.Series, column: str, bases: bool
) -> list[str]:
    """Measures by group and, if these are shown, their bases; and how they hang together within each group."""
    among = sorted(of.dropna().unique())
    if bases:
        _split_by(sums, PEOPLE, records.people["person_id"], of, column, among)
    for rule in rules:
        own = base_name(rule)
        _split_by(sums, rule.measure, count_rule(records, rule)["person_id"], of, column, among)
        if bases:
            _split_by(sums, own, base(records, rule), of, column, among)
    measures = {rule.measure for rule in rules}
    for group in among:
        for rule in rules:
            own, part = base_name(rule), group_name(rule.measure, column, group)
            if bases or own in measures:
                sums.split(group_name(own, column, group), part)
            if bases and own.startswith("base of "):
                whole = rule.base_measure if rule.base_measure in measures else PEOPLE
                sums.split(group_name(whole, column, group), group_name(own, column, group))
        for whole in rules:
            for parts in _disjoint([rule for rule in rules if restricts(rule, whole)]):
                names = [group_name(rule.measure, column, group) for rule in parts]
                sums.split(group_name(whole.measure, column, group), *names, complete=len(names) > 1)
    return among


def _groups(sums: Sums, records: Monitoring) -> None:
    rules = known_rules(records, GROUPED)
    for column in (name for name in crossed.GROUPS if records.people[name].notna().any()):
        of = achieved.groups_of(records, column)
        among = _by_group(sums, records, rules, of, column, bases=column == "area")
        somebody = group_name(PEOPLE, column, NOT_RECORDED)
        if NOT_RECORDED in among and somebody in sums.counts:  # the column is there because somebody is in it
            sums.equations.append(Equation({somebody: 1.0}, 1.0, np.inf))


def _over_time(sums: Sums, records: Monitoring, length: int) -> None:
    """Who joined by partner, and by area, in each period: parts of those of the group, and of those of its quarters.

    Each table shares the periods with the other and nothing else, so that people of any partner may be of any area.
    """
    periods = crossed.periods(records, length)
    for column in crossed.GROUPS:
        frame = crossed.joined_by(records, column, length)
        for period, row in () if frame is None else frame.iterrows():
            cells = {name: f"{row['part']}{name}" for name in frame if name != "part"}  # type: ignore[union-attr]
            for name, cell in cells.items():
                sums.add(cell, int(row[name]), rank=FIRST)
            whole, parts = crossed.in_period(period), [crossed.in_period(each) for each in periods[str(period)]]
            if parts != [whole]:
                sums.add(whole, sum(int(row[name]) for name in cells), shown=False)
                sums.split(whole, *parts, complete=True)
            sums.split(whole, *cells.values(), complete=True)
        for name in () if frame is None else [name for name in frame if name != "part"]:
            own = [f"{part}{name}" for part in frame["part"]]  # type: ignore[index]
            sums.split(group_name(crossed.JOINED, column, name), *own, complete=True)


def _sexes(sums: Sums, records: Monitoring) -> None:
    """Women and men; measures of one sex are those of both, of this sex."""
    of = achieved.sexes(records, sums.minimum).set_axis(records.people["person_id"])
    rules = [rule for rule in achieved.sex_rules(records) if recorded(records, rule)]
    among = _by_group(sums, records, rules, of, SEX, bases=True)
    women, men = group_name(PEOPLE, SEX, "women"), group_name(PEOPLE, SEX, "men")
    for group, name, answer in (("women", women, "female"), ("men", men, "male")):
        known = condition_name(SEX, (answer,))
        if group in among and known in sums.counts:
            sums.split(name, known, complete=True)
        for rule, whole in ((r, w) for r in known_rules(records) for w in rules if restricts(r, w)):
            if group in among and {**rule.who.columns, **rule.base.columns} == {SEX: (answer,)}:
                sums.split(group_name(whole.measure, SEX, group), rule.measure, complete=True)
                if rule.base.columns and base_name(whole) != PEOPLE:
                    sums.split(group_name(base_name(whole), SEX, group), base_name(rule), complete=True)


def _quarters(sums: Sums, records: Monitoring) -> None:
    for measure in QUARTERLY:
        before: list[str] = []
        for name in _named(sums, achieved.by_quarter(records, measure), "count", "count_to_date", "at_its_end", "late"):
            sums.split(name["count"], name["at_its_end"], name["late"], complete=True)
            sums.split(name["count_to_date"], *before, name["count"], complete=True)
            before = [name["count_to_date"]]
        if before:
            sums.split(measure, *before, complete=True)


def _months(sums: Sums, records: Monitoring) -> None:
    """Running totals by month; that of starts holds those who joined by the end of a quarter."""
    frame = funnel.by_month(records)
    if frame is None:
        return
    for column, whole in (("referrals_to_date", REFERRALS), ("starts_to_date", PEOPLE)):
        before = ""
        for name in _named(sums, frame, column):
            if before:
                sums.split(name[column], before)
            before = name[column]
        sums.split(whole, before, complete=True)
    for quarter, end in achieved.quarters(records)["end"].items():
        starts, joined = f"starts | by the end of {end.to_period('M')}", f"participants | to date {quarter}"
        if {starts, joined} <= set(sums.counts) and end.is_month_end:
            sums.split(starts, joined)


def _running(sums: Sums, totals: Iterable[tuple[str, int]]) -> list[str]:
    """Running totals, each the one before and a rest."""
    names: list[str] = []
    for name, number in totals:
        sums.add(name, int(number))
        if names:
            sums.split(name, names[-1])
        names.append(name)
    return names


def _way_in(sums: Sums, records: Monitoring) -> None:
    """Referrals by decision and by source, and starts by source."""
    steps, decisions, sources = funnel.referral_funnel(records), funnel.decisions(records), funnel.by_source(records)
    if decisions is None:
        return
    names = [name["people"] for name in _named(sums, decisions, "people")]
    sums.split(REFERRALS, *names, complete=True)
    decided = [name for name, decision in zip(names, decisions.index, strict=True) if decision != funnel.PENDING]
    # Hidden before any decision: beside all referrals it tells those without one, whatever else is hidden.
    sums.add("decided", int(steps.loc["Decided", "people"]), rank=FIRST)
    sums.split("decided", *decided, complete=True)
    parts = {}
    for what, whole in (("referrals", REFERRALS), ("starts", PEOPLE)):
        known = f"{what} | source"
        sums.add(known, int(sources[what].sum()), rank=HEADLINE)
        parts[what] = [name[what] for name in _named(sums, sources, what)]
        sums.split(known, *parts[what], complete=True)
        sums.split(whole, known, complete=True)
    for of_source in zip(*parts.values(), strict=True):
        sums.split(*of_source)


def destination_name(destination: object, evidence: bool = False) -> str:
    """The name of those who went somewhere, or of those of them with accepted evidence."""
    return f"destination: {destination}{', with evidence' if evidence else ''}"


def _destinations(sums: Sums, records: Monitoring) -> None:
    if records.exits.empty:
        return
    frame, proven = funnel.all_destinations(records), funnel.proven(records.rules)
    for name, row in frame.iterrows():
        sums.add(destination_name(name), int(row["people"]))
        sums.add(destination_name(name, True), int(row["with_evidence"]), shown=name in proven)
        sums.split(destination_name(name), destination_name(name, True))
    sums.split(PEOPLE, *map(destination_name, frame.index), complete=True)
    for rule in known_rules(records):
        labels = [destination_name(name, bool(rule.evidence)) for name in funnel.labels_of(rule)]
        if labels and rule.base == rule.who == Condition() and not rule.base_measure:
            number = sum(sums.counts[name].value for name in labels)
            if rule.evidence in ("", "destination") and number == sums.counts[rule.measure].value:
                sums.split(rule.measure, *labels, complete=True)


def _times(sums: Sums, records: Monitoring) -> None:
    rules = {rule.measure: rule for rule in known_rules(records)}
    for measure in (name for name in TIMED if name in rules):
        times, own = timing.time_to(records, measure), base_name(rules[measure])
        how = times["how"].value_counts()
        left, still_on = f"{measure} | left", f"{measure} | still on"
        for name, word in ((left, timing.LEFT), (still_on, timing.STAYS)):
            sums.add(name, int(how.get(word, 0)))
        sums.split(own, measure, left, still_on, complete=True)
        stays = destination_name(funnel.STILL_ON)
        if own == PEOPLE and stays in sums.counts:
            sums.same(stays, still_on)
        reached = times.loc[times["how"] == timing.OUTCOME, "days"]
        by = [(f"{measure} | reached by day {day}", int((reached <= day).sum())) for day in DAYS]
        after = [(f"{measure} | followed to day {day}", timing.at_risk(times, (day,))[0]) for day in reversed(DAYS)]
        sums.split(measure, _running(sums, by)[-1], complete=True)
        sums.split(own, _running(sums, after)[-1])


def scale_name(scale: str, what: str) -> str:
    """The name of those who answered a scale in some way: `initial`, `both`, `missing`, `higher`, `same`, `lower`."""
    return f"scale {scale} | {what}"


def _distances(sums: Sums, records: Monitoring) -> None:
    """Answers at the start and at exit; printed means are sums over the pairs of answers."""
    travelled = distance.travelled(records)
    for label, row in travelled.iterrows() if travelled is not None else ():
        scale = str(label)
        name = {what: scale_name(scale, what) for what in ("initial", "both", "missing", "higher", "same", "lower")}
        both = int(row["both"])
        sums.add(name["initial"], int(row["initial"]), rank=HEADLINE)
        for what in ("both", "missing"):
            sums.add(name[what], int(row[what]))
        for what in ("higher", "same", "lower"):
            sums.add(name[what], round(both * row[what] / 100))
        sums.split(name["initial"], name["both"], name["missing"], complete=True)
        sums.split(PEOPLE, name["initial"])
        sums.split(name["both"], name["higher"], name["same"], name["lower"], complete=True)
        _gains_of_scale(sums, records, scale, name)
        _changes(sums, scale, distance.pairs(records.outcomes, distance.scale_of(scale)), row, records.level)


def _gains_of_scale(sums: Sums, records: Monitoring, scale: str, name: Mapping[str, str]) -> None:
    """What the measures that count a gain on a scale say of it: who answered twice is the base, who is higher counts."""
    column = distance.scale_of(scale)
    pairs = distance.pairs(records.outcomes, column)
    found = {"both": set(pairs.index), "higher": set(pairs.index[pairs["exit"] > pairs["initial"]])}
    for rule in (rule for rule in known_rules(records) if rule.event == "gain" and rule.scale == column):
        of_rule = {"both": base(records, rule), "higher": count_rule(records, rule)["person_id"]}
        for what, measure in (("both", base_name(rule)), ("higher", rule.measure)):
            ids = set(of_rule[what])
            if ids <= found[what]:
                sums.split(name[what], measure, complete=ids == found[what])
            elif ids > found[what]:
                sums.split(measure, name[what])


def _changes(sums: Sums, scale: str, pairs: pd.DataFrame, row: pd.Series, level: float) -> None:
    """The pairs of answers behind higher, same and lower, and what the printed means say of them."""
    points = range(int(pairs.min().min()), int(pairs.max().max()) + 1)
    counts = pairs.value_counts()
    cells = {(i, j): f"scale {scale} | {i} to {j}" for i in points for j in points}
    for (i, j), name in cells.items():
        sums.add(name, int(counts.get((i, j), 0)), shown=False)
    for what, sign in (("higher", 1), ("same", 0), ("lower", -1)):
        parts = [name for (i, j), name in cells.items() if np.sign(j - i) == sign]
        if parts:
            sums.split(scale_name(scale, what), *parts, complete=True)
    weights: dict[str, tuple[float, Callable[[int, int], float]]] = {
        "mean_initial": (row["mean_initial"], lambda i, j: i),
        "mean_exit": (row["mean_exit"], lambda i, j: j),
        "change": (row["change"], lambda i, j: j - i),
    }
    for what, (mean, weight) in weights.items():
        half = len(pairs) * (0.005 + 1e-9)
        values = {name: float(weight(i, j)) for (i, j), name in cells.items()}
        sums.about(scale_name(scale, what), values, len(pairs) * mean - half, len(pairs) * mean + half)
    printed = [round(float(row[end]), 2) for end in ("change", "low", "high") if pd.notna(row[end])]
    if len(printed) == 3:
        squares = {name: (j - i - printed[0]) ** 2 for (i, j), name in cells.items()}
        sums.about(
            scale_name(scale, "interval"), squares, *squares_around(len(pairs), *printed, half=0.005, level=level)
        )


def _sustained(sums: Sums, records: Monitoring) -> None:
    after = distance.INTO_WORK
    for name in _named(sums, distance.sustained(records), "left", "reviewed", "in_work"):
        for whole, part in zip((after, name["left"], name["reviewed"]), name.values(), strict=True):
            sums.split(whole, part)
        after = name["left"]


def _alternatives(sums: Sums, records: Monitoring) -> None:
    """What other rules would count: those whom both count, those gained, and those lost."""
    for rule in achieved.alternatives(records):
        own = records.rules.by_measure[rule.alternative_to]
        one, other = (set(count_rule(records, each)["person_id"]) for each in (own, rule))
        both, gained, lost = (f"{rule.measure} | {what}" for what in ("both", "gained", "lost"))
        sums.add(rule.measure, len(other))
        sums.add(both, len(one & other), shown=False)
        sums.add(gained, len(other - one))
        sums.split(rule.measure, both, gained, complete=True)
        if contains(rule, own):
            sums.same(own.measure, both)
        else:
            sums.add(lost, len(one - other))
            sums.split(own.measure, both, lost, complete=True)


def _reasons(sums: Sums, records: Monitoring) -> None:
    """The people with the event behind each measure, and why some of them do not count."""
    for rule in known_rules(records):
        found = achieved.behind(records, rule)
        events, late = (f"{rule.measure} | {what}" for what in ("events", "late"))
        sums.add(events, found["events"])
        sums.add(late, found["late"])
        sums.split(rule.measure, late)
        sums.split(base_name(rule), events)
        for name in _conditions_of(rule.who):
            sums.split(name, events, complete=rule.event == "start")
        if found["events"] == found["counted"]:  # nobody is left out, as the two numbers say themselves
            sums.same(events, rule.measure)
            continue
        reasons = {f"{rule.measure} | {what}": found[what] for what in against_published.REASONS}
        for name, number in reasons.items():
            sums.add(name, number)
        sums.split(events, rule.measure, *reasons, complete=True)
        plain = next((each for each in records.rules.alternatives if each.alternative_to == rule.measure
                      and each == each.model_copy(update=_unlike(rule, each))), None)  # fmt: skip
        if plain and plain.measure in sums.counts and sums.counts[plain.measure].value == found["events"]:
            sums.same(events, plain.measure)


def _unlike(rule: CountingRule, other: CountingRule) -> dict[str, object]:
    """What makes a copy of the other rule into this one without its evidence."""
    own = ("event", "values", "scale", "stages", "who", "base", "base_measure", "unit")
    return {name: getattr(rule, name) for name in own} | {"evidence": ""}


def combination_name(combination: object) -> str:
    """The name of the people who are in exactly these target groups."""
    return f"groups: {combination}"


def _overlaps(sums: Sums, records: Monitoring) -> None:
    """The exact combinations of target groups; the members of each group are in those that name it."""
    frame = overlap.combinations(records)
    large = frame[frame["people"] >= sums.minimum].head(MOST_COMBINATIONS)
    for name, row in frame.iterrows():
        sums.add(combination_name(name), int(row["people"]), shown=name in large.index)
    sums.split(PEOPLE, *map(combination_name, frame.index), complete=True)
    for flag, label in FLAGS.items():
        answer, inside = condition_name(flag, ("yes",)), frame.index[frame.get(label, pd.Series(False, frame.index))]
        if answer in sums.counts and len(inside):
            sums.split(answer, *map(combination_name, inside), complete=True)
            left = [name for name in inside if name not in large.index]
            _rest_of(sums, f"groups with {label} not shown", [combination_name(name) for name in left])
    left = [name for name in frame.index if name not in large.index]
    _rest_of(sums, OTHERS, [combination_name(name) for name in left])


OTHERS = "groups: every combination not shown"


def _rest_of(sums: Sums, name: str, parts: Sequence[str]) -> None:
    """A count that the page does not name but that a reader can add up: small, it is as telling as one that is named."""
    if parts:
        sums.add(name, sum(sums.counts[part].value for part in parts), shown=False, rest=True)
        sums.split(name, *parts, complete=True)
