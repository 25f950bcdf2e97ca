"""Who counts for each measure, and since when: the counting rules applied to the records."""

from collections.abc import Sequence

import pandas as pd

from analysis.programme.monitoring import Monitoring
from analysis.programme.rules import Condition, CountingRule

PEOPLE, REFERRALS = "people", "referrals"  # what everybody on the programme, and all referrals, are called
GROUPED = ("outputs", "results", "other_results")  # groups of measures that are shown by partner and area


def count_rule(records: Monitoring, rule: CountingRule) -> pd.DataFrame:
    """Who counts by one rule: person_id, counted_on, known_on, one row for each person or organisation.

    Somebody counts who is in the base, meets the rule's condition and has the event, once, on the day of the first such
    event; where evidence is needed, only with accepted evidence of that kind.
    """
    key = (rule.measure, rule.evidence or "no evidence")
    if key not in records.memo:
        records.memo[key] = _count(records, rule)
    return records.memo[key]


def _count(records: Monitoring, rule: CountingRule) -> pd.DataFrame:
    found = with_event(records, rule)
    if rule.unit == "organisations":
        return found.assign(known_on=found["counted_on"])
    may = records.people["person_id"][meets(records.people, rule.who)]
    found = found[found["person_id"].isin(may) & found["person_id"].isin(base(records, rule))]
    if not rule.evidence:
        return found.assign(known_on=found["counted_on"])
    found = found.merge(accepted(records, rule.evidence), on="person_id")
    return found.assign(known_on=found[["counted_on", "accepted_on"]].max(axis=1)).drop(columns="accepted_on")


def base(records: Monitoring, rule: CountingRule) -> pd.Series:
    """The person_ids in the base of a rule."""
    key = (rule.measure, "base")
    if key not in records.memo:
        records.memo[key] = _base(records, rule).to_frame()
    return records.memo[key]["person_id"]


def _base(records: Monitoring, rule: CountingRule) -> pd.Series:
    people = records.people["person_id"][meets(records.people, rule.base)]
    if rule.base_measure:
        people = people[people.isin(count_rule(records, records.rules.by_measure[rule.base_measure])["person_id"])]
    if rule.event == "gain":
        people = people[people.isin(scores(records, rule.scale, rule.stages)["person_id"])]
    return people


def base_name(rule: CountingRule) -> str:
    """What the base of a rule is called: everybody, the people of another measure, or its own; nothing of organisations.

    >>> base_name(CountingRule(measure="women", label="Women", table="outputs", event="start"))
    'people'
    """
    if rule.unit == "organisations":
        return ""
    if rule.base != Condition() or rule.event == "gain":
        return f"base of {rule.measure}"
    return rule.base_measure or PEOPLE


def recorded(records: Monitoring, rule: CountingRule) -> bool:
    """Whether anything was recorded of what a rule counts: the table it reads, the columns it asks for, its evidence."""
    columns = {**rule.who.columns, **rule.base.columns}
    aged = (rule.who.aged_from, rule.base.aged_from) != (None, None)
    asked = [records.people[name] for name in (*columns, *(["age"] if aged else []))]
    tables = {
        "activity": records.activities["type"],
        "exit": records.exits["destination"],
        "evidence": records.evidence["what"],
        "in_work": records.outcomes["in_work"],
        "gain": records.outcomes[rule.scale] if rule.scale else None,
    }
    asked += [tables[rule.event]] if rule.event in tables else []
    asked += [records.evidence["what"][records.evidence["what"] == rule.evidence]] if rule.evidence else []
    whole = records.rules.by_measure.get(rule.base_measure)
    return all(column.notna().any() for column in asked) and (whole is None or recorded(records, whole))


def known_rules(records: Monitoring, tables: Sequence[str] = ()) -> list[CountingRule]:
    """The programme's rules about people of which something was recorded, of all groups of measures or of some."""
    return [
        rule
        for rule in records.rules.used
        if rule.unit == "people" and (not tables or rule.table in tables) and recorded(records, rule)
    ]


def meets(people: pd.DataFrame, condition: Condition) -> pd.Series:
    """Whether each participant meets a condition; an answer that was not given meets none."""
    good = pd.Series(True, index=people.index)
    for column, values in condition.columns.items():
        good &= people[column].isin(values)
    return good if condition.aged_from is None else good & (people["age"] >= condition.aged_from)


def accepted(records: Monitoring, kind: str) -> pd.DataFrame:
    """Who has accepted evidence of a kind, and the day it was first accepted: person_id, accepted_on."""
    good = records.evidence[(records.evidence["what"] == kind) & (records.evidence["accepted"] == "yes")]
    days = good["accepted_on"].fillna(good["received_on"])
    return days.groupby(good["person_id"]).min().rename("accepted_on").reset_index()


def with_event(records: Monitoring, rule: CountingRule) -> pd.DataFrame:
    """Everybody with the event of a rule, whoever they are: person_id (or the organisation), counted_on."""
    if rule.event == "start":
        return records.people[["person_id", "start_date"]].set_axis(["person_id", "counted_on"], axis=1)
    if rule.event == "activity":
        who = "organisation" if rule.unit == "organisations" else "person_id"
        return _first(records.first_activities[records.first_activities["type"].isin(rule.values)], who, "day")
    if rule.event == "exit":
        return _first(records.exits[records.exits["destination"].isin(rule.values)], "person_id", "exit_date")
    if rule.event == "evidence":
        good = records.evidence["what"].isin(rule.values) & (records.evidence["accepted"] == "yes")
        return _first(records.evidence[good], "person_id", "evidence_date")
    if rule.event == "in_work":
        return _first(records.outcomes[records.outcomes["in_work"] == "yes"], "person_id", "review_date")
    answers = scores(records, rule.scale, rule.stages)
    return _first(answers[answers["later"] > answers["initial"]], "person_id", "review_date")


def _first(rows: pd.DataFrame, who: str, day: str) -> pd.DataFrame:
    """The first day of each person or organisation."""
    days = rows[rows[who].notna()].groupby(who)[day].min()
    return days.rename("counted_on").rename_axis("person_id").reset_index()


def scores(records: Monitoring, scale: str, stages: tuple[str, ...]) -> pd.DataFrame:
    """The initial answer beside each later one: person_id, initial, later, review_date; a row for each later form.

    Of several initial forms the first with an answer counts.
    """
    given = records.outcomes[records.outcomes[scale].notna()].sort_values("review_date", kind="stable")
    initial = given[given["stage"] == "initial"].drop_duplicates("person_id").set_index("person_id")[scale]
    later = given.loc[given["stage"].isin(stages), ["person_id", scale, "review_date"]].rename(columns={scale: "later"})
    return later.assign(initial=later["person_id"].map(initial)).dropna(subset=["initial"])
