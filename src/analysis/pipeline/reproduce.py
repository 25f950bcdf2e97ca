"""The whole pipeline: whatever is stale is run, several notebooks at a time, then pages are published."""

import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType

from analysis.errors import InputError
from analysis.pipeline import last_publication, timings
from analysis.pipeline.commit import commit_line
from analysis.pipeline.folders import own_folder, remove_left_folders
from analysis.pipeline.parameters import planned_runs
from analysis.pipeline.plan import write_plan
from analysis.pipeline.processes import Runner
from analysis.pipeline.progress import TOLD, Display, Laps
from analysis.pipeline.provenance import files_at
from analysis.pipeline.sources import Sources
from analysis.pipeline.surroundings import processors
from analysis.study import check_files


def reproduce(
    root: Path,
    force: bool = False,
    workers: int = 0,
    plain: bool = False,
    again: Sequence[str] = (),
    left_open: Callable[[str], int] = lambda study: 0,
) -> int:
    """Bring every stage up to date, publish the pages, and print what came out; returns the exit status.

    `workers` notebooks run at a time (0: one more than there are processors, since each waits now and then); `plain`
    starts every process afresh; `again` are studies whose earlier pages were never passed on (see `pipeline.earlier_releases`). A
    stage that fails stops what waits for it and nothing else: the other studies are published, then it is told what failed. A
    study of which decisions are `left_open` and which has no pages yet is named, and is no failure.
    """
    write_plan(root)
    for study in dict.fromkeys(study for _, study in planned_runs(root)):
        check_files(root, study)
    laps, sources, workers = Laps(), Sources.now(root / "src"), workers or processors() + 1
    own_folder(root / ".dvc" / "tmp", ".dvc/tmp")
    remove_left_folders()  # of runs that were killed
    with Runner(root, environment(root), plain) as runner:
        changed = _changed(root)
        if force or changed:  # import on one processor what notebooks need, while DVC is imported on another
            runner.warm_up(tuple if force else partial(_reading, root, changed))
        failed, skipped, stages = _run_stages(root, runner, sources, workers, force, laps)
        without = sorted({name.partition("@")[2] for name in (*failed, *skipped)} - {""})
        if failed and not {study for _, study in planned_runs(root)} - {*without}:
            print("\n".join(_telling(failed, skipped, _drafts(without, left_open))), file=sys.stderr)
            return 1
        status, told = _published(root, runner, sources, again, without)
        if status:
            print("\n".join([*_telling(failed, skipped), "\npublication failed:", *told]), file=sys.stderr)
            return status
        print("\n".join(["", *told]))
        laps.lap("publication")
    laps.lap("closing")
    if failed:
        drafts = _drafts(without, left_open)
        print(
            "\n".join([*_telling(failed, skipped, drafts), f"\nnot published: {', '.join(without)}"]), file=sys.stderr
        )
        return int(any(study not in drafts or (root / "reports" / study).exists() for study in without))
    timings.write(root, timings.LastRun(laps.total, workers, laps.taken, stages))
    print(f"Time taken: {laps.total:.1f} s")
    return 0


def _changed(root: Path) -> list[str]:
    """Inputs newer than the last run; all of them if there was none. A guess, which only decides what is started early."""
    lock = root / "dvc.lock"
    since = lock.stat().st_mtime if lock.is_file() and any(root.glob("data/processed/*/pages/*.json")) else 0.0
    places = [root / name for name in ("src", "notebooks", "data/raw", "params.yaml", "dvc.yaml", "requirements.lock")]
    return [path.relative_to(root).as_posix() for path in files_at(*places) if path.stat().st_mtime > since]


def _reading(root: Path, changed: list[str]) -> set[str]:
    """The notebooks that read one of the changed files; none, which means all, if anything but data and notebooks changed."""
    from analysis.pipeline.lock import read_lock

    if not all(path.startswith(("data/raw/", "notebooks/")) for path in changed):
        return set()
    try:
        stages = [(stage.run[0], [item.path for item in stage.inputs]) for stage in read_lock(root) if stage.run]
    except InputError:  # what is wrong with dvc.lock, DVC will say
        return set()
    return {
        notebook
        for notebook, places in stages
        if any(path == place or path.startswith(f"{place}/") for place in places for path in changed)
    }


def _run_stages(
    root: Path, runner: Runner, sources: Sources, workers: int, force: bool, laps: Laps
) -> tuple[dict[str, list[str]], list[str], dict[str, dict[str, float]]]:
    """Run what is stale: what failed and why, what was not run for it, where each stage's time went."""
    from analysis.pipeline.dvc_record import NotRecorded, Record
    from analysis.pipeline.schedule import Schedule

    expected = timings.expected(root)
    try:
        with Record(root, runner.environment) as record:
            laps.lap("DVC")
            notebooks = {stage.label for stage in record.stages.values() if stage.notebook}
            display = Display(len(notebooks), workers, {label: expected[label] for label in notebooks & set(expected)})
            schedule = Schedule(record, runner, display, sources, workers, force)
            schedule.run()
            laps.lap("stages")
    except NotRecorded as error:
        raise InputError(
            "dvc.yaml", found=str(error), expected="a pipeline that DVC can run", action="see the message"
        ) from None
    laps.lap("DVC")
    return schedule.failed, schedule.skipped, schedule.times


def _drafts(studies: Iterable[str], left_open: Callable[[str], int]) -> dict[str, int]:
    """The studies whose records leave something to decide, and how much."""
    return {study: count for study in studies if (count := left_open(study))}


def _telling(
    failed: dict[str, list[str]], skipped: list[str], drafts: Mapping[str, int] = MappingProxyType({})
) -> list[str]:
    """What went wrong, stage by stage, and what was not run for it; of a study in `drafts` one sentence."""
    lines = [
        f"\n{study} is not run: its records leave {count} thing{'s' if count > 1 else ''} to decide or mend. What to do: analysis check {study}"
        for study, count in drafts.items()
    ]
    told = {name: each for name, each in failed.items() if name.partition("@")[2] not in drafts}
    lines += [line for name, each in told.items() for line in (f"\n{name} failed:", *each)]
    waiting = [name for name in skipped if name.partition("@")[2] not in drafts]
    return [*lines, *([f"\nnot run, because they need it: {', '.join(waiting)}"] if waiting else [])]


def _published(
    root: Path, runner: Runner, sources: Sources, again: Sequence[str], without: Sequence[str]
) -> tuple[int, list[str]]:
    """Publish, unless everything is as it was published last; returns the exit status and what to tell of it."""
    told = None if without else last_publication.still_told(root, commit_line(root), sources)
    if told is None:
        options = [*(f"--again={study}" for study in again), *(f"--without={study}" for study in without)]
        ended = runner.run(["publish", *options], print)
        told = ended.lines
        if ended.status:
            return ended.status, told
        if not without:
            last_publication.note(root, told, commit_line(root), sources)
    return 0, told


def environment(root: Path) -> dict[str, str]:
    """The environment for DVC and the stages: this Python first, no calls home, caches inside the project."""
    own = {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
        "DVC_NO_ANALYTICS": "1",
        "DVC_SITE_CACHE_DIR": str(root / ".dvc" / "tmp" / "site"),
        "PYTHONUTF8": "1",
        "PYTHONIOENCODING": "utf-8",
        TOLD: "1",
    }
    return {**os.environ, **own}
