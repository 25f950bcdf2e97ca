"""What is to run after a change: the stages that depend on it, in an order in which the pages that are open come first."""

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from analysis.files import read_yaml
from analysis.live.watch import TEMPLATES
from analysis.pipeline.dvc_record import OURS
from analysis.pipeline.plan import stages

PARAMETERS = "params.yaml"


@dataclass(frozen=True)
class Stage:
    """A stage for one study: its name as DVC has it, the words of our command, what it reads and makes."""

    name: str
    words: tuple[str, ...]
    reads: tuple[str, ...]
    makes: tuple[str, ...]

    @property
    def run(self) -> tuple[str, str] | None:
        """Notebook and study, if it runs one."""
        return (self.words[1], self.words[3]) if self.words[:1] == ("run",) else None

    @property
    def study(self) -> str:
        """The study it is of; empty for those that serve all."""
        return self.name.partition("@")[2]

    def rests_on(self, path: str) -> bool:
        """Whether it reads a file, or the folder that holds it."""
        return any(
            path == place or path.startswith(f"{place}/") or place.startswith(f"{path}/") for place in self.reads
        )


def stages_of(root: Path, study: str = "") -> dict[str, Stage]:
    """Every stage of our own by its name, or those that one study needs."""
    found = {stage.name: stage for name, given in stages(root).items() for stage in _stages(name, given)}
    return {name: stage for name, stage in found.items() if not study or stage.study in ("", study)}


def _stages(name: str, given: dict[str, Any]) -> Iterator[Stage]:
    """The stages of one entry: one, or one for each of its items."""
    body = given.get("do", given)
    for item in given.get("foreach", [""]):
        command, *lists = (
            [str(each).replace("${item}", item) for each in places]
            for places in ([body["cmd"]], body.get("deps", []), body.get("outs", []))
        )
        words = command[0].split()
        if words[:3] == OURS:
            yield Stage(f"{name}@{item}" if item else name, tuple(words[3:]), *map(tuple, lists))


@dataclass
class Agenda:
    """The stages of a draft, those that are to run, and those that failed."""

    root: Path
    study: str = ""
    stale: set[str] = field(default_factory=set)
    stages: dict[str, Stage] = field(default_factory=dict)
    parameters: dict[str, Any] = field(default_factory=dict)
    before: dict[str, set[str]] = field(default_factory=dict)  # the stages that each waits for, straight or by others
    begun: dict[str, dict[str, str]] = field(default_factory=dict)  # what each stage that has not ended found made

    def __post_init__(self) -> None:
        """Read what there is."""
        self.read()

    def read(self) -> None:
        """Read stages and parameters anew. Raises InputError if they cannot be."""
        self.stages = stages_of(self.root, self.study)
        self.parameters = _runs(read_yaml(self.root / PARAMETERS, PARAMETERS))
        self.stale &= set(self.stages)
        self.before = _before(self.stages)

    def mark(self, changed: Iterable[str]) -> None:
        """Take note of changed files; a template runs nothing again, since pages are made of data."""
        paths = {path for path in changed if not path.endswith(TEMPLATES)}
        before = self.parameters
        if any(path in (PARAMETERS, "dvc.yaml") or path.endswith(("study.yaml", "parameters.yaml")) for path in paths):
            self.read()
        for stage in self.stages.values():
            other = stage.run is not None and before.get("{} {}".format(*stage.run)) != self.parameters.get(
                "{} {}".format(*stage.run)
            )
            if other or any(map(stage.rests_on, paths)):
                self.stale.add(stage.name)

    def next(self, pages: Collection[str], running: Collection[str], failed: Collection[str]) -> list[Stage]:
        """The stages that can start now: those that an open page waits for alone, as long as there are any."""
        left = self.stale - {*running, *failed}
        waiting = {name: stage for name, stage in self.stages.items() if name in left}
        shown = [stage.name for stage in self.stages.values() if set(self.pages(stage)) & set(pages)] if pages else []
        wanted = {*shown, *(name for each in shown for name in self.before[each])}
        waiting = {name: stage for name, stage in waiting.items() if name in wanted} or waiting
        return [stage for stage in waiting.values() if not self.before[stage.name] & self.stale]

    def pages(self, stage: Stage) -> list[str]:
        """The pages that a stage makes, by their paths below reports/: its own, and those beside it."""
        if stage.run is None:
            return []
        notebook, study = stage.run
        data = self.root / "data/processed" / study / "pages" / f"{notebook}.json"
        return [f"{study}/{name}.html" for name in (notebook, *_parts(data, _state(data)))]

    def begin(self, stage: Stage) -> None:
        """A stage starts; if it was stopped before it came to its end, what it had found then is what counts."""
        self.begun.setdefault(stage.name, self._made(stage))

    def done(self, stage: Stage) -> None:
        """A stage came to its end; those run that read what is no longer as it was when the stage began."""
        self.stale.discard(stage.name)
        before = self.begun.pop(stage.name)
        changed = [place for place, state in self._made(stage).items() if state != before.get(place)]
        self.stale |= {other.name for other in self.stages.values() if any(map(other.rests_on, changed))}

    def _made(self, stage: Stage) -> dict[str, str]:
        """A hash of each file or folder that a stage makes."""
        return {place: _hash(self.root / place) for place in stage.makes}


def _state(file: Path) -> tuple[int, int]:
    return (file.stat().st_mtime_ns, file.stat().st_size) if file.is_file() else (0, 0)


@lru_cache(maxsize=64)
def _parts(data: Path, state: tuple[int, int]) -> list[str]:
    """The pages that stand beside that of some data, which is as `state` says."""
    return [*json.loads(data.read_text(encoding="utf-8")).get("parts", {})] if any(state) else []


def _before(stages: Mapping[str, Stage]) -> dict[str, set[str]]:
    found = {
        name: {other.name for other in stages.values() if other is not stage and any(map(stage.rests_on, other.makes))}
        for name, stage in stages.items()
    }
    while more := {
        name: late for name, those in found.items() if (late := set().union(*map(found.get, those)) - those)
    }:
        found = {name: those | more.get(name, set()) for name, those in found.items()}
    return found


def _runs(content: dict[str, Any]) -> dict[str, Any]:
    """The parameters of each run."""
    return {f"{notebook} {study}": values for notebook, studies in content.items() for study, values in studies.items()}


def _hash(place: Path) -> str:
    listed = hashlib.sha256()
    for path in [place] if place.is_file() else sorted(path for path in place.rglob("*") if path.is_file()):
        listed.update(f"{path}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return listed.hexdigest()
