"""What a reader asks to change: held against the register before anything runs, every problem at once."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from numbers_check import check_numbers

from analysis.companions.sheet import TEMPLATES
from analysis.errors import InputError
from analysis.reporting.page import page_of, render_page
from analysis.results import ResultStore
from analysis.sroi.crosswalk import crosswalk
from analysis.sroi.model import assemble, read_model
from analysis.sroi.value_map import read_value_map
from analysis.study import Register, load_study
from analysis.tools.changed_pages import MARK, ChangedRun, with_changes
from analysis.tools.changes import REGISTER, SETTINGS, Asked, asked_for, changed_files, changes_of, name_problems

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def study():
    return load_study("coproduction", ROOT)


def asked(*texts: str) -> list[Asked]:
    return list(asked_for(texts, None, ROOT).asked)


def test_a_value_within_the_range_keeps_the_range_and_is_assumed(study):
    (change,), problems = changes_of(study, asked("deadweight_english=0.2"))
    assert problems == [] and not change.outside
    assert (change.entry.value, change.entry.low, change.entry.high) == (0.2, 0.0, 0.3)
    assert change.entry.kind == "assumed" and "0, assumed in the published run" in change.entry.decided_by


def test_a_value_outside_the_range_is_told_and_the_range_reaches_to_it(study):
    (change,), problems = changes_of(study, asked("friends_contact_value_2011=8650"))
    assert problems == [] and change.outside
    assert (change.entry.low, change.entry.high) == (8650, 17350)
    assert change.published.kind == "published" and change.entry.kind == "assumed"
    assert "the published 17300" in change.entry.decided_by


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("1,5", "a point before the decimals: 1.5"),
        ("17,300", "without commas: 17300"),
        ("40%", "from 0 to 1: 0.4"),
        ("£8650", "without signs of money"),
        ("nan", "digits and a point"),
        ("9" * 400, "digits and a point"),
        ("١", "digits and a point"),
        ("", "digits and a point"),
        ("0.0", "leave the change out"),  # what the published run has
        ("-0.1", "correct the value"),
        ("1.5", "40 % is 0.4"),
    ],
)
def test_values_that_cannot_be(study, text, advice):
    changes, (problem,) = changes_of(study, [Asked("deadweight_english", text)])
    assert changes == [] and advice in problem.action and "deadweight_english" in problem.place


def test_an_unknown_name_gets_the_nearest(study):
    _, (problem,) = changes_of(study, asked("deadwieght_english=0.1"))
    assert "did you mean deadweight_english" in problem.action


def test_all_problems_at_once(study):
    texts = ("deadwieght_english=0,4", "drop_off", "deadweight_english=0.1", "deadweight_english=0.2")
    request = asked_for(texts, None, ROOT)
    _, problems = changes_of(study, request.asked)
    assert len(request.problems) == 1 and [problem.found for problem in problems] == [
        "no assumption of this name in coproduction",
        "'0,4'",
        "the assumption twice",
    ]
    assert [problem.column for problem in changes_of(study, [])[1]] == ["--set"]


@pytest.mark.parametrize("name", ["../up", "a/b", "", ".", "a b", "-x", "x" * 61])
def test_names_that_are_no_folders_name(name):
    assert [problem.column for problem in name_problems(name)] == ["--as"]


def test_a_file_says_the_same_as_the_command_line(tmp_path, study):
    path = tmp_path / "halved.yaml"
    path.write_text("as: halved\nset:\n  deadweight_english: 0.2\n  nothing_such: 1,5\n", encoding="utf-8")
    request = asked_for((), path, tmp_path)
    listed = request.asked
    assert (
        request.name == "halved"
        and changes_of(study, listed[:1])[0] == changes_of(study, asked("deadweight_english=0.2"))[0]
    )
    assert {(problem.file, problem.row) for problem in changes_of(study, listed)[1]} == {("halved.yaml", 4)}


@pytest.mark.parametrize(
    "content", ["as: x\n", "set: [a]\n", "set: {a: 1}\nvalues: {}\n", "# nothing\n", "as: x\nset: 3\n"]
)
def test_files_that_hold_no_changes(tmp_path, content):
    (tmp_path / "x.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=r"x\.yaml"):
        asked_for((), tmp_path / "x.yaml", tmp_path)


def test_the_register_differs_in_the_changed_entry_and_loads(study, tmp_path):
    changes, _ = changes_of(study, asked("drop_off=0.31"))
    made = changed_files(study, changes)
    before = {entry["id"]: entry for entry in study.document(REGISTER)["assumptions"]}
    after = {entry["id"]: entry for entry in yaml.safe_load(made.texts[REGISTER])["assumptions"]}
    assert list(after) == list(before)
    moved = {name for name in before if after[name] != before[name]}
    assert moved == {"drop_off", *made.lapsed}


def test_inputs_that_no_longer_meet_their_figures_are_assumed_and_drawn_one_by_one(study):
    changes, _ = changes_of(study, asked("friends_contact_value_2011=8650"))
    made = changed_files(study, changes)
    (group,) = study.document(SETTINGS)["calibrated"]
    assert set(group["inputs"]) <= set(made.lapsed)
    assert yaml.safe_load(made.texts[SETTINGS])["calibrated"] == []
    kinds = {entry["id"]: entry["kind"] for entry in yaml.safe_load(made.texts[REGISTER])["assumptions"]}
    assert {kinds[name] for name in made.lapsed} == {"assumed"}


def test_a_value_that_moves_nothing_printed_leaves_the_calibration(study):
    changes, _ = changes_of(study, asked("volunteering_wellbeing_value_2011=13000"))  # no formula names it
    assert SETTINGS not in changed_files(study, changes).texts


def test_every_page_says_what_was_changed_and_what_was_published(study):
    changes, _ = changes_of(study, asked("friends_contact_value_2011=8650"))
    blocks = [{"type": "table", "label": "Table 1", "mark": ""}]
    page = with_changes(
        page_of("x", [], ResultStore(), {}) | {"blocks": blocks}, ChangedRun(study, "halved", changes), ""
    )
    assert page["blocks"][0]["mark"] == MARK and blocks[0]["mark"] == ""
    shown = ResultStore.of_records(page["results"])
    now, before = (shown[f"what_if.friends_contact_value_2011.{name}"] for name in ("value", "published"))
    assert (now.text, now.kind, before.text, before.kind) == ("£8,650", "assumed", "£17,300", "published")
    (told,) = page["changed"][1]["items"]
    words = [part.strip() if isinstance(part, str) else part for part in told]
    assert [part["id"] for part in words if isinstance(part, dict) and "id" in part] == [now.id, before.id]
    assert words[-3] == "assumed (published:" and words[-1] == "). Outside the range of the register."


def test_the_numbers_of_the_mark_are_results(study):
    changes, _ = changes_of(study, asked("friends_contact_value_2011=8650"))
    frame = {"title": "T", "study_title": "S", "up": ["u", "U"], "lead": "", "contents": [], "example": False}
    frame |= {"colophon": [], "source": "", "setting": "", "kinds": []}
    page = page_of("companion.html.j2", [], ResultStore(), frame)
    made = with_changes(page, ChangedRun(study, "halved", changes, ("total_cost",)), "../index.html")
    html = render_page(made, "", (), TEMPLATES)
    assert "Changed run halved" in html and "Comparison with the published run" in html
    assert check_numbers(html, ResultStore.of_records(made["results"])) == []
    assert "changed-run" not in render_page(page, "", (), TEMPLATES)


def test_a_readers_change_is_no_merit_of_the_source(study, tmp_path):
    """The source subtracts nothing; a reader's deadweight would turn that criterion into partly met."""
    changes, _ = changes_of(study, asked("deadweight_english=0.2"))
    register = Register({**study.register, **{each.published.id: each.entry for each in changes}}, "register")
    changed = assemble(read_value_map(study), register, study)
    plain = replace(
        changed,
        entries={name: each.model_copy(update={"changed_from": None}) for name, each in changed.entries.items()},
    )
    before, after, unmarked = (crosswalk(model, study) for model in (read_model(study), changed, plain))
    assert (after["status"] == before["status"]).all() and (after["why"] == before["why"]).all()
    assert (unmarked["status"] != before["status"]).sum() == 1
