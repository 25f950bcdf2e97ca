"""From what a user names to a run: a folder as it is, or a commit, whose results DVC's cache holds or a rerun makes.

A commit is put into a temporary clone, so that neither the working tree nor the repository is touched.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from configparser import ConfigParser, Error as ConfigError
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from analysis.comparison.runs import Run, read_run
from analysis.errors import InputError
from analysis.files import shown
from analysis.pipeline.commit import no_history
from analysis.pipeline.lock import read_lock
from analysis.pipeline.reproduce import environment
from analysis.results import write_bytes

WANTED = (".json", "claims.csv")  # of what a stage made: its results, and the ledger with its verdicts


@contextmanager
def opened(root: Path, named: str, rerun: bool = False) -> Iterator[Run]:
    """The run that `named` names: a folder (`.` is the project as it is), else a git revision of the project at `root`.

    With `rerun`, a commit whose results are not in DVC's cache is rerun in its temporary clone. Raises InputError for what
    is neither folder nor revision, and for a commit without results.
    """
    folder = root if named == "." else Path(named)
    if folder.is_dir():
        yield read_run(folder.resolve(), shown(folder.resolve(), root) if folder != root else "the working tree")
        return
    commit = _commit(root, named)
    with tempfile.TemporaryDirectory(prefix="analysis-diff-") as temporary:
        clone = Path(temporary) / "project"
        _clone(root, commit, clone)
        name = f"commit {commit[:12]}" + ("" if commit.startswith(named) else f" ({named})")
        yield _run_of(clone, name, _cache(root), rerun)


def _commit(root: Path, named: str) -> str:
    """The full hash of a revision."""
    if lacking := no_history(root):
        raise InputError(
            "git",
            found=lacking,
            expected="a project with a history of its own",
            action="clone the repository, or compare two folders",
        )
    found = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{named}^{{commit}}")
    if not found:
        raise InputError(
            "the command line",
            column="run",
            found=repr(named),
            expected="a folder, or a commit, branch or tag of this repository",
            action="see git log for commits; '.' is the working tree",
        )
    return found


def _clone(root: Path, commit: str, clone: Path) -> None:
    """The project at a commit, sharing the repository's objects and writing none."""
    _git(root, "clone", "--quiet", "--shared", "--no-checkout", str(root), str(clone), must=True)
    _git(clone, "checkout", "--quiet", "--detach", commit, must=True)


def _git(folder: Path, *arguments: str, must: bool = False) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, text=True, encoding="utf-8", timeout=300
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise InputError(
            "git", found=type(error).__name__, expected="git to answer", action="install git, or compare two folders"
        ) from None
    if done.returncode and (must or done.stderr.strip()):
        raise InputError(
            "git", found=done.stderr.strip(), expected=f"git {arguments[0]} to succeed", action="see the message"
        )
    return done.stdout.strip() if done.returncode == 0 else ""


def _cache(root: Path) -> Path:
    """DVC's cache of the project: where its settings say, else .dvc/cache."""
    settings = ConfigParser(interpolation=None)
    try:
        settings.read([root / ".dvc" / "config", root / ".dvc" / "config.local"], encoding="utf-8")
        given = settings.get("cache", "dir", fallback="")
    except (ConfigError, UnicodeDecodeError):
        given = ""
    return root / ".dvc" / given if given else root / ".dvc" / "cache"  # a relative one is relative to .dvc


def _run_of(clone: Path, name: str, cache: Path, rerun: bool) -> Run:
    lacking = _restore(clone, cache)
    if not lacking:
        run = read_run(clone, name)
        return replace(run, remarks=("results as recorded with it in dvc.lock, from DVC's cache", *run.remarks))
    if not rerun:
        raise InputError(
            f"{name}: {lacking[0]}",
            found="nothing in DVC's cache" + (f", nor of {len(lacking) - 1} more" if len(lacking) > 1 else ""),
            expected="the results recorded with that commit",
            action="add --rerun to run it again in a temporary copy (a minute or two)",
        )
    _rerun(clone, name)
    return replace(
        read_run(clone, name),
        remarks=("rerun for this comparison in a temporary copy, with the packages installed here",),
    )


def _restore(clone: Path, cache: Path) -> list[str]:
    """Put the results that dvc.lock records into a clone; what the cache lacks, or the lock itself if there is none."""
    outs = {path: md5 for stage in read_lock(clone) for path, md5 in stage.makes.items() if _is_wanted(path)}
    files = {path: _in_cache(cache, md5) for path, md5 in outs.items()}
    lacking = [path for path, file in files.items() if not file.is_file()]
    for path, file in files.items() if not lacking else ():
        write_bytes(_inside(clone, path), file.read_bytes())
    return lacking if outs else ["dvc.lock"]


def _in_cache(cache: Path, md5: str) -> Path:
    """The file of the cache that a hash names; InputError if it is none, and might name another."""
    if not re.fullmatch("[0-9a-f]{32}", md5):
        raise InputError("dvc.lock", found=repr(md5), expected="the MD5 of a file", action="restore dvc.lock")
    return cache / "files" / "md5" / md5[:2] / md5[2:]


def _is_wanted(path: str) -> bool:
    return path.startswith("data/processed/") and path.endswith(WANTED)


def _inside(clone: Path, path: str) -> Path:
    """A path of dvc.lock within the clone; InputError if it leads out of it."""
    target = (clone / path).resolve()
    if not target.is_relative_to((clone / "data" / "processed").resolve()):
        raise InputError("dvc.lock", found=repr(path), expected="a path in data/processed", action="restore dvc.lock")
    return target


def _rerun(clone: Path, name: str) -> None:
    """Run a clone's whole pipeline with its own code."""
    print(f"{name}: no recorded results; running it again in a temporary copy", file=sys.stderr)
    shutil.rmtree(clone / "data" / "processed", ignore_errors=True)
    own = {**environment(clone), "PYTHONPATH": str(clone / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "analysis", "reproduce"]
    done = subprocess.run(
        command, cwd=clone, env=own, capture_output=True, text=True, encoding="utf-8", errors="replace"
    )
    if done.returncode:
        told = [line.strip() for line in (done.stdout + done.stderr).splitlines() if line.strip()] or [
            "nothing was said"
        ]
        why = next((line for line in reversed(told) if line.startswith("error:")), told[-1])
        raise InputError(
            name,
            found=f"a run that failed: {why}",
            expected="it to run",
            action="check out the commit and see what it needs",
        )
