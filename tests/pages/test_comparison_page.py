"""The page of a comparison in Chromium: accessible, whole on a phone, quiet, valid, filtered by keyboard, whole on paper."""

import html5lib
import pytest
from comparison_runs import number, project, register
from test_published_pages import axe, violations  # noqa: F401 - a fixture

from analysis.comparison.report import write_report
from analysis.results import Kind

pytestmark = pytest.mark.pages
REGISTER = "data/raw/x/assumptions.yaml"


@pytest.fixture(scope="module")
def diff(tmp_path_factory):
    """A page with a change of every sort."""
    root = tmp_path_factory.mktemp("diff")
    old = [
        number("sroi.headline", label="Headline ratio"),
        number("near", value=4.001, label="Near"),
        number("far", label="Far", inputs=("assumption:rate",)),
        number("gone", label="Gone"),
        number("kinds", label="Kinds"),
        number("people", value=40, unit="people", label="People", kind=Kind.MEASURED),
    ]
    new = [
        number("sroi.headline", label="Headline ratio", value=5.0, low=4.0, high=6.0, interval="bounds"),
        number("near", value=4.002, label="Near"),
        number("far", value=9.0, label="Far", inputs=("assumption:rate",)),
        number("came", label="Came"),
        number("kinds", label="Kinds", kind=Kind.ASSUMED),
        number("people", value=41, unit="people", label="People", kind=Kind.MEASURED),
    ]
    before = project(
        root / "old", *old, files={REGISTER: register(rate=0.2, a_name_that_is_rather_long_for_a_narrow_screen=1)}
    )
    after = project(
        root / "new", *new, files={REGISTER: register(rate=0.25, a_name_that_is_rather_long_for_a_narrow_screen=2)}
    )
    write_report(after, (str(before), "."), root / "diff.html")
    return root / "diff.html"


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark"), (1280, "dark")])
def test_axe_finds_no_violation(visit, diff, axe, width, scheme):  # noqa: F811
    page = visit(diff, width, scheme, bypass_csp=True)
    page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
    assert violations(page, axe) == []


@pytest.mark.parametrize("width", [320, 768, 1280])
def test_it_fits_with_every_fold_open(visit, diff, width):
    page = visit(diff, width)
    page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_it_asks_for_nothing_and_says_nothing(visit, diff):
    page = visit(diff)
    page.wait_for_load_state("networkidle")
    assert page.noted == []


def test_it_is_valid_html(diff):
    parser = html5lib.HTMLParser(strict=False)
    parser.parse(diff.read_text(encoding="utf-8"))
    assert parser.errors == []


def test_links_within_lead_somewhere(visit, diff):
    page = visit(diff)
    lost = "[...document.querySelectorAll('a[href^=\"#\"]')].filter(a => !document.querySelector(a.getAttribute('href'))).length"
    assert page.locator("a[href^='#input-']").count() > 0 and page.evaluate(lost) == 0


def test_the_headline_comes_first_with_its_cause(visit, diff):
    first = visit(diff).locator("#summary + ul li").inner_text()
    assert (
        first.startswith("Headline ratio of x: £4.00 → £5.00 (£4.00 to £6.00)")
        and "assumption rate 0.2 → 0.25" in first
    )


def test_groups_stand_in_the_order_of_their_weight(visit, diff):
    groups = visit(diff).locator("#numbers .group").all_inner_texts()
    assert groups == [
        "Headline numbers",
        "Outside what was stated",
        "Known in another way",
        "No longer there",
        "New",
        "Within what was stated",
    ]


def test_it_can_be_filtered_by_keyboard(visit, diff):
    page = visit(diff)
    page.focus("#numbers-what")
    page.keyboard.type("Within")
    assert page.locator("#numbers tbody tr:not(.group):visible").count() == 1
    assert page.locator("#numbers p[role=status]").inner_text() == "1 of 7 rows shown"


def test_counts_of_people_bring_a_warning(visit, diff):
    assert "difference between two runs can tell of a single person" in visit(diff).inner_text("main")


def test_on_paper_all_rows_stand_on_white(visit, diff):
    page = visit(diff, 720, scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    assert not page.locator(".filter").is_visible()
    assert page.locator("#numbers tbody tr:not(.group):visible").count() == 7
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"
    assert page.pdf(format="A4").startswith(b"%PDF")
