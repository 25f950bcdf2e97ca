"""matplotlib figures as SVG that belongs to the page: same bytes every time, text as text, colours that follow the mode."""

import io
import re
import warnings
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from analysis.reporting.markup import clean
from analysis.reporting.style import INK, PAPER, QUIET, RULE, SERIES, house_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SVG = "http://www.w3.org/2000/svg"
_HREF = "{http://www.w3.org/1999/xlink}href"
_MARK_HEIGHT = 18.0  # user units added below a drawing for the mark of a worked example

# Each colour the house figures draw with, and the property of the page's style sheet that replaces it.
_VARIABLES = {
    INK: "var(--ink, currentColor)",
    QUIET: "var(--quiet, currentColor)",
    RULE: "var(--rule-strong, #8c959f)",
    PAPER: "var(--paper, #ffffff)",
    "#000000": "var(--ink, currentColor)",
} | {colour: f"var(--series-{place}, {colour})" for place, colour in enumerate(SERIES, start=1)}

# What stands for these properties outside the page: the colours that the figures were drawn with.
PLAIN = {variable: colour for colour, variable in _VARIABLES.items() if colour != "#000000"}

_COLOUR = re.compile(r"#[0-9a-f]{6}\b", re.IGNORECASE)
_FONT = re.compile(r"font:\s*(?P<style>(?:[a-z]+\s|\d00\s)*)(?P<size>[\d.]+px)[^;]*")
_FAMILY = re.compile(r"font-family:[^;]*;?\s*")
_URL = re.compile(r"url\(#([^)]+)\)")
_TICK = re.compile(r"[xy]tick_\d+")
_ROTATION_OF_NONE = re.compile(r"rotate\(-?0 [^)]*\)")
_FINE = re.compile(r"-?\d+\.\d{3,}")
_NAMED = re.compile(r".*-(?:[xy]tick_\d+|structural.*)")  # groups that are told apart by their ids
_HASHED = re.compile(r'id="[A-Za-z][A-Za-z0-9_]*?([0-9a-f]{10})"')


def drawing(fig: "Figure", key: str, title: str, description: str, mark: str = "") -> tuple[str, list[str]]:
    """A figure as an `<svg>` element to put into a page, and the texts drawn in it beside its axes.

    `key` begins every id in it, so that two figures of a page cannot clash; `title` and `description` are read aloud
    in place of the drawing; `mark` is a line written below it. Same figure, same text: nothing depends on the time,
    the run or the version of matplotlib's credits.
    """
    root = ElementTree.fromstring(clean(_count_hashes(_draw(fig, key))))
    _drop_extras(root)
    drawn = list(_drawn(root))
    _tell_apart(root)
    for element in root.iter():
        _adapt(element, key)
    _slim(root)
    _mark(root, mark)
    _name(root, key, title, description)
    ElementTree.register_namespace("", _SVG)
    return ElementTree.tostring(root, encoding="unicode").replace(f' xmlns="{_SVG}"', "", 1), drawn


def _drawn(element: ElementTree.Element) -> Iterator[str]:
    """The texts of a drawing, but for those of axes and those that only name something."""
    name = element.get("id", "")
    if _TICK.fullmatch(name) or name.startswith("structural"):
        return
    if element.tag == f"{{{_SVG}}}text":
        yield "".join(element.itertext())
    for child in element:
        yield from _drawn(child)


def _draw(fig: "Figure", key: str) -> str:
    import matplotlib

    target = io.StringIO()
    settings = {"svg.fonttype": "none", "svg.hashsalt": key}
    with house_style(), matplotlib.rc_context(settings), warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"Glyph .* missing from font")  # the reader's browser has fonts of its own
        fig.savefig(target, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    return target.getvalue()


def _count_hashes(drawing: str) -> str:
    """The drawing with its hashed ids counted instead, in order of appearance.

    matplotlib hashes a clipping frame's exact floats. Their last bit is not the same under every Python (since 3.12 `sum`
    adds floats more exactly), and would show in the id though nothing moved.
    """
    for place, hashed in enumerate(dict.fromkeys(_HASHED.findall(drawing)), start=1):
        drawing = drawing.replace(hashed, f"x{place}")
    return drawing


def _drop_extras(root: ElementTree.Element) -> None:
    """Leave out the credits, and the style sheet that would reach beyond the drawing."""
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in (f"{{{_SVG}}}metadata", f"{{{_SVG}}}style"):
                parent.remove(child)
    for attribute in ("width", "height", "version"):
        root.attrib.pop(attribute, None)
    root.set("style", "max-width: 32rem; stroke-linejoin: round; stroke-linecap: butt")


def _tell_apart(root: ElementTree.Element) -> None:
    """Number the ids that several elements have, such as the names at the ends of lines, from the second on."""
    seen: Counter[str] = Counter()
    for element in root.iter():
        if name := element.get("id"):
            seen[name] += 1
            element.set("id", name if seen[name] == 1 else f"{name}_{seen[name]}")


def _adapt(element: ElementTree.Element, key: str) -> None:
    name = element.get("id", "")
    if name:
        element.set("id", f"{key}-{name}")
    if name.startswith("structural"):
        element.set("data-structural", "")
    if reference := element.attrib.pop(_HREF, None):
        element.set("href", f"#{key}-{reference[1:]}" if reference.startswith("#") else reference)
    for attribute in ("style", "fill", "stroke", "clip-path"):
        if attribute in element.attrib:
            element.set(attribute, _restyled(element.attrib[attribute], key))
    if element.tag == f"{{{_SVG}}}text":
        element.set("style", _ink(element.get("style", "")))


def _slim(element: ElementTree.Element) -> None:
    """Leave out what cannot be seen: blanks, frames that nothing fills or outlines, groups that say nothing, hundredths of a
    hundredth of a point. A page carries some ten drawings, a third of which was this."""
    for child in element:
        _slim(child)
    for name in ("d", "x", "y", "width", "height", "points", "transform"):
        if name in element.attrib:
            element.set(name, _FINE.sub(lambda match: f"{float(match[0]):.2f}", " ".join(element.attrib[name].split())))
    if _ROTATION_OF_NONE.fullmatch(element.get("transform", "")):
        del element.attrib["transform"]
    if element.tag == f"{{{_SVG}}}g" and not _NAMED.fullmatch(element.get("id", "")):
        element.attrib.pop("id", None)
    element[:] = [kept for child in element for kept in _kept(child)]
    if len(element) and not (element.text or "").strip():
        element.text = None


def _kept(child: ElementTree.Element) -> list[ElementTree.Element]:
    """What is left of an element in its parent: itself, what it holds, or nothing."""
    if not (child.tail or "").strip():
        child.tail = None
    group = child.tag in (f"{{{_SVG}}}g", f"{{{_SVG}}}defs")
    unseen = child.tag == f"{{{_SVG}}}path" and child.get("style", "").strip("; ") == "fill: none"
    if unseen or (group and not len(child) and "data-structural" not in child.attrib):
        return []
    return list(child) if group and not child.attrib and child.tag.endswith("}g") else [child]


def _restyled(text: str, key: str) -> str:
    text = _FAMILY.sub("", _FONT.sub(_font, text))
    text = _COLOUR.sub(lambda match: _VARIABLES.get(match[0].lower(), match[0]), text)
    return _URL.sub(rf"url(#{key}-\1)", text)


def _font(match: re.Match[str]) -> str:
    """Keep a font's size and weight; the family is the page's."""
    weight = "; font-weight: 600" if re.search(r"bold|[6-9]00", match["style"]) else ""
    slant = "; font-style: italic" if "italic" in match["style"] else ""
    return f"font-size: {match['size']}{weight}{slant}"


def _ink(style: str) -> str:
    return style if "fill:" in style else f"{style}; fill: {_VARIABLES[INK]}"


def _mark(root: ElementTree.Element, mark: str) -> None:
    if not mark:
        return
    left, top, width, height = map(float, root.attrib["viewBox"].split())
    root.set("viewBox", f"{left:g} {top:g} {width:g} {height + _MARK_HEIGHT:g}")
    line = ElementTree.SubElement(root, f"{{{_SVG}}}text", x="4", y=f"{top + height + 12:g}")
    line.set("style", f"font-size: 11px; font-weight: 600; fill: {_VARIABLES[INK]}")
    line.text = mark


def marked(drawn: str, mark: str) -> str:
    """A finished drawing, as `drawing` made it, with one more line written below it."""
    ElementTree.register_namespace("", _SVG)
    root = ElementTree.fromstring(drawn.replace("<svg", f'<svg xmlns="{_SVG}"', 1))
    _mark(root, mark)
    return ElementTree.tostring(root, encoding="unicode").replace(f' xmlns="{_SVG}"', "", 1)


# As the style sheet has it: the letters of pages, and a halo that keeps a number readable across a line.
ALONE = (
    'svg{font-family:"DejaVu Sans",Verdana,Arial,sans-serif}text{paint-order:stroke;stroke:#ffffff;stroke-width:5px;'
    'stroke-linejoin:round}[id*="tick_"] text{stroke:none}'
)


def standalone(drawn: str) -> str:
    """A finished drawing as a file of its own, at its size in print: colours as drawn, with its title and description."""
    for variable, colour in PLAIN.items():
        drawn = drawn.replace(variable, colour)
    width, height = size(drawn)
    sized = f'<svg xmlns="{_SVG}" width="{width:g}pt" height="{height:g}pt"'
    head, middle, rest = drawn.replace("<svg", sized, 1).partition(">")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}{middle}<style>{ALONE}</style>{rest}\n'


def size(drawn: str) -> tuple[float, float]:
    """Width and height of a finished drawing in points, 72 an inch."""
    root = ElementTree.fromstring(drawn)
    width, height = root.attrib["viewBox"].split()[2:]
    return float(width), float(height)


def rekeyed(drawn: str, key: str, new: str) -> str:
    """A finished drawing with other ids: each that begins with `key`, and what refers to it, begins with `new`."""
    drawn = drawn.replace(f'"{key}-title {key}-desc"', f'"{new}-title {new}-desc"')
    for before in ('id="', 'href="#', "url(#"):
        drawn = drawn.replace(f"{before}{key}-", f"{before}{new}-")
    return drawn


def _name(root: ElementTree.Element, key: str, title: str, description: str) -> None:
    root.set("role", "img")
    root.set("aria-labelledby", f"{key}-title {key}-desc")
    for place, (tag, text) in enumerate((("title", title), ("desc", description))):
        element = ElementTree.Element(f"{{{_SVG}}}{tag}", id=f"{key}-{tag}")
        element.text = clean(text)
        root.insert(place, element)
