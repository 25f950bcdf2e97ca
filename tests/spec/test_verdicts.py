"""The cases of verdicts.yaml, and what must hold for every claim of both ledgers."""

from pathlib import Path

import pytest
import yaml

from analysis.audit.verdicts import Problem, Verdict, audit, check
from analysis.quantities import parse_printed
from analysis.study import load_study
from analysis.study.claims import Claim, Ledger

HERE = Path(__file__).parent
CASES = yaml.safe_load((HERE / "verdicts.yaml").read_text(encoding="utf-8"))["cases"]


def ledger(rows: list[dict]) -> Ledger:
    """A ledger from the short rows of a case: what is not said is filled in."""
    claims = {}
    for row in rows:
        short = dict(row)
        claim_id = short.pop("id")
        unit = "%" if short["printed"].endswith("%") else "people"
        value = short.pop("value", None) or format(parse_printed(short["printed"]).value, "f")
        filled = {
            "claim_id": claim_id,
            "line": 1,
            "section": "s",
            "quantity": claim_id.lower().replace("-", "_"),
            "statement": "t",
            "value": value,
            "unit": unit,
            "base": "",
            "formula": "",
            "note": "",
        }
        claims[claim_id] = Claim.model_validate(filled | short)
    return Ledger(claims, dict.fromkeys(claims, 2), "claims.csv")


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_case(case):
    claims, expected = ledger(case["claims"]), case["expect"]
    found = check(claims[case["check"]], claims, case.get("rounding", "either"))
    assert found.verdict == expected["verdict"]
    for name in ("recomputed", "low", "high"):
        if name in expected:
            assert getattr(found, name) == pytest.approx(expected[name], abs=1e-6)
    if "problem" in expected:
        assert found.problem is Problem[expected["problem"]]
    assert expected.get("why_says", "") in found.why


@pytest.fixture(params=["coproduction", "connecting_opportunities"])
def study(request):
    return load_study(request.param, HERE.parents[1])


def test_every_claim_has_one_finding_in_source_order(study):
    findings = audit(study.claims)
    assert [finding.claim_id for finding in findings] == list(study.claims)


def test_no_verdict_says_more_than_it_proves(study):
    for finding in audit(study.claims):
        claim = study.claims[finding.claim_id]
        if finding.verdict is Verdict.REPRODUCED:
            assert (
                finding.recomputed is not None
                and claim.formula
                and not claim.formula.startswith("claim:" + claim.claim_id)
            )
            assert abs(finding.recomputed - claim.number) <= float(claim.as_printed.step) / 2 + 1e-9
        if finding.verdict is Verdict.INCONSISTENT:
            assert finding.problem is not None
        if finding.recomputed is not None and finding.verdict is Verdict.INCONSISTENT and claim.expression is not None:
            assert claim.as_printed is None or not any(end == claim.number for end in (finding.recomputed,))


# Findings worked by hand from the report's tables, with the place: pages 36 to 41 of the report, source lines 905 to 1094.
BY_HAND = {
    "CO-205": "inconsistent",  # 305 + 206 = 511, printed 501
    "CO-206": "inconsistent",  # 501 / 494 = 101.4 %, printed 103 %
    "CO-156": "inconsistent",  # 965 / 1875 = 51.5 %, printed 52 %
    "CO-172": "inconsistent",  # 1599 / 1875 = 85.3 %, printed 86 %
    "CO-195": "inconsistent",  # 45 / 1875 = 2.4 %, printed 2.5 %
    "CO-227": "inconsistent",  # 1393 / 1875 = 74.3 %, printed 75 %
    "CO-098": "consistent",  # the same share in the side box, where the damaged 740/6 was read as 74 %
    "CO-136": "reproduced",  # 1875 / 2316 = 81.0 %
    "CO-024": "reproduced",  # (102 + 103 + 107 + 98 + 89) / 5 = 99.8 %, printed 100 %
}


@pytest.mark.parametrize(("claim_id", "verdict"), BY_HAND.items())
def test_findings_worked_by_hand(claim_id, verdict):
    study = load_study("connecting_opportunities", HERE.parents[1])
    assert check(study.claims[claim_id], study.claims).verdict == verdict


def test_the_paper_s_value_for_each_participant_is_not_its_total_over_all_of_them():
    study = load_study("coproduction", HERE.parents[1])
    finding = check(study.claims["CP-052"], study.claims)  # £888,888 over 102 women is £8,714.59, printed £8,100
    assert finding.verdict == "inconsistent"
    assert finding.recomputed == pytest.approx(8714.588235)
