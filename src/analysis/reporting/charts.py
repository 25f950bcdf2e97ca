"""Charts of one row per label: progress to a target, bars, pairs and ranges. Numbers are written as tables write them."""

import math
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from analysis.currency import currency_of
from analysis.reporting.style import END_WIDTH, INK, LINE_HEIGHT, PAPER, QUIET, RULE, blank, colour, house_style, legend
from analysis.results import write

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_ROOM = 0.24  # share of the axis kept free beside the longest bar, for its number
_BAR = 0.2  # height of a bar, inches
_BELOW = 0.12  # from the middle of a row down to a range, and up to the words about it, inches
_AXIS_LETTERS = 32  # that fit along an axis
_MARKERS = ("o", "D", "s", "^")
_TARGET = 100.0  # per cent
FEWEST_BARS = 3  # of which a chart says more than words


def progress_chart(
    frame: pd.DataFrame,
    value: str,
    axis_label: str,
    decimals: int = 0,
) -> "Figure":
    """Bars of `frame[value]`, % of a target, one per index label, against a line at the target; those below it in another colour."""
    with house_style():
        fig, axes = blank(frame.index)
        shades = [colour(1 if each < _TARGET else 0) for each in frame[value]]
        _bars(axes, frame[value], axes.get_yticks(), "%", decimals, shades)
        _line(axes, _TARGET, "target")
        _finish(axes, [*frame[value], _TARGET], axis_label, "%")
    return fig


def bar_chart(
    frame: pd.DataFrame,
    values: Sequence[str],
    axis_label: str,
    labels: Sequence[str] = (),
    unit: str = "",
    decimals: int = 0,
) -> "Figure":
    """Bars of one or more columns (at most four) side by side, one group per index label; `labels` name the columns."""
    with house_style():
        fig, axes = blank(frame.index, rows=len(values))
        for place, value in enumerate(values):
            offset = (place - (len(values) - 1) / 2) * _BAR * 1.15
            _bars(
                axes,
                frame[value],
                [y + offset for y in axes.get_yticks()],
                unit,
                decimals,
                colour(place),
                labels[place:],
            )
        _legend(fig, labels)
        _finish(axes, frame[list(values)].to_numpy().ravel(), axis_label, unit)
    return fig


def paired_chart(
    frame: pd.DataFrame,
    left: str,
    right: str,
    labels: tuple[str, str],
    axis_label: str,
    unit: str = "%",
    decimals: int = 0,
) -> "Figure":
    """Two values per index label as two dots on a line; `labels` name the columns `left` and `right`."""
    with house_style():
        fig, axes = blank(frame.index)
        axes.hlines(axes.get_yticks(), frame[left], frame[right], color=RULE, linewidth=2)
        for place, (column, other) in enumerate(((left, right), (right, left))):
            axes.plot(
                frame[column],
                axes.get_yticks(),
                _MARKERS[place],
                color=colour(place),
                markersize=9 - place,
                markeredgecolor=PAPER,
                label=labels[place],
            )
            _dot_texts(axes, frame[column], frame[other], unit, decimals, first=not place)
        _finish(axes, [*frame[left], *frame[right]], axis_label, unit, room_left=True)
        first = [frame[column].iloc[0] for column in (left, right)]
        if all(map(_known, first)):
            _name_dots(
                fig,
                axes,
                [(float(x), name, colour(place)) for place, (x, name) in enumerate(zip(first, labels, strict=True))],
            )
        else:
            _legend(fig, labels)
    return fig


def _name_dots(fig: "Figure", axes: "Axes", dots: Sequence[tuple[float, str, str]]) -> None:
    """The names of the two dots of the first row above it, in place of a legend: (value, name, colour) of each.

    They stand on two steps with a line down to their dot: to the right of it, or to the left where the dots lie in the right half.
    """
    (bottom, top), (left, right) = axes.get_ylim(), axes.get_xlim()
    to_left = sum(x for x, _, _ in dots) > len(dots) * float(left + right) / 2
    first, up = axes.get_yticks()[0], top
    for x, name, shade in sorted(dots, reverse=not to_left):
        words = textwrap.wrap(name, END_WIDTH)
        up -= LINE_HEIGHT * len(words)
        axes.plot((x, x), (up, first), color=RULE, linewidth=0.8, zorder=0.9)
        beside = {"textcoords": "offset points", "ha": "right" if to_left else "left", "va": "top", "color": shade}
        axes.annotate("\n".join(words), (x, up), (-4 if to_left else 4, 0), gid="structural_end", **beside)
    axes.set_ylim(bottom, up)
    fig.set_figheight(fig.get_figheight() + top - up)


def interval_chart(
    frame: pd.DataFrame,
    low: str,
    high: str,
    axis_label: str,
    value: str = "",
    band: tuple[float, float] | None = None,
    band_label: str = "",
    unit: str = "",
    decimals: int = 0,
    from_zero: bool = False,
    lines: Mapping[float, str] | None = None,
) -> "Figure":
    """A range from `low` to `high` per index label; a dot at `value` if given; `band` shades the range all rows share.

    A range without an end (infinite) runs to the edge of the chart. `lines` stand at values, each with its name above.
    """
    ends = [end for end in (*frame[low], *frame[high], *(band or ()), *(lines or ())) if _known(end)]
    with house_style():
        fig, axes = blank(frame.index, rows=2)  # one for the range, one for the words above it
        _finish(axes, ends, axis_label, unit, from_zero=from_zero)
        if band:
            axes.axvspan(*band, color=colour(1), alpha=0.25, linewidth=0)
            _name_above(axes, sum(band) / 2, band_label, colour(1))
        _ranges(axes, frame[low], frame[high], unit, decimals)
        if value:
            axes.plot(frame[value], [place + _BELOW for place in axes.get_yticks()], "o", color=INK, markersize=6)
        for at, name in (lines or {}).items():
            _line(axes, at, name)
    return fig


def _line(axes: "Axes", value: float, name: str) -> None:
    """A line at a value, with its name above the chart."""
    axes.axvline(value, color=INK, linewidth=1.6, zorder=0.9)
    _name_above(axes, value, name, INK)


def _name_above(axes: "Axes", value: float, name: str, shade: str) -> None:
    """What stands at a value, named above the chart."""
    above = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points", "ha": "center"}
    axes.annotate(name, (value, 1), (0, 3), color=shade, **above)


def _known(value: object) -> bool:
    return value is not None and not pd.isna(value) and math.isfinite(value)  # type: ignore[arg-type]


def _bars(
    axes: "Axes",
    values: Iterable[float],
    places: Iterable[float],
    unit: str,
    decimals: int,
    shade: str | list[str],
    label: Sequence[str] = (),
) -> None:
    numbers = [value if _known(value) else math.nan for value in values]
    axes.barh(list(places), numbers, height=_BAR, color=shade, label=label[0] if label else "")
    for place, value in zip(places, numbers, strict=True):
        start = 0.0 if math.isnan(value) else max(value, 0.0)
        _text(axes, write(value, unit, decimals), start, place, "left")


def _dot_texts(
    axes: "Axes", values: Iterable[float], others: Iterable[float], unit: str, decimals: int, first: bool
) -> None:
    """Write each value on the side of its dot that faces away from the other; two equal values once."""
    for place, value, other in zip(axes.get_yticks(), values, others, strict=True):
        if _known(value) and not (first and value == other):
            right = not _known(other) or value >= other
            _text(axes, write(value, unit, decimals), value, place, "left" if right else "right", gap=8)


def _ranges(axes: "Axes", lows: Iterable[float], highs: Iterable[float], unit: str, decimals: int) -> None:
    """Lines with the two ends written above them."""
    edges = axes.get_xlim()
    for place, low, high in zip(axes.get_yticks(), lows, highs, strict=True):
        if pd.isna(low) or pd.isna(high):
            _text(axes, "not available", edges[0], place, "left")
            continue
        shown = max(low, edges[0]), min(high, edges[1])
        axes.plot(shown, (place + _BELOW, place + _BELOW), color=colour(0), linewidth=7, solid_capstyle="butt")
        words = f"{write(low, unit, decimals)} to {write(high, unit, decimals)}"
        x, side = _above(shown, edges)
        _text(axes, words, x, place - _BELOW, side, gap=0)


def _above(shown: tuple[float, float], edges: tuple[float, float]) -> tuple[float, str]:
    """Where a range's text starts, or ends, or has its middle, so that it stays inside the chart."""
    middle = sum(shown) / 2
    share = (middle - edges[0]) / (edges[1] - edges[0])
    return (shown[0], "left") if share < 1 / 3 else (shown[1], "right") if share > 2 / 3 else (middle, "center")


def _text(axes: "Axes", words: str, x: float, y: float, side: str, gap: float = 4) -> None:
    offset = (gap if side == "left" else -gap, 0)
    axes.annotate(words, (x, y), offset, textcoords="offset points", ha=side, va="center_baseline")


def _legend(fig: "Figure", labels: Sequence[str]) -> None:
    if not labels:
        return
    columns = len(labels) if sum(map(len, labels)) < 40 else 1
    legend(fig, columns, handlelength=1.2, columnspacing=1.5)


def _finish(
    axes: "Axes", values: Iterable[float], label: str, unit: str, room_left: bool = False, from_zero: bool = True
) -> None:
    """Limits with room for the numbers, few ticks, and the axis's name."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    known = [float(value) for value in values if _known(value)] or [1.0]
    low, high = min(known + [0.0] * from_zero), max(known)
    room = _ROOM * ((high - low) or abs(high) or 1.0)
    left = room if low < 0 or not from_zero else room / 2 if room_left else 0.0
    axes.set_xlim(low - left, high + room)
    longest = len(tick_text(float(f"{high:.1g}"), unit))
    axes.xaxis.set_major_locator(MaxNLocator(max(2, min(5, _AXIS_LETTERS // longest)), steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: tick_text(value, unit)))
    axes.set_xlabel(textwrap.fill(label, _AXIS_LETTERS), color=QUIET)


def tick_text(value: float, unit: str) -> str:
    """A number on an axis, with as many decimals as it needs.

    >>> tick_text(2.5, "GBP"), tick_text(100.0, "%"), tick_text(0.25, "ratio"), tick_text(13_640_000, "")
    ('£2.50', '100%', '0.25', '13,640,000')
    """
    places = len(f"{value:.6f}".rstrip("0").partition(".")[2])
    return write(value, unit, max(places, 2) if places and currency_of(unit) else places)
