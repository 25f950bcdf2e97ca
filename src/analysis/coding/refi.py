"""REFI-QDA exchange files: codebooks (.qdc) in and out, projects (.qdpx) in.

The standard is REFI-QDA 1.5 (Rotterdam Exchange Format Initiative, 2019). What NVivo, ATLAS.ti, MAXQDA and QualCoder
export differs in detail, so elements are known by their local names. Texts are never read: neither the sources in the
archive, nor names and descriptions of selections, into which some programs copy the words that were said.
"""

from collections.abc import Mapping
from pathlib import Path
from uuid import UUID, uuid5
from xml.etree import ElementTree

from analysis.coding.archive import LARGEST_XML, parse_xml, read_member
from analysis.coding.codebook import Code, Codebook, check_structure, code_id_for
from analysis.errors import InputError
from analysis.files import validate
from analysis.names import normal

SPEAKER_CODE = "speaker"  # the code under which speakers are kept, where they are kept as codes
NAMESPACE = "urn:QDA-XML:codebook:1.0"
_GUIDS = UUID("6f1c7a52-2f0e-5d1b-9f0a-1d3c5b7e9a11")  # a fixed arbitrary base: the same code has the same guid
_RULES = {"Include: ": "include", "Exclude: ": "exclude", "Id: ": "id"}


def read_qdc(path: Path, name: str, version: str = "as exported", speaker_code: str = SPEAKER_CODE) -> Codebook:
    """A codebook from a REFI-QDA codebook file; codes that may not be applied become headings.

    Codes that name speakers (`is_speaker`) are left out. Ids come from names, or from the last line of a description this project wrote. Raises InputError for anything but
    well-formed XML of this kind, for a code without a name and for two codes of one guid.
    """
    try:
        too_large = path.stat().st_size > LARGEST_XML
        data = b"" if too_large else path.read_bytes()
    except OSError as error:
        raise InputError(name, found="no readable file", expected="a file", action="check the name") from error
    if too_large:
        expected = f"at most {LARGEST_XML:,} bytes"
        raise InputError(name, found="a very large file", expected=expected, action="check that it is the right file")
    root = parse_xml(name, data)
    if local(root) != "CodeBook":
        expected = "the element CodeBook of a REFI-QDA codebook"
        raise InputError(name, found=f"the element {local(root)}", expected=expected, action="export a codebook (.qdc)")
    return codebook_from(name, root, version, path.stem, speaker_code)[0]


def read_qdpx_codebook(
    path: Path, name: str, version: str = "as exported", speaker_code: str = SPEAKER_CODE
) -> Codebook:
    """The codebook of a REFI-QDA project, as `projects.read_qdpx` gives it beside the coded segments."""
    book = only(name, project_root(path, name), "CodeBook")
    return codebook_from(name, book, version, path.stem, speaker_code)[0]


def project_root(path: Path, name: str) -> ElementTree.Element:
    """The Project element of a .qdpx archive. Raises InputError for everything the archive or its XML may hide."""
    root = parse_xml(name, read_member(path, name, ".qde"))
    if local(root) != "Project":
        expected = "the element Project of a REFI-QDA project"
        raise InputError(name, found=f"the element {local(root)}", expected=expected, action="export a project (.qdpx)")
    return root


def local(element: ElementTree.Element) -> str:
    """The name of an element without its namespace."""
    return element.tag.rpartition("}")[2]


def children(element: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    """The children of that local name."""
    return [child for child in element if local(child) == name]


def only(file: str, element: ElementTree.Element, name: str) -> ElementTree.Element:
    """The one child of that name; InputError if there is none."""
    found = children(element, name)
    if not found:
        expected = f"an element {name} in {local(element)}"
        raise InputError(
            file, found=f"no {name}", expected=expected, action="make a code in the program, then export again"
        )
    return found[0]


def codebook_from(
    file: str, element: ElementTree.Element, version: str, title: str, speaker_code: str
) -> tuple[Codebook, dict[str, str]]:
    """The codebook in a CodeBook element, and the id of each code by its guid.

    Codes are told apart by their guids; two of one name have the ids other and other_2. Those that name speakers, and all
    under them, are left out.
    """
    codes: list[Code] = []
    ids: dict[str, str] = {}
    taken: dict[str, None] = {}
    tried: dict[str, int] = {}
    waiting = [(code, None) for code in reversed(children(only(file, element, "Codes"), "Code"))]
    while waiting:
        at, parent = waiting.pop()
        if is_speaker(name_of(at), speaker_code):
            continue
        code = _code(file, at, parent, taken, tried)
        _check_guid(file, code, guid(at.get("guid")), ids)
        codes.append(code)
        taken[code.id] = None
        ids[guid(at.get("guid"))] = code.id
        waiting.extend((child, code.id) for child in reversed(children(at, "Code")))
    check_structure(codes, file, lambda position, column: None, exported=True)
    return Codebook(title=title or "codebook", version=version, codes=tuple(codes)), ids


def _check_guid(file: str, code: Code, own: str, ids: Mapping[str, str]) -> None:
    if own and own in ids:
        found = f"the guid of the code '{code.name}' a second time, after '{ids[own]}'"
        raise InputError(file, found=found, expected="each guid once", action="export the file again from the program")


def name_of(element: ElementTree.Element) -> str:
    """The name that an element has in the program, as names are kept here; empty where it has none."""
    return normal(element.get("name") or "")


def is_speaker(name: str, speaker_code: str) -> bool:
    """Whether a code of this name is the one for speakers, or names one itself, as tags of Taguette do (speaker.E6).

    >>> is_speaker("Speaker", "speaker"), is_speaker("speaker.E6", "speaker"), is_speaker("Speakers of Arabic", "speaker")
    (True, True, False)
    """
    code = speaker_code.casefold()
    return bool(code) and (name.casefold() == code or name.casefold().startswith(f"{code}."))


def speaker_in(name: str, speaker_code: str) -> str:
    """The speaker whom a code names: what follows `speaker.`, or the whole name; `speaker_code` for that code itself.

    >>> speaker_in("Speaker.E6", "speaker"), speaker_in("E6", "speaker"), speaker_in("Speaker", "speaker")
    ('E6', 'E6', 'speaker')
    """
    if not is_speaker(name, speaker_code):
        return name
    return name[len(speaker_code) + 1 :].strip() or speaker_code


def guid(text: str | None) -> str:
    """A guid in the form in which two are compared: programs differ in letter case and braces."""
    return (text or "").strip().strip("{}").lower()


def _code(
    file: str, element: ElementTree.Element, parent: str | None, taken: Mapping[str, None], tried: dict[str, int]
) -> Code:
    name = name_of(element)
    if not name:
        action = "name the code in the program and export again"
        raise InputError(file, found=f"a code without a name{_after(taken)}", expected="a name", action=action)
    described = "".join(child.text or "" for child in children(element, "Description"))
    fields = {"id": code_id_for(name, taken, tried), **_described(described), "name": name, "parent": parent}
    codable = (element.get("isCodable") or "true").strip().lower() in ("true", "1")
    try:
        return validate(Code, {**fields, "codable": codable}, file, None)
    except InputError as error:
        found = f"the code '{name[:80]}' with the {error.column} {error.found}"
        action = "change it in the program and export again"
        raise InputError(file, found=found, expected=error.expected, action=action) from None


def _after(taken: Mapping[str, None]) -> str:
    """Where in the codebook a code without a name is: after which other."""
    return f", after the code '{list(taken)[-1]}'" if taken else ""


def _described(text: str) -> dict[str, str]:
    """Definition, rules and id from a description; what another program wrote is all definition."""
    first, *lines = text.split("\n")
    definition, fields = [first], {}
    for line in lines:
        label = next((label for label in _RULES if line.startswith(label)), None)
        if label:
            fields[_RULES[label]] = line.removeprefix(label)
        else:
            definition.append(line)
    return {"definition": " ".join(definition), **fields}


def qdc_text(codebook: Codebook) -> str:
    """The codebook as the text of a REFI-QDA codebook file.

    The standard has one description for a code; definition, rules and id stand in it on lines of their own, so that
    `read_qdc` gives the same codes back. Write it with `results.write_text`.
    """
    ElementTree.register_namespace("", NAMESPACE)
    root = ElementTree.Element(_tag("CodeBook"), {"origin": "migrant-programme-evaluation"})
    elements = {None: ElementTree.SubElement(root, _tag("Codes"))}
    for code in _parents_first(codebook):
        attributes = {"guid": str(uuid5(_GUIDS, code.id)).upper(), "name": code.name}
        element = ElementTree.SubElement(
            elements[code.parent], _tag("Code"), {**attributes, "isCodable": str(code.codable).lower()}
        )
        ElementTree.SubElement(element, _tag("Description")).text = _description(code)
        elements[code.id] = element
    ElementTree.indent(root, " ")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _parents_first(codebook: Codebook) -> list[Code]:
    return sorted(codebook.codes, key=lambda code: len(codebook.ancestors(code.id)))


def _description(code: Code) -> str:
    rules = [f"{label}{getattr(code, field)}" for label, field in _RULES.items() if getattr(code, field)]
    return "\n".join([code.definition, *rules])
