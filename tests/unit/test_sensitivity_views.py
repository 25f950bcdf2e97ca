"""The page's tables and figures, from the toy model with and without settings: every number recorded, nothing lost."""

import pytest
from numbers_check import check_numbers
from sensitivity_cases import Function, entry, toy_case, yearly_case

from analysis.reporting.appendix import Appendix
from analysis.reporting.views import sensitivity as view, sensitivity_structure as structure
from analysis.sroi.model import read_model
from analysis.sroi.sensitivity.analyse import analyse, how_known
from analysis.sroi.sensitivity.appraisal import read_reference
from analysis.sroi.sensitivity.case import case_for
from analysis.sroi.sensitivity.settings import (
    Settings,
    choices_for,
    groups_for,
    read_settings,
    read_stipulated,
    scenarios_for,
)
from analysis.study import load_study

SETTINGS = Settings.model_validate(
    {
        "across_and_up": ["weeks", "deadweight_friends"],
        "scenarios": {"high": {"weeks": 45.0}},
        "overlap": ["friends", "work"],
        "information": {"a comparison group": ["deadweight_friends", "deadweight_work"]},
        "grades": {"friends": "B", "work": "D"},
        "lenses": [
            {"name": "as published", "rules": "none"},
            {"name": "fiscal only", "rules": "value to government", "only": ["government"]},
            {"name": "wellbeing", "rules": "WELLBY", "missing": "the change in life satisfaction", "wellby": True},
        ],
        "wellbeing": [
            {"outcome": "friends", "person_years": "people * weeks / 52", "price_year": 2013, "why": "weeks over 52"}
        ],
        "weight_incomes": {"participants": 10_000.0},
        "reference_income": 20_000.0,
    }
)
SHOWN = (
    view.answer,
    view.ranges_table,
    view.tornado_figure,
    view.tornado_table,
    view.two_way_figure,
    view.effect_figure,
    view.effect_table,
    view.scenario_table,
    view.chance_figure,
    view.switching_table,
    view.indices_figure,
    view.convergence_figure,
    view.information_table,
    view.hurdle_table,
    structure.universe_figure,
    structure.choice_table,
    structure.materiality_table,
    structure.overlap_table,
    structure.lens_table,
    structure.wellbeing_table,
    structure.payback_table,
    structure.optimism_table,
    structure.weight_table,
    view.break_even_table,
    structure.wellby_table,
)


@pytest.fixture(scope="module")
def references(project_root):
    return read_stipulated(project_root), read_reference(project_root)


def shown(case, settings, references, folder):
    found = analyse(case, settings, *references, seed=1, draws=2**9, design=2**7)
    page = Appendix("toy", "06_sroi_sensitivity", folder)
    view.record(page, found)
    return page, {show.__name__: show(page, found) for show in SHOWN}


@pytest.mark.parametrize("settings", [Settings(), SETTINGS], ids=["defaults", "everything asked for"])
def test_every_number_shown_is_a_recorded_result(settings, references, tmp_path):
    page, displays = shown(toy_case(), settings, references, tmp_path)
    assert check_numbers("".join(display.html for display in displays.values()), page.store) == []


def test_every_number_of_the_model_leads_to_the_entries_that_the_model_rests_on(project_root, references, tmp_path):
    """Of the study whose model has several outcomes; what an outcome or a beneficiary is worth rests on fewer."""
    study = load_study("coproduction", project_root)
    settings, model = read_settings(study), read_model(study)
    found = analyse(settings.case(model, study.register), settings, *references, seed=1, draws=2**9, design=2**7)
    page = Appendix("coproduction", "06_sroi_sensitivity", project_root)
    view.record(page, found)
    displays = {show.__name__: show(page, found).plain for show in SHOWN}
    said = " ".join(displays.values()).lower()
    ids = {name.replace("_", " "): e.short_label for name, e in study.register.items() if "_" in name}
    assert [words for words, label in ids.items() if words in said and words not in label.lower()] == []
    solved = ", because the cost was solved for"
    assert f"{solved} so that the model meets" in displays["answer"]
    assert displays["answer"].count(solved) == 2 and solved in displays["chance_figure"] + displays["information_table"]
    entries = {f"assumption:{name}" for name in model.inputs}
    fewer = [name for name, result in page.store.by_id.items() if not entries <= reached(page, result.inputs)]
    parts = (".ranges.", ".materiality.", ".optimism.", ".beneficiaries.")
    assert fewer and {name for name in fewer if not any(part in name for part in parts)} == set()
    assert reached(page, page.store["06_sroi_sensitivity.materiality.engagement.value"].inputs) == {
        f"assumption:{name}" for name in ENGAGEMENT
    }


def reached(page, names):
    """The entries of the register among some inputs, and among those of the results that they name."""
    through = [name for each in names if each in page.store.by_id for name in page.store[each].inputs]
    return {name for name in (*names, *through) if name.startswith("assumption:")}


ENGAGEMENT = {  # as the row of the value map says: quantity, factors applied, weekly value, what is taken off
    "engagement_weeks",
    "income_factor_applied",
    "gender_premium_applied",
    "volunteering_wellbeing_value_weekly_2013",
    "deadweight_engagement",
    "displacement",
    "attribution_engagement",
}


def test_the_answer_says_what_the_analyses_found(references, tmp_path):
    page, displays = shown(toy_case(), SETTINGS, references, tmp_path)
    assert page.store["sensitivity.base.ratio"].value == pytest.approx(1.584)
    assert page.store["sensitivity.fall"].value == pytest.approx(100 * (1 - 1 / 1.584))
    assert "moves the ratio most" in displays["answer"].plain
    assert page.store["sensitivity.draws.ratio"].low < page.store["sensitivity.draws.ratio"].high


def test_a_programme_that_does_not_pay_is_said_not_to_pay(references, tmp_path):
    _, displays = shown(toy_case().held_at({"people": 10.0}), Settings(), references, tmp_path)
    assert "value falls short of cost" in displays["answer"].plain
    assert "could fall by" not in displays["answer"].plain


def test_a_model_of_one_fixed_input_still_gives_a_page(references, tmp_path):
    register = {"x": entry("x", 2.0)}
    page, displays = shown(case_for(Function(("x",), lambda x: x), register), Settings(), references, tmp_path)
    assert page.store["sensitivity.base.ratio"].value == 2.0
    assert "Fewer than two assumptions" in displays["two_way_figure"].plain


def test_default_choices_follow_from_the_model():
    names = {choice.name: [option.name for option in choice.options] for choice in choices_for(toy_case(), Settings())}
    assert names["outcomes counted"] == ["all", "without friends", "without work"]
    assert names["deadweight"] == ["base", "low end", "high end"]
    assert set(names) == {"outcomes counted", "overlap", "deadweight", "attribution", "discount"}


def test_groups_can_be_given_or_switched_off(references):
    assert groups_for(toy_case(), Settings(correlated=()), references[0]) == ()
    assert [group.correlation for group in groups_for(toy_case(), Settings(), references[0])] == [0.5, 0.5]


def test_how_the_numbers_are_known_follows_from_the_inputs():
    case = toy_case()
    assert how_known(case) == "assumed"
    calibrated = {**case.ranges, "cost": case.ranges["cost"].model_copy(update={"kind": "calibrated"})}
    assert how_known(case_for(case.model, calibrated)) == "calibrated"


def test_a_model_with_years_pays_back(references):
    found = analyse(yearly_case(), Settings(), *references, seed=1, draws=2**7, design=2**6)
    assert found.payback["years"].tolist() == pytest.approx([1.25, 1 + 0.2 / (0.8 / 1.035)])


def test_scenarios_and_central_values_that_a_model_brings_are_used(references):
    model = toy_case().model
    object.__setattr__(model, "scenarios", {"central": {"weeks": 25.0, "index": 1.0}, "high": {"weeks": 45.0}})
    case = Settings().case(model, toy_case().ranges)
    assert case.base["weeks"] == 25.0
    assert set(scenarios_for(case, Settings())) == {"central", "high"}
    assert Settings(base={"weeks": 21.0}).case(model, toy_case().ranges).base["weeks"] == 21.0


@pytest.mark.parametrize("study", ["coproduction", "connecting_opportunities"])
def test_the_settings_of_the_studies_load(project_root, study):
    assert isinstance(read_settings(load_study(study, project_root)), Settings)


def test_the_tables_keep_every_row_of_the_analyses(references, tmp_path):
    page, _ = shown(toy_case(), SETTINGS, references, tmp_path)
    switching = {
        result.id.split(".")[2] for result in page.store if ".switching." in result.id and result.id.endswith("switch")
    }
    assert {"weeks", "cost", "deadweight_friends"} <= switching < set(toy_case().varied)
    tornado = [
        result.id
        for result in page.store
        if result.id.startswith("06_sroi_sensitivity.tornado_pounds") and result.id.endswith("swing")
    ]
    assert len(tornado) == len(toy_case().varied) - 1  # the share to government moves nothing
