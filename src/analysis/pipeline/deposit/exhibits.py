"""Which cell makes what: the tables, figures and in-text numbers of an executed notebook, with the cell of each."""

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_CAPTION = re.compile(r'<(caption|figcaption) id="((?:table|figure)-\d+)">(.*?)</\1>', re.DOTALL)
_RESULT = re.compile(r'data-result="([^"]+)"')
_TAG = re.compile(r"<[^>]+>")


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


def exhibits(executed: Path) -> list[Exhibit]:
    """The exhibits of an executed notebook, in order. The cell of parameters that a run puts in is not counted."""
    cells = json.loads(executed.read_text(encoding="utf-8"))["cells"]
    own = [cell for cell in cells if "injected-parameters" not in cell["metadata"].get("tags", [])]
    return [found for place, cell in enumerate(own, start=1) for found in _of_cell(cell, place)]


def _of_cell(cell: dict[str, Any], place: int) -> Iterator[Exhibit]:
    shown = "\n".join("".join(output.get("data", {}).get("text/html", "")) for output in cell.get("outputs", []))
    results = tuple(html.unescape(found) for found in dict.fromkeys(_RESULT.findall(shown)))
    code = "".join(cell["source"]).strip()
    captions = _CAPTION.findall(shown)
    for _, anchor, caption in captions:
        yield Exhibit(anchor.partition("-")[0], _words(caption), anchor, place, code, results)
    if results and not captions:
        yield Exhibit("text", "", "", place, code, results)


def _words(caption: str) -> str:
    return " ".join(html.unescape(_TAG.sub("", caption)).split())
