"""What differs between the inputs of two runs: entries of tables and documents, parameters, packages, code."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

from analysis.comparison.lock import IGNORED
from analysis.files import shown
from analysis.pipeline.lock import FILE as LOCK
from analysis.study import study_ids

PLACES = ("data/raw", "src", "notebooks", "params.yaml", "dvc.yaml", "requirements.lock")
PARAMETERS, PACKAGES = "params.yaml", "requirements.lock"
# Tables whose cells may be shown. Any other table may be about people: of it only the name is given.
OPEN_TABLES = frozenset({
    "claims.csv", "not_claims.csv", "value_map.csv", "measures.csv", "comparisons.csv", "readings.csv", "themes.csv",
    "statements.csv", "stakeholder_themes.csv",
})  # fmt: skip
# Columns that a number can follow from; the others are words.
MOVING = {
    "assumptions.yaml": frozenset({"value", "low", "high", "distribution", "price_year", "unit", "kind", "claim"}),
    "claims.csv": frozenset({"value", "printed", "unit", "base", "kind", "formula"}),
    "value_map.csv": frozenset({
        "kind", "quantity", "change", "duration", "start", "proxy", "deadweight", "displacement", "attribution", "drop_off", "beneficiaries",
    }),
}  # fmt: skip
_PIN = re.compile(r"^([A-Za-z0-9][\w.-]*)==(\S+)", re.MULTILINE)


class Sort(StrEnum):
    """What sort of input an entry is."""

    STUDY = "study"
    ASSUMPTION = "assumption"
    CLAIM = "claim"
    PARAMETER = "parameter"
    INPUT = "input"
    PACKAGE = "package"
    CODE = "code"


@dataclass(frozen=True)
class Entry:
    """One entry of an input that is not the same in both runs.

    `key` names it within its file (empty: the file as a whole); `fields` are (field, before, after), None where a run has
    no such field.
    """

    file: str
    key: str
    sort: Sort
    fields: tuple[tuple[str, str | None, str | None], ...] = ()

    @property
    def result_id(self) -> str:
        """The id under which results name it among their inputs; empty if they cannot."""
        return f"{self.sort}:{self.key}" if self.sort in (Sort.ASSUMPTION, Sort.CLAIM) else ""

    @property
    def study(self) -> str:
        """The study whose folder holds it; empty for what all share."""
        parts = self.file.split("/")
        return parts[2] if parts[:2] == ["data", "raw"] and (len(parts) > 3 or self.sort is Sort.STUDY) else ""

    @property
    def name(self) -> str:
        """What it is called in a sentence: `assumption drop_off`, `code src/analysis/sroi/model.py`."""
        if self.sort is Sort.INPUT:
            return f"{self.key} in {self.file}" if self.key else self.file
        return f"{self.sort} {self.key or self.file}"

    @property
    def moves_numbers(self) -> bool:
        """Whether a number can follow from what changed, and not only words."""
        moving = MOVING.get(Path(self.file).name)
        return moving is None or not self.fields or any(field in moving for field, _, _ in self.fields)

    @property
    def kind_alone(self) -> bool:
        """Whether nothing a number follows from changed but how it is known."""
        moving = MOVING.get(Path(self.file).name, frozenset())
        return {field for field, _, _ in self.fields if field in moving} == {"kind"}


def compare_inputs(before: Path, after: Path) -> tuple[Entry, ...]:
    """Every entry that differs between the inputs of two project folders, by file and entry.

    A study that only one of them has is one entry, and its files are none.
    """
    old, new = _files(before), _files(after)
    studies = {*study_ids(before)} ^ {*study_ids(after)}
    whole = tuple(Entry(f"data/raw/{study}", study, Sort.STUDY) for study in sorted(studies))
    differing = (name for name in sorted({*old, *new}) if _content(old.get(name)) != _content(new.get(name)))
    found = (entry for name in differing for entry in _entries(name, old.get(name), new.get(name)))
    return (*whole, *(entry for entry in found if entry.study not in studies))


def _files(root: Path) -> dict[str, Path]:
    paths = (
        path for place in PLACES for path in ((root / place).rglob("*") if (root / place).is_dir() else [root / place])
    )
    return {
        shown(path, root): path
        for path in paths
        if path.is_file() and path.suffix != ".pyc" and not _ignored(path, root)
    }


def _ignored(path: Path, root: Path) -> bool:
    parts = path.relative_to(root).parts
    return (
        any(part in IGNORED or part.startswith(".") or part.endswith(".egg-info") for part in parts)
        or path.name == LOCK
    )


def _content(path: Path | None) -> bytes | None:
    return path.read_bytes() if path else None


def _entries(name: str, before: Path | None, after: Path | None) -> Iterator[Entry]:
    """The entries of one file that differ; the file as a whole where its entries cannot be told or may not be shown."""
    sort = _sort(name)
    tables = [_table(name, path) for path in (before, after)]
    changed = list(_differing(*tables)) if all(table is not None for table in tables) else []
    if not changed:
        yield Entry(name, "", Sort.INPUT if sort in (Sort.ASSUMPTION, Sort.CLAIM) else sort)
    for key, fields in changed:
        yield Entry(name, key, sort, fields)


def _sort(name: str) -> Sort:
    named = {"assumptions.yaml": Sort.ASSUMPTION, "claims.csv": Sort.CLAIM}
    whole = {PARAMETERS: Sort.PARAMETER, PACKAGES: Sort.PACKAGE}
    if name in whole or name.startswith(("src/", "notebooks/", "dvc.yaml")):
        return whole.get(name, Sort.CODE)
    return named.get(Path(name).name, Sort.INPUT)


def _differing(
    before: Mapping[str, Mapping[str, str]] | None, after: Mapping[str, Mapping[str, str]] | None
) -> Iterator[tuple[str, tuple[tuple[str, str | None, str | None], ...]]]:
    old, new = before or {}, after or {}
    for key in dict.fromkeys([*old, *new]):
        one, other = old.get(key, {}), new.get(key, {})
        fields = tuple(
            (f, one.get(f), other.get(f)) for f in dict.fromkeys([*one, *other]) if one.get(f) != other.get(f)
        )
        if fields:
            yield key, fields


def _table(name: str, path: Path | None) -> dict[str, dict[str, str]] | None:
    """A file as {entry: {field: text}}; empty for no file, None where it is none that can be told entry by entry."""
    if path is None:
        return {}
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        return None
    if name == PACKAGES:
        return {package: {"version": version} for package, version in _PIN.findall(text)}
    if path.suffix == ".yaml" and not name.startswith("src/") and name != "dvc.yaml":
        return _document(text, name)
    is_open = path.name in OPEN_TABLES or name.startswith("data/raw/reference/")
    return _rows(text) if path.suffix == ".csv" and is_open else None


def _rows(text: str) -> dict[str, dict[str, str]] | None:
    """Rows of a CSV file by their first cell, or by their number where first cells repeat."""
    try:
        header, *rows = csv.reader(io.StringIO(text, newline=""))
    except (csv.Error, ValueError):
        return None
    firsts = [row[0] if row else "" for row in rows]
    by_number = len(set(firsts)) < len(firsts)
    keys = [f"row {place}" for place in range(2, len(rows) + 2)] if by_number else firsts
    return {key: dict(zip(header, row, strict=False)) for key, row in zip(keys, rows, strict=True)}


def _document(text: str, name: str) -> dict[str, dict[str, str]] | None:
    """A YAML document by entry: an item of a list by its id, anything else by its key; fields are paths below it."""
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError:
        return None
    if not isinstance(content, dict):
        return None
    found: dict[str, dict[str, str]] = {}
    for key, value in content.items():
        for part, inner in _parts(str(key), value, name):
            found[part] = dict(_leaves(inner))
    return found


def _parts(key: str, value: Any, name: str) -> Iterator[tuple[str, Any]]:
    """A top-level key as one entry, or as one for each item that has an id; runs of params.yaml one for each study."""
    if isinstance(value, list) and value and all(isinstance(item, dict) and "id" in item for item in value):
        plain = Path(name).name == "assumptions.yaml"
        yield from ((str(item["id"]) if plain else f"{key}.{item['id']}", item) for item in value)
    elif name == PARAMETERS and isinstance(value, dict):
        yield from ((f"{key}.{study}", values) for study, values in value.items())
    else:
        yield key, value


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every plain value below an entry with its path: `source.title`, `alternatives.1`."""
    if isinstance(value, dict):
        inner: Iterable[tuple[object, Any]] = value.items()
    elif isinstance(value, list):
        inner = enumerate(value, start=1)
    else:
        yield path, "" if value is None else str(value)
        return
    for key, item in inner:
        yield from _leaves(item, f"{path}.{key}" if path else str(key))
