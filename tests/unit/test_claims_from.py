"""Every number of a text as a draft of claims.csv: read as a person would, valid as a ledger, and never a sentence."""

import os
import time
from pathlib import Path

import pytest

from analysis.cli import main
from analysis.errors import InputError
from analysis.study.claims import read_claims
from analysis.tools import claims_from as module
from analysis.tools.claims_from import HARDLY, WORDS_AROUND, claims_from, draft

ROOT = Path(__file__).resolve().parents[2]
TEXT = """What it reached
The garden project began in March 2019 with 48 women, of whom over 60% stayed for eighteen months.
It cost £1.2 million, or between 20-25 hours each; most came weekly (Smith, 2017). See Table 3.
1. First aim
Group\tPeople\tShare
Under twenty-fives\t12\t25%
All who joined\t48\t100%
Ends 30/06/2021. Groups met from 2019-20. Half of 1,250 visits, 2 ½ hours, £3 to £8; 18 months, or 18 months, after COVID-19.
"""


def numbers(tmp_path: Path, text: str) -> list[tuple[str, str, str, str]]:
    (tmp_path / "x.txt").write_text(text, encoding="utf-8")
    return [(each.printed, each.value, each.unit, each.kind) for each in claims_from(tmp_path / "x.txt")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("in March 2019", ("March 2019", "2019-03", "date", "date")),
        ("on 1st July 2017", ("1st July 2017", "2017-07-01", "date", "date")),
        ("by 30/09/22", ("30/09/22", "2022-09-30", "date", "date")),
        ("in 2008/9", ("2008/9", "2008..2009", "date", "date")),
        ("2019–2020", ("2019–2020", "2019..2020", "date", "date")),
        ("48 women came", ("48", "48", "people", "count")),
        ("a group of 12 women", ("12", "12", "people", "count")),
        ("over 60% of them", ("over 60%", "60", "%", "share")),
        ("for eighteen months", ("eighteen", "18", "months", "duration")),
        ("£13.6 million", ("£13.6 million", "13600000", "GBP", "money")),
        ("€1,250.50 each", ("€1,250.50", "1250.5", "EUR", "money")),
        ("2 ½ hours", ("2 ½", "2.5", "hours", "duration")),
        ("20-25 hours", ("20-25", "20..25", "items", "count")),
        ("Quarterly", ("Quarterly", "3", "months", "duration")),
    ],
)
def test_one_number(tmp_path, text, expected):
    assert numbers(tmp_path, text) == [expected]


@pytest.mark.parametrize(
    "text", ["postcode PO1 and E06000044x", "31/31/2020", "nothing here", "a Level 2 Award", "in phase 3", "Year 1"]
)
def test_what_is_no_number_or_told_as_hardly_one(tmp_path, text):
    (tmp_path / "x.txt").write_text(text, encoding="utf-8")
    assert all(HARDLY in each.note for each in claims_from(tmp_path / "x.txt"))


def test_lines_words_and_rows_of_a_table(tmp_path):
    (tmp_path / "x.txt").write_text(TEXT, encoding="utf-8")
    found = claims_from(tmp_path / "x.txt")
    assert max(len(each.words.split()) for each in found) <= WORDS_AROUND
    assert {each.section for each in found} == {"What it reached"}
    row = [each for each in found if each.line == 7]
    assert [(each.words, each.value) for each in row][-2:] == [("All who joined", "48"), ("All who joined", "100")]
    assert [each.printed for each in found if HARDLY in each.note] == ["2017", "3", "1", "19"]
    assert [each.value for each in found if each.line == 3][:1] == ["1200000"]


def test_a_draft_is_a_ledger_that_loads_and_restatements_share_their_quantity(tmp_path):
    (tmp_path / "x.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "claims.csv").write_text(draft(claims_from(tmp_path / "x.txt"), "GP"), encoding="utf-8")
    ledger = read_claims(tmp_path / "claims.csv", "claims.csv", "GP")
    (row,) = [claim for claim in ledger.values() if claim.line == 7 and claim.value == "48"]
    assert row.unit == "items"  # a cell says no unit: a guess to correct
    assert row.note == "column: People"
    months = [claim for claim in ledger.values() if claim.value == "18"]
    assert len({claim.quantity for claim in months}) == 1 and "published again" in months[1].note


def test_pages_are_counted_where_there_are_several(tmp_path):
    (tmp_path / "x.txt").write_text("12 people\f\n30 people\n", encoding="utf-8")
    found = claims_from(tmp_path / "x.txt")
    assert [(each.page, each.line) for each in found] == [(1, 1), (2, 3)]
    (tmp_path / "claims.csv").write_text(draft(found), encoding="utf-8")
    assert [claim.page for claim in read_claims(tmp_path / "claims.csv", "claims.csv", "XX").values()] == ["1", "2"]


def test_formulas_of_spreadsheets_are_inert(tmp_path):
    (tmp_path / "x.txt").write_text("=SUM\t12\n", encoding="utf-8")
    assert "=SUM" not in draft(claims_from(tmp_path / "x.txt"))


def test_a_pdf_without_text_and_a_file_that_is_none(tmp_path, monkeypatch):
    (tmp_path / "x.pdf").write_bytes(b"no pdf")
    with pytest.raises(InputError, match="cannot read"):
        claims_from(tmp_path / "x.pdf")
    monkeypatch.setattr(module, "_with_pypdf", lambda path: [])
    monkeypatch.setattr(module.shutil, "which", lambda name: None)
    with pytest.raises(InputError, match="neither pypdf nor pdftotext"):
        claims_from(tmp_path / "x.pdf")
    with pytest.raises(InputError, match="no such file"):
        claims_from(tmp_path / "y.pdf")


def test_the_text_layer_of_a_pdf(tmp_path):
    pypdf = pytest.importorskip("pypdf")
    from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

    writer = pypdf.PdfWriter()
    font = DictionaryObject({NameObject("/Type"): NameObject("/Font"), NameObject("/Subtype"): NameObject("/Type1")})
    font[NameObject("/BaseFont")] = NameObject("/Helvetica")
    for text in ("48 women", "12 weeks"):
        page, stream = writer.add_blank_page(300, 300), DecodedStreamObject()
        stream.set_data(f"BT /F1 12 Tf 20 200 Td ({text}) Tj ET".encode())
        page[NameObject("/Contents")] = writer._add_object(stream)
        page[NameObject("/Resources")] = DictionaryObject(
            {NameObject("/Font"): DictionaryObject({NameObject("/F1"): font})}
        )
    writer.write(tmp_path / "x.pdf")
    assert [(each.page, each.value, each.unit) for each in claims_from(tmp_path / "x.pdf")] == [
        (1, "48", "people"),
        (2, "12", "weeks"),
    ]


def test_the_command_writes_once_and_says_what_it_found(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.txt").write_text("48 women\n", encoding="utf-8")
    assert main(["claims-from", "x.txt", "--prefix", "AB"]) == 0
    assert "1 number (1 count)" in capsys.readouterr().out and "AB-001" in (tmp_path / "x_claims.csv").read_text()
    assert main(["claims-from", "x.txt"]) == 1 and "none yet" in capsys.readouterr().err
    assert main(["claims-from", "x.txt", "--prefix", "a1", "--to", "y.csv"]) == 1
    assert main(["claims-from", "none.txt", "--to", "y.csv"]) == 1 and not (tmp_path / "y.csv").exists()


def test_drafts_of_the_two_sources_hold_their_claims_and_load(tmp_path):
    from benchmarks.claims_from import SOURCES, measure

    folder = Path(os.environ.get("ANALYSIS_SOURCES", ROOT.parent / "shared" / "sources"))
    if not folder.is_dir():
        pytest.skip(f"no sources at {folder}; set ANALYSIS_SOURCES to the folder that holds them")
    found = [measure(study, folder / file) for study, file in SOURCES.items()]
    assert sum(row["in the draft"] for row in found) >= 0.98 * sum(row["claims"] for row in found)
    for file in SOURCES.values():
        (tmp_path / file).write_text(draft(claims_from(folder / file), "XX"), encoding="utf-8")
        assert len(read_claims(tmp_path / file, file, "XX")) > 100


@pytest.mark.parametrize("between", [" ", "\t"])
def test_a_line_of_thousands_of_numbers_is_read_in_a_moment(tmp_path, between):
    (tmp_path / "x.txt").write_text(between.join(f"word {number % 97}" for number in range(10_000)), encoding="utf-8")
    began = time.process_time()
    assert len(claims_from(tmp_path / "x.txt")) == 10_000
    assert time.process_time() - began < 20


@pytest.mark.parametrize("text", ["9" * 5_000, "9" * 40, "1/" + "9" * 5_000, "1-" + "9" * 5_000, "£" + "9" * 50])
def test_digits_without_end_are_no_number(tmp_path, text):
    assert [value for _, value, *_ in numbers(tmp_path, f"It cost {text} or 48 people.")][-1] == "48"
