"""A live run: waits for a change, runs what depends on it, makes the pages, tells the browser; until it is stopped."""

import json
import shutil
import time
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from analysis.errors import InputError
from analysis.live.agenda import Agenda, Stage
from analysis.live.draft import draft_of
from analysis.live.pages import wording_of
from analysis.live.problems import problems_of
from analysis.live.server import Server, serving
from analysis.live.watch import CODE, Watch
from analysis.pipeline.page_code import write_page_code
from analysis.pipeline.processes import Ended, Runner, threads
from analysis.pipeline.raw_files import write_raw_files
from analysis.pipeline.reproduce import environment
from analysis.pipeline.surroundings import processors
from analysis.results import write_text

TERMINAL = partial(print, flush=True)
POLL = 0.05  # seconds between two looks at the files
PAGES, WHAT_IF, PRIVATE, SETTINGS = "the pages", "the what-if", "the private results", "the plan of the run"
REWORDED = "build/reworded.json"
_AT_ONCE: dict[tuple[str, ...], Callable[[Path], Any]] = {
    ("raw-files",): write_raw_files,
    ("page-code",): write_page_code,
}


@dataclass(frozen=True)
class Asked:
    """What a live run is asked for: a study (empty: all), a file of a what-if, the private results, a port, plain processes."""

    study: str = ""
    what_if: Path | None = None
    private: bool = False
    port: int = 0
    plain: bool = False


def live(root: Path, asked: Asked, tell: Callable[[str], None] = TERMINAL) -> None:
    """Keep a draft of the project up to date and serve it, until interrupted or asked to end; nothing is left behind."""
    with suppress(KeyboardInterrupt), draft_of(root) as draft:
        folders = {"pages": draft / "reports"} | ({"private": draft / "private"} if asked.private else {})
        with serving(_server(folders, asked.port)) as server:
            session = Session(root, draft, server, asked, tell)
            tell(
                f"Pages: {server.address}\nCtrl-C ends it. A draft: data/processed, reports and dvc.lock stay as they are."
            )
            session.begin()
            while True:
                session.look()
                time.sleep(POLL)


def _server(folders: dict[str, Path], port: int) -> Server:
    try:
        return Server(folders, port)
    except (OSError, OverflowError) as error:
        raise InputError(
            "the command line",
            column="--port",
            found=f"port {port}, which cannot be had ({error})",
            expected="a port that is free",
            action="give another, or none",
        ) from None


@dataclass
class Session:
    """A draft and what is still to do for it."""

    root: Path
    draft: Path
    server: Server
    asked: Asked
    tell: Callable[[str], None]
    failed: dict[str, list[str]] = field(default_factory=dict)
    waiting: set[str] = field(default_factory=set)  # changed files of which not yet is known what depends on them
    to_do: set[str] = field(default_factory=set)  # of PAGES, WHAT_IF, PRIVATE
    made: set[str] = field(default_factory=set)  # pages of which a stage ran since all were made last
    plain: bool = False

    def __post_init__(self) -> None:
        """Look at the files first: what changes from now on is a change."""
        more = [self.asked.what_if.resolve()] if self.asked.what_if else []
        self.watch, self.plain = Watch(self.root, *more), self.asked.plain
        self.notebooks = {path: path.read_text(encoding="utf-8") for path in self.draft.glob("notebooks/*.ipynb")}
        self.agenda = Agenda(self.draft, self.asked.study)

    def begin(self) -> None:
        """Bring the draft to where the files are: what the last run has not made from them is run."""
        with Runner(self.draft, environment(self.draft), self.plain) as runner:
            runner.warm_up()
        self.agenda.stale |= _stale(self.root) & set(self.agenda.stages)
        self.to_do |= self._all()
        self._follow(self._work())

    def look(self) -> None:
        """Take note of what changed, if anything, and do what follows from it; what changes meanwhile comes first."""
        self._follow(self.watch.changed())

    def _follow(self, changed: frozenset[str]) -> None:
        while changed:
            changed = self._work(self._note(changed))

    def _all(self) -> set[str]:
        return {PAGES} | ({WHAT_IF} if self.asked.what_if else set()) | ({PRIVATE} if self.asked.private else set())

    def _note(self, changed: Iterable[str]) -> dict[str, str]:
        """Mark what depends on changed files; the words that alone changed in a notebook that is open."""
        for path in sorted(changed):
            self.tell(f"changed: {path}")
        self.waiting |= set(changed)
        if any(path.endswith(CODE) for path in changed) and not self.plain:
            self.plain = True
            self.tell("  code changed: from now on every process starts afresh; start anew to be fast again")
        wording = self._wording(changed)
        self.agenda.stale |= set(self.failed) & set(self.agenda.stages)
        self.failed.clear()
        try:
            self.agenda.mark(self.waiting)
            self.waiting.clear()
        except InputError as error:
            self.failed[SETTINGS] = [f"error: {error}"]
        own = {str(path) for path in self.watch.more}
        self.to_do |= {WHAT_IF} if set(changed) <= own else self._all()
        return wording

    def _wording(self, changed: Iterable[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for path in (self.draft / name for name in changed if name.endswith(".ipynb")):
            now = path.read_text(encoding="utf-8") if path.is_file() else ""
            words = wording_of(self.notebooks.get(path, ""), now)
            self.notebooks[path] = now
            if words is None:
                return {}
            found |= words
        return found

    def _work(self, wording: dict[str, str] | None = None) -> frozenset[str]:
        """Run what is stale until nothing is left, or a file changes: then everything stops, and what changed is returned."""
        self._show()
        with (
            Runner(self.draft, environment(self.draft), self.plain) as runner,
            threads(processors()) as pool,
        ):
            if wording and (open_pages := self._open()):
                write_text(self.draft / REWORDED, json.dumps(wording, ensure_ascii=False))
                self._pages(runner, open_pages, "--reworded", str(self.draft / REWORDED))
            running: dict[Future[Ended], tuple[Stage, float]] = {}
            try:
                while self._start(runner, pool, running) or running:
                    for future in wait(running, POLL, FIRST_COMPLETED).done:
                        self._finish(runner, future.result(), *running.pop(future))
                    if changed := self.watch.changed():
                        return changed
                return self._rest(runner, pool)
            finally:
                runner.stop()
                self._show()

    def _start(self, runner: Runner, pool: ThreadPoolExecutor, running: dict[Any, Any]) -> bool:
        """Start what can start; whether anything was."""
        names = {stage.name for stage, _ in running.values()}
        ready = self.agenda.next(self._open(), names, self.failed)[: processors() - len(running)]
        for stage in ready:
            self.agenda.begin(stage)
            if stage.words in _AT_ONCE:
                _AT_ONCE[stage.words](self.draft)
                self.agenda.done(stage)
            else:
                running[pool.submit(runner.run, stage.words, lambda told: None)] = (stage, time.perf_counter())
        if ready:
            self._show(stage for stage, _ in running.values())
        return bool(ready)

    def _finish(self, runner: Runner, ended: Ended, stage: Stage, began: float) -> None:
        self._say(_label(stage), began, ended)
        if ended.status:
            self.failed[stage.name] = ended.lines
        else:
            self.agenda.done(stage)
            pages = self.agenda.pages(stage)
            self.made |= {*pages}
            if shown := [page for page in self._open() if page in pages]:
                self._pages(runner, shown)
        self._show()

    def _rest(self, runner: Runner, pool: ThreadPoolExecutor) -> frozenset[str]:
        """What is made of finished stages: all pages, and what was asked for beside them."""
        if self.failed:  # pages are of one run or another, and together of none
            if others := sorted(self.made - {*self._open()}):
                self._pages(runner, others)
            return frozenset()
        jobs = {PAGES: self._pages, WHAT_IF: self._what_if, PRIVATE: self._private}
        for name in [name for name in jobs if name in self.to_do]:
            self._show(running=[name])
            future = pool.submit(jobs[name], runner)
            while not future.done():
                if changed := self.watch.changed():
                    runner.stop()
                    return changed
                wait([future], POLL)
            future.result()
            self.to_do.discard(name)
        self.made.clear()
        return frozenset()

    def _pages(self, runner: Runner, some: Iterable[str] = (), *options: str) -> None:
        """Make some pages, or all; what is wrong with some alone, the making of all will say."""
        began, written, pages = time.perf_counter(), list[str](), [*some]
        ended = runner.run(["draft-pages", *pages, *options, "--study", self.asked.study], partial(_hear, written))
        self.server.told.written(written)
        if not pages:
            self._ended(runner, PAGES, began, ended)
        elif not ended.status:
            self._say(", ".join(pages), began, ended)

    def _what_if(self, runner: Runner) -> None:
        began = time.perf_counter()
        ended = runner.run(["what-if", self.asked.study, "--from", str(self.watch.more[0])], lambda told: None)
        made, shown = self.draft / "build" / "what-if", self.draft / "reports" / "what-if"
        if not ended.status:
            shutil.rmtree(shown, ignore_errors=True)
            shutil.copytree(made, shown)
            self._told_of(shown)
        self._ended(runner, WHAT_IF, began, ended)

    def _private(self, runner: Runner) -> None:
        began = time.perf_counter()
        ended = runner.run(["private", self.asked.study], lambda told: None)
        if not ended.status:
            self._told_of(self.draft / "private", "private/")
        self._ended(runner, PRIVATE, began, ended)

    def _told_of(self, folder: Path, before: str = "") -> None:
        """Tell that every page below a folder may be another."""
        base = folder if before else self.draft / "reports"
        self.server.told.written([before + path.relative_to(base).as_posix() for path in folder.rglob("*.html")])

    def _ended(self, runner: Runner, what: str, began: float, ended: Ended) -> None:
        if runner.stopped:  # for a change that came meanwhile, after which it is made again
            return
        self.failed.pop(what, None)
        if ended.status:
            self.failed[what] = ended.lines
        self._say(what, began, ended)

    def _open(self) -> list[str]:
        return list(dict.fromkeys(path for path in self.server.told.open.values() if path))

    def _say(self, what: str, began: float, ended: Ended) -> None:
        seconds = time.perf_counter() - began
        line = f"{what}: {'failed' if ended.status else f'{seconds:.1f} s'}"
        self.server.told.tell(last=line)
        self.tell("\n".join([f"  {line}", *(f"    {text}" for text in ended.lines if ended.status)]))

    def _show(self, stages: Iterable[Stage] = (), running: Iterable[str] = ()) -> None:
        problems = [
            each for name, lines in self.failed.items() for each in problems_of(name.replace("@", " · "), lines)
        ]
        self.server.told.tell(running=[*map(_label, stages), *running], problems=problems)


def _label(stage: Stage) -> str:
    return f"{stage.run[0]} · {stage.run[1]}" if stage.run else stage.name.replace("@", " · ")


def _hear(written: list[str], message: list[Any]) -> None:
    if message[0] == "pages":
        written += message[1]


def _stale(root: Path) -> set[str]:
    """The stages that dvc.lock does not know to be made from the files as they are; nothing is written."""
    from analysis.pipeline.dvc_record import NotRecorded, Record

    try:
        with Record(root, environment(root)) as record:
            return {name for name, stage in record.stages.items() if not record.is_current(stage)}
    except NotRecorded as error:
        raise InputError(
            "dvc.yaml", found=str(error), expected="a pipeline that DVC can run", action="see the message"
        ) from None
