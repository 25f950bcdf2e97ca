"""What a reader meets on every published page: no id, no odd sentence, nothing said of a number that is a range."""

import html
import re
from pathlib import Path

import pytest

pytestmark = [pytest.mark.pages, pytest.mark.slow]
UNREAD = re.compile(r"<(script|style|code|pre|title|svg)\b.*?</\1>", re.DOTALL)
BREAKS = re.compile(
    r"</?(p|li|td|th|dd|dt|figcaption|caption|h1|h2|h3|option|summary|div|details|span class=\"line\")\b[^>]*>"
)

QUOTING = {"claims.html", "methods.html", "replication.html"}  # with remarks, cases and notes as their files have them

# What should not be read, and why: each is a kind of fault that was found on a page once.
ODD = {
    r" ,": "a blank before a comma",
    r"[a-z] (If|When|Where|However|Its|These|Those) [a-z]": "a sentence without its full stop",
    r"(?<![/._])\benglish\b(?! classes|[._])": "a language without its capital",
    r"\d %": "a blank before a per cent sign, which no number has",
    r"not available (recomputed|measured|bounded|calibrated)": "how a number is known that is not there",
    r"'\"'\"'[a-z]+'\"'\"':": "a command that quotes its quotation marks",
    r"\bGBP (per|a)\b": "a code where the sign of the currency is read",
    r"bounds over all readings points": "a unit that does not follow its number",
    r"one of , ": "a value without a word",
    r"(?<!\d )\b1 (people|claims|figures|rows)\b": "one of something in the plural",
}


def read_aloud(page: str) -> str:
    """The words of a page as they are read, with a bar between blocks."""
    text = re.sub(r"<[^>]*>", "", BREAKS.sub(" | ", UNREAD.sub("…", page)))
    return re.sub(r"\s+", " ", html.unescape(text))


def pages(finished: Path) -> dict[str, str]:
    """The words of each published page, by its path below reports/."""
    reports = finished / "reports"
    return {
        path.relative_to(reports).as_posix(): read_aloud(path.read_text(encoding="utf-8"))
        for path in sorted(reports.rglob("*.html"))
    }


@pytest.fixture(scope="module")
def words(finished) -> dict[str, str]:
    """The words of each published page."""
    return pages(finished)


@pytest.mark.parametrize(("pattern", "why"), ODD.items())
def test_nothing_odd_is_read(words, pattern, why):
    found = {
        path: [text[max(0, match.start() - 60) : match.end() + 20] for match in re.finditer(pattern, text)][:3]
        for path, text in words.items()
        if path.rpartition("/")[2] not in QUOTING and re.search(pattern, text)
    }
    assert found == {}, why


def test_no_text_of_a_figure_is_turned(finished):
    """Nobody reads with the head turned."""
    turned = {}
    for path in sorted((finished / "reports").rglob("*.html")):
        angles = re.findall(r"<text[^>]*rotate\((-?[\d.]+)", path.read_text(encoding="utf-8"))
        if set(map(float, angles)) - {0.0}:
            turned[path.name] = angles
    assert turned == {}


def test_a_cell_with_a_range_does_not_say_that_it_has_none(finished):
    cell = re.compile(r'<td class="number">(?:(?!</td>).)*>not available</(?:a|span)> <(?:a|span) class="interval"')
    assert [
        path.name for path in (finished / "reports").rglob("*.html") if cell.search(path.read_text(encoding="utf-8"))
    ] == []


def test_the_charts_of_ratios_have_a_line_at_the_printed_one(finished):
    """The paper prints 4.67, the report "up to 6.67": named beside the line, on each chart whose axis is pounds for each pound."""
    for study in ("coproduction", "connecting_opportunities"):
        text = (finished / f"reports/{study}/06_sroi_sensitivity.html").read_text(encoding="utf-8")
        for figure in ("tornado", "chance", "universes"):
            drawing = re.search(rf'<figure id="{figure}".*?</svg>', text, re.DOTALL)
            assert drawing and re.search(r"<text[^>]*>published</text>", drawing[0]), (study, figure)


def test_a_note_on_a_doubted_claim_is_told_in_full_once_on_a_page(finished):
    text = (finished / "reports/connecting_opportunities/05_sroi.html").read_text(encoding="utf-8")
    notes = re.findall(r'<p class="note">(?:Cannot be|In question).*?</p>', text)
    assert len(notes) > 2
    told = [name for note in notes for name in re.findall(r">(CO-\d+)</a> \(", note)]
    assert len(told) == len(set(told)) and told


# What a page may hold before anything is left to another page; ledgers and the form of replication list everything there is.
MOST_WORDS, MOST_OF_LISTS, MOST_IN_ALL = 23_000, 24_000, 285_000
LISTS = {"ledger.html", "claims.html", "replication.html"}


def test_pages_do_not_grow_wordier(finished):
    """Everything in the body but programs, folded or not. Before: 297,058 words, 27,829 on the longest page."""
    found = {}
    for path in (finished / "reports").rglob("*.html"):
        body = path.read_text(encoding="utf-8").partition("<body>")[2]
        text = re.sub(r"<(script|style|title)\b.*?</\1>", " ", body, flags=re.DOTALL)
        found[path.relative_to(finished / "reports").as_posix()] = len(re.sub(r"<[^>]*>", " ", text).split())
    limit = {name: MOST_OF_LISTS if name.rpartition("/")[2] in LISTS else MOST_WORDS for name in found}
    assert {name: words for name, words in found.items() if words > limit[name]} == {}
    assert sum(found.values()) < MOST_IN_ALL
