"""Opens a codebook or coded segments in whichever format the file is."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pandas as pd

from analysis.coding.codebook import Codebook, read_codebook_csv, read_codebook_yaml
from analysis.coding.segments import read_segments_csv
from analysis.errors import InputError

Found = TypeVar("Found")


def read_codebook(path: Path, name: str, version: str = "as exported") -> Codebook:
    """A codebook from .yaml, .csv (the project's own), .qdc or .qdpx (REFI-QDA), or .xlsx (Taguette).

    `version` is used where the file does not say its version. Taguette's CSV is read by
    `taguette.read_taguette_codebook`. Raises InputError for another kind of file, and whatever its reader raises.
    """
    from analysis.coding.refi import read_qdc, read_qdpx_codebook
    from analysis.coding.taguette import read_taguette_codebook

    readers = {
        ".yaml": read_codebook_yaml,
        ".yml": read_codebook_yaml,
        ".csv": lambda file, name: read_codebook_csv(file, name, file.stem, version),
        ".qdc": lambda file, name: read_qdc(file, name, version),
        ".qdpx": lambda file, name: read_qdpx_codebook(file, name, version),
        ".xlsx": lambda file, name: read_taguette_codebook(file, name, version),
    }
    return _reader(path, name, readers)(path, name)


def read_segments(path: Path, name: str, codebook: Codebook) -> pd.DataFrame:
    """Coded segments from .csv (the project's own), .qdpx (REFI-QDA) or .xlsx (Taguette's highlights).

    A .qdpx has to carry the same codes as `codebook`. Raises InputError for another kind of file, and whatever its
    reader raises.
    """
    from analysis.coding.projects import read_qdpx
    from analysis.coding.taguette import read_taguette_highlights

    readers = {
        ".csv": lambda file, name: read_segments_csv(file, name, codebook),
        ".qdpx": lambda file, name: _same_codes(name, codebook, *read_qdpx(file, name)),
        ".xlsx": lambda file, name: read_taguette_highlights(file, name, codebook),
    }
    return _reader(path, name, readers)(path, name)


def _same_codes(file: str, codebook: Codebook, exported: Codebook, segments: pd.DataFrame) -> pd.DataFrame:
    unknown = sorted(set(segments["code"]) - set(codebook.codable))
    if unknown:
        name = exported.by_id[unknown[0]].name
        expected = f"the codes of the codebook (version {codebook.version})"
        action = "bring the codebook up to date, or read the codebook from the project itself"
        raise InputError(file, column="code", found=f"the code '{name}'", expected=expected, action=action)
    return segments


def _reader(path: Path, name: str, readers: dict[str, Callable[[Path, str], Found]]) -> Callable[[Path, str], Found]:
    reader = readers.get(path.suffix.lower())
    if reader is None:
        expected = f"one of {', '.join(readers)}"
        raise InputError(name, found=f"the ending '{path.suffix}'", expected=expected, action="save it as one of these")
    return reader
