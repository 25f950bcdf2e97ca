"""The pages of a study beside its appendices, made from a small study whose numbers and links are known."""

import re
from dataclasses import replace

import html5lib
import pytest
import toy_companions as toys
from value_maps import entry

from analysis.companions import (
    assumptions as assumptions_page,
    dictionary,
    methods as methods_page,
    overview as overview_page,
)
from analysis.companions.assumptions import by_influence, rows_using, users
from analysis.companions.overview import COMMON_QUESTION
from analysis.companions.sheet import TEMPLATES
from analysis.errors import InputError
from analysis.participants.schema import TABLES, table_columns
from analysis.reporting.page import render_page
from analysis.results import Kind, Result
from analysis.study.register import Assumption

WORDING = {
    "question": "What came of it?",
    "answer": "It gave {sroi.ratio}; see {@06_sroi_sensitivity:tornado_pounds}.",
    "figures": [{"result": "sroi.ratio", "says": "Value for each pound"}],
    "missing": [{"what": "The records (records.csv)", "settles": "Everything.", "appendix": "05_sroi"}],
    "change": "The records.",
}
PAYLOADS = [
    "<script>document.title='run'</script>",
    "\"'><img src=x onerror=alert(1)>",
    "{{ 7*7 }}{sroi.ratio}",
    "</td></table>",
    "\u202etxet",
]


def shown(make):
    """A page's maker, with the page as HTML."""
    return lambda material: render_page(make(material), "@@COMMIT@@", [("Overview", "overview.html", False)], TEMPLATES)


overview, assumptions, methods, data_dictionary = map(
    shown, (overview_page.overview, assumptions_page.assumptions, methods_page.methods, dictionary.data_dictionary)
)


def valid(page: str) -> bool:
    parser = html5lib.HTMLParser(strict=False)
    parser.parse(page)
    return [error for _, error, _ in parser.errors] == []


@pytest.mark.parametrize("make", [overview, assumptions, methods, data_dictionary])
def test_every_page_is_valid_and_has_the_frame_of_an_appendix(tmp_path, make):
    page = make(toys.toy(tmp_path, wording=WORDING))
    assert valid(page)
    for part in (
        'class="skip"',
        '<main id="main-content"',
        '<nav aria-label="Pages of this study">',
        "@@COMMIT@@",
        'aria-labelledby="page-contents"',
        "page-colophon",
    ):
        assert part in page


@pytest.mark.parametrize("make", [overview, assumptions, methods, data_dictionary])
def test_a_page_of_a_worked_example_says_so(tmp_path, make):
    page = make(toys.toy(tmp_path, info={"example": True}, wording=WORDING))
    assert "These are synthetic records, not findings." in page
    seen = page.partition('<script type="application/json"')[0]
    assert seen.count("Worked example: synthetic records, not findings") == seen.count("<caption") > 0


def test_the_overview_tells_question_answer_figures_and_what_is_missing(tmp_path):
    page = overview(toys.toy(tmp_path, wording=WORDING))
    assert '<p class="lead">What came of it?</p>' in page
    answer = page.split("The answer</h2>")[1].split("</p>")[0]
    assert 'data-result="sroi.ratio" data-kind="assumed"' in answer and 'href="05_sroi.html#from-1">£4.00</a>' in answer
    row = re.search(r"<tr><th[^>]*>(?:<a[^>]*>)?Value for each pound.*?</tr>", page)[0]
    assert 'href="05_sroi.html#from-1">£3.50 to £4.50</a>' in row and "assumed · a range" in row
    assert '<a href="05_sroi.html#from-1">The value </a>' in row
    assert '<tr id="missing-1"><th scope="row">The records (records.csv)</th><td>Everything.</td>' in page.replace(
        ' class="short"', ""
    )


def test_the_opening_is_the_findings_of_the_summary_point_by_point_and_the_rest_unfolds(tmp_path):
    """At most six points; what does not hold yet, or whose number no appendix shows, is none of them."""
    says = [{"say": f"Point {letter}, {{sroi.ratio|bare}}."} for letter in "abcdefg"]
    others = [{"say": "Later {sroi.ratio}.", "once": "sroi.ratio"}, {"say": "Later of {people}."}]
    summary = {"findings": [*others, *says[:5]], "limits": says[5:]}
    page = overview(toys.toy(tmp_path, wording=WORDING | {"summary": summary}, more=MEASURED))
    first, _, rest = page.split("The answer</h2>")[1].partition("<details>")
    assert [re.sub("<.*?>", "", each) for each in re.findall(r"<(?:p|li)>(Point .*?)</(?:p|li)>", first)] == [
        f"Point {letter}, £4.00." for letter in "abcdef"
    ]
    assert "<p>Point a" in first and "<li>Point b" in first and "Later" not in page
    assert rest.startswith("<summary>The answer at more length</summary><p>It gave ")


def test_the_answer_of_each_appendix_stands_in_an_overview_without_its_own_and_its_links_lead_back(tmp_path):
    assert "Its answer" not in overview(toys.toy(tmp_path / "worded", wording=WORDING))
    page = overview(toys.toy(tmp_path / "bare"))
    shown = page.split('class="pages answers"')[1]
    assert shown.count("<summary>Its answer</summary>") == 2
    assert 'href="05_sroi.html#section-what-would-change-the-answer"' in shown
    assert 'href="05_sroi.html#ratios"' in shown
    assert re.search(r'data-result="sroi.ratio"[^>]*href="05_sroi.html#from-1"', shown)


def test_a_study_without_wording_gets_the_words_common_to_all_and_open_answers(tmp_path):
    page = overview(toys.toy(tmp_path))
    assert COMMON_QUESTION in page
    assert page.count("<details open>") == 2


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"answer": "It gave {sroi.rato}."}, "sroi.rato"),
        ({"answer": "It gave 4 pounds."}, "numbers only as results"),
        (
            {"figures": [{"result": "sroi.ratio", "says": "x", "appendix": "06_sroi_sensitivity"}]},
            "no number sroi.ratio",
        ),
        ({"figures": [{"result": "sroi.ratio", "says": "x", "appendix": "5_sroi"}]}, "5_sroi"),
        ({"missing": [{"what": "x", "settles": "y", "appendix": "nowhere"}]}, "nowhere"),
        ({"questions": "?"}, "questions"),
        ({"figures": [{"result": "sroi.ratio"}]}, "says"),
        ({"answer": "See {@05 sroi:x}."}, "05 sroi:x"),
    ],
)
def test_wording_that_does_not_fit_is_refused_with_the_name_of_its_file(tmp_path, change, told):
    with pytest.raises(InputError) as caught:
        overview(toys.toy(tmp_path, wording=WORDING | change))
    assert told in str(caught.value) and "data/raw/overviews/toy.yaml" in str(caught.value)


BY_EVIDENCE = {
    "answer": [
        "Always {sroi.ratio}.",
        {"until": "people", "say": "Print allows {range}."},
        {"once": "people", "say": "Of {people|:people} **{improved}** improved."},
        {"once": "people", "say": "Of {people} a few, {not.asked}, said so."},
    ],
    "figures": [
        {"until": "people", "result": "range", "says": "The range in print"},
        {"once": "people", "result": "people", "says": "Those counted"},
        {"once": "people", "result": "not.asked", "says": "Those never asked"},
    ],
    "missing": [
        {"until": "people", "what": "The records", "settles": "Everything.", "appendix": "05_sroi"},
        {"what": "The cost", "settles": "The value.", "appendix": "05_sroi"},
    ],
}
PRINTED = [Result("range", "Range", 5, "people", Kind.BOUNDED)]
MEASURED = [
    Result("people", "People", 50, "people", Kind.MEASURED),
    Result("improved", "Improved", 30, "people", Kind.MEASURED),
]


@pytest.mark.parametrize(
    ("results", "told", "not_told"),
    [
        (PRINTED, ("Print allows", "The range in print", "The records"), ("Those counted", "improved", "Left out")),
        (
            MEASURED,
            ("Those counted", "</strong> improved", "Left out", "<li><span data-structural>Those never asked"),
            ("Print allows", "The range in print", "The records", "said so.</p>"),
        ),
        ([replace(PRINTED[0], id="people")], ("The records",), ("Those counted",)),  # known, but not from records
    ],
)
def test_what_is_said_of_print_ends_where_records_are_measured(tmp_path, results, told, not_told):
    """And what the records do not hold is named as left out; one file serves a study with and without records."""
    if results[0].id == "people" and results[0].kind is Kind.BOUNDED:
        results = [*results, *PRINTED]
    page = overview(toys.toy(tmp_path, wording=BY_EVIDENCE, more=results))
    assert [words for words in ("Always", "The cost", *told) if words not in page] == []
    assert [words for words in not_told if words in page] == []


def test_what_is_always_said_must_be_recorded_in_every_state(tmp_path):
    with pytest.raises(InputError, match="not.asked"):
        overview(toys.toy(tmp_path, wording=BY_EVIDENCE | {"answer": ["Of all, {not.asked}."]}, more=PRINTED))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_texts_from_data_are_read_and_never_run(tmp_path, payload):
    hostile = [
        entry("cost", 100, "GBP"),
        entry(
            "reached", 10, "people", 8, 12, label=payload, why_range=payload, alternatives=[payload], decided_by=payload
        ),
    ]
    hostile.append(
        entry(
            "worth",
            20,
            "GBP per person",
            5,
            30,
            source={**toys.ENTRIES[0]["source"], "producer": payload, "address": f"https://x.y/{payload}"},
        )
    )
    material = toys.toy(
        tmp_path,
        hostile,
        label=payload,
        info={"title": payload},
        wording={"figures": [{"result": "sroi.ratio", "says": payload}]},
    )
    for page in (overview(material), assumptions(material), methods(material), data_dictionary(material)):
        assert valid(page)
        document = html5lib.parse(page, namespaceHTMLElements=False)
        assert not [node for node in document.iter("img")] and not [node for node in document.iter("iframe")]
        programs = [node for node in document.iter("script") if node.get("type") != "application/json"]
        assert all("document.title='run'" not in (node.text or "") for node in programs)
        assert "\u202e" not in page and " 49 " not in "".join(document.find("body").itertext())


def test_entries_stand_by_what_they_move_and_the_others_in_the_order_of_the_register(tmp_path):
    """The ratio swings by 6 - 1 and by 4.8 - 3.2; nothing is recorded for the two others."""
    found = by_influence(toys.toy(tmp_path))
    assert [ranked.entry.id for ranked in found] == ["worth", "reached", "cost", "idle"]
    assert [ranked.influence.size for ranked in found] == [
        (5.0, 500.0),
        (pytest.approx(1.6), 160.0),
        (0.0, 0.0),
        (0.0, 0.0),
    ]


def test_an_assumption_says_which_appendices_and_which_rows_rest_on_it(tmp_path):
    material = toys.toy(tmp_path)
    assert {name: [appendix.name for appendix in used] for name, used in users(material).items()} == {
        "worth": ["05_sroi"],
        "cost": ["05_sroi"],
    }
    assert {name: [row.id for row in rows] for name, rows in rows_using(material.study).items()} == {
        "cost": ["cost_row"],
        "reached": ["change"],
        "worth": ["change"],  # worth by way of the term priced
    }


def test_an_assumption_leads_to_its_entry_on_an_appendix_and_that_entry_back(tmp_path):
    """Entry 2 is that of the first input of entry 1; the appendix has no register of its own."""
    material = toys.toy(tmp_path)
    listed = '<li id="from-2"><a href="assumptions.html#assumption-worth">worth</a>, worth: £20'
    assert listed in render_page(material.appendices[0].data)
    row = assumptions(material).split('<tr id="assumption-worth"')[1].split("</tr>")[0]
    assert '<dt>Used in</dt><dd><a href="05_sroi.html#from-2">' in row


def test_the_register_shows_every_field_of_every_entry(tmp_path):
    material = toys.toy(tmp_path)
    page = assumptions(material)
    assert re.findall(r'<tr id="assumption-(\w+)"', page) == ["worth", "reached", "cost", "idle"]
    row = page.split('<tr id="assumption-worth"')[1].split("</tr>")[0]
    for words in (
        "£20",
        "£5 to £30",
        "per person, prices of",
        "2020",
        "A: used as measured",
        "uniform",
        "a test",
        "here",
        "none needed",
        "another one",
        "£1.00 to £6.00",
        "£500",
    ):
        assert words in row, words
    assert 'href="05_sroi.html#from-2"' in row
    assert set(Assumption.model_fields) == {  # a new field has to be shown too
        "id",
        "label",
        "short",
        "value",
        "unit",
        "price_year",
        "kind",
        "claim",
        "low",
        "high",
        "distribution",
        "why_range",
        "source",
        "evidence_grade",
        "decided_by",
        "alternatives",
        "changed_from",
        "result",
    }


def test_entries_that_move_nothing_say_why(tmp_path):
    page = assumptions(toys.toy(tmp_path))
    rows = {name: page.split(f'<tr id="assumption-{name}"')[1].split("</tr>")[0] for name in ("cost", "idle", "worth")}
    assert "the value is fixed" in rows["cost"] and 'data-moves="no"' in rows["cost"]
    assert "no recorded result rests on it" in rows["idle"]
    assert "None recorded" not in rows["worth"] and 'data-moves="yes"' in rows["worth"]


def test_labels_that_look_alike_are_told_apart_by_their_ids(tmp_path):
    entries = [*toys.ENTRIES, entry("idle_2", 1, "ratio", 0, 2, label="Idle")]
    page = assumptions(toys.toy(tmp_path, entries))
    assert "idle (idle)" in page and "Idle (idle_2)" in page


def test_an_address_that_is_no_web_address_is_no_link(tmp_path):
    source = {**toys.ENTRIES[0]["source"], "address": "javascript:alert(1)"}
    page = assumptions(toys.toy(tmp_path, [entry("cost", 100, "GBP", source=source), *toys.ENTRIES[1:]]))
    assert "javascript:alert" in page and 'href="javascript' not in page


def test_only_the_methods_that_results_name_are_shown(tmp_path):
    material = toys.toy(tmp_path)
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "spec").symlink_to(toys.Path(__file__).resolve().parents[1] / "spec")
    page = methods(material)
    assert 'id="method-social-return-on-investment"' in page
    assert 'id="method-krippendorff-s-alpha"' not in page
    assert "analysis.sroi.sensitivity.one_way.one_way" in page  # named by results, without a case of its own


def test_the_dictionary_has_every_column_of_every_participant_file(tmp_path):
    page = data_dictionary(toys.toy(tmp_path))
    missing = [
        f"{table}.{column}"
        for table in TABLES
        for column in table_columns(table)
        if f'id="field-{table}-{column}"' not in page
    ]
    assert missing == []
    for words in (
        'id="field-claims-csv-claim_id"',
        'id="field-results-kind"',
        'id="field-value_map-csv-deadweight"',
        "-99",
        "asked, and the person chose not to answer",
    ):
        assert words in page


def test_every_field_of_a_stored_result_has_a_meaning():
    from dataclasses import fields

    from analysis.results import RESULT_FIELDS, Result

    assert set(RESULT_FIELDS) == {field.name for field in fields(Result)} | {"text"}
