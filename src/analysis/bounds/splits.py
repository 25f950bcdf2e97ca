"""A number of contacts of two or three types and what they are worth together: every possible split by type."""

from collections.abc import Mapping
from itertools import combinations

import numpy as np
import pandas as pd

from analysis.quantities import Interval


def possible_splits(total: int, value: Interval, unit_values: Mapping[str, float]) -> pd.DataFrame:
    """Every split of `total` contacts into types whose value at `unit_values` lies in `value`; one column for each type.

    Rows are ordered by the first type, then the second. Raises ValueError unless there are two or three types.

    >>> possible_splits(3, Interval(70, 70), {"help": 40, "signpost": 20, "call": 10})
       help  signpost  call
    0     1         1     1
    """
    if len(unit_values) not in (2, 3):
        raise ValueError("two or three types of contact are needed")
    first = np.arange(total + 1)[:, None]
    second = np.arange(total + 1)[None, :] if len(unit_values) == 3 else np.full((1, 1), -1)
    second = np.where(second < 0, total - first, second)
    counts = [first + 0 * second, second + 0 * first, total - first - second][: len(unit_values)]
    worth = sum(count * unit for count, unit in zip(counts, unit_values.values(), strict=True))
    slack = 1e-9 * max(abs(value.high), 1)
    found = np.nonzero((counts[-1] >= 0) & (worth >= value.low - slack) & (worth <= value.high + slack))
    return pd.DataFrame({name: count[found] for name, count in zip(unit_values, counts, strict=True)})


def common_facts(splits: pd.DataFrame) -> pd.DataFrame:
    """What all splits share: the range of each count, of its share, and of the difference of each two counts.

    Returns `fact`, `low`, `high` and `fixed` (whether every split agrees). Raises ValueError if no split is possible.
    """
    if splits.empty:
        raise ValueError("no split of the contacts gives this value")
    total = splits.sum(axis=1)
    facts = {f"number of {name}": splits[name] for name in splits}
    facts |= {f"share of {name}": splits[name] / total for name in splits}
    facts |= {f"{one} less {two}": splits[one] - splits[two] for one, two in combinations(splits, 2)}
    rows = [(fact, float(values.min()), float(values.max())) for fact, values in facts.items()]
    table = pd.DataFrame(rows, columns=["fact", "low", "high"])
    return table.assign(fixed=table["low"] == table["high"])
