"""How a page says it was made: hashes that others' programs give too, and commands that run."""

import hashlib
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml

from analysis.cli import _assignment, _parser
from analysis.pipeline.parameters import parameters_for, planned_runs
from analysis.pipeline.provenance import code_hash, colophon, stage_dependencies
from analysis.study import load_study

ROOT = Path(__file__).resolve().parents[2]
RUNS = planned_runs(ROOT)


def told(notebook: str, study: str) -> dict:
    return colophon(load_study(study, ROOT), notebook, parameters_for(ROOT, notebook, study))


@pytest.mark.parametrize(("notebook", "study"), RUNS)
def test_the_command_sets_every_parameter_as_it_was(notebook, study):
    told_of = told(notebook, study)
    command = shlex.split(told_of["How to rerun this page"][1])
    assert command[:3] == [".venv/bin/python", "-m", "analysis"]
    options = _parser().parse_args(command[3:])
    assert (options.notebook, options.study) == (notebook, study)
    given = dict(_assignment(text) for text in options.parameter)
    assert parameters_for(ROOT, notebook, study, given) == parameters_for(ROOT, notebook, study)
    expected = parameters_for(ROOT, notebook, study).model_dump()
    assert set(given) | {"study"} == set(expected) == set(told_of["Parameters"])


@pytest.mark.parametrize(("notebook", "study"), RUNS)
def test_seeds_are_named_wherever_there_are_any(notebook, study):
    given = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))[notebook][study]
    seeds = {name: value for name, value in given.items() if "seed" in name}
    assert told(notebook, study)["Seeds"] == (seeds or "none: nothing on this page is random")


def test_inputs_are_hashed_as_they_stand():
    inputs = told("05_sroi", "coproduction")["Inputs, with SHA-256"]
    assert {"notebooks/05_sroi.ipynb", "data/raw/coproduction/claims.csv", "data/raw/reference/uk_cpi_annual.csv", "requirements.lock"} <= set(inputs)
    assert {name: hashlib.sha256((ROOT / name).read_bytes()).hexdigest() for name in inputs} == inputs


def test_the_code_s_hash_is_that_of_sha256sum():
    places = [dep for dep in stage_dependencies(ROOT, "08_claims_audit", "coproduction") if dep.startswith("src/")]
    listed = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard", *places], capture_output=True, check=True)
    names = sorted(name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file())
    lines = subprocess.run(["sha256sum", *names], cwd=ROOT, capture_output=True, check=True).stdout
    assert len(names) > 20
    assert code_hash(load_study("coproduction", ROOT), "08_claims_audit") == hashlib.sha256(lines).hexdigest()


def test_changed_code_shows(tmp_path):
    import shutil

    for part in ("src", "data/raw/coproduction", "dvc.yaml", "params.yaml"):
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        (tmp_path / part).parent.mkdir(parents=True, exist_ok=True)
        copy(ROOT / part, tmp_path / part)
    study = load_study("coproduction", tmp_path)
    before = code_hash(study, "05_sroi")
    with (tmp_path / "src/analysis/sroi/model.py").open("a") as code:
        code.write("# a comment\n")
    assert code_hash(study, "05_sroi") != before
    assert code_hash(study, "08_claims_audit") == code_hash(load_study("coproduction", ROOT), "08_claims_audit")
