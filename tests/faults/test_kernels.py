"""Kernels in trouble: each fails its own notebook with a message that says what happened, and the others go on."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "notebooks"))
from warm import Warm, kernel_children

from analysis.pipeline import engine, kernels
from analysis.pipeline.execute import NotebookFailure
from analysis.pipeline.jobs import Runner
from analysis.pipeline.kernels import NAME, WarmStart
from analysis.pipeline.server import preload

forks = pytest.mark.skipif(not kernels.possible(), reason="processes cannot be forked safely here; kernels start plain")
KERNELS = ["python3", pytest.param(NAME, marks=forks)]


@pytest.fixture(scope="module")
def warm(tmp_path_factory):
    """Warm parents where they can be had; plain kernels are there anyway."""
    with pytest.MonkeyPatch.context() as patch, WarmStart([], os.environ) as start:
        assert start.ready(), start.trouble()
        patch.setenv("JUPYTER_PATH", start.with_kernels()["JUPYTER_PATH"])
        yield Warm(start, tmp_path_factory.mktemp("project"))


TROUBLES = [
    ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "cell 1 ended its kernel"),
    ("import os\nos._exit(3)", "cell 1 ended its kernel"),
    ("import ctypes\nctypes.string_at(0)", "cell 1 ended its kernel"),
    ("while True:\n    pass", "cell 1 took longer than 3 s"),
    (
        "import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\ntime.sleep(100)",
        "cell 1 took longer than 3 s",
    ),
    ("while True:\n    print('x' * 10_000)", "cell 1 wrote more than 200,000 characters"),
    ("'x' * 5_000_000", "cell 1 wrote more than 200,000 characters"),
    ("1 / 0", "cell 1 raised ZeroDivisionError"),
]


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize(("source", "message"), TROUBLES)
def test_trouble_is_told_and_the_next_notebook_runs(warm, monkeypatch, kernel, source, message):
    monkeypatch.setattr(engine, "MOST_OUTPUT", 200_000)
    began = time.monotonic()
    with pytest.raises(NotebookFailure) as failure:
        warm.run(
            "print('well so far')",
            source,
            "print('never')",
            kernel=kernel,
            timeout=3 if "longer than" in message else 30,
        )
    assert message in str(failure.value)
    assert time.monotonic() - began < 40
    assert warm.run("print('well')", kernel=kernel) == ["well\n"]


@forks
def test_no_kernel_is_left_behind(warm):
    for source, _ in TROUBLES[:5]:
        with pytest.raises(NotebookFailure):
            warm.run(source, timeout=1)
    deadline = time.monotonic() + 10
    while kernel_children(warm.start) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert kernel_children(warm.start) == set()


@forks
def test_parents_that_cannot_start_leave_the_work_to_plain_processes(tmp_path, monkeypatch, capfd):
    monkeypatch.setattr(kernels, "notebook_imports", lambda root, notebooks: [])
    monkeypatch.setattr("analysis.pipeline.jobs.notebook_imports", lambda root, notebooks: ["antigravity_that_warns"])
    (tmp_path / "antigravity_that_warns.py").write_text(
        "import warnings\nwarnings.warn('about something', UserWarning)\n"
    )
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    with Runner(tmp_path, {**os.environ, "PYTHONPATH": path}) as runner:
        ended = runner.run(["run", "--help"], print)
    assert (ended.status, "the Jupyter kernel to run it in" in "\n".join(ended.lines)) == (0, True)
    assert "about something" in capfd.readouterr().err


@pytest.fixture
def run_folders(tmp_path_factory, monkeypatch):
    """A folder of our own for the folders of runs."""
    with tempfile.TemporaryDirectory(prefix="t", dir="/tmp") as name:
        monkeypatch.setattr(tempfile, "tempdir", name)
        yield Path(name)


@forks
def test_folders_of_a_killed_run_go_with_the_next_and_those_of_living_ones_stay(run_folders):
    (run_folders / "analysis-of-somebody").mkdir()
    (run_folders / "analysis-broken").mkdir()
    (run_folders / "analysis-broken" / kernels.OWNER).write_text("no number")
    code = "import signal; from analysis.pipeline.kernels import short_folder; print(short_folder(), flush=True); signal.pause()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env={**os.environ, "TMPDIR": str(run_folders)}
    ) as process:
        folder = Path(process.stdout.readline().strip())
        kernels.remove_left_folders()
        assert folder.parent == run_folders
        assert folder.is_dir()
        process.kill()
    kernels.remove_left_folders()
    assert sorted(path.name for path in run_folders.iterdir()) == ["analysis-broken", "analysis-of-somebody"]


@forks
def test_a_number_that_another_process_has_now_keeps_no_folder(run_folders):
    folder = Path(kernels.short_folder())
    number, began, numbering = (folder / kernels.OWNER).read_text().split()
    assert int(number) == os.getpid()
    kernels.remove_left_folders()
    assert folder.is_dir()
    (folder / kernels.OWNER).write_text(f"{number} {int(began) - 1} {numbering}")
    kernels.remove_left_folders()
    assert not folder.exists()


@forks
def test_a_run_keeps_everything_in_the_folder_of_its_parents(warm, monkeypatch):
    monkeypatch.setenv(kernels.WITHIN, warm.start.with_kernels()[kernels.WITHIN])
    assert Path(kernels.short_folder()).parent == warm.start.folder


def test_an_import_that_fails_is_left_to_the_notebook():
    assert list(preload(["json", "no_such_module_anywhere"])) == ["json", "no_such_module_anywhere"]


def test_an_import_that_warns_stops_the_warm_start(tmp_path, monkeypatch):
    (tmp_path / "module_that_warns.py").write_text("import warnings\nwarnings.warn('look out', UserWarning)\n")
    monkeypatch.syspath_prepend(tmp_path)
    with warnings.catch_warnings(), pytest.raises(RuntimeError, match="look out"):
        warnings.simplefilter("default")  # the tests' own rule makes errors of warnings
        preload(["module_that_warns"])


@forks
def test_a_request_that_is_no_request_disturbs_nobody(warm):
    for rubbish in (b"", b"\x00", b"\x00\x00\x00\x05hello", b"{}" * 100):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(warm.start._address("kernels"))
            connection.sendall(rubbish)
    assert warm.run("print('well')") == ["well\n"]
