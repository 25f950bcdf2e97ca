"""Records and print held against each other: every cell of the published tables, national comparisons, and checks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from analysis.described import Basis, aside, described, of_nothing_nothing, reading, saying
from analysis.expressions import ExpressionError, parse, references
from analysis.programme.achieved import CONFIDENCE, behind, counts_of, percent, wilson
from analysis.programme.counting import REFERRALS as ALL_REFERRALS, base, base_name, count_rule
from analysis.programme.monitoring import Monitoring
from analysis.programme.published import MEASURES, Measure, as_printed, comparison_rows, has_print, measures
from analysis.programme.rules import TABLE_WORDS, Rules, has_rules, read_rules
from analysis.quantities import Interval, rounds_to
from analysis.results import Column, Kind
from analysis.study import Claim, Study
from analysis.study.formulas import compute

CELLS = {
    "target": "target",
    "target_share": "target as a share",
    "participants": "people",
    "progress": "progress",
    "share": "share",
}
REASONS = {"undecided": "Evidence not decided", "refused": "Evidence refused", "without": "Without evidence"}
_RECONCILED = ["measure", "label", "table", "cell", "claim", "value", "agrees", "difference", "note"]
_RECONCILED += ["events", "counted", "undecided", "refused", "without", "late"]
REFERRALS_ROW = "referrals"  # the measure of the row of referrals, which no counting rule defines
REFERRALS = "referrals_total"  # the quantity that the ledger of a programme with a published funnel gives its referrals


@dataclass(frozen=True)
class Counted:
    """A count or target from records, in the place of the claim that prints it."""

    number: float

    @property
    def interval(self) -> Interval:
        """A count has no rounding."""
        return Interval(self.number, self.number)


def in_place_of_claims(records: Monitoring) -> dict[str, Counted]:
    """For each claim that prints a count or a target of a measure: what the records give."""
    counts, targets = counts_of(records), records.targets.groupby("measure")["target"].sum()
    found = {}
    for row in measures(records.printed):
        if row.participants and row.measure in counts:
            found[row.participants] = Counted(counts[row.measure])
        if row.target and row.measure in targets.index:
            found[row.target] = Counted(float(targets[row.measure]))
    return found


def reconcile(records: Monitoring) -> pd.DataFrame:
    """Every cell of the published tables that records can give, beside what they give.

    Columns: measure, label, table, cell, claim, value (from records), agrees (bool), difference (records less print);
    of the count behind it: events, counted, undecided, refused, without, late (see `achieved.behind`); note (what the
    ledger of claims says of the print). One row for each cell.
    """
    key = ("every measure", "published cells")
    if key not in records.memo:
        records.memo[key] = _reconcile(records)
    return records.memo[key]


def _reconcile(records: Monitoring) -> pd.DataFrame:
    given = in_place_of_claims(records)
    known = {rule.measure for rule in records.rules.used}
    rows = [cell for row in measures(records.printed) if row.measure in known for cell in _cells(records, row, given)]
    return pd.DataFrame([*_referrals(records), *rows], columns=_RECONCILED)


def _referrals(records: Monitoring) -> Iterator[dict[str, object]]:
    for claim in records.printed.claims.about(REFERRALS)[:1]:
        number = len(records.referrals)
        yield _row(REFERRALS_ROW, "Referrals received", "outputs", "participants", claim, number) | {
            "events": number,
            "counted": number,
        }


def _cells(records: Monitoring, row: Measure, given: Mapping[str, Counted]) -> Iterator[dict[str, object]]:
    rule = records.rules.by_measure[row.measure]
    reasons = behind(records, rule)
    for cell in CELLS:
        claim_id = getattr(row, cell)
        value = _value(records, row, cell, given) if claim_id else None
        if value is not None:
            yield _row(row.measure, row.label, row.table, cell, records.printed.claims[claim_id], value) | reasons


def _row(measure: str, label: str, table: str, cell: str, claim: Claim, value: float) -> dict[str, object]:
    printed = claim.as_printed
    if printed is None or claim.number is None:
        raise ValueError(f"{claim.claim_id} gives no number")
    return {
        "measure": measure,
        "label": label,
        "table": table,
        "cell": cell,
        "claim": claim.claim_id,
        "value": value,
        "agrees": bool(rounds_to(value, printed)),
        "difference": value - claim.number,
        "note": claim.note,
    }


def _value(records: Monitoring, row: Measure, cell: str, given: Mapping[str, Counted]) -> float | None:
    claim_id = getattr(row, cell)
    if claim_id in given:
        return given[claim_id].number
    if cell == "share" and row.table == "outcomes":
        rule = records.rules.by_measure[row.measure]
        return percent(len(count_rule(records, rule)), len(base(records, rule)))
    if cell == "progress":
        target = records.targets.loc[records.targets["measure"] == row.measure, "target"].sum()
        return percent(len(count_rule(records, records.rules.by_measure[row.measure])), float(target))
    return _by_formula(records.printed.claims[claim_id].formula, given)


def measures_behind(records: Monitoring, claim_id: str) -> list[str]:
    """The measures whose counts a printed figure is worked out from, by the formula that the ledger of claims gives."""
    formula = records.printed.claims[claim_id].formula
    by_claim = {row.participants: row.measure for row in measures(records.printed)}
    named = (name.removeprefix("claim:") for name in references(parse(formula))) if formula else ()
    return [by_claim[name] for name in named if name in by_claim]


def _by_formula(formula: str, given: Mapping[str, Counted]) -> float | None:
    """A printed percentage from the records: the claim's own formula over what the records give; None if that is not enough."""
    if not formula or not {name.removeprefix("claim:") for name in references(parse(formula))} <= set(given):
        return None
    return _compute(formula, given)


def _compute(formula: str, given: Mapping[str, Counted]) -> float | None:
    try:
        return compute(formula, {f"claim:{claim}": counted for claim, counted in given.items()}).value
    except ExpressionError:  # a base of nobody
        return None


_RESTS = {"inputs": "inputs"}
_BEHIND_REASONS = {name: (f"{{{name}_of}}",) for name in ("events", *REASONS)}


@described(
    Kind.MEASURED,
    {
        "printed": Column("Published", kind=Kind.PUBLISHED),
        "value": Column("From the records", units="unit", places="places", **_RESTS),
        "events": Column("People with the event", "people", **_RESTS),
        "counted": Column("Counted", "people", **_RESTS),
        **{name: Column(label, "people", **_RESTS) for name, label in REASONS.items()},
        "late": Column("Accepted after the last quarter", "people", **_RESTS),
        "note": Column("What the ledger of claims says"),
    },
    header="Cell",
    words=("note",),
    basis=Basis(
        "published cells",
        "counts",
        each="rests",
        behind={
            "value": (),  # the rows of which a count behind it is not shown are left out
            **_BEHIND_REASONS,
            "counted": ("{measure}",),
            "late": ("{late_of}",),
            **dict.fromkeys(("difference", "places"), ()),
        },
    ),
)
def published_cells(records: Monitoring) -> pd.DataFrame | None:
    """The cells of `reconcile` as they are held against print, without those that rest on a count that is hidden or was not
    recorded, since that they agree would tell it; None where nothing is printed or can be held against it.

    Index: measure and cell in words. Besides: printed (the published figure), unit, places (decimals), inputs, rests (what the
    counts behind the cell are called), and what those behind the reasons are called. Where everybody with the event counts
    there are no reasons, in words.
    """
    if not has_print(records.printed):
        return None
    reading(records.printed.name(MEASURES))
    with aside():  # each number names its own claim
        cells = reconcile(records)
        return None if cells.empty else _beside_print(records, cells)


def _beside_print(records: Monitoring, cells: pd.DataFrame) -> pd.DataFrame:
    claims = [records.printed.claims[claim] for claim in cells["claim"]]
    everybody = cells["events"] == cells["counted"]
    frame = cells.assign(
        printed=[as_printed(records.printed, claim) for claim in cells["claim"]],
        unit=[claim.unit for claim in claims],
        places=[1 if claim.unit == "%" else 0 for claim in claims],
        inputs=[" ".join((f"claim:{claim}", *records.inputs)) for claim in cells["claim"]],
        rests=[_rests(records, row) for row in cells.to_dict("records")],
        events_of=[_of_reason(records, measure, "events", measure) for measure in cells["measure"]],
        late_of=[_of_reason(records, measure, "late", "") for measure in cells["measure"]],
    )
    for name in REASONS:
        frame[f"{name}_of"] = frame["events_of"].where(everybody, cells["measure"] + f" | {name}")
        frame[name] = frame[name].astype(object).where(~everybody, "none")
    labels = [f"{label}: {CELLS[cell]}" for label, cell in zip(cells["label"], cells["cell"], strict=True)]
    return frame.set_axis(pd.Index(labels, name="published_cell"), axis=0)


def _of_reason(records: Monitoring, measure: str, reason: str, otherwise: str) -> str:
    """What the count behind a reason is called; otherwise for organisations and referrals, of which all count."""
    rule = records.rules.by_measure.get(measure)
    return otherwise if rule is None or rule.unit == "organisations" else f"{measure} | {reason}"


def _rests(records: Monitoring, row: Mapping[str, str]) -> tuple[str, ...]:
    """What the counts are called that a published cell rests on."""
    rule = records.rules.by_measure.get(row["measure"])
    own = (ALL_REFERRALS,) if rule is None else (rule.measure, base_name(rule))
    return (*(() if row["cell"].startswith("target") else own), *measures_behind(records, row["claim"]))


@of_nothing_nothing
def differing(cells: pd.DataFrame) -> pd.DataFrame | None:
    """The rows of `published_cells` that the records do not give; None where they give all."""
    found = cells[~cells["agrees"].astype(bool)]
    return found if len(found) else None


@described(
    Kind.MEASURED,
    {name: Column(name.capitalize(), "cells") for name in ("cells", "agree", "differ")},
    header="Figure",
)
def agreement(cells: pd.DataFrame) -> pd.DataFrame | None:
    """How many cells of each kind agree; None where there are none. Index: cell in words; columns: cells, agree, differ."""
    groups = cells.astype({"agrees": bool}).groupby("cell")["agrees"]
    counts = pd.DataFrame({"cells": groups.size(), "agree": groups.sum().astype(int)}).reindex(list(CELLS))
    frame = counts.fillna(0).astype(int).rename(index=CELLS).rename_axis("figure")
    return frame.assign(differ=frame["cells"] - frame["agree"]) if len(cells) else None


@described(
    Kind.MEASURED,
    {
        "national": Column("National programme", "%", Kind.PUBLISHED),
        "counted": Column("Counted", "people", **_RESTS),
        "base": Column("Base", "people", **_RESTS),
        "share": Column(
            "Programme, matching base", "%", decimals=1, low="low", high="high", interval=CONFIDENCE, **_RESTS
        ),
        "difference": Column("Difference", "percentage points", decimals=1, **_RESTS),
        "like_for_like": Column("Is the published comparison like for like?"),
        "why": Column("Why", text="rich"),
    },
    header="Measure",
    words=("like_for_like", "why"),
    basis=Basis(
        "national comparisons",
        "counts",
        behind={
            "counted": ("{part}",),
            "base": ("{whole}",),
            **dict.fromkeys(("share", "difference"), ("{part}", "{whole}")),
        },
    ),
)
def national(records: Monitoring) -> pd.DataFrame | None:
    """National figures beside the programme's from records, on the matching base; None where none is printed.

    Index: label. Columns: national (published), counted, base (people), share (%), low, high (Wilson), difference
    (share less national, percentage points), like_for_like, why, part and whole (the measures), inputs. Rows that the
    records cannot give are left out.
    """
    if not has_print(records.printed):
        return None
    given = in_place_of_claims(records)
    rows = {
        row.label: _national(records.printed, row.matched, row.national, given, records.level)
        | {"like_for_like": row.like_for_like, "why": row.why}
        | dict(zip(("part", "whole"), _measures_of(records, row.matched), strict=True))
        for row in comparison_rows(records.printed)
        if _ratio(row.matched, given)
    }
    frame = pd.DataFrame.from_dict(rows, orient="index").rename_axis("measure")
    if frame.empty:
        return None
    inputs = [" ".join((f"claim:{claim}", *records.inputs)) for claim in frame["national"]]
    return frame.assign(inputs=inputs, national=[as_printed(records.printed, claim) for claim in frame["national"]])


def _measures_of(records: Monitoring, formula: str) -> list[str]:
    """The measures whose counts a formula names."""
    by_claim = {row.participants: row.measure for row in measures(records.printed)}
    return [by_claim[name.removeprefix("claim:")] for name in references(parse(formula))]


def _ratio(formula: str, given: Mapping[str, Counted]) -> tuple[int, int] | None:
    """Part and whole of a formula that is a percentage of two counts."""
    names = [name.removeprefix("claim:") for name in references(parse(formula))]
    if len(names) != 2 or not set(names) <= set(given):
        return None
    return int(given[names[0]].number), int(given[names[1]].number)


def _national(
    printed: Study, formula: str, claim_id: str, given: Mapping[str, Counted], level: float
) -> dict[str, object]:
    count, people = _ratio(formula, given) or (0, 0)
    low, high = wilson(count, people, level)
    share, other = percent(count, people), printed.claims[claim_id].number
    gap = None if share is None or other is None else share - other
    return {
        "national": claim_id,
        "counted": count,
        "base": people,
        "share": share,
        "low": low,
        "high": high,
        "difference": gap,
    }


@described(
    Kind.TALLY,
    {
        "table": Column("Group"),
        "base": Column("Who is in the base"),
        "counts": Column("Who counts"),
        "when": Column("When"),
        "evidence": Column("Evidence needed"),
    },
    header="Measure",
    words=("table", "base", "counts", "when", "evidence"),
    group="table",
)
def rules_in_words(records: Monitoring) -> pd.DataFrame:
    """The counting rules of the programme in words. Index: measure; columns: table, base, counts, when, evidence."""
    rows = {
        rule.label: {
            "table": TABLE_WORDS[rule.table],
            "base": records.rules.base_words(rule),
            "counts": rule.counts,
            "when": rule.when,
            "evidence": rule.evidence_words,
        }
        for rule in records.rules.used
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("measure")


def printed_counts(study: Study) -> dict[str, float]:
    """The counts of the published tables by measure."""
    return {row.measure: study.claims[row.participants].number or 0.0 for row in measures(study) if row.participants}


def check_counts(rules: Rules, counts: Mapping[str, float]) -> pd.DataFrame:
    """The checks of the rules on counts, from print or from records.

    Index: what must hold. Columns: excess (parts less whole), holds (bool). Checks of which a count is missing are left out.
    """
    rows = {}
    for check in rules.checks:
        if {*check.parts, check.whole} <= set(counts):
            parts, whole = sum(counts[part] for part in check.parts), counts[check.whole]
            holds = parts == whole if check.relation == "add up to" else parts <= whole
            rows[check.check] = {"excess": parts - whole, "holds": holds}
    return pd.DataFrame.from_dict(rows, orient="index", columns=["excess", "holds"]).rename_axis("check")


_WHERE = {"as published": Kind.RECOMPUTED, "in the records": Kind.MEASURED}


@described(Kind.RECOMPUTED, header="Check", words=tuple(_WHERE))
def checks(printed: Study, counted: pd.DataFrame | None) -> pd.DataFrame | None:
    """Relations between totals that hold whatever the records: on print, and on what may be shown of `achieved.measured`.

    Index: what must hold; columns for print and records: whether it holds, and by how many people it does not. None where
    there are no rules, or neither print nor records.
    """
    rules, found = read_rules(printed) if has_rules(printed) else None, {}
    if rules and has_print(printed):
        with aside():  # each number names its own claims
            found["as published"] = check_counts(rules, printed_counts(printed))
    if rules and counted is not None:
        known = {name: n for name, n in counted["count"].items() if isinstance(n, int)}
        found["in the records"] = check_counts(rules, known)
    if rules is None or not found:
        return None
    reading(rules.name)
    names = pd.Index([check.check for check in rules.checks], name="check")
    frame, columns = pd.DataFrame({"claims": _claims_of(printed, rules)}, index=names), {}
    for where, each in found.items():
        each = each.reindex(names)
        frame[where] = each["holds"].map({True: "holds", False: "does not hold"}).fillna("").astype(object)
        frame[f"{where}, by"] = each["excess"].astype(object).where(each["holds"].eq(False), "")
        by = Column(f"By how many, {where}", "people", _WHERE[where])
        columns[where] = Column(where.capitalize())
        columns[f"{where}, by"] = replace(by, inputs="claims") if where == "as published" else by
    return saying(frame, columns=columns)


def _claims_of(printed: Study, rules: Rules) -> list[str]:
    """The claims that print the counts of each check, and the files that say which, as inputs."""
    if not has_print(printed):
        return [""] * len(rules.checks)
    claims = {row.measure: f"claim:{row.participants}" for row in measures(printed) if row.participants}
    named = ([claims[name] for name in (*check.parts, check.whole) if name in claims] for check in rules.checks)
    return [" ".join((*each, printed.name(MEASURES), rules.name)) for each in named]
