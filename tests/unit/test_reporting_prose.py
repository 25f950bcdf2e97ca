"""Prose rendered from results: each number annotated, all else escaped, no number typed in."""

import pytest

from analysis.errors import InputError
from analysis.reporting import Appendix
from analysis.results import Kind, Result

RATIO = Result("sroi.ratio", "Ratio", 4.67, "GBP per GBP", Kind.PUBLISHED, 2, 4.665, 4.675, "rounding")
MISSING = Result("men.left", "Men who left", None, "people", Kind.BOUNDED)
HOSTILE = Result("hostile", "Hostile", "<script>x</script> {sroi.ratio} **b** \u202e", "", Kind.PUBLISHED)


@pytest.fixture
def page(tmp_path):
    page = Appendix("a_study", "05_sroi", tmp_path)
    page.add([RATIO, MISSING, HOSTILE])
    return page


def test_a_number_carries_its_id_and_says_how_it_is_known(page):
    assert page.say("It returns {sroi.ratio} a pound.").html == (
        '<p>It returns <span class="num" data-result="sroi.ratio" data-kind="published">£4.67</span>\N{NO-BREAK SPACE}'
        '<small class="kind">published</small> a pound.</p>'
    )


def test_bare_leaves_out_the_kind(page):
    assert page.say("{sroi.ratio|bare}").html == (
        '<p><span class="num" data-result="sroi.ratio" data-kind="published">£4.67</span></p>'
    )


def test_an_interval_is_marked_as_one_and_named(page):
    shown = page.say("{sroi.ratio|interval}").html
    assert '<span class="interval" data-result="sroi.ratio" data-kind="published" data-part="interval">' in shown
    assert "published · rounding</small>" in shown


def test_what_is_missing_is_said(page):
    assert page.say("{men.left}, {men.left|interval|bare}").plain == "not available, not available"


def test_plain_text_is_what_a_reader_would_say(page):
    assert (
        repr(page.say("**Each** pound *returns* {sroi.ratio} in `x` [here](#a)"))
        == "Each pound returns £4.67 in x here"
    )


def test_markup_paragraphs_and_lists(page):
    shown = page.say("**Bold** and *italic* with `a < b` and [a *link*](#there)\n\n- one\n- two").html
    assert shown == (
        "<p><strong>Bold</strong> and <em>italic</em> with <code>a &lt; b</code> and "
        '<a href="#there">a <em>link</em></a></p>\n<ul><li>one</li><li>two</li></ul>'
    )


def test_digits_that_name_things_are_marked(page):
    assert page.say("see {=CP-012, line 40}").html == "<p>see <span data-structural>CP-012, line 40</span></p>"


def test_double_braces_are_braces(page):
    assert page.say("{{sroi.ratio}}").html == "<p>{sroi.ratio}</p>"


def test_what_a_result_holds_is_never_read_as_markup(page):
    shown = page.say("{hostile|bare}").html
    assert "&lt;script&gt;x&lt;/script&gt; {sroi.ratio} **b** \ufffd</span>" in shown
    assert "<script" not in shown and "\u202e" not in shown


def test_the_writer_s_own_text_is_escaped(page):
    assert (
        page.say('<img onerror="x"> & "quotes"').html
        == "<p>&lt;img onerror=&quot;x&quot;&gt; &amp; &quot;quotes&quot;</p>"
    )


def test_results_of_the_notebook_s_tables_may_be_named_without_the_notebook(page):
    page.add([Result("05_sroi.outputs.women.progress", "Women", 96, "%", Kind.RECOMPUTED)])
    assert 'data-result="05_sroi.outputs.women.progress"' in page.say("{outputs.women.progress}").html


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{sroi.rato}", "nearest: sroi.ratio"),
        ("four or 5 of them", "numbers only as results"),
        ("**5** of them", "numbers only as results"),
        ("{sroi.ratio|percent}", "leave out percent"),
        ("{@outputs}", "a table or figure shown above"),
        ("[x](javascript:alert)", "a link to javascript:alert"),
        ("[x](//elsewhere.example)", "a link to //elsewhere.example"),
        ("[x](data:text/html,x)", "a link to data:text/html,x"),
    ],
)
def test_what_cannot_be_shown_is_one_clear_error(page, text, says):
    with pytest.raises(InputError, match="^notebooks/05_sroi.ipynb: found ") as error:
        page.say(text)
    assert says in str(error.value)


def test_an_interval_that_does_not_exist_is_an_error(page):
    page.add([Result("n", "People", 102, "people", Kind.PUBLISHED)])
    with pytest.raises(InputError, match="low and high"):
        page.say("{n|interval}")
