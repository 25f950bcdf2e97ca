"""dvc.yaml describes what really depends on what: a change must rerun every stage it can affect, and no others."""

import subprocess
import sys
from pathlib import Path

import project_copy
import pytest
import yaml

from analysis.pipeline.parameters import planned_runs

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src"
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT)]
import dependencies
from dependencies import notebook_of

from benchmarks import pipeline

STAGES = dependencies.stages()
NOTEBOOK_STAGES = dependencies.notebook_stages()


@pytest.mark.parametrize("name", sorted(NOTEBOOK_STAGES))
def test_a_stage_depends_on_every_module_its_notebook_reaches(name):
    assert "data/processed/page_code.txt" in NOTEBOOK_STAGES[name]["do"]["deps"]
    deps = [ROOT / dep for dep in (*NOTEBOOK_STAGES[name]["do"]["deps"], *STAGES["page_code"]["deps"])]
    modules = dependencies.reached(notebook_of(NOTEBOOK_STAGES[name]))
    assert SRC / "analysis/pipeline/stage.py" in modules
    assert SRC / "analysis/reporting/appendix.py" in modules
    assert [path for path in modules if path != SRC / "analysis/__init__.py" and not covered(path, deps)] == []


def covered(path: Path, deps: list[Path]) -> bool:
    return any(path == dep or dep in path.parents for dep in deps)


@pytest.mark.slow
def test_stages_depend_on_what_their_runs_read_and_on_nothing_else():
    """Every notebook is run; `python scripts/dependencies.py --write` puts right what this finds."""
    done = subprocess.run([sys.executable, "scripts/dependencies.py"], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("open('data/raw/s/a.csv').close()", {"data/raw/s/a.csv"}),
        ("Path('data/raw/s/a.csv').exists()", {"data/raw/s/a.csv"}),
        ("Path('data/raw/s/not there.csv').is_file()", {"data/raw/s"}),
        ("Path('data/raw/s/t/u/not there.csv').is_file()", {"data/raw/s"}),
        ("list(Path('data/raw/s').glob('*.csv'))", {"data/raw/s"}),
        ("os.listdir('data/raw/s/sub')", {"data/raw/s/sub"}),
        ("Path('data/raw/s/sub').is_dir()", set()),
        ("open('data/processed/x.json', 'w').close()", set()),
        ("Path('params.yaml').exists()", set()),
    ],
)
def test_what_a_process_reads_is_seen(tmp_path, code, expected):
    """Also what it looks for in vain: the file could be there next time."""
    for file in ("data/raw/s/a.csv", "data/raw/s/sub/b.csv", "data/processed/.gitkeep", "params.yaml"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text("")
    recording = (
        "import os, sys\nfrom pathlib import Path\n"
        f"sys.path.insert(0, {str(ROOT / 'scripts')!r})\nimport dependencies\nroot = Path.cwd()\n"
        f"recorder = dependencies.Recorder(root / 'data')\nrecorder.start()\n{code}\n"
        "print(*sorted(path.relative_to(root).as_posix() for path in recorder.inputs(root / 'data/raw')), sep='\\n')"
    )
    done = subprocess.run([sys.executable, "-c", recording], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert set(done.stdout.split("\n")) - {""} == expected


def test_dependencies_are_put_right_for_one_stage_only():
    text = "stages:\n  one:\n    do:\n      deps:\n        - a\n        - b\n      outs:\n        - c\n  two:\n    do:\n      deps:\n        - a\n"
    assert yaml.safe_load(dependencies.put_right(text, "one", ["x"])) == {
        "stages": {"one": {"do": {"deps": ["x"], "outs": ["c"]}}, "two": {"do": {"deps": ["a"]}}}
    }


@pytest.mark.parametrize("name", sorted(NOTEBOOK_STAGES))
def test_a_stage_tracks_its_notebook_its_inputs_and_its_parameters(name):
    notebook, stage = notebook_of(NOTEBOOK_STAGES[name]), NOTEBOOK_STAGES[name]["do"]
    assert f"notebooks/{notebook}.ipynb" in stage["deps"]
    assert any(dep in ("data/raw/${item}", "data/raw/${item}/study.yaml") for dep in stage["deps"])
    assert "requirements.lock" in stage["deps"]
    assert stage["params"] == [f"{notebook}.${{item}}"]
    assert stage["outs"][-1].endswith(f"pages/{notebook}.json")


@pytest.mark.parametrize("name", sorted(NOTEBOOK_STAGES))
def test_a_joint_proof_depends_on_what_earlier_notebooks_decided(name):
    """Every stage of 02, 02b, 03 and 04 leaves a record of its decisions, and each of these rests on those before."""
    stage, about_people = NOTEBOOK_STAGES[name]["do"], ("02", "02b", "03", "04")
    number = notebook_of(NOTEBOOK_STAGES[name]).partition("_")[0]
    records = [out for out in stage["outs"] if out.endswith(".disclosure.json")]
    assert number not in about_people or len(records) == 1
    earlier = {
        out
        for other in NOTEBOOK_STAGES.values()
        if set(other["foreach"]) & set(NOTEBOOK_STAGES[name]["foreach"])
        for out in other["do"]["outs"]
        if records and out.endswith(".disclosure.json") and out < records[0]
    }
    assert earlier <= set(stage["deps"])


def test_stages_and_params_plan_the_same_runs():
    staged = {(notebook_of(stage), study) for stage in NOTEBOOK_STAGES.values() for study in stage["foreach"]}
    assert staged == set(planned_runs(ROOT))
    assert set(STAGES["collect"]["foreach"]) == {study for _, study in planned_runs(ROOT)}


def test_nothing_flows_backwards():
    """No stage writes raw data, and no two write the same file."""
    outs = [
        out.replace("${item}", study)
        for stage in STAGES.values()
        for study in stage.get("foreach", [""])
        for out in stage.get("do", stage)["outs"]
    ]
    assert len(outs) == len(set(outs))
    assert all(out.startswith("data/processed/") for out in outs)


def test_nothing_that_a_stage_makes_is_tracked_by_git():
    """DVC would refuse such an output; the pipeline's own runner leaves git out of its record."""
    patterns = [
        out.replace("${item}", item)
        for stage in STAGES.values()
        for item in stage.get("foreach", [""])
        for out in stage.get("do", stage)["outs"]
    ]
    assert patterns and all(pattern.startswith("data/processed/") for pattern in patterns)
    tracked = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True)
    assert tracked.stdout == ""


def test_the_benchmark_runs_on_all_that_a_run_reads():
    """The copy that tests reproduce in full is a yardstick; what only tests or packaging read need not be there."""
    assert set(project_copy.PARTS) - set(pipeline.PARTS) == {
        "dvc.lock",
        "pyproject.toml",
        "README.md",
        "benchmarks/results",
    }
