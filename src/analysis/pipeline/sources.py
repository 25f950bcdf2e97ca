"""Whether the code that a warm process imported is still the code on disk."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Sources:
    """The state of a folder's Python files at one moment."""

    folder: Path
    state: dict[Path, tuple[int, int, int]]

    @classmethod
    def now(cls, folder: Path) -> "Sources":
        """Note the state before anything is imported."""
        return cls(folder, _state(folder))

    def problem(self) -> list[str]:
        """Lines that say so if the files are no longer as they were; none if they are."""
        changed = sorted(path for path, _ in set(self.state.items()) ^ set(_state(self.folder).items()))
        if not changed:
            return []
        return [
            f"{changed[0].relative_to(self.folder.parent).as_posix()} changed while the run was under way: run again"
        ]


def _state(folder: Path) -> dict[Path, tuple[int, int, int]]:
    files = {path: path.stat() for path in folder.rglob("*.py")}
    return {path: (found.st_mtime_ns, found.st_size, found.st_ino) for path, found in files.items()}
