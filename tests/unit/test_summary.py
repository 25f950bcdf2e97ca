"""A study on one page in plain words: what is said and what is not, on a toy study, and its files read back by other readers."""

import io
import json
import re
import struct
import zlib
from xml.etree import ElementTree
from zipfile import ZipFile

import pandas as pd
import pytest
import toy_companions as toys

from analysis.bundle.summary import _COMMON, Common, charts_not_drawn, summary_files, summary_page
from analysis.bundle.word import Paragraph, Picture, document
from analysis.errors import InputError
from analysis.files import read_yaml, validate
from analysis.reporting.appendix import Appendix
from analysis.reporting.charts import bar_chart
from analysis.reporting.nodes import plain
from analysis.results import Column, Kind, Result

PEOPLE = Result("people", "People", 57, "people", Kind.MEASURED)
HIDDEN = Result("few", "Few", "hidden", "people", Kind.MEASURED)
RANGE = Result("open", "Open", None, "%", Kind.BOUNDED, low=19, high=100, interval="bounds")
OWN = ["{people|:people} came.", "It was {few}.", "It was {open}.", "It was {open|interval}.", "It was {gone}."]
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def toy(root, *findings, more=(PEOPLE, HIDDEN, RANGE), **summary):
    """The toy study with findings of its own, and a figure on its value page."""
    wording = {"summary": {"findings": [{"say": say} for say in findings], **summary}}
    material = toys.toy(root, wording=wording, more=more)
    page = Appendix("toy", toys.VALUE, root)
    data = pd.DataFrame({"value": [3.0, 1.0]}, index=["women", "men"])
    columns = {"value": Column("Value", "GBP", Kind.ASSUMED)}
    shown = page.figure(
        "bars", bar_chart(data, ["value"], "pounds", unit="GBP"), "Value by group.", "Women more.", data, columns
    )
    content = material.appendices[0].data
    content["blocks"] += shown.blocks
    material.appendices[0].page.write_text(json.dumps(content), encoding="utf-8")
    return material


def said(material, part="findings"):
    return [plain(run, material.store.by_id) for run in summary_page(material, "")[part]]


def test_only_findings_whose_numbers_are_recorded_and_shown_are_said(tmp_path):
    assert said(toy(tmp_path, *OWN)) == ["57 people came.", "It was 19% to 100%."]


def test_what_the_study_leaves_open_the_words_of_all_studies_say(tmp_path):
    headline = Result("sroi.headline", "Ratio", 4.67, "GBP per GBP", Kind.PUBLISHED, 2)
    again = Result("sroi.headline.recomputed", "Again", 4.5, "GBP per GBP", Kind.RECOMPUTED, 2)
    words = said(toy(tmp_path, OWN[0], more=(PEOPLE, headline, again)))
    assert words[0] == "57 people came." and "£4.67" in words[1] and "Worked out again it is £4.50" in words[1]
    assert len(words) == 2, "the second sentence of these numbers would tell them again"


def test_three_findings_are_enough(tmp_path):
    assert len(said(toy(tmp_path, *(f"{OWN[0]} {word}." for word in ("One", "Two", "Three", "Four"))))) == 3


def test_what_two_appendices_say_alike_is_said_once(tmp_path):
    assert (
        said(toy(tmp_path, OWN[0], limits=[{"say": "Nothing of cause."}] * 2), "limits").count("Nothing of cause.") == 1
    )


def test_nothing_is_made_of_a_study_of_which_nothing_can_be_said(tmp_path):
    with pytest.raises(InputError, match=r"toy.yaml, column 'summary.findings': found no finding"):
        summary_files(toy(tmp_path, "It was {few}."), "")


@pytest.mark.parametrize("words", ["5 of {people} came.", "{people} came in 2020."])
def test_no_number_is_typed(tmp_path, words):
    with pytest.raises(InputError, match="numbers only as results"):
        summary_page(toy(tmp_path, words), "")


def test_the_page_names_each_number_by_its_result_and_says_how_it_is_known(tmp_path):
    html = summary_files(toy(tmp_path, *OWN, charts=["05_sroi:bars"]), "")["summary.html"].decode()
    shown = re.findall(r'data-result="(\w+)"[^>]*>([^<]+)</span>[^<]*<small class="kind">([^<]+)<', html)
    assert [(name, text) for name, text, _ in shown] == [("people", "57"), ("open", "19% to 100%")]
    assert html.count("<svg") == 1 and "Value by group." in html and "<script" not in html and "http-equiv" in html
    assert "measured: computed from participant records" in html and "bounded: the range" in html


def test_charts_that_no_page_has_are_named_all_at_once(tmp_path):
    names = ["05_sroi:none", "05_sroi:bars", "bars", "09_other:bars", "05_sroi:ratios"]
    with pytest.raises(InputError) as error:
        summary_files(toy(tmp_path, OWN[0], charts=names), "")
    told = str(error.value)
    assert (
        "toy.yaml, column 'summary.charts'" in told
        and "found 05_sroi:none, bars, 09_other:bars, 05_sroi:ratios," in told
    )
    assert "such as 05_sroi:bars. What to do: correct the name" in told


def test_a_chart_that_a_notebook_draws_for_other_evidence_is_told_of_and_a_table_is_no_chart(tmp_path):
    """As where a study names a chart of bounds and its team then puts in records."""
    material = toy(tmp_path, OWN[0])
    code = [
        'show(view.bars(found), "Bars.", data=found, alt="More.", name="later")',
        'show(found, "A table.", name="numbers")',
    ]
    cells = [
        {"cell_type": kind, "metadata": {}, "source": each}
        for kind, each in [*(("code", each) for each in code), ("markdown", "# It's")]
    ]
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "05_sroi.ipynb").write_text(
        json.dumps({"nbformat": 4, "metadata": {}, "cells": cells}), encoding="utf-8"
    )
    assert charts_not_drawn(["05_sroi:later", "05_sroi:bars"], material, "toy.yaml") == ["05_sroi:later"]
    with pytest.raises(InputError, match="found 05_sroi:numbers,"):
        charts_not_drawn(["05_sroi:later", "05_sroi:numbers"], material, "toy.yaml")


def test_a_worked_example_is_marked(tmp_path):
    material = toys.toy(
        tmp_path, wording={"summary": {"findings": [{"say": OWN[0]}]}}, info={"example": True}, more=[PEOPLE]
    )
    files = summary_files(material, "")
    mark = "Worked example: synthetic records, not findings"
    assert mark in files["summary.html"].decode() and mark in texts(files["summary.docx"])


def test_word_says_the_same_and_same_input_gives_the_same_bytes(tmp_path):
    material = toy(tmp_path, *OWN, limits=[{"say": "*Nothing* of [cause](05_sroi.html)."}])
    files = summary_files(material, "a commit")
    found = texts(files["summary.docx"])
    assert "1. 57 people (measured) came." in found and "• Nothing of cause." in found
    assert "2. It was 19% to 100% (bounded · bounds)." in found and any("a commit" in text for text in found)
    assert files == summary_files(material, "a commit")


def texts(content):
    root = ElementTree.fromstring(ZipFile(io.BytesIO(content)).read("word/document.xml"))
    return ["".join(text.text or "" for text in each.iter(f"{W}t")) for each in root.iter(f"{W}p")]


def png(width=2, height=1):
    """A picture of so many black dots, by the format's own description."""
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"\0" * (width + 1) * height)),
        (b"IEND", b""),
    ]
    whole = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(whole)


def test_pictures_that_follow_one_another_share_a_line_no_wider_than_the_page():
    parts = [
        Paragraph("a"),
        Picture(png(), (900.0, 300.0), 'wide & "told"'),
        Picture(png(), (90.0, 30.0), "small"),
        Paragraph("b"),
    ]
    made = ZipFile(io.BytesIO(document("A title", parts)))
    body = ElementTree.fromstring(made.read("word/document.xml"))
    lines = [
        [name.tag.rpartition("}")[2] for name in each.iter() if name.tag.endswith(("}inline", "}t"))]
        for each in body.iter(f"{W}p")
    ]
    assert lines == [["t"], ["inline", "inline"], ["t"]]
    sizes = [(int(each.get("cx")), int(each.get("cy"))) for each in body.iter() if each.tag.endswith("}extent")]
    assert sizes == [
        (3_060_000, 1_020_000),
        (857_250, 285_750),
    ]  # half of 17 cm; 90 pixels of 96 an inch of 914,400 units
    assert [each.get("descr") for each in body.iter() if each.tag.endswith("}docPr")] == ['wide & "told"', "small"]
    linked = {
        each.get("Id"): each.get("Target") for each in ElementTree.fromstring(made.read("word/_rels/document.xml.rels"))
    }
    embedded = [value for each in body.iter() for name, value in each.attrib.items() if name.endswith("}embed")]
    assert all(made.read(f"word/{linked[name]}") == png() for name in embedded) and len(embedded) == 2


def test_the_words_of_all_studies_are_of_appendices_and_state_no_number():
    common = validate(Common, read_yaml(_COMMON, _COMMON.name), _COMMON.name, None)
    notebooks = {path.stem for path in (toys.Path(__file__).parents[2] / "notebooks").glob("*.ipynb")}
    assert {each.of for part in (common.findings, common.method, common.limits) for each in part} <= notebooks
    shown = "".join(
        path.read_text(encoding="utf-8") for path in (toys.Path(__file__).parents[2] / "notebooks").glob("*.ipynb")
    )
    assert [name for name in common.charts if f'name=\\"{name.partition(":")[2]}\\"' not in shown] == []
