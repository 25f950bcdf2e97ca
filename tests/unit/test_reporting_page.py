"""An executed notebook as a page, and the index of pages."""

import html
import json
import re

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from numbers_check import check_numbers
from rendered import output, page_html

from analysis.errors import InputError
from analysis.reporting import Appendix
from analysis.reporting.index import IndexEntry, index_page
from analysis.reporting.page import PageContext, page_data, render_page
from analysis.results import KIND_MEANING, Kind, Result, ResultStore

RATIO = Result("sroi.ratio", "Value for each pound", 4.67, "GBP per GBP", Kind.PUBLISHED, 2)
CONTEXT = PageContext(
    "A study",
    "Social return",
    "A report, 2016",
    {"study": "a_study", "seed": 7},
    {"Rerun": "make reproduce", "Versions": {"pandas": "3.1.1"}},
)
PAYLOAD = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7*7 }}{% x %}\u202e"


STORE = ResultStore({RATIO.id: RATIO})


def rendered(notebook, context, **more):
    return page_html(notebook, context, STORE, **more)


def index(entries):
    return render_page(index_page(entries))


def stream(text, name):
    return new_output("stream", name=name, text=text)


@pytest.fixture
def sentence(tmp_path):
    page = Appendix("a_study", "05_sroi", tmp_path)
    page.add([RATIO])
    return page.say("It returns {sroi.ratio}.")


@pytest.fixture
def notebook(sentence):
    return new_notebook(
        cells=[
            new_markdown_cell("# What does a pound return?\n\nA question."),
            new_code_cell("study = 'x'", metadata={"tags": ["parameters"]}),
            new_code_cell("study = 'a_study'", metadata={"tags": ["injected-parameters"]}),
            new_code_cell("import analysis  # first"),
            new_code_cell("page.say('<b>')", outputs=[output(sentence)]),
            new_markdown_cell("## The answer", id="the-answer"),
            new_markdown_cell("### In part\n\n## More", id="section-in-part"),
        ]
    )


def test_the_notebook_s_title_is_the_page_s_only_one(notebook):
    page = rendered(notebook, CONTEXT)
    assert re.findall(r"<h1>(.*?)</h1>", page) == ["What does a pound return?"]
    assert "<title>Social return – A study</title>" in page and '<html lang="en-GB">' in page


@pytest.mark.parametrize(
    ("place", "tag"), [(5, "page-../../elsewhere"), (5, "page-<b>"), (5, "page-a/b"), (5, "page-A"), (0, "page-model")]
)
def test_a_page_beside_has_a_name_that_names_no_other_place_and_is_not_the_whole(notebook, place, tag):
    notebook.cells[place].metadata["tags"] = [tag]
    with pytest.raises(InputError, match=f"a heading tagged '{tag}'"):
        page_data(notebook, CONTEXT, STORE)


def test_headings_get_anchors_of_their_own_and_the_contents_lead_there(notebook):
    page = rendered(notebook, CONTEXT)
    assert '<h2 id="section-the-answer">' in page and '<h3 id="section-in-part">' in page
    anchors = re.findall(r'<li><a href="#([^"]+)"', page)
    assert anchors == ["section-the-answer", "section-in-part-2", "page-kinds", "page-sources", "page-colophon"]
    assert all(f'id="{anchor}"' in page for anchor in anchors)


def test_code_is_folded_complete_and_in_order(notebook):
    code = re.findall(r"<details class=\"code\">(.*?)</details>", rendered(notebook, CONTEXT), re.S)
    assert len(code) == 1
    plain = html.unescape(re.sub(r"<[^>]+>", "", code[0]))
    assert "import analysis  # first\n\npage.say('<b>')" in plain


def test_parameters_are_one_table_in_place_of_both_cells(notebook):
    page = rendered(notebook, CONTEXT)
    assert page.count('class="parameters"') == 1 and "<code>a_study</code>" in page
    assert "study = " not in re.sub(r"<[^>]+>", "", page)


def test_the_numbers_of_a_whole_page_pass_the_check(notebook):
    store = ResultStore()
    store.add([RATIO])
    page = rendered(notebook, CONTEXT)
    assert check_numbers(page, store) == []
    assert check_numbers(page.replace("£4.67", "£4.76"), store) != []


def test_only_the_kinds_on_the_page_are_explained(notebook):
    page = rendered(notebook, CONTEXT)
    assert KIND_MEANING[Kind.PUBLISHED] in page and KIND_MEANING[Kind.CALIBRATED] not in page


def test_a_heading_can_be_reworded_and_its_section_keeps_its_place(notebook):
    page = page_data(notebook, CONTEXT, STORE)
    notebook.cells[5].source = "## What came of it"
    assert page_data(notebook, CONTEXT, STORE)["contents"][0] == ("section-the-answer", "What came of it")
    assert page["contents"][0] == ("section-the-answer", "The answer")


def test_nothing_depends_on_the_run(notebook):
    page = rendered(notebook, CONTEXT)
    assert page == rendered(notebook, CONTEXT)
    for cell in notebook.cells:
        cell.metadata["execution"] = {"iopub.execute_input": "2020-01-01"}
    assert rendered(notebook, CONTEXT) == page


def test_data_survive_as_json(notebook):
    page = page_data(notebook, CONTEXT, STORE)
    assert render_page(json.loads(json.dumps(page))) == render_page(page)


def test_the_notebook_is_left_as_it_was(notebook):
    before = str(notebook)
    rendered(notebook, CONTEXT)
    assert str(notebook) == before


def test_a_page_needs_nothing_from_anywhere(notebook):
    page = rendered(notebook, CONTEXT)
    assert not re.search(r"<script[^>]|<iframe|<link(?! rel=\"icon\" href=\"data:,\")|@import|url\(http|\ssrc=", page)
    assert len(page) < 30_000


def test_an_example_says_so(notebook):
    assert "synthetic records, not findings" not in rendered(notebook, CONTEXT)
    marked = PageContext("A study", "Social return", example=True)
    assert "synthetic records, not findings" in rendered(notebook, marked)


@pytest.mark.parametrize(
    ("output", "says"),
    [
        (stream("RuntimeWarning: divide by zero\n", "stderr"), "RuntimeWarning: divide by zero"),
        (new_output("error", ename="KeyError", evalue="'x'", traceback=[]), "KeyError: 'x'"),
        (new_output("display_data", {"application/json": {}}), "an output of application/json alone"),
        (new_output("display_data", {"image/png": "", "text/plain": "<Figure>"}), "use page.figure"),
    ],
)
def test_a_cell_in_trouble_makes_no_page(notebook, output, says):
    notebook.cells[4].outputs.append(output)
    with pytest.raises(InputError, match="notebook of 'Social return', cell 5: found") as error:
        rendered(notebook, CONTEXT)
    assert says in str(error.value)


@pytest.mark.parametrize(("source", "says"), [("# Two", "a second title 'Two'"), ("#### Deep", "at level 4")])
def test_headings_out_of_order_make_no_page(notebook, source, says):
    notebook.cells.append(new_markdown_cell(source))
    with pytest.raises(InputError, match=says):
        rendered(notebook, CONTEXT)


def test_the_same_table_twice_makes_no_page(notebook, tmp_path):
    import pandas as pd

    from analysis.results import Column

    table = Appendix("a", "b", tmp_path).table("t", pd.DataFrame({"n": ["x"]}, index=["row"]), {"n": Column("N")}, "C")
    notebook.cells.append(new_code_cell("x", outputs=[output(table), output(table)]))
    with pytest.raises(InputError, match="'t' shown twice"):
        rendered(notebook, CONTEXT)


def test_printed_text_is_escaped_and_its_numbers_are_not_exempt(notebook):
    notebook.cells[4].outputs.append(stream("<b> and more", "stdout"))
    assert "&lt;b&gt; and more" in rendered(notebook, CONTEXT)
    notebook.cells[4].outputs.append(stream("<b> 17", "stdout"))
    with pytest.raises(InputError, match="'<b> 17' in the text is no recorded result"):
        rendered(notebook, CONTEXT)


@pytest.mark.parametrize("words", ["About 71 people.", "- one\n- 2", "**7** of them", "| a |\n|---|\n| 3 |"])
def test_a_number_typed_into_a_notebook_s_text_makes_no_page(notebook, words):
    notebook.cells.append(new_markdown_cell(f"## More\n\n{words}", id="typed"))
    with pytest.raises(InputError, match="no recorded result"):
        rendered(notebook, CONTEXT)
    notebook.cells[-1].source = "## More\n\n`x = 71`"
    assert "<code>x = 71</code>" in rendered(notebook, CONTEXT)


def test_hostile_text_around_the_notebook_is_escaped(notebook):
    hostile = PageContext(PAYLOAD, PAYLOAD, PAYLOAD, {PAYLOAD: PAYLOAD}, {PAYLOAD: {PAYLOAD: PAYLOAD}, "b": [PAYLOAD]})
    page = rendered(notebook, hostile, commit=PAYLOAD, links=[(PAYLOAD, PAYLOAD, False)])
    assert (
        page.count("<script") == page.count('<script>"use strict";') == 1
        and "<img" not in page
        and "\u202e" not in page
    )
    assert page.count("{{ 7*7 }}{% x %}") == page.count("alert(1)&lt;/script&gt;") >= 9


def test_publication_puts_in_the_commit_and_the_links(notebook):
    page = rendered(notebook, CONTEXT)
    assert "<nav aria-label" not in page
    links = [("5 Social return", "05_sroi.html", True), ("8 Audit", "08.html", False)]
    done = rendered(notebook, CONTEXT, commit="abc123 (clean tree)", links=links)
    assert done.count('aria-current="page"') == 1
    assert '<a href="08.html">' in done
    assert "abc123 (clean tree)" in done and "@@" not in done


def test_the_index_sets_examples_apart_and_shows_numbers_with_their_kind():
    entries = [
        IndexEntry(
            "a_study", "A study, 2012", "A report", (RATIO,), (("5 Social return", "a_study/05.html", "One line"),)
        ),
        IndexEntry("a_study_example", "An example", "", (), (("5 Social return", "x/05.html", ""),), example=True),
    ]
    page = index(entries)
    store = ResultStore({f"a_study-{RATIO.id}": RATIO})
    assert check_numbers(page, store) == [] and index(entries) == page
    assert page.index("A study") < page.index("Worked examples") < page.index("An example")
    assert 'data-result="a_study-sroi.ratio"' in page and '<small class="kind">published</small>' in page
    assert all(meaning in page for meaning in KIND_MEANING.values())


def test_a_number_of_the_index_leads_to_where_it_comes_from():
    hostile = Result("a", "A", 1, "people", Kind.PUBLISHED)
    page = index([IndexEntry("s", "S", "", (RATIO, hostile), origins={RATIO.id: "s/05.html#from-3", "a": '"><b>'})])
    assert f'<a class="num" data-result="s-{RATIO.id}" data-kind="published" href="s/05.html#from-3">' in page
    assert 'href="&quot;&gt;&lt;b&gt;">1</a>' in page


def test_hostile_text_in_the_index_is_escaped():
    result = Result("a", PAYLOAD, PAYLOAD, "", Kind.PUBLISHED)
    page = index([IndexEntry(PAYLOAD, PAYLOAD, PAYLOAD, (result,), ((PAYLOAD, PAYLOAD, PAYLOAD),))])
    assert "<script" not in page and "<img" not in page and page.count("{{ 7*7 }}") == 9
