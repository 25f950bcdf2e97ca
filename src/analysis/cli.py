"""The command line: python -m analysis COMMAND."""

import argparse
import errno
import sys
from collections.abc import Callable, Sequence
from typing import Any

from analysis.errors import InputError, show_values
from analysis.pipeline.surroundings import refuse_little_memory


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status (0 done, 1 failed, 2 not understood)."""
    options = _parser().parse_args(arguments)
    if getattr(options, "show_values", False):
        show_values()
    try:
        refuse_little_memory()
        return options.command(options) or 0
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:  # nobody reads any more what is printed, as under `| head`
        return 141
    except OSError as error:
        if error.errno not in _OF_THE_DISK and not _is_not_made(error):
            raise
        print(f"error: {_disk_trouble(error)}", file=sys.stderr)
        return 1
    except RuntimeError as error:
        if type(error).__name__ != "NotebookFailure":
            raise
        print(f"error: {error}", file=sys.stderr)
        return 1


_NOT_MADE = ("no such file", "what a run to the end makes", "run analysis reproduce, then this again")
_OF_THE_DISK = {
    errno.ENOSPC: ("a full disk", "room for what a run writes", "make room and run it again"),
    errno.EDQUOT: ("a user's share of the disk that is used up", "room for what a run writes", "make room and run it again"),
    errno.EROFS: ("a disk that can only be read", "one that can be written to", "copy the project to one and run it there"),
    errno.EACCES: ("no permission", "a file or folder of this user's own", "change its owner or rights, or run it as its owner"),
}  # fmt: skip


def _disk_trouble(error: OSError) -> InputError:
    """What the system says of a file that cannot be read or written, as one error like all others; half-written files do not stay."""
    found, expected, action = _OF_THE_DISK.get(error.errno or 0, _NOT_MADE)
    return InputError(error.filename or "the disk", found=found, expected=expected, action=action)


def _is_not_made(error: OSError) -> bool:
    """Whether a file is missing that a run makes: none was made yet, or the last was stopped."""
    return error.errno == errno.ENOENT and "/data/processed/" in str(error.filename).replace("\\", "/")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="analysis", description="Rerun and audit programme evaluations.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _setup_command(commands)
    _stage_commands(commands)
    _whole_run_commands(commands)
    _study_commands(commands)
    _audit_commands(commands)
    _comparison_commands(commands)
    _sweep_options(
        _command(
            commands,
            "sweep",
            _sweep,
            "run a function or a notebook over many cases: authorities, studies, assumptions, parameters",
        )
    )
    fetch = _command(
        commands, "fetch", _fetch, "download the census tables of an area from Nomis into data/raw/reference"
    )
    fetch.add_argument(
        "--area", default=[], action="append", help="2011 code of the area, such as E08000003; may be repeated"
    )
    fetch.add_argument(
        "--census",
        choices=["2011", "2021"],
        default="2011",
        help="2021: the bulk files of all local authorities at once",
    )
    fetch.add_argument("--base", help="another address of the Nomis API")
    fetch.add_argument("--timeout", type=float, help="seconds to wait for an answer")
    fetch.add_argument("--to", metavar="FOLDER", help="another folder for the tables")
    return parser


def _setup_command(commands: Any) -> None:
    setup = _command(
        commands, "setup", _setup, "bring .venv to what a use needs, as make does: python scripts/setup.py"
    )
    setup.add_argument("use", nargs="?", default="runtime", help="runtime, test or lab")


def _stage_commands(commands: Any) -> None:
    run = _command(commands, "run", _run, "run one notebook for one study")
    run.add_argument("notebook", help="name without ending, such as 05_sroi")
    run.add_argument("--study", required=True, help="id of the study")
    run.add_argument(
        "-p", "--parameter", action="append", default=[], metavar="NAME=VALUE", help="set a parameter over params.yaml"
    )
    run.add_argument(
        "--project", type=_path, metavar="FOLDER", help="the project (default: the nearest folder that is one)"
    )
    collect = _command(commands, "collect", _collect, "merge the results of a study's notebooks")
    collect.add_argument("--study", required=True, help="id of the study")
    _command(commands, "page-code", _page_code, "write the hashes of the code that every page is made with")
    _command(commands, "raw-files", _raw_files, "write the names of the files in each folder of raw data")


def _whole_run_commands(commands: Any) -> None:
    again = _command(commands, "reproduce", _reproduce, "rerun whatever changed and write reports/")
    again.add_argument("--force", action="store_true", help="rerun everything")
    again.add_argument(
        "--jobs",
        type=int,
        default=0,
        metavar="N",
        help="notebooks at a time (default: one more than there are processors)",
    )
    again.add_argument("--plain", action="store_true", help="start every process afresh instead of from a warm parent")
    live = _command(
        commands,
        "live",
        _live,
        "serve a draft of the pages on this machine that follows every change of its files, until Ctrl-C",
    )
    live.add_argument("study", nargs="?", default="", help="id of one study (default: all)")
    live.add_argument("--port", type=int, default=0, help="port of the loopback interface (default: any that is free)")
    live.add_argument(
        "--what-if",
        type=_path,
        metavar="FILE",
        help="also the study with the changes of this file (see what-if --from)",
    )
    live.add_argument(
        "--private", action="store_true", help="also the study's own full results, unprotected: for the team alone"
    )
    live.add_argument("--plain", action="store_true", help="start every process afresh instead of from a warm parent")
    draft = _command(commands, "draft-pages", _draft_pages, "write pages of a draft, as `live` asks for them")
    draft.add_argument("pages", nargs="*", help="paths below reports/ (default: all)")
    draft.add_argument("--study", default="", help="id of the study that a draft of all pages is of")
    draft.add_argument("--reworded", type=_path, metavar="FILE", help="texts that alone changed, as JSON")
    _command(commands, "profile", _profile, "write a page that shows where the time of the last run went")
    _publication_commands(commands, again)


def _publication_commands(commands: Any, again: argparse.ArgumentParser) -> None:
    publish = _command(commands, "publish", _publish, "write reports/ from the last run")
    publish.add_argument("--without", action="append", default=[], metavar="STUDY", help="leave out a study")
    for command in (again, publish):
        command.add_argument(
            "--again",
            action="append",
            default=[],
            metavar="STUDY",
            help="publish although few people came or went, since the study's earlier pages were never passed on",
        )
    _copies_of_pages(commands)


def _copies_of_pages(commands: Any) -> None:
    pdf = _command(
        commands, "pdf", _pdf, "print the published pages as tagged PDF files, by the Chromium or Chrome installed"
    )
    pdf.add_argument("--study", default="", help="id of one study (default: all pages)")
    summary = _command(
        commands,
        "summary",
        _summary,
        "one page on a published study in plain words, as HTML, PDF and Word: build/summary/STUDY",
    )
    summary.add_argument("study", help="id of the study")
    summary.add_argument("--to", type=_path, help="a folder (default: build/summary/STUDY)")
    bundle = _command(
        commands,
        "bundle",
        _bundle,
        "one published study as a folder or zip that stands alone: pages, everything on one page, tables, figures, citation",
    )
    bundle.add_argument("study", help="id of the study")
    bundle.add_argument(
        "--to",
        type=_path,
        metavar="TARGET",
        help="a folder, or a file .zip; nothing there yet (default: build/bundle/STUDY)",
    )
    bundle.add_argument("--blind", action="store_true", help="for blind review: without names, addresses and commit")
    for command in (pdf, summary, bundle):
        command.add_argument("--browser", default="", metavar="PROGRAM", help="name or path of the browser")


def _comparison_commands(commands: Any) -> None:
    diff = _command(
        commands,
        "diff",
        _diff,
        "compare two runs: each number, and what caused its change (0: the same, 1: they differ, 2: trouble)",
    )
    diff.add_argument(
        "before", metavar="RUN_A", help="a commit, branch or tag; '.' for the working tree; or a folder with results"
    )
    diff.add_argument("after", metavar="RUN_B", help="likewise")
    diff.add_argument(
        "--out", metavar="FILE", help="where the page goes, the table beside it (default: reports/diff.html)"
    )
    diff.add_argument(
        "--rerun", action="store_true", help="rerun a commit whose results are not in DVC's cache, in a temporary copy"
    )
    _what_if_options(
        _command(
            commands,
            "what-if",
            _what_if,
            "run a study with other values in its register, beside the published run: build/what-if/NAME",
        )
    )


def _study_commands(commands: Any) -> None:
    new = _command(
        commands, "new-study", _new_study, "write the folder of a new study: commented skeletons of its files"
    )
    new.add_argument("id", help="the study's id: small letters, digits, underscores")
    new.add_argument(
        "--with",
        dest="chosen",
        default="",
        metavar="PART,PART",
        help="claims, sroi, before-after, targets, census, coding, monitoring, records (default: claims)",
    )
    new.add_argument("--records", type=_path, metavar="FOLDER", help="a folder with the team's own files to begin from")
    _command(commands, "tables", _tables, "write docs/tables.md, which documents every file of a study from its model")
    _draft_of_claims(commands)
    locate = _command(
        commands, "locate", _locate, "find each claim of a study in its document: page, and words to search for"
    )
    locate.add_argument("id", help="id of the study")
    locate.add_argument("text", type=_path, help="the text whose lines claims.csv counts, or a PDF with a text layer")
    locate.add_argument("--document", default="", metavar="ID", help="document of study.yaml (default: the source)")
    check = _command(
        commands, "check", _check, "read all that a study holds: every problem at once, and what its pages will show"
    )
    check.add_argument("id", help="id of the study")
    release = _command(
        commands,
        "release-check",
        _release_check,
        "look once more at every file that would leave of a study, for signature",
    )
    release.add_argument("id", help="the study's id")
    private = _command(
        commands, "private", _private, "write a team's own full results to private/, unprotected and for the team alone"
    )
    private.add_argument("id", help="the study's id")


def _draft_of_claims(commands: Any) -> None:
    claims = _command(
        commands, "claims-from", _claims_from, "list every number of a text or PDF as a draft of claims.csv to correct"
    )
    claims.add_argument("text", type=_path, help="a text in UTF-8, or a PDF with a text layer")
    claims.add_argument(
        "--prefix", default="XX", help="capital letters that every claim's id starts with (claim_prefix)"
    )
    claims.add_argument(
        "--to",
        type=_path,
        metavar="FILE",
        help="where the draft goes; nothing there yet (default: TEXT_claims.csv here)",
    )


def _audit_commands(commands: Any) -> None:
    audit: argparse.ArgumentParser = commands.add_parser("audit", help="what a ledger of claims may be checked for")
    suggest = _command(
        audit.add_subparsers(required=True, metavar="COMMAND"),
        "suggest",
        _suggest,
        "propose formulas for the claims that have none, the least likely to fit by chance first",
    )
    suggest.add_argument("study", help="id of the study")


def _what_if_options(what_if: argparse.ArgumentParser) -> None:
    what_if.add_argument("study", help="id of the study")
    what_if.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="another value for an assumption; may be repeated",
    )
    what_if.add_argument(
        "--challenge",
        action="append",
        default=[],
        metavar="NAME",
        help="what challenges/NAME.yaml of the study proposes; may be repeated, and is pooled",
    )
    what_if.add_argument(
        "--as", dest="name", default="", metavar="NAME", help="name of the changed run, which its folder gets"
    )
    what_if.add_argument(
        "--from",
        dest="file",
        type=_path,
        metavar="FILE",
        help="YAML file with 'as: NAME' and 'set: {NAME: VALUE}', or the study's workbook with other values on its sheet Inputs",
    )


def _sweep_options(sweep: argparse.ArgumentParser) -> None:
    sweep.add_argument(
        "what",
        help="census (the baseline by authority), sroi (the ratio's distribution), or a notebook, such as 01_census_baseline",
    )
    sweep.add_argument(
        "--to",
        required=True,
        metavar="FOLDER",
        help="where the table goes; a sweep that was stopped goes on from there",
    )
    sweep.add_argument("--jobs", type=int, default=0, metavar="N", help="processes (default: one for each processor)")
    sweep.add_argument("--scheduler", metavar="ADDRESS", help="run on the workers of this Dask scheduler instead")
    sweep.add_argument("--draws", type=int, default=2000, help="random draws for each case")
    sweep.add_argument("--seed", type=int, action="append", help="seed of the draws; sroi: may be repeated")
    sweep.add_argument(
        "--area", action="append", default=[], help="census: 2011 code of an authority; may be repeated (default: all)"
    )
    sweep.add_argument("--official", metavar="FOLDER", help="census: folder with the complete official tables")
    sweep.add_argument(
        "--study", action="append", help="sroi, notebooks: id of a study; may be repeated (default: all)"
    )
    sweep.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=V1,V2",
        help="each of these values for an assumption (sroi) or a parameter (notebooks)",
    )
    sweep.add_argument(
        "--sets", metavar="FILE", help="notebooks: CSV file, each row a set of parameters, each column a parameter"
    )
    sweep.add_argument(
        "--result",
        action="append",
        default=[],
        metavar="ID",
        help="notebooks: results to keep, such as 'steps.*' (default: all)",
    )


def _command(
    commands: Any, name: str, function: Callable[[argparse.Namespace], int], text: str
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
    parser.set_defaults(command=function)
    parser.add_argument(
        "--show-values",
        action="store_true",
        help="quote cells of people's records in messages: for the team's own terminal, never for a log that others read",
    )
    return parser


def _path(text: str) -> Any:
    from pathlib import Path

    return Path(text)


def _setup(options: argparse.Namespace) -> int:
    import subprocess

    from analysis.study import find_root

    return subprocess.call([sys.executable, "-I", str(find_root() / "scripts" / "setup.py"), options.use])


def _run(options: argparse.Namespace) -> int:
    from analysis.pipeline.run import run_notebook
    from analysis.study import find_root

    root, changes = find_root(options.project), _assignments(options.parameter)
    _tell_records(root, options.study)
    run_notebook(root, options.notebook, options.study, changes)
    return 0


def _tell_records(root: Any, *studies: str) -> None:
    """Say which files of a team's own a run reads, and what it makes of them; what cannot be read, the run says itself."""
    from analysis.study import load_study

    own = [study for study in studies if _is_filled(root, study) and not load_study(study, root).info.example]
    if own:  # only then, since the readers need a second to load
        from analysis.participants.account import account

        for line in account(root, own):
            print(line, flush=True)


def _is_filled(root: Any, study: str) -> bool:
    """Whether a team has put anything into the folders of a study that are for its records."""
    places = (root / "data" / "raw" / study / name for name in ("records", "management_information"))
    return any(path.name != "README.md" for place in places if place.is_dir() for path in place.iterdir())


def _assignments(texts: list[str]) -> dict[str, Any]:
    """The parameters of a command line by name; InputError where one is given twice."""
    pairs = [_assignment(text) for text in texts]
    names = [name for name, _ in pairs]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        found, action = "the parameter twice", "leave one of the two out"
        raise InputError("the command line", column=f"--parameter {twice}", found=found, expected="once", action=action)
    return dict(pairs)


def _assignment(text: str) -> tuple[str, Any]:
    """NAME=VALUE with the value read as YAML, so that numbers are numbers."""
    from analysis.pipeline.parameters import yaml_value

    name, equals, value = text.partition("=")
    if not equals:
        _no_value(text)
    try:
        return name.strip(), yaml_value(value)
    except ValueError:
        return name.strip(), value


def _no_value(text: str) -> Any:
    raise InputError(
        "the command line",
        column="--parameter",
        found=repr(text),
        expected="NAME=VALUE",
        action="write it as --parameter scenario=high",
    )


def _collect(options: argparse.Namespace) -> int:
    from analysis.pipeline.people import collect_decisions
    from analysis.pipeline.run import collect_results
    from analysis.study import find_root

    collect_results(find_root(), options.study)
    collect_decisions(find_root(), options.study)
    return 0


def _page_code(options: argparse.Namespace) -> int:
    from analysis.pipeline.page_code import write_page_code
    from analysis.study import find_root

    write_page_code(find_root())
    return 0


def _raw_files(options: argparse.Namespace) -> int:
    from analysis.pipeline.raw_files import write_raw_files
    from analysis.study import find_root

    write_raw_files(find_root())
    return 0


def _reproduce(options: argparse.Namespace) -> int:
    from analysis.pipeline.reproduce import reproduce
    from analysis.study import find_root, study_ids

    root = find_root()
    _tell_records(root, *study_ids(root))
    return reproduce(root, options.force, options.jobs, options.plain, options.again)


def _live(options: argparse.Namespace) -> int:
    from analysis.live.session import Asked, live
    from analysis.study import find_root, load_study

    root = find_root()
    if options.study:
        load_study(options.study, root)
    elif options.what_if or options.private:
        found, action = "no study", "name the study first"
        raise InputError("the command line", column="study", found=found, expected="the one it is of", action=action)
    live(root, Asked(options.study, options.what_if, options.private, options.port, options.plain))
    return 0


def _draft_pages(options: argparse.Namespace) -> int:
    import json

    from analysis.live.pages import write_all, write_some
    from analysis.pipeline.progress import tell
    from analysis.study import find_root

    root = find_root()
    wording = json.loads(options.reworded.read_text(encoding="utf-8")) if options.reworded else {}
    tell("pages", write_some(root, options.pages, wording) if options.pages else write_all(root, options.study))
    return 0


def _new_study(options: argparse.Namespace) -> int:
    from analysis.files import shown
    from analysis.study import find_root
    from analysis.tools.new_study import new_study

    root = find_root()
    chosen = [name.strip() for name in options.chosen.split(",") if name.strip()]
    written = new_study(root, options.id, chosen, options.records)
    print("\n".join(f"wrote {shown(path, root)}" for path in written))
    if options.records:
        print(
            f"What this makes of them stands in records.yaml (docs/own-records.md). Next: python -m analysis check {options.id}"
        )
    else:
        print(f"Fill them in (docs/adding-a-study.md), then: analysis check {options.id}; analysis reproduce")
    return 0


def _tables(options: argparse.Namespace) -> int:
    from analysis.results import write_text
    from analysis.study import find_root
    from analysis.tools.tables import tables_page

    root = find_root()
    write_text(root / "docs" / "tables.md", tables_page(root))
    print("wrote docs/tables.md")
    return 0


def _claims_from(options: argparse.Namespace) -> int:
    from analysis.results import write_text
    from analysis.tools.claims_from import check_target, claims_from, draft, summary

    target = options.to or _path(f"{options.text.stem}_claims.csv")
    check_target(target, options.prefix)
    found = claims_from(options.text)
    write_text(target, draft(found, options.prefix))
    print("\n".join([*summary(found), f"wrote {target.name}"]))
    return 0


def _locate(options: argparse.Namespace) -> int:
    from analysis.pipeline.provenance import sha256
    from analysis.results import write_text
    from analysis.study import find_root, load_study
    from analysis.tools.locate import locate

    study = load_study(options.id, find_root())
    hashed = sha256(options.text) if options.text.is_file() else ""
    text, lost, found = locate(study, options.text, options.document, hashed)
    write_text(study.raw / "claims.csv", text)
    print("\n".join(f"{each.claim_id}: {each.printed!r} does not stand on line {each.line}" for each in lost))
    print(f"{found} claims found, page and words put into {study.name('claims.csv')} where they were empty")
    print(f"The text, for study.yaml: {{name: {options.text.name}, sha256: {hashed}}}")
    return 1 if lost else 0


def _check(options: argparse.Namespace) -> int:
    from analysis.study import find_root
    from analysis.tools.check import check, told

    problems, lines = check(find_root(), options.id)
    print("\n".join([*told(problems), "", *lines]).strip())
    print(f"\n{len(problems)} problem{'' if len(problems) == 1 else 's'}" if problems else "\nno problems")
    return 1 if problems else 0


def _release_check(options: argparse.Namespace) -> int:
    from analysis.files import shown
    from analysis.results import write_text
    from analysis.study import find_root, load_study
    from analysis.tools.release_check import release_check
    from analysis.tools.release_record import record_data, record_page

    study = load_study(options.id, find_root())
    found = release_check(study)
    folder = study.root / "build" / "release" / study.id
    write_text(folder / "record.html", record_page(found))
    write_text(folder / "record.json", record_data(found))
    lines = [f"{each.outcome}: {each.what} ({each.told})" for each in found.checks]
    print("\n".join([*lines, f"{len(found.files)} files; record: {shown(folder / 'record.html', study.root)}"]))
    if found.problems:
        print(
            "\n".join(["error: not to be passed on as it is", *(f"  {each}" for each in found.problems)]),
            file=sys.stderr,
        )
    return 1 if found.problems else 0


def _private(options: argparse.Namespace) -> int:
    from analysis.files import shown
    from analysis.study import find_root
    from analysis.tools.private_results import MARK, write_private

    root = find_root()
    print("\n".join([*(f"wrote {shown(path, root)}" for path in write_private(root, options.id)), MARK]))
    return 0


def _profile(options: argparse.Namespace) -> int:
    from analysis.pipeline.profile import write_profile
    from analysis.study import find_root

    print(write_profile(find_root()))
    return 0


def _sweep(options: argparse.Namespace) -> int:
    from concurrent.futures import ThreadPoolExecutor
    from pathlib import Path

    from analysis.pipeline import engines
    from analysis.pipeline.surroundings import processors
    from analysis.pipeline.sweep import sweep
    from analysis.study import find_root

    root, workers = find_root(), options.jobs or processors()
    cases, data = _sweep_cases(root, options)
    if options.scheduler:
        engine = engines.dask(options.scheduler, data)
    elif options.what in ("census", "sroi"):
        engine = engines.local(workers)
    else:
        engine = engines.local(workers, pool=ThreadPoolExecutor)
    failed = sweep(root, cases, Path(options.to), data, engine, results=options.result)
    rest = f"; see failures.csv for {failed}" if failed else ""
    print(f"{len(cases) - failed} of {len(cases)} cases are in {Path(options.to) / 'table.csv'}{rest}")
    return 1 if failed else 0


def _sweep_cases(root: Any, options: argparse.Namespace) -> Any:
    from pathlib import Path

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


def _publish(options: argparse.Namespace) -> int:
    from analysis.pipeline.parameters import leaving_out
    from analysis.pipeline.publish import publish, summary
    from analysis.study import find_root

    root, failures = find_root(), dict[str, InputError]()
    index = publish(root, options.again, without=options.without, failures=failures)
    with leaving_out({*options.without, *failures}):
        print(f"{summary(root)}\n\nPages: {index}")
    for study, error in failures.items():
        print(f"not published: {study}: {error}", file=sys.stderr)
    return 1 if failures else 0


def _pdf(options: argparse.Namespace) -> int:
    from analysis.files import shown
    from analysis.pipeline.deposit.pdf import print_pages
    from analysis.study import find_root

    root = find_root()
    print("\n".join(f"wrote {shown(path, root)}" for path in print_pages(root, options.study, options.browser)))
    return 0


def _summary(options: argparse.Namespace) -> int:
    from analysis.bundle.summary import write_summary
    from analysis.files import shown
    from analysis.study import find_root

    root = find_root()
    for path in write_summary(root, options.study, options.to, options.browser):
        print(f"wrote {shown(path, root)}")
    return 0


def _bundle(options: argparse.Namespace) -> int:
    from analysis.bundle.bundle import bundle
    from analysis.files import shown
    from analysis.study import find_root

    root = find_root()
    print(f"wrote {shown(bundle(root, options.study, options.to, options.blind, options.browser), root)}")
    return 0


def _diff(options: argparse.Namespace) -> int:
    from pathlib import Path

    from analysis.comparison.report import summary, write_report
    from analysis.files import shown
    from analysis.study import find_root

    try:
        root = find_root()
        page = Path(options.out).resolve() if options.out else root / "reports" / "diff.html"
        found = write_report(root, (options.before, options.after), page, options.rerun)
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print("\n".join([*summary(found), f"Page: {shown(page, root)}"]))
    return 0 if found.same else 1


def _what_if(options: argparse.Namespace) -> int:
    from pathlib import Path

    from analysis.files import shown
    from analysis.pipeline.sweep_cases import Failed
    from analysis.study import find_root, load_study
    from analysis.tools.challenges import read_challenges
    from analysis.tools.changes import asked_by, asked_for, changes_of, name_problems
    from analysis.tools.check import told
    from analysis.tools.what_if import what_if, what_moved

    study = load_study(options.study, find_root())
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
        print("\n".join(["error: nothing was run", *told(problems)]), file=sys.stderr)
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


def _suggest(options: argparse.Namespace) -> int:
    from analysis.audit.plan import FILE, AuditPlan, read_plan
    from analysis.audit.suggest import suggestions, told
    from analysis.audit.suggest_totals import suggested_totals, told as told_of_totals
    from analysis.study import find_root, load_study

    study = load_study(options.study, find_root())
    plan = read_plan(study) if (study.raw / FILE).is_file() else AuditPlan()
    found = suggestions(study.claims, plan.refused)
    totals = list(suggested_totals(study.claims, plan))
    print("\n".join([*told(study.claims, found), *told_of_totals(study.claims, totals)]))
    print(
        f"{sum(map(len, found.values()))} suggestions for {len(found)} of {len(study.claims)} claims. Take a formula over "
        f"into claims.csv, or refuse it under 'refused' in {FILE} (claim, formula, why). {len(totals)} totals to add to 'totals' in {FILE}, if they are such."
    )
    return 0


def _fetch(options: argparse.Namespace) -> int:
    from pathlib import Path

    from analysis.census.fetch import fetch_2021, fetch_area
    from analysis.census.reference import read_categories
    from analysis.files import shown
    from analysis.study import find_root

    root = find_root()
    own = root / "data" / "raw" / "reference"
    target = Path(options.to).resolve() if options.to else own
    given = {name: value for name in ("base", "timeout") if (value := getattr(options, name)) is not None}
    if options.census == "2021":
        print("\n".join(f"wrote {shown(path, root)}" for path in fetch_2021(target, **given)))
        return 0
    if not options.area:
        print("error: say which area with --area CODE, or --census 2021", file=sys.stderr)
        return 1
    categories = read_categories(own / "census_2011_QS203EW_categories.csv")
    written = fetch_area(list(dict.fromkeys(options.area)), target, categories, **given)
    print("\n".join(f"wrote {shown(path, root)}" for path in written))
    return 0
