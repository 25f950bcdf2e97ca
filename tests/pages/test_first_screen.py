"""The answer begins on the first screen of a phone, on every page, and what leads elsewhere is there where there is room."""

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


def test_every_page_says_where_and_when(finished):
    for path in (finished / "reports/connecting_opportunities").glob("*.html"):
        assert "Leeds City Region, 1 July 2017 to 31 March 2023" in path.read_text(encoding="utf-8")
