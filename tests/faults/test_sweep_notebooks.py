"""A notebook over many sets of parameters: checked before anything runs, apart from the recorded results, the same bytes."""

import io
import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest
from project_copy import copy_project, run_analysis

from analysis.errors import InputError
from analysis.pipeline import sweep_cases, sweep_workers
from analysis.pipeline.parameters import yaml_value
from analysis.pipeline.processes import Ended, Runner
from analysis.pipeline.reproduce import environment
from analysis.pipeline.sweep import Case, Outcome, sweep
from analysis.pipeline.sweep_cases import apart, attempt, grid_from, notebook_cases
from analysis.results import Kind, Result, ResultStore

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK, STUDY = "05_sroi", "connecting_opportunities"


def cases(
    root: Path, *texts: str, sets: Path | None = None, notebook: str = NOTEBOOK, studies: tuple[str, ...] = (STUDY,)
) -> list[Case]:
    return notebook_cases(root, notebook, studies, grid_from(texts, yaml_value), sets)[0]


def test_a_case_for_each_study_and_point_of_the_grid():
    found = cases(ROOT, "draws=200,300", "seed=1,2", notebook="01_census_baseline", studies=())
    assert [case.name for case in found] == [
        f"coproduction draws={draws} seed={seed}" for draws in (200, 300) for seed in (1, 2)
    ]
    assert found[3].arguments["values"]["draws"] == 300
    assert found[3].arguments["values"]["area"] == "E06000044"  # as in params.yaml


def test_sets_from_a_file_with_cells_left_as_they_are(tmp_path):
    path = tmp_path / "sets.csv"
    path.write_text("area,seed\nE06000045,5\nE08000035,\nE06000045,5\n")
    found = cases(ROOT, sets=path, notebook="01_census_baseline", studies=())
    assert [case.arguments["changes"] for case in found] == [{"area": "E06000045", "seed": 5}, {"area": "E08000035"}]


def test_settings_of_several_values(tmp_path):
    path = tmp_path / "sets.csv"
    path.write_text('disclosure\n"{minimum_cell: 10, rounding_base: 5}"\n')
    (found,) = cases(ROOT, sets=path, notebook="02b_participation", studies=("coproduction",))
    assert found.arguments["values"]["disclosure"] == {"minimum_cell": 10, "rounding_base": 5, "reason": ""}


@pytest.mark.parametrize(
    ("texts", "content", "message"),
    [
        (("scenario=as published,middling",), None, "scenario': found 'middling'"),
        (("scenari=low",), None, "an unknown parameter"),
        (("scenario",), None, "found 'scenario'; expected a name and values"),
        (("scenario={",), None, "--set"),
        ((), "scenario\nas published\nmiddling\n", "sets.csv, row 3, column 'scenario'"),
        ((), "scenari\nlow\n", "sets.csv, row 1, column 'scenari'"),
        ((), "study,scenario\nnowhere,low\n", "no such study under this notebook"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_runs(tmp_path, texts, content, message):
    path = tmp_path / "sets.csv"
    path.write_text(content or "")
    with pytest.raises(InputError) as refused:
        cases(ROOT, *texts, sets=path if content else None)
    assert message in str(refused.value)


@pytest.mark.parametrize(("study", "scenario"), [(STUDY, "as published"), ("coproduction", "low")])
def test_a_scenario_is_one_of_the_study_s_own(study, scenario):
    (found,) = cases(ROOT, f"scenario={scenario}", studies=(study,))
    assert found.arguments["values"]["scenario"] == scenario
    with pytest.raises(InputError, match="expected one of "):
        cases(ROOT, f"scenario={scenario}", studies=("coproduction", STUDY))


def test_a_notebook_that_is_none():
    with pytest.raises(InputError, match="census, sroi, or one of 01_census_baseline"):
        cases(ROOT, notebook="05_srois")


def test_a_case_has_the_project_s_inputs_and_results_of_its_own():
    with apart(ROOT, "08_claims_audit", STUDY) as folder:
        assert (folder / "data/raw" / STUDY / "claims.csv").read_bytes() == (
            ROOT / "data/raw" / STUDY / "claims.csv"
        ).read_bytes()
        assert list((folder / "data/processed").rglob("*")) == [folder / "data/processed" / STUDY]
        (folder / "data/processed" / STUDY / "made").touch()
    assert not folder.exists()
    assert (ROOT / "data/raw" / STUDY / "claims.csv").is_file()
    assert not (ROOT / "data/processed" / STUDY / "made").exists()


def test_a_case_reads_what_notebooks_before_it_gave_in_the_last_run_and_nothing_else_of_it(tmp_path):
    for name in ("data/raw", "notebooks", "params.yaml", "dvc.yaml", "requirements.lock"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).symlink_to(ROOT / name)
    results = tmp_path / "data/processed/coproduction/results"
    results.mkdir(parents=True)
    for name in ("04_english_and_time", "05_sroi", "06_sroi_sensitivity"):
        (results / f"{name}.json").write_text(name)
    with apart(tmp_path, "05_sroi", "coproduction") as folder:
        there = folder / "data/processed/coproduction/results"
        assert [path.name for path in there.iterdir()] == ["04_english_and_time.json"]
        assert (there / "04_english_and_time.json").read_text() == "04_english_and_time"
    wanted, data = notebook_cases(tmp_path, "05_sroi", (), {}, None)
    assert {case.arguments["study"] for case in wanted} == {"coproduction", "connecting_opportunities"}
    assert results / "04_english_and_time.json" in data  # another yearly gain is another case
    assert results / "05_sroi.json" not in data


@pytest.mark.parametrize(
    ("asked", "kept"), [([], ["a.b", "x"]), (["x.*", "a.*"], ["a.b"]), (["x.*", "a"], []), (["x"], ["x"])]
)
def test_results_that_are_kept(tmp_path, asked, kept):
    rows = [{"id": "a.b"}, {"id": "x"}]
    sweep(
        tmp_path, [Case("a", "none", {})], tmp_path, [], lambda root, cases: [(cases[0], Outcome(rows))], results=asked
    )
    assert list(pd.read_csv(tmp_path / "table.csv")["case"]) == ["a"] * len(kept)
    assert [line.split(",")[1] for line in (tmp_path / "table.csv").read_text().splitlines()[1:]] == kept


class Processes:
    """Stands for a runner whose processes end as told, one after the other: a status, and lines or results."""

    def __init__(self, *ends):
        self.ends = list(ends)

    def run(self, words, hear):
        status, lines, results = self.ends.pop(0)
        folder = Path(words[words.index("--project") + 1])
        if results:
            results.write(folder / f"data/processed/{STUDY}/results/{NOTEBOOK}.json", study=STUDY, notebook=NOTEBOOK)
        return Ended(status, [line.replace("HERE", str(folder)) for line in lines])


def results(*values: float) -> ResultStore:
    store = ResultStore()
    store.add(Result(f"a{place}", "A", value, "people", Kind.RECOMPUTED) for place, value in enumerate(values))
    return store


@pytest.mark.parametrize(
    ("ends", "values", "error"),
    [
        ([(-9, [], None), (0, [], results(4.0))], [4.0], ""),
        ([(-9, [], results(3.0, 5.0)), (0, [], results(4.0))], [4.0], ""),  # nothing of the first is left
        ([(-9, [], None), (-11, [], None)], [], sweep_cases.DIED),
        ([(1, ["no memory"], None)], [], "no memory"),
        ([(1, ["a", "error: x raised zlib.error: Error 3"], None)], [], "x raised zlib.error: Error 3"),
        (
            [(1, ["read a.csv", "error: HERE/data/raw/a.csv: found 1", "and 2"], None)],
            [],
            "data/raw/a.csv: found 1\nand 2",
        ),
    ],
)
def test_a_process_that_is_killed_gets_a_second_chance_and_no_third(monkeypatch, ends, values, error):
    runner = Processes(*ends)
    monkeypatch.setattr(sweep_cases, "_runner", lambda root: runner)
    (case,) = cases(ROOT)
    outcome = attempt(ROOT, case)
    assert ([row["value"] for row in outcome.rows], outcome.error) == (values, error)
    assert runner.ends == []


@pytest.mark.parametrize(
    "value", [0.00001, -3, "", "a: {b", "no", None, [1, "2"], {"a": 1, "reason": "x #y"}, "é" * 200]
)
def test_a_value_reaches_a_notebook_as_it_was_given(value):
    found = yaml_value(sweep_cases._yaml(value))
    assert (found, type(found)) == (value, type(value))


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the project without any results."""
    return copy_project(tmp_path_factory.mktemp("sweep"))


RUN, GRID = "02_focus_group_coding", ("rule=any,all,most",)


@pytest.fixture(scope="module")
def undisturbed(project, tmp_path_factory) -> dict[str, bytes]:
    """What a sweep makes, two notebooks at a time."""
    folder = tmp_path_factory.mktemp("made")
    assert (
        sweep(
            project,
            cases(project, *GRID, notebook=RUN),
            folder,
            [],
            sweep_workers.local(2, pool=ThreadPoolExecutor),
            io.StringIO(),
        )
        == 0
    )
    return made(folder)


def made(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in ("table.csv", "failures.csv")}


@pytest.mark.slow
def test_one_row_for_each_set_and_result_and_nothing_beside_the_table(project, undisturbed):
    table = pd.read_csv(io.BytesIO(undisturbed["table.csv"]))
    assert list(table["rule"].unique()) == ["any", "all", "most"]
    assert not table.duplicated(["rule", "id"]).any()
    assert not (project / "data/processed").exists()
    done = run_analysis(project, "run", RUN, "--study", STUDY, "-p", "rule=all")
    assert done.returncode == 0, done.stderr
    recorded = json.loads((project / f"data/processed/{STUDY}/results/{RUN}.json").read_text(encoding="utf-8"))[
        "results"
    ]
    swept = table[table["rule"] == "all"].set_index("id")
    assert set(swept.index) == set(recorded)
    for name, result in recorded.items():
        assert str(swept.loc[name, "value"]) == str(result["value"]) or float(swept.loc[name, "value"]) == float(
            result["value"]
        )


@pytest.mark.slow
def test_what_a_cluster_would_run_gives_the_same(project, undisturbed, tmp_path, monkeypatch):
    """Dask's workers call `attempt`, and start processes afresh, since a daemon may not fork."""
    plain = Runner(project, environment(project), plain=True)
    monkeypatch.setattr(sweep_cases, "_runner", lambda root: plain)
    assert (
        sweep(
            project,
            cases(project, *GRID, notebook=RUN),
            tmp_path,
            [],
            lambda root, waiting: ((case, attempt(root, case)) for case in waiting),
        )
        == 0
    )
    assert made(tmp_path) == undisturbed


@pytest.mark.slow
def test_a_sweep_that_is_killed_goes_on_and_ends_the_same(project, undisturbed, tmp_path):
    command = [
        sys.executable,
        "-m",
        "analysis",
        "sweep",
        RUN,
        "--study",
        STUDY,
        "--set",
        *GRID,
        "--jobs",
        "1",
        "--to",
        str(tmp_path),
    ]
    options = {
        "cwd": project,
        "env": {**os.environ, "PYTHONPATH": str(project / "src")},
        "stdout": subprocess.PIPE,
        "text": True,
    }
    with subprocess.Popen(command, start_new_session=True, **options) as process:
        assert process.stdout.readline().startswith("[1/3]")
        os.killpg(process.pid, signal.SIGKILL)
    again = subprocess.run(command, check=True, **options)
    assert "1 of 3 cases were done before" in again.stdout
    assert made(tmp_path) == undisturbed


@pytest.mark.slow
def test_a_set_that_fails_is_kept_beside_those_that_do_not(project, tmp_path):
    done = run_analysis(
        project,
        "sweep",
        "01_census_baseline",
        "--set",
        "area=E06000045,E99",
        "--set",
        "draws=200",
        "--result",
        "*.steps.women.*",
        "--to",
        str(tmp_path),
    )
    assert done.returncode == 1
    table, failures = pd.read_csv(tmp_path / "table.csv"), pd.read_csv(tmp_path / "failures.csv")
    assert set(table["area"]) == {"E06000045"}
    assert table["id"].str.contains(".steps.women.", regex=False).all()
    assert list(failures["case"]) == ["coproduction area=E99 draws=200"]
    assert "found 'E99'" in failures["error"][0]
    assert "analysis-" not in failures["error"][0]
