"""Where the time of the last run went, kept in build/ for the next run's estimate and for `analysis profile`."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

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
    path = root / FILE
    path.parent.mkdir(exist_ok=True)
    temporary = path.with_suffix(".part")
    temporary.write_text(json.dumps({**asdict(run), "usual": usual}, indent=1), encoding="utf-8")
    temporary.replace(path)


def read(root: Path) -> LastRun | None:
    """The last run's times; None if there are none, or they are not in this form."""
    try:
        run = LastRun(**_content(root))
        return run if all(map(_is_times, (run.phases, *run.stages.values()))) else None
    except (TypeError, AttributeError):
        return None


def expected(root: Path) -> dict[str, float]:
    """Seconds each stage took when it last ran, by its label."""
    usual = _content(root).get("usual", {})
    return usual if _is_times(usual) else {}


def _is_times(found: Any) -> bool:
    """Whether it is seconds by name: the file may be of another version, or not as it was written."""
    return isinstance(found, dict) and all(isinstance(seconds, int | float) for seconds in found.values())


def _content(root: Path) -> dict[str, Any]:
    try:
        content = json.loads((root / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}
