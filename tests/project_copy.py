"""Copies of the project that a test may run and change."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PARTS = (
    "src",
    "notebooks",
    "data/raw",
    "tests/spec",
    "params.yaml",
    "requirements.lock",
    "dvc.yaml",
    "dvc.lock",
    ".dvc/config",
    ".dvcignore",
    "pyproject.toml",
    "README.md",
    "CITATION.cff",
    "LICENSE",
    "LICENSE-text-data.md",
    "benchmarks/results",
)


def copy_project(target: Path) -> Path:
    """The project's own files, without results, caches or history, in a folder that DVC takes for a project.

    Compiled files come along, for they hold as long as a source is as old and large; half-written ones stay behind.
    """
    for part in PARTS:
        source, copy = ROOT / part, target / part
        copy.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, copy, ignore=shutil.ignore_patterns("*.pyc.*", "*.egg-info", ".ipynb_checkpoints"))
        elif source.is_file():
            shutil.copy(source, copy)
    subprocess.run(["git", "init", "--quiet", str(target)], check=True)
    return target


def copy_tree(folder: Path, target: Path) -> Path:
    """A copy of a project with its results, for a test that changes it."""
    shutil.copytree(folder, target, symlinks=True)
    return target


def made_once(place: Path, make: Callable[[Path], object], most: float = 900) -> Path:
    """What `make` puts into a folder below `place`, which several processes share: the first makes it, the others wait for it.

    `most`: seconds to wait.
    """
    folder, ended, end = place / "project", place / "ended", time.monotonic() + most
    try:
        place.mkdir()
    except FileExistsError:
        while not ended.exists():
            assert time.monotonic() < end, f"not in time: {folder}"
            time.sleep(0.2)
    else:
        try:
            make(folder)
            (place / "whole").touch()
        finally:
            ended.touch()
    assert (place / "whole").exists(), f"another process failed to make {folder}, and says why"
    return folder


def only_study(folder: Path, study: str) -> None:
    """Leave no other study in a copy: one that params.yaml does not list runs by the files it has."""
    for path in sorted((folder / "data" / "raw").glob("*/study.yaml")):
        if path.parent.name != study:
            shutil.rmtree(path.parent)


def run_analysis(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
    """One command of the project's own code in a copy."""
    env = {**os.environ, "PYTHONPATH": str(folder / "src"), **environment}
    return subprocess.run(
        [sys.executable, "-m", "analysis", *arguments],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=900,
    )
