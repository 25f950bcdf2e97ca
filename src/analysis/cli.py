"""The command line, python -m analysis COMMAND: how it is read, and how an error is told."""

import argparse
import errno
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import yaml

from analysis import commands
from analysis.errors import InputError, shorten, show_values
from analysis.pipeline.surroundings import refuse_little_memory

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_ALWAYS = {
    "--show-values": {
        "action": "store_true",
        "help": "quote cells of people's records in messages: for the team's own terminal, never for a log that others read",
    }
}


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
    except Exception as error:
        if (told := error if _is_said(error) else _not_as_made(error)) is None:
            raise
        print(f"error: {told}", file=sys.stderr)
        return 1


def _is_said(error: Exception) -> bool:
    """Whether an error is one for a reader already: a notebook's, or what Python 3.11 says of links that lead round."""
    return type(error).__name__ == "NotebookFailure" or str(error).startswith("Symlink loop")


def _not_as_made(error: Exception) -> InputError | None:
    """What to say where a command failed beside a file of a run that somebody changed; None where all are as they were made."""
    from analysis.comparison.lock import not_as_recorded
    from analysis.study import find_root

    try:
        others = not_as_recorded(find_root())
    except (InputError, OSError):
        return None
    if not others:
        return None
    found = f"content that the recorded run did not write, and the command could not go on ({_where(error)})"
    told = {
        "expected": "what a run wrote, as it was",
        "action": "run analysis reproduce, which makes it anew, then this again; if that ends in the same place, the code there is wrong",
    }
    return InputError(", ".join(others[:3]), found=found, **told)


def _where(error: Exception) -> str:
    """What sort of error it is, and the place in our code where it came up."""
    ours = Path(__file__).parent
    places = [(Path(frame.filename), frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    path, line = next(place for place in reversed(places) if place[0].is_relative_to(ours))
    return f"{type(error).__name__}, {path.relative_to(ours.parent).as_posix()}, line {line}"


_NOT_MADE = ("no such file", "what a run to the end makes", "run analysis reproduce, then this again")
_OF_THE_DISK = {
    errno.ENOSPC: ("a full disk", "room for what a run writes", "make room and run it again"),
    errno.EDQUOT: ("a user's share of the disk that is used up", "room for what a run writes", "make room and run it again"),
    errno.EIO: ("a disk or device that cannot be read or written", "a file on a disk that works", "put the file itself in its place, or copy the project to another disk"),
    errno.EROFS: ("a disk that can only be read", "one that can be written to", "copy the project to one and run it there"),
    errno.ENAMETOOLONG: ("a name that is too long for the disk", "a shorter one", "correct the name"),
    errno.ELOOP: ("links that lead round", "a file", "put the file itself in its place"),
    errno.ENOTDIR: ("a file in the place of a folder", "a folder", "move the file away; a run makes folders of its own anew"),
    errno.EACCES: ("no permission", "a file or folder of this user's own", "change its owner or rights, or run it as its owner"),
}  # fmt: skip


def _disk_trouble(error: OSError) -> InputError:
    """What the system says of a file that cannot be read or written, as one error like all others; half-written files do not stay."""
    found, expected, action = _OF_THE_DISK.get(error.errno or 0, _NOT_MADE)
    return InputError(shorten(str(error.filename or "the disk")), found=found, expected=expected, action=action)


def _is_not_made(error: OSError) -> bool:
    """Whether a file is missing that a run makes: none was made yet, or the last was stopped."""
    return error.errno == errno.ENOENT and "/data/processed/" in str(error.filename).replace("\\", "/")


def _parser() -> argparse.ArgumentParser:
    """The parser of all commands: their arguments as commands.yaml has them, what they do as the functions in `commands` say."""
    declared = yaml.load(Path(__file__).with_name("commands.yaml").read_text(encoding="utf-8"), _LOADER)
    parser = argparse.ArgumentParser(prog="analysis", description="Rerun and audit programme evaluations.")
    places = {"": parser.add_subparsers(required=True, metavar="COMMAND")}
    for name, arguments in declared.items():
        group, _, own = name.rpartition(" ")
        does = getattr(commands, own.replace("-", "_"), None)
        text = _words(does) if does else arguments["about"]
        command = places[group].add_parser(own, help=text, description=text)
        if does:
            _take(command, _ALWAYS | arguments)
            command.set_defaults(command=does)
        else:
            places[name] = command.add_subparsers(required=True, metavar="COMMAND")
    return parser


def _words(function: Callable[[argparse.Namespace], int]) -> str:
    """What a command does, as a list of commands says it: its docstring, without capital letter and full stop."""
    text = " ".join((function.__doc__ or "").split()).removesuffix(".")
    return text[:1].lower() + text[1:]


def _take(command: argparse.ArgumentParser, arguments: dict[str, dict[str, Any]]) -> None:
    """Let a command take arguments, by their names as they are typed."""
    types: dict[str, Callable[[str], Any]] = {"path": Path, "int": int, "float": float}
    for names, said in arguments.items():
        typed = {"type": types[said["type"]]} if "type" in said else {}
        command.add_argument(*names.split(), **said | typed)
