"""CSV and YAML files as checked records, with the line of every mistake.

The project's own CSV is read by `study.tables`, what a team brings as participant files are. YAML is read here more strictly than there: no references, no repeated keys, no deep
nesting, and the line of every entry is known.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd
import yaml
from pydantic import BaseModel, ValidationError

from analysis.errors import InputError
from analysis.participants.csv_files import read_rows
from analysis.study.tables import parse_yaml, read_csv, read_text, validate

DEEPEST = 20  # lists and mappings within each other in YAML

Model = TypeVar("Model", bound=BaseModel)
Place = tuple[int | str, ...]


def read_table(path: Path, name: str, required: Sequence[str], optional: Sequence[str] = ()) -> pd.DataFrame:
    """A comma-separated file as a frame of text, one column for each name in `required` and `optional`.

    The index is the row number in the file (the header is row 1); an absent optional column is filled with empty text.
    Whatever encoding and separator an export has will do. Raises InputError as `read_rows` does, and for a file without
    rows.
    """
    rows = read_rows(path, name, required, optional)
    if not rows:
        raise InputError(name, found="a header and no rows", expected="at least one row", action="fill the table")
    frame = pd.DataFrame([cells for _, cells in rows], index=[row for row, _ in rows], dtype="str")
    return frame.reindex(columns=[*required, *optional], fill_value="")


def read_records(path: Path, name: str, model: type[Model]) -> tuple[Model, ...]:
    """A comma-separated file as checked records, one for each row; the columns are the fields of `model`.

    Empty cells take the field's default where it has one. Raises InputError with the row and column of the first
    cell that does not fit.
    """
    required = [field for field, about in model.model_fields.items() if about.is_required()]
    optional = [field for field in model.model_fields if field not in required]
    rows = read_csv(path, name, required, optional)
    return tuple(validate(model, filled(cells), name, row) for row, cells in rows)


def filled(cells: dict[str, str]) -> dict[str, Any]:
    """The cells that hold something, so that empty ones take their default."""
    return {column: cell for column, cell in cells.items() if cell}


def read_document(path: Path, name: str, model: type[Model]) -> tuple[Model, Callable[[Place], int | None]]:
    """A YAML file as one checked record, and a function that gives the line of a place such as `("codes", 3, "id")`.

    Raises InputError for YAML that cannot be read, repeated keys, references (`&`, `*`) and fields that do not fit.
    """
    node, data = _parse(name, read_text(path, name))
    line = _line_finder(node)
    return _validated(model, data, name, line), line


def _loader() -> Any:
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _parse(name: str, text: str) -> tuple[yaml.Node, object]:
    try:
        _check_events(name, text)
        node = yaml.compose(text, _loader())
        if node is None:
            raise InputError(name, found="comments only", expected="YAML", action="fill the file")
        _check_keys(name, node)
        return node, parse_yaml(text, name)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        row = mark.line + 1 if mark else None
        found = str(getattr(error, "problem", None) or "text that is not YAML")
        action = "correct the YAML at this line"
        raise InputError(name, row=row, found=found, expected="plain YAML", action=action) from error


def _check_events(name: str, text: str) -> None:
    """Refuses references, which can multiply without bound, and nesting that no file of this project needs."""
    depth = 0
    for event in yaml.parse(text, _loader()):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent) or depth > DEEPEST:
            found = "a reference (*)" if depth <= DEEPEST else f"more than {DEEPEST} lists within lists"
            row, action = event.start_mark.line + 1, "write the entry out in full"
            raise InputError(name, row=row, found=found, expected="plain YAML", action=action)


def _check_keys(name: str, root: yaml.Node) -> None:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, yaml.SequenceNode):
            waiting.extend(node.value)
        elif isinstance(node, yaml.MappingNode):
            _check_mapping(name, node)
            waiting.extend(value for _, value in node.value)


def _check_mapping(name: str, node: yaml.MappingNode) -> None:
    seen: set[str] = set()
    for key, _ in node.value:
        word = str(key.value)
        if word in seen or not isinstance(key, yaml.ScalarNode):
            raise InputError(
                name,
                row=key.start_mark.line + 1,
                found=f"the key '{word}' twice" if word in seen else "a key that is no plain word",
                expected="each key once",
                action="remove or rename one of them",
            )
        seen.add(word)


def _line_finder(root: yaml.Node) -> Callable[[Place], int | None]:
    def line(place: Place) -> int | None:
        node = root
        for step in place:
            node = _step(node, step) or node
        return node.start_mark.line + 1

    return line


def _step(node: yaml.Node, step: int | str) -> yaml.Node | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step]
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == step), None)
    return None


def _validated(model: type[Model], data: object, name: str, line: Callable[[Place], int | None]) -> Model:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise InputError(
            name,
            row=line(first["loc"]),
            column=".".join(map(str, first["loc"])) or None,
            found="nothing" if first["type"] == "missing" else _shown(first["input"]),
            expected=_expected(first["msg"]),
            action="correct this entry",
        ) from error


def _shown(value: object) -> str:
    return f"a {type(value).__name__}" if isinstance(value, dict | list | BaseModel) else repr(value)


def _expected(message: str) -> str:
    for opening in ("Value error, ", "Input should be ", "String should "):
        message = message.removeprefix(opening)
    return message[:1].lower() + message[1:]
