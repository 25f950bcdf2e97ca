"""What each command of commands.yaml does: its arguments in, the exit status out. Each imports what it needs when it runs."""

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from analysis.errors import InputError, printable


def _root(folder: Path | None = None) -> Path:
    from analysis.study import find_root

    return find_root(folder)


def _wrote(root: Path, paths: Iterable[Path]) -> int:
    """Say which files a command wrote; the exit status of one that did all it was asked for."""
    from analysis.files import shown

    print("\n".join(f"wrote {printable(shown(path, root))}" for path in paths))
    return 0


def setup(options: argparse.Namespace) -> int:
    """Bring .venv to what a use needs, as make does: python scripts/setup.py."""
    import subprocess

    return subprocess.call([sys.executable, "-I", str(_root() / "scripts" / "setup.py"), options.use])


def run(options: argparse.Namespace) -> int:
    """Run one notebook for one study."""
    from analysis.pipeline.parameters import assignments
    from analysis.pipeline.stage import run_notebook

    root, changes = _root(options.project), assignments(options.parameter)
    _tell_records(root, options.study)
    run_notebook(root, options.notebook, options.study, changes)
    return 0


def _tell_records(root: Path, *studies: str) -> None:
    """Say which files of a team's own a run reads, and what it makes of them; what cannot be read, the run says itself."""
    from analysis.study import load_study

    own = [study for study in studies if _is_filled(root, study) and not load_study(study, root).info.example]
    if own:  # only then, since the readers need a second to load
        from analysis.participants.account import account

        for line in account(root, own):
            print(line, flush=True)


def _is_filled(root: Path, study: str) -> bool:
    """Whether a team has put anything into the folders of a study that are for its records."""
    places = (root / "data" / "raw" / study / name for name in ("records", "management_information"))
    return any(path.name != "README.md" for place in places if place.is_dir() for path in place.iterdir())


def collect(options: argparse.Namespace) -> int:
    """Merge the results of a study's notebooks."""
    from analysis.pipeline.people_protected import collect_decisions
    from analysis.pipeline.stage import collect_results

    collect_results(_root(), options.study)
    collect_decisions(_root(), options.study)
    return 0


def page_code(options: argparse.Namespace) -> int:
    """Write the hashes of the code that every page is made with."""
    from analysis.pipeline.page_code import write_page_code

    write_page_code(_root())
    return 0


def raw_files(options: argparse.Namespace) -> int:
    """Write the names of the files in each folder of raw data."""
    from analysis.pipeline.raw_files import write_raw_files

    write_raw_files(_root())
    return 0


def reproduce(options: argparse.Namespace) -> int:
    """Rerun whatever changed and write reports/."""
    from analysis.pipeline.reproduce import reproduce
    from analysis.study import study_ids
    from analysis.tools.own_records import problems

    root = _root()
    _tell_records(root, *study_ids(root))
    left_open = lambda study: len(problems(root, study))  # noqa: E731
    return reproduce(root, options.force, options.jobs, options.plain, options.again, left_open)


def live(options: argparse.Namespace) -> int:
    """Serve a draft of the pages on this machine that follows every change of its files, until Ctrl-C."""
    from analysis.live.session import Asked, live
    from analysis.study import load_study

    root = _root()
    if options.study:
        load_study(options.study, root)
    elif options.what_if or options.private:
        found, action = "no study", "name the study first"
        raise InputError("the command line", column="study", found=found, expected="the one it is of", action=action)
    live(root, Asked(options.study, options.what_if, options.private, options.port, options.plain))
    return 0


def draft_pages(options: argparse.Namespace) -> int:
    """Write pages of a draft, as `live` asks for them."""
    import json

    from analysis.live.pages import write_all, write_some
    from analysis.pipeline.progress import tell

    root = _root()
    wording = json.loads(options.reworded.read_text(encoding="utf-8")) if options.reworded else {}
    tell("pages", write_some(root, options.pages, wording) if options.pages else write_all(root, options.study))
    return 0


def new_study(options: argparse.Namespace) -> int:
    """Write the folder of a new study: commented skeletons of its files."""
    from analysis.tools.new_study import new_study

    root = _root()
    chosen = [name.strip() for name in options.chosen.split(",") if name.strip()]
    _wrote(root, new_study(root, options.id, chosen, options.records))
    if options.records:
        print(
            f"What this makes of them stands in records.yaml (docs/own-records.md). Next: python -m analysis check {options.id}"
        )
    else:
        print(f"Fill them in (docs/adding-a-study.md), then: analysis check {options.id}; analysis reproduce")
    return 0


def tables(options: argparse.Namespace) -> int:
    """Write docs/tables.md, which documents every file of a study from its model."""
    from analysis.results import write_text
    from analysis.tools.tables import tables_page

    root = _root()
    write_text(root / "docs" / "tables.md", tables_page(root))
    print("wrote docs/tables.md")
    return 0


def claims_from(options: argparse.Namespace) -> int:
    """List every number of a text or PDF as a draft of claims.csv to correct."""
    from analysis.results import write_text
    from analysis.tools.claims_from import check_target, claims_from, draft, summary

    target = options.to or Path(f"{options.text.stem}_claims.csv")
    check_target(target, options.prefix)
    found = claims_from(options.text)
    write_text(target, draft(found, options.prefix))
    print("\n".join([*summary(found), f"wrote {printable(target.name)}"]))
    return 0


def locate(options: argparse.Namespace) -> int:
    """Find each claim of a study in its document: page, and words to search for."""
    from analysis.pipeline.provenance import sha256
    from analysis.results import write_text
    from analysis.study import load_study
    from analysis.tools.locate import locate

    study = load_study(options.id, _root())
    hashed = sha256(options.text) if options.text.is_file() else ""
    text, lost, found = locate(study, options.text, options.document, hashed)
    write_text(study.raw / "claims.csv", text)
    print("\n".join(f"{each.claim_id}: {each.printed!r} does not stand on line {each.line}" for each in lost))
    print(f"{found} claims found, page and words put into {study.name('claims.csv')} where they were empty")
    print(f"The text, for study.yaml: {{name: {options.text.name}, sha256: {hashed}}}")
    return 1 if lost else 0


def check(options: argparse.Namespace) -> int:
    """Read all that a study holds: every problem at once, and what its pages will show."""
    from analysis.tools.check import check, told

    problems, lines = check(_root(), options.id)
    print("\n".join([*told(problems, options.all), "", *lines]).strip())
    print(f"\n{len(problems)} problem{'' if len(problems) == 1 else 's'}" if problems else "\nno problems")
    return 1 if problems else 0


def release_check(options: argparse.Namespace) -> int:
    """Look once more at every file that would leave of a study, for signature."""
    from analysis.files import shown
    from analysis.results import write_text
    from analysis.study import load_study
    from analysis.tools.release_check import release_check
    from analysis.tools.release_record import record_data, record_page

    study = load_study(options.id, _root())
    found = release_check(study)
    folder = study.root / "build" / "release" / study.id
    write_text(folder / "record.html", record_page(found))
    write_text(folder / "record.json", record_data(found))
    lines = [f"{each.outcome}: {each.what} ({each.told})" for each in found.checks]
    print("\n".join([*lines, f"{len(found.files)} files; record: {shown(folder / 'record.html', study.root)}"]))
    if found.problems:
        told = ["error: not to be passed on as it is", *(f"  {each}" for each in found.problems)]
        print("\n".join(told), file=sys.stderr)
    return 1 if found.problems else 0


def private(options: argparse.Namespace) -> int:
    """Write a team's own full results to private/, unprotected and for the team alone."""
    from analysis.tools.private_results import MARK, write_private

    root = _root()
    _wrote(root, write_private(root, options.id))
    print(MARK)
    return 0


def profile(options: argparse.Namespace) -> int:
    """Write a page that shows where the time of the last run went."""
    from analysis.pipeline.profile import write_profile

    print(write_profile(_root()))
    return 0


def sweep(options: argparse.Namespace) -> int:
    """Run a function or a notebook over many cases: authorities, studies, assumptions, parameters."""
    from concurrent.futures import ThreadPoolExecutor

    from analysis.pipeline import sweep_workers
    from analysis.pipeline.surroundings import processors
    from analysis.pipeline.sweep import sweep

    root, workers = _root(), options.jobs or processors()
    cases, data = _sweep_cases(root, options)
    if options.scheduler:
        engine = sweep_workers.dask(options.scheduler, data)
    elif options.what in ("census", "sroi"):
        engine = sweep_workers.local(workers)
    else:
        engine = sweep_workers.local(workers, pool=ThreadPoolExecutor)
    failed = sweep(root, cases, Path(options.to), data, engine, results=options.result)
    rest = f"; see failures.csv for {failed}" if failed else ""
    print(f"{len(cases) - failed} of {len(cases)} cases are in {Path(options.to) / 'table.csv'}{rest}")
    return 1 if failed else 0


def _sweep_cases(root: Path, options: argparse.Namespace) -> Any:
    from analysis.pipeline import sweep_cases
    from analysis.pipeline.parameters import yaml_value
    from analysis.study import study_ids

    seeds = options.seed or [2011]
    if options.what == "census":
        official = Path(options.official) if options.official else None
        settings = {"draws": options.draws, "seed": seeds[0]}
        return sweep_cases.census_cases(root, options.area, official, settings)
    if options.what == "sroi":
        grid = sweep_cases.grid_from(options.set)
        return sweep_cases.sroi_cases(root, options.study or study_ids(root), options.draws, seeds, grid)
    sets, grid = Path(options.sets) if options.sets else None, sweep_cases.grid_from(options.set, yaml_value)
    return sweep_cases.notebook_cases(root, options.what, options.study or (), grid, sets)


def publish(options: argparse.Namespace) -> int:
    """Write reports/ from the last run."""
    from analysis.pipeline.parameters import leaving_out
    from analysis.pipeline.publish import publish, summary

    root, failures = _root(), dict[str, InputError]()
    index = publish(root, options.again, without=options.without, failures=failures)
    with leaving_out({*options.without, *failures}):
        print(f"{summary(root)}\n\nPages: {index}")
    for study, error in failures.items():
        print(f"not published: {study}: {error}", file=sys.stderr)
    return 1 if failures else 0


def pdf(options: argparse.Namespace) -> int:
    """Print the published pages as tagged PDF files, by the Chromium or Chrome installed."""
    if options.whole:
        from analysis.bundle.one_file import print_studies as print_all
    else:
        from analysis.pipeline.deposit.pdf import print_pages as print_all
    root = _root()
    return _wrote(root, print_all(root, options.study, options.browser))


def summary(options: argparse.Namespace) -> int:
    """One page on a published study in plain words, as HTML, PDF and Word: build/summary/STUDY."""
    from analysis.bundle.summary import write_summary

    root = _root()
    return _wrote(root, write_summary(root, options.study, options.to, options.browser))


def bundle(options: argparse.Namespace) -> int:
    """One published study as a folder or zip that stands alone: pages, everything on one page, tables, figures, citation."""
    from analysis.bundle.bundle import bundle

    root = _root()
    return _wrote(root, [bundle(root, options.study, options.to, options.blind, options.browser)])


def diff(options: argparse.Namespace) -> int:
    """Compare two runs: each number, and what caused its change (0: the same, 1: they differ, 2: trouble)."""
    from analysis.comparison.report import summary, write_report
    from analysis.files import shown

    try:
        root = _root()
        page = Path(options.out).resolve() if options.out else root / "reports" / "diff.html"
        found = write_report(root, (options.before, options.after), page, options.rerun)
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print("\n".join([*summary(found), f"Page: {shown(page, root)}"]))
    return 0 if found.same else 1


def what_if(options: argparse.Namespace) -> int:
    """Run a study with other values in its register, beside the published run: build/what-if/NAME."""
    from analysis.files import shown
    from analysis.pipeline.sweep_cases import Failed
    from analysis.study import load_study
    from analysis.tools.challenges import read_challenges
    from analysis.tools.changes import asked_by, asked_for, changes_of, name_problems
    from analysis.tools.check import told
    from analysis.tools.what_if import what_if, what_moved

    study = load_study(options.study, _root())
    book = options.file if options.file and options.file.suffix.lower() == ".xlsx" else None
    request = asked_for(options.set, None if book else options.file, study.root, options.challenge)
    request = request.joined_by(asked_by(book, study)) if book else request
    name = options.name or request.name or "-and-".join(Path(each).stem for each in request.challenges)
    challenge, unread = read_challenges(study, request.challenges)
    changes, wrong = changes_of(study, request.asked, [each.change for each in challenge.pooled])
    if problems := [
        *name_problems(name),
        *request.problems,
        *unread,
        *(wrong if request.asked or not (unread or request.problems) else []),
    ]:
        print("\n".join(["error: nothing was run", *told(problems, options.all)]), file=sys.stderr)
        return 1
    for what in request.notes:
        print(f"note: not read: {what}")
    for each in (each for each in changes if each.outside):
        entry = each.published
        print(f"note: {entry.id} {each.value:.12g} is outside the register's {entry.low:.12g} to {entry.high:.12g}")
    try:
        page, comparison = what_if(study, changes, name, challenge)
    except Failed as error:
        print(f"error: the changed run stopped: {error}", file=sys.stderr)
        return 1
    print("\n".join([*what_moved(comparison), f"Page: {shown(page, study.root)}"]))
    return 0


def suggest(options: argparse.Namespace) -> int:
    """Propose formulas for the claims that have none, the least likely to fit by chance first."""
    from analysis.audit.plan import FILE, AuditPlan, read_plan
    from analysis.audit.suggest import suggestions, told
    from analysis.audit.suggest_totals import suggested_totals, told as told_of_totals
    from analysis.study import load_study

    study = load_study(options.study, _root())
    plan = read_plan(study) if (study.raw / FILE).is_file() else AuditPlan()
    found = suggestions(study.claims, plan.refused)
    totals = list(suggested_totals(study.claims, plan))
    print("\n".join([*told(study.claims, found), *told_of_totals(study.claims, totals)]))
    print(
        f"{sum(map(len, found.values()))} suggestions for {len(found)} of {len(study.claims)} claims. Take a formula over "
        f"into claims.csv, or refuse it under 'refused' in {FILE} (claim, formula, why). {len(totals)} totals to add to 'totals' in {FILE}, if they are such."
    )
    return 0


def fetch(options: argparse.Namespace) -> int:
    """Download the census tables of an area from Nomis into data/raw/reference."""
    from analysis.census.fetch import fetch_2021, fetch_area
    from analysis.census.reference import read_categories

    root = _root()
    own = root / "data" / "raw" / "reference"
    target = Path(options.to).resolve() if options.to else own
    given = {name: value for name in ("base", "timeout") if (value := getattr(options, name)) is not None}
    if options.census == "2021":
        return _wrote(root, fetch_2021(target, **given))
    if not options.area:
        print("error: say which area with --area CODE, or --census 2021", file=sys.stderr)
        return 1
    categories = read_categories(own / "census_2011_QS203EW_categories.csv")
    return _wrote(root, fetch_area(list(dict.fromkeys(options.area)), target, categories, **given))
