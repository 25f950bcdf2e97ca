"""What 07_programme_performance shows of records: nothing small, nothing where there are none, nothing unrecorded."""

import re

import pandas as pd
import pytest
from export_files import ROOT, monitoring
from numbers_check import check_numbers

from analysis.disclosure.protect import prove
from analysis.disclosure.rules import MINIMUM_CELL
from analysis.disclosure.tables import count_people
from analysis.programme.monitoring import open_monitoring
from analysis.reporting import Appendix
from analysis.reporting.curves import line_chart, step_chart
from analysis.reporting.page import _without_empty_sections
from analysis.reporting.svg import to_svg
from analysis.reporting.upset import upset_chart
from analysis.reporting.views import programme, programme_record_figures, programme_records
from analysis.reporting.views.minimum import HIDDEN, hide_in_sequence, hide_small, merge_small_steps
from analysis.reporting.views.protected import GROUP, NO, RULES, YES, _people, background, hidden_by, hidden_cells
from analysis.study import load_study

PEOPLE = "\n".join(
    [
        "person_id,sex,age,labour_status,partner,start_date",
        *(
            f"P{n},{'female' if n % 3 else 'male'},30,{'inactive' if n % 4 else 'unemployed'},{'North' if n < 70 else 'South'},2020-01-10"
            for n in range(90)
        ),
    ]
)
EVIDENCE = "\n".join(
    [
        "evidence_id,person_id,what,evidence_date,received_on,accepted,accepted_on",
        *(f"L{n},P{n},eligibility,2020-01-10,2020-01-12,yes,2020-01-13" for n in range(90)),
    ]
    + [f"D{n},P{n},destination,2020-06-01,2020-06-02,yes,2020-06-03" for n in range(20, 74)]
)
EXITS = "\n".join(["person_id,exit_date,destination", *(f"P{n},2020-06-01,employment" for n in range(20, 74))])
SMALL = {"participants": PEOPLE, "evidence": EVIDENCE, "exits": EXITS}


@pytest.fixture
def page():
    return Appendix("a_study", "07_programme_performance", ROOT, example=True)


@pytest.fixture
def records(tmp_path):
    """Ninety people in two partners; four of the South left for work, and fifty of the North."""
    return monitoring(tmp_path, SMALL)


@pytest.fixture(scope="module")
def example():
    return open_monitoring(load_study("connecting_opportunities_example", ROOT))


def test_without_records_nothing_is_shown(page):
    for module in (programme_records, programme_record_figures):
        for show, given in calls(module):
            assert show(page, None, *given) is None
    assert len(page.store) == 0


def test_without_print_nothing_is_shown_as_printed(page):
    study = load_study("connecting_opportunities_example", ROOT)
    assert programme.performance_table(page, study, "outputs", 10.0) is None
    assert programme.answer(page, study) is None
    programme.record(page, study)
    assert len(page.store) == 0


def calls(module):
    """Every display of a module with arguments that it takes."""
    arguments = {
        "achieved_table": [
            (table, 10.0) for table in ("outputs", "results", "other_results", "target_groups", "outcomes")
        ],
        "group_table": [(column, value) for column in ("partner", "area") for value in ("count", "share")],
        "progress_figure": [("results", "Results")],
        "quarter_table": [("exit_employment",)],
        "quarter_figure": [("exit_employment",)],
    }
    for name, show in vars(module).items():
        if hasattr(show, "__wrapped__"):
            yield from ((show, given) for given in arguments.get(name, [()]))


@pytest.mark.parametrize(
    "tables",
    [{"participants": PEOPLE}, SMALL, {"participants": "\n".join(PEOPLE.splitlines()[:2])}],
    ids=["participants only", "small", "one person"],
)
def test_an_export_with_little_in_it_is_shown_as_far_as_it_goes(page, tmp_path, tables):
    records = monitoring(tmp_path, tables)
    programme_records.record(page, records)
    for module in (programme_records, programme_record_figures):
        for show, given in calls(module):
            display = show(page, records, *given)
            assert display is None or check_numbers(display.html, page.store) == [], show.__name__


def small_numbers(page, units=("people", "referrals")):
    values = [result for result in page.store if result.unit in units and isinstance(result.value, int | float)]
    assert len(values) > 20
    return [result for result in values if result.value < MINIMUM_CELL]


def test_no_small_count_of_people_is_recorded(page, records):
    programme_records.record(page, records)
    for show in (
        programme_records.funnel_table,
        programme_records.decision_table,
        programme_records.source_table,
        programme_records.destination_table,
        programme_records.gains_table,
        programme_records.sex_table,
        programme_records.time_table,
        programme_records.differences_table,
        programme_record_figures.overlap_figure,
    ):
        show(page, records)
    for table in ("outputs", "results", "other_results", "target_groups", "outcomes"):
        programme_records.achieved_table(page, records, table, 10.0)
    for column in ("partner", "area"):
        programme_records.group_table(page, records, column, "count")
    allowed = ("target", "printed")
    assert [result.id for result in small_numbers(page) if not any(word in result.id for word in allowed)] == []


def test_what_follows_from_a_hidden_count_is_hidden(page, records):
    programme_records.group_table(page, records, "partner", "share")
    assert page.store["07_programme_performance.by_partner_share.into_employment_on_leaving.south"].value == HIDDEN
    assert (
        page.store["07_programme_performance.by_partner_share.into_employment_on_leaving.north"].value == HIDDEN
    )  # total less North is South
    assert page.store["07_programme_performance.by_partner_share.participants.north"].value == 100


def test_hidden_counts_are_kept_for_their_column_and_measures_alone(example):
    """Counts, progress and shares of a column hide the same cells; another column, or other measures, hide others."""
    results, outputs = (
        [rule for rule in example.rules.used if rule.unit == "people" and rule.table == table]
        for table in ("results", "outputs")
    )
    first = hidden_by(example, "area", results)
    pd.testing.assert_frame_equal(first, hidden_cells(example, example.people["area"], results))
    assert hidden_by(example, "area", results) is first
    assert list(hidden_by(example, "area", outputs).index) == [rule.measure for rule in outputs]
    assert list(hidden_by(example, "sex", outputs).columns) == sorted(example.people["sex"].dropna().unique())


def test_no_small_cell_by_group_can_be_worked_out(records):
    """By the proof of disclosure control, which solves for every hidden cell from all that is shown."""
    rules = [rule for rule in records.rules.used if rule.unit == "people" and rule.table == "results"]
    hidden = hidden_cells(records, records.people["partner"], rules)
    people = _people(records, records.people["partner"], rules)
    categories = {GROUP: ["North", "South"], **{rule.measure: [YES, NO] for rule in rules}}
    true = {rule.measure: count_people(people, [GROUP, rule.measure], categories) for rule in rules}
    shown = {
        name: counts.astype("Float64").mask([hidden.loc[name, group] for group, _ in counts.index])
        for name, counts in true.items()
    }
    assert hidden.loc["exit_employment"].all()
    assert (prove(shown, true, RULES, "test", background(rules, rules))["narrowest"] >= RULES.width).all()


def test_every_number_of_the_displays_is_recorded(page, example):
    programme_records.record(page, example)
    shown = [
        programme_records.answer(page, example),
        programme_records.rules_table(page, example),
        programme_records.sex_table(page, example),
        programme_records.quarter_table(page, example, "exit_employment"),
        programme_records.distance_table(page, example),
        programme_records.sustained_table(page, example),
        programme_records.national_table(page, example),
        programme_records.agreement_table(page, example),
        programme_records.differences_table(page, example),
        programme_record_figures.referral_figure(page, example),
        programme_record_figures.overlap_figure(page, example),
        programme_record_figures.survival_figure(page, example),
        programme_record_figures.quarter_figure(page, example, "participants"),
        programme_record_figures.sex_figure(page, example),
        programme_record_figures.distance_figure(page, example),
    ]
    for display in shown:
        assert check_numbers(display.html, page.store) == []
    marked = [display for display in shown if "<figure" in display.html or "<table" in display.html]
    assert len(marked) == 14
    assert all("Worked example: synthetic records, not findings" in display.html for display in marked)


def test_checks_on_print_alone(page):
    display = programme_records.check_table(page, load_study("connecting_opportunities", ROOT), None)
    assert display is not None
    assert display.html.count("does not hold") == 1
    assert "in the records" not in display.html


# The least that may be shown


def test_hide_small_hides_what_follows():
    frame = pd.DataFrame({"people": [9, 10], "share": [0.9, 1.0], "low": [0.1, 0.2], "other": [1, 2]})
    shown = hide_small(frame, {"people": ["share", "low"]}, ends=("low",))
    assert shown["people"].to_list() == [HIDDEN, 10]
    assert shown["share"].to_list() == [HIDDEN, 1.0]
    assert shown["low"].to_list() == [None, 0.2]
    assert shown["other"].to_list() == [1, 2]


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        ([20, 3, 30], [0, 1, 1]),
        ([20, 30, 3], [0, 1, 1]),
        ([3, 20, 30], [1, 1, 0]),
        ([3, 4, 30], [1, 1, 0]),
        ([20, 30], [0, 0]),
        ([3], [1]),
        ([3, 30, 4], [1, 1, 1]),
        ([0, 0, 0, 20, 5, 40, 6], [1, 1, 1, 0, 1, 1, 1]),
    ],
)
def test_no_small_count_of_a_sequence_stands_alone(counts, hidden):
    assert hide_in_sequence(pd.Series(counts)).astype(int).to_list() == hidden


def test_running_counts_rise_by_the_minimum_at_least():
    shown = merge_small_steps(pd.Series([2, 9, 10, 15, 19, 20, 60])).dropna()
    assert shown.to_list() == [10, 20, 60]


# The page and the charts


def cell(kind, source, outputs=()):
    from nbformat import from_dict

    return from_dict({"cell_type": kind, "source": source, "outputs": list(outputs), "metadata": {}})


def test_sections_that_show_nothing_are_left_out():
    cells = [
        cell("markdown", "# Title"),
        cell("code", "setup"),
        cell("markdown", "## Empty\n\nWords."),
        cell("code", "nothing"),
        cell("markdown", "More words."),
        cell("markdown", "## Words alone"),
        cell("markdown", "## Shown"),
        cell("code", "nothing"),
        cell("code", "something", [{"output_type": "stream", "name": "stdout", "text": "output"}]),
    ]
    assert [each.source for each in _without_empty_sections(cells)] == [
        "# Title",
        "setup",
        "## Words alone",
        "## Shown",
        "nothing",
        "something",
    ]


def test_a_line_passes_over_what_is_missing():
    frame = pd.DataFrame(
        {"a": [1, None, 30.0], "b": [5, 6, 7]}, index=pd.to_datetime(["2020-01-01", "2021-01-01", "2022-01-01"])
    )
    axes = line_chart(frame, ["a", "b"], ["first", "second"], "year", "people").axes[0]
    assert [len(line.get_xdata()) for line in axes.get_lines()] == [2, 3]
    assert axes.get_ylim()[0] == 0


def test_steps_keep_their_values_until_the_next():
    curve = pd.DataFrame({"v": [100.0, 50.0], "low": [90.0, 40.0], "high": [100.0, 60.0]}, index=[0, 30])
    line = step_chart({"one": curve}, "v", "low", "high", "days", "%").axes[0].get_lines()[0]
    assert line.get_drawstyle() == "steps-post"
    assert list(line.get_ydata()) == [100, 50]


def test_upset_draws_each_combination_once():
    frame = pd.DataFrame({"people": [30, 12], "first": [True, False], "second": [True, True]}, index=["both", "second"])
    figure = upset_chart(frame, "people", ["first", "second"], "participants")
    dots, bars = figure.axes
    members = [list(line.get_xdata()) for line in dots.get_lines() if line.get_markersize() == 7]
    assert members == [[0, 1], [1]]
    assert [bar.get_width() for bar in bars.patches] == [30, 12]
    svg = to_svg(figure, "u", "title", "description")
    assert re.search(r">30<", svg)
    assert svg == to_svg(upset_chart(frame, "people", ["first", "second"], "participants"), "u", "title", "description")
