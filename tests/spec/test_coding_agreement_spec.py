"""The agreement coefficients give the values printed in published worked examples."""

from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
import yaml

from analysis.coding.agreement import coefficients

CASES = yaml.safe_load(Path(__file__).with_name("coding_agreement.yaml").read_text(encoding="utf-8"))["cases"]
MEASURES = ("alpha", "ac1", "percent_agreement")
CHECKS = [(case, name) for case in CASES for name in MEASURES if name in case]


def ratings(case):
    """Units by coders, as numbers with nan where not rated."""
    if "table" in case:
        table = np.array(case["table"])
        return np.repeat(np.argwhere(table >= 0), table.ravel(), axis=0).astype(float)
    rows = [row.split() for row in case["ratings"]]
    letters = sorted({cell for row in rows for cell in row} - {"."})
    return np.array([[np.nan if cell == "." else letters.index(cell) for cell in row] for row in rows]).T


def counted(units):
    """Units by categories: how many coders put the unit there."""
    return (units[:, :, None] == np.unique(units[~np.isnan(units)])).sum(axis=1)


@pytest.mark.parametrize(("case", "name"), CHECKS, ids=[f"{case['case']}: {name}" for case, name in CHECKS])
def test_the_printed_value(case, name):
    places = -Decimal(case[name]).as_tuple().exponent
    assert round(coefficients(counted(ratings(case)))[name], places) == float(case[name])
