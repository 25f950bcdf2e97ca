"""Terms of the pages: each explained where a page uses it first, and on a page of its own."""

from analysis.companions.glossary import explained, glossary, terms
from analysis.reporting.nodes import bullets, number, paragraph, walk
from analysis.reporting.page import render_page
from analysis.reporting.render import html
from analysis.results import Kind, Result


def test_a_term_is_explained_once_where_it_first_stands_in_the_form_written_there():
    page = {
        "up": ["../index.html", "All"],
        "blocks": [
            paragraph(["Of Switching Values one; ", "switching values again, and undeadweighted words."]),
            paragraph(["A switching value, and deadweight."]),
            bullets([["Deadweight once more; "], ["and drop-off."]]),
            {"type": "output", "text": "attribution"},
        ],
    }
    found = [node for node in walk(explained(page)["blocks"]) if node["type"] == "term"]
    assert [(node["text"], node["href"]) for node in found] == [
        ("Switching Values", "../glossary.html#term-switching-value"),
        ("deadweight", "../glossary.html#term-deadweight"),
        ("drop-off", "../glossary.html#term-drop-off"),
    ]
    first = explained(page)["blocks"][0]["of"]
    assert first[0] == "Of " and first[2] == " one; " and first[1]["means"].startswith("The value of one assumption")


def test_the_page_holds_every_term_with_its_meaning_and_no_number():
    page = render_page(glossary())
    assert all(f'id="{term.anchor}"' in page and term.means.replace("'", "&#x27;") in page for term in terms())
    assert not [term for term in terms() if any(sign.isdigit() for sign in term.means)]
    forms = [form.lower() for term in terms() for form in (term.term, *term.also)]
    assert sorted(set(forms)) == sorted(forms)


def test_a_paragraph_says_a_kind_where_it_changes():
    results = {name: Result(name, name, 1, "people", Kind.PUBLISHED) for name in "abc"}
    kinds = ("published", "published", "assumed · of all")
    run = [node for name, words in zip("abc", kinds, strict=True) for node in (number(name, words=words), ", ")]
    said = '<small class="kind">published</small>'
    assert html([paragraph(run)], results).count(said) == 1
    assert html([paragraph(run)], results).count("assumed · of all") == 1
    assert html([paragraph(run), paragraph(run)], results).count(said) == 2  # each paragraph says it anew
    assert html([bullets([run[:2], run[2:]])], results).count(said) == 1  # a list is read as one text
    assert html(run[:4], results).count(said) == 2  # outside paragraphs, as in captions, every number does
