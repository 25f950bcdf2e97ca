"""papermill's own engine, which tells how far it is, and stops a notebook whose output has no end.

Importing it takes a moment: import it inside functions.
"""

import asyncio
import math
import time
from collections.abc import Callable
from contextlib import suppress
from queue import Empty
from typing import Any

from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_core.utils import run_sync
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, papermill_engines

MOST_OUTPUT = 20_000_000  # characters one notebook may show; a page of ours has half a million
Progress = Callable[[int, int], None]


class Stopped(RuntimeError):
    """A notebook was stopped in a cell; the text says which and why."""


class KernelClient(AsyncKernelClient):
    """Talks to one kernel."""

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Return once the kernel answers and its output is heard. Raises RuntimeError if it dies, or after `timeout` s.

        As Jupyter's own, but for a last fifth of a second in which that drops messages that nbclient would pass over.
        """
        deadline = time.monotonic() + (timeout or math.inf)
        while not await self._answers():
            if not await self.is_alive():
                raise RuntimeError("it died before it answered")
            if time.monotonic() > deadline:
                raise RuntimeError(f"it did not answer in {timeout:g} s")

    async def _answers(self) -> bool:
        self.kernel_info()
        try:
            reply = await self.shell_channel.get_msg(timeout=1)
            await self.iopub_channel.get_msg(timeout=0.2)
        except Empty:
            return False
        return bool(reply["msg_type"] == "kernel_info_reply")


class Client(PapermillNotebookClient):
    """Runs the cells of one notebook in its kernel."""

    shown = 0

    async def _async_cleanup_kernel(self) -> None:
        """Kill the kernel and see it gone, which takes a millisecond or two; Jupyter looks every tenth of a second."""
        provisioner = self.km and self.km.provisioner
        if provisioner and provisioner.has_process:
            await provisioner.kill()
            for _ in range(500):
                if await provisioner.poll() is not None:
                    break
                await asyncio.sleep(0.002)
        await super()._async_cleanup_kernel()

    async def _async_poll_kernel_alive(self) -> None:
        """Watch the kernel; once it is cleaned up there is nothing to watch, which nbclient does not foresee."""
        with suppress(AssertionError):
            await super()._async_poll_kernel_alive()

    _cleanup_kernel = run_sync(_async_cleanup_kernel)

    def process_message(self, msg: Any, cell: Any, cell_index: int) -> Any:
        """Take a message of the kernel; beyond the limit of output none is taken any more and the run ends."""
        if self.shown > MOST_OUTPUT:
            return None
        self.shown += _length(msg["content"])
        if self.shown > MOST_OUTPUT and self.task_poll_for_reply:
            self.task_poll_for_reply.cancel()
        return super().process_message(msg, cell, cell_index)


def _length(content: Any) -> int:
    """Characters of all texts in a message, however deep.

    >>> _length({"name": "out", "data": {"text/plain": "four", "n": 1}})
    7
    """
    if isinstance(content, str):
        return len(content)
    parts = content.values() if isinstance(content, dict) else content if isinstance(content, list | tuple) else ()
    return sum(map(_length, parts))


def engine(progress: Progress, timeout: float) -> str:
    """Register an engine for one run; returns the name papermill knows it by. `timeout` is in seconds for each cell."""

    class OurEngine(Engine):
        """As papermill's `nbclient` engine."""

        @classmethod
        def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **options: Any) -> None:
            _execute(nb_man, progress, timeout, {**options, "kernel_name": kernel_name})

    papermill_engines.register("analysis", OurEngine)
    return "analysis"


def _execute(manager: Any, progress: Progress, timeout: float, options: dict[str, Any]) -> None:
    begin, total, place = manager.cell_start, len(manager.nb.cells), [0]

    def begun(cell: Any, cell_index: int | None = None, **more: Any) -> None:
        place[0] = cell_index or 0
        progress(place[0], total)
        begin(cell, cell_index, **more)

    manager.cell_start = begun
    options["config"].KernelManager.client_factory = KernelClient
    known = {name: options[name] for name in ("kernel_name", "shutdown_kernel", "config") if name in options}
    client = Client(manager, timeout=timeout, startup_timeout=options["start_timeout"], log_output=False, **known)
    try:
        client.execute()
    except CellTimeoutError:
        raise Stopped(f"cell {place[0]} took longer than {timeout:g} s") from None
    except DeadKernelError:
        raise Stopped(f"cell {place[0]} {_end(client.shown)}") from None
    except RuntimeError as error:  # before the first cell
        raise Stopped(f"its kernel did not start: {error}") from None
    progress(total, total)


def _end(shown: int) -> str:
    if shown > MOST_OUTPUT:
        return f"wrote more than {MOST_OUTPUT:,} characters: print less, or show a table of the result instead"
    return "ended its kernel: it crashed, ran out of memory, or something stopped it"
