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
