"""What a reader of a page meets in a browser: no request, no script, keyboard, narrow screens, both modes, paper."""

import re

import pytest

pytestmark = pytest.mark.pages

PAYLOADS = [
    "<script>document.title='run'</script>",
    "\"'><img src=x onerror=\"document.title='run'\">",
    "<svg onload=\"document.title='run'\"><script>document.title='run'</script></svg>",
    "&lt;script&gt; &#60;b&#62; &amp;amp;",
    "\u202e\u2066 turned \u2069",
    "{{ 7*7 }}{% raw %}{people}{@wide}${x}",
    "</td></table></script></style><iframe src=\"javascript:document.title='run'\">",
    "]]></text></svg><math><a href=\"javascript:document.title='run'\">x",
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_requested_and_nothing_goes_wrong(visit, sample, scheme):
    page = visit(sample, scheme=scheme)
    page.wait_for_load_state("networkidle")
    assert page.noted == []


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_no_page_scrolls_sideways(visit, sample, width):
    page = visit(sample, width)
    page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_wide_table_scrolls_in_a_region_the_keyboard_reaches(visit, sample):
    page = visit(sample, 700, java_script_enabled=False)  # with scripts its rows are cards, and nothing is cut
    region = page.get_by_role("region", name="Table 1. A wide table")
    assert region.evaluate("box => box.scrollWidth > box.clientWidth")
    region.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(
        300
    )  # scrolling is smooth, and the page's policy forbids the browser to wait for an expression
    assert region.evaluate("box => box.scrollLeft") > 0


def test_the_caption_of_a_wide_table_stays_on_a_narrow_screen(visit, sample):
    box = visit(sample, 320).locator("#wide .caption-text").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 320


def test_the_skip_link_comes_first_and_leads_to_the_content(visit, sample):
    page = visit(sample)
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Skip to the content"
    assert page.locator(":focus").bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main-content"


def test_folds_open_and_close_by_keyboard(visit, sample):
    page = visit(sample)
    fold = page.locator("details.data").first
    fold.locator("summary").focus()
    for open_now in (True, False):
        page.keyboard.press("Enter")
        assert fold.evaluate("fold => fold.open") is open_now
    assert not fold.locator("table").is_visible()


def test_one_switch_shows_and_hides_the_code_of_the_page_by_keyboard(visit, sample):
    page = visit(sample)
    code = page.locator("details.code pre")
    switch = page.get_by_role("button", name="Show code")
    assert code.count() > 2 and not any(each.is_visible() for each in code.all())
    switch.focus()
    for shown in ("true", "false"):
        page.keyboard.press("Enter")
        assert switch.get_attribute("aria-pressed") == shown
        assert [each.is_visible() for each in code.all()] == [shown == "true"] * code.count()


def test_without_scripts_each_block_of_code_has_a_fold(visit, sample):
    page = visit(sample, java_script_enabled=False)
    page.locator("details.code summary").first.click()
    assert page.locator("details.code pre").first.is_visible()


def test_landmarks_and_headings_in_order(visit, sample):
    page = visit(sample)
    assert [page.get_by_role(role).count() for role in ("banner", "main", "contentinfo")] == [1, 1, 1]
    assert page.get_by_role("navigation", name="On this page").count() == 1
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(h => +h.tagName[1])")
    assert levels.count(1) == 1 and levels[0] == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))


def test_every_link_of_the_page_leads_somewhere(visit, sample):
    lost = (
        "[...document.querySelectorAll('a[href^=\"#\"]')].filter(a => !document.querySelector(a.getAttribute('href')))"
    )
    assert visit(sample).evaluate(f"{lost}.length") == 0


def test_tables_are_captioned_and_their_headers_scoped(visit, sample):
    page = visit(sample)
    assert page.evaluate(
        "[...document.querySelectorAll('table')].every(t => t.caption && t.caption.textContent.trim())"
    )
    assert page.evaluate(
        "[...document.querySelectorAll('th')].every(h => ['col', 'row', 'rowgroup'].includes(h.scope))"
    )
    assert page.evaluate(
        "document.querySelectorAll('[id]').length === new Set([...document.querySelectorAll('[id]')].map(e => e.id)).size"
    )


def test_figures_are_told_to_those_who_do_not_see_them(visit, sample):
    page = visit(sample)
    image = page.get_by_role("img", name="Progress The first row is ahead")
    assert image.count() == 1
    figure = page.locator("figure#progress")
    assert figure.locator("figcaption").inner_text().startswith("The first row is ahead")
    assert "Figure 1. Progress" in figure.locator("figcaption").inner_text()
    data = page.locator("figure#progress + details")
    data.locator("summary").click()
    assert data.get_by_role("cell", name="120.5%").is_visible()


def test_drawn_letters_are_large_enough_on_a_phone(visit, sample):
    page = visit(sample, 360)
    heights = page.evaluate(
        "[...document.querySelectorAll('.drawing text')].map(t => parseFloat(getComputedStyle(t).fontSize) * t.getScreenCTM().a)"
    )
    assert heights and min(heights) >= 9.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_in_both_modes(visit, sample, scheme):
    page = visit(sample, scheme=scheme)
    ground = _luminance(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))
    assert (ground > 0.5) is (scheme == "light")
    for selector, part in (
        ("p", "color"),
        (".kind", "color"),
        ("td .num", "color"),
        ("summary", "color"),
        (".drawing text", "fill"),
    ):
        ink = _luminance(page.locator(selector).first.evaluate(f"element => getComputedStyle(element).{part}"))
        low, high = sorted((ink, ground))
        assert (high + 0.05) / (low + 0.05) >= 4.5, selector


def test_on_paper_folds_and_navigation_go_and_tables_are_whole(visit, sample):
    page = visit(sample, 720, scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    for selector in (".skip", ".site", ".contents", "details.code"):
        assert not page.locator(selector).first.is_visible(), selector
    assert page.locator("#wide .scroll").evaluate("box => getComputedStyle(box).overflowX") == "visible"
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"


def test_it_prints(visit, sample):
    assert visit(sample).pdf(format="A4").startswith(b"%PDF")


@pytest.mark.parametrize("payload", [PAYLOADS[0], " ".join(PAYLOADS)])
def test_hostile_text_runs_nothing_and_breaks_nothing(visit, sample, write_sample, payload):
    page, ordinary = visit(write_sample(payload)), visit(sample)
    page.wait_for_load_state("networkidle")
    assert page.noted == [] and page.title() != "run"
    # Spans and the lines of a drawing's labels depend on the text; every other element must be the same.
    tags = (
        "[...document.querySelectorAll('body *')].map(e => e.tagName).filter(t => !['SPAN', 'text', 'g'].includes(t))"
    )
    assert page.evaluate(tags) == ordinary.evaluate(tags)
    assert (
        page.evaluate(
            "[...document.querySelectorAll('*')].filter(e => [...e.attributes].some(a => /^on/i.test(a.name))).length"
        )
        == 0
    )


def test_hostile_text_is_shown_as_it_is(visit, write_sample):
    page = visit(write_sample(PAYLOADS[0]))
    assert page.locator("#wide tbody th[scope=row]").first.text_content() == f"{PAYLOADS[0]} row a"
    assert PAYLOADS[0].replace(" ", "") in re.sub(r"\s", "", page.locator("figure#progress svg").first.text_content())


def test_text_of_another_direction_moves_no_number(visit, write_sample):
    page = visit(write_sample("\u05d0\u05d1\u05d2"))
    styles = page.evaluate(
        "[...document.querySelectorAll('.num, .kind, [data-structural]')].map(e => getComputedStyle(e).unicodeBidi)"
    )
    assert len(styles) > 10 and set(styles) == {"isolate"}


def _luminance(colour):
    channels = (int(value) / 255 for value in re.findall(r"\d+", colour)[:3])
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
