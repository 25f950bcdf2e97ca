"""The whole pipeline: cold, with nothing to do, after one assumption changed; beside one warm process and the plain tools.

Each is a whole process timed from outside, on one copy of the project; cold means without results, lock and DVC cache.
Python's compiled files are there for all sides alike. The peer runs the same notebooks with papermill's command line and
`jupyter nbconvert`, one after the other, as a user without this pipeline would; it makes plain pages, without the checks
and the layout of ours. The least possible is the same bodies and pages in one process that has imported everything.
Rounds are interleaved; medians are shown.
"""

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from analysis.pipeline.parameters import parameters_for, planned_runs
from analysis.pipeline.reproduce import environment
from benchmarks._results import Row, save

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = int(os.environ.get("ROUNDS", "3"))
PARTS = (
    "src", "notebooks", "data/raw", "tests/spec", "params.yaml", "requirements.lock", "dvc.yaml", ".dvc/config", ".dvcignore", "benchmarks",
    "CITATION.cff", "LICENSE", "LICENSE-text-data.md",
)  # fmt: skip
MADE = ("data/processed", "reports", ".dvc/cache", ".dvc/tmp", "dvc.lock", "build")
COLD, NOTHING = "cold run", "no-op run"
LOOKS = {  # the second is part of what cells show in a notebook, so that all run again
    "run after the layout of pages alone changed": "src/analysis/reporting/template/layout.html.j2",
    "run after the template of tables, figures and text changed": "src/analysis/reporting/template/nodes.html.j2",
}
CHANGED = {
    study: f"run after one assumption of {study} changed" for study in ("connecting_opportunities", "coproduction")
}
CHANGES = {  # for each study an entry of its register, and fields of it with other values
    "connecting_opportunities": ("programme_months", {"value": 70, "low": 70, "high": 70}),
    "coproduction": ("deadweight_engagement", {"value": 0.05}),
}
DVC, WARM, WHOLE = (
    "dvc repro with nothing to do",
    "bodies and pages in one warm process",
    "the same, start and imports included",
)
PLAIN = "papermill command line and nbconvert for each notebook"
OURS = [sys.executable, "-m", "analysis", "reproduce"]


def main() -> None:
    """Print the median time of each way and the ratios between them."""
    taken: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "project"
        copy_inputs(folder)
        timed(OURS, folder)  # compiles Python files, so that no measured run does
        plain(folder, *planned_runs(folder)[0])
        for _ in range(ROUNDS):
            for what, seconds in one_round(folder).items():
                taken.setdefault(what, []).append(seconds)
        memory = peak_memory(folder)
    save("pipeline", " ".join(str(__doc__).split()), rows(taken, memory, len(planned_runs(ROOT))))


def rows(taken: dict[str, list[float]], memory: float, notebooks: int) -> list[Row]:
    """Medians, and the ratios that the pipeline is held to."""
    median = {name: statistics.median(values) for name, values in taken.items()}
    ratios = (
        (f"{COLD} / {WARM}", median[COLD] / median[WARM], "at most 1.0"),
        (f"{COLD} / {WHOLE}", median[COLD] / median[WHOLE], ""),
        (f"{PLAIN} / {COLD}", median[PLAIN] / median[COLD], "at least 5"),
        (f"{NOTHING} / {DVC}", median[NOTHING] / median[DVC], "at most 0.8"),
        *((f"{name} / {COLD}", median[name] / median[COLD], "at most 0.20") for name in CHANGED.values()),
    )
    return [
        Row("notebooks run", notebooks, ""),
        *(
            Row(name, median[name], "s", "at most 3" if name in LOOKS else "", runs=sorted(values))
            for name, values in taken.items()
        ),
        *(Row(name, value, "times", target) for name, value, target in ratios),
        Row("peak memory of all processes of a cold run", memory, "MiB"),
    ]


def one_round(folder: Path) -> dict[str, float]:
    """Seconds of each way, once."""
    start_afresh(folder)
    found = {COLD: timed(OURS, folder), NOTHING: timed(OURS, folder)}
    found[DVC] = timed([sys.executable, "-m", "dvc", "repro", "-q"], folder)
    found |= {name: after_another_look(folder / template) for name, template in LOOKS.items()}
    found[WHOLE], found[WARM] = in_one_process(folder)
    for study, name in CHANGED.items():
        shutil.rmtree(folder / "data/raw")
        shutil.copytree(ROOT / "data/raw", folder / "data/raw")
        timed(OURS, folder)
        change_an_assumption(folder, study)
        found[name] = timed(OURS, folder)
    found[PLAIN] = sum(plain(folder, notebook, study) for notebook, study in planned_runs(folder))
    return found


def copy_inputs(folder: Path) -> None:
    """Inputs and code only, in a folder that DVC takes for a project."""
    for part in PARTS:
        target = folder / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, target, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info", "results"))
        else:
            shutil.copy(ROOT / part, target)
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True)


def start_afresh(folder: Path) -> None:
    """Take away whatever a run made, and put the inputs back."""
    for made in MADE:
        shutil.rmtree(folder / made) if (folder / made).is_dir() else (folder / made).unlink(missing_ok=True)
    shutil.rmtree(folder / "data/raw")
    shutil.copytree(ROOT / "data/raw", folder / "data/raw")


def after_another_look(template: Path) -> float:
    """Seconds of a run after a template changed; it is put back."""
    text = template.read_text(encoding="utf-8")
    template.write_text(f"{text}{{#- changed -#}}\n", encoding="utf-8")
    try:
        return timed(OURS, template.parents[4])
    finally:
        template.write_text(text, encoding="utf-8")


def change_an_assumption(folder: Path, study: str) -> None:
    """Other values for one assumption of a study, as CHANGES has them."""
    path, (entry, fields) = folder / "data/raw" / study / "assumptions.yaml", CHANGES[study]
    head, mark, rest = path.read_text(encoding="utf-8").partition(f"  - id: {entry}\n")
    own, following, others = rest.partition("  - id: ")
    changed = own
    for name, value in fields.items():
        changed = re.sub(rf"(?m)^(    {name}: ).*$", rf"\g<1>{value}", changed)
    if changed == own:
        raise RuntimeError(f"{entry}, which this benchmark changes, is no longer in the register of {study}")
    path.write_text(head + mark + changed + following + others, encoding="utf-8")


def in_one_process(folder: Path) -> tuple[float, float]:
    """Seconds of the least possible: the whole process, and its work alone."""
    started = time.perf_counter()
    done = run([sys.executable, "-m", "benchmarks._one_process"], folder)
    return time.perf_counter() - started, float(done.stdout.split()[-1])


def plain(folder: Path, notebook: str, study: str) -> float:
    """Seconds of one notebook through papermill's and nbconvert's own command lines."""
    executed = folder / "build" / f"{study}-{notebook}.ipynb"
    executed.parent.mkdir(exist_ok=True)
    values = json.dumps(parameters_for(folder, notebook, study).model_dump())  # JSON is YAML
    return timed(
        [sys.executable, "-m", "papermill", f"notebooks/{notebook}.ipynb", str(executed), "-y", values], folder
    ) + timed([sys.executable, "-m", "nbconvert", "--to", "html", str(executed)], folder)


def timed(command: list[str], folder: Path) -> float:
    """Seconds a command takes as a whole process; it must succeed."""
    started = time.perf_counter()
    run(command, folder)
    return time.perf_counter() - started


def run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command in the project's copy; RuntimeError if it fails."""
    done = subprocess.run(command, cwd=folder, env=surroundings(folder), capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout}\n{done.stderr}")
    return done


def surroundings(folder: Path) -> dict[str, str]:
    """The environment of every side: the copy's code, and compiled files kept beside it, whatever the caller says."""
    own = {
        "PYTHONPATH": f"{folder / 'src'}{os.pathsep}{folder}",
        "PYTHONPYCACHEPREFIX": str(folder.parent / "compiled"),
    }
    return {name: value for name, value in {**environment(folder), **own}.items() if name != "PYTHONDONTWRITEBYTECODE"}


def peak_memory(folder: Path) -> float:
    """MiB of all processes of a cold run together when they were largest; shared memory counts once."""
    start_afresh(folder)
    process = subprocess.Popen(OURS, cwd=folder, env=surroundings(folder), stdout=subprocess.DEVNULL)
    peaks = [0.0]
    watcher = threading.Thread(target=_watch, args=(process, peaks))
    watcher.start()
    status = process.wait()
    watcher.join()
    if status or not max(peaks):
        raise RuntimeError(
            f"the run failed ({status})" if status else "this system does not tell the memory of processes"
        )
    return max(peaks)


def _watch(process: subprocess.Popen, peaks: list[float]) -> None:
    import psutil

    while process.poll() is None:
        try:
            parent = psutil.Process(process.pid)
            peaks.append(sum(_share(child.pid) for child in [parent, *parent.children(recursive=True)]))
        except psutil.NoSuchProcess:
            break
        time.sleep(0.05)


def _share(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)
