"""Pages that are no notebook's, and the findings taken from an audit's page."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from analysis.errors import InputError
from analysis.pipeline import findings as module
from analysis.reporting.nodes import link, number, paragraph
from analysis.reporting.page import render_page
from analysis.reporting.plain_page import PlainPage, plain_page
from analysis.results import Kind, Result, ResultStore
from analysis.study import load_study

ROOT = Path(__file__).resolve().parents[2]
STORE = ResultStore({"n": Result("n", "N", 1, "people", Kind.PUBLISHED)})


def table(name, **more):
    row = {"type": "row", "label": "A", "anchor": f"{name}-a", "cells": [{"of": [link("#claim-AA-001", ["a claim"])]}]}
    row |= {"href": "#from-5", "entry": 5}
    return {
        "type": "table",
        "id": name,
        "anchor": "table-1",
        "label": "Table 1",
        "caption": [],
        "note": [],
        "row_header": "R",
        "mark": "",
        "columns": [{"name": "c", "label": "C", "words": ""}],
        "groups": [{"name": None, "rows": [row]}],
        **more,
    }


def test_texts_are_escaped_and_only_the_kinds_shown_are_explained():
    blocks = [paragraph([number("n")])]
    found = render_page(
        plain_page(PlainPage("<b>Title</b>", "A & B", blocks, STORE, {"Made": "by <x>"}, up="a&b.html"))
    )
    assert "<h1>&lt;b&gt;Title&lt;/b&gt;</h1>" in found and "A &amp; B" in found and "by &lt;x&gt;" in found
    assert '<a href="a&amp;b.html">All studies and appendices</a>' in found
    assert "taken from the source" in found and "public statistics" not in found and "<script" not in found


def test_a_page_with_a_table_to_filter_admits_its_two_scripts_alone():
    found = render_page(plain_page(PlainPage("T", "L", [table("t", filters="a=A")], STORE)))
    policy = found.partition("script-src")[2].partition(";")[0]
    assert found.count("<script>") == policy.count("'sha256-") == 2


def section(name, words):
    return [{"type": "markdown", "source": f"## {words}", "ids": [name]}, paragraph([words])]


def audited(tmp_path, monkeypatch, blocks):
    """The findings of a study whose audit shows some blocks."""
    study = replace(load_study("coproduction", ROOT), root=tmp_path)
    monkeypatch.setattr(module, "load_study", lambda name, root: study)
    file = tmp_path / "data/processed/coproduction/pages/08_claims_audit.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"blocks": blocks, "results": {}}), encoding="utf-8")
    return module.findings(tmp_path, "s")


@pytest.mark.parametrize("words", ["Summary for the authors", "What the authors should see"])
def test_the_findings_are_those_of_the_audit_with_links_to_it_whatever_its_headings_say(tmp_path, monkeypatch, words):
    blocks = [*section("section-summary-for-the-authors", words), table("findings"), table("other")]
    page = audited(tmp_path, monkeypatch, blocks)
    text = render_page(page)
    assert f"<p>{words}</p>" in text and 'id="finding' in text and 'id="other"' not in text
    assert 'href="08_claims_audit.html#from-5"' in text and 'href="08_claims_audit.html#claim-AA-001"' in text
    assert 'data-entry="' not in text
    study = load_study("coproduction", ROOT).info
    opening = text.partition('<p class="study">')[2].partition("</p>")[0]
    assert study.title in opening and study.setting in opening
    assert text.index("<h2") < text.index(f"<p>{words}</p>") < text.index('id="section-the-findings"')


def test_an_audit_without_findings_keeps_its_sentence(tmp_path, monkeypatch):
    page = audited(tmp_path, monkeypatch, section("section-summary-for-the-authors", "There is no finding."))
    assert page["blocks"][1:] == [paragraph(["There is no finding."])]


def test_an_audit_without_the_section_stops_publication(tmp_path, monkeypatch):
    with pytest.raises(InputError, match="section-summary-for-the-authors"):
        audited(tmp_path, monkeypatch, section("section-other", "Other"))
