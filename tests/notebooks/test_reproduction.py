"""The whole pipeline, run for real: it finishes, repeats byte for byte, reruns only what changed, and survives a kill."""

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from numbers_check import check_numbers
from project_copy import copy_project, run_analysis

from analysis.pipeline.parameters import planned_runs
from analysis.results import ResultStore

pytestmark = pytest.mark.slow


def made(folder: Path) -> dict[str, str]:
    """Hashes of everything a run makes, by path."""
    files = [path for name in ("data/processed", "reports") for path in (folder / name).rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_every_page_and_result_is_there(finished):
    for notebook, study in planned_runs(finished):
        assert (finished / "reports" / study / f"{notebook}.html").is_file()
        assert len(ResultStore.read(finished / "data/processed" / study / "results" / f"{notebook}.json")) > 0
    assert (finished / "reports" / "index.html").is_file()


def test_the_data_of_a_study_stands_beside_its_pages_and_none_of_a_worked_example(finished):
    for study in ("coproduction", "connecting_opportunities"):
        overview = (finished / "reports" / study / "overview.html").read_text(encoding="utf-8")
        for name in ("results.json", "claims.csv", "findings.csv"):
            made, beside = finished / "data/processed" / study / name, finished / "reports" / study / name
            assert beside.read_bytes() == made.read_bytes() and f'href="{name}"' in overview
    assert not [path for path in finished.glob("reports/*_example/*") if path.suffix in (".json", ".csv")]


def test_every_number_on_a_page_is_in_the_study_s_results(finished):
    for notebook, study in planned_runs(finished):
        store = ResultStore.read(finished / "data/processed" / study / "results.json")
        for name in made_of(finished, study, notebook):
            html = (finished / "reports" / study / f"{name}.html").read_text(encoding="utf-8")
            assert check_numbers(html, store) == [], name


def made_of(finished, study, notebook) -> list[str]:
    """The page of a notebook, and those beside it."""
    data = finished / "data/processed" / study / "pages" / f"{notebook}.json"
    return [notebook, *json.loads(data.read_text(encoding="utf-8")).get("parts", {})]


def test_a_number_that_is_no_result_would_be_found(finished):
    store = ResultStore.read(finished / "data/processed/coproduction/results.json")
    html = (finished / "reports/coproduction/05_sroi.html").read_text(encoding="utf-8")
    assert check_numbers(html.replace("</main>", "<p>About 71 people.</p></main>"), store)
    first = re.search(r'data-result="[^"]+"[^>]*>([^<]*\d[^<]*)<', html)
    assert check_numbers(html.replace(first[0], first[0].replace(first[1], first[1] + "9"), 1), store)


def test_pages_are_stamped_and_hold_no_path_of_the_machine(finished, tmp_path_factory):
    above = tmp_path_factory.getbasetemp().parent  # of all folders in which tests run anything
    for page in (finished / "reports").rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert "@@COMMIT@@" not in text
        assert str(above) not in text
        assert str(Path.home()) not in text


def test_the_claims_of_the_audit_keep_the_raw_columns(finished):
    for study in ("coproduction", "connecting_opportunities"):
        raw = (finished / "data/raw" / study / "claims.csv").read_text(encoding="utf-8").splitlines()[0]
        done = (finished / "data/processed" / study / "claims.csv").read_text(encoding="utf-8").splitlines()[0]
        needed = raw.removesuffix(",search")  # where to look in the document is no matter of the verdict
        assert done == needed + ",recomputed,low,high,verdict,problem,why"


@contextmanager
def one_processor():
    """What is started meanwhile has one processor, where the system lets a process choose."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    mine = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(mine)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, mine)


def test_two_runs_give_the_same_bytes(finished, tmp_path):
    """Another folder, user, hash seed, locale, time zone and number of processors; forced, so that nothing comes from a cache."""
    other = copy_project(tmp_path / "elsewhere with spaces")
    (other / "dvc.lock").unlink(missing_ok=True)
    (tmp_path / "home").mkdir()
    varied = {
        "PYTHONHASHSEED": "4711",
        "LC_ALL": "C",
        "LANG": "C",
        "TZ": "Asia/Kathmandu",
        "OMP_NUM_THREADS": "1",
        "HOME": str(tmp_path / "home"),
        "USER": "someone",
        "LOGNAME": "someone",
    }
    with one_processor():
        done = run_analysis(other, "reproduce", "--force", **varied)
    assert done.returncode == 0, done.stdout + done.stderr
    assert made(other) == made(finished)


def test_the_summary_says_what_came_out(finished):
    done = run_analysis(finished, "reproduce")
    for words in (
        "reports/index.html",
        "SROI as published: £4.67",
        "SROI as published: up to £6.67",
        "claims: ",
        "Time taken: ",
    ):
        assert words in done.stdout
    assert done.stdout.count(": unchanged") == len(planned_runs(finished))


def changed_stages(folder: Path) -> set[str]:
    done = run_analysis(folder, "reproduce")
    assert done.returncode == 0, done.stdout + done.stderr
    return set(re.findall(r"\] (\S+ · \S+): done", done.stdout))


def test_a_change_reruns_what_depends_on_it_and_nothing_else(finished, tmp_path):
    folder = tmp_path / "changed"
    shutil.copytree(finished, folder, symlinks=True)
    params = folder / "params.yaml"
    params.write_text(params.read_text().replace("scenario: central", "scenario: high"), encoding="utf-8")
    assert changed_stages(folder) == {"05_sroi · coproduction"}
    module = folder / "src/analysis/programme/published.py"
    module.write_text(module.read_text() + "\n# a comment\n", encoding="utf-8")
    studies = ("connecting_opportunities", "connecting_opportunities_example")
    assert changed_stages(folder) == {f"07_programme_performance · {study}" for study in studies}
    assumptions = folder / "data/raw/coproduction/assumptions.yaml"
    assumptions.write_text(assumptions.read_text() + "\n# a comment\n", encoding="utf-8")
    assert changed_stages(folder) == {"05_sroi · coproduction", "06_sroi_sensitivity · coproduction"}
    (folder / "data/raw/coproduction/records/local_students.csv").write_text(
        "area_code,sex,students,source\n", encoding="utf-8"
    )
    about_people = {
        f"{notebook} · {study}"
        for notebook, study in planned_runs(folder)
        if study == "coproduction" and notebook < "05"
    }  # the others read no records; publication searches their pages for what records hold
    assert len(about_people) == 5 and changed_stages(folder) == about_people


def test_a_failing_stage_is_told_clearly_and_leaves_the_pages_of_its_study(finished, tmp_path):
    """The other studies are published; the status says that not all is well."""
    folder = tmp_path / "broken"
    shutil.copytree(finished, folder, symlinks=True)
    before = pages_of(folder, "coproduction")
    (folder / "reports/coproduction_example/overview.html").unlink()  # so that what is published anew shows
    claims = folder / "data/raw/coproduction/claims.csv"
    claims.write_text(
        claims.read_text(encoding="utf-8").replace("claim:CP-051 / claim:CP-011", "claim:CP-051 / 0"), encoding="utf-8"
    )
    done = run_analysis(folder, "reproduce")
    assert done.returncode == 1
    assert "data/raw/coproduction/claims.csv, row " in done.stderr
    assert "divides by zero" in done.stderr
    assert "Traceback" not in done.stderr
    assert "not published: coproduction\n" in done.stderr
    assert len(before) > 9 and pages_of(folder, "coproduction") == before
    assert (folder / "reports/coproduction_example/overview.html").is_file()
    assert "coproduction/overview.html" not in (folder / "reports/index.html").read_text(encoding="utf-8")


def pages_of(folder: Path, study: str) -> dict[str, str]:
    """Hashes of what is published of a study, by path."""
    return {name: digest for name, digest in made(folder).items() if name.startswith(f"reports/{study}/")}


def test_a_killed_run_leaves_nothing_half_written_and_the_next_one_finishes(finished, tmp_path):
    folder = tmp_path / "killed"
    shutil.copytree(finished, folder, symlinks=True)
    good = made(folder)
    env = {**os.environ, "PYTHONPATH": str(folder / "src")}
    command = [sys.executable, "-m", "analysis", "reproduce", "--force"]
    with subprocess.Popen(
        command, cwd=folder, env=env, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        for line in process.stdout:
            if "[2/" in line:  # in the middle of the second notebook
                break
        time.sleep(1.0)
        os.killpg(process.pid, signal.SIGKILL)
    wait_until_gone(process.pid)
    left = {name: digest for name, digest in made(folder).items() if not Path(name).name.endswith(".part")}
    assert {name for name, digest in left.items() if good.get(name) != digest} == set()
    done = run_analysis(folder, "reproduce")
    assert done.returncode == 0, done.stdout + done.stderr
    assert made(folder) == good


def wait_until_gone(group: int) -> None:
    """Wait until no process of a killed group is left; the lock of one that is would still count."""
    for _ in range(100):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    raise AssertionError("a killed process is still there")


def test_executed_notebooks_rerun_to_the_same_outputs(finished):
    """nbval executes each notebook again, cell by cell, and compares every output: in an ordinary kernel, once for each notebook.

    Of the studies the last is taken, whose records, where there are synthetic ones, have every cell show something.
    """
    last = dict(planned_runs(finished))
    executed = [
        str(finished / "data/processed" / study / "executed" / f"{notebook}.ipynb") for notebook, study in last.items()
    ]
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "--nbval",
            "-q",
            "-p",
            "no:cacheprovider",
            "-c",
            os.devnull,
            f"--rootdir={finished}",
            *executed,
        ],
        cwd=finished,
        env={**os.environ, "PYTHONPATH": str(finished / "src")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    assert "passed" in done.stdout
