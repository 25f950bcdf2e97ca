"""The whole pipeline, cold, with nothing to do, and after one assumption changed, beside the plain tools.

Each is a whole process timed from outside, on a copy of the project without results or caches. The peer runs the same
notebooks with papermill's command line and `jupyter nbconvert`, one after the other, as a user without this pipeline
would; it makes plain pages, without the checks and the layout of ours. Runs are interleaved; medians are shown.
"""

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from analysis.pipeline.parameters import parameters_for, planned_runs
from analysis.pipeline.reproduce import environment

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 3
PARTS = ("src", "notebooks", "data/raw", "params.yaml", "requirements.lock", "dvc.yaml", ".dvc/config", ".dvcignore")


def main() -> None:
    """Print the median time of each way and the ratios between them."""
    taken: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            for name, seconds in one_round(Path(folder)).items():
                taken.setdefault(name, []).append(seconds)
    medians = {name: statistics.median(values) for name, values in taken.items()}
    for name, seconds in medians.items():
        print(f"{name:<55} {seconds:7.1f} s   (of {', '.join(f'{v:.1f}' for v in sorted(taken[name]))})")
    cold = medians["cold run"]
    print(f"{'plain papermill and nbconvert / cold run':<55} {medians['papermill command line + nbconvert'] / cold:7.2f} times")
    print(f"{'after one assumption changed / cold run':<55} {medians['after one assumption changed'] / cold:7.2f} times")
    print(f"{'no-op run / dvc repro with nothing to do':<55} {medians['no-op run'] / medians['dvc repro with nothing to do']:7.2f} times")
    print(f"{'largest process of all':<55} {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:7.0f} MiB")


def one_round(folder: Path) -> dict[str, float]:
    """Seconds of each way, on one fresh copy of the project."""
    copy_inputs(folder)
    ours = [sys.executable, "-m", "analysis", "reproduce"]
    found = {"cold run": timed(ours, folder), "no-op run": timed(ours, folder)}
    found["dvc repro with nothing to do"] = timed([sys.executable, "-m", "dvc", "repro", "-q"], folder)
    change_an_assumption(folder)
    found["after one assumption changed"] = timed(ours, folder)
    found["papermill command line + nbconvert"] = sum(plain(folder, notebook, study) for notebook, study in planned_runs(folder))
    return found


def copy_inputs(folder: Path) -> None:
    """Inputs and code only, in a folder that DVC takes for a project."""
    for part in PARTS:
        target = folder / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, target, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
        else:
            shutil.copy(ROOT / part, target)
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True)


def change_an_assumption(folder: Path) -> None:
    """Another value for one assumption: the length of the programme, a month longer."""
    path = folder / "data/raw/connecting_opportunities/assumptions.yaml"
    text = path.read_text(encoding="utf-8")
    changed = text.replace("value: 69\n", "value: 70\n").replace("low: 69\n", "low: 70\n").replace("high: 69\n", "high: 70\n")
    if changed == text:
        raise RuntimeError("the assumption this benchmark changes is no longer in the register")
    path.write_text(changed, encoding="utf-8")


def plain(folder: Path, notebook: str, study: str) -> float:
    """Seconds of one notebook through papermill's and nbconvert's own command lines."""
    executed = folder / f"{study}-{notebook}.ipynb"
    values = [word for name, value in parameters_for(folder, notebook, study).model_dump().items() for word in ("-p", name, str(value))]
    return timed([sys.executable, "-m", "papermill", f"notebooks/{notebook}.ipynb", str(executed), *values], folder) + timed(
        [sys.executable, "-m", "nbconvert", "--to", "html", str(executed)], folder
    )


def timed(command: list[str], folder: Path) -> float:
    """Seconds a command takes as a whole process; it must succeed."""
    env = {**environment(folder), "PYTHONPATH": str(folder / "src"), "PATH": os.environ["PATH"]}
    env["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), env["PATH"]])
    started = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout}\n{done.stderr}")
    return time.perf_counter() - started
