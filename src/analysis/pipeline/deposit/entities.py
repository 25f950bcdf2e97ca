"""The parts of an RO-Crate: entities of its graph, by id, and how files are named in it."""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

Entity = dict[str, Any]

MEDIA_TYPES = {
    ".html": "text/html",
    ".json": "application/json",
    ".csv": "text/csv",
    ".yaml": "application/yaml",
    ".md": "text/markdown",
    ".py": "text/x-python",
    ".ipynb": "application/x-ipynb+json",
    ".pdf": "application/pdf",
    ".cff": "application/yaml",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".qdc": "application/xml",
    ".js": "text/javascript",
    ".css": "text/css",
}


class Graph:
    """Entities by id, in the order they were first put in."""

    def __init__(self) -> None:
        """Start without entities."""
        self._entities: dict[str, Entity] = {}

    def add(self, key: str, sort: str | list[str], /, **properties: Any) -> Entity:
        """Put an entity in unless its id is known; returns a reference to it. Empty properties are left out, lists of one unpacked."""
        told = {name: _compact(value) for name, value in properties.items() if value not in (None, "", [], {})}
        self._entities.setdefault(key, {"@id": key, "@type": sort, **told})
        return {"@id": key}

    def __contains__(self, key: str) -> bool:
        """Whether an entity of this id was put in."""
        return key in self._entities

    def of_sort(self, sort: str) -> list[Entity]:
        """References to all entities of a type."""
        return [{"@id": key} for key, entity in self._entities.items() if sort in _listed(entity["@type"])]

    @property
    def entities(self) -> list[Entity]:
        """All entities."""
        return list(self._entities.values())


def _compact(value: Any) -> Any:
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _listed(value: str | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value]


def identifier(path: str, payload: str = "") -> str:
    """The id of a file: its path in the folder that the crate describes, or `#` and its path in the project.

    RO-Crate asks for percent-encoding; nothing of a file's name can then be taken for markup or for another place.

    >>> identifier("reports/a b.html", "reports"), identifier("data/raw/x.csv", "reports")
    ('a%20b.html', '#data/raw/x.csv')
    """
    inside = bool(payload) and path.startswith(f"{payload}/")
    return quote(path[len(payload) + 1 :]) if inside else f"#{quote(path)}"


def file_properties(file: Path) -> Entity:
    """Size, hash and media type of a file; nothing of one that was recorded and is no longer there."""
    if not file.is_file():
        return {}
    content = file.read_bytes()
    return {
        "encodingFormat": MEDIA_TYPES.get(file.suffix, "text/plain"),
        "contentSize": str(len(content)),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def references(identifiers: Iterable[str]) -> list[Entity]:
    """References to entities by their ids."""
    return [{"@id": one} for one in identifiers]
