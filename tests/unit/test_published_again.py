"""Pages published again after few people came or went are refused: one page less the other would be those people's."""

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from analysis.errors import InputError
from analysis.pipeline.earlier_releases import FILE, check_earlier, note_published
from analysis.study import load_study

ROOT = Path(__file__).resolve().parents[2]
HEAD = "person_id,confidence_pre,confidence_post"
SETTINGS = "03_before_after: {{coproduction: {{compare: {{item: confidence, before: asked before, missing: {}}}, seed: {}, disclosure: {{minimum_cell: {}}}}}}}\n"


@pytest.fixture
def root(tmp_path) -> Path:
    """A project of one study with thirty people of its own, published once."""
    shutil.copytree(ROOT / "data/raw/coproduction", tmp_path / "data/raw/coproduction")
    settings(tmp_path)
    people(tmp_path, range(30))
    assert check_earlier(tmp_path) == []
    note_published(tmp_path)
    return tmp_path


def settings(root: Path, missing: str = "pairs", seed: int = 1, minimum: int = 10) -> None:
    (root / "params.yaml").write_text(SETTINGS.format(missing, seed, minimum), encoding="utf-8")


def people(root: Path, ids, answers: str = "4,7", last: str = "") -> None:
    rows = [f"P-{one},{answers}" for one in ids]
    rows[-1] = f"{rows[-1].partition(',')[0]},{last or answers}"
    path = root / "data/raw/coproduction/records/questionnaire.csv"
    path.write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")


@pytest.mark.parametrize(
    "ids",
    [range(29), range(21), range(31), range(39), [*range(29), 99], [*range(26), 96, 97, 98, 99]],
    ids=["one went", "nine went", "one came", "nine came", "one went and one came", "four went and four came"],
)
def test_few_people_more_or_less_are_refused(root, ids):
    people(root, ids)
    with pytest.raises(InputError, match="by fewer than 10 people.*--again coproduction") as refused:
        check_earlier(root)
    assert refused.value.file == "data/raw/coproduction"
    assert check_earlier(root, ["coproduction"]) == []


@pytest.mark.parametrize("ids", [range(30), reversed(range(30)), range(20), range(40), [*range(25), *range(95, 100)]])
def test_the_same_people_or_enough_others_are_not(root, ids):
    people(root, ids)
    assert check_earlier(root) == []


def test_somebody_who_takes_an_answer_back_is_one_person_less_too(root):
    people(root, range(30), last="4,refused")
    with pytest.raises(InputError, match="who answered what"):
        check_earlier(root)


def test_a_corrected_answer_is_told_and_not_refused(root):
    people(root, range(30), last="4,8")
    (line,) = check_earlier(root)
    assert "fewer than 10 people changed" in line and "P-29" not in line


def test_a_step_by_step_removal_is_held_against_what_was_published_last_not_what_was_refused(root):
    for left in (29, 28):
        people(root, range(left))
        with pytest.raises(InputError):
            check_earlier(root)
    people(root, range(20))
    assert check_earlier(root) == []


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"minimum": 12}, "disclosure"),
        ({"missing": "complete"}, "compare"),
        ({"minimum": 15, "missing": "complete"}, "compare"),
    ],
)
def test_other_settings_over_the_same_people_are_told(root, changed, named):
    settings(root, **changed)
    (line,) = check_earlier(root)
    assert named in line and "same people" in line
    note_published(root)
    settings(root)
    assert check_earlier(root) == [line]  # what was published in between is remembered, too


def test_another_seed_is_no_other_setting(root):
    settings(root, seed=2)
    assert check_earlier(root) == []


def test_the_minimum_is_the_study_s_own(root):
    settings(root, minimum=12)
    people(root, range(19))
    with pytest.raises(InputError, match="fewer than 12"):
        check_earlier(root)


def test_what_is_remembered_names_nobody_and_stays_out_of_git(root):
    kept = (root / FILE).read_text(encoding="utf-8")
    assert "P-" not in kept and '"4,7"' not in kept
    subprocess.run(["git", "init", "--quiet", str(root)], check=True)
    shutil.copy(ROOT / ".dvc/.gitignore", root / ".dvc/.gitignore")
    subprocess.run(["git", "-C", str(root), "add", "-A"], check=True)
    staged = subprocess.run(["git", "-C", str(root), "ls-files"], capture_output=True, text=True, check=True).stdout
    assert ".dvc/people" not in staged


def test_a_damaged_memory_is_an_error_and_not_forgotten(root):
    (root / FILE).write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match="published.json"):
        check_earlier(root)


def test_a_lost_key_is_told_from_everybody_having_changed(root):
    (root / FILE).with_name("key").unlink()
    with pytest.raises(InputError, match="key"):
        check_earlier(root)


def test_a_worked_example_remembers_nothing(tmp_path):
    shutil.copytree(
        ROOT / "data/raw/connecting_opportunities_example", tmp_path / "data/raw/connecting_opportunities_example"
    )
    (tmp_path / "params.yaml").write_text("{}", encoding="utf-8")
    note_published(tmp_path)
    assert check_earlier(tmp_path) == [] and not (tmp_path / FILE).exists()


def test_monitoring_data_count_too(root):
    study = replace(load_study("coproduction", ROOT), root=root)
    folder = study.raw / "management_information"
    folder.mkdir()
    head, row = "person_id,start_date,partner", "2018-01-01,Riverside"
    for number in (30, 29):
        rows = [f"P-{one},{row}" for one in range(number)]
        (folder / "participants.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
        if number == 30:
            assert check_earlier(root) == []
            note_published(root)
    with pytest.raises(InputError, match="fewer than 10"):
        check_earlier(root)
    assert set(json.loads((root / FILE).read_text())["studies"]) == {"coproduction"}
