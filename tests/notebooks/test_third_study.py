"""A published study that is neither of the two, from its files to its pages: no list names it, no line of code is its own."""

import json
import shutil
from pathlib import Path

import pytest
from project_copy import ROOT, copy_project, run_analysis

from analysis.study.claims import claims_in

THIRD = "volunteering_wellbeing"
# What only the two programmes that came with the project have, none of which may be said of another.
OTHERS = ("English", "migrant", "ESOL", "Gateway", "national programme", "women", "co-production")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    root = copy_project(tmp_path_factory.mktemp("third"))
    shutil.copytree(ROOT / "tests" / "studies" / THIRD, root / "data" / "raw" / THIRD)
    for notebook in ("05_sroi", "08_claims_audit"):
        done = run_analysis(root, "run", notebook, "--study", THIRD)
        assert done.returncode == 0, done.stderr + done.stdout
    return root


def results(root: Path, notebook: str) -> dict:
    path = root / "data" / "processed" / THIRD / "results" / f"{notebook}.json"
    return json.loads(path.read_text(encoding="utf-8"))["results"]


def test_the_ratio_stands_as_printed_and_no_more_is_claimed(project):
    found = results(project, "05_sroi")
    assert found["sroi.headline"]["text"] == "£3.50"
    assert found["sroi.headline.recomputed"]["value"] is None
    assert not any(name.startswith(("05_sroi.scenarios", "05_sroi.parts", "derived.")) for name in found)
    assert not (project / "data" / "processed" / THIRD / "workbooks").exists()


def test_two_numbers_of_recruits_are_found_and_sixteen_weeks_hold(project):
    """231 on one page and 230 on another; 10 + 6 = 16; 80 % of 83, 75 % and 30 % of 231 are shares that can be."""
    verdicts = (project / "data" / "processed" / THIRD / "claims.csv").read_text(encoding="utf-8").splitlines()
    wrong = {claim for line in verdicts if "inconsistent" in line for claim in claims_in(line.split(",")[0])}
    assert wrong == {"VW-004", "VW-008"}


@pytest.mark.parametrize("notebook", ["05_sroi", "08_claims_audit"])
def test_nothing_is_said_of_it_that_is_another_study_s(project, notebook):
    page = (project / "data" / "processed" / THIRD / "pages" / f"{notebook}.json").read_text(encoding="utf-8")
    said = json.dumps(json.loads(page)["blocks"], ensure_ascii=False)
    assert [word for word in OTHERS if word in said] == []
