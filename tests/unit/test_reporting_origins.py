"""What numbers rest on without its being shown: claims, assumptions and raw tables of a study, and the tables of a function."""

from pathlib import Path

import pytest

from analysis.reporting.appendix import Appendix
from analysis.reporting.grounds import GROUNDS, Grounds, patterns
from analysis.reporting.origins import ABOUT, StudyOrigins
from analysis.results import Kind, Result
from analysis.study import load_study, study_ids

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


def test_every_raw_table_of_a_ground_exists_in_some_study_or_is_a_team_s_own():
    places = [ROOT / "data/raw" / study for study in study_ids(ROOT)]
    of_teams = {
        f"records/{name}" for name in ("questionnaire.*", "attendance.*", "advice_contacts.*", "participants.xlsx")
    }
    named = {pattern.partition(":")[0] for entry in GROUNDS.values() for pattern in entry} - of_teams
    wanted = {pattern.removeprefix("of_study/").removeprefix("common/") for pattern in named}
    assert [p for p in wanted if not any(any(place.glob(p)) for place in [ROOT / "data/raw", *places])] == []


def test_every_raw_table_of_a_ground_is_described():
    names = {
        pattern.partition(":")[0].rpartition("/")[2].removesuffix(".*")
        for entry in GROUNDS.values()
        for pattern in entry
    }
    with_origin = {
        path.name.replace(".origin.yaml", ".csv") for path in (ROOT / "data/raw/reference").glob("*.origin.yaml")
    }
    assert names - with_origin - set(ABOUT) == {"participants.xlsx"}


def test_the_longest_beginning_of_a_function_s_name_counts():
    assert patterns("analysis.questionnaire.change.shown") == ("records/questionnaire.*",)
    assert patterns("analysis.questionnaire.published.among_everyone") == ("before_after.yaml:everyone",)
    assert patterns("analysis.questionnaires.other") == ()


@pytest.mark.parametrize(
    "kept",
    [
        Result(
            "x",
            "X",
            1,
            "",
            Kind.RECOMPUTED,
            inputs=("claim:CP-001",),
            function="analysis.questionnaire.published.item_ranges",
        ),
        Result("x", "X", 1, "", Kind.PUBLISHED, function="analysis.questionnaire.published.item_ranges"),
        Result("x", "X", 1, "", Kind.ASSUMED, source="a parameter"),
        Result("x", "X", 1, "", Kind.RECOMPUTED, function="elsewhere.function"),
    ],
)
def test_a_number_that_names_its_inputs_or_is_copied_stays_as_it_is(kept):
    assert Grounds("coproduction", ROOT).under([kept]) == [kept]


def test_a_number_without_inputs_rests_on_the_tables_of_its_function():
    plain = Result("x", "X", 1, "", Kind.RECOMPUTED, function="analysis.questionnaire.published.item_ranges")
    assert Grounds("coproduction", ROOT).under([plain])[0].inputs[-1] == "data/raw/coproduction/before_after.yaml"


def test_records_are_found_where_a_study_keeps_them(tmp_path):
    measured = Result("x", "X", 1, "", Kind.MEASURED, function="analysis.questionnaire.shift.shift_table")
    for study in ("a_study", "an_example"):
        (tmp_path / f"data/raw/{study}/records").mkdir(parents=True)
        (tmp_path / f"data/raw/{study}/records/questionnaire.xlsx").touch()
    assert Grounds("a_study", tmp_path).under([measured])[0].inputs == ("data/raw/a_study/records/questionnaire.xlsx",)
    assert Grounds("an_example", tmp_path).under([measured])[0].inputs == (
        "data/raw/an_example/records/questionnaire.xlsx",
    )
    assert Grounds("neither", tmp_path).under([measured])[0].inputs == ()


def test_an_appendix_records_the_grounds_of_its_numbers():
    page = Appendix("coproduction", "08_claims_audit", ROOT)
    page.add([Result("x", "X", 1, "", Kind.RECOMPUTED, function="analysis.questionnaire.published.item_ranges")])
    assert page.store["x"].inputs[-1] == "data/raw/coproduction/before_after.yaml"
