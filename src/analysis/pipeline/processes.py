"""Commands of stages, each in a process of its own: forked from a parent that has imported, or started afresh.

The parent is the standard library's fork server. Where the system has none, and when asked for, processes start plain.
"""

import io
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from multiprocessing import connection, parent_process
from pathlib import Path
from types import TracebackType
from typing import Any

from analysis.pipeline import preloaded, progress
from analysis.pipeline.folders import temporary_files_in_own_folder

_ONE_ASKS = threading.Lock()  # starting a process asks how those before it ended, and each status can be read once
MOST_LINES = 1_000  # of a stage's output kept for its error; a traceback has a hundred
Hear = Callable[[list[Any]], None]


@dataclass
class Ended:
    """How a command ended: its exit status and the last lines it wrote."""

    status: int
    lines: list[str]


def can_fork() -> bool:
    """Whether the standard library has a fork server here."""
    return "forkserver" in multiprocessing.get_all_start_methods()


@contextmanager
def threads(most: int) -> Iterator[ThreadPoolExecutor]:
    """Threads that wait for processes; they are waited for at the end, but not where an error or Ctrl-C ends everything."""
    pool = ThreadPoolExecutor(most)
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()


class Runner:
    """Runs commands of the project; leave it, and whatever runs ends."""

    def __init__(self, root: Path, environment: Mapping[str, str], plain: bool = False) -> None:
        """For the project at `root`; `plain` forks nothing."""
        self.root, self.environment, self.plain = root, dict(environment), plain or not can_fork()
        self._lock, self._running, self._stopped = threading.Lock(), [], False  # type: tuple[Any, list[Any], bool]
        self._warm = False

    def __enter__(self) -> "Runner":
        """Use in a `with` block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End whatever still runs."""
        self.stop()

    def warm_up(self, likely: Callable[[], Collection[str]] = tuple) -> None:
        """Start the parent, which then imports while others work; `likely` tells the notebooks that will run, if known."""
        if self.plain or self._warm:
            return
        self._warm = True
        from multiprocessing import forkserver

        modules = [*preloaded.COMMON, *preloaded.notebook_imports(self.root, likely())]
        with preloaded.asked_for(modules, self.environment), temporary_files_in_own_folder(), _ctrl_c_held():
            multiprocessing.get_context("forkserver").set_forkserver_preload(["analysis.pipeline.preloaded"])
            forkserver.ensure_running()

    def run(self, arguments: Iterable[str], hear: Hear) -> Ended:
        """Run one command to its end, passing on what it tells; called from several threads."""
        words = list(arguments)
        return self._plain(words, hear) if self.plain else self._forked(words, hear)

    def stop(self) -> None:
        """End whatever runs; nothing starts after this, and what is just starting ends at once."""
        self._stopped = True
        with self._lock:
            for running in self._running:
                _kill(running.pid)

    @property
    def stopped(self) -> bool:
        """Whether it was stopped."""
        return self._stopped

    def _forked(self, words: list[str], hear: Hear) -> Ended:
        context = multiprocessing.get_context("forkserver")
        heard, told = context.Pipe(duplex=False)
        with _ONE_ASKS:  # which may wait for what the server imports; whoever stops us does not wait with it
            self._refuse_if_stopped()
            self.warm_up()
            process = _started(
                partial(context.Process, target=work, args=(words, str(self.root), self.environment, told))
            )
        self._note(process)
        told.close()
        try:
            lines = _listen(_received(heard), hear)
            connection.wait([process.sentinel])
            with _ONE_ASKS:
                process.join()
            _kill_group(process.pid)  # what the command started and left
            return self._ended(process, int(process.exitcode or 0), lines)
        finally:
            heard.close()

    def _plain(self, words: list[str], hear: Hear) -> Ended:
        self._refuse_if_stopped()
        process = subprocess.Popen(
            [sys.executable, "-m", "analysis", *words],
            cwd=self.root,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
        self._note(process)
        with process:
            lines = _listen(process.stdout or (), hear)
            return self._ended(process, process.wait(), lines)

    def _note(self, process: Any) -> None:
        with self._lock:
            self._running.append(process)
        if self._stopped:  # meanwhile
            _kill(process.pid)

    def _refuse_if_stopped(self) -> None:
        if self._stopped:
            raise InterruptedError

    def _ended(self, running: Any, status: int, lines: list[str]) -> Ended:
        with self._lock:
            self._running.remove(running)
        return Ended(status, lines or ([_words(status)] if status else []))


@contextmanager
def _ctrl_c_held() -> Iterator[None]:
    """Meanwhile Ctrl-C waits: the server inherits this, and does not break off its imports with a traceback."""
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # or it would be started meanwhile, and let Ctrl-C through
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _started(make: Callable[[], Any]) -> Any:
    """Start a process; from a new server if something ended the one there was, which without its imports is slower."""
    for pause in (0.1, 0.5, 2.0):  # it may be dying yet
        process = make()
        with suppress(EOFError, OSError):
            process.start()
            return process
        time.sleep(pause)
    raise ChildProcessError("the process that starts those of notebooks was ended again and again: something stops it")


def _words(status: int) -> str:
    """How a process ended that said nothing."""
    if status < 0:
        return f"its process was ended by signal {-status}: it crashed, ran out of memory, or something stopped it"
    return f"its process ended with status {status}"


def _kill_group(number: int | None) -> None:
    """End what a process started and what is still there."""
    with suppress(OSError):
        if number and hasattr(os, "killpg"):
            os.killpg(number, signal.SIGKILL)


def _kill(number: int) -> None:
    """End a process and what it started."""
    _kill_group(number)
    with suppress(OSError):
        os.kill(number, signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)


def _received(heard: Any) -> Iterable[str]:
    """Lines that a process sends, as long as it can."""
    rest = ""
    with suppress(EOFError, OSError):
        while True:
            *lines, rest = (rest + heard.recv()).split("\n")
            yield from lines
    if rest:
        yield rest


def _listen(stream: Iterable[str], hear: Hear) -> list[str]:
    """Pass on what is told; the last of the other lines."""
    others: deque[str] = deque(maxlen=MOST_LINES)
    for line in stream:
        message = progress.heard(line)
        if message is None:
            others.append(line.rstrip("\n"))
        else:
            hear(message)
    return list(others)


class _Told(io.TextIOBase):
    """A standard stream of a process, sent to the one that asked for it."""

    encoding = "utf-8"

    def __init__(self, told: Any) -> None:
        self.told, self.lock = told, threading.Lock()

    def write(self, words: str) -> int:
        """Send the words, if anybody still listens; their number."""
        with self.lock, suppress(OSError):
            self.told.send(words)
        return len(words)


def work(words: list[str], root: str, environment: Mapping[str, str], told: Any) -> None:
    """In a new process: one command of this project, as `python -m analysis` would run it there."""
    if hasattr(os, "setsid"):
        os.setsid()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})  # the server has it held
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.environ.clear()
    os.environ.update(environment)
    if hasattr(time, "tzset"):
        time.tzset()
    os.chdir(root)
    sys.stdout = sys.stderr = sys.__stdout__ = sys.__stderr__ = _Told(told)  # type: ignore[assignment]
    sys.argv = ["analysis", *words]
    os._exit(_status(words, told))  # to take the modules of a run apart takes longer than some commands do


def _status(words: list[str], told: Any) -> int:
    """Run a command; its exit status, whatever becomes of it."""
    try:
        if preloaded.warned:
            raise RuntimeError(f"importing what notebooks need warns: {preloaded.warned[0]}")
        return int(import_module("analysis.cli").main(words))  # by name: commands stand above what runs them
    except SystemExit as error:
        return error.code if isinstance(error.code, int) else 1
    except BaseException:
        import traceback

        traceback.print_exc()
        return 1
    finally:
        told.close()


def _end_with_parent() -> None:
    """Wait for the end of the process that asked for this one, which leaves nobody to work for."""
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        _kill(os.getpid())
