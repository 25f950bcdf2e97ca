"""What the audit looks for by itself: each check is one module with one file of cases, both found by being there."""

import re
from pathlib import Path

import pytest
import yaml
from test_audit_cases import ledger

from analysis.audit.unprompted import look_by_itself, own_checks
from analysis.study import load_study

HERE = Path(__file__).parent
FILES = {check.id: HERE / f"own_{check.id}.yaml" for check in own_checks()}
CASES = [(name, case) for name, file in FILES.items() for case in yaml.safe_load(file.read_text("utf-8"))["cases"]]
CHECKS = {check.id: check for check in own_checks()}


def found(name: str, case: dict) -> list:
    return list(CHECKS[name].look(ledger(case["claims"])))


@pytest.mark.parametrize(("name", "case"), CASES, ids=[f"{name}: {case['case']}" for name, case in CASES])
def test_case(name, case):
    checks = found(name, case)
    assert [str(check.outcome) for check in checks] == case["expect"]
    for check in checks:
        assert set(re.findall(r"\{\.(\w+)", check.words)) <= set(check.figures)
        assert not re.search(r"\d", re.sub(r"\{[^{}]*\}", "", check.words + check.label))
        assert set(check.disputed) | set(check.culprits) <= set(check.claims)


@pytest.mark.parametrize("name", FILES)
def test_only_the_claims_asked_for_are_looked_at(name):
    for case in (case for other, case in CASES if other == name and case["expect"]):
        rows = ledger(case["claims"])
        whole = {check.id for check in CHECKS[name].look(rows)}
        assert {check.id for check in CHECKS[name].look(rows, frozenset(rows))} == whole
        assert list(CHECKS[name].look(rows, frozenset())) == []


def test_every_module_has_cases_of_both_sorts_and_says_what_it_is():
    assert set(FILES) == {file.stem.removeprefix("own_") for file in HERE.glob("own_*.yaml")}
    for check in own_checks():
        outcomes = [tuple(case["expect"]) for name, case in CASES if name == check.id]
        assert {"fails", "left open"} & set(sum(outcomes, ())) and set(outcomes) & {(), ("holds",)}
        assert check.question.endswith("?") and check.source and check.limits and check.correction.endswith(".")


def test_ids_are_told_apart_and_sound_rows_of_both_studies_are_left_alone():
    """By hand: of both studies only shares of ten partners that are no tenths fail, and 305 and 206 in 501."""
    for study, wrong in {
        "coproduction": set(),
        "connecting_opportunities": {"CO-038", "CO-324", "CO-325", "CO-326", "CO-327"},
    }.items():
        checks = [check for _, check in look_by_itself(load_study(study).claims)]
        assert len({check.id for check in checks}) == len(checks)
        assert {claim for check in checks if check.outcome == "fails" for claim in check.culprits} == wrong
        others = {check.id for check in checks if check.outcome == "fails" and not check.culprits}
        assert others == ({"parts_co_205"} if wrong else set())


def test_an_average_of_a_total_and_its_parts_by_hand():
    """Of 102, 103, 107, 98 and 89 the second is of a total, the next two of its parts: without these 98.0, without it 99.0."""
    (check,) = [
        check
        for _, check in look_by_itself(load_study("connecting_opportunities").claims)
        if check.id == "average_co_024"
    ]
    assert check.figures["without_parts"].value == pytest.approx(98.0)
    assert check.figures["without_total"].value == pytest.approx(99.0)
