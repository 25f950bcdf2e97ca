"""What a team keeps to itself leaves no trace: no hash, no size, no name that could be a person's, nothing for git to take."""

import hashlib
import json
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from analysis.census.stock import STOCK_FILE
from analysis.comparison.lock import changed_since
from analysis.participants import EXPORT_TABLES, TABLES
from analysis.pipeline import provenance
from analysis.pipeline.deposit.crate import crate_text
from analysis.pipeline.deposit.origins import raw_files
from analysis.pipeline.dvc_record import Record
from analysis.pipeline.lock import read_lock
from analysis.pipeline.parameters import parameters_for
from analysis.pipeline.processes import Ended
from analysis.pipeline.progress import Display
from analysis.pipeline.reproduce import environment
from analysis.pipeline.schedule import Schedule
from analysis.pipeline.sources import Sources
from analysis.pipeline.team_files import KEY, is_kept, keyed_hash, known_names, may_be_named
from analysis.study import load_study

ROOT = Path(__file__).resolve().parents[2]
PERSON = "Interview Fatima Ali 1984.docx"
FILES = {
    "records/questionnaire.csv": "person_id,confidence_before\nP-1,7\n",
    f"records/{PERSON}": "what she said",
    "records/Fatima Ali/attendance.csv": "person_id\nP-1\n",
    "management_information/participants.csv": "person_id,sex\nP-1,female\n",
    "management_information/Fatima Ali.xlsx": "no workbook",
}


@pytest.mark.parametrize("table", [*TABLES, *EXPORT_TABLES, "coded_segments"])
@pytest.mark.parametrize(
    "place", ["data/raw/s/records/{}.csv", "data/raw/s/management_information/{}.xlsx", "data/raw/s/{}.sav"]
)
def test_every_table_that_a_reader_knows_is_kept_wherever_it_lies(table, place):
    assert is_kept(place.format(table))


def test_the_census_counts_keep_their_name():
    assert STOCK_FILE in known_names()


@pytest.mark.parametrize(
    "path",
    [
        "data/raw/s/records/A.csv",
        "data/raw/s/records/A B/questionnaire.csv",
        "data/raw/s/records/Questionnaire of A.csv",
    ],
)
def test_a_name_that_no_reader_knows_is_not_told(path):
    assert is_kept(path) and not may_be_named(path)


@pytest.fixture
def team(tmp_path) -> Path:
    """A project in which one stage reads a study's folders of records, and git and DVC ignore what this project's do."""
    raw = tmp_path / "data/raw/s"
    for name, text in FILES.items():
        (raw / name).parent.mkdir(parents=True, exist_ok=True)
        (raw / name).write_text(text, encoding="utf-8")
    for folder in ("records", "management_information"):
        (raw / folder / "README.md").write_text("What a team adds.\n", encoding="utf-8")
    for name in (".gitignore", ".dvcignore", "CITATION.cff"):
        shutil.copy(ROOT / name, tmp_path / name)
    (raw / "study.yaml").write_text(
        (ROOT / "data/raw/coproduction/study.yaml").read_text(encoding="utf-8").replace("id: coproduction", "id: s"),
        encoding="utf-8",
    )
    (tmp_path / "notebooks").mkdir()
    shutil.copy(ROOT / "notebooks/02b_participation.ipynb", tmp_path / "notebooks")
    (tmp_path / "params.yaml").write_text(
        "02b_participation: {s: {level: 0.95, disclosure: {minimum_cell: 10}}}\n", encoding="utf-8"
    )
    command = "python -m analysis run 02b_participation --study ${item}"
    deps = ["data/raw/${item}/records", "data/raw/${item}/management_information", "data/raw/${item}/study.yaml"]
    stages = {
        "names": {"cmd": "python -m analysis names", "deps": ["data/raw"], "outs": ["names.txt"]},
        "run": {"foreach": ["s"], "do": {"cmd": command, "deps": deps, "outs": ["made.txt"]}},
    }
    (tmp_path / "dvc.yaml").write_text(yaml.safe_dump({"stages": stages}), encoding="utf-8")
    (tmp_path / "src").mkdir()
    (tmp_path / ".dvc").mkdir()
    for name in ("config", ".gitignore"):
        shutil.copy(ROOT / ".dvc" / name, tmp_path / ".dvc" / name)
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    return tmp_path


class Hands:
    """Does by hand what the stages' commands would do, and counts."""

    def __init__(self, root: Path) -> None:
        self.root, self.ran = root, []

    def run(self, arguments, hear) -> Ended:
        self.ran.append(arguments[0])
        (self.root / {"names": "names.txt", "run": "made.txt"}[arguments[0]]).write_text("made\n")
        return Ended(0, [])

    def stop(self) -> None:
        pass


def brought_up_to_date(root: Path) -> list[str]:
    """Which stages ran."""
    hands = Hands(root)
    with Record(root, environment(root)) as record:
        schedule = Schedule(record, hands, Display(0, 2, {}), Sources.now(root / "src"), 2, False)
        schedule.run()
    assert schedule.failed == {}
    return sorted(hands.ran)


def tells(root: Path, text: str) -> list[str]:
    """What a text tells of the records: hashes, names that are a person's, sizes in quotes or after a colon."""
    contents = [
        path.read_bytes()
        for path in (root / "data/raw/s").rglob("*")
        if path.is_file() and is_kept(path.relative_to(root).as_posix())
    ]
    assert len(contents) == len(FILES)
    hashes = [getattr(hashlib, name)(content).hexdigest() for content in contents for name in ("md5", "sha1", "sha256")]
    sizes = [mark.format(len(content)) for content in contents for mark in ('"{}"', "size: {}\n")]
    return [each for each in (*hashes, *sizes, "Fatima") if each in text]


def test_dvc_lock_tells_nothing_of_records_and_still_notices_each_change(team):
    assert brought_up_to_date(team) == ["names", "run"]
    lock = (team / "dvc.lock").read_text()
    assert tells(team, lock) == []
    entry = next(dep for dep in yaml.safe_load(lock)["stages"]["run@s"]["deps"] if dep["path"].endswith("records"))
    assert set(entry) == {"path", "hash", "md5"}
    assert brought_up_to_date(team) == []
    (team / "data/raw/s/records/questionnaire.csv").write_text("person_id,confidence_before\nP-1,8\n")
    assert brought_up_to_date(team) == ["run"]
    (team / "data/raw/s/records/questionnaire.csv").write_text(FILES["records/questionnaire.csv"])
    assert brought_up_to_date(team) == []  # taken from the cache
    assert (team / "dvc.lock").read_text() == lock


def test_dvc_by_itself_does_not_record_records_either(team):
    brought_up_to_date(team)
    done = subprocess.run(["dvc", "commit", "--force"], cwd=team, env=environment(team), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert tells(team, (team / "dvc.lock").read_text()) == []


def test_without_records_the_lock_is_the_same_everywhere(team):
    for name in FILES:
        (team / "data/raw/s" / name).unlink()
    brought_up_to_date(team)
    first = (team / "dvc.lock").read_text()
    shutil.rmtree(team / ".dvc/tmp")
    (team / "dvc.lock").unlink()
    brought_up_to_date(team)
    assert (team / "dvc.lock").read_text() == first


def test_a_comparison_of_runs_knows_unchanged_records(team):
    brought_up_to_date(team)
    stages = {stage.name: stage for stage in read_lock(team)}
    assert changed_since(team, stages["run@s"], ()) == []
    (team / "data/raw/s/management_information/participants.csv").write_text("person_id,sex\nP-1,male\n")
    assert changed_since(team, stages["run@s"], ()) == ["data/raw/s/management_information"]


def test_a_hash_without_the_key_says_nothing(tmp_path):
    (tmp_path / "a").write_text("x")
    first = keyed_hash(tmp_path, tmp_path, [tmp_path / "a"])
    assert keyed_hash(tmp_path, tmp_path, [tmp_path / "a"]) == first
    assert (tmp_path / KEY).stat().st_mode & 0o777 == 0o600
    (tmp_path / KEY).write_bytes(b"")  # cut off by a crash
    assert keyed_hash(tmp_path, tmp_path, [tmp_path / "a"]) != first


def test_what_is_deposited_names_known_files_and_tells_nothing_else(team):
    brought_up_to_date(team)
    crate = crate_text(team, "stamp", {})
    assert tells(team, crate) == []
    graph = {entity["@id"]: entity for entity in json.loads(crate)["@graph"]}
    for key in ("#data/raw/s/records/", "#data/raw/s/records/questionnaire.csv"):
        assert not {"license", "identifier", "sha256", "contentSize"} & set(graph[key]), key
    assert {file.path for file in raw_files(team, read_lock(team))} == {
        "data/raw/s/study.yaml",
        "data/raw/s/records/questionnaire.csv",
        "data/raw/s/management_information/participants.csv",
    }


def test_the_colophon_says_present_and_no_more(team):
    told = provenance.colophon(
        load_study("s", team), "02b_participation", parameters_for(team, "02b_participation", "s")
    )
    assert tells(team, json.dumps(told)) == []
    assert told["Inputs, with SHA-256"]["data/raw/s/records/questionnaire.csv"].startswith("present")


STUDIES = ("coproduction", "connecting_opportunities", "coproduction_example", "a_new_study", "wave2")
NAMES = ("questionnaire.csv", "Fatima Ali.docx", "export/participants.csv", ".~lock.a.xlsx#", "records.yaml")
TAKEN_ON_PURPOSE = [
    "data/raw/coproduction_example/records/questionnaire.csv",
    "data/raw/coproduction_example/records/records.yaml",
    "data/raw/a_new_study/records/README.md",
]


def test_git_takes_nothing_that_a_team_puts_into_its_folders(tmp_path):
    folders = [f"data/raw/{study}/{folder}" for study in STUDIES for folder in ("records", "management_information")]
    paths = [f"{folder}/{name}" for folder in folders for name in NAMES]
    assert ignored(tmp_path, paths + TAKEN_ON_PURPOSE) == [path for path in paths if path not in TAKEN_ON_PURPOSE]


def test_git_takes_no_such_table_from_the_folder_beside_either(tmp_path):
    tables = (*TABLES, *EXPORT_TABLES, "coded_segments", "management_information")
    paths = [
        f"data/raw/a_new_study/{table}{ending}" for table in tables for ending in (".csv", ".xlsx", ".sav", ".qdpx")
    ]
    assert ignored(tmp_path, paths) == paths


def test_git_keeps_what_is_the_project_s_own(tmp_path):
    own = [
        path.relative_to(ROOT).as_posix()
        for folder in ("data/templates", "docs", "tests/spec", "notebooks")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".csv", ".md", ".yaml", ".xlsx", ".ipynb") and ".ipynb_checkpoints" not in path.parts
    ]
    example = ROOT / "data/raw/connecting_opportunities_example"
    own += [f"{example.relative_to(ROOT).as_posix()}/management_information/{table}.csv" for table in EXPORT_TABLES]
    assert ignored(tmp_path, own) == []


def test_git_add_takes_nobody(team):
    subprocess.run(["git", "-C", str(team), "add", "-A"], check=True)
    staged = subprocess.run(["git", "-C", str(team), "ls-files"], capture_output=True, text=True, check=True).stdout
    assert [path for path in staged.splitlines() if is_kept(path)] == [] and "data/raw/s/records/README.md" in staged


def ignored(folder: Path, paths: list[str]) -> list[str]:
    """Those of some paths that git ignores in a repository with this project's .gitignore."""
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
    shutil.copy(ROOT / ".gitignore", folder)
    command = ["git", "-C", str(folder), "check-ignore", "--stdin", "-z"]
    return subprocess.run(command, input="\0".join(paths), capture_output=True, text=True).stdout.split("\0")[:-1]
