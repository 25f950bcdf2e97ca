"""What the recorded run says of a notebook: what it read, and whether that is as it was, by content."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from analysis.files import shown
from analysis.pipeline import team_files
from analysis.pipeline.lock import Recorded, read_lock
from analysis.pipeline.provenance import RAW_FILES
from analysis.pipeline.raw_files import names_in

IGNORED = ("__pycache__", ".ipynb_checkpoints", ".pytest_cache", ".hypothesis", ".ruff_cache")


def read_paths(stages: Iterable[Recorded], notebook: str, study: str) -> frozenset[str]:
    """Project paths of all that a notebook's run reads, through the stages that made what it reads; empty if not recorded."""
    known = tuple(stages)
    waiting = [stage for stage in known if stage.run == (notebook, study)]
    found: set[str] = set()
    while waiting:
        new = {listed_folder(path) or path for path in waiting.pop().reads} - found
        found |= new
        waiting += [
            stage
            for stage in known
            if any(_within(dep, out) or _within(out, dep) for dep in new for out in stage.makes)
        ]
    return frozenset(found)


def listed_folder(path: str) -> str:
    """The folder of raw data whose names a file of `analysis raw-files` lists; an empty text for any other path.

    That one stage lists the folders of all studies; who reads one list depends on one folder.

    >>> listed_folder("data/processed/raw_files/x.txt"), listed_folder("data/processed/x/results/a.json")
    ('data/raw/x', '')
    """
    return f"data/raw/{Path(path).stem}" if path.startswith(f"{RAW_FILES}/") else ""


def covers(paths: Iterable[str], file: str) -> bool:
    """Whether a file is one of the paths, or lies within one.

    >>> covers(["data/raw/x"], "data/raw/x/claims.csv"), covers(["data/raw/x"], "data/raw/xy.csv")
    (True, False)
    """
    return any(_within(file, path) for path in paths)


def _within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder}/")


def changed_since(root: Path, stage: Recorded, stages: Iterable[Recorded]) -> list[str]:
    """The inputs of a stage that are no longer as they were when it ran; of what other stages made, their inputs."""
    made = {out: other for other in stages for out in other.makes}
    found = []
    for path, known in stage.reads.items():
        if folder := listed_folder(path):
            found += [] if _md5(names_in(root / folder).encode()) == known else [folder]
            continue
        maker = next((other for out, other in made.items() if _within(path, out) or _within(out, path)), None)
        found += changed_since(root, maker, ()) if maker else [] if _is_as_recorded(root, path, known) else [path]
    return found


def _is_as_recorded(root: Path, path: str, known: str) -> bool:
    """Whether an input has the hash of dvc.lock; of a folder of records that is a keyed one, as `pipeline.dvc_record` makes it."""
    if content_md5(root / path) == known:
        return True
    files = [file for file in (root / path).rglob("*") if file.is_file() and file.name not in team_files.PUBLIC]
    keyed = Path(path).name in team_files.FOLDERS and files and team_files.keyed_hash(root, root / path, files)
    return known == f"{keyed}.dir"


def not_as_recorded(root: Path) -> list[str]:
    """The files and folders of the recorded run that lie there with other content than it wrote."""
    made = [(path, md5) for stage in read_lock(root) for path, md5 in stage.makes.items()]
    return [path for path, md5 in made if content_md5(root / path) not in ("", md5)]


def content_md5(path: Path) -> str:
    """MD5 of a file's bytes, or of a folder as DVC writes it (the sorted list of its files and their MD5, with `.dir`).

    An empty text where there is neither.
    """
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if file.is_file() and not _ignored(file))
        rows = [{"md5": _md5(file.read_bytes()), "relpath": shown(file, path)} for file in files]
        return _md5(json.dumps(sorted(rows, key=lambda row: row["relpath"]), sort_keys=True).encode()) + ".dir"
    return _md5(path.read_bytes()) if path.is_file() else ""


def _ignored(file: Path) -> bool:
    return any(part in IGNORED or part.endswith(".egg-info") for part in file.parts) or file.name == ".DS_Store"


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
