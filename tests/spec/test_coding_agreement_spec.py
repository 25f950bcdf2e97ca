"""The agreement coefficients give the values printed in published worked examples."""

from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
import yaml

from analysis.coding.agreement import category_counts, gwet_ac1, krippendorff_alpha, percent_agreement

CASES = yaml.safe_load(Path(__file__).with_name("coding_agreement.yaml").read_text(encoding="utf-8"))["cases"]
MEASURES = {"alpha": krippendorff_alpha, "ac1": gwet_ac1, "percent_agreement": percent_agreement}
CHECKS = [(case, name) for case in CASES for name in MEASURES if name in case]


def ratings(case):
    """Units by coders, as numbers with nan where not rated."""
    if "table" in case:
        table = np.array(case["table"])
        return np.repeat(np.argwhere(table >= 0), table.ravel(), axis=0).astype(float)
    rows = [row.split() for row in case["ratings"]]
    letters = sorted({cell for row in rows for cell in row} - {"."})
    return np.array([[np.nan if cell == "." else letters.index(cell) for cell in row] for row in rows]).T


@pytest.mark.parametrize(("case", "name"), CHECKS, ids=[f"{case['case']}: {name}" for case, name in CHECKS])
def test_the_printed_value(case, name):
    places = -Decimal(case[name]).as_tuple().exponent
    assert round(MEASURES[name](category_counts(ratings(case))), places) == float(case[name])
