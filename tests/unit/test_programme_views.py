"""What 07_programme_performance shows of records: nothing small, nothing where there are none, nothing unrecorded."""

import re
from dataclasses import replace

import pandas as pd
import pytest
from export_files import ROOT, monitoring
from numbers_check import check_numbers

from analysis.disclosure.rules import MINIMUM_CELL
from analysis.programme.monitoring import open_monitoring
from analysis.programme.rules import Rules
from analysis.reporting import Appendix
from analysis.reporting.curves import line_chart, step_chart
from analysis.reporting.page import _without_empty_sections
from analysis.reporting.svg import to_svg
from analysis.reporting.upset import upset_chart
from analysis.reporting.views import programme, programme_record_figures, programme_records
from analysis.reporting.views.programme_counts import HIDDEN, NOT_RECORDED
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


@pytest.mark.parametrize("table", ["none", "outputs", "results", "other_results", "target_groups", "outcomes"])
def test_rules_for_some_tables_only_show_these(page, records, table):
    there = [rule for rule in records.rules.rules if rule.table == table and not rule.alternative_to]
    known = {rule.measure for rule in there}
    rules = Rules(tuple(rule for rule in there if not rule.base_measure or rule.base_measure in known), (), "rules")
    some = replace(records, rules=rules, memo={})
    programme_records.record(page, some)
    shown = {}
    for module in (programme_records, programme_record_figures):
        for show, given in calls(module):
            display = show(page, some, *given)
            assert display is None or check_numbers(display.html, page.store) == [], show.__name__
            shown[show.__name__, *given] = display
    for name in ("outputs", "results", "other_results", "target_groups", "outcomes"):
        assert (shown["achieved_table", name, 10.0] is not None) == (name == table)


def test_what_was_never_recorded_is_not_called_hidden(page, tmp_path):
    """An export of participants alone, of whom no sex is recorded: no exits, activities or evidence of anything."""
    people = "person_id,age,labour_status,partner,start_date\n"
    people += "\n".join(f"P{n},30,inactive,North,2020-01-10" for n in range(40))
    records = monitoring(tmp_path, {"participants": people})
    programme_records.achieved_table(page, records, "results", 10.0)
    programme_records.achieved_table(page, records, "outputs", 10.0)
    for row in ("records_results.into_employment_on_leaving", "records_outputs.women"):
        assert page.store[f"07_programme_performance.{row}.count"].value == NOT_RECORDED
    assert programme_records.destination_table(page, records) is None
    assert programme_records.sex_table(page, records) is None
    assert programme_records.time_table(page, records) is None


def test_evidence_that_no_rule_asks_for_is_not_called_hidden(page, example):
    programme_records.destination_table(page, example)
    for row in ("economically_inactive", "moved_away", "still_on_the_programme"):
        key = f"07_programme_performance.destinations.{row}.with_evidence"
        assert page.store[key].value == NOT_RECORDED


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
