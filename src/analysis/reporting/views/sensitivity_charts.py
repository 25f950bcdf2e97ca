"""Charts of lines and areas for the sensitivity analyses; numbers stand on the axes alone."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.reporting.charts import tick_text
from analysis.reporting.style import FRAME_HEIGHT, HEIGHT, INK, colour, house_style, name_ends, plane
from analysis.results import write

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_PLANE, _LETTER, _LETTERS_HIGH, _ROOM = (
    (2.8, 4.5),
    0.105,
    0.2,
    0.45,
)  # inches of the areas, of letters; halves of words in all
_STYLES = ("solid", "dashed", "dotted", "dashdot")  # so that lines differ without colour


def line_chart(
    lines: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    x_label: str,
    y_label: str,
    x_unit: str = "",
    y_unit: str = "",
    mark_x: Mapping[float, str] | None = None,
    mark_y: Mapping[float, str] | None = None,
    powers: bool = False,
) -> "Figure":
    """At most four lines by name, each (x values, y values); thin lines at `mark_x` and `mark_y`, each with its name.

    `powers`: the x axis doubles at equal steps.
    """
    from matplotlib.ticker import LogLocator

    with house_style():
        fig, axes = plane(x_label, y_label)
        for place, (x, y) in enumerate(lines.values()):
            axes.plot(x, y, color=colour(place), linestyle=_STYLES[place], linewidth=2)
        if powers:
            axes.set_xscale("log", base=2)
            axes.xaxis.set_major_locator(LogLocator(base=2, numticks=4))
        _marks(axes, mark_x or {}, mark_y or {})
        ends = [(float(y[-1]), name, colour(place)) for place, (name, (_, y)) in enumerate(lines.items())]
        name_ends(axes, ends if len(ends) > 1 else [], HEIGHT - FRAME_HEIGHT)
        _ticks(axes, x_unit, y_unit)
    return fig


def area_chart(grid: pd.DataFrame, x_label: str, y_label: str) -> "Figure":
    """A grid of ratios (rows up, columns across) in bands of pounds, those below one pound in a colour of their own."""
    with house_style():
        fig, axes = plane(x_label, y_label)
        across, up, found = grid.columns.to_numpy(), grid.index.to_numpy(), grid.to_numpy()
        edges = _band_edges(float(found.min()), float(found.max()))
        shades = [
            (colour(1), 0.35) if high <= 1 else (colour(0), 0.15 + 0.2 * place) for place, high in enumerate(edges[1:])
        ]
        for (shade, alpha), low, high in zip(shades, edges, edges[1:], strict=False):
            axes.contourf(across, up, found, levels=[low, high], colors=[shade], alpha=alpha)
            _name_band(axes, grid, (low, high))
        if float(found.min()) < 1 < float(found.max()):
            axes.contour(across, up, found, levels=[1.0], colors=[INK], linewidths=1.6)
        axes.set_xlim(across[0], across[-1])
        axes.set_ylim(up[0], up[-1])
        _ticks(axes, "", "")
    return fig


def _name_band(axes: "Axes", grid: pd.DataFrame, edges: tuple[float, float]) -> None:
    """The pounds that a band stands for, where it has the most room; nothing in one that is narrower than the words."""
    from scipy.ndimage import distance_transform_edt

    low, high = edges
    inside = np.pad((grid.to_numpy() >= low) & (grid.to_numpy() < high), 1)
    words = f"{tick_text(low, 'GBP')} to {tick_text(high, 'GBP')}"
    room = [
        _PLANE[place] / (grid.shape[place] * size) for place, size in enumerate((_LETTERS_HIGH, len(words) * _LETTER))
    ]
    deep = distance_transform_edt(inside, sampling=room)[1:-1, 1:-1]
    if deep.max() > _ROOM:
        row, column = np.unravel_index(deep.argmax(), deep.shape)
        middle = {"ha": "center", "va": "center", "gid": "structural_band"}
        axes.annotate(words, (grid.columns[column], grid.index[row]), **middle)


def _band_edges(low: float, high: float) -> list[float]:
    """At most four bands with round edges that hold all ratios; one pound is an edge where it lies among them.

    >>> _band_edges(0.7, 2.4), _band_edges(3.2, 4.6)
    ([0.5, 1.0, 1.5, 2.0, 2.5], [3.0, 3.5, 4.0, 4.5, 5.0])
    """
    for step in (0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 50.0, 100.0):
        first, last = np.floor(low / step), np.floor(high / step) + 1
        edges = {float(place * step) for place in np.arange(first, last + 1)} | ({1.0} if low < 1 < high else set())
        if len(edges) <= 5:
            break
    return sorted(edges)


def _marks(axes: "Axes", across: Mapping[float, str], up: Mapping[float, str]) -> None:
    beside = {"textcoords": "offset points", "gid": "structural_mark", "annotation_clip": False}
    for x, name in across.items():
        axes.axvline(x, color=INK, linewidth=1.2)
        axes.annotate(name, (x, 0.5), (5, 0), xycoords=("data", "axes fraction"), va="center", **beside)
    for y, name in up.items():
        axes.axhline(y, color=INK, linewidth=1.2)
        axes.annotate(name, (0.02, y), (0, 5), xycoords=("axes fraction", "data"), va="bottom", **beside)


def _ticks(axes: "Axes", x_unit: str, y_unit: str) -> None:
    from matplotlib.ticker import FuncFormatter

    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _tick(value, x_unit)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _tick(value, y_unit)))


def _tick(value: float, unit: str) -> str:
    """As other charts write it; whole above a hundred thousand.

    >>> _tick(13_640_000.0, "")
    '13,640,000'
    """
    return write(value, unit, 0) if abs(value) >= 100_000 else tick_text(value, unit)
