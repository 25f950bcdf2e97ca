"""Exports of Taguette: its codebook and its highlights, as CSV or Excel. The highlighted text is never kept.

Taguette writes the columns tag, description (and counts, by version) for the codebook, and id, document, tag, content
for the highlights, with one row for each tag of a highlight. It has no speakers and does not say who highlighted: give
each highlight a tag such as `speaker.E6`, or say that each document is one person; export each coder's project on its own.
"""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from analysis.coding.codebook import NO_CODE, Code, Codebook, check_structure, code_id_for, same_name
from analysis.coding.exports import SETTINGS, group_names, person_codes
from analysis.coding.refi import SPEAKER_CODE, is_speaker, speaker_in
from analysis.coding.segments import COLUMNS, Wording, check_segments
from analysis.errors import InputError
from analysis.files import validate
from analysis.names import normal
from analysis.participants.csv_files import read_frame, read_header
from analysis.participants.excel import first_sheet

_CODEBOOK = (("tag", "description"), ("parent", "number of highlights", "number of documents"))
_HIGHLIGHTS = (("id", "document", "tag", "content"), ())


def is_taguette(path: Path, *columns: str) -> bool:
    """Whether the header of a CSV file has the columns by which Taguette's export is known."""
    try:
        header = read_header(path, path.name)
    except InputError:
        return False  # what is wrong with it is said by the reader that opens it next
    return set(columns) <= set(header)


def read_taguette_codebook(
    path: Path, name: str, version: str = "as exported", speaker_code: str = SPEAKER_CODE
) -> Codebook:
    """A codebook from Taguette's export (.csv or .xlsx); `a.b` stands under `a` where there is a tag `a`.

    Tags that name speakers are left out. Raises InputError with the row of the first mistake.
    """
    frame = _table(path, name, *_CODEBOOK)
    frame = frame[~_names_speaker(frame["tag"], speaker_code)]
    tags: dict[str, str] = {}
    taken: set[str] = set()
    tried: dict[str, int] = {}
    for tag in frame["tag"].unique():
        tags[tag] = code_id_for(tag, taken, tried)
        taken.add(tags[tag])
    rows = list(frame.index)
    codes = tuple(
        validate(Code, _fields(tag, tags, parent, description), name, row)
        for row, tag, description, parent in zip(
            rows, frame["tag"], frame["description"], frame["parent"].map(tags).fillna(""), strict=True
        )
    )
    check_structure(codes, name, lambda position, column: rows[position] if rows else None, exported=True)
    return Codebook(title=path.stem, version=version, codes=codes)


def _fields(tag: str, tags: dict[str, str], parent: str, description: str) -> dict[str, object]:
    return {"id": tags[tag], "name": tag, "parent": parent or _above(tag, tags), "definition": description}


def _above(tag: str, tags: dict[str, str]) -> str | None:
    parts = tag.split(".")
    longer_first = (".".join(parts[:size]) for size in range(len(parts) - 1, 0, -1))
    return next((tags[above] for above in longer_first if above in tags), None)


def _names_speaker(tags: pd.Series, speaker_code: str) -> pd.Series:
    return tags.map({tag: is_speaker(tag, speaker_code) for tag in tags.unique()}).astype("bool")


def read_taguette_highlights(
    path: Path,
    name: str,
    codebook: Codebook,
    coder: str = "coder 1",
    *,
    speakers: str | None = None,
    speaker_code: str = SPEAKER_CODE,
    groups: Mapping[str, str] | None = None,
    shared_speakers: bool = False,
) -> pd.DataFrame:
    """Coded segments from Taguette's export of highlights (.csv or .xlsx); documents are the groups.

    `coder` names whose export it is. A highlight's speaker is its tag `speaker.E6`, or with `speakers` "source" its
    document; one with no tag but its speaker was read and given no code. Raises InputError for a tag that is not in the
    codebook, a highlight without a speaker or with two, and a file of another kind.
    """
    if speakers == "case":
        action = "say `speakers: source`, or leave it out"
        raise InputError(SETTINGS, found="speakers: case", expected="`source` or `code`", action=action)
    frame = _table(path, name, *_HIGHLIGHTS).drop(columns="content")
    by_tag = _names_speaker(frame["tag"], speaker_code)
    frame["speaker"] = (
        _by_document(frame) if speakers == "source" else _by_tag(name, frame, by_tag, speaker_code, speakers)
    )
    documents = frame["document"].unique()
    frame["group"] = frame["document"].map(
        dict(zip(documents, group_names(name, documents, groups or {}), strict=True))
    )
    uncoded = by_tag & ~frame["id"].isin(frame.loc[~by_tag, "id"]) & ~frame.duplicated("id")
    rows = frame[~by_tag | uncoded]
    table = rows.assign(
        segment_id="highlight " + rows["id"], code=_ids(rows["tag"].mask(uncoded, ""), codebook), coder=coder
    )
    return check_segments(table[list(COLUMNS)], codebook, name, shared_speakers, _HIGHLIGHT)


_HIGHLIGHT = Wording(
    actions={
        "group": f"rename the document in Taguette and export again, or name its group in {SETTINGS}.groups",
        "speaker": "rename the tag in Taguette and export again",
    }
)


def _by_document(frame: pd.DataFrame) -> pd.Series:
    documents = frame["document"].unique()
    return frame["document"].map(dict(zip(documents, person_codes(documents), strict=True)))


def _by_tag(name: str, frame: pd.DataFrame, by_tag: pd.Series, speaker_code: str, speakers: str | None) -> pd.Series:
    """The speaker of each row by the tags of its highlight; InputError for highlights without one, or with two."""
    tagged = frame[by_tag]
    tags = [tag for tag in tagged["tag"].unique() if tag != speaker_code]
    people = [speaker_in(tag, speaker_code) for tag in tags]
    called = dict(zip(tags, person_codes(people) if speakers else people, strict=True))
    known = tagged.assign(speaker=tagged["tag"].map(called).fillna(speaker_code)).drop_duplicates(["id", "speaker"])
    _check_speakers(name, frame, known, speaker_code)
    return frame["id"].map(known.set_index("id")["speaker"])


def _check_speakers(name: str, frame: pd.DataFrame, known: pd.DataFrame, speaker_code: str) -> None:
    highlights = frame.drop_duplicates("id")
    none, two = highlights[~highlights["id"].isin(known["id"])], known[known.duplicated("id")]
    action = (
        f"give each highlight one tag such as {speaker_code}.E6, or say `speakers: source` in {SETTINGS}, where each "
    )
    action += "document is one person"
    if len(none):
        found = f"{len(none):,} of {len(highlights):,} highlights without a tag that names the speaker"
    elif len(two):
        found = f"{len(two):,} of {len(highlights):,} highlights with two speakers, first '{two['id'].iloc[0]}'"
    else:
        return
    row = int((none if len(none) else two).index[0])
    expected = f"one tag such as {speaker_code}.E6 for each"
    raise InputError(name, row=row, column="tag", found=found, expected=expected, action=action)


def _ids(tags: pd.Series, codebook: Codebook) -> pd.Series:
    """The ids of tags, which Taguette tells apart by letter case; else by a name that counts as the same."""
    exact = {code.name: code.id for code in codebook.codes}
    known = {same_name(code.name): code.id for code in codebook.codes} | {"": NO_CODE}
    return tags.map({tag: exact.get(normal(tag), known.get(same_name(tag), tag)) for tag in tags.unique()})


def _table(path: Path, name: str, required: tuple[str, ...], optional: tuple[str, ...]) -> pd.DataFrame:
    read = _sheet if path.suffix.lower() == ".xlsx" else read_frame
    return read(path, name, required, optional)


def _sheet(path: Path, name: str, required: tuple[str, ...], optional: tuple[str, ...]) -> pd.DataFrame:
    """The first sheet of a workbook as text, with the index as in `read_frame`."""
    header, *rows = first_sheet(path, name) or [[]]
    missing = [column for column in required if column not in header]
    if missing or not rows:
        found = f"no column '{missing[0]}'" if missing else "a header and no rows"
        expected = f"the columns {', '.join(required)} and rows under them"
        raise InputError(name, row=1, found=found, expected=expected, action="export the file from Taguette again")
    frame = pd.DataFrame(rows, columns=header, index=range(2, len(rows) + 2), dtype="str")
    frame = frame[(frame != "").any(axis="columns")]
    return frame.reindex(columns=[*required, *optional], fill_value="")
