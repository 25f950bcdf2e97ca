"""Coded segments: who said something, in which group, and which code a coder gave it. Never what was said.

A table of coded segments has one row for each code a coder gave a segment, and the columns `group`, `speaker`
(a code such as E6, never a name), `segment_id`, `code` and `coder`. A coder who read a segment and gave it no code
has one row for it with the code `none`; without any row, the coder has not read the segment.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pandas as pd

from analysis.coding.codebook import NO_CODE, Codebook
from analysis.described import Basis, described, inputs_of, of_nothing_nothing, read_from
from analysis.errors import InputError
from analysis.names import is_code, is_name, normal
from analysis.participants.csv_files import read_frame
from analysis.results import Column, Kind

COLUMNS = ("group", "speaker", "segment_id", "code", "coder")
_MEANING = {
    "group": "the name of a focus group: up to 64 letters, digits and plain signs",
    "speaker": "a speaker code such as E6: letters and at least one digit, no blanks, never a name",
    "segment_id": "an identifier of up to 64 letters, digits and plain signs, never the words that were said",
    "coder": "the name or number of a coder: up to 64 letters, digits and plain signs",
}

Rule = Literal["any", "all", "most"]


@dataclass(frozen=True)
class Wording:
    """What messages call the parts of a table of coded segments.

    Without `rows` it was made from an export that has neither rows nor columns; `nouns` then say what a column holds, and
    `actions` (by column) what to do in the program or in records.yaml.
    """

    rows: bool = True
    nouns: Mapping[str, str] = field(default_factory=dict)
    actions: Mapping[str, str] = field(default_factory=dict)

    def place(self, row: int, column: str | None) -> dict[str, object]:
        """The row and column of a message, where there are any."""
        return {"row": row, "column": column} if self.rows else {}

    def found(self, column: str, text: str) -> str:
        """What was found in a column."""
        return f"{self.nouns[column]} {text}" if column in self.nouns else text

    def action(self, column: str, otherwise: str) -> str:
        """What to do about a column."""
        return self.actions.get(column, otherwise)


TABLE = Wording()


@dataclass(frozen=True)
class Bases:
    """What a tally counts from: all segments, participants, groups and coders in the table, coded or not."""

    segments: int
    participants: int
    group_names: tuple[str, ...]
    coder_names: tuple[str, ...]

    @property
    def groups(self) -> int:
        """The number of groups."""
        return len(self.group_names)

    @property
    def coders(self) -> int:
        """The number of coders."""
        return len(self.coder_names)


def read_segments_csv(path: Path, name: str, codebook: Codebook, shared_speakers: bool = False) -> pd.DataFrame:
    """Coded segments from the project's CSV: group, speaker, segment_id, code, coder and, if wanted, memo.

    Memos are accepted and left unread, since they may quote. Any further column is refused, so that no transcript
    comes in by accident. `shared_speakers` says that one speaker code in two groups is one person in both.

    Raises InputError with row and column for a code that is not in the codebook, a segment without a speaker, and
    everything else `check_segments` looks at.
    """
    frame = read_frame(path, name, COLUMNS, ("memo",)).drop(columns="memo")
    return check_segments(frame, codebook, name, shared_speakers)


def check_segments(
    frame: pd.DataFrame, codebook: Codebook, name: str, shared_speakers: bool = False, wording: Wording = TABLE
) -> pd.DataFrame:
    """The same table, checked, with names in one form (NFC); the index holds the row numbers that messages name.

    Raises InputError where a cell is empty or of the wrong form, a code is not in the codebook or a heading, a segment
    has two groups or speakers, a speaker sits in two groups, a row stands twice, or a coder gave a segment both codes
    and `none`.
    """
    names = ["group", "speaker", "segment_id", "coder"]
    frame = frame.assign(
        **{column: frame[column].map({each: normal(each) for each in frame[column].unique()}) for column in names}
    )
    for column in names:
        _check_form(frame[column], name, column, wording)
    _check_codes(frame["code"], codebook, name, wording)
    at = (name, wording)
    _check_one(frame, "segment_id", "group", *at, "each segment in one group", "give each segment its own id")
    _check_one(frame, "segment_id", "speaker", *at, "one speaker for each segment", "split the segment by speaker")
    if not shared_speakers:
        action = "make the codes different, or say in records.yaml, under coded_segments, `shared_speakers: true` where it is one person"
        _check_one(frame, "speaker", "group", *at, "each speaker code in one group", action)
    _check_twice(frame, name)
    _check_none(frame, name)
    return frame.loc[:, list(COLUMNS)].reset_index(drop=True)


def _check_form(cells: pd.Series, name: str, column: str, wording: Wording) -> None:
    fits = is_code if column == "speaker" else is_name
    wrong = [cell for cell in cells.unique() if not fits(cell)]
    if wrong:
        row = _first_row(cells.isin(wrong))
        found = wording.found(column, _listed([f"'{cell}'" if cell else "an empty cell" for cell in wrong]))
        action = wording.action(column, "correct the cell; no row is left out silently")
        raise InputError(name, **wording.place(row, column), found=found, expected=_MEANING[column], action=action)


def _listed(texts: list[str], most: int = 5) -> str:
    """The first few of what was found, and how many more there are."""
    more = f" and {len(texts) - most:,} more" if len(texts) > most else ""
    return f"{', '.join(texts[:most])}{more}"


def _check_codes(cells: pd.Series, codebook: Codebook, name: str, wording: Wording) -> None:
    allowed = {*codebook.codable, NO_CODE}
    wrong = [cell for cell in cells.unique() if cell not in allowed]
    if not wrong:
        return
    row = _first_row(cells.isin(wrong))
    cell = cells.loc[row]
    heading = cell in codebook.by_id
    called = cell if wording.rows else codebook.names.get(cell, cell)
    found = "an empty cell" if not cell else f"'{called}', a heading" if heading else f"'{called}'"
    expected = f"the id of a code in the codebook (version {codebook.version}), or '{NO_CODE}'"
    raise InputError(
        name,
        **wording.place(row, "code"),
        found=wording.found("code", found),
        expected=f"{expected}{_nearest(cell, allowed)}" if wording.rows else "a code that may be applied to passages",
        action=wording.action("code", "correct the code, or add it to the codebook"),
    )


def _nearest(cell: str, allowed: Iterable[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(cell[:64], sorted(allowed), n=1)
    return f" (is it '{near[0]}'?)" if near else ""


def _check_one(
    frame: pd.DataFrame, of: str, column: str, name: str, wording: Wording, expected: str, action: str
) -> None:
    first = frame.drop_duplicates(of).set_index(of)[column]
    other = frame[of].map(first) != frame[column]
    if other.any():
        row = _first_row(other)
        cells = frame.loc[row]
        found = f"{of} '{cells[of]}' with {column} '{cells[column]}' after '{first[cells[of]]}'"
        raise InputError(name, **wording.place(row, column), found=found, expected=expected, action=action)


def _check_twice(frame: pd.DataFrame, name: str) -> None:
    twice = frame.duplicated(["segment_id", "code", "coder"])
    if twice.any():
        row = _first_row(twice)
        cells = frame.loc[row]
        found = f"segment '{cells['segment_id']}' with code '{cells['code']}' by coder '{cells['coder']}' a second time"
        raise InputError(name, row=row, found=found, expected="each of these once", action="remove one of the rows")


def _check_none(frame: pd.DataFrame, name: str) -> None:
    rows_of = frame.groupby(["segment_id", "coder"])["code"].transform("size")
    both = (frame["code"] == NO_CODE) & (rows_of > 1)
    if both.any():
        expected = f"either codes or '{NO_CODE}' from one coder for one segment"
        found = f"'{NO_CODE}' beside another code"
        row = _first_row(both)
        raise InputError(name, row=row, column="code", found=found, expected=expected, action="remove one of the rows")


def _first_row(where: pd.Series) -> int:
    return int(where.idxmax())


@of_nothing_nothing
def bases(segments: pd.DataFrame) -> Bases:
    """The segments, participants (speaker codes), groups and coders in a table of coded segments; names sorted."""
    groups, coders = (tuple(sorted(segments[column].unique())) for column in ("group", "coder"))
    return Bases(int(segments["segment_id"].nunique()), int(segments["speaker"].nunique()), groups, coders)


@described(
    Kind.MEASURED,
    rows={
        "team.segments": Column("Segments", "segments"),
        "team.participants": Column("Participants who spoke", "people"),
        "team.groups": Column("Groups", "groups"),
        "team.coders": Column("Coders", "coders"),
    },
    basis=Basis("People and segments in all", "in all"),
)
def sizes(segments: pd.DataFrame) -> pd.DataFrame:
    """What the bases are: column value of segments, participants, groups and coders."""
    found = bases(segments)
    values = {name: getattr(found, name) for name in ("segments", "participants", "groups", "coders")}
    return pd.DataFrame({"value": {f"team.{name}": value for name, value in values.items()}})


@of_nothing_nothing
def settle(segments: pd.DataFrame, rule: Rule | str = "any") -> pd.DataFrame:
    """One row for each code that counts for a segment: group, speaker, segment_id, code.

    `rule` says when a code counts where several coders read the segment: if `any` of them gave it, if `all` who read
    it did, if `most` (more than half) did; or the name of one coder whose codes count. Raises ValueError for a rule
    that is neither.
    """
    if rule not in ("any", "all", "most"):
        if rule not in set(segments["coder"]):
            raise ValueError(f"no coder is called {rule!r}; the rule is any, all, most or the name of a coder")
        segments, rule = segments[segments["coder"] == rule], "any"
    files, given = inputs_of(segments), segments[segments["code"] != NO_CODE]
    settled = given.drop_duplicates(["segment_id", "code"])
    if rule != "any":
        settled = settled[_enough(given, settled, segments, 1.0 if rule == "all" else 0.5)]
    return read_from(settled.drop(columns="coder").reset_index(drop=True), *files)


def _enough(given: pd.DataFrame, settled: pd.DataFrame, segments: pd.DataFrame, share: float) -> pd.Series:
    readers = segments.drop_duplicates(["segment_id", "coder"]).groupby("segment_id").size()
    givers = given.groupby(["segment_id", "code"]).size().rename("givers")
    got = settled.join(givers, on=["segment_id", "code"])["givers"] / settled["segment_id"].map(readers)
    return got >= 1.0 if share == 1.0 else got > share


def roll_up(settled: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Settled codes with the codes above them added, each once for a segment."""
    lines = [(code, above) for code in codebook.by_id for above in (code, *codebook.ancestors(code))]
    upwards = pd.DataFrame(lines, columns=["code", "above"], dtype="str")
    rolled = settled.merge(upwards, on="code").drop(columns="code").rename(columns={"above": "code"})
    return rolled.drop_duplicates(["segment_id", "code"]).reset_index(drop=True)
