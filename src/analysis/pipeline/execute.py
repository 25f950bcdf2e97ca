"""Executes one notebook in a kernel of its own, through papermill, and brings the outcome to a form without traces."""

import io
import os
import re
import shutil
import sys
from collections.abc import Callable
from contextlib import redirect_stderr
from pathlib import Path
from typing import Any

from analysis.errors import InputError
from analysis.pipeline.kernels import short_folder
from analysis.pipeline.parameters import Parameters, check_notebook

CELL_TIMEOUT = 600  # seconds one cell may take before the run is stopped
Progress = Callable[[int, int], None]


class NotebookFailure(RuntimeError):
    """A notebook did not run to its end; the text says in which cell and why."""


def execute(
    path: Path,
    parameters: Parameters,
    root: Path,
    progress: Progress,
    kernel: str = "python3",
    timeout: float = CELL_TIMEOUT,
) -> Any:
    """Run a notebook with its parameters; returns the executed notebook (nbformat node), normalised.

    The kernel, any that Jupyter knows by name, starts in `root`. Raises InputError where notebook and parameters do not
    fit, NotebookFailure where a cell raises, warns on stderr, ends its kernel, writes without end, or takes longer than
    `timeout` seconds.
    """
    _check(path, parameters)
    executed = run_cells(path, parameters.model_dump(), root, progress, kernel, timeout)
    _refuse_warnings(executed, path)
    return normalise(executed)


def run_cells(path: Path, values: dict[str, Any], root: Path, progress: Progress, kernel: str, timeout: float) -> Any:
    """Run a notebook through papermill; returns it as executed. Raises NotebookFailure if it does not come to its end."""
    import papermill

    from analysis.pipeline.engine import Stopped, engine

    folder = short_folder()
    try:
        with redirect_stderr(io.StringIO()):  # papermill's own log
            return papermill.execute_notebook(
                str(path),
                None,
                parameters=values,
                engine_name=engine(progress, timeout),
                kernel_name=kernel,
                language="python",
                cwd=str(root),
                progress_bar=False,
                log_output=False,
                shutdown_kernel="immediate",
                config=_kernel_settings(folder),
            )
    except papermill.exceptions.PapermillExecutionError as error:
        raise NotebookFailure(_failure(path, error)) from None
    except Stopped as error:
        raise NotebookFailure(f"{path.name}: {error}") from None
    except Exception as error:  # whatever else a library makes of a kernel in trouble
        raise NotebookFailure(f"{path.name} stopped: {type(error).__name__}: {error}") from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _kernel_settings(folder: str) -> Any:
    """Sockets between processes instead of TCP: nothing listens on the network, and the kernel has no cause to warn.

    They lie in a folder of this run, since Jupyter would put those of all kernels under one name into the working folder.
    """
    from traitlets.config import Config

    places = {
        "transport": "ipc",
        "ip": os.path.join(folder, "kernel"),
        "connection_file": os.path.join(folder, "kernel.json"),
    }
    return Config() if sys.platform == "win32" else Config({"KernelManager": places})


def _check(path: Path, parameters: Parameters) -> None:
    import nbformat

    if not path.is_file():
        raise InputError(
            f"notebooks/{path.name}", found="no such notebook", expected="the file", action="correct the name"
        )
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    tagged = [cell for cell in cells if "parameters" in cell.metadata.get("tags", [])]
    if len(tagged) != 1:
        raise InputError(
            f"notebooks/{path.name}",
            found=f"{len(tagged)} cells tagged 'parameters'",
            expected="one",
            action="tag the cell that sets the parameters, and no other",
        )
    rest = "\n".join(cell.source for cell in cells if cell is not tagged[0])
    check_notebook(rest, tagged[0].source, type(parameters), f"notebooks/{path.name}")


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
    """Strip an executed notebook of what differs between two equal runs: times, random ids, versions of the kernel."""
    notebook.metadata = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if "injected-parameters" in tags:
            cell.id = "injected-parameters"
        cell.metadata = {"tags": tags} if tags else {}
    return notebook
