"""Two runs written by hand, and what is said of their difference; expected values are worked out in the tests."""

import csv
import io
import re

import pytest
import yaml
from comparison_runs import NOTEBOOK, commit, git, number, project, register

from analysis.comparison.causes import Certainty
from analysis.comparison.compare import compare
from analysis.comparison.entries import compare_inputs
from analysis.comparison.lock import content_md5, read_paths
from analysis.comparison.numbers import Change, Group, What, tolerance
from analysis.comparison.report import summary, write_report
from analysis.comparison.revisions import opened
from analysis.comparison.runs import read_run
from analysis.comparison.table import COLUMNS
from analysis.errors import InputError
from analysis.pipeline.lock import read_lock
from analysis.pipeline.raw_files import write_raw_files
from analysis.results import Kind

REGISTER = "data/raw/x/assumptions.yaml"


def between(old, new):
    return compare(read_run(old, "before"), read_run(new, "after"))


def pair(tmp_path, old, new, old_files=None, new_files=None, **more):
    """A comparison of two projects that differ in these results and files."""
    return between(
        project(tmp_path / "old", *old, files=old_files, **more),
        project(tmp_path / "new", *new, files=new_files, **more),
    )


def change(old, new):
    return Change("x", (NOTEBOOK,), old, new)


# What became of a number


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        (number(value=4.0), number(value=5.0), What.VALUE),
        (number(value=4.0), number(value=None, note="no longer"), What.VALUE),
        (number(value="a"), number(value="b"), What.VALUE),
        (number(low=3.0, high=5.0), number(low=3.0, high=6.0), What.INTERVAL),
        (number(), number(kind=Kind.MEASURED), What.KIND),
        (number(), number(value=5.0, kind=Kind.MEASURED), What.KIND),
        (number(), number(label="Another"), What.WORDS),
        (number(), number(inputs=("claim:XX-001",)), What.WORDS),
        (None, number(), What.ADDED),
        (number(), None, What.REMOVED),
    ],
)
def test_what_became_of_a_number(old, new, what):
    assert change(old, new).what is what


def test_a_number_written_as_whole_or_as_fraction_is_the_same(tmp_path):
    assert pair(tmp_path, [number(value=4)], [number(value=4.0)]).same


@pytest.mark.parametrize(
    ("old", "new", "stated"),
    [
        (number(value=4.001), number(value=4.004), "shown alike"),  # both £4.00
        (number(value=4.004), number(value=4.006), ""),  # £4.00 and £4.01
        (
            number(value=4.0, low=3.5, high=4.5, interval="bounds"),
            number(value=4.4, low=3.5, high=4.5, interval="bounds"),
            "within its bounds",
        ),
        (
            number(value=4.0, low=3.5, high=4.5, interval="bounds"),
            number(value=4.5),
            "within its bounds",
        ),  # the end belongs to it
        (number(value=4.0, low=3.5, high=4.5, interval="bounds"), number(value=4.6), ""),
        (number(value=4.0, low=4.0, high=4.0), number(value=4.1), ""),  # an interval without width states nothing
        (number(value=4.0, low=3.0, high=5.0), number(value=4.0, low=3.0, high=5.001), "shown alike"),
        (number(value=4.0, low=3.0, high=5.0), number(value=4.0, low=3.0, high=6.0), "within its interval"),
        (number(value=None), number(value=4.0), ""),  # became available
        (number(value=4.0), number(value=None), ""),
        (number(value=1234, decimals=-2), number(value=1239, decimals=-2), "shown alike"),  # both £1,200
        (number(value=4.0), number(value=4.0, kind=Kind.MEASURED), ""),
        (None, number(), ""),
    ],
)
def test_within_what_was_stated(old, new, stated):
    assert tolerance(change(old, new)) == stated


def test_a_published_number_of_other_wording_is_not_shown_alike():
    old, new = (number(value=4.67, printed=words, kind=Kind.PUBLISHED) for words in ("£4.67", "about £4.67"))
    assert tolerance(change(old, new)) == ""


def test_absolute_and_relative_change():
    found = change(number(value=4.0), number(value=3.0))
    assert (found.absolute, found.relative) == (-1.0, -25.0)
    found = change(number(value=-4.0), number(value=-3.0))
    assert (found.absolute, found.relative) == (1.0, 25.0)  # of the size of the number before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (number(value=None), number()),
        (number(), number(unit="people")),
        (number(value="a"), number(value="b")),
        (number(), number(value=float("inf"))),
    ],
)
def test_what_cannot_be_subtracted_is_not(old, new):
    assert change(old, new).absolute is None and change(old, new).relative is None


def test_nothing_is_a_percentage_of_zero():
    found = change(number(value=0.0), number(value=3.0))
    assert found.absolute == 3.0 and found.relative is None


# Order


def test_gravest_first(tmp_path):
    old = [
        number("words", label="Old"),
        number("near", value=4.001),
        number("far", value=10.0),
        number("further", value=10.0),
        number("sroi.headline", value=4.0),
        number("gone"),
        number("other"),
    ]
    new = [
        number("words", label="New"),
        number("near", value=4.002),
        number("far", value=11.0),
        number("further", value=5.0),
        number("sroi.headline", value=4.01),
        number("came"),
        number("other", kind=Kind.ASSUMED),
    ]
    found = pair(tmp_path, old, new)
    assert [change.id for change, _ in found.changes] == [
        "sroi.headline",
        "further",
        "far",
        "other",
        "gone",
        "came",
        "near",
        "words",
    ]
    assert [change.group for change, _ in found.changes] == [
        Group.HEADLINE,
        Group.OUTSIDE,
        Group.OUTSIDE,
        Group.KIND,
        Group.REMOVED,
        Group.ADDED,
        Group.WITHIN,
        Group.WORDS,
    ]
    assert found.compared == 6 and not found.same  # all but the one that went and the one that came


def test_a_number_that_two_notebooks_record_alike_is_one_change(tmp_path):
    for folder, value in (("old", 4.0), ("new", 5.0)):
        for notebook in (NOTEBOOK, "06_sroi_sensitivity"):
            project(tmp_path / folder, number(value=value), notebook=notebook, lock=False)
    ((found, _),) = between(tmp_path / "old", tmp_path / "new").changes
    assert found.notebooks == (NOTEBOOK, "06_sroi_sensitivity")


def test_notebooks_that_disagree_are_two_changes(tmp_path):
    for folder, values in (("old", (4.0, 4.0)), ("new", (5.0, 4.5))):
        for notebook, value in zip((NOTEBOOK, "06_sroi_sensitivity"), values, strict=True):
            project(tmp_path / folder, number(value=value), notebook=notebook, lock=False)
    assert [change.absolute for change, _ in between(tmp_path / "old", tmp_path / "new").changes] == [1.0, 0.5]


def test_other_sets_of_studies(tmp_path):
    old, new = project(tmp_path / "old", number(), study="x"), project(tmp_path / "new", number(), study="y")
    found = between(old, new)
    assert [(change.study, change.what) for change, _ in found.changes] == [("x", What.REMOVED), ("y", What.ADDED)]
    assert found.compared == 0


# Causes


def caused(tmp_path, inputs=(), old=None, new=None, **files):
    """The cause of one number's change between two projects with these files, by name: (before, after)."""
    sides = [{**{name: texts[place] for name, texts in files.items() if texts[place] is not None}} for place in (0, 1)]
    old, new = old or [number(value=4.0, inputs=inputs)], new or [number(value=5.0, inputs=inputs)]
    return {change.id: cause for change, cause in pair(tmp_path, old, new, *sides).changes}["a.ratio"]


def names(cause):
    return [entry.name for entry in cause.entries]


def test_the_assumption_it_records_is_the_cause(tmp_path):
    texts = (register(rate=0.2, other=1), register(rate=0.25, other=2))
    cause = caused(tmp_path, ("assumption:rate",), **{REGISTER: texts})
    assert names(cause) == ["assumption rate"] and cause.certainty is Certainty.RECORDED and not cause.also
    assert cause.entries[0].fields == (("value", "0.2", "0.25"),)


def test_inputs_are_followed_through_results(tmp_path):
    middle = number("a.middle", value=1.0, inputs=("assumption:rate",))
    old, new = ([number(value=value, inputs=("a.middle",)), middle] for value in (4.0, 5.0))
    cause = caused(
        tmp_path, old=old, new=new, **{REGISTER: (register(rate=0.2, other=1), register(rate=0.25, other=2))}
    )
    assert names(cause) == ["assumption rate"]


def test_results_that_rest_on_each_other_do_not_hang(tmp_path):
    old, new = (
        [number(value=value, inputs=("a.b",)), number("a.b", value=1.0, inputs=("a.ratio",))] for value in (4.0, 5.0)
    )
    assert (
        caused(tmp_path, old=old, new=new, **{REGISTER: (register(rate=0.2), register(rate=0.3))}).certainty
        is Certainty.ONLY
    )


def test_without_recorded_inputs_the_only_change_is_the_cause(tmp_path):
    cause = caused(tmp_path, **{REGISTER: (register(rate=0.2), register(rate=0.25))})
    assert names(cause) == ["assumption rate"] and cause.certainty is Certainty.ONLY


def test_without_recorded_inputs_two_changes_cannot_be_told_apart(tmp_path):
    cause = caused(tmp_path, **{REGISTER: (register(rate=0.2, other=1), register(rate=0.25, other=2))})
    assert names(cause) == ["assumption rate", "assumption other"] and cause.certainty is Certainty.SEVERAL


def test_code_that_changed_too_is_said(tmp_path):
    files = {REGISTER: (register(rate=0.2), register(rate=0.25)), "src/analysis/sroi/model.py": ("A = 1\n", "A = 2\n")}
    cause = caused(tmp_path, ("assumption:rate",), **files)
    assert names(cause) == ["assumption rate"] and [entry.name for entry in cause.also] == [
        "code src/analysis/sroi/model.py"
    ]


def test_code_of_other_stages_is_no_cause(tmp_path):
    files = {
        "src/analysis/sroi/model.py": ("A = 1\n", "A = 1\n"),
        "src/analysis/census/ages.py": ("A = 1\n", "A = 2\n"),
    }
    assert caused(tmp_path, **files).certainty is Certainty.NONE


def test_another_study_is_no_cause(tmp_path):
    assert (
        caused(tmp_path, **{"data/raw/y/assumptions.yaml": (register(rate=1), register(rate=2))}).certainty
        is Certainty.NONE
    )


LISTS = "data/processed/raw_files"


def with_lists(root, *results, files):
    """A project of two studies whose stage reads the list of its folder's files, which one stage writes for all studies."""
    project(root, *results, files=files | {"data/raw/y/study.yaml": "id: y\n"})
    write_raw_files(root)
    lock = yaml.safe_load((root / "dvc.lock").read_text())
    stage = lock["stages"]["sroi@x"]
    lists = f"{LISTS}/x.txt"
    stage["deps"] = [{"path": lists, "md5": content_md5(root / lists)}, {"path": "data/raw/x/study.yaml", "md5": "a"}]
    stage["deps"][1]["md5"] = content_md5(root / "data/raw/x/study.yaml")
    lock["stages"]["raw_files"] = {
        "cmd": "python -m analysis raw-files",
        "deps": [{"path": "data/raw", "md5": content_md5(root / "data/raw")}],
        "outs": [{"path": LISTS, "md5": content_md5(root / LISTS)}],
    }
    (root / "dvc.lock").write_text(yaml.safe_dump(lock))
    return root


@pytest.mark.parametrize(
    ("file", "named"),
    [("data/raw/y/assumptions.yaml", []), ("data/raw/y/new.csv", []), (REGISTER, ["assumption rate"])],
)
def test_a_list_of_the_files_of_all_studies_brings_no_cause_from_another_study(tmp_path, file, named):
    old = with_lists(tmp_path / "old", number(), files={REGISTER: register(rate=1)})
    new = with_lists(tmp_path / "new", number(value=5.0), files={REGISTER: register(rate=1), file: register(rate=2)})
    ((_, cause),) = between(old, new).changes
    assert names(cause) == named


def test_a_file_that_comes_to_another_study_makes_no_results_old_and_one_that_comes_to_its_own_does(tmp_path):
    root = with_lists(tmp_path, number(), files={REGISTER: register(rate=1)})
    (root / "data/raw/y/more.csv").write_text("a\n")
    assert read_run(root, "r").remarks == ()
    (root / "data/raw/x/more.csv").write_text("a\n")
    assert "data/raw/x changed since the recorded run" in read_run(root, "r").remarks[0]


def test_a_stage_that_dvc_yaml_no_longer_has_makes_no_results_old(tmp_path):
    """DVC keeps the record of a stage that was renamed: as old as it is, nothing is made by it any more."""
    root = project(tmp_path, number(), files={REGISTER: register(rate=0.2)})
    lock = yaml.safe_load((root / "dvc.lock").read_text())
    lock["stages"]["zz_before@x"] = {
        **lock["stages"]["sroi@x"],
        "deps": [{"path": "src/analysis/gone", "md5": "0" * 32}],
    }
    (root / "dvc.lock").write_text(yaml.safe_dump(lock))
    (root / "dvc.yaml").write_text(yaml.safe_dump({"stages": {"sroi": {"foreach": ["x"], "do": {"cmd": "a"}}}}))
    assert read_run(root, "r").remarks == ()


def test_a_new_study_is_one_entry_that_brought_its_numbers(tmp_path):
    old = project(tmp_path / "old", number(inputs=("assumption:rate",)), files={REGISTER: register(rate=1)})
    new = project(tmp_path / "new", number(inputs=("assumption:rate",)), files={REGISTER: register(rate=1)})
    project(new, number("b.ratio"), number("b.more"), study="y", lock=False)
    (new / "data/raw/y/claims.csv").write_text("claim_id,value\nYY-001,4\nYY-002,5\n")
    for one, other, said, what in ((old, new, "new", What.ADDED), (new, old, "no longer there", What.REMOVED)):
        found = between(one, other)
        assert found.studies == {"y": said} and f"  Study y: {said}" in list(summary(found))
        assert {(change.id, change.what) for change, _ in found.changes} == {("b.ratio", what), ("b.more", what)}
        assert {(*names(cause), cause.certainty) for _, cause in found.changes} == {("study y", Certainty.ITSELF)}
        assert [entry.name for entry in found.entries if entry.study == "y"] == ["study y"]
    write_report(new, (str(old), "."), tmp_path / "diff.html")
    assert "<strong>y</strong>: new." in (tmp_path / "diff.html").read_text()


def test_a_number_that_records_its_inputs_is_not_moved_by_others_when_code_changed(tmp_path):
    files = {
        REGISTER: (register(rate=1, other=1), register(rate=1, other=2)),
        "src/analysis/sroi/model.py": ("A = 1\n", "A = 2\n"),
    }
    assert names(caused(tmp_path, ("assumption:rate",), **files)) == ["code src/analysis/sroi/model.py"]


@pytest.mark.parametrize(
    ("inputs", "named"),
    [
        (
            ("data/raw/x/value_map.csv",),
            ["assumption rate", "assumption other", "code src/analysis/sroi/model.py"],
        ),  # its cells may name any entry
        ((REGISTER,), ["assumption rate", "assumption other", "code src/analysis/sroi/model.py"]),
        (("data/raw/x/value_map.csv", "assumption:rate"), ["assumption rate"]),
        (
            ("data/raw/x/value_map.csv", "assumption:third"),
            ["code src/analysis/sroi/model.py"],
        ),  # names its entries one by one
    ],
)
def test_a_number_that_rests_on_a_table_can_have_moved_by_what_the_table_names(tmp_path, inputs, named):
    texts = (register(rate=1, other=1, third=1), register(rate=2, other=2, third=1))
    files = {
        REGISTER: texts,
        "src/analysis/sroi/model.py": ("A = 1\n", "A = 2\n"),
        "data/raw/x/value_map.csv": ("row\n", "row\n"),
    }
    assert names(caused(tmp_path, inputs, **files)) == named


def test_words_of_an_assumption_move_no_number(tmp_path):
    texts = [register(rate=0.2, other=1) for _ in range(2)]
    files = {
        REGISTER: (texts[0], texts[1].replace("About other", "Of other")),
        "data/raw/x/value_map.csv": ("row,quantity\na,1\n", "row,quantity\na,2\n"),
    }
    assert names(caused(tmp_path, **files)) == ["a in data/raw/x/value_map.csv"]


def test_a_parameter_of_its_own_run_is_a_cause_and_that_of_another_is_not(tmp_path):
    files = {
        "params.yaml": (
            f"{NOTEBOOK}: {{x: {{seed: 1}}, y: {{seed: 1}}}}\n",
            f"{NOTEBOOK}: {{x: {{seed: 2}}, y: {{seed: 2}}}}\n",
        )
    }
    assert names(caused(tmp_path, **files)) == [f"parameter {NOTEBOOK}.x"]


def test_a_package_is_a_cause(tmp_path):
    files = {
        "requirements.lock": ("pandas==3.0.0 \\\n    --hash=sha256:aa\n", "pandas==3.1.1 \\\n    --hash=sha256:bb\n")
    }
    cause = caused(tmp_path, **files)
    assert names(cause) == ["package pandas"] and cause.entries[0].fields == (("version", "3.0.0", "3.1.1"),)


def test_the_entry_itself(tmp_path):
    old, new = ([number("assumption:rate", value=value)] for value in (0.2, 0.25))
    ((_, cause),) = pair(
        tmp_path, old, new, {REGISTER: register(rate=0.2, other=1)}, {REGISTER: register(rate=0.25, other=2)}
    ).changes
    assert names(cause) == ["assumption rate"] and cause.certainty is Certainty.ITSELF


def test_without_inputs_no_cause_is_named(tmp_path):
    project(tmp_path / "old", number()), project(tmp_path / "new", number(value=5.0))
    bare = [tmp_path / name / "data" / "processed" / "x" for name in ("old", "new")]
    for place in bare:
        place.rename(tmp_path / f"{place.parents[2].name}-x")
    found = between(tmp_path / "old-x", tmp_path / "new-x")
    assert {change.what for change, _ in found.changes} == {
        What.REMOVED,
        What.ADDED,
    }  # folders of other names are other studies
    assert {cause.certainty for _, cause in found.changes} == {Certainty.UNKNOWN} and not found.inputs_known


def test_what_a_stage_reads_goes_through_what_other_stages_made(tmp_path):
    lock = """stages:
  records@x: {cmd: python -m analysis example-records --study x, deps: [{path: src/analysis/examples, md5: a}], outs: [{path: data/processed/x/records, md5: b.dir}]}
  after@x: {cmd: python -m analysis run 03 --study x, deps: [{path: data/processed/x/records/a.csv, md5: c}], outs: [{path: out, md5: d}]}
  other@x: {cmd: python -m analysis run 04 --study x, deps: [{path: src/other, md5: c}], outs: [{path: out2, md5: d}]}
"""
    (tmp_path / "dvc.lock").write_text(lock)
    assert read_paths(read_lock(tmp_path), "03", "x") == {"data/processed/x/records/a.csv", "src/analysis/examples"}


# Inputs


def test_rows_of_records_about_people_are_never_shown(tmp_path):
    for folder, name in (("old", "Anna"), ("new", "Berta")):
        project(
            tmp_path / folder,
            number(),
            files={"data/raw/x/questionnaire.csv": f"person,answer\n{name},4\n", "data/raw/x/notes.txt": name},
        )
    entries = compare_inputs(tmp_path / "old", tmp_path / "new")
    assert [(entry.file, entry.key, entry.fields) for entry in entries] == [
        ("data/raw/x/notes.txt", "", ()),
        ("data/raw/x/questionnaire.csv", "", ()),
    ]


def test_entries_of_documents_and_tables(tmp_path):
    old = {
        "data/raw/x/sroi.yaml": "parts:\n  - {id: a, note: {en: one}}\nmethod: m\n",
        "data/raw/reference/t.csv": "k,v\na,1\na,2\n",
        "data/raw/x/themes.csv": "k,v\nb,1\n",
    }
    new = {
        "data/raw/x/sroi.yaml": "parts:\n  - {id: a, note: {en: two}}\n",
        "data/raw/reference/t.csv": "k,v\na,1\na,3\n",
    }
    project(tmp_path / "old", number(), files=old), project(tmp_path / "new", number(), files=new)
    found = {(entry.file, entry.key): entry.fields for entry in compare_inputs(tmp_path / "old", tmp_path / "new")}
    assert found == {
        ("data/raw/x/sroi.yaml", "parts.a"): (("note.en", "one", "two"),),
        ("data/raw/x/sroi.yaml", "method"): (("", "m", None),),
        ("data/raw/reference/t.csv", "row 3"): (("v", "2", "3"),),
        ("data/raw/x/themes.csv", "b"): (("k", "b", None), ("v", "1", None)),
    }


@pytest.mark.parametrize("text", ["a: [", "- 1\n- 2\n", "\ufeff", 'k,v\n"open'])
def test_a_file_that_cannot_be_read_entry_by_entry_is_one_entry(tmp_path, text):
    for name in ("data/raw/x/sroi.yaml", "data/raw/x/themes.csv"):
        old, new = tmp_path / f"old{len(name)}", tmp_path / f"new{len(name)}"
        project(old, number(), files={name: text}), project(new, number(), files={name: text + "\n\nx: 1\n- y"})
        assert {entry.file for entry in compare_inputs(old, new)} == {name}


def test_the_md5_of_a_folder_is_that_of_dvc(tmp_path):
    """DVC 3 on a folder with these two files: the MD5 of the JSON list of their MD5 and paths, sorted by path."""
    import hashlib

    (tmp_path / "b").mkdir()
    (tmp_path / "a.txt").write_text("1"), (tmp_path / "b" / "c.txt").write_text("2")
    listed = '[{"md5": "c4ca4238a0b923820dcc509a6f75849b", "relpath": "a.txt"}, {"md5": "c81e728d9d4c2f636f067f89cc14862c", "relpath": "b/c.txt"}]'
    assert content_md5(tmp_path) == hashlib.md5(listed.encode()).hexdigest() + ".dir"


def test_results_older_than_their_inputs_are_said_to_be(tmp_path):
    root = project(tmp_path, number(), files={REGISTER: register(rate=0.2)})
    assert read_run(root, "r").remarks == ()
    (root / REGISTER).write_text(register(rate=0.3))
    assert "data/raw/x changed since the recorded run" in read_run(root, "r").remarks[0]


def test_what_a_stage_made_is_as_old_as_its_own_inputs(tmp_path):
    """A file that another stage makes need not be there; if what it was made from changed, the results are older than that."""
    root = project(tmp_path, number(), files={"src/analysis/page.py": "A = 1\n"})
    code, lock = content_md5(root / "src/analysis/page.py"), yaml.safe_load((root / "dvc.lock").read_text())
    made = {"path": "data/processed/page_code.txt", "md5": "0" * 32}
    lock["stages"]["page_code"] = {
        "cmd": "python -m analysis page-code",
        "deps": [{"path": "src/analysis/page.py", "md5": code}],
        "outs": [made],
    }
    lock["stages"]["sroi@x"]["deps"].append(made)
    (root / "dvc.lock").write_text(yaml.safe_dump(lock))
    assert read_run(root, "r").remarks == ()
    (root / "src/analysis/page.py").write_text("A = 2\n")
    assert "src/analysis/page.py changed since the recorded run" in read_run(root, "r").remarks[0]


def test_results_that_are_not_the_recorded_ones_are_said_to_be(tmp_path):
    root = project(tmp_path, number())
    project(root, number(value=5.0), lock=False)
    assert "not recorded in dvc.lock" in read_run(root, "r").remarks[0]


# Verdicts


def test_a_claim_with_another_verdict(tmp_path):
    claims = "claim_id,value\nXX-001,{}\nXX-002,7\n"
    for folder, value, verdict in (("old", 4, "reproduced"), ("new", 5, "inconsistent")):
        root = project(
            tmp_path / folder,
            number(),
            notebook="08_claims_audit",
            files={"data/raw/x/claims.csv": claims.format(value)},
        )
        (root / "data/processed/x/claims.csv").write_text(
            f"claim_id,value,verdict,why\nXX-001,{value},{verdict},w\nXX-002,7,consistent,w\n"
        )
    found = between(tmp_path / "old", tmp_path / "new")
    ((verdict, cause),) = found.verdicts
    assert (verdict.claim, verdict.before, verdict.after) == ("XX-001", "reproduced", "inconsistent")
    assert names(cause) == ["claim XX-001"] and not found.same


# Commits


def test_two_commits_from_the_cache_leave_the_working_tree_alone(tmp_path):
    root = project(tmp_path / "p", number(inputs=("assumption:rate",)), files={REGISTER: register(rate=0.2)})
    first = commit(root)
    project(root, number(value=5.0, inputs=("assumption:rate",)), files={REGISTER: register(rate=0.25)})
    second = commit(root)
    (root / REGISTER).write_text(register(rate=0.9))
    before = (git(root, "status", "--porcelain"), git(root, "worktree", "list"), git(root, "branch", "--all"))
    with opened(root, first[:8]) as old, opened(root, "HEAD") as new:
        found = compare(old, new)
        ((moved, cause),) = found.changes
        assert moved.absolute == 1.0 and cause.entries[0].fields == (("value", "0.2", "0.25"),)
        assert (old.name, new.name) == (f"commit {first[:12]}", f"commit {second[:12]} (HEAD)")
    assert (git(root, "status", "--porcelain"), git(root, "worktree", "list"), git(root, "branch", "--all")) == before
    assert not old.root.exists()


def test_a_hash_that_leads_out_of_the_cache_is_refused(tmp_path):
    root = project(tmp_path / "p", number())
    (tmp_path / "p" / "secret.json").write_text("{}")
    lock = root / "dvc.lock"
    lock.write_text(re.sub(r"md5: \w+", f"md5: ab/{tmp_path}/p/secret.json", lock.read_text()))
    with pytest.raises(InputError, match=r"dvc\.lock"), opened(root, commit(root)):
        pass


def test_the_cache_may_be_elsewhere(tmp_path):
    root = project(tmp_path / "p", number())
    made = commit(root)
    (root / ".dvc" / "cache").rename(tmp_path / "elsewhere")
    (root / ".dvc" / "config").write_text("[core]\n    analytics = false\n[cache]\n    dir = ../../elsewhere\n")
    with opened(root, made) as run:
        assert run.studies == ("x",)


# The report


def test_page_and_table(tmp_path):
    old, new = (
        project(tmp_path / "old", number("a.b", label="=1+1")),
        project(tmp_path / "new", number("a.b", value=5.0, label="=1+1")),
    )
    found = write_report(new, (str(old), "."), tmp_path / "out" / "diff.html")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out" / "diff.csv").read_text())))
    assert tuple(rows[0]) == COLUMNS and len(rows) == 1
    assert [rows[0][name] for name in ("label", "before", "after", "change", "change_percent", "within")] == [
        "'=1+1",
        "4.0",
        "5.0",
        "1.0",
        "25.0",
        "no",
    ]
    page = (tmp_path / "out" / "diff.html").read_text()
    assert "£4.00" in page and "£5.00" in page and "25.0%" in page and str(tmp_path) not in page
    assert any("Outside what was stated: 1" in line for line in summary(found))


def test_the_same_runs_give_the_same_bytes(tmp_path):
    old, new = project(tmp_path / "old", number()), project(tmp_path / "new", number(value=5.0))
    texts = []
    for name in ("one", "two"):
        write_report(new, (str(old), "."), tmp_path / f"{name}" / "diff.html")
        texts.append([(tmp_path / name / f"diff.{ending}").read_bytes() for ending in ("html", "csv")])
    assert texts[0] == texts[1]


def test_of_thousands_of_changes_the_page_shows_the_gravest_and_the_table_all(tmp_path):
    old, new = ([number(f"a.n{place}", value=float(place * factor)) for place in range(1, 1501)] for factor in (1, 2))
    write_report(
        tmp_path, (str(project(tmp_path / "old", *old)), str(project(tmp_path / "new", *new))), tmp_path / "diff.html"
    )
    page = (tmp_path / "diff.html").read_text()
    assert page.count('id="change-') == 1000 and "1,500" in page and len(page.encode()) < 3_000_000
    assert len((tmp_path / "diff.csv").read_text().splitlines()) == 1501


def test_a_model_tells_what_each_assumption_does_alone(tmp_path):
    """Value is worth * people: 50 * 12 = 600 over costs of 100. Alone: 60 * 12 / 100 = 7.2; 50 * 10 / 100 = 5; both: 6; joint: -0.2."""
    from value_maps import cost, entry, outcome, write_study

    for folder, worth, people in (("old", 50, 12), ("new", 60, 10)):
        entries = [
            entry("cost", 100, "GBP"),
            entry("worth", worth, "GBP per person", 20, 80),
            entry("people", people, "people", 1, 30),
            entry("rate", 0.0, "ratio", 0, 0.1),
        ]
        study = write_study(
            tmp_path / folder,
            entries,
            [cost(), outcome("a", quantity="people", proxy="worth", start="0")],
            {"discount_rate": "rate"},
        )
        project(
            tmp_path / folder,
            number(f"{NOTEBOOK}.scenarios.central.ratio", value=worth * people / 100),
            study=study.id,
            lock=False,
            files={f"data/raw/{study.id}/study.yaml": (study.raw / "study.yaml").read_text()},
        )
    (effect,) = between(tmp_path / "old", tmp_path / "new").alone
    assert (effect.before, effect.after) == pytest.approx((6.0, 6.0))
    assert effect.ratios == pytest.approx({"worth": 7.2, "people": 5.0}) and effect.rest == pytest.approx(-0.2)


def test_the_page_shows_what_each_assumption_does_alone_in_the_currency_of_the_study():
    from types import SimpleNamespace

    from analysis.comparison.alone import Alone
    from analysis.comparison.page import _alone_table

    entries = {"worth": SimpleNamespace(label="Worth")}
    model = SimpleNamespace(entries=entries, currency="EUR", inputs=("worth",), kind=Kind.ASSUMED)
    table = _alone_table(Alone("garden", 6.0, 7.2, {"worth": 7.2}, (model, model)))
    assert list(table.cells.index) == [
        "Before",
        "Worth (worth) alone",
        "Jointly, and by changes of the value map",
        "After",
    ]
    assert table.cells.loc["Worth (worth) alone", "effect"].text == "€1.2000" and table.columns["ratio"].label.endswith(
        "euro"
    )
