"""Records and print held against each other: every cell of the published tables, national comparisons, and checks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from analysis.expressions import ExpressionError, parse, references
from analysis.programme.achieved import behind, counts_of, percent, wilson
from analysis.programme.counting import base, count_rule
from analysis.programme.monitoring import Monitoring
from analysis.programme.published import Measure, comparison_rows, measures
from analysis.programme.rules import Rules
from analysis.quantities import Interval, rounds_to
from analysis.study import Claim, Study
from analysis.study.formulas import compute

CELLS = ("target", "target_share", "participants", "progress", "share")
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
        raise ValueError(f"{claim.claim_id} prints no number")
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


def agreement(cells: pd.DataFrame) -> pd.DataFrame:
    """How many cells of each kind agree. Index: cell; columns: cells, agree, differ."""
    groups = cells.groupby("cell")["agrees"]
    frame = (
        pd.DataFrame({"cells": groups.size(), "agree": groups.sum().astype(int)}).reindex(CELLS).fillna(0).astype(int)
    )
    return frame.assign(differ=frame["cells"] - frame["agree"])


def national(records: Monitoring) -> pd.DataFrame:
    """National figures beside the programme's from records, on the matching base.

    Index: label. Columns: national (claim id), counted, base (people), share (%), low, high (Wilson, 95 %), difference
    (share less national, percentage points), like_for_like, why, part and whole (the measures). Rows that the records cannot give are left out.
    """
    given = in_place_of_claims(records)
    rows = {
        row.label: _national(records.printed, row.matched, row.national, given)
        | {"like_for_like": row.like_for_like, "why": row.why}
        | dict(zip(("part", "whole"), _measures_of(records, row.matched), strict=True))
        for row in comparison_rows(records.printed)
        if _ratio(row.matched, given)
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("measure")


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


def _national(printed: Study, formula: str, claim_id: str, given: Mapping[str, Counted]) -> dict[str, object]:
    count, people = _ratio(formula, given) or (0, 0)
    low, high = wilson(count, people)
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


def printed_counts(study: Study) -> dict[str, float]:
    """The counts of the published tables by measure."""
    return {row.measure: study.claims[row.participants].number or 0.0 for row in measures(study) if row.participants}


def check_counts(rules: Rules, counts: Mapping[str, float]) -> pd.DataFrame:
    """The checks of the rules on counts, from print or from records.

    Index: what must hold. Columns: parts (their sum), whole, relation, excess (parts less whole), holds (bool). Checks
    of which a count is missing are left out.
    """
    rows = {}
    for check in rules.checks:
        if {*check.parts, check.whole} <= set(counts):
            parts, whole = sum(counts[part] for part in check.parts), counts[check.whole]
            holds = parts == whole if check.relation == "add up to" else parts <= whole
            rows[check.check] = {
                "parts": parts,
                "whole": whole,
                "relation": check.relation,
                "excess": parts - whole,
                "holds": holds,
            }
    return pd.DataFrame.from_dict(
        rows, orient="index", columns=["parts", "whole", "relation", "excess", "holds"]
    ).rename_axis("check")
