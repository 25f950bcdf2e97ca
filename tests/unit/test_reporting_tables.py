"""Tables and figures of an appendix: numbered, captioned, scoped, recorded, escaped."""

import json
import subprocess
import sys
from html.parser import HTMLParser

import pandas as pd
import pytest
from numbers_check import check_numbers

from analysis.errors import InputError
from analysis.reporting import Appendix
from analysis.reporting.appendix import parameters_table
from analysis.reporting.charts import bar_chart
from analysis.results import Column, Kind, Result, ResultStore

PEOPLE = Column("People", "people", Kind.PUBLISHED)
SHARE = Column("Share", "%", decimals=1, kinds="known", low="low", high="high", interval="rounding")
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "<svg/onload=alert(1)>",
    "&lt;b&gt; &#60;i&#62;",
    "\u202etxet\u2066",
    "{{ 7*7 }} {% raw %}",
    "{n}",
    "</table></div></td>",
    "x\x00\x1b[31my",
    "' onmouseover='alert(1)",
]


@pytest.fixture
def page(tmp_path):
    return Appendix("a_study", "07_performance", tmp_path)


@pytest.fixture
def frame():
    columns = {
        "people": [1004, 871, None],
        "share": [53.55, 46.45, None],
        "known": ["recomputed", "published", "bounded"],
        "low": [53.4, 46.4, None],
        "high": [53.7, 46.5, None],
        "sort": ["sex", "sex", "other"],
        "claim": ["CO-1", "CO-2", ""],
    }
    return pd.DataFrame(columns, index=pd.Index(["Women", "Men", "50 years or over"], name="group"))


class Cells(HTMLParser):
    """The tags of a text with their attributes, and its words."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.words = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)

    def named(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


def test_every_header_has_a_scope_and_the_region_is_named_by_the_caption(page, frame):
    cells = Cells(page.table("outputs", frame, {"people": PEOPLE, "share": SHARE}, "People by group").html)
    assert [header["scope"] for header in cells.named("th")] == ["col"] * 3 + ["row"] * 3
    region = next(attributes for attributes in cells.named("div") if attributes.get("role") == "region")
    assert region["tabindex"] == "0" and region["aria-labelledby"] == cells.named("caption")[0]["id"] == "table-1"
    assert cells.named("div")[0]["id"] == "outputs"


def test_a_column_of_one_kind_says_so_once_and_a_mixed_one_beside_each_number(page, frame):
    shown = page.table("outputs", frame, {"people": PEOPLE, "share": SHARE}, "People by group").html
    head, body = shown.split("</thead>")
    assert head.count("people · published") == 1
    assert "recomputed" not in head and "interval: rounding" in head
    assert [body.count(f'<small class="kind">{kind}</small>') for kind in ("recomputed", "published", "bounded")] == [
        1,
        1,
        0,  # the row whose number is bounded has none: what is not there is known in no way
    ]


def test_what_is_missing_is_said_and_recorded(page, frame):
    shown = page.table("outputs", frame, {"people": PEOPLE}, "People by group").html
    assert 'data-result="07_performance.outputs.50_years_or_over.people">not available<' in shown
    assert '<th scope="col" class="number" data-unit="people" data-kind="published"' in shown
    assert page.store["07_performance.outputs.50_years_or_over.people"].value is None


def test_numbers_of_a_table_pass_the_check(page, frame):
    shown = page.table(
        "outputs", frame, {"people": PEOPLE, "share": SHARE, "claim": Column("Claim")}, "C", text={"claim": "label"}
    )
    assert check_numbers(shown.html, page.store) == []
    assert len(page.store) == 6


def test_an_interval_that_is_written_as_one_number_is_left_out(page):
    frame = pd.DataFrame({"n": [63, 64], "low": [62.9, 63.0], "high": [63.1, 65.0]}, index=["narrow", "wide"])
    shown = page.table("t", frame, {"n": Column("N", "%", Kind.RECOMPUTED, low="low", high="high")}, "C").html
    assert "63% to 63%" not in shown and "63% to 65%" in shown


def test_groups_come_together_in_order_of_appearance(page, frame):
    shown = page.table("outputs", frame.iloc[[2, 0, 1]], {"people": PEOPLE}, "C", group_by="sort").html
    words = [word for word in Cells(shown).words if word in ("sex", "other", "Women", "Men", "50 years or over")]
    assert words == ["other", "50 years or over", "sex", "Women", "Men"]
    assert shown.count('<th scope="rowgroup" colspan="2">') == 2


def test_results_in_a_frame_are_shown_as_printed(page):
    value = Result("claim:CO-1", "Value", 14_520_000, "GBP", Kind.PUBLISHED, printed="over £14,520,000")
    frame = pd.DataFrame({"printed": [value]}, index=["Value"])
    shown = page.table("claims", frame, {"printed": Column("Printed")}, "C").html
    assert 'data-result="claim:CO-1">over £14,520,000</span>' in shown
    assert (
        '<th scope="col" class="number" data-unit="GBP" data-kind="published">Printed<small class="kind">published</small></th>'
        in shown
    )


def test_text_is_shown_as_asked(page, frame):
    frame = frame.assign(why="{n} people", formula="claim:CO-1 / 2")
    page.add([Result("n", "All", 1875, "people", Kind.PUBLISHED)])
    columns = {name: Column(name.title()) for name in ("claim", "formula", "why")}
    shown = page.table("t", frame, columns, "C", text={"claim": "label", "formula": "code", "why": "rich"}).html
    assert "<span data-structural>CO-1</span>" in shown and "<code>claim:CO-1 / 2</code>" in shown
    assert shown.count('data-result="n"') == 3 and check_numbers(shown, page.store) == []


def test_a_table_without_rows_says_none(page, frame):
    assert '<td colspan="2">none</td>' in page.table("t", frame.iloc[:0], {"people": PEOPLE}, "C").html


def test_tables_and_figures_are_numbered_apart_and_can_be_referred_to(page, frame):
    page.table("one", frame, {"people": PEOPLE}, "C")
    _figure(page, frame, "two")
    page.table("three", frame, {"people": PEOPLE}, "C")
    assert page.say("{@one} {@two} {@three}").plain == "Table 1 Figure 1 Table 2"
    assert '<a href="#two" data-structural>Figure 1</a>' in page.say("{@two}").html


def test_a_cell_that_runs_again_keeps_its_number(page, frame):
    first = page.table("one", frame, {"people": PEOPLE}, "C")
    page.table("two", frame, {"people": PEOPLE}, "C")
    assert page.table("one", frame, {"people": PEOPLE}, "C").blocks == first.blocks


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            {"columns": {"poeple": PEOPLE}},
            "no column 'poeple' (in 't'); expected a column of the frame; nearest: people",
        ),
        ({"columns": {"people": Column("P", kind=Kind.PUBLISHED, low="lo")}}, "no column 'lo'"),
        ({"columns": {"claim": Column("Claim")}}, "'CO-1' in the text column 'claim'"),
        ({"text": {"people": "bold"}}, "expected a shown column and one of plain, label, code, rich"),
        ({"group_by": "region"}, "no column 'region'"),
        ({"name": "Outputs!"}, "a name of small letters"),
        ({"caption": "All 5 groups"}, "numbers only as results"),
        ({"note": "{nothing}"}, "the id of a recorded result"),
    ],
)
def test_a_table_that_cannot_be_shown_is_one_clear_error(page, frame, change, says):
    call = {"name": "t", "frame": frame, "columns": {"people": PEOPLE}, "caption": "C"} | change
    with pytest.raises(InputError) as error:
        page.table(**call)
    assert says in str(error.value)


def test_rows_that_would_share_an_id_are_refused(page, frame):
    with pytest.raises(InputError, match="more than one row 'women'"):
        page.table("t", frame.set_axis(["Women", "women!", "Men"]), {"people": PEOPLE}, "C")


def test_a_table_cannot_take_the_name_of_a_figure(page, frame):
    _figure(page, frame, "same")
    with pytest.raises(InputError, match="that nothing else has"):
        page.table("same", frame, {"people": PEOPLE}, "C")


@pytest.mark.parametrize("payload", HOSTILE)
def test_hostile_text_is_shown_and_never_markup(page, payload):
    frame = pd.DataFrame(
        {"a": [payload], "b": [payload], "g": [payload], "n": [1]}, index=pd.Index([payload], name=payload)
    )
    columns = {"a": Column(payload), "b": Column("B"), "n": Column("N", payload, Kind.PUBLISHED, interval=payload)}
    shown = page.table("t", frame, columns, "C", group_by="g", text={"a": "label", "b": "code"}).html
    cells = Cells(shown)
    assert {tag for tag, _ in cells.tags} <= {
        "div",
        "table",
        "caption",
        "span",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "small",
        "code",
    }
    assert not [name for _, attributes in cells.tags for name in attributes if name.startswith("on") or name == "src"]
    assert not set(shown) & set("\u202e\u2066\x00\x1b")


def test_an_example_is_marked_on_every_table_and_figure(tmp_path, frame):
    page = Appendix("a_study_example", "07_performance", tmp_path, example=True)
    table, figure = page.table("t", frame, {"people": PEOPLE}, "C").html, _figure(page, frame, "f").html
    assert table.count("synthetic records, not findings") == 1
    assert figure.count("synthetic records, not findings") == 2, "in the caption and in the drawing"


def test_a_figure_has_its_alternative_text_and_its_data(page, frame):
    page.add([Result("n", "All", 1875, "people", Kind.PUBLISHED)])
    shown = _figure(page, frame, "f", alt="Women are the larger part of {n} people.").html
    assert '<desc id="f-desc">Women are the larger part of 1,875 people.</desc>' in shown
    assert 'role="img" aria-labelledby="f-title f-desc"' in shown
    assert (
        '<details class="data"><summary>Data<span' in shown and 'data-result="07_performance.f.women.people"' in shown
    )
    assert check_numbers(shown, page.store) == []


def test_saving_writes_every_number_once(page, frame, tmp_path):
    page.table("outputs", frame, {"people": PEOPLE}, "C")
    said = page.save()
    path = tmp_path / "data/processed/a_study/results/07_performance.json"
    assert json.loads(path.read_text())["study"] == "a_study"
    assert ResultStore.read(path)["07_performance.outputs.women.people"].value == 1004
    assert str(tmp_path) not in said.html + said.plain
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_parameters_are_escaped(page):
    shown = parameters_table({"study": "a_study", "area": "<b>"}).html
    assert "<code>&lt;b&gt;</code>" in shown and check_numbers(parameters_table({"seed": 7}).html, page.store) == []


def test_displays_have_no_memory_address(page, frame):
    shown = page.table("t", frame, {"people": PEOPLE}, "People by group")
    assert repr(shown).startswith("Table 1. People by group\n") and shown._repr_mimebundle_()["text/html"] == shown.html


def test_importing_is_cheap():
    code = "import sys, analysis.reporting as r; r.Appendix; print({'matplotlib', 'nbconvert', 'jinja2', 'scipy'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"


def _figure(page, frame, name, alt="Women are the larger part."):
    fig = bar_chart(frame, ["people"], "People")
    return page.figure(name, fig, "People by group", alt, frame, {"people": PEOPLE})
