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
from analysis.reporting.nodes import Block, Inline, Run, label, link, number, paragraph, walk
from analysis.reporting.page import PageData
from analysis.reporting.places import index_of
from analysis.results import ResultStore

WORDS = {
    Verdict.INCONSISTENT: "Cannot be true together with what else is printed",
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
    """A page on which every table, figure and paragraph with a doubted figure is followed by a note that says so.

    A figure is doubted if it is a doubted claim or is computed from one. `audit` holds the results of the audit,
    `at` says where its page tells what one of them comes from; recomputed values lead there.
    """
    results: dict[str, Any] = dict(page["results"])
    blocks: list[Block] = []
    for block in page["blocks"]:
        found = [doubts[name] for name in _claims_shown(block, page["results"]) if name in doubts]
        blocks += [block, *([_note(found, at)] if found else [])]
        results |= audit.records(doubt.recomputed for doubt in found if doubt.recomputed)
    if len(blocks) == len(page["blocks"]):
        return page
    return page | {"blocks": blocks, "results": results, "index": index_of(blocks, page.get("entries", []))}


def _claims_shown(block: Block, results: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The claims that the numbers of a block are, or are computed from, each once, in the order of reading."""
    shown = dict.fromkeys(node["id"] for node in walk([block]) if node["type"] == "number")
    names = (name for result in shown for name in (result, *results[result].get("inputs", ())))
    return list(dict.fromkeys(name.removeprefix("claim:") for name in names if name.startswith("claim:")))


def _note(doubts: Iterable[Doubt], at: Callable[[str], str]) -> Block:
    kept = list(doubts)
    said = [_said(verdict, [each for each in kept if each.verdict is verdict], at) for verdict in WORDS]
    return paragraph([node for run in said for node in run], css="note")


def _said(verdict: Verdict, doubts: list[Doubt], at: Callable[[str], str]) -> Run:
    named = [list(_named(doubt, at)) for doubt in doubts]
    inner = [node for place, run in enumerate(named) for node in ([", "] if place else []) + run]
    return [f"{WORDS[verdict]}: ", *inner, ". "] if doubts else []


def _named(doubt: Doubt, at: Callable[[str], str]) -> Iterator[Inline]:
    yield link(f"{CLAIMS}.html#claim-{doubt.claim_id}", [label(doubt.claim_id)])
    yield from (" (", label(doubt.statement))
    if doubt.recomputed:
        yield from ("; recomputed as ", {**number(doubt.recomputed), "href": at(doubt.recomputed)})
    yield ")"
