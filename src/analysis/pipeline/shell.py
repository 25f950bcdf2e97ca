"""The cells of a notebook, run in this process by IPython's own shell, as an engine of papermill.

What a cell shows goes into its outputs as a Jupyter kernel would send it. One notebook has one process: nothing that it
does is seen by the next. Importing this takes a moment: import it inside functions.
"""

import io
import os
import sys
import threading
from collections.abc import Callable
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from nbformat.v4 import new_output
from papermill.engines import Engine, papermill_engines
from traitlets.config import Config

NAME = "analysis"  # by which papermill knows the engine
MOST_OUTPUT = 20_000_000  # characters one notebook may show; a page of ours has half a million
TIMED_OUT = 4  # exit status of a process whose notebook was stopped in a cell
COLUMNS = 20  # of a frame that pandas shows in a notebook
INLINE = "module://matplotlib_inline.backend_inline"  # what a kernel names, so that drawn pictures become outputs
Progress = Callable[[int, int], None]


class Stopped(BaseException):
    """A notebook was stopped in a cell; the text says why. No `except Exception` of a cell catches it."""


class Outputs:
    """What the cells of one notebook show, each in its own list, up to a limit for all together."""

    def __init__(self, most: int) -> None:
        self.most, self.shown, self.cell = most, 0, []  # type: tuple[int, int, list[NotebookNode]]

    def text(self, name: str, words: str) -> None:
        """Text on the stream `name`, as one output with what was written to it just before."""
        self._count(len(words))
        if self.cell and self.cell[-1].output_type == "stream" and self.cell[-1].name == name:
            self.cell[-1].text += words
        elif words:
            self.cell.append(new_output("stream", name=name, text=words))

    def display(self, sort: str, data: dict[str, Any], **more: Any) -> None:
        """Something shown in several forms; `sort` is that of nbformat's output."""
        self._count(sum(len(form) for form in data.values() if isinstance(form, str | bytes)))
        self.cell.append(new_output(sort, data=dict(data), **more))

    def _count(self, characters: int) -> None:
        self.shown += characters
        if self.shown > self.most:
            raise Stopped(
                f"wrote more than {self.most:,} characters: print less, or show a table of the result instead"
            )


class _Stream(io.TextIOBase):
    """A standard stream of a cell."""

    encoding = "utf-8"

    def __init__(self, name: str, outputs: Outputs) -> None:
        self.name, self.outputs = name, outputs

    def write(self, words: str) -> int:
        """Keep the words as an output of the cell; their number."""
        self.outputs.text(self.name, words)
        return len(words)


class _Hook(DisplayHook):
    """Takes the value of a cell's last line."""

    def write_output_prompt(self) -> None:
        """Nothing: an output says itself which cell it is of."""

    def write_format_data(self, format_dict: dict[str, Any], md_dict: Any = None) -> None:
        """Keep the forms of a value as an output of the cell."""
        self.shell.outputs.display("execute_result", format_dict, execution_count=self.prompt_count)

    def finish_displayhook(self) -> None:
        """Nothing: no line is to be ended."""


class _Publisher(DisplayPublisher):
    """Takes what a cell displays."""

    def publish(self, data: dict[str, Any], *args: Any, **more: Any) -> None:
        """Keep what is displayed as an output of the cell."""
        self.shell.outputs.display("display_data", data)

    def clear_output(self, wait: bool = False) -> None:
        """Forget what the cell has put out."""
        self.shell.outputs.cell.clear()


class Shell(InteractiveShell):
    """IPython's shell without a terminal and without a history."""

    kernel = None  # pandas asks whether there is one, and else fits its tables to a terminal
    displayhook_class = _Hook
    display_pub_class = _Publisher
    outputs = Outputs(MOST_OUTPUT)
    failure: Any = None

    def _showtraceback(self, etype: type, evalue: BaseException, stb: list[str]) -> None:
        if not isinstance(evalue, Stopped):
            self.failure = new_output("error", ename=etype.__name__, evalue=str(evalue), traceback=list(stb))

    def enable_gui(self, gui: Any = None) -> None:
        """No event loop is started."""


PRIVATE = "private"  # the tag of cells that look at frames of people: for who sits before the notebook alone


class ShellEngine(Engine):
    """papermill's engine that runs cells here, but for private ones; `progress` and `timeout` (seconds for each cell) come with a run."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **options: Any) -> None:
        """Run the cells one after the other and stop at the first that fails."""
        progress, timeout = options["progress"], options["timeout"]
        with _shell() as shell:
            for place, cell in enumerate(nb_man.nb.cells):
                progress(place, len(nb_man.nb.cells))
                if cell.cell_type == "code" and PRIVATE not in cell.metadata.get("tags", []):
                    nb_man.cell_start(cell, place)
                    failed = _run(shell, cell, place, timeout)
                    if failed:
                        nb_man.cell_exception(cell, cell_index=place)
                        break
                    nb_man.cell_complete(cell, cell_index=place)
            progress(len(nb_man.nb.cells), len(nb_man.nb.cells))


papermill_engines.register(NAME, ShellEngine)


@contextmanager
def _shell() -> Any:
    """A shell for one notebook; what it puts into the interpreter goes with it."""
    os.environ.setdefault("MPLBACKEND", INLINE)
    if "matplotlib" in sys.modules:  # which the server imported before, when nothing was named
        sys.modules["matplotlib"].rcParams["backend"] = os.environ["MPLBACKEND"]
    settings = Config({"HistoryManager": {"enabled": False}, "InteractiveShell": {"colors": "nocolor"}})
    main, hook = sys.modules.get("__main__"), sys.displayhook
    shell = Shell.instance(config=settings)
    shell.outputs = Outputs(MOST_OUTPUT)
    if pandas := sys.modules.get("pandas"):  # imported before there was a shell, it took itself to write for a terminal
        pandas.set_option("display.max_columns", COLUMNS)
    try:
        yield shell
    finally:
        Shell.clear_instance()
        sys.displayhook = hook
        if main is not None:
            sys.modules["__main__"] = main


def _run(shell: Shell, cell: Any, place: int, timeout: float) -> bool:
    """Run one cell and put into it what it shows; whether it failed. Raises Stopped for output without end."""
    shell.outputs.cell, shell.failure = [], None
    streams = (_Stream("stdout", shell.outputs), _Stream("stderr", shell.outputs))
    watch = threading.Timer(timeout, _give_up, (sys.stderr, place, timeout))
    watch.daemon = True
    watch.start()
    try:
        with redirect_stdout(streams[0]), redirect_stderr(streams[1]):  # type: ignore[type-var]
            done = shell.run_cell(cell.source, store_history=True)
    finally:
        watch.cancel()
    cell.execution_count, cell.outputs = done.execution_count, shell.outputs.cell
    error = done.error_before_exec or done.error_in_exec
    if isinstance(error, Stopped | SystemExit):  # papermill takes the latter for a good end
        raise Stopped(f"cell {place} {error if isinstance(error, Stopped) else 'left the program before its end'}")
    if error is not None:
        failure = shell.failure or new_output("error", ename=type(error).__name__, evalue=str(error), traceback=[])
        cell.outputs = [*cell.outputs, failure]
    return error is not None


def _give_up(stream: Any, place: int, timeout: float) -> None:
    """End this process: a cell that computes without end listens to nothing else."""
    print(f"error: cell {place} took longer than {timeout:g} s", file=stream, flush=True)
    os._exit(TIMED_OUT)
