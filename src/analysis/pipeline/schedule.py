"""Which stages run, in which order, how many at a time, and what becomes of the others when one fails."""

import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from analysis.pipeline.dvc_record import NotRecorded, Record, Stage
from analysis.pipeline.processes import Ended, Runner, threads
from analysis.pipeline.progress import Display
from analysis.pipeline.sources import Sources


@dataclass
class Job:
    """A stage that runs: the hashes its inputs had when it began, where its time went."""

    stage: Stage
    hashes: dict[str, Any]
    began: float = field(default_factory=time.perf_counter)
    times: dict[str, float] = field(default_factory=dict)


@dataclass
class Schedule:
    """Brings stages up to date, each when those it waits for are; a failure stops only what waits for it."""

    record: Record
    runner: Runner
    display: Display
    sources: Sources
    workers: int
    force: bool = False
    waiting: dict[str, Stage] = field(default_factory=dict)
    stale: set[str] = field(default_factory=set)
    done: set[str] = field(default_factory=set)
    failed: dict[str, list[str]] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)
    times: dict[str, dict[str, float]] = field(default_factory=dict)

    def run(self) -> None:
        """Run what is stale; `failed` then holds, for each stage that failed, lines that say why."""
        self.waiting |= self.record.stages
        with threads(self.workers) as pool:
            running: dict[Future[Ended], Job] = {}
            try:
                while (settled := self._start_ready(pool, running)) or running:
                    if settled:
                        continue  # others may be ready now
                    for future in wait(running, return_when=FIRST_COMPLETED).done:
                        self._finish(running.pop(future), future.result())
            except BaseException:
                self.runner.stop()
                raise
        self._leave_rest()

    def _start_ready(self, pool: ThreadPoolExecutor, running: dict[Future[Ended], Job]) -> bool:
        """Start what can start now; whether anything came to its end without running, so that more may be ready."""
        before = len(self.waiting)
        started = 0
        for stage in sorted(self._ready(), key=lambda stage: -self.display.expected.get(stage.label, stage.usual)):
            if self._is_current(stage):
                self._settle(stage, "unchanged")
            elif len(running) < self.workers and (job := self._begin(stage)):
                running[pool.submit(self.runner.run, stage.arguments, partial(self._hear, job))] = job
                started += 1
        return len(self.waiting) + started < before

    def _ready(self) -> list[Stage]:
        return [stage for stage in self.waiting.values() if stage.after <= self.done and stage.arguments]

    def _is_current(self, stage: Stage) -> bool:
        """Whether a stage is up to date; asked once, when what it waits for is."""
        if stage.name not in self.stale and (self.force or not self.record.is_current(stage)):
            self.stale.add(stage.name)
        return stage.name not in self.stale

    def _settle(self, stage: Stage, how: str) -> None:
        del self.waiting[stage.name]
        self.done.add(stage.name)
        if stage.notebook:
            self.display.settled(stage.label, how)

    def _begin(self, stage: Stage) -> Job | None:
        """Begin a stage; None if it need not run after all, or cannot."""
        try:
            hashes = self.record.begin(stage, self.force)
        except NotRecorded as error:
            self._fail(stage, [str(error)])
            return None
        if hashes is None:
            self._settle(stage, "taken from the cache")
            return None
        del self.waiting[stage.name]
        if stage.notebook:
            self.display.start(stage.label)
        return Job(stage, hashes)

    def _hear(self, job: Job, message: list[Any]) -> None:
        event, *values = message
        if event == "cell" and job.stage.notebook:
            self.display.cell(job.stage.label, *values)
        elif event == "times":
            job.times |= values[0]

    def _finish(self, job: Job, ended: Ended) -> None:
        ran = time.perf_counter()
        problem = ended.lines if ended.status else self.sources.problem()
        if not problem:
            try:
                self.record.finish(job.stage, job.hashes)
            except NotRecorded as error:
                problem = [str(error)]
        self._note(job, ran)
        if job.stage.notebook:
            self.display.end(job.stage.label, "failed" if problem else "")
        if problem:
            self._fail(job.stage, problem)
        else:
            self.done.add(job.stage.name)

    def _note(self, job: Job, ran: float) -> None:
        now = time.perf_counter()
        start = ran - job.began - sum(job.times.values())
        self.times[job.stage.label] = {"process": start, **job.times, "record": now - ran}

    def _fail(self, stage: Stage, lines: list[str]) -> None:
        self.waiting.pop(stage.name, None)
        self.failed[stage.name] = lines

    def _leave_rest(self) -> None:
        """What is not ours goes to DVC itself, with what waits for it; what waits for a failed stage is not run."""
        lost = set(self.failed)
        while more := {name for name, stage in self.waiting.items() if stage.after & lost} - lost:
            lost |= more
        rest = [name for name in self.waiting if name not in lost]
        if rest:
            try:
                self.record.leave_to_dvc(rest, self.force)
            except NotRecorded as error:
                self.failed[rest[0]] = [str(error)]
        self.skipped = sorted(lost - set(self.failed))
