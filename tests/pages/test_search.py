"""Search over all pages in Chromium: from a file, by keyboard, with an address that keeps the words; hostile texts stay texts."""

import json
import re

import pytest
from playwright.sync_api import expect

from analysis.companions.search import SHORTENED, entries, search_page
from analysis.reporting.nodes import fact, facts, heading, label, paragraph
from analysis.reporting.page import render_page
from analysis.reporting.plain_page import PlainPage, plain_page
from analysis.results import ResultStore

pytestmark = [pytest.mark.pages, pytest.mark.slow]
HOSTILE = "</script><script>alert(1)</script> <img src=x onerror=alert(2)> \u2028 & {{x}}"


def page_with(title, *blocks):
    return plain_page(PlainPage(title, f"Lead of {title}.", list(blocks), ResultStore()))


PAGES = {
    "index.html": page_with("All", paragraph(["Not to be searched: apples."])),
    "one/a.html": page_with(
        "First",
        heading(2, ["On deadweight"], "section-a"),
        paragraph([label("There were 1,875 people and £4.67 in the year, and 21,875 elsewhere.")]),
        heading(2, ["Another"], "section-b"),
        paragraph(["What would have come anyway is deadweight. " + "Words before it. " * 40 + "A pear."]),
        facts([fact([label("AA-340")], [label("A claim of 875 people.")], anchor="claim-AA-340")]),
    ),
    "two/b.html": page_with(
        HOSTILE, heading(2, [label(HOSTILE)], "section-c"), paragraph([label(f"{HOSTILE} quince")])
    ),
}


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    path = tmp_path_factory.mktemp("search") / "search.html"
    path.write_text(render_page(search_page(PAGES)), encoding="utf-8")
    return path


@pytest.fixture
def ask(visit, written):
    """The results of some words as (words of the link, its address), and the page."""
    page = visit(written)

    def answer(words):
        page.fill("#search-words", words)
        links = page.locator(".found a").all()
        return [(link.inner_text(), link.get_attribute("href")) for link in links]

    answer.page = page
    return answer


def told(ask):
    return ask.page.get_by_role("status").inner_text()


def test_places_are_found_by_words_and_those_called_so_come_first(ask):
    assert ask("DEADWEIGHT") == [("On deadweight", "one/a.html#section-a"), ("Another", "one/a.html#section-b")]
    assert told(ask) == "2 places" and ask.page.locator("mark").first.inner_text() == "deadweight"
    assert ask("pear deadweight") == [("Another", "one/a.html#section-b")]
    assert ask("pear") and ask.page.locator(".found p").inner_text().startswith("… ")
    assert ask("aa-340") == [("AA-340", "one/a.html#claim-AA-340")]
    assert ask.page.noted == []


def test_numbers_are_found_with_and_without_commas_and_whole(ask):
    for words in ("1875", "1,875", "£4.67", "4.67"):
        assert ask(words) == [("On deadweight", "one/a.html#section-a")], words
    assert ask("875") == [("AA-340", "one/a.html#claim-AA-340")]
    assert ask("67") == []


def test_nothing_found_is_said_and_no_words_find_nothing(ask):
    assert ask("zebra") == []
    assert told(ask) == "No place holds all of these words: “zebra”. Choose fewer, or others."
    assert ask("apples") == []  # the first page lists what stands elsewhere
    assert ask(" ") == [] and told(ask) == ""


@pytest.mark.parametrize("words", ["(", "[a", "\\", "*", "a|b", "$&", "<b>", "</script>", ".*"])
def test_signs_are_signs(ask, words):
    places = [(each.title, each.text) for path, page in PAGES.items() for each in entries(path, page)]
    assert len(ask(words)) == sum(words in title or words in text for title, text in places)
    assert ask.page.noted == []


def test_hostile_texts_are_shown_as_texts(ask):
    ((title, address),) = ask("quince")
    assert address == "two/b.html#section-c" and title.startswith("</script><script>alert(1)")
    assert ask.page.locator(".found img, .found script").count() == 0 and ask.page.noted == []


def test_the_words_stand_in_the_address_and_are_there_after_back(ask, visit, written):
    page = ask.page
    assert page.evaluate("document.activeElement.id") == "search-words"
    page.keyboard.type("deadweight")
    page.wait_for_timeout(600)
    assert page.url.endswith("search.html?q=deadweight")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.textContent") == "On deadweight"
    page.unroute("**/*")
    page.goto("about:blank")
    page.go_back()
    assert page.input_value("#search-words") == "deadweight" and page.locator(".found li").count() == 2


def test_a_key_waits_for_what_is_on_the_screen_alone(visit, finished):
    """The first results stand at once, those below the screen a moment later."""
    page = visit(finished / "reports/search.html")
    typed = "words => { const input = document.getElementById('search-words'); input.value = words; input.dispatchEvent(new Event('input')); return document.querySelectorAll('.found li').length; }"
    assert page.evaluate(typed, "the") == 12
    expect(page.locator(".found li")).to_have_count(40)
    assert page.evaluate(typed, "the zebra of") == 0
    page.wait_for_timeout(400)
    assert page.locator(".found li").count() == 0  # what a former word would have added does not come


def test_without_scripts_the_pages_are_listed(visit, written):
    page = visit(written, java_script_enabled=False)
    assert "Search needs scripts" in page.inner_text("main")
    assert page.locator("main li a").count() == len(PAGES)


def many(studies, words):
    """Pages of so many studies: as many places as the larger study here has, each with a text of so many words."""
    told = paragraph([label(" ".join(f"word{number}" for number in range(words)))])
    return {
        f"study_{study}/page_{page}.html": page_with(
            f"Study {study}, page {page}",
            *(
                block
                for part in range(40)
                for block in (heading(2, [label(f"A heading of part {part}")], f"section-a-heading-{part}"), told)
            ),
        )
        for study in range(studies)
        for page in range(15)
    }


@pytest.mark.parametrize(("studies", "words"), [(1, 30), (3, 40), (10, 40)])
def test_however_many_studies_there_are_every_name_is_there_and_texts_as_far_as_there_is_room(studies, words):
    pages = many(studies, words)
    html = render_page(search_page(pages))
    found = json.loads(re.search(r'id="search-data">(.*?)</script>', html, re.DOTALL)[1])
    places = [place.split("\n") for _, _, listed in found for place in listed]
    assert len(html.encode()) < 500_000 and len(places) == studies * 15 * 41
    headings = [(title, text) for anchor, title, text in places if anchor]
    assert {title for title, _ in headings} == {f"A heading of part {part}" for part in range(40)}
    begun = " ".join(f"word{number}" for number in range(words))
    assert len({text for _, text in headings}) == 1 and begun.startswith(headings[0][1])  # whole words, of all the same
    whole = headings[0][1] == begun
    assert whole == (studies == 1) and (SHORTENED in html) == (not whole)
    if studies == 3:
        assert len(html.encode()) > 400_000  # no room is left unused


def index_of(reports):
    text = (reports / "search.html").read_text(encoding="utf-8")
    return json.loads(re.search(r'id="search-data">(.*?)</script>', text, re.DOTALL)[1])


def test_every_place_of_the_published_index_is_there_and_it_is_no_heavier_than_a_page_may_be(finished):
    reports = finished / "reports"
    found = index_of(reports)
    lost = []
    for path, _, places in found:
        ids = set(re.findall(r'\sid="([^"]*)"', (reports / path).read_text(encoding="utf-8")))
        lost += [
            f"{path}#{anchor}" for anchor in (each.split("\n")[0] for each in places) if anchor and anchor not in ids
        ]
    assert lost == [] and sum(len(places) for _, _, places in found) > 1000
    assert (reports / "search.html").stat().st_size < 500_000


def test_every_page_leads_to_the_search(finished):
    reports = finished / "reports"
    for path in reports.rglob("*.html"):
        to = "search.html" if path.parent == reports else "../search.html"
        assert f'class="to-search" href="{to}"' in path.read_text(encoding="utf-8"), path


@pytest.mark.parametrize(
    ("words", "first"),
    [("CO-340", "connecting_opportunities/claims.html#claim-CO-340"), ("deadweight", "glossary.html#term-deadweight")],
)
def test_what_readers_ask_for_comes_first(visit, finished, words, first):
    page = visit(finished / "reports/search.html")
    page.fill("#search-words", words)
    assert page.locator(".found a").first.get_attribute("href") == first
    for words in ("English", "£4.67"):
        page.fill("#search-words", words)
        assert page.locator(".found li").count() > 10
    assert page.noted == []
