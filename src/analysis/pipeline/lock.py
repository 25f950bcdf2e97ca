"""The recorded run: what dvc.lock says each stage was made from, and made."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from analysis.errors import InputError
from analysis.files import read_yaml
from analysis.pipeline.provenance import STAGES

FILE = "dvc.lock"


@dataclass(frozen=True)
class Item:
    """A file or folder as DVC recorded it: path in the project, and MD5 (of a folder: of its listing, ending in .dir)."""

    path: str
    md5: str

    @property
    def folder(self) -> bool:
        """Whether it is a folder."""
        return self.md5.endswith(".dir")


@dataclass(frozen=True)
class Recorded:
    """One recorded stage: its name, command, inputs, outputs, and the parameters it was run with."""

    name: str
    command: str
    inputs: tuple[Item, ...]
    outputs: tuple[Item, ...]
    parameters: dict[str, Any]

    @property
    def reads(self) -> dict[str, str]:
        """The MD5 of each input by its path."""
        return {item.path: item.md5 for item in self.inputs}

    @property
    def makes(self) -> dict[str, str]:
        """The MD5 of each output by its path."""
        return {item.path: item.md5 for item in self.outputs}

    @property
    def run(self) -> tuple[str, str] | None:
        """Notebook and study, if the stage runs one."""
        words = self.command.split()
        return (words[4], words[6]) if words[3:4] == ["run"] and words[5:6] == ["--study"] and len(words) > 6 else None


def read_lock(root: Path) -> tuple[Recorded, ...]:
    """The recorded stages that dvc.yaml still has (all, where there is none), by name; none where nothing was recorded yet.

    DVC keeps the record of a stage that was renamed or removed; that is no part of the run. Raises InputError if the file
    is no lock of DVC's.
    """
    if not (root / FILE).is_file():
        return ()
    files = [(root / name).stat() for name in (FILE, STAGES) if (root / name).is_file()]
    return _read_lock(root, *((file.st_mtime_ns, file.st_size, file.st_ino) for file in files))


@lru_cache(maxsize=8)
def _read_lock(root: Path, *state: tuple[int, int, int]) -> tuple[Recorded, ...]:
    """As long as lock and stages stay as they are: all that describes a run reads them."""
    content = read_yaml(root / FILE, FILE)
    try:
        known = _stages(root) if (root / STAGES).is_file() else content["stages"]
        return tuple(_recorded(name, stage) for name, stage in sorted(content["stages"].items()) if name in known)
    except (KeyError, TypeError, AttributeError, ValueError, IndexError):
        raise InputError(
            FILE,
            found="a structure that is not DVC's",
            expected="stages with their inputs and outputs",
            action="delete the file and run make reproduce",
        ) from None


def _stages(root: Path) -> set[str]:
    """Names of the stages of dvc.yaml, those of a list each with its item."""
    stages = read_yaml(root / STAGES, STAGES)["stages"]
    return {f"{name}@{item}" for name, stage in stages.items() for item in stage.get("foreach", ())} | set(stages)


def _recorded(name: str, stage: dict[str, Any]) -> Recorded:
    sections = [values for values in stage.get("params", {}).values() for values in values.values()]
    study = stage["cmd"].split()[-1]  # a stage that rests on the parameters of all studies is run with those of its own
    parameters = {
        key: value for section in sections for key, value in ((section or {}).get(study) or section or {}).items()
    }
    return Recorded(name, stage["cmd"], _items(stage.get("deps", [])), _items(stage.get("outs", [])), parameters)


def _items(entries: list[dict[str, Any]]) -> tuple[Item, ...]:
    return tuple(Item(entry["path"], entry["md5"]) for entry in entries)
