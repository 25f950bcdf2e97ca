"""Where each claim is used, in raw tables and in the appendices, put into the ledgers of the audits.

It is put in when pages are published. A stage of the audit that depended on all raw tables, or on the results of all other
appendices, would be run again after every change of an assumption, though no verdict depends on one.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from analysis.companions.material import read_page
from analysis.files import read_text
from analysis.reporting.nodes import Block, Run, code, fact, joined, label, link, listed
from analysis.reporting.page import PageData
from analysis.reporting.places import anchors_of
from analysis.results import Result, ResultStore
from analysis.study import Study, readable_studies
from analysis.study.claims import claims_in

_WHOLE = ("claims.csv", "audit.yaml")  # tables that name every claim: who reads them uses none in particular
_OWN = (*_WHOLE, "not_claims.csv")  # tables of the audit itself


@dataclass(frozen=True)
class Appendix:
    """A published appendix: its notebook, its title, and the folder of its study's results."""

    root: Path
    study_id: str
    notebook: str
    title: str

    @cached_property
    def claims(self) -> dict[str, str]:
        """The claims it uses, each with the raw table that leads to it; an empty text for a claim it shows or computes with.

        A claim that its list of sources does not name is recorded there, but nothing shown rests on it.
        """
        store = ResultStore.read(self._processed / "results" / f"{self.notebook}.json")
        direct = {claim: "" for result in store for claim in _claims_of(result)}
        tables = dict.fromkeys(table for result in store for name in result.inputs if (table := self._table_of(name)))
        through = {claim: name for name in tables for claim in self._named_in(name)}
        return {claim: name for claim, name in (through | direct).items() if claim in self.entries}

    @cached_property
    def entries(self) -> dict[str, str]:
        """Where each claim stands first in the lists of sources of its page and of those beside it, as addresses below reports/."""
        anchors = anchors_of(self.page)
        pages = {self.notebook: anchors, **anchors.apart}
        return {
            name.removeprefix("claim:"): f"{self.study_id}/{page}.html#{place}"
            for page, each in reversed(pages.items())
            for name, place in each.copied.items()
            if name.startswith("claim:")
        }

    @cached_property
    def page(self) -> PageData:
        """The data of its page."""
        return read_page(self._processed / "pages" / f"{self.notebook}.json")

    @property
    def _processed(self) -> Path:
        return self.root / "data" / "processed" / self.study_id

    def _table_of(self, name: str) -> str:
        """The raw table that an input is, or the register whose entry it is; empty for anything else."""
        register = f"data/raw/{self.study_id}/assumptions.yaml"
        return name if name.startswith("data/raw/") else register if name.startswith("assumption:") else ""

    def _named_in(self, table: str) -> Iterator[str]:
        path = self.root / table
        if path.is_file() and path.suffix in (".csv", ".yaml") and path.name not in _WHOLE:
            yield from claims_in(read_text(path, table))


def appendices_of(root: Path, runs: Iterable[tuple[str, str]], titles: Mapping[str, str]) -> list[Appendix]:
    """The appendices of some runs (notebook, study), but for those of worked examples, on whose numbers nothing rests."""
    examples = {study.id for study in readable_studies(root) if study.info.example}
    return [Appendix(root, study, notebook, titles[notebook]) for notebook, study in runs if study not in examples]


def _claims_of(result: Result) -> Iterator[str]:
    """The claims that a result is, or is computed from."""
    named = (name.removeprefix("claim:") for name in (result.id, *result.inputs) if name.startswith("claim:"))
    return (name for name in named if "." not in name)


def with_uses(content: Any, tables: Mapping[str, Iterable[str]], others: list[Appendix], study_id: str) -> Any:
    """The blocks of a study's audit, where the fold of each claim's row names the raw tables and appendices that use it."""
    if isinstance(content, list):
        return [with_uses(part, tables, others, study_id) for part in content]
    if not isinstance(content, dict):
        return content
    claim = str(content.get("anchor", "")).removeprefix("claim-")
    if content.get("type") != "row" or "more" not in content or content["anchor"] == claim:
        return {key: with_uses(part, tables, others, study_id) for key, part in content.items()}
    said = [*named_in(tables.get(claim, ())), *used_in(claim, others, study_id)]
    known, *rest = content["more"]["of"]
    more = [known | {"entries": [*known["entries"], *said]}, *rest]
    return content | {"more": content["more"] | {"of": more}}


def tables_naming(study: Study) -> dict[str, list[str]]:
    """The study's raw tables that name each claim, by claim id; those of the audit itself are left out."""
    found: dict[str, list[str]] = {}
    for path in sorted(study.raw.iterdir()):
        if path.suffix in (".yaml", ".csv") and path.name not in _OWN:
            for claim_id in claims_in(read_text(path, study.name(path.name))):
                found.setdefault(claim_id, []).append(path.name)
    return found


def named_in(tables: Iterable[str]) -> list[Block]:
    """A term and its description: the raw tables that name a claim; nothing where none does."""
    names = listed(map(code, tables))
    return [fact(["Named in"], names)] if names else []


def used_in(claim_id: str, appendices: Iterable[Appendix], study_id: str) -> list[Block]:
    """A term and its description: links from a study's page to where a claim stands in each appendix that uses it; nothing where
    none does."""
    links = [_link(claim_id, appendix, study_id) for appendix in appendices if claim_id in appendix.claims]
    return [fact(["Used in"], joined(links))] if links else []


def _link(claim_id: str, appendix: Appendix, study_id: str) -> Run:
    table = appendix.claims[claim_id].rpartition("/")[2]
    address = appendix.entries[claim_id]
    href = address.removeprefix(f"{study_id}/") if appendix.study_id == study_id else f"../{address}"
    leading = link(href, [label(appendix.title)])
    return [leading, *([" (through ", code(table), ")"] if table else [])]
