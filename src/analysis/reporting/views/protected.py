"""Counts by group through disclosure control: every measure by partner, area or sex, all tables of one column together."""

from collections.abc import Callable, Sequence

import pandas as pd

from analysis.disclosure.protect import protect
from analysis.disclosure.reader import Background, Derived
from analysis.disclosure.rules import Rules
from analysis.disclosure.tables import NO_ANSWER, count_people
from analysis.participants import table_columns
from analysis.programme.counting import count_rule
from analysis.programme.monitoring import Monitoring
from analysis.programme.rules import EVERYBODY, CountingRule

GROUP, YES, NO = "group of people", "yes", "no"
# Which part of everybody counts for a measure is what such a programme publishes; that nearly nobody, or nearly
# everybody, of a group does is therefore not hidden for itself. Small counts are.
RULES = Rules(largest_share=1.0)


def hidden_cells(records: Monitoring, groups: pd.Series, rules: Sequence[CountingRule]) -> pd.DataFrame:
    """Which counts of people by group must not be shown.

    `groups`: the group of each row of `records.people`. Rows: measures of `rules`; columns: the groups. A cell is hidden
    that is small or that would give a small one away from what stays visible, totals and related measures included (see
    `analysis.disclosure.protect`). Measures for which everybody counts are the sizes of the groups, and stay; of measures
    for which too few count in all nothing is shown.
    """
    people = _people(records, groups, rules)
    counts = (people.drop(columns=GROUP) == YES).sum()
    few = set(counts.index[counts < RULES.minimum_cell])
    asked = [rule for rule in rules if rule.measure not in few and counts[rule.measure] < len(people)]
    names = sorted(groups.dropna().unique())
    categories = {GROUP: names, **{rule.measure: [YES, NO] for rule in asked}}
    tables = {rule.measure: count_people(people, [GROUP, rule.measure], categories) for rule in asked}
    shown = protect(tables, RULES, background(rules, asked)).tables if tables else {}
    rows = [
        [
            bool(shown[rule.measure].isna()[name, YES]) if rule.measure in shown else rule.measure in few
            for name in names
        ]
        for rule in rules
    ]
    return pd.DataFrame(rows, index=[rule.measure for rule in rules], columns=names)


def hidden_by(records: Monitoring, column: str, rules: Sequence[CountingRule]) -> pd.DataFrame:
    """`hidden_cells` of the groups of a column of people, worked out once for all tables that show them."""
    key = (f"hidden by {column}", " ".join(rule.measure for rule in rules))
    if key not in records.memo:
        records.memo[key] = hidden_cells(records, records.people[column], rules)
    return records.memo[key]


def _people(records: Monitoring, groups: pd.Series, rules: Sequence[CountingRule]) -> pd.DataFrame:
    counts = {
        rule.measure: records.people["person_id"]
        .isin(count_rule(records, rule)["person_id"])
        .map({True: YES, False: NO})
        for rule in rules
    }
    return pd.DataFrame({GROUP: groups, **counts})


def background(rules: Sequence[CountingRule], asked: Sequence[CountingRule]) -> Background:
    """What a reader of the rules knows: a measure that is another one with a condition follows from that and the condition.

    Where everybody counts for the other one (it is not among those `asked`), it follows from the condition alone.
    """
    derived, categories = [], {}
    for rule in asked:
        whole = next((other for other in rules if _restricts(rule, other)), None)
        columns = {**rule.who.columns, **rule.base.columns}
        if whole and len(columns) == 1:
            ((condition, values),) = columns.items()
            of = (whole.measure, condition) if whole in asked else (condition,)
            derived.append(Derived(rule.measure, of, _all_of(values)))
            categories[condition] = [*table_columns("participants")[condition].choices, NO_ANSWER]
    return Background(derived=tuple(derived), categories=categories)


def _restricts(rule: CountingRule, whole: CountingRule) -> bool:
    """Whether a rule is another with conditions on columns added, and nothing else."""
    names = ("event", "values", "scale", "stages", "evidence", "base_measure")
    plain = whole.who == EVERYBODY and whole.base == EVERYBODY
    return plain and rule.who.aged_from is None and all(getattr(rule, name) == getattr(whole, name) for name in names)


def _all_of(values: tuple[str, ...]) -> Callable[..., str]:
    """Of (counted, answer) or of (answer): whether the person counts and the answer is among the values."""
    return lambda *cells: YES if cells[-1] in values and cells[0] in (YES, cells[-1]) else NO
