"""Processes that start warm: two parents import what their children need, and fork one for each request.

One parent makes kernels, the other the processes that drive them; so neither carries what only the other needs, and
on two processors they import side by side. A child has its own copy of everything: nothing it does reaches the parent
or the next child. Parents and children end with the command that started them, however that ends.
"""

import builtins
import ctypes
import gc
import importlib
import json
import os
import runpy
import selectors
import signal
import socket
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from types import SimpleNamespace
from typing import Any

from analysis.pipeline.client import answered
from analysis.pipeline.ending import leave

# What both, the runners and the kernels of every notebook come to import; the library imports some of it late.
COMMON = ("analysis.study", "analysis.reporting.appendix", "jupyter_client.session", "IPython.core.interactiveshell")
RUNNER = (
    "analysis.cli",
    "analysis.pipeline.run",
    "analysis.pipeline.engine",
    "analysis.reporting.page",
    "analysis.reporting.exporter",
    "analysis.reporting.numbers_check",
    "analysis.participants",
    "jupyter_client.asynchronous",
    "jupyter_client.provisioning",
    "jinja2.ext",
    "mistune.plugins.url",
    "mistune.plugins.task_lists",
    "mistune.plugins.def_list",
    "pygments.lexers.python",
    "pygments.styles.default",
    "analysis.pipeline.publish",
    "analysis.pipeline.companions",
    "analysis.pipeline.rehearsal",
)
KERNEL = (
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipykernel.debugger",
    "tornado.platform.asyncio",
    "sqlite3",
    "IPython.core.completerlib",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "analysis.reporting.charts",
    "analysis.reporting.svg",
    "matplotlib.figure",
    "matplotlib.backends.backend_svg",
    "matplotlib.style",
    "scipy.optimize",
    "scipy.stats",
    "statsmodels.stats.proportion",
    "highspy",  # many runs come to need them
)
_DIES_WITH_PARENT = 1  # PR_SET_PDEATHSIG of Linux's prctl
_PATIENCE = 10.0  # seconds for a request to come in whole


@dataclass
class Child:
    """A process that was forked for a request, seen from its parent."""

    pid: int
    handle: int
    connection: socket.socket

    def signal(self, number: int) -> None:
        """Send a signal to the child and to what it started."""
        try:
            os.killpg(self.pid, number)
        except OSError:  # it has no group yet, or is gone
            os.kill(self.pid, number)  # not reaped yet, so the number is still its own

    def reap(self) -> None:
        """End what the child left behind, and tell the client how it ended."""
        self.signal(signal.SIGKILL)
        ended = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        try:
            self.connection.sendall(str(ended).encode())
        except OSError:
            pass  # the client is gone
        self.connection.close()
        os.close(self.handle)


class ForkServer:
    """Forks a child for each request until its lifeline is cut."""

    def __init__(self, listener: socket.socket, lifeline: int) -> None:
        """`listener` takes requests; `lifeline` is the end of a pipe whose other end the starting command holds."""
        self.listener, self.lifeline = listener, lifeline
        self.waiting = selectors.DefaultSelector()
        self.waiting.register(listener, selectors.EVENT_READ, self._accept)
        self.waiting.register(lifeline, selectors.EVENT_READ, None)
        self.children: list[Child] = []

    def serve(self) -> dict[str, Any] | None:
        """Returns in each child its request, and in the parent None once the lifeline is cut."""
        while True:
            key, _ = self.waiting.select()[0]  # one at a time: what it does may close another
            if key.data is None:
                self._end()
                return None
            request = key.data(key.fileobj)
            if request is not None:
                return request

    def _accept(self, listener: socket.socket) -> dict[str, Any] | None:
        connection, _ = listener.accept()
        connection.settimeout(_PATIENCE)
        try:
            asked = answered(connection)
        except OSError:
            asked = None
        if asked is None:
            connection.close()
            return None
        request, streams = asked
        return self._fork(connection, request, streams)

    def _fork(self, connection: socket.socket, request: dict[str, Any], streams: list[int]) -> dict[str, Any] | None:
        pid = os.fork()
        if pid == 0:
            self._leave(connection)
            _become(request, streams)
            return request
        for stream in streams:
            os.close(stream)
        child = Child(pid, os.pidfd_open(pid), connection)
        self.children.append(child)
        self.waiting.register(child.handle, selectors.EVENT_READ, lambda _: self._forget(child))
        self.waiting.register(connection, selectors.EVENT_READ, lambda _: self._listen(child))
        return None

    def _leave(self, connection: socket.socket) -> None:
        """In a new child: let go of everything that is the parent's."""
        self.waiting.close()
        for child in self.children:
            child.connection.close()
            os.close(child.handle)
        connection.close()
        self.listener.close()
        os.close(self.lifeline)

    def _listen(self, child: Child) -> None:
        """A client passes a signal on, or is gone, and then its child goes too."""
        try:
            numbers = child.connection.recv(16) or bytes([signal.SIGKILL])
        except OSError:
            numbers = bytes([signal.SIGKILL])
        if numbers[-1] == signal.SIGKILL:
            self.waiting.unregister(child.connection)
        for number in numbers:
            child.signal(number)

    def _forget(self, child: Child) -> None:
        self.waiting.unregister(child.handle)
        if child.connection in self.waiting.get_map():
            self.waiting.unregister(child.connection)
        self.children.remove(child)
        child.reap()

    def _end(self) -> None:
        for child in self.children:
            child.reap()


def _become(request: dict[str, Any], streams: list[int]) -> None:
    """Turn a forked child into what a process of its own would be: group, streams, folder, environment, chance."""
    os.setsid()
    _die_with_parent()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(request["environment"])
    time.tzset()
    os.chdir(request["folder"])
    if random := sys.modules.get("numpy.random"):
        random.seed()  # else all children would draw the same numbers; Python's own generator sees to it itself


def _die_with_parent() -> None:
    parent = os.getppid()
    ctypes.CDLL(None).prctl(_DIES_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != parent:  # it went before the wish was made
        os._exit(1)


def preload(names: Iterable[str]) -> dict[str, float]:
    """Import modules; seconds for each. One that fails is left to the notebook, which will say why.

    Raises RuntimeError if an import warns: in a kernel of its own the notebook would have shown it, and failed.
    """
    taken: dict[str, float] = {}
    with warnings.catch_warnings(record=True) as warned, _as_in_a_kernel():
        for name in names:
            started = time.perf_counter()
            try:
                importlib.import_module(name)
            except Exception:
                pass
            taken[name] = time.perf_counter() - started
    if warned:
        raise RuntimeError(f"importing {', '.join(taken)} warns: {warned[0].message}")
    return taken


@contextmanager
def _as_in_a_kernel() -> Iterator[None]:
    """Let modules find, while they are imported, what they look for to know that they are in a kernel.

    pandas asks for a shell that has a kernel and else fits its tables to a terminal; matplotlib asks the environment,
    where ipykernel names its backend before a notebook can import anything.
    """
    before = os.environ.get("MPLBACKEND")
    os.environ["MPLBACKEND"] = before or "module://matplotlib_inline.backend_inline"
    builtins.get_ipython = lambda: SimpleNamespace(kernel=None)  # type: ignore[attr-defined]
    try:
        yield
    finally:
        del builtins.get_ipython  # type: ignore[attr-defined]
        if before is None:
            del os.environ["MPLBACKEND"]


def run_kernel(arguments: list[str]) -> int:
    """A Jupyter kernel, as `python -m ipykernel_launcher` would be."""
    from ipykernel.kernelapp import launch_new_instance

    launch_new_instance(
        ["--IPKernelApp.parent_handle=1", *arguments]
    )  # 1: no watch on the parent; the system sees to it
    return 0


def run_command(arguments: list[str]) -> int:
    """A command of this project, as `python -m analysis` would run it."""
    sys.argv = ["analysis", *arguments]
    runpy.run_module("analysis", run_name="__main__", alter_sys=True)
    return 0


def main(arguments: list[str]) -> int:
    """Start both parents: file descriptors of their listeners, the lifeline and the report.

    Standard input names the modules that kernels will need, once the command that started this knows them.
    """
    kernels, runners, lifeline, report = map(int, arguments)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the command decides what Ctrl-C ends
    gc.disable()  # what is imported stays; to look for garbage among it takes an eighth of the time
    preload(COMMON)
    other = os.fork()
    if other == 0:
        _die_with_parent()
        os.close(kernels)
        return _serve("runners", runners, lifeline, report, RUNNER, run_command)
    os.close(runners)
    sys.modules["debugpy"] = None  # type: ignore[assignment]  # nobody debugs these kernels, and its import is not cheap
    return _serve("kernels", kernels, lifeline, report, chain(KERNEL, _asked_for()), run_kernel, other)


def _asked_for() -> Iterator[str]:
    """The modules named on standard input, when it is their turn."""
    yield from json.loads(sys.stdin.read() or "[]")


def _serve(
    name: str,
    listener: int,
    lifeline: int,
    report: int,
    modules: Iterable[str],
    work: Callable[[list[str]], int],
    other: int = 0,
) -> int:
    taken = preload(modules)
    if threading.active_count() > 1:
        raise RuntimeError(
            f"one of {', '.join(taken)} starts a thread when it is imported, and threads cannot be forked"
        )
    gc.collect()
    gc.freeze()  # what the children share stays shared
    gc.enable()
    os.write(report, f"{json.dumps({name: taken})}\n".encode())
    os.close(report)
    request = ForkServer(socket.socket(fileno=listener), lifeline).serve()
    if request:
        return work(request["arguments"])
    if other:
        os.waitpid(other, 0)
    leave(0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
