"""Every published page in a browser: accessible, whole on a narrow screen, quiet, valid, small and quick."""

import math
import re
from collections import Counter
from functools import cache
from pathlib import Path

import html5lib
import pandas as pd
import pytest
from opened import open_page

from analysis.pipeline.companions import FIRST, LAST
from analysis.pipeline.ledger import AUDIT, CLAIMS
from analysis.pipeline.parameters import planned_runs
from analysis.study import load_study

pytestmark = [pytest.mark.pages, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
RUNS = planned_runs(ROOT)
STUDIES = [load_study(study, ROOT) for study in dict.fromkeys(study for _, study in RUNS)]
COMPANIONS = [f"{study.id}/{page.name}.html" for study in STUDIES for page in (*FIRST, *LAST) if page.wanted(study)]
COMPANIONS += [f"{study}/{CLAIMS}.html" for notebook, study in RUNS if notebook == AUDIT]
PAGES = [
    "index.html",
    "glossary.html",
    "ledger.html",
    "replication.html",
    "search.html",
    *(f"{study}/{page}.html" for notebook, study in RUNS if notebook == "05_sroi" for page in ("model", "explorer")),
    *(f"{study}/{notebook}.html" for notebook, study in RUNS),
    *COMPANIONS,
]
MOST_BYTES = 1_400_000
BARE_BYTES = 1_000_000  # of the page of bare tables that every page opens as quickly as
MOST_VISITS = 5
RULES = [
    "wcag2a",
    "wcag2aa",
    "wcag21a",
    "wcag21aa",
    "wcag22a",
    "wcag22aa",
    "best-practice",
]  # WCAG 2.2, levels A and AA, and more
OF_COLOUR = ["color-contrast", "link-in-text-block"]
# And those of what only a narrow screen shows, or has no room for
OF_WIDTH = [
    *OF_COLOUR,
    "aria-hidden-focus",
    "button-name",
    "landmark-unique",
    "link-name",
    "nested-interactive",
    "scrollable-region-focusable",
    "summary-name",
    "target-size",
]
LOOKS = [(1280, "light", RULES), (1280, "dark", OF_COLOUR), (360, "light", OF_WIDTH), (360, "dark", OF_COLOUR)]


@pytest.fixture(scope="module", params=PAGES)
def published(request, finished) -> Path:
    """One published page; all that is asked of it is asked before the next."""
    return finished / "reports" / request.param


@pytest.fixture(scope="module")
def looked_at(browser, published):
    """The page, opened once for all tests that take it however another has left its folds."""
    page = open_page(browser, published)
    yield page
    page.context.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """axe-core's own script."""
    import axe_playwright_python

    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


# Marks texts for the rule on contrast: of those alike in colours, size, weight and the names of what they stand in, three.
# Returns what of a text contrast is worked out from: its colour, what is behind it, and whether it is large or bold.
MARK = """() => {
    const styles = new Map(), seen = {}, looks = new Set();
    const style = node => styles.get(node) || styles.set(node, getComputedStyle(node)).get(node);
    const behind = node => node ? [style(node).backgroundColor, style(node).backgroundImage, style(node).opacity, behind(node.parentElement)].join() : '';
    const within = (node, steps) => node && steps ? `${node.tagName}.${node.getAttribute('class')} ${within(node.parentElement, steps - 1)}` : '';
    for (const node of document.querySelectorAll('body *')) {
        const shows = node.matches('input, select, textarea') || [...node.childNodes].some(each => each.nodeType == 3 && each.data.trim());
        if (!shows) continue;
        const { color, fontSize, fontWeight } = style(node);
        const shown = node.getClientRects().length > 0, look = [color, parseFloat(fontSize) >= 18, fontWeight, behind(node)].join('|');
        const kind = [look, fontSize, within(node, 4), shown].join('|');
        if (shown) looks.add(look);
        node.toggleAttribute('data-marked', (seen[kind] = (seen[kind] || 0) + 1) <= 3);
    }
    axe.configure({ rules: [{ id: 'color-contrast', selector: '[data-marked]' }] });
    return [...looks];
}"""


def laid_out_whole(page, axe: str):
    """The page as where a reader has come, every fold open, ready to be looked at by axe, which cannot see through the shades of `.scroll`."""
    page.add_style_tag(content="*{content-visibility:visible!important} .scroll{background:none!important}")
    page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
    page.evaluate(axe)
    return page


def test_axe_finds_no_violation_on_desktop_and_phone_in_light_and_dark(visit, published, axe):
    """By all rules once; then by those that a narrow screen, or dark colours, can make another answer of.

    Of texts that are alike for the rule on contrast a few are looked at, since a page may have thousands; and where a narrow
    dark screen has no colours together that the wide one has not, it is not looked at again.
    """
    page = laid_out_whole(visit(published, bypass_csp=True), axe)
    found, known = {}, set()
    for width, scheme, rules in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        looks = set(page.evaluate(MARK))
        if rules is not OF_COLOUR or not looks <= known:
            found[width, scheme] = violations(page, axe, rules)
        known |= looks
    assert len(found) >= 3 and found == dict.fromkeys(found, [])


def test_an_id_stands_once_on_a_page_drawings_included(finished):
    twice = {}
    for path in (finished / "reports").rglob("*.html"):
        text = re.sub(r"<script.*?</script>", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        repeated = [name for name, count in Counter(re.findall(r'\sid="([^"]*)"', text)).items() if count > 1]
        if repeated:
            twice[path.relative_to(finished).as_posix()] = repeated
    assert twice == {}


def violations(page, axe: str, rules: list[str] = RULES) -> list[str]:
    """What axe-core finds wrong with a page as it stands, by rule; `rules` are named, or all of some tags."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe)
    found = page.evaluate("rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", rules)
    looked = {each["id"] for each in found["passes"] + found["violations"]}
    assert "color-contrast" in looked and len(looked) > (10 if rules is RULES else 0)
    return [
        f"{v['id']}: {v['nodes'][0]['html'][:200]} {v['nodes'][0]['failureSummary'][:300]}" for v in found["violations"]
    ]


def test_axe_would_find_a_violation(visit, finished, axe):
    page = visit(finished / "reports" / "index.html", bypass_csp=True)
    page.evaluate(
        "document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=data:,><p style=color:#ddd>pale</p>')"
    )
    assert {found.split(":")[0] for found in violations(page, axe)} >= {"image-alt", "color-contrast"}


@pytest.mark.parametrize(("scheme", "colour"), [("light", "#ddd"), ("dark", "#333")])
def test_it_would_find_one_pale_word_among_many_that_are_not(visit, finished, axe, scheme, colour):
    page = laid_out_whole(visit(finished / "reports/coproduction/overview.html", scheme=scheme, bypass_csp=True), axe)
    page.evaluate(
        "colour => [...document.querySelectorAll('tbody td')].at(-1).insertAdjacentHTML('beforeend', `<span style=color:${colour}>pale</span>`)",
        colour,
    )
    page.evaluate(MARK)
    assert "pale" in "".join(violations(page, axe, OF_COLOUR))


@pytest.fixture(scope="session")
def bare(tmp_path_factory) -> Path:
    """The largest ledger as pandas writes it, over and over: what its readers would have without these pages."""
    ledger = pd.read_csv(ROOT / "data/raw/connecting_opportunities/claims.csv", dtype=str).to_html()
    page = tmp_path_factory.mktemp("bare") / "bare.html"
    tables = ledger * math.ceil(BARE_BYTES / len(ledger))
    page.write_text(f"<!DOCTYPE html><html lang=en><title>Bare</title>{tables}</html>", encoding="utf-8")
    return page


def test_it_asks_for_nothing_says_nothing_and_is_quick(visit, published, bare):
    """Visited in turn, since others may use the machine meanwhile; the quickest visit of each counts."""
    visits = []
    while not visits or (len(visits) < MOST_VISITS and slower_than_bare(visits)):
        visits.append((milliseconds_to_use(visit(bare)), milliseconds_to_use(visit(published))))
    assert not slower_than_bare(visits), visits
    assert published.stat().st_size < MOST_BYTES


def milliseconds_to_use(page) -> float:
    """How long a page took until it could be used; it asks for nothing and says nothing meanwhile."""
    page.wait_for_load_state("networkidle")
    assert page.noted == []
    took = page.evaluate("performance.getEntriesByType('navigation')[0].domInteractive")
    page.close()
    return took


def slower_than_bare(visits: list[tuple[float, float]]) -> bool:
    """Whether the quickest visit to the page took longer than the quickest to bare tables."""
    bare, page = map(min, zip(*visits, strict=True))
    return page > bare


OPERABLE = "a[href], summary, button, input, select, textarea, [tabindex]"


def test_it_is_used_by_keyboard_alone(looked_at):
    """Whatever can be operated and is shown takes the focus, in the order of the page; folds open and close by keys."""
    orders = looked_at.eval_on_selector_all(
        OPERABLE, "all => all.filter(one => one.checkVisibility() && one.tagName != 'MAIN').map(one => one.tabIndex)"
    )
    assert orders and set(orders) == {0}
    folds = looked_at.locator("summary:visible")
    for place in range(min(folds.count(), 3)):
        fold = folds.nth(place)
        before = fold.evaluate("summary => summary.parentElement.open")
        for key, opened in (("Enter", not before), ("Space", before)):
            fold.press(key)
            assert fold.evaluate("summary => summary.parentElement.open") is opened


def test_it_is_valid_html(published):
    parser = html5lib.HTMLParser(strict=False)
    parser.parse(published.read_text(encoding="utf-8"))
    assert [(place, error) for place, error, _ in parser.errors] == []


@cache
def ids_of(page: Path) -> frozenset[str]:
    """What a link can lead to on a page."""
    return frozenset(re.findall(r'id="([^"]*)"', page.read_text(encoding="utf-8")))


def test_every_link_between_pages_leads_to_a_page(looked_at, published):
    for target in looked_at.eval_on_selector_all("a[href]", "links => links.map(link => link.getAttribute('href'))"):
        file, _, anchor = target.partition("#")
        if file.startswith("http"):
            continue
        other = (published.parent / file).resolve() if file else published
        assert other.is_file(), target
        if anchor:
            assert anchor in ids_of(other), target


def test_no_two_pages_have_one_title(finished):
    """Two tabs or bookmarks are told apart."""
    titles = [re.search("<title>(.*?)</title>", (finished / "reports" / page).read_text("utf-8"))[1] for page in PAGES]
    assert sorted(set(titles)) == sorted(titles)


def test_tables_and_figures_can_be_understood_without_sight(looked_at):
    told = looked_at.evaluate("""() => ({
        captions: [...document.querySelectorAll('table')].every(t => t.caption && t.caption.textContent.trim()),
        scopes: [...document.querySelectorAll('th')].every(h => h.scope),
        drawings: [...document.querySelectorAll('figure svg')].every(s => s.getAttribute('role') === 'img'
            && s.getAttribute('aria-labelledby').split(' ').every(id => (document.getElementById(id) || {}).textContent)),
        data: [...document.querySelectorAll('figure')].every(f => f.nextElementSibling?.matches('details.data')
            && f.nextElementSibling.querySelector('table')),
        captioned: [...document.querySelectorAll('figure')].every(f => f.firstElementChild.matches('figcaption')
            && f.querySelector('.finding').textContent.trim()),
        ticks: [...document.querySelectorAll('.drawing [id*="tick_"] text')].every(t => getComputedStyle(t).stroke === 'none'),
        h1: document.querySelectorAll('h1').length,
        lang: document.documentElement.lang,
    })""")
    assert told == {"h1": 1, "lang": "en-GB"} | dict.fromkeys(
        ("captions", "scopes", "drawings", "data", "captioned", "ticks"), True
    )


def test_it_fits_a_narrow_screen_with_every_fold_open(looked_at):
    looked_at.set_viewport_size({"width": 320, "height": 900})
    looked_at.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
    assert looked_at.evaluate("document.documentElement.scrollWidth") <= 320
