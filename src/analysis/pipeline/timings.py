"""Where the time of the last run went, kept in build/ for the next run's estimate and for `analysis profile`."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from analysis.pipeline.kept import read_kept
from analysis.results import write_text

FILE = Path("build") / "last-run.json"


@dataclass(frozen=True)
class LastRun:
    """Seconds of one run: in all, by phase, and by stage and step."""

    seconds: float
    workers: int
    phases: Mapping[str, float]
    stages: Mapping[str, Mapping[str, float]]
    usual: Mapping[str, float] = field(default_factory=dict)


def write(root: Path, run: LastRun) -> None:
    """Keep a run's times; of stages that did not run, how long they took before is kept too."""
    usual = {**expected(root), **{label: round(sum(steps.values()), 3) for label, steps in run.stages.items()}}
    write_text(root / FILE, json.dumps({**asdict(run), "usual": usual}, indent=1))


def read(root: Path) -> LastRun | None:
    """The last run's times; None if there are none, or they are not in this form."""
    try:
        run = LastRun(**read_kept(root / FILE))
        return run if all(map(_is_times, (run.phases, *run.stages.values()))) else None
    except (TypeError, AttributeError):
        return None


def expected(root: Path) -> dict[str, float]:
    """Seconds each stage took when it last ran, by its label."""
    usual = read_kept(root / FILE).get("usual", {})
    return usual if _is_times(usual) else {}


def _is_times(found: Any) -> bool:
    """Whether it is seconds by name: the file may be of another version, or not as it was written."""
    return isinstance(found, dict) and all(isinstance(seconds, int | float) for seconds in found.values())
