"""REFI-QDA files as programs write them: each shape is made by hand, held against the published standard, and then read.

What differs between programs was gathered from descriptions and discussions of their exports: which attributes they leave
out, how they write guids and namespaces, where they keep speakers, what their archives hold besides.
"""

import re
import zipfile
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree

import pytest
import yaml

from analysis.coding.formats import read_codebook
from analysis.coding.projects import read_qdpx
from analysis.coding.refi import qdc_text, read_qdc
from analysis.errors import InputError

ROOT = Path(__file__).resolve().parents[2]
STANDARD = yaml.safe_load((Path(__file__).parent / "refi_qda.yaml").read_text(encoding="utf-8"))
GUID = re.compile(
    r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|\{[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\}"
)
NAMESPACE = "urn:QDA-XML:project:1.0"


def guid(name: str) -> str:
    """A guid that is the same for a name in every run."""
    return str(uuid5(NAMESPACE_URL, name))


def departures(xml: str | bytes, schema: str) -> list[str]:
    """Where a document leaves the standard: unknown elements or attributes, missing ones, parts out of order, odd guids."""
    elements = STANDARD[schema]
    found = []
    for element in ElementTree.fromstring(xml).iter():
        name = element.tag.rpartition("}")[2]
        if name not in elements:
            found.append(f"unknown {name}")
            continue
        known = elements[name]
        required = {each[:-1] for each in known["attributes"] if each.endswith("!")}
        allowed = {each.rstrip("!") for each in known["attributes"]}
        here = {attribute for attribute in element.keys() if "}" not in attribute}
        found += [f"{name} without {each}" for each in sorted(required - here)]
        found += [f"{name} with {each}" for each in sorted(here - allowed)]
        found += [
            f"{name}: {element.get(each)}"
            for each in here
            if "guid" in each.lower() and not GUID.fullmatch(element.get(each))
        ]
        order = [
            known["parts"].index(part) for child in element if (part := child.tag.rpartition("}")[2]) in known["parts"]
        ]
        if len(order) < len(element) or (name != "Sources" and order != sorted(order)):
            found.append(f"parts of {name}")
    return found


def codes(write=guid, color: bool = False) -> str:
    shade = ' color="#46AA00"' if color else ""
    return (
        f'<CodeBook><Codes><Code guid="{write("health")}" name="Health" isCodable="true"{shade}>'
        f'<Description>Body and mind.</Description><Code guid="{write("mind")}" name="Mind" isCodable="true"/></Code>'
        "</Codes></CodeBook>"
    )


def coding(code: str, write=guid, by: str = "") -> str:
    user = f' creatingUser="{write(by)}"' if by else ""
    return f'<Coding guid="{write(f"coding {code} {by}")}"{user}><CodeRef targetGUID="{write(code)}"/></Coding>'


def passage(name: str, start: int, end: int, inside: str = "", attributes: str = "", write=guid) -> str:
    return f'<PlainTextSelection guid="{write(name)}" startPosition="{start}" endPosition="{end}"{attributes}>{inside}</PlainTextSelection>'


def project(body: str, attributes: str = ' origin="Test"') -> str:
    return f'<?xml version="1.0" encoding="utf-8"?>\n<Project name="p" xmlns="{NAMESPACE}"{attributes}>{body}</Project>'


def case(name: str, inside: str) -> str:
    return f'<Cases><Case guid="{guid(f"case {name}")}" name="{name}">{inside}</Case></Cases>'


def of_selection(name: str) -> str:
    return f'<SelectionRef targetGUID="{guid(name)}"/>'


USERS = f'<Users><User guid="{guid("ann")}" name="Ann"/><User guid="{guid("bo")}" name="Bo" id="B"/></Users>'
HEALTH = ["Group 1", "E6", "s1 PlainText 0-10", "health"]


def nvivo() -> str:
    """NVivo: no user on selections and codings, the project's user not among the users, both texts as files."""
    selected = passage("s", 0, 10, coding("health"), ' name=""')
    source = (
        f'<TextSource guid="{guid("t")}" name="Group 1" richTextPath="internal://{guid("t")}.docx" '
        f'plainTextPath="internal://{guid("t")}.txt" creationDateTime="2025-06-11T16:24:07Z">'
        f"{selected}</TextSource>"
    )
    body = f"{USERS}{codes()}{case('E6', of_selection('s'))}<Sources>{source}</Sources>"
    attributes = f' origin="NVivo for Windows 12.6" creatingUserGUID="{guid("other")}" basePath="" xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
    return project(body, attributes)


def maxqda() -> str:
    """MAXQDA: guids in capitals, users on selections and codings, names of sources without an ending, no project user."""
    write = lambda name: guid(name).upper()  # noqa: E731
    by = f' creatingUser="{write("bo")}" name="0,10"'
    source = (
        f'<TextSource guid="{write("t")}" name="Group 1" plainTextPath="internal://{write("t")}.txt" creatingUser="{write("bo")}">'
        f"{passage('s', 0, 10, coding('health', write, 'bo'), by, write)}</TextSource>"
    )
    schema = "urn:QDA-XML:project:1.0 http://schema.qdasoftware.org/versions/Project/v1.0/Project.xsd"
    attributes = f' origin="MAXQDA 2020 (Release 20.4.2)" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="{schema}"'
    return project(f"{USERS}{codes(write, True)}{case('E6', of_selection('s'))}<Sources>{source}</Sources>", attributes)


def atlas() -> str:
    """ATLAS.ti: guids in braces, links of codes, groups of codes and sources as sets, comments as notes."""
    write = lambda name: "{" + guid(name).upper() + "}"  # noqa: E731
    source = (
        f'<TextSource guid="{write("t")}" name="Group 1" richTextPath="internal://a.docx" plainTextPath="internal://a.txt">'
        f"{passage('s', 0, 10, coding('health', write, 'ann') + coding('mind', write, 'ann'), '', write)}"
        f'<NoteRef targetGUID="{write("note")}"/></TextSource>'
    )
    note = (
        f'<Notes><Note guid="{write("note")}" name="comment"><PlainTextContent>words</PlainTextContent></Note></Notes>'
    )
    sets = f'<Sets><Set guid="{write("set")}" name="A group"><MemberCode targetGUID="{write("mind")}"/><MemberSource targetGUID="{write("t")}"/></Set></Sets>'
    return project(f"{USERS}{codes(write, True)}{case('E6', of_selection('s'))}<Sources>{source}</Sources>{note}{sets}")


def qualcoder() -> str:
    """QualCoder: the words that were said in the name of the selection, a case with variables, comments in descriptions."""
    variable = f'<Variables><Variable guid="{guid("v")}" name="Age" typeOfVariable="Text"/></Variables>'
    value = f'<VariableValue><VariableRef targetGUID="{guid("v")}"/><TextValue>30 to 39</TextValue></VariableValue>'
    said = passage(
        "s", 0, 10, f"<Description>a memo</Description>{coding('health', by='ann')}", ' name="the very words"'
    )
    source = (
        f'<TextSource guid="{guid("t")}" name="Group 1.txt" plainTextPath="internal://t.txt" creatingUser="{guid("ann")}">'
        f"{said}</TextSource>"
    )
    return project(f"{USERS}{codes()}{variable}{case('E6', value + of_selection('s'))}<Sources>{source}</Sources>")


SHAPES = {
    "NVivo": (nvivo, "coder 0"),
    "MAXQDA": (maxqda, "coder 2"),
    "ATLAS.ti": (atlas, "coder 1"),
    "QualCoder": (qualcoder, "coder 1"),
}


def packed(path: Path, xml: str | bytes, *others: tuple[str, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("project.qde", xml)
        for name, text in others or (("Sources/t.txt", "the very words"),):
            archive.writestr(name, text)
    return path


def rows(folder: Path, xml: str | bytes, *others: tuple[str, str]) -> list[list[str]]:
    path = packed(folder / "p.qdpx", xml, *others)
    return read_qdpx(path, path.name)[1].to_numpy().tolist()


@pytest.mark.parametrize("program", SHAPES)
def test_the_shape_of_each_program_keeps_to_the_standard(program):
    assert departures(SHAPES[program][0](), "project") == []


@pytest.mark.parametrize("program", SHAPES)
def test_the_shape_of_each_program_is_read(tmp_path, program):
    make, coder = SHAPES[program]
    found = rows(tmp_path, make())
    assert found[0] == [*HEALTH, coder]
    assert [row[3] for row in found] == (["health", "mind"] if program == "ATLAS.ti" else ["health"])


@pytest.mark.parametrize("program", SHAPES)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_marks_and_other_encodings(tmp_path, program, encoding):
    xml = SHAPES[program][0]()
    if encoding == "utf-16":
        xml = xml.replace('encoding="utf-8"', 'encoding="utf-16"')
    assert rows(tmp_path, xml.encode(encoding))[0][:4] == HEALTH


@pytest.mark.parametrize("folder", ["Sources/", "sources/", ""])
def test_where_the_archive_keeps_the_texts_does_not_matter(tmp_path, folder):
    assert rows(tmp_path, nvivo(), (f"{folder}t.txt", "words"), (f"{folder}t.docx", "words"))[0][:4] == HEALTH


def test_the_shadow_files_of_macos_are_no_second_project(tmp_path):
    assert rows(tmp_path, nvivo(), ("__MACOSX/._project.qde", "\0"), ("Sources/._t.txt", "\0"))[0][:4] == HEALTH


@pytest.mark.parametrize("path", ["absolute:///etc/hostname", "relative://../../p.qdpx", "internal://missing.txt"])
def test_paths_of_sources_are_never_followed(tmp_path, path):
    assert rows(tmp_path, re.sub(r"internal://[^\"]*", path, nvivo()))[0][:4] == HEALTH


def test_a_code_given_to_a_whole_source_is_a_segment_of_its_speaker(tmp_path):
    source = f'<TextSource guid="{guid("t")}" name="Interview 1">{coding("mind", by="ann")}</TextSource>'
    speaker = case("K2", f'<SourceRef targetGUID="{guid("t")}"/>')
    xml = project(f"{USERS}{codes()}{speaker}<Sources>{source}</Sources>")
    assert departures(xml, "project") == []
    assert rows(tmp_path, xml) == [["Interview 1", "K2", "s1 whole source", "mind", "coder 1"]]


def test_a_speaker_given_to_a_whole_source_as_a_code_speaks_in_all_of_it(tmp_path):
    speaker = f'<Code guid="{guid("sp")}" name="Speaker" isCodable="false"><Code guid="{guid("K2")}" name="K2" isCodable="true"/></Code>'
    book = codes().replace("</Codes>", f"{speaker}</Codes>")
    source = f'<TextSource guid="{guid("t")}" name="Interview 1">{passage("s", 0, 10, coding("health", by="ann"))}{coding("K2", by="ann")}</TextSource>'
    xml = project(f"{USERS}{book}<Sources>{source}</Sources>")
    assert departures(xml, "project") == []
    assert rows(tmp_path, xml) == [["Interview 1", "K2", "s1 PlainText 0-10", "health", "coder 1"]]


def test_a_code_given_to_a_whole_group_discussion_is_not_passed_over_in_silence(tmp_path):
    source = f'<TextSource guid="{guid("t")}" name="Group 1">{passage("s", 0, 10, coding("health"))}{coding("mind")}</TextSource>'
    xml = project(f"{USERS}{codes()}{case('E6', of_selection('s'))}<Sources>{source}</Sources>")
    with pytest.raises(InputError, match="1 segments without a speaker, first 's1 whole source' in 'Group 1'"):
        rows(tmp_path, xml)


def test_passages_of_a_transcript_lie_where_their_sync_points_do(tmp_path):
    """The turn runs from 0 to 90; the passage from 40 to 60 lies within it and takes its speaker."""
    points = "".join(
        f'<SyncPoint guid="{guid(f"p{at}")}" timeStamp="{at * 100}" position="{at}"/>' for at in (0, 40, 60, 90)
    )

    def between(name: str, start: int, end: int, inside: str = "") -> str:
        return f'<TranscriptSelection guid="{guid(name)}" fromSyncPoint="{guid(f"p{start}")}" toSyncPoint="{guid(f"p{end}")}">{inside}</TranscriptSelection>'

    transcript = f'<Transcript guid="{guid("tr")}" plainTextPath="internal://tr.txt">{points}{between("turn", 0, 90)}{between("s", 40, 60, coding("health"))}</Transcript>'
    source = f'<AudioSource guid="{guid("a")}" name="Group 1" path="internal://a.m4a">{transcript}</AudioSource>'
    xml = project(f"{USERS}{codes()}{case('E6', of_selection('turn'))}<Sources>{source}</Sources>")
    assert departures(xml, "project") == []
    assert rows(tmp_path, xml) == [["Group 1", "E6", "s1 Transcript 40-60", "health", "coder 0"]]


def codebook(namespace: str, origin: str) -> str:
    members = (
        f'<Sets><Set guid="{guid("set")}" name="A group of codes"><MemberCode guid="{guid("mind")}"/></Set></Sets>'
    )
    inner = codes().removeprefix("<CodeBook>").removesuffix("</CodeBook>")
    return f'<?xml version="1.0" encoding="UTF-8" standalone="no" ?><CodeBook origin="{origin}" xmlns="{namespace}">{inner}{members}</CodeBook>'


@pytest.mark.parametrize(
    ("namespace", "origin"),
    [
        ("urn:QDA-XML:codebook:1.0", "Taguette 1.4"),
        ("urn:QDA-XML:codebook:1:0", "NVivo 12 For Mac"),
        ("urn:QDA-XML:codebook:0:4", "ATLAS.ti Win 23.4.0"),
    ],
)
def test_codebooks_under_the_namespaces_that_programs_write(tmp_path, namespace, origin):
    path = tmp_path / "codebook.qdc"
    path.write_text(codebook(namespace, origin), encoding="utf-8")
    assert departures(path.read_bytes(), "codebook") == []
    assert [(code.id, code.parent, code.definition) for code in read_qdc(path, path.name).codes] == [
        ("health", None, "Body and mind."),
        ("mind", "health", ""),
    ]


def test_what_is_written_keeps_to_the_standard():
    path = ROOT / "data/raw/coproduction/codebook.yaml"
    text = qdc_text(read_codebook(path, path.name))
    assert departures(text, "codebook") == []
    assert text.count("<Code ") == len(yaml.safe_load(path.read_text(encoding="utf-8"))["codes"])


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        (' name="Mind"', "", "Code without name"),
        ("<Users>", "<Users flag=''>", "Users with flag"),
        ('startPosition="0" ', "", "PlainTextSelection without startPosition"),
        (guid("mind"), "17", "Code: 17"),
        ("<Users>", "<Person/><Users>", "unknown Person"),
    ],
)
def test_the_check_against_the_standard_finds_departures(old, new, found):
    assert found in departures(nvivo().replace(old, new, 1), "project")


def test_the_check_against_the_standard_finds_parts_out_of_order():
    xml = project(f"{codes()}{USERS}")
    assert departures(xml, "project") == ["parts of Project"]
