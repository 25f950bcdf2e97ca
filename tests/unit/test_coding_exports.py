"""Exports in a study's folder of records, as a team puts them there, with the settings of records.yaml."""

import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import Workbook

from analysis.coding import files
from analysis.coding.formats import read_codebook, read_segments
from analysis.errors import InputError
from analysis.study import load_study

ROOT = Path(__file__).resolve().parents[2]
CODES = '<Codes><Code guid="a" name="Trust"/><Code guid="b" name="Work"/>{}</Codes>'
QDC = f'<CodeBook xmlns="urn:QDA-XML:codebook:1.0">{CODES}</CodeBook>'
HIGHLIGHTS = (
    "id,document,tag,content\n1,Morning.odt,Trust,x\n1,Morning.odt,Work,x\n2,Evening.odt,Trust,x\n3,Evening.odt,,x\n"
)
TAGGED = (
    "id,document,tag,content\n1,Morning.odt,speaker.E1,x\n1,Morning.odt,Trust,x\n2,Evening.odt,Work,x\n"
    "2,Evening.odt,speaker.E2,x\n3,Evening.odt,speaker.E3,x\n"
)
SOURCES = "".join(
    f'<TextSource guid="t{n}" name="Talk {n}.docx"><PlainTextSelection guid="s{n}" startPosition="0" endPosition="9">'
    f'<Coding guid="k{n}"><CodeRef targetGUID="{code}"/></Coding></PlainTextSelection></TextSource>'
    for n, code in enumerate("aba", start=1)
)
QDE = f'<Project xmlns="urn:QDA-XML:project:1.0"><CodeBook>{CODES.format("")}</CodeBook><Sources>{SOURCES}</Sources></Project>'


def study(folder: Path, **contents: str):
    """A study of which nothing is published; `__` in a name stands for the dot, and .xlsx and .qdpx are made from text."""
    records = folder / "data/raw/coproduction_example/records"
    records.mkdir(parents=True)
    for name, text in contents.items():
        path = records / name.replace("__", ".")
        if path.suffix == ".xlsx":
            workbook = Workbook()
            for line in text.splitlines():
                workbook.active.append([cell or None for cell in line.split(",")])
            workbook.save(path)
        elif path.suffix == ".qdpx":
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr("project.qde", text)
        else:
            path.write_text(text, encoding="utf-8")
    return replace(load_study("coproduction_example", ROOT), root=folder)


def read(folder: Path, **contents: str):
    """The codes, and the rows of the coded segments."""
    found = study(folder, **contents)
    codebook = files.load_codebook(found)
    return list(codebook.names.values()), files.load_segments(found, codebook).to_numpy().tolist()


SPEAKERS = '<Code guid="s1" name="speaker.E1"/><Code guid="s2" name="Speaker"><Code guid="s3" name="E2"/></Code>'
TAGS = "tag,description,number of highlights\nTrust,,2\nWork,,1\nspeaker.E1,,1\nspeaker.E2,,1\n"


@pytest.mark.parametrize(
    "book", [{"codebook__qdc": QDC.format(SPEAKERS)}, {"codebook__csv": TAGS}, {"codebook__xlsx": TAGS}]
)
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_taguettes_exports_with_speaker_tags(tmp_path, book, ending):
    """By hand: E3 was marked and given no code."""
    codes, rows = read(tmp_path, **book, **{f"coded_segments__{ending}": TAGGED})
    assert codes == ["Trust", "Work"]
    assert rows == [
        ["Morning", "E1", "highlight 1", "trust", "coder 1"],
        ["Evening", "E2", "highlight 2", "work", "coder 1"],
        ["Evening", "E3", "highlight 3", "none", "coder 1"],
    ]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_taguettes_exports_where_each_document_is_one_person(tmp_path, ending):
    layout = "coded_segments: {speakers: source, coder: second reader, groups: {Morning.odt: all, Evening: all}}\n"
    _, rows = read(
        tmp_path, codebook__qdc=QDC.format(""), records__yaml=layout, **{f"coded_segments__{ending}": HIGHLIGHTS}
    )
    assert rows == [
        ["all", "P1", "highlight 1", "trust", "second reader"],
        ["all", "P1", "highlight 1", "work", "second reader"],
        ["all", "P2", "highlight 2", "trust", "second reader"],
        ["all", "P2", "highlight 3", "none", "second reader"],
    ]


def test_taguettes_exports_without_speaker_tags_say_how_many_highlights_want_one(tmp_path):
    with pytest.raises(InputError, match="found 3 of 3 highlights without a tag.*speakers: source") as error:
        read(tmp_path, codebook__qdc=QDC.format(""), coded_segments__csv=HIGHLIGHTS)
    assert error.value.row == 2


def test_tags_that_differ_in_letter_case_are_two_codes(tmp_path):
    tags = "tag,description\nTrust,the first\ntrust,the second\n"
    rows = "id,document,tag,content\n1,A,trust,\n1,A,speaker.E1,\n2,A,Trust,\n2,A,speaker.E1,\n"
    codes, found = read(tmp_path, codebook__csv=tags, coded_segments__csv=rows)
    assert len(set(codes)) == 2
    assert [row[3] for row in found] == ["trust_2", "trust"]


def test_a_project_brings_its_own_codebook_where_nothing_is_published(tmp_path):
    layout = "coded_segments:\n  speakers: source\n  groups: {Talk 1: west, Talk 2: west, Talk 3: east}\n"
    codes, rows = read(tmp_path, coded_segments__qdpx=QDE, records__yaml=layout)
    assert codes == ["Trust", "Work"]
    assert [row[:2] + row[3:4] for row in rows] == [
        ["west", "P1", "trust"],
        ["west", "P2", "work"],
        ["east", "P3", "trust"],
    ]


def test_the_setting_for_shared_speakers_reaches_every_format(tmp_path):
    rows = "group,speaker,segment_id,code,coder\nA,E1,s1,trust,x\nB,E1,s2,trust,x\n"
    with pytest.raises(InputError, match="shared_speakers: true"):
        read(tmp_path / "without", codebook__csv="id,name\ntrust,Trust\n", coded_segments__csv=rows)
    layout = "coded_segments: {shared_speakers: true}\n"
    _, found = read(
        tmp_path / "with", codebook__csv="id,name\ntrust,Trust\n", coded_segments__csv=rows, records__yaml=layout
    )
    assert [row[0] for row in found] == ["A", "B"]


@pytest.mark.parametrize(
    ("layout", "found"),
    [
        ("speakers: document", "records.yaml, row 1, column 'coded_segments.speakers'"),
        ("speaker: source", "records.yaml, row 1, column 'coded_segments.speaker'"),
        ("speakers: case", "found speakers: case; expected `source` or `code`"),
        ("groups: {Morning.odt: '<b>'}", "records.yaml, row 1, column 'coded_segments.groups.Morning.odt'"),
        ("shared_speakers: 'yes'", "records.yaml, row 1, column 'coded_segments.shared_speakers'"),
        ("groups: {Noon.odt: A}", "no source called 'Noon.odt'"),
    ],
)
def test_settings_that_cannot_be_used_are_errors(tmp_path, layout, found):
    with pytest.raises(InputError) as error:
        read(
            tmp_path,
            codebook__qdc=QDC.format(""),
            coded_segments__csv=TAGGED,
            records__yaml=f"coded_segments: {{{layout}}}\n",
        )
    assert found in str(error.value)


@pytest.mark.parametrize("setting", ["speakers: source", "coder: second", "groups: {A: B}"])
def test_a_setting_that_a_format_has_no_use_for_is_not_passed_over(tmp_path, setting):
    rows = "group,speaker,segment_id,code,coder\nA,E1,s1,trust,x\n"
    with pytest.raises(InputError, match=f"the setting '{setting.partition(':')[0]}'"):
        read(
            tmp_path,
            codebook__csv="id,name\ntrust,Trust\n",
            coded_segments__csv=rows,
            records__yaml=f"coded_segments: {{{setting}}}\n",
        )


@pytest.mark.parametrize("length", [2_001, 20_000])
@pytest.mark.parametrize("ending", [".qdc", ".csv", ".yaml"])
def test_long_definitions_are_read_whole(tmp_path, ending, length):
    text = "word " * (length // 5) + "end"
    path = tmp_path / f"codebook{ending}"
    content = {
        ".qdc": QDC.format(f'<Code guid="c" name="Long"><Description>{text}</Description></Code>'),
        ".csv": f"tag,description\nLong,{text}\n",
        ".yaml": f'title: t\nversion: "1"\ncodes:\n- {{id: long, name: Long, definition: {text}}}\n',
    }[ending]
    path.write_text(content, encoding="utf-8")
    assert read_codebook(path, path.name).by_id["long"].definition == text


def test_what_no_codebook_holds_is_said_of_the_code_and_not_of_a_cell(tmp_path):
    path = tmp_path / "codebook.qdc"
    path.write_text(QDC.format(f'<Code guid="c" name="{"in vivo " * 40}"/>'), encoding="utf-8")
    with pytest.raises(InputError, match="the code 'in vivo.*change it in the program") as error:
        read_codebook(path, path.name)
    assert error.value.column is None
    assert "cell" not in str(error.value)


@pytest.mark.parametrize("name", ["हिन्दी समूह", "กลุ่ม ก", "Group A – women", "Caf\u0065\u0301"])
def test_groups_in_any_script_in_every_format(tmp_path, name):
    book = tmp_path / "codebook.csv"
    book.write_text("id,name\ntrust,Trust\n", encoding="utf-8")
    own, taguette = tmp_path / "own.csv", tmp_path / "taguette.csv"
    own.write_text(f"group,speaker,segment_id,code,coder\n{name},E1,s1,trust,x\n", encoding="utf-8")
    taguette.write_text(f"id,document,tag,content\n1,{name}.txt,Trust,\n1,{name}.txt,speaker.E1,\n", encoding="utf-8")
    codebook = read_codebook(book, book.name)
    groups = [read_segments(path, path.name, codebook)["group"].tolist() for path in (own, taguette)]
    assert groups == [[name.replace("e\u0301", "é")]] * 2


CASES = ROOT.parent / "shared" / "cases" / "inputs"


@pytest.mark.skipif(not CASES.is_dir(), reason="the collection of cases is not beside this checkout")
@pytest.mark.parametrize(
    ("case", "segments", "layout", "codes", "people"),
    [
        ("06_refi_same_name_two_parents", "project.qdpx", "{}", ["other", "other_2"], 1),
        ("07_refi_interviews_case_names", "interviews.qdpx", "{speakers: case}", ["confidence"], 1),
        ("07_refi_interviews_case_names", "no_case.qdpx", "{speakers: source}", ["confidence"], 1),
        ("08_taguette_no_speakers_nan", "highlights.csv", "{speakers: source}", ["confidence", "language"], 1),
        ("09_taguette_own_codebook_speakers", "coded_segments.xlsx", "{}", ["confidence", "training"], 12),
        ("26_group_names_other_scripts", "coded_segments.csv", "{}", ["confidence"], 4),
        ("27_refi_row_zero_in_messages", "no_name.qdpx", "{}", ["confidence"], 1),
    ],
)
def test_the_collected_cases(tmp_path, case, segments, layout, codes, people):
    found = study(tmp_path, records__yaml=f"coded_segments: {layout}\n")
    records = found.raw / "records"
    (records / f"coded_segments{Path(segments).suffix}").write_bytes((CASES / case / segments).read_bytes())
    for book in (CASES / case).glob("codebook.*"):
        (records / book.name).write_bytes(book.read_bytes())
    table = files.load_segments(found, files.load_codebook(found))
    assert (sorted(table["code"].unique()), table["speaker"].nunique()) == (codes, people)
