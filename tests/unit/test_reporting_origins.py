"""What numbers rest on without its being shown: claims, assumptions and raw tables of a study, and the tables of a function."""

from pathlib import Path

import pytest

from analysis.reporting.appendix import Appendix
from analysis.reporting.origins import StudyOrigins
from analysis.results import Kind, Result
from analysis.study import load_study

ROOT = Path(__file__).resolve().parents[2]
PAPER = StudyOrigins(load_study("coproduction", ROOT))


def test_a_claim_is_found_with_its_place():
    found = PAPER.find("claim:CP-001")
    assert found.printed == "102" and found.source == "Abstract (source line 2)"


def test_a_worked_example_finds_the_claims_of_the_study_it_imitates():
    example = StudyOrigins(load_study("connecting_opportunities_example", ROOT))
    assert example.find("claim:CO-135").kind is Kind.PUBLISHED


def test_an_assumption_is_found_in_the_register_or_among_the_stated_factors():
    assert PAPER.find("assumption:total_cost").unit == "GBP"
    assert PAPER.find("assumption:optimism_factor_a").value == 1.0


def test_an_assumption_of_the_study_s_own_register_has_a_row_on_its_page():
    assert PAPER.row("assumption:total_cost") == "assumptions.html#assumption-total_cost"
    without = StudyOrigins(load_study("connecting_opportunities_example", ROOT))
    strange = [
        PAPER.row(name)
        for name in ("assumption:optimism_factor_a", "assumption:none", "claim:CP-001", "total_cost", "")
    ]
    assert [*strange, without.row("assumption:total_cost")] == [""] * 6


def test_an_assumption_that_a_claim_prints_rests_on_it():
    assert PAPER.find("assumption:employability_participants").inputs == ("claim:CP-066",)
    assert PAPER.find("assumption:total_cost").inputs == ()


@pytest.mark.parametrize(
    "name", ["claim:CP-999", "claim:XX-001", "assumption:nothing", "derived.something", "claim:", ""]
)
def test_what_is_not_there_is_none(name):
    assert PAPER.find(name) is None


def test_a_table_of_public_statistics_tells_publisher_table_area_and_date():
    found = PAPER.file("data/raw/reference/census_2011_QS203EW_country_of_birth_lad.csv")
    for words in ("producer: Office for National Statistics", "table: QS203EW", "Portsmouth", "date: 27 March 2011"):
        assert words in found.about
    assert found.address.startswith("https://www.nomisweb.co.uk/")


def test_a_table_of_a_study_names_the_claims_in_it():
    found = PAPER.file("data/raw/coproduction/english.yaml")
    assert "claim:CP-058" in found.names and found.address == ""
    assert PAPER.file("data/raw/coproduction/claims.csv").names == ()


def test_the_register_names_its_entries_and_the_claims_behind_them():
    names = PAPER.file("data/raw/coproduction/assumptions.yaml").names
    assert "assumption:total_cost" in names and "claim:CP-084" in names


def test_a_file_that_is_not_there_is_none():
    assert PAPER.file("data/raw/coproduction/none.csv") is None


@pytest.mark.parametrize(
    ("result", "rests"),
    [
        (Result("x", "X", 1, "people", Kind.MEASURED), ("data/raw/a_study/records/questionnaire.csv",)),
        (Result("x", "X", 1, "people", Kind.MEASURED, inputs=("claim:CP-001",)), ("claim:CP-001",)),
        (Result("x", "X", 1, "people", Kind.RECOMPUTED), ()),
        (Result("x", "X", 1, "people", Kind.PUBLISHED), ()),
    ],
)
def test_what_is_measured_rests_on_the_records_where_it_says_no_more(result, rests):
    page = Appendix("coproduction", "03_before_after", ROOT)
    page.measured_on = ("data/raw/a_study/records/questionnaire.csv",)
    page.add([result])
    assert page.store["x"].inputs == rests
