"""A team puts its own files into a study's folder: the same notebook measures, and nothing about anybody comes out."""

import json
from pathlib import Path

import pytest
from made_up import make_example, write_example
from project_copy import copy_project, run_analysis

pytestmark = pytest.mark.slow
NOTEBOOK = "02b_participation"
BY_HAND = """from analysis.reporting.markup import Display
person = evidence.records.questionnaire.values["person_id"].iloc[3]
Display(({"type": "output", "text": str(person)},), plain="somebody")"""
AS_A_TABLE = """from analysis.reporting.showing import show
show(evidence.records.questionnaire.values[["person_id"]].head(3), "Some people", kind="measured")"""


@pytest.fixture(scope="module")
def with_records(tmp_path_factory) -> Path:
    """A copy of the project with CSV files among the raw data of the coproduction study."""
    folder = copy_project(tmp_path_factory.mktemp("records"))
    for path in write_example(folder / "data/raw/coproduction/records", seed=11):
        path.write_text(
            path.read_text(encoding="utf-8").replace("coproduction_example", "coproduction"), encoding="utf-8"
        )
    return folder


def test_own_records_give_measured_pages(with_records):
    done = run_analysis(with_records, "run", "03_before_after", "--study", "coproduction")
    assert done.returncode == 0, done.stderr
    folder = with_records / "data/processed/coproduction"
    results = json.loads((folder / "results/03_before_after.json").read_text(encoding="utf-8"))["results"]
    assert (results["headline.n"]["kind"], results["headline.n"]["value"]) == ("measured", 57)
    page = (folder / "pages/03_before_after.json").read_text(encoding="utf-8")
    assert "synthetic" not in page
    assert not any(person in page for person in make_example(11)["questionnaire"]["person_id"])
    decided = json.loads((folder / "results/03_before_after.disclosure.json").read_text(encoding="utf-8"))
    assert {"hidden", "refused"} <= {each["decision"] for each in decided["decisions"]}


@pytest.mark.parametrize("leak", [BY_HAND, AS_A_TABLE])
def test_a_leak_planted_in_a_notebook_stops_the_run(with_records, leak):
    path = with_records / "notebooks" / f"{NOTEBOOK}.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["cells"].insert(
        -1, {"cell_type": "code", "id": "leak", "metadata": {}, "source": leak, "outputs": [], "execution_count": None}
    )
    before = path.read_text(encoding="utf-8")
    path.write_text(json.dumps(notebook), encoding="utf-8")
    done = run_analysis(with_records, "run", NOTEBOOK, "--study", "coproduction")
    path.write_text(before, encoding="utf-8")
    assert done.returncode != 0
    assert "the id of a person" in done.stderr
    assert "EX-" not in done.stderr
    assert not (with_records / "data/processed/coproduction/pages" / f"{NOTEBOOK}.json").exists()
