"""What a study's audit holds against figures that its other pages show, said below whatever shows them.

It is put in when pages are published, from what the audit wrote: as an input of every stage, an audit would rerun them all
after each change of a check, though no number of theirs depends on it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.audit import CLAIM_COLUMNS
from analysis.audit.verdicts import Verdict
from analysis.files import read_csv, shown
from analysis.pipeline.ledger import CLAIMS
from analysis.reporting.nodes import Block, Inline, Run, joined, label, link, number, paragraph, walk
from analysis.reporting.page import PageData
from analysis.reporting.places import index_of
from analysis.results import ResultStore

WORDS = {
    Verdict.INCONSISTENT: "Cannot be true together with what else is published",
    Verdict.IN_QUESTION: "In question, since a check leaves open which figure is wrong",
}


@dataclass(frozen=True)
class Doubt:
    """A claim that the audit calls inconsistent or leaves in question, and the id of its recomputed value, if it has one."""

    claim_id: str
    statement: str
    verdict: Verdict
    recomputed: str = ""


def doubts_of(processed: Path, root: Path) -> dict[str, Doubt]:
    """The doubted claims of a study by id, from the table that its audit wrote; none where it is not audited."""
    path = processed / "claims.csv"
    rows = [row for _, row in read_csv(path, shown(path, root), CLAIM_COLUMNS)] if path.is_file() else []
    return {row["claim_id"]: _doubt(row) for row in rows if row["verdict"] in set(WORDS)}


def _doubt(row: Mapping[str, str]) -> Doubt:
    verdict = Verdict(row["verdict"])
    known = row["recomputed"] and row["formula"] and verdict is Verdict.INCONSISTENT
    return Doubt(row["claim_id"], row["statement"], verdict, f"claim:{row['claim_id']}.recomputed" if known else "")


def with_doubts(page: PageData, doubts: Mapping[str, Doubt], audit: ResultStore, at: Callable[[str], str]) -> PageData:
    """A page on which every table, figure and run of paragraphs with a doubted figure is followed by a note that says so.

    What a claim says, and what it was recomputed as, stands in the first note that names it.

    A figure is doubted if it is a doubted claim or is computed from one. `audit` holds the results of the audit,
    `at` says where its page tells what one of them comes from; recomputed values lead there.
    """
    results: dict[str, Any] = dict(page["results"])
    blocks: list[Block] = []
    said: set[str] = set()
    for together in _together(page["blocks"]):
        found = [doubts[name] for name in _claims_shown(together, page["results"]) if name in doubts]
        blocks += [*together, *([_note(found, said, at)] if found else [])]
        said |= {doubt.claim_id for doubt in found}
        results |= audit.records(doubt.recomputed for doubt in found if doubt.recomputed)
    if not said:
        return page
    return page | {"blocks": blocks, "results": results, "index": index_of(blocks, page.get("entries", []))}


def _together(blocks: Iterable[Block]) -> Iterator[list[Block]]:
    """Blocks that one note is for: paragraphs and lists that follow one another, and what is shown with its code."""
    group: list[Block] = []
    for block in blocks:
        sorts = {each["type"] for each in (*group, block)}
        if group and not (sorts <= {"paragraph", "list"} or block["type"] == "source"):
            yield group
            group = []
        group.append(block)
    yield from [group] if group else []


def _claims_shown(blocks: list[Block], results: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The claims that the numbers of some blocks are, or are computed from, each once, in the order of reading."""
    shown = dict.fromkeys(node["id"] for node in walk(blocks) if node["type"] == "number")
    names = (name for result in shown for name in (result, *results[result].get("inputs", ())))
    return list(dict.fromkeys(name.removeprefix("claim:") for name in names if name.startswith("claim:")))


def _note(doubts: list[Doubt], said: set[str], at: Callable[[str], str]) -> Block:
    """What is held against some claims; of one that was `said` of above on the page, its id alone."""
    runs = [_said(verdict, [each for each in doubts if each.verdict is verdict], said, at) for verdict in WORDS]
    return paragraph([node for run in runs for node in run], css="note")


def _said(verdict: Verdict, doubts: list[Doubt], said: set[str], at: Callable[[str], str]) -> Run:
    named = (list(_named(doubt, doubt.claim_id not in said, at)) for doubt in doubts)
    return [f"{WORDS[verdict]}: ", *joined(named), ". "] if doubts else []


def _named(doubt: Doubt, full: bool, at: Callable[[str], str]) -> Iterator[Inline]:
    yield link(f"{CLAIMS}.html#claim-{doubt.claim_id}", [label(doubt.claim_id)])
    if not full:
        return
    yield from (" (", label(doubt.statement))
    if doubt.recomputed:
        yield from ("; recomputed as ", {**number(doubt.recomputed), "href": at(doubt.recomputed)})
    yield ")"
