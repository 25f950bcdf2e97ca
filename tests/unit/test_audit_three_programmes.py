"""Rows of three made-up reports, with planted errors and with figures that look odd and are right, audited without a line of audit.yaml.

A row is: mark, quantity, print, value, unit, base, kind, then what it says more (`scale=1..5`). `!` marks what a finding must name (both
prints of a quantity, where they differ and nothing says which is right), `?` what looks odd and is right. Worked by hand, and with scipy for p-values.
"""

import pytest

from analysis.audit.plan import AuditPlan
from analysis.audit.run import audit_claims
from analysis.study.claims import Claim, Ledger

MENTORING = """
  | pairs       | 164 | 164 | people | | count |
? | pairs       | one hundred and sixty-four | 164 | people | | count |
! | boys_share  | 56% | 56 | % | pairs | share |
  | boys_count  | 93 | 93 | people | | count |
  | eligible    | 412 | 412 | people | | count |
? | taken_share | almost 40% | 40 | % | eligible | share | formula=claim:MA-001 / claim:MA-005 * 100
! | mentors     | 58 | 58 | people | | count |
! | mentors     | 57 | 57 | people | | count |
  | survey      | 88 | 88 | people | | count |
? | recommend   | 97.7% | 97.7 | % | survey | share |
! | satisfied   | 94.5% | 94.5 | % | survey | share |
  | exclusions_before | 34 | 34 | exclusions | | count |
  | exclusions_after  | 21 | 21 | exclusions | | count |
? | exclusions_change | 38% | 38 | % | | progress |
! | programme_start | September 2021 | 2021-09 | date | | date |
! | programme_end   | August 2021 | 2021-08 | date | | date |
  | lonely_t    | 2.41 | 2.41 | t | | statistic |
  | lonely_df   | 87 | 87 | people | | statistic |
? | lonely_p    | p = .018 | 0.018 | p | | statistic |
  | esteem_mean | 3.9 | 3.9 | points | survey | mean | scale=1..5
! | esteem_sd   | 2.3 | 2.3 | points | survey | mean |
  | lasting     | 105 | 105 | people | | count |
! | lasting_share | more than two thirds | 66.7 | % | pairs | share | formula=claim:MA-022 / claim:MA-001 * 100
? | white_share | 41% | 41 | % | pairs | share |
? | asian_share | 27% | 27 | % | pairs | share |
? | other_share | 33% | 33 | % | pairs | share |
"""
EUROS = """
  | people      | 1.248 | 1248 | people | | count |
  | women_count | 702 | 702 | people | | count |
? | women_share | 56,3 % | 56.3 | % | people | share |
  | value       | 4,21 Mio. € | 4210000 | EUR | | money |
  | invested    | 1.486.300 € | 1486300 | EUR | | money |
  | sroi        | 2,83 : 1 | 2.83 | EUR per EUR | | ratio | formula=claim:MA-004 / claim:MA-005
! | sroi        | 2,38 : 1 | 2.38 | EUR per EUR | | ratio |
  | work_count  | 411 | 411 | people | | count |
  | work_share  | 32,9 % | 32.9 | % | people | share |
? | work_share  | knapp 35 % | 35 | % | people | share |
? | work_share  | gut 30 % | 30 | % | people | share |
? | each        | 1.190,95 € | 1190.95 | EUR | | money | formula=claim:MA-005 / claim:MA-001
  | rent_before | 612,50 € | 612.50 | EUR | | mean |
  | rent_after  | 655,00 € | 655.00 | EUR | | mean |
! | rent_change | 6,5 % | 6.5 | % | | progress |
! | savings     | 182.400 € | 182400 | EUR | | money |
! | savings     | über 190.000 € | 190000 | EUR | | money |
? | sroi_ci     | 2,1 bis 3,4 | 2.1..3.4 | EUR per EUR | | ratio |
  | z_z         | 1,45 | 1.45 | z | | statistic |
! | z_p         | 0,015 | 0.015 | p | | statistic |
? | waiting     | 12,4 | 12.4 | days | people | mean |
? | waiting_sd  | 19,8 | 19.8 | days | people | mean |
! | reached     | 112 % | 112 | % | people | share |
"""
TRIAL = """
  | n_t         | 502 | 502 | people | | count |
  | n_c         | 484 | 484 | people | | count |
? | employed_treatment | 62.3% | 62.3 | % | n_t | share | note=weighted for nonresponse
? | employed_control   | 55.1% | 55.1 | % | n_c | share | note=weighted for nonresponse
? | employed_effect    | 7.2 percentage points | 7.2 | points | | mean |
  | pay_control        | $16,907 | 16907 | USD | n_c | mean |
  | pay_treatment      | $18,442 | 18442 | USD | n_t | mean |
  | pay_control_sd     | $13,900 | 13900 | USD | n_c | mean |
  | pay_treatment_sd   | $14,200 | 14200 | USD | n_t | mean |
? | pay_t       | 1.715 | 1.715 | t | | statistic |
  | pay_df      | 984 | 984 | people | | statistic |
? | pay_p       | .087 | 0.087 | p | | statistic |
  | hours_control      | 29.8 | 29.8 | hours | n_c | mean |
  | hours_treatment    | 31.2 | 31.2 | hours | n_t | mean |
  | hours_control_sd   | 10.8 | 10.8 | hours | n_c | mean |
  | hours_treatment_sd | 11.0 | 11.0 | hours | n_t | mean |
! | hours_t     | 3.02 | 3.02 | t | | statistic |
  | hours_df    | 984 | 984 | people | | statistic |
  | hours_p     | .003 | 0.003 | p | | statistic |
  | score_control      | 50.1 | 50.1 | points | n_c | mean |
  | score_treatment    | 52.4 | 52.4 | points | n_t | mean |
  | score_control_sd   | 10.1 | 10.1 | points | n_c | mean |
  | score_treatment_sd | 9.8 | 9.8 | points | n_t | mean |
! | score_difference_ci | 2.1 to 2.5 | 2.1..2.5 | points | | mean |
  | once_t      | 1.70 | 1.70 | t | | statistic |
  | once_df     | 984 | 984 | people | | statistic |
? | once_p      | .045 | 0.045 | p | | statistic | note=one-sided
? | benefit_p   | .050 | 0.050 | p | | statistic |
  | benefit_z   | -1.96 | -1.96 | z | | statistic |
  | lost_chi2   | 5.02 | 5.02 | chi2 | | statistic |
  | lost_df     | 1 | 1 | groups | | statistic |
! | lost_p      | .25 | 0.25 | p | | statistic |
  | arrested_control   | 27.3% | 27.3 | % | n_c | share |
  | arrested_treatment | 22.1% | 22.1 | % | n_t | share |
! | arrested_difference | -4.2 percentage points | -4.2 | points | | mean |
"""


def read(text: str) -> tuple[Ledger, set[str], set[str]]:
    """The ledger, the claims that a finding must name, and those that look odd and are right."""
    claims: dict[str, Claim] = {}
    marks: dict[str, str] = {}
    for n, line in enumerate(text.strip("\n").splitlines(), start=1):
        mark, quantity, printed, value, unit, base, kind, more = (cell.strip() for cell in line.split("|"))
        of = next((claim.claim_id for claim in claims.values() if claim.quantity == base), "")
        row = {"claim_id": f"MA-{n:03}", "line": n, "section": "s", "quantity": quantity, "statement": "A figure"}
        row |= {"printed": printed, "value": value, "unit": unit, "base": of, "kind": kind, "formula": "", "note": ""}
        row |= dict([more.split("=", 1)]) if more else {}
        claims[row["claim_id"]], marks[row["claim_id"]] = Claim.model_validate(row), mark
    marked = [{claim for claim, mark in marks.items() if mark == sign} for sign in "!?"]
    return Ledger(claims, dict.fromkeys(claims, 2), "claims.csv"), *marked


@pytest.mark.parametrize("text", [MENTORING, EUROS, TRIAL], ids=["mentoring", "euros", "trial"])
def test_what_is_wrong_is_named_and_nothing_else_is_accused(text):
    ledger, wrong, odd = read(text)
    audited = audit_claims(ledger, AuditPlan())
    named = [set(entry.finding.claims) for entry in audited.standing]
    assert wrong <= set().union(*named)
    assert all(claims & wrong for claims in named)
    assert not odd & set().union(*named)
    accused = {found.claim_id for found in audited.verdicts if found.verdict == "inconsistent"}
    assert accused <= wrong
