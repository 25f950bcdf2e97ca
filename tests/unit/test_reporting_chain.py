"""The list of sources at the end of a page."""

from analysis.reporting.chain import CONTENTS, PLACE, with_sources
from analysis.reporting.markup import interval, number
from analysis.results import Kind, Result, ResultStore

CLAIM = Result("claim:AA-001", "People", 10, "people", Kind.PUBLISHED, source="A table (source line 7)")
SHARE = Result("share", "Share of people", 50.0, "%", Kind.RECOMPUTED, inputs=("claim:AA-001",), function="a.b", source="claim:AA-001 / 20 * 100")
COUNTS = [Result(f"count.{n}", f"Count {n}", n, "people", Kind.MEASURED, function="a.count") for n in range(3)]
STORE = ResultStore({result.id: result for result in (CLAIM, SHARE, *COUNTS)})


def page(body: str) -> str:
    return f"<nav>{CONTENTS}</nav><main>{body}{PLACE}</main>"


def test_a_number_in_a_sentence_leads_to_its_entry():
    found = with_sources(page(f"<p>{number(CLAIM)} and {number(SHARE)}</p>"), STORE)
    assert '<a class="num" data-result="claim:AA-001" data-kind="published" href="#from-1">10</a>' in found
    assert '<li id="from-1">People: published, A table (source line 7)</li>' in found
    assert "from <span data-structural>AA-001</span> (A table (source line 7))</li>" in found
    assert '<a href="#page-sources">' in found and PLACE not in found


def test_a_row_of_numbers_has_one_entry_and_its_header_leads_there():
    row = f'<tr><th scope="row">Row</th><td>{number(CLAIM)}</td><td>{number(SHARE)}</td></tr>'
    found = with_sources(page(f"<table>{row}</table>"), STORE)
    assert '<th scope="row"><a class="to-source" href="#from-1">Row</a></th>' in found
    assert found.count('<li id="from-') == 1 and found.count("<a ") == 2


def test_numbers_that_come_from_the_same_place_share_an_entry():
    rows = "".join(f'<tr><th scope="row">Row</th><td>{number(count)}</td></tr>' for count in COUNTS)
    found = with_sources(page(f"<table>{rows}</table>"), STORE)
    assert found.count('<li id="from-') == 1
    assert "measured, by <code>a.count</code>" in found


def test_drawings_and_links_stay_as_they_are():
    body = f'<svg><text data-result="share">50%</text></svg><p><a href="#x">{number(SHARE)}</a></p>'
    assert with_sources(page(body), STORE) == page(body)


def test_a_page_without_numbers_or_place_stays_as_it_is():
    assert with_sources(page("<p>Words.</p>"), STORE) == page("<p>Words.</p>")
    assert with_sources(f"<p>{number(SHARE)}</p>", STORE) == f"<p>{number(SHARE)}</p>"


def test_an_unrecorded_number_is_left_to_the_check_of_numbers():
    stranger = Result("stranger", "S", 1, "people", Kind.MEASURED)
    assert "href" not in with_sources(page(f"<p>{number(stranger)}</p>"), STORE)


def test_what_labels_and_sources_say_is_escaped():
    hostile = Result("x", "<b>bold</b>", 1, "people", Kind.PUBLISHED, source="<script>", low=0, high=2, interval="i")
    found = with_sources(page(f"<p>{number(hostile)} {interval(hostile)}</p>"), ResultStore({"x": hostile}))
    assert "<b>" not in found and "<script>" not in found and "&lt;script&gt;" in found
