"""Counts of codes with the unit of counting explicit: mentions, participants, groups.

Every function here takes settled codes (`segments.settle`): one row for each code of a segment, with the columns
group, speaker, segment_id, code. A mention is a segment that carries the code, however often the words occur in it.
"""

from typing import Literal

import numpy as np
import pandas as pd

from analysis.coding.codebook import Codebook
from analysis.coding.segments import Bases, roll_up

UNITS = {"mentions": "segment_id", "participants": "speaker", "groups": "group"}
Unit = Literal["mentions", "participants", "groups"]


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
    shares = {"segments": "mentions", "participants": "participants", "groups": "groups"}
    return table.assign(
        **{f"share_{base}": 100 * table[unit] / max(getattr(bases, base), 1) for base, unit in shares.items()}
    )


def _distinct(settled: pd.DataFrame, column: str) -> pd.Series:
    return settled.drop_duplicates([column, "code"]).groupby("code").size()


def code_by_group(settled: pd.DataFrame, codebook: Codebook, bases: Bases, unit: Unit = "mentions") -> pd.DataFrame:
    """Codes (index) by groups (columns): how many segments, or participants, of the group carry the code."""
    if unit == "groups":
        raise ValueError("within a group, count mentions or participants")
    rolled = roll_up(settled, codebook).drop_duplicates([UNITS[unit], "group", "code"])
    return group_table(rolled, list(codebook.by_id), bases)


def group_table(settled: pd.DataFrame, codes: list[str], bases: Bases) -> pd.DataFrame:
    """Codes (index) by groups (columns): the number of rows of `settled`; groups and codes without any have zeros."""
    names = pd.Index(bases.group_names, name="group")
    table = pd.crosstab(settled["code"], settled["group"])
    return table.reindex(index=pd.Index(codes, name="code"), columns=names, fill_value=0).astype("int64")


def co_occurrence(settled: pd.DataFrame, codebook: Codebook, unit: Unit = "mentions") -> pd.DataFrame:
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
    """Codes by codes: how many participants stand behind the segments that carry both (`co_occurrence` of mentions)."""
    codes = pd.Index(codebook.codable, name="code")
    said = settled[["segment_id", "speaker", "code"]]
    pairs = said.merge(said[["segment_id", "code"]].rename(columns={"code": "with"}), on="segment_id")
    pairs = pairs.drop_duplicates(["speaker", "code", "with"])
    table = pd.crosstab(pairs["code"], pairs["with"])
    return table.reindex(index=codes, columns=codes.rename("with"), fill_value=0).astype("int64")


def leave_one_group_out(settled: pd.DataFrame, codebook: Codebook, bases: Bases) -> pd.DataFrame:
    """What is left of the tally when each group in turn is left out (index: the group left out).

    Columns: mentions (that go with the group), codes_left, codes_lost (how many codes no other group brought up),
    lost (their names), rank_correlation (Spearman's, of the mentions of all codes used, with and without the group).
    """
    used = set(settled["code"])
    table = group_table(settled, [code for code in codebook.by_id if code in used], bases)
    whole = table.sum(axis="columns")
    rows = [_without(table, whole, group, codebook) for group in table.columns]
    return pd.DataFrame(rows, index=pd.Index(table.columns, name="group_left_out"))


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


def narrow_codes(settled: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Codes that rest on one person or one group only (index: code id); who it is, is not said.

    Columns: name, mentions, participants, groups, rests_on (`one person` or `one group`).
    """
    counts = pd.DataFrame({unit: _distinct(settled, column) for unit, column in UNITS.items()})
    counts = counts.reindex([code for code in codebook.by_id if code in counts.index])
    narrow = counts[(counts["participants"] == 1) | (counts["groups"] == 1)].astype("int64")
    names = [codebook.names[code] for code in narrow.index]
    rests_on = np.where(narrow["participants"] == 1, "one person", "one group")
    return narrow.assign(rests_on=rests_on).set_axis(pd.Index(narrow.index, name="code")).pipe(_with_names, names)


def _with_names(frame: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    frame.insert(0, "name", names)
    return frame
