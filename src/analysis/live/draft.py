"""A folder that a live run takes for the project: the same inputs, copies of results and pages, and gone at its end."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from analysis.pipeline.folders import new_folder, remove_left_folders
from analysis.pipeline.sweep_cases import LINKED, link

_READ = (
    *LINKED,
    "tests/spec",
    "data/templates",
    "dvc.lock",
    "CITATION.cff",
    "LICENSE",
    "LICENSE-text-data.md",
    "benchmarks/results",
)
_MADE = ("data/processed", "reports", "build/companions")


@contextmanager
def draft_of(root: Path) -> Iterator[Path]:
    """The draft, with what the last run left; raw files are the project's own, and nothing of a run writes to these."""
    remove_left_folders()  # of live runs that were killed
    folder = Path(new_folder()).resolve()
    try:
        link(root, folder, [name for name in _READ if (root / name).exists()])
        for name in _MADE:
            if (root / name).is_dir():
                shutil.copytree(root / name, folder / name, symlinks=True)
            (folder / name).mkdir(parents=True, exist_ok=True)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
