"""Charts over time: lines through the values of a table, and step curves with their intervals."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from analysis.reporting.style import FRAME_HEIGHT, HEIGHT, colour, house_style, name_ends, plane

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_DASHES = ("-", "--", "-.", ":")  # so that lines can be told apart without colour


def line_chart(
    frame: pd.DataFrame, columns: Sequence[str], labels: Sequence[str], x_label: str, y_label: str
) -> "Figure":
    """Lines of some columns (at most four) over the index, numbers or dates; values that are missing are passed over."""
    with house_style():
        fig, axes = plane(x_label, y_label)
        ends = []
        for place, column in enumerate(columns):
            known = pd.to_numeric(frame[column], errors="coerce").dropna()
            axes.plot(
                known.index,
                known.to_numpy(float),
                _DASHES[place],
                color=colour(place),
                linewidth=2,
            )
            ends += [(float(known.iloc[-1]), labels[place], colour(place))] if len(known) else []
        _finish(axes, ends)
    return fig


def step_chart(
    curves: Mapping[str, pd.DataFrame], value: str, low: str, high: str, x_label: str, y_label: str
) -> "Figure":
    """Step curves by name (at most four), each a frame over its index, with the interval from `low` to `high` shaded."""
    with house_style():
        fig, axes = plane(x_label, y_label)
        ends = []
        for place, (name, frame) in enumerate(curves.items()):
            known = frame.apply(pd.to_numeric, errors="coerce").dropna(subset=[value])
            axes.fill_between(
                known.index, known[low], known[high], step="post", color=colour(place), alpha=0.2, linewidth=0
            )
            axes.step(known.index, known[value], _DASHES[place], where="post", color=colour(place), linewidth=2)
            ends += [(float(known[value].iloc[-1]), name, colour(place))] if len(known) else []
        _finish(axes, ends)
    return fig


def _finish(axes: "Axes", ends: Sequence[tuple[float, str, str]]) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_locator(MaxNLocator(5))
    if not hasattr(axes.xaxis.get_major_formatter(), "defaultfmt"):  # dates have their own
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    else:
        _year_ticks(axes)
    name_ends(axes, ends, HEIGHT - FRAME_HEIGHT)


def _year_ticks(axes: "Axes") -> None:
    from matplotlib.dates import DateFormatter, YearLocator

    axes.xaxis.set_major_locator(YearLocator())
    axes.xaxis.set_major_formatter(DateFormatter("%Y"))
