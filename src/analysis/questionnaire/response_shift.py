"""Looking back against having asked beforehand: the response shift between two answers about the same moment."""

import numpy as np
import pandas as pd

from analysis.described import Basis, described
from analysis.questionnaire.answers import Item, as_numbers
from analysis.questionnaire.change import RESAMPLES, bootstrap_interval, mean_change, mean_of
from analysis.questionnaire.judged_names import BASE, SHIFT, T_INTERVALS
from analysis.results import Column, Kind


def retrospective_answers(records: pd.DataFrame, item: Item) -> pd.DataFrame:
    """People who answered before, after, and after about before: columns `before`, `after`, `then`."""
    columns = {"before": "pre", "after": "post", "then": "then"}
    answers = {name: as_numbers(records[f"{item.name}_{ending}"], item) for name, ending in columns.items()}
    return pd.DataFrame(answers).dropna()


ASKED, REMEMBERED, SHIFTED = (
    "After, less what was answered before",
    "After, less before as remembered",
    "Before as remembered, less what was answered before (response shift)",
)


@described(
    Kind.MEASURED,
    {
        "n": Column("People", "people"),
        "mean": Column("Mean difference", "points", decimals=1, low="low", high="high", interval="{level} (t)"),
    },
    header="Difference",
    basis=Basis("response shift", "beside", by={"n": BASE, "mean": SHIFT}, ends={"mean": T_INTERVALS}),
)
def response_shift(
    records: pd.DataFrame, item: Item, seed: int, level: float = 0.95, resamples: int = RESAMPLES
) -> pd.DataFrame:
    """Three mean differences of the same people, positive for better, each with t and BCa intervals.

    Index `difference`: `ASKED` (at the time), `REMEMBERED` (looking back) and their difference `SHIFTED`, the response shift
    (G. S. Howard and others, Applied Psychological Measurement 3, 1979, 1-23). The second equals the first less the third.
    Columns `n`, `mean`, `low`, `high`, `p`, `bca_low`, `bca_high`. No rows where nobody gave all three answers.
    """
    answers = retrospective_answers(records, item)
    sign = 1 if item.higher_is_better else -1
    differences = {
        ASKED: answers["after"] - answers["before"],
        REMEMBERED: answers["after"] - answers["then"],
        SHIFTED: answers["then"] - answers["before"],
    }
    if len(answers) < 2:
        return pd.DataFrame(columns=["n", "mean", "low", "high", "p", "bca_low", "bca_high"])
    rows = {name: _row(sign * change.to_numpy(), seed, level, resamples) for name, change in differences.items()}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("difference").astype({"n": int})


def _row(change: np.ndarray, seed: int, level: float, resamples: int) -> dict[str, float]:
    found = mean_change(pd.DataFrame({"change": change}), level)
    low, high = bootstrap_interval((change,), mean_of, seed, level, resamples)
    return {**found[["n", "mean", "low", "high", "p"]], "bca_low": low, "bca_high": high}
