"""References between pages: put into words when pages are published; none may lead nowhere."""

import pytest
import toy_companions as toys

from analysis.companions.links import check_links, resolve
from analysis.errors import InputError
from analysis.reporting.appendix import Appendix as Page
from analysis.reporting.nodes import link, paragraph
from analysis.reporting.places import anchors_of, index_of, seen_from_elsewhere, under
from analysis.reporting.render import html

TITLES = {"05_sroi": "The value", "06_sroi_sensitivity": "The doubts", "07_programme_performance": "Performance"}


@pytest.fixture
def appendices(tmp_path):
    return {appendix.name: appendix for appendix in toys.toy(tmp_path).appendices}


def said(tmp_path, text: str) -> dict:
    return whole(list(Page("toy", "08_claims_audit", tmp_path).say(text).blocks))


def whole(blocks, entries=()) -> dict:
    """A page of some blocks."""
    return {"blocks": blocks, "entries": list(entries), "index": index_of(blocks, list(entries))}


def resolved(page, place, appendices, titles) -> str:
    return html(resolve(page, place, appendices, titles)["blocks"], {})


def test_a_table_of_another_appendix_is_called_by_its_number_and_title(tmp_path, appendices):
    page = resolved(said(tmp_path, "See {@06_sroi_sensitivity:tornado_pounds}."), "toy/08.html", appendices, TITLES)
    assert (
        page
        == '<p>See <a href="06_sroi_sensitivity.html#tornado_pounds" data-structural>Table 1 of The doubts </a>.</p>'
    )


@pytest.mark.parametrize("name", ["06_sroi_sensitivity.tornado.reached.base", "tornado.reached.base"])
def test_a_result_of_another_appendix_is_called_by_its_label_and_leads_to_its_entry(tmp_path, appendices, name):
    page = resolved(said(tmp_path, f"See {{@06_sroi_sensitivity:{name}}}."), "toy/08.html", appendices, TITLES)
    assert (
        page == '<p>See <a href="06_sroi_sensitivity.html#from-1" data-structural>The doubts : reached: Ratio</a>.</p>'
    )


def test_an_appendix_that_the_study_does_not_have_is_named_without_a_link(tmp_path, appendices):
    page = resolved(said(tmp_path, "See {@07_programme_performance:outputs}."), "toy/08.html", appendices, TITLES)
    assert page == "<p>See <span data-structural>Performance (not part of this study)</span>.</p>"


@pytest.mark.parametrize(
    ("reference", "nearest"),
    [
        ("06_sroi_sensitivity:tornado_pound", "tornado_pounds"),
        ("05_sroi:ratio", "ratios"),
        ("6_sroi_sensitivity:tornado", "06_sroi_sensitivity"),
    ],
)
def test_a_reference_to_nothing_stops_publication_and_names_the_nearest(tmp_path, appendices, reference, nearest):
    with pytest.raises(InputError) as caught:
        resolved(said(tmp_path, f"See {{@{reference}}}."), "toy/08_claims_audit.html", appendices, TITLES)
    assert (
        reference in str(caught.value)
        and nearest in str(caught.value)
        and "toy/08_claims_audit.html" in str(caught.value)
    )


@pytest.mark.parametrize("text", ["{@05_sroi:}", "{@:ratios}", "{@../x:y}", "{@05_sroi:a b}", '{@05_sroi:"onclick}'])
def test_a_reference_in_another_form_is_refused_where_it_is_written(tmp_path, text):
    with pytest.raises(InputError, match="08_claims_audit"):
        said(tmp_path, text)


@pytest.mark.parametrize("inline", [True, False], ids=["in a paragraph", "as a block"])
def test_a_node_of_an_unknown_type_is_refused_and_named(inline):
    node = {"type": "paragraf", "of": ["Words."]}
    with pytest.raises(InputError, match="paragraf"):
        html([paragraph([node]) if inline else node], {})


def test_titles_from_data_are_escaped(tmp_path, appendices):
    page = resolved(
        said(tmp_path, "{@07_programme_performance:x}"), "p", appendices, TITLES | {"07_programme_performance": "<b>"}
    )
    assert "<b>" not in page and "&lt;b&gt;" in page


def page(*links, ids=()):
    """A page with links and with paragraphs of some ids."""
    groups = ({"type": "group", "id": i, "of": []} for i in ids)
    return whole([paragraph([link(href, ["x"]) for href in links]), *groups])


PAGES = {
    "index.html": page("s/a.html#top"),
    "s/a.html": page("b.html#x", "../index.html", "#top", ids=["top"]),
    "s/b.html": page(ids=["x"]),
}


def test_pages_whose_links_all_lead_somewhere_pass():
    check_links(PAGES | {"s/c.html": page("https://x.y/z#q", "value_map.xlsx", "a.html", "#page-colophon")})


@pytest.mark.parametrize(
    ("path", "link_to", "told"),
    [
        ("s/c.html", "b.html#y", "an id of s/b.html"),
        ("s/c.html", "#y", "an id of s/c.html"),
        ("s/c.html", "d.html", "a page of this publication"),
        ("s/c.html", "../a.html", "nearest: s/a.html"),
        ("index.html", "s/a.html#bottom", "nearest: "),
    ],
)
def test_a_link_to_nowhere_stops_publication(path, link_to, told):
    with pytest.raises(InputError) as caught:
        check_links(PAGES | {path: page(link_to)})
    assert told in str(caught.value) and f"reports/{path}" in str(caught.value)


def test_links_deep_in_rows_folds_and_entries_are_links_too():
    row = {"type": "row", "cells": [], "more": {"of": [{"type": "fold", "summary": "", "of": [link("#no", ["x"])]}]}}
    for hidden in ({"groups": [{"rows": [row]}]}, {"type": "reference", "to": "no"}, {"type": "number", "href": "#no"}):
        with pytest.raises(InputError, match="#no"):
            check_links({"a.html": whole([hidden])})
    with pytest.raises(InputError, match="#no"):
        check_links({"a.html": whole([], [{"of": [link("#no", ["x"])], "copied": []}])})


def test_what_stands_on_a_page_is_found_as_readers_see_it(appendices):
    found = appendices["06_sroi_sensitivity"].anchors
    assert found.shown == {"tornado_pounds": "Table 1"}
    assert found.entries["06_sroi_sensitivity.tornado.reached.base"] == "from-1"
    assert {"section-the-answer", "tornado_pounds", "from-1"} <= found.ids


def test_a_table_without_a_number_is_no_target():
    blocks = [{"type": "table", "id": "a", "label": ""}, {"type": "figure", "id": "b", "label": "Figure 1"}]
    assert anchors_of(whole(blocks)).shown == {"b": "Figure 1"}


def test_a_section_ends_at_the_next_heading_and_its_links_lead_back_to_its_page():
    blocks = [
        {"type": "markdown", "source": "## S", "ids": ["s"]},
        paragraph(["One ", link("#t", ["t"]), {"type": "reference", "to": "t", "label": "Table 1"}]),
        {"type": "table", "id": "t", "label": "Table 1"},
        {"type": "markdown", "source": "## U", "ids": ["u"]},
        paragraph(["Three."]),
    ]
    shown = under(blocks, "s")
    assert [block["type"] for block in shown] == ["paragraph", "table"] and under(blocks, "none") == []
    moved = html(seen_from_elsewhere(shown[:1], "a.html"), {})
    assert moved.count('href="a.html#t"') == 2
