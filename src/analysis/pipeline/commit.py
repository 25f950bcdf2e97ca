"""The commit that pages are stamped with. What git does not answer is unknown, and is said to be."""

import os
import subprocess
from pathlib import Path

NO_HISTORY = "not under version control"
UNKNOWN = "commit unknown"
_SECONDS = 30
# With these a caller (a hook of git's, for example) leads git to another repository, whatever folder it is asked about.
_ELSEWHERE = ("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE")


def commit_line(root: Path) -> str:
    """The commit the tree stands at and whether it was clean, in words; says so where there is none, or git does not tell."""
    if lacking := no_history(root):
        return lacking
    commit = _git(root, "rev-parse", "--verify", "--quiet", "HEAD")
    if commit is None or commit.returncode not in (0, 1):  # 1: there is no such commit
        return f"{UNKNOWN} (git could not read it)"
    if commit.returncode:
        return "nothing committed yet"
    return f"{commit.stdout.strip()[:12]} ({_state(root)})"


def commit_time(root: Path) -> str:
    """When the commit was made, as it says itself (ISO 8601 with its time zone); empty where no commit is known."""
    done = None if no_history(root) else _git(root, "show", "--no-patch", "--format=%cI", "HEAD")
    return "" if done is None or done.returncode else done.stdout.strip()


def no_history(root: Path) -> str:
    """Why the project at `root` has no history that can be read, in words; empty if it is a repository of its own.

    A repository that only contains the project is another's: its commits say nothing of these files.
    """
    if not (root / ".git").exists():
        return NO_HISTORY
    found = _git(root, "rev-parse", "--show-toplevel")
    if found is None:
        return f"{UNKNOWN} (git could not be run)"
    if "dubious ownership" in found.stderr:
        return f"{UNKNOWN} (git does not read a folder that another user owns: see its setting safe.directory)"
    if found.returncode or Path(found.stdout.strip()).resolve() != root.resolve():
        return f"{UNKNOWN} (git cannot read the folder .git)"
    return ""


def _state(root: Path) -> str:
    changed = _git(root, "status", "--porcelain", "--untracked-files=normal")
    if changed is None or changed.returncode:
        return "whether anything was changed since is unknown"
    return "with uncommitted changes" if changed.stdout.strip() else "clean tree"


def _git(root: Path, *arguments: str) -> subprocess.CompletedProcess[str] | None:
    """What git says of a project, in English; None where it could not be run or did not end."""
    own = {name: value for name, value in os.environ.items() if name not in _ELSEWHERE} | {"LC_ALL": "C"}
    try:
        return subprocess.run(
            ["git", "-C", str(root), *arguments],
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="surrogateescape",
            timeout=_SECONDS,
            env=own,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
