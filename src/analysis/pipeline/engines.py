"""Who runs the cases of a sweep: processes of this machine."""

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from pathlib import Path

from analysis.pipeline.sweep import Case, Engine, Outcome, attempt

Work = Callable[[Path, Case], Outcome]

DIED = "its process died each time: it crashed, or ran out of memory"


def local(workers: int, work: Work = attempt) -> Engine:
    """An engine of `workers` processes; a case whose process dies is run once more, by itself, and then has failed."""
    return partial(_local, workers, work)


def _local(workers: int, work: Work, root: Path, cases: Sequence[Case]) -> Iterator[tuple[Case, Outcome]]:
    waiting = list(reversed(cases))
    while waiting:
        suspects: list[Case] = []
        yield from _until_broken(workers, partial(work, root), waiting, suspects)
        for case in suspects:
            yield case, _alone(partial(work, root), case)


def _until_broken(
    workers: int, work: Callable[[Case], Outcome], waiting: list[Case], suspects: list[Case]
) -> Iterator[tuple[Case, Outcome]]:
    """Run cases until none is waiting or a process dies; those that were running then are `suspects`."""
    running: dict[Future[Outcome], Case] = {}
    with _pool(workers) as pool:
        try:
            while waiting or running:
                while waiting and len(running) < workers:
                    running[pool.submit(work, waiting[-1])] = waiting[-1]
                    waiting.pop()
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    outcome = future.result()
                    yield running.pop(future), outcome
        except BrokenProcessPool:
            suspects += running.values()


def _alone(work: Callable[[Case], Outcome], case: Case) -> Outcome:
    with _pool(1) as pool:
        try:
            return pool.submit(work, case).result()
        except BrokenProcessPool:
            return Outcome([], DIED)


def _pool(workers: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))
