"""Outputs and results from records: against target, by partner, area and quarter, by sex, and by other rules."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.described import Basis, described, saying
from analysis.programme.counting import GROUPED, PEOPLE, REFERRALS, base, base_name, count_rule, known_rules, recorded
from analysis.programme.funnel import NOT_RECORDED
from analysis.programme.monitoring import Monitoring
from analysis.programme.published import standing
from analysis.programme.rules import TABLE_WORDS, CountingRule, contains
from analysis.results import Column, Kind

CONFIDENCE = "{level} confidence"


@described(
    Kind.MEASURED,
    {
        "count": Column("Counted", "people"),
        "target": Column("Target", "people"),
        "progress": Column("Progress", "%", decimals=1),
        "target_to_date": Column("Of the target, due by then", "people"),
        "base": Column("Base", "people"),
        "share": Column("Share of the base", "%", decimals=1, low="low", high="high", interval=CONFIDENCE),
        "share_of_all": Column("Share of all participants", "%", decimals=1),
        "standing": Column("Against target"),
    },
    header="Measure",
    words=("standing",),
    basis=Basis(
        "measures",
        "counts",
        behind={
            **dict.fromkeys(("count", "progress", "standing"), ("{measure}",)),
            **dict.fromkeys(("target", "target_to_date"), ()),
            "base": ("{base_of}",),
            "share": ("{measure}", "{base_of}"),
            "share_of_all": ("{measure}", PEOPLE),
        },
    ),
)
def count_measures(records: Monitoring, table: str, near: float = 10.0) -> pd.DataFrame | None:
    """One group of measures from the records; None where no rule is of it.

    Index: label. Columns: measure, count, target (of all quarters), progress (count / target, in %), target_to_date (of the
    quarters that have ended; where fewer than all are), base (people; base_of: its name), share (count / base, in %) with low
    and high (Wilson 1927), share_of_all (count / all participants, in %), standing (met, near by so many percentage
    points, below). Without any target those about targets are left out.
    """
    rules = [rule for rule in records.rules.used if rule.table == table]
    rows = [_achieved(records, rule) for rule in rules]
    frame = pd.DataFrame(rows, index=pd.Index([rule.label for rule in rules], name="measure"))
    if not rules:
        return None
    if frame["target"].isna().all():
        return frame.drop(columns=["target", "progress", "target_to_date"])
    frame["standing"] = [standing(value, near) for value in frame["progress"].astype(float)]
    due = (frame["target_to_date"] < frame["target"]).any()
    return frame if due else frame.drop(columns="target_to_date")


@described(
    Kind.MEASURED,
    basis=Basis("numbers that prose names", "counts", behind={"value": ("{count_of}",)}),
    words=("label",),
)
def headline(records: Monitoring) -> pd.DataFrame:
    """What prose and overviews name: participants and referrals, and of each measure the count and the progress to its
    target. Index: id; columns: value, label, count_of (the count it rests on)."""
    found = {
        "records.referrals": (len(records.referrals), Column("Referrals received", "people"), REFERRALS),
        "records.people": (len(records.people), Column("Participants in the records", "people"), PEOPLE),
    }
    for rule in (rule for table in GROUPED for rule in records.rules.used if rule.table == table):
        row, name = _achieved(records, rule), rule.measure
        found[f"records.count.{name}"] = row["count"], Column(rule.label, "people"), name
        if row["progress"] is not None:
            column = Column(f"{rule.label}: progress", "%", decimals=1)
            found[f"records.progress.{name}"] = row["progress"], column, name
    values, rows, names = zip(*found.values(), strict=True)
    frame = pd.DataFrame({"value": values, "count_of": names}, index=list(found), dtype=object)
    return saying(frame.assign(label=[row.label for row in rows]), rows=dict(zip(found, rows, strict=True)))


@described(
    Kind.MEASURED,
    {"count": Column("Counted", "people")},
    basis=Basis("measures", "counts", behind={"count": ("{row}",)}),
)
def measured(records: Monitoring) -> pd.DataFrame:
    """How many count for each measure of the programme (index): count."""
    return pd.DataFrame({"count": pd.Series(counts_of(records), dtype=int)})


def _achieved(records: Monitoring, rule: CountingRule) -> dict[str, object]:
    count = len(count_rule(records, rule))
    people = None if rule.unit == "organisations" else len(base(records, rule))
    targets = records.targets[records.targets["measure"] == rule.measure]
    target = float(targets["target"].sum()) if len(targets) else None
    ended = targets.loc[targets["quarter_end"] <= records.as_of, "target"].sum()
    low, high = wilson(count, people, records.level)
    return {
        "measure": rule.measure,
        "count": count,
        "target": target,
        "progress": percent(count, target),
        "target_to_date": float(ended) if target is not None else None,
        "base": people,
        "base_of": base_name(rule),
        "share": percent(count, people),
        "low": low,
        "high": high,
        "share_of_all": percent(count, len(records.people)) if people is not None else None,
    }


def percent(part: float, whole: float | None) -> float | None:
    """`part` of `whole` in %; None where there is no whole.

    >>> percent(1, 4), percent(1, 0)
    (25.0, None)
    """
    return 100 * part / whole if whole else None


def wilson(count: int, people: int | None, level: float = 0.95) -> tuple[float | None, float | None]:
    """The interval of a share, in % (E. B. Wilson 1927); (None, None) where there is no base."""
    if not people:
        return None, None
    from statsmodels.stats.proportion import proportion_confint

    low, high = proportion_confint(count, people, 1 - level, method="wilson")
    return 100 * float(low), 100 * float(high)


def groups_of(records: Monitoring, column: str) -> pd.Series:
    """The `partner` or `area` of each participant (index: person_id). Those of whom none is recorded are a group of their own,
    so that a table says how many they are, or hides them like others, instead of leaving them out."""
    return records.people.set_index("person_id")[column].fillna(NOT_RECORDED)


def group_names(groups: pd.Series) -> list[str]:
    """The groups that there are, in the order of their names, and last those not recorded."""
    return sorted(groups.unique(), key=lambda name: (name == NOT_RECORDED, name))


def group_columns(names: Iterable[str], column: Column) -> dict[str, Column]:
    """A column like this one for each group."""
    return {name: replace(column, label=_label(name)) for name in names}


def _label(name: str) -> str:
    return "Not recorded" if name == NOT_RECORDED else name


def by_group(records: Monitoring, column: str) -> pd.DataFrame:
    """Counts of people by a column of the participants: `partner` or `area`.

    Index: measure and group. Columns: label, table, count, base (people of the group in the base of the rule), share
    (in %), target and progress (in %; of a partner).
    """
    of = groups_of(records, column)
    groups = group_names(of)
    targets = (
        records.targets.groupby(["measure", "partner"])["target"].sum()
        if column == "partner"
        else pd.Series(dtype=float)
    )
    rows = {}
    for rule in (rule for rule in records.rules.used if rule.unit == "people"):
        counts = count_rule(records, rule)["person_id"].map(of).value_counts()
        bases = base(records, rule).map(of).value_counts()
        for group in groups:
            count, people, target = (
                int(counts.get(group, 0)),
                int(bases.get(group, 0)),
                targets.get((rule.measure, group)),
            )
            rows[rule.measure, group] = {
                "label": rule.label,
                "table": rule.table,
                "count": count,
                "base": people,
                "share": percent(count, people),
                "target": target,
                "progress": percent(count, target),
            }
    index = pd.MultiIndex.from_tuples(rows, names=["measure", column])
    return pd.DataFrame(list(rows.values()), index=index)


_UNITS = {
    "count": Column("", "people"),
    "progress": Column("", "%", decimals=1),
    "share": Column("", "%", decimals=1),
}


@described(
    Kind.MEASURED,
    header="Measure",
    basis=Basis("measures by group", "counts", behind={"*": ("{part}{column}", "{whole}{column}")}),
)
def measures_by(records: Monitoring, column: str, value: str) -> pd.DataFrame | None:
    """Outputs and results by `partner` or `area`: value `count`, `progress` (of partners) or `share` (of the base).

    Index: label; a column for each group, and part and whole (what the counts behind a number are called, before the group).
    None where nobody's group, or nothing of any measure, was recorded.
    """
    rules = known_rules(records, GROUPED)
    if records.people[column].isna().all() or not rules:
        return None
    groups = group_names(groups_of(records, column))
    wide = by_group(records, column)[value].unstack(column).reindex([rule.measure for rule in rules], columns=groups)
    named = group_columns(groups, _UNITS[value])
    part = [f"{rule.measure} | {column}=" for rule in rules]
    whole = [f"{base_name(rule)} | {column}=" for rule in rules] if value == "share" else part
    wide.index = pd.Index([rule.label for rule in rules], name="measure")
    return saying(wide.assign(part=part, whole=whole), columns=named)


@described(
    Kind.MEASURED,
    {"people": Column("People", "people"), "progress": Column("Progress to target", "%", decimals=1)},
    header="Group",
    basis=Basis("measures by group", "counts", behind=dict.fromkeys(("people", "progress"), ("{part}{group}",))),
)
def first_by(records: Monitoring, column: str) -> pd.DataFrame | None:
    """The measure that `measures_by` has first, as a rule all participants, by `partner` or `area` (index): people, progress to
    target (%, of partners), and part and group (what the counts are called). None where `measures_by` has none."""
    wide = measures_by(records, column, "count")
    if wide is None:
        return None
    groups = [name for name in wide if name not in ("part", "whole")]
    measured = by_group(records, column).loc[wide["part"].iloc[0].partition(" | ")[0]].reindex(groups)
    labels = [_label(name) for name in groups]
    found = measured[["count", "progress"]].set_axis(pd.Index(labels, dtype=object), axis=0)
    return found.rename(columns={"count": "people"}).assign(part=wide["part"].iloc[0], group=groups)


def quarters(records: Monitoring) -> pd.DataFrame:
    """The quarters of the targets, or of the calendar where there are none: columns start, end; index their names.

    >>> str(pd.Timestamp("2019-02-03").to_period("Q"))
    '2019Q1'
    """
    key = ("every measure", "quarters")
    if key not in records.memo:
        records.memo[key] = _quarters(records)
    return records.memo[key]


def _quarters(records: Monitoring) -> pd.DataFrame:
    found = records.targets[["quarter_start", "quarter_end"]].drop_duplicates().set_axis(["start", "end"], axis=1)
    if found.empty:
        periods = pd.period_range(records.people["start_date"].min(), records.as_of, freq="Q")
        found = pd.DataFrame({"start": periods.start_time.normalize(), "end": periods.end_time.normalize()})
    found = found.sort_values("start", ignore_index=True)
    names = [f"{start:%B %Y} to {end:%B %Y}" for start, end in zip(found["start"], found["end"], strict=True)]
    return found.set_axis(pd.Index(names, name="quarter"), axis=0)


@described(
    Kind.MEASURED,
    {
        "count": Column("Counted", "people"),
        "target": Column("Target", "people"),
        "count_to_date": Column("Counted to date", "people"),
        "target_to_date": Column("Target to date", "people"),
        "progress_to_date": Column("Progress to date", "%", decimals=1),
        "at_its_end": Column("Known when the quarter ended", "people"),
        "late": Column("Came in late", "people"),
    },
    header="Quarter",
    basis=Basis(
        "a measure by quarter",
        "counts",
        behind={
            "count": ("{measure} | in {row}",),
            **dict.fromkeys(("count_to_date", "progress_to_date"), ("{measure} | to date {row}",)),
            "at_its_end": ("{measure} | at its end {row}",),
            "late": ("{measure} | late {row}",),
            **dict.fromkeys(("target", "target_to_date"), ()),
        },
    ),
)
def by_quarter(records: Monitoring, measure: str) -> pd.DataFrame | None:
    """One measure by quarter of the event; None where no rule defines it or nothing of it was recorded.

    Index: quarter. Columns: count, target, count_to_date and target_to_date (running sums), progress_to_date (in %),
    at_its_end (what was known of the quarter on its last day), late (count less that: what came in late), measure, label, end.
    """
    rule = next((rule for rule in known_rules(records) if rule.measure == measure), None)
    if rule is None:
        return None
    found = count_rule(records, rule)
    spans = quarters(records)[lambda rows: rows["start"] <= records.as_of]
    inside = [(found["counted_on"] >= start) & (found["counted_on"] <= end) for start, end in spans.to_numpy()]
    targets = records.targets[records.targets["measure"] == measure].groupby("quarter_start")["target"].sum()
    frame = pd.DataFrame(index=spans.index)
    frame["count"] = [int(rows.sum()) for rows in inside]
    frame["target"] = spans["start"].map(targets).fillna(0).to_numpy() if len(targets) else np.nan
    frame["count_to_date"], frame["target_to_date"] = frame["count"].cumsum(), frame["target"].cumsum()
    frame["progress_to_date"] = [
        percent(count, target) for count, target in zip(frame["count_to_date"], frame["target_to_date"], strict=True)
    ]
    frame["at_its_end"] = [
        int((rows & (found["known_on"] <= end)).sum()) for rows, end in zip(inside, spans["end"], strict=True)
    ]
    frame["late"] = frame["count"] - frame["at_its_end"]
    return frame.assign(measure=measure, label=rule.label, end=spans["end"])


@described(
    Kind.MEASURED,
    {"counted": Column("Counted to date", "people"), "target": Column("Target to date", "people")},
    header="Quarter",
)
def to_date(quarters: pd.DataFrame) -> pd.DataFrame | None:
    """The running sums of `by_quarter` alone: counted, target (where there is one), end. None where none may be shown."""
    frame = quarters[["count_to_date", "target_to_date"]].set_axis(["counted", "target"], axis=1)
    there = [name for name in frame if frame[name].map(lambda cell: isinstance(cell, float | int)).any()]
    return frame[there].assign(end=quarters["end"]) if "counted" in there else None


def sexes(records: Monitoring, few: int = 0) -> pd.Series:
    """Whether each participant counts with the women or the men; people of whom neither is known with the men if they
    are fewer than `few`, since numbers about so few people would follow from those of all; else with nobody (NaN)."""
    known = records.people["sex"].map({"female": "women", "male": "men"})
    return known.fillna("men") if known.isna().sum() < few else known


def _of_sex(sex: str, men: str = "") -> dict[str, Column]:
    """The columns of women, or of men."""
    people, base_words, share_words = (
        (men, f"Base, {men.lower()}", "Share of these") if men else ("Women", "Base, women", "Share of women")
    )
    shares = Column(share_words, "%", decimals=1, low=f"{sex}_low", high=f"{sex}_high", interval=CONFIDENCE)
    return {sex: Column(people, "people"), f"{sex}_base": Column(base_words, "people"), f"{sex}_share": shares}


def _by_sex_columns(men: str) -> dict[str, Column]:
    gap = Column("Women less men", "percentage points", decimals=1, interval=CONFIDENCE)
    return {
        "table": Column("Group"),
        **_of_sex("women"),
        **_of_sex("men", men),
        "difference": replace(gap, low="difference_low", high="difference_high"),
        "women_of_counted": Column("Women among all counted", "%", decimals=1),
    }


def _behind_sex(sex: str) -> dict[str, tuple[str, ...]]:
    counted, people = f"{{measure}} | sex={sex}", f"{{base_of}} | sex={sex}"
    return {sex: (counted,), f"{sex}_base": (people,), f"{sex}_share": (counted, people)}


_BEHIND = _behind_sex("women") | _behind_sex("men")


@described(
    Kind.MEASURED,
    header="Measure",
    words=("table",),
    group="table",
    basis=Basis(
        "women and men",
        "counts",
        behind={
            **_BEHIND,
            "difference": (*_BEHIND["women_share"], *_BEHIND["men_share"]),
            "women_of_counted": (*_BEHIND["women"], "{measure}"),
        },
    ),
)
def by_sex(records: Monitoring, few: int | None = None) -> pd.DataFrame | None:
    """The share of women and of men in the base of each measure who count, and the difference; None where no sex, or nothing
    of any measure, was recorded.

    Measures that are about one sex are left out; for `few` (the smallest number that is shown) see `sexes`. Index: label.
    Columns: measure, base_of, table; women, women_base, women_share, women_low, women_high (%, Wilson); the same for men;
    difference (women less men, in percentage points) with difference_low and difference_high (Newcombe 1998);
    women_of_counted (women among all who count, in %).
    """
    rules = [rule for rule in sex_rules(records) if recorded(records, rule)]
    if not rules or records.people["sex"].isna().all():
        return None
    groups = sexes(records, records.minimum_cell if few is None else few)
    of = groups.set_axis(records.people["person_id"])
    rows = [_by_sex(records, rule, of) for rule in rules]
    with_others = groups.notna().all() and not records.people["sex"].isin(["female", "male"]).all()
    men = "Men, and neither or not recorded" if with_others else "Men"
    index = pd.Index([rule.label for rule in rules], name="measure")
    return saying(pd.DataFrame(rows, index=index), columns=_by_sex_columns(men))


def sex_rules(records: Monitoring) -> list[CountingRule]:
    """The rules of the programme about people of both sexes, other than that of joining."""
    people = [rule for rule in records.rules.used if rule.unit == "people" and rule.measure != "participants"]
    return [rule for rule in people if "sex" not in {*rule.who.columns, *rule.base.columns}]


def _by_sex(records: Monitoring, rule: CountingRule, of: pd.Series) -> dict[str, object]:
    counts, bases = count_rule(records, rule)["person_id"].map(of), base(records, rule).map(of)
    row: dict[str, object] = {"measure": rule.measure, "base_of": base_name(rule), "table": TABLE_WORDS[rule.table]}
    for name in ("women", "men"):
        count, people = int((counts == name).sum()), int((bases == name).sum())
        low, high = wilson(count, people, records.level)
        row |= {
            name: count,
            f"{name}_base": people,
            f"{name}_share": percent(count, people),
            f"{name}_low": low,
            f"{name}_high": high,
        }
    return row | _difference(row, records.level) | {"women_of_counted": percent(row["women"], len(counts))}  # type: ignore[arg-type]


def _difference(row: dict[str, object], level: float) -> dict[str, float | None]:
    if not (row["women_base"] and row["men_base"]):
        return dict.fromkeys(("difference", "difference_low", "difference_high"))
    from statsmodels.stats.proportion import confint_proportions_2indep

    low, high = confint_proportions_2indep(
        row["women"], row["women_base"], row["men"], row["men_base"], compare="diff", method="newcomb", alpha=1 - level
    )
    gap = float(row["women_share"]) - float(row["men_share"])  # type: ignore[arg-type]
    return {"difference": gap, "difference_low": 100 * float(low), "difference_high": 100 * float(high)}


def alternatives(records: Monitoring) -> list[CountingRule]:
    """The rules that the funder does not use, of which, and of whose own rule, something was recorded."""
    own = records.rules.by_measure
    return [
        rule
        for rule in records.rules.alternatives
        if own[rule.alternative_to].unit == "people"
        and recorded(records, rule)
        and recorded(records, own[rule.alternative_to])
    ]


@described(
    Kind.MEASURED,
    {
        "of": Column("Instead of"),
        "counted": Column("Counted by the funder's rule", "people"),
        "otherwise": Column("Counted by this one", "people"),
        "gained": Column("Would be gained", "people"),
        "lost": Column("Would be lost", "people"),
    },
    header="Rule",
    words=("of",),
    basis=Basis(
        "other counting rules",
        "counts",
        behind={
            "counted": ("{own}",),
            "otherwise": ("{measure}",),
            "gained": ("{measure} | gained",),
            "lost": ("{lost_of}",),
        },
    ),
)
def gains(records: Monitoring) -> pd.DataFrame | None:
    """What other counting rules would give, as far as something was recorded; None where there are none.

    Index: label. Columns: of (label), counted (by the programme's rule), otherwise (by this one), gained (people who count
    by this one only), lost (who count by the programme's only; in words where by the rules there can be none).
    """
    rules = alternatives(records)
    rows = [_gains(records, rule, records.rules.by_measure[rule.alternative_to]) for rule in rules]
    return pd.DataFrame(rows, index=pd.Index([rule.label for rule in rules], name="rule")) if rules else None


def _gains(records: Monitoring, rule: CountingRule, of: CountingRule) -> dict[str, object]:
    own, other = (set(count_rule(records, each)["person_id"]) for each in (of, rule))
    wider = contains(rule, of)
    return {
        "of": of.label,
        "counted": len(own),
        "otherwise": len(other),
        "gained": len(other - own),
        "lost": "none, by the rules" if wider else len(own - other),
        "measure": rule.measure,
        "own": of.measure,
        "lost_of": "" if wider else f"{rule.measure} | lost",
    }


def behind(records: Monitoring, rule: CountingRule) -> dict[str, int]:
    """The records behind a count: `events` (people of the base with the event), `counted`, and of the others those with
    evidence `undecided`, evidence `refused` and `without` evidence; `late`: counted on evidence accepted after the end
    of the last quarter."""
    found = count_rule(records, rule)
    if rule.unit == "organisations":
        return {"events": len(found), "counted": len(found), "undecided": 0, "refused": 0, "without": 0, "late": 0}
    events = count_rule(records, rule.model_copy(update={"evidence": ""}))["person_id"]
    missing = set(events) - set(found["person_id"])
    evidence = records.evidence[
        (records.evidence["what"] == rule.evidence) & records.evidence["person_id"].isin(missing)
    ]
    undecided = set(evidence.loc[evidence["accepted"] != "no", "person_id"])
    refused = set(evidence["person_id"]) - undecided
    end = quarters(records)["end"].max()
    return {
        "events": len(events),
        "counted": len(found),
        "undecided": len(undecided),
        "refused": len(refused),
        "without": len(missing) - len(undecided) - len(refused),
        "late": int((found["known_on"] > end).sum()),
    }


def counts_of(records: Monitoring) -> dict[str, int]:
    """How many count for each measure of the programme."""
    return {rule.measure: len(count_rule(records, rule)) for rule in records.rules.used}
