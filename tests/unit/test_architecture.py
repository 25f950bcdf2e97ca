"""The layers of docs/architecture.md: a module imports only from layers above its own, and no one calls home."""

import ast
from pathlib import Path

import pytest

SRC = Path(__file__).resolve().parents[2] / "src" / "analysis"
LAYERS = [
    {"errors", "files", "quantities", "expressions", "linear", "names", "output"},
    {"bounds"},
    {"study", "participants", "ordered_logit"},
    {"audit", "sroi", "programme", "census", "coding", "questionnaire", "english", "participation", "examples"},
    {"disclosure"},
    {"results"},
    {"reporting"},
    {"companions"},
    {"pipeline"},
    {"comparison"},
    {"cli", "__main__"},
]
LAYER = {name: number for number, names in enumerate(LAYERS) for name in names}
DOMAIN = 3
MODULES = sorted(path for path in SRC.rglob("*.py") if path != SRC / "__init__.py")


def part(path: Path) -> str:
    """The first-level module a file belongs to."""
    return path.relative_to(SRC).parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
    """First-level modules of ours that a file imports, anywhere in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names |= {node.module} if node.module != "analysis" else {f"analysis.{alias.name}" for alias in node.names}
    return {name.split(".")[1] for name in names if name.startswith("analysis.")}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(SRC).as_posix())
def test_a_module_imports_only_from_layers_above(path):
    own = part(path)
    assert own in LAYER, f"{own} has no layer; add it to docs/architecture.md and here"
    for name in imports(path) - {own}:
        assert LAYER[name] <= LAYER[own], f"{own} imports {name}"
        assert not (LAYER[name] == LAYER[own] == DOMAIN), f"the domain module {own} imports the domain module {name}"


WORDING = {"errors.py": {"os.environ"}}  # one variable decides how messages are worded, and nothing else
FORBIDDEN = {"eval", "exec", "compile", "__import__"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(SRC).as_posix())
def test_nothing_is_evaluated_as_code_and_no_one_reads_the_clock_or_the_environment(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert not calls & FORBIDDEN
    if part(path) == "pipeline":
        return
    attributes = {
        f"{node.value.id}.{node.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }
    attributes -= WORDING.get(path.relative_to(SRC).as_posix(), set())
    assert not attributes & {"os.environ", "os.getenv", "time.time", "datetime.now", "date.today", "datetime.today"}
