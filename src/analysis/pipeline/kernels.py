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
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from analysis.pipeline import client

NAME = "python3-warm"
WITHIN = "ANALYSIS_RUN_FOLDER"  # environment variable: the folder in which a run keeps what it needs for a moment
LONGEST_FOLDER = 70  # characters: the address of a local socket holds no more than 107
PREFIX, OWNER = "analysis-", "owner"
PARENTS = ("kernels", "runners")


def possible() -> bool:
    """Whether warm kernels can be had here. macOS can fork too, but its system libraries need not survive it."""
    return sys.platform == "linux" and hasattr(os, "pidfd_open")


class WarmStart:
    """The two parents, from which processes are forked until it is closed; leave it, and all of them end."""

    def __init__(self, modules: Iterable[str], environment: Mapping[str, str]) -> None:
        """Start the parents; they go on importing, for the kernels also `modules`, while the caller does other things.

        Which modules these are is asked after the parents have started.
        """
        remove_left_folders()
        self.folder = Path(short_folder())
        self.environment = dict(environment)
        self.imports: dict[str, dict[str, float]] = {}
        listeners = [_listen(self._address(name)) for name in PARENTS]
        lifeline, self.lifeline = os.pipe()
        heard, report = os.pipe()
        self.report = os.fdopen(heard, encoding="utf-8")
        numbers = [*(listener.fileno() for listener in listeners), lifeline, report]
        command = [sys.executable, "-P", "-m", "analysis.pipeline.server", *map(str, numbers)]
        with (self.folder / "errors").open("wb") as errors:
            self.process = subprocess.Popen(
                command, pass_fds=numbers, stdin=subprocess.PIPE, stdout=errors, stderr=errors, env=self.environment
            )
        for listener in listeners:
            listener.close()
        os.close(lifeline)
        os.close(report)
        self._offer()
        self._ask_for(modules)

    def __enter__(self) -> "WarmStart":
        """Use in a `with` block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End everything that was started."""
        self.close()

    def _ask_for(self, modules: Iterable[str]) -> None:
        asked = self.process.stdin
        if asked:
            with suppress(BrokenPipeError), asked:  # it is broken if they gave up, and `trouble` will say why
                asked.write(json.dumps(list(modules)).encode())

    def ready(self, parents: Collection[str] = PARENTS) -> bool:
        """Wait until these parents have imported what their children need; False if one of them could not."""
        while not self.imports.keys() >= set(parents) and (line := self.report.readline()):
            self.imports |= json.loads(line)
        return self.imports.keys() >= set(parents)

    def trouble(self) -> str:
        """What the parents wrote before they gave up; its last line says why."""
        return (self.folder / "errors").read_text(encoding="utf-8", errors="replace").strip()

    def command(self, arguments: Iterable[str], output: int, root: Path) -> socket.socket:
        """Start a command of the project, its output to a file descriptor; returns its connection (see `client.ask`)."""
        with open(os.devnull, "rb") as nothing:
            return client.ask(
                self._address("runners"),
                list(arguments),
                (nothing.fileno(), output, output),
                self.with_kernels(),
                str(root),
            )

    def with_kernels(self) -> dict[str, str]:
        """The environment in which Jupyter knows the warm kernel by its name."""
        path = os.pathsep.join(filter(None, [str(self.folder), self.environment.get("JUPYTER_PATH", "")]))
        return {**self.environment, "JUPYTER_PATH": path, WITHIN: str(self.folder)}

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
    """A new private folder whose name is short enough for sockets in it; within that of the warm parents if there are any.

    So it goes when theirs goes, whatever becomes of the process that asked for it. A file in it tells whose it is, for
    `remove_left_folders`.
    """
    folder = tempfile.mkdtemp(prefix=PREFIX, dir=os.environ.get(WITHIN) or _base())
    (Path(folder) / OWNER).write_text(f"{os.getpid()} {_began(os.getpid())} {_numbering()}", encoding="utf-8")
    return folder


def remove_left_folders() -> None:
    """Remove the folders of runs that were killed together with everything that could have removed them."""
    for owner in Path(_base()).glob(f"{PREFIX}*/{OWNER}"):
        try:
            number, began, numbering = owner.read_text(encoding="utf-8").split()
            mine = owner.stat().st_uid == os.getuid() and numbering == _numbering() and not owner.parent.is_symlink()
        except (OSError, ValueError):  # another's, being made, or gone
            continue
        if mine and number.isdigit() and _began(int(number)) != began:
            shutil.rmtree(owner.parent, ignore_errors=True)


def _base() -> str:
    base = tempfile.gettempdir()
    return base if len(base) < LONGEST_FOLDER else "/tmp"


def _numbering() -> str:
    """Which numbering of processes this one belongs to: those of another container are not ours to judge."""
    try:
        return os.readlink("/proc/self/ns/pid")
    except OSError:
        return ""


def _began(number: int) -> str:
    """When a process began, by the system's count, so that a number used again is told apart; empty if it is gone."""
    try:
        return Path(f"/proc/{number}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def notebook_imports(root: Path, notebooks: Collection[str] = ()) -> list[str]:
    """What the project's notebooks (or those named) import by name, so that the kernels' parent can import it for them."""
    found: dict[str, None] = {}
    paths = [path for path in sorted((root / "notebooks").glob("*.ipynb")) if not notebooks or path.stem in notebooks]
    for path in paths:
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
    inner = [
        f"{node.module}.{alias.name}" for node in froms for alias in node.names
    ]  # those that are no modules do no harm
    return [*plain, *(str(node.module) for node in froms), *inner]


def _listen(address: str) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address)
    listener.listen(64)
    return listener
