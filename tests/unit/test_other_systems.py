"""What Windows and macOS lack is asked for before it is used: modules, functions, signals, paths of Unix."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = {"crypt", "fcntl", "grp", "nis", "ossaudiodev", "posix", "pty", "pwd", "readline", "resource", "spwd", "syslog", "termios", "tty"}  # fmt: skip
NAMES = {
    "os": {
        "O_NOFOLLOW", "O_NONBLOCK", "WEXITSTATUS", "WIFSIGNALED", "chown", "chroot", "confstr", "fchmod", "fchown", "fork", "forkpty",
        "getegid", "geteuid", "getgid", "getgroups", "getloadavg", "getpgid", "getpgrp", "getpriority", "getsid", "getuid", "killpg",
        "lchown", "memfd_create", "mkfifo", "mknod", "nice", "openpty", "pipe2", "posix_spawn", "pread", "pwrite", "sched_getaffinity",
        "sched_setaffinity", "sendfile", "setgid", "setgroups", "setpgid", "setpgrp", "setpriority", "setsid", "setuid", "statvfs",
        "sync", "sysconf", "ttyname", "uname", "wait", "wait3", "wait4", "waitid",
    },
    "signal": {
        "ITIMER_REAL", "SIGALRM", "SIGCHLD", "SIGCONT", "SIGHUP", "SIGKILL", "SIGPIPE", "SIGQUIT", "SIGSTOP", "SIGTSTP", "SIGUSR1",
        "SIGUSR2", "SIGXCPU", "SIG_BLOCK", "SIG_SETMASK", "SIG_UNBLOCK", "alarm", "pause", "pthread_kill", "pthread_sigmask",
        "setitimer", "siginterrupt", "sigpending", "sigtimedwait", "sigwait", "sigwaitinfo",
    },
    "socket": {"AF_UNIX", "SO_REUSEPORT", "socketpair"},
    "time": {"clock_settime", "pthread_getcpuclockid", "tzset"},
    "multiprocessing": {"forkserver"},
}  # fmt: skip
PATHS = ("/bin/", "/dev/", "/etc/", "/proc/", "/run/", "/tmp", "/usr/", "/var/")
PROGRAMS = {"bash", "cp", "env", "kill", "ln", "make", "mv", "nice", "rm", "sh", "timeout", "xargs"}
ONLY_WITH_A_FORK_SERVER = {("pipeline/processes.py", name) for name in ("warm_up", "_ctrl_c_held")}


def unguarded(source: str) -> list[tuple[str, str]]:
    """What only Unix has, with the function (or "") in which nothing asks whether it is there."""
    found: list[tuple[str, str]] = []
    _look(ast.parse(source), "", False, found)
    return found


def _look(node: ast.AST, function: str, asked: bool, found: list[tuple[str, str]]) -> None:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        function = node.name
        asked = asked or _asks(node)
    elif isinstance(node, ast.Try):
        caught = {
            name.id for each in node.handlers for name in ast.walk(each.type or each) if isinstance(name, ast.Name)
        }
        asked = (
            asked
            or bool(caught & {"ImportError", "OSError", "AttributeError"})
            or any(h.type is None for h in node.handlers)
        )
    elif isinstance(node, (ast.If, ast.IfExp)):
        asked = asked or _asks(node.test)
    if not asked:
        found += [(name, function) for name in _of_unix(node)]
    for child in ast.iter_child_nodes(node):
        _look(child, function, asked, found)


def _asks(node: ast.AST) -> bool:
    """Whether it asks what system this is, or whether a name is there."""
    return any(
        (isinstance(each, ast.Call) and isinstance(each.func, ast.Name) and each.func.id == "hasattr")
        or (isinstance(each, ast.Attribute) and ast.unparse(each) in ("sys.platform", "os.name"))
        for each in ast.walk(node)
    )


def _of_unix(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names if alias.name in MODULES]
    if isinstance(node, ast.ImportFrom):
        names = NAMES.get(node.module or "", set())
        return [node.module] if node.module in MODULES else [a.name for a in node.names if a.name in names]
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return [f"{node.value.id}.{node.attr}"] if node.attr in NAMES.get(node.value.id, ()) else []
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and "\n" not in node.value:
        return [node.value] if node.value.startswith(PATHS) else []
    if isinstance(node, ast.List) and node.elts and isinstance(node.elts[0], ast.Constant):
        return [node.elts[0].value] if node.elts[0].value in PROGRAMS else []
    return []


def without_encoding(source: str) -> list[int]:
    """Lines where a text file is opened in whatever letters, or read in whatever line ends, a system takes for its own."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, (ast.Attribute, ast.Name))
        and (getattr(node.func, "attr", "") in ("read_text", "write_text") or getattr(node.func, "id", "") == "open")
        and not any(word.arg == "encoding" for word in node.keywords)
        and not any(isinstance(each, ast.Constant) and "b" in str(each.value) for each in node.args[1:2])
        and (getattr(node.func, "id", "") == "open" or len(node.args) < 1 + (node.func.attr == "write_text"))
    ]


FILES = [*sorted((ROOT / "src" / "analysis").rglob("*.py")), ROOT / "scripts" / "setup.py"]


def test_nothing_that_only_unix_has_is_used_unasked():
    strange = {
        (path.relative_to(ROOT).as_posix().removeprefix("src/analysis/"), function, name)
        for path in FILES
        for name, function in unguarded(path.read_text(encoding="utf-8"))
    }
    assert {each for each in strange if each[:2] not in ONLY_WITH_A_FORK_SERVER} == set()
    assert {each[:2] for each in strange} >= ONLY_WITH_A_FORK_SERVER, "asked by now: take it out"


def test_text_is_read_and_written_in_letters_that_are_said():
    assert {str(path): lines for path in FILES if (lines := without_encoding(path.read_text(encoding="utf-8")))} == {}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import fcntl", ["fcntl"]),
        ("from resource import getrusage", ["resource"]),
        ("try:\n    import resource\nexcept ImportError:\n    resource = None", []),
        ("def f():\n    os.killpg(1, signal.SIGKILL)", ["os.killpg", "signal.SIGKILL"]),
        ("def f():\n    if hasattr(os, 'killpg'):\n        os.killpg(1, signal.SIGKILL)", []),
        ("if os.name != 'nt':\n    import pwd", []),
        ("place = '/dev/shm/x'", ["/dev/shm/x"]),
        ("subprocess.run(['sh', '-c', x])", ["sh"]),
        ("socket.socket(socket.AF_UNIX)", ["socket.AF_UNIX"]),
    ],
)
def test_what_only_unix_has_is_found(source, found):
    assert [name for name, _ in unguarded(source)] == found


def test_letters_that_are_not_said_are_found():
    assert without_encoding("open(x)\nopen(x, 'rb')\nPath(x).read_text()\nPath(x).write_text(y, encoding='utf-8')") == [
        1,
        3,
    ]
