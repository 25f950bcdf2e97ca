"""Figures as files for print: SVG as it is drawn; PNG at 300 dots an inch and PDF by the Chromium that is installed.

All figures of a study are painted below one another on few sheets, which one browser each paints, and cut out; the alternative
text goes with every file: as title and description of an SVG, as text of a PNG, as that of the tagged drawing in a PDF.
"""

import io
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from urllib.parse import quote

from analysis.pipeline.deposit.pdf import FLAGS, dated, drive
from analysis.reporting.markup import escape
from analysis.reporting.svg import size, standalone

DPI = 300
SCALE = DPI / 96  # dots of a PNG for each pixel of a page
TALLEST = 5000  # pixels of a sheet: at this scale a browser without a graphics card paints no more than 16,384 dots
# In a PDF a halo would make a font of type 3 of every outlined letter, which publishers refuse.
NO_HALO = "svg text { stroke: none !important }"
STEP = 8  # pixels: of so many, a whole number of dots


@dataclass(frozen=True)
class Drawing:
    """A figure: its name as a file, its drawing as the page has it, its caption and what it shows in words."""

    name: str
    drawn: str
    caption: str
    told: str

    @property
    def svg(self) -> str:
        """The figure as a file of its own."""
        return standalone(self.drawn)

    @property
    def pixels(self) -> tuple[float, float]:
        """Width and height as a browser lays it out."""
        width, height = size(self.drawn)
        return width * 96 / 72, height * 96 / 72


def printed(drawings: Sequence[Drawing], program: str, date: bytes) -> dict[str, bytes]:
    """Every figure as PNG and as PDF, by file name. `date` is that of the PDFs; InputError if the browser makes nothing."""
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        pdfs = pool.map(lambda each: (f"{each.name}.pdf", _pdf(each, program, date)), drawings)
        pngs = pool.map(lambda sheet: _pngs(sheet, program), _sheets(drawings))
        return dict(pdfs) | {name: content for sheet in pngs for name, content in sheet.items()}


def _pdf(drawing: Drawing, program: str, date: bytes) -> bytes:
    width, height = size(drawing.drawn)
    style = f"@page {{ size: {width:g}pt {height:g}pt; margin: 0 }} html, body {{ margin: 0 }} svg {{ display: block }} {NO_HALO}"
    inner = drawing.svg.partition("?>")[2]
    page = _page(drawing.caption, style, inner)
    return dated(_driven(program, page, "--print-to-pdf", drawing.name, FLAGS[-3:]), date)


def _sheets(drawings: Iterable[Drawing]) -> Iterator[list[tuple[int, Drawing]]]:
    """Drawings on sheets, each with its distance from the top in pixels."""
    sheet: list[tuple[int, Drawing]] = []
    top = 0
    for each in drawings:
        height = ceil(each.pixels[1] / STEP + 1) * STEP
        if sheet and top + height > TALLEST:
            yield sheet
            sheet, top = [], 0
        sheet.append((top, each))
        top += height
    if sheet:
        yield sheet


def _pngs(sheet: list[tuple[int, Drawing]], program: str) -> dict[str, bytes]:
    """The figures of a sheet, each cut out of what the browser painted."""
    from PIL import Image

    wide = ceil(max(each.pixels[0] for _, each in sheet))
    tall = ceil(sheet[-1][0] + sheet[-1][1].pixels[1])
    style = "html, body { margin: 0; background: #ffffff } img { position: absolute; left: 0 }"
    images = "".join(
        f'<img alt="" style="top: {top}px" src="data:image/svg+xml,{quote(each.svg)}">' for top, each in sheet
    )
    options = ("--hide-scrollbars", f"--force-device-scale-factor={SCALE}", f"--window-size={wide},{tall}")
    painted = Image.open(
        io.BytesIO(
            _driven(program, _page("Figures", style, images), "--screenshot", sheet[0][1].name, options, *options)
        )
    )
    return {f"{each.name}.png": _cut(painted, top, each) for top, each in sheet}


def _cut(painted: "Image.Image", top: int, drawing: Drawing) -> bytes:  # type: ignore[name-defined]  # noqa: F821
    from PIL.PngImagePlugin import PngInfo

    width, height = (round(points / 72 * DPI) for points in size(drawing.drawn))
    first = round(top * SCALE)
    said, content = PngInfo(), io.BytesIO()
    said.add_itxt("Title", drawing.caption, "en-GB")
    said.add_itxt("Description", drawing.told, "en-GB")
    cut = painted.convert("RGB").crop((0, first, width, first + height))
    cut.save(content, "PNG", dpi=(DPI, DPI), pnginfo=said, optimize=True)
    return content.getvalue()


def _page(title: str, style: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{style}</style></head><body>{body}</body></html>"
    )


def _driven(program: str, page: str, option: str, place: str, named: Sequence[str], *more: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "figure.html"
        file.write_text(page, encoding="utf-8")
        return drive(program, file, option, f"figure {place}", named, *more)
