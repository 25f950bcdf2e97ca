"""The buttons by which a reader takes tables and figures from a page: by keyboard, offline, as the bundle writes them."""

import csv
import io
import re
import struct
from base64 import b64encode
from xml.etree import ElementTree

import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from rendered import output

from analysis.bundle.formats import csv_text, latex, markdown
from analysis.reporting import Appendix
from analysis.reporting.charts import bar_chart
from analysis.reporting.page import PageContext, page_data, render_page
from analysis.reporting.sheets import sheets_of
from analysis.results import Column, Kind, ResultStore

pytestmark = pytest.mark.pages
HOSTILE = '=HYPERLINK("x") | 50% of £3 \\ {a}_[b]* $x$ #1 ~ ^ <b> `c` & "q" −4 ≤ ≥, it\'s'
FORMS = {"CSV": csv_text, "LaTeX": latex, "Markdown": markdown}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A page with a table of every sort of cell and a figure, in a worked example; with its sheets."""
    folder = tmp_path_factory.mktemp("take")
    page = Appendix("a_study", "07_sample", folder, example=True)
    frame = pd.DataFrame(
        {
            "share": [27.4, -3.0, None],
            "low": [20.1, -4.0, None],
            "high": [34.0, float("inf"), None],
            "kind": ["measured", "assumed", "assumed"],
            "money": [1875.5, 2.0, 3.0],
            "why": [HOSTILE, "plain", "a reason that takes quite a few words to give in full"],
            "sort": ["first (a)", "first (a)", "@second"],
        },
        index=pd.Index(["-1 of three", "b", HOSTILE], name="row"),
    )
    columns = {
        "share": Column(
            "Share | all", "%", Kind.MEASURED, 1, low="low", high="high", interval="95 % (Wilson)", kinds="kind"
        ),
        "money": Column("Money", "GBP", Kind.ASSUMED, 2),
        "why": Column("Why"),
    }
    long = pd.DataFrame({"n": range(40)}, index=pd.Index([f"row {place}" for place in range(40)], name="row"))
    shown = [
        page.table(
            "many", frame, columns, "Everything", group_by="sort", text={"why": "label"}, note="A note, with commas."
        ),
        page.table("long", long, {"n": Column("Number", "people", Kind.RECOMPUTED)}, "A long one"),
        page.figure(
            "bars",
            bar_chart(frame, ["money"], "axis", unit="GBP", decimals=2),
            "Bars",
            "The first is longest.",
            frame,
            {"money": columns["money"]},
        ),
    ]
    cells = [new_markdown_cell("# A title"), *(new_code_cell("x", outputs=[output(each)]) for each in shown)]
    data = page_data(new_notebook(cells=cells), PageContext("A study", "A page", example=True), page.store)
    path = folder / "07_sample.html"
    path.write_text(render_page(data, "0123456789ab (clean tree)"), encoding="utf-8")
    return path, {
        sheet["id"]: sheet for sheet in sheets_of(data["blocks"], ResultStore.of_records(data["results"]).by_id)
    }


def taken(page, label: str, form: str) -> bytes:
    menu = page.locator("details.take", has=page.get_by_text(f"Download {label}", exact=True))
    if menu.get_attribute("open") is None:
        menu.locator("summary").click()
    with page.expect_download() as download:
        menu.get_by_role("button", name=f"{form} of {label}", exact=True).click()
    return download.value.path().read_bytes()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("label", "name"), [("Table 1", "many"), ("Table 2", "long")])
def test_a_button_gives_what_the_bundle_writes(made, visit, form, label, name):
    path, sheets = made
    assert taken(visit(path), label, form).decode("utf-8") == FORMS[form](sheets[name])


def test_the_figure_s_data_too(made, visit):
    path, sheets = made
    assert taken(visit(path), "Figure 1", "CSV").decode("utf-8") == csv_text(sheets["bars"])


def test_no_formula_and_no_number_as_text_and_the_mark_first(made, visit):
    text = taken(visit(made[0]), "Table 1", "CSV").decode("utf-8-sig")
    mark, _, rest = text.partition("\n")
    assert mark == "# Worked example: synthetic records, not findings"
    rows = list(csv.DictReader(io.StringIO(rest)))
    assert [row["Row"] for row in rows] == ["'-1 of three", "b", f"'{HOSTILE}"]
    assert [row["Group"] for row in rows] == ["first (a)", "first (a)", "'@second"]
    assert [row["Share | all (%)"] for row in rows] == ["27.4", "-3.0", "not available"]
    assert [row["Share | all, low (95 % (Wilson))"] for row in rows] == ["20.1", "-4.0", ""]
    assert [row["Share | all, high (95 % (Wilson))"] for row in rows] == ["34.0", "no upper limit", ""]
    assert [row["Share | all, kind"] for row in rows] == ["measured", "assumed", "assumed"]
    assert [row["Money (GBP, assumed)"] for row in rows] == ["1875.50", "2.00", "3.00"]


def test_the_figure_as_svg_is_a_file_of_its_own(made, visit):
    root = ElementTree.fromstring(taken(visit(made[0], scheme="dark"), "Figure 1", "SVG"))
    text = ElementTree.tostring(root, encoding="unicode")
    assert root.tag == "{http://www.w3.org/2000/svg}svg" and root.get("width").endswith("pt")
    assert "var(" not in text and "The first is longest." in text and "Worked example" in text


def test_the_figure_as_png_has_300_dots_an_inch(made, visit):
    page = visit(made[0], scheme="dark")
    content = taken(page, "Figure 1", "PNG")
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    width, _ = struct.unpack(">II", content[16:24])
    assert width == round(float(page.locator("figure svg").get_attribute("viewBox").split()[2]) / 72 * 300)
    place = content.index(b"pHYs")
    assert struct.unpack(">IIB", content[place + 4 : place + 13]) == (11811, 11811, 1)
    assert page.evaluate(CORNER, "data:image/png;base64," + b64encode(content).decode()) == [255, 255, 255, 255]


CORNER = """async (source) => {
  const image = new Image(); image.src = source; await image.decode();
  const canvas = document.createElement("canvas"); canvas.width = image.width; canvas.height = image.height;
  const pen = canvas.getContext("2d"); pen.drawImage(image, 0, 0);
  return [...pen.getImageData(1, 1, 1, 1).data];
}"""


def test_by_keyboard_with_words_for_a_screen_reader_and_no_request(made, visit):
    page = visit(made[0])
    page.locator("#many + .take summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == "07_sample-many.csv"
    assert page.locator("#many + .take [role=status]").inner_text() == "Saved as 07_sample-many.csv"
    assert [url for url in page.noted if not url.startswith("blob:")] == []


def test_folded_until_asked_for_absent_without_scripts_and_on_paper(made, visit):
    page = visit(made[0])
    assert not page.locator(".take button").first.is_visible()
    page.emulate_media(media="print")
    assert not page.locator(".take").first.is_visible()
    assert visit(made[0], java_script_enabled=False).locator(".take").count() == 0


def test_the_policy_admits_the_scripts_of_downloads_and_sources_alone(made):
    text = made[0].read_text(encoding="utf-8")
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)[1]
    assert policy.count("'sha256-") == 2 and "default-src 'none'" in policy and "connect" not in policy
    assert text.count("<script") == 3 and text.count('<script type="application/json"') == 1
