"""Tables of people: counts for every combination of categories, with every margin; and how a protected one looks."""

from collections.abc import Mapping, Sequence
from itertools import combinations

import pandas as pd

TOTAL = "total"
NO_ANSWER = "no answer"


def count_people(records: pd.DataFrame, by: Sequence[str], categories: Mapping[str, Sequence[object]]) -> pd.Series:
    """How many people fall in each combination of the categories of the columns `by`, empty combinations included.

    People without a value count as "no answer", so that every table of a run counts the same people. Raises ValueError
    for a value outside the categories.
    """
    values = records[list(by)].astype(object).where(records[list(by)].notna(), NO_ANSWER)
    levels = [[*categories[name], *([NO_ANSWER] if (values[name] == NO_ANSWER).any() else [])] for name in by]
    for name, known in zip(by, levels, strict=True):
        if not values[name].isin(known).all():
            raise ValueError(f"the column '{name}' holds values outside its categories")
    index = pd.MultiIndex.from_product(levels, names=list(by))
    return values.groupby(list(by)).size().reindex(index, fill_value=0).astype("int64").rename("people")


def with_margins(counts: pd.Series) -> pd.Series:
    """The counts with every margin, over each subset of the columns; "total" marks a column that is summed over.

    >>> index = pd.MultiIndex.from_product([["a", "b"]], names=["course"])
    >>> with_margins(pd.Series([1, 2], index=index)).to_dict()
    {('a',): 1, ('b',): 2, ('total',): 3}
    """
    if any(TOTAL in level for level in counts.index.levels):
        raise ValueError(f"'{TOTAL}' cannot be the name of a category")
    names = list(counts.index.names)
    parts = [_margin(counts, names, summed) for size in range(len(names) + 1) for summed in combinations(names, size)]
    return pd.concat(parts)


def _margin(counts: pd.Series, names: list[str], summed: tuple[str, ...]) -> pd.Series:
    kept = [name for name in names if name not in summed]
    part = counts.groupby(level=kept, sort=False).sum() if kept else pd.Series([counts.sum()])
    frame = part.rename("people").reset_index(drop=not kept)
    frame = frame.to_frame() if isinstance(frame, pd.Series) else frame
    return frame.assign(**dict.fromkeys(summed, TOTAL)).set_index(names)["people"].pipe(_multi_index, names)


def _multi_index(part: pd.Series, names: list[str]) -> pd.Series:
    if not isinstance(part.index, pd.MultiIndex):
        part.index = pd.MultiIndex.from_arrays([part.index], names=names)
    return part


def as_frame(cells: pd.Series) -> pd.DataFrame:
    """A protected table as rows and columns, the last column of the index across; hidden cells are <NA>."""
    names = list(cells.index.names)
    if len(names) == 1:
        return cells.droplevel([]).rename("people").to_frame()
    wide = cells.unstack(names[-1])
    order = list(dict.fromkeys(cells.index.get_level_values(-1)))
    rows = list(dict.fromkeys(cells.index.droplevel(-1)))
    return wide.reindex(
        index=rows if len(names) == 2 else pd.MultiIndex.from_tuples(rows, names=names[:-1]), columns=order
    )


def shown_shares(cells: pd.Series, within: str) -> pd.Series:
    """Each shown cell as a share of the total over the column `within`; <NA> where either number is hidden."""
    place = list(cells.index.names).index(within)
    bases = [tuple(TOTAL if i == place else part for i, part in enumerate(cell)) for cell in cells.index]
    return (
        cells.astype("Float64") / pd.Series(cells.reindex(pd.MultiIndex.from_tuples(bases)).array, cells.index)
    ).rename("share")
