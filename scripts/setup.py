"""Builds .venv from the locks, or does nothing when it already matches them.

    python scripts/setup.py runtime|test|lab        (on Windows: py scripts\\setup.py runtime)

`runtime` is what the analyses need; `test` and `lab` are installed on top of it and never take each other away. The Python that
runs this is the one .venv is made of; `make` and scripts/setup.sh find one. Every file is checked against the hash in its lock,
whatever index it comes from. A .venv that was interrupted while it was built, that was moved, or that was built from other locks or
another Python is built afresh; of two set-ups at once the second waits. Needs nothing but Python 3.11 or later, with its venv and pip.

uv installs, and pip wherever uv fails. uv knows nothing of how pip reaches an index (pip.conf, PIP_INDEX_URL and their kin), so it
is told. Of all other settings of the user none reaches the installation: some would put files elsewhere or other versions in.
"""

from __future__ import annotations

import ast
import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

USAGE = "usage: python scripts/setup.py runtime|test|lab"
LOCKS = {
    "setup": Path("requirements-setup.lock"),
    "runtime": Path("requirements.lock"),
    "test": Path("requirements-test.lock"),
    "lab": Path("requirements-lab.lock"),
}
VENV = Path(".venv")
# Copies of what was installed; comparing them with the project's own files tells what is still to do.
DONE = VENV / ".installed"
BUSY = DONE / "busy"
TEMPORARY = VENV / ".tmp"
# What of pip's settings is passed on, to pip itself and (by the name given) to uv: how an index is reached, and no more.
REACH = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "no-index": "",
    "cert": "SSL_CERT_FILE",
    "client-cert": "SSL_CLIENT_CERT",
    "proxy": "ALL_PROXY",
    "trusted-host": "UV_INSECURE_HOST",
    "timeout": "UV_HTTP_TIMEOUT",
    "default-timeout": "UV_HTTP_TIMEOUT",
    "retries": "UV_HTTP_RETRIES",
    "keyring-provider": "UV_KEYRING_PROVIDER",
    "cache-dir": "",
    "no-cache-dir": "",
    "use-feature": "",
    "use-deprecated": "",
}
# Settings of uv's own that say how an index is reached; all others go.
UV_REACH = re.compile(
    r"UV_((DEFAULT_|EXTRA_)?INDEX|FIND_LINKS|NATIVE_TLS|SYSTEM_CERTS|INSECURE_HOST|HTTP_|KEYRING|OFFLINE|CACHE_DIR|NO_CACHE|CONFIG_FILE"
    r"|LINK_MODE|CONCURRENT|NO_PROGRESS)"
)
_LINE = re.compile(r"(:env:|global|install)\.([a-z-]+)=(.*)")
_STRONGER = ("global", "install", ":env:")  # the last one that says something counts
_HARMLESS = re.compile(r"Location .* is ignored")  # a place without this package; what lacks everywhere is an error


def settings(listed: str) -> dict[str, str]:
    """How pip reaches an index, from what `pip config list` prints: values by option, several values with blanks between.

    >>> settings("global.index-url='https://mirror.example/simple'\\n:env:.timeout='60'\\nglobal.user='true'")
    {'index-url': 'https://mirror.example/simple', 'timeout': '60'}
    """
    found = [match.groups() for line in listed.splitlines() if (match := _LINE.fullmatch(line)) and match[2] in REACH]
    found.sort(key=lambda entry: _STRONGER.index(entry[0]))
    return {name: " ".join(str(ast.literal_eval(value)).split()) for _, name, value in found}


def for_pip(environ: Mapping[str, str], reach: Mapping[str, str]) -> dict[str, str]:
    """The environment for pip: of its settings those that reach an index, and no file of settings."""
    own = {f"PIP_{name.replace('-', '_').upper()}": value for name, value in reach.items()}
    return _neutral(environ) | own | {"PIP_CONFIG_FILE": os.devnull, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def for_uv(environ: Mapping[str, str], reach: Mapping[str, str]) -> dict[str, str]:
    """The environment for uv: pip's way to reach an index, where the user has not told uv another."""
    kept = _neutral(environ) | {name: value for name, value in environ.items() if UV_REACH.match(name)}
    told = {REACH[name]: value for name, value in reach.items() if REACH[name]}
    if "UV_FIND_LINKS" in told:  # uv has commas between several, and stops at one that is missing
        told["UV_FIND_LINKS"] = ",".join(place for place in told["UV_FIND_LINKS"].split() if _is_there(place))
    if "UV_INDEX_URL" in kept:
        told.pop("UV_DEFAULT_INDEX", None)
    if "UV_EXTRA_INDEX_URL" in kept:
        told.pop("UV_INDEX", None)
    if "UV_INDEX" in told:  # look everywhere, as pip does; hashes say which files may be used
        told["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return {name: value for name, value in told.items() if value} | kept


def _neutral(environ: Mapping[str, str]) -> dict[str, str]:
    """An environment without settings of pip, uv and Python."""
    return {name: value for name, value in environ.items() if not name.startswith(("PIP_", "UV_", "PYTHON"))}


def _is_there(place: str) -> bool:
    return "://" in place or Path(place.removeprefix("file:")).exists()


def pip_settings() -> dict[str, str]:
    """pip's own, of this machine and this user."""
    done = subprocess.run([_there("python"), "-I", "-m", "pip", "config", "list"], capture_output=True, text=True)
    if done.returncode:
        print(f"set-up: pip cannot read its settings; going on without them\n{done.stderr.strip()}", file=sys.stderr)
        return {}
    return settings(done.stdout)


def by_pip(arguments: list[str], reach: Mapping[str, str]) -> int:
    """Install by pip; shows what it says but for harmless warnings, and all of it if it fails. Returns its exit status."""
    command = [_there("python"), "-I", "-m", "pip", "install", "--quiet", "--require-hashes", *arguments]
    status, said = _run(command, for_pip(os.environ, reach), subprocess.PIPE)
    told = said.splitlines()
    kept = told if status else [line for line in told if not _HARMLESS.search(line)]
    print(*kept, sep="\n", end="\n" * bool(kept), file=sys.stderr)
    return status


def by_uv(lock: Path, reach: Mapping[str, str]) -> int:
    """Install a lock by the uv in .venv. Returns its exit status.

    One dependency (antlr4-python3-runtime) is published as source only; building it with the locked setuptools keeps an
    unlocked build tool from being fetched.
    """
    uv, own = _there("uv"), for_uv(os.environ, reach)
    if not _can_keep(uv, own):
        own["UV_NO_CACHE"] = "1"
    command = [uv, "pip", "install", "--quiet", "--python", _there("python"), "--require-hashes"]
    command += ["--no-index"] if reach.get("no-index", "").lower() in ("1", "true", "yes", "on") else []
    command += ["--no-build-isolation-package", "antlr4-python3-runtime", "-r", str(lock)]
    try:
        return _run(command, own)[0]
    except OSError as error:
        print(error, file=sys.stderr)
        return 1


def _can_keep(uv: str, environ: Mapping[str, str]) -> bool:
    """Whether uv may write where it keeps copies; a home that is not writable does not stop the set-up."""
    try:
        done = subprocess.run([uv, "cache", "dir"], env=dict(environ), capture_output=True, text=True, check=True)
        folder = Path(done.stdout.strip())
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except (OSError, subprocess.CalledProcessError):
        return False


def tools(lock: Path, reach: Mapping[str, str]) -> int:
    """Install uv and setuptools; setuptools alone where there is no uv for this machine, which pip then does without."""
    if not by_pip(["--only-binary", ":all:", "-r", str(lock)], reach):
        return 0
    print("set-up: uv could not be installed here (see above); using pip, which takes some minutes", file=sys.stderr)
    entries = re.split(r"(?m)^(?=\S)", lock.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(dir=VENV) as folder:
        only = Path(folder) / "setuptools.lock"
        only.write_text("".join(entry for entry in entries if entry.startswith("setuptools==")), encoding="utf-8")
        return by_pip(["-r", str(only)], reach)


def packages(lock: Path, reach: Mapping[str, str]) -> int:
    """Install a lock: by uv if it is there, else or if it fails by pip."""
    if Path(_there("uv")).exists():
        if not by_uv(lock, reach):
            return 0
        print(f"set-up: uv could not install {lock} (see above); trying pip, some minutes", file=sys.stderr)
    return by_pip(["--no-build-isolation", "--use-pep517", "-r", str(lock)], reach)


def _there(name: str) -> str:
    """A program in .venv."""
    return str(_path("scripts") / (f"{name}.exe" if os.name == "nt" else name))


def _path(kind: str) -> Path:
    """The folder of .venv for its scripts, or for its packages ("purelib")."""
    return Path(sysconfig.get_path(kind, "venv", {"base": str(VENV.absolute())}))


def is_sound() -> bool:
    """Whether .venv stands complete at this place, is of this Python's version and of these locks."""
    same = [(DONE / "place", os.fsencode(Path.cwd()))] + [
        (DONE / name, _bytes(LOCKS[name])) for name in ("setup", "runtime")
    ]
    if BUSY.exists() or any(_bytes(noted) != now for noted, now in same):
        return False
    made_of = re.search(rb"(?m)^version = (\d+)\.(\d+)", _bytes(VENV / "pyvenv.cfg"))
    if made_of is None or tuple(map(int, made_of.groups())) != sys.version_info[:2]:
        return False
    try:
        return subprocess.run([_there("python"), "-I", "-c", ""], stderr=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False


def _bytes(path: Path) -> bytes:
    """What stands in a file; nothing where there is none."""
    try:
        return path.read_bytes()
    except OSError:
        return b""


def build() -> None:
    """An empty .venv with what the set-up itself needs."""
    print(f"set-up: building {VENV} with Python {sys.version.split()[0]}", flush=True)
    base = _base()  # as long as .venv leads to it
    _clear()
    _stop_on(_venv(base))
    DONE.mkdir()
    BUSY.touch()
    (DONE / "place").write_bytes(os.fsencode(Path.cwd()))
    _stop_on(tools(LOCKS["setup"], pip_settings()))
    shutil.copyfile(LOCKS["setup"], DONE / "setup")


def _venv(base: str) -> int:
    return _run([base, "-I", "-m", "venv", str(VENV)], _neutral(os.environ))[0]


def _base() -> str:
    """The Python that .venv is made of. This one may be that of a .venv, even of one that was half deleted and knows no base."""
    base = getattr(sys, "_base_executable", sys.executable)
    inside = Path(os.path.abspath(base)).is_relative_to(VENV.absolute())
    return os.path.realpath(base) if inside else base


def _clear() -> None:
    """Delete .venv; again and again, since what a killed set-up had started may write there for a while yet."""
    said: OSError | None = None
    for pause in (0.0, 0.2, 1.0, 2.0, 4.0, 8.0):
        time.sleep(pause)
        try:
            VENV.unlink() if VENV.is_symlink() or VENV.is_file() else shutil.rmtree(VENV)
        except OSError as error:
            said = error
        if not os.path.lexists(VENV):
            return
    sys.exit(
        f"set-up: .venv cannot be deleted ({said}): end the programs that use it, or delete it by hand, and try again"
    )


def _run(command: list[str], environ: Mapping[str, str], stderr: int | None = None) -> tuple[int, str]:
    """Run what installs, with its temporary files in .venv; its exit status, and what it said on a stream that is asked for.

    Whoever stops this process ends that one with all that it started.
    """
    TEMPORARY.mkdir(parents=True, exist_ok=True)
    own = {**environ, **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(TEMPORARY.absolute()))}
    try:
        with subprocess.Popen(command, env=own, stderr=stderr, text=True, **_held) as process:
            try:
                said = process.communicate()[1]
            except BaseException:
                os.killpg(process.pid, signal.SIGKILL) if hasattr(os, "killpg") else process.kill()
                raise
        return process.returncode, said or ""
    finally:
        shutil.rmtree(TEMPORARY, ignore_errors=True)


def step(name: str, source: Path) -> None:
    """A step that must not be left half done: if it is interrupted, the mark makes the next set-up start afresh."""
    if _bytes(DONE / name) == source.read_bytes():
        return
    print(f"set-up: installing {name}", flush=True)
    BUSY.touch()
    _stop_on(install_project() if name == "project" else packages(source, pip_settings()))
    shutil.copyfile(source, DONE / name)
    BUSY.unlink()


def install_project() -> int:
    """Have the .venv's Python find src.

    The path is relative, and so of plain letters whatever the folder is called: Python reads this file in the letters of the
    caller's language.
    """
    there = _path("purelib")
    (there / "analysis.pth").write_text(os.path.relpath("src", there) + "\n", encoding="utf-8")
    return 0


def _stop_on(status: int) -> None:
    if status:
        sys.exit(status)


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Wait until no other set-up works here. The system takes the lock back, however this process and its installer end."""
    with open(__file__, "rb") as own:  # a file that is there in any case; nothing is written
        waits = False
        while not _locked(own.fileno()):
            if not waits:
                print("set-up: another set-up is under way here; waiting for it", flush=True)
            waits = True
            time.sleep(0.5)
        if os.name != "nt":
            # What installs holds it too, and outlives this process if that is killed.
            _held.update(pass_fds=(own.fileno(),), start_new_session=True)
        yield


_held: dict = {}


def _locked(number: int) -> bool:
    """Lock an open file for this process, if no other has; where a disk knows no locks, go on without."""
    try:
        if os.name == "nt":
            import msvcrt

            os.lseek(number, 1 << 30, os.SEEK_SET)  # beyond its end, so that others may read it
            msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        return True
    return True


def _stopped(*_: object) -> None:
    raise KeyboardInterrupt


def main(arguments: list[str]) -> int:
    """Bring .venv to what the command line asks for; returns the exit status."""
    if sys.version_info < (3, 11):  # noqa: UP036 (it says so to an older one)
        print(f"set-up: this is Python {sys.version.split()[0]}; run it with 3.11 or later", file=sys.stderr)
        return 1
    if len(arguments) != 1 or arguments[0] not in ("runtime", "test", "lab"):
        print(USAGE, file=sys.stderr)
        return 2
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:  # nohup has the latter ignored
            signal.signal(number, _stopped)
    os.chdir(Path(__file__).resolve().parent.parent)
    try:
        with alone():
            if not is_sound():
                build()
            for name in dict.fromkeys(("runtime", arguments[0])):
                step(name, LOCKS[name])
            step("project", Path("pyproject.toml"))
    except KeyboardInterrupt:
        print("set-up: stopped; run it again", file=sys.stderr)
        return 130
    except OSError as error:
        print(f"set-up: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
