"""`analysis check`: everything that is wrong with a study's files, at once, and what will and will not be on its pages."""

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from itertools import groupby
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from analysis.bundle.summary import overview_problems
from analysis.errors import InputError, shorten
from analysis.files import another_width, check_header, holds_something, misfit, parse_yaml, read_text, shown, table
from analysis.pipeline.parameter_models import CALLED_FOR_BY, MODELS
from analysis.pipeline.parameters import called_for, listed_studies, planned_runs
from analysis.study import Study, check_files, load_study, readable_studies
from analysis.study.claims import OPTIONAL
from analysis.tools.challenges import challenge_problems
from analysis.tools.own_records import OPEN, notes, problems
from analysis.tools.study_files import BY_NAME, FILES, FOLDERS, StudyFile, load, present

_AREA = "the area (01_census_baseline: {area: CODE} in parameters.yaml)"

MOST_ALIKE = 50  # problems of one kind in a file that are told one by one
WITH_EVERY_COLUMN = ("claims.csv", "value_map.csv")
WITH_EMPTY_CELLS = ("claims.csv", "measures.csv", "comparisons.csv", "readings.csv", "value_map.csv")
WITHOUT_NAMES = ("not_claims.csv", "comparisons.csv", "statements.csv")  # whose first column may repeat


def check(root: Path, study_id: str) -> tuple[list[InputError], list[str]]:
    """The problems of a study's files, by file and row, and lines on what will be on its pages.

    Raises InputError if there is no such study, or its study.yaml cannot be read at all.
    """
    found = list(_study_problems(root, study_id))
    if not found:
        study = load_study(study_id, root)
        found = [
            *_unknown_files(study),
            *_same_prefix(study),
            *_file_problems(study),
            *challenge_problems(study),
            *overview_problems(study),
            *problems(root, study_id),
        ]
    return list(_once(found)), [*notes(root, study_id), "", *pages(root, study_id)]


def told(problems: Iterable[InputError], everything: bool = False) -> Iterator[str]:
    """The problems as lines, under the name of their file; those of a team's own records by kind, with counts.

    Of many of one kind in a file the first are told and the others counted, unless `everything` is asked for.
    """
    listed = sorted(problems, key=lambda each: (each.file, each.row or 0))
    for file, own in groupby(listed, key=lambda each: each.file):
        yield f"\n{file}"
        yield from _told_of_file(file, list(own), sys.maxsize if everything else MOST_ALIKE)


def _told_of_file(file: str, problems: list[InputError], most: int) -> Iterator[str]:
    kinds, before = Counter(map(_kind, problems)), Counter[tuple[str, str | None]]()
    for problem in problems:
        kind = _kind(problem)
        before[kind] += 1
        if before[kind] > most:
            continue
        if problem.expected == OPEN:
            yield from [f"  {problem.column}: {kinds[kind]:,}"] if before[kind] == 1 else []
            yield f"    - {shorten(problem.found)}. {problem.action}"
            continue
        place = problem.place.removeprefix(file).removeprefix(", ")
        yield f"  {place + ': ' if place else ''}found {shorten(problem.found)}; expected {problem.expected}. What to do: {problem.action}"
    if left := sum(max(count - most, 0) for count in kinds.values()):
        yield f"  and {left:,} more like these, which --all lists"


def _kind(problem: InputError) -> tuple[str, str | None]:
    """Problems are alike of which the same was expected; of what is left open, those about the same."""
    return problem.expected, problem.column if problem.expected == OPEN else None


def _once(problems: Iterable[InputError]) -> Iterator[InputError]:
    """Each place and finding once, though several readers met it."""
    seen: set[tuple[Any, ...]] = set()
    for problem in problems:
        key = (problem.file, problem.row, problem.column, problem.found)
        if key not in seen:
            seen.add(key)
            yield problem


def _study_problems(root: Path, study_id: str) -> Iterator[InputError]:
    path = root / "data" / "raw" / study_id / "study.yaml"
    found = list(_document(BY_NAME["study.yaml"], path, shown(path, root))) if path.is_file() else []
    yield from found
    try:
        check_files(root, study_id)
        load_study(study_id, root)
    except InputError as error:
        if not path.is_file():
            raise
        yield from [] if found else [error]


def _unknown_files(study: Study) -> Iterator[InputError]:
    """What lies in the folder and nothing reads."""
    for path in sorted(study.raw.iterdir()):
        if path.name in BY_NAME or path.name in FOLDERS or path.name.startswith(".") or path.name == "README.md":
            continue
        near = get_close_matches(path.name, [*BY_NAME, *FOLDERS], 1, 0.7)
        yield InputError(
            study.name(path.name),
            found="a file or folder that nothing reads",
            expected=f"'{near[0]}', perhaps" if near else f"one of {', '.join([*BY_NAME, *FOLDERS])}",
            action="rename it, or take it out; docs/tables.md lists what a study may hold",
        )


def _same_prefix(study: Study) -> Iterator[InputError]:
    for other in readable_studies(study.root):
        if other.id != study.id and other.info.claim_prefix == study.info.claim_prefix and not other.info.example:
            yield InputError(
                study.name("study.yaml"),
                column="claim_prefix",
                found=f"{study.info.claim_prefix!r}, which {other.id} has too",
                expected="letters that no other study's claims start with",
                action="choose others, here and in the ids of claims",
            )


def _file_problems(study: Study) -> Iterator[InputError]:
    for file in present(study.raw):
        path = study.raw / file.name
        try:
            written = holds_something(path, study.name(file.name))
        except InputError as error:
            yield error
            continue
        if not written:
            continue
        alone = list(
            _table(file, path, study.name(file.name)) if file.is_table else _document(file, path, study.name(file.name))
        )
        alone += _unknown_claims(study, path)
        yield from alone or _read_whole(study, file)


def _read_whole(study: Study, file: StudyFile) -> Iterator[InputError]:
    """What the file's own reader finds, which looks at the other files that it names."""
    if not file.reader:
        return
    try:
        load(file.reader)(study)
    except InputError as error:
        yield error


def _table(file: StudyFile, path: Path, name: str) -> Iterator[InputError]:
    """Every row of a table through its model."""
    try:
        header, rows = _rows(file, path, name)
    except InputError as error:
        yield error
        return
    seen: dict[str, int] = {}
    for number, cells in rows:
        if len(cells) != len(header):
            yield another_width(name, number, len(cells), len(header))
            continue
        values = dict(zip(header, cells, strict=True))
        if file.name not in WITH_EMPTY_CELLS:
            values = {column: cell for column, cell in values.items() if cell}
        yield from _misfits(file.model(), values, name, number)
        if file.name not in WITHOUT_NAMES and cells[0] in seen:
            yield _twice(name, number, header[0], cells[0], seen[cells[0]])
        seen[cells[0]] = number


def _rows(file: StudyFile, path: Path, name: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The header of a table, checked against its model, and its rows that hold anything, with their numbers."""
    fields = file.model().model_fields
    optional = [field for field, about in fields.items() if not about.is_required()]
    needed = [field for field in fields if file.name in WITH_EVERY_COLUMN or field not in optional]
    needed = [field for field in needed if not (file.name == "claims.csv" and field in OPTIONAL)]
    at, header, rows = table(read_text(path, name), name)
    check_header(header, name, needed, optional, at)
    return header, [(number, [cell.strip() for cell in cells]) for number, cells in rows]


def _twice(name: str, row: int, column: str, cell: str, before: int) -> InputError:
    return InputError(
        name,
        row=row,
        column=column,
        found=f"{cell!r}, which row {before} already has",
        expected="every name once",
        action="give one of them another",
    )


def _document(file: StudyFile, path: Path, name: str) -> Iterator[InputError]:
    """Everything in a YAML file that its models refuse."""
    try:
        text = read_text(path, name)
        content = parse_yaml(text, name)
    except InputError as error:
        yield error
        return
    tree = yaml.compose(text)
    for key, _ in file.models:
        part = content if not key else content.get(key) if isinstance(content, dict) else None
        if key and file.name == "parameters.yaml":
            part = None if part is None else {"study": path.parent.name, **part} if isinstance(part, dict) else part
        for place, values in [(None, part)] if not isinstance(part, list) or not key else list(enumerate(part)):
            if values is not None:
                steps = [*([key] if key else []), *([place] if place is not None else [])]
                yield from _misfits(file.model(key), values, name, None, steps, tree)
    unknown = (
        [key for key in content if key not in dict(file.models)]
        if isinstance(content, dict) and "" not in dict(file.models)
        else []
    )
    for key in unknown:
        yield InputError(
            name,
            column=str(key),
            found="an unknown key",
            expected=f"one of {', '.join(dict(file.models))}",
            action="correct it (docs/tables.md)",
        )


def _misfits(
    model: type[BaseModel], values: Any, name: str, row: int | None, steps: list[Any] | None = None, tree: Any = None
) -> Iterator[InputError]:
    """Everything of one record that its model refuses."""
    try:
        model.model_validate(values)
    except ValidationError as error:
        for problem in error.errors(include_url=False):
            place = [*(steps or []), *problem["loc"]]
            names = [str(step) for step in place if not str(step).startswith(("literal[", "dict[", "[key]"))]
            yield InputError(
                name,
                row=row if tree is None else _line(tree, place),
                column=".".join(names) or None,
                action=f"correct it; docs/tables.md#{BY_NAME[Path(name).name].anchor} says what it may hold",
                **misfit(problem),
            )


def _line(node: Any, place: Iterable[Any]) -> int:
    for step in place:
        if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
        elif isinstance(node, yaml.MappingNode):
            node = next((value for key, value in node.value if key.value == str(step)), node)
    return int(node.start_mark.line) + 1


def _unknown_claims(study: Study, path: Path) -> Iterator[InputError]:
    """Ids of claims that a file names and the ledger does not have."""
    ledger = study.raw / "claims.csv"
    prefix = study.info.claim_prefix
    known = set(re.findall(rf"(?m)^\"?({prefix}-\d+)", read_text(ledger, "claims.csv"))) if ledger.is_file() else set()
    for number, line in enumerate(read_text(path, path.name).splitlines(), 1):
        for claim in dict.fromkeys(re.findall(rf"\b{prefix}-\d{{3,}}\b", line.partition(" #")[0])):
            if claim not in known and not line.lstrip().startswith("#"):
                yield InputError(
                    study.name(path.name),
                    row=number,
                    column=claim,
                    found="an id that is no claim of this study",
                    expected="an id of claims.csv",
                    action="correct the id, or add the claim",
                )


def pages(root: Path, study_id: str) -> Iterator[str]:
    """What will be on the study's pages, notebook by notebook, and what will not, for want of which file."""
    raw = root / "data" / "raw" / study_id
    listed = study_id in listed_studies(root)
    runs = (
        {name for name, other in planned_runs(root) if other == study_id} if listed else set(called_for(root, study_id))
    )
    for notebook in MODELS:
        if notebook in runs:
            yield f"{notebook}: will be made"
            for file in (file for file in FILES if file.page == notebook):
                there = _written(raw / file.name)
                yield f"  {'with' if there else 'without'} {file.gives}{'' if there else f', for want of {file.name}'}"
        else:
            groups = CALLED_FOR_BY.get(notebook, ())
            wanted = " or ".join(" and ".join(group) for group in groups) or _AREA
            yield f"{notebook}: not made, for want of {wanted}"
    for folder, (notebooks, gives, page) in FOLDERS.items():
        filled = (raw / folder).is_dir() and any(path.name != "README.md" for path in (raw / folder).iterdir())
        yield f"{folder}/ ({notebooks}): {'with' if filled else 'without'} {gives}{'' if filled else f', for want of files ({page})'}"


def _written(path: Path) -> bool:
    try:
        return path.is_file() and holds_something(path, path.name)
    except InputError:
        return False
