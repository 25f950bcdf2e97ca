"""The list of sources at the end of a page."""

import re

import pytest

from analysis.reporting.chain import CONTENTS, PLACE, RawTable, with_sources
from analysis.reporting.markup import interval, number
from analysis.results import Kind, Result, ResultStore

CLAIM = Result("claim:AA-001", "People", 10, "people", Kind.PUBLISHED, source="A table (source line 7)")
SHARE = Result(
    "share",
    "Share of people",
    50.0,
    "%",
    Kind.RECOMPUTED,
    inputs=("claim:AA-001",),
    function="a.b",
    source="claim:AA-001 / 20 * 100",
)
COUNTS = [Result(f"count.{n}", f"Count {n}", n, "people", Kind.MEASURED, function="a.count") for n in range(3)]
STORE = ResultStore({result.id: result for result in (CLAIM, SHARE, *COUNTS)})


def page(body: str) -> str:
    return f"<nav>{CONTENTS}</nav><main>{body}{PLACE}</main>"


def test_a_number_in_a_sentence_leads_to_its_entry():
    found = with_sources(page(f"<p>{number(CLAIM)} and {number(SHARE)}</p>"), STORE)
    assert (
        '<a class="num" data-result="claim:AA-001" data-kind="published" href="#from-1" data-entry="1">10</a>' in found
    )
    assert '<li id="from-1">AA-001, People: 10: published, A table (source line 7)</li>' in found
    assert 'from <a class="to-source" href="#from-1" data-entry="1">AA-001</a> (A table (source line 7))</li>' in found
    assert '<a href="#page-sources">' in found and PLACE not in found


def test_a_row_of_numbers_has_one_entry_and_its_header_leads_there():
    row = f'<tr><th scope="row">Row</th><td>{number(CLAIM)}</td><td>{number(SHARE)}</td></tr>'
    found = with_sources(page(f"<table>{row}</table>"), STORE)
    assert '<th scope="row"><a class="to-source" href="#from-1" data-entry="1">Row</a></th>' in found
    entry, own = re.findall(r'<li id="from-\d">(.*?)</li>', found)
    assert entry.startswith(f"{own}<br>Share of people: recomputed, claim:AA-001 / 20 * 100, by <code>a.b</code>, from")
    assert found.count("<a ") == 3  # in the contents, in the header, and from the share to the count it rests on


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


class Elsewhere:
    """Claims and raw tables that the page does not show."""

    def find(self, name):
        return (
            Result(name, "A number elsewhere", 3, "people", Kind.PUBLISHED, source="Elsewhere (source line 9)")
            if name == "claim:AA-009"
            else None
        )

    def file(self, path):
        return RawTable("a table", "https://example.org/table", ("claim:AA-009",)) if path == "data/raw/a.csv" else None

    def row(self, name):
        return 'assumptions.html#"<weeks>' if name == "assumption:weeks" else ""


def entries(found: str) -> list[str]:
    return re.findall(r'<li id="from-\d+">(.*?)</li>', found)


def computed(*inputs: str) -> ResultStore:
    return ResultStore({"x": Result("x", "A sum", 4, "people", Kind.RECOMPUTED, inputs=inputs, function="a.sum")})


def test_an_interval_alone_leads_to_the_entry_of_its_result():
    ranged = Result("x", "A range", 4, "people", Kind.BOUNDED, low=2, high=6, interval="bounds", function="a.range")
    found = with_sources(page(f"<p>{interval(ranged)}</p>"), ResultStore({"x": ranged}))
    assert (
        '<a class="interval" data-result="x" data-kind="bounded" data-part="interval" href="#from-1" data-entry="1">2 to 6</a>'
        in found
    )


def test_an_input_that_is_not_shown_has_an_entry_all_the_same():
    store = computed("claim:AA-009")
    found = entries(with_sources(page(f"<p>{number(store['x'])}</p>"), store, Elsewhere()))
    assert len(found) == 2 and 'href="#from-2"' in found[0]
    assert found[1] == "AA-009, A number elsewhere: 3: published, Elsewhere (source line 9)"


def test_a_raw_table_tells_what_it_is_and_leads_to_the_claims_it_names():
    store = computed("data/raw/a.csv")
    found = entries(with_sources(page(f"<p>{number(store['x'])}</p>"), store, Elsewhere()))
    assert found[0].startswith("recomputed, by <code>a.sum</code>, from <a") and ">a.csv</a>" in found[0]
    assert (
        found[1].startswith('<code>data/raw/a.csv</code>: a table; <a href="https://example.org/table">')
        and 'href="#from-3"' in found[1]
    )
    assert found[2].startswith("AA-009")


@pytest.mark.parametrize("unknown", ["claim:AA-404", "data/raw/none.csv", "<b>"])
def test_an_input_that_nobody_knows_is_named_and_leads_nowhere(unknown):
    store = computed(unknown)
    (only,) = entries(with_sources(page(f"<p>{number(store['x'])}</p>"), store, Elsewhere()))
    assert "href" not in only and "<b>" not in only


def test_numbers_that_rest_on_each_other_come_to_an_end():
    pair = [
        Result(name, name, 1, "", Kind.RECOMPUTED, inputs=(other,), function="f")
        for name, other in (("a", "b"), ("b", "a"))
    ]
    found = entries(with_sources(page(f"<p>{number(pair[0])}</p>"), ResultStore({each.id: each for each in pair})))
    assert len(found) == 2 and 'href="#from-2"' in found[0] and 'href="#from-1"' in found[1]


def test_a_header_that_is_a_link_already_gets_a_second_one():
    row = f'<tr><th scope="row"><a href="#claim">AA-001</a></th><td>{number(CLAIM)}</td></tr>'
    found = with_sources(page(f"<table>{row}</table>"), STORE)
    assert '<a href="#claim">AA-001</a> <a class="to-source" href="#from-1" data-entry="1">source</a></th>' in found


def test_numbers_of_a_row_without_a_header_lead_there_themselves():
    found = with_sources(page(f"<table><tr><td>{number(CLAIM)}</td><td>{number(SHARE)}</td></tr></table>"), STORE)
    assert 'href="#from-1" data-entry="1">10</a>' in found and "50%</a>" in found and len(entries(found)) == 2


def test_a_figure_names_its_entries_for_print():
    rows = "".join(
        f'<tr><th scope="row">{row}</th><td>{number(each)}</td></tr>' for row, each in (("a", CLAIM), ("b", SHARE))
    )
    figure = f"<figure><svg></svg><figcaption>A figure.</figcaption><table>{rows}</table></figure>"
    found = with_sources(page(figure), STORE)
    assert 'A figure.<span class="entries" data-structural> Its numbers: 1, 2.</span></figcaption>' in found


def test_an_assumption_is_named_with_its_value_and_leads_to_its_source():
    entry = Result(
        "assumption:weeks",
        "Weeks",
        12,
        "weeks",
        Kind.ASSUMED,
        low=10,
        high=14,
        interval="range",
        source="A book; page 3",
    )
    store = ResultStore({"assumption:weeks": entry} | computed("assumption:weeks").by_id)
    found = entries(with_sources(page(f"<p>{number(store['x'])}</p>"), store))
    assert found[0].endswith(">weeks</a> (12)")
    assert found[1] == "weeks, Weeks: 12 (range: 10 to 14): assumed, A book; page 3"


def test_an_assumption_leads_to_its_row_of_the_register_and_to_the_claim_that_prints_it():
    entry = Result(
        "assumption:weeks", "<Weeks>", 12, "weeks", Kind.PUBLISHED, source="A book", inputs=("claim:AA-009",)
    )
    store = ResultStore({"assumption:weeks": entry} | computed("assumption:weeks").by_id)
    found = entries(with_sources(page(f"<p>{number(store['x'])}</p>"), store, Elsewhere()))
    assert found[1].startswith(
        '<a href="assumptions.html#&quot;&lt;weeks&gt;">weeks</a>, &lt;Weeks&gt;: 12: published, A book, from <a'
    )
    assert found[1].endswith(">AA-009</a> (Elsewhere (source line 9))") and found[2].startswith("AA-009, ")


def test_many_numbers_of_one_function_share_an_entry_though_they_rest_on_a_result():
    """As on a page whose model rests on entries that one result names: its tables would otherwise have an entry for each row."""
    part = Result(
        "the.part", "Entries in use", 1, "entries", Kind.RECOMPUTED, inputs=("assumption:weeks",), function="a.part"
    )
    cells = [
        Result(
            f"cell.{n}",
            f"Cell {n}",
            n,
            "people",
            Kind.RECOMPUTED,
            inputs=("the.part", "data/raw/b.csv"),
            function="a.table",
        )
        for n in range(3)
    ]
    rows = "".join(f'<tr><th scope="row">Row {cell.value}</th><td>{number(cell)}</td></tr>' for cell in cells)
    found = entries(
        with_sources(page(f"<table>{rows}</table>"), ResultStore({each.id: each for each in (part, *cells)}))
    )
    assert (
        len(found) == 2 and found[0].startswith("recomputed, by <code>a.table</code>") and "Entries in use" in found[1]
    )
