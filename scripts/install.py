"""Installs a lock into the .venv whose Python runs this: by uv with pip's settings, and by pip wherever uv fails.

    .venv/bin/python -I scripts/install.py requirements.lock
    .venv/bin/python -I scripts/install.py --tools requirements-setup.lock

uv knows nothing of how pip reaches an index (pip.conf, PIP_INDEX_URL and their kin), so it is told. Of all other settings of
the user none reaches the installation: some would put files elsewhere or other versions in. Every file is checked against its
hash in the lock, whatever index it comes from. Needs nothing but Python and its pip.
"""

import argparse
import ast
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

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
    done = subprocess.run([sys.executable, "-I", "-m", "pip", "config", "list"], capture_output=True, text=True)
    if done.returncode:
        print(f"set-up: pip cannot read its settings; going on without them\n{done.stderr.strip()}", file=sys.stderr)
        return {}
    return settings(done.stdout)


def by_pip(arguments: list[str], reach: Mapping[str, str]) -> int:
    """Install by pip; shows what it says but for harmless warnings, and all of it if it fails. Returns its exit status."""
    command = [sys.executable, "-I", "-m", "pip", "install", "--quiet", "--require-hashes", *arguments]
    done = subprocess.run(command, env=for_pip(os.environ, reach), stderr=subprocess.PIPE, text=True)
    told = done.stderr.splitlines()
    kept = told if done.returncode else [line for line in told if not _HARMLESS.search(line)]
    print(*kept, sep="\n", end="\n" * bool(kept), file=sys.stderr)
    return done.returncode


def by_uv(lock: Path, reach: Mapping[str, str]) -> int:
    """Install a lock by the uv beside this Python. Returns its exit status.

    One dependency (antlr4-python3-runtime) is published as source only; building it with the locked setuptools keeps an
    unlocked build tool from being fetched.
    """
    uv, own = Path(sys.executable).parent / "uv", for_uv(os.environ, reach)
    if not _can_keep(uv, own):
        own["UV_NO_CACHE"] = "1"
    command = [str(uv), "pip", "install", "--quiet", "--python", sys.executable, "--require-hashes"]
    command += ["--no-index"] if reach.get("no-index", "").lower() in ("1", "true", "yes", "on") else []
    command += ["--no-build-isolation-package", "antlr4-python3-runtime", "-r", str(lock)]
    try:
        return subprocess.run(command, env=own).returncode
    except OSError as error:
        print(error, file=sys.stderr)
        return 1


def _can_keep(uv: Path, environ: Mapping[str, str]) -> bool:
    """Whether uv may write where it keeps copies; a home that is not writable does not stop the set-up."""
    try:
        done = subprocess.run([str(uv), "cache", "dir"], env=dict(environ), capture_output=True, text=True, check=True)
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
    with tempfile.TemporaryDirectory() as folder:
        only = Path(folder) / "setuptools.lock"
        only.write_text("".join(entry for entry in entries if entry.startswith("setuptools==")), encoding="utf-8")
        return by_pip(["-r", str(only)], reach)


def packages(lock: Path, reach: Mapping[str, str]) -> int:
    """Install a lock: by uv if it is there, else or if it fails by pip."""
    if (Path(sys.executable).parent / "uv").exists():
        if not by_uv(lock, reach):
            return 0
        print(f"set-up: uv could not install {lock} (see above); trying pip, some minutes", file=sys.stderr)
    return by_pip(["--no-build-isolation", "--use-pep517", "-r", str(lock)], reach)


def main(arguments: list[str]) -> int:
    """Install what the command line says; returns the exit status."""
    parser = argparse.ArgumentParser(description="Install a lock into the .venv whose Python runs this.")
    parser.add_argument("lock", type=Path, help="file of pinned requirements with hashes")
    parser.add_argument("--tools", action="store_true", help="the lock of what the set-up itself needs")
    options = parser.parse_args(arguments)
    return (tools if options.tools else packages)(options.lock, pip_settings())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
