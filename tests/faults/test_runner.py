"""Notebooks and commands in trouble: each fails by itself with a message that says what happened, and the others go on."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "notebooks"))
from warm import Warm

from analysis.pipeline import folders, preloaded, processes
from analysis.pipeline.execute import NotebookFailure
from analysis.pipeline.processes import Runner

pytestmark = pytest.mark.skipif(not processes.can_fork(), reason="no fork server here; processes start plain")


@pytest.fixture(scope="module")
def warm(tmp_path_factory):
    return Warm(tmp_path_factory.mktemp("project"))


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "status -9"),
        ("import os\nos._exit(3)", "status 3"),
        ("import ctypes\nctypes.string_at(0)", "status -11"),
        ("while True:\n    pass", "status 4"),
        ("import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\ntime.sleep(100)", "status 4"),
        ("while True:\n    print('x' * 10_000)", "cell 1 wrote more than 200,000 characters"),
        (
            "while True:\n    try:\n        print('x' * 10_000)\n    except Exception:\n        pass",
            "cell 1 wrote more than 200,000 characters",
        ),
        ("from IPython.display import display\nwhile True:\n    display('x' * 10_000)", "cell 1 wrote more than"),
        ("'x' * 5_000_000", "cell 1 wrote more than 200,000 characters"),
        ("1 / 0", "cell 1 raised ZeroDivisionError"),
        ("raise SystemExit", "cell 1 left the program before its end"),
        ("x = (", "cell 1 raised SyntaxError"),
    ],
)
def test_trouble_is_told_and_the_next_notebook_runs(warm, source, message):
    began = time.monotonic()
    with pytest.raises(NotebookFailure) as failure:
        timeout = 3 if message == "status 4" else 30
        warm.run("print('well so far')", source, "print('never')", timeout=timeout, most=200_000)
    assert message in str(failure.value)
    assert time.monotonic() - began < 60
    assert warm.run("print('well')") == ["well\n"]


def test_what_a_command_says_and_how_it_ends_reaches_who_asked(tmp_path):
    with Runner(tmp_path, os.environ) as running:
        said = running.run(["run", "--help"], print)
        wrong = running.run(["no-such-command"], print)
    assert said.status == 0 and "study" in "\n".join(said.lines)
    assert wrong.status == 2 and "invalid choice" in "\n".join(wrong.lines)


def test_how_commands_end_is_read_once_though_others_start_meanwhile(tmp_path, monkeypatch):
    """Starting a process also asks how those before it ended, and a status can be read only once: 255 stood for the second."""
    from multiprocessing import forkserver

    read = forkserver.read_signed

    def slowly(sentinel):
        time.sleep(0.2)  # between seeing that there is a status and reading it
        return read(sentinel)

    monkeypatch.setattr(forkserver, "read_signed", slowly)
    with Runner(tmp_path, os.environ) as running, ThreadPoolExecutor(3) as threads:
        ended = list(threads.map(lambda _: running.run(["run", "--help"], print).status, range(9)))
    assert ended == [0] * 9


@pytest.mark.parametrize("plain", [False, True])
def test_a_runner_that_is_stopped_ends_what_runs_and_starts_nothing_more(tmp_path, plain, monkeypatch):
    fifo = tmp_path / "never"
    os.mkfifo(fifo)  # reading it waits for ever
    with Runner(tmp_path, os.environ, plain) as running:
        ended = []
        thread = threading.Thread(target=lambda: ended.append(running.run(["diff", str(fifo), str(fifo)], print)))
        thread.start()
        deadline = time.monotonic() + 30
        while not running._running and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(1)
        running.stop()
        thread.join(30)
        assert not thread.is_alive()
        with pytest.raises(InterruptedError):
            running.run(["run", "--help"], print)


def test_another_server_starts_where_something_ended_the_one_there_was(tmp_path):
    from multiprocessing import forkserver

    with Runner(tmp_path, os.environ) as running:
        running.warm_up()
        server = forkserver._forkserver._forkserver_pid
        os.kill(server, signal.SIGKILL)
        said = running.run(["run", "--help"], print)
        assert said.status == 0 and forkserver._forkserver._forkserver_pid != server


def test_ctrl_c_does_not_wait_for_what_the_server_imports(tmp_path):
    """It took as long as the imports of all notebooks; nothing of the server is left either."""
    (tmp_path / "slow.py").write_text("import time\ntime.sleep(40)\n", encoding="utf-8")
    (tmp_path / "temporary").mkdir()
    code = (
        "import os, signal, time\n"
        "from pathlib import Path\n"
        "from analysis.__main__ import leave\n"
        "from analysis.pipeline import preloaded\n"
        "from analysis.pipeline.processes import Runner, threads\n"
        "if __name__ == '__main__':\n"
        "    signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "    preloaded.COMMON = ('slow',)\n"
        "    try:\n"
        "        with Runner(Path('.'), os.environ) as running, threads(2) as pool:\n"
        "            pool.submit(running.run, ['run', '--help'], print)\n"
        "            time.sleep(3)\n"
        "            print(time.time(), flush=True)\n"
        "            os.killpg(0, signal.SIGINT)  # as a terminal does, to the server as well\n"
        "            time.sleep(30)\n"
        "    except KeyboardInterrupt:\n"
        "        leave(130)\n"
    )
    (tmp_path / "start.py").write_text(code, encoding="utf-8")
    told = os.environ | {"TMPDIR": str(tmp_path / "temporary"), "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "start.py"], cwd=tmp_path, env=told, capture_output=True, text=True, start_new_session=True
    )
    assert done.returncode == 130 and time.time() - float(done.stdout) < 15
    assert done.stderr == ""
    assert list((tmp_path / "temporary").iterdir()) == []


def test_everything_ends_with_the_command_that_started_it(tmp_path):
    """Killed, so that it can end nothing itself."""
    code = (
        "import os, sys, threading\n"
        "from pathlib import Path\n"
        "from analysis.pipeline.processes import Runner\n"
        "if __name__ == '__main__':\n"
        "    running = Runner(Path('.'), os.environ)\n"
        "    threading.Thread(target=running.run, args=(['diff', 'never', 'never'], print)).start()\n"
        "    import time; time.sleep(100)\n"
    )
    (tmp_path / "start.py").write_text(code, encoding="utf-8")
    with subprocess.Popen([sys.executable, "start.py"], cwd=tmp_path, start_new_session=True) as process:
        time.sleep(4)
        family = _family(process.pid)
        process.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 90  # it may import yet
    while any(map(_lives, family)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert len(family) >= 2 and not any(map(_lives, family))


def _family(number):
    import psutil

    return [child.pid for child in psutil.Process(number).children(recursive=True)]


def _lives(number):
    try:
        return Path(f"/proc/{number}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture
def run_folders(monkeypatch):
    """A folder of our own for the folders of runs."""
    with tempfile.TemporaryDirectory(prefix="t") as name:
        monkeypatch.setattr(tempfile, "tempdir", name)
        yield Path(name)


def test_folders_of_a_killed_run_go_with_the_next_and_those_of_living_ones_stay(run_folders):
    (run_folders / "analysis-of-somebody").mkdir()
    (run_folders / "analysis-broken").mkdir()
    (run_folders / "analysis-broken" / folders.OWNER).write_text("no number")
    code = "import signal; from analysis.pipeline.folders import new_folder; print(new_folder(), flush=True); signal.pause()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env={**os.environ, "TMPDIR": str(run_folders)}
    ) as process:
        folder = Path(process.stdout.readline().strip())
        folders.remove_left_folders()
        assert folder.parent == run_folders
        assert folder.is_dir()
        process.kill()
    folders.remove_left_folders()
    assert sorted(path.name for path in run_folders.iterdir()) == ["analysis-broken", "analysis-of-somebody"]


def test_a_number_that_another_process_has_now_keeps_no_folder(run_folders):
    folder = Path(folders.new_folder())
    number, began, numbering = (folder / folders.OWNER).read_text().split()
    assert int(number) == os.getpid()
    folders.remove_left_folders()
    assert folder.is_dir()
    (folder / folders.OWNER).write_text(f"{number} {int(began) - 1} {numbering}")
    folders.remove_left_folders()
    assert not folder.exists()


@pytest.mark.filterwarnings("default")  # as where modules are imported beforehand; an error would not be told of
def test_an_import_that_fails_is_left_to_the_notebook_and_one_that_warns_is_told(tmp_path, monkeypatch):
    (tmp_path / "module_that_warns.py").write_text("import warnings\nwarnings.warn('look out', UserWarning)\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert preloaded.preload(["json", "no_such_module_anywhere", "module_that_warns"]) == ["look out"]
