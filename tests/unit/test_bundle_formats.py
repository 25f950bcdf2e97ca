"""Tables as CSV, LaTeX, Markdown and Word, each read back by a reader of its own and held against what was put in."""

import csv
import io
import re
from xml.etree import ElementTree
from zipfile import ZipFile

import mistune
import pytest

from analysis.bundle.formats import csv_text, latex, markdown, md, plain, tex
from analysis.bundle.word import word
from analysis.bundle.zips import zip_bytes

HOSTILE = '=1+1 | 50% of £3 \\ {a}_[b]* $x$ #1 ~ ^ <b> `c` & "q" −4 ≤ ≥ × · ² √ Σ ∫ → ≈ it\'s, é'
SIGNS = [*map(chr, range(33, 127)), *"£−≤≥≈√∫Σ²×·→éß“”–—€"]
MARK = "Worked example: synthetic records, not findings"


def sheet(**more):
    said = {
        "id": "people",
        "label": "Table 3",
        "mark": MARK,
        "caption": f"Who came; {HOSTILE}",
        "note": f"Counts are rounded. {HOSTILE}",
        "header": "Group of people",
        "columns": [
            ["Share", "measured · interval: 95 %", "%", "measured", "95 %"],
            ["Change", "", "", "", ""],
            ["Why", "", "", "", ""],
        ],
        "groups": [
            ["", [["all", [["27.4%", "20.1% to 34.0%"], ["−1,875", "", "assumed", "people"], "plain"]]]],
            [
                f"@later {HOSTILE}",
                [
                    [HOSTILE, [["hidden"], ["£4.67", "£4.00 to no upper limit", "published", "GBP per GBP"], HOSTILE]],
                    ["-3 or less", ["withheld", ["under 0.001", "", "measured"], ""]],
                ],
            ],
        ],
    }
    return said | more


def shown_cells() -> list[list[str]]:
    """The rows as a reader has them, without the row of the group."""
    return [
        ["all", "27.4% (20.1% to 34.0%)", "−1,875 (assumed)", "plain"],
        [HOSTILE, "hidden", "£4.67 (£4.00 to no upper limit, published)", HOSTILE],
        ["-3 or less", "withheld", "under 0.001 (measured)", ""],
    ]


HEAD = ["Group of people", "Share (measured · interval: 95 %)", "Change", "Why"]


def test_csv_holds_numbers_as_numbers_words_as_words_and_no_formula():
    text = csv_text(sheet())
    assert text.startswith(f"\ufeff# {MARK}\n")
    rows = list(csv.reader(io.StringIO(text.partition("\n")[2])))
    assert rows == [
        [
            "Group of people",
            "Group",
            "Share (%, measured)",
            "Share, low (95 %)",
            "Share, high (95 %)",
            "Change",
            "Change, low",
            "Change, high",
            "Change, kind",
            "Change, unit",
            "Why",
        ],
        ["all", "", "27.4", "20.1", "34.0", "-1875", "", "", "assumed", "people", "plain"],
        [
            f"'{HOSTILE}",
            f"'@later {HOSTILE}",
            "hidden",
            "",
            "",
            "4.67",
            "4.00",
            "no upper limit",
            "published",
            "GBP per GBP",
            f"'{HOSTILE}",
        ],
        ["'-3 or less", f"'@later {HOSTILE}", "withheld", "", "", "under 0.001", "", "", "measured", "", ""],
    ]
    assert [cell for row in rows for cell in row if cell[:1] in "=+@" and cell] == []


def test_csv_of_what_is_a_finding_begins_with_its_header():
    assert csv_text(sheet(mark="")).startswith("\ufeffGroup of people,")


@pytest.mark.parametrize(
    ("text", "unit", "number"),
    [
        ("1,234,567", "people", "1234567"),
        ("−0.50", "points", "-0.50"),
        ("€12", "EUR per week", "12"),
        ("CHF\xa01,200", "CHF", "1200"),
        ("A$5", "AUD", "5"),
        ("27%", "", "27%"),
        ("£3", "people", "£3"),
        ("<5", "people", "<5"),
        ("~40", "people", "~40"),
        ("1,23", "people", "1,23"),
        ("up to £6.67", "GBP per GBP", "up to £6.67"),
        ("=5", "people", "'=5"),
    ],
)
def test_a_sign_that_no_unit_tells_is_kept_as_words(text, unit, number):
    assert plain(text, unit) == number


# What each escape means, written from the LaTeX manual and not from the code; longest first.
MEANINGS = [
    (r"\\textbackslash\{\}", "\\"),
    (r"\\textasciitilde\{\}", "~"),
    (r"\\textasciicircum\{\}", "^"),
    (r"\\textasciigrave\{\}", "`"),
    (r"\\textquotedbl\{\}", '"'),
    (r"\\textless\{\}", "<"),
    (r"\\textgreater\{\}", ">"),
    (r"\\textbar\{\}", "|"),
    (r"\\pounds\{\}", "£"),
    (r"\\ensuremath\{-\}", "−"),
    (r"\\ensuremath\{\\leq\}", "≤"),
    (r"\\ensuremath\{\\geq\}", "≥"),
    (r"\\ensuremath\{\\approx\}", "≈"),
    (r"\\ensuremath\{\\surd\}", "√"),
    (r"\\ensuremath\{\\int\}", "∫"),
    (r"\\ensuremath\{\\Sigma\}", "Σ"),
    (r"\\ensuremath\{\^2\}", "²"),
    (r"\\ensuremath\{\\times\}", "×"),
    (r"\\ensuremath\{\\cdot\}", "·"),
    (r"\\ensuremath\{\\rightarrow\}", "→"),
    (r"\{\[\}", "["),
    (r"\{\]\}", "]"),
    (r"\{\*\}", "*"),
    (r"\\([{}&%$#_])", None),
]
_TOKEN = re.compile("|".join(f"(?P<m{place}>{pattern})" for place, (pattern, _) in enumerate(MEANINGS)))


def read_tex(text: str) -> str:
    """LaTeX text as it is set."""

    def meant(match: re.Match) -> str:
        place = int(match.lastgroup[1:])
        return match[0][1:] if MEANINGS[place][1] is None else MEANINGS[place][1]

    return _TOKEN.sub(meant, text)


@pytest.mark.parametrize("sign", SIGNS)
def test_every_sign_comes_back_from_latex(sign):
    written = tex(f"a{sign}b{sign}{sign}")
    assert read_tex(written) == f"a{sign}b{sign}{sign}"
    assert not re.search(r"(?<!\\)[&%$#_]", re.sub(r"\\ensuremath\{\^2\}", "", written))


@pytest.mark.parametrize("rows", [1, 40])
def test_latex_has_caption_mark_note_and_the_cells(rows):
    said = sheet() if rows == 1 else sheet(groups=[["", [[f"row {n}", [["1%"], ["2"], "x"]] for n in range(rows)]]])
    text = latex(said)
    assert re.findall(r"\\begin\{(\w+)\}", text) == (["table", "tabular"] if rows == 1 else ["longtable"])
    assert sorted(re.findall(r"\\begin\{(\w+)\}", text)) == sorted(re.findall(r"\\end\{(\w+)\}", text))
    assert read_tex(re.search(r"\\caption\{(.*)\}\\label\{tab:people\}", text)[1]) == f"{MARK}. {said['caption']}"
    assert read_tex(re.search(r"\\footnotesize (.*)\}$", text, re.MULTILINE)[1]) == said["note"]
    found = [
        line.removesuffix(r" \\").split(" & ") for line in text.splitlines() if line.endswith(r" \\") and " & " in line
    ]
    cells = [[read_tex(cell) for cell in line] for line in found]
    assert cells[0] == HEAD
    if rows == 1:
        assert cells[1:] == shown_cells()
        assert r"\multicolumn{4}{l}{\textbf{@later" in text
    depth = 0
    for sign in re.sub(r"\\[\\{}]", "", text):
        depth += {"{": 1, "}": -1}.get(sign, 0)
        assert depth >= 0
    assert depth == 0


def test_markdown_is_read_as_it_was_meant():
    read = mistune.create_markdown(renderer=None, plugins=["table"])
    blocks = read(markdown(sheet()))
    assert [block["type"] for block in blocks if block["type"] != "blank_line"] == ["paragraph", "table", "paragraph"]
    paragraphs = [words(block) for block in blocks if block["type"] == "paragraph"]
    assert paragraphs == [f"Table 3. {MARK}. {sheet()['caption']}", f"Note. {sheet()['note']}"]
    head, body = next(block for block in blocks if block["type"] == "table")["children"]
    assert [words(cell) for cell in head["children"]] == HEAD
    rows = [[words(cell) for cell in row["children"]] for row in body["children"]]
    assert [row for row in rows if row[1:] != ["", "", ""]] == shown_cells()
    assert rows[1][0] == f"@later {HOSTILE}"


def words(token) -> str:
    return token["raw"] if "raw" in token else "".join(words(child) for child in token.get("children", ()))


@pytest.mark.parametrize("sign", SIGNS)
def test_every_sign_comes_back_from_markdown(sign):
    read = mistune.create_markdown(renderer=None, plugins=["table", "strikethrough"])
    text = f"a {sign} b{sign}{sign} {sign}c{sign}"
    assert "".join(words(block) for block in read(f"x {md(text)}")) == f"x {text}"


W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
ORDER = {  # of children, by the sequences of wml.xsd (ECMA-376, part 1, annex A)
    "tblPr": [
        "tblStyle",
        "tblpPr",
        "tblOverlap",
        "bidiVisual",
        "tblStyleRowBandSize",
        "tblStyleColBandSize",
        "tblW",
        "jc",
    ]
    + [
        "tblCellSpacing",
        "tblInd",
        "tblBorders",
        "shd",
        "tblLayout",
        "tblCellMar",
        "tblLook",
        "tblCaption",
        "tblDescription",
    ],
    "tbl": ["tblPr", "tblGrid", "tr"],
    "tr": ["tblPrEx", "trPr", "tc"],
    "tc": ["tcPr", "p"],
    "tcPr": ["cnfStyle", "tcW", "gridSpan", "hMerge", "vMerge", "tcBorders", "shd", "noWrap"],
    "p": ["pPr", "r", "fldSimple"],
    "pPr": ["pStyle", "keepNext", "keepLines", "spacing", "ind", "jc", "outlineLvl"],
    "r": ["rPr", "t"],
    "sectPr": ["pgSz", "pgMar"],
    "style": ["name", "aliases", "basedOn", "next", "link", "pPr", "rPr", "tblPr"],
    "rPr": ["rStyle", "rFonts", "b", "sz", "lang"],
    "styles": ["docDefaults", "latentStyles", "style"],
}


def part(content: bytes, name: str) -> ElementTree.Element:
    with ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return ElementTree.fromstring(archive.read(name))


def text_of(element) -> str:
    return "".join(found.text or "" for found in element.iter(f"{W}t"))


def test_word_has_its_own_caption_table_heading_row_and_alternative_text():
    body = part(word(sheet()), "word/document.xml")[0]
    assert [child.tag for child in body] == [f"{W}p", f"{W}tbl", f"{W}p", f"{W}sectPr"]
    caption, table, note = list(body)[:3]
    assert text_of(caption) == f"Table 3. {MARK}. {sheet()['caption']}" and text_of(note) == sheet()["note"]
    assert caption.find(f"{W}pPr/{W}pStyle").get(f"{W}val") == "Caption"
    assert caption.find(f"{W}fldSimple").get(f"{W}instr") == " SEQ Table \\* ARABIC \\r 3 "
    rows = table.findall(f"{W}tr")
    assert [row.find(f"{W}trPr/{W}tblHeader") is not None for row in rows] == [True, False, False, False, False]
    assert [[text_of(cell) for cell in row.findall(f"{W}tc")] for row in rows] == [
        HEAD,
        shown_cells()[0],
        [f"@later {HOSTILE}"],
        *shown_cells()[1:],
    ]
    assert rows[2].find(f"{W}tc/{W}tcPr/{W}gridSpan").get(f"{W}val") == "4"
    assert len(table.findall(f"{W}tblGrid/{W}gridCol")) == 4
    assert table.find(f"{W}tblPr/{W}tblDescription").get(f"{W}val") == f"{MARK}. {sheet()['caption']}"
    assert table.find(f"{W}tblPr/{W}tblCaption").get(f"{W}val") == "Table 3"


@pytest.mark.parametrize("name", ["word/document.xml", "word/styles.xml"])
def test_word_s_elements_stand_in_the_order_of_the_schema(name):
    for element in part(word(sheet()), name).iter():
        if order := ORDER.get(element.tag.removeprefix(W)):
            places = [order.index(child.tag.removeprefix(W)) for child in element]
            if element.tag != f"{W}p":  # runs and fields of a paragraph in any order
                assert places == sorted(places), element.tag


def test_every_part_of_a_word_file_is_named_by_the_package():
    content = word(sheet())
    with ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
    assert names[0] == "[Content_Types].xml"
    types = part(content, "[Content_Types].xml")
    assert {one.get("PartName")[1:] for one in types if one.get("PartName")} == {
        name for name in names if name.endswith(".xml")
    } - {names[0]}
    targets = {one.get("Target") for one in part(content, "_rels/.rels")}
    assert targets == {"word/document.xml", "docProps/core.xml"}


def test_a_long_word_is_no_trouble_and_the_same_sheet_gives_the_same_bytes():
    long = sheet(caption="x" * 5000)
    assert word(long) == word(long) and text_of(part(word(long), "word/document.xml"))


def test_a_zip_holds_no_time_of_its_own():
    content = zip_bytes({"b": b"2", "a/c": b"1"})
    with ZipFile(io.BytesIO(content)) as archive:
        assert [(info.filename, info.date_time) for info in archive.infolist()] == [
            ("b", (1980, 1, 1, 0, 0, 0)),
            ("a/c", (1980, 1, 1, 0, 0, 0)),
        ]
    assert content == zip_bytes({"b": b"2", "a/c": b"1"})
