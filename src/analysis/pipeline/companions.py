"""The pages of each study as they are published: its appendices, and the companion pages made from them.

What is made is kept in build/companions, with a hash of all it was made from, and made again only when that changes.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from analysis.coding.files import check_assumptions
from analysis.companions import assumptions, dictionary, methods, overview
from analysis.companions.links import resolve
from analysis.companions.material import Appendix, Material
from analysis.errors import InputError
from analysis.files import shown
from analysis.pipeline import findings
from analysis.pipeline.claim_uses import Appendix as UsingAppendix, appendices_of, tables_naming, with_uses
from analysis.pipeline.contradicted_figures import doubts_of, with_doubts
from analysis.pipeline.kept import read_kept
from analysis.pipeline.ledger import AUDIT, CLAIMS, audited
from analysis.pipeline.parameters import planned_runs
from analysis.pipeline.provenance import sha256
from analysis.pipeline.stage import notebook_title, question
from analysis.reporting.page import PageData
from analysis.reporting.places import index_of
from analysis.results import Result, write_text
from analysis.study import Study, load_study

KEPT = Path("build") / "companions"


@dataclass(frozen=True)
class Companion:
    """One kind of page: file name, title, what it tells in one line, how it is made, and which studies have it."""

    name: str
    title: str
    line: str
    make: Callable[[Material], PageData]
    wanted: Callable[[Study], bool] = lambda study: True


@dataclass(frozen=True)
class Published:
    """A page with the links (title, address, whether it is this page) to its siblings."""

    page: PageData
    links: list[tuple[str, str, bool]] = field(default_factory=list)


_OF_THE_AUDIT = (AUDIT, CLAIMS, "findings")  # which say of every claim themselves what is held against it
FIRST = (
    Companion("overview", overview.TITLE, overview.LINE, overview.overview),
)  # before the appendices, the others after them
LAST = (
    Companion(
        "findings",
        findings.TITLE,
        findings.LINE,
        lambda material: findings.findings(material.study.root, material.study.id),
        lambda study: findings.page_of_the_audit(study).is_file() and study.id in audited(study.root),
    ),
    Companion("assumptions", assumptions.TITLE, assumptions.LEAD, assumptions.assumptions, assumptions.has_register),
    Companion("methods", methods.TITLE, methods.LEAD, methods.methods),
    Companion(
        "data_dictionary",
        dictionary.TITLE,
        dictionary.LEAD,
        dictionary.data_dictionary,
        lambda study: not study.info.example,  # whose records nobody fills in
    ),
)


def study_pages(root: Path, failures: dict[str, InputError]) -> dict[str, Published]:
    """Every page of every study, complete, by its path below reports/.

    A study of which a page cannot be made, such as for a reference that leads nowhere, has none: why goes to `failures`.
    """
    runs = planned_runs(root)
    titles = titles_of(root)
    uses, code = appendices_of(root, runs, titles), companion_code(root)
    pages = {}
    for study_id in dict.fromkeys(study for _, study in runs):
        try:
            material = material_of(root, study_id)
            check_assumptions(material.study)
            pages |= dict(pages_of(material, titles, uses, code))
        except InputError as error:
            failures[study_id] = error
    return pages


def titles_of(root: Path) -> dict[str, str]:
    """The title of every notebook by its name."""
    return {path.stem: notebook_title(root, path.stem) for path in sorted((root / "notebooks").glob("*.ipynb"))}


def material_of(root: Path, study_id: str) -> Material:
    """What the companion pages of a study are made from."""
    study = load_study(study_id, root)
    names = [name for name, other in planned_runs(root) if other == study_id]
    told = ((name, notebook_title(root, name), question(root, name)) for name in names)
    return Material(study, tuple(Appendix(*each, study.processed) for each in told), _colophon(root, study_id))


def pages_of(
    material: Material, titles: dict[str, str], uses: list[UsingAppendix], code: str, only: Collection[str] = ()
) -> Iterator[tuple[str, Published]]:
    """The pages of one study in the order of their links, each with its path; those named `only`, where some are."""
    appendices = {appendix.name: appendix for appendix in material.appendices}
    beside = {companion.name for companion in (*FIRST, *LAST) if companion.wanted(material.study)}
    wanted = not only or beside & set(only)
    pages = _in_order(material, companion_pages(material, code) if wanted else dict.fromkeys(beside, {}))
    doubts = doubts_of(material.study.processed, material.study.root) if AUDIT in appendices else {}
    for name, (_, page) in pages.items():
        if only and name not in only:
            continue
        path = f"{material.study.id}/{name}.html"
        if name == CLAIMS:
            page = _with_uses(page, material, uses)
        if doubts and name not in _OF_THE_AUDIT:
            page = with_doubts(page, doubts, appendices[AUDIT].store, appendices[AUDIT].at)
        page = resolve(page, path, appendices, titles)
        yield path, Published(page, [(title, f"{other}.html", other == name) for other, (title, _) in pages.items()])


def _in_order(material: Material, companions: dict[str, PageData]) -> dict[str, tuple[str, PageData]]:
    """The pages of a study in the order of their links, each with its title there: those beside an appendix follow it."""
    found = {page.name: (page.title, companions[page.name]) for page in FIRST if page.name in companions}
    for appendix in material.appendices:
        main = {key: part for key, part in appendix.data.items() if key != "parts"}
        found[appendix.name] = (appendix.title, main)
        found |= {name: (part["title"], part) for name, part in appendix.data.get("parts", {}).items()}
    return found | {page.name: (page.title, companions[page.name]) for page in LAST if page.name in companions}


def _with_uses(page: PageData, material: Material, uses: list[UsingAppendix]) -> PageData:
    """The ledger of a study's claims, with where each is used."""
    others = [appendix for appendix in uses if appendix.notebook != AUDIT]
    blocks = with_uses(page["blocks"], tables_naming(material.study), others, material.study.id)
    return page | {"blocks": blocks, "index": index_of(blocks, page["entries"])}


def companion_pages(material: Material, code: str) -> dict[str, PageData]:
    """The companion pages of a study by name, but for commit and links; those kept from the last time if nothing changed.

    `code` is the state of the code that makes them.
    """
    kept, state = material.study.root / KEPT / f"{material.study.id}.json", _state(material, code)
    last = read_kept(kept)
    if last.get("state") != state:
        pages = {
            companion.name: companion.make(material)
            for companion in (*FIRST, *LAST)
            if companion.wanted(material.study)
        }
        last = {"state": state, "pages": pages}
        write_text(kept, json.dumps(last, ensure_ascii=False))
    return dict(last["pages"])


def _state(material: Material, code: str) -> str:
    """One hash of everything that companion pages are made from, the code among it."""
    files = [*inputs(material.study.root, material.study.id), *(appendix.page for appendix in material.appendices)]
    names = repr([(appendix.name, appendix.title, appendix.question) for appendix in material.appendices])
    return hashlib.sha256(f"{code}\n{names}\n{_hashes(material.study.root, files)}".encode()).hexdigest()


def code_state(root: Path) -> str:
    """One hash of all code of the project, its templates, styles and scripts."""
    return _code(root, (".py", ".j2", ".css", ".js"))


def companion_code(root: Path) -> str:
    """One hash of the code that the data of companion pages are made with, and of what of it these data hold: no templates."""
    return _code(root, (".py",)) + _code(root, (".css", ".js"), Path("companions") / "template")


def _code(root: Path, endings: Collection[str], below: Path = Path()) -> str:
    code = (path for path in (root / "src" / "analysis" / below).rglob("*.*") if path.suffix in endings)
    return hashlib.sha256(_hashes(root, sorted(code)).encode()).hexdigest()


def _hashes(root: Path, files: Iterable[Path]) -> str:
    return "\n".join(f"{shown(path, root)} {sha256(path)}" for path in files)


def with_companions(material: Material) -> tuple[tuple[str, str, str], ...]:
    """The pages of a study as the index lists them: title, address, one line; those beside an appendix follow it."""
    study = material.study
    appendices = [
        listed
        for each in material.appendices
        for listed in (
            (each.title, f"{study.id}/{each.href}", each.question),
            *((part["title"], f"{study.id}/{name}.html", "") for name, part in each.data.get("parts", {}).items()),
        )
    ]
    first, last = (
        [(page.title, f"{study.id}/{page.name}.html", page.line) for page in pages if page.wanted(study)]
        for pages in (FIRST, LAST)
    )
    return (*first, *appendices, *last)


def origins_of(material: Material, results: Iterable[Result]) -> dict[str, str]:
    """Where each of some results comes from, by id: the address below reports/ of its entry in the first appendix that shows it."""
    shown = {result.id: material.showing(result.id) for result in results}
    return {name: f"{material.study.id}/{appendix.at(name)}" for name, appendix in shown.items() if appendix}


def inputs(root: Path, study_id: str) -> list[Path]:
    """The files that a study's companion pages are made from, beside code and appendices."""
    raw = root / "data" / "raw"
    named = [root / "data" / "processed" / study_id / "results.json", root / overview.FOLDER / f"{study_id}.yaml"]
    named += [
        raw / study_id / name
        for name in ("study.yaml", "claims.csv", "assumptions.yaml", "value_map.csv", "value_map.yaml")
    ]
    return [path for path in (*named, *specifications(root)) if path.is_file()]


def specifications(root: Path) -> list[Path]:
    """The files of specification cases."""
    return sorted((root / "tests" / "spec").glob("*.yaml"))


def _colophon(root: Path, study_id: str) -> dict[str, object]:
    return {
        "How to make this page again": "python -m analysis publish",
        "Inputs, with SHA-256": {shown(path, root): sha256(path) for path in inputs(root, study_id)},
    }
