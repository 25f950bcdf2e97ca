"""What surrounds a run: settings of other programs, other users, a terminal of few letters, somebody who stops it."""

import io
import os
import signal
import sys
from pathlib import Path

from analysis.errors import InputError

PROJECT = Path(__file__).resolve().parents[3]
STRANGE = (
    "PYTHONWARNINGS",
    "PYTHONOPTIMIZE",
)  # as the Makefile has them; libraries of the locks warn, and that is known

# Megabytes of addresses that a run was seen to need on one processor, and what the libraries for matrices take for each more.
LEAST, FOR_EACH_MORE, MOST_COUNTED = 820, 82, 64


def leave_strangers() -> None:
    """Begin this process again without what others tell every Python: module systems of clusters do.

    From folders of PYTHONPATH outside the project modules would be imported in the place of the locked packages, and a
    warning of one of these would be an error. By now some of it may have happened, hence a new start.
    """
    given = os.environ.get("PYTHONPATH", "")
    kept = own_part(given, PROJECT) if given else given
    if kept != given or any(os.environ.get(name) for name in STRANGE):
        own = {name: value for name, value in os.environ.items() if name not in STRANGE}
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], own | ({"PYTHONPATH": kept} if given else {}))


def keep_to_this_user() -> None:
    """Files and folders that are made from here on are this user's alone, whatever the umask was."""
    os.umask(0o077)


def refuse_little_memory() -> None:
    """InputError under a limit of memory (`ulimit -v` or `-d`) that a run cannot do with.

    Libraries for matrices then wait for ever while they are imported, instead of failing.
    """
    try:
        import resource
    except ImportError:  # a system without such limits
        return
    least = LEAST + FOR_EACH_MORE * (min(processors(), MOST_COUNTED) - 1)
    for name, option in ((resource.RLIMIT_AS, "-v"), (resource.RLIMIT_DATA, "-d")):
        most = resource.getrlimit(name)[0]
        if most != resource.RLIM_INFINITY and most < least * 1_000_000:
            raise InputError(
                "the limits of this shell or job",
                found=f"{most // 1_000_000} MB of memory for each process (ulimit {option})",
                expected=f"{least} MB or more, on as many processors as here",
                action=f"raise it (ulimit {option} unlimited, or ask for more memory for the job) and run this again",
            )


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def write_any_letter() -> None:
    """Letters that the terminal cannot show are written by their numbers: a pound sign is no reason to fail."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def end_when_asked() -> None:
    """Whoever asks a command to end (kill, a closed terminal) has it end as Ctrl-C does: nothing of it is left behind."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:  # nohup has the latter ignored
            signal.signal(number, signal.default_int_handler)


def own_part(path: str, project: Path) -> str:
    """The folders of a search path that lie in the project's own.

    >>> own_part(os.pathsep.join(["/p/src", "/elsewhere", ""]), Path("/p"))
    '/p/src'
    """
    parts = [part for part in path.split(os.pathsep) if part]
    return os.pathsep.join(part for part in parts if Path(part).resolve().is_relative_to(project))
