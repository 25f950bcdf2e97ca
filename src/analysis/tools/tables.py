"""docs/tables.md: every file that a study may hold, from the models that check them."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel

from analysis.errors import InputError
from analysis.files import read_csv, read_yaml
from analysis.pipeline.parameters import listed_studies
from analysis.study.dictionary import holds
from analysis.tools.study_files import ALL, FILES, FOLDERS, StudyFile

MEANINGS = Path(__file__).with_name("meanings.yaml")
_LONGEST = 40  # signs of an example
_OPENING = (
    "# Files of a study\n\nGenerated from the models that check them (`python -m analysis tables`); do not edit. `analysis new-study`\n"
    "writes skeletons, `analysis check` tells what is wrong with what a study has. Lines after `#` are comments, in tables too.\n"
    "No file but study.yaml is asked for by all studies; what each gives which page stands below. A claim is named by its id\n"
    "in claims.csv, an entry of the register by its own. Examples are of the studies that come with the project."
)


def tables_page(root: Path) -> str:
    """The whole page as Markdown, with examples from the studies in `root`."""
    found = read_yaml(MEANINGS, MEANINGS.name)
    parts = [_OPENING, _contents(), *(part for file in FILES for part in _file(root, file, found)), _folders()]
    return "\n\n".join(parts) + "\n"


def meaning(model: type[BaseModel], field: str, known: Mapping[str, str]) -> str:
    """What a field means: as its model says, or as meanings.yaml does of the field, of the model or of any."""
    about = model.model_fields[field].description
    return about or known.get(f"{model.__name__}.{field}") or known.get(field, "")


def nested(model: type[BaseModel]) -> list[type[BaseModel]]:
    """A model and those of its parts, each once, in the order of first mention."""
    found, pending = [], [model]
    while pending:
        if (each := pending.pop(0)) not in found:
            found.append(each)
            pending += [part for field in each.model_fields.values() for part in _models_in(field.annotation)]
    return found


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)


def _contents() -> str:
    rows = [
        f"| [{file.name}](#{file.anchor}) | {_page(file)} | {file.gives} | {file.needed or 'no'} |" for file in FILES
    ]
    return "\n".join(["| file | page | what it gives | needed |", "| --- | --- | --- | --- |", *rows])


def _page(file: StudyFile) -> str:
    return file.page if file.page == ALL else f"`{file.page}`"


def _file(root: Path, file: StudyFile, known: Mapping[str, str]) -> Iterator[str]:
    yield f"## {file.name}\n\nGives {_page(file)}: {file.gives}. Needed: {file.needed or 'no'}."
    for key, _ in file.models:
        examples = _examples(root, file, key)
        for place, model in enumerate(nested(file.model(key))):
            inside = (
                f"### {file.name}: {model.__name__}" if place else (f"### {file.name}, under `{key}`" if key else "")
            )
            told = " ".join((model.__doc__ or "").split("\n\n")[0].split())
            about = [part for part in (inside, told) if part]
            yield "\n\n".join([*about, _fields(model, known, examples if not place else {}, file)])


def _fields(model: type[BaseModel], known: Mapping[str, str], examples: Mapping[str, str], file: StudyFile) -> str:
    name = "column" if file.is_table else "field"
    rows = [
        f"| `{about.alias or field}` | {holds(about)} | {_cell(meaning(model, field, known))} | {_cell(examples.get(field, ''))} |"
        for field, about in model.model_fields.items()
        if field != "study" or file.name != "parameters.yaml"
    ]
    return "\n".join([f"| {name} | holds | meaning | example |", "| --- | --- | --- | --- |", *rows])


def _cell(text: str) -> str:
    return " ".join(str(text).replace("|", "\\|").split())


def _examples(root: Path, file: StudyFile, key: str) -> dict[str, str]:
    """For each field, the first value that a study of the project gives it."""
    for path in sorted((root / "data" / "raw").glob(f"*/{file.name}")):
        if path.parent.name not in listed_studies(root):  # a study that comes changes no documentation
            continue
        if rows := _rows(path, file, key):
            names = file.model(key).model_fields
            return {
                name: found
                for name in names
                if (found := next((text for row in rows if (text := _short(row.get(name)))), ""))
            }
    return {}


def _rows(path: Path, file: StudyFile, key: str) -> list[dict[str, Any]]:
    try:
        if file.is_table:
            return [row for _, row in read_csv(path, path.name, (), (*file.model().model_fields,))]
        content = read_yaml(path, path.name)
    except InputError:
        return []
    part = content.get(key) if key and isinstance(content, dict) else content
    return [row for row in (part if isinstance(part, list) else [part]) if isinstance(row, dict)]


def _short(value: Any) -> str:
    """An example in a cell; of lists and mappings the sections of their parts tell more."""
    if value is None or isinstance(value, dict | list):
        return ""
    text = " ".join(str(value).split())
    return f"`{text}`" if text and len(text) <= _LONGEST and "`" not in text else ""


def _folders() -> str:
    lines = [
        f"- `{name}/` gives {pages}: {gives} ([what it may hold](../{page}))"
        for name, (pages, gives, page) in FOLDERS.items()
    ]
    return "## Folders\n\n" + "\n".join(lines)
