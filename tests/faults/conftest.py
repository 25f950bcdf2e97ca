"""A copy of the project's inputs that a test may damage."""

import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def project(tmp_path) -> Path:
    """The inputs of both studies and the notebooks in a folder of its own."""
    for name in ("params.yaml", "requirements.lock", "dvc.yaml"):
        shutil.copy(ROOT / name, tmp_path / name)
    for study in ("coproduction", "connecting_opportunities"):
        shutil.copytree(ROOT / "data" / "raw" / study, tmp_path / "data" / "raw" / study)
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    return tmp_path
