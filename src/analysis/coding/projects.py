"""Coded segments from a REFI-QDA project (.qdpx): where each selection stands, who coded it, and who spoke.

Sources, codes, cases and users are told apart by their guids, whatever their names. Every source is a group. A selection's
id is the number of its source and its place in it, never its text; a code given to a whole source makes the source itself
a segment. A speaker is known from the project's cases (by selection, by code or by source) or from codes under a code called
`speaker`; where the speaker of a passage is marked by a longer selection, the passage takes the speaker of the innermost
selection around it. Coders are numbered in the order of the project's users, since their names are nobody's business.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd

from analysis.coding.codebook import Codebook
from analysis.coding.exports import SETTINGS, group_names, person_codes
from analysis.coding.refi import (
    SPEAKER_CODE,
    children,
    codebook_from,
    guid,
    is_speaker,
    local,
    name_of,
    only,
    project_root,
    speaker_in,
)
from analysis.coding.segments import COLUMNS, Wording, check_segments
from analysis.errors import InputError
from analysis.names import is_code

_PLACES = (
    ("startPosition", "endPosition"),
    ("page", "firstX", "firstY", "secondX", "secondY"),
    ("firstX", "firstY", "secondX", "secondY"),
    ("begin", "end"),
    ("fromSyncPoint", "toSyncPoint"),
)
_WHOLE = "whole source"
MOST_TURNS = 100  # one in another, or over another; two people who speak at once are two
Turn = tuple[int, int, str]  # first and last position, and who speaks


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
    """Who speaks, by selection guid, by code guid and by source number; and the longer turns of each source, in order,
    with those that are under way when each begins.

    `no_themes`: the guids of codes that name speakers, whoever is asked who speaks. `passed_over`: the names of cases that
    are no speaker codes, where only those count.
    """

    selections: dict[str, set[str]] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    sources: dict[int, set[str]] = field(default_factory=dict)
    turns: dict[tuple[int, str], list[Turn]] = field(default_factory=dict)
    under_way: dict[tuple[int, str], list[list[Turn]]] = field(default_factory=dict)
    no_themes: set[str] = field(default_factory=set)
    passed_over: list[str] = field(default_factory=list)


def read_qdpx(
    path: Path,
    name: str,
    version: str = "as exported",
    *,
    speakers: str | None = None,
    speaker_code: str = SPEAKER_CODE,
    groups: Mapping[str, str] | None = None,
    shared_speakers: bool = False,
) -> tuple[Codebook, pd.DataFrame]:
    """The codebook and the coded segments of a REFI-QDA project.

    `speakers`: who speaks, as `participants.layout.SegmentsLayout` says; people without a speaker code of their own are
    numbered P1, P2 and so on in the order of the project. `groups` gives a group's name for the name of a source (default:
    the source's name without its ending); `speaker_code` is the code under which speakers are kept as codes. Selections
    nobody coded with a theme are left out. Raises InputError for what the archive may hide, a coding whose code is
    unknown, a segment without a speaker or with two.
    """
    root = project_root(path, name)
    book = only(name, root, "CodeBook")
    codebook, ids = codebook_from(name, book, version, path.stem, speaker_code)
    sources = [source for block in children(root, "Sources") for source in block]
    selections = list(_selections(root, sources))
    known = _speakers(name, root, book, sources, speakers, speaker_code)
    _add_turns(name, known, selections)
    names = group_names(name, [name_of(source) for source in sources], groups or {})
    frame = _frame(name, selections, ids, known, names, _coders(root))
    return codebook, check_segments(frame, codebook, name, shared_speakers, PROJECT)


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
            return tuple(re.sub(r"[^0-9A-Za-z_.]", "", step)[:20] for step in place)
    return (guid(selection.get("guid"))[:36],)


def _speakers(
    file: str,
    root: ElementTree.Element,
    book: ElementTree.Element,
    sources: list[ElementTree.Element],
    by: str | None,
    speaker_code: str,
) -> _Speakers:
    """Who speaks, as far as the project says it; `by` is who counts as a person, None whatever has a speaker code."""
    codes = _speaker_codes(file, book, by, speaker_code)
    speakers = _Speakers(codes=codes if by in (None, "code") else {}, no_themes=set(codes))
    if by == "source":
        people = person_codes(name_of(source) for source in sources)
        speakers.sources = {number: {person} for number, person in enumerate(people, start=1)}
    if by in (None, "case"):
        _add_cases(file, speakers, root, sources, by)
    return speakers


def _add_cases(
    file: str, speakers: _Speakers, root: ElementTree.Element, sources: list[ElementTree.Element], by: str | None
) -> None:
    cases = [case for block in children(root, "Cases") for case in children(block, "Case")]
    names = [name_of(case) for case in cases]
    if by and not cases:
        action = f"make a case for each person, or say in {SETTINGS}.speakers what is a person here"
        raise InputError(file, found="no cases", expected="a case for each person", action=action)
    numbers = {guid(source.get("guid")): number for number, source in enumerate(sources, start=1)}
    for case, name, person in zip(cases, names, person_codes(names), strict=True):
        if not by and not is_code(name):
            speakers.passed_over.append(name)  # a case may also be a place or an organisation
            continue
        targets = {kind: [guid(e.get("targetGUID")) for e in children(case, kind)] for kind in _REFERENCES}
        speakers.codes |= dict.fromkeys(targets["CodeRef"], person)
        speakers.no_themes |= set(targets["CodeRef"])
        for target in targets["SelectionRef"]:
            speakers.selections.setdefault(target, set()).add(person)
        for target in set(targets["SourceRef"]) & set(numbers):
            speakers.sources.setdefault(numbers[target], set()).add(person)


_REFERENCES = ("SelectionRef", "CodeRef", "SourceRef")


def _speaker_codes(file: str, book: ElementTree.Element, by: str | None, speaker_code: str) -> dict[str, str]:
    """The speaker of each code that names one, by guid; the codes are no themes even where others say who speaks."""
    heads = [code for code in book.iter() if local(code) == "Code" and is_speaker(name_of(code), speaker_code)]
    codes: dict[str, str] = {}
    seen: set[ElementTree.Element] = set()
    for code in (code for head in heads if head not in seen for code in head.iter() if local(code) == "Code"):
        seen.add(code)  # one head may stand under another
        codes[guid(code.get("guid"))] = speaker_in(name_of(code), speaker_code)
    if by == "code" and not codes:
        expected = f"a code '{speaker_code}' with a code for each person under it"
        action = f"say in {SETTINGS}.speaker_code what it is called"
        raise InputError(file, found="no such code", expected=expected, action=action)
    people = {code: name for code, name in codes.items() if name != speaker_code}
    return codes | dict(zip(people, person_codes(people.values()), strict=True)) if by else codes


def _add_turns(file: str, speakers: _Speakers, selections: list[Selection]) -> None:
    for selection in selections:
        for speaker in _marked(speakers, selection):
            if selection.kind == _WHOLE:
                speakers.sources.setdefault(selection.source, set()).add(speaker)
            elif selection.span:
                turns = speakers.turns.setdefault((selection.source, selection.kind), [])
                turns.append((*selection.span, speaker))
    for place, turns in speakers.turns.items():
        turns.sort()
        speakers.under_way[place] = _under_way(file, turns)


def _under_way(file: str, turns: list[Turn]) -> list[list[Turn]]:
    """For each turn, in their order, the turns that are under way when it begins, itself the last of them."""
    found: list[list[Turn]] = [[]]
    for turn in turns:
        found.append([*(other for other in found[-1] if other[1] >= turn[0]), turn])
        if len(found[-1]) > MOST_TURNS:
            action = "mark who speaks once for each passage, and export again"
            what = f"more than {MOST_TURNS} turns of speakers over one position, {turn[0]}"
            raise InputError(file, found=what, expected="one or a few people who speak at a time", action=action)
    return found


def _around(turns: list[Turn], under_way: list[list[Turn]], start: int, end: int) -> set[str]:
    """Who speaks in the innermost turn around a passage; several where turns overlap and neither holds the other."""
    around = [turn for turn in under_way[bisect_right(turns, start, key=lambda turn: turn[0])] if end <= turn[1]]
    inner = [a for a in around if not any(a[0] <= b[0] and b[1] <= a[1] and a[:2] != b[:2] for b in around)]
    return {speaker for _, _, speaker in inner}


def _marked(speakers: _Speakers, selection: Selection) -> set[str]:
    """The speakers whom this selection itself names, by cases or by codes."""
    by_code = {speakers.codes[code] for code, _ in selection.codings if code in speakers.codes}
    return speakers.selections.get(selection.guid, set()) | by_code


def _speaker(speakers: _Speakers, selection: Selection) -> set[str]:
    if marked := _marked(speakers, selection):
        return marked
    place = (selection.source, selection.kind)
    around = set[str]()
    if selection.span and place in speakers.turns:
        around = _around(speakers.turns[place], speakers.under_way[place], *selection.span)
    return around or speakers.sources.get(selection.source, set())


def _frame(
    name: str,
    selections: list[Selection],
    ids: dict[str, str],
    speakers: _Speakers,
    groups: list[str],
    coders: dict[str, str],
) -> pd.DataFrame:
    rows = []
    for selection in selections:
        themes = [(code, by) for code, by in selection.codings if code not in speakers.no_themes]
        who = "\n".join(sorted(_speaker(speakers, selection))) if themes else ""
        group, place = groups[selection.source - 1], selection.segment_id
        rows += [(group, who, place, _id(name, ids, code), coders.get(by, "coder 0")) for code, by in themes]
    if not rows:
        action = "code the sources, then export again"
        raise InputError(name, found="no coded segments", expected="at least one", action=action)
    # Programs may write one coding several times; that is their way of storing it, not a mistake of the coder.
    frame = pd.DataFrame(rows, columns=list(COLUMNS), dtype="str").drop_duplicates(
        ["segment_id", "code", "coder", "speaker"]
    )
    _check_speakers(name, frame, speakers.passed_over)
    return frame


def _id(name: str, ids: dict[str, str], code: str) -> str:
    if code not in ids:
        expected = "the guid of a code in the project's codebook"
        action = "export the project again, with its codebook"
        raise InputError(name, column="CodeRef", found=f"the code '{code}'", expected=expected, action=action)
    return ids[code]


def _check_speakers(name: str, frame: pd.DataFrame, passed_over: list[str]) -> None:
    """InputError for segments without a speaker, or with two."""
    for wrong, what in (
        (frame["speaker"] == "", "without a speaker"),
        (frame["speaker"].str.contains("\n"), "with two speakers"),
    ):
        rows = frame[wrong].drop_duplicates("segment_id")
        if rows.empty:
            continue
        first = rows.iloc[0]
        cases = f"; passed over, since no speaker code: {_called(passed_over[0])}" if passed_over else ""
        raise InputError(
            name,
            found=f"{len(rows):,} segments {what}, first '{first['segment_id']}' in '{first['group']}'{cases}",
            expected="for every segment one speaker: a case named by a speaker code such as E6, or a code under the code for speakers",
            action="mark who speaks, as a case or under a code 'speaker', and export again; or say in "
            f"{SETTINGS}.speakers, whether each `source`, `case` or `code` is one person",
        )


def _called(case: str) -> str:
    return f"the case '{case}'" if case else "a case without a name"


PROJECT = Wording(
    rows=False,
    nouns={"group": "the source", "speaker": "the speaker", "code": "the code"},
    actions={
        "group": f"rename the document in the program and export again, or name its group in {SETTINGS}.groups",
        "speaker": "rename the case or code in the program and export again, or say `speakers: case` or `speakers: code` in "
        f"{SETTINGS}, so that people are numbered",
        "code": "in the program, let the code be applied, or give its passages a code under it; then export again",
    },
)
