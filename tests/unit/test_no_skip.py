"""With ANALYSIS_NO_SKIP=1 no test goes unrun: every way of skipping, and an expected failure, fails the run."""

import os
import subprocess
import sys

import pytest

WAYS_NOT_TO_RUN = {
    "skip": "def test_it():\n    pytest.skip('missing')",
    "skipif": "@pytest.mark.skipif(True, reason='missing')\ndef test_it():\n    pass",
    "fixture": "@pytest.fixture\ndef page():\n    pytest.skip('missing')\n\ndef test_it(page):\n    pass",
    "module": "pytest.skip('missing', allow_module_level=True)",
    "importorskip": "pytest.importorskip('no_such_module', reason='missing')",
    "xfail": "@pytest.mark.xfail(reason='missing')\ndef test_it():\n    raise ValueError",
    "xpass": "@pytest.mark.xfail(reason='missing')\ndef test_it():\n    pass",
}


@pytest.fixture(scope="module")
def run_pytest(tmp_path_factory, project_root):
    """Runs one test file for each way, and returns the run's exit code and text."""
    folder = tmp_path_factory.mktemp("ways")
    for name in ("conftest.py", "project_copy.py"):
        (folder / name).write_text((project_root / "tests" / name).read_text())
    for way, body in WAYS_NOT_TO_RUN.items():
        (folder / f"test_{way}.py").write_text(f"import pytest\n\n{body}\n")

    def run(no_skip):
        settings = {"ANALYSIS_NO_SKIP": no_skip, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""}
        command = [sys.executable, "-m", "pytest", "-rA", "-p", "no:cacheprovider", "-c", os.devnull]
        command += ["--continue-on-collection-errors", "--rootdir", str(folder), str(folder)]
        return subprocess.run(
            command, env={**os.environ, **settings}, capture_output=True, text=True, timeout=120, check=False
        )

    return run


def test_skipping_is_allowed_otherwise(run_pytest):
    run = run_pytest("0")
    assert run.returncode == 0, run.stdout
    assert "5 skipped, 1 xfailed, 1 xpassed" in run.stdout


def test_no_way_of_skipping_passes_when_it_is_forbidden(run_pytest):
    run = run_pytest("1")
    assert run.returncode == 1, run.stdout
    # three fail as they run; two before they start and two as they are read, which pytest counts as errors
    assert "3 failed, 4 errors" in run.stdout
    assert run.stdout.count("not allowed with ANALYSIS_NO_SKIP=1: ") >= len(WAYS_NOT_TO_RUN)
