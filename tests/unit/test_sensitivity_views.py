"""The notebook's tables and figures, from the toy model with and without settings: every number recorded, nothing lost."""

import pytest
from numbers_check import check_numbers
from sensitivity_cases import Function, coproduction, entry, shown_by_notebook, toy_case, yearly_case

from analysis.reporting.appendix import Appendix
from analysis.sroi.model import read_model
from analysis.sroi.sensitivity.appraisal import payback, read_reference
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


def shown(case, settings, folder):
    return shown_by_notebook(case, settings, Appendix("toy", "06_sroi_sensitivity", folder))


@pytest.mark.parametrize("settings", [Settings(), SETTINGS], ids=["defaults", "everything asked for"])
def test_every_number_shown_is_a_recorded_result(settings, tmp_path):
    page, displays = shown(toy_case(), settings, tmp_path)
    assert check_numbers("".join(display.html for display in displays.values()), page.store) == []


def test_every_number_of_the_model_leads_to_the_entries_that_the_model_rests_on(project_root):
    """Of the study whose model has several outcomes; what an outcome or a beneficiary is worth rests on fewer."""
    study, settings = coproduction()
    model = read_model(study)
    page = Appendix("coproduction", "06_sroi_sensitivity", project_root)
    case = settings.joint_case(model, study, 1)
    _, shown = shown_by_notebook(case, settings, page, study.claims, printed={4.67: "published"})
    displays = {name: display.plain for name, display in shown.items()}
    said = " ".join(displays.values()).lower()
    ids = {name.replace("_", " "): e.short_label for name, e in study.register.items() if "_" in name}
    assert [words for words, label in ids.items() if words in said and words not in label.lower()] == []
    off = "take nothing off for deadweight, displacement, attribution and drop-off, and the ranges do"
    assert f"give more than the published ratio: the base values {off}" in displays["cell-07"]
    low = Appendix("coproduction", "06_sroi_sensitivity", project_root)
    _, below = shown_by_notebook(case, settings, low, study.claims, printed={1.0: "published"})
    assert "give more than the published ratio." in below["cell-07"].plain and off not in below["cell-07"].plain
    solved = ", because the cost was solved for"
    assert f"{solved} so that the model meets" in displays["cell-07"]
    assert displays["cell-07"].count(solved) == 2 and solved in displays["cell-21"] and solved in displays["cell-26"]
    entries = {f"assumption:{name}" for name in model.inputs}
    fewer = [name for name, result in page.store.by_id.items() if not entries <= reached(page, result.inputs)]
    parts = (".ranges.", ".materiality.", ".optimism.", ".beneficiaries.", "claim:")
    assert fewer and {name for name in fewer if not any(part in name for part in parts)} == set()
    assert reached(page, page.store["06_sroi_sensitivity.materiality.engagement.value"].inputs) == {
        f"assumption:{name}" for name in ENGAGEMENT
    }
    files = {name for result in page.store for name in result.inputs if name.startswith("data/")}
    raw = "data/raw/{}".format
    assert files == {
        raw("coproduction/value_map.csv"),
        raw("coproduction/sensitivity.yaml"),
        raw("reference/green_book_stpr.csv"),
        raw("reference/wellby_values.csv"),
        raw("reference/gdp_deflator.csv"),
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


def test_the_answer_says_what_the_analyses_found(tmp_path):
    page, displays = shown(toy_case(), SETTINGS, tmp_path)
    assert page.store["sensitivity.base.ratio"].value == pytest.approx(1.584)
    assert page.store["sensitivity.fall"].value == pytest.approx(100 * (1 - 1 / 1.584))
    assert "moves the ratio most" in displays["cell-07"].plain
    assert page.store["sensitivity.draws.ratio"].low < page.store["sensitivity.draws.ratio"].high
    assert page.store["sensitivity.draws.ratio"].interval == "middle 95% of the draws"


def test_a_programme_that_does_not_pay_is_said_not_to_pay(tmp_path):
    _, displays = shown(toy_case().held_at({"people": 10.0}), Settings(), tmp_path)
    assert "value falls short of cost" in displays["cell-07"].plain
    assert "could fall by" not in displays["cell-07"].plain


def test_of_a_model_of_one_fixed_input_only_what_there_is_is_shown(tmp_path):
    register = {"x": entry("x", 2.0)}
    page, displays = shown(case_for(Function(("x",), lambda x: x), register), Settings(), tmp_path)
    assert page.store["sensitivity.base.ratio"].value == 2.0
    assert "no assumption has a range" in displays["cell-07"].plain
    absent = {
        "cell-09",
        "cell-11",
        "cell-12",
        "cell-14",
        "cell-16",
        "cell-17",
        "cell-23",
        "cell-24",
        "cell-28",
        "cell-29",
    }
    assert not absent & set(displays) and {"cell-19", "cell-21", "cell-31", "effect-and-cost"} <= set(displays)


def test_default_choices_follow_from_the_model():
    names = {choice.name: [option.name for option in choice.options] for choice in choices_for(toy_case(), Settings())}
    assert names["outcomes counted"] == ["all", "without friends", "without work"]
    assert names["deadweight"] == ["base", "low end", "high end"]
    assert set(names) == {"outcomes counted", "overlap", "deadweight", "attribution", "discount"}


def test_groups_can_be_given_or_switched_off(project_root):
    stipulated = read_stipulated(project_root)
    assert groups_for(toy_case(), Settings(correlated=()), stipulated) == ()
    assert [group.correlation for group in groups_for(toy_case(), Settings(), stipulated)] == [0.5, 0.5]


def test_how_the_numbers_are_known_follows_from_the_inputs():
    case = toy_case()
    assert case.kind == "assumed"
    calibrated = {**case.ranges, "cost": case.ranges["cost"].model_copy(update={"kind": "calibrated"})}
    assert case_for(case.model, calibrated).kind == "calibrated"


def test_a_model_with_years_pays_back(project_root):
    assert payback(toy_case(), read_reference(project_root)) is None
    found = payback(yearly_case(), read_reference(project_root))
    assert found["years"].tolist() == pytest.approx([1.25, 1 + 0.2 / (0.8 / 1.035)])


def test_scenarios_and_central_values_that_a_model_brings_are_used():
    model = toy_case().model
    object.__setattr__(model, "scenarios", {"central": {"weeks": 25.0, "index": 1.0}, "high": {"weeks": 45.0}})
    case = Settings().case(model, toy_case().ranges)
    assert case.base["weeks"] == 25.0
    assert set(scenarios_for(case, Settings())) == {"central", "high"}
    assert Settings(base={"weeks": 21.0}).case(model, toy_case().ranges).base["weeks"] == 21.0


@pytest.mark.parametrize("study", ["coproduction", "connecting_opportunities"])
def test_the_settings_of_the_studies_load(project_root, study):
    assert isinstance(read_settings(load_study(study, project_root)), Settings)


def test_the_tables_keep_every_row_of_the_analyses(tmp_path):
    page, _ = shown(toy_case(), SETTINGS, tmp_path)
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
