"""Runs that are killed at some moment, and a system that knows neither fork nor groups of processes: the bytes of a clean run, and nothing left."""

import os
import signal
import subprocess

import pytest

from benchmarks.kills import Bench, Kill, made
from benchmarks.pipeline import OURS, surroundings

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not os.path.isdir("/proc/self"), reason="this system does not tell the surroundings of processes"
    ),
]
# What Windows has not, which Python's own modules and those of the locks do without there as well.
ELSEWHERE = """
import multiprocessing, os
for name in ("fork", "forkpty", "setsid", "killpg", "getpgid", "sched_getaffinity"):
    delattr(os, name)
multiprocessing.get_all_start_methods = lambda: ["spawn"]
multiprocessing.set_start_method("spawn")
"""


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    return Bench(tmp_path_factory.mktemp("killed"))


@pytest.mark.parametrize(
    "kill",
    [
        Kill("cold", "group", signal.SIGKILL, 0.6),
        Kill("half done", "command", signal.SIGINT, 0.3),
        Kill("half done", "process", signal.SIGKILL, 0.5),
        Kill("publish", "command", signal.SIGTERM, 0.7),
    ],
    ids=lambda kill: f"{kill.state}, {kill.victim}, {kill.signal.name}",
)
def test_after_a_kill_one_more_run_ends_with_the_bytes_of_a_clean_one(bench, kill):
    """A sample; `make bench ARGS=kills` makes many, at random moments."""
    assert bench.after(kill).wrong == []


def test_without_fork_and_groups_a_run_gives_the_same_bytes(bench):
    bench.begin("cold")
    (bench.project / "src" / "sitecustomize.py").write_text(ELSEWHERE, encoding="utf-8")
    told = surroundings(bench.project) | {"TMPDIR": str(bench.temporary)}
    asked = "import os; print(hasattr(os, 'fork'))"
    done = subprocess.run([OURS[0], "-c", asked], cwd=bench.project, env=told, capture_output=True, text=True)
    assert done.stdout == "False\n"
    done = subprocess.run(OURS, cwd=bench.project, env=told, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert made(bench.project) == bench.good
    assert list(bench.temporary.iterdir()) == []
