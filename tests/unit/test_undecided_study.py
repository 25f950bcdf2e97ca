"""A run of everything while the records of one study leave something to decide: the others are published, and one sentence names it."""

from contextlib import nullcontext
from types import SimpleNamespace

import pytest

from analysis.pipeline import reproduce as run

FAILED = {"03_before_after@draft": ["data/raw/draft/records/records.yaml: ..."], "08_claims_audit@broken": ["row 3"]}


@pytest.fixture
def everything(monkeypatch, tmp_path):
    """`reproduce` in which some stages fail, and the stages, publication and processes are stand-ins."""

    def of(failed: list[str], studies: list[str], pages: list[str] = ()) -> int:
        for name in pages:
            (tmp_path / "reports" / name).mkdir(parents=True)
        nothing = lambda *args, **known: None  # noqa: E731
        for name in ("write_plan", "own_folder", "remove_left_folders", "environment", "_changed"):
            monkeypatch.setattr(run, name, nothing)
        monkeypatch.setattr(run, "Sources", SimpleNamespace(now=nothing))
        monkeypatch.setattr(run, "Runner", lambda *args: nullcontext())
        monkeypatch.setattr(run, "planned_runs", lambda root: [("03_before_after", each) for each in studies])
        told = {name: FAILED[name] for name in failed}
        monkeypatch.setattr(run, "_run_stages", lambda *args: (told, ["collect@draft"], {}))
        monkeypatch.setattr(run, "_published", lambda *args: (0, ["published"]))
        return run.reproduce(tmp_path, left_open=lambda study: 2 * (study == "draft"))

    return of


def test_a_study_with_open_decisions_is_named_in_one_sentence_and_is_no_failure(everything, capsys):
    assert everything(["03_before_after@draft"], ["draft", "ready"]) == 0
    lines = capsys.readouterr().err.strip().splitlines()
    assert (
        lines[0] == "draft is not run: its records leave 2 things to decide or mend. What to do: analysis check draft"
    )
    assert lines[1:] == ["", "not published: draft"]


@pytest.mark.parametrize(
    ("failed", "studies", "pages"),
    [
        (["03_before_after@draft"], ["draft"], []),  # nothing else there is
        (["03_before_after@draft"], ["draft", "ready"], ["draft"]),  # pages that no longer say what its files do
        ([*FAILED], ["draft", "broken", "ready"], []),
    ],
)
def test_it_is_one_where_nothing_is_published_pages_are_out_of_date_or_another_fails(
    everything, capsys, failed, studies, pages
):
    assert everything(failed, studies, pages) == 1
    told = capsys.readouterr().err
    assert "draft is not run: " in told and ("broken failed:\nrow 3" in told) == (len(failed) > 1)
