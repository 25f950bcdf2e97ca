"""Progress from a stage's process to the command that started it: marked lines on standard output."""

import json
import sys
from typing import Any

MARK = "\x1e"  # record separator: starts a line that is meant for the parent, and is never part of our own text


def tell(*message: Any) -> None:
    """Say something to the parent process; seen as an odd short line where there is none."""
    print(f"{MARK}{json.dumps(message)}", flush=True)


def heard(line: str) -> list[Any] | None:
    """What a child said on a line of its output; None for an ordinary line."""
    return json.loads(line[1:]) if line.startswith(MARK) else None


class Display:
    """Shows which notebook runs, how far it is and how long each took."""

    def __init__(self, total: int, stream: Any = None) -> None:
        """`total` is the number of notebooks of a full run; `stream` defaults to standard output."""
        self.total, self.count, self.stream = total, 0, stream or sys.stdout
        self.live, self.label = self.stream.isatty(), ""

    def show(self, message: list[Any]) -> None:
        """Show one message of a child."""
        event, *values = message
        {"start": self._start, "cell": self._cell, "done": self._done, "unchanged": self._unchanged}[event](*values)

    def _start(self, notebook: str, study: str) -> None:
        self.count += 1
        self.label = f"[{self.count}/{self.total}] {notebook} · {study}"
        self._print(f"{self.label} ...", end="" if self.live else "\n")

    def _cell(self, done: int, total: int) -> None:
        if self.live:
            self._print(f"\r{self.label} ... cell {done} of {total} ", end="")

    def _done(self, seconds: str) -> None:
        self._print(f"{chr(13) if self.live else ''}{self.label}: done in {seconds} s          ".rstrip(" " * (not self.live)))

    def _unchanged(self, stage: str) -> None:
        self.count += 1
        self._print(f"[{self.count}/{self.total}] {stage}: unchanged")

    def _print(self, text: str, end: str = "\n") -> None:
        print(text, end=end, file=self.stream, flush=True)
