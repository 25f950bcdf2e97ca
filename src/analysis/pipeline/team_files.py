"""The files that a team keeps to itself, and what may be told of them: that one of a known name is there, nothing else.

A hash lets whoever knows most of a file find the rest by trial; a size rules files out; a name may be a person's. For DVC,
which has to notice that such a file changed, a hash stands with a key that never leaves the machine.
"""

import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path, PurePosixPath

FOLDERS = ("records", "management_information")  # in a study's folder, raw or processed
PRESENT = "present (of records about people neither hash nor size is given)"
HOME = Path(".dvc") / "people"  # ignored by git, and kept by `make clean`
KEY = HOME / "key"  # without it stages on such files run once more
PUBLIC = ("README.md", ".gitkeep")


def is_kept(path: str) -> bool:
    """Whether a file, by its path in the project, is one a team keeps to itself: in such a folder, or named like its tables.

    >>> is_kept("data/raw/s/records/a.csv"), is_kept("data/raw/s/attendance.xlsx"), is_kept("data/raw/s/records/README.md")
    (True, True, False)
    >>> is_kept("data/raw/s/claims.csv"), is_kept("data/templates/attendance.csv")
    (False, False)
    """
    inside = _inside(path)
    if not inside or inside[-1] in PUBLIC:
        return False
    return inside[0] in FOLDERS or (len(inside) == 1 and inside[0].split(".")[0] in _tables())


def may_be_named(path: str) -> bool:
    """Whether the name of a kept file tells no more than that a reader of this project reads it.

    >>> may_be_named("data/raw/s/records/attendance.csv"), may_be_named("data/raw/s/records/A Person.csv")
    (True, False)
    """
    inside = _inside(path)
    return len(inside) <= 2 and inside[-1] in known_names()


def _inside(path: str) -> tuple[str, ...]:
    """The parts of a path below its study's folder of raw or processed data; none elsewhere."""
    parts = PurePosixPath(path).parts
    return parts[3:] if parts[:2] in (("data", "raw"), ("data", "processed")) else ()


@cache
def _tables() -> frozenset[str]:
    from analysis.participants import EXPORT_TABLES, TABLES

    return frozenset((*TABLES, *EXPORT_TABLES, "coded_segments", *FOLDERS))


@cache
def known_names() -> frozenset[str]:
    """The names of the files that some reader of a team's folders looks for."""
    from analysis.participants.folders import FILES

    return frozenset().union(*FILES.values())


def told(paths: Iterable[str]) -> Iterator[str]:
    """Of some files those that may be named: all but kept ones of a name that no reader knows."""
    return (path for path in paths if not is_kept(path) or may_be_named(path))


def keyed_hash(root: Path, folder: Path, files: Iterable[Path]) -> str:
    """A hash (32 hexadecimal digits) of some files of a folder, by names and content, that tells nothing without the key.

    The key is made at random where there is none.
    """
    key = _key(root / KEY)
    listed = hashlib.blake2b(key=key, digest_size=16)
    for path in sorted(files):
        with path.open("rb") as file:
            content = hashlib.file_digest(file, lambda: hashlib.blake2b(key=key)).digest()
        listed.update(f"{path.relative_to(folder).as_posix()}\0".encode() + content)
    return listed.hexdigest()


def keyed_text(root: Path, text: str) -> str:
    """The same of a text."""
    return hashlib.blake2b(text.encode("utf-8"), key=_key(root / KEY), digest_size=16).hexdigest()


def _key(path: Path) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.is_file() or path.stat().st_size < hashlib.blake2b.MAX_KEY_SIZE:
        temporary = path.with_suffix(f".{os.getpid()}")
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(secrets.token_bytes(hashlib.blake2b.MAX_KEY_SIZE))
        temporary.replace(path)
    return path.read_bytes()
