"""`analysis bundle`: one study as a folder or zip that stands alone, or as one for blind review.

Everything in it is made from the data of the published pages, which are held against reports/ first: what was not published, or
is not as it was published, does not leave. Nothing is copied but the study's workbooks and the project's licences.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analysis.bundle.blind import WITHHELD, blinded, secrets_of, stop_on_names
from analysis.bundle.contents import BLIND, CAPTIONS, INDEX, NO_BROWSER, Item, captions, contents_page
from analysis.bundle.figures import Drawing, printed
from analysis.bundle.formats import csv_text, latex, markdown
from analysis.bundle.pages import TEMPLATES, WHOLE, whole, within
from analysis.bundle.word import word
from analysis.bundle.zips import zip_bytes
from analysis.companions.sheet import TEMPLATES as COMPANIONS
from analysis.errors import InputError
from analysis.files import shown
from analysis.pipeline.citing import cff_text, citation_of, completed
from analysis.pipeline.commit import commit_line
from analysis.pipeline.companions import Published, study_pages
from analysis.pipeline.deposit.citation import FILE as CFF
from analysis.pipeline.deposit.pdf import commit_date, find_browser, has_browser
from analysis.pipeline.people_protected import stop_on_published_leaks
from analysis.pipeline.rendered import render
from analysis.reporting.citation import bibtex, ris
from analysis.reporting.nodes import walk
from analysis.reporting.page import PageData, render_page
from analysis.reporting.sheets import sheets_of, words_of
from analysis.results import ResultStore, slug, write_bytes
from analysis.study import Study, load_study

FOLDER = Path("build") / "bundle"
LICENCES = ("LICENSE", "LICENSE-text-data.md")
READABLE = (".html", ".csv", ".md", ".tex", ".svg", ".cff", ".bib", ".ris")


def bundle(
    root: Path,
    study_id: str,
    to: Path | None = None,
    blind: bool = False,
    browser: str = "",
    tell: Callable[[str], None] = print,
) -> Path:
    """Write the bundle of a published study; returns the folder or, where `to` ends so, the zip.

    `blind` leaves out who made it; `browser` names the program for PNG and PDF, which are left out, and `tell` says so, where
    none is installed. Raises InputError, and then writes nothing, for an unknown study, one that is not published as it is
    now, a target that is there, and whatever would tell of single people or, with `blind`, of the authors.
    """
    study = load_study(study_id, root)
    target = to or root / FOLDER / (f"{study_id}-blind" if blind else study_id)
    _check_target(root, target)
    program = find_browser(browser, "bundle") if browser or has_browser() else ""
    files = bundle_files(study, published_pages(study), program, blind)
    if not program:
        tell(f"Note: {NO_BROWSER}")
    _write(files, target)
    return target


def _check_target(root: Path, target: Path) -> None:
    place, own = shown(target.resolve(), root.resolve()), target.resolve()
    if target.exists() or target.is_symlink():
        raise InputError(
            place,
            found="something of this name",
            expected="a name that is free",
            action="choose another with --to, or delete it",
        )
    if any(own.is_relative_to((root / name).resolve()) for name in ("data", "reports", "src", ".dvc")):
        raise InputError(
            place,
            found="a place among the project's own files",
            expected="a place outside data, reports and src",
            action="choose another with --to",
        )
    if parent := next((each for each in own.parents if each.exists() and not each.is_dir()), None):
        raise InputError(
            shown(parent, root), found="a file", expected="a folder for the bundle", action="choose another with --to"
        )


def published_pages(study: Study) -> dict[str, Published]:
    """The pages of a study by name, complete, as they are published. InputError for one that is not, or not as it is now."""
    failures: dict[str, InputError] = {}
    stamp = commit_line(study.root)
    made = study_pages(study.root, failures)
    if study.id in failures:
        raise failures[study.id]
    own = {path: each for path, each in made.items() if path.startswith(f"{study.id}/")}
    if not own:
        raise _unpublished(f"reports/{study.id}", "no page of this study")
    for path, each in completed(study.root, own, stamp).items():
        file = study.root / "reports" / path
        if not file.is_file():
            raise _unpublished(f"reports/{path}", "no such page")
        if file.read_text(encoding="utf-8") != render(each, stamp):
            raise _unpublished(f"reports/{path}", "another page than the results and this commit give")
        own[path] = each
    return {Path(path).stem: each for path, each in own.items()}


def _unpublished(place: str, found: str) -> InputError:
    return InputError(
        place, found=found, expected="the study as it is published", action="run analysis reproduce, then this again"
    )


@dataclass
class _Bundle:
    """What the parts of one bundle share: the study, its pages' data, who prints figures, and the files so far."""

    study: Study
    pages: Mapping[str, PageData]
    links: Mapping[str, list[tuple[str, str, bool]]]
    program: str
    stamp: str
    notes: list[str]
    secrets: Sequence[str] = ()
    files: dict[str, bytes] = field(default_factory=dict)
    items: list[Item] = field(default_factory=list)

    def text(self, name: str, text: str) -> None:
        """Add a file of text."""
        self.files[name] = text.encode("utf-8")

    def clean(self, page: PageData) -> PageData:
        """A page of the bundle's own, without what must not be told."""
        return blinded(page, self.secrets) if self.secrets else page

    @property
    def title(self) -> str:
        """The study's title as its pages have it."""
        return str(next(iter(self.pages.values()))["study_title"])

    def render(self, page: PageData, links: Sequence[tuple[str, str, bool]] = ()) -> str:
        """A page as HTML."""
        return render_page(page, self.stamp, links, TEMPLATES, COMPANIONS)


def bundle_files(study: Study, pages: Mapping[str, Published], program: str, blind: bool) -> dict[str, bytes]:
    """Every file of a bundle by its path in it; `program` is the browser that makes PNG and PDF, if there is one."""
    stamp = commit_line(study.root)
    secrets = secrets_of(study, stamp) if blind else []
    data = {name: blinded(each.page, secrets) if blind else each.page for name, each in pages.items()}
    links = {name: each.links for name, each in pages.items()}
    notes = [*([BLIND] if blind else []), *([] if program else [NO_BROWSER])]
    made = _Bundle(study, data, links, program, WITHHELD if blind else stamp, notes, secrets)
    _add_pages(made)
    _add_tables(made)
    _add_figures(made)
    others = [] if blind else _add_citation(made, stamp)
    _add_contents(made, others)
    readable = {name: content.decode("utf-8") for name, content in made.files.items() if name.endswith(READABLE)}
    stop_on_published_leaks(study.root, readable)
    if blind:
        stop_on_names(made.files, secrets)
    return dict(sorted(made.files.items()))


def _add_pages(made: _Bundle) -> None:
    """Each page, the workbooks beside them, and all pages as one."""
    workbooks = sorted((made.study.root / "reports" / made.study.id).glob("*.xlsx"))
    for path in workbooks:
        made.files[f"pages/{path.name}"] = path.read_bytes()
    names = frozenset([*(f"{name}.html" for name in made.pages), *(path.name for path in workbooks)])
    for name, page in made.pages.items():
        made.text(f"pages/{name}.html", made.render(within(page, names), made.links[name]))
    made.text(WHOLE, made.render(whole(made.pages, made.title, {"colophon": [], "up": [INDEX, "Contents"]})))


def _add_tables(made: _Bundle) -> None:
    """Every table as CSV, LaTeX, Markdown and Word; the data of every figure as CSV."""
    for name, page in made.pages.items():
        results = ResultStore.of_records(page["results"]).by_id
        told = {node["id"]: node["told"] for node in walk(page["blocks"]) if node["type"] == "figure"}
        for sheet in sheets_of(page["blocks"], results):
            stem = _stem(name, sheet)
            made.text(f"{stem}.csv", csv_text(sheet))
            files = [f"{stem}.csv"]
            if "figure" not in sheet:
                made.text(f"{stem}.tex", latex(sheet))
                made.text(f"{stem}.md", markdown(sheet))
                made.files[f"{stem}.docx"] = word(sheet)
                files += [f"{stem}.{ending}" for ending in ("tex", "md", "docx")]
            else:
                files = [f"{stem}.{ending}" for ending in ("svg", *(("png", "pdf") if made.program else ()), "csv")]
            made.items.append(Item(name, sheet, told.get(sheet["id"], ""), tuple(files)))


def _stem(page: str, sheet: Mapping[str, Any]) -> str:
    sort = "figures" if "figure" in sheet else "tables"
    return f"{sort}/{page}/{slug(sheet['label']).replace('_', '-')}-{sheet['id']}"


def _add_figures(made: _Bundle) -> None:
    """Every figure as SVG, and as PNG and PDF where there is a browser."""
    drawings = []
    for name, page in made.pages.items():
        results = ResultStore.of_records(page["results"]).by_id
        for node in (node for node in walk(page["blocks"]) if node["type"] == "figure"):
            stem = _stem(name, {"figure": 1, "label": node["label"], "id": node["id"]})
            caption = ". ".join(filter(None, (node["label"], node["mark"], words_of(node["caption"], results))))
            drawings.append(Drawing(stem, node["drawing"], caption, node["told"]))
    for each in drawings:
        made.text(f"{each.name}.svg", each.svg)
    if made.program and drawings:
        made.files |= printed(drawings, made.program, commit_date(made.study.root))


def _add_citation(made: _Bundle, stamp: str) -> list[str]:
    """How to cite, as files, and the terms of use; returns their names."""
    cited = citation_of(made.study.root, made.study.id, stamp)
    texts = {CFF: cff_text(cited), "citation.bib": bibtex(cited), "citation.ris": ris(cited)}
    for name, text in texts.items():
        made.text(name, text)
    licences = [name for name in LICENCES if (made.study.root / name).is_file()]
    for name in licences:
        made.files[name] = (made.study.root / name).read_bytes()
    return [*texts, *licences]


def _add_contents(made: _Bundle, others: Sequence[str]) -> None:
    titles = {name: page.get("heading") or page["title"] for name, page in made.pages.items()}
    made.text(CAPTIONS, captions(made.title, titles, made.items))
    listed = [CAPTIONS, *others, *(name for name in made.files if name.endswith(".xlsx"))]
    page = made.clean(contents_page(made.study.info, titles, made.items, listed, made.notes))
    cite = next(iter(made.pages.values())).get("cite")
    made.text(INDEX, made.render(page | ({"cite": cite} if cite else {})))


def _write(files: Mapping[str, bytes], target: Path) -> None:
    """All files, as a zip or a folder, whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.suffix.lower() == ".zip":
        write_bytes(target, zip_bytes(files))
        return
    folder = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        for name, content in files.items():
            write_bytes(folder / name, content)
        os.rename(folder, target)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
