"""Which cell makes what: the tables, figures and in-text numbers of an executed notebook, with the cell of each."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.reporting.markup import MIME
from analysis.reporting.nodes import plain, walk
from analysis.results import Result


@dataclass(frozen=True)
class Exhibit:
    """What one cell shows: a table, a figure, or text with numbers; `cell` counts the cells of the notebook from one.

    `anchor` is the place on the page (empty for text), `results` are the ids of the numbers shown, in order, each once.
    """

    sort: str
    title: str
    anchor: str
    cell: int
    code: str
    results: tuple[str, ...]


def exhibits(executed: Path, store: dict[str, Result]) -> list[Exhibit]:
    """The exhibits of an executed notebook, in order. The cell of parameters that a run puts in is not counted."""
    cells = json.loads(executed.read_text(encoding="utf-8"))["cells"]
    own = [cell for cell in cells if "injected-parameters" not in cell["metadata"].get("tags", [])]
    return [found for place, cell in enumerate(own, start=1) for found in _of_cell(cell, place, store)]


def _of_cell(cell: dict[str, Any], place: int, store: dict[str, Result]) -> Iterator[Exhibit]:
    blocks = [
        block for output in cell.get("outputs", []) for block in output.get("data", {}).get(MIME, {}).get("blocks", [])
    ]
    results = tuple(dict.fromkeys(node["id"] for node in walk(blocks) if node["type"] == "number"))
    code = "".join(cell["source"]).strip()
    captioned = [
        node for node in walk(blocks) if node["type"] in ("table", "figure") and "label" in node and node["label"]
    ]
    for node in captioned:
        title = f"{node['label']}. {plain(node['caption'], store)}"
        yield Exhibit(node["type"], title, node["anchor"], place, code, results)
    if results and not captioned:
        yield Exhibit("text", "", "", place, code, results)
