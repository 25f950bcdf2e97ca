"""An executed notebook as a page, and the index of pages."""

import html
import re
from dataclasses import replace

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from analysis.errors import InputError
from analysis.reporting import Appendix
from analysis.reporting.index import IndexEntry, render_index
from analysis.reporting.numbers_check import check_numbers
from analysis.reporting.page import COMMIT_PLACEHOLDER, LINKS_PLACEHOLDER, PageContext, finish_page, render_page
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


def shown(display):
    return new_output("execute_result", {"text/html": display.html, "text/plain": display.plain}, execution_count=3)


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
            new_code_cell("page.say('<b>')", outputs=[shown(sentence)]),
            new_markdown_cell("## The answer\n\n### In part\n\n## The answer"),
        ]
    )


def test_the_notebook_s_title_is_the_page_s_only_one(notebook):
    page = render_page(notebook, CONTEXT)
    assert re.findall(r"<h1>(.*?)</h1>", page) == ["What does a pound return?"]
    assert "<title>Social return – A study</title>" in page and '<html lang="en-GB">' in page


def test_headings_get_anchors_of_their_own_and_the_contents_lead_there(notebook):
    page = render_page(notebook, CONTEXT)
    assert '<h2 id="section-the-answer">' in page and '<h2 id="section-the-answer-2">' in page
    anchors = re.findall(r'<li><a href="#([^"]+)"', page)
    assert anchors == ["section-the-answer", "section-the-answer-2", "page-kinds", "page-colophon"]
    assert all(f'id="{anchor}"' in page for anchor in anchors)


def test_code_is_folded_complete_and_in_order(notebook):
    code = re.findall(r"<details class=\"code\">(.*?)</details>", render_page(notebook, CONTEXT), re.S)
    assert len(code) == 1
    plain = html.unescape(re.sub(r"<[^>]+>", "", code[0]))
    assert "import analysis  # first\n\npage.say('<b>')" in plain


def test_parameters_are_one_table_in_place_of_both_cells(notebook):
    page = render_page(notebook, CONTEXT)
    assert page.count('class="parameters"') == 1 and "<code>a_study</code>" in page
    assert "study = " not in re.sub(r"<[^>]+>", "", page)


def test_parameters_shown_by_the_notebook_are_not_shown_twice(notebook, tmp_path):
    displayed = Appendix("a_study", "05_sroi", tmp_path).params({"seed": 7})
    notebook.cells.append(new_code_cell("page.params(p)", outputs=[shown(displayed)]))
    assert render_page(notebook, CONTEXT).count('class="parameters"') == 1


def test_the_numbers_of_a_whole_page_pass_the_check(notebook):
    store = ResultStore()
    store.add([RATIO])
    page = render_page(notebook, CONTEXT)
    assert check_numbers(page, store) == []
    assert check_numbers(page.replace("£4.67", "£4.76"), store) != []


def test_only_the_kinds_on_the_page_are_explained(notebook):
    page = render_page(notebook, CONTEXT)
    assert KIND_MEANING[Kind.PUBLISHED] in page and KIND_MEANING[Kind.CALIBRATED] not in page


def test_the_commit_is_left_for_publication_and_nothing_else_depends_on_the_run(notebook):
    page = render_page(notebook, CONTEXT)
    assert page.count("@@COMMIT@@") == 1 and page == render_page(notebook, CONTEXT)
    for cell in notebook.cells:
        cell.id, cell.metadata["execution"] = "0" * 8 + cell.id[:4], {"iopub.execute_input": "2020-01-01"}
    assert render_page(notebook, CONTEXT) == page


def test_a_placeholder_in_data_is_no_placeholder(notebook):
    words = f"{COMMIT_PLACEHOLDER} {LINKS_PLACEHOLDER} @@COMMIT@@"
    page = render_page(
        notebook, replace(CONTEXT, source=words, study_title=words, colophon={"Tables": [words, "@@COMMIT@@"]})
    )
    done = finish_page(page, "0123456789ab", [("Other", "other.html", False)])
    assert done.count("0123456789ab") == done.count('href="other.html"') == 1
    assert "<dd><code>0123456789ab</code></dd>" in done
    assert done.count("@@COMMIT@@") == 2 * page.count("&lt;!--@@COMMIT@@--&gt;") + 1  # as they were, escaped


def test_the_notebook_is_left_as_it_was(notebook):
    before = str(notebook)
    render_page(notebook, CONTEXT)
    assert str(notebook) == before


def test_a_page_needs_nothing_from_anywhere(notebook):
    page = render_page(notebook, CONTEXT)
    assert not re.search(r"<script|<iframe|<link(?! rel=\"icon\" href=\"data:,\")|@import|url\(http|\ssrc=", page)
    assert len(page) < 30_000


def test_an_example_says_so(notebook):
    assert "synthetic records, not findings" not in render_page(notebook, CONTEXT)
    marked = PageContext("A study", "Social return", example=True)
    assert "synthetic records, not findings" in render_page(notebook, marked)


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
        render_page(notebook, CONTEXT)
    assert says in str(error.value)


@pytest.mark.parametrize(("source", "says"), [("# Two", "a second title 'Two'"), ("#### Deep", "at level 4")])
def test_headings_out_of_order_make_no_page(notebook, source, says):
    notebook.cells.append(new_markdown_cell(source))
    with pytest.raises(InputError, match=says):
        render_page(notebook, CONTEXT)


def test_the_same_table_twice_makes_no_page(notebook, tmp_path):
    import pandas as pd

    from analysis.results import Column

    table = Appendix("a", "b", tmp_path).table("t", pd.DataFrame({"n": ["x"]}, index=["row"]), {"n": Column("N")}, "C")
    notebook.cells.append(new_code_cell("x", outputs=[shown(table), shown(table)]))
    with pytest.raises(InputError, match="'t' shown twice"):
        render_page(notebook, CONTEXT)


def test_printed_text_is_escaped_and_its_numbers_are_not_exempt(notebook):
    notebook.cells[4].outputs.append(stream("<b> 17", "stdout"))
    page = render_page(notebook, CONTEXT)
    store = ResultStore()
    store.add([RATIO])
    assert "&lt;b&gt; 17" in page and "'<b> 17' in the text" in check_numbers(page, store)[0]


def test_hostile_text_around_the_notebook_is_escaped(notebook):
    hostile = PageContext(PAYLOAD, PAYLOAD, PAYLOAD, {PAYLOAD: PAYLOAD}, {PAYLOAD: {PAYLOAD: PAYLOAD}, "b": [PAYLOAD]})
    page = finish_page(render_page(notebook, hostile), PAYLOAD, [(PAYLOAD, PAYLOAD, False)])
    assert "<script" not in page and "<img" not in page and "\u202e" not in page
    assert page.count("{{ 7*7 }}{% x %}") == page.count("alert(1)&lt;/script&gt;") >= 9


def test_publication_puts_in_the_commit_and_the_links(notebook):
    page = render_page(notebook, CONTEXT)
    assert "<nav aria-label" not in page
    done = finish_page(
        page, "abc123 (clean tree)", [("5 Social return", "05_sroi.html", True), ("8 Audit", "08.html", False)]
    )
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
    page = render_index(entries, {"Versions": {"pandas": "3.1.1"}})
    store = ResultStore()
    store.add([RATIO])
    assert check_numbers(page, store) == [] and render_index(entries, {"Versions": {"pandas": "3.1.1"}}) == page
    assert page.index("A study") < page.index("Worked examples") < page.index("An example")
    assert 'data-result="sroi.ratio"' in page and '<small class="kind">published</small>' in page
    assert all(meaning in page for meaning in KIND_MEANING.values())


def test_a_number_of_the_index_leads_to_where_it_comes_from():
    hostile = Result("a", "A", 1, "people", Kind.PUBLISHED)
    page = render_index(
        [IndexEntry("s", "S", "", (RATIO, hostile), origins={RATIO.id: "s/05.html#from-3", "a": '"><b>'})]
    )
    assert f'<a class="num" data-result="{RATIO.id}" data-kind="published" href="s/05.html#from-3">' in page
    assert 'href="&quot;&gt;&lt;b&gt;">1</a>' in page


def test_hostile_text_in_the_index_is_escaped():
    result = Result("a", PAYLOAD, PAYLOAD, "", Kind.PUBLISHED)
    page = render_index([IndexEntry(PAYLOAD, PAYLOAD, PAYLOAD, (result,), ((PAYLOAD, PAYLOAD, PAYLOAD),))])
    assert "<script" not in page and "<img" not in page and page.count("{{ 7*7 }}") == 9
