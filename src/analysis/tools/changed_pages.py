"""The pages of a changed run: each says that it is one, what was changed, and what was published."""

import shlex
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace

from analysis.companions.sheet import TEMPLATES
from analysis.comparison.compare import Comparison
from analysis.comparison.page import TEMPLATES as COMPARISON, comparison_page
from analysis.pipeline.commit import commit_line
from analysis.pipeline.companions import Published
from analysis.reporting.nodes import Block, Run, bullets, code, label, link, listed, number, paragraph, walk
from analysis.reporting.page import PageData, kinds_in, page_title, render_page
from analysis.reporting.svg import marked
from analysis.reporting.views.claims import entry_result
from analysis.reporting.workbook import CHANGED as MARK
from analysis.results import Result, ResultStore
from analysis.study import Study
from analysis.tools.challenge_page import with_challenge
from analysis.tools.challenges import NOTHING_CHALLENGED, Challenged
from analysis.tools.changes import Changed

UP = "Comparison with the published run"


@dataclass(frozen=True)
class ChangedRun:
    """A changed run: its study, its name, its changes, and the entries that were calibrated and are assumed now."""

    study: Study
    name: str
    changes: Sequence[Changed]
    lapsed: Sequence[str] = ()
    challenge: Challenged = NOTHING_CHALLENGED

    @property
    def command(self) -> str:
        """The command that makes it again."""
        sets = [f"--set={each.published.id}={each.value:.12g}" for each in self.changes if not each.by]
        told = " ".join(map(shlex.quote, [*sets, *(f"--challenge={name}" for name in self.challenge.names)]))
        return f"python -m analysis what-if {self.study.id} {told} --as {self.name}"


def changed_site(run: ChangedRun, pages: Mapping[str, Published], comparison: Comparison, table: str) -> dict[str, str]:
    """The HTML of every page by its path, marked; `index.html` is the comparison, `table` the file of its numbers."""
    stamp = commit_line(run.study.root)
    titles = {path: page_title(each.page) for path, each in pages.items()}
    to_pages = [paragraph(["Its pages:"]), bullets([link(path, [label(title)])] for path, title in titles.items())]
    first = comparison_page(comparison, run.command, table, frozenset(pages)) | {"title": f"What if: {run.name}"}
    if run.challenge.pooled:
        first = with_challenge(first, run.challenge.pooled, comparison, run.study.info.currency)
    texts = {"index.html": render_page(with_changes(first, run, "", to_pages), stamp, (), COMPARISON)}
    for path, each in pages.items():
        up = "../index.html" if "/" in path else "index.html"
        page = with_changes(each.page | {"up": [up, UP], "search": ""}, run, up)
        texts[path] = render_page(page, stamp, each.links, TEMPLATES)
    return texts


def with_changes(page: PageData, run: ChangedRun, up: str, more: Sequence[Block] = ()) -> PageData:
    """A page that says it is of a changed run, with the list of changes; so does every table and figure of it.

    `up` is the address of the comparison with the published run, if that is another page; `more` follows the list.
    """
    blocks = deepcopy(page["blocks"])
    for node in walk(blocks):
        _mark(node)
    opening = [*_listed(run, up), *more]
    store = ResultStore.of_records(page["results"])
    store.by_id |= {each.id: each for change in run.changes for each in _results(change)}
    kinds = page.get("kinds") or kinds_in([*opening, *blocks], store.by_id)
    return page | {"blocks": blocks, "results": store.records(store.by_id), "changed": opening, "kinds": kinds}


def _mark(node: Block) -> None:
    if node["type"] in ("table", "figure") and node.get("label"):
        node["mark"] = ". ".join(filter(None, (node.get("mark"), MARK)))
    if node["type"] in ("figure", "picture"):
        node["drawing"] = marked(node["drawing"], MARK)


def _listed(run: ChangedRun, up: str) -> list[Block]:
    """What every page begins with."""
    where: Run = [" ", link(up, [UP]), "."] if up else []
    first: Run = [{"type": "strong", "of": ["Changed run ", label(run.name), "."]}, f" {MARK}.", *where]
    found = [paragraph(first), bullets(map(_told, run.changes))]
    if run.lapsed:
        words = (
            "Assumed here, since with these changes nothing shows that they meet the figures they were calibrated to: "
        )
        found.append(paragraph([words, *listed(map(code, run.lapsed)), "."]))
    return found


def _told(change: Changed) -> Run:
    """A change as a reader sees it: assumed (published: what it was)."""
    entry = change.published
    now, before = (number(each.id) for each in _results(change))
    was = "published" if entry.kind == "published" else f"published run, {entry.kind}"
    outside = ". Outside the range of the register" if change.outside else ""
    told: Run = [label(entry.label), " (", code(entry.id), "): ", now, f" assumed ({was}: ", before, f"){outside}."]
    return [*told, " Proposed by ", label(change.by), "."] if change.by else told


def _results(change: Changed) -> list[Result]:
    """The value of a changed run, and what was published, under ids of their own."""
    both = {"value": entry_result(change.entry), "published": entry_result(change.published)}
    decimals = max(each.decimals for each in both.values())
    return [replace(each, id=f"what_if.{change.published.id}.{name}", decimals=decimals) for name, each in both.items()]
