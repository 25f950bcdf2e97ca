#!/bin/sh
# Builds .venv from the locks, or does nothing when it already matches them.
#
#   sh scripts/setup.sh runtime|test|lab
#
# `runtime` is what the analyses need; `test` and `lab` are installed on top of it and never take each other away.
# Every file is checked against the hash in its lock. A .venv that was interrupted while it was built, that was moved,
# or that was built from other locks is built afresh. Set PYTHON to choose the interpreter.
set -eu
# Other programs' Python modules, as module systems of clusters set them, are none of ours.
unset PYTHONPATH PYTHONHOME PYTHONSTARTUP PYTHONOPTIMIZE PYTHONWARNINGS
export PYTHONNOUSERSITE=1

usage="usage: sh scripts/setup.sh runtime|test|lab"
wanted=${1:?$usage}
case $wanted in
    runtime) sets="runtime" ;;
    test | lab) sets="runtime $wanted" ;;
    *) echo "$usage" >&2; exit 2 ;;
esac

cd "$(dirname "$0")/.."
venv=.venv
python=$venv/bin/python
# Copies of what was installed; comparing them with the project's own files tells what is still to do.
done_dir=$venv/.installed
busy=$done_dir/busy

lock_of() {
    case $1 in
        runtime) echo requirements.lock ;;
        *) echo "requirements-$1.lock" ;;
    esac
}

fail() {
    printf 'set-up: %s\n' "$*" >&2
    exit 1
}

usable() {
    # pyenv and some systems put commands on the path that exist but do not run, or lack venv
    "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

choose_python() {
    if [ -n "${PYTHON:-}" ]; then
        usable "$PYTHON" || fail "PYTHON=$PYTHON is not a working Python 3.11 or later with the venv module." \
            "Name another one, or leave PYTHON unset to have one found."
        echo "$PYTHON"
        return
    fi
    for candidate in python3.13 python3.12 python3.11 python3; do
        if usable "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    fail "no working Python 3.11 or later was found (tried python3.13, python3.12, python3.11, python3; each needs" \
        "the venv module, which Debian and Ubuntu package as python3-venv)." \
        "Install one, or name one: make PYTHON=/path/to/python3.12 reproduce"
}

is_asked_for_python() {
    [ -z "${PYTHON:-}" ] && return 0
    tell='import sys; print(sys.version_info[:2])'
    usable "$PYTHON" || choose_python >/dev/null
    [ "$("$PYTHON" -c "$tell")" = "$("$python" -c "$tell")" ]
}

venv_is_sound() {
    [ -d "$done_dir" ] && [ ! -e "$busy" ] &&
        [ "$(cat "$done_dir/place" 2>/dev/null)" = "$(pwd -P)" ] &&
        cmp -s requirements-setup.lock "$done_dir/setup" &&
        cmp -s requirements.lock "$done_dir/runtime" &&
        "$python" -c '' 2>/dev/null &&
        is_asked_for_python
}

build_venv() {
    chosen=$(choose_python)
    echo "set-up: building $venv with $("$chosen" --version)"
    rm -rf "$venv"
    "$chosen" -m venv "$venv"
    mkdir "$done_dir"
    : >"$busy"
    pwd -P >"$done_dir/place"
    "$python" -I scripts/install.py --tools requirements-setup.lock
    cp requirements-setup.lock "$done_dir/setup"
}

install_lock() {
    "$python" -I scripts/install.py "$1"
}

install_project() {
    # The path is relative, and so of plain letters whatever the folder is called: Python reads this file in the letters
    # of the caller's language.
    "$python" -I -c 'if True:
        import os, pathlib, sysconfig
        there = pathlib.Path(sysconfig.get_path("purelib"))
        (there / "analysis.pth").write_text(os.path.relpath("src", there) + "\n")'
}

# Runs a step that must not be left half done: if it is interrupted, the mark makes the next set-up start afresh.
step() {
    name=$1 source=$2
    shift 2
    cmp -s "$source" "$done_dir/$name" && return
    echo "set-up: installing $name"
    : >"$busy"
    "$@"
    cp "$source" "$done_dir/$name"
    rm -f "$busy"
}

venv_is_sound || build_venv
for name in $sets; do
    step "$name" "$(lock_of "$name")" install_lock "$(lock_of "$name")"
done
step project pyproject.toml install_project
