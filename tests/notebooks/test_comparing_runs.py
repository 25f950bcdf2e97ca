"""A real change of one assumption in a copy of the project: the right numbers, the right cause, and nothing else."""

import shutil
from pathlib import Path

import pytest
import yaml
from project_copy import copy_project, only_study, run_analysis

from analysis.comparison.compare import compare
from analysis.comparison.runs import read_run

pytestmark = pytest.mark.slow
STUDY, ENTRY = "coproduction", "deadweight_engagement"
NOTEBOOKS = ("02b_participation", "03_before_after", "04_english_and_time", "05_sroi")  # the last, and what it reads


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """05_sroi of one study run twice: as it is, and with a tenth of the engagement that would have happened anyway."""
    before = copy_project(tmp_path_factory.mktemp("before"))
    run(before)
    after = tmp_path_factory.mktemp("copies") / "after"
    shutil.copytree(before, after)
    path = after / "data" / "raw" / STUDY / "assumptions.yaml"
    head, entry, tail = path.read_text(encoding="utf-8").partition(f"- id: {ENTRY}\n")
    path.write_text(head + entry + tail.replace("value: 0.0", "value: 0.1", 1), encoding="utf-8")
    run(after)
    return before, after


def run(folder: Path) -> None:
    """The social return, and before it what it reads: the result of English against time."""
    for notebook in NOTEBOOKS:
        if (
            not (folder / "data" / "processed" / STUDY / "results" / f"{notebook}.json").is_file()
            or notebook == "05_sroi"
        ):
            done = run_analysis(folder, "run", notebook, "--study", STUDY)
            assert done.returncode == 0, done.stderr


def test_one_assumption_is_the_cause_of_every_change(runs):
    found = compare(read_run(runs[0], "before"), read_run(runs[1], "after"))
    assert [(entry.name, entry.fields) for entry in found.entries] == [
        (f"assumption {ENTRY}", (("value", "0.0", "0.1"),))
    ]
    assert {tuple(entry.key for entry in cause.entries) for _, cause in found.changes} == {(ENTRY,)}


def test_the_numbers_that_moved_are_those_it_enters(runs):
    """Engagement is worth £888,888 in the central case: a tenth less is £88,888.80, in its value, the participants' and the whole."""
    changes = {
        change.id: change for change, _ in compare(read_run(runs[0], "before"), read_run(runs[1], "after")).changes
    }
    assert changes["05_sroi.outcomes.friendship_and_purposeful_activity.central"].absolute == pytest.approx(-88_888.8)
    assert changes["05_sroi.scenarios.central.value"].absolute == pytest.approx(-88_888.8)
    assert f"assumption:{ENTRY}" in changes
    unmoved = (
        "claim:",
        "05_sroi.uprating",
        "sroi.headline",
        "05_sroi.outcomes.better_english",
        "05_sroi.outcomes.direct_help",
    )
    assert [name for name in changes if name.startswith(unmoved)] == []


def test_alone_is_the_whole_effect(runs):
    (effect,) = compare(read_run(runs[0], "before"), read_run(runs[1], "after")).alone
    assert effect.ratios[ENTRY] == pytest.approx(effect.after) and effect.rest == pytest.approx(0, abs=1e-12)


def test_a_rerun_of_a_commit_without_results(runs, tmp_path):
    """A commit whose results no cache holds is rerun in a copy, and the project stays as it is."""
    from comparison_runs import git

    folder = copy_project(tmp_path / "p")
    (folder / "params.yaml").write_text(
        one_study((folder / "params.yaml").read_text(encoding="utf-8")), encoding="utf-8"
    )
    (folder / "dvc.yaml").write_text(few_stages((folder / "dvc.yaml").read_text(encoding="utf-8")), encoding="utf-8")
    (folder / "dvc.lock").unlink()
    (folder / ".gitignore").write_text("__pycache__/\n", encoding="utf-8")
    shutil.rmtree(folder / "data" / "raw" / "overviews")  # which tell of notebooks that are not run here
    only_study(folder, STUDY)
    git(folder, "add", "--all")
    git(folder, "-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "--quiet", "--message", "a run")
    refused = run_analysis(folder, "diff", "HEAD", str(runs[0]), "--out", "diff.html")
    assert refused.returncode == 2 and "--rerun" in refused.stderr
    done = run_analysis(folder, "diff", "HEAD", str(runs[0]), "--rerun", "--out", "diff.html")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (
        "rerun for this comparison" in done.stdout
        and git(folder, "status", "--porcelain") == "?? diff.csv\n?? diff.html"
    )


def one_study(text: str) -> str:
    """params.yaml with the notebooks of `NOTEBOOKS` for one study."""
    given = yaml.safe_load(text)
    return yaml.safe_dump({notebook: {STUDY: given[notebook][STUDY]} for notebook in NOTEBOOKS})


def few_stages(text: str) -> str:
    """dvc.yaml with the stages that 05_sroi of one study needs, and collect."""
    stages = yaml.safe_load(text)["stages"]
    kept = {
        name: stages[name] | {"foreach": [STUDY]}
        for name in ("participation", "before_after", "english", "sroi_identified", "collect")
    }
    for stage in kept.values():  # what the focus groups show of the same people is not there to be looked at
        if "do" in stage:
            stage["do"]["deps"] = [dep for dep in stage["do"]["deps"] if "results/02_focus_group_coding" not in dep]
    shared = {name: stages[name] for name in ("page_code", "raw_files")}
    return yaml.safe_dump({"stages": {**shared, **kept}})
