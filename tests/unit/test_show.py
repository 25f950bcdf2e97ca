"""A researcher's own frame or figure on the page."""

import pandas as pd
import pytest
from matplotlib.figure import Figure
from numbers_check import check_numbers

from analysis.described import described
from analysis.errors import InputError
from analysis.reporting import Appendix, show
from analysis.reporting.chain import Sources
from analysis.reporting.nodes import fold, walk
from analysis.reporting.render import html
from analysis.results import Column, Kind, Result

COURSES = pd.DataFrame(
    {"weeks_in_all": [12, 20], "share": [0.255, 0.745], "note": ["4 days", ""]}, index=["First", "Second"]
)


@pytest.fixture
def page(tmp_path):
    return Appendix("a_study", "05_sroi", tmp_path)


def test_a_frame_has_number_caption_kind_and_source(page):
    shown = show(COURSES, "Weeks of each course", kind="recomputed", source="a sum", inputs=["claim:AA-001"])
    text = shown.html
    assert "Table 1</span>. Weeks of each course" in text and "Weeks in all<" in text and "recomputed" in text
    assert ">20<" in text and ">0.26<" in text and "4 days" in text and check_numbers(text, page.store) == []
    result = page.store["05_sroi.weeks_of_each_course.second.weeks_in_all"]
    assert (result.value, result.source, result.inputs) == (20, "a sum", ("claim:AA-001",))
    sources = Sources(page.store)
    sources.lead(list(shown.blocks))
    assert "a sum" in html([{"type": "run", "of": sources.entries[0]["of"]}], page.store.by_id)
    assert "First" in shown.plain and "12" in shown.plain  # for terminals and other formats


def test_what_a_frame_says_of_itself_need_not_be_said_again(page):
    frame = COURSES[["weeks_in_all"]].copy()
    frame.attrs |= {"kind": "published", "unit": "weeks", "decimals": 1, "source": "Table 3"}
    assert "weeks · published" in show(frame, "Weeks").html and ">12.0<" in show(frame, "Weeks").html
    assert ">12<" in show(frame, "Whole weeks", decimals=0).html


def test_a_series_is_a_frame_of_one_column(page):
    assert "Value<" in show(pd.Series([1.5, 2.5], index=["a", "b"]), "Two", kind="assumed").html


def test_a_figure_brings_its_data(page):
    fig = Figure()
    fig.add_subplot().bar(["First", "Second"], COURSES["weeks_in_all"])
    shown = show(fig, "Weeks", data=COURSES[["weeks_in_all"]], alt="The second is longer.", kind="published")
    assert "Figure 1</span>. Weeks" in shown.html and "The second is longer." in shown.html
    with pytest.raises(InputError, match="a matplotlib figure with its data"):
        show(fig, "Without")


@pytest.mark.parametrize("kind", ["", "guessed", "MEASURED"])
def test_numbers_without_a_kind_are_refused_and_the_kinds_named(page, kind):
    with pytest.raises(InputError, match="published, recomputed, measured"):
        show(COURSES, "Weeks", kind=kind)


def test_numbers_of_people_do_not_pass(page):
    with pytest.raises(InputError, match="disclosure control"):
        show(COURSES, "Weeks", kind="measured")
    page.store.of_people = True
    with pytest.raises(InputError, match="disclosure control"):
        show(COURSES, "Weeks", kind="recomputed")
    assert "published" in show(COURSES, "Weeks", kind="published").html


def test_text_alone_needs_no_kind(page):
    assert "4 days" in show(COURSES[["note"]], "Notes").html


def test_without_a_page_it_says_what_to_do(monkeypatch):
    monkeypatch.setattr(Appendix, "_current", None)
    with pytest.raises(InputError, match="run the notebook's first cells"):
        show(COURSES, "Weeks", kind="assumed")


@described(
    Kind.RECOMPUTED,
    {
        "sort": Column("Sort", text="label"),
        "why": Column("Why", text="rich"),
        "twice": Column("Twice", ids="{row}.twice"),
    },
    header="Course",
)
def courses(data):
    rows = {"sort": ["short", "long"], "why": ["of {first.twice|bare}", "*long*"], "twice": [24.0, None]}
    return pd.DataFrame(rows, index=["first", "second"])


def test_rows_in_groups_with_anchors_filters_and_folds(page):
    page.add([Result("first.twice", "Twice", 24, "weeks", Kind.RECOMPUTED)])
    folds = {"second": fold("More", ["said here"])}
    shown = show(courses(COURSES), "C", group_by="sort", anchor="course", filters=["sort"], folds=folds)
    first, second = (node for node in walk(list(shown.blocks)) if node["type"] == "row")
    groups = [group["name"] for group in shown.blocks[0]["groups"]]
    assert groups == ["Short", "Long"] and shown.blocks[0]["filters"] == "sort=Sort"
    assert (first["anchor"], "data" in first, "more" in first) == (
        "course-first",
        False,
        False,
    )  # its heading tells the sort
    assert (second["anchor"], second["more"]) == ("course-second", {"summary": "More", "of": ["said here"]})


def test_numbers_that_are_recorded_already_stand_under_their_ids(page):
    page.add([Result("first.twice", "Twice", 24, "weeks", Kind.RECOMPUTED)])
    shown = show(courses(COURSES), "C")
    assert [node["id"] for node in walk(list(shown.blocks)) if node["type"] == "number"] == ["first.twice"] * 2
    assert len(page.store) == 1 and "of 24" in shown.plain
