"""The hashes of files as far as this process has taken them, in the place of DVC's database of those of all runs.

DVC reads that database with a library that unpickles what lies there (diskcache, CVE-2025-69872), waits for ever for it on a
full disk, and takes a file for unchanged whose time and size are as before. To hash the project's files anew in each run
costs no more than to look them up.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

from dvc_data.hashfile.meta import Meta
from dvc_data.hashfile.state import StateNoop

Found = tuple[Any, Any]  # meta-data and hash, or None and None
NOTHING: Found = (None, None)


class Hashes(StateNoop):  # type: ignore[misc]
    """What DVC asks for the hash of a file: one that was saved since this process began, if the file is still the same."""

    def __init__(self, *places: Any) -> None:
        """Keep nothing yet, and nothing in any of the places."""
        self._known: dict[str, tuple[tuple[Any, ...], Any]] = {}

    def save(self, path: str, fs: Any, hash_info: Any, info: dict[str, Any] | None = None) -> None:
        """Keep a file's hash; `info` is what the file system says of it."""
        with suppress(FileNotFoundError):
            self._known[path] = (_state(info or fs.info(path)), hash_info)

    def save_many(self, items: Iterable[tuple[str, Any, dict[str, Any] | None]], fs: Any) -> None:
        """Keep the hashes of several files: path, hash, what the file system says."""
        for path, hash_info, info in items:
            self.save(path, fs, hash_info, info)

    def get(self, path: str, fs: Any, info: dict[str, Any] | None = None) -> Found:
        """Meta-data and hash of a file, or twice None where its hash is not known."""
        if path not in self._known:
            return NOTHING
        state, hash_info = self._known[path]
        with suppress(FileNotFoundError):
            info = info or fs.info(path)
            return (Meta.from_info(info), hash_info) if _state(info) == state else NOTHING
        return NOTHING

    def get_many(self, items: Iterable[str], fs: Any, infos: dict[str, dict[str, Any]]) -> Iterator[tuple[Any, ...]]:
        """As `get`, each with its path."""
        for path in items:
            yield path, *self.get(path, fs, infos.get(path))


def _state(info: dict[str, Any]) -> tuple[Any, ...]:
    return info["ino"], info["mtime"], info["size"]
