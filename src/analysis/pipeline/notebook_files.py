"""The one reader of notebooks as they lie in notebooks/: what is none is told before anything is made of it."""

import ast
import json
from pathlib import Path
from typing import Any

from analysis.errors import InputError
from analysis.files import read_text

Cell = dict[str, Any]


def read_cells(path: Path) -> list[Cell]:
    """The cells of a notebook, as its file has them.

    Raises InputError where there is no such file, for what is no notebook of format 4, and for code that is no Python.
    """
    name = f"notebooks/{path.name}"
    if not path.is_file():
        raise InputError(name, found="no such notebook", expected="the file", action="correct the name, or params.yaml")
    cells = _cells(read_text(path, name))
    if not cells:
        raise InputError(
            name,
            found="a file that is no notebook",
            expected="JSON with cells, in format 4 of Jupyter's notebooks",
            action="restore it from git, or save it again in JupyterLab",
        )
    for number, cell in enumerate(cells):
        if cell["cell_type"] == "code":
            _check_code("".join(cell["source"]), name, number)
    return cells


def _cells(text: str) -> list[Cell]:
    """The cells that a text holds; none where it is no notebook."""
    try:
        content = json.loads(text)
        cells = content["cells"] if content["nbformat"] == 4 and isinstance(content["metadata"], dict) else []
        return cells if isinstance(cells, list) and all(map(_is_cell, cells)) else []
    except (ValueError, TypeError, KeyError, RecursionError):
        return []


def _is_cell(cell: Cell) -> bool:
    words = (cell["cell_type"], *cell["source"], *cell["metadata"].get("tags", ()))
    lists = (cell["metadata"].get("tags", []), [] if isinstance(cell["source"], str) else cell["source"])
    return all(isinstance(word, str) for word in words) and all(isinstance(each, list) for each in lists)


def _check_code(code: str, name: str, number: int) -> None:
    try:
        ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None)
        raise InputError(
            name,
            column=f"cell {number}",
            found=f"{f'line {line}, which is' if line else 'what is'} no Python ({getattr(error, 'msg', error)})",
            expected="plain Python; lines that begin with % or ! are IPython's own",
            action="correct the cell",
        ) from None
