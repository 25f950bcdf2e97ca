"""The record of what was made from what: DVC's, kept through DVC's own classes within this process.

A stage runs here as in `dvc repro`: its outputs are removed, it runs, DVC hashes inputs and outputs, keeps the outputs in
its cache and writes dvc.lock. Only, several may run at a time, and the hashes of the inputs are taken before as well as
after the run: a stage whose inputs changed meanwhile is not recorded.
"""

import logging
import os
import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import SimpleNamespace, TracebackType
from typing import Any

from analysis.errors import InputError
from analysis.files import read_yaml
from analysis.pipeline import team_files
from analysis.pipeline.provenance import STAGES

OURS = ["python", "-m", "analysis"]
LOCK = "dvc.lock"
_COLOUR = re.compile("\x1b\\[[0-9;]*m")  # in DVC's messages


class NotRecorded(RuntimeError):
    """A stage cannot run, or what it made cannot be recorded; the text says why."""


@dataclass(frozen=True)
class Stage:
    """A stage of dvc.yaml: its name, the arguments of our command (none if it is not ours), what it waits for.

    `usual` are the seconds it takes by its entry `meta`, a guess that only decides which of several starts first.
    """

    name: str
    arguments: tuple[str, ...]
    after: frozenset[str]
    usual: float = 0.0

    @property
    def notebook(self) -> bool:
        """Whether it runs a notebook."""
        return self.arguments[:1] == ("run",)

    @property
    def label(self) -> str:
        """What the display calls it: notebook and study, or the stage's name."""
        if self.notebook and self.arguments[2:3] == ("--study",):
            return f"{self.arguments[1]} · {self.arguments[3]}"
        return self.name.replace("@", " · ")


class Record:
    """DVC's view of the project, locked against other DVC commands while open."""

    def __init__(self, root: Path, environment: Mapping[str, str]) -> None:
        """Open the project at `root`, with DVC's settings from `environment`."""
        os.environ.update({name: value for name, value in environment.items() if name.startswith("DVC_")})
        from dvc.repo import Repo

        for name in ("dvc", "dvc_data", "dvc_objects"):
            logging.getLogger(name).setLevel(logging.CRITICAL)  # what stops us is raised as well, and told once
        with _own_hashes():
            # DVC's questions to git cost more than the rest of it.
            self.repo = Repo(str(root), config={"core": {"no_scm": True}})
        runs = self.repo.stage_cache
        runs._load_cache = partial(_known_run, runs, runs._load_cache)
        self._there = chdir(root)  # DVC's cache takes dvc.yaml to be in the working folder
        self._done: list[Any] = []

    def __enter__(self) -> "Record":
        """Lock the project. Raises InputError if another run or DVC command holds it, NotRecorded if dvc.yaml is not sound."""
        from dvc.exceptions import DvcException

        for path in (Path(self.repo.root_dir, name) for name in (STAGES, LOCK)):
            if path.is_file():  # what no YAML of ours holds is told; DVC's reader would end this process at some of it
                read_yaml(path, path.name)
        self._lock()
        try:
            self._drop_damaged()
            graph = self.repo.index.graph
        except DvcException as error:
            self.repo.lock.unlock()
            raise NotRecorded(_COLOUR.sub("", str(error))) from None
        self._there.__enter__()
        self._stages = {stage.addressing: stage for stage in graph}
        for dep in (dep for stage in graph for dep in stage.deps):
            if Path(dep.fs_path).name in team_files.FOLDERS:
                dep._build = partial(_build_with_key, self.repo, dep, dep._build)
        self.stages = {
            stage.addressing: Stage(
                stage.addressing,
                _ours(stage.cmd),
                frozenset(other.addressing for other in graph.successors(stage)),
                _usual(stage),
            )
            for stage in graph
            if stage.cmd
        }
        return self

    def _lock(self) -> None:
        from dvc.lock import LockError

        try:
            self.repo.lock.lock()
        except LockError:
            raise InputError(
                ".dvc/tmp/lock",
                found="another run of this project, or a DVC command, that has not ended",
                expected="one at a time",
                action="wait for it or end it, then run again; one that was killed leaves no lock",
            ) from None

    def _drop_damaged(self) -> None:
        """Delete what a killed process, or a full disk, left: DVC's half-written copies, its list of files in use if unreadable.

        DVC would stop at it for ever. The project is locked, so no other run is under way; the list has a guard of its own,
        which makes sure that nobody is writing it now.
        """
        from dvc.rwlock import RWLOCK_FILE, RWLockFileCorruptedError, RWLockFileFormatError, rwlock

        for path in Path(self.repo.root_dir, "data", "processed").rglob(".*.tmp"):
            path.unlink()
        place, hardlink = str(self.repo.tmp_dir), self.repo.config["core"].get("hardlink_lock", False)
        try:
            with rwlock(place, self.repo.fs, "analysis", [], [], hardlink):
                pass
        except (RWLockFileCorruptedError, RWLockFileFormatError, UnicodeDecodeError):
            (Path(place) / RWLOCK_FILE).unlink()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write what was recorded to dvc.lock, whatever happened since."""
        try:
            self.write()
        finally:
            self.repo.lock.unlock()
            self.repo.close()
            self._there.__exit__(None, None, None)

    def is_current(self, stage: Stage) -> bool:
        """Whether inputs, parameters, command and outputs are those of dvc.lock."""
        return not self._stages[stage.name].changed()

    def begin(self, stage: Stage, force: bool = False) -> dict[str, Any] | None:
        """Remove the outputs of a stage that is to run; returns the hashes of its inputs, for `finish`.

        Returns None, with the outputs put in place, if DVC's cache knows a run of this command on these very inputs,
        unless `force`. Raises NotRecorded if an input is missing.
        """
        from dvc.exceptions import DvcException

        known = self._stages[stage.name]
        if missing := [str(dep) for dep in known.deps if not dep.exists]:
            raise NotRecorded(
                f"{missing[0]}, which {stage.label} needs, is missing: put it there, or take it out of the stage in dvc.yaml"
            )
        known.remove_outs(ignore_remove=False, force=False)
        try:
            if not force and self._restored(known):
                return None
            known.save_deps()
        except DvcException as error:
            raise NotRecorded(f"{stage.name}: {error}") from None
        return _hashes(known)

    def _restored(self, known: Any) -> bool:
        from dvc.stage.cache import RunCacheNotFoundError

        try:
            self.repo.stage_cache.restore(known)  # hashes the inputs itself, and must find them as dvc.lock has them
        except RunCacheNotFoundError:
            return False
        known.save()
        known.commit()
        self._done.append(known)
        return True

    def finish(self, stage: Stage, before: dict[str, Any]) -> None:
        """Record what a stage made. Raises NotRecorded if its inputs are no longer as before, or an output is missing."""
        from dvc.exceptions import DvcException

        known = self._stages[stage.name]
        try:
            known.save(run_cache=False)
        except DvcException as error:
            raise NotRecorded(f"{stage.name}: {error}") from None
        if changed := [name for name, found in _hashes(known).items() if before[name] != found]:
            raise NotRecorded(f"{changed[0]} changed while {stage.label} ran: run again")
        known.commit()
        self.repo.stage_cache.save(known)
        self._done.append(known)

    def leave_to_dvc(self, names: Iterable[str], force: bool) -> None:
        """Have DVC itself run what is not ours, and what waits for it. Raises NotRecorded if a stage fails."""
        from dvc.exceptions import DvcException

        self.write()
        self.repo.lock.unlock()
        try:
            self.repo.reproduce(list(names), force=force, single_item=True)
        except DvcException as error:
            raise NotRecorded(str(error)) from None
        finally:
            self.repo.lock.lock()

    def write(self) -> None:
        """Write what was recorded so far to dvc.lock, whole or not at all, its stages by name.

        DVC would parse the file anew with its layout, which takes longer than all else that it does for a stage.
        """
        from dvc.stage.serialize import to_lockfile
        from dvc.utils.serialize import dumps_yaml, load_yaml

        if self._done:
            found = load_yaml(LOCK) if Path(LOCK).is_file() else {"schema": "2.0"}
            made = {name: entry for stage in self._done for name, entry in to_lockfile(stage).items()}
            temporary = Path(f"{LOCK}.part")
            temporary.write_text(
                dumps_yaml({**found, "stages": dict(sorted((found.get("stages", {}) | made).items()))}),
                encoding="utf-8",
            )
            temporary.replace(LOCK)
            self._done.clear()


def _known_run(runs: Any, load: Callable[..., Any], key: str, value: str) -> dict[str, Any] | None:
    """An entry of DVC's cache of runs; one that is not of the stage it stands under is deleted, as if there were none.

    DVC takes what stands there for what its stage made, wherever that says it lies, and stops at what it cannot read.
    """
    from dvc.exceptions import DvcException
    from dvc.stage.cache import _get_cache_hash

    try:
        entry = load(key, value)
        if entry is None or _get_cache_hash(dict(entry), key=True) == key:
            return entry
    except (DvcException, KeyError, TypeError, ValueError, RecursionError):
        pass
    Path(runs._get_cache_path(key, value)).unlink(missing_ok=True)
    return None


@contextmanager
def _own_hashes() -> Iterator[None]:
    """While DVC opens a project: have it keep the hashes of files in `Hashes`, and open no database."""
    from dvc_data.hashfile import state

    from analysis.pipeline.hashes import Hashes

    before, state.State = state.State, Hashes
    try:
        yield
    finally:
        state.State = before


def _build_with_key(repo: Any, dep: Any, build: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    """What DVC takes of a folder, meta-data and hash: a keyed hash alone if it ignores a file there, as of people's records.

    A folder without such a file is hashed as ever, so that a fresh copy of the project finds the record it came with.
    """
    from dvc_data.hashfile.hash_info import HashInfo
    from dvc_data.hashfile.meta import Meta

    folder = Path(dep.fs_path)
    kept = [path for path in folder.rglob("*") if path.is_file() and repo.dvcignore.is_ignored_file(str(path))]
    if not kept:
        return build(*arguments, **options)
    keyed = team_files.keyed_hash(Path(repo.root_dir), folder, kept)
    return None, Meta(isdir=True), SimpleNamespace(hash_info=HashInfo("md5", f"{keyed}.dir"))


def _usual(stage: Any) -> float:
    found = (stage.meta or {}).get("usual_seconds", 0)
    return float(found) if isinstance(found, int | float) else 0.0


def _hashes(stage: Any) -> dict[str, Any]:
    return {str(dep): (dep.hash_info.name, dep.hash_info.value) for dep in stage.deps}


def _ours(command: str | list[str]) -> tuple[str, ...]:
    words = shlex.split(command) if isinstance(command, str) else []
    return tuple(words[3:]) if words[:3] == OURS else ()
