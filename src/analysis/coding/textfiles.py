"""Reads the project's own CSV and YAML files into checked records, and says where in the file a mistake stands."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd
import yaml
from pydantic import BaseModel, ValidationError

from analysis.errors import InputError

LARGEST_TABLE = 500_000_000  # bytes; a million coded segments take about a tenth of this
DEEPEST = 20  # lists and mappings within each other in YAML
LARGEST_DOCUMENT = 5_000_000  # bytes; a codebook of a thousand codes takes about a tenth of this

Model = TypeVar("Model", bound=BaseModel)
Place = tuple[int | str, ...]


def read_text(path: Path, largest: int = LARGEST_DOCUMENT) -> str:
    """The text of a UTF-8 file, with or without a byte-order mark.

    Raises InputError if the file is absent, larger than `largest` bytes, not UTF-8, or holds null bytes.
    """
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= largest else b""
    except OSError as error:
        action = "check the name and the folder"
        raise InputError(path, found="no readable file", expected="a file", action=action) from error
    if size > largest:
        raise InputError(
            path, found=f"{size:,} bytes", expected=f"at most {largest:,}", action="check that this is the right file"
        )
    return _decode(path, data)


def _decode(path: Path, data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            path,
            row=data.count(b"\n", 0, error.start) + 1,
            found=f"the byte 0x{data[error.start]:02x}",
            expected="text in UTF-8",
            action="save the file as UTF-8 and try again",
        ) from error
    if "\0" in text:
        raise InputError(
            path,
            row=text.count("\n", 0, text.index("\0")) + 1,
            found="a null byte",
            expected="text",
            action="export the file again; this one is damaged or not a text file",
        )
    return text


def read_table(path: Path, required: Sequence[str], optional: Sequence[str] = ()) -> pd.DataFrame:
    """A comma-separated file as a frame of text, one column for each name in `required` and `optional`.

    The index is the row number in the file (the header is row 1). Cells are stripped of outer blanks, lines without
    any text are left out, and an absent optional column is filled with empty text.

    Raises InputError for an unknown, missing or repeated column, a row of another length, or no rows at all.
    """
    header, rows = _split(path, read_text(path, LARGEST_TABLE))
    _check_header(path, header, required, optional)
    _check_lengths(path, rows, len(header))
    filled = {number: [cell.strip() for cell in cells] for number, cells in rows.items() if any(map(str.strip, cells))}
    if not filled:
        raise InputError(path, found="a header and no rows", expected="at least one row", action="fill the table")
    frame = pd.DataFrame.from_dict(filled, orient="index", columns=header, dtype="str")
    return frame.reindex(columns=[*required, *optional], fill_value="")


def _split(path: Path, text: str) -> tuple[list[str], dict[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    number = 0
    rows: dict[int, list[str]] = {}
    try:
        for number, cells in enumerate(reader, start=1):
            rows[number] = cells
    except csv.Error as error:
        raise InputError(
            path,
            row=number + 1,
            found=f"text that cannot be split into cells ({error})",
            expected="comma-separated cells, quoted where they hold commas, quotes or line ends",
            action="look for a quotation mark that is opened and not closed",
        ) from error
    header = [name.strip() for name in rows.pop(1, [])]
    return header, {number: cells for number, cells in rows.items() if cells}


def _check_header(path: Path, header: list[str], required: Sequence[str], optional: Sequence[str]) -> None:
    expected = f"the columns {', '.join(required)}" + (f", and if wanted {', '.join(optional)}" if optional else "")
    if not header:
        raise InputError(path, row=1, found="an empty file", expected=expected, action="fill the table")
    unknown = [name for name in header if name not in {*required, *optional}]
    missing = [name for name in required if name not in header]
    repeated = sorted({name for name in header if header.count(name) > 1}) if len(header) < 1_000 else []
    for problem, names in (("an unknown column", unknown), ("a repeated column", repeated)):
        if names:
            action = "rename or remove the column; separate the columns by commas"
            raise InputError(path, row=1, column=names[0], found=problem, expected=expected, action=action)
    if missing:
        raise InputError(path, row=1, found=f"no column '{missing[0]}'", expected=expected, action="add the column")


def _check_lengths(path: Path, rows: Mapping[int, list[str]], width: int) -> None:
    odd = next((number for number, cells in rows.items() if len(cells) != width), None)
    if odd is not None:
        raise InputError(
            path,
            row=odd,
            found=f"{len(rows[odd])} cells",
            expected=f"{width}, as in the header",
            action="look for a comma in a cell that is not in quotation marks",
        )


def read_records(path: Path, model: type[Model]) -> tuple[Model, ...]:
    """A comma-separated file as checked records, one for each row; the columns are the fields of `model`.

    Empty cells take the field's default where it has one. Raises InputError with the row and column of the first
    cell that does not fit.
    """
    required = [name for name, field in model.model_fields.items() if field.is_required()]
    optional = [name for name in model.model_fields if name not in required]
    frame = read_table(path, required, optional)
    records = zip(frame.index, frame.to_dict("records"), strict=True)
    return tuple(
        validated(model, {key: cell for key, cell in cells.items() if cell}, path, lambda place, row=row: row)
        for row, cells in records
    )


def read_document(path: Path, model: type[Model]) -> tuple[Model, Callable[[Place], int | None]]:
    """A YAML file as one checked record, and a function that gives the line of a place such as `("codes", 3, "id")`.

    Raises InputError for YAML that cannot be read, repeated keys, references (`&`, `*`) and fields that do not fit.
    """
    node, data = _parse(path, read_text(path))
    line = _line_finder(node)
    return validated(model, data, path, line), line


def _loader() -> Any:
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _parse(path: Path, text: str) -> tuple[yaml.Node, object]:
    try:
        _check_events(path, text)
        node = yaml.compose(text, _loader())
        if node is None:
            raise InputError(path, found="an empty file", expected="YAML", action="fill the file")
        _check_keys(path, node)
        return node, yaml.load(text, _loader())
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        row = mark.line + 1 if mark else None
        found = str(getattr(error, "problem", None) or "text that is not YAML")
        action = "correct the YAML at this line"
        raise InputError(path, row=row, found=found, expected="plain YAML", action=action) from error


def _check_events(path: Path, text: str) -> None:
    """Refuses references, which can multiply without bound, and nesting that no file of this project needs."""
    depth = 0
    for event in yaml.parse(text, _loader()):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent) or depth > DEEPEST:
            found = "a reference (*)" if depth <= DEEPEST else f"more than {DEEPEST} lists within lists"
            row, action = event.start_mark.line + 1, "write the entry out in full"
            raise InputError(path, row=row, found=found, expected="plain YAML", action=action)


def _check_keys(path: Path, root: yaml.Node) -> None:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, yaml.SequenceNode):
            waiting.extend(node.value)
        elif isinstance(node, yaml.MappingNode):
            _check_mapping(path, node)
            waiting.extend(value for _, value in node.value)


def _check_mapping(path: Path, node: yaml.MappingNode) -> None:
    seen: set[str] = set()
    for key, _ in node.value:
        name = str(key.value)
        if name in seen or not isinstance(key, yaml.ScalarNode):
            raise InputError(
                path,
                row=key.start_mark.line + 1,
                found=f"the key '{name}' twice" if name in seen else "a key that is no plain word",
                expected="each key once",
                action="remove or rename one of them",
            )
        seen.add(name)


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


def validated(model: type[Model], data: object, path: Path, line: Callable[[Place], int | None]) -> Model:
    """`data` as a record of `model`; InputError with the place of the first thing that does not fit."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise InputError(
            path,
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
