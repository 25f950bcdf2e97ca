"""The codebook: codes in a hierarchy, each with a definition and the rules that say what belongs to it and what not."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import chain, count
from pathlib import Path
from typing import Annotated

import pandas as pd
from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, model_validator

from analysis.described import described
from analysis.errors import InputError
from analysis.files import Document, Strict, filled, read_document, validate
from analysis.participants.csv_files import read_rows
from analysis.results import Column, Kind, slug

LONGEST = 2_000  # characters of a definition or rule in a table of a page
NO_CODE = "none"  # in a table of coded segments: the coder read the segment and applied no code


def one_line(text: str) -> str:
    """Text with every run of blanks and line ends as one blank.

    >>> one_line("  two\\n lines ")
    'two lines'
    """
    if any(unicodedata.category(c) in ("Cc", "Cs") and not c.isspace() for c in text):
        raise ValueError("text without control characters")
    return " ".join(text.split())


Text = Annotated[str, StringConstraints(max_length=2_000), AfterValidator(one_line)]
LongText = Annotated[str, StringConstraints(max_length=50_000), AfterValidator(one_line)]  # programs set no limit
Name = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(one_line)]
CodeId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]


class Code(Strict):
    """One code. `parent` is the id of the code above it; a heading that is not itself applied is not `codable`."""

    id: CodeId
    name: Name
    parent: CodeId | None = None
    definition: LongText = ""
    include: LongText = ""
    exclude: LongText = ""
    codable: bool = True


class Codebook(Document):
    """A version of a codebook; its codes have unique ids and form a hierarchy without cycles."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: Name
    version: Name
    source: Text = ""
    codes: tuple[Code, ...]

    @model_validator(mode="after")
    def _sound(self) -> "Codebook":
        problem = structural_problem(self.codes)
        if problem:
            raise ValueError(f"{problem.expected}; found {problem.found}")
        return self

    @cached_property
    def by_id(self) -> dict[str, Code]:
        """The codes by id, in the order of the codebook."""
        return {code.id: code for code in self.codes}

    @cached_property
    def names(self) -> dict[str, str]:
        """The name of each code by its id; codes of one name are shown with those above them: Before / Other.

        Two codes of one name under one parent are numbered.
        """
        lines = {code.id: self.line(code.id) for code in self.codes}
        alike: dict[str, list[tuple[str, ...]]] = {}
        for line in lines.values():
            alike.setdefault(same_name(line[0]), []).append(line)
        names: dict[str, str] = {}
        for code, line in lines.items():
            name = _told_apart(line, alike[same_name(line[0])])
            numbered = (f"{name} ({number})" for number in count(2))
            names[next(each for each in chain([name], numbered) if each not in names)] = code
        return {code: name for name, code in names.items()}

    @cached_property
    def labels(self) -> dict[str, str]:
        """The names by id, told apart as `distinct` does."""
        return dict(zip(self.by_id, distinct(self.names.values()), strict=True))

    def line(self, code_id: str) -> tuple[str, ...]:
        """The name of a code and of those above it, nearest first."""
        return tuple(self.by_id[each].name for each in (code_id, *self.ancestors(code_id)))

    def ancestors(self, code_id: str) -> tuple[str, ...]:
        """The ids above a code, nearest first."""
        return tuple(_upwards(self.by_id, code_id))

    @property
    def codable(self) -> tuple[str, ...]:
        """The ids that may be applied to segments, in the order of the codebook."""
        return tuple(code.id for code in self.codes if code.codable)

    def table(self) -> pd.DataFrame:
        """One row for each code (index: id): name, theme (topmost code), level (0 at the top), and its texts."""
        rows = [
            {
                "name": self.labels[code.id],
                "theme": self.names[(code.id, *self.ancestors(code.id))[-1]],
                "level": len(self.ancestors(code.id)),
                **code.model_dump(include={"definition", "include", "exclude", "codable"}),
            }
            for code in self.codes
        ]
        return pd.DataFrame(rows, index=pd.Index(list(self.by_id), name="code"))


def distinct(texts: Iterable[str]) -> list[str]:
    """Labels that stay apart as parts of result ids: those that do not are numbered by their place.

    >>> distinct(["C", "C++", "Rights"])
    ['C (1)', 'C++ (2)', 'Rights']
    """
    texts = list(texts)
    times = Counter(map(slug, texts))
    return [text if times[slug(text)] == 1 else f"{text} ({place})" for place, text in enumerate(texts, start=1)]


@described(Kind.RECOMPUTED, rows={"codebook.codes": Column("Codes that may be applied", "codes")})
def codebook_size(codebook: Codebook) -> pd.DataFrame:
    """How many codes may be applied: column value."""
    return pd.DataFrame({"value": {"codebook.codes": len(codebook.codable)}})


@described(
    Kind.RECOMPUTED,
    {"definition": Column("Definition"), "include": Column("Includes"), "exclude": Column("Excludes")},
    header="Code",
    words=("definition", "include", "exclude"),
    named="name",
    group="theme",
)
def codebook_table(codebook: Codebook, longest: int = LONGEST) -> pd.DataFrame:
    """Every code with its definition and rules (index: id): name, theme and the texts, those over `longest` characters cut."""
    table, texts = codebook.table(), ["definition", "include", "exclude"]
    headings = table["name"] + " (a heading, not applied)"
    return table.assign(
        name=table["name"].where(table["codable"], headings),
        **{text: table[text].map(partial(cut, longest=longest)) for text in texts},
    )


def cut(text: str, longest: int = LONGEST) -> str:
    """A text, cut between words where it is longer than a page shows.

    >>> cut("word " * 500)[-8:], cut("short")
    ('word ...', 'short')
    """
    return text if len(text) <= longest else f"{text[:longest].rpartition(' ')[0] or text[:longest]} ..."


def _told_apart(own: tuple[str, ...], alike: Sequence[tuple[str, ...]]) -> str:
    """The name at the beginning of a line, with as many above it as tell it from the lines that begin alike."""
    sizes = range(1 if len(alike) == 1 else 2, len(own) + 1)
    told = (size for size in sizes if sum(line[:size] == own[:size] for line in alike) == 1)
    return " / ".join(reversed(own[: next(told, len(own))]))


def _upwards(by_id: dict[str, Code], code_id: str) -> Iterator[str]:
    parent = by_id[code_id].parent
    while parent is not None:
        yield parent
        parent = by_id[parent].parent


@dataclass(frozen=True)
class Problem:
    """What is wrong with a list of codes: at which code (its position) and in which field."""

    position: int
    column: str
    found: str
    expected: str
    action: str


def structural_problem(codes: Sequence[Code]) -> Problem | None:
    """The first thing that keeps codes from forming a codebook: a repeated id, an unknown parent, a cycle."""
    return (
        _none(codes)
        or _repeated(codes, "id", lambda code: code.id)
        or _reserved(codes)
        or _unknown_parent(codes)
        or _cycle(codes)
    )


def same_name(name: str) -> str:
    """The form under which two names count as one: letter case and the way accents are stored make no difference.

    >>> same_name("Self  Esteem") == same_name("self esteem")
    True
    """
    return one_line(unicodedata.normalize("NFKC", name)).casefold()


def _none(codes: Sequence[Code]) -> Problem | None:
    return None if codes else Problem(0, "codes", "no codes", "at least one code", "add the codes")


def _repeated_name(codes: Sequence[Code]) -> Problem | None:
    """A name twice under one parent: in a codebook written by hand, where the id is the identity, it is a slip."""
    return _repeated(codes, "name", lambda code: (code.parent, same_name(code.name)))


def _repeated(codes: Sequence[Code], column: str, key: Callable[[Code], Hashable]) -> Problem | None:
    seen: dict[Hashable, str] = {}
    for position, code in enumerate(codes):
        first = seen.get(key(code))
        if first is not None:
            found = f"the {column} '{getattr(code, column)}' a second time"
            return Problem(position, column, found, f"each {column} once", f"rename it or merge it with '{first}'")
        seen[key(code)] = code.id
    return None


def _reserved(codes: Sequence[Code]) -> Problem | None:
    for position, code in enumerate(codes):
        if code.id == NO_CODE:
            expected = f"another id, since '{NO_CODE}' stands for a segment without a code"
            return Problem(position, "id", f"the id '{NO_CODE}'", expected, "choose another id")
    return None


def _unknown_parent(codes: Sequence[Code]) -> Problem | None:
    known = {code.id for code in codes}
    for position, code in enumerate(codes):
        if code.parent is not None and code.parent not in known:
            found = f"the parent '{code.parent}'"
            expected = "the id of a code in this codebook"
            return Problem(position, "parent", found, expected, "correct it or add that code")
    return None


def _cycle(codes: Sequence[Code]) -> Problem | None:
    parents = {code.id: code.parent for code in codes}
    settled: set[str] = set()
    for position, code in enumerate(codes):
        path: list[str] = []
        at: str | None = code.id
        while at is not None and at not in settled:
            if at in path:
                found = f"a cycle: {' > '.join([*path[path.index(at) :], at])}"
                expected = "a hierarchy with codes at its top"
                return Problem(position, "parent", found, expected, "remove one of the parents")
            path.append(at)
            at = parents[at]
        settled.update(path)
    return None


def read_codebook_yaml(path: Path, name: str) -> Codebook:
    """A codebook from the project's YAML: title, version, source, and a list of codes.

    Raises InputError with the line of the first mistake: a field that does not fit, a repeated id or name, an unknown
    parent, a cycle.
    """
    loose, line = read_document(path, name, _LooseCodebook)
    check_structure(loose.codes, name, lambda position, column: line(("codes", position, column)))
    return Codebook(**dict(loose))


class _LooseCodebook(BaseModel):
    """The fields of a codebook before its structure is checked, so that a mistake can be reported with its line."""

    model_config = ConfigDict(extra="forbid")

    title: Name
    version: Name
    source: Text = ""
    codes: tuple[Code, ...]


def read_codebook_csv(path: Path, name: str, title: str, version: str) -> Codebook:
    """A codebook from CSV with the columns id, name and, if wanted, parent, definition, include, exclude, codable.

    `codable` is `yes` or `no` (empty: yes). Raises InputError with row and column of the first mistake.
    """
    rows = read_rows(path, name, ("id", "name"), ("parent", "definition", "include", "exclude", "codable"))
    codes = tuple(validate(Code, filled(cells), name, row) for row, cells in rows)
    check_structure(codes, name, lambda position, column: rows[position][0] if rows else None)
    return Codebook(title=title, version=version, codes=codes)


def check_structure(
    codes: Sequence[Code], name: str, row: Callable[[int, str], int | None], exported: bool = False
) -> None:
    """InputError if the codes do not form a codebook; `row` gives the row of a code's position and field.

    Codes that a program `exported` are told apart by their guids or tags; two may have one name, under one parent too.
    """
    problem = structural_problem(codes) or (None if exported else _repeated_name(codes))
    if problem:
        raise InputError(
            name,
            row=row(problem.position, problem.column),
            column=problem.column,
            found=problem.found,
            expected=problem.expected,
            action=problem.action,
        )


def code_id_for(name: str, taken: Collection[str] = (), tried: dict[str, int] | None = None) -> str:
    """An id made from a name that another program exported, with a number where the id is taken.

    `tried` remembers the numbers given so far, so that thousands of codes of one name are numbered as fast as a few.

    >>> code_id_for("Self-esteem / worth"), code_id_for("2nd chance"), code_id_for("C++", {"c"})
    ('self_esteem_worth', 'c_2nd_chance', 'c_2')
    """
    wanted, tried = _id_from(name), {} if tried is None else tried
    if wanted not in taken:
        return wanted
    stem = wanted[:58]
    tried[stem] = next(number for number in count(tried.get(stem, 2)) if f"{stem}_{number}" not in taken)
    return f"{stem}_{tried[stem]}"


def _id_from(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:60].strip("_")
    if not slug:
        slug = "_".join(f"{ord(c):x}" for c in same_name(name))[:60]  # names in other scripts keep an id of their own
    return slug if slug[:1].isalpha() and slug != NO_CODE else f"c_{slug}"
