"""Opens archives and XML from other programs without trusting them.

Nothing is ever unpacked to disk: one member is read into memory, within limits. XML with a document type is refused
before it is parsed, so that no entity, external or nested, is ever expanded.
"""

import zipfile
import zlib
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree
from xml.parsers import expat

from analysis.errors import InputError

MOST_MEMBERS = 20_000
LARGEST_TOTAL = 4_000_000_000  # bytes unpacked; real projects carry sound and video
LARGEST_XML = 300_000_000  # bytes; 200,000 coded segments take about 80 million
HIGHEST_RATIO = 200  # unpacked to packed; coded XML reaches about 30, zeros 1,000
SMALL = 1_000_000  # bytes; below this a high ratio does no harm
_CHUNK = 1 << 20


def read_member(path: Path, name: str, suffix: str) -> bytes:
    """The bytes of the one member of an archive whose name ends in `suffix`, for example `.qde`.

    Raises InputError if the file is not a zip archive, is cut short or damaged, holds a path that leaves the archive,
    would unpack to far more than it is, is encrypted, or does not hold exactly one such member.
    """
    with open_archive(path, name) as archive:
        members = archive.infolist()
        check_members(name, members)
        wanted = [member for member in members if _is_wanted(member.filename, suffix)]
        if len(wanted) != 1:
            found = f"{len(wanted)} members that end in {suffix}"
            raise _refusal(name, found, "exactly one", "export the project again")
        return _unpack(name, archive, wanted[0])


def _is_wanted(member: str, suffix: str) -> bool:
    """Whether a member has the ending; the shadow that macOS packs beside each file (`._name`) is none."""
    return member.lower().endswith(suffix) and not PurePosixPath(member).name.startswith("._")


def open_archive(path: Path, name: str) -> zipfile.ZipFile:
    """A zip archive, opened; InputError if the file is none, or is cut short."""
    try:
        return zipfile.ZipFile(path)
    except OSError as error:
        raise _refusal(name, "no readable file", "a file", "check the name and the folder") from error
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, ValueError) as error:
        with path.open("rb") as file:
            begun = file.read(4) == b"PK\x03\x04"
        found = "an archive that is cut short or damaged" if begun else "a file that is no zip archive"
        raise _refusal(name, found, "a complete zip archive", "export or copy the file again") from error


def check_members(name: str, members: list[zipfile.ZipInfo]) -> None:
    """InputError if members of an archive climb out of it, are encrypted, or would unpack to far more than it is."""
    if len(members) > MOST_MEMBERS:
        raise _refusal(name, f"{len(members):,} members", f"at most {MOST_MEMBERS:,}", "check where the file is from")
    for member in members:
        _check_name(name, member.filename)
        if member.flag_bits & 0x1:
            found = f"the encrypted member '{member.filename}'"
            raise _refusal(name, found, "no encryption", "export without password")
        if member.file_size > SMALL and member.file_size > HIGHEST_RATIO * max(member.compress_size, 1):
            found = f"'{member.filename}' would unpack to {member.file_size:,} bytes from {member.compress_size:,}"
            raise _bomb(name, found)
    total = sum(member.file_size for member in members)
    if total > LARGEST_TOTAL:
        raise _bomb(name, f"members that unpack to {total:,} bytes")


def _check_name(name: str, member: str) -> None:
    parts = PurePosixPath(member.replace("\\", "/")).parts
    if not parts or ".." in parts or parts[0].startswith("/") or ":" in parts[0] or "\0" in member:
        expected = "paths within the archive"
        raise _refusal(name, f"the path '{member}'", expected, "do not use this file; ask for a new export")


def _unpack(name: str, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """The member's bytes; the limit holds whatever size the archive claims."""
    parts, size = [], 0
    try:
        with archive.open(member) as stream:
            while chunk := stream.read(_CHUNK):
                size += len(chunk)
                if size > LARGEST_XML:
                    raise _bomb(name, f"'{member.filename}', more than {LARGEST_XML:,} bytes unpacked")
                parts.append(chunk)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError) as error:
        found = f"the member '{member.filename}', which cannot be unpacked"
        raise _refusal(name, found, "a complete zip archive", "export or copy the file again") from error
    return b"".join(parts)


def parse_xml(name: str, data: bytes) -> ElementTree.Element:
    """The root element of XML without a document type.

    Raises InputError for a document type (and with it every entity), and for XML that is not well formed.
    """
    _refuse_document_type(name, data)
    try:
        return ElementTree.fromstring(data)
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        row = getattr(error, "position", (None,))[0]
        raise _damaged(name, str(error), row) from error


def _refuse_document_type(name: str, data: bytes) -> None:
    """Reads up to the first element: a document type can only stand before it."""

    def refuse(*_: object) -> None:
        found = "XML with a document type (DOCTYPE), which could define entities"
        raise _refusal(name, found, "XML without one, as the REFI-QDA standard has it", "do not use this file")

    def enough(*_: object) -> None:
        raise _FirstElement

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    parser.StartElementHandler = enough
    try:
        parser.Parse(data, True)
    except _FirstElement:
        return
    except InputError:
        raise  # which is a ValueError, and said already
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise _damaged(name, str(error), getattr(error, "lineno", None)) from error


class _FirstElement(Exception):
    pass


def _damaged(name: str, problem: str, row: int | None) -> InputError:
    action = "export the file again"
    return InputError(name, row=row, found=f"damaged XML ({problem})", expected="well-formed XML", action=action)


def _bomb(name: str, found: str) -> InputError:
    return _refusal(name, found, "an archive of an ordinary size", "do not unpack this file; ask for a new export")


def _refusal(name: str, found: str, expected: str, action: str) -> InputError:
    return InputError(name, found=found, expected=expected, action=action)
