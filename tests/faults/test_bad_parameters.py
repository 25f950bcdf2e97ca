"""Parameters that are misspelt, unused, mistyped or out of range stop the run before a kernel starts."""

import json
import shutil
from pathlib import Path

import pytest
import yaml

from analysis.census.baseline import Settings
from analysis.cli import main
from analysis.errors import InputError
from analysis.pipeline.parameter_models import MODELS, CensusParameters, SroiParameters
from analysis.pipeline.parameters import assignment, check_notebook, parameters_for, planned_runs, yaml_value

ROOT = Path(__file__).resolve().parents[2]


def test_every_planned_run_has_valid_parameters(project):
    assert [parameters_for(project, notebook, study).study for notebook, study in planned_runs(project)]
    assert {notebook for notebook, _ in planned_runs(project)} == set(MODELS)


CHANGES = [
    ({"scenaro": "high"}, ["scenaro", "unknown parameter", "scenario (", "study ("]),
    ({"scenario": "a\x07b"}, ["scenario", "the published scenario that heads the page"]),
    ({"scenario": 3}, ["scenario", "3"]),
    ({"scenario": None}, ["scenario", "None"]),
    ({"study": 7}, ["study", "7"]),
]


@pytest.mark.parametrize(("changes", "words"), CHANGES)
def test_bad_parameters_are_listed_with_the_valid_ones(project, changes, words):
    with pytest.raises(InputError) as error:
        parameters_for(project, "05_sroi", "coproduction", changes)
    assert [word for word in words if word not in str(error.value)] == [], str(error.value)


@pytest.mark.parametrize("value", [-1.0, 50.5, "ten", True])
def test_a_number_out_of_range_or_of_another_type(project, value):
    with pytest.raises(InputError, match="near_target"):
        parameters_for(project, "07_programme_performance", "connecting_opportunities", {"near_target": value})


def test_unknown_notebook_and_study(project):
    with pytest.raises(InputError, match="05_sroi"):
        parameters_for(project, "99_nothing", "coproduction")
    with pytest.raises(InputError, match="connecting_opportunities"):
        parameters_for(project, "07_programme_performance", "coproduction")


def test_params_yaml_of_another_structure(project):
    for content in ("just text", "[1]", "05_sroi: 3", "05_sroi: {coproduction: 3}"):
        (project / "params.yaml").write_text(content, encoding="utf-8")
        with pytest.raises(InputError, match=r"params\.yaml"):
            planned_runs(project)


def test_a_parameter_the_notebook_never_uses():
    cell = "study = 'x'\nscenario = 'low'"
    check_notebook("print(study, scenario)", cell, SroiParameters, "notebooks/n.ipynb")
    with pytest.raises(InputError, match="never used"):
        check_notebook("print(study)", cell, SroiParameters, "notebooks/n.ipynb")
    with pytest.raises(InputError, match="not set in the parameters cell"):
        check_notebook("print(study, scenario)", "study = 'x'", SroiParameters, "notebooks/n.ipynb")
    with pytest.raises(InputError, match="unknown"):
        check_notebook("print(study, scenario)", cell + "\nextra: int = 3", SroiParameters, "notebooks/n.ipynb")


def no_kernel(*arguments, **more):
    raise AssertionError("a kernel was about to start")


def test_the_command_line_refuses_before_a_kernel_starts(project, monkeypatch, capsys):
    monkeypatch.chdir(project)
    monkeypatch.setattr("papermill.execute_notebook", no_kernel)
    for arguments in (["-p", "scenaro=high"], ["-p", "scenario=7"], ["-p", "scenario"], ["-p", "scenario: ["]):
        assert main(["run", "05_sroi", "--study", "coproduction", *arguments]) == 1
        assert capsys.readouterr().err.startswith("error: ")
    path = project / "notebooks" / "05_sroi.ipynb"
    content = json.loads(path.read_text(encoding="utf-8"))
    for cell in content["cells"]:
        cell["metadata"] = {}
    path.write_text(json.dumps(content), encoding="utf-8")
    assert main(["run", "05_sroi", "--study", "coproduction"]) == 1
    assert "0 cells tagged 'parameters'" in capsys.readouterr().err


def test_a_scenario_the_source_does_not_print(project, monkeypatch, capsys):
    """Valid in itself, but not for this study: told when the notebook opens the study."""
    content = yaml.safe_load((project / "params.yaml").read_text(encoding="utf-8"))
    assert content["05_sroi"]["connecting_opportunities"] == {"scenario": "as published"}
    from analysis.sroi.published import headline, read_published
    from analysis.study import load_study

    study = load_study("connecting_opportunities", project)
    with pytest.raises(InputError, match="as published"):
        headline(read_published(study), study, "high")


CENSUS_CHANGES = [
    {"draws": 199},
    {"draws": 100_001},
    {"draws": "many"},
    {"horizon_years": -1},
    {"horizon_years": 31},
    {"horizon_years": 2.5},
    {"survey_correlation": 1.0},
    {"survey_correlation": -0.1},
    {"allocation": "guess"},
    {"seed": -1},
    {"area": 7},
    {"area": ""},
    {"area": "a\u0007"},
    {"area": "E" * 101},
    {"comparison": []},
    {"comparison": "E06000044, E06000045"},
    {"survey_year": 1999},
]


@pytest.mark.parametrize("changes", CENSUS_CHANGES, ids=str)
def test_the_census_baseline_refuses_what_it_cannot_use(project, changes):
    with pytest.raises(InputError, match=next(iter(changes))):
        parameters_for(project, "01_census_baseline", "coproduction", changes)


def test_the_census_baseline_s_parameters_are_the_settings_of_its_module():
    """The same names, defaults in params.yaml, and the same ends, so that no run passes one check and fails the other."""
    settings = Settings.model_json_schema()["properties"]
    parameters = CensusParameters.model_json_schema()["properties"]
    assert set(settings) <= set(parameters) == set(settings) | {"study", "area", "comparison"}
    for name, values in settings.items():
        for end in ("minimum", "maximum", "exclusiveMaximum", "enum"):
            assert name == "survey_year" or values.get(end) == parameters[name].get(end), (name, end)


def given(project, notebook, study, capsys, *settings) -> str:
    """What a run with parameters on the command line says when it is refused."""
    arguments = [part for setting in settings for part in ("-p", setting)]
    assert main(["run", notebook, "--study", study, *arguments]) == 1
    return capsys.readouterr().err


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("area=Portsmouth", ["'--parameter area'", "Portsmouth is E06000044"]),
        ("area=Leeds", ["'--parameter area'", "Leeds is E08000035"]),
        ("area=S12000036", ["'--parameter area'", "the 2011 tables read here are of England and Wales"]),
        ("area=E08000037", ["'--parameter area'", "set area to E08000020"]),
        ("comparison=E06000045 Coventry", ["'--parameter comparison'", "Coventry is E08000026"]),
        ("comparison=E06000045, E08000026", ["'--parameter comparison'", "E06000045 is Southampton"]),
        ("area=", ["'--parameter area'", "an area code of the 2011 Census"]),
        ("draws=many", ["'--parameter draws'", "'many'"]),
        ("aera=E06000044", ["'--parameter aera'", "an unknown parameter"]),
    ],
)
def test_what_the_command_line_gave_is_named_with_its_place_and_advice(project, monkeypatch, capsys, setting, words):
    shutil.copytree(ROOT / "data/raw/reference", project / "data/raw/reference")
    monkeypatch.chdir(project)
    monkeypatch.setattr("papermill.execute_notebook", no_kernel)
    told = given(project, "01_census_baseline", "coproduction", capsys, setting)
    assert [word for word in ("the command line", *words) if word not in told] == [], told
    assert "params.yaml" not in told and "pattern" not in told


@pytest.mark.parametrize("setting", ["as_of=31/12/2022", "as_of=yesterday"])
def test_a_day_of_another_form_is_told_what_form(project, monkeypatch, capsys, setting):
    monkeypatch.chdir(project)
    told = given(project, "07_programme_performance", "connecting_opportunities", capsys, setting)
    assert "'--parameter as_of'" in told and "yyyy-mm-dd" in told and "pattern" not in told


def test_an_empty_value_is_the_empty_text(project):
    """On the command line, in a sweep, and in params.yaml with nothing after the colon."""
    assert yaml_value("") == yaml_value(" ") == "" and assignment("as_of=") == ("as_of", "")
    for value in ("", None):
        found = parameters_for(project, "07_programme_performance", "connecting_opportunities", {"as_of": value})
        assert found.as_of == ""
    text = (project / "params.yaml").read_text(encoding="utf-8")
    (project / "params.yaml").write_text(text.replace('as_of: ""', "as_of: "), encoding="utf-8")
    assert parameters_for(project, "07_programme_performance", "connecting_opportunities").as_of == ""


def test_a_parameter_that_a_new_study_lacks_is_told_what_it_is(project):
    path = project / "params.yaml"
    text = path.read_text(encoding="utf-8")
    for notebook in ("01_census_baseline", "08_claims_audit"):
        text = text.replace(f"{notebook}:", f"{notebook}:\n  new:")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="new.area': found nothing; expected .*area") as caught:
        parameters_for(project, "01_census_baseline", "new")
    assert "pattern" not in str(caught.value)
    assert parameters_for(project, "08_claims_audit", "new").planted == 200  # what has a default need not be set


def test_what_params_yaml_holds_is_named_by_its_place_there(project):
    path = project / "params.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("near_target: 10.0", "near_target: ten"), encoding="utf-8")
    with pytest.raises(
        InputError, match="params.yaml, column '07_programme_performance.connecting_opportunities.near_target'"
    ):
        parameters_for(project, "07_programme_performance", "connecting_opportunities", {"as_of": ""})


@pytest.mark.parametrize(
    ("notebook", "study", "settings", "place", "words"),
    [
        ("07_programme_performance", "connecting_opportunities", ["as_of=2022-02-30"], "as_of", "the calendar has"),
        ("07_programme_performance", "connecting_opportunities", ["as_of=2022-13-01"], "as_of", "the calendar has"),
        ("03_before_after", "coproduction", ["disclosure=10"], "disclosure", "expected minimum_cell: people below"),
        ("05_sroi", "coproduction", ["scenario=low", "scenario=high"], "scenario", "the parameter twice"),
    ],
)
def test_a_slip_on_the_command_line_is_told_there_in_plain_words(
    project, monkeypatch, capsys, notebook, study, settings, place, words
):
    monkeypatch.chdir(project)
    given = [part for setting in settings for part in ("-p", setting)]
    assert main(["run", notebook, "--study", study, *given]) == 1
    told = capsys.readouterr().err
    assert f"the command line, column '--parameter {place}'" in told and words in told, told
