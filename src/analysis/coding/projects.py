"""Coded segments from a REFI-QDA project (.qdpx): where each selection stands, who coded it, and who spoke.

Every source is a group. A selection's id is the number of its source and its place in it, never its text; a code given to
a whole source makes the source itself a segment. A speaker is
known from the project's cases (by selection, by code or by source) or from codes under a code called `speaker`; where
the speaker of a passage is marked by a longer selection, the passage takes the speaker of the selection around it.
Coders are numbered in the order of the project's users, since their names are nobody's business.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd

from analysis.coding.codebook import Codebook
from analysis.coding.refi import SPEAKER_CODE, children, codebook_from, guid, local, only, project_root
from analysis.coding.segments import COLUMNS, SPEAKER, check_segments
from analysis.errors import InputError

_PLACES = (
    ("startPosition", "endPosition"),
    ("page", "firstX", "firstY", "secondX", "secondY"),
    ("firstX", "firstY", "secondX", "secondY"),
    ("begin", "end"),
    ("fromSyncPoint", "toSyncPoint"),
)
_WHOLE = "whole source"


@dataclass(frozen=True)
class Selection:
    """A marked passage: the number of its source, its kind and place, its guid, and its codings (code, coder guids)."""

    source: int
    kind: str
    place: tuple[str, ...]
    guid: str
    codings: tuple[tuple[str, str], ...]

    @property
    def span(self) -> tuple[int, int] | None:
        """First and last position where these are numbers on a line, else None."""
        return (int(self.place[0]), int(self.place[1])) if len(self.place) == 2 and self._on_a_line else None

    @property
    def _on_a_line(self) -> bool:
        return all(re.fullmatch(r"\d{1,15}", step) for step in self.place)

    @property
    def segment_id(self) -> str:
        """An id that is the same for two coders who marked the same passage."""
        return f"s{self.source} {self.kind} {'-'.join(self.place)}".rstrip()[:64]


@dataclass
class _Speakers:
    """Who speaks, by selection guid, by code guid and by source number; and the longer turns of each source."""

    selections: dict[str, str] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    sources: dict[int, str] = field(default_factory=dict)
    turns: dict[tuple[int, str], list[tuple[int, int, str]]] = field(default_factory=dict)


def read_qdpx(
    path: Path,
    name: str,
    version: str = "as exported",
    speaker_code: str = SPEAKER_CODE,
    groups: Mapping[str, str] | None = None,
    shared_speakers: bool = False,
) -> tuple[Codebook, pd.DataFrame]:
    """The codebook and the coded segments of a REFI-QDA project.

    `groups` gives a group's name for the name of a source (default: the source's name without its ending);
    `speaker_code` is the code under which speakers are kept as codes. Selections nobody coded with a theme are left
    out. Raises InputError for what the archive may hide, a coding whose code is unknown, a segment without a speaker.
    """
    root = project_root(path, name)
    book = only(name, root, "CodeBook")
    codebook, ids = codebook_from(name, book, version, path.stem, leave_out=speaker_code)
    sources = [source for block in children(root, "Sources") for source in block]
    selections = list(_selections(root, sources))
    speakers = _speakers(root, book, sources, speaker_code)
    _add_turns(speakers, selections)
    names = [_group(source, groups or {}) for source in sources]
    frame = _frame(name, selections, ids, speakers, names, _coders(root))
    return codebook, check_segments(frame, codebook, name, shared_speakers)


def _group(source: ElementTree.Element, groups: Mapping[str, str]) -> str:
    name = (source.get("name") or "").strip()
    return groups.get(name, re.sub(r"\.[A-Za-z]\w{1,4}$", "", name))


def _coders(root: ElementTree.Element) -> dict[str, str]:
    users = [user for block in children(root, "Users") for user in children(block, "User")]
    return {guid(user.get("guid")): f"coder {number}" for number, user in enumerate(users, start=1)}


def _selections(root: ElementTree.Element, sources: list[ElementTree.Element]) -> Iterator[Selection]:
    owner = root.get("creatingUserGUID")
    for number, source in enumerate(sources, start=1):
        points = _points(source)
        user = source.get("creatingUser") or owner
        if whole := tuple(_codings(source, user)):
            yield Selection(number, _WHOLE, (), guid(source.get("guid")), whole)
        for element in source.iter():
            kind = local(element)
            if kind.endswith("Selection"):
                by = element.get("creatingUser") or user
                kind, own = kind.removesuffix("Selection"), guid(element.get("guid"))
                yield Selection(number, kind, _place(element, points), own, tuple(_codings(element, by)))


def _points(source: ElementTree.Element) -> dict[str, str]:
    """The positions of the sync points of a source's transcripts, by guid; a passage of a transcript lies between two."""
    points = (element for element in source.iter() if local(element) == "SyncPoint")
    return {
        guid(point.get("guid")): place for point in points if (place := point.get("position") or point.get("timeStamp"))
    }


def _codings(selection: ElementTree.Element, by: str | None) -> Iterator[tuple[str, str]]:
    for coding in children(selection, "Coding"):
        for code in children(coding, "CodeRef"):
            yield guid(code.get("targetGUID")), guid(coding.get("creatingUser") or by)


def _place(selection: ElementTree.Element, points: Mapping[str, str]) -> tuple[str, ...]:
    for names in _PLACES:
        place = tuple(points.get(guid(at := selection.get(name)), at) or "" for name in names)
        if all(place):
            return tuple(re.sub(r"[^\w.]", "", step)[:20] for step in place)
    return (guid(selection.get("guid"))[:36],)


def _speakers(
    root: ElementTree.Element, book: ElementTree.Element, sources: list[ElementTree.Element], speaker_code: str
) -> _Speakers:
    speakers = _Speakers(codes=_speaker_codes(book, speaker_code))
    numbers = {guid(source.get("guid")): number for number, source in enumerate(sources, start=1)}
    for case in (case for block in children(root, "Cases") for case in children(block, "Case")):
        name = (case.get("name") or "").strip()
        if not SPEAKER.fullmatch(name):
            continue  # a case may also be a place or an organisation
        targets = {kind: [guid(e.get("targetGUID")) for e in children(case, kind)] for kind in _REFERENCES}
        speakers.selections |= dict.fromkeys(targets["SelectionRef"], name)
        speakers.codes |= dict.fromkeys(targets["CodeRef"], name)
        speakers.sources |= {numbers[target]: name for target in targets["SourceRef"] if target in numbers}
    return speakers


_REFERENCES = ("SelectionRef", "CodeRef", "SourceRef")


def _speaker_codes(book: ElementTree.Element, speaker_code: str) -> dict[str, str]:
    heads = [e for e in book.iter() if local(e) == "Code" and _named(e, speaker_code)]
    return {guid(e.get("guid")): (e.get("name") or "").strip() for head in heads for e in children(head, "Code")}


def _named(element: ElementTree.Element, name: str) -> bool:
    return bool(name) and (element.get("name") or "").strip().casefold() == name.casefold()


def _add_turns(speakers: _Speakers, selections: list[Selection]) -> None:
    for selection in selections:
        speaker = _marked(speakers, selection)
        if speaker and selection.kind == _WHOLE:
            speakers.sources.setdefault(selection.source, speaker)
        if speaker and selection.span:
            turns = speakers.turns.setdefault((selection.source, selection.kind), [])
            turns.append((*selection.span, speaker))
    for turns in speakers.turns.values():
        turns.sort()


def _marked(speakers: _Speakers, selection: Selection) -> str | None:
    """The speaker whom this selection itself names, by a case or by a code."""
    by_code = (speakers.codes.get(code) for code, _ in selection.codings)
    return speakers.selections.get(selection.guid) or next(filter(None, by_code), None)


def _speaker(speakers: _Speakers, selection: Selection) -> str:
    marked = _marked(speakers, selection)
    if marked:
        return marked
    turns = speakers.turns.get((selection.source, selection.kind), [])
    if selection.span and turns:
        start, end = selection.span
        nearest = bisect_right(turns, start, key=lambda turn: turn[0]) - 1
        if nearest >= 0 and end <= turns[nearest][1]:
            return turns[nearest][2]
    return speakers.sources.get(selection.source, "")


def _frame(
    name: str,
    selections: list[Selection],
    ids: dict[str, str],
    speakers: _Speakers,
    groups: list[str],
    coders: dict[str, str],
) -> pd.DataFrame:
    rows = [
        (groups[selection.source - 1], _speaker(speakers, selection), selection.segment_id, _id(name, ids, code), coder)
        for selection in selections
        for code, coder in ((code, coders.get(by, "coder 0")) for code, by in selection.codings)
        if code not in speakers.codes
    ]
    if not rows:
        action = "code the sources, then export again"
        raise InputError(name, found="no coded segments", expected="at least one", action=action)
    # Programs may write one coding several times; that is their way of storing it, not a mistake of the coder.
    frame = pd.DataFrame(rows, columns=list(COLUMNS), dtype="str").drop_duplicates(["segment_id", "code", "coder"])
    _check_speakers(name, frame)
    return frame


def _id(name: str, ids: dict[str, str], code: str) -> str:
    if code not in ids:
        expected = "the guid of a code in the project's codebook"
        action = "export the project again, with its codebook"
        raise InputError(name, column="CodeRef", found=f"the code '{code}'", expected=expected, action=action)
    return ids[code]


def _check_speakers(name: str, frame: pd.DataFrame) -> None:
    missing = frame[frame["speaker"] == ""]
    if len(missing):
        first = missing.iloc[0]
        raise InputError(
            name,
            column="speaker",
            found=f"{len(missing):,} segments without a speaker, first '{first['segment_id']}' in '{first['group']}'",
            expected="a case, or a code under the code for speakers, for every segment",
            action="mark who speaks, as a case or under a code 'speaker', and export again",
        )
