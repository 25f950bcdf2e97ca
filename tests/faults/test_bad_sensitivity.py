"""Damaged or hostile sensitivity.yaml: one clear error that names the place, and text that stays text."""

import pytest
import yaml
from sensitivity_cases import shown_by_notebook, toy_case

from analysis.errors import InputError
from analysis.reporting.appendix import Appendix
from analysis.sroi.sensitivity.multiverse import Choice, Option, multiverse
from analysis.sroi.sensitivity.settings import Settings, read_settings
from analysis.study import Study, StudyInfo


@pytest.fixture
def study(tmp_path):
    info = StudyInfo.model_validate(
        {
            "id": "toy",
            "title": "t",
            "programme": "p",
            "place": "q",
            "period": {"start": "2020", "end": "2021"},
            "claim_prefix": "TO",
            "source": {"producer": "p", "title": "t", "published": None, "address": None, "licence": "l"},
        }
    )
    (tmp_path / "data" / "raw" / "toy").mkdir(parents=True)
    return Study(tmp_path, info)


def test_no_file_means_the_defaults(study):
    assert read_settings(study) == Settings()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"levles": [1]}, r"column 'levles': found \[1\]; expected no field of this name"),
        ({"levels": ["high"]}, "column 'levels.0': found 'high'"),
        ({"material": 150}, "column 'material': found 150; expected less than or equal to 100"),
        ({"correlated": [{"name": "g", "members": ["a"]}]}, "column 'correlated.0.members'"),
        (
            {"correlated": [{"name": "g", "members": ["a", "b"], "correlation": 2}]},
            "column 'correlated.0.correlation': found 2",
        ),
        ({"choices": [{"name": "c", "options": []}]}, "column 'choices.0.options'"),
        ({"lenses": [{"name": "l"}]}, "column 'lenses.0.rules': found nothing; expected a value"),
        ({"lenses": [{"name": "l", "rules": "r", "discount": "heavy"}]}, "column 'lenses.0.discount': found 'heavy'"),
        ({"across_and_up": ["weeks"]}, "column 'across_and_up"),
        ({"reference_income": 0}, "column 'reference_income': found 0; expected greater than 0"),
    ],
)
def test_a_field_that_does_not_fit_names_its_place(study, content, message):
    (study.raw / "sensitivity.yaml").write_text(yaml.safe_dump(content))
    with pytest.raises(InputError, match=f"data/raw/toy/sensitivity.yaml.*{message}"):
        read_settings(study)


@pytest.mark.parametrize("document", ["- a list", "just words", "choices: [", "!!python/object/apply:os.system [echo]"])
def test_a_document_of_another_structure_is_an_input_error(study, document):
    (study.raw / "sensitivity.yaml").write_text(document)
    with pytest.raises(InputError, match=r"data/raw/toy/sensitivity\.yaml"):
        read_settings(study)


@pytest.mark.parametrize(
    "formula",
    ["__import__('os').system('x')", "cost.__class__", "cost[0]", "abs(cost)", "cost / 0", "cost if cost else 1", ""],
)
def test_an_option_value_that_is_no_plain_formula_is_refused(formula):
    with pytest.raises(InputError, match=r"sensitivity.yaml, column 'hostile'"):
        multiverse(toy_case(), (Choice(name="c", options=(Option(name="hostile", values={"cost": formula}),)),))


def test_text_of_the_file_stays_text_on_the_page(tmp_path):
    hostile = "<script>alert(1)</script> {sroi.ratio} }{ **x** =1+1"
    choices = [{"name": hostile, "options": [{"name": "a"}, {"name": hostile, "leave_out": ["friends"]}]}]
    settings = Settings.model_validate(
        {
            "choices": choices,
            "scenarios": {hostile: {}},
            "lenses": [{"name": hostile, "rules": hostile, "missing": hostile}],
            "overlap": ["friends", "work"],
        }
    )
    _, displays = shown_by_notebook(toy_case(), settings, Appendix("toy", "06_sroi_sensitivity", tmp_path))
    shown = [displays[cell].html for cell in ("cell-07", "cell-19", "cell-28", "cell-29", "cell-35")]
    assert "<script" not in "".join(shown)
    assert sum("&lt;script&gt;" in html for html in shown) >= 3
