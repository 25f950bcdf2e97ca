"""What identifies a run beside its commit: input hashes, parameters, package versions. Content only, no clock."""

import hashlib
import json
import shlex
from importlib.metadata import version
from pathlib import Path
from typing import Any

from analysis.errors import InputError
from analysis.pipeline.parameters import Parameters
from analysis.study import Study
from analysis.study.tables import read_yaml, shown

STAGES = "dvc.yaml"
PAGE_CODE = "data/processed/page_code.txt"  # made from code by a stage of its own
PACKAGES = ("pandas", "numpy", "scipy", "statsmodels", "matplotlib", "papermill", "nbconvert", "pydantic")


def colophon(study: Study, notebook: str, parameters: Parameters) -> dict[str, Any]:
    """How a page was made: hashes of its inputs, versions, seeds, and the command that makes it again."""
    values = parameters.model_dump()
    settings = " ".join(f"-p {name}={_typed(value)}" for name, value in values.items() if name != "study")
    seeds = {name: value for name, value in values.items() if "seed" in name}
    return {
        "How to rerun this page": f"python -m analysis run {notebook} --study {study.id} {settings}".strip(),
        **({"Seeds": seeds} if seeds else {}),
        "Package versions": package_versions(),
        "Inputs, with SHA-256": input_hashes(study, notebook),
    }


def package_versions() -> dict[str, str]:
    """Versions of the packages that numbers and pages rest on; those of all others stand in requirements.lock."""
    return {name: version(name) for name in PACKAGES}


def _typed(value: object) -> str:
    """A parameter as it is typed in a shell; settings of several values as JSON, which YAML reads."""
    return shlex.quote(json.dumps(value)) if isinstance(value, dict) else repr(value)


def input_hashes(study: Study, notebook: str) -> dict[str, str]:
    """SHA-256 of the notebook and of every data file its stage depends on, by project path.

    The stage's entry in dvc.yaml says which these are, so that the page names what a change of would rerun it.
    """
    listed = stage_dependencies(study.root, notebook, study.id)
    named = [study.root / dep for dep in listed if not dep.startswith("src/") and dep != PAGE_CODE]
    files = [path for place in named for path in (sorted(place.rglob("*")) if place.is_dir() else [place])]
    return {shown(path, study.root): sha256(path) for path in files if path.is_file() and path.name != "README.md" and not path.name.startswith(".")}


def stage_dependencies(root: Path, notebook: str, study_id: str) -> list[str]:
    """What dvc.yaml says a notebook's stage depends on; InputError if it has no stage for it."""
    stages = read_yaml(root / STAGES, STAGES)["stages"]
    for stage in stages.values():
        words = str(stage.get("do", {}).get("cmd", "")).split()
        if notebook in words and study_id in stage.get("foreach", ()):
            return [str(dep).replace("${item}", study_id) for dep in stage["do"]["deps"]]
    raise InputError(
        STAGES, column=notebook, found=f"no stage that runs it for {study_id}", expected="one, with the study in its foreach list",
        action="add the stage, or the study to its list",
    )


def sha256(path: Path) -> str:
    """The SHA-256 of a file, as hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
