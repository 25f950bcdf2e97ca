"""What the fork server imports before it forks, so that every process finds it there: named in its environment.

Importing this module imports them. One that fails is left to the notebook, which will say why; a warning is kept for the
processes that are forked, since in a process of its own the notebook would have shown it and failed.
"""

import ast
import builtins
import gc
import importlib
import json
import os
import sys
import warnings
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from types import SimpleNamespace

from analysis.errors import InputError
from analysis.pipeline.notebook_files import read_cells

ASKED = "ANALYSIS_PRELOAD"  # environment variable: modules to import, as JSON
COMMON = (
    "analysis.cli",
    "analysis.pipeline.stage",
    "analysis.pipeline.shell",
    "analysis.reporting.appendix",
    "analysis.reporting.page",
    "analysis.reporting.charts",
    "analysis.reporting.svg",
    "analysis.participants",
    "analysis.pipeline.publish",
    "analysis.pipeline.companions",
    "jinja2.ext",
    "pygments.lexers.python",
    "pygments.formatters.html",
    "matplotlib.figure",
    "matplotlib.backends.backend_svg",
    "matplotlib.style",
    "matplotlib_inline.backend_inline",
    "scipy.optimize",
    "scipy.stats",
    "statsmodels.stats.proportion",
    "highspy",  # many runs come to need them
)
warned: list[str] = []


@contextmanager
def asked_for(modules: Iterable[str], environment: Mapping[str, str]) -> Iterator[None]:
    """While a fork server starts: have it find the modules it is to import, and the environment of its children."""
    before = dict(os.environ)
    os.environ.update(environment)
    os.environ[ASKED] = json.dumps(list(modules))
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def notebook_imports(root: Path, notebooks: Collection[str] = ()) -> list[str]:
    """What the project's notebooks (or those named) import by name."""
    found: dict[str, None] = {}
    paths = [path for path in sorted((root / "notebooks").glob("*.ipynb")) if not notebooks or path.stem in notebooks]
    for path in paths:
        with suppress(InputError):  # the notebook itself will say so
            for cell in read_cells(path):
                if cell["cell_type"] == "code":
                    found |= dict.fromkeys(imports_in("".join(cell["source"])))
    return list(found)


def imports_in(code: str) -> list[str]:
    """The modules that some code imports by name; those that are no modules do no harm."""
    try:
        nodes = list(ast.walk(ast.parse(code)))
    except SyntaxError:  # the notebook itself will say so
        return []
    plain = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    froms = [node for node in nodes if isinstance(node, ast.ImportFrom) and node.module and not node.level]
    inner = [f"{node.module}.{alias.name}" for node in froms for alias in node.names]
    return [*plain, *(str(node.module) for node in froms), *inner]


def preload(names: Iterable[str]) -> list[str]:
    """Import modules; what was warned of meanwhile."""
    with warnings.catch_warnings(record=True) as found, _as_in_a_kernel():
        for name in names:
            try:
                importlib.import_module(name)
            except Exception:
                pass
    return [str(warning.message) for warning in found]


def chance_of_its_own(server: int) -> None:
    """In a process that the fork server forked: numpy's draws are its own, as Python's own generator sees to by itself.

    Else all would draw the same numbers. What these processes fork in turn is left as in a process of its own.
    """
    if os.getppid() == server and (random := sys.modules.get("numpy.random")):
        random.seed()


@contextmanager
def _as_in_a_kernel() -> Iterator[None]:
    """Let pandas find, while it is imported, that it writes for a notebook and not for a terminal."""
    builtins.get_ipython = lambda: SimpleNamespace(kernel=None)  # type: ignore[attr-defined]
    try:
        yield
    finally:
        del builtins.get_ipython  # type: ignore[attr-defined]


if ASKED in os.environ:
    gc.disable()  # what is imported stays; to look for garbage among it takes an eighth of the time
    warned += preload(json.loads(os.environ.pop(ASKED)))
    gc.collect()
    gc.freeze()  # what the children share stays shared
    gc.enable()
    os.register_at_fork(after_in_child=partial(chance_of_its_own, os.getpid()))
