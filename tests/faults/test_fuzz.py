"""Any bytes through the readers of a team's files: read, or refused in words; never another error, never a long wait."""

import csv
import io
import time
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pyreadstat
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from analysis.coding.codebook import Code, Codebook
from analysis.coding.formats import read_codebook, read_segments
from analysis.coding.refi import qdc_text
from analysis.errors import InputError
from analysis.participants.draft_sheets import sheets_of
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
