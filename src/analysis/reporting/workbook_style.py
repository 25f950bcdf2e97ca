"""How a workbook looks on a screen and on paper: widths, wrapped texts, number formats, one page wide."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

HEAD, INPUT = "E4EAF0", "FFF4D6"  # fills of header cells and of cells to change
POUNDS, RATIO, PERCENT = "#,##0", "0.00", "0.0#%"
_LETTERS = "Calibri"
_LINE = 15  # points that a line takes
_WIDTH = 18  # of a column, in characters, where nothing else is said
_THOUSAND = 1000
_BUILT_IN_A3, _BUILT_IN_A4 = 8, 9  # the format's numbers for A3 and A4
_WIDE = 16  # columns that are too many for A4


def head_cell(cell: "Cell") -> None:
    """A cell of the header row: bold on a tint."""
    from openpyxl.styles import Font, PatternFill

    cell.font, cell.fill = Font(name=_LETTERS, bold=True), PatternFill("solid", fgColor=HEAD)


def input_cell(cell: "Cell") -> None:
    """A cell that readers are to change: shaded and not locked."""
    from openpyxl.styles import PatternFill, Protection

    cell.fill, cell.protection = PatternFill("solid", fgColor=INPUT), Protection(locked=False)
    thousands(cell)


def thousands(cell: "Cell") -> None:
    """Set thousands apart where a number has any."""
    if isinstance(cell.value, int | float) and abs(cell.value) >= _THOUSAND:
        cell.number_format = "#,##0" if float(cell.value).is_integer() else "#,##0.00"


def choose_from(cell: "Cell", choices: Sequence[str], sheet: str) -> None:
    """Let a cell be one of the titles of another sheet's columns, from the third on."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    titles = f"'{sheet}'!$C$1:${get_column_letter(len(choices) + 2)}$1"
    listed = DataValidation(
        "list", formula1=titles, showErrorMessage=True, errorTitle="Scenario", error="One of the list."
    )
    cell.parent.add_data_validation(listed)
    listed.add(cell)
    input_cell(cell)


def within_range(sheet: "Worksheet", value: "Cell", low: "Cell", high: "Cell") -> None:
    """Ask a reader whether a value outside its range is meant; one may be."""
    from openpyxl.worksheet.datavalidation import DataValidation

    asked = DataValidation(
        "decimal",
        operator="between",
        formula1=low.coordinate,
        formula2=high.coordinate,
        errorStyle="warning",
        showErrorMessage=True,
        errorTitle="Outside the range",
        error="The value is outside the range that the register gives it. Is it meant?",
    )
    sheet.add_data_validation(asked)
    asked.add(value)


def lock(sheet: "Worksheet") -> None:
    """Lock all but the cells to change, without a password; columns may still be set wide, and rows be sorted and filtered."""
    sheet.protection.sheet = True
    for allowed in ("formatColumns", "formatRows", "sort", "autoFilter"):
        setattr(sheet.protection, allowed, False)  # what is not protected against


def settle_sheet(
    sheet: "Worksheet",
    widths: Mapping[int, int],
    formats: Mapping[int, str] | None = None,
    top: int = 2,
    pages: int = 1,
) -> None:
    """Set widths by column (from 1) and formats by column, wrap texts, freeze what stands above the row `top`, and print landscape,
    so many pages wide, each with the first column. Rows are as high as their longest text: LibreOffice prints what is higher over the next row."""
    from openpyxl.styles import Alignment
    from openpyxl.utils import get_column_letter

    for column in range(1, sheet.max_column + 1):
        sheet.column_dimensions[get_column_letter(column)].width = widths.get(column, _WIDTH)
    for row in sheet.iter_rows():
        lines = 1
        for cell in row:
            text = isinstance(cell.value, str) and cell.data_type != "f"
            cell.alignment = Alignment(
                wrap_text=text, vertical="top", indent=1 if text else 0, horizontal="left" if text else None
            )
            if cell.row >= top and formats and cell.column in formats:
                cell.number_format = formats[cell.column]
            if text and not _merged(sheet, cell):
                lines = max(lines, _lines(str(cell.value), widths.get(cell.column, _WIDTH)))
        sheet.row_dimensions[row[0].row].height = _LINE * lines + 2
    sheet.freeze_panes = f"B{top}"
    sheet.print_title_rows = f"1:{top - 1}"
    paper = _BUILT_IN_A3 if sheet.max_column > _WIDE else _BUILT_IN_A4
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", paper
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = pages, 0
    sheet.print_title_cols = "A:A"
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _merged(sheet: "Worksheet", cell: "Cell") -> bool:
    return any(cell.coordinate in each for each in sheet.merged_cells.ranges)


def _lines(text: str, width: int) -> int:
    """Lines that a text takes in a column of so many characters, words kept whole."""
    from textwrap import wrap

    return sum(max(1, len(wrap(line, max(4, int(0.85 * width))))) for line in text.splitlines() or [""])
