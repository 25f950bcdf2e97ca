"""The parameters of each notebook: checked for name, type and range before a kernel starts.

papermill passes unknown and mistyped parameters on with a log line; here they stop the run with the list of valid ones.
"""

import ast
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from analysis.errors import InputError
from analysis.files import holds_something, parse_yaml, read_yaml
from analysis.pipeline.parameter_models import CALLED_FOR_BY, MODELS, CensusParameters, Parameters, SroiParameters
from analysis.study import study_ids

if TYPE_CHECKING:
    from analysis.census.reference import Reference

FILE, COMMAND_LINE = "params.yaml", "the command line"
OWN_PARAMETERS = (
    "parameters.yaml"  # of a study that params.yaml does not list: its own settings, where defaults do not do
)
NAME = re.compile("[a-z0-9_]+")


_LEFT_OUT: ContextVar[frozenset[str]] = ContextVar("studies that are left out", default=frozenset())


@contextmanager
def leaving_out(studies: Collection[str]) -> Iterator[None]:
    """Within, no runs of these studies are planned: those that failed, while the rest is published."""
    token = _LEFT_OUT.set(frozenset(studies))
    try:
        yield
    finally:
        _LEFT_OUT.reset(token)


def planned_runs(root: Path) -> tuple[tuple[str, str], ...]:
    """Every (notebook, study): what params.yaml lists, in its order, and what follows from the files of other studies."""
    content, left_out = _content(root), _LEFT_OUT.get()
    listed = listed_studies(root)
    others = [study for study in study_ids(root) if study not in listed]
    called = {study: called_for(root, study) for study in others}
    runs = [
        (notebook, study)
        for notebook in dict.fromkeys((*content, *MODELS))
        for study in (*content.get(notebook, ()), *(study for study in others if notebook in called[study]))
    ]
    return tuple(run for run in runs if run[1] not in left_out)


def listed_studies(root: Path) -> frozenset[str]:
    """The studies that params.yaml lists; what it lists for them is all that runs for them."""
    return frozenset(study for studies in _content(root).values() for study in studies)


def called_for(root: Path, study: str) -> tuple[str, ...]:
    """The notebooks that the files of a study call for; the census only where the study names its area in parameters.yaml."""
    raw = root / "data" / "raw" / study
    found = {
        notebook
        for notebook, groups in CALLED_FOR_BY.items()
        if any(all(counts(raw / file) for file in group) for group in groups)
    }
    try:
        named = set(own_parameters(root, study))
    except InputError:  # the runs of the study will say what is wrong with it
        named = set()
    return tuple(notebook for notebook in MODELS if notebook in found | (named & {"01_census_baseline"}))


def counts(path: Path) -> bool:
    """Whether a file is there and not merely a skeleton; one that cannot be read counts, so that its stage says why."""
    try:
        return path.is_file() and holds_something(path, path.name)
    except InputError:
        return True


def own_parameters(root: Path, study: str) -> dict[str, dict[str, Any] | None]:
    """What the parameters.yaml of a study sets, by notebook; nothing where it has none. InputError for another structure."""
    path = root / "data" / "raw" / study / OWN_PARAMETERS
    name = f"data/raw/{study}/{OWN_PARAMETERS}"
    content = (read_yaml(path, name) if path.is_file() else None) or {}
    unknown = [key for key in content if key not in MODELS] if isinstance(content, dict) else [content]
    if unknown or not all(isinstance(values, dict | None) for values in content.values()):
        raise InputError(
            name,
            column=str(unknown[0]) if unknown else None,
            found="no notebook of this name" if unknown else "a different structure",
            expected=f"notebook: {{parameter: value}}, with notebooks among {', '.join(MODELS)}",
            action="correct it; docs/tables.md describes the file",
        )
    return content


def parameters_for(
    root: Path, notebook: str, study: str, changes: dict[str, Any] | None = None, areas: bool = True
) -> Parameters:
    """The checked parameters of one run: those of params.yaml with `changes` over them; `areas`, too, if asked for.

    Raises InputError for a notebook or study that is not listed, and for a parameter that is unknown, mistyped, out of
    range or of another study, or a scenario among `changes` that the study does not have.
    """
    content = _content(root)
    if notebook not in MODELS:
        raise InputError(
            FILE,
            column=notebook,
            found="no notebook of this name",
            expected=f"one of {', '.join(sorted(MODELS))}",
            action="correct the name, or add the notebook to params.yaml and to pipeline/parameter_models.py",
        )
    planned = [name for other, name in planned_runs(root) if other == notebook]
    if study not in planned:
        raise InputError(
            FILE,
            column=f"{notebook}.{study}",
            found="no such study under this notebook",
            expected=f"one of {', '.join(planned)}",
            action=f"correct the study's id, or {_how_planned(notebook, study, listed_studies(root))}",
        )
    place, changes = f"{notebook}.{study}", changes or {}
    values = (
        content.get(notebook, {}).get(study)
        if study in listed_studies(root)
        else own_parameters(root, study).get(notebook)
    )
    if areas and MODELS[notebook] is CensusParameters:
        _check_areas(root, changes)
    found = check(MODELS[notebook], {"study": study, **(values or {}), **changes}, place, changes)
    if found.study != study:
        raise InputError(
            FILE,
            column=f"{place}.study",
            found=repr(found.study),
            expected=repr(study),
            action="leave the study out: the run says which it is",
        )
    if isinstance(found, SroiParameters) and changes.get("scenario", "") not in ("", (values or {}).get("scenario")):
        _check_scenario(root, study, found.scenario)
    return found


def _how_planned(notebook: str, study: str, listed: Collection[str]) -> str:
    """What makes a notebook run for a study."""
    groups = CALLED_FOR_BY.get(notebook)
    if study in listed or groups is None:
        return f"list the study under {notebook} in params.yaml"
    files = " or ".join(" and ".join(group) for group in groups)
    return f"give the study what the notebook reads: data/raw/{study}/{files} (docs/tables.md)"


def yaml_value(text: str) -> Any:
    """A value of the command line as params.yaml would hold it, so that numbers are numbers; of nothing the empty text.

    Raises InputError if it cannot be read.
    """
    return parse_yaml(text, COMMAND_LINE) if text.strip() else ""


def assignments(texts: list[str]) -> dict[str, Any]:
    """The parameters of a command line by name; InputError where one is given twice."""
    pairs = [assignment(text) for text in texts]
    names = [name for name, _ in pairs]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        found, action = "the parameter twice", "leave one of the two out"
        raise InputError(COMMAND_LINE, column=f"--parameter {twice}", found=found, expected="once", action=action)
    return dict(pairs)


def assignment(text: str) -> tuple[str, Any]:
    """NAME=VALUE with the value read as YAML, so that numbers are numbers."""
    name, equals, value = text.partition("=")
    if not equals:
        found, action = repr(text), "write it as --parameter scenario=high"
        raise InputError(COMMAND_LINE, column="--parameter", found=found, expected="NAME=VALUE", action=action)
    try:
        return name.strip(), yaml_value(value)
    except ValueError:
        return name.strip(), value


def _check_areas(root: Path, given: Mapping[str, Any]) -> None:
    """Advise on areas from the command line, such as a name for a code; those of params.yaml the notebook looks up itself."""
    from analysis.census.areas import check_area

    texts = {name: given[name] for name in ("area", "comparison") if isinstance(given.get(name), str)}
    folder = root / "data" / "raw" / "reference"
    for name, text in texts.items() if folder.is_dir() else ():
        for code in [text] if name == "area" else text.split():
            reference = _reference(folder)
            check_area(code, reference.names, reference.changes, COMMAND_LINE, f"--parameter {name}")


def _check_scenario(root: Path, study: str, given: str) -> None:
    """Refuse a scenario from the command line that the study does not have; that of params.yaml the notebook looks up itself."""
    try:
        known = _scenarios(root, study)
    except InputError:  # the run of the study will say what is wrong with its file
        return
    if given not in known:
        raise InputError(
            COMMAND_LINE,
            column="--parameter scenario",
            found=repr(given),
            expected=f"one of {', '.join(known)}" if known else f"nothing: {study} has no published ratios",
            action="name a scenario that the study's source gives" if known else "leave the scenario out",
        )


def _scenarios(root: Path, study: str) -> tuple[str, ...]:
    """The scenarios whose ratios a study's sroi.yaml names; none where it has no such file. Read without the model, on whose
    code no other page is to depend."""
    path = root / "data" / "raw" / study / "sroi.yaml"
    name = f"data/raw/{study}/sroi.yaml"
    ratios = (read_yaml(path, name).get("ratios") if path.is_file() and holds_something(path, name) else None) or ()
    return tuple(str(ratio["scenario"]) for ratio in ratios if isinstance(ratio, dict) and "scenario" in ratio)


@lru_cache(maxsize=1)
def _reference(folder: Path) -> "Reference":
    """The census tables; a sweep asks for them once for each of its cases."""
    from analysis.census.reference import load_reference

    return load_reference(folder)


def check(model: type[Parameters], values: dict[str, Any], place: str, given: Collection[str] = ()) -> Parameters:
    """Values through their model; the error lists the valid parameters.

    `place` is that of the values in params.yaml; those named in `given` are from the command line.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = ".".join(str(part) for part in first["loc"][:2])
        by_user = first["loc"][0] in given
        raise InputError(
            COMMAND_LINE if by_user else FILE,
            column=f"--parameter {name}" if by_user else f"{place}.{name}",
            found=_found(first),
            expected=_expected(model, first),
            action=f"set it to a valid value; the parameters are: {_valid(model)}",
        ) from None


def _found(problem: Any) -> str:
    """What a model met, in words."""
    return {"extra_forbidden": "an unknown parameter", "missing": "nothing"}.get(
        problem["type"], repr(problem["input"])
    )


def _expected(model: type[Parameters], problem: Any) -> str:
    """What a model wanted instead; of a pattern, what it stands for."""
    if problem["type"] == "extra_forbidden":
        return _valid(model)
    field = model.model_fields.get(str(problem["loc"][0]))
    if (
        problem["type"] in ("missing", "string_pattern_mismatch", "model_type", "dict_type")
        and field
        and len(problem["loc"]) == 1
    ):
        return str(field.description)
    return str(problem["msg"]).removeprefix("Input should be ").removeprefix("Value error, ")


def _valid(model: type[Parameters]) -> str:
    return "; ".join(f"{name} ({field.description})" for name, field in model.model_fields.items())


def _content(root: Path) -> dict[str, dict[str, dict[str, Any] | None]]:
    content = read_yaml(root / FILE, FILE)
    runs = _named(content, "the name of a notebook", "")
    for notebook, studies in runs.items():
        for study, values in _named(studies, "the id of a study", notebook).items():
            _named({} if values is None else values, "the name of a parameter", f"{notebook}.{study}")
    return runs


def _named(content: Any, what: str, place: str) -> dict[str, Any]:
    """A mapping whose keys are names; they become those of files and folders, so nothing else may stand in them."""
    if not isinstance(content, dict):
        raise InputError(
            FILE,
            column=place or None,
            found="a different structure",
            expected="notebook: {study: {parameter: value}}",
            action="see docs/architecture.md for the structure",
        )
    wrong = next((key for key in content if not (isinstance(key, str) and NAME.fullmatch(key))), None)
    if wrong is not None or None in content:
        raise InputError(
            FILE,
            column=place or None,
            found=repr(wrong),
            expected=f"{what}: small letters, digits and underscores",
            action="correct the name",
        )
    return content


def check_notebook(source: str, parameters_cell: str, model: type[Parameters], name: str) -> None:
    """Hold a notebook's parameters cell and its other code against the model.

    Every parameter must be set in the cell and used in the code, and the cell may set nothing else.
    """
    declared = {target.id for node in ast.parse(parameters_cell).body for target in _targets(node)}
    used = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
    expected = set(model.model_fields)
    for names, found, action in (
        (expected - declared, "not set in the parameters cell", "add it to the cell tagged 'parameters'"),
        (
            declared - expected,
            "set in the parameters cell but unknown",
            "remove it, or add it to pipeline/parameter_models.py",
        ),
        (
            expected - used,
            "never used in the notebook",
            "use it, or remove it from pipeline/parameter_models.py and params.yaml",
        ),
    ):
        if names:
            raise InputError(
                name, column=sorted(names)[0], found=found, expected=f"the parameters {_valid(model)}", action=action
            )


def _targets(node: ast.stmt) -> list[ast.Name]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [target for target in targets if isinstance(target, ast.Name)]
