"""A sweep's cases on the workers of a Dask scheduler, which have the project's files under the same path.

What a worker has is compared with what the sweep began with before it runs its first case, by the content of files: a
worker that has not the folder, has other data, or has imported other code would give other numbers.
"""

import pickle
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from analysis.errors import InputError
from analysis.pipeline.engines import DIED, Work
from analysis.pipeline.sweep import Case, Engine, Outcome, attempt, fingerprint, hashed

OPTION = {"file": "the command line", "column": "--scheduler"}
TIMEOUT = 15  # seconds that a scheduler has for its answer


@dataclass(frozen=True)
class Project:
    """What every worker must have: the folder, and code and data of these hashes; `sweep` is another for each sweep."""

    root: Path
    data: tuple[Path, ...]
    code: str
    inputs: str
    sweep: str


@dataclass(frozen=True)
class Unfit:
    """Why a worker can run no case of a project."""

    found: str
    expected: str
    action: str


@dataclass(frozen=True)
class _Call:
    """A call that is made where its bytes are read.

    So what a worker gets to read as Dask's message is Python's own. Of a class that it cannot import it would die, and the
    sweep would wait for ever; so its task fails, and says why.
    """

    function: Callable[..., Any]
    arguments: tuple[Any, ...]

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return self.function, self.arguments


def dask(address: str, data: Iterable[Path] = (), work: Work = attempt) -> Engine:
    """An engine of the workers of a Dask scheduler; `data` as for `sweep`.

    Dask runs a case again elsewhere when its worker is lost; a case that loses one worker after the other has failed.
    Raises InputError if Dask is not installed, if no scheduler answers or it is lost, and for a worker that has not this
    project: what was done until then is kept, and the next call goes on from there.
    """
    return partial(_dask, address, tuple(Path(place).absolute() for place in data), work)


def _dask(
    address: str, data: tuple[Path, ...], work: Work, root: Path, cases: Sequence[Case]
) -> Iterator[tuple[Case, Outcome]]:
    client = _client(address)
    from distributed import as_completed

    project = Project(root, data, code_here(), fingerprint(root, data), uuid4().hex)
    with client:
        if not client.nthreads():
            print("no worker has joined the scheduler yet; the cases wait for one", file=sys.stderr, flush=True)
        # Tasks of one key are one task to Dask, whoever submits them: another sweep's must not be taken for ours.
        futures = {
            client.submit(
                pickle.loads,
                pickle.dumps(_Call(run_there, (work, project, case))),
                key=f"{case.name} {number} {project.sweep}",
                pure=False,
            ): case
            for number, case in enumerate(cases)
        }
        for future in as_completed(futures):
            yield futures[future], _outcome(future)


def _client(address: str) -> Any:
    try:
        from distributed import Client
    except ImportError:
        raise InputError(
            **OPTION,
            found="no Dask in this environment",
            expected="the package distributed",
            action="install the extra 'cluster' (pip install '.[cluster]')",
        ) from None
    try:
        return Client(address, timeout=TIMEOUT)
    except (OSError, ValueError) as error:
        raise InputError(
            **OPTION,
            found=f"{address}: {error}",
            expected="the address of a Dask scheduler",
            action="start one (dask scheduler), or correct the address",
        ) from None


def _outcome(future: Any) -> Outcome:
    """What became of a case; InputError for what is no fault of the case, so that none is kept as failed for it."""
    from distributed import KilledWorker

    try:
        result = future.result()
    except KilledWorker:
        return Outcome([], DIED)
    except Exception as error:
        raise InputError(
            **OPTION,
            found=f"{type(error).__name__}: {error}",
            expected="a scheduler that stays, and workers that can import this package",
            action="start the workers in this project's environment, with the same versions; then run the command again, which goes on from here",
        ) from None
    if isinstance(result, Unfit):
        raise InputError(**OPTION, found=result.found, expected=result.expected, action=result.action)
    return result


def run_there(work: Work, project: Project, case: Case) -> Outcome | Unfit:
    """Run a case where this is called, on a worker, if it has the project."""
    return unfit(project) or work(project.root, case)


@lru_cache(maxsize=1)
def unfit(project: Project) -> Unfit | None:
    """What keeps this process from running a project's cases; looked for once in each sweep."""
    why = partial(_unfit, f"the worker {_name()}")
    if not project.root.is_dir():
        return why(
            f"has no folder {project.root}",
            "the project under the same path on each worker",
            "share the project's folder with the workers",
        )
    if fingerprint(project.root, project.data) != project.inputs:
        return why(
            "has other files in it", "the same files", "share the folder instead of copying it, or copy it again"
        )
    if code_here() != project.code:
        return why(
            "has imported other code",
            "the code that the command runs",
            "restart the workers, in an environment with this version of the package",
        )
    return None


def _unfit(who: str, found: str, expected: str, action: str) -> Unfit:
    return Unfit(f"{who} {found}", expected, f"{action}; then run the command again, which goes on from here")


def _name() -> str:
    from distributed import get_worker

    try:
        return str(get_worker().address)
    except ValueError:  # called where no worker is
        return "here"


@cache
def code_here() -> str:
    """One hash of this package's code, as it was when this process was first asked: what it has imported is no newer."""
    folder = Path(__file__).parents[1]
    return hashed(sorted(folder.rglob("*.py")))
