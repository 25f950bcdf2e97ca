"""A damaged audit.yaml: one clear error that names file and place."""

import pytest
import yaml

from analysis.audit.plan import read_plan
from analysis.errors import InputError
from analysis.study import load_study

STUDY = "connecting_opportunities"


def damaged(project, change):
    """The study of a copy of the project whose audit.yaml went through `change`."""
    path = project / "data" / "raw" / STUDY / "audit.yaml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(content)
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return load_study(STUDY, project)


CHANGES = [
    (lambda c: c["totals"][0].update(total="CO-999"), ["CO-999", "no claim of this study"]),
    (lambda c: c["totals"][0].update(parts=[]), ["totals.0.parts", "at least 1"]),
    (lambda c: c["totals"][0].update(relation="roughly"), ["relation", "'roughly'", "equals"]),
    (lambda c: c["totals"][1].update(id=c["totals"][0]["id"]), ["men_and_women", "the id twice"]),
    (lambda c: c["findings"][0].update(checks=["nothing"]), ["nothing", "the id of no check"]),
    (lambda c: c["findings"][0].update(severity="dire"), ["severity", "'dire'", "headline"]),
    (lambda c: c["findings"][0].update(words="{claim:CO-998|bare}"), ["CO-998", "no claim of this study"]),
    (lambda c: c.update(wishes=[]), ["wishes", "no field of this name"]),
    (lambda c: c["systems"][0].update(why=None), ["why", "None"]),
]


@pytest.mark.parametrize(("change", "said"), CHANGES, ids=[said[0] for _, said in CHANGES])
def test_a_plan_that_does_not_fit_is_refused(project, change, said):
    study = damaged(project, change)
    with pytest.raises(InputError) as caught:
        read_plan(study)
    assert f"data/raw/{STUDY}/audit.yaml" in str(caught.value)
    assert all(words in str(caught.value) for words in said)


def test_a_plan_that_is_a_list_is_refused(project):
    path = project / "data" / "raw" / STUDY / "audit.yaml"
    path.write_text("- totals\n", encoding="utf-8")
    with pytest.raises(InputError, match="kinds of check"):
        read_plan(load_study(STUDY, project))


def test_a_plan_without_comparisons_file_has_none(project):
    (project / "data" / "raw" / STUDY / "comparisons.csv").unlink()
    study = damaged(project, lambda c: c.update(findings=[]))
    assert read_plan(study).comparisons == ()
