"""The record: only what was made from the inputs as they are is written to dvc.lock."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest
import yaml

from analysis.errors import InputError
from analysis.pipeline.dvc_record import Record
from analysis.pipeline.processes import Ended
from analysis.pipeline.progress import Display
from analysis.pipeline.reproduce import environment
from analysis.pipeline.schedule import Schedule
from analysis.pipeline.sources import Sources

STAGES = {
    "first": {"cmd": "python -m analysis make first", "deps": ["raw.txt"], "outs": ["first.txt"]},
    "second": {"cmd": "python -m analysis make second", "deps": ["first.txt"], "outs": ["second.txt"]},
    "apart": {"cmd": "python -m analysis make apart", "deps": ["apart_raw.txt"], "outs": ["apart.txt"]},
}
INPUT = {"first": "raw.txt", "second": "first.txt", "apart": "apart_raw.txt"}


@pytest.fixture
def project(tmp_path) -> Path:
    """A project of three stages, the second after the first; each copies its input in capital letters."""
    (tmp_path / "raw.txt").write_text("raw")
    (tmp_path / "apart_raw.txt").write_text("other")
    (tmp_path / "dvc.yaml").write_text(yaml.safe_dump({"stages": STAGES}))
    (tmp_path / "src").mkdir()
    (tmp_path / ".dvc").mkdir()
    (tmp_path / ".dvc" / "config").write_text("[core]\n    analytics = false\n")
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    return tmp_path


class Hands:
    """Does by hand what a stage's command would do, and notes in which order."""

    def __init__(self, root: Path) -> None:
        self.root, self.ran, self.meddle, self.fail = root, [], {}, set()

    def run(self, arguments, hear) -> Ended:
        name = arguments[1]
        self.ran.append(name)
        text = (self.root / INPUT[name]).read_text()
        self.meddle.get(name, lambda: None)()
        if name in self.fail:
            return Ended(1, ["it would not"])
        if name != self.meddle.get("forgets"):
            (self.root / f"{name}.txt").write_text(text.upper())
        return Ended(0, [])

    def stop(self) -> None:
        pass


def brought_up_to_date(root: Path, hands: Hands, force: bool = False) -> Schedule:
    hands.ran.clear()
    with Record(root, environment(root)) as record:
        schedule = Schedule(record, hands, Display(0, 2, {}), Sources.now(root / "src"), 2, force)
        schedule.run()
    return schedule


def locked(root: Path) -> dict:
    lock = root / "dvc.lock"
    return yaml.safe_load(lock.read_text())["stages"] if lock.is_file() else {}


def test_stages_run_once_in_order_and_dvc_itself_finds_nothing_to_do(project):
    hands = Hands(project)
    assert brought_up_to_date(project, hands).failed == {}
    assert sorted(hands.ran) == ["apart", "first", "second"]
    assert hands.ran.index("first") < hands.ran.index("second")
    assert (project / "second.txt").read_text() == "RAW"
    done = subprocess.run(["dvc", "status"], cwd=project, env=environment(project), capture_output=True, text=True)
    assert "up to date" in done.stdout, done.stdout + done.stderr
    assert brought_up_to_date(project, hands).failed == {}
    assert hands.ran == []


def test_a_change_runs_what_depends_on_it_and_going_back_takes_results_from_the_cache(project):
    hands = Hands(project)
    brought_up_to_date(project, hands)
    first = locked(project)
    (project / "raw.txt").write_text("new")
    brought_up_to_date(project, hands)
    assert hands.ran == ["first", "second"]
    (project / "raw.txt").write_text("raw")
    brought_up_to_date(project, hands)
    assert hands.ran == []
    assert (project / "second.txt").read_text() == "RAW"
    assert locked(project) == first


def test_an_upstream_result_that_comes_out_the_same_stops_the_change(project):
    hands = Hands(project)
    brought_up_to_date(project, hands)
    (project / "raw.txt").write_text("RAW")
    brought_up_to_date(project, hands)
    assert hands.ran == ["first"]


def test_inputs_that_change_during_a_run_are_not_recorded_with_its_results(project):
    hands = Hands(project)
    hands.meddle = {"first": lambda: (project / "raw.txt").write_text("changed meanwhile")}
    schedule = brought_up_to_date(project, hands)
    assert list(schedule.failed) == ["first"]
    assert "raw.txt changed while first ran" in schedule.failed["first"][0]
    assert schedule.skipped == ["second"]
    assert set(locked(project)) == {"apart"}
    hands.meddle = {}
    assert brought_up_to_date(project, hands).failed == {}
    assert sorted(hands.ran) == ["first", "second"]
    assert (project / "second.txt").read_text() == "CHANGED MEANWHILE"


def test_code_that_changes_during_a_run_is_not_taken_for_the_code_that_ran(project):
    hands = Hands(project)
    hands.meddle = {"first": lambda: (project / "src" / "new.py").write_text("")}
    schedule = brought_up_to_date(project, hands)
    assert "src/new.py changed while the run was under way" in schedule.failed["first"][0]
    assert "first" not in locked(project)


def test_an_output_that_is_not_made_is_not_taken_from_the_run_before(project):
    hands = Hands(project)
    brought_up_to_date(project, hands)
    (project / "raw.txt").write_text("new")
    hands.meddle = {"forgets": "first"}
    schedule = brought_up_to_date(project, hands)
    assert "first.txt" in schedule.failed["first"][0]
    assert locked(project)["first"]["deps"][0]["size"] == len("raw")


def test_a_failure_stops_what_waits_for_it_and_nothing_else(project):
    hands = Hands(project)
    hands.fail = {"first"}
    schedule = brought_up_to_date(project, hands)
    assert schedule.failed == {"first": ["it would not"]}
    assert schedule.skipped == ["second"]
    assert set(locked(project)) == {"apart"}


def test_a_missing_input_is_told(project):
    (project / "raw.txt").unlink()
    schedule = brought_up_to_date(project, Hands(project))
    assert "raw.txt" in schedule.failed["first"][0]


def test_a_stage_of_another_program_is_run_by_dvc_with_what_waits_for_it(project):
    stages = {**STAGES, "first": {**STAGES["first"], "cmd": "tr a-z A-Z <raw.txt >first.txt"}}
    stages["second"] = {**STAGES["second"], "cmd": "cp first.txt second.txt"}
    (project / "dvc.yaml").write_text(yaml.safe_dump({"stages": stages}))
    hands = Hands(project)
    assert brought_up_to_date(project, hands).failed == {}
    assert hands.ran == ["apart"]
    assert (project / "second.txt").read_text() == "RAW"
    assert set(locked(project)) == {"first", "second", "apart"}


def test_two_commands_do_not_write_the_record_at_once(project):
    with (
        Record(project, environment(project)),
        pytest.raises(InputError, match="another run of this project"),
        Record(project, environment(project)),
    ):
        pass


def test_an_interrupted_run_keeps_what_was_done(project):
    hands = Hands(project)

    def interrupt() -> None:
        raise KeyboardInterrupt

    hands.meddle = {"second": interrupt}
    with pytest.raises(KeyboardInterrupt):
        brought_up_to_date(project, hands)
    assert "first" in locked(project)
    assert "second" not in locked(project)
    hands.meddle = {}
    brought_up_to_date(project, hands)
    assert "first" not in hands.ran
    assert (project / "second.txt").read_text() == "RAW"


def test_the_lock_does_not_depend_on_which_stage_ends_first_and_is_as_dvc_writes_it(project):
    brought_up_to_date(project, Hands(project))
    ours = (project / "dvc.lock").read_bytes()
    assert list(locked(project)) == ["apart", "first", "second"]
    (project / "dvc.lock").unlink()
    for name in locked_by_name(ours):
        subprocess.run(["dvc", "commit", "--quiet", "--force", name], cwd=project, env=environment(project), check=True)
    assert (project / "dvc.lock").read_bytes() == ours


def locked_by_name(lock: bytes) -> list[str]:
    return sorted(yaml.safe_load(lock)["stages"])


def test_a_lock_keeps_what_no_stage_of_this_run_made(project):
    brought_up_to_date(project, Hands(project))
    before = locked(project)["apart"]
    (project / "raw.txt").write_text("changed")
    hands = Hands(project)
    brought_up_to_date(project, hands)
    assert sorted(hands.ran) == ["first", "second"]
    assert locked(project)["apart"] == before
    assert not list(project.glob("*.part"))


def test_what_waits_for_an_unchanged_stage_does_not_wait_for_one_that_runs(project):
    hands, second_ran, met = Hands(project), threading.Event(), []
    brought_up_to_date(project, hands)
    stages = {**STAGES, "second": {**STAGES["second"], "cmd": "python -m analysis make second again"}}
    (project / "dvc.yaml").write_text(yaml.safe_dump({"stages": stages}))  # second is stale, first before it is not
    (project / "apart_raw.txt").write_text("changed")
    hands.meddle = {"second": second_ran.set, "apart": lambda: met.append(second_ran.wait(20))}
    assert brought_up_to_date(project, hands).failed == {}
    assert sorted(hands.ran) == ["apart", "second"] and met == [True]


@pytest.mark.parametrize("left", [b"", b'{"write": {', b"[]", b'{"read": 3}', b"\xff\xfe"])
def test_what_a_killed_run_left_of_the_list_of_files_in_use_is_dropped(project, left):
    """Emptied, cut short, of another form, or no text: DVC itself would stop at it in every run."""
    hands = Hands(project)
    (project / ".dvc" / "tmp").mkdir()
    (project / ".dvc" / "tmp" / "rwlock").write_bytes(left)
    assert brought_up_to_date(project, hands).failed == {}
    assert sorted(hands.ran) == ["apart", "first", "second"]


def test_a_list_of_files_in_use_that_can_be_read_stays(project):
    list_of = project / ".dvc" / "tmp" / "rwlock"
    list_of.parent.mkdir()
    list_of.write_text('{"write": {"elsewhere": {"pid": 1, "cmd": "dvc repro"}}, "read": {}}')
    brought_up_to_date(project, Hands(project))
    assert yaml.safe_load(list_of.read_text())["write"] == {"elsewhere": {"pid": 1, "cmd": "dvc repro"}}


def test_a_project_that_another_command_holds_keeps_its_list(project):
    """Only who holds the lock may touch it; the message is plain text."""
    with Record(project, environment(project)):
        (project / ".dvc" / "tmp" / "rwlock").write_bytes(b"")
        code = (
            "import sys; from pathlib import Path; from analysis.errors import InputError\n"
            "from analysis.pipeline.dvc_record import Record\n"
            "from analysis.pipeline.reproduce import environment\n"
            "try: Record(Path.cwd(), environment(Path.cwd())).__enter__()\n"
            "except InputError as error: sys.exit(ascii(str(error)))"
        )
        done = subprocess.run([sys.executable, "-c", code], cwd=project, capture_output=True, text=True)
        assert "another run of this project" in done.stderr and "x1b" not in done.stderr, done.stderr
        assert (project / ".dvc" / "tmp" / "rwlock").read_bytes() == b""


@pytest.mark.parametrize(
    "left",
    [
        b"cmd: touch planted\n",
        b"\xff\x00[[[[",
        b"cmd: x\nouts:\n- {path: ../planted.txt, md5: 0cc175b9c0f1b6a831c399e269772661}\n",
    ],
)
def test_a_run_that_the_cache_has_under_another_s_name_is_deleted_and_the_stage_runs(project, left):
    hands = Hands(project)
    brought_up_to_date(project, hands)
    for path in (project / ".dvc" / "cache" / "runs").glob("*/*/*"):
        path.write_bytes(left)
    for name in ("first.txt", "second.txt", "apart.txt", "dvc.lock"):
        (project / name).unlink()
    assert brought_up_to_date(project, hands).failed == {}
    assert sorted(hands.ran) == ["apart", "first", "second"]
    assert (project / "second.txt").read_text() == "RAW" and not (project.parent / "planted.txt").exists()
    brought_up_to_date(project, hands)
    assert hands.ran == []


@pytest.mark.parametrize("name", ["dvc.lock", "dvc.yaml"])
@pytest.mark.parametrize("text", ["a: " + "[" * 50_000, "!!python/object/apply:os.system [id]\n"])
def test_what_is_no_plain_yaml_is_one_error_before_dvc_reads_it(project, name, text):
    """DVC's reader of YAML ends the whole process at lists in lists without end."""
    (project / name).write_text(text)
    with pytest.raises(InputError, match=f"^{name}, row 1"):
        brought_up_to_date(project, Hands(project))
