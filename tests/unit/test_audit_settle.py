"""The verdict on a claim as the worst that is known of it: by hand on small ledgers, and over both studies."""

import pytest

from analysis.audit.checks import Outcome
from analysis.audit.plan import AuditPlan
from analysis.audit.run import audit_claims, audit_study
from analysis.audit.verdicts import Verdict
from analysis.study import load_study
from analysis.study.claims import Claim, Ledger


def ledger(*rows: dict) -> Ledger:
    claims = {}
    for number, row in enumerate(rows, start=1):
        name = f"AB-{number:03}"
        unit = "%" if "%" in row["printed"] else "people"
        told = {
            "claim_id": name,
            "line": number,
            "section": "s",
            "quantity": f"q{number}",
            "statement": "t",
            "unit": unit,
        }
        more = {"value": row["printed"].strip("%"), "base": "", "kind": "count", "formula": "", "note": ""}
        claims[name] = Claim.model_validate(told | more | row)
    return Ledger(claims, dict.fromkeys(claims, 2), "claims.csv")


def settled(claims: Ledger, **plan: list[dict]) -> list[str]:
    """The verdicts in the order of the claims."""
    return [str(found.verdict) for found in audit_claims(claims, AuditPlan.model_validate(plan)).verdicts]


PARTS = ({"printed": "40"}, {"printed": "25"}, {"printed": "14"})
TOTAL = {"id": "parts", "label": "Parts", "total": "AB-001", "parts": ["AB-002", "AB-003"]}
FINDING = {"id": "f", "title": "F", "severity": "table", "words": "w", "checks": ["parts"]}


def test_where_no_side_can_be_named_all_in_dispute_are_in_question():
    assert settled(ledger(*PARTS), totals=[TOTAL]) == ["in question"] * 3


def test_a_figure_that_another_reproduces_is_not_in_dispute():
    more = {"printed": "40", "quantity": "q1", "formula": "claim:AB-005 + claim:AB-006"}
    claims = ledger(*PARTS, more, {"printed": "18"}, {"printed": "22"})
    expected = ["consistent", "in question", "in question", "reproduced", "consistent", "consistent"]
    assert settled(claims, totals=[TOTAL]) == expected


def test_a_side_that_is_named_clears_the_other():
    total = {"printed": "38", "formula": "claim:AB-002 + claim:AB-003"}  # 25 + 14 = 39
    assert settled(ledger(total, *PARTS[1:]), totals=[TOTAL]) == [
        "inconsistent",
        "not recomputable",
        "not recomputable",
    ]


def test_an_open_check_puts_in_question_only_what_a_finding_names():
    reading = TOTAL | {"base_is_printed": False}
    assert settled(ledger(*PARTS), totals=[reading]) == ["not recomputable"] * 3
    named = settled(ledger(*PARTS), totals=[reading], findings=[FINDING | {"claims": ["AB-001"]}])
    assert named == ["in question", "not recomputable", "not recomputable"]


def test_a_percentage_that_no_whole_number_gives_is_inconsistent_wherever_it_is_printed():
    share = {"printed": "52%", "kind": "share", "base": "AB-001"}
    again = {"printed": "52%", "kind": "share", "quantity": "q2", "formula": "claim:AB-002"}
    assert settled(ledger({"printed": "38"}, share, again)) == ["not recomputable", "inconsistent", "inconsistent"]


def test_a_national_figure_on_another_base_is_not_called_wrong():
    shares = [{"printed": "24%", "kind": "reference"}, {"printed": "27%", "kind": "share"}]
    row = {"measure": "m", "label": "M", "national": "AB-001", "printed": "AB-002", "matched": "33", "why": "w"}
    finding = FINDING | {"checks": ["compare_m"], "claims": ["AB-001", "AB-002"]}
    found = settled(ledger(*shares), comparisons=[row | {"like_for_like": "no"}], findings=[finding])
    assert found == ["not recomputable"] * 2


@pytest.fixture(scope="module", params=("coproduction", "connecting_opportunities"))
def whole(request):
    study = load_study(request.param)
    found = audit_study(study)
    return study, found.checks, {each.claim_id: each for each in found.verdicts}, found.standing


def test_verdicts_and_findings_of_both_studies_agree(whole):
    study, checks, verdicts, stands = whole
    at_fault = {claim for check in checks if check.outcome is Outcome.FAILS for claim in check.culprits}
    assert {verdicts[claim].verdict for claim in at_fault} <= {Verdict.INCONSISTENT}
    wrong = {name for name, found in verdicts.items() if found.verdict is Verdict.INCONSISTENT}
    assert wrong == {claim for entry in stands for claim in entry.inconsistent}
    for check in checks:
        if check.outcome is Outcome.FAILS and not check.culprits and check.disputed:
            bad = [verdicts[claim].verdict for claim in check.disputed]
            assert Verdict.INCONSISTENT in bad or Verdict.IN_QUESTION in bad
    questioned = {name for name, found in verdicts.items() if found.verdict is Verdict.IN_QUESTION}
    told = {claim for entry in stands for claim in entry.finding.claims}
    prints = {other.claim_id for claim in told for other in study.claims.about(study.claims[claim].quantity)}
    assert questioned <= told | prints


# By hand: what the findings of the report call impossible or unequal.
REPORT = {
    "inconsistent": [
        "CO-035",
        "CO-336",
        "CO-314",
        "CO-038",
        "CO-324",
        "CO-325",
        "CO-326",
        "CO-327",
        "CO-086",
        "CO-205",
        "CO-273",
        *("CO-026", "CO-274", "CO-280", "CO-027", "CO-275", "CO-281"),
    ],
    "in question": ["CO-033", "CO-311", "CO-310", "CO-316"],
    "consistent": ["CO-098", "CO-219", "CO-224", "CO-297", "CO-135"],
}


def test_what_the_findings_of_the_report_say_stands_in_its_ledger(whole):
    study, _, verdicts, _ = whole
    if study.id == "connecting_opportunities":
        assert {
            name: [c for c in claims if verdicts[c].verdict != name] for name, claims in REPORT.items()
        } == dict.fromkeys(REPORT, [])


def test_a_share_that_its_row_gives_is_consistent_and_says_of_what():
    """107 of 100 is 107%; the target of the row is printed, so its progress lacks nothing. 79 of 100 is not 97%."""
    row = [
        {"printed": "100", "kind": "target", "quantity": "joined_target"},
        {"printed": "107", "quantity": "joined"},
        {"printed": "107%", "kind": "progress", "quantity": "joined_progress", "base": "AB-001"},
    ]
    found = audit_claims(ledger(*row), AuditPlan()).verdicts[2]
    assert (found.verdict, found.recomputed) == ("consistent", None)
    assert "{=AB-002}, {=AB-001}" in found.why and "not printed" not in found.why
    row[1]["printed"] = "79"
    found = audit_claims(ledger(*row), AuditPlan()).verdicts[2]
    assert found.verdict == "in question" and "not printed" not in found.why
