"""What a page weighs, and whether its tables fit: a reader on a slow line gets the page, and one at a desk sees each column."""

import pytest

pytestmark = [pytest.mark.pages, pytest.mark.slow]
MOST_BYTES = 500_000
# Looks at one table after another, as a reader does who scrolls, and tells those whose columns are cut
CUT = """async () => {
    const cut = [];
    for (const scroll of document.querySelectorAll('.scroll:has(> table)')) {
        for (let fold = scroll.closest('details'); fold; fold = fold.parentElement.closest('details')) fold.open = true;
        scroll.scrollIntoView({ behavior: 'instant' });
        for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
        if (scroll.scrollWidth > scroll.clientWidth + 1) cut.push(scroll.innerText.slice(0, 60));
    }
    return cut;
}"""

# Words of some cells, and no numbers, that stand on two lines
BROKEN = """cells => cells.flatMap(cell => {
    const range = document.createRange(), found = [];
    const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        for (const word of walker.currentNode.data.matchAll(/\\p{L}+/gu)) {
            range.setStart(walker.currentNode, word.index);
            range.setEnd(walker.currentNode, word.index + word[0].length);
            if (new Set([...range.getClientRects()].map(box => Math.round(box.top))).size > 1) found.push(word[0]);
        }
    }
    return found;
})"""


def test_no_word_of_a_ledger_is_broken(visit, finished):
    """Its columns have their shares of the width whatever they hold: verdicts are the longest words in them."""
    page = visit(finished / "reports/connecting_opportunities/claims.html", width=1280)
    cells = page.locator(".in-rows thead th, .in-rows td:not(:has(.of-row))")
    assert cells.count() > 1000
    assert set(cells.evaluate_all(BROKEN)) == set()


def test_no_page_is_heavier_than_half_a_megabyte(finished):
    sizes = {
        path.relative_to(finished).as_posix(): path.stat().st_size for path in (finished / "reports").rglob("*.html")
    }
    assert len(sizes) > 30
    assert {name: size for name, size in sizes.items() if size > MOST_BYTES} == {}


@pytest.mark.parametrize("width", [390, 1280])
def test_every_column_of_every_table_is_seen(visit, finished, width):
    cut = {}
    for path in sorted((finished / "reports").rglob("*.html")):
        page = visit(path, width=width)
        if found := page.evaluate(CUT):
            cut[path.relative_to(finished / "reports").as_posix()] = found
        page.close()
    assert cut == {}
