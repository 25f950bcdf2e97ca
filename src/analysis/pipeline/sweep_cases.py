"""What a sweep can run, each a function of the project's folder and plain values that returns rows of plain values.

With each stands what cases the command `analysis sweep` makes of its options, and on what data they rest.
"""

import json
import math
import multiprocessing
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import product
from pathlib import Path
from threading import Lock
from typing import Any

import yaml

from analysis.errors import InputError
from analysis.files import read_csv
from analysis.pipeline.folders import new_folder, remove_left_folders
from analysis.pipeline.parameter_models import MODELS
from analysis.pipeline.parameters import check, parameters_for, planned_runs, yaml_value
from analysis.pipeline.processes import Runner
from analysis.pipeline.provenance import stage_dependencies
from analysis.pipeline.reproduce import environment
from analysis.pipeline.sweep import Case, Outcome
from analysis.results import Result, ResultStore, stored

DIED = "its process died each time: it crashed, or ran out of memory"
ENDS = (0.025, 0.5, 0.975)
BREAK_EVEN = {"ratio": 1.0, "net": 0.0}
LINKED = ("data/raw", "notebooks", "src", "params.yaml", "dvc.yaml", "requirements.lock")
Plan = tuple[list[Case], list[Path]]  # cases, and the files and folders they are computed from


def attempt(root: Path, case: Case) -> Outcome:
    """Run one case wherever this is called; whatever it raises is its outcome."""
    try:
        return Outcome(TASKS[case.task](root, **case.arguments))
    except Exception as error:
        return Outcome([], str(error) if isinstance(error, Failed) else f"{type(error).__name__}: {error}")


class Failed(RuntimeError):
    """A process of a case did not come to a good end; the text is what it said."""


def census_cases(root: Path, areas: Sequence[str], official: Path | None, settings: dict[str, Any]) -> Plan:
    """A case for each authority (2011 codes; none: every one the tables have).

    `official` is a folder with the complete tables. Raises InputError for settings or tables that cannot be used. An
    unknown code is the failure of its own case.
    """
    from pydantic import ValidationError

    from analysis.census.areas import authorities
    from analysis.census.baseline import Settings
    from analysis.census.reference import load_reference

    own = root / "data" / "raw" / "reference"
    try:
        Settings(**settings)
    except ValidationError as error:
        first = error.errors()[0]
        raise _refused(f"--{first['loc'][0]}", str(first["input"]), str(first["msg"])) from None
    codes = list(dict.fromkeys(areas)) or list(authorities(load_reference(own, official).names))
    place = str(official.resolve()) if official else ""
    cases = [Case(code, "census", {"area": code, "official": place, "settings": settings}) for code in codes]
    return cases, [own, *filter(None, [official])]


def census(root: Path, area: str, official: str, settings: dict[str, Any]) -> list[dict[str, Any]]:
    """The steps of the census baseline for one authority (2011 code); see `analysis.census.baseline`."""
    from analysis.census.baseline import Settings, baseline

    chosen = Settings(**settings)
    reference, national = _census_inputs(root, official, chosen)
    frame = baseline(reference, [area], chosen, national=national).steps
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return [{str(key): value.item() if hasattr(value, "item") else value for key, value in row.items()} for row in rows]


@lru_cache(maxsize=2)
def _census_inputs(root: Path, official: str, settings: Any) -> tuple[Any, Any]:
    """Read once by each process; they are the same for all areas."""
    from analysis.census.baseline import national_inputs
    from analysis.census.reference import load_reference

    reference = load_reference(root / "data" / "raw" / "reference", Path(official) if official else None)
    return reference, national_inputs(reference, settings)


def sroi_cases(
    root: Path, studies: Sequence[str], draws: int, seeds: Sequence[int], grid: dict[str, list[float]]
) -> Plan:
    """A case for each study, seed and point of the grid of assumptions held at a value."""
    cases = {  # by name, since a value given twice is one case
        (name := " ".join([study, f"seed={seed}", *(f"{key}={value:.15g}" for key, value in point.items())])): Case(
            name, "sroi", {"study": study, "draws": draws, "seed": seed, "fixed": point}
        )
        for study, seed, point in product(studies, seeds, _points(grid))
    }
    return list(cases.values()), [root / "data" / "raw" / name for name in ("reference", *dict.fromkeys(studies))]


def sroi(root: Path, study: str, draws: int, seed: int, fixed: dict[str, float]) -> list[dict[str, Any]]:
    """The distribution of ratio and net value over draws of the assumptions, those in `fixed` at the value given.

    Calibrated inputs are drawn together as `06_sroi_sensitivity` does, unless one of them is held at a value.
    """
    from analysis.sroi.model import read_model
    from analysis.sroi.sensitivity.case import case_for, check_inputs
    from analysis.sroi.sensitivity.probabilistic import simulate
    from analysis.sroi.sensitivity.settings import groups_for, read_settings, read_stipulated
    from analysis.study import load_study

    evaluation = load_study(study, root)
    model = read_model(evaluation)
    whole = case_for(model, model.entries)
    check_inputs(whole, fixed, "the command line")
    held = {name: _at(whole.ranges[name], value) for name, value in fixed.items()}
    case, printed = (case_for(each, each.entries | held) for each in (model, model.as_written()))
    settings = read_settings(evaluation)
    case = settings.together(case, printed, evaluation.claims, seed, without=fixed)
    groups = groups_for(whole, settings, read_stipulated(root))
    found = simulate(case, draws, seed, tuple(_without(groups, fixed)))
    given = {"study": study, "draws": draws, "seed": seed, **fixed}
    return [{**given, "measure": name, **_described(one, name)} for name, one in found.items()]


def _at(entry: Any, value: float) -> Any:
    return entry.model_copy(update={"value": value, "low": value, "high": value, "distribution": "fixed"})


def _without(groups: Iterable[Any], fixed: Iterable[str]) -> Iterator[Any]:
    """Groups of inputs that vary together, without those that no longer vary."""
    for group in groups:
        members = tuple(member for member in group.members if member not in set(fixed))
        if len(members) > 1:
            yield group.model_copy(update={"members": members})


def _described(found: Any, measure: str) -> dict[str, float]:
    ends = {f"q{100 * end:g}": float(found.quantile(end)) for end in ENDS}
    spread = {name: getattr(found, name) for name in ("mean", "sd", "low", "high")}
    return {**spread, **ends, "share_above_break_even": float(found.above(BREAK_EVEN[measure]))}


def notebook_cases(
    root: Path, notebook: str, studies: Sequence[str], grid: Mapping[str, Sequence[Any]], sets: Path | None
) -> Plan:
    """A case for each study and set of parameters.

    The sets are the rows of the file `sets`, one parameter a column (an empty cell: as in params.yaml), each with every
    point of the grid. Raises InputError for a notebook, study or parameter that cannot be; nothing has run then.
    """
    known = [study for name, study in planned_runs(root) if name == notebook]
    if not known:
        expected = f"census, sroi, or one of {', '.join(MODELS)}"
        raise _refused("what to sweep", repr(notebook), expected, "name a function or a notebook")
    chosen = [(where, {**of_file, **point}) for where, of_file in _sets(sets, notebook) for point in _points(grid)]
    found = (
        _case(root, notebook, str(changes.get("study", study)), changes, where)
        for study in studies or known
        for where, changes in chosen
    )
    cases = {case.name: case for case in found}
    used = dict.fromkeys(case.arguments["study"] for case in cases.values())
    read = [name for study in used for name in earlier(root, notebook, study)]
    return list(cases.values()), [root / name for name in (*LINKED, *read)]


def _points(grid: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    return [dict(zip(grid, values, strict=True)) for values in product(*grid.values())]


def _sets(path: Path | None, notebook: str) -> list[tuple[str, dict[str, Any]]]:
    """Where each set of parameters stands, and what it changes; one that changes nothing where there is no file."""
    if path is None:
        return [("", {})]
    rows = read_csv(path, path.name, (), tuple(MODELS[notebook].model_fields))
    return [
        (
            f"{path.name}, row {number}",
            {name: _value(path.name, number, name, text) for name, text in row.items() if text},
        )
        for number, row in rows
    ]


def _value(file: str, row: int, column: str, text: str) -> Any:
    try:
        return yaml_value(text)
    except InputError as error:
        told = {"found": error.found, "expected": "a value as in params.yaml", "action": "correct the cell"}
        raise InputError(file, row=row, column=column, **told) from None


def _case(root: Path, notebook: str, study: str, changes: Mapping[str, Any], where: str) -> Case:
    changes = {name: value for name, value in changes.items() if name != "study"}
    try:
        values = parameters_for(
            root, notebook, study, changes, areas=False
        ).model_dump()  # one unknown area fails alone
    except InputError as error:
        column = (error.column or "").removeprefix("--parameter ")
        told = {"found": error.found, "expected": error.expected, "action": error.action}
        raise InputError(where or "the command line", column=column, **told) from None
    name = " ".join([study, *(f"{name}={value}" for name, value in _written(changes).items())])
    return Case(name, "notebook", {"notebook": notebook, "study": study, "changes": changes, "values": values})


def _written(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Changes as they stand in the table: settings of several values as one text."""
    return {name: json.dumps(value) if isinstance(value, dict) else value for name, value in changes.items()}


def notebook(
    root: Path, notebook: str, study: str, changes: Mapping[str, Any], values: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """The results of a notebook with these parameters, run apart from the project's; one row for each number.

    Raises InputError for parameters that are no longer valid, and Failed if the notebook does not come to its end.
    """
    check(MODELS[notebook], dict(values), f"{notebook}.{study}")
    with apart(root, notebook, study) as folder:
        run_in(root, folder, notebook, study, [f"-p{name}={_yaml(value)}" for name, value in values.items()])
        store = ResultStore.read(folder / "data" / "processed" / study / "results" / f"{notebook}.json")
        return [{"study": study, **_written(changes), **_row(store[key])} for key in sorted(store.by_id)]


def run_in(root: Path, folder: Path, notebook: str, study: str, settings: Sequence[str] = ()) -> None:
    """Run a notebook with the project's code on a folder that it takes for the project, in a process of its own.

    A process that died is tried once more. Raises Failed, with what it said, if the notebook does not come to its end.
    """
    words = ["run", notebook, "--study", study, *settings, "--project", str(folder)]
    for _ in range(2):
        ended = _runner(root).run(words, lambda told: None)
        if ended.status > 0:  # not killed: it said why; the folder's name is another each time
            raise Failed(_why("\n".join(ended.lines).replace(f"{folder}{os.sep}", "")))
        if ended.status == 0:
            return
    raise Failed(DIED)


def _why(text: str) -> str:
    """What a command that failed says from its error on; all that it says where it names none."""
    return f"\n{text}".partition("\nerror: ")[2] or text


def _yaml(value: Any) -> str:
    """A value as the command line reads it back."""
    return yaml.safe_dump(value, default_flow_style=True, width=math.inf).removesuffix("...\n").strip()


def _row(result: Result) -> dict[str, Any]:
    numbers = {name: stored(getattr(result, name)) for name in ("value", "low", "high")}
    words = {"unit": result.unit, "kind": str(result.kind), "interval": result.interval}
    return {"id": result.id, "label": result.label, **numbers, **words}


_STARTING = Lock()


def _runner(root: Path) -> Runner:
    """What runs notebooks, each in a process of its own: cells change the working folder, and there are several threads."""
    with _STARTING:
        return _one_runner(root)


@lru_cache(maxsize=1)
def _one_runner(root: Path) -> Runner:
    """One for each process, so that what notebooks import is imported once; a daemon, as Dask's workers are, cannot fork."""
    remove_left_folders()  # of sweeps and workers that were killed on this machine
    return Runner(root, environment(root), plain=multiprocessing.current_process().daemon)


def earlier(root: Path, notebook: str, study: str) -> list[str]:
    """What a notebook reads of the last run: what its stage in dvc.yaml lists, such as the results of notebooks before it."""
    made = f"data/processed/{study}/"
    listed = stage_dependencies(root, notebook, study)
    return [name for name in listed if name.startswith(made) and (root / name).exists()]


@contextmanager
def apart(root: Path, notebook: str, study: str) -> Iterator[Path]:
    """A folder that a notebook takes for the project: the same inputs, and results of its own that go with it."""
    folder = Path(new_folder())
    try:
        link(root, folder, (*LINKED, *earlier(root, notebook, study)))
        (folder / "data" / "processed" / study).mkdir(parents=True, exist_ok=True)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def link(root: Path, folder: Path, names: Iterable[str]) -> None:
    """Have files and folders of the project stand in another folder, too."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).symlink_to(root / name)


def grid_from(texts: Iterable[str], read: Any = float) -> dict[str, list[Any]]:
    """NAME=VALUE,VALUE,... as a grid, each value as `read` reads it; InputError for anything else.

    >>> grid_from(["deadweight=0.1,0.2"])
    {'deadweight': [0.1, 0.2]}
    """
    grid = {}
    for text in texts:
        name, equals, values = text.partition("=")
        try:
            if not (equals and name.strip()):
                raise ValueError
            grid[name.strip()] = [read(value) for value in values.split(",")]
        except ValueError:
            raise _refused("--set", repr(text), "a name and values, as in --set deadweight=0.1,0.2") from None
    return grid


def _refused(option: str, found: str, expected: str, action: str = "correct the option") -> InputError:
    return InputError("the command line", column=option, found=found, expected=expected, action=action)


TASKS = {"census": census, "sroi": sroi, "notebook": notebook}
