"""The list of sources at the end of a page."""

import pytest

from analysis.reporting.chain import NoOrigins, RawTable, Sources
from analysis.reporting.nodes import link, number, paragraph
from analysis.reporting.render import html
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


def led(blocks, store=STORE, origins=None):
    """Blocks with their numbers leading to entries, and these entries, both as HTML."""
    sources = Sources(store, origins or NoOrigins())
    body = html(sources.lead(blocks), store.by_id)
    return body, [html([{"type": "run", "of": entry["of"]}], store.by_id) for entry in sources.entries]


def say(*ids, store=STORE, origins=None, part="value"):
    return led([paragraph([number(each, part) for each in ids])], store, origins)


def table(*rows, name="t"):
    """A table of rows, each a label and the ids of its numbers."""
    shown = [
        {"type": "row", "label": label, "cells": [{"number": number(each)} for each in ids]} for label, *ids in rows
    ]
    columns = [{"name": "n", "label": "N", "words": "", "numeric": True, "css": "number"}] * max(
        len(row) - 1 for row in rows
    )
    return {
        "type": "table",
        "id": name,
        "anchor": "table-1",
        "label": "Table 1",
        "caption": ["C"],
        "row_header": "Row",
        "columns": columns,
        "groups": [{"name": None, "rows": shown}],
        "note": [],
    }


def test_a_number_in_a_sentence_leads_to_its_entry():
    body, entries = say("claim:AA-001", "share")
    assert (
        '<a class="num" data-result="claim:AA-001" data-kind="published" href="#from-1" data-entry="1">10</a>' in body
    )
    assert entries[0] == "AA-001, People: 10: published, A table (source line 7)"
    leads = 'from <a class="to-source" href="#from-1" data-entry="1">AA-001</a> (10)'
    assert entries[1].endswith(leads)


def test_a_row_of_numbers_has_one_entry_and_its_header_leads_there():
    body, (entry, own) = led([table(("Row", "claim:AA-001", "share"))])
    assert '<th scope="row"><a class="to-source" href="#from-1" data-entry="1">Row</a></th>' in body
    assert entry.startswith(f"{own}<br>Share of people: recomputed, claim:AA-001 / 20 * 100, by <code>a.b</code>, from")
    assert body.count("<a ") == 1 and entry.count("<a ") == 1  # in the header, and from the share to the count under it


def test_numbers_that_come_from_the_same_place_share_an_entry():
    _, entries = led([table(*(("Row", count.id) for count in COUNTS))])
    assert entries == ["measured, by <code>a.count</code>"]


def test_links_and_words_stay_as_they_are():
    blocks = [paragraph([link("#x", [number("share")])]), paragraph(["Words."])]
    sources = Sources(STORE)
    assert sources.lead(blocks) == blocks and sources.entries == []


def test_an_unrecorded_number_is_left_to_the_check_of_numbers():
    sources = Sources(STORE)
    assert sources.lead([number("stranger")]) == [number("stranger")] and sources.entries == []


def test_what_labels_and_sources_say_is_escaped():
    hostile = Result("x", "<b>bold</b>", 1, "people", Kind.PUBLISHED, source="<script>", low=0, high=2, interval="i")
    body, entries = say("x", store=ResultStore({"x": hostile}))
    assert "<b>" not in body + entries[0] and "<script>" not in entries[0] and "&lt;script&gt;" in entries[0]


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


def computed(*inputs: str) -> ResultStore:
    return ResultStore({"x": Result("x", "A sum", 4, "people", Kind.RECOMPUTED, inputs=inputs, function="a.sum")})


def test_an_interval_alone_leads_to_the_entry_of_its_result():
    ranged = Result("x", "A range", 4, "people", Kind.BOUNDED, low=2, high=6, interval="bounds", function="a.range")
    body, _ = say("x", store=ResultStore({"x": ranged}), part="interval")
    assert (
        '<a class="interval" data-result="x" data-kind="bounded" data-part="interval" href="#from-1" data-entry="1">2 to 6</a>'
        in body
    )


def test_an_input_that_is_not_shown_has_an_entry_all_the_same():
    store = computed("claim:AA-009")
    _, found = say("x", store=store, origins=Elsewhere())
    assert len(found) == 2 and 'href="#from-2"' in found[0]
    assert found[1] == "AA-009, A number elsewhere: 3: published, Elsewhere (source line 9)"


def test_a_raw_table_tells_what_it_is_and_leads_to_the_claims_it_names():
    store = computed("data/raw/a.csv")
    _, found = say("x", store=store, origins=Elsewhere())
    assert found[0].startswith("recomputed, by <code>a.sum</code>, from <a") and ">a.csv</a>" in found[0]
    assert (
        found[1].startswith('<code>data/raw/a.csv</code>: a table; <a href="https://example.org/table">')
        and 'href="#from-3"' in found[1]
    )
    assert found[2].startswith("AA-009")


@pytest.mark.parametrize("unknown", ["claim:AA-404", "data/raw/none.csv", "<b>"])
def test_an_input_that_nobody_knows_is_named_and_leads_nowhere(unknown):
    store = computed(unknown)
    _, (only,) = say("x", store=store, origins=Elsewhere())
    assert "href" not in only and "<b>" not in only


def test_numbers_that_rest_on_each_other_come_to_an_end():
    pair = [
        Result(name, name, 1, "", Kind.RECOMPUTED, inputs=(other,), function="f")
        for name, other in (("a", "b"), ("b", "a"))
    ]
    _, found = say("a", store=ResultStore({each.id: each for each in pair}))
    assert len(found) == 2 and 'href="#from-2"' in found[0] and 'href="#from-1"' in found[1]


def test_a_figure_names_its_entries_for_print():
    figure = {
        "type": "figure",
        "id": "f",
        "anchor": "figure-1",
        "label": "Figure 1",
        "caption": ["A figure."],
        "told": "",
        "drawing": "<svg></svg>",
        "drawn": [],
        "table": table(("a", "claim:AA-001"), ("b", "share")) | {"id": ""},
    }
    body, _ = led([figure])
    assert 'A figure.</span><span class="entries" data-structural> Its numbers: 1, 2.</span></figcaption>' in body


def test_an_entry_says_which_claims_and_assumptions_it_copies():
    sources = Sources(STORE)
    sources.lead([table(("Row", "claim:AA-001", "share"))])
    assert [entry["copied"] for entry in sources.entries] == [["claim:AA-001"], ["claim:AA-001"]]


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
    _, found = say("x", store=store)
    assert found[0].endswith(">weeks</a> (12)")
    assert found[1] == "weeks, Weeks: 12 (range: 10 to 14): assumed, A book; page 3"


def test_an_assumption_leads_to_its_row_of_the_register_and_to_the_claim_that_prints_it():
    entry = Result(
        "assumption:weeks", "<Weeks>", 12, "weeks", Kind.PUBLISHED, source="A book", inputs=("claim:AA-009",)
    )
    store = ResultStore({"assumption:weeks": entry} | computed("assumption:weeks").by_id)
    _, found = say("x", store=store, origins=Elsewhere())
    assert found[1].startswith(
        '<a href="assumptions.html#&quot;&lt;weeks&gt;">weeks</a>, &lt;Weeks&gt;: 12: published, A book, from <a'
    )
    assert found[1].endswith(">AA-009</a> (3)") and found[2].startswith("AA-009, ")


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
    rows = [(f"Row {cell.value}", cell.id) for cell in cells]
    _, found = led([table(*rows)], ResultStore({each.id: each for each in (part, *cells)}))
    assert (
        len(found) == 2 and found[0].startswith("recomputed, by <code>a.table</code>") and "Entries in use" in found[1]
    )
