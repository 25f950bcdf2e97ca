"""What changed between two versions of a codebook, and which coded segments the change touches."""

import pandas as pd

from analysis.coding.codebook import Code, Codebook

FIELDS = {
    "name": "renamed",
    "parent": "moved",
    "definition": "definition changed",
    "include": "inclusion rule changed",
    "exclude": "exclusion rule changed",
    "codable": "use changed",
}


def codebook_changes(old: Codebook, new: Codebook) -> pd.DataFrame:
    """One row for each change from `old` to `new`, codes being the same where their ids are.

    Columns: code, name (in `new` where it is there), change (added, removed, renamed, moved, definition changed,
    inclusion rule changed, exclusion rule changed, use changed), before, after. Order: that of `new`, then removals.
    """
    rows = [row for code in new.codes for row in _changes(old.by_id.get(code.id), code)]
    rows += [_row(code, "removed", code.name, "") for code in old.codes if code.id not in new.by_id]
    found = pd.DataFrame(rows, columns=["code", "change", "before", "after"]).astype("str")
    found.insert(1, "name", found["code"].map({**old.names, **new.names}).astype("str"))
    return found


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


def segments_to_recode(changes: pd.DataFrame, segments: pd.DataFrame) -> pd.DataFrame:
    """The number of segments each change touches: those that carry the code (index and rows as in `changes`).

    A renamed or moved code keeps its segments; a removed one, or one whose definition or rules changed, has to be
    read again, and the column `read_again` says so.
    """
    carried = segments.drop_duplicates(["segment_id", "code"]).groupby("code").size()
    counts = changes["code"].map(carried).fillna(0).astype("int64")
    same = changes["change"].isin(["added", "renamed", "moved"])
    return changes.assign(segments=counts, read_again=~same & (counts > 0))
