"""The bounded pages of the coproduction study: figures worked out by hand from what is printed."""

from pathlib import Path

import pytest

from analysis.bounds.brackets import Bracket
from analysis.english import published as english
from analysis.participation import published as participation
from analysis.quantities import Interval
from analysis.questionnaire import published as questionnaire
from analysis.study import load_study

STUDY = load_study("coproduction", Path(__file__).resolve().parents[2])


def test_stages_are_shares_of_102_93_and_57():
    shares = participation.stage_shares(participation.read_figures(STUDY), STUDY)
    assert shares["of_first"].iloc[1:].tolist() == pytest.approx([100 * 93 / 102, 100 * 57 / 102])
    assert shares["of_previous"].iloc[2] == pytest.approx(100 * 57 / 93)


def test_printed_thresholds_make_three_brackets():
    """102 people, 71 above ten, 42 at twenty or more: 31, 29 and 42."""
    brackets = participation.attendance_brackets(participation.read_figures(STUDY), STUDY)
    assert brackets == [Bracket(31, 0, 10), Bracket(29, 11, 19), Bracket(42, 20, None)]


def test_42_per_cent_is_39_of_93_or_43_of_102():
    counts = participation.share_counts(participation.read_figures(STUDY), STUDY)
    assert counts[["fewest", "most"]].to_numpy().tolist() == [[39, 39], [43, 43]]


def test_eighteen_months_have_78_weeks():
    assert participation.programme_weeks(participation.read_figures(STUDY), STUDY) == 78


def test_every_split_has_130_more_signposts_than_helps():
    """40 h + 30 a + 20 s = 17,540 and h + a + s = 628 give 10 h - 10 s = 17,540 - 30 x 628."""
    facts = participation.advice_facts(participation.advice_splits(participation.read_figures(STUDY), STUDY)).set_index(
        "fact"
    )
    assert tuple(facts.loc["help less signposting", ["low", "high", "fixed"]]) == (-130, -130, True)


def test_a_rise_of_the_mean_allows_everybody_to_have_improved_and_never_nobody():
    printed = questionnaire.Printed(STUDY, questionnaire.read_figures(STUDY))
    for ranges in printed.ranges.values():
        found = questionnaire.over_readings(ranges, questionnaire.IMPROVED)
        assert found.high == 100
        assert found.low > 0


def test_the_mean_change_is_the_difference_of_the_sums():
    """Before 257 to 313 of 57 people (4.5 to 5.5); after 428 to 455 (7.5 to below 8): a rise of 115 to 198 points."""
    printed = questionnaire.Printed(STUDY, questionnaire.read_figures(STUDY))
    ranges = printed.ranges["confidence"]
    row = ranges[
        (ranges["statistic"] == "mean change") & ranges["reading"].str.contains("7.5 to below 8, points 1")
    ].iloc[0]
    assert (row["low"] * 57, row["high"] * 57) == (pytest.approx(115), pytest.approx(198))


def test_three_pairs_of_group_sizes_make_up_57():
    found = questionnaire.group_sizes(questionnaire.read_figures(STUDY), STUDY)
    assert found.iloc[:, :4].to_numpy().tolist() == [[22, 17, 35, 11], [31, 24, 26, 8], [44, 34, 13, 4]]


def test_those_who_did_not_answer_widen_the_share():
    """11 of 57 improved at fewest, so 11 of 93; all 57 at most, and the 36 others may have improved too."""
    found = questionnaire.among_everyone(Interval(100 * 11 / 57, 100), questionnaire.read_figures(STUDY), STUDY)
    assert found.loc["CP-013", "low"] == pytest.approx(100 * 11 / 93)
    assert found["high"].tolist() == [100, 100]


def test_the_printed_fit_needs_89_people_to_differ_from_zero():
    """t = sqrt(0.0439 (n - 2) / 0.9561): 1.987 for n = 88 where 1.988 is needed, 1.999 for n = 89."""
    assert english.first_significant(english.read_figures(STUDY), STUDY) == 89


def test_the_flattest_gain_belongs_to_the_widest_spread():
    """Half of 93 at 0 and half at 120 months: sd 60.3; 12 sqrt(0.04385) / 60.3 = 0.0417 standard deviations a year."""
    gains = english.yearly_gains(english.read_figures(STUDY), STUDY)
    assert gains["flattest"].iloc[0] == pytest.approx(12 * 0.04385**0.5 / 60.3217, rel=1e-5)
    assert gains["high"].iloc[0] == float("inf")
