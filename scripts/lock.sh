#!/bin/sh
# Renews the locks from pyproject.toml: sh scripts/lock.sh (needs .venv and the network; then run the tests).
#
# Everything is first resolved together for the oldest supported Python; the locks are then made under those versions.
# So each package has one version, whatever the lock, the Python or the system.
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

compile() {
    .venv/bin/uv pip compile --no-config --quiet --upgrade --no-header --no-annotate --no-emit-index-url \
        --python-version 3.11 "$@" >/dev/null
}

# python-dateutil 4 would hold back celery, which DVC brings in; and pandas was tested with 2.9.
echo 'python-dateutil<3' >"$work/limits"
printf 'setuptools\nuv\n' >"$work/setup.in"
compile --all-extras --constraints "$work/limits" --output-file "$work/versions" pyproject.toml "$work/setup.in"

locked() {
    compile --universal --generate-hashes --constraints "$work/versions" "$@"
}
locked --output-file requirements.lock pyproject.toml
locked --output-file requirements-test.lock --extra test pyproject.toml
locked --output-file requirements-lab.lock --extra lab pyproject.toml
locked --output-file requirements-setup.lock "$work/setup.in"
