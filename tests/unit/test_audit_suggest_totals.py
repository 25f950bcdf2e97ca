"""Rows that may make up a whole, worked by hand: what is offered, and what is left alone."""

import pytest
import yaml
from test_audit_settle import ledger

from analysis.audit.plan import AuditPlan, read_plan
from analysis.audit.suggest_totals import suggested_totals, told
from analysis.study import load_study


def rows(*prints: str, kind: str = "count", line: int = 1, **more: str) -> list[dict]:
    step = 1 if line else 0
    return [{"printed": text, "kind": kind, "line": line + step * place, **more} for place, text in enumerate(prints)]


def offered(*claims: dict, **plan: list[dict]) -> list[tuple[str, tuple[str, ...], float, bool]]:
    found = suggested_totals(ledger(*claims), AuditPlan.model_validate(plan))
    return [(each.total, each.parts, each.sum, each.fits) for each in found]


def test_counts_that_miss_a_printed_total_and_counts_that_meet_it():
    """231 + 178 + 13 = 422, not 412; 104 + 198 + 110 = 412."""
    gender = rows("231", "178", "13", line=10)
    age = rows("104", "198", "110", line=20)
    parts = ("AB-002", "AB-003", "AB-004"), ("AB-005", "AB-006", "AB-007")
    assert offered({"printed": "412"}, *gender, *age) == [
        ("AB-001", parts[0], 422, False),
        ("AB-001", parts[1], 412, True),
    ]


@pytest.mark.parametrize(
    ("prints", "expected"),
    [
        (("38%", "41%", "27%"), [106]),  # misses a hundred
        (("33%", "33%", "33%"), [99]),  # meets it: each may be 33.4
        (("64%", "47%", "33%"), []),  # several answers for each person
        (("38%", "41%"), []),  # two of more rows
        (("over 38%", "41%", "21%"), []),  # words are no parts
    ],
)
def test_percentages_near_a_hundred(prints, expected):
    values = [{**row, "value": row["printed"].removeprefix("over ").strip("%")} for row in rows(*prints, kind="share")]
    assert [each[2] for each in offered(*values)] == expected


def test_rows_apart_and_what_is_asked_already_are_left_alone():
    total, gender = {"printed": "412", "section": "all"}, rows("231", "178", "13", line=10)
    assert offered(total, *[row | {"line": 10 * place} for place, row in enumerate(gender, start=1)]) == []
    assert offered(total | {"formula": "claim:AB-002 + claim:AB-003 + claim:AB-004"}, *gender) == []
    entry = {"id": "parts", "label": "Parts", "total": "AB-001", "parts": ["AB-002", "AB-003", "AB-004"]}
    assert offered(total, *gender, totals=[entry]) == []


def test_what_is_offered_is_an_entry_of_the_plan():
    claims = ledger({"printed": "412"}, *rows("231", "178", "13", line=10))
    lines = list(told(claims, list(suggested_totals(claims, AuditPlan()))))
    assert lines[0].startswith("231 + 178 + 13 = 422, NOT 412 (AB-001)")
    plan = AuditPlan.model_validate({"totals": yaml.safe_load(lines[1])})
    assert plan.totals[0].parts == ("AB-002", "AB-003", "AB-004")


def test_little_is_offered_of_both_studies():
    """As the documentation says: shares of two groups, of traits that one person may have, and of results; none is a whole."""
    studies = [load_study(name) for name in ("coproduction", "connecting_opportunities")]
    parts = [each.parts[0] for study in studies for each in suggested_totals(study.claims, read_plan(study))]
    assert parts == ["CP-031", "CO-018", "CO-202"]
