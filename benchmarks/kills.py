"""Kills at random moments: what is left behind, and whether one more command ends with the bytes of a clean run.

A project that holds the smallest study alone. Each kill begins with a copy of it (cold: nothing was made yet; half done: of
its two notebooks one is still to run), starts a command, and sends a signal at a random moment of the time that the command
took when it was left alone: to the whole group, to the command alone, or to a process that it started (a notebook's, or the
server that forks them). Then `reproduce` is run once more. Counted are kills after which anything was not as it should be:
bytes other than those of a clean run, a process that lives on, a folder or socket left among temporary files, a file half
written, a traceback, a second run that fails.
"""

import hashlib
import os
import random
import shutil
import signal
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import yaml

from benchmarks._results import Row, save
from benchmarks.pipeline import OURS, ROOT, copy_inputs, run, surroundings

KILLS = int(os.environ.get("KILLS", "200"))
STUDY, LAST = "volunteering_wellbeing", "08_claims_audit"
MARK = "ANALYSIS_KILLED"  # environment variable by which the processes of a command are known
LONG = 600  # seconds in which a command that went on without one of its processes must end
OBEYED = 10  # seconds in which a command must end that was asked to
COMMANDS = {"cold": OURS, "half done": OURS, "live": [*OURS[:-1], "live"], "publish": [*OURS[:-1], "publish"]}
VICTIMS = ("group", "command", "process")
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)


@dataclass(frozen=True)
class Kill:
    """A command, who gets which signal, and when: a share of the time that the command takes when it is left alone."""

    state: str
    victim: str
    signal: signal.Signals
    moment: float


@dataclass
class Found:
    """What became of a kill: seconds until the command and all it started were gone, and what was not as it should be."""

    kill: Kill
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)


def main() -> None:
    """Print how many kills there were of each sort, and after how many of them anything was wrong."""
    with tempfile.TemporaryDirectory(prefix="kills-") as name:
        bench = Bench(Path(name))
        found = [bench.after(kill) for kill in kills(KILLS, seed=2017)]
    for each in (each for each in found if each.wrong):
        print(each.kill, *each.wrong, sep="\n  ", flush=True)
    save("kills", " ".join(str(__doc__).split()), list(rows(found)))


def kills(number: int, seed: int) -> list[Kill]:
    """Every sort of kill in turn, each at a moment of its own."""
    chance = random.Random(seed)
    sorts = [(state, victim, sent) for state in COMMANDS for victim in VICTIMS for sent in SIGNALS]
    drawn = [sort for _ in range(-(-number // len(sorts))) for sort in chance.sample(sorts, len(sorts))]
    return [Kill(*sort, chance.random()) for sort in drawn[:number]]


def rows(found: list[Found]) -> Iterator[Row]:
    """Counts by command, and how long a command took to end that was asked to."""
    for state in COMMANDS:
        own = [each for each in found if each.kill.state == state]
        yield Row(f"{state}: kills", len(own), "")
        yield Row(f"{state}: kills after which anything was wrong", sum(bool(each.wrong) for each in own), "", "none")
    asked = [each.seconds for each in found if each.kill.victim != "process" and each.kill.signal != signal.SIGKILL]
    if asked:
        yield Row("a command that was asked to end took (median)", statistics.median(asked), "s")
        yield Row("a command that was asked to end took (longest)", max(asked), "s", f"at most {OBEYED}")


class Bench:
    """Copies of one small project, and how long each command takes on it."""

    def __init__(self, folder: Path) -> None:
        """Run it once, as what the runs after each kill are compared with."""
        signal.signal(
            signal.SIGINT, signal.default_int_handler
        )  # a shell's background jobs ignore it, and so would theirs
        self.folder, self.project, self.temporary = folder, folder / "project", folder / "tmp"
        self.cold, self.clean = folder / "cold", folder / "clean"
        small_project(self.cold)
        shutil.copytree(self.cold, self.project)
        run(OURS, self.project)  # compiles Python files, so that no killed run does
        shutil.move(self.project, self.clean)
        self.good = made(self.clean)
        self.usual: dict[str, float] = {}

    def after(self, kill: Kill) -> Found:
        """Kill a command and run once more."""
        found = Found(kill)
        if kill.state not in self.usual:
            self.usual[kill.state] = self._alone(kill.state)
        self.begin(kill.state)
        with self._started(kill.state) as process:
            time.sleep(self.usual[kill.state] * kill.moment)
            sent = time.monotonic()
            _send(kill, process.pid, self._family(process.pid))
            if kill.victim == "process" and kill.state == "live":  # it serves on until it is asked to end
                time.sleep(2)
                process.send_signal(signal.SIGTERM)
            said = self._ended(process, found)
            found.seconds = time.monotonic() - sent
        if kill.victim != "process" and found.seconds > OBEYED:
            found.wrong.append(f"took {found.seconds:.0f} s to end")
        if "Traceback" in said:
            found.wrong.append(f"said: {said}")
        self._once_more(found)
        return found

    def _alone(self, state: str) -> float:
        """Seconds that a command takes when nobody kills it; live is ready when it waits for changes."""
        if state == "live":
            return self._ready()
        self.begin(state)
        began = time.monotonic()
        run(COMMANDS[state], self.project)
        return time.monotonic() - began

    def _ready(self) -> float:
        """Seconds until a live run has run all that is stale and shown it."""
        self.begin("live")
        began = time.monotonic()
        with self._started("live") as process:
            while process.poll() is None and not list(self.temporary.glob("analysis-*/reports/index.html")):
                time.sleep(0.1)
            taken = time.monotonic() - began
            process.send_signal(signal.SIGINT)
        return taken

    def begin(self, state: str) -> None:
        """The project as it is before a command, and an empty folder for temporary files."""
        for place in (self.project, self.temporary):
            shutil.rmtree(place, ignore_errors=True)
        self.temporary.mkdir()
        shutil.copytree(self.clean if state in ("half done", "publish") else self.cold, self.project)
        if state == "half done":
            shutil.rmtree(self.project / ".dvc" / "cache")
            (self.project / "data" / "processed" / STUDY / "results" / f"{LAST}.json").unlink()
        if state == "publish":
            shutil.rmtree(self.project / "reports")

    def _started(self, state: str) -> subprocess.Popen[str]:
        self.mark = uuid4().hex
        return subprocess.Popen(
            COMMANDS[state],
            cwd=self.project,
            env={**surroundings(self.project), "TMPDIR": str(self.temporary), MARK: self.mark},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def _family(self, but: int) -> list[int]:
        """The processes of the command, other than itself, that live: found by what their environment says."""
        mark = f"{MARK}={self.mark}".encode()
        return [
            number for number in _processes() if number != but and mark in _bytes(number, "environ") and lives(number)
        ]

    def _ended(self, process: subprocess.Popen[str], found: Found) -> str:
        """Wait for a killed command and whatever it started; what it said."""
        try:
            said, _ = process.communicate(timeout=LONG)
        except subprocess.TimeoutExpired:
            found.wrong.append(f"went on for {LONG} s")
            process.kill()
            said, _ = process.communicate()
        deadline = time.monotonic() + OBEYED
        while (left := self._family(process.pid)) and time.monotonic() < deadline:
            time.sleep(0.05)
        for number in left:
            found.wrong.append(f"a process was left: {_bytes(number, 'cmdline').replace(bytes(1), b' ')!r}")
            os.kill(number, signal.SIGKILL)
        return said

    def _once_more(self, found: Found) -> None:
        """Run again and look at all that is there then."""
        with self._started("cold") as process:
            said = self._ended(process, found)
        if process.returncode:
            found.wrong.append(f"the next run failed ({process.returncode}): {said}")
        if (now := made(self.project)) != self.good:
            other = {name for name in {*now, *self.good} if now.get(name) != self.good.get(name)}
            found.wrong.append(f"other bytes in {', '.join(sorted(other))}")
        left = [*self.temporary.iterdir(), *self.project.rglob("*.part")]
        found.wrong.extend(f"left: {path.relative_to(self.folder)}" for path in left)


def small_project(folder: Path) -> None:
    """The project with the smallest study in the place of those that came with it."""
    copy_inputs(folder)
    for study in (folder / "data" / "raw").glob("*/study.yaml"):
        shutil.rmtree(study.parent)
    shutil.copytree(ROOT / "tests" / "studies" / STUDY, folder / "data" / "raw" / STUDY)
    shutil.rmtree(folder / "benchmarks")
    for name, emptied in {"params.yaml": dict, "dvc.yaml": _without_studies}.items():
        content = yaml.safe_load((folder / name).read_text(encoding="utf-8"))
        kept = emptied(content) if name == "dvc.yaml" else {notebook: {} for notebook in content}
        (folder / name).write_text(yaml.safe_dump(kept, sort_keys=False), encoding="utf-8")


def _without_studies(pipeline: dict) -> dict:
    """Stages as they are, with nothing to run them for."""
    stages = {
        name: {**stage, "foreach": []} if "foreach" in stage else stage for name, stage in pipeline["stages"].items()
    }
    return {**pipeline, "stages": stages}


def made(folder: Path) -> dict[str, str]:
    """Hashes of all that a run makes, by path."""
    files = (path for name in ("data/processed", "reports") for path in (folder / name).rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _send(kill: Kill, command: int, family: list[int]) -> None:
    """Send the signal, if who should get it is still there."""
    try:
        if kill.victim == "group":
            os.killpg(command, kill.signal)
        elif kill.victim == "command":
            os.kill(command, kill.signal)
        elif family:
            os.kill(family[int(kill.moment * 997) % len(family)], kill.signal)
    except ProcessLookupError:
        pass


def _processes() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _bytes(number: int, what: str) -> bytes:
    try:
        return Path(f"/proc/{number}/{what}").read_bytes()
    except OSError:
        return b""


def lives(number: int) -> bool:
    """Whether a process is there and no zombie."""
    return _bytes(number, "stat").rpartition(b")")[2].split()[:1] not in ([b"Z"], [])
