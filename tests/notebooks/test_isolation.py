"""One process for each notebook, and nothing that one notebook does is seen by the next."""

import json
import os
import subprocess
import sys

import pytest
from project_copy import ROOT
from warm import Warm

from analysis.pipeline import processes
from analysis.pipeline.processes import Runner

pytestmark = pytest.mark.skipif(not processes.can_fork(), reason="no fork server here; processes start plain")

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
    with Runner(ROOT, os.environ) as running:
        running.warm_up()  # with all that the server of a run imports
        yield Warm(tmp_path_factory.mktemp("project"))


def test_nothing_of_one_notebook_reaches_the_next(warm):
    before = json.loads(warm.run(LOOK)[0])
    spoilt = json.loads(warm.run(SPOIL, LOOK)[1])
    after = json.loads(warm.run(LOOK)[0])
    assert [key for key in before if spoilt[key] == before[key]] == [], (
        "the notebook meant to spoil everything left these alone"
    )
    assert after == before


def test_a_notebook_finds_here_what_it_finds_in_a_kernel_of_its_own(warm):
    """Executed by papermill's own command line, in an ordinary kernel that starts afresh."""
    here = json.loads(warm.run(LOOK)[0])
    source, target = warm.folder / "notebook.ipynb", warm.folder / "papermill.ipynb"
    command = [sys.executable, "-m", "papermill", str(source), str(target), "--cwd", str(warm.folder)]
    subprocess.run(command, check=True, capture_output=True)
    text = "".join(json.loads(target.read_text(encoding="utf-8"))["cells"][0]["outputs"][0]["text"])
    there = json.loads(text)
    different = {key for key in here if here[key] != there[key] and key != "files"}
    assert different == set()


def test_chance_is_not_shared(warm):
    """A generator that the parent had seeded would give every notebook the same draws."""
    draws = [warm.run(DRAW)[0].split() for _ in range(3)]
    assert len({draw[0] for draw in draws}) == len({draw[1] for draw in draws}) == 3
    seeded = [warm.run("import numpy\nnumpy.random.seed(7)\nprint(numpy.random.rand())")[0] for _ in range(2)]
    assert seeded[0] == seeded[1]


def test_each_notebook_has_a_process_of_its_own(warm):
    first, second = (warm.run("import os\nprint(os.getpid())")[0] for _ in range(2))
    assert first != second
