"""The command line: python -m analysis COMMAND."""

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import Any

from analysis.errors import InputError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status (0 done, 1 failed, 2 not understood)."""
    options = _parser().parse_args(arguments)
    try:
        return options.command(options) or 0
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    except RuntimeError as error:
        if type(error).__name__ != "NotebookFailure":
            raise
        print(f"error: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="analysis", description="Rerun and audit programme evaluations.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    run = _command(commands, "run", _run, "run one notebook for one study")
    run.add_argument("notebook", help="name without ending, such as 05_sroi")
    run.add_argument("--study", required=True, help="id of the study")
    run.add_argument(
        "-p", "--parameter", action="append", default=[], metavar="NAME=VALUE", help="set a parameter over params.yaml"
    )
    collect = _command(commands, "collect", _collect, "merge the results of a study's notebooks")
    collect.add_argument("--study", required=True, help="id of the study")
    again = _command(commands, "reproduce", _reproduce, "rerun whatever changed and write reports/")
    again.add_argument("--force", action="store_true", help="rerun everything")
    _command(commands, "publish", _publish, "write reports/ from the last run")
    fetch = _command(commands, "fetch", _fetch, "download the census tables of an area from Nomis into data/raw/reference")
    fetch.add_argument("--area", required=True, action="append", help="2011 code of the area, such as E08000003; may be repeated")
    fetch.add_argument("--base", help="another address of the Nomis API")
    fetch.add_argument("--timeout", type=float, help="seconds to wait for an answer")
    fetch.add_argument("--to", metavar="FOLDER", help="another folder for the tables")
    return parser


def _command(commands: Any, name: str, function: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
    parser.set_defaults(command=function)
    return parser


def _run(options: argparse.Namespace) -> int:
    from analysis.pipeline.run import run_notebook
    from analysis.study import find_root

    changes = dict(_assignment(text) for text in options.parameter)
    run_notebook(find_root(), options.notebook, options.study, changes)
    return 0


def _assignment(text: str) -> tuple[str, Any]:
    """NAME=VALUE with the value read as YAML, so that numbers are numbers."""
    import yaml

    name, equals, value = text.partition("=")
    try:
        return name.strip(), yaml.safe_load(value) if equals else _no_value(text)
    except yaml.YAMLError:
        return name.strip(), value


def _no_value(text: str) -> Any:
    raise InputError(
        "the command line", column="--parameter", found=repr(text), expected="NAME=VALUE", action="write it as --parameter scenario=high"
    )


def _collect(options: argparse.Namespace) -> int:
    from analysis.pipeline.run import collect_results
    from analysis.study import find_root

    collect_results(find_root(), options.study)
    return 0


def _reproduce(options: argparse.Namespace) -> int:
    from analysis.pipeline.reproduce import reproduce
    from analysis.study import find_root

    return reproduce(find_root(), options.force)


def _publish(options: argparse.Namespace) -> int:
    from analysis.pipeline.publish import publish
    from analysis.study import find_root

    print(publish(find_root()))
    return 0


def _fetch(options: argparse.Namespace) -> int:
    from pathlib import Path

    from analysis.census.fetch import fetch_area
    from analysis.census.reference import read_categories
    from analysis.study import find_root
    from analysis.study.tables import shown

    root = find_root()
    own = root / "data" / "raw" / "reference"
    categories = read_categories(own / "census_2011_QS203EW_categories.csv")
    given = {name: value for name in ("base", "timeout") if (value := getattr(options, name)) is not None}
    written = fetch_area(list(dict.fromkeys(options.area)), Path(options.to).resolve() if options.to else own, categories, **given)
    print("\n".join(f"wrote {shown(path, root)}" for path in written))
    return 0
