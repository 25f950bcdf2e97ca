"""What tests share: programs and data that may be absent, and the rule on skipping.

A test that needs something absent is skipped and says what is missing. With ANALYSIS_NO_SKIP=1, as in continuous
integration, a skip of any sort and an expected failure count as failures, so that nothing goes unchecked unnoticed.
"""

import os
import shutil
from pathlib import Path

import hypothesis
import pytest
from project_copy import copy_project, copy_tree, made_once, run_analysis

# How long a case takes depends on what else the machine does; the cases themselves are the same in every run.
hypothesis.settings.register_profile("project", deadline=None, derandomize=True)
hypothesis.settings.load_profile("project")

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM_COMMANDS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
SOFFICE_COMMANDS = ("soffice", "libreoffice", "/Applications/LibreOffice.app/Contents/MacOS/soffice")


# The files that take longest, longest first. Where several processes test, each takes the next file: one that begins late
# with these would be waited for by the others.
LONGEST = (
    "test_published_pages",
    "test_own_records",
    "test_reproduction",
    "test_hostile_text",
    "test_live_in_browser",
    "test_programme_disclosure",
    "test_bundle",
    "test_notebooks_by_hand",
    "test_weight_and_width",
    "test_killed",
    "test_attacker",
    "test_pipeline_graph",
    "test_deposited_files",
    "test_sweep_cluster",
    "test_comparing_runs",
    "test_own_records_page",
    "test_first_screen",
    "test_bad_texts",
)


def pytest_collection_modifyitems(items):
    if "PYTEST_XDIST_WORKER" in os.environ:
        rank = {name: place for place, name in enumerate(LONGEST)}
        items.sort(key=lambda item: rank.get(item.path.stem, len(rank)))


@pytest.fixture(scope="module")
def values_shown():
    """Messages quote the cells of people's records, as a team may ask of its own terminal."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ANALYSIS_SHOW_VALUES", "1")
        yield


@pytest.fixture(scope="session")
def project_root() -> Path:
    """The folder that holds pyproject.toml."""
    return ROOT


@pytest.fixture(scope="session")
def chromium_executable() -> str:
    """Path of a Chromium browser, for the tests that open pages."""
    return _command_or_skip(CHROMIUM_COMMANDS, "a Chromium browser", "chromium")


@pytest.fixture(scope="session")
def soffice() -> str:
    """Path of LibreOffice's command, for the tests that recalculate a workbook."""
    return _command_or_skip(SOFFICE_COMMANDS, "LibreOffice", "libreoffice-calc")


@pytest.fixture(scope="session")
def reference_data() -> Path:
    """Folder of the public statistics as downloaded; data/raw/reference holds the few figures taken from them."""
    folder = Path(os.environ.get("ANALYSIS_REFERENCE_DATA", ROOT.parent / "shared" / "reference_data"))
    if not folder.is_dir():
        pytest.skip(f"no reference data at {folder}; set ANALYSIS_REFERENCE_DATA to the folder that holds them")
    return folder


@pytest.fixture(scope="session")
def finished(tmp_path_factory) -> Path:
    """A copy of the project in which everything has been run once; tests only read it, or copy it again.

    Where several processes test, one of them runs everything and each has a copy of its own.
    """
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return _run_once(tmp_path_factory.mktemp("finished") / "project")
    shared = made_once(tmp_path_factory.getbasetemp().parent / "finished", _run_once)
    return copy_tree(shared, tmp_path_factory.mktemp("finished") / "project")


def _run_once(folder: Path) -> Path:
    done = run_analysis(copy_project(folder), "reproduce")
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def _command_or_skip(commands: tuple[str, ...], what: str, package: str) -> str:
    found = next(filter(None, map(shutil.which, commands)), None)
    if found is None:
        pytest.skip(f"{what} is not installed (Debian and Ubuntu: apt-get install {package})")
    return found


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    _fail_if_not_run(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    report = yield
    _fail_if_not_run(report)
    return report


def _fail_if_not_run(report) -> None:
    """Turns a skip or an expected failure into a failure when skipping is forbidden."""
    if os.environ.get("ANALYSIS_NO_SKIP") != "1":
        return
    if hasattr(report, "wasxfail"):
        reason = f"expected failures are not allowed with ANALYSIS_NO_SKIP=1: {report.wasxfail}"
        del report.wasxfail
    elif report.skipped:
        where_and_why = report.longrepr
        reason = where_and_why[2] if isinstance(where_and_why, tuple) else str(where_and_why)
        reason = f"skipping is not allowed with ANALYSIS_NO_SKIP=1: {reason}"
    else:
        return
    report.outcome, report.longrepr = "failed", reason
