"""What was published last: from what, and which files; so that a run in which nothing changed need not publish again."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from analysis.pipeline.kept import read_kept
from analysis.pipeline.sources import Sources
from analysis.results import write_text

FILE = Path("build") / "published.json"
READ = (
    "dvc.lock",
    "params.yaml",
    "dvc.yaml",
    "requirements.lock",
    "CITATION.cff",
    "LICENSE",
    "LICENSE-text-data.md",
    "benchmarks/results/pipeline.json",
)
READ_LATE = (
    "tests/spec/*.yaml",
    "data/raw/*/*.yaml",
    "data/raw/*/*.csv",
)  # what pages are made from when they are published


@dataclass(frozen=True)
class Publication:
    """The closing lines of a run, the inputs its pages were made from (as one hash), and the pages' state."""

    told: list[str]
    inputs: str
    pages: dict[str, list[int]]


def inputs(root: Path, stamp: str, sources: Sources) -> str:
    """One hash of all that is published once every stage is up to date: recorded run, parameters, code, wording, stamp, citation."""
    parts = [stamp.encode(), repr(sorted((str(path), state) for path, state in sources.state.items())).encode()]
    named = [*(root / name for name in READ), *(path for pattern in READ_LATE for path in sorted(root.glob(pattern)))]
    parts += [path.read_bytes() for path in named if path.is_file()]
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


def still_told(root: Path, stamp: str, sources: Sources) -> list[str] | None:
    """The closing lines of the last publication if it would come out the same again; else None."""
    try:
        last = Publication(**read_kept(root / FILE))
    except TypeError:
        return None
    return last.told if last.inputs == inputs(root, stamp, sources) and last.pages == _pages(root) else None


def note(root: Path, told: list[str], stamp: str, sources: Sources) -> None:
    """Keep what was published."""
    content = {"told": told, "inputs": inputs(root, stamp, sources), "pages": _pages(root)}
    write_text(root / FILE, json.dumps(content))


def _pages(root: Path) -> dict[str, list[int]]:
    files = {path: path.stat() for path in (root / "reports").rglob("*") if path.is_file()}
    return {path.relative_to(root).as_posix(): [state.st_mtime_ns, state.st_size] for path, state in files.items()}
