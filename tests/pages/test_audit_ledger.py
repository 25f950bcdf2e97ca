"""The ledger beside 08_claims_audit as a reader uses it: filters and search by keyboard, folds, links, without scripts, in print."""

import csv
import html
import re
from pathlib import Path

import pytest
from browser_waits import wait_until

pytestmark = [pytest.mark.pages, pytest.mark.slow]


@pytest.fixture
def ledger(finished) -> Path:
    """The published ledger of the report's claims."""
    return finished / "reports" / "connecting_opportunities" / "claims.html"


def shown(page) -> int:
    return page.locator("#ledger tbody tr:not(.group):visible").count()


def test_it_filters_by_verdict_and_words_and_says_how_many_are_left(visit, ledger):
    page = visit(ledger)
    everything = shown(page)
    page.get_by_label("Verdict", exact=True).select_option("inconsistent")
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow'))")  # chosen before a long page was whole
    wrong = shown(page)
    assert 0 < wrong < everything
    assert all(
        page.locator("#ledger tbody tr:not(.group):visible").evaluate_all(
            "rows => rows.map(r => r.dataset.verdict === 'inconsistent')"
        )
    )
    assert page.get_by_role("status").inner_text() == f"{wrong} of {everything} rows shown"
    page.get_by_label("Words").fill("employment leaving")
    assert 0 < shown(page) < wrong
    page.get_by_role("button", name="Show all rows").click()
    wait_until(page, f"document.querySelector('.filter [role=status]').textContent.startsWith('{everything} ')")
    assert shown(page) == everything
    assert page.noted == []


def test_it_is_sorted_by_verdict_and_by_id_with_the_order_in_the_address_and_in_words(visit, every_study):
    """By keyboard; rows of a verdict keep the order of the source; after Back and in a link the order is there again."""
    page = visit(every_study)
    listed = page.locator("#ledger tbody tr:not(.group)").evaluate_all("rows => rows.map(row => row.id)")
    page.get_by_label("Sort by").focus()
    page.keyboard.type("Verd")
    rows = page.locator("#ledger tbody tr:not(.group):visible").evaluate_all(
        "rows => rows.map(row => [row.id, row.dataset.verdict])"
    )
    assert [name for name, _ in rows] == sorted(listed, key=lambda name: (dict(rows)[name], listed.index(name)))
    assert page.locator("#ledger tr.group:visible").count() == 0
    assert page.get_by_role("status").inner_text() == f"{len(listed)} of {len(listed)} rows shown, sorted by verdict"
    page.wait_for_url("**sort=verdict**")
    again = visit(every_study)
    again.route("**/*", lambda route: route.continue_())
    again.goto(page.url)
    assert again.get_by_label("Sort by").input_value() == "verdict"
    again.get_by_label("Study", exact=True).select_option("Connecting Opportunities")
    names = again.locator("#ledger tbody tr:not(.group):visible").evaluate_all("rows => rows.map(row => row.id)")
    assert names == [name for name, _ in rows if name.startswith("claim-CO-")]
    again.get_by_role("button", name="Show all rows").click()
    again.get_by_text(f"{len(listed)} of {len(listed)} rows shown", exact=True).wait_for()
    assert again.locator("#ledger tbody tr:not(.group)").evaluate_all("rows => rows.map(row => row.id)") == listed
    assert again.locator("#ledger tr.group:visible").count() == 2


def test_headings_of_empty_sections_go_with_their_rows(visit, ledger):
    page = visit(ledger)
    page.get_by_label("Words").fill("no row holds these words")
    assert shown(page) == 0
    assert page.locator("#ledger tbody tr.group:visible").count() == 0


def test_everything_is_reached_by_keyboard_and_has_a_name(visit, ledger):
    page = visit(ledger)
    page.get_by_label("Verdict", exact=True).focus()
    page.keyboard.type("inc")  # the first choice that begins with these letters
    names = []
    for _ in range(6):
        page.keyboard.press("Tab")
        names.append(
            page.evaluate("(document.activeElement.labels || [])[0]?.textContent || document.activeElement.textContent")
        )
    assert names == ["Severity of a finding", "Kind of figure", "Section", "Words", "Sort by", "Show all rows"]
    assert page.get_by_label("Verdict", exact=True).input_value() == "inconsistent"
    assert page.get_by_role("search", name="Filter the table").count() == 1


def test_a_link_to_a_claim_opens_it_even_when_it_was_filtered_away(visit, ledger):
    page = visit(ledger)
    page.get_by_label("Words").fill("no row holds these words")
    page.evaluate("location.hash = '#claim-CO-205'")
    row = page.locator("#claim-CO-205")
    row.wait_for(state="visible")
    assert row.locator("details").get_attribute("open") is not None
    told = row.locator("details").inner_text()
    for words in ("source line 964", "claim:CO-210 + claim:CO-215", "CO-210", "measures.csv", "does not fit its parts"):
        assert words in told
    used = row.locator("dt:text-is('Used in') + dd a").first
    assert used.inner_text() == "Programme performance"
    target = used.get_attribute("href")
    assert re.fullmatch(r"07_programme_performance\.html#from-\d+", target)


def test_without_scripts_the_table_is_whole_and_has_no_dead_fields(visit, ledger):
    page = visit(ledger, java_script_enabled=False)
    rows = len(re.findall(r'<tr id="claim-CO-', ledger.read_text(encoding="utf-8")))
    assert shown(page) == rows
    assert page.locator("#ledger form").count() == 0


def test_no_other_script_may_run(ledger):
    text = ledger.read_text(encoding="utf-8")
    policy = text.split("script-src")[1].split(";")[0]
    assert text.count("<script>") == policy.count("'sha256-") == 3 and "unsafe-inline" not in policy
    assert text.count("<script") == 3  # of the filter, of downloads, of the list of sources that the tally leads to


def test_pages_without_a_table_to_filter_have_the_scripts_of_downloads_and_sources_alone(finished):
    path = finished / "reports" / "connecting_opportunities" / "07_programme_performance.html"
    text = path.read_text(encoding="utf-8")
    policy = text.split("script-src")[1].split(";")[0]
    assert text.count("<script>") == policy.count("'sha256-") == 2


def test_the_sources_are_printed(visit, ledger):
    page = visit(ledger)
    page.emulate_media(media="print")
    assert page.locator("#claim-CO-205 dd").first.is_visible()
    assert not page.locator("#ledger form").is_visible()


@pytest.fixture
def every_study(finished) -> Path:
    """The published ledger of all studies."""
    return finished / "reports" / "ledger.html"


def test_the_ledger_of_all_studies_filters_by_study(visit, every_study):
    page = visit(every_study)
    everything = shown(page)
    page.get_by_label("Study", exact=True).select_option("Co-production with new migrant women")
    one = shown(page)
    page.get_by_label("Study", exact=True).select_option("Connecting Opportunities")
    assert one + shown(page) == everything and 0 < one < everything
    page.get_by_label("Verdict", exact=True).select_option("inconsistent")
    assert all(
        name.startswith("CO-") for name in page.locator("#ledger tbody tr:not(.group):visible th").all_text_contents()
    )
    assert page.noted == []


def test_it_holds_every_claim_of_the_raw_ledgers_with_its_verdict(finished, every_study):
    text = every_study.read_text(encoding="utf-8")
    for study in ("coproduction", "connecting_opportunities"):
        with (finished / "data" / "processed" / study / "claims.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                found = re.search(rf'<tr id="claim-{row["claim_id"]}" [^>]*data-verdict="([^"]+)"', text)
                assert found and found[1] == row["verdict"], row["claim_id"]


def test_each_claim_leads_to_its_row_in_its_audit(visit, every_study):
    page = visit(every_study)
    row = page.locator("#claim-CO-205")
    href = row.locator("th a").get_attribute("href")
    assert href == "connecting_opportunities/claims.html#claim-CO-205"
    assert 'id="claim-CO-205"' in (every_study.parent / href.partition("#")[0]).read_text(encoding="utf-8")


@pytest.mark.parametrize("study", ["coproduction", "connecting_opportunities"])
def test_the_findings_stand_on_a_page_of_their_own_as_in_the_table_of_data(finished, study):
    page = (finished / "reports" / study / "findings.html").read_text(encoding="utf-8")
    with (finished / "data" / "processed" / study / "findings.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert re.findall(r'<tr id="finding-([^"]+)"', page) == [row["finding"] for row in rows]
    words = html.unescape(re.sub(r"<[^>]+>", "", page))
    assert [
        row["finding"] for row in rows if row["correction"] not in words or row["words"].replace("*", "") not in words
    ] == []
    links = set(re.findall(r'href="(08_claims_audit|claims)\.html#([^"]+)"', page))
    there = {name: (finished / "reports" / study / f"{name}.html").read_text(encoding="utf-8") for name, _ in links}
    assert len(there) == 2 and [link for name, link in links if f'id="{link}"' not in there[name]] == []
    assert 'href="#from' not in page and 'class="filter"' not in page


def test_what_is_chosen_stands_in_the_address_and_is_there_again_after_back(visit, every_study):
    page = visit(every_study)
    page.unroute("**/*")  # a reader goes from page to page
    page.get_by_label("Verdict", exact=True).select_option("inconsistent")
    page.get_by_label("Words").fill("employment")
    left = shown(page)
    page.locator("#ledger tbody tr:not(.group):visible th a").first.click()
    page.wait_for_url("**/claims.html#claim-*")
    page.go_back()
    wait_until(page, "document.querySelector('#ledger-verdict')?.value === 'inconsistent'")
    assert (page.get_by_label("Words").input_value(), shown(page)) == ("employment", left)
    assert "verdict=inconsistent" in page.url and "words=employment" in page.url
    assert f"{left} of " in page.get_by_role("status").first.inner_text()


def test_numbers_are_found_with_and_without_commas_and_nothing_found_is_said_in_words(visit, ledger):
    page = visit(ledger)
    for number in ("14520000", "14,520,000"):
        page.get_by_label("Words").fill(number)
        assert 0 < shown(page) < 20
    page.get_by_label("Words").fill("no row holds these words")
    assert "no row holds all of these" in page.locator(".filter [role=status]").inner_text()


def test_what_is_filtered_is_what_is_printed(visit, ledger):
    page = visit(ledger)
    page.get_by_label("Verdict", exact=True).select_option("inconsistent")
    left = shown(page)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert shown(page) == left and page.get_by_label("Verdict", exact=True).input_value() == "inconsistent"


KEY = """async () => {
  const field = document.querySelector('#ledger-words'), taken = [];
  for (const words of ['e', 'em', 'emp', 'empl', '']) {
    const start = performance.now();
    field.value = words;
    field.dispatchEvent(new Event('input', {bubbles: true}));
    document.body.offsetHeight;
    taken.push(performance.now() - start);
  }
  return Math.min(...taken.slice(1));
}"""


def test_a_key_costs_less_than_laying_out_the_page(visit, ledger):
    """Held against what the same page needs for its layout on the same machine, so that it does not hang on how busy that is."""
    page = visit(ledger)
    whole = "() => { const s = performance.now(); document.body.style.width = '50%'; document.body.offsetHeight; return performance.now() - s; }"
    key = page.evaluate(KEY)
    assert key < 4 * max(page.evaluate(whole), 5)


def test_on_a_phone_each_row_is_a_card_with_its_cells_named_and_within_the_screen(visit, ledger):
    page = visit(ledger, width=390)
    page.locator("#ledger").scroll_into_view_if_needed()
    row = page.locator("#claim-CO-205")
    wait_until(page, "document.querySelector('#ledger table.as-cards')")
    for box in [cell.bounding_box() for cell in row.locator("th, td").all()]:
        assert 0 <= box["x"] and box["x"] + box["width"] <= 390
    verdict = row.get_by_role("cell").filter(has_text="inconsistent").first
    assert verdict.evaluate("cell => getComputedStyle(cell, '::before').content") == '"Verdict"'
    assert page.get_by_role("columnheader", name="Verdict").count() == 1


KEYS = """(words) => {
    const search = document.querySelector('form.filter input[type=search]');
    const begun = performance.now();
    for (const word of words) {
        search.value = word;
        search.dispatchEvent(new Event('input', { bubbles: true }));
        void document.body.offsetHeight;  // what the browser lays out before it can show the key
    }
    return performance.now() - begun;
}"""


@pytest.mark.parametrize("name", ["ledger.html", "connecting_opportunities/claims.html"])
def test_a_key_lays_out_the_rows_on_the_screen_and_not_all_of_them(visit, finished, name):
    """Held against the same rows as one whole table, in the same page; no time on a clock."""
    page = visit(finished / "reports" / name)
    page.locator("form.filter").scroll_into_view_if_needed()
    words = ["w", "wo", "", "e", "18", ""]
    page.evaluate(KEYS, words)
    by_row = min(page.evaluate(KEYS, words) for _ in range(3))
    page.evaluate("document.querySelector('.in-rows').classList.remove('in-rows')")
    whole = min(page.evaluate(KEYS, words) for _ in range(3))
    assert by_row < whole / 3


def test_an_address_that_holds_no_text_stops_no_script(visit, ledger):
    page = visit(ledger)
    page.evaluate("location.hash = '#%E0%A4%A'")
    page.reload()
    page.get_by_label("Verdict", exact=True).select_option("inconsistent")
    assert 0 < shown(page) < page.locator("#ledger tbody tr:not(.group)").count()
    assert page.locator("h2 .permalink").count() > 0 and page.noted == []
