"""How a workbook looks on a screen and on paper: widths, wrapped texts, number formats, one page wide."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

HEAD, INPUT = "E4EAF0", "FFF4D6"  # fills of header cells and of cells to change
POUNDS, RATIO = "#,##0", "0.00"
_WIDTH = 18  # of a column, in characters, where nothing else is said
_THOUSAND = 1000
_BUILT_IN_A4 = 9  # the format's number for A4


def head_cell(cell: "Cell") -> None:
    """A cell of the header row: bold on a tint."""
    from openpyxl.styles import Font, PatternFill

    cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor=HEAD)


def input_cell(cell: "Cell") -> None:
    """A cell that readers are to change: shaded and not locked."""
    from openpyxl.styles import PatternFill, Protection

    cell.fill, cell.protection = PatternFill("solid", fgColor=INPUT), Protection(locked=False)
    thousands(cell)


def thousands(cell: "Cell") -> None:
    """Set thousands apart where a number has any."""
    if isinstance(cell.value, int | float) and abs(cell.value) >= _THOUSAND:
        cell.number_format = "#,##0" if float(cell.value).is_integer() else "#,##0.00"


def settle_sheet(sheet: "Worksheet", widths: Mapping[int, int], formats: Mapping[int, str] | None = None) -> None:
    """Set widths by column (from 1) and formats by column, wrap texts, freeze the header, and print landscape, one page wide."""
    from openpyxl.styles import Alignment
    from openpyxl.utils import get_column_letter

    for column in range(1, sheet.max_column + 1):
        sheet.column_dimensions[get_column_letter(column)].width = widths.get(column, _WIDTH)
    for row in sheet.iter_rows():
        for cell in row:
            text = isinstance(cell.value, str) and cell.data_type != "f"
            cell.alignment = Alignment(
                wrap_text=text, vertical="top", indent=1 if text else 0, horizontal="left" if text else None
            )
            if cell.row > 1 and formats and cell.column in formats:
                cell.number_format = formats[cell.column]
    sheet.freeze_panes = "B2"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", _BUILT_IN_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
