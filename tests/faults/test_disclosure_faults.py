"""Rules that are refused, and pages that give people away: each sort is found, and pages of counts are let through."""

import json

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure.page import json_values, read_page
from analysis.disclosure.reader import Background, Derived, Reader
from analysis.disclosure.rules import Rules, read_rules
from analysis.disclosure.scan import scan_page, secrets_of, stop_on_leaks
from analysis.disclosure.tables import count_people, with_margins
from analysis.errors import InputError


@pytest.mark.parametrize(
    ("params", "column"),
    [
        ({"minimum_cell": 4, "reason": "few people took part"}, "minimum_cell"),
        ({"minimum_cell": 5}, "reason"),
        ({"minimum_cell": 7, "reason": "because"}, "reason"),
        ({"minimum_cell": "10"}, "minimum_cell"),
        ({"minimum_cell": True}, "minimum_cell"),
        ({"minimum_cell": 9.5}, "minimum_cell"),
        ({"rounding_base": 3}, "rounding_base"),
        ({"threshold": 10}, "threshold"),
        ({"minimum_cell": -1}, "minimum_cell"),
    ],
)
def test_rules_that_are_not_allowed_are_refused_with_their_place(params, column):
    with pytest.raises(InputError) as refused:
        read_rules(params)
    assert refused.value.file == "params.yaml" and refused.value.column == f"disclosure.{column}"


def test_rules_that_are_allowed_are_read():
    assert read_rules({}) == Rules()
    assert read_rules({"minimum_cell": 5, "reason": "only 57 people answered", "rounding_base": 5}).width == 2


def test_more_types_of_people_than_can_be_proved_safe_are_refused():
    records = pd.DataFrame({name: [1, 2] for name in "abcd"})
    tables = {
        x + y: with_margins(count_people(records, [x, y], dict.fromkeys("abcd", range(1, 14))))
        for x, y in ("ab", "bc", "cd", "da")
    }
    with pytest.raises(ValueError, match="cross fewer columns"):
        Reader(tables)


def test_what_follows_from_a_column_needs_that_column():
    change = Derived("change", ("pre", "post"), lambda pre, post: post > pre)
    tables = {"t": with_margins(count_people(pd.DataFrame({"change": [True]}), ["change"], {"change": [True, False]}))}
    with pytest.raises(ValueError, match="no table shows 'post'"):
        Reader(tables, Background((change,)))


def test_tables_that_contradict_each_other_are_refused():
    index = pd.MultiIndex.from_product([["x", "y"]], names=["a"])
    reader = Reader({"t": with_margins(pd.Series([20, 37], index=index))})
    wrong = np.array([20.0, 36.0, 57.0])
    with pytest.raises(ValueError, match="fit the published cells"):
        reader.bounds(0, wrong, wrong)


def records(n: int = 57, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        rng.integers(1, 10, (n, 8)), columns=[f"item{i}_pre" for i in range(4)] + [f"item{i}_post" for i in range(4)]
    )
    frame = frame.astype(object)
    frame.iloc[0, 0] = None
    return frame.assign(
        person_id=[f"P{i:03d}" for i in range(n)],
        comment=["I now dare to speak to my children's teacher on my own" if i == 3 else None for i in range(n)],
    )


SECRETS = secrets_of(records(), text_columns=["comment"])
NUMBERS = records().drop(columns=["person_id", "comment"])
ROW = NUMBERS.iloc[5].tolist()
COLUMN = NUMBERS["item1_post"].tolist()


def html_table(frame: pd.DataFrame) -> str:
    return frame.to_html(index=False, border=0)


LEAKS = {
    "id in the text": ("<p>See P017 for more</p>", "the id of a person"),
    "id in an attribute": ('<div data-person="P017"></div>', "the id of a person"),
    "id in a comment": ("<!-- checked P017 -->", "the id of a person"),
    "id in a script": ("<script>const x = ['P017']</script>", "the id of a person"),
    "column of ids": (html_table(pd.DataFrame({"person_id": ["x", "y"]})), "a column of ids"),
    "ids as a key": ('<script type="application/json">[{"person_id": 1}]</script>', "a column of ids"),
    "a record as a row": (html_table(pd.DataFrame([ROW, range(8)])), "a table with a row for each person"),
    "a record with decimal points": (html_table(NUMBERS.iloc[5:6].astype(float)), "a table with a row for each person"),
    "all records": (html_table(NUMBERS), "a table with a row for each person"),
    "all records in another order of columns": (
        html_table(NUMBERS[sorted(NUMBERS)]),
        "a table with a row for each person",
    ),
    "rows of objects": (
        f"<script>var d = {NUMBERS.head(3).to_json(orient='records')};</script>",
        "records in a script or attribute",
    ),
    "object of columns": (f"<script>{NUMBERS.to_json(orient='columns')}</script>", "records in a script or attribute"),
    "split frame": (f"<script>{NUMBERS.head(2).to_json(orient='split')}</script>", "records in a script or attribute"),
    "rows of numbers": (f"<script>[{json.dumps(ROW)}, [1, 2]]</script>", "records in a script or attribute"),
    "records in an attribute": (
        f"<div data-x='{NUMBERS.head(3).to_json(orient='records')}'></div>",
        "records in a script or attribute",
    ),
    "a column of answers in a chart": (f'<script>{{"x": {json.dumps(COLUMN)}}}</script>', "a whole column of answers"),
    "a sorted column of answers": (f"<script>{json.dumps(sorted(COLUMN))}</script>", "a whole column of answers"),
    "a column of answers in a table": (
        html_table(pd.DataFrame({"shuffled": COLUMN[::-1]})),
        "a whole column of answers",
    ),
    "free text": ("<p>“I now dare to speak to my <em>children's</em> teacher on my own.”</p>", "a free-text answer"),
    "a part of free text": ("<li>dare to speak to my children’s</li>".replace("’", "'"), "a free-text answer"),
    "data file": ('<a href="data:text/csv;base64,cGVyc29u">data</a>', "an embedded data file"),
    "workbook": ('<a href="data:application/vnd.ms-excel;base64,cGVyc29u">data</a>', "an embedded data file"),
    "attachment": ('<img src="attachment:photo.png">', "a notebook or one of its attachments"),
    "notebook": (
        '<script type="application/json">{"cells": [], "nbformat": 4}</script>',
        "a notebook or one of its attachments",
    ),
    "widget state": (
        '<script type="application/vnd.jupyter.widget-state+json">{}</script>',
        "a notebook or one of its attachments",
    ),
    "scatter": (
        f'<svg><g id="PathCollection_1">{"<use x=1 />" * 57}</g></svg>',
        "a figure with as many marks as people",
    ),
}


@pytest.mark.parametrize("name", LEAKS)
def test_each_sort_of_leak_is_found(name):
    html, what = LEAKS[name]
    page = f"<html><body><h1>Before and after</h1>{html}</body></html>"
    assert what in [leak.what for leak in scan_page(page, "page.html", [SECRETS])]


@pytest.mark.parametrize("seed", range(5))
def test_pages_of_counts_and_statistics_pass(seed):
    """Shift tables of single points, summaries, histogram data and figures: counts that could look like answers."""
    people = records(seed=seed).drop(columns=["person_id", "comment"])
    shifts = "".join(pd.crosstab(people[f"item{i}_pre"], people[f"item{i}_post"]).to_html() for i in range(4))
    summary = people.apply(pd.to_numeric).describe().round(2).to_html()
    counts = people["item0_post"].value_counts().sort_index()
    script = f'<script type="application/json">{json.dumps({"answer": counts.index.tolist(), "people": counts.tolist()})}</script>'
    style = "<style>@font-face{src:url(data:font/woff2;base64,AA)}</style><img src='data:image/png;base64,AA' alt='P-values'>"
    figure = f"<svg><g>{'<use/>' * 9}</g></svg>"
    page = f"<html><head>{style}</head><body>{shifts}{summary}{script}{figure}<p>57 people, person ids are removed</p></body></html>"
    secrets = secrets_of(records(seed=seed), text_columns=["comment"])
    assert scan_page(page, "page.html", [secrets]) == []


def test_a_mark_for_each_person_may_be_drawn_for_synthetic_records():
    html = LEAKS["scatter"][0]
    assert scan_page(html, "page.html", [SECRETS], synthetic=True) == []


def test_short_numbers_are_no_ids_but_long_ones_are():
    secrets = secrets_of(pd.DataFrame({"person_id": [7, 1234567], "a": [1, 2]}))
    assert scan_page("<p>7 of 57</p>", "x", [secrets]) == []
    assert scan_page("<p>1234567</p>", "x", [secrets])[0].what == "the id of a person"


def test_the_run_stops_on_the_first_page_and_the_message_repeats_no_secret():
    pages = {"a.html": "<p>fine</p>", "b.html": "<p>P017</p>", "c.html": "<p>P018</p>"}
    leaks = [leak for name, page in pages.items() for leak in scan_page(page, name, [SECRETS])]
    with pytest.raises(InputError) as refused:
        stop_on_leaks(leaks)
    assert refused.value.file == "b.html" and "P017" not in str(refused.value)
    stop_on_leaks([])


@pytest.mark.parametrize(
    "html",
    [
        "",
        "<table><tr><td>",
        "</table></g></tr>",
        "<script>[[[",
        "<td>alone</td>",
        "<!-- open",
        "<svg><g><g></g>",
        "[" * 3000,
        "{" * 3000,
        "<table><td>no row</td></table>",
    ],
)
def test_broken_pages_are_read_as_far_as_they_go(html):
    read_page(html)
    assert scan_page(html, "x", [SECRETS]) == []


def test_json_is_found_wherever_it_stands():
    assert list(json_values('var a = {"x": [1, {"y": []}]}; b = [2')) == [
        {"x": [1, {"y": []}]},
        [1, {"y": []}],
        {"y": []},
        [],
    ]
