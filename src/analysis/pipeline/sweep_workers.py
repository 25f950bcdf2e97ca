"""Who runs the cases of a sweep: a pool of this machine, or the workers of a Dask scheduler on many.

The workers have the project's files under the same path. What a worker has is compared with what the sweep began with
before it runs its first case, by the content of files: one that has not the folder, has other data, or has imported other
code would give other numbers.
"""

import multiprocessing
import pickle
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from ipaddress import ip_address
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from uuid import uuid4

from analysis.errors import InputError
from analysis.pipeline.sweep import Case, Engine, Outcome, fingerprint, hashed
from analysis.pipeline.sweep_cases import DIED, attempt

Work = Callable[[Path, Case], Outcome]
OPTION = {"file": "the command line", "column": "--scheduler"}
TIMEOUT = 15  # seconds that a scheduler has for its answer
AGAIN = "then run the command again, which goes on from here"


def processes(workers: int) -> Executor:
    """A pool of processes, each started afresh and kept for many cases."""
    return ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))


def local(workers: int, work: Work = attempt, pool: Callable[[int], Executor] = processes) -> Engine:
    """An engine of `workers` on this machine; a case whose process dies is run once more, by itself, and then has failed.

    The pool is one of threads (`ThreadPoolExecutor`) for cases that see to a process of their own, as notebooks do.
    """
    return partial(_local, workers, work, pool)


def _local(
    workers: int, work: Work, pool: Callable[[int], Executor], root: Path, cases: Sequence[Case]
) -> Iterator[tuple[Case, Outcome]]:
    waiting = list(reversed(cases))
    while waiting:
        running: dict[Future[Outcome], Case] = {}
        executor = pool(workers)
        try:
            yield from _until_broken(workers, partial(executor.submit, work, root), waiting, running)
        except BrokenProcessPool:  # no one can say which of them it was
            for case in running.values():
                yield case, _alone(work, root, case)
        finally:
            executor.shutdown(
                wait=pool is processes, cancel_futures=True
            )  # what threads wait for ends with this process


def _until_broken(
    workers: int, submit: Callable[[Case], Future[Outcome]], waiting: list[Case], running: dict[Future[Outcome], Case]
) -> Iterator[tuple[Case, Outcome]]:
    """Run cases, no more at once than there are workers, until none is waiting or a process dies."""
    while waiting or running:
        while waiting and len(running) < workers:
            running[submit(waiting[-1])] = waiting[-1]
            waiting.pop()
        for future in wait(running, return_when=FIRST_COMPLETED).done:
            outcome = future.result()
            yield running.pop(future), outcome


def _alone(work: Work, root: Path, case: Case) -> Outcome:
    with processes(1) as executor:
        try:
            return executor.submit(work, root, case).result()
        except BrokenProcessPool:
            return Outcome([], DIED)


class Project(NamedTuple):
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


class _Call:
    """A call that is made where its bytes are read.

    So what a worker gets to read as Dask's message is Python's own. Of a class that it cannot import it would die, and the
    sweep would wait for ever; so its task fails, and says why.
    """

    def __init__(self, *call: Any) -> None:
        self.call = call

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return self.call[0], self.call[1:]


def dask(address: str, data: Iterable[Path] = (), work: Work = attempt) -> Engine:
    """An engine of the workers of a Dask scheduler; `data` as for `sweep`.

    Dask runs a case again elsewhere when its worker is lost; a case that loses one worker after the other has failed.
    Raises InputError if Dask is not installed, if no scheduler answers or it is lost, for one on another machine that is
    spoken to without TLS, and for a worker that has not this project: what was done until then is kept, and the next call goes on from there.
    """
    return partial(_dask, address, tuple(Path(place).absolute() for place in data), work)


def _dask(
    address: str, data: tuple[Path, ...], work: Work, root: Path, cases: Sequence[Case]
) -> Iterator[tuple[Case, Outcome]]:
    _check_private(address)
    with _client(address) as client:
        from distributed import as_completed

        print(_sent(address, len(cases)), file=sys.stderr, flush=True)

        project = Project(root, data, code_here(), fingerprint(root, data), uuid4().hex)
        if not client.nthreads():
            print("no worker has joined the scheduler yet; the cases wait for one", file=sys.stderr, flush=True)
        calls = (pickle.dumps(_Call(run_there, work, project, case)) for case in cases)
        # Tasks of one key are one task to Dask, whoever submits them: another sweep's must not be taken for ours.
        futures = {
            client.submit(pickle.loads, call, key=f"{case.name} {number} {project.sweep}", pure=False): case
            for number, (case, call) in enumerate(zip(cases, calls, strict=True))
        }
        for future in as_completed(futures):
            yield futures[future], _outcome(future)


def _check_private(address: str) -> None:
    """Over a network nothing is sent in the clear: whoever can reach a scheduler of Dask can run programs on its workers."""
    if address.startswith("tcp://") and not _is_here(address):
        raise InputError(
            **OPTION,
            found=f"{address}, another machine without encryption",
            expected="tls://HOST:PORT for another machine; tcp:// for this one alone (127.0.0.1)",
            action="start scheduler and workers with certificates (docs/performance.md), or reach them through a tunnel",
        )


def _is_here(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _sent(address: str, cases: int) -> str:
    return (
        f"to {address} {'' if address.startswith('tls://') else 'un'}encrypted: {cases:,} cases (names of functions, parameters, "
        "the project's path, hashes of its files); rows of results come back; no file is sent"
    )


def _client(address: str) -> Any:
    try:
        from distributed import Client

        return Client(address, timeout=TIMEOUT)
    except ImportError:
        told = ("no Dask in this environment", "the package distributed")
        action = "install the extra 'cluster' (pip install '.[cluster]')"
    except (OSError, TypeError, ValueError) as error:
        told = (f"{address}: {error}", "the address of a Dask scheduler")
        action = "start one (dask scheduler), or correct the address; tls:// needs certificates (docs/performance.md)"
    raise InputError(**OPTION, found=told[0], expected=told[1], action=action) from None


def _outcome(future: Any) -> Outcome:
    """What became of a case; InputError for what is no fault of the case, so that none is kept as failed for it."""
    from distributed import KilledWorker

    try:
        result = future.result()
    except KilledWorker:
        return Outcome([], DIED)
    except Exception as error:
        result = Unfit(
            f"{type(error).__name__}: {error}",
            "a scheduler that stays, and workers that can import this package",
            f"start the workers in this project's environment, with the same versions; {AGAIN}",
        )
    if isinstance(result, Unfit):
        raise InputError(**OPTION, found=result.found, expected=result.expected, action=result.action)
    return result


def run_there(work: Work, project: Project, case: Case) -> Outcome | Unfit:
    """Run a case where this is called, on a worker, if it has the project."""
    return unfit(project) or work(project.root, case)


@lru_cache(maxsize=1)
def unfit(project: Project) -> Unfit | None:
    """What keeps this process from running a project's cases; looked for once in each sweep."""
    if not project.root.is_dir():
        found, expected = f"no folder {project.root}", "the project under the same path on each worker"
        action = "share the project's folder with the workers"
    elif fingerprint(project.root, project.data) != project.inputs:
        found, expected = "other files in it", "the same files"
        action = "share the folder instead of copying it, or copy it again"
    elif code_here() != project.code:
        found, expected = "imported other code", "the code that the command runs"
        action = "restart the workers, in an environment with this version of the package"
    else:
        return None
    return Unfit(f"the worker {_name()} has {found}", expected, f"{action}; {AGAIN}")


def _name() -> str:
    from distributed import get_worker

    try:
        return str(get_worker().address)
    except ValueError:  # called where no worker is
        return "here"


@cache
def code_here() -> str:
    """One hash of this package's code, as it was when this process was first asked: what it has imported is no newer."""
    return hashed(Path(__file__).parents[1])
