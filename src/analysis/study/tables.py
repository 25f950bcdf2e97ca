"""Reading rows of text from CSV and YAML strictly, and validating them, with errors that name file, row and column."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from analysis.errors import CONTROL, InputError, control_in

Row = TypeVar("Row", bound=BaseModel)
_FAST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's, ten times as fast, where PyYAML was built with it
DEEPEST = 50  # lists and mappings in one another; a table of ours has four
MOST_BITS = 1_000  # of a whole number: more than Python's floats can hold is no number of ours
MOST_COLUMNS = 1_000  # a wider file is not one of ours; refuse it before it fills memory


def shown(path: Path, root: Path) -> str:
    """A path as messages and outputs show it: relative to the project, with forward slashes."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name


def read_text(path: Path, name: str) -> str:
    """The text of a UTF-8 file (a byte-order mark is dropped); InputError if it is missing, empty, not UTF-8 or no plain text."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise InputError(
            name,
            found="no such file",
            expected="the file to exist",
            action="restore it, or take the study out of params.yaml",
        ) from None
    except IsADirectoryError:
        raise InputError(name, found="a folder", expected="a file", action="put the file in its place") from None
    except UnicodeDecodeError as error:
        raise InputError(
            name,
            row=error.object[: error.start].count(b"\n") + 1,
            found=f"the byte 0x{error.object[error.start]:02x}, which is not UTF-8",
            expected="text in UTF-8",
            action="save the file again as 'CSV UTF-8'",
        ) from None
    if not text.strip():
        raise InputError(name, found="an empty file", expected="a header and rows", action="restore the file's content")
    if found := CONTROL.search(text):
        raise _control(name, text.count("\n", 0, found.start()) + 1, found[0])
    return text


def _control(name: str, row: int | None, text: str) -> InputError:
    return InputError(
        name,
        row=row,
        found=control_in(text),
        expected="text that a page and a workbook can hold",
        action="delete the character; an editor that shows invisible characters helps to find it",
    )


def read_csv(
    path: Path, name: str, columns: Sequence[str], optional: Sequence[str] = ()
) -> list[tuple[int, dict[str, str]]]:
    """Rows of a CSV file as (row number, {column: text}); the header is row 1.

    Every name in `columns` must stand in the header, nothing outside `columns` and `optional` may. Raises InputError
    for a header or a row that does not fit.
    """
    rows = list(_records(read_text(path, name), name))
    header = [cell.strip() for cell in rows[0][1]]
    _check_header(header, name, columns, optional)
    return [(number, _named(header, cells, number, name)) for number, cells in rows[1:] if any(cells)]


def _records(text: str, name: str) -> Iterable[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            if len(cells) > MOST_COLUMNS:
                raise InputError(
                    name,
                    row=number,
                    found=f"{len(cells)} columns",
                    expected=f"at most {MOST_COLUMNS}",
                    action="check that this is the right file",
                )
            yield number, cells
    except csv.Error as error:
        raise InputError(
            name,
            row=number + 1,
            found=f"text that is no CSV ({error})",
            expected="cells separated by commas, quotes closed",
            action="open the row in a text editor and repair its quotes",
        ) from None


def _check_header(header: list[str], name: str, columns: Sequence[str], optional: Sequence[str]) -> None:
    missing = [column for column in columns if column not in header]
    unknown = [column for column in header if column not in (*columns, *optional)]
    twice = sorted({column for column in header if header.count(column) > 1})
    for problem, found in (
        (missing, "no such column"),
        (unknown, "a column that does not belong here"),
        (twice, "the column twice"),
    ):
        if problem:
            raise InputError(
                name,
                row=1,
                column=problem[0],
                found=found,
                expected=f"the columns {', '.join(columns or optional)}",
                action="rename, add or remove the column; capital letters and spaces count",
            )


def _named(header: list[str], cells: list[str], number: int, name: str) -> dict[str, str]:
    if len(cells) != len(header):
        raise InputError(
            name,
            row=number,
            found=f"{len(cells)} cells",
            expected=f"{len(header)}, as in the header",
            action="a text with a comma needs double quotes around it; a missing cell needs its comma",
        )
    return dict(zip(header, (cell.strip() for cell in cells), strict=True))


def read_yaml(path: Path, name: str) -> Any:
    """The content of a YAML file; raises what `parse_yaml` and `read_text` raise."""
    return parse_yaml(read_text(path, name), name)


def parse_yaml(text: str, name: str) -> Any:
    """The content of a YAML text, called `name` in messages: plain texts, numbers, dates, lists and mappings.

    Raises InputError with the line where it is something else: tags, a key twice, nesting without end, control characters
    however they are written, numbers and days that do not exist.
    """
    try:
        _check_events(text, name)
        return yaml.load(text, Loader=_Loader)
    except (yaml.YAMLError, OverflowError) as error:  # OverflowError: a character beyond those there are
        mark = getattr(error, "problem_mark", None)
        raise InputError(
            name,
            row=mark.line + 1 if mark else None,
            found=f"text that is no plain YAML ({getattr(error, 'problem', error)})",
            expected="keys and values, indented by spaces",
            action="repair the indentation or the quotes at that line",
        ) from None


def _check_events(text: str, name: str) -> None:
    """Refuse, before anything is built of it, what no table of ours holds; libyaml's loader does not survive deep nesting."""
    for event, depth, anchored in _nested(text):
        written = getattr(event, "value", "") or ""
        if CONTROL.search(written):
            raise _control(name, event.start_mark.line + 1, written)
        if found := _no_table(event, depth, anchored):
            raise InputError(
                name,
                row=event.start_mark.line + 1,
                found=found,
                expected="plain texts, numbers, lists and mappings",
                action="write the value out, in quotes if it begins with '!' or '*'",
            )


def _nested(text: str) -> Iterator[tuple[Any, int, bool]]:
    """The events of a YAML text, with how deep each is and whether it lies in a part that references can name."""
    depth = outermost = 0
    for event in yaml.parse(text, Loader=_FAST):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            outermost = outermost or (depth if event.anchor else 0)
        yield event, depth, bool(outermost)
        if isinstance(event, yaml.CollectionEndEvent):
            outermost = 0 if depth == outermost else outermost
            depth -= 1


def _no_table(event: Any, depth: int, anchored: bool) -> str:
    """What no table needs: by references in references, a few lines can stand for more than fits into memory."""
    if isinstance(event, yaml.AliasEvent) and anchored:
        return f"a reference (*{event.anchor}) in what others refer to"
    if tag := getattr(event, "tag", None):
        return f"a tag ({tag})"
    return f"more than {DEEPEST} lists in one another" if depth > DEEPEST else ""


class _Loader(_FAST):  # type: ignore[misc, valid-type]
    """A safe loader to which a key given twice is a mistake, and which says in which line a number or day cannot be."""

    def construct_object(self, node: Any, deep: bool = False) -> Any:
        """As in PyYAML; it lets Python's own errors through."""
        try:
            made = super().construct_object(node, deep=deep)
            if isinstance(made, int) and made.bit_length() > MOST_BITS:
                raise OverflowError
            return made
        except (ValueError, OverflowError):
            raise yaml.constructor.ConstructorError(
                None, None, "a number or day that cannot be", node.start_mark
            ) from None

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        """As in PyYAML, where the last of two keys wins."""
        seen: set[tuple[str, str]] = set()
        for key, _ in node.value:
            if key.tag == "tag:yaml.org,2002:bool":
                raise yaml.constructor.ConstructorError(
                    None,
                    None,
                    f"the key '{key.value}', which YAML reads as yes or no: put it in quotes",
                    key.start_mark,
                )
            known = (key.tag, str(key.value))
            if known in seen:
                raise yaml.constructor.ConstructorError(None, None, f"the key '{key.value}' twice", key.start_mark)
            seen.add(known)
        return super().construct_mapping(node, deep=deep)


def validate(model: type[Row], values: dict[str, Any], name: str, row: int | None, entry: str = "") -> Row:
    """One record through its model; the first thing that does not fit becomes an InputError."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        column = f"{entry}{'.' if entry and place else ''}{place}" or None
        found = "nothing" if first["type"] == "missing" else repr(first["input"])
        raise InputError(
            name,
            row=row,
            column=column,
            found=found,
            expected=_expected(first),
            action="correct the cell; the data dictionary (docs/tables.md) says what it may hold",
        ) from None


def _expected(error: Any) -> str:
    if error["type"] == "missing":
        return "a value (the field is required)"
    if error["type"] == "extra_forbidden":
        return "no field of this name"
    message = error["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    return message[:1].lower() + message[1:]
