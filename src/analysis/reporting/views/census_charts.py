"""The figures of the census baseline: estimates with two sorts of range, the survey's trend, an area among others.

Numbers are written as the tables write them, since the charts take the results themselves.
"""

from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

import pandas as pd

from analysis.reporting.charts import tick_text
from analysis.reporting.style import INK, PAPER, QUIET, RULE, WIDTH, blank, colour, house_style
from analysis.reporting.views.census_numbers import Ends
from analysis.results import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WORDS, _RANGE = -0.13, 0.13  # from the middle of a row up to its words and down to its range, inches
_PANEL = 0.98  # height of one of the small multiples, inches
_FEW = 30  # areas up to which each is a dot of full strength


def ends_chart(rows: Sequence[Ends], axis_label: str, breaks: Sequence[int] = ()) -> "Figure":
    """A dot for each estimate, a dark bar for its interval, a light bar for the least and most; lines at `breaks`."""
    with house_style():
        fig, axes = blank([row.label for row in rows], rows=2)
        _axis(
            axes, max([_highest(row) for row in rows] + [1.0]), min([_lowest(row) for row in rows] + [0.0]), axis_label
        )
        for row, place in zip(rows, axes.get_yticks(), strict=True):
            _draw_ends(axes, row, place)
        edges = list(accumulate(axes.get_yticks(), lambda edge, middle: 2 * middle - edge, initial=0.0))
        for place in breaks:
            axes.axhline(edges[place], color=RULE, linewidth=1)
        _key(fig, rows)
    return fig


def _draw_ends(axes: "Axes", row: Ends, place: float) -> None:
    y = place + _RANGE
    if row.range is not None:
        axes.plot(row.range, (y, y), color=colour(1), alpha=0.35, linewidth=9, solid_capstyle="butt")
    if row.estimate.low is not None:
        axes.plot((row.estimate.low, row.estimate.high), (y, y), color=colour(0), linewidth=6, solid_capstyle="butt")
    if row.estimate.value is not None:
        axes.plot([row.estimate.value], [y], "o", color=INK, markersize=6, markeredgecolor=PAPER)
    _write(axes, _words(row), float(row.estimate.value or 0), place + _WORDS)


def _words(row: Ends) -> str:
    inside = row.estimate.interval_text
    if not inside and row.least is not None and row.most is not None and row.range is not None:
        inside = f"{row.least.text} to {row.most.text}"
    return f"{row.estimate.text} ({inside})" if inside else row.estimate.text


def _write(axes: "Axes", words: str, x: float, y: float) -> None:
    """Words that start at x, end at x, or have their middle there, so that they stay inside the chart."""
    left, right = axes.get_xlim()
    share = (x - left) / (right - left)
    place, side = (left, "left") if share < 0.38 else (right, "right") if share > 0.62 else (x, "center")
    offset = {"left": 4, "center": 0, "right": 0}[side]
    axes.annotate(words, (place, y), (offset, 0), textcoords="offset points", ha=side, va="center_baseline")


def _highest(row: Ends) -> float:
    values = (row.estimate.value, row.estimate.high, row.most.value if row.most else None)
    return max([float(value) for value in values if isinstance(value, int | float)] + [0.0])


def _lowest(row: Ends) -> float:
    return min(
        [float(value) for value in (row.estimate.value, row.estimate.low) if isinstance(value, int | float)] + [0.0]
    )


def _axis(axes: "Axes", high: float, low: float, label: str) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axes.set_xlim(low * 1.05, high * 1.05)
    axes.xaxis.set_major_locator(MaxNLocator(3 if high >= 100_000 else 4, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: tick_text(value, "")))
    axes.set_xlabel(label, color=QUIET)


def _key(fig: "Figure", rows: Sequence[Ends]) -> None:
    from matplotlib.lines import Line2D

    handles = [Line2D([], [], marker="o", color=INK, linestyle="", label="estimate")]
    if any(row.estimate.low is not None for row in rows):
        handles.append(Line2D([], [], color=colour(0), linewidth=6, label="sampling interval"))
    if any(row.range is not None for row in rows):
        handles.append(Line2D([], [], color=colour(1), alpha=0.35, linewidth=9, label="all the census tables allow"))
    legend = fig.legend(handles=handles, loc="outside upper left", ncols=1, handlelength=1.2)
    legend.set_gid("structural_legend")


def trend_chart(data: pd.DataFrame, axis_label: str) -> "Figure":
    """Yearly survey estimates with their intervals, the line through them, and the census count.

    `data` has the columns year, estimate, low, high, fitted and census (people, NaN where there is none).
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    with house_style():
        fig = Figure(figsize=(WIDTH, 4.1), layout="constrained")
        axes = fig.subplots()
        spread = [data["estimate"] - data["low"], data["high"] - data["estimate"]]
        survey, census = (
            {"color": colour(0), "markersize": 6},
            {"color": colour(1), "markersize": 9, "markeredgecolor": PAPER},
        )
        axes.errorbar(data["year"], data["estimate"], spread, fmt="o", elinewidth=2, label="survey, yearly", **survey)
        axes.plot(data["year"], data["fitted"], "--", color=colour(0), linewidth=1.6, label="survey, trend")
        axes.plot(data["year"], data["census"], "D", linestyle="", label="census count", **census)
        axes.set_ylim(0, None)
        axes.grid(True, axis="y")
        axes.grid(False, axis="x")
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: tick_text(value, "")))
        axes.yaxis.set_major_locator(MaxNLocator(4))
        axes.set_ylabel(axis_label)
        fig.legend(loc="outside upper left", ncols=2, handlelength=1.6, columnspacing=1.2).set_gid("structural_legend")
    return fig


def small_multiples(
    values: pd.DataFrame, code: str, own: Sequence[Result], titles: Sequence[str], label: str, marks: Sequence[float]
) -> "Figure":
    """One strip for each column of `values` (areas x measures, %): a dot for each area, the area `code` marked.

    `own` are the marked area's results, written beside the strip's title; `marks` the middle values, drawn as lines.
    """
    from matplotlib.figure import Figure

    with house_style():
        fig = Figure(figsize=(WIDTH, 0.5 + _PANEL * len(titles)), layout="constrained")
        panels = fig.subplots(len(titles), 1, squeeze=False)[:, 0]
        for place, (axes, measure) in enumerate(zip(panels, values.columns, strict=True)):
            _strip(axes, values[measure], code, marks[place])
            axes.set_title(f"{titles[place]}: {own[place].text}", loc="left", fontsize=12.5, pad=4)
        _strip_key(fig, label, few=len(values) <= _FEW)
    return fig


def _strip_key(fig: "Figure", label: str, few: bool) -> None:
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], marker="D", color=colour(1), markersize=9, markeredgecolor=PAPER, linestyle="", label=label),
        Line2D([], [], marker="o", color=colour(0), alpha=0.7 if few else 0.3, linestyle="", label="other areas"),
        Line2D([], [], marker="|", color=INK, markersize=12, markeredgewidth=1.6, linestyle="", label="middle area"),
    ]
    legend = fig.legend(handles=handles, loc="outside upper left", ncols=2, columnspacing=1.2, handlelength=1)
    legend.set_gid("structural_legend")


def _strip(axes: "Axes", values: pd.Series, code: str, middle: float) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    others = values.drop(code).dropna()
    few = len(others) <= _FEW
    alpha, size = (0.7, 8) if few else (0.22, 6)
    axes.plot(others, [0.0] * len(others), "o", color=colour(0), alpha=alpha, markersize=size, markeredgewidth=0)
    axes.plot([middle], [0], "|", color=INK, markersize=20, markeredgewidth=1.6)
    axes.plot([values[code]], [0], "D", color=colour(1), markersize=10, markeredgecolor=PAPER)
    axes.set_yticks([])
    axes.set_ylim(-1, 1)
    axes.margins(x=0.04)
    axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: tick_text(value, "%")))
