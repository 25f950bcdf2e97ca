"""Sweeps: failures beside successes, nothing lost or counted twice, whatever dies; the same bytes from whoever runs them."""

import io
import sys
from pathlib import Path

import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from sweep_work import work

from analysis.cli import main
from analysis.errors import InputError
from analysis.pipeline import sweep_workers
from analysis.pipeline.sweep import Case, sweep
from analysis.pipeline.sweep_cases import grid_from, sroi_cases

FILES = ("table.csv", "failures.csv")


def cases(count: int = 12, **of_one) -> list[Case]:
    """Cases of which the fourth is special."""
    return [Case(f"case {n}", "none", {"number": n, **(of_one if n == 3 else {})}) for n in range(count)]


def swept(tmp_path: Path, wanted: list[Case], engine=None, name: str = "out") -> tuple[int, dict[str, bytes]]:
    root = tmp_path / "project"
    root.mkdir(exist_ok=True)
    failed = sweep(root, wanted, tmp_path / name, [], engine or sweep_workers.local(2, work), io.StringIO())
    return failed, {file: (tmp_path / name / file).read_bytes() for file in FILES}


def ran(tmp_path: Path) -> list[str]:
    return [" ".join(line.split()[:2]) for line in (tmp_path / "project" / "ran").read_text().splitlines()]


def test_one_row_for_each_case_in_their_order(tmp_path):
    failed, made = swept(tmp_path, cases())
    table = pd.read_csv(io.BytesIO(made["table.csv"]))
    assert (failed, list(table["case"]), list(table["number"])) == (
        0,
        [f"case {n}" for n in range(12)],
        list(range(12)),
    )
    assert made == swept(tmp_path, cases(), sweep_workers.local(3, work), "again")[1]


def test_a_failure_is_kept_beside_the_successes_and_tried_again(tmp_path):
    failed, made = swept(tmp_path, cases(fails=True))
    assert failed == 1
    assert made["failures.csv"].decode() == "case,error\ncase 3,ValueError: it would not\n"
    assert len(made["table.csv"].splitlines()) == 12
    swept(tmp_path, cases(fails=True))
    assert ran(tmp_path).count("case 3") == 2
    assert len(ran(tmp_path)) == 13


def test_a_sweep_goes_on_where_it_was(tmp_path):
    swept(tmp_path, cases()[:5])
    failed, made = swept(tmp_path, cases())
    assert sorted(ran(tmp_path)) == sorted(case.name for case in cases())
    assert made == swept(tmp_path, cases(), name="at once")[1]


def test_other_data_or_arguments_are_another_case(tmp_path):
    data = tmp_path / "data.csv"
    data.write_text("a")
    root = tmp_path / "project"
    root.mkdir()
    for content, wanted in (("a", cases(2)), ("b", cases(2)), ("b", [Case("case 0", "none", {"number": 7})])):
        data.write_text(content)
        sweep(root, wanted, tmp_path / "out", [data], sweep_workers.local(1, work), io.StringIO())
    assert len(ran(tmp_path)) == 5
    assert (tmp_path / "out" / "table.csv").read_text().splitlines()[1].startswith("case 0,7,")


def test_a_half_written_case_is_run_again(tmp_path):
    _, made = swept(tmp_path, cases())
    broken = sorted((tmp_path / "out" / "cases").iterdir())[0]
    broken.write_text('{"case": "case 0", "ro')
    assert swept(tmp_path, cases())[1] == made


def test_a_process_that_dies_loses_nothing_and_counts_nothing_twice(tmp_path):
    failed, made = swept(tmp_path, cases(dies=True))
    assert failed == 0
    assert made["table.csv"] == swept(tmp_path, cases(), name="undisturbed")[1]["table.csv"]


def test_a_case_that_always_kills_its_process_fails_alone(tmp_path):
    failed, made = swept(tmp_path, cases(always_dies=True))
    assert failed == 1
    assert made["failures.csv"].decode().splitlines()[1].startswith('case 3,"its process died each time')
    assert len(made["table.csv"].splitlines()) == 12


def test_grids():
    assert grid_from(["a=1,2", "b=0.5"]) == {"a": [1.0, 2.0], "b": [0.5]}
    for text in ("a", "a=", "a=high", "=,"):
        with pytest.raises(InputError, match="--set"):
            grid_from([text])


def test_a_value_given_twice_is_one_case_and_values_close_by_are_two(project_root):
    found, _ = sroi_cases(project_root, ["coproduction", "coproduction"], 100, [1, 1], {"a": [0.1, 0.1, 0.10000001]})
    assert [case.arguments["fixed"] for case in found] == [{"a": 0.1}, {"a": 0.10000001}]
    assert len({case.name for case in found}) == 2


def test_an_unknown_area_fails_by_itself(tmp_path, capsys, project_root, monkeypatch):
    monkeypatch.chdir(project_root)
    options = [
        "sweep",
        "census",
        "--area",
        "E06000044",
        "--area",
        "E99",
        "--draws",
        "200",
        "--jobs",
        "1",
        "--to",
        str(tmp_path),
    ]
    assert main(options) == 1
    assert "1 of 2 cases" in capsys.readouterr().out
    assert set(pd.read_csv(tmp_path / "table.csv")["area_code"]) == {"E06000044"}
    assert "E99" in (tmp_path / "failures.csv").read_text()
