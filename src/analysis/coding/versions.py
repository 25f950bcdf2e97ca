"""What changed between two versions of a codebook, and which coded segments the change touches."""

import pandas as pd

from analysis.coding.codebook import Code, Codebook, cut, distinct
from analysis.described import Basis, described
from analysis.results import Column, Kind

FIELDS = {
    "name": "renamed",
    "parent": "moved",
    "definition": "definition changed",
    "include": "inclusion rule changed",
    "exclude": "exclusion rule changed",
    "codable": "use changed",
}


_TEXTS = {"before": Column("Before"), "after": Column("After")}


@described(Kind.RECOMPUTED, _TEXTS, header="Code and change", words=tuple(_TEXTS), named="label")
def codebook_changes(old: Codebook, new: Codebook) -> pd.DataFrame | None:
    """One row for each change from `old` to `new`, codes being the same where their ids are; None where nothing changed.

    Columns: code, name (in `new` where it is there), change (added, removed, renamed, moved, definition changed,
    inclusion rule changed, exclusion rule changed, use changed), before, after (the codes above a moved one by name), label.
    Order: that of `new`, then removals.
    """
    rows = [row for code in new.codes for row in _changes(old.by_id.get(code.id), code)]
    rows += [_row(code, "removed", code.name, "") for code in old.codes if code.id not in new.by_id]
    found = pd.DataFrame(rows, columns=["code", "change", "before", "after"]).astype("str")
    names = {**old.names, **new.names}
    found.insert(1, "name", found["code"].map(names).astype("str"))
    moved = found["change"] == "moved"
    texts = {end: found[end].mask(moved, found[end].replace(names)).map(cut) for end in _TEXTS}
    return found.assign(**texts, label=distinct(found["name"] + ": " + found["change"])) if len(found) else None


def _changes(before: Code | None, after: Code) -> list[dict[str, str]]:
    if before is None:
        return [_row(after, "added", "", after.name)]
    pairs = {field: (getattr(before, field), getattr(after, field)) for field in FIELDS}
    return [_row(after, FIELDS[field], _text(a), _text(b)) for field, (a, b) in pairs.items() if a != b]


def _row(code: Code, change: str, before: str, after: str) -> dict[str, str]:
    return {"code": code.id, "change": change, "before": before, "after": after}


def _text(value: str | bool | None) -> str:
    if isinstance(value, bool):
        return "applied to segments" if value else "a heading only"
    return "the top" if value is None else value


@described(
    Kind.MEASURED,
    {**_TEXTS, "segments": Column("Segments that carry the code", "segments"), "again": Column("To be read again?")},
    header="Code and change",
    words=(*_TEXTS, "again"),
    named="label",
    basis=Basis("Segments that a change of the codebook touches", "changed codes"),
)
def segments_to_recode(segments: pd.DataFrame, changes: pd.DataFrame | None) -> pd.DataFrame | None:
    """The number of segments each change touches: those that carry the code (index and rows as in `changes`); None of none.

    A renamed or moved code keeps its segments; a removed one, or one whose definition or rules changed, has to be
    read again, and the column `again` says so: yes or no.
    """
    if changes is None:
        return None
    carried = segments.drop_duplicates(["segment_id", "code"]).groupby("code").size()
    counts = changes["code"].map(carried).fillna(0).astype("int64")
    same = changes["change"].isin(["added", "renamed", "moved"])
    return changes.assign(segments=counts, again=(~same & (counts > 0)).map({True: "yes", False: "no"}))
