"""How a page says it was made: hashes that others' programs give too, and commands that run."""

import hashlib
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from analysis.cli import _parser
from analysis.pipeline.page_code import write_page_code
from analysis.pipeline.parameters import assignment, parameters_for, planned_runs
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
    given = dict(assignment(text) for text in options.parameter)
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
    assert {
        "notebooks/05_sroi.ipynb",
        "data/raw/coproduction/claims.csv",
        "data/raw/reference/uk_cpi_annual.csv",
        "requirements.lock",
    } <= set(inputs)
    assert {name: hashlib.sha256((ROOT / name).read_bytes()).hexdigest() for name in inputs} == inputs


@pytest.fixture
def copy(tmp_path) -> Path:
    """A copy of what the code's hash is made from."""
    for part in ("src", "data/raw/coproduction", "dvc.yaml", "params.yaml"):
        copied = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        (tmp_path / part).parent.mkdir(parents=True, exist_ok=True)
        copied(ROOT / part, tmp_path / part)
    return tmp_path


def hashes(folder: Path) -> list[str]:
    write_page_code(folder)
    return [code_hash(load_study("coproduction", folder), notebook) for notebook in ("05_sroi", "08_claims_audit")]


def test_the_code_s_hash_is_that_of_sha256sum(copy):
    stages = yaml.safe_load((copy / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    places = [
        dep
        for dep in (*stages["page_code"]["deps"], *stage_dependencies(copy, "08_claims_audit", "coproduction"))
        if dep.startswith("src/")
    ]
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard", *places],
        capture_output=True,
        check=True,
    )
    names = sorted(name for name in set(listed.stdout.decode().split("\0")) if name and (copy / name).is_file())
    lines = subprocess.run(["sha256sum", *names], cwd=copy, capture_output=True, check=True).stdout
    assert len(names) > 40
    assert hashes(copy)[1] == hashlib.sha256(lines).hexdigest()


@pytest.mark.parametrize(
    ("file", "changed"),
    [
        ("sroi/model.py", [True, False]),
        ("results.py", [True, True]),
        ("reporting/render.py", [True, True]),
        ("reporting/template/style.css", [False, False]),  # laid on at publication, which no stage's page rests on
        ("sweep.py", [False, False]),
    ],
)
def test_changed_code_shows_on_the_pages_that_rest_on_it(copy, file, changed):
    before = hashes(copy)
    with (copy / "src/analysis" / file).open("a", encoding="utf-8") as code:
        code.write("# a comment\n")
    assert [one != other for one, other in zip(before, hashes(copy), strict=True)] == changed
