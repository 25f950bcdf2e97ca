"""Runs that cannot be compared: what is refused says what it is and what to do, and nothing is written."""

import json

import pytest
from comparison_runs import commit, number, project

from analysis.cli import main
from analysis.comparison.report import write_report
from analysis.errors import InputError
from analysis.results import Kind, Result

HOSTILE = "</script><img src=x onerror=alert(1)>{{7*7}}\u202e=cmd"


@pytest.fixture
def two(tmp_path):
    return project(tmp_path / "old", number()), project(tmp_path / "new", number(value=5.0))


def refused(root, names, place, **more):
    with pytest.raises(InputError) as told:
        write_report(root, names, place, **more)
    assert not place.exists() and not place.with_suffix(".csv").exists()
    return str(told.value)


@pytest.mark.parametrize("named", ["no-such-thing", "HEAD~1000", "--help", "$(id)", "a\nb"])
def test_what_is_neither_folder_nor_revision(tmp_path, named):
    root = project(tmp_path / "p", number())
    commit(root)
    assert "a folder, or a commit, branch or tag" in refused(root, (named, "."), tmp_path / "diff.html")


def test_a_commit_without_results_asks_for_a_rerun(tmp_path):
    root = project(tmp_path / "p", number())
    made = commit(root, keep=False)
    assert "--rerun" in refused(root, (made, "."), tmp_path / "diff.html")


def test_a_commit_without_a_lock(tmp_path):
    root = project(tmp_path / "p", number(), lock=False)
    made = commit(root)
    assert "dvc.lock" in refused(root, (made, "."), tmp_path / "diff.html")


def test_a_lock_that_leads_out_of_the_project(tmp_path):
    root = project(tmp_path / "p", number())
    lock = (root / "dvc.lock").read_text().replace("data/processed/x/results", "data/processed/../../../x")
    (root / "dvc.lock").write_text(lock)
    assert "a path in data/processed" in refused(root, (commit(root), "."), tmp_path / "diff.html")
    assert not list(tmp_path.glob("x*"))


@pytest.mark.parametrize("text", ["stages: [", "[]", "stages: {a: 1}", "stages: {a: {cmd: x, deps: [1]}}"])
def test_a_broken_lock(two, tmp_path, text):
    (two[0] / "dvc.lock").write_text(text)
    assert "dvc.lock" in refused(two[1], (str(two[0]), "."), tmp_path / "diff.html")


def test_a_folder_without_results(two, tmp_path):
    (tmp_path / "empty").mkdir()
    assert "a folder without results" in refused(two[1], (str(tmp_path / "empty"), "."), tmp_path / "diff.html")


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[]", "null", '{"results": 1}', '{"results": {"a": {}}}', '{"results": {"A b": {"label": "", "value": 1, "unit": "", "kind": "published"}}}',
        '{"results": {"a": {"label": "", "value": 1, "unit": "", "kind": "invented"}}}', '{"results": {"a": {"label": "", "value": 1, "kind": "published", "surprise": 1}}}',
        '{"results": {"a": 1}}',
    ],
)  # fmt: skip
def test_results_that_no_run_wrote(two, tmp_path, text):
    (two[0] / "data/processed/x/results/05_sroi.json").write_text(text)
    told = refused(two[1], (str(two[0]), "."), tmp_path / "diff.html")
    assert "x/results/05_sroi.json" in told and "run the notebook again" in told


def test_results_that_are_no_text(two, tmp_path):
    (two[0] / "data/processed/x/results/05_sroi.json").write_bytes(b"\xff\xfe\x00")
    assert "05_sroi.json" in refused(two[1], (str(two[0]), "."), tmp_path / "diff.html")


def test_exit_status_as_of_diff(two, tmp_path, monkeypatch, capsys):
    """0: the same, 1: they differ, 2: trouble."""
    monkeypatch.chdir(two[1])
    out = ["--out", str(tmp_path / "diff.html")]
    assert main(["diff", ".", ".", *out]) == 0
    assert main(["diff", str(two[0]), ".", *out]) == 1
    assert main(["diff", "nothing", ".", *out]) == 2
    assert "error:" in capsys.readouterr().err


def test_hostile_names_and_words_stay_text(tmp_path):
    words = {
        "label": HOSTILE,
        "unit": HOSTILE,
        "note": HOSTILE,
        "source": HOSTILE,
        "interval": HOSTILE,
        "function": HOSTILE,
    }
    files = {
        "data/raw/x/value_map.csv": f'row,note\n"{HOSTILE}",1\n',
        "data/raw/x/sroi.yaml": json.dumps({HOSTILE: HOSTILE}),
    }
    old = project(tmp_path / "old", number(value=4.0, low=1.0, high=2.0, **words), files=files)
    new = project(
        tmp_path / "new",
        Result("a.ratio", HOSTILE + "1", HOSTILE, HOSTILE, Kind.ASSUMED),
        files={name: text.replace("cmd", "other") for name, text in files.items()},
    )
    write_report(new, (str(old), "."), tmp_path / "diff.html")
    page = (tmp_path / "diff.html").read_text(encoding="utf-8")
    assert "<img" not in page and "\u202e" not in page and page.count("<script") == 2 and "{{7*7}}" in page
