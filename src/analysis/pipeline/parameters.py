"""The parameters of each notebook: checked for name, type and range before a kernel starts.

papermill passes unknown and mistyped parameters on with a log line; here they stop the run with the list of valid ones.
"""

import ast
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from analysis.errors import InputError
from analysis.files import holds_something, parse_yaml, read_yaml
from analysis.study import study_ids

if TYPE_CHECKING:
    from analysis.census.reference import Reference

FILE, COMMAND_LINE = "params.yaml", "the command line"
OWN_PARAMETERS = (
    "parameters.yaml"  # of a study that params.yaml does not list: its own settings, where defaults do not do
)
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
    ] = "K04000001"
    allocation: Annotated[
        Literal["survey_growth", "independence"], Field(description="how arrivals are allocated to groups of birth")
    ] = "survey_growth"
    survey_year: Annotated[int, Field(ge=2005, le=2014, description="year of the survey's shares")] = 2011
    survey_correlation: Annotated[
        float, Field(ge=0, lt=1, description="correlation of survey estimates one year apart")
    ] = 0.5
    horizon_years: Annotated[int, Field(ge=0, le=30, description="years over which the group is aged")] = 3
    draws: Annotated[int, Field(ge=200, le=100_000, description="random draws of the survey's shares")] = 2000
    seed: Annotated[int, Field(ge=0, le=LARGEST_SEED, description="seed of the random draws")] = 2011


class SroiParameters(Parameters):
    """05_sroi."""

    scenario: Annotated[
        str,
        Field(
            pattern=r"^\P{Cc}*$",
            max_length=200,
            description="the published scenario that heads the page; empty for that of the headline ratio",
        ),
    ] = ""


class SensitivityParameters(Parameters):
    """06_sroi_sensitivity."""

    seed: Annotated[int, Field(ge=0, le=2**31, description="seed of every random number")] = 2013
    draws: Annotated[
        int, Field(ge=2**8, le=2**24, description="draws of the probabilistic analyses, best a power of two")
    ] = 2**18
    design: Annotated[
        int,
        Field(ge=2**6, le=2**18, description="rows of the design for the variance-based indices, best a power of two"),
    ] = 2**14
    replicates: Annotated[
        int, Field(ge=2, le=10_000, description="bootstrap resamples for the intervals of these indices")
    ] = 200
    level: Annotated[float, Field(gt=0.5, lt=1, description="share of the draws between the ends of an interval")] = (
        0.95
    )
    bars: Annotated[int, Field(ge=1, le=30, description="most assumptions in a figure, the largest first")] = 12
    lines: Annotated[int, Field(ge=1, le=4, description="most assumptions in the figure of growing designs")] = 4
    least_swing: Annotated[
        float,
        Field(
            ge=0, allow_inf_nan=False, description="difference of the ratio from which an assumption is in the tornado"
        ),
    ] = 0.01
    least_index: Annotated[
        float,
        Field(
            ge=0,
            allow_inf_nan=False,
            le=100,
            description="total index, in per cent, from which an assumption is listed",
        ),
    ] = 0.05
    least_worth: Annotated[
        float,
        Field(
            ge=0,
            allow_inf_nan=False,
            description="worth of knowing everything, in the study's currency, from which a hurdle is listed",
        ),
    ] = 1.0
    steady: Annotated[
        float,
        Field(
            ge=0,
            allow_inf_nan=False,
            description="percentage points by which indices that are settled change when the design doubles",
        ),
    ] = 1.0


class AuditParameters(Parameters):
    """08_claims_audit."""

    rounding: Annotated[
        Literal["either", "half up", "half even"], Field(description="the rule of rounding a printed figure may follow")
    ] = "either"
    planted: Annotated[
        int, Field(ge=1, le=2000, description="errors to plant, and harmless changes to make beside them")
    ] = 200
    seed: Annotated[int, Field(ge=0, le=LARGEST_SEED, description="seed of what is planted")] = 2017


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
    ] = DisclosureSettings()


def _that_there_is(day: str) -> str:
    if day:
        try:
            date.fromisoformat(day)
        except ValueError:
            raise ValueError("a day that the calendar has, as yyyy-mm-dd") from None
    return day


_LEVEL = Annotated[float, Field(ge=0.5, le=0.999, description="confidence level of every interval")]


class ProgrammeParameters(RecordsParameters):
    """07_programme_performance."""

    near_target: Annotated[
        float, Field(ge=0, le=50, description="percentage points below a target that still count as near it")
    ] = 10.0
    level: _LEVEL = 0.95
    as_of: Annotated[
        str,
        BeforeValidator(
            lambda value: value.isoformat() if isinstance(value, date) else "" if value is None else value
        ),  # YAML reads days as dates, and nothing after the colon as null
        Field(
            pattern=r"^(\d{4}-\d{2}-\d{2})?$",
            description="day as of which records are read, yyyy-mm-dd; empty for the last one recorded",
        ),
        AfterValidator(_that_there_is),
    ] = ""


_LEVEL = Annotated[float, Field(ge=0.5, le=0.999, description="confidence level of every interval")]


class CodingParameters(RecordsParameters):
    """02_focus_group_coding."""

    rule: Annotated[
        Literal["any", "all", "most"],
        Field(description="a code counts if any, all or most of the coders who read the segment gave it"),
    ] = "any"
    level: _LEVEL = 0.95
    seed: Annotated[int, Field(ge=0, le=LARGEST_SEED, description="seed of the bootstrap")] = 20121101
    draws: Annotated[int, Field(ge=100, le=20_000, description="bootstrap draws for each code")] = 2000


_LEVEL = Annotated[float, Field(ge=0.5, le=0.999, description="confidence level of every interval")]


class CompareSettings(_Settings):
    """What 03_before_after compares."""

    item: Annotated[
        str, Field(pattern=r"^[a-z_0-9]{0,40}$", description="the item that heads the page; empty for the first")
    ] = ""
    before: Literal["asked before", "looking back"] = "asked before"
    missing: Literal["pairs", "complete", "unchanged"] = "pairs"


_Reliabilities = Annotated[list[Annotated[float, Field(ge=0, le=1)]], Field(min_length=1, max_length=20)]
_Margins = Annotated[list[Annotated[float, Field(gt=0, le=100)]], Field(max_length=10)]


class PrecisionSettings(_Settings):
    """What 03_before_after sets the change against."""

    reliabilities: Annotated[_Reliabilities, Field(description="of a single question")] = [0.5, 0.6, 0.7, 0.8, 0.9]
    power: Annotated[float, Field(gt=0.05, lt=1, description="with which a change is to be found")] = 0.8
    margins: Annotated[_Margins, Field(description="smallest changes that may matter, in points")] = [1.0, 2.0]


class BeforeAfterParameters(RecordsParameters):
    """03_before_after."""

    compare: Annotated[
        CompareSettings,
        Field(
            description="item: the one that heads the page, such as confidence; before: 'asked before' or 'looking back'; missing: 'pairs' "
            "(who answered the item twice), 'complete' (every item twice) or 'unchanged' (missing as no change)"
        ),
    ] = CompareSettings()
    level: _LEVEL = 0.95
    seed: Annotated[int, Field(ge=0, le=LARGEST_SEED, description="seed of the bootstrap intervals")] = 20140430
    resamples: Annotated[int, Field(ge=199, le=100_000, description="resamples of a bootstrap interval")] = 1999
    precision: Annotated[
        PrecisionSettings,
        Field(
            description="reliabilities that are assumed, the power, and changes that may matter, as lists of numbers"
        ),
    ] = PrecisionSettings()


class ParticipationParameters(RecordsParameters):
    """02b_participation."""

    level: _LEVEL = 0.95


_Sizes = Annotated[list[Annotated[float, Field(gt=0, lt=1)]], Field(max_length=10)]


class CorrelationSettings(_Settings):
    """What 04_english_and_time sets the correlation against."""

    power: Annotated[float, Field(gt=0.05, lt=1, description="with which a correlation is to be found")] = 0.8
    margins: Annotated[_Sizes, Field(description="sizes below which a correlation may count as none")] = [0.1, 0.3]


class EnglishParameters(RecordsParameters):
    """04_english_and_time."""

    start: Annotated[
        float, Field(ge=0, le=1200, description="months in the UK from which the gain of a year is counted")
    ] = 12.0
    level: _LEVEL = 0.95
    seed: Annotated[
        int,
        Field(
            ge=0,
            le=LARGEST_SEED,
            description="seed of the joint test and of the jitter in figures of synthetic records",
        ),
    ] = 20140430
    resamples: Annotated[
        int, Field(ge=199, le=100_000, description="orders of people in the joint test of all specifications")
    ] = 999
    precision: Annotated[
        CorrelationSettings,
        Field(description="the power, and sizes of correlations that may matter, as a list of numbers"),
    ] = CorrelationSettings()


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

_RECORDS = (("records/records.yaml",), *((f"records/questionnaire.{ending}",) for ending in ("csv", "xlsx", "sav")))
# The files that call for a notebook: it runs for a study that has all files of one of the groups.
CALLED_FOR_BY: dict[str, tuple[tuple[str, ...], ...]] = {
    "02_focus_group_coding": (
        ("themes.csv",),
        *((f"records/coded_segments.{ending}",) for ending in ("csv", "qdpx", "xlsx")),
    ),
    "02b_participation": (("participation.yaml",), *_RECORDS),
    "03_before_after": (("before_after.yaml",), *_RECORDS),
    "04_english_and_time": (("english.yaml",), *_RECORDS),
    "05_sroi": (("sroi.yaml",), ("value_map.csv", "value_map.yaml")),
    "06_sroi_sensitivity": (("value_map.csv", "value_map.yaml"),),
    "07_programme_performance": (("measures.csv",), ("counting_rules.yaml",)),
    "08_claims_audit": (("claims.csv",),),
}
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
            action="correct the name, or add the notebook to params.yaml and to pipeline/parameters.py",
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
            action="name a scenario that the study's source prints" if known else "leave the scenario out",
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
