"""Where each number of a page comes from: a numbered list at its end, to which the numbers lead.

A number in a sentence leads to its entry itself; the numbers of a table's row share one entry, to which the row's header
leads. An entry says how the number is known, by which formula or function, and from what: claims and assumptions with
their place in print, other numbers of the page, raw tables. Each of these has an entry of its own, so that two steps lead
from any number to the source. Numbers known in the same way from the same things share an entry. The list is part of the
text, so that it is printed too; in print every link shows the number of its entry.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from analysis.reporting.markup import is_web_address
from analysis.reporting.nodes import Block, Inline, Run, code, joined, link, walk
from analysis.reporting.places import tells_itself
from analysis.results import Result, ResultStore

TITLE = "Where each number comes from"


@dataclass(frozen=True)
class RawTable:
    """A raw table that numbers rest on: what it is, its publisher's address, and the claims and assumptions it names."""

    about: str
    address: str = ""
    names: tuple[str, ...] = ()


class Origins(Protocol):
    """What a page's numbers may rest on without being shown there; `analysis.reporting.origins` reads it from a study."""

    def find(self, name: str) -> Result | None:
        """The claim or assumption of an id such as `claim:CP-012`, as a result."""

    def file(self, path: str) -> RawTable | None:
        """What a raw table is and where it comes from."""

    def row(self, name: str) -> str:
        """Where an entry such as `assumption:total_cost` stands whole on another page of the study; empty if it does not."""


class NoOrigins:
    """Nothing but what the page records."""

    def find(self, name: str) -> Result | None:
        """Nothing."""

    def file(self, path: str) -> RawTable | None:
        """Nothing."""

    def row(self, name: str) -> str:
        """Nowhere."""
        return ""


@dataclass(frozen=True)
class _Label:
    """What a number is, in words; of one that is copied with an id of its own also that id, and where it stands whole."""

    words: str
    name: str = ""
    address: str = ""

    @property
    def run(self) -> Run:
        """The words, after a link to what has a name."""
        if not self.name:
            return [self.words]
        return [link(self.address, [self.name]) if self.address else self.name, f", {self.words}"]


@dataclass(frozen=True)
class _Line:
    """One way in which numbers are known, the labels of these numbers, and the ids of those that are copied."""

    labels: tuple[_Label, ...]
    kind: str
    source: str
    function: str
    inputs: tuple[str, ...]
    copied: tuple[str, ...] = ()


@dataclass
class Sources:
    """The entries so far, each once; a place is taken before its text is written, as inputs get theirs meanwhile.

    An entry holds a run of text (`of`) and the ids of the claims and assumptions that it copies (`copied`).
    """

    store: ResultStore
    origins: Origins = field(default_factory=NoOrigins)
    entries: list[Block] = field(default_factory=list)
    places: dict[object, int] = field(default_factory=dict)

    def lead(self, content: Any) -> Any:
        """Content whose numbers lead to their entries: those of a row together, from its header; those in a link not."""
        if isinstance(content, list):
            return [self.lead(part) for part in content]
        if not isinstance(content, dict) or content.get("type") == "link":
            return content
        match content.get("type"):
            case "number":
                place = self.place([content["id"]])
                return content | ({"href": f"#from-{place}", "entry": place} if place else {})
            case "row" if tells_itself(content):
                return content | {"href": f"#{content['anchor']}"}
            case "row":
                place = self.place((node["id"] for node in walk(content) if node["type"] == "number"), content["label"])
                return content | ({"href": f"#from-{place}", "entry": place} if place else {})
            case "figure":
                led = {key: self.lead(part) for key, part in content.items()}
                return led | {"entries": _listed({node["entry"] for node in walk(led) if "entry" in node})}
            case _:
                return {key: self.lead(part) for key, part in content.items()}

    def place(self, names: Iterable[str], row: str = "") -> int | None:
        """The number of the entry for some results of a row (or one in a sentence); None if none of them is recorded."""
        found = [self.store[name] for name in dict.fromkeys(names) if name in self.store.by_id]
        return self._results(found, row) if found else None

    def _results(self, results: list[Result], row: str = "") -> int:
        lines = tuple(_lines(results, row, self.origins))
        copied = list(dict.fromkeys(name for line in lines for name in line.copied))
        return self._place(lines, lambda: {"of": joined(map(self._line, lines), {"type": "break"}), "copied": copied})

    def _place(self, key: object, write: Callable[[], Block]) -> int:
        if key not in self.places:
            self.entries.append({})
            self.places[key] = place = len(self.entries)
            self.entries[place - 1] = write()
        return self.places[key]

    def _line(self, line: _Line) -> Run:
        known = joined((label.run for label in line.labels), "; ")
        known = [*known, *([": "] if known and line.kind else []), *([line.kind] if line.kind else [])]
        pieces: list[Run] = [known, [line.source] if line.source else []]
        pieces += [["by ", code(line.function)] if line.function else []]
        pieces += [["from ", *joined(map(self._input, line.inputs), "; ")] if line.inputs else []]
        return joined(filter(None, pieces), ", ")

    def _input(self, name: str) -> Run:
        """An input as a link to its own entry."""
        plain, result = _short(name), self.store.by_id.get(name) or self.origins.find(name)
        if result is not None:
            said = _said_of(result)
            return [_link(self._results([result]), plain), *([said] if said else [])]
        table = self.origins.file(name)
        if table is None:
            return [plain]
        return [_link(self._place(name, lambda: {"of": self._table(name, table), "copied": []}), plain)]

    def _table(self, name: str, table: RawTable) -> Run:
        run: Run = [code(name), f": {table.about}"]
        run += ["; ", link(table.address, [table.address])] if is_web_address(table.address) else []
        return run + (["; it names ", *joined(map(self._input, table.names), "; ")] if table.names else [])


def _lines(results: Iterable[Result], row: str, origins: Origins) -> list[_Line]:
    """The ways in which some results are known, each once, with the labels of the results known so."""
    found: dict[_Line, list[tuple[_Label, str]]] = {}
    for result in results:
        way = _Line((), str(result.kind), result.source, result.function, result.inputs)
        label = _copy(result, origins) if _is_copied(result) else _Label(result.label.removeprefix(f"{row}: "))
        found.setdefault(way, []).append((label, result.id if label.name else ""))
    if len(found) == 1 and _is_of_a_table(next(iter(found))):
        return list(found)
    return [
        replace(
            way,
            labels=tuple(dict.fromkeys(label for label, _ in labels)),
            copied=tuple(dict.fromkeys(name for _, name in labels if name)),
        )
        for way, labels in found.items()
    ]


def _is_of_a_table(line: _Line) -> bool:
    """Whether all that is known of some numbers is a function and what it reads as a whole: so many share one entry, unnamed."""
    return not line.source and (not line.inputs or any(name.startswith("data/") for name in line.inputs))


def _is_copied(result: Result) -> bool:
    """Whether a number is copied from somewhere: from print, or from the register (which may name the claim that prints it)."""
    return bool(result.source) and not result.function


def _short(name: str) -> str:
    """An input as an entry names it: a claim or assumption by its id, a raw table by its study and file.

    >>> _short("claim:CP-012"), _short("data/raw/coproduction/themes.csv"), _short("data/raw/reference/uk_cpi_annual.csv")
    ('CP-012', 'coproduction/themes.csv', 'uk_cpi_annual.csv')
    """
    return re.sub(r"^(?:claim:|assumption:|data/(?:raw/(?:reference/)?|processed/))", "", name)


def _said_of(result: Result) -> str:
    """The value of an input that is copied from somewhere, in brackets; its own entry says from where."""
    return f" ({result.text})" if _is_copied(result) else ""


def _copy(result: Result, origins: Origins) -> _Label:
    """What is copied: its id if it has one of its own, leading to where it stands whole, what it is, and its value."""
    value = f"{result.text} ({result.interval}: {result.interval_text})" if result.interval_text else result.text
    return _Label(f"{result.label}: {value}", result.id.partition(":")[2], origins.row(result.id))


def _listed(numbers: Iterable[int]) -> str:
    """Whole numbers in order, three and more in a row by their ends.

    >>> _listed([7, 3, 4, 5, 9, 10])
    '3 to 5, 7, 9, 10'
    """
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]} to {run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs)


def _link(place: int, words: str) -> Inline:
    """A link to an entry, with its number for print, where nobody can follow a link."""
    return link(f"#from-{place}", [words]) | {"to_source": True, "entry": place}  # type: ignore[operator]
