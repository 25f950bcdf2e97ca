"""Counts of codes with the unit of counting explicit: mentions, participants, groups.

Every function here takes settled codes (`segments.settle`): one row for each code of a segment, with the columns
group, speaker, segment_id, code; the plain tables of counts are for the team's own eyes, those that say what they are
(`analysis.described`) for a page, which shows of them what may be shown. A mention is a segment that carries the code, however often the words occur in it.
"""

from typing import Literal

import numpy as np
import pandas as pd

from analysis.coding.codebook import Codebook, distinct
from analysis.coding.people import headings
from analysis.coding.segments import Bases, roll_up
from analysis.described import Basis, described
from analysis.results import Column, Kind

SHARES = {"segments": "mentions", "participants": "participants", "groups": "groups"}  # by base, of which unit
UNITS = {"mentions": "segment_id", "participants": "speaker", "groups": "group"}
Unit = Literal["mentions", "participants", "groups"]
OVER_ALL = "Numbers over all codes: how many came up, saturation, stability, codes that rest on one person or group"
OVER_CODES = Basis(OVER_ALL, "codes together", among="code")  # of those codes that a method is given
OF_ALL_CODES = Basis(OVER_ALL, "all codes")
BY_GROUP = "Which codes came up in which group"
_COUNTED = {
    "mentions": Column("Mentions", "segments"),
    "participants": Column("Participants", "people"),
    "share_participants": Column("Share of participants", "%"),
    "share_segments": Column("Share of segments", "%"),
    "groups": Column("Groups", "groups"),
    "share_groups": Column("Share of groups", "%"),
}


def tally(settled: pd.DataFrame, codebook: Codebook, bases: Bases) -> pd.DataFrame:
    """Mentions, participants and groups of every code side by side (index: code id, order of the codebook).

    Columns: name, theme, level; mentions, participants, groups (the code itself and the codes under it, each segment,
    person and group counted once); mentions_own (the code itself); share_segments, share_participants and
    share_groups (% of `bases`). Codes nobody used stand with zeros.
    """
    rolled = roll_up(settled, codebook)
    index = pd.Index(list(codebook.by_id), name="code")
    counts = {unit: _distinct(rolled, column).reindex(index, fill_value=0) for unit, column in UNITS.items()}
    own = _distinct(settled, "segment_id").reindex(index, fill_value=0)
    table = codebook.table()[["name", "theme", "level"]].assign(**counts, mentions_own=own)
    return table.assign(
        **{f"share_{base}": 100 * table[unit] / max(getattr(bases, base), 1) for base, unit in SHARES.items()}
    )


@described(Kind.MEASURED, _COUNTED, header="Code", named="name", group="theme", basis=Basis("Counts of codes", "codes"))
def code_counts(settled: pd.DataFrame, codebook: Codebook, bases: Bases) -> pd.DataFrame:
    """The `tally` of every code (index: code id), with what a heading counts in its name."""
    counts = tally(settled, codebook, bases)
    any_of = counts["name"] + ": any of its codes"
    return counts.assign(name=counts["name"].where(~counts.index.isin(headings(codebook)), any_of))


@described(Kind.MEASURED, {"participants": _COUNTED["participants"]}, header="Code", named="name")
def people_by_code(counts: pd.DataFrame, codebook: Codebook) -> pd.DataFrame | None:
    """Participants of the codes that may be applied, most first, as far as `code_counts` tell; None where they tell none."""
    people = pd.to_numeric(counts.loc[list(codebook.codable), "participants"], errors="coerce").dropna().astype("int64")
    found = people.sort_values(ascending=False, kind="stable").to_frame()
    return found.assign(name=[codebook.labels[code] for code in found.index]) if len(found) else None


@described(
    Kind.MEASURED,
    rows={
        "team.shown": Column("Codes whose number of people is shown", "codes"),
        "team.hidden": Column("Codes whose number of people is hidden", "codes"),
        "team.most": Column("Participants who came up with the commonest of the codes shown", "people"),
    },
)
def codes_shown(counts: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """How many codes that may be applied `code_counts` tell of, and the greatest number of people: column value."""
    known = pd.to_numeric(counts.loc[list(codebook.codable), "participants"], errors="coerce").dropna()
    values = {"team.shown": len(known), "team.hidden": len(codebook.codable) - len(known)}
    return pd.DataFrame({"value": values | ({"team.most": int(known.max())} if len(known) else {})})


@described(Kind.MEASURED, rows={"team.used": Column("Codes applied at least once", "codes")}, basis=OF_ALL_CODES)
def codes_used(settled: pd.DataFrame) -> pd.DataFrame:
    """How many codes were applied: column value."""
    return pd.DataFrame({"value": {"team.used": settled["code"].nunique()}})


@described(
    Kind.MEASURED,
    rows={"team.entering": Column("Codes that enter saturation and stability", "codes")},
    basis=OVER_CODES,
)
def codes_entering(settled: pd.DataFrame) -> pd.DataFrame:
    """How many codes there are among those given: column value."""
    return pd.DataFrame({"value": {"team.entering": settled["code"].nunique()}})


def _distinct(settled: pd.DataFrame, column: str) -> pd.Series:
    return settled.drop_duplicates([column, "code"]).groupby("code").size()


def code_by_group(settled: pd.DataFrame, codebook: Codebook, bases: Bases, unit: Unit = "mentions") -> pd.DataFrame:
    """Codes (index) by groups (columns): how many segments, or participants, of the group carry the code."""
    if unit == "groups":
        raise ValueError("within a group, count mentions or participants")
    rolled = roll_up(settled, codebook).drop_duplicates([UNITS[unit], "group", "code"])
    return group_table(rolled, list(codebook.by_id), bases)


@described(Kind.MEASURED, {}, header="Code", named="name", basis=Basis(BY_GROUP, "groups"))
def codes_by_group(settled: pd.DataFrame, codebook: Codebook, bases: Bases) -> pd.DataFrame:
    """Participants by code that may be applied (index) and group (columns), and the name of the code."""
    table = code_by_group(settled, codebook, bases, "participants").loc[list(codebook.codable)]
    return table.assign(name=[codebook.labels[code] for code in table.index])


def group_table(settled: pd.DataFrame, codes: list[str], bases: Bases) -> pd.DataFrame:
    """Codes (index) by groups (columns): the number of rows of `settled`; groups and codes without any have zeros."""
    names = pd.Index(bases.group_names, name="group")
    table = pd.crosstab(settled["code"], settled["group"])
    return table.reindex(index=pd.Index(codes, name="code"), columns=names, fill_value=0).astype("int64")


@described(
    Kind.MEASURED,
    {
        "participants": Column("Participants with both", "people"),
        "mentions": Column("Mentions with both", "segments"),
        "groups": Column("Groups with both", "groups"),
    },
    header="Codes",
    named="name",
    basis=Basis("Pairs of codes", "pairs"),
)
def co_occurrence(settled: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Pairs of codes that participants share, those of most participants first.

    Columns: code, other, name; participants, mentions, groups with both; behind (participants of the mentions).
    """
    counts = {unit: in_both(settled, codebook, unit) for unit in UNITS} | {"behind": people_in_both(settled, codebook)}
    rows, columns = np.triu_indices(len(codebook.codable), k=1)
    codes = np.array(codebook.codable, dtype=object)
    pairs = pd.DataFrame({"code": codes[rows], "other": codes[columns]})
    pairs = pairs.assign(**{unit: table.to_numpy()[rows, columns] for unit, table in counts.items()})
    pairs = pairs[pairs["participants"] > 0].sort_values("participants", ascending=False, kind="stable")
    names = (pairs[end].map(codebook.labels) for end in ("code", "other"))
    return pairs.assign(name=next(names) + " and " + next(names))


def in_both(settled: pd.DataFrame, codebook: Codebook, unit: Unit = "mentions") -> pd.DataFrame:
    """Codes by codes: in how many segments, participants or groups both occur; the diagonal holds the tally itself.

    Only codes as applied are counted; codes above them would co-occur by construction.
    """
    from scipy.sparse import csr_array

    codes = pd.Index(codebook.codable, name="code")
    pairs = settled.drop_duplicates([UNITS[unit], "code"])
    rows, columns = pd.factorize(pairs[UNITS[unit]])[0], codes.get_indexer(pairs["code"])
    shape = (int(rows.max(initial=-1)) + 1, len(codes))
    incidence = csr_array((np.ones(len(rows), dtype="int64"), (rows, columns)), shape=shape)
    return pd.DataFrame((incidence.T @ incidence).toarray(), index=codes, columns=codes.rename("with"))


def people_in_both(settled: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Codes by codes: how many participants stand behind the segments that carry both (`in_both` of mentions)."""
    codes = pd.Index(codebook.codable, name="code")
    said = settled[["segment_id", "speaker", "code"]]
    pairs = said.merge(said[["segment_id", "code"]].rename(columns={"code": "with"}), on="segment_id")
    pairs = pairs.drop_duplicates(["speaker", "code", "with"])
    table = pd.crosstab(pairs["code"], pairs["with"])
    return table.reindex(index=codes, columns=codes.rename("with"), fill_value=0).astype("int64")


_LOST = Column("Codes lost", "codes")
_CORRELATION = Column("Rank correlation with the whole tally", decimals=2)


@described(
    Kind.MEASURED,
    {
        "codes_left": Column("Codes left", "codes"),
        "codes_lost": _LOST,
        "lost": Column("Which"),
        "rank_correlation": _CORRELATION,
    },
    header="Group left out",
    words=("lost",),
    named="name",
    basis=Basis(BY_GROUP, "named groups"),
)
def leave_one_group_out(settled: pd.DataFrame, codebook: Codebook, bases: Bases) -> pd.DataFrame:
    """What is left of the tally when each group in turn is left out (index: the group left out).

    Columns: name, mentions (that go with the group), codes_left, codes_lost (how many codes no other group brought up),
    lost (their names), rank_correlation (Spearman's, of the mentions of all codes used, with and without the group).
    """
    used = set(settled["code"])
    table = group_table(settled, [code for code in codebook.by_id if code in used], bases)
    whole = table.sum(axis="columns")
    rows = [_without(table, whole, group, codebook) for group in table.columns]
    return pd.DataFrame(rows, index=pd.Index(table.columns, name="group_left_out")).assign(name=distinct(table.columns))


@described(
    Kind.MEASURED,
    {"low": Column("Least, over the groups"), "high": Column("Most, over the groups")},
    {"codes_lost": _LOST, "rank_correlation": _CORRELATION},
    "Measure",
    OVER_CODES,
)
def stability_over_groups(settled: pd.DataFrame, codebook: Codebook, bases: Bases) -> pd.DataFrame:
    """The least and the most that leaving out one group changes (`leave_one_group_out`), and not which it is: low, high."""
    found = leave_one_group_out(settled, codebook, bases)[["codes_lost", "rank_correlation"]]
    found = found.dropna(axis="columns", how="all")
    return pd.DataFrame({"low": found.min(), "high": found.max()})


def _without(table: pd.DataFrame, whole: pd.Series, group: str, codebook: Codebook) -> dict[str, object]:
    rest = whole - table[group]
    lost = rest.index[rest == 0]
    return {
        "mentions": int(table[group].sum()),
        "codes_left": int((rest > 0).sum()),
        "codes_lost": len(lost),
        "lost": ", ".join(codebook.names[code] for code in lost),
        "rank_correlation": rank_correlation(whole, rest),
    }


def rank_correlation(a: pd.Series, b: pd.Series) -> float:
    """Spearman's rank correlation with mean ranks for ties (Spearman 1904); nan where either does not vary.

    >>> round(rank_correlation(pd.Series([1, 2, 3]), pd.Series([1, 3, 2])), 3)
    0.5
    """
    ranks = np.vstack([a.rank(), b.rank()])
    if (ranks.max(axis=1, initial=0) == ranks.min(axis=1, initial=np.inf)).any() or ranks.shape[1] < 2:
        return float("nan")
    return float(np.corrcoef(ranks)[0, 1])


@described(
    Kind.MEASURED,
    rows={
        "team.one_person": Column("Codes that rest on one person", "codes"),
        "team.one_group": Column("Codes that rest on several people of one group", "codes"),
    },
    basis=OF_ALL_CODES,
)
def narrow_counts(settled: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """How many codes that may be applied rest on one person, or on several people of one group: column value."""
    found = narrow_codes(settled, codebook)
    times = found.loc[found.index.isin(codebook.codable), "rests_on"].value_counts()
    return pd.DataFrame(
        {"value": {f"team.{key}": int(times.get(key.replace("_", " "), 0)) for key in ("one_person", "one_group")}}
    )


def narrow_codes(settled: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Codes that rest on one person or one group only (index: code id); who it is, is not said.

    Columns: name, mentions, participants, groups, rests_on (`one person` or `one group`).
    """
    counts = pd.DataFrame({unit: _distinct(settled, column) for unit, column in UNITS.items()})
    counts = counts.reindex([code for code in codebook.by_id if code in counts.index])
    narrow = counts[(counts["participants"] == 1) | (counts["groups"] == 1)].astype("int64")
    names = [codebook.labels[code] for code in narrow.index]
    rests_on = np.where(narrow["participants"] == 1, "one person", "one group")
    return narrow.assign(rests_on=rests_on).set_axis(pd.Index(narrow.index, name="code")).pipe(_with_names, names)


def _with_names(frame: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    frame.insert(0, "name", names)
    return frame
