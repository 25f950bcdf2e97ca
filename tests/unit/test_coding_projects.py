"""REFI-QDA projects, made here as the standard has them (REFI-QDA 1.5, sections 5.3, 7 and 9)."""

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


def project(path, sources, cases="", codes=CODES, users=USERS):
    xml = (
        '<?xml version="1.0" encoding="utf-8"?><Project xmlns="urn:QDA-XML:project:1.0" name="p" origin="Test" '
        f'creatingUserGUID="U1">{users}{codes}<Cases>{cases}</Cases><Sources>{sources}</Sources></Project>'
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("project.qde", xml)
        archive.writestr("Sources/T1.txt", SECRET * 50)
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
            "'<script>'",
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
