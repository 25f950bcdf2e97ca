"""dvc.yaml describes what really depends on what: a change must rerun every stage it can affect, and no others."""

import ast
import json
from pathlib import Path

import pytest
import yaml

from analysis.pipeline.parameters import planned_runs

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src"
STAGES = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]


def notebook_of(stage: dict) -> str:
    words = stage["do"]["cmd"].split()
    return words[4] if words[3] == "run" else ""


NOTEBOOK_STAGES = {name: stage for name, stage in STAGES.items() if notebook_of(stage)}


def module_file(name: str) -> Path | None:
    """The file of a dotted module name inside src, if it is one of ours."""
    base = SRC.joinpath(*name.split("."))
    return next((path for path in (base.with_suffix(".py"), base / "__init__.py") if path.is_file()), None)


def imported(code: str) -> set[Path]:
    """Our own modules that a piece of code imports, anywhere in it."""
    names = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {path for name in names if name.startswith("analysis") and (path := module_file(name))}


def reached(code: str) -> set[Path]:
    """All of our modules that a piece of code reaches, directly or through others."""
    found, pending = set(), imported(code)
    while pending:
        path = pending.pop()
        found.add(path)
        pending |= imported(path.read_text(encoding="utf-8")) - found
    return found


@pytest.mark.parametrize("name", sorted(NOTEBOOK_STAGES))
def test_a_stage_depends_on_every_module_its_notebook_reaches(name):
    notebook = notebook_of(NOTEBOOK_STAGES[name])
    content = json.loads((ROOT / "notebooks" / f"{notebook}.ipynb").read_text(encoding="utf-8"))
    code = "\n".join("".join(cell["source"]) for cell in content["cells"] if cell["cell_type"] == "code")
    deps = [ROOT / dep for dep in NOTEBOOK_STAGES[name]["do"]["deps"]]
    uncovered = [path for path in reached(code) if path != SRC / "analysis" / "__init__.py" and not covered(path, deps)]
    assert uncovered == []


def covered(path: Path, deps: list[Path]) -> bool:
    return any(path == dep or dep in path.parents for dep in deps)


@pytest.mark.parametrize("name", sorted(NOTEBOOK_STAGES))
def test_a_stage_tracks_its_notebook_its_inputs_and_its_parameters(name):
    notebook, stage = notebook_of(NOTEBOOK_STAGES[name]), NOTEBOOK_STAGES[name]["do"]
    assert f"notebooks/{notebook}.ipynb" in stage["deps"]
    assert any(dep.startswith("data/raw/${item}") for dep in stage["deps"])
    assert "requirements.lock" in stage["deps"]
    assert stage["params"] == [f"{notebook}.${{item}}"]
    assert stage["outs"][-1].endswith(f"pages/{notebook}.html")


def test_stages_and_params_plan_the_same_runs():
    staged = {(notebook_of(stage), study) for stage in NOTEBOOK_STAGES.values() for study in stage["foreach"]}
    assert staged == set(planned_runs(ROOT))
    assert set(STAGES["collect"]["foreach"]) == {study for _, study in planned_runs(ROOT)}


def test_nothing_flows_backwards():
    """No stage writes raw data, and no two write the same file."""
    outs = [out.replace("${item}", study) for stage in STAGES.values() for study in stage["foreach"] for out in stage["do"]["outs"]]
    assert len(outs) == len(set(outs))
    assert all(out.startswith("data/processed/") for out in outs)
