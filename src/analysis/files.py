"""The one strict reader of text, CSV and YAML, and the one way from pydantic's errors to ours: file, row and column.

Tables that a team exports from other programs, in whatever encoding and with whatever separator, are decoded by
`participants.csv_files`, which reads their rows here.
"""

import csv
import io
import stat
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, PrivateAttr, ValidationError

from analysis.errors import CONTROL, InputError, control_in
from analysis.names import described

Row = TypeVar("Row", bound=BaseModel)
Place = tuple[int | str, ...]
_FAST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's, ten times as fast, where PyYAML was built with it
DEEPEST = 20  # lists and mappings in one another; a table of ours has four
MOST_BITS = 1_000  # of a whole number: more than Python's floats can hold is no number of ours
MOST_BYTES = 20_000_000  # of a text or table of ours; 100,000 claims take less
MOST_VALUES = (
    300_000  # keys, values and the lists and mappings they are in, of a YAML file; 1,000 assumptions have about 75,000
)
MOST_COLUMNS = 1_000  # a wider file is not one of ours; refuse it before it fills memory


class Records(list[Row]):
    """Records that say which files they were read from (`analysis.described.inputs_of`)."""

    inputs: tuple[str, ...] = ()


class Strict(BaseModel):
    """A record that cannot be changed and refuses unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Document(BaseModel):
    """A record of a whole file, which says so too."""

    _inputs: tuple[str, ...] = PrivateAttr(())

    @property
    def inputs(self) -> tuple[str, ...]:
        """The files that it was read from, by project path."""
        return self._inputs


def shown(path: Path, root: Path) -> str:
    """A path as messages and outputs show it: relative to the project, with forward slashes."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name


def read_text(path: Path, name: str) -> str:
    """The text of a UTF-8 file (a byte-order mark is dropped); InputError if it is missing, empty, not UTF-8 or no plain text."""
    text = _decoded(path, name)
    if found := CONTROL.search(text):
        raise _control(name, text.count("\n", 0, found.start()) + 1, found[0])
    return text


def read_pages(path: Path, name: str) -> list[str]:
    """The pages of a UTF-8 text, which form feeds part, as programs write that take texts out of PDFs; else as `read_text`."""
    text = _decoded(path, name)
    if found := CONTROL.search(text.replace("\f", " ")):
        raise _control(name, text.count("\n", 0, found.start()) + 1, found[0])
    return text.split("\f")


def check_plain(path: Path, name: str, most: int = MOST_BYTES) -> None:
    """InputError for what has no end or would fill memory: devices, pipes, links that lead round, files beyond any of ours."""
    try:
        about = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return  # whoever opens it says so
    except OSError as error:
        raise _unreadable(name, f"what the system does not open ({error.strerror})") from None
    if not (stat.S_ISREG(about.st_mode) or stat.S_ISDIR(about.st_mode)):
        raise _unreadable(name, "a device or a pipe")
    if about.st_size > most:
        raise _unreadable(name, f"{about.st_size:,} bytes; at most {most:,} are read")


def _unreadable(name: str, found: str) -> InputError:
    return InputError(
        name, found=found, expected="a file of an ordinary size", action="put the right file in its place"
    )


def _decoded(path: Path, name: str) -> str:
    check_plain(path, name)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise InputError(
            name,
            found="no such file",
            expected="the file to exist",
            action="restore it, or take the study out of params.yaml",
        ) from None
    except PermissionError:
        raise  # the command says it, with the file
    except IsADirectoryError:
        raise InputError(name, found="a folder", expected="a file", action="put the file in its place") from None
    except OSError as error:
        raise _unreadable(name, f"what the system does not read ({error.strerror})") from None
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
    path: Path, name: str, columns: Sequence[str], optional: Sequence[str] = (), most: int | None = None
) -> list[tuple[int, dict[str, str]]]:
    """Rows of a CSV file as (row number, {column: text}); the header is row 1.

    Every name in `columns` must stand in the header, nothing outside `columns` and `optional` may. Raises InputError
    for a header or a row that does not fit. Rows that begin with # are comments. After one row more than `most` nothing is read.
    """
    at, header, rows = table(read_text(path, name), name, most)
    check_header(header, name, columns, optional, at)
    if ragged := next(((number, len(cells)) for number, cells in rows if len(cells) != len(header)), None):
        raise another_width(name, *ragged, len(header))
    return [(row, dict(zip(header, map(str.strip, cells), strict=True))) for row, cells in rows]


def table(text: str, name: str, most: int | None = None) -> tuple[int, list[str], list[tuple[int, list[str]]]]:
    """The row of a table's header, the header, and the rows that hold anything, with their numbers; comments are left out.

    Blank columns behind the last, which spreadsheets add, are left out, too: nothing stands in them.
    """
    held = ((number, cells) for number, cells in csv_rows(text, name) if any(cells) and not is_comment(cells))
    found = list(islice(held, None if most is None else most + 2))  # with the header
    (at, first), *rows = found or [(1, [""])]
    _check_separator(first, name)
    header = [cell.strip() for cell in first]
    while len(header) > 1 and not header[-1] and not any(_holds(cells, len(header), len(first)) for _, cells in rows):
        header.pop()
    width, whole = len(header), len(first)
    return at, header, [(number, cells[:width] if len(cells) == whole else cells) for number, cells in rows]


def _holds(cells: Sequence[str], place: int, width: int) -> bool:
    """Whether a row of so many cells has something in the one at a place, counted from 1."""
    return len(cells) == width and bool(cells[place - 1].strip())


def _check_separator(first: list[str], name: str) -> None:
    """Name what a spreadsheet of another country does to a table: semicolons or tabs between its columns."""
    mark = next((mark for mark in ";\t|" if len(first) <= 2 and mark in first[0]), None)
    if mark or first[0].lower().startswith("sep="):
        raise InputError(
            name,
            row=1,
            found=f"columns with {repr(mark) if mark else 'another sign'} between them",
            expected="commas between the columns",
            action="save the file again as 'CSV UTF-8' with commas",
        )


def is_comment(cells: Sequence[str]) -> bool:
    """Whether a row of a table is a comment.

    >>> is_comment(["# one row each", "a"]), is_comment(["AB-001", "#1"]), is_comment([])
    (True, False, False)
    """
    return bool(cells) and cells[0].lstrip().startswith("#")


def holds_something(path: Path, name: str) -> bool:
    """Whether a table has a row beyond its header, or a YAML file anything but comments; True of any other file.

    Raises InputError for what is no text, or no rows.
    """
    if path.suffix == ".csv":
        rows = (cells for _, cells in csv_rows(read_text(path, name), name) if not is_comment(cells))
        return sum(any(map(str.strip, cells)) for cells in rows) > 1
    lines = read_text(path, name).splitlines() if path.suffix == ".yaml" else ["something"]
    return any(
        line.strip() and not line.lstrip().startswith("#") and line.strip() not in ("{}", "---") for line in lines
    )


def read_records(path: Path, name: str, model: type[Row]) -> Records[Row]:
    """The rows of a CSV file as checked records; the columns are the fields of `model`.

    Empty cells take the field's default where it has one. Raises InputError with the row and column of the first cell
    that does not fit.
    """
    required = [field for field, about in model.model_fields.items() if about.is_required()]
    optional = [field for field in model.model_fields if field not in required]
    rows = read_csv(path, name, required, optional)
    records = Records(validate(model, filled(cells), name, row) for row, cells in rows)
    records.inputs = (name,)
    return records


def filled(cells: dict[str, str]) -> dict[str, Any]:
    """The cells that hold something, so that empty ones take their default."""
    return {column: cell for column, cell in cells.items() if cell}


def csv_rows(text: str, name: str, separator: str = ",") -> Iterator[tuple[int, list[str]]]:
    """The rows of a CSV text with their numbers, as they stand; InputError at the first that cannot be read."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            if len(cells) > MOST_COLUMNS:
                raise InputError(
                    name,
                    row=number,
                    found=f"{len(cells):,} columns",
                    expected=f"at most {MOST_COLUMNS:,}",
                    action="check that the right file was exported, and that rows and columns were not exchanged",
                )
            yield number, cells
    except csv.Error as error:
        raise InputError(
            name,
            row=number + 1,
            found=f"a row that cannot be read ({error})",
            expected="cells between separators, quoted where they hold one",
            action="look for double quotes that are not closed in this row or the one above, or export the file again",
        ) from None


def check_header(
    header: Sequence[str], name: str, columns: Sequence[str], optional: Sequence[str] = (), row: int = 1
) -> None:
    """Raise InputError, once for all of them, for columns that are missing, unknown or there twice."""
    problems = {
        "no such column": [column for column in columns if column not in header],
        "a column that does not belong here": [column for column in header if column not in (*columns, *optional)],
        "the column twice": sorted({column for column in header if header.count(column) > 1}),
    }
    found = [f"{what}: {', '.join(map(repr, names))}" for what, names in problems.items() if names]
    if found:
        raise InputError(
            name,
            row=row,
            column=next(names[0] for names in problems.values() if names),
            found="; ".join(found),
            expected=f"the columns {', '.join(columns)}" + (f", and perhaps {', '.join(optional)}" if optional else ""),
            action="rename, add or remove the columns; capital letters and spaces count",
        )


def another_width(name: str, row: int, cells: int, header: int) -> InputError:
    """The error for a row that has more or fewer cells than the header."""
    action = "a text with a comma needs double quotes around it; a missing cell needs its comma"
    return InputError(name, row=row, found=f"{cells} cells", expected=f"{header}, as in the header", action=action)


def read_yaml(path: Path, name: str) -> Any:
    """The content of a YAML file; raises what `parse_yaml` and `read_text` raise."""
    return parse_yaml(read_text(path, name), name)


def read_document(path: Path, name: str, model: type[Row]) -> tuple[Row, Callable[[Place], int | None]]:
    """A YAML file as one checked record, and a function that gives the line of a place such as `("codes", 3, "id")`.

    Raises InputError, with the line, for YAML that cannot be read, references (`&`, `*`) and fields that do not fit.
    """
    text = read_text(path, name)
    content = parse_yaml(text, name, references=False)
    if content is None:
        raise InputError(name, found="comments only", expected="YAML", action="fill the file")
    line = line_finder(text)
    record = validate(model, content, name, line)
    if isinstance(record, Document):
        record._inputs = (name,)
    return record, line


def line_finder(text: str) -> Callable[[Place], int | None]:
    """A function that gives the line of a place in a YAML text that has any content."""
    root = yaml.compose(text, _FAST)

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


def parse_yaml(text: str, name: str, references: bool = True) -> Any:
    """The content of a YAML text, called `name` in messages: plain texts, numbers, dates, lists and mappings.

    Raises InputError with the line where it is something else: tags, a key twice, nesting without end, control characters
    however they are written, numbers and days that do not exist.
    """
    try:
        _check_events(text, name, references)
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


def _check_events(text: str, name: str, references: bool) -> None:
    """Refuse, before anything is built of it, what no table of ours holds; libyaml's loader does not survive deep nesting."""
    for number, (event, depth, anchored) in enumerate(_nested(text), start=1):
        if number > MOST_VALUES:
            raise _unreadable(name, f"more than {MOST_VALUES:,} keys, values and lists")
        written = getattr(event, "value", "") or ""
        if CONTROL.search(written):
            raise _control(name, event.start_mark.line + 1, written)
        if found := _no_table(event, depth, anchored, references):
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


def _no_table(event: Any, depth: int, anchored: bool, references: bool) -> str:
    """What no table needs: by references in references, a few lines can stand for more than fits into memory."""
    if isinstance(event, yaml.AliasEvent) and (anchored or not references):
        return f"a reference (*{event.anchor})" + (" in what others refer to" if references else "")
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
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(None, None, "a key that is no plain word", key.start_mark)
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


def validate(
    model: type[Row],
    values: Any,
    name: str,
    row: int | None | Callable[[Place], int | None],
    entry: str = "",
    action: str = "correct the cell; the data dictionary (docs/tables.md) says what it may hold",
) -> Row:
    """One record through its model; the first thing that does not fit becomes an InputError.

    `row`: where the record stands, or a function that gives the row of a place within it.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        at = row(first["loc"]) if callable(row) else row
        raise InputError(name, row=at, column=_column(first, entry), action=action, **misfit(first)) from None


_WANTED = {
    "tuple_type": "a list, such as [one, another]",
    "list_type": "a list, such as [one, another]",
    "dict_type": "names with a value each, such as {one: another}",
    "model_type": "names with a value each, such as {one: another}",
}


def misfit(problem: Any) -> dict[str, str]:
    """What one of pydantic's problems says was `found` and was `expected`, in words."""
    if problem["type"] == "missing":
        return {"found": "nothing", "expected": "a value (the field is required)"}
    if (wanted := _WANTED.get(problem["type"])) or problem["type"] == "string_pattern_mismatch":
        return {"found": repr(problem["input"]), "expected": wanted or described(problem["ctx"]["pattern"])}
    if problem["type"] == "value_error" and isinstance(problem["input"], dict):
        return {"found": "values that do not fit one another", "expected": problem["msg"].removeprefix("Value error, ")}
    value, message = problem["input"], problem["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    wanted = "no field of this name" if problem["type"] == "extra_forbidden" else message[:1].lower() + message[1:]
    return {"found": f"a {type(value).__name__}" if isinstance(value, BaseModel) else repr(value), "expected": wanted}


def _column(problem: Any, entry: str) -> str | None:
    """The place of a problem within its record; the branches of a choice, which pydantic adds, are none."""
    steps = [step for step in map(str, problem["loc"]) if not step.startswith(("literal[", "dict[", "[key]"))]
    return ".".join([entry, *steps] if entry else steps) or None
