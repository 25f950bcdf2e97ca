"""Executes one notebook in a kernel of its own, through papermill, and brings the outcome to a form without traces."""

import io
import re
import sys
from collections.abc import Callable
from contextlib import redirect_stderr
from pathlib import Path
from typing import Any

from analysis.errors import InputError
from analysis.pipeline.parameters import Parameters, check_notebook

CELL_TIMEOUT = 600  # seconds one cell may take before the run is stopped
Progress = Callable[[int, int], None]


class NotebookFailure(RuntimeError):
    """A notebook did not run to its end; the text says in which cell and why."""


def execute(path: Path, parameters: Parameters, root: Path, progress: Progress) -> Any:
    """Run a notebook with its parameters; returns the executed notebook (nbformat node), normalised.

    The kernel starts in `root`. Raises InputError where notebook and parameters do not fit, NotebookFailure where a
    cell raises, warns on stderr, or takes too long.
    """
    import papermill

    _check(path, parameters)
    engine = _engine(progress)
    papermill.engines.papermill_engines.register("analysis", engine)
    complaints = io.StringIO()
    try:
        with redirect_stderr(complaints):
            executed = papermill.execute_notebook(
                str(path), None, parameters=parameters.model_dump(), engine_name="analysis", kernel_name="python3",
                cwd=str(root), progress_bar=False, log_output=False, execution_timeout=CELL_TIMEOUT,
                shutdown_kernel="immediate", config=_kernel_settings(),
            )
    except papermill.exceptions.PapermillExecutionError as error:
        raise NotebookFailure(_failure(path, error)) from None
    except Exception as error:  # a kernel that dies or hangs surfaces as one of several library errors
        raise NotebookFailure(f"{path.name} stopped: {type(error).__name__}: {error}") from None
    _refuse_warnings(executed, path)
    return normalise(executed)


def _kernel_settings() -> Any:
    """Sockets between processes instead of TCP: nothing listens on the network, and the kernel has no cause to warn."""
    from traitlets.config import Config

    return Config() if sys.platform == "win32" else Config({"KernelManager": {"transport": "ipc"}})


def _check(path: Path, parameters: Parameters) -> None:
    import nbformat

    if not path.is_file():
        raise InputError(f"notebooks/{path.name}", found="no such notebook", expected="the file", action="correct the name")
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    tagged = [cell for cell in cells if "parameters" in cell.metadata.get("tags", [])]
    if len(tagged) != 1:
        raise InputError(
            f"notebooks/{path.name}", found=f"{len(tagged)} cells tagged 'parameters'", expected="one",
            action="tag the cell that sets the parameters, and no other",
        )
    rest = "\n".join(cell.source for cell in cells if cell is not tagged[0])
    check_notebook(rest, tagged[0].source, type(parameters), f"notebooks/{path.name}")


def _engine(progress: Progress) -> type:
    from papermill.engines import NBClientEngine

    class ProgressEngine(NBClientEngine):
        """papermill's own engine, telling how far it is."""

        @classmethod
        def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **options: Any) -> Any:
            complete, total = nb_man.cell_complete, len(nb_man.nb.cells)

            def told(cell: Any, cell_index: int | None = None, **more: Any) -> None:
                complete(cell, cell_index, **more)
                progress((cell_index or 0) + 1, total)

            nb_man.cell_complete = told
            return super().execute_managed_notebook(nb_man, kernel_name, **options)

    return ProgressEngine


def _failure(path: Path, error: Any) -> str:
    """One readable text for a cell that raised: our own errors by their message, others with their traceback."""
    if error.ename == "InputError":
        return str(error.evalue)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(error.traceback))
    return f"{path.name}, cell {error.cell_index} raised {error.ename}: {error.evalue}\n{plain}"


def _refuse_warnings(notebook: Any, path: Path) -> None:
    for index, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", []):
            if output.output_type == "stream" and output.name == "stderr":
                raise NotebookFailure(f"{path.name}, cell {index} wrote to stderr (warnings count as errors):\n{output.text}")


def normalise(notebook: Any) -> Any:
    """Strip an executed notebook of what differs between two equal runs: times, random ids, versions of the kernel."""
    notebook.metadata = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    for number, cell in enumerate(notebook.cells, start=1):
        tags = cell.metadata.get("tags", [])
        cell.id = f"cell-{number:02d}"
        cell.metadata = {"tags": tags} if tags else {}
    return notebook
