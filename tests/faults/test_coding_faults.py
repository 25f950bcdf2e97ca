"""Whatever is wrong with a coding file, there is one clear error that says where, and nothing is executed or unpacked."""

import io
import struct
import time
import zipfile

import pytest
from hypothesis import given, settings, strategies as st

from analysis.coding import archive
from analysis.coding.codebook import Code, Codebook
from analysis.coding.formats import read_codebook, read_segments
from analysis.coding.matrix import read_matrix
from analysis.coding.published import read_statements, read_themes
from analysis.coding.refi import project_root, read_qdc
from analysis.coding.segments import read_segments_csv
from analysis.coding.steps import read_steps
from analysis.coding.taguette import read_taguette_codebook, read_taguette_highlights
from analysis.errors import InputError

BOOK = Codebook(
    title="t",
    version="3",
    codes=(
        Code(id="head", name="Head", codable=False),
        Code(id="english", name="English"),
        Code(id="safety", name="Safety"),
    ),
)
HEADER = "group,speaker,segment_id,code,coder\n"
GOOD = "Group 1,E6,s1,english,x\n"


def error_of(read, path, content, *args):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError) as caught:
        read(path, f"data/raw/study/{path.name}", *args)
    assert caught.value.file == f"data/raw/study/{path.name}" and str(path.parent) not in str(caught.value)
    assert caught.value.expected and caught.value.action
    return caught.value


@pytest.mark.parametrize(
    ("rows", "row", "column", "found"),
    [
        (GOOD + "Group 1,E6,s2,englsh,x\n", 3, "code", "'englsh'"),
        (GOOD + "Group 1,E6,s2,head,x\n", 3, "code", "'head', a heading"),
        (GOOD + "Group 1,E6,s2,,x\n", 3, "code", "an empty cell"),
        (GOOD + "Group 1,,s2,english,x\n", 3, "speaker", "an empty cell"),
        ("Group 1, ,s1,english,x\n", 2, "speaker", "an empty cell"),
        (GOOD + "\nGroup 1,Maria Lopez,s2,english,x\n", 4, "speaker", "'Maria Lopez'"),
        (GOOD + "Group 1,E7,s1,safety,x\n", 3, "speaker", "segment_id 's1' with speaker 'E7' after 'E6'"),
        (GOOD + "Group 2,E6,s1,safety,x\n", 3, "group", "segment_id 's1' with group 'Group 2' after 'Group 1'"),
        (GOOD + "Group 2,E6,s2,safety,x\n", 3, "group", "speaker 'E6' with group 'Group 2' after 'Group 1'"),
        (GOOD + GOOD, 3, None, "segment 's1' with code 'english' by coder 'x' a second time"),
        (GOOD + "Group 1,E6,s1,none,x\n", 3, "code", "'none' beside another code"),
        (GOOD + "=cmd(),E7,s2,english,x\n", 3, "group", "'=cmd()'"),
        (GOOD + "<b>1</b>,E7,s2,english,x\n", 3, "group", "'<b>1</b>'"),
        (GOOD + f"Group 1,E6,{'what she said ' * 9},english,x\n", 3, "segment_id", None),
        (GOOD + "Group 1,E6,s2,english\n", 3, "coder", None),
        (GOOD + "Group 1,E6,s2,english,x,said\n", 3, None, "6 cells"),
        (GOOD + 'Group 1,E6,"s2,english,x\n', 3, None, None),
        ("", None, None, "a header and no rows"),
    ],
)
def test_coded_segments(tmp_path, rows, row, column, found):
    error = error_of(read_segments_csv, tmp_path / "s.csv", HEADER + rows, BOOK)
    assert (error.row, error.column) == (row, column)
    assert found is None or error.found == found


def test_a_near_miss_is_named(tmp_path):
    error = error_of(read_segments_csv, tmp_path / "s.csv", HEADER + "Group 1,E6,s1,englsh,x\n", BOOK)
    assert "is it 'english'?" in str(error) and "version 3" in str(error)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "an empty file"),
        ("group;speaker;segment_id;code;coder\n", "a header and no rows"),
        (
            HEADER.replace("coder", "coder,quotation") + "Group 1,E6,s1,english,x,words\n",
            "a column that does not belong here: 'quotation'",
        ),
        (HEADER.replace("group,", "") + "E6,s1,english,x\n", "no such column: 'group'"),
        (HEADER.replace("group", "group,group") + "Group 1," + GOOD, "the column twice: 'group'"),
        (HEADER + "Group\0 1,E6,s1,english,x\n", "the control character U+0000"),
        (",".join(f"c{n}" for n in range(100_000)) + "\n", "100,000 columns"),
    ],
)
def test_tables_of_another_form(tmp_path, text, found):
    assert error_of(read_segments_csv, tmp_path / "s.csv", text, BOOK).found == found


@pytest.mark.parametrize(
    "content",
    [
        (HEADER + "Group é,E6,s1,english,x\n").encode("cp1252"),
        ("sep=;\n" + (HEADER + "Group é,E6,s1,english,x\n").replace(",", ";")).encode("utf-8-sig"),
        (HEADER.replace("\n", ",,\n") + "Group é,E6,s1,english,x,,\n").encode(),
    ],
)
def test_segments_are_read_as_spreadsheets_write_them(tmp_path, content):
    (tmp_path / "s.csv").write_bytes(content)
    frame = read_segments_csv(tmp_path / "s.csv", "s.csv", BOOK)
    assert frame[["group", "speaker", "code"]].to_numpy().tolist() == [["Group é", "E6", "english"]]


def test_a_byte_order_mark_and_memos_do_no_harm_and_memos_stay_behind(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text(
        "\ufeff" + HEADER.replace("coder", "coder,memo") + "Group 1,E6,s1,english,x,she said\n", encoding="utf-8"
    )
    assert "she said" not in read_segments_csv(path, path.name, BOOK).to_csv()


def test_an_absent_file_and_an_unknown_ending(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_segments(tmp_path / "absent.csv", "absent.csv", BOOK)
    with pytest.raises(InputError, match=r"the ending '\.docx'"):
        read_codebook(tmp_path / "book.docx", "book.docx")


@settings(deadline=None)  # other work on the machine is no failure
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("any") / "s.csv"
    for reader, ending in ((read_segments, ".csv"), (read_segments, ".qdpx"), (read_segments, ".xlsx")):
        path = path.with_suffix(ending)
        path.write_bytes(data)
        with pytest.raises(InputError):
            reader(path, path.name, BOOK)
    for ending in (".qdc", ".yaml"):
        path = path.with_suffix(ending)
        path.write_bytes(data)
        with pytest.raises(InputError):
            read_codebook(path, path.name)


CODES = 'title: t\nversion: "1"\ncodes:\n'


@pytest.mark.parametrize(
    ("codes", "row", "found"),
    [
        ("- {id: a, name: A}\n- {id: a, name: B}\n", 5, "the id 'a' a second time"),
        ("- {id: a, name: Self Esteem}\n- {id: b, name: 'self  esteem'}\n", 5, "the name 'self esteem' a second time"),
        ("- {id: a, name: A, parent: b}\n- {id: b, name: B, parent: a}\n", 4, "a cycle: a > b > a"),
        ("- {id: a, name: A, parent: a}\n", 4, "a cycle: a > a"),
        ("- {id: a, name: A}\n- {id: b, name: B, parent: c}\n", 5, "the parent 'c'"),
        ("- {id: none, name: A}\n", 4, "the id 'none'"),
        ("- {id: a}\n", 4, "nothing"),
        ("- {id: a, name: A, colour: red}\n", 4, "'red'"),
        ("- {id: a, name: A, id: b}\n", 4, "text that is no plain YAML (the key 'id' twice)"),
        ("- {id: a, name: [}\n", 4, None),
        ("- &x {id: a, name: A}\n- *x\n", 5, "a reference (*x)"),
        ("- {id: a, name: !!python/object:os.system x}\n", 4, None),
        ("- " + "[" * 5_000 + "]" * 5_000 + "\n", 4, "more than 20 lists in one another"),
        ("[]\n", None, None),
    ],
)
def test_codebooks_in_yaml(tmp_path, codes, row, found):
    error = error_of(read_codebook, tmp_path / "b.yaml", CODES + codes)
    assert error.row == row or row is None
    assert found is None or error.found == found


@pytest.mark.parametrize(
    ("rows", "row", "column"),
    [
        ("a,A,\nb,a,\n", 3, "name"),
        ("a,A,b\nb,B,a\n", 2, "parent"),
        ("a,A,zz\n", 2, "parent"),
        ("A code,A,\n", 2, "id"),
    ],
)
def test_codebooks_in_csv(tmp_path, rows, row, column):
    error = error_of(read_codebook, tmp_path / "b.csv", "id,name,parent\n" + rows)
    assert (error.row, error.column) == (row, column)


def qdc(body):
    return f'<CodeBook xmlns="urn:QDA-XML:codebook:1.0"><Codes>{body}</Codes></CodeBook>'


DTD = '<?xml version="1.0"?><!DOCTYPE CodeBook [{}]>'
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(10))


@pytest.mark.parametrize(
    "doctype",
    [
        '<!ENTITY x SYSTEM "file:///etc/passwd">',
        '<!ENTITY % x SYSTEM "http://127.0.0.1:9/x.dtd"> %x;',
        LAUGHS,
        "",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_xml_with_a_document_type(tmp_path, doctype, encoding):
    body = '<Code guid="1" name="&x;" isCodable="true"/>' if "ENTITY x" in doctype else '<Code guid="1" name="a"/>'
    text = DTD.format(doctype) + qdc(body)
    if encoding == "utf-16":
        text = text.replace('<?xml version="1.0"?>', '<?xml version="1.0" encoding="utf-16"?>')
    error = error_of(read_qdc, tmp_path / "b.qdc", text.encode(encoding))
    assert "DOCTYPE" in error.found


def test_an_external_document_type_is_not_fetched(tmp_path):
    text = '<!DOCTYPE CodeBook SYSTEM "http://127.0.0.1:9/x.dtd">' + qdc('<Code guid="1" name="a"/>')
    assert "DOCTYPE" in error_of(read_qdc, tmp_path / "b.qdc", text).found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            qdc('<Code guid="{1A}" name="A"/><Code guid="1a" name="b"/>'),
            "the guid of the code 'b' a second time, after 'a'",
        ),
        (qdc('<Code guid="1" name=" "/>'), "a code without a name"),
        (qdc('<Code guid="1" name="A"><Code guid="2" name=" "/></Code>'), "a code without a name, after the code 'a'"),
        (qdc(f'<Code guid="1" name="{"long " * 60}"/>'), None),
        (qdc(""), "no codes"),
        ("<Project/>", "the element Project"),
        ("<CodeBook/>", "no Codes"),
        ("<CodeBook><Codes>", None),
        ("&x;", None),
        ("", None),
        ('<?xml version="1.0" encoding="nonsense"?><a/>', None),
    ],
)
def test_codebooks_in_xml(tmp_path, text, found):
    error = error_of(read_qdc, tmp_path / "b.qdc", text)
    assert found is None or error.found == found


def test_a_hierarchy_of_great_depth(tmp_path):
    deep = "".join(f'<Code guid="{n}" name="n{n}">' for n in range(2_000)) + "</Code>" * 2_000
    path = tmp_path / "b.qdc"
    path.write_text(qdc(deep), encoding="utf-8")
    assert len(read_qdc(path, path.name).ancestors("n1999")) == 1_999


def zipped(members, **options):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, **options) as file:
        for name, data in members:
            file.writestr(name, data)
    return buffer.getvalue()


QDE = ("project.qde", '<Project xmlns="urn:QDA-XML:project:1.0"/>')


@pytest.mark.parametrize("name", ["../../x", "/etc/x", "a/../../x", "..\\x", "C:\\x", "C:x"])
def test_paths_that_climb_out(tmp_path, name):
    error = error_of(project_root, tmp_path / "p.qdpx", zipped([QDE, (name, "x")]))
    assert error.found.startswith("the path ")
    assert [path.name for path in tmp_path.iterdir()] == ["p.qdpx"]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"no archive at all", "a file that is no zip archive"),
        (b"", "a file that is no zip archive"),
        (zipped([QDE])[:60], "an archive that is cut short or damaged"),
        (zipped([("a.txt", "x")]), "0 members that end in .qde"),
        (zipped([QDE, ("b.qde", "x")]), "2 members that end in .qde"),
        (zipped([("project.qde", "<Other/>")]), "the element Other"),
    ],
    ids=["no zip", "empty", "cut short", "no project", "two projects", "another element"],
)
def test_archives_that_are_not_what_they_should_be(tmp_path, content, found):
    assert error_of(project_root, tmp_path / "p.qdpx", content).found == found


def test_an_archive_cut_anywhere_is_refused(tmp_path):
    whole = zipped([QDE, ("Sources/a.txt", "some words " * 40)])
    for end in range(0, len(whole), 7):
        error_of(project_root, tmp_path / "p.qdpx", whole[:end])


def test_damaged_contents(tmp_path):
    content = bytearray(zipped([("project.qde", QDE[1] * 50)]))
    content[60:70] = b"\xff" * 10
    assert "cannot be unpacked" in error_of(project_root, tmp_path / "p.qdpx", bytes(content)).found


def test_an_encrypted_member(tmp_path):
    content = bytearray(zipped([QDE]))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.index(signature) + offset
        content[at : at + 2] = struct.pack("<H", struct.unpack("<H", content[at : at + 2])[0] | 1)
    assert "encrypted" in error_of(project_root, tmp_path / "p.qdpx", bytes(content)).found


def test_a_bomb_by_ratio(tmp_path):
    started = time.perf_counter()
    error = error_of(project_root, tmp_path / "p.qdpx", zipped([QDE, ("Sources/big.txt", b"\0" * 50_000_000)]))
    assert "would unpack to 50,000,000 bytes" in error.found and time.perf_counter() - started < 5


def test_a_bomb_by_its_total(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "LARGEST_TOTAL", 10_000)
    members = [(f"Sources/{n}.txt", f"{n} words" * 300) for n in range(10)]
    assert "members that unpack to" in error_of(project_root, tmp_path / "p.qdpx", zipped([QDE, *members])).found


def test_xml_beyond_the_limit_is_not_read_to_its_end(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "LARGEST_XML", 10_000)
    error = error_of(project_root, tmp_path / "p.qdpx", zipped([("project.qde", "x" * 900_000)]))
    assert "more than 10,000 bytes unpacked" in error.found


def test_an_archive_that_lies_about_its_size(tmp_path):
    content = bytearray(zipped([("project.qde", "x" * 900_000)]))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = content.index(signature) + offset
        content[at : at + 4] = struct.pack("<I", 100)
    assert "cannot be unpacked" in error_of(project_root, tmp_path / "p.qdpx", bytes(content)).found


def test_too_many_members(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "MOST_MEMBERS", 3)
    members = [(f"{n}.txt", "x") for n in range(4)]
    assert "5 members" in error_of(project_root, tmp_path / "p.qdpx", zipped([QDE, *members])).found


def test_entities_inside_an_archive(tmp_path):
    text = '<!DOCTYPE Project [<!ENTITY x SYSTEM "file:///etc/passwd">]><Project>&x;</Project>'
    assert "DOCTYPE" in error_of(project_root, tmp_path / "p.qdpx", zipped([("project.qde", text)])).found


HIGHLIGHTS = "id,document,tag,content\n"


@pytest.mark.parametrize(
    ("rows", "row", "found"),
    [
        ("1,Group 1,English,x\n", 2, "1 of 1 highlights without a tag that names the speaker"),
        (
            "1,Group 1,English,x\n1,Group 1,speaker.E1,x\n2,Group 1,English,x\n",
            4,
            "1 of 2 highlights without a tag that names the speaker",
        ),
        (
            "1,Group 1,English,x\n1,Group 1,speaker.E1,x\n1,Group 1,speaker.E2,x\n",
            4,
            "1 of 1 highlights with two speakers, first '1'",
        ),
        ("1,Group 1,English,x\n1,Group 1,speaker.Amina,x\n", 2, "'Amina'"),
        ("1,Group 1,unknown,x\n1,Group 1,speaker.E1,x\n", 2, "'unknown'"),
    ],
)
def test_highlights_of_taguette(tmp_path, rows, row, found):
    error = error_of(read_taguette_highlights, tmp_path / "h.csv", HIGHLIGHTS + rows, BOOK)
    assert (error.row, error.found) == (row, found)


def test_workbooks_that_are_none_or_bombs(tmp_path):
    error_of(read_taguette_codebook, tmp_path / "t.xlsx", b"no workbook")
    error_of(read_taguette_codebook, tmp_path / "t.xlsx", zipped([("xl/big.xml", b"\0" * 30_000_000)]))
    error_of(read_taguette_codebook, tmp_path / "t.xlsx", zipped([("a.txt", "x")]))


def test_published_tables(tmp_path):
    header = "statement_id,line,section,speaker,code,reading\n"
    path = tmp_path / "s.csv"
    assert error_of(read_statements, path, header + "S1,0,s,E6,english,\n", BOOK).column == "line"
    assert error_of(read_statements, path, header + "S1,3,s,Maria,english,\n", BOOK).column == "speaker"
    assert error_of(read_statements, path, header + "S1,3,s,E6,head,\n", BOOK).column == "code"
    assert error_of(read_statements, path, header + "S1,3,s,E6,english,\nS1,3,s,E7,safety,\n", BOOK).row == 3
    themes = "theme_id,line,section,code,evidence,statement\n"
    assert error_of(read_themes, path, themes + "T1,3,s,english,hearsay,x\n", BOOK).column == "evidence"


MATRIX = """study: s
figure: F
line: 1
note: n
stakeholders: [{id: one, name: One, lines: [1]}]
objectives: [{id: one, name: One, lines: [1]}]
outcomes: [{id: one, name: One, lines: [1]}]
cells:
- {stakeholder: one, objective: one, basis: text, lines: [1], indicator: I, codes: [english]}
"""


@pytest.mark.parametrize(
    ("old", "new", "row", "column"),
    [
        ("{stakeholder: one", "{stakeholder: two", 9, "stakeholder"),
        ("objective: one", "objective: two", 9, "objective"),
        ("codes: [english]", "codes: [head]", 9, "codes"),
        ("codes: [english]", "outcomes: [two]", 9, "outcomes"),
        ("codes: [english]", "assumptions: [two]", 9, "assumptions"),
        ("lines: [1], indicator", "lines: [], indicator", 9, "cells.0.lines"),
        ("basis: text", "basis: guess", 9, "cells.0.basis"),
    ],
)
def test_the_matrix(tmp_path, old, new, row, column):
    error = error_of(read_matrix, tmp_path / "m.yaml", MATRIX.replace(old, new), BOOK)
    assert (error.row, error.column) == (row, column)


def test_a_cell_twice(tmp_path):
    error = error_of(read_matrix, tmp_path / "m.yaml", MATRIX + MATRIX.splitlines()[-1] + "\n", BOOK)
    assert (error.row, error.found) == (10, "'one and one' a second time")


STEPS = """study: s
figure: F
line: 1
note: n
steps:
- {number: 1, title: A, what: x, line: 1, led_by: both}
- {number: 2, title: B, what: x, line: 1, led_by: both}
returns:
- {from: 2, to: 1, why: x, line: 1}
"""


@pytest.mark.parametrize(
    ("old", "new", "row"),
    [
        ("number: 2", "number: 3", 7),
        ("from: 2", "from: 1", 9),
        ("from: 2", "from: 5", 9),
        ("led_by: both", "led_by: us", 6),
    ],
)
def test_the_steps(tmp_path, old, new, row):
    assert error_of(read_steps, tmp_path / "s.yaml", STEPS.replace(old, new)).row == row


def test_200_000_segments_take_seconds(tmp_path):
    path = tmp_path / "s.csv"
    rows = (f"Group {n % 6},E{n % 600 * 6 + n % 6},s{n},{('english', 'safety')[n % 2]},x\n" for n in range(200_000))
    path.write_text(HEADER + "".join(rows), encoding="utf-8")
    started = time.perf_counter()
    assert len(read_segments_csv(path, path.name, BOOK)) == 200_000
    assert time.perf_counter() - started < 20
