"""The record of what was made from what: DVC's, kept through DVC's own classes within this process.

A stage runs here as in `dvc repro`: its outputs are removed, it runs, DVC hashes inputs and outputs, keeps the outputs in
its cache and writes dvc.lock. Only, several may run at a time, and the hashes of the inputs are taken before as well as
after the run: a stage whose inputs changed meanwhile is not recorded.
"""

import logging
import os
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

OURS = ["python", "-m", "analysis"]


class NotRecorded(RuntimeError):
    """A stage cannot run, or what it made cannot be recorded; the text says why."""


@dataclass(frozen=True)
class Stage:
    """A stage of dvc.yaml: its name, the arguments of our command (none if it is not ours), what it waits for."""

    name: str
    arguments: tuple[str, ...]
    after: frozenset[str]

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

        logging.getLogger("dvc").setLevel(logging.ERROR)
        self.repo = Repo(str(root))
        self._done: list[Any] = []

    def __enter__(self) -> "Record":
        """Lock the project. Raises NotRecorded if another DVC command holds it, or dvc.yaml is not sound."""
        from dvc.exceptions import DvcException

        try:
            self.repo.lock.lock()
            graph = self.repo.index.graph
        except DvcException as error:
            self.repo.lock.unlock()
            raise NotRecorded(str(error)) from None
        self._stages = {stage.addressing: stage for stage in graph}
        self.stages = {
            stage.addressing: Stage(stage.addressing, _ours(stage.cmd), frozenset(other.addressing for other in graph.successors(stage)))
            for stage in graph
            if stage.cmd
        }
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Write what was recorded to dvc.lock, whatever happened since."""
        self.write()
        self.repo.lock.unlock()
        self.repo.close()

    def is_current(self, stage: Stage) -> bool:
        """Whether inputs, parameters, command and outputs are those of dvc.lock."""
        return not self._stages[stage.name].changed()

    def restore(self, stage: Stage) -> bool:
        """Put the outputs in place if DVC's cache knows a run of this command on these very inputs."""
        from dvc.stage.cache import RunCacheNotFoundError

        known = self._stages[stage.name]
        self._hash_inputs(stage)
        try:
            self.repo.stage_cache.restore(known, dry=True)
            known.run()
        except RunCacheNotFoundError:
            return False
        self._done.append(known)
        return True

    def begin(self, stage: Stage) -> dict[str, Any]:
        """Hash the inputs and remove the outputs; returns the hashes, for `finish`. NotRecorded if an input is missing."""
        hashes = self._hash_inputs(stage)
        self._stages[stage.name].remove_outs(ignore_remove=False, force=False)
        return hashes

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
        """Write what was recorded so far to dvc.lock."""
        if self._done:
            self._done[0].dvcfile.dump_stages(self._done, update_pipeline=False)
            self._done.clear()

    def _hash_inputs(self, stage: Stage) -> dict[str, Any]:
        from dvc.exceptions import DvcException

        try:
            self._stages[stage.name].save_deps()
        except DvcException as error:
            raise NotRecorded(f"{stage.name}: {error}") from None
        return _hashes(self._stages[stage.name])


def _hashes(stage: Any) -> dict[str, Any]:
    return {str(dep): (dep.hash_info.name, dep.hash_info.value) for dep in stage.deps}


def _ours(command: str | list[str]) -> tuple[str, ...]:
    words = shlex.split(command) if isinstance(command, str) else []
    return tuple(words[3:]) if words[:3] == OURS else ()
