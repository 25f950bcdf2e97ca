"""Charts of what participants answered and did: bands, slopes, shift tables and fitted lines; never a mark for a person."""

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.reporting.charts import interval_chart
from analysis.reporting.prose import named
from analysis.reporting.style import (
    FRAME_HEIGHT,
    HEIGHT,
    INK,
    LINE_HEIGHT,
    PAPER,
    QUIET,
    RULE,
    WIDTH,
    colour,
    house_style,
    name_ends,
    plane,
    wrap,
    y_title,
)
from analysis.results import write

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MARGIN = "all"  # the row and the column of sums
_ACROSS = 34  # letters that fit along the columns of a shift table together
_PARTS = 40  # letters that fit along a chart
_APART = 0.08  # share of the axis between two written numbers
_CELL = 0.62  # height of a row of a shift table, inches
_LIGHT, _DARK = 0.08, 0.45  # opacity of the emptiest and the fullest cell: ink stays readable on both


def _plane(x_label: str, y_label: str) -> tuple["Figure", "Axes"]:
    """An empty chart with two number axes and few ticks."""
    fig, axes = plane(x_label, y_label)
    axes.locator_params(nbins=6)
    return fig, axes


def band_chart(
    frame: pd.DataFrame, low: str, high: str, x_label: str, y_label: str, line: str = "", steps: bool = True
) -> "Figure":
    """A band between two columns over the index, and a line within it if named; in steps where the index counts."""
    with house_style():
        fig, axes = _plane(x_label, y_label)
        x = frame.index.to_numpy(dtype=float)
        step = "post" if steps else None
        axes.fill_between(
            x, frame[low].astype(float), frame[high].astype(float), step=step, color=colour(0), alpha=0.3, linewidth=0
        )
        for edge in (low, high) if not line else ():
            axes.plot(x, frame[edge], drawstyle="steps-post" if steps else "default", color=colour(0), linewidth=1.6)
        if line:
            axes.plot(x, frame[line], color=colour(0), linewidth=2.2)
        if steps:
            axes.set_ylim(0, None)
        axes.set_xlim(x.min(), x.max())
    return fig


def step_chart(frame: pd.DataFrame, value: str, x_label: str, y_label: str) -> "Figure":
    """A falling curve through the index's thresholds: how many reach each."""
    with house_style():
        fig, axes = _plane(x_label, y_label)
        x, y = frame.index.to_numpy(dtype=float), frame[value].to_numpy(dtype=float)
        axes.plot(x, y, color=colour(0), linewidth=2.2, marker="o", markersize=6)
        written = -np.inf  # numbers too near the last one would lie upon it; the table below the figure has them all
        for place, height in zip(x, y, strict=True):
            if place - written < _APART * x.max():
                continue
            written = place
            axes.annotate(write(height, "people", 0), (place, height), (0, 7), textcoords="offset points", ha="left")
        axes.set_ylim(0, y.max() * 1.15)
        axes.set_xlim(min(0.0, x.min()), x.max() * 1.08)
    return fig


def slope_chart(
    frame: pd.DataFrame,
    before: str,
    after: str,
    low: str,
    high: str,
    labels: tuple[str, str],
    y_label: str,
    decimals: int = 1,
) -> "Figure":
    """One line for each index label from its mean before to its mean after, with bars for the intervals.

    `low` and `high` are the endings of the columns with each mean's interval: `before_low`, `after_high`, and so on.
    """
    with house_style():
        fig, axes = _plane("", y_label)
        for number, (label, row) in enumerate(frame.iterrows()):
            shade, shift = colour(number % 4), 0.03 * (number - (len(frame) - 1) / 2)
            x = (shift, 1 + shift)
            axes.plot(x, (row[before], row[after]), color=shade, linewidth=2.2, marker="o", markersize=6)
            for place, when in zip(x, (before, after), strict=True):
                axes.plot((place, place), (row[f"{when}_{low}"], row[f"{when}_{high}"]), color=shade, linewidth=1.4)
            axes.annotate(
                write(row[before], "", decimals),
                (x[0], row[before]),
                (-8, 0),
                textcoords="offset points",
                ha="right",
                va="center",
            )
            axes.annotate(
                f"{write(row[after], '', decimals)} {label}",
                (x[1], row[after]),
                (8, 0),
                textcoords="offset points",
                ha="left",
                va="center",
            )
        axes.set_xticks((0, 1), labels)
        axes.set_xlim(-0.35, 1.9)
        axes.grid(False)
    return fig


def heat_map(cells: pd.DataFrame, x_label: str, y_label: str) -> "Figure":
    """A table of counts with darker cells for more people; hidden cells (<NA>) are hatched and say so."""
    from matplotlib.figure import Figure
    from matplotlib.patches import Rectangle

    with house_style():
        rows, columns = cells.shape
        fig = Figure(figsize=(WIDTH, 1.0 + _CELL * rows), layout="constrained")
        axes = fig.subplots()
        most = float(pd.to_numeric(cells.stack(), errors="coerce").max() or 1)
        for row, column in np.ndindex(rows, columns):
            count = cells.iat[row, column]
            known = not pd.isna(count)
            alpha = _LIGHT + (_DARK - _LIGHT) * float(count) / most if known else 1.0
            look = (
                {"facecolor": colour(0), "alpha": alpha}
                if known
                else {"facecolor": "none", "edgecolor": RULE, "hatch": "///", "linewidth": 0}
            )
            axes.add_patch(Rectangle((column + 0.02, row + 0.02), 0.96, 0.96, **look))
            words = write(float(count), "people", 0) if known else "hidden"
            axes.text(
                column + 0.5,
                row + 0.5,
                words,
                ha="center",
                va="center",
                color=INK,
                bbox=None if known else {"facecolor": PAPER, "edgecolor": "none", "pad": 1.5},
            )
        axes.set_xlim(0, columns)
        axes.set_ylim(rows, 0)
        axes.set_xticks(
            np.arange(columns) + 0.5, [textwrap.fill(str(name), _ACROSS // columns) for name in cells.columns]
        )
        axes.set_yticks(np.arange(rows) + 0.5, [wrap(name) for name in cells.index])
        axes.set_xlabel(x_label, color=QUIET)
        y_title(axes, y_label)
        axes.grid(False)
        axes.spines["bottom"].set_visible(False)
    return fig


def most_frequent(cells: pd.DataFrame) -> str:
    """Which cell of a heat map holds the most people, in words; nothing where none does alone. Margins are passed over."""
    counts = cells.drop(index=MARGIN, columns=MARGIN, errors="ignore").apply(pd.to_numeric, errors="coerce")
    most = [(row, column) for column in counts for row in counts.index[counts[column] == counts.max(axis=None)]]
    if len(most) != 1:
        return ""
    few = " of those shown" if counts.isna().any(axis=None) else ""
    return f"The most frequent{few}: {' and '.join(map(named, most[0]))}."


def forest_chart(
    frame: pd.DataFrame,
    value: str,
    low: str,
    high: str,
    axis_label: str,
    unit: str = "",
) -> "Figure":
    """An estimate and its interval for each index label, against the line of no effect, 0."""
    fig = interval_chart(frame, low, high, axis_label, value=value, unit=unit)
    with house_style():
        axes = fig.axes[0]
        left, right = axes.get_xlim()
        axes.set_xlim(min(left, 0), max(right, 0))
        axes.axvline(0, color=INK, linewidth=1.2)
    return fig


def fitted_chart(
    bands: Sequence[pd.DataFrame],
    labels: Sequence[str],
    x_label: str,
    y_label: str,
    points: pd.DataFrame | None = None,
    seed: int = 0,
) -> "Figure":
    """Fitted lines over `x` (columns x, fit, low, high), each with its band.

    `points` (columns x and y) are drawn with jitter; only for synthetic records, since each mark is one person.
    """
    with house_style():
        fig, axes = _plane(x_label, y_label)
        if points is not None:
            rng = np.random.default_rng(seed)
            spread = rng.uniform(-0.18, 0.18, (2, len(points)))
            axes.plot(
                points["x"] + 4 * spread[0],
                points["y"] + spread[1],
                "o",
                color=QUIET,
                alpha=0.35,
                markersize=4,
                linestyle="none",
            )
        for number, band in enumerate(bands):
            axes.fill_between(band["x"], band["low"], band["high"], color=colour(number), alpha=0.16, linewidth=0)
            axes.plot(
                band["x"],
                band["fit"],
                color=colour(number),
                linewidth=2.2,
                linestyle=("-", "--", ":")[number % 3],
            )
        last = [float(band["fit"].iloc[-1]) for band in bands]
        ends = [(value, label, colour(number)) for number, (value, label) in enumerate(zip(last, labels, strict=True))]
        name_ends(axes, ends, HEIGHT - FRAME_HEIGHT)
    return fig


def curve_chart(curve: pd.DataFrame, group: str, y_label: str) -> "Figure":
    """A specification curve: gain and interval of each specification in rank order, one colour for each question."""
    with house_style():
        fig, axes = _plane("specifications, from the lowest to the highest gain", y_label)
        place, names = 0, []
        for number, (name, part) in enumerate(curve.groupby(group, sort=False)):
            x = np.arange(place, place + len(part))
            place += len(part) + 2
            axes.vlines(x, part["low"], part["high"], color=colour(number % 4), alpha=0.45, linewidth=3)
            axes.plot(
                x,
                part["gain"],
                ("o", "D", "s", "^")[number % 4],
                color=colour(number % 4),
                markersize=4,
                linestyle="none",
            )
            names.append((float(x.mean()), str(name), colour(number % 4)))
        axes.axhline(0, color=INK, linewidth=1.2)
        axes.set_xticks([])
        _name_parts(axes, names)
    return fig


def _name_parts(axes: "Axes", names: Sequence[tuple[float, str, str]]) -> None:
    """The names of the parts of a chart below them, each over as many lines as its share of the width asks for."""
    below = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points", "ha": "center", "va": "top"}
    lines = 0
    for middle, name, shade in names:
        words = textwrap.wrap(name, _PARTS // len(names), break_long_words=False)
        axes.annotate("\n".join(words), (middle, 0), (0, -6), color=shade, gid="structural_end", **below)
        lines = max(lines, len(words))
    axes.xaxis.labelpad = 72 * LINE_HEIGHT * (lines + 1)
