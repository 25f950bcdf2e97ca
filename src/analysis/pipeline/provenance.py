"""What identifies a run beside its commit: input hashes, parameters, package versions. Content only, no clock."""

import hashlib
import json
import shlex
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

from analysis.errors import InputError
from analysis.files import shown
from analysis.pipeline import team_files
from analysis.pipeline.parameter_models import Parameters
from analysis.pipeline.plan import STAGES, stages
from analysis.study import Study

PAGE_CODE = "data/processed/page_code.txt"  # made from code by a stage of its own
RAW_FILES = "data/processed/raw_files"  # names of raw files, by another
PACKAGES = ("pandas", "numpy", "scipy", "highspy", "statsmodels", "matplotlib", "papermill", "nbconvert", "pydantic")


def colophon(study: Study, notebook: str, parameters: Parameters) -> dict[str, Any]:
    """How a page was made: hashes of its inputs, versions, seeds, and the command that makes it again."""
    values = parameters.model_dump()
    settings = " ".join(f"-p {name}={_typed(value)}" for name, value in values.items() if name != "study")
    seeds = {name: value for name, value in values.items() if "seed" in name}
    return {
        "How to rerun this page": [
            "sh scripts/setup.sh runtime  # in a clone at the commit above",
            f".venv/bin/python -m analysis run {notebook} --study {study.id} {settings}".strip(),
            ".venv/bin/python -m analysis publish",
        ],
        "Parameters": {name: _setting(value) for name, value in values.items()},
        "Seeds": seeds or "none: nothing on this page is random",
        "Package versions": package_versions() | {"all others": "requirements.lock, whose hash stands below"},
        "Code this page rests on, as one SHA-256": code_hash(study, notebook),
        "Inputs, with SHA-256": input_hashes(study, notebook),
    }


def _setting(value: object) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)


def code_hash(study: Study, notebook: str) -> str:
    """SHA-256 of the list of the code files that the stage depends on: for each, its own SHA-256, two blanks, its path.

    The code that all pages share is listed by a stage of its own (`page_code`); the rest by the notebook's. The list is as `sha256sum` prints it, sorted by path, so that a page made from changed code can be told from another
    though both were made at one commit.
    """
    listed = stage_dependencies(study.root, notebook, study.id)
    named = [study.root / dep for dep in listed if dep.startswith("src/")]
    lines = {f"{sha256(path)}  {shown(path, study.root)}\n" for path in files_at(*named)}
    shared = study.root / PAGE_CODE
    if PAGE_CODE in listed and shared.is_file():
        lines |= set(shared.read_text(encoding="utf-8").splitlines(keepends=True))
    return hashlib.sha256("".join(sorted(lines, key=lambda line: line.partition("  ")[2])).encode()).hexdigest()


def package_versions() -> dict[str, str]:
    """Versions of the packages that numbers and pages rest on; those of all others stand in requirements.lock."""
    return {name: _version(name) for name in PACKAGES}


_version = cache(version)


def _typed(value: object) -> str:
    """A parameter as it is typed in a shell, so that YAML reads it as the same value: as JSON where it would not otherwise.

    >>> print(_typed(0.95), _typed({"power": 0.8}))
    0.95 '{"power": 0.8}'
    """
    text = str(value)
    try:
        plain = yaml.safe_load(text) == value and not isinstance(value, dict | list)
    except yaml.YAMLError:
        plain = False
    return shlex.quote(text if plain else json.dumps(value))


def input_hashes(study: Study, notebook: str) -> dict[str, str]:
    """SHA-256 of the notebook and of every data file its stage depends on, by project path.

    The stage's entry in dvc.yaml says which these are, so that the page names what a change of would rerun it. Of the
    files a team keeps to itself it only says which known ones are there.
    """
    listed = stage_dependencies(study.root, notebook, study.id)
    named = [study.root / dep for dep in listed if not dep.startswith(("src/", PAGE_CODE, RAW_FILES))]
    paths = [shown(path, study.root) for path in files_at(*named) if path.name != "README.md"]
    return {
        path: team_files.PRESENT if team_files.is_kept(path) else sha256(study.root / path)
        for path in team_files.told(paths)
    }


def stage_dependencies(root: Path, notebook: str, study_id: str) -> list[str]:
    """What dvc.yaml says a notebook's stage depends on; InputError if it has no stage for it."""
    return _stage_list(root, notebook, study_id, "deps")


def stage_outputs(root: Path, notebook: str, study_id: str) -> list[str]:
    """What dvc.yaml says a notebook's stage makes; InputError if it has no stage for it."""
    return _stage_list(root, notebook, study_id, "outs")


def _stage_list(root: Path, notebook: str, study_id: str, sort: str) -> list[str]:
    for stage in stages(root).values():
        words = str(stage.get("do", {}).get("cmd", "")).split()
        if notebook in words and study_id in stage.get("foreach", ()):
            return [str(each).replace("${item}", study_id) for each in stage["do"][sort]]
    raise InputError(
        STAGES,
        column=notebook,
        found=f"no stage that runs it for {study_id}",
        expected="one, with the study in its foreach list",
        action="add the stage, or the study to its list",
    )


def files_at(*places: Path) -> list[Path]:
    """Files, and those of folders, sorted by folder; without hidden ones and what Python makes of its own code."""
    found = (path for place in places for path in (sorted(place.rglob("*")) if place.is_dir() else [place]))
    return [path for path in found if path.is_file() and not path.name.startswith(".") and path.suffix != ".pyc"]


def sha256(path: Path) -> str:
    """The SHA-256 of a file, as hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
