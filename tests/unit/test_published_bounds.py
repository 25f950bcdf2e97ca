"""The bounded pages of the coproduction study: figures worked out by hand from what is printed."""

from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from analysis.bounds.brackets import Bracket, spread_range
from analysis.english import published as english
from analysis.errors import InputError
from analysis.participation import published as participation
from analysis.quantities import Interval
from analysis.questionnaire import (
    first_item,
    item_ranges,
    last_item,
    over_readings,
    possible_groups,
    published as questionnaire,
)
from analysis.reporting import Appendix, record, show
from analysis.reporting.views import before_after_published
from analysis.results import Kind
from analysis.study import load_study

STUDY = load_study("coproduction", Path(__file__).resolve().parents[2])


def test_stages_are_shares_of_102_93_and_57():
    shares = participation.stage_shares(participation.read_printed(STUDY))
    assert shares["of_first"].iloc[1:].tolist() == pytest.approx([100 * 93 / 102, 100 * 57 / 102])
    assert shares["of_previous"].iloc[2] == pytest.approx(100 * 57 / 93)


def test_the_interval_of_a_stage_s_share_is_called_one_and_no_bound():
    """57 of 93 came to the last stage: 51.1 to 70.6 % (R's prop.test without correction)."""
    page = Appendix("coproduction", "02b_participation", STUDY.root)
    shown = show(participation.stage_shares(participation.read_printed(STUDY)), "Stages", name="stages").plain
    assert "At least" not in shown and "At most" not in shown
    (share,) = (each for each in page.store if each.id.endswith("of_previous") and each.text == "61%")
    assert (share.low, share.high, share.interval) == (
        pytest.approx(51.1, abs=0.1),
        pytest.approx(70.6, abs=0.1),
        "95% (Wilson)",
    )


def test_printed_thresholds_make_three_brackets():
    """102 people, 71 above ten, 42 at twenty or more: 31, 29 and 42."""
    brackets = participation.attendance_brackets(participation.read_figures(STUDY), STUDY)
    assert brackets == [Bracket(31, 0, 10), Bracket(29, 11, 19), Bracket(42, 20, None)]


def test_42_per_cent_is_39_of_93_or_43_of_102():
    counts = participation.share_counts(participation.read_printed(STUDY))
    assert counts[["fewest", "most"]].to_numpy().tolist() == [[39, 39], [43, 43]]


def test_eighteen_months_have_78_weeks():
    assert participation.programme_weeks(participation.read_figures(STUDY), STUDY) == 78


def test_every_split_has_130_more_signposts_than_helps():
    """40 h + 30 a + 20 s = 17,540 and h + a + s = 628 give 10 h - 10 s = 17,540 - 30 x 628."""
    facts = participation.advice_facts(participation.advice_splits(participation.read_printed(STUDY)))
    assert tuple(facts.loc["Help less signposting", ["low", "high", "same"]]) == (-130, -130, "yes")


def test_a_rise_of_the_mean_allows_everybody_to_have_improved_and_never_nobody(printed):
    for ranges in printed.ranges.values():
        found = ranges[ranges["statistic"] == questionnaire.IMPROVED]
        assert found["high"].max() == 100
        assert found["low"].min() > 0


@pytest.fixture(scope="module")
def printed() -> questionnaire.Printed:
    return questionnaire.Printed(STUDY, questionnaire.read_figures(STUDY))


def test_how_many_gave_both_answers_is_not_printed_and_ranges_run_over_it(printed):
    """R over n = 10 to 57, confidence from 5 to 7.5 and below 8: 3 of 12 improved at fewest, p of the t-test up to 0.33."""
    assert list(questionnaire.sizes(printed.figures.items[0], printed.figures, STUDY)) == list(range(10, 58))
    rows = printed.ranges["confidence"].query("reading.str.contains('7.5 to below 8, points 1')").set_index("statistic")
    assert rows.loc[questionnaire.IMPROVED, "low"] == pytest.approx(25)
    assert rows.loc[questionnaire.NET, "low"] == pytest.approx(-100 / 3)
    assert rows.loc[questionnaire.WORSE, "high"] == pytest.approx(200 / 3)
    assert rows.loc["p-value of the t-test", "high"] == pytest.approx(0.329, abs=5e-4)
    assert rows.loc["mean change", ["low", "high"]].tolist() == pytest.approx([2, 195 / 56])
    # some could not give a number of friends, so that 56 did at most: 197 more friends in all at fewest
    assert printed.ranges["friends"]["low"][0] == pytest.approx(197 / 56)


def test_numbers_of_people_that_the_print_rules_out_are_left_out(printed):
    """7.85 to below 7.95 of 10 people is 79 points, of 11 people 87, of 12 none but 95 (94.2 to 95.4)."""
    sizes = printed.by_size["confidence"].query("reading.str.contains('7.85')")["people"].unique()
    for n in range(10, 58):
        assert (n in sizes) == any(7.85 <= round(total / n, 9) < 7.95 for total in range(n, 9 * n + 1))


def test_the_page_says_for_how_many_people_the_ranges_hold(printed):
    page, items = Appendix("coproduction", "03_before_after", STUDY.root), (first_item(printed), last_item(printed))
    before_after_published.answer(page, printed)
    notes = (page.say(before_after_published.told_of_sizes(item, printed)).plain for item in items)
    first, last = notes
    assert "from 10 to 57 who gave both" in first and "could not give a number" in last and "from 10 to 56" in last
    shown = show(item_ranges(items[0], printed), "Ranges", name="confidence_ranges", group_by="reading").html
    assert "at least as wide as" in shown
    assert page.store["03_before_after.confidence_ranges.p_value_of_the_t_test_1.high"].text == "0.329"


def test_a_study_that_prints_its_number_of_answers_keeps_it(printed):
    item = printed.figures.items[0].model_copy(update={"fewest": None})
    assert list(questionnaire.sizes(item, printed.figures, STUDY)) == [57]


def test_the_mean_change_is_the_difference_of_the_sums(printed):
    """Before 257 to 313 of 57 people (4.5 to 5.5); after 428 to 455 (7.5 to below 8): a rise of 115 to 198 points."""
    ranges = printed.by_size["confidence"].query("people == 57")
    row = ranges[
        (ranges["statistic"] == "mean change") & ranges["reading"].str.contains("7.5 to below 8, points 1")
    ].iloc[0]
    assert (row["low"] * 57, row["high"] * 57) == (pytest.approx(115), pytest.approx(198))


def test_what_is_estimated_from_one_pair_of_group_sizes_is_no_bound(printed):
    page = Appendix("coproduction", "03_before_after", STUDY.root)
    show(possible_groups(printed), "Group sizes", name="groups")
    kinds = {each.id.rpartition(".")[2]: each.kind for each in page.store}
    assert (kinds["difference"], kinds["p"]) == (Kind.RECOMPUTED, Kind.RECOMPUTED)
    assert {kind for name, kind in kinds.items() if name.endswith(("count", "size"))} == {Kind.BOUNDED}


def test_a_range_that_is_searched_for_says_so_wherever_it_is_kept(printed):
    page = Appendix("coproduction", "03_before_after", STUDY.root)
    record(*over_readings(printed))
    labels = {each.id: each.label for each in page.store}
    assert labels["confidence.p_value_of_the_wilcoxon_test"].endswith("a range at least as wide as")
    assert not labels["confidence.p_value_of_the_t_test"].endswith("at least as wide as")


def test_three_pairs_of_group_sizes_make_up_57():
    found = questionnaire.group_sizes(questionnaire.read_figures(STUDY), STUDY)
    assert found.iloc[:, :4].to_numpy().tolist() == [[22, 17, 35, 11], [31, 24, 26, 8], [44, 34, 13, 4]]


def test_those_who_did_not_answer_widen_the_share():
    """11 of 57 improved at fewest, so 11 of 93; all 57 at most, and the 36 others may have improved too."""
    improved = pd.DataFrame(
        {"people": [57, 20], "statistic": questionnaire.IMPROVED, "low": [100 * 11 / 57, 30], "high": [100, 90]}
    )
    found = questionnaire.among_everyone(improved, questionnaire.read_figures(STUDY), STUDY)
    assert found["low"].tolist() == pytest.approx([100 * 6 / 93, 100 * 6 / 102])  # 6 of 20, where 20 gave both answers
    assert found["high"].tolist() == [100, 100]
    assert questionnaire.among_everyone(improved[:1], questionnaire.read_figures(STUDY), STUDY)["low"].iloc[
        0
    ] == pytest.approx(100 * 11 / 93)


def test_the_printed_fit_needs_88_or_89_people_to_differ_from_zero():
    """R, 2 pt(-sqrt(R² (n - 2) / (1 - R²)), n - 2): for 88 people 0.0502 at 0.04385 and 0.04996 at 0.04395; for 89 below 0.05 at both."""
    assert english.first_significant(english.read_figures(STUDY), STUDY) == (88, 89)


@pytest.mark.parametrize(("n", "t", "f"), [(57, 1.59, 2.53), (89, 2.00, 3.99), (93, 2.04, 4.18), (102, 2.14, 4.59)])
def test_tests_of_the_printed_fit_belong_to_the_figure_as_printed(n, t, f):
    """t = sqrt(0.0439 (n - 2) / 0.9561) and its square, to two digits (R)."""
    at = english.at_print(english.read_figures(STUDY), STUDY, n)
    assert [round(at["t"], 2), round(at["f"], 2)] == [t, f] and at["f"] == pytest.approx(at["t"] ** 2)


def test_the_page_prints_t_f_and_p_of_one_share_of_variance():
    """t 2.04 where the rounding reaches 2.05; p of 93 people is 0.044; what is estimated from a sample is called no bound."""
    page, printed = Appendix("coproduction", "04_english_and_time", STUDY.root), english.read_printed(STUDY)
    by_size = english.by_size(printed)
    record(english.likely_fit(by_size, printed), english.yearly_gain(english.yearly_gains(printed)))
    show(english.tests_by_size(english.sizes_that_matter(by_size, printed)), "Tests", name="sizes")
    kept = {name: page.store[f"04_english_and_time.sizes.93_people.{name}"] for name in ("t", "f", "p", "rho_low")}
    assert [kept[name].text for name in ("t", "f", "p")] == ["2.04", "4.18", "0.044"]
    assert kept["t"].interval_text == "2.04 to 2.05"
    for estimate in (page.store["rho"], kept["rho_low"]):
        assert estimate.kind is not Kind.BOUNDED and "bounds" not in estimate.interval
    assert "95%" in page.store["rho"].interval
    assert page.store["yearly_gain.flattest"].kind is Kind.BOUNDED


def test_every_number_of_people_that_a_printed_share_allows_counts():
    """42 % of 300 are 125, 126 or 127: half of the rest at the longest time and half just above the edge, as unequal as can be."""
    claims = {
        **{name: STUDY.claims[name] for name in ("CP-058", "CP-017", "CP-018", "CP-019")},
        "people": SimpleNamespace(number=300, interval=Interval(300, 300)),
    }
    figures = english.read_figures(STUDY).model_copy(update={"likely": "people"})
    found = list(english.months_spread(figures, SimpleNamespace(claims=claims)).values())[1]
    each = [spread_range([Bracket(recent, 0, 36), Bracket(300 - recent, 37, 120)]) for recent in (125, 126, 127)]
    assert found == Interval(min(one.low for one in each), max(one.high for one in each))
    assert found != each[0]


def test_a_share_that_no_number_of_people_gives_is_refused_by_name():
    claims = {
        **{name: STUDY.claims[name] for name in ("CP-017", "CP-018", "CP-019")},
        "people": SimpleNamespace(number=10, interval=Interval(10, 10)),
    }
    figures = english.read_figures(STUDY).model_copy(update={"likely": "people"})
    study = SimpleNamespace(claims=claims, name=lambda file: f"data/raw/a_study/{file}")
    with pytest.raises(InputError, match=r"(?s)english\.yaml.*recent\.share.*CP-018"):
        english.months_spread(figures, study)


def test_the_flattest_gain_belongs_to_the_widest_spread():
    """Half of 93 at 0 and half at 120 months: sd 60.3; 12 sqrt(0.04385) / 60.3 = 0.0417 standard deviations a year.

    The steepest belongs to one of 93 a month off the others, sd 1 / sqrt(93): 12 sqrt(0.04395 x 93) = 24.26.
    """
    gains = english.yearly_gains(english.read_printed(STUDY))
    assert gains["flattest"].iloc[0] == pytest.approx(12 * 0.04385**0.5 / 60.3217, rel=1e-5)
    assert gains["high"].iloc[0] == pytest.approx(24.2606, abs=1e-4)
