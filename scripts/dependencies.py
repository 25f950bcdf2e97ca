"""What each stage of dvc.yaml has to depend on, found by running it: `python scripts/dependencies.py [--write]`.

Each planned notebook runs with its page in a process of its own, on a copy of the project. Recorded are the files below
data/raw that it opens, the folders it lists, what it looks for and does not find (then the folder counts, since a file
that appears there would change the outcome), the modules it imports and what these read; to these come all modules its
code could reach. What is read does not hang on how much is drawn, so little is. The differences from dvc.yaml are told, and the exit status is 1 if there are any; with --write the lists
are put right.
"""

import argparse
import ast
import json
import multiprocessing
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
SRC = ROOT / "src"
STAGES = "dvc.yaml"
COPIED = ("data/raw", "notebooks", "params.yaml", "dvc.yaml", "requirements.lock")
BY_FILE = (
    "reporting",
    "pipeline",
)  # packages with much that a single notebook has nothing to do with; others count whole
ITEM, MADE = "${item}", "data/processed/"
PAGE_CODE = "page_code"  # the stage for the code that every page is made with
DECISIONS = ".disclosure.json"  # how the record of what a notebook decided on disclosure ends
RAW_FILES = "data/processed/raw_files"  # what another makes: the names of the files in each folder of raw data
LIBRARIES = (
    "highspy", "IPython.core.interactiveshell", "jinja2.ext", "matplotlib.backends.backend_svg", "matplotlib.figure", "matplotlib.style", "nbformat",
    "pandas", "pydantic", "pygments.formatters.html", "pygments.lexers.python", "scipy.optimize", "scipy.stats", "statsmodels.stats.proportion",
)  # fmt: skip
LITTLE = {
    "draws": 256,
    "design": 64,
    "replicates": 20,
    "resamples": 199,
    "planted": 4,
}  # parameters that say how much is drawn
RUNNER = "from analysis.pipeline import stage"  # what runs a notebook and makes its page

Seen = dict[tuple[str, str], tuple[set[Path], set[Path]]]  # by notebook and study: data, and files of our code


class Recorder:
    """What a process did below some folders: the paths it opened or looked for, the folders it listed."""

    def __init__(self, *below: Path) -> None:
        """Nothing is recorded yet."""
        self.below = tuple(f"{folder}{os.sep}" for folder in below)
        self.touched, self.listed = set(), set()  # type: tuple[set[Path], set[Path]]

    def start(self) -> None:
        """Listen from now on, for as long as the process lives."""
        sys.addaudithook(self._hear)
        plain = os.stat

        def stat(path: Any, *arguments: Any, **options: Any) -> os.stat_result:
            self._note(path, self.touched)
            return plain(path, *arguments, **options)

        os.stat = stat

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and str(arguments[1])[:1] not in "wax":
            self._note(arguments[0], self.touched)
        elif event in ("os.listdir", "os.scandir"):
            self._note(arguments[0], self.listed)

    def _note(self, path: Any, where: set[Path]) -> None:
        if isinstance(path, str | os.PathLike) and (place := os.path.abspath(path)).startswith(self.below):
            where.add(Path(place))

    def resources(self) -> set[Path]:
        """The files of our own code, other than modules, that were opened."""
        return {
            path
            for path in set(self.touched)
            if SRC in path.parents and path.suffix not in (".py", ".pyc") and path.is_file()
        }

    def inputs(self, raw: Path) -> set[Path]:
        """What was read in the folder `raw`: files, folders that were listed, and folders in which something was missing."""
        touched, listed = set(self.touched), set(self.listed)  # looking at them touches them again
        missing = {_nearest(path) for path in touched if not path.exists()}
        found = {path for path in touched if path.is_file()} | listed | missing
        return {path for path in found if raw in path.parents}


def _nearest(path: Path) -> Path:
    return next(folder for folder in path.parents if folder.exists())


def run_of(root: Path, run: tuple[str, str]) -> tuple[set[Path], set[Path]]:
    """What one run (notebook, study) depends on, as it was seen: paths of data, files of our code."""
    sys.path[:0] = [str(SRC), str(ROOT)]
    os.chdir(root)
    recorder = Recorder(root / "data", SRC)
    recorder.start()
    from analysis.pipeline import parameters, plan, provenance, secrets
    from benchmarks._one_process import once

    parameters.planned_runs = lambda root: (run,)  # what else is planned is found in the folders of all studies
    plan.planned_stages = lambda root: {}
    provenance.input_hashes = lambda study, notebook: {}  # it opens what dvc.yaml lists, which is what is in question
    secrets.SEARCHED = (
        "records",
    )  # not every study has the other folder; publication searches all pages for what is in it
    before = set(sys.modules)
    once(root, *run)
    data = {path.relative_to(root) for path in recorder.inputs(root / "data" / "raw")}
    modules = {
        Path(str(sys.modules[name].__file__)) for name in set(sys.modules) - before if name.startswith("analysis.")
    }
    return data, modules | recorder.resources()


def observed(runs: Iterable[tuple[str, str]]) -> Seen:
    """What all runs depend on, as it was seen on a copy of the project."""
    listed = list(runs)
    with tempfile.TemporaryDirectory() as name:
        root = copied(Path(name) / "project")
        for library in LIBRARIES:  # once, and not in each process; our own modules are what is in question
            import_module(library)
        with multiprocessing.get_context("fork").Pool(2, maxtasksperchild=1) as pool:
            return dict(zip(listed, pool.map(partial(run_of, root), listed, chunksize=1), strict=True))


def copied(target: Path) -> Path:
    """The project's inputs in another folder."""
    for part in COPIED:
        (target / part).parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(ROOT / part, target / part) if (ROOT / part).is_dir() else shutil.copy(
            ROOT / part, target / part
        )
    params = target / "params.yaml"
    params.write_text(with_little(params.read_text(encoding="utf-8")), encoding="utf-8")
    return target


def with_little(parameters: str) -> str:
    """The text of params.yaml with little to draw in each run.

    >>> with_little("seed: 2013, draws: 262144, design: 16384")
    'seed: 2013, draws: 256, design: 64'
    """
    return re.sub(rf"\b({'|'.join(LITTLE)}): \d+", lambda found: f"{found[1]}: {LITTLE[found[1]]}", parameters)


def stages() -> dict[str, Any]:
    """The stages of dvc.yaml."""
    return yaml.safe_load((ROOT / STAGES).read_text(encoding="utf-8"))["stages"]


def notebook_of(stage: dict[str, Any]) -> str:
    """The notebook that a stage runs; empty if it runs none."""
    words = stage.get("do", stage)["cmd"].split()
    return words[4] if words[3] == "run" else ""


def notebook_stages() -> dict[str, dict[str, Any]]:
    """The stages that run a notebook, by name."""
    return {name: stage for name, stage in stages().items() if notebook_of(stage)}


def reached(notebook: str) -> set[Path]:
    """All of our modules that a notebook and what runs it could reach, directly or through others."""
    found: set[Path] = set()
    pending = _imported(_code(notebook)) | _imported(RUNNER)
    while pending:
        path = pending.pop()
        found.add(path)
        pending |= _imported_by(path) - found
    return found


def _code(notebook: str) -> str:
    content = json.loads((ROOT / "notebooks" / f"{notebook}.ipynb").read_text(encoding="utf-8"))
    return "\n".join("".join(cell["source"]) for cell in content["cells"] if cell["cell_type"] == "code")


@cache
def _imported_by(path: Path) -> frozenset[Path]:
    return frozenset(_imported(path.read_text(encoding="utf-8")))


def _imported(code: str) -> set[Path]:
    """Our own modules that a piece of code imports, anywhere in it, with the packages they are in."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {path for name in names if name.startswith("analysis.") for part in _parts(name) if (path := _file(part))}


def _parts(name: str) -> list[str]:
    words = name.split(".")
    return [".".join(words[:length]) for length in range(2, len(words) + 1)]


def _file(name: str) -> Path | None:
    base = SRC.joinpath(*name.split("."))
    return next((path for path in (base.with_suffix(".py"), base / "__init__.py") if path.is_file()), None)


def as_code(modules: Iterable[Path]) -> set[str]:
    """Modules as dependencies: most packages as a whole, those of BY_FILE file by file."""
    found = set()
    for path in modules:
        parts = path.relative_to(SRC).parts  # analysis, package, ...
        whole = len(parts) > 2 and parts[1] not in BY_FILE
        found.add("/".join(["src", *(parts[:2] if whole else parts)]))
    return found - {"src/analysis/__init__.py"}


def wanted(seen: Seen) -> dict[str, list[str]]:
    """The dependencies that each stage should list; what all notebooks need is left to the stage page_code."""
    code = {name: _code_of(stage, seen) for name, stage in notebook_stages().items()}
    common = set.intersection(*code.values())
    return {PAGE_CODE: sorted(common)} | {
        name: [
            f"notebooks/{notebook_of(stage)}.ipynb", *sorted(_data_of(name, stage, seen) | _left_by_others(stage) | decided_before(stage)), f"{MADE}{PAGE_CODE}.txt",
            *sorted(code[name] - common), "requirements.lock",
        ]
        for name, stage in notebook_stages().items()
    }  # fmt: skip


def _code_of(stage: dict[str, Any], seen: Seen) -> set[str]:
    notebook = notebook_of(stage)
    return as_code(reached(notebook).union(*(seen[notebook, study][1] for study in stage["foreach"])))


def _data_of(name: str, stage: dict[str, Any], seen: Seen) -> set[str]:
    notebook, studies = notebook_of(stage), stage["foreach"]
    seen_by_each = {_template(path.as_posix(), study) for study in studies for path in seen[notebook, study][0]}
    data = _largest(set(map(_names_only, seen_by_each)))
    if lacking := [
        path
        for path in data
        for study in studies
        if not path.startswith(MADE) and not (ROOT / path.replace(ITEM, study)).exists()
    ]:
        raise SystemExit(f"{STAGES}: {name} reads {lacking[0]}, which not each of its studies has: split the stage")
    return data


def _left_by_others(stage: dict[str, Any]) -> set[str]:
    """The results of other notebooks that a stage lists: on the copy there may be none to be read yet, so they stand."""
    return {dep for dep in stage["do"]["deps"] if dep.startswith(f"{MADE}{ITEM}/results/")}


def decided_before(stage: dict[str, Any]) -> set[str]:
    """What earlier notebooks of the same studies decided on disclosure: a joint proof reads all of it."""
    if not any(out.endswith(DECISIONS) for out in stage["do"]["outs"]):
        return set()
    return {
        out
        for other in notebook_stages().values()
        if notebook_of(other) < notebook_of(stage) and set(other["foreach"]) & set(stage["foreach"])
        for out in other["do"]["outs"]
        if out.endswith(DECISIONS)
    }


def _template(path: str, study: str) -> str:
    """A path with ${item} in place of the study whose own it is."""
    return re.sub(rf"^(data/\w+)/{study}(?=/|$)", rf"\1/{ITEM}", path)


def _names_only(path: str) -> str:
    """In place of a study's whole folder that was listed, or searched in vain, the names of its files.

    Reference tables still count whole: which of them are read depends on the area, which a parameter names.

    >>> _names_only("data/raw/overviews"), _names_only("data/raw/overviews/a.yaml"), _names_only("data/raw/${item}/records")
    ('data/processed/raw_files/overviews.txt', 'data/raw/overviews/a.yaml', 'data/raw/${item}/records')
    >>> _names_only("data/raw/reference")
    'data/raw/reference'
    """
    return re.sub(r"^data/raw/(?!reference$)([^/.]+)$", rf"{RAW_FILES}/\1.txt", path)


def _largest(paths: set[str]) -> set[str]:
    """Paths without those that lie in a folder which is among them."""
    return {path for path in paths if not any(path.startswith(f"{other}/") for other in paths)}


def put_right(text: str, name: str, deps: Iterable[str]) -> str:
    """The text of dvc.yaml with other dependencies for one stage."""

    def again(found: re.Match[str]) -> str:
        return found[1] + "".join(f"{found[2]}  - {dep}\n" for dep in deps)

    return re.sub(rf"(?ms)^(  {name}:\n.*?^( +)deps:\n)(?:\2  - [^\n]*\n)*", again, text, count=1)


def main(arguments: list[str]) -> int:
    """Compare, and with --write put right; 1 if something differs and was left."""
    parser = argparse.ArgumentParser(description="Find by running it what each stage of dvc.yaml has to depend on.")
    parser.add_argument("--write", action="store_true", help="put the lists in dvc.yaml right")
    write = parser.parse_args(arguments).write
    seen = observed((notebook_of(stage), study) for stage in notebook_stages().values() for study in stage["foreach"])
    text, differs = (ROOT / STAGES).read_text(encoding="utf-8"), False
    for name, right in wanted(seen).items():
        stage = stages()[name]
        there = stage.get("do", stage)["deps"]
        for sign, paths in (("lacks", set(right) - set(there)), ("need not list", set(there) - set(right))):
            differs |= bool(paths)
            print(*(f"{STAGES}: {name} {sign} {path}" for path in sorted(paths)), sep="\n", end="\n" * bool(paths))
        text = put_right(text, name, right)
    if write:
        (ROOT / STAGES).write_text(text, encoding="utf-8")
    return int(differs and not write)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
