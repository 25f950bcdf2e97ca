"""Running the commands of stages, several at a time: in processes forked from a warm parent, or plain ones."""

import os
import socket
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from analysis.pipeline import client, kernels, progress
from analysis.pipeline.kernels import WarmStart, notebook_imports

WITH_KERNEL = ("run", "sweep-case")  # commands that run a notebook
MOST_LINES = 1_000  # of a stage's output kept for its error; a traceback has a hundred
Hear = Callable[[list[Any]], None]


@dataclass
class Ended:
    """How a command ended: its exit status and the last lines it wrote."""

    status: int
    lines: list[str]


class Runner:
    """Runs commands of the project, in forked processes where that can be done; leave it, and whatever runs ends."""

    def __init__(self, root: Path, environment: Mapping[str, str], plain: bool = False) -> None:
        """For the project at `root`; `plain` forks nothing."""
        self.root, self.environment = root, environment
        self.warm: WarmStart | None = None
        self.imports: dict[str, dict[str, float]] = {}
        self._plain_only = plain or not kernels.possible()
        self._lock, self._running, self._stopped = threading.Lock(), [], False  # type: tuple[Any, list[Any], bool]

    def __enter__(self) -> "Runner":
        """Use in a `with` block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End whatever still runs."""
        self.stop()
        if self.warm:
            self.warm.close()

    def warm_up(self, likely: Callable[[], Collection[str]] = tuple) -> None:
        """Start the parents from which processes are forked, if they can be had and are not there yet.

        `likely` tells the notebooks that will run, if that is known: what others import is then not imported for them.
        """
        if self.warm is None and not self._plain_only:
            self.warm = WarmStart(self._imports(likely), self.environment)

    def _imports(self, likely: Callable[[], Collection[str]]) -> Iterator[str]:
        yield from notebook_imports(self.root, likely())

    def run(self, arguments: Iterable[str], hear: Hear) -> Ended:
        """Run one command to its end, passing on what it tells; called from several threads."""
        words = list(arguments)
        with_kernel = words[0] in WITH_KERNEL
        if self._is_warm(kernels.PARENTS if with_kernel else ("runners",)):
            return self._forked([*words, *(["--kernel", kernels.NAME] if with_kernel else [])], hear)
        return self._plain(words, hear)

    def _is_warm(self, parents: Collection[str]) -> bool:
        with self._lock:
            if self._plain_only:
                return False
            self.warm_up()
            if self.warm and not self.warm.ready(parents):
                print(f"Starting plain kernels, because warm ones failed: {self.warm.trouble()}", file=sys.stderr)
                self._plain_only = True
            self.imports = self.warm.imports if self.warm else {}
            return not self._plain_only

    def stop(self) -> None:
        """End whatever runs; nothing starts after this."""
        with self._lock:
            self._stopped = True
            for running in self._running:
                running.shutdown(socket.SHUT_RDWR) if isinstance(running, socket.socket) else running.kill()

    def _forked(self, words: list[str], hear: Hear) -> Ended:
        heard, told = os.pipe()
        try:
            connection = self._begun(lambda: self.warm.command(words, told, self.root))
        finally:
            os.close(told)
        with connection, os.fdopen(heard, "r", encoding="utf-8", errors="replace") as stream:
            lines = _listen(stream, hear)
            return self._ended(connection, client.status(connection), lines)

    def _plain(self, words: list[str], hear: Hear) -> Ended:
        command = [sys.executable, "-m", "analysis", *words]
        process = self._begun(
            lambda: subprocess.Popen(
                command,
                cwd=self.root,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                encoding="utf-8",
                errors="replace",
            )
        )
        with process:
            lines = _listen(process.stdout or (), hear)
            return self._ended(process, process.wait(), lines)

    def _begun(self, begin: Callable[[], Any]) -> Any:
        with self._lock:
            if self._stopped:
                raise InterruptedError
            running = begin()
            self._running.append(running)
            return running

    def _ended(self, running: Any, status: int, lines: list[str]) -> Ended:
        with self._lock:
            self._running.remove(running)
        return Ended(status, lines or ([f"its process ended with status {status}"] if status else []))


def _listen(stream: IO[str] | Iterable[str], hear: Hear) -> list[str]:
    """Pass on what is told; the last of the other lines."""
    others: deque[str] = deque(maxlen=MOST_LINES)
    for line in stream:
        message = progress.heard(line)
        if message is None:
            others.append(line.rstrip("\n"))
        else:
            hear(message)
    return list(others)
