"""The commit that pages are stamped with."""

import subprocess
from pathlib import Path


def commit_line(root: Path) -> str:
    """The commit the tree stands at and whether it was clean, in words; says so where there is no git history."""
    commit = _git(root, "rev-parse", "HEAD")
    if not commit:
        return "not under version control"
    changed = _git(root, "status", "--porcelain", "--untracked-files=normal")
    return f"{commit[:12]} ({'with uncommitted changes' if changed else 'clean tree'})"


def commit_time(root: Path) -> str:
    """When the commit was made, as it says itself (ISO 8601 with its time zone); empty where there is no git history."""
    return _git(root, "show", "--no-patch", "--format=%cI", "HEAD")


def _git(root: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
