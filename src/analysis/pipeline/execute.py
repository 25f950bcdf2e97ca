"""Executes one notebook in this process, through papermill, and brings the outcome to a form without traces."""

import logging
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from analysis.errors import InputError
from analysis.pipeline.notebook_files import read_cells
from analysis.pipeline.parameter_models import Parameters
from analysis.pipeline.parameters import check_notebook

CELL_TIMEOUT = 600  # seconds one cell may take before the run is stopped
Progress = Callable[[int, int], None]


class NotebookFailure(RuntimeError):
    """A notebook did not run to its end; the text says in which cell and why."""


def execute(path: Path, parameters: Parameters, root: Path, progress: Progress, timeout: float = CELL_TIMEOUT) -> Any:
    """Run a notebook with its parameters in this process; returns the executed notebook (nbformat node), normalised.

    Its cells find `root` as the working folder. Raises InputError where notebook and parameters do not fit,
    NotebookFailure where a cell raises, warns on stderr or writes without end; a cell that takes longer than `timeout`
    seconds ends the process.
    """
    _check(path, parameters)
    executed = run_cells(path, parameters.model_dump(), root, progress, timeout)
    _refuse_warnings(executed, path)
    return normalise(executed)


def run_cells(path: Path, values: dict[str, Any], root: Path, progress: Progress, timeout: float) -> Any:
    """Run a notebook through papermill; returns it as executed. Raises NotebookFailure if it does not come to its end."""
    import papermill

    from analysis.pipeline import shell

    try:
        logging.getLogger("papermill").setLevel(logging.ERROR)
        return papermill.execute_notebook(
            str(path),
            None,
            parameters=values,
            engine_name=shell.NAME,
            kernel_name="python3",
            language="python",
            cwd=str(root),
            progress_bar=False,
            log_output=False,
            progress=progress,
            timeout=timeout,
        )
    except papermill.exceptions.PapermillExecutionError as error:
        raise NotebookFailure(_failure(path, error)) from None
    except shell.Stopped as error:
        raise NotebookFailure(f"{path.name}: {error}") from None


def _check(path: Path, parameters: Parameters) -> None:
    cells = [cell for cell in read_cells(path) if cell["cell_type"] == "code"]
    tagged = [cell for cell in cells if "parameters" in cell["metadata"].get("tags", [])]
    if len(tagged) != 1:
        raise InputError(
            f"notebooks/{path.name}",
            found=f"{len(tagged)} cells tagged 'parameters'",
            expected="one",
            action="tag the cell that sets the parameters, and no other",
        )
    rest = "\n".join("".join(cell["source"]) for cell in cells if cell is not tagged[0])
    check_notebook(rest, "".join(tagged[0]["source"]), type(parameters), f"notebooks/{path.name}")


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
                raise NotebookFailure(
                    f"{path.name}, cell {index} wrote to stderr (warnings count as errors):\n{output.text}"
                )


def normalise(notebook: Any) -> Any:
    """Strip an executed notebook of private cells, and of what differs between two equal runs: times, random ids, versions."""
    from analysis.pipeline.shell import PRIVATE

    notebook.cells = [cell for cell in notebook.cells if PRIVATE not in cell.metadata.get("tags", [])]
    notebook.metadata = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if "injected-parameters" in tags:
            cell.id = "injected-parameters"
        cell.metadata = {"tags": tags} if tags else {}
    return notebook
