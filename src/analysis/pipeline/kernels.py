"""Warm kernels: to Jupyter an ordinary kernel with a name and a kernelspec; each is forked from a parent that has imported.

They are offered where processes can be forked safely, which is Linux, and only for as long as one command runs. Elsewhere,
and whenever the parents cannot start, the plain `python3` kernel does the same work, only later.
"""

import ast
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType

from analysis.pipeline import client

NAME = "python3-warm"
LONGEST_FOLDER = 80  # characters: the address of a local socket holds no more than 107


def possible() -> bool:
    """Whether warm kernels can be had here. macOS can fork too, but its system libraries need not survive it."""
    return sys.platform == "linux" and hasattr(os, "pidfd_open")


class WarmStart:
    """The two parents, from which processes are forked until it is closed; leave it, and all of them end."""

    def __init__(self, modules: Iterable[str], environment: Mapping[str, str]) -> None:
        """Start the parents; they go on importing, for the kernels also `modules`, while the caller does other things."""
        self.folder = Path(short_folder())
        self.environment = dict(environment)
        self.imports: dict[str, dict[str, float]] = {}
        listeners = [_listen(self._address(name)) for name in ("kernels", "runners")]
        lifeline, self.lifeline = os.pipe()
        heard, report = os.pipe()
        self.report = os.fdopen(heard, encoding="utf-8")
        numbers = [*(listener.fileno() for listener in listeners), lifeline, report]
        command = [sys.executable, "-P", "-m", "analysis.pipeline.server", *map(str, numbers), *modules]
        with (self.folder / "errors").open("wb") as errors:
            self.process = subprocess.Popen(
                command, pass_fds=numbers, stdin=subprocess.DEVNULL, stdout=errors, stderr=errors, env=self.environment
            )
        for listener in listeners:
            listener.close()
        os.close(lifeline)
        os.close(report)
        self._offer()

    def __enter__(self) -> "WarmStart":
        """Use in a `with` block."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """End everything that was started."""
        self.close()

    def ready(self) -> bool:
        """Wait until both parents have imported; False if one of them could not."""
        while len(self.imports) < 2 and (line := self.report.readline()):
            self.imports |= json.loads(line)
        return len(self.imports) == 2

    def trouble(self) -> str:
        """What the parents wrote before they gave up; its last line says why."""
        return (self.folder / "errors").read_text(encoding="utf-8", errors="replace").strip()

    def command(self, arguments: Iterable[str], output: int, root: Path) -> socket.socket:
        """Start a command of the project, its output to a file descriptor; returns its connection (see `client.ask`)."""
        with open(os.devnull, "rb") as nothing:
            return client.ask(
                self._address("runners"), list(arguments), (nothing.fileno(), output, output), self.with_kernels(), str(root)
            )

    def with_kernels(self) -> dict[str, str]:
        """The environment in which Jupyter knows the warm kernel by its name."""
        path = os.pathsep.join(filter(None, [str(self.folder), self.environment.get("JUPYTER_PATH", "")]))
        return {**self.environment, "JUPYTER_PATH": path}

    def close(self) -> None:
        """Cut the lifeline; the parents end their children and themselves."""
        os.close(self.lifeline)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.report.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _address(self, name: str) -> str:
        return str(self.folder / name) + ".socket"

    def _offer(self) -> None:
        folder = self.folder / "kernels" / NAME
        folder.mkdir(parents=True)
        stand_in = [sys.executable, "-I", "-S", client.__file__, self._address("kernels")]
        arguments = ["-f", "{connection_file}", "--HistoryManager.hist_file=:memory:"]
        spec = {"argv": [*stand_in, *arguments], "display_name": "Python 3, warm", "language": "python"}
        (folder / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")


def short_folder() -> str:
    """A new private folder whose name is short enough for the addresses of sockets in it."""
    base = tempfile.gettempdir()
    return tempfile.mkdtemp(prefix="analysis-", dir=base if len(base) < LONGEST_FOLDER else "/tmp")  # noqa: S108


def notebook_imports(root: Path) -> list[str]:
    """What the project's notebooks import by name, so that the kernels' parent can import it for them."""
    found: dict[str, None] = {}
    for path in sorted((root / "notebooks").glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                found |= dict.fromkeys(_imports("".join(cell["source"])))
    return list(found)


def _imports(code: str) -> list[str]:
    try:
        nodes = list(ast.walk(ast.parse(code)))
    except SyntaxError:  # the notebook itself will say so
        return []
    plain = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    froms = [node for node in nodes if isinstance(node, ast.ImportFrom) and node.module and not node.level]
    inner = [f"{node.module}.{alias.name}" for node in froms for alias in node.names]  # those that are no modules do no harm
    return [*plain, *(str(node.module) for node in froms), *inner]


def _listen(address: str) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address)
    listener.listen(64)
    return listener
