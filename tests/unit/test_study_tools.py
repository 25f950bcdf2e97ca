"""A new study, a check of what one holds, and the page that documents every file: `analysis new-study`, `check`, `tables`."""

import re
import shutil
from pathlib import Path

import pytest
import yaml

from analysis import cli
from analysis.errors import InputError
from analysis.files import read_yaml
from analysis.pipeline.companions import LAST
from analysis.pipeline.findings import page_of_the_audit
from analysis.pipeline.parameters import planned_runs
from analysis.pipeline.plan import planned_stages, stages, write_plan
from analysis.study import load_study
from analysis.tools.check import MOST_ALIKE, check, told
from analysis.tools.new_study import choices, free_prefix, new_study
from analysis.tools.study_files import BY_NAME, FILES, FOLDERS, load
from analysis.tools.tables import MEANINGS, meaning, nested

ROOT = Path(__file__).resolve().parents[2]
THIRD = ROOT / "tests" / "studies" / "volunteering_wellbeing"


@pytest.fixture
def project(tmp_path) -> Path:
    """A project's folder with no study but those a test puts there, and the stages that are listed."""
    for name in ("dvc.yaml", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "params.yaml").write_text("{}\n", encoding="utf-8")
    shutil.copytree(ROOT / "data" / "raw" / "reference", tmp_path / "data" / "raw" / "reference")
    (tmp_path / "docs").mkdir()
    return tmp_path


def third(project: Path) -> Path:
    return Path(shutil.copytree(THIRD, project / "data" / "raw" / THIRD.name))


def test_a_new_study_of_every_part_has_no_problem_and_asks_for_no_page(project):
    new_study(project, "fresh_start", choices())
    problems, lines = check(project, "fresh_start")
    assert problems == []
    assert [line for line in lines if "will be made" in line] == [] and planned_runs(project) == ()


def test_every_skeleton_is_a_known_file_and_links_its_documentation(project):
    written = [path for path in new_study(project, "fresh", choices()) if path.name != "README.md"]
    assert {path.name for path in written} <= set(BY_NAME)
    for path in written:
        assert f"docs/tables.md#{BY_NAME[path.name].anchor}" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("study_id", ["Big", "1a", "a-b", "reference", "../x", ""])
def test_ids_that_cannot_be(project, study_id):
    with pytest.raises(InputError):
        new_study(project, study_id)
    assert [path.name for path in (project / "data" / "raw").iterdir()] == ["reference"]


def test_an_unknown_part_and_a_taken_id_write_nothing(project):
    with pytest.raises(InputError, match="'figures'"):
        new_study(project, "fresh", ["claims", "figures"])
    assert not (project / "data" / "raw" / "fresh").exists()
    new_study(project, "fresh")
    with pytest.raises(InputError, match="choose another id"):
        new_study(project, "fresh")


def test_prefixes_are_free_ones(project):
    third(project)
    assert free_prefix(project, "voices_of_women") == "VOW"
    assert free_prefix(project, "village_work") != "VW"


def test_examples_in_skeletons_count_once_they_are_no_comments(project):
    """The skeleton's own example rows, taken out of their comments, are a ledger that fits."""
    folder = new_study(project, "fresh")[0].parent
    text = (folder / "claims.csv").read_text(encoding="utf-8")
    prefix = read_yaml(folder / "study.yaml", "study.yaml")["claim_prefix"]
    (folder / "claims.csv").write_text(text.replace(f"# {prefix}-", f"{prefix}-"), encoding="utf-8")
    problems, lines = check(project, "fresh")
    assert problems == [] and "08_claims_audit: will be made" in lines


def test_the_third_study_is_planned_from_its_files_alone(project):
    third(project)
    assert [name for name, _ in planned_runs(project)] == ["05_sroi", "08_claims_audit"]
    assert check(project, THIRD.name)[0] == []
    deps = planned_stages(project)[f"05_sroi-{THIRD.name}"]["do"]["deps"]
    assert "data/raw/${item}/sroi.yaml" in deps and "data/raw/${item}/value_map.csv" not in deps
    assert not any("coproduction" in dep or "connecting" in dep for dep in deps)


def test_a_skeleton_of_a_value_map_promises_no_workbook(project):
    """05 makes the workbook of a value map only, so a stage that listed it among its outputs would fail."""
    folder = new_study(project, "fresh", ["claims", "sroi"])[0].parent
    (folder / "sroi.yaml").write_text("headline: FR-001\nratios: []\n", encoding="utf-8")

    def workbooks() -> list[str]:
        return [out for out in planned_stages(project)["05_sroi-fresh"]["do"]["outs"] if out.endswith(".xlsx")]

    assert workbooks() == []
    text = (folder / "value_map.csv").read_text(encoding="utf-8")
    (folder / "value_map.csv").write_text(text.replace("# running,", "running,"), encoding="utf-8")
    assert workbooks() == ["data/processed/${item}/workbooks/value_map.xlsx"]


def test_skeletons_call_for_no_page_and_findings_come_with_the_ledger(project):
    folder = new_study(project, "fresh", ["claims", "sroi"])[0].parent

    def wanted() -> list[str]:
        return [companion.name for companion in LAST if companion.wanted(load_study("fresh", project))]

    assert wanted() == ["methods", "data_dictionary"]
    text = (folder / "claims.csv").read_text(encoding="utf-8")
    (folder / "claims.csv").write_text(
        text.replace("# FX-001", "FX-001").replace("# FR-001", "FR-001"), encoding="utf-8"
    )
    (folder / "audit.yaml").unlink()
    page = page_of_the_audit(load_study("fresh", project))
    page.parent.mkdir(parents=True)
    page.touch()
    assert wanted() == ["findings", "methods", "data_dictionary"]


def test_files_of_ids_come_with_the_ledger_they_name_and_with_the_study_s_own_ids(project):
    folder = new_study(project, "green_lanes", ["targets"])[0].parent
    assert (folder / "claims.csv").is_file() and not (folder / "sroi.yaml").exists()
    named = set(re.findall(r"\b[A-Z]{2,4}-\d{3}", (folder / "measures.csv").read_text(encoding="utf-8")))
    assert named and all(each.startswith("GL-") for each in named)


def test_stages_are_written_once_and_taken_out_with_the_study(project):
    before = (project / "dvc.yaml").read_text(encoding="utf-8")
    raw = third(project)
    assert write_plan(project) and not write_plan(project)
    written = yaml.safe_load((project / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    assert written == stages(project) and f"collect-{THIRD.name}" in written
    shutil.rmtree(raw)
    assert write_plan(project)
    assert (project / "dvc.yaml").read_text(encoding="utf-8") == before


def test_a_study_that_comes_changes_no_stage_of_another(project):
    third(project)
    before = stages(project)
    new_study(project, "fresh")
    (project / "data" / "raw" / "fresh" / "claims.csv").write_text("broken", encoding="utf-8")
    assert {name: stage for name, stage in stages(project).items() if "fresh" not in name} == before


@pytest.mark.parametrize("error", [OSError(28, "full"), KeyboardInterrupt()])
def test_whoever_stops_a_new_study_leaves_no_half_of_it(project, tmp_path, monkeypatch, error):
    own = tmp_path / "own"
    own.mkdir()
    (own / "people.csv").write_text("person_id,joined_on\nA1,2013-01-07\n", encoding="utf-8")
    monkeypatch.setattr(shutil, "copyfile", lambda *paths: exec("raise error", {"error": error}))
    with pytest.raises(type(error)):
        new_study(project, "fresh", records=own)
    assert not (project / "data" / "raw" / "fresh").exists()


def test_names_that_steer_a_terminal_are_told_by_their_numbers_and_names_that_are_no_text_are_refused(
    project, tmp_path, monkeypatch, capsys
):
    own = tmp_path / "own"
    own.mkdir()
    monkeypatch.chdir(project)
    people = own / "a\x07\x1b[31m\u202eb.csv"
    people.write_text("person_id,joined_on\nA1,2013-01-07\n", encoding="utf-8")
    assert cli.main(["new-study", "fresh", "--records", str(own)]) == 0
    shutil.rmtree(project / "data" / "raw" / "fresh")
    assert cli.main(["new-study", "fresh", "--records", str(people)]) == 1
    told = capsys.readouterr()
    assert r"wrote data/raw/fresh/records/a\x07\x1b[31m\u202eb.csv" in told.out
    assert r"a\x07\x1b[31m\u202eb.csv: found no such folder" in told.err
    assert not {"\x07", "\x1b", "\u202e"} & {*told.out, *told.err}
    people.rename(own / "\udcff.csv")
    with pytest.raises(InputError, match="no letter"):
        new_study(project, "fresh", records=own)
    assert not (project / "data" / "raw" / "fresh").exists()


def test_every_problem_at_once_by_file_with_row_and_column(project):
    raw = third(project)
    ledger = (raw / "claims.csv").read_text(encoding="utf-8")
    ledger = (
        ledger.replace("VW-001,1,", "VW-001,first,")
        .replace("17,17,people", "17,18,people")
        .replace("VW-008,8", "VW-003,8")
    )
    (raw / "claims.csv").write_text(ledger, encoding="utf-8")
    (raw / "sroi.yaml").write_text("headline: VW-099\nratios:\n  - {scenario: one}\nextra: 1\n", encoding="utf-8")
    (raw / "mesures.csv").write_text("a\n", encoding="utf-8")
    problems, _ = check(project, THIRD.name)
    places = {(Path(each.file).name, each.row, each.column) for each in problems}
    # Row 1 is the header, row 2 the comment, so that claim n stands in row n + 2.
    assert {("claims.csv", 3, "line"), ("claims.csv", 10, "claim_id")} <= places
    assert any(name == "claims.csv" and row == 5 for name, row, _ in places)
    assert {("sroi.yaml", 3, "ratios.0.all_costs"), ("sroi.yaml", 4, "extra"), ("sroi.yaml", 1, "VW-099")} <= places
    assert any(Path(each.file).name == "mesures.csv" and "measures.csv" in each.expected for each in problems)
    lines = "\n".join(told(problems))
    assert lines.count(f"\ndata/raw/{THIRD.name}/sroi.yaml\n") == 1 and "Traceback" not in lines


def test_of_hundreds_of_problems_of_one_kind_the_first_are_told_and_the_others_counted(monkeypatch, capsys):
    alike = [
        InputError("a.csv", row=n, column=f"c{n}", found="'x'", expected="a number", action="correct it")
        for n in range(2, MOST_ALIKE + 32)
    ]
    other = InputError("a.csv", row=9_000, found="nothing", expected="a date", action="fill it")
    monkeypatch.setattr("analysis.tools.check.check", lambda root, study: ([*alike, other], []))
    assert cli.main(["check", "coproduction"]) == 1
    few = capsys.readouterr().out.splitlines()
    assert (sum("a number" in line for line in few), sum("a date" in line for line in few)) == (MOST_ALIKE, 1)
    assert "  and 30 more like these, which --all lists" in few and f"{MOST_ALIKE + 31} problems" in few
    assert cli.main(["check", "coproduction", "--all"]) == 1
    every = capsys.readouterr().out.splitlines()
    assert [line for line in every if "c81" in line] and not [line for line in every if "--all" in line]


def test_what_a_page_lacks_is_said_with_the_file_it_wants(project):
    third(project)
    lines = check(project, THIRD.name)[1]
    assert "05_sroi: will be made" in lines and any("for want of value_map.csv" in line for line in lines)
    assert any(line.startswith("07_programme_performance: not made, for want of measures.csv") for line in lines)


def test_charts_of_the_summary_that_no_notebook_draws_are_told_before_any_run(project):
    third(project)
    (project / "data/raw/overviews").mkdir()
    shutil.copytree(ROOT / "notebooks", project / "notebooks")
    overview = project / "data/raw/overviews" / f"{THIRD.name}.yaml"
    overview.write_text("summary: {charts: [08_claims_audit:verdicts, 08_claims_audit:verdict]}\n", encoding="utf-8")
    (problem,) = check(project, THIRD.name)[0]
    assert (problem.file, problem.column) == (f"data/raw/overviews/{THIRD.name}.yaml", "summary.charts")
    assert problem.found.startswith("08_claims_audit:verdict, ") and "08_claims_audit:verdicts" in problem.expected


def test_no_such_study(project):
    with pytest.raises(InputError, match="no such study"):
        check(project, "nothing")


def test_every_file_that_a_study_or_a_stage_has_is_documented():
    held = {
        path.name for path in (ROOT / "data" / "raw").glob("*/*") if path.parent.name not in ("reference", "overviews")
    }
    listed = {
        Path(dep).name
        for stage in stages(ROOT).values()
        for dep in stage.get("do", stage)["deps"]
        if dep.startswith("data/raw/${item}/")
    }
    assert held | listed <= {*BY_NAME, *FOLDERS}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_field_has_a_meaning_and_every_reader_is_there(file):
    known = read_yaml(MEANINGS, MEANINGS.name)
    page = (ROOT / "docs" / "tables.md").read_text(encoding="utf-8")
    assert f"\n## {file.name}\n" in page
    for key, _ in file.models:
        for model in nested(file.model(key)):
            assert [name for name in model.model_fields if not meaning(model, name, known)] == []
    assert not file.reader or callable(load(file.reader))


def test_anchors_of_the_page_are_those_that_messages_name():
    heads = re.findall(r"(?m)^## (\S+)$", (ROOT / "docs" / "tables.md").read_text(encoding="utf-8"))
    anchors = {re.sub(r"[^\w-]", "", head.lower()) for head in heads}
    assert {file.anchor for file in FILES} <= anchors


def test_what_needs_a_look_in_a_teams_records_is_told_by_kind_with_counts_and_other_problems_as_ever():
    look = dict(expected="nothing left open", action="Say what it is")
    problems = [
        InputError("a/records.yaml", column="Ids", found="sheet A: an id twice (row 9)", **look),
        InputError("a/records.yaml", column="Ids", found="sheet A: a near id (row 3)", **look),
        InputError("a/study.yaml", row=2, column="title", found="nothing", expected="a title", action="write one"),
    ]
    assert [*told(problems)] == [
        "\na/records.yaml",
        "  Ids: 2",
        "    - sheet A: an id twice (row 9). Say what it is",
        "    - sheet A: a near id (row 3). Say what it is",
        "\na/study.yaml",
        "  row 2, column 'title': found nothing; expected a title. What to do: write one",
    ]
