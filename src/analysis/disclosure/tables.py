"""Tables of people: counts for every combination of categories, with every margin; and how a protected one looks."""

from collections import Counter
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
    columns = [_answers(records[name]) for name in by]
    levels = [
        [*categories[name], *([NO_ANSWER] if NO_ANSWER in found else [])]
        for name, found in zip(by, columns, strict=True)
    ]
    for name, found, known in zip(by, columns, levels, strict=True):
        if not set(found) <= set(known):
            raise ValueError(f"the column '{name}' holds values outside its categories")
    counts, index = Counter(zip(*columns, strict=True)), pd.MultiIndex.from_product(levels, names=list(by))
    return pd.Series([counts[labels] for labels in index], index=index, dtype="int64", name="people")


def _answers(column: pd.Series) -> list[object]:
    return [NO_ANSWER if missing else value for value, missing in zip(column.to_list(), column.isna(), strict=True)]


def with_margins(counts: pd.Series) -> pd.Series:
    """The counts with every margin, over each subset of the columns; "total" marks a column that is summed over.

    >>> index = pd.MultiIndex.from_product([["a", "b"]], names=["course"])
    >>> with_margins(pd.Series([1, 2], index=index)).to_dict()
    {('a',): 1, ('b',): 2, ('total',): 3}
    """
    if any(TOTAL in level for level in counts.index.levels):
        raise ValueError(f"'{TOTAL}' cannot be the name of a category")
    places = range(counts.index.nlevels)
    sums: dict[tuple[object, ...], int] = {}
    for summed in (over for size in range(len(places) + 1) for over in combinations(places, size)):
        for labels, count in zip(counts.index, counts.to_list(), strict=True):
            margin = tuple(TOTAL if place in summed else label for place, label in zip(places, labels, strict=True))
            sums[margin] = sums.get(margin, 0) + count
    index = pd.MultiIndex.from_tuples(list(sums), names=counts.index.names)
    return pd.Series(list(sums.values()), index=index, dtype=counts.dtype, name="people")


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
