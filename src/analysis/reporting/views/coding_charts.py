"""Drawings that only this notebook needs: states of a matrix, steps in lanes, the saturation curve."""

import textwrap
from typing import TYPE_CHECKING

import pandas as pd

from analysis.coding.steps import Steps, steps_layout
from analysis.described import description, of_nothing_nothing
from analysis.reporting.style import (
    FRAME_HEIGHT,
    HEIGHT,
    LINE_HEIGHT,
    QUIET,
    RULE,
    WIDTH,
    colour,
    house_style,
    legend,
    name_columns,
    name_ends,
    plane,
    row_places,
    wrap,
)
from analysis.results import drawn

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_ROW = 0.36  # height of a row of the matrix, inches
_STATES = {  # marker, series of its colour, filled: told apart by form as well as by colour
    "measured and valued": ("s", 0, True),
    "measured only": ("s", 0, False),
    "valued on an assumption": ("D", 1, True),
    "valued only": ("D", 1, False),
    "neither": ("x", 3, True),
}
_BOX_WIDTH, _BOX_HEIGHT, _STEP, _TOP, _MARGIN = 1.6, 0.78, 1.14, 0.45, 0.22  # of the steps, inches
_LANES = ("Project team", "Together", "Participants")
_LETTERS = 15  # of a step's title on one line


@of_nothing_nothing
def state_chart(frame: pd.DataFrame) -> "Figure":
    """A grid of marks with the rows and columns of `frame`; its cells are states of `coding.matrix.links_grid`."""
    from matplotlib.figure import Figure

    heights = [max(_ROW, 0.16 + LINE_HEIGHT * (1 + wrap(label).count("\n"))) for label in frame.index]
    head = 0.2 + 1.5 * LINE_HEIGHT * len(frame.columns)
    with house_style():
        fig = Figure(figsize=(WIDTH, sum(heights) + head + 1.1), layout="constrained")
        axes = fig.subplots()
        axes.set_yticks(row_places(heights), [wrap(label) for label in frame.index])
        axes.set_ylim(sum(heights), 0)
        axes.set_xlim(-0.5, len(frame.columns) - 0.5)
        axes.set_xticks(range(len(frame.columns)), [""] * len(frame.columns))
        name_columns(axes, list(map(str, frame.columns)), right=True)
        axes.spines[["bottom", "top"]].set_visible(False)
        axes.grid(True, axis="both", linewidth=0.4)
        for state in _STATES:
            _marks(axes, frame, state)
        legend(fig, place="lower", handletextpad=0.4)
    return fig


def _marks(axes: "Axes", frame: pd.DataFrame, state: str) -> None:
    marker, series, filled = _STATES[state]
    places = axes.get_yticks()
    found = [
        (x, places[y]) for y in range(len(frame.index)) for x in range(len(frame.columns)) if frame.iat[y, x] == state
    ]
    shade = colour(series)
    axes.plot(
        [x for x, _ in found],
        [y for _, y in found],
        marker,
        linestyle="none",
        color=shade,
        markersize=9,
        markerfacecolor=shade if filled else "none",
        markeredgewidth=1.8,
        label=state,
    )


@of_nothing_nothing
def steps_chart(steps: Steps) -> "Figure":
    """Steps as boxes in lanes of who leads, joined by arrows; returns dashed."""
    from matplotlib.figure import Figure

    layout = steps_layout(steps)
    centres = {
        number: (_lane(row["x"]), _TOP + _BOX_HEIGHT / 2 + _STEP * row["y"]) for number, row in layout.iterrows()
    }
    height = _TOP + _STEP * (len(layout) - 1) + _BOX_HEIGHT + 0.1
    with house_style():
        fig = Figure(figsize=(WIDTH, height))
        axes = fig.add_axes((0, 0, 1, 1))
        axes.set(xlim=(0, WIDTH), ylim=(height, 0))
        axes.set_axis_off()
        for place, lane in enumerate(_LANES):
            axes.text(_lane(place), 0.2, lane, ha="center", va="center", weight="bold")
        for number, title in layout["title"].items():
            _box(axes, f"{number}. {title}", number, *centres[number])
        for before, after in zip(layout.index, layout.index[1:], strict=False):
            _arrow(axes, centres[before], centres[after])
        for back in steps.returns:
            _back(axes, centres[back.from_step], centres[back.to_step])
    return fig


def _lane(place: float) -> float:
    """The middle of a lane; room for the paths back is kept at the right."""
    return 0.05 + _BOX_WIDTH / 2 + place * (WIDTH - _MARGIN - 0.1 - _BOX_WIDTH) / (len(_LANES) - 1)


def _box(axes: "Axes", title: str, number: object, x: float, y: float) -> None:
    from matplotlib.patches import FancyBboxPatch

    corner = (x - _BOX_WIDTH / 2, y - _BOX_HEIGHT / 2)
    axes.add_patch(
        FancyBboxPatch(
            corner,
            _BOX_WIDTH,
            _BOX_HEIGHT,
            boxstyle="round,pad=0,rounding_size=0.08",
            facecolor="none",
            edgecolor=colour(0),
            linewidth=1.6,
        )
    )
    words = "\n".join(textwrap.wrap(title, _LETTERS, break_long_words=False))
    axes.text(x, y, words, ha="center", va="center", fontsize=11.5, linespacing=1.3).set_gid(
        f"structural_step_{number}"
    )


def _arrow(axes: "Axes", start: tuple[float, float], end: tuple[float, float]) -> None:
    """From the foot of a box to the head of the next, with a bend into another lane."""
    style = {"arrowstyle": "-|>", "color": QUIET, "linewidth": 1.4, "shrinkA": 0, "shrinkB": 1}
    foot, head = start[1] + _BOX_HEIGHT / 2, end[1] - _BOX_HEIGHT / 2
    bend = (foot + head) / 2
    if start[0] != end[0]:
        axes.plot([start[0], start[0], end[0]], [foot, bend, bend], color=QUIET, linewidth=1.4)
    axes.annotate("", (end[0], head), (end[0], bend if start[0] != end[0] else foot), arrowprops=style)


def _back(axes: "Axes", start: tuple[float, float], end: tuple[float, float]) -> None:
    """A dashed path at the right margin from a later step to an earlier one."""
    right, edge = WIDTH - _MARGIN / 2, _BOX_WIDTH / 2
    axes.plot([start[0] + edge, right, right], [start[1], start[1], end[1]], color=QUIET, linewidth=1.4, linestyle="--")
    style = {"arrowstyle": "-|>", "color": QUIET, "linewidth": 1.4, "linestyle": "--", "shrinkA": 0, "shrinkB": 1}
    axes.annotate("", (end[0] + edge, end[1]), (right, end[1]), arrowprops=style)


@of_nothing_nothing
def saturation_chart(curve: pd.DataFrame) -> "Figure":
    """The curve of `coding.saturation`, as it is shown: mean over all orders, between the fewest and the most."""
    from matplotlib.ticker import MaxNLocator

    frame, blue = as_shown(curve), colour(0)
    with house_style():
        fig, axes = plane("groups read", "codes seen so far")
        named = [(float(frame["codes_mean"].iloc[-1]), "mean over all orders", blue)]
        if frame["codes_low"].notna().any():
            ends = frame["codes_low"], frame["codes_high"]
            axes.fill_between(frame.index, *ends, color=blue, alpha=0.22, linewidth=0)
            named.append((float(ends[0].iloc[-1]), "fewest to most", blue))
        axes.plot(frame["codes_mean"], "o-", color=blue, linewidth=2, markersize=6)
        axes.set_ylim(0, float(frame["codes_mean"].max()) * 1.12)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
        axes.grid(True, axis="y", color=RULE)
        axes.grid(False, axis="x")
        axes.tick_params(axis="y", colors=QUIET)
        name_ends(axes, named, HEIGHT - FRAME_HEIGHT)
    return fig


@of_nothing_nothing
def bars(frame: pd.DataFrame, value: str, axis_label: str) -> "Figure":
    """One column of a frame of counts as bars."""
    from analysis.reporting.charts import bar_chart

    return bar_chart(frame.set_index("name"), [value], axis_label)


@of_nothing_nothing
def alpha_chart(agreement: pd.DataFrame) -> "Figure":
    """Krippendorff's alpha by code with its interval."""
    from analysis.reporting.charts import interval_chart

    frame = as_shown(agreement).set_index("name")
    return interval_chart(
        frame, "alpha_low", "alpha_high", "Krippendorff's alpha", value="alpha", decimals=2, from_zero=True
    )


def as_shown(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame of results with its numbers as they are shown, so that a figure tells no more."""
    said = description(frame)
    columns = {name: said.of(column) for name, column in said.columns.items() if name not in said.words}  # type: ignore[union-attr]
    return drawn(frame, {name: column for name, column in columns.items() if name in frame})
