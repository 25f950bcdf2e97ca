"""Both states of every study are run to published pages: without records, and with those of a team in its folders."""

import hashlib
import re
import shutil
from html import unescape
from pathlib import Path

import pytest
import yaml
from project_copy import run_analysis

from analysis.results import Kind, ResultStore

pytestmark = pytest.mark.slow
STUDY, EXAMPLE = "coproduction", "coproduction_example"
PROGRAMME = "connecting_opportunities"
TABLES = ("questionnaire", "attendance", "advice_contacts")


def give(folder: Path, *names: str) -> None:
    """Put records of the worked example into the study's own folder, as a team would; others go."""
    target = folder / "data/raw" / STUDY / "records"
    for name in TABLES:
        (target / f"{name}.csv").unlink(missing_ok=True)
        if name in names:
            text = (folder / "data/raw" / EXAMPLE / "records" / f"{name}.csv").read_text(encoding="utf-8")
            (target / f"{name}.csv").write_text(re.sub(f"(?m)^{EXAMPLE},", f"{STUDY},", text), encoding="utf-8")
    if "coded_segments" in names:
        shutil.copy(folder / "data/raw" / EXAMPLE / "records/coded_segments.csv", target)


def copied(finished: Path, target: Path) -> Path:
    shutil.copytree(finished, target, symlinks=True)
    return target


def done(folder: Path, *arguments: str) -> None:
    told = run_analysis(folder, *arguments)
    assert told.returncode == 0, told.stdout + told.stderr


def made(folder: Path, *below: str) -> dict[str, str]:
    """Hashes of the files below some folders, by path."""
    files = [path for name in below for path in (folder / name).rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def in_no_stage(folder: Path) -> list[str]:
    """The files in data/processed that no stage of dvc.lock has made: a cache would not bring them back."""
    stages = yaml.safe_load((folder / "dvc.lock").read_text(encoding="utf-8"))["stages"].values()
    outs = [out["path"] for stage in stages for out in stage.get("outs", ())]
    return [
        path
        for path in made(folder, "data/processed")
        if not any(path == out or path.startswith(f"{out}/") for out in outs)
    ]


def missing(folder: Path, study: str) -> list[str]:
    """What the overview of a study calls not published."""
    page = (folder / "reports" / study / "overview.html").read_text(encoding="utf-8")
    rows = re.findall(r'<tr id="missing-\d+"><th scope="row"[^>]*>(.*?)</th>', page)
    return [unescape(re.sub(r"<[^>]+>", "", row)) for row in rows]


def kinds(folder: Path, study: str) -> dict[str, Kind]:
    store = ResultStore.read(folder / "data/processed" / study / "results.json")
    return {name: result.kind for name, result in store.by_id.items()}


@pytest.fixture(scope="module")
def own(finished, tmp_path_factory) -> Path:
    """Both studies with every record that the documentation names, run to published pages."""
    folder = copied(finished, tmp_path_factory.mktemp("own") / "project")
    give(folder, *TABLES, "coded_segments")
    source = folder / "data/raw" / f"{PROGRAMME}_example" / "management_information"
    shutil.copytree(source, folder / "data/raw" / PROGRAMME / "management_information", dirs_exist_ok=True)
    done(folder, "reproduce")
    return folder


def test_a_run_leaves_no_file_that_no_stage_lists(finished, tmp_path):
    assert in_no_stage(finished) == ["data/processed/.gitkeep"] * (finished / "data/processed/.gitkeep").exists()
    folder = tmp_path / "planted"
    (folder / "data/processed/coproduction").mkdir(parents=True)
    shutil.copy(finished / "dvc.lock", folder / "dvc.lock")
    for name in ("data/processed/coproduction/results.json", "data/processed/coproduction/planted.json"):
        (folder / name).write_text("{}")
    assert in_no_stage(folder) == ["data/processed/coproduction/planted.json"]


def test_nor_does_a_run_with_records(own):
    assert in_no_stage(own) == []


def test_what_was_printed_is_no_longer_all_there_is(finished, own):
    """The overview calls nothing unpublished that the team supplied, and speaks of what was counted."""
    for study, supplied in (
        (
            STUDY,
            ("questionnaire.csv", "attendance.csv", "advice_contacts.csv", "coded_segments.csv", "months in the UK"),
        ),
        (PROGRAMME, ("management_information",)),
    ):
        assert all(any(word in what for what in missing(finished, study)) for word in supplied)
        assert not any(word in what for what in missing(own, study) for word in supplied)
        assert missing(own, study)  # no record settles all
        assert Kind.MEASURED in kinds(own, study).values() and Kind.MEASURED not in kinds(finished, study).values()


def test_whatever_depends_on_the_evidence_is_said_in_one_state(finished, own):
    """A condition that never holds would be a slip of the pen; so would one that always does."""
    for path in sorted((finished / "data/raw/overviews").glob("*.yaml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        entries = [
            entry for part in content.values() if isinstance(part, list) for entry in part if isinstance(entry, dict)
        ]
        named = {entry[word] for entry in entries for word in ("until", "once") if word in entry}
        study = path.stem
        assert all(any(kinds(own, each).get(name) is Kind.MEASURED for each in (STUDY, PROGRAMME)) for name in named)
        assert all(kinds(finished, study).get(name) is not Kind.MEASURED for name in named), named
        for folder in (finished, own):
            page = (folder / "reports" / study / "overview.html").read_text(encoding="utf-8")
            assert "Left out, since this run" not in page


def test_going_there_and_back_gives_the_same_bytes(own, tmp_path):
    """Another rule and back again, and results that are taken from the cache: the record of decisions as well."""
    folder = copied(own, tmp_path / "and back")
    before, params = made(folder, "data/processed"), folder / "params.yaml"
    text = params.read_text(encoding="utf-8")
    other = text.replace(
        "  coproduction: {rule: any, disclosure: {minimum_cell: 10}",
        "  coproduction: {rule: all, disclosure: {minimum_cell: 20}",
    )
    assert other != text
    params.write_text(other, encoding="utf-8")
    done(folder, "reproduce")
    record = "data/processed/coproduction/disclosure.json"
    assert made(folder, record.rpartition("/")[0])[record] != before[record]
    params.write_text(text, encoding="utf-8")
    done(folder, "reproduce")
    assert made(folder, "data/processed") == before
    shutil.rmtree(folder / "data/processed/coproduction")
    done(folder, "reproduce")
    assert made(folder, "data/processed") == before


@pytest.mark.parametrize(
    ("names", "notebooks", "left"),
    [
        (("questionnaire",), ("02b_participation", "03_before_after", "04_english_and_time"), "attendance.csv"),
        (("questionnaire", "attendance"), ("02b_participation",), "advice_contacts.csv"),
        (
            ("questionnaire", "advice_contacts"),
            ("02b_participation", "05_sroi", "06_sroi_sensitivity"),
            "attendance.csv",
        ),
        (("coded_segments",), ("02_focus_group_coding",), "questionnaire.csv"),
    ],
)
def test_each_file_alone_is_run_to_published_pages(finished, tmp_path, names, notebooks, left):
    """Notebooks that read the last of the files, or take what it measures, then publication; what a team has not supplied is still called missing."""
    folder = copied(finished, tmp_path / "project")
    give(folder, *names)
    for notebook in notebooks:
        done(folder, "run", notebook, "--study", STUDY)
    done(folder, "collect", "--study", STUDY)
    done(folder, "publish")
    assert any(left in what for what in missing(folder, STUDY))
    assert not any(f"{names[-1]}.csv" in what for what in missing(folder, STUDY))


def test_other_files_without_a_questionnaire_are_left_aside_and_told(finished, tmp_path):
    """What they hold rests on who joined, which only a questionnaire says: the page is as if they were not there."""
    folder = copied(finished, tmp_path / "project")
    results = folder / "data/processed" / STUDY / "results/02b_participation.json"
    before = results.read_bytes()
    give(folder, "attendance", "advice_contacts")
    told = run_analysis(folder, "run", "02b_participation", "--study", STUDY)
    assert told.returncode == 0, told.stdout + told.stderr
    assert results.read_bytes() == before
    told = run_analysis(folder, "reproduce")
    assert told.returncode == 0, told.stdout + told.stderr
    assert "records: no questionnaire, which says who joined" in told.stdout + told.stderr


def test_appendices_older_than_what_a_team_s_records_measure_are_told(finished, tmp_path):
    """One notebook run by hand with new records: what 05 took before stands beside what 02b measures now."""
    folder = copied(finished, tmp_path / "project")
    give(folder, "questionnaire", "advice_contacts")
    done(folder, "run", "02b_participation", "--study", STUDY)
    done(folder, "collect", "--study", STUDY)
    told = run_analysis(folder, "publish")
    assert "Traceback" not in told.stdout + told.stderr
    assert told.returncode == 1 and "appendices that are older" in told.stdout + told.stderr
