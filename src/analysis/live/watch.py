"""Which files changed since they were looked at last. Asked again and again: the same on every system, and on shared disks."""

import os
from collections.abc import Iterator
from pathlib import Path

PLACES = ("data/raw", "notebooks", "src/analysis", "tests/spec", "params.yaml", "dvc.yaml", "CITATION.cff")
CODE = (".py",)
TEMPLATES = (".j2", ".css", ".js")
_UNFINISHED = (".part", ".tmp", ".swp", ".pyc", "~")  # what editors and programs write beside a file while they save it
State = tuple[int, int, int]


class Watch:
    """The files of a project that a run reads, and `more` of other places."""

    def __init__(self, root: Path, *more: Path) -> None:
        """What is there now is no change."""
        self.root, self.more = root, more
        self._known = self._now()
        self._last = self._known

    def changed(self) -> frozenset[str]:
        """Paths below the project (of others: whole paths) that came, went or changed, once nothing changed between two calls.

        A file that is still being written is thus waited for.
        """
        now, before = self._now(), self._last
        self._last = now
        if now == self._known or now != before:
            return frozenset()
        found = frozenset(path for path, _ in now.items() ^ self._known.items())
        self._known = now
        return found

    def _now(self) -> dict[str, State]:
        files = (file for place in PLACES for file in _files(self.root / place))
        found = {os.path.relpath(file, self.root).replace(os.sep, "/"): state for file, state in files}
        return found | {str(path): state for place in self.more for path, state in _files(place)}


def _files(place: Path) -> Iterator[tuple[str, State]]:
    """The files at or below a place, each with its state; hidden ones and those being written are passed over."""
    try:
        if place.is_dir():
            with os.scandir(place) as entries:
                for entry in entries:
                    if entry.name.startswith((".", "#", "__pycache__")) or entry.name.endswith(_UNFINISHED):
                        continue
                    if entry.is_dir():
                        yield from _files(Path(entry.path))
                    else:
                        yield entry.path, _state(entry.stat())
        elif place.is_file():
            yield str(place), _state(place.stat())
    except FileNotFoundError:  # gone since it was listed
        return


def _state(found: os.stat_result) -> State:
    return found.st_mtime_ns, found.st_size, found.st_ino
