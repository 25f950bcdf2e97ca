"""A sheet (`analysis.reporting.sheets`) as CSV, LaTeX and Markdown.

The buttons of pages (`reporting/template/take.js`) write the same three; a test holds them against each other byte by byte.
"""

import csv
import io
import re
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator

from analysis.reporting.sheets import Sheet
from analysis.results import inert

Cell = str | list[str]
LONG_TABLE, LONG_TEXT = 30, 32  # rows from which LaTeX breaks a table over pages, characters from which text wraps
TEX = {
    **{sign: f"\\{sign}" for sign in "{}&%$#_"},
    **{sign: f"{{{sign}}}" for sign in "[]*"},  # after the end of a row these would be its options
    **{
        sign: f"\\text{name}{{}}"
        for sign, name in {
            "\\": "backslash",
            "~": "asciitilde",
            "^": "asciicircum",
            "<": "less",
            ">": "greater",
            "|": "bar",
            '"': "quotedbl",
            "`": "asciigrave",
        }.items()
    },
    **{
        sign: f"\\ensuremath{{{name}}}"
        for sign, name in {
            "−": "-",
            "≤": r"\leq",
            "≥": r"\geq",
            "≈": r"\approx",
            "√": r"\surd",
            "∫": r"\int",
            "Σ": r"\Sigma",
            "²": "^2",
            "×": r"\times",
            "·": r"\cdot",
            "→": r"\rightarrow",
        }.items()
    },
    "£": r"\pounds{}",
}
_SIGNS = "".join(chr(code) for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)) == "Sc")
_NUMBER = re.compile(
    rf"([−-]?)([A-Z]{{0,3}}[{re.escape(_SIGNS)}]|[A-Z]{{3}}\s)?([0-9]+(?:,[0-9]{{3}})*(?:\.[0-9]+)?)(%?)"
)
_MARKED = re.compile(r"[\\`*_\[\]<>|~$^&#]")


def csv_text(sheet: Sheet) -> str:
    """A table for a spreadsheet or a program: numbers as numbers, words in place of hidden ones, no formula.

    Unit and kind that all numbers of a column share stand in its header, and in a column of their own where they differ;
    ends of intervals have columns of their own. The first line marks what is no finding. UTF-8 with a mark of its order,
    which spreadsheets need.
    """
    parts = [_parts(sheet, place) for place, _ in enumerate(sheet["columns"])]
    grouped = any(group for group, _ in sheet["groups"])
    head = [sheet["header"], *(["Group"] if grouped else []), *(name for each in parts for name, _ in each)]
    lines = [[inert(name) for name in head]]
    for group, label, cells in rows_of(sheet):
        own = [inert(label), *([inert(group)] if grouped else [])]
        lines.append([*own, *(of(cell) for each, cell in zip(parts, cells, strict=True) for _, of in each)])
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)
    return "\ufeff" + (f"# {sheet['mark']}\n" if sheet["mark"] else "") + text.getvalue()


def _parts(sheet: Sheet, place: int) -> list[tuple[str, Callable[[Cell], object]]]:
    """The columns of a CSV file that a column of a table becomes, each with what it takes from a cell."""
    label, _, unit, kind, interval = sheet["columns"][place]
    if not is_numeric(sheet, place):
        return [(label, lambda cell: inert(_part(cell, 0)))]
    cells = [cells[place] for _, _, cells in rows_of(sheet)]

    def at(which: int, end: int | None = None) -> Callable[[Cell], object]:
        return lambda cell: _number(cell, which, end, unit)

    found = [(in_brackets(label, unit, kind), at(0))]
    if any(_part(cell, 1) for cell in cells):
        found += [(in_brackets(f"{label}, {word}", interval), at(1, end)) for end, word in enumerate(("low", "high"))]
    if any(_part(cell, 2) for cell in cells):
        found.append((f"{label}, kind", lambda cell: _part(cell, 2)))
    if any(_part(cell, 3) for cell in cells):
        found.append((f"{label}, unit", lambda cell: inert(_part(cell, 3))))
    return found


def _part(cell: Cell, place: int) -> str:
    """A part of a number's cell; of a text itself and nothing else."""
    if isinstance(cell, str):
        return "" if place else cell
    return cell[place] if len(cell) > place else ""


def _number(cell: Cell, which: int, end: int | None, unit: str) -> object:
    """The number of a cell, or one end of its interval."""
    text = _part(cell, which)
    if isinstance(cell, str) or not text:
        return inert(text)
    ends = text.split(" to ")
    text = text if end is None else (ends[end] if len(ends) > end else "")
    return plain(text, unit or _part(cell, 3))


def plain(text: str, unit: str) -> object:
    """A number as programs read it; words, and a sign that no unit tells, as they are.

    >>> plain("−1,875", "people"), plain("£4.67", "GBP per GBP"), plain("27%", "%"), plain("27%", ""), plain("up to 3", "")
    ('-1875', '4.67', '27', '27%', 'up to 3')
    """
    found = _NUMBER.fullmatch(text)
    if not found or (found[2] and not re.match("[A-Z]{3}", unit)) or (found[4] and unit != "%"):
        return inert(text)
    return ("-" if found[1] else "") + found[3].replace(",", "")


def latex(sheet: Sheet) -> str:
    """A table with caption and note; over several pages where it is long. It needs booktabs, and says so."""
    wide = [
        place
        for place in range(-1, len(sheet["columns"]))
        if not _right(sheet, place) and _longest(sheet, place) > LONG_TEXT
    ]
    wrapped = f"p{{{0.6 / (len(wide) or 1):.2f}\\linewidth}}"
    form = "".join(
        wrapped if place in wide else "r" if _right(sheet, place) else "l" for place in range(-1, len(sheet["columns"]))
    )
    head = "\\toprule\n" + _tex_row(map(tex, header(sheet))) + "\\midrule\n"
    body = "".join(_tex_group(sheet, group, rows) for group, rows in sheet["groups"])
    caption = f"\\caption{{{tex(captioned(sheet))}}}\\label{{tab:{sheet['id']}}}"
    note = (
        f"\n\\medskip\\noindent\\parbox{{\\linewidth}}{{\\footnotesize {tex(sheet['note'])}}}\n"
        if sheet["note"]
        else ""
    )
    opening = f"% {sheet['label']}: needs \\usepackage{{booktabs}}"
    if len(rows_of(sheet)) > LONG_TABLE:
        opening += " and \\usepackage{longtable}\n"
        start = f"\\begin{{longtable}}{{{form}}}\n{caption} \\\\\n{head}\\endfirsthead\n{head}\\endhead\n\\bottomrule\n\\endlastfoot\n"
        return f"{opening}{start}{body}\\end{{longtable}}\n{note}"
    start = f"\\begin{{table}}[htbp]\n\\centering\n{caption}\n\\begin{{tabular}}{{{form}}}\n{head}"
    return f"{opening}\n{start}{body}\\bottomrule\n\\end{{tabular}}\n{note}\\end{{table}}\n"


def _tex_group(sheet: Sheet, group: str, rows: Iterable[tuple[str, list[Cell]]]) -> str:
    count = len(sheet["columns"]) + 1
    first = _tex_row([f"\\multicolumn{{{count}}}{{l}}{{\\textbf{{{tex(group)}}}}}"]) if group else ""
    return first + "".join(_tex_row([tex(label), *(tex(shown(cell)) for cell in cells)]) for label, cells in rows)


def _tex_row(cells: Iterable[str]) -> str:
    return " & ".join(cells) + " \\\\\n"


def tex(text: str) -> str:
    """A text as LaTeX sets it, whatever signs it holds.

    >>> print(tex("50% of £3 [a_b]"))
    50\\% of \\pounds{}3 {[}a\\_b{]}
    """
    return "".join(TEX.get(sign, sign) for sign in text)


def markdown(sheet: Sheet) -> str:
    """A pipe table with its caption above and its note below."""
    rule = ["---", *("---:" if is_numeric(sheet, place) else "---" for place, _ in enumerate(sheet["columns"]))]
    body = "".join(_md_group(sheet, group, rows) for group, rows in sheet["groups"])
    note = f"\n*Note.* {md(sheet['note'])}\n" if sheet["note"] else ""
    head = _md_row(map(md, header(sheet))) + _md_row(rule)
    return f"**{md(sheet['label'])}.** {md(captioned(sheet))}\n\n{head}{body}{note}"


def _md_group(sheet: Sheet, group: str, rows: Iterable[tuple[str, list[Cell]]]) -> str:
    first = _md_row([f"**{md(group)}**", *("" for _ in sheet["columns"])]) if group else ""
    return first + "".join(_md_row([md(label), *(md(shown(cell)) for cell in cells)]) for label, cells in rows)


def _md_row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def md(text: str) -> str:
    """A text in which Markdown reads no mark.

    >>> print(md("a|b *c* <d>"))
    a\\|b \\*c\\* \\<d\\>
    """
    return _MARKED.sub(r"\\\g<0>", text)


def header(sheet: Sheet) -> list[str]:
    """What stands above each column, with unit and kind as on the page."""
    return [sheet["header"], *(in_brackets(label, words) for label, words, *_ in sheet["columns"])]


def captioned(sheet: Sheet) -> str:
    """The caption, after the mark of what is no finding."""
    return f"{sheet['mark']}. {sheet['caption']}" if sheet["mark"] else str(sheet["caption"])


def shown(cell: Cell) -> str:
    """A cell as it is read: a number with its interval, and its kind where those of the column differ."""
    return cell if isinstance(cell, str) else in_brackets(cell[0], _part(cell, 1), _part(cell, 2))


def in_brackets(before: str, *parts: str) -> str:
    """Words with others in brackets after them, if there are any.

    >>> in_brackets("27%", "20% to 34%", ""), in_brackets("27%", "")
    ('27% (20% to 34%)', '27%')
    """
    told = ", ".join(filter(None, parts))
    return f"{before} ({told})" if told else before


def rows_of(sheet: Sheet) -> list[tuple[str, str, list[Cell]]]:
    """Every row with the name of its group and its label."""
    return [(group, label, cells) for group, rows in sheet["groups"] for label, cells in rows]


def is_numeric(sheet: Sheet, place: int) -> bool:
    """Whether a column holds any number."""
    return any(isinstance(cells[place], list) for _, _, cells in rows_of(sheet))


def _right(sheet: Sheet, place: int) -> bool:
    return place >= 0 and is_numeric(sheet, place)


def _longest(sheet: Sheet, place: int) -> int:
    return max((len(text) for text in _texts(sheet, place)), default=0)


def _texts(sheet: Sheet, place: int) -> Iterator[str]:
    yield from (label if place < 0 else shown(cells[place]) for _, label, cells in rows_of(sheet))
