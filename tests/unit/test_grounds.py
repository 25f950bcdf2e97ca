"""Numbers from printed figures rest on the claims that their functions read, found by watching the functions read them."""

from pathlib import Path

import pandas as pd
import pytest

from analysis.described import inputs_of
from analysis.questionnaire import improved_among_everyone, over_readings, possible_groups, published as questionnaire
from analysis.reporting import record
from analysis.reporting.appendix import Appendix
from analysis.reporting.grounds import GROUNDS, Grounds
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


def claims_of(frame: pd.DataFrame) -> set[str]:
    *claims, file = inputs_of(frame)
    assert file == "data/raw/coproduction/before_after.yaml" and len(claims) == len(set(claims))
    return set(claims)


def test_groups_rest_on_the_claims_that_are_read_for_them():
    watched = Watched()
    questionnaire.group_sizes(ANSWERS, watched)
    assert claims_of(possible_groups(questionnaire.read_printed(STUDY))) == watched.read and watched.read


@pytest.mark.parametrize("item", ANSWERS.items, ids=lambda item: item.id)
def test_the_ranges_of_an_item_rest_on_its_own_two_means(item):
    page, watched = Appendix("coproduction", "03_before_after", ROOT), Watched()
    record(*over_readings(questionnaire.Printed(STUDY, ANSWERS)))
    questionnaire.ranges_by_size(item, ANSWERS, watched)
    rests = page.store[f"{item.id}.share_improved"].inputs
    # the mean after is read by hand: its words are turned into the ends that the readings give
    assert {name for name in rests if name.startswith("claim:")} == watched.read | {f"claim:{item.after}"}


def test_a_share_among_everyone_rests_on_its_own_number_of_people():
    frame = improved_among_everyone(questionnaire.read_printed(STUDY))
    for claim, rests in zip(ANSWERS.everyone, frame["rests"], strict=True):
        first = {f"claim:{each}" for each in (ANSWERS.items[0].before, ANSWERS.items[0].after, ANSWERS.respondents)}
        assert set(rests.split()) == {*first, f"claim:{claim}", "data/raw/coproduction/before_after.yaml"}


def raw(root: Path, *files: str) -> None:
    for file in files:
        path = root / "data" / "raw" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}\n", encoding="utf-8")


def test_a_third_study_rests_on_its_own_files_and_names_no_other_study(tmp_path):
    table = "records/questionnaire.csv"
    raw(tmp_path, f"coproduction/{table}", f"third/{table}")
    found = Grounds("third", tmp_path)
    assert found.of("analysis.participants.read_records") == (f"data/raw/third/{table}",)
    named = {file for function in GROUNDS for file in found.of(function)}
    assert {file.split("/")[2] for file in named} == {"third"}
    assert Grounds("fourth", tmp_path).of("analysis.participants") == ()
