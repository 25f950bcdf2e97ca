"""Ad hoc notebooks in warm and plain kernels, for tests."""

import os
from pathlib import Path
from typing import Any

import nbformat

from analysis.pipeline.execute import run_cells
from analysis.pipeline.kernels import NAME, WarmStart


class Warm:
    """Warm parents, and notebooks written on the spot."""

    def __init__(self, start: WarmStart, folder: Path) -> None:
        self.start, self.folder = start, folder

    def run(self, *sources: str, kernel: str = NAME, timeout: float = 60) -> list[str]:
        """What each cell of a notebook printed."""
        path = self.folder / "notebook.ipynb"
        cells = [nbformat.v4.new_code_cell(source) for source in sources]
        metadata = {
            "kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"},
            "language_info": {"name": "python"},
        }
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=metadata), path)
        executed: Any = run_cells(path, {}, self.folder, lambda done, total: None, kernel, timeout)
        return ["".join(output.get("text", "") for output in cell.outputs) for cell in executed.cells]


def kernel_children(start: WarmStart) -> set[int]:
    """Numbers of the processes that the warm parents have forked and that live."""
    import psutil

    return {
        child.pid
        for child in psutil.Process(start.process.pid).children(recursive=True)
        if os.getsid(child.pid) == child.pid
    }
