"""Folders that are this user's alone: temporary ones, and those where caches lie that a run reads back."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from analysis.errors import InputError

PREFIX, OWNER = "analysis-", "owner"
_of_this_process: list[str] = []


def new_folder() -> str:
    """A new private folder. A file in it tells whose it is, for `remove_left_folders`."""
    folder = tempfile.mkdtemp(prefix=PREFIX)
    (Path(folder) / OWNER).write_text(f"{os.getpid()} {_began(os.getpid())} {_numbering()}", encoding="utf-8")
    return folder


@contextmanager
def temporary_files_in_own_folder() -> Iterator[None]:
    """Meanwhile whatever makes temporary files makes them in one folder of this process, which goes with it.

    The fork server's socket lies in a folder that would stay behind in a process that is killed, or that ends at once.
    """
    from multiprocessing.util import Finalize

    if not _of_this_process:
        _of_this_process.append(new_folder())
        Finalize(None, remove_own_folder, exitpriority=-1000)  # after what lies in it, which its maker removes
    before, tempfile.tempdir = tempfile.tempdir, _of_this_process[0]
    try:
        yield
    finally:
        tempfile.tempdir = before


def remove_own_folder() -> None:
    """Remove the folder of this process, if it has one."""
    while _of_this_process:
        shutil.rmtree(_of_this_process.pop(), ignore_errors=True)


def remove_left_folders() -> None:
    """Remove the folders of runs that were killed together with everything that could have removed them."""
    for owner in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/{OWNER}"):
        try:
            number, began, numbering = owner.read_text(encoding="utf-8").split()
            mine = _is_this_user_s(owner) and numbering == _numbering() and not owner.parent.is_symlink()
        except (OSError, ValueError):  # another's, being made, or gone
            continue
        if mine and number.isdigit() and _began(int(number)) != began:
            shutil.rmtree(owner.parent, ignore_errors=True)


def own_folder(folder: Path, place: str) -> None:
    """Make a folder that nobody else enters, called `place` in messages, or shut one that is there to others.

    What another user has put into it would be read, and some of it unpickled, as this user's own: then InputError. DVC
    opens the folder of its site cache to everybody (CVE-2025-69872 is about what lies there); inside this one nobody
    reaches it. Where a system has no such users, the folder is made and no more.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not hasattr(os, "geteuid"):
        return
    strange = next((path for path in _within(folder) if path.lstat().st_uid != os.geteuid()), None)
    if strange is not None or folder.is_symlink():
        raise InputError(
            place,
            found="a link to another folder" if folder.is_symlink() else "something that belongs to another user",
            expected="a folder that is this user's with all that is in it, since what lies there is read and run",
            action=f"delete {place} (it holds caches alone: a run makes it anew), or take a clone of your own",
        )
    folder.chmod(0o700)


def _within(folder: Path) -> Iterator[Path]:
    """A folder and what is in it; links are not followed."""
    yield folder
    for base, folders, files in os.walk(folder):
        yield from (Path(base) / name for name in (*folders, *files))


def _is_this_user_s(path: Path) -> bool:
    """Whether a file is this user's; where a system has no such users, whatever can be read there is."""
    return not hasattr(os, "geteuid") or path.stat().st_uid == os.geteuid()


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
