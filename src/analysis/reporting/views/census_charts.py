"""The figures of the census baseline: estimates with two sorts of range, the survey's trend, an area among others.

Numbers are written as the tables write them, since the charts take the same frames.
"""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.census.standing import TITLES
from analysis.described import of_nothing_nothing
from analysis.reporting.charts import tick_text
from analysis.reporting.style import (
    FRAME_HEIGHT,
    INK,
    LINE_HEIGHT,
    PAPER,
    QUIET,
    RULE,
    WIDTH,
    blank,
    colour,
    house_style,
    name_ends,
    plane,
)
from analysis.results import slug, write

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WORDS, _RANGE = -0.13, 0.13  # from the middle of a row up to its words and down to its range, inches
_TREND = 4.1  # height of the chart of years, inches
_PANEL = 0.98  # height of one of the small multiples, inches
SHORT = {
    "census_level": "Census count",
    "survey_level": "Survey trend, census day",
    "stock_difference": "Stock difference",
    "arrival_cohort": "Arrival cohort",
    "arrival_cohort_independence": "Arrival cohort, no association",
    "survey_decade_change": "Survey trend, ten years' growth",
}
_FEW = 30  # areas up to which each is a dot of full strength


@of_nothing_nothing
def ends_chart(
    frame: pd.DataFrame, axis_label: str, breaks: Sequence[str] = (), names: Mapping[str, str] | None = None
) -> "Figure":
    """A dot for each estimate, a dark bar for its interval, a light bar for the least and most; lines before the rows `breaks`.

    `frame` has the columns estimate, decimals and, where they are known, low, high, least and most; `names` are short labels
    by the rows' ids, and rows without one are left out.
    """
    keys = [slug(label) for label in frame.index]
    rows = [row for key, row in zip(keys, frame.to_dict("records"), strict=True) if names is None or key in names]
    labels = list(frame.index) if names is None else [names[key] for key in keys if key in names]
    shown = [key for key in keys if names is None or key in names]
    numbers = [_number(row, name) for row in rows for name in ("estimate", "low", "high", "most")]
    known = [value for value in numbers if value is not None]
    with house_style():
        key = _key(rows)
        fig, axes = blank(labels, rows=2, more={place: LINE_HEIGHT * len(names) for place, names in key.items()})
        _axis(axes, max([*known, 1.0]), min([*known, 0.0]), axis_label)
        edges = list(accumulate(axes.get_yticks(), lambda edge, middle: 2 * middle - edge, initial=0.0))
        for place, (row, middle) in enumerate(zip(rows, axes.get_yticks(), strict=True)):
            _draw_ends(axes, row, middle - LINE_HEIGHT * len(key.get(place, ())) / 2)
            for below, (words, shade) in enumerate(reversed(key.get(place, []))):
                y = edges[place + 1] - LINE_HEIGHT * (below + 0.5)
                _write(axes, words, _number(row, "estimate") or 0.0, y, shade)
        for name in breaks:
            axes.axhline(edges[shown.index(name)], color=RULE, linewidth=1)
    return fig


def _number(row: Mapping[str, Any], name: str) -> float | None:
    value = row.get(name)
    return None if value is None or value == "" or pd.isna(value) else float(value)


def _ends(row: Mapping[str, Any], low: str, high: str) -> tuple[float, float] | None:
    ends = _number(row, low), _number(row, high)
    return None if None in ends else ends  # type: ignore[return-value]


def _draw_ends(axes: "Axes", row: Mapping[str, Any], place: float) -> None:
    y, estimate = place + _RANGE, _number(row, "estimate")
    if ends := _ends(row, "least", "most"):
        axes.plot(ends, (y, y), color=colour(1), alpha=0.35, linewidth=9, solid_capstyle="butt")
    if ends := _ends(row, "low", "high"):
        axes.plot(ends, (y, y), color=colour(0), linewidth=6, solid_capstyle="butt")
    if estimate is not None:
        axes.plot([estimate], [y], "o", color=INK, markersize=6, markeredgecolor=PAPER)
    _write(axes, _words(row), estimate or 0.0, place + _WORDS)


def _words(row: Mapping[str, Any]) -> str:
    """The estimate as a table writes it, and in brackets its interval, or else the least and the most."""
    text = write(_number(row, "estimate"), "people", int(row["decimals"]))
    own, widest = _ends(row, "low", "high"), _ends(row, "least", "most")
    decimals = int(row["decimals"] if own else row.get("end_decimals", 0))
    ends = [write(end, "people", decimals) for end in own or widest or ()]
    return f"{text} ({' to '.join(ends)})" if ends else text


def _write(axes: "Axes", words: str, x: float, y: float, shade: str = INK) -> None:
    """Words that start at x, end at x, or have their middle there, so that they stay inside the chart."""
    left, right = axes.get_xlim()
    share = (x - left) / (right - left)
    place, side = (left, "left") if share < 0.38 else (right, "right") if share > 0.62 else (x, "center")
    offset = {"left": 4, "center": 0, "right": 0}[side]
    look = {"textcoords": "offset points", "ha": side, "va": "center_baseline", "color": shade}
    axes.annotate(words, (place, y), (offset, 0), gid=None if shade == INK else "structural_key", **look)


def _axis(axes: "Axes", high: float, low: float, label: str) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axes.set_xlim(low * 1.05, high * 1.05)
    axes.xaxis.set_major_locator(MaxNLocator(3 if high >= 100_000 else 4, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: tick_text(value, "")))
    axes.set_xlabel(label, color=QUIET)


def _key(rows: Sequence[Mapping[str, Any]]) -> dict[int, list[tuple[str, str]]]:
    """The name and colour of each sort of bar by the first row that has one, below which it is written in place of a legend.

    A range without an interval of its own is what the tables allow; one beside an interval carries the sampling, too.
    """
    found: dict[int, list[tuple[str, str]]] = {}
    sampled = [_ends(row, "low", "high") is not None for row in rows]
    ranged = [_ends(row, "least", "most") is not None for row in rows]
    sorts = (
        (sampled, "sampling interval", colour(0)),
        ([r and not s for r, s in zip(ranged, sampled, strict=True)], "allowed by the census tables", colour(1)),
        ([r and s for r, s in zip(ranged, sampled, strict=True)], "allowed by tables and sampling", colour(1)),
    )
    for has, words, shade in sorts:
        if True in has:
            found.setdefault(has.index(True), []).append((words, shade))
    return found


@of_nothing_nothing
def trend_chart(data: pd.DataFrame, axis_label: str) -> "Figure":
    """Yearly survey estimates with their intervals, the line through them, and the census count.

    `data` is by year, with the columns estimate, lowest, highest, fitted and census (people, empty where there is none).
    """
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    with house_style():
        fig, axes = plane("", axis_label, _TREND)
        data = data[["estimate", "lowest", "highest", "fitted", "census"]].apply(pd.to_numeric, errors="coerce")
        spread = [data["estimate"] - data["lowest"], data["highest"] - data["estimate"]]
        survey, census = (
            {"color": colour(0), "markersize": 6},
            {"color": colour(1), "markersize": 9, "markeredgecolor": PAPER},
        )
        axes.errorbar(data.index, data["estimate"], spread, fmt="o", elinewidth=2, **survey)
        axes.plot(data.index, data["fitted"], "--", color=colour(0), linewidth=1.6)
        axes.plot(data.index, data["census"], "D", linestyle="", **census)
        axes.set_ylim(0, None)
        axes.grid(False, axis="x")
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: tick_text(value, "")))
        axes.yaxis.set_major_locator(MaxNLocator(4))
        ends = [(data["estimate"], "survey, yearly"), (data["fitted"], "survey, trend")]
        name_ends(
            axes,
            [(each.dropna().iloc[-1], name, colour(0)) for each, name in ends if each.notna().any()],
            _TREND - FRAME_HEIGHT,
        )
        for year, count in data["census"].dropna().items():
            above = {"textcoords": "offset points", "ha": "center", "va": "top", "color": colour(1)}
            axes.annotate("census count", (year, count), (0, -12), gid="structural_mark", **above)
    return fig


def small_multiples(values: pd.DataFrame, places: pd.DataFrame) -> "Figure":
    """One strip for each column of `values` (areas x measures, %): a dot for each area, the first area marked.

    `places` has for each measure the area's own value, written beside the strip's title, and the median, drawn as a line.
    """
    from matplotlib.figure import Figure

    with house_style():
        fig = Figure(figsize=(WIDTH, 0.5 + _PANEL * len(TITLES)), layout="constrained")
        panels = fig.subplots(len(TITLES), 1, squeeze=False)[:, 0]
        for axes, (measure, title), row in zip(panels, TITLES.items(), places.to_dict("records"), strict=True):
            _strip(axes, values[measure], row["median"])
            axes.set_title(f"{title}: {write(row['value'], '%', 1)}", loc="left", fontsize=12.5, pad=4)
        first = next(iter(TITLES))
        _name_marks(panels[0], values[first], float(places["median"].iloc[0]))
    return fig


def _name_marks(axes: "Axes", values: pd.Series, middle: float) -> None:
    """The names of the marks above those of the first strip, in place of a legend: away from each other."""
    own, others = float(values.iloc[0]), values.iloc[1:].dropna()
    left, right = ("right", "left") if own <= middle else ("left", "right")
    named = [(own, left, str(values.index[0]), colour(1)), (middle, right, "median area", INK)]
    if len(others):
        far = max(others, key=lambda value: min(abs(value - own), abs(value - middle)))
        named.append((far, "right" if far > max(own, middle) else "left", "other areas", colour(0)))
    for x, side, words, shade in named:
        above = {"textcoords": "offset points", "ha": side, "va": "bottom", "color": shade, "gid": "structural_key"}
        axes.annotate(words, (x, 0), (0, 8), **above)


def _strip(axes: "Axes", values: pd.Series, middle: float) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    others = values.iloc[1:].dropna()
    few = len(others) <= _FEW
    alpha, size = (0.7, 8) if few else (0.22, 6)
    axes.plot(others, [0.0] * len(others), "o", color=colour(0), alpha=alpha, markersize=size, markeredgewidth=0)
    axes.plot([middle], [0], "|", color=INK, markersize=20, markeredgewidth=1.6)
    axes.plot([values.iloc[0]], [0], "D", color=colour(1), markersize=10, markeredgecolor=PAPER)
    axes.set_yticks([])
    axes.set_ylim(-1, 1)
    axes.margins(x=0.04)
    axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: tick_text(value, "%")))
