"""`analysis what-if`: a study with other values in its register, run beside the published run and never over it.

Everything goes to `build/what-if/NAME`, whole or not at all: `index.html` (the comparison with the published run), the
study's pages, each marked, the results of what ran again, the changed register, and the changes as a file to run again.
"""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import yaml

from analysis.comparison.compare import Comparison, compare
from analysis.comparison.runs import read_run
from analysis.comparison.table import as_frame
from analysis.errors import InputError
from analysis.files import shown
from analysis.pipeline.companions import Published, study_pages
from analysis.pipeline.folders import new_folder
from analysis.pipeline.ledger import audited, ledger
from analysis.pipeline.parameters import leaving_out, planned_runs
from analysis.pipeline.people_protected import stop_on_published_leaks
from analysis.pipeline.provenance import stage_dependencies, stage_outputs
from analysis.pipeline.publish import files_beside
from analysis.pipeline.stage import collect_results
from analysis.pipeline.sweep_cases import LINKED, link, run_in
from analysis.results import write_bytes, write_csv, write_text
from analysis.study import Study, study_ids
from analysis.tools.challenges import NOTHING_CHALLENGED, Challenged
from analysis.tools.changed_pages import ChangedRun, changed_site
from analysis.tools.changes import REGISTER, Changed, ChangedFiles, changed_files

FOLDER = Path("build") / "what-if"
CHANGES, NUMBERS = "changes.yaml", "numbers.csv"


def what_if(
    study: Study,
    changes: Sequence[Changed],
    name: str,
    challenge: Challenged = NOTHING_CHALLENGED,
    tell: Callable[[str], None] = print,
) -> tuple[Path, Comparison]:
    """Run a study with changes; returns the first page and the comparison with the published run.

    The changes that a challenge proposes are among `changes`; the first page opens with it.

    Raises InputError for a study that was not run, or whose register no notebook reads, and for a name that another
    study's changed run has; `pipeline.sweep_cases.Failed` if a notebook does not come to its end. Then nothing is written.
    """
    target, notebooks = study.root / FOLDER / name, again(study)
    _check(study, target, notebooks)
    files = changed_files(study, changes)
    with _apart(study, files, notebooks) as folder:
        for notebook in notebooks:
            tell(f"running {notebook}")
            run_in(study.root, folder, notebook, study.id)
        with leaving_out([other for other in study_ids(study.root) if other != study.id]):
            collect_results(folder, study.id)
            pages = _pages(folder)
            comparison = _compared(study, folder, name)
            texts = changed_site(ChangedRun(study, name, changes, files.lapsed, challenge), pages, comparison, NUMBERS)
            stop_on_published_leaks(folder, texts)
        made = Path(new_folder())
        try:
            _write(made / "made", study, folder, texts, notebooks)
            write_csv(made / "made" / NUMBERS, as_frame(list(comparison.changes)))
            values = {each.published.id: each.value for each in changes if not each.by}
            kept = {"as": name, "set": values, **({"challenges": list(challenge.names)} if challenge.names else {})}
            write_text(made / "made" / CHANGES, yaml.safe_dump(kept, sort_keys=False))
            shutil.rmtree(target, ignore_errors=True)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(made / "made", target)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    return target / "index.html", comparison


def what_moved(comparison: Comparison) -> Iterator[str]:
    """The comparison in a few lines for the terminal: how many numbers, and the ratio by each change alone and together."""
    by_group = Counter(str(change.group) for change, _ in comparison.changes)
    yield f"{comparison.compared} numbers in both runs"
    yield from (f"  {group}: {count}" for group, count in by_group.items())
    for effect in comparison.alone:
        yield f"The model's ratio: {effect.before:.4f} published, {effect.after:.4f} changed"
        yield from (f"  {name} alone: {ratio - effect.before:+.4f}" for name, ratio in effect.ratios.items())
        yield f"  beyond these, together: {effect.rest:+.4f}"


def again(study: Study) -> list[str]:
    """The notebooks of a study that its register can move, in their order: those that read it, and those that read these."""
    found: list[str] = []
    made: set[str] = {f"data/raw/{study.id}/{REGISTER}"}
    for notebook in [notebook for notebook, other in planned_runs(study.root) if other == study.id]:
        if made & set(stage_dependencies(study.root, notebook, study.id)):
            found.append(notebook)
            made |= set(stage_outputs(study.root, notebook, study.id))
    return found


def _check(study: Study, target: Path, notebooks: Sequence[str]) -> None:
    planned = [notebook for notebook, other in planned_runs(study.root) if other == study.id]
    lacking = [name for name in planned if not (study.processed / "pages" / f"{name}.json").is_file()]
    if not notebooks:
        raise InputError(
            study.name(REGISTER),
            found="no notebook of this study that reads the register",
            expected="a value map, of which 05_sroi and 06_sroi_sensitivity are made",
            action="see docs/adding-a-study.md",
        )
    if lacking:
        raise InputError(
            shown(study.processed, study.root),
            found=f"no results of {', '.join(lacking)}",
            expected="a published run to compare with",
            action="run analysis reproduce first",
        )
    others = [path.name for path in target.iterdir() if path.is_dir()] if target.is_dir() else []
    if others and study.id not in others:
        raise InputError(
            shown(target, study.root),
            found=f"a changed run of {', '.join(others)}",
            expected=f"none, or one of {study.id}",
            action="choose another name with --as, or delete the folder",
        )


@contextmanager
def _apart(study: Study, changed: ChangedFiles, notebooks: Sequence[str]) -> Iterator[Path]:
    """A folder that notebooks take for the project: the published run, with changed files and without what follows."""
    folder, root = Path(new_folder()), study.root
    try:
        whole = [name for name in (*LINKED, "tests/spec") if name != "data/raw" and (root / name).exists()]
        made = ["data/processed/page_code.txt", "data/processed/raw_files", f"data/processed/{study.id}"]
        rerun = {out for notebook in notebooks for out in stage_outputs(root, notebook, study.id)}
        files = [name for place in ("data/raw", *made) for name in _files(root, place) if name not in rerun]
        link(root, folder, (*whole, *files))
        for name, text in changed.texts.items():
            write_text(folder / "data" / "raw" / study.id / name, text)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _files(root: Path, place: str) -> Iterator[str]:
    """The files at or below a place of the project; each is linked by itself, so that one of them can be another."""
    paths = [root / place, *sorted((root / place).rglob("*"))]
    yield from (shown(path, root) for path in paths if path.is_file())


def _pages(folder: Path) -> dict[str, Published]:
    failures: dict[str, InputError] = {}
    pages = study_pages(folder, failures)
    for error in failures.values():
        raise error
    return pages | ({"ledger.html": Published(ledger(folder))} if audited(folder) else {})


def _compared(study: Study, folder: Path, name: str) -> Comparison:
    before = read_run(study.root, "the published run", study.id)
    after = replace(read_run(folder, f"the changed run {name}", study.id), remarks=())
    return compare(before, after)


def _write(made: Path, study: Study, folder: Path, texts: dict[str, str], notebooks: Sequence[str]) -> None:
    """The files of a changed run, in a folder that then takes its place."""
    for path, text in texts.items():
        write_text(made / path, text)
    processed = folder / "data" / "processed" / study.id
    for path in files_beside(folder, study.id):
        write_bytes(made / study.id / path.name, path.read_bytes())
    for notebook in notebooks:
        name = f"results/{notebook}.json"
        write_bytes(made / study.id / name, (processed / name).read_bytes())
    write_bytes(made / study.id / REGISTER, (folder / "data" / "raw" / study.id / REGISTER).read_bytes())
