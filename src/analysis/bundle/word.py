"""A sheet (`analysis.reporting.sheets`) as a Word document: Word's own table, caption and repeated heading row.

WordprocessingML (ECMA-376, part 1) of so little is a zip of five short texts, which the standard library writes: python-docx
would bring lxml, a compiled parser, into every installation to write these five, and dates them with the clock. The order of
elements is the schema's, in which Word reads them: of tblPr style, width, look, caption, description (17.4.60), of tcPr width,
span (17.4.66), of pPr style, keepNext, jc (17.3.1.26).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from analysis.bundle.formats import Cell, captioned, header, is_numeric, shown
from analysis.bundle.zips import zip_bytes
from analysis.reporting.markup import escape
from analysis.reporting.sheets import Sheet

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_TYPES = (
    f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_WORD}.document.main+xml"/>'
    f'<Override PartName="/word/styles.xml" ContentType="{_WORD}.styles+xml"/>'
    '<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>'
)
_STYLES = (
    f'{_HEAD}<w:styles xmlns:w="{_MAIN}"><w:docDefaults><w:rPrDefault><w:rPr><w:sz w:val="20"/><w:lang w:val="en-GB"/></w:rPr>'
    "</w:rPrDefault></w:docDefaults>"
    '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="Caption"><w:name w:val="caption"/><w:basedOn w:val="Normal"/>'
    "<w:pPr><w:keepNext/></w:pPr><w:rPr><w:b/></w:rPr></w:style>"
    '<w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/><w:basedOn w:val="Normal"/><w:pPr><w:keepNext/></w:pPr>'
    '<w:rPr><w:b/><w:sz w:val="32"/></w:rPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/><w:basedOn w:val="Normal"/><w:pPr><w:keepNext/>'
    '<w:spacing w:before="160" w:after="40"/><w:outlineLvl w:val="0"/></w:pPr><w:rPr><w:b/><w:sz w:val="23"/></w:rPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="List"><w:name w:val="List"/><w:basedOn w:val="Normal"/><w:pPr>'
    '<w:spacing w:after="40"/><w:ind w:left="284" w:hanging="284"/></w:pPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="TableNote"><w:name w:val="Table Note"/><w:basedOn w:val="Normal"/>'
    '<w:rPr><w:sz w:val="18"/></w:rPr></w:style>'
    '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/><w:tblPr><w:tblCellMar>'
    '<w:left w:w="80" w:type="dxa"/><w:right w:w="80" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>'
    '<w:style w:type="table" w:styleId="TableGrid"><w:name w:val="Table Grid"/><w:basedOn w:val="TableNormal"/><w:tblPr><w:tblBorders>'
    + "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="8C959F"/>' for side in ("top", "bottom", "insideH")
    )
    + "</w:tblBorders></w:tblPr></w:style></w:styles>"
)
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
_EMU = 9525  # units of a drawing in a pixel
_WIDTH = 6_120_000  # of the lines of a page in these units: 17 cm
_WIDE = 6  # columns from which a page lies on its side


def word(sheet: Sheet) -> bytes:
    """A document with one table, its caption above and its note below; same sheet, same bytes."""
    return _packed(f"{sheet['label']}. {captioned(sheet)}", _of_sheet(sheet), ())


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of a document, and its style: `Title`, `Heading1`, `List`, `TableNote` or none."""

    text: str
    style: str = ""


@dataclass(frozen=True)
class Picture:
    """A PNG, its width and height in pixels (96 an inch) and what it shows in words."""

    content: bytes
    pixels: tuple[float, float]
    told: str


def document(title: str, parts: Sequence[Paragraph | Picture]) -> bytes:
    """A document of paragraphs, and of pictures that share a line where they follow one another; same parts, same bytes."""
    pictures = [part for part in parts if isinstance(part, Picture)]
    lines = [list(line) for _, line in groupby(parts, lambda part: isinstance(part, Picture) or id(part))]
    body = "".join(_line(line, pictures) for line in lines) + _section('w:w="11906" w:h="16838"')
    return _packed(title, body, [each.content for each in pictures])


def _line(line: Sequence[Paragraph | Picture], pictures: Sequence[Picture]) -> str:
    """A paragraph, or pictures beside one another."""
    (first, *_) = line
    if isinstance(first, Paragraph):
        return _paragraph([_run(first.text)], f"<w:pStyle w:val={_quoted(first.style)}/>" if first.style else "")
    places = [next(place for place, each in enumerate(pictures, 1) if each is one) for one in line]
    return _paragraph(_drawing(pictures[place - 1], place, _WIDTH / len(line)) for place in places)


def _drawing(picture: Picture, place: int, widest: float) -> str:
    """A picture in its line (ECMA-376, part 1, 20.4.2.8), as wide as it is drawn, and no wider than its share of the page."""
    width, height = (round(side * _EMU) for side in picture.pixels)
    scale = min(1.0, widest / width)
    extent = f'cx="{round(width * scale)}" cy="{round(height * scale)}"'
    named = f'id="{place}" name="Chart {place}" descr={_quoted(picture.told)}'
    drawn = (
        f'<pic:pic xmlns:pic="{_DRAWING}/picture"><pic:nvPicPr><pic:cNvPr {named}/><pic:cNvPicPr/></pic:nvPicPr>'
        f'<pic:blipFill><a:blip r:embed="image{place}" xmlns:r="{_OFFICE}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
        f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {extent}/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic>'
    )
    graphic = f'<a:graphic xmlns:a="{_DRAWING}/main"><a:graphicData uri="{_DRAWING}/picture">{drawn}</a:graphicData></a:graphic>'
    inline = f'<wp:inline xmlns:wp="{_DRAWING}/wordprocessingDrawing"><wp:extent {extent}/><wp:docPr {named}/>{graphic}</wp:inline>'
    return f"<w:r><w:drawing>{inline}</w:drawing></w:r>"


def _packed(title: str, body: str, pictures: Sequence[bytes]) -> bytes:
    """A document with a body, and the PNGs that it shows as `image1` and on, as the zip that it is."""
    images = [(f"image{place}", f"{_OFFICE}/image", f"media/image{place}.png") for place in range(1, len(pictures) + 1)]
    parts = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _relations(
            ("officeDocument", f"{_OFFICE}/officeDocument", "word/document.xml"),
            ("core", f"{_PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
        ),
        "word/document.xml": f'{_HEAD}<w:document xmlns:w="{_MAIN}"><w:body>{body}</w:body></w:document>',
        "word/styles.xml": _STYLES,
        "word/_rels/document.xml.rels": _relations(("styles", f"{_OFFICE}/styles", "styles.xml"), *images),
        "docProps/core.xml": f'{_HEAD}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{escape(title)}</dc:title><dc:language>en-GB</dc:language></cp:coreProperties>",
    }
    painted = {f"word/{target}": content for (_, _, target), content in zip(images, pictures, strict=True)}
    return zip_bytes({name: text.encode("utf-8") for name, text in parts.items()} | painted)


def _relations(*relations: tuple[str, str, str]) -> str:
    each = "".join(f'<Relationship Id="{key}" Type="{sort}" Target="{target}"/>' for key, sort, target in relations)
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{each}</Relationships>'


def _of_sheet(sheet: Sheet) -> str:
    note = _paragraph([_run(sheet["note"])], '<w:pStyle w:val="TableNote"/>') if sheet["note"] else _paragraph([])
    side = (
        'w:w="16838" w:h="11906" w:orient="landscape"' if len(sheet["columns"]) >= _WIDE else 'w:w="11906" w:h="16838"'
    )
    return f"{_caption(sheet)}{_table(sheet)}{note}{_section(side)}"


def _section(side: str) -> str:
    """The page that a document is on, of a size; margins of two centimetres."""
    margins = " ".join(f'w:{name}="1134"' for name in ("top", "right", "bottom", "left"))
    return f'<w:sectPr><w:pgSz {side}/><w:pgMar {margins} w:header="567" w:footer="567" w:gutter="0"/></w:sectPr>'


def _caption(sheet: Sheet) -> str:
    """A caption with Word's own count, set to this table's number, so that lists of tables find it."""
    words, _, number = sheet["label"].rpartition(" ")
    count = _quoted(rf" SEQ {words} \* ARABIC \r {number} ")
    field = f"<w:fldSimple w:instr={count}>{_run(number)}</w:fldSimple>"
    return _paragraph(
        [_run(f"{words} "), field, _run(f". {captioned(sheet)}")], '<w:pStyle w:val="Caption"/><w:keepNext/>'
    )


def _table(sheet: Sheet) -> str:
    count = len(sheet["columns"]) + 1
    look = '<w:tblLook w:val="0620" w:firstRow="1" w:lastRow="0" w:firstColumn="1" w:lastColumn="0" w:noHBand="1" w:noVBand="1"/>'
    about = f"<w:tblCaption w:val={_quoted(sheet['label'])}/><w:tblDescription w:val={_quoted(captioned(sheet))}/>"
    properties = f'<w:tblPr><w:tblStyle w:val="TableGrid"/><w:tblW w:w="5000" w:type="pct"/>{look}{about}</w:tblPr>'
    grid = f"<w:tblGrid>{'<w:gridCol/>' * count}</w:tblGrid>"
    right = [False, *(is_numeric(sheet, place) for place in range(count - 1))]
    head = _row(zip(header(sheet), right, strict=True), "<w:cantSplit/><w:tblHeader/>", bold=True)
    body = "".join(_group(group, rows, right) for group, rows in sheet["groups"])
    return f"<w:tbl>{properties}{grid}{head}{body}</w:tbl>"


def _group(group: str, rows: Iterable[tuple[str, list[Cell]]], right: list[bool]) -> str:
    span = f'<w:tcPr><w:tcW w:w="0" w:type="auto"/><w:gridSpan w:val="{len(right)}"/></w:tcPr>'
    first = f"<w:tr>{_cell(group, False, True, span)}</w:tr>" if group else ""
    return first + "".join(
        _row(zip([label, *map(shown, cells)], right, strict=True), "<w:cantSplit/>") for label, cells in rows
    )


def _row(cells: Iterable[tuple[str, bool]], properties: str, bold: bool = False) -> str:
    width = '<w:tcPr><w:tcW w:w="0" w:type="auto"/></w:tcPr>'
    return (
        f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(_cell(text, right, bold, width) for text, right in cells)}</w:tr>"
    )


def _cell(text: str, right: bool, bold: bool, properties: str) -> str:
    aligned = '<w:jc w:val="right"/>' if right else ""
    return f"<w:tc>{properties}{_paragraph([_run(text, bold)] if text else [], aligned)}</w:tc>"


def _paragraph(runs: Iterable[str], properties: str = "") -> str:
    return f"<w:p>{f'<w:pPr>{properties}</w:pPr>' if properties else ''}{''.join(runs)}</w:p>"


def _quoted(text: str) -> str:
    return f'"{escape(text)}"'


def _run(text: str, bold: bool = False) -> str:
    return f'<w:r>{"<w:rPr><w:b/></w:rPr>" if bold else ""}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'
