"""The release check: a clean study passes, and whatever somebody puts among what leaves is found."""

import json
import shutil
from pathlib import Path

import pytest
from project_copy import run_analysis

pytestmark = pytest.mark.slow
STUDY = "coproduction_example"


def checked(project: Path) -> tuple[int, str, dict]:
    """Exit status, what was said, and the record."""
    done = run_analysis(project, "release-check", STUDY)
    assert "Traceback" not in done.stderr
    record = json.loads((project / "build" / "release" / STUDY / "record.json").read_text(encoding="utf-8"))
    return done.returncode, done.stdout + done.stderr, record


@pytest.fixture(scope="module")
def project(finished, tmp_path_factory) -> Path:
    copy = Path(shutil.copytree(finished, tmp_path_factory.mktemp("release") / "project", symlinks=True))
    assert run_analysis(copy, "reproduce").returncode == 0  # a copy's files are new to the record of what was published
    return copy


def test_a_study_as_it_was_published_passes(project):
    status, told, record = checked(project)
    assert status == 0 and record["problems"] == [], told
    listed = {each["path"] for each in record["files"]}
    there = {
        path.relative_to(project).as_posix() for path in (project / "reports" / STUDY).rglob("*") if path.is_file()
    }
    assert there <= listed and f"data/processed/{STUDY}/disclosure.json" in listed and "reports/index.html" in listed
    page = (project / "build" / "release" / STUDY / "record.html").read_text(encoding="utf-8")
    assert "Signature" in page and "Worked example" in page


@pytest.mark.parametrize("attack", ["a file of records", "an id on a page", "a link", "a count that is told after all"])
def test_what_must_not_leave_is_named(project, tmp_path, attack):
    copy = Path(shutil.copytree(project, tmp_path / "project", symlinks=True))
    reports, records = copy / "reports" / STUDY, copy / "data" / "raw" / STUDY / "records" / "questionnaire.csv"
    if attack == "a file of records":
        shutil.copy(records, reports / "backup.csv")
        found = f"reports/{STUDY}/backup.csv"
    elif attack == "an id on a page":
        person = records.read_text(encoding="utf-8").splitlines()[-1].split(",")[1]
        page = reports / "overview.html"
        page.write_text(
            page.read_text(encoding="utf-8").replace("</main>", f"<p>{person}</p></main>"), encoding="utf-8"
        )
        found = f"reports/{STUDY}/overview.html: the id of a person"
    elif attack == "a link":
        (reports / "more.html").symlink_to(records)
        found = f"reports/{STUDY}/more.html: a link to somewhere else"
    else:
        path = copy / "data" / "processed" / STUDY / "results" / "03_before_after.disclosure.json"
        content = json.loads(path.read_text(encoding="utf-8"))
        hidden = next(each for each in content["published"] if each["label"] == "change in Confidence: same")
        assert hidden["width"] and "low" not in hidden
        told = {**hidden, "label": "told elsewhere", "width": 0, "low": 3, "high": 3}  # as it is in the records
        other = path.with_name("04_english_and_time.disclosure.json")
        beside = json.loads(other.read_text(encoding="utf-8"))
        other.write_text(json.dumps({**beside, "published": [*beside.get("published", []), told]}), encoding="utf-8")
        found = "No hidden count can be worked out from all pages together"
    status, told, _ = checked(copy)
    assert status == 1 and found in told.partition("error: not to be passed on")[2], told
