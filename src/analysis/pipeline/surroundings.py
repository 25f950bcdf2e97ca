"""What surrounds a run: modules that another program's settings put before those of the locks, and other users."""

import os
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[3]


def leave_strangers() -> None:
    """Begin this process again if PYTHONPATH names folders outside the project: module systems of clusters set it.

    What lies there would be imported in the place of the locked packages. By now some of it may be, hence a new start.
    """
    given = os.environ.get("PYTHONPATH", "")
    kept = own_part(given, PROJECT) if given else given
    if kept != given:
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], os.environ | {"PYTHONPATH": kept})


def keep_to_this_user() -> None:
    """Files and folders that are made from here on are this user's alone, whatever the umask was."""
    os.umask(0o077)


def own_part(path: str, project: Path) -> str:
    """The folders of a search path that lie in the project's own.

    >>> own_part(os.pathsep.join(["/p/src", "/elsewhere", ""]), Path("/p"))
    '/p/src'
    """
    parts = [part for part in path.split(os.pathsep) if part]
    return os.pathsep.join(part for part in parts if Path(part).resolve().is_relative_to(project))
