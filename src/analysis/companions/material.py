"""What the companion pages of one study are made from: the study, its appendices and their results, each read when needed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from analysis.reporting.nodes import Block, walk
from analysis.reporting.places import Anchors, anchors_of, seen_from_elsewhere, under
from analysis.results import Result, ResultStore
from analysis.study import Study


@dataclass(frozen=True)
class Appendix:
    """One appendix as its stage wrote it below `processed`: notebook, title and question, page and results."""

    name: str
    title: str
    question: str
    processed: Path

    @property
    def href(self) -> str:
        """Its address beside the other pages of the study."""
        return f"{self.name}.html"

    @property
    def page(self) -> Path:
        """The file of its page's data."""
        return self.processed / "pages" / f"{self.name}.json"

    @cached_property
    def data(self) -> dict[str, Any]:
        """Its page as data."""
        return read_page(self.page)

    @cached_property
    def store(self) -> ResultStore:
        """Its own results."""
        return ResultStore.read(self.processed / "results" / f"{self.name}.json")

    @cached_property
    def anchors(self) -> Anchors:
        """What can be linked to on it."""
        return anchors_of(self.data)

    def at(self, result_id: str) -> str:
        """The address of the entry that tells where a result comes from; of the page, where it is recorded and not shown."""
        found = ((name, part.entries[result_id]) for name, part in self._files if result_id in part.entries)
        return next((f"{name}.html#{entry}" for name, entry in found), self.href)

    def shows(self, result_id: str) -> bool:
        """Whether it, or a page beside it, shows a result."""
        return any(result_id in part.entries for _, part in self._files)

    def place(self, wanted: str) -> tuple[str, str] | None:
        """The address of a table or figure and what it is called; None if there is none of this name."""
        found = ((f"{name}.html#{wanted}", part.shown[wanted]) for name, part in self._files if wanted in part.shown)
        return next(found, None)

    def standing(self, anchor: str) -> str:
        """The address of an id, on it or on a page beside it; empty if it has none."""
        return next((f"{name}.html#{anchor}" for name, part in self._files if anchor in part.ids), "")

    def naming(self, assumption: str) -> dict[str, str]:
        """Where it and the pages beside it tell of an assumption, by their titles: its entry in the register of a page, else in
        its list of sources; the page itself where none does."""
        parts = self.data.get("parts", {})
        found = {name: _entry_of(part, assumption) for name, part in self._files}
        named = {name: f"{name}.html#{anchor}" for name, anchor in found.items() if anchor} or {self.name: self.href}
        return {parts[name]["title"] if name in parts else self.title: address for name, address in named.items()}

    @property
    def figures(self) -> dict[str, Block]:
        """Every figure, of its page and those beside it, by name."""
        pages = (self.data, *self.data.get("parts", {}).values())
        return {node["id"]: node for page in pages for node in walk(page["blocks"]) if node["type"] == "figure"}

    @property
    def _files(self) -> tuple[tuple[str, Anchors], ...]:
        """The page and those beside it, each by its name, with what can be linked to on it."""
        return ((self.name, self.anchors), *self.anchors.apart.items())

    def sentences_under(self, section: str) -> list[Block]:
        """The paragraphs and lists of a section, to be shown on another page, where they lead to this one."""
        shown = [block for block in under(self.data["blocks"], section) if block["type"] in ("paragraph", "list")]
        return seen_from_elsewhere(shown, self.href)


def _entry_of(page: Anchors, assumption: str) -> str:
    """The id of an assumption's entry on a page; empty where it has none."""
    own = f"entry-{assumption}"
    return own if own in page.ids else page.copied.get(f"assumption:{assumption}", "")


def read_page(path: Path) -> dict[str, Any]:
    """The data of a page as its stage wrote it; to be read and not changed, since publication reads each several times."""
    state = path.stat()
    return _read(path, state.st_mtime_ns, state.st_size, state.st_ino)


@lru_cache(maxsize=64)
def _read(path: Path, *state: int) -> dict[str, Any]:
    return dict(json.loads(path.read_text(encoding="utf-8")))


DATA = {
    "results.json": "every number of these pages, with its unit, its kind, its interval, what it rests on and its source (JSON)",
    "claims.csv": "every claim of the source with its verdict (CSV)",
    "findings.csv": "the findings of the audit (CSV)",
}


def data_of(study: Study) -> list[Path]:
    """The data of a study that stands beside its pages; none of a worked example, whose numbers are nobody's."""
    return [] if study.info.example else [path for name in DATA if (path := study.processed / name).is_file()]


@dataclass(frozen=True)
class Material:
    """A study, its appendices in order, and all their results as one store."""

    study: Study
    appendices: tuple[Appendix, ...]
    colophon: Mapping[str, object] = field(default_factory=dict)

    @property
    def specifications(self) -> Path:
        """Folder of the specification cases."""
        return self.study.root / "tests" / "spec"

    @cached_property
    def store(self) -> ResultStore:
        """All results of the study."""
        return ResultStore.read(self.study.processed / "results.json")

    def showing(self, result_id: str) -> Appendix | None:
        """The first appendix that shows a result, else the first that records it; None if none does."""
        shows = (appendix for appendix in self.appendices if appendix.shows(result_id))
        records = (appendix for appendix in self.appendices if result_id in appendix.store.by_id)
        return next(shows, next(records, None))

    def recorded(self, result_id: str) -> Result | None:
        """A result of the study; None if it is not recorded."""
        return self.store.by_id.get(result_id)
