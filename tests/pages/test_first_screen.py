"""The answer begins on the first screen of a phone, on every page, and what leads elsewhere is there where there is room."""

import re

import pytest

pytestmark = [pytest.mark.pages, pytest.mark.slow]
PHONE = {"width": 390, "height": 844}


def test_the_answer_begins_on_the_first_screen_of_a_phone(visit, finished):
    late = {}
    for path in sorted((finished / "reports").glob("*/*.html")):
        page = visit(path, width=PHONE["width"])
        top = page.locator(".body h2").first.bounding_box()["y"]
        if top > PHONE["height"] - 150:  # the heading and some lines of what stands below it
            late[path.relative_to(finished / "reports").as_posix()] = round(top)
        page.close()
    assert late == {}


@pytest.mark.parametrize(("width", "folded"), [(390, True), (1280, False)])
def test_navigation_folds_on_a_phone_and_is_open_where_there_is_room(visit, finished, width, folded):
    page = visit(finished / "reports/coproduction/05_sroi.html", width=width)
    for name, summary in (("Pages of this study", "Pages of this study"), ("On this page", "Sections of this page")):
        nav = page.get_by_role("navigation", name=name)
        link, fold = nav.get_by_role("link").first, nav.locator("summary")
        assert fold.inner_text() == summary or not folded
        assert (link.is_visible(), fold.is_visible()) == (not folded, folded)
        if folded:
            fold.focus()
            page.keyboard.press("Enter")
            assert link.is_visible()


def test_an_answer_opens_with_a_sentence_or_two_and_goes_on_in_six_points_at_most(finished):
    opened = 0
    for path in sorted((finished / "reports").glob("*/*.html")):
        answer = re.search(
            r'id="section-the-answer">.*?</h2>(.*?)(?=<h2|<figure|<div)', path.read_text(encoding="utf-8"), re.DOTALL
        )
        first, listed = (
            re.search(rf"<{tag}>(.*?)</{tag}>", answer[1] if answer else "", re.DOTALL) for tag in ("p", "ul")
        )
        if first and listed:
            assert len(re.sub("<.*?>", "", first[1]).split()) <= 60, path
            assert listed[1].count("<li>") <= 6, path
            opened += 1
    assert opened >= 14


def test_every_page_says_where_and_when(finished):
    for path in (finished / "reports/connecting_opportunities").glob("*.html"):
        assert "Leeds City Region, 1 July 2017 to 31 March 2023, 1,875 people" in path.read_text(encoding="utf-8")


def test_a_number_opens_a_panel_with_its_source_and_one_step_further_by_keyboard(visit, finished):
    page = visit(finished / "reports/coproduction/05_sroi.html")
    number = page.locator(".body > p a.num").first
    panel = page.get_by_role("complementary", name="Where the number comes from")
    assert not panel.is_visible() and not page.locator(".sources").is_visible()
    number.focus()
    page.keyboard.press("Enter")
    assert panel.is_visible() and panel.inner_text().strip()
    step = panel.locator("a[data-entry]")
    if step.count():
        step.first.press("Enter")
        assert panel.is_visible()
    page.keyboard.press("Escape")
    assert not panel.is_visible() and number.evaluate("number => number === document.activeElement")
    number.press("Enter")
    panel.get_by_role("link", name="In the list of all sources").click()
    assert page.locator(".sources").is_visible()


def test_without_scripts_a_number_leads_into_the_list(visit, finished):
    page = visit(finished / "reports/coproduction/05_sroi.html", java_script_enabled=False)
    page.locator(".body > p a.num").first.click()
    assert page.locator(".sources").is_visible()


def test_a_page_is_followed_by_the_next_and_says_what_it_is_to_search_engines(finished):
    text = (finished / "reports/coproduction/08_claims_audit.html").read_text(encoding="utf-8")
    around = text.partition('class="around"')[2].partition("</nav>")[0]
    assert 'rel="prev" href="06_sroi_sensitivity.html"' in around and 'rel="next" href="claims.html"' in around
    assert (
        'name="description" content="Of the 93 figures that the source publishes' in text
        and 'name="citation_title"' in text
    )
