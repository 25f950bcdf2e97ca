"""Which cell makes what: the tables, figures and in-text numbers of an executed notebook, with the cell of each."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.pipeline.notebook_files import read_cells
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


def exhibits(written: Path, executed: Path, store: dict[str, Result]) -> list[Exhibit]:
    """The exhibits of an executed notebook, in order. Cells are counted in the notebook as it is written.

    So private cells count, which a run leaves out, and the cell of parameters that it puts in does not.
    """
    from analysis.pipeline.shell import PRIVATE

    places = [place for place, cell in enumerate(read_cells(written), start=1) if PRIVATE not in _tags(cell)]
    ran = [cell for cell in _cells(executed) if "injected-parameters" not in _tags(cell)]
    return [found for place, cell in zip(places, ran, strict=False) for found in _of_cell(cell, place, store)]


def _cells(notebook: Path) -> list[dict[str, Any]]:
    return list(json.loads(notebook.read_text(encoding="utf-8"))["cells"])


def _tags(cell: dict[str, Any]) -> list[str]:
    return list(cell["metadata"].get("tags", []))


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
