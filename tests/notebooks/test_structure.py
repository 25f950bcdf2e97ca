"""The notebooks keep the house's rules: thin, stripped, one parameters cell, no number typed in."""

import ast
import json
import re
from pathlib import Path

import pytest

from analysis.pipeline.parameter_models import MODELS
from analysis.pipeline.parameters import check_notebook, planned_runs

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
MOST_STATEMENTS = 5


def cells(path: Path, kind: str) -> list[dict]:
    return [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == kind]


def source(cell: dict) -> str:
    return "".join(cell["source"])


def is_parameters(cell: dict) -> bool:
    return "parameters" in cell["metadata"].get("tags", [])


@pytest.fixture(params=NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def notebook(request) -> Path:
    return request.param


def test_every_notebook_is_planned_and_every_plan_has_a_notebook():
    assert {path.stem for path in NOTEBOOKS} == {name for name, _ in planned_runs(ROOT)} == set(MODELS)


def test_it_is_stripped(notebook):
    for cell in cells(notebook, "code"):
        assert cell["outputs"] == []
        assert cell["execution_count"] is None


def test_cells_are_thin(notebook):
    for cell in cells(notebook, "code"):
        tree = ast.parse(source(cell))
        assert not any(isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Lambda) for node in ast.walk(tree))
        imports = all(isinstance(node, ast.Import | ast.ImportFrom) for node in tree.body)
        assert imports or is_parameters(cell) or len(tree.body) <= MOST_STATEMENTS


def test_no_number_is_typed_in(notebook):
    for cell in (cell for cell in cells(notebook, "code") if not is_parameters(cell)):
        for node in ast.walk(ast.parse(source(cell))):
            assert not (
                isinstance(node, ast.Constant)
                and isinstance(node.value, int | float)
                and not isinstance(node.value, bool)
            )
    for cell in cells(notebook, "markdown"):
        prose = re.sub(r"`[^`]*`|\]\([^)]*\)", "", source(cell))
        assert not re.search(r"\d", prose), prose


def test_a_cell_that_looks_at_a_frame_of_people_is_private_and_a_bare_frame_never_stands_on_a_page(notebook):
    for cell in cells(notebook, "code"):
        body = ast.parse(source(cell)).body
        if body and isinstance(body[-1], ast.Expr) and isinstance(body[-1].value, ast.Name):
            assert cell["metadata"].get("tags") == ["private"]


def test_its_parameters_are_those_of_its_model(notebook):
    code = cells(notebook, "code")
    tagged = [cell for cell in code if is_parameters(cell)]
    assert len(tagged) == 1
    rest = "\n".join(source(cell) for cell in code if cell is not tagged[0])
    check_notebook(rest, source(tagged[0]), MODELS[notebook.stem], notebook.name)


def test_it_opens_with_a_question_and_ends_with_what_would_change_the_answer(notebook):
    texts = [source(cell) for cell in cells(notebook, "markdown")]
    title, question = texts[0].split("\n\n", 1)
    assert title.startswith("# ")
    assert question.strip().endswith("?")
    assert texts[-1].startswith("## What would change the answer")
