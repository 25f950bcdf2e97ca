"""Progress from a stage's process to the command that started it: marked lines on standard output; and its display."""

import json
import os
import shutil
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

TOLD = "ANALYSIS_TOLD"  # environment variable: 1 if the parent process reads what is told
MARK = "\x1e"  # record separator: starts a line that is meant for the parent, and is never part of our own text


def tell(*message: Any) -> None:
    """Say something to the parent process, if it asked to be told."""
    if os.environ.get(TOLD) == "1":
        print(f"{MARK}{json.dumps(message)}", flush=True)


def heard(line: str) -> list[Any] | None:
    """What a child said on a line of its output; None for an ordinary line."""
    return json.loads(line[1:]) if line.startswith(MARK) else None


class Laps:
    """Where the time goes: seconds from each lap to the next, by name, in order."""

    def __init__(self) -> None:
        """Start the clock."""
        self.started = self.last = time.perf_counter()
        self.taken: dict[str, float] = {}

    def lap(self, name: str) -> None:
        """What took place since the last lap was `name`; a name's laps add up."""
        now = time.perf_counter()
        self.taken[name] = self.taken.get(name, 0.0) + now - self.last
        self.last = now

    @property
    def total(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self.started


@dataclass
class Running:
    """A notebook that runs: what it is called, how far it is, when it began."""

    label: str
    expected: float | None
    began: float = field(default_factory=time.monotonic)
    cell: int = 0
    cells: int = 0

    def left(self, usual: float) -> float:
        """Seconds it will still take, if it takes as long as last time, or as long as is usual."""
        share = self.cell / self.cells if self.cells else 0.0
        return max((self.expected or usual) * (1 - share), 0.0)


class Display:
    """Shows which notebooks run, how far each is, how long each took, and how long the rest will take."""

    def __init__(self, total: int, workers: int, expected: Mapping[str, float], stream: Any = None) -> None:
        """`total` notebooks, `workers` at a time; `expected` seconds by label; `stream` defaults to standard output."""
        self.total, self.workers, self.expected, self.stream = total, workers, expected, stream or sys.stdout
        self.live, self.count, self.taken = self.stream.isatty(), 0, []  # type: tuple[bool, int, list[float]]
        self.running: dict[str, Running] = {}
        self.lock = threading.Lock()

    def start(self, name: str) -> None:
        """A notebook, named `notebook · study`, starts."""
        with self.lock:
            self.running[name] = Running(f"{self._counted()} {name}", self.expected.get(name))
            self._line(None if self.live else f"{self.running[name].label} ...")

    def cell(self, name: str, cell: int, cells: int) -> None:
        """A notebook has done `cell` of its `cells` cells."""
        with self.lock:
            self.running[name].cell, self.running[name].cells = cell, cells
            self._line(None)

    def end(self, name: str, how: str = "") -> None:
        """A notebook has ended: well, or as `how` says."""
        with self.lock:
            ended = self.running.pop(name)
            seconds = time.monotonic() - ended.began
            self.taken.append(seconds)
            self._line(f"{ended.label}: {how or f'done in {seconds:.1f} s'}{self._left(', ')}")

    def settled(self, name: str, how: str) -> None:
        """A notebook need not run: `how` says why."""
        with self.lock:
            self._line(f"{self._counted()} {name}: {how}")

    def _counted(self) -> str:
        self.count += 1
        return f"[{self.count}/{self.total}]"

    def _left(self, before: str = "") -> str:
        """The time left in words, once one notebook or a former run has shown how long they take."""
        known = [*self.taken, *self.expected.values()]
        waiting = self.total - self.count
        if not known or not (self.running or waiting):
            return ""
        usual = sum(known) / len(known)
        each = [running.left(usual) for running in self.running.values()]
        seconds = max([(sum(each) + waiting * usual) / self.workers, *each])
        return f"{before}about {max(seconds, 1):.0f} s left"

    def _line(self, text: str | None) -> None:
        """Write a line that stays, if there is one, and below it the line that tells how far everything is."""
        lines = [] if text is None else [text]
        if not self.live:
            print(*lines, sep="\n", end="\n" * len(lines), file=self.stream, flush=True)
            return
        parts = [f"{running.label} {running.cell}/{running.cells or '?'}" for running in self.running.values()]
        status = " · ".join(filter(None, [*parts, self._left()]))[: shutil.get_terminal_size().columns - 1]
        print("\r\x1b[K" + "".join(f"{line}\n" for line in lines) + status, end="", file=self.stream, flush=True)
