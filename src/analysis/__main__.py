"""python -m analysis"""

import os
import sys
from pathlib import Path


def own_path(path: str, project: Path) -> str:
    """What of PYTHONPATH lies in the project's folder; packages from elsewhere would come before those of the locks."""
    return os.pathsep.join(place for place in path.split(os.pathsep) if Path(place).resolve().is_relative_to(project))


def _start() -> None:
    given = os.environ.get("PYTHONPATH", "")
    kept = own_path(given, Path(__file__).resolve().parents[2]) if given else given
    if kept != given:  # begin again, since some of it may be imported by now
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], os.environ | {"PYTHONPATH": kept})
    from analysis.cli import main
    from analysis.pipeline.ending import leave

    leave(main())


if __name__ == "__main__":
    _start()
