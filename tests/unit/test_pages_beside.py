"""What stands on a page beside a notebook's own is found there: figures, rows, assumptions, claims; and pictures on index and overview."""

import json
import re

import pytest

from analysis.companions.material import Appendix
from analysis.pipeline.claim_uses import Appendix as Using
from analysis.reporting.index import IndexEntry, index_page
from analysis.reporting.nodes import label, link, number, paragraph
from analysis.reporting.page import render_page
from analysis.reporting.places import index_of
from analysis.reporting.plain_page import PlainPage, plain_page
from analysis.reporting.render import html
from analysis.results import Kind, Result, ResultStore

FIGURE = {
    "type": "figure",
    "id": "ends",
    "label": "Figure 2",
    "finding": ["It ends."],
    "caption": ["Ends."],
    "drawing": '<svg id="ends-x"><use href="#ends-x"/></svg>',
    "table": {"type": "table", "id": "", "label": "", "groups": [], "columns": []},
}


def page(title, *blocks, copied=()):
    entries = [{"of": [], "copied": list(copied)}]
    return {"title": title, "blocks": list(blocks), "index": index_of(list(blocks), entries)}


@pytest.fixture
def processed(tmp_path):
    """The data of a notebook whose model stands on a page beside its own."""
    register = {
        "type": "facts",
        "id": "register",
        "boxed": True,
        "entries": [{"id": "entry-rate", "term": [], "said": []}],
    }
    main = page("Whole", copied=["assumption:rate", "claim:AA-001"])
    beside = page(
        "Whole: the model",
        FIGURE,
        register,
        copied=["assumption:rate", "assumption:lost", "claim:AA-001", "claim:AA-002"],
    )
    folder = tmp_path / "data/processed/a"
    (folder / "pages").mkdir(parents=True)
    (folder / "pages/05_sroi.json").write_text(json.dumps(main | {"parts": {"model": beside}}), encoding="utf-8")
    return folder


@pytest.fixture
def appendix(processed):
    return Appendix("05_sroi", "Whole", "", processed)


def test_figures_and_ids_are_found_on_both(appendix):
    assert [*appendix.figures] == ["ends"]
    assert appendix.standing("entry-rate") == "model.html#entry-rate"
    assert appendix.standing("nowhere") == ""


def test_an_assumption_is_named_where_each_page_tells_of_it(appendix):
    assert appendix.naming("rate") == {"Whole": "05_sroi.html#from-1", "Whole: the model": "model.html#entry-rate"}
    assert appendix.naming("lost") == {"Whole: the model": "model.html#from-1"}
    assert appendix.naming("other") == {"Whole": "05_sroi.html"}


def test_a_claim_leads_to_its_first_entry_on_whichever_page(processed):
    using = Using(processed.parents[2], "a", "05_sroi", "Whole")
    assert using.entries == {"AA-001": "a/05_sroi.html#from-1", "AA-002": "a/model.html#from-1"}


def test_a_picture_on_the_index_leads_into_its_study_and_has_ids_of_its_own():
    met = Result("met", "Measures that met their target", 3, "measures", Kind.RECOMPUTED)
    picture = {
        "type": "picture",
        "key": "ends",
        "drawing": FIGURE["drawing"],
        "finding": [number("met") | {"href": "07.html#from-2"}, " of <b>them</b>."],
        "of": [link("07.html#ends", [label("Figure 2")])],
    }
    opening = paragraph(["It met ", number("met") | {"href": "07.html#from-1"}, "."], css="finding")
    studies = [
        IndexEntry(name, name, "", opening=opening, picture=picture, drawn=(met,), setting="A town, 2020")
        for name in ("one", "two")
    ]
    shown = render_page(index_page(studies, date="2026-01-02"))
    ids = re.findall(r'\sid="([^"]+)"', shown)
    assert len(ids) == len(set(ids))
    for study in ("one", "two"):
        assert (
            f'data-result="{study}-met" data-kind="recomputed" href="{study}/07.html#from-2">3</a> of &lt;b&gt;'
            in shown
        )
        assert f'<p class="finding">It met <a class="num" data-result="{study}-met"' in shown
        assert f'href="{study}/07.html#from-1">3</a>.</p>' in shown
        assert f'<a href="{study}/07.html#ends">Figure 2</a>' in re.sub(r" data-structural", "", shown)
        assert f'<svg id="{study}-ends-x">' in shown and f'href="#{study}-ends-x"' in shown
    assert "A town, 2020" in shown and "State of 2026-01-02." in shown


def test_a_term_that_leads_nowhere_is_explained_and_no_link():
    term = {"type": "term", "text": "deadweight", "means": "what would have come anyway"}
    assert html([{"type": "paragraph", "of": [term]}], {}) == (
        '<p><span class="term" tabindex="0" data-says="what would have come anyway">deadweight</span></p>'
    )
    assert '<a class="term" href="glossary.html#term-deadweight" data-says=' in html(
        [{"type": "paragraph", "of": [term | {"href": "glossary.html#term-deadweight"}]}], {}
    )


def test_a_page_is_described_by_its_first_paragraph_or_else_its_first_text():
    text = {"type": "markdown", "source": "## The tool\n\nChange *it*.", "ids": ["section-tool"]}
    for blocks, said in (([text, paragraph(["It is so."])], "It is so."), ([text], "Change it.")):
        shown = render_page(plain_page(PlainPage("T", "", blocks, ResultStore())))
        assert f'<meta name="description" content="{said}">' in shown
