"""Looking back against having asked beforehand: the response shift between two answers about the same moment."""

import numpy as np
import pandas as pd

from analysis.questionnaire.answers import Item, as_numbers
from analysis.questionnaire.change import RESAMPLES, bootstrap_interval, mean_change, mean_of


def retrospective_answers(records: pd.DataFrame, item: Item) -> pd.DataFrame:
    """People who answered before, after, and after about before: columns `before`, `after`, `then`."""
    columns = {"before": "pre", "after": "post", "then": "then"}
    answers = {name: as_numbers(records[f"{item.name}_{ending}"], item) for name, ending in columns.items()}
    return pd.DataFrame(answers).dropna()


def response_shift(
    records: pd.DataFrame, item: Item, seed: int, level: float = 0.95, resamples: int = RESAMPLES
) -> pd.DataFrame:
    """Three mean differences of the same people, positive for better, each with t and BCa intervals.

    Index `difference`: "after less before" (asked at the time), "after less then" (looking back) and "then less before",
    the response shift (G. S. Howard and others, Applied Psychological Measurement 3, 1979, 1-23). The second equals the
    first less the third. Columns `n`, `mean`, `low`, `high`, `p`, `bca_low`, `bca_high`.
    """
    answers = retrospective_answers(records, item)
    sign = 1 if item.higher_is_better else -1
    differences = {
        "after less before": answers["after"] - answers["before"],
        "after less then": answers["after"] - answers["then"],
        "then less before": answers["then"] - answers["before"],
    }
    rows = {name: _row(sign * change.to_numpy(), seed, level, resamples) for name, change in differences.items()}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("difference")


def _row(change: np.ndarray, seed: int, level: float, resamples: int) -> dict[str, float]:
    found = mean_change(pd.DataFrame({"change": change}), level)
    low, high = bootstrap_interval((change,), mean_of, seed, level, resamples)
    return {**found[["n", "mean", "low", "high", "p"]], "bca_low": low, "bca_high": high}
