"""Figures as SVG: same bytes, text as text, colours that follow the page, labels that stay labels."""

import math
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest
from matplotlib.figure import Figure

from analysis.reporting import charts
from analysis.reporting.charts_records import curve_chart, fitted_chart
from analysis.reporting.page import style_sheet
from analysis.reporting.style import INK, PAPER, QUIET, SERIES, house_style, wrap
from analysis.reporting.svg import drawing
from analysis.reporting.views.sensitivity_charts import area_chart

LABELS = ["Women", "Men", "Economically inactive people, carers among them"]
FRAME = pd.DataFrame(
    {"a": [120.4, 87.0, None], "b": [110.0, 87.0, 50.0], "low": [5.0, 6, 1], "high": [9.0, float("inf"), 2]}, LABELS
)
CHARTS = {
    "progress": lambda frame: charts.progress_chart(frame, "a", "% of target", decimals=1),
    "bars": lambda frame: charts.bar_chart(frame, ["a", "b"], "People", labels=("Here", "There")),
    "pairs": lambda frame: charts.paired_chart(frame, "a", "b", ("Here", "There"), "% of people"),
    "ranges": lambda frame: charts.interval_chart(
        frame, "low", "high", "Share", band=(6.0, 7.0), band_label="jointly", unit="%"
    ),
}
PRINT_PROGRESS = """
import sys
sys.path.insert(0, sys.argv[1])
from test_reporting_svg import CHARTS, FRAME
from analysis.reporting.svg import drawing
sys.stdout.buffer.write(drawing(CHARTS["progress"](FRAME), "f", "Title", "Description")[0].encode())
"""


def draw(sort, frame=FRAME, key="f"):
    return drawing(CHARTS[sort](frame), key, "Title", "Description")[0]


def texts(svg):
    return ["".join(element.itertext()) for element in ElementTree.fromstring(svg).iter("text")]


@pytest.mark.parametrize("sort", CHARTS)
def test_same_figure_same_bytes(sort):
    assert draw(sort) == draw(sort)


def test_same_bytes_whatever_the_hash_seed_and_the_user_s_settings(tmp_path):
    (tmp_path / "matplotlibrc").write_text("font.size: 30\nsvg.fonttype: path\naxes.grid: False\n")
    for seed in ("1", "2"):
        run = subprocess.run(
            [sys.executable, "-c", PRINT_PROGRESS, str(Path(__file__).parent)],
            capture_output=True,
            check=True,
            env={
                "PYTHONHASHSEED": seed,
                "MATPLOTLIBRC": str(tmp_path),
                "PYTHONPATH": ":".join(sys.path),
                "HOME": str(tmp_path),
            },
        )
        assert run.stdout.decode() == draw("progress")


@pytest.mark.parametrize(("here", "there", "side"), [(10.0, 20.0, "left"), (80.0, 90.0, "right")])
def test_the_dots_of_pairs_are_named_above_the_first_row_and_not_in_a_legend(here, there, side):
    """To the right of dots in the left half (text that starts there), to the left of those in the right half."""
    frame = pd.DataFrame({"a": [here, 0.0], "b": [there, 100.0]}, ["One", "Two"])
    fig = charts.paired_chart(frame, "a", "b", ("Here", "There"), "% of people")
    names = {text.get_text(): text for text in fig.axes[0].texts if text.get_text() in ("Here", "There")}
    assert not fig.legends and {text.get_ha() for text in names.values()} == {side}
    assert {name: text.xy[0] for name, text in names.items()} == {"Here": here, "There": there}
    upper, lower = (
        ("Here", "There") if side == "left" else ("There", "Here")
    )  # no line down goes through the other's words
    assert names[upper].xy[1] < names[lower].xy[1] < fig.axes[0].get_yticks()[0]


def test_the_dots_of_pairs_have_a_legend_where_the_first_row_has_only_one():
    frame = pd.DataFrame({"a": [None, 1.0], "b": [2.0, 3.0]}, ["One", "Two"])
    assert charts.paired_chart(frame, "a", "b", ("Here", "There"), "% of people").legends


def test_the_last_bit_of_a_length_does_not_show():
    """Python 3.12 adds floats more exactly than 3.11: nothing on the page moves, and no id may change."""

    def drawn(width):
        fig = Figure(figsize=(width, 2.0))
        fig.subplots().plot([0, 1], [0, 1], marker="o")
        return drawing(fig, "f", "Title", "Description")[0]

    assert drawn(math.nextafter(5.4, 6)) == drawn(5.4) != drawn(5.5)
    used, known = re.findall(r"(?:url\(|href=\")#([^)\"]+)", drawn(5.4)), re.findall(r'id="([^"]+)"', drawn(5.4))
    assert len(used) > 1 and set(used) <= set(known) and len(known) == len(set(known))


@pytest.mark.parametrize("sort", CHARTS)
def test_text_is_text_and_the_drawing_takes_the_width_it_is_given(sort):
    svg = draw(sort)
    root = ElementTree.fromstring(svg)
    assert {"Women", "Men"} <= set(texts(svg))
    assert root.get("viewBox") and root.get("width") is None and root.get("height") is None
    assert root.get("role") == "img" and root.get("aria-labelledby") == "f-title f-desc"
    assert [element.tag for element in list(root)[:2]] == ["title", "desc"]


@pytest.mark.parametrize("sort", CHARTS)
def test_nothing_names_the_time_the_program_or_a_font(sort):
    assert not re.search(r"matplotlib\.org|Creator|<\?xml|DOCTYPE|\bDate\b|font-family|DejaVu|<style|http", draw(sort))


@pytest.mark.parametrize("sort", CHARTS)
def test_every_colour_follows_the_mode(sort):
    outside_variables = re.sub(r"var\([^()]*\)", "", draw(sort))
    assert not re.findall(r"#[0-9a-f]{6}\b|\bblack\b|\bwhite\b", outside_variables)


def test_two_figures_of_a_page_share_no_id():
    one, two = (set(re.findall(r'\sid="([^"]+)"', draw("bars", key=key))) for key in ("one", "two"))
    assert one and not one & two
    svg = draw("bars", key="one")
    assert set(re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', svg)[0]) - {""} <= one


def test_values_are_written_as_in_tables():
    assert {"120.4%", "87.0%", "not available", "target"} <= set(texts(draw("progress")))


def test_equal_values_are_written_once_and_ranges_without_end_say_so():
    assert texts(draw("pairs")).count("87%") == 1
    assert "6% to no upper limit" in texts(draw("ranges"))


def test_long_numbers_leave_room_between_ticks():
    svg = drawing(charts.bar_chart(FRAME * 10_000, ["a"], "Pounds", unit="GBP"), "f", "T", "D")[0]
    groups = [group for group in ElementTree.fromstring(svg).iter("g") if group.get("id", "").startswith("f-xtick_")]
    ticks = [tick for group in groups for tick in group.iter("text")]
    places = sorted((float(tick.get("x")), len(tick.text)) for tick in ticks)
    assert len(places) > 2
    for (left, letters), (right, more) in zip(places, places[1:], strict=False):
        assert right - left > (letters + more) / 2 * 7.5


@pytest.mark.parametrize(
    "label", ["<script>alert(1)</script>", "$x^2$ & \\frac", "x\x00\x1b", "{{ 7 }}", "التوظيف 就业", ""]
)
def test_hostile_labels_stay_labels(label):
    svg = draw("progress", FRAME.set_axis([label, "Men", "Others"]))
    assert {element.tag for element in ElementTree.fromstring(svg).iter()} <= {
        "svg",
        "title",
        "desc",
        "defs",
        "g",
        "path",
        "use",
        "text",
        "clipPath",
        "rect",
    }
    assert "alert(1)</script>" not in svg and "\x00" not in svg


def test_the_mark_of_a_worked_example_stands_below_the_drawing():
    plain, marked = draw("bars"), drawing(CHARTS["bars"](FRAME), "f", "Title", "Description", mark="synthetic")[0]
    heights = [float(re.search(r'viewBox="0 0 \S+ (\S+)"', svg)[1]) for svg in (plain, marked)]
    line = [element for element in ElementTree.fromstring(marked).iter("text") if element.text == "synthetic"]
    assert heights[0] < float(line[0].get("y")) < heights[1]


def test_house_style_leaves_nothing_behind():
    import matplotlib

    before = dict(matplotlib.rcParams)
    with house_style():
        assert matplotlib.rcParams["font.size"] != before["font.size"]
    assert dict(matplotlib.rcParams) == before


def test_labels_wrap_and_keep_their_words():
    assert wrap("Economically inactive people").split() == ["Economically", "inactive", "people"]
    assert max(map(len, wrap("Economically inactive people of all ages").splitlines())) <= 21


# Contrast, after the definition of relative luminance in WCAG 2.2.
def luminance(colour):
    channels = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, two):
    low, high = sorted((luminance(one), luminance(two)))
    return (high + 0.05) / (low + 0.05)


def palettes():
    light, dark = (
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))
        for block in re.findall(r":root \{(.*?)\}", style_sheet(), re.S)
    )
    return {"light": light, "dark": light | dark}


def test_contrast_is_measured_as_defined():
    assert contrast("#ffffff", "#000000") == pytest.approx(21) and contrast("#777777", "#ffffff") == pytest.approx(
        4.48, abs=0.01
    )


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_colours_can_be_told_from_what_they_stand_on(mode):
    colours = palettes()[mode]
    text = {(name, ground) for name in ("ink", "quiet", "accent") for ground in ("paper", "tint")} | {("ink", "mark")}
    text |= {(name, "tint") for name in colours if name.startswith("code-")}
    drawn = {(name, "paper") for name in colours if name.startswith("series-") or name == "rule-strong"}
    weak = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in text | drawn}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < (4.5 if pair in text else 3)} == {}


def test_figures_outside_a_page_have_the_page_s_light_colours():
    light = palettes()["light"]
    assert (INK, QUIET, PAPER) == (light["ink"], light["quiet"], light["paper"])
    assert SERIES == tuple(light[f"series-{place}"] for place in range(1, 1 + len(SERIES)))


@pytest.mark.parametrize("sort", CHARTS)
def test_a_drawing_says_only_what_can_be_seen(sort):
    svg = draw(sort)
    groups = list(ElementTree.fromstring(svg).iter("g"))
    assert all(group.attrib for group in groups)
    assert not re.search(r"\d\.\d{3}|rotate\(-?0 |>\s+<|style=\"fill: none\"", svg)
    assert any(group.get("id", "").startswith("f-xtick_") for group in groups)


def test_parts_of_a_drawing_that_are_called_alike_have_ids_of_their_own():
    with house_style():
        figure = Figure()
        axes = figure.add_subplot()
        for place in (0.2, 0.5, 0.8):
            axes.annotate("An end", (0.5, place), gid="structural_end")
    svg, _ = drawing(figure, "f", "Title", "Description")
    ids = [element.get("id") for element in ElementTree.fromstring(svg).iter() if element.get("id")]
    assert [name for name in ids if "structural" in name] == [
        "f-structural_end",
        "f-structural_end_2",
        "f-structural_end_3",
    ]
    assert len(set(ids)) == len(ids) and svg.count("data-structural") == 3


def test_what_stands_for_what_is_named_where_it_is_and_not_in_a_legend():
    grid = pd.DataFrame(
        [[1.0 + 0.025 * y] * 60 for y in range(80)], [y / 80 for y in range(80)], [x / 60 for x in range(60)]
    )
    areas = area_chart(grid, "across", "up")
    band = charts.interval_chart(FRAME[:1], "low", "high", "Share", band=(6.0, 7.0), band_label="jointly")
    curve = pd.DataFrame({"gain": [0.1, 0.2], "low": 0.0, "high": 0.3, "question": ["everybody", "those who stayed"]})
    line = pd.DataFrame({"x": [0.0, 1.0], "fit": [1.0, 2.0], "low": [0.0, 1.0], "high": [2.0, 3.0]})
    parts, lines = curve_chart(curve, "question", "gain"), fitted_chart([line, line], ["straight", "bent"], "x", "y")
    told = {
        name: {text.get_text(): text for text in fig.axes[0].texts}
        for name, fig in (("areas", areas), ("band", band), ("parts", parts), ("lines", lines))
    }
    assert not any(fig.legends for fig in (areas, band, parts, lines))
    stripes = ("£1 to £1.50", "£1.50 to £2", "£2 to £2.50", "£2.50 to £3")
    for low, words in enumerate(stripes):  # each in its own quarter, from below
        assert 0.25 * low < told["areas"][words].xy[1] < 0.25 * (low + 1)
    assert told["band"]["jointly"].xy[0] == 6.5
    assert told["parts"]["everybody"].xy[0] < told["parts"]["those who stayed"].xy[0]
    assert {"straight", "bent"} <= set(told["lines"])
