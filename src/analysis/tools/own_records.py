"""Participants' files as a team has them: what stands in a folder, and what is wrong with what a study has."""

from collections.abc import Iterable
from pathlib import Path

from analysis.errors import InputError


def start(root: Path, study_id: str, folder: Path) -> None:
    """Begin a study's `records/` from a folder of exports."""


def problems(root: Path, study_id: str) -> Iterable[InputError]:
    """What is wrong with the records of a study."""
    return ()
