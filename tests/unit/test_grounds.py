"""Numbers from printed figures rest on the claims that their functions read, found by watching the functions read them."""

import json
from pathlib import Path

import pandas as pd
import pytest

from analysis.questionnaire import published as questionnaire
from analysis.reporting.appendix import Appendix
from analysis.reporting.grounds import GROUNDS, Grounds
from analysis.reporting.views.before_after_published import record
from analysis.results import Kind, Result
from analysis.study import load_study

ROOT = Path(__file__).resolve().parents[2]
STUDY = load_study("coproduction", ROOT)
ANSWERS = questionnaire.read_figures(STUDY)


class Watched:
    """The study, keeping the ids of the claims that are read."""

    def __init__(self):
        self.read = set()

    @property
    def claims(self):
        return self

    def __getitem__(self, claim):
        self.read.add(f"claim:{claim}")
        return STUDY.claims[claim]


IMPROVED = pd.DataFrame({"people": [57], "statistic": ["share improved"], "low": [0.0], "high": [100.0]})
READING = {
    questionnaire.group_sizes: lambda study: questionnaire.group_sizes(ANSWERS, study),
    questionnaire.among_everyone: lambda study: questionnaire.among_everyone(IMPROVED, ANSWERS, study),
}


@pytest.mark.parametrize("function", READING, ids=lambda function: function.__name__)
def test_a_number_rests_on_the_claims_that_its_function_reads(function):
    watched = Watched()
    READING[function](watched)
    *claims, file = Grounds("coproduction", ROOT).of(f"{function.__module__}.{function.__name__}")
    assert set(claims) == watched.read and watched.read
    assert file.startswith("data/raw/coproduction/") and len(claims) == len(set(claims))


@pytest.mark.parametrize("item", ANSWERS.items, ids=lambda item: item.id)
def test_the_ranges_of_an_item_rest_on_its_own_two_means(item):
    page, watched = Appendix("coproduction", "03_before_after", ROOT), Watched()
    record(page, questionnaire.Printed(STUDY, ANSWERS))
    questionnaire.ranges_by_size(item, ANSWERS, watched)
    rests = page.store[f"{item.id}.share_improved"].inputs
    # the mean after is read by hand: its words are turned into the ends that the readings give
    assert {name for name in rests if name.startswith("claim:")} == watched.read | {f"claim:{item.after}"}


def study_of(root: Path, **parts):
    folder = root / "data/raw/a_study"
    folder.mkdir(parents=True)
    (folder / "before_after.yaml").write_text(json.dumps(parts), encoding="utf-8")
    return Grounds("a_study", root)


def test_a_part_of_a_file_stands_before_the_file_and_each_claim_once(tmp_path):
    grounds = study_of(
        tmp_path,
        everyone={"people": "AA-001", "others": {"one": "AA-002", "more": ["AA-001"]}},
        respondents=["AA-009"],
    )
    assert grounds.of("analysis.questionnaire.published.among_everyone") == (
        "claim:AA-001",
        "claim:AA-002",
        "data/raw/a_study/before_after.yaml",
    )


def test_a_part_that_a_file_does_not_have_names_nothing(tmp_path):
    assert study_of(tmp_path).of("analysis.questionnaire.published.among_everyone") == (
        "data/raw/a_study/before_after.yaml",
    )


def test_a_number_takes_both(tmp_path):
    plain = Result("x", "X", 1, "", Kind.BOUNDED, function="analysis.questionnaire.published.ranges_by_size")
    (found,) = study_of(tmp_path, respondents=[{"group": "a", "claim": "AA-003"}]).under([plain])
    assert found.inputs == ("claim:AA-003", "data/raw/a_study/before_after.yaml")


def raw(root: Path, *files: str) -> None:
    for file in files:
        path = root / "data" / "raw" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}\n", encoding="utf-8")


def test_a_third_study_rests_on_its_own_files_and_names_no_other_study(tmp_path):
    function, own = "analysis.questionnaire", ("before_after.yaml", "records/questionnaire.csv")
    raw(tmp_path, *(f"coproduction/{file}" for file in own), *(f"third/{file}" for file in own))
    found = Grounds("third", tmp_path)
    assert found.of(function) == ("data/raw/third/records/questionnaire.csv",)
    named = {file for name in GROUNDS for file in found.of(name)}
    assert {file.split("/")[2] for file in named} == {"third"}
    assert Grounds("fourth", tmp_path).of(function) == ()
