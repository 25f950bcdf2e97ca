"""What questionnaire statistics refuse, and that each refusal says why."""

import numpy as np
import pandas as pd
import pytest

from analysis.quantities import Interval
from analysis.questionnaire.answers import Item, MissingRule, paired_answers
from analysis.questionnaire.attrition import (
    lee_bounds,
    trimmed_means,
    worst_case_mean,
    worst_case_share,
)
from analysis.questionnaire.proportions import tango_interval
from analysis.questionnaire.shift import ceiling_shares, direction_shares, shift_table, thirds
from analysis.questionnaire.summary import item_summary

CONFIDENCE = Item("confidence", "Confidence", 1, 9)
FRIENDS = Item("friends", "Friends", 0, None)


def pair(before, after, item=CONFIDENCE):
    return paired_answers(pd.DataFrame({f"{item.name}_pre": [before], f"{item.name}_post": [after]}), item)


@pytest.mark.parametrize("answer", [0, 10, -3, "11", 1e300, float("inf"), "-inf"])
def test_answers_off_the_scale_are_refused_not_dropped(answer):
    with pytest.raises(ValueError, match="off the scale from 1 to 9"):
        pair(answer, 5)


def test_an_endless_number_of_friends_is_refused():
    with pytest.raises(ValueError, match="off the scale"):
        pair(4, float("inf"), FRIENDS)


@pytest.mark.parametrize("answer", ["<script>alert(1)</script>", "=1+1", "a few", "", None, "5; 6", pd.NA])
def test_text_counts_as_no_number_and_is_never_read_as_anything_else(answer):
    assert pair(answer, 5).empty


def test_people_without_answers_make_no_shares():
    with pytest.raises(ValueError, match="no share"):
        direction_shares(pair(None, 5))
    records = pd.DataFrame({"confidence_pre": [None, 4], "confidence_post": [5, None]})
    with pytest.raises(ValueError, match="fewer than two people"):
        item_summary(records, [CONFIDENCE], seed=1)


@pytest.mark.parametrize("bands", [{"low": (1, 5), "high": (5, 9)}, {"low": (1, 4)}, {}])
def test_bands_must_hold_every_answer_once(bands):
    with pytest.raises(ValueError, match="exactly one band"):
        shift_table(pair(5, 6), bands)


def test_an_item_without_an_end_has_no_points_to_list_and_no_ceiling():
    with pytest.raises(ValueError, match="no upper end"):
        thirds(FRIENDS)
    with pytest.raises(ValueError, match="no best answer"):
        ceiling_shares(pair(4, 5, FRIENDS), FRIENDS)


def test_complete_answers_need_the_list_they_are_complete_on():
    with pytest.raises(ValueError, match="list of items"):
        paired_answers(pd.DataFrame({"confidence_pre": [4], "confidence_post": [5]}), CONFIDENCE, MissingRule.COMPLETE)


@pytest.mark.parametrize(
    "call",
    [
        lambda: tango_interval(5, 6, 10),
        lambda: tango_interval(-1, 0, 10),
        lambda: tango_interval(0, 0, 0),
        lambda: worst_case_share(5, 4, 10),
        lambda: worst_case_share(5, 6, 5),
        lambda: worst_case_share(2, 4, 6, surely=2, never=1),
        lambda: worst_case_mean(Interval(0, 0), 0, pd.DataFrame({"least": [], "most": []})),
        lambda: trimmed_means(np.array([1, 2]), 3),
        lambda: trimmed_means(np.array([1, 2]), 0),
        lambda: lee_bounds(pd.Series([1.0, np.nan]), pd.Series([True, False]), pd.Series(["a", "b"]), "a", "b"),
    ],
)
def test_counts_that_cannot_be_are_refused(call):
    with pytest.raises(ValueError):
        call()
