"""REFI-QDA projects, made here as the standard has them (REFI-QDA 1.5, sections 5.3, 7 and 9)."""

import random
import time
import zipfile

import pytest

from analysis.coding.codebook import Code, Codebook
from analysis.coding.formats import read_codebook, read_segments
from analysis.coding.projects import read_qdpx
from analysis.errors import InputError

SECRET = "the very words that were said"
CODES = """<CodeBook><Codes>
 <Code guid="C1" name="Health" isCodable="true"><Code guid="c2" name="Mind" isCodable="true"/></Code>
 <Code guid="C9" name="Speaker" isCodable="false"><Code guid="C91" name="E6" isCodable="true"/></Code>
</Codes></CodeBook>"""
USERS = f'<Users><User guid="U1" name="{SECRET}"/><User guid="U2" name="Second"/></Users>'


def selection(guid, start, end, *codings, user="U1"):
    """A plain text selection; QualCoder writes the words that were said into its name."""
    coded = "".join(
        f'<Coding guid="K{guid}{n}" creatingUser="{who}"><CodeRef targetGUID="{code}"/></Coding>'
        for n, (code, who) in enumerate(codings)
    )
    place = f'startPosition="{start}" endPosition="{end}"'
    return (
        f'<PlainTextSelection guid="{guid}" name="{SECRET}" {place} creatingUser="{user}">'
        f"<Description>{SECRET}</Description>{coded}</PlainTextSelection>"
    )


def project(path, sources, cases="", codes=CODES, users=USERS, pad=False):
    xml = (
        '<?xml version="1.0" encoding="utf-8"?><Project xmlns="urn:QDA-XML:project:1.0" name="p" origin="Test" '
        f'creatingUserGUID="U1">{users}{codes}<Cases>{cases}</Cases><Sources>{sources}</Sources></Project>'
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("project.qde", xml)
        archive.writestr("Sources/T1.txt", SECRET * 50)
        if pad:  # so that the archive's size bears what it unpacks to
            archive.writestr("Sources/P1.bin", random.Random(1).randbytes(100_000), zipfile.ZIP_STORED)
    return path


def text_source(*selections, guid="T1", name="Group 1.docx"):
    return (
        f'<TextSource guid="{guid}" name="{name}" plainTextPath="internal://T1.txt">{"".join(selections)}</TextSource>'
    )


def case(name, **targets):
    references = "".join(f'<{kind} targetGUID="{guid}"/>' for kind, guids in targets.items() for guid in guids.split())
    return f'<Case guid="case-{name}" name="{name}">{references}</Case>'


def test_two_coders_one_passage(tmp_path):
    source = text_source(selection("S1", 0, 10, ("c1", "U1"), ("C2", "U2")), selection("S2", 0, 10, ("C1", "u2")))
    path = project(tmp_path / "p.qdpx", source, case("E6", SelectionRef="S1 S2"))
    codebook, segments = read_qdpx(path, path.name)
    assert [(code.id, code.parent) for code in codebook.codes] == [("health", None), ("mind", "health")]
    assert segments.to_numpy().tolist() == [
        ["Group 1", "E6", "s1 PlainText 0-10", "health", "coder 1"],
        ["Group 1", "E6", "s1 PlainText 0-10", "mind", "coder 2"],
        ["Group 1", "E6", "s1 PlainText 0-10", "health", "coder 2"],
    ]


@pytest.mark.parametrize(
    ("turn", "cases"),
    [
        (selection("S9", 0, 50, ("C91", "U1")), ""),  # a code under the code for speakers
        (selection("S9", 0, 50), case("E6", SelectionRef="S9")),  # a case by selection
        (selection("S9", 0, 50, ("C2", "U1")), case("E6", CodeRef="C2")),  # a case by code
        ("", case("E6", SourceRef="T1")),  # a case that is the whole source
    ],
)
def test_the_speaker_is_found_wherever_programs_keep_it(tmp_path, turn, cases):
    path = project(tmp_path / "p.qdpx", text_source(turn, selection("S1", 5, 10, ("C1", "U1"))), cases)
    _, segments = read_qdpx(path, path.name)
    assert segments.to_numpy().tolist() == [["Group 1", "E6", "s1 PlainText 5-10", "health", "coder 1"]]


def test_a_passage_takes_the_speaker_of_the_turn_around_it(tmp_path):
    turns = [selection(f"S{n}", 100 * n, 100 * n + 90) for n in range(3)]
    passages = [selection(f"P{n}", 100 * n + 5, 100 * n + 20, ("C1", "U1")) for n in (2, 0, 1)]
    cases = "".join(case(f"X{n}", SelectionRef=f"S{n}") for n in range(3)) + case("Portsmouth", SelectionRef="P1")
    path = project(tmp_path / "p.qdpx", text_source(*turns, *passages), cases)
    _, segments = read_qdpx(path, path.name)
    assert segments["speaker"].tolist() == ["X2", "X0", "X1"]


def test_a_passage_that_runs_out_of_the_turn_has_no_speaker(tmp_path):
    source = text_source(selection("S0", 0, 90), selection("P0", 80, 95, ("C1", "U1")))
    path = project(tmp_path / "p.qdpx", source, case("X0", SelectionRef="S0"))
    with pytest.raises(InputError, match="1 segments without a speaker"):
        read_qdpx(path, path.name)


def test_other_kinds_of_selection(tmp_path):
    coding = '<Coding guid="k" creatingUser="U1"><CodeRef targetGUID="C1"/></Coding>'
    sources = (
        '<PDFSource guid="T1" name="Group 1.pdf"><PDFSelection guid="S1" page="2" firstX="1" firstY="2" secondX="3" '
        f'secondY="4">{coding}</PDFSelection><Representation guid="R">{selection("S2", 1, 2, ("C1", "U1"))}'
        "</Representation></PDFSource>"
        f'<AudioSource guid="T2" name="Group 2"><AudioSelection guid="S3" begin="1000" end="2000">{coding}'
        "</AudioSelection></AudioSource>"
    )
    cases = case("E6", SelectionRef="S1 S2") + case("H1", SelectionRef="S3")
    _, segments = read_qdpx(project(tmp_path / "p.qdpx", sources, cases), "p.qdpx")
    assert segments["segment_id"].tolist() == ["s1 PDF 2-1-2-3-4", "s1 PlainText 1-2", "s2 Audio 1000-2000"]
    assert segments["group"].tolist() == ["Group 1", "Group 1", "Group 2"]


TWO_OTHERS = """<CodeBook><Codes>
 <Code guid="B" name="Before" isCodable="false"><Code guid="B1" name="Other"/></Code>
 <Code guid="A" name="After" isCodable="false"><Code guid="A1" name="other"/><Code guid="A2" name="Other"/></Code>
 <Code guid="H" name="Health"/>
</Codes></CodeBook>"""


def test_codes_of_one_name_are_told_apart_by_their_guids(tmp_path):
    """Under two parents, and under one: by hand, E6 raised one of each."""
    passages = [selection(f"S{n}", n, n + 1, (code, "U1")) for n, code in enumerate(["A1", "B1", "A2", "H"])]
    cases = case("E6", SelectionRef="S0 S1 S2 S3")
    path = project(tmp_path / "p.qdpx", text_source(*passages), cases, codes=TWO_OTHERS)
    codebook, found = read_qdpx(path, path.name)
    assert found["code"].tolist() == ["other_2", "other", "other_3", "health"]
    assert list(codebook.names.values()) == [
        "Before",
        "Before / Other",
        "After",
        "After / other",
        "After / Other",
        "Health",
    ]


def test_codes_of_a_project_are_found_in_a_codebook_of_another_order_by_the_names_above_them(tmp_path):
    """Ids made from names would swap the two others: the codebook lists After first."""
    passages = [selection("S0", 0, 1, ("B1", "U1")), selection("S1", 2, 3, ("A1", "U1"))]
    two = TWO_OTHERS.replace('<Code guid="A2" name="Other"/>', "")
    path = project(tmp_path / "p.qdpx", text_source(*passages), case("E6", SelectionRef="S0 S1"), codes=two)
    yaml = "- {id: after, name: After}\n- {id: other, name: Other, parent: after}\n"
    yaml += "- {id: before, name: Before}\n- {id: rest, name: Other, parent: before}\n"
    book = tmp_path / "codebook.yaml"
    book.write_text(f"title: t\nversion: '1'\ncodes:\n{yaml}", encoding="utf-8")
    assert read_segments(path, path.name, read_codebook(book, book.name))["code"].tolist() == ["rest", "other"]


def test_two_codes_of_a_project_never_become_one(tmp_path):
    passages = [selection("S0", 0, 1, ("B1", "U1")), selection("S1", 2, 3, ("A1", "U1"))]
    path = project(tmp_path / "p.qdpx", text_source(*passages), case("E6", SelectionRef="S0 S1"), codes=TWO_OTHERS)
    book = Codebook(title="t", version="1", codes=(Code(id="other", name="Other"), Code(id="x", name="X")))
    with pytest.raises(InputError, match="found the code 'After / other'"):
        read_segments(path, path.name, book)


def interviews(path, names=("Interview 1.docx", "Amina.docx"), cases=(), **more):
    """One passage on Health in each source; the sources are T0, T1 ..., the passages S0, S1 ..."""
    sources = "".join(
        text_source(selection(f"S{n}", 0, 10, ("C1", "U1")), guid=f"T{n}", name=name) for n, name in enumerate(names)
    )
    linked = "".join(case(name, SourceRef=f"T{n}") for n, name in enumerate(cases))
    return read_qdpx(project(path / "p.qdpx", sources, linked), "p.qdpx", **more)[1]


@pytest.mark.parametrize(
    ("names", "cases", "by", "people"),
    [
        (("Interview 1.docx", "Amina.docx"), (), "source", ["P1", "P2"]),
        (
            ("Interview 1.docx", "E6.docx"),
            ("Station A",),
            "source",
            ["P1", "E6"],
        ),  # what cases are does not matter then
        (("a.txt", "b.txt", "c.txt"), ("Amina", "P1", "Interview 3"), "case", ["P2", "P1", "P3"]),
    ],
)
def test_a_team_says_that_each_source_or_case_is_one_person(tmp_path, names, cases, by, people):
    assert interviews(tmp_path, names, cases, speakers=by)["speaker"].tolist() == people


def test_a_case_that_is_no_speaker_code_is_named_where_a_speaker_is_missing(tmp_path):
    with pytest.raises(InputError, match="2 segments without a speaker.*passed over.*'Amina'.*records.yaml") as error:
        interviews(tmp_path, cases=("Amina", "Station A"))
    assert error.value.row is None


@pytest.mark.parametrize(
    ("names", "groups", "expected"),
    [
        (("", ""), {}, ["source 1", "source 2"]),
        (("", "A.txt"), {"source 1": "first"}, ["first", "A"]),
        (("A.docx", "A.pdf", "St. Mark"), {}, ["A.docx", "A.pdf", "St. Mark"]),  # two sources, and no ending
        (("A.docx", "A.docx"), {}, ["A.docx", "A.docx (2)"]),
        (("A.docx", "B.docx"), {"A.docx": "west", "B": "west"}, ["west", "west"]),
        (("गट १.docx", "Cafe\u0301.docx"), {}, ["गट १", "Café"]),
    ],
)
def test_the_group_of_a_source(tmp_path, names, groups, expected):
    found = interviews(tmp_path, names, speakers="source", groups=groups)
    assert found["group"].tolist() == expected


def test_a_group_given_to_a_source_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(
        InputError, match="no source called 'Interview 3.docx'.*one of 'Interview 1.docx', 'Amina.docx'"
    ):
        interviews(tmp_path, speakers="source", groups={"Interview 3.docx": "west"})


@pytest.mark.parametrize(
    ("by", "cases", "found"),
    [("case", (), "no cases"), ("code", ("E6",), "1 segments without a speaker"), (None, ("E6",), None)],
)
def test_only_what_the_team_names_says_who_speaks(tmp_path, by, cases, found):
    call = lambda: interviews(tmp_path, ("A.txt",), cases, speakers=by)  # noqa: E731
    if found is None:
        assert call()["speaker"].tolist() == ["E6"]
    else:
        with pytest.raises(InputError, match=found):
            call()


NESTED = """<CodeBook><Codes><Code guid="C1" name="Health"/>
 <Code guid="W" name="Who"><Code guid="G" name="Group A"><Code guid="K" name="Amina"/><Code guid="L" name="E6"/></Code></Code>
</Codes></CodeBook>"""


def test_speakers_may_be_kept_in_folders_and_under_another_name_and_are_numbered(tmp_path):
    """Amina's turn holds one of E6, after which she goes on: the innermost turn around a passage counts."""
    turns = [selection("X0", 0, 100, ("K", "U1")), selection("X1", 20, 40, ("L", "U1"))]
    passages = [selection(f"S{n}", at, at + 5, ("C1", "U1")) for n, at in enumerate((5, 25, 50))]
    path = project(tmp_path / "p.qdpx", text_source(*turns, *passages), codes=NESTED)
    codebook, found = read_qdpx(path, path.name, speaker_code="Who", speakers="code")
    assert list(codebook.by_id) == ["health"]
    assert found["speaker"].tolist() == ["P2", "E6", "P2"]  # the folder came first


@pytest.mark.parametrize("second", [(10, 100), (0, 90)])
def test_two_speakers_of_one_passage_are_not_settled_by_chance(tmp_path, second):
    turns = [selection("X0", 0, 90), selection("X1", *second)]
    source = text_source(*turns, selection("S0", 20, 30, ("C1", "U1")))
    path = project(tmp_path / "p.qdpx", source, case("A1", SelectionRef="X0") + case("B1", SelectionRef="X1"))
    with pytest.raises(InputError, match="1 segments with two speakers, first 's1 PlainText 20-30' in 'Group 1'"):
        read_qdpx(path, path.name)


def test_two_cases_of_one_source_do_not_make_one_of_them_the_speaker(tmp_path):
    source = text_source(selection("S0", 20, 30, ("C1", "U1")))
    path = project(tmp_path / "p.qdpx", source, case("A1", SourceRef="T1") + case("B1", SourceRef="T1"))
    with pytest.raises(InputError, match="with two speakers"):
        read_qdpx(path, path.name)


@pytest.mark.parametrize(
    ("sources", "found"),
    [
        (text_source(selection("S1", 0, 1, ("C1", "U1")), name="Group [final].docx"), "the source 'Group [final]'"),
        (text_source(selection("S1", 0, 1, ("C9", "U1"))), "the speaker 'speaker'"),
        (text_source(selection("S1", 0, 1, ("C3", "U1"))), "the code 'Work', a heading"),
    ],
)
def test_messages_about_a_project_name_its_parts_and_no_rows(tmp_path, sources, found):
    codes = CODES.replace("<Codes>", '<Codes><Code guid="C3" name="Work" isCodable="false"/>')
    if "C9" in sources:
        sources = sources.replace("</TextSource>", f"{selection('S1', 0, 1, ('C1', 'U1'))}</TextSource>")
    cases = "" if "C9" in sources else case("E6", SelectionRef="S1")
    with pytest.raises(InputError) as error:
        read_qdpx(project(tmp_path / "p.qdpx", sources, cases, codes), "p.qdpx")
    assert (error.value.found, error.value.row, error.value.column) == (found, None, None)
    assert "cell" not in str(error.value) and "in the program" in str(error.value)


def test_groups_may_be_named(tmp_path):
    path = project(tmp_path / "p.qdpx", text_source(selection("S1", 0, 1, ("C1", "U1"))), case("E6", SelectionRef="S1"))
    assert read_qdpx(path, path.name, groups={"Group 1.docx": "first"})[1]["group"].tolist() == ["first"]


def test_no_word_of_the_participants_or_coders_comes_along(tmp_path):
    path = project(tmp_path / "p.qdpx", text_source(selection("S1", 0, 1, ("C1", "U1"))), case("E6", SelectionRef="S1"))
    codebook, segments = read_qdpx(path, path.name)
    assert SECRET not in segments.to_csv() + codebook.model_dump_json()


def test_opened_by_their_ending(tmp_path):
    path = project(tmp_path / "p.qdpx", text_source(selection("S1", 0, 1, ("C1", "U1"))), case("E6", SelectionRef="S1"))
    codebook = read_codebook(path, path.name)
    assert codebook == read_qdpx(path, path.name)[0] and list(codebook.by_id) == ["health", "mind"]
    assert read_segments(path, path.name, codebook)["code"].tolist() == ["health"]


def test_a_project_with_other_codes_than_the_codebook(tmp_path):
    path = project(tmp_path / "p.qdpx", text_source(selection("S1", 0, 1, ("C1", "U1"))), case("E6", SelectionRef="S1"))
    with pytest.raises(InputError, match="the code 'Health'"):
        read_segments(path, path.name, Codebook(title="t", version="1", codes=(Code(id="other", name="Other"),)))


@pytest.mark.parametrize(
    ("sources", "cases", "found"),
    [
        (
            text_source(selection("S1", 0, 1, ("C1", "U1"))),
            "",
            "1 segments without a speaker, first 's1 PlainText 0-1' in 'Group 1'",
        ),
        (text_source(selection("S1", 0, 1, ("C7", "U1"))), case("E6", SelectionRef="S1"), "the code 'c7'"),
        (text_source(selection("S1", 0, 1)), case("E6", SelectionRef="S1"), "no coded segments"),
        (
            text_source(selection("S1", 0, 1, ("C1", "U1")), name="&lt;script&gt;"),
            case("E6", SelectionRef="S1"),
            "the source '<script>'",
        ),
    ],
)
def test_what_cannot_be_used_is_said(tmp_path, sources, cases, found):
    path = project(tmp_path / "p.qdpx", sources, cases)
    with pytest.raises(InputError) as error:
        read_qdpx(path, path.name)
    assert error.value.found == found and error.value.file == "p.qdpx"


def test_a_project_without_codebook(tmp_path):
    with pytest.raises(InputError, match="no CodeBook"):
        read_qdpx(project(tmp_path / "p.qdpx", "", codes=""), "p.qdpx")


def code(guid, name, inner=""):
    return f'<Code guid="{guid}" name="{name}">{inner}</Code>'


def test_thousands_of_codes_of_one_name_are_numbered_in_a_moment(tmp_path):
    names = "".join(code(f"D{n}", "Other") for n in range(20_000)) + code("C8", "Other 2")
    speakers = code("C9", "Speaker", code("C91", "E6"))
    source = text_source(selection("S9", 0, 50, ("C91", "U1")), selection("S1", 5, 10, ("D3", "U1"), ("C8", "U1")))
    path = project(
        tmp_path / "p.qdpx", source, codes=f"<CodeBook><Codes>{names}{speakers}</Codes></CodeBook>", pad=True
    )
    began = time.process_time()
    codebook, segments = read_qdpx(path, path.name)
    assert time.process_time() - began < 10
    assert len({each.id for each in codebook.codes}) == 20_001
    assert segments["code"].tolist() == ["other_4", "other_2_2"]


def test_speakers_within_speakers_are_gone_through_once(tmp_path):
    nested = "".join(f'<Code guid="D{n}" name="{"speaker" if n < 5_000 else f"E{n}"}">' for n in range(10_000))
    codes = f"<CodeBook><Codes>{code('C1', 'Health')}{nested}{'</Code>' * 10_000}</Codes></CodeBook>"
    source = text_source(selection("S9", 0, 50, ("D9999", "U1")), selection("S1", 5, 10, ("C1", "U1")))
    path = project(tmp_path / "p.qdpx", source, codes=codes, pad=True)
    began = time.process_time()
    assert read_qdpx(path, path.name)[1]["speaker"].tolist() == ["E9999"]
    assert time.process_time() - began < 5


def test_turns_over_turns_without_end_are_refused_before_passages_are_looked_up(tmp_path):
    turns = [selection(f"S{n}", n, 100_000 - n, ("C91", "U1")) for n in range(5_000)]
    passages = [selection(f"P{n}", 30_000, 30_001 + n, ("C1", "U1")) for n in range(5_000)]
    path = project(tmp_path / "p.qdpx", text_source(*turns, *passages), pad=True)
    began = time.process_time()
    with pytest.raises(InputError, match="more than 100 turns"):
        read_qdpx(path, path.name)
    assert time.process_time() - began < 10


def test_a_turn_within_another_is_whose_the_passage_is_and_the_outer_one_is_taken_up_again(tmp_path):
    turns = [selection("S0", 0, 1_000), selection("S1", 100, 200), selection("S2", 300, 400)]
    passages = [selection(f"P{n}", at, at + 10, ("C1", "U1")) for n, at in enumerate((10, 150, 250, 350, 390, 500))]
    cases = "".join(case(f"X{n}", SelectionRef=f"S{n}") for n in range(3))
    path = project(tmp_path / "p.qdpx", text_source(*turns, *passages), cases)
    assert read_qdpx(path, path.name)[1]["speaker"].tolist() == ["X0", "X1", "X0", "X2", "X2", "X0"]


def test_a_document_type_is_refused_in_one_sentence(tmp_path):
    path = tmp_path / "p.qdpx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("project.qde", '<!DOCTYPE x [<!ENTITY a "b">]><Project/>')
    with pytest.raises(InputError) as caught:
        read_qdpx(path, path.name)
    assert str(caught.value).count("What to do") == 1 and "DOCTYPE" in str(caught.value)
