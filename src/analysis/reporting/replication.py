"""The replication form as a page: data, software, programs, and which cell makes each table, figure and number in text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from analysis.reporting.page import PageData, page_of
from analysis.results import Result, ResultStore

TITLE = "Replication form"


class Source(Protocol):
    """A source of data as the form tells of it."""

    title: str
    producer: str
    published: str
    addresses: tuple[str, ...]
    licence: str
    note: str


@dataclass(frozen=True)
class Listing:
    """One table, figure or text with numbers: where it stands, the cell that makes it, how many results it shows.

    `numbers` are the results themselves, for text; those of tables and figures stand in them.
    """

    sort: str
    title: str
    address: str
    cell: int
    code: str
    count: int
    numbers: Sequence[Result] = ()


@dataclass(frozen=True)
class Run:
    """What one notebook shows for one study."""

    study: str
    notebook: str
    title: str
    address: str
    example: bool
    shown: Sequence[Listing]

    @property
    def exhibits(self) -> list[Listing]:
        """Its tables and figures."""
        return [one for one in self.shown if one.sort != "text"]

    @property
    def texts(self) -> list[Listing]:
        """Its texts with numbers."""
        return [one for one in self.shown if one.sort == "text"]


@dataclass(frozen=True)
class Form:
    """Everything the form tells; `files` are path, number of the source, terms and whether provided; `measured` may be empty."""

    title: str
    abstract: str
    sources: Sequence[Source]
    files: Sequence[tuple[str, int, str, bool]]
    software: Mapping[str, str]
    pinned: int
    measured: Mapping[str, str]
    seeds: Sequence[tuple[str, str]]
    programs: Sequence[tuple[str, str, Sequence[str]]]
    runs: Sequence[Run]
    references: Sequence[str]

    @property
    def all_provided(self) -> bool:
        """Whether every file that was read goes out with the repository."""
        return all(provided for *_, provided in self.files)


def form_page(form: Form) -> PageData:
    """The form as the data of a page, without its stamp; whatever comes from data is escaped when it is rendered."""
    return page_of("replication.html.j2", [], ResultStore(), {"title": TITLE, "form": form, "colophon": []})
