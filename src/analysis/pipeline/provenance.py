"""What identifies a run: commit, input hashes, parameters, package versions. Content only, no clock."""

import hashlib
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

from analysis.pipeline.parameters import Parameters
from analysis.study import Study
from analysis.study.tables import shown

PACKAGES = ("pandas", "numpy", "scipy", "statsmodels", "matplotlib", "papermill", "nbconvert", "pydantic")
COMMIT_PLACE = "@@COMMIT@@"  # stands in the page until it is published: a page cannot hold the commit that records it


def colophon(study: Study, notebook: str, parameters: Parameters) -> dict[str, Any]:
    """How a page was made: hashes of its inputs, versions, seeds, and the command that makes it again."""
    return {
        "inputs": input_hashes(study, notebook),
        "versions": {name: version(name) for name in PACKAGES},
        "seeds": {name: value for name, value in parameters.model_dump().items() if "seed" in name},
        "rerun": f"python -m analysis run {notebook} --study {study.id}",
    }


def input_hashes(study: Study, notebook: str) -> dict[str, str]:
    """SHA-256 of the notebook and of every raw file of the study and of the reference folder, by project path."""
    files = [study.root / "notebooks" / f"{notebook}.ipynb", *sorted(study.raw.rglob("*"))]
    files += sorted((study.root / "data" / "raw" / "reference").rglob("*"))
    return {shown(path, study.root): sha256(path) for path in files if path.is_file() and not path.name.startswith(".")}


def sha256(path: Path) -> str:
    """The SHA-256 of a file, as hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def commit_line(root: Path) -> str:
    """The commit the tree stands at and whether it was clean, in words; says so where there is no git history."""
    commit = _git(root, "rev-parse", "HEAD")
    if not commit:
        return "not under version control"
    changed = _git(root, "status", "--porcelain", "--untracked-files=normal")
    return f"{commit[:12]} ({'with uncommitted changes' if changed else 'clean tree'})"


def _git(root: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
