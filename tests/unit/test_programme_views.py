"""What 07_programme_performance shows of records: nothing small, nothing where there are none, nothing unrecorded."""

import re
from dataclasses import replace

import pandas as pd
import pytest
from export_files import ROOT, monitoring
from numbers_check import check_numbers
from programme_page import run_page

from analysis import programme
from analysis.described import Basis, described, description, read_from
from analysis.disclosure.rules import MINIMUM_CELL
from analysis.errors import InputError
from analysis.programme.counting import PEOPLE as PEOPLE_NAME
from analysis.programme.monitoring import open_monitoring
from analysis.programme.rules import Rules
from analysis.reporting import Appendix, show
from analysis.reporting.curves import line_chart, step_chart
from analysis.reporting.page import _without_empty_sections
from analysis.reporting.svg import drawing
from analysis.reporting.upset import upset_chart
from analysis.reporting.views.programme_counts import HIDDEN, NOT_RECORDED, Door, _hidden
from analysis.results import Column, Kind, Result
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
def records(tmp_path):
    """Ninety people in two partners; four of the South left for work, and fifty of the North."""
    return monitoring(tmp_path, SMALL)


@pytest.fixture(scope="module")
def example():
    return run_page(open_monitoring(load_study("connecting_opportunities_example", ROOT)))


def test_with_neither_records_nor_print_nothing_is_shown():
    shown, page = run_page(None)
    assert set(shown) == {"cell-81"} and len(page.store) == 0  # what would change the answer


@pytest.mark.parametrize(
    "tables",
    [{"participants": PEOPLE}, SMALL, {"participants": "\n".join(PEOPLE.splitlines()[:2])}],
    ids=["participants only", "small", "one person"],
)
def test_an_export_with_little_in_it_is_shown_as_far_as_it_goes(tmp_path, tables):
    shown, page = run_page(monitoring(tmp_path, tables))
    for name, display in shown.items():
        assert check_numbers(display.html, page.store) == [], name


def by_partner(*sizes: int) -> dict[str, str]:
    """Participants of the partners North, South and so on, so many of each, with evidence that they may take part."""
    names = [name for name, size in zip(("North", "South", "East", "West"), sizes, strict=False) for _ in range(size)]
    people = (
        f"P{n},{'female' if n % 3 else 'male'},30,{'inactive' if n % 4 else 'unemployed'},{name},2020-01-10"
        for n, name in enumerate(names)
    )
    known = (f"L{n},P{n},eligibility,2020-01-10,2020-01-12,yes,2020-01-13" for n in range(len(names)))
    return {
        "participants": "\n".join([PEOPLE.splitlines()[0], *people]),
        "evidence": "\n".join([EVIDENCE.splitlines()[0], *known]),
    }


def test_the_page_by_partner_opens_with_its_people_and_largest_partner(tmp_path):
    """No targets, so that no partner is said to be furthest from its own."""
    shown, page = run_page(monitoring(tmp_path, by_partner(200, 100, 150)))
    words = re.sub("<[^>]+>", "", shown["partners-answer"].html)
    assert words.startswith("450 people") and "target" not in words
    assert "The most joined with North; of those shown, the fewest with South." in shown["joined_with"].html
    assert [result.value for result in page.store if ".joined_with." in result.id] == [200, 150, 100]


def test_a_small_partner_is_neither_drawn_nor_named_where_partners_are_compared(tmp_path):
    """Four people of the West, so that another partner, too, has to be hidden: two are left, of which there is no chart."""
    shown, page = run_page(monitoring(tmp_path, by_partner(200, 100, 150, 4)))
    assert "joined_with" not in shown and not any(".joined_with." in result.id for result in page.store)
    assert "West" not in shown["partners-answer"].html


@pytest.mark.parametrize("table", ["none", "outputs", "results", "other_results", "target_groups", "outcomes"])
def test_rules_for_some_tables_only_show_these(records, table):
    there = [rule for rule in records.rules.rules if rule.table == table and not rule.alternative_to]
    known = {rule.measure for rule in there}
    rules = Rules(tuple(rule for rule in there if not rule.base_measure or rule.base_measure in known), (), "rules")
    shown, page = run_page(replace(records, rules=rules, memo={}))
    for display in shown.values():
        assert check_numbers(display.html, page.store) == []
    for name in ("outputs", "results", "other_results", "target_groups", "outcomes"):
        assert (f"records_{name}" in shown) == (name == table)


def test_what_was_never_recorded_is_not_called_hidden(tmp_path):
    """An export of participants alone, of whom no sex is recorded: no exits, activities or evidence of anything."""
    people = "person_id,age,labour_status,partner,start_date\n"
    people += "\n".join(f"P{n},30,inactive,North,2020-01-10" for n in range(40))
    shown, page = run_page(monitoring(tmp_path, {"participants": people}))
    for row in ("records_results.into_employment_on_leaving", "records_outputs.women"):
        assert page.store[f"07_programme_performance.{row}.count"].value == NOT_RECORDED
    assert not {"destinations", "by_sex", "time_to_outcome"} & set(shown)


def test_evidence_that_no_rule_asks_for_is_not_called_hidden(example):
    for row in ("economically_inactive", "moved_away", "still_on_the_programme"):
        key = f"07_programme_performance.destinations.{row}.with_evidence"
        assert example[1].store[key].value == NOT_RECORDED


def test_no_small_count_of_people_is_recorded(records):
    _, page = run_page(records)
    numbers = [
        each for each in page.store if each.unit in ("people", "referrals") and isinstance(each.value, int | float)
    ]
    small = [each.id for each in numbers if each.value < MINIMUM_CELL]
    assert len(numbers) > 20
    assert [name for name in small if not any(word in name for word in ("target", "printed"))] == []


def test_what_follows_from_a_hidden_count_is_hidden(records):
    _, page = run_page(records)
    for group in ("north", "south"):  # total less North is South
        name = f"07_programme_performance.by_partner_count.into_employment_on_leaving.{group}"
        assert page.store[name].value == HIDDEN
    assert page.store["07_programme_performance.by_partner_count.participants.north"].value == 70


def test_every_number_of_the_displays_is_recorded(example):
    shown, page = example
    for name, display in shown.items():
        assert check_numbers(display.html, page.store) == [], name
    marked = [name for name, each in shown.items() if "<figure" in each.html or "<table" in each.html]
    assert len(marked) > 30
    assert all("Worked example: synthetic records, not findings" in shown[name].html for name in marked)


def test_every_count_that_a_method_names_is_one_that_the_page_protects(records):
    """A name that the page does not know hides its number, so a misspelt one would leave a column of words."""
    known, *_ = _hidden(records)
    names = set(known.counts) | {each.label for each in known.equations}
    frame = programme.count_measures(records, "results")
    said = description(frame).basis.behind
    found = {name.format(**row) for row in frame.to_dict("records") for name in (*said["share"], *said["share_of_all"])}
    assert found <= names and len(found) > 4


# The door


def opened(records):
    return Door(Appendix("a_study", "07_programme_performance", ROOT, example=True), records, None, 10)


def method(behind, **more):
    """A method of a frame with the number of people who joined, as `joined`."""
    basis = behind and Basis("a test", "counts", behind=behind)
    columns = {"joined": Column("Joined", "people"), **{name: Column(name) for name in more}}
    made = described(Kind.MEASURED, columns, basis=basis)
    return made(lambda records: pd.DataFrame({"joined": [len(records.people)], **more}, index=["All"]))


def test_the_page_takes_no_number_of_records_but_through_the_door(records):
    page = opened(records).page
    for kind in (Kind.MEASURED, Kind.BOUNDED, Kind.RECOMPUTED):
        with pytest.raises(InputError, match="no rule has judged"):
            page.add([Result("records.median_age", "Median age", 41, "years", kind)])
    assert set(page.store.by_id) == {"records.minimum"}
    assert "90" in show(method({"joined": (PEOPLE_NAME,)})(records), "Joined").plain


@pytest.mark.parametrize(
    ("behind", "more", "told"),
    [
        (None, {}, "does not say what they rest on"),
        ({"other": (PEOPLE_NAME,)}, {}, "joined"),
        ({"joined": (PEOPLE_NAME,)}, {"median_age": [41.0]}, "median_age"),
    ],
)
def test_a_number_whose_method_names_no_counts_stops_the_page(records, behind, more, told):
    opened(records)
    with pytest.raises(InputError, match=told):
        show(method(behind, **more)(records), "Joined")


def test_a_count_that_the_page_does_not_know_is_hidden(records):
    opened(records)
    assert HIDDEN in show(method({"joined": ("people | partner=West",)})(records), "Joined").plain


def test_a_changed_frame_and_one_made_with_records_beside_judged_numbers_are_refused(records):
    door = opened(records)
    frame = method({"joined": (PEOPLE_NAME,)})(records)
    with pytest.raises(InputError, match="was changed"):
        door.allowed(frame.assign(joined=4))
    ages = described(Kind.MEASURED, {"age": Column("Age")})
    beside = ages(lambda judged, records: pd.DataFrame({"age": [records.people["age"].mean()]}, index=["All"]))
    with pytest.raises(InputError, match="does not say what they rest on"):
        show(beside(door.allowed(frame), records), "Age")


def test_recomputed_numbers_pass_only_where_they_name_print_alone(records):
    named = replace(records, inputs=("data/raw/a_study/management_information", "data/raw/a_study/counting_rules.yaml"))
    opened(named)
    made = described(Kind.RECOMPUTED, {"x": Column("X")})
    for data, good in ((named, False), (read_from(pd.DataFrame(), "data/raw/a_study/measures.csv"), True), (3, False)):
        frame = made(lambda given: pd.DataFrame({"x": [1.0]}, index=["All"]))(data)
        if good:
            assert "1" in show(frame, "X").plain
        else:
            with pytest.raises(InputError, match="does not say what they rest on"):
                show(frame, "X")


def test_checks_on_print_alone():
    study = load_study("connecting_opportunities", ROOT)
    frame = programme.checks(study, None)
    assert frame["as published"].to_list().count("does not hold") == 1 and "in the records" not in frame


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
    svg = drawing(figure, "u", "title", "description")[0]
    assert re.search(r">30<", svg)
    assert (
        svg
        == drawing(upset_chart(frame, "people", ["first", "second"], "participants"), "u", "title", "description")[0]
    )
