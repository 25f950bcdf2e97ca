"""Outputs and results from records: against target, by partner, area and quarter, by sex, and by other rules."""

import numpy as np
import pandas as pd

from analysis.programme.counting import base, count_rule
from analysis.programme.monitoring import Monitoring
from analysis.programme.rules import CountingRule

LEVEL = 0.95
_COLUMNS = ["measure", "count", "target", "target_to_date", "progress", "base", "share", "low", "high", "share_of_all"]


def achieved(records: Monitoring, table: str) -> pd.DataFrame:
    """One group of measures from the records.

    Index: label. Columns: measure, count, target (of all quarters), target_to_date (of the quarters that have ended),
    progress (count / target, in %), base (people), share (count / base, in %) with low and high (Wilson 1927, 95 %),
    share_of_all (count / all participants, in %).
    """
    rules = [rule for rule in records.rules.used if rule.table == table]
    rows = [_achieved(records, rule) for rule in rules]
    return pd.DataFrame(rows, index=pd.Index([rule.label for rule in rules], name="measure"), columns=_COLUMNS)


def _achieved(records: Monitoring, rule: CountingRule) -> dict[str, object]:
    count = len(count_rule(records, rule))
    people = None if rule.unit == "organisations" else len(base(records, rule))
    targets = records.targets[records.targets["measure"] == rule.measure]
    target = float(targets["target"].sum()) if len(targets) else None
    ended = targets.loc[targets["quarter_end"] <= records.as_of, "target"].sum()
    low, high = wilson(count, people)
    return {
        "measure": rule.measure,
        "count": count,
        "target": target,
        "target_to_date": float(ended) if target is not None else None,
        "progress": percent(count, target),
        "base": people,
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


def wilson(count: int, people: int | None) -> tuple[float | None, float | None]:
    """The 95 % interval of a share, in % (E. B. Wilson 1927); (None, None) where there is no base."""
    if not people:
        return None, None
    from statsmodels.stats.proportion import proportion_confint

    low, high = proportion_confint(count, people, 1 - LEVEL, method="wilson")
    return 100 * float(low), 100 * float(high)


def by_group(records: Monitoring, column: str) -> pd.DataFrame:
    """Counts of people by a column of the participants: `partner` or `area`.

    Index: measure and group. Columns: label, table, count, base (people of the group in the base of the rule), share
    (in %), target and progress (in %; of a partner).
    """
    groups = sorted(records.people[column].dropna().unique())
    of = records.people.set_index("person_id")[column]
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


def by_quarter(records: Monitoring, measure: str) -> pd.DataFrame:
    """One measure by quarter of the event.

    Index: quarter. Columns: count, target, count_to_date and target_to_date (running sums), progress_to_date (in %),
    at_its_end (what was known of the quarter on its last day), late (count less that: what came in late).
    """
    found = count_rule(records, records.rules.by_measure[measure])
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
    return frame


def sexes(records: Monitoring, few: int = 0) -> pd.Series:
    """Whether each participant counts with the women or the men; people of whom neither is known with the men if they
    are fewer than `few`, since numbers about so few people would follow from those of all; else with nobody (NaN)."""
    known = records.people["sex"].map({"female": "women", "male": "men"})
    return known.fillna("men") if known.isna().sum() < few else known


def by_sex(records: Monitoring, few: int = 0) -> pd.DataFrame:
    """The share of women and of men in the base of each measure who count, and the difference.

    Measures that are about one sex are left out; for `few` see `sexes`. Index: label. Columns: measure, table; women, women_base, women_share,
    women_low, women_high (%, Wilson); the same for men; difference (women less men, in percentage points) with
    difference_low and difference_high (Newcombe 1998, 95 %); women_of_counted (women among all who count, in %).
    """
    of = sexes(records, few).set_axis(records.people["person_id"])
    rows = [_by_sex(records, rule, of) for rule in sex_rules(records)]
    return pd.DataFrame(rows, index=pd.Index([row["label"] for row in rows], name="measure")).drop(columns="label")


def sex_rules(records: Monitoring) -> list[CountingRule]:
    """The rules of the programme about people of both sexes, other than that of joining."""
    people = [rule for rule in records.rules.used if rule.unit == "people" and rule.measure != "participants"]
    return [rule for rule in people if "sex" not in {*rule.who.columns, *rule.base.columns}]


def _by_sex(records: Monitoring, rule: CountingRule, of: pd.Series) -> dict[str, object]:
    counts, bases = count_rule(records, rule)["person_id"].map(of), base(records, rule).map(of)
    row: dict[str, object] = {"label": rule.label, "measure": rule.measure, "table": rule.table}
    for name in ("women", "men"):
        count, people = int((counts == name).sum()), int((bases == name).sum())
        low, high = wilson(count, people)
        row |= {
            name: count,
            f"{name}_base": people,
            f"{name}_share": percent(count, people),
            f"{name}_low": low,
            f"{name}_high": high,
        }
    return row | _difference(row) | {"women_of_counted": percent(row["women"], len(counts))}  # type: ignore[arg-type]


def _difference(row: dict[str, object]) -> dict[str, float | None]:
    if not (row["women_base"] and row["men_base"]):
        return dict.fromkeys(("difference", "difference_low", "difference_high"))
    from statsmodels.stats.proportion import confint_proportions_2indep

    low, high = confint_proportions_2indep(
        row["women"], row["women_base"], row["men"], row["men_base"], compare="diff", method="newcomb", alpha=1 - LEVEL
    )
    gap = float(row["women_share"]) - float(row["men_share"])  # type: ignore[arg-type]
    return {"difference": gap, "difference_low": 100 * float(low), "difference_high": 100 * float(high)}


def gains(records: Monitoring) -> pd.DataFrame:
    """What other counting rules would give: index label; columns of (label), counted (by the programme's rule),
    otherwise (by this one), gained (people who count by this one only), lost (who count by the programme's only)."""
    rows = []
    for rule in records.rules.alternatives:
        of = records.rules.by_measure[rule.alternative_to]
        own, other = (set(count_rule(records, each)["person_id"]) for each in (of, rule))
        rows.append(
            {
                "label": rule.label,
                "of": of.label,
                "counted": len(own),
                "otherwise": len(other),
                "gained": len(other - own),
                "lost": len(own - other),
            }
        )
    frame = pd.DataFrame(rows, columns=["label", "of", "counted", "otherwise", "gained", "lost"])
    return frame.set_index("label").rename_axis("rule")


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
