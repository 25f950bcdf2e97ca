"""Opens a codebook or coded segments in whichever format the file is."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

import pandas as pd

from analysis.coding.codebook import Codebook, read_codebook_csv, read_codebook_yaml, same_name
from analysis.coding.exports import SETTINGS
from analysis.coding.segments import read_segments_csv
from analysis.errors import InputError
from analysis.participants.layout import SegmentsLayout

Found = TypeVar("Found")
AS_MARKED = SegmentsLayout()
EXPORTS = frozenset({"speakers", "speaker_code", "groups", "shared_speakers"})  # settings for a REFI-QDA project


def read_codebook(path: Path, name: str, version: str = "as exported", layout: SegmentsLayout = AS_MARKED) -> Codebook:
    """A codebook from .yaml or .csv (the project's own), .qdc or .qdpx (REFI-QDA), .xlsx or .csv (Taguette).

    `version` is used where the file does not say its version; codes that name speakers (`layout.speaker_code`) are left
    out of exports. Raises InputError for another kind of file, and whatever its reader raises.
    """
    from analysis.coding.refi import read_qdc, read_qdpx_codebook
    from analysis.coding.taguette import is_taguette, read_taguette_codebook

    exported = (name, version, layout.speaker_code)
    readers = {
        ".yaml": read_codebook_yaml,
        ".yml": read_codebook_yaml,
        ".csv": lambda file, name: (
            read_taguette_codebook(file, *exported)
            if is_taguette(file, "tag", "description")
            else read_codebook_csv(file, name, file.stem, version)
        ),
        ".qdc": lambda file, name: read_qdc(file, *exported),
        ".qdpx": lambda file, name: read_qdpx_codebook(file, *exported),
        ".xlsx": lambda file, name: read_taguette_codebook(file, *exported),
    }
    return _reader(path, name, readers)(path, name)


def read_segments(path: Path, name: str, codebook: Codebook, layout: SegmentsLayout = AS_MARKED) -> pd.DataFrame:
    """Coded segments from .csv (the project's own), .qdpx (REFI-QDA), .xlsx or .csv (Taguette's highlights).

    A .qdpx has to carry the same codes as `codebook`. Raises InputError for another kind of file, for settings of `layout`
    that its format has no use for, and whatever its reader raises.
    """
    from analysis.coding.projects import read_qdpx
    from analysis.coding.taguette import is_taguette, read_taguette_highlights

    def csv(file: Path, name: str) -> pd.DataFrame:
        if is_taguette(file, "document", "tag"):
            return taguette(file, name)
        return read_segments_csv(file, name, codebook, **_settings(layout, {"shared_speakers"}, "a table of segments"))

    def taguette(file: Path, name: str) -> pd.DataFrame:
        settings = _settings(layout, {*EXPORTS, "coder"}, "an export of Taguette")
        return read_taguette_highlights(file, name, codebook, **settings)

    def project(file: Path, name: str) -> pd.DataFrame:
        settings = _settings(layout, EXPORTS, "a REFI-QDA project")
        return _with_ids_of(codebook, name, *read_qdpx(file, name, **settings))

    return _reader(path, name, {".csv": csv, ".qdpx": project, ".xlsx": taguette})(path, name)


def _settings(layout: SegmentsLayout, known: set[str] | frozenset[str], of: str) -> dict[str, object]:
    """The settings that a format knows; InputError for one that was set and has no use there."""
    given = {field: getattr(layout, field) for field in SegmentsLayout.model_fields}
    useless = [field for field in given if field in layout.model_fields_set - known]
    if useless:
        expected = f"for {of} only {', '.join(sorted(known))}"
        found = f"the setting '{useless[0]}'"
        raise InputError(SETTINGS, found=found, expected=expected, action="take it out there")
    return {field: value for field, value in given.items() if field in known}


def _with_ids_of(codebook: Codebook, file: str, exported: Codebook, segments: pd.DataFrame) -> pd.DataFrame:
    """The segments of a project with the ids that its codes have in `codebook`: by name and the names above it, else by a
    name that stands once in both, else by id. InputError for a code that is not there, and for two that become one."""
    same = _same_codes(exported, codebook, segments["code"].unique())
    unknown = [code for code, other in same.items() if other not in codebook.codable]
    twice = [code for code, other in same.items() if list(same.values()).count(other) > 1]
    if wrong := unknown or twice:
        raise InputError(
            file,
            found=f"the code '{exported.names[wrong[0]]}'{'' if unknown else ', which is one with another'}",
            expected=f"the codes of the codebook (version {codebook.version})",
            action="bring the codebook up to date, or leave it out, so that the codebook of the project itself is read",
        )
    return segments.assign(code=segments["code"].map(same))


def _same_codes(exported: Codebook, codebook: Codebook, codes: Iterable[str]) -> dict[str, str | None]:
    """For each of a project's codes the id of the same code in another codebook, or None."""
    whole, last = ((_known_by(exported, size), _known_by(codebook, size)) for size in (None, 1))
    found: dict[str, str | None] = {}
    for code in codes:
        line = tuple(map(same_name, exported.line(code)))
        ids = [
            here[key][0]
            for (there, here), key in ((whole, line), (last, line[:1]))
            if len(there[key]) == len(here.get(key, ())) == 1
        ]
        found[code] = next(iter(ids), code if code in codebook.by_id else None)
    return found


def _known_by(codebook: Codebook, names: int | None) -> dict[tuple[str, ...], list[str]]:
    """The ids of the codes by their names and those above them, the nearest `names` of these."""
    known: dict[tuple[str, ...], list[str]] = {}
    for code in codebook.by_id:
        known.setdefault(tuple(map(same_name, codebook.line(code)))[:names], []).append(code)
    return known


def _reader(path: Path, name: str, readers: dict[str, Callable[[Path, str], Found]]) -> Callable[[Path, str], Found]:
    reader = readers.get(path.suffix.lower())
    if reader is None:
        expected = f"one of {', '.join(readers)}"
        raise InputError(name, found=f"the ending '{path.suffix}'", expected=expected, action="save it as one of these")
    return reader
