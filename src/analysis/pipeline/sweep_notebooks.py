"""A notebook over many sets of parameters: each set runs in a process of its own, beside the recorded results, not on them."""

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

from analysis.errors import InputError
from analysis.files import read_csv
from analysis.pipeline.engines import DIED
from analysis.pipeline.folders import new_folder, remove_left_folders
from analysis.pipeline.parameters import MODELS, check, parameters_for, planned_runs
from analysis.pipeline.progress import tell
from analysis.pipeline.provenance import stage_dependencies
from analysis.pipeline.reproduce import environment
from analysis.pipeline.runner import Runner
from analysis.pipeline.sweep import Case, Engine, Outcome, attempt
from analysis.pipeline.sweep_plan import yaml_value
from analysis.results import Result, ResultStore, stored

COMMAND = "sweep-case"  # runs one case in a process of its own
LINKED = ("data/raw", "notebooks", "params.yaml", "dvc.yaml", "requirements.lock")


def notebook_cases(
    root: Path, notebook: str, studies: Sequence[str], grid: Mapping[str, Sequence[Any]], sets: Path | None
) -> tuple[list[Case], list[Path]]:
    """A case for each study and set of parameters, and what they are computed from.

    The sets are the rows of the file `sets`, one parameter a column (an empty cell: as in params.yaml), each with every
    point of the grid. Raises InputError for a notebook, study or parameter that cannot be; nothing has run then.
    """
    known = [study for name, study in planned_runs(root) if name == notebook]
    if not known:
        raise InputError(
            "the command line",
            column="what to sweep",
            found=repr(notebook),
            expected=f"census, sroi, or one of {', '.join(MODELS)}",
            action="name a function or a notebook",
        )
    points = [dict(zip(grid, values, strict=True)) for values in product(*grid.values())]
    chosen = [(where, {**of_file, **point}) for where, of_file in _sets(sets, notebook) for point in points]
    cases = {
        case.name: case
        for study in studies or known
        for where, changes in chosen
        for case in [_case(root, notebook, str(changes.get("study", study)), changes, where)]
    }
    read = [
        name
        for study in dict.fromkeys(case.arguments["study"] for case in cases.values())
        for name in earlier(root, notebook, study)
    ]
    return list(cases.values()), [root / "src" / "analysis", *(root / name for name in (*LINKED, *read))]


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
        raise InputError(
            file,
            row=row,
            column=column,
            found=error.found,
            expected="a value as in params.yaml",
            action="correct the cell",
        ) from None


def _case(root: Path, notebook: str, study: str, changes: Mapping[str, Any], where: str) -> Case:
    changes = {name: value for name, value in changes.items() if name != "study"}
    try:
        parameters = parameters_for(root, notebook, study, changes)
    except InputError as error:
        raise InputError(
            where or "the command line",
            column=(error.column or "").removeprefix("--parameter "),
            found=error.found,
            expected=error.expected,
            action=error.action,
        ) from None
    name = " ".join(
        [
            study,
            *(f"{name}={json.dumps(value) if isinstance(value, dict) else value}" for name, value in changes.items()),
        ]
    )
    return Case(
        name, "notebook", {"notebook": notebook, "study": study, "changes": changes, "values": parameters.model_dump()}
    )


def run_case(
    root: Path,
    notebook: str,
    study: str,
    changes: Mapping[str, Any],
    values: Mapping[str, Any],
) -> list[dict[str, Any]]:
    """Run a notebook with these parameters, apart from the project's results; one row for each number it records.

    Raises what `execute` raises, and InputError for parameters that are no longer valid.
    """
    from analysis.pipeline.execute import NotebookFailure, execute

    parameters = check(MODELS[notebook], dict(values), f"{notebook}.{study}")
    with apart(root, notebook, study) as folder:
        try:
            execute(folder / "notebooks" / f"{notebook}.ipynb", parameters, folder, lambda done, total: None)
        except NotebookFailure as error:
            raise NotebookFailure(
                str(error).replace(f"{folder}{os.sep}", "")
            ) from None  # its name is another each time
        store = ResultStore.read(folder / "data" / "processed" / study / "results" / f"{notebook}.json")
    set_ = {name: json.dumps(value) if isinstance(value, dict) else value for name, value in changes.items()}
    return [{"study": study, **set_, **_row(store[key])} for key in sorted(store.by_id)]


def _row(result: Result) -> dict[str, Any]:
    numbers = {name: stored(getattr(result, name)) for name in ("value", "low", "high")}
    return {
        "id": result.id,
        "label": result.label,
        **numbers,
        "unit": result.unit,
        "kind": str(result.kind),
        "interval": result.interval,
    }


def earlier(root: Path, notebook: str, study: str) -> list[str]:
    """What a notebook reads of the last run: what its stage in dvc.yaml lists, such as the results of notebooks before it."""
    made = f"data/processed/{study}/"
    return [
        name for name in stage_dependencies(root, notebook, study) if name.startswith(made) and (root / name).exists()
    ]


@contextmanager
def apart(root: Path, notebook: str, study: str) -> Iterator[Path]:
    """A folder that a notebook takes for the project: the same inputs, and results of its own that go with it."""
    folder = Path(new_folder())
    try:
        for name in (*LINKED, *earlier(root, notebook, study)):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).symlink_to(root / name)
        (folder / "data" / "processed" / study).mkdir(parents=True, exist_ok=True)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def tell_case(root: Path, case: Mapping[str, Any]) -> None:
    """Run a case in this process, and tell the process that asked for it what became of it."""
    outcome = attempt(root, Case("", "notebook", dict(case)))
    tell("outcome", outcome.rows, outcome.error)


def warm(workers: int, environment: Mapping[str, str]) -> Engine:
    """An engine of `workers` processes forked from a warm parent; a case whose process dies is run once more."""
    return partial(_warm, workers, environment)


def _warm(
    workers: int, environment: Mapping[str, str], root: Path, cases: Sequence[Case]
) -> Iterator[tuple[Case, Outcome]]:
    with Runner(root, environment) as runner, ThreadPoolExecutor(workers) as pool:
        running = {pool.submit(_outcome, runner, case): case for case in cases}
        try:
            for future in as_completed(running):
                yield running[future], future.result()
        except BaseException:
            runner.stop()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def in_process(root: Path, case: Case) -> Outcome:
    """Run a case in a process of its own, started afresh, wherever this is called: on a worker of a cluster.

    papermill changes the working folder of the whole process, and a worker has several threads.
    """
    remove_left_folders()  # of workers that were killed on this machine
    with Runner(root, environment(root), plain=True) as runner:
        return _outcome(runner, case)


def _outcome(runner: Runner, case: Case) -> Outcome:
    for _ in range(2):
        told: list[list[Any]] = []
        ended = runner.run([COMMAND, json.dumps(case.arguments)], told.append)
        if outcome := next((message[1:] for message in told if message[0] == "outcome"), None):
            return Outcome(*outcome)
        if ended.status >= 0:  # not killed: it said why
            return Outcome([], "\n".join(ended.lines))
    return Outcome([], DIED)


def chosen(patterns: Sequence[str], row: Mapping[str, Any]) -> bool:
    """Whether a row is of one of the results asked for (`estimators.*`); of any where none is asked for."""
    from fnmatch import fnmatchcase

    return not patterns or any(fnmatchcase(str(row["id"]), pattern) for pattern in patterns)
