"""Folders that last as long as the process that asked for them; what a killed one left is removed by the next."""

import os
import shutil
import tempfile
from pathlib import Path

PREFIX, OWNER = "analysis-", "owner"


def new_folder() -> str:
    """A new private folder. A file in it tells whose it is, for `remove_left_folders`."""
    folder = tempfile.mkdtemp(prefix=PREFIX)
    (Path(folder) / OWNER).write_text(f"{os.getpid()} {_began(os.getpid())} {_numbering()}", encoding="utf-8")
    return folder


def remove_left_folders() -> None:
    """Remove the folders of runs that were killed together with everything that could have removed them."""
    for owner in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/{OWNER}"):
        try:
            number, began, numbering = owner.read_text(encoding="utf-8").split()
            mine = owner.stat().st_uid == os.getuid() and numbering == _numbering() and not owner.parent.is_symlink()
        except (OSError, ValueError):  # another's, being made, or gone
            continue
        if mine and number.isdigit() and _began(int(number)) != began:
            shutil.rmtree(owner.parent, ignore_errors=True)


def _numbering() -> str:
    """Which numbering of processes this one belongs to: those of another container are not ours to judge."""
    try:
        return os.readlink("/proc/self/ns/pid")
    except OSError:
        return ""


def _began(number: int) -> str:
    """When a process began, by the system's count, so that a number used again is told apart; empty if it is gone."""
    try:
        return Path(f"/proc/{number}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
