"""Workbooks that are not what the project wrote: each stops with the sheet and the cell, and nothing in it is run."""

import zipfile

import pytest
from openpyxl import load_workbook
from value_maps import cost, entry, outcome, write_study

from analysis.errors import InputError
from analysis.reporting.workbook import write_workbook
from analysis.reporting.workbook_import import read_workbook
from analysis.sroi.model import read_model


@pytest.fixture
def study(tmp_path):
    entries = [entry("cost", 100, "GBP"), entry("worth", 50, "GBP"), entry("share", 0.5, "ratio", 0.4, 0.6)]
    rows = [cost(), outcome(quantity="worth * share2", beneficiaries="a: share; b: 1 - share")]
    terms = [{"id": "share2", "label": "Share again", "formula": "share + share"}]
    return write_study(tmp_path, entries, rows, {"terms": terms})


@pytest.fixture
def book(study, tmp_path):
    return write_workbook(read_model(study), tmp_path / "value_map.xlsx")


def edited(book, change):
    opened = load_workbook(book)
    change(opened)
    opened.save(book)
    return book


def column(opened, sheet, title):
    return next(cell.column_letter for cell in opened[sheet][1] if cell.value == title)


def setter(sheet, title, row, value):
    def change(opened):
        opened[sheet][f"{column(opened, sheet, title)}{row}"].value = value

    return change


def drop(sheet):
    def change(opened):
        del opened[sheet]

    return change


CHANGES = [
    ("no sheet of inputs", drop("Inputs"), "no sheet 'Inputs'"),
    ("no value map", drop("Value map"), "no sheet 'Value map'"),
    ("no sources", drop("Sources"), "no sheet 'Sources'"),
    ("a broken reference", setter("Value map", "Quantity", 3, "=#REF!*worth"), "broken formula"),
    ("a function", setter("Value map", "Quantity", 3, "=SUM(worth,1)"), "nothing can be called"),
    ("a link", setter("Value map", "Quantity", 3, '=HYPERLINK("http://x")'), "nothing can be called"),
    ("another file", setter("Value map", "Quantity", 3, "=[1]Sheet1!A1"), "not part of a formula"),
    ("an address", setter("Value map", "Quantity", 3, "=Inputs!C3"), "not part of a formula"),
    ("a plain address", setter("Value map", "Quantity", 3, "=C3"), "not known"),
    ("words for a number", setter("Value map", "Quantity", 3, "many"), "the text 'many'"),
    ("an unknown name", setter("Value map", "Deadweight", 3, "=deadwait"), "not known"),
    ("deadweight above one", setter("Value map", "Deadweight", 3, 1.5), "between 0 and 1"),
    ("shares that miss the whole", setter("Value map", "Share: b", 3, 0.9), "add to"),
    ("a title changed", setter("Value map", "Deadweight", 1, "Dead weight"), "Dead"),
    ("a column of its own", setter("Value map", "Present value (£)", 1, "Mood"), "does not belong"),
    ("a circle", setter("Terms", "Formula", 2, "=share2*2"), "leads back to itself"),
    ("low above high", setter("Inputs", "Low", 4, 0.9), "low <= value <= high"),
    ("a formula for an input", setter("Inputs", "Value", 2, "=1+1"), "the formula =1+1"),
    ("an input without a source", setter("Sources", "Id", 2, "nobody"), "source"),
    ("an id twice", setter("Inputs", "Id", 3, "cost"), "twice"),
    ("no price year of money", setter("Inputs", "Price year", 2, None), "price year"),
    ("no price year of the map", setter("Settings", "Value", 2, None), "integer"),
]


@pytest.mark.parametrize(("change", "words"), [case[1:] for case in CHANGES], ids=[case[0] for case in CHANGES])
def test_a_changed_workbook(study, book, change, words):
    with pytest.raises(InputError) as caught:
        read_workbook(edited(book, change), study)
    assert words in str(caught.value) and "What to do" in str(caught.value)
    assert "value_map.xlsx" in str(caught.value)


@pytest.mark.parametrize("part", ["xl/vbaProject.bin", "xl/macrosheets/sheet1.xml"])
def test_macros_are_refused(study, book, part):
    with zipfile.ZipFile(book, "a") as archive:
        archive.writestr(part, b"macro")
    with pytest.raises(InputError, match="macros"):
        read_workbook(book, study)


def test_links_to_other_files_are_refused(study, book):
    with zipfile.ZipFile(book, "a") as archive:
        archive.writestr("xl/externalLinks/externalLink1.xml", b"<x/>")
    with pytest.raises(InputError, match="links to other files"):
        read_workbook(book, study)


@pytest.mark.parametrize("content", [b"", b"not a workbook", b"PK\x03\x04 broken"])
def test_what_is_no_workbook(study, book, content):
    book.write_bytes(content)
    with pytest.raises(InputError, match="no workbook"):
        read_workbook(book, study)


def test_an_archive_of_something_else(study, book):
    with zipfile.ZipFile(book, "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(InputError, match="cannot be read"):
        read_workbook(book, study)


def test_an_archive_that_unpacks_without_end(study, book):
    with zipfile.ZipFile(book, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 60_000_000)
    with pytest.raises(InputError, match="more content"):
        read_workbook(book, study)


def test_no_such_file(study, tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_workbook(tmp_path / "nothing.xlsx", study)
