"""The house look of figures: narrow enough for a phone, large enough letters, no box, colours that survive greyscale."""

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, QUIET, RULE, PAPER = "#1f2328", "#59636e", "#8c959f", "#ffffff"
SERIES = ("#0072b2", "#b84c00", "#00795a", "#8f4a86")  # after Okabe and Ito 2008, darkened to 4.5:1 on white

WIDTH = 5.4  # inches; a page shows it at 1.3 times that size on a desktop and at 0.85 on a phone
LABEL_WIDTH, END_WIDTH = 21, 15  # characters of a row's label, and of a line's name at its end, before they wrap
Y_TITLE = "y_title"
ROW_HEIGHT, LINE_HEIGHT, FRAME_HEIGHT = 0.38, 0.19, 0.8  # inches
HEIGHT = 3.6  # inches of a chart with two axes

_SETTINGS: dict[str, object] = {
    "font.family": "DejaVu Sans",  # comes with matplotlib, so that text is measured alike everywhere
    "font.size": 12.5,
    "axes.labelsize": 12.5,
    "axes.labelcolor": QUIET,
    "axes.edgecolor": RULE,
    "axes.facecolor": "none",
    "axes.grid": True,
    "axes.grid.axis": "x",
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "figure.facecolor": "none",
    "grid.color": RULE,
    "grid.linewidth": 0.5,
    "grid.alpha": 0.5,
    "legend.frameon": False,
    "legend.fontsize": 12.5,
    "text.color": INK,
    "text.parse_math": False,  # a label is text, whatever it holds
    "xtick.color": QUIET,
    "xtick.major.size": 0,
    "ytick.color": INK,
    "ytick.major.size": 0,
    "ytick.labelsize": 12.5,
}


@contextmanager
def house_style() -> Iterator[None]:
    """matplotlib's settings for the house figures, and no others, within a `with` block."""
    import matplotlib

    with matplotlib.rc_context():
        matplotlib.rcdefaults()  # a user's own settings would change the bytes
        matplotlib.rcParams.update(_SETTINGS)
        yield


def blank(labels: Iterable[object], rows: int = 1, more: Mapping[int, float] | None = None) -> tuple["Figure", "Axes"]:
    """An empty chart with a place of `rows` bars for each label, first label on top; long labels wrap.

    `more` are inches by which some places, counted from 0, are higher.
    """
    from matplotlib.figure import Figure

    wrapped = [wrap(label) for label in labels]
    heights = [
        max(ROW_HEIGHT + LINE_HEIGHT * label.count("\n"), 0.13 + 0.23 * rows) + (more or {}).get(place, 0.0)
        for place, label in enumerate(wrapped)
    ]
    fig = Figure(figsize=(WIDTH, FRAME_HEIGHT + sum(heights)), layout="constrained")
    axes = fig.subplots()
    axes.set_yticks(row_places(heights), wrapped)
    axes.set_ylim(sum(heights), 0)
    return fig, axes


def plane(x_label: str, y_label: str, height: float = HEIGHT) -> tuple["Figure", "Axes"]:
    """An empty chart with two number axes, `height` inches high; call it inside `house_style`."""
    from matplotlib.figure import Figure

    fig = Figure(figsize=(WIDTH, height), layout="constrained")
    axes = fig.subplots()
    axes.grid(True, axis="y")
    axes.set_xlabel(x_label, color=QUIET)
    y_title(axes, y_label)
    return fig, axes


def legend(fig: "Figure", columns: int = 1, place: str = "upper", **more: Any) -> None:
    """What the marks of a chart mean, above it; `more` is what else matplotlib takes."""
    fig.legend(loc=f"outside {place} left", ncols=columns, **more).set_gid("structural_legend")


def row_places(heights: list[float]) -> list[float]:
    """The middle of each row, from the top, in inches.

    >>> row_places([2.0, 4.0])
    [1.0, 4.0]
    """
    return [sum(heights[:place]) + height / 2 for place, height in enumerate(heights)]


def wrap(label: object) -> str:
    """A label on as many lines as it needs."""
    return "\n".join(textwrap.wrap(str(label), LABEL_WIDTH, break_long_words=True)) or " "


def colour(place: int) -> str:
    """The colour of a series, counted from 0; raises IndexError beyond the palette.

    >>> colour(0)
    '#0072b2'
    """
    return SERIES[place]


def y_title(axes: "Axes", words: str) -> None:
    """What an axis upwards counts, level above it: nobody reads with the head turned."""
    axes.set_title(words, loc="left", fontsize=12.5, color=QUIET, gid=Y_TITLE)


def name_columns(axes: "Axes", names: Sequence[str], right: bool = False) -> None:
    """The names of columns above a chart, on a flight of steps with a line down to each column: nobody reads with the head turned.

    The steps fall to the right, names going right from their column over whatever stands there; with `right` they rise to
    it, names going left.
    """
    above = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points", "va": "bottom"}
    side, corner = ("right", (1, 0)) if right else ("left", (0, 0))
    line = {"arrowstyle": "-", "color": RULE, "linewidth": 0.8, "relpos": corner, "shrinkA": 0}
    lines = 0
    for place in range(len(names)) if right else reversed(range(len(names))):
        wrapped = textwrap.wrap(names[place], LABEL_WIDTH + 6 * place if right else max(LABEL_WIDTH, 54 - 3 * place))
        at, words = (0, 72 * LINE_HEIGHT * lines + 6), "\n".join(wrapped)
        told = axes.annotate(words, (place, 1), at, ha=side, gid="structural_column", arrowprops=line, **above)
        told.set_in_layout(right)
        lines += len(wrapped)
    axes.annotate(" ", (0, 1), (0, 72 * LINE_HEIGHT * lines), gid="structural_column", **above)  # keeps the room


def name_ends(axes: "Axes", ends: Iterable[tuple[float, str, str]], height: float) -> None:
    """The names of lines beside their right ends, in place of a legend: (last value, name, colour) of each.

    Names that would lie upon one another move apart; `height` is that of the chart, inches. The limits are to be set before.
    """
    low, high = axes.get_ylim()
    named = [(value, "\n".join(textwrap.wrap(name, END_WIDTH)), shade) for value, name, shade in ends]
    named.sort(key=lambda each: -each[0])
    sizes = [LINE_HEIGHT * (1.15 + words.count("\n")) for _, words, _ in named]
    wished = [(value - low) / (high - low) * height for value, _, _ in named]
    for (_, words, shade), place in zip(named, moved_apart(wished, sizes), strict=True):
        axes.annotate(
            words,
            (1, place / height),
            (6, 0),
            xycoords="axes fraction",
            textcoords="offset points",
            va="center",
            color=shade,
            gid="structural_end",
            annotation_clip=False,
        )


def moved_apart(places: list[float], sizes: list[float]) -> list[float]:
    """Middles of things of some sizes, from the top down, moved as little down and then up as keeps them apart and above 0.

    >>> moved_apart([3.0, 2.9, 0.0], [1.0, 1.0, 1.0])
    [3.0, 2.0, 0.5]
    """
    found: list[float] = []
    for place, size in zip(places, sizes, strict=True):
        found.append(min(place, found[-1] - (sizes[len(found) - 1] + size) / 2) if found else place)
    floor = 0.0
    for at in reversed(range(len(found))):
        found[at] = max(found[at], floor + sizes[at] / 2)
        floor = found[at] + sizes[at] / 2
    return found
