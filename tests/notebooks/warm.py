"""Ad hoc notebooks in processes forked from a parent that has imported, for tests."""

import multiprocessing
from pathlib import Path
from typing import Any

import nbformat

from analysis.pipeline.execute import NotebookFailure
from analysis.pipeline.processes import Runner


class Warm:
    """A fork server, and notebooks written on the spot."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, *sources: str, timeout: float = 60, most: int = 0) -> list[str]:
        """What each cell of a notebook printed; NotebookFailure if it did not come to its end."""
        path = self.folder / "notebook.ipynb"
        cells = [nbformat.v4.new_code_cell(source) for source in sources]
        metadata = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=metadata), path)
        context = multiprocessing.get_context("forkserver")
        heard, told = context.Pipe(duplex=False)
        process = context.Process(target=_run, args=(path, self.folder, timeout, most, told))
        process.start()
        told.close()
        try:
            outputs, failure = heard.recv()
        except EOFError:
            process.join()
            raise NotebookFailure(f"status {process.exitcode}") from None
        finally:
            heard.close()
        process.join()
        if failure:
            raise NotebookFailure(failure)
        return outputs


def _run(path: Path, folder: Path, timeout: float, most: int, told: Any) -> None:
    from analysis.pipeline import shell
    from analysis.pipeline.execute import run_cells

    shell.MOST_OUTPUT = most or shell.MOST_OUTPUT
    try:
        executed = run_cells(path, {}, folder, lambda done, total: None, timeout)
        told.send((["".join(output.get("text", "") for output in cell.outputs) for cell in executed.cells], ""))
    except NotebookFailure as error:
        told.send(([], str(error)))


def warm_up(root: Path, environment: dict[str, str]) -> None:
    """Start the fork server with the imports of a project's notebooks."""
    Runner(root, environment).warm_up()
