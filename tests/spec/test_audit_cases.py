"""The cases of audit_cases.yaml, each a small ledger, one check, and what must come out."""

from pathlib import Path

import pytest
import yaml
from pydantic import TypeAdapter

from analysis.audit import averages, drift, granularity, implied_figures, regression, systems, totals
from analysis.audit.checks import Check, Method
from analysis.audit.plan import AuditPlan
from analysis.quantities import parse_printed
from analysis.study.claims import Claim, Ledger

CASES = yaml.safe_load((Path(__file__).parent / "audit_cases.yaml").read_text(encoding="utf-8"))["cases"]
CHECKS = {
    "totals": totals.check_total,
    "bases": granularity.check_bases,
    "granularity": granularity.check_granularity,
    "averages": averages.check_average,
    "drift": drift.check_drift,
    "order": drift.check_order,
    "implied": implied_figures.check_implied,
    "splits": implied_figures.check_split,
    "two_groups": implied_figures.check_two_groups,
    "statistics": regression.check_regression,
    "systems": systems.check_system,
}


def ledger(rows: list[dict]) -> Ledger:
    """A ledger from the short rows of a case: what is not said is filled in."""
    claims = {}
    for row in rows:
        short = dict(row)
        claim_id = short.pop("id")
        filled = {
            "claim_id": claim_id,
            "line": 1,
            "section": "s",
            "quantity": claim_id.lower().replace("-", "_"),
            "statement": "t",
            "unit": "%" if "%" in row["printed"] else "people",
            "base": "",
            "formula": "",
            "note": "",
        }
        filled["value"] = short.pop("value", None) or format(parse_printed(row["printed"]).value, "f")
        claims[claim_id] = Claim.model_validate(filled | short)
    return Ledger(claims, dict.fromkeys(claims, 2), "claims.csv")


def run(case: dict) -> Check:
    """The check of a case."""
    entries = TypeAdapter(AuditPlan.model_fields[case["method"]].annotation)
    entry = entries.validate_python([{"id": "case", "label": "A case", **case["entry"]}])[0]
    return CHECKS[case["method"]](entry, ledger(case["claims"]))


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_case(case):
    found, expected = run(case), case["expect"]
    assert found.outcome == expected["outcome"]
    for name, value in expected.get("figures", {}).items():
        assert found.figures[name].value == pytest.approx(value, rel=1e-4)
    for name, (low, high) in expected.get("ranges", {}).items():
        assert (found.figures[name].low, found.figures[name].high) == pytest.approx((low, high), rel=1e-4)
    if "culprits" in expected:
        assert list(found.culprits) == expected["culprits"]


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_words_name_only_figures_of_the_check_and_type_no_number(case):
    import re

    found = run(case)
    assert set(re.findall(r"\{\.(\w+)", found.words)) <= set(found.figures)
    assert not re.search(r"\d", re.sub(r"\{[^{}]*\}", "", found.words))
    assert found.words[:1].isupper() or found.words.startswith("{")


def test_every_method_has_a_case():
    assert set(CHECKS) == {case["method"] for case in CASES}
    assert {run(case).method for case in CASES} == set(Method) - {Method.LIKE_FOR_LIKE}
