"""References between pages: put into words when pages are published; none may lead nowhere."""

import pytest
import toy_companions as toys

from analysis.companions.links import check_links, resolve
from analysis.companions.places import anchors_of, paragraphs_under
from analysis.errors import InputError
from analysis.reporting.appendix import Appendix as Page

TITLES = {"05_sroi": "The value", "06_sroi_sensitivity": "The doubts", "07_programme_performance": "Performance"}


@pytest.fixture
def appendices(tmp_path):
    return {appendix.name: appendix for appendix in toys.toy(tmp_path).appendices}


def said(tmp_path, text: str) -> str:
    return Page("toy", "08_claims_audit", tmp_path).say(text).html


def test_a_table_of_another_appendix_is_called_by_its_number_and_title(tmp_path, appendices):
    page = resolve(said(tmp_path, "See {@06_sroi_sensitivity:tornado_pounds}."), "toy/08.html", appendices, TITLES)
    assert (
        page
        == '<p>See <a href="06_sroi_sensitivity.html#tornado_pounds" data-structural>Table 1 of The doubts </a>.</p>'
    )


@pytest.mark.parametrize("name", ["06_sroi_sensitivity.tornado.reached.base", "tornado.reached.base"])
def test_a_result_of_another_appendix_is_called_by_its_label_and_leads_to_its_entry(tmp_path, appendices, name):
    page = resolve(said(tmp_path, f"See {{@06_sroi_sensitivity:{name}}}."), "toy/08.html", appendices, TITLES)
    assert (
        page == '<p>See <a href="06_sroi_sensitivity.html#from-1" data-structural>The doubts : reached: Ratio</a>.</p>'
    )


def test_an_appendix_that_the_study_does_not_have_is_named_without_a_link(tmp_path, appendices):
    page = resolve(said(tmp_path, "See {@07_programme_performance:outputs}."), "toy/08.html", appendices, TITLES)
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
        resolve(said(tmp_path, f"See {{@{reference}}}."), "toy/08_claims_audit.html", appendices, TITLES)
    assert (
        reference in str(caught.value)
        and nearest in str(caught.value)
        and "toy/08_claims_audit.html" in str(caught.value)
    )


@pytest.mark.parametrize("text", ["{@05_sroi:}", "{@:ratios}", "{@../x:y}", "{@05_sroi:a b}", '{@05_sroi:"onclick}'])
def test_a_reference_in_another_form_is_refused_where_it_is_written(tmp_path, text):
    with pytest.raises(InputError, match="08_claims_audit"):
        said(tmp_path, text)


def test_titles_from_data_are_escaped(tmp_path, appendices):
    page = resolve(
        said(tmp_path, "{@07_programme_performance:x}"), "p", appendices, TITLES | {"07_programme_performance": "<b>"}
    )
    assert "<b>" not in page and "&lt;b&gt;" in page


PAGES = {
    "index.html": '<a href="s/a.html#top">',
    "s/a.html": '<p id="top"><a href="b.html#x"><a href="../index.html"><a href="#top">',
    "s/b.html": '<p id="x">',
}


def test_pages_whose_links_all_lead_somewhere_pass():
    check_links(PAGES | {"s/c.html": '<a href="https://x.y/z#q"><a href="value_map.xlsx"><a href="a.html">'})


@pytest.mark.parametrize(
    ("path", "page", "told"),
    [
        ("s/c.html", '<a href="b.html#y">', "an id of s/b.html"),
        ("s/c.html", '<a href="#y">', "an id of s/c.html"),
        ("s/c.html", '<a href="d.html">', "a page of this publication"),
        ("s/c.html", '<a href="../a.html">', "nearest: s/a.html"),
        ("index.html", '<a class="x" href="s/a.html#bottom">', "nearest: top"),
    ],
)
def test_a_link_to_nowhere_stops_publication(path, page, told):
    with pytest.raises(InputError) as caught:
        check_links(PAGES | {path: page})
    assert told in str(caught.value) and f"reports/{path}" in str(caught.value)


def test_links_in_scripts_and_styles_are_no_links():
    check_links({"a.html": "<script>x = '<a href=\"#nowhere\">'</script><style>a { b: '<a href=\"#no\">' }</style>"})


def test_what_stands_on_a_page_is_found_as_readers_see_it(appendices):
    found = appendices["06_sroi_sensitivity"].anchors
    assert found.shown == {"tornado_pounds": "Table 1"}
    assert found.entries["06_sroi_sensitivity.tornado.reached.base"] == "from-1"
    assert {"section-the-answer", "tornado_pounds", "from-1"} <= found.ids


def test_a_table_without_a_number_is_no_target():
    page = '<div class="table-block" id="a"></div><figure id="b"><span class="label" data-structural>Figure 1</span></figure>'
    assert anchors_of(page).shown == {"b": "Figure 1"}


def test_paragraphs_of_a_section_lead_back_to_their_page():
    page = '<h2 id="s">S</h2><p>One <a href="#t">t</a>.</p><div>no</div><p>Two.</p><h2 id="u">U</h2><p>Three.</p>'
    assert paragraphs_under(page, "s", "a.html") == ['<p>One <a href="a.html#t">t</a>.</p>', "<p>Two.</p>"]
    assert paragraphs_under(page, "none", "a.html") == []
