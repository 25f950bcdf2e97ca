"""Any bytes through the readers of a team's files: read, or refused in words; never another error, never a long wait."""

import csv
import io
import os
import random
import time
import zipfile
from contextlib import suppress
from pathlib import Path

import openpyxl
import pandas as pd
import pyreadstat
import pytest
import yaml
from hypothesis import HealthCheck, given, settings, strategies as st

from analysis.coding.codebook import Code, Codebook
from analysis.coding.formats import read_codebook, read_segments
from analysis.coding.refi import qdc_text
from analysis.errors import InputError
from analysis.files import MOST_BYTES, MOST_VALUES, read_text, read_yaml
from analysis.participants.draft_sheets import sheets_of
from analysis.participants.excel import first_sheet
from analysis.participants.records import read_table

MOST_SECONDS = 20  # of what takes milliseconds, on a machine that others use
HEADER = ["person_id", "joined_on", "course", "confidence_pre", "confidence_post", "months_in_uk"]
ROWS = [["A1", "2013-01-07", "esol", "5", "8", "18.5"], ["A2", "2013-09-30", "Café", "refused", "9", "12"]]
BOOK = Codebook(title="Small", version="1", codes=(Code(id="trust", name="Trust"), Code(id="work", name="Work")))
YAML = 'title: Small\nversion: "1"\ncodes:\n- {id: trust, name: Trust}\n- {id: work, name: Work, parent: trust}\n'
SEGMENTS = "segment_id,group,speaker,code,coder\n1,group 1,A1,trust,one\n2,group 2,A2,work,two\n"
PIECES = [
    b"\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b'"',
    b"\r",
    b"\n\n",
    b"\t",
    b";",
    b"9" * 400,
    b"1e309",
    b"=A1",
    b"-",
    b"*a",
]
PIECES += [
    b"&a;",
    b"&a ",
    b"<!DOCTYPE x [<!ENTITY a 'b'>]>",
    b"<",
    b"</",
    b"r='ZZZZ6'",
    b"99999999",
    "İ\u202e😀".encode(),
]
FUZZ = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _table(path: Path) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([HEADER, *ROWS])
    path.write_text(out.getvalue(), encoding="utf-8")


def _workbook(path: Path) -> None:
    book = openpyxl.Workbook()
    for row in [HEADER, *ROWS]:
        book.active.append(row)
    book.save(path)


def _frame() -> pd.DataFrame:
    return pd.DataFrame(ROWS, columns=HEADER)


GOOD = {  # name: what writes a good file
    "questionnaire.csv": _table,
    "questionnaire.xlsx": _workbook,
    "questionnaire.sav": lambda path: pyreadstat.write_sav(_frame(), str(path)),
    "questionnaire.dta": lambda path: _frame().to_stata(path, write_index=False),
    "codebook.yaml": lambda path: path.write_text(YAML, encoding="utf-8"),
    "codebook.qdc": lambda path: path.write_text(qdc_text(BOOK), encoding="utf-8"),
    "coded_segments.csv": lambda path: path.write_text(SEGMENTS, encoding="utf-8"),
}


def read(path: Path) -> None:
    """Whatever reads a file of this name."""
    if path.name.startswith("codebook"):
        read_codebook(path, path.name)
    elif path.name.startswith("coded"):
        read_segments(path, path.name, BOOK)
    elif path.suffix == ".dta":
        sheets_of(path)
    else:
        sheets_of(path)
        read_table(path, "questionnaire")


def read_or_refused(path: Path) -> None:
    began = time.perf_counter()
    try:
        read(path)
    except InputError as error:
        assert path.name in str(error)
    assert time.perf_counter() - began < MOST_SECONDS


def damaged(content: bytes, place: float, cut: int, piece: bytes) -> bytes:
    """Some bytes taken out at a place, and others put in."""
    at = int(place * len(content))
    return content[:at] + piece + content[at + cut :]


DAMAGE = st.tuples(st.floats(0, 1), st.integers(0, 30), st.sampled_from(PIECES) | st.binary(max_size=4))


@pytest.fixture(scope="module")
def good(tmp_path_factory) -> dict[str, bytes]:
    """A good file of each name, which is read."""
    folder = tmp_path_factory.mktemp("good")
    for name, write in GOOD.items():
        write(folder / name)
        read(folder / name)
    return {name: (folder / name).read_bytes() for name in GOOD}


@pytest.mark.parametrize("name", GOOD)
@FUZZ
@given(content=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_in_words(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    read_or_refused(tmp_path / name)


@pytest.mark.parametrize("name", GOOD)
@FUZZ
@given(damages=st.lists(DAMAGE, min_size=1, max_size=3))
def test_a_damaged_file_is_read_or_refused_in_words(tmp_path, good, name, damages):
    content = good[name]
    for damage in damages:
        content = damaged(content, *damage)
    (tmp_path / name).write_bytes(content)
    read_or_refused(tmp_path / name)


@FUZZ
@given(part=st.integers(0, 50), damage=DAMAGE)
def test_a_workbook_with_a_damaged_part_is_read_or_refused_in_words(tmp_path, good, part, damage):
    """A whole zip, of which one part is not what it was."""
    path = tmp_path / "questionnaire.xlsx"
    with zipfile.ZipFile(io.BytesIO(good[path.name])) as book, zipfile.ZipFile(path, "w") as made:
        names = book.namelist()
        for name in names:
            content = book.read(name)
            made.writestr(name, damaged(content, *damage) if name == names[part % len(names)] else content)
    read_or_refused(path)


CELLS = b"".join(b'<row r="%d"><c r="XFD%d"><v>1</v></c></row>' % (row, row) for row in range(10, 4_000))
CRAFTED = {  # name: what of a worksheet becomes what; without its dimension, which would end the reading
    "a row beyond the last": (b'<row r="3"', b'<row r="99999999"'),
    "a column beyond the last": (b'r="A3"', b'r="ZZZZ6"'),
    "rows as wide as they can be": (b"</sheetData>", CELLS + b"</sheetData>"),
    "all cells merged": (b"</sheetData>", b"</sheetData><mergeCells><mergeCell ref='A1:XFD1048576'/></mergeCells>"),
    "a merge behind a sign": (
        b"</sheetData>",
        b"</sheetData><mergeCells><mergeCell a='>' ref='A1:&#88;FD99999'/></mergeCells>",
    ),
    "a link on all cells": (
        b"</sheetData>",
        b"</sheetData><hyperlinks><hyperlink ref='A1:XFD1048576' location='javascript:a'/></hyperlinks>",
    ),
    "cells without number": (b"</sheetData>", b"<row r='9'>" + b"<c/>" * 5_100_000 + b"</row></sheetData>"),
    "a text without end": (b"</sheetData>", b"<row r='9'><c><v>" + b"1" * 15_000_000 + b"</v></c></row></sheetData>"),
}


def crafted(path: Path, good: bytes, part: str, *changes: tuple[bytes, bytes]) -> None:
    """A good workbook, one part of which is changed; padded, so that its size bears what it unpacks to."""
    with zipfile.ZipFile(io.BytesIO(good)) as book, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name in book.namelist():
            content = book.read(name)
            for before, after in changes if name == part else ():
                assert before in content
                content = content.replace(before, after, 1)
            made.writestr(name, content)
        made.writestr("padding", random.Random(1).randbytes(200_000), zipfile.ZIP_STORED)


@pytest.mark.parametrize("name", CRAFTED)
def test_a_crafted_workbook_is_read_or_refused_at_once_whoever_reads_it(tmp_path, good, name):
    path = tmp_path / "questionnaire.xlsx"
    crafted(path, good[path.name], "xl/worksheets/sheet1.xml", (b'<dimension ref="A1:F3" />', b""), CRAFTED[name])
    began = time.process_time()
    for reader in (
        sheets_of,
        lambda path: first_sheet(path, path.name),
        lambda path: read_table(path, "questionnaire"),
    ):
        with suppress(InputError):
            reader(path)
    assert time.process_time() - began < MOST_SECONDS


def test_many_sheets_that_are_one_part_are_refused(tmp_path, good):
    path = tmp_path / "questionnaire.xlsx"
    for number in (2, 600):
        more = b"".join(
            b"<sheet xmlns:r='http://schemas.openxmlformats.org/officeDocument/2006/relationships' name='s%d' sheetId='%d' r:id='rId1'/>"
            % (place, place)
            for place in range(2, number + 1)
        )
        crafted(path, good[path.name], "xl/workbook.xml", (b"</sheets>", more + b"</sheets>"))
        for reader in (sheets_of, lambda path: first_sheet(path, path.name)):
            with pytest.raises(InputError, match="sheets"):
                reader(path)


def test_a_workbook_in_letters_in_which_nothing_can_be_counted_is_refused(tmp_path, good):
    path = tmp_path / "questionnaire.xlsx"
    with zipfile.ZipFile(io.BytesIO(good[path.name])) as book, zipfile.ZipFile(path, "w") as made:
        for name in book.namelist():
            content = book.read(name)
            made.writestr(name, content.decode().encode("utf-16") if name.endswith("sheet1.xml") else content)
    with pytest.raises(InputError, match="not in UTF-8"):
        sheets_of(path)


def test_a_row_of_more_cells_than_a_worksheet_has_columns_is_refused_before_it_is_built(tmp_path, good):
    path = tmp_path / "questionnaire.xlsx"
    for number in (16_384, 16_385):
        row = b"<row r='9'>" + b"<c/>" * number + b"</row><row r='10'><c/></row>"
        crafted(path, good[path.name], "xl/worksheets/sheet1.xml", (b"</sheetData>", row + b"</sheetData>"))
        if number == 16_384:
            sheets_of(path)
    with pytest.raises(InputError, match="cells in one row"):
        sheets_of(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no such files")
@pytest.mark.parametrize("kind", ["pipe", "zeros", "memory", "round", "large"])
def test_what_has_no_end_is_refused_before_it_is_read(tmp_path, kind):
    path = tmp_path / "claims.csv"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "large":
        path.touch()
        os.truncate(path, MOST_BYTES + 1)
    else:
        path.symlink_to({"zeros": "/dev/zero", "memory": "/proc/self/mem", "round": path}[kind])
    with pytest.raises(InputError, match="of an ordinary size"):
        read_text(path, path.name)


def test_a_yaml_file_of_keys_without_end_is_refused_before_anything_is_built_of_it(tmp_path, monkeypatch):
    path = tmp_path / "study.yaml"
    path.write_text("\n".join(f"key{number}: {number}" for number in range(MOST_VALUES // 2)), encoding="utf-8")
    monkeypatch.setattr(yaml, "load", None)
    with pytest.raises(InputError, match="more than 300,000"):
        read_yaml(path, path.name)
