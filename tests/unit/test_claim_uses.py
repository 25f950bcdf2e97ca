"""Where a claim is used, in raw tables and appendices, as the audits' ledgers say when pages are published."""

import json
from pathlib import Path

import pytest

from analysis.pipeline.claim_uses import Appendix, named_in, tables_naming, used_in, with_uses
from analysis.reporting.nodes import facts, paragraph
from analysis.reporting.places import index_of
from analysis.reporting.render import html
from analysis.results import Kind, Result, ResultStore
from analysis.study import Study, StudyInfo

SHOWN = Result("claim:AA-001", "People", 10, "people", Kind.PUBLISHED, source="A table (source line 7)")
SHARE = Result(
    "share", "Share", 50.0, "%", Kind.RECOMPUTED, inputs=("claim:AA-002", "claim:AA-003.recomputed"), function="f"
)
COUNT = Result(
    "count",
    "Count",
    3,
    "rows",
    Kind.RECOMPUTED,
    inputs=("data/raw/a_study/small.yaml", "data/raw/a_study/claims.csv"),
    function="g",
)
COPIED = [
    ["claim:AA-001"],
    [],
    ["claim:AA-001", "claim:AA-002"],
    ["claim:AA-004"],
]  # by the entries of its list of sources
PAGE = {"index": index_of([], [{"of": [], "copied": copied} for copied in COPIED])}


def shown(blocks):
    """Terms and descriptions as HTML."""
    return html([facts(blocks, boxed=False)], {}).removeprefix("<dl>").removesuffix("</dl>")


@pytest.fixture
def appendix(tmp_path: Path) -> Appendix:
    """An appendix that shows AA-001, computes with AA-002, and reads a table that names AA-004 and, to no effect, AA-005."""
    raw, processed = tmp_path / "data/raw/a_study", tmp_path / "data/processed/a_study"
    raw.mkdir(parents=True)
    (raw / "small.yaml").write_text("count: AA-004\nother: AA-005\nfirst: AA-001\n", encoding="utf-8")
    (raw / "claims.csv").write_text("AA-006", encoding="utf-8")
    (processed / "pages").mkdir(parents=True)
    (processed / "pages/05_sroi.json").write_text(json.dumps(PAGE), encoding="utf-8")
    ResultStore({result.id: result for result in (SHOWN, SHARE, COUNT)}).write(processed / "results/05_sroi.json")
    return Appendix(tmp_path, "a_study", "05_sroi", "Social <Return>")


def test_it_uses_what_it_shows_computes_with_or_reads_by_name(appendix):
    assert appendix.claims == {"AA-001": "", "AA-002": "", "AA-004": "data/raw/a_study/small.yaml"}


def test_it_uses_the_claims_that_print_the_assumptions_it_computes_with(appendix):
    raw, processed = (appendix.root / "data" / name / "a_study" for name in ("raw", "processed"))
    (raw / "assumptions.yaml").write_text(
        "- {id: rate, claim: AA-004}\n- {id: other, claim: AA-005}\n", encoding="utf-8"
    )
    value = Result("value", "Value", 3, "GBP", Kind.ASSUMED, inputs=("assumption:rate",), function="h")
    ResultStore({"value": value}).write(processed / "results/05_sroi.json")
    assert appendix.claims == {
        "AA-004": "data/raw/a_study/assumptions.yaml"
    }  # no entry of the page's list names the other


def test_a_claim_is_linked_to_its_first_entry(appendix):
    assert (
        shown(used_in("AA-001", [appendix], "b_study"))
        == '<dt>Used in</dt><dd><a href="../a_study/05_sroi.html#from-1">Social &lt;Return&gt;</a></dd>'
    )
    assert "#from-3" in shown(used_in("AA-002", [appendix], "b_study"))
    assert 'href="05_sroi.html#from-1"' in shown(used_in("AA-001", [appendix], "a_study"))


def test_a_use_through_a_table_names_the_table(appendix):
    assert shown(used_in("AA-004", [appendix], "b_study")).endswith("</a> (through <code>small.yaml</code>)</dd>")


def test_a_claim_that_nothing_uses_says_nothing(appendix):
    assert used_in("AA-006", [appendix], "b_study") == []


@pytest.fixture
def study(appendix: Appendix) -> Study:
    """The study of the appendix, which no test asks for more than its folder."""
    source = {"producer": "A team", "title": "A report", "published": None, "address": None, "licence": "none"}
    told = {"id": "a_study", "title": "A study", "programme": "", "place": "", "claim_prefix": "AA", "source": source}
    return Study(appendix.root, StudyInfo(**told, period={"start": "2019", "end": "2020"}))


def test_raw_tables_that_name_a_claim_are_told_but_for_those_of_the_audit(study):
    (study.raw / "more.csv").write_text("id,claim\n1,AA-001\n", encoding="utf-8")
    (study.raw / "audit.yaml").write_text("checks: [AA-001]", encoding="utf-8")
    assert tables_naming(study) == {
        "AA-004": ["small.yaml"],
        "AA-005": ["small.yaml"],
        "AA-001": ["more.csv", "small.yaml"],
    }


def test_names_of_tables_are_text_and_no_markup():
    assert (
        shown(named_in(["a<b.csv", "c.csv"])) == "<dt>Named in</dt><dd><code>a&lt;b.csv</code>, <code>c.csv</code></dd>"
    )
    assert named_in([]) == []


def row(claim_id):
    return {"type": "row", "anchor": f"claim-{claim_id}", "more": {"summary": "", "of": [facts([], boxed=False)]}}


def test_every_row_of_a_ledger_is_filled_and_other_blocks_stay_as_they_are(appendix, study):
    words = [paragraph(["Words."]), {"type": "row", "anchor": "finding-a", "cells": []}]
    found = with_uses([*words, {"rows": [row("AA-001"), row("AA-006")]}], tables_naming(study), [appendix], "a_study")
    first, second = (each["more"]["of"][0]["entries"] for each in found[2]["rows"])
    assert [entry["term"] for entry in first] == [["Named in"], ["Used in"]] and second == []
    assert found[:2] == words
