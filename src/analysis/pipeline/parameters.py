"""The parameters of each notebook: checked for name, type and range before a kernel starts.

papermill passes unknown and mistyped parameters on with a log line; here they stop the run with the list of valid ones.
"""

import ast
import re
from collections.abc import Collection, Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from analysis.errors import InputError
from analysis.files import parse_yaml, read_yaml

if TYPE_CHECKING:
    from analysis.census.reference import Reference

FILE, COMMAND_LINE = "params.yaml", "the command line"
NAME = re.compile("[a-z0-9_]+")
LARGEST_SEED = 2**32 - 1  # what every generator of random numbers takes


class Parameters(BaseModel):
    """What every notebook takes."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    study: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", description="id of the study")]


class CensusParameters(Parameters):
    """01_census_baseline."""

    area: Annotated[
        str, Field(pattern=r"^[A-Za-z0-9]{1,9}$", description="code of the area in the 2011 Census, such as E06000044")
    ]
    comparison: Annotated[
        str,
        Field(
            pattern=r"^[A-Za-z0-9]{1,9}( [A-Za-z0-9]{1,9})*$",
            max_length=4_000,
            description="codes of the areas it is compared with, a space between two",
        ),
    ]
    allocation: Annotated[
        Literal["survey_growth", "independence"], Field(description="how arrivals are allocated to groups of birth")
    ]
    survey_year: Annotated[int, Field(ge=2005, le=2014, description="year of the survey's shares")]
    survey_correlation: Annotated[
        float, Field(ge=0, lt=1, description="correlation of survey estimates one year apart")
    ]
    horizon_years: Annotated[int, Field(ge=0, le=30, description="years over which the group is aged")]
    draws: Annotated[int, Field(ge=200, le=100_000, description="random draws of the survey's shares")]
    seed: Annotated[int, Field(ge=0, le=LARGEST_SEED, description="seed of the random draws")]


class SroiParameters(Parameters):
    """05_sroi."""

    scenario: Annotated[
        Literal["low", "central", "high", "as printed"], Field(description="the published scenario that heads the page")
    ]


class SensitivityParameters(Parameters):
    """06_sroi_sensitivity."""

    seed: Annotated[int, Field(ge=0, le=2**31, description="seed of every random number")]
    draws: Annotated[
        int, Field(ge=2**8, le=2**24, description="draws of the probabilistic analyses, best a power of two")
    ]
    design: Annotated[
        int,
        Field(ge=2**6, le=2**18, description="rows of the design for the variance-based indices, best a power of two"),
    ]


class AuditParameters(Parameters):
    """08_claims_audit."""

    rounding: Annotated[
        Literal["either", "half up", "half even"], Field(description="the rule of rounding a printed figure may follow")
    ]
    planted: Annotated[
        int, Field(ge=1, le=2000, description="errors to plant, and harmless changes to make beside them")
    ]
    seed: Annotated[int, Field(ge=0, le=LARGEST_SEED, description="seed of what is planted")]


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class DisclosureSettings(_Settings):
    """The rules of disclosure: what `analysis.disclosure.rules.read_rules` takes."""

    minimum_cell: Annotated[int, Field(ge=5, le=10_000, description="people below which a count is hidden")] = 10
    rounding_base: Annotated[
        Literal[5, 10] | None, Field(description="base that counts are rounded to; null: small counts are hidden")
    ] = None
    reason: Annotated[str, Field(pattern=r"^\P{Cc}*$", max_length=1000, description="why minimum_cell is below 10")] = (
        ""
    )


class RecordsParameters(Parameters):
    """What every notebook about participants takes: the rules of disclosure."""

    disclosure: Annotated[
        DisclosureSettings,
        Field(
            description="minimum_cell: people below which a count is hidden, below 10 only with a reason; rounding_base: 5, 10 or null; reason"
        ),
    ]


class ProgrammeParameters(RecordsParameters):
    """07_programme_performance."""

    near_target: Annotated[
        float, Field(ge=0, le=50, description="percentage points below a target that still count as near it")
    ]
    as_of: Annotated[
        str,
        BeforeValidator(
            lambda value: value.isoformat() if isinstance(value, date) else "" if value is None else value
        ),  # YAML reads days as dates, and nothing after the colon as null
        Field(
            pattern=r"^(\d{4}-\d{2}-\d{2})?$",
            description="day as of which records are read, yyyy-mm-dd; empty for the last one recorded",
        ),
    ]


class CodingParameters(RecordsParameters):
    """02_focus_group_coding."""

    rule: Annotated[
        Literal["any", "all", "most"],
        Field(description="a code counts if any, all or most of the coders who read the segment gave it"),
    ]
    seed: Annotated[int, Field(ge=0, le=LARGEST_SEED, description="seed of the bootstrap")]
    draws: Annotated[int, Field(ge=100, le=20_000, description="bootstrap draws for each code")]


class CompareSettings(_Settings):
    """What 03_before_after compares."""

    item: Annotated[str, Field(pattern=r"^[a-z_]{1,40}$", description="the item that heads the page")]
    before: Literal["asked before", "looking back"]
    missing: Literal["pairs", "complete", "unchanged"]


class BeforeAfterParameters(RecordsParameters):
    """03_before_after."""

    compare: Annotated[
        CompareSettings,
        Field(
            description="item: the one that heads the page, such as confidence; before: 'asked before' or 'looking back'; missing: 'pairs' "
            "(who answered the item twice), 'complete' (every item twice) or 'unchanged' (missing as no change)"
        ),
    ]
    seed: Annotated[int, Field(ge=0, le=LARGEST_SEED, description="seed of the bootstrap intervals")]


_LEVEL = Annotated[float, Field(ge=0.5, le=0.999, description="confidence level of every interval")]


class ParticipationParameters(RecordsParameters):
    """02b_participation."""

    level: _LEVEL


class EnglishParameters(RecordsParameters):
    """04_english_and_time."""

    start: Annotated[
        float, Field(ge=0, le=1200, description="months in the UK from which the gain of a year is counted")
    ]
    level: _LEVEL
    seed: Annotated[int, Field(ge=0, le=LARGEST_SEED, description="seed of the jitter in figures of synthetic records")]


MODELS: dict[str, type[Parameters]] = {
    "01_census_baseline": CensusParameters,
    "02_focus_group_coding": CodingParameters,
    "02b_participation": ParticipationParameters,
    "03_before_after": BeforeAfterParameters,
    "04_english_and_time": EnglishParameters,
    "05_sroi": SroiParameters,
    "06_sroi_sensitivity": SensitivityParameters,
    "07_programme_performance": ProgrammeParameters,
    "08_claims_audit": AuditParameters,
}


def planned_runs(root: Path) -> tuple[tuple[str, str], ...]:
    """Every (notebook, study) that params.yaml lists, in its order."""
    return tuple((notebook, study) for notebook, studies in _content(root).items() for study in studies)


def parameters_for(
    root: Path, notebook: str, study: str, changes: dict[str, Any] | None = None, areas: bool = True
) -> Parameters:
    """The checked parameters of one run: those of params.yaml with `changes` over them; `areas`, too, if asked for.

    Raises InputError for a notebook or study that is not listed, and for a parameter that is unknown, mistyped, out of
    range or of another study.
    """
    content = _content(root)
    if notebook not in content or notebook not in MODELS:
        raise InputError(
            FILE,
            column=notebook,
            found="no notebook of this name",
            expected=f"one of {', '.join(sorted(MODELS))}",
            action="correct the name, or add the notebook to params.yaml and to pipeline/parameters.py",
        )
    if study not in content[notebook]:
        raise InputError(
            FILE,
            column=f"{notebook}.{study}",
            found="no such study under this notebook",
            expected=f"one of {', '.join(content[notebook])}",
            action="correct the study's id, or list the study in params.yaml",
        )
    place, changes = f"{notebook}.{study}", changes or {}
    if areas and MODELS[notebook] is CensusParameters:
        _check_areas(root, changes)
    found = check(MODELS[notebook], {"study": study, **(content[notebook][study] or {}), **changes}, place, changes)
    if found.study != study:
        raise InputError(
            FILE,
            column=f"{place}.study",
            found=repr(found.study),
            expected=repr(study),
            action="leave the study out: the run says which it is",
        )
    return found


def yaml_value(text: str) -> Any:
    """A value of the command line as params.yaml would hold it, so that numbers are numbers; of nothing the empty text.

    Raises InputError if it cannot be read.
    """
    return parse_yaml(text, "the command line") if text.strip() else ""


def _check_areas(root: Path, given: Mapping[str, Any]) -> None:
    """Advise on areas from the command line, such as a name for a code; those of params.yaml the notebook looks up itself."""
    from analysis.census.areas import check_area

    texts = {name: given[name] for name in ("area", "comparison") if isinstance(given.get(name), str)}
    folder = root / "data" / "raw" / "reference"
    for name, text in texts.items() if folder.is_dir() else ():
        for code in [text] if name == "area" else text.split():
            reference = _reference(folder)
            check_area(code, reference.names, reference.changes, COMMAND_LINE, f"--parameter {name}")


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
    if problem["type"] == "string_pattern_mismatch" and field and len(problem["loc"]) == 1:
        return str(field.description)
    return str(problem["msg"]).removeprefix("Input should be ")


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
            "remove it, or add it to pipeline/parameters.py",
        ),
        (
            expected - used,
            "never used in the notebook",
            "use it, or remove it from pipeline/parameters.py and params.yaml",
        ),
    ):
        if names:
            raise InputError(
                name, column=sorted(names)[0], found=found, expected=f"the parameters {_valid(model)}", action=action
            )


def _targets(node: ast.stmt) -> list[ast.Name]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [target for target in targets if isinstance(target, ast.Name)]
