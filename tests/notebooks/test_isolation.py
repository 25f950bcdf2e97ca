"""Warm kernels: one kernel for each notebook, and nothing that one notebook does is seen by the next."""

import json
import os
import subprocess
import sys

import pytest
from warm import Warm

from analysis.pipeline import kernels
from analysis.pipeline.kernels import NAME, WarmStart

pytestmark = pytest.mark.skipif(
    not kernels.possible(), reason="processes cannot be forked safely here; kernels start plain"
)

LOOK = """
import builtins, json, logging, os, sys, warnings
import matplotlib, numpy, pandas
import analysis.results
print(json.dumps({
    "module": getattr(analysis.results, "Kind").__name__,
    "digits": analysis.results.SIGNIFICANT_DIGITS,
    "added": sorted(name for name in ("invented", "xmlrpc.invented") if name in sys.modules),
    "builtin": builtins.ascii("é"),
    "folder": os.getcwd(),
    "variable": os.environ.get("INVENTED"), "home": os.environ.get("HOME"), "zone": os.environ.get("TZ"),
    "path": [place for place in sys.path if "invented" in place],
    "style": {name: str(matplotlib.rcParams._get(name)) for name in matplotlib.rcParams},
    "tables": str(pandas.options.display.__dict__["d"]).casefold(),  # utf-8 is UTF-8
    "errors": numpy.geterr()["divide"],
    "filters": sum("invented" in str(entry) for entry in warnings.filters),
    "level": logging.getLogger().level,
    "limit": sys.getrecursionlimit(),
    "umask": os.umask(0o022),
    "names": sorted(name for name in globals() if name.startswith("left_")),
    "files": sorted(os.listdir(".")),
}))
"""

SPOIL = """
import builtins, logging, os, random, sys, types, warnings
import matplotlib, numpy, pandas
import analysis.results
analysis.results.SIGNIFICANT_DIGITS = 2
analysis.results.Kind = dict
sys.modules["invented"] = types.ModuleType("invented")
builtins.ascii = lambda thing: 99
import tempfile; os.makedirs(os.path.join(tempfile.gettempdir(), "invented-folder"), exist_ok=True)
os.chdir(os.path.join(tempfile.gettempdir(), "invented-folder"))
os.environ["INVENTED"] = "left behind"
os.environ["HOME"] = "/nowhere"
os.environ["TZ"] = "Asia/Kathmandu"
sys.path.insert(0, "/invented")
matplotlib.rcParams["font.size"] = 99
matplotlib.rcParams["svg.hashsalt"] = "left"
pandas.set_option("display.max_columns", 1)
numpy.seterr(divide="raise")
warnings.filterwarnings("error", message="invented")
logging.getLogger().setLevel(1)
sys.setrecursionlimit(77777)
os.umask(0o077)
random.seed(1)
numpy.random.seed(1)
left_behind = 1
"""
DRAW = "import random, numpy\nprint(random.random(), numpy.random.rand())"


@pytest.fixture(scope="module")
def warm(tmp_path_factory):
    """Warm parents for all tests of this module, known to Jupyter in this process."""
    with pytest.MonkeyPatch.context() as patch, WarmStart(["analysis.results"], os.environ) as start:
        assert start.ready(), start.trouble()
        patch.setenv("JUPYTER_PATH", start.with_kernels()["JUPYTER_PATH"])
        yield Warm(start, tmp_path_factory.mktemp("project"))


def test_nothing_of_one_notebook_reaches_the_next(warm):
    before = json.loads(warm.run(LOOK)[0])
    spoilt = json.loads(warm.run(SPOIL, LOOK)[1])
    after = json.loads(warm.run(LOOK)[0])
    assert [key for key in before if spoilt[key] == before[key]] == [], (
        "the notebook meant to spoil everything left these alone"
    )
    assert after == before


def test_a_warm_kernel_finds_what_a_plain_one_finds(warm):
    assert json.loads(warm.run(LOOK)[0]) == json.loads(warm.run(LOOK, kernel="python3")[0])


def test_chance_is_not_shared(warm):
    """A generator that the parent had seeded would give every notebook the same draws."""
    draws = [warm.run(DRAW)[0].split() for _ in range(3)]
    assert len({draw[0] for draw in draws}) == len({draw[1] for draw in draws}) == 3
    seeded = [warm.run("import numpy\nnumpy.random.seed(7)\nprint(numpy.random.rand())")[0] for _ in range(2)]
    assert seeded[0] == seeded[1]


def test_each_notebook_has_a_kernel_of_its_own(warm):
    first, second = (warm.run("import os\nprint(os.getpid())")[0] for _ in range(2))
    assert first != second


def test_a_process_that_a_notebook_started_ends_with_it(warm):
    started = int(warm.run("import subprocess\nprint(subprocess.Popen(['sleep', '300']).pid)")[0])
    assert not _lives(started)


def _lives(number: int) -> bool:
    """Whether a process is there and not merely waiting to be reaped."""
    try:
        with open(f"/proc/{number}/stat", encoding="utf-8") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_to_papermill_and_nbconvert_it_is_an_ordinary_kernel(warm):
    """Their command lines, unaware of it, find it by its name."""
    warm.run("print(6 * 7)")
    env = warm.start.with_kernels()
    source, target = warm.folder / "notebook.ipynb", warm.folder / "papermill.ipynb"
    subprocess.run(
        [sys.executable, "-m", "papermill", str(source), str(target), "-k", NAME],
        env=env,
        check=True,
        capture_output=True,
    )
    assert '"42\\n"' in target.read_text(encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "nbconvert",
        "--execute",
        f"--ExecutePreprocessor.kernel_name={NAME}",
        "--to",
        "html",
        str(source),
    ]
    subprocess.run(command, env=env, check=True, capture_output=True)
    assert "42" in (warm.folder / "notebook.html").read_text(encoding="utf-8")


def test_everything_ends_with_the_command_that_started_it():
    start = WarmStart([], os.environ)
    assert start.ready(), start.trouble()
    start.close()
    assert start.process.returncode == 0
    assert not start.folder.exists()
