"""Files in notebooks/ that are no notebooks, or none that could be run: one error that names the file, before anything is made of it."""

import json

import pytest

from analysis.errors import InputError
from analysis.pipeline import preloaded
from analysis.pipeline.notebook_files import read_cells
from analysis.pipeline.stage import notebook_title, question

CELLS = [
    {"cell_type": "markdown", "metadata": {}, "source": ["# A title\n", "\n", "A question?"]},
    {"cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": "import math", "outputs": []},
]
GOOD = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": CELLS}
NONE = {
    "nothing": "",
    "bytes": b"\xff\xfe\x00",
    "a list": "[]",
    "null": "null",
    "lists in lists": "[" * 100_000,
    "a number as cells": '{"cells": NaN, "metadata": {}, "nbformat": 4}',
    "another format": json.dumps(GOOD | {"nbformat": 3}),
    "a format in letters": json.dumps(GOOD | {"nbformat": "4"}),
    "a list as metadata": json.dumps(GOOD | {"metadata": []}),
    "no cells": json.dumps(GOOD | {"cells": []}),
    "cells by name": json.dumps(GOOD | {"cells": {"a": CELLS[0]}}),
    "a number as source": json.dumps(GOOD | {"cells": [CELLS[0] | {"source": 5}]}),
    "lists as source": json.dumps(GOOD | {"cells": [CELLS[0] | {"source": [["# a"]]}]}),
    "numbers as tags": json.dumps(GOOD | {"cells": [CELLS[0] | {"metadata": {"tags": [1]}}]}),
    "a word as tags": json.dumps(GOOD | {"cells": [CELLS[0] | {"metadata": {"tags": "private"}}]}),
    "a cell that is none": json.dumps(GOOD | {"cells": [None]}),
    "a line for the shell": json.dumps(GOOD | {"cells": [*CELLS, CELLS[1] | {"source": "!touch x"}]}),
    "brackets in brackets": json.dumps(GOOD | {"cells": [*CELLS, CELLS[1] | {"source": "(" * 5_000}]}),
}


@pytest.fixture
def notebook(tmp_path):
    path = tmp_path / "notebooks" / "08_any.ipynb"
    path.parent.mkdir()
    path.write_text(json.dumps(GOOD), encoding="utf-8")
    return path


def test_the_good_notebook_is_good(tmp_path, notebook):
    assert [cell["cell_type"] for cell in read_cells(notebook)] == ["markdown", "code"]
    assert (notebook_title(tmp_path, "08_any"), question(tmp_path, "08_any")) == ("A title", "A question?")
    assert preloaded.notebook_imports(tmp_path) == ["math"]


@pytest.mark.parametrize("name", NONE)
def test_what_is_no_notebook_is_told_and_those_beside_it_are_read(tmp_path, notebook, name):
    content = NONE[name]
    broken = notebook.with_name("09_broken.ipynb")
    broken.write_bytes(content if isinstance(content, bytes) else content.encode())
    for read in (
        read_cells,
        lambda path: notebook_title(tmp_path, path.stem),
        lambda path: question(tmp_path, path.stem),
    ):
        with pytest.raises(InputError, match=r"^notebooks/09_broken\.ipynb.*What to do:"):
            read(broken)
    assert preloaded.notebook_imports(tmp_path) == ["math"]
