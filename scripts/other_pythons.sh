#!/bin/sh
# Runs the pipeline under other Pythons and compares every file with this run's:
#
#   sh scripts/other_pythons.sh [python3.12 ...]      (default: those of 3.11, 3.12 and 3.13 that are installed)
#
# Needs the results of `make reproduce` at the commit checked out, and the network for the packages. Each Python gets a
# clone and a .venv of its own in a temporary folder, with another user, hash seed, time zone and locale.
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tell='import sys, venv, ensurepip; print("%d.%d" % sys.version_info[:2])'
ours=$(.venv/bin/python -c "$tell")
[ "$#" -gt 0 ] || set -- python3.11 python3.12 python3.13

status=0
for python in "$@"; do
    version=$("$python" -c "$tell" 2>/dev/null) || { echo "$python: not installed, or without the venv module"; continue; }
    [ "$version" != "$ours" ] || continue
    git clone --quiet . "$work/python $version"
    (
        cd "$work/python $version"
        mkdir "$work/home"
        PYTHON=$python sh scripts/setup.sh runtime
        HOME=$work/home USER=other LOGNAME=other PYTHONHASHSEED=4711 TZ=Asia/Kathmandu LC_ALL=C \
            .venv/bin/python -m analysis reproduce --force >"$work/told" 2>&1 || { cat "$work/told"; exit 1; }
    )
    for made in data/processed reports; do
        diff -rq --exclude='*.pdf' "$made" "$work/python $version/$made" || status=1
    done
    echo "Python $version: compared with Python $ours"
    rm -rf "$work/python $version" "$work/home"
done
exit "$status"
