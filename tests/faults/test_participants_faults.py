"""Bad participant files: each gives one clear error with file, row and column, and changes nothing."""

import hashlib
import zipfile
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from analysis.errors import InputError
from analysis.participants import read_records
from analysis.participants.records import read_table

pytestmark = pytest.mark.usefixtures("values_shown")
STUDY = "a_study"
QUESTIONNAIRE = "study,person_id,joined_on,birth_year,confidence_pre,months_in_uk,course\n"
GOOD = f"{QUESTIONNAIRE}{STUDY},A1,2013-01-07,1980,5,18,esol\n{STUDY},A2,2013-01-08,1981,6,24,health\n"
ATTENDANCE = "person_id,session_date,course\nA1,2013-02-01,esol\nA2,2013-02-01,esol\n"
CONTACTS = "contact_id,person_id,contact_date,type,field\nC1,A1,2013-03-01,help,health\n"


@pytest.fixture
def folder(tmp_path):
    for name, text in (("questionnaire", GOOD), ("attendance", ATTENDANCE), ("advice_contacts", CONTACTS)):
        (tmp_path / "raw" / STUDY).mkdir(parents=True, exist_ok=True)
        (tmp_path / "raw" / STUDY / f"{name}.csv").write_text(text, encoding="utf-8")
    return tmp_path / "raw" / STUDY


def fingerprint(folder):
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.rglob("*")) if path.is_file()}


def refused(folder, file="questionnaire.csv", row=None, column=None, found=""):
    """Reading fails with this place and finding, names what to do, and leaves every file as it was."""
    before = fingerprint(folder)
    with pytest.raises(InputError) as caught:
        read_records(folder, STUDY, root=folder.parents[1])
    error = caught.value
    assert error.file.startswith(f"raw/{STUDY}/{file}")
    assert (error.row, error.column) == (row, column)
    assert found in str(error)
    assert "What to do:" in str(error)
    assert fingerprint(folder) == before
    return str(error)


def put(folder, text, file="questionnaire.csv", encoding="utf-8"):
    (folder / file).write_bytes(text if isinstance(text, bytes) else text.encode(encoding))


def excel(folder, records, file="questionnaire"):
    from openpyxl import Workbook

    (folder / f"{file}.csv").unlink()
    book = Workbook()
    for record in records:
        book.active.append(record)
    book.save(folder / f"{file}.xlsx")


def test_the_good_files_are_good(folder):
    assert [len(table.values) for table in read_records(folder, STUDY)] == [2, 2, 1]


# The list of the specification


def test_duplicate_person_ids(folder):
    put(folder, GOOD + f"\n{STUDY},A1,2013-01-09,1980,5,18,esol\n")
    refused(folder, row=5, column="person_id", found="person_id A1, which stands in row 2 already")


def test_ids_in_one_file_missing_from_another(folder):
    put(folder, ATTENDANCE + "A7,2013-02-02,esol\nA8,2013-02-02,esol\n", "attendance.csv")
    message = refused(folder, "attendance.csv", row=4, column="person_id", found="'A7'")
    assert "questionnaire.csv has" in message
    assert "1 more such id" in message


def test_an_adviser_nobody_knows(folder):
    put(folder, CONTACTS + "C2,A9,2013-03-01,help,health\n", "advice_contacts.csv")
    refused(folder, "advice_contacts.csv", row=3, column="person_id", found="'A9'")


@pytest.mark.parametrize("score", ["0", "10"])
def test_a_score_off_the_scale(folder, score):
    put(folder, GOOD.replace("1981,6,", f"1981,{score},"))
    refused(folder, row=3, column="confidence_pre", found=f"found '{score}'; expected a whole number from 1 to 9")


def test_negative_months(folder):
    put(folder, GOOD.replace(",24,", ",-24,"))
    refused(folder, row=3, column="months_in_uk", found="'-24'")


def test_joined_before_birth(folder):
    put(folder, GOOD.replace("1981", "2014"))
    refused(folder, row=3, column="joined_on", found="birth_year 2014, joined_on 2013-01-08")


def test_session_before_birth(folder):
    put(folder, ATTENDANCE.replace("A2,2013", "A2,1913"), "attendance.csv")
    refused(
        folder,
        "attendance.csv",
        row=3,
        column="session_date",
        found="found '1913-02-01', before the year of birth, '1981'; expected a day after the person's birth",
    )


def test_more_months_in_the_country_than_in_life(folder):
    put(folder, GOOD.replace(",24,", ",450,"))
    refused(folder, row=3, column="months_in_uk", found="months_in_uk 450")


def test_mixed_encodings(folder):
    put(
        folder,
        GOOD.replace("esol", "Café").encode()
        + f"{STUDY},A3,2013-01-07,1980,5,18,".encode()
        + "Café\n".encode("cp1252"),
    )
    refused(folder, row=4, found="0xe9")


def test_utf_16(folder):
    put(folder, GOOD, encoding="utf-16")
    refused(folder, found="UTF-16")


def test_byte_order_mark_is_no_part_of_the_first_name(folder):
    put(folder, GOOD, encoding="utf-8-sig")
    assert read_records(folder, STUDY).questionnaire.values["study"].to_list() == [STUDY, STUDY]


def test_excel_day_numbers(folder):
    put(folder, GOOD.replace("2013-01-08", "41282"))
    refused(folder, row=3, column="joined_on", found="Excel's number of the day 2013-01-08")


def test_excel_day_numbers_in_a_workbook(folder):
    excel(folder, [["person_id", "joined_on"], ["A1", date(2013, 1, 7)], ["A2", 41282]])
    refused(folder, "questionnaire.xlsx, sheet Sheet", row=3, column="joined_on", found="2013-01-08")


def test_decimal_comma_between_commas(folder):
    put(folder, GOOD.replace(",24,", ',"24,5",'))
    refused(folder, row=3, column="months_in_uk", found="a decimal comma")


def test_two_decimal_marks_in_one_file(folder):
    put(folder, GOOD.replace(",18,", ",18.5,").replace(",24,", ',"24.5",').replace(",", ";").replace("24.5", "24,5"))
    refused(folder, row=3, column="months_in_uk", found="other decimal mark")


def test_a_hundred_thousand_columns(folder):
    put(folder, "person_id," + ",".join(f"c{i}" for i in range(99_999)) + "\n")
    refused(folder, row=1, found="100,000 columns")


@pytest.mark.parametrize(
    "content",
    [b"", b"\n\n", b"\xef\xbb\xbf", b" \n", QUESTIONNAIRE.encode()],
    ids=["nothing", "lines", "mark", "blank", "header"],
)
def test_empty_file(folder, content):
    put(folder, content)
    refused(folder, found="an empty file")


def test_empty_workbook(folder):
    excel(folder, [])
    refused(folder, "questionnaire.xlsx", found="an empty file")


def test_a_file_of_another_study(folder):
    put(folder, GOOD.replace(f"{STUDY},A2", "other_study,A2"))
    refused(folder, row=3, column="study", found="'other_study'")


def test_ids_of_another_study(folder):
    put(folder, "id_prefix: B\n", "records.yaml")
    refused(folder, row=2, column="person_id", found="begins with B")


def test_a_formula_in_a_cell(folder):
    put(folder, GOOD.replace("health", '"=HYPERLINK(""http://x"")"'))
    refused(folder, row=3, column="course", found="a formula to a spreadsheet")


def test_a_formula_in_a_workbook(folder):
    excel(folder, [["person_id", "confidence_pre"], ["A1", 5], ["A2", "=1+5"]])
    refused(folder, "questionnaire.xlsx", row=3, column="confidence_pre", found="a formula to a spreadsheet")


def test_an_array_formula_in_a_workbook(folder):
    from openpyxl.worksheet.formula import ArrayFormula

    excel(folder, [["person_id", "confidence_pre"], ["A1", 5], ["A2", ArrayFormula("B3", "=SUM(B2:B2)")]])
    refused(folder, "questionnaire.xlsx", row=3, column="confidence_pre", found="formula")


@pytest.mark.parametrize("label", ["<b>esol</b>", "<script>alert(1)</script>", "javascript:alert(1)", "&#60;i&#62;"])
def test_markup_in_a_label(folder, label):
    put(folder, GOOD.replace("health", label))
    refused(folder, row=3, column="course", found="markup")


def test_markup_in_a_column_name(folder):
    put(folder, GOOD.replace("course", "<script>alert(1)</script>", 1))
    refused(folder, row=1, column="<script>alert(1)</script>", found="does not know")


# More of the kind


def test_the_first_fault_is_named_and_the_others_counted(folder):
    put(folder, GOOD.replace("1981,6,24", "1981,60,-24").replace("1980,5,18", "1980,5,many"))
    assert "2 more cells need a look" in refused(folder, row=2, column="months_in_uk", found="'many'")


def test_columns_that_do_not_exist(folder):
    put(folder, GOOD.replace("confidence_pre", "confidense_pre"))
    assert "is it confidence_pre?" in refused(folder, row=1, column="confidense_pre")


def test_two_columns_of_one_name(folder):
    put(folder, GOOD.replace("course", "person_id"))
    refused(folder, row=1, column="person_id", found="second column")


def test_no_person_id(folder):
    put(folder, GOOD.replace("person_id", "trust_pre").replace("A1", "1").replace("A2", "2"))
    refused(folder, row=1, column="person_id", found="no such column")


def test_a_row_with_a_cell_too_many(folder):
    put(folder, GOOD.replace("health", "health,work"))
    refused(folder, row=3, found="8 cells")


def test_a_quotation_mark_that_is_not_closed(folder):
    put(folder, GOOD.replace("health", '"health'))
    refused(folder, row=3, found="cannot be read")


def test_the_same_session_twice(folder):
    put(folder, ATTENDANCE + "A1,2013-02-01,esol\n", "attendance.csv")
    refused(folder, "attendance.csv", row=4, column="person_id", found="which stands in row 2 already")


def test_a_session_without_date_and_number(folder):
    put(folder, ATTENDANCE + "A1,,esol\n", "attendance.csv")
    refused(folder, "attendance.csv", row=4, column="session_date", found="neither session_date nor session_number")


def test_the_same_contact_twice(folder):
    put(folder, CONTACTS + "C1,A2,2013-03-02,help,health\n", "advice_contacts.csv")
    refused(folder, "advice_contacts.csv", row=3, column="contact_id", found="C1")


def test_a_type_of_contact_nobody_knows(folder):
    put(folder, CONTACTS.replace("help", "chat"), "advice_contacts.csv")
    refused(folder, "advice_contacts.csv", row=2, column="type", found="one of help, assistance, signpost")


def test_one_table_in_two_files(folder):
    put(folder, b"x", "questionnaire.sav")
    refused(folder, found="questionnaire.csv and questionnaire.sav")


def test_a_format_that_is_not_read(folder):
    put(folder, b"x", "attendance.xls")
    refused(folder, "attendance.xls", found="a .xls file")


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04 torn", b"\xd0\xcf\x11\xe0 an old or encrypted file", b"text"], ids=["torn", "old", "text"]
)
def test_a_workbook_that_is_none(folder, content):
    (folder / "questionnaire.csv").unlink()
    put(folder, content, "questionnaire.xlsx")
    refused(folder, "questionnaire.xlsx", found="no .xlsx workbook")


def archive(folder, name, content):
    (folder / "questionnaire.csv").unlink()
    with zipfile.ZipFile(folder / "questionnaire.xlsx", "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr(name, content)


def test_a_workbook_that_unpacks_to_a_thousand_times_its_size(folder):
    archive(folder, "xl/worksheets/sheet1.xml", b"0" * 20_000_000)
    refused(folder, "questionnaire.xlsx", found="unpacks to 20,000,000 bytes")


def test_a_workbook_with_entities(folder):
    archive(folder, "xl/workbook.xml", b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>')
    refused(folder, "questionnaire.xlsx", found="entities in xl/workbook.xml")


def test_a_workbook_without_the_right_sheet(folder):
    excel(folder, [["person_id"], ["A1"]])
    put(folder, "questionnaire: {sheet: Survey}\n", "records.yaml")
    refused(folder, "questionnaire.xlsx", found="sheets Sheet")


def test_a_file_that_is_no_spss_file(folder):
    pytest.importorskip("pyreadstat", reason="pyreadstat is not installed (pip install pyreadstat)")
    (folder / "questionnaire.csv").unlink()
    put(folder, b"$FL2 and no more", "questionnaire.sav")
    refused(folder, "questionnaire.sav", found="cannot be read as SPSS")


@pytest.mark.parametrize(
    ("layout", "column"),
    [
        ("id_prefx: A\n", "id_prefx"),
        ("questionnaire: {codes: {99: maybe}}\n", "questionnaire.codes.99"),
        ("questionnaire: [1]\n", "questionnaire"),
        ("a: b: c\n", None),
        ("id_prefix: &a A\nquestionnaire: {sheet: *a}\n", None),
        ("codes: !!python/object/apply:os.getcwd []\n", None),
    ],
)
def test_a_layout_that_says_what_nobody_knows(folder, layout, column):
    put(folder, layout, "records.yaml")
    refused(folder, "records.yaml", row=2 if "*a" in layout else 1, column=column)


@pytest.mark.parametrize(
    ("layout", "found"),
    [
        ("questionnaire: {columns: {Q9: trust_pre}}\n", "no such column"),
        ("questionnaire: {values: {colour: {a: b}}}\n", "'colour' in records.yaml"),
    ],
)
def test_a_layout_for_another_file(folder, layout, found):
    put(folder, layout, "records.yaml")
    refused(folder, row=1 if "Q9" in layout else None, column="Q9" if "Q9" in layout else None, found=found)


# Properties

QUIET = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)


@QUIET
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(tmp_path, content):
    for name in ("q.csv", "q.xlsx"):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(InputError, match="What to do"):
            read_table(tmp_path / name, "questionnaire")


@QUIET
@given(st.text(max_size=30), st.integers(0, 6), st.booleans())
def test_any_text_in_a_cell_is_read_or_named(tmp_path, text, position, last):
    """A cell either comes back as plain text, a number, a date, or the error names its very row and column."""
    header, *rows = [line.split(",") for line in GOOD.splitlines()]
    rows[last][position] = text
    quoted = ['"' + cell.replace('"', '""') + '"' for cell in rows[last]]
    lines = [",".join(header), *(",".join(quoted if row is rows[last] else row) for row in rows)]
    (tmp_path / "q.csv").write_text("\n".join(lines) + "\n", encoding="utf-8", newline="", errors="surrogatepass")
    try:
        table = read_table(tmp_path / "q.csv", "questionnaire")
    except InputError as error:
        assert error.row in (None, last + 2)  # None: a text that no CSV file can hold
        return
    shown = str(table.values[header[position]].iloc[int(last)])
    assert not set("<>=") & set(shown)
    assert not shown.startswith(("@", "+"))
