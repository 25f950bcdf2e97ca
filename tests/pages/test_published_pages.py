"""Every published page in a browser: accessible, whole on a narrow screen, quiet, valid, small and quick."""

import math
import re
from collections import Counter
from itertools import product
from pathlib import Path

import html5lib
import pandas as pd
import pytest

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


@pytest.fixture(params=PAGES)
def published(request, finished) -> Path:
    """One published page."""
    return finished / "reports" / request.param


@pytest.fixture(scope="session")
def axe() -> str:
    """axe-core's own script."""
    import axe_playwright_python

    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


def test_axe_finds_no_violation_on_desktop_and_phone_in_light_and_dark(visit, published, axe):
    page = visit(published, bypass_csp=True)
    page.add_style_tag(content="*{content-visibility:visible!important}")  # laid out whole, as where a reader has come
    page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
    found = {}
    for width, scheme in product((1280, 360), ("light", "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        found[width, scheme] = violations(page, axe)
    assert found == dict.fromkeys(product((1280, 360), ("light", "dark")), [])


def test_an_id_stands_once_on_a_page_drawings_included(finished):
    twice = {}
    for path in (finished / "reports").rglob("*.html"):
        text = re.sub(r"<script.*?</script>", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        repeated = [name for name, count in Counter(re.findall(r'\sid="([^"]*)"', text)).items() if count > 1]
        if repeated:
            twice[path.relative_to(finished).as_posix()] = repeated
    assert twice == {}


def violations(page, axe: str) -> list[str]:
    """What axe-core finds wrong with a page as it stands, by rule."""
    page.evaluate(axe)
    found = page.evaluate("rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", RULES)
    assert len(found["passes"]) > 10  # it looked
    return [
        f"{v['id']}: {v['nodes'][0]['html'][:200]} {v['nodes'][0]['failureSummary'][:300]}" for v in found["violations"]
    ]


def test_axe_would_find_a_violation(visit, finished, axe):
    page = visit(finished / "reports" / "index.html", bypass_csp=True)
    page.evaluate(
        "document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=data:,><p style=color:#ddd>pale</p>')"
    )
    assert {found.split(":")[0] for found in violations(page, axe)} >= {"image-alt", "color-contrast"}


def test_it_fits_a_narrow_screen_with_every_fold_open(visit, published):
    page = visit(published, 320)
    page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


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


def test_it_is_used_by_keyboard_alone(visit, published):
    """Whatever can be operated and is shown takes the focus, in the order of the page; folds open and close by keys."""
    page = visit(published)
    orders = page.eval_on_selector_all(
        OPERABLE, "all => all.filter(one => one.checkVisibility() && one.tagName != 'MAIN').map(one => one.tabIndex)"
    )
    assert orders and set(orders) == {0}
    folds = page.locator("summary:visible")
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


def test_every_link_between_pages_leads_to_a_page(visit, published):
    page = visit(published)
    for target in page.eval_on_selector_all("a[href]", "links => links.map(link => link.getAttribute('href'))"):
        file, _, anchor = target.partition("#")
        if file.startswith("http"):
            continue
        other = (published.parent / file).resolve() if file else published
        assert other.is_file(), target
        if anchor:
            assert f'id="{anchor}"' in other.read_text(encoding="utf-8"), target


def test_no_two_pages_have_one_title(finished):
    """Two tabs or bookmarks are told apart."""
    titles = [re.search("<title>(.*?)</title>", (finished / "reports" / page).read_text("utf-8"))[1] for page in PAGES]
    assert sorted(set(titles)) == sorted(titles)


def test_tables_and_figures_can_be_understood_without_sight(visit, published):
    page = visit(published)
    told = page.evaluate("""() => ({
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
