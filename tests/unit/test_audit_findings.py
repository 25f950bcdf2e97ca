"""The findings of both studies: none is left unexplained, each stands on its checks, and falls when its cause is corrected."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from analysis.audit import checks_of, findings_of, tally, verdicts_of
from analysis.audit.changes import reprinted
from analysis.audit.checks import Check, Method as CheckMethod, Outcome
from analysis.audit.plan import read_plan
from analysis.audit.planted import changed
from analysis.audit.run import SEVERITIES, Standing, audit_claims, audit_study, run_checks, severity_by_claim
from analysis.companions.methods import function_named, read_methods
from analysis.reporting import Appendix, record
from analysis.results import write
from analysis.study import Study, load_study
from analysis.study.claims import Ledger

ROOT = Path(__file__).resolve().parents[2]
STUDIES = ("coproduction", "connecting_opportunities")


@pytest.fixture(scope="module", params=STUDIES)
def study(request) -> Study:
    return load_study(request.param)


@pytest.fixture(scope="module")
def report() -> Study:
    return load_study("connecting_opportunities")


@cache
def explained(study_id: str) -> dict[str, Check]:
    """Every check of a study with its figures, by id."""
    study = load_study(study_id)
    return {check.id: check for check in run_checks(study.claims, read_plan(study))}


def stands(study: Study, ledger: Ledger | None = None) -> tuple[Standing, ...]:
    return audit_claims(ledger or study.claims, read_plan(study)).standing


def test_every_finding_is_ours_in_words_and_every_finding_of_the_plan_stands(study):
    own = {"connecting_opportunities": ["check_average_co_024"], "coproduction": []}  # what the audit finds by itself
    planned = [finding.id for finding in read_plan(study).findings]
    assert sorted(entry.finding.id for entry in stands(study)) == sorted([*planned, *own[study.id]])


def test_findings_stand_by_severity_and_say_what_would_resolve_them(study):
    order = [SEVERITIES.index(entry.finding.severity) for entry in stands(study)]
    assert order == sorted(order)
    assert all(entry.finding.correction for entry in stands(study))


def test_every_check_names_the_function_that_made_it_and_no_other_check_does(report):
    plan, found = read_plan(report), explained("connecting_opportunities")
    made = {
        "analysis.audit.totals.check_total": plan.totals,
        "analysis.audit.granularity.check_bases": plan.bases,
        "analysis.audit.drift.check_drift": plan.drift,
        "analysis.audit.drift.check_order": plan.order,
        "analysis.audit.systems.check_system": plan.systems,
    }
    for function, entries in made.items():
        assert {check.id for check in found.values() if check.function == function} == {entry.id for entry in entries}
    assert all(callable(function_named(check.function)) for check in found.values())


def test_a_page_of_methods_holds_those_of_the_checks_that_a_plan_asks_for(tmp_path):
    """A plan with one check of two parts: its method is on record though the check had no figure, and no other check's is."""
    page = Appendix("coproduction", "08_claims_audit", tmp_path)
    check = Check("a", CheckMethod.DRIFT, "A", Outcome.HOLDS, (), "", function="analysis.audit.drift.check_drift")
    audited = replace(audit_study(load_study("coproduction")), checks=(check,))
    record(tally(verdicts_of(audited), checks_of(audited), findings_of(audited)))
    named = {result.function for result in page.store}
    methods = {
        method.name
        for found, _ in read_methods(ROOT / "tests" / "spec").values()
        for method in found
        if named & set(method.functions)
    }
    assert methods == {"One quantity published twice", "Verdict on one claim"}


def test_the_severest_finding_gives_a_claim_its_severity(report):
    found = severity_by_claim(stands(report))
    assert (found["CO-311"], found["CO-205"], found["CO-288"]) == ("headline", "table", "wording")
    assert "CO-001" not in found


def test_a_correction_resolves_its_finding_and_no_other(report):
    corrected = changed(report.claims, {"CO-205": reprinted(report.claims["CO-205"], "511")})
    before, after = ({entry.finding.id for entry in stands(report, ledger)} for ledger in (report.claims, corrected))
    assert before - after == {"exit_employment"}
    assert after <= before


def test_an_error_that_no_finding_explains_becomes_one_of_its_own(report):
    slipped = changed(report.claims, {"CO-133": reprinted(report.claims["CO-133"], "91%")})
    new = [entry for entry in stands(report, slipped) if entry.finding.id == "claim_co_133"]
    assert len(new) == 1 and new[0].finding.claims == ("CO-133",)


# Worked by hand from the tables of the report and the text of the paper; the arithmetic stands beside each.
RANGES = {
    ("connecting_opportunities", "share_of_participants", "best_base"): (
        1859,
        1869,
    ),  # 697/0.375 = 1858.7; 1393/0.745 = 1869.8
    ("connecting_opportunities", "output_target_shares", "second_base"): (
        2005,
        2026,
    ),  # 411/0.205 = 2004.9; 1611/0.795 = 2026.4
    ("connecting_opportunities", "confidence_share", "best_base"): (
        1718,
        1749,
    ),  # 936/0.545 = 1717.4; 936/0.535 = 1749.5
    ("connecting_opportunities", "women_outcome_shares", "best_base"): (
        1160,
        1163,
    ),  # 713/0.615 = 1159.3; 576/0.495 = 1163.6
    ("connecting_opportunities", "women_targets", "one_target_for_all_four"): (
        518.552,
        521.267,
    ),  # 573/1.105 and 576/1.105
    ("coproduction", "ratios", "share_of_research"): (0.187755, 0.189251),  # 1 - 2.985/3.675 and 1 - 5.355/6.605
    ("coproduction", "people_in_average", "implied"): (110, 110),  # 888888/8150 = 109.1; 888888/8050 = 110.4
    ("coproduction", "english_groups", "first"): (22, 44),
}


@pytest.mark.parametrize(("place", "ends"), RANGES.items(), ids=lambda value: "-".join(map(str, value)))
def test_ranges_worked_by_hand(place, ends):
    study_id, check_id, name = place
    check = explained(study_id)[check_id]
    assert (check.figures[name].low, check.figures[name].high) == pytest.approx(ends, abs=1e-3)


def test_the_smallest_cost_that_a_value_to_government_above_it_allows():
    """V = 4.675 C at most, E = V - 888,888 - 17,540 or less, government 0.35 E at least C; so C >= 0.35 x 906,428 / (0.35 x 4.675 - 1)."""
    check = explained("coproduction")["streams"]
    expected = 0.35 * (888_888 + 17_540) / (0.35 * 4.675 - 1)
    assert check.figures["smallest_cost"].value == pytest.approx(expected, rel=1e-4)


def test_one_change_alone_mends_the_count_of_exits_into_employment():
    """305 + 206 = 511 = 103.4 % of 494; no other printed figure, changed alone, leaves all others true."""
    check = explained("connecting_opportunities")["exit_employment"]
    assert list(check.figures) == ["repair_0"]
    assert (check.figures["repair_0"].low, check.figures["repair_0"].high) == pytest.approx((511, 511))


def test_averages_that_give_the_printed_one():
    """Nine rows: 86 + 94 + 122 + 88 + 107 + 119 + 152 + 103 + 71 = 942, over nine 104.7; with the five others 1441 over 14 = 102.9."""
    check = explained("connecting_opportunities")["other_results"]
    values = {name: figure.value for name, figure in check.figures.items()}
    assert values["the_nine_other_results_mean"] == pytest.approx(942 / 9)
    assert values["all_fourteen_results_mean"] == pytest.approx((942 + 102 + 103 + 107 + 98 + 89) / 14)
    assert values["the_nine_other_results_median"] == 103
    assert "median" in check.words and "all fourteen" in check.words


def test_the_value_for_each_participant_names_the_digit_that_slipped():
    """888,888 over 102 is 8,714.59: 8,700 in round hundreds, printed as 8,100."""
    audited = audit_study(load_study("coproduction", ROOT))
    figure = {check.id: check for check in audited.checks}["hundreds_in_average"].figures["implied"]
    assert write(figure.value, figure.unit, figure.decimals) == "£8,700"
    finding = {each.finding.id: each.finding for each in audited.standing}["value_per_participant"]
    assert "{audit.hundreds_in_average.implied|bare}, published as {claim:CP-052|bare}" in finding.inference
