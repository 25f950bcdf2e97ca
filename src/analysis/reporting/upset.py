"""UpSet charts (Lex, Gehlenborg, Strobelt, Vuillemot and Pfister 2014): overlapping groups without circles or slices.

One row for each exact combination: on the left a dot for each group in it, on the right a bar with the people in it.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from analysis.reporting.style import INK, LINE_HEIGHT, QUIET, RULE, WIDTH, colour, house_style, name_columns
from analysis.results import write

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_ROW = 0.3  # inches
_ROOM = 1.25  # the longest bar leaves room for its number


def upset_chart(frame: pd.DataFrame, value: str, groups: Sequence[str], axis_label: str) -> "Figure":
    """Combinations as rows in the order of the frame: bools in the columns `groups`, the people in `value`."""
    from matplotlib.figure import Figure

    head = 0.3 + LINE_HEIGHT * len(groups)  # for the names above the dots
    with house_style():
        fig = Figure(figsize=(WIDTH, head + 0.6 + _ROW * len(frame) + LINE_HEIGHT), layout="constrained")
        dots, bars = fig.subplots(1, 2, sharey=True, width_ratios=[max(len(groups), 2) * 0.32, 3])
        _dots(dots, frame, groups)
        _bars(bars, frame[value].to_list(), axis_label)
    return fig


def _dots(axes: "Axes", frame: pd.DataFrame, groups: Sequence[str]) -> None:
    for row, inside in enumerate(frame[list(groups)].to_numpy(bool)):
        members = [place for place, member in enumerate(inside) if member]
        axes.plot(range(len(groups)), [row] * len(groups), "o", color=RULE, markersize=5, alpha=0.5, zorder=1)
        axes.plot(members, [row] * len(members), "o-", color=INK, markersize=7, linewidth=2, zorder=2)
    axes.set_xticks([])
    name_columns(axes, groups)
    axes.set_yticks([])
    axes.grid(visible=False)
    axes.spines["bottom"].set_visible(False)
    axes.set_xlim(-0.6, len(groups) - 0.4)
    axes.set_ylim(len(frame) - 0.5, -0.5)


def _bars(axes: "Axes", values: list[float], axis_label: str) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.barh(range(len(values)), values, height=0.6, color=colour(0))
    for row, number in enumerate(values):
        axes.annotate(write(number, "", 0), (number, row), (4, 0), textcoords="offset points", va="center_baseline")
    axes.set_xlim(0, max(values) * _ROOM)
    axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.set_xlabel(axis_label, color=QUIET)
