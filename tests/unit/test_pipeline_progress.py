"""Progress, estimates and the page that shows where the time went."""

import io
import os

import pytest

from analysis.cli import main
from analysis.errors import InputError
from analysis.pipeline import last_publication, preloaded, timings
from analysis.pipeline.profile import render, write_profile
from analysis.pipeline.progress import MARK, Display, Laps, heard, tell
from analysis.pipeline.sources import Sources


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_what_is_told_is_heard_and_nobody_is_told_who_did_not_ask(capsys, monkeypatch):
    tell("cell", 1, 20)
    assert capsys.readouterr().out == ""
    monkeypatch.setenv("ANALYSIS_TOLD", "1")
    tell("cell", 1, 20)
    assert heard(capsys.readouterr().out) == ["cell", 1, 20]
    assert heard("an ordinary line") is None


def test_a_log_shows_each_notebook_at_its_start_and_end_with_the_time_left():
    stream = io.StringIO()
    display = Display(2, 1, {"one · study": 4.0, "two · study": 60.0}, stream)
    display.start("one · study")
    display.cell("one · study", 10, 20)
    display.end("one · study")
    display.settled("two · study", "unchanged")
    lines = stream.getvalue().splitlines()
    assert lines[0] == "[1/2] one · study ..."
    assert lines[1].startswith("[1/2] one · study: done in 0.0 s, about ")
    assert lines[2] == "[2/2] two · study: unchanged"


def test_a_terminal_shows_the_cells_of_every_running_notebook(monkeypatch):
    monkeypatch.setattr("shutil.get_terminal_size", lambda *_, **__: os.terminal_size((200, 24)))
    stream = Terminal()
    display = Display(3, 2, {"one": 10.0, "two": 20.0, "three": 30.0}, stream)
    display.start("one")
    display.start("two")
    display.cell("one", 5, 10)
    last = stream.getvalue().rpartition("\x1b[K")[2]
    assert last == "[1/3] one 5/10 · [2/3] two 0/? · about 22 s left"  # (5 + 20 + a usual 20) / 2 workers, rounded


def test_the_time_left_is_never_less_than_that_of_the_slowest():
    display = Display(2, 8, {"one": 1.0, "two": 90.0}, io.StringIO())
    display.start("one")
    display.start("two")
    assert display._left() == "about 90 s left"


def test_laps_add_up():
    laps = Laps()
    laps.lap("a")
    laps.lap("b")
    laps.lap("a")
    assert list(laps.taken) == ["a", "b"]
    assert sum(laps.taken.values()) == pytest.approx(laps.total, abs=0.05)


RUN = timings.LastRun(
    9.5,
    3,
    {"DVC": 1.0},
    {"05_sroi · <x>": {"process": 0.5, "cell 0": 1.0, "cell 1": 2.0, "page": 0.25}},
)


def test_times_are_kept_for_the_next_run(tmp_path):
    assert timings.expected(tmp_path) == {}
    timings.write(tmp_path, RUN)
    assert timings.expected(tmp_path) == {"05_sroi · <x>": 3.75}
    timings.write(tmp_path, timings.LastRun(1.0, 3, {}, {}))
    assert timings.expected(tmp_path) == {"05_sroi · <x>": 3.75}, "a stage that did not run keeps its time"


@pytest.mark.parametrize(
    "content", ["", "[]", "{", "[" * 50_000, '{"usual": 3}', '{"usual": {"a": "x"}}', '{"nothing": "of ours"}']
)
def test_times_in_another_form_are_as_good_as_none(tmp_path, content):
    (tmp_path / "build").mkdir()
    (tmp_path / timings.FILE).write_text(content)
    assert timings.expected(tmp_path) == {}
    with pytest.raises(InputError, match="make reproduce"):
        write_profile(tmp_path)


def test_the_profile_shows_phases_parts_stages_and_cells():
    page = render(RUN)
    for words in (
        "9.5 s, 3 notebooks",
        "<td>DVC</td>",
        "05_sroi · &lt;x&gt;",
        '<td class="n">3.00</td>',
        "<td>cell 1</td>",
    ):
        assert words in page


def test_profile_without_a_run_says_what_to_do(tmp_path, monkeypatch, capsys):
    (tmp_path / "params.yaml").write_text("")
    (tmp_path / "data" / "raw").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert main(["profile"]) == 1
    assert "run make reproduce first" in capsys.readouterr().err


def test_publication_is_skipped_only_while_nothing_changed(tmp_path):
    wording, cases = "data/raw/overviews/a_study.yaml", "tests/spec/cases.yaml"
    for name in ("dvc.lock", "params.yaml", "reports/index.html", "src/a.py", wording, cases):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("first")
    sources = Sources.now(tmp_path / "src")
    assert last_publication.still_told(tmp_path, "commit", sources) is None
    last_publication.note(tmp_path, ["all well"], "commit", sources)
    assert last_publication.still_told(tmp_path, "commit", sources) == ["all well"]
    assert last_publication.still_told(tmp_path, "another commit", sources) is None
    for name in ("dvc.lock", "params.yaml", "reports/index.html", wording, cases):
        (tmp_path / name).write_text("other than before")
        assert last_publication.still_told(tmp_path, "commit", sources) is None
        last_publication.note(tmp_path, ["all well"], "commit", sources)
    (tmp_path / "src/a.py").write_text("other than before")
    assert last_publication.still_told(tmp_path, "commit", Sources.now(tmp_path / "src")) is None


def test_what_notebooks_import_is_found_in_their_cells(project_root):
    found = preloaded.notebook_imports(project_root)
    assert {"analysis.reporting.views.sroi", "analysis.study"} <= set(found)
    assert preloaded.imports_in("import (") == []


def test_the_mark_starts_no_ordinary_line():
    assert MARK == "\x1e"
