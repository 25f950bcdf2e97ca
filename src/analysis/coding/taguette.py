"""Exports of Taguette: its codebook and its highlights, as CSV or Excel. The highlighted text is never kept.

Taguette writes the columns tag, description (and counts, by version) for the codebook, and id, document, tag, content
for the highlights, with one row for each tag of a highlight. It has no speakers and does not say who highlighted: give
each highlight a tag such as `speaker.E6`, and export each coder's project on its own.
"""

from pathlib import Path

import pandas as pd

from analysis.coding.archive import check_members, open_archive
from analysis.coding.codebook import NO_CODE, Code, Codebook, check_structure, code_id_for, same_name
from analysis.coding.segments import COLUMNS, check_segments
from analysis.coding.textfiles import read_table
from analysis.errors import InputError
from analysis.study.tables import validate

_CODEBOOK = (("tag", "description"), ("parent", "number of highlights", "number of documents"))
_HIGHLIGHTS = (("id", "document", "tag", "content"), ())
SPEAKER_TAG = "speaker"


def read_taguette_codebook(
    path: Path, name: str, version: str = "as exported", speaker_tag: str = SPEAKER_TAG
) -> Codebook:
    """A codebook from Taguette's export (.csv or .xlsx); `a.b` stands under `a` where there is a tag `a`.

    Tags that name speakers are left out. Raises InputError with the row of the first mistake.
    """
    frame = _table(path, name, *_CODEBOOK)
    frame = frame[~_is_speaker(frame["tag"], speaker_tag)]
    tags: dict[str, str] = {}
    for tag in frame["tag"]:
        tags[tag] = tags.get(tag) or code_id_for(tag, tags.values())
    rows = list(frame.index)
    codes = tuple(
        validate(Code, _fields(tag, tags, parent, description), name, row)
        for row, tag, description, parent in zip(
            rows, frame["tag"], frame["description"], frame["parent"].map(tags).fillna(""), strict=True
        )
    )
    check_structure(codes, name, lambda position, column: rows[position] if rows else None)
    return Codebook(title=path.stem, version=version, codes=codes)


def _fields(tag: str, tags: dict[str, str], parent: str, description: str) -> dict[str, object]:
    return {"id": tags[tag], "name": tag, "parent": parent or _above(tag, tags), "definition": description[:2_000]}


def _above(tag: str, tags: dict[str, str]) -> str | None:
    parts = tag.split(".")
    longer_first = (".".join(parts[:size]) for size in range(len(parts) - 1, 0, -1))
    return next((tags[above] for above in longer_first if above in tags), None)


def _is_speaker(tags: pd.Series, speaker_tag: str) -> pd.Series:
    return tags.str.startswith(f"{speaker_tag}.") | (tags == speaker_tag)


def read_taguette_highlights(
    path: Path,
    name: str,
    codebook: Codebook,
    coder: str = "coder 1",
    speaker_tag: str = SPEAKER_TAG,
    shared_speakers: bool = False,
) -> pd.DataFrame:
    """Coded segments from Taguette's export of highlights (.csv or .xlsx); documents are the groups.

    `coder` names whose export it is. A highlight's speaker is its tag `speaker.E6`. Raises InputError for a tag that
    is not in the codebook, a highlight without a speaker or with two, and a file of another kind.
    """
    frame = _table(path, name, *_HIGHLIGHTS).drop(columns="content")
    is_speaker = _is_speaker(frame["tag"], speaker_tag)
    speakers = frame[is_speaker].assign(speaker=frame["tag"].str.removeprefix(f"{speaker_tag}."))
    _check_one_speaker(name, speakers)
    rows = frame[~is_speaker]
    table = pd.DataFrame(
        {
            "group": rows["document"].str.replace(r"\.[A-Za-z]\w{1,4}$", "", regex=True),
            "speaker": rows["id"].map(speakers.set_index("id")["speaker"]).fillna(""),
            "segment_id": "highlight " + rows["id"],
            "code": _ids(rows["tag"], codebook),
            "coder": coder,
        }
    )
    return check_segments(table[list(COLUMNS)], codebook, name, shared_speakers)


def _ids(tags: pd.Series, codebook: Codebook) -> pd.Series:
    known = {same_name(code.name): code.id for code in codebook.codes} | {"": NO_CODE}
    return tags.map({tag: known.get(same_name(tag), tag) for tag in tags.unique()})


def _check_one_speaker(name: str, speakers: pd.DataFrame) -> None:
    two = speakers[speakers.duplicated("id")]
    if len(two):
        found = f"highlight '{two['id'].iloc[0]}' with two speakers"
        action = "split the highlight, or remove one of the tags"
        row = int(two.index[0])
        raise InputError(name, row=row, column="tag", found=found, expected="one speaker for each", action=action)


def _table(path: Path, name: str, required: tuple[str, ...], optional: tuple[str, ...]) -> pd.DataFrame:
    read = _sheet if path.suffix.lower() == ".xlsx" else read_table
    return read(path, name, required, optional)


def _sheet(path: Path, name: str, required: tuple[str, ...], optional: tuple[str, ...]) -> pd.DataFrame:
    """The first sheet of a workbook as text, with the index as in `read_table`."""
    header, rows = _cells(path, name)
    missing = [column for column in required if column not in header]
    if missing or not rows:
        found = f"no column '{missing[0]}'" if missing else "a header and no rows"
        expected = f"the columns {', '.join(required)} and rows under them"
        raise InputError(name, row=1, found=found, expected=expected, action="export the file from Taguette again")
    frame = pd.DataFrame(rows, columns=header, index=range(2, len(rows) + 2), dtype="str")
    frame = frame[(frame != "").any(axis="columns")]
    return frame.reindex(columns=[*required, *optional], fill_value="")


def _cells(path: Path, name: str) -> tuple[list[str], list[list[str]]]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    with open_archive(path, name) as archive:
        check_members(name, archive.infolist())
    try:
        workbook = load_workbook(path, read_only=True, data_only=False)
        rows = [["" if cell is None else str(cell).strip() for cell in row] for row in workbook.worksheets[0].values]
        workbook.close()
    except (InvalidFileException, KeyError, OSError, ValueError, IndexError, SyntaxError) as error:
        action = "export the file again, or use CSV"
        raise InputError(name, found="no readable workbook", expected="an .xlsx file", action=action) from error
    header, *body = rows or [[]]
    return header, body
