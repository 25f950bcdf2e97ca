"""Publication: stamp each page with the commit, write reports/ and its index."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.currency import with_sign
from analysis.errors import InputError
from analysis.files import shown
from analysis.pipeline.commit import commit_line, commit_time
from analysis.pipeline.deposit import crate, replication
from analysis.pipeline.earlier_releases import check_earlier, note_published
from analysis.pipeline.parameters import leaving_out, listed_studies, planned_runs
from analysis.pipeline.people_protected import stop_on_published_leaks
from analysis.results import Result, ResultStore, write_bytes, write_text
from analysis.study import Study, load_study

if TYPE_CHECKING:
    from analysis.pipeline.companions import Published

HEADLINES = ("sroi.headline", "sroi.headline.recomputed") + tuple(
    f"audit.verdicts.{verdict}"
    for verdict in ("reproduced", "consistent", "inconsistent", "in_question", "not_recomputable")
)


@dataclass(frozen=True)
class Headline:
    """What the summary says of one study: its headline ratios and the number of claims by verdict."""

    study: Study
    published: Result | None
    recomputed: Result | None
    verdicts: dict[str, int]


def publish(
    root: Path,
    again: Collection[str] = (),
    tell: Callable[[str], None] = print,
    without: Collection[str] = (),
    failures: dict[str, InputError] | None = None,
) -> Path:
    """Write every page of the last run to `reports/<study>/`, stamped with the commit, and `reports/index.html`.

    Only files whose content changed are written, and none at all where a link leads nowhere, a page shows anything of
    single people, or fewer people came or went since the last publication than the minimum cell, but for the studies in
    `again` (InputError). What else a team has to know of earlier pages goes to `tell`. Studies `without` which it is
    published are left out, and so is one of which a page cannot be made; why not goes to `failures`, and is raised where
    there are none or no study is left. Returns the index's path.
    """
    known = {} if failures is None else failures
    with leaving_out({*without, *known}):
        known |= _not_run(root)
    with leaving_out({*without, *known}):
        before = set(known)
        index = _publish(root, again, tell, known)
        if index is not None:
            return index
    if failures is None or {study for _, study in planned_runs(root)} <= {*without, *known}:
        raise known[min(set(known) - before)]
    return publish(root, again, tell, without, known)


def _not_run(root: Path) -> dict[str, InputError]:
    """The studies that no list names and that were not run to their end, with what to do."""
    listed = listed_studies(root)
    lacking = {
        study: data
        for notebook, study in planned_runs(root)
        if study not in listed
        for data in (
            root / "data/processed" / study / "pages" / f"{notebook}.json",
            root / "data/processed" / study / "results.json",
        )
        if not data.is_file()
    }
    return {
        study: InputError(
            shown(data, root),
            found="no such file, since the study was not run to its end",
            expected="what its stages make",
            action="run analysis reproduce",
        )
        for study, data in lacking.items()
    }


def _publish(
    root: Path, again: Collection[str], tell: Callable[[str], None], failures: dict[str, InputError]
) -> Path | None:
    """Publish the planned studies; None, with nothing written, if one of them cannot be, which `failures` then says."""
    from analysis.pipeline.citing import citation_files
    from analysis.pipeline.companions import code_state
    from analysis.pipeline.rendered import rendered
    from analysis.reporting.page import page_title

    stamp, runs, before = commit_line(root), planned_runs(root), set(failures)
    pages = all_pages(root, stamp, failures)
    if set(failures) - before:
        return None
    texts = rendered(root, pages, stamp, code_state(root)) | citation_files(root, pages, stamp)
    studies = list(dict.fromkeys(study for _, study in runs))
    stop_on_published_leaks(root, texts | data_texts(root, studies))
    for line in check_earlier(root, again):
        tell(f"Note: {line}")
    for path, text in texts.items():
        write_if_new(root / "reports" / path, text)
    titles = {f"reports/{path}": page_title(published.page) for path, published in pages.items()}
    for study_id in studies:
        publish_files(root, study_id)
    described = crate.crate_text(root, stamp, titles)  # last, since it describes the pages
    stop_on_published_leaks(root, {crate.FILE: described})
    write_if_new(root / "reports" / crate.FILE, described)
    note_published(root)
    return root / "reports" / "index.html"


def all_pages(root: Path, stamp: str, failures: dict[str, InputError]) -> "dict[str, Published]":
    """Every page of the planned studies as data, by its path below reports/; those of a study that has none, `failures` says why.

    Raises InputError where a link leads nowhere.
    """
    from analysis.companions import glossary, search
    from analysis.companions.links import check_links
    from analysis.pipeline.citing import completed
    from analysis.pipeline.companions import Published, study_pages
    from analysis.pipeline.ledger import audited, ledger
    from analysis.reporting.index import index_page

    before = set(failures)
    pages = study_pages(root, failures)
    if set(failures) - before:
        return pages
    pages |= {"ledger.html": Published(ledger(root))} if audited(root) else {}
    pages |= {
        "index.html": Published(
            index_page(index_entries(root), "ledger.html" in pages, (commit_time(root) or "")[:10])
        ),
        replication.FILE: Published(replication.form_data(root)),
        glossary.FILE: Published(glossary.glossary()),
    }
    found = {path: published.page for path, published in pages.items()}
    pages[search.FILE] = Published(search.search_page(found))
    check_links(found | {search.FILE: pages[search.FILE].page})
    return completed(root, pages, stamp)


def publish_files(root: Path, study_id: str) -> None:
    """Copy a study's workbooks and data beside its pages."""
    for source in files_beside(root, study_id):
        target = root / "reports" / study_id / source.name
        if not target.is_file() or target.read_bytes() != source.read_bytes():
            write_bytes(target, source.read_bytes())


def files_beside(root: Path, study_id: str) -> list[Path]:
    """What stands beside the pages of a study: its workbooks, its results as data, the claims and findings of its audit."""
    from analysis.companions.material import data_of

    study = load_study(study_id, root)
    return [*sorted((study.processed / "workbooks").glob("*.xlsx")), *data_of(study)]


def data_texts(root: Path, studies: Iterable[str]) -> dict[str, str]:
    """The data that stands beside the pages of studies, by path below reports/."""
    from analysis.companions.material import data_of

    found = {study_id: data_of(load_study(study_id, root)) for study_id in studies}
    return {
        f"{study}/{path.name}": path.read_text(encoding="utf-8") for study, paths in found.items() for path in paths
    }


def write_if_new(path: Path, text: str) -> bool:
    """Write what changed; whether it did. The PDFs of a page that changed and of its study go, since they would show the page before."""
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return False
    write_text(path, text)
    for printed in (path.with_suffix(".pdf"), path.with_name(f"{path.parent.name}.pdf")):
        printed.unlink(missing_ok=True)
    return True


def headlines(root: Path) -> Iterator[Headline]:
    """The headline of each study that has results, in the order of params.yaml."""
    for study_id in dict.fromkeys(study for _, study in planned_runs(root)):
        study = load_study(study_id, root)
        store = ResultStore.read(study.processed / "results.json").by_id
        yield Headline(study, store.get("sroi.headline"), store.get("sroi.headline.recomputed"), _verdicts(store))


def _verdicts(store: dict[str, Result]) -> dict[str, int]:
    found = {key.rpartition(".")[2]: store[key].value for key in HEADLINES if key.startswith("audit.") and key in store}
    return {name.replace("_", " "): int(str(value)) for name, value in found.items()}


def summary(root: Path) -> str:
    """The closing lines of a run: headline ratio as published and as recomputed, claims by verdict."""
    return "\n".join(line for headline in headlines(root) for line in _summary_lines(headline))


def _summary_lines(headline: Headline) -> Iterator[str]:
    yield headline.study.info.title
    if headline.published:
        yield f"  SROI as published: {headline.published.text} for each {with_sign(headline.study.info.currency)}1"
    if headline.recomputed:
        yield f"  SROI worked out again, {headline.recomputed.kind}: {headline.recomputed.text} ({headline.recomputed.note})"
    if headline.verdicts:
        yield "  claims: " + ", ".join(f"{count} {name}" for name, count in headline.verdicts.items())


def index_entries(root: Path) -> list[Any]:
    """What the index says of each study: its headline numbers and its pages, one line each."""
    from analysis.companions.overview import opening, picture
    from analysis.pipeline.companions import material_of, origins_of, with_companions
    from analysis.reporting.index import IndexEntry
    from analysis.reporting.nodes import walk

    entries = []
    for headline in headlines(root):
        study = headline.study
        store = ResultStore.read(study.processed / "results.json").by_id
        material = material_of(root, study.id)
        shown = tuple(store[key] for key in HEADLINES if key in store)
        first, drawing = opening(material), picture(material)
        drawn = tuple(store[node["id"]] for node in walk([first or {}, drawing or {}]) if node["type"] == "number")
        entries.append(
            IndexEntry(
                study_id=study.id,
                study_title=study.info.title,
                source=study.info.programme,
                headline=shown,
                pages=with_companions(material),
                example=study.info.example,
                origins=origins_of(material, shown),
                setting=study.info.setting,
                opening=first,
                picture=drawing,
                drawn=drawn,
            )
        )
    return entries
