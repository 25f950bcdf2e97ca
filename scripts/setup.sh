#!/bin/sh
# Finds a Python for scripts/setup.py, which does the rest: sh scripts/setup.sh runtime|test|lab. Set PYTHON to choose it.
set -eu
cd "$(dirname "$0")/.."

usable() {
    # pyenv and some systems put commands on the path that exist but do not run, or lack venv
    "$1" -I -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

fail() {
    printf 'set-up: %s\n' "$*" >&2
    exit 1
}

if [ -n "${PYTHON:-}" ]; then
    usable "$PYTHON" || fail "PYTHON=$PYTHON is not a working Python 3.11 or later with the venv module." \
        "Name another one, or leave PYTHON unset to have one found."
    exec "$PYTHON" -I scripts/setup.py "$@"
fi
for candidate in .venv/bin/python python3.13 python3.12 python3.11 python3; do
    if usable "$candidate"; then exec "$candidate" -I scripts/setup.py "$@"; fi
done
fail "no working Python 3.11 or later was found (tried python3.13, python3.12, python3.11, python3; each needs" \
    "the venv module, which Debian and Ubuntu package as python3-venv)." \
    "Install one, or name one: make PYTHON=/path/to/python3.12 reproduce"
