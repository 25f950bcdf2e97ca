"""All notebooks' bodies and pages in one process that has imported everything: `python -m benchmarks._one_process`.

No kernel, no Jupyter protocol, no papermill, no DVC, nothing written but what the notebooks themselves write: the least
that the same work can cost. Prints the seconds the work took once imports were done.
"""

import ast
import json
import time
from pathlib import Path
from typing import Any

from analysis.pipeline import preloaded
from analysis.pipeline.parameters import parameters_for, planned_runs
from analysis.pipeline.shell import PRIVATE
from analysis.pipeline.stage import _page
from analysis.study import load_study


def main(root: Path) -> None:
    """Import, then run every planned notebook once."""
    preloaded.preload([*preloaded.COMMON, *preloaded.notebook_imports(root)])
    started = time.perf_counter()
    for notebook, study in planned_runs(root):
        once(root, notebook, study)
    print(json.dumps(time.perf_counter() - started))


def once(root: Path, notebook: str, study: str) -> None:
    """Run one notebook for a study and make its page."""
    import nbformat

    parameters = parameters_for(root, notebook, study)
    executed = nbformat.read(root / "notebooks" / f"{notebook}.ipynb", as_version=4)
    run(executed, parameters.model_dump())
    _page(executed, load_study(study, root), notebook, parameters)


def run(notebook: Any, parameters: dict[str, Any]) -> None:
    """Run the cells of a notebook in one namespace, but for private ones, and put what they show into it."""
    import nbformat

    names: dict[str, Any] = {}
    for cell in (cell for cell in notebook.cells if cell.cell_type == "code"):
        tags = cell.metadata.get("tags", [])
        if PRIVATE in tags:
            continue
        shown = run_cell(cell.source, names)
        if "parameters" in tags:
            names |= parameters
        if shown is not None:
            forms = shown._repr_mimebundle_() if hasattr(shown, "_repr_mimebundle_") else {"text/plain": repr(shown)}
            cell.outputs = [nbformat.v4.new_output("execute_result", forms)]


def run_cell(source: str, names: dict[str, Any]) -> Any:
    """Run one cell; the value of its last line if that is an expression."""
    body = ast.parse(source).body
    last = ast.Expression(body.pop().value) if body and isinstance(body[-1], ast.Expr) else None
    exec(compile(ast.Module(body, []), "<cell>", "exec"), names)
    return eval(compile(last, "<cell>", "eval"), names) if last else None


if __name__ == "__main__":
    main(Path.cwd())
